//! What a function can ask of its surroundings: types, configuration, places in the source.

use std::any::Any;

use specialize::{Error, Tier, specialize};

use crate::support::private_store;

/// Asks who types are.
#[specialize(n in [1])]
fn kinds_of_types(given: Box<dyn std::any::Any>, n: u32) -> (std::any::TypeId, &'static str, Box<dyn std::any::Any>, Option<u32>) {
    #[derive(Debug)]
    struct Local<T>(T);

    let taken = given.downcast::<(u32, String)>().ok().map(|given| given.0 * n);
    (std::any::TypeId::of::<Local<Vec<u8>>>(), std::any::type_name::<Local<Vec<u8>>>(), Box::new(Local(n)), taken)
}

/// Makes values of types whose identity others know.
#[specialize(n in [1])]
fn known_types(n: u32) -> [Box<dyn std::any::Any + Send>; 3] {
    [Box::new(n), Box::new(vec![n.to_string()]), Box::new(std::time::Duration::from_secs(n.into()))]
}

#[test]
fn types_are_the_same_in_every_tier() {
    private_store();
    let given = || Box::new((7u32, "text".to_owned())) as Box<dyn Any>;
    for n in [1, 3] {
        let expected = kinds_of_types::generic(given(), n);
        assert!(expected.1.contains("Local<alloc::vec::Vec<u8>>") && expected.3 == Some(7 * n), "{expected:?}");
        let bound = kinds_of_types::prepare(n).expect("a variant");
        assert_eq!(bound.tier(), if n == 1 { Tier::BuildTime } else { Tier::Runtime });
        for found in [bound.call(given()), kinds_of_types::at::<1>(given()), kinds_of_types(given(), n)] {
            assert_eq!((found.0, found.1), (expected.0, expected.1));
            assert_eq!((*found.2).type_id(), (*expected.2).type_id());
            assert!(found.3.is_some());
        }
        assert!(bound.call(Box::new(7u32)).3.is_none());
    }
}

#[test]
fn a_value_made_in_a_variant_is_of_the_type_that_the_host_knows() {
    private_store();
    for n in [1, 9] {
        for [number, list, duration] in [known_types::prepare(n).expect("a variant").call(), known_types(n)] {
            assert_eq!(number.downcast_ref::<u32>(), Some(&n));
            assert_eq!(list.downcast::<Vec<String>>().expect("a list"), Box::new(vec![n.to_string()]));
            assert_eq!(duration.downcast_ref(), Some(&std::time::Duration::from_secs(n.into())));
        }
    }
}

#[test]
fn a_nested_function_that_asks_for_types_is_for_build_time_only() {
    #[specialize(n in [1])]
    fn nested(n: u32) -> &'static str {
        struct Local;
        let _ = n;
        std::any::type_name::<Local>()
    }

    private_store();
    let error = nested::prepare(2).expect_err("its types would be others");
    assert!(matches!(&error, Error::BuildTimeOnly { function: "nested", reason } if reason.contains("move it to a module")), "{error}");
    assert_eq!((nested::bind(1).tier(), nested::bind(2).tier()), (Tier::BuildTime, Tier::Generic));
    assert_eq!(nested::bind(1).call(), nested::bind(2).call());
    assert_eq!((nested(1), nested(2)), (nested::generic(1), nested::generic(2)));
    assert!(matches!(nested::bind(2).last_error(), Some(Error::BuildTimeOnly { .. })));
}

/// Every way to ask for the configuration. A variant may run on the processor it was made for, but was configured by the build.
#[specialize(n in [1])]
fn configured(n: u32) -> (Vec<bool>, Vec<&'static str>, u32) {
    #[cfg(debug_assertions)]
    const BUILD: &str = "debug";
    #[cfg(not(debug_assertions))]
    const BUILD: &str = "release";

    #[cfg_attr(all(), derive(Debug, Clone))]
    #[cfg_attr(any(), derive(Unknown))]
    struct Field {
        #[cfg(unix)]
        unix: u32,
        #[cfg(not(unix))]
        other: u32,
    }

    let asked = vec![
        cfg!(debug_assertions),
        cfg!(test),
        cfg!(panic = "unwind"),
        cfg!(target_feature = "sse2"),
        cfg!(target_feature = "avx2"),
        cfg!(any(target_feature = "avx512f", target_feature = "bmi2", target_feature = "fma")),
        cfg!(all(target_os = "linux", not(target_pointer_width = "32"))),
        core::cfg!(target_env = "gnu"),
        cfg!(not(any())),
    ];
    let mut words = vec![BUILD];
    #[cfg(test)]
    words.push("test");
    #[cfg(not(test))]
    words.push("no test");
    if cfg!(target_arch = "x86_64") {
        words.push("x86");
    }
    words.push(match n {
        #[cfg(any())]
        _ => "never",
        #[cfg(unix)]
        0 => "zero",
        _ => "many",
    });
    let field = Field {
        #[cfg(unix)]
        unix: n,
        #[cfg(not(unix))]
        other: n,
    };
    let mut sum = field.clone().unix;
    debug_assert!({
        sum += 100;
        true
    });
    (asked, words, sum)
}

#[test]
fn the_configuration_is_that_of_the_build_in_every_tier() {
    private_store();
    for n in [1, 0] {
        let expected = configured::generic(n);
        assert_eq!(expected.0[..3], [cfg!(debug_assertions), cfg!(test), cfg!(panic = "unwind")]);
        assert_eq!(expected.0[4], cfg!(target_feature = "avx2"));
        assert_eq!(expected.1[0], if cfg!(debug_assertions) { "debug" } else { "release" });
        assert_eq!(expected.2, n + if cfg!(debug_assertions) { 100 } else { 0 });
        assert_eq!(configured::prepare(n).expect("a variant").call(), expected, "{n}");
        assert_eq!(configured(n), expected, "{n}");
        assert_eq!(configured::at::<0>(), configured::generic(0));
    }
}

/// Says where it stands.
#[rustfmt::skip]
#[specialize(n in [1])]
fn placed(n: u32) -> [(&'static str, u32, u32, &'static str); 2] {
    let here = |_: u32| (file!(), line!(), column!(), module_path!());
    /* ä */ [here(n), (core::file!(), core::line!() + n - n, std::column!(), core::module_path!())]
}

/// A character is one column for `column!()`, and up to four for the place of a panic.
#[rustfmt::skip]
#[specialize(n in [1])]
fn placed_behind_wide_characters(n: u32) -> [u32; 2] {
    let _ = n; /*	漢字 */ let first = column!();	[first,	column!()]
}

macro_rules! placed_by_macro {
    ($kernel:ident, $n:ident, $place:expr) => {
        #[specialize($n in [1])]
        fn $kernel($n: u32) -> (u32, u32, u32, u32, u32) {
            (line!(), column!(), $n, $place.0, $place.1)
        }
    };
}

placed_by_macro!(placed_where_called, n, (line!(), column!()));

#[test]
fn places_are_those_of_the_source_in_every_tier() {
    private_store();
    for n in [1, 3] {
        let expected = placed::generic(n);
        assert_eq!((expected[0].0, expected[1].1), (file!(), expected[0].1 + 1));
        assert_eq!(placed::prepare(n).expect("a variant").call(), expected, "{n}");
        assert_eq!(placed(n), expected, "{n}");
        let expected = placed_where_called::generic(n);
        assert_eq!(expected.0, expected.3);
        assert_eq!(placed_where_called::prepare(n).expect("a variant").call(), expected, "{n}");
    }
}

#[test]
fn columns_are_those_of_the_source_behind_tabs_and_wide_characters_too() {
    private_store();
    for n in [1, 3] {
        let expected = placed_behind_wide_characters::generic(n);
        assert_eq!(placed_behind_wide_characters::prepare(n).expect("a variant").call(), expected, "{n}");
    }
}
