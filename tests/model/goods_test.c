/* Goal: goods are read as drawn in goods.h, and wrong lines are told by number.
 * Method: files worked out by hand. */
#include "model/goods.h"
#include "check.h"

static void test_kinds_and_words(void)
{
    zh_names items = zh_names_open();
    zh_arena arena = zh_arena_open(1 << 20);
    zh_goods goods;
    uint32_t b, c;
    CHECK(zh_names_add(&items, ZH_SV("b"), &b) == ZH_OK && zh_names_add(&items, ZH_SV("c"), &c) == ZH_OK && c == 1);
    CHECK(zh_goods_read(&goods, &arena, &items, ZH_SV("a\tbag\tRED Bag-2\tmore\r\n\nb\tbag\t红 bag\nd\tcup\na\tcup\t2 red!\n"), NULL) == ZH_OK);
    CHECK(zh_names_count(&items) == 4); /* b c a d */
    CHECK(goods.kind[2] == goods.kind[3] && goods.kind[0] != goods.kind[2] && goods.kinds == 3); /* bag, cup and c itself */
    CHECK(goods.kind[1] == 2);
    CHECK(zh_rows_size(&goods.words, 0) == 2 && zh_rows_size(&goods.words, 1) == 0 && zh_rows_size(&goods.words, 3) == 0);
    const uint32_t *said = zh_rows_of(&goods.words, 2); /* the last line about a: 2 red, as in the first: red bag 2 */
    CHECK(zh_rows_size(&goods.words, 2) == 2 && said[0] == 2 && said[1] == 0);
    CHECK(zh_rows_of(&goods.words, 0)[1] == 1 && zh_rows_of(&goods.words, 0)[0] == 3 && goods.words.width == 4);
    const char *why = "";
    CHECK(zh_rows_check(&goods.words, false, &why));
    zh_arena_close(&arena);
    zh_names_close(&items);
}

static void test_wrong_lines(void)
{
    static const struct { const char *name, *text, *says; } rows[] = {
        { "no kind", "a\tk\nb\n", "line 2 is not item, tab, kind" },
        { "no item", "\tk\n", "line 1 is not item" },
        { "an empty kind", "a\t\ttitle\n", "line 1 is not item" },
    };
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        zh_names items = zh_names_open();
        zh_arena arena = zh_arena_open(1 << 20);
        zh_goods goods;
        zh_note why = { "" };
        CHECK_ROW(zh_goods_read(&goods, &arena, &items, zh_sv_of(rows[r].text), &why) == ZH_FORMAT, rows[r].name);
        CHECK_ROW(strncmp(why.text, rows[r].says, strlen(rows[r].says)) == 0, rows[r].name);
        zh_arena_close(&arena);
        zh_names_close(&items);
    }
}

static void test_limits_and_no_memory(void)
{
    zh_buf text = zh_buf_open(1 << 16);
    zh_buf_printf(&text, "a\tk\t");
    for (int w = 0; w < 2 * ZH_GOODS_WORDS_MAX; w++) zh_buf_printf(&text, "w%d ", w);
    for (int bytes = 0; bytes < 300; bytes++) zh_buf_printf(&text, "x");
    zh_names items = zh_names_open();
    zh_arena arena = zh_arena_open(1 << 20), none = zh_arena_open(1);
    zh_goods goods;
    CHECK(zh_goods_read(&goods, &arena, &items, zh_buf_view(&text), NULL) == ZH_OK);
    CHECK(zh_rows_size(&goods.words, 0) == ZH_GOODS_WORDS_MAX);
    CHECK(zh_goods_read(&goods, &none, &items, zh_buf_view(&text), NULL) == ZH_NOMEM);
    zh_arena_close(&none);
    zh_arena_close(&arena);
    zh_names_close(&items);
    zh_buf_close(&text);
}

int main(void)
{
    test_kinds_and_words();
    test_wrong_lines();
    test_limits_and_no_memory();
    return 0;
}
