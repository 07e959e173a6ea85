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
mod invisible;
mod isolation;
mod layout;
mod listed;
mod made;
mod marks;
mod methods;
mod mistakes;
mod module;
mod names;
mod plain;
mod raw;
mod resolve;
mod sight;
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
/// A specialized parameter is an integer, a float, a `bool` or a `char`, an array or a tuple of such, a slice `&[T]` of any of these,
/// or a `&str`, or in a captured module a struct or an enum that derives `specialize::Value`; floats are told apart by their bits. `at` is there where all are integers, `bool` or `char`. Listed variants may fix
/// only some of the parameters, as in `#[specialize(kernel, channels in [1, 3, 4])]`; those made at run time fix all.
///
/// The options are `hot` (calls of one value before it gets a
/// variant of its own), `work` and `batch` (below), `module` (the name of the module beside the function, where the function's own
/// is taken), `crate` (the path of the crate `specialize`), `crates` (below) and `limit` (how many variants may be listed, 1,024 unless set).
///
/// With `batch(x)`, `map` calls the function for every element of a slice: `power::map(xs: &[u64], n: u32, out: &mut [u64])`, and
/// `bound.map(xs, out)` with `n` bound. `x` becomes a slice at its place in the signature, and `out` comes last; `out[i]` becomes what
/// the call with `xs[i]` returns. The loop is inside the variant: the choice of one is paid once, and the loop is unrolled and
/// vectorised for the processor. All parameters must be `Copy`, and the function must return a value. `map` panics where the slices
/// have different lengths; where a call panics, the results before it have been written.
///
/// With `work = expression`, a call counts as much as the expression says towards `hot`, instead of one: an integer of any type, of
/// which less than nothing counts as nothing. It sees what the function's own scope has, and the parameters by their names: scalars
/// and references by value, others by reference, `&mut` references as shared ones. It is evaluated only where a value has no variant
/// yet, and is nothing to rely on for effects. A `map` counts the work of all its elements; without `work`, it is one call.
///
/// The function keeps its name, signature and attributes, and chooses a variant by its arguments. A module of the same name beside it
/// has `at`, `generic`, `map`, `bind`, `prepare`, `prepare_within`, `lookup`, `request`, `table` and the type `Bound`; the
/// documentation of the crate says what they do. The body sees only std, by full paths, and what it defines itself: it is compiled again while the
/// program runs, away from the crate it stands in.
///
/// # Type parameters
///
/// Each type parameter of a function needs a list of types, `T in [f32, f64]`, and each combination of listed types becomes a *family*: a
/// function of its own, with its own table (`dot::<f32>`). `bind`, `prepare`, `prepare_within`, `lookup`, `request` and `table` take the
/// types, as in `dot::prepare::<f32>(3)`, and so do `dot::Bound<f32>`, `dot::generic::<T>(...)` and `dot::at::<T, 3>(...)`, where types come
/// before values. The dispatcher and `map` go by the types they are called with, which costs nothing; other types than those listed
/// are served by the function as written. Listed values are listed for every family. A listed type borrows nothing, and is of std or of
/// the captured module. Methods have no families.
///
/// # Crates
///
/// `crates(memchr)`, on a function or on a captured module, lets the text use dependencies of the crate it stands in, by the names that
/// crate has for them. Variants are compiled against the very files that the build used, and take along what they call of the code in
/// the crates' rlibs. Where such a file is gone or another when a variant is to be compiled, where the code needs a part of std that
/// cannot be linked, where it has state (a `static` that changes, as behind `memchr::memchr`, or a thread-local), or where the rlib has
/// no machine code (fat LTO) and code that is neither inline nor generic is called, the function stays generic and `prepare` says why.
/// Code of a crate that a named crate depends on is taken along if it is inline or generic; else that crate must be named too. A macro
/// of a crate is called by its path. Edition 2018 or later.
///
/// # Modules
///
/// On an inline module, the attribute *captures* it: functions, constants, types, impls, traits, macros and modules in it travel together,
/// and its functions with a `#[specialize(n)]` of their own use them in every tier, also in their signatures. The module sees std and
/// what it defines itself, and nothing else of the crate around it (`use` what you need of std in it). It cannot hold state: a `static`
/// would be another one in each variant. Of its own options there are `crate` and `crates`.
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
/// `apply_request`, `apply_table`, and `filter.apply_at::<N>(x)` and `filter.apply_generic(x, n)`. What they return stands in a module
/// beside the impl, which is named by the type and the method (`filter_apply::Bound`, or as the option `module` says), and is called
/// with the receiver first: `bound.call(&filter, x)`. In its own body, a method's name means the dispatcher.
#[proc_macro_attribute]
pub fn specialize(arguments: TokenStream, item: TokenStream) -> TokenStream {
    attribute::attribute(arguments.into(), item.into()).into()
}

/// Makes a struct or an enum of values a value itself, which functions can be specialized on: implements `specialize::Value`.
///
/// Every field must be a value: nothing is behind a pointer. An enum needs a `#[repr(u8)]`, or another integer, that says where its
/// tag is. Types may be generic over values and constants. Unions and packed structs are refused. Where the crate `specialize` is
/// re-exported, `#[value(crate = path)]` says where it is.
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
