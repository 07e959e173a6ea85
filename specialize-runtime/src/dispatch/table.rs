//! The table of one function's runtime variants: a flat array of atomics, read without a lock.
//!
//! A reader loads the array, and from the place its key hashes to walks on until it meets the key
//! or an empty slot. There is no other state, so the cost is the same for one hot key or many.
//! Writers take turns, publish a slot's key before its payload, leave something where they take one
//! out, and replace the whole array when half of it is used. To learn whether a pair is in use, a
//! writer marks its payload, and the next reader takes the mark off: readers after that do nothing.

use std::hint::cold_path;
use std::ops::Deref;
use std::ptr::{self, NonNull};

use crate::sync::{AtomicPtr, AtomicU64, FIRST_SLOTS, Ordering, constant};

/// 2^64 divided by the golden ratio, which spreads neighbouring keys (Knuth, The Art of Computer
/// Programming, volume 3, section 6.4).
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// What readers see of a table: where its array is.
#[derive(Debug)]
pub(crate) struct Table {
    /// The array in force, or null: the slot behind its header, which holds the hash's shift and the index mask.
    array: AtomicPtr<Slot>,
}

/// What the one writer at a time knows of a table.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    /// The array in force.
    array: Option<Array>,
    /// Slots that hold a pair.
    pairs: usize,
    /// Slots that hold a pair, or held one that left.
    used: usize,
    /// Whether the array is kept from readers.
    covered: bool,
}

/// Slots behind a header. Readers walk it while its owner moves it about, so it is owned by its address, and not by a `Box`, which would
/// claim that nobody else has one.
#[derive(Debug)]
pub(crate) struct Array(NonNull<[Slot]>);

// SAFETY: an array owns its slots, and these may be used on any thread.
unsafe impl Send for Array {}

impl Array {
    /// An empty array of `slots` slots, a power of two, behind its header.
    fn new(slots: usize) -> Array {
        let shift = u64::from(64 - slots.trailing_zeros());
        let header = Slot::new(shift, ptr::without_provenance_mut(slots - 1));
        let slots: Box<[Slot]> = std::iter::once(header).chain((0..slots).map(|_| Slot::new(0, ptr::null_mut()))).collect();
        Array(NonNull::from(Box::leak(slots)))
    }

    /// The first slot behind the header, by an address that leads to all of them, and to the header.
    fn first(&self) -> *mut Slot {
        // SAFETY: a header is always followed by a slot.
        unsafe { self.0.cast::<Slot>().add(1) }.as_ptr()
    }
}

impl Deref for Array {
    type Target = [Slot];

    fn deref(&self) -> &[Slot] {
        // SAFETY: the slots are there until this is dropped, and nobody borrows them to change other than their atomics.
        unsafe { self.0.as_ref() }
    }
}

impl Drop for Array {
    fn drop(&mut self) {
        // SAFETY: the slots came from a box that was leaked for this, and whoever frees an array knows of no reader.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

/// A key and what it leads to: a payload, and a companion for those who ask for that instead.
#[derive(Debug)]
#[repr(align(32))]
pub(crate) struct Slot {
    key: AtomicU64,
    /// Null, or the payload, marked as long as no reader has been here since the writer last asked; or what is [left](left) of one.
    payload: AtomicPtr<()>,
    companion: AtomicPtr<()>,
}

impl Slot {
    fn new(key: u64, payload: *mut ()) -> Slot {
        Slot { key: AtomicU64::new(key), payload: AtomicPtr::new(payload), companion: AtomicPtr::new(ptr::null_mut()) }
    }

    /// Whether this slot holds `key`, and a payload that `matches`; then it counts as visited.
    fn visit(&self, key: u64, found: *mut (), matches: impl Fn(*const ()) -> bool) -> bool {
        if self.key.load(Ordering::Relaxed) != key || found == left() || !matches(unmarked(found).cast_const()) {
            return false;
        }
        if found != unmarked(found) {
            // Another reader was faster, or the writer took it out a moment after it was found: neither matters.
            let _ = self.payload.compare_exchange(found, unmarked(found), Ordering::AcqRel, Ordering::Relaxed);
        }
        true
    }
}

/// Tells a payload that no reader has found lately, and what is left of one, from those that are taken as they are, by one
/// comparison. No address of a process's own has this bit.
const MARK: usize = 1 << (usize::BITS - 1);

/// The payload with its mark.
fn marked(payload: *mut ()) -> *mut () {
    payload.map_addr(|address| address | MARK)
}

/// The payload without its mark.
fn unmarked(payload: *mut ()) -> *mut () {
    payload.map_addr(|address| address & !MARK)
}

/// Whether there is a payload, and it has no mark.
#[inline(always)]
fn is_taken_as_it_is(payload: *mut ()) -> bool {
    payload.addr().cast_signed() > 0
}

/// What is left where a pair was taken out: readers walk on. The address is no code's.
fn left() -> *mut () {
    ptr::without_provenance_mut(usize::MAX)
}

/// A pair, and the payload's companion.
#[derive(Clone, Copy, Debug)]
struct Entry {
    key: u64,
    payload: *mut (),
    companion: *mut (),
}

impl Table {
    constant! {
        pub(crate) fn new() -> Table {
            Table { array: AtomicPtr::new(ptr::null_mut()) }
        }
    }

    /// What `key` leads to, or null. Where keys are hashes, `matches` tells whether a payload is
    /// really the one sought.
    ///
    /// # Safety
    ///
    /// Arrays that a [`Writer`] replaced are still there: none was ever freed, or the caller's
    /// thread is in a call that began before the lookup.
    #[inline(always)]
    pub(crate) unsafe fn lookup(&self, key: u64, matches: impl Fn(*const ()) -> bool) -> *const () {
        // SAFETY: the caller's promise.
        unsafe { self.find(key, matches) }.map_or(ptr::null(), |(payload, _)| payload)
    }

    /// As [`lookup`](Self::lookup), but the payload's companion.
    ///
    /// # Safety
    ///
    /// As for [`lookup`](Self::lookup).
    #[inline(always)]
    pub(crate) unsafe fn lookup_companion(&self, key: u64, matches: impl Fn(*const ()) -> bool) -> *const () {
        // SAFETY: the caller's promise.
        let found = unsafe { self.find(key, matches) };
        found.map_or(ptr::null(), |(_, slot)| slot.companion.load(Ordering::Relaxed).cast_const())
    }

    /// The payload and the slot of `key`.
    ///
    /// # Safety
    ///
    /// As for [`lookup`](Self::lookup); and the slot is used only as long as that holds.
    #[inline(always)]
    unsafe fn find<'a>(&self, key: u64, matches: impl Fn(*const ()) -> bool) -> Option<(*const (), &'a Slot)> {
        let array = self.array.load(Ordering::Acquire).cast_const();
        if array.is_null() {
            return None;
        }
        // SAFETY: the array is there, by the caller's promise, with a header ahead of its slots; no offset is beyond the last of them.
        let (header, slot_at) = unsafe { (&*array.sub(1), |offset| &*array.byte_add(offset)) };
        let look = |offset| {
            let slot: &Slot = slot_at(offset);
            (slot, slot.payload.load(Ordering::Acquire))
        };
        let leads = |slot: &Slot, payload: *mut ()| {
            slot.key.load(Ordering::Relaxed) == key && is_taken_as_it_is(payload) && matches(payload.cast_const())
        };
        let mut offset = begin(header, key) * size_of::<Slot>();
        let (mut slot, mut payload) = look(offset);
        if leads(slot, payload) {
            return Some((payload.cast_const(), slot));
        }
        // Most keys stand where their walk begins. In one loop with the others, they would pay for the jumps around it.
        cold_path();
        while !payload.is_null() {
            if slot.key.load(Ordering::Relaxed) == key {
                // SAFETY: as above.
                return unsafe { look_closer(array, key, matches) };
            }
            offset = (offset + size_of::<Slot>()) & (header.payload.load(Ordering::Relaxed).addr() * size_of::<Slot>());
            (slot, payload) = look(offset);
            if leads(slot, payload) {
                return Some((payload.cast_const(), slot));
            }
        }
        None
    }
}

/// Where the walk for `key` begins. By the shift in the header, no more bits stay than the mask has.
#[inline(always)]
fn begin(header: &Slot, key: u64) -> usize {
    (key.wrapping_mul(SPREAD) >> (header.key.load(Ordering::Relaxed) & 63)) as usize
}

/// The payload and the slot of a key where one of its slots is not to be taken as it is, or holds the payload of other values.
///
/// # Safety
///
/// The array is there.
#[cold]
#[inline(never)]
unsafe fn look_closer<'a>(array: *const Slot, key: u64, matches: impl Fn(*const ()) -> bool) -> Option<(*const (), &'a Slot)> {
    // SAFETY: the array is there, with a header ahead of its slots.
    let header = unsafe { &*array.sub(1) };
    let (mut index, mask) = (begin(header, key), header.payload.load(Ordering::Relaxed).addr());
    loop {
        // SAFETY: the array has mask + 1 slots, and `index` is at most `mask`.
        let slot = unsafe { &*array.add(index) };
        let payload = slot.payload.load(Ordering::Acquire);
        if payload.is_null() {
            return None;
        }
        if slot.visit(key, payload, &matches) {
            return Some((unmarked(payload).cast_const(), slot));
        }
        index = (index + 1) & mask;
    }
}

impl Writer {
    /// Lets `key` lead to `payload`, which must not be null, and its `companion`, which may be, for every later
    /// reader. An array that had to be replaced is given back: readers may still walk it.
    #[must_use]
    pub(crate) fn publish(&mut self, table: &Table, key: u64, payload: *const (), companion: *const ()) -> Option<Array> {
        debug_assert!(!payload.is_null());
        let entry = Entry { key, payload: payload.cast_mut(), companion: companion.cast_mut() };
        self.pairs += 1;
        let room = self.array.as_ref().map_or(0, |array| array.len() - 1);
        if let Some(array) = &self.array
            && 2 * (self.used + 1) <= room
        {
            insert(array, entry);
            self.used += 1;
            return None;
        }
        let grown = Array::new((4 * self.pairs).next_power_of_two().max(FIRST_SLOTS));
        for entry in self.array.iter().flat_map(|array| pairs(array)) {
            insert(&grown, entry);
        }
        insert(&grown, entry);
        self.used = self.pairs;
        let replaced = self.array.replace(grown);
        self.show(table);
        replaced
    }

    /// Keeps every pair from readers, or lets them find what there is again.
    pub(crate) fn cover(&mut self, table: &Table, covered: bool) {
        self.covered = covered;
        self.show(table);
    }

    /// Leads readers to the array in force, unless it is covered.
    fn show(&self, table: &Table) {
        let array = self.array.as_ref().filter(|_| !self.covered);
        table.array.store(array.map_or(ptr::null_mut(), Array::first), Ordering::Release);
    }

    /// Takes out the pair of `key` and `payload`: no reader finds it any more, but one may have.
    pub(crate) fn remove(&mut self, key: u64, payload: *const ()) {
        let slot = self.slot(key, payload);
        if let Some(slot) = slot {
            slot.payload.swap(left(), Ordering::AcqRel);
            self.pairs -= 1;
        }
    }

    /// Whether a reader found the pair since this was last asked.
    pub(crate) fn take_visited(&self, key: u64, payload: *const ()) -> bool {
        let mark = |slot: &Slot| {
            let payload = payload.cast_mut();
            slot.payload.compare_exchange(payload, marked(payload), Ordering::AcqRel, Ordering::Relaxed).is_ok()
        };
        self.slot(key, payload).is_some_and(mark)
    }

    fn slot(&self, key: u64, payload: *const ()) -> Option<&Slot> {
        let array = self.array.as_ref()?;
        let mask = array.len() - 2;
        let mut index = begin(&array[0], key);
        loop {
            let slot = &array[1 + index];
            let found = slot.payload.load(Ordering::Relaxed);
            if found.is_null() {
                return None;
            }
            if unmarked(found).cast_const() == payload && slot.key.load(Ordering::Relaxed) == key {
                return Some(slot);
            }
            index = (index + 1) & mask;
        }
    }
}

/// The pairs in an array.
fn pairs(array: &[Slot]) -> impl Iterator<Item = Entry> {
    let entries = array[1..].iter().map(|slot| Entry {
        key: slot.key.load(Ordering::Relaxed),
        payload: slot.payload.load(Ordering::Relaxed),
        companion: slot.companion.load(Ordering::Relaxed),
    });
    entries.filter(|entry| !entry.payload.is_null() && entry.payload != left())
}

/// Puts a pair into an array that has room. The place of one that left is not used again: a reader that has passed its
/// key would take the new payload for the old key's.
fn insert(array: &[Slot], entry: Entry) {
    let mask = array.len() - 2;
    let mut index = begin(&array[0], entry.key);
    while !array[1 + index].payload.load(Ordering::Relaxed).is_null() {
        index = (index + 1) & mask;
    }
    array[1 + index].key.store(entry.key, Ordering::Relaxed);
    array[1 + index].companion.store(entry.companion, Ordering::Relaxed);
    // A reader that sees this payload sees the key and the companion before it.
    array[1 + index].payload.store(marked(entry.payload), Ordering::Release);
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    fn payload(number: usize) -> *const () {
        ptr::without_provenance(number * 8)
    }

    fn lookup(table: &Table, key: u64, matches: impl Fn(*const ()) -> bool) -> *const () {
        // SAFETY: these tests free no array while they read.
        unsafe { table.lookup(key, matches) }
    }

    #[test]
    fn an_empty_table_leads_nowhere() {
        let table = Table::new();
        for key in [0, 1, u64::MAX] {
            assert!(lookup(&table, key, |_| true).is_null());
        }
    }

    #[test]
    fn every_key_is_found_while_the_table_grows() {
        let (table, mut writer, mut replaced) = (Table::new(), Writer::default(), Vec::new());
        for number in 0..5_000usize {
            replaced.extend(writer.publish(&table, number as u64 * 8, payload(number + 1), payload(number + 2)));
            assert!(lookup(&table, number as u64 * 8 + 1, |_| true).is_null());
        }
        for number in 0..5_000usize {
            assert_eq!(lookup(&table, number as u64 * 8, |_| true), payload(number + 1));
            // SAFETY: as in `lookup`.
            assert_eq!(unsafe { table.lookup_companion(number as u64 * 8, |_| true) }, payload(number + 2));
        }
        assert!(replaced.len() < 12, "{} arrays", replaced.len());
    }

    #[test]
    fn keys_that_collide_are_told_apart_by_what_they_lead_to() {
        let (table, mut writer) = (Table::new(), Writer::default());
        let _ = writer.publish(&table, 7, payload(1), ptr::null());
        let _ = writer.publish(&table, 7, payload(2), ptr::null());
        assert_eq!(lookup(&table, 7, |found| found == payload(2)), payload(2));
        assert_eq!(lookup(&table, 7, |found| found == payload(1)), payload(1));
        assert!(lookup(&table, 7, |found| found == payload(3)).is_null());
        writer.remove(7, payload(1));
        assert_eq!(lookup(&table, 7, |_| true), payload(2));
    }

    #[test]
    fn what_comes_and_goes_does_not_fill_the_table() {
        let (table, mut writer, mut largest) = (Table::new(), Writer::default(), 0);
        for number in 1..100_000usize {
            let _ = writer.publish(&table, number as u64, payload(number), ptr::null());
            if number > 10 {
                writer.remove(number as u64 - 10, payload(number - 10));
                assert!(lookup(&table, number as u64 - 10, |_| true).is_null());
            }
            largest = largest.max(writer.array.as_ref().map_or(0, |array| array.len()));
            assert_eq!(lookup(&table, number as u64, |_| true), payload(number));
        }
        assert_eq!(largest, FIRST_SLOTS + 1);
    }

    #[test]
    fn a_covered_table_leads_nowhere_until_it_is_shown_again_with_all_that_came_meanwhile() {
        let (table, mut writer) = (Table::new(), Writer::default());
        writer.cover(&table, true);
        for number in 1..100usize {
            let _ = writer.publish(&table, number as u64, payload(number), ptr::null());
            assert!(lookup(&table, number as u64, |_| true).is_null());
        }
        writer.remove(7, payload(7));
        writer.cover(&table, false);
        assert_eq!(lookup(&table, 99, |_| true), payload(99));
        assert!(lookup(&table, 7, |_| true).is_null());
        writer.cover(&table, true);
        assert!(lookup(&table, 99, |_| true).is_null());
    }

    #[test]
    fn a_visit_is_seen_once() {
        let (table, mut writer) = (Table::new(), Writer::default());
        let _ = writer.publish(&table, 7, payload(1), ptr::null());
        assert!(!writer.take_visited(7, payload(1)));
        let _ = lookup(&table, 7, |_| true);
        assert!(writer.take_visited(7, payload(1)));
        assert!(!writer.take_visited(7, payload(1)));
    }

    #[test]
    fn readers_see_whole_pairs_while_a_writer_publishes_and_removes() {
        let table = Table::new();
        let replaced = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut writer = Writer::default();
                for number in 0..20_000usize {
                    let replacement = writer.publish(&table, number as u64 % 500, payload(number + 1), ptr::null());
                    replaced.lock().expect("no panic").extend(replacement);
                    if number >= 100 {
                        writer.remove((number as u64 - 100) % 500, payload(number - 99));
                    }
                }
                replaced.lock().expect("no panic").extend(writer.array.take());
            });
            for _ in 0..2 {
                scope.spawn(|| {
                    for key in (0..500u64).cycle().take(500_000) {
                        let found = lookup(&table, key, |_| true);
                        assert!(found.is_null() || (found.addr() / 8 - 1) as u64 % 500 == key);
                    }
                });
            }
        });
    }
}
