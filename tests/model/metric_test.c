/* Goal: each metric is what its definition says.
 * Method: lists small enough to work out by hand, one metric's own case a row. */
#include "model/metric.h"
#include "model/scores.h"
#include "check.h"

#include <math.h>

#define NO ZH_SCORES_NONE
enum { K = 3, ITEMS = 4 };
static const uint32_t counts[ITEMS] = { 10, 20, 30, 40 };

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-12;
}

/* log2(2) = 1, log2(3), log2(4) = 2: gains 1, .6309297535714575, .5 */
#define G2 0.63092975357145743
#define N3 2.4602739279803104 /* mean of log2(100 / 30), log2(100 / 10), log2(100 / 20) */
static void test_one_list(void)
{
    static const struct { const char *name; uint32_t top[K], right[3], rights, wanted; zh_metrics want; } rows[] = {
        { "all right", { 2, 0, 1 }, { 0, 1, 2 }, 3, 3, { 1, 1, 1, 1, 1, .75, 0, 20, N3 } },
        { "first place right, one wanted", { 2, 0, 1 }, { 2 }, 1, 1, { 1, 1, 1. / 3, 1, 1, .75, 0, 20, N3 } },
        { "second place right", { 2, 0, 1 }, { 0 }, 1, 1, { 1, G2, 1. / 3, 1, .5, .75, 0, 20, N3 } },
        { "third place right, two wanted", { 2, 0, 1 }, { 1, 3 }, 2, 2, { .5, .5 / (1 + G2), 1. / 3, 1, 1. / 3, .75, 0, 20, N3 } },
        { "more wanted than places", { 2, 0, 1 }, { 0, 2 }, 2, 8, { .25, (1 + G2) / (1.5 + G2), 2. / 3, 1, 1, .75, 0, 20, N3 } },
        { "nothing right", { 2, 0, 1 }, { 3 }, 1, 1, { 0, 0, 0, 0, 0, .75, 0, 20, N3 } },
        { "answers outside the catalogue only", { 2, 0, 1 }, { 0 }, 0, 2, { 0, 0, 0, 0, 0, .75, 0, 20, N3 } },
        { "one place filled", { 3, NO, NO }, { 3 }, 1, 1, { 1, 1, 1. / 3, 1, 1, .25, .75, 40, 1.3219280948873623 } },
        { "empty place between", { NO, 0, NO }, { 0 }, 1, 1, { 1, G2, 1. / 3, 1, .5, .25, .75, 10, 3.3219280948873626 } },
        { "no place filled", { NO, NO, NO }, { 0 }, 1, 1, { 0, 0, 0, 0, 0, 0, 0, 0, 0 } },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_arena arena = zh_arena_open(1 << 16);
        zh_metrics m;
        const uint32_t from[2] = { 0, rows[i].rights };
        const zh_rows target = { .count = 1, .width = ITEMS, .from = from, .at = rows[i].right };
        const zh_metric_lists lists = { .queries = 1, .k = K, .items = ITEMS, .top = rows[i].top, .target = &target,
                                        .wanted = &rows[i].wanted, .count = counts };
        CHECK(zh_metric_of(&m, &arena, &lists) == ZH_OK);
        const zh_metrics *w = &rows[i].want;
        CHECK_ROW(near(m.recall, w->recall), rows[i].name);
        CHECK_ROW(near(m.ndcg, w->ndcg), rows[i].name);
        CHECK_ROW(near(m.precision, w->precision), rows[i].name);
        CHECK_ROW(near(m.hit, w->hit), rows[i].name);
        CHECK_ROW(near(m.mrr, w->mrr), rows[i].name);
        CHECK_ROW(near(m.coverage, w->coverage), rows[i].name);
        CHECK_ROW(near(m.popularity, w->popularity), rows[i].name);
        CHECK_ROW(near(m.novelty, w->novelty), rows[i].name);
        /* three of four shown once: (2 (2 + 3 + 4) / (4 * 3) - 5 / 4 = .25 */
        CHECK_ROW(near(m.gini, w->coverage == .75 ? .25 : w->gini), rows[i].name);
        zh_arena_close(&arena);
    }
}

static void test_means_go_over_questions(void)
{
    /* Items shown: 0 three times, 1 twice, 2 once, 3 never: gini = 2 (2*1 + 3*2 + 4*3) / (4 * 6) - 5/4 = 5/12. */
    static const uint32_t top[3 * 2] = { 0, 1, 0, 1, 0, 2 }, from[] = { 0, 1, 1, 2 }, right[] = { 1, 0 }, wanted[] = { 1, 3, 2 };
    const zh_rows target = { .count = 3, .width = ITEMS, .from = from, .at = right };
    zh_arena arena = zh_arena_open(1 << 16);
    zh_metrics m;
    CHECK(zh_metric_of(&m, &arena, &(zh_metric_lists){ 3, 2, ITEMS, top, &target, wanted, counts, NULL }) == ZH_OK);
    CHECK(near(m.recall, (1 + 0 + .5) / 3) && near(m.precision, (.5 + 0 + .5) / 3) && near(m.hit, 2. / 3));
    CHECK(near(m.mrr, (.5 + 0 + 1) / 3) && near(m.ndcg, (G2 + 0 + 1 / (1 + G2)) / 3));
    /* counts 10 20 30 40 of 100: log2 of 10, 5 and 10/3 bits, shown 3, 2 and 1 times */
    CHECK(near(m.novelty, (3 * log2(10) + 2 * log2(5) + log2(100. / 30)) / 6));
    CHECK(near(m.coverage, .75) && near(m.gini, 5. / 12) && near(m.popularity, (3 * 10 + 2 * 20 + 30) / 6.));
    zh_arena_close(&arena);
}

static void test_no_memory_is_an_error(void)
{
    static const uint32_t top[1] = { 0 }, from[2] = { 0, 1 }, wanted[1] = { 1 };
    const zh_rows target = { .count = 1, .width = ITEMS, .from = from, .at = top };
    zh_arena arena = zh_arena_open(1);
    zh_metrics m;
    CHECK(zh_metric_of(&m, &arena, &(zh_metric_lists){ 1, 1, ITEMS, top, &target, wanted, counts, NULL }) == ZH_NOMEM);
    zh_arena_close(&arena);
}

int main(void)
{
    test_one_list();
    test_means_go_over_questions();
    test_no_memory_is_an_error();
    return 0;
}
