//! The table of one function's runtime variants: a flat array of atomics, read without a lock.
//!
//! A reader loads the array, and from the place its key hashes to walks on until it meets the key
//! or an empty slot. There is no other state, so the cost is the same for one hot key or many.
//! Writers take turns under a lock of the caller's, publish a slot's key before its payload, and
//! replace the whole array when it is half full.

use std::ptr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

/// Slots of the first array; each later one has twice as many.
const FIRST_SLOTS: usize = 64;

/// 2^64 divided by the golden ratio, which spreads neighbouring keys (Knuth, The Art of Computer
/// Programming, volume 3, section 6.4).
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Keys and what they lead to.
#[derive(Debug)]
pub(crate) struct Table {
    /// The array in force. Its slot 0 is a header: the hash's shift and the index mask.
    array: AtomicPtr<Slot>,
    /// Every array this table ever had. A reader may still be walking an old one, and together
    /// they are smaller than the one in force, so they stay.
    arrays: Mutex<Vec<Box<[Slot]>>>,
}

#[derive(Debug)]
struct Slot {
    key: AtomicU64,
    payload: AtomicPtr<()>,
}

impl Slot {
    const fn new(key: u64, payload: *mut ()) -> Slot {
        Slot { key: AtomicU64::new(key), payload: AtomicPtr::new(payload) }
    }
}

/// What a table without any variant reads: a header that leads every key to one empty slot.
static EMPTY: [Slot; 2] = [Slot::new(63, ptr::null_mut()), Slot::new(0, ptr::null_mut())];

impl Table {
    pub(crate) const fn new() -> Table {
        Table { array: AtomicPtr::new((&raw const EMPTY).cast::<Slot>().cast_mut()), arrays: Mutex::new(Vec::new()) }
    }

    /// What `key` leads to, or null. Where keys are hashes, `matches` tells whether a payload is
    /// really the one sought.
    #[inline(always)]
    pub(crate) fn lookup(&self, key: u64, matches: impl Fn(*const ()) -> bool) -> *const () {
        let array = self.array.load(Ordering::Acquire).cast_const();
        // SAFETY: `array` is EMPTY or the start of a box in `arrays`, neither of which is ever
        // freed while the table lives; both begin with a header.
        let header = unsafe { &*array };
        let shift = header.key.load(Ordering::Relaxed);
        let mask = header.payload.load(Ordering::Relaxed).addr();
        let mut index = (key.wrapping_mul(SPREAD) >> (shift & 63)) as usize & mask;
        loop {
            // SAFETY: the array has 1 + (mask + 1) slots, and `index` is at most `mask`.
            let slot = unsafe { &*array.add(1 + index) };
            let payload = slot.payload.load(Ordering::Acquire).cast_const();
            if payload.is_null() || (slot.key.load(Ordering::Relaxed) == key && matches(payload)) {
                return payload;
            }
            index = (index + 1) & mask;
        }
    }

    /// Lets `key` lead to `payload`, which must not be null, for every later reader.
    ///
    /// The caller makes sure that no other thread publishes at the same time, and that the same
    /// value is not published twice.
    pub(crate) fn publish(&self, key: u64, payload: *const (), published: usize) {
        debug_assert!(!payload.is_null());
        let mut arrays = self.arrays.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let room = arrays.last().map_or(0, |array| array.len() - 1);
        if 2 * (published + 1) > room {
            let grown = array_of(if room == 0 { FIRST_SLOTS } else { 2 * room });
            if let Some(old) = arrays.last() {
                for slot in &old[1..] {
                    let payload = slot.payload.load(Ordering::Relaxed);
                    if !payload.is_null() {
                        insert(&grown, slot.key.load(Ordering::Relaxed), payload);
                    }
                }
            }
            insert(&grown, key, payload.cast_mut());
            self.array.store(grown.as_ptr().cast_mut(), Ordering::Release);
            arrays.push(grown);
        } else if let Some(array) = arrays.last() {
            insert(array, key, payload.cast_mut());
        }
    }
}

/// An empty array of `slots` slots, a power of two, behind its header.
fn array_of(slots: usize) -> Box<[Slot]> {
    let shift = u64::from(64 - slots.trailing_zeros());
    let header = Slot::new(shift, ptr::without_provenance_mut(slots - 1));
    std::iter::once(header).chain((0..slots).map(|_| Slot::new(0, ptr::null_mut()))).collect()
}

/// Puts a pair into an array that has room.
fn insert(array: &[Slot], key: u64, payload: *mut ()) {
    let mask = array.len() - 2;
    let shift = array[0].key.load(Ordering::Relaxed);
    let mut index = (key.wrapping_mul(SPREAD) >> shift) as usize & mask;
    while !array[1 + index].payload.load(Ordering::Relaxed).is_null() {
        index = (index + 1) & mask;
    }
    array[1 + index].key.store(key, Ordering::Relaxed);
    // A reader that sees this payload sees the key before it.
    array[1 + index].payload.store(payload, Ordering::Release);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(number: usize) -> *const () {
        ptr::without_provenance(number)
    }

    #[test]
    fn an_empty_table_leads_nowhere() {
        let table = Table::new();
        for key in [0, 1, u64::MAX] {
            assert!(table.lookup(key, |_| true).is_null());
        }
    }

    #[test]
    fn every_key_is_found_while_the_table_grows() {
        let table = Table::new();
        for published in 0..5_000usize {
            table.publish(published as u64 * 8, payload(published + 1), published);
            assert!(table.lookup(published as u64 * 8 + 1, |_| true).is_null());
        }
        for published in 0..5_000usize {
            assert_eq!(table.lookup(published as u64 * 8, |_| true), payload(published + 1));
        }
    }

    #[test]
    fn keys_that_collide_are_told_apart_by_what_they_lead_to() {
        let table = Table::new();
        table.publish(7, payload(1), 0);
        table.publish(7, payload(2), 1);
        assert_eq!(table.lookup(7, |found| found == payload(2)), payload(2));
        assert_eq!(table.lookup(7, |found| found == payload(1)), payload(1));
        assert!(table.lookup(7, |found| found == payload(3)).is_null());
    }

    #[test]
    fn readers_see_whole_pairs_while_a_writer_publishes() {
        let table = Table::new();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for published in 0..2_000usize {
                    table.publish(published as u64, payload(published + 1), published);
                }
            });
            for _ in 0..2 {
                scope.spawn(|| {
                    for key in (0..2_000u64).cycle().take(200_000) {
                        let found = table.lookup(key, |_| true);
                        assert!(found.is_null() || found == payload(key as usize + 1));
                    }
                });
            }
        });
    }
}
