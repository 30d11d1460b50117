/* child.h -- start another program, hear what it says line by line, and end it by its process id.
 *
 *     e = zh_child_start(&child, &(zh_child_desc){ .argv = words, .line = say });
 *     while (!zh_child_ended(child)) zh_child_watch(&child, 1, 200);
 *     zh_child_close(child);
 *
 * Guarantees  a program that cannot be run is an error of start, not a child that ends. A child has a process
 *             group of its own, so that Ctrl-C reaches us alone and we choose who ends first; it gets SIGTERM when
 *             we die, however that happens. Standard input is empty.
 * Lifetimes   lines are views, valid inside the callback.
 * Threads     one thread starts and watches; a child dies with the thread that started it.
 * Source      fork, exec, prctl(PR_SET_PDEATHSIG) of Linux.
 */
#ifndef ZH_SYS_CHILD_H
#define ZH_SYS_CHILD_H
#include "base/buf.h"

#define ZH_CHILD_WORDS_MAX 64        /* of argv */
#define ZH_CHILD_LINE_MAX (64u << 10)/* bytes; a longer line comes in pieces */
#define ZH_CHILD_WATCH_MAX 16        /* watched together */
#define ZH_CHILD_LAST_LINES 6        /* of standard error are kept: why it ended */
#define ZH_CHILD_LAST_BYTES 400      /* of each */

typedef struct zh_child zh_child;

typedef struct zh_child_desc {
    const char *const *argv;  /* NULL-ended; [0] a path, or a name that is looked up in PATH */
    /* A line without its end, during watch, stop and close; may be NULL. error: of standard error. */
    void (*line)(void *context, bool error, zh_sv line);
    void *context;
} zh_child_desc;

/* Errors: ZH_ABSENT no such program, ZH_DENIED it may not be run, ZH_RANGE too many words, ZH_NOMEM, ZH_IO. You close. */
ZH_MUST zh_err zh_child_start(zh_child **out, const zh_child_desc *desc);
int zh_child_pid(const zh_child *child);

/* Hand over what they said; at most ZH_CHILD_WATCH_MAX of them. Returns when one spoke or ended, a signal came, or after timeout_ms. */
void zh_child_watch(zh_child *const *children, size_t count, int64_t timeout_ms);

bool zh_child_ended(const zh_child *child);
/* Of an ended child: its exit status, or 128 + the signal that ended it. */
int zh_child_status(const zh_child *child);
/* The last lines of standard error, each with an indent and a line end, are put to `out`. */
void zh_child_last(const zh_child *child, zh_buf *out);

/* SIGTERM; after patience_ms SIGKILL. Returns the status. Fine for one that has ended. */
int zh_child_stop(zh_child *child, int64_t patience_ms);
/* SIGKILL where it still runs. NULL is fine. */
void zh_child_close(zh_child *child);

#endif
