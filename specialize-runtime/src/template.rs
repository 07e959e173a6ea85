//! The template of a function: its source with holes, as the macro emits it.

/// The source of a function with holes for its specialized values, and all that its compilation depends on.
///
/// The macro emits one per annotated function, as constant data: making one costs nothing at run time.
#[derive(Clone, Copy, Debug)]
pub struct Template {
    /// `module_path!()` inside the module that the text stands in: a hidden one that holds the function, such as
    /// `host::m::power::template`, or a captured one, such as `host::m::kernels`.
    pub module_path: &'static str,
    /// The function's name as it is written, such as `power` or `r#match`.
    pub function: &'static str,
    /// `file!()` of the annotated function: the name that panics carry.
    pub file: &'static str,
    /// The `use` lines of that module.
    pub preamble: &'static str,
    /// Nothing, or the `macro_rules! m { ... }` that gives a function made by a macro its positions back.
    pub definitions: &'static str,
    /// The text of the function or of the captured module, by position.
    pub body: &'static [Piece],
    /// The text of `specialize_entry`, `specialize_map` where there is one, and `SPECIALIZE_LAYOUT`, which name the holes
    /// `HOLE_0`, `HOLE_1` and so on.
    pub entry: &'static str,
    /// Whether there is a `specialize_map`, the loop over a slice of calls.
    pub batch: bool,
    /// Which of the specialized functions in the text this is, if it is that of a captured module: it says `entry_at!{0}` in the
    /// module of the first one, and so on.
    pub captured: Option<usize>,
    /// The type of each specialized parameter as text, in the order of the signature.
    pub holes: &'static [&'static str],
    /// Whether the `i`-th predicate, which the text calls `_i`, held where the host was built.
    pub cfgs: &'static [bool],
    /// The type name of a type in that module of the host, where the text may ask for the identity of a type.
    pub identity: Option<fn() -> &'static str>,
    /// How the host was compiled.
    pub flags: Flags,
}

/// A piece of a function's text, and where its first character stands in the user's file.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    /// The line, from 1; 0 says that the piece has no place of its own and follows the one before.
    pub line: u32,
    /// The column, from 1, in characters.
    pub column: u32,
    /// The text.
    pub text: &'static str,
}

/// How the host was compiled, as far as the macro could tell.
#[derive(Clone, Copy, Debug)]
pub enum Flags {
    /// The compiler's flags.
    Read(BuildFlags),
    /// They could not be read, for this reason: the function has no variants at run time.
    Unreadable(&'static str),
}

/// The flags of the host's compilation that change what a function means.
#[derive(Clone, Copy, Debug)]
pub struct BuildFlags {
    /// The edition, such as `2024`.
    pub edition: &'static str,
    /// The crate's name, with underscores.
    pub crate_name: &'static str,
    /// Whether the crate is an executable (a test is one), which tells its types from those of a library.
    pub executable: bool,
    /// Every `-C metadata` in its order.
    pub metadata: &'static [&'static str],
    /// Whether arithmetic overflow panics.
    pub overflow_checks: bool,
    /// Whether `cfg(debug_assertions)` holds.
    pub debug_assertions: bool,
    /// The `-C target-cpu` of the host, where one was given.
    pub target_cpu: Option<&'static str>,
    /// Every `-C target-feature` of the host in its order.
    pub target_features: &'static [&'static str],
    /// The dependencies of the host's crate that the text uses.
    pub dependencies: &'static [Dependency],
    /// The folders in which rustc finds what these depend on, if there are any.
    pub dependency_folders: &'static [&'static str],
}

impl BuildFlags {
    /// The flags of a library of the newest edition where rustc was told nothing else.
    #[must_use]
    pub const fn of_library(crate_name: &'static str) -> BuildFlags {
        BuildFlags {
            edition: "2024",
            crate_name,
            executable: false,
            metadata: &[],
            overflow_checks: false,
            debug_assertions: false,
            target_cpu: None,
            target_features: &[],
            dependencies: &[],
            dependency_folders: &[],
        }
    }
}

/// A dependency of the host's crate, as rustc was told of it when the host was built.
#[derive(Clone, Copy, Debug)]
pub struct Dependency {
    /// The name that the host's crate has for it.
    pub name: &'static str,
    /// Its file: an rlib, or where that was not made yet its metadata alone.
    pub path: &'static str,
    /// The digest of that file.
    pub digest: u128,
}
