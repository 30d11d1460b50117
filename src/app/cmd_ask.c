#include "app/cmd_ask.h"
#include "app/export_segment.h"
#include "app/door.h"
#include "app/portrait_text.h"
#include "base/json_out.h"
#include "base/time.h"
#include "store/log.h"
#include "sys/clock.h"

#include <stdlib.h>
#include <unistd.h>

#define OUT_BYTES_MAX (64u << 20)
#define KEY_LIFE_MS_MAX (3650ull * 86400000) /* ten years; longer is never */

static const zh_option ask_options[] = {
    { "data", "DIR", "the data folder", "./zhun-data", false },
    { "url", "URL", "or an engine over HTTP, with --key", NULL, false },
    { "key", "KEY", "an admin token or server key for --url", NULL, false },
    { "json", NULL, "print the engine's own JSON", NULL, true },
};
#define ASK_OPTIONS .options = ask_options, .options_count = sizeof ask_options / sizeof *ask_options

static int status_of(zh_err e)
{
    return e == ZH_OK ? ZH_EXIT_DONE : e == ZH_FORMAT || e == ZH_RANGE ? ZH_EXIT_USAGE : ZH_EXIT_COULD_NOT;
}

zh_door *zh_ask_door(const zh_options *given, bool must_exist, int *status)
{
    const zh_sv url = zh_options_text(given, "url");
    zh_door_desc desc = { .url = url, .key = zh_options_text(given, "key"), .must_exist = must_exist };
    if (url.size == 0) desc.data = zh_options_text(given, "data");
    zh_note why;
    zh_door *door = NULL;
    const zh_err e = zh_door_open(&door, &desc, &why);
    *status = e == ZH_CORRUPT ? ZH_EXIT_FAILED : ZH_EXIT_COULD_NOT;
    if (e == ZH_OK) return door;
    zh_complain("%s", why.text);
    return NULL;
}

static zh_json *parse(zh_sv text, zh_json_value *root)
{
    zh_json *json;
    if (zh_json_open(&json, OUT_BYTES_MAX) != ZH_OK) return NULL;
    if (zh_json_parse(json, text, root, NULL) == ZH_OK) return json;
    zh_json_close(json);
    return NULL;
}

static void print(zh_sv text)
{
    fwrite(text.data, 1, text.size, stdout);
    if (text.size == 0 || text.data[text.size - 1] != '\n') fputc('\n', stdout); /* a table ends with one */
}

/* ---- check ---- */

static void say_damage(void *context, const zh_log_damage *damage)
{
    bool *any = context;
    *any = true;
    fprintf(stderr, "zhun: %.*s at byte %llu: %s\n", ZH_SV_ARG(damage->file), (unsigned long long)damage->offset, damage->reason);
}

/* Before an engine may open the folder: every byte of the log, read only. An engine that runs reads it by itself. */
static int verify_log(zh_sv data)
{
    char dir[4096];
    snprintf(dir, sizeof dir, "%.*s/log", ZH_SV_ARG(data));
    bool damaged = false;
    zh_note why = { "" };
    const zh_err e = zh_log_verify(zh_sv_of(dir), say_damage, &damaged, &why);
    if (e == ZH_OK || e == ZH_BUSY || e == ZH_ABSENT) return -1;
    if (!damaged) zh_complain("%s: %s", dir, why.text[0] != '\0' ? why.text : zh_err_text(e));
    return ZH_EXIT_FAILED;
}

static int print_check(zh_json_value root)
{
    for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("views"))); zh_json_next(&it);) {
        int64_t entries = 0, different = 0;
        (void)zh_json_int(zh_json_get(it.value, ZH_SV("entries")), &entries);
        (void)zh_json_int(zh_json_get(it.value, ZH_SV("different")), &different);
        const zh_sv view = zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("view")));
        if (different == 0) printf("%-12.*s %9lld entries  equal\n", ZH_SV_ARG(view), (long long)entries);
        else printf("%-12.*s %9lld entries  %lld DIFFERENT, the first: %.*s\n", ZH_SV_ARG(view), (long long)entries, (long long)different,
                    ZH_SV_ARG(zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("first")))));
    }
    bool equal = false;
    (void)zh_json_bool(zh_json_get(root, ZH_SV("equal")), &equal);
    const zh_sv why = zh_json_text_or_empty(zh_json_get(root, ZH_SV("why")));
    if (why.size > 0) printf("%.*s\n", ZH_SV_ARG(why));
    puts(equal ? "equal" : "NOT EQUAL");
    return equal ? ZH_EXIT_DONE : ZH_EXIT_FAILED;
}

static int run_check(const zh_options *given)
{
    int status = zh_options_text(given, "url").size > 0 ? -1 : verify_log(zh_options_text(given, "data"));
    if (status != -1) return status;
    zh_door *door = zh_ask_door(given, true, &status);
    if (door == NULL) return status;
    zh_client_answer answer;
    zh_note why;
    const zh_err e = zh_door_ask(door, ZH_SV("POST"), ZH_SV("/api/v1/check"), ZH_SV("{}"), &answer, &why);
    zh_json_value root;
    zh_json *json = e == ZH_OK ? parse(answer.body, &root) : NULL;
    if (json == NULL) {
        zh_complain("check: %s", e == ZH_OK ? "the answer cannot be read" : why.text);
        status = ZH_EXIT_COULD_NOT;
    } else if (zh_options_flag(given, "json")) {
        bool equal = false;
        print(answer.body);
        status = zh_json_bool(zh_json_get(root, ZH_SV("equal")), &equal) && equal ? ZH_EXIT_DONE : ZH_EXIT_FAILED;
    } else status = print_check(root);
    zh_json_close(json);
    zh_door_close(door);
    return status;
}

const zh_command zh_cmd_check = {
    .name = "check", .usage = "--data DIR [--json]",
    .summary = "Rebuild every view from the log and compare.\nReads every byte of the log on the way. 0: all equal; 1: damage or the first differences; 3: could not.",
    .example = "  zhun check --data ./zhun-data", ASK_OPTIONS, .run = run_check,
};

/* ---- retention ---- */

static int64_t number_of(zh_json_value root, zh_sv name)
{
    int64_t value = 0;
    (void)zh_json_int(zh_json_get(root, name), &value);
    return value;
}

static void print_rule(zh_json_value rule)
{
    const int64_t seconds = number_of(rule, ZH_SV("eventsSeconds")), bytes = number_of(rule, ZH_SV("logBytes"));
    if (seconds == 0 && bytes == 0) puts("everything is kept");
    if (seconds > 0) printf("events leave the log when they are older than %.1f days\n", (double)seconds / 86400);
    if (bytes > 0) printf("the oldest events leave the log while it is larger than %.1f MB\n", (double)bytes / 1e6);
}

static void print_retention(zh_json_value root)
{
    print_rule(zh_json_get(root, ZH_SV("rule")));
    const zh_sv oldest = zh_json_text_or_empty(zh_json_get(root, ZH_SV("oldestAt"))), next = zh_json_text_or_empty(zh_json_get(root, ZH_SV("nextDropAt")));
    const zh_json_value base = zh_json_get(root, ZH_SV("base"));
    bool whole = true;
    (void)zh_json_bool(zh_json_get(root, ZH_SV("whole")), &whole);
    printf("log: %.1f MB, from %.*s%s\n", (double)number_of(root, ZH_SV("logBytes")) / 1e6, ZH_SV_ARG(oldest.size > 0 ? oldest : ZH_SV("now")),
           whole ? ", from its first record" : "; what was before is in the base");
    if (zh_json_is(base, ZH_JSON_OBJECT))
        printf("base %lld: %lld events up to %.*s, %.1f MB, digest %.*s\n", (long long)number_of(base, ZH_SV("number")), (long long)number_of(base, ZH_SV("events")),
               ZH_SV_ARG(zh_json_text_or_empty(zh_json_get(base, ZH_SV("until")))), (double)number_of(base, ZH_SV("bytes")) / 1e6,
               ZH_SV_ARG(zh_json_text_or_empty(zh_json_get(base, ZH_SV("digest")))));
    if (next.size > 0) printf("the next segment goes at %.*s\n", ZH_SV_ARG(next));
    const zh_sv phase = zh_json_text_or_empty(zh_json_get(root, ZH_SV("phase")));
    if (zh_sv_equal(phase, ZH_SV("failed"))) printf("the last try failed: %.*s\n", ZH_SV_ARG(zh_json_text_or_empty(zh_json_get(root, ZH_SV("why")))));
    else printf("now: %.*s\n", ZH_SV_ARG(phase));
}

static int run_retention(const zh_options *given)
{
    int status;
    zh_door *door = zh_ask_door(given, true, &status);
    if (door == NULL) return status;
    zh_client_answer answer;
    zh_note why;
    const zh_err e = zh_door_ask(door, ZH_SV("GET"), ZH_SV("/api/v1/retention"), (zh_sv){ 0 }, &answer, &why);
    zh_json_value root;
    zh_json *json = e == ZH_OK ? parse(answer.body, &root) : NULL;
    if (json == NULL) zh_complain("retention: %s", e == ZH_OK ? "the answer cannot be read" : why.text);
    else if (zh_options_flag(given, "json")) print(answer.body);
    else print_retention(root);
    status = json != NULL ? ZH_EXIT_DONE : status_of(e == ZH_OK ? ZH_IO : e);
    zh_json_close(json);
    zh_door_close(door);
    return status;
}

const zh_command zh_cmd_retention = {
    .name = "retention", .usage = "--data DIR [--json]",
    .summary = "How much of the log is kept, and the base it begins with.\nThe rule is that of the engine that runs: zhun serve --retention-events AGE --retention-size SIZE.",
    .example = "  zhun retention --data ./zhun-data", ASK_OPTIONS, .run = run_retention,
};

/* ---- profile ---- */

static void escape(zh_sv id, zh_buf *out)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < id.size; i++) {
        const unsigned char c = (unsigned char)id.data[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~')
            zh_buf_put_u8(out, c);
        else {
            zh_buf_put_u8(out, '%');
            zh_buf_put_u8(out, (uint8_t)hex[c >> 4]);
            zh_buf_put_u8(out, (uint8_t)hex[c & 15]);
        }
    }
}

int zh_ask_and_print(const zh_options *given, zh_sv method, zh_sv path, zh_sv body, bool must_exist)
{
    int status;
    zh_door *door = zh_ask_door(given, must_exist, &status);
    if (door == NULL) return status;
    zh_client_answer answer;
    zh_note why;
    const zh_err e = zh_door_ask(door, method, path, body, &answer, &why);
    if (e == ZH_OK && answer.body.size > 0) print(answer.body);
    if (e != ZH_OK) zh_complain("%s: %s", given->command->name, why.text);
    zh_door_close(door);
    return e == ZH_ABSENT ? ZH_EXIT_FAILED : status_of(e);
}

static const zh_option profile_options[] = {
    { "data", "DIR", "the data folder", "./zhun-data", false },
    { "url", "URL", "or an engine over HTTP, with --key", NULL, false },
    { "key", "KEY", "an admin token or server key for --url", NULL, false },
    { "portrait", NULL, "what the customer likes, how often it buys and when it comes", NULL, true },
    { "identity", NULL, "show ids and merges instead; with --url an admin token", NULL, true },
    { "unmerge", "NUMBER", "take this merge back: a number of --identity", NULL, true },
    { "json", NULL, "print the engine's own JSON", NULL, true },
};

/* Merges are told by internal numbers: find the one of the shop's id, then ask for it. */
static zh_err ask_identity(zh_door *door, const zh_options *given, zh_sv id, zh_buf *path, zh_client_answer *answer, zh_note *why)
{
    zh_json_value root, row = { 0 };
    zh_buf_put(path, ZH_SV("/api/v1/customers?q="));
    escape(id, path);
    zh_err e = zh_buf_err(path);
    if (e == ZH_OK) e = zh_door_ask(door, ZH_SV("GET"), zh_buf_view(path), (zh_sv){ 0 }, answer, why);
    if (e != ZH_OK) return e;
    zh_json *json = parse(answer->body, &root);
    if (json == NULL) return ZH_FORMAT;
    zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("items")));
    if (zh_json_next(&it)) row = it.value;
    const zh_sv number = zh_json_text_or_empty(zh_json_get(row, ZH_SV("id"))), merge = zh_options_text(given, "unmerge");
    zh_buf_reset(path);
    zh_buf_printf(path, "/api/v1/customers/%.*s/%s", ZH_SV_ARG(number), merge.size > 0 ? "unmerge" : "identity");
    const size_t path_size = path->size;
    zh_buf_printf(path, "{\"number\":\"%.*s\"}", ZH_SV_ARG(zh_sv_part(merge, 0, 20)));
    e = zh_buf_err(path);
    if (number.size == 0) {
        zh_note_set(why, "no such customer");
        e = ZH_ABSENT;
    }
    zh_json_close(json);
    if (e != ZH_OK) return e;
    const zh_sv where = zh_sv_part(zh_buf_view(path), 0, path_size), body = zh_sv_part(zh_buf_view(path), path_size, SIZE_MAX);
    return zh_door_ask(door, merge.size > 0 ? ZH_SV("POST") : ZH_SV("GET"), where, merge.size > 0 ? body : (zh_sv){ 0 }, answer, why);
}

static int run_identity(const zh_options *given)
{
    int status;
    zh_door *door = zh_ask_door(given, true, &status);
    if (door == NULL) return status;
    zh_client_answer answer;
    zh_note why = { "" };
    zh_buf path = zh_buf_open(8192);
    const zh_err e = ask_identity(door, given, zh_sv_of(given->arguments[0]), &path, &answer, &why);
    if (e == ZH_OK) print(answer.body);
    else zh_complain("profile: %s", why.text[0] != '\0' ? why.text : zh_err_text(e));
    zh_buf_close(&path);
    zh_door_close(door);
    return e == ZH_ABSENT ? ZH_EXIT_FAILED : status_of(e);
}

static int run_portrait(const zh_options *given, zh_sv path)
{
    int status;
    zh_door *door = zh_ask_door(given, true, &status);
    if (door == NULL) return status;
    zh_client_answer answer;
    zh_json_value root;
    zh_note why;
    const zh_err e = zh_door_ask(door, ZH_SV("GET"), path, (zh_sv){ 0 }, &answer, &why);
    zh_json *json = e == ZH_OK ? parse(answer.body, &root) : NULL;
    if (json == NULL) zh_complain("profile: %s", e == ZH_OK ? "the answer cannot be read" : why.text);
    else if (zh_options_flag(given, "json")) print(answer.body);
    else zh_portrait_print(root);
    status = json != NULL ? ZH_EXIT_DONE : e == ZH_ABSENT ? ZH_EXIT_FAILED : status_of(e == ZH_OK ? ZH_IO : e);
    zh_json_close(json);
    zh_door_close(door);
    return status;
}

static int run_profile(const zh_options *given)
{
    if (given->arguments_count != 1) {
        zh_complain("profile needs one customer's id: zhun profile --data DIR ID");
        return ZH_EXIT_USAGE;
    }
    if (zh_options_flag(given, "identity") || zh_options_text(given, "unmerge").size > 0) return run_identity(given);
    zh_buf path = zh_buf_open(4096);
    zh_buf_put(&path, ZH_SV("/v1/profiles/"));
    escape(zh_sv_of(given->arguments[0]), &path);
    const bool portrait = zh_options_flag(given, "portrait");
    if (portrait) zh_buf_put(&path, ZH_SV("/portrait"));
    zh_buf_put_u8(&path, 0);
    path.size--;
    int status = ZH_EXIT_USAGE;
    if (zh_buf_err(&path) == ZH_OK) status = portrait ? run_portrait(given, zh_buf_view(&path)) : zh_ask_and_print(given, ZH_SV("GET"), zh_buf_view(&path), (zh_sv){ 0 }, true);
    zh_buf_close(&path);
    return status;
}

const zh_command zh_cmd_profile = {
    .name = "profile", .usage = "--data DIR [--portrait | --identity | --unmerge NUMBER] ID",
    .summary = "Show one customer, as the shop's server would read it.\n"
               "--portrait: what it likes, how often it buys and when it comes, with what stands behind each.\n"
               "--identity: its ids, the merges that made it one, and those that were taken back.\n"
               "--unmerge: take a merge back; both are then as if it had never been.",
    .example = "  zhun profile --data ./zhun-data u1\n  zhun profile --data ./zhun-data --portrait u1\n  zhun profile --data ./zhun-data --identity u1\n  zhun profile --data ./zhun-data --unmerge 17 u1",
    .options = profile_options, .options_count = sizeof profile_options / sizeof *profile_options, .run = run_profile,
};

/* ---- export ---- */

static const zh_option export_options[] = {
    { "data", "DIR", "the data folder", "./zhun-data", false },
    { "url", "URL", "or an engine over HTTP, with --key", NULL, false },
    { "key", "KEY", "an admin token for --url", NULL, false },
    { "what", "WHAT", "events, interactions, apart, catalog or segment:NAME", "events", true },
    { "format", "FORMAT", "jsonl (events), csv (interactions, apart, segment) or google-feed (catalog)", NULL, true },
};

/* --what segment:NAME */
static int run_export_segment(const zh_options *given, zh_sv name)
{
    const zh_sv format = zh_options_text(given, "format");
    const bool is_csv = format.size == 0 || zh_sv_equal(format, ZH_SV("csv"));
    if (!is_csv && !zh_sv_equal(format, ZH_SV("jsonl"))) {
        zh_complain("export --what segment:NAME knows --format csv and jsonl");
        return ZH_EXIT_USAGE;
    }
    int status;
    zh_note why = { .text = "no memory" };
    zh_door *door = zh_ask_door(given, true, &status);
    if (door == NULL) return status;
    const zh_err e = zh_export_segment(door, name, is_csv, &why);
    if (e != ZH_OK) zh_complain("export: %s", why.text);
    zh_door_close(door);
    return status_of(e);
}

static int run_export(const zh_options *given)
{
    static const struct { zh_sv what, format; const char *path, *next; } kinds[] = {
        { ZH_SV("events"), ZH_SV("jsonl"), "/api/v1/export/events", "/api/v1/export/events?from=" },
        { ZH_SV("interactions"), ZH_SV("csv"), "/api/v1/export/interactions", "/api/v1/export/interactions?from=" },
        { ZH_SV("apart"), ZH_SV("csv"), "/api/v1/export/interactions?apart=true", "/api/v1/export/interactions?apart=true&from=" },
        { ZH_SV("catalog"), ZH_SV("google-feed"), "/api/v1/export/catalog?format=google-feed", "/api/v1/export/catalog?format=google-feed&from=" },
    };
    const zh_sv what = zh_options_text(given, "what"), format = zh_options_text(given, "format");
    size_t kind = 0;
    if (zh_sv_starts(what, ZH_SV("segment:"))) return run_export_segment(given, zh_sv_part(what, 8, SIZE_MAX));
    while (kind < sizeof kinds / sizeof *kinds && !zh_sv_equal(kinds[kind].what, what)) kind++;
    if (kind == sizeof kinds / sizeof *kinds || (format.size > 0 && !zh_sv_equal(format, kinds[kind].format))) {
        zh_complain("export knows --what events (--format jsonl), interactions and apart (--format csv), catalog (--format google-feed) and segment:NAME (--format csv or jsonl)");
        return ZH_EXIT_USAGE;
    }
    int status;
    zh_door *door = zh_ask_door(given, true, &status);
    if (door == NULL) return status;
    char path[1024];
    (void)snprintf(path, sizeof path, "%s", kinds[kind].path);
    zh_err e;
    for (;;) {
        zh_client_answer answer;
        zh_note why;
        e = zh_door_ask(door, ZH_SV("GET"), zh_sv_of(path), (zh_sv){ 0 }, &answer, &why);
        if (e != ZH_OK) {
            zh_complain("export: %s", why.text);
            break;
        }
        if (fwrite(answer.body.data, 1, answer.body.size, stdout) != answer.body.size) {
            zh_complain("export: standard output cannot be written: is the disk full?");
            e = ZH_IO;
            break;
        }
        const zh_sv next = zh_client_header_of(&answer, ZH_SV("X-Zhun-Next"));
        if (next.size == 0) break;
        (void)snprintf(path, sizeof path, "%s%.*s", kinds[kind].next, ZH_SV_ARG(zh_sv_part(next, 0, 900)));
    }
    zh_door_close(door);
    return status_of(e);
}

const zh_command zh_cmd_export = {
    .name = "export", .usage = "--data DIR --what events|interactions|apart|catalog|segment:NAME [--format FORMAT]",
    .summary = "Write what is stored to standard output.\n"
               "events: every stored event once, a line of JSON each (jsonl).\n"
               "interactions: customer, item, seconds of what may be learned from, for zhun eval --train (csv).\n"
               "apart: the same of what is kept out of learning, for zhun eval --valid (csv).\n"
               "catalog: the items the shop listed, as a table with tabs for Google Merchant (google-feed).\n"
               "segment:NAME: who is in a kept segment, with the time of entry (csv, jsonl).",
    .example = "  zhun export --data ./zhun-data --what events --format jsonl > events.jsonl\n"
               "  zhun export --data ./zhun-data --what catalog --format google-feed > feed.tsv\n"
               "  zhun export --data ./zhun-data --what segment:vip > vip.csv",
    .options = export_options, .options_count = sizeof export_options / sizeof *export_options, .run = run_export,
};

/* ---- keys and users ---- */

static const zh_option key_options[] = {
    { "data", "DIR", "the data folder", "./zhun-data", false },
    { "url", "URL", "or an engine over HTTP, with --key", NULL, false },
    { "key", "KEY", "an admin token for --url", NULL, false },
    { "kind", "KIND", "of a new key: write (browsers, collectors) or server (recommendations, profiles)", "write", true },
    { "name", "NAME", "what people call it", "", true },
    { "origins", "LIST", "of a new write key: pages that may use it, as 'https://shop.example https://m.shop.example'; not said: anybody", NULL, true },
    { "expires", "TIME", "of a new key: refused after that: 90d, 12h; 0: never", "0", true },
    { "json", NULL, "print the engine's own JSON", NULL, true },
};

/* After so long, as the engine is told it. */
static bool put_end(const zh_options *given, zh_json_out *out)
{
    const zh_sv text = zh_options_text(given, "expires");
    char at[ZH_TIME_TEXT_BYTES];
    uint64_t ms;
    if (!zh_options_duration(text, &ms) || ms > KEY_LIFE_MS_MAX) {
        zh_complain("--expires %.*s: must be a time of at most 3650d, such as 90d, or 0", ZH_SV_ARG(text));
        return false;
    }
    if (ms > 0) zh_json_out_key_text(out, ZH_SV("expiresAt"), (zh_sv){ at, zh_time_print(zh_clock_wall_ms(NULL) + (int64_t)ms, at) });
    return true;
}

/* Words with blanks between, as a list. */
static void put_origins(const zh_options *given, zh_json_out *out)
{
    zh_sv rest = zh_sv_trim(zh_options_text(given, "origins"));
    if (rest.size == 0) return;
    zh_json_out_key(out, ZH_SV("origins"));
    zh_json_out_array(out);
    while (rest.size > 0) {
        const char *blank = memchr(rest.data, ' ', rest.size);
        const size_t size = blank == NULL ? rest.size : (size_t)(blank - rest.data);
        zh_json_out_text(out, zh_sv_part(rest, 0, size));
        rest = zh_sv_trim(zh_sv_part(rest, size + 1, SIZE_MAX));
    }
    zh_json_out_end(out);
}

static int run_key(const zh_options *given)
{
    const char *verb = given->arguments_count > 0 ? given->arguments[0] : "list";
    char path[128];
    if (strcmp(verb, "list") == 0) return zh_ask_and_print(given, ZH_SV("GET"), ZH_SV("/api/v1/keys"), (zh_sv){ 0 }, true);
    if (strcmp(verb, "create") == 0) {
        zh_buf body = zh_buf_open(4096);
        zh_json_out out = zh_json_out_on(&body);
        zh_json_out_object(&out);
        zh_json_out_key_text(&out, ZH_SV("kind"), zh_options_text(given, "kind"));
        zh_json_out_key_text(&out, ZH_SV("name"), zh_options_text(given, "name"));
        put_origins(given, &out);
        const bool good = put_end(given, &out);
        zh_json_out_end(&out);
        const int status = good && zh_json_out_done(&out) == ZH_OK ? zh_ask_and_print(given, ZH_SV("POST"), ZH_SV("/api/v1/keys"), zh_buf_view(&body), true) : ZH_EXIT_USAGE;
        zh_buf_close(&body);
        return status;
    }
    if (strcmp(verb, "revoke") == 0 && given->arguments_count == 2) {
        snprintf(path, sizeof path, "/api/v1/keys/%.20s", given->arguments[1]);
        return zh_ask_and_print(given, ZH_SV("DELETE"), zh_sv_of(path), (zh_sv){ 0 }, true);
    }
    zh_complain("key knows create, list and revoke ID: see zhun key --help");
    return ZH_EXIT_USAGE;
}

const zh_command zh_cmd_key = {
    .name = "key", .usage = "create|list|revoke ID --data DIR", .summary = "Make, list and revoke keys.",
    .example = "  zhun key create --data ./zhun-data --kind server --name 'shop backend'\n  zhun key revoke 3 --data ./zhun-data",
    .options = key_options, .options_count = sizeof key_options / sizeof *key_options, .run = run_key,
};

static const zh_option user_options[] = {
    { "data", "DIR", "the data folder", "./zhun-data", false },
    { "url", "URL", "or an engine over HTTP, with --key", NULL, false },
    { "key", "KEY", "an admin token for --url", NULL, false },
    { "role", "ROLE", "of a new person; zhun user roles lists them", "viewer", true },
    { "made", NULL, "of add and passwd: the engine makes a password, good until its owner chooses another", NULL, true },
    { "json", NULL, "print the engine's own JSON", NULL, true },
};

/* The password is asked for, or read from standard input: never from the command line, which others can see. */
static bool read_password(char out[256])
{
    char *line = isatty(STDIN_FILENO) ? getpass("password: ") : fgets(out, 256, stdin);
    if (line == NULL) return false;
    if (line != out) snprintf(out, 256, "%s", line);
    out[strcspn(out, "\r\n")] = '\0';
    return out[0] != '\0';
}

static int put_user(const zh_options *given, bool is_new)
{
    char password[256] = "", path[512];
    const bool is_made = zh_options_flag(given, "made");
    if (!is_made && !read_password(password)) {
        zh_complain("user: no password on standard input");
        return ZH_EXIT_USAGE;
    }
    zh_buf body = zh_buf_open(4096), where = zh_buf_open(512);
    zh_json_out out = zh_json_out_on(&body);
    zh_json_out_object(&out);
    if (is_new) {
        zh_json_out_key_text(&out, ZH_SV("name"), zh_sv_of(given->arguments[1]));
        zh_json_out_key_text(&out, ZH_SV("role"), zh_options_text(given, "role"));
    }
    if (!is_made) zh_json_out_key_text(&out, ZH_SV("password"), zh_sv_of(password));
    zh_json_out_end(&out);
    escape(zh_sv_of(given->arguments[1]), &where);
    if (is_new) snprintf(path, sizeof path, "/api/v1/users");
    else snprintf(path, sizeof path, "/api/v1/users/%.*s/password", ZH_SV_ARG(zh_buf_view(&where)));
    const int status = zh_json_out_done(&out) == ZH_OK ? zh_ask_and_print(given, is_new ? ZH_SV("POST") : ZH_SV("PUT"), zh_sv_of(path), zh_buf_view(&body), true) : ZH_EXIT_USAGE;
    memset(password, 0, sizeof password);
    zh_buf_close(&body);
    zh_buf_close(&where);
    return status;
}

static int drop_factor(const zh_options *given)
{
    char path[512];
    zh_buf where = zh_buf_open(512);
    escape(zh_sv_of(given->arguments[1]), &where);
    snprintf(path, sizeof path, "/api/v1/users/%.*s/second-factor/off", ZH_SV_ARG(zh_buf_view(&where)));
    const int status = zh_ask_and_print(given, ZH_SV("POST"), zh_sv_of(path), (zh_sv){ 0 }, true);
    zh_buf_close(&where);
    return status;
}

/* Another role, or switched off or on. */
static int change_user(const zh_options *given, zh_sv field, zh_sv word)
{
    char path[512];
    zh_buf where = zh_buf_open(512), text = zh_buf_open(512);
    zh_json_out out = zh_json_out_on(&text);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, field, word);
    zh_json_out_end(&out);
    escape(zh_sv_of(given->arguments[1]), &where);
    snprintf(path, sizeof path, "/api/v1/users/%.*s", ZH_SV_ARG(zh_buf_view(&where)));
    const int status = zh_json_out_done(&out) == ZH_OK ? zh_ask_and_print(given, ZH_SV("PUT"), zh_sv_of(path), zh_buf_view(&text), true) : ZH_EXIT_USAGE;
    zh_buf_close(&where);
    zh_buf_close(&text);
    return status;
}

static int run_user(const zh_options *given)
{
    const char *verb = given->arguments_count > 0 ? given->arguments[0] : "list";
    if (strcmp(verb, "list") == 0) return zh_ask_and_print(given, ZH_SV("GET"), ZH_SV("/api/v1/users"), (zh_sv){ 0 }, true);
    if (strcmp(verb, "add") == 0 && given->arguments_count == 2) return put_user(given, true);
    if (strcmp(verb, "passwd") == 0 && given->arguments_count == 2) return put_user(given, false);
    if (strcmp(verb, "second-factor-off") == 0 && given->arguments_count == 2) return drop_factor(given);
    if (strcmp(verb, "roles") == 0) return zh_ask_and_print(given, ZH_SV("GET"), ZH_SV("/api/v1/roles"), (zh_sv){ 0 }, true);
    if (strcmp(verb, "role") == 0 && given->arguments_count == 3) return change_user(given, ZH_SV("role"), zh_sv_of(given->arguments[2]));
    if ((strcmp(verb, "off") == 0 || strcmp(verb, "on") == 0) && given->arguments_count == 2) return change_user(given, ZH_SV("state"), zh_sv_of(verb));
    zh_complain("user knows add NAME, list, roles, role NAME ROLE, off NAME, on NAME, passwd NAME and second-factor-off NAME: see zhun user --help");
    return ZH_EXIT_USAGE;
}

const zh_command zh_cmd_user = {
    .name = "user", .usage = "add NAME|list|roles|role NAME ROLE|off NAME|on NAME|passwd NAME|second-factor-off NAME --data DIR",
    .summary = "Who may sign in, and as what.\n"
               "add: somebody new; the password is read from standard input, or made with --made. list: all. roles: what each role may do. role: another role. off: may not sign in any more; on: again.\n"
               "passwd: a new password. second-factor-off: for who lost the device. Sessions end with each change; the last owner stays one.",
    .example = "  zhun user add lin --role marketer --made --data ./zhun-data\n  zhun user role lin approver --data ./zhun-data\n  zhun user off lin --data ./zhun-data",
    .options = user_options, .options_count = sizeof user_options / sizeof *user_options, .run = run_user,
};
