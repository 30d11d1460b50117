#include "app/import_job.h"

#include "app/import_door.h"
#include "app/import_map.h"
#include "app/import_preview.h"
#include "app/import_tell.h"
#include "base/json.h"

#include <pthread.h>
#include <stdlib.h>

#define NAME_BYTES_MAX 256
#define OPTIONS_BYTES_MAX (1u << 20)

typedef enum phase { IDLE, IMPORTING, DONE, STOPPED } phase;

/* What somebody chose for a file. */
typedef struct options {
    bool has_format, has_map;
    zh_import_format format;
    zh_column_map map;
    char source[NAME_BYTES_MAX];
} options;

struct zh_import_job {
    char data[ZH_IMPORT_PATH_BYTES_MAX];
    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    /* The import under way, or the last one. */
    phase phase;
    uint64_t upload, done, total;
    zh_import_told so_far;
    zh_import_result result;
    zh_note why;
    volatile sig_atomic_t stop;
    options options;
    char path[ZH_IMPORT_PATH_BYTES_MAX], name[NAME_BYTES_MAX], rejects[ZH_IMPORT_PATH_BYTES_MAX];
};

/* ---- what was chosen ---- */

static zh_err read_map(zh_json_value root, zh_column_map *map, zh_note *why)
{
    const zh_json_value given = zh_json_get(root, ZH_SV("map"));
    if (!zh_json_is(given, ZH_JSON_OBJECT)) return ZH_OK;
    zh_buf text = zh_buf_open(OPTIONS_BYTES_MAX);
    zh_json_write(given, &text);
    const zh_err e = zh_import_map_text(map, zh_buf_view(&text), why);
    zh_buf_close(&text);
    return e;
}

static zh_err read_fields(zh_json_value root, options *o, zh_note *why)
{
    const zh_sv format = zh_json_text_or_empty(zh_json_get(root, ZH_SV("format")));
    const zh_sv currency = zh_json_text_or_empty(zh_json_get(root, ZH_SV("currency"))), zone = zh_json_text_or_empty(zh_json_get(root, ZH_SV("zone")));
    o->has_format = format.size > 0;
    if (o->has_format && !zh_import_format_of(format, &o->format)) {
        zh_note_set(why, "no such format: segment, sensors, orders-csv, catalog-csv, google-feed or shopify-csv");
        return ZH_FORMAT;
    }
    o->map = zh_column_map_of(!o->has_format || o->format == ZH_IMPORT_ORDERS ? ZH_TABLE_ORDERS : ZH_TABLE_CATALOG);
    o->has_map = o->has_format && zh_json_is(zh_json_get(root, ZH_SV("map")), ZH_JSON_OBJECT);
    zh_err e = o->has_map ? read_map(root, &o->map, why) : ZH_OK;
    if (e == ZH_OK && currency.size > 0) e = zh_column_map_set(&o->map, ZH_SV("currency"), currency, true, why);
    if (e == ZH_OK && zone.size > 0) e = zh_column_map_set(&o->map, ZH_SV("zone"), zone, true, why);
    const zh_sv source = zh_sv_part(zh_json_text_or_empty(zh_json_get(root, ZH_SV("source"))), 0, NAME_BYTES_MAX - 1);
    snprintf(o->source, sizeof o->source, "%.*s", ZH_SV_ARG(source));
    return e == ZH_FULL ? ZH_FORMAT : e;
}

static zh_err read_options(zh_sv text, options *o, zh_note *why)
{
    zh_json *json;
    zh_json_value root = { 0 };
    *o = (options){ .has_format = false };
    zh_err e = zh_json_open(&json, OPTIONS_BYTES_MAX);
    if (e != ZH_OK) return e;
    if (zh_json_parse(json, text.size == 0 ? ZH_SV("{}") : text, &root, NULL) != ZH_OK || !zh_json_is(root, ZH_JSON_OBJECT)) {
        zh_note_set(why, "the options must be a JSON object");
        e = ZH_FORMAT;
    } else {
        e = read_fields(root, o, why);
    }
    zh_json_close(json);
    return e;
}

static zh_err preview(void *ctx, zh_sv path, zh_sv text, zh_json_out *out, zh_note *why)
{
    (void)ctx;
    options o;
    zh_import_preview p;
    zh_err e = read_options(text, &o, why);
    if (e != ZH_OK) return e;
    const zh_import_preview_desc desc = { .path = path, .has_format = o.has_format, .format = o.format, .map = o.has_map ? &o.map : NULL,
                                          .given = { .currency = o.map.currency, .zone = zh_sv_of(o.map.zone) } };
    e = zh_import_preview_make(&p, &desc, why);
    if (e == ZH_OK) zh_import_preview_json(&p, out);
    zh_import_preview_close(&p);
    return e;
}

/* ---- importing ---- */

static void hear(void *ctx, const zh_import_told *so_far, uint64_t done, uint64_t total)
{
    zh_import_job *j = ctx;
    pthread_mutex_lock(&j->lock);
    j->so_far = *so_far;
    j->done = done;
    j->total = total;
    pthread_mutex_unlock(&j->lock);
}

static zh_err import_file(zh_import_job *j, zh_import_result *result, zh_note *why)
{
    zh_import_sink sink;
    void *place;
    zh_tz *zone = NULL;
    zh_import_run *run = NULL;
    zh_err e = zh_import_by_door.open(zh_sv_of(j->data), &sink, &place, why);
    if (e != ZH_OK) return e;
    const zh_import_engine engine = { .client = zh_import_by_door.client(place), .name = zh_import_by_door.name, .ctx = place, .source = zh_sv_of(j->options.source) };
    e = zh_import_map_zone(&j->options.map, &zone, why);
    const zh_import_run_desc desc = { .format = j->options.format, .map = &j->options.map, .zone = zone != NULL ? zone : zh_tz_utc(), .sink = sink, .sink_ctx = place,
                                      .engine = &engine, .name = zh_sv_of(j->name), .stop = &j->stop, .heard = hear, .heard_ctx = j, .rejects = zh_sv_of(j->rejects) };
    if (e == ZH_OK) e = zh_import_run_open(&run, &desc);
    if (e == ZH_OK) e = zh_import_run_file(run, zh_sv_of(j->path), why);
    if (run != NULL) *result = *zh_import_run_result(run);
    zh_import_run_close(run);
    zh_tz_close(zone);
    zh_import_by_door.close(place);
    return e;
}

static void *work(void *ctx)
{
    zh_import_job *j = ctx;
    zh_note why = { "" };
    zh_import_result result = { 0 };
    const zh_err e = import_file(j, &result, &why);
    if (e != ZH_OK && why.text[0] == '\0') zh_note_set(&why, "%s", zh_err_text(e));
    pthread_mutex_lock(&j->lock);
    j->result = result;
    j->so_far = (zh_import_told){ .lines = result.lines, .accepted = result.accepted, .duplicate = result.duplicate, .rejected = result.rejected };
    j->phase = e == ZH_OK ? DONE : STOPPED;
    if (e == ZH_OK) j->done = j->total;
    j->why = why;
    pthread_mutex_unlock(&j->lock);
    return NULL;
}

static zh_err start(void *ctx, uint64_t upload, zh_sv path, zh_sv name, zh_sv rejects, zh_sv text, zh_note *why)
{
    zh_import_job *j = ctx;
    options o;
    zh_err e = read_options(text, &o, why);
    if (e == ZH_OK && !o.has_format) {
        zh_note_set(why, "say which format it is");
        e = ZH_FORMAT;
    }
    if (e != ZH_OK) return e;
    pthread_mutex_lock(&j->lock);
    if (j->phase == IMPORTING) e = ZH_BUSY;
    else {
        if (j->started) pthread_join(j->thread, NULL); /* it has ended */
        j->upload = upload;
        j->options = o;
        j->stop = 0;
        j->done = j->total = 0;
        j->so_far = (zh_import_told){ 0 };
        j->result = (zh_import_result){ 0 };
        j->why = (zh_note){ "" };
        snprintf(j->path, sizeof j->path, "%.*s", ZH_SV_ARG(path));
        snprintf(j->name, sizeof j->name, "%.*s", ZH_SV_ARG(zh_sv_part(name, 0, NAME_BYTES_MAX - 1)));
        snprintf(j->rejects, sizeof j->rejects, "%.*s", ZH_SV_ARG(rejects));
        j->phase = IMPORTING;
        j->started = pthread_create(&j->thread, NULL, work, j) == 0;
        if (!j->started) j->phase = IDLE, e = ZH_NOMEM;
    }
    pthread_mutex_unlock(&j->lock);
    return e;
}

static bool progress(void *ctx, uint64_t upload, zh_json_out *out)
{
    static const char *const states[] = { "ready", "importing", "done", "stopped" };
    zh_import_job *j = ctx;
    char number[16];
    pthread_mutex_lock(&j->lock);
    const bool mine = j->phase != IDLE && j->upload == upload;
    if (mine) {
        zh_json_out_key_text(out, ZH_SV("state"), zh_sv_of(states[j->phase]));
        zh_json_out_key_int(out, ZH_SV("doneBytes"), (int64_t)j->done);
        zh_json_out_key_int(out, ZH_SV("totalBytes"), (int64_t)j->total);
        zh_json_out_key_int(out, ZH_SV("lines"), (int64_t)j->so_far.lines);
        zh_json_out_key_int(out, ZH_SV("accepted"), (int64_t)j->so_far.accepted);
        zh_json_out_key_int(out, ZH_SV("duplicate"), (int64_t)j->so_far.duplicate);
        zh_json_out_key_int(out, ZH_SV("rejected"), (int64_t)j->so_far.rejected);
        zh_json_out_key_int(out, ZH_SV("resumedLines"), (int64_t)j->result.resumed);
        zh_json_out_key_bool(out, ZH_SV("hasRejects"), j->result.rejects[0] != '\0');
        snprintf(number, sizeof number, "%u", j->result.number);
        if (j->result.number != 0) zh_json_out_key_text(out, ZH_SV("import"), zh_sv_of(number));
        if (j->result.first.text[0] != '\0') zh_json_out_key_text(out, ZH_SV("firstReject"), zh_sv_of(j->result.first.text));
        if (j->why.text[0] != '\0') zh_json_out_key_text(out, ZH_SV("detail"), zh_sv_of(j->why.text));
    }
    pthread_mutex_unlock(&j->lock);
    return mine;
}

static void stop(void *ctx, uint64_t upload)
{
    zh_import_job *j = ctx;
    pthread_mutex_lock(&j->lock);
    if (j->upload == upload) j->stop = 1;
    pthread_mutex_unlock(&j->lock);
}

/* ---- life ---- */

zh_err zh_import_job_open(zh_import_job **out, zh_sv data_dir)
{
    *out = calloc(1, sizeof **out);
    if (*out == NULL) return ZH_NOMEM;
    pthread_mutex_init(&(*out)->lock, NULL);
    const int size = snprintf((*out)->data, sizeof (*out)->data, "%.*s", ZH_SV_ARG(data_dir));
    return size > 0 && size < (int)sizeof (*out)->data ? ZH_OK : ZH_RANGE;
}

void zh_import_job_close(zh_import_job *j)
{
    if (j == NULL) return;
    j->stop = 1;
    if (j->started) pthread_join(j->thread, NULL);
    pthread_mutex_destroy(&j->lock);
    free(j);
}

zh_server_importer zh_import_job_importer(zh_import_job *j)
{
    return (zh_server_importer){ .ctx = j, .preview = preview, .start = start, .progress = progress, .stop = stop };
}

bool zh_import_job_is_running(zh_import_job *j)
{
    pthread_mutex_lock(&j->lock);
    const bool is = j->phase == IMPORTING;
    pthread_mutex_unlock(&j->lock);
    return is;
}
