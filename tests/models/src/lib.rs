//! Models of publish, lookup, evict and unload, checked by `loom` over every interleaving.
//!
//! `cargo test --release --manifest-path tests/models/Cargo.toml`

#[path = "../../../specialize-runtime/src/dispatch/grace.rs"]
mod grace;
#[path = "../../../specialize-runtime/src/dispatch/limbo.rs"]
mod limbo;
mod sync;
#[path = "../../../specialize-runtime/src/dispatch/table.rs"]
mod table;

/// As the files name each other.
mod dispatch {
    pub(crate) use crate::grace;
}

#[cfg(test)]
mod models {
    use std::cell::Cell;
    use std::{fmt, ptr};

    use loom::cell::UnsafeCell;
    use loom::sync::Arc;
    use loom::thread;

    use crate::grace::{Domain, Place, Record};
    use crate::limbo::Limbo;
    use crate::table::{Array, Table, Writer};

    const KEY: u64 = 7;

    /// A key whose walk begins at the same slot.
    const NEIGHBOUR: u64 = 4;

    /// What a payload stands for: code that must not be entered once it is unloaded, nor unloaded before all calls have ended. The
    /// checker tells where one may happen at the same time as the other.
    struct Code(UnsafeCell<bool>);

    impl Code {
        /// Code for the life of the model, and the payload that leads to it.
        fn new() -> (&'static Code, *const ()) {
            let code: &'static Code = Box::leak(Box::new(Code(UnsafeCell::new(false))));
            (code, ptr::from_ref(code).cast())
        }

        /// What waits in limbo until this may be unloaded.
        fn leaving(&'static self) -> Box<Unloaded> {
            Box::new(Unloaded(self))
        }

        fn run(&self) {
            // SAFETY: the checker sees to it that nobody writes.
            self.0.with(|unloaded| assert!(!unsafe { *unloaded }, "code was entered after it was unloaded"));
        }

        fn is_unloaded(&self) -> bool {
            // SAFETY: as above.
            self.0.with(|unloaded| unsafe { *unloaded })
        }
    }

    /// Unloads as it is dropped.
    struct Unloaded(&'static Code);

    // SAFETY: the checker sees to it that code is used by one thread at a time.
    unsafe impl Send for Unloaded {}

    impl fmt::Debug for Unloaded {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("Unloaded")
        }
    }

    impl Drop for Unloaded {
        fn drop(&mut self) {
            // SAFETY: the checker sees to it that nobody else reads or writes.
            self.0.0.with_mut(|unloaded| unsafe { *unloaded = true });
        }
    }

    /// Begins a call, which may be inside another.
    fn enter(record: &Record) -> &Place {
        record.enter().unwrap_or_else(|| record.enter_inside())
    }

    /// Runs what the key leads to, as a dispatcher does; `inside` is what else happens in the call.
    fn call(table: &Table, record: &Record, inside: impl FnOnce()) {
        let place = enter(record);
        // SAFETY: the domain holds arrays back while the thread is in a call.
        let found = unsafe { table.lookup(KEY, |_| true) };
        inside();
        // SAFETY: payloads are codes of this model, which are leaked.
        if let Some(code) = unsafe { found.cast::<Code>().as_ref() } {
            code.run();
        }
        place.leave();
    }

    /// A payload that is no code.
    fn payload(number: usize) -> *const () {
        ptr::without_provenance(number * 16)
    }

    /// What stands beside it.
    fn companion(number: usize) -> *const () {
        ptr::without_provenance(number * 16 + 8)
    }

    /// The number of the payload that a key leads to; it must have the companion of that number.
    fn number(table: &Table, key: u64) -> Option<usize> {
        let seen = Cell::new(ptr::null());
        let matches = |found| {
            seen.set(found);
            true
        };
        // SAFETY: the models that use this free no array before their end.
        let beside = unsafe { table.lookup_companion(key, matches) };
        let number = seen.get().addr() / 16;
        assert_eq!(beside, if seen.get().is_null() { ptr::null() } else { companion(number) });
        (!seen.get().is_null()).then_some(number)
    }

    /// Publishes such a pair into the array in force, or, if it is to be, into another; gives back the one that was in force.
    fn publish(writer: &mut Writer, table: &Table, key: u64, number: usize, replaces: bool) -> Option<Array> {
        let replaced = writer.publish(table, key, payload(number), companion(number));
        assert_eq!(replaced.is_some(), replaces);
        replaced
    }

    /// Has another thread read a table.
    fn read(table: &Arc<Table>, reader: impl FnOnce(&Table) + 'static) -> thread::JoinHandle<()> {
        let table = Arc::clone(table);
        thread::spawn(move || reader(&table))
    }

    #[test]
    fn a_reader_finds_nothing_or_the_whole_pair() {
        loom::model(|| {
            let (table, mut writer) = (Arc::new(Table::new()), Writer::default());
            let reader = read(&table, |table| assert!(matches!(number(table, KEY), None | Some(1))));
            let _ = publish(&mut writer, &table, KEY, 1, false);
            reader.join().expect("no panic");
        });
    }

    #[test]
    fn a_pair_that_comes_into_an_array_in_force_is_whole() {
        loom::model(|| {
            let (table, mut writer) = (Arc::new(Table::new()), Writer::default());
            let _ = publish(&mut writer, &table, 1, 1, false);
            let reader = read(&table, |table| {
                assert!(matches!(number(table, KEY), None | Some(2)));
                // What an empty slot has for a key.
                assert_eq!(number(table, 0), None);
                assert_eq!(number(table, 1), Some(1));
            });
            let _ = publish(&mut writer, &table, KEY, 2, false);
            reader.join().expect("no panic");
        });
    }

    #[test]
    fn an_array_that_is_replaced_loses_no_pair() {
        loom::model(|| {
            let (table, mut writer) = (Arc::new(Table::new()), Writer::default());
            let _ = publish(&mut writer, &table, 1, 1, false);
            let _ = publish(&mut writer, &table, 2, 2, false);
            let reader = read(&table, |table| {
                assert!(matches!(number(table, KEY), None | Some(3)));
                assert_eq!(number(table, 1), Some(1));
            });
            let replaced = publish(&mut writer, &table, KEY, 3, true);
            reader.join().expect("no panic");
            drop(replaced);
        });
    }

    #[test]
    fn a_key_that_was_taken_out_leads_to_what_is_published_next() {
        loom::model(|| {
            let (table, mut writer) = (Arc::new(Table::new()), Writer::default());
            let _ = publish(&mut writer, &table, KEY, 1, false);
            let reader = read(&table, |table| {
                let first = number(table, KEY);
                assert!(matches!((first, number(table, KEY)), (_, Some(2)) | (None | Some(1), None) | (Some(1), Some(1))));
            });
            writer.remove(KEY, payload(1));
            let _ = publish(&mut writer, &table, KEY, 2, false);
            reader.join().expect("no panic");
            assert_eq!(number(&table, KEY), Some(2));
        });
    }

    #[test]
    fn a_pair_that_comes_where_another_was_taken_out_is_not_taken_for_that() {
        loom::model(|| {
            let (table, mut writer) = (Arc::new(Table::new()), Writer::default());
            let _ = publish(&mut writer, &table, NEIGHBOUR, 1, false);
            let reader = read(&table, |table| {
                assert!(matches!(number(table, KEY), None | Some(2)));
                assert!(matches!(number(table, NEIGHBOUR), None | Some(1)));
            });
            writer.remove(NEIGHBOUR, payload(1));
            let _ = publish(&mut writer, &table, KEY, 2, false);
            reader.join().expect("no panic");
        });
    }

    #[test]
    fn a_pair_is_found_while_the_writer_asks_whether_it_was_and_then_no_late_visit_brings_it_back() {
        loom::model(|| {
            let (table, mut writer) = (Arc::new(Table::new()), Writer::default());
            let _ = publish(&mut writer, &table, KEY, 1, false);
            let reader = read(&table, |table| {
                let first = number(table, KEY);
                assert!(matches!((first, number(table, KEY)), (Some(1), _) | (None, None)));
            });
            writer.take_visited(KEY, payload(1));
            assert_eq!(number(&table, KEY), Some(1));
            assert!(writer.take_visited(KEY, payload(1)));
            writer.remove(KEY, payload(1));
            reader.join().expect("no panic");
            assert_eq!(number(&table, KEY), None);
        });
    }

    /// Has a thread call what a key leads to while that is taken out and retired, after the writer did something else.
    fn retire_under_a_call(
        first: impl Fn(&mut Writer, &Table) -> Option<Array> + Copy + Send + Sync + 'static,
        inside: impl Fn(&Record) + Copy + Send + Sync + 'static,
    ) {
        loom::model(move || {
            let (table, domain, mut writer) = (Arc::new(Table::new()), Arc::new(Domain::new()), Writer::default());
            let (code, payload) = Code::new();
            let _ = writer.publish(&table, KEY, payload, ptr::null());
            let reader = thread::spawn({
                let (table, domain) = (Arc::clone(&table), Arc::clone(&domain));
                move || {
                    let record = domain.enroll();
                    call(&table, record, || inside(record));
                }
            });
            let replaced = first(&mut writer, &table);
            writer.remove(KEY, payload);
            let limbo = Limbo::new();
            limbo.take_in(&domain, code.leaving());
            limbo.collect(&domain, || true);
            reader.join().expect("no panic");
            assert_eq!(limbo.collect(&domain, || true), 0);
            assert!(code.is_unloaded());
            drop(replaced);
        });
    }

    #[test]
    fn code_is_not_unloaded_while_a_call_is_inside() {
        retire_under_a_call(|_, _| None, |_| {});
    }

    #[test]
    fn code_that_leaves_after_other_code_is_not_unloaded_while_a_call_is_inside() {
        loom::model(|| {
            let (table, domain, limbo) = (Arc::new(Table::new()), Arc::new(Domain::new()), Limbo::new());
            let ((code, payload), (other, _)) = (Code::new(), Code::new());
            let mut writer = Writer::default();
            let _ = writer.publish(&table, KEY, payload, ptr::null());
            let record = domain.enroll();
            // What was found once is taken as it is from then on.
            call(&table, record, || {});
            // The threads are told of another epoch.
            limbo.take_in(&domain, other.leaving());
            assert_eq!(limbo.collect(&domain, || true), 0);
            let reader = thread::spawn({
                let table = Arc::clone(&table);
                move || call(&table, record, || {})
            });
            writer.remove(KEY, payload);
            limbo.take_in(&domain, code.leaving());
            limbo.collect(&domain, || true);
            reader.join().expect("no panic");
            assert_eq!(limbo.collect(&domain, || true), 0);
            assert!(code.is_unloaded());
        });
    }

    #[test]
    fn a_call_inside_a_call_is_covered_by_the_outer_one() {
        retire_under_a_call(|_, _| None, |record| enter(record).leave());
    }

    #[test]
    fn code_that_a_replaced_array_leads_to_is_not_unloaded_while_a_call_is_inside() {
        let replace = |writer: &mut Writer, table: &Table| {
            let _ = publish(writer, table, 1, 1, false);
            publish(writer, table, 2, 2, true)
        };
        retire_under_a_call(replace, |_| {});
    }

    #[test]
    fn records_of_threads_that_ended_are_taken_again_by_one_thread_each() {
        loom::model(|| {
            let domain = Arc::new(Domain::new());
            domain.enroll().release();
            let other = thread::spawn({
                let domain = Arc::clone(&domain);
                move || ptr::from_ref(domain.enroll()).addr()
            });
            let own = ptr::from_ref(domain.enroll()).addr();
            assert_ne!(own, other.join().expect("no panic"));
        });
    }
    #[test]
    fn what_two_threads_retire_is_unloaded_once_and_when_no_call_is_inside() {
        loom::model(|| {
            let (table, domain, limbo) = (Table::new(), Arc::new(Domain::new()), Arc::new(Limbo::new()));
            let ((code, payload), (other, _)) = (Code::new(), Code::new());
            let mut writer = Writer::default();
            let _ = writer.publish(&table, KEY, payload, ptr::null());
            let record = domain.enroll();
            let place = enter(record);
            let retiring = thread::spawn({
                let (domain, limbo) = (Arc::clone(&domain), Arc::clone(&limbo));
                move || {
                    limbo.take_in(&domain, other.leaving());
                    limbo.collect(&domain, || true);
                }
            });
            writer.remove(KEY, payload);
            limbo.take_in(&domain, code.leaving());
            assert!(limbo.collect(&domain, || true) > 0);
            code.run();
            place.leave();
            limbo.collect(&domain, || true);
            retiring.join().expect("no panic");
            assert_eq!(limbo.collect(&domain, || true), 0);
            assert!(code.is_unloaded() && other.is_unloaded());
        });
    }

    #[test]
    fn a_call_of_a_thread_with_the_record_of_one_that_ended_is_seen() {
        loom::model(|| {
            let (table, domain, limbo) = (Arc::new(Table::new()), Arc::new(Domain::new()), Limbo::new());
            let (code, payload) = Code::new();
            let mut writer = Writer::default();
            let _ = writer.publish(&table, KEY, payload, ptr::null());
            let ending = thread::spawn({
                let (table, domain) = (Arc::clone(&table), Arc::clone(&domain));
                move || {
                    for _ in 0..2 {
                        let record = domain.enroll();
                        call(&table, record, || {});
                        record.release();
                    }
                }
            });
            writer.remove(KEY, payload);
            limbo.take_in(&domain, code.leaving());
            limbo.collect(&domain, || true);
            ending.join().expect("no panic");
            assert_eq!(limbo.collect(&domain, || true), 0);
            assert!(code.is_unloaded());
        });
    }

    #[test]
    fn where_unloading_does_not_work_everything_waits() {
        loom::model(|| {
            let (domain, limbo, (code, _)) = (Domain::new(), Limbo::new(), Code::new());
            limbo.take_in(&domain, code.leaving());
            assert_eq!(limbo.collect(&domain, || false), 1);
            assert!(!code.is_unloaded());
        });
    }
}
