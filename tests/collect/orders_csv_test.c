/* Goal: a line becomes the one right event or a reject with its reason, and the same one each time.
 * Method: a table of lines with the whole event expected; the counting of equal lines; the real table of an
 * online shop through reader, converter and the Segment dialect (in ZHUN_SHARED, default
 * ../shared beside the checkout; skipped where it is not there). */
#include "collect/orders_csv.h"

#include "base/csv.h"
#include "base/json.h"
#include "collect/segment.h"

#include "check.h"

#include <time.h>
#include <zlib.h>

static zh_tz *open_zone(const char *path)
{
    static char bytes[ZH_TZ_BYTES_MAX];
    FILE *file = fopen(path, "rb");
    if (file == NULL) return NULL;
    const size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    zh_tz *zone;
    CHECK(zh_tz_open(&zone, (zh_sv){ bytes, size }) == ZH_OK);
    return zone;
}

/* One row of CSV text through the converter. */
static zh_err convert(zh_orders_csv *orders, const char *text, bool header, zh_buf *out, zh_note *why)
{
    zh_csv *csv;
    zh_csv_row row;
    size_t used;
    CHECK(zh_csv_open(&csv, &(zh_csv_desc){ 0 }) == ZH_OK);
    CHECK(zh_csv_next(csv, zh_sv_of(text), true, &used, &row, why) == ZH_OK);
    const zh_err e = header ? zh_orders_csv_header(orders, row.fields, row.count, why)
                            : zh_orders_csv_line(orders, row.fields, row.count, out, why);
    zh_csv_close(csv);
    return e;
}

#define PLAIN_HEADER "order_id,customer_id,item_id,quantity,unit_price,currency,ordered_at,sku,title,category,brand,country,discount"
static const struct { const char *name, *line, *want; } plain[] = { /* want beginning with ! is the reason of a reject */
    { "everything", "o1,u1,i-1,2,9.90,CNY,2026-11-21T08:00:00+08:00,s1,Tea,Drinks,Leaf,CN,1.5",
      "{\"type\":\"track\",\"event\":\"Order Completed\",\"messageId\":\"o1/8bd41ce9957b641a/1\",\"userId\":\"u1\","
      "\"timestamp\":\"2026-11-21T00:00:00.000Z\",\"properties\":{\"order_id\":\"o1\",\"currency\":\"CNY\",\"country\":\"CN\","
      "\"discount\":1.5,\"zhun_order_line\":true,\"products\":[{\"product_id\":\"i-1\",\"sku\":\"s1\",\"name\":\"Tea\","
      "\"category\":\"Drinks\",\"brand\":\"Leaf\",\"price\":9.90,\"quantity\":2}]}}" },
    { "a negative quantity is a refund", "o1,u1,i-1,-2,\"1,009.90\",rmb,2026-11-21,,,,,,",
      "{\"type\":\"track\",\"event\":\"Order Refunded\",\"messageId\":\"o1/d7c40113dddcf990/1\",\"userId\":\"u1\","
      "\"timestamp\":\"2026-11-21T00:00:00.000Z\",\"properties\":{\"order_id\":\"o1\",\"currency\":\"CNY\","
      "\"zhun_order_line\":true,\"products\":[{\"product_id\":\"i-1\",\"sku\":\"i-1\",\"price\":1009.90,\"quantity\":2}]}}" },
    { "an id of a spreadsheet", "1.23457E+17,u1,i,1,1,CNY,2026-11-21,,,,,,", "!order_id '1.23457E+17' was made a number" },
    { "a customer of a spreadsheet", "o,1.3E+10,i,1,1,CNY,2026-11-21,,,,,,", "!customer_id '1.3E+10' was made a number" },
    { "no order", ",u1,i,1,1,CNY,2026-11-21,,,,,,", "!order_id is blank" },
    { "no item", "o,u1, ,1,1,CNY,2026-11-21,,,,,,", "!item_id is blank" },
    { "no price", "o,u1,i,1,,CNY,2026-11-21,,,,,,", "!unit_price '' is not an amount" },
    { "half a piece", "o,u1,i,1.5,1,CNY,2026-11-21,,,,,,", "!quantity 1.5 is not a whole number" },
    { "a date of another format", "o,u1,i,1,1,CNY,21/11/2026,,,,,,", "!ordered_at '21/11/2026' is not a date of the format iso8601" },
    { "a date long ago", "o,u1,i,1,1,CNY,1900-01-01,,,,,,", "!ordered_at '1900-01-01' is not between 1970 and 2200" },
    { "no currency", "o,u1,i,1,1,,2026-11-21,,,,,,", "!no currency" },
    { "a currency nobody has", "o,u1,i,1,1,yuan,2026-11-21,,,,,,", "!currency 'yuan'" },
    { "columns missing", "o,u1,i,1,1,CNY", "!6 columns where the header has 13" },
    { "columns too many", "o,u1,i,1,1,CNY,2026-11-21,,,,,,,,", "!15 columns where the header has 13" },
    { "no text", "o,u1,i,1,1,CNY,2026-11-21,,\xD6\xD0,,,,", "!title has bytes that are no text" },
    { "too long an order id", "1234567890123456789012345678901234567890123456789012345678901234567890123,u,i,1,1,CNY,2026-11-21,,,,,,",
      "!order_id is longer than 72 bytes" },
};

#define SHOP_HEADER "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
static const struct { const char *name, *line, *want; } shop[] = {
    { "a sale", "536365,85123a,WHITE HANGING HEART T-LIGHT HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom",
      "{\"type\":\"track\",\"event\":\"Order Completed\",\"messageId\":\"536365/cef39ec01a3e4390/1\",\"userId\":\"17850\","
      "\"timestamp\":\"2010-12-01T08:26:00.000Z\",\"properties\":{\"order_id\":\"536365\",\"currency\":\"GBP\","
      "\"country\":\"United Kingdom\",\"zhun_order_line\":true,\"products\":[{\"product_id\":\"85123A\",\"sku\":\"85123a\","
      "\"name\":\"WHITE HANGING HEART T-LIGHT HOLDER\",\"price\":2.55,\"quantity\":6}]}}" },
    { "a cancelled guest in summer time", "C540000,POST,,-1,2011-07-01 09:00:00,18.0,,EIRE",
      "{\"type\":\"track\",\"event\":\"Order Refunded\",\"messageId\":\"C540000/2da1a957a11bd920/1\",\"anonymousId\":\"guest-C540000\","
      "\"timestamp\":\"2011-07-01T08:00:00.000Z\",\"properties\":{\"order_id\":\"C540000\",\"currency\":\"GBP\",\"country\":\"EIRE\","
      "\"zhun_order_line\":true,\"zhun_guest\":true,\"zhun_non_product\":true,"
      "\"products\":[{\"product_id\":\"POST\",\"sku\":\"POST\",\"price\":18.0,\"quantity\":1}]}}" },
    { "a ledger line", "536589,21777,,-10,2010-12-01 16:50:00,0.0,,United Kingdom",
      "{\"type\":\"track\",\"event\":\"Stock Adjusted\",\"messageId\":\"536589/af68521c461270df/1\",\"anonymousId\":\"guest-536589\","
      "\"timestamp\":\"2010-12-01T16:50:00.000Z\",\"properties\":{\"order_id\":\"536589\",\"currency\":\"GBP\","
      "\"country\":\"United Kingdom\",\"zhun_order_line\":true,\"zhun_guest\":true,"
      "\"products\":[{\"product_id\":\"21777\",\"sku\":\"21777\",\"price\":0.0,\"quantity\":-10}]}}" },
};

static void check_line(zh_orders_csv *orders, const char *name, const char *line, const char *want)
{
    zh_buf out = zh_buf_open(1 << 16);
    zh_note why = { "" };
    const zh_err e = convert(orders, line, false, &out, &why);
    const zh_sv got = e == ZH_OK ? zh_buf_view(&out) : zh_sv_of(why.text);
    const bool good = *want == '!' ? e != ZH_OK && zh_sv_starts(got, zh_sv_of(want + 1)) && out.size == 0 : zh_sv_equal(got, zh_sv_of(want));
    if (!good) fprintf(stderr, "got %.*s\n", ZH_SV_ARG(got));
    CHECK_ROW(good, name);
    zh_buf_close(&out);
}

static void lines_become_events_or_rejects(const zh_tz *london)
{
    zh_column_map map = zh_column_map_of(ZH_TABLE_ORDERS);
    zh_note why;
    zh_orders_csv orders = zh_orders_csv_open(&map, zh_tz_utc());
    CHECK(convert(&orders, PLAIN_HEADER, true, NULL, &why) == ZH_OK);
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) check_line(&orders, plain[i].name, plain[i].line, plain[i].want);
    CHECK(orders.lines == 2);
    map.negative = ZH_NEGATIVE_REJECT;
    check_line(&orders, "negative refused", "o1,u1,i-1,-2,1,CNY,2026-11-21,,,,,,", "!quantity -2 is negative");
    zh_orders_csv_close(&orders);

    CHECK(zh_column_map_preset(&map, ZH_SV("online-retail"), &why) == ZH_OK);
    orders = zh_orders_csv_open(&map, london);
    CHECK(convert(&orders, SHOP_HEADER, true, NULL, &why) == ZH_OK);
    for (size_t i = 0; i < sizeof shop / sizeof *shop; i++) check_line(&orders, shop[i].name, shop[i].line, shop[i].want);
    zh_orders_csv_close(&orders);
}

/* The messageId of a line. */
static zh_sv id_of(zh_orders_csv *orders, const char *line, zh_buf *out)
{
    zh_note why;
    zh_buf_reset(out);
    CHECK(convert(orders, line, false, out, &why) == ZH_OK);
    const char *from = memmem(out->data, out->size, "\"messageId\":\"", 13);
    CHECK(from != NULL);
    from += 13;
    return (zh_sv){ from, (size_t)((const char *)memchr(from, '"', 100) - from) };
}

static void equal_lines_are_counted_and_columns_may_move(void)
{
    zh_column_map map = zh_column_map_of(ZH_TABLE_ORDERS);
    zh_note why;
    zh_buf a = zh_buf_open(1 << 12), b = zh_buf_open(1 << 12);
    zh_orders_csv orders = zh_orders_csv_open(&map, zh_tz_utc()), moved = zh_orders_csv_open(&map, zh_tz_utc());
    CHECK(convert(&orders, "order_id,customer_id,item_id,quantity,unit_price,currency,ordered_at", true, NULL, &why) == ZH_OK);
    CHECK(convert(&moved, "title,ordered_at,currency,unit_price,quantity,item_id,customer_id,order_id,whatever", true, NULL, &why) == ZH_OK);
    const char *line = "o,u,i,1,1,CNY,2026-11-21", *same = ",2026-11-21,CNY,1,1,i,u,o,x";
    for (int n = 1; n <= 12; n++) {
        const zh_sv one = id_of(&orders, line, &a), two = id_of(&moved, same, &b);
        char tail[8];
        (void)snprintf(tail, sizeof tail, "/%d", n);
        CHECK(zh_sv_equal(one, two));
        CHECK(zh_sv_equal(zh_sv_part(one, one.size - strlen(tail), 8), zh_sv_of(tail)));
        CHECK((memmem(a.data, a.size, "zhun_repeat", 11) != NULL) == (n >= 2));
        CHECK(memmem(a.data, a.size, "\"2026-11-21T00:00:00.000Z\"", 26) != NULL); /* remembered after the first */
    }
    CHECK(orders.repeats == 11);
    /* Another order, another price, another file of the same import. */
    CHECK(zh_sv_equal(zh_sv_part(id_of(&orders, "p,u,i,1,1,CNY,2026-11-21", &a), 18, 9), ZH_SV("/1")));
    CHECK(zh_sv_equal(zh_sv_part(id_of(&orders, "o,u,i,1,2,CNY,2026-11-21", &a), 18, 9), ZH_SV("/1")));
    CHECK(convert(&orders, "order_id,customer_id,item_id,quantity,unit_price,currency,ordered_at", true, NULL, &why) == ZH_OK);
    CHECK(zh_sv_equal(zh_sv_part(id_of(&orders, line, &a), 18, 9), ZH_SV("/13")));
    zh_orders_csv_close(&orders);
    zh_orders_csv_close(&moved);
    zh_buf_close(&a);
    zh_buf_close(&b);
}

/* ---- the real table ---- */

#define TABLE "data/orders/online_retail.csv.gz"

typedef struct totals { uint64_t completed, refunded, adjusted, guests, repeats, non_products, rejected, twice; double seconds; } totals;

/* What the collector makes of a batch; only counted. */
typedef struct collector { zh_json *parser; zh_arena arena; zh_buf scratch, batch; zh_map ids; } collector;

static void collect(collector *c, totals *t)
{
    zh_segment_batch got;
    zh_buf_put(&c->batch, ZH_SV("]}"));
    const zh_segment_ask ask = { .route = ZH_SEGMENT_BATCH, .body = zh_buf_view(&c->batch), .received_ms = 1790000000000, .is_import = true,
                                 .parser = c->parser, .arena = &c->arena, .scratch = &c->scratch };
    CHECK(zh_segment_read(&ask, &got) == ZH_OK);
    t->rejected += got.rejects_count;
    for (uint32_t i = 0; i < got.events_count; i++) {
        const zh_event *event = &got.events[i];
        bool made;
        CHECK(event->lines_count == 1 && (event->marks & ZH_MARK_ORDER_LINE) != 0 && (event->marks & ZH_MARK_IMPORT) != 0);
        CHECK(zh_map_at(&c->ids, zh_fast64(event->message_id), &made) != NULL);
        t->twice += !made;
        t->completed += event->act == ZH_ACT_ORDER;
        t->refunded += event->act == ZH_ACT_REFUND;
        t->adjusted += event->act == ZH_ACT_STOCK;
        t->guests += (event->marks & ZH_MARK_GUEST) != 0;
        t->repeats += (event->marks & ZH_MARK_REPEAT_LINE) != 0;
        t->non_products += (event->marks & ZH_MARK_NON_PRODUCT) != 0;
    }
    zh_arena_reset(&c->arena);
    zh_buf_reset(&c->batch);
}

static void convert_all(zh_sv text, const zh_tz *london, totals *t)
{
    zh_column_map map = zh_column_map_of(ZH_TABLE_ORDERS);
    zh_note why = { "" };
    CHECK(zh_column_map_preset(&map, ZH_SV("online-retail"), &why) == ZH_OK);
    zh_orders_csv orders = zh_orders_csv_open(&map, london);
    collector c = { .arena = zh_arena_open(64 << 20), .scratch = zh_buf_open(ZH_SEGMENT_BATCH_BYTES_MAX), .batch = zh_buf_open(1 << 20) };
    zh_csv *csv;
    zh_csv_row row;
    CHECK(zh_json_open(&c.parser, ZH_SEGMENT_PARSER_BYTES) == ZH_OK && zh_csv_open(&csv, &(zh_csv_desc){ 0 }) == ZH_OK);
    size_t used, in_batch = 0;
    clock_t spent = 0, before = clock();
    for (zh_err e = ZH_OK; e != ZH_ABSENT; text = zh_sv_part(text, used, SIZE_MAX)) {
        e = zh_csv_next(csv, text, true, &used, &row, &why);
        CHECK(e == ZH_OK || e == ZH_ABSENT);
        if (e == ZH_OK && row.line == 1) e = zh_orders_csv_header(&orders, row.fields, row.count, &why);
        else if (e == ZH_OK) {
            zh_buf_put(&c.batch, in_batch++ == 0 ? ZH_SV("{\"batch\":[") : ZH_SV(","));
            CHECK_ROW(zh_orders_csv_line(&orders, row.fields, row.count, &c.batch, &why) == ZH_OK, why.text);
        }
        if (in_batch == 500 || (e == ZH_ABSENT && in_batch > 0)) {
            spent += clock() - before;
            collect(&c, t);
            in_batch = 0;
            before = clock();
        }
    }
    t->seconds = (double)spent / CLOCKS_PER_SEC;
    CHECK(orders.lines == 541909 && orders.guests == t->guests && orders.repeats == t->repeats);
    zh_csv_close(csv);
    zh_json_close(c.parser);
    zh_arena_close(&c.arena);
    zh_buf_close(&c.scratch);
    zh_buf_close(&c.batch);
    zh_map_close(&c.ids);
    zh_orders_csv_close(&orders);
}

static bool read_gz(const char *path, zh_buf *out)
{
    gzFile file = gzopen(path, "rb");
    if (file == NULL) return false;
    for (int got = 1; got > 0;) {
        static char chunk[1 << 16];
        got = gzread(file, chunk, sizeof chunk);
        CHECK(got >= 0);
        zh_buf_put(out, (zh_sv){ chunk, (size_t)got });
    }
    gzclose(file);
    return out->size > 0;
}

/* 0, or 77 where the data is not there. */
static int the_real_table_comes_through(const zh_tz *london)
{
    const char *shared = getenv("ZHUN_SHARED"), *slash = strrchr(__FILE__, '/');
    char path[4096];
    zh_buf text = zh_buf_open(64 << 20);
    if (shared != NULL) (void)snprintf(path, sizeof path, "%s/" TABLE, shared);
    else (void)snprintf(path, sizeof path, "%.*s/../../../shared/" TABLE, slash == NULL ? 0 : (int)(slash - __FILE__), __FILE__);
    if (!read_gz(path, &text)) {
        printf("skipped: no %s\n", path);
        return 77;
    }
    totals t = { 0 };
    convert_all(zh_buf_view(&text), london, &t);
    printf("541909 lines in %.2f s of reading and converting: %.0f lines/s\n", t.seconds, 541909 / t.seconds);
    CHECK(t.rejected == 0 && t.twice == 0);
    CHECK(t.refunded == 9288 && t.adjusted == 1336 && t.completed == 541909 - 9288 - 1336);
    CHECK(t.guests == 135080 && t.repeats == 5268);
    CHECK(t.non_products == 2995);
    zh_buf_close(&text);
    return 0;
}

int main(void)
{
    zh_tz *london = open_zone("/usr/share/zoneinfo/Europe/London");
    if (london == NULL) {
        printf("skipped: no /usr/share/zoneinfo/Europe/London\n");
        return 77;
    }
    equal_lines_are_counted_and_columns_may_move();
    lines_become_events_or_rejects(london);
    const int status = the_real_table_comes_through(london);
    zh_tz_close(london);
    return status;
}
