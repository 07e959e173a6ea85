//! The toolchain's `rustc`: makes an object of a template whose holes are filled, or bitcode of one whose holes are open.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use super::dependencies;
use super::process::{Job, Limits};
use super::render::{Holes, ROOT_FILE, Source};
use super::toolchain::Toolchain;
use crate::Error;
use crate::template::{BuildFlags, Template};
use crate::value::Part;

/// The object, in the working directory.
pub(super) const OBJECT: &str = "t.o";

/// The bitcode, in the working directory, and how it begins (LLVM Bitcode File Format).
const BITCODE: &str = "t.bc";
const BITCODE_MAGIC: &[u8] = b"BC\xC0\xDE";

/// A template to compile, and where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lowering<'a> {
    /// The function.
    pub(crate) template: &'static Template,
    /// The CPU to compile for, as `-C target-cpu` names it.
    pub(crate) target_cpu: &'a str,
    /// Whether the code says which function and lines it comes from.
    pub(crate) debug_info: bool,
    /// What each child may use.
    pub(crate) limits: &'a Limits,
    /// A private folder to work in, made where it is needed, which the caller removes afterwards.
    pub(crate) folder: &'a Path,
}

impl Lowering<'_> {
    /// Makes the object of a variant, `t.o` in the folder.
    ///
    /// # Errors
    ///
    /// Those of rendering the template, of writing it, and of running the compiler.
    pub(super) fn make_object(&self, toolchain: &Toolchain, images: &[Part<'_>]) -> Result<(), Error> {
        let optimised = [
            "--emit=obj",
            // A loop over a constant is evaluated before it is judged too long to unroll.
            "-Cllvm-args=-unroll-max-iteration-count-to-analyze=1000",
        ];
        self.run(toolchain, Holes::Filled(images), &optimised, OBJECT)
    }

    /// Lowers the template to bitcode that nothing has optimised yet, with a declaration for each hole.
    ///
    /// One run of the compiler, some 40 ms; the result serves for all values.
    ///
    /// # Errors
    ///
    /// Those of rendering the template, of writing it, and of running the compiler.
    pub(crate) fn make_bitcode(&self, toolchain: &Toolchain) -> Result<Vec<u8>, Error> {
        toolchain.confirm()?;
        self.run(toolchain, Holes::Open, &["--emit=llvm-bc", "-Cno-prepopulate-passes"], BITCODE)?;
        let path = self.folder.join(BITCODE);
        let bad = |reason: String| Error::BadOutput { program: toolchain.rustc.clone(), path: path.clone(), reason };
        let bitcode = fs::read(&path).map_err(|error| bad(error.to_string()))?;
        if bitcode.starts_with(BITCODE_MAGIC) { Ok(bitcode) } else { Err(bad("it is not LLVM bitcode".to_owned())) }
    }

    /// Makes the folder, unless it is there.
    pub(super) fn make_folder(&self) -> Result<(), Error> {
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(self.folder);
        made.map_err(|error| Error::file("make the folder", self.folder, error))
    }

    fn run(&self, toolchain: &Toolchain, holes: Holes<'_>, emit: &[&str], output: &str) -> Result<(), Error> {
        let source = self.template.render(holes)?;
        self.make_folder()?;
        write_source(self.folder, &source)?;
        let mut arguments = self.arguments(self.template.build_flags()?, &source);
        arguments.extend(emit.iter().copied().chain(["-o", output, ROOT_FILE]).map(OsString::from));
        Job { program: &toolchain.rustc, arguments: &arguments, environment: &[], folder: self.folder, limits: self.limits }.run()?;
        Ok(())
    }

    /// The compiler's arguments: how the host was built, and how variants are.
    fn arguments(&self, flags: &BuildFlags, source: &Source) -> Vec<OsString> {
        let switch = |name: &str, on: bool| format!("-C{name}={}", if on { "on" } else { "off" });
        let mut arguments = vec![
            format!("--crate-name={}", flags.crate_name),
            format!("--crate-type={}", if flags.executable { "bin" } else { "lib" }),
            format!("--edition={}", flags.edition),
            switch("overflow-checks", flags.overflow_checks),
            switch("debug-assertions", flags.debug_assertions),
            format!("-Ctarget-cpu={}", self.target_cpu),
            format!("-Cdebuginfo={}", u8::from(self.debug_info)),
        ];
        arguments.extend(flags.metadata.iter().map(|metadata| format!("-Cmetadata={metadata}")));
        arguments.extend(flags.target_features.iter().map(|features| format!("-Ctarget-feature={features}")));
        if self.debug_info {
            // Files are named as the user's crate names them, whatever folder they were compiled in.
            arguments.push(format!("--remap-path-prefix={}=.", self.folder.display()));
        }
        arguments.extend(source.place.remap.iter().map(|remap| format!("--remap-path-prefix={remap}")));
        arguments.extend(dependencies::arguments(flags));
        let held = self.template.cfgs.iter().enumerate().filter(|(_, holds)| **holds);
        arguments.extend(held.map(|(index, _)| format!("--cfg=_{index}")));
        let fixed = [
            "-Copt-level=3",
            "-Ccodegen-units=1",
            "-Crelocation-model=pic",
            "-Cpanic=unwind",
            "-Cembed-bitcode=no",
            "--cap-lints=allow",
            "--color=never",
            "--error-format=short",
        ];
        arguments.into_iter().map(OsString::from).chain(fixed.map(OsString::from)).collect()
    }
}

/// Writes the two files of the crate.
fn write_source(folder: &Path, source: &Source) -> Result<(), Error> {
    let write = |name: &Path, text: &str| {
        let path = folder.join(name);
        let made = path.parent().map_or(Ok(()), fs::create_dir_all);
        made.and_then(|()| fs::write(&path, text)).map_err(|error| Error::file("write", path, error))
    };
    write(Path::new(ROOT_FILE), &source.root)?;
    write(&source.place.path, &source.body)
}
