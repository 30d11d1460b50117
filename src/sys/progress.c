#include "sys/progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BAR_CELLS 30

zh_progress zh_progress_open(int fd, const char *what, uint64_t total)
{
    return (zh_progress){ .fd = fd, .terminal = isatty(fd) == 1, .what = what, .total = total };
}

/* "1234567" as "1.2 M": four characters and a prefix are enough to see that it moves. */
static void short_count(char text[16], double count)
{
    static const char prefixes[] = " kMGT";
    size_t at = 0;
    while (count >= 999.5 && at < sizeof prefixes - 2) {
        count /= 1000;
        at++;
    }
    if (at == 0) snprintf(text, 16, "%.0f", count);
    else snprintf(text, 16, "%.1f %c", count, prefixes[at]);
}

static void bar_cells(char bar[BAR_CELLS + 1], double share)
{
    const size_t full = (size_t)(share * BAR_CELLS);
    memset(bar, '-', BAR_CELLS);
    memset(bar, '#', full);
    bar[BAR_CELLS] = '\0';
}

static void draw(zh_progress *progress, uint64_t done, int64_t now_us, bool last)
{
    char text[256], bar[BAR_CELLS + 1], have[16], rate[16], left[24] = "";
    const double seconds = (double)(now_us - progress->began_us_) / 1e6;
    double share = progress->total == 0 ? 0 : (double)done / (double)progress->total;
    if (share > 1) share = 1; /* a file may grow meanwhile */
    short_count(have, (double)done);
    short_count(rate, seconds > 0 ? (double)done / seconds : 0);
    bar_cells(bar, share);
    if (share > 0 && !last)
        snprintf(left, sizeof left, ", %.0f s left", seconds * (1 - share) / share);
    int size;
    if (progress->terminal && progress->total > 0)
        size = snprintf(text, sizeof text, "\r%s [%s] %3.0f %%, %s, %s/s%s\x1b[K", progress->what,
                        bar, share * 100, have, rate, left);
    else if (progress->terminal)
        size = snprintf(text, sizeof text, "\r%s %s, %s/s\x1b[K", progress->what, have, rate);
    else if (progress->total > 0)
        size = snprintf(text, sizeof text, "%s: %.0f %%, %s, %s/s%s\n", progress->what, share * 100,
                        have, rate, left);
    else
        size = snprintf(text, sizeof text, "%s: %s, %s/s\n", progress->what, have, rate);
    if (size < 0 || (size_t)size >= sizeof text - 1) size = (int)sizeof text - 2;
    if (last && progress->terminal) text[size++] = '\n';
    const ssize_t n = write(progress->fd, text, (size_t)size);
    (void)n; /* nobody watches any more: the work goes on */
    progress->drawn_us_ = now_us;
}

void zh_progress_at(zh_progress *progress, uint64_t done)
{
    const int64_t now_us = zh_clock_mono_us(progress->clock);
    const int64_t pause_ms = progress->terminal ? ZH_PROGRESS_TERMINAL_MS : ZH_PROGRESS_PLAIN_MS;
    if (progress->began_us_ == 0) progress->began_us_ = progress->drawn_us_ = now_us;
    if (now_us - progress->drawn_us_ >= pause_ms * 1000) draw(progress, done, now_us, false);
}

void zh_progress_end(zh_progress *progress, uint64_t done)
{
    const int64_t now_us = zh_clock_mono_us(progress->clock);
    if (progress->began_us_ == 0) progress->began_us_ = now_us;
    draw(progress, done, now_us, true);
}
