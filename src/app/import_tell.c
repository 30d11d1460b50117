#include "app/import_tell.h"

#include "base/hash.h"
#include "base/json.h"
#include "base/json_out.h"
#include "collect/table_guess.h"
#include "sys/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ANSWER_BYTES_MAX (1u << 20)
#define ENDS_BYTES (1u << 20) /* of a file's front and back that make its fingerprint, with its size */
#define WAIT_S 3600           /* for views to be folded anew */
#define LOST_S 300            /* an engine that restarts does not answer for a while */

/* ---- the fingerprint ---- */

/* One more piece into a chain of hashes. */
static uint64_t chain(uint64_t hash, zh_sv piece)
{
    const uint64_t pair[2] = { hash, zh_fast64(piece) };
    return zh_fast64((zh_sv){ (const char *)pair, sizeof pair });
}

static zh_err hash_ends(FILE *file, uint64_t *hash, uint64_t *size)
{
    char *bytes = malloc(ENDS_BYTES);
    if (bytes == NULL) return ZH_NOMEM;
    *hash = chain(*hash, (zh_sv){ bytes, fread(bytes, 1, ENDS_BYTES, file) });
    if (fseeko(file, 0, SEEK_END) == 0) *size = (uint64_t)ftello(file);
    if (*size > ENDS_BYTES && fseeko(file, (off_t)(*size - ENDS_BYTES), SEEK_SET) == 0)
        *hash = chain(*hash, (zh_sv){ bytes, fread(bytes, 1, ENDS_BYTES, file) });
    free(bytes);
    return ZH_OK;
}

/* 0 for standard input and what cannot be read: such an import begins anew each time. */
static uint64_t fingerprint_of(zh_sv path, const zh_import_run_desc *desc, uint64_t *size)
{
    char name[ZH_IMPORT_PATH_BYTES_MAX];
    *size = 0;
    if (zh_sv_equal(path, ZH_SV("-")) || path.size >= sizeof name) return 0;
    snprintf(name, sizeof name, "%.*s", ZH_SV_ARG(path));
    FILE *file = fopen(name, "rbe");
    if (file == NULL) return 0;
    zh_buf text = zh_buf_open(1 << 20);
    zh_buf_put(&text, zh_sv_of(zh_import_format_name(desc->format)));
    if (desc->map != NULL) zh_table_map_print(desc->map, &text);
    uint64_t hash = zh_fast64(zh_buf_view(&text));
    zh_buf_close(&text);
    const zh_err e = hash_ends(file, &hash, size);
    (void)fclose(file);
    hash = chain(hash, (zh_sv){ (const char *)size, sizeof *size });
    return e == ZH_OK ? hash | 1 : 0;
}

/* ---- asking ---- */

/* The answer's JSON in *json, which the caller closes; ZH_OK for 2xx alone. */
static zh_err ask(const zh_import_engine *engine, const char *method, const char *path, zh_sv body, unsigned *status, zh_json **json, zh_json_value *root, zh_note *why)
{
    zh_client_answer answer = { 0 };
    const zh_client_question question = { .method = zh_sv_of(method), .url = zh_sv_of(path), .body = body };
    *status = 0;
    *json = NULL;
    zh_err e = zh_client_ask(engine->client, &question, &answer);
    if (e != ZH_OK) {
        zh_note_set(why, "the engine does not answer: %.*s", ZH_SV_ARG(zh_client_why(engine->client)));
        return e;
    }
    *status = answer.status;
    if ((e = zh_json_open(json, ANSWER_BYTES_MAX)) != ZH_OK) return e;
    e = zh_json_parse(*json, answer.body, root, NULL);
    if (answer.status >= 200 && answer.status < 300) return e == ZH_OK ? ZH_OK : ZH_CORRUPT;
    const zh_sv detail = e == ZH_OK ? zh_json_text_or_empty(zh_json_get(*root, ZH_SV("detail"))) : (zh_sv){ 0 };
    zh_note_set(why, "the engine answered %u: %.*s", answer.status, ZH_SV_ARG(zh_sv_part(detail, 0, 180)));
    return answer.status == 404 ? ZH_ABSENT : answer.status == 409 ? ZH_EXISTS : answer.status == 401 || answer.status == 403 ? ZH_DENIED : ZH_IO;
}

static uint64_t count_of(zh_json_value object, const char *name)
{
    uint64_t value = 0;
    (void)zh_json_uint(zh_json_get(object, zh_sv_of(name)), &value);
    return value;
}

static bool has_code(zh_json_value root, zh_sv code)
{
    return zh_sv_equal(zh_json_text_or_empty(zh_json_get(root, ZH_SV("code"))), code);
}

/* ---- beginning ---- */

static zh_err make_source(const zh_import_engine *engine, zh_note *why)
{
    zh_buf body = zh_buf_open(4096);
    zh_json_out out = zh_json_out_on(&body);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("name"), engine->source);
    zh_json_out_end(&out);
    zh_err e = zh_json_out_done(&out);
    zh_json *json = NULL;
    zh_json_value root;
    unsigned status;
    if (e == ZH_OK) e = ask(engine, "POST", "/api/v1/sources", zh_buf_view(&body), &status, &json, &root, why);
    zh_json_close(json);
    zh_buf_close(&body);
    return e;
}

static void put_begin(zh_sv path, const zh_import_engine *engine, const zh_import_run_desc *desc, zh_json_out *out)
{
    uint64_t bytes;
    char text[24];
    const uint64_t fingerprint = fingerprint_of(path, desc, &bytes);
    zh_sv name = desc->name.size > 0 ? desc->name : zh_sv_equal(path, ZH_SV("-")) ? ZH_SV("standard input") : path;
    const char *slash = memrchr(name.data, '/', name.size);
    if (slash != NULL) name = zh_sv_part(name, (size_t)(slash - name.data) + 1, SIZE_MAX);
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("name"), zh_sv_part(name, 0, 255));
    zh_json_out_key_text(out, ZH_SV("format"), zh_sv_of(zh_import_format_name(desc->format)));
    snprintf(text, sizeof text, "%016llx", (unsigned long long)fingerprint);
    if (fingerprint != 0) zh_json_out_key_text(out, ZH_SV("fingerprint"), zh_sv_of(text));
    zh_json_out_key_int(out, ZH_SV("bytes"), (int64_t)bytes);
    if (engine->source.size > 0) zh_json_out_key_text(out, ZH_SV("source"), engine->source);
    zh_json_out_end(out);
}

static void take_begun(zh_import_tell *t, zh_json_value root)
{
    const zh_json_value import = zh_json_get(root, ZH_SV("import"));
    const zh_sv state = zh_json_text_or_empty(zh_json_get(import, ZH_SV("state")));
    bool resumed = false;
    (void)zh_json_bool(zh_json_get(root, ZH_SV("resumed")), &resumed);
    char id[16];
    snprintf(id, sizeof id, "%.*s", ZH_SV_ARG(zh_sv_part(zh_json_text_or_empty(zh_json_get(import, ZH_SV("id"))), 0, 12)));
    t->number = (uint32_t)strtoul(id, NULL, 10);
    t->done_before = resumed && zh_sv_equal(state, ZH_SV("done"));
    t->resumed = resumed && !t->done_before;
    if (!t->resumed) return;
    t->so_far = (zh_import_told){ .lines = count_of(import, "lines"), .accepted = count_of(import, "accepted"), .duplicate = count_of(import, "duplicate"),
                                  .rejected = count_of(import, "rejected"), .rejects_bytes = count_of(import, "rejectsBytes") };
    if (t->so_far.accepted + t->so_far.duplicate + t->so_far.rejected != t->so_far.lines) t->so_far = (zh_import_told){ 0 };
}

zh_err zh_import_tell_begin(zh_import_tell *t, const zh_import_engine *engine, zh_sv path, const zh_import_run_desc *desc, zh_note *why)
{
    *t = (zh_import_tell){ .engine = engine };
    if (engine == NULL || engine->client == NULL) return ZH_OK;
    zh_buf body = zh_buf_open(8192);
    zh_json_out out = zh_json_out_on(&body);
    put_begin(path, engine, desc, &out);
    zh_json *json = NULL;
    zh_json_value root = { 0 };
    unsigned status = 0;
    zh_err e = zh_json_out_done(&out);
    if (e == ZH_OK) e = ask(engine, "POST", "/v1/imports", zh_buf_view(&body), &status, &json, &root, why);
    if (e == ZH_ABSENT && has_code(root, ZH_SV("unknown_source"))) {
        zh_json_close(json);
        json = NULL;
        e = make_source(engine, why);
        if (e == ZH_OK) e = ask(engine, "POST", "/v1/imports", zh_buf_view(&body), &status, &json, &root, why);
    } else if (status == 404 || status == 405 || (status == 401 && zh_import_is_items(desc->format)) || status == 403) {
        e = ZH_OK; /* an older engine, or a key for items alone: the import is not kept in a list */
        root = (zh_json_value){ 0 };
        status = 0;
    }
    if (e == ZH_OK && status != 0) take_begun(t, root);
    zh_json_close(json);
    zh_buf_close(&body);
    engine->name(engine->ctx, t->number);
    return e;
}

zh_err zh_import_tell_now(zh_import_tell *t, const char *state, const zh_import_told *so_far, uint64_t *taken, zh_note *why)
{
    char path[48];
    const int64_t now_us = zh_clock_mono_us(NULL);
    const bool running = strcmp(state, "running") == 0;
    if (t->number == 0 || t->done_before) return ZH_OK;
    if (running && now_us - t->told_us_ < ZH_IMPORT_TELL_MS * 1000) return ZH_OK;
    zh_buf body = zh_buf_open(4096);
    zh_json_out out = zh_json_out_on(&body);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("state"), zh_sv_of(state));
    zh_json_out_key_int(&out, ZH_SV("lines"), (int64_t)so_far->lines);
    zh_json_out_key_int(&out, ZH_SV("accepted"), (int64_t)so_far->accepted);
    zh_json_out_key_int(&out, ZH_SV("duplicate"), (int64_t)so_far->duplicate);
    zh_json_out_key_int(&out, ZH_SV("rejected"), (int64_t)so_far->rejected);
    zh_json_out_key_int(&out, ZH_SV("rejectsBytes"), (int64_t)so_far->rejects_bytes);
    zh_json_out_end(&out);
    snprintf(path, sizeof path, "/v1/imports/%u", t->number);
    zh_json *json = NULL;
    zh_json_value root;
    unsigned status;
    zh_err e = zh_json_out_done(&out);
    if (e == ZH_OK) e = ask(t->engine, "POST", path, zh_buf_view(&body), &status, &json, &root, why);
    if (e == ZH_OK && taken != NULL) {
        const zh_json_value import = zh_json_get(root, ZH_SV("import"));
        *taken = count_of(import, "events") + count_of(import, "items");
    }
    if (e != ZH_OK && running && status != 409) e = ZH_OK; /* what a batch cannot do says so itself */
    zh_json_close(json);
    zh_buf_close(&body);
    t->told_us_ = zh_clock_mono_us(NULL);
    return e;
}

/* ---- taking back, listing ---- */

static void say_undone(zh_json_value import, zh_buf *said)
{
    zh_buf_printf(said, "undone: import %.*s, %.*s: %llu events and %llu items are taken back\n", ZH_SV_ARG(zh_json_text_or_empty(zh_json_get(import, ZH_SV("id")))),
                  ZH_SV_ARG(zh_json_text_or_empty(zh_json_get(import, ZH_SV("name")))), (unsigned long long)count_of(import, "events"),
                  (unsigned long long)count_of(import, "items"));
}

zh_err zh_import_undo(zh_import_engine *engine, zh_sv id, zh_err (*reopen)(void *ctx, zh_import_engine *engine, zh_note *why), void *ctx, zh_buf *said, zh_note *why)
{
    char path[64];
    zh_json *json;
    zh_json_value root;
    unsigned status;
    const zh_sv number = zh_sv_part(id, 0, 12);
    snprintf(path, sizeof path, "/api/v1/imports/%.*s/undo", ZH_SV_ARG(number));
    zh_err e = ask(engine, "POST", path, ZH_SV("{}"), &status, &json, &root, why);
    zh_json_close(json);
    snprintf(path, sizeof path, "/api/v1/imports/%.*s", ZH_SV_ARG(number));
    for (int waited = 0, lost = 0; e == ZH_OK && waited < WAIT_S * 4; waited++) {
        e = ask(engine, "GET", path, (zh_sv){ 0 }, &status, &json, &root, why);
        const zh_json_value import = e == ZH_OK ? zh_json_get(root, ZH_SV("import")) : (zh_json_value){ 0 };
        const bool undone = zh_sv_equal(zh_json_text_or_empty(zh_json_get(import, ZH_SV("state"))), ZH_SV("undone"));
        bool ready = false;
        (void)zh_json_bool(zh_json_get(zh_json_get(import, ZH_SV("undoing")), ZH_SV("ready")), &ready);
        if (undone) say_undone(import, said);
        zh_json_close(json);
        if (undone) return ZH_OK;
        if (e != ZH_OK && status == 0 && ++lost < LOST_S * 4) e = ZH_OK; /* it is being opened anew */
        if (e == ZH_OK && ready && reopen != NULL) e = reopen(ctx, engine, why);
        (void)nanosleep(&(struct timespec){ .tv_nsec = 250000000 }, NULL);
    }
    if (e == ZH_OK) {
        zh_note_set(why, "the views are still being folded anew: it goes on by itself");
        e = ZH_TIMEOUT;
    }
    return e;
}

zh_err zh_import_list(const zh_import_engine *engine, bool as_json, zh_buf *out, zh_note *why)
{
    zh_json *json;
    zh_json_value root;
    unsigned status;
    const zh_err e = ask(engine, "GET", "/api/v1/imports?limit=100", (zh_sv){ 0 }, &status, &json, &root, why);
    if (e == ZH_OK && as_json) {
        zh_json_write(root, out);
        zh_buf_put_u8(out, '\n');
    } else if (e == ZH_OK) {
        zh_buf_printf(out, "%5s  %-8s  %-12s  %12s  %10s  %10s  %-20s  %s\n", "id", "state", "format", "accepted", "duplicate", "rejected", "begun", "file");
        for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("items"))); zh_json_next(&it);)
            zh_buf_printf(out, "%5.*s  %-8.*s  %-12.*s  %12llu  %10llu  %10llu  %-20.*s  %.*s\n", ZH_SV_ARG(zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("id")))),
                          ZH_SV_ARG(zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("state")))), ZH_SV_ARG(zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("format")))),
                          (unsigned long long)count_of(it.value, "accepted"), (unsigned long long)count_of(it.value, "duplicate"),
                          (unsigned long long)count_of(it.value, "rejected"), ZH_SV_ARG(zh_sv_part(zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("begunAt"))), 0, 19)),
                          ZH_SV_ARG(zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("name")))));
    }
    zh_json_close(json);
    return e;
}
