/* fairness.c -- two reports on what lists show: who gets shown (fairness), and does it become narrower (bubble). As JSON, or a table. */
#include "base/time.h"
#include "engine/exposed.h"
#include "server/reports.h"

#define DAYS_DEFAULT 28
#define CATEGORIES_SHOWN 50 /* the most shown; a person reads no more */

static zh_sv day_text(int64_t day, char text[ZH_TIME_TEXT_BYTES]) { return (zh_sv){ text, zh_date_print(day, text) }; }

/* ---- what is asked ---- */

typedef struct asked { zh_sv placement; uint32_t days; bool is_table; } asked;

/* False: a problem was answered. */
static bool read_asked(zh_call *call, asked *a)
{
    const zh_sv days = zh_http_param(call->request, ZH_SV("days")), format = zh_http_param(call->request, ZH_SV("format"));
    uint32_t number = DAYS_DEFAULT;
    *a = (asked){ .placement = zh_http_param(call->request, ZH_SV("placement")) };
    a->is_table = zh_sv_equal(format, ZH_SV("csv")) || (format.size == 0 && zh_sv_starts(zh_http_header_of(call->request, "Accept"), ZH_SV("text/csv")));
    if (a->placement.size > ZH_DECISION_NAME_BYTES_MAX) zh_call_problem(call, 400, "bad_field", "placement", "has at most 64 bytes");
    else if (days.size > 0 && (!zh_call_number(days, &number) || number > ZH_BUBBLE_DAYS_MAX)) zh_call_problem(call, 400, "bad_field", "days", "is a number from 1 to 56");
    else if (format.size > 0 && !a->is_table && !zh_sv_equal(format, ZH_SV("json"))) zh_call_problem(call, 400, "bad_field", "format", "format is json or csv");
    else {
        a->days = number;
        return true;
    }
    return false;
}

static void put_head(const asked *a, const zh_exposed *x, zh_json_out *out)
{
    char from[ZH_TIME_TEXT_BYTES], to[ZH_TIME_TEXT_BYTES];
    if (a->placement.size > 0) zh_json_out_key_text(out, ZH_SV("placement"), a->placement);
    if (!x->is_empty) {
        zh_json_out_key_text(out, ZH_SV("from"), day_text(x->input.from_day, from));
        zh_json_out_key_text(out, ZH_SV("to"), day_text(x->input.to_day, to));
    }
    zh_json_out_key_real(out, ZH_SV("customerShare"), x->customer_share);
    zh_json_out_key_real(out, ZH_SV("itemShare"), x->item_share);
}

static void put_between(zh_json_out *out, zh_sv key, const zh_between *b)
{
    zh_json_out_key(out, key);
    if (b->of == 0) {
        zh_json_out_null(out);
        return;
    }
    zh_json_out_object(out);
    zh_json_out_key_real(out, ZH_SV("value"), b->value);
    zh_json_out_key_real(out, ZH_SV("low"), b->low);
    zh_json_out_key_real(out, ZH_SV("high"), b->high);
    zh_json_out_key_int(out, ZH_SV("of"), (int64_t)b->of);
    zh_json_out_end(out);
}

static void put_known(zh_json_out *out, zh_sv key, bool known, double value)
{
    zh_json_out_key(out, key);
    if (known) zh_json_out_real(out, value);
    else zh_json_out_null(out);
}

static void put_rate(zh_json_out *out, zh_sv key, uint64_t of, uint64_t in) { put_known(out, key, in > 0, in > 0 ? (double)of / (double)in : 0); }

/* ---- fairness ---- */

static void put_exposure(zh_json_out *out, zh_sv key, const zh_fair_exposure *e)
{
    zh_json_out_key(out, key);
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("items"), (int64_t)e->items);
    zh_json_out_key_int(out, ZH_SV("shownItems"), (int64_t)e->shown_items);
    zh_json_out_key_int(out, ZH_SV("slots"), (int64_t)e->slots);
    put_known(out, ZH_SV("gini"), e->slots > 0, e->gini);
    put_known(out, ZH_SV("coverage"), e->items > 0, e->coverage);
    put_known(out, ZH_SV("longTail"), e->slots > 0, e->long_tail);
    zh_json_out_end(out);
}

static void put_group(zh_json_out *out, zh_fair_group_kind kind, const zh_fair_group *g)
{
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("group"), zh_sv_of(zh_fair_group_text(kind)));
    zh_json_out_key_int(out, ZH_SV("customers"), (int64_t)g->customers);
    zh_json_out_key_int(out, ZH_SV("slots"), (int64_t)g->slots);
    put_known(out, ZH_SV("gini"), g->slots > 0, g->gini);
    put_between(out, ZH_SV("longTail"), &g->long_tail);
    put_known(out, ZH_SV("lift"), g->lift_of > 0, g->lift);
    put_between(out, ZH_SV("js"), &g->js);
    put_between(out, ZH_SV("steck"), &g->steck);
    put_rate(out, ZH_SV("clickRate"), g->clicked, g->shown);
    put_rate(out, ZH_SV("buyRate"), g->bought, g->shown);
    zh_json_out_end(out);
}

static void put_merchants(zh_json_out *out, zh_sv name, const zh_fair_merchants *m, const zh_fair_merchants *other)
{
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("merchants"), name);
    zh_json_out_key_int(out, ZH_SV("brands"), (int64_t)m->brands);
    zh_json_out_key_int(out, ZH_SV("items"), (int64_t)m->items);
    zh_json_out_key_int(out, ZH_SV("slots"), (int64_t)m->slots);
    zh_json_out_key_int(out, ZH_SV("clicked"), (int64_t)m->clicked);
    zh_json_out_key_int(out, ZH_SV("bought"), (int64_t)m->bought);
    put_rate(out, ZH_SV("itemShare"), m->items, m->items + other->items);
    put_rate(out, ZH_SV("slotShare"), m->slots, m->slots + other->slots);
    put_rate(out, ZH_SV("boughtShare"), m->bought, m->bought + other->bought);
    zh_json_out_end(out);
}

static void answer_fairness(zh_call *call, const asked *a, const zh_exposed *x, const zh_fair_report *r)
{
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    put_head(a, x, &out);
    put_exposure(&out, ZH_SV("personal"), &r->personal);
    put_exposure(&out, ZH_SV("anybody"), &r->anybody);
    zh_json_out_key(&out, ZH_SV("groups"));
    zh_json_out_array(&out);
    for (int g = 0; g < ZH_FAIR_GROUPS; g++) put_group(&out, (zh_fair_group_kind)g, &r->groups[g]);
    zh_json_out_end(&out);
    zh_json_out_key(&out, ZH_SV("merchants"));
    zh_json_out_array(&out);
    put_merchants(&out, ZH_SV("large"), &r->large, &r->small);
    put_merchants(&out, ZH_SV("small"), &r->small, &r->large);
    zh_json_out_end(&out);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* An empty cell where there is no value. */
static void cell(zh_report_table *t, bool known, double value)
{
    if (known) zh_report_number(t, value);
    else zh_report_text(t, (zh_sv){ 0 });
}

static void cell_between(zh_report_table *t, const zh_between *b)
{
    cell(t, b->of > 0, b->value);
    cell(t, b->of > 0, b->low);
    cell(t, b->of > 0, b->high);
}

static void table_fairness(zh_call *call, const zh_fair_report *r)
{
    static const char *const columns[] = { "group", "customers", "slots", "gini", "long_tail", "long_tail_low", "long_tail_high", "lift", "js", "js_low", "js_high", "steck", "steck_low", "steck_high", "click_rate", "buy_rate" };
    zh_report_table t;
    zh_report_table_open(&t, columns, sizeof columns / sizeof *columns);
    for (int i = 0; i < ZH_FAIR_GROUPS; i++) {
        const zh_fair_group *g = &r->groups[i];
        zh_report_text(&t, zh_sv_of(zh_fair_group_text((zh_fair_group_kind)i)));
        zh_report_whole(&t, (int64_t)g->customers);
        zh_report_whole(&t, (int64_t)g->slots);
        cell(&t, g->slots > 0, g->gini);
        cell_between(&t, &g->long_tail);
        cell(&t, g->lift_of > 0, g->lift);
        cell_between(&t, &g->js);
        cell_between(&t, &g->steck);
        cell(&t, g->shown > 0, g->shown > 0 ? (double)g->clicked / (double)g->shown : 0);
        cell(&t, g->shown > 0, g->shown > 0 ? (double)g->bought / (double)g->shown : 0);
        zh_report_row(&t);
    }
    zh_report_table_answer(call, &t, "fairness");
}

void zh_route_report_fairness(zh_call *call)
{
    asked a;
    zh_exposed x;
    zh_fair_report report;
    if (!read_asked(call, &a)) return;
    zh_err e = zh_exposed_open(&x, zh_engine_world(call->engine), &(zh_exposed_ask){ a.placement, a.days, false });
    if (e == ZH_OK) e = zh_fair_of(&x.input, &x.arena, &report);
    if (e != ZH_OK) zh_call_failed(call, e, "the counts did not fit into memory");
    else if (a.is_table) table_fairness(call, &report);
    else answer_fairness(call, &a, &x, &report);
    zh_exposed_close(&x);
}

/* ---- bubble ---- */

/* Members of an object: of a day, or of all. */
static void put_span(zh_json_out *out, const zh_bubble_span *s)
{
    zh_json_out_key_int(out, ZH_SV("slots"), (int64_t)s->slots);
    zh_json_out_key_int(out, ZH_SV("controlSlots"), (int64_t)s->control_slots);
    zh_json_out_key_int(out, ZH_SV("clicked"), (int64_t)s->clicked);
    zh_json_out_key_int(out, ZH_SV("bought"), (int64_t)s->bought);
    put_known(out, ZH_SV("shownBits"), s->slots > 0, s->shown_bits);
    put_known(out, ZH_SV("controlBits"), s->control_slots > 0, s->control_bits);
    put_known(out, ZH_SV("clickedBits"), s->clicked > 0, s->clicked_bits);
    put_known(out, ZH_SV("boughtBits"), s->bought > 0, s->bought_bits);
    zh_json_out_key_int(out, ZH_SV("customers"), (int64_t)s->customers);
    put_known(out, ZH_SV("topShare"), s->slots > 0, s->top_share);
    put_known(out, ZH_SV("gap"), s->has_gap, s->gap);
    put_rate(out, ZH_SV("newClicked"), s->clicked_new, s->clicked_of);
    put_rate(out, ZH_SV("newBought"), s->bought_new, s->bought_of);
}

static void put_categories(zh_json_out *out, const zh_exposed *x, const zh_bubble *b)
{
    zh_json_out_key(out, ZH_SV("categories"));
    zh_json_out_array(out);
    for (uint64_t n = 0, last = UINT64_MAX, at = 0; n < CATEGORIES_SHOWN && n < x->input.categories; n++) { /* by what is shown and bought, then by number */
        uint64_t best = 0, best_at = UINT64_MAX;
        for (uint64_t c = 0; c < x->input.categories; c++) {
            const uint64_t size = b->categories[c].shown + b->categories[c].bought + b->categories[c].control;
            const bool follows = size < last || (size == last && c > at);
            if (follows && size > best) best = size, best_at = c;
        }
        if (best_at == UINT64_MAX) break;
        last = best, at = best_at;
        const zh_bubble_category *c = &b->categories[at];
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("category"), x->categories[at]);
        put_rate(out, ZH_SV("shown"), c->shown, b->all.slots);
        put_rate(out, ZH_SV("control"), c->control, b->all.control_slots);
        put_rate(out, ZH_SV("clicked"), c->clicked, b->all.clicked);
        put_rate(out, ZH_SV("bought"), c->bought, b->all.bought);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

static void answer_bubble(zh_call *call, const asked *a, const zh_exposed *x, const zh_bubble *b)
{
    char day[ZH_TIME_TEXT_BYTES];
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    put_head(a, x, &out);
    zh_json_out_key(&out, ZH_SV("days"));
    zh_json_out_array(&out);
    for (size_t i = 0; i < b->days_count; i++) {
        zh_json_out_object(&out);
        zh_json_out_key_text(&out, ZH_SV("day"), day_text(b->days[i].day, day));
        put_span(&out, &b->days[i]);
        put_known(&out, ZH_SV("customerBits"), b->days[i].customers > 0, b->days[i].customer_bits);
        zh_json_out_end(&out);
    }
    zh_json_out_end(&out);
    zh_json_out_key(&out, ZH_SV("all"));
    zh_json_out_object(&out);
    put_span(&out, &b->all);
    put_known(&out, ZH_SV("steck"), b->all.has_gap, b->steck);
    put_between(&out, ZH_SV("customerBits"), &b->customer_bits);
    put_between(&out, ZH_SV("jaccard"), &b->jaccard);
    zh_json_out_end(&out);
    put_categories(&out, x, b);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

static void table_bubble(zh_call *call, const zh_bubble *b)
{
    static const char *const columns[] = { "day", "slots", "shown_bits", "control_slots", "control_bits", "clicked", "clicked_bits", "bought", "bought_bits", "customers", "customer_bits", "top_share", "gap", "new_clicked", "new_bought" };
    char day[ZH_TIME_TEXT_BYTES];
    zh_report_table t;
    zh_report_table_open(&t, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < b->days_count; i++) {
        const zh_bubble_span *s = &b->days[i];
        zh_report_text(&t, day_text(s->day, day));
        zh_report_whole(&t, (int64_t)s->slots);
        cell(&t, s->slots > 0, s->shown_bits);
        zh_report_whole(&t, (int64_t)s->control_slots);
        cell(&t, s->control_slots > 0, s->control_bits);
        zh_report_whole(&t, (int64_t)s->clicked);
        cell(&t, s->clicked > 0, s->clicked_bits);
        zh_report_whole(&t, (int64_t)s->bought);
        cell(&t, s->bought > 0, s->bought_bits);
        zh_report_whole(&t, (int64_t)s->customers);
        cell(&t, s->customers > 0, s->customer_bits);
        cell(&t, s->slots > 0, s->top_share);
        cell(&t, s->has_gap, s->gap);
        cell(&t, s->clicked_of > 0, s->clicked_of > 0 ? (double)s->clicked_new / (double)s->clicked_of : 0);
        cell(&t, s->bought_of > 0, s->bought_of > 0 ? (double)s->bought_new / (double)s->bought_of : 0);
        zh_report_row(&t);
    }
    zh_report_table_answer(call, &t, "bubble");
}

void zh_route_report_bubble(zh_call *call)
{
    asked a;
    zh_exposed x;
    zh_bubble bubble = { 0 };
    if (!read_asked(call, &a)) return;
    zh_err e = zh_exposed_open(&x, zh_engine_world(call->engine), &(zh_exposed_ask){ a.placement, a.days, false });
    if (e == ZH_OK && !x.is_empty) e = zh_bubble_of(&x.input, &x.arena, &bubble);
    if (e != ZH_OK) zh_call_failed(call, e, "the counts did not fit into memory");
    else if (a.is_table) table_bubble(call, &bubble);
    else answer_bubble(call, &a, &x, &bubble);
    zh_exposed_close(&x);
}
