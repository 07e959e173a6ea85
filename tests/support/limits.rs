//! Limits that a host sets itself.

/// Sets a limit of this process, and gives back what it was.
pub(crate) fn limit(resource: libc::__rlimit_resource_t, most: u64) -> u64 {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the limit is ours to be filled and read.
    let (read, before) = unsafe { (libc::getrlimit(resource, &raw mut limit), limit.rlim_cur) };
    limit.rlim_cur = most.min(limit.rlim_max);
    // SAFETY: as above.
    let set = unsafe { libc::setrlimit(resource, &raw const limit) };
    assert_eq!((read, set), (0, 0));
    before
}

/// Lets no process be started from this thread and those that it starts (seccomp(2)).
pub(crate) fn forbid_processes() {
    let statement = |code, k| libc::sock_filter { code, jt: 0, jf: 0, k };
    let jump = |code, k, jt, jf| libc::sock_filter { code, jt, jf, k };
    let (load, is, has) = (0x20, 0x15, 0x45);
    let (allow, refuse) = (libc::SECCOMP_RET_ALLOW, libc::SECCOMP_RET_ERRNO | libc::EAGAIN as u32);
    let mut program = [
        statement(load, 0),
        jump(is, libc::SYS_fork as u32, 5, 0),
        jump(is, libc::SYS_vfork as u32, 4, 0),
        jump(is, libc::SYS_clone as u32, 0, 2),
        // The low half of the first argument: threads may be started.
        statement(load, 16),
        jump(has, libc::CLONE_THREAD as u32, 0, 1),
        statement(0x06, allow),
        statement(0x06, refuse),
    ];
    let program = libc::sock_fprog { len: program.len() as u16, filter: program.as_mut_ptr() };
    // SAFETY: the program is whole, and lives until it is taken over.
    let done = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
            && libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program) == 0
    };
    assert!(done, "{}", std::io::Error::last_os_error());
}
