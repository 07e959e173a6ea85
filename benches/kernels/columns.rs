//! Columns of integers: bit unpacking, division, and a filter of rows.

use std::error::Error;

use bitpacking::{BitPacker as _, BitPacker8x};
use specialize::specialize;
use strength_reduce::{StrengthReducedU32, StrengthReducedU64};

use super::by_hand::Columns;
use super::constants::{COMPARISONS, DIVISORS, ROWS};
use super::{ByHand, Table, Ways};

/// Unpacks blocks of 256 values of `width` bits; the values of a block stand in eight lanes.
#[specialize(width)]
#[allow(clippy::needless_range_loop, reason = "rows and lanes are what the code is about")]
fn unpack(packed: &[u32], width: usize, values: &mut [u32]) {
    assert!((1..=32).contains(&width));
    let mask = u32::MAX >> (32 - width);
    for (packed, values) in packed.chunks_exact(8 * width).zip(values.as_chunks_mut::<256>().0) {
        let (packed, values) = (packed.as_chunks::<8>().0, values.as_chunks_mut::<8>().0);
        // The rows innermost: that loop is unrolled, since the width makes each row another code, and the lanes become a vector.
        for lane in 0..8 {
            for row in 0..32 {
                let (word, shift) = (row * width / 32, row * width % 32);
                let low = packed[word][lane] >> shift;
                let high = if shift + width > 32 { packed[word + 1][lane] << (32 - shift) } else { 0 };
                values[row][lane] = (low | high) & mask;
            }
        }
    }
}

#[specialize(divisor)]
fn divide(column: &[u32], divisor: u32, quotients: &mut [u32]) {
    quotients.iter_mut().zip(column).for_each(|(quotient, x)| *quotient = x / divisor);
}

#[specialize(divisor)]
fn remain(column: &[u32], divisor: u32, remainders: &mut [u32]) {
    remainders.iter_mut().zip(column).for_each(|(remainder, x)| *remainder = x % divisor);
}

#[specialize(divisor)]
fn divide_long(column: &[u64], divisor: u64, quotients: &mut [u64]) {
    quotients.iter_mut().zip(column).for_each(|(quotient, x)| *quotient = x / divisor);
}

#[specialize(divisor)]
fn remain_long(column: &[u64], divisor: u64, remainders: &mut [u64]) {
    remainders.iter_mut().zip(column).for_each(|(remainder, x)| *remainder = x % divisor);
}

/// Which rows fulfil all comparisons: of which column, how (0 less, 1 greater, 2 not equal), and with what.
#[specialize(comparisons)]
fn filter(columns: &[[i32; 4096]; 4], comparisons: &[(u8, u8, i32)], kept: &mut [u8]) {
    for (row, kept) in kept[..4096].iter_mut().enumerate() {
        let mut keep = true;
        for &(column, comparison, constant) in comparisons {
            let x = columns[column as usize][row];
            keep &= match comparison {
                0 => x < constant,
                1 => x > constant,
                _ => x != constant,
            };
        }
        *kept = u8::from(keep);
    }
}

/// The same with the rows innermost, which is how an interpreter of comparisons is made fast.
fn filter_by_column(columns: &Columns, comparisons: &[(u8, u8, i32)], kept: &mut [u8]) {
    kept.fill(1);
    for &(column, comparison, constant) in comparisons {
        let rows = kept.iter_mut().zip(&columns[column as usize]);
        match comparison {
            0 => rows.for_each(|(kept, x)| *kept &= u8::from(*x < constant)),
            1 => rows.for_each(|(kept, x)| *kept &= u8::from(*x > constant)),
            _ => rows.for_each(|(kept, x)| *kept &= u8::from(*x != constant)),
        }
    }
}

fn scattered(count: usize) -> impl Iterator<Item = u64> {
    (1..=count as u64).map(|index| index.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

pub(crate) fn unpacking(table: &mut Table, by_hand: &ByHand) -> Result<(), Box<dyn Error>> {
    let packer = BitPacker8x::new();
    for (width, by_hand) in (1..).zip(by_hand.unpack) {
        let values: Vec<u32> = scattered(ROWS).map(|x| (x >> (64 - width)) as u32).collect();
        let (mut packed, mut bytes) = (Vec::new(), vec![0; 4 * 256]);
        for block in values.chunks_exact(256) {
            let length = packer.compress(block, &mut bytes, width as u8);
            packed.extend(bytes[..length].as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)));
        }
        let packed_bytes: Vec<u8> = packed.iter().flat_map(|word| word.to_le_bytes()).collect();
        let bound = unpack::prepare(width)?;
        let ways = Ways::of(
            |s: &mut (Vec<u32>, Vec<u32>)| unpack::generic(&s.0, width, &mut s.1),
            move |s| bound.call(&s.0, &mut s.1),
            move |s| by_hand(&s.0, &mut s.1),
        )
        .library("bitpacking", move |s| {
            for (packed, values) in packed_bytes.chunks_exact(32 * width).zip(s.1.chunks_exact_mut(256)) {
                packer.decompress(packed, values, width as u8);
            }
        });
        table.row(&format!("unpacking {ROWS} of {width} bits"), (packed, vec![0; ROWS]), ways);
    }
    Ok(())
}

/// The rows of one function over a column: its name, the function, those by hand, the library's type and operator.
macro_rules! arithmetic {
    ($table:ident, $name:literal, $function:ident: $type:ty, $by_hand:expr, $reduced:ty, $operator:tt) => {
        for (divisor, by_hand) in DIVISORS.into_iter().zip($by_hand) {
            let divisor = <$type>::from(divisor);
            let (bound, reduced) = ($function::prepare(divisor)?, <$reduced>::new(divisor));
            let ways = Ways::of(|s: &mut (Vec<$type>, Vec<$type>)| $function::generic(&s.0, divisor, &mut s.1), move |s| bound.call(&s.0, &mut s.1), move |s| by_hand(&s.0, &mut s.1))
                .library("strength_reduce", move |s| s.1.iter_mut().zip(&s.0).for_each(|(result, x)| *result = *x $operator reduced));
            let column = scattered(ROWS).map(|x| x as $type).collect();
            $table.row(&format!("{} of {ROWS} by {divisor}", $name), (column, vec![0; ROWS]), ways);
        }
    };
}

pub(crate) fn divisions(table: &mut Table, by_hand: &ByHand) -> Result<(), Box<dyn Error>> {
    arithmetic!(table, "quotients (u32)", divide: u32, by_hand.divide, StrengthReducedU32, /);
    arithmetic!(table, "remainders (u32)", remain: u32, by_hand.remain, StrengthReducedU32, %);
    arithmetic!(table, "quotients (u64)", divide_long: u64, by_hand.divide_long, StrengthReducedU64, /);
    arithmetic!(table, "remainders (u64)", remain_long: u64, by_hand.remain_long, StrengthReducedU64, %);
    Ok(())
}

pub(crate) fn filters(table: &mut Table, by_hand: &ByHand) -> Result<(), Box<dyn Error>> {
    let mut columns = [[0; ROWS]; 4];
    columns.as_flattened_mut().iter_mut().zip(scattered(4 * ROWS)).for_each(|(x, random)| *x = (random >> 40) as i32 % 1000);
    for (count, by_hand) in (1..).zip(by_hand.filter) {
        let comparisons = &COMPARISONS[..count];
        let bound = filter::prepare(comparisons)?;
        let ways = Ways::of(
            |s: &mut (Box<Columns>, Vec<u8>)| filter::generic(&s.0, comparisons, &mut s.1),
            move |s| bound.call(&s.0, &mut s.1),
            move |s| by_hand(&s.0, &mut s.1),
        )
        .library("by column", |s| filter_by_column(&s.0, comparisons, &mut s.1));
        table.row(&format!("filter of {ROWS} rows, {count} comparisons"), (Box::new(columns), vec![9; ROWS]), ways);
    }
    Ok(())
}
