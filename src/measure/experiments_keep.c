/* Entries of the view.
 *
 *     'd' number u16 BE                  u8 version=1, u8 is living, text name, text json
 *     's' number u16 BE                  u8 version=1, sheet, u8 changed since the newest day, var exposed, var crossed, zig first, zig last
 *     'h' number u16 BE, day u32 BE      u8 version=1, sheet: sums at the end of the day
 *     't' number u16 BE, allocation u32 BE u8 version=1, zig at, zig newest exposure, allocation (allocation.h), each arm: var units, sum and squares of 16 bytes
 *     'x' number u16 BE, customer u64 BE u8 version=1, u8 arm (255: crossed), zig first exposure, where it is not 0: var allocation
 *     'n'                                u8 version=1, zig day of the newest record
 *     sheet                              zig day, var units an arm; 4 sums and 10 products of 16 bytes, little-endian, a cell: arm by arm, metric by metric
 */
#include "measure/allocation.h"
#include "measure/experiments_inside.h"

#include <stdlib.h>

#define VERSION 1
#define ENTRY_BYTES_MAX (1u << 20)
#define NUMBERS 14 /* of a cell */

static zh_sv key_of(char kind, uint32_t number, uint64_t rest, size_t rest_bytes, char out[11])
{
    out[0] = kind;
    out[1] = (char)(unsigned char)(number >> 8);
    out[2] = (char)(unsigned char)number;
    for (size_t i = 0; i < rest_bytes; i++) out[3 + i] = (char)(unsigned char)(rest >> (8 * (rest_bytes - 1 - i)));
    return (zh_sv){ out, 3 + rest_bytes };
}

static void put_wide(__int128 value, zh_buf *out)
{
    zh_buf_put_u64(out, (uint64_t)value);
    zh_buf_put_u64(out, (uint64_t)(value >> 64));
}

static __int128 read_wide(zh_reader *r)
{
    const uint64_t low = zh_read_u64(r), high = zh_read_u64(r);
    return (__int128)((unsigned __int128)high << 64 | low);
}

static void put_sheet(const zh_experiment_inner *e, const zh_experiment_sheet *sheet, zh_buf *out)
{
    zh_buf_put_zig(out, sheet->day);
    for (uint32_t a = 0; a < e->set_up.arms_count; a++) zh_buf_put_var(out, sheet->units[a]);
    for (size_t i = 0; i < zh_experiments_inner_cells(e); i++) {
        for (int k = 0; k < 4; k++) put_wide(sheet->cells[i].sum[k], out);
        for (int k = 0; k < NUMBERS - 4; k++) put_wide(sheet->cells[i].product[k], out);
    }
}

static void read_sheet(const zh_experiment_inner *e, zh_reader *r, zh_experiment_sheet *sheet)
{
    sheet->day = (int32_t)zh_read_zig(r);
    for (uint32_t a = 0; a < e->set_up.arms_count; a++) sheet->units[a] = zh_read_var(r);
    for (size_t i = 0; i < zh_experiments_inner_cells(e); i++) {
        for (int k = 0; k < 4; k++) sheet->cells[i].sum[k] = read_wide(r);
        for (int k = 0; k < NUMBERS - 4; k++) sheet->cells[i].product[k] = read_wide(r);
    }
}

static zh_err put(zh_keep keep, zh_sv key, zh_buf *value)
{
    const zh_err e = zh_buf_err(value);
    return e != ZH_OK ? e : keep.put(keep.context, key, zh_buf_view(value));
}

static zh_err save_stratum(const zh_bandit_stratum *s, uint32_t number, zh_buf *value, zh_keep keep)
{
    char key[11];
    zh_buf_reset(value);
    zh_buf_put_u8(value, VERSION);
    zh_buf_put_zig(value, s->at_ms);
    zh_buf_put_zig(value, s->last_ms);
    zh_allocation_write(&s->drawn, value);
    for (uint32_t a = 0; a < s->drawn.arms; a++) {
        zh_buf_put_var(value, s->units[a]);
        put_wide(s->sum[a], value);
        put_wide(s->square[a], value);
    }
    return put(keep, key_of('t', number, s->drawn.number, 4, key), value);
}

static zh_err save_one(zh_experiment_inner *e, uint32_t number, bool all, zh_buf *value, zh_keep keep)
{
    char key[11];
    zh_buf_reset(value);
    zh_buf_put_u8(value, VERSION);
    zh_buf_put_u8(value, e->is_living);
    zh_buf_put_text(value, e->set_up.name);
    zh_buf_put_text(value, e->json);
    zh_err err = put(keep, key_of('d', number, 0, 0, key), value);
    if (err != ZH_OK) return err;
    zh_buf_reset(value);
    zh_buf_put_u8(value, VERSION);
    put_sheet(e, e->now, value);
    zh_buf_put_u8(value, e->changed);
    zh_buf_put_var(value, e->exposed);
    zh_buf_put_var(value, e->crossed);
    zh_buf_put_zig(value, e->first_ms);
    zh_buf_put_zig(value, e->last_ms);
    err = put(keep, key_of('s', number, 0, 0, key), value);
    for (uint32_t i = all ? 0 : e->days_saved; err == ZH_OK && i < e->days_count; i++) {
        zh_buf_reset(value);
        zh_buf_put_u8(value, VERSION);
        put_sheet(e, e->days[i], value);
        err = put(keep, key_of('h', number, (uint32_t)e->days[i]->day, 4, key), value);
    }
    for (uint32_t i = 0; err == ZH_OK && i < e->strata_count; i++) {
        if (!all && !e->strata_dirty[i]) continue;
        err = save_stratum(&e->strata[i], number, value, keep);
        if (err == ZH_OK && !all) e->strata_dirty[i] = false;
    }
    if (err == ZH_OK && !all) {
        e->dirty = false;
        e->days_saved = e->days_count;
    }
    return err;
}

static zh_err save_exposure(const zh_exposure *of, zh_buf *value, zh_keep keep)
{
    char key[11];
    zh_buf_reset(value);
    zh_buf_put_u8(value, VERSION);
    zh_buf_put_u8(value, of->arm);
    zh_buf_put_zig(value, of->first_ms);
    if (of->stratum != 0) zh_buf_put_var(value, of->stratum);
    return put(keep, key_of('x', of->number, of->customer, 8, key), value);
}

static zh_err save_gone(zh_experiments *x, zh_keep keep)
{
    uint64_t of, unused;
    char key[11];
    zh_err e = ZH_OK;
    for (size_t at = 0; e == ZH_OK && zh_map_next(&x->gone, &at, &of, &unused);)
        e = keep.put(keep.context, key_of('x', (uint32_t)(of >> 48), of & ((UINT64_C(1) << 48) - 1), 8, key), (zh_sv){ 0 });
    return e;
}

static zh_err save_exposures(zh_experiments *x, bool all, zh_buf *value, zh_keep keep)
{
    zh_err e = ZH_OK;
    if (all) {
        for (uint32_t i = 0; e == ZH_OK && i < x->used; i++)
            if (x->exposures[i].customer != 0) e = save_exposure(&x->exposures[i], value, keep);
        return e;
    }
    e = save_gone(x, keep);
    for (size_t i = 0; e == ZH_OK && i < x->dirty_count; i++) {
        zh_exposure *of = &x->exposures[x->dirty[i]];
        if (of->customer != 0) e = save_exposure(of, value, keep);
        if (e == ZH_OK) of->dirty = false;
    }
    if (e == ZH_OK) {
        x->dirty_count = 0;
        zh_map_clear(&x->gone);
    }
    return e;
}

zh_err zh_experiments_save(zh_experiments *x, bool all, zh_keep keep)
{
    zh_buf value = zh_buf_open(ENTRY_BYTES_MAX);
    zh_err e = ZH_OK;
    for (uint32_t n = 1; e == ZH_OK && n <= x->count; n++)
        if (x->all[n - 1] != NULL && (all || x->all[n - 1]->dirty)) e = save_one(x->all[n - 1], n, all, &value, keep);
    if (e == ZH_OK) e = save_exposures(x, all, &value, keep);
    if (e == ZH_OK && x->count > 0 && (all || x->clock_dirty)) {
        zh_buf_reset(&value);
        zh_buf_put_u8(&value, VERSION);
        zh_buf_put_zig(&value, x->day);
        e = put(keep, ZH_SV("n"), &value);
        if (e == ZH_OK && !all) x->clock_dirty = false;
    }
    zh_buf_close(&value);
    return e;
}

/* ---- loading: keys come in order, 'd' before 'h' before 's' before 't' before 'x' ---- */

static uint64_t number_in(zh_sv key, size_t from, size_t bytes)
{
    uint64_t number = 0;
    for (size_t i = from; i < from + bytes; i++) number = number << 8 | (unsigned char)key.data[i];
    return number;
}

static zh_err load_definition(zh_experiments *x, uint32_t number, zh_reader *r)
{
    const uint8_t living = zh_read_u8(r);
    const zh_sv name = zh_read_text(r), json = zh_read_text(r);
    if (r->bad || living > 1 || number == 0 || number > ZH_EXPERIMENTS_MAX || x->all[number - 1] != NULL) return ZH_CORRUPT;
    const zh_err e = zh_experiments_inner_make(x, number, name, json, living);
    if (e != ZH_OK) return e == ZH_FORMAT ? ZH_CORRUPT : e;
    x->all[number - 1]->dirty = false;
    return ZH_OK;
}

static zh_err load_sums(zh_experiment_inner *e, zh_reader *r)
{
    read_sheet(e, r, e->now);
    e->changed = zh_read_u8(r) != 0;
    e->exposed = zh_read_var(r);
    e->crossed = zh_read_var(r);
    e->first_ms = zh_read_zig(r);
    e->last_ms = zh_read_zig(r);
    return r->bad ? ZH_CORRUPT : ZH_OK;
}

static zh_err load_day(zh_experiment_inner *e, zh_reader *r)
{
    zh_experiment_sheet *day;
    zh_err err = zh_experiments_inner_sheet(e, 0, &day);
    if (err != ZH_OK) return err;
    read_sheet(e, r, day);
    if (r->bad || (e->days_count > 0 && e->days[e->days_count - 1]->day >= day->day)) err = ZH_CORRUPT;
    else err = zh_experiments_inner_add_day(e, day);
    if (err != ZH_OK) free(day);
    e->days_saved = e->days_count;
    return err;
}

static zh_err load_stratum(zh_experiment_inner *e, uint32_t at, zh_reader *r)
{
    zh_bandit_stratum s = { .at_ms = zh_read_zig(r) };
    s.last_ms = zh_read_zig(r);
    zh_allocation_read(r, &s.drawn);
    if (r->bad || s.drawn.number != at || s.drawn.arms != e->set_up.arms_count || e->strata_count == 0 || at > e->strata_count || at >= ZH_BANDIT_ALLOCATIONS_MAX) return ZH_CORRUPT;
    for (uint32_t a = 0; a < s.drawn.arms; a++) {
        s.units[a] = zh_read_var(r);
        s.sum[a] = read_wide(r);
        s.square[a] = read_wide(r);
    }
    if (r->bad) return ZH_CORRUPT;
    const zh_err err = at == e->strata_count ? zh_experiments_inner_add_stratum(e, &s.drawn, s.at_ms) : ZH_OK;
    if (err != ZH_OK) return err;
    e->strata[at] = s;
    e->strata_dirty[at] = false;
    return ZH_OK;
}

static zh_err load_exposure(zh_experiments *x, uint32_t number, uint64_t customer, zh_reader *r)
{
    const uint8_t arm = zh_read_u8(r);
    const int64_t first_ms = zh_read_zig(r);
    const uint64_t stratum = zh_reader_left(r) == 0 ? 0 : zh_read_var(r);
    uint32_t at;
    if (r->bad || customer == 0 || (stratum != 0 && stratum >= x->all[number - 1]->strata_count) || (arm >= x->all[number - 1]->set_up.arms_count && arm != ZH_EXPERIMENT_CROSSED)) return ZH_CORRUPT;
    return zh_experiments_inner_add(x, customer, number, arm, (uint32_t)stratum, first_ms, &at);
}

zh_err zh_experiments_load(zh_experiments *x, zh_sv key, zh_sv value)
{
    zh_reader r = zh_reader_on(value);
    if (zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    if (zh_sv_equal(key, ZH_SV("n"))) {
        x->day = (int32_t)zh_read_zig(&r);
        return r.bad ? ZH_CORRUPT : ZH_OK;
    }
    if (key.size < 3) return ZH_CORRUPT;
    const uint32_t number = (uint32_t)number_in(key, 1, 2);
    if (key.data[0] == 'd' && key.size == 3) return load_definition(x, number, &r);
    zh_experiment_inner *e = zh_experiments_inner_of(x, number);
    if (e == NULL) return ZH_CORRUPT;
    if (key.data[0] == 's' && key.size == 3) return load_sums(e, &r);
    if (key.data[0] == 'h' && key.size == 7) return load_day(e, &r);
    if (key.data[0] == 't' && key.size == 7) return load_stratum(e, (uint32_t)number_in(key, 3, 4), &r);
    return key.data[0] == 'x' && key.size == 11 ? load_exposure(x, number, number_in(key, 3, 8), &r) : ZH_CORRUPT;
}
