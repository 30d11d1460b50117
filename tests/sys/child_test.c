/* Goal: a child is heard to its last word, ended by its id, and never outlives who started it.
 * Method: small shell scripts. */
#include "sys/child.h"
#include "sys/clock.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

typedef struct heard {
    zh_buf output, error;
    size_t lines, longest;
} heard;

static void hear(void *context, bool error, zh_sv line)
{
    heard *h = context;
    zh_buf *to = error ? &h->error : &h->output;
    h->lines++;
    if (line.size > h->longest) h->longest = line.size;
    zh_buf_put(to, line);
    zh_buf_put(to, ZH_SV("|"));
}

static zh_child *start(heard *h, const char *script)
{
    zh_child *child = NULL;
    *h = (heard){ zh_buf_open(4u << 20), zh_buf_open(4u << 20), 0, 0 };
    CHECK(zh_child_start(&child, &(zh_child_desc){ .argv = (const char *const[]){ "sh", "-c", script, NULL }, .line = hear, .context = h }) == ZH_OK);
    return child;
}

static void end(zh_child *child, heard *h)
{
    zh_child_close(child);
    zh_buf_close(&h->output);
    zh_buf_close(&h->error);
}

static void to_the_end(zh_child *child)
{
    while (!zh_child_ended(child)) zh_child_watch(&child, 1, 1000);
}

static void lines_come_whole_and_the_last_one_too(void)
{
    heard h;
    zh_child *child = start(&h, "printf 'one\\n\\ntw'; sleep 0.05; printf 'o\\nthree'; echo warning >&2; cat; exit 7");
    to_the_end(child);
    CHECK(zh_sv_equal(zh_buf_view(&h.output), ZH_SV("one||two|three|")) && zh_sv_equal(zh_buf_view(&h.error), ZH_SV("warning|")));
    CHECK(zh_child_status(child) == 7 && zh_child_stop(child, 10) == 7);
    end(child, &h);
}

static void a_long_line_comes_in_pieces_and_nothing_is_lost(void)
{
    heard h;
    zh_child *child = start(&h, "head -c 300000 /dev/zero | tr '\\0' x");
    to_the_end(child);
    CHECK(h.longest == ZH_CHILD_LINE_MAX && h.lines == 300000 / ZH_CHILD_LINE_MAX + 1 && h.output.size == 300000 + h.lines);
    end(child, &h);
}

static void the_last_lines_of_error_are_kept(void)
{
    heard h;
    zh_buf last = zh_buf_open(1 << 20);
    zh_child *child = start(&h, "for i in 1 2 3 4 5 6 7 8 9; do echo $i >&2; done; echo out; head -c 1000 /dev/zero | tr '\\0' y >&2");
    to_the_end(child);
    zh_child_last(child, &last);
    CHECK(zh_sv_starts(zh_buf_view(&last), ZH_SV("  5\n  6\n  7\n  8\n  9\n  yyy")) && last.size == 5 * 4 + 2 + ZH_CHILD_LAST_BYTES - 1 + 1);
    zh_buf_close(&last);
    end(child, &h);
}

static void a_stop_is_gentle_first(void)
{
    heard h;
    zh_child *child = start(&h, "trap 'echo bye; exit 5' TERM; echo ready; while :; do sleep 0.01; done");
    while (h.lines == 0) zh_child_watch(&child, 1, 1000);
    CHECK(!zh_child_ended(child) && zh_child_stop(child, 10000) == 5 && zh_sv_equal(zh_buf_view(&h.output), ZH_SV("ready|bye|")));
    end(child, &h);
    child = start(&h, "trap '' TERM; echo ready; while :; do sleep 0.01; done");
    while (h.lines == 0) zh_child_watch(&child, 1, 1000);
    CHECK(zh_child_stop(child, 100) == 128 + SIGKILL);
    end(child, &h);
    child = start(&h, "exec sleep 600"); /* a close is enough */
    const int pid = zh_child_pid(child);
    end(child, &h);
    CHECK(kill(pid, 0) != 0 && errno == ESRCH);
}

static void two_are_watched_together(void)
{
    heard a, b;
    zh_child *both[2] = { start(&a, "echo a; sleep 0.1; echo aa"), start(&b, "sleep 0.05; echo b; kill -9 $$") };
    while (!zh_child_ended(both[0]) || !zh_child_ended(both[1])) zh_child_watch(both, 2, 1000);
    CHECK(zh_sv_equal(zh_buf_view(&a.output), ZH_SV("a|aa|")) && zh_sv_equal(zh_buf_view(&b.output), ZH_SV("b|")));
    CHECK(zh_child_status(both[0]) == 0 && zh_child_status(both[1]) == 128 + SIGKILL);
    end(both[0], &a);
    end(both[1], &b);
}

static void what_cannot_be_run_is_said_at_once(void)
{
    zh_child *child = NULL;
    const char *words[ZH_CHILD_WORDS_MAX + 2] = { 0 };
    CHECK(zh_child_start(&child, &(zh_child_desc){ .argv = words }) == ZH_RANGE);
    for (size_t i = 0; i <= ZH_CHILD_WORDS_MAX; i++) words[i] = "true";
    CHECK(zh_child_start(&child, &(zh_child_desc){ .argv = words }) == ZH_RANGE);
    CHECK(zh_child_start(&child, &(zh_child_desc){ .argv = (const char *const[]){ "no-such-program-of-zhun", NULL } }) == ZH_ABSENT);
    CHECK(zh_child_start(&child, &(zh_child_desc){ .argv = (const char *const[]){ "/tmp", NULL } }) == ZH_DENIED);
}

static void it_does_not_outlive_who_started_it(void)
{
    int pair[2], pid = 0;
    CHECK(pipe(pair) == 0);
    const pid_t parent = fork();
    if (parent == 0) {
        heard h;
        pid = zh_child_pid(start(&h, "exec sleep 600"));
        if (write(pair[1], &pid, sizeof pid) != (ssize_t)sizeof pid) _exit(1);
        pause();
    }
    CHECK(read(pair[0], &pid, sizeof pid) == (ssize_t)sizeof pid);
    CHECK(kill(parent, SIGKILL) == 0 && waitpid(parent, NULL, 0) == parent);
    const int64_t until_us = zh_clock_mono_us(NULL) + 10000000;
    bool gone = false; /* or a zombie that init has not looked after yet */
    while (!gone && zh_clock_mono_us(NULL) < until_us) {
        char path[64], state[256] = "";
        snprintf(path, sizeof path, "/proc/%d/stat", pid);
        FILE *file = fopen(path, "r");
        if (file != NULL && fgets(state, sizeof state, file) == NULL) state[0] = '\0';
        if (file != NULL) fclose(file);
        gone = file == NULL || strstr(state, ") Z ") != NULL;
        usleep(10000);
    }
    CHECK(gone);
    close(pair[0]), close(pair[1]);
}

int main(void)
{
    lines_come_whole_and_the_last_one_too();
    a_long_line_comes_in_pieces_and_nothing_is_lost();
    the_last_lines_of_error_are_kept();
    a_stop_is_gentle_first();
    two_are_watched_together();
    what_cannot_be_run_is_said_at_once();
    it_does_not_outlive_who_started_it();
    return 0;
}
