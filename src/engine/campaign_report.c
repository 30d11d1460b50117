#include "engine/campaign_report.h"
#include "engine/outbox.h"

static const char *const figures[] = {
#define X(name, text) text,
    ZH_CAMPAIGN_FIGURE_LIST(X)
#undef X
};

const char *zh_campaign_figure_text(zh_campaign_figure figure) { return (unsigned)figure < ZH_CAMPAIGN_FIGURES ? figures[figure] : "?"; }

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

/* Did it, in the window after the message was planned. */
static bool did(const zh_world *w, const zh_campaign *c, const zh_message *m, const char *metric)
{
    const zh_outcome_look look = { zh_customers_get(w->customers, m->customer), w->consents, zh_customers_terms(w->customers), m->customer, (zh_currency){ 0 } };
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

typedef struct gathering {
    zh_engine *engine;
    const zh_campaign_kept *kept;
    zh_campaign_report *out;
    zh_compared_units units;
} gathering;

/* Refused before the control question, unless it went on from there once: it waited, or was under way. */
static bool was_refused(const zh_message *m)
{
    const bool refusal = m->why == ZH_WHY_NOBODY || m->why == ZH_WHY_SUPPRESSED || m->why == ZH_WHY_BLOCKED || m->why == ZH_WHY_MINOR || m->why == ZH_WHY_OPTED_OUT || m->why == ZH_WHY_NO_CONSENT;
    return m->state == ZH_MESSAGE_SKIPPED && refusal && m->sent_ms == 0 && m->due_ms <= m->planned_ms;
}

static zh_err take(gathering *g, const zh_message *m)
{
    if (was_refused(m) || is_skipped(m, ZH_WHY_HOLDOUT)) return ZH_OK;
    const bool is_open = m->state == ZH_MESSAGE_PLANNED || is_skipped(m, ZH_WHY_ENDED);
    const bool is_control = is_skipped(m, ZH_WHY_CONTROL) || (is_open && zh_outbox_is_control(g->engine, g->kept->name, m->customer, m->plan.control));
    return zh_compared_take(&g->units, m->customer, m->planned_ms, is_control ? ZH_COMPARED_CONTROL : ZH_COMPARED_TREATED);
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

zh_err zh_campaign_report_of(zh_engine *engine, const zh_campaign_kept *kept, zh_currency currency, zh_campaign_report *out)
{
    gathering g = { .engine = engine, .kept = kept, .out = out, .units = zh_compared_units_open() };
    *out = (zh_campaign_report){ .figures = { 0 } };
    const zh_err e = walk(&g);
    if (e == ZH_OK) zh_compared_of(engine, &g.units, kept->campaign.goal, kept->campaign.goal_ms, currency, &out->compared);
    zh_compared_units_close(&g.units);
    return e;
}
