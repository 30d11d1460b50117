#include "app/import_http.h"

#include "base/json.h"
#include "sys/client.h"

#include <stdlib.h>
#include <time.h>

#define ANSWER_BYTES_MAX (4u << 20) /* 500 refused items with a sentence each have 100 KB */
#define PAUSE_MS 500
#define SOURCE_BYTES_MAX 100
#define TIMEOUT_MS 120000 /* of one batch; a disk under pressure may take seconds to sync */

typedef struct place {
    zh_client *client;
    zh_json *json;
    char source[SOURCE_BYTES_MAX];
    size_t source_size;
    char import[16]; /* its number; "": none */
    int64_t pause_ms;
} place;

void zh_import_http_close(void *ctx)
{
    place *p = ctx;
    if (p == NULL) return;
    zh_client_close(p->client);
    zh_json_close(p->json);
    free(p);
}

zh_client *zh_import_http_client(void *ctx)
{
    return ((place *)ctx)->client;
}

void zh_import_http_name(void *ctx, uint32_t number)
{
    place *p = ctx;
    p->import[0] = '\0';
    if (number != 0) snprintf(p->import, sizeof p->import, "%u", number);
}

static void sleep_ms(int64_t ms)
{
    struct timespec left = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
    while (nanosleep(&left, &left) != 0) {}
}

/* ---- answers ---- */

static uint64_t count_of(zh_json_value root, zh_sv name)
{
    uint64_t count = 0;
    (void)zh_json_uint(zh_json_get(root, name), &count);
    return count;
}

static zh_err read_counts(place *p, zh_sv body, zh_import_counts *counts, zh_note *why)
{
    zh_json_value root;
    const zh_err e = zh_json_parse(p->json, body, &root, NULL);
    zh_note_set(why, "%s", ""); /* of an earlier try */
    if (e == ZH_NOMEM) return e;
    if (e != ZH_OK || !zh_json_is(zh_json_get(root, ZH_SV("accepted")), ZH_JSON_INT)) {
        zh_note_set(why, "what answered is no engine: check --url");
        return ZH_CORRUPT;
    }
    *counts =
        (zh_import_counts){ count_of(root, ZH_SV("accepted")), count_of(root, ZH_SV("duplicate")),
                            count_of(root, ZH_SV("rejected")) };
    zh_json_iter errors = zh_json_walk(zh_json_get(root, ZH_SV("errors")));
    if (!zh_json_next(&errors)) return ZH_OK;
    zh_note_set(why, "%.*s: %.*s",
                ZH_SV_ARG(zh_json_text_or_empty(zh_json_get(errors.value, ZH_SV("field")))),
                ZH_SV_ARG(zh_json_text_or_empty(zh_json_get(errors.value, ZH_SV("detail")))));
    return ZH_OK;
}

/* The engine's own sentence, from its problem object. */
static void read_problem(place *p, const zh_client_answer *answer, const char *hint, zh_note *why)
{
    zh_json_value root = { 0 };
    (void)!zh_json_parse(p->json, answer->body, &root, NULL);
    zh_sv detail = zh_json_text_or_empty(zh_json_get(root, ZH_SV("detail")));
    if (detail.size == 0) detail = zh_json_text_or_empty(zh_json_get(root, ZH_SV("title")));
    if (detail.size == 0) zh_note_set(why, "the engine answered %u%s", answer->status, hint);
    else
        zh_note_set(why, "the engine answered %u: %.*s%s", answer->status,
                    ZH_SV_ARG(zh_sv_part(detail, 0, 120)), hint);
}

static zh_err judge(place *p, const zh_client_answer *answer, zh_import_counts *counts,
                    zh_note *why)
{
    switch (answer->status) {
    case 200: return read_counts(p, answer->body, counts, why);
    case 400: case 413: case 422: read_problem(p, answer, "", why); return ZH_FORMAT;
    case 401:
        read_problem(p, answer, ": check --key (a write key for events, an admin token for items)",
                     why);
        return ZH_LOGIN;
    case 403: read_problem(p, answer, ": this key may not do that", why); return ZH_DENIED;
    case 404: read_problem(p, answer, ": is --url an engine?", why); return ZH_ABSENT;
    case 429: case 503: read_problem(p, answer, ": try again later", why); return ZH_BUSY;
    default: read_problem(p, answer, answer->status >= 500 ? "" : ": check --url", why);
        return answer->status >= 500 ? ZH_IO : ZH_CORRUPT;
    }
}

static int64_t retry_after_ms(const zh_client_answer *answer, int64_t otherwise_ms)
{
    const zh_sv text = zh_sv_trim(zh_client_header_of(answer, ZH_SV("Retry-After")));
    int64_t seconds = 0;
    if (text.size == 0 || text.size > 6) return otherwise_ms;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return otherwise_ms; /* a date: rare, and as good as none */
        seconds = seconds * 10 + (text.data[i] - '0');
    }
    if (seconds > ZH_IMPORT_HTTP_WAIT_S_MAX) seconds = ZH_IMPORT_HTTP_WAIT_S_MAX;
    return seconds == 0 ? otherwise_ms : seconds * 1000;
}

/* ---- the sink ---- */

static zh_err hand_over(void *ctx, zh_sv path, zh_sv json, zh_import_counts *counts, zh_note *why)
{
    place *p = ctx;
    const zh_sv named = p->import[0] != '\0' ? zh_sv_of(p->import) : (zh_sv){ p->source, p->source_size };
    const zh_client_header header = { ZH_SV("X-Zhun-Import"), named };
    const zh_client_question question = {
        .method = ZH_SV("POST"), .url = path, .body = json, .headers = &header, .headers_count = 1
    };
    int64_t pause_ms = p->pause_ms;
    for (int waits = 0, tries = 1;;) {
        zh_client_answer answer = { 0 };
        zh_err e = zh_client_ask(p->client, &question, &answer);
        if (e == ZH_OK) e = judge(p, &answer, counts, why);
        else
            zh_note_set(why, "the engine cannot be reached: %.*s",
                        ZH_SV_ARG(zh_client_why(p->client)));
        const bool overloaded = e == ZH_BUSY && answer.status != 0;
        const bool broken = e == ZH_IO || e == ZH_TIMEOUT || (e == ZH_BUSY && answer.status == 0);
        if (overloaded && ++waits <= ZH_IMPORT_HTTP_WAITS_MAX) {
            sleep_ms(retry_after_ms(&answer, pause_ms));
        } else if (broken && ++tries <= ZH_IMPORT_HTTP_TRIES) {
            sleep_ms(pause_ms);
            pause_ms *= 2;
        } else {
            return e;
        }
    }
}

zh_err zh_import_http_open(const zh_import_http_desc *desc, zh_import_sink *sink, void **ctx,
                           zh_note *why)
{
    const zh_sv source = desc->source.size == 0 ? ZH_SV("import") : desc->source;
    place *p = calloc(1, sizeof *p);
    if (p == NULL) return ZH_NOMEM;
    *p = (place){ .pause_ms = desc->pause_ms == 0 ? PAUSE_MS : desc->pause_ms,
                  .source_size = source.size };
    zh_err e = source.size > sizeof p->source ? ZH_RANGE : ZH_OK;
    if (e == ZH_OK) memcpy(p->source, source.data, source.size);
    else zh_note_set(why, "--source is longer than %d bytes", SOURCE_BYTES_MAX);
    const zh_client_desc client = { .base_url = desc->url,
                                    .bearer = desc->key,
                                    .timeout_ms = TIMEOUT_MS,
                                    .body_bytes_max = ANSWER_BYTES_MAX };
    if (e == ZH_OK && (e = zh_client_open(&p->client, &client)) != ZH_OK)
        zh_note_set(why, "'%.*s' is no address: write for example http://127.0.0.1:8700",
                    ZH_SV_ARG(zh_sv_part(desc->url, 0, 100)));
    if (e == ZH_OK) e = zh_json_open(&p->json, ANSWER_BYTES_MAX);
    if (e != ZH_OK) {
        zh_import_http_close(p);
        return e;
    }
    *sink = hand_over;
    *ctx = p;
    return ZH_OK;
}
