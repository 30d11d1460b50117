/* recompute.c -- POST /api/v1/decisions/replay: decisions computed again from the log and compared, byte for byte; their reasons put to the test. */
#include "engine/recompute.h"
#include "server/answer.h"

#define NEWEST 1000 /* where the ask names none */

static const char *const verdicts[] = { [ZH_RECOMPUTED_SAME] = "same", [ZH_RECOMPUTED_DIFFERENT] = "different", [ZH_RECOMPUTED_NOT] = "not_replayable" };

static void say(void *context, zh_decision_id id, zh_recomputed verdict, const char *why)
{
    zh_json_out *out = context;
    char text[ZH_DECISION_ID_TEXT_BYTES];
    zh_decision_id_print(id, text);
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("decisionId"), zh_sv_of(text));
    zh_json_out_key_text(out, ZH_SV("verdict"), zh_sv_of(verdicts[verdict]));
    if (why != NULL) zh_json_out_key_text(out, ZH_SV("why"), zh_sv_of(why));
    zh_json_out_end(out);
}

static void put_share(zh_json_out *out, zh_sv name, uint64_t part, uint64_t of)
{
    zh_json_out_key(out, name);
    if (of == 0) zh_json_out_null(out);
    else zh_json_out_real(out, (double)part / (double)of);
}

static void put_tally(zh_json_out *out, zh_sv reason, const zh_reasons_tally *t)
{
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("reason"), reason);
    zh_json_out_key_int(out, ZH_SV("items"), (int64_t)t->items);
    zh_json_out_key_int(out, ZH_SV("moved"), (int64_t)t->moved);
    put_share(out, ZH_SV("share"), t->moved, t->items);
    zh_json_out_key_int(out, ZH_SV("others"), (int64_t)t->others);
    zh_json_out_key_int(out, ZH_SV("othersMoved"), (int64_t)t->others_moved);
    put_share(out, ZH_SV("othersShare"), t->others_moved, t->others);
    zh_json_out_end(out);
}

static void put_reasons(zh_json_out *out, const zh_recompute_report *report)
{
    zh_reasons_tally all = { 0 };
    zh_json_out_key(out, ZH_SV("reasons"));
    zh_json_out_array(out);
    for (int i = 0; i < ZH_REASON_COUNT; i++) {
        const zh_reasons_tally *t = &report->reasons[i];
        if (t->items == 0) continue;
        put_tally(out, zh_sv_of(zh_reason_code_text((zh_reason_code)i)), t);
        all.items += t->items, all.moved += t->moved, all.others += t->others, all.others_moved += t->others_moved;
    }
    put_tally(out, ZH_SV("all"), &all);
    zh_json_out_end(out);
}

/* False: it was answered what is wrong. */
static bool read_ask(zh_call *call, zh_json_value root, zh_recompute_ask *ask)
{
    *ask = (zh_recompute_ask){ .newest = NEWEST };
    const zh_json_value ids = zh_json_get(root, ZH_SV("ids")), newest = zh_json_get(root, ZH_SV("newest"));
    int64_t number = NEWEST;
    (void)zh_json_bool(zh_json_get(root, ZH_SV("reasons")), &ask->reasons);
    if (!zh_json_is(newest, ZH_JSON_ABSENT) && (!zh_json_int(newest, &number) || number < 1 || number > ZH_RECOMPUTE_MAX)) {
        zh_call_problem(call, 400, "bad_field", "newest", "must be a whole number from 1 to 10000");
        return false;
    }
    ask->newest = (uint32_t)number;
    if (zh_json_is(ids, ZH_JSON_ABSENT)) return true;
    zh_decision_id *list = ZH_TAKE(call->arena, zh_decision_id, ZH_RECOMPUTE_MAX);
    if (list == NULL) {
        zh_call_failed(call, ZH_NOMEM, NULL);
        return false;
    }
    bool good = zh_json_is(ids, ZH_JSON_ARRAY);
    for (zh_json_iter it = zh_json_walk(ids); good && zh_json_next(&it);)
        good = ask->ids_count < ZH_RECOMPUTE_MAX && zh_decision_id_parse(zh_json_text_or_empty(it.value), &list[ask->ids_count++]) == ZH_OK;
    ask->ids = list;
    if (good && ask->ids_count > 0) return true;
    zh_call_problem(call, 400, "bad_field", "ids", "must be 1 to 10000 decisionIds of answers");
    return false;
}

void zh_route_decisions_replay(zh_call *call)
{
    zh_json_value root;
    zh_recompute_ask ask;
    if (!zh_call_body_json(call, &root) || !read_ask(call, root, &ask)) return;
    zh_json_out out = zh_call_begin(call);
    zh_note why;
    zh_recompute_report report = { .say = say, .context = &out };
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    const zh_err e = zh_recompute(call->engine, &ask, &report, &why);
    if (e != ZH_OK) {
        zh_call_failed(call, e, why.text);
        return;
    }
    zh_json_out_end(&out);
    zh_json_out_key_int(&out, ZH_SV("same"), report.same);
    zh_json_out_key_int(&out, ZH_SV("different"), report.different);
    zh_json_out_key_int(&out, ZH_SV("notReplayable"), report.not_replayable);
    if (ask.reasons) put_reasons(&out, &report);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}
