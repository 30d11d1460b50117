/* Goal: home and work are found from days in cells, whatever the order of events; too little evidence is no place.
 * Method: made-up weeks in Shanghai, shuffled, repeated, split and merged; the same counted by hand; more places than there is room for. */
#include "profile/portrait_place.h"
#include "check.h"

#include <stdio.h>
#include <string.h>

#define HOUR 3600000LL
#define DAY (24 * HOUR)
#define MONDAY 1677427200000LL /* 2023-02-27 00:00 in Shanghai, where the sun's clock is UTC+8 */

typedef struct stay { int week, weekday; double hour; const char *cell; } stay;
static zh_arena arena;
static uint64_t next_key;

static zh_customers *open_table(void)
{
    zh_customers *table;
    CHECK(zh_customers_open(&table, &(zh_customers_desc){ 0 }) == ZH_OK);
    return table;
}

static void fold(zh_customers *c, uint64_t customer, const stay *s, uint32_t marks)
{
    char context[64] = "";
    if (s->cell[0] != '\0') (void)snprintf(context, sizeof context, "{\"$cell\":\"%s\",\"os\":{}}", s->cell);
    zh_effects effects = { .arena = &arena };
    const zh_event event = { .type = ZH_EVENT_TRACK, .act = ZH_ACT_OTHER, .name = ZH_SV("Seen"), .message_id = ZH_SV("m"), .marks = marks, .key = { ++next_key, 1 },
                             .time_ms = MONDAY + s->week * 7 * DAY + s->weekday * DAY + (int64_t)(s->hour * HOUR), .context = zh_sv_of(context) };
    CHECK(zh_customers_fold(c, (zh_customer_id){ customer }, &event, &effects) == ZH_OK);
    zh_arena_reset(&arena);
}

static bool is(zh_cell cell, const char *text)
{
    char got[ZH_CELL_TEXT_BYTES];
    zh_cell_print(cell, got);
    return strcmp(got, text) == 0;
}

static zh_places places(const zh_customers *c, uint64_t customer)
{
    zh_places out;
    const char *why;
    CHECK(zh_customers_check(c, &why));
    zh_places_of(zh_customers_get(c, (zh_customer_id){ customer }), &out);
    return out;
}

/* Of a person who lives in wtw3sj, works in wtw3s7 and spends a weekend in wtw3ev. */
static const stay usual[] = {
    { 0, 0, 22, "wtw3sj" }, { 0, 0, 25.5, "wtw3sj" }, { 0, 1, 20, "wtw3sj" }, { 0, 4, 7.99, "wtw3sj" }, { 0, 0, 10, "wtw3s7" }, { 0, 1, 9, "wtw3s7" }, { 0, 2, 17.9, "wtw3s7" },
    { 1, 3, 12, "wtw3s7" }, { 0, 5, 14, "wtw3ev" },   { 0, 6, 14, "wtw3ev" }, { 1, 5, 14, "wtw3sj" },   { 0, 2, 8.5, "wtw3qz" },  { 0, 3, 18.5, "wtw3qz" }, { 1, 0, 13, "wtw3sj" },
    { 0, 1, 11, "" },
};
enum { USUAL = sizeof usual / sizeof *usual };

static void check_usual(const zh_places *p)
{
    CHECK(is(p->home.cell, "wtw3sj") && is(p->work.cell, "wtw3s7") && p->cells == 4 && p->count == 4);
    CHECK(p->home.days[ZH_STAY_NIGHT] == 3 && p->home.days[ZH_STAY_WEEKEND] == 1 && p->home.days[ZH_STAY_WORK] == 1 && p->home.evidence == 4); /* an hour past midnight is the evening's night */
    CHECK(p->work.days[ZH_STAY_WORK] == 4 && p->work.evidence == 4 && p->work.share > 0.78 && p->work.share < 0.8 && p->work.confidence > 0.6 && p->work.confidence < 1);
    for (uint32_t i = 0; i < p->count; i++)
        if (is(p->frequent[i].cell, "wtw3qz")) CHECK(p->frequent[i].days[ZH_STAY_EDGE] == 2 && p->frequent[i].evidence == 2);
}

static void shuffled_and_merged_give_the_same_bytes(uint64_t *seed)
{
    zh_customers *first = open_table();
    for (int i = 0; i < USUAL; i++) fold(first, 1, &usual[i], 0);
    const zh_places wanted = places(first, 1);
    check_usual(&wanted);
    uint32_t count, got;
    const zh_stay *stays = zh_customer_stays(zh_customers_get(first, (zh_customer_id){ 1 }), &count);
    for (int round = 0; round < 50; round++) {
        zh_customers *c = open_table();
        int order[USUAL];
        for (int i = 0; i < USUAL; i++) order[i] = i;
        for (int i = USUAL - 1; i > 0; i--) {
            const int k = (int)(test_random(seed) % (uint64_t)(i + 1)), kept = order[i];
            order[i] = order[k], order[k] = kept;
        }
        for (int i = 0; i < USUAL; i++) fold(c, 1 + test_random(seed) % 2, &usual[order[i]], 0);
        zh_effects effects = { .arena = &arena };
        CHECK(zh_customers_merge(c, (zh_customer_id){ 2 }, (zh_customer_id){ 1 }, &effects) == ZH_OK);
        const zh_stay *mine = zh_customer_stays(zh_customers_get(c, (zh_customer_id){ 1 }), &got);
        CHECK(got == count && memcmp(mine, stays, count * sizeof *mine) == 0);
        zh_customers_close(c);
    }
    zh_customers_close(first);
}

static void what_tells_nothing_is_not_counted(void)
{
    zh_customers *c = open_table();
    for (int i = 0; i < 9; i++) {
        fold(c, 1, &(stay){ 0, i % 7, 22, "wtw3sj" }, ZH_MARK_NO_VISIT);
        fold(c, 2, &(stay){ 0, i % 2, 22, "wtw3sj" }, 0); /* two nights may be a visit */
        fold(c, 3, &(stay){ 0, i % 3, 22, i % 3 == 0 ? "wtw3sj" : i % 3 == 1 ? "wtw3s7" : "wtw3ev" }, 0);
    }
    zh_places p = places(c, 1);
    CHECK(p.cells == 0 && p.count == 0 && p.home.cell.number == 0);
    for (uint64_t customer = 2; customer <= 3; customer++) {
        p = places(c, customer);
        CHECK(p.home.cell.number == 0 && p.work.cell.number == 0 && p.count > 0);
    }
    zh_customers_close(c);
}

static void who_moves_is_found_again_and_old_weeks_go(void)
{
    zh_customers *c = open_table();
    char cell[ZH_CELL_TEXT_BYTES];
    for (int week = 0; week < 20; week++)
        for (int day = 0; day < 3; day++) fold(c, 1, &(stay){ week, day, 22, week < 12 ? "wtw3sj" : "wtw3ev" }, 0);
    zh_places p = places(c, 1);
    CHECK(is(p.home.cell, "wtw3ev"));
    for (uint32_t i = 0; i < 3 * ZH_PROFILE_STAYS_MAX; i++) { /* a courier */
        zh_cell_print((zh_cell){ zh_cell_read(ZH_SV("wtw300")).number + i * 7 % 400 }, cell);
        fold(c, 1, &(stay){ 20 + (int)i % 2, (int)i % 5, 12, cell }, 0);
    }
    uint32_t count;
    const zh_stay *stays = zh_customer_stays(zh_customers_get(c, (zh_customer_id){ 1 }), &count);
    CHECK(count == ZH_PROFILE_STAYS_MAX && stays[0].week == stays[count - 1].week);
    p = places(c, 1);
    CHECK(p.home.cell.number == 0 && p.count == ZH_PLACES_MAX);
    zh_customers_close(c);
}

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv);
    arena = zh_arena_open(1 << 20);
    shuffled_and_merged_give_the_same_bytes(&seed);
    what_tells_nothing_is_not_counted();
    who_moves_is_found_again_and_old_weeks_go();
    zh_arena_close(&arena);
    return 0;
}
