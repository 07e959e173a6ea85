//! A type of a captured module that derives what another crate defines.

use specialize::specialize;

#[specialize]
mod kernels {
    #[derive(Clone, Debug, PartialEq, Serialize, serde::Deserialize)]
    pub struct Settings {
        pub step: u32,
    }

    #[specialize(n)]
    pub fn sum(settings: &Settings, n: u32) -> u32 {
        settings.step + n
    }
}

fn main() {
    kernels::sum(&kernels::Settings { step: 1 }, 2);
}
