//! Types of a captured module in a signature: their layout is compared.

#[no_implicit_prelude]
mod shapes {
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
                    text: "pub struct Point {\n        x: f32,\n        y: f32,\n    }\n\n    pub enum Shape {\n        Dot(Point),\n        Nothing,\n    } #[inline(always)] pub fn __scaled\n\n\n                 (shape: &Shape, n: u32) -> Shape {\n        match shape {\n            Shape::Dot(Point { x, y }) => Shape::Dot(Point { x: x * n as f32, y: y * n as f32 }),\n            Shape::Nothing => Shape::Nothing,\n        }\n    } pub use self :: __scaled as scaled ; entry_at ! { 0 }",
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
    pub struct Point {
        x: f32,
        y: f32,
    }
    pub enum Shape {
        Dot(Point),
        Nothing,
    }
    #[inline]
    pub fn scaled(shape: &Shape, n: u32) -> Shape {
        scaled::__dispatch(shape, n)
    }
    #[doc(hidden)]
    #[inline(always)]
    pub fn __scaled(shape: &Shape, n: u32) -> Shape {
        match shape {
            Shape::Dot(Point { x, y }) => {
                Shape::Dot(Point {
                    x: x * n as f32,
                    y: y * n as f32,
                })
            }
            Shape::Nothing => Shape::Nothing,
        }
    }
    ///The variants of the function `scaled`, and the function as written.
    pub mod scaled {
        #[allow(unused_imports)]
        use super::*;
        ///The function as written: all parameters at run time.
        #[inline(never)]
        pub fn generic<'elided_0>(shape: &'elided_0 Shape, n: u32) -> Shape {
            super::__scaled(shape, n)
        }
        ///The variant for constants, made where this crate is built and open to inlining.
        #[inline(always)]
        pub fn at<'elided_0, const N: u32>(shape: &'elided_0 Shape) -> Shape {
            super::__scaled(shape, N)
        }
        #[doc(hidden)]
        #[inline(always)]
        pub fn __dispatch<'elided_0>(shape: &'elided_0 Shape, n: u32) -> Shape {
            if let ::core::option::Option::Some(call) = __FUNCTION
                .enter(::specialize::__private::v1::Purpose::Call, (&n,), || 1)
            {
                return unsafe {
                    ::core::mem::transmute::<
                        *const (),
                        unsafe fn(&'elided_0 Shape, u32) -> Shape,
                    >(call.code())(shape, n)
                };
            }
            if __FUNCTION.is_covered() {
                if let ::core::option::Option::Some(call) = __FUNCTION
                    .serve_covered(::specialize::__private::v1::Purpose::Call, (&n,))
                {
                    return unsafe {
                        ::core::mem::transmute::<
                            *const (),
                            unsafe fn(&'elided_0 Shape, u32) -> Shape,
                        >(call.code())(shape, n)
                    };
                }
            }
            generic(shape, n)
        }
        impl Bound {
            ///Calls the function with the values bound, in the best tier there is.
            #[inline]
            pub fn call<'elided_0>(&self, shape: &'elided_0 Shape) -> Shape {
                let (n,) = self.binding.values();
                unsafe {
                    ::core::mem::transmute::<
                        *const (),
                        unsafe fn(&'elided_0 Shape, u32) -> Shape,
                    >(
                        self.binding.entry(::specialize::__private::v1::Purpose::Call),
                    )(shape, n)
                }
            }
        }
        static __FUNCTION: ::specialize::__private::v1::Function<
            (::specialize::__private::v1::Of<u32>,),
        > = ::specialize::__private::v1::Function::new(
            ::specialize::__private::v1::Descriptor {
                name: "scaled",
                module_path: ::core::module_path!(),
                parameters: &["n"],
                generic: ::specialize::__private::v1::Entries::new(generic as *const ()),
                dispatcher: ::specialize::__private::v1::Entries::new(
                    __dispatch as *const (),
                ),
                template: ::specialize::__private::v1::Template {
                    function: "scaled",
                    entry: "# [ unsafe ( no_mangle ) ] pub fn specialize_entry < 'elided_0 > ( argument_0 : & 'elided_0 Shape , _ : u32 ) -> Shape { super :: scaled ( argument_0 , HOLE_0 ) } # [ unsafe ( no_mangle ) ] pub static SPECIALIZE_LAYOUT : [ [ usize ; 2 ] ; 7usize ] = [ [ :: core :: mem :: size_of :: < & 'static Shape > ( ) , :: core :: mem :: align_of :: < & 'static Shape > ( ) ] , [ :: core :: mem :: size_of :: < u32 > ( ) , :: core :: mem :: align_of :: < u32 > ( ) ] , [ :: core :: mem :: size_of :: < Shape > ( ) , :: core :: mem :: align_of :: < Shape > ( ) ] , [ :: core :: mem :: size_of :: < super :: Point > ( ) , :: core :: mem :: align_of :: < super :: Point > ( ) ] , [ :: core :: mem :: offset_of ! ( super :: Point , x ) , 0usize ] , [ :: core :: mem :: offset_of ! ( super :: Point , y ) , 1usize ] , [ :: core :: mem :: size_of :: < super :: Shape > ( ) , :: core :: mem :: align_of :: < super :: Shape > ( ) ] ] ;",
                    batch: false,
                    holes: &["u32"],
                    captured: ::core::option::Option::Some(0),
                    ..super::__TEMPLATE
                },
                layout: const {
                    &[
                        [
                            ::core::mem::size_of::<&'static Shape>(),
                            ::core::mem::align_of::<&'static Shape>(),
                        ],
                        [::core::mem::size_of::<u32>(), ::core::mem::align_of::<u32>()],
                        [
                            ::core::mem::size_of::<Shape>(),
                            ::core::mem::align_of::<Shape>(),
                        ],
                        [
                            ::core::mem::size_of::<super::Point>(),
                            ::core::mem::align_of::<super::Point>(),
                        ],
                        [::core::mem::offset_of!(super::Point, x), 0usize],
                        [::core::mem::offset_of!(super::Point, y), 1usize],
                        [
                            ::core::mem::size_of::<super::Shape>(),
                            ::core::mem::align_of::<super::Shape>(),
                        ],
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
            __FUNCTION : (::specialize::__private::v1::Of < u32 >,); (& n,); n : u32
        );
    }
}
