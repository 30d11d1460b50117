/* prices.c -- the report on fair prices: what pairs of the shop's own customers are asked for the same cart. As JSON, or a table. */
#include "engine/price_audit.h"
#include "server/reports.h"

#define PAIRS_DEFAULT 2000

typedef struct asked { uint32_t pairs, seed; bool is_table; } asked;

/* False: a problem was answered. */
static bool read_asked(zh_call *call, asked *a)
{
    const zh_sv pairs = zh_http_param(call->request, ZH_SV("pairs")), seed = zh_http_param(call->request, ZH_SV("seed")), format = zh_http_param(call->request, ZH_SV("format"));
    *a = (asked){ .pairs = PAIRS_DEFAULT, .seed = 1 };
    a->is_table = zh_sv_equal(format, ZH_SV("csv")) || (format.size == 0 && zh_sv_starts(zh_http_header_of(call->request, "Accept"), ZH_SV("text/csv")));
    if (pairs.size > 0 && (!zh_call_number(pairs, &a->pairs) || a->pairs > ZH_PRICE_AUDIT_PAIRS_MAX)) zh_call_problem(call, 400, "bad_field", "pairs", "is a number from 1 to 100000");
    else if (seed.size > 0 && !zh_call_number(seed, &a->seed)) zh_call_problem(call, 400, "bad_field", "seed", "is a number from 1 on: the same one asks the same pairs again");
    else if (format.size > 0 && !a->is_table && !zh_sv_equal(format, ZH_SV("json"))) zh_call_problem(call, 400, "bad_field", "format", "format is json or csv");
    else return true;
    return false;
}

static void put_unlike(const zh_price_audit *r, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("unlike"));
    zh_json_out_array(out);
    for (int i = 0; i < ZH_PRICE_UNLIKE_COUNT; i++) {
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("in"), zh_sv_of(zh_price_unlike_text((zh_price_unlike)i)));
        zh_json_out_key_int(out, ZH_SV("pairs"), (int64_t)r->unlike[i]);
        zh_json_out_key_int(out, ZH_SV("other"), (int64_t)r->unlike_other[i]);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

static void put_shown(const zh_price_pair *p, zh_json_out *out)
{
    zh_json_out_object(out);
    zh_json_out_key(out, ZH_SV("items"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < p->items; i++) {
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("itemId"), p->item[i]);
        zh_json_out_key_int(out, ZH_SV("quantity"), p->quantity[i]);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
    zh_json_out_key(out, ZH_SV("totalsCents"));
    zh_json_out_array(out);
    for (int i = 0; i < 2; i++) zh_json_out_int(out, p->total_cents[i]);
    zh_json_out_end(out);
    zh_json_out_key(out, ZH_SV("unlike"));
    zh_json_out_array(out);
    for (int i = 0; i < ZH_PRICE_UNLIKE_COUNT; i++)
        if (p->unlike >> i & 1) zh_json_out_text(out, zh_sv_of(zh_price_unlike_text((zh_price_unlike)i)));
    zh_json_out_end(out);
    zh_json_out_end(out);
}

static void answer(zh_call *call, const asked *a, const zh_price_audit *r)
{
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key_int(&out, ZH_SV("seed"), a->seed);
    zh_json_out_key_int(&out, ZH_SV("customers"), (int64_t)r->customers);
    zh_json_out_key_int(&out, ZH_SV("items"), (int64_t)r->goods);
    zh_json_out_key_int(&out, ZH_SV("offers"), (int64_t)r->offers);
    zh_json_out_key_int(&out, ZH_SV("pairs"), (int64_t)r->pairs);
    zh_json_out_key_int(&out, ZH_SV("same"), (int64_t)r->same);
    zh_json_out_key_int(&out, ZH_SV("firstOrder"), (int64_t)r->first_order);
    zh_json_out_key_int(&out, ZH_SV("offer"), (int64_t)r->offer);
    zh_json_out_key_int(&out, ZH_SV("other"), (int64_t)r->other);
    put_unlike(r, &out);
    zh_json_out_key(&out, ZH_SV("shown"));
    zh_json_out_array(&out);
    for (uint32_t i = 0; i < r->shown_count; i++) put_shown(&r->shown[i], &out);
    zh_json_out_end(&out);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

static void row(zh_report_table *t, const char *what, uint64_t pairs, uint64_t other)
{
    zh_report_text(t, zh_sv_of(what));
    zh_report_whole(t, (int64_t)pairs);
    zh_report_whole(t, (int64_t)other);
    zh_report_row(t);
}

static void table(zh_call *call, const zh_price_audit *r)
{
    static const char *const columns[] = { "pairs_that", "pairs", "other_price_under_the_same_conditions" };
    zh_report_table t;
    zh_report_table_open(&t, columns, sizeof columns / sizeof *columns);
    row(&t, "were asked", r->pairs, r->other);
    row(&t, "have one price", r->same, 0);
    row(&t, "differ by the first order", r->first_order, 0);
    row(&t, "differ by an offer", r->offer, 0);
    for (int i = 0; i < ZH_PRICE_UNLIKE_COUNT; i++) row(&t, zh_price_unlike_text((zh_price_unlike)i), r->unlike[i], r->unlike_other[i]);
    zh_report_table_answer(call, &t, "prices");
}

void zh_route_report_prices(zh_call *call)
{
    asked a;
    zh_price_audit report;
    if (!read_asked(call, &a)) return;
    const zh_err e = zh_price_audit_run(call->engine, a.seed, a.pairs, call->arena, &report);
    if (e != ZH_OK) zh_call_failed(call, e, NULL);
    else if (a.is_table) table(call, &report);
    else answer(call, &a, &report);
}
