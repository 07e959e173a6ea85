//! A captured module with two functions.

#[no_implicit_prelude]
pub mod kernels {
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
                    text: "const STEP: u32 = 3;\n\n    fn helper(x: u32) -> u32 {\n        x + STEP\n    } #[inline(always)] pub fn __sum\n\n\n              (x: u32, n: u32) -> u32 {\n        helper(x) + n\n    } #[inline(always)] fn __factorial\n\n\n                (n: u64) -> u64 {\n        if n < 2 { 1 } else { n * factorial(n - 1) }\n    } pub use self :: __sum as sum ; entry_at ! { 0 } use self :: __factorial as factorial ; entry_at ! { 1 }",
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
    const STEP: u32 = 3;
    fn helper(x: u32) -> u32 {
        x + STEP
    }
    #[inline]
    pub fn sum(x: u32, n: u32) -> u32 {
        sum::__dispatch(x, n)
    }
    #[doc(hidden)]
    #[inline(always)]
    pub fn __sum(x: u32, n: u32) -> u32 {
        helper(x) + n
    }
    ///The variants of the function `sum`, and the function as written.
    pub mod sum {
        #[allow(unused_imports)]
        use super::*;
        ///The function as written: all parameters at run time.
        #[inline(never)]
        pub fn generic(x: u32, n: u32) -> u32 {
            super::__sum(x, n)
        }
        ///The variant for constants, made where this crate is built and open to inlining.
        #[inline(always)]
        pub fn at<const N: u32>(x: u32) -> u32 {
            super::__sum(x, N)
        }
        #[doc(hidden)]
        #[inline(never)]
        pub fn listed<const N: u32>(x: u32, _: u32) -> u32 {
            super::__sum(x, N)
        }
        #[doc(hidden)]
        #[inline(always)]
        pub fn __dispatch(x: u32, n: u32) -> u32 {
            if __FUNCTION.build_time_serves() {
                match n {
                    2 => return listed::<{ 2 }>(x, n),
                    _ => {}
                }
            }
            if let ::core::option::Option::Some(call) = __FUNCTION
                .enter(::specialize::__private::v1::Purpose::Call, (&n,), || 1)
            {
                return unsafe {
                    ::core::mem::transmute::<
                        *const (),
                        unsafe fn(u32, u32) -> u32,
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
                            unsafe fn(u32, u32) -> u32,
                        >(call.code())(x, n)
                    };
                }
            }
            generic(x, n)
        }
        impl Bound {
            ///Calls the function with the values bound, in the best tier there is.
            #[inline]
            pub fn call(&self, x: u32) -> u32 {
                let (n,) = self.binding.values();
                unsafe {
                    ::core::mem::transmute::<
                        *const (),
                        unsafe fn(u32, u32) -> u32,
                    >(
                        self.binding.entry(::specialize::__private::v1::Purpose::Call),
                    )(x, n)
                }
            }
        }
        static __FUNCTION: ::specialize::__private::v1::Function<
            (::specialize::__private::v1::Of<u32>,),
        > = ::specialize::__private::v1::Function::new(
            ::specialize::__private::v1::Descriptor {
                name: "sum",
                module_path: ::core::module_path!(),
                parameters: &["n"],
                generic: ::specialize::__private::v1::Entries::new(generic as *const ()),
                dispatcher: ::specialize::__private::v1::Entries::new(
                    __dispatch as *const (),
                ),
                template: ::specialize::__private::v1::Template {
                    function: "sum",
                    entry: "# [ unsafe ( no_mangle ) ] pub fn specialize_entry < > ( argument_0 : u32 , _ : u32 ) -> u32 { super :: sum ( argument_0 , HOLE_0 ) } # [ unsafe ( no_mangle ) ] pub static SPECIALIZE_LAYOUT : [ [ usize ; 2 ] ; 3usize ] = [ [ :: core :: mem :: size_of :: < u32 > ( ) , :: core :: mem :: align_of :: < u32 > ( ) ] , [ :: core :: mem :: size_of :: < u32 > ( ) , :: core :: mem :: align_of :: < u32 > ( ) ] , [ :: core :: mem :: size_of :: < u32 > ( ) , :: core :: mem :: align_of :: < u32 > ( ) ] , ] ;",
                    batch: false,
                    holes: &["u32"],
                    captured: ::core::option::Option::Some(0),
                    ..super::__TEMPLATE
                },
                layout: const {
                    &[
                        [::core::mem::size_of::<u32>(), ::core::mem::align_of::<u32>()],
                        [::core::mem::size_of::<u32>(), ::core::mem::align_of::<u32>()],
                        [::core::mem::size_of::<u32>(), ::core::mem::align_of::<u32>()],
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
    #[inline]
    fn factorial(n: u64) -> u64 {
        factorial::__dispatch(n)
    }
    #[doc(hidden)]
    #[inline(always)]
    fn __factorial(n: u64) -> u64 {
        use self::__factorial as factorial;
        { if n < 2 { 1 } else { n * factorial(n - 1) } }
    }
    ///The variants of the function `factorial`, and the function as written.
    mod factorial {
        #[allow(unused_imports)]
        use super::*;
        ///The function as written: all parameters at run time.
        #[inline(never)]
        pub fn generic(n: u64) -> u64 {
            super::__factorial(n)
        }
        ///The variant for constants, made where this crate is built and open to inlining.
        #[inline(always)]
        pub fn at<const N: u64>() -> u64 {
            super::__factorial(N)
        }
        #[doc(hidden)]
        #[inline(always)]
        pub fn __dispatch(n: u64) -> u64 {
            if let ::core::option::Option::Some(call) = __FUNCTION
                .enter(::specialize::__private::v1::Purpose::Call, (&n,), || 1)
            {
                return unsafe {
                    ::core::mem::transmute::<
                        *const (),
                        unsafe fn(u64) -> u64,
                    >(call.code())(n)
                };
            }
            if __FUNCTION.is_covered() {
                if let ::core::option::Option::Some(call) = __FUNCTION
                    .serve_covered(::specialize::__private::v1::Purpose::Call, (&n,))
                {
                    return unsafe {
                        ::core::mem::transmute::<
                            *const (),
                            unsafe fn(u64) -> u64,
                        >(call.code())(n)
                    };
                }
            }
            generic(n)
        }
        impl Bound {
            ///Calls the function with the values bound, in the best tier there is.
            #[inline]
            pub fn call(&self) -> u64 {
                let (n,) = self.binding.values();
                unsafe {
                    ::core::mem::transmute::<
                        *const (),
                        unsafe fn(u64) -> u64,
                    >(self.binding.entry(::specialize::__private::v1::Purpose::Call))(n)
                }
            }
        }
        static __FUNCTION: ::specialize::__private::v1::Function<
            (::specialize::__private::v1::Of<u64>,),
        > = ::specialize::__private::v1::Function::new(
            ::specialize::__private::v1::Descriptor {
                name: "factorial",
                module_path: ::core::module_path!(),
                parameters: &["n"],
                generic: ::specialize::__private::v1::Entries::new(generic as *const ()),
                dispatcher: ::specialize::__private::v1::Entries::new(
                    __dispatch as *const (),
                ),
                template: ::specialize::__private::v1::Template {
                    function: "factorial",
                    entry: "# [ unsafe ( no_mangle ) ] pub fn specialize_entry < > ( _ : u64 ) -> u64 { super :: factorial ( HOLE_0 ) } # [ unsafe ( no_mangle ) ] pub static SPECIALIZE_LAYOUT : [ [ usize ; 2 ] ; 2usize ] = [ [ :: core :: mem :: size_of :: < u64 > ( ) , :: core :: mem :: align_of :: < u64 > ( ) ] , [ :: core :: mem :: size_of :: < u64 > ( ) , :: core :: mem :: align_of :: < u64 > ( ) ] , ] ;",
                    batch: false,
                    holes: &["u64"],
                    captured: ::core::option::Option::Some(1),
                    ..super::__TEMPLATE
                },
                layout: const {
                    &[
                        [::core::mem::size_of::<u64>(), ::core::mem::align_of::<u64>()],
                        [::core::mem::size_of::<u64>(), ::core::mem::align_of::<u64>()],
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
            __FUNCTION : (::specialize::__private::v1::Of < u64 >,); (& n,); n : u64
        );
    }
}
