/* screen.c -- what is asked of events before they go to the log: robots that say so, and what the tracking plan refuses. */
#include "collect/agent.h"
#include "engine/event_json.h"
#include "server/collect.h"

#define RAW_BYTES_MAX (4u * ZH_EVENT_BYTES_MAX) /* of one event written out again */

/* The last agents of this thread: hash, lowest bit the answer. */
static bool is_robot(zh_call *call, zh_sv agent)
{
    const uint64_t hash = zh_fast64(agent) | 1;
    uint64_t *memo = &call->thread->agents[(hash >> 1) & (CALL_AGENTS - 1)];
    if ((*memo | 1) != hash) *memo = hash ^ (zh_agent_is_robot(agent) ? 0 : 1);
    return (*memo & 1) != 0;
}

static void mark_robots(zh_call *call, const zh_collect_job *job)
{
    for (uint32_t i = 0; i < job->events_count; i++) {
        const zh_sv agent = zh_agent_of(job->events[i].personal);
        if (agent.size > 0 && is_robot(call, agent)) job->events[i].marks |= ZH_MARK_BOT_AGENT;
    }
}

/* The event in Segment's shape, so that it can be mended and sent again. */
static zh_err write_out(zh_call *call, const zh_event *event, zh_sv *out)
{
    zh_buf raw = zh_buf_open(RAW_BYTES_MAX);
    zh_json_out json = zh_json_out_on(&raw);
    zh_err e = zh_event_json(event, event->personal, call->thread->parser, call->arena, &json);
    if (e == ZH_OK) e = zh_json_out_done(&json);
    if (e == ZH_OK) *out = zh_arena_copy(call->arena, zh_buf_view(&raw));
    zh_buf_close(&raw);
    return e != ZH_OK ? e : out->data == NULL ? ZH_NOMEM : ZH_OK;
}

static zh_err refuse(zh_call *call, zh_collect_job *job, zh_reject why, const bool *refused, const zh_sv *which, uint32_t count)
{
    zh_segment_reject *rejects = ZH_TAKE(call->arena, zh_segment_reject, job->rejects_count + count);
    zh_source_id *sources = ZH_TAKE(call->arena, zh_source_id, job->rejects_count + count);
    zh_event *kept = ZH_TAKE(call->arena, zh_event, job->events_count);
    if (rejects == NULL || sources == NULL || kept == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < job->rejects_count; i++) rejects[i] = job->rejects[i], sources[i] = job->rejects_source[i];
    uint32_t at = job->rejects_count, good = 0;
    for (uint32_t i = 0; i < job->events_count; i++) {
        const zh_event *event = &job->events[i];
        if (!refused[i]) {
            kept[good++] = *event;
            continue;
        }
        rejects[at] = (zh_segment_reject){ .why = why, .detail = which == NULL ? (zh_sv){ 0 } : which[i], .message_id = event->message_id, .index = i };
        sources[at] = event->source;
        const zh_err e = write_out(call, event, &rejects[at++].raw);
        if (e != ZH_OK) return e;
    }
    job->events = kept;
    job->events_count = good;
    job->rejects = rejects;
    job->rejects_source = sources;
    job->rejects_count = at;
    return ZH_OK;
}

static zh_err block_ids(zh_call *call, zh_collect_job *job)
{
    if (!call->server->blocks || job->events_count == 0) return ZH_OK; /* a word that comes just now counts for the next request */
    bool *blocked = ZH_TAKE(call->arena, bool, job->events_count);
    if (blocked == NULL) return ZH_NOMEM;
    const uint32_t count = zh_joining_block(call->server, job->events, job->events_count, blocked);
    return count == 0 ? ZH_OK : refuse(call, job, ZH_REJECT_BLOCKED_ID, blocked, NULL, count);
}

zh_err zh_collect_screen(zh_call *call, zh_collect_job *job)
{
    mark_robots(call, job);
    const zh_err blocked = block_ids(call, job);
    if (blocked != ZH_OK) return blocked;
    zh_world *w = zh_engine_world(call->engine);
    uint32_t count = 0;
    bool *refused = NULL;
    zh_sv *which = NULL;
    zh_err e = ZH_OK;
    zh_world_lock_read(w);
    if (zh_plan_rejecting(w->plan) > 0 && job->events_count > 0) {
        refused = ZH_TAKE(call->arena, bool, job->events_count);
        which = ZH_TAKE(call->arena, zh_sv, job->events_count);
        if (refused == NULL || which == NULL) e = ZH_NOMEM;
        for (uint32_t i = 0; e == ZH_OK && i < job->events_count; i++) {
            refused[i] = zh_plan_rejects(w->plan, &job->events[i], &which[i]);
            if (refused[i]) which[i] = zh_arena_copy(call->arena, which[i]);
            count += refused[i];
        }
    }
    zh_world_unlock(w);
    return e != ZH_OK || count == 0 ? e : refuse(call, job, ZH_REJECT_PLAN, refused, which, count);
}
