#include "app/door.h"
#include "base/json.h"
#include "engine/eraser.h"
#include "server/server.h"
#include "sys/file.h"
#include "sys/openblas.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#define ASK_MS (10 * 60 * 1000)
#define SOCKET_NAME "zhun.sock"

struct zh_door {
    zh_client *client;
    zh_engine *engine;  /* NULL: another process has it */
    zh_server *server;
    zh_metrics *metrics;
    zh_blas blas;
    zh_line_sink sink;
};

void zh_door_socket(zh_sv dir, char out[ZH_DOOR_PATH_BYTES])
{
    char given[PATH_MAX], full[PATH_MAX];
    snprintf(given, sizeof given, "%.*s", ZH_SV_ARG(dir));
    if (realpath(given, full) == NULL) snprintf(full, sizeof full, "%s", given);
    const int size = snprintf(out, ZH_DOOR_PATH_BYTES, "%s/" SOCKET_NAME, full);
    if (size >= ZH_DOOR_PATH_BYTES)
        snprintf(out, ZH_DOOR_PATH_BYTES, "/tmp/zhun-%016llx.sock", (unsigned long long)zh_fast64(zh_sv_of(full)));
}

static bool somebody_answers(zh_client *client)
{
    zh_client_answer answer;
    const zh_client_question question = { .url = ZH_SV("/healthz") };
    return zh_client_ask(client, &question, &answer) == ZH_OK && answer.status == 200;
}

static void show_progress(void *context, uint64_t done, uint64_t all)
{
    (void)context;
    if (isatty(STDERR_FILENO) && all > 0) fprintf(stderr, "\rrecovering %llu of %llu records", (unsigned long long)done, (unsigned long long)all);
    if (isatty(STDERR_FILENO) && done == all) fputc('\n', stderr);
}

static zh_err open_here(zh_door *d, const zh_door_desc *desc, const char *socket, zh_note *why)
{
    zh_err e = zh_metrics_open(&d->metrics);
    d->sink.fd = STDERR_FILENO;
    d->sink.level = ZH_LINE_WARN;
    if (e == ZH_OK) {
        zh_note none;
        const bool dense = zh_openblas_open(&d->blas, &none) == ZH_OK;
        const zh_engine_desc engine = { .dir = desc->data, .blas = dense ? &d->blas : NULL, .metrics = d->metrics, .sink = &d->sink, .must_exist = desc->must_exist,
                                        .erase_wait_ms = ZH_ERASER_WAIT_MS, /* a command ends soon; whoever serves does the rest */
                                        .progress = desc->quiet ? NULL : show_progress };
        e = zh_engine_open(&d->engine, &engine, why);
    }
    if (e == ZH_OK) {
        const zh_server_desc server = { .engine = d->engine, .no_tcp = true, .unix_path = zh_sv_of(socket), .threads = 1, .version = ZH_SV("command") };
        e = zh_server_open(&d->server, &server, why);
    }
    return e;
}

static zh_err open_folder(zh_door *d, const zh_door_desc *desc, zh_note *why)
{
    char socket[ZH_DOOR_PATH_BYTES];
    zh_err e = ZH_OK;
    if (!desc->must_exist) e = zh_file_make_dirs(desc->data);
    if (e != ZH_OK) {
        zh_note_set(why, "%.*s cannot be made: %s", ZH_SV_ARG(desc->data), zh_err_text(e));
        return e;
    }
    zh_door_socket(desc->data, socket);
    const zh_client_desc client = { .base_url = ZH_SV("http://localhost"), .unix_path = zh_sv_of(socket),
                                    .timeout_ms = desc->timeout_ms > 0 ? desc->timeout_ms : ASK_MS };
    e = zh_client_open(&d->client, &client);
    if (e != ZH_OK) zh_note_set(why, "no client: %s", zh_err_text(e));
    if (e != ZH_OK || somebody_answers(d->client)) return e;
    return open_here(d, desc, socket, why);
}

zh_err zh_door_open(zh_door **out, const zh_door_desc *desc, zh_note *why)
{
    zh_door *d = calloc(1, sizeof *d);
    if (d == NULL) return ZH_NOMEM;
    why->text[0] = '\0';
    zh_err e;
    if (desc->data.size > 0) e = open_folder(d, desc, why);
    else {
        const zh_client_desc client = { .base_url = desc->url, .bearer = desc->key, .timeout_ms = desc->timeout_ms > 0 ? desc->timeout_ms : ASK_MS };
        e = zh_client_open(&d->client, &client);
        if (e != ZH_OK) zh_note_set(why, "%.*s is no address: give one such as http://127.0.0.1:8700", ZH_SV_ARG(desc->url));
    }
    if (e != ZH_OK) {
        zh_door_close(d);
        return e;
    }
    *out = d;
    return ZH_OK;
}

void zh_door_close(zh_door *d)
{
    if (d == NULL) return;
    zh_client_close(d->client);
    zh_server_close(d->server);
    zh_engine_close(d->engine);
    zh_metrics_close(d->metrics);
    free(d);
}

zh_client *zh_door_client(zh_door *door)
{
    return door->client;
}

bool zh_door_is_own(const zh_door *door)
{
    return door->engine != NULL;
}

static zh_err error_of(unsigned status)
{
    switch (status) {
    case 400: return ZH_FORMAT;
    case 401: return ZH_LOGIN;
    case 403: return ZH_DENIED;
    case 404: return ZH_ABSENT;
    case 409: return ZH_EXISTS;
    case 429: return ZH_BUSY;
    default: return ZH_IO;
    }
}

static void explain(const zh_client_answer *answer, zh_note *why)
{
    zh_json *json;
    zh_json_value root;
    zh_note_set(why, "the engine answered %u", answer->status);
    if (zh_json_open(&json, 1 << 20) != ZH_OK) return;
    if (zh_json_parse(json, answer->body, &root, NULL) == ZH_OK) {
        const zh_sv detail = zh_json_text_or_empty(zh_json_get(root, ZH_SV("detail")));
        if (detail.size > 0) zh_note_set(why, "%.*s", ZH_SV_ARG(detail));
    }
    zh_json_close(json);
}

zh_err zh_door_ask(zh_door *d, zh_sv method, zh_sv path, zh_sv body, zh_client_answer *answer, zh_note *why)
{
    const zh_client_question question = { .method = method, .url = path, .body = body };
    const zh_err e = zh_client_ask(d->client, &question, answer);
    if (e != ZH_OK) {
        zh_note_set(why, "no answer: %.*s", ZH_SV_ARG(zh_client_why(d->client)));
        return e;
    }
    if (answer->status >= 200 && answer->status < 300) return ZH_OK;
    explain(answer, why);
    return error_of(answer->status);
}
