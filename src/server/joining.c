/* joining.c -- how far ids are joined: the setting of the workspace, and the words that identify nobody in it. */
#include "engine/joining.h"
#include "server/answer.h"

zh_err zh_joining_load(zh_server *s)
{
    zh_world *w = zh_engine_world(s->engine);
    zh_joining joining;
    zh_world_lock_read(w);
    const zh_err e = zh_joining_of(w->registry, &joining);
    zh_world_unlock(w);
    pthread_rwlock_wrlock(&s->blocked_lock);
    if (e == ZH_OK) s->blocked = joining.blocked;
    s->blocks = s->blocked.count > 0;
    pthread_rwlock_unlock(&s->blocked_lock);
    return e;
}

/* What identifies nobody here is as good as not sent. Clears the ids; true: nothing is left that says whose it is. */
static bool clear(const zh_nobody_words *words, zh_event *event)
{
    zh_sv *const ids[] = { &event->user_id, &event->anonymous_id, &event->previous_id };
    bool any = false;
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        if (ids[i]->size == 0 || !zh_nobody_has(words, *ids[i])) continue;
        *ids[i] = (zh_sv){ 0 };
        any = true;
    }
    return any && event->user_id.size == 0 && event->anonymous_id.size == 0;
}

uint32_t zh_joining_block(zh_server *s, zh_event *events, uint32_t count, bool *blocked)
{
    uint32_t found = 0;
    pthread_rwlock_rdlock(&s->blocked_lock);
    for (uint32_t i = 0; i < count && s->blocked.count > 0; i++) found += blocked[i] = clear(&s->blocked, &events[i]);
    pthread_rwlock_unlock(&s->blocked_lock);
    return found;
}

static void answer(zh_call *call, const zh_joining *joining)
{
    zh_json_out out = zh_call_begin(call);
    zh_joining_put(joining, &out);
    zh_call_json(call, 200, &out);
}

void zh_route_identity(zh_call *call)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_joining joining;
    zh_world_lock_read(w);
    const zh_err e = zh_joining_of(w->registry, &joining);
    zh_world_unlock(w);
    if (e == ZH_OK) answer(call, &joining);
    else zh_call_failed(call, e, NULL);
}

void zh_route_identity_put(zh_call *call)
{
    zh_json_value root;
    zh_joining joining;
    if (!zh_call_body_json(call, &root)) return;
    const char *wrong = zh_joining_read(root, &joining);
    if (wrong != NULL) {
        zh_call_problem(call, 400, "bad_field", wrong, "limits are from 1 to 250, sharedFrom is from 2 to 8, blocked has at most 64 words of at most 64 bytes");
        return;
    }
    zh_buf text = zh_buf_open(ZH_SETTING_BYTES_MAX);
    zh_json_out out = zh_json_out_on(&text);
    zh_joining_put(&joining, &out);
    zh_err e = zh_json_out_done(&out);
    const zh_definition d = { .thing = ZH_THING_SETTING, .at_ms = call->now_ms, .actor = call->caller.actor,
                              .setting = { .name = ZH_JOINING_SETTING, .json = zh_buf_view(&text) } };
    if (e == ZH_OK) e = zh_engine_define(call->engine, &d);
    if (e == ZH_OK) e = zh_joining_load(call->server);
    if (e == ZH_OK) zh_engine_set_policy(call->engine, &joining.policy);
    zh_buf_close(&text);
    if (e == ZH_OK) answer(call, &joining);
    else zh_call_failed(call, e, NULL);
}
