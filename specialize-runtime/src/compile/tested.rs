//! The toolchains that this crate was tested with. What any other makes is put to the probe before a host loads it.

/// The release, and the commit and the host as `rustc -vV` says them.
///
/// To add one: on that host, with that toolchain, run `cargo +<toolchain> test --workspace` and `cargo +<toolchain> bench --bench cold`.
/// The probe runs there before anything is loaded, and `specialize::stats()` in the bench says whether LLVM served. If all is well, add a
/// line with what `rustc +<toolchain> -vV` says.
const TOOLCHAINS: [(&str, &str, &str); 1] = [("1.95.0", "59807616e1fa2540724bfbac14d7976d7e4a3860", "x86_64-unknown-linux-gnu")];

/// Whether a compiler that says this of itself, when asked with `-vV`, is one of them.
pub(crate) fn is_tested(version: &str) -> bool {
    let said = |name: &str| version.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    TOOLCHAINS.iter().any(|(_, commit, host)| said("commit-hash") == Some(commit) && said("host") == Some(host))
}

/// Their releases, separated by commas.
pub(crate) fn releases() -> String {
    TOOLCHAINS.map(|(release, ..)| release).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERSION: &str = "rustc 1.95.0 (59807616e 2026-04-14)\nbinary: rustc\n\
        commit-hash: 59807616e1fa2540724bfbac14d7976d7e4a3860\ncommit-date: 2026-04-14\n\
        host: x86_64-unknown-linux-gnu\nrelease: 1.95.0\nLLVM version: 22.1.2\n";

    #[test]
    fn a_toolchain_is_known_by_its_commit_and_its_host() {
        assert!(is_tested(VERSION));
        assert!(!is_tested(&VERSION.replace("commit-hash: 5", "commit-hash: 6")));
        assert!(!is_tested(&VERSION.replace("host: x86_64", "host: aarch64")));
        assert!(!is_tested("rustc 1.95.0 (59807616e 2026-04-14)\nhost: x86_64-unknown-linux-gnu\n"));
        assert!(!is_tested(""));
    }
}
