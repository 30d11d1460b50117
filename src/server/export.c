/* export.c -- events out again, as JSON lines in the order of the log. */
#include "engine/event_json.h"
#include "engine/history.h"
#include "server/answer.h"
#include "server/call.h"

#include <stdlib.h>

#define PAGE_EVENTS 2000            /* of one answer */
#define PAGE_BYTES (8u << 20)       /* an answer is closed at this size */

typedef struct page {
    zh_call *call;
    zh_permit permit;
    uint32_t partition;
    uint64_t next;                  /* first record not looked at */
    size_t events;
} page;

static zh_err put_event(page *p, zh_sv record, zh_arena *arena)
{
    zh_event event;
    zh_sv personal;
    zh_engine *g = p->call->engine;
    zh_err e = zh_event_get(record, arena, &event);
    if (e == ZH_OK) e = zh_history_personal(g, &event, &p->permit, arena, &personal);
    if (e != ZH_OK) return e;
    zh_buf *to = &p->call->thread->out;
    zh_json_out out = zh_json_out_on(to);
    e = zh_event_json(&event, personal, p->call->thread->parser, arena, &out);
    zh_buf_put(to, ZH_SV("\n"));
    p->events++;
    return e != ZH_OK ? e : zh_buf_err(to);
}

/* Records of one partition from p->next on; ZH_ABSENT at its end. */
static zh_err read_some(page *p)
{
    zh_log_reader *reader;
    zh_arena scratch = zh_arena_open(16u << 20);
    zh_err e = zh_log_reader_open(&reader, zh_engine_log(p->call->engine), p->partition, p->next);
    const bool opened = e == ZH_OK;
    zh_log_frame frame;
    while (e == ZH_OK && p->events < PAGE_EVENTS && p->call->thread->out.size < PAGE_BYTES &&
           (e = zh_log_reader_next(reader, &frame)) == ZH_OK) {
        for (zh_log_records it = zh_log_records_of(&frame); e == ZH_OK && zh_log_record_next(&it);) {
            zh_arena_reset(&scratch);
            if (zh_record_kind_of(it.record) == ZH_RECORD_EVENT) e = put_event(p, it.record, &scratch);
            p->next = it.sequence + 1;
        }
    }
    if (opened) zh_log_reader_close(reader);
    zh_arena_close(&scratch);
    return e;
}

/* ?from=PARTITION:SEQUENCE; the answer's header X-Zhun-Next has the next one, or is missing at the end. */
void zh_route_export_events(zh_call *call)
{
    unsigned partition = 0;
    unsigned long long from = 0;
    const zh_sv where = zh_http_param(call->request, ZH_SV("from"));
    char text[64];
    snprintf(text, sizeof text, "%.*s", ZH_SV_ARG(zh_sv_part(where, 0, 60)));
    if (where.size > 0 && sscanf(text, "%u:%llu", &partition, &from) != 2) {
        zh_call_problem(call, 400, "bad_field", "from", "must be what X-Zhun-Next said");
        return;
    }
    page p = { .call = call, .partition = partition, .next = from };
    if (partition >= zh_log_partitions(zh_engine_log(call->engine)) || !zh_call_permit(call, (zh_customer_id){ 0 }, ZH_PURPOSE_OPERATE, &p.permit)) {
        zh_call_problem(call, 403, "forbidden", NULL, "no such partition, or no right to export");
        return;
    }
    zh_log *log = zh_engine_log(call->engine);
    if (p.next < zh_log_begin(log, partition)) p.next = zh_log_begin(log, partition);
    zh_buf_reset(&call->thread->out);
    const zh_err e = read_some(&p);
    if (e != ZH_OK && e != ZH_ABSENT) {
        zh_call_failed(call, e, "the log cannot be read");
        return;
    }
    bool more = e == ZH_OK;
    if (e == ZH_ABSENT && partition + 1 < zh_log_partitions(log)) {
        more = true;
        p.partition++;
        p.next = 0;
    }
    snprintf(text, sizeof text, "%u:%llu", p.partition, (unsigned long long)p.next);
    const zh_http_header next = { ZH_SV("X-Zhun-Next"), zh_sv_of(text) };
    zh_call_reply(call, 200, ZH_SV("application/x-ndjson"), zh_buf_view(&call->thread->out), &next, more ? 1 : 0);
}
