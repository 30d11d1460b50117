/* Goal    a pixel's query becomes the event it means, whatever its names and values are.
 * Method  tables; a full arena; more pairs than allowed. */
#include "collect/pixel.h"
#include "check.h"

static zh_arena arena;
static zh_buf scratch;

static void queries_become_bodies(void)
{
    static const struct { const char *name, *query; zh_err e; const char *want; } rows[] = {
        { "base64", "data=eyJhIjoxfQ%3D%3D", ZH_OK, "{\"a\":1}" },
        { "base64 without padding", "data=eyJhIjoxfQ", ZH_OK, "{\"a\":1}" },
        { "a plus left as it was", "data=eyJhIjoifn4+fn4/In0=", ZH_OK, "{\"a\":\"~~>~~?\"}" },
        { "url-safe base64", "data=eyJhIjoifn4-fn4_In0", ZH_OK, "{\"a\":\"~~>~~?\"}" },
        { "no base64", "data=%%%", ZH_FORMAT, "" },
        { "data that is empty", "data=", ZH_FORMAT, "" },
        { "nothing", "", ZH_FORMAT, "" },
        { "flat", "userId=u1&event=Opened", ZH_OK, "{\"userId\":\"u1\",\"event\":\"Opened\"}" },
        { "dots nest", "a.b.c=1&x=2&a.d=3&a.b.e=4", ZH_OK, "{\"a\":{\"b\":{\"c\":\"1\",\"e\":\"4\"},\"d\":\"3\"},\"x\":\"2\"}" },
        { "a name twice: the first counts", "a=1&a=2", ZH_OK, "{\"a\":\"1\"}" },
        { "text, then object: the text counts", "a=1&a.b=2", ZH_OK, "{\"a\":\"1\"}" },
        { "object, then text: the object counts", "a.b=2&a=1", ZH_OK, "{\"a\":{\"b\":\"2\"}}" },
        { "decoded", "properties.subject=Hi+%E4%BD%A0%22", ZH_OK, "{\"properties\":{\"subject\":\"Hi 你\\\"\"}}" },
        { "a dot first", ".a=1&b=2", ZH_OK, "{\"b\":\"2\"}" },
        { "a dot last", "a.=1", ZH_OK, "{\"a\":{}}" },
        { "bytes that are no text", "a=%FF", ZH_OK, "{\"a\":\"\xEF\xBF\xBD\"}" },
        { "a NUL byte", "a=%00&b=1", ZH_OK, "{\"b\":\"1\"}" },
        { "deep", "a.b.c.d.e.f.g.h.i.j=1", ZH_OK, "{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{\"g\":{\"h.i.j\":\"1\"}}}}}}}}" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_sv body = { 0 };
        zh_arena_reset(&arena);
        CHECK_ROW(zh_pixel_body(zh_sv_of(rows[i].query), &arena, &scratch, &body) == rows[i].e, rows[i].name);
        CHECK_ROW(rows[i].e != ZH_OK || zh_sv_equal(body, zh_sv_of(rows[i].want)), rows[i].name);
    }
}

static void pairs_are_bounded(void)
{
    for (int over = 0; over < 2; over++) {
        zh_buf query = zh_buf_open(1 << 16);
        for (int i = 0; i < ZH_PIXEL_PAIRS_MAX + over; i++) zh_buf_printf(&query, "k%d=v&", i);
        zh_sv body;
        CHECK(zh_pixel_body(zh_buf_view(&query), &arena, &scratch, &body) == (over ? ZH_RANGE : ZH_OK));
        zh_buf_close(&query);
    }
}

static void a_full_arena_is_said(void)
{
    zh_arena small = zh_arena_open(1024);
    zh_sv body;
    CHECK(zh_pixel_body(ZH_SV("a.b=1"), &small, &scratch, &body) == ZH_FULL);
    zh_arena_close(&small);
}

int main(void)
{
    arena = zh_arena_open(4 << 20);
    scratch = zh_buf_open(1 << 20);
    queries_become_bodies();
    pairs_are_bounded();
    a_full_arena_is_said();
    zh_arena_close(&arena);
    zh_buf_close(&scratch);
    return 0;
}
