//! tests
use super::*;
#[test]
fn look() {
    let folder = tempfile::tempdir().expect("a folder");
    let limits = super::super::Limits { timeout: std::time::Duration::from_secs(120), memory: None };
    let toolchain = Toolchain::check(None, folder.path(), &limits).expect("the compiler of this test");
    let started = std::time::Instant::now();
    let provided = super::super::support::provided(&toolchain).unwrap();
    let lap = started.elapsed();
    let text = assembly(&toolchain, provided);
    println!("{:?} {:?}", lap, started.elapsed());
    std::fs::write("/tmp/w/instances.s", text).unwrap();
}
