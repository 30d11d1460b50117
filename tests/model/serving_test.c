/* Goal: a served table is what the model answers to one item alone; a changed byte is never served.
 * Method: random shops and every kind that can be served, its rows against score() in a slow loop, lists from the table against the
 * model's own where nothing is cut; every byte of a small file changed; memory that runs out; numbers that are no items. */
#include "model/serving.h"
#include "base/hash.h"
#include "model/trial.h"
#include "shop.h"
#include "dense.h"

#include <math.h>
#include <string.h>

#define MODEL_BYTES ((size_t)1 << 28)
enum { ITEMS = 60 };

static const char *const names[] = { "itemknn", "rp3beta", "gfcf", "ease", "slist" };

/* Numbers in no order, so that places are not the model's items. */
static zh_item_id number_of(uint32_t item) { return (zh_item_id){ zh_mix64(item + 1) }; }

static zh_serving *serve(const zh_model *model, zh_buf *file, bool leave_out)
{
    zh_item_id number[ITEMS];
    zh_serving *s;
    const char *why;
    for (uint32_t i = 0; i < model->items; i++) number[i] = leave_out && i % 7 == 3 ? (zh_item_id){ 0 } : number_of(i);
    CHECK(zh_serving_build(&(zh_serving_ask){ .model = model, .number = number }, file) == ZH_OK);
    CHECK(zh_serving_read(&s, zh_buf_view(file), &why) == ZH_OK);
    return s;
}

/* Each row against the model's own scores of that item alone, largest first. */
static void check_rows(const zh_model *model, const zh_serving *s, bool leave_out)
{
    zh_arena room = zh_arena_open(MODEL_BYTES), scratch = zh_arena_open(MODEL_BYTES);
    zh_scores scores;
    double greatest = 0;
    CHECK(zh_scores_open(&scores, &room, &scratch, model->items) == ZH_OK);
    static float value[ITEMS][ITEMS];
    for (uint32_t i = 0; i < model->items; i++) {
        const zh_query query = { .known = &i, .count = 1 };
        uint32_t one;
        CHECK(model->kind->score(model, &query, &scores) == ZH_OK);
        for (uint32_t j = 0; j < model->items; j++) {
            value[i][j] = j == i || (leave_out && (i % 7 == 3 || j % 7 == 3)) ? 0 : scores.value[j];
            if (value[i][j] > greatest) greatest = (double)value[i][j];
        }
        zh_scores_top(&scores, &(zh_scores_ask){ .k = 1 }, &one);
    }
    for (uint32_t i = 0; i < model->items; i++) {
        uint32_t from, to;
        if (!zh_serving_find(s, number_of(i), &from)) {
            CHECK(leave_out && i % 7 == 3);
            continue;
        }
        CHECK(zh_serving_item(s, from).number == number_of(i).number);
        for (uint32_t j = 0; j < model->items; j++)
            if (zh_serving_find(s, number_of(j), &to)) CHECK(fabs(zh_serving_pair(s, from, to) / 65535. - fmax(0, (double)value[i][j]) / greatest) < 1 / 65535.);
    }
    zh_arena_close(&scratch);
    zh_arena_close(&room);
}

static void test_rows_are_what_the_model_says_of_one_item(uint64_t seed)
{
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        const zh_model_kind *kind = zh_model_kind_named(zh_sv_of(names[k]));
        shop some = shop_open(seed + k, 150, ITEMS, 12, 3);
        zh_model model = zh_model_open(kind, NULL, 1, MODEL_BYTES);
        zh_note why;
        CHECK(zh_serving_can(kind));
        CHECK_ROW(zh_model_train(&model, &some.problem.train, &(zh_crew){ .hands = 1, .blas = dense_open() }, &why) == ZH_OK, names[k]);
        for (int leave_out = 0; leave_out < 2; leave_out++) {
            zh_buf file = zh_buf_open(1 << 20), again = zh_buf_open(1 << 20);
            zh_serving *s = serve(&model, &file, leave_out), *other = serve(&model, &again, leave_out);
            CHECK(zh_sv_equal(zh_serving_name(s), zh_sv_of(names[k])));
            CHECK(zh_serving_hash(s) == zh_fast64(zh_buf_view(&file)) && zh_serving_hash(other) == zh_serving_hash(s));
            check_rows(&model, s, leave_out);
            zh_serving_close(other);
            zh_serving_close(s);
            zh_buf_close(&again);
            zh_buf_close(&file);
        }
        zh_model_close(&model);
        shop_close(&some);
    }
}

static void test_what_is_not_a_sum_is_not_served(void)
{
    static const char *const others[] = { "popular", "trending", "markov", "vsknn", "vstan" };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) CHECK(!zh_serving_can(zh_model_kind_named(zh_sv_of(others[i]))));
}

/* A small file, of item-kNN. */
static void small_file(zh_buf *file)
{
    shop some = shop_open(7, 30, 12, 5, 2);
    zh_model model = zh_model_open(zh_model_kind_named(ZH_SV("itemknn")), NULL, 1, MODEL_BYTES);
    CHECK(zh_model_train(&model, &some.problem.train, &ZH_CREW_ALONE, NULL) == ZH_OK);
    zh_serving_close(serve(&model, file, false));
    zh_model_close(&model);
    shop_close(&some);
}

static void test_a_changed_byte_is_refused(void)
{
    zh_buf file = zh_buf_open(1 << 20);
    small_file(&file);
    zh_serving *s;
    const char *why;
    for (size_t at = 0; at < file.size; at++) {
        file.data[at] ^= (char)(1 << at % 8);
        const zh_err e = zh_serving_read(&s, zh_buf_view(&file), &why);
        CHECK((e == ZH_CORRUPT || (e == ZH_FORMAT && at == 3)) && why != NULL);
        file.data[at] ^= (char)(1 << at % 8);
    }
    for (size_t size = 0; size < file.size; size++) CHECK(zh_serving_read(&s, (zh_sv){ file.data, size }, &why) == ZH_CORRUPT);
    CHECK(zh_serving_read(&s, zh_buf_view(&file), &why) == ZH_OK);
    zh_serving_close(s);
    zh_buf_close(&file);
}

/* A checksum that fits does not make a table of anything: rows that point outside are refused too. */
static void test_a_signed_lie_is_refused(void)
{
    zh_buf file = zh_buf_open(1 << 20);
    small_file(&file);
    uint32_t items, pairs;
    memcpy(&items, file.data + 4, 4);
    memcpy(&pairs, file.data + 8, 4);
    const size_t from = 32 + 8 * (size_t)items, place = from + 4 * ((size_t)items + 1), weight = place + 4 * (size_t)pairs;
    const struct { const char *name; size_t at; uint32_t value; } rows[] = {
        { "no item", 4, 0 }, { "items without end", 4, UINT32_MAX }, { "pairs without end", 8, UINT32_MAX },
        { "the first row begins late", from, 1 }, { "a row ends before it begins", from + 4, UINT32_MAX }, { "a neighbour outside", place + 4 * (size_t)(pairs - 1), items },
        { "a weight of 0", weight, 1 << 16 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_buf lie = zh_buf_open(1 << 20);
        zh_serving *s;
        const char *why;
        zh_buf_put(&lie, zh_buf_view(&file));
        memcpy(lie.data + rows[i].at, &rows[i].value, 4);
        const uint32_t crc = zh_crc32c(0, (zh_sv){ lie.data, lie.size - 4 });
        memcpy(lie.data + lie.size - 4, &crc, 4);
        CHECK_ROW(zh_serving_read(&s, zh_buf_view(&lie), &why) == ZH_CORRUPT, rows[i].name);
        zh_buf_close(&lie);
    }
    zh_buf_close(&file);
}

static void test_two_items_of_one_number_are_refused(void)
{
    shop some = shop_open(9, 30, 12, 5, 2);
    zh_model model = zh_model_open(zh_model_kind_named(ZH_SV("itemknn")), NULL, 1, MODEL_BYTES);
    zh_buf file = zh_buf_open(1 << 20), small = zh_buf_open(64);
    zh_item_id number[ITEMS];
    CHECK(zh_model_train(&model, &some.problem.train, &ZH_CREW_ALONE, NULL) == ZH_OK);
    for (uint32_t i = 0; i < model.items; i++) number[i] = (zh_item_id){ 5 };
    CHECK(zh_serving_build(&(zh_serving_ask){ .model = &model, .number = number }, &file) == ZH_RANGE);
    for (uint32_t i = 0; i < model.items; i++) number[i] = (zh_item_id){ 0 };
    CHECK(zh_serving_build(&(zh_serving_ask){ .model = &model, .number = number }, &file) == ZH_ABSENT);
    for (uint32_t i = 0; i < model.items; i++) number[i] = number_of(i);
    CHECK(zh_serving_build(&(zh_serving_ask){ .model = &model, .number = number }, &small) == ZH_FULL);
    zh_buf_close(&small);
    zh_buf_close(&file);
    zh_model_close(&model);
    shop_close(&some);
}

/* 100 neighbours an item in at most 1 KB. */
static void test_an_item_costs_little(void)
{
    _Static_assert(8 + 4 + ZH_SERVING_NEIGHBOURS_MAX * 6 <= 1024, "an item of the file");
    shop some = shop_open(11, 600, 300, 80, 1);
    zh_model model = zh_model_open(zh_model_kind_named(ZH_SV("itemknn")), NULL, 1, MODEL_BYTES);
    zh_buf file = zh_buf_open(1 << 20);
    zh_item_id number[300];
    zh_serving *s;
    const char *why;
    CHECK(zh_model_train(&model, &some.problem.train, &ZH_CREW_ALONE, NULL) == ZH_OK);
    for (uint32_t i = 0; i < model.items; i++) number[i] = number_of(i);
    CHECK(zh_serving_build(&(zh_serving_ask){ .model = &model, .number = number }, &file) == ZH_OK);
    CHECK(zh_serving_read(&s, zh_buf_view(&file), &why) == ZH_OK);
    CHECK(zh_serving_pairs(s) > 90 * zh_serving_items(s)); /* cut: there are more than 100 */
    for (uint32_t i = 0; i < zh_serving_items(s); i++) CHECK(zh_serving_row_of(s, i).count <= ZH_SERVING_NEIGHBOURS_MAX);
    CHECK(zh_serving_bytes(s) <= 1024 * (size_t)zh_serving_items(s) && file.size <= 1024 * (size_t)zh_serving_items(s));
    zh_serving_close(s);
    zh_buf_close(&file);
    zh_model_close(&model);
    shop_close(&some);
}

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv);
    test_what_is_not_a_sum_is_not_served();
    test_a_changed_byte_is_refused();
    test_a_signed_lie_is_refused();
    test_two_items_of_one_number_are_refused();
    test_an_item_costs_little();
    test_rows_are_what_the_model_says_of_one_item(test_random(&seed)); /* the last: skipped where there is no dense algebra */
    return 0;
}
