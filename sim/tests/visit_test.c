/* Goal: customers behave as the equations say: complements have a direction, ranks a bias, needs come back,
 *       what was seen too often tires, seasons move, tastes drift, visits have their hours.
 * Method: small shops, each made for one effect, random lists, counts from the traces. */
#include "draw.h"
#include "visit.h"
#include "world_of.h"

#define TYPES_MAX 3
enum { PHONE, CASE, MISC };

typedef struct counts {
    const zh_sim_run *run;
    uint32_t customers;
    int32_t *last;                   /* customer x type: minute of the last order; -1 */
    uint64_t sold[TYPES_MAX], follows[TYPES_MAX][TYPES_MAX]; /* follows[a][b]: b within 10 days after a */
    uint64_t shown[25], opened[25];  /* by rank, of home */
    uint64_t views, by_hour[24], by_weekday[7], sold_early[TYPES_MAX], sold_late[TYPES_MAX];
    uint64_t gaps, gap_minutes;      /* between orders of PHONE */
} counts;

static void count_order(counts *c, const zh_sim_trace *t, const zh_sim_act *a)
{
    const int32_t minute = (int32_t)t->minute;
    int32_t *last = &c->last[t->customer * TYPES_MAX];
    bool in[TYPES_MAX] = { false };
    for (uint32_t i = 0; i < a->count; i++) in[c->run->catalog.items[t->items[a->from + i]].type] = true;
    for (uint32_t b = 0; b < TYPES_MAX; b++)
        for (uint32_t before = 0; in[b] && before < TYPES_MAX; before++)
            c->follows[before][b] += before != b && !in[before] && last[before] >= 0 && minute - last[before] < 10 * ZH_SIM_DAY_MINUTES;
    if (in[PHONE] && last[PHONE] >= 0) c->gaps++, c->gap_minutes += (uint64_t)(minute - last[PHONE]);
    for (uint32_t b = 0; b < TYPES_MAX; b++) {
        if (!in[b]) continue;
        c->sold[b]++;
        if (minute < c->run->days * ZH_SIM_DAY_MINUTES / 2) c->sold_early[b]++;
        else c->sold_late[b]++;
        last[b] = minute;
    }
}

static void watch(void *context, const zh_sim_trace *t)
{
    counts *c = context;
    c->by_hour[t->minute / 60 % 24]++;
    c->by_weekday[t->minute / ZH_SIM_DAY_MINUTES % 7]++;
    const zh_sim_act *home = NULL;
    for (uint32_t i = 0; i < t->acts_count; i++) {
        const zh_sim_act *a = &t->acts[i];
        if (a->kind == ZH_SIM_LIST && a->place == ZH_SIM_HOME) {
            home = a;
            for (uint32_t r = 0; r < a->count; r++) c->shown[r]++;
        }
        if (a->kind == ZH_SIM_VIEW) c->views++;
        for (uint32_t r = 0; a->kind == ZH_SIM_VIEW && home != NULL && r < home->count; r++)
            c->opened[r] += t->items[home->from + r] == a->item;
        if (a->kind == ZH_SIM_ORDER) count_order(c, t, a);
    }
}

/* A shop of three types where nothing happens but what `more` sets. */
#define SHOP(complements, more)                                                                                   \
    ZH_SV("{\"start\":\"2025-03-03\",\"interests\":[\"a\",\"b\"],\"run\":{\"warmup_share\":0},"                     \
          "\"types\":[{\"name\":\"phone\",\"items\":6" more "},{\"name\":\"case\",\"items\":6},{\"name\":\"misc\",\"items\":8,\"need_weight\":4}]," \
          "\"complements\":[" complements "],")
static zh_sv text_of(zh_arena *arena, zh_sv head, const char *tail)
{
    zh_buf text = zh_buf_open(1u << 16);
    zh_buf_put(&text, head);
    zh_buf_put(&text, zh_sv_of(tail));
    const zh_sv kept = zh_arena_copy(arena, zh_buf_view(&text));
    zh_buf_close(&text);
    return kept;
}

static counts run_shop(zh_sv head, const char *tail, uint32_t customers, int32_t days, zh_sim_policy policy)
{
    static zh_sim_run run;
    static zh_shop shop;
    zh_arena arena = zh_arena_open(TEST_ARENA_BYTES);
    test_shop(text_of(&arena, head, tail), &arena, &shop);
    run = (zh_sim_run){ .shop = &shop, .seed = 4, .customers = customers, .days = days };
    run.policies[policy] = true;
    counts c = { .run = &run, .customers = customers, .last = ZH_TAKE(&arena, int32_t, (size_t)customers * TYPES_MAX) };
    for (size_t i = 0; i < (size_t)customers * TYPES_MAX; i++) c.last[i] = -1;
    test_run(&run, &arena, watch, &c);
    zh_arena_close(&arena);
    return c;
}

#define SELDOM "\"choice\":{\"click_outside\":8}," PLENTY /* few buy but who needs */
#define PLENTY "\"visits\":{\"per_week\":4,\"need_prob\":0.5},\"catalog\":{\"stock_low\":9999,\"stock_high\":9999,\"new_share\":0,\"ending_share\":0}}"

static double rate(const counts *c, int before, int after)
{
    return (double)c->follows[before][after] / (double)c->sold[before];
}

static void complements_have_the_direction_and_the_strength_of_the_file(void)
{
    const counts none = run_shop(SHOP("", ""), SELDOM, 4000, 60, ZH_SIM_RANDOM);
    const counts some = run_shop(SHOP("{\"from\":\"phone\",\"to\":\"case\",\"prob\":0.4,\"now_share\":0}", ""), SELDOM, 4000, 60, ZH_SIM_RANDOM);
    const counts most = run_shop(SHOP("{\"from\":\"phone\",\"to\":\"case\",\"prob\":0.9,\"now_share\":0}", ""), SELDOM, 4000, 60, ZH_SIM_RANDOM);
    const counts back = run_shop(SHOP("{\"from\":\"case\",\"to\":\"phone\",\"prob\":0.9,\"now_share\":0}", ""), SELDOM, 4000, 60, ZH_SIM_RANDOM);
    printf("case after phone, phone after case: %.3f %.3f (none), %.3f %.3f (0.4), %.3f %.3f (0.9), %.3f %.3f (reversed)\n",
           rate(&none, PHONE, CASE), rate(&none, CASE, PHONE), rate(&some, PHONE, CASE), rate(&some, CASE, PHONE),
           rate(&most, PHONE, CASE), rate(&most, CASE, PHONE), rate(&back, PHONE, CASE), rate(&back, CASE, PHONE));
    CHECK(none.sold[PHONE] > 500 && none.sold[CASE] > 500);
    CHECK(fabs(rate(&none, PHONE, CASE) - rate(&none, CASE, PHONE)) < 0.05);
    CHECK(rate(&some, PHONE, CASE) > rate(&none, PHONE, CASE) + 0.03);
    CHECK(rate(&most, PHONE, CASE) > rate(&some, PHONE, CASE) + 0.05);
    CHECK(rate(&most, PHONE, CASE) > 1.7 * rate(&most, CASE, PHONE));
    CHECK(rate(&back, CASE, PHONE) > 1.7 * rate(&back, PHONE, CASE));
}

static void the_first_ranks_are_opened_more(void)
{
    const counts c = run_shop(SHOP("", ""), "\"choice\":{\"examine_decay\":1,\"fatigue\":0,\"click_outside\":7}," PLENTY, 3000, 30, ZH_SIM_RANDOM);
    double open[8];
    for (int r = 0; r < 8; r++) open[r] = (double)c.opened[r] / (double)c.shown[r];
    printf("opened by rank: %.4f %.4f %.4f %.4f .. %.4f\n", open[0], open[1], open[2], open[3], open[7]);
    CHECK(open[0] / open[1] > 1.6 && open[0] / open[1] < 2.5); /* r^-1; searches open some of them too */
    CHECK(open[0] / open[3] > 2.8 && open[0] / open[3] < 5.0);
    const counts flat = run_shop(SHOP("", ""), "\"choice\":{\"examine_decay\":0,\"fatigue\":0,\"click_outside\":7}," PLENTY, 3000, 30, ZH_SIM_RANDOM);
    const double first = (double)flat.opened[0] / (double)flat.shown[0], last = (double)flat.opened[7] / (double)flat.shown[7];
    CHECK(first / last > 0.85 && first / last < 1.15);
}

static void what_was_seen_too_often_tires(void)
{
    const counts fresh = run_shop(SHOP("", ""), "\"choice\":{\"fatigue\":0}," PLENTY, 1000, 30, ZH_SIM_POPULAR);
    const counts tired = run_shop(SHOP("", ""), "\"choice\":{\"fatigue\":1,\"fatigue_half_life_days\":60}," PLENTY, 1000, 30, ZH_SIM_POPULAR);
    CHECK(tired.views * 10 < fresh.views * 9);
}

static void what_is_used_up_is_bought_again_in_its_time(void)
{
    const counts once = run_shop(SHOP("", ",\"own_days\":15,\"need_weight\":0.2"), SELDOM, 1000, 80, ZH_SIM_RANDOM);
    const counts again = run_shop(SHOP("", ",\"replenish_days\":20,\"replenish_spread\":0.1,\"own_days\":15,\"need_weight\":0.2"), SELDOM, 1000, 80, ZH_SIM_RANDOM);
    const double days = (double)again.gap_minutes / (double)again.gaps / ZH_SIM_DAY_MINUTES;
    printf("bought again: %d times against %d, %.1f days between\n", (int)again.gaps, (int)once.gaps, days);
    CHECK(again.gaps > 2 * once.gaps && days > 18 && days < 28);
}

static void seasons_move_sales(void)
{
    const counts c = run_shop(SHOP("", ",\"own_days\":1,\"seasons\":[{\"from\":\"03-03\",\"to\":\"03-17\",\"factor\":4}]"), PLENTY, 1000, 30, ZH_SIM_RANDOM);
    const counts same = run_shop(SHOP("", ",\"own_days\":1"), PLENTY, 1000, 30, ZH_SIM_RANDOM);
    printf("in and out of season: %d %d; without one: %d %d\n", (int)c.sold_early[PHONE], (int)c.sold_late[PHONE], (int)same.sold_early[PHONE], (int)same.sold_late[PHONE]);
    CHECK((double)c.sold_early[PHONE] > 1.7 * (double)same.sold_early[PHONE]);
    CHECK((double)c.sold_late[PHONE] < 1.15 * (double)same.sold_late[PHONE] && (double)c.sold_late[PHONE] > 0.85 * (double)same.sold_late[PHONE]);
}

static void visits_keep_the_habits_of_the_file(void)
{
    const counts c = run_shop(SHOP("", ""), "\"visits\":{\"per_week\":3,\"weekday\":[1,1,1,1,1,3,3],"
        "\"hours\":[0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,3,0,0,0]}}", 1000, 28, ZH_SIM_POPULAR);
    double all = 0;
    for (int h = 0; h < 24; h++) all += (double)c.by_hour[h];
    CHECK((double)c.by_hour[20] > 2 * (double)c.by_hour[9] && c.by_hour[9] > c.by_hour[3]);
    CHECK((double)c.by_hour[3] < 0.01 * all);
    CHECK((double)c.by_weekday[5] > 2 * (double)c.by_weekday[1]); /* day 0 is a Monday */
    const double week = all / 1000 / 4;
    CHECK(week > 2.2 && week < 3.6); /* a median of 3 with spread 0.5, less those who arrive later */
}

static void tastes_drift_as_far_as_the_file_says(void)
{
    static zh_shop shop;
    for (int i = 0; i < 2; i++) {
        zh_arena arena = zh_arena_open(TEST_ARENA_BYTES);
        zh_sim_people people;
        float before[ZH_SHOP_INTERESTS_MAX], after[ZH_SHOP_INTERESTS_MAX];
        double moved = 0;
        test_shop(text_of(&arena, SHOP("", ""), i == 0 ? "\"people\":{\"drift_share\":0}}" : "\"people\":{\"drift_share\":0.5,\"drift_days\":20}}"), &arena, &shop);
        CHECK(zh_sim_people_open(&people, &shop, 1, 200, 60, &arena) == ZH_OK);
        for (uint32_t u = 0; u < 200; u++) {
            zh_sim_person_taste(&people, u, 0, before);
            zh_sim_person_taste(&people, u, 50 * ZH_SIM_DAY_MINUTES, after);
            CHECK(fabs((double)(after[0] + after[1]) - 1) < 1e-5);
            moved += fabs((double)(after[0] - before[0])) / 200;
        }
        CHECK(i == 0 ? moved == 0 : moved > 0.1 && moved < 0.5);
        zh_arena_close(&arena);
    }
}

int main(void)
{
    complements_have_the_direction_and_the_strength_of_the_file();
    the_first_ranks_are_opened_more();
    what_was_seen_too_often_tires();
    what_is_used_up_is_bought_again_in_its_time();
    seasons_move_sales();
    visits_keep_the_habits_of_the_file();
    tastes_drift_as_far_as_the_file_says();
    return 0;
}
