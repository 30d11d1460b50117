/* Goal: from a log in which mentions were drawn it is learnt whom they move, by how much and at what cost; where they move all alike, or the log says nothing, that is said.
 * Method: a world of two columns whose truth is a formula: the second tells who is moved, the first who buys anyway. */
#include "offer/mention.h"
#include "check.h"

#include <math.h>

enum { ROWS = 12000, COLUMNS = 3, ARMS = 3 };

typedef struct world {
    double x[ROWS * COLUMNS], propensity[ROWS], margin[ROWS], cost[ROWS];
    uint8_t arm[ROWS];
    bool alike, nothing;
} world;
static world w;

static double unit(uint64_t *seed) { return (double)(test_random(seed) % 1000003) / 1000003; }

static double chance(const double *x, uint32_t arm)
{
    const double moved = w.nothing ? 0 : w.alike ? 0.5 : x[1] > 0.5 ? 1.6 : -0.4;
    return 1 / (1 + exp(2 - 1.5 * x[0] - (arm > 0 ? moved * (0.6 + 0.4 * arm) : 0)));
}
static double order(const double *x) { return 2000 * (1 + x[2]); }                /* margin of an order */
static double off(const double *x, uint32_t arm) { return 400.0 * arm * (1 + x[2]); } /* what an order then costs */
static double worth(const double *x, uint32_t arm) { return chance(x, arm) * (order(x) - off(x, arm)) - chance(x, 0) * order(x) - (arm > 0 ? 5 : 0); }

static void draw_a_log(uint64_t *seed, bool alike, bool nothing)
{
    w.alike = alike, w.nothing = nothing;
    for (int i = 0; i < ROWS; i++) {
        double *x = w.x + i * COLUMNS;
        for (int c = 0; c < COLUMNS; c++) x[c] = unit(seed);
        const double often = x[0] > 0.5 ? 0.5 : 0.25; /* mentions were drawn by a rule that is told */
        w.arm[i] = unit(seed) < often ? 0 : unit(seed) < 0.5 ? 1 : 2;
        w.propensity[i] = w.arm[i] == 0 ? often : (1 - often) / 2;
        const bool bought = unit(seed) < chance(x, w.arm[i]);
        w.margin[i] = bought ? order(x) * (0.5 + unit(seed)) : 0;
        w.cost[i] = w.arm[i] == 0 ? 0 : 5 + (bought ? off(x, w.arm[i]) : 0);
    }
}

static zh_mention_log a_log(void)
{
    return (zh_mention_log){ w.x, w.arm, w.propensity, w.margin, w.cost, ROWS, COLUMNS, ARMS, 7 };
}

static void who_is_moved_is_learnt(zh_arena *arena, uint64_t *seed)
{
    zh_mention_model m;
    zh_mention_trust trust;
    draw_a_log(seed, false, false);
    const zh_mention_log log = a_log();
    CHECK(zh_mention_learn(&m, arena, &log) == ZH_OK);
    CHECK(m.penalty < ZH_MENTION_ALIKE);
    double values[ARMS], costs[ARMS], best = 0, got = 0, off_by = 0, size = 0, spent = 0, spend = 0;
    for (int i = 0; i < 4000; i++) { /* customers of whom nothing was learnt */
        const double x[COLUMNS] = { unit(seed), unit(seed), unit(seed) };
        uint32_t chosen = 0;
        double most = 0;
        zh_mention_ask(&m, x, values, costs);
        CHECK(values[0] == 0 && costs[0] == 0);
        for (uint32_t l = 1; l < ARMS; l++) {
            most = fmax(most, worth(x, l));
            if (values[l] > values[chosen]) chosen = l;
            off_by += fabs(values[l] - worth(x, l)), size += fabs(worth(x, l));
            spent += chance(x, l) * off(x, l) + 5, spend += costs[l];
        }
        best += most, got += chosen > 0 ? worth(x, chosen) : 0;
    }
    printf("learnt: %.3f of the best, values off by %.3f of their size, costs told %.3f of what they are\n", got / best, off_by / size, spend / spent);
    CHECK(got > 0.8 * best && off_by < 0.45 * size && fabs(spend / spent - 1) < 0.05);
    CHECK(zh_mention_judge(&trust, arena, &m, &log, 60) == ZH_OK);
    printf("held out: gain %.1f [%.1f, %.1f], lead %.1f [%.1f, %.1f], spend %.1f\n", trust.learned.gain.value, trust.learned.gain.low, trust.learned.gain.high, trust.lead.value, trust.lead.low,
           trust.lead.high, trust.learned.spend.value);
    CHECK(trust.is_learned && trust.learned.spend.low < 60 && trust.learned.spend.high > 50);
    for (uint32_t l = 1; l < ARMS; l++) CHECK(fabs(trust.everyone[l].spend.value - 60) < 8 || trust.share[l] == 1); /* the same budget for all */
}

static void a_customer_who_is_not_known_takes_the_mean(zh_arena *arena, uint64_t *seed)
{
    zh_mention_model m;
    draw_a_log(seed, false, false);
    const zh_mention_log log = a_log();
    CHECK(zh_mention_learn(&m, arena, &log) == ZH_OK);
    double values[ARMS], costs[ARMS], sum = 0, truth = 0;
    zh_mention_ask(&m, (double[]){ NAN, NAN, NAN }, values, costs);
    for (int i = 0; i < ROWS; i++) {
        double one[ARMS], its_costs[ARMS];
        zh_mention_ask(&m, w.x + i * COLUMNS, one, its_costs);
        sum += one[1] / ROWS, truth += worth(w.x + i * COLUMNS, 1) / ROWS;
    }
    CHECK(fabs(values[1] - sum) < 1e-6 && fabs(sum - truth) < 100 && values[0] == 0 && costs[0] == 0); /* 100: 3 errors of the arms' means */
    zh_mention_ask(&m, (double[]){ 0.5, NAN, 0.5 }, values, costs); /* one cell alone is not known */
    CHECK(isfinite(values[2]) && costs[2] > costs[1] && costs[1] > 5);
}

/* Where mentions do nothing a policy cannot lead; 1 of 20 may seem to, twice over both ends. */
static void what_moves_nobody_is_not_recommended(zh_arena *arena, uint64_t *seed)
{
    int led = 0;
    for (int round = 0; round < 5; round++) {
        zh_mention_model m;
        zh_mention_trust trust;
        zh_arena_reset(arena);
        draw_a_log(seed, true, true);
        const zh_mention_log log = a_log();
        CHECK(zh_mention_learn(&m, arena, &log) == ZH_OK && zh_mention_judge(&trust, arena, &m, &log, 1e6) == ZH_OK);
        CHECK(trust.simple == 0); /* a mention costs and brings nothing */
        led += trust.is_learned;
    }
    CHECK(led == 0);
}

static void too_little_is_refused(zh_arena *arena, uint64_t *seed)
{
    zh_mention_model m;
    draw_a_log(seed, false, false);
    zh_mention_log log = a_log();
    log.rows = 500; /* some 110 an offer */
    CHECK(zh_mention_learn(&m, arena, &log) == ZH_ABSENT);
    log.rows = ROWS;
    log.columns = ZH_MENTION_COLUMNS_MAX + 1;
    CHECK(zh_mention_learn(&m, arena, &log) == ZH_FULL);
    log.columns = COLUMNS;
    for (int i = 0; i < ROWS; i++)
        if (w.arm[i] == 2) w.margin[i] = 0; /* nobody ordered under it */
    CHECK(zh_mention_learn(&m, arena, &log) == ZH_ABSENT);
}

static void no_memory_is_an_answer(uint64_t *seed)
{
    zh_err e = ZH_NOMEM;
    draw_a_log(seed, false, false);
    zh_mention_log log = a_log();
    log.rows = 2000;
    for (size_t bytes = 1 << 12; e != ZH_OK && bytes < (size_t)1 << 28; bytes *= 2) {
        zh_mention_model m;
        zh_mention_trust trust;
        zh_arena small = zh_arena_open(bytes);
        e = zh_mention_learn(&m, &small, &log);
        if (e == ZH_OK) e = zh_mention_judge(&trust, &small, &m, &log, 60);
        CHECK(e == ZH_OK || e == ZH_NOMEM);
        zh_arena_close(&small);
    }
    CHECK(e == ZH_OK);
}

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv);
    zh_arena arena = zh_arena_open((size_t)1 << 30);
    who_is_moved_is_learnt(&arena, &seed);
    zh_arena_reset(&arena);
    a_customer_who_is_not_known_takes_the_mean(&arena, &seed);
    what_moves_nobody_is_not_recommended(&arena, &seed);
    zh_arena_reset(&arena);
    too_little_is_refused(&arena, &seed);
    no_memory_is_an_answer(&seed);
    zh_arena_close(&arena);
    return 0;
}
