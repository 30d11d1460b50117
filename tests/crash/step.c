/* step.c -- run a program and kill it at its N-th system call, counted over all its threads.
 *
 *     crash-step CONTROL COMMAND ARGUMENTS…
 *
 * CONTROL is a file of one page (control.h): `count` goes up with each call that begins; where it reaches `first`, the
 * process gets SIGKILL before that call is done. The test sets `first` while the program runs. SIGTERM is passed on. Ends with the
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

/* A call begins or ends in a thread. */
static void at_call(crash_control *control, pid_t thread)
{
    struct __ptrace_syscall_info info;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info) <= 0 || info.op != PTRACE_SYSCALL_INFO_ENTRY) return;
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
