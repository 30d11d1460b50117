#include "engine/joining.h"

static bool read_number(zh_json_value value, uint32_t least, uint32_t most, uint32_t *out)
{
    int64_t number;
    if (zh_json_is(value, ZH_JSON_ABSENT)) return true;
    if (!zh_json_int(value, &number) || number < least || number > most) return false;
    *out = (uint32_t)number;
    return true;
}

static bool is_object_or_absent(zh_json_value value) { return zh_json_is(value, ZH_JSON_OBJECT) || zh_json_is(value, ZH_JSON_ABSENT); }

const char *zh_joining_read(zh_json_value root, zh_joining *out)
{
    const zh_json_value limits = zh_json_get(root, ZH_SV("limits")), blocked = zh_json_get(root, ZH_SV("blocked"));
    *out = (zh_joining){ .policy = ZH_IDENTITY_POLICY_DEFAULT };
    if (!is_object_or_absent(limits)) return "limits";
    if (!read_number(zh_json_get(limits, ZH_SV("userIds")), 1, ZH_IDENTITY_POLICY_IDS_MAX, &out->policy.users_max)) return "limits.userIds";
    if (!read_number(zh_json_get(limits, ZH_SV("anonymousIds")), 1, ZH_IDENTITY_POLICY_IDS_MAX, &out->policy.anonymous_max)) return "limits.anonymousIds";
    if (!read_number(zh_json_get(root, ZH_SV("sharedFrom")), 2, ZH_IDENTITY_DEVICE_MOVES, &out->policy.shared_from)) return "sharedFrom";
    if (!zh_json_is(blocked, ZH_JSON_ARRAY) && !zh_json_is(blocked, ZH_JSON_ABSENT)) return "blocked";
    for (zh_json_iter it = zh_json_walk(blocked); zh_json_next(&it);)
        if (!zh_nobody_add(&out->blocked, zh_json_text_or_empty(it.value))) return "blocked";
    return NULL;
}

void zh_joining_put(const zh_joining *j, zh_json_out *out)
{
    zh_json_out_object(out);
    zh_json_out_key(out, ZH_SV("limits"));
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("userIds"), j->policy.users_max);
    zh_json_out_key_int(out, ZH_SV("anonymousIds"), j->policy.anonymous_max);
    zh_json_out_end(out);
    zh_json_out_key_int(out, ZH_SV("sharedFrom"), j->policy.shared_from);
    zh_json_out_key(out, ZH_SV("blocked"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < j->blocked.count; i++) zh_json_out_text(out, (zh_sv){ j->blocked.words[i], j->blocked.sizes[i] });
    zh_json_out_end(out);
    zh_json_out_end(out);
}

zh_err zh_joining_of(const zh_registry *registry, zh_joining *out)
{
    zh_sv text;
    zh_json *parser;
    zh_json_value root;
    *out = (zh_joining){ .policy = ZH_IDENTITY_POLICY_DEFAULT };
    if (zh_registry_setting(registry, ZH_JOINING_SETTING, &text) != ZH_OK) return ZH_OK;
    const zh_err e = zh_json_open(&parser, ZH_SETTING_BYTES_MAX);
    if (e != ZH_OK) return e;
    if (zh_json_parse(parser, text, &root, NULL) != ZH_OK || zh_joining_read(root, out) != NULL) *out = (zh_joining){ .policy = ZH_IDENTITY_POLICY_DEFAULT };
    zh_json_close(parser);
    return ZH_OK;
}
