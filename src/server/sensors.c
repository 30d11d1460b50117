/* sensors.c -- the routes of Sensors Analytics SDKs: /sa, /sa.gif and /debug, by GET and by POST.
 *
 * Which source? `project` and `token`, of the address or of a record, may each be a write key; a project may also be
 * the name of a source that takes this dialect and has a live write key ("default", where nothing is said, as
 * these SDKs do it). What a record says wins where it is known here; else the address decides.
 *
 * Statuses are few, because SDKs act on them: 200 for whatever could be read or kept, 503 under load, 403 where no
 * source is found (Android keeps its queue on it, and would delete it on 401), and always 200 for an image.
 */
#include "catalog/item.h"
#include "collect/sensors.h"
#include "server/debug.h"

#define PROJECT_DEFAULT ZH_SV("default")

/* The last answer, for requests whose records all say the same. */
typedef struct finder {
    zh_call *call;
    zh_sensors_place place;
    zh_source_id source;
    zh_err e;
    bool any;
} finder;

/* A name opens a source only as long as a key that lies open anyway does: revoking the write keys closes it. */
static bool has_live_key(const zh_registry *registry, zh_source_id source, zh_sv origin, int64_t now_ms)
{
    for (zh_registry_iter it = zh_registry_walk(registry, ZH_THING_KEY); zh_registry_next(&it);) {
        const zh_key *key = &it.at->key;
        const bool live = key->revoked_ms == 0 && (key->expires_ms == 0 || key->expires_ms > now_ms);
        if (live && key->source.number == source.number && key->scopes == ZH_SCOPE_WRITE && zh_key_allows_origin(key, origin)) return true;
    }
    return false;
}

static zh_err source_named(zh_call *call, zh_sv name, zh_source_id *id)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_source source;
    if (name.size == 0 || name.size > ZH_NAME_BYTES_MAX) return ZH_LOGIN;
    zh_world_lock_read(w);
    zh_err e = zh_registry_source_named(w->registry, name, &source);
    if (e == ZH_OK && source.dialect.size > 0 && !zh_sv_equal(source.dialect, ZH_SV("sensors"))) e = ZH_LOGIN;
    if (e == ZH_OK && !has_live_key(w->registry, source.id, zh_call_page_origin(call), call->now_ms)) e = ZH_DENIED;
    if (e == ZH_OK) *id = source.id;
    zh_world_unlock(w);
    return e == ZH_ABSENT ? ZH_LOGIN : e;
}

/* ZH_LOGIN: unknown here. ZH_DENIED: known, and closed. */
static zh_err look_up(zh_call *call, const zh_sensors_place *place, zh_source_id *source)
{
    zh_err e = zh_collect_key(call, place->token, source);
    if (e == ZH_LOGIN) e = zh_collect_key(call, place->project, source);
    if (e == ZH_LOGIN) e = source_named(call, place->project, source);
    if (e == ZH_LOGIN && place->token.size == 0 && place->project.size == 0) e = source_named(call, PROJECT_DEFAULT, source);
    return e;
}

static zh_err find(finder *f, const zh_sensors_place *place, zh_source_id *source)
{
    if (!f->any || !zh_sv_equal(f->place.project, place->project) || !zh_sv_equal(f->place.token, place->token)) {
        *f = (finder){ .call = f->call, .place = *place, .any = true };
        f->e = look_up(f->call, place, &f->source);
    }
    *source = f->source;
    return f->e;
}

/* ---- what was read, made ready for the log ---- */

static zh_item_change change_of(const zh_sensors_item *item, zh_source_id source)
{
    zh_item_change c = { .text = item->text, .deleted = item->deleted, .title = item->title, .category = item->category, .brand = item->brand,
        .url = item->url, .image_url = item->image_url, .attributes = item->attributes, .price_minor = item->price_minor,
        .currency = item->currency, .stock = item->stock, .non_product = !item->sold, .at_ms = item->at_ms, .source = source };
    if (c.deleted) return (zh_item_change){ .text = c.text, .deleted = true, .at_ms = c.at_ms, .source = source, .price_minor = -1, .stock = -1 };
    const struct { bool given; uint32_t bit; } fields[] = {
        { c.title.data != NULL, ZH_ITEM_TITLE }, { c.category.data != NULL, ZH_ITEM_CATEGORY }, { c.brand.data != NULL, ZH_ITEM_BRAND },
        { c.url.data != NULL, ZH_ITEM_URL }, { c.image_url.data != NULL, ZH_ITEM_IMAGE }, { c.attributes.data != NULL, ZH_ITEM_ATTRIBUTES },
        { c.price_minor >= 0, ZH_ITEM_PRICE }, { c.stock >= 0, ZH_ITEM_STOCK },
    };
    c.set = ZH_ITEM_KIND; /* so that an item without properties is there, too */
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (fields[i].given) c.set |= fields[i].bit;
    return c;
}

static zh_err put_item(zh_call *call, const zh_sensors_item *item, zh_source_id source, uint32_t import, zh_sv *record)
{
    zh_item_change change = change_of(item, source);
    const char *why;
    zh_buf *out = &call->thread->scratch;
    change.import_number = import;
    if (!zh_item_change_check(&change, &why)) return ZH_FORMAT;
    zh_buf_reset(out);
    zh_item_change_put(&change, out);
    if (zh_buf_err(out) != ZH_OK) return zh_buf_err(out);
    *record = zh_arena_copy(call->arena, zh_buf_view(out));
    return record->data == NULL ? ZH_NOMEM : ZH_OK;
}

/* Where a record goes: its own place where that is known, else the address's. False: nowhere. */
static bool place_record(finder *f, const zh_sensors_place *own, const zh_sensors_place *address, zh_source_id *source)
{
    const zh_err e = find(f, own, source);
    return e == ZH_OK || (e == ZH_LOGIN && find(f, address, source) == ZH_OK);
}

static void take_events(finder *f, const zh_sensors_batch *batch, zh_collect_job *job)
{
    for (uint32_t i = 0; i < batch->events_count; i++) {
        zh_source_id source;
        if (!place_record(f, &batch->events_place[i], &batch->place, &source)) continue;
        job->from = source;
        job->events[job->events_count] = batch->events[i];
        job->events[job->events_count++].source = source;
    }
}

static zh_err take_items(finder *f, const zh_sensors_batch *batch, zh_sv *records, zh_collect_job *job)
{
    for (uint32_t i = 0; i < batch->items_count; i++) {
        zh_source_id source;
        if (!place_record(f, &batch->items_place[i], &batch->place, &source)) continue;
        job->from = source;
        const zh_err e = put_item(f->call, &batch->items[i], source, 0, &records[job->records_count]);
        if (e == ZH_FORMAT) continue; /* within the limits by construction */
        if (e != ZH_OK) return e;
        job->records_count++;
    }
    return ZH_OK;
}

static uint32_t take_rejects(finder *f, const zh_sensors_batch *batch, zh_source_id *sources)
{
    uint32_t placed = 0;
    for (uint32_t i = 0; i < batch->rejects_count; i++) {
        sources[i] = (zh_source_id){ 0 };
        if (place_record(f, &batch->rejects_place[i], &batch->place, &sources[i])) placed++;
        else sources[i] = (zh_source_id){ 0 };
    }
    return placed;
}

static void unknown(zh_call *call, zh_collect_form form, uint32_t records)
{
    zh_collect_count_rejected(call, ZH_REJECT_UNKNOWN_SOURCE, records);
    if (form == COLLECT_IMAGE) zh_collect_image(call);
    else if (zh_sv_equal(zh_http_path(call->request), ZH_SV("/sa.gif"))) zh_call_reply(call, 200, (zh_sv){ 0 }, (zh_sv){ 0 }, NULL, 0);
    else
        zh_call_problem(call, 403, "unknown_source", "project",
                        "project and token name no source and no live write key: send ?project=NAME of a source, or ?token=WRITE_KEY");
}

static void keep(zh_call *call, const zh_sensors_batch *batch, zh_collect_form form)
{
    finder f = { .call = call };
    zh_collect_job job = { .form = form, .dialect = ZH_SV("sensors"), .unsaid_ids = true, .events = batch->events,
                           .rejects = batch->rejects, .rejects_count = batch->rejects_count };
    zh_sv *records = ZH_TAKE(call->arena, zh_sv, batch->items_count);
    zh_source_id *sources = ZH_TAKE(call->arena, zh_source_id, batch->rejects_count);
    if (records == NULL || sources == NULL) {
        zh_collect_shed(call, form);
        return;
    }
    job.records = records;
    job.rejects_source = sources;
    take_events(&f, batch, &job);
    const uint32_t placed = take_rejects(&f, batch, sources);
    for (uint32_t i = 0; job.from.number == 0 && i < batch->rejects_count; i++) job.from = sources[i];
    if (take_items(&f, batch, records, &job) != ZH_OK) {
        zh_collect_shed(call, form);
        return;
    }
    const uint32_t lost = batch->events_count - job.events_count + batch->items_count - job.records_count;
    if (job.events_count + job.records_count + placed == 0 && lost + batch->rejects_count > 0) {
        unknown(call, form, lost + batch->rejects_count);
        return;
    }
    zh_collect_count_rejected(call, ZH_REJECT_UNKNOWN_SOURCE, lost);
    zh_debug_begin(call, job.from, zh_http_body(call->request));
    zh_collect_submit(call, &job);
}

/* Nothing is stored; the rejects are said in words. */
static void explain_only(zh_call *call, const zh_sensors_batch *batch)
{
    finder f = { .call = call };
    zh_source_id source;
    const zh_sensors_place *place = batch->events_count > 0 ? batch->events_place : batch->items_count > 0 ? batch->items_place : &batch->place;
    if (!place_record(&f, place, &batch->place, &source)) {
        unknown(call, COLLECT_EXPLAIN, 0);
        return;
    }
    zh_collect_answer(call, &(zh_collect_job){ .form = COLLECT_EXPLAIN, .rejects = batch->rejects, .rejects_count = batch->rejects_count });
}

/* ---- the routes ---- */

static void sensors(zh_call *call, zh_collect_form form, bool dry_run)
{
    const bool is_get = zh_http_method_of(call->request) != ZH_HTTP_POST;
    const zh_sv query = zh_http_query(call->request);
    const zh_sensors_ask ask = { .form = is_get ? query : zh_http_body(call->request), .query = query, .received_ms = call->now_ms,
        .peer_ip = zh_http_peer(call->request), .parser = call->thread->parser, .arena = call->arena, .scratch = &call->thread->scratch };
    zh_sensors_batch batch;
    const zh_err e = zh_sensors_read(&ask, &batch);
    if (e != ZH_OK) {
        zh_collect_shed(call, form);
        return;
    }
    if (batch.whole_rejected) {
        batch.rejects = &(zh_segment_reject){ .why = ZH_REJECT_TOO_MANY };
        batch.rejects_count = form == COLLECT_EXPLAIN;
        zh_collect_count_rejected(call, ZH_REJECT_TOO_MANY, batch.records_count);
        zh_collect_answer(call, &(zh_collect_job){ .form = form, .rejects = batch.rejects, .rejects_count = batch.rejects_count });
        return;
    }
    if (dry_run) explain_only(call, &batch);
    else keep(call, &batch, form);
}

void zh_route_sensors(zh_call *call)
{
    const bool is_get = zh_http_method_of(call->request) != ZH_HTTP_POST;
    const bool is_image = is_get && zh_sv_equal(zh_http_path(call->request), ZH_SV("/sa.gif"));
    sensors(call, is_image ? COLLECT_IMAGE : COLLECT_EMPTY, false);
}

void zh_route_sensors_debug(zh_call *call)
{
    const zh_sv dry = zh_http_header_of(call->request, "Dry-Run");
    sensors(call, COLLECT_EXPLAIN, dry.size > 0 && !zh_sv_equal(dry, ZH_SV("false")));
}

/* Records out of a file: an array of JSON, all of one source, whatever project they name. */
void zh_route_import_sensors(zh_call *call)
{
    zh_source_id source = { 0 };
    uint32_t import;
    zh_sensors_batch batch;
    const zh_sensors_ask ask = { .query = zh_http_query(call->request), .received_ms = call->now_ms, .is_import = true, .parser = call->thread->parser,
                                 .arena = call->arena, .scratch = &call->thread->scratch };
    if (zh_collect_source(call, (zh_sv){ 0 }, (zh_sv){ 0 }, &source) != ZH_OK) {
        zh_call_problem(call, 401, "unauthorized", "writeKey", "the write key is unknown or revoked");
        return;
    }
    if (zh_imports_of_call(call, &source, &import) != ZH_OK) return;
    if (zh_sensors_read_list(&ask, zh_http_body(call->request), &batch) != ZH_OK) {
        zh_call_busy(call);
        return;
    }
    zh_collect_job job = { .form = COLLECT_JSON, .dialect = ZH_SV("sensors"), .unsaid_ids = true, .events = batch.events, .events_count = batch.events_count,
                           .rejects = batch.rejects, .rejects_count = batch.rejects_count, .from = source, .taken_count = batch.items_count + batch.tolerated_count };
    zh_sv *records = ZH_TAKE(call->arena, zh_sv, batch.items_count + 1);
    zh_source_id *sources = ZH_TAKE(call->arena, zh_source_id, batch.rejects_count + 1);
    bool whole = records != NULL && sources != NULL && !batch.whole_rejected;
    for (uint32_t i = 0; i < batch.events_count; i++) batch.events[i].source = source, batch.events[i].import_number = import;
    for (uint32_t i = 0; whole && i < batch.rejects_count; i++) sources[i] = source;
    for (uint32_t i = 0; whole && i < batch.items_count; i++) whole = put_item(call, &batch.items[i], source, import, &records[job.records_count++]) == ZH_OK;
    if (!whole) {
        zh_call_problem(call, 413, "too_large", NULL, "at most 2,500 records a request");
        return;
    }
    job.records = records;
    job.rejects_source = sources;
    zh_collect_submit(call, &job);
}

void zh_route_sensors_options(zh_call *call)
{
    const zh_http_header headers[] = {
        { ZH_SV("Access-Control-Allow-Methods"), ZH_SV("GET,POST,OPTIONS") },
        { ZH_SV("Access-Control-Allow-Headers"), ZH_SV("content-type,dry-run") },
        { ZH_SV("Access-Control-Max-Age"), ZH_SV("86400") },
    };
    call->any_page = true;
    zh_call_reply(call, 204, (zh_sv){ 0 }, (zh_sv){ 0 }, headers, 3);
}
