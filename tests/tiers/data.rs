//! Slices, strings, and values that own memory or borrow it.

use proptest::collection::vec;
use proptest::prelude::*;
use specialize::specialize;

use crate::same_in_every_tier;

#[specialize(stride in [1, 2])]
fn dot(xs: &[i32], ys: &[i32], stride: usize) -> i64 {
    xs.iter().zip(ys).step_by(stride).map(|(x, y)| i64::from(*x) * i64::from(*y)).fold(0, i64::wrapping_add)
}

#[specialize(radius in [1])]
fn smooth(out: &mut [u32], xs: &[u32], radius: usize) {
    for index in 0..out.len().min(xs.len()) {
        let from = index.saturating_sub(radius);
        let to = (index + radius + 1).min(xs.len());
        let sum: u64 = xs[from..to].iter().map(|&x| u64::from(x)).sum();
        out[index] = (sum / (to - from) as u64) as u32;
    }
}

#[specialize(needle in [0])]
fn position(xs: &[u8], needle: u8) -> Option<usize> {
    for (index, x) in xs.iter().enumerate() {
        if *x == needle {
            return Some(index);
        }
    }
    None
}

#[specialize(sum in [10])]
fn pair(xs: &[i16], sum: i16) -> Option<(usize, usize)> {
    let found = 'search: {
        for (first, x) in xs.iter().enumerate() {
            for (second, y) in xs[first + 1..].iter().enumerate() {
                if x.wrapping_add(*y) == sum {
                    break 'search Some((first, first + 1 + second));
                }
            }
        }
        None
    };
    found.filter(|&(first, second)| first != second)
}

#[specialize(descending in [true])]
fn sorted(xs: Vec<i64>, descending: bool) -> Vec<i64> {
    let mut xs = xs;
    if descending {
        xs.sort_unstable_by(|x, y| y.cmp(x))
    } else {
        xs.sort()
    }
    xs.dedup();
    xs
}

#[specialize(key in [1])]
fn ranked(xs: &mut [(u8, i32)], key: u8) -> Result<usize, usize> {
    xs.sort_by_key(|(first, second)| if key == 0 { i32::from(*first) } else { *second % 16 });
    xs.binary_search(&(key, 0))
}

#[specialize(shift in [13])]
fn caesar(text: &str, shift: u8) -> String {
    let turn = |letter: char, first: u8| char::from(first + (letter as u8 - first + shift % 26) % 26);
    text.chars()
        .map(|character| match character {
            'a'..='z' => turn(character, b'a'),
            'A'..='Z' => turn(character, b'A'),
            other => other,
        })
        .collect()
}

#[specialize(width in [8])]
fn framed(text: &str, number: i32, width: usize) -> String {
    format!("[{text:^width$}|{text:?}|{number:+#08x}|{:>width$.3e}|{:?}]", f64::from(number), Some((number, text.len())))
}

#[specialize(separator in [','])]
fn fields(text: &str, separator: char) -> Vec<String> {
    text.split(separator).map(str::trim).filter(|field| !field.is_empty()).map(str::to_uppercase).collect()
}

#[specialize(radix in [10])]
fn parsed(text: &str, radix: u32) -> Result<i64, String> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let magnitude = i64::from_str_radix(digits, radix).map_err(|error| format!("{text:?} in base {radix}: {error}"))?;
    let real: f64 = text.parse().unwrap_or(0.5);
    Ok(sign * magnitude + real as i64)
}

#[specialize(base in [16])]
fn digits(x: u64, base: u32) -> [u8; 8] {
    let (mut rest, mut digits) = (x, [0; 8]);
    for digit in digits.iter_mut().rev() {
        *digit = (rest % u64::from(base)) as u8;
        rest /= u64::from(base);
    }
    digits
}

#[specialize(n in [0])]
fn quotient(x: i64, n: i64) -> Result<(i64, i64), &'static str> {
    let Some(quotient) = x.checked_div(n) else {
        return Err(if n == 0 { "by zero" } else { "too large" });
    };
    Ok((quotient, x % n))
}

#[specialize(n in [1])]
fn boxed(x: u64, n: u64) -> Option<Box<(u64, Box<str>)>> {
    (x > n).then(|| Box::new((x - n, "x".repeat((x % 5 + n % 5) as usize).into_boxed_str())))
}

#[specialize(skipped in [' '])]
fn frequencies(text: &str, skipped: char) -> Vec<(char, usize)> {
    let mut counts = std::collections::BTreeMap::new();
    for character in text.chars().filter(|character| *character != skipped) {
        *counts.entry(character).or_default() += 1;
    }
    counts.into_iter().collect()
}

#[specialize(n in [1])]
fn multiples(x: u64, n: u64) -> [u128; 9] {
    core::array::from_fn(|factor| (u128::from(x) * u128::from(n)).rotate_left(factor as u32))
}

#[specialize(n in [2])]
fn taken(pair: &mut (u32, Option<String>), n: u32) -> Option<String> {
    pair.0 = pair.0.wrapping_mul(n);
    if pair.0 & 3 == 0 { pair.1.take() } else { pair.1.replace(n.to_string()) }
}

#[specialize(character in ['a'])]
fn trimmed(text: &str, character: char) -> &str {
    text.trim_matches(character)
}

#[specialize(character in ['b'])]
fn quoted(text: &str, character: char) -> std::borrow::Cow<'_, str> {
    if text.contains(character) { text.replace(character, "''").into() } else { text.into() }
}

#[specialize(n in [3])]
fn counted(n: u8) -> Box<[u8]> {
    (0..n).chain([n; 2]).collect()
}

#[specialize(n in [1])]
fn turned(xs: std::collections::VecDeque<u16>, n: usize) -> std::collections::VecDeque<u16> {
    let mut xs = xs;
    let by = n.min(xs.len());
    xs.rotate_left(by);
    xs.push_front(n as u16);
    xs
}

#[specialize(n in [2])]
fn shared(x: u32, n: u32) -> (u32, usize) {
    let cell = std::rc::Rc::new(std::cell::RefCell::new(vec![x]));
    let others: Vec<_> = (0..n).map(|_| std::rc::Rc::clone(&cell)).collect();
    for (index, other) in others.iter().enumerate() {
        other.borrow_mut().push(x.rotate_left(index as u32));
    }
    (cell.borrow().iter().fold(0, |sum, x| sum ^ x), std::rc::Rc::strong_count(&cell))
}

/// Lists of strings and of bytes grow by functions that std has instantiated, and that assert.
#[specialize(width in [2])]
fn wrapped(text: &str, width: usize) -> (Vec<String>, Vec<Vec<u8>>, String) {
    let (mut lines, mut bytes) = (Vec::new(), Vec::new());
    for word in text.split(' ') {
        if word.len() > width || lines.is_empty() {
            lines.push(word.to_owned());
        } else if let Some(line) = lines.last_mut() {
            *line += word;
        }
        bytes.push(word.bytes().rev().collect());
        assert_eq!(bytes.len() as u32, text.split(' ').take(bytes.len()).map(|_| 1).sum::<u32>());
    }
    lines.sort();
    let joined = lines.join("/");
    (lines, bytes, joined)
}

#[specialize(length in [1])]
fn grouped(text: &str, length: usize) -> std::collections::BTreeMap<String, Vec<String>> {
    let mut groups = std::collections::BTreeMap::<String, Vec<String>>::new();
    for (index, word) in text.split(' ').enumerate() {
        groups.entry(word.chars().take(length).collect()).or_default().push(format!("{index}: {word}"));
    }
    groups
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof!["[-a-c ,0-9]{0,12}", ".{0,12}", "-?[0-9]{1,6}"]
}

same_in_every_tier! {
    dot(&xs, &ys) with (xs in vec(any::<i32>(), 0..40), ys in vec(any::<i32>(), 0..40)) for listed [1, 2], others [3, 1_000];
    smooth(&mut out, &xs) with (out in vec(any::<u32>(), 0..30), xs in vec(any::<u32>(), 0..30)) leaving out
        for listed [1], others [0, 4];
    position(&xs) with (xs in vec(0u8..20, 0..60)) for listed [0], others [7, 255];
    pair(&xs) with (xs in vec(-9i16..9, 0..12)) for listed [10], others [0, 99];
    sorted(xs) with (xs in vec(any::<i64>().prop_map(|x| x % 32), 0..50)) for listed [true], others [false];
    ranked(&mut xs) with (xs in vec((0u8..4, -20i32..20), 0..40)) leaving xs for listed [1], others [0];
    caesar(&text) with (text in words()) for listed [13], others [1, 30];
    framed(&text, number) with (text in words(), number in any::<i32>()) for listed [8], others [0, 21];
    fields(&text) with (text in words()) for listed [','], others [' ', 'ß'];
    parsed(&text) with (text in words()) for listed [10], others [2, 36];
    digits(x) with (x in any::<u64>()) for listed [16], others [2, 10];
    quotient(x) with (x in prop_oneof![any::<i64>(), Just(i64::MIN)]) for listed [0], others [7, (-1)];
    boxed(x) with (x in 0u64..40) for listed [1], others [20];
    frequencies(&text) with (text in words()) for listed [' '], others ['a'];
    multiples(x) with (x in any::<u64>()) for listed [1], others [0xffff_ffff_ffff_ffff];
    taken(&mut pair) with (pair in (any::<u32>(), any::<Option<u8>>().prop_map(|x| x.map(|x| x.to_string())))) leaving pair
        for listed [2], others [5];
    wrapped(&text) with (text in words()) for listed [2], others [0, 5];
    grouped(&text) with (text in words()) for listed [1], others [2];
    trimmed(&text) with (text in words()) for listed ['a'], others [' '];
    quoted(&text) with (text in words()) for listed ['b'], others ['0'];
    counted() with () for listed [3], others [0, 200];
    turned(xs) with (xs in vec(any::<u16>(), 0..9).prop_map(std::collections::VecDeque::from)) for listed [1], others [4];
    shared(x) with (x in any::<u32>()) for listed [2], others [0, 3];
}
