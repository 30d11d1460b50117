/* Goal    every kind of record becomes what it means; ids, times, names and money are read as the dialect
 *         means them; a record sent again has the same messageId.
 * Method  tables of records, one test an idea. */
#include "collect/sensors_record.h"
#include "base/time.h"
#include "check.h"

#include <string.h>

#define NOW ((int64_t)1795262400000) /* 2026-11-21T12:00:00Z */

static zh_json *json;
static zh_arena arena;
static zh_buf scratch;
static zh_event event;
static zh_sensors_item item;
static zh_segment_reject reject;
static zh_sensors_place place;

static zh_sensors_made read_at(const char *raw, int64_t received_ms)
{
    const zh_sensors_ask ask = { .received_ms = received_ms, .peer_ip = ZH_SV("203.0.113.1"), .parser = json, .arena = &arena, .scratch = &scratch };
    zh_sensors_made made;
    place = (zh_sensors_place){ .project = ZH_SV("default") };
    CHECK(zh_sensors_record(&ask, zh_sv_of(raw), 3, &made, &event, &item, &reject, &place) == ZH_OK);
    CHECK((made == ZH_SENSORS_MADE_REJECT) == (reject.why != ZH_REJECT_NONE));
    CHECK(reject.index == 3 && zh_sv_equal(reject.raw, zh_sv_of(raw)));
    return made;
}

static zh_sensors_made read(const char *raw)
{
    return read_at(raw, NOW);
}

static bool is(zh_sv text, const char *want)
{
    return zh_sv_equal(text, zh_sv_of(want));
}

static bool has(zh_sv text, const char *part)
{
    return text.size > 0 && memmem(text.data, text.size, part, strlen(part)) != NULL;
}

#define TIME ",\"time\":1795262398000"

static void kinds_become_events(void)
{
    static const struct { const char *raw; zh_event_type type; const char *name, *user, *anonymous; } rows[] = {
        { "{\"type\":\"track\",\"event\":\"E\",\"distinct_id\":\"d\"" TIME "}", ZH_EVENT_TRACK, "E", "", "d" },
        { "{\"type\":\"track\",\"event\":\"E\",\"distinct_id\":\"u\",\"properties\":{\"$is_login_id\":true}" TIME "}", ZH_EVENT_TRACK, "E", "u", "" },
        { "{\"type\":\"track\",\"event\":\"E\",\"distinct_id\":\"u\",\"login_id\":\"u\",\"anonymous_id\":\"a\"" TIME "}", ZH_EVENT_TRACK, "E", "u", "a" },
        { "{\"type\":\"track\",\"event\":\"E\",\"distinct_id\":\"a\",\"anonymous_id\":\"a\",\"login_id\":null" TIME "}", ZH_EVENT_TRACK, "E", "", "a" },
        { "{\"type\":\"track\",\"event\":\"E\",\"distinct_id\":77" TIME "}", ZH_EVENT_TRACK, "E", "", "77" },
        { "{\"type\":\"track\",\"event\":\"E\",\"identities\":{\"$identity_login_id\":\"u\",\"$identity_cookie_id\":\"c\"}" TIME "}", ZH_EVENT_TRACK, "E", "u", "c" },
        { "{\"type\":\"track\",\"event\":\"E\",\"identities\":{\"$identity_mobile\":\"138\"}" TIME "}", ZH_EVENT_TRACK, "E", "", "$identity_mobile+138" },
        { "{\"type\":\"track\",\"event\":\"$pageview\",\"distinct_id\":\"d\",\"properties\":{\"$title\":\"T\"}" TIME "}", ZH_EVENT_PAGE, "T", "", "d" },
        { "{\"type\":\"track_signup\",\"event\":\"$SignUp\",\"distinct_id\":\"u\",\"original_id\":\"a\"" TIME "}", ZH_EVENT_TRACK, "$SignUp", "u", "a" },
        { "{\"type\":\"track_signup\",\"distinct_id\":\"u\",\"original_id\":\"a\"" TIME "}", ZH_EVENT_TRACK, "$SignUp", "u", "a" },
        { "{\"type\":\"track_signup\",\"distinct_id\":\"u\",\"original_id\":\"u\"" TIME "}", ZH_EVENT_TRACK, "$SignUp", "u", "" },
        { "{\"type\":\"track_id_bind\",\"distinct_id\":\"u\",\"identities\":{\"$identity_login_id\":\"u\",\"$identity_cookie_id\":\"c\",\"$identity_mobile\":\"138\"}" TIME "}",
          ZH_EVENT_TRACK, "$BindID", "u", "$identity_mobile+138" },
        { "{\"type\":\"track_id_unbind\",\"distinct_id\":\"u\",\"identities\":{\"$identity_login_id\":\"u\",\"$identity_mobile\":\"138\"}" TIME "}",
          ZH_EVENT_TRACK, "$UnbindID", "u", "" },
        { "{\"type\":\"track_id_unbind\",\"distinct_id\":\"$identity_mobile+138\",\"identities\":{\"$identity_mobile\":\"138\"}" TIME "}",
          ZH_EVENT_TRACK, "$UnbindID", "", "$identity_mobile+138" },
        { "{\"type\":\"profile_set\",\"distinct_id\":\"d\",\"properties\":{\"city\":\"c\"}" TIME "}", ZH_EVENT_IDENTIFY, "profile_set", "", "d" },
        { "{\"type\":\"profile_increment\",\"distinct_id\":\"d\",\"properties\":{\"n\":1.5}" TIME "}", ZH_EVENT_IDENTIFY, "profile_increment", "", "d" },
        { "{\"type\":\"profile_append\",\"distinct_id\":\"d\",\"properties\":{\"l\":[\"x\"]}" TIME "}", ZH_EVENT_IDENTIFY, "profile_append", "", "d" },
        { "{\"type\":\"profile_delete\",\"distinct_id\":\"d\"" TIME "}", ZH_EVENT_IDENTIFY, "profile_delete", "", "d" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CHECK_ROW(read(rows[i].raw) == ZH_SENSORS_MADE_EVENT, rows[i].raw);
        CHECK_ROW(event.type == rows[i].type && is(event.name, rows[i].name), rows[i].raw);
        CHECK_ROW(is(event.user_id, rows[i].user) && is(event.anonymous_id, rows[i].anonymous), rows[i].raw);
        CHECK_ROW(zh_sv_starts(event.message_id, ZH_SV("sa-")) && event.message_id.size == 35, rows[i].raw);
    }
    CHECK(read("{\"type\":\"detail_set\",\"schema\":\"s\",\"id\":\"1\"}") == ZH_SENSORS_MADE_NOTHING);
}

static void what_is_wrong_is_said(void)
{
    static const struct { const char *raw; zh_reject why; const char *detail; } rows[] = {
        { "", ZH_REJECT_UNREADABLE, "json" },
        { "{\"type\":", ZH_REJECT_UNREADABLE, "json" },
        { "[]", ZH_REJECT_NOT_OBJECT, "" },
        { "{\"type\":\"track\",\"type\":\"track\"}", ZH_REJECT_REPEATED_KEY, "type" },
        { "{\"type\":\"track\",\"x\":1e999}", ZH_REJECT_BAD_NUMBER, "" },
        { "{}", ZH_REJECT_BAD_TYPE, "" },
        { "{\"type\":\"tracks\"}", ZH_REJECT_BAD_TYPE, "tracks" },
        { "{\"type\":\"track\",\"distinct_id\":\"d\"}", ZH_REJECT_NO_EVENT, "" },
        { "{\"type\":\"track\",\"distinct_id\":\"d\",\"event\":\"two words\"}", ZH_REJECT_BAD_FIELD, "event" },
        { "{\"type\":\"track\",\"event\":\"E\"}", ZH_REJECT_NO_CUSTOMER, "" },
        { "{\"type\":\"track\",\"event\":\"E\",\"distinct_id\":\"null\"}", ZH_REJECT_BLOCKED_ID, "" },
        { "{\"type\":\"track\",\"event\":\"E\",\"distinct_id\":\"d\",\"time\":\"now\"}", ZH_REJECT_BAD_TIME, "time" },
        { "{\"type\":\"track\",\"event\":\"E\",\"distinct_id\":\"d\",\"properties\":[]}", ZH_REJECT_BAD_FIELD, "properties" },
        { "{\"type\":\"track\",\"event\":\"E\",\"distinct_id\":\"d\",\"properties\":{\"a-b\":1}}", ZH_REJECT_BAD_FIELD, "a-b" },
        { "{\"type\":\"profile_set\",\"distinct_id\":\"d\",\"properties\":{\"Time\":1}}", ZH_REJECT_BAD_FIELD, "Time" },
        { "{\"type\":\"profile_increment\",\"distinct_id\":\"d\",\"properties\":{\"n\":\"1\"}}", ZH_REJECT_BAD_FIELD, "n" },
        { "{\"type\":\"profile_append\",\"distinct_id\":\"d\",\"properties\":{\"l\":[1]}}", ZH_REJECT_BAD_FIELD, "l" },
        { "{\"type\":\"item_set\",\"item_id\":\"p\"}", ZH_REJECT_BAD_FIELD, "item_type" },
        { "{\"type\":\"item_set\",\"item_type\":\"product\"}", ZH_REJECT_BAD_FIELD, "item_id" },
        { "{\"type\":\"track\",\"event\":\"E\",\"distinct_id\":\"d\",\"time_free\":true}", ZH_REJECT_BAD_TIME, "timestamp" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CHECK_ROW(read(rows[i].raw) == ZH_SENSORS_MADE_REJECT, rows[i].raw);
        CHECK_ROW(reject.why == rows[i].why && is(reject.detail, rows[i].detail), rows[i].raw);
    }
    char large[ZH_EVENT_BYTES_MAX + 2];
    memset(large, ' ', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    CHECK(read(large) == ZH_SENSORS_MADE_REJECT && reject.why == ZH_REJECT_TOO_LARGE);
    char id[300];
    memset(id, 'x', sizeof id);
    char raw[512];
    snprintf(raw, sizeof raw, "{\"type\":\"track\",\"event\":\"E\",\"distinct_id\":\"%.*s\"}", ZH_EXTERNAL_ID_BYTES_MAX + 1, id);
    CHECK(read(raw) == ZH_SENSORS_MADE_REJECT && reject.why == ZH_REJECT_BAD_FIELD);
    snprintf(raw, sizeof raw, "{\"type\":\"track\",\"event\":\"E\",\"distinct_id\":\"%.*s\"}", ZH_EXTERNAL_ID_BYTES_MAX, id);
    CHECK(read(raw) == ZH_SENSORS_MADE_EVENT);
}

static void clocks_are_repaired(void)
{
    static const struct { const char *name, *times; int64_t want_ms; uint32_t marks; } rows[] = {
        { "no time", "\"_track_id\":1", NOW, 0 },
        { "as it says", "\"time\":1795262398000", NOW - 2000, 0 },
        { "years ago", "\"time\":1700000000000", 1700000000000, 0 },
        { "a fraction", "\"time\":1795262398000.7", NOW - 2000, 0 },
        { "a small skew is believed", "\"time\":1795262390000,\"_flush_time\":1795262391000", NOW - 10000, 0 },
        { "a day ahead", "\"time\":1795348790000,\"_flush_time\":1795348795000", NOW - 5000, ZH_MARK_CLOCK_REPAIRED },
        { "a day behind", "\"time\":1795176000000,\"_flush_time\":1795176005000", NOW - 5000, ZH_MARK_CLOCK_REPAIRED },
        { "a day ahead and nothing to repair it", "\"time\":1795348790000", NOW, ZH_MARK_CLOCK_CLAMPED },
        { "an import is right", "\"time\":1795348790000,\"time_free\":true", 1795348790000, ZH_MARK_IMPORT },
        { "$time wins", "\"time\":1795262398000,\"properties\":{\"$time\":1795262397000}", NOW - 3000, 0 },
        { "$time as text is a property", "\"time\":1795262398000,\"properties\":{\"$time\":\"2026-11-21\"}", NOW - 2000, 0 },
        { "absurd", "\"time\":99999999999999999", NOW, ZH_MARK_CLOCK_CLAMPED },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char raw[256];
        snprintf(raw, sizeof raw, "{\"type\":\"track\",\"event\":\"E\",\"distinct_id\":\"d\",%s}", rows[i].times);
        CHECK_ROW(read(raw) == ZH_SENSORS_MADE_EVENT, rows[i].name);
        CHECK_ROW(event.time_ms == rows[i].want_ms && event.marks == rows[i].marks, rows[i].name);
    }
    CHECK(!has(event.properties, "$time"));
}

static zh_sv id_of(const char *rest)
{
    char raw[512];
    snprintf(raw, sizeof raw, "{\"type\":\"track\",\"distinct_id\":\"d\"%s}", rest);
    CHECK(read(raw) == ZH_SENSORS_MADE_EVENT);
    return event.message_id;
}

static void the_same_record_has_the_same_id(void)
{
    const zh_sv first = id_of(",\"event\":\"E\",\"time\":1795262398000,\"_track_id\":8661963237");
    static const struct { const char *rest; bool same; } rows[] = {
        { ",\"event\":\"E\",\"time\":1795262398000,\"_track_id\":8661963237,\"_flush_time\":1795262399000", true },
        { ",\"_track_id\":8661963237,\"time\":1795262398000,\"event\":\"E\"", true },
        { ",\"event\":\"F\",\"time\":1795262398000,\"_track_id\":8661963237", false },
        { ",\"event\":\"E\",\"time\":1795262398001,\"_track_id\":8661963237", false },
        { ",\"event\":\"E\",\"time\":1795262398000,\"_track_id\":8661963238", false },
        { ",\"event\":\"E\",\"time\":1795262398000,\"_track_id\":8661963237,\"project\":\"other\"", false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_ROW(zh_sv_equal(id_of(rows[i].rest), first) == rows[i].same, rows[i].rest);
    /* Server SDKs send no _track_id: the content tells two records of one millisecond apart. */
    const zh_sv a = id_of(",\"event\":\"E\",\"time\":1795262398000,\"properties\":{\"n\":1}");
    CHECK(zh_sv_equal(a, id_of(",\"event\":\"E\",\"time\":1795262398000,\"properties\":{\"n\":1}")));
    CHECK(!zh_sv_equal(a, id_of(",\"event\":\"E\",\"time\":1795262398000,\"properties\":{\"n\":2}")));
}

static void a_shop_is_read_by_its_own_names(void)
{
    CHECK(read("{\"type\":\"track\",\"event\":\"AddToCart\",\"distinct_id\":\"d\",\"properties\":{\"commodity_id\":\"85123A\",\"commodity_name\":\"灯\","
               "\"quantity\":2,\"present_price\":2.55,\"first_commodity\":\"home\"}" TIME "}") == ZH_SENSORS_MADE_EVENT);
    CHECK(event.act == ZH_ACT_ADD && event.lines_count == 1);
    const zh_line *line = event.lines;
    CHECK(is(line->item_text, "85123A") && is(line->name, "灯") && is(line->category, "home"));
    CHECK(line->quantity == 2 && line->price_minor == 255 && line->total_minor == 510);
    CHECK(has(event.properties, "commodity_id") && !has(event.properties, "product_id"));
    CHECK(read("{\"type\":\"track\",\"event\":\"PayOrder\",\"distinct_id\":\"d\",\"properties\":{\"order_id\":\"o1\",\"order_actual_amount\":99.9,"
               "\"order_amount\":120,\"currency\":\"CNY\"}" TIME "}") == ZH_SENSORS_MADE_EVENT);
    CHECK(event.act == ZH_ACT_ORDER && is(event.order_id, "o1") && event.revenue_minor == 9990);
    CHECK(read("{\"type\":\"track\",\"event\":\"Other\",\"distinct_id\":\"d\",\"properties\":{\"order_id\":\"o1\",\"price\":1}" TIME "}") == ZH_SENSORS_MADE_EVENT);
    CHECK(event.act == ZH_ACT_OTHER && event.lines_count == 0 && event.revenue_minor == 0);
}

static void the_envelope_is_taken_out(void)
{
    CHECK(read("{\"type\":\"track\",\"event\":\"E\",\"distinct_id\":\"d\",\"project\":\"outer\",\"properties\":{\"$is_login_id\":false,\"$project\":\"p\","
               "\"$token\":\"t\",\"$ip\":\"203.0.113.7\",\"$device_id\":\"x\",\"k\":1}" TIME "}") == ZH_SENSORS_MADE_EVENT);
    CHECK(is(place.project, "p") && is(place.token, "t"));
    CHECK(is(event.properties, "{\"k\":1}"));
    CHECK(has(event.personal, "\"ip\":\"203.0.113.7\"") && has(event.personal, "\"$device_id\":\"x\""));
    CHECK(!has(event.context, "203.0.113"));
    CHECK(read("{\"type\":\"track\",\"event\":\"E\",\"distinct_id\":\"d\",\"token\":\"t\"" TIME "}") == ZH_SENSORS_MADE_EVENT);
    CHECK(is(place.project, "default") && is(place.token, "t"));
}

static void only_devices_have_the_socket_s_address(void)
{
    CHECK(read("{\"type\":\"track\",\"event\":\"E\",\"distinct_id\":\"d\",\"lib\":{\"$lib\":\"js\"}" TIME "}") == ZH_SENSORS_MADE_EVENT);
    CHECK(has(event.personal, "203.0.113.1"));
    CHECK(has(event.context, "\"library\":{\"name\":\"js\"}"));
    CHECK(read("{\"type\":\"track\",\"event\":\"E\",\"distinct_id\":\"d\",\"lib\":{\"$lib\":\"python\"}" TIME "}") == ZH_SENSORS_MADE_EVENT);
    CHECK(!has(event.personal, "203.0.113.1"));
}

static void what_cannot_be_linked_says_so(void)
{
    CHECK(read("{\"type\":\"track_id_unbind\",\"distinct_id\":\"u\",\"identities\":{\"$identity_mobile\":\"138\"}" TIME "}") == ZH_SENSORS_MADE_EVENT);
    CHECK(!has(event.context, "\"note\":") && has(event.context, "track_id_unbind") && is(event.previous_id, "$identity_mobile+138"));
    CHECK(read("{\"type\":\"track_id_unbind\",\"distinct_id\":\"u\",\"identities\":{\"$identity_login_id\":\"u\"}" TIME "}") == ZH_SENSORS_MADE_EVENT);
    CHECK(has(event.context, "\"note\":") && event.previous_id.size == 0);
    CHECK(read("{\"type\":\"track_id_unbind\",\"distinct_id\":\"u\",\"identities\":{\"$identity_mobile\":\"138\"}" TIME "}") == ZH_SENSORS_MADE_EVENT);
    CHECK(has(event.personal, "\"type\":\"$identity_mobile\",\"id\":\"138\""));
    CHECK(read("{\"type\":\"track_id_bind\",\"distinct_id\":\"u\",\"identities\":{\"$identity_login_id\":\"u\",\"$identity_mobile\":\"138\"}" TIME "}") == ZH_SENSORS_MADE_EVENT);
    CHECK(!has(event.context, "\"note\":"));
}

static void items_are_read(void)
{
    CHECK(read("{\"type\":\"item_set\",\"item_type\":\"product\",\"item_id\":\"p1\",\"properties\":{\"name\":\"苹果\",\"price\":14.5,\"brand\":\"b\","
               "\"category\":\"c\",\"stock\":3,\"color\":\"red\",\"image_url\":\"https://shop.example/p1.png\"}" TIME "}") == ZH_SENSORS_MADE_ITEM);
    CHECK(is(item.text, "p1") && item.sold && !item.deleted && is(item.title, "苹果") && item.price_minor == 1450 && item.stock == 3);
    CHECK(is(item.brand, "b") && is(item.category, "c") && is(item.image_url, "https://shop.example/p1.png"));
    CHECK(is(item.attributes, "{\"color\":\"red\"}") && item.at_ms == NOW - 2000);
    CHECK(read("{\"type\":\"item_set\",\"item_type\":\"store\",\"item_id\":7,\"properties\":{\"price\":\"none\"}" TIME "}") == ZH_SENSORS_MADE_ITEM);
    CHECK(is(item.text, "store:7") && !item.sold && item.price_minor == -1 && item.title.data == NULL && is(item.attributes, "{\"price\":\"none\"}"));
    CHECK(read("{\"type\":\"item_delete\",\"item_type\":\"product\",\"item_id\":\"p1\"" TIME "}") == ZH_SENSORS_MADE_ITEM);
    CHECK(item.deleted && is(item.text, "p1") && item.attributes.data == NULL);
}

static void a_full_arena_is_said(void)
{
    const char *raws[] = {
        "{\"type\":\"track\",\"event\":\"E\",\"distinct_id\":\"d\",\"identities\":{\"$identity_mobile\":\"1\"},\"properties\":{\"a\":\"b\"}" TIME "}",
        "{\"type\":\"item_set\",\"item_type\":\"store\",\"item_id\":\"7\",\"properties\":{\"a\":\"b\"}" TIME "}",
    };
    for (size_t i = 0; i < 2; i++) {
        int full = 0;
        for (size_t size = 1; size < 8192; size += 64) {
            zh_arena small = zh_arena_open(size);
            const zh_sensors_ask ask = { .received_ms = NOW, .parser = json, .arena = &small, .scratch = &scratch };
            zh_sensors_made made;
            const zh_err e = zh_sensors_record(&ask, zh_sv_of(raws[i]), 0, &made, &event, &item, &reject, &place);
            CHECK(e == ZH_OK || e == ZH_FULL || e == ZH_NOMEM);
            full += e != ZH_OK;
            zh_arena_close(&small);
        }
        CHECK(full > 0);
    }
}

int main(void)
{
    arena = zh_arena_open(64 << 20);
    scratch = zh_buf_open(1 << 20);
    CHECK(zh_json_open(&json, ZH_SENSORS_PARSER_BYTES) == ZH_OK);
    kinds_become_events();
    what_is_wrong_is_said();
    clocks_are_repaired();
    the_same_record_has_the_same_id();
    a_shop_is_read_by_its_own_names();
    the_envelope_is_taken_out();
    only_devices_have_the_socket_s_address();
    what_cannot_be_linked_says_so();
    items_are_read();
    a_full_arena_is_said();
    zh_json_close(json);
    zh_arena_close(&arena);
    zh_buf_close(&scratch);
    return 0;
}
