/* progress.h -- how far long work is: a bar on a terminal, plain lines elsewhere.
 *
 *     zh_progress progress = zh_progress_open(stderr_fd, "import", total);
 *     while (…) zh_progress_at(&progress, done);
 *     zh_progress_end(&progress, done);
 *
 * A terminal gets one line that is drawn over and over, at most ten times a second; a file or a
 * pipe gets a line each ten seconds, so that a log of a long import stays short.
 *
 * Cost        zh_progress_at between two drawings: a clock reading.
 * Threads     one progress, one thread.
 */
#ifndef ZH_SYS_PROGRESS_H
#define ZH_SYS_PROGRESS_H
#include "sys/clock.h"

#include <stdbool.h>

#define ZH_PROGRESS_TERMINAL_MS 100
#define ZH_PROGRESS_PLAIN_MS    10000

typedef struct zh_progress {
    int fd;
    bool terminal;         /* may be set by hand, e.g. for --no-progress */
    const char *what;      /* static storage */
    uint64_t total;        /* in the unit of the caller; 0: unknown, then counts alone are shown */
    const zh_clock *clock; /* NULL: the real one */
    int64_t began_us_, drawn_us_; /* private */
} zh_progress;

/* Decides by isatty(fd). Nothing is drawn yet. */
zh_progress zh_progress_open(int fd, const char *what, uint64_t total);

void zh_progress_at(zh_progress *progress, uint64_t done);

/* The last state, with a line end. */
void zh_progress_end(zh_progress *progress, uint64_t done);

#endif
