//! A function that nobody calls, for tests, which change what they are about.

use super::{Descriptor, Entries};
use crate::template::{BuildFlags, Flags, Template};

pub(crate) const FLAGS: BuildFlags = BuildFlags::of_library("host");

pub(crate) const TEMPLATE: Template = Template {
    module_path: "host::kernel::template",
    function: "kernel",
    file: "src/lib.rs",
    preamble: "",
    definitions: "",
    body: &[],
    entry: "",
    batch: false,
    captured: None,
    holes: &["u32"],
    cfgs: &[],
    identity: None,
    flags: Flags::Read(FLAGS),
};

pub(crate) const DESCRIPTOR: Descriptor = Descriptor {
    name: "kernel",
    module_path: "host::kernel",
    parameters: &["n"],
    dispatcher: Entries::new(std::ptr::null()),
    generic: Entries::new(std::ptr::null()),
    template: TEMPLATE,
    layout: &[],
    hot: None,
    plain: true,
};
