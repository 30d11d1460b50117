/* Goal: work handed over reaches what the sandbox took from the rest, one at a time; so do threads it starts.
 * Method: a child opens the thread, enters a sandbox of one folder, and lists /etc from both sides; many threads count
 * without a lock of their own. */
#include "sys/outside.h"
#include "sys/sandbox.h"

#include "check.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SKIPPED = 77, THREADS = 8, TIMES = 200 };

static void look(void *can)
{
    const int fd = open("/etc", O_RDONLY | O_DIRECTORY);
    *(bool *)can = fd >= 0;
    if (fd >= 0) close(fd);
}

static void *look_from_a_thread(void *can)
{
    look(can);
    return NULL;
}

static void look_by_a_thread(void *can)
{
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, look_from_a_thread, can) == 0 && pthread_join(thread, NULL) == 0);
}

static void try_a_program(void *can)
{
    *(bool *)can = fork() >= 0;
}

static int in_a_child(void)
{
    zh_outside *outside;
    CHECK(zh_outside_open(&outside) == ZH_OK);
    const zh_sandbox_path paths[] = { { .path = ZH_SV("/tmp"), .use = ZH_SANDBOX_WRITE } };
    zh_sandbox got;
    zh_note why;
    CHECK(zh_sandbox_enter(paths, 1, &got, &why) == ZH_OK);
    bool inside, there, below, forks;
    look(&inside);
    zh_outside_call(outside, look, &there);
    zh_outside_call(outside, look_by_a_thread, &below);
    CHECK(there && below && inside == (got.landlock == 0));
    zh_outside_call(NULL, look, &there);
    CHECK(there == inside);
    if (got.calls) zh_outside_call(outside, try_a_program, &forks);
    CHECK(!got.calls || !forks); /* calls are confined everywhere */
    zh_outside_close(outside);
    zh_outside_close(NULL);
    return got.landlock > 0 ? 0 : SKIPPED;
}

static int counted;
static void count(void *unused)
{
    (void)unused;
    const int before = counted;
    for (volatile int i = 0; i < 50; i++) continue;
    counted = before + 1;
}

static void *call_often(void *outside)
{
    for (int i = 0; i < TIMES; i++) zh_outside_call(outside, count, NULL);
    return NULL;
}

static void one_work_at_a_time(void)
{
    zh_outside *outside;
    pthread_t threads[THREADS];
    CHECK(zh_outside_open(&outside) == ZH_OK);
    for (int i = 0; i < THREADS; i++) CHECK(pthread_create(&threads[i], NULL, call_often, outside) == 0);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    zh_outside_close(outside);
    CHECK(counted == THREADS * TIMES);
}

int main(void)
{
    one_work_at_a_time();
    int status;
    const pid_t child = fork();
    if (child == 0) _exit(in_a_child());
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == SKIPPED);
    return WEXITSTATUS(status);
}
