//! A method.

#[no_implicit_prelude]
mod filters {
    mod __names {
        pub use ::std::prelude::rust_2024::*;
        pub use ::{core, std};
        pub use ::std::{
            assert, assert_eq, assert_ne, cfg, column, compile_error, concat, dbg,
            debug_assert, debug_assert_eq, debug_assert_ne, eprint, eprintln, file,
            format, format_args, line, matches, module_path, panic, print, println,
            stringify, todo, unimplemented, unreachable, vec, write, writeln,
        };
        pub use ::std::arch::asm;
        pub use ::std::mem::offset_of;
        pub use ::std::pin::pin;
        pub use ::std::ptr::{addr_of, addr_of_mut};
        pub use ::std::task::ready;
        #[cfg(target_arch = "aarch64")]
        pub use ::std::arch::is_aarch64_feature_detected;
        #[cfg(target_arch = "x86")]
        pub use ::std::arch::is_x86_feature_detected;
        #[cfg(target_arch = "x86_64")]
        pub use ::std::arch::is_x86_feature_detected;
    }
    use self::__names::*;
    const __TEMPLATE: ::specialize::__private::v1::Template = ::specialize::__private::v1::Template {
        module_path: ::core::module_path!(),
        file: ::core::file!(),
        preamble: "mod __names { pub use ::std::prelude::rust_2024::*; pub use ::{core, std}; pub use ::std::{assert, assert_eq, assert_ne, cfg, column, compile_error, concat, dbg, debug_assert, debug_assert_eq, debug_assert_ne, eprint, eprintln, file, format, format_args, line, matches, module_path, panic, print, println, stringify, todo, unimplemented, unreachable, vec, write, writeln}; pub use ::std::arch::{asm}; pub use ::std::mem::{offset_of}; pub use ::std::pin::{pin}; pub use ::std::ptr::{addr_of, addr_of_mut}; pub use ::std::task::{ready}; #[cfg(target_arch = \"aarch64\")] pub use ::std::arch::is_aarch64_feature_detected; #[cfg(target_arch = \"x86\")] pub use ::std::arch::is_x86_feature_detected; #[cfg(target_arch = \"x86_64\")] pub use ::std::arch::is_x86_feature_detected; } use self::__names::*;",
        definitions: "",
        body: const {
            &[
                ::specialize::__private::v1::Piece {
                    line: 5,
                    column: 5,
                    text: "pub struct Filter(u32);\n\n    impl Filter { #[inline(always)] pub fn __apply\n\n\n                    (&self, x: u32, n: u32) -> u32 {\n            self.0 * x + n\n        } # [ inline ( always ) ] pub fn apply ( & self , x : u32 , n : u32 ) -> u32 { Self :: __apply ( self , x , n ) }\n    } entry_at ! { 0 }",
                },
            ]
        },
        cfgs: &[],
        identity: ::core::option::Option::None,
        flags: ::specialize::__private::v1::Flags::Unreadable(
            "this compiler does not tell what macros wrote",
        ),
        function: "",
        entry: "",
        batch: false,
        holes: &[],
        captured: ::core::option::Option::None,
    };
    pub struct Filter(u32);
    impl Filter {
        /// Applies the filter.
        #[inline]
        pub fn apply(&self, x: u32, n: u32) -> u32 {
            filter_apply::__dispatch(self, x, n)
        }
        #[doc(hidden)]
        #[inline(always)]
        pub fn __apply(&self, x: u32, n: u32) -> u32 {
            self.0 * x + n
        }
        ///The variant for constants.
        #[inline]
        pub fn apply_at<const N: u32>(&self, x: u32) -> u32 {
            filter_apply::at::<{ N }>(self, x)
        }
        ///The method as written: all parameters at run time.
        #[inline]
        pub fn apply_generic(&self, x: u32, n: u32) -> u32 {
            filter_apply::generic(self, x, n)
        }
        ::specialize::__private::v1::methods!(
            pub filter_apply : apply_bind apply_prepare apply_prepare_within apply_lookup
            apply_request apply_table; n : u32
        );
    }
    ///The variants of the function `apply`, and the function as written.
    pub mod filter_apply {
        #[allow(unused_imports)]
        use super::*;
        ///The function as written: all parameters at run time.
        #[inline(never)]
        pub fn generic<'receiver>(this: &'receiver Filter, x: u32, n: u32) -> u32 {
            <Filter>::__apply(this, x, n)
        }
        ///The variant for constants, made where this crate is built and open to inlining.
        #[inline(always)]
        pub fn at<'receiver, const N: u32>(this: &'receiver Filter, x: u32) -> u32 {
            <Filter>::__apply(this, x, N)
        }
        #[doc(hidden)]
        #[inline(never)]
        pub fn listed<'receiver, const N: u32>(
            this: &'receiver Filter,
            x: u32,
            _: u32,
        ) -> u32 {
            <Filter>::__apply(this, x, N)
        }
        #[doc(hidden)]
        #[inline(always)]
        pub fn __dispatch<'receiver>(this: &'receiver Filter, x: u32, n: u32) -> u32 {
            if __FUNCTION.build_time_serves() {
                match n {
                    2 => return listed::<{ 2 }>(this, x, n),
                    _ => {}
                }
            }
            if let ::core::option::Option::Some(call) = __FUNCTION
                .enter(::specialize::__private::v1::Purpose::Call, (&n,), || 1)
            {
                return unsafe {
                    ::core::mem::transmute::<
                        *const (),
                        unsafe fn(&'receiver Filter, u32, u32) -> u32,
                    >(call.code())(this, x, n)
                };
            }
            if __FUNCTION.is_covered() {
                if let ::core::option::Option::Some(call) = __FUNCTION
                    .serve_covered(::specialize::__private::v1::Purpose::Call, (&n,))
                {
                    return unsafe {
                        ::core::mem::transmute::<
                            *const (),
                            unsafe fn(&'receiver Filter, u32, u32) -> u32,
                        >(call.code())(this, x, n)
                    };
                }
            }
            generic(this, x, n)
        }
        impl Bound {
            ///Calls the function with the values bound, in the best tier there is.
            #[inline]
            pub fn call<'receiver>(&self, this: &'receiver Filter, x: u32) -> u32 {
                let (n,) = self.binding.values();
                unsafe {
                    ::core::mem::transmute::<
                        *const (),
                        unsafe fn(&'receiver Filter, u32, u32) -> u32,
                    >(
                        self.binding.entry(::specialize::__private::v1::Purpose::Call),
                    )(this, x, n)
                }
            }
        }
        static __FUNCTION: ::specialize::__private::v1::Function<
            (::specialize::__private::v1::Of<u32>,),
        > = ::specialize::__private::v1::Function::new(
            ::specialize::__private::v1::Descriptor {
                name: "apply",
                module_path: ::core::module_path!(),
                parameters: &["n"],
                generic: ::specialize::__private::v1::Entries::new(generic as *const ()),
                dispatcher: ::specialize::__private::v1::Entries::new(
                    __dispatch as *const (),
                ),
                template: ::specialize::__private::v1::Template {
                    function: "apply",
                    entry: "# [ unsafe ( no_mangle ) ] pub fn specialize_entry < 'receiver > ( argument_0 : & 'receiver Filter , argument_1 : u32 , _ : u32 ) -> u32 { < Filter > :: apply ( argument_0 , argument_1 , HOLE_0 ) } # [ unsafe ( no_mangle ) ] pub static SPECIALIZE_LAYOUT : [ [ usize ; 2 ] ; 6usize ] = [ [ :: core :: mem :: size_of :: < & 'static Filter > ( ) , :: core :: mem :: align_of :: < & 'static Filter > ( ) ] , [ :: core :: mem :: size_of :: < u32 > ( ) , :: core :: mem :: align_of :: < u32 > ( ) ] , [ :: core :: mem :: size_of :: < u32 > ( ) , :: core :: mem :: align_of :: < u32 > ( ) ] , [ :: core :: mem :: size_of :: < u32 > ( ) , :: core :: mem :: align_of :: < u32 > ( ) ] , [ :: core :: mem :: size_of :: < super :: Filter > ( ) , :: core :: mem :: align_of :: < super :: Filter > ( ) ] , [ :: core :: mem :: offset_of ! ( super :: Filter , 0 ) , 0usize ] ] ;",
                    batch: false,
                    holes: &["u32"],
                    captured: ::core::option::Option::Some(0),
                    ..super::__TEMPLATE
                },
                layout: const {
                    &[
                        [
                            ::core::mem::size_of::<&'static Filter>(),
                            ::core::mem::align_of::<&'static Filter>(),
                        ],
                        [::core::mem::size_of::<u32>(), ::core::mem::align_of::<u32>()],
                        [::core::mem::size_of::<u32>(), ::core::mem::align_of::<u32>()],
                        [::core::mem::size_of::<u32>(), ::core::mem::align_of::<u32>()],
                        [
                            ::core::mem::size_of::<super::Filter>(),
                            ::core::mem::align_of::<super::Filter>(),
                        ],
                        [::core::mem::offset_of!(super::Filter, 0), 0usize],
                    ]
                },
                hot: ::core::option::Option::None,
                plain: true,
            },
            const {
                &[
                    (
                        (::core::option::Option::Some(&2),),
                        ::specialize::__private::v1::Entries::new(
                            listed::<{ 2 }> as *const (),
                        ),
                    ),
                ]
            },
        );
        #[::specialize::__private::v1::linkme::distributed_slice(
            ::specialize::__private::v1::FUNCTIONS
        )]
        #[linkme(crate = ::specialize::__private::v1::linkme)]
        static REGISTERED: &'static ::specialize::__private::v1::DispatchTable = __FUNCTION
            .table();
        ::specialize::__private::v1::surface!(
            __FUNCTION : (::specialize::__private::v1::Of < u32 >,); (& n,); n : u32
        );
    }
}
