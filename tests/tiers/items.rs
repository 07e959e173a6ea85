//! What the body of a function may hold, and where the function may stand.

use proptest::prelude::*;
use specialize::{Tier, specialize};

use crate::same_in_every_tier;

/// Items of every kind, generic ones among them.
#[specialize(n in [2])]
fn items(x: u32, n: u32) -> (u32, String, usize) {
    use std::collections::BTreeSet;
    use std::fmt;

    const FACTOR: u32 = 3;
    type Pair<T> = (T, T);

    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
    enum Step {
        #[default]
        Stay,
        Add(u32),
        Turn {
            by: u32,
        },
    }

    trait Apply {
        const COST: usize;
        fn apply(&self, x: u32) -> u32;
    }

    impl Apply for Step {
        const COST: usize = size_of::<Step>();

        fn apply(&self, x: u32) -> u32 {
            match *self {
                Step::Stay => x,
                Step::Add(step) => x.wrapping_add(step),
                Step::Turn { by } => x.rotate_right(by),
            }
        }
    }

    struct Total<T>(T);

    impl<T: fmt::Display> fmt::Display for Total<T> {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(formatter, "<{:>4}>", self.0)
        }
    }

    fn all<A: Apply>(steps: &[A], x: u32) -> (u32, usize) {
        (steps.iter().fold(x, |x, step| step.apply(x)), A::COST * steps.len())
    }

    let steps = [Step::default(), Step::Add(n * FACTOR), Step::Turn { by: n }, Step::Add(n)];
    let distinct: BTreeSet<Step> = steps.into_iter().collect();
    let (end, cost) = all(&steps, x);
    let (low, high): Pair<u32> = (end & 0xffff, end >> 16);
    (end, Total(low ^ high).to_string() + &format!("{distinct:?}"), cost)
}

/// Macros of std, and one of its own.
#[specialize(n in [1])]
fn macros(x: i32, n: i32) -> String {
    macro_rules! each {
        ($($name:ident = $value:expr),* $(,)?) => {{
            let mut text = String::new();
            $( text.push_str(&format!("{}={:?};", stringify!($name), $value)); )*
            text
        }};
    }
    assert!(x != i32::MIN || n != i32::MAX, "{x} {n}");
    debug_assert_eq!(n * 2, n + n);
    let small = matches!(x, -9..=9 if n > 0);
    std::format!("{}{}", each!(x = x, n = n * 2, small = small, all = vec![n; 3]), concat!("a", 1, 'c', true))
}

/// A small interpreter, whose program is the specialized value: what specialization is for.
#[specialize(program in [0x1234])]
fn interpret(x: i64, program: u64) -> i64 {
    let (mut top, mut next) = (x, program);
    'run: loop {
        top = match next & 7 {
            0 => break 'run top,
            1 => top.wrapping_add(1),
            2 => top.wrapping_mul(3),
            3 => top.wrapping_neg(),
            4 => top ^ (top >> 7),
            5 if top < 0 => break 'run top,
            5 => top - 1,
            6 => {
                next >>= 3;
                top.wrapping_add((next & 7) as i64)
            }
            _ => top.rotate_left(9),
        };
        next >>= 3;
    }
}

macro_rules! folds {
    ($($kernel:ident($start:literal, $operator:tt $then:tt);)*) => { $(
        #[specialize(n in [2])]
        fn $kernel(x: u32, n: u32) -> u32 {
            let mut x = x;
            for index in $start..n {
                x = (x $operator index).rotate_left(1) $then n;
            }
            x
        }
    )* };
}

folds! {
    xor_and(1, ^ &);
    or_xor(0, | ^);
}

/// A name that a macro made up is not the one that its caller wrote.
macro_rules! hygienic {
    ($kernel:ident, $n:ident, $x:ident, $body:expr) => {
        #[specialize($n in [1])]
        fn $kernel($x: u32, $n: u32) -> [u32; 2] {
            let x = $n + 100;
            [$body, x]
        }
    };
}

hygienic!(two_names, n, x, x * 2 + n);

mod far {
    pub(crate) mod away {
        const LAST: u8 = 7;

        #[specialize::specialize(n in [LAST, LAST - 1, u8::MAX])]
        pub(in super::super) fn constants(x: u8, n: u8) -> u8 {
            x.wrapping_mul(n) ^ n
        }
    }
}
use far::away::constants;

#[allow(clippy::type_complexity, reason = "a type that only a test needs")]
#[specialize(n in [2])]
fn closures(x: u64, n: usize) -> Vec<u64> {
    let steps: Vec<Box<dyn Fn(u64) -> u64>> =
        (0..n).map(|step| Box::new(move |x: u64| x.wrapping_mul(step as u64 + 2) ^ n as u64) as Box<dyn Fn(u64) -> u64>).collect();
    steps
        .iter()
        .scan(x, |x, step| {
            *x = step(*x);
            Some(*x)
        })
        .collect()
}

/// Generic code that std itself has instantiated for the same types, which rustc would rather take from there.
#[specialize(n in [2])]
fn instantiated_by_std(x: u32, n: u32) -> (Vec<String>, Vec<Vec<u8>>) {
    let (mut texts, mut bytes) = (Vec::new(), Vec::new());
    for index in 0..n {
        texts.push(format!("{x} {index}"));
        bytes.push(vec![x as u8; index as usize]);
    }
    assert_eq!(texts.len() as u32, n);
    assert_eq!(bytes.len() as i32, n as i32);
    assert_eq!(bytes.len() as i16, texts.len() as i16, "{n}");
    (texts, bytes)
}

same_in_every_tier! {
    instantiated_by_std(x) with (x in any::<u32>()) for listed [2], others [0, 9];
    items(x) with (x in any::<u32>()) for listed [2], others [0, 31];
    macros(x) with (x in any::<i32>()) for listed [1], others [(-5)];
    interpret(x) with (x in any::<i64>()) for listed [0x1234], others [0, 0o7_365_421_234, 0xffff_ffff];
    xor_and(x) with (x in any::<u32>()) for listed [2], others [9];
    or_xor(x) with (x in any::<u32>()) for listed [2], others [9];
    two_names(x) with (x in 0u32..1_000) for listed [1], others [7];
    constants(x) with (x in any::<u8>()) for listed [7, 6, 255], others [0];
    closures(x) with (x in any::<u64>()) for listed [2], others [0, 5];
}

#[test]
fn functions_in_a_body_take_values_from_its_constants() {
    crate::support::private_store();
    const FIRST: i32 = -4;
    const SECOND: i32 = FIRST * 2;

    #[specialize(n in [FIRST, SECOND])]
    fn nested(x: i32, n: i32) -> i32 {
        (0..n.abs()).fold(x, |x, step| x.wrapping_mul(n) - step)
    }

    let inner = |n: i32| {
        const FIRST: i32 = 5;

        #[specialize(n in [FIRST])]
        fn nested(x: i32, n: i32) -> i32 {
            x + n
        }
        (nested(10, n), nested::prepare(n).expect("a variant").tier())
    };

    for (n, tier) in [(FIRST, Tier::BuildTime), (SECOND, Tier::BuildTime), (5, Tier::Runtime)] {
        let bound = nested::prepare(n).expect("a variant");
        assert_eq!(bound.tier(), tier, "{n}");
        for x in [0, 1, -1, i32::MAX / 1_000_000_000] {
            assert_eq!(bound.call(x), nested::generic(x, n), "{n}");
            assert_eq!(nested(x, n), nested::generic(x, n), "{n}");
        }
    }
    assert_eq!(inner(5), (15, Tier::BuildTime));
    assert_eq!(inner(-4), (6, Tier::Runtime));
}

#[test]
fn functions_made_by_a_macro_in_a_loop_of_macros_are_told_apart() {
    crate::support::private_store();
    assert_eq!(xor_and::table().module_path(), concat!(module_path!(), "::xor_and"));
    assert_ne!(xor_and::prepare(9).expect("a variant").call(1), or_xor::prepare(9).expect("a variant").call(1));
}
