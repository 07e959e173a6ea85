//! Objects that this linker refuses, and what it says of them.

use super::*;

const ENTRY: &str = ".text\n.globl entry\n.type entry,@function\nentry:\n";

/// What the linker says of an object that shows `entry`.
fn refusal(text: &str) -> String {
    link_to_c(&assemble(text), &["entry"]).expect_err(text).to_string()
}

#[test]
fn what_is_not_known_is_named() {
    let code = |code: &str, words: &'static str| (format!("{ENTRY}{code}\n ret\n"), words);
    let with = |more: &str, words: &'static str| (format!("{ENTRY} lea thing(%rip), %rax\n ret\n{more}"), words);
    let cases = [
        code("mov thread@GOTTPOFF(%rip), %rax", "`thread`, which is thread-local"),
        with(".section .tdata,\"awT\",@progbits\nthing: .quad 1", "`thing`, which is thread-local"),
        with(".type thing, @gnu_indirect_function\n.globl thing\nthing: ret", "`thing`, which is chosen when it is loaded"),
        with(".section .init_array,\"aw\",@init_array\n.quad entry\n.data\nthing: .quad 0", "section `.init_array` of type 0xe"),
        with(".section .ctors,\"aw\",@progbits\n.quad entry\n.data\nthing: .quad 0", "`.ctors`"),
        with(".section .odd,\"a\",@0x60001234\nthing: .quad 1", "section `.odd` of type 0x60001234"),
        with(".section .odd,\"awx\",@progbits\nthing: .quad 1", "section `.odd` of type 0x1 with flags 0x7"),
        with(".section .note.odd,\"a\",@note\nthing: .quad 1", "section `.note.odd` of type 0x7"),
        with(".section .large,\"awl\",@progbits\nthing: .quad 1", "section `.large`"),
        with(".section .first,\"aw\",@progbits\nx: .quad 1\n.section .odd,\"awo\",@progbits,.first\nthing: .quad 1", "section `.odd`"),
        with(".section .odd,\"aw\",@progbits\n.balign 8192\nthing: .quad 1", "`.odd` is aligned to 8192 bytes"),
        with(".globl thing\n.section .debug_odd,\"\",@progbits\nthing: .quad 1", "`thing` in `.debug_odd`, which is not loaded"),
        with("", "R_X86_64_PC32 against `thing` at 0x3 of `.text`, whose target is not in the object"),
        with(".hidden thing", "`thing`, which is hidden and not defined"),
        with(".section .eh_frame,\"a\",@progbits\nthing: .long 0", "refers to the frame information"),
        code(".reloc ., R_X86_64_32S, entry\n.long 0", "R_X86_64_32S against `entry` at 0x0 of `.text`, which is too short for an address"),
        code(".reloc ., R_X86_64_64, entry\n.quad 0", "a pointer in a section that the loader must not change"),
        code(".reloc ., R_X86_64_SIZE64, entry\n.quad 0", "R_X86_64_SIZE64 against `entry`"),
        code(".reloc ., R_X86_64_GOT64, entry\n.quad 0", "R_X86_64_GOT64 against `entry`"),
        code("lea __start_section@GOTPCREL(%rip), %rax", "`__start_section`, which a linker defines"),
        code("lea _end@GOTPCREL(%rip), %rax", "`_end`, which a linker defines"),
    ];
    for (text, words) in cases {
        let said = refusal(&text);
        assert!(said.starts_with("left to the system's linker: ") && said.contains(words), "{said}\n{text}");
    }
}

#[test]
fn frame_information_of_other_kinds_is_refused() {
    let function = |directives: &str| format!("{ENTRY}.cfi_startproc\n{directives}\n ret\n.cfi_endproc\n");
    assert!(link_to_c(&assemble(&function("")), &["entry"]).is_ok());
    assert!(link_to_c(&assemble(&function(".cfi_signal_frame")), &["entry"]).is_ok());
    for odd in [".cfi_personality 0, entry", ".cfi_lsda 0, entry"] {
        let said = refusal(&function(odd));
        assert!(said.contains("frame information of an unknown kind at 0x0"), "{said}");
    }
    let raw = |bytes: &str| format!("{ENTRY} ret\n.section .eh_frame,\"a\",@unwind\n{bytes}");
    for (bytes, words) in [
        (".long 100, 0, 0", "the frame information at 0x0 is not whole"),
        (".long 8, 5, 0", "the frame information at 0x0 is not whole"),
        (".long -1, 5, 0", "records of more than 4 GB"),
        (".long 12, 0\n.byte 4\n.asciz \"zR\"\n.byte 1, 1, 1, 1", "unknown kind"),
        (".long 13, 0\n.byte 1\n.asciz \"zR\"\n.byte 1, 1, 1, 1, 0", "unknown kind"),
        (".long 4, 0", "not whole"),
        (".long 16, 0\n.byte 1\n.asciz \"zR\"\n.byte 1, 1, 1, 1, 0x1b, 0, 0, 0\n.long 12, 24, 0, 1, 0", "is about no function"),
    ] {
        let said = refusal(&raw(bytes));
        assert!(said.contains(words), "{said}\n{bytes}");
    }
}

#[test]
fn what_is_no_object_is_refused() {
    let object = assemble(&format!("{ENTRY} ret\n"));
    let said = |object: &[u8], name: &str| link_to_c(object, &[name]).expect_err("refused").to_string();
    assert_eq!(said(&object, "exit"), "the object is damaged: it does not define `exit`");
    assert_eq!(said(b"", "entry"), "the object is damaged: it is no relocatable ELF file for x86-64");
    let dylib = link_to_c(&object, &["entry"]).expect("links");
    assert_eq!(said(&dylib, "entry"), "the object is damaged: it is no relocatable ELF file for x86-64");
    let refused = link(&Request { object: &object, needed: "lib\0c", exports: &["entry"] }).expect_err("refused");
    assert_eq!(refused.to_string(), "left to the system's linker: a library whose name has a zero byte in it");
}
