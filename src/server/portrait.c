/* portrait.c -- one customer's portrait as JSON: each value with its source, its time and how sure it is. */
#include "engine/history.h"
#include "profile/portrait.h"
#include "profile/portrait_context.h"
#include "profile/portrait_place.h"
#include "server/answer.h"
#include "server/bands.h"
#include "server/computed.h"

#include <math.h>

#define CONTEXT_EVENTS_MAX 100 /* newest events read from the log: what a customer comes with now; each costs a read */
#define CONTEXT_K 15.0         /* events after which that is 63 % sure */

static double rounded(double value) { return round(value * 1e4) / 1e4; }

/* Where a value comes from, when that was, and how much there is of it. */
static void put_origin(zh_json_out *out, const char *source, int64_t at_ms, uint32_t evidence, double confidence)
{
    zh_json_out_key_text(out, ZH_SV("source"), zh_sv_of(source));
    zh_call_time(out, ZH_SV("at"), at_ms);
    zh_json_out_key_int(out, ZH_SV("evidence"), evidence);
    zh_json_out_key_real(out, ZH_SV("confidence"), rounded(confidence));
}

static void put_value(zh_json_out *out, const char *key, double value, const char *source, int64_t at_ms, uint32_t evidence, double confidence)
{
    zh_json_out_key(out, zh_sv_of(key));
    zh_json_out_object(out);
    zh_json_out_key_real(out, ZH_SV("value"), value);
    put_origin(out, source, at_ms, evidence, confidence);
    zh_json_out_end(out);
}

/* ---- leanings ---- */

static void put_leanings(zh_json_out *out, zh_sv dimension, const zh_leanings *leanings, bool says_liked)
{
    if (leanings->count == 0) return;
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("dimension"), dimension);
    zh_json_out_key_int(out, ZH_SV("names"), leanings->names);
    zh_json_out_key(out, ZH_SV("values"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < leanings->count; i++) {
        const zh_leaning *row = &leanings->rows[i];
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("name"), row->name);
        zh_json_out_key_real(out, ZH_SV("share"), rounded(row->share));
        zh_json_out_key_real(out, ZH_SV("lately"), rounded(row->lately));
        if (says_liked) zh_json_out_key_bool(out, ZH_SV("liked"), row->liked);
        put_origin(out, "observed", row->last_ms, row->events, row->confidence);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
    zh_json_out_end(out);
}

/* ---- orders ---- */

static void put_next(zh_json_out *out, const zh_rhythm *r, int64_t now_ms)
{
    zh_json_out_key(out, ZH_SV("nextOrder"));
    if (r->gaps == 0) {
        zh_json_out_null(out);
        return;
    }
    zh_json_out_object(out);
    zh_call_time(out, ZH_SV("value"), r->next_ms);
    zh_call_time(out, ZH_SV("from"), r->next_from_ms);
    zh_call_time(out, ZH_SV("until"), r->next_until_ms);
    zh_json_out_key_real(out, ZH_SV("chance"), ZH_PORTRAIT_CHANCE);
    zh_json_out_key_bool(out, ZH_SV("isOverdue"), now_ms > r->next_until_ms);
    put_origin(out, "computed", r->last_ms, r->gaps, r->gap_confidence);
    zh_json_out_end(out);
}

static void put_rhythm(zh_json_out *out, const zh_rhythm *r, int64_t now_ms)
{
    zh_json_out_key(out, ZH_SV("orders"));
    if (r->orders == 0) {
        zh_json_out_null(out);
        return;
    }
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("count"), r->orders);
    zh_json_out_key_int(out, ZH_SV("purchases"), r->purchases);
    zh_answer_currency(out, ZH_SV("currency"), r->currency);
    zh_call_time(out, ZH_SV("first"), r->first_ms);
    zh_call_time(out, ZH_SV("last"), r->last_ms);
    put_value(out, "meanCents", round(r->mean_minor), "observed", r->last_ms, r->orders, r->confidence);
    put_value(out, "basketSize", rounded(r->pieces), "observed", r->last_ms, r->orders, r->confidence);
    put_value(out, "basketProducts", rounded(r->lines), "observed", r->last_ms, r->orders, r->confidence);
    put_value(out, "returnRate", rounded(r->return_rate), "observed", r->last_ms, r->orders, r->confidence);
    put_value(out, "refundedShare", rounded(r->refunded_share), "observed", r->last_ms, r->orders, r->confidence);
    if (r->gaps > 0) put_value(out, "intervalDays", rounded((double)r->interval_ms / ZH_DAY_MS), "computed", r->last_ms, r->gaps, r->gap_confidence);
    put_next(out, r, now_ms);
    zh_json_out_end(out);
}

/* ---- habits ---- */

static void put_habits(zh_json_out *out, const zh_habits *h)
{
    zh_json_out_key(out, ZH_SV("habits"));
    if (h->events == 0) {
        zh_json_out_null(out);
        return;
    }
    zh_json_out_object(out);
    put_origin(out, "observed", h->last_ms, h->events, h->confidence);
    zh_call_time(out, ZH_SV("since"), h->since_ms);
    zh_json_out_key(out, ZH_SV("hours"));
    zh_json_out_array(out);
    for (size_t i = 0; i < sizeof h->hours / sizeof *h->hours; i++) zh_json_out_int(out, h->hours[i]);
    zh_json_out_end(out);
    zh_json_out_key_int(out, ZH_SV("visits"), h->visits);
    zh_json_out_key_real(out, ZH_SV("visitMinutes"), rounded((double)h->visit_ms / ZH_MINUTE_MS));
    zh_json_out_key_real(out, ZH_SV("visitEvents"), rounded(h->visit_events));
    zh_json_out_end(out);
}

/* ---- places ---- */

static void put_cell(zh_json_out *out, zh_cell cell)
{
    int32_t latitude_e6, longitude_e6;
    char text[ZH_CELL_TEXT_BYTES];
    zh_cell_print(cell, text);
    zh_cell_middle(cell, &latitude_e6, &longitude_e6);
    zh_json_out_key_text(out, ZH_SV("value"), zh_sv_of(text));
    zh_json_out_key_real(out, ZH_SV("latitude"), rounded(latitude_e6 / 1e6));
    zh_json_out_key_real(out, ZH_SV("longitude"), rounded(longitude_e6 / 1e6));
}

static void put_place(zh_json_out *out, const zh_place *place, const char *source)
{
    static const char *const kinds[ZH_STAY_KINDS] = { "nights", "workDays", "weekends", "edges" };
    if (place->cell.number == 0) {
        zh_json_out_null(out);
        return;
    }
    zh_json_out_object(out);
    put_cell(out, place->cell);
    zh_json_out_key_real(out, ZH_SV("share"), rounded(place->share));
    for (int kind = 0; kind < ZH_STAY_KINDS; kind++) zh_json_out_key_int(out, zh_sv_of(kinds[kind]), place->days[kind]);
    put_origin(out, source, place->week_ms, place->evidence, place->confidence);
    zh_json_out_end(out);
}

/* Of who refused analytics or personalisation nothing is said. */
static bool may_say_where(const zh_consents *consents, zh_customer_id customer)
{
    return zh_consents_said(consents, customer, ZH_CONSENT_ANALYTICS) != ZH_CHOICE_NO && zh_consents_said(consents, customer, ZH_CONSENT_PERSONALIZATION) != ZH_CHOICE_NO;
}

static void put_places(zh_json_out *out, const zh_customer_state *state, bool is_allowed)
{
    zh_places places;
    zh_places_of(state, &places);
    zh_json_out_key(out, ZH_SV("places"));
    if (!is_allowed || places.count == 0) {
        zh_json_out_null(out);
        return;
    }
    zh_json_out_object(out);
    zh_json_out_key(out, ZH_SV("home"));
    put_place(out, &places.home, "computed");
    zh_json_out_key(out, ZH_SV("work"));
    put_place(out, &places.work, "computed");
    zh_json_out_key_int(out, ZH_SV("cells"), places.cells);
    zh_json_out_key(out, ZH_SV("frequent"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < places.count; i++) put_place(out, &places.frequent[i], "observed");
    zh_json_out_end(out);
    zh_json_out_end(out);
}

/* What the shop said, but for what is personal: that is sealed, and stands in the profile for who may see it. */
static void put_traits(zh_json_out *out, const zh_customer_state *state)
{
    zh_json_out_key(out, ZH_SV("traits"));
    zh_json_out_array(out);
    zh_trait trait;
    for (uint32_t i = 0; zh_customer_trait_at(state, i, &trait); i++) {
        if (zh_sv_equal(trait.value, ZH_SV("null"))) continue;
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("name"), trait.name);
        zh_json_out_key(out, ZH_SV("value"));
        zh_json_out_raw(out, trait.value);
        zh_json_out_key_text(out, ZH_SV("source"), ZH_SV("declared"));
        zh_call_time(out, ZH_SV("at"), trait.rank.time_ms);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

static void put_portrait(zh_json_out *out, const zh_portrait *p, int64_t now_ms)
{
    zh_json_out_key(out, ZH_SV("leanings"));
    zh_json_out_array(out);
    put_leanings(out, ZH_SV("category"), &p->category, true);
    put_leanings(out, ZH_SV("brand"), &p->brand, true);
    put_leanings(out, ZH_SV("priceBand"), &p->band, false);
    for (uint32_t i = 0; i < p->attributes_count; i++) put_leanings(out, p->attributes[i].name, &p->attributes[i].values, false);
    zh_json_out_end(out);
    zh_json_out_key_int(out, ZH_SV("halfLifeDays"), ZH_AFFINITY_HALF_LIFE_DAYS);
    zh_json_out_key_int(out, ZH_SV("latelyDays"), ZH_PORTRAIT_LATELY_DAYS);
    put_rhythm(out, &p->rhythm, now_ms);
    put_habits(out, &p->habits);
}

/* ---- context ---- */

static zh_err read_context(zh_call *call, zh_customer_id customer, zh_portrait_context *out)
{
    zh_customer_id numbers[ZH_TIMELINE_NUMBERS_MAX];
    zh_timeline_at rows[CONTEXT_EVENTS_MAX];
    size_t count = 0;
    *out = (zh_portrait_context){ 0 };
    const size_t numbers_count = zh_history_numbers(call->engine, customer, numbers);
    zh_err e = zh_timeline_read(zh_engine_timeline(call->engine), ZH_TIMELINE_EVENTS, numbers, numbers_count, NULL, CONTEXT_EVENTS_MAX, rows, &count);
    for (size_t i = 0; e == ZH_OK && i < count; i++) {
        zh_event event;
        if (zh_history_event(call->engine, rows[i].partition, rows[i].sequence, call->arena, &event) != ZH_OK) continue; /* retention let it go */
        e = zh_portrait_context_add(out, &event, call->thread->parser, call->arena);
    }
    zh_portrait_context_end(out);
    return e;
}

static void put_context(zh_json_out *out, const zh_portrait_context *c)
{
    static const char *const kinds[ZH_CONTEXT_KINDS] = { "devices", "systems", "channels" };
    zh_json_out_key(out, ZH_SV("context"));
    if (c->events == 0) {
        zh_json_out_null(out);
        return;
    }
    zh_json_out_object(out);
    put_origin(out, "observed", c->last_ms, c->events, zh_portrait_confidence(c->events, CONTEXT_K));
    zh_call_time(out, ZH_SV("since"), c->since_ms);
    for (int kind = 0; kind < ZH_CONTEXT_KINDS; kind++) {
        zh_json_out_key(out, zh_sv_of(kinds[kind]));
        zh_json_out_array(out);
        for (uint32_t i = 0; i < c->counts[kind]; i++) {
            zh_json_out_object(out);
            zh_json_out_key_text(out, ZH_SV("name"), c->names[kind][i].name);
            zh_json_out_key_int(out, ZH_SV("events"), c->names[kind][i].events);
            zh_json_out_end(out);
        }
        zh_json_out_end(out);
    }
    zh_json_out_key(out, ZH_SV("discountShare"));
    if (c->orders == 0) zh_json_out_null(out);
    else {
        zh_json_out_object(out);
        zh_json_out_key_real(out, ZH_SV("value"), rounded((double)c->discounted / c->orders));
        put_origin(out, "observed", c->last_ms, c->orders, zh_portrait_confidence(c->orders, ZH_PORTRAIT_ORDERS_K));
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

static zh_err put_all(zh_call *call, zh_customer_id customer, const zh_computed_one *ones, uint32_t ones_count, const zh_portrait_shop *shop, zh_json_out *out)
{
    zh_portrait portrait;
    const zh_world *w = zh_engine_world(call->engine);
    const zh_customer_state *state = zh_customers_get(w->customers, customer);
    if (state == NULL) return ZH_ABSENT;
    const zh_err e = zh_portrait_of(state, zh_customers_terms(w->customers), zh_engine_tz(call->engine), shop, call->arena, &portrait);
    if (e != ZH_OK) return e;
    const zh_look look = { .terms = zh_customers_terms(w->customers), .consents = w->consents, .boundaries = w->boundaries, .state = state, .customer = customer,
                          .now_ms = call->now_ms, .json = call->thread->parser };
    put_portrait(out, &portrait, call->now_ms);
    put_places(out, state, may_say_where(w->consents, customer));
    put_traits(out, state);
    return zh_computed_values(call, ones, ones_count, &look, out);
}

zh_err zh_answer_portrait_of(zh_call *call, zh_customer_id customer, zh_json_out *out)
{
    char number[24];
    zh_computed_one *ones;
    uint32_t ones_count;
    zh_world *w = zh_engine_world(call->engine);
    zh_portrait_context context;
    zh_err e = zh_computed_all(call, true, &ones, &ones_count);
    if (e == ZH_OK) e = read_context(call, customer, &context);
    zh_answer_customer_text(customer, number);
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("id"), zh_sv_of(number));
    zh_call_time(out, ZH_SV("at"), call->now_ms);
    zh_json_out_key_text(out, ZH_SV("zone"), zh_engine_time_zone(call->engine));
    if (e == ZH_OK) {
        zh_band_look look;
        const zh_portrait_shop shop = zh_bands_take(call, &look);
        zh_world_lock_read(w);
        e = put_all(call, customer, ones, ones_count, &shop, out);
        zh_world_unlock(w);
        zh_bands_give(call);
    }
    if (e != ZH_OK) return e;
    put_context(out, &context);
    zh_json_out_end(out);
    return ZH_OK;
}

void zh_answer_portrait(zh_call *call, zh_customer_id customer)
{
    zh_json_out out = zh_call_begin(call);
    const zh_err e = zh_answer_portrait_of(call, customer, &out);
    if (e == ZH_OK) zh_call_json(call, 200, &out);
    else zh_call_failed(call, e, "no such customer");
}

void zh_route_customer_portrait(zh_call *call)
{
    zh_permit permit;
    const zh_customer_id id = zh_answer_path_customer(call, &permit);
    if (id.number != 0) zh_answer_portrait(call, id);
}
