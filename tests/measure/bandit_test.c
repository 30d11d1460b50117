/* Goal: chances, losses, estimates, drift and winners of a bandit are what they are said to be.
 * Method: closed forms for two arms and draws of random numbers for three; a shop whose true rates are known, many seeds: regret, no bias from outcomes
 * that come late, shifts noticed within 500 customers, how seldom a shop without a shift raises an alarm. */
#include "measure/bandit.h"
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define T0 INT64_C(1700000000000)
#define DAY_MS INT64_C(86400000)

static double unit(uint64_t *seed) { return (double)(test_random(seed) >> 11) * 0x1p-53; }
static double normal(uint64_t *seed)
{
    const double u = unit(seed) + 1e-18, v = unit(seed);
    return sqrt(-2 * log(u)) * cos(6.283185307179586 * v);
}

static zh_bandit set_up_of(const char *text, uint32_t arms)
{
    zh_json *json;
    zh_json_value root;
    zh_bandit b;
    const char *field;
    zh_note why;
    CHECK(zh_json_open(&json, 4096) == ZH_OK && zh_json_parse(json, zh_sv_of(text), &root, NULL) == ZH_OK);
    CHECK(zh_bandit_read(root, arms, &b, &field, &why) == ZH_OK);
    zh_json_close(json);
    return b;
}

static void refuses(void)
{
    static const char *const bad[][2] = { { "{\"mode\":\"x\"}", "mode" }, { "{\"mode\":3}", "mode" }, { "{\"mode\":\"bandit\",\"strategy\":\"ucb\"}", "strategy" }, { "{\"mode\":\"bandit\",\"floor\":0.4}", "floor" },
        { "{\"mode\":\"bandit\",\"floor\":0}", "floor" }, { "{\"mode\":\"bandit\",\"epsilon\":2}", "epsilon" }, { "{\"mode\":\"bandit\",\"temperature\":0}", "temperature" },
        { "{\"mode\":\"bandit\",\"everyCustomers\":0}", "everyCustomers" }, { "{\"mode\":\"bandit\",\"everySeconds\":1.5}", "everySeconds" }, { "{\"mode\":\"bandit\",\"winnerLoss\":-1}", "winnerLoss" } };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        zh_json *json;
        zh_json_value root;
        zh_bandit b;
        const char *field = "";
        zh_note why;
        CHECK(zh_json_open(&json, 4096) == ZH_OK && zh_json_parse(json, zh_sv_of(bad[i][0]), &root, NULL) == ZH_OK);
        CHECK_ROW(zh_bandit_read(root, 3, &b, &field, &why) == ZH_FORMAT && strcmp(field, bad[i][1]) == 0, bad[i][0]);
        zh_json_close(json);
    }
    const zh_bandit usual = set_up_of("{\"mode\":\"bandit\"}", 2);
    CHECK(usual.strategy == ZH_BANDIT_THOMPSON && usual.floor_micro == 50000 && usual.every_units == 100 && usual.every_seconds == 3600);
    CHECK(set_up_of("{}", 2).strategy == ZH_BANDIT_NONE && zh_bandit_change(&usual, &usual) == NULL);
}

static void beliefs(uint64_t seed)
{
    double chance[4];
    /* Two arms: P(b > a) = Phi(d / s), E[max] = a + d Phi(d / s) + s phi(d / s). */
    const double means[] = { 100.5, 101.2 }, ses[] = { 0.8, 0.3 }, s = sqrt(0.8 * 0.8 + 0.3 * 0.3), d = 0.7;
    const double greatest = zh_bandit_greatest(means, ses, 2, chance), p = 0.5 * erfc(-d / s / sqrt(2));
    CHECK(fabs(chance[1] - p) < 1e-9 && fabs(chance[0] + chance[1] - 1) < 1e-12);
    CHECK(fabs(greatest - (100.5 + d * p + s * exp(-d * d / (2 * s * s)) / sqrt(6.283185307179586))) < 1e-9);
    const double m3[] = { 0.1, 0.12, 0.09 }, s3[] = { 0.01, 0.02, 0.03 };
    double count[3] = { 0 }, sum = 0;
    const double all = zh_bandit_greatest(m3, s3, 3, chance);
    const int draws = 400000;
    for (int i = 0; i < draws; i++) {
        double x[3];
        int top = 0;
        for (int a = 0; a < 3; a++) {
            x[a] = m3[a] + s3[a] * normal(&seed);
            if (x[a] > x[top]) top = a;
        }
        count[top]++, sum += x[top];
    }
    for (int a = 0; a < 3; a++) CHECK(fabs(count[a] / draws - chance[a]) < 0.005);
    CHECK(fabs(sum / draws - all) < 0.0002);
    zh_bandit_greatest((double[]){ 0, 5 }, (double[]){ 1e-9, 1e-6 }, 2, chance); /* widths that have nothing in common */
    CHECK(chance[0] < 1e-12 && chance[1] > 1 - 1e-12);
}

/* ---- a shop whose truth is known ---- */

enum { STRATA = 1200 };
typedef struct shop {
    zh_bandit b;
    zh_bandit_stratum strata[STRATA];
    zh_bandit_strata s;
    uint32_t arms;
    double rates[8], pulls[8];
    int64_t now_ms;
    double late;        /* chance that an outcome is not in yet, for the newest strata */
    uint64_t seed;
} shop;

static void open_shop(shop *o, zh_bandit b, uint32_t arms, const double *rates, uint64_t seed)
{
    const uint32_t weights[8] = { 1, 1, 1, 1, 1, 1, 1, 1 };
    memset(o, 0, sizeof *o);
    o->b = b, o->arms = arms, o->seed = seed, o->now_ms = T0;
    memcpy(o->rates, rates, arms * sizeof *rates);
    zh_bandit_begin(&b, weights, arms, &o->strata[0].drawn);
    o->strata[0].at_ms = T0;
    o->s = (zh_bandit_strata){ o->strata, 1 };
}

static uint32_t customer(shop *o)
{
    zh_bandit_stratum *here = &o->strata[o->s.count - 1];
    const uint32_t arm = zh_bandit_draw(&here->drawn, (uint32_t)(test_random(&o->seed) % ZH_BANDIT_MICRO));
    const int y = unit(&o->seed) < o->rates[arm];
    CHECK(here->drawn.chance[arm] >= o->b.floor_micro);
    o->now_ms += 1000;
    here->units[arm]++, here->sum[arm] += y, here->square[arm] += y;
    here->last_ms = o->now_ms;
    o->pulls[arm]++;
    return arm;
}

/* True: an allocation was made. Windows end at once here. */
static bool allocate(shop *o)
{
    zh_bandit_allocation next;
    const zh_bandit_moment at = { .now_ms = o->now_ms, .first_ms = T0, .window_ms = 0 };
    if (o->strata[o->s.count - 1].units[0] + o->strata[o->s.count - 1].units[1] + o->strata[o->s.count - 1].units[2] < o->b.every_units || o->s.count == STRATA || !zh_bandit_decide(&o->b, o->s, &at, &next)) return false;
    CHECK(next.number == o->s.count && zh_bandit_is_sound(&next));
    o->strata[o->s.count++] = (zh_bandit_stratum){ .drawn = next, .at_ms = o->now_ms };
    return true;
}

static void learns(uint64_t seed)
{
    static const char *const strategies[] = { "{\"mode\":\"bandit\"}", "{\"mode\":\"bandit\",\"strategy\":\"epsilon_greedy\"}", "{\"mode\":\"bandit\",\"strategy\":\"softmax\",\"temperature\":0.2}" };
    static shop o;
    const double rates[] = { 0.10, 0.16, 0.08 };
    enum { RUNS = 20, CUSTOMERS = 6000 };
    for (int i = 0; i < 3; i++) {
        double missed = 0, said = 0;
        for (int run = 0; run < RUNS; run++) {
            open_shop(&o, set_up_of(strategies[i], 3), 3, rates, seed + (uint64_t)run);
            for (int c = 0; c < CUSTOMERS; c++) {
                customer(&o);
                (void)allocate(&o);
            }
            zh_bandit_beliefs b;
            zh_bandit_beliefs_of(o.s, false, &b);
            CHECK(b.known);
            for (int a = 0; a < 3; a++) missed += o.pulls[a] * (0.16 - rates[a]);
            said += b.regret;
            if (o.strata[o.s.count - 1].drawn.since == 0) CHECK(b.of[0].units + b.of[1].units + b.of[2].units == CUSTOMERS);
        }
        const double even = CUSTOMERS * (0.16 * 3 - 0.34) / 3;
        printf("%-60s regret %.0f of %.0f if even, said %.0f\n", strategies[i], missed / RUNS, even, said / RUNS);
        CHECK_ROW(missed / RUNS < even * 0.45, strategies[i]);
        CHECK_ROW(said / RUNS > missed / RUNS * 0.6 && said / RUNS < missed / RUNS * 1.6, strategies[i]);
    }
}

/* Outcomes of young strata are not in yet, and the better arm has more young customers: plain means are wrong, the bandit's are not. */
static void late_outcomes(uint64_t seed)
{
    double bias = 0, plain = 0;
    enum { RUNS = 200, STEPS = 20 };
    for (int run = 0; run < RUNS; run++) {
        zh_bandit_stratum strata[STEPS] = { { .at_ms = T0 } };
        double n[2] = { 0 }, sum[2] = { 0 };
        for (uint32_t i = 0; i < STEPS; i++) {
            const double in = i < 10 ? 1 : 0.3; /* the part of outcomes that came */
            zh_bandit_stratum *s = &strata[i];
            s->drawn = (zh_bandit_allocation){ .number = i, .arms = 2, .chance = { i < 10 ? 500000 : 100000, i < 10 ? 500000 : 900000 } };
            for (int c = 0; c < 200; c++) {
                const uint32_t arm = zh_bandit_draw(&s->drawn, (uint32_t)(test_random(&seed) % ZH_BANDIT_MICRO));
                const int y = unit(&seed) < 0.2 * in;
                s->units[arm]++, s->sum[arm] += y, s->square[arm] += y, n[arm]++, sum[arm] += y;
            }
        }
        zh_bandit_beliefs b;
        zh_bandit_beliefs_of((zh_bandit_strata){ strata, STEPS }, false, &b);
        bias += (b.of[1].mean - b.of[0].mean) / RUNS;
        plain += (sum[1] / n[1] - sum[0] / n[0]) / RUNS;
    }
    printf("two equal arms, late outcomes: difference %.4f, plain means %.4f\n", bias, plain);
    CHECK(fabs(bias) < 0.005 && plain < -0.03);
}

/* ---- drift ---- */

static void shifts(uint64_t seed)
{
    static shop o;
    enum { RUNS = 100, BEFORE = 2000, MOST = 500 };
    static const double cases[][4] = { { 0.30, 0.10, 0.10, 0.30 }, { 0.20, 0.15, 0.05, 0.15 }, { 0.50, 0.35, 0.25, 0.35 } }; /* before, after */
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        int noticed = 0, early = 0;
        double taken = 0;
        for (int run = 0; run < RUNS; run++) {
            open_shop(&o, set_up_of("{\"mode\":\"bandit\",\"everyCustomers\":50}", 2), 2, cases[k], seed + 1000 * k + (uint64_t)run);
            bool found = false;
            for (int c = 0; c < BEFORE + MOST && !found; c++) {
                if (c == BEFORE) memcpy(o.rates, cases[k] + 2, sizeof *cases[k] * 2);
                customer(&o);
                if (!allocate(&o)) continue;
                const zh_bandit_allocation *a = &o.strata[o.s.count - 1].drawn;
                if (a->cause != ZH_BANDIT_DRIFT) continue;
                early += c < BEFORE;
                if (c < BEFORE) continue;
                found = true;
                taken += c - BEFORE + 1;
                CHECK(a->since > 0 && a->since < a->number);
            }
            noticed += found;
        }
        printf("%.2f, %.2f become %.2f, %.2f: noticed in %d of %d within %d customers, after %.0f; %d early\n", cases[k][0], cases[k][1], cases[k][2], cases[k][3], noticed, RUNS, MOST, taken / noticed, early);
        CHECK(noticed >= RUNS * 98 / 100 && early <= 4);
    }
}

static void stands_still(uint64_t seed)
{
    static shop o;
    enum { RUNS = 100, CUSTOMERS = 5000 };
    static const double cases[][2] = { { 0.30, 0.10 }, { 0.03, 0.04 }, { 0.5, 0.5 } };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        int runs_with = 0;
        for (int run = 0; run < RUNS; run++) {
            open_shop(&o, set_up_of("{\"mode\":\"bandit\",\"strategy\":\"epsilon_greedy\",\"everyCustomers\":50}", 2), 2, cases[k], seed + 7777 * k + (uint64_t)run);
            bool any = false;
            for (int c = 0; c < CUSTOMERS; c++) {
                customer(&o);
                if (allocate(&o)) any |= o.strata[o.s.count - 1].drawn.cause == ZH_BANDIT_DRIFT;
            }
            runs_with += any;
        }
        printf("%.2f and %.2f for %d customers: a false alarm in %d of %d\n", cases[k][0], cases[k][1], CUSTOMERS, runs_with, RUNS);
        CHECK(runs_with <= RUNS * 6 / 100);
    }
}

/* ---- winners, schedule ---- */

static void wins(uint64_t seed)
{
    static shop o;
    enum { RUNS = 100 };
    double loss = 0, customers = 0;
    const double rates[] = { 0.10, 0.13 };
    for (int run = 0; run < RUNS; run++) {
        open_shop(&o, set_up_of("{\"mode\":\"bandit\",\"winnerLoss\":0.002}", 2), 2, rates, seed + (uint64_t)run);
        while (o.strata[o.s.count - 1].drawn.winner == 0 && o.s.count < STRATA - 1) {
            customer(&o);
            (void)allocate(&o);
            customers++;
            if (o.strata[o.s.count - 1].drawn.winner != 0) break;
        }
        const zh_bandit_allocation *a = &o.strata[o.s.count - 1].drawn;
        CHECK(a->winner != 0 && a->cause == ZH_BANDIT_WON && a->chance[a->winner - 1] == ZH_BANDIT_MICRO && !allocate(&o));
        loss += 0.13 - rates[a->winner - 1];
    }
    printf("winner taken after %.0f customers, lost on average %.5f of at most 0.002\n", customers / RUNS, loss / RUNS);
    CHECK(loss / RUNS <= 0.003); /* 0.002, and what 100 runs may say by chance */
}

static void schedule(void)
{
    static shop o;
    zh_bandit_allocation next;
    const double rates[] = { 0.5, 0.5 };
    open_shop(&o, set_up_of("{\"mode\":\"bandit\",\"everyCustomers\":10,\"everySeconds\":60}", 2), 2, rates, 5);
    zh_bandit_moment at = { .now_ms = T0 + 59999, .first_ms = T0 };
    for (int c = 0; c < 9; c++) customer(&o);
    CHECK(!zh_bandit_decide(&o.b, o.s, &at, &next)); /* neither enough customers nor time */
    at.now_ms = T0 + 60000;
    CHECK(zh_bandit_decide(&o.b, o.s, &at, &next) == false || next.cause == ZH_BANDIT_LEARNT);
    CHECK(!zh_bandit_decide(&o.b, o.s, &(zh_bandit_moment){ .now_ms = T0 }, &next)); /* the clock stands */
    customer(&o);
    CHECK(zh_bandit_decide(&o.b, o.s, &(zh_bandit_moment){ .now_ms = T0 }, &next));
    CHECK(next.chance[0] == 500000); /* too few to learn from: the weights */
    static shop sure;
    open_shop(&sure, o.b, 2, rates, 3); /* one arm always brings something, the other never: that is known */
    sure.strata[0].units[0] = sure.strata[0].units[1] = 50, sure.strata[0].sum[1] = sure.strata[0].square[1] = 50;
    CHECK(zh_bandit_decide(&sure.b, sure.s, &(zh_bandit_moment){ .now_ms = T0 }, &next) && next.chance[1] == 950000);
    sure.strata[0].sum[0] = sure.strata[0].square[0] = 50; /* nothing varies: the weights */
    CHECK(zh_bandit_decide(&sure.b, sure.s, &(zh_bandit_moment){ .now_ms = T0 }, &next) && next.chance[1] == 500000);
    o.strata[0].units[0] = o.strata[0].units[1] = 4000; /* of many customers a part is waited for */
    o.strata[1] = (zh_bandit_stratum){ .drawn = next, .at_ms = T0, .units = { 19, 0 } };
    o.s.count = 2;
    CHECK(!zh_bandit_decide(&o.b, o.s, &(zh_bandit_moment){ .now_ms = T0 }, &next));
    o.strata[1].units[0] = 20;
    CHECK(zh_bandit_decide(&o.b, o.s, &(zh_bandit_moment){ .now_ms = T0 }, &next));
    /* A stratum whose windows have not ended says nothing about drift. */
    static shop young;
    open_shop(&young, o.b, 2, rates, 9);
    for (uint32_t i = 0; i < 40; i++) {
        zh_bandit_allocation a = young.strata[0].drawn;
        a.number = i;
        const unsigned hits = i < 20 ? 25 : 5;
        young.strata[i] = (zh_bandit_stratum){ .drawn = a, .at_ms = T0, .last_ms = T0 + i * DAY_MS, .units = { 50, 50 }, .sum = { hits, hits }, .square = { hits, hits } };
    }
    young.s.count = 40;
    CHECK(!zh_bandit_drift_of(young.s, T0 + 19 * DAY_MS).noticed && zh_bandit_drift_of(young.s, T0 + 39 * DAY_MS).noticed);
    CHECK(zh_bandit_drift_of(young.s, T0 + 39 * DAY_MS).since == 20);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    refuses();
    beliefs(seed);
    learns(seed);
    late_outcomes(seed);
    shifts(seed);
    stands_still(seed);
    wins(seed);
    schedule();
    return 0;
}
