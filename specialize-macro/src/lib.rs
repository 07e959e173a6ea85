//! The attribute of the crate `specialize-rs`.
//!
//! Use it through the crate `specialize`, whose documentation says what it does.

mod args;
mod attribute;
mod attributes;
mod batch;
mod beside;
mod captured;
mod checks;
mod columns;
mod combinations;
mod copies;
mod crates;
mod definitions;
mod dependency;
mod derive;
mod descriptor;
#[allow(dead_code, reason = "the runtime, whose file it is, uses the rest")]
mod digest;
mod expand;
#[cfg(test)]
mod expansions;
mod facade;
mod families;
mod flags;
mod form;
mod function;
mod hygiene;
mod invisible;
mod isolation;
mod layout;
mod listed;
mod marks;
mod methods;
mod mistakes;
mod module;
mod names;
mod plain;
mod raw;
mod resolve;
mod scope;
mod signature;
mod template;
mod tree;
mod values;
mod work;

use proc_macro::TokenStream;

/// Gives a function, or the functions of a module, variants for the values they are called with.
///
/// ```text
/// #[specialize(n)]                                   runtime values only
/// #[specialize(n in [2, 3, LIMIT])]                  and these at build time; constant expressions are allowed
/// #[specialize(n in 1..=16)]                         a range with literal bounds
/// #[specialize(rows in [2, 4], cols in [2, 4])]      several parameters: every combination
/// #[specialize((rows, cols) in [(2, 2), (3, 5)])]    several parameters: these combinations
/// #[specialize(word in ["ab", "c"])]                 values of any of the types below
/// #[specialize(n, hot = 10)]                         options come after the parameters
/// #[specialize] mod kernels { ... }                  everything in the module may be used by its specialized functions
/// #[specialize(ops, work = out.len(), hot = 100_000)]   hotness counted in work, an expression over the parameters
/// #[specialize(n, T in [f32, f64])]                  a function with a type parameter: a family of variants for each type
/// #[specialize(n, batch(x))]                         also `map`, over a slice of `x`
/// #[specialize(n, crates(memchr))]                   the function uses dependencies of its crate
/// ```
///
/// ```
/// use specialize::specialize;
///
/// #[specialize(n in [2, 3, 8], batch(x))]
/// fn power(x: u64, n: u32) -> u64 {
///     (0..n).fold(1, |product: u64, _| product.wrapping_mul(x))
/// }
///
/// assert_eq!((power(2, 8), power::at::<3>(5), power::bind(13).call(2)), (256, 125, 8192));
/// let mut squares = [0; 3];
/// power::map(&[1, 2, 3], 2, &mut squares);
/// assert_eq!(squares, [1, 4, 9]);
/// ```
///
/// The function keeps its name, signature and attributes, and becomes the dispatcher: it chooses a variant by its arguments. A module of
/// the same name beside it has these items:
///
/// | item | what it does |
/// | --- | --- |
/// | `at::<N>(x)` | the variant for a constant, open to inlining; there if all specialized parameters are integers, `bool` or `char` |
/// | `generic(x, n)` | the function as written |
/// | `bind(n)` | a handle, `Bound`, served from the best tier there is; never blocks, never fails, asks for a variant in the background |
/// | `prepare(n)` | a handle once the value has a variant, or why it can have none; blocks until then |
/// | `prepare_within(n, timeout)` | the same, with a deadline |
/// | `lookup(n)` | a handle if the value has a variant already; never blocks, asks for nothing |
/// | `request(n)` | asks for a variant in the background; returns a future that may be dropped |
/// | `map(xs, n, &mut out)` | with `batch(x)`: the function for every element of a slice |
/// | `table()` | the dispatch table: which values have which variants, and what making them cost |
///
/// The body sees only std, by full paths, and what it defines itself, since it is compiled again while the program runs, away from the
/// crate it stands in.
///
/// A specialized parameter is an integer, a float, a `bool` or a `char`; an array or a tuple of these; a slice `&[T]` of any of these, or a
/// `&str`; or, in a captured module, a struct or an enum that derives `specialize::Value`. Floats are told apart by their bits. Listed
/// variants may fix only some of the parameters, as in `#[specialize(kernel, channels in [1, 3, 4])]`; variants made at run time fix all.
///
/// # Options
///
/// | option | meaning |
/// | --- | --- |
/// | `hot = 500` | calls of one value, or their work, before it gets a variant of its own; 1,000 unless set |
/// | `work = xs.len()` | how much a call counts towards `hot`, instead of one; below |
/// | `batch(x)` | also `map`; below |
/// | `module = name` | the name of the module beside the function, where the function's own is taken |
/// | `crate = path` | the path of the crate `specialize`, where it is re-exported |
/// | `crates(name)` | dependencies that the function uses; below |
/// | `limit = 2_000` | how many variants may be listed; 1,024 unless set |
///
/// With `batch(x)`, `map` calls the function for every element of a slice: `power::map(xs: &[u64], n: u32, out: &mut [u64])`, and
/// `bound.map(xs, out)` with `n` bound. `x` becomes a slice at its place in the signature, and `out` comes last; `out[i]` becomes what
/// the call with `xs[i]` returns. The loop is inside the variant: it is dispatched once, and unrolled and vectorised for the processor.
/// All parameters must be `Copy`, and the function must return a value. `map` panics if the slices have different lengths; if a call
/// panics, the results before it have been written.
///
/// `work = expression` may be an integer of any type; a negative one counts as zero. The expression sees what the function's own scope
/// has, and the parameters by their names: scalars and references by value, others by reference, `&mut` references as shared ones. It is
/// evaluated only while a value has no variant, so do not rely on it for effects. A `map` counts the work of all its elements; without
/// `work`, it counts as one call.
///
/// # Type parameters
///
/// Each type parameter of a function needs a list of types, `T in [f32, f64]`, and each combination of listed types becomes a *family*: a
/// function of its own, with its own table (`dot::<f32>`). `bind`, `prepare`, `prepare_within`, `lookup`, `request` and `table` take the
/// types, as in `dot::prepare::<f32>(3)`. So do `dot::Bound<f32>`, `dot::generic::<T>(...)` and `dot::at::<T, 3>(...)`, where types
/// come before values. The dispatcher and `map` go by the types they are called with, which costs nothing; the function as written serves
/// types that are not listed. Listed values are listed for every family. A listed type borrows nothing, and is of std or of the captured
/// module. A method cannot have type parameters.
///
/// # Crates
///
/// `crates(memchr)`, on a function or on a captured module, lets the text use dependencies of the crate it stands in, by the names that
/// crate has for them; a macro of theirs is called by its path. It needs edition 2018 or later. Variants are compiled against the very
/// files that the build used, and take along the code they call from the crates' rlibs. Code of a crate that a named crate depends on is
/// taken along if it is inline or generic; else that crate must be named too.
///
/// The function stays generic, and `prepare` says why, where
///
/// - a crate's file is missing, or has changed since the build;
/// - the code needs a part of std that cannot be linked;
/// - the code has state: a `static` that changes, as behind `memchr::memchr`, or a thread-local;
/// - the rlib has no machine code (fat LTO), and code that is neither inline nor generic is called.
///
/// # Modules
///
/// On an inline module, the attribute *captures* it: its functions, constants, types, impls, traits, macros and modules travel together.
/// Functions in it that have a `#[specialize(n)]` of their own use them in every tier, also in their signatures. The module sees std and
/// what it defines itself, and nothing else of the crate around it (`use` what you need of std in it). It cannot hold state, since each
/// variant would have a `static` of its own. The module's own attribute takes the options `crate` and `crates`.
///
/// ```
/// #[specialize::specialize]
/// mod filters {
///     pub struct Filter { pub gain: u32 }
///
///     impl Filter {
///         #[specialize(n)]
///         pub fn apply(&self, x: u32, n: u32) -> u32 { (0..n).fold(x, |x, _| x * self.gain) }
///     }
/// }
///
/// let bound: filters::filter_apply::Bound = filters::Filter::apply_bind(3);
/// assert_eq!(bound.call(&filters::Filter { gain: 2 }, 1), 8);
/// ```
///
/// A method has its items beside it in the impl: `Filter::apply_bind(n)`, `apply_prepare`, `apply_prepare_within`, `apply_lookup`,
/// `apply_request`, `apply_table`, and `filter.apply_at::<N>(x)` and `filter.apply_generic(x, n)`. The handle stands in a module beside the
/// impl that is named after the type and the method (`filter_apply::Bound`, or as the option `module` says); its `call` takes the receiver
/// first: `bound.call(&filter, x)`. In its own body, a method's name means the dispatcher.
#[proc_macro_attribute]
pub fn specialize(arguments: TokenStream, item: TokenStream) -> TokenStream {
    attribute::attribute(arguments.into(), item.into()).into()
}

/// Makes a struct or an enum a value that functions can be specialized on: implements `specialize::Value`.
///
/// Every field must be a value itself; nothing may be behind a pointer. An enum needs a `#[repr(u8)]`, or another integer, that says where
/// its tag is; in a captured module it is given one. Types may be generic over values and constants. Unions and packed structs are
/// refused. Where the crate `specialize` is re-exported, `#[value(crate = path)]` says where it is.
///
/// ```
/// #[specialize::specialize]
/// mod filters {
///     #[derive(Clone, Copy, specialize::Value)]
///     pub enum Step {
///         Add(u32),
///         Double,
///     }
///
///     #[specialize(steps)]
///     pub fn run(x: u32, steps: &[Step]) -> u32 {
///         steps.iter().fold(x, |x, step| match step {
///             Step::Add(y) => x + y,
///             Step::Double => 2 * x,
///         })
///     }
/// }
///
/// use filters::Step;
/// let bound = filters::run::bind(&[Step::Add(1), Step::Double]); // the loop is gone in its variant
/// assert_eq!(bound.call(20), 42);
/// ```
#[proc_macro_derive(Value, attributes(value))]
pub fn value(input: TokenStream) -> TokenStream {
    derive::derive(input.into(), &flags::Build::read(std::env::args()).edition).into()
}
