/* Goal: where an event says a customer came from: campaigns, search engines, other hosts; nothing where it says nothing.
 * Method: contexts as clients write them, each with its answer. */
#include "profile/origin.h"
#include "check.h"

#include <stdio.h>

static void says(const char *context, const char *source, const char *medium, const char *campaign)
{
    char room[ZH_ORIGIN_BYTES_MAX];
    const zh_event event = { .type = ZH_EVENT_PAGE, .context = zh_sv_of(context) };
    const zh_sv text = zh_origin_of(&event, room);
    const zh_origin o = zh_origin_parts(text);
    if (!zh_sv_equal(o.source, zh_sv_of(source)) || !zh_sv_equal(o.medium, zh_sv_of(medium)) || !zh_sv_equal(o.campaign, zh_sv_of(campaign)))
        printf("%s: %.*s | %.*s | %.*s\n", context, ZH_SV_ARG(o.source), ZH_SV_ARG(o.medium), ZH_SV_ARG(o.campaign));
    CHECK(zh_sv_equal(o.source, zh_sv_of(source)) && zh_sv_equal(o.medium, zh_sv_of(medium)) && zh_sv_equal(o.campaign, zh_sv_of(campaign)));
    CHECK((text.size == 0) == (source[0] == '\0' && medium[0] == '\0' && campaign[0] == '\0'));
}

int main(void)
{
    says("", "", "", "");
    says("{}", "", "", "");
    says("{\"os\":{\"name\":\"iOS\"}}", "", "", "");
    says("{\"campaign\":{\"source\":\"Google\",\"medium\":\"CPC\",\"name\":\"Spring\",\"term\":\"shoes\"}}", "google", "cpc", "Spring");
    says("{\"campaign\":{\"name\":\"\\u6625\\u5929 \\\"a\\\"\",\"source\":\"  Mail \\n\"}}", "mail", "", "春天 \"a\"");
    says("{\"campaign\":{\"name\":\"\\ud83d\\ude00\\ud83d\"}}", "", "", "😀\xEF\xBF\xBD");
    says("{\"campaign\":{\"source\":7,\"medium\":null,\"name\":{}}}", "", "", "");
    says("{\"campaign\":\"google\"}", "", "", "");
    says("{\"campaign\":{\"source\":\"\"},\"page\":{\"referrer\":\"https://www.Baidu.com/s?wd=1\",\"url\":\"https://shop.example/\"}}", "baidu", "organic", "");
    says("{\"page\":{\"referrer\":\"https://www.google.co.uk/\",\"url\":\"https://shop.example/a\"}}", "google", "organic", "");
    says("{\"page\":{\"referrer\":\"http://blog.example:8080/x\",\"url\":\"https://www.shop.example/a\"}}", "blog.example", "referral", "");
    says("{\"page\":{\"referrer\":\"https://me@a.so.com#x\"}}", "so", "organic", "");
    says("{\"page\":{\"referrer\":\"https://notso.com\"}}", "notso.com", "referral", "");
    says("{\"page\":{\"referrer\":\"https://google\"}}", "google", "referral", "");
    says("{\"page\":{\"referrer\":\"https://m.shop.example/cart\",\"url\":\"https://www.shop.example/a\"}}", "", "", "");
    says("{\"page\":{\"referrer\":\"https://shop.example/\",\"url\":\"https://m.shop.example/a\"}}", "", "", "");
    says("{\"page\":{\"referrer\":\"\",\"url\":\"https://shop.example/a\"}}", "", "", "");
    says("{\"page\":{\"referrer\":\"about:blank\"}}", "", "", "");
    says("{\"x\":{\"campaign\":{\"source\":\"a\"}}}", "a", "", ""); /* wherever it stands */
    says("{\"title\":\"\\\"campaign\\\":{\\\"source\\\":\\\"a\\\"}\"}", "", "", ""); /* but in a text */
    for (int before = 0; before < 80; before++) { /* at every place of a block */
        char context[200];
        snprintf(context, sizeof context, "{\"a\":\"%.*s\",\"campaign\":{\"content\":\"}\",\"source\":\"a\",\"medium\":true,\"name\":\"b\"}}", before, "................................................................................");
        says(context, "a", "", "b");
    }
    says("{\"campaign\":{\"source\":\"0123456789012345678901234567中文\",\"medium\":\"a b c d e f g h i j k l m\",\"name\":\"a\\u001fb\"}}", "0123456789012345678901234567", "a b c d e f g h i", "a b");
    char room[ZH_ORIGIN_BYTES_MAX];
    const zh_event traits = { .type = ZH_EVENT_IDENTIFY, .context = ZH_SV("{\"campaign\":{\"source\":\"a\"}}") };
    CHECK(zh_origin_of(&traits, room).size == 0);
    const zh_event torn = { .type = ZH_EVENT_PAGE, .context = ZH_SV("{\"campaign\":{\"source\":\"a\\") };
    (void)zh_origin_of(&torn, room);
    return 0;
}
