/* backup.c -- a backup begun and asked about. Where it goes is a path on this machine, so only the command line on the
 * same machine, by the folder's socket, may begin one. */
#include "server/call.h"

static const char *phase_text(zh_backup_phase phase)
{
    switch (phase) {
    case ZH_BACKUP_NONE: return "none";
    case ZH_BACKUP_STATE: return "state";
    case ZH_BACKUP_LOG: return "log";
    case ZH_BACKUP_VERIFY: return "verify";
    case ZH_BACKUP_DONE: return "done";
    case ZH_BACKUP_FAILED: return "failed";
    }
    return "none";
}

void zh_backup_json(zh_call *call, zh_json_out *out)
{
    zh_backup_status s;
    zh_backups_status(zh_engine_backups(call->engine), &s);
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("phase"), zh_sv_of(phase_text(s.phase)));
    if (s.phase != ZH_BACKUP_NONE) {
        zh_json_out_key_text(out, ZH_SV("to"), zh_sv_of(s.to));
        zh_call_time(out, ZH_SV("startedAt"), s.started_ms);
        zh_call_time(out, ZH_SV("finishedAt"), s.finished_ms);
        zh_json_out_key_int(out, ZH_SV("doneBytes"), (int64_t)s.done_bytes);
        zh_json_out_key_int(out, ZH_SV("allBytes"), (int64_t)s.all_bytes);
        zh_json_out_key_int(out, ZH_SV("records"), (int64_t)s.records);
        zh_json_out_key_int(out, ZH_SV("copiedBytes"), (int64_t)s.copied_bytes);
        zh_json_out_key_int(out, ZH_SV("linkedBytes"), (int64_t)s.linked_bytes);
        zh_json_out_key_int(out, ZH_SV("sameBytes"), (int64_t)s.same_bytes);
        zh_json_out_key_int(out, ZH_SV("stateBytes"), (int64_t)s.state_bytes);
        zh_json_out_key_int(out, ZH_SV("baseBytes"), (int64_t)s.base_bytes);
        zh_json_out_key_bool(out, ZH_SV("withKey"), s.has_key);
        if (s.phase == ZH_BACKUP_FAILED) zh_json_out_key_text(out, ZH_SV("why"), zh_sv_of(s.why.text));
    }
    zh_json_out_end(out);
}

void zh_route_backup(zh_call *call)
{
    zh_json_out out = zh_call_begin(call);
    zh_backup_json(call, &out);
    zh_call_json(call, 200, &out);
}

void zh_route_backup_start(zh_call *call)
{
    if (call->caller.kind != CALLER_OWNER) {
        zh_call_problem(call, 403, "forbidden", NULL, "a backup is begun on the machine itself: zhun backup --data DIR TO");
        return;
    }
    zh_json_value root;
    if (!zh_call_body_json(call, &root)) return;
    zh_backup_desc desc = { .to = zh_arena_copy(call->arena, zh_json_text_or_empty(zh_json_get(root, ZH_SV("to")))),
                            .since = zh_arena_copy(call->arena, zh_json_text_or_empty(zh_json_get(root, ZH_SV("since")))) };
    (void)zh_json_bool(zh_json_get(root, ZH_SV("withKey")), &desc.with_key);
    zh_note why = { "" };
    const zh_err e = zh_backups_start(zh_engine_backups(call->engine), &desc, call->now_ms, &why);
    if (e == ZH_RANGE || e == ZH_EXISTS) zh_call_problem(call, e == ZH_RANGE ? 400 : 409, e == ZH_RANGE ? "bad_field" : "conflict", "to", why.text[0] != '\0' ? why.text : "the path is empty or too long");
    else if (e == ZH_BUSY) zh_call_problem(call, 409, "conflict", NULL, why.text);
    else if (e != ZH_OK) zh_call_failed(call, e, why.text);
    else {
        zh_json_out out = zh_call_begin(call);
        zh_backup_json(call, &out);
        zh_call_json(call, 202, &out);
    }
}
