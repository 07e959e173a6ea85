//! A function with a type parameter.

/// The first `n` products, added up.
#[inline]
pub fn dot<T: ::std::ops::Mul<Output = T> + ::std::iter::Sum + Copy>(
    a: &[T],
    b: &[T],
    n: usize,
) -> T {
    dot::__dispatch::<T>(a, b, n)
}
///The variants of the function `dot`, and the function as written.
pub mod dot {
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
        pub fn dot<T: ::std::ops::Mul<Output = T> + ::std::iter::Sum + Copy>(
            a: &[T],
            b: &[T],
            n: usize,
        ) -> T {
            (0..n).map(|index| a[index] * b[index]).sum()
        }
    }
    const __TEMPLATE: ::specialize::__private::v1::Template = ::specialize::__private::v1::Template {
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
                    line: 5,
                    column: 5,
                    text: "fn dot<T: ::std::ops::Mul<Output = T> + ::std::iter::Sum + Copy>(a: &[T], b: &[T], n: usize) -> T {\n    (0..n).map(|index| a[index] * b[index]).sum()\n}",
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
    ///The function as written: all parameters at run time.
    #[inline(never)]
    pub fn generic<
        'elided_0,
        'elided_1,
        T: ::std::ops::Mul<Output = T> + ::std::iter::Sum + Copy,
    >(a: &'elided_0 [T], b: &'elided_1 [T], n: usize) -> T {
        template::dot::<T>(a, b, n)
    }
    ///The variant for constants, made where this crate is built and open to inlining.
    #[inline(always)]
    pub fn at<
        'elided_0,
        'elided_1,
        T: ::std::ops::Mul<Output = T> + ::std::iter::Sum + Copy,
        const N: usize,
    >(a: &'elided_0 [T], b: &'elided_1 [T]) -> T {
        template::dot::<T>(a, b, N)
    }
    #[doc(hidden)]
    #[inline(always)]
    pub fn __dispatch<
        'elided_0,
        'elided_1,
        T: ::std::ops::Mul<Output = T> + ::std::iter::Sum + Copy,
    >(a: &'elided_0 [T], b: &'elided_1 [T], n: usize) -> T {
        if ::specialize::__private::v1::are_same::<T, f32>() {
            return unsafe {
                ::specialize::__private::v1::same(
                    __0::__dispatch(
                        ::specialize::__private::v1::same(a),
                        ::specialize::__private::v1::same(b),
                        ::specialize::__private::v1::same(n),
                    ),
                )
            };
        }
        if ::specialize::__private::v1::are_same::<T, f64>() {
            return unsafe {
                ::specialize::__private::v1::same(
                    __1::__dispatch(
                        ::specialize::__private::v1::same(a),
                        ::specialize::__private::v1::same(b),
                        ::specialize::__private::v1::same(n),
                    ),
                )
            };
        }
        generic::<T>(a, b, n)
    }
    ::specialize::__private::v1::families!(
        [#[diagnostic::on_unimplemented(message =
        "`dot` is not specialized for these types", label =
        "not among the types that the attribute of `dot` lists")]] [T :
        ::core::marker::Sized] [T] (n : usize); __0[f32] (n : usize); __1[f64] (n :
        usize);
    );
    ///The variants of the function `dot::<f32>`, and the function as written.
    #[doc(hidden)]
    #[allow(clippy::type_complexity)]
    pub mod __0 {
        ///The function as written: all parameters at run time.
        #[inline(never)]
        pub fn generic<'elided_0, 'elided_1>(
            a: &'elided_0 [f32],
            b: &'elided_1 [f32],
            n: usize,
        ) -> f32 {
            super::template::dot::<f32>(a, b, n)
        }
        ///The variant for constants, made where this crate is built and open to inlining.
        #[inline(always)]
        pub fn at<'elided_0, 'elided_1, const N: usize>(
            a: &'elided_0 [f32],
            b: &'elided_1 [f32],
        ) -> f32 {
            super::template::dot::<f32>(a, b, N)
        }
        #[doc(hidden)]
        #[inline(always)]
        pub fn __dispatch<'elided_0, 'elided_1>(
            a: &'elided_0 [f32],
            b: &'elided_1 [f32],
            n: usize,
        ) -> f32 {
            if let ::core::option::Option::Some(call) = __FUNCTION
                .enter(::specialize::__private::v1::Purpose::Call, (&n,), || 1)
            {
                return unsafe {
                    ::core::mem::transmute::<
                        *const (),
                        unsafe fn(&'elided_0 [f32], &'elided_1 [f32], usize) -> f32,
                    >(call.code())(a, b, n)
                };
            }
            if __FUNCTION.is_covered() {
                if let ::core::option::Option::Some(call) = __FUNCTION
                    .serve_covered(::specialize::__private::v1::Purpose::Call, (&n,))
                {
                    return unsafe {
                        ::core::mem::transmute::<
                            *const (),
                            unsafe fn(&'elided_0 [f32], &'elided_1 [f32], usize) -> f32,
                        >(call.code())(a, b, n)
                    };
                }
            }
            generic(a, b, n)
        }
        impl Bound {
            ///Calls the function with the values bound, in the best tier there is.
            #[inline]
            pub fn call<'elided_0, 'elided_1>(
                &self,
                a: &'elided_0 [f32],
                b: &'elided_1 [f32],
            ) -> f32 {
                let (n,) = self.binding.values();
                unsafe {
                    ::core::mem::transmute::<
                        *const (),
                        unsafe fn(&'elided_0 [f32], &'elided_1 [f32], usize) -> f32,
                    >(
                        self.binding.entry(::specialize::__private::v1::Purpose::Call),
                    )(a, b, n)
                }
            }
        }
        static __FUNCTION: ::specialize::__private::v1::Function<
            (::specialize::__private::v1::Of<usize>,),
        > = ::specialize::__private::v1::Function::new(
            ::specialize::__private::v1::Descriptor {
                name: "dot::<f32>",
                module_path: ::core::module_path!(),
                parameters: &["n"],
                generic: ::specialize::__private::v1::Entries::new(generic as *const ()),
                dispatcher: ::specialize::__private::v1::Entries::new(
                    __dispatch as *const (),
                ),
                template: ::specialize::__private::v1::Template {
                    function: "dot",
                    entry: "# [ unsafe ( no_mangle ) ] pub fn specialize_entry < 'elided_0 , 'elided_1 > ( argument_0 : & 'elided_0 [ f32 ] , argument_1 : & 'elided_1 [ f32 ] , _ : usize ) -> f32 { super :: dot :: < f32 > ( argument_0 , argument_1 , HOLE_0 ) } # [ unsafe ( no_mangle ) ] pub static SPECIALIZE_LAYOUT : [ [ usize ; 2 ] ; 4usize ] = [ [ :: core :: mem :: size_of :: < & 'static [ f32 ] > ( ) , :: core :: mem :: align_of :: < & 'static [ f32 ] > ( ) ] , [ :: core :: mem :: size_of :: < & 'static [ f32 ] > ( ) , :: core :: mem :: align_of :: < & 'static [ f32 ] > ( ) ] , [ :: core :: mem :: size_of :: < usize > ( ) , :: core :: mem :: align_of :: < usize > ( ) ] , [ :: core :: mem :: size_of :: < f32 > ( ) , :: core :: mem :: align_of :: < f32 > ( ) ] , ] ;",
                    batch: false,
                    holes: &["usize"],
                    captured: ::core::option::Option::None,
                    ..super::__TEMPLATE
                },
                layout: const {
                    &[
                        [
                            ::core::mem::size_of::<&'static [f32]>(),
                            ::core::mem::align_of::<&'static [f32]>(),
                        ],
                        [
                            ::core::mem::size_of::<&'static [f32]>(),
                            ::core::mem::align_of::<&'static [f32]>(),
                        ],
                        [
                            ::core::mem::size_of::<usize>(),
                            ::core::mem::align_of::<usize>(),
                        ],
                        [::core::mem::size_of::<f32>(), ::core::mem::align_of::<f32>()],
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
            __FUNCTION : (::specialize::__private::v1::Of < usize >,); (& n,); n : usize
        );
    }
    ///The variants of the function `dot::<f64>`, and the function as written.
    #[doc(hidden)]
    #[allow(clippy::type_complexity)]
    pub mod __1 {
        ///The function as written: all parameters at run time.
        #[inline(never)]
        pub fn generic<'elided_0, 'elided_1>(
            a: &'elided_0 [f64],
            b: &'elided_1 [f64],
            n: usize,
        ) -> f64 {
            super::template::dot::<f64>(a, b, n)
        }
        ///The variant for constants, made where this crate is built and open to inlining.
        #[inline(always)]
        pub fn at<'elided_0, 'elided_1, const N: usize>(
            a: &'elided_0 [f64],
            b: &'elided_1 [f64],
        ) -> f64 {
            super::template::dot::<f64>(a, b, N)
        }
        #[doc(hidden)]
        #[inline(always)]
        pub fn __dispatch<'elided_0, 'elided_1>(
            a: &'elided_0 [f64],
            b: &'elided_1 [f64],
            n: usize,
        ) -> f64 {
            if let ::core::option::Option::Some(call) = __FUNCTION
                .enter(::specialize::__private::v1::Purpose::Call, (&n,), || 1)
            {
                return unsafe {
                    ::core::mem::transmute::<
                        *const (),
                        unsafe fn(&'elided_0 [f64], &'elided_1 [f64], usize) -> f64,
                    >(call.code())(a, b, n)
                };
            }
            if __FUNCTION.is_covered() {
                if let ::core::option::Option::Some(call) = __FUNCTION
                    .serve_covered(::specialize::__private::v1::Purpose::Call, (&n,))
                {
                    return unsafe {
                        ::core::mem::transmute::<
                            *const (),
                            unsafe fn(&'elided_0 [f64], &'elided_1 [f64], usize) -> f64,
                        >(call.code())(a, b, n)
                    };
                }
            }
            generic(a, b, n)
        }
        impl Bound {
            ///Calls the function with the values bound, in the best tier there is.
            #[inline]
            pub fn call<'elided_0, 'elided_1>(
                &self,
                a: &'elided_0 [f64],
                b: &'elided_1 [f64],
            ) -> f64 {
                let (n,) = self.binding.values();
                unsafe {
                    ::core::mem::transmute::<
                        *const (),
                        unsafe fn(&'elided_0 [f64], &'elided_1 [f64], usize) -> f64,
                    >(
                        self.binding.entry(::specialize::__private::v1::Purpose::Call),
                    )(a, b, n)
                }
            }
        }
        static __FUNCTION: ::specialize::__private::v1::Function<
            (::specialize::__private::v1::Of<usize>,),
        > = ::specialize::__private::v1::Function::new(
            ::specialize::__private::v1::Descriptor {
                name: "dot::<f64>",
                module_path: ::core::module_path!(),
                parameters: &["n"],
                generic: ::specialize::__private::v1::Entries::new(generic as *const ()),
                dispatcher: ::specialize::__private::v1::Entries::new(
                    __dispatch as *const (),
                ),
                template: ::specialize::__private::v1::Template {
                    function: "dot",
                    entry: "# [ unsafe ( no_mangle ) ] pub fn specialize_entry < 'elided_0 , 'elided_1 > ( argument_0 : & 'elided_0 [ f64 ] , argument_1 : & 'elided_1 [ f64 ] , _ : usize ) -> f64 { super :: dot :: < f64 > ( argument_0 , argument_1 , HOLE_0 ) } # [ unsafe ( no_mangle ) ] pub static SPECIALIZE_LAYOUT : [ [ usize ; 2 ] ; 4usize ] = [ [ :: core :: mem :: size_of :: < & 'static [ f64 ] > ( ) , :: core :: mem :: align_of :: < & 'static [ f64 ] > ( ) ] , [ :: core :: mem :: size_of :: < & 'static [ f64 ] > ( ) , :: core :: mem :: align_of :: < & 'static [ f64 ] > ( ) ] , [ :: core :: mem :: size_of :: < usize > ( ) , :: core :: mem :: align_of :: < usize > ( ) ] , [ :: core :: mem :: size_of :: < f64 > ( ) , :: core :: mem :: align_of :: < f64 > ( ) ] , ] ;",
                    batch: false,
                    holes: &["usize"],
                    captured: ::core::option::Option::None,
                    ..super::__TEMPLATE
                },
                layout: const {
                    &[
                        [
                            ::core::mem::size_of::<&'static [f64]>(),
                            ::core::mem::align_of::<&'static [f64]>(),
                        ],
                        [
                            ::core::mem::size_of::<&'static [f64]>(),
                            ::core::mem::align_of::<&'static [f64]>(),
                        ],
                        [
                            ::core::mem::size_of::<usize>(),
                            ::core::mem::align_of::<usize>(),
                        ],
                        [::core::mem::size_of::<f64>(), ::core::mem::align_of::<f64>()],
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
            __FUNCTION : (::specialize::__private::v1::Of < usize >,); (& n,); n : usize
        );
    }
}
