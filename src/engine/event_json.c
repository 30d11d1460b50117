#include "engine/event_json.h"
#include "base/time.h"
#include "collect/personal.h"

const char *zh_event_type_text(zh_event_type type)
{
    static const char *const texts[] = { "track", "track", "identify", "page", "screen", "group", "alias" };
    return type >= ZH_EVENT_TRACK && type <= ZH_EVENT_ALIAS ? texts[type] : "track";
}

static void key_text_or_nothing(zh_json_out *out, zh_sv key, zh_sv text)
{
    if (text.size > 0) zh_json_out_key_text(out, key, text);
}

static void key_time(zh_json_out *out, zh_sv key, int64_t ms)
{
    char text[ZH_TIME_TEXT_BYTES];
    if (ms != 0) zh_json_out_key_text(out, key, (zh_sv){ text, zh_time_print(ms, text) });
}

/* One object with its personal members put back. Nothing is written where both parts are empty. */
static zh_err key_joined(zh_json_out *out, zh_sv key, zh_personal_part part, zh_sv left, zh_sv personal,
                         bool always, zh_json *parser, zh_arena *arena)
{
    (void)arena;
    zh_buf joined = zh_buf_open(4 * ZH_EVENT_BYTES_MAX), scratch = zh_buf_open(4 * ZH_EVENT_BYTES_MAX);
    zh_err e = ZH_OK;
    if (left.size > 0 || personal.size > 0) e = zh_personal_join(parser, &scratch, part, left, personal, &joined);
    const bool empty = joined.size == 0 || zh_sv_equal(zh_buf_view(&joined), ZH_SV("{}"));
    if (e == ZH_OK && (always || !empty)) {
        zh_json_out_key(out, key);
        zh_json_out_raw(out, joined.size == 0 ? ZH_SV("{}") : zh_buf_view(&joined));
    }
    zh_buf_close(&joined);
    zh_buf_close(&scratch);
    return e;
}

static void key_ids(zh_json_out *out, zh_sv personal, zh_json *parser)
{
    static const char *const names[] = { "userId", "anonymousId", "previousId", "groupId" };
    zh_json_value root;
    if (personal.size == 0 || zh_json_parse(parser, personal, &root, NULL) != ZH_OK) return;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        key_text_or_nothing(out, zh_sv_of(names[i]), zh_json_text_or_empty(zh_json_get(root, zh_sv_of(names[i]))));
}

void zh_event_marks_json(uint32_t marks, zh_json_out *out)
{
    static const struct { uint32_t bit; const char *text; } names[] = {
        { ZH_MARK_CLOCK_REPAIRED, "clock_repaired" }, { ZH_MARK_CLOCK_CLAMPED, "clock_clamped" },
        { ZH_MARK_NO_MESSAGE_ID, "no_message_id" }, { ZH_MARK_NON_PRODUCT, "non_product" },
        { ZH_MARK_ORDER_LINE, "order_line" }, { ZH_MARK_GUEST, "guest" }, { ZH_MARK_IMPORT, "import" },
        { ZH_MARK_REPEAT_LINE, "repeat_line" }, { ZH_MARK_OUTLIER, "outlier" }, { ZH_MARK_NO_VISIT, "no_visit" }, { ZH_MARK_BOT_AGENT, "bot_agent" },
        { ZH_MARK_ID_LIMIT, "id_limit" }, { ZH_MARK_SHARED_DEVICE, "shared_device" }, { ZH_MARK_ID_APART, "id_apart" }, { ZH_MARK_PAID, "paid" },
    };
    zh_json_out_key(out, ZH_SV("marks"));
    zh_json_out_array(out);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (marks & names[i].bit) zh_json_out_text(out, zh_sv_of(names[i].text));
    zh_json_out_end(out);
}

zh_err zh_event_json(const zh_event *event, zh_sv personal, zh_json *parser, zh_arena *arena, zh_json_out *out)
{
    const bool has_traits = event->type == ZH_EVENT_IDENTIFY || event->type == ZH_EVENT_GROUP;
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("messageId"), event->message_id);
    zh_json_out_key_text(out, ZH_SV("type"), zh_sv_of(zh_event_type_text(event->type)));
    key_text_or_nothing(out, event->type == ZH_EVENT_TRACK ? ZH_SV("event") : ZH_SV("name"), event->name);
    key_text_or_nothing(out, ZH_SV("category"), event->category);
    key_ids(out, personal, parser);
    key_time(out, ZH_SV("timestamp"), event->time_ms);
    key_time(out, ZH_SV("originalTimestamp"), event->original_ms);
    key_time(out, ZH_SV("sentAt"), event->sent_ms);
    key_time(out, ZH_SV("receivedAt"), event->received_ms);
    zh_err e = key_joined(out, ZH_SV("context"), ZH_PERSONAL_CONTEXT, event->context, personal, true, parser, arena);
    if (e == ZH_OK && event->type != ZH_EVENT_ALIAS) {
        e = has_traits ? key_joined(out, ZH_SV("traits"), ZH_PERSONAL_TRAITS, event->traits, personal, true, parser, arena)
                       : key_joined(out, ZH_SV("properties"), ZH_PERSONAL_PROPERTIES, event->properties, personal, true, parser, arena);
    }
    if (event->integrations.size > 0) {
        zh_json_out_key(out, ZH_SV("integrations"));
        zh_json_out_raw(out, event->integrations);
    }
    if (event->marks != 0) zh_event_marks_json(event->marks, out);
    zh_json_out_end(out);
    return e;
}

