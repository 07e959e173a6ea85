//! A program whose kernel takes along code of a crate that it knows by another name, and which says why it could not.

use specialize::specialize;

/// What stands at `n`, and one more.
#[specialize(n in [1], crates(lent))]
fn more(xs: &[u64], n: usize) -> u64 {
    lent::one_more(lent::picked!(xs, n))
}

fn main() {
    assert_eq!(more(&[5, 6], 1), 7);
    match more::prepare(0) {
        Ok(bound) => {
            assert_eq!((bound.call(&[5]), more(&[5], 0)), (6, 6));
            assert_eq!(checks::in_all_tiers!(more(&[5, 6, 7]; 2)).returned(), 8);
            if cfg!(panic = "unwind") {
                let (_, place) = checks::in_all_tiers!(more(&[5]; 3)).panicked();
                assert!(place.contains("lender/src/lib.rs:12:5"), "{place} is not in the crate");
            }
            println!("{}", bound.tier());
        }
        Err(error) => {
            let bound = more::bind(0);
            assert_eq!((bound.call(&[5]), more(&[5], 0)), (6, 6));
            println!("{}: {error}", bound.tier());
        }
    }
}
