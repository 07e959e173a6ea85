//! Models of publish, lookup, evict and unload, checked by `loom` over every interleaving.
//!
//! `cargo test --release --manifest-path tests/models/Cargo.toml`

#[path = "../../../specialize-runtime/src/dispatch/grace.rs"]
mod grace;
mod sync;
#[path = "../../../specialize-runtime/src/dispatch/table.rs"]
mod table;

#[cfg(test)]
mod models {
    use std::ptr;

    use loom::sync::Arc;
    use loom::sync::atomic::{AtomicBool, Ordering};
    use loom::thread;

    use crate::grace::Domain;
    use crate::table::{Table, Writer};

    const KEY: u64 = 7;

    /// What a payload stands for: code that must not be entered once it is unloaded.
    struct Code {
        unloaded: AtomicBool,
    }

    /// Code for the life of the model, and the payload that leads to it.
    fn code() -> (&'static Code, *const ()) {
        let code: &'static Code = Box::leak(Box::new(Code { unloaded: AtomicBool::new(false) }));
        (code, ptr::from_ref(code).cast())
    }

    fn call(table: &Table, domain: &Domain, record: &crate::grace::Record) {
        let before = domain.enter(record);
        // SAFETY: the domain holds arrays back while the thread is in a call.
        let found = unsafe { table.lookup(KEY, |_| true) };
        // SAFETY: payloads are codes of this model, which are leaked.
        if let Some(code) = unsafe { found.cast::<Code>().as_ref() } {
            assert!(!code.unloaded.load(Ordering::Relaxed), "code was entered after it was unloaded");
            thread::yield_now();
            assert!(!code.unloaded.load(Ordering::Relaxed), "code was unloaded while it was called");
        }
        record.leave(before);
    }

    #[test]
    fn a_reader_finds_nothing_or_the_whole_pair() {
        loom::model(|| {
            let table = Arc::new(Table::new());
            let reader = thread::spawn({
                let table = Arc::clone(&table);
                move || {
                    // SAFETY: this model frees no array before its end.
                    let found = unsafe { table.lookup(KEY, |_| true) };
                    assert!(found.is_null() || found.addr() == 8);
                    // SAFETY: as above.
                    let companion = unsafe { table.lookup_companion(KEY, |_| true) };
                    assert!(companion.addr() == 16 || (found.is_null() && companion.is_null()));
                }
            });
            let mut writer = Writer::default();
            let replaced = writer.publish(&table, KEY, ptr::without_provenance(8), ptr::without_provenance(16));
            assert!(replaced.is_none());
            reader.join().expect("no panic");
        });
    }

    #[test]
    fn code_is_not_unloaded_while_a_call_is_inside() {
        loom::model(|| {
            let (table, domain) = (Arc::new(Table::new()), Arc::new(Domain::new()));
            let (code, payload) = code();
            let mut writer = Writer::default();
            let _ = writer.publish(&table, KEY, payload, ptr::null());
            let reader = thread::spawn({
                let (table, domain) = (Arc::clone(&table), Arc::clone(&domain));
                move || call(&table, &domain, domain.enroll())
            });
            writer.remove(KEY, payload);
            let epoch = domain.retire();
            if domain.oldest().is_some_and(|oldest| epoch < oldest) {
                code.unloaded.store(true, Ordering::Relaxed);
            }
            reader.join().expect("no panic");
        });
    }

    #[test]
    fn a_call_inside_a_call_is_covered_by_the_outer_one() {
        loom::model(|| {
            let (table, domain) = (Arc::new(Table::new()), Arc::new(Domain::new()));
            let (code, payload) = code();
            let mut writer = Writer::default();
            let _ = writer.publish(&table, KEY, payload, ptr::null());
            let reader = thread::spawn({
                let (table, domain) = (Arc::clone(&table), Arc::clone(&domain));
                move || {
                    let record = domain.enroll();
                    let before = domain.enter(record);
                    // SAFETY: the domain holds arrays back while the thread is in a call.
                    let found = unsafe { table.lookup(KEY, |_| true) };
                    let inner = domain.enter(record);
                    record.leave(inner);
                    // SAFETY: payloads are codes of this model, which are leaked.
                    if let Some(code) = unsafe { found.cast::<Code>().as_ref() } {
                        assert!(!code.unloaded.load(Ordering::Relaxed), "the inner call's end let the outer one's code go");
                    }
                    record.leave(before);
                }
            });
            writer.remove(KEY, payload);
            let epoch = domain.retire();
            if domain.oldest().is_some_and(|oldest| epoch < oldest) {
                code.unloaded.store(true, Ordering::Relaxed);
            }
            reader.join().expect("no panic");
        });
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
}
