#include "app/import_door.h"
#include "app/door.h"
#include "base/json.h"

#include <stdlib.h>
#include <time.h>

#define TRIES 60 /* of a busy engine, a second apart: it folds what it took meanwhile */

typedef struct place {
    zh_door *door;
    zh_json *json;
    char import[16]; /* what X-Zhun-Import says: the number, or that it is a file */
} place;

static void close_place(void *ctx)
{
    place *p = ctx;
    zh_json_close(p->json);
    zh_door_close(p->door);
    free(p);
}

static zh_err read_counts(place *p, zh_sv body, zh_import_counts *counts, zh_note *why)
{
    zh_json_value root;
    int64_t accepted = 0, duplicate = 0, rejected = 0;
    const zh_err e = zh_json_parse(p->json, body, &root, NULL);
    if (e != ZH_OK) return ZH_CORRUPT;
    (void)zh_json_int(zh_json_get(root, ZH_SV("accepted")), &accepted);
    (void)zh_json_int(zh_json_get(root, ZH_SV("duplicate")), &duplicate);
    (void)zh_json_int(zh_json_get(root, ZH_SV("rejected")), &rejected);
    *counts = (zh_import_counts){ (uint64_t)accepted, (uint64_t)duplicate, (uint64_t)rejected };
    zh_json_iter errors = zh_json_walk(zh_json_get(root, ZH_SV("errors")));
    if (rejected > 0 && zh_json_next(&errors)) /* of items, which leave no dead letters */
        zh_note_set(why, "%.*s: %.*s", ZH_SV_ARG(zh_sv_part(zh_json_text_or_empty(zh_json_get(errors.value, ZH_SV("itemId"))), 0, 60)),
                    ZH_SV_ARG(zh_json_text_or_empty(zh_json_get(errors.value, ZH_SV("detail")))));
    return ZH_OK;
}

static zh_err hand_over(void *ctx, zh_sv path, zh_sv json, zh_import_counts *counts, zh_note *why)
{
    place *p = ctx;
    const zh_client_header header = { ZH_SV("X-Zhun-Import"), zh_sv_of(p->import) };
    const zh_client_question question = { .method = ZH_SV("POST"), .url = path, .body = json, .headers = &header, .headers_count = 1 };
    for (int i = 0; i < TRIES; i++) {
        zh_client_answer answer;
        const zh_err e = zh_client_ask(zh_door_client(p->door), &question, &answer);
        if (e != ZH_OK) {
            zh_note_set(why, "the engine does not answer: %.*s", ZH_SV_ARG(zh_client_why(zh_door_client(p->door))));
            return e;
        }
        if (answer.status == 200) return read_counts(p, answer.body, counts, why);
        zh_note_set(why, "the engine answered %u: %.*s", answer.status, ZH_SV_ARG(zh_sv_part(answer.body, 0, 160)));
        if (answer.status == 400 || answer.status == 413) return ZH_FORMAT;
        if (answer.status != 429 && answer.status != 503) return ZH_IO;
        nanosleep(&(struct timespec){ .tv_sec = 1 }, NULL);
    }
    return ZH_BUSY;
}

static void name_import(void *ctx, uint32_t number)
{
    place *p = ctx;
    snprintf(p->import, sizeof p->import, number == 0 ? "file" : "%u", number);
}

static zh_client *client_of(void *ctx)
{
    return zh_door_client(((place *)ctx)->door);
}

static bool is_own(void *ctx)
{
    return zh_door_is_own(((place *)ctx)->door);
}

static zh_err open_place(zh_sv data_dir, zh_import_sink *sink, void **ctx, zh_note *why)
{
    place *p = calloc(1, sizeof *p);
    if (p == NULL) return ZH_NOMEM;
    name_import(p, 0);
    zh_err e = zh_json_open(&p->json, 1 << 20);
    if (e == ZH_OK) e = zh_door_open(&p->door, &(zh_door_desc){ .data = data_dir }, why);
    if (e != ZH_OK) {
        close_place(p);
        return e;
    }
    *sink = hand_over;
    *ctx = p;
    return ZH_OK;
}

const zh_import_door zh_import_by_door = { .open = open_place, .close = close_place, .client = client_of, .name = name_import, .is_own = is_own };
