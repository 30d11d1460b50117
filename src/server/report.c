/* report.c -- what people look at: overview, latest events, customers, the orders report. */
#include "base/time.h"
#include "collect/personal.h"
#include "engine/event_json.h"
#include "engine/history.h"
#include "engine/rebuild.h"
#include "server/answer.h"
#include "server/call.h"
#include "sys/file.h"
#include "sys/tree.h"

#include <stdlib.h>
#include <unistd.h>

#define DAYS_SHOWN 60          /* of the overview, that have data */
#define DAYS_MAX 4096          /* read to find them */
#define MONTHS_MAX 600
#define COUNTRIES_SHOWN 5      /* as in the orders report */
#define CUSTOMERS_SCAN_MAX 2000000 /* customers looked at to list the latest */

/* ---- overview ---- */

void zh_live_totals(zh_server *s, zh_json_out *out)
{
    zh_world *w = zh_engine_world(s->engine);
    zh_world_lock_read(w);
    zh_sales_total totals[ZH_SALES_CURRENCIES_MAX], of_main = { 0 };
    const zh_currency currency = zh_answer_main_currency(w->sales);
    const size_t count = zh_sales_currencies(w->sales, totals, ZH_SALES_CURRENCIES_MAX);
    for (size_t i = 0; i < count; i++)
        if (totals[i].currency.code == currency.code) of_main = totals[i];
    char text[4];
    zh_currency_text(currency, text);
    zh_json_out_key(out, ZH_SV("totals"));
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("events"), (int64_t)w->counts.events);
    zh_json_out_key_int(out, ZH_SV("customers"), (int64_t)zh_customers_count(w->customers));
    zh_json_out_key_int(out, ZH_SV("items"), (int64_t)zh_catalog_count(w->catalog));
    zh_json_out_key_int(out, ZH_SV("orders"), of_main.orders);
    zh_json_out_key_int(out, ZH_SV("decisions"), (int64_t)w->counts.decisions);
    zh_json_out_key_int(out, ZH_SV("duplicates"), (int64_t)s->duplicates);
    zh_json_out_key_int(out, ZH_SV("rejected"), (int64_t)w->counts.dead_letters);
    zh_json_out_end(out);
    zh_json_out_key(out, ZH_SV("orders"));
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("count"), of_main.orders);
    zh_json_out_key_int(out, ZH_SV("revenueCents"), of_main.revenue_minor);
    zh_json_out_key_int(out, ZH_SV("refundedCents"), of_main.refunded_minor);
    zh_json_out_key_text(out, ZH_SV("currency"), zh_sv_of(text));
    zh_json_out_end(out);
    zh_world_unlock(w);
}

double zh_live_rate(zh_server *s, int64_t now_ms)
{
    uint32_t rates[ZH_FOLD_RATE_SPANS];
    zh_fold_rates(zh_engine_fold(s->engine), now_ms, rates);
    /* The two whole spans before the running one. */
    return (double)(rates[ZH_FOLD_RATE_SPANS - 2] + rates[ZH_FOLD_RATE_SPANS - 3]) * 1000.0 / (2 * ZH_FOLD_RATE_SPAN_MS);
}

static void put_daily(zh_call *call, zh_json_out *out)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_sales_total *days = ZH_TAKE(call->arena, zh_sales_total, DAYS_MAX);
    zh_json_out_key(out, ZH_SV("daily"));
    zh_json_out_array(out);
    zh_world_lock_read(w);
    const size_t count = days == NULL ? 0 : zh_sales_days(w->sales, zh_answer_main_currency(w->sales), 0, INT32_MAX, days, DAYS_MAX);
    zh_world_unlock(w);
    for (size_t i = count > DAYS_SHOWN ? count - DAYS_SHOWN : 0; i < count; i++) {
        char day[24];
        snprintf(day, sizeof day, "%04d-%02d-%02d", days[i].year, days[i].month, days[i].day);
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("day"), zh_sv_of(day));
        zh_json_out_key_int(out, ZH_SV("orders"), days[i].orders);
        zh_json_out_key_int(out, ZH_SV("revenueCents"), days[i].revenue_minor);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

void zh_route_overview(zh_call *call)
{
    uint32_t rates[ZH_FOLD_RATE_SPANS];
    zh_fold_rates(zh_engine_fold(call->engine), call->now_ms, rates);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key_int(&out, ZH_SV("now"), call->now_ms);
    zh_json_out_key_real(&out, ZH_SV("eventsPerSecond"), zh_live_rate(call->server, call->now_ms));
    zh_json_out_key(&out, ZH_SV("series"));
    zh_json_out_array(&out);
    const int64_t last = call->now_ms / ZH_FOLD_RATE_SPAN_MS;
    for (int64_t i = 0; i < ZH_FOLD_RATE_SPANS; i++) {
        zh_json_out_object(&out);
        zh_json_out_key_int(&out, ZH_SV("at"), (last - (ZH_FOLD_RATE_SPANS - 1) + i) * ZH_FOLD_RATE_SPAN_MS);
        zh_json_out_key_int(&out, ZH_SV("events"), rates[i]);
        zh_json_out_end(&out);
    }
    zh_json_out_end(&out);
    zh_live_totals(call->server, &out);
    put_daily(call, &out);
    zh_figures_example(call, &out);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* ---- events ---- */

static zh_sv masked(zh_arena *arena, zh_sv id)
{
    char text[16];
    const int size = snprintf(text, sizeof text, "%.*s\xE2\x80\xA6", id.size > 3 ? 3 : (int)id.size / 2, id.data == NULL ? "" : id.data);
    return zh_arena_copy(arena, (zh_sv){ text, (size_t)size });
}

/* As the event says it, else as the catalog does, else the shop's id. */
static zh_sv name_of(zh_call *call, const zh_line *line)
{
    if (line->name.size > 0) return line->name;
    zh_world *w = zh_engine_world(call->engine);
    zh_sv title = { 0 };
    zh_world_lock_read(w);
    const zh_item *item = zh_catalog_get(w->catalog, line->item);
    if (item != NULL) title = zh_arena_copy(call->arena, item->title);
    zh_world_unlock(w);
    return title.size > 0 ? title : line->item_text;
}

static void put_summary(zh_call *call, const zh_event *e, zh_json_out *out)
{
    char text[256];
    const zh_line *first = e->lines_count > 0 ? &e->lines[0] : NULL;
    const zh_sv name = first == NULL ? (zh_sv){ 0 } : name_of(call, first);
    int size;
    if (first != NULL && e->lines_count > 1) size = snprintf(text, sizeof text, "%.*s +%u", ZH_SV_ARG(zh_sv_part(name, 0, 120)), e->lines_count - 1);
    else if (first != NULL && first->quantity > 1) size = snprintf(text, sizeof text, "%.*s \xC3\x97%lld", ZH_SV_ARG(zh_sv_part(name, 0, 120)), (long long)first->quantity);
    else if (first != NULL) size = snprintf(text, sizeof text, "%.*s", ZH_SV_ARG(zh_sv_part(name, 0, 120)));
    else size = snprintf(text, sizeof text, "%.*s", ZH_SV_ARG(zh_sv_part(e->category, 0, 120)));
    zh_json_out_key_text(out, ZH_SV("summary"), (zh_sv){ text, (size_t)size });
}

/* Where an event stands in the log, as text: partition and sequence. */
static void put_position(zh_json_out *out, uint32_t partition, uint64_t sequence)
{
    char text[40];
    const int size = snprintf(text, sizeof text, "%u-%llu", partition, (unsigned long long)sequence);
    zh_json_out_key_text(out, ZH_SV("position"), (zh_sv){ text, (size_t)size });
}

static void put_row_members(zh_call *call, const zh_event *e, bool names, zh_json_out *out)
{
    char id[24];
    const zh_customer_id root = zh_world_root(zh_engine_world(call->engine), e->customer);
    snprintf(id, sizeof id, "%u", e->source.number);
    zh_json_out_key_text(out, ZH_SV("source"), zh_sv_of(id));
    zh_answer_customer_text(root, id);
    zh_json_out_key_text(out, ZH_SV("messageId"), e->message_id);
    zh_json_out_key_text(out, ZH_SV("type"), zh_sv_of(zh_event_type_text(e->type)));
    zh_json_out_key_text(out, ZH_SV("event"), e->name.size > 0 ? e->name : zh_sv_of(zh_event_type_text(e->type)));
    zh_call_time(out, ZH_SV("timestamp"), e->time_ms);
    zh_call_time(out, ZH_SV("receivedAt"), e->received_ms);
    zh_json_out_key(out, ZH_SV("customer"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("id"), zh_sv_of(id));
    zh_permit permit;
    zh_sv user = { 0 };
    if (zh_call_permit(call, root, ZH_PURPOSE_SUPPORT, &permit)) user = zh_answer_user_id(call, root, &permit);
    zh_json_out_key(out, ZH_SV("userId"));
    if (user.size == 0) zh_json_out_null(out);
    else zh_json_out_text(out, names ? user : masked(call->arena, user));
    zh_json_out_end(out);
    put_summary(call, e, out);
    if (e->order_id.size > 0) zh_json_out_key_text(out, ZH_SV("orderId"), e->order_id);
    if (e->lines_count > 0) zh_json_out_key_text(out, ZH_SV("itemId"), e->lines[0].item_text);
    if (e->lines_count > 0 && e->lines[0].price_minor >= 0) {
        zh_json_out_key_int(out, ZH_SV("valueCents"), e->act == ZH_ACT_ORDER || e->act == ZH_ACT_REFUND ? e->revenue_minor : e->lines[0].price_minor);
        zh_answer_currency(out, ZH_SV("currency"), e->currency);
    }
}

void zh_live_row(zh_call *call, const zh_fold_live *at, bool names, zh_json_out *out)
{
    zh_event event;
    if (zh_history_event(call->engine, at->partition, at->sequence, call->arena, &event) != ZH_OK) return;
    zh_json_out_object(out);
    put_position(out, at->partition, at->sequence);
    put_row_members(call, &event, names, out);
    zh_json_out_end(out);
}

void zh_route_events(zh_call *call)
{
    const size_t limit = zh_call_limit(call);
    zh_fold_live *rows = ZH_TAKE(call->arena, zh_fold_live, limit);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    const size_t count = rows == NULL ? 0 : zh_fold_latest(zh_engine_fold(call->engine), 0, rows, limit);
    for (size_t i = 0; i < count; i++) zh_live_row(call, &rows[i], zh_call_has_right(call, ZH_RIGHT_VIEW_CUSTOMER), &out);
    zh_json_out_end(&out);
    zh_answer_next(&out, "");
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* "0-1284" -> partition 0, sequence 1284. */
static bool read_position(zh_sv text, uint32_t *partition, uint64_t *sequence)
{
    uint64_t parts[2] = { 0 };
    size_t part = 0, digits = 0;
    for (size_t i = 0; i < text.size; i++) {
        const char c = text.data[i];
        if (c == '-' && part == 0 && digits > 0) part = 1, digits = 0;
        else if (c < '0' || c > '9' || ++digits > 18) return false;
        else parts[part] = parts[part] * 10 + (uint64_t)(c - '0');
    }
    if (part != 1 || digits == 0 || parts[0] > UINT32_MAX) return false;
    *partition = (uint32_t)parts[0], *sequence = parts[1];
    return true;
}

static void put_whole(zh_call *call, uint32_t partition, uint64_t sequence, const zh_event *event, zh_sv personal, zh_customer_id root)
{
    char text[24];
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    put_position(&out, partition, sequence);
    zh_json_out_key_text(&out, ZH_SV("act"), zh_sv_of(zh_act_text(event->act)));
    zh_event_marks_json(event->marks, &out);
    zh_answer_customer_text(root, text);
    zh_json_out_key_text(&out, ZH_SV("customerId"), zh_sv_of(text));
    zh_call_contact_json(call, &out);
    zh_json_out_key(&out, ZH_SV("event"));
    const zh_err e = zh_event_json(event, personal, call->thread->parser, call->arena, &out);
    if (e != ZH_OK) {
        zh_call_failed(call, e, "the event cannot be shown");
        return;
    }
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

void zh_route_event(zh_call *call)
{
    uint32_t partition;
    uint64_t sequence;
    zh_event event;
    zh_permit permit;
    zh_sv personal;
    if (!zh_call_contact(call)) return;
    if (!read_position(zh_http_path_part(call->request, 3), &partition, &sequence)) {
        zh_call_problem(call, 400, "bad_field", "position", "must be the position of an event as the lists give it, such as 0-1284");
        return;
    }
    zh_log *log = zh_engine_log(call->engine);
    const bool there = partition < zh_log_partitions(log) && sequence < zh_log_end(log, partition);
    zh_err e = there ? zh_history_event(call->engine, partition, sequence, call->arena, &event) : ZH_ABSENT;
    if (e == ZH_ABSENT && zh_retention_is_expired(log, partition, sequence)) {
        zh_answer_expired(call, "position");
        return;
    }
    if (e == ZH_ABSENT) {
        zh_call_problem(call, 404, "not_found", "position", "no event stands there");
        return;
    }
    const zh_customer_id root = e == ZH_OK ? zh_world_root(zh_engine_world(call->engine), event.customer) : (zh_customer_id){ 0 };
    if (e == ZH_OK && !zh_call_permit(call, root, ZH_PURPOSE_SUPPORT, &permit)) e = ZH_DENIED;
    if (e == ZH_OK) e = zh_history_personal(call->engine, &event, &permit, call->arena, &personal);
    if (e == ZH_OK && zh_call_masks(call)) e = zh_personal_mask_json(call->thread->parser, call->arena, &personal);
    if (e != ZH_OK) zh_call_failed(call, e, e == ZH_DENIED ? "this role may not look at one customer" : "the event cannot be read");
    else put_whole(call, partition, sequence, &event, personal, root);
}

/* ---- customers ---- */

typedef struct recent { zh_customer_id id; int64_t last_ms; } recent;

/* The `most` customers seen last, newest first, into `top`; a small sorted array is enough for one page. */
static size_t latest_customers(zh_world *w, recent *top, size_t most)
{
    size_t count = 0;
    const zh_customer_state *state;
    size_t seen = 0;
    for (size_t at = 0; (state = zh_customers_walk(w->customers, &at)) != NULL && seen < CUSTOMERS_SCAN_MAX; seen++) {
        const recent r = { zh_customer_number(state), zh_customer_last_ms(state) };
        if (count == most && r.last_ms <= top[count - 1].last_ms) continue;
        size_t place = count < most ? count++ : count - 1;
        for (; place > 0 && (top[place - 1].last_ms < r.last_ms ||
                             (top[place - 1].last_ms == r.last_ms && top[place - 1].id.number > r.id.number)); place--) top[place] = top[place - 1];
        top[place] = r;
    }
    return count;
}

void zh_answer_customer_row(zh_call *call, zh_customer_id id, zh_json_out *out)
{
    zh_world *w = zh_engine_world(call->engine);
    char text[24], currency[4] = "";
    zh_permit permit;
    zh_sv user = { 0 };
    if (zh_call_permit(call, id, ZH_PURPOSE_SUPPORT, &permit)) user = zh_answer_user_id(call, id, &permit);
    zh_answer_customer_text(id, text);
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("id"), zh_sv_of(text));
    zh_json_out_key(out, ZH_SV("userId"));
    if (user.size > 0) zh_json_out_text(out, user);
    else zh_json_out_null(out);
    zh_world_lock_read(w);
    const zh_customer_state *state = zh_customers_get(w->customers, id);
    zh_order_totals totals = { 0 };
    if (state != NULL) zh_customer_order_totals(state, &totals);
    if (totals.money_count > 0) zh_currency_text(totals.money[0].currency, currency);
    zh_call_time(out, ZH_SV("firstSeen"), state == NULL ? 0 : zh_customer_first_ms(state));
    zh_call_time(out, ZH_SV("lastSeen"), state == NULL ? 0 : zh_customer_last_ms(state));
    zh_world_unlock(w);
    zh_json_out_key_int(out, ZH_SV("orders"), totals.orders);
    zh_json_out_key_int(out, ZH_SV("revenueCents"), totals.money_count > 0 ? totals.money[0].revenue_minor : 0);
    zh_json_out_key_text(out, ZH_SV("currency"), zh_sv_of(currency));
    zh_json_out_end(out);
}

void zh_route_customers(zh_call *call)
{
    zh_world *w = zh_engine_world(call->engine);
    const size_t limit = zh_call_limit(call);
    recent *top = ZH_TAKE(call->arena, recent, limit);
    const zh_sv q = zh_sv_trim(zh_http_param(call->request, ZH_SV("q")));
    size_t count = 0;
    if (top != NULL && q.size > 0) {
        top[0].id = zh_engine_find(call->engine, q, q);
        count = top[0].id.number != 0;
    } else if (top != NULL) {
        zh_world_lock_read(w);
        count = latest_customers(w, top, limit);
        zh_world_unlock(w);
    }
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    for (size_t i = 0; i < count; i++) zh_answer_customer_row(call, top[i].id, &out);
    zh_json_out_end(&out);
    zh_answer_next(&out, "");
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

void zh_route_customer(zh_call *call)
{
    zh_permit permit;
    if (!zh_call_contact(call)) return;
    const zh_customer_id id = zh_answer_path_customer(call, &permit);
    if (id.number == 0) return;
    char text[24];
    zh_answer_customer_text(id, text);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("id"), zh_sv_of(text));
    zh_call_contact_json(call, &out);
    zh_answer_profile(call, id, &permit, &out);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

void zh_route_customer_events(zh_call *call)
{
    zh_permit permit;
    const zh_customer_id id = zh_answer_path_customer(call, &permit);
    if (id.number == 0) return;
    const zh_sv cursor = zh_http_param(call->request, ZH_SV("cursor"));
    const size_t limit = zh_call_limit(call);
    zh_timeline_at after, *rows = ZH_TAKE(call->arena, zh_timeline_at, limit + 1);
    zh_customer_id numbers[ZH_TIMELINE_NUMBERS_MAX];
    size_t count = 0;
    zh_err e = rows == NULL ? ZH_NOMEM : cursor.size > 0 ? zh_timeline_cursor_parse(cursor, &after) : ZH_OK;
    const size_t numbers_count = zh_history_numbers(call->engine, id, numbers);
    if (e == ZH_OK) e = zh_timeline_read(zh_engine_timeline(call->engine), ZH_TIMELINE_EVENTS, numbers, numbers_count, cursor.size > 0 ? &after : NULL, limit + 1, rows, &count);
    if (e != ZH_OK) {
        zh_call_failed(call, e, "the cursor is not one this route gave");
        return;
    }
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    for (size_t i = 0; i < count && i < limit; i++) {
        zh_event event;
        if (zh_history_event(call->engine, rows[i].partition, rows[i].sequence, call->arena, &event) != ZH_OK) continue;
        zh_json_out_object(&out);
        put_position(&out, rows[i].partition, rows[i].sequence);
        put_row_members(call, &event, true, &out);
        if (event.properties.size > 0) {
            zh_json_out_key(&out, ZH_SV("properties"));
            zh_json_out_raw(&out, event.properties);
        }
        zh_json_out_end(&out);
    }
    zh_json_out_end(&out);
    char next[ZH_TIMELINE_CURSOR_BYTES] = "";
    if (count > limit) zh_timeline_cursor(&rows[limit - 1], next);
    zh_answer_next(&out, next);
    if (next[0] == '\0') zh_answer_expired_before(call, id, &out);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* ---- the orders report ---- */

static void put_money(zh_json_out *out, zh_sv key, int64_t minor)
{
    char text[ZH_MONEY_TEXT_BYTES];
    zh_json_out_key(out, key);
    zh_json_out_raw(out, (zh_sv){ text, zh_money_print(minor, 2, text) });
}

static void put_local(zh_call *call, zh_json_out *out, zh_sv key, int64_t utc_ms)
{
    char text[ZH_TIME_TEXT_BYTES];
    zh_json_out_key(out, key);
    if (utc_ms == 0) {
        zh_json_out_null(out);
        return;
    }
    zh_time_print(utc_ms + (int64_t)zh_tz_offset_s(zh_engine_tz(call->engine), utc_ms) * 1000, text);
    text[10] = ' ';
    zh_json_out_text(out, (zh_sv){ text, 19 });
}

static void put_raw(zh_call *call, const zh_sales_raw *r, zh_json_out *out)
{
    const struct { const char *name; int64_t value; } numbers[] = {
        { "rows", r->rows }, { "invoices", r->invoices }, { "cancel_rows", r->cancel_rows }, { "cancel_invoices", r->cancel_invoices },
        { "guest_rows", r->guest_rows }, { "customers", r->customers }, { "stock_codes", r->stock_codes }, { "countries", r->countries },
        { "neg_qty_rows", r->neg_qty_rows }, { "price_le0_rows", r->price_le0_rows }, { "blank_desc", r->blank_desc },
        { "quantity", r->quantity }, { "duplicate_rows", r->duplicate_rows },
    };
    zh_json_out_key(out, ZH_SV("raw"));
    zh_json_out_object(out);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) zh_json_out_key_int(out, zh_sv_of(numbers[i].name), numbers[i].value);
    put_local(call, out, ZH_SV("first"), r->first_ms);
    put_local(call, out, ZH_SV("last"), r->last_ms);
    put_money(out, ZH_SV("gross"), r->gross_minor);
    zh_json_out_end(out);
}

static void put_clean(zh_world *w, zh_currency currency, zh_json_out *out)
{
    zh_sales_clean c;
    zh_sales_clean_get(w->sales, &c);
    zh_json_out_key(out, ZH_SV("clean"));
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("rows"), c.rows);
    zh_json_out_key_int(out, ZH_SV("customers"), c.customers);
    zh_json_out_key_int(out, ZH_SV("invoices"), c.invoices);
    put_money(out, ZH_SV("revenue"), c.revenue_minor);
    zh_json_out_key(out, ZH_SV("top_countries"));
    zh_json_out_array(out);
    zh_sales_country countries[COUNTRIES_SHOWN];
    const size_t count = zh_sales_countries(w->sales, currency, countries, COUNTRIES_SHOWN);
    for (size_t i = 0; i < count; i++) {
        char text[ZH_MONEY_TEXT_BYTES];
        zh_json_out_array(out);
        zh_json_out_text(out, countries[i].country);
        zh_json_out_raw(out, (zh_sv){ text, zh_money_print(countries[i].clean_revenue_minor, 2, text) });
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
    zh_json_out_end(out);
}

void zh_route_report_orders(zh_call *call)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_sales_total *months = ZH_TAKE(call->arena, zh_sales_total, MONTHS_MAX);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_world_lock_read(w);
    zh_sales_raw raw;
    zh_sales_raw_get(w->sales, &raw);
    const zh_currency currency = zh_answer_main_currency(w->sales);
    zh_answer_currency(&out, ZH_SV("currency"), currency);
    put_raw(call, &raw, &out);
    put_clean(w, currency, &out);
    zh_json_out_key(&out, ZH_SV("months"));
    zh_json_out_array(&out);
    const size_t count = months == NULL ? 0 : zh_sales_months(w->sales, currency, months, MONTHS_MAX);
    for (size_t i = 0; i < count; i++) {
        char month[24];
        snprintf(month, sizeof month, "%04d-%02d", months[i].year, months[i].month);
        zh_json_out_object(&out);
        zh_json_out_key_text(&out, ZH_SV("month"), zh_sv_of(month));
        zh_json_out_key_int(&out, ZH_SV("invoices"), months[i].clean_invoices);
        put_money(&out, ZH_SV("revenue"), months[i].clean_revenue_minor);
        zh_json_out_end(&out);
    }
    zh_world_unlock(w);
    zh_json_out_end(&out);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}
