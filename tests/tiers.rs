//! One meaning: every tier returns the same bits, and leaves the same behind.

mod support;

use std::process::Command;

#[path = "tiers/data.rs"]
mod data;
#[path = "tiers/forms.rs"]
mod forms;
#[path = "tiers/items.rs"]
mod items;
#[path = "tiers/numbers.rs"]
mod numbers;

/// For each kernel, a property test: whatever its arguments, all tiers return what the generic function returns, for listed
/// values and for others, and leave the arguments named after `leaving` as it leaves them.
///
/// The specialized parameters come last. Results are compared by their debug text, which tells any two of them apart but
/// the many bits that a NaN may have.
macro_rules! same_in_every_tier {
    ($(
        $kernel:ident $arguments:tt with $inputs:tt $(leaving $left:ident)?
            for listed $listed:tt, others $others:tt;
    )+) => {
        mod same_in_every_tier {
            #![allow(unused_unsafe, reason = "kernels may be unsafe")]

            use super::*;

            $( crate::property! { $kernel $inputs {
                crate::support::private_store();
                crate::compare!($kernel $listed, ::specialize::Tier::BuildTime, $arguments, $inputs, ($($left)?));
                crate::compare!($kernel $others, ::specialize::Tier::Runtime, $arguments, $inputs, ($($left)?));
            } } )+
        }
    };
}

/// A property test with the name of a kernel.
macro_rules! property {
    ($kernel:ident ($($name:ident in $strategy:expr),*) $body:block) => {
        proptest! {
            #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

            #[test]
            fn $kernel($($name in $strategy,)* _nothing in Just(())) $body
        }
    };
}

/// Compares the four ways to call a kernel, for each tuple of specialized values.
macro_rules! compare {
    ($kernel:ident [$($values:tt),*], $tier:expr, $arguments:tt, $inputs:tt, $left:tt) => {
        $( crate::compare!($kernel $values, $tier, $arguments, $inputs, $left); )*
    };
    ($kernel:ident ($($value:expr),+), $tier:expr, $arguments:tt, $inputs:tt, $left:tt) => {{
        let bound = super::$kernel::prepare($($value),+)?;
        prop_assert_eq!(bound.tier(), $tier);
        let expected = crate::call!([super::$kernel::generic], $arguments, ($($value),+), $inputs, $left);
        let of_tier = crate::call!([bound.call], $arguments, (), $inputs, $left);
        prop_assert_eq!(of_tier, expected.as_str(), "the {} variant", $tier);
        let of_constant = crate::call!([super::$kernel::at::<$({ $value }),+>], $arguments, (), $inputs, $left);
        prop_assert_eq!(of_constant, expected.as_str(), "the variant for a constant");
        let of_dispatcher = crate::call!([super::$kernel], $arguments, ($($value),+), $inputs, $left);
        prop_assert_eq!(of_dispatcher, expected, "the dispatcher");
    }};
    ($kernel:ident $value:tt, $($rest:tt)*) => {
        crate::compare!($kernel ($value), $($rest)*)
    };
}

/// One call, with copies of the inputs, as text: the result and what is left behind.
macro_rules! call {
    ([$($function:tt)+], ($($argument:expr),*), ($($value:expr),*), ($($name:ident in $strategy:expr),*), ($($left:ident)?)) => {{
        $(
            #[allow(unused_mut, reason = "not every kernel writes to its arguments")]
            let mut $name = $name.clone();
        )*
        // SAFETY: unsafe kernels are given what they ask for.
        let result = unsafe { $($function)+($($argument,)* $($value),*) };
        let result = format!("{result:?}");
        $( let result = result + &format!(" leaving {:?}", $left); )?
        result
    }};
}

use {call, compare, property, same_in_every_tier};

/// Says to the process that it runs all the other tests by the other engine.
const OTHER_ENGINE: &str = "SPECIALIZE_TEST_OTHER_ENGINE";

/// The other tests of this file compare what LLVM alone makes with the generic function; here the same is done with what rustc makes.
#[test]
fn every_kernel_is_the_same_by_the_other_engine() {
    if std::env::var_os(OTHER_ENGINE).is_some() {
        return;
    }
    let mut tests = Command::new(std::env::current_exe().expect("the test binary has a path"));
    tests.args(["--skip", "every_kernel_is_the_same_by_the_other_engine"]).env(OTHER_ENGINE, "").env("SPECIALIZE_ENGINE", "rustc");
    let output = tests.output().expect("the test binary can be started");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && !printed.contains("running 0 tests"), "{printed}\n{}", String::from_utf8_lossy(&output.stderr));
}
