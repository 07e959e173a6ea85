//! Amounts of work: what the option `work` of an annotated function may evaluate to.

/// An integer as an amount of work: nothing where it is negative, and the most there is where it is too large.
#[diagnostic::on_unimplemented(
    message = "`work` must be an integer, not `{Self}`",
    label = "an amount of work is counted as an integer",
    note = "convert it, as in `work = (...) as u64`"
)]
pub trait Work {
    /// The amount.
    fn amount(self) -> u64;
}

macro_rules! integers {
    ($($integer:ty)*) => { $(
        impl Work for $integer {
            #[inline(always)]
            fn amount(self) -> u64 {
                #[allow(unused_comparisons, reason = "some of these are unsigned")]
                if self < 0 { 0 } else { u64::try_from(self).unwrap_or(u64::MAX) }
            }
        }
    )* };
}

integers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_never_negative_and_ends_at_the_most_there_is() {
        assert_eq!([(-1i8).amount(), i128::MIN.amount(), 0u8.amount(), 7usize.amount()], [0, 0, 0, 7]);
        assert_eq!([u128::MAX.amount(), i128::MAX.amount(), u64::MAX.amount()], [u64::MAX; 3]);
    }
}
