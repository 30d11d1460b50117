/* Goal: a table does not depend on how many built it, and too little memory is an error.
 * Method: the two kinds made of it, even (itemknn) and uneven (rp3beta) values, with other crews bit by
 * bit and in arenas of growing size. What stands in a table is proved by their own tests. */
#include "model/neighbours.h"
#include "model/itemknn.h"
#include "model/rp3beta.h"
#include "shop.h"

/* Parts from the last to the first, the hands in turn: what another number of threads may do. */
static void backwards(void *context, uint32_t parts, zh_crew_work *work, void *job)
{
    const uint32_t hands = *(const uint32_t *)context;
    for (uint32_t part = parts; part-- > 0;) work(job, part, part % hands);
}

static void test_hands_do_not_show(uint64_t seed, const zh_model_kind *kind)
{
    shop s = shop_open(seed, 300, 400, 20, 3);
    zh_model model[2];
    uint32_t hands = 3;
    const zh_crew crew[2] = { ZH_CREW_ALONE, { .hands = hands, .run = backwards, .context = &hands } };
    double param[ZH_MODEL_PARAMS_MAX];
    uint32_t top;
    zh_model_params_normal(kind, param);
    CHECK(zh_model_param_set(kind, param, ZH_SV("top"), ZH_SV("20"), &top, NULL) == ZH_OK);
    for (int m = 0; m < 2; m++) {
        model[m] = zh_model_open(kind, param, 1, 1 << 26);
        CHECK(zh_model_train(&model[m], &s.problem.train, &crew[m], NULL) == ZH_OK);
    }
    for (uint32_t i = 0; i < s.problem.train.items; i++) {
        uint32_t count[2];
        const zh_scored *row[2];
        for (int m = 0; m < 2; m++) row[m] = zh_neighbours_row(model[m].state, i, &count[m]);
        CHECK(count[0] == count[1]);
        for (uint32_t n = 0; n < count[0]; n++) CHECK(row[0][n].item == row[1][n].item && row[0][n].score == row[1][n].score);
    }
    for (int m = 0; m < 2; m++) zh_model_close(&model[m]);
    shop_close(&s);
}

static void test_no_memory_is_an_error(const zh_model_kind *kind)
{
    shop s = shop_open(3, 120, 60, 14, 3);
    zh_err e = ZH_NOMEM;
    uint32_t refused = 0;
    for (size_t bytes = 256; e == ZH_NOMEM; bytes *= 2) {
        zh_model model = zh_model_open(kind, NULL, 1, bytes);
        e = zh_model_train(&model, &s.problem.train, &ZH_CREW_ALONE, NULL);
        CHECK((e == ZH_OK) == (model.state != NULL));
        refused += e != ZH_OK;
        zh_model_close(&model);
    }
    CHECK(e == ZH_OK && refused > 3);
    shop_close(&s);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    const zh_model_kind *const kinds[] = { &zh_itemknn_kind, &zh_rp3beta_kind };
    for (size_t k = 0; k < 2; k++) {
        test_hands_do_not_show(seed, kinds[k]);
        test_no_memory_is_an_error(kinds[k]);
    }
    return 0;
}
