/* Goal: events come back by their moment, and never more wait than stated.
 * Method: a shuffled sequence against a slow model; the maximum. */
#include "later.h"

#include "check.h"

static void events_come_back_by_time_and_then_by_order(uint64_t seed)
{
    zh_sim_later later = { 0 };
    int64_t times[200];
    char text[16];
    for (int i = 0; i < 200; i++) {
        times[i] = (int64_t)(test_random(&seed) % 20); /* many share a moment */
        snprintf(text, sizeof text, "%d", i);
        CHECK(zh_sim_later_put(&later, times[i], i % 2 == 0 ? "/even" : "/odd", zh_sv_of(text)) == ZH_OK);
    }
    int64_t before = -1;
    int last = -1;
    for (int i = 0; i < 200; i++) {
        const zh_sim_later_event *e = zh_sim_later_first(&later);
        CHECK(e != NULL && e->size < sizeof text);
        snprintf(text, sizeof text, "%.*s", (int)e->size, e->text);
        const int number = atoi(text);
        CHECK(e->ms == times[number] && e->ms >= before && (e->ms > before || number > last));
        CHECK(strcmp(e->path, number % 2 == 0 ? "/even" : "/odd") == 0);
        before = e->ms, last = number;
        zh_sim_later_drop(&later);
    }
    CHECK(zh_sim_later_first(&later) == NULL);
    zh_sim_later_drop(&later); /* nothing: fine */
    zh_sim_later_close(&later);
}

static void no_more_wait_than_stated(void)
{
    zh_sim_later later = { 0 };
    for (uint32_t i = 0; i < ZH_SIM_LATER_MAX; i++) CHECK(zh_sim_later_put(&later, -(int64_t)i, "/v1/track", ZH_SV("{}")) == ZH_OK);
    CHECK(zh_sim_later_put(&later, 0, "/v1/track", ZH_SV("{}")) == ZH_FULL);
    CHECK(zh_sim_later_first(&later)->ms == 1 - (int64_t)ZH_SIM_LATER_MAX);
    zh_sim_later_close(&later); /* with all of them */
    zh_sim_later_close(&later);
}

int main(int argc, char **argv)
{
    events_come_back_by_time_and_then_by_order(test_seed(argc, argv));
    no_more_wait_than_stated();
    return 0;
}
