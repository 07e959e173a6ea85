//! What the build script recorded: the toolchain that built the host, or why there is no runtime tier.

include!(concat!(env!("OUT_DIR"), "/host_toolchain.rs"));
