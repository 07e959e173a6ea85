//! `bind`, `prepare`, `prepare_within`, `lookup`, `at`, `generic`, and the handles they give.

use std::fmt::Debug;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::time::Duration;

use specialize::{Error, Tier, settle, specialize};

use crate::support::place::{Place, own};
use crate::support::processes::PATIENCE;
use crate::support::{is_child, private_store};
use crate::{closed_compiler, open, whereabouts};

/// Whether what was called is the program's own code.
fn in_the_program((place, _): (usize, u32)) -> bool {
    place == whereabouts::generic(1).0
}

#[test]
fn nobody_waits_for_the_compiler_who_did_not_say_so() {
    const NAME: &str = "handles::nobody_waits_for_the_compiler_who_did_not_say_so";
    if !is_child(NAME) {
        let place = Place::new(NAME);
        let toolchain = closed_compiler(place.path());
        return place.run(&[("SPECIALIZE_TOOLCHAIN", toolchain.to_str().expect("text")), ("SPECIALIZE_HOT", "10")]);
    }
    assert!(whereabouts::lookup(13).is_none(), "nobody asked");
    let bound = whereabouts::bind(13);
    let clone = bound.clone();
    assert_eq!(bound.tier(), Tier::Generic);
    assert!(in_the_program(bound.call()));
    for _ in 0..1_000 {
        assert!(in_the_program(whereabouts(13)) && in_the_program(whereabouts(14)));
    }
    assert!(whereabouts::lookup(13).is_none() && bound.last_error().is_none());
    for timeout in [Duration::ZERO, Duration::from_millis(20)] {
        let error = whereabouts::prepare_within(13, timeout).expect_err("the compiler waits");
        assert!(matches!(error, Error::DeadlinePassed { function: "whereabouts", waited } if waited == timeout), "{error}");
    }
    assert!(!settle(Duration::from_millis(20)));
    assert_eq!(whereabouts::bind(1).tier(), Tier::BuildTime, "listed values have their variant all the same");

    open(&own());
    let prepared = whereabouts::prepare_within(13, PATIENCE).expect("a variant");
    for handle in [&bound, &clone, &prepared, &whereabouts::lookup(13).expect("it is ready"), &whereabouts::bind(13)] {
        assert_eq!((handle.tier(), handle.call()), (Tier::Runtime, prepared.call()));
        assert!(!in_the_program(handle.call()) && handle.last_error().is_none());
    }
    assert_eq!(whereabouts(13), prepared.call(), "the dispatcher turns, too");
    assert!(settle(PATIENCE));
    assert!(whereabouts::lookup(14).is_some(), "it was called often enough");
}

#[test]
fn a_value_is_generic_until_it_is_hot_and_has_a_variant_soon_after() {
    #[specialize(n in [1], hot = 50)]
    fn counted(n: u32) -> (usize, u32) {
        fn here() {}
        let here: fn() = here;
        (here as usize, n)
    }

    const NAME: &str = "handles::a_value_is_generic_until_it_is_hot_and_has_a_variant_soon_after";
    if !is_child(NAME) {
        // In other tests' company, what they make may take the time that there is for hot values.
        return Place::new(NAME).run(&[]);
    }
    let program = counted::generic(13);
    for _ in 0..49 {
        assert_eq!(counted(13), program);
        assert_eq!(counted(1).0, program.0);
    }
    assert_eq!(counted::table().counts().requests, 0);
    assert!(counted::lookup(13).is_none());
    assert_eq!(counted(13), program, "the call that makes it hot is served as well");
    assert_eq!(counted::table().counts().requests, 1);
    assert!(settle(PATIENCE));
    assert_eq!(counted::lookup(13).expect("it has a variant").tier(), Tier::Runtime);
    assert_ne!(counted(13), program);
    assert_eq!(counted(13).1, 13);
    assert!(counted::lookup(14).is_none() && counted::table().len() == 1);
}

#[test]
fn calls_of_many_values_in_turn_make_each_of_them_hot_alone() {
    #[specialize(n, hot = 100)]
    fn turns(x: u32, n: u32) -> u32 {
        x * n
    }

    const NAME: &str = "handles::calls_of_many_values_in_turn_make_each_of_them_hot_alone";
    if !is_child(NAME) {
        return Place::new(NAME).run(&[]);
    }
    for _ in 0..99 {
        for n in 0..5 {
            assert_eq!(turns(3, n), 3 * n);
        }
    }
    turns(3, 2);
    assert!(settle(PATIENCE));
    let hot: Vec<u32> = (0..5).filter(|&n| turns::lookup(n).is_some()).collect();
    assert_eq!(hot, [2]);
}

#[test]
fn listed_values_are_served_by_the_program_from_the_start() {
    private_store();
    let handles = [whereabouts::bind(1), whereabouts::prepare(1).expect("listed"), whereabouts::lookup(1).expect("listed")];
    for handle in handles {
        assert_eq!(handle.tier(), Tier::BuildTime);
        assert!(in_the_program(handle.call()) && handle.last_error().is_none());
    }
    assert!(whereabouts::prepare_within(1, Duration::ZERO).is_ok());
    assert_eq!(whereabouts::at::<77>().1, 77);
}

#[test]
fn prepare_gives_the_same_variant_each_time() {
    private_store();
    let first = whereabouts::prepare(20).expect("a variant");
    let others = [whereabouts::prepare(20).expect("a variant"), whereabouts::bind(20), whereabouts::lookup(20).expect("a variant")];
    assert!(others.iter().all(|other| other.call() == first.call()));
    assert_ne!(whereabouts::prepare(21).expect("a variant").call().0, first.call().0);
}

#[test]
fn handles_are_what_programs_need_them_to_be() {
    fn is_a_handle<T: Clone + Send + Sync + Debug + UnwindSafe + RefUnwindSafe + 'static>(_: &T) {}
    fn is_a_future<T: Future<Output = Result<(), Error>> + Clone + Send + Sync + Debug + Unpin + 'static>(_: &T) {}
    fn is_an_error<T: std::error::Error + Clone + Send + Sync + 'static>() {}

    private_store();
    let bound = whereabouts::prepare(22).expect("a variant");
    is_a_handle(&bound);
    is_a_future(&whereabouts::request(22));
    is_an_error::<Error>();
    let shown = format!("{bound:?}");
    assert!(shown.contains("whereabouts") && shown.contains("22") && shown.contains("Runtime"), "{shown}");
    let there = std::thread::spawn({
        let bound = bound.clone();
        move || bound.call()
    })
    .join()
    .expect("no panic");
    assert_eq!(there, bound.call());
    assert_eq!([Tier::Generic, Tier::BuildTime, Tier::Runtime].map(|tier| tier.to_string()), ["generic", "build-time", "runtime"]);
}

/// Bound functions own their values, in the order of the signature.
#[test]
fn values_stand_in_the_order_of_the_signature() {
    #[specialize(last in ['x'], first in [-1])]
    fn ordered(first: i8, x: u32, last: char) -> String {
        format!("{first} {x} {last}")
    }

    fn bound() -> ordered::Bound {
        let (first, last) = (-7, 'y');
        ordered::prepare(first, last).expect("a variant")
    }

    private_store();
    assert_eq!(bound().call(5), "-7 5 y");
    assert_eq!(ordered::at::<-7, 'y'>(5), "-7 5 y");
    assert_eq!(ordered::bind(-1, 'x').tier(), Tier::BuildTime);
    assert!(ordered::lookup(-7, 'z').is_none());
    assert!(ordered::request(-7, 'y').is_finished());
    assert!(ordered::prepare_within(-7, 'y', Duration::ZERO).is_ok());
    assert_eq!(ordered::generic(-7, 5, 'y'), "-7 5 y");
    assert_eq!(ordered::table().parameters(), ["first", "last"]);
}

#[test]
fn a_function_nobody_may_see_has_handles_nobody_may_see_and_others_have_documented_ones() {
    mod shop {
        use specialize::specialize;

        #[specialize(n, module = prices)]
        pub(in super::super) fn price(x: u32, n: u32) -> u32 {
            x * n
        }

        /// The name of the function is taken in the type namespace.
        pub(super) mod price {
            pub(crate) const CURRENCY: &str = "crowns";
        }
    }

    private_store();
    let bound: shop::prices::Bound = shop::prices::bind(3);
    assert_eq!((bound.call(4), shop::price(4, 3), shop::price::CURRENCY), (12, 12, "crowns"));
}
