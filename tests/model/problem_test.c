/* Goal: the problem asks what the protocol says, and its parts never leak into each other.
 * Method: small files worked out by hand; random files for what must hold for every split. */
#include "model/problem.h"
#include "check.h"

typedef struct made {
    zh_dataset data;
    zh_arena arena;
    zh_split split;
} made;

static made make(zh_dataset_format format, const char *train, const char *valid, const char *test)
{
    made m = { .data = zh_dataset_open(), .arena = zh_arena_open(1 << 26) };
    const char *const text[ZH_PARTS] = { train, valid, test };
    for (int part = 0; part < ZH_PARTS; part++)
        CHECK(text[part] == NULL || zh_dataset_read(&m.data, (zh_dataset_part)part, format, zh_sv_of(text[part]), NULL) == ZH_OK);
    CHECK(zh_split_make(&m.split, &m.arena, &m.data) == ZH_OK);
    return m;
}

static void unmake(made *m)
{
    zh_arena_close(&m->arena);
    zh_dataset_close(&m->data);
}

/* A row as text, "3 1 4", with the ids of the file. */
static void text_of(char *out, size_t size, const made *m, const uint32_t *item_name, const uint32_t *items, uint32_t count)
{
    size_t used = 0;
    *out = '\0';
    for (uint32_t i = 0; i < count; i++) {
        const zh_sv id = zh_names_at(&m->data.items, item_name == NULL ? items[i] : item_name[items[i]]);
        used += (size_t)snprintf(out + used, size - used, "%s%.*s", i == 0 ? "" : " ", ZH_SV_ARG(id));
    }
}

static void check_row(const made *m, const uint32_t *item_name, const uint32_t *items, uint32_t count, const char *want)
{
    char got[256];
    text_of(got, sizeof got, m, item_name, items, count);
    CHECK_ROW(strcmp(got, want) == 0, want);
}

static void test_users_are_asked_for_test_items_with_train_and_valid_known(void)
{
    made m = make(ZH_DATASET_LISTS, "1 30 10 30\n2 20\n4 10\n", "1 40\n3 20\n", "2 99 10 99\n1 20\n3 98\n");
    zh_problem p;
    CHECK(zh_problem_make(&p, &m.arena, &m.split, false, NULL) == ZH_OK);
    CHECK(p.train.items == 4 && p.queries == 3 && !p.sessions); /* 10 20 30 40; users 1 2 3 */
    check_row(&m, p.item_name, (uint32_t[]){ 0, 1, 2, 3 }, 4, "10 20 30 40");
    check_row(&m, p.item_name, p.query[0].known, p.query[0].count, "30 10 30 40");
    check_row(&m, p.item_name, zh_rows_of(&p.target, 0), zh_rows_size(&p.target, 0), "20");
    check_row(&m, p.item_name, zh_rows_of(&p.target, 1), zh_rows_size(&p.target, 1), "10");
    CHECK(p.wanted[0] == 1 && p.wanted[1] == 2 && p.wanted[2] == 1); /* 99 twice is one answer, and a miss */
    CHECK(zh_rows_size(&p.target, 2) == 0 && p.query[2].count == 1);
    const uint32_t counts[] = { 2, 1, 1, 0 }; /* valid items are in the catalogue, not in the counts */
    for (int i = 0; i < 4; i++) CHECK(p.train.count[i] == counts[i]);
    check_row(&m, p.item_name, zh_rows_of(&p.train.seq, 0), zh_rows_size(&p.train.seq, 0), "30 10 30");
    check_row(&m, p.item_name, zh_rows_of(&p.train.x, 0), zh_rows_size(&p.train.x, 0), "10 30");
    CHECK(zh_problem_make(&p, &m.arena, &m.split, true, NULL) == ZH_OK);
    CHECK(p.train.count[3] == 1 && p.train.count[1] == 2); /* refit: they are */
    unmake(&m);
}

static void test_csv_follows_the_clock_and_ties_the_file(void)
{
    made m = make(ZH_DATASET_CSV, "u,c,3\nu,a,1\nu,d,3\nu,b,2\n", NULL, "u,e,9\n");
    zh_problem p;
    CHECK(zh_problem_make(&p, &m.arena, &m.split, false, NULL) == ZH_OK);
    check_row(&m, p.item_name, p.query[0].known, p.query[0].count, "a b c d");
    unmake(&m);
}

static void test_leave_one_out_takes_the_last_two_and_drops_short_users(void)
{
    made m = make(ZH_DATASET_LISTS, "1 5 6 7 8\n2 5 6\n3 7 6 5\n", NULL, NULL);
    zh_split split;
    zh_problem p;
    CHECK(zh_split_leave_one_out(&split, &m.arena, &m.split) == ZH_OK);
    CHECK(zh_problem_make(&p, &m.arena, &split, false, NULL) == ZH_OK);
    CHECK(p.queries == 2 && p.train.items == 3); /* 5 6 7; 8 is only an answer */
    check_row(&m, p.item_name, p.query[0].known, p.query[0].count, "5 6 7");
    check_row(&m, p.item_name, p.query[1].known, p.query[1].count, "7 6");
    CHECK(zh_rows_size(&p.target, 0) == 0 && zh_rows_size(&p.target, 1) == 1);
    check_row(&m, p.item_name, zh_rows_of(&p.train.seq, 0), zh_rows_size(&p.train.seq, 0), "5 6");
    CHECK(zh_rows_size(&p.train.seq, 1) == 0);
    zh_split held;
    CHECK(zh_split_hold_out(&held, &m.arena, &split, 1) == ZH_OK);
    CHECK(zh_problem_make(&p, &m.arena, &held, false, NULL) == ZH_OK);
    check_row(&m, p.item_name, p.query[0].known, p.query[0].count, "5 6"); /* tuning: the valid item is the answer */
    CHECK(p.wanted[0] == 1 && p.queries == 2);
    unmake(&m);
}

static void test_sessions_are_asked_at_every_click_from_the_second(void)
{
    made m = make(ZH_DATASET_SESSIONS,
                  "SessionId,ItemId,Time\n9,1,50\n9,2,51\n2,2,40\n2,3,10\n2,2,45\n",
                  NULL, "SessionId,ItemId,Time\n5,3,72\n5,1,70\n5,7,71\n5,1,73\n6,2,80\n");
    zh_problem p;
    CHECK(zh_problem_make(&p, &m.arena, &m.split, false, NULL) == ZH_OK);
    CHECK(p.sessions && p.train.items == 3 && p.queries == 3);
    check_row(&m, p.item_name, zh_rows_of(&p.train.seq, 0), zh_rows_size(&p.train.seq, 0), "3 2 2");
    CHECK(p.train.time_s[0] == 45 && p.train.time_s[1] == 51);
    CHECK(p.train.count[1] == 3); /* clicks, not sessions */
    static const struct { const char *known; uint32_t right; } want[] = { { "1", 0 }, { "1", 1 }, { "1 3", 1 } };
    for (int q = 0; q < 3; q++) {
        check_row(&m, p.item_name, p.query[q].known, p.query[q].count, want[q].known);
        CHECK(zh_rows_size(&p.target, (uint32_t)q) == want[q].right && p.wanted[q] == 1 && p.query[q].time_s == 70);
    }
    unmake(&m);
}

static void test_hold_out_deals_each_event_once(uint64_t seed)
{
    static char text[1 << 16];
    size_t used = 0;
    for (int u = 0; u < 40; u++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "%d", u);
        const uint64_t size = test_random(&seed) % 60;
        for (uint64_t i = 0; i < size; i++) used += (size_t)snprintf(text + used, sizeof text - used, " %d", (int)(u * 100 + (int)i));
        text[used++] = '\n';
    }
    text[used] = '\0';
    made m = make(ZH_DATASET_LISTS, text, NULL, "0 0\n");
    zh_split one, two;
    CHECK(zh_split_hold_out(&one, &m.arena, &m.split, seed) == ZH_OK && zh_split_hold_out(&two, &m.arena, &m.split, seed) == ZH_OK);
    const zh_rows *all = &m.split.part[ZH_PART_TRAIN], *kept = &one.part[ZH_PART_TRAIN], *held = &one.part[ZH_PART_TEST];
    for (uint32_t r = 0; r < all->count; r++) {
        const uint32_t size = zh_rows_size(all, r), out = zh_rows_size(held, r);
        CHECK(out == (size < 2 ? 0 : size < 20 ? 1 : size / 10));
        CHECK(zh_rows_size(kept, r) + out == size);
        uint32_t k = 0, h = 0; /* both keep the order, so a merge finds every item in one of them */
        for (uint32_t i = 0; i < size; i++) {
            const uint32_t item = zh_rows_of(all, r)[i];
            if (k < size - out && zh_rows_of(kept, r)[k] == item) k++;
            else CHECK(h < out && zh_rows_of(held, r)[h++] == item);
        }
        for (uint32_t i = 0; i < out; i++) CHECK(zh_rows_of(held, r)[i] == zh_rows_of(&two.part[ZH_PART_TEST], r)[i]);
    }
    zh_problem p, few;
    CHECK(zh_problem_make(&p, &m.arena, &one, false, NULL) == ZH_OK);
    few = p;
    CHECK(zh_problem_sample(&few, &m.arena, 7, seed) == ZH_OK && few.queries == 7);
    uint32_t at = 0; /* a sample keeps the order of the questions */
    for (uint32_t q = 0; q < 7; q++, at++) {
        while (at < p.queries && p.query[at].known != few.query[q].known) at++;
        CHECK(at < p.queries && p.wanted[at] == few.wanted[q] && zh_rows_size(&p.target, at) == zh_rows_size(&few.target, q));
    }
    unmake(&m);
}

static void test_sessions_hold_out_their_last_tenth(void)
{
    char text[4096] = "SessionId,ItemId,Time\n";
    size_t used = strlen(text);
    for (int s = 0; s < 30; s++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%d,1,%d\n%d,2,%d\n", s, 1000 - s, s, 1000 - s);
    made m = make(ZH_DATASET_SESSIONS, text, NULL, "SessionId,ItemId,Time\n1,1,1\n");
    zh_split held;
    zh_problem p;
    CHECK(zh_split_hold_out(&held, &m.arena, &m.split, 1) == ZH_OK);
    CHECK(zh_problem_make(&p, &m.arena, &held, false, NULL) == ZH_OK);
    CHECK(p.train.seq.count == 27 && p.queries == 3 && p.query[0].time_s == 998 && p.train.time_s[26] == 997);
    unmake(&m);
}

static void test_nothing_to_learn_or_ask_is_said(void)
{
    static const struct { const char *train, *test, *want; } rows[] = {
        { "", "1 2\n", "there is nothing to learn from" },
        { "1 2\n", "", "there is nothing to ask" },
        { "1 2\n", "1\n", "there is nothing to ask" },
    };
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        made m = make(ZH_DATASET_LISTS, rows[r].train, NULL, rows[r].test);
        zh_problem p;
        zh_note why = { "" };
        CHECK(zh_problem_make(&p, &m.arena, &m.split, false, &why) == ZH_ABSENT);
        CHECK_ROW(strncmp(why.text, rows[r].want, strlen(rows[r].want)) == 0, rows[r].want);
        unmake(&m);
    }
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    test_users_are_asked_for_test_items_with_train_and_valid_known();
    test_csv_follows_the_clock_and_ties_the_file();
    test_leave_one_out_takes_the_last_two_and_drops_short_users();
    test_sessions_are_asked_at_every_click_from_the_second();
    test_sessions_hold_out_their_last_tenth();
    test_nothing_to_learn_or_ask_is_said();
    for (uint64_t i = 0; i < 20; i++) test_hold_out_deals_each_event_once(seed + i);
    return 0;
}
