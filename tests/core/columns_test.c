/* Goal: records split into columns come back byte for byte, whatever they are; columns that were changed are refused or give
 * other records, never a crash.
 * Method: rows of events as a shop sends them, of random ones, of links, of bytes that only look like records, mixed. */
#include "core/columns.h"
#include "check.h"
#include "core/event.h"
#include "core/record.h"

enum { RECORDS = 400, BYTES_MAX = 1 << 24 };

static zh_sv digits(uint64_t *seed, char *to, size_t size)
{
    for (size_t i = 0; i < size; i++) to[i] = "0123456789abcdef"[test_random(seed) % 16];
    return (zh_sv){ to, size };
}

static zh_sv noise(uint64_t *seed, char *to, size_t bytes_max)
{
    const size_t size = test_random(seed) % (bytes_max + 1);
    for (size_t i = 0; i < size; i++) to[i] = (char)test_random(seed);
    return (zh_sv){ to, size };
}

static zh_sv message_id(uint64_t *seed, char to[64])
{
    char some[40];
    (void)digits(seed, some, 36);
    switch (test_random(seed) % 5) {
    case 0: return (zh_sv){ to, (size_t)snprintf(to, 64, "%.8s-%.4s-%.4s-%.4s-%.12s", some, some + 8, some + 12, some + 16, some + 20) };
    case 1: return (zh_sv){ to, (size_t)snprintf(to, 64, "ajs-next-%.17s", some) }; /* an odd number */
    case 2: return (zh_sv){ to, (size_t)snprintf(to, 64, "536365/%.16s/%d", some, (int)(test_random(seed) % 90)) };
    case 3: return (zh_sv){ to, (size_t)snprintf(to, 64, "order-12345678-%.3s", some) };
    default: return noise(seed, to, 30); /* may hold the marks themselves */
    }
}

/* An event as shops send them: items that come again, times that are close. */
static void put_event(uint64_t *seed, zh_buf *out)
{
    static const zh_sv names[] = { ZH_SV("Product Viewed"), ZH_SV("Order Completed"), ZH_SV("") };
    char id[64], sealed[80], item[3][16], properties[64];
    zh_line lines[3];
    zh_event e = { .customer = { test_random(seed) % 2 ? test_random(seed) % 1000000 : test_random(seed) }, .source = { 1 },
                   .key = { test_random(seed), test_random(seed) }, .body_hash = test_random(seed), .type = ZH_EVENT_TRACK,
                   .time_ms = (int64_t)(1700000000000 + test_random(seed) % 100000), .name = names[test_random(seed) % 3],
                   .message_id = message_id(seed, id), .personal = noise(seed, sealed, 79), .lines = lines };
    e.received_ms = e.time_ms + (int64_t)(test_random(seed) % 1000);
    e.original_ms = e.time_ms;
    e.sent_ms = test_random(seed) % 2 ? e.received_ms - 3 : 0;
    e.lines_count = (uint32_t)(test_random(seed) % 4);
    if (test_random(seed) % 20 == 0) e.received_ms = (int64_t)test_random(seed), e.time_ms = (int64_t)test_random(seed);
    for (uint32_t i = 0; i < e.lines_count; i++) {
        const unsigned number = (unsigned)(test_random(seed) % 20);
        lines[i] = (zh_line){ .item_text = { item[i], (size_t)snprintf(item[i], sizeof item[i], "p%u", number) }, .name = ZH_SV("Monopoly"),
                              .price_minor = number * 100 + (test_random(seed) % 10 == 0), .quantity = 1 };
        lines[i].sku = lines[i].item_text;
        lines[i].item = test_random(seed) % 10 == 0 ? (zh_item_id){ test_random(seed) } : zh_item_id_of(lines[i].item_text);
    }
    e.properties = (zh_sv){ properties, (size_t)snprintf(properties, sizeof properties, "{\"position\":%d}", (int)(test_random(seed) % 9)) };
    zh_event_put(&e, out);
}

static void put_link(uint64_t *seed, zh_buf *out)
{
    char some[100];
    zh_record_begin(out, ZH_RECORD_IDENTITY, 1);
    zh_buf_put_u8(out, 1);
    zh_buf_put_u64(out, test_random(seed)), zh_buf_put_u64(out, test_random(seed));
    zh_buf_put_u64(out, test_random(seed) % 1000);
    zh_buf_put_u32(out, 1);
    zh_buf_put_u64(out, 1700000000000 + test_random(seed) % 1000);
    const bool key = test_random(seed) % 2;
    zh_buf_put_u8(out, key);
    for (int i = 0; key && i < 69; i++) zh_buf_put_u8(out, (uint8_t)test_random(seed));
    zh_buf_put_text(out, noise(seed, some, 60));
}

static void put_any(uint64_t *seed, zh_buf *out)
{
    char some[300];
    const size_t start = out->size;
    const unsigned what = (unsigned)(test_random(seed) % 12);
    if (what < 7) put_event(seed, out);
    else if (what < 9) put_link(seed, out);
    else if (what == 9) zh_buf_put(out, noise(seed, some, 299)); /* may be empty */
    else if (what == 10) zh_record_begin(out, (zh_record_kind)(test_random(seed) % 14), (uint8_t)(test_random(seed) % 3)), zh_buf_put(out, noise(seed, some, 40));
    else { /* an event or link that was cut or changed */
        put_event(seed, out);
        if (test_random(seed) % 2) out->size -= test_random(seed) % (out->size - start);
        else out->data[start + test_random(seed) % (out->size - start)] ^= (char)(1 << test_random(seed) % 8);
    }
}

typedef struct rows {
    zh_buf bytes, sized; /* of all records; each with its size before it */
    uint32_t ends[RECORDS];
} rows;

static void make_rows(uint64_t *seed, rows *r)
{
    zh_buf_reset(&r->bytes);
    zh_buf_reset(&r->sized);
    for (int i = 0; i < RECORDS; i++) {
        const size_t start = r->bytes.size;
        put_any(seed, &r->bytes);
        r->ends[i] = (uint32_t)r->bytes.size;
        zh_buf_put_u32(&r->sized, (uint32_t)(r->bytes.size - start));
        zh_buf_put(&r->sized, zh_sv_part(zh_buf_view(&r->bytes), start, SIZE_MAX));
    }
}

static void split_rows(zh_columns *c, const rows *r)
{
    zh_columns_reset(c);
    for (int i = 0; i < RECORDS; i++) {
        const size_t start = i == 0 ? 0 : r->ends[i - 1];
        CHECK(zh_columns_split(c, zh_sv_part(zh_buf_view(&r->bytes), start, r->ends[i] - start)) == ZH_OK);
    }
}

static zh_err join_rows(zh_columns *c, zh_sv views[ZH_COLUMNS_COUNT], zh_buf *out)
{
    zh_columns_reset(c);
    zh_buf_reset(out);
    for (int i = 0; i < ZH_COLUMNS_COUNT; i++) c->from[i] = zh_reader_on(views[i]);
    zh_err e = ZH_OK;
    for (int i = 0; e == ZH_OK && i < RECORDS; i++) e = zh_columns_join(c, out);
    return e;
}

static void views_of(const zh_columns *c, zh_sv views[ZH_COLUMNS_COUNT])
{
    for (int i = 0; i < ZH_COLUMNS_COUNT; i++) views[i] = zh_buf_view(&c->columns[i]);
}

static void test_what_was_split_comes_back(uint64_t *seed, rows *r)
{
    zh_columns split = zh_columns_open(BYTES_MAX), joined = zh_columns_open(BYTES_MAX);
    zh_buf out = zh_buf_open(BYTES_MAX);
    zh_sv views[ZH_COLUMNS_COUNT];
    for (int round = 0; round < 30; round++) {
        make_rows(seed, r);
        split_rows(&split, r);
        views_of(&split, views);
        CHECK(join_rows(&joined, views, &out) == ZH_OK);
        CHECK(zh_sv_equal(zh_buf_view(&out), zh_buf_view(&r->sized)));
        for (int i = 0; i < ZH_COLUMNS_COUNT; i++) CHECK(zh_reader_left(&joined.from[i]) == 0);
    }
    zh_columns_close(&split);
    zh_columns_close(&joined);
    zh_buf_close(&out);
}

static void test_a_whole_event_is_taken_apart(uint64_t *seed)
{
    zh_columns c = zh_columns_open(BYTES_MAX);
    zh_buf event = zh_buf_open(BYTES_MAX);
    int apart = 0;
    for (int i = 0; i < 100; i++) {
        zh_buf_reset(&event);
        put_event(seed, &event);
        zh_columns_reset(&c);
        CHECK(zh_columns_split(&c, zh_buf_view(&event)) == ZH_OK);
        apart += c.columns[ZH_COLUMN_SHAPE].data[0] == ZH_RECORD_EVENT;
    }
    CHECK(apart > 70); /* not those whose messageId holds a mark */
    zh_columns_close(&c);
    zh_buf_close(&event);
}

static void test_changed_columns_do_no_harm(uint64_t *seed, rows *r)
{
    zh_columns split = zh_columns_open(BYTES_MAX), joined = zh_columns_open(BYTES_MAX);
    zh_buf out = zh_buf_open(1 << 20); /* an amount that grows without end is stopped here */
    make_rows(seed, r);
    split_rows(&split, r);
    for (int i = 0; i < ZH_COLUMNS_COUNT; i++)
        for (int change = 0; change < 30; change++) {
            zh_sv views[ZH_COLUMNS_COUNT];
            views_of(&split, views);
            const size_t size = views[i].size;
            if (size == 0) continue;
            char *copy = malloc(size); /* exact, so that a sanitizer sees a read outside */
            CHECK(copy != NULL);
            memcpy(copy, views[i].data, size);
            views[i] = (zh_sv){ copy, change % 2 == 0 ? size : test_random(seed) % size };
            copy[test_random(seed) % size] ^= (char)(1 << test_random(seed) % 8);
            const zh_err e = join_rows(&joined, views, &out);
            CHECK(e == ZH_OK || e == ZH_CORRUPT || e == ZH_FULL);
            free(copy);
        }
    zh_columns_close(&split);
    zh_columns_close(&joined);
    zh_buf_close(&out);
}

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv);
    static rows r;
    r.bytes = r.sized = zh_buf_open(BYTES_MAX);
    test_what_was_split_comes_back(&seed, &r);
    test_a_whole_event_is_taken_apart(&seed);
    test_changed_columns_do_no_harm(&seed, &r);
    zh_buf_close(&r.bytes);
    zh_buf_close(&r.sized);
    return 0;
}
