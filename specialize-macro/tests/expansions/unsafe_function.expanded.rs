//! An unsafe function with target features, lints and a doc comment.

/// # Safety
///
/// `x` is valid.
#[allow(clippy::many_single_char_names)]
#[target_feature(enable = "avx2")]
#[inline]
pub(crate) unsafe fn read(x: *const u8, n: usize) -> u8 {
    unsafe { read::__dispatch(x, n) }
}
///The variants of the function `read`, and the function as written.
#[allow(clippy::many_single_char_names)]
pub(crate) mod read {
    #[doc(hidden)]
    #[no_implicit_prelude]
    pub mod template {
        use ::std::prelude::rust_2024::*;
        use ::{core, std};
        use ::std::{
            assert, assert_eq, assert_ne, cfg, column, compile_error, concat, dbg,
            debug_assert, debug_assert_eq, debug_assert_ne, eprint, eprintln, file,
            format, format_args, line, matches, module_path, panic, print, println,
            stringify, todo, unimplemented, unreachable, vec, write, writeln,
        };
        use ::std::arch::asm;
        use ::std::mem::offset_of;
        use ::std::pin::pin;
        use ::std::ptr::{addr_of, addr_of_mut};
        use ::std::task::ready;
        #[cfg(target_arch = "aarch64")]
        use ::std::arch::is_aarch64_feature_detected;
        #[cfg(target_arch = "x86")]
        use ::std::arch::is_x86_feature_detected;
        #[cfg(target_arch = "x86_64")]
        use ::std::arch::is_x86_feature_detected;
        pub enum Marker {}
        #[expect(clippy::many_single_char_names)]
        #[target_feature(enable = "avx2")]
        #[inline]
        pub unsafe fn read(x: *const u8, n: usize) -> u8 {
            unsafe { *x.add(n) }
        }
    }
    #[target_feature(enable = "avx2")]
    ///The function as written: all parameters at run time.
    ///
    ///# Safety
    ///
    ///As for the function itself.
    #[inline(never)]
    pub unsafe fn generic(x: *const u8, n: usize) -> u8 {
        unsafe { template::read(x, n) }
    }
    #[target_feature(enable = "avx2")]
    ///The variant for constants, made where this crate is built and open to inlining.
    ///
    ///# Safety
    ///
    ///As for the function itself.
    #[inline]
    pub unsafe fn at<const N: usize>(x: *const u8) -> u8 {
        unsafe { template::read(x, N) }
    }
    #[target_feature(enable = "avx2")]
    #[doc(hidden)]
    #[inline(never)]
    pub unsafe fn listed<const N: usize>(x: *const u8, _: usize) -> u8 {
        unsafe { template::read(x, N) }
    }
    #[target_feature(enable = "avx2")]
    #[doc(hidden)]
    #[inline]
    pub unsafe fn __dispatch(x: *const u8, n: usize) -> u8 {
        if __FUNCTION.build_time_serves() {
            match n {
                1 => return unsafe { listed::<{ 1 }>(x, n) },
                _ => {}
            }
        }
        let entry = unsafe {
            __FUNCTION.entry(::specialize::__private::v1::Purpose::Call, (&n,), || 1)
        };
        if !entry.is_null() {
            return unsafe {
                ::core::mem::transmute::<
                    *const (),
                    unsafe fn(*const u8, usize) -> u8,
                >(entry)(x, n)
            };
        }
        if __FUNCTION.is_covered() {
            if let ::core::option::Option::Some(call) = __FUNCTION
                .serve_covered(::specialize::__private::v1::Purpose::Call, (&n,))
            {
                return unsafe {
                    ::core::mem::transmute::<
                        *const (),
                        unsafe fn(*const u8, usize) -> u8,
                    >(call.code())(x, n)
                };
            }
        }
        unsafe { generic(x, n) }
    }
    impl Bound {
        #[target_feature(enable = "avx2")]
        ///Calls the function with the values bound, in the best tier there is.
        ///
        ///# Safety
        ///
        ///As for the function itself.
        #[inline]
        pub unsafe fn call(&self, x: *const u8) -> u8 {
            let (n,) = self.binding.values();
            unsafe {
                ::core::mem::transmute::<
                    *const (),
                    unsafe fn(*const u8, usize) -> u8,
                >(self.binding.entry(::specialize::__private::v1::Purpose::Call))(x, n)
            }
        }
    }
    static __FUNCTION: ::specialize::__private::v1::Function<
        (::specialize::__private::v1::Of<usize>,),
    > = ::specialize::__private::v1::Function::new(
        ::specialize::__private::v1::Descriptor {
            name: "read",
            module_path: ::core::module_path!(),
            parameters: &["n"],
            generic: ::specialize::__private::v1::Entries::new(generic as *const ()),
            dispatcher: ::specialize::__private::v1::Entries::new(
                __dispatch as *const (),
            ),
            template: ::specialize::__private::v1::Template {
                module_path: ::core::concat!(::core::module_path!(), "::template"),
                file: ::core::file!(),
                preamble: "use ::std::prelude::rust_2024::*; use ::{core, std}; use ::std::{assert, assert_eq, assert_ne, cfg, column, compile_error, concat, dbg, debug_assert, debug_assert_eq, debug_assert_ne, eprint, eprintln, file, format, format_args, line, matches, module_path, panic, print, println, stringify, todo, unimplemented, unreachable, vec, write, writeln}; use ::std::arch::{asm}; use ::std::mem::{offset_of}; use ::std::pin::{pin}; use ::std::ptr::{addr_of, addr_of_mut}; use ::std::task::{ready}; #[cfg(target_arch = \"aarch64\")] use ::std::arch::is_aarch64_feature_detected; #[cfg(target_arch = \"x86\")] use ::std::arch::is_x86_feature_detected; #[cfg(target_arch = \"x86_64\")] use ::std::arch::is_x86_feature_detected;",
                definitions: "",
                body: const {
                    &[
                        ::specialize::__private::v1::Piece {
                            line: 0,
                            column: 0,
                            text: "# [ inline ] # [ target_feature ( enable = \"avx2\" ) ]",
                        },
                        ::specialize::__private::v1::Piece {
                            line: 9,
                            column: 12,
                            text: "unsafe fn read(x: *const u8, n: usize) -> u8 {\n    unsafe { *x.add(n) }\n}",
                        },
                    ]
                },
                cfgs: &[],
                identity: ::core::option::Option::None,
                flags: ::specialize::__private::v1::Flags::Unreadable(
                    "this compiler does not tell what macros wrote",
                ),
                function: "read",
                entry: "# [ target_feature ( enable = \"avx2\" ) ] # [ unsafe ( no_mangle ) ] pub unsafe fn specialize_entry < > ( argument_0 : * const u8 , _ : usize ) -> u8 { unsafe { super :: read ( argument_0 , HOLE_0 ) } } # [ unsafe ( no_mangle ) ] pub static SPECIALIZE_LAYOUT : [ [ usize ; 2 ] ; 3usize ] = [ [ :: core :: mem :: size_of :: < * const u8 > ( ) , :: core :: mem :: align_of :: < * const u8 > ( ) ] , [ :: core :: mem :: size_of :: < usize > ( ) , :: core :: mem :: align_of :: < usize > ( ) ] , [ :: core :: mem :: size_of :: < u8 > ( ) , :: core :: mem :: align_of :: < u8 > ( ) ] , ] ;",
                batch: false,
                holes: &["usize"],
                captured: ::core::option::Option::None,
            },
            layout: const {
                &[
                    [
                        ::core::mem::size_of::<*const u8>(),
                        ::core::mem::align_of::<*const u8>(),
                    ],
                    [::core::mem::size_of::<usize>(), ::core::mem::align_of::<usize>()],
                    [::core::mem::size_of::<u8>(), ::core::mem::align_of::<u8>()],
                ]
            },
            hot: ::core::option::Option::None,
            plain: false,
        },
        const {
            &[
                (
                    (::core::option::Option::Some(&1),),
                    ::specialize::__private::v1::Entries::new(
                        listed::<{ 1 }> as *const (),
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
        __FUNCTION : (::specialize::__private::v1::Of < usize >,); (& n,); n : usize
    );
}
