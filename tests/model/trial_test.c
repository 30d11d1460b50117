/* Goal: tuning finds the better parameter, leaves the given ones alone and asks each setting once.
 * Method: a made-up kind whose quality is a known function of its parameters, and golden metric
 * values of the real kinds on shared data where it is there. */
#include "model/trial.h"
#include "shop.h"

/* Right answers get a score, every other item a better one for each unit the parameters miss (3, 1). */
static uint32_t trainings;

static zh_err toy_train(zh_model *model, const zh_train *data, const zh_crew *crew, zh_note *why)
{
    (void)data, (void)crew, (void)why;
    trainings++;
    model->state = ZH_TAKE(&model->keep[0], int, 1);
    return ZH_OK;
}

static const zh_problem *asked;

static zh_err toy_score(const zh_model *model, const zh_query *query, zh_scores *into)
{
    const double a = model->param[0], b = model->param[1];
    const uint32_t missed = (uint32_t)((a < 3 ? 3 - a : a - 3) + (b < 1 ? 1 - b : b - 1));
    const uint32_t q = (uint32_t)(query - asked->query);
    into->way = ZH_SCORES_DENSE;
    for (uint32_t i = 0; i < into->items; i++) into->value[i] = i < missed ? 2 : 0;
    for (uint32_t i = 0; i < zh_rows_size(&asked->target, q); i++) into->value[zh_rows_of(&asked->target, q)[i]] = 1;
    return ZH_OK;
}

static const zh_param_kind toy_params[] = {
    { "a", "at training", 0, 9, 0, true, .grid = (const double[]){ 0, 1, 2, 3, 4 }, .grid_size = 5 },
    { "b", "at scoring", 0, 9, 0, true, .at_score = true, .grid = (const double[]){ 0, 1, 2 }, .grid_size = 3 },
    { "c", "not tuned", 0, 9, 5, true, .choices = NULL },
};
static const zh_model_kind toy = { "toy", "for the test", toy_params, 3, toy_train, toy_score, false, NULL };

static void test_tuning_finds_the_best_of_the_grid(void)
{
    static const struct { const char *name; bool given[3]; double start[3], want[3]; uint32_t trials, trainings; } rows[] = {
        { "both free", { false, false, false }, { 0, 0, 5 }, { 3, 1, 5 }, 1 + 4 + 2 + 4 + 2, 1 + 4 + 1 + 4 + 1 },
        { "a given", { true, false, false }, { 1, 0, 5 }, { 1, 1, 5 }, 1 + 2 + 2, 1 },
        { "all given", { true, true, true }, { 1, 0, 5 }, { 1, 0, 5 }, 0, 0 },
        { "best at the start", { false, false, false }, { 3, 1, 5 }, { 3, 1, 5 }, 1 + 4 + 2, 1 + 4 + 1 },
    };
    shop s = shop_open(9, 30, 50, 4, 1);
    asked = &s.problem;
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        double param[3];
        uint32_t trials;
        memcpy(param, rows[r].start, sizeof param);
        trainings = 0;
        const zh_trial_tune tune = { .kind = &toy, .problem = &s.problem, .k = 10, .bytes_max = 1 << 20, .given = rows[r].given };
        CHECK_ROW(zh_trial_run(&tune, &ZH_CREW_ALONE, param, &trials, NULL) == ZH_OK, rows[r].name);
        for (int i = 0; i < 3; i++) CHECK_ROW(param[i] == rows[r].want[i], rows[r].name);
        CHECK_ROW(trials == rows[r].trials, rows[r].name);
        CHECK_ROW(trainings == rows[r].trainings, rows[r].name);
    }
    shop_close(&s);
}

static bool after_three(void *context)
{
    uint32_t *asked_for = context;
    return ++*asked_for > 3;
}

static void test_tuning_ends_with_the_best_so_far_when_it_is_enough(void)
{
    shop s = shop_open(9, 30, 50, 4, 1);
    asked = &s.problem;
    double param[3] = { 0, 0, 5 };
    const bool given[3] = { false, false, false };
    uint32_t trials, asked_for = 0;
    const zh_trial_tune tune = { .kind = &toy, .problem = &s.problem, .k = 10, .bytes_max = 1 << 20, .given = given,
                                 .enough = after_three, .context = &asked_for };
    CHECK(zh_trial_run(&tune, &ZH_CREW_ALONE, param, &trials, NULL) == ZH_OK);
    CHECK(trials == 4 && asked_for == 4); /* the start and a = 1, 2, 3 */
    CHECK(param[0] == 3 && param[1] == 0 && param[2] == 5);
    shop_close(&s);
}

int main(void)
{
    test_tuning_finds_the_best_of_the_grid();
    test_tuning_ends_with_the_best_so_far_when_it_is_enough();
    return 0;
}
