#include "app/cmd_tag.h"
#include "app/cmd_ask.h"
#include "app/rows_file.h"
#include "base/json.h"
#include "base/json_out.h"

#include <stdlib.h>

#define AT_ONCE 1000
#define BODY_BYTES_MAX (900u << 10) /* an engine takes 1 MiB */
#define ROW_BYTES_MAX 4096
#define ANSWER_BYTES_MAX (16u << 20)
#define PATH_BYTES 2048

static const zh_option tag_options[] = {
    { "data", "DIR", "the data folder", "./zhun-data", false },
    { "url", "URL", "or an engine over HTTP, with --key", NULL, false },
    { "key", "KEY", "an admin token for --url", NULL, false },
    { "by", "WHO", "of set and remove: customer, staff or import", "staff", false },
    { "expires", "TIME", "of set: until when, as 2026-12-31T00:00:00Z", NULL, false },
    { "confidence", "NUMBER", "of set: how sure, 0 to 1", NULL, false },
    { "json", NULL, "print the engine's own JSON", NULL, true },
};

typedef struct asking {
    zh_door *door;
    zh_json *json;
    zh_json_value root;
    zh_sv text;
} asking;

static zh_err send(asking *a, zh_sv method, zh_sv path, zh_sv body, zh_note *why)
{
    zh_client_answer answer;
    zh_err e = zh_door_ask(a->door, method, path, body, &answer, why);
    if (e != ZH_OK) return e;
    a->text = answer.body;
    if (answer.body.size > 0 && (e = zh_json_parse(a->json, answer.body, &a->root, NULL)) != ZH_OK) zh_note_set(why, "the answer cannot be read");
    return e;
}

/* ---- paths ---- */

static size_t put_encoded(char *out, size_t at, const char *text)
{
    static const char digits[] = "0123456789ABCDEF";
    for (; *text != '\0' && at + 4 < PATH_BYTES; text++) {
        const unsigned char c = (unsigned char)*text;
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.') {
            out[at++] = (char)c;
            continue;
        }
        out[at++] = '%';
        out[at++] = digits[c >> 4];
        out[at++] = digits[c & 15];
    }
    out[at] = '\0';
    return at;
}

static zh_sv path_of(char out[PATH_BYTES], const char *before, const char *first, const char *middle, const char *second)
{
    size_t at = (size_t)snprintf(out, PATH_BYTES, "%s", before);
    at = put_encoded(out, at, first);
    at += (size_t)snprintf(out + at, PATH_BYTES - at, "%s", middle);
    return (zh_sv){ out, put_encoded(out, at, second) };
}

/* ---- what is printed ---- */

static void print_text(zh_sv text)
{
    fwrite(text.data, 1, text.size, stdout);
    fputc('\n', stdout);
}

static zh_sv text_in(zh_json_value row, const char *key) { return zh_json_text_or_empty(zh_json_get(row, zh_sv_of(key))); }

static void print_tags(const asking *a, const zh_options *given)
{
    if (zh_options_flag(given, "json")) {
        print_text(a->text);
        return;
    }
    for (zh_json_iter it = zh_json_walk(zh_json_get(a->root, ZH_SV("tags"))); zh_json_next(&it);) {
        const zh_sv expires = text_in(it.value, "expires");
        printf("%-24.*s %-9.*s since %.*s%s%.*s%s\n", ZH_SV_ARG(text_in(it.value, "tag")), ZH_SV_ARG(text_in(it.value, "source")), ZH_SV_ARG(text_in(it.value, "since")),
               expires.size > 0 ? " until " : "", ZH_SV_ARG(expires), zh_json_is(zh_json_get(it.value, ZH_SV("contradiction")), ZH_JSON_OBJECT) ? "  behaviour speaks against it" : "");
    }
    for (zh_json_iter it = zh_json_walk(zh_json_get(a->root, ZH_SV("deleted"))); zh_json_next(&it);)
        printf("%-24.*s deleted by the customer at %.*s\n", ZH_SV_ARG(text_in(it.value, "tag")), ZH_SV_ARG(text_in(it.value, "at")));
}

static void print_totals(const asking *a, const zh_options *given)
{
    if (zh_options_flag(given, "json")) {
        print_text(a->text);
        return;
    }
    for (zh_json_iter it = zh_json_walk(zh_json_get(a->root, ZH_SV("items"))); zh_json_next(&it);) {
        int64_t customers = 0;
        const zh_sv segment = text_in(it.value, "segment");
        (void)zh_json_int(zh_json_get(it.value, ZH_SV("customers")), &customers);
        printf("%-24.*s %10lld%s%.*s\n", ZH_SV_ARG(text_in(it.value, "tag")), (long long)customers, segment.size > 0 ? "  follows the segment " : "", ZH_SV_ARG(segment));
    }
}

/* ---- verbs ---- */

static zh_err set(asking *a, const zh_options *given, zh_note *why)
{
    char path[PATH_BYTES];
    zh_buf body = zh_buf_open(4096);
    zh_json_out out = zh_json_out_on(&body);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("by"), zh_options_text(given, "by"));
    if (zh_options_text(given, "expires").size > 0) zh_json_out_key_text(&out, ZH_SV("expires"), zh_options_text(given, "expires"));
    const zh_sv sure = zh_options_text(given, "confidence");
    if (sure.size > 0) zh_json_out_key_real(&out, ZH_SV("confidence"), strtod(sure.data, NULL));
    zh_json_out_end(&out);
    zh_err e = zh_json_out_done(&out);
    if (e == ZH_OK) e = send(a, ZH_SV("PUT"), path_of(path, "/v1/profiles/", given->arguments[1], "/tags/", given->arguments[2]), zh_buf_view(&body), why);
    zh_buf_close(&body);
    if (e == ZH_OK) print_tags(a, given);
    return e;
}

static zh_err drop(asking *a, const zh_options *given, zh_note *why)
{
    char path[PATH_BYTES];
    zh_sv where = path_of(path, "/v1/profiles/", given->arguments[1], "/tags/", given->arguments[2]);
    where.size += (size_t)snprintf(path + where.size, PATH_BYTES - where.size, "?by=%.*s", ZH_SV_ARG(zh_sv_part(zh_options_text(given, "by"), 0, 20)));
    const zh_err e = send(a, ZH_SV("DELETE"), where, (zh_sv){ 0 }, why);
    if (e == ZH_OK) print_tags(a, given);
    return e;
}

static zh_err list(asking *a, const zh_options *given, zh_note *why)
{
    char path[PATH_BYTES];
    if (given->arguments_count == 1) {
        const zh_err e = send(a, ZH_SV("GET"), ZH_SV("/api/v1/tags"), (zh_sv){ 0 }, why);
        if (e == ZH_OK) print_totals(a, given);
        return e;
    }
    const zh_err e = send(a, ZH_SV("GET"), path_of(path, "/v1/profiles/", given->arguments[1], "/tags", ""), (zh_sv){ 0 }, why);
    if (e == ZH_OK) print_tags(a, given);
    return e;
}

static zh_err follow(asking *a, const zh_options *given, zh_note *why)
{
    char path[PATH_BYTES];
    const zh_sv where = path_of(path, "/api/v1/tags/", given->arguments[1], "", "");
    if (given->arguments_count == 2) return send(a, ZH_SV("DELETE"), where, (zh_sv){ 0 }, why);
    zh_buf body = zh_buf_open(4096);
    zh_json_out out = zh_json_out_on(&body);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("segment"), zh_sv_of(given->arguments[2]));
    zh_json_out_end(&out);
    zh_err e = zh_json_out_done(&out);
    if (e == ZH_OK) e = send(a, ZH_SV("PUT"), where, zh_buf_view(&body), why);
    zh_buf_close(&body);
    return e;
}

/* ---- a file of tags ---- */

typedef struct bringing {
    asking *a;
    zh_buf body;
    zh_json_out out;
    uint32_t waiting;
    int64_t set, removed, deleted, unknown;
} bringing;

static void begin(bringing *b)
{
    zh_buf_reset(&b->body);
    b->out = zh_json_out_on(&b->body);
    zh_json_out_object(&b->out);
    zh_json_out_key(&b->out, ZH_SV("rows"));
    zh_json_out_array(&b->out);
    b->waiting = 0;
}

static int64_t number_of(zh_json_value root, const char *key)
{
    int64_t number = 0;
    (void)zh_json_int(zh_json_get(root, zh_sv_of(key)), &number);
    return number;
}

static zh_err send_rows(bringing *b, zh_note *why)
{
    if (b->waiting == 0) return ZH_OK;
    zh_json_out_end(&b->out);
    zh_json_out_end(&b->out);
    zh_err e = zh_json_out_done(&b->out);
    if (e == ZH_OK) e = send(b->a, ZH_SV("POST"), ZH_SV("/api/v1/tags/import"), zh_buf_view(&b->body), why);
    if (e != ZH_OK) return e;
    b->set += number_of(b->a->root, "set");
    b->removed += number_of(b->a->root, "removed");
    b->deleted += number_of(b->a->root, "deletedByCustomer");
    b->unknown += number_of(b->a->root, "unknown");
    for (zh_json_iter it = zh_json_walk(zh_json_get(b->a->root, ZH_SV("unknownIds"))); zh_json_next(&it);) zh_complain("nobody has the id %.*s", ZH_SV_ARG(zh_json_text_or_empty(it.value)));
    begin(b);
    return ZH_OK;
}

static zh_err take(void *context, const zh_sv *fields, uint64_t line, zh_note *why)
{
    bringing *b = context;
    if (fields[0].size == 0 || fields[1].size == 0) {
        zh_note_set(why, "line %llu: a row needs user_id and tag", (unsigned long long)line);
        return ZH_FORMAT;
    }
    char sure[32] = "";
    if (fields[2].size > 0) snprintf(sure, sizeof sure, "%.*s", (int)zh_sv_part(fields[2], 0, 31).size, fields[2].data);
    zh_json_out_object(&b->out);
    zh_json_out_key_text(&b->out, ZH_SV("userId"), fields[0]);
    zh_json_out_key_text(&b->out, ZH_SV("tag"), fields[1]);
    if (sure[0] != '\0') zh_json_out_key_real(&b->out, ZH_SV("confidence"), strtod(sure, NULL));
    if (fields[3].size > 0) zh_json_out_key_text(&b->out, ZH_SV("expires"), fields[3]);
    if (fields[4].size > 0) zh_json_out_key_text(&b->out, ZH_SV("at"), fields[4]);
    if (zh_sv_equal(fields[5], ZH_SV("true")) || zh_sv_equal(fields[5], ZH_SV("1"))) zh_json_out_key_bool(&b->out, ZH_SV("remove"), true);
    zh_json_out_end(&b->out);
    b->waiting++;
    return b->waiting == AT_ONCE || b->body.size > BODY_BYTES_MAX - ROW_BYTES_MAX ? send_rows(b, why) : ZH_OK;
}

static zh_err import(asking *a, const zh_options *given, zh_note *why)
{
    static const char *const columns[] = { "user_id", "tag", "confidence", "expires", "at", "remove" };
    bringing b = { .a = a, .body = zh_buf_open(BODY_BYTES_MAX) };
    begin(&b);
    zh_err e = zh_rows_read(given->arguments[1], &(zh_rows_desc){ columns, 6, take, &b }, why);
    if (e == ZH_OK) e = send_rows(&b, why);
    if (e == ZH_OK)
        printf("%lld set, %lld taken away, %lld passed over because the customer deleted the tag, %lld with an id that is not known\n", (long long)b.set, (long long)b.removed,
               (long long)b.deleted, (long long)b.unknown);
    zh_buf_close(&b.body);
    return e;
}

static const struct { const char *verb; size_t least, most; zh_err (*run)(asking *a, const zh_options *given, zh_note *why); } verbs[] = {
    { "set", 3, 3, set }, { "remove", 3, 3, drop }, { "list", 1, 2, list }, { "import", 2, 2, import }, { "follow", 3, 3, follow }, { "unfollow", 2, 2, follow },
};

static int run_tag(const zh_options *given)
{
    size_t at = 0;
    while (at < sizeof verbs / sizeof *verbs && (given->arguments_count < 1 || strcmp(given->arguments[0], verbs[at].verb) != 0)) at++;
    if (at == sizeof verbs / sizeof *verbs || given->arguments_count < verbs[at].least || given->arguments_count > verbs[at].most) {
        zh_complain("tag knows set USER TAG, remove USER TAG, list [USER], import FILE, follow TAG SEGMENT and unfollow TAG: see zhun tag --help");
        return ZH_EXIT_USAGE;
    }
    int status;
    asking a = { .door = zh_ask_door(given, true, &status) };
    if (a.door == NULL) return status;
    zh_note why = { .text = "no memory" };
    zh_err e = zh_json_open(&a.json, ANSWER_BYTES_MAX);
    if (e == ZH_OK) e = verbs[at].run(&a, given, &why);
    if (e != ZH_OK) zh_complain("tag: %s", why.text);
    zh_json_close(a.json);
    zh_door_close(a.door);
    return e == ZH_OK ? ZH_EXIT_DONE : e == ZH_FORMAT || e == ZH_RANGE || e == ZH_FULL ? ZH_EXIT_USAGE : ZH_EXIT_COULD_NOT;
}

const zh_command zh_cmd_tag = {
    .name = "tag", .usage = "set|remove|list|import|follow|unfollow [USER] [TAG] --data DIR",
    .summary = "What is said of customers.\n"
               "set USER TAG: he has the tag, by staff or --by customer; remove USER TAG: no more. --by customer deletes it for good: only he can set it again.\n"
               "list USER: his tags; list: all tags with how many have each.\n"
               "import FILE: a table with user_id and tag, and if wanted confidence, expires, at, remove. Ids that are not known are named and passed over.\n"
               "follow TAG SEGMENT: whoever is in the kept segment has the tag; unfollow TAG: no more.",
    .example = "  zhun tag set u-1 vip --expires 2030-12-31T00:00:00Z --data ./zhun-data\n"
               "  zhun tag remove u-1 vip --by customer --data ./zhun-data\n"
               "  zhun tag import tags.csv --data ./zhun-data",
    .options = tag_options, .options_count = sizeof tag_options / sizeof *tag_options, .run = run_tag,
};
