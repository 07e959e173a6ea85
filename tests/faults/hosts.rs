//! Hosts that are killed at any moment: what they leave hurts nobody.

use std::time::Duration;

use super::*;

/// How many hosts are killed.
const HOSTS: u32 = 200;

#[test]
fn hosts_that_are_killed_at_any_moment_leave_nothing_that_hurts_the_next() {
    const NAME: &str = "hosts::hosts_that_are_killed_at_any_moment_leave_nothing_that_hurts_the_next";
    if is_child(NAME) {
        let first: u32 = std::env::var("FIRST").expect("set by the test").parse().expect("a number");
        if first == 0 {
            // The last one: what the others left is either whole or not there.
            for n in (10..10 + 2 * HOSTS).step_by(7) {
                assert_eq!(power::prepare(n).expect("a variant").call(3), 3u64.wrapping_pow(n));
            }
            assert!(power::table().counts().loaded > 0, "the others have made something");
            return assert!(stats().store_error.is_none() && power_in_statistics().last_error.is_none());
        }
        for n in first.. {
            assert_eq!(power::prepare(n).expect("a variant").call(3), 3u64.wrapping_pow(n));
        }
        return;
    }
    let place = Place::new(NAME);
    let mut random = 0x9e37_79b9_7f4a_7c15u64;
    for host in 0..HOSTS {
        // The engine changes, so that both kinds of work are interrupted.
        let engine = if host % 2 == 0 { "rustc" } else { "auto" };
        let first = (10 + 2 * host).to_string();
        let mut running = place.host(&[("FIRST", &first), ("SPECIALIZE_ENGINE", engine)]);
        let mut running = running.stdout(std::process::Stdio::null()).spawn().expect("starts");
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        std::thread::sleep(Duration::from_millis(random % 200));
        if host % 20 == 0 {
            // However slow the machine is, some get on with their work.
            let before = place.artifacts().len();
            eventually("it keeps something", || place.artifacts().len() > before + 1);
        }
        assert!(running.try_wait().expect("a child of ours").is_none(), "host {host} failed before it was killed");
        running.kill().expect("a child of ours");
        running.wait().expect("a child of ours");
    }
    eventually("the compilers are gone", || at_work_in(place.path()).is_empty());
    let mut last = place.host(&[("FIRST", "0")]);
    let output = last.output().expect("starts");
    assert!(output.status.success(), "{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
}
