#include "app/cmd_placement.h"
#include "app/cmd_ask.h"
#include "base/json.h"
#include "base/json_out.h"
#include "sys/file.h"

#include <stdlib.h>

#define DEFINITION_BYTES_MAX (64u << 10)
#define ANSWER_BYTES_MAX (4u << 20)
#define PATH_BYTES 256

static const zh_option placement_options[] = {
    { "data", "DIR", "the data folder", "./zhun-data", false },
    { "url", "URL", "or an engine over HTTP, with --key", NULL, false },
    { "key", "KEY", "an admin token for --url", NULL, false },
    { "user", "ID", "of preview: a customer, as the shop names him; not said: anybody", NULL, true },
    { "item", "ITEM", "of preview: the item of the page", NULL, true },
    { "time", "TIME", "of preview: the moment, e.g. 2026-11-11T20:00:00Z; not said: now", NULL, true },
    { "n", "N", "of preview: how many items", "10", true },
    { "json", NULL, "print the engine's own JSON", NULL, true },
};

typedef struct asking {
    const zh_options *given;
    zh_door *door;
    zh_json *json;
    zh_json_value root; /* of the latest answer */
    zh_sv text;         /* its bytes */
    zh_buf body;
} asking;

static zh_err send(asking *a, zh_sv method, zh_sv path, zh_note *why)
{
    zh_client_answer answer;
    zh_err e = zh_buf_err(&a->body);
    if (e == ZH_OK) e = zh_door_ask(a->door, method, path, zh_buf_view(&a->body), &answer, why);
    if (e != ZH_OK) return e;
    a->text = answer.body;
    if (answer.body.size > 0 && (e = zh_json_parse(a->json, answer.body, &a->root, NULL)) != ZH_OK) zh_note_set(why, "the answer cannot be read");
    return e;
}

static zh_sv path_of(const char *name, char out[PATH_BYTES])
{
    return (zh_sv){ out, (size_t)snprintf(out, PATH_BYTES, "/api/v1/placements/%.100s", name) };
}

static zh_sv text_of(zh_json_value object, const char *key)
{
    return zh_json_text_or_empty(zh_json_get(object, zh_sv_of(key)));
}

static bool flag_of(zh_json_value object, const char *key)
{
    bool flag = false;
    (void)zh_json_bool(zh_json_get(object, zh_sv_of(key)), &flag);
    return flag;
}

/* -1: null or not there. */
static int64_t number_of(zh_json_value object, const char *key)
{
    int64_t number = -1;
    (void)zh_json_int(zh_json_get(object, zh_sv_of(key)), &number);
    return number;
}

static void print_conflicts(zh_json_value conflicts)
{
    for (zh_json_iter it = zh_json_walk(conflicts); zh_json_next(&it);) {
        const int64_t rule = number_of(it.value, "rule"), other = number_of(it.value, "other");
        printf("conflict: %.*s", ZH_SV_ARG(text_of(it.value, "code")));
        if (rule >= 0) printf(", rule %lld", (long long)rule + 1);
        if (other >= 0) printf(" against rule %lld", (long long)other + 1);
        if (number_of(it.value, "count") > 0) printf(" (%lld)", (long long)number_of(it.value, "count"));
        putchar('\n');
    }
}

/* A file that is not there is wrong usage, as a wrong definition is. */
static zh_err read_definition(const char *from, zh_buf *out, zh_note *why)
{
    const zh_err e = zh_file_read(zh_sv_of(from), out);
    if (e == ZH_ABSENT) zh_note_set(why, "there is no file %s", from);
    else if (e != ZH_OK) zh_note_set(why, "%s cannot be read: %s", from, zh_err_text(e));
    return e == ZH_ABSENT ? ZH_FORMAT : e;
}

/* ---- verbs ---- */

static zh_err list(asking *a, zh_note *why)
{
    const zh_err e = send(a, ZH_SV("GET"), ZH_SV("/api/v1/placements"), why);
    if (e != ZH_OK || zh_options_flag(a->given, "json")) return e;
    printf("%-20s %-14s %-10s %5s  %s\n", "", "strategy", "", "rules", "");
    for (zh_json_iter it = zh_json_walk(zh_json_get(a->root, ZH_SV("items"))); zh_json_next(&it);) {
        const zh_sv fault = text_of(it.value, "fault");
        printf("%-20.*s %-14.*s %-10s %5lld  %s%s%.*s\n", ZH_SV_ARG(text_of(it.value, "id")), ZH_SV_ARG(text_of(it.value, "strategy")), flag_of(it.value, "defined") ? "defined" : "built in",
               (long long)number_of(it.value, "rules"), flag_of(it.value, "public") ? "public" : "", fault.size > 0 ? "NOT IN FORCE: " : "", ZH_SV_ARG(fault));
    }
    return ZH_OK;
}

static zh_err show(asking *a, zh_note *why)
{
    char path[PATH_BYTES];
    const zh_err e = send(a, ZH_SV("GET"), path_of(a->given->arguments[1], path), why);
    if (e != ZH_OK || zh_options_flag(a->given, "json")) return e;
    zh_buf definition = zh_buf_open(ANSWER_BYTES_MAX); /* what `set` takes again */
    zh_json_out out = zh_json_out_on(&definition);
    zh_json_out_value(&out, zh_json_get(a->root, ZH_SV("definition")));
    if (zh_json_out_done(&out) == ZH_OK) printf("%.*s\n", ZH_SV_ARG(zh_buf_view(&definition)));
    zh_buf_close(&definition);
    print_conflicts(zh_json_get(a->root, ZH_SV("conflicts")));
    return ZH_OK;
}

static zh_err set(asking *a, zh_note *why)
{
    char path[PATH_BYTES];
    zh_err e = read_definition(a->given->arguments[2], &a->body, why);
    if (e == ZH_OK) e = send(a, ZH_SV("PUT"), path_of(a->given->arguments[1], path), why);
    if (e != ZH_OK || zh_options_flag(a->given, "json")) return e;
    printf("%s answers with the next list; %lld rules\n", a->given->arguments[1], (long long)number_of(a->root, "rules"));
    print_conflicts(zh_json_get(a->root, ZH_SV("conflicts")));
    return ZH_OK;
}

static zh_err drop(asking *a, zh_note *why)
{
    char path[PATH_BYTES];
    const zh_err e = send(a, ZH_SV("DELETE"), path_of(a->given->arguments[1], path), why);
    if (e == ZH_OK) printf("%s: its definition is gone\n", a->given->arguments[1]);
    return e;
}

static void print_tried(zh_json_value item, const char *mark)
{
    const int64_t rank = number_of(item, "rank"), without = number_of(item, "rankWithout");
    const zh_sv title = text_of(item, "title");
    double factor = 1;
    (void)zh_json_real(zh_json_get(item, ZH_SV("factor")), &factor);
    char was[24] = "-";
    if (without >= 0) (void)snprintf(was, sizeof was, "%lld", (long long)without);
    if (rank >= 0) printf("%3lld", (long long)rank);
    else printf("%3s", mark);
    printf("  was %-4s %-20.*s %-28.*s %-20.*s", was, ZH_SV_ARG(text_of(item, "itemId")), ZH_SV_ARG(title), ZH_SV_ARG(text_of(item, "reason")));
    if (factor == 0) printf("  hidden");
    else if (factor != 1) printf("  x %.3g", factor);
    for (zh_json_iter it = zh_json_walk(zh_json_get(item, ZH_SV("rules"))); zh_json_next(&it);) {
        int64_t rule = 0;
        if (zh_json_int(it.value, &rule)) printf("  rule %lld", (long long)rule + 1);
    }
    putchar('\n');
}

static zh_err ask_preview(asking *a, zh_sv definition, zh_note *why)
{
    int64_t n = 10;
    const zh_sv user = zh_options_text(a->given, "user"), item = zh_options_text(a->given, "item"), time = zh_options_text(a->given, "time");
    if (!zh_options_number(a->given, "n", 1, 100, &n)) return ZH_STOPPED; /* it was said why */
    zh_json_out out = zh_json_out_on(&a->body);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("definition"));
    zh_json_out_raw(&out, definition);
    if (user.size > 0) zh_json_out_key_text(&out, ZH_SV("userId"), user);
    zh_json_out_key_int(&out, ZH_SV("n"), n);
    zh_json_out_key(&out, ZH_SV("context"));
    zh_json_out_object(&out);
    if (item.size > 0) zh_json_out_key_text(&out, ZH_SV("itemId"), item);
    if (time.size > 0) zh_json_out_key_text(&out, ZH_SV("time"), time);
    zh_json_out_end(&out);
    zh_json_out_end(&out);
    return send(a, ZH_SV("POST"), ZH_SV("/api/v1/placements/preview"), why);
}

static zh_err preview(asking *a, zh_note *why)
{
    zh_buf definition = zh_buf_open(DEFINITION_BYTES_MAX);
    zh_json_value root;
    zh_err e = read_definition(a->given->arguments[1], &definition, why);
    if (e == ZH_OK && zh_json_parse(a->json, zh_buf_view(&definition), &root, NULL) != ZH_OK) {
        zh_note_set(why, "%s is no JSON", a->given->arguments[1]);
        e = ZH_FORMAT;
    }
    if (e == ZH_OK) e = ask_preview(a, zh_sv_trim(zh_buf_view(&definition)), why);
    zh_buf_close(&definition);
    if (e != ZH_OK || zh_options_flag(a->given, "json")) return e;
    puts(flag_of(a->root, "personalized") ? "personal" : "the same for everyone");
    for (zh_json_iter it = zh_json_walk(zh_json_get(a->root, ZH_SV("items"))); zh_json_next(&it);) print_tried(it.value, "-");
    for (zh_json_iter it = zh_json_walk(zh_json_get(a->root, ZH_SV("left"))); zh_json_next(&it);) print_tried(it.value, "out");
    print_conflicts(zh_json_get(a->root, ZH_SV("conflicts")));
    return ZH_OK;
}

static const struct { const char *name; size_t arguments; zh_err (*run)(asking *a, zh_note *why); } verbs[] = {
    { "list", 1, list }, { "show", 2, show }, { "set", 3, set }, { "delete", 2, drop }, { "preview", 2, preview },
};

static int finish(const asking *a, zh_err e, const zh_note *why)
{
    if (e == ZH_OK && zh_options_flag(a->given, "json") && a->text.size > 0) printf("%.*s\n", ZH_SV_ARG(a->text));
    if (e != ZH_OK && e != ZH_STOPPED) zh_complain("placement: %s", why->text[0] != '\0' ? why->text : zh_err_text(e));
    return e == ZH_OK ? ZH_EXIT_DONE : e == ZH_ABSENT ? ZH_EXIT_FAILED : e == ZH_FORMAT || e == ZH_RANGE || e == ZH_STOPPED ? ZH_EXIT_USAGE : ZH_EXIT_COULD_NOT;
}

static int run_placement(const zh_options *given)
{
    const char *verb = given->arguments_count > 0 ? given->arguments[0] : "";
    size_t at = 0;
    while (at < sizeof verbs / sizeof *verbs && (strcmp(verbs[at].name, verb) != 0 || verbs[at].arguments != given->arguments_count)) at++;
    if (at == sizeof verbs / sizeof *verbs) {
        zh_complain("placement needs list, show NAME, set NAME FILE, delete NAME or preview FILE: see zhun placement --help");
        return ZH_EXIT_USAGE;
    }
    int status;
    zh_note why = { "" };
    asking a = { .given = given, .door = zh_ask_door(given, true, &status), .body = zh_buf_open(2 * DEFINITION_BYTES_MAX) };
    if (a.door == NULL) return status;
    zh_err e = zh_json_open(&a.json, ANSWER_BYTES_MAX);
    if (e == ZH_OK) e = verbs[at].run(&a, &why);
    status = finish(&a, e, &why);
    zh_json_close(a.json);
    zh_buf_close(&a.body);
    zh_door_close(a.door);
    return status;
}

const zh_command zh_cmd_placement = {
    .name = "placement", .usage = "list | show NAME | set NAME FILE | delete NAME | preview FILE [--user ID] [--item ITEM] [--time TIME]",
    .summary = "The slots of the shop that ask for items.\n"
               "list: all, and where each comes from. show: its definition, as set takes it.\n"
               "set: define it by a JSON file (docs/PLACEMENTS.md); contradictions of its rules are told and do not hinder. delete: what is built in answers again.\n"
               "preview: what a definition would show and which rule does what; nothing is kept. `was` is the rank without rules and dials.",
    .example = "  zhun placement show home > home.json\n  zhun placement preview home.json --user u1\n  zhun placement set home home.json",
    .options = placement_options, .options_count = sizeof placement_options / sizeof *placement_options, .run = run_placement,
};
