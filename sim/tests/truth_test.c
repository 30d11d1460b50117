/* Goal: what the truth says is what the shop plays: tastes turn when it says, positions are where it says, orders are all there;
 * and a shop without these keys is the shop it was.
 * Method: two shops, one with and one without; every customer; the lines read back. */
#include "truth.h"
#include "base/json.h"
#include "base/time.h"
#include "place.h"
#include "world_of.h"

#include <math.h>
#include <string.h>

#define PLAIN "{\"interests\":[\"a\",\"b\",\"c\"],\"types\":[{\"name\":\"x\",\"category\":\"tea\",\"interests\":{\"a\":1},\"items\":9},{\"name\":\"y\",\"interests\":{\"b\":1},\"items\":9}," \
              "{\"name\":\"z\",\"interests\":{\"c\":1},\"items\":9}],\"people\":{\"drift_share\":0"
#define TURNING PLAIN ",\"turn_share\":0.5},\"places\":{\"share\":0.8,\"worker_share\":0.5,\"away_prob\":0,\"accuracy_m\":5}}"
enum { CUSTOMERS = 300, DAYS = 40 };

static zh_shop plain_shop, turning_shop;

static void tastes_turn_at_their_moment(zh_arena *arena)
{
    zh_sim_people plain, turning;
    uint32_t turned = 0;
    CHECK(zh_sim_people_open(&plain, &plain_shop, 4, CUSTOMERS, DAYS, arena) == ZH_OK && zh_sim_people_open(&turning, &turning_shop, 4, CUSTOMERS, DAYS, arena) == ZH_OK);
    for (uint32_t u = 0; u < CUSTOMERS; u++) {
        float was[ZH_SHOP_INTERESTS_MAX], before[ZH_SHOP_INTERESTS_MAX], after[ZH_SHOP_INTERESTS_MAX];
        const uint32_t moment = turning.persons[u].turn_minute;
        zh_sim_person_taste(&plain, u, 5, was);
        CHECK(plain.persons[u].turn_minute == UINT32_MAX && plain.persons[u].own_hour == turning.persons[u].own_hour);
        if (moment != UINT32_MAX) {
            CHECK(moment >= DAYS * ZH_SIM_DAY_MINUTES / 2 && moment <= DAYS * ZH_SIM_DAY_MINUTES * 3 / 4);
            zh_sim_person_taste(&turning, u, moment - 1, before);
            zh_sim_person_taste(&turning, u, moment, after);
            CHECK(memcmp(was, before, 3 * sizeof *was) == 0 && memcmp(was, after, 3 * sizeof *was) != 0);
            turned++;
            continue;
        }
        zh_sim_person_taste(&turning, u, DAYS * ZH_SIM_DAY_MINUTES, after);
        CHECK(memcmp(was, after, 3 * sizeof *was) == 0);
    }
    CHECK(turned > CUSTOMERS * 0.4 && turned < CUSTOMERS * 0.6);
}

static double metres(zh_sim_position a, zh_sim_position b)
{
    return hypot((a.latitude - b.latitude) * 111320, (a.longitude - b.longitude) * 111320 * cos(a.latitude * 0.01745));
}

static void positions_are_where_it_says(zh_arena *arena)
{
    zh_sim_people people;
    uint32_t tells = 0, works = 0;
    CHECK(zh_sim_people_open(&people, &turning_shop, 4, CUSTOMERS, DAYS, arena) == ZH_OK);
    for (uint32_t u = 0; u < CUSTOMERS; u++) {
        zh_sim_position home, work, at;
        const bool has_home = zh_sim_place_home(&people, u, &home), has_work = zh_sim_place_work(&people, u, &work);
        CHECK(zh_sim_place_at(&people, u, 3, 600, &at) == has_home && (has_home || !has_work));
        tells += has_home;
        works += has_work;
        if (!has_home) continue;
        CHECK(metres(home, (zh_sim_position){ 31.23, 121.47 }) < 15500);
        for (uint32_t hour = 0; hour < 7 * 24; hour++) { /* the first day is a Monday */
            CHECK(zh_sim_place_at(&people, u, hour, hour * 60 + 30, &at));
            const uint32_t of_day = hour % 24;
            const bool weekday = hour < 5 * 24, working = has_work && weekday && of_day >= 9 && of_day < 18, moving = has_work && weekday && (of_day == 8 || of_day == 18);
            if (moving) CHECK(metres(at, home) + metres(at, work) < metres(home, work) + 100);
            else CHECK(metres(at, working ? work : home) < 40);
        }
    }
    CHECK(tells > CUSTOMERS * 0.7 && tells < CUSTOMERS * 0.9 && works > tells * 0.4 && works < tells * 0.6);
}

static zh_sim_truth noted;
static uint32_t orders;

static void seen(void *context, const zh_sim_run *run, const zh_sim_trace *trace)
{
    (void)context;
    for (uint32_t i = 0; i < trace->acts_count; i++) orders += trace->acts[i].kind == ZH_SIM_ORDER;
    zh_sim_truth_note(&noted, run, trace);
}

static void lines_have_all_orders(zh_arena *arena)
{
    static zh_sim_run run;
    run = (zh_sim_run){ .shop = &turning_shop, .seed = 4, .customers = CUSTOMERS, .days = DAYS, .policies = { [ZH_SIM_POPULAR] = true }, .seen = seen };
    test_run(&run, arena, NULL, NULL);
    FILE *file = tmpfile();
    CHECK(file != NULL && zh_sim_truth_write(&noted, &run, file) == ZH_OK && orders > 100);
    rewind(file);
    zh_json *json;
    static char line[1 << 20];
    uint32_t lines = 0, found = 0, turned = 0;
    CHECK(zh_json_open(&json, sizeof line) == ZH_OK);
    for (; fgets(line, sizeof line, file) != NULL; lines++) {
        zh_json_value one;
        int64_t before_ms = 0;
        CHECK(zh_json_parse(json, zh_sv_of(line), &one, NULL) == ZH_OK);
        turned += zh_json_is(zh_json_get(one, ZH_SV("before")), ZH_JSON_OBJECT);
        for (zh_json_iter it = zh_json_walk(zh_json_get(one, ZH_SV("orders"))); zh_json_next(&it); found++) {
            int64_t ms;
            zh_json_iter parts = zh_json_walk(it.value);
            CHECK(zh_json_next(&parts) && zh_time_parse(zh_json_text_or_empty(parts.value), &ms) == ZH_OK && ms >= before_ms);
            before_ms = ms;
        }
        double tea = 0, sum = 0, value;
        for (zh_json_iter it = zh_json_walk(zh_json_get(zh_json_get(one, ZH_SV("tastes")), ZH_SV("category"))); zh_json_next(&it);)
            if (zh_json_real(it.value, &value)) sum += value, tea += zh_sv_equal(it.key, ZH_SV("tea")) ? value : 0;
        CHECK(sum > 0.97 && sum < 1.01 && tea <= 1); /* what is under 0.01 is left out */
    }
    CHECK(lines == CUSTOMERS && found == orders && turned > CUSTOMERS * 0.4);
    zh_json_close(json);
    (void)fclose(file);
    zh_sim_truth_close(&noted);
}

int main(void)
{
    zh_arena arena = zh_arena_open(TEST_ARENA_BYTES);
    test_shop(ZH_SV(PLAIN "}}"), &arena, &plain_shop);
    test_shop(ZH_SV(TURNING), &arena, &turning_shop);
    tastes_turn_at_their_moment(&arena);
    positions_are_where_it_says(&arena);
    lines_have_all_orders(&arena);
    zh_arena_close(&arena);
    return 0;
}
