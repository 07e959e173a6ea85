//! Where a panic says it happened: the user's own line and column, whatever the source looks like.

use specialize::specialize;

use crate::{Panic, outcome, support, text_at};

/// Checks that all tiers panic alike for a value, at `$text`; gives the panic.
macro_rules! same_place {
    ($kernel:ident($($argument:expr),*), $value:expr, $text:expr) => {{
        support::private_store();
        let expected = outcome(|| $kernel::generic($($argument,)* $value)).expect_err("it panics");
        let bound = $kernel::prepare($value).expect("a variant");
        assert_eq!(bound.tier(), specialize::Tier::Runtime);
        assert_eq!(outcome(|| bound.call($($argument),*)), Err(expected.clone()), "bound");
        assert_eq!(outcome(|| $kernel::at::<{ $value }>($($argument),*)), Err(expected.clone()), "for a constant");
        assert_eq!(outcome(|| $kernel($($argument,)* $value)), Err(expected.clone()), "dispatched");
        assert!(text_at(&expected).starts_with($text), "{:?}", text_at(&expected));
        expected
    }};
}

#[rustfmt::skip]
#[allow(clippy::all, clippy::unwrap_used, reason = "code that looks as code should not")]
mod odd_looks {
    use specialize::specialize;

    #[specialize(n)] pub fn unicode(xs: &[u8], n: usize) -> u8 { /* ä€😀 e\u{301} */ let größe = "∅😀👨‍👩‍👧"; xs[n + größe.len() * 0] }

	#[specialize(n)]
	pub fn tabs(xs: &[u8], n: usize) -> u8 {
		let	ys	=	xs;	let z =	ys[n	+ 0];
		z
	}

    #[specialize(n)] pub fn one_line(xs: &[u8], n: usize) -> u8 { let first = xs.first(); if n > 9 { first.copied().unwrap() } else { xs[n] } }

    #[specialize(n)]
    pub
    fn many_lines
    (
        xs
        :
        &[u8], // a comment that ends with a backslash \
        n: usize,
    )
    -> u8
    {
        /* a comment
           of /* several */ lines */
        let text = "one
            two \
            three"; let raw = r#"
"four"
"#; let bytes = b"\x00\
            \xff"; xs[n
            + 0 *
            (text.len() + raw.len() + bytes.len())]
    }

    #[specialize(n)]
    pub fn documented(
        /* before */ xs: &[u8], n: usize,
    ) -> u8 {
        /// An inner function with documentation. `"` and `//` and `/*` in it.
        #[inline]
        fn inner(xs: &[u8], n: usize) -> u8 { 'label: loop { break 'label ' ' as u8 ^ b' ' ^ xs[n] } }
        inner(xs, n)
    }
}
use odd_looks::{documented, many_lines, one_line, tabs, unicode};

#[test]
fn characters_take_the_columns_they_take_on_a_terminal() {
    same_place!(unicode(&[1]), 5, "xs[n + größe.len() * 0]");
}

#[test]
fn a_tab_takes_four_columns() {
    same_place!(tabs(&[1]), 5, "ys[n\t+ 0]");
}

#[test]
fn several_places_on_one_line_are_told_apart() {
    let index = same_place!(one_line(&[1]), 5, "xs[n]");
    let unwrap = same_place!(one_line(&[]), 10, "unwrap()");
    assert_eq!(index.line, unwrap.line);
    assert!(unwrap.column < index.column);
}

#[test]
fn texts_and_comments_of_several_lines_shift_nothing() {
    same_place!(many_lines(&[1]), 5, "xs[n");
    same_place!(documented(&[1]), 5, "xs[n] }");
}

macro_rules! made {
    ($kernel:ident, $operation:expr) => {
        #[specialize(n)]
        fn $kernel(x: u32, n: u32) -> u32 {
            let quotient = x / (n - 5);
            quotient + $operation
        }
    };
}

macro_rules! made_by_another {
    ($($kernel:ident => $body:expr;)*) => { $( made!($kernel, $body); )* };
}

macro_rules! with_names {
    ($kernel:ident($x:ident, $n:ident) $body:block) => {
        #[specialize($n)]
        fn $kernel($x: &[u32], $n: usize) -> u32 {
            assert!($n != 7, "the number {} is not welcome", $n);
            $body
        }
    };
}

made!(made_once, [1][1 + "ä".len() - 3 + 1]);
made_by_another! {
    made_twice => [1, 2, 3][4 - "😀".len() + [0, 3][1]];
    made_too => 1;
}
with_names!(with_body(xs, n) {
    xs[n]
});

#[test]
fn what_a_macro_wrote_panics_where_the_macro_was_called() {
    let once = same_place!(made_once(7), 5, "made!(made_once");
    let twice = same_place!(made_twice(7), 5, "made_by_another! {");
    let too = same_place!(made_too(7), 5, "made_by_another! {");
    assert_ne!(once.line, twice.line);
    assert_eq!(twice, too);
    same_place!(with_body(&[1]), 7, "with_names!(with_body");
}

#[test]
fn what_its_caller_wrote_panics_where_it_stands() {
    same_place!(made_once(7), 6, "[1][1 + ");
    same_place!(made_twice(7), 6, "[1, 2, 3][4 - ");
    let panic = same_place!(with_body(&[1]), 8, "xs[n]");
    assert_eq!(panic.message, "index out of bounds: the len is 1 but the index is 8");
}

#[specialize(n)]
fn blames_its_caller(xs: &[u32], n: usize) -> (u32, &'static std::panic::Location<'static>) {
    #[track_caller]
    fn checked(xs: &[u32], n: usize) -> (u32, &'static std::panic::Location<'static>) {
        (xs.get(n).copied().expect("in the list"), core::panic::Location::caller())
    }
    checked(xs, n)
}

#[test]
fn a_function_that_blames_its_caller_does_so_in_every_tier() {
    same_place!(blames_its_caller(&[1]), 5, "checked(xs, n)");
    let expected = blames_its_caller::generic(&[1, 2], 1);
    assert_eq!(blames_its_caller::prepare(1).expect("a variant").call(&[1, 2]), expected);
    assert_eq!(expected.1.file(), file!());
}

#[test]
fn a_function_in_a_function_panics_at_its_own_place() {
    #[specialize(n)]
    fn nested(xs: &[u8], n: usize) -> u8 {
        let get = |index: usize| xs[index];
        get(n)
    }

    let panic = same_place!(nested(&[1]), 5, "xs[index]");
    assert_eq!(panic, Panic { file: file!().to_owned(), ..panic.clone() });
}
