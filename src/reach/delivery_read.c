#include "reach/delivery_read.h"

#include <math.h>

static const char *const overs[] = { "wait", "skip" };

static uint32_t read_channels(zh_define *d, zh_json_value of, const char *within, uint32_t otherwise)
{
    const zh_json_value list = zh_json_get(of, ZH_SV("channels"));
    uint32_t channels = 0;
    zh_channel channel;
    if (zh_json_type_of(list) <= ZH_JSON_NULL) return otherwise;
    for (zh_json_iter it = zh_json_walk(list); zh_json_next(&it);) {
        if (zh_channel_of(zh_json_text_or_empty(it.value), &channel)) channels |= 1u << (unsigned)channel;
        else zh_define_wrong(d, within, "channels", "must be a list of channels: email, sms, push, wechat, wecom, onsite, whatsapp, call, post");
    }
    if (channels == 0) zh_define_wrong(d, within, "channels", "must name at least one channel");
    return channels;
}

/* "22:00" as minutes of the day. */
static uint16_t read_minute(zh_define *d, zh_json_value of, const char *field)
{
    const zh_sv text = zh_json_text_or_empty(zh_json_get(of, zh_sv_of(field)));
    int at[4];
    bool good = text.size == 5 && text.data[2] == ':';
    for (size_t i = 0, n = 0; good && i < 5; i++) {
        if (i == 2) continue;
        good = text.data[i] >= '0' && text.data[i] <= '9';
        at[n++] = text.data[i] - '0';
    }
    const int hour = good ? at[0] * 10 + at[1] : 99, minute = good ? at[2] * 10 + at[3] : 0;
    if (hour > 23 || minute > 59) {
        zh_define_wrong(d, "quietHours", field, "must be a time of the day such as 22:00");
        return 0;
    }
    return (uint16_t)(hour * 60 + minute);
}

static void read_quiet(zh_define *d, zh_json_value of, zh_delivery_rules *out)
{
    static const char *const known[] = { "from", "to", "channels", "over", NULL };
    if (zh_json_type_of(of) <= ZH_JSON_NULL) return;
    out->has_quiet = zh_json_is(of, ZH_JSON_OBJECT);
    if (!out->has_quiet) zh_define_wrong(d, "", "quietHours", "must be an object");
    zh_define_only(d, of, "quietHours", known);
    out->quiet_from = read_minute(d, of, "from");
    out->quiet_to = read_minute(d, of, "to");
    out->quiet_channels = read_channels(d, of, "quietHours", ZH_DELIVERY_CHANNELS_ALL & ~(1u << ZH_CHANNEL_ONSITE));
    out->quiet_skips = zh_define_word(d, of, "quietHours", "over", overs, 2, 0) == 1;
}

static void read_cap(zh_define *d, zh_json_value of, zh_delivery_rules *out)
{
    static const char *const known[] = { "most", "per", "hours", "channels", "over", NULL }, *const spans[] = { "hours", "day", "week", "month" };
    char within[16];
    (void)snprintf(within, sizeof within, "caps[%u]", out->caps_count);
    zh_delivery_cap *cap = &out->caps[out->caps_count++];
    zh_define_only(d, of, within, known);
    cap->most = (uint32_t)zh_define_int(d, of, within, "most", 1, ZH_DELIVERY_MOST_MAX, 0);
    const int64_t hours = zh_define_int(d, of, within, "hours", 1, ZH_DELIVERY_WINDOW_MS_MAX / ZH_HOUR_MS, 0);
    cap->span = (zh_cap_span)zh_define_word(d, of, within, "per", spans, 4, ZH_CAP_ROLLING);
    cap->window_ms = hours * ZH_HOUR_MS;
    cap->channels = read_channels(d, of, within, ZH_DELIVERY_CHANNELS_ALL);
    cap->skips = zh_define_word(d, of, within, "over", overs, 2, 1) == 1;
    if (cap->most == 0) zh_define_wrong(d, within, "most", "is missing");
    if ((cap->span == ZH_CAP_ROLLING) != (hours > 0)) zh_define_wrong(d, within, "hours", "a cap is per day, week or month, or of so many hours");
}

zh_err zh_delivery_read(zh_json_value root, zh_delivery_rules *out, zh_fault *fault)
{
    static const char *const known[] = { "quietHours", "caps", "holdout", NULL };
    zh_define d = { .fault = fault };
    const zh_json_value caps = zh_json_get(root, ZH_SV("caps")), holdout = zh_json_get(root, ZH_SV("holdout"));
    double share = 0;
    const char *why = "";
    *fault = (zh_fault){ .field = "" };
    *out = (zh_delivery_rules){ .has_quiet = false };
    if (!zh_json_is(root, ZH_JSON_OBJECT)) zh_define_wrong(&d, "", "", "a delivery policy is an object");
    zh_define_only(&d, root, "", known);
    read_quiet(&d, zh_json_get(root, ZH_SV("quietHours")), out);
    if (zh_json_type_of(caps) > ZH_JSON_NULL && !zh_json_is(caps, ZH_JSON_ARRAY)) zh_define_wrong(&d, "", "caps", "must be a list");
    if (zh_json_count(caps) > ZH_DELIVERY_CAPS_MAX) zh_define_wrong(&d, "", "caps", "are at most %d", ZH_DELIVERY_CAPS_MAX);
    for (zh_json_iter it = zh_json_walk(caps); !d.is_bad && zh_json_next(&it);) read_cap(&d, it.value, out);
    if (zh_json_type_of(holdout) > ZH_JSON_NULL && (!zh_json_real(holdout, &share) || !(share >= 0 && share <= 1))) zh_define_wrong(&d, "", "holdout", "must be a share from 0 to 1");
    out->holdout = (uint32_t)lround(share * ZH_MESSAGE_CONTROL_OF);
    if (!d.is_bad && !zh_delivery_rules_are_good(out, &why)) zh_define_wrong(&d, "", "", "%s", why);
    return d.is_bad ? ZH_FORMAT : ZH_OK;
}
