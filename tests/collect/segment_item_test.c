/* segment_item_test.c
 * Goal    each field of an item is taken or refused with its reason; times in all their forms.
 * Method  tables of items and what becomes of them. Whole requests: segment_test.c.
 */
#include "collect/segment_item.h"

#include "collect/clock.h"
#include "check.h"

#define NOW ((int64_t)1795262400000) /* 2026-11-21T12:00:00Z */

static zh_json *json;
static zh_arena arena;
static zh_buf scratch;

static zh_reject read(const char *text, bool is_import, zh_segment_route route, zh_event *event, zh_segment_reject *reject)
{
    zh_json_value item;
    CHECK_ROW(zh_json_parse(json, zh_sv_of(text), &item, NULL) == ZH_OK, text);
    CHECK(zh_json_keep(json, item, &arena) == ZH_OK);
    const zh_segment_ask request = { .route = route, .received_ms = NOW, .is_import = is_import, .parser = json,
                                     .arena = &arena, .scratch = &scratch, .peer_ip = ZH_SV("203.0.113.7") };
    const zh_segment_item_ask ask = { .request = &request, .item = item, .sent_ms = ZH_CLOCK_ABSENT };
    *reject = (zh_segment_reject){ 0 };
    CHECK_ROW(zh_segment_item(&ask, event, reject) == ZH_OK, text);
    return reject->why;
}

static void items_are_taken_or_refused(void)
{
    static const struct { const char *text; zh_reject why; const char *detail; } rows[] = {
        { "{\"type\":\"track\",\"event\":\"e\",\"userId\":\"u\"}", ZH_REJECT_NONE, "" },
        { "{\"type\":\"track\",\"event\":\"e\",\"userId\":null,\"anonymousId\":\"a\"}", ZH_REJECT_NONE, "" },
        { "{\"type\":\"track\",\"event\":\"e\",\"userId\":17}", ZH_REJECT_NONE, "" },
        { "{\"type\":\"track\",\"userId\":\"u\"}", ZH_REJECT_NO_EVENT, "" },
        { "{\"type\":\"track\",\"event\":\" \",\"userId\":\"u\"}", ZH_REJECT_NO_EVENT, "" },
        { "{\"type\":\"track\",\"event\":7,\"userId\":\"u\"}", ZH_REJECT_BAD_FIELD, "event" },
        { "{\"type\":\"track\",\"event\":\"e\"}", ZH_REJECT_NO_CUSTOMER, "" },
        { "{\"type\":\"track\",\"event\":\"e\",\"userId\":\"\"}", ZH_REJECT_NO_CUSTOMER, "" },
        { "{\"type\":\"track\",\"event\":\"e\",\"userId\":\"null\"}", ZH_REJECT_BLOCKED_ID, "" },
        { "{\"type\":\"track\",\"event\":\"e\",\"userId\":0}", ZH_REJECT_BLOCKED_ID, "" },
        { "{\"type\":\"track\",\"event\":\"e\",\"userId\":\"undefined\",\"anonymousId\":\"a\"}", ZH_REJECT_NONE, "" },
        { "{\"type\":\"track\",\"event\":\"e\",\"userId\":{}}", ZH_REJECT_BAD_FIELD, "userId" },
        { "{\"type\":\"track\",\"event\":\"e\",\"userId\":1.5}", ZH_REJECT_BAD_FIELD, "userId" },
        { "{\"type\":\"nonsense\",\"userId\":\"u\"}", ZH_REJECT_BAD_TYPE, "nonsense" },
        { "{\"userId\":\"u\"}", ZH_REJECT_BAD_TYPE, "" },
        { "{\"type\":3,\"userId\":\"u\"}", ZH_REJECT_BAD_TYPE, "" },
        { "{\"type\":\"page\",\"userId\":\"u\",\"name\":[]}", ZH_REJECT_BAD_FIELD, "name" },
        { "{\"type\":\"page\",\"userId\":\"u\"}", ZH_REJECT_NONE, "" },
        { "{\"type\":\"page\",\"userId\":\"u\",\"properties\":[]}", ZH_REJECT_BAD_FIELD, "properties" },
        { "{\"type\":\"page\",\"userId\":\"u\",\"properties\":null,\"context\":null}", ZH_REJECT_NONE, "" },
        { "{\"type\":\"page\",\"userId\":\"u\",\"context\":\"x\"}", ZH_REJECT_BAD_FIELD, "context" },
        { "{\"type\":\"page\",\"userId\":\"u\",\"integrations\":1}", ZH_REJECT_BAD_FIELD, "integrations" },
        { "{\"type\":\"identify\",\"userId\":\"u\",\"traits\":\"x\"}", ZH_REJECT_BAD_FIELD, "traits" },
        { "{\"type\":\"page\",\"userId\":\"u\",\"messageId\":true}", ZH_REJECT_BAD_FIELD, "messageId" },
        { "{\"type\":\"page\",\"userId\":\"u\",\"timestamp\":\"yesterday\"}", ZH_REJECT_BAD_TIME, "timestamp" },
        { "{\"type\":\"page\",\"userId\":\"u\",\"timestamp\":\"2026-02-30\"}", ZH_REJECT_BAD_TIME, "timestamp" },
        { "{\"type\":\"page\",\"userId\":\"u\",\"originalTimestamp\":[]}", ZH_REJECT_BAD_TIME, "originalTimestamp" },
        { "{\"type\":\"page\",\"userId\":\"u\",\"sentAt\":\"rubbish\"}", ZH_REJECT_NONE, "" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_event event;
        zh_segment_reject reject;
        CHECK_ROW(read(rows[i].text, false, ZH_SEGMENT_BATCH, &event, &reject) == rows[i].why, rows[i].text);
        CHECK_ROW(rows[i].why == ZH_REJECT_NONE || zh_sv_equal(reject.detail, zh_sv_of(rows[i].detail)), rows[i].text);
    }
}

static void long_fields_are_refused(void)
{
    static const struct { const char *format; int size; zh_reject why; const char *detail; } rows[] = {
        { "{\"type\":\"track\",\"event\":\"e\",\"userId\":\"%0*d\"}", 255, ZH_REJECT_NONE, "" },
        { "{\"type\":\"track\",\"event\":\"e\",\"userId\":\"%0*d\"}", 256, ZH_REJECT_BAD_FIELD, "userId" },
        { "{\"type\":\"track\",\"userId\":\"u\",\"event\":\"%0*d\"}", 255, ZH_REJECT_NONE, "" },
        { "{\"type\":\"track\",\"userId\":\"u\",\"event\":\"%0*d\"}", 256, ZH_REJECT_BAD_FIELD, "event" },
        { "{\"type\":\"page\",\"userId\":\"u\",\"messageId\":\"%0*d\"}", 100, ZH_REJECT_NONE, "" },
        { "{\"type\":\"page\",\"userId\":\"u\",\"messageId\":\"%0*d\"}", 101, ZH_REJECT_BAD_FIELD, "messageId" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[512];
        zh_event event;
        zh_segment_reject reject;
        snprintf(text, sizeof text, rows[i].format, rows[i].size, 1);
        CHECK_ROW(read(text, false, ZH_SEGMENT_BATCH, &event, &reject) == rows[i].why, text);
        CHECK_ROW(rows[i].why == ZH_REJECT_NONE || zh_sv_equal(reject.detail, zh_sv_of(rows[i].detail)), text);
    }
}

static void times_come_in_many_forms(void)
{
    static const struct { const char *name, *times; bool is_import; zh_reject why; int64_t time, original; uint32_t marks; } rows[] = {
        { "none", "\"x\":1", false, ZH_REJECT_NONE, NOW, NOW, 0 },
        { "iso", "\"timestamp\":\"2026-11-21T11:59:58Z\"", false, ZH_REJECT_NONE, NOW - 2000, NOW - 2000, 0 },
        { "milliseconds", "\"timestamp\":1795262398000", false, ZH_REJECT_NONE, NOW - 2000, NOW - 2000, 0 },
        { "seconds", "\"timestamp\":1795262398", false, ZH_REJECT_NONE, NOW - 2000, NOW - 2000, 0 },
        { "original", "\"originalTimestamp\":\"2026-11-21T11:59:58Z\"", false, ZH_REJECT_NONE, NOW - 2000, NOW - 2000, 0 },
        { "both, live", "\"timestamp\":1795262398,\"originalTimestamp\":1795262300", false, ZH_REJECT_NONE, NOW - 2000, NOW - 2000, 0 },
        { "item's sentAt", "\"timestamp\":1795348798,\"sentAt\":1795348800", false, ZH_REJECT_NONE, NOW - 2000, NOW - 2000 + ZH_DAY_MS, ZH_MARK_CLOCK_REPAIRED },
        { "year 1", "\"timestamp\":\"0001-01-01T00:00:00Z\"", false, ZH_REJECT_NONE, NOW, NOW, ZH_MARK_CLOCK_CLAMPED },
        { "empty", "\"timestamp\":\"\",\"originalTimestamp\":null", false, ZH_REJECT_NONE, NOW, NOW, 0 },
        { "import, history", "\"timestamp\":\"2011-12-09T12:50:00Z\"", true, ZH_REJECT_NONE, 1323435000000, 1323435000000, ZH_MARK_IMPORT },
        { "import, future", "\"timestamp\":\"2030-01-01\"", true, ZH_REJECT_NONE, 1893456000000, 1893456000000, ZH_MARK_IMPORT },
        { "import, export of raw events", "\"timestamp\":1795262398,\"originalTimestamp\":1795262300,\"sentAt\":1795262302,\"receivedAt\":1795262400",
          true, ZH_REJECT_NONE, NOW - 2000, NOW - 100000, ZH_MARK_IMPORT },
        { "import, to be repaired", "\"originalTimestamp\":1795262300,\"sentAt\":1795262302,\"receivedAt\":1795262400", true, ZH_REJECT_NONE,
          NOW - 2000, NOW - 100000, ZH_MARK_IMPORT | ZH_MARK_CLOCK_REPAIRED },
        { "import, no time", "\"x\":1", true, ZH_REJECT_BAD_TIME, 0, 0, 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[512];
        zh_event event;
        zh_segment_reject reject;
        snprintf(text, sizeof text, "{\"userId\":\"u\",\"messageId\":\"m\",%s}", rows[i].times);
        CHECK_ROW(read(text, rows[i].is_import, ZH_SEGMENT_IDENTIFY, &event, &reject) == rows[i].why, rows[i].name);
        if (rows[i].why != ZH_REJECT_NONE) continue;
        CHECK_ROW(event.time_ms == rows[i].time && event.original_ms == rows[i].original, rows[i].name);
        CHECK_ROW(event.marks == rows[i].marks && event.received_ms == NOW, rows[i].name);
    }
}

static void parts_are_split_and_kept(void)
{
    zh_event event;
    zh_segment_reject reject;
    CHECK(read("{\"userId\":42,\"anonymousId\":\"a\\n\",\"traits\":{\"email\":\"l@x.example\",\"age\":31},\"context\":{\"direct\":true,"
               "\"userAgent\":\"ua\",\"consent\":{}},\"integrations\":{\"All\":true},\"messageId\":5}", false, ZH_SEGMENT_IDENTIFY, &event, &reject) == ZH_REJECT_NONE);
    CHECK(event.type == ZH_EVENT_IDENTIFY && event.act == ZH_ACT_OTHER && zh_sv_equal(event.message_id, ZH_SV("5")));
    CHECK(zh_sv_equal(event.user_id, ZH_SV("42")) && zh_sv_equal(event.anonymous_id, ZH_SV("a\n")));
    CHECK(zh_sv_equal(event.traits, ZH_SV("{\"age\":31}")) && event.properties.size == 0);
    CHECK(zh_sv_equal(event.context, ZH_SV("{\"direct\":true,\"consent\":{}}")));
    CHECK(zh_sv_equal(event.consent, ZH_SV("{}")) && zh_sv_equal(event.integrations, ZH_SV("{\"All\":true}")));
    CHECK(zh_sv_equal(event.personal, ZH_SV("{\"userId\":\"42\",\"anonymousId\":\"a\\n\",\"traits\":{\"email\":\"l@x.example\"},"
                                           "\"context\":{\"userAgent\":\"ua\",\"ip\":\"203.0.113.7\"}}")));
    CHECK(read("{\"userId\":\"u\",\"context\":{\"traits\":{\"age\":3}}}", false, ZH_SEGMENT_IDENTIFY, &event, &reject) == ZH_REJECT_NONE);
    CHECK(zh_sv_equal(event.traits, ZH_SV("{\"age\":3}")) && event.consent.size == 0);
    CHECK(read("{\"userId\":\"u\",\"previousId\":\"p\"}", false, ZH_SEGMENT_ALIAS, &event, &reject) == ZH_REJECT_NONE);
    CHECK(zh_sv_equal(event.previous_id, ZH_SV("p")) && event.context.size == 0);
    CHECK(read("{\"userId\":\"u\",\"groupId\":9,\"traits\":{}}", false, ZH_SEGMENT_GROUP, &event, &reject) == ZH_REJECT_NONE);
    CHECK(zh_sv_equal(event.group_id, ZH_SV("9")) && zh_sv_equal(event.traits, ZH_SV("{}")));
}

/* The same event sent again hashes the same; another body does not. Ids are made so that a repeat meets its first. */
static void repeats_meet_and_others_do_not(void)
{
    static const struct { const char *name, *a, *b; bool same_hash, same_id; } rows[] = {
        { "retry", "{\"event\":\"e\",\"userId\":\"u\",\"timestamp\":1795262398,\"sentAt\":1795262398,\"context\":{\"retry\":0}}",
          "{\"event\":\"e\",\"userId\":\"u\",\"timestamp\":1795262398,\"sentAt\":1795262399,\"context\":{\"retry\":1}}", true, true },
        { "other name", "{\"event\":\"e\",\"userId\":\"u\",\"timestamp\":1795262398}", "{\"event\":\"f\",\"userId\":\"u\",\"timestamp\":1795262398}", false, false },
        { "other customer", "{\"event\":\"e\",\"userId\":\"u\",\"timestamp\":1795262398}", "{\"event\":\"e\",\"userId\":\"v\",\"timestamp\":1795262398}", false, false },
        { "other time", "{\"event\":\"e\",\"userId\":\"u\",\"timestamp\":1795262398}", "{\"event\":\"e\",\"userId\":\"u\",\"timestamp\":1795262397}", false, false },
        { "other property", "{\"event\":\"e\",\"userId\":\"u\",\"timestamp\":1795262398,\"properties\":{\"a\":1}}",
          "{\"event\":\"e\",\"userId\":\"u\",\"timestamp\":1795262398,\"properties\":{\"a\":2}}", false, false },
        { "other personal property", "{\"event\":\"e\",\"userId\":\"u\",\"timestamp\":1795262398,\"properties\":{\"email\":1}}",
          "{\"event\":\"e\",\"userId\":\"u\",\"timestamp\":1795262398,\"properties\":{\"email\":2}}", false, false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_event a, b;
        zh_segment_reject reject;
        CHECK(read(rows[i].a, false, ZH_SEGMENT_TRACK, &a, &reject) == ZH_REJECT_NONE);
        CHECK(read(rows[i].b, false, ZH_SEGMENT_TRACK, &b, &reject) == ZH_REJECT_NONE);
        CHECK_ROW((a.body_hash == b.body_hash) == rows[i].same_hash, rows[i].name);
        CHECK_ROW(zh_sv_equal(a.message_id, b.message_id) == rows[i].same_id, rows[i].name);
        CHECK_ROW((a.marks & ZH_MARK_NO_MESSAGE_ID) && a.message_id.size == 35, rows[i].name);
    }
}

int main(void)
{
    CHECK(zh_json_open(&json, ZH_SEGMENT_PARSER_BYTES) == ZH_OK);
    arena = zh_arena_open(4 << 20);
    scratch = zh_buf_open(ZH_SEGMENT_BATCH_BYTES_MAX);
    items_are_taken_or_refused();
    long_fields_are_refused();
    times_come_in_many_forms();
    parts_are_split_and_kept();
    repeats_meet_and_others_do_not();
    zh_buf_close(&scratch);
    zh_arena_close(&arena);
    zh_json_close(json);
    return 0;
}
