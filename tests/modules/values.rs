//! Types of a captured module that derive `Value`: functions and methods are specialized on them, in every tier.

use specialize::{Tier, specialize};

use crate::support;

#[specialize]
#[allow(unreachable_pub, reason = "forms that are tested")]
mod machine {
    use std::fmt::Write as _;

    /// An instruction of a stack machine.
    #[derive(Clone, Copy, Debug, PartialEq, specialize::Value)]
    pub enum Op {
        Push(i64),
        Add,
        Multiply,
        Rotate { by: u8, left: bool },
        Settle(Settings),
    }

    /// With padding before `size` and at the end.
    #[derive(Clone, Copy, Debug, PartialEq, specialize::Value)]
    pub struct Settings {
        pub mode: u8,
        pub size: u64,
        pub level: Level,
    }

    #[derive(Clone, Copy, Debug, PartialEq, specialize::Value)]
    pub enum Level {
        Low,
        High,
    }

    /// No more than `Value`.
    #[derive(specialize::Value)]
    pub struct Row<T, const LENGTH: usize> {
        pub first: T,
        pub rest: [T; LENGTH],
    }

    #[derive(Clone, Copy, specialize::Value)]
    pub struct Nothing;

    #[derive(Clone, Copy, specialize::Value)]
    pub struct Scale(pub f32, pub Level);

    #[rustfmt::skip]
    #[allow(dead_code, reason = "there are many")]
    #[derive(Clone, Copy, Debug, PartialEq, specialize::Value)]
    pub enum Many {
        A0, A1, A2, A3, A4, A5, A6, A7, A8, A9, B0, B1, B2, B3, B4, B5, B6, B7, B8, B9, C0, C1, C2, C3, C4, C5, C6,
        C7, C8, C9, D0, D1, D2, D3, D4, D5, D6, D7, D8, D9, E0, E1, E2, E3, E4, E5, E6, E7, E8, E9, F0, F1, F2, F3,
        F4, F5, F6, F7, F8, F9, G0, G1, G2, G3, G4, G5, G6, G7, G8, G9, H0, H1, H2, H3, H4, H5, H6, H7, H8, H9, I0,
        I1, I2, I3, I4, I5, I6, I7, I8, I9, J0, J1, J2, J3, J4, J5, J6, J7, J8, J9, K0, K1, K2, K3, K4, K5, K6, K7,
        K8, K9, L0, L1, L2, L3, L4, L5, L6, L7, L8, L9, M0, M1, M2, M3, M4, M5, M6, M7, M8, M9, N0, N1, N2, N3, N4,
        N5, N6, N7, N8, N9, O0, O1, O2, O3, O4, O5, O6, O7, O8, O9, P0, P1, P2, P3, P4, P5, P6, P7, P8, P9, Q0, Q1,
        Q2, Q3, Q4, Q5, Q6, Q7, Q8, Q9, R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, S0, S1, S2, S3, S4, S5, S6, S7, S8,
        S9, T0, T1, T2, T3, T4, T5, T6, T7, T8, T9, U0, U1, U2, U3, U4, U5, U6, U7, U8, U9, V0, V1, V2, V3, V4, V5,
        V6, V7, V8, V9, W0, W1, W2, W3, W4, W5, W6, W7, W8, W9, X0, X1, X2, X3, X4, X5, X6, X7, X8, X9, Y0, Y1, Y2,
        Y3, Y4, Y5, Y6, Y7, Y8, Y9, Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7, Z8, Z9, Aa0, Aa1, Aa2, Aa3, Aa4, Aa5, Aa6, Aa7, Aa8, Aa9,
        Ab0, Ab1, Ab2, Ab3, Ab4, Ab5, Ab6, Ab7, Ab8, Ab9, Ac0, Ac1, Ac2, Ac3, Ac4, Ac5, Ac6, Ac7, Ac8, Ac9, Ad0, Ad1, Ad2, Ad3, Ad4, Ad5, Ad6,
        Ad7, Ad8, Ad9,
    }

    pub const SQUARE: &[Op] = &[Op::Push(2), Op::Multiply];
    const DEFAULT: Settings = Settings { mode: 1, size: 3, level: Level::Low };

    fn settled(x: i64, settings: Settings) -> i64 {
        let mode = match settings.level {
            Level::Low => i64::from(settings.mode),
            Level::High => -i64::from(settings.mode),
        };
        x.wrapping_add(mode).wrapping_mul(settings.size as i64)
    }

    #[specialize(program in [self::SQUARE, &[Op::Add]], work = self::cost(program), hot = 1_000_000)]
    pub fn run(x: i64, program: &[self::Op]) -> i64 {
        let mut stack = [x; 8];
        let mut top = 0;
        for op in program {
            match *op {
                Op::Push(value) => {
                    top = (top + 1) % 8;
                    stack[top] = value;
                }
                Op::Add => {
                    top = (top + 7) % 8;
                    stack[top] = stack[top].wrapping_add(stack[(top + 1) % 8]);
                }
                Op::Multiply => {
                    top = (top + 7) % 8;
                    stack[top] = stack[top].wrapping_mul(stack[(top + 1) % 8]);
                }
                Op::Rotate { by, left: true } => stack[top] = stack[top].rotate_left(by.into()),
                Op::Rotate { by, left: false } => stack[top] = stack[top].rotate_right(by.into()),
                Op::Settle(settings) => stack[top] = settled(stack[top], settings),
            }
        }
        stack[top]
    }

    fn cost(program: &[Op]) -> u64 {
        program.len() as u64
    }

    #[specialize(settings in [self::DEFAULT, Settings { mode: 9, ..DEFAULT }])]
    pub fn settle(x: i64, settings: Settings) -> i64 {
        settled(x, settings)
    }

    #[specialize(level in [Level::High])]
    pub fn level(x: i64, level: Level) -> i64 {
        if matches!(level, Level::High) { x } else { -x }
    }

    #[specialize(row, nothing, scale)]
    pub fn scaled(x: f32, row: Row<f32, 3>, nothing: Nothing, scale: Scale) -> f32 {
        let Nothing = nothing;
        let sum = row.rest.iter().fold(row.first, |sum, weight| sum + weight * x);
        if scale.1 == Level::High { sum * scale.0 } else { sum }
    }

    #[specialize(many in [Many::A1, Many::Ad9])]
    pub fn shown(prefix: &str, many: Many) -> String {
        let mut text = String::from(prefix);
        let _ = write!(text, "{many:?}");
        text
    }

    pub mod inner {
        use super::*;

        #[specialize(level in [super::Level::High])]
        pub fn deep(x: u32, level: super::Level, own: self::Own) -> u32 {
            x + u32::from(own.0) + u32::from(level == super::Level::High)
        }

        #[derive(Clone, Copy, specialize::Value)]
        pub struct Own(pub u8);

        impl super::Settings {
            #[specialize(own in [self::Own(3)], level)]
            pub fn with(&self, own: self::Own, level: super::Level) -> u64 {
                self.size + u64::from(own.0) + u64::from(level == self.level)
            }
        }

        impl Own {
            #[specialize(other in [Self(4)])]
            pub fn sum(self, other: Self) -> u32 {
                u32::from(self.0) + u32::from(other.0)
            }
        }
    }

    #[cfg(any())]
    #[derive(specialize::Value)]
    pub struct Never(Missing);
}

use machine::inner::Own;
use machine::{Level, Many, Nothing, Op, Row, Scale, Settings};

/// A program with every instruction in it.
fn program(length: usize) -> Vec<Op> {
    let settings = Settings { mode: 2, size: 5, level: Level::High };
    let ops = [Op::Push(3), Op::Rotate { by: 7, left: true }, Op::Add, Op::Settle(settings), Op::Push(-5), Op::Multiply];
    ops.into_iter().chain([Op::Rotate { by: 1, left: false }]).cycle().take(length).collect()
}

#[test]
fn a_program_is_the_same_in_every_tier() {
    support::private_store();
    for length in [0, 1, 7, 50] {
        let program = program(length);
        let bound = machine::run::prepare(&program).expect("a variant");
        assert_eq!(bound.tier(), Tier::Runtime);
        for x in [0, 1, -7, i64::MAX] {
            assert_eq!(bound.call(x), machine::run::generic(x, &program), "{length} {x}");
            assert_eq!(machine::run(x, &program), machine::run::generic(x, &program), "{length} {x}");
        }
    }
    let bound = machine::run::bind(&[Op::Push(7), Op::Add]);
    assert_eq!(bound.call(1), 8);
}

#[test]
fn listed_values_of_the_module_are_served_at_build_time() {
    support::private_store();
    assert_eq!((machine::run::bind(machine::SQUARE).tier(), machine::run(21, machine::SQUARE)), (Tier::BuildTime, 42));
    for mode in [1, 9] {
        let settings = Settings { mode, size: 3, level: Level::Low };
        assert_eq!(machine::settle::bind(settings).tier(), Tier::BuildTime);
        assert_eq!(machine::settle(5, settings), (5 + i64::from(mode)) * 3);
    }
    assert_eq!(machine::level::bind(Level::High).tier(), Tier::BuildTime);
    assert_eq!((machine::level(5, Level::High), machine::level(5, Level::Low)), (5, -5));
    assert_eq!(machine::shown::bind(Many::Ad9).tier(), Tier::BuildTime);
    assert_eq!(machine::inner::Own::sum_bind(Own(4)).tier(), Tier::BuildTime);
    assert_eq!(Own(2).sum(Own(4)), 6);
}

#[test]
fn structs_and_enums_have_variants_at_run_time() {
    support::private_store();
    let settings = Settings { mode: 200, size: 1 << 40, level: Level::High };
    assert_eq!(machine::settle::prepare(settings).expect("a variant").call(1), machine::settle::generic(1, settings));
    assert_eq!(machine::level::prepare(Level::Low).expect("a variant").call(1), -1);
    let row = || Row { first: 0.5, rest: [1.0, -2.0, f32::MIN_POSITIVE] };
    let bound = machine::scaled::prepare(row(), Nothing, Scale(1.5, Level::High)).expect("a variant");
    assert_eq!(bound.call(3.0).to_bits(), machine::scaled::generic(3.0, row(), Nothing, Scale(1.5, Level::High)).to_bits());
    for many in [Many::A0, Many::Z5, Many::Ab7] {
        assert_eq!(machine::shown::prepare(many).expect("a variant").call("is "), format!("is {many:?}"));
    }
    let settings = Settings { mode: 0, size: 10, level: Level::High };
    let bound = Settings::with_prepare(Own(3), Level::High).expect("a variant");
    assert_eq!((bound.tier(), bound.call(&settings), settings.with(Own(3), Level::Low)), (Tier::Runtime, 14, 13));
    assert_eq!(Own::sum_prepare(Own(5)).expect("a variant").call(Own(250)), 255);
    assert_eq!(machine::inner::deep(1, Level::High, Own(2)), 4);
}

#[test]
fn values_of_the_module_are_shown_as_rust_would() {
    support::private_store();
    let bound = machine::settle::bind(Settings { mode: 7, size: 8, level: Level::High });
    assert!(format!("{bound:?}").contains("Settings { mode: 7, size: 8, level: High }"), "{bound:?}");
}

#[test]
fn variants_with_plain_types_of_the_module_are_unloaded() {
    support::in_a_child("values::variants_with_plain_types_of_the_module_are_unloaded", [("SPECIALIZE_TABLE_CAPACITY", "2")], || {
        let op = |size| Op::Settle(Settings { mode: 1, size, level: Level::Low });
        for size in 0..6 {
            let own = Own(size as u8);
            let settings = Settings { mode: 1, size, level: Level::High };
            drop(machine::run::prepare(&[op(size)]).expect("there is always room"));
            assert_eq!(Settings::with_prepare(own, Level::High).expect("there is always room").call(&settings), 2 * size + 1);
        }
        for table in [machine::run::table(), Settings::with_table()] {
            assert_eq!(table.counts().evicted, 4, "{table:?}");
            let mut entries = table.entries().into_iter().filter(|entry| entry.tier() == Tier::Runtime);
            assert!(entries.all(|entry| !entry.is_pinned()), "{table:?}");
        }
    });
}

/// Beside values that would push others out of their places.
#[specialize::specialize]
mod places {
    #[derive(specialize::Value, Clone, Copy, Debug, PartialEq)]
    #[repr(align(16))]
    pub(super) struct Wide(pub u8);

    #[specialize(before, wide, between, number, rows)]
    pub(super) fn shown(before: [i16; 3], wide: Wide, between: (u8, bool), number: u64, rows: [Wide; 2]) -> String {
        format!("{before:?} {wide:?} {between:?} {number} {rows:?}")
    }
}

#[test]
fn values_stand_where_their_types_may() {
    use places::Wide;
    support::private_store();
    for odd in 0..4 {
        let given = ([odd; 3], Wide(1), (2, true), u64::MAX, [Wide(3), Wide(4)]);
        // Where debug assertions are on, a read from elsewhere ends the process.
        let bound = places::shown::prepare(given.0, given.1, given.2, given.3, given.4).expect("a variant");
        assert_eq!(bound.call(), places::shown::generic(given.0, given.1, given.2, given.3, given.4));
    }
}
