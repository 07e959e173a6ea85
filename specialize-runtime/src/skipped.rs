//! Tests that cannot be run everywhere say so.

use std::io::Write;

/// Says why the calling test does not, or not wholly, do its work here, past the test harness, which keeps what a test that is well
/// prints.
pub(crate) fn skipped(reason: &str) {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    writeln!(std::io::stderr(), "skipped: {test}: {reason}").expect("somebody listens");
}
