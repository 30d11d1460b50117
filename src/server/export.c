/* export.c -- events out again, as JSON lines in the order of the log; the catalog, as a feed in the order of ids. */
#include "base/csv.h"
#include "catalog/google_feed.h"
#include "collect/personal.h"
#include "engine/event_json.h"
#include "engine/history.h"
#include "server/answer.h"
#include "server/call.h"

#include <stdlib.h>

#define PAGE_EVENTS 2000            /* of one answer */
#define PAGE_BYTES (8u << 20)       /* an answer is closed at this size */
#define PAGE_ITEMS 5000             /* of one answer: finding a page looks at every item */

typedef enum export_form { FORM_EVENTS, FORM_LEARNED, FORM_APART } export_form;

typedef struct page {
    zh_call *call;
    export_form form;
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
    if (e == ZH_OK && zh_call_masks(p->call)) e = zh_personal_mask_json(p->call->thread->parser, arena, &personal);
    if (e != ZH_OK) return e;
    zh_buf *to = &p->call->thread->out;
    zh_json_out out = zh_json_out_on(to);
    e = zh_event_json(&event, personal, p->call->thread->parser, arena, &out);
    zh_buf_put(to, ZH_SV("\n"));
    p->events++;
    return e != ZH_OK ? e : zh_buf_err(to);
}

/* Came it with an import that was taken back, or is it of an erased customer? */
static bool is_undone(const page *p, zh_sv record)
{
    const uint32_t number = zh_record_import_of(record);
    zh_world *w = zh_engine_world(p->call->engine);
    zh_world_lock_read(w);
    const bool undone = (number != 0 && zh_imports_is_undone(w->imports, number)) || zh_erasures_is_gone(w->erasures, zh_event_customer(record));
    zh_world_unlock(w);
    return undone;
}

/* Lines "user,item,seconds" of an event one may learn from, or of one that is kept apart: for `zhun eval`. Judged with all that is
 * known now; numbers of customers, not ids. */
static zh_err put_interactions(page *p, zh_sv record, uint32_t partition, uint64_t sequence, int64_t commit_ms, zh_arena *arena)
{
    zh_event event;
    zh_sv which;
    zh_world *w = zh_engine_world(p->call->engine);
    const zh_err e = zh_event_get(record, arena, &event);
    if (e != ZH_OK) return e;
    p->events++;
    const bool touches = event.act == ZH_ACT_VIEW || event.act == ZH_ACT_CLICK || event.act == ZH_ACT_ADD || event.act == ZH_ACT_WISH || event.act == ZH_ACT_ORDER || event.act == ZH_ACT_ORDER_UPDATE;
    if (!touches || (event.marks & ZH_MARK_NON_PRODUCT) != 0) return ZH_OK;
    event.customer = zh_world_root(w, event.customer);
    zh_world_lock_read(w);
    const uint32_t shape = zh_plan_judge(w->plan, &event, &which);
    const uint32_t reasons = zh_quality_judge(w->quality, &event, shape, commit_ms, partition, sequence);
    zh_world_unlock(w);
    if (((reasons & zh_quality_apart()) != 0) != (p->form == FORM_APART)) return ZH_OK;
    zh_buf *to = &p->call->thread->out;
    for (uint32_t i = 0; i < event.lines_count; i++) {
        zh_buf_printf(to, "%llu,", (unsigned long long)event.customer.number);
        zh_csv_put(to, event.lines[i].item_text, ',', true);
        zh_buf_printf(to, ",%lld\n", (long long)(event.time_ms / 1000));
    }
    return zh_buf_err(to);
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
            if (zh_record_kind_of(it.record) == ZH_RECORD_EVENT && !is_undone(p, it.record))
                e = p->form == FORM_EVENTS ? put_event(p, it.record, &scratch) : put_interactions(p, it.record, p->partition, it.sequence, frame.commit_ms, &scratch);
            p->next = it.sequence + 1;
        }
    }
    if (opened) zh_log_reader_close(reader);
    zh_arena_close(&scratch);
    return e;
}

/* ?from=PARTITION:SEQUENCE; the answer's header X-Zhun-Next has the next one, or is missing at the end. */
static void export_log(zh_call *call, export_form form, zh_sv type)
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
    page p = { .call = call, .form = form, .partition = partition, .next = from };
    if (partition >= zh_log_partitions(zh_engine_log(call->engine)) || !zh_call_permit(call, (zh_customer_id){ 0 }, ZH_PURPOSE_OPERATE, &p.permit)) {
        zh_call_problem(call, 403, "forbidden", NULL, "no such partition, or no right to export");
        return;
    }
    zh_log *log = zh_engine_log(call->engine);
    if (p.next < zh_log_begin(log, partition)) p.next = zh_log_begin(log, partition);
    zh_buf_reset(&call->thread->out);
    zh_err e = read_some(&p);
    if ((e == ZH_STALE || e == ZH_ABSENT) && p.next < zh_log_begin(log, partition)) { /* dropped meanwhile: on with what is there */
        p.next = zh_log_begin(log, partition);
        e = ZH_OK;
    }
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
    zh_call_reply(call, 200, type, zh_buf_view(&call->thread->out), &next, more ? 1 : 0);
}

void zh_route_export_events(zh_call *call)
{
    if (zh_call_contact(call)) export_log(call, FORM_EVENTS, ZH_SV("application/x-ndjson"));
}

/* ?apart=true: what is kept out of learning, in the same form. */
void zh_route_export_interactions(zh_call *call)
{
    const bool apart = zh_sv_equal(zh_http_param(call->request, ZH_SV("apart")), ZH_SV("true"));
    export_log(call, apart ? FORM_APART : FORM_LEARNED, ZH_SV("text/csv; charset=utf-8"));
}

/* ---- the catalog ---- */

/* An id as part of an address. */
static zh_sv escaped(zh_sv id, char out[3 * ZH_ITEM_TEXT_BYTES_MAX])
{
    static const char hex[] = "0123456789ABCDEF";
    size_t size = 0;
    for (size_t i = 0; i < id.size && i < ZH_ITEM_TEXT_BYTES_MAX; i++) {
        const uint8_t byte = (uint8_t)id.data[i];
        const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '-' || byte == '_';
        if (plain) out[size++] = (char)byte;
        else {
            out[size++] = '%';
            out[size++] = hex[byte >> 4];
            out[size++] = hex[byte & 15];
        }
    }
    return (zh_sv){ out, size };
}

/* Items the shop listed and sells, from the one behind `from` on; the next page's `from` into `next`, empty at the end. */
static zh_err put_items(zh_call *call, zh_sv from, char next[3 * ZH_ITEM_TEXT_BYTES_MAX], size_t *next_size)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_buf *out = &call->thread->out;
    const zh_item **items = ZH_TAKE(call->arena, const zh_item *, PAGE_ITEMS);
    bool more = false;
    size_t at = 0;
    if (items == NULL) return ZH_NOMEM;
    zh_world_lock_read(w);
    const size_t count = zh_catalog_search(w->catalog, (zh_sv){ 0 }, (zh_sv){ 0 }, from, items, PAGE_ITEMS, &more);
    for (; at < count && out->size < PAGE_BYTES; at++)
        if (items[at]->listed && !items[at]->non_product) zh_google_feed_row(items[at], call->thread->parser, out);
    *next_size = at > 0 && (more || at < count) ? escaped(items[at - 1]->text, next).size : 0;
    zh_world_unlock(w);
    return zh_buf_err(out);
}

/* ?from=ITEM_ID, escaped as X-Zhun-Next says it; the first page alone has the names of the columns. */
void zh_route_export_catalog(zh_call *call)
{
    char next[3 * ZH_ITEM_TEXT_BYTES_MAX];
    size_t next_size = 0;
    const zh_sv format = zh_http_param(call->request, ZH_SV("format")), from = zh_http_param(call->request, ZH_SV("from"));
    if (format.size > 0 && !zh_sv_equal(format, ZH_SV("google-feed"))) {
        zh_call_problem(call, 400, "bad_field", "format", "must be google-feed");
        return;
    }
    zh_buf_reset(&call->thread->out);
    if (from.size == 0) zh_google_feed_header(&call->thread->out);
    const zh_err e = put_items(call, from, next, &next_size);
    if (e != ZH_OK) {
        zh_call_failed(call, e, NULL);
        return;
    }
    const zh_http_header header = { ZH_SV("X-Zhun-Next"), { next, next_size } };
    zh_call_reply(call, 200, ZH_SV("text/tab-separated-values; charset=utf-8"), zh_buf_view(&call->thread->out), &header, next_size > 0 ? 1 : 0);
}
