/* clock_test.c
 * Goal    the formula of repair, and each guard at its edge.
 * Method  a table around one moment of receipt.
 */
#include "collect/clock.h"
#include "core/event.h"
#include "check.h"

#define NOW ((int64_t)1795262400000) /* 2026-11-21T12:00:00Z */
#define DAY ZH_DAY_MS
#define NONE ZH_CLOCK_ABSENT

int main(void)
{
    static const struct { const char *name; int64_t original, sent, time; uint32_t marks; } rows[] = {
        { "clock right", NOW - 5000, NOW - 100, NOW - 4900, 0 },
        { "clock a day ahead", NOW + DAY - 5000, NOW + DAY, NOW - 5000, ZH_MARK_CLOCK_REPAIRED },
        { "clock a day behind", NOW - DAY - 5000, NOW - DAY, NOW - 5000, ZH_MARK_CLOCK_REPAIRED },
        { "shift of a minute", NOW - 5000, NOW - ZH_MINUTE_MS, NOW - 5000 + ZH_MINUTE_MS, 0 },
        { "shift of a minute and a ms", NOW - 5000, NOW - ZH_MINUTE_MS - 1, NOW - 4999 + ZH_MINUTE_MS, ZH_MARK_CLOCK_REPAIRED },
        { "no sentAt", NOW - 3 * DAY, NONE, NOW - 3 * DAY, 0 },
        { "sentAt unreadable", NOW - 3 * DAY, ZH_CLOCK_UNREADABLE, NOW - 3 * DAY, 0 },
        { "no time at all", NONE, NONE, NOW, 0 },
        { "sentAt alone", NONE, NOW + DAY, NOW, 0 },
        { "time unreadable", ZH_CLOCK_UNREADABLE, NOW, NOW, ZH_MARK_CLOCK_CLAMPED },
        { "backfill of 2011", NOW - 5439 * DAY, NOW, NOW - 5439 * DAY, 0 },
        { "clock ten years off", NOW - 3653 * DAY - 9, NOW - 3653 * DAY, NOW - 9, ZH_MARK_CLOCK_REPAIRED },
        { "clock more than ten years off", NOW - 3653 * DAY - 9, NOW - 3653 * DAY - 1, NOW, ZH_MARK_CLOCK_CLAMPED },
        { "clock more than ten years ahead", NOW + 3654 * DAY, NOW + 3654 * DAY, NOW, ZH_MARK_CLOCK_CLAMPED },
        { "five minutes ahead", NOW + 5 * ZH_MINUTE_MS, NOW, NOW + 5 * ZH_MINUTE_MS, 0 },
        { "more than five minutes ahead", NOW + 5 * ZH_MINUTE_MS + 1, NOW, NOW, ZH_MARK_CLOCK_CLAMPED },
        { "tomorrow, no sentAt", NOW + DAY, NONE, NOW, ZH_MARK_CLOCK_CLAMPED },
        { "before 1970", 10, NOW + 11, NOW, ZH_MARK_CLOCK_CLAMPED },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const zh_clock got = zh_clock_repair(rows[i].original, rows[i].sent, NOW);
        CHECK_ROW(got.time_ms == rows[i].time, rows[i].name);
        CHECK_ROW(got.marks == rows[i].marks, rows[i].name);
    }
    return 0;
}
