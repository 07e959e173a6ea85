//! What the dylib looks like to the loader, the unwinder and the system's tools.

use std::process::Stdio;

use object::ObjectSection as _;
use object::elf;
use object::read::elf::{FileHeader as _, ProgramHeader as _};

use super::super::shift;
use super::*;

/// The function that others are measured by.
const POWER: &str = "
    fn kernel(x: u64, n: u32) -> u64 { let mut product = 1u64; for _ in 0..n { product = product.wrapping_mul(x); } product }
    #[unsafe(no_mangle)] pub fn specialize_entry(x: u64, _: u32) -> u64 { kernel(x, 13) }
    #[unsafe(no_mangle)] pub static SPECIALIZE_LAYOUT: [[usize; 2]; 3] = [[8, 8], [4, 4], [8, 8]];";

const EXPORTS: [&str; 2] = ["specialize_entry", "SPECIALIZE_LAYOUT"];

/// Checks the segments of a dylib.
pub(super) fn check(dylib: &[u8]) {
    let file = parse(dylib);
    let segments = file.elf_header().program_headers(LittleEndian, dylib).expect("segments");
    let of = |kind| segments.iter().filter(move |segment| segment.p_type(LittleEndian) == kind).collect::<Vec<_>>();
    let [code, data] = of(elf::PT_LOAD)[..] else { panic!("two are mapped") };
    assert_eq!((code.p_flags(LittleEndian), data.p_flags(LittleEndian)), (elf::PF_R | elf::PF_X, elf::PF_R | elf::PF_W));
    assert_eq!((code.p_offset(LittleEndian), code.p_vaddr(LittleEndian)), (0, 0));
    assert_eq!(data.p_offset(LittleEndian) % 4096, data.p_vaddr(LittleEndian) % 4096);
    assert!((code.p_filesz(LittleEndian)..code.p_filesz(LittleEndian) + 256).contains(&data.p_offset(LittleEndian)));
    assert!(data.p_vaddr(LittleEndian) / 4096 * 4096 >= code.p_memsz(LittleEndian).next_multiple_of(4096));
    let [stack] = of(elf::PT_GNU_STACK)[..] else { panic!("one says how the stack is") };
    assert_eq!(stack.p_flags(LittleEndian), elf::PF_R | elf::PF_W);
    assert_eq!((of(elf::PT_DYNAMIC).len(), of(elf::PT_GNU_EH_FRAME).len()), (1, 1));
    check_with_readelf(dylib);
}

/// Lets binutils' `readelf` look at a dylib, where it is installed.
fn check_with_readelf(dylib: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("v.so"), dylib).expect("a file");
    let output = Command::new("/usr/bin/readelf").args(["-aW", "-wfF", "v.so"]).current_dir(&folder).stdin(Stdio::null()).output();
    if let Ok(output) = output {
        let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && complained.is_empty(), "{complained}");
        assert!(!said.contains("Warning") && !said.contains("Error") && !said.contains("<corrupt"), "{said}");
    }
}

#[test]
fn power_is_small_and_takes_two_mappings() {
    let workshop = Workshop::open();
    let object = compile(POWER, &[]);
    let dylib = workshop.link(&object, &EXPORTS);
    check(&dylib);
    assert!((1000..2500).contains(&dylib.len()), "{}", dylib.len());
    let library = workshop.load(&dylib);
    let power: fn(u64, u32) -> u64 = function(library, "specialize_entry");
    assert_eq!(power(3, 0), 3u64.pow(13));
    let layout: *const [[usize; 2]; 3] = function(library, "SPECIALIZE_LAYOUT");
    // SAFETY: the symbol is of that type.
    assert_eq!(unsafe { *layout }, [[8, 8], [4, 4], [8, 8]]);

    let maps = fs::read_to_string("/proc/self/maps").expect("maps");
    let entry = power as usize;
    let holds = |line: &&str| {
        let range = line.split(' ').next().and_then(|range| range.split_once('-'));
        range.is_some_and(|(start, end)| {
            (usize::from_str_radix(start, 16).expect("hex")..usize::from_str_radix(end, 16).expect("hex")).contains(&entry)
        })
    };
    let path = maps.lines().find(holds).and_then(|line| line.split_whitespace().last()).expect("is mapped");
    assert_eq!(maps.lines().filter(|line| line.ends_with(path)).count(), 2, "{maps}");
}

#[test]
fn only_what_is_asked_for_is_shown() {
    let dylib = link_to_c(&compile(POWER, &[]), &["specialize_entry"]).expect("links");
    let file = parse(&dylib);
    let names: Vec<_> = file.dynamic_symbols().filter_map(|symbol| symbol.name().ok()).filter(|name| !name.is_empty()).collect();
    assert_eq!(names, ["specialize_entry"]);
}

#[test]
fn what_is_not_reached_is_left_out() {
    let source = "
        #[unsafe(no_mangle)] pub fn small(x: u32) -> u32 { x + 1 }
        #[unsafe(no_mangle)] pub fn large(x: &[u32]) -> String { format!(\"an unmistakable text {:?} {}\", x, x[3]) }
        #[used] static KEPT_BY_OTHERS: [u32; 3] = [0x1234_5678; 3];";
    let object = compile(source, &["-g"]);
    let count_of_frames = |dylib: &[u8]| {
        let file = parse(dylib);
        let index = file.section_by_name(".eh_frame_hdr").expect("an index").data().expect("bytes").to_vec();
        u32::from_le_bytes(index[8..12].try_into().expect("four bytes"))
    };
    let has = |dylib: &[u8], text: &[u8]| dylib.windows(text.len()).any(|window| window == text);
    let small = link_to_c(&object, &["small"]).expect("links");
    let both = link_to_c(&object, &["small", "large"]).expect("links");
    check(&small);
    check(&both);
    assert_eq!((imports(&small).len(), count_of_frames(&small)), (0, 1));
    assert!(imports(&both).len() > 2 && count_of_frames(&both) > 1);
    assert!(has(&both, b"an unmistakable text") && !has(&small, b"an unmistakable text"));
    assert!(!has(&both, &[0x78, 0x56, 0x34, 0x12]));
    let unmoved = small.len() - shift(&object) as usize;
    assert!(unmoved < 1600, "{unmoved}");
}

#[test]
fn code_without_frames_and_variables_without_pages_are_linked() {
    let object = assemble(".globl entry\n.type entry,@function\nentry: lea variable(%rip), %rax\n ret\n .lcomm variable, 70000");
    let dylib = link_to_c(&object, &["entry"]).expect("links");
    check_with_readelf(&dylib);
    assert!(parse(&dylib).section_by_name(".eh_frame").is_none() && dylib.len() - (shift(&object) as usize) < 2000);
    let entry: extern "C" fn() -> *mut [u8; 70000] = function(load_bytes(&dylib), "entry");
    // SAFETY: the variable is of that size, and nobody else knows it.
    let variable = unsafe { &mut *entry() };
    assert!(variable.iter().all(|byte| *byte == 0));
    variable.fill(3);
}
