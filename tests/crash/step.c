/* step.c -- run a program and kill it at its N-th system call, counted over all its threads.
 *
 *     crash-step CONTROL COMMAND ARGUMENTS…
 *
 * CONTROL is a file of one page (control.h): `count` goes up with each call that begins; where it reaches `first`, the
 * process gets SIGKILL before that call is done. Where `kind` is CRASH_LASTING, calls that can leave nothing behind the process are
 * not counted: a kill before such a call and a kill after it leave the same world. The test sets `first` while the program runs. SIGTERM is passed on. Ends with the
 * program's status, 137 where it was killed.
 */
#include "control.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile pid_t child;

static void pass_on(int number)
{
    if (child > 0) kill(child, number);
}

static crash_control *open_control(const char *path)
{
    const int file = open(path, O_RDWR | O_CLOEXEC);
    void *at = file < 0 ? MAP_FAILED : mmap(NULL, CRASH_CONTROL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (at == MAP_FAILED) {
        perror(path);
        exit(3);
    }
    return at;
}

static pid_t begin(char **command)
{
    const pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        raise(SIGSTOP);
        execvp(command[0], command);
        perror(command[0]);
        _exit(127);
    }
    int status;
    if (pid < 0 || waitpid(pid, &status, WUNTRACED) != pid) exit(3);
    const long options = PTRACE_O_TRACECLONE | PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL;
    if (ptrace(PTRACE_SEIZE, pid, 0, options) != 0) {
        perror("ptrace");
        exit(77);
    }
    kill(pid, SIGCONT);
    return pid;
}

/* Memory, threads, clocks, waiting, reading and asking. */
static bool leaves_nothing(uint64_t call)
{
    switch (call) {
    case SYS_futex: case SYS_mmap: case SYS_mprotect: case SYS_munmap: case SYS_madvise: case SYS_brk: case SYS_mlock:
    case SYS_gettid: case SYS_getpid: case SYS_clone: case SYS_clone3: case SYS_rseq: case SYS_set_robust_list: case SYS_prctl:
    case SYS_arch_prctl: case SYS_prlimit64: case SYS_sched_yield: case SYS_sched_getaffinity: case SYS_rt_sigaction:
    case SYS_rt_sigprocmask: case SYS_rt_sigtimedwait: case SYS_restart_syscall: case SYS_nanosleep: case SYS_clock_nanosleep:
    case SYS_clock_gettime: case SYS_getrandom: case SYS_getrusage: case SYS_uname: case SYS_sysinfo: case SYS_getuid: case SYS_geteuid:
    case SYS_read: case SYS_pread64: case SYS_readv: case SYS_recvfrom: case SYS_recvmsg: case SYS_lseek: case SYS_getdents64:
    case SYS_fstat: case SYS_stat: case SYS_lstat: case SYS_newfstatat: case SYS_statfs: case SYS_fstatfs: case SYS_access:
    case SYS_faccessat: case SYS_readlink: case SYS_fadvise64: case SYS_readahead:
    case SYS_epoll_wait: case SYS_epoll_pwait: case SYS_epoll_ctl: case SYS_epoll_create1: case SYS_eventfd2: case SYS_poll: case SYS_ppoll:
    case SYS_getsockname: case SYS_getsockopt: case SYS_setsockopt: return true;
    default: return false;
    }
}

/* A call begins or ends in a thread. */
static void at_call(crash_control *control, pid_t thread)
{
    struct __ptrace_syscall_info info;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info) <= 0 || info.op != PTRACE_SYSCALL_INFO_ENTRY) return;
    if (control->kind == CRASH_LASTING && leaves_nothing(info.entry.nr)) return;
    const uint64_t now = __atomic_add_fetch(&control->count, 1, __ATOMIC_SEQ_CST);
    const uint64_t first = __atomic_load_n(&control->first, __ATOMIC_SEQ_CST);
    if (first == 0 || now < first || control->hits > 0) return;
    control->hits = 1;
    snprintf(control->last, sizeof control->last, "%llu", (unsigned long long)info.entry.nr);
    kill(child, SIGKILL);
}

int main(int argc, char **argv)
{
    if (argc < 3) return 2;
    crash_control *control = open_control(argv[1]);
    child = begin(argv + 2);
    signal(SIGTERM, pass_on);
    signal(SIGINT, pass_on);
    for (;;) {
        int status;
        const pid_t thread = waitpid(-1, &status, __WALL);
        if (thread < 0 && errno == EINTR) continue;
        if (thread < 0) return 3;
        if (thread == child && WIFEXITED(status)) return WEXITSTATUS(status);
        if (thread == child && WIFSIGNALED(status)) return 128 + WTERMSIG(status);
        if (!WIFSTOPPED(status)) continue;
        const int number = WSTOPSIG(status), event = status >> 16;
        int deliver = 0;
        if (number == (SIGTRAP | 0x80)) at_call(control, thread);
        else if (event == 0) deliver = number;
        ptrace(PTRACE_SYSCALL, thread, 0, deliver);
    }
}
