//! Kernels that are linked by this linker and by the system's, and run beside the same functions of this very program.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::super::shift;
use super::*;

/// The signature of a kernel, which may write something down beside its answer.
type Kernel = fn(&[f64], u32, &mut String) -> String;

/// Defines kernels, as functions and as the source of a crate that shows each.
macro_rules! kernels {
    ($($name:ident { $($text:tt)* })*) => {
        // They are written as users write theirs.
        $(#[allow(clippy::unwrap_used, clippy::useless_vec)] mod $name { $($text)* })*

        /// The kernels of this program.
        const KERNELS: &[(&str, Kernel)] = &[$((stringify!($name), $name::kernel)),*];

        /// Their source.
        const SOURCE: &str = concat!($(
            "mod _", stringify!($name), " {", stringify!($($text)*), "}\n#[unsafe(no_mangle)] pub fn ", stringify!($name),
            "(x: &[f64], n: u32, log: &mut String) -> String { _", stringify!($name), "::kernel(x, n, log) }\n",
        )*);
    };
}

kernels! {
    arithmetic {
        pub(super) fn kernel(x: &[f64], n: u32, _: &mut String) -> String {
            let mut hash = 0xcbf2_9ce4_8422_2325u64;
            for value in x {
                hash = (hash ^ value.to_bits()).wrapping_mul(0x100_0000_01b3).rotate_left(n % 64);
            }
            let quotient = 1000 / (n % 5);
            format!("{hash:x} {quotient} {}", hash.leading_zeros() + hash.count_ones())
        }
    }
    slices {
        pub(super) fn kernel(x: &[f64], n: u32, log: &mut String) -> String {
            let (left, right) = x.split_at(x.len() / 2);
            log.push_str(&format!("{} and {}", left.len(), right.len()));
            let dot: f64 = left.iter().zip(right).map(|(left, right)| left * right).sum();
            format!("{dot} {}", x[n as usize])
        }
    }
    text {
        use std::collections::BTreeMap;
        use std::rc::Rc;
        pub(super) fn kernel(x: &[f64], n: u32, log: &mut String) -> String {
            let mut sorted: Vec<String> = x.iter().map(|value| format!("{value:+.3e}")).collect();
            sorted.sort();
            let counts: BTreeMap<usize, Rc<str>> = sorted.iter().map(|text| (text.len() * n as usize, Rc::from(&**text))).collect();
            log.extend(sorted.iter().filter(|text| text.contains("e0")).map(|text| &**text));
            let number: u32 = sorted.join("").split('e').next().and_then(|text| text.parse::<f64>().ok()).map_or(n, |value| value as u32);
            format!("{counts:?} {sorted:#?} {number} \u{e9}")
        }
    }
    maths {
        pub(super) fn kernel(x: &[f64], n: u32, _: &mut String) -> String {
            let n = f64::from(n);
            let all = x.iter().map(|x| [x.sin(), x.cos(), x.exp(), x.powf(n), x.abs().ln(), x.atan2(n), x.sqrt(), x.mul_add(n, 1.0), x.hypot(n), x.floor()]);
            all.map(|of_one| of_one.map(|value| if value.is_nan() { 0 } else { value.to_bits() })).map(|bits| format!("{bits:x?}")).collect()
        }
    }
    tables {
        const WORDS: [&str; 7] = ["zero", "one", "two", "three", "four", "five", "six"];
        static WEIGHTS: [f64; 8] = [0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5];
        static NESTED: &[&[(&str, u16)]] = &[&[("a", 1), ("b", 2)], &[], &[("c", 3)]];
        pub(super) fn kernel(x: &[f64], n: u32, log: &mut String) -> String {
            for value in x {
                log.push_str(&match (*value as i64).unsigned_abs() ^ u64::from(n) {
                    0 => "nothing".to_owned(),
                    1 => format!("{value}"),
                    2 => "two".repeat(2),
                    3 => n.to_string(),
                    4 => WORDS.concat(),
                    5 => format!("{:?}", WEIGHTS),
                    6 => format!("{NESTED:?}"),
                    7 => "seven".to_uppercase(),
                    8 => String::new(),
                    9 => format!("{:>9}", "nine"),
                    other => WORDS.get(other as usize % 9).expect("is a word").to_string(),
                });
            }
            format!("{} {}", WORDS[n as usize % 7], WEIGHTS[n as usize % 8])
        }
    }
    aligned {
        #[repr(align(128))]
        struct Aligned([f64; 32]);
        static TABLE: Aligned = Aligned({
            let (mut table, mut index) = ([0.0; 32], 0);
            while index < 32 { table[index] = 1.0 / (index as f64 + 3.0); index += 1; }
            table
        });
        pub(super) fn kernel(x: &[f64], n: u32, _: &mut String) -> String {
            let table = std::hint::black_box(&TABLE);
            let mut sums = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8];
            for chunk in x.chunks_exact(8) {
                for (sum, value) in sums.iter_mut().zip(chunk) { *sum += value * f64::from(n); }
            }
            let odd = table.0.iter().skip(n as usize).step_by(2).fold(0.0, |sum, value| sum + value);
            format!("{} {sums:?} {odd}", std::ptr::from_ref(table).addr() % 128)
        }
    }
    memory {
        pub(super) fn kernel(x: &[f64], n: u32, _: &mut String) -> String {
            let mut blocks = vec![[n as u8; 3000]; 3];
            let copy = std::hint::black_box(&blocks).clone();
            blocks[1].copy_from_slice(&copy[0]);
            blocks[2].fill(std::hint::black_box(7));
            blocks[0].copy_within(5.., 0);
            let mut values = x.to_vec();
            values.extend_from_within(..x.len() / 2);
            values.rotate_left(x.len() / 3);
            let same = copy == blocks;
            format!("{same} {} {values:?}", blocks.concat().iter().map(|byte| u32::from(*byte)).sum::<u32>())
        }
    }
    dynamic {
        trait Shape { fn area(&self) -> f64; fn name(&self) -> String { "shape".to_owned() } }
        struct Square(f64);
        struct Circle { radius: f64 }
        impl Shape for Square { fn area(&self) -> f64 { self.0 * self.0 } fn name(&self) -> String { "square".to_owned() } }
        impl Shape for Circle { fn area(&self) -> f64 { self.radius * self.radius * std::f64::consts::PI } }
        impl Drop for Square { fn drop(&mut self) { self.0 = std::hint::black_box(0.0); } }
        pub(super) fn kernel(x: &[f64], n: u32, log: &mut String) -> String {
            let made = x.iter().enumerate().map(|(index, value)| -> Box<dyn Shape> {
                if (index as u32).is_multiple_of(n + 1) { Box::new(Square(*value)) } else { Box::new(Circle { radius: *value }) }
            });
            let shapes: Vec<Box<dyn Shape>> = std::hint::black_box(made.collect());
            let steps: [Box<dyn Fn(f64) -> f64>; 3] = [Box::new(move |value| value + f64::from(n)), Box::new(f64::sqrt), Box::new(|value| value * 2.0)];
            log.extend(shapes.iter().map(|shape| shape.name()));
            let sum = shapes.iter().map(|shape| steps.iter().fold(shape.area(), |value, step| step(value)));
            format!("{:?}", sum.collect::<Vec<_>>())
        }
    }
    blocks {
        pub(super) fn kernel(x: &[f64], n: u32, log: &mut String) -> String {
            let (mut stack, mut place, mut steps) = (vec![f64::from(n)], 0, 0);
            while let Some(value) = x.get(place) {
                place += 1;
                steps += 1;
                if steps > 500 { return "too long".to_owned(); }
                match *value as i64 {
                    0 => stack.push(1.0),
                    1 => { let top = stack.pop().unwrap(); stack.push(top + 1.0); }
                    2 => { let (b, a) = (stack.pop().expect("two"), stack.pop().expect("two")); stack.push(a * b); }
                    3 => stack.push(stack[stack.len() - 1]),
                    4 if stack.len() > 3 => { stack.swap(0, 1); place = stack.len() % x.len(); }
                    4 => stack.push(4.0),
                    5 => { stack.truncate(2); log.push_str(&format!("{stack:?}")); }
                    6 => { let all = stack.iter().sum(); stack.insert(0, all); }
                    -9..=-1 => { stack.drain(..stack.len() / 2); }
                    7 => break,
                    other => { log.push_str(&other.to_string()); }
                }
            }
            format!("{stack:?} after {steps}")
        }
    }
    state {
        use std::sync::atomic::{AtomicU32, AtomicU8, Ordering};
        static CALLS: AtomicU32 = AtomicU32::new(0);
        static LAST: AtomicU32 = AtomicU32::new(1234);
        static SEEN: [AtomicU8; 6000] = [const { AtomicU8::new(0) }; 6000];
        pub(super) fn kernel(x: &[f64], n: u32, _: &mut String) -> String {
            let seen = SEEN[(n as usize * 997 + x.len()) % 6000].fetch_add(1, Ordering::Relaxed);
            let all: u32 = SEEN.iter().map(|seen| u32::from(seen.load(Ordering::Relaxed))).sum();
            format!("{} {} {seen} {all}", CALLS.fetch_add(1, Ordering::Relaxed), LAST.swap(n, Ordering::Relaxed))
        }
    }
    cleanup {
        struct Guard<'a> { log: &'a std::cell::RefCell<String>, name: String }
        impl Drop for Guard<'_> { fn drop(&mut self) { *self.log.borrow_mut() += &format!("dropped {}\n", self.name); } }
        #[inline(never)]
        fn deeper(x: &[f64], n: u32, log: &std::cell::RefCell<String>) -> f64 {
            let _guard = Guard { log, name: format!("guard {n}") };
            if n == 0 { return x.iter().sum(); }
            let _list = vec![Guard { log, name: "first".to_owned() }, Guard { log, name: "second".to_owned() }];
            assert!(x.len() != 5, "{} values at {n}", x.len());
            let value: Option<&f64> = x.get(n as usize);
            deeper(x, n - 1, log) + value.copied().unwrap()
        }
        pub(super) fn kernel(x: &[f64], n: u32, log: &mut String) -> String {
            struct Back<'a>(&'a mut String, std::cell::RefCell<String>);
            impl Drop for Back<'_> { fn drop(&mut self) { self.0.push_str(self.1.get_mut()); } }
            let back = Back(log, Default::default());
            deeper(x, n, &back.1).to_string()
        }
    }
}

/// What a call came to: its answer or the words of its panic, and what it wrote down.
type Outcome = (Result<String, String>, String);

/// Calls a kernel with many arguments.
fn outcomes(kernel: Kernel) -> Vec<Outcome> {
    let inputs: [&[f64]; 6] =
        [&[], &[1.0], &[2.5, -3.0, 0.0, 1.0], &[3.0, 3.0, 2.0, 2.0, 1.0], &[0.1; 17], &[0.0, 6.0, 3.0, 5.0, 9.0, 1.0, 4.0, -2.0, 1e300]];
    let mut outcomes = Vec::new();
    for input in inputs {
        for n in 0..12 {
            let mut log = String::new();
            let answer = catch_unwind(AssertUnwindSafe(|| kernel(input, n, &mut log)));
            let answer = answer.map_err(|payload| match payload.downcast::<String>() {
                Ok(words) => *words,
                Err(payload) => payload.downcast_ref::<&str>().map(ToString::to_string).expect("words"),
            });
            outcomes.push((answer, log));
        }
    }
    outcomes
}

#[test]
fn both_linkers_make_the_same_of_every_kernel() {
    let workshop = Workshop::open();
    let names: Vec<&str> = KERNELS.iter().map(|(name, _)| *name).collect();
    let objects = [compile(SOURCE, &[]), compile(SOURCE, &[ONE_SECTION])];
    let all = objects.each_ref().map(|object| workshop.load(&workshop.link(object, &names)));
    let mut panics = 0;
    for (name, kernel) in KERNELS {
        let expected = outcomes(*kernel);
        panics += expected.iter().filter(|(answer, _)| answer.is_err()).count();
        for library in all {
            assert_eq!(outcomes(function(library, name)), expected, "{name}, linked with all others");
        }
        for object in &objects {
            let (ours, theirs) = (workshop.link(object, &[name]), workshop.link_with_system(object, &[name]));
            assert_eq!(outcomes(function(workshop.load(&theirs), name)), expected, "{name}, linked by the system");
            assert_eq!(outcomes(function(workshop.load(&ours), name)), expected, "{name}, linked by this linker");
            assert_eq!(imports(&ours), imports(&theirs), "{name}");
            // This linker moves the code in its page on purpose.
            let unmoved = ours.len() - shift(object) as usize;
            assert!(unmoved <= theirs.len(), "{name}: {unmoved} bytes against {}", theirs.len());
            shape::check(&ours);
        }
    }
    assert!(panics > 100, "{panics}");
}

#[test]
fn helpers_of_the_compiler_are_left_to_the_caller() {
    let object = compile("#[unsafe(no_mangle)] pub fn divide(a: u128, b: u128) -> u128 { a / (b | 1) }", &[]);
    assert_eq!(imports(&link_to_c(&object, &["divide"]).expect("links")), ["__udivti3"]);
}

#[test]
fn large_images_are_linked() {
    let source = "#[unsafe(no_mangle)] pub static IMAGE: [u32; 1 << 20] = { let mut image = [7; 1 << 20]; image[999_999] = 1; image };
        #[unsafe(no_mangle)] pub extern \"C\" fn element(index: usize) -> u32 { IMAGE[index & 0xfffff] }";
    let library = load_bytes(&link_to_c(&compile(source, &[]), &["element"]).expect("links"));
    let element: extern "C" fn(usize) -> u32 = function(library, "element");
    assert_eq!([element(0), element(999_999), element((1 << 20) - 1)], [7, 1, 7]);
}
