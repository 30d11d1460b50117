#include "offer/act.h"
#include "core/record.h"

#define VERSION 1

void zh_offer_act_put(const zh_offer_act *a, zh_buf *out)
{
    zh_record_begin(out, ZH_RECORD_OFFER, VERSION);
    zh_buf_put_u8(out, (uint8_t)a->kind);
    zh_buf_put_zig(out, a->at_ms);
    if (a->kind == ZH_OFFER_ACT_CLAIM) {
        zh_buf_put_text(out, a->offer);
        zh_buf_put_var(out, a->version);
        zh_buf_put_var(out, a->coupon);
        zh_buf_put_var(out, a->customer.number);
        zh_buf_put_u64(out, a->claim_key);
        return;
    }
    zh_buf_put_u64(out, a->order);
    if (a->kind == ZH_OFFER_ACT_RELEASE) zh_buf_put_u8(out, (uint8_t)a->cause);
    if (a->kind != ZH_OFFER_ACT_HOLD) return;
    zh_buf_put_var(out, a->customer.number);
    zh_buf_put_zig(out, a->until_ms);
    zh_buf_put_u64(out, a->quote[0]);
    zh_buf_put_u64(out, a->quote[1]);
    zh_buf_put_var(out, a->uses_count);
    for (uint32_t i = 0; i < a->uses_count; i++) {
        zh_buf_put_text(out, a->uses[i].offer);
        zh_buf_put_var(out, a->uses[i].version);
        zh_buf_put_var(out, a->uses[i].coupon);
        zh_buf_put_var(out, (uint64_t)a->uses[i].cents);
    }
}

static uint64_t read_within(zh_reader *r, uint64_t least, uint64_t most)
{
    const uint64_t value = zh_read_var(r);
    if (value < least || value > most) r->bad = true;
    return r->bad ? 0 : value;
}

static zh_sv read_name(zh_reader *r)
{
    const zh_sv name = zh_read_text(r);
    if (!zh_offer_name_is_good(name)) r->bad = true;
    return r->bad ? (zh_sv){ 0 } : name;
}

static void read_hold(zh_reader *r, zh_offer_act *a)
{
    a->customer.number = zh_read_var(r);
    a->until_ms = zh_read_zig(r);
    a->quote[0] = zh_read_u64(r);
    a->quote[1] = zh_read_u64(r);
    a->uses_count = (uint32_t)read_within(r, 0, ZH_OFFER_ACT_USES_MAX);
    for (uint32_t i = 0; i < a->uses_count && !r->bad; i++) {
        zh_offer_act_use *u = &a->uses[i];
        u->offer = read_name(r);
        u->version = (uint32_t)read_within(r, 1, UINT16_MAX);
        u->coupon = (uint32_t)read_within(r, 0, ZH_COUPONS_MAX);
        u->cents = (int64_t)read_within(r, 0, INT64_MAX / 1024); /* sums of a million such fit nowhere near the end: carts are below 2^57 */
    }
}

zh_err zh_offer_act_get(zh_sv record, zh_offer_act *a)
{
    zh_reader r = zh_reader_on(record);
    *a = (zh_offer_act){ 0 };
    if (zh_read_u8(&r) != ZH_RECORD_OFFER || zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    const uint8_t kind = zh_read_u8(&r);
    if (kind < ZH_OFFER_ACT_CLAIM || kind > ZH_OFFER_ACT_RELEASE) return ZH_FORMAT;
    a->kind = (zh_offer_act_kind)kind;
    a->at_ms = zh_read_zig(&r);
    if (a->kind == ZH_OFFER_ACT_CLAIM) {
        a->offer = read_name(&r);
        a->version = (uint32_t)read_within(&r, 1, UINT16_MAX);
        a->coupon = (uint32_t)read_within(&r, 1, ZH_COUPONS_MAX);
        a->customer.number = read_within(&r, 1, UINT64_MAX);
        a->claim_key = zh_read_u64(&r);
    } else if ((a->order = zh_read_u64(&r)) == 0) return ZH_FORMAT;
    if (a->kind == ZH_OFFER_ACT_HOLD) read_hold(&r, a);
    if (a->kind == ZH_OFFER_ACT_RELEASE) {
        const uint8_t cause = zh_read_u8(&r);
        if (cause >= ZH_RELEASES) r.bad = true;
        else a->cause = (zh_release)cause;
    }
    return r.bad || zh_reader_left(&r) != 0 ? ZH_FORMAT : ZH_OK;
}
