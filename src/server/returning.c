/* returning.c -- POST /api/v1/reports/retention: who comes back, and what cohorts are worth. */
#include "engine/returning.h"
#include "server/reports.h"

static bool read_period(zh_json_value root, zh_period *out)
{
    const zh_json_value value = zh_json_get(root, ZH_SV("period"));
    const zh_sv text = zh_json_text_or_empty(value);
    *out = ZH_PERIOD_WEEK;
    if (zh_sv_equal(text, ZH_SV("day"))) *out = ZH_PERIOD_DAY;
    else if (zh_sv_equal(text, ZH_SV("month"))) *out = ZH_PERIOD_MONTH;
    else return zh_json_type_of(value) <= ZH_JSON_NULL || zh_sv_equal(text, ZH_SV("week"));
    return true;
}

static zh_sv period_text(zh_period period) { return period == ZH_PERIOD_DAY ? ZH_SV("day") : period == ZH_PERIOD_WEEK ? ZH_SV("week") : ZH_SV("month"); }

static const char *read_open(zh_json_value open, zh_returning_ask *ask)
{
    static const struct { const char *text; zh_returning_kind kind; } kinds[] = {
        { "size", ZH_RETURNING_SIZE }, { "classic", ZH_RETURNING_CLASSIC }, { "rolling", ZH_RETURNING_ROLLING }, { "lost", ZH_RETURNING_LOST },
    };
    int64_t column = 0;
    size_t i = 0;
    if (zh_json_type_of(open) <= ZH_JSON_NULL) return NULL;
    const zh_sv kind = zh_json_text_or_empty(zh_json_get(open, ZH_SV("kind")));
    while (i < sizeof kinds / sizeof *kinds && !zh_sv_equal(kind, zh_sv_of(kinds[i].text))) i++;
    if (i == sizeof kinds / sizeof *kinds) return "open.kind";
    ask->open_kind = kinds[i].kind;
    if (!zh_json_text(zh_json_get(open, ZH_SV("cohort")), &ask->open_cohort)) return "open.cohort";
    if (!zh_report_int(open, "period", 0, (int64_t)ask->columns - 1, &column)) return "open.period";
    ask->open_column = (uint32_t)column;
    return zh_report_names(open, &ask->open);
}

/* The field that is wrong, or NULL. */
static const char *read_ask(zh_call *call, zh_json_value root, int64_t newest_ms, zh_returning_ask *ask)
{
    const zh_tz *tz = zh_engine_tz(call->engine);
    int64_t periods = 12;
    *ask = (zh_returning_ask){ .to_ms = newest_ms + 1 };
    if (!zh_report_step(zh_json_get(root, ZH_SV("first")), &ask->events[0])) return "first";
    if (!zh_report_step(zh_json_get(root, ZH_SV("return")), &ask->events[1])) return "return";
    if (!read_period(root, &ask->period)) return "period";
    if (!zh_report_int(root, "periods", 1, ZH_RETURNING_COLUMNS_MAX - 1, &periods)) return "periods";
    if (!zh_report_flag(root, "value", &ask->value)) return "value";
    if (!zh_report_time(root, "to", &ask->to_ms)) return "to";
    ask->columns = (uint32_t)periods + 1;
    ask->from_ms = zh_tz_day_start_ms(tz, zh_period_day(tz, ask->period, ask->to_ms - 1, (uint32_t)periods));
    if (!zh_report_time(root, "from", &ask->from_ms) || ask->from_ms >= ask->to_ms) return "from";
    ask->segment = zh_json_text_or_empty(zh_json_get(root, ZH_SV("segment")));
    return read_open(zh_json_get(root, ZH_SV("open")), ask);
}

/* ---- answers ---- */

/* The members classic, rolling and netRevenueCents of these cells. */
static void put_cells(const zh_returning_cell *cells, uint32_t columns, bool value, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("classic"));
    zh_json_out_array(out);
    for (uint32_t k = 0; k < columns; k++) zh_json_out_int(out, (int64_t)cells[k].classic);
    zh_json_out_end(out);
    zh_json_out_key(out, ZH_SV("rolling"));
    zh_json_out_array(out);
    for (uint32_t k = 0; k < columns; k++) zh_json_out_int(out, (int64_t)cells[k].rolling);
    zh_json_out_end(out);
    if (!value) return;
    zh_json_out_key(out, ZH_SV("netRevenueCents"));
    zh_json_out_array(out);
    for (uint32_t k = 0; k < columns; k++) zh_json_out_int(out, cells[k].minor);
    zh_json_out_end(out);
}

static void put_cohort(const zh_returning_ask *ask, const zh_returning *r, uint32_t c, zh_json_out *out)
{
    char text[ZH_TIME_TEXT_BYTES];
    const uint32_t columns = zh_returning_columns(&r->span, c);
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("cohort"), (zh_sv){ text, zh_date_print(r->span.days[c], text) });
    zh_json_out_key_int(out, ZH_SV("customers"), (int64_t)r->size[c]);
    zh_json_out_key_bool(out, ZH_SV("running"), c + columns == r->span.periods);
    put_cells(r->cell[c], columns, ask->value, out);
    zh_json_out_end(out);
}

/* Of each column the cohorts that have it. */
static void put_total(const zh_returning_ask *ask, const zh_returning *r, zh_json_out *out)
{
    zh_returning_cell sums[ZH_RETURNING_COLUMNS_MAX] = { { 0 } };
    uint64_t customers[ZH_RETURNING_COLUMNS_MAX] = { 0 };
    uint32_t most = 0;
    for (uint32_t c = 0; c < r->span.cohorts; c++) {
        const uint32_t columns = zh_returning_columns(&r->span, c);
        if (r->size[c] > 0 && columns > most) most = columns;
        for (uint32_t k = 0; k < columns; k++) {
            customers[k] += r->size[c];
            sums[k].classic += r->cell[c][k].classic;
            sums[k].rolling += r->cell[c][k].rolling;
            sums[k].minor = (int64_t)((uint64_t)sums[k].minor + (uint64_t)r->cell[c][k].minor);
        }
    }
    zh_json_out_key(out, ZH_SV("total"));
    zh_json_out_object(out);
    zh_json_out_key(out, ZH_SV("customers"));
    zh_json_out_array(out);
    for (uint32_t k = 0; k < most; k++) zh_json_out_int(out, (int64_t)customers[k]);
    zh_json_out_end(out);
    put_cells(sums, most, ask->value, out);
    zh_json_out_end(out);
}

static void put_report(zh_call *call, const zh_returning_ask *ask, const zh_returning *r)
{
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key_int(&out, ZH_SV("customers"), (int64_t)r->customers);
    zh_json_out_key_int(&out, ZH_SV("failed"), (int64_t)r->failed);
    zh_json_out_key_text(&out, ZH_SV("period"), period_text(ask->period));
    zh_call_time(&out, ZH_SV("from"), ask->from_ms);
    zh_call_time(&out, ZH_SV("to"), ask->to_ms);
    if (ask->value) zh_answer_currency(&out, ZH_SV("currency"), ask->currency);
    zh_json_out_key(&out, ZH_SV("cohorts"));
    zh_json_out_array(&out);
    for (uint32_t c = 0; c < r->span.cohorts; c++)
        if (r->size[c] > 0) put_cohort(ask, r, c, &out);
    zh_json_out_end(&out);
    put_total(ask, r, &out);
    zh_json_out_key_int(&out, ZH_SV("tookUs"), r->took_us);
    zh_report_customers(call, &r->open, &out);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* A row for each cohort and period. */
static void put_table(zh_call *call, const zh_returning_ask *ask, const zh_returning *r)
{
    static const char *const columns[] = { "cohort", "period", "customers", "classic", "rolling", "running", "net_revenue_cents", "currency" };
    char text[ZH_TIME_TEXT_BYTES], currency[4] = "";
    zh_report_table t;
    if (ask->currency.code != 0) zh_currency_text(ask->currency, currency);
    zh_report_table_open(&t, columns, ask->value ? 8 : 6);
    for (uint32_t c = 0; c < r->span.cohorts; c++) {
        for (uint32_t k = 0; r->size[c] > 0 && k < zh_returning_columns(&r->span, c); k++) {
            zh_report_text(&t, (zh_sv){ text, zh_date_print(r->span.days[c], text) });
            zh_report_whole(&t, k);
            zh_report_whole(&t, (int64_t)r->size[c]);
            zh_report_whole(&t, (int64_t)r->cell[c][k].classic);
            zh_report_whole(&t, (int64_t)r->cell[c][k].rolling);
            zh_report_text(&t, c + k + 1 == r->span.periods ? ZH_SV("yes") : ZH_SV("no"));
            if (ask->value) zh_report_whole(&t, r->cell[c][k].minor);
            if (ask->value) zh_report_text(&t, zh_sv_of(currency));
            zh_report_row(&t);
        }
    }
    zh_report_table_answer(call, &t, "retention");
}

static void failed(zh_call *call, zh_err e, const zh_cel_fault *fault, uint32_t step)
{
    if (e == ZH_RANGE) zh_call_problem(call, 400, "bad_field", "open.cohort", "there is no such cohort, or it has no such period yet: a cohort is named by its first day");
    else if (e == ZH_FULL && fault->text[0] == '\0') zh_call_problem(call, 400, "bad_field", "from", "that is more than 400 cohorts, or 2,000 periods until now: begin later, or take longer periods");
    else zh_report_failed(call, e, fault, step == 0 ? "first.where" : "return.where", 0);
}

void zh_route_report_retention(zh_call *call)
{
    zh_json_value root;
    zh_returning_ask ask;
    zh_cel_fault fault = { .text = "" };
    uint32_t step = 0;
    bool is_table;
    zh_world *w = zh_engine_world(call->engine);
    if (!zh_report_begin(call, &root, &is_table)) return;
    const char *wrong = read_ask(call, root, zh_report_newest_ms(call), &ask);
    if (wrong != NULL) {
        zh_call_problem(call, 400, "bad_field", wrong, "first and return are names of events, or {\"event\", \"where\"}; period is day, week or month, periods 1 to 60; from and to are times; value is true or false; open is {\"cohort\", \"period\", \"kind\": size, classic, rolling or lost, \"limit\", \"cursor\"}");
        return;
    }
    if (!zh_report_may(call, ask.open.most > 0, is_table)) return;
    zh_world_lock_read(w);
    ask.currency = zh_answer_main_currency(w->sales);
    zh_world_unlock(w);
    zh_returning *r = ZH_TAKE(call->arena, zh_returning, 1);
    const zh_err e = r == NULL ? ZH_NOMEM : zh_engine_returning(call->engine, &ask, r, &step, &fault);
    if (e != ZH_OK) failed(call, e, &fault, step);
    else if (is_table && ask.open.most > 0) zh_report_customers_answer(call, &r->open, "customers");
    else if (is_table) put_table(call, &ask, r);
    else put_report(call, &ask, r);
}
