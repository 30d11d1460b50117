#include "app/cmd_journey.h"
#include "app/lifecycle_verbs.h"

static const zh_option journey_options[] = {
    { "data", "DIR", "the data folder", "./zhun-data", false },
    { "url", "URL", "or an engine over HTTP, with --key", NULL, false },
    { "key", "KEY", "an admin token for --url", NULL, false },
    { "note", "TEXT", "why, kept with the change", NULL, false },
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

static const zh_verb verbs[] = { { "list", 1, list }, ZH_LIFECYCLE_VERBS };

static int run_journey(const zh_options *given)
{
    static const zh_verbs journey = { .command = "journey", .kind = "journeys", .needs = "list, show NAME, set NAME FILE, submit, approve, reject, pause, resume, end or delete NAME", .verbs = verbs, .count = sizeof verbs / sizeof *verbs };
    return zh_verbs_run(&journey, given);
}

const zh_command zh_cmd_journey = {
    .name = "journey", .usage = "list | show NAME | set NAME FILE | submit | approve | reject | pause | resume | end | delete NAME [--note TEXT]",
    .summary = "What customers are led through, step by step (docs/JOURNEYS.md).\n"
               "list: all, with their state. show: a definition, as set takes it. set: define it by a JSON file; it is a draft then.\n"
               "submit: hand it in. approve: it runs from then on; here, on the machine, also what you wrote yourself. reject: back to draft. pause, resume: who is in it waits, goes on.\n"
               "end: for good; who is in it leaves. delete: one that never ran.",
    .example = "  zhun journey set cart cart.json\n  zhun journey submit cart\n  zhun journey approve cart --note \"as spoken\"",
    .options = journey_options, .options_count = sizeof journey_options / sizeof *journey_options, .run = run_journey,
};
