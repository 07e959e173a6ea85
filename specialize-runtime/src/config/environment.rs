//! The environment, as far as it says anything about settings.

use std::cell::RefCell;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::str::FromStr;

/// A variable of the environment, unless that was set by somebody with fewer rights than the program.
pub(super) fn variable(name: &str) -> Option<OsString> {
    if has_borrowed_rights() { None } else { std::env::var_os(name) }
}

/// Whether the program runs with more rights than whoever started it (set-user-id and the like), so that its environment cannot be
/// trusted.
#[cfg(specialize_runtime_tier)]
pub(crate) fn has_borrowed_rights() -> bool {
    // SAFETY: the function takes a number and gives back another.
    unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
}

/// Without a runtime tier, nothing that the environment says leads to a file or process.
#[cfg(not(specialize_runtime_tier))]
pub(crate) fn has_borrowed_rights() -> bool {
    false
}

/// The environment, whose wrong values are reported and ignored.
pub(super) struct Environment<'a> {
    read: &'a dyn Fn(&str) -> Option<OsString>,
    wrong: RefCell<Vec<Wrong>>,
}

impl<'a> Environment<'a> {
    /// The environment whose variables `read` reads.
    pub(super) fn new(read: &'a dyn Fn(&str) -> Option<OsString>) -> Environment<'a> {
        Environment { read, wrong: RefCell::default() }
    }

    /// The value of a variable, unless it is wrong.
    pub(super) fn parsed<T: FromStr>(&self, name: &'static str, expected: &'static str) -> Option<T> {
        self.checked(name, &(self.read)(name)?, expected)
    }

    /// What the text of a setting says; nothing if it is wrong, which is noted.
    pub(super) fn checked<T: FromStr>(&self, setting: &'static str, text: &OsStr, expected: &'static str) -> Option<T> {
        let parsed = text.to_str().and_then(|text| text.trim().parse().ok());
        if parsed.is_none() {
            self.wrong.borrow_mut().push(Wrong { setting, value: text.to_string_lossy().into_owned(), expected });
        }
        parsed
    }

    /// The path in a variable.
    pub(super) fn path(&self, name: &str) -> Option<PathBuf> {
        (self.read)(name).map(PathBuf::from)
    }

    /// `specialize` below the user's cache folder, by the XDG Base Directory Specification: a relative `XDG_CACHE_HOME` does not count.
    pub(super) fn default_cache_dir(&self) -> Option<PathBuf> {
        self.path("XDG_CACHE_HOME")
            .filter(|folder| folder.is_absolute())
            .or_else(|| Some(self.path("HOME").filter(|home| home.is_absolute())?.join(".cache")))
            .map(|folder| folder.join("specialize"))
    }

    /// The values that were wrong.
    pub(super) fn into_wrong(self) -> Vec<Wrong> {
        self.wrong.into_inner()
    }
}

/// A setting that is wrong, and is ignored.
#[derive(Clone, Debug)]
pub(crate) struct Wrong {
    /// The variable, or the method.
    pub(crate) setting: &'static str,
    pub(crate) value: String,
    pub(crate) expected: &'static str,
}
