/* Goal: an expression is the same through JSON, and a tree that a builder made is the expression it means or is refused with a reason.
 * Method: the trees of known expressions; expressions through JSON and back; trees that are wrong. */
#include "lang/cel_tree.h"
#include "lang/cel_env.h"
#include "lang/cel_print.h"

#include "check.h"

static bool is_macro(const void *self, zh_sv name)
{
    (void)self;
    return zh_sv_equal(name, ZH_SV("where"));
}
static const zh_cel_macros macros = { is_macro, NULL };

static const struct { const char *expression, *json; } rows[] = {
    { "3", "{\"value\":3}" }, { "2.5", "{\"value\":2.5}" }, { "2.0", "{\"double\":2.0}" }, { "\"茶\"", "{\"value\":\"茶\"}" }, { "null", "{\"value\":null}" }, { "7u", "{\"uint\":7}" }, { "b\"\\xff\"", "{\"bytes\":\"/w==\"}" },
    { "9007199254740993", "{\"int\":\"9007199254740993\"}" }, { ".now", "{\"name\":\".now\"}" },
    { "customer.email", "{\"field\":\"email\",\"of\":{\"name\":\"customer\"}}" }, { "a.?b", "{\"field\":\"b\",\"optional\":true,\"of\":{\"name\":\"a\"}}" }, { "a.`b-c`", "{\"field\":\"b-c\",\"quoted\":true,\"of\":{\"name\":\"a\"}}" },
    { "has(a.b)", "{\"has\":\"b\",\"of\":{\"name\":\"a\"}}" },
    { "a && b && !c", "{\"op\":\"&&\",\"args\":[{\"name\":\"a\"},{\"name\":\"b\"},{\"op\":\"!\",\"args\":[{\"name\":\"c\"}]}]}" },
    { "a ? 1 : -b", "{\"op\":\"?:\",\"args\":[{\"name\":\"a\"},{\"value\":1},{\"op\":\"-\",\"args\":[{\"name\":\"b\"}]}]}" }, { "a[0] - 1", "{\"op\":\"-\",\"args\":[{\"op\":\"[]\",\"args\":[{\"name\":\"a\"},{\"value\":0}]},{\"value\":1}]}" },
    { "size(a)", "{\"call\":\"size\",\"args\":[{\"name\":\"a\"}]}" }, { "a.count(1)", "{\"call\":\"count\",\"on\":{\"name\":\"a\"},\"args\":[{\"value\":1}]}" },
    { "[1, ?a]", "{\"list\":[{\"value\":1},{\"optional\":{\"name\":\"a\"}}]}" }, { "{\"k\": 1, ?b: c}", "{\"map\":[[{\"value\":\"k\"},{\"value\":1}],[{\"name\":\"b\"},{\"optional\":{\"name\":\"c\"}}]]}" },
    { "e.where(x, x)", "{\"macro\":\"where\",\"on\":{\"name\":\"e\"},\"vars\":[\"x\"],\"args\":[{\"name\":\"x\"}]}" },
    { "cel.bind(x, 1, x)", "{\"macro\":\"cel.bind\",\"vars\":[\"x\"],\"args\":[{\"value\":1},{\"name\":\"x\"}]}" },
    { "a.transformMap(k, v, k, v)", "{\"macro\":\"transformMap\",\"on\":{\"name\":\"a\"},\"vars\":[\"k\",\"v\"],\"args\":[{\"name\":\"k\"},{\"name\":\"v\"}]}" },
};

static const char *const others[] = {
    "math.greatest(1, 2, 3) + math.abs(-1)", "customer.orders.count(days(90)) >= 2 && customer.last_seen < now - days(14)", "-(1) + -(-x) - (a - b) - c * (d + e) % f", "a.b.c(d).e[1][?2].?f",
    "customer.events(\"Product Viewed\").where(e, e.category == \"女装\").count(days(7)) >= 3 || !customer.did(\"Order Completed\", days(7))", "(a ? b : c) ? d : e ? f : g", "(a || b) && c || d && (e || f)",
    "[1].all(x, x > 0).b.exists_one(y, y).existsOne(i, y, y)", "a.while + b.if()", "cel.block([1, cel.index(0)], [cel.index(1)].all(cel.iterVar(0, 0), cel.iterVar(0, 0) > 0))", "1 in [1] == (2 in b) && -1.5e300 < x", "{}.?a.orValue([])[0]",
};

static const char *const wrong[] = {
    "3", "{}", "{\"valu\":3}", "{\"value\":[1]}", "{\"value\":1,\"of\":2}", "{\"name\":\"a b\"}", "{\"name\":\"while\"}", "{\"name\":\"true\"}", "{\"name\":\"@x\"}", "{\"name\":\"\"}", "{\"field\":\"a\"}", "{\"field\":\"a-b\",\"of\":{\"name\":\"x\"}}",
    "{\"field\":\"a\",\"of\":{\"name\":\"x\"},\"optionl\":true}", "{\"has\":\"a\",\"of\":{\"name\":\"x\"},\"optional\":true}", "{\"op\":\"&&\",\"args\":[{\"name\":\"a\"}]}", "{\"op\":\"=\",\"args\":[{\"name\":\"a\"},{\"name\":\"a\"}]}",
    "{\"op\":\"!\",\"args\":[]}", "{\"call\":\"a b\",\"args\":[]}", "{\"call\":\"f\"}", "{\"call\":\"has\",\"args\":[{\"value\":1}]}", "{\"list\":{}}", "{\"map\":[[{\"value\":1}]]}", "{\"macro\":\"where\",\"on\":{\"name\":\"e\"},\"vars\":[],\"args\":[{\"name\":\"x\"}]}",
    "{\"macro\":\"whre\",\"on\":{\"name\":\"e\"},\"vars\":[\"x\"],\"args\":[{\"name\":\"x\"}]}", "{\"macro\":\"all\",\"vars\":[\"x\"],\"args\":[{\"name\":\"x\"}]}", "{\"uint\":-1}", "{\"int\":\"9223372036854775808\"}", "{\"int\":\"1x\"}", "{\"bytes\":\"?\"}", "{\"double\":\"2\"}", "{\"double\":2,\"value\":2}",
};

static zh_cel_node *parsed(zh_arena *arena, zh_sv text)
{
    zh_cel_node *root;
    zh_cel_fault fault = { .text = "" };
    const zh_err e = zh_cel_parse(arena, text, &macros, &root, &fault);
    if (e != ZH_OK) fprintf(stderr, "%.*s: %s\n", ZH_SV_ARG(text), fault.text);
    CHECK(e == ZH_OK);
    return root;
}

/* The tree of a JSON text, printed; empty: it is refused, and the note says why. */
static void printed(zh_arena *arena, zh_sv text, zh_buf *out, zh_note *why)
{
    zh_json *json;
    zh_json_value root;
    zh_cel_node *tree;
    CHECK(zh_json_open(&json, 1 << 16) == ZH_OK && zh_json_parse(json, text, &root, NULL) == ZH_OK);
    const zh_err e = zh_cel_tree_read(arena, root, &macros, &tree, why);
    CHECK(e == ZH_OK || e == ZH_FORMAT);
    zh_json_close(json);
    if (e == ZH_OK) zh_cel_print(tree, out);
}

static void trees_are_as_written(zh_arena *arena)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_buf json = zh_buf_open(1 << 16), text = zh_buf_open(1 << 16);
        zh_note why = { "" };
        CHECK_ROW(zh_cel_tree_write(parsed(arena, zh_sv_of(rows[i].expression)), &json) == ZH_OK, rows[i].expression);
        if (!zh_sv_equal(zh_buf_view(&json), zh_sv_of(rows[i].json))) fprintf(stderr, "%.*s\n", ZH_SV_ARG(zh_buf_view(&json)));
        CHECK_ROW(zh_sv_equal(zh_buf_view(&json), zh_sv_of(rows[i].json)), rows[i].expression);
        printed(arena, zh_sv_of(rows[i].json), &text, &why);
        if (!zh_sv_equal(zh_buf_view(&text), zh_sv_of(rows[i].expression))) fprintf(stderr, "%.*s %s\n", ZH_SV_ARG(zh_buf_view(&text)), why.text);
        CHECK_ROW(zh_sv_equal(zh_buf_view(&text), zh_sv_of(rows[i].expression)), rows[i].expression);
        zh_buf_close(&json), zh_buf_close(&text);
    }
}

static void expressions_are_the_same_through_json(zh_arena *arena)
{
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        zh_buf json = zh_buf_open(1 << 16), text = zh_buf_open(1 << 16), direct = zh_buf_open(1 << 16);
        zh_note why = { "" };
        const zh_cel_node *root = parsed(arena, zh_sv_of(others[i]));
        zh_cel_print(root, &direct);
        CHECK_ROW(zh_cel_tree_write(root, &json) == ZH_OK, others[i]);
        printed(arena, zh_buf_view(&json), &text, &why);
        if (!zh_sv_equal(zh_buf_view(&text), zh_buf_view(&direct))) fprintf(stderr, "%.*s\n%.*s %s\n", ZH_SV_ARG(zh_buf_view(&direct)), ZH_SV_ARG(zh_buf_view(&text)), why.text);
        CHECK_ROW(zh_sv_equal(zh_buf_view(&text), zh_buf_view(&direct)), others[i]);
        zh_buf_close(&json), zh_buf_close(&text), zh_buf_close(&direct);
    }
}

static void wrong_trees_are_refused(zh_arena *arena)
{
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        zh_buf text = zh_buf_open(1 << 16);
        zh_note why = { "" };
        printed(arena, zh_sv_of(wrong[i]), &text, &why);
        CHECK_ROW(text.size == 0 && why.text[0] != '\0', wrong[i]);
        zh_buf_close(&text);
    }
}

static void deep_trees_are_refused(zh_arena *arena)
{
    zh_buf text = zh_buf_open(1 << 16), json = zh_buf_open(1 << 16);
    for (int i = 0; i < 40; i++) zh_buf_put(&text, ZH_SV("["));
    for (int i = 0; i < 40; i++) zh_buf_put(&text, ZH_SV("]"));
    CHECK(zh_cel_tree_write(parsed(arena, zh_buf_view(&text)), &json) == ZH_FULL);
    zh_buf_close(&text), zh_buf_close(&json);
}

int main(void)
{
    zh_arena arena = zh_arena_open(64 << 20);
    trees_are_as_written(&arena);
    expressions_are_the_same_through_json(&arena);
    wrong_trees_are_refused(&arena);
    deep_trees_are_refused(&arena);
    zh_arena_close(&arena);
    return 0;
}
