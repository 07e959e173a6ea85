//! What leaves its table while a call is inside stays mapped until the call has ended, whatever happens in the call. The functions ask
//! for a block of memory on their way, and the allocator here does meanwhile what a test tells it to.

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::panic::{Location, catch_unwind};
use std::sync::Mutex;
use std::sync::mpsc::channel;

use specialize::{Error, specialize};

use support::mapped;
use support::processes::PATIENCE;

/// Bytes of the block that functions ask for; nobody else asks for so many.
const BLOCK: usize = 77_777;

type Meanwhile = Box<dyn FnOnce()>;

thread_local! {
    /// Not dropped, so that it is there for calls of threads that end.
    static MEANWHILE: Cell<Option<ManuallyDrop<Meanwhile>>> = const { Cell::new(None) };
}

struct Telling;

// SAFETY: the system's allocator does all the work.
unsafe impl GlobalAlloc for Telling {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() == BLOCK
            && let Some(meanwhile) = MEANWHILE.take()
        {
            ManuallyDrop::into_inner(meanwhile)();
        }
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(place, layout) };
    }
}

#[global_allocator]
static ALLOCATOR: Telling = Telling;

/// Has the next of this thread's calls do something on its way. It must not panic.
fn in_the_next_call(meanwhile: impl FnOnce() + 'static) {
    MEANWHILE.set(Some(ManuallyDrop::new(Box::new(meanwhile))));
}

#[specialize(n)]
fn sum(x: u64, n: u64) -> u64 {
    let mut block: Vec<u8> = Vec::with_capacity(77_777);
    block.extend_from_slice(&x.to_le_bytes());
    std::hint::black_box(&mut block).iter().fold(n, |sum, byte| sum.wrapping_mul(n | 1).wrapping_add(u64::from(*byte)))
}

/// Panics with a literal of its own behind the block.
#[specialize(n)]
fn refuse(x: u64, n: u64) -> u64 {
    let mut block: Vec<u8> = Vec::with_capacity(77_777);
    block.extend_from_slice(&x.to_le_bytes());
    if std::hint::black_box(&mut block).contains(&7) {
        panic!("a literal of the variant");
    }
    n
}

/// Has these values' variants come, in a table that has room for one.
fn others_come(values: impl IntoIterator<Item = u64>) {
    for n in values {
        drop(sum::prepare(n).expect("what no handle holds leaves"));
    }
}

const ONE: [(&str, &str); 1] = [("SPECIALIZE_TABLE_CAPACITY", "1")];

#[test]
fn what_a_call_is_inside_of_stays_mapped() {
    support::in_a_child("what_a_call_is_inside_of_stays_mapped", ONE, || {
        others_come([5]);
        let ((inside, is_inside), (go_on, goes_on)) = (channel(), channel::<()>());
        let call = std::thread::spawn(move || {
            in_the_next_call(move || {
                let _ = inside.send(());
                let _ = goes_on.recv();
            });
            sum(3, 5)
        });
        is_inside.recv().expect("the call has begun");
        let before = mapped::files();
        others_come(6..12);
        assert!(before.len() == 1 && mapped::are_there(&before), "the code that is being run is still there");
        go_on.send(()).expect("the call waits");
        assert_eq!(call.join().expect("no panic"), sum::generic(3, 5));
        others_come([12]);
        assert!(mapped::count() <= 2, "{} variants are mapped after the call", mapped::count());
    });
}

#[test]
fn a_dispatcher_may_be_called_again_inside_of_what_has_left() {
    support::in_a_child("a_dispatcher_may_be_called_again_inside_of_what_has_left", ONE, || {
        static INNER: Mutex<Vec<(u64, bool)>> = Mutex::new(Vec::new());
        others_come([5]);
        let before = mapped::files();
        in_the_next_call(move || {
            for n in 6..10 {
                others_come([n]);
                let sum = sum(3, n);
                others_come([n + 20]);
                INNER.lock().expect("no panic").push((sum, mapped::are_there(&before)));
            }
        });
        assert_eq!(sum(3, 5), sum::generic(3, 5));
        let inner: Vec<_> = (6..10).map(|n| (sum::generic(3, n), true)).collect();
        assert_eq!(*INNER.lock().expect("no panic"), inner, "the end of an inner call lets the outer one's code go");
        others_come([40, 41]);
        assert!(mapped::count() <= 2, "{} variants are mapped after the call", mapped::count());
    });
}

#[test]
fn what_has_left_and_then_panics_stays_for_ever() {
    support::in_a_child("what_has_left_and_then_panics_stays_for_ever", ONE, || {
        static PLACES: Mutex<Vec<&'static Location<'static>>> = Mutex::new(Vec::new());
        drop(refuse::prepare(5).expect("a variant"));
        let before = mapped::files();
        std::panic::set_hook(Box::new(|info| {
            let Some(place) = info.location() else { return };
            // SAFETY: a location stands in the constants of the variant, and that those stay is what is tested.
            PLACES.lock().expect("no panic here").push(unsafe { &*std::ptr::from_ref(place).cast::<Location<'static>>() });
            // Still inside, and what waits is looked at again.
            others_come(6..9);
            drop(refuse::prepare(7).expect("the one that panicked is not in the table"));
        }));
        in_the_next_call(|| drop(refuse::prepare(6)));
        let payload = catch_unwind(|| refuse(7, 5)).expect_err("it panics");
        others_come(9..12);
        assert!(before.len() == 1 && mapped::are_there(&before), "{:?}", mapped::files());
        assert_eq!(payload.downcast_ref::<&str>(), Some(&"a literal of the variant"));
        let places = PLACES.lock().expect("no panic here");
        assert!(places.len() == 1 && places[0].file().ends_with("leaving.rs"), "{places:?}");
    });
}

#[test]
fn what_panics_stays_while_its_hook_has_others_come_and_go() {
    let two = [("SPECIALIZE_TABLE_CAPACITY", "2")];
    support::in_a_child("what_panics_stays_while_its_hook_has_others_come_and_go", two, || {
        drop(refuse::prepare(5).expect("a variant"));
        let before = mapped::files();
        std::panic::set_hook(Box::new(|_| (6..12).for_each(|n| drop(refuse::prepare(n).expect("there is one more place")))));
        let payload = catch_unwind(|| refuse(7, 5)).expect_err("it panics");
        assert!(refuse::table().entries().iter().any(|entry| entry.value() == "5" && entry.is_pinned()), "{}", refuse::table());
        assert!(before.len() == 1 && mapped::are_there(&before), "{:?}", mapped::files());
        assert_eq!(payload.downcast_ref::<&str>(), Some(&"a literal of the variant"));
    });
}

/// Calls when the thread ends, and has what it calls leave meanwhile.
struct CallsAtTheEnd;

/// Whether that was there still, for each thread.
static KEPT: Mutex<Vec<bool>> = Mutex::new(Vec::new());

impl Drop for CallsAtTheEnd {
    fn drop(&mut self) {
        let before = mapped::files();
        in_the_next_call(move || {
            others_come(6..9);
            KEPT.lock().expect("no panic").push(mapped::are_there(&before));
        });
        assert_eq!(sum(3, 5), sum::generic(3, 5));
    }
}

thread_local! {
    static LAST: RefCell<Option<CallsAtTheEnd>> = const { RefCell::new(None) };
}

#[test]
fn a_thread_may_end_with_a_call_of_what_leaves() {
    support::in_a_child("a_thread_may_end_with_a_call_of_what_leaves", ONE, || {
        let call = || assert_eq!(sum(3, 5), sum::generic(3, 5));
        let threads: [fn(&dyn Fn()); 3] = [
            |_| LAST.set(Some(CallsAtTheEnd)),
            |call| {
                call();
                LAST.set(Some(CallsAtTheEnd));
            },
            |call| {
                LAST.set(Some(CallsAtTheEnd));
                call();
            },
        ];
        for thread in threads {
            others_come([5]);
            std::thread::spawn(move || thread(&call)).join().expect("no panic");
            others_come([10]);
            assert!(mapped::count() <= 2, "{} variants are mapped after the thread", mapped::count());
        }
        // The last one had nobody to tell of its call, and the generic function served.
        assert_eq!(*KEPT.lock().expect("no panic"), [true, true, false]);
    });
}

/// Has the kernel know no membarrier, for this thread and those it starts (seccomp(2)).
fn forbid_membarrier() {
    let statement = |code, jt, k| libc::sock_filter { code, jt, jf: 0, k };
    let mut program = [
        statement(0x20, 0, 0),
        statement(0x15, 1, libc::SYS_membarrier as u32),
        statement(0x06, 0, libc::SECCOMP_RET_ALLOW),
        statement(0x06, 0, libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32),
    ];
    let program = libc::sock_fprog { len: program.len() as u16, filter: program.as_mut_ptr() };
    // SAFETY: the program is whole, and lives until it is taken over.
    let done = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
            && libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program) == 0
    };
    assert!(done, "{}", std::io::Error::last_os_error());
}

#[test]
fn where_there_is_no_membarrier_nothing_is_unloaded() {
    let two = [("SPECIALIZE_TABLE_CAPACITY", "2")];
    support::in_a_child("where_there_is_no_membarrier_nothing_is_unloaded", two, || {
        forbid_membarrier();
        others_come([5, 6]);
        for n in 7..10 {
            assert!(matches!(sum::prepare(n), Err(Error::TableFull { .. })), "{}", sum::table());
            assert_eq!(sum(3, n), sum::generic(3, n));
        }
        assert!(sum::table().entries().iter().all(|entry| entry.is_pinned()), "{}", sum::table());
        assert_eq!((mapped::count(), sum::table().counts().evicted), (2, 0));
        assert_eq!((sum(3, 5), sum(3, 6)), (sum::generic(3, 5), sum::generic(3, 6)));
    });
}

#[test]
fn what_the_loader_keeps_is_shown() {
    support::in_a_child("what_the_loader_keeps_is_shown", ONE, || {
        others_come([5]);
        // Until it is kept, its file may get another path at any moment.
        assert!(specialize::settle(PATIENCE));
        let files = mapped::files();
        // SAFETY: it is loaded already, and has no initializers.
        let also: Vec<_> = files.values().map(|path| unsafe { libloading::Library::new(path) }.expect("it is there")).collect();
        assert_eq!((also.len(), specialize::stats().stuck), (1, 0));
        others_come([6, 7]);
        let stats = specialize::stats();
        assert_eq!(stats.stuck, 1);
        assert!(stats.to_string().contains("variants that left and that the system's loader keeps all the same: 1"), "{stats}");
        assert!(mapped::are_there(&files));
        drop(also);
        let stats = specialize::stats();
        assert_eq!((stats.stuck, mapped::count()), (0, 1), "the loader has let it go: {stats}");
    });
}
