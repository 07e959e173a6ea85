//! Values that are listed at build time.

#[inline]
pub fn power(x: u64, n: u32) -> u64 {
    power::__dispatch(x, n)
}
///The variants of the function `power`, and the function as written.
pub mod power {
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
        pub fn power(x: u64, n: u32) -> u64 {
            (0..n).fold(1, |product: u64, _| product.wrapping_mul(x))
        }
    }
    ///The function as written: all parameters at run time.
    #[inline(never)]
    pub fn generic(x: u64, n: u32) -> u64 {
        template::power(x, n)
    }
    ///The variant for constants, made where this crate is built and open to inlining.
    #[inline(always)]
    pub fn at<const N: u32>(x: u64) -> u64 {
        template::power(x, N)
    }
    #[doc(hidden)]
    #[inline(never)]
    pub fn listed<const N: u32>(x: u64, _: u32) -> u64 {
        template::power(x, N)
    }
    #[doc(hidden)]
    #[inline(always)]
    pub fn __dispatch(x: u64, n: u32) -> u64 {
        if __FUNCTION.build_time_serves() {
            match n {
                2 => return listed::<{ 2 }>(x, n),
                3 => return listed::<{ 3 }>(x, n),
                _ => {}
            }
        }
        if let ::core::option::Option::Some(call) = __FUNCTION
            .enter(::specialize::__private::v1::Purpose::Call, (&n,), || 1)
        {
            return unsafe {
                ::core::mem::transmute::<
                    *const (),
                    unsafe fn(u64, u32) -> u64,
                >(call.code())(x, n)
            };
        }
        if __FUNCTION.is_covered() {
            if let ::core::option::Option::Some(call) = __FUNCTION
                .serve_covered(::specialize::__private::v1::Purpose::Call, (&n,))
            {
                return unsafe {
                    ::core::mem::transmute::<
                        *const (),
                        unsafe fn(u64, u32) -> u64,
                    >(call.code())(x, n)
                };
            }
        }
        generic(x, n)
    }
    impl Bound {
        ///Calls the function with the values bound, in the best tier there is.
        #[inline]
        pub fn call(&self, x: u64) -> u64 {
            let (n,) = self.binding.values();
            unsafe {
                ::core::mem::transmute::<
                    *const (),
                    unsafe fn(u64, u32) -> u64,
                >(self.binding.entry(::specialize::__private::v1::Purpose::Call))(x, n)
            }
        }
    }
    static __FUNCTION: ::specialize::__private::v1::Function<
        (::specialize::__private::v1::Of<u32>,),
    > = ::specialize::__private::v1::Function::new(
        ::specialize::__private::v1::Descriptor {
            name: "power",
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
                            text: "fn power(x: u64, n: u32) -> u64 {\n    (0..n).fold(1, |product: u64, _| product.wrapping_mul(x))\n}",
                        },
                    ]
                },
                cfgs: &[],
                identity: ::core::option::Option::None,
                flags: ::specialize::__private::v1::Flags::Unreadable(
                    "this compiler does not tell what macros wrote",
                ),
                function: "power",
                entry: "# [ unsafe ( no_mangle ) ] pub fn specialize_entry < > ( argument_0 : u64 , _ : u32 ) -> u64 { super :: power ( argument_0 , HOLE_0 ) } # [ unsafe ( no_mangle ) ] pub static SPECIALIZE_LAYOUT : [ [ usize ; 2 ] ; 3usize ] = [ [ :: core :: mem :: size_of :: < u64 > ( ) , :: core :: mem :: align_of :: < u64 > ( ) ] , [ :: core :: mem :: size_of :: < u32 > ( ) , :: core :: mem :: align_of :: < u32 > ( ) ] , [ :: core :: mem :: size_of :: < u64 > ( ) , :: core :: mem :: align_of :: < u64 > ( ) ] , ] ;",
                batch: false,
                holes: &["u32"],
                captured: ::core::option::Option::None,
            },
            layout: const {
                &[
                    [::core::mem::size_of::<u64>(), ::core::mem::align_of::<u64>()],
                    [::core::mem::size_of::<u32>(), ::core::mem::align_of::<u32>()],
                    [::core::mem::size_of::<u64>(), ::core::mem::align_of::<u64>()],
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
                (
                    (::core::option::Option::Some(&3),),
                    ::specialize::__private::v1::Entries::new(
                        listed::<{ 3 }> as *const (),
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
