#include "measure/outcome.h"
#include "segment/computed.h"

#include <stdio.h>

#define DAY_MS INT64_C(86400000)

static const zh_metric builtins[] = {
#define TEXT(text) { text, sizeof(text) - 1 }
    { .name = TEXT("conversion"), .title_en = TEXT("Conversion"), .title_zh = TEXT("转化率"), .of = ZH_QUANTITY_ORDERED, .is_share = true, .is_builtin = true },
    { .name = TEXT("orders"), .title_en = TEXT("Orders a customer"), .title_zh = TEXT("人均订单数"), .of = ZH_QUANTITY_ORDERS, .is_builtin = true },
    { .name = TEXT("revenue"), .title_en = TEXT("Revenue a customer (ordered)"), .title_zh = TEXT("人均成交额（下单）"), .of = ZH_QUANTITY_REVENUE, .is_money = true, .is_builtin = true },
    { .name = TEXT("paid_revenue"), .title_en = TEXT("Revenue a customer (paid)"), .title_zh = TEXT("人均成交额（已付款）"), .of = ZH_QUANTITY_PAID, .is_money = true, .is_builtin = true },
    { .name = TEXT("net_revenue"), .title_en = TEXT("Revenue a customer after returns"), .title_zh = TEXT("人均净成交额（扣除退款）"), .of = ZH_QUANTITY_NET, .is_money = true, .is_builtin = true },
    { .name = TEXT("margin"), .title_en = TEXT("Margin a customer after returns"), .title_zh = TEXT("人均毛利（扣除退款）"), .of = ZH_QUANTITY_MARGIN, .is_money = true, .is_builtin = true },
    { .name = TEXT("margin_share"), .title_en = TEXT("Margin, share of revenue after returns"), .title_zh = TEXT("毛利率（扣除退款）"), .of = ZH_QUANTITY_MARGIN, .per = ZH_QUANTITY_COSTED, .is_builtin = true },
    { .name = TEXT("average_order"), .title_en = TEXT("Average order"), .title_zh = TEXT("客单价"), .of = ZH_QUANTITY_REVENUE, .per = ZH_QUANTITY_ORDERS, .is_money = true, .is_builtin = true },
    { .name = TEXT("repurchase"), .title_en = TEXT("Repurchase"), .title_zh = TEXT("复购率"), .of = ZH_QUANTITY_REPEATED, .per = ZH_QUANTITY_ORDERED, .is_builtin = true },
    { .name = TEXT("refund_share"), .title_en = TEXT("Share refunded"), .title_zh = TEXT("退款率（金额）"), .of = ZH_QUANTITY_REFUNDED, .per = ZH_QUANTITY_REVENUE, .less_is_better = true, .is_builtin = true },
    { .name = TEXT("item_views"), .title_en = TEXT("Products viewed a customer"), .title_zh = TEXT("人均浏览商品数"), .of = ZH_QUANTITY_VIEWS, .is_builtin = true },
    { .name = TEXT("add_to_cart"), .title_en = TEXT("Added to cart"), .title_zh = TEXT("加购率"), .of = ZH_QUANTITY_ADDED, .is_share = true, .is_builtin = true },
    { .name = TEXT("active_days"), .title_en = TEXT("Active days a customer"), .title_zh = TEXT("人均活跃天数"), .of = ZH_QUANTITY_DAYS, .is_builtin = true },
    { .name = TEXT("opt_outs"), .title_en = TEXT("Opt-outs"), .title_zh = TEXT("退订率"), .of = ZH_QUANTITY_REFUSED, .is_share = true, .less_is_better = true, .is_builtin = true },
#undef TEXT
};

size_t zh_metric_builtins(const zh_metric **out)
{
    *out = builtins;
    return sizeof builtins / sizeof *builtins;
}

const zh_metric *zh_metric_builtin(zh_sv name)
{
    for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++)
        if (zh_sv_equal(builtins[i].name, name)) return &builtins[i];
    return NULL;
}

bool zh_metric_name_is_good(zh_sv name)
{
    for (size_t i = 0; i < name.size; i++) {
        const char c = name.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_')) return false;
    }
    return name.size > 0 && name.size <= ZH_METRIC_NAME_BYTES_MAX;
}

static zh_err wrong(const char **field, const char **why, const char *name, const char *text)
{
    *field = name;
    *why = text;
    return ZH_FORMAT;
}

/* A title is one text, or one a language. */
static bool read_title(zh_json_value title, zh_sv *en, zh_sv *zh)
{
    if (zh_json_type_of(title) <= ZH_JSON_NULL) return true;
    if (zh_json_text(title, en)) *zh = *en;
    else if (!zh_json_is(title, ZH_JSON_OBJECT)) return false;
    else {
        *en = zh_json_text_or_empty(zh_json_get(title, ZH_SV("en")));
        *zh = zh_json_text_or_empty(zh_json_get(title, ZH_SV("zh")));
    }
    return en->size <= ZH_METRIC_TITLE_BYTES_MAX && zh->size <= ZH_METRIC_TITLE_BYTES_MAX;
}

/* What a customer's number is, and what it is divided by. */
static bool read_kind(zh_sv kind, zh_sv unit, zh_metric *out)
{
    static const struct { const char *name; zh_quantity per, did; } units[] = {
        { "customer", ZH_QUANTITY_NONE, ZH_QUANTITY_DID }, { "order", ZH_QUANTITY_ORDERS, ZH_QUANTITY_NONE },
        { "session", ZH_QUANTITY_SESSIONS, ZH_QUANTITY_DID_SESSIONS }, { "day", ZH_QUANTITY_DAYS, ZH_QUANTITY_DID_DAYS },
    };
    size_t at = 0;
    while (at < 4 && unit.size > 0 && !zh_sv_equal(unit, zh_sv_of(units[at].name))) at++;
    if (at == 4) return false;
    out->per = units[at].per;
    out->of = zh_sv_equal(kind, ZH_SV("did")) ? units[at].did : zh_sv_equal(kind, ZH_SV("count")) ? ZH_QUANTITY_COUNT : ZH_QUANTITY_SUM;
    out->is_share = out->of == ZH_QUANTITY_DID;
    out->is_money = out->of == ZH_QUANTITY_SUM;
    return out->of != ZH_QUANTITY_NONE;
}

static bool text_or_absent(zh_json_value value, size_t bytes_max, zh_sv *out)
{
    *out = zh_json_text_or_empty(value);
    return (zh_json_is(value, ZH_JSON_TEXT) || zh_json_type_of(value) <= ZH_JSON_NULL) && out->size <= bytes_max;
}

zh_err zh_metric_read(zh_json_value object, zh_sv name, zh_metric *out, const char **field, const char **why)
{
    const zh_sv kind = zh_json_text_or_empty(zh_json_get(object, ZH_SV("kind"))), better = zh_json_text_or_empty(zh_json_get(object, ZH_SV("better")));
    const zh_json_value window = zh_json_get(object, ZH_SV("windowDays"));
    zh_sv unit;
    int64_t days = 0;
    *out = (zh_metric){ .name = name };
    if (!zh_metric_name_is_good(name) || zh_metric_builtin(name) != NULL) return wrong(field, why, "name", "a name has 1 to 64 letters, digits, - and _, and is none of the built-in metrics");
    if (!zh_sv_equal(kind, ZH_SV("did")) && !zh_sv_equal(kind, ZH_SV("count")) && !zh_sv_equal(kind, ZH_SV("sum")))
        return wrong(field, why, "kind", "kind is \"did\" (did a customer do it?), \"count\" (how often) or \"sum\" (of the events' values)");
    if (!text_or_absent(zh_json_get(object, ZH_SV("unit")), ZH_METRIC_NAME_BYTES_MAX, &unit) || !read_kind(kind, unit, out))
        return wrong(field, why, "unit", "unit is what it is divided by: \"customer\", \"order\" (not of \"did\"), \"session\" or \"day\"");
    if (!zh_json_text(zh_json_get(object, ZH_SV("event")), &out->event) || out->event.size == 0 || out->event.size > ZH_EVENT_NAME_BYTES_MAX)
        return wrong(field, why, "event", "event must be the name of an event, of at most 255 bytes");
    if (!text_or_absent(zh_json_get(object, ZH_SV("where")), ZH_METRIC_WHERE_BYTES_MAX, &out->where)) return wrong(field, why, "where", "where must be a condition on e of at most 4 KB, such as e.value > 100.0");
    if (zh_json_type_of(window) > ZH_JSON_NULL && (!zh_json_int(window, &days) || days < 0 || days > ZH_METRIC_WINDOW_DAYS_MAX))
        return wrong(field, why, "windowDays", "windowDays must be a number from 1 to 365, or 0: as long as the experiment's");
    out->window_days = (uint32_t)days;
    if (!read_title(zh_json_get(object, ZH_SV("title")), &out->title_en, &out->title_zh))
        return wrong(field, why, "title", "title must be a text of at most 200 bytes, or {\"en\": …, \"zh\": …}");
    if (better.size > 0 && !zh_sv_equal(better, ZH_SV("more")) && !zh_sv_equal(better, ZH_SV("less"))) return wrong(field, why, "better", "better is \"more\" or \"less\"");
    out->less_is_better = zh_sv_equal(better, ZH_SV("less"));
    return ZH_OK;
}

void zh_metric_write(const zh_metric *m, zh_json_out *out)
{
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("kind"), zh_sv_of(zh_metric_kind_text(m)));
    zh_json_out_key_text(out, ZH_SV("event"), m->event);
    if (m->where.size > 0) zh_json_out_key_text(out, ZH_SV("where"), m->where);
    if (m->window_days > 0) zh_json_out_key_int(out, ZH_SV("windowDays"), m->window_days);
    if (m->per != ZH_QUANTITY_NONE) zh_json_out_key_text(out, ZH_SV("unit"), zh_sv_of(zh_metric_unit_text(m)));
    zh_json_out_key(out, ZH_SV("title"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("en"), m->title_en);
    zh_json_out_key_text(out, ZH_SV("zh"), m->title_zh);
    zh_json_out_end(out);
    zh_json_out_key_text(out, ZH_SV("better"), m->less_is_better ? ZH_SV("less") : ZH_SV("more"));
    zh_json_out_end(out);
}

const char *zh_metric_type_text(const zh_metric *metric)
{
    if (metric->is_share) return "share";
    return metric->per == ZH_QUANTITY_NONE || metric->of == ZH_QUANTITY_COUNT || metric->of == ZH_QUANTITY_SUM ? "mean" : "ratio";
}

const char *zh_metric_kind_text(const zh_metric *metric)
{
    switch (metric->of) {
    case ZH_QUANTITY_DID:
    case ZH_QUANTITY_DID_SESSIONS:
    case ZH_QUANTITY_DID_DAYS: return "did";
    case ZH_QUANTITY_COUNT: return "count";
    case ZH_QUANTITY_SUM: return "sum";
    default: return "";
    }
}

const char *zh_metric_unit_text(const zh_metric *metric)
{
    switch (metric->per) {
    case ZH_QUANTITY_NONE: return "customer";
    case ZH_QUANTITY_ORDERS: return "order";
    case ZH_QUANTITY_SESSIONS: return "session";
    case ZH_QUANTITY_DAYS: return "day";
    default: return "";
    }
}

zh_err zh_metric_compile(zh_metric *metric, zh_arena *arena, const zh_cel_env *env, zh_cel_fault *why)
{
    const zh_computed wanted = { .kind = ZH_COMPUTED_COUNT, .event = metric->event, .where = metric->where };
    const zh_cel_program *program;
    metric->filter = NULL;
    if (metric->where.size == 0) return ZH_OK;
    zh_err e = zh_computed_compile(&wanted, arena, env, &program, why);
    if (e == ZH_OK) e = zh_plan_of_where(&metric->filter, arena, env, zh_cel_program_source(program));
    if (e != ZH_OK || metric->filter != NULL) return e;
    *why = (zh_cel_fault){ .line = 1, .column = 1 };
    (void)snprintf(why->text, sizeof why->text, "a metric's condition compares e.category, .brand, .item_id, .price, .quantity, .value or those of e.products with constants, and nothing else");
    return ZH_FORMAT;
}

void zh_metric_bind(const zh_metric *metric, const zh_terms *terms)
{
    if (metric->filter != NULL) zh_plan_bind(metric->filter, terms);
}

/* ---- of one customer ---- */

static int64_t cut(int64_t value) { return value > ZH_OUTCOME_VALUE_MAX ? ZH_OUTCOME_VALUE_MAX : value < -ZH_OUTCOME_VALUE_MAX ? -ZH_OUTCOME_VALUE_MAX : value; }

/* What stays with the shop of what stays of an order: of its cost the same share. */
static int64_t margin_of(int64_t cost, int64_t minor, int64_t net)
{
    const __int128 kept = minor > 0 ? (__int128)cost * net / minor : cost;
    return cut(net - (int64_t)kept);
}

static int64_t of_orders(const zh_outcome_look *look, zh_quantity quantity, int64_t from_ms, int64_t to_ms)
{
    uint32_t count;
    const zh_order *orders = zh_customer_orders(look->state, &count);
    int64_t number = 0, placed = 0, paid = 0, refunded = 0, net = 0, margin = 0, costed = 0;
    for (uint32_t i = 0; i < count; i++) {
        const zh_order *o = &orders[i];
        const bool has_sale = o->form != ZH_ORDER_UNSTATED || o->loose_lines > 0;
        if (!has_sale || o->first_ms < from_ms || o->first_ms >= to_ms) continue;
        number += !o->is_cancelled;
        if (look->currency.code != 0 && o->currency.code != look->currency.code) continue;
        const int64_t minor = cut(zh_order_minor(o)), back = o->is_cancelled ? minor : cut(o->refunded_minor);
        placed = cut(placed + minor);
        if (!o->is_cancelled && (o->marks & ZH_MARK_PAID) != 0) paid = cut(paid + minor);
        refunded = cut(refunded + back);
        net = cut(net + minor - back);
        int64_t cost;
        if (!zh_order_cost(o, &cost)) continue;
        margin = cut(margin + margin_of(cut(cost), minor, minor - back));
        costed = cut(costed + minor - back);
    }
    switch (quantity) {
    case ZH_QUANTITY_ORDERED: return number > 0;
    case ZH_QUANTITY_ORDERS: return number;
    case ZH_QUANTITY_REPEATED: return number > 1;
    case ZH_QUANTITY_REVENUE: return placed;
    case ZH_QUANTITY_REFUNDED: return refunded;
    case ZH_QUANTITY_PAID: return paid;
    case ZH_QUANTITY_MARGIN: return margin;
    case ZH_QUANTITY_COSTED: return costed;
    default: return net;
    }
}

/* Newest first, so what is of one day or of one session comes together. */
static int64_t of_facts(const zh_outcome_look *look, const zh_metric *metric, zh_quantity quantity, int64_t from_ms, int64_t to_ms)
{
    const uint32_t name = metric->event.size > 0 ? zh_terms_find(look->terms, metric->event) : 0;
    int64_t found = 0, sum = 0, last_day = INT64_MAX, last_ms = INT64_MAX;
    bool done = false; /* in this day, or this session */
    zh_facts facts = zh_customer_facts(look->state);
    for (zh_fact fact; zh_facts_next(&facts, &fact) && fact.time_ms >= from_ms;) {
        if (fact.time_ms >= to_ms) continue;
        const int64_t day = fact.time_ms / DAY_MS - (fact.time_ms % DAY_MS < 0);
        const bool is_day = day != last_day, is_session = last_ms == INT64_MAX || last_ms - fact.time_ms >= ZH_PROFILE_SITTING_MS;
        bool is = false;
        last_day = day;
        last_ms = fact.time_ms;
        switch (quantity) {
        case ZH_QUANTITY_VIEWS: is = fact.act == ZH_ACT_VIEW; break;
        case ZH_QUANTITY_ADDED: is = fact.act == ZH_ACT_ADD; break;
        case ZH_QUANTITY_DAYS: is = is_day; break;
        case ZH_QUANTITY_SESSIONS: is = is_session; break;
        default: is = name != 0 && fact.name == name && (metric->filter == NULL || zh_plan_chooses(metric->filter, &fact));
        }
        if (quantity == ZH_QUANTITY_DID_DAYS || quantity == ZH_QUANTITY_DID_SESSIONS) {
            if (quantity == ZH_QUANTITY_DID_DAYS ? is_day : is_session) done = false;
            found += is && !done;
            done |= is;
            continue;
        }
        if (!is) continue;
        found++;
        if (quantity == ZH_QUANTITY_SUM) sum = cut(sum + cut(zh_fact_value(&fact)));
        if (quantity == ZH_QUANTITY_DID || quantity == ZH_QUANTITY_ADDED) return 1;
    }
    return quantity == ZH_QUANTITY_SUM ? sum : found;
}

static int64_t of_choices(const zh_outcome_look *look, int64_t from_ms, int64_t to_ms)
{
    if (look->consents == NULL) return 0;
    const zh_consent all = zh_consents_get(look->consents, look->customer);
    for (int field = 0; field < ZH_CONSENT_FIELDS; field++)
        if ((ZH_CONSENT_BIT(field) & ZH_CONSENT_ALL) != 0 && all.words[field].choice == ZH_CHOICE_NO && all.words[field].at_ms >= from_ms && all.words[field].at_ms < to_ms) return 1;
    return 0;
}

static int64_t of_quantity(const zh_outcome_look *look, const zh_metric *metric, zh_quantity quantity, int64_t from_ms, int64_t to_ms)
{
    if (quantity == ZH_QUANTITY_NONE || from_ms >= to_ms) return 0;
    if (quantity == ZH_QUANTITY_REFUSED) return of_choices(look, from_ms, to_ms);
    if (look->state == NULL) return 0;
    return quantity <= ZH_QUANTITY_REPEATED ? of_orders(look, quantity, from_ms, to_ms) : of_facts(look, metric, quantity, from_ms, to_ms);
}

int64_t zh_outcome_of(const zh_outcome_look *look, const zh_metric *metric, int64_t from_ms, int64_t to_ms) { return of_quantity(look, metric, metric->of, from_ms, to_ms); }
int64_t zh_outcome_per(const zh_outcome_look *look, const zh_metric *metric, int64_t from_ms, int64_t to_ms) { return of_quantity(look, metric, metric->per, from_ms, to_ms); }

bool zh_outcome_is_active(const zh_outcome_look *look, int64_t from_ms, int64_t to_ms)
{
    static const zh_metric days = { .of = ZH_QUANTITY_DAYS };
    return zh_outcome_of(look, &days, from_ms, to_ms) > 0;
}

/* ---- what can change it ---- */

static bool by_event(zh_quantity quantity, zh_sv name, const zh_event *event)
{
    switch (quantity) {
    case ZH_QUANTITY_NONE:
    case ZH_QUANTITY_REFUSED: return false;
    case ZH_QUANTITY_VIEWS: return event->act == ZH_ACT_VIEW;
    case ZH_QUANTITY_ADDED: return event->act == ZH_ACT_ADD;
    case ZH_QUANTITY_DAYS:
    case ZH_QUANTITY_SESSIONS:
    case ZH_QUANTITY_DID_SESSIONS: /* any event can join two sessions */
        return true;
    case ZH_QUANTITY_DID_DAYS:
    case ZH_QUANTITY_DID:
    case ZH_QUANTITY_COUNT:
    case ZH_QUANTITY_SUM: return zh_sv_equal(event->name, name) || event->name.size > ZH_PROFILE_NAME_BYTES_MAX;
    default: return event->order_id.size > 0 || event->act == ZH_ACT_ORDER || event->act == ZH_ACT_ORDER_UPDATE || event->act == ZH_ACT_REFUND || event->act == ZH_ACT_CANCEL;
    }
}

bool zh_metric_by_event(const zh_metric *metric, const zh_event *event) { return by_event(metric->of, metric->event, event) || by_event(metric->per, metric->event, event); }
bool zh_metric_by_choice(const zh_metric *metric) { return metric->of == ZH_QUANTITY_REFUSED || metric->per == ZH_QUANTITY_REFUSED; }
