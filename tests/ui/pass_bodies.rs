//! What a body may name.
#![allow(dead_code)]

use specialize::specialize;

#[specialize(n in [1])]
fn std_by_path(x: u64, n: usize) -> u64 {
    use std::collections::{BTreeMap as Map, VecDeque};
    let mut a = x;
    let b = ::std::mem::replace(&mut a, core::cmp::max(x, 1));
    let mut map: Map<u64, VecDeque<u64>> = Map::new();
    map.entry(a).or_default().push_back(b);
    let bits = f64::from_bits(a).to_bits() as u64;
    bits + map.values().map(|values| values.len() as u64).sum::<u64>() + size_of::<u64>() as u64 + n as u64
}

#[specialize(n in [1])]
fn items(x: u64, n: usize) -> u64 {
    const STEP: u64 = 3;
    type Number = u64;
    #[derive(Clone, Copy, Debug, Default, PartialEq)]
    struct Point<T> {
        x: T,
    }
    enum Shape {
        Dot,
        Line { length: Number },
    }
    trait Area {
        const SCALE: u64;
        fn area(&self) -> u64;
    }
    impl Area for Shape {
        const SCALE: u64 = 2;
        fn area(&self) -> u64 {
            match self {
                Shape::Dot => 0,
                Self::Line { length } => length * Self::SCALE,
            }
        }
    }
    impl<T: Copy> Point<T> {
        fn get(&self) -> T {
            self.x
        }
    }
    fn helper<const K: usize>(x: u64) -> u64 {
        x + K as u64 + STEP
    }
    use Shape::*;
    let shapes = [Dot, Line { length: helper::<2>(x) }];
    let point = Point { x: n as u64 };
    point.get() + shapes.iter().map(Area::area).sum::<u64>()
}

#[specialize(n in [1])]
fn macros(x: u64, n: usize) -> String {
    macro_rules! twice {
        ($value:expr) => {
            $value * 2
        };
        (@list $($value:expr),*) => { [$(twice!($value)),*] };
    }
    assert!(n != 0, "n is {n}");
    debug_assert_eq!(x, x, "{}", stringify!(x ! y));
    let list: Vec<u64> = vec![twice!(x); n];
    let all = twice!(@list 1, 2, x);
    if !(matches!(all, [2, ..])) {
        return std::format!("no");
    }
    let pinned = std::pin::pin!(5);
    format!("{list:?} {all:?} {}", *pinned + core::mem::offset_of!((u8, u8), 0) as u64 * 0)
}

#[specialize(n in [1])]
fn configuration(n: usize) -> usize {
    #[cfg(debug_assertions)]
    let level = 1;
    #[cfg(not(debug_assertions))]
    let level = 2;
    #[rustfmt::skip]
    let table = [1,2,
                 3];
    #[allow(clippy::identity_op)]
    let first = table[0] + 0;
    #[cfg_attr(all(), allow(unused_variables))]
    let unused = 3;
    let os = if cfg!(any(unix, windows)) { 1 } else { 2 };
    level + first + os + n
}

#[specialize(n in [1])]
fn control(x: &[u64], n: usize) -> u64 {
    let mut sum = 0;
    'outer: for (index, value) in x.iter().enumerate() {
        let Some(next) = x.get(index + n) else { break 'outer };
        sum += loop {
            if *next == 0 {
                continue 'outer;
            }
            break value.wrapping_mul(*next);
        };
    }
    let closure = |value: u64| -> u64 { if value > 5 && !(value == 7) { value } else { sum } };
    closure(sum)
}

#[specialize(n)]
#[cfg(target_arch = "x86_64")]
fn features(n: u32) -> u32 {
    if is_x86_feature_detected!("sse2") && std::arch::is_x86_feature_detected!("sse2") { n } else { 0 }
}

fn main() {
    specialize::Config::default().mode(specialize::Mode::BuildTime).install().expect("nothing was called yet");
    const FOUR: usize = 4;

    #[specialize(n in [FOUR, FOUR + 1], hot = FOUR as u64)]
    fn nested(x: usize, n: usize) -> usize {
        x * n
    }

    assert_eq!(std_by_path(3, 1), 3 + 1 + 8 + 1);
    assert_eq!(items(3, 1), 1 + 16);
    assert_eq!(macros(3, 1), "[6] [2, 4, 6] 5");
    assert_eq!(configuration(1), configuration::generic(1));
    assert_eq!(control(&[1, 2, 3], 1), 8);
    assert_eq!((nested(2, 4), nested(2, 5), nested(2, 6), nested::at::<7>(2)), (8, 10, 12, 14));
    let closure = || {
        #[specialize(n in [FOUR])]
        fn in_closure(n: usize) -> usize {
            n
        }
        in_closure(4) + in_closure::bind(5).call()
    };
    assert_eq!(closure(), 9);
}
