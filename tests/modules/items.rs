//! Items of every kind that a specialized function uses.

use specialize::{Tier, specialize};

use crate::support;

#[specialize]
#[allow(unreachable_pub, reason = "as in a library")]
mod kernels {
    use std::collections::BTreeMap;

    const STEP: u32 = 3;
    const SIZE: usize = 4;

    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct Point {
        pub x: u32,
        y: u32,
    }

    impl Point {
        pub fn new(x: u32, y: u32) -> Self {
            Point { x, y }
        }
    }

    pub trait Scale {
        fn scale(&self, by: u32) -> Self;
    }

    impl Scale for Point {
        fn scale(&self, by: u32) -> Self {
            Point { x: self.x * by, y: self.y * by }
        }
    }

    macro_rules! twice {
        ($value:expr) => {
            $value + $value
        };
    }

    fn helper(x: u32) -> u32 {
        twice!(x) + STEP
    }

    pub mod inner {
        use super::*;

        pub fn deep(point: Point) -> u32 {
            super::helper(point.x + point.y)
        }

        pub mod deeper {
            pub(in super::super) fn answer() -> Option<u32> {
                Some(super::deep(super::super::Point { x: 1, y: 2 }))
            }
        }
    }

    /// Moves a point.
    #[specialize(n in [2, 3])]
    pub fn moved(point: Point, weights: &[u32; SIZE], n: u32) -> Point {
        let mut map = BTreeMap::new();
        map.insert(n, helper(n));
        let extra = inner::deep(point) + inner::deeper::answer().unwrap_or(0) + map[&n];
        let scaled = point.scale(n);
        Point { x: scaled.x + extra + weights.iter().sum::<u32>(), y: scaled.y + n }
    }

    #[specialize(n)]
    pub fn factorial(n: u64) -> u64 {
        if n < 2 { 1 } else { n * factorial(n - 1) }
    }
}

#[test]
fn all_items_can_be_used_in_every_tier() {
    support::private_store();
    let (point, weights) = (kernels::Point::new(3, 4), [1, 2, 3, 4]);
    for n in [2, 3, 7] {
        let generic = kernels::moved::generic(point, &weights, n);
        let bound = kernels::moved::prepare(n).expect("a variant");
        assert_eq!(bound.tier(), if n == 7 { Tier::Runtime } else { Tier::BuildTime });
        assert_eq!(bound.call(point, &weights), generic);
        assert_eq!(kernels::moved(point, &weights, n), generic);
    }
    assert_eq!(kernels::moved::at::<7>(point, &weights), kernels::moved::generic(point, &weights, 7));
    let bound = kernels::factorial::prepare(10).expect("a variant");
    assert_eq!((bound.call(), bound.tier()), (3_628_800, Tier::Runtime));
}

#[specialize]
#[allow(unreachable_pub, reason = "as in a library")]
mod configured {
    #[cfg(not(debug_assertions))]
    const FACTOR: u32 = 3;
    #[cfg(debug_assertions)]
    const FACTOR: u32 = 5;

    /// Not there at all.
    #[cfg(target_os = "none")]
    #[specialize(n in [missing::N])]
    pub fn absent(x: missing::Type, n: u32) -> missing::Type {
        x
    }

    #[cfg(not(target_os = "none"))]
    #[specialize(n in [FACTOR, TWO])]
    pub fn present(x: u32, n: u32) -> u32 {
        x * FACTOR * n + if cfg!(debug_assertions) { 1 } else { 0 }
    }

    const TWO: u32 = 2;

    pub struct Counter(pub u32);

    impl Counter {
        #[cfg(target_os = "none")]
        #[specialize(n in [missing::N])]
        pub fn add(&self, n: u32) -> missing::Type {
            self.1
        }

        #[cfg(not(target_os = "none"))]
        #[specialize(n in [TWO])]
        pub fn add(&self, n: u32) -> u32 {
            self.0 + n
        }
    }
}

#[test]
fn items_follow_the_configuration_of_the_host() {
    support::private_store();
    for n in [2, 5, 11] {
        assert_eq!(configured::present::prepare(n).expect("a variant").call(7), configured::present::generic(7, n));
        let counter = configured::Counter(1);
        assert_eq!(configured::Counter::add_prepare(n).expect("a variant").call(&counter), counter.add_generic(n));
    }
}

#[specialize]
#[allow(unreachable_pub, dead_code, reason = "as in a library")]
mod shadows {
    use std::fmt::{self, Write as _};

    /// Comes before that of std, here and in what imports it.
    pub type Result<T> = ::core::result::Result<T, Failure>;

    #[derive(Debug, PartialEq)]
    pub enum Failure {
        Small(u32),
        Text,
    }

    impl From<fmt::Error> for Failure {
        fn from(_: fmt::Error) -> Self {
            Failure::Text
        }
    }

    mod vec {
        use super::*;

        pub(super) fn checked(n: u32) -> Result<u32> {
            if n > 3 { Ok(n) } else { Err(Failure::Small(n)) }
        }
    }

    /// A constant that is named as the const generic would be.
    const N: usize = 2;

    #[specialize(n in [1, 4])]
    pub fn text(numbers: [u8; N], n: u32) -> Result<String> {
        let mut text = String::new();
        write!(text, "{:?} {}", numbers, vec::checked(n)?)?;
        Ok(text)
    }

    /// Its name is that of a parameter, of a local function and of a module.
    #[specialize(generic)]
    pub fn generic(bind: u32, generic: u32) -> u32 {
        fn bound(generic: u32) -> u32 {
            generic + 1
        }
        bound(generic) + bind
    }

    /// Private, as its function is.
    struct Hidden(u32);

    #[specialize(n in [1])]
    fn hidden(hidden: &Hidden, n: u32) -> Hidden {
        Hidden(hidden.0 + n)
    }

    pub fn through_hidden(n: u32) -> u32 {
        hidden(&Hidden(1), n).0
    }
}

#[test]
fn names_of_the_module_come_before_others() {
    support::private_store();
    for n in [1, 3, 4, 5] {
        assert_eq!(shadows::text::prepare(n).expect("a variant").call([1, 2]), shadows::text::generic([1, 2], n));
        assert_eq!(shadows::through_hidden(n), n + 1);
        assert_eq!(shadows::generic::prepare(n).expect("a variant").call(2), n + 3);
    }
}
