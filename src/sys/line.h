/* line.h -- log lines: one JSON object a line, built with few calls, written with one.
 *
 *     zh_log_line line = zh_line_open(log, ZH_LINE_INFO, "serve.ready");
 *     zh_line_text(&line, "address", address);
 *     zh_line_int(&line, "port", port);
 *     zh_line_end(&line);
 *
 * gives {"time":"2026-11-02T08:00:00.123Z","level":"info","event":"serve.ready","address":…}.
 *
 * By convention a line holds no personal data: no ids of customers, no addresses, no bodies. Names
 * of events are module.what, a closed vocabulary one can count.
 *
 * Guarantees  each line is valid JSON in UTF-8, whatever bytes come in; a line is written with one
 *             write(2), so lines of threads do not mix; a line too long says "cut":true.
 * Cost        a line below the level costs one load; else about a microsecond and the write.
 * Threads     any; a zh_log_line lives on one thread's stack.
 */
#ifndef ZH_SYS_LINE_H
#define ZH_SYS_LINE_H
#include "base/err.h"
#include "base/sv.h"
#include "sys/clock.h"

#define ZH_LINE_BYTES_MAX 4096 /* one line; PIPE_BUF, so even a pipe takes it in one piece */

typedef enum zh_line_level {
    ZH_LINE_DEBUG,
    ZH_LINE_INFO,
    ZH_LINE_WARN,
    ZH_LINE_ERROR,
    ZH_LINE_OFF
} zh_line_level;

/* Where lines go. Set up once, then shared; {.fd = 2} with level INFO is the usual one. */
typedef struct zh_line_sink {
    int fd;
    _Atomic int level;     /* a zh_line_level; may be changed at any time */
    const zh_clock *clock; /* NULL: the real one */
} zh_line_sink;

typedef struct zh_log_line {
    const zh_line_sink *sink_; /* private; NULL when the line is filtered */
    size_t size_;        /* private */
    bool cut_;           /* private */
    char bytes_[ZH_LINE_BYTES_MAX];
} zh_log_line;

/* Begin a line. sink == NULL: standard error, level info. */
zh_log_line zh_line_open(const zh_line_sink *sink, zh_line_level level, const char *event);

void zh_line_text(zh_log_line *line, const char *key, zh_sv value); /* bad UTF-8 becomes U+FFFD */
void zh_line_int(zh_log_line *line, const char *key, int64_t value);
void zh_line_real(zh_log_line *line, const char *key, double value); /* not finite: null */
void zh_line_flag(zh_log_line *line, const char *key, bool value);
void zh_line_err(zh_log_line *line, zh_err e); /* "error":"IO","errorText":"…" */

/* Write it. A failed write is dropped: there is no better place to say so. */
void zh_line_end(zh_log_line *line);

/* "debug", "info", "warn", "error", "off" → level. ZH_FORMAT otherwise. */
ZH_MUST zh_err zh_line_level_parse(zh_sv text, zh_line_level *out);

#endif
