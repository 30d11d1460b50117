/* The records of identity as bytes; identity.h draws them. */
#include "core/record.h"
#include "profile/identity.h"

#define VERSION 1

void zh_identity_link_put(const zh_identity_link *link, zh_buf *out)
{
    zh_record_begin(out, ZH_RECORD_IDENTITY, VERSION);
    zh_buf_put_u8(out, (uint8_t)link->id.kind);
    zh_buf_put_u64(out, link->id.blind.high);
    zh_buf_put_u64(out, link->id.blind.low);
    zh_buf_put_u64(out, link->customer.number);
    zh_buf_put_u32(out, link->turn);
    zh_buf_put_i64(out, link->at_ms);
    zh_buf_put_u8(out, link->dek.size > 0);
    zh_buf_put(out, link->dek);
    zh_buf_put_text(out, link->sealed);
}

void zh_identity_merge_put(const zh_identity_merge *merge, zh_buf *out)
{
    zh_record_begin(out, ZH_RECORD_MERGE, VERSION);
    zh_buf_put_u64(out, merge->from.number);
    zh_buf_put_u64(out, merge->to.number);
    zh_buf_put_i64(out, merge->at_ms);
    zh_buf_put_u8(out, (uint8_t)merge->why);
}

void zh_identity_unmerge_put(const zh_identity_unmerge *unmerge, zh_buf *out)
{
    zh_record_begin(out, ZH_RECORD_UNMERGE, VERSION);
    zh_buf_put_u64(out, unmerge->from.number);
    zh_buf_put_u64(out, unmerge->to.number);
    zh_buf_put_i64(out, unmerge->at_ms);
    zh_buf_put_i64(out, unmerge->merged_ms);
    zh_buf_put_u8(out, (uint8_t)unmerge->why);
    zh_buf_put_u8(out, unmerge->actor_kind);
    zh_buf_put_var(out, unmerge->actor_number);
}

static bool head_is(zh_reader *r, zh_record_kind kind)
{
    const uint8_t have_kind = zh_read_u8(r), version = zh_read_u8(r);
    return have_kind == kind && version == VERSION;
}

static bool is_number(uint64_t number)
{
    return number > 0 && number <= ZH_IDENTITY_CUSTOMERS_MAX;
}

zh_err zh_identity_link_get(zh_sv record, zh_identity_link *out)
{
    zh_reader r = zh_reader_on(record);
    if (!head_is(&r, ZH_RECORD_IDENTITY)) return ZH_FORMAT;
    *out = (zh_identity_link){ .id.kind = (zh_id_kind)zh_read_u8(&r) };
    out->id.blind.high = zh_read_u64(&r);
    out->id.blind.low = zh_read_u64(&r);
    out->customer.number = zh_read_u64(&r);
    out->turn = zh_read_u32(&r);
    out->at_ms = zh_read_i64(&r);
    const uint8_t has_dek = zh_read_u8(&r);
    if (has_dek == 1) out->dek = zh_read_bytes(&r, sizeof(zh_wrapped_dek));
    out->sealed = zh_read_text(&r);

    if (r.bad || zh_reader_left(&r) > 0 || has_dek > 1) return ZH_FORMAT;
    if (out->id.kind < ZH_ID_USER || out->id.kind >= ZH_ID_KIND_END) return ZH_FORMAT;
    if (!is_number(out->customer.number) || out->turn == 0 || out->turn > ZH_IDENTITY_TURN_MAX) return ZH_FORMAT;
    return out->sealed.size <= ZH_IDENTITY_SEALED_BYTES_MAX ? ZH_OK : ZH_FORMAT;
}

zh_err zh_identity_merge_get(zh_sv record, zh_identity_merge *out)
{
    zh_reader r = zh_reader_on(record);
    if (!head_is(&r, ZH_RECORD_MERGE)) return ZH_FORMAT;
    *out = (zh_identity_merge){ 0 };
    out->from.number = zh_read_u64(&r);
    out->to.number = zh_read_u64(&r);
    out->at_ms = zh_read_i64(&r);
    out->why = (zh_merge_why)zh_read_u8(&r);

    if (r.bad || zh_reader_left(&r) > 0) return ZH_FORMAT;
    if (!is_number(out->from.number) || !is_number(out->to.number)) return ZH_FORMAT;
    if (out->from.number == out->to.number) return ZH_FORMAT;
    return out->why >= ZH_MERGE_LOGIN && out->why < ZH_MERGE_WHY_END ? ZH_OK : ZH_FORMAT;
}

zh_err zh_identity_unmerge_get(zh_sv record, zh_identity_unmerge *out)
{
    zh_reader r = zh_reader_on(record);
    if (!head_is(&r, ZH_RECORD_UNMERGE)) return ZH_FORMAT;
    *out = (zh_identity_unmerge){ 0 };
    out->from.number = zh_read_u64(&r);
    out->to.number = zh_read_u64(&r);
    out->at_ms = zh_read_i64(&r);
    out->merged_ms = zh_read_i64(&r);
    out->why = (zh_merge_why)zh_read_u8(&r);
    out->actor_kind = zh_read_u8(&r);
    const uint64_t actor = zh_read_var(&r);
    out->actor_number = (uint32_t)actor;

    if (r.bad || zh_reader_left(&r) > 0 || actor > UINT32_MAX) return ZH_FORMAT;
    if (!is_number(out->from.number) || !is_number(out->to.number) || out->from.number == out->to.number) return ZH_FORMAT;
    return out->why >= ZH_MERGE_LOGIN && out->why < ZH_MERGE_WHY_END ? ZH_OK : ZH_FORMAT;
}
