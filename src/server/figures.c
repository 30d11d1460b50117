/* figures.c -- what the shop did: the figures of a span compared, policies compared, what needs attention. */
#include "base/time.h"
#include "engine/history.h"
#include "measure/attention.h"
#include "measure/kpi.h"
#include "server/answer.h"
#include "server/call.h"
#include "sys/file.h"

#include <math.h>

#define WANTED_LOOKED_AT 50  /* most wanted items that attention looks at, as attention.h says */
#define LETTERS_LOOKED_AT ZH_TIMELINE_PAGE_MAX
#define EXAMPLES_LOOKED_AT 48 /* latest events among whose customers the example is looked for */
#define MILLI 1000.0
#define MICRO 1000000.0
#define MONEY_MAX 9e15       /* whole numbers a double holds exactly */

/* ---- local time ---- */

static int64_t local_hour(zh_call *call)
{
    const int64_t local_ms = call->now_ms + (int64_t)zh_tz_offset_s(zh_engine_tz(call->engine), call->now_ms) * 1000;
    return local_ms / ZH_HOUR_MS - (local_ms % ZH_HOUR_MS < 0);
}

static int64_t utc_of_hour(zh_call *call, int64_t hour)
{
    const zh_civil civil = zh_civil_of(hour * ZH_HOUR_MS);
    return zh_tz_utc_ms(zh_engine_tz(call->engine), &civil);
}

static bool day_of_text(zh_sv text, int64_t *day)
{
    int64_t ms;
    if (text.size != 10 || zh_time_parse(text, &ms) != ZH_OK) return false;
    *day = ms / ZH_DAY_MS;
    return true;
}

static void put_day(zh_json_out *out, zh_sv key, int64_t day)
{
    char text[ZH_TIME_TEXT_BYTES];
    zh_json_out_key_text(out, key, (zh_sv){ text, zh_date_print(day, text) });
}

/* ---- figures of a span ---- */

static void put_span(zh_call *call, zh_json_out *out, zh_sv key, const zh_kpi_span *span)
{
    zh_json_out_key(out, key);
    zh_json_out_object(out);
    put_day(out, ZH_SV("from"), span->from_day);
    put_day(out, ZH_SV("to"), span->to_day);
    zh_json_out_key_int(out, ZH_SV("through"), utc_of_hour(call, span->through_hour));
    zh_json_out_end(out);
}

static void put_kpi(zh_json_out *out, zh_sv key, const zh_kpi *k)
{
    zh_json_out_key(out, key);
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("visitors"), k->visitors);
    zh_json_out_key_int(out, ZH_SV("buyers"), k->buyers);
    zh_json_out_key_int(out, ZH_SV("orders"), k->orders);
    zh_json_out_key_int(out, ZH_SV("revenueCents"), k->revenue_minor);
    zh_json_out_key_int(out, ZH_SV("refundedCents"), k->refunded_minor);
    zh_json_out_key_int(out, ZH_SV("refunds"), k->refunds);
    zh_json_out_key(out, ZH_SV("conversion"));
    if (k->visitors > 0) zh_json_out_real(out, (double)k->buyers / (double)k->visitors);
    else zh_json_out_null(out);
    zh_json_out_key(out, ZH_SV("perBuyerCents"));
    if (k->buyers > 0) zh_json_out_int(out, llround((double)k->revenue_minor / (double)k->buyers));
    else zh_json_out_null(out);
    zh_json_out_end(out);
}

static void put_steps(zh_call *call, zh_json_out *out, zh_sv key, const zh_kpi_step *steps, size_t count)
{
    zh_json_out_key(out, key);
    zh_json_out_array(out);
    for (size_t i = 0; i < count; i++) {
        zh_json_out_object(out);
        zh_json_out_key_int(out, ZH_SV("at"), utc_of_hour(call, steps[i].hour));
        zh_json_out_key_int(out, ZH_SV("visitors"), steps[i].figures.visitors);
        zh_json_out_key_int(out, ZH_SV("buyers"), steps[i].figures.buyers);
        zh_json_out_key_int(out, ZH_SV("orders"), steps[i].figures.orders);
        zh_json_out_key_int(out, ZH_SV("revenueCents"), steps[i].figures.revenue_minor);
        zh_json_out_key_int(out, ZH_SV("refundedCents"), steps[i].figures.refunded_minor);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

static void put_report(zh_call *call, const zh_kpi_report *r, zh_kpi_compare compare, zh_currency currency, zh_json_out *out)
{
    char code[4] = "";
    zh_currency_text(currency, code);
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("now"), call->now_ms);
    zh_json_out_key_text(out, ZH_SV("timeZone"), zh_engine_time_zone(call->engine));
    zh_json_out_key_text(out, ZH_SV("currency"), zh_sv_of(code));
    put_span(call, out, ZH_SV("span"), &r->span);
    put_kpi(out, ZH_SV("current"), &r->current);
    zh_json_out_key_text(out, ZH_SV("step"), r->hourly ? ZH_SV("hour") : ZH_SV("day"));
    put_steps(call, out, ZH_SV("steps"), r->steps, r->steps_count);
    zh_json_out_key_text(out, ZH_SV("compare"), zh_sv_of(zh_kpi_compare_text(compare)));
    const bool pair = r->compared && r->has_settled;
    const zh_sv keys[] = { ZH_SV("settledSpan"), ZH_SV("settled"), ZH_SV("beforeSpan"), ZH_SV("before") };
    for (size_t i = 0; i < 4; i++) {
        if (!pair) {
            zh_json_out_key(out, keys[i]);
            zh_json_out_null(out);
        } else if (i == 0) put_span(call, out, keys[i], &r->settled_span);
        else if (i == 1) put_kpi(out, keys[i], &r->settled);
        else if (i == 2) put_span(call, out, keys[i], &r->before_span);
        else put_kpi(out, keys[i], &r->before);
    }
    put_steps(call, out, ZH_SV("beforeSteps"), r->before_steps, r->before_steps_count);
    zh_json_out_end(out);
}

void zh_route_report_kpis(zh_call *call)
{
    const zh_sv from = zh_http_param(call->request, ZH_SV("from")), to = zh_http_param(call->request, ZH_SV("to"));
    const zh_sv compare_text = zh_http_param(call->request, ZH_SV("compare"));
    const int64_t hour = local_hour(call);
    int64_t from_day = hour / 24, to_day;
    zh_kpi_compare compare = ZH_KPI_YESTERDAY;
    if (from.size > 0 && !day_of_text(from, &from_day)) {
        zh_call_problem(call, 400, "bad_field", "from", "must be a day such as 2026-11-21");
        return;
    }
    to_day = from_day;
    if (to.size > 0 && !day_of_text(to, &to_day)) {
        zh_call_problem(call, 400, "bad_field", "to", "must be a day such as 2026-11-21");
        return;
    }
    if (compare_text.size > 0 && !zh_kpi_compare_of(compare_text, &compare)) {
        zh_call_problem(call, 400, "bad_field", "compare", "must be none, yesterday, last_week or previous");
        return;
    }
    zh_world *w = zh_engine_world(call->engine);
    zh_kpi_report report;
    zh_world_lock_read(w);
    const zh_currency currency = zh_answer_main_currency(w->sales);
    const zh_err e = zh_kpi_report_of(w->sales, w->visits, currency, from_day, to_day, hour, compare, call->arena, &report);
    zh_world_unlock(w);
    if (e == ZH_RANGE) zh_call_problem(call, 400, "bad_field", "to", "must not be before from, nor more than 400 days after it");
    else if (e != ZH_OK) zh_call_failed(call, e, "the figures did not fit into memory");
    else {
        zh_json_out out = zh_call_begin(call);
        put_report(call, &report, compare, currency, &out);
        zh_call_json(call, 200, &out);
    }
}

/* ---- attention ---- */

static int64_t letters_of_a_day(zh_call *call)
{
    const zh_customer_id nobody = { 0 };
    zh_timeline_at *rows = ZH_TAKE(call->arena, zh_timeline_at, LETTERS_LOOKED_AT);
    size_t count = 0, fresh = 0;
    if (rows == NULL || zh_timeline_read(zh_engine_timeline(call->engine), ZH_TIMELINE_EVENTS, &nobody, 1, NULL, LETTERS_LOOKED_AT, rows, &count) != ZH_OK) return 0;
    while (fresh < count && call->now_ms - rows[fresh].time_ms < ZH_DAY_MS) fresh++;
    return (int64_t)fresh;
}

/* Of the most wanted items: how many cannot be bought, how many have no title. Under the world's lock. */
static void look_at_goods(zh_call *call, zh_world *w, zh_attention_facts *f)
{
    zh_popular top[WANTED_LOOKED_AT];
    const size_t count = zh_popularity_top(w->popularity, ZH_TRENDING, w->counts.newest_ms, call->arena, top, WANTED_LOOKED_AT);
    for (size_t i = 0; i < count; i++) {
        const zh_item *item = zh_catalog_get(w->catalog, top[i].item);
        if (item == NULL || item->non_product) continue;
        f->untitled += item->title.size == 0;
        if (item->listed && !zh_item_sellable(item)) {
            if (f->sold_out++ == 0) f->sold_out_item = zh_arena_copy(call->arena, item->text);
        }
    }
}

/* What the watch over variety found. Under the world's lock. */
static void look_at_lists(zh_call *call, zh_world *w, zh_attention_facts *f)
{
    zh_sv placement;
    const zh_watch_state *states;
    uint32_t at = 0, count;
    while (zh_watch_next(w->watch, &at, &placement, &states, &count)) {
        const zh_watch_state *s = &states[count - 1];
        if (s->narrow && f->narrow++ == 0) f->narrow_placement = zh_arena_copy(call->arena, placement);
        if (s->apart && f->apart++ == 0) f->apart_placement = zh_arena_copy(call->arena, placement);
    }
}

static zh_err gather_facts(zh_call *call, zh_attention_facts *f)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_kpi_report report;
    const int64_t hour = local_hour(call);
    *f = (zh_attention_facts){ .ready = zh_engine_is_ready(call->engine), .now_ms = call->now_ms,
                               .lag_ms = zh_fold_lag_ms(zh_engine_fold(call->engine)), .letters = letters_of_a_day(call) };
    (void)!zh_file_disk(zh_engine_dir(call->engine), &f->disk_free, &f->disk_bytes);
    zh_world_lock_read(w);
    f->newest_ms = w->counts.newest_ms, f->events = w->counts.events;
    look_at_goods(call, w, f);
    look_at_lists(call, w, f);
    const zh_err e = zh_kpi_report_of(w->sales, w->visits, zh_answer_main_currency(w->sales), hour / 24, hour / 24, hour, ZH_KPI_LAST_WEEK, call->arena, &report);
    zh_world_unlock(w);
    if (e == ZH_OK) f->compared = report.has_settled, f->today = report.settled, f->last_week = report.before;
    return e;
}

void zh_route_attention(zh_call *call)
{
    zh_attention_facts facts;
    zh_attention found[ZH_ATTENTION_COUNT];
    const zh_err e = gather_facts(call, &facts);
    if (e != ZH_OK) {
        zh_call_failed(call, e, "the figures did not fit into memory");
        return;
    }
    const size_t count = zh_attention_of(&facts, found);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        zh_json_out_object(&out);
        zh_json_out_key_text(&out, ZH_SV("code"), zh_sv_of(zh_attention_text(found[i].code)));
        zh_json_out_key_text(&out, ZH_SV("level"), zh_sv_of(zh_attention_level_text(found[i].level)));
        zh_json_out_key(&out, ZH_SV("params"));
        zh_json_out_object(&out);
        for (size_t p = 0; p < found[i].params_count; p++) {
            const zh_attention_param *param = &found[i].params[p];
            zh_json_out_key(&out, zh_sv_of(param->name));
            if (param->text.data != NULL) zh_json_out_text(&out, param->text);
            else zh_json_out_real(&out, param->number);
        }
        zh_json_out_end(&out);
        zh_json_out_key_text(&out, ZH_SV("to"), zh_sv_of(zh_attention_page(found[i].code)));
        zh_json_out_end(&out);
    }
    zh_json_out_end(&out);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* ---- policies ---- */

static void put_estimate(zh_json_out *out, zh_sv key, bool known, const zh_estimate *e)
{
    zh_json_out_key(out, key);
    if (!known) {
        zh_json_out_null(out);
        return;
    }
    zh_json_out_object(out);
    zh_json_out_key_real(out, ZH_SV("value"), (double)e->value / MILLI);
    zh_json_out_key_real(out, ZH_SV("low"), (double)e->low / MILLI);
    zh_json_out_key_real(out, ZH_SV("high"), (double)e->high / MILLI);
    zh_json_out_end(out);
}

static void put_share(zh_json_out *out, const zh_policy_result *p)
{
    zh_json_out_key(out, ZH_SV("oracleShare"));
    if (p->has_share) zh_json_out_real(out, (double)p->share_micro / MICRO);
    else zh_json_out_null(out);
}

static void put_newest(zh_json_out *out, const zh_policy_report *r)
{
    char code[4] = "";
    zh_currency_text(r->currency, code);
    zh_json_out_key(out, ZH_SV("report"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("baseline"), r->baseline);
    zh_json_out_key_text(out, ZH_SV("currency"), zh_sv_of(code));
    put_day(out, ZH_SV("from"), r->from_day);
    put_day(out, ZH_SV("to"), r->to_day);
    zh_json_out_key_int(out, ZH_SV("visits"), r->visits);
    if (r->note.size > 0) zh_json_out_key_text(out, ZH_SV("note"), r->note);
    zh_json_out_key(out, ZH_SV("policies"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < r->count; i++) {
        const zh_policy_result *p = &r->results[i];
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("policy"), p->policy);
        zh_json_out_key_int(out, ZH_SV("visits"), p->visits);
        zh_json_out_key_int(out, ZH_SV("orders"), p->orders);
        zh_json_out_key_int(out, ZH_SV("revenueCents"), p->revenue_minor);
        zh_json_out_key_int(out, ZH_SV("marginCents"), p->margin_minor);
        put_estimate(out, ZH_SV("marginPerVisit"), true, &p->margin_per_visit);
        put_estimate(out, ZH_SV("difference"), p->has_difference, &p->difference);
        put_share(out, p);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
    zh_json_out_end(out);
}

/* One comparison. Under the world's lock. */
static void put_comparison(zh_json_out *out, const zh_policies *policies, zh_sv name)
{
    zh_sv days[ZH_POLICIES_DAYS_MAX];
    zh_policy_report r;
    const size_t count = zh_policies_days(policies, name, days);
    int64_t at_ms = 0;
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("name"), name);
    zh_json_out_key(out, ZH_SV("series"));
    zh_json_out_array(out);
    for (size_t i = 0; i < count; i++) {
        if (zh_policy_report_get(days[i], &r) != ZH_OK) continue;
        if (r.at_ms > at_ms) at_ms = r.at_ms;
        for (uint32_t p = 0; p < r.count; p++) {
            if (!r.results[p].has_difference) continue;
            zh_json_out_object(out);
            put_day(out, ZH_SV("to"), r.to_day);
            zh_json_out_key_text(out, ZH_SV("policy"), r.results[p].policy);
            put_estimate(out, ZH_SV("difference"), true, &r.results[p].difference);
            put_share(out, &r.results[p]);
            zh_json_out_end(out);
        }
    }
    zh_json_out_end(out);
    if (count > 0 && zh_policy_report_get(days[count - 1], &r) == ZH_OK) put_newest(out, &r);
    zh_call_time(out, ZH_SV("reportedAt"), at_ms);
    zh_json_out_end(out);
}

void zh_route_policies(zh_call *call)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_sv names[ZH_POLICIES_NAMES_MAX];
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    zh_world_lock_read(w);
    const size_t count = zh_policies_names(w->policies, names);
    for (size_t i = 0; i < count; i++) put_comparison(&out, w->policies, names[i]);
    zh_world_unlock(w);
    zh_json_out_end(&out);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

static bool read_scaled(zh_json_value value, double scale, int64_t *out)
{
    double number;
    if (!zh_json_real(value, &number) || !(fabs(number * scale) <= MONEY_MAX)) return false;
    *out = llround(number * scale);
    return true;
}

static bool is_none(zh_json_value value) { return zh_json_is(value, ZH_JSON_ABSENT) || zh_json_is(value, ZH_JSON_NULL); }

static bool read_estimate(zh_json_value value, zh_estimate *out)
{
    return read_scaled(zh_json_get(value, ZH_SV("value")), MILLI, &out->value) && read_scaled(zh_json_get(value, ZH_SV("low")), MILLI, &out->low) &&
           read_scaled(zh_json_get(value, ZH_SV("high")), MILLI, &out->high);
}

static bool read_result(zh_json_value value, zh_policy_result *p)
{
    const zh_json_value difference = zh_json_get(value, ZH_SV("difference")), share = zh_json_get(value, ZH_SV("oracleShare"));
    *p = (zh_policy_result){ .policy = zh_json_text_or_empty(zh_json_get(value, ZH_SV("policy"))), .has_difference = !is_none(difference), .has_share = !is_none(share) };
    return zh_json_int(zh_json_get(value, ZH_SV("visits")), &p->visits) && zh_json_int(zh_json_get(value, ZH_SV("orders")), &p->orders) &&
           zh_json_int(zh_json_get(value, ZH_SV("revenueCents")), &p->revenue_minor) && zh_json_int(zh_json_get(value, ZH_SV("marginCents")), &p->margin_minor) &&
           read_estimate(zh_json_get(value, ZH_SV("marginPerVisit")), &p->margin_per_visit) &&
           (!p->has_difference || read_estimate(difference, &p->difference)) && (!p->has_share || read_scaled(share, MICRO, &p->share_micro));
}

/* The first field that is wrong, or NULL. */
static const char *read_report(zh_json_value root, zh_policy_report *r, const char **detail)
{
    const char *field;
    r->baseline = zh_json_text_or_empty(zh_json_get(root, ZH_SV("baseline")));
    r->note = zh_json_text_or_empty(zh_json_get(root, ZH_SV("note")));
    r->currency = zh_currency_of(zh_json_text_or_empty(zh_json_get(root, ZH_SV("currency"))));
    *detail = "must be three letters, such as CNY";
    if (r->currency.code == 0) return "currency";
    *detail = "must be a day such as 2026-11-21";
    if (!day_of_text(zh_json_text_or_empty(zh_json_get(root, ZH_SV("from"))), &r->from_day)) return "from";
    if (!day_of_text(zh_json_text_or_empty(zh_json_get(root, ZH_SV("to"))), &r->to_day)) return "to";
    *detail = "must be a whole number";
    if (!zh_json_int(zh_json_get(root, ZH_SV("visits")), &r->visits)) return "visits";
    *detail = "must be an array of 1 to 8 results: policy, visits, orders, revenueCents, marginCents, marginPerVisit {value, low, high}";
    const zh_json_value policies = zh_json_get(root, ZH_SV("policies"));
    if (!zh_json_is(policies, ZH_JSON_ARRAY) || zh_json_count(policies) > ZH_POLICIES_RESULTS_MAX) return "policies";
    for (zh_json_iter it = zh_json_walk(policies); zh_json_next(&it);)
        if (!read_result(it.value, &r->results[r->count++])) return "policies";
    return zh_policy_report_check(r, &field, detail) ? NULL : field;
}

static void keep_report(zh_call *call, const zh_policy_report *r)
{
    zh_buf record = zh_buf_open(ZH_LOG_RECORD_BYTES_MAX);
    zh_policy_report_put(r, &record);
    zh_err e = zh_buf_err(&record);
    const zh_sv view = zh_buf_view(&record);
    zh_work work = { .records = &view, .records_count = 1 };
    if (e == ZH_OK) e = zh_engine_do(call->engine, &work);
    zh_buf_close(&record);
    if (e == ZH_OK) zh_call_reply(call, 204, (zh_sv){ 0 }, (zh_sv){ 0 }, NULL, 0);
    else zh_call_failed(call, e, "the report could not be kept");
}

void zh_route_policies_put(zh_call *call)
{
    zh_json_value root;
    const char *detail, *field;
    if (!zh_call_body_json(call, &root)) return;
    zh_policy_report report = { .name = zh_http_path_part(call->request, 4), .at_ms = call->now_ms };
    if ((field = read_report(root, &report, &detail)) != NULL) zh_call_problem(call, 400, "bad_field", field, detail);
    else keep_report(call, &report);
}

void zh_route_policies_delete(zh_call *call)
{
    const char *detail, *field;
    const zh_policy_report report = { .name = zh_http_path_part(call->request, 4), .gone = true, .at_ms = call->now_ms };
    if (!zh_policy_report_check(&report, &field, &detail)) zh_call_problem(call, 400, "bad_field", field, detail);
    else keep_report(call, &report);
}

/* ---- a customer whose list can be explained ---- */

static int64_t orders_of(zh_call *call, zh_customer_id customer)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_permit permit;
    zh_order_totals totals = { 0 };
    zh_world_lock_read(w);
    const zh_customer_state *state = zh_customers_get(w->customers, customer);
    const bool allowed = state != NULL && zh_permit_ask(w->consents, customer, ZH_PURPOSE_PERSONALIZE, (zh_channel)0, call->now_ms, &call->caller.actor, &permit) == ZH_OK;
    if (allowed) zh_customer_order_totals(state, &totals);
    zh_world_unlock(w);
    return totals.orders;
}

void zh_figures_example(zh_call *call, zh_json_out *out)
{
    zh_fold_live rows[EXAMPLES_LOOKED_AT];
    zh_customer_id best = { 0 };
    int64_t most = 0;
    const size_t count = !zh_call_has_right(call, ZH_RIGHT_VIEW_CUSTOMER) ? 0 : zh_fold_latest(zh_engine_fold(call->engine), 0, rows, EXAMPLES_LOOKED_AT);
    for (size_t i = 0; i < count; i++) {
        zh_event event;
        if (zh_history_event(call->engine, rows[i].partition, rows[i].sequence, call->arena, &event) != ZH_OK) continue;
        const zh_customer_id root = zh_world_root(zh_engine_world(call->engine), event.customer);
        const int64_t orders = root.number == best.number ? 0 : orders_of(call, root);
        if (orders > most) best = root, most = orders;
    }
    zh_json_out_key(out, ZH_SV("example"));
    if (most == 0) {
        zh_json_out_null(out);
        return;
    }
    char text[24];
    zh_answer_customer_text(best, text);
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("customerId"), zh_sv_of(text));
    zh_json_out_key_int(out, ZH_SV("orders"), most);
    zh_json_out_end(out);
}
