//! The children that are running now, so that the end of the program can end them.

use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::per_process::this_process;

/// The process whose children are entered: a fork of it inherits the list, but not the children.
static PARENT: AtomicU64 = AtomicU64::new(0);

/// Whether the program is ending and starts no more children.
static ENDING: AtomicBool = AtomicBool::new(false);

/// The children, each leading a process group; 0 is a free place. When all are taken, a child is killed by the kernel only,
/// at the end of the thread that started it.
static CHILDREN: [AtomicI32; 64] = [const { AtomicI32::new(0) }; 64];

/// Enters a child. Afterwards, look whether the [program ends](program_ends): the end may have been too early to see the child.
pub(super) fn enter(child: Pid) {
    let parent = this_process();
    if PARENT.swap(parent, Ordering::SeqCst) != parent {
        CHILDREN.iter().for_each(|place| place.store(0, Ordering::SeqCst));
    }
    let _ = CHILDREN.iter().find(|place| place.compare_exchange(0, number(child), Ordering::SeqCst, Ordering::SeqCst).is_ok());
}

/// Whether [`kill_running`] was called.
pub(super) fn program_ends() -> bool {
    ENDING.load(Ordering::SeqCst)
}

/// Strikes a child off.
pub(super) fn leave(child: Pid) {
    for place in &CHILDREN {
        let _ = place.compare_exchange(number(child), 0, Ordering::SeqCst, Ordering::SeqCst);
    }
}

/// Kills every child that is running, and keeps new ones from starting. For the end of the program.
///
/// Takes no lock and does not wait. In a fork of the program it does nothing.
pub(crate) fn kill_running() {
    if PARENT.load(Ordering::SeqCst) != this_process() {
        return;
    }
    ENDING.store(true, Ordering::SeqCst);
    for child in CHILDREN.iter().filter_map(|place| Pid::from_raw(place.load(Ordering::SeqCst))) {
        // It may have ended a moment ago.
        let _ = kill_process_group(child, Signal::KILL);
    }
}

fn number(process: Pid) -> i32 {
    process.as_raw_nonzero().get()
}
