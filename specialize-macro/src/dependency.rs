//! A dependency of the user's crate, as rustc was told of it.

use std::path::PathBuf;

use proc_macro2::TokenStream;
use quote::quote;

use crate::digest::digest_file;

/// A crate that the user's crate is compiled with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dependency {
    /// The name that the user's crate has for it.
    pub(crate) name: String,
    /// The file that it is read from, which rustc may be told relative to where it runs.
    path: PathBuf,
}

impl Dependency {
    /// Reads the value of `--extern`. A crate without a file of its own is one of the toolchain's.
    pub(crate) fn read(value: &str) -> Option<Dependency> {
        let (name, path) = value.split_once('=')?;
        // What stands before a colon are options of this crate.
        let name = name.rsplit_once(':').map_or(name, |(_, name)| name);
        Some(Dependency { name: name.to_owned(), path: std::path::absolute(path).ok()? })
    }

    /// The dependency as an expression of the type `Dependency` in `v1`, or why its file cannot be read.
    pub(crate) fn emit(&self, v1: &TokenStream) -> Result<TokenStream, String> {
        let Dependency { name, path } = self;
        let path = path.to_str().ok_or_else(|| format!("the path of the crate `{name}` is not UTF-8"))?;
        let digest = digest_file(&self.path).map_err(|error| format!("the crate `{name}` could not be read from {path}: {error}"))?;
        Ok(quote!(#v1::Dependency { name: #name, path: #path, digest: #digest }))
    }
}

/// The folder that `-L` names, if rustc looks for crates in it.
pub(crate) fn folder(value: &str) -> Option<PathBuf> {
    let folder = match value.split_once('=') {
        Some(("dependency" | "crate" | "all", folder)) => folder,
        Some(("native" | "framework", _)) => return None,
        _ => value,
    };
    std::path::absolute(folder).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_extern_are_read() {
        let read = |name: &str, path: &str| Some(Dependency { name: name.to_owned(), path: PathBuf::from(path) });
        assert_eq!(Dependency::read("memchr=/t/libmemchr-1.rlib"), read("memchr", "/t/libmemchr-1.rlib"));
        assert_eq!(Dependency::read("priv,noprelude:a=/t/b=c.rmeta"), read("a", "/t/b=c.rmeta"));
        assert_eq!(Dependency::read("proc_macro"), None);
        let relative = Dependency::read("a=t/liba.rlib").expect("a dependency").path;
        assert_eq!(relative, std::env::current_dir().expect("a folder").join("t/liba.rlib"));
    }

    #[test]
    fn folders_of_crates_are_told_from_others() {
        let folders = ["dependency=/a", "crate=/b", "all=/c", "/d", "/e=f", "native=/g", "framework=/h"].map(folder);
        assert_eq!(folders.into_iter().flatten().collect::<Vec<_>>(), ["/a", "/b", "/c", "/d", "/e=f"].map(PathBuf::from));
    }

    #[test]
    fn a_file_that_is_missing_is_named() {
        let error = Dependency::read("a=/nowhere/liba.rlib").expect("a dependency").emit(&quote!(v1)).expect_err("there is no such file");
        assert!(error.starts_with("the crate `a` could not be read from /nowhere/liba.rlib: "), "{error}");
    }
}
