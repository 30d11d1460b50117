#include "server/reports.h"
#include "base/csv.h"
#include "base/time.h"

#include <stdio.h>

/* ---- what is asked ---- */

static bool read_format(zh_call *call, zh_json_value root, bool *is_table)
{
    const zh_json_value said = zh_json_get(root, ZH_SV("format"));
    zh_sv format = zh_json_type_of(said) > ZH_JSON_NULL ? zh_json_text_or_empty(said) : zh_http_param(call->request, ZH_SV("format"));
    if (zh_json_type_of(said) > ZH_JSON_NULL && format.size == 0) return false;
    if (format.size == 0 && zh_sv_starts(zh_http_header_of(call->request, "Accept"), ZH_SV("text/csv"))) format = ZH_SV("csv");
    *is_table = zh_sv_equal(format, ZH_SV("csv"));
    return format.size == 0 || *is_table || zh_sv_equal(format, ZH_SV("json"));
}

bool zh_report_begin(zh_call *call, zh_json_value *root, bool *is_table)
{
    if (!zh_call_body_json(call, root)) return false;
    if (zh_json_keep(call->thread->parser, *root, call->arena) != ZH_OK) { /* the parser reads other texts meanwhile */
        zh_call_failed(call, ZH_NOMEM, NULL);
        return false;
    }
    if (read_format(call, *root, is_table)) return true;
    zh_call_problem(call, 400, "bad_field", "format", "format is json or csv");
    return false;
}

bool zh_report_step(zh_json_value value, zh_asked_event *out)
{
    *out = (zh_asked_event){ 0 };
    if (!zh_json_text(value, &out->event)) {
        const zh_json_value where = zh_json_get(value, ZH_SV("where"));
        if (!zh_json_text(zh_json_get(value, ZH_SV("event")), &out->event)) return false;
        if (zh_json_type_of(where) > ZH_JSON_NULL && !zh_json_text(where, &out->where)) return false;
    }
    return out->event.size > 0 && out->event.size <= ZH_EVENT_NAME_BYTES_MAX && out->where.size <= ZH_COMPUTED_WHERE_BYTES_MAX;
}

bool zh_report_time(zh_json_value root, const char *name, int64_t *ms)
{
    const zh_json_value value = zh_json_get(root, zh_sv_of(name));
    zh_sv text;
    if (zh_json_type_of(value) <= ZH_JSON_NULL) return true;
    return zh_json_text(value, &text) && zh_time_parse(text, ms) == ZH_OK;
}

bool zh_report_int(zh_json_value root, const char *name, int64_t low, int64_t high, int64_t *out)
{
    const zh_json_value value = zh_json_get(root, zh_sv_of(name));
    if (zh_json_type_of(value) <= ZH_JSON_NULL) return true;
    return zh_json_int(value, out) && *out >= low && *out <= high;
}

bool zh_report_real(zh_json_value root, const char *name, double low, double high, double *out)
{
    const zh_json_value value = zh_json_get(root, zh_sv_of(name));
    if (zh_json_type_of(value) <= ZH_JSON_NULL) return true;
    return zh_json_real(value, out) && *out >= low && *out <= high;
}

bool zh_report_flag(zh_json_value root, const char *name, bool *out)
{
    const zh_json_value value = zh_json_get(root, zh_sv_of(name));
    return zh_json_type_of(value) <= ZH_JSON_NULL || zh_json_bool(value, out);
}

const char *zh_report_names(zh_json_value open, zh_crowd_names *out)
{
    int64_t limit = 50;
    zh_customer_id after = { 0 };
    if (!zh_report_int(open, "limit", 1, ZH_CROWD_NAMED_MAX, &limit)) return "open.limit";
    const zh_sv cursor = zh_json_text_or_empty(zh_json_get(open, ZH_SV("cursor")));
    if (cursor.size > 0 && !zh_answer_customer_number(cursor, &after)) return "open.cursor";
    out->most = (uint32_t)limit;
    out->after = after.number;
    return NULL;
}

bool zh_report_may(zh_call *call, bool opens, bool is_table)
{
    if (!opens) return true;
    if (!zh_call_has_right(call, ZH_RIGHT_VIEW_CUSTOMER)) zh_call_problem(call, 403, "forbidden", "open", "this role may count customers, but not look at them: leave open out");
    else if (is_table && !zh_call_has_right(call, ZH_RIGHT_EXPORT)) zh_call_problem(call, 403, "forbidden", "format", "this role may look at customers, but not export them");
    else return true;
    return false;
}

int64_t zh_report_newest_ms(zh_call *call)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_world_lock_read(w);
    const int64_t newest_ms = w->counts.newest_ms;
    zh_world_unlock(w);
    return newest_ms;
}

/* ---- what is answered ---- */

void zh_report_customers(zh_call *call, const zh_crowd_names *names, zh_json_out *out)
{
    char next[24] = "";
    zh_json_out_key(out, ZH_SV("items"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < names->count; i++) zh_answer_customer_row(call, names->list[i], out);
    zh_json_out_end(out);
    if (names->more) zh_answer_customer_text(names->list[names->count - 1], next);
    zh_answer_next(out, next);
}

void zh_report_failed(zh_call *call, zh_err e, const zh_cel_fault *fault, const char *field, uint32_t step)
{
    if (e == ZH_ABSENT) zh_call_problem(call, 404, "not_found", "segment", "there is no segment of this name: GET /api/v1/segments lists them");
    else if (e == ZH_FORMAT || (e == ZH_FULL && fault->text[0] != '\0')) {
        char detail[sizeof fault->text + 80], before[24] = "";
        if (step > 0) (void)snprintf(before, sizeof before, "step %u, ", step);
        (void)snprintf(detail, sizeof detail, "%sline %u, column %u: %s", before, fault->line, fault->column, fault->text);
        zh_call_problem(call, 400, "bad_expression", field, detail);
    } else zh_call_failed(call, e, "the customers cannot be asked");
}

/* ---- tables ---- */

void zh_report_table_open(zh_report_table *t, const char *const *columns, size_t count)
{
    *t = (zh_report_table){ .text = zh_buf_open(ZH_REPORT_TABLE_BYTES_MAX) };
    for (size_t i = 0; i < count; i++) zh_report_text(t, zh_sv_of(columns[i]));
    zh_report_row(t);
}

static void put_cell(zh_report_table *t, zh_sv text)
{
    zh_csv_put(&t->text, text, ',', !t->in_row);
    t->in_row = true;
}

void zh_report_text(zh_report_table *t, zh_sv text)
{
    zh_csv_put_shown(&t->text, text, ',', !t->in_row);
    t->in_row = true;
}

void zh_report_whole(zh_report_table *t, int64_t number)
{
    char text[24];
    const int size = snprintf(text, sizeof text, "%lld", (long long)number);
    put_cell(t, (zh_sv){ text, (size_t)size });
}

void zh_report_number(zh_report_table *t, double number)
{
    char text[40];
    const int size = snprintf(text, sizeof text, "%.9g", number);
    put_cell(t, (zh_sv){ text, (size_t)size });
}

void zh_report_row(zh_report_table *t)
{
    zh_buf_put(&t->text, ZH_SV("\n"));
    t->in_row = false;
}

static void answer(zh_call *call, zh_report_table *t, const char *name, zh_sv next)
{
    char file[80];
    const int size = snprintf(file, sizeof file, "attachment; filename=\"%.40s.csv\"", name);
    const zh_http_header headers[] = { { ZH_SV("Content-Disposition"), { file, (size_t)size } }, { ZH_SV("X-Zhun-Next"), next } };
    if (zh_buf_err(&t->text) == ZH_OK) zh_call_reply(call, 200, ZH_SV("text/csv; charset=utf-8"), zh_buf_view(&t->text), headers, next.size > 0 ? 2 : 1);
    else zh_call_failed(call, zh_buf_err(&t->text), NULL);
    zh_buf_close(&t->text);
}

void zh_report_table_answer(zh_call *call, zh_report_table *t, const char *name) { answer(call, t, name, (zh_sv){ 0 }); }

void zh_report_customers_answer(zh_call *call, const zh_crowd_names *names, const char *name)
{
    static const char *const columns[] = { "customer", "user_id" };
    char next[24] = "";
    zh_report_table t;
    zh_report_table_open(&t, columns, sizeof columns / sizeof *columns);
    for (uint32_t i = 0; i < names->count; i++) {
        zh_permit permit;
        zh_sv user = { 0 };
        if (zh_call_permit(call, names->list[i], ZH_PURPOSE_SUPPORT, &permit)) user = zh_answer_user_id(call, names->list[i], &permit);
        zh_report_whole(&t, (int64_t)names->list[i].number);
        zh_report_text(&t, user);
        zh_report_row(&t);
    }
    if (names->more) zh_answer_customer_text(names->list[names->count - 1], next);
    answer(call, &t, name, zh_sv_of(next));
}
