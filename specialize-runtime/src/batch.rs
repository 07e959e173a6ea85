//! What the generated code of a function with the option `batch` calls.

/// Refuses to write the results for `inputs` elements to a slice of another length.
///
/// # Panics
///
/// The lengths differ. The place is the caller's.
#[inline(always)]
#[track_caller]
pub fn check_lengths(function: &str, inputs: usize, outputs: usize) {
    if inputs != outputs {
        refuse(function, inputs, outputs);
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn refuse(function: &str, inputs: usize, outputs: usize) -> ! {
    panic!("`{function}::map` was given {inputs} inputs and room for {outputs} outputs: the two slices must have the same length");
}

/// A parameter of one of the calls in a loop, all of which get the same.
#[must_use]
#[inline(always)]
pub const fn copied<T: Copy>(parameter: &T) -> T {
    *parameter
}

/// The work of all calls in a loop.
#[must_use]
#[inline]
pub fn total<T>(inputs: &[T], work: impl Fn(&T) -> u64) -> u64 {
    inputs.iter().fold(0, |total: u64, input| total.saturating_add(work(input)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_adds_up_and_stays_at_the_most_there_is() {
        assert_eq!(total(&[1u64, 2, 3], |work| *work), 6);
        assert_eq!(total(&[u64::MAX, 2], |work| *work), u64::MAX);
        assert_eq!(total(&[], |work| *work), 0);
    }
}
