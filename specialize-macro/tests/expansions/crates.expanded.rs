//! A function that uses a crate.

#[inline]
pub fn position(bytes: &[u8], needle: u8) -> Option<usize> {
    position::__dispatch(bytes, needle)
}
///The variants of the function `position`, and the function as written.
pub mod position {
    #[doc(hidden)]
    #[no_implicit_prelude]
    pub mod template {
        use ::std::prelude::rust_2024::*;
        use ::{core, std};
        use ::memchr;
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
        #[inline(always)]
        pub fn position(bytes: &[u8], needle: u8) -> Option<usize> {
            memchr::arch::all::memchr::One::new(needle).iter(bytes).next()
        }
    }
    ///The function as written: all parameters at run time.
    #[inline(never)]
    pub fn generic<'elided_0>(bytes: &'elided_0 [u8], needle: u8) -> Option<usize> {
        template::position(bytes, needle)
    }
    ///The variant for constants, made where this crate is built and open to inlining.
    #[inline(always)]
    pub fn at<'elided_0, const NEEDLE: u8>(bytes: &'elided_0 [u8]) -> Option<usize> {
        template::position(bytes, NEEDLE)
    }
    #[doc(hidden)]
    #[inline(always)]
    pub fn __dispatch<'elided_0>(bytes: &'elided_0 [u8], needle: u8) -> Option<usize> {
        let entry = unsafe {
            __FUNCTION
                .entry(::specialize::__private::v1::Purpose::Call, (&needle,), || 1)
        };
        if !entry.is_null() {
            return unsafe {
                ::core::mem::transmute::<
                    *const (),
                    unsafe fn(&'elided_0 [u8], u8) -> Option<usize>,
                >(entry)(bytes, needle)
            };
        }
        if __FUNCTION.is_covered() {
            if let ::core::option::Option::Some(call) = __FUNCTION
                .serve_covered(::specialize::__private::v1::Purpose::Call, (&needle,))
            {
                return unsafe {
                    ::core::mem::transmute::<
                        *const (),
                        unsafe fn(&'elided_0 [u8], u8) -> Option<usize>,
                    >(call.code())(bytes, needle)
                };
            }
        }
        generic(bytes, needle)
    }
    impl Bound {
        ///Calls the function with the values bound, in the best tier there is.
        #[inline]
        pub fn call<'elided_0>(&self, bytes: &'elided_0 [u8]) -> Option<usize> {
            let (needle,) = self.binding.values();
            unsafe {
                ::core::mem::transmute::<
                    *const (),
                    unsafe fn(&'elided_0 [u8], u8) -> Option<usize>,
                >(
                    self.binding.entry(::specialize::__private::v1::Purpose::Call),
                )(bytes, needle)
            }
        }
    }
    static __FUNCTION: ::specialize::__private::v1::Function<
        (::specialize::__private::v1::Of<u8>,),
    > = ::specialize::__private::v1::Function::new(
        ::specialize::__private::v1::Descriptor {
            name: "position",
            module_path: ::core::module_path!(),
            parameters: &["needle"],
            generic: ::specialize::__private::v1::Entries::new(generic as *const ()),
            dispatcher: ::specialize::__private::v1::Entries::new(
                __dispatch as *const (),
            ),
            template: ::specialize::__private::v1::Template {
                module_path: ::core::concat!(::core::module_path!(), "::template"),
                file: ::core::file!(),
                preamble: "use ::std::prelude::rust_2024::*; use ::{core, std}; use ::memchr; use ::std::{assert, assert_eq, assert_ne, cfg, column, compile_error, concat, dbg, debug_assert, debug_assert_eq, debug_assert_ne, eprint, eprintln, file, format, format_args, line, matches, module_path, panic, print, println, stringify, todo, unimplemented, unreachable, vec, write, writeln}; use ::std::arch::{asm}; use ::std::mem::{offset_of}; use ::std::pin::{pin}; use ::std::ptr::{addr_of, addr_of_mut}; use ::std::task::{ready}; #[cfg(target_arch = \"aarch64\")] use ::std::arch::is_aarch64_feature_detected; #[cfg(target_arch = \"x86\")] use ::std::arch::is_x86_feature_detected; #[cfg(target_arch = \"x86_64\")] use ::std::arch::is_x86_feature_detected;",
                definitions: "",
                body: const {
                    &[
                        ::specialize::__private::v1::Piece {
                            line: 0,
                            column: 0,
                            text: "# [ inline ( always ) ]",
                        },
                        ::specialize::__private::v1::Piece {
                            line: 4,
                            column: 5,
                            text: "fn position(bytes: &[u8], needle: u8) -> Option<usize> {\n    memchr::arch::all::memchr::One::new(needle).iter(bytes).next()\n}",
                        },
                    ]
                },
                cfgs: &[],
                identity: ::core::option::Option::None,
                flags: ::specialize::__private::v1::Flags::Unreadable(
                    "this compiler does not tell what macros wrote",
                ),
                function: "position",
                entry: "# [ unsafe ( no_mangle ) ] pub fn specialize_entry < 'elided_0 > ( argument_0 : & 'elided_0 [ u8 ] , _ : u8 ) -> Option < usize > { super :: position ( argument_0 , HOLE_0 ) } # [ unsafe ( no_mangle ) ] pub static SPECIALIZE_LAYOUT : [ [ usize ; 2 ] ; 3usize ] = [ [ :: core :: mem :: size_of :: < & 'static [ u8 ] > ( ) , :: core :: mem :: align_of :: < & 'static [ u8 ] > ( ) ] , [ :: core :: mem :: size_of :: < u8 > ( ) , :: core :: mem :: align_of :: < u8 > ( ) ] , [ :: core :: mem :: size_of :: < Option < usize > > ( ) , :: core :: mem :: align_of :: < Option < usize > > ( ) ] , ] ;",
                batch: false,
                holes: &["u8"],
                captured: ::core::option::Option::None,
            },
            layout: const {
                &[
                    [
                        ::core::mem::size_of::<&'static [u8]>(),
                        ::core::mem::align_of::<&'static [u8]>(),
                    ],
                    [::core::mem::size_of::<u8>(), ::core::mem::align_of::<u8>()],
                    [
                        ::core::mem::size_of::<Option<usize>>(),
                        ::core::mem::align_of::<Option<usize>>(),
                    ],
                ]
            },
            hot: ::core::option::Option::None,
            plain: false,
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
        __FUNCTION : (::specialize::__private::v1::Of < u8 >,); (& needle,); needle : u8
    );
}
