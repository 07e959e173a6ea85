//! Every combination of the values of two parameters.

#[inline]
pub fn area(rows: usize, columns: usize, exact: bool) -> usize {
    area::__dispatch(rows, columns, exact)
}
///The variants of the function `area`, and the function as written.
pub mod area {
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
        pub fn area(rows: usize, columns: usize, exact: bool) -> usize {
            if exact { rows * columns } else { rows }
        }
    }
    ///The function as written: all parameters at run time.
    #[inline(never)]
    pub fn generic(rows: usize, columns: usize, exact: bool) -> usize {
        template::area(rows, columns, exact)
    }
    ///The variant for constants, made where this crate is built and open to inlining.
    #[inline(always)]
    pub fn at<const ROWS: usize, const EXACT: bool>(columns: usize) -> usize {
        template::area(ROWS, columns, EXACT)
    }
    #[doc(hidden)]
    #[inline(never)]
    pub fn listed<const ROWS: usize, const EXACT: bool>(
        _: usize,
        columns: usize,
        _: bool,
    ) -> usize {
        template::area(ROWS, columns, EXACT)
    }
    #[doc(hidden)]
    #[inline(always)]
    pub fn __dispatch(rows: usize, columns: usize, exact: bool) -> usize {
        if __FUNCTION.build_time_serves() {
            match (rows, exact) {
                (2, true) => return listed::<{ 2 }, { true }>(rows, columns, exact),
                (4, true) => return listed::<{ 4 }, { true }>(rows, columns, exact),
                _ => {}
            }
        }
        if let ::core::option::Option::Some(call) = __FUNCTION
            .enter(::specialize::__private::v1::Purpose::Call, (&rows, &exact), || 1)
        {
            return unsafe {
                ::core::mem::transmute::<
                    *const (),
                    unsafe fn(usize, usize, bool) -> usize,
                >(call.code())(rows, columns, exact)
            };
        }
        if __FUNCTION.is_covered() {
            if let ::core::option::Option::Some(call) = __FUNCTION
                .serve_covered(
                    ::specialize::__private::v1::Purpose::Call,
                    (&rows, &exact),
                )
            {
                return unsafe {
                    ::core::mem::transmute::<
                        *const (),
                        unsafe fn(usize, usize, bool) -> usize,
                    >(call.code())(rows, columns, exact)
                };
            }
        }
        generic(rows, columns, exact)
    }
    impl Bound {
        ///Calls the function with the values bound, in the best tier there is.
        #[inline]
        pub fn call(&self, columns: usize) -> usize {
            let (rows, exact) = self.binding.values();
            unsafe {
                ::core::mem::transmute::<
                    *const (),
                    unsafe fn(usize, usize, bool) -> usize,
                >(
                    self.binding.entry(::specialize::__private::v1::Purpose::Call),
                )(rows, columns, exact)
            }
        }
    }
    static __FUNCTION: ::specialize::__private::v1::Function<
        (::specialize::__private::v1::Of<usize>, ::specialize::__private::v1::Of<bool>),
    > = ::specialize::__private::v1::Function::new(
        ::specialize::__private::v1::Descriptor {
            name: "area",
            module_path: ::core::module_path!(),
            parameters: &["rows", "exact"],
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
                            text: "fn area(rows: usize, columns: usize, exact: bool) -> usize {\n    if exact { rows * columns } else { rows }\n}",
                        },
                    ]
                },
                cfgs: &[],
                identity: ::core::option::Option::None,
                flags: ::specialize::__private::v1::Flags::Unreadable(
                    "this compiler does not tell what macros wrote",
                ),
                function: "area",
                entry: "# [ unsafe ( no_mangle ) ] pub fn specialize_entry < > ( _ : usize , argument_1 : usize , _ : bool ) -> usize { super :: area ( HOLE_0 , argument_1 , HOLE_1 ) } # [ unsafe ( no_mangle ) ] pub static SPECIALIZE_LAYOUT : [ [ usize ; 2 ] ; 4usize ] = [ [ :: core :: mem :: size_of :: < usize > ( ) , :: core :: mem :: align_of :: < usize > ( ) ] , [ :: core :: mem :: size_of :: < usize > ( ) , :: core :: mem :: align_of :: < usize > ( ) ] , [ :: core :: mem :: size_of :: < bool > ( ) , :: core :: mem :: align_of :: < bool > ( ) ] , [ :: core :: mem :: size_of :: < usize > ( ) , :: core :: mem :: align_of :: < usize > ( ) ] , ] ;",
                batch: false,
                holes: &["usize", "bool"],
                captured: ::core::option::Option::None,
            },
            layout: const {
                &[
                    [::core::mem::size_of::<usize>(), ::core::mem::align_of::<usize>()],
                    [::core::mem::size_of::<usize>(), ::core::mem::align_of::<usize>()],
                    [::core::mem::size_of::<bool>(), ::core::mem::align_of::<bool>()],
                    [::core::mem::size_of::<usize>(), ::core::mem::align_of::<usize>()],
                ]
            },
            hot: ::core::option::Option::None,
            plain: true,
        },
        const {
            &[
                (
                    (
                        ::core::option::Option::Some(&2),
                        ::core::option::Option::Some(&true),
                    ),
                    ::specialize::__private::v1::Entries::new(
                        listed::<{ 2 }, { true }> as *const (),
                    ),
                ),
                (
                    (
                        ::core::option::Option::Some(&4),
                        ::core::option::Option::Some(&true),
                    ),
                    ::specialize::__private::v1::Entries::new(
                        listed::<{ 4 }, { true }> as *const (),
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
        __FUNCTION : (::specialize::__private::v1::Of < usize >,
        ::specialize::__private::v1::Of < bool >,); (& rows, & exact,); rows : usize,
        exact : bool
    );
}
