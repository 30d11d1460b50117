/* sessions.h -- for the tests of session neighbours and chains: random sessions, and the slow score of vsknn.h and vstan.h. */
#ifndef ZH_TESTS_MODEL_SESSIONS_H
#define ZH_TESTS_MODEL_SESSIONS_H
#include "model/trial.h"
#include "model/vsknn.h"
#include "check.h"

#include <math.h>

enum { SESSIONS = 60, ITEMS = 25, LONGEST = 9, QUERY_MAX = 8 };
enum { K, M, LAST, QUERY, QIDF, IDF, NEAR, BACK, TIME }; /* the order of vsknn.h */

typedef struct world {
    zh_dataset data;
    zh_arena arena;
    zh_split split;
    zh_problem problem;
} world;

static inline world world_open(uint64_t *seed)
{
    world w = { .data = zh_dataset_open(), .arena = zh_arena_open(1 << 26) };
    for (int part = 0; part < 2; part++) {
        zh_buf text = zh_buf_open(1 << 20);
        zh_buf_printf(&text, "SessionId,ItemId,Time\n");
        for (uint32_t s = 0; s < SESSIONS; s++) {
            const uint64_t size = 2 + test_random(seed) % (LONGEST - 1);
            for (uint64_t c = 0; c < size; c++)
                zh_buf_printf(&text, "%u,%u,%u\n", s, (unsigned)(test_random(seed) % ITEMS * (test_random(seed) % ITEMS) / ITEMS), (unsigned)(s * 40000 + c));
        }
        CHECK(zh_dataset_read(&w.data, part == 0 ? ZH_PART_TRAIN : ZH_PART_TEST, ZH_DATASET_SESSIONS, zh_buf_view(&text), NULL) == ZH_OK);
        zh_buf_close(&text);
    }
    CHECK(zh_split_make(&w.split, &w.arena, &w.data) == ZH_OK && zh_problem_make(&w.problem, &w.arena, &w.split, false, NULL) == ZH_OK);
    return w;
}

static inline void world_close(world *w)
{
    zh_arena_close(&w->arena);
    zh_dataset_close(&w->data);
}

static inline bool holds(const zh_rows *x, uint32_t session, uint32_t item)
{
    for (uint32_t i = 0; i < zh_rows_size(x, session); i++)
        if (zh_rows_of(x, session)[i] == item) return true;
    return false;
}

/* Is the session among the m newest that hold the item? */
static inline bool met_by(const zh_train *d, uint32_t session, uint32_t item, double m)
{
    double newer = 0;
    for (uint32_t s = session + 1; s < d->x.count; s++) newer += holds(&d->x, s, item);
    return holds(&d->x, session, item) && newer < m;
}

static inline void slow_scores(double score[ITEMS], const zh_train *d, const double *param, double seat, double size, const zh_query *q)
{
    double idf[ITEMS];
    float sim[SESSIONS] = { 0 };
    uint32_t newest[SESSIONS] = { 0 }, steps[SESSIONS] = { 0 }, met = 0;
    for (uint32_t i = 0; i < d->items; i++) idf[i] = log(1 + d->x.count / (double)zh_rows_size(&d->xt, i));
    for (uint32_t s = d->x.count; s-- > 0;) {
        for (uint32_t ago = 0; ago < q->count && ago < param[LAST]; ago++) {
            const uint32_t item = q->known[q->count - 1 - ago];
            bool again = false;
            for (uint32_t b = 0; b < ago; b++) again |= q->known[q->count - 1 - b] == item;
            if (again || !met_by(d, s, item, param[M])) continue;
            if (sim[s] == 0) newest[s] = item, steps[s] = ago;
            sim[s] += (float)exp(-(double)ago / param[QUERY]) * (float)pow(idf[item], param[QIDF]);
        }
        met += sim[s] > 0;
        if (met > param[M]) sim[s] = 0;
        double days = (d->time_s[s] - d->time_s[d->x.count - 1]) / 86400;
        sim[s] *= (float)((param[TIME] > 0 ? exp(days / param[TIME]) : 1) * pow(zh_rows_size(&d->x, s), -size));
    }
    memset(score, 0, ITEMS * sizeof *score);
    for (uint32_t s = 0; s < d->x.count; s++) {
        double better = 0;
        for (uint32_t o = 0; o < d->x.count; o++) better += sim[o] > sim[s] || (sim[o] == sim[s] && o > s);
        if (sim[s] == 0 || better >= param[K]) continue;
        int here = 0;
        for (uint32_t p = 0; p < zh_rows_size(&d->seq, s); p++)
            if (zh_rows_of(&d->seq, s)[p] == newest[s]) here = (int)p;
        for (int p = 0; p < (int)zh_rows_size(&d->seq, s); p++) {
            const uint32_t item = zh_rows_of(&d->seq, s)[p];
            score[item] += sim[s] * (seat > 0 ? exp(-(double)steps[s] / seat) : 1) * exp(-abs(p - here) / param[NEAR]) * (p < here ? param[BACK] : 1) * pow(idf[item], param[IDF]);
        }
    }
}

/* Every question of a random world: the scores of a kind against the slow ones. */
static inline void check_scores(const zh_model_kind *kind, const double *param, double seat, double size, uint64_t seed)
{
    world w = world_open(&seed);
    const zh_train *d = &w.problem.train;
    zh_model model = zh_model_open(kind, param, 1, 1 << 24);
    zh_arena scratch = zh_arena_open(1 << 24);
    zh_scores scores;
    CHECK(zh_scores_open(&scores, &w.arena, &scratch, d->items) == ZH_OK);
    CHECK(zh_model_train(&model, d, &ZH_CREW_ALONE, NULL) == ZH_OK);
    for (uint32_t n = 0; n < w.problem.queries; n++) {
        const zh_query *q = &w.problem.query[n];
        double want[ITEMS];
        slow_scores(want, d, param, seat, size, q);
        CHECK(model.kind->score(&model, q, &scores) == ZH_OK);
        for (uint32_t i = 0; i < d->items; i++) CHECK(fabs(scores.value[i] - want[i]) <= 1e-5 * (1 + want[i]));
        uint32_t out;
        zh_scores_top(&scores, &(zh_scores_ask){ .k = 1 }, &out);
    }
    zh_arena_close(&scratch);
    zh_model_close(&model);
    world_close(&w);
}

/* Parts from the last to the first, the hands in turn: what another number of threads may do. */
static void backwards(void *context, uint32_t parts, zh_crew_work *work, void *job)
{
    for (uint32_t part = parts; part-- > 0;) work(job, part, part % *(const uint32_t *)context);
}

/* Random values of the parameters that both kinds have. */
static inline void random_params(const zh_model_kind *kind, double *param, uint64_t *seed)
{
    zh_model_params_normal(kind, param);
    param[K] = (double)(1 + test_random(seed) % 30);
    param[M] = (double)(1 + test_random(seed) % 40);
    param[LAST] = (double)(1 + test_random(seed) % QUERY_MAX);
    param[QUERY] = .5 + (double)(test_random(seed) % 5);
    param[QIDF] = (double)(test_random(seed) % 3) / 2;
    param[IDF] = (double)(test_random(seed) % 3) / 2;
    param[NEAR] = .5 + (double)(test_random(seed) % 4);
    param[BACK] = (double)(test_random(seed) % 3) / 2;
    param[TIME] = (double)(test_random(seed) % 3) * 4;
}

static inline void check_hands(const zh_model_kind *kind, uint64_t seed)
{
    enum { PLACES = 5 };
    world w = world_open(&seed);
    uint32_t hands = 3, *top[2];
    const zh_crew crew[2] = { ZH_CREW_ALONE, { .hands = hands, .run = backwards, .context = &hands } };
    for (int c = 0; c < 2; c++) {
        zh_model model = zh_model_open(kind, NULL, 1, 1 << 24);
        top[c] = ZH_TAKE(&w.arena, uint32_t, (size_t)w.problem.queries * PLACES);
        CHECK(zh_model_train(&model, &w.problem.train, &crew[c], NULL) == ZH_OK);
        CHECK(zh_trial_answer(&model, &w.problem, PLACES, &crew[c], top[c]) == ZH_OK);
        zh_model_close(&model);
    }
    CHECK(memcmp(top[0], top[1], (size_t)w.problem.queries * PLACES * sizeof *top[0]) == 0);
    world_close(&w);
}

static inline void check_nothing_known_and_no_memory(const zh_model_kind *kind, uint64_t seed)
{
    world w = world_open(&seed);
    zh_model model = zh_model_open(kind, NULL, 1, 1 << 24);
    zh_arena scratch = zh_arena_open(1);
    zh_scores scores;
    uint32_t out;
    CHECK(zh_scores_open(&scores, &w.arena, &scratch, w.problem.train.items) == ZH_OK);
    CHECK(zh_model_train(&model, &w.problem.train, &ZH_CREW_ALONE, NULL) == ZH_OK);
    CHECK(model.kind->score(&model, &(zh_query){ .count = 0 }, &scores) == ZH_OK);
    zh_scores_top(&scores, &(zh_scores_ask){ .k = 1 }, &out);
    CHECK(out == ZH_SCORES_NONE);
    CHECK(model.kind->score(&model, &w.problem.query[0], &scores) == ZH_NOMEM);
    zh_model_close(&model);
    zh_err e = ZH_NOMEM;
    for (size_t bytes = 64; e == ZH_NOMEM; bytes *= 2) {
        model = zh_model_open(kind, NULL, 1, bytes);
        e = zh_model_train(&model, &w.problem.train, &ZH_CREW_ALONE, NULL);
        CHECK((e == ZH_OK) == (model.state != NULL) && (bytes > 64 || e == ZH_NOMEM));
        zh_model_close(&model);
    }
    CHECK(e == ZH_OK);
    zh_arena_close(&scratch);
    world_close(&w);
}

#endif
