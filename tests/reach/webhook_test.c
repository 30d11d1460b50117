/* webhook_test.c
 * Goal    an answer means what the adapter's table says; the signature is HMAC-SHA256 as others make it.
 * Method  a table of answers; RFC 4231's keys, with the sum made by another program.
 */
#include "check.h"
#include "reach/webhook.h"

static void an_answer_means_what_the_table_says(void)
{
    static const struct { unsigned status; const char *body, *after; zh_outcome want; int64_t after_ms; const char *provider; } rows[] = {
        { 200, "{\"code\":\"OK\",\"id\":77}", "", ZH_OUTCOME_TAKEN, 0, "77" },   { 200, "{\"code\":\"NO\"}", "", ZH_OUTCOME_REFUSED, 0, "" },
        { 200, "{\"code\":\"LIMIT\"}", "", ZH_OUTCOME_LATER, 0, "" },           { 200, "no json", "", ZH_OUTCOME_REFUSED, 0, "" },
        { 429, "", "17", ZH_OUTCOME_LATER, 17000, "" },                         { 429, "", "99999999999999999999", ZH_OUTCOME_LATER, 86400000, "" },
        { 429, "", "Wed, 21 Oct 2026 07:28:00 GMT", ZH_OUTCOME_LATER, 0, "" },  { 400, "{\"code\":\"OK\"}", "", ZH_OUTCOME_REFUSED, 0, "" }, { 302, "", "", ZH_OUTCOME_REFUSED, 0, "" },
    };
    const zh_adapter a = { .success = { 200 }, .success_count = 1, .retry = { 429, 503 }, .retry_count = 2, .answer_path = ZH_SV("/code"), .success_values = { ZH_SV("OK") }, .success_values_count = 1,
                           .retry_values = { ZH_SV("LIMIT") }, .retry_values_count = 1, .provider_path = ZH_SV("/id") };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_delivered d;
        zh_webhook_judge(&a, rows[i].status, zh_sv_of(rows[i].body), zh_sv_of(rows[i].after), &d);
        CHECK_ROW(d.outcome == rows[i].want && d.retry_after_ms == rows[i].after_ms && strcmp(d.provider, rows[i].provider) == 0 && d.detail[0] != '\0', rows[i].body);
    }
}

static void the_signature_is_what_others_make(void)
{
    char out[ZH_WEBHOOK_SIGNATURE_BYTES]; /* printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac 'key of the shop' */
    zh_webhook_sign(ZH_SV("key of the shop"), ZH_SV("1700000000"), ZH_SV("{\"a\":1}"), out);
    CHECK_ROW(strcmp(out, "sha256=17566de8a467b030553c8aae4859ea5d67283b114deff9e149534a2510ba6570") == 0, out);
    zh_webhook_sign(ZH_SV("key of the shop"), ZH_SV("1700000001"), ZH_SV("{\"a\":1}"), out);
    CHECK(strcmp(out, "sha256=17566de8a467b030553c8aae4859ea5d67283b114deff9e149534a2510ba6570") != 0);
}

int main(void)
{
    an_answer_means_what_the_table_says();
    the_signature_is_what_others_make();
    return 0;
}
