//! The forms of `batch` and `work`, under strict lints.
#![forbid(unsafe_code, unused_variables)]
#![deny(warnings, missing_docs, unused_results, unreachable_pub, single_use_lifetimes, rust_2018_idioms, missing_debug_implementations)]

use specialize::specialize;

/// Sums products.
#[specialize(n in [1, 2], batch(row), work = row.len() * n, hot = LIMIT)]
pub fn dot<'a>(out: &'a [u8], row: &[u8], n: usize) -> Option<&'a u8> {
    out.get(row.len() * n)
}

const LIMIT: u64 = 10_000_000_000;

#[specialize(n, batch(r#type), work = r#type)]
fn raw(r#type: u8, n: u8) -> u8 {
    r#type ^ n
}

#[specialize(n in [1], batch(x))]
#[target_feature(enable = "sse4.2")]
fn featured(mut x: u64, n: u64) -> u64 {
    x += n;
    x
}

#[specialize(n, work = list.len() + bytes.len() + text.len() + usize::from(*flag) + pair.0, batch(g))]
#[allow(clippy::too_many_arguments)]
fn many(n: u8, list: &Vec<u8>, bytes: [u8; 4], text: &str, flag: &bool, pair: (usize, f32), g: f64) -> f64 {
    g + f64::from(n) + list.len() as f64 + f64::from(bytes[0]) + text.len() as f64 + f64::from(u8::from(*flag)) + f64::from(pair.1)
}

#[specialize(n, work = list.capacity() + out.len())]
fn taken(n: u8, list: Vec<u8>, out: &mut [u8]) -> Vec<u8> {
    out.fill(n);
    list
}

macro_rules! made {
    ($name:ident, $x:ident: $ty:ty, $work:expr) => {
        #[specialize(n in [1], batch($x), work = $work)]
        fn $name($x: $ty, n: u8, y: u8) -> u8 {
            $x + n + y
        }
    };
}

made!(by_macro, z: u8, 3 * SCALE);

const SCALE: u8 = 2;

fn main() {
    let mut results = [None; 2];
    dot::map(&[1, 2, 3], &[&[1], &[1, 2]], 1, &mut results);
    assert_eq!(results, [Some(&2), Some(&3)]);
    let mut bytes = [0; 2];
    raw::map(&[1, 2], 3, &mut bytes);
    assert_eq!(bytes, [2, 1]);
    by_macro::bind(2).map(&[1, 2], 3, &mut bytes);
    assert_eq!(bytes, [6, 7]);
    let mut floats = [0.0];
    many::map(1, &vec![], [0; 4], "", &false, (0, 0.0), &[2.0], &mut floats);
    assert!(floats[0] > 2.9);
    assert_eq!(taken(1, vec![2], &mut bytes), [2]);
    let _ = featured::table();
}
