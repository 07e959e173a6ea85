//! References, one of which is returned: the lifetimes get names, and the variants are never unloaded.

#[inline]
pub fn pick(values: &[u8], n: usize) -> Option<&u8> {
    pick::__dispatch(values, n)
}
///The variants of the function `pick`, and the function as written.
pub mod pick {
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
        #[inline(always)]
        pub fn pick(values: &[u8], n: usize) -> Option<&u8> {
            values.get(n)
        }
    }
    ///The function as written: all parameters at run time.
    #[inline(never)]
    pub fn generic<'elided_0>(
        values: &'elided_0 [u8],
        n: usize,
    ) -> Option<&'elided_0 u8> {
        template::pick(values, n)
    }
    ///The variant for constants, made where this crate is built and open to inlining.
    #[inline(always)]
    pub fn at<'elided_0, const N: usize>(
        values: &'elided_0 [u8],
    ) -> Option<&'elided_0 u8> {
        template::pick(values, N)
    }
    #[doc(hidden)]
    #[inline(always)]
    pub fn __dispatch<'elided_0>(
        values: &'elided_0 [u8],
        n: usize,
    ) -> Option<&'elided_0 u8> {
        let entry = unsafe {
            __FUNCTION.entry(::specialize::__private::v1::Purpose::Call, (&n,), || 1)
        };
        if !entry.is_null() {
            return unsafe {
                ::core::mem::transmute::<
                    *const (),
                    unsafe fn(&'elided_0 [u8], usize) -> Option<&'elided_0 u8>,
                >(entry)(values, n)
            };
        }
        if __FUNCTION.is_covered() {
            if let ::core::option::Option::Some(call) = __FUNCTION
                .serve_covered(::specialize::__private::v1::Purpose::Call, (&n,))
            {
                return unsafe {
                    ::core::mem::transmute::<
                        *const (),
                        unsafe fn(&'elided_0 [u8], usize) -> Option<&'elided_0 u8>,
                    >(call.code())(values, n)
                };
            }
        }
        generic(values, n)
    }
    impl Bound {
        ///Calls the function with the values bound, in the best tier there is.
        #[inline]
        pub fn call<'elided_0>(&self, values: &'elided_0 [u8]) -> Option<&'elided_0 u8> {
            let (n,) = self.binding.values();
            unsafe {
                ::core::mem::transmute::<
                    *const (),
                    unsafe fn(&'elided_0 [u8], usize) -> Option<&'elided_0 u8>,
                >(
                    self.binding.entry(::specialize::__private::v1::Purpose::Call),
                )(values, n)
            }
        }
    }
    static __FUNCTION: ::specialize::__private::v1::Function<
        (::specialize::__private::v1::Of<usize>,),
    > = ::specialize::__private::v1::Function::new(
        ::specialize::__private::v1::Descriptor {
            name: "pick",
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
                            text: "# [ inline ( always ) ]",
                        },
                        ::specialize::__private::v1::Piece {
                            line: 4,
                            column: 5,
                            text: "fn pick(values: &[u8], n: usize) -> Option<&u8> {\n    values.get(n)\n}",
                        },
                    ]
                },
                cfgs: &[],
                identity: ::core::option::Option::None,
                flags: ::specialize::__private::v1::Flags::Unreadable(
                    "this compiler does not tell what macros wrote",
                ),
                function: "pick",
                entry: "# [ unsafe ( no_mangle ) ] pub fn specialize_entry < 'elided_0 > ( argument_0 : & 'elided_0 [ u8 ] , _ : usize ) -> Option < & 'elided_0 u8 > { super :: pick ( argument_0 , HOLE_0 ) } # [ unsafe ( no_mangle ) ] pub static SPECIALIZE_LAYOUT : [ [ usize ; 2 ] ; 3usize ] = [ [ :: core :: mem :: size_of :: < & 'static [ u8 ] > ( ) , :: core :: mem :: align_of :: < & 'static [ u8 ] > ( ) ] , [ :: core :: mem :: size_of :: < usize > ( ) , :: core :: mem :: align_of :: < usize > ( ) ] , [ :: core :: mem :: size_of :: < Option < & 'static u8 > > ( ) , :: core :: mem :: align_of :: < Option < & 'static u8 > > ( ) ] , ] ;",
                batch: false,
                holes: &["usize"],
                captured: ::core::option::Option::None,
            },
            layout: const {
                &[
                    [
                        ::core::mem::size_of::<&'static [u8]>(),
                        ::core::mem::align_of::<&'static [u8]>(),
                    ],
                    [::core::mem::size_of::<usize>(), ::core::mem::align_of::<usize>()],
                    [
                        ::core::mem::size_of::<Option<&'static u8>>(),
                        ::core::mem::align_of::<Option<&'static u8>>(),
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
        __FUNCTION : (::specialize::__private::v1::Of < usize >,); (& n,); n : usize
    );
}
