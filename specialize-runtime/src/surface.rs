//! The items beside every annotated function, whatever its signature: `bind`, `prepare` and the others.

/// Generates `bind`, `prepare`, `prepare_within`, `lookup`, `request`, `table` and `Bound` over a static
/// [`Function`](crate::function::Function).
///
/// `surface!(FUNCTION: (u32, bool); (n, exact); n: u32, exact: bool)` names the static, the type of its values, the
/// values as an expression over the parameters, and the specialized parameters.
#[doc(hidden)]
#[macro_export]
macro_rules! __specialize_surface {
    ($function:ident: $values:ty; $tuple:expr; $($name:ident: $type:ty),+ $(,)?) => {
        /// The function with these values bound, served from the best tier there is.
        ///
        /// It never waits for a compiler and never fails: where the values have no variant yet, the generic function serves, a variant is
        /// asked for in the background, and the bound function turns to it when it is ready.
        ///
        /// Cost: a lookup in the function's table, under a lock. Keep what it returns, and call that.
        #[inline]
        pub fn bind($($name: $type),+) -> Bound {
            Bound { binding: $function.bind($tuple) }
        }

        /// The function with these values bound, once they have a variant: listed, found on disk, or compiled now.
        ///
        /// It blocks until then. On the thread that makes variants, which runs wakers and subscribers of `tracing`, it returns an error at
        /// once instead; the variant is made all the same.
        ///
        /// Cost: milliseconds for a new value, microseconds for one on disk, a lookup for one that has its variant.
        ///
        /// # Errors
        ///
        /// Why the values can have no variant. The function itself still serves them.
        #[inline]
        pub fn prepare($($name: $type),+) -> ::core::result::Result<Bound, $crate::Error> {
            $function.prepare($tuple).map(|binding| Bound { binding })
        }

        /// As `prepare`, but waits no longer than `timeout`.
        ///
        /// # Errors
        ///
        /// Why the values can have no variant, or that they have none yet; it is then still being made in the background.
        #[inline]
        pub fn prepare_within($($name: $type,)+ timeout: ::core::time::Duration) -> ::core::result::Result<Bound, $crate::Error> {
            $function.prepare_within($tuple, timeout).map(|binding| Bound { binding })
        }

        /// The function with these values bound, if they have a variant already.
        ///
        /// It never waits for a compiler, and asks for nothing. Cost: a lookup in the function's table, under a lock.
        #[inline]
        #[must_use]
        pub fn lookup($($name: $type),+) -> ::core::option::Option<Bound> {
            $function.lookup($tuple).map(|binding| Bound { binding })
        }

        /// Asks for a variant for these values in the background.
        ///
        /// What it returns may be awaited, waited for, or dropped: the variant is made all the same. Cost: a lookup in the function's
        /// table, and a place in a queue, each under a lock.
        #[inline]
        pub fn request($($name: $type),+) -> $crate::Pending {
            $function.request($tuple)
        }

        /// The function's dispatch table: its name, capacity, entries and counts.
        #[inline]
        #[must_use]
        pub fn table() -> &'static $crate::DispatchTable {
            $function.table()
        }

        /// The function with values bound to it.
        ///
        /// Clones are cheap and share one state. While any of them lives, the variant stays loaded.
        #[derive(::core::clone::Clone)]
        pub struct Bound {
            binding: $crate::__private::v1::Binding<$values>,
        }

        impl Bound {
            /// The tier that serves these values now.
            #[inline]
            #[must_use]
            pub fn tier(&self) -> $crate::Tier {
                self.binding.tier()
            }

            /// Why the generic function still serves these values, if making a variant was tried and failed.
            #[inline]
            #[must_use]
            pub fn last_error(&self) -> ::core::option::Option<$crate::Error> {
                self.binding.last_error()
            }
        }

        impl ::core::fmt::Debug for Bound {
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Debug::fmt(&self.binding, formatter)
            }
        }
    };
}

/// Generates the associated functions that a specialized method has beside it, over the module beside its impl.
///
/// `methods!(pub filter_apply: apply_bind apply_prepare apply_prepare_within apply_lookup apply_request apply_table; n: u32)` names the
/// module, the functions, and the specialized parameters.
#[doc(hidden)]
#[macro_export]
macro_rules! __specialize_methods {
    (
        $visibility:vis $module:ident:
            $bind:ident $prepare:ident $prepare_within:ident $lookup:ident $request:ident $table:ident;
            $($name:ident: $type:ty),+ $(,)?
    ) => {
        /// The method with these values bound, served from the best tier there is; its `call` takes the receiver first.
        ///
        /// It never blocks and never fails.
        #[inline]
        $visibility fn $bind($($name: $type),+) -> $module::Bound {
            $module::bind($($name),+)
        }

        /// The method with these values bound, once they have a variant: listed, found on disk, or compiled now.
        ///
        /// It blocks until then.
        ///
        /// # Errors
        ///
        /// Why the values can have no variant. The method itself still serves them.
        #[inline]
        $visibility fn $prepare($($name: $type),+) -> ::core::result::Result<$module::Bound, $crate::Error> {
            $module::prepare($($name),+)
        }

        /// As the function before, but waits no longer than `timeout`.
        ///
        /// # Errors
        ///
        /// Why the values can have no variant, or that they have none yet; it is then still being made in the background.
        #[inline]
        $visibility fn $prepare_within(
            $($name: $type,)+ timeout: ::core::time::Duration
        ) -> ::core::result::Result<$module::Bound, $crate::Error> {
            $module::prepare_within($($name,)+ timeout)
        }

        /// The method with these values bound, if they have a variant already.
        #[inline]
        #[must_use]
        $visibility fn $lookup($($name: $type),+) -> ::core::option::Option<$module::Bound> {
            $module::lookup($($name),+)
        }

        /// Asks for a variant for these values in the background.
        #[inline]
        $visibility fn $request($($name: $type),+) -> $crate::Pending {
            $module::request($($name),+)
        }

        /// The method's dispatch table: its name, capacity, entries and counts.
        #[inline]
        #[must_use]
        $visibility fn $table() -> &'static $crate::DispatchTable {
            $module::table()
        }
    };
}

/// Generates the functions that lead from listed types to their families, each of which is a module with a surface of its own.
///
/// `families!([#[diagnostic]] [T: Sized] [T] (n: usize); __0 [f32] (n: usize); __1 [f64] (n: usize);)` names attributes, the type
/// parameters, the specialized parameters, and for each family its module, its types, and the specialized parameters as it takes them.
#[doc(hidden)]
#[macro_export]
macro_rules! __specialize_families {
    (
        $attributes:tt [$($generic:tt)*] $types:tt ($($name:ident: $type:ty),+);
        $($family:ident $listed:tt ($($own:ident: $given:ty),+);)*
    ) => {
        $crate::__specialize_families!(@functions $attributes [$($generic)*] $types ($($name: $type),+));
        $($crate::__specialize_families!(@family $family $listed ($($own: $given),+));)*
    };
    (@functions [$($attribute:tt)*] [$($generic:tt)*] [$($types:ident),*] ($($name:ident: $type:ty),+)) => {
        /// What a combination of types leads to.
        #[doc(hidden)]
        $($attribute)*
        pub trait __Family<$($generic)*> {
            type Bound;
            fn bind($($name: $type),+) -> Self::Bound;
            fn prepare($($name: $type),+) -> ::core::result::Result<Self::Bound, $crate::Error>;
            fn prepare_within(
                $($name: $type,)+ timeout: ::core::time::Duration
            ) -> ::core::result::Result<Self::Bound, $crate::Error>;
            fn lookup($($name: $type),+) -> ::core::option::Option<Self::Bound>;
            fn request($($name: $type),+) -> $crate::Pending;
            fn table() -> &'static $crate::DispatchTable;
        }

        /// The function for these types with values bound to it.
        pub type Bound<$($types),*> = <() as __Family<$($types),*>>::Bound;

        /// The function for these types with these values bound, served from the best tier there is; it turns to a better one by itself.
        ///
        /// It never blocks and never fails.
        #[inline]
        pub fn bind<$($generic)*>($($name: $type),+) -> Bound<$($types),*>
        where
            (): __Family<$($types),*>,
        {
            <() as __Family<$($types),*>>::bind($($name),+)
        }

        /// The function for these types with these values bound, once they have a variant: listed, found on disk, or compiled now.
        ///
        /// It blocks until then. On the thread that makes variants, which runs wakers and subscribers of `tracing`, it returns an error at
        /// once instead; the variant is made all the same.
        ///
        /// # Errors
        ///
        /// Why the values can have no variant. The function itself still serves them.
        #[inline]
        pub fn prepare<$($generic)*>($($name: $type),+) -> ::core::result::Result<Bound<$($types),*>, $crate::Error>
        where
            (): __Family<$($types),*>,
        {
            <() as __Family<$($types),*>>::prepare($($name),+)
        }

        /// As [`prepare`], but waits no longer than `timeout`.
        ///
        /// # Errors
        ///
        /// Why the values can have no variant, or that they have none yet; it is then still being made in the background.
        #[inline]
        pub fn prepare_within<$($generic)*>(
            $($name: $type,)+ timeout: ::core::time::Duration
        ) -> ::core::result::Result<Bound<$($types),*>, $crate::Error>
        where
            (): __Family<$($types),*>,
        {
            <() as __Family<$($types),*>>::prepare_within($($name,)+ timeout)
        }

        /// The function for these types with these values bound, if they have a variant already.
        #[inline]
        #[must_use]
        pub fn lookup<$($generic)*>($($name: $type),+) -> ::core::option::Option<Bound<$($types),*>>
        where
            (): __Family<$($types),*>,
        {
            <() as __Family<$($types),*>>::lookup($($name),+)
        }

        /// Asks for a variant for these types and values in the background.
        #[inline]
        pub fn request<$($generic)*>($($name: $type),+) -> $crate::Pending
        where
            (): __Family<$($types),*>,
        {
            <() as __Family<$($types),*>>::request($($name),+)
        }

        /// The dispatch table for these types: its name, capacity, entries and counts.
        #[inline]
        #[must_use]
        pub fn table<$($generic)*>() -> &'static $crate::DispatchTable
        where
            (): __Family<$($types),*>,
        {
            <() as __Family<$($types),*>>::table()
        }
    };
    (@family $family:ident [$($listed:ty),*] ($($name:ident: $type:ty),+)) => {
        impl __Family<$($listed),*> for () {
            type Bound = $family::Bound;

            #[inline]
            fn bind($($name: $type),+) -> $family::Bound {
                $family::bind($($name),+)
            }

            #[inline]
            fn prepare($($name: $type),+) -> ::core::result::Result<$family::Bound, $crate::Error> {
                $family::prepare($($name),+)
            }

            #[inline]
            fn prepare_within(
                $($name: $type,)+ timeout: ::core::time::Duration
            ) -> ::core::result::Result<$family::Bound, $crate::Error> {
                $family::prepare_within($($name,)+ timeout)
            }

            #[inline]
            fn lookup($($name: $type),+) -> ::core::option::Option<$family::Bound> {
                $family::lookup($($name),+)
            }

            #[inline]
            fn request($($name: $type),+) -> $crate::Pending {
                $family::request($($name),+)
            }

            #[inline]
            fn table() -> &'static $crate::DispatchTable {
                $family::table()
            }
        }
    };
}
