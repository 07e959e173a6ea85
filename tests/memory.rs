//! One allocator: memory crosses between host and variants in both directions, and none is lost on the way.
#![allow(clippy::boxed_local, clippy::type_complexity, reason = "memory of many kinds is what this is about")]

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ops::Sub;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use proptest::prelude::*;
use specialize::{Tier, specialize};

/// The allocator of this program: it counts, and spoils what is new or freed.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A request for more than this fails.
const MOST: usize = 1 << 40;

// SAFETY: everything is the system's, but for requests that fail.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise; what is spoiled is new memory of that size.
        unsafe {
            let block = if layout.size() > MOST { std::ptr::null_mut() } else { System.alloc(layout) };
            if !block.is_null() {
                block.write_bytes(0xa5, layout.size());
                count(Tally { allocations: 1, ..Tally::of(layout) });
            }
            block
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(Tally { zeroed: 1, ..Tally::of(layout) });
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(Tally::ZERO - Tally::of(layout));
        // SAFETY: the caller's promise; the block is not used any more.
        unsafe {
            block.write_bytes(0x5a, layout.size());
            System.dealloc(block, layout);
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if size > MOST {
            return std::ptr::null_mut();
        }
        let bytes = size as isize - layout.size() as isize;
        count(Tally { bytes, reallocations: 1, ..Tally::ZERO });
        // SAFETY: the caller's promise.
        unsafe { System.realloc(block, layout, size) }
    }
}

/// What a thread has done to the allocator: what it still holds, and how often it asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tally {
    blocks: isize,
    bytes: isize,
    /// The sum of their alignments.
    alignments: isize,
    allocations: isize,
    zeroed: isize,
    reallocations: isize,
}

impl Tally {
    const ZERO: Tally = Tally { blocks: 0, bytes: 0, alignments: 0, allocations: 0, zeroed: 0, reallocations: 0 };

    fn now() -> Tally {
        TALLY.get()
    }

    /// One block that is held.
    fn of(layout: Layout) -> Tally {
        Tally { blocks: 1, bytes: layout.size() as isize, alignments: layout.align() as isize, ..Tally::ZERO }
    }

    /// What must end at zero.
    fn held(self) -> [isize; 3] {
        [self.blocks, self.bytes, self.alignments]
    }
}

impl Sub for Tally {
    type Output = Tally;

    fn sub(self, other: Tally) -> Tally {
        Tally {
            blocks: self.blocks - other.blocks,
            bytes: self.bytes - other.bytes,
            alignments: self.alignments - other.alignments,
            allocations: self.allocations - other.allocations,
            zeroed: self.zeroed - other.zeroed,
            reallocations: self.reallocations - other.reallocations,
        }
    }
}

thread_local! {
    static TALLY: Cell<Tally> = const { Cell::new(Tally::ZERO) };
    /// Whether a panic of this thread is expected, and not to be printed.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

fn count(more: Tally) {
    TALLY.set(Tally::ZERO - (Tally::ZERO - TALLY.get() - more));
}

/// Runs `make` and then drops what it made, which must give back all that was taken. Says what it took and held before the drop.
#[track_caller]
fn made_and_dropped<R>(make: impl FnOnce() -> R) -> Tally {
    let before = Tally::now();
    let made = make();
    let held = Tally::now() - before;
    drop(made);
    assert_eq!((Tally::now() - before).held(), [0; 3], "all is given back");
    held
}

#[specialize(n in [3])]
fn made(text: &str, n: usize) -> (Vec<u64>, String, Box<[u8; 300]>, Vec<Option<Box<str>>>, Result<std::rc::Rc<[u16]>, String>) {
    let numbers = (0..n as u64 * 7).collect();
    let boxes = (0..n).map(|index| (index % 2 == 0).then(|| text.repeat(index + 1).into_boxed_str())).collect();
    let last = if n > 5 { Err(format!("{n} is too many")) } else { Ok(vec![n as u16; 9].into()) };
    (numbers, format!("{text} {n}"), Box::new([n as u8; 300]), boxes, last)
}

#[test]
fn what_a_variant_makes_is_freed_by_the_host() {
    support::private_store();
    for n in [3, 9] {
        let bound = made::prepare(n).expect("a variant");
        assert_eq!(bound.call("text"), made::generic("text", n));
        let expected = made_and_dropped(|| made::generic("text", n));
        assert!(expected.blocks >= 7 && expected.bytes > 300);
        assert_eq!(made_and_dropped(|| bound.call("text")).held(), expected.held(), "{n}");
        assert_eq!(made_and_dropped(|| made("text", n)).held(), expected.held(), "{n}, dispatched");
    }
}

/// Drops some of what it is given, and makes the rest grow or shrink.
#[specialize(n in [2])]
fn taken(numbers: Vec<u64>, text: String, boxed: Box<[u32; 50]>, lists: &mut Vec<Vec<u8>>, n: usize) -> (Box<[u64]>, String) {
    let mut numbers = numbers;
    for number in 0..n as u64 * 100 {
        numbers.push(number ^ u64::from(boxed[0]));
    }
    let mut kept = text;
    kept.push_str(" and more, so that it has to move");
    kept.shrink_to_fit();
    lists.retain(|list| list.len() > n);
    lists.iter_mut().for_each(|list| list.reserve_exact(n * 1_000));
    (numbers.into_boxed_slice(), kept)
}

#[test]
fn what_the_host_makes_is_dropped_grown_and_shrunk_by_a_variant() {
    support::private_store();
    for n in [2, 4] {
        let run = |call: &dyn Fn(Vec<u64>, String, Box<[u32; 50]>, &mut Vec<Vec<u8>>) -> (Box<[u64]>, String)| {
            let mut lists: Vec<Vec<u8>> = (0..7).map(|length| vec![7; length]).collect();
            let result = call(Vec::with_capacity(5), "text".to_owned(), Box::new([1; 50]), &mut lists);
            (result, lists)
        };
        let bound = taken::prepare(n).expect("a variant");
        let variant =
            |numbers: Vec<u64>, text: String, boxed: Box<[u32; 50]>, lists: &mut Vec<Vec<u8>>| bound.call(numbers, text, boxed, lists);
        let generic = |numbers: Vec<u64>, text: String, boxed: Box<[u32; 50]>, lists: &mut Vec<Vec<u8>>| {
            taken::generic(numbers, text, boxed, lists, n)
        };
        assert_eq!(run(&variant), run(&generic), "{n}");
        let expected = made_and_dropped(|| run(&generic));
        let found = made_and_dropped(|| run(&variant));
        assert!(expected.reallocations > 3);
        assert_eq!(found, expected, "{n}");
    }
}

/// Does one thing to a list.
#[specialize(action in [0, 1])]
fn act(list: &mut Vec<String>, text: &str, action: u8) {
    match action % 6 {
        0 => list.insert(list.len() / 2, text.to_owned()),
        1 => drop(list.pop()),
        2 => list.extend(text.split('a').map(str::to_owned)),
        3 => list.shrink_to_fit(),
        4 => list.iter_mut().for_each(|held| held.push_str(text)),
        _ => {
            let cleared = std::mem::take(list);
            *list = cleared.into_iter().rev().step_by(2).collect();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn host_and_variants_take_turns_with_the_same_memory(turns in prop::collection::vec((0u8..8, any::<bool>(), "[ab]{0,9}"), 0..30)) {
        support::private_store();
        let variants: Vec<act::Bound> = (0..8).map(act::prepare).collect::<Result<_, _>>()?;
        let before = Tally::now();
        let (mut list, mut expected) = (Vec::new(), Vec::new());
        for (action, by_variant, text) in &turns {
            act::generic(&mut expected, text, *action);
            if *by_variant { variants[usize::from(*action)].call(&mut list, text) } else { act::generic(&mut list, text, *action) }
            prop_assert_eq!(&list, &expected);
        }
        drop((list, expected));
        prop_assert_eq!((Tally::now() - before).held(), [0; 3]);
    }
}

#[specialize(n in [4])]
fn zeroed(n: usize) -> (Vec<u64>, Box<[u8]>, Vec<()>, Box<()>, String) {
    (vec![0; n * 100], vec![0; n].into_boxed_slice(), vec![(); n], Box::new(()), String::new())
}

#[test]
fn zeroed_memory_is_asked_for_as_such_and_nothing_is_asked_for_nothing() {
    support::private_store();
    for n in [4, 30, 0] {
        let bound = zeroed::prepare(n).expect("a variant");
        for held in [made_and_dropped(|| zeroed::generic(n)), made_and_dropped(|| bound.call()), made_and_dropped(|| zeroed(n))] {
            let blocks = if n == 0 { 0 } else { 2 };
            assert_eq!(held, Tally { blocks, bytes: n as isize * 801, alignments: blocks / 2 * 9, zeroed: blocks, ..Tally::ZERO }, "{n}");
        }
        let (numbers, bytes, ..) = bound.call();
        assert!(numbers.iter().all(|&number| number == 0) && bytes.iter().all(|&byte| byte == 0));
    }
}

/// Keeps and makes memory of an alignment far beyond that of any scalar.
#[specialize(n in [1])]
fn aligned(given: Box<dyn Fn() -> usize>, n: usize) -> (usize, Box<dyn Fn() -> usize>, Vec<core::arch::x86_64::__m512i>) {
    #[repr(align(4096))]
    struct Page([u8; 4096]);

    let (found, page) = (given(), Page([n as u8; 4096]));
    let whole = move || {
        let page = &page;
        (&raw const *page).addr() % align_of::<Page>() + usize::from(page.0[n % 4096])
    };
    drop(given);
    // SAFETY: any bits are a vector.
    (found, Box::new(whole), vec![unsafe { core::mem::zeroed() }; n])
}

#[test]
fn memory_of_any_alignment_crosses() {
    #[repr(align(512))]
    struct Lines([u8; 1024]);

    support::private_store();
    for n in [1, 5] {
        let bound = aligned::prepare(n).expect("a variant");
        let run = |call: &dyn Fn(Box<dyn Fn() -> usize>) -> (usize, Box<dyn Fn() -> usize>, Vec<core::arch::x86_64::__m512i>)| {
            let lines = Lines([9; 1024]);
            let given = move || {
                let lines = &lines;
                (&raw const *lines).addr() % align_of::<Lines>() + usize::from(lines.0[1023])
            };
            let (found, whole, vectors) = call(Box::new(given));
            assert_eq!((found, whole(), vectors.len()), (9, n, n));
            assert!(vectors.as_ptr().addr().is_multiple_of(64));
            (whole, vectors)
        };
        let expected = made_and_dropped(|| run(&|given| aligned::generic(given, n)));
        assert_eq!(expected.bytes as usize, 2 * 4096 + 64 * n);
        assert_eq!(made_and_dropped(|| run(&|given| bound.call(given))).held(), expected.held(), "{n}");
    }
}

#[specialize(n in [3])]
fn gives_up(given: Vec<String>, shared: std::sync::Arc<str>, n: usize) -> (Vec<String>, std::sync::Arc<str>) {
    let copies: Vec<Box<[String]>> = (0..n).map(|_| given.clone().into_boxed_slice()).collect();
    let also = std::sync::Arc::clone(&shared);
    assert!(copies.len() < given.len(), "{} is no more than {n}, {also}", given.len());
    (given, also)
}

#[test]
fn a_panic_in_a_variant_frees_what_it_held() {
    support::private_store();
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !QUIET.get() {
            before(info)
        }
    }));
    let shared: Arc<str> = "text".into();
    for n in [3, 8] {
        let bound = gives_up::prepare(n).expect("a variant");
        let given = || vec!["one".to_owned(), "two".to_owned()];
        let panics = || {
            QUIET.set(true);
            let result = catch_unwind(AssertUnwindSafe(|| bound.call(given(), Arc::clone(&shared))));
            QUIET.set(false);
            result.expect_err("two is less")
        };
        // The first panic of a thread sets up what the next ones use again.
        drop(panics());
        let held = made_and_dropped(panics);
        assert_eq!(held.blocks, 2, "the payload and its text");
        assert_eq!(Arc::strong_count(&shared), 1);
        let many = || (0..n + 1).map(|number| number.to_string()).collect();
        made_and_dropped(|| assert_eq!(bound.call(many(), Arc::clone(&shared)).0.len(), n + 1));
    }
}

#[test]
fn memory_made_on_one_thread_is_freed_on_another() {
    support::private_store();
    let bound = made::prepare(4).expect("a variant");
    let before = Tally::now();
    let given = vec!["text".to_owned(); 3];
    let threads = Tally::now() - before;
    let (made_there, there) = std::thread::spawn(move || {
        let before = Tally::now();
        let (_, text, boxed, ..) = bound.call(&given[0]);
        drop(given);
        ((text, boxed), (Tally::now() - before).held())
    })
    .join()
    .expect("no panic");
    assert_eq!((made_there.0.as_str(), made_there.1[299]), ("text 4", 4));
    let before = Tally::now();
    drop(made_there);
    let here = (Tally::now() - before).held();
    let sum: Vec<isize> = (0..3).map(|part| threads.held()[part] + there[part] + here[part]).collect();
    assert_eq!(sum, [0; 3]);
}

#[specialize(n in [1])]
fn reserved(text: String, n: usize) -> Result<String, std::collections::TryReserveError> {
    let mut text = text;
    text.try_reserve(n)?;
    Ok(text)
}

#[test]
fn memory_that_cannot_be_had_is_an_error_in_a_variant_too() {
    support::private_store();
    for n in [1, 1 << 50, usize::MAX] {
        let bound = reserved::prepare(n).expect("a variant");
        assert_eq!(bound.tier(), if n == 1 { Tier::BuildTime } else { Tier::Runtime });
        let expected = reserved::generic("text".to_owned(), n);
        assert_eq!(expected.is_ok(), n == 1);
        assert_eq!(bound.call("text".to_owned()), expected, "{n}");
        made_and_dropped(|| bound.call("text".to_owned()));
    }
}
