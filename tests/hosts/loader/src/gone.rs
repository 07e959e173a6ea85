//! A plugin that is closed before the thread runs that it has started, by a thread that has ended.

use std::ffi::{CString, OsStr, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use libloading::Library;

/// Whether threads that are started from now on are late.
static LATE: AtomicBool = AtomicBool::new(false);

/// Has the plugin ask for a variant, and closes it at once.
pub fn close_early(path: &OsStr, store: &OsStr) {
    let (path, store) = (path.to_owned(), CString::new(store.as_bytes()).expect("a path"));
    let asks = thread::spawn(move || {
        LATE.store(true, Ordering::SeqCst);
        // SAFETY: the plugin's function has this type, and its initializers are std's.
        unsafe {
            let plugin = Library::new(path).expect("the plugin is loaded");
            plugin.get::<unsafe extern "C" fn(*const c_char)>(b"ask\0").expect("a symbol of the plugin")(store.as_ptr());
            plugin
        }
    });
    drop(asks.join().expect("no panic"));
    thread::sleep(3 * LATENESS);
}

const LATENESS: Duration = Duration::from_millis(300);

type Start = unsafe extern "C" fn(*mut c_void) -> *mut c_void;

type Create = unsafe extern "C" fn(*mut c_void, *const c_void, Start, *mut c_void) -> c_int;

unsafe extern "C" {
    fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
}

/// Stands before the system's function for the whole program.
#[unsafe(no_mangle)]
unsafe extern "C" fn pthread_create(thread: *mut c_void, attributes: *const c_void, start: Start, argument: *mut c_void) -> c_int {
    // SAFETY: the next of that name after this program's is the system's, which has this type; it gets what this one got, or a thread
    // that comes to the same.
    unsafe {
        let create: Create = std::mem::transmute(dlsym(-1isize as *mut c_void, c"pthread_create".as_ptr()));
        if !LATE.load(Ordering::SeqCst) {
            return create(thread, attributes, start, argument);
        }
        create(thread, attributes, begin_late, Box::into_raw(Box::new((start, argument))).cast())
    }
}

unsafe extern "C" fn begin_late(begun: *mut c_void) -> *mut c_void {
    // SAFETY: it was boxed for this thread alone.
    let (start, argument) = *unsafe { Box::from_raw(begun.cast::<(Start, *mut c_void)>()) };
    thread::sleep(LATENESS);
    // SAFETY: it is what the thread was to begin with.
    unsafe { start(argument) }
}
