//! What a child is given, and how it ends when the host does.

use super::super::process::{Finished, Job, spawn_own};
use super::*;

use std::time::Instant;

fn run(program: &Path, folder: &Path, limits: &Limits) -> Result<Finished, Error> {
    Job { program, arguments: &[], environment: &[], folder, limits }.run()
}

/// Runs an ignored test of this file in a process of its own.
fn alone(test: &str, folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this test"));
    command.args(["--ignored", "--exact", &format!("compile::tests::children::{test}")]).env("SPECIALIZE_TEST_FOLDER", folder);
    command
}

fn given_folder() -> PathBuf {
    std::env::var_os("SPECIALIZE_TEST_FOLDER").expect("started by another test").into()
}

/// Whether a process whose number is in a file is gone within a few seconds.
fn ends(file: &Path) -> bool {
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(20));
        let number = std::fs::read_to_string(file).unwrap_or_default();
        if let Ok(number) = number.trim().parse::<u32>() {
            let state = std::fs::read_to_string(format!("/proc/{number}/stat")).unwrap_or_default();
            if state.is_empty() || state.contains(") Z ") {
                return true;
            }
        }
    }
    false
}

#[test]
fn a_child_has_a_clean_environment() {
    let folder = tempfile::tempdir().expect("a folder");
    // A descriptor that is not closed by exec, as a host in C may have.
    let leaked = std::fs::File::open("/dev/null").expect("a file");
    rustix::io::fcntl_setfd(&leaked, rustix::io::FdFlags::empty()).expect("a flag");
    let text =
        "/bin/cat /proc/self/environ | /usr/bin/tr '\\0' '\\n'; echo; /bin/ls -1 /proc/self/fd; pwd; umask; ulimit -c; /usr/bin/nice";
    let program = script(folder.path(), "says", text);
    let finished = run(&program, folder.path(), &LIMITS).expect("runs");
    let output = String::from_utf8(finished.output).expect("text");
    let path = folder.path().display();
    let (environment, rest) = output.split_once("\n\n").expect("two parts");
    let mut environment: Vec<&str> = environment.lines().filter(|line| !line.starts_with("PWD=")).collect();
    environment.sort_unstable();
    assert_eq!(environment, ["LC_ALL=C", "PATH=", &format!("TMPDIR={path}")]);
    // The fourth is the folder that `ls` reads.
    assert_eq!(rest, format!("0\n1\n2\n3\n{path}\n0077\n0\n19\n"));
}

#[test]
fn a_child_is_limited_and_goes_before_the_host() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = script(folder.path(), "says", "/bin/cat /proc/self/oom_score_adj /proc/self/limits; /usr/bin/id -u");
    let limits = Limits { memory: Some(2 << 30), ..LIMITS };
    let finished = run(&program, folder.path(), &limits).expect("runs");
    let output = String::from_utf8(finished.output).expect("text");
    assert!(output.starts_with("1000\n"), "{output}");
    let hard = |name: &str| {
        let line = output.lines().find(|line| line.starts_with(name)).expect("Linux");
        line.get(26..).and_then(|limits| limits.split_ascii_whitespace().nth(1)).and_then(|limit| limit.parse::<u64>().ok())
    };
    assert_eq!((hard("Max address space"), hard("Max file size"), hard("Max core file size")), (Some(2 << 30), Some(1 << 30), Some(0)));
    assert!(hard("Max processes").is_some_and(|most| most > 256), "{output}");
}

#[test]
fn a_child_gives_way_whatever_priority_the_host_has() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = script(folder.path(), "says", "/bin/cat /proc/self/stat");
    let first = libc::sched_param { sched_priority: 1 };
    // SAFETY: a system call about this test's thread.
    if unsafe { libc::sched_setscheduler(0, libc::SCHED_FIFO, &raw const first) } != 0 {
        return crate::skipped::skipped(&format!("no thread may have real-time priority here: {}", std::io::Error::last_os_error()));
    }
    let finished = run(&program, folder.path(), &LIMITS).expect("runs");
    let output = String::from_utf8(finished.output).expect("text");
    // From the third field on: the second, the name, may have spaces (proc_pid_stat(5)).
    let fields: Vec<&str> = output.rsplit_once(')').expect("Linux").1.split_ascii_whitespace().collect();
    let [nice, priority, policy] = [19, 40, 41].map(|field| fields[field - 3]);
    assert_eq!((nice, priority, policy), ("19", "0", "0"), "{output}");
}

#[test]
fn a_child_that_fills_the_disk_is_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = script(folder.path(), "fills", "exec /usr/bin/truncate -s 2G file");
    let error = run(&program, folder.path(), &LIMITS).expect_err("it may not");
    assert!(matches!(&error, Error::CompileFailed { .. }), "{error}");
    assert_eq!(std::fs::metadata(folder.path().join("file")).map_or(0, |file| file.len()), 0);
}

#[test]
fn output_without_end_is_neither_kept_nor_waited_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let much = script(folder.path(), "much", "/usr/bin/head -c 1000000 /dev/zero; echo end >&2");
    let finished = run(&much, folder.path(), &LIMITS).expect("ends");
    assert_eq!((finished.output.len(), &*finished.errors), (64 << 10, &b"end\n"[..]));
    let endless = script(folder.path(), "endless", "exec /usr/bin/yes");
    let limits = Limits { timeout: Duration::from_millis(300), memory: None };
    assert!(matches!(run(&endless, folder.path(), &limits), Err(Error::TimedOut { .. })));
    let daemon = script(folder.path(), "daemon", "/bin/sleep 30 & echo done");
    let started = Instant::now();
    assert_eq!(run(&daemon, folder.path(), &LIMITS).expect("ends").output, b"done\n");
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[test]
fn the_whole_group_is_killed_in_the_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = script(folder.path(), "group", "/bin/sleep 600 & echo $! > begun; /bin/mv begun pid; wait");
    let pid = folder.path().join("pid");
    // Children have the lowest priority: on a busy machine they get nowhere in half a second.
    let mut limits = Limits { timeout: Duration::from_millis(500), memory: None };
    while !pid.exists() {
        assert!(matches!(run(&program, folder.path(), &limits), Err(Error::TimedOut { .. })));
        limits.timeout *= 2;
        assert!(limits.timeout < LIMITS.timeout, "it never began");
    }
    assert!(ends(&pid));
}

#[test]
fn nothing_of_a_group_outlives_its_leader() {
    for end in ["exit 0", "exit 1", "kill -9 $$"] {
        let folder = tempfile::tempdir().expect("a folder");
        let program = script(folder.path(), "leaves", &format!("/bin/sleep 600 & echo $! > pid; {end}"));
        assert_eq!(run(&program, folder.path(), &LIMITS).is_ok(), end == "exit 0");
        assert!(ends(&folder.path().join("pid")), "{end}");
    }
}

#[test]
fn a_program_that_is_open_for_writing_is_tried_for_a_while() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = script(folder.path(), "program", "exit 7");
    let writer = std::fs::OpenOptions::new().append(true).open(&program).expect("a file");
    let start = || spawn_own(&mut Command::new(&program));
    let started = Instant::now();
    assert_eq!(start().expect_err("it is not closed").kind(), std::io::ErrorKind::ExecutableFileBusy);
    assert!(started.elapsed() > Duration::from_millis(50), "it was not given up at once");
    drop(writer);
    assert_eq!(start().expect("it is closed").wait().expect("ends").code(), Some(7));
}

#[test]
fn hosts_that_reap_every_child_get_their_variants() {
    let folder = tempfile::tempdir().expect("a folder");
    for test in ["ignoring_sigchld", "reaping_all"] {
        let status = alone(test, folder.path()).stdout(Stdio::null()).status().expect("this test");
        assert!(status.success(), "{test}");
    }
}

#[test]
#[ignore = "changes the whole process; another test runs it alone"]
fn ignoring_sigchld() {
    // SAFETY: nothing else in this process waits for children.
    unsafe { libc::signal(libc::SIGCHLD, libc::SIG_IGN) };
    unknown_status_is_judged_by_the_output();
}

#[test]
#[ignore = "changes the whole process; another test runs it alone"]
fn reaping_all() {
    std::thread::spawn(|| {
        loop {
            // SAFETY: nothing else in this process waits for children.
            unsafe { libc::waitpid(-1, std::ptr::null_mut(), 0) };
        }
    });
    unknown_status_is_judged_by_the_output();
}

fn unknown_status_is_judged_by_the_output() {
    let folder = given_folder();
    let toolchain = Toolchain::check(None, &folder, &LIMITS).expect("the compiler");
    let library = support::build(&toolchain, 77, &folder, &LIMITS).expect("a support library");
    let support = Support::claim(&Artifact::unchecked(&library), 77, support::library_name(77)).expect("loads").expect("is free");
    let workshop = Workshop { toolchain, support, folder: tempfile::tempdir().expect("a folder") };
    let cube: fn(u64, u32) -> u64 = workshop.load(&POWER, 3);
    assert_eq!(cube(2, 0), 8);
    let wrong = kernel("pub fn kernel(x: u64, n: u32) -> u64 { x + n }");
    assert!(matches!(workshop.compile(&wrong, 1), Err(Error::BadOutput { .. } | Error::CompileFailed { .. })));
    std::fs::remove_file(library).expect("a file");
}

#[test]
fn children_end_with_the_program() {
    let folder = tempfile::tempdir().expect("a folder");
    script(folder.path(), "hangs", "echo $$ > pid; exec /bin/sleep 600");
    let pid = folder.path().join("pid");
    let mut host = alone("hanging", folder.path()).stdout(Stdio::null()).spawn().expect("this test");
    while std::fs::read_to_string(&pid).unwrap_or_default().trim().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    host.kill().expect("runs");
    host.wait().expect("ends");
    assert!(ends(&pid));
}

#[test]
#[ignore = "does not end; another test runs it alone"]
fn hanging() {
    let folder = given_folder();
    let _ = run(&folder.join("hangs"), &folder, &LIMITS);
}

#[test]
fn children_are_killed_on_demand() {
    let folder = tempfile::tempdir().expect("a folder");
    script(folder.path(), "hangs", "/bin/sleep 600 & echo $! > pid; wait");
    let status = alone("killing", folder.path()).stdout(Stdio::null()).status().expect("this test");
    assert!(status.success());
    assert!(ends(&folder.path().join("pid")));
}

#[test]
#[ignore = "starts no children any more; another test runs it alone"]
fn killing() {
    let folder = given_folder();
    let child = {
        let folder = folder.clone();
        std::thread::spawn(move || run(&folder.join("hangs"), &folder, &LIMITS))
    };
    while std::fs::read_to_string(folder.join("pid")).unwrap_or_default().trim().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    super::super::kill_running();
    let error = child.join().expect("no panic").expect_err("was killed");
    assert!(matches!(error, Error::Ending), "{error}");
    let error = run(&folder.join("hangs"), &folder, &LIMITS).expect_err("starts no more");
    assert!(matches!(error, Error::Ending), "{error}");
}
