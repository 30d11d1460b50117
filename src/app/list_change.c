#include "app/list_change.h"
#include "app/options.h"
#include "app/rows_file.h"
#include "base/json.h"
#include "base/json_out.h"

#include <stdio.h>

#define AT_ONCE 2000
#define BODY_BYTES_MAX (900u << 10) /* an engine takes 1 MiB */
#define ROW_BYTES_MAX 8192
#define ANSWER_BYTES_MAX (1u << 20)

typedef struct changing {
    zh_door *door;
    zh_json *json;
    const char *name;
    bool adds;
    zh_buf body;
    zh_json_out out;
    uint32_t waiting;
    int64_t changed, already, unknown, size;
} changing;

static void begin(changing *c)
{
    zh_buf_reset(&c->body);
    c->out = zh_json_out_on(&c->body);
    zh_json_out_object(&c->out);
    zh_json_out_key_text(&c->out, ZH_SV("act"), c->adds ? ZH_SV("add") : ZH_SV("remove"));
    zh_json_out_key(&c->out, ZH_SV("userIds"));
    zh_json_out_array(&c->out);
    c->waiting = 0;
}

static int64_t number_of(zh_json_value root, const char *key)
{
    int64_t number = 0;
    (void)zh_json_int(zh_json_get(root, zh_sv_of(key)), &number);
    return number;
}

static zh_err send(changing *c, zh_note *why)
{
    if (c->waiting == 0) return ZH_OK;
    char path[256];
    zh_client_answer answer;
    zh_json_value root;
    zh_json_out_end(&c->out);
    zh_json_out_end(&c->out);
    zh_err e = zh_json_out_done(&c->out);
    const int size = snprintf(path, sizeof path, "/api/v1/segments/%.100s/list", c->name);
    if (e == ZH_OK) e = zh_door_ask(c->door, ZH_SV("POST"), (zh_sv){ path, (size_t)size }, zh_buf_view(&c->body), &answer, why);
    if (e == ZH_OK && (e = zh_json_parse(c->json, answer.body, &root, NULL)) != ZH_OK) zh_note_set(why, "the answer cannot be read");
    if (e != ZH_OK) return e;
    c->changed += number_of(root, c->adds ? "added" : "removed");
    c->already += number_of(root, "already");
    c->unknown += number_of(root, "unknown");
    c->size = number_of(root, "size");
    for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("unknownIds"))); zh_json_next(&it);) zh_complain("nobody has the id %.*s", ZH_SV_ARG(zh_json_text_or_empty(it.value)));
    begin(c);
    return ZH_OK;
}

static zh_err take(void *context, const zh_sv *fields, uint64_t line, zh_note *why)
{
    changing *c = context;
    (void)line;
    if (fields[0].size == 0) return ZH_OK;
    zh_json_out_text(&c->out, fields[0]);
    c->waiting++;
    return c->waiting == AT_ONCE || c->body.size > BODY_BYTES_MAX - ROW_BYTES_MAX ? send(c, why) : ZH_OK;
}

zh_err zh_list_make(zh_door *door, const char *name, zh_sv title, zh_note *why)
{
    char path[256], bytes[2048];
    zh_client_answer answer;
    const int size = snprintf(path, sizeof path, "/api/v1/segments/%.100s", name);
    const zh_sv where = { path, (size_t)size };
    if (zh_door_ask(door, ZH_SV("GET"), where, (zh_sv){ 0 }, &answer, why) == ZH_OK) return ZH_OK;
    zh_buf body = zh_buf_open(sizeof bytes);
    zh_json_out out = zh_json_out_on(&body);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("kind"), ZH_SV("list"));
    if (title.size > 0) zh_json_out_key_text(&out, ZH_SV("title"), title);
    zh_json_out_end(&out);
    zh_err e = zh_json_out_done(&out);
    if (e == ZH_FULL) zh_note_set(why, "the title is too long");
    if (e == ZH_OK) e = zh_door_ask(door, ZH_SV("PUT"), where, zh_buf_view(&body), &answer, why);
    zh_buf_close(&body);
    return e;
}

zh_err zh_list_change_by(zh_door *door, const char *name, const char *path, bool adds, zh_note *why)
{
    static const char *const columns[] = { "user_id" };
    changing c = { .door = door, .name = name, .adds = adds, .body = zh_buf_open(BODY_BYTES_MAX) };
    zh_err e = zh_json_open(&c.json, ANSWER_BYTES_MAX);
    begin(&c);
    if (e == ZH_OK) e = zh_rows_read(path, &(zh_rows_desc){ columns, 1, take, &c }, why);
    if (e == ZH_OK) e = send(&c, why);
    if (e == ZH_OK)
        printf("%s: %lld %s, %lld were so before, %lld ids are not known; %lld customers\n", name, (long long)c.changed, adds ? "added" : "taken off", (long long)c.already,
               (long long)c.unknown, (long long)c.size);
    zh_json_close(c.json);
    zh_buf_close(&c.body);
    return e;
}
