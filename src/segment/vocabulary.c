#include "segment/vocabulary.h"
#include "segment/vocabulary_standing.h"
#include "base/time.h"
#include "profile/affinity.h"
#include "segment/vocabulary_portrait.h"
#include "segment/vocabulary_predict.h"
#include "segment/vocabulary_tags.h"

#include <stdlib.h>

enum { TAG_CUSTOMER = 1, TAG_ORDERS, TAG_EVENTS, TAG_EVENT, TAG_PRODUCT, TAG_AFFINITY, TAG_CONSENT };

/* ---- what the handles point to ---- */

/* What a run is given: the look, and from when on events can matter. */
typedef struct asked {
    const zh_look *look;
    int64_t since_ms;
} asked;

typedef struct events { /* newest first: those of a name as they stand in the activity, or those that `where` chose */
    const zh_look *look;
    bool is_chosen, any_name;
    uint32_t name;
    const zh_fact *facts;
    uint32_t count;
} events;

typedef struct walk { /* over events */
    const events *of;
    zh_facts facts;
    uint32_t at;
} walk;

static walk walk_over(const events *e)
{
    walk w = { .of = e };
    if (!e->is_chosen && e->look->state != NULL && (e->any_name || e->name != 0)) w.facts = zh_customer_facts(e->look->state);
    return w;
}

/* The next one that is newer than a moment. */
static bool next(walk *w, int64_t from_ms, zh_fact *out)
{
    if (w->of->is_chosen) {
        if (w->at == w->of->count) return false;
        *out = w->of->facts[w->at++];
        return out->time_ms > from_ms;
    }
    while (zh_facts_next(&w->facts, out) && out->time_ms > from_ms) {
        w->at++;
        if (w->of->any_name || out->name == w->of->name) return true;
    }
    return false;
}

typedef struct event {
    const zh_look *look;
    zh_fact fact;
} event;

typedef struct product {
    const zh_look *look;
    zh_fact_line line;
} product;

static const zh_look *look_of(const zh_cel_run *run) { return ((const asked *)run->host)->look; }
static zh_cel_value no_memory(void) { return zh_cel_error(ZH_CEL_MEMORY, NULL); }
static zh_cel_value absent(void) { return zh_cel_error(ZH_CEL_ABSENT, NULL); }

static zh_cel_value money(int64_t minor, zh_currency currency)
{
    static const double scale[] = { 1, 10, 100, 1000, 10000 };
    const int digits = currency.code == 0 ? 2 : zh_currency_digits(currency);
    return zh_cel_double((double)minor / scale[digits >= 0 && digits <= 4 ? digits : 2]);
}

static zh_cel_value term(const zh_look *look, uint32_t number) { return zh_cel_text(zh_terms_text(look->terms, number)); }

/* From this moment on, not included; no window: from the beginning. */
static int64_t window_from(const zh_look *look, const zh_cel_value *args, uint32_t count)
{
    if (count < 2) return INT64_MIN;
    const int64_t ms = args[count - 1].i / 1000000;
    return ms > look->now_ms && look->now_ms >= 0 ? INT64_MIN : look->now_ms - ms;
}

/* What lies in a window, the oldest of it at this moment, leaves it by itself. */
static void leaves_window(zh_cel_run *run, int64_t from_ms, int64_t oldest_ms)
{
    const zh_look *look = look_of(run);
    if (from_ms == INT64_MIN || oldest_ms == INT64_MAX) return;
    int64_t leaves_ms;
    if (!__builtin_add_overflow(oldest_ms, look->now_ms - from_ms, &leaves_ms)) zh_cel_run_until(run, leaves_ms);
}

#define FN(name) static zh_cel_value name(zh_cel_run *run, const zh_cel_value *args, uint32_t count, const zh_cel_overload *self)
#define UNUSED (void)run, (void)args, (void)count, (void)self

/* ---- moments ---- */

FN(get_now)
{
    UNUSED;
    return zh_cel_run_now(run);
}

/* id: milliseconds of the unit */
FN(make_window)
{
    UNUSED;
    int64_t ns;
    if (__builtin_mul_overflow(args[0].i, (int64_t)self->id * 1000000, &ns)) return zh_cel_error(ZH_CEL_OVERFLOW, NULL);
    return zh_cel_duration(ns);
}

/* ---- customer ---- */

FN(get_customer)
{
    UNUSED;
    return zh_cel_object(TAG_CUSTOMER, look_of(run));
}

FN(get_seen)
{
    UNUSED;
    const zh_customer_state *s = look_of(run)->state;
    if (s == NULL || zh_customer_first_ms(s) > zh_customer_last_ms(s)) return absent();
    return zh_cel_timestamp_ms(self->id == 0 ? zh_customer_first_ms(s) : zh_customer_last_ms(s));
}

/* A part of the customer that is asked by its own fields. id: its tag */
FN(get_part)
{
    UNUSED;
    return zh_cel_object(self->id, look_of(run));
}

/* ---- JSON of a trait as a value ---- */

static zh_cel_value value_of(zh_cel_run *run, zh_json_value v, int depth);

static zh_cel_value list_of(zh_cel_run *run, zh_json_value v, int depth)
{
    const size_t count = zh_json_count(v);
    zh_cel_value *items = ZH_TAKE(run->arena, zh_cel_value, count > 0 ? count : 1);
    if (items == NULL || !zh_cel_run_pay(run, count)) return no_memory();
    uint32_t at = 0;
    for (zh_json_iter it = zh_json_walk(v); zh_json_next(&it) && at < count;) items[at++] = value_of(run, it.value, depth + 1);
    return zh_cel_list(items, at);
}

static zh_cel_value map_of(zh_cel_run *run, zh_json_value v, int depth)
{
    const size_t count = zh_json_count(v);
    zh_cel_value *pairs = ZH_TAKE(run->arena, zh_cel_value, 2 * count + 1);
    if (pairs == NULL || !zh_cel_run_pay(run, count)) return no_memory();
    uint32_t at = 0;
    for (zh_json_iter it = zh_json_walk(v); zh_json_next(&it) && at < count; at++) {
        const zh_sv key = zh_arena_copy(run->arena, it.key);
        if (it.key.size > 0 && key.data == NULL) return no_memory();
        pairs[2 * at] = zh_cel_text(key);
        pairs[2 * at + 1] = value_of(run, it.value, depth + 1);
    }
    return zh_cel_map_of(run->arena, pairs, at);
}

static zh_cel_value value_of(zh_cel_run *run, zh_json_value v, int depth)
{
    bool b;
    int64_t i;
    double d;
    if (depth > 32) return zh_cel_error(ZH_CEL_LIMIT, NULL);
    if (zh_json_is(v, ZH_JSON_ARRAY)) return list_of(run, v, depth);
    if (zh_json_is(v, ZH_JSON_OBJECT)) return map_of(run, v, depth);
    if (zh_json_is(v, ZH_JSON_INT) && zh_json_int(v, &i)) return zh_cel_int(i);
    if (zh_json_real(v, &d)) return zh_cel_double(d);
    if (zh_json_bool(v, &b)) return zh_cel_bool(b);
    if (!zh_json_is(v, ZH_JSON_TEXT)) return zh_cel_null();
    const zh_sv text = zh_arena_copy(run->arena, zh_json_text_or_empty(v));
    return text.data == NULL ? zh_cel_text((zh_sv){ 0 }) : zh_cel_text(text);
}

FN(get_traits)
{
    UNUSED;
    const zh_look *look = look_of(run);
    zh_trait trait;
    zh_cel_value *pairs = ZH_TAKE(run->arena, zh_cel_value, 2 * ZH_PROFILE_TRAITS_MAX);
    if (pairs == NULL) return no_memory();
    uint32_t at = 0;
    for (uint32_t i = 0; look->state != NULL && zh_customer_trait_at(look->state, i, &trait) && at < ZH_PROFILE_TRAITS_MAX; i++) {
        zh_json_value root;
        if (zh_json_parse(look->json, trait.value, &root, NULL) != ZH_OK || zh_json_is(root, ZH_JSON_NULL)) continue;
        pairs[2 * at] = zh_cel_text(trait.name);
        pairs[2 * at + 1] = value_of(run, root, 0);
        at++;
    }
    return zh_cel_map_of(run->arena, pairs, at);
}

/* ---- affinity ---- */

FN(get_affinity) /* id: zh_taste_kind */
{
    UNUSED;
    const zh_look *look = look_of(run);
    zh_affinity *shares = NULL;
    uint32_t names = 0;
    if (look->state != NULL && zh_affinity_of(look->state, look->terms, (zh_taste_kind)self->id, run->arena, &shares, &names) != ZH_OK) return no_memory();
    zh_cel_value *pairs = ZH_TAKE(run->arena, zh_cel_value, 2 * (size_t)names + 1);
    if (pairs == NULL || !zh_cel_run_pay(run, names)) return no_memory();
    uint32_t known = 0;
    for (uint32_t i = 0; i < names; i++) {
        if (shares[i].name.size == 0) continue;
        pairs[2 * known] = zh_cel_text(shares[i].name);
        pairs[2 * known++ + 1] = zh_cel_double(shares[i].share);
    }
    return zh_cel_map_of(run->arena, pairs, known);
}

/* ---- consent ---- */

bool zh_look_consents(const zh_look *look, zh_consent_field field)
{
    if (field < ZH_CONSENT_MARKETING) return look->consents == NULL || zh_consents_said(look->consents, look->customer, field) != ZH_CHOICE_NO;
    return look->consents != NULL && zh_consents_marketing(look->consents, look->customer, (zh_channel)(field - ZH_CONSENT_MARKETING)) == ZH_CHOICE_YES;
}

FN(get_consent) /* id: zh_consent_field */
{
    UNUSED;
    return zh_cel_bool(zh_look_consents(look_of(run), (zh_consent_field)self->id));
}

/* ---- sets ---- */

FN(get_in_segment)
{
    UNUSED;
    const zh_look *look = look_of(run);
    return zh_cel_bool(look->in_segment != NULL && look->in_segment(look->segments, look->customer, zh_cel_sv(args[1])));
}

FN(get_bucket)
{
    UNUSED;
    const zh_look *look = look_of(run);
    if (args[2].i < 1 || args[2].i > ZH_BUCKETS_MAX) return zh_cel_error(ZH_CEL_RANGE, "a bucket is one of 1 to 1,000,000");
    return zh_cel_int(zh_bucket_of(look->workspace, zh_cel_sv(args[1]), look->customer, (uint32_t)args[2].i));
}

/* ---- orders ---- */

FN(orders_count)
{
    UNUSED;
    const zh_look *look = look_of(run);
    uint32_t all = 0;
    int64_t found = 0;
    const zh_order *orders = look->state == NULL ? NULL : zh_customer_orders(look->state, &all);
    const int64_t from_ms = window_from(look, args, count);
    int64_t oldest_ms = INT64_MAX;
    for (uint32_t i = 0; i < all; i++) {
        if (!zh_order_is_sale(&orders[i]) || orders[i].first_ms <= from_ms) continue;
        if (orders[i].first_ms < oldest_ms) oldest_ms = orders[i].first_ms;
        found++;
    }
    leaves_window(run, from_ms, oldest_ms);
    return zh_cel_run_pay(run, all / 8) ? zh_cel_int(found) : zh_cel_error(ZH_CEL_LIMIT, NULL);
}

/* In the currency of most orders; others cannot be added to it. */
FN(orders_revenue)
{
    UNUSED;
    const zh_look *look = look_of(run);
    if (look->state == NULL) return zh_cel_double(0);
    zh_order_totals totals;
    zh_customer_order_totals(look->state, &totals);
    if (totals.money_count == 0) return zh_cel_double(0);
    uint32_t all;
    const zh_order *orders = zh_customer_orders(look->state, &all);
    const int64_t from_ms = window_from(look, args, count);
    int64_t minor = 0, oldest_ms = INT64_MAX;
    for (uint32_t i = 0; i < all; i++) {
        if (!zh_order_is_sale(&orders[i]) || orders[i].first_ms <= from_ms || orders[i].currency.code != totals.money[0].currency.code) continue;
        if (orders[i].first_ms < oldest_ms) oldest_ms = orders[i].first_ms;
        minor += zh_order_minor(&orders[i]) - orders[i].refunded_minor;
    }
    leaves_window(run, from_ms, oldest_ms);
    return zh_cel_run_pay(run, all / 8) ? money(minor, totals.money[0].currency) : zh_cel_error(ZH_CEL_LIMIT, NULL);
}

FN(orders_edge) /* id 0: the first, 1: the last */
{
    UNUSED;
    const zh_look *look = look_of(run);
    uint32_t all = 0;
    const zh_order *orders = look->state == NULL ? NULL : zh_customer_orders(look->state, &all);
    bool any = false;
    int64_t edge = 0;
    for (uint32_t i = 0; i < all; i++) {
        if (!zh_order_is_sale(&orders[i])) continue;
        if (!any || (self->id == 0 ? orders[i].first_ms < edge : orders[i].first_ms > edge)) edge = orders[i].first_ms;
        any = true;
    }
    return any ? zh_cel_timestamp_ms(edge) : absent();
}

/* ---- events ---- */

static zh_cel_value events_of(zh_cel_run *run, events some)
{
    events *e = ZH_TAKE(run->arena, events, 1);
    if (e == NULL) return no_memory();
    *e = some;
    e->look = look_of(run);
    return zh_cel_object(TAG_EVENTS, e);
}

/* What was looked at costs an eighth of a step each. */
static zh_cel_value paid(zh_cel_run *run, const walk *w, zh_cel_value value)
{
    return zh_cel_run_pay(run, w->at / 8) ? value : zh_cel_error(ZH_CEL_LIMIT, NULL);
}

FN(customer_events)
{
    UNUSED;
    return events_of(run, (events){ .any_name = count == 1, .name = count == 1 ? 0 : zh_terms_find(look_of(run)->terms, zh_cel_sv(args[1])) });
}

FN(customer_did)
{
    UNUSED;
    const events all = { .look = look_of(run), .name = zh_terms_find(look_of(run)->terms, zh_cel_sv(args[1])) };
    walk w = walk_over(&all);
    zh_fact fact;
    const int64_t from_ms = count < 3 ? INT64_MIN : window_from(all.look, args, count);
    const bool did = next(&w, from_ms, &fact);
    if (did) leaves_window(run, from_ms, fact.time_ms); /* the newest */
    return paid(run, &w, zh_cel_bool(did));
}

/* Events that no window of the whole expression reaches are not looked at. */
FN(events_where)
{
    UNUSED;
    const events *all = args[0].object;
    const int64_t since_ms = ((const asked *)run->host)->since_ms;
    zh_fact fact, *kept = NULL;
    uint32_t most = 0, at = 0;
    for (walk w = walk_over(all); next(&w, since_ms, &fact);) most++;
    event *one = ZH_TAKE(run->arena, event, 1);
    if (one == NULL || (kept = ZH_TAKE(run->arena, zh_fact, most + 1)) == NULL) return no_memory();
    one->look = all->look;
    walk w = walk_over(all);
    while (at < most && next(&w, since_ms, &fact)) {
        one->fact = fact;
        const zh_cel_value holds = zh_cel_apply(run, args[1], zh_cel_object(TAG_EVENT, one));
        if (zh_cel_is_error(holds) && (holds.fatal || holds.code != ZH_CEL_ABSENT)) {
            leaves_window(run, since_ms, fact.time_ms); /* then it is not asked any more */
            return holds;
        }
        if (zh_cel_is_true(holds)) kept[at++] = fact; /* what is not stated holds nothing */
    }
    return paid(run, &w, events_of(run, (events){ .is_chosen = true, .facts = kept, .count = at }));
}

/* id 1: after which an event of the other name came within the time; 0: after which none came, once that time has passed. One walk
 * from the newest on: the other event that comes next after a moment is the last that was met. */
FN(events_followed)
{
    UNUSED;
    const events *all = args[0].object;
    const zh_look *look = all->look;
    const events others = { .look = look, .name = zh_terms_find(look->terms, zh_cel_sv(args[1])) };
    const int64_t since_ms = ((const asked *)run->host)->since_ms, within_ms = args[2].i / 1000000;
    uint32_t most = 0, at = 0;
    zh_fact fact, other;
    for (walk w = walk_over(all); next(&w, since_ms, &fact);) most++;
    zh_fact *kept = ZH_TAKE(run->arena, zh_fact, most + 1);
    if (kept == NULL) return no_memory();
    walk w = walk_over(all), w2 = walk_over(&others);
    bool there = next(&w2, since_ms, &other), any = false;
    int64_t after_ms = 0;
    while (at < most && next(&w, since_ms, &fact)) {
        for (; there && other.time_ms > fact.time_ms; there = next(&w2, since_ms, &other)) any = true, after_ms = other.time_ms;
        const bool followed = any && after_ms - fact.time_ms <= within_ms;
        const bool over = look->now_ms - fact.time_ms >= within_ms;
        if (!followed && !over && self->id == 0) zh_cel_run_until(run, fact.time_ms + within_ms);
        if (self->id == 1 ? followed : !followed && over) kept[at++] = fact;
    }
    return paid(run, &w2, paid(run, &w, events_of(run, (events){ .is_chosen = true, .facts = kept, .count = at })));
}

FN(events_count)
{
    UNUSED;
    const events *e = args[0].object;
    const int64_t from_ms = window_from(e->look, args, count);
    int64_t found = 0, oldest_ms = INT64_MAX;
    zh_fact fact;
    walk w = walk_over(e);
    for (; next(&w, from_ms, &fact); found++) oldest_ms = fact.time_ms;
    leaves_window(run, from_ms, oldest_ms);
    return paid(run, &w, zh_cel_int(found));
}

FN(events_sum)
{
    UNUSED;
    const events *e = args[0].object;
    const int64_t from_ms = window_from(e->look, args, count);
    int64_t oldest_ms = INT64_MAX;
    uint64_t minor = 0;
    zh_fact fact;
    walk w = walk_over(e);
    for (; next(&w, from_ms, &fact); oldest_ms = fact.time_ms) minor += (uint64_t)zh_fact_value(&fact);
    leaves_window(run, from_ms, oldest_ms);
    return paid(run, &w, money((int64_t)minor, (zh_currency){ 0 }));
}

FN(events_edge) /* id 0: the first, 1: the last */
{
    UNUSED;
    const events *e = args[0].object;
    bool any = false;
    int64_t edge = 0;
    zh_fact fact;
    walk w = walk_over(e);
    while (!(any && self->id == 1) && next(&w, INT64_MIN, &fact)) {
        edge = fact.time_ms;
        any = true;
    }
    return paid(run, &w, any ? zh_cel_timestamp_ms(edge) : absent());
}

/* ---- one event, one product ---- */

enum { F_NAME, F_TYPE, F_TIME, F_VALUE, F_ITEM, F_CATEGORY, F_BRAND, F_PRICE, F_QUANTITY, F_ACT };

static zh_cel_value line_field(const zh_look *look, const zh_fact_line *line, uint32_t field)
{
    switch (field) {
    case F_ITEM: return line->item == 0 ? absent() : term(look, line->item);
    case F_CATEGORY: return line->category == 0 ? absent() : term(look, line->category);
    case F_BRAND: return line->brand == 0 ? absent() : term(look, line->brand);
    case F_PRICE: return line->price_minor < 0 ? absent() : money(line->price_minor, (zh_currency){ 0 });
    default: return zh_cel_int(line->quantity);
    }
}

static const char *type_text(zh_event_type type)
{
    static const char *const texts[] = { "", "track", "identify", "page", "screen", "group", "alias" };
    return texts[(unsigned)type < sizeof texts / sizeof *texts ? type : 0];
}

FN(event_field)
{
    UNUSED;
    const event *e = args[0].object;
    switch (self->id) {
    case F_NAME: return term(e->look, e->fact.name);
    case F_TYPE: return zh_cel_text(zh_sv_of(type_text(e->fact.type)));
    case F_TIME: return zh_cel_timestamp_ms(e->fact.time_ms);
    case F_VALUE: return money(zh_fact_value(&e->fact), (zh_currency){ 0 });
    default: break;
    }
    zh_fact fact = e->fact;
    zh_fact_line line;
    return zh_fact_line_next(&fact, &line) ? line_field(e->look, &line, self->id) : absent();
}

FN(event_products)
{
    UNUSED;
    const event *e = args[0].object;
    zh_cel_value *items = ZH_TAKE(run->arena, zh_cel_value, e->fact.lines_count + 1);
    product *products = ZH_TAKE(run->arena, product, e->fact.lines_count + 1);
    if (items == NULL || products == NULL || !zh_cel_run_pay(run, e->fact.lines_count)) return no_memory();
    zh_fact fact = e->fact;
    uint32_t at = 0;
    for (; at < e->fact.lines_count && zh_fact_line_next(&fact, &products[at].line); at++) {
        products[at].look = e->look;
        items[at] = zh_cel_object(TAG_PRODUCT, &products[at]);
    }
    return zh_cel_list(items, at);
}

FN(product_field)
{
    UNUSED;
    const product *p = args[0].object;
    return line_field(p->look, &p->line, self->id);
}

/* ---- declaring ---- */

static const struct { const char *name; uint32_t tag; } objects[] = {
    { "Customer", TAG_CUSTOMER }, { "Orders", TAG_ORDERS }, { "Events", TAG_EVENTS }, { "Event", TAG_EVENT },
    { "Product", TAG_PRODUCT }, { "Affinity", TAG_AFFINITY }, { "Consent", TAG_CONSENT },
};

static const struct { const char *object, *name, *type; zh_cel_fn get; uint32_t id; } fields[] = {
    { "Customer", "first_seen", "timestamp", get_seen, 0 },
    { "Customer", "last_seen", "timestamp", get_seen, 1 },
    { "Customer", "orders", "Orders", get_part, TAG_ORDERS },
    { "Customer", "traits", "map(string, dyn)", get_traits, 0 },
    { "Customer", "affinity", "Affinity", get_part, TAG_AFFINITY },
    { "Customer", "consent", "Consent", get_part, TAG_CONSENT },
    { "Affinity", "category", "map(string, double)", get_affinity, ZH_TASTE_CATEGORY },
    { "Affinity", "brand", "map(string, double)", get_affinity, ZH_TASTE_BRAND },
    { "Consent", "personalization", "bool", get_consent, ZH_CONSENT_PERSONALIZATION },
    { "Consent", "analytics", "bool", get_consent, ZH_CONSENT_ANALYTICS },
    { "Orders", "first", "timestamp", orders_edge, 0 },
    { "Orders", "last", "timestamp", orders_edge, 1 },
    { "Events", "first", "timestamp", events_edge, 0 },
    { "Events", "last", "timestamp", events_edge, 1 },
    { "Event", "name", "string", event_field, F_NAME },
    { "Event", "type", "string", event_field, F_TYPE },
    { "Event", "time", "timestamp", event_field, F_TIME },
    { "Event", "value", "double", event_field, F_VALUE },
    { "Event", "item_id", "string", event_field, F_ITEM },
    { "Event", "category", "string", event_field, F_CATEGORY },
    { "Event", "brand", "string", event_field, F_BRAND },
    { "Event", "price", "double", event_field, F_PRICE },
    { "Event", "quantity", "int", event_field, F_QUANTITY },
    { "Event", "products", "list(Product)", event_products, 0 },
    { "Product", "item_id", "string", product_field, F_ITEM },
    { "Product", "category", "string", product_field, F_CATEGORY },
    { "Product", "brand", "string", product_field, F_BRAND },
    { "Product", "price", "double", product_field, F_PRICE },
    { "Product", "quantity", "int", product_field, F_QUANTITY },
};

static const struct { const char *signature; zh_cel_fn call; uint32_t id; } functions[] = {
    { "weeks(int) duration", make_window, 7u * 86400000u },
    { "days(int) duration", make_window, 86400000u },
    { "hours(int) duration", make_window, 3600000u },
    { "minutes(int) duration", make_window, 60000u },
    { ".count(Orders) int", orders_count, 0 },
    { ".count(Orders, duration) int", orders_count, 0 },
    { ".revenue(Orders) double", orders_revenue, 0 },
    { ".revenue(Orders, duration) double", orders_revenue, 0 },
    { ".events(Customer) Events", customer_events, 0 },
    { ".events(Customer, string) Events", customer_events, 0 },
    { ".did(Customer, string) bool", customer_did, 0 },
    { ".did(Customer, string, duration) bool", customer_did, 0 },
    { ".where(Events, Event => bool) Events", events_where, 0 },
    { ".followed_by(Events, string, duration) Events", events_followed, 1 },
    { ".not_followed_by(Events, string, duration) Events", events_followed, 0 },
    { ".in_segment(Customer, string) bool", get_in_segment, 0 },
    { ".bucket(Customer, string, int) int", get_bucket, 0 },
    { ".count(Events) int", events_count, 0 },
    { ".count(Events, duration) int", events_count, 0 },
    { ".sum(Events) double", events_sum, 0 },
    { ".sum(Events, duration) double", events_sum, 0 },
};

zh_err zh_vocabulary_open(zh_cel_env **out, zh_arena *arena)
{
    zh_cel_env *env;
    zh_err e = zh_cel_env_open(&env, arena);
    for (size_t i = 0; e == ZH_OK && i < sizeof objects / sizeof *objects; i++) e = zh_cel_env_object(env, zh_sv_of(objects[i].name), objects[i].tag);
    for (size_t i = 0; e == ZH_OK && i < sizeof fields / sizeof *fields; i++)
        e = zh_cel_env_field(env, zh_sv_of(fields[i].object), zh_sv_of(fields[i].name), zh_sv_of(fields[i].type), fields[i].get, fields[i].id);
    for (int channel = 0; e == ZH_OK && channel < (int)ZH_CHANNEL_COUNT; channel++)
        e = zh_cel_env_field(env, ZH_SV("Consent"), zh_sv_of(zh_channel_text((zh_channel)channel)), ZH_SV("bool"), get_consent, (uint32_t)ZH_CONSENT_OF(channel));
    for (size_t i = 0; e == ZH_OK && i < sizeof functions / sizeof *functions; i++)
        e = zh_cel_env_function(env, zh_sv_of(functions[i].signature), functions[i].call, functions[i].id);
    if (e == ZH_OK) e = zh_vocabulary_portrait(env);
    if (e == ZH_OK) e = zh_vocabulary_standing(env);
    if (e == ZH_OK) e = zh_vocabulary_predict(env);
    if (e == ZH_OK) e = zh_vocabulary_tags(env);
    if (e == ZH_OK) e = zh_cel_env_variable(env, ZH_SV("customer"), ZH_SV("Customer"), get_customer, 0);
    if (e == ZH_OK) e = zh_cel_env_variable(env, ZH_SV("now"), ZH_SV("timestamp"), get_now, 0);
    if (e == ZH_OK) *out = env;
    return e;
}

/* The window an argument is: duration("36h"), or days(7) of a number that stands there; INT64_MAX: computed. */
static int64_t window_arg(const zh_cel_use *uses, zh_cel_value arg)
{
    int64_t ms;
    if (zh_cel_is(arg, ZH_CEL_DURATION)) return arg.i / 1000000 + 1;
    if (arg.kind != ZH_CEL_INSIDE || arg.n == 0) return INT64_MAX;
    const zh_cel_use *use = &uses[arg.n - 1];
    if (use->overload == NULL || use->overload->call != make_window || use->args_count != 1 || !zh_cel_is(use->args[0], ZH_CEL_INT)) return INT64_MAX;
    return __builtin_mul_overflow(use->args[0].i, (int64_t)use->overload->id, &ms) ? INT64_MAX : ms;
}

/* How far back the events that anything is counted of may lie. */
static int64_t window_of(const zh_cel_program *program)
{
    uint32_t count;
    int64_t most_ms = 0;
    const zh_cel_use *uses = zh_cel_program_uses(program, &count);
    for (uint32_t i = 0; i < count; i++) {
        const zh_cel_use *use = &uses[i];
        if (use->decl != NULL && use->decl->get.call == events_edge) return INT64_MAX;
        if (use->overload == NULL || (use->overload->call != events_count && use->overload->call != events_sum)) continue;
        const int64_t ms = use->args_count != 1 ? INT64_MAX : window_arg(uses, use->args[0]);
        if (ms > most_ms) most_ms = ms;
    }
    return most_ms;
}

zh_err zh_vocabulary_compile(zh_condition *out, zh_arena *arena, const zh_cel_env *env, zh_sv text, zh_cel_fault *why)
{
    zh_cel_program *program;
    const zh_err e = zh_cel_compile(&program, arena, env, text, &(zh_cel_limits){ .wanted = "bool" }, why);
    if (e == ZH_OK) *out = (zh_condition){ program, window_of(program) };
    return e;
}

zh_cel_value zh_vocabulary_value(const zh_cel_program *program, const zh_look *look, int64_t since_ms, zh_arena *scratch, int64_t *until_ms)
{
    asked host = { look, since_ms };
    zh_cel_run run = { .arena = scratch, .variables = look->variables, .variables_count = look->variables_count, .host = &host, .zone = look->zone, .zones = look->zones, .steps_max = ZH_EXPRESSION_STEPS_MAX,
                       .now_ms = look->now_ms, .until_ms = INT64_MAX };
    const zh_cel_value value = zh_cel_eval(program, &run);
    if (zh_cel_is_error(value) && value.fatal) zh_cel_run_until(&run, look->now_ms + ZH_MINUTE_MS); /* it took too many steps: there may be fewer */
    if (run.until_ms < *until_ms) *until_ms = run.until_ms;
    return value;
}

bool zh_vocabulary_ask(const zh_condition *condition, const zh_look *look, zh_arena *scratch, zh_cel_value *error, int64_t *until_ms)
{
    *until_ms = INT64_MAX;
    const zh_cel_value value = zh_vocabulary_value(condition->program, look, condition->window_ms > look->now_ms ? INT64_MIN : look->now_ms - condition->window_ms, scratch, until_ms);
    *error = zh_cel_is_error(value) ? value : zh_cel_null();
    return zh_cel_is_true(value);
}

bool zh_vocabulary_holds(const zh_condition *condition, const zh_look *look, zh_arena *scratch, zh_cel_value *error)
{
    return zh_vocabulary_ask(condition, look, scratch, error, &(int64_t){ INT64_MAX });
}

bool zh_vocabulary_events(const zh_cel_program *program, const zh_look *look, int64_t since_ms, zh_arena *arena, const zh_fact **facts, uint32_t *count,
                          zh_cel_value *error)
{
    asked host = { look, since_ms };
    zh_cel_run run = { .arena = arena, .host = &host, .zone = look->zone, .zones = look->zones, .steps_max = ZH_EXPRESSION_STEPS_MAX, .now_ms = look->now_ms,
                       .until_ms = INT64_MAX };
    const zh_cel_value value = zh_cel_eval(program, &run);
    const bool is_chosen = !zh_cel_is_error(value) && ((const events *)value.object)->is_chosen;
    *error = is_chosen ? zh_cel_null() : value;
    if (!is_chosen) return false;
    *facts = ((const events *)value.object)->facts;
    *count = ((const events *)value.object)->count;
    return true;
}
