/* The record of feedback.
 *
 *     u8 kind = 10   u8 version = 1   var customer   u8 what (zh_feedback_kind)   u8 scope   u8 flags: 1 takes back, 2 of a decision
 *     i64 at   text thing   u8 actor kind   var actor number   [of a decision: u64 high   u64 low]
 */
#include "profile/feedback.h"
#include "base/time.h"
#include "base/utf8.h"

#include <assert.h>

#define VERSION 1
enum { FLAG_UNDO = 1, FLAG_DECISION = 2 };

static const char *const scopes[] = { "?", "item", "brand", "category" };

const char *zh_feedback_kind_text(zh_feedback_kind kind)
{
    switch (kind) {
#define X(name, number, text) case ZH_FEEDBACK_##name: return text;
        ZH_FEEDBACK_LIST(X)
#undef X
    }
    return "?";
}

bool zh_feedback_kind_of(zh_sv text, zh_feedback_kind *out)
{
    for (int kind = ZH_FEEDBACK_BLOCK; kind <= ZH_FEEDBACK_USEFUL; kind++) {
        if (!zh_sv_equal(text, zh_sv_of(zh_feedback_kind_text((zh_feedback_kind)kind)))) continue;
        *out = (zh_feedback_kind)kind;
        return true;
    }
    return false;
}

const char *zh_feedback_scope_text(zh_feedback_scope scope)
{
    return (unsigned)scope <= ZH_FEEDBACK_CATEGORY ? scopes[scope] : scopes[0];
}

bool zh_feedback_scope_of(zh_sv text, zh_feedback_scope *out)
{
    for (int scope = ZH_FEEDBACK_ITEM; scope <= ZH_FEEDBACK_CATEGORY; scope++) {
        if (!zh_sv_equal(text, zh_sv_of(scopes[scope]))) continue;
        *out = (zh_feedback_scope)scope;
        return true;
    }
    return false;
}

uint64_t zh_feedback_target(zh_feedback_scope scope, zh_sv text)
{
    return scope == ZH_FEEDBACK_ITEM ? zh_item_id_of(text).number : zh_fast64(text);
}

static bool text_is_good(zh_sv text)
{
    if (text.size == 0 || text.size > ZH_FEEDBACK_TEXT_BYTES_MAX || zh_utf8_valid(text) != text.size) return false;
    for (size_t i = 0; i < text.size; i++)
        if ((unsigned char)text.data[i] < 0x20 || text.data[i] == 0x7F) return false;
    return true;
}

bool zh_feedback_is_good(const zh_feedback *f)
{
    if (f->customer.number == 0 || f->at_ms < 0 || f->at_ms > ZH_TIME_MS_MAX || !text_is_good(f->text)) return false;
    if (f->scope < ZH_FEEDBACK_ITEM || f->scope > ZH_FEEDBACK_CATEGORY) return false;
    if (f->kind == ZH_FEEDBACK_WHY || f->kind == ZH_FEEDBACK_USEFUL) return f->scope == ZH_FEEDBACK_ITEM && !f->is_undo;
    return f->kind == ZH_FEEDBACK_BLOCK || f->kind == ZH_FEEDBACK_NOT_INTERESTED;
}

static bool of_decision(const zh_feedback *f) { return f->decision.high != 0 || f->decision.low != 0; }

void zh_feedback_put(const zh_feedback *f, zh_buf *out)
{
    assert(zh_feedback_is_good(f));
    zh_record_begin(out, ZH_RECORD_FEEDBACK, VERSION);
    zh_buf_put_var(out, f->customer.number);
    zh_buf_put_u8(out, (uint8_t)f->kind);
    zh_buf_put_u8(out, (uint8_t)f->scope);
    zh_buf_put_u8(out, (uint8_t)((f->is_undo ? FLAG_UNDO : 0) | (of_decision(f) ? FLAG_DECISION : 0)));
    zh_buf_put_i64(out, f->at_ms);
    zh_buf_put_text(out, f->text);
    zh_buf_put_u8(out, f->actor_kind);
    zh_buf_put_var(out, f->actor_number);
    if (!of_decision(f)) return;
    zh_buf_put_u64(out, f->decision.high);
    zh_buf_put_u64(out, f->decision.low);
}

zh_err zh_feedback_get(zh_sv record, zh_feedback *out)
{
    zh_reader r = zh_reader_on(record);
    if (zh_read_u8(&r) != ZH_RECORD_FEEDBACK || zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    zh_feedback f = { .customer = { zh_read_var(&r) } };
    f.kind = (zh_feedback_kind)zh_read_u8(&r);
    f.scope = (zh_feedback_scope)zh_read_u8(&r);
    const uint8_t flags = zh_read_u8(&r);
    f.is_undo = (flags & FLAG_UNDO) != 0;
    f.at_ms = zh_read_i64(&r);
    f.text = zh_read_text(&r);
    f.actor_kind = zh_read_u8(&r);
    const uint64_t actor = zh_read_var(&r);
    if ((flags & FLAG_DECISION) != 0) {
        f.decision.high = zh_read_u64(&r);
        f.decision.low = zh_read_u64(&r);
        if (!of_decision(&f)) return ZH_FORMAT; /* there is one form */
    }
    if (r.bad || zh_reader_left(&r) != 0 || flags > (FLAG_UNDO | FLAG_DECISION) || actor > UINT32_MAX || !zh_feedback_is_good(&f)) return ZH_FORMAT;
    f.actor_number = (uint32_t)actor;
    *out = f;
    return ZH_OK;
}
