//! Compilers that stand in for the real one.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// When the compiler is asked who it is.
pub(crate) const VERSION: &str = "*-vV*";

/// When the compiler makes the support library.
pub(crate) const SUPPORT: &str = "*--crate-name=specialize_support*";

/// When the compiler compiles a template, which it does under the name of this test's crate.
pub(crate) const TEMPLATE: &str = concat!("*--crate-name=", env!("CARGO_CRATE_NAME"), "*");

/// When the compiler compiles anything.
pub(crate) const COMPILE: &str = "*--crate-name=*";

/// A path at which there is no compiler.
pub(crate) const NO_COMPILER: &str = "/nonexistent/bin/rustc";

/// Shell commands that do not end, in two processes. `started`, in the folder of the compiler, is
/// there once they have begun.
pub(crate) const HANG: &str = "/bin/sleep 1000 & : > \"$folder/started\"; wait";

/// Makes a compiler in `folder`, and gives back its path. It is the compiler that built this test,
/// but runs the shell commands of `cases` whose pattern its arguments fit, first one only. They see
/// that compiler as `$rustc`, and where it keeps its libraries as `$libraries`.
pub(crate) fn compiler(folder: &Path, cases: &[(&str, &str)]) -> PathBuf {
    let (rustc, libraries) = real();
    let (name, rustc, libraries) = (folder.display(), rustc.display(), libraries.display());
    let cases: String = cases.iter().map(|(pattern, commands)| format!("{pattern})\n{commands}\n;;\n")).collect();
    let text = format!(
        "#!/bin/sh\nfolder='{name}' rustc='{rustc}' libraries='{libraries}'\ncase \"$*\" in\n\
         {cases}*--print*)\nprintf '%s\\n' \"$folder\" \"$libraries\"\nexit\n;;\nesac\nexec \"$rustc\" \"$@\"\n"
    );
    let path = folder.join("bin/rustc");
    write_program(&path, &text);
    path
}

/// The compiler that built this test, and the folder of its libraries.
fn real() -> (PathBuf, PathBuf) {
    let named = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let printed = Command::new(named).args(["--print", "sysroot", "--print", "target-libdir"]).output().expect("a compiler");
    let text = String::from_utf8(printed.stdout).expect("text");
    let (sysroot, libraries) = text.trim_end().split_once('\n').expect("two lines");
    (Path::new(sysroot).join("bin/rustc"), PathBuf::from(libraries))
}

/// Writes a program. Another process does it: while this one has the file open for writing, a child
/// that another test starts at that moment has it open too, and then the program cannot be run.
fn write_program(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("in a folder")).expect("a folder");
    let mut writer = Command::new("/bin/sh");
    writer.args(["-c", "cat > \"$0\" && chmod 700 \"$0\""]).arg(path).stdin(Stdio::piped());
    let mut writer = writer.spawn().expect("a shell");
    writer.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("the shell reads");
    assert!(writer.wait().expect("a child of ours").success());
}
