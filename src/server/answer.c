#include "server/answer.h"
#include "engine/recompute.h"
#include "base/time.h"
#include "engine/deploy.h"
#include "engine/history.h"
#include "engine/traits.h"
#include "engine/timeline.h"
#include "profile/affinity.h"

#include <math.h>
#include <stdio.h>

#define IDS_MAX 32            /* ids of one customer shown */
#define TASTES_MAX 10         /* names of one affinity shown */

zh_sv zh_answer_event_of(zh_act act)
{
    switch (act) {
    case ZH_ACT_VIEW: return ZH_SV("Product Viewed");
    case ZH_ACT_CLICK: return ZH_SV("Product Clicked");
    case ZH_ACT_ADD: return ZH_SV("Product Added");
    case ZH_ACT_REMOVE: return ZH_SV("Product Removed");
    case ZH_ACT_ORDER: return ZH_SV("Order Completed");
    case ZH_ACT_WISH: return ZH_SV("Product Added to Wishlist");
    case ZH_ACT_SHARE: return ZH_SV("Product Shared");
    case ZH_ACT_REVIEW: return ZH_SV("Product Reviewed");
    default: return zh_sv_of(zh_act_text(act));
    }
}

void zh_answer_currency(zh_json_out *out, zh_sv key, zh_currency currency)
{
    char text[4];
    if (currency.code == 0) return;
    zh_currency_text(currency, text);
    zh_json_out_key_text(out, key, zh_sv_of(text));
}

zh_currency zh_answer_main_currency(const zh_sales *sales)
{
    zh_sales_total totals[ZH_SALES_CURRENCIES_MAX];
    const size_t count = zh_sales_currencies(sales, totals, ZH_SALES_CURRENCIES_MAX);
    size_t best = 0;
    for (size_t i = 1; i < count; i++)
        if (totals[i].orders > totals[best].orders) best = i;
    return count == 0 ? (zh_currency){ 0 } : totals[best].currency;
}

void zh_answer_next(zh_json_out *out, const char *next)
{
    zh_json_out_key(out, ZH_SV("next"));
    if (next[0] == '\0') zh_json_out_null(out);
    else zh_json_out_text(out, zh_sv_of(next));
}

bool zh_answer_customer_number(zh_sv text, zh_customer_id *out)
{
    uint64_t number = 0;
    if (text.size == 0 || text.size > 18) return false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') return false;
        number = number * 10 + (uint64_t)(text.data[i] - '0');
    }
    out->number = number;
    return number > 0;
}

void zh_answer_customer_text(zh_customer_id customer, char out[24])
{
    snprintf(out, 24, "%llu", (unsigned long long)customer.number);
}

zh_customer_id zh_answer_path_customer(zh_call *call, zh_permit *permit)
{
    zh_customer_id id = { 0 };
    zh_world *w = zh_engine_world(call->engine);
    if (zh_answer_customer_number(zh_http_path_part(call->request, 3), &id)) id = zh_world_root(w, id);
    zh_world_lock_read(w);
    if (id.number != 0 && zh_customers_get(w->customers, id) == NULL) id.number = 0;
    zh_world_unlock(w);
    if (id.number == 0) zh_call_problem(call, 404, "not_found", "id", "no such customer");
    else if (!zh_call_permit(call, id, ZH_PURPOSE_SUPPORT, permit)) {
        zh_call_problem(call, 403, "forbidden", NULL, "this role may not look at one customer");
        id.number = 0;
    }
    return id;
}

/* ---- ids ---- */

zh_sv zh_answer_user_id(zh_call *call, zh_customer_id customer, const zh_permit *permit)
{
    zh_engine_id id;
    size_t count;
    if (zh_engine_ids(call->engine, customer, permit, call->arena, &id, 1, &count) != ZH_OK || count == 0) return (zh_sv){ 0 };
    return id.kind == ZH_ID_USER ? id.text : (zh_sv){ 0 };
}

static void put_ids(zh_call *call, zh_customer_id customer, const zh_permit *permit, zh_json_out *out)
{
    zh_engine_id ids[IDS_MAX];
    size_t count = 0;
    (void)!zh_engine_ids(call->engine, customer, permit, call->arena, ids, IDS_MAX, &count);
    zh_json_out_key(out, ZH_SV("userId"));
    if (count > 0 && ids[0].kind == ZH_ID_USER) zh_json_out_text(out, ids[0].text);
    else zh_json_out_null(out);
    zh_json_out_key(out, ZH_SV("ids"));
    zh_json_out_object(out);
    static const struct { zh_id_kind kind; const char *name; } kinds[] = { { ZH_ID_USER, "userId" }, { ZH_ID_ANONYMOUS, "anonymousId" } };
    for (size_t k = 0; k < 2; k++) {
        bool any = false;
        for (size_t i = 0; i < count; i++) {
            if (ids[i].kind != kinds[k].kind) continue;
            if (!any) {
                zh_json_out_key(out, zh_sv_of(kinds[k].name));
                zh_json_out_array(out);
                any = true;
            }
            zh_json_out_text(out, ids[i].text);
        }
        if (any) zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

/* ---- affinities ---- */

static void put_tastes(zh_call *call, const zh_customer_state *state, const zh_terms *terms, zh_taste_kind kind, zh_sv key, zh_json_out *out)
{
    zh_affinity *shares;
    uint32_t count;
    if (zh_affinity_of(state, terms, kind, call->arena, &shares, &count) != ZH_OK) count = 0;
    zh_json_out_key(out, key);
    zh_json_out_object(out);
    for (uint32_t i = 0; i < count && i < TASTES_MAX; i++)
        if (shares[i].name.size > 0) zh_json_out_key_real(out, shares[i].name, round(shares[i].share * 1e4) / 1e4);
    zh_json_out_end(out);
}

/* ---- a profile ---- */

static void put_orders(const zh_customer_state *state, zh_json_out *out)
{
    zh_order_totals totals = { 0 };
    if (state != NULL) zh_customer_order_totals(state, &totals);
    zh_json_out_key(out, ZH_SV("orders"));
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("count"), totals.orders);
    zh_json_out_key_int(out, ZH_SV("revenueCents"), totals.money_count > 0 ? totals.money[0].revenue_minor : 0);
    zh_json_out_key_int(out, ZH_SV("refundedCents"), totals.money_count > 0 ? totals.money[0].refunded_minor : 0);
    char currency[4] = "";
    if (totals.money_count > 0) zh_currency_text(totals.money[0].currency, currency);
    zh_json_out_key_text(out, ZH_SV("currency"), zh_sv_of(currency));
    zh_call_time(out, ZH_SV("last"), totals.last_ms);
    zh_json_out_end(out);
}

void zh_answer_profile(zh_call *call, zh_customer_id customer, const zh_permit *permit, zh_json_out *out)
{
    put_ids(call, customer, permit, out);
    zh_json_out_key(out, ZH_SV("traits"));
    zh_json_out_object(out);
    zh_traits_personal(call->engine, customer, permit, zh_call_masks(call), call->thread->parser, call->arena, out);
    zh_world *w = zh_engine_world(call->engine);
    zh_world_lock_read(w);
    const zh_customer_state *state = zh_customers_get(w->customers, customer);
    zh_traits_plain(state, out);
    zh_json_out_end(out);
    zh_call_time(out, ZH_SV("firstSeen"), state == NULL ? 0 : zh_customer_first_ms(state));
    zh_call_time(out, ZH_SV("lastSeen"), state == NULL ? 0 : zh_customer_last_ms(state));
    zh_json_out_key_int(out, ZH_SV("events"), state == NULL ? 0 : (int64_t)zh_customer_events(state));
    put_orders(state, out);
    zh_json_out_key(out, ZH_SV("affinity"));
    zh_json_out_object(out);
    if (state != NULL) {
        put_tastes(call, state, zh_customers_terms(w->customers), ZH_TASTE_CATEGORY, ZH_SV("category"), out);
        put_tastes(call, state, zh_customers_terms(w->customers), ZH_TASTE_BRAND, ZH_SV("brand"), out);
    }
    zh_json_out_end(out);
    zh_answer_standing(w, state, call->now_ms, out);
    zh_answer_predictions(call, state, customer, out);
    zh_answer_segment_names(call, customer, out);
    zh_answer_tags(call, customer, false, out);
    zh_world_unlock(w);
    zh_json_out_key(out, ZH_SV("consents"));
    zh_answer_consents(call, customer, out);
}

/* ---- a decision ---- */

static zh_sv text_of(zh_world *w, zh_item_id id)
{
    const zh_item *item = zh_catalog_get(w->catalog, id);
    return item == NULL ? (zh_sv){ 0 } : item->text;
}

static void put_texts(zh_world *w, zh_sv key, const zh_item_id *ids, uint32_t count, zh_json_out *out)
{
    zh_json_out_key(out, key);
    zh_json_out_array(out);
    for (uint32_t i = 0; i < count; i++) zh_json_out_text(out, text_of(w, ids[i]));
    zh_json_out_end(out);
}

static zh_sv title_of(zh_world *w, zh_item_id id)
{
    const zh_item *item = zh_catalog_get(w->catalog, id);
    return item == NULL ? (zh_sv){ 0 } : item->title;
}

static void put_shown(zh_world *w, zh_arena *arena, const zh_decision *d, bool as_candidates, zh_json_out *out)
{
    zh_json_out_array(out);
    for (uint32_t i = 0; i < d->shown_count; i++) {
        const zh_shown *s = &d->shown[i];
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("itemId"), text_of(w, s->item));
        if (as_candidates) zh_json_out_key_text(out, ZH_SV("source"), zh_sv_of(zh_reason_code_text(s->reason)));
        else zh_json_out_key_int(out, ZH_SV("rank"), i + 1);
        zh_json_out_key_real(out, ZH_SV("score"), (double)s->score_micro / 1e6);
        zh_json_out_key_real(out, ZH_SV("propensity"), (double)s->propensity_micro / 1e6);
        if (as_candidates) zh_json_out_key_bool(out, ZH_SV("shown"), true);
        else {
            zh_json_out_key(out, ZH_SV("reason"));
            zh_json_out_object(out);
            zh_json_out_key_text(out, ZH_SV("code"), zh_sv_of(zh_reason_code_text(s->reason)));
            zh_json_out_key(out, ZH_SV("text"));
            zh_json_out_object(out);
            zh_json_out_key_text(out, ZH_SV("en"), zh_reason_en(s->reason, title_of(w, s->evidence), arena));
            zh_json_out_key_text(out, ZH_SV("zh"), zh_reason_zh(s->reason, title_of(w, s->evidence), arena));
            zh_json_out_end(out);
            zh_json_out_key(out, ZH_SV("evidence"));
            zh_json_out_array(out);
            if (s->evidence.number != 0) {
                zh_json_out_object(out);
                zh_json_out_key_text(out, ZH_SV("itemId"), text_of(w, s->evidence));
                zh_json_out_end(out);
            }
            zh_json_out_end(out);
            zh_json_out_end(out);
        }
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

static void put_machine(const zh_world *w, const zh_decision *d, const char *hindrance, zh_json_out *out)
{
    char text[32], model[ZH_SERVING_NAME_BYTES] = "cocount";
    uint32_t version = d->policy_version;
    if (d->model_hash != 0 && !zh_deploy_named(w, d->model_hash, model, &version)) version = 0; /* it is forgotten */
    zh_json_out_key(out, ZH_SV("model"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("name"), zh_sv_of(model));
    zh_json_out_key_int(out, ZH_SV("version"), version);
    snprintf(text, sizeof text, "%016llx", (unsigned long long)d->model_hash);
    zh_json_out_key_text(out, ZH_SV("hash"), zh_sv_of(text));
    zh_json_out_end(out);
    zh_json_out_key_text(out, ZH_SV("policy"), ZH_SV("stages"));
    snprintf(text, sizeof text, "%016llx", (unsigned long long)d->seed);
    zh_json_out_key_text(out, ZH_SV("seed"), zh_sv_of(text));
    zh_json_out_key(out, ZH_SV("positions"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < d->positions_count; i++) {
        zh_json_out_object(out);
        zh_json_out_key_int(out, ZH_SV("partition"), i);
        zh_json_out_key_int(out, ZH_SV("position"), (int64_t)d->positions[i]);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
    zh_json_out_key_bool(out, ZH_SV("replayable"), hindrance == NULL);
    if (hindrance != NULL) zh_json_out_key_text(out, ZH_SV("whyNotReplayable"), zh_sv_of(hindrance));
}

void zh_answer_decision(zh_call *call, const zh_decision *d, zh_json_out *out)
{
    char id[ZH_DECISION_ID_TEXT_BYTES];
    zh_decision_id_print(d->id, id);
    zh_world *w = zh_engine_world(call->engine);
    zh_permit permit;
    zh_sv user = { 0 };
    if (d->customer.number != 0 && zh_call_permit(call, d->customer, ZH_PURPOSE_SERVE, &permit)) user = zh_answer_user_id(call, d->customer, &permit);
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("decisionId"), zh_sv_of(id));
    zh_call_time(out, ZH_SV("at"), d->time_ms);
    zh_json_out_key_text(out, ZH_SV("placement"), d->placement);
    zh_json_out_key(out, ZH_SV("userId"));
    if (user.size > 0) zh_json_out_text(out, user);
    else zh_json_out_null(out);
    zh_json_out_key_bool(out, ZH_SV("personalized"), d->personalized);
    zh_json_out_key_text(out, ZH_SV("strategy"), zh_sv_of(zh_strategy_text(d->strategy)));
    zh_world_lock_read(w);
    zh_json_out_key(out, ZH_SV("request"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("placement"), d->placement);
    zh_json_out_key_int(out, ZH_SV("n"), d->asked);
    zh_json_out_key(out, ZH_SV("context"));
    zh_json_out_object(out);
    if (d->context_item.number != 0) zh_json_out_key_text(out, ZH_SV("itemId"), text_of(w, d->context_item));
    put_texts(w, ZH_SV("cart"), d->cart, d->cart_count, out);
    zh_json_out_end(out);
    put_texts(w, ZH_SV("exclude"), d->excluded, d->excluded_count, out);
    zh_json_out_end(out);
    zh_json_out_key(out, ZH_SV("items"));
    put_shown(w, call->arena, d, false, out);
    zh_json_out_key(out, ZH_SV("candidates"));
    put_shown(w, call->arena, d, true, out);
    zh_json_out_key_int(out, ZH_SV("candidatesCount"), d->candidates);
    zh_world_unlock(w);
    zh_json_out_key(out, ZH_SV("rules"));
    zh_json_out_array(out);
    zh_json_out_end(out);
    zh_json_out_key(out, ZH_SV("consent"));
    zh_json_out_object(out);
    zh_json_out_key_bool(out, ZH_SV("personalization"), d->consent != ZH_CHOICE_NO);
    zh_json_out_end(out);
    const char *hindrance = zh_recompute_hindrance(call->engine, d);
    zh_world_lock_read(w);
    put_machine(w, d, hindrance, out);
    zh_world_unlock(w);
    zh_json_out_end(out);
}
