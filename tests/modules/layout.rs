//! A variant whose types are laid out otherwise than the host's is refused when it is loaded. No compiler makes such: it is put together by hand.

use std::mem::{align_of, offset_of, size_of};

use specialize::__private::v1::{BuildFlags, Descriptor, Entries, Flags, Function, Of, Piece, Template};
use specialize::Error;

use crate::support;

/// The host's; those of the template below have other fields first.
#[repr(C)]
struct Pair {
    first: u32,
    second: u32,
}

fn generic(pair: Pair, n: u32) -> u32 {
    pair.first + pair.second * n
}

const FLAGS: BuildFlags = BuildFlags { overflow_checks: true, debug_assertions: true, ..BuildFlags::of_library("modules") };

const fn descriptor(body: &'static [Piece]) -> Descriptor {
    Descriptor {
        name: "generic",
        module_path: "modules::layout",
        parameters: &["n"],
        generic: Entries::new(generic as *const ()),
        dispatcher: Entries::new(generic as *const ()),
        template: Template {
            module_path: "modules::layout::template",
            function: "generic",
            file: "layout.rs",
            preamble: "",
            definitions: "",
            body,
            entry: "#[unsafe(no_mangle)] pub fn specialize_entry(pair: Pair, _: u32) -> u32 { pair.first + pair.second * HOLE_0 } \
                    #[unsafe(no_mangle)] pub static SPECIALIZE_LAYOUT: [[usize; 2]; 3] = [ \
                    [::core::mem::size_of::<Pair>(), ::core::mem::align_of::<Pair>()], \
                    [::core::mem::offset_of!(Pair, first), 0], [::core::mem::offset_of!(Pair, second), 1]];",
            batch: false,
            captured: None,
            holes: &["u32"],
            cfgs: &[],
            identity: None,
            flags: Flags::Read(FLAGS),
        },
        layout: const { &[[size_of::<Pair>(), align_of::<Pair>()], [offset_of!(Pair, first), 0], [offset_of!(Pair, second), 1]] },
        hot: None,
        plain: true,
    }
}

static SAME: Function<(Of<u32>,)> =
    Function::new(descriptor(&[Piece { line: 1, column: 1, text: "#[repr(C)] pub struct Pair { first: u32, second: u32 }" }]), &[]);
static OTHER: Function<(Of<u32>,)> =
    Function::new(descriptor(&[Piece { line: 1, column: 1, text: "#[repr(C)] pub struct Pair { second: u32, first: u32 }" }]), &[]);

#[test]
fn a_variant_with_fields_in_other_places_is_refused() {
    support::private_store();
    SAME.prepare((&3,)).expect("a variant");
    let error = OTHER.prepare((&3,)).expect_err("its fields are in other places");
    assert!(matches!(&error, Error::Mismatch { reason, .. } if reason.contains("another layout")), "{error}");
}
