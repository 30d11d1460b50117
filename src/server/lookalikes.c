/* lookalikes.c -- customers like those of a group, how well such a list was tested, and the list as a table. */
#include "engine/lookalikes.h"
#include "server/groups.h"
#include "server/reports.h"

#include <math.h>
#include <stdlib.h>

static double rounded(double value) { return isfinite(value) ? round(value * 1e4) / 1e4 : 0; }

static void put_cuts(const zh_lookalikes_answer *a, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("sizes"));
    zh_json_out_array(out);
    for (int k = 0; a->learnt.why == ZH_LOOKALIKE_OFFERED && k < ZH_LOOKALIKE_CUTS; k++) {
        const zh_lookalike_cut *cut = &a->learnt.cuts[k];
        zh_json_out_object(out);
        zh_json_out_key_real(out, ZH_SV("part"), cut->part);
        zh_json_out_key_int(out, ZH_SV("customers"), (int64_t)(cut->part * (double)a->others));
        zh_json_out_key_real(out, ZH_SV("found"), rounded(cut->found));
        zh_json_out_key_real(out, ZH_SV("low"), rounded(cut->low));
        zh_json_out_key_real(out, ZH_SV("high"), rounded(cut->high));
        zh_json_out_key_real(out, ZH_SV("lift"), rounded(cut->lift));
        zh_json_out_key_real(out, ZH_SV("precision"), rounded(cut->precision));
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

static void put_row(zh_call *call, const zh_lookalikes_answer *a, const zh_lookalikes_row *row, zh_json_out *out)
{
    zh_json_out_object(out);
    zh_json_out_key(out, ZH_SV("customer"));
    zh_answer_customer_row(call, row->customer, out);
    zh_json_out_key_real(out, ZH_SV("score"), rounded(row->score));
    zh_json_out_key(out, ZH_SV("why"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < row->reasons_count; i++) {
        zh_sv name;
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("feature"), zh_sv_of(zh_feature_text(&a->features, row->reasons[i].column, &name)));
        if (name.size > 0) zh_json_out_key_text(out, ZH_SV("name"), name);
        zh_json_out_key_real(out, ZH_SV("push"), rounded(row->reasons[i].push));
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
    zh_json_out_end(out);
}

typedef struct wanted {
    zh_lookalikes_ask ask;
    size_t shown;
    bool is_table;
    zh_sv keep_in;  /* a static list; empty: none */
    uint64_t added; /* to it */
} wanted;

static zh_json_out put_answer(zh_call *call, const zh_lookalikes_answer *a, const wanted *w)
{
    const zh_lookalike *l = &a->learnt;
    const bool tested = l->why != ZH_LOOKALIKE_FEW;
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_call_time(&out, ZH_SV("at"), a->now_ms);
    zh_json_out_key_int(&out, ZH_SV("tookUs"), a->took_us);
    zh_json_out_key_int(&out, ZH_SV("seed"), (int64_t)a->seed);
    zh_json_out_key_int(&out, ZH_SV("others"), (int64_t)a->others);
    zh_json_out_key_int(&out, ZH_SV("refused"), (int64_t)a->refused);
    zh_json_out_key_int(&out, ZH_SV("held"), l->held_seed);
    zh_json_out_key_int(&out, ZH_SV("heldMin"), ZH_LOOKALIKE_HELD_MIN);
    zh_json_out_key_bool(&out, ZH_SV("offered"), l->why == ZH_LOOKALIKE_OFFERED);
    zh_json_out_key_text(&out, ZH_SV("verdict"), zh_sv_of(zh_lookalike_why_text(l->why)));
    const struct { const char *key; double value; } figures[] = {
        { "auc", l->area }, { "aucLow", l->area_low }, { "aucHigh", l->area_high }, { "rfmAuc", l->rfm_area }, { "gain", l->gain }, { "gainLow", l->gain_low }, { "gainHigh", l->gain_high },
    };
    for (size_t i = 0; tested && i < sizeof figures / sizeof *figures; i++) zh_json_out_key_real(&out, zh_sv_of(figures[i].key), rounded(figures[i].value));
    put_cuts(a, &out);
    zh_json_out_key_int(&out, ZH_SV("size"), (int64_t)a->rows_count);
    if (w->keep_in.size > 0) {
        zh_json_out_key_text(&out, ZH_SV("keptIn"), w->keep_in);
        zh_json_out_key_int(&out, ZH_SV("added"), (int64_t)w->added);
    }
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    for (size_t i = 0; i < w->shown && i < a->rows_count; i++) put_row(call, a, &a->rows[i], &out);
    zh_json_out_end(&out);
    zh_json_out_end(&out);
    return out;
}

/* ---- the list as a table ---- */

static void answer_table(zh_call *call, zh_lookalikes_answer *a)
{
    static const char *const columns[] = { "rank", "customer", "user_id", "score" };
    zh_report_table t;
    zh_report_table_open(&t, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < a->rows_count; i++) {
        zh_permit permit;
        zh_sv user = { 0 };
        if (zh_call_permit(call, a->rows[i].customer, ZH_PURPOSE_PERSONALIZE, &permit)) user = zh_answer_user_id(call, a->rows[i].customer, &permit);
        zh_report_whole(&t, (int64_t)i + 1);
        zh_report_whole(&t, (int64_t)a->rows[i].customer.number);
        zh_report_text(&t, user);
        zh_report_number(&t, a->rows[i].score);
        zh_report_row(&t);
    }
    zh_lookalikes_answer_close(a);
    zh_report_table_answer(call, &t, "lookalikes");
}

/* ---- the list as a segment ---- */

static zh_err keep(zh_call *call, const zh_lookalikes_answer *a, wanted *w)
{
    zh_customer_id *customers = malloc((a->rows_count + 1) * sizeof *customers);
    if (customers == NULL) return ZH_NOMEM;
    for (size_t i = 0; i < a->rows_count; i++) customers[i] = a->rows[i].customer;
    const zh_err e = zh_answer_list_add(call, w->keep_in, customers, a->rows_count, &w->added);
    free(customers);
    return e;
}

/* ---- the route ---- */

/* The field that is wrong, or NULL. */
static const char *read_wanted(zh_call *call, zh_json_value root, wanted *out)
{
    const zh_json_value size = zh_json_get(root, ZH_SV("size")), limit = zh_json_get(root, ZH_SV("limit")), format = zh_json_get(root, ZH_SV("format")), keep_in = zh_json_get(root, ZH_SV("keepIn"));
    int64_t most = 1000, shown = 0;
    if (!zh_groups_read(call, root, &out->ask.group) || (out->ask.group.segment.size == 0 && out->ask.group.expression.size == 0)) return "expression";
    if (zh_json_type_of(size) > ZH_JSON_NULL && (!zh_json_int(size, &most) || most < 1 || most > ZH_LOOKALIKES_SIZE_MAX)) return "size";
    if (zh_json_type_of(limit) > ZH_JSON_NULL && (!zh_json_int(limit, &shown) || shown < 0 || shown > CALL_PAGE_MAX)) return "limit";
    if (zh_json_type_of(format) > ZH_JSON_NULL && !zh_sv_equal(zh_json_text_or_empty(format), ZH_SV("json")) && !zh_sv_equal(zh_json_text_or_empty(format), ZH_SV("csv"))) return "format";
    out->is_table = zh_sv_equal(zh_json_text_or_empty(format), ZH_SV("csv"));
    out->keep_in = zh_arena_copy(call->arena, zh_json_text_or_empty(keep_in));
    if (zh_json_type_of(keep_in) > ZH_JSON_NULL && (out->keep_in.size == 0 || out->keep_in.size > ZH_SEGMENT_NAME_BYTES_MAX || out->is_table)) return "keepIn";
    out->ask.size = (uint32_t)most;
    out->shown = (size_t)shown;
    out->ask.reasons = out->is_table ? 0 : (uint32_t)shown;
    return NULL;
}

void zh_route_report_lookalikes(zh_call *call)
{
    zh_json_value root;
    wanted w = { 0 };
    zh_cel_fault fault = { .text = "" };
    if (!zh_call_body_json(call, &root)) return;
    const char *wrong = read_wanted(call, root, &w);
    if (wrong != NULL) {
        zh_call_problem(call, 400, "bad_field", wrong, "say a segment's name or an expression, and not both; size from 1 to 100,000, limit from 0 to 500, format json or csv; keepIn a static list, with format json");
        return;
    }
    if ((w.shown > 0 && !zh_call_has_right(call, ZH_RIGHT_VIEW_CUSTOMER)) || (w.is_table && !zh_call_has_right(call, ZH_RIGHT_EXPORT))) {
        zh_call_problem(call, 403, "forbidden", w.is_table ? "format" : "limit", "this role may see how well it was tested, but not who they are");
        return;
    }
    if (w.keep_in.size > 0 && !zh_call_has_right(call, ZH_RIGHT_EDIT_DEFINITIONS)) {
        zh_call_problem(call, 403, "forbidden", "keepIn", "this role may not put customers on lists");
        return;
    }
    if (w.keep_in.size > 0 && !zh_answer_list_there(call, w.keep_in, "keepIn")) return;
    zh_lookalikes_answer *a = zh_arena_take(call->arena, 1, sizeof *a);
    if (a == NULL || !zh_groups_begin(call)) {
        if (a == NULL) zh_call_failed(call, ZH_NOMEM, NULL);
        return;
    }
    const zh_err e = zh_engine_lookalikes(call->engine, &w.ask, call->arena, a, &fault);
    zh_groups_end(call); /* before the answer: who has it may ask again at once */
    if (e != ZH_OK) {
        zh_groups_failed(call, e, &fault);
        return;
    }
    zh_histogram_add_us(call->server->group_seconds, a->took_us);
    if (w.is_table) {
        answer_table(call, a);
        return;
    }
    const zh_err kept = w.keep_in.size > 0 ? keep(call, a, &w) : ZH_OK;
    zh_json_out out = put_answer(call, a, &w);
    zh_lookalikes_answer_close(a); /* lies in the call's arena, which ends with the answer */
    if (kept == ZH_OK) zh_call_json(call, 200, &out);
    else zh_call_failed(call, kept, "the list could not be kept");
}
