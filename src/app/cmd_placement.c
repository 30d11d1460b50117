#include "app/cmd_placement.h"
#include "app/ask_verbs.h"
#include "base/json_out.h"

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

static void print_conflicts(zh_json_value conflicts)
{
    for (zh_json_iter it = zh_json_walk(conflicts); zh_json_next(&it);) {
        const int64_t rule = zh_asked_number(it.value, "rule"), other = zh_asked_number(it.value, "other");
        printf("conflict: %.*s", ZH_SV_ARG(zh_asked_text(it.value, "code")));
        if (rule >= 0) printf(", rule %lld", (long long)rule + 1);
        if (other >= 0) printf(" against rule %lld", (long long)other + 1);
        if (zh_asked_number(it.value, "count") > 0) printf(" (%lld)", (long long)zh_asked_number(it.value, "count"));
        putchar('\n');
    }
}

/* ---- verbs ---- */

static zh_err list(zh_asking *a, zh_note *why)
{
    const zh_err e = zh_asking_send(a, ZH_SV("GET"), ZH_SV("/api/v1/placements"), why);
    if (e != ZH_OK || !zh_asking_is_plain(a)) return e;
    printf("%-20s %-14s %-10s %5s  %s\n", "", "strategy", "", "rules", "");
    for (zh_json_iter it = zh_json_walk(zh_json_get(a->root, ZH_SV("items"))); zh_json_next(&it);) {
        const zh_sv fault = zh_asked_text(it.value, "fault");
        printf("%-20.*s %-14.*s %-10s %5lld  %s%s%.*s\n", ZH_SV_ARG(zh_asked_text(it.value, "id")), ZH_SV_ARG(zh_asked_text(it.value, "strategy")), zh_asked_flag(it.value, "defined") ? "defined" : "built in",
               (long long)zh_asked_number(it.value, "rules"), zh_asked_flag(it.value, "public") ? "public" : "", fault.size > 0 ? "NOT IN FORCE: " : "", ZH_SV_ARG(fault));
    }
    return ZH_OK;
}

static zh_err show(zh_asking *a, zh_note *why)
{
    char path[ZH_VERBS_PATH_BYTES];
    const zh_err e = zh_asking_send(a, ZH_SV("GET"), zh_asking_path("placements", a->given->arguments[1], "", path), why);
    if (e != ZH_OK || !zh_asking_is_plain(a)) return e;
    zh_asked_print(zh_json_get(a->root, ZH_SV("definition")));
    print_conflicts(zh_json_get(a->root, ZH_SV("conflicts")));
    return ZH_OK;
}

static zh_err set(zh_asking *a, zh_note *why)
{
    char path[ZH_VERBS_PATH_BYTES];
    zh_err e = zh_asking_read_file(a->given->arguments[2], &a->body, why);
    if (e == ZH_OK) e = zh_asking_send(a, ZH_SV("PUT"), zh_asking_path("placements", a->given->arguments[1], "", path), why);
    if (e != ZH_OK || !zh_asking_is_plain(a)) return e;
    printf("%s answers with the next list; %lld rules\n", a->given->arguments[1], (long long)zh_asked_number(a->root, "rules"));
    print_conflicts(zh_json_get(a->root, ZH_SV("conflicts")));
    return ZH_OK;
}

static zh_err drop(zh_asking *a, zh_note *why)
{
    char path[ZH_VERBS_PATH_BYTES];
    const zh_err e = zh_asking_send(a, ZH_SV("DELETE"), zh_asking_path("placements", a->given->arguments[1], "", path), why);
    if (e == ZH_OK) printf("%s: its definition is gone\n", a->given->arguments[1]);
    return e;
}

static void print_tried(zh_json_value item, const char *mark)
{
    const int64_t rank = zh_asked_number(item, "rank"), without = zh_asked_number(item, "rankWithout");
    const zh_sv title = zh_asked_text(item, "title");
    double factor = 1;
    (void)zh_json_real(zh_json_get(item, ZH_SV("factor")), &factor);
    char was[24] = "-";
    if (without >= 0) (void)snprintf(was, sizeof was, "%lld", (long long)without);
    if (rank >= 0) printf("%3lld", (long long)rank);
    else printf("%3s", mark);
    printf("  was %-4s %-20.*s %-28.*s %-20.*s", was, ZH_SV_ARG(zh_asked_text(item, "itemId")), ZH_SV_ARG(title), ZH_SV_ARG(zh_asked_text(item, "reason")));
    if (factor == 0) printf("  hidden");
    else if (factor != 1) printf("  x %.3g", factor);
    for (zh_json_iter it = zh_json_walk(zh_json_get(item, ZH_SV("rules"))); zh_json_next(&it);) {
        int64_t rule = 0;
        if (zh_json_int(it.value, &rule)) printf("  rule %lld", (long long)rule + 1);
    }
    putchar('\n');
}

static zh_err ask_preview(zh_asking *a, zh_sv definition, zh_note *why)
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
    return zh_asking_send(a, ZH_SV("POST"), ZH_SV("/api/v1/placements/preview"), why);
}

static zh_err preview(zh_asking *a, zh_note *why)
{
    zh_buf text = zh_buf_open(ZH_VERBS_DEFINITION_BYTES_MAX);
    zh_sv definition;
    zh_err e = zh_asking_read_json(a, a->given->arguments[1], &text, &definition, why);
    if (e == ZH_OK) e = ask_preview(a, definition, why);
    zh_buf_close(&text);
    if (e != ZH_OK || !zh_asking_is_plain(a)) return e;
    puts(zh_asked_flag(a->root, "personalized") ? "personal" : "the same for everyone");
    for (zh_json_iter it = zh_json_walk(zh_json_get(a->root, ZH_SV("items"))); zh_json_next(&it);) print_tried(it.value, "-");
    for (zh_json_iter it = zh_json_walk(zh_json_get(a->root, ZH_SV("left"))); zh_json_next(&it);) print_tried(it.value, "out");
    print_conflicts(zh_json_get(a->root, ZH_SV("conflicts")));
    return ZH_OK;
}

static const zh_verb verbs[] = {
    { "list", 1, list }, { "show", 2, show }, { "set", 3, set }, { "delete", 2, drop }, { "preview", 2, preview },
};

static int run_placement(const zh_options *given)
{
    static const zh_verbs placement = { .command = "placement", .needs = "list, show NAME, set NAME FILE, delete NAME or preview FILE", .verbs = verbs, .count = sizeof verbs / sizeof *verbs };
    return zh_verbs_run(&placement, given);
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
