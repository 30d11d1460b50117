#include "sys/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pwd.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- folders: Landlock. Numbers of the kernel's interface, newer ones than the headers of Debian 12 have ---- */

enum {
    LANDLOCK_CREATE = 444, LANDLOCK_ADD = 445, LANDLOCK_ENTER = 446, /* calls, the same on every architecture */
    ASK_VERSION = 1, BENEATH = 1,
};
#define FS_EXECUTE (1u << 0)
#define FS_WRITE_FILE (1u << 1)
#define FS_READ_FILE (1u << 2)
#define FS_READ_DIR (1u << 3)
#define FS_REMOVE_FILE (1u << 5)
#define FS_MAKE_SOCK (1u << 9)
#define FS_REFER (1u << 13)    /* from version 2 */
#define FS_TRUNCATE (1u << 14) /* 3 */
#define FS_IOCTL_DEV (1u << 15) /* 5 */
#define FS_FIRST 0x1FFFu        /* all of version 1 */
#define NET_CONNECT_TCP (1u << 1)
#define NET_PORT 2 /* a rule of a port */
#define SCOPE_ALL 3u /* abstract sockets, signals */

typedef struct ruleset { uint64_t fs, net, scope; } ruleset;
typedef struct port_rule { uint64_t allowed, port; } port_rule;
typedef struct __attribute__((packed)) beneath { uint64_t allowed; int32_t parent; } beneath;

static ruleset handled(int version)
{
    return (ruleset){ .fs = FS_FIRST | FS_REFER | (version >= 3 ? FS_TRUNCATE : 0) | (version >= 5 ? FS_IOCTL_DEV : 0),
                      .net = version >= 4 ? NET_CONNECT_TCP : 0, .scope = version >= 6 ? SCOPE_ALL : 0 };
}

/* A kernel takes no more bytes than it knows. */
static size_t size_of_ruleset(int version)
{
    return version >= 6 ? sizeof(ruleset) : version >= 4 ? offsetof(ruleset, scope) : offsetof(ruleset, net);
}

static uint64_t rights(zh_sandbox_use use, bool is_folder, uint64_t all)
{
    uint64_t given = FS_READ_FILE | FS_READ_DIR;
    if (use == ZH_SANDBOX_WRITE) given = all & ~(uint64_t)(FS_EXECUTE | FS_IOCTL_DEV);
    if (use == ZH_SANDBOX_NAMES) given = FS_MAKE_SOCK | FS_REMOVE_FILE;
    return is_folder ? given : given & (FS_READ_FILE | FS_WRITE_FILE | FS_TRUNCATE);
}

static bool reaches_any_port(const zh_sandbox_path *paths, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (paths[i].use == ZH_SANDBOX_CONNECT && paths[i].port == 0) return true;
    return false;
}

static zh_err allow_port(int set, uint16_t port, uint64_t net)
{
    const port_rule rule = { .allowed = NET_CONNECT_TCP, .port = port };
    return net == 0 || syscall(LANDLOCK_ADD, set, NET_PORT, &rule, 0) == 0 ? ZH_OK : ZH_IO;
}

static zh_err allow(int set, const zh_sandbox_path *path, uint64_t all)
{
    char text[PATH_MAX];
    if (path->path.size >= sizeof text) return ZH_RANGE;
    memcpy(text, path->path.data, path->path.size);
    text[path->path.size] = '\0';
    const int at = open(text, O_PATH | O_CLOEXEC);
    if (at < 0) return ZH_OK;
    struct stat there;
    const bool is_folder = fstat(at, &there) == 0 && S_ISDIR(there.st_mode);
    const beneath rule = { .allowed = rights(path->use, is_folder, all), .parent = at };
    const bool added = rule.allowed == 0 || syscall(LANDLOCK_ADD, set, BENEATH, &rule, 0) == 0;
    close(at);
    return added ? ZH_OK : ZH_IO;
}

static zh_err confine_folders(const zh_sandbox_path *paths, size_t count, int *version, zh_note *why)
{
    const long asked = syscall(LANDLOCK_CREATE, NULL, 0, ASK_VERSION);
    *version = 0;
    if (asked < ZH_SANDBOX_LANDLOCK_MIN) return ZH_OK;
    ruleset all = handled((int)asked);
    if (reaches_any_port(paths, count)) all.net = 0;
    const int set = (int)syscall(LANDLOCK_CREATE, &all, size_of_ruleset((int)asked), 0);
    zh_err e = set < 0 ? ZH_IO : ZH_OK;
    for (size_t i = 0; e == ZH_OK && i < count; i++) e = paths[i].use == ZH_SANDBOX_CONNECT ? allow_port(set, paths[i].port, all.net) : allow(set, &paths[i], all.fs);
    if (e == ZH_OK && syscall(LANDLOCK_ENTER, set, 0) != 0) e = ZH_IO;
    if (e != ZH_OK) zh_note_set(why, "Landlock, which this kernel has, cannot be used: %s", strerror(errno));
    else *version = (int)asked;
    if (set >= 0) close(set);
    return e;
}

/* ---- calls: seccomp ---- */

/* What an engine was seen to call in the end-to-end tests (strace), and what its libraries call instead on other kernels. */
static const int allowed[] = {
    /* files */
    SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_pread64, SYS_pwrite64, SYS_preadv, SYS_pwritev, SYS_openat, SYS_close, SYS_lseek,
    SYS_fstat, SYS_newfstatat, SYS_statx, SYS_statfs, SYS_fstatfs, SYS_faccessat, SYS_faccessat2, SYS_readlinkat, SYS_getdents64, SYS_getcwd,
    SYS_fallocate, SYS_ftruncate, SYS_truncate, SYS_fsync, SYS_fdatasync, SYS_sync_file_range, SYS_syncfs, SYS_fadvise64, SYS_readahead,
    SYS_flock, SYS_fcntl, SYS_dup, SYS_dup3, SYS_pipe2, SYS_mkdirat, SYS_unlinkat, SYS_linkat, SYS_renameat, SYS_renameat2,
    SYS_fchmod, SYS_fchmodat, SYS_utimensat, SYS_umask, SYS_copy_file_range, SYS_sendfile,
#ifdef SYS_open /* the older names, where an architecture has them */
    SYS_open, SYS_stat, SYS_lstat, SYS_access, SYS_readlink, SYS_getdents, SYS_mkdir, SYS_rmdir, SYS_unlink, SYS_link, SYS_rename, SYS_chmod, SYS_dup2, SYS_pipe,
#endif
    /* memory */
    SYS_brk, SYS_munmap, SYS_mremap, SYS_madvise, SYS_mlock, SYS_mlock2, SYS_munlock, SYS_msync, SYS_mincore, SYS_membarrier,
    /* threads and signals of our own */
    SYS_futex, SYS_exit, SYS_exit_group, SYS_set_robust_list, SYS_rseq, SYS_set_tid_address, SYS_gettid, SYS_getpid, SYS_getppid, SYS_sched_yield,
    SYS_sched_getaffinity, SYS_sched_setaffinity, SYS_sched_getparam, SYS_sched_getscheduler, SYS_getcpu, SYS_getpriority, SYS_setpriority, SYS_ioprio_get, SYS_ioprio_set,
    SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_rt_sigtimedwait, SYS_sigaltstack, SYS_restart_syscall,
    /* sockets that were allowed to be made, and waiting for them */
    SYS_bind, SYS_listen, SYS_accept, SYS_accept4, SYS_connect, SYS_getsockname, SYS_getpeername, SYS_getsockopt, SYS_setsockopt, SYS_shutdown,
    SYS_sendto, SYS_recvfrom, SYS_sendmsg, SYS_recvmsg, SYS_sendmmsg, SYS_ppoll, SYS_pselect6, SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_pwait, SYS_eventfd2,
#ifdef SYS_poll
    SYS_poll, SYS_select, SYS_epoll_wait, SYS_epoll_create, SYS_eventfd,
#endif
    /* time, chance, who and where we are */
    SYS_clock_gettime, SYS_clock_getres, SYS_clock_nanosleep, SYS_nanosleep, SYS_gettimeofday, SYS_getrandom, SYS_getrusage, SYS_times, SYS_sysinfo, SYS_uname,
    SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid, SYS_getgroups, SYS_getrlimit, SYS_timerfd_create, SYS_timerfd_settime, SYS_timerfd_gettime,
};

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#define OTHER_NUMBERS 0x40000000u /* x32: the same calls under other numbers */
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#define OTHER_NUMBERS UINT32_MAX
#endif

#define LENGTH_MAX 512 /* instructions; the kernel takes 4,096 */
#define NO (SECCOMP_RET_ERRNO | EPERM)
#define UNKNOWN (SECCOMP_RET_ERRNO | ENOSYS) /* so that the C library takes another way */
#define YES SECCOMP_RET_ALLOW

typedef struct program {
    struct sock_filter code[LENGTH_MAX];
    unsigned short size;
} program;

static void put(program *p, struct sock_filter one)
{
    if (p->size < LENGTH_MAX) p->code[p->size++] = one;
}

static void load(program *p, size_t offset)
{
    put(p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

static void answer(program *p, uint32_t what)
{
    put(p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, what));
}

static void answer_where(program *p, uint32_t equal, uint32_t what)
{
    put(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, equal, 0, 1));
    answer(p, what);
}

#ifdef ARCHITECTURE
/* The low half of an argument; those looked at here are no wider. */
static size_t argument(unsigned number)
{
    return offsetof(struct seccomp_data, args) + 8 * number;
}

/* Call `number` is judged by argument `at`, of it the bits `mask`: `yes` where they are one of `values`, else `no`. */
static void judge(program *p, long number, unsigned at, uint32_t mask, const uint32_t *values, size_t count, uint32_t yes, uint32_t no)
{
    put(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, (uint8_t)(3 + 2 * count)));
    load(p, argument(at));
    put(p, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask));
    for (size_t i = 0; i < count; i++) answer_where(p, values[i], yes);
    answer(p, no);
}

#define JUDGE(number, at, mask, yes, no, ...) \
    judge(p, number, at, mask, (const uint32_t[]){ __VA_ARGS__ }, sizeof (const uint32_t[]){ __VA_ARGS__ } / sizeof(uint32_t), yes, no)

static void write_program(program *p)
{
    const uint32_t self = (uint32_t)getpid(), all = UINT32_MAX;
    load(p, offsetof(struct seccomp_data, arch));
    put(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0));
    answer(p, SECCOMP_RET_KILL_PROCESS);
    load(p, offsetof(struct seccomp_data, nr));
    put(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, OTHER_NUMBERS, 0, 1));
    answer(p, UNKNOWN);
    /* Memory is written or run, never both, and never becomes runnable later. */
    JUDGE(SYS_mmap, 2, PROT_WRITE | PROT_EXEC, NO, YES, PROT_WRITE | PROT_EXEC);
    JUDGE(SYS_mprotect, 2, PROT_EXEC, YES, NO, 0);
    /* Threads, no processes. The newer call hides its flags in memory, where no filter sees them. */
    JUDGE(SYS_clone, 0, CLONE_THREAD, YES, NO, CLONE_THREAD);
    answer_where(p, SYS_clone3, UNKNOWN);
    JUDGE(SYS_kill, 0, all, YES, NO, self);
    JUDGE(SYS_tgkill, 0, all, YES, NO, self);
    JUDGE(SYS_prlimit64, 0, all, YES, NO, 0);
    JUDGE(SYS_prctl, 0, all, YES, NO, PR_SET_NAME, PR_GET_NAME);
    JUDGE(SYS_ioctl, 1, all, YES, NO, TCGETS, TIOCGWINSZ, FIONBIO, FIONREAD);
    JUDGE(SYS_socketpair, 0, all, YES, NO, AF_UNIX);
    /* Streams of three families: no raw packets, no netlink, no datagrams that could carry data out by a name server. */
    put(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 12));
    load(p, argument(1));
    put(p, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xF));
    put(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SOCK_STREAM, 1, 0));
    answer(p, NO);
    load(p, argument(0));
    answer_where(p, AF_UNIX, YES);
    answer_where(p, AF_INET, YES);
    answer_where(p, AF_INET6, YES);
    answer(p, NO);
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) answer_where(p, (uint32_t)allowed[i], YES);
    answer(p, NO);
}

static zh_err confine_calls(bool *is, zh_note *why)
{
    program p = { .size = 0 };
    write_program(&p);
    const struct sock_fprog filter = { .len = p.size, .filter = p.code };
    *is = false;
    if (p.size == LENGTH_MAX) return ZH_NOMEM;
    if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0) return ZH_OK; /* a kernel without it */
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter) != 0) {
        zh_note_set(why, "seccomp, which this kernel has, cannot be used: %s", strerror(errno));
        return ZH_IO;
    }
    *is = true;
    return ZH_OK;
}
#else
static zh_err confine_calls(bool *is, zh_note *why)
{
    (void)why;
    *is = false; /* nobody looked yet which calls an engine makes here */
    return ZH_OK;
}
#endif

/* ---- all together ---- */

zh_err zh_sandbox_enter(const zh_sandbox_path *paths, size_t count, zh_sandbox *out, zh_note *why)
{
    *out = (zh_sandbox){ 0 };
    const struct rlimit none = { 0, 0 };
    if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        zh_note_set(why, "the kernel refuses what it refuses nobody: %s", strerror(errno));
        return ZH_IO;
    }
    const zh_err e = confine_folders(paths, count, &out->landlock, why);
    return e == ZH_OK ? confine_calls(&out->calls, why) : e;
}

zh_err zh_sandbox_become(zh_sv user)
{
    char name[256];
    if (user.size == 0 || user.size >= sizeof name) return ZH_ABSENT;
    memcpy(name, user.data, user.size);
    name[user.size] = '\0';
    const struct passwd *who = getpwnam(name);
    if (who == NULL) return ZH_ABSENT;
    if (initgroups(name, who->pw_gid) != 0 || setresgid(who->pw_gid, who->pw_gid, who->pw_gid) != 0 ||
        setresuid(who->pw_uid, who->pw_uid, who->pw_uid) != 0)
        return ZH_DENIED;
    return who->pw_uid != 0 && setuid(0) == 0 ? ZH_DENIED : ZH_OK; /* there is no way back, or it was no drop */
}
