//! Variants that leave while `map` is inside them.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::power;
use crate::support::in_a_child;

#[test]
fn a_loop_stays_where_it_is_while_its_variant_leaves() {
    in_a_child("loops::a_loop_stays_where_it_is_while_its_variant_leaves", [("SPECIALIZE_TABLE_CAPACITY", "1")], || {
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for thread in 0..2 {
                let done = &done;
                scope.spawn(move || {
                    let xs: Vec<u64> = (0..20_000).collect();
                    let mut out = vec![0; xs.len()];
                    while !done.load(Ordering::Relaxed) {
                        let exponent = 10 + thread;
                        power::map(&xs, exponent, &mut out);
                        // The compiler needs a turn too.
                        std::thread::sleep(std::time::Duration::from_millis(1));
                        assert_eq!(out[19_999], power::generic(19_999, exponent));
                    }
                });
            }
            for exponent in (10..14).cycle().take(12) {
                drop(power::prepare(exponent).expect("a variant"));
            }
            done.store(true, Ordering::Relaxed);
        });
        assert!(power::table().counts().evicted >= 6, "{:?}", power::table().counts());
    });
}
