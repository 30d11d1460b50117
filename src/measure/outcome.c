#include "measure/outcome.h"

#define DAY_MS INT64_C(86400000)

static const zh_metric builtins[] = {
#define TEXT(text) { text, sizeof(text) - 1 }
    { .name = TEXT("conversion"), .title_en = TEXT("Conversion"), .title_zh = TEXT("转化率"), .of = ZH_QUANTITY_ORDERED, .is_share = true, .is_builtin = true },
    { .name = TEXT("orders"), .title_en = TEXT("Orders a customer"), .title_zh = TEXT("人均订单数"), .of = ZH_QUANTITY_ORDERS, .is_builtin = true },
    { .name = TEXT("revenue"), .title_en = TEXT("Revenue a customer (ordered)"), .title_zh = TEXT("人均成交额（下单）"), .of = ZH_QUANTITY_REVENUE, .is_money = true, .is_builtin = true },
    { .name = TEXT("net_revenue"), .title_en = TEXT("Revenue a customer after returns"), .title_zh = TEXT("人均净成交额（扣除退款）"), .of = ZH_QUANTITY_NET, .is_money = true, .is_builtin = true },
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

zh_err zh_metric_read(zh_json_value object, zh_sv name, zh_metric *out, const char **field, const char **why)
{
    const zh_sv kind = zh_json_text_or_empty(zh_json_get(object, ZH_SV("kind"))), better = zh_json_text_or_empty(zh_json_get(object, ZH_SV("better")));
    *out = (zh_metric){ .name = name };
    if (!zh_metric_name_is_good(name) || zh_metric_builtin(name) != NULL) return wrong(field, why, "name", "a name has 1 to 64 letters, digits, - and _, and is none of the built-in metrics");
    if (zh_sv_equal(kind, ZH_SV("did"))) out->of = ZH_QUANTITY_DID;
    else if (zh_sv_equal(kind, ZH_SV("count"))) out->of = ZH_QUANTITY_COUNT;
    else if (zh_sv_equal(kind, ZH_SV("sum"))) out->of = ZH_QUANTITY_SUM;
    else return wrong(field, why, "kind", "kind is \"did\" (did a customer do it?), \"count\" (how often) or \"sum\" (of the events' values)");
    if (!zh_json_text(zh_json_get(object, ZH_SV("event")), &out->event) || out->event.size == 0 || out->event.size > ZH_EVENT_NAME_BYTES_MAX)
        return wrong(field, why, "event", "event must be the name of an event, of at most 255 bytes");
    if (!read_title(zh_json_get(object, ZH_SV("title")), &out->title_en, &out->title_zh))
        return wrong(field, why, "title", "title must be a text of at most 200 bytes, or {\"en\": …, \"zh\": …}");
    if (better.size > 0 && !zh_sv_equal(better, ZH_SV("more")) && !zh_sv_equal(better, ZH_SV("less"))) return wrong(field, why, "better", "better is \"more\" or \"less\"");
    out->less_is_better = zh_sv_equal(better, ZH_SV("less"));
    out->is_share = out->of == ZH_QUANTITY_DID;
    out->is_money = out->of == ZH_QUANTITY_SUM;
    return ZH_OK;
}

void zh_metric_write(const zh_metric *m, zh_json_out *out)
{
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("kind"), m->of == ZH_QUANTITY_DID ? ZH_SV("did") : m->of == ZH_QUANTITY_COUNT ? ZH_SV("count") : ZH_SV("sum"));
    zh_json_out_key_text(out, ZH_SV("event"), m->event);
    zh_json_out_key(out, ZH_SV("title"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("en"), m->title_en);
    zh_json_out_key_text(out, ZH_SV("zh"), m->title_zh);
    zh_json_out_end(out);
    zh_json_out_key_text(out, ZH_SV("better"), m->less_is_better ? ZH_SV("less") : ZH_SV("more"));
    zh_json_out_end(out);
}

const char *zh_metric_kind_text(const zh_metric *metric) { return metric->per != ZH_QUANTITY_NONE ? "ratio" : metric->is_share ? "share" : "mean"; }

/* ---- of one customer ---- */

static int64_t cut(int64_t value) { return value > ZH_OUTCOME_VALUE_MAX ? ZH_OUTCOME_VALUE_MAX : value < -ZH_OUTCOME_VALUE_MAX ? -ZH_OUTCOME_VALUE_MAX : value; }

static int64_t of_orders(const zh_outcome_look *look, zh_quantity quantity, int64_t from_ms, int64_t to_ms)
{
    uint32_t count;
    const zh_order *orders = zh_customer_orders(look->state, &count);
    int64_t number = 0, placed = 0, refunded = 0, net = 0;
    for (uint32_t i = 0; i < count; i++) {
        const zh_order *o = &orders[i];
        const bool has_sale = o->form != ZH_ORDER_UNSTATED || o->loose_lines > 0;
        if (!has_sale || o->first_ms < from_ms || o->first_ms >= to_ms) continue;
        number += !o->is_cancelled;
        if (look->currency.code != 0 && o->currency.code != look->currency.code) continue;
        const int64_t minor = cut(zh_order_minor(o)), back = o->is_cancelled ? minor : cut(o->refunded_minor);
        placed = cut(placed + minor);
        refunded = cut(refunded + back);
        net = cut(net + minor - back);
    }
    switch (quantity) {
    case ZH_QUANTITY_ORDERED: return number > 0;
    case ZH_QUANTITY_ORDERS: return number;
    case ZH_QUANTITY_REPEATED: return number > 1;
    case ZH_QUANTITY_REVENUE: return placed;
    case ZH_QUANTITY_REFUNDED: return refunded;
    default: return net;
    }
}

static int64_t of_facts(const zh_outcome_look *look, zh_quantity quantity, zh_sv event, int64_t from_ms, int64_t to_ms)
{
    const uint32_t name = event.size > 0 ? zh_terms_find(look->terms, event) : 0;
    int64_t found = 0, sum = 0, last_day = INT64_MAX;
    zh_facts facts = zh_customer_facts(look->state);
    for (zh_fact fact; zh_facts_next(&facts, &fact) && fact.time_ms >= from_ms;) {
        if (fact.time_ms >= to_ms) continue;
        const int64_t day = fact.time_ms / DAY_MS - (fact.time_ms % DAY_MS < 0);
        bool is = false;
        switch (quantity) {
        case ZH_QUANTITY_VIEWS: is = fact.act == ZH_ACT_VIEW; break;
        case ZH_QUANTITY_ADDED: is = fact.act == ZH_ACT_ADD; break;
        case ZH_QUANTITY_DAYS: is = day != last_day; break; /* newest first: days come together */
        default: is = name != 0 && fact.name == name;
        }
        last_day = day;
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
        if (all.words[field].choice == ZH_CHOICE_NO && all.words[field].at_ms >= from_ms && all.words[field].at_ms < to_ms) return 1;
    return 0;
}

int64_t zh_outcome_of(const zh_outcome_look *look, zh_quantity quantity, zh_sv event, int64_t from_ms, int64_t to_ms)
{
    if (quantity == ZH_QUANTITY_NONE || from_ms >= to_ms) return 0;
    if (quantity == ZH_QUANTITY_REFUSED) return of_choices(look, from_ms, to_ms);
    if (look->state == NULL) return 0;
    return quantity <= ZH_QUANTITY_REPEATED ? of_orders(look, quantity, from_ms, to_ms) : of_facts(look, quantity, event, from_ms, to_ms);
}

/* ---- what can change it ---- */

static bool by_event(zh_quantity quantity, zh_sv name, const zh_event *event)
{
    switch (quantity) {
    case ZH_QUANTITY_NONE:
    case ZH_QUANTITY_REFUSED: return false;
    case ZH_QUANTITY_VIEWS: return event->act == ZH_ACT_VIEW;
    case ZH_QUANTITY_ADDED: return event->act == ZH_ACT_ADD;
    case ZH_QUANTITY_DAYS: return true;
    case ZH_QUANTITY_DID:
    case ZH_QUANTITY_COUNT:
    case ZH_QUANTITY_SUM: return zh_sv_equal(event->name, name) || event->name.size > ZH_PROFILE_NAME_BYTES_MAX;
    default: return event->order_id.size > 0 || event->act == ZH_ACT_ORDER || event->act == ZH_ACT_ORDER_UPDATE || event->act == ZH_ACT_REFUND || event->act == ZH_ACT_CANCEL;
    }
}

bool zh_metric_by_event(const zh_metric *metric, const zh_event *event) { return by_event(metric->of, metric->event, event) || by_event(metric->per, metric->event, event); }
bool zh_metric_by_choice(const zh_metric *metric) { return metric->of == ZH_QUANTITY_REFUSED || metric->per == ZH_QUANTITY_REFUSED; }
