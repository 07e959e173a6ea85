//! An enum whose values may be specialized on.

#[no_implicit_prelude]
mod programs {
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
                    text: "#[derive(Clone ,Copy                   )] # [ repr ( u8 ) ]\n    pub enum Operation {\n        Add,\n        Multiply,\n    } #[inline(always)] pub fn __run\n\n\n              (operations: &[Operation], n: u32) -> u32 {\n        operations.iter().fold(n, |sum, operation| match operation {\n            Operation::Add => sum + n,\n            Operation::Multiply => sum * n,\n        })\n    } pub use self :: __run as run ; entry_at ! { 0 }",
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
    #[derive(Clone, Copy)]
    #[repr(u8)]
    pub enum Operation {
        Add,
        Multiply,
    }
    #[inline]
    pub fn run(operations: &[Operation], n: u32) -> u32 {
        run::__dispatch(operations, n)
    }
    #[doc(hidden)]
    #[inline(always)]
    pub fn __run(operations: &[Operation], n: u32) -> u32 {
        operations
            .iter()
            .fold(
                n,
                |sum, operation| match operation {
                    Operation::Add => sum + n,
                    Operation::Multiply => sum * n,
                },
            )
    }
    ///The variants of the function `run`, and the function as written.
    pub mod run {
        #[allow(unused_imports)]
        use super::*;
        #[doc(hidden)]
        pub enum Marker {}
        #[doc(hidden)]
        pub trait Constants {
            const OPERATIONS_0: &'static [Operation];
        }
        #[doc(hidden)]
        pub trait __Listed {
            const OPERATIONS: &'static [Operation];
        }
        #[doc(hidden)]
        pub enum __Choice<const INDEX: usize> {}
        impl __Listed for __Choice<0> {
            const OPERATIONS: &'static [Operation] = <Marker as Constants>::OPERATIONS_0;
        }
        ///The function as written: all parameters at run time.
        #[inline(never)]
        pub fn generic<'elided_0>(operations: &'elided_0 [Operation], n: u32) -> u32 {
            super::__run(operations, n)
        }
        #[doc(hidden)]
        #[inline(never)]
        pub fn listed<'elided_0, __C: __Listed>(
            _: &'elided_0 [Operation],
            n: u32,
        ) -> u32 {
            super::__run(<__C as __Listed>::OPERATIONS, n)
        }
        #[doc(hidden)]
        #[inline(always)]
        pub fn __dispatch<'elided_0>(operations: &'elided_0 [Operation], n: u32) -> u32 {
            if __FUNCTION.build_time_serves() {
                if ::specialize::__private::v1::equal(
                    operations,
                    <__Choice<0> as __Listed>::OPERATIONS,
                ) {
                    return listed::<__Choice<0>>(operations, n);
                }
            }
            if let ::core::option::Option::Some(call) = __FUNCTION
                .enter(::specialize::__private::v1::Purpose::Call, (operations,), || 1)
            {
                return unsafe {
                    ::core::mem::transmute::<
                        *const (),
                        unsafe fn(&'elided_0 [Operation], u32) -> u32,
                    >(call.code())(operations, n)
                };
            }
            if __FUNCTION.is_covered() {
                if let ::core::option::Option::Some(call) = __FUNCTION
                    .serve_covered(
                        ::specialize::__private::v1::Purpose::Call,
                        (operations,),
                    )
                {
                    return unsafe {
                        ::core::mem::transmute::<
                            *const (),
                            unsafe fn(&'elided_0 [Operation], u32) -> u32,
                        >(call.code())(operations, n)
                    };
                }
            }
            generic(operations, n)
        }
        impl Bound {
            ///Calls the function with the values bound, in the best tier there is.
            #[inline]
            pub fn call<'elided_0, '__bound: 'elided_0>(&'__bound self, n: u32) -> u32 {
                let (operations,) = self.binding.values();
                unsafe {
                    ::core::mem::transmute::<
                        *const (),
                        unsafe fn(&'elided_0 [Operation], u32) -> u32,
                    >(
                        self.binding.entry(::specialize::__private::v1::Purpose::Call),
                    )(operations, n)
                }
            }
        }
        const _: () = ::specialize::__private::v1::is_parameter::<[Operation]>();
        static __FUNCTION: ::specialize::__private::v1::Function<
            (::specialize::__private::v1::Of<[Operation]>,),
        > = ::specialize::__private::v1::Function::new(
            ::specialize::__private::v1::Descriptor {
                name: "run",
                module_path: ::core::module_path!(),
                parameters: &["operations"],
                generic: ::specialize::__private::v1::Entries::new(generic as *const ()),
                dispatcher: ::specialize::__private::v1::Entries::new(
                    __dispatch as *const (),
                ),
                template: ::specialize::__private::v1::Template {
                    function: "run",
                    entry: "# [ unsafe ( no_mangle ) ] pub fn specialize_entry < 'elided_0 > ( _ : & 'elided_0 [ Operation ] , argument_1 : u32 ) -> u32 { super :: run ( HOLE_0 , argument_1 ) } # [ unsafe ( no_mangle ) ] pub static SPECIALIZE_LAYOUT : [ [ usize ; 2 ] ; 4usize ] = [ [ :: core :: mem :: size_of :: < & 'static [ Operation ] > ( ) , :: core :: mem :: align_of :: < & 'static [ Operation ] > ( ) ] , [ :: core :: mem :: size_of :: < u32 > ( ) , :: core :: mem :: align_of :: < u32 > ( ) ] , [ :: core :: mem :: size_of :: < u32 > ( ) , :: core :: mem :: align_of :: < u32 > ( ) ] , [ :: core :: mem :: size_of :: < super :: Operation > ( ) , :: core :: mem :: align_of :: < super :: Operation > ( ) ] ] ;",
                    batch: false,
                    holes: &["& 'static [ Operation ]"],
                    captured: ::core::option::Option::Some(0),
                    ..super::__TEMPLATE
                },
                layout: const {
                    &[
                        [
                            ::core::mem::size_of::<&'static [Operation]>(),
                            ::core::mem::align_of::<&'static [Operation]>(),
                        ],
                        [::core::mem::size_of::<u32>(), ::core::mem::align_of::<u32>()],
                        [::core::mem::size_of::<u32>(), ::core::mem::align_of::<u32>()],
                        [
                            ::core::mem::size_of::<super::Operation>(),
                            ::core::mem::align_of::<super::Operation>(),
                        ],
                    ]
                },
                hot: ::core::option::Option::None,
                plain: true,
            },
            const {
                &[
                    (
                        (
                            ::core::option::Option::Some(
                                <Marker as Constants>::OPERATIONS_0,
                            ),
                        ),
                        ::specialize::__private::v1::Entries::new(
                            listed::<__Choice<0>> as *const (),
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
            __FUNCTION : (::specialize::__private::v1::Of < [Operation] >,);
            (operations,); operations : & [Operation]
        );
    }
    #[automatically_derived]
    unsafe impl ::specialize::__private::v1::Value for Operation {
        const NO_PADDING: ::core::primitive::bool = true;
        #[inline(always)]
        fn fields(
            &self,
            at: ::core::primitive::usize,
            take: &mut impl ::core::ops::FnMut(
                ::core::primitive::usize,
                &[::core::primitive::u8],
            ),
        ) {
            unsafe {
                ::specialize::__private::v1::tag::<
                    Self,
                    ::core::primitive::u8,
                >(self, at, take)
            };
            match self {
                Self::Add {} => {}
                Self::Multiply {} => {}
            }
        }
        fn show(
            &self,
            formatter: &mut ::core::fmt::Formatter<'_>,
        ) -> ::core::fmt::Result {
            match self {
                Self::Add {} => formatter.write_str("Add"),
                Self::Multiply {} => formatter.write_str("Multiply"),
            }
        }
    }
    const _: () = ::core::assert!(
        ::core::mem::align_of:: < Operation > () <= 16,
        "a value must not be aligned to more than 16 bytes"
    );
    const _: () = ::core::assert!(
        ! ::core::mem::needs_drop:: < Operation > (),
        "a value is flat data, which nothing drops"
    );
    impl run::Constants for run::Marker {
        const OPERATIONS_0: &'static [Operation] = &[Operation::Add];
    }
}
