//! Functions with type parameters in a captured module, whose types may be listed.

use specialize::{Tier, specialize};

use crate::support;

#[specialize]
#[allow(unreachable_pub, reason = "forms that are tested")]
mod shapes {
    pub trait Shape {
        fn area(&self) -> f64;
        fn scaled(&self, by: f64) -> Self;
    }

    #[derive(Clone, Copy, Debug, PartialEq, specialize::Value)]
    pub struct Square(pub f64);

    #[derive(Clone, Copy, Debug, PartialEq, specialize::Value)]
    pub struct Box2 {
        pub wide: f64,
        pub high: f32,
    }

    impl Shape for Square {
        fn area(&self) -> f64 {
            self.0 * self.0
        }

        fn scaled(&self, by: f64) -> Square {
            Square(self.0 * by)
        }
    }

    impl Shape for Box2 {
        fn area(&self) -> f64 {
            self.wide * f64::from(self.high)
        }

        fn scaled(&self, by: f64) -> Box2 {
            Box2 { wide: self.wide * by, high: self.high * by as f32 }
        }
    }

    /// The value is of a listed type itself.
    #[specialize(unit, times, S in [Square, self::Box2])]
    pub fn grown<S: Shape>(shape: &S, unit: S, times: u32) -> (S, f64) {
        let ratio = shape.area() / unit.area();
        (shape.scaled(f64::from(times)), ratio)
    }

    pub mod inner {
        use super::*;

        pub struct Own(pub u8);

        impl From<Own> for u32 {
            fn from(own: Own) -> u32 {
                own.0.into()
            }
        }

        #[specialize(n in [1], T in [super::inner::Own, self::Other, u8], work = self::cost::<T>(), hot = 1_000_000)]
        pub fn sum<T: Into<u32>>(all: Vec<T>, extra: super::Square, n: u32) -> u32 {
            all.into_iter().map(Into::into).sum::<u32>() * n + extra.area() as u32
        }

        fn cost<T>() -> u64 {
            size_of::<T>() as u64
        }

        pub struct Other(pub u32, pub u8);

        impl From<Other> for u32 {
            fn from(other: Other) -> u32 {
                other.0 + u32::from(other.1)
            }
        }
    }
}

use shapes::inner::{Other, Own};
use shapes::{Box2, Square};

#[test]
fn types_of_the_module_may_be_listed() {
    support::private_store();
    let (square, wide) = (Square(3.0), Box2 { wide: 2.0, high: 0.5 });
    let bound = shapes::grown::prepare(Square(2.0), 5).expect("a variant");
    assert_eq!((bound.tier(), bound.call(&square)), (Tier::Runtime, shapes::grown::generic(&square, Square(2.0), 5)));
    let bound: shapes::grown::Bound<Box2> = shapes::grown::prepare(wide, 5).expect("a variant");
    assert_eq!(bound.call(&wide), (Box2 { wide: 10.0, high: 2.5 }, 1.0));
    assert_eq!(shapes::grown(&wide, wide, 5), bound.call(&wide));
}

#[test]
fn they_may_stand_in_modules_of_it() {
    support::private_store();
    let own = || vec![Own(1), Own(2)];
    let bound = shapes::inner::sum::prepare::<Own>(4).expect("a variant");
    assert_eq!((bound.tier(), bound.call(own(), Square(3.0))), (Tier::Runtime, 21));
    assert_eq!(shapes::inner::sum::bind::<Other>(1).tier(), Tier::BuildTime);
    assert_eq!(shapes::inner::sum(vec![Other(7, 8)], Square(0.0), 1), 15);
    assert_eq!(shapes::inner::sum(vec!['a'], Square(0.0), 1), 97);
    assert_eq!(shapes::inner::sum::prepare::<u8>(3).expect("a variant").call(vec![1, 2], Square(1.0)), 10);
    assert_eq!(shapes::inner::sum::table::<Other>().name(), "sum::<self::Other>");
}
