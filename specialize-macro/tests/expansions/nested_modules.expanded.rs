//! Modules in a captured module.

#[no_implicit_prelude]
mod outer {
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
                    text: "pub mod inner { #[inline(always)] pub ( super ) fn __last\n\n                          (values: &[u8], n: usize) -> u8 {\n            values[n]\n        } # [ allow ( unused_imports ) ] use super :: __names :: * ; pub ( super ) use self :: __last as last ; entry_at ! { 0 }\n    }\n\n    mod importing {\n        use super::*;\n    }",
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
    pub mod inner {
        #[inline]
        pub(super) fn last(values: &[u8], n: usize) -> u8 {
            last::__dispatch(values, n)
        }
        #[doc(hidden)]
        #[inline(always)]
        pub(super) fn __last(values: &[u8], n: usize) -> u8 {
            values[n]
        }
        ///The variants of the function `last`, and the function as written.
        pub(super) mod last {
            #[allow(unused_imports)]
            use super::*;
            ///The function as written: all parameters at run time.
            #[inline(never)]
            pub fn generic<'elided_0>(values: &'elided_0 [u8], n: usize) -> u8 {
                super::__last(values, n)
            }
            ///The variant for constants, made where this crate is built and open to inlining.
            #[inline(always)]
            pub fn at<'elided_0, const N: usize>(values: &'elided_0 [u8]) -> u8 {
                super::__last(values, N)
            }
            #[doc(hidden)]
            #[inline(always)]
            pub fn __dispatch<'elided_0>(values: &'elided_0 [u8], n: usize) -> u8 {
                if let ::core::option::Option::Some(call) = __FUNCTION
                    .enter(::specialize::__private::v1::Purpose::Call, (&n,), || 1)
                {
                    return unsafe {
                        ::core::mem::transmute::<
                            *const (),
                            unsafe fn(&'elided_0 [u8], usize) -> u8,
                        >(call.code())(values, n)
                    };
                }
                if __FUNCTION.is_covered() {
                    if let ::core::option::Option::Some(call) = __FUNCTION
                        .serve_covered(::specialize::__private::v1::Purpose::Call, (&n,))
                    {
                        return unsafe {
                            ::core::mem::transmute::<
                                *const (),
                                unsafe fn(&'elided_0 [u8], usize) -> u8,
                            >(call.code())(values, n)
                        };
                    }
                }
                generic(values, n)
            }
            impl Bound {
                ///Calls the function with the values bound, in the best tier there is.
                #[inline]
                pub fn call<'elided_0>(&self, values: &'elided_0 [u8]) -> u8 {
                    let (n,) = self.binding.values();
                    unsafe {
                        ::core::mem::transmute::<
                            *const (),
                            unsafe fn(&'elided_0 [u8], usize) -> u8,
                        >(
                            self
                                .binding
                                .entry(::specialize::__private::v1::Purpose::Call),
                        )(values, n)
                    }
                }
            }
            static __FUNCTION: ::specialize::__private::v1::Function<
                (::specialize::__private::v1::Of<usize>,),
            > = ::specialize::__private::v1::Function::new(
                ::specialize::__private::v1::Descriptor {
                    name: "last",
                    module_path: ::core::module_path!(),
                    parameters: &["n"],
                    generic: ::specialize::__private::v1::Entries::new(
                        generic as *const (),
                    ),
                    dispatcher: ::specialize::__private::v1::Entries::new(
                        __dispatch as *const (),
                    ),
                    template: ::specialize::__private::v1::Template {
                        function: "last",
                        entry: "# [ unsafe ( no_mangle ) ] pub fn specialize_entry < 'elided_0 > ( argument_0 : & 'elided_0 [ u8 ] , _ : usize ) -> u8 { super :: last ( argument_0 , HOLE_0 ) } # [ unsafe ( no_mangle ) ] pub static SPECIALIZE_LAYOUT : [ [ usize ; 2 ] ; 3usize ] = [ [ :: core :: mem :: size_of :: < & 'static [ u8 ] > ( ) , :: core :: mem :: align_of :: < & 'static [ u8 ] > ( ) ] , [ :: core :: mem :: size_of :: < usize > ( ) , :: core :: mem :: align_of :: < usize > ( ) ] , [ :: core :: mem :: size_of :: < u8 > ( ) , :: core :: mem :: align_of :: < u8 > ( ) ] , ] ;",
                        batch: false,
                        holes: &["usize"],
                        captured: ::core::option::Option::Some(0),
                        ..super::super::__TEMPLATE
                    },
                    layout: const {
                        &[
                            [
                                ::core::mem::size_of::<&'static [u8]>(),
                                ::core::mem::align_of::<&'static [u8]>(),
                            ],
                            [
                                ::core::mem::size_of::<usize>(),
                                ::core::mem::align_of::<usize>(),
                            ],
                            [::core::mem::size_of::<u8>(), ::core::mem::align_of::<u8>()],
                        ]
                    },
                    hot: ::core::option::Option::None,
                    plain: true,
                },
                const { &[] },
            );
            #[::specialize::__private::v1::linkme::distributed_slice(
                ::specialize::__private::v1::FUNCTIONS
            )]
            #[linkme(crate = ::specialize::__private::v1::linkme)]
            static REGISTERED: &'static ::specialize::__private::v1::DispatchTable = __FUNCTION
                .table();
            ::specialize::__private::v1::surface!(
                __FUNCTION : (::specialize::__private::v1::Of < usize >,); (& n,); n :
                usize
            );
        }
        #[allow(unused_imports)]
        use super::__names::*;
    }
    mod importing {
        use super::*;
    }
}
