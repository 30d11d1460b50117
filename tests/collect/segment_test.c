/* segment_test.c
 * Goal    whole requests: what each limit answers, that a bad item never touches its neighbours, and
 *         that requests of real clients become what they should.
 * Method  tables; random mixtures of good and bad items, where the good ones alone are the model; every
 *         prefix of a request; then the golden requests of ZHUN_SHARED/wire (default: ../shared beside
 *         the source), if they are there, else the test says skipped (77).
 */
#include "collect/segment.h"

#include "base/b64.h"
#include "base/inflate.h"
#include "base/time.h"
#include "collect/clock.h"
#include "collect/personal.h"
#include "check.h"

#include <dirent.h>
#include <stdio.h>

#define NOW ((int64_t)1795262400000) /* 2026-11-21T12:00:00Z */

static zh_json *json;
static zh_arena arena;
static zh_buf scratch, body;

static zh_err read(zh_segment_route route, zh_sv text, zh_segment_batch *out)
{
    const zh_segment_ask ask = { .route = route, .body = text, .received_ms = NOW, .parser = json,
                                 .arena = &arena, .scratch = &scratch };
    zh_arena_reset(&arena);
    return zh_segment_read(&ask, out);
}

static void requests_are_answered(void)
{
    static const struct { const char *name; zh_segment_route route; const char *text; zh_err e; uint32_t events, rejects; zh_reject why; } rows[] = {
        { "one event", ZH_SEGMENT_TRACK, " {\"event\":\"e\",\"userId\":\"u\"} ", ZH_OK, 1, 0, 0 },
        { "one without customer", ZH_SEGMENT_TRACK, "{\"event\":\"e\"}", ZH_OK, 0, 1, ZH_REJECT_NO_CUSTOMER },
        { "one with a bad number", ZH_SEGMENT_TRACK, "{\"event\":\"e\",\"userId\":\"u\",\"x\":1e400}", ZH_OK, 0, 1, ZH_REJECT_BAD_NUMBER },
        { "one with a key twice", ZH_SEGMENT_TRACK, "{\"event\":\"e\",\"userId\":\"u\",\"event\":\"f\"}", ZH_OK, 0, 1, ZH_REJECT_REPEATED_KEY },
        { "no object", ZH_SEGMENT_TRACK, "[]", ZH_OK, 0, 1, ZH_REJECT_NOT_OBJECT },
        { "nothing", ZH_SEGMENT_TRACK, "", ZH_FORMAT, 0, 0, 0 },
        { "control bytes around", ZH_SEGMENT_TRACK, "\x06{}\x01", ZH_FORMAT, 0, 0, 0 },
        { "malformed", ZH_SEGMENT_TRACK, "{\"event\":", ZH_FORMAT, 0, 0, 0 },
        { "own type", ZH_SEGMENT_ANY, "{\"type\":\"page\",\"userId\":\"u\"}", ZH_OK, 1, 0, 0 },
        { "batch", ZH_SEGMENT_BATCH, "{\"batch\":[{\"type\":\"page\",\"userId\":\"u\"},3,{}]}", ZH_OK, 1, 2, ZH_REJECT_NOT_OBJECT },
        { "empty batch", ZH_SEGMENT_BATCH, "{\"batch\":[]}", ZH_OK, 0, 0, 0 },
        { "batch of blanks", ZH_SEGMENT_BATCH, "{\"batch\" : [ ] }", ZH_OK, 0, 0, 0 },
        { "no batch", ZH_SEGMENT_BATCH, "{\"writeKey\":\"k\"}", ZH_OK, 0, 1, ZH_REJECT_BAD_FIELD },
        { "batch is no array", ZH_SEGMENT_BATCH, "{\"batch\":{}}", ZH_OK, 0, 1, ZH_REJECT_BAD_FIELD },
        { "an array alone", ZH_SEGMENT_BATCH, "[{}]", ZH_OK, 0, 1, ZH_REJECT_NOT_OBJECT },
        { "batch twice", ZH_SEGMENT_BATCH, "{\"batch\":[],\"batch\":[]}", ZH_FORMAT, 0, 0, 0 },
        { "malformed item", ZH_SEGMENT_BATCH, "{\"batch\":[{\"type\":\"page\",\"userId\":\"u\"},{\"a\":01}]}", ZH_FORMAT, 0, 0, 0 },
        { "malformed beside a bad number", ZH_SEGMENT_BATCH, "{\"batch\":[{\"a\":1e999,\"b\":nul}]}", ZH_FORMAT, 0, 0, 0 },
        { "wrong brackets", ZH_SEGMENT_BATCH, "{\"batch\":[{\"a\":[}]}]}", ZH_FORMAT, 0, 0, 0 },
        { "malformed envelope", ZH_SEGMENT_BATCH, "{\"batch\":[],\"x\":tru}", ZH_FORMAT, 0, 0, 0 },
        { "malformed without a batch", ZH_SEGMENT_BATCH, "{\"x\":tru}", ZH_FORMAT, 0, 0, 0 },
        { "rubbish after", ZH_SEGMENT_BATCH, "{\"batch\":[]} x", ZH_FORMAT, 0, 0, 0 },
        { "bad number in the envelope", ZH_SEGMENT_BATCH, "{\"batch\":[{\"type\":\"page\",\"userId\":\"u\"}],\"context\":{\"x\":1e999}}", ZH_OK, 0, 1, ZH_REJECT_BAD_NUMBER },
        { "key twice in the envelope", ZH_SEGMENT_BATCH, "{\"batch\":[{\"type\":\"page\",\"userId\":\"u\"}],\"context\":{\"x\":1,\"x\":2}}", ZH_OK, 0, 1, ZH_REJECT_REPEATED_KEY },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_segment_batch out;
        CHECK_ROW(read(rows[i].route, zh_sv_of(rows[i].text), &out) == rows[i].e, rows[i].name);
        CHECK_ROW(out.events_count == rows[i].events && out.rejects_count == rows[i].rejects, rows[i].name);
        CHECK_ROW(rows[i].rejects == 0 || out.rejects[0].why == rows[i].why, rows[i].name);
        CHECK_ROW((out.fault != NULL) == (rows[i].e != ZH_OK), rows[i].name);
    }
}

static void put_item(int number, int bytes) /* an item of exactly so many bytes */
{
    const size_t before = body.size;
    zh_buf_printf(&body, "{\"type\":\"track\",\"event\":\"e\",\"userId\":\"u\",\"messageId\":\"m%d\",\"properties\":{\"x\":\"", number);
    const int pad = bytes - (int)(body.size - before) - 3;
    for (int i = 0; i < pad; i++) zh_buf_put_u8(&body, 'x');
    zh_buf_put(&body, ZH_SV("\"}}"));
}

static void put_batch(int items, int bytes)
{
    zh_buf_reset(&body);
    zh_buf_put(&body, ZH_SV("{\"batch\":["));
    for (int i = 0; i < items; i++) {
        if (i > 0) zh_buf_put_u8(&body, ',');
        put_item(i, bytes);
    }
    zh_buf_put(&body, ZH_SV("]}"));
}

static void limits_hold_at_their_edge(void)
{
    zh_segment_batch out;
    for (int over = 0; over < 2; over++) {
        zh_buf_reset(&body);
        put_item(0, ZH_EVENT_BYTES_MAX + over);
        CHECK(read(ZH_SEGMENT_TRACK, zh_buf_view(&body), &out) == (over ? ZH_RANGE : ZH_OK));
        put_batch(2, ZH_EVENT_BYTES_MAX + over);
        CHECK(read(ZH_SEGMENT_BATCH, zh_buf_view(&body), &out) == ZH_OK);
        CHECK(out.events_count == (over ? 0 : 2) && out.rejects_count == (over ? 2 : 0));
        CHECK(!over || (out.rejects[1].why == ZH_REJECT_TOO_LARGE && out.rejects[1].index == 1));
        CHECK(!over || zh_sv_equal(out.rejects[1].message_id, ZH_SV("m1")));
        put_batch(ZH_SEGMENT_EVENTS_MAX + over, 100);
        CHECK(read(ZH_SEGMENT_BATCH, zh_buf_view(&body), &out) == ZH_OK);
        CHECK(out.whole_rejected == (over == 1) && out.items_count == (uint32_t)(ZH_SEGMENT_EVENTS_MAX + over));
        CHECK(out.events_count == (over ? 0 : ZH_SEGMENT_EVENTS_MAX) && out.rejects_count == 0);
        CHECK(!over || out.whole_why == ZH_REJECT_TOO_MANY);
        put_batch(20, 25000);
        while (body.size < (size_t)(ZH_SEGMENT_BATCH_BYTES_MAX + over)) { /* fill up inside the envelope */
            body.size--;
            zh_buf_put(&body, ZH_SV(" }"));
        }
        CHECK(read(ZH_SEGMENT_BATCH, zh_buf_view(&body), &out) == (over ? ZH_RANGE : ZH_OK));
        CHECK(over || out.events_count == 20);
    }
    put_batch(ZH_SEGMENT_EVENTS_MAX + 1, 100);
    body.data[body.size - 3] = 'x'; /* malformed wins over too many */
    CHECK(read(ZH_SEGMENT_BATCH, zh_buf_view(&body), &out) == ZH_FORMAT);
    zh_buf_reset(&body);
    zh_buf_printf(&body, "{\"context\":{\"x\":\"%0*d\"},\"batch\":[{\"type\":\"page\",\"userId\":\"u\"}]}", ZH_SEGMENT_SHARED_BYTES_MAX, 0);
    CHECK(read(ZH_SEGMENT_BATCH, zh_buf_view(&body), &out) == ZH_OK);
    CHECK(out.rejects_count == 1 && out.rejects[0].why == ZH_REJECT_TOO_LARGE && zh_sv_equal(out.rejects[0].detail, ZH_SV("envelope")));
}

static void the_write_key_is_found(void)
{
    static const struct { zh_segment_route route; const char *text; } rows[] = {
        { ZH_SEGMENT_TRACK, "{\"event\":\"e\",\"userId\":\"u\",\"writeKey\":\"wk\"}" },
        { ZH_SEGMENT_TRACK, "{\"writeKey\":\"wk\"}" },
        { ZH_SEGMENT_TRACK, "{\"x\":1e999,\"writeKey\":\"wk\"}" },
        { ZH_SEGMENT_BATCH, "{\"batch\":[],\"writeKey\":\"wk\"}" },
        { ZH_SEGMENT_BATCH, "{\"batch\":[{}],\"context\":{\"x\":1e999},\"writeKey\":\"wk\"}" },
        { ZH_SEGMENT_BATCH, "{\"writeKey\":\"wk\"}" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_segment_batch out;
        CHECK_ROW(read(rows[i].route, zh_sv_of(rows[i].text), &out) == ZH_OK, rows[i].text);
        CHECK_ROW(zh_sv_equal(out.write_key, ZH_SV("wk")), rows[i].text);
    }
    zh_segment_batch out;
    CHECK(read(ZH_SEGMENT_BATCH, ZH_SV("{\"batch\":[]}"), &out) == ZH_OK && out.write_key.size == 0);
}

static void the_envelope_is_shared_and_the_item_wins(void)
{
    zh_segment_batch out;
    CHECK(read(ZH_SEGMENT_BATCH, ZH_SV("{\"batch\":[{\"type\":\"page\",\"userId\":\"u\",\"context\":{\"locale\":\"en\",\"app\":{\"v\":2},\"x\":{\"deep\":{\"a\":1}}}},"
        "{\"type\":\"page\",\"userId\":\"u\"},{\"type\":\"page\",\"userId\":\"u\",\"context\":null,\"integrations\":{\"All\":true}},"
        "{\"type\":\"page\",\"userId\":\"u\",\"context\":7}],\"context\":{\"locale\":\"zh\",\"app\":{\"n\":\"a\",\"v\":1},\"x\":{\"deep\":{\"b\":1}}},"
        "\"integrations\":{\"All\":false,\"M\":{}},\"sentAt\":\"2026-11-21T12:00:00Z\"}"), &out) == ZH_OK);
    CHECK(out.events_count == 3 && out.rejects_count == 1);
    CHECK(zh_sv_equal(out.events[0].context, ZH_SV("{\"locale\":\"en\",\"app\":{\"n\":\"a\",\"v\":2},\"x\":{\"deep\":{\"a\":1}}}")));
    CHECK(zh_sv_equal(out.events[0].integrations, ZH_SV("{\"All\":false,\"M\":{}}")));
    CHECK(zh_sv_equal(out.events[1].context, ZH_SV("{\"locale\":\"zh\",\"app\":{\"n\":\"a\",\"v\":1},\"x\":{\"deep\":{\"b\":1}}}")));
    CHECK(zh_sv_equal(out.events[2].context, out.events[1].context));
    CHECK(zh_sv_equal(out.events[2].integrations, ZH_SV("{\"M\":{},\"All\":true}")));
    CHECK(out.events[1].sent_ms == NOW && out.rejects[0].index == 3);
    CHECK(out.rejects[0].why == ZH_REJECT_BAD_FIELD && zh_sv_equal(out.rejects[0].detail, ZH_SV("context")));
}

/* Everything of an event that a neighbour could disturb, as text. */
static void print_event(const zh_event *e, zh_buf *out)
{
    zh_buf_printf(out, "%d %d %u %lld %lld %lld %llx %u %lld\n", (int)e->type, (int)e->act, e->marks, (long long)e->time_ms,
                  (long long)e->original_ms, (long long)e->sent_ms, (unsigned long long)e->body_hash, e->lines_count, (long long)e->revenue_minor);
    const zh_sv texts[] = { e->message_id, e->name, e->category, e->order_id, e->properties, e->traits, e->context,
                            e->integrations, e->consent, e->personal, e->user_id, e->anonymous_id, e->previous_id, e->group_id };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) zh_buf_printf(out, "%.*s|", ZH_SV_ARG(texts[i]));
    for (uint32_t i = 0; i < e->lines_count; i++)
        zh_buf_printf(out, "%.*s,%.*s,%lld ", ZH_SV_ARG(e->lines[i].item_text), ZH_SV_ARG(e->lines[i].name), (long long)e->lines[i].total_minor);
}

static void put_good(uint64_t number)
{
    static const char *const more[] = {
        "\"type\":\"track\",\"event\":\"Product Viewed\",\"properties\":{\"product_id\":\"p\\n1\",\"price\":2.55,\"email\":\"a@b.example\"}",
        "\"type\":\"identify\",\"traits\":{\"email\":\"x@y.example\",\"city\":\"\\u5e7f\\u5dde\"}",
        "\"type\":\"page\",\"name\":\"}]{[\",\"context\":{\"ip\":\"203.0.113.1\",\"locale\":\"zh\"}",
        "\"type\":\"track\",\"event\":\"Order Completed\",\"properties\":{\"products\":[{\"sku\":\"a\",\"name\":\"\\\"\"},{\"product_id\":7,\"price\":3}]}",
    };
    zh_buf_printf(&body, "{\"messageId\":\"m%llu\",\"userId\":\"u%llu\",\"timestamp\":\"2026-11-21T11:%02llu:00Z\",%s}", (unsigned long long)number,
                  (unsigned long long)number % 7, (unsigned long long)number % 60, more[number % 4]);
}

static void put_bad(uint64_t *seed)
{
    static const char *const bad[] = { "{\"type\":\"track\",\"event\":\"e\"}", "{}", "3", "\"text ]\"", "[[]]", "null",
        "{\"type\":\"page\",\"userId\":\"u\",\"x\":123456789012345678901}", "{\"type\":\"page\",\"userId\":\"u\",\"userId\":\"v\"}",
        "{\"type\":\"page\",\"userId\":\"u\",\"x\":-1e999}", "{\"type\":\"what\",\"userId\":\"u\"}" };
    const uint64_t kind = test_random(seed) % 12;
    if (kind < 10) {
        zh_buf_put(&body, zh_sv_of(bad[kind]));
    } else if (kind == 10) {
        put_item(0, ZH_EVENT_BYTES_MAX + 1 + (int)(test_random(seed) % 100));
    } else {
        for (int i = 0; i < 70; i++) zh_buf_put(&body, ZH_SV("{\"a\":"));
        zh_buf_put_u8(&body, '1');
        for (int i = 0; i < 70; i++) zh_buf_put_u8(&body, '}');
    }
}

/* 200 good items, some bad ones among them: the good ones come out as if they were alone. */
static void bad_items_never_touch_good_ones(uint64_t *seed)
{
    zh_buf alone = zh_buf_open(1 << 20), mixed = zh_buf_open(1 << 20);
    for (int round = 0; round < 60; round++) {
        zh_segment_batch out;
        const bool shared = round % 3 == 0;
        const uint64_t bad_in = 2 + test_random(seed) % 20; /* one bad item in so many */
        for (int with_bad = 0; with_bad < 2; with_bad++) {
            uint32_t bad = 0;
            zh_buf_reset(&body);
            zh_buf_put(&body, shared ? ZH_SV("{\"context\":{\"app\":{\"n\":1}},\"batch\":[") : ZH_SV("{\"batch\":["));
            for (uint64_t i = 0; i < 200; i++) {
                while (with_bad && bad < 8 && test_random(seed) % bad_in == 0) {
                    put_bad(seed);
                    zh_buf_put_u8(&body, ',');
                    bad++;
                }
                put_good(i);
                if (i < 199) zh_buf_put_u8(&body, ',');
            }
            zh_buf_put(&body, ZH_SV("],\"sentAt\":\"2026-11-21T12:00:01Z\"}"));
            CHECK(read(ZH_SEGMENT_BATCH, zh_buf_view(&body), &out) == ZH_OK);
            CHECK(out.events_count == 200 && out.rejects_count == bad && out.items_count == 200 + bad);
            zh_buf *text = with_bad ? &mixed : &alone;
            zh_buf_reset(text);
            for (uint32_t i = 0; i < out.events_count; i++) print_event(&out.events[i], text);
            for (uint32_t i = 1; i < out.rejects_count; i++) CHECK(out.rejects[i - 1].index < out.rejects[i].index);
        }
        CHECK(zh_buf_err(&alone) == ZH_OK && zh_sv_equal(zh_buf_view(&alone), zh_buf_view(&mixed)));
    }
    zh_buf_close(&alone), zh_buf_close(&mixed);
}

static void no_prefix_is_taken_for_the_whole(void)
{
    zh_segment_batch out;
    zh_buf_reset(&body);
    zh_buf_put(&body, ZH_SV("{\"context\":{\"a\":\"\\\"\"},\"batch\":["));
    for (uint64_t i = 0; i < 4; i++) {
        if (i > 0) zh_buf_put_u8(&body, ',');
        put_good(i);
    }
    zh_buf_put(&body, ZH_SV("],\"writeKey\":\"k\"}"));
    CHECK(read(ZH_SEGMENT_BATCH, zh_buf_view(&body), &out) == ZH_OK && out.events_count == 4);
    for (size_t size = 0; size < body.size; size++) {
        char *copy = malloc(size + 1); /* in a block of its own, so that a read past the end is seen */
        CHECK(copy != NULL);
        char *start = copy + 1;
        memcpy(start, body.data, size);
        CHECK(read(ZH_SEGMENT_BATCH, (zh_sv){ start, size }, &out) == ZH_FORMAT && out.events_count == 0);
        free(copy);
    }
}

static void a_full_arena_is_said(void)
{
    zh_buf_reset(&body);
    zh_buf_put(&body, ZH_SV("{\"batch\":["));
    for (uint64_t i = 0; i < 20; i++) {
        if (i > 0) zh_buf_put_u8(&body, ',');
        put_good(i);
    }
    zh_buf_put(&body, ZH_SV("]}"));
    bool done = false;
    for (size_t bytes = 64; !done; bytes += 512) {
        zh_arena small = zh_arena_open(bytes);
        zh_segment_batch out;
        const zh_segment_ask ask = { .route = ZH_SEGMENT_BATCH, .body = zh_buf_view(&body), .received_ms = NOW,
                                     .parser = json, .arena = &small, .scratch = &scratch };
        const zh_err e = zh_segment_read(&ask, &out);
        CHECK(e == ZH_OK || (e == ZH_FULL && out.events_count == 0));
        done = e == ZH_OK;
        zh_arena_close(&small);
        CHECK(bytes < 1 << 20);
    }
    zh_buf little = zh_buf_open(40);
    zh_segment_batch out;
    const zh_segment_ask ask = { .route = ZH_SEGMENT_BATCH, .body = zh_buf_view(&body), .received_ms = NOW,
                                 .parser = json, .arena = &arena, .scratch = &little };
    CHECK(zh_segment_read(&ask, &out) == ZH_FULL);
    zh_buf_close(&little);
}

/* From here: the golden requests. */
static zh_buf file, packed, joined, join_scratch;
static zh_json *vector, *comparer;

static bool read_file(const char *path, zh_buf *out)
{
    FILE *in = fopen(path, "rb");
    if (in == NULL) return false;
    zh_buf_reset(out);
    char block[4096];
    for (size_t size; (size = fread(block, 1, sizeof block, in)) > 0;) zh_buf_put(out, (zh_sv){ block, size });
    fclose(in);
    return zh_buf_err(out) == ZH_OK;
}

/* Is `want` there in `got`: scalars equal (numbers as numbers), arrays alike, objects with the same
 * members, or with more where `part` is set? */
static bool covers(zh_json_value got, zh_json_value want, bool part)
{
    double a, b;
    bool x, y;
    if (zh_json_real(want, &b)) return zh_json_real(got, &a) && a == b;
    if (zh_json_bool(want, &y)) return zh_json_bool(got, &x) && x == y;
    if (zh_json_type_of(got) != zh_json_type_of(want)) return false;
    if (zh_json_is(want, ZH_JSON_TEXT)) return zh_sv_equal(zh_json_text_or_empty(got), zh_json_text_or_empty(want));
    if (!part && zh_json_count(got) != zh_json_count(want)) return false;
    zh_json_iter other = zh_json_walk(got);
    for (zh_json_iter it = zh_json_walk(want); zh_json_next(&it);) {
        if (zh_json_is(want, ZH_JSON_ARRAY)) {
            if (!zh_json_next(&other) || !covers(other.value, it.value, part)) return false;
        } else if (!covers(zh_json_get(got, it.key), it.value, part)) {
            return false;
        }
    }
    return true;
}

static bool object_matches(zh_json_value want, zh_sv got, bool part)
{
    zh_json_value root;
    return zh_json_parse(comparer, got.size == 0 ? ZH_SV("null") : got, &root, NULL) == ZH_OK && covers(root, want, part);
}

static bool joined_matches(const zh_event *event, zh_personal_part part, zh_json_value want)
{
    const zh_sv left[] = { event->context, event->traits, event->properties };
    zh_buf_reset(&joined);
    CHECK(zh_personal_join(comparer, &join_scratch, part, left[part], event->personal, &joined) == ZH_OK);
    return object_matches(want, zh_buf_view(&joined), part == ZH_PERSONAL_CONTEXT);
}

static bool time_matches(zh_json_value want, int64_t got_ms)
{
    int64_t ms;
    CHECK(zh_time_parse(zh_json_text_or_empty(want), &ms) == ZH_OK);
    return ms == got_ms;
}

static bool field_matches(zh_sv key, zh_json_value want, const zh_event *e)
{
    static const char *const types[] = { "", "track", "identify", "page", "screen", "group", "alias" };
    const struct { const char *key; zh_sv got; } texts[] = {
        { "type", zh_sv_of(types[e->type]) }, { "event", e->name }, { "name", e->name }, { "category", e->category },
        { "userId", e->user_id }, { "anonymousId", e->anonymous_id }, { "previousId", e->previous_id },
        { "groupId", e->group_id }, { "messageId", e->message_id } };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (zh_sv_equal(key, zh_sv_of(texts[i].key))) return zh_sv_equal(zh_json_text_or_empty(want), texts[i].got);
    if (zh_sv_equal(key, ZH_SV("originalTimestamp"))) return time_matches(want, e->original_ms);
    if (zh_sv_equal(key, ZH_SV("sentAt"))) return time_matches(want, e->sent_ms);
    if (zh_sv_equal(key, ZH_SV("timestamp"))) return time_matches(want, e->time_ms);
    if (zh_sv_equal(key, ZH_SV("consent"))) return object_matches(want, e->consent, false);
    if (zh_sv_equal(key, ZH_SV("integrations"))) return object_matches(want, e->integrations, false);
    if (zh_sv_equal(key, ZH_SV("properties"))) return joined_matches(e, ZH_PERSONAL_PROPERTIES, want);
    if (zh_sv_equal(key, ZH_SV("traits"))) return joined_matches(e, ZH_PERSONAL_TRAITS, want);
    if (zh_sv_equal(key, ZH_SV("context"))) return joined_matches(e, ZH_PERSONAL_CONTEXT, want);
    return false; /* a field this test does not know is no proof */
}

static zh_segment_route route_of(zh_sv path)
{
    static const struct { const char *path; zh_segment_route route; } rows[] = {
        { "/v1/track", ZH_SEGMENT_TRACK }, { "/v1/t", ZH_SEGMENT_TRACK }, { "/v1/pixel/track", ZH_SEGMENT_TRACK },
        { "/v1/identify", ZH_SEGMENT_IDENTIFY }, { "/v1/i", ZH_SEGMENT_IDENTIFY }, { "/v1/page", ZH_SEGMENT_PAGE },
        { "/v1/p", ZH_SEGMENT_PAGE }, { "/v1/screen", ZH_SEGMENT_SCREEN }, { "/v1/s", ZH_SEGMENT_SCREEN },
        { "/v1/group", ZH_SEGMENT_GROUP }, { "/v1/g", ZH_SEGMENT_GROUP }, { "/v1/alias", ZH_SEGMENT_ALIAS },
        { "/v1/a", ZH_SEGMENT_ALIAS }, { "/v1/batch", ZH_SEGMENT_BATCH }, { "/v1/b", ZH_SEGMENT_BATCH },
        { "/beacon/v1/batch", ZH_SEGMENT_BATCH } };
    const char *query = memchr(path.data, '?', path.size);
    if (query != NULL) path.size = (size_t)(query - path.data);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (zh_sv_equal(path, zh_sv_of(rows[i].path))) return rows[i].route;
    return 0;
}

/* The unpacked body of a golden request, or of a pixel's data. */
static zh_sv body_of(zh_json_value request)
{
    const zh_sv path = zh_json_text_or_empty(zh_json_get(request, ZH_SV("path")));
    zh_sv text = zh_json_text_or_empty(zh_json_get(request, ZH_SV("bodyBase64")));
    const char *data = path.size == 0 ? NULL : memmem(path.data, path.size, "?data=", 6);
    if (data != NULL) text = zh_sv_part(path, (size_t)(data - path.data) + 6, path.size);
    if (text.size == 0) return zh_json_text_or_empty(zh_json_get(request, ZH_SV("body")));
    zh_buf_reset(&packed), zh_buf_reset(&body);
    CHECK(zh_b64_decode(text, &packed) == ZH_OK);
    if (!zh_inflate_is_gzip(zh_buf_view(&packed))) return zh_buf_view(&packed);
    CHECK(zh_inflate(zh_buf_view(&packed), ZH_INFLATE_GZIP, 10 << 20, &body) == ZH_OK);
    return zh_buf_view(&body);
}

static void replay(const char *name, zh_json_value root)
{
    const zh_json_value request = zh_json_get(root, ZH_SV("request")), expect = zh_json_get(root, ZH_SV("expect"));
    const zh_sv method = zh_json_text_or_empty(zh_json_get(request, ZH_SV("method")));
    const zh_segment_route route = route_of(zh_json_text_or_empty(zh_json_get(request, ZH_SV("path"))));
    const zh_sv text = body_of(request);
    int64_t received_ms, status = 0;
    CHECK_ROW(zh_time_parse(zh_json_text_or_empty(zh_json_get(root, ZH_SV("receivedAt"))), &received_ms) == ZH_OK, name);
    (void)zh_json_int(zh_json_get(expect, ZH_SV("status")), &status);
    if (zh_sv_equal(method, ZH_SV("OPTIONS")) || route == 0) return; /* the server's */
    const zh_segment_ask ask = { .route = route, .body = text, .received_ms = received_ms, .parser = json,
                                 .arena = &arena, .scratch = &scratch, .fill_ip = true, .peer_ip = ZH_SV("203.0.113.99") };
    zh_segment_batch out;
    zh_arena_reset(&arena);
    CHECK_ROW(zh_segment_read(&ask, &out) == (status == 400 ? ZH_FORMAT : ZH_OK), name);
    const zh_json_value events = zh_json_get(expect, ZH_SV("events")), rejected = zh_json_get(expect, ZH_SV("rejected"));
    CHECK_ROW(out.events_count == zh_json_count(events), name);
    CHECK_ROW(out.rejects_count == zh_json_count(rejected), name);
    uint32_t at = 0;
    for (zh_json_iter it = zh_json_walk(events); zh_json_next(&it); at++)
        for (zh_json_iter field = zh_json_walk(it.value); zh_json_next(&field);)
            if (!field_matches(field.key, field.value, &out.events[at])) {
                fprintf(stderr, "%s: event %u: %.*s\n", name, at, ZH_SV_ARG(field.key));
                exit(1);
            }
    at = 0;
    for (zh_json_iter it = zh_json_walk(rejected); zh_json_next(&it); at++) {
        int64_t index = -1;
        CHECK_ROW(zh_json_int(zh_json_get(it.value, ZH_SV("index")), &index) && out.rejects[at].index == index, name);
        CHECK_ROW(zh_sv_equal(zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("reason"))), zh_sv_of(zh_reject_text(out.rejects[at].why))), name);
    }
}

/* How many golden requests were there. */
static int replay_folder(const char *shared, const char *folder)
{
    char path[2048];
    CHECK(snprintf(path, sizeof path, "%s/wire/%s", shared, folder) < (int)sizeof path);
    DIR *dir = opendir(path);
    if (dir == NULL) return 0;
    int count = 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (strstr(entry->d_name, ".json") == NULL) continue;
        CHECK(snprintf(path, sizeof path, "%s/wire/%s/%s", shared, folder, entry->d_name) < (int)sizeof path);
        CHECK_ROW(read_file(path, &file), path);
        zh_json_value root;
        CHECK_ROW(zh_json_parse(vector, zh_buf_view(&file), &root, NULL) == ZH_OK, path);
        replay(path, root);
        count++;
    }
    closedir(dir);
    return count;
}

static int golden_requests_become_what_they_should(void)
{
    static const char *const folders[] = { "segment-node", "segment-browser", "segment-http", "rudder-node", "rudder-browser" };
    char beside[512];
    const char *shared = getenv("ZHUN_SHARED"), *slash = strrchr(__FILE__, '/');
    CHECK(snprintf(beside, sizeof beside, "%.*s/../../../shared", slash == NULL ? 1 : (int)(slash - __FILE__), slash == NULL ? "." : __FILE__) < (int)sizeof beside);
    if (shared == NULL) shared = beside;
    int count = 0;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) count += replay_folder(shared, folders[i]);
    printf("golden requests: %d%s\n", count, count == 0 ? ", skipped" : "");
    return count;
}

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv);
    CHECK(zh_json_open(&json, ZH_SEGMENT_PARSER_BYTES) == ZH_OK);
    CHECK(zh_json_open(&vector, 1 << 20) == ZH_OK && zh_json_open(&comparer, 1 << 20) == ZH_OK);
    arena = zh_arena_open(16 << 20);
    scratch = zh_buf_open(ZH_SEGMENT_BATCH_BYTES_MAX);
    body = file = packed = joined = join_scratch = zh_buf_open(1 << 20);
    requests_are_answered();
    limits_hold_at_their_edge();
    the_write_key_is_found();
    the_envelope_is_shared_and_the_item_wins();
    bad_items_never_touch_good_ones(&seed);
    no_prefix_is_taken_for_the_whole();
    a_full_arena_is_said();
    const int golden = golden_requests_become_what_they_should();
    zh_buf *const bufs[] = { &scratch, &body, &file, &packed, &joined, &join_scratch };
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) zh_buf_close(bufs[i]);
    zh_arena_close(&arena);
    zh_json_close(json), zh_json_close(vector), zh_json_close(comparer);
    return golden == 0 ? 77 : 0;
}
