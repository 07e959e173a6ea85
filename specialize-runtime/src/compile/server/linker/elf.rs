//! The numbers of the ELF format that the linker knows, by their names in the System V ABI.

/// The size of the file's header.
pub(super) const FILE_HEADER_SIZE: u64 = 64;
/// The size of a program header.
pub(super) const PROGRAM_HEADER_SIZE: u64 = 56;
/// The size of a section header.
pub(super) const SECTION_HEADER_SIZE: u64 = 64;
/// The size of a symbol.
pub(super) const SYMBOL_SIZE: u64 = 24;
/// The size of a relocation with an addend.
pub(super) const RELOCATION_SIZE: u64 = 24;
/// The size of an entry of the dynamic section.
pub(super) const DYNAMIC_SIZE: u64 = 16;
/// The size of a page, at whose bounds segments are mapped.
pub(super) const PAGE: u64 = 4096;

/// The start of every file for 64-bit little-endian machines: magic, class, byte order, version.
pub(super) const IDENTIFICATION: [u8; 7] = [0x7f, b'E', b'L', b'F', 2, 1, 1];
pub(super) const ELFOSABI_NONE: u8 = 0;
pub(super) const ELFOSABI_GNU: u8 = 3;
pub(super) const ET_REL: u16 = 1;
pub(super) const ET_DYN: u16 = 3;
pub(super) const EM_X86_64: u16 = 62;
pub(super) const EV_CURRENT: u32 = 1;

pub(super) const SHN_UNDEF: u16 = 0;
pub(super) const SHN_LORESERVE: u16 = 0xff00;
pub(super) const SHN_ABS: u16 = 0xfff1;
pub(super) const SHN_COMMON: u16 = 0xfff2;

pub(super) const SHT_PROGBITS: u32 = 1;
pub(super) const SHT_SYMTAB: u32 = 2;
pub(super) const SHT_STRTAB: u32 = 3;
pub(super) const SHT_RELA: u32 = 4;
pub(super) const SHT_DYNAMIC: u32 = 6;
pub(super) const SHT_NOTE: u32 = 7;
pub(super) const SHT_NOBITS: u32 = 8;
pub(super) const SHT_REL: u32 = 9;
pub(super) const SHT_DYNSYM: u32 = 11;
pub(super) const SHT_GROUP: u32 = 17;
pub(super) const SHT_RELR: u32 = 19;
/// Compact relocations, which LLVM writes on demand.
pub(super) const SHT_CREL: u32 = 0x4000_0014;
pub(super) const SHT_GNU_HASH: u32 = 0x6fff_fff6;
pub(super) const SHT_X86_64_UNWIND: u32 = 0x7000_0001;

pub(super) const SHF_WRITE: u64 = 1;
pub(super) const SHF_ALLOC: u64 = 2;
pub(super) const SHF_EXECINSTR: u64 = 4;
pub(super) const SHF_MERGE: u64 = 0x10;
pub(super) const SHF_STRINGS: u64 = 0x20;
pub(super) const SHF_INFO_LINK: u64 = 0x40;
pub(super) const SHF_LINK_ORDER: u64 = 0x80;
pub(super) const SHF_GROUP: u64 = 0x200;
pub(super) const SHF_GNU_RETAIN: u64 = 0x20_0000;

pub(super) const GRP_COMDAT: u32 = 1;

pub(super) const STB_LOCAL: u8 = 0;
pub(super) const STB_GLOBAL: u8 = 1;
pub(super) const STB_WEAK: u8 = 2;

pub(super) const STT_NOTYPE: u8 = 0;
pub(super) const STT_OBJECT: u8 = 1;
pub(super) const STT_FUNC: u8 = 2;
pub(super) const STT_SECTION: u8 = 3;
pub(super) const STT_COMMON: u8 = 5;
pub(super) const STT_TLS: u8 = 6;
pub(super) const STT_GNU_IFUNC: u8 = 10;

pub(super) const STV_DEFAULT: u8 = 0;

pub(super) const R_X86_64_NONE: u32 = 0;
pub(super) const R_X86_64_64: u32 = 1;
pub(super) const R_X86_64_PC32: u32 = 2;
pub(super) const R_X86_64_PLT32: u32 = 4;
pub(super) const R_X86_64_GLOB_DAT: u32 = 6;
pub(super) const R_X86_64_RELATIVE: u32 = 8;
pub(super) const R_X86_64_GOTPCREL: u32 = 9;
pub(super) const R_X86_64_32: u32 = 10;
pub(super) const R_X86_64_32S: u32 = 11;
pub(super) const R_X86_64_PC64: u32 = 24;
pub(super) const R_X86_64_GOTOFF64: u32 = 25;
pub(super) const R_X86_64_GOTPC32: u32 = 26;
pub(super) const R_X86_64_GOTPC64: u32 = 29;
pub(super) const R_X86_64_GOTPCRELX: u32 = 41;
pub(super) const R_X86_64_REX_GOTPCRELX: u32 = 42;

pub(super) const PT_LOAD: u32 = 1;
pub(super) const PT_DYNAMIC: u32 = 2;
pub(super) const PT_GNU_EH_FRAME: u32 = 0x6474_e550;
pub(super) const PT_GNU_STACK: u32 = 0x6474_e551;

pub(super) const PF_X: u32 = 1;
pub(super) const PF_W: u32 = 2;
pub(super) const PF_R: u32 = 4;

pub(super) const DT_NULL: u64 = 0;
pub(super) const DT_NEEDED: u64 = 1;
pub(super) const DT_STRTAB: u64 = 5;
pub(super) const DT_SYMTAB: u64 = 6;
pub(super) const DT_RELA: u64 = 7;
pub(super) const DT_RELASZ: u64 = 8;
pub(super) const DT_RELAENT: u64 = 9;
pub(super) const DT_STRSZ: u64 = 10;
pub(super) const DT_SYMENT: u64 = 11;
pub(super) const DT_GNU_HASH: u64 = 0x6fff_fef5;
pub(super) const DT_RELACOUNT: u64 = 0x6fff_fff9;
pub(super) const DT_FLAGS_1: u64 = 0x6fff_fffb;
pub(super) const DF_1_NOW: u64 = 1;

/// The name of a relocation, as far as compilers write it.
pub(super) fn relocation_name(kind: u32) -> String {
    let name = match kind {
        R_X86_64_64 => "64",
        R_X86_64_PC32 => "PC32",
        3 => "GOT32",
        R_X86_64_PLT32 => "PLT32",
        R_X86_64_GOTPCREL => "GOTPCREL",
        R_X86_64_32 => "32",
        R_X86_64_32S => "32S",
        12 => "16",
        13 => "PC16",
        14 => "8",
        15 => "PC8",
        17 => "DTPOFF64",
        18 => "TPOFF64",
        19 => "TLSGD",
        20 => "TLSLD",
        21 => "DTPOFF32",
        22 => "GOTTPOFF",
        23 => "TPOFF32",
        R_X86_64_PC64 => "PC64",
        R_X86_64_GOTOFF64 => "GOTOFF64",
        R_X86_64_GOTPC32 => "GOTPC32",
        27 => "GOT64",
        28 => "GOTPCREL64",
        R_X86_64_GOTPC64 => "GOTPC64",
        31 => "PLTOFF64",
        32 => "SIZE32",
        33 => "SIZE64",
        34 => "GOTPC32_TLSDESC",
        35 => "TLSDESC_CALL",
        R_X86_64_GOTPCRELX => "GOTPCRELX",
        R_X86_64_REX_GOTPCRELX => "REX_GOTPCRELX",
        other => return format!("relocation {other}"),
    };
    format!("R_X86_64_{name}")
}
