#include "engine/compared.h"

#include <stdlib.h>

#define STEP 256 /* customers asked under one hold of the lock */

static const char *const verdicts[] = { "too_few", "open", "better", "worse" };
static const char *const names[ZH_COMPARED_METRICS] = { NULL, "net_revenue", "margin", "opt_outs" }; /* the first is the goal */

const char *zh_compared_verdict_text(zh_compared_verdict verdict) { return (unsigned)verdict < 4 ? verdicts[verdict] : "?"; }

/* ---- who takes part ---- */

void zh_compared_units_close(zh_compared_units *u)
{
    zh_map_close(&u->places_);
    free(u->all);
    *u = zh_compared_units_open();
}

static bool make_room(zh_compared_units *u)
{
    if (u->count < u->room_) return true;
    const size_t room = u->room_ == 0 ? 1024 : 2 * u->room_;
    zh_compared_unit *all = realloc(u->all, room * sizeof *all);
    if (all == NULL) return false;
    u->all = all;
    u->room_ = room;
    return true;
}

zh_err zh_compared_take(zh_compared_units *u, zh_customer_id customer, int64_t moment_ms, zh_compared_side side)
{
    bool made;
    const uint64_t *there = zh_map_get(&u->places_, customer.number);
    if (there != NULL) {
        zh_compared_unit *unit = &u->all[*there - 1];
        if (unit->side != side) unit->side = ZH_COMPARED_CROSSED;
        if (moment_ms < unit->moment_ms) unit->moment_ms = moment_ms;
        return ZH_OK;
    }
    if (u->count == ZH_COMPARED_UNITS_MAX) return u->is_part = true, ZH_OK;
    if (!make_room(u)) return ZH_NOMEM;
    uint64_t *place = zh_map_at(&u->places_, customer.number, &made);
    if (place == NULL) return ZH_NOMEM;
    u->all[u->count++] = (zh_compared_unit){ customer.number, moment_ms, side };
    *place = u->count;
    return ZH_OK;
}

/* ---- comparing ---- */

typedef struct cell { __int128 sum, squares; } cell;

typedef struct adding {
    int64_t window_ms, now_ms;
    zh_currency currency;
    zh_compared *out;
    cell cells[2][ZH_COMPARED_METRICS]; /* by side */
    uint64_t n[2];
} adding;

static void add(adding *a, const zh_world *w, const zh_compared_unit *u)
{
    const zh_customer_id customer = { u->customer };
    const zh_outcome_look look = { zh_customers_get(w->customers, customer), w->consents, zh_customers_terms(w->customers), customer, a->currency };
    const bool is_silent = zh_consents_said(w->consents, customer, ZH_CONSENT_ANALYTICS) == ZH_CHOICE_NO;
    a->out->crossed += u->side == ZH_COMPARED_CROSSED;
    a->out->silent += u->side != ZH_COMPARED_CROSSED && is_silent;
    if (u->side == ZH_COMPARED_CROSSED || is_silent) return;
    a->out->open += u->moment_ms + a->window_ms > a->now_ms;
    a->n[u->side]++;
    for (int m = 0; m < ZH_COMPARED_METRICS; m++) {
        const int64_t value = zh_outcome_of(&look, a->out->metrics[m].metric, u->moment_ms, u->moment_ms + a->window_ms);
        a->cells[u->side][m].sum += value;
        a->cells[u->side][m].squares += (__int128)value * value;
    }
}

static zh_arm arm_of(const zh_metric *metric, const cell *c, uint64_t n)
{
    return metric->is_share ? zh_arm_of_share((double)c->sum, (double)n) : zh_arm_of_values((double)c->sum, (double)c->squares, (double)n);
}

static void compare(zh_compared_metric *out, uint64_t control, uint64_t treated)
{
    out->verdict = ZH_COMPARED_TOO_FEW;
    out->stands = control >= ZH_COMPARED_UNITS_MIN && treated >= ZH_COMPARED_UNITS_MIN && (out->control.variance > 0 || out->treated.variance > 0);
    if (!out->stands) return;
    out->absolute = zh_effect_of(&out->control, &out->treated, false);
    out->fixed = zh_effect_fixed(&out->absolute, ZH_COMPARED_ALPHA, ZH_TWO_SIDED);
    out->sequential = zh_effect_sequential(&out->absolute, ZH_COMPARED_ALPHA, ZH_EFFECT_TUNING, ZH_TWO_SIDED);
    out->relative_stands = out->control.mean > 0;
    if (out->relative_stands) {
        out->relative = zh_effect_of(&out->control, &out->treated, true);
        out->relative_sequential = zh_effect_sequential(&out->relative, ZH_COMPARED_ALPHA, ZH_EFFECT_TUNING, ZH_TWO_SIDED);
    }
    const bool up = out->sequential.low > 0, down = out->sequential.high < 0;
    out->verdict = !up && !down ? ZH_COMPARED_OPEN : up != out->metric->less_is_better ? ZH_COMPARED_BETTER : ZH_COMPARED_WORSE;
}

void zh_compared_of(zh_engine *engine, const zh_compared_units *units, zh_sv goal, int64_t window_ms, zh_currency currency, zh_compared *out)
{
    zh_world *w = zh_engine_world(engine);
    adding a = { .window_ms = window_ms, .now_ms = zh_engine_now_ms(engine), .currency = currency, .out = out };
    *out = (zh_compared){ .is_part = units->is_part };
    for (int m = 0; m < ZH_COMPARED_METRICS; m++) out->metrics[m].metric = zh_metric_builtin(m == 0 ? goal : zh_sv_of(names[m]));
    for (size_t at = 0; at < units->count; at += STEP) {
        zh_world_lock_read(w);
        for (size_t i = at; i < units->count && i < at + STEP; i++) add(&a, w, &units->all[i]);
        zh_world_unlock(w);
    }
    out->control = a.n[ZH_COMPARED_CONTROL];
    out->treated = a.n[ZH_COMPARED_TREATED];
    for (int m = 0; m < ZH_COMPARED_METRICS; m++) {
        zh_compared_metric *of = &out->metrics[m];
        of->control = arm_of(of->metric, &a.cells[ZH_COMPARED_CONTROL][m], out->control);
        of->treated = arm_of(of->metric, &a.cells[ZH_COMPARED_TREATED][m], out->treated);
        compare(of, out->control, out->treated);
    }
}
