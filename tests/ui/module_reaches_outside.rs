//! A captured module that uses what stands around it, in each of the ways one may try.

use std::collections::BTreeMap;

use specialize::specialize;

const FACTOR: u32 = 3;

struct Settings {
    step: u32,
}

fn helper(x: u32) -> u32 {
    x + FACTOR
}

macro_rules! twice {
    ($x:expr) => {
        $x + $x
    };
}

#[specialize]
mod kernels {
    use super::Settings;
    use crate::helper;

    pub fn plain(x: u32) -> u32 {
        crate::kernels::inner::step(x) + FACTOR
    }

    #[specialize(n)]
    pub fn sum(settings: &Settings, n: u32) -> u32 {
        let map: BTreeMap<u32, u32> = Default::default();
        twice!(helper(settings.step)) + ::trybuild::count(n) + map.len() as u32
    }

    pub mod inner {
        pub fn step(x: u32) -> u32 {
            super::super::helper(x)
        }
    }
}

fn main() {
    println!("{}", twice!(kernels::sum(&Settings { step: 1 }, 3)));
    BTreeMap::<u32, u32>::new();
}
