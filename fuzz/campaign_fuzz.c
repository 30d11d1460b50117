/* Any bytes as the definition of a campaign: refused with a field and a sentence, or within its ranges, with runs that lie ahead of the moment that is asked from. */
#include "reach/campaign.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(zh_json_value root, zh_arena *arena)
{
    static const int64_t now_ms = INT64_C(1795000000000);
    char audience[ZH_AIM_AUDIENCE_BYTES];
    zh_campaign c;
    zh_fault fault;
    int64_t at_ms = 0;
    const zh_err e = zh_campaign_read(root, arena, &c, &fault);
    if (e == ZH_FORMAT && fault.why.text[0] == '\0') abort();
    if (e != ZH_OK) return;
    if (c.control > ZH_MESSAGE_CONTROL_OF || c.channel.size == 0 || c.goal.size == 0 || c.goal_ms <= 0 || c.expires_ms <= 0 || c.after_ms < 0) abort();
    if (zh_aim_audience(c.segment, c.expression, audience).size == 0) abort();
    if (zh_campaign_next_run(&c, zh_tz_utc(), now_ms, &at_ms) && at_ms <= now_ms) abort();
    if (c.kind == ZH_CAMPAIGN_RECURRING && at_ms == 0) abort();
    if (zh_campaign_due_run(&c, zh_tz_utc(), 0, now_ms, &at_ms) && (at_ms > now_ms || at_ms <= now_ms - ZH_CAMPAIGN_LATE_MS)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const zh_sv bytes = { (const char *)data, size };
    zh_json *parser;
    zh_json_value root;
    if (size > 65536) return 0;
    if (zh_json_open(&parser, 65536) != ZH_OK) abort();
    zh_arena arena = zh_arena_open((size_t)1 << 20);
    if (zh_json_parse(parser, bytes, &root, NULL) == ZH_OK) look(root, &arena);
    zh_arena_close(&arena);
    zh_json_close(parser);
    return 0;
}
