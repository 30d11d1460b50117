/* Entries of the orders report. The first byte of a key says the kind:
 *
 *   't'                          sums of zh_sales_sums, cancel rows, repeated orders, first and last ms
 *   'o' u64 hash                 u8 flags, zig first ms, u64 u64 its key, u32 currency, [flags & WHOLE:
 *                                zig ms, u64 u64 key, u32 currency, text country, sums]
 *   'h' u32 currency u32 hour    the eight sums of an hour
 *   'c' u32 currency, text       rows, clean rows, clean revenue of a country
 *   's' u64 hash                 nothing: it is there
 *   'u' u64 customer             u8 flags, var who absorbed it
 *
 * Numbers in keys are big-endian (a day as two's complement with the sign bit turned), in values
 * little-endian or zig. Every value begins with u8 version=1.
 */
#include "measure/sales_inside.h"

#define VERSION 2
#define WHOLE 64 /* in the flags of an order */
#define KEY_BYTES_MAX (5 + ZH_SALES_COUNTRY_BYTES_MAX)

static void put_big(zh_buf *out, uint64_t value, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--) zh_buf_put_u8(out, (uint8_t)(value >> (8 * i)));
}

static uint64_t read_big(zh_reader *r, int bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++) value = value << 8 | zh_read_u8(r);
    return value;
}

static void put_many(zh_buf *out, const int64_t *values, size_t count)
{
    for (size_t i = 0; i < count; i++) zh_buf_put_zig(out, values[i]);
}

static void read_many(zh_reader *r, int64_t *values, size_t count)
{
    for (size_t i = 0; i < count; i++) values[i] = zh_read_zig(r);
}

static void put_first(zh_buf *out, const zh_sales_first *first)
{
    zh_buf_put_zig(out, first->ms);
    zh_buf_put_u64(out, first->key.high);
    zh_buf_put_u64(out, first->key.low);
    zh_buf_put_u32(out, first->currency.code);
}

static zh_sales_first read_first(zh_reader *r)
{
    zh_sales_first first;
    first.ms = zh_read_zig(r);
    first.key.high = zh_read_u64(r);
    first.key.low = zh_read_u64(r);
    first.currency.code = zh_read_u32(r);
    return first;
}

/* ---- save ---- */

typedef struct saver {
    zh_keep keep;
    zh_buf key, value;
    bool all;
    zh_err e;
} saver;

static void begin(saver *to, char kind)
{
    zh_buf_reset(&to->key);
    zh_buf_reset(&to->value);
    zh_buf_put_u8(&to->key, (uint8_t)kind);
    zh_buf_put_u8(&to->value, VERSION);
}

static bool done(saver *to, bool gone)
{
    if (to->e == ZH_OK) to->e = zh_buf_err(&to->key);
    if (to->e == ZH_OK) to->e = zh_buf_err(&to->value);
    if (to->e == ZH_OK && !(gone && to->all))
        to->e = to->keep.put(to->keep.context, zh_buf_view(&to->key), gone ? (zh_sv){ 0 } : zh_buf_view(&to->value));
    return to->e == ZH_OK && !to->all;
}

static bool is_zero(const int64_t *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (values[i] != 0) return false;
    return true;
}

static void save_totals(zh_sales *s, saver *to)
{
    if (!to->all && !s->dirty) return;
    begin(to, 't');
    put_many(&to->value, (const int64_t *)(const void *)&s->totals, ZH_SALES_SUMS);
    put_many(&to->value, (const int64_t[]){ s->cancel_rows, s->repeated_orders, s->first_ms, s->last_ms }, 4);
    if (done(to, s->first_ms == INT64_MAX)) s->dirty = false;
}

static void save_order(zh_sales *s, saver *to, zh_sales_order *o)
{
    begin(to, 'o');
    put_big(&to->key, o->hash, 8);
    const bool whole = o->whole != ZH_SALES_NO_WHOLE;
    zh_buf_put_u8(&to->value, (uint8_t)((o->flags & ~(uint32_t)ZH_SALES_DIRTY) | (whole ? WHOLE : 0)));
    put_first(&to->value, &o->first);
    if (whole) {
        const zh_sales_whole *w = zh_sales_whole_of(s, o->whole);
        const zh_sales_name *name = zh_sales_name_of(s, w->country);
        put_first(&to->value, &w->first);
        zh_buf_put_text(&to->value, (zh_sv){ name->text, name->size });
        put_many(&to->value, (const int64_t *)(const void *)&w->sums, ZH_SALES_SUMS);
    }
    if (done(to, false)) o->flags &= ~(uint32_t)ZH_SALES_DIRTY;
}

static void save_period(saver *to, zh_sales_period *p)
{
    begin(to, 'h');
    put_big(&to->key, p->currency.code, 4);
    put_big(&to->key, (uint32_t)p->hour ^ 0x80000000u, 4);
    put_many(&to->value, &p->orders, ZH_SALES_PERIOD_SUMS);
    if (done(to, is_zero(&p->orders, ZH_SALES_PERIOD_SUMS))) p->dirty = false;
}

static void save_corner(const zh_sales *s, saver *to, zh_sales_corner *c)
{
    const zh_sales_name *name = zh_sales_name_of(s, c->country);
    begin(to, 'c');
    put_big(&to->key, c->currency.code, 4);
    zh_buf_put(&to->key, (zh_sv){ name->text, name->size });
    put_many(&to->value, &c->rows, 3);
    if (done(to, false)) c->dirty = false; /* a country once named stays named */
}

static void save_codes(zh_sales *s, saver *to)
{
    uint64_t hash, unsaved;
    for (size_t at = 0; to->e == ZH_OK && zh_map_next(&s->codes, &at, &hash, &unsaved);) {
        if (!to->all && unsaved == 0) continue;
        begin(to, 's');
        put_big(&to->key, hash, 8);
        if (done(to, false)) *zh_map_get(&s->codes, hash) = 0;
    }
}

static void save_person(const zh_sales *s, saver *to, uint64_t customer)
{
    const uint64_t *there = zh_map_get(&s->people, customer);
    const uint64_t value = there == NULL ? 0 : *there;
    begin(to, 'u');
    put_big(&to->key, customer, 8);
    zh_buf_put_u8(&to->value, (uint8_t)value);
    zh_buf_put_var(&to->value, value >> 8);
    (void)done(to, value == 0);
}

zh_err zh_sales_save(zh_sales *s, bool all, zh_keep keep)
{
    saver to = { keep, zh_buf_open(KEY_BYTES_MAX), zh_buf_open(1024), all, ZH_OK };
    uint64_t customer, ignored;
    save_totals(s, &to);
    for (size_t i = 0; i < zh_sales_orders(s) && to.e == ZH_OK; i++)
        if (all || (zh_sales_order_of(s, i)->flags & ZH_SALES_DIRTY)) save_order(s, &to, zh_sales_order_of(s, i));
    for (size_t i = 0; i < zh_sales_periods(s) && to.e == ZH_OK; i++)
        if (all || zh_sales_period_of(s, i)->dirty) save_period(&to, zh_sales_period_of(s, i));
    for (size_t i = 0; i < zh_sales_corners(s) && to.e == ZH_OK; i++)
        if (all || zh_sales_corner_of(s, i)->dirty) save_corner(s, &to, zh_sales_corner_of(s, i));
    save_codes(s, &to);
    const zh_map *people = all ? &s->people : &s->people_dirty;
    for (size_t at = 0; to.e == ZH_OK && zh_map_next(people, &at, &customer, &ignored);) save_person(s, &to, customer);
    if (to.e == ZH_OK && !all) zh_map_clear(&s->people_dirty);
    zh_buf_close(&to.key);
    zh_buf_close(&to.value);
    return to.e;
}

/* ---- load ---- */

static zh_err load_order(zh_sales *s, zh_reader *key, zh_reader *r)
{
    const uint64_t hash = read_big(key, 8);
    const uint8_t flags = zh_read_u8(r);
    if (zh_map_get(&s->order_at, hash) != NULL || (flags & ZH_SALES_DIRTY)) return ZH_FORMAT;
    const size_t at = zh_sales_order_at(s, hash);
    if (at == SIZE_MAX) return ZH_NOMEM;
    zh_sales_order *o = zh_sales_order_of(s, at);
    o->flags = flags & ~(uint32_t)WHOLE;
    o->first = read_first(r);
    zh_sales_count_flags(s, o->flags, 1);
    if (!(flags & WHOLE)) return ZH_OK;
    const size_t place = zh_sales_whole_at(s, o);
    if (place == SIZE_MAX) return ZH_NOMEM;
    zh_sales_whole *w = zh_sales_whole_of(s, place);
    w->first = read_first(r);
    const zh_sv text = zh_read_text(r);
    const size_t country = r->bad ? SIZE_MAX : zh_sales_country_at(s, text);
    if (country == SIZE_MAX) return r->bad ? ZH_FORMAT : ZH_NOMEM;
    w->country = (uint32_t)country;
    read_many(r, (int64_t *)(void *)&w->sums, ZH_SALES_SUMS);
    return ZH_OK;
}

static zh_err load_period(zh_sales *s, zh_reader *key, zh_reader *r)
{
    const zh_currency currency = { (uint32_t)read_big(key, 4) };
    const size_t at = zh_sales_period_at(s, currency, (int32_t)((uint32_t)read_big(key, 4) ^ 0x80000000u));
    if (at == SIZE_MAX) return ZH_NOMEM;
    read_many(r, &zh_sales_period_of(s, at)->orders, ZH_SALES_PERIOD_SUMS);
    return ZH_OK;
}

static zh_err load_corner(zh_sales *s, zh_reader *key, zh_reader *r)
{
    const zh_currency currency = { (uint32_t)read_big(key, 4) };
    const size_t country = zh_sales_country_at(s, zh_read_bytes(key, zh_reader_left(key)));
    const size_t at = country == SIZE_MAX ? SIZE_MAX : zh_sales_corner_at(s, (uint32_t)country, currency);
    if (at == SIZE_MAX) return ZH_NOMEM;
    read_many(r, &zh_sales_corner_of(s, at)->rows, 3);
    zh_sales_corner_of(s, at)->dirty = false;
    return ZH_OK;
}

static zh_err load_totals(zh_sales *s, zh_reader *r)
{
    int64_t rest[4];
    read_many(r, (int64_t *)(void *)&s->totals, ZH_SALES_SUMS);
    read_many(r, rest, 4);
    s->cancel_rows = rest[0], s->repeated_orders = rest[1], s->first_ms = rest[2], s->last_ms = rest[3];
    return ZH_OK;
}

static zh_err load_person(zh_sales *s, zh_reader *key, zh_reader *r)
{
    const uint64_t customer = read_big(key, 8);
    const uint8_t flags = zh_read_u8(r);
    const uint64_t absorbed = zh_read_var(r);
    if (zh_map_get(&s->people, customer) != NULL || absorbed >> 56 != 0) return ZH_FORMAT;
    zh_sales_count_person(s, flags, 1);
    return zh_map_put(&s->people, customer, absorbed << 8 | flags);
}

zh_err zh_sales_load(zh_sales *s, zh_sv key, zh_sv value)
{
    zh_reader k = zh_reader_on(key), r = zh_reader_on(value);
    const uint8_t kind = zh_read_u8(&k);
    if (zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    const size_t left = zh_reader_left(&k);
    const bool sized = kind == 't' ? left == 0 : kind == 'c' ? left >= 4 : left == 8;
    if (!sized) return ZH_FORMAT;
    zh_err e = ZH_FORMAT;
    if (kind == 't') e = load_totals(s, &r);
    if (kind == 'o') e = load_order(s, &k, &r);
    if (kind == 'h') e = load_period(s, &k, &r);
    if (kind == 'c') e = load_corner(s, &k, &r);
    if (kind == 's') e = zh_map_put(&s->codes, read_big(&k, 8), 0);
    if (kind == 'u') e = load_person(s, &k, &r);
    return e == ZH_OK && (r.bad || zh_reader_left(&r) != 0) ? ZH_FORMAT : e;
}

/* ---- prove ---- */

bool zh_sales_check(const zh_sales *s, const char **why)
{
    int64_t gross = 0, clean = 0, rows = 0, orders = 0, named = 0;
    *why = NULL;
    for (size_t i = 0; i < zh_sales_periods(s); i++) {
        const zh_sales_period *p = zh_sales_period_of(s, i);
        gross += p->revenue - p->refunded;
        clean += p->clean_revenue;
        orders += p->orders;
        if (p->orders < p->clean_orders || p->orders < 0) *why = "an hour has more clean orders than orders";
    }
    for (size_t i = 0; i < zh_sales_corners(s); i++) rows += zh_sales_corner_of(s, i)->rows;
    for (size_t i = 0; i < zh_sales_orders(s); i++) named += (zh_sales_order_of(s, i)->flags & ZH_SALES_ORDER) != 0;
    if (gross != s->totals.gross) *why = "hours do not sum to the gross";
    if (clean != s->totals.clean_revenue) *why = "hours do not sum to the clean revenue";
    if (rows != s->totals.rows) *why = "countries do not sum to the rows";
    if (orders != named) *why = "hours do not hold every order once";
    return *why == NULL;
}

size_t zh_sales_bytes(const zh_sales *s)
{
    const zh_map *const maps[] = { &s->order_at, &s->period_at, &s->name_at, &s->corner_at, &s->codes, &s->people, &s->people_dirty };
    const zh_buf *const bufs[] = { &s->orders, &s->wholes, &s->periods, &s->names, &s->corners };
    size_t bytes = zh_arena_held(&s->self);
    for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++) bytes += zh_map_bytes(maps[i]);
    for (size_t i = 0; i < sizeof bufs / sizeof bufs[0]; i++) bytes += bufs[i]->cap_;
    return bytes;
}
