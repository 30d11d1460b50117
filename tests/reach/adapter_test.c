/* adapter_test.c
 * Goal    a table of a channel is read whole; what is wrong is named with its field; so is a delivery policy.
 * Method  tables of JSON; every truncation of a good one. The policy and JSON pointers (delivery_read.h, definition.h) are proved here, too.
 */
#include "check.h"
#include "reach/adapter.h"
#include "reach/delivery_read.h"

static const char whole[] =
    "{\"kind\":\"webhook\",\"via\":\"sms\",\"title\":{\"en\":\"SMS\",\"zh\":\"\xe7\x9f\xad\xe4\xbf\xa1\"},\"address\":\"mobile\",\"url\":\"https://sms.example/send?to={{ to | url_encode }}\",\"method\":\"PUT\","
    "\"headers\":{\"Authorization\":\"Bearer {{ secret }}\"},\"body\":\"{\\\"text\\\":\\\"{{ message.text }}\\\"}\",\"sign\":{\"header\":\"X-Signature\",\"timestamp\":\"X-Timestamp\"},"
    "\"success\":{\"statuses\":[200],\"path\":\"/code\",\"values\":[\"OK\",0,true]},\"retry\":{\"statuses\":[429],\"values\":[\"LIMIT\"]},\"provider\":\"/data/0/id\",\"idempotency\":\"Idempotency-Key\","
    "\"receipts\":{\"list\":\"/reports\",\"id\":\"/ref\",\"state\":\"/status\",\"states\":{\"DELIVRD\":\"delivered\",\"0\":\"seen\"},\"answer\":\"{}\"},\"ratePerSecond\":50,\"tries\":3,\"retryMs\":100,\"timeoutMs\":5000,"
    "\"link\":\"https://shop.example\"}";

static zh_err read_one(zh_sv json, zh_arena *arena, zh_adapter *out, zh_fault *fault)
{
    zh_json *parser;
    zh_json_value root;
    CHECK(zh_json_open(&parser, 65536) == ZH_OK);
    zh_err e = zh_json_parse(parser, json, &root, NULL);
    if (e == ZH_OK) e = zh_adapter_read(root, arena, out, fault);
    zh_json_close(parser);
    return e;
}

static void a_whole_table_is_read(void)
{
    zh_arena arena = zh_arena_open(ZH_ADAPTER_MEMORY_BYTES_MAX);
    zh_adapter *a = ZH_TAKE(&arena, zh_adapter, 1);
    zh_fault fault;
    CHECK_ROW(read_one(ZH_SV(whole), &arena, a, &fault) == ZH_OK, fault.why.text);
    CHECK(a->kind == ZH_ADAPTER_WEBHOOK && a->via == ZH_CHANNEL_SMS && zh_sv_equal(a->address, ZH_SV("mobile")) && zh_sv_equal(a->method, ZH_SV("PUT")) && a->headers_count == 1 && a->url != NULL && a->body != NULL);
    CHECK(a->success_count == 1 && a->success[0] == 200 && a->success_values_count == 3 && zh_sv_equal(a->success_values[1], ZH_SV("0")) && zh_sv_equal(a->success_values[2], ZH_SV("true")) && a->retry_values_count == 1);
    CHECK(a->has_receipts && a->states_count == 2 && a->states[0].says == (zh_message_word)(ZH_MESSAGE_SAYS_STATE_FIRST + ZH_MESSAGE_DELIVERED) && a->states[1].says == ZH_MESSAGE_SAYS_SEEN);
    CHECK(a->rate_per_s == 50 && a->tries_max == 3 && a->retry_ms == 100 && a->timeout_ms == 5000 && zh_sv_equal(a->idempotency, ZH_SV("Idempotency-Key")));
    for (size_t size = 0; size < sizeof whole - 1; size++) CHECK(read_one((zh_sv){ whole, size }, &arena, a, &fault) != ZH_OK);
    zh_arena_close(&arena);
}

static void what_is_wrong_is_named(void)
{
    static const struct { const char *json, *field; } rows[] = {
        { "[]", "" }, { "{}", "kind" }, { "{\"kind\":\"pigeon\"}", "kind" }, { "{\"kind\":\"webhook\",\"url\":\"https://a\"}", "via" }, { "{\"kind\":\"webhook\",\"via\":\"ads\",\"url\":\"https://a\"}", "via" },
        { "{\"kind\":\"webhook\",\"via\":\"sms\"}", "url" }, { "{\"kind\":\"webhook\",\"via\":\"sms\",\"url\":\"file:///etc/passwd\"}", "url" }, { "{\"kind\":\"webhook\",\"via\":\"sms\",\"url\":\"https://{{ \"}", "url" },
        { "{\"kind\":\"webhook\",\"via\":\"sms\",\"url\":\"https://a\",\"colour\":1}", "colour" }, { "{\"kind\":\"webhook\",\"via\":\"sms\",\"url\":\"https://a\",\"headers\":{\"A B\":\"x\"}}", "headers.A B" },
        { "{\"kind\":\"webhook\",\"via\":\"sms\",\"url\":\"https://a\",\"success\":{\"statuses\":[99]}}", "success.statuses" }, { "{\"kind\":\"webhook\",\"via\":\"sms\",\"url\":\"https://a\",\"success\":{\"path\":\"code\"}}", "success.path" },
        { "{\"kind\":\"webhook\",\"via\":\"sms\",\"url\":\"https://a\",\"sign\":{\"header\":\"X\"}}", "sign.header" }, { "{\"kind\":\"webhook\",\"via\":\"sms\",\"url\":\"https://a\",\"tries\":21}", "tries" },
        { "{\"kind\":\"webhook\",\"via\":\"sms\",\"url\":\"https://a\",\"receipts\":{\"id\":\"/a\",\"state\":\"/b\",\"states\":{\"x\":\"planned\"}}}", "receipts.states" },
        { "{\"kind\":\"webhook\",\"via\":\"sms\",\"url\":\"https://a\",\"receipts\":{\"state\":\"/b\",\"states\":{\"x\":\"sent\"}}}", "receipts.id" },
        { "{\"kind\":\"smtp\",\"host\":\"a/b\",\"from\":{\"address\":\"a@b.c\"}}", "host" }, { "{\"kind\":\"smtp\",\"host\":\"a\",\"from\":{\"address\":\"a@b.c\\r\\nBcc: x@y.z\"}}", "from.address" }, { "{\"kind\":\"smtp\",\"host\":\"a\"}", "from.address" },
        { "{\"kind\":\"smtp\",\"host\":\"a\",\"from\":{\"address\":\"a@b.c\"},\"dkim\":{\"domain\":\"B.c\",\"selector\":\"s\"}}", "dkim.domain" }, { "{\"kind\":\"smtp\",\"host\":\"a\",\"from\":{\"address\":\"a@b.c\"},\"dkim\":{\"domain\":\"b.c\"}}", "dkim.selector" }, { "{\"kind\":\"smtp\",\"host\":\"a\",\"from\":{\"address\":\"a@b.c\"},\"dkim\":{\"domain\":\"b.c\",\"selector\":\"s; t=y\"}}", "dkim.selector" }, { "{\"kind\":\"smtp\",\"host\":\"a\",\"from\":{\"address\":\"a@b.c\"},\"returnPath\":\"bounces+{id}\"}", "returnPath" }, { "{\"kind\":\"smtp\",\"host\":\"a\",\"from\":{\"address\":\"a@b.c\"},\"certificate\":\"no\"}", "certificate" },
        { "{\"kind\":\"inbox\",\"via\":\"email\"}", "via" }, { "{\"kind\":\"inbox\",\"url\":\"https://a\"}", "url" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_arena arena = zh_arena_open(ZH_ADAPTER_MEMORY_BYTES_MAX);
        zh_adapter *a = ZH_TAKE(&arena, zh_adapter, 1);
        zh_fault fault;
        CHECK_ROW(read_one(zh_sv_of(rows[i].json), &arena, a, &fault) == ZH_FORMAT, rows[i].json);
        CHECK_ROW(strcmp(fault.field, rows[i].field) == 0 && fault.why.text[0] != '\0', rows[i].json);
        zh_arena_close(&arena);
    }
}

static void without_memory_it_is_said(void)
{
    zh_fault fault;
    zh_adapter a;
    bool done = false;
    for (size_t bytes = 64; !done; bytes += 512) {
        zh_arena arena = zh_arena_open(bytes);
        const zh_err e = read_one(ZH_SV(whole), &arena, &a, &fault);
        CHECK(e == ZH_OK || e == ZH_NOMEM || e == ZH_FORMAT);
        done = e == ZH_OK;
        zh_arena_close(&arena);
    }
}

static void addresses_that_could_be_two_are_none(void)
{
    static const struct { const char *address; bool want; } rows[] = { { "a@b.c", true }, { "a.b+c@d-e.f", true }, { "", false }, { "ab", false }, { "@b.c", false }, { "a@", false }, { "a@b@c", false }, { "a b@c", false }, { "a@b,c@d", false }, { "a@b\r\nc", false }, { "<a@b>", false } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) CHECK_ROW(zh_adapter_address_is_good(zh_sv_of(rows[i].address)) == rows[i].want, rows[i].address);
}

static void a_policy_is_read_or_its_fault_is_named(void)
{
    static const struct { const char *json, *field; } rows[] = {
        { "{}", NULL }, { "{\"quietHours\":{\"from\":\"22:00\",\"to\":\"08:00\"},\"caps\":[{\"most\":1,\"per\":\"day\"},{\"most\":3,\"hours\":168,\"channels\":[\"sms\"],\"over\":\"wait\"}],\"holdout\":0.05}", NULL },
        { "{\"quietHours\":{\"from\":\"24:00\",\"to\":\"08:00\"}}", "quietHours.from" }, { "{\"quietHours\":{\"from\":\"22:00\",\"to\":\"22:00\"}}", "" }, { "{\"caps\":[{\"most\":0,\"per\":\"day\"}]}", "caps[0].most" },
        { "{\"caps\":[{\"most\":1}]}", "caps[0].hours" }, { "{\"caps\":[{\"most\":1,\"per\":\"day\",\"hours\":3}]}", "caps[0].hours" }, { "{\"caps\":[{\"most\":1,\"per\":\"day\",\"channels\":[\"fax\"]}]}", "caps[0].channels" }, { "{\"holdout\":2}", "holdout" }, { "{\"x\":1}", "x" },
    };
    zh_json *parser;
    CHECK(zh_json_open(&parser, 65536) == ZH_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_json_value root;
        zh_delivery_rules rules;
        zh_fault fault;
        CHECK_ROW(zh_json_parse(parser, zh_sv_of(rows[i].json), &root, NULL) == ZH_OK, rows[i].json);
        const zh_err e = zh_delivery_read(root, &rules, &fault);
        CHECK_ROW((e == ZH_OK) == (rows[i].field == NULL) && (e == ZH_OK || strcmp(fault.field, rows[i].field) == 0), rows[i].json);
        if (i == 1) CHECK(rules.quiet_from == 1320 && rules.quiet_to == 480 && rules.caps_count == 2 && rules.caps[0].skips && rules.caps[0].span == ZH_CAP_DAY && !rules.caps[1].skips && rules.caps[1].window_ms == 168 * ZH_HOUR_MS && rules.holdout == 50000);
    }
    zh_json_close(parser);
}

static void pointers_lead_where_rfc_6901_says(void)
{
    static const struct { const char *pointer, *want; } rows[] = { { "/foo/0", "bar" }, { "/foo/1", "baz" }, { "/", "0" }, { "/a~1b", "1" }, { "/m~0n", "8" }, { "/foo/2", NULL }, { "/foo/-1", NULL }, { "/nothing", NULL }, { "/ ", "7" } };
    zh_json *parser;
    zh_json_value root;
    CHECK(zh_json_open(&parser, 65536) == ZH_OK);
    CHECK(zh_json_parse(parser, ZH_SV("{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"m~n\":8,\" \":7}"), &root, NULL) == ZH_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char room[32];
        zh_sv text;
        const bool found = zh_json_plain(zh_json_pointed(root, zh_sv_of(rows[i].pointer)), room, &text);
        CHECK_ROW(found == (rows[i].want != NULL) && (!found || zh_sv_equal(text, zh_sv_of(rows[i].want))), rows[i].pointer);
    }
    zh_json_close(parser);
}

int main(void)
{
    a_whole_table_is_read();
    what_is_wrong_is_named();
    without_memory_it_is_said();
    addresses_that_could_be_two_are_none();
    a_policy_is_read_or_its_fault_is_named();
    pointers_lead_where_rfc_6901_says();
    return 0;
}
