/* Goal: every rule hands out what there is, no more, and Markov's removal effects are those of leaving a channel out.
 * Method: random paths; Shapley by its definition over all orders of channels; Markov by walking the chain for long with
 * the channel sent to null. */
#include "measure/attribution.h"
#include "check.h"

#include <math.h>
#include <string.h>

#define CHANNELS 4
#define PATHS 25

static uint32_t touches[PATHS][8];
static zh_path paths[PATHS];

static void draw(uint64_t *seed)
{
    for (int i = 0; i < PATHS; i++) {
        const uint32_t length = 1 + (uint32_t)(test_random(seed) % 7);
        for (uint32_t k = 0; k < length; k++) touches[i][k] = (uint32_t)(test_random(seed) % CHANNELS);
        paths[i] = (zh_path){ touches[i], length, (double)(test_random(seed) % 4), (double)(test_random(seed) % 100), (double)(test_random(seed) % 6) };
    }
    paths[0].conversions = 2; /* someone converts */
}

static void rules_hand_out_all(void)
{
    double total = 0, value = 0;
    for (int i = 0; i < PATHS; i++) total += paths[i].conversions, value += paths[i].value;
    for (int rule = ZH_ATTRIBUTE_FIRST; rule <= ZH_ATTRIBUTE_SHAPLEY; rule++)
        for (int of = 0; of < 2; of++) {
            double out[CHANNELS], sum = 0;
            uint32_t seen[CHANNELS];
            const zh_attribution_desc d = { .rule = (zh_attribution_rule)rule, .of_value = of, .half_life = 1.5, .first_share = 0.3, .last_share = 0.5 };
            zh_attribute(&d, paths, PATHS, CHANNELS, seen, out);
            for (int c = 0; c < CHANNELS; c++) sum += out[c];
            CHECK(fabs(sum - (of ? value : total)) < 1e-9);
        }
}

static double worth(uint32_t set) /* conversions of the paths that lie in it */
{
    double sum = 0;
    for (int i = 0; i < PATHS; i++) {
        uint32_t in = 0;
        for (uint32_t k = 0; k < paths[i].length; k++) in |= 1u << paths[i].touches[k];
        if ((in & set) == in) sum += paths[i].conversions;
    }
    return sum;
}

static void shapley_by_orders(void)
{
    double slow[CHANNELS] = { 0 }, out[CHANNELS];
    uint32_t seen[CHANNELS];
    int orders = 0;
    for (int code = 0; code < CHANNELS * CHANNELS * CHANNELS * CHANNELS; code++) {
        const int order[CHANNELS] = { code % 4, code / 4 % 4, code / 16 % 4, code / 64 };
        uint32_t set = 0;
        for (int k = 0; k < CHANNELS; k++) set |= 1u << order[k];
        if (set != 15) continue;
        orders++, set = 0;
        for (int k = 0; k < CHANNELS; k++) {
            slow[order[k]] += worth(set | 1u << order[k]) - worth(set);
            set |= 1u << order[k];
        }
    }
    zh_attribute(&(zh_attribution_desc){ .rule = ZH_ATTRIBUTE_SHAPLEY }, paths, PATHS, CHANNELS, seen, out);
    CHECK(orders == 24);
    for (int c = 0; c < CHANNELS; c++) CHECK(fabs(out[c] - slow[c] / orders) < 1e-9);
}

/* Chance to convert, by a thousand steps; coming to `without` ends the walk. */
static double walk(const zh_markov *m, int without)
{
    double at[CHANNELS + 1] = { 0 }, converted = 0;
    at[CHANNELS] = 1;
    for (int step = 0; step < 3000; step++) {
        double next[CHANNELS + 1] = { 0 };
        for (int from = 0; from <= CHANNELS; from++) {
            if (from == without) continue;
            for (int to = 0; to < CHANNELS; to++) next[to] += at[from] * m->steps[from * (CHANNELS + 2) + to];
            converted += at[from] * m->steps[from * (CHANNELS + 2) + CHANNELS];
        }
        memcpy(at, next, sizeof at);
    }
    return converted;
}

static void markov_by_walking(void)
{
    zh_arena arena = zh_arena_open(1 << 20);
    zh_markov m;
    double conversions = 0, all = 0;
    CHECK(zh_markov_of(&m, &arena, paths, PATHS, CHANNELS) == ZH_OK);
    for (int i = 0; i < PATHS; i++) conversions += paths[i].conversions, all += paths[i].conversions + paths[i].nulls;
    CHECK(fabs(m.base - conversions / all) < 1e-12 && fabs(m.base - walk(&m, -1)) < 1e-9);
    for (int c = 0; c < CHANNELS; c++) CHECK(fabs(m.removal[c] - (1 - walk(&m, c) / m.base)) < 1e-9);
    zh_arena_close(&arena);
}

static void by_hand(void)
{
    uint32_t abac[] = { 0, 1, 0, 2 }, seen[3];
    const zh_path path = { abac, 4, 8, 0, 0 }, two = { abac, 2, 8, 0, 0 };
    double out[3];
    zh_attribute(&(zh_attribution_desc){ .rule = ZH_ATTRIBUTE_DECAY, .half_life = 1 }, &path, 1, 3, seen, out); /* 1/8 1/4 1/2 1 of 15/8 */
    CHECK(fabs(out[0] - 8 * 5.0 / 15) < 1e-12 && fabs(out[1] - 8 * 2.0 / 15) < 1e-12 && fabs(out[2] - 8 * 8.0 / 15) < 1e-12);
    zh_attribute(&(zh_attribution_desc){ .rule = ZH_ATTRIBUTE_POSITION, .first_share = 0.4, .last_share = 0.4 }, &path, 1, 3, seen, out);
    CHECK(fabs(out[0] - 4) < 1e-12 && fabs(out[1] - 0.8) < 1e-12 && fabs(out[2] - 3.2) < 1e-12);
    zh_attribute(&(zh_attribution_desc){ .rule = ZH_ATTRIBUTE_POSITION, .first_share = 0.6, .last_share = 0.2 }, &two, 1, 3, seen, out);
    CHECK(fabs(out[0] - 6) < 1e-12 && fabs(out[1] - 2) < 1e-12);
    zh_arena arena = zh_arena_open(1 << 16);
    zh_markov m;
    const zh_path lost = { abac, 4, 0, 0, 9 };
    CHECK(zh_markov_of(&m, &arena, &lost, 1, 3) == ZH_RANGE); /* nobody converts */
    zh_arena_close(&arena);
}

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv);
    by_hand();
    for (int round = 0; round < 30; round++) {
        draw(&seed);
        rules_hand_out_all();
        shapley_by_orders();
        markov_by_walking();
    }
    return 0;
}
