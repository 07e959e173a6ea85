//! What must hold of a variant's kernels: that they mean what the program's own do.

use std::cell::Cell;
use std::fmt::Debug;

use crate::memory;
use crate::panics::{Panic, outcome};
use crate::probe::template::{self, Kernels};

/// The program's own kernels.
const GENERIC: Kernels = Kernels {
    scalars: template::scalars,
    floats: template::floats,
    wide: template::wide,
    maths: Some(template::maths),
    find: template::find,
    describe: template::describe,
    grow: template::grow,
    consume: template::consume,
    allocate: template::allocate,
    add: template::add,
    index: template::index,
    fail: template::fail,
    call: template::call,
    identity: template::identity,
    any: template::any,
};

/// Runs every check on the kernels of a variant for `value`, and stops at the first that fails.
pub(crate) fn run(variant: &Kernels, value: u32) -> Result<(), String> {
    let pair = Pair { variant, value };
    numbers(&pair)?;
    data(&pair)?;
    memory_is_the_hosts(&pair)?;
    panics_are_the_hosts(&pair)?;
    types_are_the_hosts(&pair)
}

/// The kernels of a variant beside the program's own.
struct Pair<'a> {
    variant: &'a Kernels,
    value: u32,
}

impl Pair<'_> {
    /// Checks that `call` comes to the same end with the program's own kernels and with the variant's.
    fn agree<T: PartialEq + Debug>(&self, what: &str, call: impl Fn(&Kernels, u32) -> T) -> Result<Result<T, Panic>, String> {
        eprintln!("{what}");
        let expected = outcome(|| call(&GENERIC, self.value));
        // A variant does not look at its specialized parameter.
        let found = outcome(|| call(self.variant, !self.value));
        if found == expected { Ok(found) } else { Err(format!("{what}: expected {expected:?}, found {found:?}")) }
    }

    /// Checks that `call` comes to the same value.
    fn value<T: PartialEq + Debug>(&self, what: &str, call: impl Fn(&Kernels, u32) -> T) -> Result<(), String> {
        match self.agree(what, call)? {
            Ok(_) => Ok(()),
            Err(panic) => Err(format!("{what}: there is a panic: {panic:?}")),
        }
    }

    /// Checks that `call` comes to the same panic, with this message, and each time drops what it was given.
    fn panic(&self, what: &str, message: &str, call: impl Fn(&Kernels, &Cell<u32>, u32) -> u64) -> Result<(), String> {
        let dropped = Cell::new(0);
        match self.agree(what, |kernels, value| call(kernels, &dropped, value))? {
            Ok(value) => Err(format!("{what}: there is none, but {value}")),
            Err(panic) if panic.message != message => Err(format!("{what}: its message is `{}` instead of `{message}`", panic.message)),
            Err(_) if dropped.get() != 2 => Err(format!("{what}: {} destructors ran instead of 2", dropped.get())),
            Err(_) => Ok(()),
        }
    }
}

fn numbers(pair: &Pair<'_>) -> Result<(), String> {
    pair.value("integers", |kernels, value| {
        let first = (kernels.scalars)(-5, 65_000, -70_000, 1 << 60 | 77, true, '\u{1f600}', -1, 200, value);
        [first, (kernels.scalars)(i8::MIN, u16::MAX, i32::MIN, u64::MAX, false, '\0', isize::MIN, u8::MAX, value)]
    })?;
    pair.value("floating point", |kernels, value| {
        let (single, double) = (kernels.floats)(1.5e-3, -0.0, &[0.1, 2.0, 1e300, 3.0, 5e-324], value);
        (single.to_bits(), double.to_bits())
    })?;
    pair.value("128-bit integers", |kernels, value| (kernels.wide)(u128::MAX / 7, i128::MIN + 12_345, value))?;
    if pair.variant.maths.is_some() {
        pair.value("maths of the system and 128-bit division", |kernels, value| {
            kernels.maths.map(|maths| maths(1e5 / 3.0, u128::MAX - 9, value)).map(|(x, a)| (x.to_bits(), a))
        })?;
    }
    Ok(())
}

fn data(pair: &Pair<'_>) -> Result<(), String> {
    let words: Vec<u64> = (0..u64::from(pair.value) * 2).collect();
    pair.value("slices", |kernels, value| {
        let text = "sl\u{ef}ces and text \u{1f600} that go in";
        [(kernels.find)(&words, text, value), (kernels.find)(&words[..2], text, value), (kernels.find)(&[], "", value)]
    })?;
    pair.value("a string that comes out", |kernels, value| (kernels.describe)("in\n\u{e9}", &[i64::MIN, 0, 255], value))?;
    pair.value("a vector that grows", |kernels, value| {
        let mut list = vec![(7, "first".to_owned())];
        (kernels.grow)(&mut list, value);
        list.remove(0);
        list.push((8, "last".to_owned()));
        (kernels.grow)(&mut list, value);
        list
    })?;
    pair.value("a vector that goes in for good", |kernels, value| (kernels.consume)(words.clone(), "text".into(), value))?;
    pair.value("a callback", |kernels, value| {
        let dropped = Cell::new(0);
        ((kernels.call)(&|number| number * 3, &dropped, value), dropped.get())
    })?;
    Ok(())
}

fn memory_is_the_hosts(pair: &Pair<'_>) -> Result<(), String> {
    pair.value("allocation", |kernels, value| (kernels.allocate)(value))?;
    let (bytes, calls) = (memory::bytes(), memory::calls());
    let list = (pair.variant.allocate)(pair.value);
    let (kept, made) = (memory::bytes(), memory::calls());
    if kept < bytes + size_of_val(&*list) {
        return Err(format!("allocation: a vector of {} words takes {} bytes", list.len(), kept.wrapping_sub(bytes)));
    }
    drop(list);
    if memory::bytes() != bytes {
        return Err(format!("allocation: {} bytes were lost", memory::bytes().wrapping_sub(bytes)));
    }
    if made.iter().zip(calls).any(|(made, before)| *made <= before) {
        return Err(format!("allocation: the program's allocator was not called for everything: {calls:?}, then {made:?}"));
    }
    Ok(())
}

fn panics_are_the_hosts(pair: &Pair<'_>) -> Result<(), String> {
    let (told, beyond) =
        (format!("no \u{e9} {}", pair.value), format!("index out of bounds: the len is 3 but the index is {}", pair.value));
    pair.panic("a panic", &told, |kernels, dropped, value| (kernels.fail)("no \u{e9}", dropped, value))?;
    let bytes = memory::bytes();
    pair.panic("a panic once more", &told, |kernels, dropped, value| (kernels.fail)("no \u{e9}", dropped, value))?;
    pair.panic("an index out of bounds", &beyond, |kernels, dropped, value| (kernels.index)(&[1, 2, 3], dropped, value))?;
    pair.panic("an overflow", "attempt to add with overflow", |kernels, dropped, value| (kernels.add)(u64::MAX, dropped, value))?;
    pair.panic("a panic in a callback", "from the host", |kernels, dropped, value| {
        (kernels.call)(&|_| panic!("from the host"), dropped, value)
    })?;
    if memory::bytes() != bytes {
        return Err(format!("a panic: {} bytes were lost", memory::bytes().wrapping_sub(bytes)));
    }
    if std::thread::panicking() { Err("a panic: it does not end".to_owned()) } else { Ok(()) }
}

fn types_are_the_hosts(pair: &Pair<'_>) -> Result<(), String> {
    pair.value("the identity of types", |kernels, value| (kernels.identity)(value))?;
    pair.value("a value of any type", |kernels, value| {
        let any = (kernels.any)(value);
        any.downcast::<(u32, String)>().ok()
    })?;
    Ok(())
}
