//! Functions whose names are also words of the macro, of std or of the crate.

use specialize::specialize;

macro_rules! functions {
    ($($name:ident)*) => { $(
        #[specialize(n in [2])]
        fn $name(x: u64, n: u64) -> u64 {
            let parts: Vec<u64> = vec![x, n];
            assert!(parts.len() == 2, "{parts:?}");
            parts.into_iter().sum()
        }
    )* };
}

functions! { template generic bind drop vec at listed call entry table prelude power_ of u64 value r#gen r#struct assert }

mod own_words {
    #![allow(dead_code, non_camel_case_types)]

    pub(crate) struct u64;
    pub(crate) struct usize;

    #[specialize::specialize(n, batch(x), work = n, hot = 3)]
    pub(crate) fn sum(x: i32, n: i32) -> i32 {
        x + n
    }

    #[derive(specialize::Value, Clone, Copy)]
    #[repr(u16)]
    pub(crate) enum bool {
        Yes = 1,
    }
}

#[specialize(n, module = of_std)]
fn std(n: u64) -> u64 {
    n
}

#[specialize(template in [1], generic in [2], constants, limit = 1)]
#[cfg(any())]
fn absent() {}

#[specialize(template in [1], generic in [2])]
fn parameters(template: u64, generic: u64, bound: u64, vec: u64, drop: u64) -> u64 {
    template + generic + bound + vec + drop
}

fn main() {
    specialize::Config::default().mode(specialize::Mode::BuildTime).install().expect("nothing was called yet");
    let all = [template(1, 2), generic(1, 2), bind(1, 2), drop(1, 2), vec(1, 2), at(1, 2), listed(1, 2), call(1, 2), entry(1, 2), table(1, 2)];
    assert!(all.iter().all(|sum| *sum == 3));
    let all = [prelude(1, 3), power_(1, 3), of(1, 3), u64(1, 3), value(1, 3), r#gen(1, 3), r#struct(1, 3), assert(1, 3)];
    assert!(all.iter().all(|sum| *sum == 4));
    assert_eq!((bind::bind(4).call(1), generic::generic(1, 4), at::at::<4>(1), std(3), of_std::at::<4>()), (5, 5, 5, 3, 4));
    assert_eq!((own_words::sum(1, 2), own_words::bool::Yes as u8), (3, 1));
    assert_eq!(parameters(1, 2, 3, 4, 5) + parameters::bind(1, 3).call(3, 4, 5), 31);
}
