#include "sys/child.h"
#include "sys/clock.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define READ_BYTES 16384
#define REAP_MS 10 /* between the last word of a child and its end */

typedef struct pipe_end {
    int fd; /* -1: closed */
    zh_buf line;
} pipe_end;

struct zh_child {
    pid_t pid;
    bool ended;
    int status;
    pipe_end says[2]; /* output, error */
    void (*line)(void *context, bool error, zh_sv line);
    void *context;
    char last[ZH_CHILD_LAST_LINES][ZH_CHILD_LAST_BYTES];
    size_t last_count; /* ever; the ring's place is its remainder */
};

/* ---- start ---- */

/* In the child, between fork and exec. Ends with errno in `report` where exec fails. */
static _Noreturn void become(const char *const *argv, const int out[2], const int report[2], pid_t parent)
{
    sigset_t none;
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)signal(SIGPIPE, SIG_DFL);
    (void)setpgid(0, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(127); /* it died before we asked */
    const int empty = open("/dev/null", O_RDONLY);
    if (empty >= 0 && dup2(empty, STDIN_FILENO) >= 0 && dup2(out[0], STDOUT_FILENO) >= 0 && dup2(out[1], STDERR_FILENO) >= 0)
        (void)execvp(argv[0], (char *const *)(uintptr_t)argv); /* POSIX: the words are not changed */
    const int failed = errno;
    const ssize_t n = write(report[1], &failed, sizeof failed);
    (void)n;
    _exit(127);
}

static void close_pair(int pair[2])
{
    for (int i = 0; i < 2; i++)
        if (pair[i] >= 0) (void)close(pair[i]), pair[i] = -1;
}

static zh_err err_of(int failed)
{
    if (failed == ENOENT || failed == ENOTDIR) return ZH_ABSENT;
    if (failed == EACCES || failed == EPERM) return ZH_DENIED;
    return failed == ENOMEM || failed == EAGAIN ? ZH_NOMEM : ZH_IO;
}

/* Forks; the pipes' reading ends are the child's says, and exec's errno comes through `report`. */
static zh_err spawn(zh_child *c, const char *const *argv)
{
    int output[2] = { -1, -1 }, error[2] = { -1, -1 }, report[2] = { -1, -1 }, failed = 0;
    const pid_t parent = getpid();
    if (pipe2(output, O_CLOEXEC) != 0 || pipe2(error, O_CLOEXEC) != 0 || pipe2(report, O_CLOEXEC) != 0 || (c->pid = fork()) < 0) {
        failed = errno;
        c->pid = -1;
    } else if (c->pid == 0) become(argv, (const int[]){ output[1], error[1] }, report, parent);
    if (report[1] >= 0) (void)close(report[1]), report[1] = -1;
    if (failed == 0) {
        ssize_t n;
        while ((n = read(report[0], &failed, sizeof failed)) < 0 && errno == EINTR) {}
        if (n != (ssize_t)sizeof failed) failed = 0; /* closed by exec */
        else while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR) {}
    }
    if (failed == 0) {
        c->says[0].fd = output[0], c->says[1].fd = error[0];
        output[0] = error[0] = -1;
        for (int i = 0; i < 2; i++) (void)fcntl(c->says[i].fd, F_SETFL, O_NONBLOCK);
    }
    close_pair(output), close_pair(error), close_pair(report);
    return failed == 0 ? ZH_OK : err_of(failed);
}

zh_err zh_child_start(zh_child **out, const zh_child_desc *desc)
{
    size_t words = 0;
    while (words <= ZH_CHILD_WORDS_MAX && desc->argv[words] != NULL) words++;
    if (words == 0 || words > ZH_CHILD_WORDS_MAX) return ZH_RANGE;
    zh_child *c = calloc(1, sizeof *c);
    if (c == NULL) return ZH_NOMEM;
    c->line = desc->line, c->context = desc->context;
    for (int i = 0; i < 2; i++) c->says[i] = (pipe_end){ -1, zh_buf_open(ZH_CHILD_LINE_MAX) };
    const zh_err e = spawn(c, desc->argv);
    if (e != ZH_OK) {
        free(c);
        return e;
    }
    *out = c;
    return ZH_OK;
}

int zh_child_pid(const zh_child *c) { return (int)c->pid; }

/* ---- what it says ---- */

static void say(zh_child *c, int which)
{
    const zh_sv line = zh_buf_view(&c->says[which].line);
    if (which == 1) {
        const zh_sv part = zh_sv_part(line, 0, ZH_CHILD_LAST_BYTES - 1);
        char *to = c->last[c->last_count++ % ZH_CHILD_LAST_LINES];
        if (part.size > 0) memcpy(to, part.data, part.size);
        to[part.size] = '\0';
    }
    if (c->line != NULL) c->line(c->context, which == 1, line);
    zh_buf_reset(&c->says[which].line);
}

static void hear(zh_child *c, int which, zh_sv bytes)
{
    zh_buf *line = &c->says[which].line;
    while (bytes.size > 0) {
        const char *end = memchr(bytes.data, '\n', bytes.size);
        const size_t size = end == NULL ? bytes.size : (size_t)(end - bytes.data), room = ZH_CHILD_LINE_MAX - line->size;
        zh_buf_put(line, zh_sv_part(bytes, 0, size < room ? size : room));
        if (size > room) {
            say(c, which);
            bytes = zh_sv_part(bytes, room, bytes.size);
            continue;
        }
        if (end != NULL) say(c, which);
        bytes = zh_sv_part(bytes, size + (end != NULL), bytes.size);
    }
}

/* Read what is there; at its end the last line, whole or not. */
static void drain(zh_child *c, int which)
{
    char bytes[READ_BYTES];
    ssize_t n;
    if (c->says[which].fd < 0) return;
    while ((n = read(c->says[which].fd, bytes, sizeof bytes)) > 0 || (n < 0 && errno == EINTR))
        if (n > 0) hear(c, which, (zh_sv){ bytes, (size_t)n });
    if (n < 0 && errno == EAGAIN && !c->ended) return;
    if (c->says[which].line.size > 0) say(c, which);
    (void)close(c->says[which].fd);
    c->says[which].fd = -1;
}

static void reap(zh_child *c)
{
    int status;
    if (c->ended || waitpid(c->pid, &status, WNOHANG) != c->pid) return;
    c->ended = true;
    c->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void zh_child_watch(zh_child *const *children, size_t count, int64_t timeout_ms)
{
    struct pollfd polls[2 * ZH_CHILD_WATCH_MAX];
    size_t used = 0;
    assert(count <= ZH_CHILD_WATCH_MAX);
    for (size_t i = 0; i < count; i++)
        for (int which = 0; which < 2; which++)
            if (children[i]->says[which].fd >= 0)
                polls[used++] = (struct pollfd){ .fd = children[i]->says[which].fd, .events = POLLIN };
    for (size_t i = 0; i < count; i++)
        if (!children[i]->ended && children[i]->says[0].fd < 0 && children[i]->says[1].fd < 0 && timeout_ms > REAP_MS) timeout_ms = REAP_MS;
    (void)poll(polls, used, (int)(timeout_ms < 0 ? 0 : timeout_ms > 3600000 ? 3600000 : timeout_ms));
    for (size_t i = 0; i < count; i++) {
        reap(children[i]); /* before reading: so what it said before its end is read */
        for (int which = 0; which < 2; which++) drain(children[i], which);
    }
}

bool zh_child_ended(const zh_child *c) { return c->ended; }

int zh_child_status(const zh_child *c) { return c->status; }

void zh_child_last(const zh_child *c, zh_buf *out)
{
    for (size_t i = c->last_count < ZH_CHILD_LAST_LINES ? 0 : c->last_count - ZH_CHILD_LAST_LINES; i < c->last_count; i++)
        zh_buf_printf(out, "  %s\n", c->last[i % ZH_CHILD_LAST_LINES]);
}

/* ---- end ---- */

int zh_child_stop(zh_child *c, int64_t patience_ms)
{
    const int64_t until_us = zh_clock_mono_us(NULL) + patience_ms * 1000;
    if (!c->ended) (void)kill(c->pid, SIGTERM);
    while (!c->ended && zh_clock_mono_us(NULL) < until_us) zh_child_watch(&c, 1, 100);
    if (!c->ended) (void)kill(c->pid, SIGKILL);
    while (!c->ended) zh_child_watch(&c, 1, 100);
    return c->status;
}

void zh_child_close(zh_child *c)
{
    if (c == NULL) return;
    if (!c->ended) (void)zh_child_stop(c, 0);
    for (int i = 0; i < 2; i++) {
        if (c->says[i].fd >= 0) (void)close(c->says[i].fd);
        zh_buf_close(&c->says[i].line);
    }
    free(c);
}
