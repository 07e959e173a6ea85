//! Which file stands behind an address of this process.

use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::os::fd::AsRawFd;

use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};

/// A part of a file that is mapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mapping {
    /// Where.
    pub(crate) addresses: Range<usize>,
    /// From which byte of the file on.
    pub(crate) offset: u64,
    /// Whether it can be read and run, and not written to.
    pub(crate) is_code: bool,
    file: Identity,
}

impl Mapping {
    /// Whether the same part of the same file is mapped at the same place.
    pub(crate) fn is_still_there(&self) -> bool {
        query(self.addresses.start).is_ok_and(|now| now == *self)
    }
}

/// What the kernel calls a file that is mapped. On some file systems that is another device than `fstat` says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Identity {
    device: (u32, u32),
    inode: u64,
}

/// The mapping that holds `address`, if it is of the very file that `file` has open.
///
/// # Errors
///
/// The kernel does not say what is mapped, or the file cannot be mapped.
pub(crate) fn of_file(address: *const (), file: &File) -> io::Result<Option<Mapping>> {
    // SAFETY: a new mapping, of which no byte is read.
    let own = unsafe { mmap(std::ptr::null_mut(), 1, ProtFlags::READ, MapFlags::PRIVATE, file, 0) }?;
    let pair = (query(own.addr()), query(address.addr()));
    // SAFETY: the mapping made above, to which nothing points.
    unsafe { munmap(own, 1) }?;
    match pair {
        (Ok(own), Ok(mapping)) => Ok((own.file.inode != 0 && own.file == mapping.file).then_some(mapping)),
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}

/// The mapping that holds `address`.
fn query(address: usize) -> io::Result<Mapping> {
    // Where the kernel is older than 6.11, its list is read instead, however long it is.
    ask(address).or_else(|_| find_in(&fs::read_to_string("/proc/self/maps")?, address).ok_or_else(|| io::ErrorKind::NotFound.into()))
}

/// `struct procmap_query` of `linux/fs.h`.
#[repr(C)]
#[derive(Default)]
struct Query {
    size: u64,
    flags: u64,
    address: u64,
    start: u64,
    end: u64,
    permissions: u64,
    page_size: u64,
    offset: u64,
    inode: u64,
    device_major: u32,
    device_minor: u32,
    name_size: u32,
    build_id_size: u32,
    name: u64,
    build_id: u64,
}

/// `PROCMAP_QUERY` of `linux/fs.h`: `_IOWR('f', 17, struct procmap_query)`.
const PROCMAP_QUERY: libc::c_ulong = 0xc000_6611 | (size_of::<Query>() as libc::c_ulong) << 16;

/// Permissions in such a query: readable, writable, executable.
const PERMISSIONS: u64 = 0b111;
const CODE: u64 = 0b101;

/// Asks the kernel for one mapping.
fn ask(address: usize) -> io::Result<Mapping> {
    let maps = File::open("/proc/self/maps")?;
    let mut query = Query { size: size_of::<Query>() as u64, address: address as u64, ..Query::default() };
    // SAFETY: the request takes such a structure, which says how long it is, and fills it; it asks for no name and no build id.
    if unsafe { libc::ioctl(maps.as_raw_fd(), PROCMAP_QUERY, &raw mut query) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(Mapping {
        addresses: query.start as usize..query.end as usize,
        offset: query.offset,
        is_code: query.permissions & PERMISSIONS == CODE,
        file: Identity { device: (query.device_major, query.device_minor), inode: query.inode },
    })
}

/// Finds one mapping in the text of `/proc/self/maps` (proc_pid_maps(5)).
fn find_in(maps: &str, address: usize) -> Option<Mapping> {
    let hexadecimal = |text: &str| u64::from_str_radix(text, 16).ok();
    maps.lines().find_map(|line| {
        let mut fields = line.split_ascii_whitespace();
        let (start, end) = fields.next()?.split_once('-')?;
        let addresses = hexadecimal(start)? as usize..hexadecimal(end)? as usize;
        if !addresses.contains(&address) {
            return None;
        }
        let (permissions, offset) = (fields.next()?, hexadecimal(fields.next()?)?);
        let (major, minor) = fields.next()?.split_once(':')?;
        let device = (hexadecimal(major)?.try_into().ok()?, hexadecimal(minor)?.try_into().ok()?);
        let inode = fields.next()?.parse().ok()?;
        Some(Mapping { addresses, offset, is_code: permissions.starts_with("r-x"), file: Identity { device, inode } })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_code_is_mapped_from_this_program() {
        let here = this_code_is_mapped_from_this_program as *const ();
        let program = File::open("/proc/self/exe").expect("Linux");
        let mapping = of_file(here, &program).expect("the kernel knows").expect("of the program");
        assert!(mapping.is_code && mapping.addresses.contains(&here.addr()));
        let other = tempfile::tempfile().expect("a file");
        other.set_len(1).expect("room");
        assert_eq!(of_file(here, &other).expect("the kernel knows"), None);
        let local = 0u8;
        assert_eq!(of_file((&raw const local).cast(), &program).expect("the kernel knows"), None, "the stack is of no file");
    }

    #[test]
    fn both_ways_to_ask_give_the_same_answer() {
        let here = this_code_is_mapped_from_this_program as *const ();
        let listed = find_in(&fs::read_to_string("/proc/self/maps").expect("Linux"), here.addr()).expect("mapped");
        match ask(here.addr()) {
            Ok(asked) => assert_eq!(asked, listed),
            Err(error) => crate::skipped::skipped(&format!("this kernel cannot be asked for one mapping: {error}")),
        }
    }

    #[test]
    fn the_list_is_read_as_it_is_written() {
        let list = "7f1c00000000-7f1c00002000 r-xp 00001000 fd:1a 4711  /a path/with spaces.so\n\
                    7f1c00002000-7f1c00003000 rw-p 00000000 00:00 0 \n";
        let mapping = find_in(list, 0x7f1c_0000_1fff).expect("listed");
        assert_eq!((mapping.addresses, mapping.offset, mapping.is_code), (0x7f1c_0000_0000..0x7f1c_0000_2000, 0x1000, true));
        assert_eq!(mapping.file, Identity { device: (0xfd, 0x1a), inode: 4711 });
        assert!(!find_in(list, 0x7f1c_0000_2000).expect("listed").is_code);
        assert!(find_in(list, 0x1000).is_none() && find_in("garbage\n", 1).is_none());
    }
}
