//! The corpora once more, the same each time: every file as it is, and with some of its bytes changed or cut off.

use std::fs;
use std::path::Path;

/// Runs `subject` on the corpus of that name.
fn replay(name: &str, subject: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    let mut files: Vec<_> = fs::read_dir(folder).expect("a corpus").flatten().map(|entry| entry.path()).collect();
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        let whole = fs::read(&file).expect("readable");
        subject(&whole);
        let step = whole.len() / 64 + 1;
        for place in (0..whole.len()).step_by(step) {
            subject(&whole[..place]);
            for change in [0x01, 0x80, 0xff] {
                let mut changed = whole.clone();
                changed[place] ^= change;
                subject(&changed);
            }
        }
    }
}

#[test]
fn macro_parser() {
    replay("macro_parser", subjects::macro_parser);
}

#[test]
fn protocol() {
    replay("protocol", subjects::protocol);
}

#[test]
fn artifact() {
    replay("artifact", subjects::artifact);
}

#[test]
fn dylib() {
    replay("dylib", subjects::dylib);
}

#[test]
fn linker() {
    replay("linker", subjects::linker);
}
