//! Functions made by macros.

use specialize::specialize;

macro_rules! whole {
    ($name:ident, $x:ident, $n:ident: $type:ty, [$($value:expr),*], $body:expr) => {
        #[specialize($n in [$($value),*])]
        fn $name($x: u64, $n: $type) -> u64 {
            let hidden = 1;
            let result = $body;
            result + hidden
        }
    };
}

whole!(product, x, n: u32, [2, 3 + 1], {
    let hidden = x;
    hidden * u64::from(n)
});
whole!(least, x, n: u32, [9], x.min(<u64>::from(n)));

macro_rules! item {
    ($(#[$attribute:meta])* $visibility:vis fn $($rest:tt)*) => {
        $(#[$attribute])*
        $visibility fn $($rest)*
    };
}

item! {
    /// Adds.
    #[specialize(n in [2])]
    #[inline]
    pub(crate) fn sum(x: u64, n: u64) -> u64 {
        x + n
    }
}

macro_rules! as_item {
    ($item:item) => {
        #[specialize(n in [2])]
        $item
    };
}

as_item! {
    fn difference(x: u64, n: u64) -> u64 {
        x - n
    }
}

macro_rules! typed {
    ($($name:ident: $type:ty, $limit:literal, $one:expr;)*) => { $(
        #[specialize(n in [1, $limit])]
        fn $name(n: $type) -> Option<$type> {
            let limit: $type = $limit;
            n.checked_add($one).filter(|sum| *sum <= <$type>::MAX && *sum != <$type>::MIN && limit != 0)
        }
    )* };
}

typed! {
    small: u8, 100, 3 - 2;
    signed: i16, -100, 1;
}

macro_rules! layers {
    (@inner $name:ident, $value:expr) => {
        #[specialize(n in [2])]
        fn $name(n: u64) -> u64 {
            let x = 10;
            x + $value + n
        }
    };
    ($name:ident) => { layers!(@inner $name, { let x = 1; x + x }); };
}

layers!(layered);

fn main() {
    specialize::Config::default().mode(specialize::Mode::BuildTime).install().expect("nothing was called yet");
    assert_eq!((product(5, 2), product(5, 4), product(5, 7)), (11, 21, 36));
    assert_eq!(least(5, 2), 3);
    assert_eq!((sum(1, 2), sum::at::<3>(1)), (3, 4));
    assert_eq!(difference(5, 2), 3);
    assert_eq!((small(100), small(255), signed(-100)), (Some(101), None, Some(-99)));
    assert_eq!(layered(2), 14);
}
