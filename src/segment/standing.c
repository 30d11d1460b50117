#include "segment/standing.h"
#include "segment/rfm.h"

/* ---- orders ---- */

typedef struct history { /* of orders that stand, up to a moment */
    int64_t times[ZH_STANDING_RECENT]; /* newest first */
    uint32_t kept;
    int64_t orders, minor;
} history;

static void keep_newest(history *h, int64_t ms)
{
    if (h->kept == ZH_STANDING_RECENT && ms <= h->times[h->kept - 1]) return;
    uint32_t at = h->kept < ZH_STANDING_RECENT ? h->kept++ : h->kept - 1;
    for (; at > 0 && h->times[at - 1] < ms; at--) h->times[at] = h->times[at - 1];
    h->times[at] = ms;
}

static void read_orders(const zh_customer_state *state, zh_currency currency, int64_t until_ms, history *h)
{
    uint32_t count;
    const zh_order *orders = zh_customer_orders(state, &count);
    h->kept = 0, h->orders = 0, h->minor = 0;
    for (uint32_t i = 0; i < count; i++) {
        const zh_order *o = &orders[i];
        if (!zh_order_is_sale(o) || o->first_ms > until_ms) continue;
        h->orders++;
        keep_newest(h, o->first_ms);
        if (o->currency.code != currency.code) continue;
        int64_t worth, sum;
        if (!__builtin_sub_overflow(zh_order_minor(o), o->refunded_minor, &worth) && !__builtin_add_overflow(h->minor, worth, &sum)) h->minor = sum;
    }
}

/* ---- intervals ---- */

typedef struct rhythm {
    int64_t gaps[ZH_STANDING_INTERVALS + 1]; /* between occasions, newest first */
    uint32_t count;
} rhythm;

static void read_rhythm(const history *h, rhythm *r)
{
    r->count = 0;
    if (h->kept == 0) return;
    int64_t occasion = h->times[0];
    for (uint32_t i = 1; i < h->kept && r->count <= ZH_STANDING_INTERVALS; i++) {
        if (occasion - h->times[i] < ZH_STANDING_OCCASION_MS) continue;
        r->gaps[r->count++] = occasion - h->times[i];
        occasion = h->times[i];
    }
}

/* Of the lower middle; count >= 1. */
static int64_t median(const int64_t *gaps, uint32_t count)
{
    int64_t sorted[ZH_STANDING_INTERVALS];
    if (count > ZH_STANDING_INTERVALS) count = ZH_STANDING_INTERVALS;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = i;
        for (; at > 0 && sorted[at - 1] > gaps[i]; at--) sorted[at] = sorted[at - 1];
        sorted[at] = gaps[i];
    }
    return sorted[(count - 1) / 2];
}

static int64_t shops_interval(const zh_boundaries *b) { return b == NULL ? ZH_BOUNDARIES_INTERVAL_MS : b->interval_ms; }

/* p, by the intervals from a place on. */
static int64_t interval_from(const rhythm *r, uint32_t from, const zh_boundaries *b)
{
    return r->count < from + ZH_STANDING_INTERVALS_MIN ? shops_interval(b) : median(r->gaps + from, r->count - from);
}

/* ---- lifecycle ---- */

static zh_lifecycle lifecycle_of(const history *h, const zh_boundaries *b, int64_t now_ms, int64_t *until_ms, int64_t *interval_ms)
{
    rhythm r;
    read_rhythm(h, &r);
    const int64_t p = *interval_ms = interval_from(&r, 0, b);
    *until_ms = INT64_MAX;
    if (h->kept == 0) return ZH_LIFECYCLE_PROSPECT;
    const int64_t risk_ms = h->times[0] + ZH_STANDING_RISK * p, lapse_ms = h->times[0] + ZH_STANDING_LAPSE * p;
    if (now_ms >= lapse_ms) return ZH_LIFECYCLE_LAPSED;
    *until_ms = now_ms < risk_ms ? risk_ms : lapse_ms;
    if (now_ms >= risk_ms) return ZH_LIFECYCLE_AT_RISK;
    if (r.count == 0) return h->orders > ZH_STANDING_RECENT ? ZH_LIFECYCLE_ACTIVE : ZH_LIFECYCLE_NEW;
    return r.gaps[0] >= ZH_STANDING_LAPSE * interval_from(&r, 1, b) ? ZH_LIFECYCLE_WON_BACK : ZH_LIFECYCLE_ACTIVE;
}

/* ---- AIPL ---- */

static const struct { zh_act act; uint32_t least; } interests[] = {
    { ZH_ACT_VIEW, 2 }, { ZH_ACT_CLICK, 1 }, { ZH_ACT_SEARCH, 1 }, { ZH_ACT_ADD, 1 }, { ZH_ACT_CART_VIEW, 1 },
    { ZH_ACT_CHECKOUT, 1 }, { ZH_ACT_WISH, 1 }, { ZH_ACT_SHARE, 1 }, { ZH_ACT_REVIEW, 1 },
};

/* How often up to a moment: all there were, without those of the activity that came later. */
static uint32_t acts_until(const zh_customer_state *state, zh_act act, int64_t until_ms)
{
    const uint32_t all = zh_customer_acts(state, act);
    uint32_t later = 0;
    if (all == 0 || until_ms == INT64_MAX) return all;
    zh_facts facts = zh_customer_facts(state);
    for (zh_fact fact; zh_facts_next(&facts, &fact) && fact.time_ms > until_ms;) later += fact.act == act;
    return later < all ? all - later : 0;
}

static zh_aipl aipl_of(const zh_customer_state *state, const history *h, int64_t until_ms)
{
    if (h->orders > 0) {
        rhythm r;
        read_rhythm(h, &r);
        const bool again = r.count > 0 || h->orders > ZH_STANDING_RECENT;
        return again || acts_until(state, ZH_ACT_SHARE, until_ms) > 0 ? ZH_AIPL_LOYAL : ZH_AIPL_PURCHASE;
    }
    if (zh_customer_first_ms(state) > zh_customer_last_ms(state) || zh_customer_first_ms(state) > until_ms) return ZH_AIPL_NONE;
    for (size_t i = 0; i < sizeof interests / sizeof *interests; i++)
        if (acts_until(state, interests[i].act, until_ms) >= interests[i].least) return ZH_AIPL_INTEREST;
    return ZH_AIPL_AWARE;
}

/* ---- RFM ---- */

static void score(const zh_boundaries *b, zh_standing *out)
{
    uint8_t r = 1, f = 1, m = 1;
    const int64_t minor = out->minor > ZH_BOUNDARIES_MINOR_MAX ? ZH_BOUNDARIES_MINOR_MAX : out->minor < -ZH_BOUNDARIES_MINOR_MAX ? -ZH_BOUNDARIES_MINOR_MAX : out->minor;
    for (int k = 0; k < ZH_BOUNDARIES_CUTS; k++) {
        r = (uint8_t)(r + (out->last_ms >= b->before_ms[k]));
        f = (uint8_t)(f + (b->cuts[ZH_FIGURE_FREQUENCY][k] <= ZH_BOUNDARIES_BINS * out->orders));
        m = (uint8_t)(m + (b->cuts[ZH_FIGURE_MONETARY][k] <= ZH_BOUNDARIES_BINS * minor));
    }
    out->scores[ZH_FIGURE_RECENCY] = r, out->scores[ZH_FIGURE_FREQUENCY] = f, out->scores[ZH_FIGURE_MONETARY] = m;
    out->segment = (uint8_t)zh_rfm_segment(zh_rfm_rules, zh_rfm_rules_count, r, f, m);
    out->rfm_class = (uint8_t)((out->last_ms >= b->above[ZH_FIGURE_RECENCY]) << 2 | (out->orders >= b->above[ZH_FIGURE_FREQUENCY]) << 1 | (minor >= b->above[ZH_FIGURE_MONETARY]));
}

/* ---- all of it ---- */

void zh_standing_of(const zh_customer_state *state, const zh_boundaries *b, int64_t now_ms, zh_standing *out)
{
    history h;
    *out = (zh_standing){ .rfm_class = ZH_RFM_CLASS_NONE };
    read_orders(state, b == NULL ? (zh_currency){ 0 } : b->currency, INT64_MAX, &h);
    out->orders = h.orders;
    out->minor = h.minor;
    out->last_ms = h.kept == 0 ? 0 : h.times[0];
    out->lifecycle = lifecycle_of(&h, b, now_ms, &out->until_ms, &out->interval_ms);
    out->aipl = aipl_of(state, &h, INT64_MAX);
    if (h.orders > 0 && b != NULL && b->buyers > 0) score(b, out);
}

void zh_standing_then(const zh_customer_state *state, const zh_boundaries *b, int64_t then_ms, zh_lifecycle *lifecycle, zh_aipl *aipl)
{
    history h;
    int64_t until_ms, interval_ms;
    read_orders(state, (zh_currency){ 0 }, then_ms, &h);
    *lifecycle = lifecycle_of(&h, b, then_ms, &until_ms, &interval_ms);
    *aipl = aipl_of(state, &h, then_ms);
}

bool zh_standing_buyer(const zh_customer_state *state, zh_currency currency, zh_buyer *out)
{
    history h;
    rhythm r;
    read_orders(state, currency, INT64_MAX, &h);
    if (h.orders == 0) return false;
    read_rhythm(&h, &r);
    *out = (zh_buyer){ .last_ms = h.times[0], .orders = h.orders, .minor = h.minor, .interval_ms = r.count == 0 ? 0 : median(r.gaps, r.count) };
    return true;
}

/* ---- texts ---- */

#define X(name, text) text,
static const char *const lifecycles[] = { ZH_LIFECYCLE_LIST(X) };
static const char *const stages[] = { ZH_AIPL_LIST(X) };
#undef X
const char *zh_lifecycle_text(zh_lifecycle lifecycle) { return (unsigned)lifecycle < ZH_LIFECYCLE_COUNT ? lifecycles[lifecycle] : "?"; }
const char *zh_aipl_text(zh_aipl stage) { return (unsigned)stage < ZH_AIPL_COUNT ? stages[stage] : "?"; }

/* In the order of zh_rfm_rules, and one for nobody's rule. */
static const char *const segments[] = { "champion", "loyal", "potential_loyalist", "new_customer", "promising", "need_attention", "about_to_sleep", "at_risk", "cant_lose", "lost", "other" };
zh_sv zh_rfm_segment_code(size_t segment) { return zh_sv_of(segments[segment < sizeof segments / sizeof *segments ? segment : sizeof segments / sizeof *segments - 1]); }

static const struct { const char *code, *zh; } classes[ZH_RFM_CLASSES + 1] = { /* by the bits recency, frequency, monetary */
    { "low_win_back", "一般挽留" }, { "key_win_back", "重要挽留" }, { "low_keep", "一般保持" }, { "key_keep", "重要保持" },
    { "low_develop", "一般发展" }, { "key_develop", "重要发展" }, { "low_value", "一般价值" }, { "key_value", "重要价值" }, { "", "" },
};
zh_sv zh_rfm_class_code(size_t rfm_class) { return zh_sv_of(classes[rfm_class < ZH_RFM_CLASSES ? rfm_class : ZH_RFM_CLASSES].code); }
zh_sv zh_rfm_class_zh(size_t rfm_class) { return zh_sv_of(classes[rfm_class < ZH_RFM_CLASSES ? rfm_class : ZH_RFM_CLASSES].zh); }
