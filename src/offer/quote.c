#include "offer/quote.h"
#include "core/record.h"

#include <stdio.h>
#include <stdlib.h>

#define VERSION 1

enum { FIRST_ORDER = 1, EACH = 2 };

/* ---- the price ---- */

static void price_each(const zh_price_ask *whole, zh_price *one, zh_price *out)
{
    *out = (zh_price){ 0 };
    for (uint32_t i = 0; i < whole->offers_count; i++) out->offers[i].refusal = ZH_REFUSAL_NOTHING_FITS;
    for (uint32_t l = 0; l < whole->lines_count; l++) {
        zh_price_ask ask = *whole;
        ask.lines = &whole->lines[l], ask.lines_count = 1;
        zh_price_of(&ask, one);
        out->line_listed[l] = one->line_listed[0], out->line_total[l] = one->line_total[0];
        memcpy(out->cuts[l], one->cuts[0], sizeof out->cuts[l]);
        out->listed_cents += one->listed_cents, out->off_cents += one->off_cents, out->total_cents += one->total_cents;
        for (uint32_t i = 0; i < whole->offers_count; i++) {
            const zh_price_verdict *v = &one->offers[i];
            if (v->refusal == ZH_REFUSAL_NONE) out->offers[i].off_cents += v->off_cents, out->offers[i].refusal = ZH_REFUSAL_NONE, out->offers[i].missing_cents = 0;
            else if (out->offers[i].refusal == ZH_REFUSAL_NOTHING_FITS) out->offers[i].refusal = v->refusal, out->offers[i].missing_cents = v->missing_cents;
        }
    }
}

zh_err zh_quote_price(const zh_quote *q, const zh_offers *offers, zh_price *out)
{
    zh_price_offer *given = calloc(q->offers_count + 1, sizeof *given);
    zh_price *one = q->each ? malloc(sizeof *one) : NULL;
    zh_err e = given == NULL || (q->each && one == NULL) ? ZH_NOMEM : ZH_OK;
    for (uint32_t i = 0; e == ZH_OK && i < q->offers_count; i++) {
        const zh_quote_offer *o = &q->offers[i];
        const zh_offer_version *v = zh_offers_version(offers, o->name, o->version);
        if (v == NULL || !v->is_good) e = ZH_ABSENT;
        else given[i] = (zh_price_offer){ &v->offer, o->closed, o->left_cents, o->gift_cents };
    }
    const zh_price_ask ask = { .lines = q->lines, .lines_count = q->lines_count, .offers = given, .offers_count = q->offers_count,
                               .currency = q->currency, .channel = q->channel, .day = q->day, .first_order = q->first_order };
    if (e == ZH_OK && q->each) price_each(&ask, one, out);
    else if (e == ZH_OK) zh_price_of(&ask, out);
    free(given);
    free(one);
    return e;
}

/* ---- the record ---- */

static void put_outcome(const zh_quote *q, const zh_price *p, zh_buf *out)
{
    for (uint32_t l = 0; l < q->lines_count; l++)
        for (int layer = 0; layer < ZH_OFFER_LAYERS; layer++) {
            zh_buf_put_var(out, p->cuts[l][layer].offer == ZH_PRICE_NO_OFFER ? 0 : p->cuts[l][layer].offer + 1);
            zh_buf_put_var(out, (uint64_t)p->cuts[l][layer].cents);
        }
    for (uint32_t i = 0; i < q->offers_count; i++) {
        zh_buf_put_u8(out, (uint8_t)p->offers[i].refusal);
        zh_buf_put_var(out, (uint64_t)p->offers[i].missing_cents);
    }
}

static void put_given(const zh_quote *q, zh_buf *out)
{
    zh_buf_put_var(out, q->lines_count);
    for (uint32_t l = 0; l < q->lines_count; l++) {
        const zh_price_line *line = &q->lines[l];
        zh_buf_put_text(out, line->item);
        zh_buf_put_text(out, line->category);
        zh_buf_put_text(out, line->brand);
        zh_buf_put_var(out, (uint64_t)line->unit_cents);
        zh_buf_put_var(out, (uint64_t)line->quantity);
    }
    zh_buf_put_var(out, q->offers_count);
    for (uint32_t i = 0; i < q->offers_count; i++) {
        const zh_quote_offer *o = &q->offers[i];
        zh_buf_put_text(out, o->name);
        zh_buf_put_var(out, o->version);
        zh_buf_put_var(out, o->coupon);
        zh_buf_put_u8(out, (uint8_t)o->closed);
        zh_buf_put_zig(out, o->left_cents);
        zh_buf_put_zig(out, o->gift_cents);
    }
}

void zh_quote_put(const zh_quote *q, const zh_price *p, zh_buf *out)
{
    zh_record_begin(out, ZH_RECORD_QUOTE, VERSION);
    zh_buf_put_u64(out, q->high);
    zh_buf_put_u64(out, q->low);
    zh_buf_put_zig(out, q->at_ms);
    zh_buf_put_u8(out, (uint8_t)((q->first_order ? FIRST_ORDER : 0) | (q->each ? EACH : 0)));
    zh_buf_put_u8(out, (uint8_t)q->channel);
    zh_buf_put_u32(out, q->currency.code);
    zh_buf_put_zig(out, q->day);
    put_given(q, out);
    put_outcome(q, p, out);
}

static int64_t read_within(zh_reader *r, int64_t least, int64_t most)
{
    const uint64_t value = zh_read_var(r);
    if (value > (uint64_t)most || (int64_t)value < least) r->bad = true;
    return r->bad ? least : (int64_t)value;
}

static zh_sv read_text(zh_reader *r, size_t most)
{
    const zh_sv text = zh_read_text(r);
    if (text.size > most) r->bad = true;
    return text;
}

static void read_line(zh_reader *r, zh_price_line *line)
{
    line->item = read_text(r, 255);
    line->category = read_text(r, 255);
    line->brand = read_text(r, 255);
    line->unit_cents = read_within(r, 0, ZH_OFFER_CENTS_MAX);
    line->quantity = (int32_t)read_within(r, 1, ZH_PRICE_QUANTITY_MAX);
}

static void read_offer(zh_reader *r, zh_quote_offer *o)
{
    o->name = read_text(r, ZH_OFFER_NAME_BYTES_MAX);
    o->version = (uint32_t)read_within(r, 1, ZH_OFFER_VERSIONS_MAX);
    o->coupon = (uint32_t)read_within(r, 0, UINT32_MAX);
    const uint8_t closed = zh_read_u8(r);
    o->left_cents = zh_read_zig(r);
    o->gift_cents = zh_read_zig(r);
    if (closed >= ZH_REFUSALS || o->left_cents < -1 || o->gift_cents < -1 || o->gift_cents > ZH_OFFER_CENTS_MAX) r->bad = true;
    else o->closed = (zh_refusal)closed;
}

/* The outcome as it was told; sums are worked out of its cuts. */
static void read_outcome(zh_reader *r, const zh_quote *q, zh_price *p)
{
    *p = (zh_price){ 0 };
    for (uint32_t l = 0; l < q->lines_count && !r->bad; l++) {
        p->line_listed[l] = p->line_total[l] = q->lines[l].unit_cents * q->lines[l].quantity;
        for (int layer = 0; layer < ZH_OFFER_LAYERS; layer++) {
            zh_price_cut *cut = &p->cuts[l][layer];
            cut->offer = (uint32_t)read_within(r, 0, q->offers_count) - 1; /* 0 becomes ZH_PRICE_NO_OFFER */
            cut->cents = read_within(r, 0, p->line_total[l]);
            if (cut->offer == ZH_PRICE_NO_OFFER && cut->cents != 0) r->bad = true;
            if (r->bad) return;
            p->line_total[l] -= cut->cents;
            if (cut->offer != ZH_PRICE_NO_OFFER) p->offers[cut->offer].off_cents += cut->cents;
        }
        p->listed_cents += p->line_listed[l], p->total_cents += p->line_total[l];
    }
    p->off_cents = p->listed_cents - p->total_cents;
    for (uint32_t i = 0; i < q->offers_count && !r->bad; i++) {
        const uint8_t refusal = zh_read_u8(r);
        if (refusal >= ZH_REFUSALS) r->bad = true;
        else p->offers[i].refusal = (zh_refusal)refusal;
        p->offers[i].missing_cents = read_within(r, 0, INT64_MAX);
    }
}

static zh_err read_given(zh_reader *r, zh_arena *arena, zh_quote *q)
{
    q->lines_count = (uint32_t)read_within(r, 1, ZH_PRICE_LINES_MAX);
    if ((q->lines = ZH_TAKE(arena, zh_price_line, q->lines_count)) == NULL) return ZH_NOMEM;
    for (uint32_t l = 0; l < q->lines_count && !r->bad; l++) read_line(r, &q->lines[l]);
    q->offers_count = (uint32_t)read_within(r, 0, ZH_PRICE_OFFERS_MAX);
    if ((q->offers = ZH_TAKE(arena, zh_quote_offer, q->offers_count)) == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < q->offers_count && !r->bad; i++) read_offer(r, &q->offers[i]);
    return r->bad ? ZH_FORMAT : ZH_OK;
}

zh_err zh_quote_get(zh_sv record, zh_arena *arena, zh_quote *q, zh_price *price)
{
    zh_reader r = zh_reader_on(record);
    *q = (zh_quote){ 0 };
    if (zh_read_u8(&r) != ZH_RECORD_QUOTE || zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    q->high = zh_read_u64(&r);
    q->low = zh_read_u64(&r);
    q->at_ms = zh_read_zig(&r);
    const uint8_t flags = zh_read_u8(&r), channel = zh_read_u8(&r);
    q->currency.code = zh_read_u32(&r);
    const int64_t day = zh_read_zig(&r);
    if (r.bad || flags > (FIRST_ORDER | EACH) || channel >= ZH_OFFER_CHANNELS || day <= INT32_MIN || day > INT32_MAX) return ZH_FORMAT;
    q->first_order = (flags & FIRST_ORDER) != 0, q->each = (flags & EACH) != 0;
    q->channel = (zh_offer_channel)channel, q->day = (int32_t)day;
    const zh_err e = read_given(&r, arena, q);
    if (e != ZH_OK) return e;
    read_outcome(&r, q, price);
    return r.bad || zh_reader_left(&r) != 0 ? ZH_FORMAT : ZH_OK;
}

zh_err zh_quote_replay(zh_sv record, const zh_offers *offers, zh_arena *arena)
{
    zh_quote q;
    zh_price *told = ZH_TAKE(arena, zh_price, 2), *again = told + 1;
    if (told == NULL) return ZH_NOMEM;
    zh_err e = zh_quote_get(record, arena, &q, told);
    if (e == ZH_OK) e = zh_quote_price(&q, offers, again);
    if (e != ZH_OK) return e;
    zh_buf bytes = zh_buf_open(record.size + 4096);
    zh_quote_put(&q, again, &bytes);
    if ((e = zh_buf_err(&bytes)) == ZH_FULL) e = ZH_STALE; /* longer than what was told */
    if (e == ZH_OK && !zh_sv_equal(zh_buf_view(&bytes), record)) e = ZH_STALE;
    zh_buf_close(&bytes);
    return e;
}

/* ---- ids ---- */

zh_err zh_quote_id_of(zh_sv record, uint64_t *high, uint64_t *low)
{
    zh_reader r = zh_reader_on(record);
    if (zh_read_u8(&r) != ZH_RECORD_QUOTE || zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    *high = zh_read_u64(&r);
    *low = zh_read_u64(&r);
    return r.bad ? ZH_FORMAT : ZH_OK;
}

void zh_quote_id_print(uint64_t high, uint64_t low, char out[ZH_QUOTE_ID_TEXT_BYTES])
{
    (void)snprintf(out, ZH_QUOTE_ID_TEXT_BYTES, "%016llx%016llx", (unsigned long long)high, (unsigned long long)low);
}

zh_err zh_quote_id_parse(zh_sv text, uint64_t *high, uint64_t *low)
{
    uint64_t half[2] = { 0, 0 };
    if (text.size != ZH_QUOTE_ID_TEXT_BYTES - 1) return ZH_FORMAT;
    for (size_t i = 0; i < text.size; i++) {
        const char c = text.data[i];
        const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0) return ZH_FORMAT;
        half[i / 16] = half[i / 16] << 4 | (uint64_t)digit;
    }
    *high = half[0], *low = half[1];
    return ZH_OK;
}
