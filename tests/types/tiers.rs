//! All tiers agree for every listed type, and for others.

use std::ops::{Add, Mul};

use proptest::prelude::*;
use specialize::{Tier, settle, specialize};

use crate::support;

/// The first `n` products, added up.
#[specialize(n in [3], T in [f32, f64, u64], hot = 20)]
fn dot<T: ::std::ops::Mul<Output = T> + ::std::ops::Add<Output = T> + Copy + Default>(a: &[T], b: &[T], n: usize) -> T {
    let mut sum = T::default();
    for index in 0..n {
        sum = sum + a[index] * b[index];
    }
    sum
}

/// A number that is in no list.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Modulo(u8);

impl Add for Modulo {
    type Output = Modulo;

    fn add(self, other: Modulo) -> Modulo {
        Modulo((self.0 + other.0) % 7)
    }
}

impl Mul for Modulo {
    type Output = Modulo;

    fn mul(self, other: Modulo) -> Modulo {
        Modulo((self.0 * other.0) % 7)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn tiers_agree_for_all_listed_types(n in 0usize..6, a in any::<[f64; 6]>(), b in any::<[f64; 6]>(), c in any::<[u16; 6]>()) {
        support::private_store();
        let single = [a.map(|x| x as f32), b.map(|x| x as f32)];
        let whole = c.map(u64::from);
        prop_assert_eq!(dot::prepare::<f64>(n).expect("a variant").call(&a, &b).to_bits(), dot::generic(&a, &b, n).to_bits());
        prop_assert_eq!(dot(&a, &b, n).to_bits(), dot::generic(&a, &b, n).to_bits());
        let expected = dot::generic::<f32>(&single[0], &single[1], n);
        prop_assert_eq!(dot::prepare::<f32>(n).expect("a variant").call(&single[0], &single[1]).to_bits(), expected.to_bits());
        prop_assert_eq!(dot(&single[0], &single[1], n).to_bits(), expected.to_bits());
        prop_assert_eq!(dot::prepare::<u64>(n).expect("a variant").call(&whole, &whole), dot::generic(&whole, &whole, n));
    }
}

#[test]
fn a_listed_value_is_served_at_build_time_for_each_type() {
    support::private_store();
    let bound: dot::Bound<f32> = dot::bind::<f32>(3);
    assert_eq!((bound.tier(), bound.call(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0])), (Tier::BuildTime, 32.0));
    assert_eq!(dot::bind::<u64>(3).tier(), Tier::BuildTime);
    assert_eq!(dot::at::<u64, 2>(&[1, 2], &[3, 4]), 11);
    assert_eq!(dot::at::<Modulo, 2>(&[Modulo(1), Modulo(2)], &[Modulo(3), Modulo(4)]), Modulo(4));
}

#[test]
fn the_tiers_of_a_family_can_be_compared() {
    support::private_store();
    let tiers = specialize::testing::assert_tiers_agree!(dot(&[1f32, 2.0, 3.0], &[4.0, 5.0, 6.0], 3));
    assert_eq!(tiers, [Tier::Generic, Tier::BuildTime, Tier::Runtime]);
}

#[test]
fn a_type_that_is_not_listed_is_served_by_the_generic_function() {
    support::private_store();
    let numbers = [Modulo(3), Modulo(4), Modulo(5)];
    assert_eq!(dot(&numbers, &numbers, 3), Modulo(1));
    assert_eq!(dot::<i16>(&[1, -2], &[3, 4], 2), -5);
}

#[test]
fn each_type_has_a_table_of_its_own() {
    support::in_a_child("tiers::each_type_has_a_table_of_its_own", [("", ""); 0], || {
        assert!(dot::lookup::<f32>(5).is_none());
        let (ones, twos) = ([1f32; 8], [2f32; 8]);
        for _ in 0..25 {
            assert_eq!(dot(&ones, &twos, 8), 16.0);
        }
        assert!(settle(crate::support::processes::PATIENCE));
        assert_eq!(dot::lookup::<f32>(8).expect("it was hot").tier(), Tier::Runtime);
        assert!(dot::lookup::<f64>(8).is_none());
        drop(dot::request::<u64>(8));
        assert!(settle(crate::support::processes::PATIENCE));
        assert!(dot::lookup::<u64>(8).is_some());
        let names = [dot::table::<f32>(), dot::table::<f64>(), dot::table::<u64>()].map(|table| table.name());
        assert_eq!(names, ["dot::<f32>", "dot::<f64>", "dot::<u64>"]);
        assert!(specialize::functions().iter().any(|function| function.name() == "dot::<f64>"));
        assert!(
            specialize::stats()
                .to_string()
                .lines()
                .any(|line| line.split(' ').next().is_some_and(|path| path.ends_with("tiers::dot::<f64>")))
        );
    });
}
