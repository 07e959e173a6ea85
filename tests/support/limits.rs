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

/// Lets no process be started from this thread and those that it starts.
pub(crate) fn forbid_processes() {
    filter(&mut [
        statement(LOAD, 0),
        jump(IS, libc::SYS_fork as u32, 5, 0),
        jump(IS, libc::SYS_vfork as u32, 4, 0),
        jump(IS, libc::SYS_clone as u32, 0, 2),
        // The low half of the first argument: threads may be started.
        statement(LOAD, 16),
        jump(HAS, libc::CLONE_THREAD as u32, 0, 1),
        statement(RETURN, libc::SECCOMP_RET_ALLOW),
        statement(RETURN, libc::SECCOMP_RET_ERRNO | libc::EAGAIN as u32),
    ]);
}

/// Lets no program be started from this thread and those that it starts: they may fork, and no more.
pub(crate) fn forbid_programs() {
    filter(&mut [
        statement(LOAD, 0),
        jump(IS, libc::SYS_execve as u32, 1, 0),
        jump(IS, libc::SYS_execveat as u32, 0, 1),
        statement(RETURN, libc::SECCOMP_RET_ERRNO | libc::EPERM as u32),
        statement(RETURN, libc::SECCOMP_RET_ALLOW),
    ]);
}

/// Has the kernel know of no memory that a forked child finds empty, on this thread and those that it starts.
pub(crate) fn forbid_memory_emptied_in_children() {
    filter(&mut [
        statement(LOAD, 0),
        jump(IS, libc::SYS_madvise as u32, 0, 3),
        // The low half of the third argument.
        statement(LOAD, 32),
        jump(IS, libc::MADV_WIPEONFORK as u32, 0, 1),
        statement(RETURN, libc::SECCOMP_RET_ERRNO | libc::EINVAL as u32),
        statement(RETURN, libc::SECCOMP_RET_ALLOW),
    ]);
    // SAFETY: advice on no memory at all.
    assert_ne!(unsafe { libc::madvise(std::ptr::null_mut(), 0, libc::MADV_WIPEONFORK) }, 0, "it is refused");
}

const LOAD: u16 = 0x20;
const IS: u16 = 0x15;
const HAS: u16 = 0x45;
const RETURN: u16 = 0x06;

fn statement(code: u16, k: u32) -> libc::sock_filter {
    jump(code, k, 0, 0)
}

fn jump(code: u16, k: u32, jt: u8, jf: u8) -> libc::sock_filter {
    libc::sock_filter { code, jt, jf, k }
}

/// Has system calls of this thread, and of those that it starts, judged by a program (seccomp(2)).
fn filter(program: &mut [libc::sock_filter]) {
    let program = libc::sock_fprog { len: program.len() as u16, filter: program.as_mut_ptr() };
    // SAFETY: the program is whole, and lives until it is taken over.
    let done = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
            && libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program) == 0
    };
    assert!(done, "{}", std::io::Error::last_os_error());
}
