/* Goal: the boundaries come by themselves, at midnight, when asked and when the shop has grown; they are in the log like anything else;
 * sums over all customers fit each other, and a restart or a rebuild says the same.
 * Method: the rule by itself; small shops on 1 and 3 partitions with a clock that is moved. */
#include "engine/boundary_clock.h"
#include "engine/cohorts.h"
#include "engine/standings.h"
#include "engine_help.h"
#include "sys/tree.h"

#include <string.h>
#include <unistd.h>

#define EVENING INT64_C(1763852400000) /* 2025-11-22 23:00 UTC */
enum { EVENTS = 900, WAIT_MS_MAX = 60000 };

static zh_metrics *metrics;
static zh_clock fake;

static void test_when(void)
{
    zh_boundaries last = { .at_ms = EVENING, .day = 20000, .orders = 5000 };
    CHECK(zh_boundary_clock_due(NULL, EVENING, 20000, 0) == 0 && zh_boundary_clock_due(NULL, EVENING, 20000, 1) == ZH_BOUNDARIES_GROWTH);
    CHECK(zh_boundary_clock_due(&last, EVENING + 1, 20000, 5000) == 0 && zh_boundary_clock_due(&last, EVENING + 1, 20001, 5000) == ZH_BOUNDARIES_MIDNIGHT);
    CHECK(zh_boundary_clock_due(&last, EVENING + 1, 19999, 5000) == 0); /* the clock went back */
    CHECK(zh_boundary_clock_due(&last, EVENING + 20000, 20000, 5499) == 0 && zh_boundary_clock_due(&last, EVENING + 20000, 20000, 5500) == ZH_BOUNDARIES_GROWTH);
    CHECK(zh_boundary_clock_due(&last, EVENING + 20000, 20000, 4500) == ZH_BOUNDARIES_GROWTH); /* an import was taken back */
    CHECK(zh_boundary_clock_due(&last, EVENING + 9999, 20000, 9000) == 0);
    last.orders = 5;
    CHECK(zh_boundary_clock_due(&last, EVENING + 20000, 20000, 104) == 0 && zh_boundary_clock_due(&last, EVENING + 20000, 20000, 105) == ZH_BOUNDARIES_GROWTH);
}

static zh_engine *open_engine(const char *dir, uint32_t partitions)
{
    zh_engine *g;
    zh_note why;
    const zh_engine_desc desc = { .dir = zh_sv_of(dir), .partitions = partitions, .metrics = metrics, .cache_bytes = ZH_STATE_CACHE_BYTES_MIN, .clock = &fake };
    const zh_err e = zh_engine_open(&g, &desc, &why);
    if (e != ZH_OK) fprintf(stderr, "open: %s\n", why.text);
    CHECK(e == ZH_OK);
    return g;
}

static bool last_of(zh_engine *g, zh_boundaries *out)
{
    zh_world *w = zh_engine_world(g);
    zh_world_lock_read(w);
    const zh_boundaries *last = zh_boundaries_last(w->boundaries);
    if (last != NULL) *out = *last;
    zh_world_unlock(w);
    return last != NULL;
}

static zh_boundaries wait_for(zh_engine *g, zh_boundaries_cause cause)
{
    zh_boundaries b = { 0 };
    for (int ms = 0; ms < WAIT_MS_MAX && !(last_of(g, &b) && b.cause == cause); ms += 10) usleep(10000);
    CHECK(b.cause == cause);
    return b;
}

static void check_sums(zh_engine *g, zh_standings *s, int64_t since_ms)
{
    uint64_t codes = 0, segments = 0, classes = 0, lifecycle = 0, aipl = 0, flows = 0, moves = 0;
    int64_t minor = 0;
    CHECK(zh_engine_standings(g, since_ms, s) == ZH_OK && s->has_boundaries);
    for (int i = 0; i < 125; i++) codes += s->codes[i / 25][i / 5 % 5][i % 5].customers, minor += s->codes[i / 25][i / 5 % 5][i % 5].minor;
    for (int i = 0; i < ZH_STANDINGS_SEGMENTS; i++) segments += s->segments[i].customers;
    for (int i = 0; i < ZH_RFM_CLASSES; i++) classes += s->classes[i].customers;
    for (int i = 0; i < (int)ZH_LIFECYCLE_COUNT; i++) lifecycle += s->lifecycle[i];
    for (int i = 0; i < (int)ZH_AIPL_COUNT; i++) aipl += s->aipl[i];
    for (int i = 0; i <= (int)ZH_LIFECYCLE_COUNT; i++)
        for (int k = 0; k < (int)ZH_LIFECYCLE_COUNT; k++) flows += s->lifecycle_flows[i][k];
    for (int i = 0; i < (int)ZH_AIPL_COUNT; i++)
        for (int k = 0; k < (int)ZH_AIPL_COUNT; k++) moves += s->aipl_flows[i][k];
    CHECK(s->customers > 0 && s->buyers.customers > 0 && codes == s->buyers.customers && segments == codes && classes == codes && minor == s->buyers.minor);
    CHECK(lifecycle == s->customers && aipl == s->customers && flows == (since_ms == 0 ? 0 : s->customers) && moves == flows);
    CHECK(s->aipl[ZH_AIPL_PURCHASE] + s->aipl[ZH_AIPL_LOYAL] == codes && s->lifecycle[ZH_LIFECYCLE_PROSPECT] == s->customers - codes);
}

static void test_a_shop(const char *dir, uint32_t partitions)
{
    static zh_standings first, again, long_ago;
    zh_boundaries b, same;
    zh_clock_fake(&fake, EVENING);
    zh_engine *g = open_engine(dir, partitions);
    CHECK(!last_of(g, &b) && zh_engine_standings(g, 0, &first) == ZH_OK && !first.has_boundaries && first.buyers.customers == 0);
    fill(g, 5, 0, EVENTS);
    b = wait_for(g, ZH_BOUNDARIES_GROWTH); /* by themselves */
    CHECK(b.at_ms == EVENING && b.buyers > 0 && b.buyers <= b.customers && b.orders > 0);
    zh_clock_advance(&fake, ZH_HOUR_MS - 1); /* a moment before midnight */
    CHECK(zh_boundary_clock_now(zh_engine_boundary_clock(g), &b) == ZH_OK && b.cause == ZH_BOUNDARIES_ASKED);
    CHECK(last_of(g, &same) && memcmp(&same, &b, sizeof b) == 0); /* in force when it says so */
    zh_clock_advance(&fake, 1);
    const int64_t day = b.day;
    b = wait_for(g, ZH_BOUNDARIES_MIDNIGHT);
    CHECK(b.day == day + 1 && b.at_ms == EVENING + ZH_HOUR_MS);
    zh_clock_set_wall(&fake, EVENING); /* the clock went back: the newest stays the newest */
    CHECK(zh_boundary_clock_now(zh_engine_boundary_clock(g), &b) == ZH_OK && b.at_ms == EVENING + ZH_HOUR_MS + 1);
    check_sums(g, &first, 0);
    CHECK(first.buyers.customers == b.buyers && first.boundaries.at_ms == b.at_ms);
    check_sums(g, &long_ago, 1700000000000 + 200 * 60000); /* after two hundred events */
    CHECK(long_ago.aipl_flows[ZH_AIPL_INTEREST][ZH_AIPL_INTEREST] + long_ago.aipl_flows[ZH_AIPL_INTEREST][ZH_AIPL_PURCHASE] > 0);
    CHECK(zh_engine_standings_since(g) == EVENING + ZH_HOUR_MS);
    zh_cohorts cohorts;
    CHECK(zh_engine_cohorts(g, &cohorts) == ZH_OK && cohorts.months == 1 && cohorts.first == 2023 * 12 + 10 && cohorts.kept[0] == b.buyers && cohorts.customers == b.buyers);
    zh_cohorts_close(&cohorts);
    check_rebuild(g);
    zh_engine_close(g);

    char state[160];
    for (int round = 0; round < 2; round++) { /* with its views, and without */
        g = open_engine(dir, 0);
        CHECK(last_of(g, &same) && memcmp(&same, &b, sizeof b) == 0);
        check_sums(g, &again, 0);
        CHECK(memcmp(again.codes, first.codes, sizeof first.codes) == 0 && memcmp(again.lifecycle, first.lifecycle, sizeof first.lifecycle) == 0);
        zh_engine_close(g);
        snprintf(state, sizeof state, "%s/state", dir);
        CHECK(zh_tree_remove(zh_sv_of(state)) == ZH_OK);
    }
}

int main(void)
{
    char dir[] = "/tmp/zhun-boundaries-XXXXXX", path[64];
    test_when();
    CHECK(mkdtemp(dir) != NULL && zh_metrics_open(&metrics) == ZH_OK);
    for (uint32_t partitions = 1; partitions <= 3; partitions += 2) {
        snprintf(path, sizeof path, "%s/%u", dir, partitions);
        test_a_shop(path, partitions);
    }
    zh_metrics_close(metrics);
    CHECK(zh_tree_remove(zh_sv_of(dir)) == ZH_OK);
    return 0;
}
