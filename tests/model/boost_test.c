/* Goal: a tree splits where a search over all rows and cuts finds the greatest gain; the loss falls; bytes read back the same, and
 * damaged ones are refused or at least walk to an end.
 * Method: small random tables of few values, against sums made row by row; all single bytes of a model changed. */
#include "model/boost.h"
#include "check.h"

#include <math.h>
#include <string.h>

enum { ROWS = 200, COLUMNS = 5 };
static float x[ROWS * COLUMNS], y[ROWS];
static uint32_t all[ROWS];

static void draw(uint64_t *random)
{
    for (uint32_t r = 0; r < ROWS; r++) {
        all[r] = r;
        for (uint32_t c = 0; c < COLUMNS; c++) x[r * COLUMNS + c] = (float)(test_random(random) % (c + 2)); /* 2 .. 6 values: each has a bin */
        y[r] = (float)((x[r * COLUMNS + 3] > 2 ? 7 : 2) > (int)(test_random(random) % 10));
    }
}

/* The best root of one tree for a loss, by trying every value of every column. */
static double brute(const zh_boost_params *p, double base, uint32_t *column, float *low, float *high)
{
    double best = 1e-9;
    *column = UINT32_MAX;
    for (uint32_t c = 0; c < COLUMNS; c++)
        for (uint32_t v = 0; v + 1 < c + 2; v++) {
            double g[2] = { 0 }, h[2] = { 0 };
            for (uint32_t r = 0; r < ROWS; r++) {
                const double s = p->loss == ZH_BOOST_SQUARED ? base : 1 / (1 + exp(-base));
                const int side = x[r * COLUMNS + c] > (float)v;
                g[side] += s - (double)y[r], h[side] += p->loss == ZH_BOOST_SQUARED ? 1 : s * (1 - s);
            }
            if (h[0] < p->child_min || h[1] < p->child_min) continue;
            const double G = g[0] + g[1], H = h[0] + h[1];
            const double gain = g[0] * g[0] / (h[0] + p->l2) + g[1] * g[1] / (h[1] + p->l2) - G * G / (H + p->l2);
            if (gain > best + 1e-12) best = gain, *column = c, *low = (float)v, *high = (float)v + 1;
        }
    return best;
}

static double loss(const zh_boost *m)
{
    double sum = 0;
    for (uint32_t r = 0; r < ROWS; r++) {
        const double p = 1 / (1 + exp(-zh_boost_score(m, x + r * COLUMNS)));
        sum -= log(y[r] > 0.5F ? p : 1 - p);
    }
    return sum;
}

static void damaged(const zh_boost *m, zh_arena *arena)
{
    zh_buf bytes = zh_buf_open(1 << 20);
    zh_boost_put(m, &bytes);
    zh_boost back;
    zh_reader in = zh_reader_on(zh_buf_view(&bytes));
    CHECK(zh_boost_take(&back, arena, &in) == ZH_OK && zh_reader_left(&in) == 0);
    for (uint32_t r = 0; r < ROWS; r++) CHECK(zh_boost_score(m, x + r * COLUMNS) == zh_boost_score(&back, x + r * COLUMNS));
    for (size_t at = 0; at < bytes.size; at++) {
        bytes.data[at] = (char)(bytes.data[at] ^ 0x5a);
        in = zh_reader_on(zh_buf_view(&bytes));
        zh_arena_reset(arena);
        if (zh_boost_take(&back, arena, &in) == ZH_OK && back.columns <= COLUMNS) CHECK(isfinite(zh_boost_score(&back, x)));
        bytes.data[at] = (char)(bytes.data[at] ^ 0x5a);
        in = zh_reader_on((zh_sv){ bytes.data, at });
        CHECK(zh_boost_take(&back, arena, &in) == ZH_CORRUPT);
    }
    zh_buf_close(&bytes);
}

int main(int argc, char **argv)
{
    uint64_t random = test_seed(argc, argv);
    zh_arena arena = zh_arena_open(64 << 20), scratch = zh_arena_open(64 << 20);
    for (int round = 0; round < 100; round++) {
        zh_boost_params p = { .loss = round % 2 == 0 ? ZH_BOOST_LOGISTIC : ZH_BOOST_SQUARED, .trees = 1, .depth = 1, .rate = 0.5, .l2 = 1, .child_min = 2, .row_share = 1, .column_share = 1, .seed = 1 };
        zh_boost_bins *bins;
        zh_boost m, more, again;
        draw(&random);
        CHECK(zh_boost_bin(&bins, &arena, x, ROWS, COLUMNS) == ZH_OK);
        CHECK(zh_boost_fit(&m, &arena, &scratch, bins, all, ROWS, y, &p) == ZH_OK);
        uint32_t column;
        float low = 0, high = 0;
        brute(&p, m.base, &column, &low, &high);
        CHECK(m.nodes[0].column == (column == UINT32_MAX ? ZH_BOOST_LEAF : column));
        if (column != UINT32_MAX) CHECK(m.nodes_count == 3 && m.nodes[0].number > low && m.nodes[0].number <= high);
        p.trees = 20, p.depth = 4, p.row_share = 0.7, p.column_share = 0.6, p.loss = ZH_BOOST_LOGISTIC;
        CHECK(zh_boost_fit(&more, &arena, &scratch, bins, all, ROWS, y, &p) == ZH_OK && zh_boost_fit(&again, &arena, &scratch, bins, all, ROWS, y, &p) == ZH_OK);
        CHECK(more.nodes_count == again.nodes_count && memcmp(more.nodes, again.nodes, more.nodes_count * sizeof *more.nodes) == 0);
        if (round % 2 == 0) CHECK(loss(&more) < loss(&m));
        if (round < 3) {
            zh_arena other = zh_arena_open(64 << 20);
            damaged(&more, &other);
            zh_arena_close(&other);
        }
        zh_arena_reset(&arena), zh_arena_reset(&scratch);
    }
    zh_arena_close(&arena), zh_arena_close(&scratch);
    return 0;
}
