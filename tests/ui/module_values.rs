//! Types of a captured module that cannot be values.

use specialize::specialize;

#[specialize]
mod kernels {
    pub struct Settings {
        pub size: u32,
    }

    pub enum Mode {
        Fast,
        Slow,
    }

    #[derive(specialize::Value)]
    pub struct Outer {
        pub mode: Mode,
        pub name: String,
    }

    #[derive(specialize::Value)]
    #[repr(C, packed)]
    pub struct Packed(u8, u32);

    #[derive(specialize::Value)]
    pub union Bits {
        whole: u32,
        half: u16,
    }

    #[derive(specialize::Value)]
    pub struct Parts {
        #[cfg(unix)]
        more: u32,
        one: u32,
    }

    #[specialize(settings)]
    pub fn size(x: u32, settings: Settings) -> u32 {
        x + settings.size
    }

    #[specialize(modes)]
    pub fn fast(modes: &[Mode]) -> usize {
        modes.len()
    }

    impl Settings {
        #[specialize(self)]
        pub fn own(&self, n: u32) -> u32 {
            self.size + n
        }

        #[specialize(other)]
        pub fn other(&self, other: Self) -> u32 {
            self.size + other.size
        }
    }
}

fn main() {}
