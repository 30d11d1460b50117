/* Goal: a basket is asked as the protocol says: each item for the others of another kind, a basket counting once.
 * Method: a small file worked out by hand. */
#include "baskets.h"

#define TRAIN ZH_SV("SessionId,ItemId,Time\n1,10,1\n1,11,2\n1,20,3\n2,30,9\n")
#define GOODS "10\tx\n11\tx\n12\tx\n20\ty\n"

static uint32_t number_of(const baskets *b, const char *name)
{
    for (uint32_t i = 0; i < b->problem.train.items; i++)
        if (zh_sv_equal(zh_names_at(&b->data.items, b->problem.item_name[i]), zh_sv_of(name))) return i;
    return UINT32_MAX;
}

static void test_each_item_is_asked_for_the_others_of_another_kind(void)
{
    /* Basket 5: 10 and 11 are of one kind, 20 twice, 99 unknown; basket 6 has one kind; basket 7: 12 was never learned. */
    baskets b = baskets_of(TRAIN, ZH_SV("SessionId,ItemId,Time\n5,20,1\n5,10,2\n5,99,3\n5,11,4\n5,20,5\n6,10,6\n6,11,7\n7,12,8\n7,20,9\n"), GOODS, ZH_BASKET_TOGETHER);
    const zh_problem *p = &b.problem;
    static const struct { const char *name, *known, *right; uint32_t rights, wanted, masked; double weight; } rows[] = {
        { "20 of basket 5", "20", "10", 2, 3, 1, .25 }, { "10 of basket 5", "10", "20", 1, 2, 2, .25 },
        { "99 of basket 5: unknown", NULL, "10", 3, 3, 0, .25 }, { "11 of basket 5", "11", "20", 1, 2, 2, .25 },
        { "12 of basket 7: a new one of a known kind", NULL, "20", 1, 1, 2, .5 }, { "20 of basket 7", "20", NULL, 0, 1, 1, .5 },
    };
    CHECK(p->queries == 6);
    for (uint32_t q = 0; q < 6; q++) {
        const zh_query *query = &p->query[q];
        CHECK_ROW(query->count == (rows[q].known != NULL), rows[q].name);
        if (rows[q].known != NULL) CHECK_ROW(query->known[0] == number_of(&b, rows[q].known), rows[q].name);
        CHECK_ROW(zh_rows_size(&p->target, q) == rows[q].rights && p->wanted[q] == rows[q].wanted, rows[q].name);
        if (rows[q].right != NULL) CHECK_ROW(zh_rows_of(&p->target, q)[0] == number_of(&b, rows[q].right), rows[q].name);
        CHECK_ROW(query->masked_count == rows[q].masked && p->weight[q] == rows[q].weight, rows[q].name);
    }
    const char *why = "";
    CHECK(zh_rows_check(&p->target, true, &why));
    CHECK(p->query[1].masked[0] == number_of(&b, "10") && p->query[1].masked[1] == number_of(&b, "11"));
    baskets_close(&b);
}

static void test_directed_asks_the_first_for_what_came_after(void)
{
    baskets b = baskets_of(TRAIN, ZH_SV("SessionId,ItemId,Time\n5,10,2\n5,11,1\n5,20,3\n6,20,4\n"), GOODS, ZH_BASKET_AFTER);
    CHECK(b.problem.queries == 1 && b.problem.query[0].known[0] == number_of(&b, "11") && b.problem.weight[0] == 1);
    CHECK(b.problem.wanted[0] == 1 && zh_rows_of(&b.problem.target, 0)[0] == number_of(&b, "20"));
    baskets_close(&b);
}

static void test_instead_asks_the_first_for_what_is_of_its_kind(void)
{
    baskets b = baskets_of(TRAIN, ZH_SV("SessionId,ItemId,Time\n5,10,1\n5,20,2\n5,11,3\n6,20,4\n6,10,5\n"), GOODS, ZH_BASKET_INSTEAD);
    CHECK(b.problem.queries == 1 && b.problem.wanted[0] == 1 && zh_rows_of(&b.problem.target, 0)[0] == number_of(&b, "11"));
    CHECK(b.problem.query[0].masked_count == 1 && b.problem.query[0].masked[0] == number_of(&b, "10")); /* its kind is not masked */
    baskets_close(&b);
}

static void test_baskets_of_one_kind_ask_nothing(void)
{
    baskets b = baskets_of(TRAIN, ZH_SV("SessionId,ItemId,Time\n5,10,1\n5,20,2\n"), GOODS, ZH_BASKET_TOGETHER);
    zh_goods same = b.goods;
    zh_note why = { "" };
    uint32_t kind[8] = { 0 };
    same.kind = kind;
    CHECK(zh_basket_ask(&b.problem, &b.arena, &b.split, &same, ZH_BASKET_TOGETHER, &why) == ZH_ABSENT && strstr(why.text, "two kinds") != NULL);
    zh_arena none = zh_arena_open(1);
    CHECK(zh_basket_ask(&b.problem, &none, &b.split, &b.goods, ZH_BASKET_AFTER, &why) == ZH_NOMEM);
    zh_arena_close(&none);
    baskets_close(&b);
}

int main(void)
{
    test_each_item_is_asked_for_the_others_of_another_kind();
    test_directed_asks_the_first_for_what_came_after();
    test_instead_asks_the_first_for_what_is_of_its_kind();
    test_baskets_of_one_kind_ask_nothing();
    return 0;
}
