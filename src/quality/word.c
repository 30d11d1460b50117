#include "quality/word.h"

#define VERSION 1

const char *zh_rule_fault(const zh_rule *rule)
{
    if (rule->count > ZH_RULE_PROPERTIES_MAX) return "a plan lists at most 64 properties of an event";
    for (uint32_t i = 0; i < rule->count; i++) {
        const zh_rule_property *p = &rule->properties[i];
        if (p->name.size == 0 || p->name.size > ZH_RULE_NAME_BYTES_MAX) return "the name of a property has 1 to 64 bytes";
        if (p->kinds == 0 || p->kinds >> ZH_KINDS != 0) return "a property has at least one type: bool, number, digits, text, object, array, none";
        for (uint32_t k = 0; k < i; k++)
            if (zh_sv_equal(rule->properties[k].name, p->name)) return "a property stands twice";
    }
    return NULL;
}

static const zh_rule_property *rule_of(const zh_rule *rule, zh_sv name)
{
    for (uint32_t i = 0; i < rule->count; i++)
        if (zh_sv_equal(rule->properties[i].name, name)) return &rule->properties[i];
    return NULL;
}

bool zh_rule_is_violated(const zh_rule *rule, const zh_shape *shape, zh_sv *which)
{
    zh_sv unused;
    if (which == NULL) which = &unused;
    if (!rule->locked) return false;
    for (uint32_t i = 0; i < rule->count; i++) {
        const zh_rule_property *p = &rule->properties[i];
        const zh_shape_member *m = zh_shape_get(shape, p->name);
        const bool absent = m == NULL || (m->kind == ZH_KIND_NONE && (p->kinds & 1u << ZH_KIND_NONE) == 0);
        *which = p->name;
        if (absent && p->required) return true;
        if (!absent && (p->kinds & 1u << m->kind) == 0) return true;
    }
    for (uint32_t i = 0; rule->closed && i < shape->count; i++) {
        *which = shape->members[i].name;
        if (rule_of(rule, *which) == NULL) return true;
    }
    return false;
}

void zh_rule_put(const zh_rule *rule, zh_buf *out)
{
    zh_buf_put_u8(out, rule->locked);
    zh_buf_put_u8(out, (uint8_t)rule->action);
    zh_buf_put_u8(out, rule->closed);
    zh_buf_put_u8(out, (uint8_t)rule->count);
    for (uint32_t i = 0; i < rule->count; i++) {
        zh_buf_put_text(out, rule->properties[i].name);
        zh_buf_put_u8(out, rule->properties[i].kinds);
        zh_buf_put_u8(out, rule->properties[i].required);
    }
}

bool zh_rule_read(zh_reader *r, zh_rule *out)
{
    const uint8_t locked = zh_read_u8(r);
    const uint8_t action = zh_read_u8(r);
    const uint8_t closed = zh_read_u8(r);
    out->count = zh_read_u8(r);
    if (out->count > ZH_RULE_PROPERTIES_MAX || locked > 1 || closed > 1 || action > ZH_RULE_REJECT) return false;
    out->locked = locked == 1;
    out->closed = closed == 1;
    out->action = (zh_rule_action)action;
    for (uint32_t i = 0; i < out->count; i++) {
        zh_rule_property *p = &out->properties[i];
        p->name = zh_read_text(r);
        p->kinds = zh_read_u8(r);
        const uint8_t required = zh_read_u8(r);
        if (required > 1) return false;
        p->required = required == 1;
    }
    return !r->bad && zh_rule_fault(out) == NULL;
}

void zh_word_put(const zh_word *w, zh_buf *out)
{
    zh_record_begin(out, ZH_RECORD_WORD, VERSION);
    zh_buf_put_u8(out, (uint8_t)w->what);
    zh_buf_put_i64(out, w->at_ms);
    zh_buf_put_u8(out, w->actor_kind);
    zh_buf_put_var(out, w->actor_number);
    switch (w->what) {
    case ZH_WORD_RULE:
        zh_buf_put_u32(out, w->source.number);
        zh_buf_put_text(out, w->name);
        zh_buf_put_u8(out, w->gone);
        if (!w->gone) zh_rule_put(&w->rule, out);
        break;
    case ZH_WORD_EVENT:
        zh_buf_put_u8(out, (uint8_t)w->reason);
        zh_buf_put_var(out, w->partition);
        zh_buf_put_var(out, w->sequence);
        zh_buf_put_text(out, w->event);
        break;
    case ZH_WORD_CUSTOMER: zh_buf_put_var(out, w->customer.number); break;
    case ZH_WORD_EVENTS:
        zh_buf_put_u8(out, (uint8_t)w->reason);
        zh_buf_put_u32(out, w->source.number);
        zh_buf_put_text(out, w->name);
        break;
    }
}

static bool read_reason(zh_reader *r, zh_quality_reason *out)
{
    const uint8_t reason = zh_read_u8(r);
    *out = (zh_quality_reason)reason;
    return reason < ZH_QUALITY_REASONS;
}

static bool read_rest(zh_reader *r, zh_word *out)
{
    uint64_t number;
    switch (out->what) {
    case ZH_WORD_RULE:
        out->source.number = zh_read_u32(r);
        out->name = zh_read_text(r);
        number = zh_read_u8(r);
        out->gone = number == 1;
        return number <= 1 && out->name.size <= ZH_EVENT_NAME_BYTES_MAX && (out->gone || zh_rule_read(r, &out->rule));
    case ZH_WORD_EVENT:
        if (!read_reason(r, &out->reason)) return false;
        number = zh_read_var(r);
        out->partition = (uint32_t)number;
        out->sequence = zh_read_var(r);
        out->event = zh_read_text(r);
        return number <= UINT32_MAX;
    case ZH_WORD_CUSTOMER: out->customer.number = zh_read_var(r); return out->customer.number > 0;
    case ZH_WORD_EVENTS:
        if (!read_reason(r, &out->reason)) return false;
        out->source.number = zh_read_u32(r);
        out->name = zh_read_text(r);
        return out->name.size <= ZH_EVENT_NAME_BYTES_MAX;
    }
    return false;
}

zh_err zh_word_get(zh_sv record, zh_word *out)
{
    zh_reader r = zh_reader_on(record);
    *out = (zh_word){ 0 };
    if (zh_read_u8(&r) != ZH_RECORD_WORD || zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    out->what = (zh_word_what)zh_read_u8(&r);
    out->at_ms = zh_read_i64(&r);
    out->actor_kind = zh_read_u8(&r);
    const uint64_t actor = zh_read_var(&r);
    out->actor_number = (uint32_t)actor;
    return read_rest(&r, out) && actor <= UINT32_MAX && !r.bad && zh_reader_left(&r) == 0 ? ZH_OK : ZH_FORMAT;
}
