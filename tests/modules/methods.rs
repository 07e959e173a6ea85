//! Methods with every kind of receiver, and what stands beside them.

use std::time::Duration;

use specialize::{Tier, specialize};

use crate::support;

#[specialize]
#[allow(unreachable_pub, clippy::boxed_local, clippy::needless_arbitrary_self_type, reason = "forms that are tested")]
mod filters {
    /// A filter.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct BoxFilter {
        pub values: Vec<u32>,
        sum: u32,
    }

    impl BoxFilter {
        pub const LAST: u32 = 9;
        const WIDTH: usize = 2;

        pub fn new(values: &[u32]) -> Self {
            BoxFilter { values: values.to_vec(), sum: 0 }
        }

        /// By reference.
        #[specialize(n in [2, Self::LAST])]
        pub fn scaled(&self, (a, b): (u32, u32), n: u32) -> u32 {
            self.values.iter().fold(a * b, |sum, value| sum + value * n)
        }

        #[specialize(n)]
        pub fn add(&mut self, n: u32) -> &mut Self {
            self.sum += n;
            for value in &mut self.values {
                *value += n;
            }
            self
        }

        #[specialize(n)]
        pub fn grown(mut self, n: u32) -> Self {
            self.values.push(n);
            self
        }

        #[specialize(n)]
        pub fn boxed(self: Box<Self>, n: u32) -> Box<Self> {
            Box::new(self.grown(n + 1))
        }

        #[specialize(n)]
        pub fn first<'a>(&self, other: &'a [u32; Self::WIDTH], n: u32) -> (&u32, &'a u32) {
            (&self.values[n as usize], &other[n as usize])
        }

        #[specialize(n, module = maker)]
        pub fn of(n: u32) -> Option<Self> {
            (n > 2).then(|| Self { values: vec![n; Self::WIDTH], sum: 0 })
        }

        #[specialize(n in [3], batch(x), work = self.values.len() * n as usize, hot = 100_000)]
        pub fn weighed(&self, x: u32, n: u32) -> u32 {
            self.values.iter().sum::<u32>() * n + x
        }

        /// Calls itself by its name.
        #[specialize(n)]
        pub fn countdown(&self, n: u32) -> u32 {
            if n == 0 { self.sum } else { 1 + self.countdown(n - 1) }
        }

        /// # Safety
        ///
        /// None is needed.
        #[specialize(n)]
        pub unsafe fn careless(&self, n: u32) -> u32 {
            self.sum + n
        }
    }

    pub mod inner {
        pub struct Deep(pub u32);

        impl self::Deep {
            #[specialize(n)]
            pub(in super::super) fn sum(self: &Self, other: &super::BoxFilter, n: u32) -> u32 {
                self.0 + other.sum + n
            }
        }
    }
}

use filters::{BoxFilter, box_filter_scaled, maker};

#[test]
fn methods_of_all_receivers_serve_in_every_tier() {
    support::private_store();
    let filter = BoxFilter::new(&[1, 2, 3]);
    for (n, tier) in [(2, Tier::BuildTime), (9, Tier::BuildTime), (5, Tier::Runtime)] {
        let bound: box_filter_scaled::Bound = BoxFilter::scaled_prepare(n).expect("a variant");
        assert_eq!((bound.tier(), bound.call(&filter, (2, 4))), (tier, 8 + 6 * n));
        assert_eq!(filter.scaled((2, 4), n), 8 + 6 * n);
        assert_eq!(filter.scaled_generic((2, 4), n), 8 + 6 * n);
    }
    assert_eq!(filter.scaled_at::<7>((1, 1)), 43);

    let mut filter = BoxFilter::new(&[1]);
    let add = BoxFilter::add_prepare(4).expect("a variant");
    add.call(&mut filter).add(4).add_generic(1).add_at::<1>();
    assert_eq!(filter.values, [11]);

    let grown = BoxFilter::grown_prepare(8).expect("a variant").call(filter.clone());
    assert_eq!(grown, filter.clone().grown(8));
    let boxed = BoxFilter::boxed_prepare(8).expect("a variant").call(Box::new(filter.clone()));
    assert_eq!(*boxed, filter.clone().grown(9));

    let other = [5, 6];
    let first = BoxFilter::first_prepare(0).expect("a variant");
    assert_eq!(first.call(&filter, &other), filter.first_generic(&other, 0));

    assert_eq!(maker::prepare(2).expect("a variant").call(), None);
    assert_eq!(BoxFilter::of_prepare(3).expect("a variant").call(), BoxFilter::of(3));

    let countdown = BoxFilter::countdown_prepare(6).expect("a variant");
    assert_eq!(countdown.call(&filter), filter.countdown(6));
    // SAFETY: it is safe in truth.
    unsafe {
        assert_eq!(BoxFilter::careless_prepare(6).expect("a variant").call(&filter), filter.careless_at::<6>());
    }

    let deep = filters::inner::Deep(1);
    let sum = filters::inner::Deep::sum_prepare(2).expect("a variant");
    assert_eq!((sum.tier(), sum.call(&deep, &filter)), (Tier::Runtime, deep.sum(&filter, 2)));
}

#[test]
fn methods_map_over_slices() {
    support::private_store();
    let filter = BoxFilter::new(&[1, 2, 3]);
    for n in [3, 8] {
        let (mut mapped, mut bound, expected) = ([0; 3], [0; 3], [6 * n, 6 * n + 1, 6 * n + 2]);
        filter.weighed_map(&[0, 1, 2], n, &mut mapped);
        BoxFilter::weighed_prepare(n).expect("a variant").map(&filter, &[0, 1, 2], &mut bound);
        assert_eq!((mapped, bound), (expected, expected));
    }
}

#[test]
fn the_other_functions_beside_a_method_reach_its_table() {
    support::private_store();
    assert!(BoxFilter::scaled_lookup(1_000).is_none());
    BoxFilter::scaled_request(1_000).wait().expect("a variant");
    assert!(BoxFilter::scaled_lookup(1_000).is_some());
    assert_eq!(BoxFilter::scaled_bind(1_000).tier(), Tier::Runtime);
    assert!(BoxFilter::scaled_prepare_within(1_000, Duration::from_secs(60)).is_ok());
    assert_eq!(BoxFilter::scaled_table().name(), "scaled");
}
