#include "engine/campaign_report.h"
#include "engine/outbox.h"

#include <stdlib.h>

#define STEP 256 /* customers asked under one hold of the lock */

static const char *const figures[] = {
#define X(name, text) text,
    ZH_CAMPAIGN_FIGURE_LIST(X)
#undef X
};
static const char *const verdicts[] = { "too_few", "open", "better", "worse" };
static const char *const names[ZH_CAMPAIGN_METRICS] = { NULL, "net_revenue", "margin", "opt_outs" }; /* the first is the goal */

const char *zh_campaign_figure_text(zh_campaign_figure figure) { return (unsigned)figure < ZH_CAMPAIGN_FIGURES ? figures[figure] : "?"; }
const char *zh_campaign_verdict_text(zh_campaign_verdict verdict) { return (unsigned)verdict < 4 ? verdicts[verdict] : "?"; }

bool zh_campaign_figure_of(zh_sv text, zh_campaign_figure *out)
{
    for (int f = 0; f < ZH_CAMPAIGN_FIGURES; f++)
        if (zh_sv_equal(zh_sv_of(figures[f]), text)) return *out = (zh_campaign_figure)f, true;
    return false;
}

/* ---- a message ---- */

static bool went(const zh_message *m)
{
    return m->state == ZH_MESSAGE_SENT || m->state == ZH_MESSAGE_DELIVERED || m->state == ZH_MESSAGE_BOUNCED || m->state == ZH_MESSAGE_COMPLAINED;
}

static bool is_skipped(const zh_message *m, zh_message_why why) { return m->state == ZH_MESSAGE_SKIPPED && m->why == why; }

static zh_outcome_look look_at(const zh_world *w, zh_customer_id customer, zh_currency currency)
{
    return (zh_outcome_look){ zh_customers_get(w->customers, customer), w->consents, zh_customers_terms(w->customers), customer, currency };
}

/* Did it, in the window after the message was planned. */
static bool did(const zh_world *w, const zh_campaign *c, const zh_message *m, const char *metric)
{
    const zh_outcome_look look = look_at(w, m->customer, (zh_currency){ 0 });
    return went(m) && zh_outcome_of(&look, zh_metric_builtin(zh_sv_of(metric)), m->planned_ms, m->planned_ms + c->goal_ms) > 0;
}

bool zh_campaign_figure_holds(const zh_world *w, const zh_campaign *c, const zh_message *m, zh_campaign_figure figure)
{
    switch (figure) {
    case ZH_CAMPAIGN_FIGURE_PLANNED: return true;
    case ZH_CAMPAIGN_FIGURE_WAITING: return m->state == ZH_MESSAGE_PLANNED;
    case ZH_CAMPAIGN_FIGURE_FILTERED: return m->state == ZH_MESSAGE_SKIPPED && m->why != ZH_WHY_CONTROL && m->why != ZH_WHY_HOLDOUT;
    case ZH_CAMPAIGN_FIGURE_CONTROL: return is_skipped(m, ZH_WHY_CONTROL);
    case ZH_CAMPAIGN_FIGURE_HOLDOUT: return is_skipped(m, ZH_WHY_HOLDOUT);
    case ZH_CAMPAIGN_FIGURE_SENT: return went(m);
    case ZH_CAMPAIGN_FIGURE_DELIVERED: return m->delivered_ms > 0;
    case ZH_CAMPAIGN_FIGURE_SEEN: return m->seen_ms > 0;
    case ZH_CAMPAIGN_FIGURE_CLICKED: return m->clicked_ms > 0;
    case ZH_CAMPAIGN_FIGURE_BOUGHT: return did(w, c, m, "conversion");
    case ZH_CAMPAIGN_FIGURE_UNSUBSCRIBED: return did(w, c, m, "opt_outs");
    case ZH_CAMPAIGN_FIGURE_FAILED: return m->state == ZH_MESSAGE_FAILED;
    case ZH_CAMPAIGN_FIGURE_DOUBT: return m->state == ZH_MESSAGE_DOUBT;
    default: return false;
    }
}

/* ---- who takes part ---- */

typedef enum side { NEITHER, TREATED, CONTROL, CROSSED } side;

typedef struct unit { uint64_t customer; int64_t moment_ms; side side; } unit;

typedef struct gathering {
    zh_engine *engine;
    const zh_campaign_kept *kept;
    zh_campaign_report *out;
    zh_map places; /* customer -> index + 1 */
    unit *units;
    size_t count, room;
} gathering;

/* Refused before the control question, unless it went on from there once: it waited, or was under way. */
static bool was_refused(const zh_message *m)
{
    const bool refusal = m->why == ZH_WHY_NOBODY || m->why == ZH_WHY_SUPPRESSED || m->why == ZH_WHY_BLOCKED || m->why == ZH_WHY_MINOR || m->why == ZH_WHY_OPTED_OUT || m->why == ZH_WHY_NO_CONSENT;
    return m->state == ZH_MESSAGE_SKIPPED && refusal && m->sent_ms == 0 && m->due_ms <= m->planned_ms;
}

static side side_of(const gathering *g, const zh_message *m)
{
    if (was_refused(m) || is_skipped(m, ZH_WHY_HOLDOUT)) return NEITHER;
    if (is_skipped(m, ZH_WHY_CONTROL)) return CONTROL;
    const bool is_open = m->state == ZH_MESSAGE_PLANNED || is_skipped(m, ZH_WHY_ENDED);
    return is_open && zh_outbox_is_control(g->engine, g->kept->name, m->customer, m->plan.control) ? CONTROL : TREATED;
}

static zh_err take(gathering *g, const zh_message *m)
{
    const side of = side_of(g, m);
    bool made;
    if (of == NEITHER) return ZH_OK;
    if (g->count == ZH_CAMPAIGN_UNITS_MAX) return g->out->is_part = true, ZH_OK;
    uint64_t *place = zh_map_at(&g->places, m->customer.number, &made);
    if (place == NULL) return ZH_NOMEM;
    if (!made && *place != 0) {
        unit *u = &g->units[*place - 1];
        if (u->side != of) u->side = CROSSED;
        if (m->planned_ms < u->moment_ms) u->moment_ms = m->planned_ms;
        return ZH_OK;
    }
    if (g->count == g->room) {
        const size_t room = g->room == 0 ? 1024 : 2 * g->room;
        unit *units = realloc(g->units, room * sizeof *units);
        if (units == NULL) return ZH_NOMEM;
        g->units = units;
        g->room = room;
    }
    g->units[g->count++] = (unit){ m->customer.number, m->planned_ms, of };
    *place = g->count;
    return ZH_OK;
}

static zh_err walk(gathering *g)
{
    zh_world *w = zh_engine_world(g->engine);
    const zh_ledger_filter all = { .why = ZH_WHY_NONE };
    uint64_t before = 0;
    zh_err e = ZH_OK;
    for (bool more = true; e == ZH_OK && more;) {
        zh_message m;
        zh_world_lock_read(w);
        for (int i = 0; e == ZH_OK && i < ZH_CAMPAIGN_STEP && (more = zh_ledger_page(w->ledger, &all, &before, &m)); i++) {
            if (!zh_sv_equal(m.plan.campaign, g->kept->name)) continue;
            for (int f = 0; f < ZH_CAMPAIGN_FIGURES; f++) g->out->figures[f] += zh_campaign_figure_holds(w, &g->kept->campaign, &m, (zh_campaign_figure)f);
            if (zh_campaign_figure_holds(w, &g->kept->campaign, &m, ZH_CAMPAIGN_FIGURE_FILTERED)) g->out->filtered[m.why]++;
            e = take(g, &m);
        }
        zh_world_unlock(w);
    }
    return e;
}

/* ---- comparing ---- */

typedef struct cell { __int128 sum, squares; } cell;

static void add_up(const gathering *g, zh_currency currency, cell cells[2][ZH_CAMPAIGN_METRICS], uint64_t n[2])
{
    zh_world *w = zh_engine_world(g->engine);
    const int64_t now_ms = zh_engine_now_ms(g->engine), window_ms = g->kept->campaign.goal_ms;
    for (size_t at = 0; at < g->count; at += STEP) {
        zh_world_lock_read(w);
        for (size_t i = at; i < g->count && i < at + STEP; i++) {
            const unit *u = &g->units[i];
            const zh_outcome_look look = look_at(w, (zh_customer_id){ u->customer }, currency);
            const bool is_silent = zh_consents_said(w->consents, look.customer, ZH_CONSENT_ANALYTICS) == ZH_CHOICE_NO;
            g->out->crossed += u->side == CROSSED;
            g->out->silent += u->side != CROSSED && is_silent;
            if (u->side == CROSSED || is_silent) continue;
            g->out->open += u->moment_ms + window_ms > now_ms;
            const int s = u->side == TREATED;
            n[s]++;
            for (int m = 0; m < ZH_CAMPAIGN_METRICS; m++) {
                const int64_t value = zh_outcome_of(&look, g->out->metrics[m].metric, u->moment_ms, u->moment_ms + window_ms);
                cells[s][m].sum += value;
                cells[s][m].squares += (__int128)value * value;
            }
        }
        zh_world_unlock(w);
    }
}

static zh_arm arm_of(const zh_metric *metric, const cell *c, uint64_t n)
{
    return metric->is_share ? zh_arm_of_share((double)c->sum, (double)n) : zh_arm_of_values((double)c->sum, (double)c->squares, (double)n);
}

static void compare(zh_campaign_compared *out, uint64_t control, uint64_t treated)
{
    out->verdict = ZH_CAMPAIGN_TOO_FEW;
    out->stands = control >= ZH_CAMPAIGN_UNITS_MIN && treated >= ZH_CAMPAIGN_UNITS_MIN && (out->control.variance > 0 || out->treated.variance > 0);
    if (!out->stands) return;
    out->absolute = zh_effect_of(&out->control, &out->treated, false);
    out->fixed = zh_effect_fixed(&out->absolute, ZH_CAMPAIGN_ALPHA, ZH_TWO_SIDED);
    out->sequential = zh_effect_sequential(&out->absolute, ZH_CAMPAIGN_ALPHA, ZH_EFFECT_TUNING, ZH_TWO_SIDED);
    out->relative_stands = out->control.mean > 0;
    if (out->relative_stands) {
        out->relative = zh_effect_of(&out->control, &out->treated, true);
        out->relative_sequential = zh_effect_sequential(&out->relative, ZH_CAMPAIGN_ALPHA, ZH_EFFECT_TUNING, ZH_TWO_SIDED);
    }
    const bool up = out->sequential.low > 0, down = out->sequential.high < 0;
    out->verdict = !up && !down ? ZH_CAMPAIGN_OPEN : up != out->metric->less_is_better ? ZH_CAMPAIGN_BETTER : ZH_CAMPAIGN_WORSE;
}

zh_err zh_campaign_report_of(zh_engine *engine, const zh_campaign_kept *kept, zh_currency currency, zh_campaign_report *out)
{
    gathering g = { .engine = engine, .kept = kept, .out = out, .places = zh_map_open() };
    cell cells[2][ZH_CAMPAIGN_METRICS] = { { { 0 } } };
    uint64_t n[2] = { 0 };
    *out = (zh_campaign_report){ .is_part = false };
    for (int m = 0; m < ZH_CAMPAIGN_METRICS; m++) out->metrics[m].metric = zh_metric_builtin(m == 0 ? kept->campaign.goal : zh_sv_of(names[m]));
    const zh_err e = walk(&g);
    if (e == ZH_OK) add_up(&g, currency, cells, n);
    out->control = n[0];
    out->treated = n[1];
    for (int m = 0; e == ZH_OK && m < ZH_CAMPAIGN_METRICS; m++) {
        out->metrics[m].control = arm_of(out->metrics[m].metric, &cells[0][m], n[0]);
        out->metrics[m].treated = arm_of(out->metrics[m].metric, &cells[1][m], n[1]);
        compare(&out->metrics[m], n[0], n[1]);
    }
    zh_map_close(&g.places);
    free(g.units);
    return e;
}
