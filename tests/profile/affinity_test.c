/* Goal: shares of interest are what the points say, add up to 1, stand in order, and stand still until something is done.
 * Method: random events; a table of sums by week and name beside the fold. */
#include "profile/affinity.h"
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAMES = 30, WEEKS = 60 };
#define DAY_MS 86400000LL
#define BEGIN_MS (2700 * 7 * DAY_MS) /* a whole week */

static zh_arena arena;

static void fold(zh_customers *c, uint64_t number, int64_t time_ms, zh_act act, const char *category)
{
    zh_line line = { .item = { 1 + number % 50 }, .item_text = ZH_SV("i"), .category = zh_sv_of(category), .price_minor = 5, .quantity = 1 };
    const zh_event event = { .customer = { 1 }, .type = ZH_EVENT_TRACK, .act = act, .time_ms = time_ms, .key = { number, 1 }, .name = ZH_SV("e"), .lines = &line, .lines_count = 1 };
    zh_effects effects = zh_effects_open(&arena);
    CHECK(zh_customers_fold(c, event.customer, &event, &effects) == ZH_OK);
    zh_arena_reset(&arena);
}

static void shares_are_what_the_points_say(uint64_t seed)
{
    static const struct { zh_act act; double points; } acts[] = { { ZH_ACT_VIEW, 1 }, { ZH_ACT_ADD, 3 }, { ZH_ACT_SEARCH, 0 } };
    double points[NAMES] = { 0 }, all = 0;
    uint16_t newest = 0;
    const uint64_t count = test_random(&seed) % 80, names = 1 + test_random(&seed) % NAMES;
    struct { uint64_t name, week, act; } deeds[80];
    zh_customers *c;
    CHECK(zh_customers_open(&c, &(zh_customers_desc){ 0 }) == ZH_OK);
    for (uint64_t i = 0; i < count; i++) {
        char name[16];
        deeds[i].name = test_random(&seed) % names;
        deeds[i].week = test_random(&seed) % WEEKS;
        deeds[i].act = test_random(&seed) % 3;
        (void)snprintf(name, sizeof name, "kind %d", (int)deeds[i].name);
        fold(c, i, BEGIN_MS + (int64_t)deeds[i].week * 7 * DAY_MS + (int64_t)(test_random(&seed) % (7 * DAY_MS)), acts[deeds[i].act].act, name);
        if (deeds[i].act < 2 && deeds[i].week > newest) newest = (uint16_t)deeds[i].week;
    }
    for (uint64_t i = 0; i < count; i++) {
        const double one = acts[deeds[i].act].points * pow(0.5, 7.0 * ((double)newest - (double)deeds[i].week) / 28);
        points[deeds[i].name] += one;
        all += one;
    }
    uint32_t found = 0, wanted = 0;
    zh_affinity *shares = NULL;
    const zh_customer_state *state = zh_customers_get(c, (zh_customer_id){ 1 });
    if (state != NULL) CHECK(zh_affinity_of(state, zh_customers_terms(c), ZH_TASTE_CATEGORY, &arena, &shares, &found) == ZH_OK);
    double sum = 0;
    for (uint32_t i = 0; i < found; i++) {
        char text[16];
        CHECK(shares[i].name.size > 5 && shares[i].name.size < sizeof text);
        (void)snprintf(text, sizeof text, "%.*s", ZH_SV_ARG(shares[i].name));
        const int name = atoi(text + 5);
        CHECK(fabs(shares[i].share - points[name] / all) < 1e-12);
        CHECK(i == 0 || shares[i].share <= shares[i - 1].share);
        sum += shares[i].share;
    }
    for (size_t i = 0; i < NAMES; i++) wanted += points[i] > 0;
    CHECK(found == wanted);
    CHECK(found == 0 || fabs(sum - 1) < 1e-12);
    if (state != NULL) CHECK(zh_affinity_of(state, zh_customers_terms(c), ZH_TASTE_BRAND, &arena, &shares, &found) == ZH_OK && found == 0);
    zh_customers_close(c);
    zh_arena_reset(&arena);
}

static void no_memory_is_said(void)
{
    zh_customers *c;
    CHECK(zh_customers_open(&c, &(zh_customers_desc){ 0 }) == ZH_OK);
    for (uint64_t i = 0; i < 40; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "kind %d", (int)i);
        fold(c, i, BEGIN_MS, ZH_ACT_VIEW, name);
    }
    zh_arena small = zh_arena_open(1024);
    zh_affinity *shares;
    uint32_t count;
    CHECK(zh_affinity_of(zh_customers_get(c, (zh_customer_id){ 1 }), zh_customers_terms(c), ZH_TASTE_CATEGORY, &small, &shares, &count) == ZH_NOMEM);
    zh_arena_close(&small);
    zh_customers_close(c);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    arena = zh_arena_open((size_t)16 << 20);
    for (uint64_t i = 0; i < 200; i++) shares_are_what_the_points_say(seed * 1000 + i);
    no_memory_is_said();
    zh_arena_close(&arena);
    return 0;
}
