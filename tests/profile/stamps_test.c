/* Goal: stamps never deny what a customer did, and deny most of what he did not do; each customer of a table has his own, whoever comes, merges and goes.
 * Method: random events on random days in any order against the list of them; a table in which customers come, become one and are dropped, checked each time
 * (zh_customers_check holds every event against the stamps). */
#include "profile/stamps.h"
#include "check.h"

#include <stdio.h>

enum { ROUNDS = 300, EVENTS = 40, NAMES = 5, CATEGORIES = 30, CUSTOMERS = 1500, STEPS = 6000 };
#define DAY_MS INT64_C(86400000)

typedef struct told { uint32_t name, category; int day; } told;

static uint64_t seed;
static uint64_t chance(uint64_t n) { return test_random(&seed) % n; }

/* An event of one line, as its bytes say it. */
static void tell(zh_stamps *stamps, told t)
{
    unsigned char line[] = { 2, (unsigned char)t.category }; /* it has a category, of a number below 128 */
    const zh_fact fact = { .time_ms = t.day * DAY_MS + (int64_t)chance(DAY_MS), .name = t.name, .lines_count = 1, .lines_left_ = 1,
                           .lines_ = zh_reader_on((zh_sv){ (char *)line, sizeof line }) };
    zh_stamps_event(stamps, &fact);
}

static bool did(const told *list, int count, uint32_t name, uint32_t category, int since)
{
    for (int i = 0; i < count; i++)
        if (list[i].name == name && (category == 0 || list[i].category == category) && list[i].day >= since) return true;
    return false;
}

static void what_was_done_is_never_denied(void)
{
    unsigned asked = 0, said = 0, done = 0;
    for (int round = 0; round < ROUNDS; round++) {
        zh_stamps stamps;
        told list[EVENTS];
        zh_stamps_clear(&stamps, 7);
        const int span = round % 3 == 0 ? 10 : round % 3 == 1 ? 100 : 2000, count = 1 + (int)chance(EVENTS);
        for (int i = 0; i < count; i++) {
            list[i] = (told){ 1 + (uint32_t)chance(NAMES), 1 + (uint32_t)chance(CATEGORIES), (int)chance((uint64_t)span) };
            tell(&stamps, list[i]);
        }
        for (uint32_t name = 1; name <= NAMES; name++) {
            for (uint32_t category = 0; category <= CATEGORIES; category++) {
                const int since = chance(4) == 0 ? 0 : (int)chance((uint64_t)span + 3);
                const uint32_t slot = zh_stamp_slot(name, category == 0 ? ZH_STAMP_NAME : ZH_STAMP_CATEGORY, category);
                const bool may = zh_stamps_may(&stamps, slot, (uint16_t)since), is = did(list, count, name, category, since);
                CHECK(may || !is);
                if (is) CHECK(zh_stamps_reach(&stamps, (uint16_t)since));
                asked += !is, said += may && !is, done += is;
            }
        }
    }
    CHECK(done > 1000);
    CHECK(said < asked / 5); /* 20 events in the mean have about 25 of 118 places */
}

static void ages_end_at_their_greatest(void)
{
    zh_stamps stamps;
    zh_stamps_clear(&stamps, 7);
    const uint32_t first = zh_stamp_slot(1, ZH_STAMP_NAME, 0), other = zh_stamp_slot(2, ZH_STAMP_NAME, 0), never = zh_stamp_slot(3, ZH_STAMP_NAME, 0);
    CHECK(first != other && first != never && other != never);
    tell(&stamps, (told){ 1, 1, 100 });
    CHECK(zh_stamps_may(&stamps, first, 100) && !zh_stamps_may(&stamps, first, 101) && !zh_stamps_may(&stamps, never, 0));
    tell(&stamps, (told){ 2, 2, 110 });
    CHECK(stamps.newest == 110 && stamps.ages[first] == 10 && !zh_stamps_may(&stamps, first, 101) && zh_stamps_may(&stamps, other, 110));
    tell(&stamps, (told){ 2, 2, 5000 });
    CHECK(stamps.ages[first] == ZH_STAMP_AGE_MAX && zh_stamps_may(&stamps, first, 100) && !zh_stamps_may(&stamps, first, 5000 - ZH_STAMP_AGE_MAX + 1));
    CHECK(stamps.ages[never] == ZH_STAMP_NEVER && !zh_stamps_may(&stamps, never, 0)); /* however long */
    tell(&stamps, (told){ 1, 1, 4990 }); /* it came late */
    CHECK(stamps.newest == 5000 && stamps.ages[first] == 10);
    CHECK(zh_stamp_day(-5) == 0 && zh_stamp_day(INT64_MAX) == 65535 && zh_stamp_day(DAY_MS * 3 + 1) == 3);
}

static void happen(zh_customers *customers, uint64_t customer, uint64_t i, zh_arena *arena)
{
    char item[24];
    (void)snprintf(item, sizeof item, "i%u", (unsigned)chance(50));
    zh_line line = { .item = zh_item_id_of(zh_sv_of(item)), .item_text = zh_sv_of(item), .category = chance(2) == 0 ? ZH_SV("tea") : ZH_SV("shoes"), .price_minor = 5, .quantity = 1 };
    const zh_event event = { .customer = { customer }, .type = ZH_EVENT_TRACK, .act = ZH_ACT_VIEW, .time_ms = INT64_C(1700000000000) + (int64_t)chance(400) * DAY_MS,
                             .key = { i + 1, 7 }, .name = ZH_SV("Product Viewed"), .lines = &line, .lines_count = 1 };
    zh_effects effects = zh_effects_open(arena);
    CHECK(zh_customers_fold(customers, event.customer, &event, &effects) == ZH_OK);
}

static void each_customer_has_his_own(void)
{
    zh_customers *customers;
    zh_arena arena = zh_arena_open((size_t)8 << 20);
    CHECK(zh_customers_open(&customers, &(zh_customers_desc){ 0 }) == ZH_OK);
    for (uint64_t i = 0; i < STEPS; i++) {
        const uint64_t customer = 1 + chance(CUSTOMERS), other = 1 + chance(CUSTOMERS);
        zh_effects effects = zh_effects_open(&arena);
        if (chance(8) != 0) happen(customers, customer, i, &arena);
        else if (chance(2) == 0) CHECK(zh_customers_drop(customers, (zh_customer_id){ customer }, &effects) == ZH_OK);
        else if (other != customer) CHECK(zh_customers_merge(customers, (zh_customer_id){ other }, (zh_customer_id){ customer }, &effects) == ZH_OK);
        zh_arena_reset(&arena);
        const char *why;
        if (i % 500 == 499) CHECK(zh_customers_check(customers, &why));
    }
    size_t rows = 0;
    for (const zh_stamps *stamps; (stamps = zh_customers_stamps(customers, rows)) != NULL; rows++)
        CHECK(zh_customers_get(customers, (zh_customer_id){ stamps->number }) != NULL);
    CHECK(rows == zh_customers_count(customers) && rows > 512); /* more than one piece */
    zh_customers_close(customers);
    zh_arena_close(&arena);
}

int main(int argc, char **argv)
{
    seed = test_seed(argc, argv);
    what_was_done_is_never_denied();
    ages_end_at_their_greatest();
    each_customer_has_his_own();
    return 0;
}
