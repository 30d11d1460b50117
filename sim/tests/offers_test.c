/* Goal: what is expected of a mention is what happens on average, and the oracle's choice is the best that its budget buys.
 * Method: thousands of lucks against the formula; all choices of a few customers; what a shop sees against what it hides. */
#include "offers.h"
#include "offers_judge.h"
#include "world_of.h"

#include <math.h>

enum { LUCKS = 60000 };

static void happenings_average_to_what_is_expected(const zh_offers_world *w)
{
    for (uint32_t number = 0; number < 6; number++) {
        zh_offers_person p = zh_offers_person_of(w, number);
        if (number >= 3) p.find = 0.5; /* finders are rare: here they count */
        for (uint32_t level = 0; level <= w->shop->menu_count; level++) {
            const zh_offers_sum want = zh_offers_expected(w, &p, level);
            double margin = 0, cost = 0, margin2 = 0, cost2 = 0;
            for (uint32_t luck = 0; luck < LUCKS; luck++) {
                const zh_offers_sum got = zh_offers_happened(w, &p, level, luck);
                margin += got.margin_cents, margin2 += got.margin_cents * got.margin_cents;
                cost += got.cost_cents, cost2 += got.cost_cents * got.cost_cents;
            }
            margin /= LUCKS, cost /= LUCKS;
            CHECK(fabs(margin - want.margin_cents) < 4.5 * sqrt((margin2 / LUCKS - margin * margin) / LUCKS) + 0.01);
            CHECK(fabs(cost - want.cost_cents) < 4.5 * sqrt((cost2 / LUCKS - cost * cost) / LUCKS) + 0.01);
        }
    }
}

static void nobody_pays_for_what_is_not_mentioned(const zh_offers_world *w)
{
    for (uint32_t number = 0; number < 200; number++) {
        const zh_offers_person p = zh_offers_person_of(w, number);
        CHECK(zh_offers_expected(w, &p, 0).cost_cents == 0);
        CHECK(zh_offers_expected(w, &p, 1).cost_cents >= (double)w->told.message_cents);
    }
}

/* A price follows from public rules: two customers with the same order get the same off it, whoever they are. */
static void an_offer_takes_the_same_off_everybodys_order(const zh_offers_world *w)
{
    zh_offers_person rich = zh_offers_person_of(w, 1), poor = rich;
    rich.sensitivity = 0.1, poor.sensitivity = 20, rich.find = poor.find = 0;
    rich.habit = poor.habit = 30, poor.number = rich.number; /* both buy, and the same order */
    for (uint32_t luck = 0; luck < 50; luck++)
        for (uint32_t l = 0; l <= w->shop->menu_count; l++) CHECK(zh_offers_happened(w, &rich, l, luck).cost_cents == zh_offers_happened(w, &poor, l, luck).cost_cents);
}

static double worth(const zh_offers_world *w, uint32_t number, uint32_t level, double *cost)
{
    const zh_offers_person p = zh_offers_person_of(w, number);
    const zh_offers_sum a = zh_offers_expected(w, &p, level), none = zh_offers_expected(w, &p, 0);
    *cost += a.cost_cents;
    return a.margin_cents - a.cost_cents - none.margin_cents + none.cost_cents;
}

static void the_oracle_is_near_the_best_of_all_choices(const zh_offers_world *w, zh_arena *arena)
{
    enum { FEW = 6, WAYS = 4096 }; /* 4 levels */
    static const double budgets[] = { 50, 200, 800, 1e9 };
    for (size_t b = 0; b < sizeof budgets / sizeof *budgets; b++) {
        zh_offers_result r[ZH_OFFERS_POLICIES];
        const uint8_t none[FEW] = { 0 };
        double best = 0, step = 0;
        for (uint32_t way = 0; way < WAYS; way++) {
            double value = 0, cost = 0;
            for (uint32_t i = 0, left = way; i < FEW; i++, left /= 4) value += worth(w, i, left % 4, &cost);
            if (cost <= budgets[b]) best = fmax(best, value);
        }
        for (uint32_t i = 0; i < FEW; i++)
            for (uint32_t l = 1; l < 4; l++) step = fmax(step, worth(w, i, l, &(double){ 0 }));
        zh_arena_reset(arena);
        CHECK(zh_offers_judge(r, arena, &(zh_offers_ask){ w, 0, FEW, none, budgets[b], 1 }) == ZH_OK);
        CHECK(r[ZH_OFFERS_ORACLE].expected_spend_cents <= budgets[b] && r[ZH_OFFERS_ORACLE].expected_cents <= best + 1e-6);
        CHECK(r[ZH_OFFERS_ORACLE].expected_cents >= best - step - 1e-6); /* what is left over at its price is less than one customer's */
        CHECK(r[ZH_OFFERS_CHOICE].expected_cents == 0 && r[ZH_OFFERS_NOBODY].spend_cents == 0);
    }
}

static void the_policies_stand_in_their_order(const zh_offers_world *w, zh_arena *arena)
{
    enum { MANY = 4000 };
    static uint8_t wrong[MANY];
    zh_offers_result r[ZH_OFFERS_POLICIES];
    for (uint32_t i = 0; i < MANY; i++) { /* the worst a shop can do: the dearest to those it moves least */
        double cost = 0;
        wrong[i] = worth(w, i, 3, &cost) < 0 ? 3 : 0;
    }
    zh_arena_reset(arena);
    CHECK(zh_offers_judge(r, arena, &(zh_offers_ask){ w, 0, MANY, wrong, 300000, 5 }) == ZH_OK);
    for (int p = 0; p < ZH_OFFERS_POLICIES; p++)
        printf("%s: %u mentioned, expected %.0f, happened %.0f [%.0f, %.0f], spent %.0f\n", zh_offers_policy_name((zh_offers_policy)p), (unsigned)r[p].mentioned, r[p].expected_cents,
               r[p].increment.value, r[p].increment.low, r[p].increment.high, r[p].spend_cents);
    CHECK(r[ZH_OFFERS_ORACLE].expected_cents > r[ZH_OFFERS_EVERYONE].expected_cents && r[ZH_OFFERS_ORACLE].expected_cents > r[ZH_OFFERS_RANDOM].expected_cents);
    CHECK(r[ZH_OFFERS_ORACLE].expected_cents > 0 && r[ZH_OFFERS_CHOICE].expected_cents < 0 && r[ZH_OFFERS_ORACLE].behind.high < 0);
    for (int p = 0; p < ZH_OFFERS_POLICIES; p++) { /* 3 sd: 19 of 20 is not enough for a test that always holds */
        const double half = (r[p].increment.high - r[p].increment.value) * 2;
        CHECK(fabs(r[p].increment.value - r[p].expected_cents) <= half);
    }
}

/* Who buys more, has bought more; who is moved by prices, buys on sale: else nothing could be learnt. */
static void what_is_seen_tells_of_what_is_hidden(const zh_offers_world *w)
{
    double orders[2] = { 0 }, sale[2] = { 0 }, count[2] = { 0 }, bought[2] = { 0 }, keen[2] = { 0 };
    for (uint32_t number = 0; number < 4000; number++) {
        const zh_offers_person p = zh_offers_person_of(w, number);
        const int often = p.habit > log(w->told.buy_prob / (1 - w->told.buy_prob)), moved = p.sensitivity > w->told.price_sensitivity;
        orders[often] += p.seen[0], count[often]++;
        sale[moved] += p.seen[4], bought[moved] += p.seen[0], keen[moved]++;
    }
    CHECK(orders[1] / count[1] > 1.5 * orders[0] / count[0]);
    CHECK(sale[1] / bought[1] > 1.2 * sale[0] / bought[0]);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    zh_arena arena = zh_arena_open((size_t)1 << 30);
    zh_shop shop;
    zh_note why = { "" };
    zh_arena text = zh_arena_open((size_t)1 << 24);
    CHECK(zh_shop_read(zh_shop_default(), &text, &shop, &why) == ZH_OK);
    const zh_offers_world world = zh_offers_world_of(&shop, seed);
    happenings_average_to_what_is_expected(&world);
    nobody_pays_for_what_is_not_mentioned(&world);
    an_offer_takes_the_same_off_everybodys_order(&world);
    the_oracle_is_near_the_best_of_all_choices(&world, &arena);
    the_policies_stand_in_their_order(&world, &arena);
    what_is_seen_tells_of_what_is_hidden(&world);
    zh_arena_close(&text);
    zh_arena_close(&arena);
    return 0;
}
