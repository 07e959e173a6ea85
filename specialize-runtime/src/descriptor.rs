//! The descriptor of an annotated function: the constant data that the macro emits.

#[cfg(test)]
pub(crate) mod example;

use crate::template::Template;

/// The entries of the generic function, a build-time variant or a runtime variant: one for a call, with the whole signature of the
/// annotated function; and for a function with the option `batch`, one for the loop over a slice. Variants ignore the specialized
/// parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entries {
    call: *const (),
    /// Null where there is none.
    map: *const (),
}

// SAFETY: entries are addresses of code, which any thread may call.
unsafe impl Send for Entries {}
// SAFETY: as above.
unsafe impl Sync for Entries {}

impl Entries {
    /// The code at `call`.
    #[must_use]
    pub const fn new(call: *const ()) -> Entries {
        Entries { call, map: std::ptr::null() }
    }

    /// With the loop at `map`, whose signature has a slice in the place of the batched parameter, and one for
    /// the results as its last parameter.
    #[must_use]
    pub const fn with_map(self, map: *const ()) -> Entries {
        Entries { map, ..self }
    }

    /// The code for a purpose, or null.
    #[inline(always)]
    pub(crate) fn code(self, purpose: Purpose) -> *const () {
        match purpose {
            Purpose::Call => self.call,
            Purpose::Map => self.map,
        }
    }
}

/// Which of a variant's entries is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The one for a call.
    Call,
    /// The one for the loop over a slice.
    Map,
}

/// What the macro knows of a function.
#[derive(Debug)]
pub struct Descriptor {
    /// The function's name.
    pub name: &'static str,
    /// Path of the module that stands beside the function.
    pub module_path: &'static str,
    /// Names of the specialized parameters, in the order of the signature.
    pub parameters: &'static [&'static str],
    /// The function as written.
    pub generic: Entries,
    /// The choice of the best code for the values.
    pub dispatcher: Entries,
    /// The function's source, isolated.
    pub template: Template,
    /// Size and alignment of each type in the signature, the return type last; then those of each type of the captured
    /// module that it leads to, with the offset and the number of each of its fields.
    pub layout: &'static [[usize; 2]],
    /// The attribute's `hot`.
    pub hot: Option<u64>,
    /// Whether nothing that a caller may keep can point into a variant, by the types of the signature.
    pub plain: bool,
}
