//! Dependencies of the user's crate in a template: the code of those that the attribute names travels with it, in every tier.
#![cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]

mod support;

use specialize::{Error, Origin, Tier, specialize};
use support::in_a_child;

/// Where `needle` stands, by code of the crate that is inlined or generic, and by code that only its rlib has.
#[specialize(needle in [7], crates(memchr))]
fn position(bytes: &[u8], needle: u8) -> Option<usize> {
    let pair = memchr::arch::all::twoway::Finder::new(&[needle, needle]).find(bytes, &[needle, needle]);
    pair.or_else(|| memchr::arch::all::memchr::One::new(needle).iter(bytes).next())
}

/// A module that reads what it needs of two crates, in all the ways to name it.
#[specialize(crates(bitpacking, strength_reduce))]
mod kernels {
    use ::strength_reduce::StrengthReducedU64;
    use bitpacking::{BitPacker, BitPacker4x};

    /// The sum of all quotients.
    #[specialize(divisor)]
    pub fn quotients(numbers: &[u64], divisor: u64) -> u64 {
        let divisor = StrengthReducedU64::new(divisor);
        numbers.iter().fold(0, |sum: u64, number| sum.wrapping_add(*number / divisor))
    }

    /// How many bytes a block takes, and their sum.
    #[specialize(bits)]
    pub fn packed(block: &[u32], bits: u8) -> (usize, u64) {
        let mut bytes = [0; 4 * BitPacker4x::BLOCK_LEN];
        let length = inner::packer().compress(block, &mut bytes, bits);
        (length, bytes.iter().map(|byte| u64::from(*byte)).sum())
    }

    mod inner {
        pub(super) fn packer() -> impl bitpacking::BitPacker {
            <bitpacking::BitPacker4x as bitpacking::BitPacker>::new()
        }
    }
}

/// A family, and a type of a crate in a signature, which pins its variants.
#[specialize(n, T in [u8, u16], crates(memchr))]
fn found<T: Copy + Into<u64>>(finder: &memchr::arch::all::rabinkarp::Finder, bytes: &[u8], x: T, n: u64) -> u64 {
    finder.find(bytes, b"ab").map_or(0, |place| place as u64).wrapping_mul(n).wrapping_add(x.into())
}

/// Searches by way of a function that the crate chooses once, and keeps in a `static`.
#[specialize(needle, crates(memchr))]
fn kept(bytes: &[u8], needle: u8) -> Option<usize> {
    memchr::memchr(needle, bytes)
}

/// Needs a part of std that no variant can have.
#[specialize(n, crates(tempfile))]
fn outside(n: u32) -> usize {
    tempfile::env::temp_dir().as_os_str().len() + n as usize
}

const ENGINES: [(&str, Origin); 2] = [("llvm", Origin::Llvm), ("rustc", Origin::Rustc)];

/// Runs a test in a process for each engine.
fn with_each_engine(name: &str, body: impl Fn(Origin)) {
    for (engine, origin) in ENGINES {
        let ours = std::env::var_os("SPECIALIZE_ENGINE").is_none_or(|set| set == engine);
        if ours && in_a_child(name, [("SPECIALIZE_ENGINE", engine)], || body(origin)).is_none() {
            return;
        }
    }
}

#[test]
fn code_of_a_crate_is_the_same_in_every_tier() {
    with_each_engine("code_of_a_crate_is_the_same_in_every_tier", |origin| {
        for needle in [7, 8, 99] {
            let bound = position::prepare(needle).expect("a variant");
            assert!(position::table().entries().iter().all(|entry| entry.is_pinned()), "the crate may have kept something of it");
            assert_eq!(bound.tier(), if needle == 7 { Tier::BuildTime } else { Tier::Runtime });
            for (bytes, expected) in [(&[1, needle, 3, needle, needle][..], Some(3)), (&[5, needle], Some(1)), (&[5], None)] {
                assert_eq!((bound.call(bytes), position::generic(bytes, needle), position(bytes, needle)), (expected, expected, expected));
            }
        }
        let origins: Vec<_> = position::table().entries().iter().filter_map(|entry| entry.origin()).collect();
        assert_eq!(origins, [origin, origin], "for the values that are not listed");
    });
}

#[test]
fn a_module_has_its_crates() {
    with_each_engine("a_module_has_its_crates", |_| {
        let (numbers, block): (Vec<u64>, Vec<u32>) = ((0..1_000).collect(), (0..128).collect());
        let quotients = kernels::quotients::prepare(7).expect("a variant");
        assert_eq!((quotients.tier(), quotients.call(&numbers)), (Tier::Runtime, kernels::quotients::generic(&numbers, 7)));
        assert_eq!(quotients.call(&numbers), numbers.iter().map(|number| number / 7).sum::<u64>());
        let packed = kernels::packed::prepare(7).expect("a variant");
        assert_eq!((packed.tier(), packed.call(&block)), (Tier::Runtime, kernels::packed::generic(&block, 7)));
        assert_eq!(packed.call(&block).0, 128 * 7 / 8);
    });
}

#[test]
fn a_family_and_a_signature_have_the_crates() {
    with_each_engine("a_family_and_a_signature_have_the_crates", |_| {
        let finder = memchr::arch::all::rabinkarp::Finder::new(b"ab");
        let bound = found::prepare::<u16>(5).expect("a variant");
        assert_eq!((bound.tier(), bound.call(&finder, b"xxab", 3)), (Tier::Runtime, 13));
        assert_eq!(found(&finder, b"xxab", 3u16, 5), 13);
    });
}

#[test]
fn state_of_a_crate_is_not_copied() {
    with_each_engine("state_of_a_crate_is_not_copied", |_| {
        let error = kept::prepare(7).expect_err("it has state");
        assert!(matches!(&error, Error::DependencyState { function: "kept", symbols } if symbols.contains("memchr_raw::FN")), "{error}");
        let bound = kept::bind(7);
        assert_eq!((bound.tier(), bound.call(&[1, 7]), kept(&[1, 7], 7)), (Tier::Generic, Some(1), Some(1)));
    });
}

#[test]
fn what_a_crate_needs_of_std_is_named() {
    with_each_engine("what_a_crate_needs_of_std_is_named", |_| {
        let error = outside::prepare(7).expect_err("it needs std");
        assert!(matches!(&error, Error::UnresolvedSymbol { function: "outside", symbols } if symbols.contains("std::")), "{error}");
        assert_eq!(outside(7), outside::generic(7));
    });
}
