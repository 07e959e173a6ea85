//! The host at the other end: the server ends with it, and does not wait for it for ever.

use std::ffi::{c_int, c_short, c_ulong};

unsafe extern "C" {
    fn prctl(option: c_int, value: c_ulong, unused: c_ulong, unused: c_ulong, unused: c_ulong) -> c_int;
    fn getppid() -> c_int;
    fn poll(descriptors: *mut Poll, count: c_ulong, timeout: c_int) -> c_int;
}

#[repr(C)]
struct Poll {
    descriptor: c_int,
    events: c_short,
    returned: c_short,
}

// Values of the Linux headers.
const PR_SET_PDEATHSIG: c_int = 1;
const SIGKILL: c_ulong = 9;
const POLLIN: c_short = 1;

/// Has the kernel end this process when the host's thread that started it ends, however it ends.
pub(crate) fn leave_with(host: c_int) -> Result<(), &'static str> {
    // SAFETY: the option takes a signal, and nothing else.
    if unsafe { prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) } != 0 {
        return Err("the kernel does not end a child with its parent");
    }
    // The host may have ended before it was asked for. SAFETY: it takes nothing.
    if unsafe { getppid() } != host {
        return Err("the host is gone");
    }
    Ok(())
}

/// Waits for the host to send something, or to close the pipe, for at most `patience` milliseconds.
pub(crate) fn sends_within(patience: c_int) -> bool {
    let mut input = Poll { descriptor: 0, events: POLLIN, returned: 0 };
    // SAFETY: one descriptor is passed, and says so. An interrupted wait counts as the end.
    unsafe { poll(&mut input, 1, patience) > 0 }
}
