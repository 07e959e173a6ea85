//! What becomes of a variant while a call is inside it: the host's allocator, which variants share, holds calls where they are.

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use specialize::{Tier, specialize};
use support::in_a_child;
use support::processes::{PATIENCE, eventually};

/// The size of an allocation that is not made before the gate is open.
const HELD: usize = 77_777;

/// The size of an allocation that takes some microseconds, whoever asks for it.
const SLOW: usize = 7_777;

/// How many calls have come to the gate.
static INSIDE: AtomicUsize = AtomicUsize::new(0);
static OPEN: AtomicBool = AtomicBool::new(false);

struct Gate;

// SAFETY: every request is passed on to the system as it is.
unsafe impl GlobalAlloc for Gate {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() == HELD {
            INSIDE.fetch_add(1, Ordering::SeqCst);
            while !OPEN.load(Ordering::SeqCst) {
                thread::sleep(Duration::from_millis(1));
            }
        }
        if layout.size() == SLOW {
            (0..1_000).for_each(|count| _ = black_box(count));
        }
        // SAFETY: as the caller says.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller says.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static GATE: Gate = Gate;

/// Opens the gate when dropped, also by a panic: a scope waits for its threads.
struct Opened;

impl Drop for Opened {
    fn drop(&mut self) {
        OPEN.store(true, Ordering::SeqCst);
    }
}

/// Gains nothing from its value, since all its time goes to the allocator.
#[specialize(n, hot = 1_000_000_000_000)]
fn room(size: usize, n: usize) -> usize {
    core::hint::black_box(Vec::<u8>::with_capacity(size)).capacity() + n
}

#[test]
fn a_variant_that_is_replaced_stays_while_a_handle_s_call_is_inside() {
    const NAME: &str = "a_variant_that_is_replaced_stays_while_a_handle_s_call_is_inside";
    const CALLS: usize = 4;
    let _ = in_a_child(NAME, [("SPECIALIZE_SAMPLING", "true"), ("SPECIALIZE_DEMOTE_LOSERS", "true")], || {
        let bound = room::prepare(1).expect("a variant");
        thread::scope(|scope| {
            let opened_at_last = Opened;
            let calls: Vec<_> = (1..=CALLS)
                .map(|count| {
                    let call = scope.spawn(|| bound.call(HELD));
                    eventually("the call comes to the gate", || INSIDE.load(Ordering::SeqCst) == count);
                    // Now and then a call is timed, which is another way in.
                    thread::sleep(Duration::from_millis(20));
                    call
                })
                .collect();
            eventually("the variant is found to be a loser", || {
                (0..10_000).for_each(|_| assert_eq!(bound.call(SLOW), SLOW + 1));
                bound.tier() == Tier::Generic
            });
            // Somebody cleans the store: what is made again is another library.
            assert!(specialize::settle(PATIENCE));
            let store = PathBuf::from(std::env::var_os("SPECIALIZE_CACHE_DIR").expect("a store of its own"));
            std::fs::remove_dir_all(store.join("v1/artifacts")).expect("the store is there");
            assert_eq!(room::prepare(1).expect("a variant, by name").tier(), Tier::Runtime);
            drop(opened_at_last);
            for call in calls {
                assert_eq!(call.join().expect("no panic"), HELD + 1);
            }
        });
    });
}
