#include "app/cmd_journey.h"
#include "app/lifecycle_verbs.h"
#include "base/json_out.h"

static const zh_option journey_options[] = {
    { "data", "DIR", "the data folder", "./zhun-data", false },
    { "url", "URL", "or an engine over HTTP, with --key", NULL, false },
    { "key", "KEY", "an admin token for --url", NULL, false },
    { "note", "TEXT", "why, kept with the change", NULL, false },
    { "days", "N", "of recorded events that a preview leads it over, 1 to 90", "7", false },
    { "json", NULL, "print the engine's own JSON", NULL, true },
};

/* ---- verbs ---- */

static zh_err list(zh_asking *a, zh_note *why)
{
    const zh_err e = zh_asking_send(a, ZH_SV("GET"), ZH_SV("/api/v1/journeys"), why);
    if (e != ZH_OK || !zh_asking_is_plain(a)) return e;
    for (zh_json_iter it = zh_json_walk(zh_json_get(a->root, ZH_SV("items"))); zh_json_next(&it);) {
        const zh_sv fault = zh_asked_text(it.value, "fault");
        const zh_json_value entry = zh_json_get(it.value, ZH_SV("entry"));
        const zh_sv kind = zh_asked_text(entry, "kind"), by = zh_json_text_or_empty(zh_json_get(entry, kind));
        printf("%-24.*s %-8.*s v%-3lld ", ZH_SV_ARG(zh_asked_text(it.value, "name")), ZH_SV_ARG(zh_asked_text(it.value, "state")), (long long)zh_asked_number(it.value, "version"));
        if (fault.size > 0) printf("DOES NOT RUN: %.*s\n", ZH_SV_ARG(fault));
        else printf("%-7.*s %-20.*s %3lld nodes  %.*s\n", ZH_SV_ARG(kind), ZH_SV_ARG(by), (long long)zh_asked_number(it.value, "nodes"), ZH_SV_ARG(zh_asked_text(zh_json_get(it.value, ZH_SV("title")), "en")));
    }
    return ZH_OK;
}

static void print_version(zh_json_value version)
{
    const zh_json_value left = zh_json_get(version, ZH_SV("left"));
    printf("version %lld: %lld entered, %lld are in it", (long long)zh_asked_number(version, "version"), (long long)zh_asked_number(version, "entered"), (long long)zh_asked_number(version, "in"));
    for (zh_json_iter it = zh_json_walk(left); zh_json_next(&it);) {
        int64_t count = 0;
        if (zh_json_int(it.value, &count) && count > 0) printf(", %.*s %lld", ZH_SV_ARG(it.key), (long long)count);
    }
    printf("\n  %-24s %-7s %10s %10s %10s %10s %10s\n", "node", "kind", "now", "came by", "messages", "sent", "seen");
    for (zh_json_iter it = zh_json_walk(zh_json_get(version, ZH_SV("nodes"))); zh_json_next(&it);) {
        const zh_json_value messages = zh_json_get(it.value, ZH_SV("messages"));
        printf("  %-24.*s %-7.*s %10lld %10lld", ZH_SV_ARG(zh_asked_text(it.value, "node")), ZH_SV_ARG(zh_asked_text(it.value, "kind")), (long long)zh_asked_number(it.value, "at"), (long long)zh_asked_number(it.value, "visited"));
        if (zh_json_is(messages, ZH_JSON_OBJECT)) printf(" %10lld %10lld %10lld", (long long)zh_asked_number(messages, "planned"), (long long)zh_asked_number(messages, "sent"), (long long)zh_asked_number(messages, "seen"));
        printf("\n");
    }
}

static void print_compared(zh_json_value metric)
{
    const zh_json_value difference = zh_json_get(metric, ZH_SV("difference"));
    double led = 0, alone = 0, estimate = 0;
    (void)zh_json_real(zh_json_get(zh_json_get(metric, ZH_SV("treated")), ZH_SV("mean")), &led);
    (void)zh_json_real(zh_json_get(zh_json_get(metric, ZH_SV("control")), ZH_SV("mean")), &alone);
    printf("  %-16.*s led %12.4f   left alone %12.4f   ", ZH_SV_ARG(zh_asked_text(metric, "name")), led, alone);
    if (zh_json_real(zh_json_get(difference, ZH_SV("estimate")), &estimate)) printf("difference %12.4f   ", estimate);
    printf("%.*s\n", ZH_SV_ARG(zh_asked_text(metric, "verdict")));
}

static zh_err report(zh_asking *a, zh_note *why)
{
    char path[ZH_VERBS_PATH_BYTES];
    const zh_err e = zh_asking_send(a, ZH_SV("GET"), zh_asking_path("journeys", a->given->arguments[1], "/report", path), why);
    if (e != ZH_OK || !zh_asking_is_plain(a)) return e;
    for (zh_json_iter it = zh_json_walk(zh_json_get(a->root, ZH_SV("versions"))); zh_json_next(&it);) print_version(it.value);
    printf("%lld customers were led, %lld left alone, %lld both\n", (long long)zh_asked_number(a->root, "treated"), (long long)zh_asked_number(a->root, "control"), (long long)zh_asked_number(a->root, "crossed"));
    for (zh_json_iter it = zh_json_walk(zh_json_get(a->root, ZH_SV("compared"))); zh_json_next(&it);) print_compared(it.value);
    return ZH_OK;
}

static void print_reasons(zh_json_value list, const char *what)
{
    for (zh_json_iter it = zh_json_walk(list); zh_json_next(&it);) printf("  %lld %s: %.*s\n", (long long)zh_asked_number(it.value, "messages"), what, ZH_SV_ARG(zh_asked_text(it.value, "why")));
}

static zh_err preview(zh_asking *a, zh_note *why)
{
    int64_t days, messages = 0;
    if (!zh_options_number(a->given, "days", 1, 90, &days)) return ZH_RANGE;
    zh_json_out out = zh_json_out_on(&a->body);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("journey"), zh_sv_of(a->given->arguments[1]));
    zh_json_out_key_int(&out, ZH_SV("days"), days);
    zh_json_out_end(&out);
    const zh_err e = zh_asking_send(a, ZH_SV("POST"), ZH_SV("/api/v1/journeys/preview"), why);
    if (e != ZH_OK || !zh_asking_is_plain(a)) return e;
    for (zh_json_iter it = zh_json_walk(zh_json_get(a->root, ZH_SV("days"))); zh_json_next(&it);) messages += zh_asked_number(it.value, "messages");
    printf("over the events of %lld days: %lld customers enter (%lld entries), %lld are left alone, %lld messages, at most %lld to one%s\n", (long long)days, (long long)zh_asked_number(a->root, "customers"),
           (long long)zh_asked_number(a->root, "entered"), (long long)zh_asked_number(a->root, "control"), (long long)messages, (long long)zh_asked_number(a->root, "most"),
           zh_asked_flag(a->root, "isPart") ? "; a part of the events: there are too many" : "");
    for (zh_json_iter it = zh_json_walk(zh_json_get(a->root, ZH_SV("nodes"))); zh_json_next(&it);) {
        const int64_t sent = zh_asked_number(it.value, "messages"), claims = zh_asked_number(it.value, "claims");
        printf("  %-24.*s %-7.*s %10lld came by", ZH_SV_ARG(zh_asked_text(it.value, "node")), ZH_SV_ARG(zh_asked_text(it.value, "kind")), (long long)zh_asked_number(it.value, "visited"));
        if (sent >= 0) printf(" %10lld messages", (long long)sent);
        if (claims >= 0) printf(" %10lld coupons", (long long)claims);
        printf("\n");
    }
    print_reasons(zh_json_get(a->root, ZH_SV("delayed")), "put off");
    print_reasons(zh_json_get(a->root, ZH_SV("skipped")), "not sent");
    return ZH_OK;
}

static const zh_verb verbs[] = { { "list", 1, list }, ZH_LIFECYCLE_VERBS, { "preview", 2, preview }, { "report", 2, report } };

static int run_journey(const zh_options *given)
{
    static const zh_verbs journey = { .command = "journey", .kind = "journeys", .needs = "list, show NAME, set NAME FILE, preview NAME, report NAME, submit, approve, reject, pause, resume, end or delete NAME", .verbs = verbs, .count = sizeof verbs / sizeof *verbs };
    return zh_verbs_run(&journey, given);
}

const zh_command zh_cmd_journey = {
    .name = "journey", .usage = "list | show NAME | set NAME FILE | preview NAME [--days N] | report NAME | submit | approve | reject | pause | resume | end | delete NAME [--note TEXT]",
    .summary = "What customers are led through, step by step (docs/JOURNEYS.md).\n"
               "list: all, with their state. show: a definition, as set takes it. set: define it by a JSON file; it is a draft then. preview: what it would have done over the last days; nothing is sent. report: who is at each node, and what came of it.\n"
               "submit: hand it in. approve: it runs from then on; here, on the machine, also what you wrote yourself. reject: back to draft. pause, resume: who is in it waits, goes on.\n"
               "end: for good; who is in it leaves. delete: one that never ran.",
    .example = "  zhun journey set cart cart.json\n  zhun journey preview cart --days 30\n  zhun journey submit cart\n  zhun journey approve cart --note \"as spoken\"",
    .options = journey_options, .options_count = sizeof journey_options / sizeof *journey_options, .run = run_journey,
};
