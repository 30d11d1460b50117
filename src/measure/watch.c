/* Entries: key the placement's name; value u8 version, var states, each as in the record. */
#include "measure/watch.h"
#include "core/record.h"

#include <math.h>
#include <stdlib.h>

#define VERSION 1
#define ENTRY_BYTES_MAX 8192 /* 64 states of at most 60 bytes */

enum { NARROW = 1, APART = 2 };

const char *zh_watch_cause_text(zh_watch_cause cause)
{
    static const char *const texts[] = {
#define X(name, text) text,
        ZH_WATCH_CAUSE_LIST(X)
#undef X
    };
    return texts[cause];
}

/* ---- deciding ---- */

static uint32_t milli(double bits) { return bits <= 0 ? 0 : bits > 1e6 ? 1000000000u : (uint32_t)lround(bits * 1000); }

/* The lower of the two shares of the start; 1 where neither can be said. */
static double share_of_start(const zh_watch_state *s)
{
    const double all = s->start_milli == 0 ? 1 : (double)s->now_milli / (double)s->start_milli;
    const double own = s->own_start_milli == 0 || s->own_now_milli == 0 ? 1 : (double)s->own_now_milli / (double)s->own_start_milli;
    return fmin(all, own);
}

static bool is_apart(bool was, const zh_watch_seen *seen)
{
    bool all = true;
    if (was) return seen->gap[0].known && seen->gap[0].bits > ZH_WATCH_GAP;
    for (int i = 0; i < ZH_WATCH_GAP_DAYS; i++) all &= seen->gap[i].known && seen->gap[i].bits > ZH_WATCH_GAP;
    return all;
}

static uint32_t most_of(const zh_watch_rule *rule) { return rule->explores ? rule->most_micro : 0; }

static uint32_t explore_of(const zh_watch_state *s, const zh_watch_rule *rule)
{
    const uint32_t step = ZH_WATCH_STEP_MICRO, most = most_of(rule);
    const uint32_t less = s->explore_micro > step ? s->explore_micro - step : 0;
    const uint32_t next = s->narrow ? s->explore_micro + step : share_of_start(s) < 1 ? s->explore_micro : less;
    return next < most ? next : most;
}

static zh_watch_cause cause_of(const zh_watch_state *last, const zh_watch_state *next)
{
    if (next->explore_micro > last->explore_micro || (next->narrow && !last->narrow)) return ZH_WATCH_NARROWED;
    if (next->explore_micro < last->explore_micro || next->narrow != last->narrow) return ZH_WATCH_RECOVERED;
    return next->apart ? ZH_WATCH_DRIFTED : ZH_WATCH_SETTLED;
}

/* What a person allows holds at once, judged or not. */
static bool is_stopped(const zh_watch_state *last, const zh_watch_rule *rule, zh_watch_state *out)
{
    if (last == NULL || last->explore_micro <= most_of(rule)) return false;
    *out = *last;
    out->number++, out->cause = ZH_WATCH_STOPPED, out->explore_micro = most_of(rule);
    return true;
}

bool zh_watch_decide(const zh_watch_state *last, const zh_watch_seen *seen, const zh_watch_rule *rule, zh_watch_state *out)
{
    if (is_stopped(last, rule, out)) return true;
    if (!seen->whole || seen->slots < ZH_WATCH_SLOTS_LEAST || (last != NULL && seen->day <= last->day)) return false;
    *out = last == NULL ? (zh_watch_state){ 0 } : *last;
    out->number++, out->day = seen->day;
    out->now_milli = milli(seen->bits);
    out->own_now_milli = seen->customers < ZH_WATCH_CUSTOMERS_LEAST ? 0 : milli(seen->own_bits);
    out->gap_milli = seen->gap[0].known ? milli(seen->gap[0].bits) : 0;
    if (last == NULL) {
        out->cause = ZH_WATCH_START, out->start_milli = out->now_milli, out->own_start_milli = out->own_now_milli;
        return true;
    }
    out->narrow = share_of_start(out) < (last->narrow ? ZH_WATCH_WIDE : ZH_WATCH_NARROW);
    out->apart = is_apart(last->apart, seen);
    out->explore_micro = explore_of(out, rule);
    out->cause = cause_of(last, out);
    return out->narrow != last->narrow || out->apart != last->apart || out->explore_micro != last->explore_micro;
}

/* ---- the record ---- */

static void write_state(const zh_watch_state *s, zh_buf *out)
{
    zh_buf_put_var(out, s->number);
    zh_buf_put_u8(out, (uint8_t)s->cause);
    zh_buf_put_zig(out, s->day);
    zh_buf_put_var(out, s->start_milli);
    zh_buf_put_var(out, s->now_milli);
    zh_buf_put_var(out, s->own_start_milli);
    zh_buf_put_var(out, s->own_now_milli);
    zh_buf_put_var(out, s->gap_milli);
    zh_buf_put_var(out, s->explore_micro);
    zh_buf_put_u8(out, (uint8_t)((s->narrow ? NARROW : 0) | (s->apart ? APART : 0)));
}

static uint32_t read_up_to(zh_reader *r, uint64_t most)
{
    const uint64_t value = zh_read_var(r);
    if (value > most) r->bad = true;
    return r->bad ? 0 : (uint32_t)value;
}

static void read_state(zh_reader *r, zh_watch_state *s)
{
    *s = (zh_watch_state){ .number = read_up_to(r, UINT32_MAX) };
    const uint8_t cause = zh_read_u8(r);
    const int64_t day = zh_read_zig(r);
    s->start_milli = read_up_to(r, UINT32_MAX), s->now_milli = read_up_to(r, UINT32_MAX);
    s->own_start_milli = read_up_to(r, UINT32_MAX), s->own_now_milli = read_up_to(r, UINT32_MAX);
    s->gap_milli = read_up_to(r, UINT32_MAX), s->explore_micro = read_up_to(r, 1000000);
    const uint8_t flags = zh_read_u8(r);
    if (s->number == 0 || cause >= ZH_WATCH_CAUSES || day < INT32_MIN || day > INT32_MAX || flags > (NARROW | APART)) r->bad = true;
    if (r->bad) return;
    s->cause = (zh_watch_cause)cause, s->day = (int32_t)day;
    s->narrow = (flags & NARROW) != 0, s->apart = (flags & APART) != 0;
}

void zh_watch_put(zh_sv placement, const zh_watch_state *state, zh_buf *out)
{
    zh_record_begin(out, ZH_RECORD_WATCH, VERSION);
    zh_buf_put_text(out, placement);
    write_state(state, out);
}

zh_err zh_watch_get(zh_sv record, zh_sv *placement, zh_watch_state *out)
{
    zh_reader r = zh_reader_on(record);
    *out = (zh_watch_state){ 0 };
    if (zh_read_u8(&r) != ZH_RECORD_WATCH || zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    *placement = zh_read_text(&r);
    read_state(&r, out);
    return r.bad || zh_reader_left(&r) != 0 || placement->size == 0 || placement->size > ZH_WATCH_NAME_BYTES_MAX ? ZH_FORMAT : ZH_OK;
}

/* ---- the view ---- */

typedef struct watched {
    char name[ZH_WATCH_NAME_BYTES_MAX];
    size_t name_bytes;
    zh_watch_state states[ZH_WATCH_HISTORY_MAX];
    uint32_t count;
    bool dirty;
} watched;

struct zh_watch {
    watched list[ZH_WATCH_PLACEMENTS_MAX];
    uint32_t count;
};

zh_err zh_watch_open(zh_watch **out)
{
    *out = calloc(1, sizeof **out);
    return *out == NULL ? ZH_NOMEM : ZH_OK;
}

void zh_watch_close(zh_watch *w) { free(w); }

static watched *find(const zh_watch *w, zh_sv placement)
{
    for (uint32_t i = 0; i < w->count; i++)
        if (zh_sv_equal((zh_sv){ w->list[i].name, w->list[i].name_bytes }, placement)) return (watched *)(uintptr_t)&w->list[i];
    return NULL;
}

/* NULL: there are too many. */
static watched *find_or_make(zh_watch *w, zh_sv placement)
{
    watched *there = find(w, placement);
    if (there != NULL || w->count == ZH_WATCH_PLACEMENTS_MAX) return there;
    there = &w->list[w->count++];
    memcpy(there->name, placement.data, placement.size);
    there->name_bytes = placement.size;
    return there;
}

static void append(watched *to, const zh_watch_state *state)
{
    if (to->count == ZH_WATCH_HISTORY_MAX) memmove(to->states, to->states + 1, --to->count * sizeof *to->states);
    to->states[to->count++] = *state;
}

zh_err zh_watch_fold(zh_watch *w, zh_sv record)
{
    zh_sv placement;
    zh_watch_state state;
    if (zh_watch_get(record, &placement, &state) != ZH_OK) return ZH_FORMAT;
    const zh_watch_state *last = zh_watch_find(w, placement);
    if (state.number != (last == NULL ? 1 : last->number + 1)) return ZH_OK;
    watched *to = find_or_make(w, placement);
    if (to == NULL) return ZH_OK;
    append(to, &state);
    to->dirty = true;
    return ZH_OK;
}

const zh_watch_state *zh_watch_find(const zh_watch *w, zh_sv placement)
{
    const watched *there = find(w, placement);
    return there == NULL ? NULL : &there->states[there->count - 1];
}

uint32_t zh_watch_explore(const zh_watch *w, zh_sv placement)
{
    const zh_watch_state *state = zh_watch_find(w, placement);
    return state == NULL ? 0 : state->explore_micro;
}

bool zh_watch_next(const zh_watch *w, uint32_t *at, zh_sv *placement, const zh_watch_state **states, uint32_t *count)
{
    if (*at >= w->count) return false;
    const watched *one = &w->list[(*at)++];
    *placement = (zh_sv){ one->name, one->name_bytes };
    *states = one->states, *count = one->count;
    return true;
}

/* ---- keeping ---- */

zh_err zh_watch_save(zh_watch *w, bool all, zh_keep keep)
{
    zh_buf value = zh_buf_open(ENTRY_BYTES_MAX);
    zh_err e = ZH_OK;
    for (uint32_t i = 0; e == ZH_OK && i < w->count; i++) {
        watched *one = &w->list[i];
        if (!all && !one->dirty) continue;
        zh_buf_reset(&value);
        zh_buf_put_u8(&value, VERSION);
        zh_buf_put_var(&value, one->count);
        for (uint32_t s = 0; s < one->count; s++) write_state(&one->states[s], &value);
        e = zh_buf_err(&value);
        if (e == ZH_OK) e = keep.put(keep.context, (zh_sv){ one->name, one->name_bytes }, zh_buf_view(&value));
        if (e == ZH_OK && !all) one->dirty = false;
    }
    zh_buf_close(&value);
    return e;
}

zh_err zh_watch_load(zh_watch *w, zh_sv key, zh_sv value)
{
    zh_reader r = zh_reader_on(value);
    zh_watch_state state;
    if (zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    const uint32_t count = read_up_to(&r, ZH_WATCH_HISTORY_MAX);
    if (r.bad || count == 0 || key.size == 0 || key.size > ZH_WATCH_NAME_BYTES_MAX || find(w, key) != NULL) return ZH_CORRUPT;
    watched *to = find_or_make(w, key);
    for (uint32_t i = 0; to != NULL && i < count; i++) {
        read_state(&r, &state);
        if (r.bad || (i > 0 && state.number != to->states[i - 1].number + 1)) return ZH_CORRUPT;
        append(to, &state);
    }
    return to == NULL || zh_reader_left(&r) != 0 ? ZH_CORRUPT : ZH_OK;
}

bool zh_watch_check(const zh_watch *w, const char **why)
{
    for (uint32_t i = 0; i < w->count; i++) {
        const watched *one = &w->list[i];
        if (one->count == 0) return *why = "a placement is watched and never was judged", false;
        for (uint32_t s = 1; s < one->count; s++)
            if (one->states[s].number != one->states[s - 1].number + 1) return *why = "a change does not follow on the one before", false;
        if (one->states[one->count - 1].explore_micro > 1000000) return *why = "a chance over one", false;
    }
    return true;
}

size_t zh_watch_bytes(const zh_watch *w) { return sizeof *w; }
