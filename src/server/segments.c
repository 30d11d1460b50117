/* segments.c -- expressions over all customers. */
#include "engine/preview.h"
#include "server/answer.h"
#include "server/call.h"

static void put_reach(const zh_preview *p, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("reach"));
    zh_json_out_object(out);
    for (int channel = 0; channel < (int)ZH_CHANNEL_COUNT; channel++)
        zh_json_out_key_int(out, zh_sv_of(zh_channel_text((zh_channel)channel)), (int64_t)p->reach[channel]);
    zh_json_out_end(out);
}

static void put_preview(zh_call *call, const zh_preview *p)
{
    char next[24] = "";
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key_int(&out, ZH_SV("customers"), (int64_t)p->customers);
    zh_json_out_key_int(&out, ZH_SV("asked"), (int64_t)p->asked);
    zh_json_out_key_int(&out, ZH_SV("matching"), (int64_t)p->matching);
    zh_json_out_key_int(&out, ZH_SV("failed"), (int64_t)p->failed);
    if (p->failed > 0) zh_json_out_key_text(&out, ZH_SV("failure"), zh_sv_of(p->failure));
    put_reach(p, &out);
    zh_call_time(&out, ZH_SV("at"), p->now_ms);
    zh_json_out_key_int(&out, ZH_SV("tookUs"), p->took_us);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    for (uint32_t i = 0; i < p->named_count; i++) zh_answer_customer_row(call, p->named[i], &out);
    zh_json_out_end(&out);
    if (p->more) zh_answer_customer_text(p->named[p->named_count - 1], next);
    zh_answer_next(&out, next);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* The field that is wrong, or NULL. */
static const char *read_ask(zh_json_value root, zh_preview_ask *ask)
{
    const zh_json_value limit = zh_json_get(root, ZH_SV("limit")), cursor = zh_json_get(root, ZH_SV("cursor"));
    int64_t most = 0;
    zh_customer_id after = { 0 };
    if (!zh_json_text(zh_json_get(root, ZH_SV("expression")), &ask->expression) || ask->expression.size > ZH_EXPRESSION_BYTES_MAX) return "expression";
    if (zh_json_type_of(limit) != ZH_JSON_ABSENT && (!zh_json_int(limit, &most) || most < 0 || most > CALL_PAGE_MAX)) return "limit";
    if (zh_json_type_of(cursor) > ZH_JSON_NULL && zh_json_text_or_empty(cursor).size > 0 && !zh_answer_customer_number(zh_json_text_or_empty(cursor), &after)) return "cursor";
    ask->limit = (uint32_t)most;
    ask->after = after.number;
    return NULL;
}

void zh_route_segments_preview(zh_call *call)
{
    zh_json_value root;
    zh_preview_ask ask = { 0 };
    zh_preview preview;
    zh_cel_fault fault = { .text = "" };
    if (!zh_call_body_json(call, &root)) return;
    const char *wrong = read_ask(root, &ask);
    if (wrong != NULL) {
        zh_call_problem(call, 400, "bad_field", wrong, "expression must be a text of at most 64 KB, limit a number from 0 to 500, cursor what the answer before gave as next");
        return;
    }
    if (ask.limit > 0 && !zh_call_has_right(call, ZH_RIGHT_VIEW_CUSTOMER)) {
        zh_call_problem(call, 403, "forbidden", "limit", "this role may count customers, but not look at them: leave limit out");
        return;
    }
    ask.expression = zh_arena_copy(call->arena, ask.expression); /* the parser's text is needed again below */
    const zh_err e = zh_engine_preview(call->engine, &ask, call->arena, &preview, &fault);
    if (e == ZH_FORMAT || (e == ZH_FULL && fault.text[0] != '\0')) {
        char detail[sizeof fault.text + 64];
        (void)snprintf(detail, sizeof detail, "line %u, column %u: %s", fault.line, fault.column, fault.text);
        zh_call_problem(call, 400, "bad_expression", "expression", detail);
    } else if (e != ZH_OK) zh_call_failed(call, e, "the customers cannot be asked");
    else put_preview(call, &preview);
}
