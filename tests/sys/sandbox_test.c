/* Goal: from inside the sandbox its own folder can be used as ever, and everything else of the machine is refused.
 * Method: a child enters it and tries a table of acts, also from a thread; each row is tried outside first and must
 * succeed there, or a refusal would prove nothing. */
#include "sys/sandbox.h"

#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SKIPPED = 77 };

static char folder[] = "/tmp/zhun-sandbox-XXXXXX", outside[] = "/tmp/zhun-outside-XXXXXX";
static struct sockaddr_in listening;

static bool opened(int fd)
{
    if (fd >= 0) close(fd);
    return fd >= 0;
}

static bool read_outside(void) { return opened(open("/etc/passwd", O_RDONLY)); }
static bool list_outside(void) { return opened(open("/etc", O_RDONLY | O_DIRECTORY)); }
static bool write_outside(void)
{
    char path[64];
    snprintf(path, sizeof path, "%s/new", outside);
    return opened(open(path, O_WRONLY | O_CREAT, 0600)) && unlink(path) == 0;
}

static bool run_a_program(void)
{
    const pid_t child = vfork();
    if (child == 0) {
        execl("/bin/true", "true", (char *)NULL);
        _exit(1);
    }
    int status = 1;
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

/* Without a child: where this succeeds the program is another one, whose status is 0. */
static bool become_a_program(void)
{
    execl("/bin/true", "true", (char *)NULL);
    return false;
}

static bool make_a_process(void)
{
    const pid_t child = fork();
    if (child == 0) _exit(0);
    return child > 0 && waitpid(child, NULL, 0) == child;
}

static bool look_into_the_parent(void) { return ptrace(PTRACE_SEIZE, getppid(), NULL, NULL) == 0; } /* ended with the child */
static bool signal_the_parent(void) { return kill(getppid(), 0) == 0; }
static bool send_datagrams(void) { return opened(socket(AF_INET, SOCK_DGRAM, 0)); }
static bool ask_netlink(void) { return opened(socket(AF_NETLINK, SOCK_RAW, 0)); }
static bool connect_out(void)
{
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    const bool good = fd >= 0 && connect(fd, (const struct sockaddr *)&listening, sizeof listening) == 0;
    if (fd >= 0) close(fd);
    return good;
}

static bool run_written_memory(void)
{
    void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const bool good = at != MAP_FAILED && mprotect(at, 4096, PROT_READ | PROT_EXEC) == 0;
    if (at != MAP_FAILED) munmap(at, 4096);
    return good;
}

static bool map_both_ways(void)
{
    void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at != MAP_FAILED) munmap(at, 4096);
    return at != MAP_FAILED;
}

static bool raise_core(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_max > 0;
}

static bool be_dumped(void) { return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1; }

/* What an engine does all day. */
static bool use_own_folder(void)
{
    char a[96], b[96], c[96], d[96];
    snprintf(a, sizeof a, "%s/one", folder);
    snprintf(b, sizeof b, "%s/sub", folder);
    snprintf(c, sizeof c, "%s/sub/two", folder);
    snprintf(d, sizeof d, "%s/sub/three", folder);
    const int fd = open(a, O_RDWR | O_CREAT, 0600);
    const bool written = fd >= 0 && write(fd, "x", 1) == 1 && ftruncate(fd, 10) == 0 && fdatasync(fd) == 0;
    return written && close(fd) == 0 && mkdir(b, 0700) == 0 && rename(a, c) == 0 && link(c, d) == 0 && truncate(d, 0) == 0 && unlink(c) == 0 && unlink(d) == 0 &&
           rmdir(b) == 0;
}

static bool listen_in_own_folder(void)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    snprintf(at.sun_path, sizeof at.sun_path, "%s/sock", folder);
    const int server = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
    const bool good = server >= 0 && client >= 0 && bind(server, (const struct sockaddr *)&at, sizeof at) == 0 && listen(server, 1) == 0 &&
                      connect(client, (const struct sockaddr *)&at, sizeof at) == 0;
    if (server >= 0) close(server);
    if (client >= 0) close(client);
    unlink(at.sun_path);
    return good;
}

static bool listen_tcp(void)
{
    const struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    const bool good = fd >= 0 && bind(fd, (const struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 1) == 0;
    if (fd >= 0) close(fd);
    return good;
}

static const struct row {
    const char *name;
    bool (*act)(void);
    bool inside;  /* may it be done in the sandbox? */
    bool by_calls; /* who refuses it: seccomp, else Landlock of this version */
    int landlock;
} rows[] = {
    { "its own folder is used", use_own_folder, true, false, 0 },
    { "it listens in its own folder", listen_in_own_folder, true, false, 0 },
    { "it listens on a port", listen_tcp, true, false, 0 },
    { "a file outside is read", read_outside, false, false, 2 },
    { "a folder outside is listed", list_outside, false, false, 2 },
    { "a file outside is made", write_outside, false, false, 2 },
    { "a connection goes out", connect_out, false, false, 4 },
    { "a program is started", run_a_program, false, true, 0 },
    { "a process is made", make_a_process, false, true, 0 },
    { "the parent is looked into", look_into_the_parent, false, true, 0 },
    { "the parent is signalled", signal_the_parent, false, true, 0 },
    { "a datagram leaves", send_datagrams, false, true, 0 },
    { "netlink is asked", ask_netlink, false, true, 0 },
    { "written memory is run", run_written_memory, false, true, 0 },
    { "memory is written and run", map_both_ways, false, true, 0 },
};
#define ROWS (sizeof rows / sizeof *rows)

static void each_row(bool inside, const zh_sandbox *got)
{
    for (size_t i = 0; i < ROWS; i++) {
        const struct row *r = &rows[i];
        if (inside && r->by_calls && !got->calls) continue;
        if (inside && r->landlock > got->landlock) continue;
        const bool want = inside ? r->inside : true;
        errno = 0;
        CHECK_ROW(r->act() == want, r->name);
        CHECK_ROW(want || errno == EPERM || errno == EACCES, r->name);
    }
}

static void *from_a_thread(void *got)
{
    each_row(true, got);
    return NULL;
}

static int in_a_child(void)
{
    const zh_sandbox_path paths[] = { { .path = zh_sv_of(folder), .use = ZH_SANDBOX_WRITE }, { .path = ZH_SV("/nowhere/at/all"), .use = ZH_SANDBOX_READ } };
    zh_sandbox got;
    zh_note why = { "" };
    if (zh_sandbox_enter(paths, 2, &got, &why) != ZH_OK) fprintf(stderr, "%s\n", why.text);
    else {
        each_row(true, &got);
        pthread_t thread;
        CHECK(pthread_create(&thread, NULL, from_a_thread, &got) == 0 && pthread_join(thread, NULL) == 0);
        CHECK(!raise_core() && !be_dumped());
        if (got.calls) CHECK(!become_a_program() && errno == EPERM);
        printf("landlock %d, seccomp %d\n", got.landlock, got.calls);
        fflush(stdout);
        return got.landlock >= ZH_SANDBOX_LANDLOCK_MIN || got.calls ? 0 : SKIPPED;
    }
    return 1;
}

static void nobody_becomes_a_user_who_is_not_there(void)
{
    CHECK(zh_sandbox_become(ZH_SV("no such user of this machine")) == ZH_ABSENT && zh_sandbox_become(ZH_SV("")) == ZH_ABSENT);
    if (geteuid() != 0) return;
    const pid_t child = fork();
    if (child == 0) _exit(zh_sandbox_become(ZH_SV("nobody")) == ZH_OK && getuid() != 0 && getgid() != 0 && setuid(0) != 0 && !opened(open("/etc/shadow", O_RDONLY)) ? 0 : 1);
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

/* Acts are tried outside first, by a child: looking into the parent ends with whoever looked. */
static void check_24_from_inside_the_machine_is_refused(int *left)
{
    int status;
    const pid_t plain = fork();
    if (plain == 0) {
        each_row(false, NULL);
        _exit(0);
    }
    CHECK(waitpid(plain, &status, 0) == plain && status == 0);
    const pid_t child = fork();
    if (child == 0) _exit(in_a_child());
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
    *left = WEXITSTATUS(status);
    CHECK(*left == 0 || *left == SKIPPED);
}

int main(void)
{
    CHECK(mkdtemp(folder) != NULL && mkdtemp(outside) != NULL);
    const int server = socket(AF_INET, SOCK_STREAM, 0);
    socklen_t size = sizeof listening;
    listening = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    CHECK(server >= 0 && bind(server, (const struct sockaddr *)&listening, size) == 0 && listen(server, 8) == 0 && getsockname(server, (struct sockaddr *)&listening, &size) == 0);
    int left;
    PROVE(check_24_from_inside_the_machine_is_refused, &left);
    rmdir(folder);
    rmdir(outside);
    nobody_becomes_a_user_who_is_not_there();
    return left;
}
