//! Objects that an assembler makes: each way in which code and data refer to each other, loaded and run.

use super::*;

/// Assembles, links and loads functions that answer a number each.
fn answers<const N: usize>(text: &str, names: [&str; N]) -> [u64; N] {
    let dylib = link_to_c(&assemble(text), &names).expect("links");
    let library = load_bytes(&dylib);
    names.map(|name| {
        let answer: extern "C" fn() -> u64 = function(library, name);
        answer()
    })
}

/// The text of a function that answers what the code leaves in `%rax`.
fn answer(name: &str, code: &str) -> String {
    format!(".section .text.{name},\"ax\",@progbits\n.globl {name}\n.type {name},@function\n{name}:\n{code}\n ret\n")
}

const DATA: &str = ".data\n.balign 8\ndatum: .quad 4711\nother: .quad 4712\n.section .rodata,\"a\",@progbits\nword: .asciz \"four\"\n\
    .section .text.callee,\"ax\",@progbits\ncallee: mov $77, %eax\n ret\n";

#[test]
fn slots_are_read_or_done_without() {
    let near = |kind: &str, bytes: &str, symbol: &str| format!(".byte {bytes}\n.reloc ., R_X86_64_{kind}, {symbol} - 4\n.long 0\n");
    let mut text = DATA.to_owned();
    let cases = [
        ("plain", near("GOTPCREL", "0x48, 0x8b, 0x05", "datum") + "mov (%rax), %rax"),
        ("moved", near("REX_GOTPCRELX", "0x48, 0x8b, 0x05", "datum") + "mov (%rax), %rax"),
        ("kept", near("REX_GOTPCRELX", "0x48, 0x03, 0x05", "datum")),
        ("called", "push %rcx\n".to_owned() + &near("GOTPCRELX", "0xff, 0x15", "callee") + "pop %rcx"),
        ("jumped", "push %rcx\n call 1f\n pop %rcx\n ret\n1:".to_owned() + &near("GOTPCRELX", "0xff, 0x25", "callee")),
        ("outside", "push %rcx\n lea word(%rip), %rdi\n".to_owned() + &near("GOTPCRELX", "0xff, 0x15", "strlen") + "pop %rcx"),
        ("through", "push %rcx\n lea word(%rip), %rdi\n call strlen@PLT\n pop %rcx".to_owned()),
        ("twice", "push %rcx\n lea word(%rip), %rdi\n call strlen@PLT\n pop %rcx\n cmp strlen@GOTPCREL(%rip), %rax".to_owned()),
    ];
    for (name, code) in &cases {
        let start = if *name == "kept" { "xor %eax, %eax\n" } else { "" };
        let end = if *name == "kept" { "mov (%rax), %rax" } else { "" };
        text += &answer(name, &format!("{start}{code}\n{end}"));
    }
    let names = cases.each_ref().map(|(name, _)| *name);
    assert_eq!(answers(&text, names), [4711, 4711, 4711, 77, 77, 4, 4, 4]);

    let dylib = link_to_c(&assemble(&text), &names).expect("links");
    let bytes_of = |name: &str| {
        let (file, dylib) = (parse(&dylib), &dylib);
        let place = file.dynamic_symbols().find(|symbol| symbol.name() == Ok(name)).expect("is shown").address() as usize;
        dylib[place..place + 20].to_vec()
    };
    assert_eq!(bytes_of("plain")[..3], [0x48, 0x8b, 0x05]);
    assert_eq!(bytes_of("moved")[..3], [0x48, 0x8d, 0x05]);
    assert_eq!(bytes_of("called")[1..3], [0x67, 0xe8]);
    assert_eq!((bytes_of("jumped")[8], bytes_of("jumped")[13]), (0xe9, 0x90));
    assert_eq!(imports(&dylib), ["strlen"]);
    // One slot each for `datum` and `strlen`: the others are done without.
    let slots = file_section(&dylib, ".got");
    assert_eq!(slots.len(), 16);
}

fn file_section(dylib: &[u8], name: &str) -> Vec<u8> {
    use object::ObjectSection as _;
    parse(dylib).section_by_name(name).expect("a section").data().expect("bytes").to_vec()
}

#[test]
fn distances_are_computed() {
    let mut text = DATA.to_owned();
    text += ".data\nfar: .quad datum - .\ntable: .long word - table, callee - table\n pointers: .quad datum + 8, word + 1, 1234, strlen\n";
    text += &answer("base", "lea _GLOBAL_OFFSET_TABLE_(%rip), %rcx\n movabs $datum@GOTOFF, %rax\n mov (%rcx, %rax), %rax");
    text += &answer(
        "wide_base",
        "1: lea 1b(%rip), %rcx\n movabs $_GLOBAL_OFFSET_TABLE_ - 1b, %rax\n add %rax, %rcx\n movabs $other@GOTOFF, %rax\n mov (%rcx, %rax), %rax",
    );
    text += &answer("wide", "lea far(%rip), %rcx\n add (%rcx), %rcx\n mov (%rcx), %rax");
    text += &answer("short", "lea table(%rip), %rcx\n movslq 4(%rcx), %rax\n add %rcx, %rax\n push %rcx\n call *%rax\n pop %rcx");
    text += &answer("pointer", "mov pointers(%rip), %rax\n mov (%rax), %rax");
    text += &answer("letter", "mov pointers + 8(%rip), %rax\n movzbl (%rax), %eax");
    text += &answer("function", "push %rcx\n lea word(%rip), %rdi\n call *pointers + 24(%rip)\n pop %rcx");
    let names = ["base", "wide_base", "wide", "short", "pointer", "letter", "function"];
    assert_eq!(answers(&text, names), [4711, 4712, 4711, 77, 4712, u64::from(b'o'), 4]);
}

#[test]
fn symbols_may_be_numbers_or_nowhere() {
    let absolute = |kind: &str, bytes: &str, size: &str| format!(".byte {bytes}\n.reloc ., R_X86_64_{kind}, number\n{size} 0\n");
    let mut text =
        ".globl number\n.set number, 0x12345678\n.weak gone\n.weak gone_here\n.hidden gone_here\n.data\nholes: .quad gone, gone_here, 5\n"
            .to_owned();
    text += &answer("short", &absolute("32", "0xb8", ".long"));
    text += &answer("signed", &absolute("32S", "0x48, 0xc7, 0xc0", ".long"));
    text += &answer("whole", &absolute("64", "0x48, 0xb8", ".quad"));
    text += &answer("of_slot", "mov number@GOTPCREL(%rip), %rax");
    text += &answer("weak", "mov gone@GOTPCREL(%rip), %rax");
    text += &answer("weak_here", "mov gone_here@GOTPCREL(%rip), %rax");
    text += &answer("weak_data", "mov holes(%rip), %rax\n add holes + 8(%rip), %rax");
    let number = 0x1234_5678;
    let names = ["short", "signed", "whole", "of_slot", "weak", "weak_here", "weak_data"];
    assert_eq!(answers(&text, names), [number, number, number, number, 0, 0, 0]);
}

#[test]
fn common_symbols_and_groups_have_their_place() {
    let mut text =
        ".comm shared, 48, 64\n.comm other, 8, 8\n.section .data.left_out,\"aw\",@progbits\nunused: .quad 0x1122334455667788\n".to_owned();
    text += ".section .text.first,\"axG\",@progbits,pair,comdat\nfirst: mov $5, %eax\n ret\n";
    text += ".section .rodata.second,\"aG\",@progbits,pair,comdat\nsecond: .asciz \"the second of the pair\"\n";
    text += &answer("common", "movq $9, other(%rip)\n lea shared(%rip), %rax\n and $63, %eax\n add shared(%rip), %rax");
    text += &answer("group", "push %rcx\n call first\n pop %rcx");
    assert_eq!(answers(&text, ["common", "group"]), [0, 5]);
    let object = assemble(&text);
    let has = |names: &[&str], text: &[u8]| {
        let dylib = link_to_c(&object, names).expect("links");
        dylib.windows(text.len()).any(|window| window == text)
    };
    assert!(has(&["group"], b"the second of the pair") && !has(&["common"], b"the second of the pair"));
    assert!(!has(&["common", "group"], &0x1122_3344_5566_7788u64.to_le_bytes()));
}

#[test]
fn alignment_up_to_a_page_holds() {
    let mut text = String::new();
    for (section, flags) in [(".rodata.x", "a"), (".data.rel.ro.x", "aw"), (".data.x", "aw"), (".bss.x", "aw")] {
        for alignment in [1, 64, 4096] {
            let kind = if section.starts_with(".bss") { "nobits" } else { "progbits" };
            let name = format!("place{section}_{alignment}").replace('.', "_");
            text += &format!(".section {section}.a{alignment},\"{flags}\",@{kind}\n.balign {alignment}\n{name}: .zero {}\n", alignment + 1);
            text += &answer(&format!("of_{name}"), &format!("lea {name}(%rip), %rax\n and ${}, %eax", alignment - 1));
        }
    }
    let object = assemble(&text);
    let names: Vec<String> = parse(&object)
        .symbols()
        .filter_map(|symbol| symbol.name().ok())
        .filter(|name| name.starts_with("of_"))
        .map(str::to_owned)
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(names.len(), 12);
    let library = load_bytes(&link_to_c(&object, &names).expect("links"));
    for name in names {
        let misplaced: extern "C" fn() -> u64 = function(library, name);
        assert_eq!(misplaced(), 0, "{name}");
    }
}

#[test]
fn many_symbols_are_found_by_their_hash() {
    let names: Vec<String> = (0..100).map(|number| format!("function_{number}")).collect();
    let text: String = names.iter().enumerate().map(|(number, name)| answer(name, &format!("mov ${number}, %eax"))).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let library = load_bytes(&link_to_c(&assemble(&text), &names).expect("links"));
    for (number, name) in names.iter().enumerate() {
        let found: extern "C" fn() -> u64 = function(library, name);
        assert_eq!(found(), number as u64);
    }
    // SAFETY: the symbol is only looked up.
    assert!(unsafe { library.get::<*const ()>(b"function_100\0") }.is_err());
}
