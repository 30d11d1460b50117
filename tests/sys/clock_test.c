/* Goal: times a program can reason with. Method: a fake that only moves when told, and the real one. */
#include "sys/clock.h"
#include "check.h"

static void a_fake_stands_still_until_told(void)
{
    zh_clock clock;
    zh_clock_fake(&clock, 5000);
    const int64_t mono_us = zh_clock_mono_us(&clock);
    CHECK(mono_us > 0);
    CHECK(zh_clock_wall_ms(&clock) == 5000 && zh_clock_mono_us(&clock) == mono_us);
    zh_clock_advance(&clock, 250);
    CHECK(zh_clock_wall_ms(&clock) == 5250 && zh_clock_mono_us(&clock) == mono_us + 250000);
}

static void a_wall_set_back_leaves_durations_alone(void)
{
    zh_clock clock;
    zh_clock_fake(&clock, 5000);
    const int64_t mono_us = zh_clock_mono_us(&clock);
    zh_clock_set_wall(&clock, -1000); /* before 1970 */
    CHECK(zh_clock_wall_ms(&clock) == -1000 && zh_clock_mono_us(&clock) == mono_us);
}

static void the_real_one_moves_forward(void)
{
    const int64_t wall_ms = zh_clock_wall_ms(NULL), mono_us = zh_clock_mono_us(NULL);
    CHECK(wall_ms > INT64_C(1700000000000)); /* 2023 */
    int64_t last_us = mono_us;
    for (int i = 0; i < 10000; i++) {
        const int64_t now_us = zh_clock_mono_us(NULL);
        CHECK(now_us >= last_us);
        last_us = now_us;
    }
    CHECK(last_us > mono_us);
}

int main(void)
{
    a_fake_stands_still_until_told();
    a_wall_set_back_leaves_durations_alone();
    the_real_one_moves_forward();
    return 0;
}
