#include "engine/history.h"
#include "collect/personal.h"
#include "engine/event_json.h"

#define RECORD_BYTES_MAX ZH_LOG_RECORD_BYTES_MAX

size_t zh_history_numbers(zh_engine *g, zh_customer_id customer, zh_customer_id out[ZH_TIMELINE_NUMBERS_MAX])
{
    zh_world *w = zh_engine_world(g);
    size_t count = 0;
    out[count++] = customer;
    pthread_rwlock_rdlock(&w->identity_lock);
    zh_identity_absorbed it = zh_identity_absorbed_of(w->identity, customer);
    while (count < ZH_TIMELINE_NUMBERS_MAX && zh_identity_absorbed_next(&it)) out[count++] = it.customer;
    pthread_rwlock_unlock(&w->identity_lock);
    return count;
}

static bool is_erased(zh_engine *g, zh_customer_id customer)
{
    zh_world *w = zh_engine_world(g);
    pthread_rwlock_rdlock(&w->identity_lock);
    const bool erased = zh_identity_is_erased(w->identity, customer);
    pthread_rwlock_unlock(&w->identity_lock);
    return erased;
}

zh_err zh_history_event(zh_engine *g, uint32_t partition, uint64_t sequence, zh_arena *arena, zh_event *out)
{
    zh_buf record = zh_buf_open(RECORD_BYTES_MAX);
    zh_err e = zh_log_fetch(zh_engine_log(g), partition, sequence, &record);
    if (e == ZH_OK && zh_record_kind_of(zh_buf_view(&record)) != ZH_RECORD_EVENT) e = ZH_ABSENT;
    if (e == ZH_OK && is_erased(g, zh_event_customer(zh_buf_view(&record)))) e = ZH_ABSENT; /* the log holds it for some hours yet */
    if (e == ZH_OK) {
        const zh_sv copy = zh_arena_copy(arena, zh_buf_view(&record));
        e = copy.data == NULL ? ZH_NOMEM : zh_event_get(copy, arena, out);
    }
    zh_buf_close(&record);
    return e;
}

zh_err zh_history_trait(zh_engine *g, const zh_timeline_at *at, zh_arena *arena, zh_event *out)
{
    zh_err e = zh_history_event(g, at->partition, at->sequence, arena, out);
    if (e != ZH_ABSENT) return e;
    zh_buf record = zh_buf_open(RECORD_BYTES_MAX);
    e = is_erased(g, at->customer) ? ZH_ABSENT : zh_timeline_kept(zh_engine_timeline(g), at, &record);
    if (e == ZH_OK) {
        const zh_sv copy = zh_arena_copy(arena, zh_buf_view(&record));
        e = copy.data == NULL ? ZH_NOMEM : zh_event_get(copy, arena, out);
    }
    zh_buf_close(&record);
    return e;
}

zh_err zh_history_personal(zh_engine *g, const zh_event *event, const zh_permit *permit, zh_arena *arena, zh_sv *plain)
{
    *plain = (zh_sv){ 0 };
    if (event->personal.size == 0) return ZH_OK;
    zh_world *w = zh_engine_world(g);
    /* The event may be of a number that the permit's customer absorbed; its key stays its own. */
    const zh_permit own = zh_permit_of_absorbed(permit, zh_world_root(w, event->customer), event->customer);
    pthread_rwlock_rdlock(&w->identity_lock);
    const zh_wrapped_dek *there = zh_identity_dek(w->identity, event->customer);
    zh_wrapped_dek dek;
    if (there != NULL) dek = *there;
    pthread_rwlock_unlock(&w->identity_lock);
    if (there == NULL) return ZH_OK;
    const zh_err e = zh_unseal_personal(zh_engine_sealer(g), event->customer, &dek, event->key, &own, event->personal, arena, plain);
    return e == ZH_ABSENT ? ZH_OK : e;
}

static zh_err write_at(zh_engine *g, const zh_timeline_at *at, const zh_permit *permit, bool masked, zh_json *parser, zh_arena *arena, zh_json_out *out)
{
    zh_event event;
    zh_sv personal;
    zh_err e = zh_history_event(g, at->partition, at->sequence, arena, &event);
    if (e != ZH_OK) return e == ZH_ABSENT ? ZH_OK : e; /* retention took it: the row goes with the next rebuild */
    e = zh_history_personal(g, &event, permit, arena, &personal);
    if (e == ZH_DENIED) personal = (zh_sv){ 0 };
    else if (e != ZH_OK) return e;
    if (masked && (e = zh_personal_mask_json(parser, arena, &personal)) != ZH_OK) return e;
    return zh_event_json(&event, personal, parser, arena, out);
}

zh_err zh_history_page(zh_engine *g, zh_customer_id customer, const zh_permit *permit, bool masked, zh_sv cursor, size_t limit,
                       zh_json *parser, zh_arena *arena, zh_json_out *out, char next[ZH_TIMELINE_CURSOR_BYTES])
{
    next[0] = '\0';
    zh_timeline_at after;
    if (cursor.size > 0 && zh_timeline_cursor_parse(cursor, &after) != ZH_OK) return ZH_FORMAT;
    if (limit > ZH_TIMELINE_PAGE_MAX) limit = ZH_TIMELINE_PAGE_MAX;
    zh_customer_id numbers[ZH_TIMELINE_NUMBERS_MAX];
    const size_t numbers_count = zh_history_numbers(g, customer, numbers);
    zh_timeline_at *rows = ZH_TAKE(arena, zh_timeline_at, limit + 1);
    size_t count = 0;
    if (rows == NULL) return ZH_NOMEM;
    zh_err e = zh_timeline_read(zh_engine_timeline(g), ZH_TIMELINE_EVENTS, numbers, numbers_count, cursor.size > 0 ? &after : NULL, limit + 1, rows, &count);
    for (size_t i = 0; e == ZH_OK && i < count && i < limit; i++) e = write_at(g, &rows[i], permit, masked, parser, arena, out);
    if (e == ZH_OK && count > limit) zh_timeline_cursor(&rows[limit - 1], next);
    return e;
}
