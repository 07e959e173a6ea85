//! Damaged objects: the linker refuses them or makes something of them, and neither panics nor takes much memory.

use super::*;

const SOURCE: &str = "
    struct Guard<'a>(&'a mut Vec<u32>);
    impl Drop for Guard<'_> { fn drop(&mut self) { self.0.push(7); } }
    #[unsafe(no_mangle)] pub fn entry(x: &[f64], n: u32, log: &mut Vec<u32>) -> String {
        let guard = Guard(log);
        let step: Box<dyn Fn(f64) -> f64> = if n > 3 { Box::new(move |y| y.sin() + f64::from(n)) } else { Box::new(f64::sqrt) };
        let names = [\"one\", \"two\", \"three\"];
        guard.0.push(n);
        format!(\"{:?} {}\", x.iter().map(|y| step(*y)).collect::<Vec<_>>(), names[n as usize])
    }";

/// Numbers that look random, and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

/// Links a damaged object.
fn try_link(object: &[u8]) -> bool {
    match link_to_c(object, &["entry"]) {
        Ok(dylib) => {
            assert!(dylib.len() < 100 * object.len());
            true
        }
        Err(refusal) => {
            assert!(refusal.to_string().len() > 20);
            false
        }
    }
}

#[test]
fn an_object_cut_short_is_refused() {
    let object = compile(SOURCE, &[]);
    assert!(try_link(&object));
    for length in 0..object.len() {
        assert!(!try_link(&object[..length]), "{length}");
    }
}

#[test]
fn damage_anywhere_is_survived() {
    let objects = [compile(SOURCE, &[]), compile(SOURCE, &[ONE_SECTION])];
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let (mut linked, mut refused) = (0, 0);
    for object in &objects {
        let headers = usize::try_from(u64::from_le_bytes(object[0x28..0x30].try_into().expect("eight bytes"))).expect("a place");
        for _ in 0..4000 {
            let mut damaged = object.clone();
            for _ in 0..=numbers.below(3) {
                // Most of what matters stands in the headers of the sections.
                let start = if numbers.below(2) == 0 { headers } else { 0 };
                let place = start + numbers.below(object.len() - start);
                let interesting = [0, 1, 0x7f, 0x80, 0xff, numbers.below(256) as u8];
                damaged[place] = interesting[numbers.below(6)];
            }
            if try_link(&damaged) { linked += 1 } else { refused += 1 }
        }
    }
    assert!(linked > 100 && refused > 100, "{linked} linked, {refused} refused");
}

#[test]
fn damage_of_every_byte_of_the_headers_is_survived() {
    let object = assemble(".text\n.globl entry\nentry: .cfi_startproc\n ret\n.cfi_endproc\n.data\n.quad entry\n");
    let headers = usize::try_from(u64::from_le_bytes(object[0x28..0x30].try_into().expect("eight bytes"))).expect("a place");
    for place in (0..64).chain(headers..object.len()) {
        for byte in [0, 1, 0x3f, 0x40, 0x7f, 0x80, 0xfe, 0xff] {
            let mut damaged = object.clone();
            damaged[place] = byte;
            try_link(&damaged);
        }
    }
}
