/* Goal: a blend is the weighted sum of what its members' own best say, learned with what was chosen for them.
 * Method: members trained apart with the same parameters, their lists asked apart, the sum written out, for both ways; kinds by
 * the data. */
#include "model/blend.h"
#include "model/trial.h"
#include "dense.h"
#include "model/shop.h"

enum { FIRST, SECOND, THIRD, WAY, DAMP, TWO, THREE }; /* the order of blend.h */
enum { ITEMS = 300 };

static const char *const members[ZH_BLEND_MEMBERS] = { "itemknn", "vstan", "markov" };

static void set(double *param, const char *name, const char *value)
{
    uint32_t index;
    CHECK(zh_model_param_set(&zh_blend_kind, param, zh_sv_of(name), zh_sv_of(value), &index, NULL) == ZH_OK);
}

static void blend_params(double *param, int way, double damp)
{
    zh_model_params_normal(&zh_blend_kind, param);
    set(param, "first", members[0]);
    set(param, "second", members[1]);
    set(param, "third", members[2]);
    param[WAY] = way;
    param[DAMP] = damp;
    param[TWO] = .7;
    param[THREE] = .2;
}

/* What one member says of each item, by the formula. */
static void add_said(double *want, const zh_model *model, const zh_query *q, const double *param, double share, zh_scores *scores)
{
    zh_scored list[ZH_BLEND_DEPTH];
    CHECK(model->kind->score(model, q, scores) == ZH_OK);
    const uint32_t count = zh_scores_rows(scores, &(zh_scores_ask){ .k = ZH_BLEND_DEPTH, .masked = q->masked, .masked_count = q->masked_count }, list);
    for (uint32_t r = 0; r < count; r++)
        want[list[r].item] += share * (param[WAY] == 1 ? 1 / (param[DAMP] + 1 + r) : pow((double)list[r].score / list[0].score, param[DAMP]));
}

static void test_scores_equal_the_formula(uint64_t seed, int way, double damp)
{
    shop s = shop_open(seed, 150, ITEMS, 12, 3);
    const zh_crew crew = { .hands = 1, .blas = dense_open() };
    zh_model_choice choice[1] = { { .kind = zh_model_kind_named(ZH_SV("itemknn")) } };
    uint32_t index;
    zh_model_params_normal(choice[0].kind, choice[0].param);
    CHECK(zh_model_param_set(choice[0].kind, choice[0].param, ZH_SV("shrink"), ZH_SV("7"), &index, NULL) == ZH_OK); /* not the default */
    double param[ZH_MODEL_PARAMS_MAX];
    blend_params(param, way, damp);
    zh_model blend = zh_model_open(&zh_blend_kind, param, 1, (size_t)1 << 28), alone[ZH_BLEND_MEMBERS];
    blend.choice = choice;
    blend.choices = 1;
    CHECK(zh_model_train(&blend, &s.problem.train, &crew, NULL) == ZH_OK);
    for (int m = 0; m < ZH_BLEND_MEMBERS; m++) {
        alone[m] = zh_model_open(zh_model_kind_named(zh_sv_of(members[m])), m == 0 ? choice[0].param : NULL, 1, (size_t)1 << 28);
        CHECK(zh_model_train(&alone[m], &s.problem.train, &crew, NULL) == ZH_OK);
    }
    zh_arena scratch = zh_arena_open((size_t)1 << 28);
    zh_scores scores;
    CHECK(zh_scores_open(&scores, &s.arena, &scratch, s.problem.train.items) == ZH_OK);
    const double share[ZH_BLEND_MEMBERS] = { 1, .7, .2 };
    for (uint32_t n = 0; n < s.problem.queries; n++) {
        const zh_query *q = &s.problem.query[n];
        double want[ITEMS] = { 0 };
        uint32_t out;
        for (int m = 0; m < ZH_BLEND_MEMBERS; m++) add_said(want, &alone[m], q, param, share[m], &scores);
        CHECK(blend.kind->score(&blend, q, &scores) == ZH_OK);
        for (uint32_t i = 0; i < s.problem.train.items; i++) CHECK(fabs(scores.value[i] - want[i]) <= 1e-5 * (1 + want[i]));
        zh_scores_top(&scores, &(zh_scores_ask){ .k = 1 }, &out);
    }
    for (int m = 0; m < ZH_BLEND_MEMBERS; m++) zh_model_close(&alone[m]);
    zh_model_close(&blend);
    zh_arena_close(&scratch);
    shop_close(&s);
}

static void test_auto_goes_by_the_data(void)
{
    static const struct { const char *name; uint32_t items; bool sessions; const char *kinds[ZH_BLEND_MEMBERS]; } rows[] = {
        { "sessions", 100, true, { "slist", "vstan", "markov" } },
        { "customers", ZH_BLEND_CLOSED_MAX, false, { "ease", "gfcf", "vstan" } },
        { "many items", ZH_BLEND_CLOSED_MAX + 1, false, { "gfcf", "vstan", "rp3beta" } },
    };
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        const zh_model_kind *kinds[ZH_BLEND_MEMBERS];
        double param[ZH_MODEL_PARAMS_MAX];
        zh_model_params_normal(&zh_blend_kind, param);
        zh_blend_resolve(param, rows[r].items, rows[r].sessions);
        zh_blend_kinds(param, kinds);
        for (int m = 0; m < ZH_BLEND_MEMBERS; m++) CHECK_ROW(strcmp(kinds[m]->name, rows[r].kinds[m]) == 0, rows[r].name);
        set(param, "second", "popular");
        zh_blend_resolve(param, 1, true); /* what is given stays */
        zh_blend_kinds(param, kinds);
        CHECK_ROW(strcmp(kinds[1]->name, "popular") == 0 && strcmp(kinds[0]->name, rows[r].kinds[0]) == 0, rows[r].name);
    }
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    test_auto_goes_by_the_data();
    for (uint64_t i = 0; i < 3; i++) {
        test_scores_equal_the_formula(seed + i, 0, .5 + (double)i);
        test_scores_equal_the_formula(seed + i, 1, 1 + 5 * (double)i);
    }
    return 0;
}
