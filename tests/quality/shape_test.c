/* Goal: a shape has the members and kinds of its text, its print tells shapes apart, and any bytes are survived.
 * Method: a table; prints of renamed, retyped and reordered members; every cut and many flips of a text. */
#include "quality/shape.h"
#include "check.h"

static void test_kinds(void)
{
    static const struct { const char *text; zh_kind kind; } rows[] = {
        { "null", ZH_KIND_NONE }, { "\"\"", ZH_KIND_NONE }, { "true", ZH_KIND_BOOL }, { "false", ZH_KIND_BOOL }, { "-12.5e3", ZH_KIND_NUMBER }, { "0", ZH_KIND_NUMBER },
        { "\"12.50\"", ZH_KIND_DIGITS }, { "\"-3\"", ZH_KIND_DIGITS }, { "\"1,299.00\"", ZH_KIND_DIGITS }, { "\"85123A\"", ZH_KIND_TEXT }, { "\"-\"", ZH_KIND_TEXT }, { "\"n/a\"", ZH_KIND_TEXT },
        { "\"a\\\"b\\\\\"", ZH_KIND_TEXT }, { "{\"a\":[1,{\"b\":\"}\"}]}", ZH_KIND_OBJECT }, { "[\"]\",[2]]", ZH_KIND_ARRAY }, { "{}", ZH_KIND_OBJECT }, { "[]", ZH_KIND_ARRAY },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[200];
        zh_shape shape;
        snprintf(text, sizeof text, "{\"first\":%s,\"second\":1}", rows[i].text);
        zh_shape_read(zh_sv_of(text), &shape);
        CHECK_ROW(shape.count == 2 && shape.members[0].kind == rows[i].kind && shape.members[1].kind == ZH_KIND_NUMBER, rows[i].text);
        CHECK_ROW(shape.print == zh_shape_print(zh_sv_of(text)) && zh_shape_get(&shape, ZH_SV("second")) == &shape.members[1], rows[i].text);
    }
    for (unsigned k = 0; k < ZH_KINDS; k++) CHECK(zh_kind_of(zh_sv_of(zh_kind_text((zh_kind)k))) == (zh_kind)k);
    CHECK(zh_kind_of(ZH_SV("real")) == ZH_KINDS);
}

static void test_prints(void)
{
    static const char *const different[] = { "{}", "{\"a\":1}", "{\"b\":1}", "{\"a\":\"x\"}", "{\"a\":1,\"b\":1}", "{\"b\":1,\"a\":1}", "{\"a\":null}", "{\"a\":\"1\"}",
        "{\"product_i\":1}", "{\"product_id\":1}", "{\"a_name_of_more_than_sixteen\":1}", "{\"a_name_of_more_than_sixteem\":1}" };
    for (size_t i = 0; i < sizeof different / sizeof *different; i++)
        for (size_t k = 0; k < i; k++) CHECK_ROW(zh_shape_print(zh_sv_of(different[i])) != zh_shape_print(zh_sv_of(different[k])), different[i]);
    CHECK(zh_shape_print(ZH_SV("{\"a\":1,\"b\":\"x\"}")) == zh_shape_print(ZH_SV("{\"a\":2222,\"b\":\"yy\"}")));
}

static void test_any_bytes(void)
{
    char text[] = "{\"product_id\":\"p\\\"1\",\"products\":[{\"a\":\"[\"},2],\"price\":12.5,\"x\":{\"y\":null}}";
    zh_shape shape;
    const size_t size = sizeof text - 1;
    for (size_t cut = 0; cut <= size; cut++) zh_shape_read((zh_sv){ text, cut }, &shape);
    CHECK(shape.count == 4 && !shape.is_cut);
    for (size_t i = 0; i < size * 8; i++) {
        text[i / 8] = (char)(text[i / 8] ^ 1 << i % 8);
        zh_shape_read((zh_sv){ text, size }, &shape);
        CHECK(shape.count <= ZH_SHAPE_MEMBERS_MAX && shape.print == zh_shape_print((zh_sv){ text, size }));
        text[i / 8] = (char)(text[i / 8] ^ 1 << i % 8);
    }
    char many[4096] = "{";
    for (int i = 0; i < 70; i++) snprintf(many + strlen(many), 32, "%s\"m%d\":1", i > 0 ? "," : "", i);
    strcat(many, "}");
    zh_shape_read(zh_sv_of(many), &shape);
    CHECK(shape.count == ZH_SHAPE_MEMBERS_MAX && shape.is_cut);
    zh_shape_read((zh_sv){ 0 }, &shape);
    CHECK(shape.count == 0 && zh_shape_print((zh_sv){ 0 }) == 0);
}

int main(void)
{
    test_kinds();
    test_prints();
    test_any_bytes();
    return 0;
}
