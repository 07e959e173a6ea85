//! For tests of your specialized functions: keep a thread to one tier, or compare all tiers.
//!
//! ```
//! use specialize::Tier;
//!
//! let forced = specialize::testing::force(Tier::Generic);
//! // What this thread calls here, the generic function serves.
//! drop(forced);
//! ```

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt::{Debug, Write as _};
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};

use crate::dispatch_table::DispatchTable;
use crate::error::Error;
use crate::function::Tier;
use crate::stats::functions;
use crate::user_code;

#[doc(inline)]
pub use crate::__specialize_assert_tiers_agree as assert_tiers_agree;

thread_local! {
    static FORCED: Cell<Option<Tier>> = const { Cell::new(None) };
    /// Calls that the thread made while it was forced to a tier.
    static CALLS: Cell<usize> = const { Cell::new(0) };
    /// Whether a tier that cannot serve is no mistake.
    static TRYING: Cell<bool> = const { Cell::new(false) };
    /// Why a tier could not serve a call meanwhile.
    static LACKING: RefCell<Option<Error>> = const { RefCell::new(None) };
}

/// Keeps this thread to one tier as long as the returned guard lives: every call that it makes of a specialized function, by dispatcher or
/// by handle, is served in that tier.
///
/// In `Tier::Runtime` the first call with a value makes its variant, and waits for it; listed values get one too. `Bound::tier` still says
/// which tier would serve the handle without the guard. `generic` and `at` are not affected. Drop the guards of one thread in the reverse
/// order of their making.
///
/// Cost: other threads are served as usual, but every call in the process takes some hundred nanoseconds more meanwhile.
///
/// # Panics
///
/// This function does not; but a call that the tier cannot serve panics with the [`Error`].
///
/// ```
/// # use specialize::specialize;
/// # #[specialize(n in [3])]
/// # fn power(x: u64, n: u32) -> u64 { (0..n).fold(1, |product: u64, _| product.wrapping_mul(x)) }
/// use specialize::Tier;
/// use specialize::testing::force;
///
/// let generic = force(Tier::Generic);
/// assert_eq!(power(2, 3), 8); // not by the variant for 3
/// drop(generic);
/// assert_eq!(power(2, 3), 8);
/// ```
pub fn force(tier: Tier) -> Forced {
    functions().into_iter().for_each(DispatchTable::cover);
    Forced { before: FORCED.replace(Some(tier)), thread: PhantomData }
}

/// What [`force`] returns: as long as it lives, its thread is kept to one tier.
///
/// ```
/// # use specialize::specialize;
/// # #[specialize(n in [3])]
/// # fn power(x: u64, n: u32) -> u64 { (0..n).fold(1, |product: u64, _| product.wrapping_mul(x)) }
/// use specialize::Tier;
/// use specialize::testing::{Forced, force};
///
/// let fixture: Forced = force(Tier::Runtime);
/// assert_eq!(power(3, 4), 81); // waits for the variant
/// drop(fixture);
/// ```
#[derive(Debug)]
#[must_use = "the thread is kept to the tier only as long as this lives"]
pub struct Forced {
    before: Option<Tier>,
    /// It speaks for the thread it was made on.
    thread: PhantomData<*const ()>,
}

impl Drop for Forced {
    fn drop(&mut self) {
        FORCED.set(self.before);
        functions().into_iter().for_each(DispatchTable::uncover);
    }
}

/// The tier that a call of this thread is kept to.
pub(crate) fn tier_of_this_thread() -> Option<Tier> {
    let tier = FORCED.get();
    CALLS.set(CALLS.get() + usize::from(tier.is_some()));
    tier
}

/// Notes a call that its tier cannot serve. Where tiers are compared this one is left out, and any may serve; else that is a panic.
pub(crate) fn cannot_serve(error: Error) {
    if !TRYING.get() {
        panic_any(error.to_string());
    }
    LACKING.with_borrow_mut(|lacking| *lacking = Some(error));
}

/// Asserts that a call of a specialized function, or an expression with several, gives the same result in every tier.
///
/// The expression is evaluated once in each tier: generic, build-time if its values are listed, and runtime if there is such a tier. Missing
/// variants are made, which takes milliseconds each. Two results are the same if they are equal by `==` and look the same by `{:?}`: zeroes
/// of different sign differ, and a NaN equals a NaN. Two panics are the same if their messages are. The macro returns the list of the
/// tiers that were compared.
///
/// The expression must not move what it uses, and must do the same each time. It may stand in a property test.
///
/// # Panics
///
/// Two tiers differ, or the expression calls no specialized function.
///
/// ```
/// # use specialize::specialize;
/// # #[specialize(n in [3])]
/// # fn power(x: u64, n: u32) -> u64 { (0..n).fold(1, |product: u64, _| product.wrapping_mul(x)) }
/// use specialize::Tier;
/// use specialize::testing::assert_tiers_agree;
///
/// let tiers = assert_tiers_agree!(power(7, 3));
/// assert!(tiers.starts_with(&[Tier::Generic, Tier::BuildTime])); // and runtime, where a compiler is
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! __specialize_assert_tiers_agree {
    ($call:expr $(,)?) => {
        $crate::__private::v1::agree(::core::stringify!($call), || $call)
    };
}

/// What stands behind the macro; see there.
#[track_caller]
pub fn agree<R: PartialEq + Debug>(text: &str, call: impl Fn() -> R) -> Vec<Tier> {
    let (generic, calls) = outcome_in(Tier::Generic, &call);
    assert!(calls > 0, "`{text}` calls no specialized function, so there are no tiers to compare");
    let mut tiers = vec![Tier::Generic];
    let mut differences = String::new();
    for tier in [Tier::BuildTime, Tier::Runtime] {
        match outcome_in(tier, &call).0 {
            Outcome::Unavailable(error) => user_code::event!(debug, "specialize::testing", %tier, %error, "a tier is not compared"),
            outcome if outcome.is_as(&generic) => tiers.push(tier),
            outcome => {
                let _ = write!(differences, "\n  {tier}: {}", outcome.show());
            }
        }
    }
    assert!(differences.is_empty(), "the tiers of `{text}` differ:\n  {}: {}{differences}", Tier::Generic, generic.show());
    tiers
}

/// How a call ended.
enum Outcome<R> {
    Returned(R),
    Panicked(String),
    Unavailable(Error),
}

impl<R: PartialEq + Debug> Outcome<R> {
    fn show(&self) -> String {
        match self {
            Outcome::Returned(result) => format!("{result:?}"),
            Outcome::Panicked(message) => format!("panicked: {message}"),
            Outcome::Unavailable(error) => error.to_string(),
        }
    }

    #[expect(clippy::eq_op, reason = "what is not equal to itself is a NaN, or holds one")]
    fn is_as(&self, other: &Outcome<R>) -> bool {
        match (self, other) {
            (Outcome::Returned(result), Outcome::Returned(expected)) => {
                (result == expected || result != result) && format!("{result:?}") == format!("{expected:?}")
            }
            (Outcome::Panicked(message), Outcome::Panicked(expected)) => message == expected,
            _ => false,
        }
    }
}

/// Makes the call in one tier; how it ended, and how many specialized functions it called.
fn outcome_in<R>(tier: Tier, call: &impl Fn() -> R) -> (Outcome<R>, usize) {
    let before = CALLS.get();
    let was_trying = TRYING.replace(true);
    let forced = force(tier);
    let result = catch_unwind(AssertUnwindSafe(call));
    drop(forced);
    TRYING.set(was_trying);
    let outcome = match (LACKING.take(), result) {
        (Some(error), _) => Outcome::Unavailable(error),
        (None, Ok(result)) => Outcome::Returned(result),
        (None, Err(payload)) => Outcome::Panicked(message(&*payload)),
    };
    (outcome, CALLS.get() - before)
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "with something that is no text".to_owned())
}
