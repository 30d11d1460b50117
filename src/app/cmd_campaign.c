#include "app/cmd_campaign.h"
#include "app/lifecycle_verbs.h"
#include "base/json_out.h"

static const zh_option campaign_options[] = {
    { "data", "DIR", "the data folder", "./zhun-data", false },
    { "url", "URL", "or an engine over HTTP, with --key", NULL, false },
    { "key", "KEY", "an admin token for --url", NULL, false },
    { "note", "TEXT", "why, kept with the change", NULL, false },
    { "json", NULL, "print the engine's own JSON", NULL, true },
};

/* ---- verbs ---- */

static zh_err list(zh_asking *a, zh_note *why)
{
    const zh_err e = zh_asking_send(a, ZH_SV("GET"), ZH_SV("/api/v1/campaigns"), why);
    if (e != ZH_OK || !zh_asking_is_plain(a)) return e;
    for (zh_json_iter it = zh_json_walk(zh_json_get(a->root, ZH_SV("items"))); zh_json_next(&it);) {
        const zh_sv fault = zh_asked_text(it.value, "fault");
        printf("%-24.*s %-8.*s v%-3lld ", ZH_SV_ARG(zh_asked_text(it.value, "name")), ZH_SV_ARG(zh_asked_text(it.value, "state")), (long long)zh_asked_number(it.value, "version"));
        if (fault.size > 0) printf("DOES NOT RUN: %.*s\n", ZH_SV_ARG(fault));
        else printf("%-10.*s %-12.*s %.*s\n", ZH_SV_ARG(zh_asked_text(it.value, "kind")), ZH_SV_ARG(zh_asked_text(it.value, "channel")), ZH_SV_ARG(zh_asked_text(zh_json_get(it.value, ZH_SV("title")), "en")));
    }
    return ZH_OK;
}

static zh_err preview(zh_asking *a, zh_note *why)
{
    zh_json_out out = zh_json_out_on(&a->body);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("campaign"), zh_sv_of(a->given->arguments[1]));
    zh_json_out_end(&out);
    const zh_err e = zh_asking_send(a, ZH_SV("POST"), ZH_SV("/api/v1/campaigns/preview"), why);
    if (e != ZH_OK || !zh_asking_is_plain(a)) return e;
    const zh_json_value now = zh_json_get(a->root, ZH_SV("now")), composed = zh_json_get(a->root, ZH_SV("composed"));
    printf("of %lld customers %lld are its audience; now %lld would get it, %lld later, %lld not\n", (long long)zh_asked_number(a->root, "customers"), (long long)zh_asked_number(a->root, "audience"),
           (long long)zh_asked_number(now, "send"), (long long)zh_asked_number(now, "wait"), (long long)zh_asked_number(now, "skip"));
    for (zh_json_iter it = zh_json_walk(zh_json_get(a->root, ZH_SV("reasons"))); zh_json_next(&it);) printf("%10lld  %.*s\n", (long long)zh_asked_number(it.value, "customers"), ZH_SV_ARG(zh_asked_text(it.value, "why")));
    printf("%lld messages in %lld s; of %lld written to try, %lld have no address and %lld say nothing\n", (long long)zh_asked_number(a->root, "messages"), (long long)zh_asked_number(a->root, "seconds"),
           (long long)zh_asked_number(composed, "tried"), (long long)zh_asked_number(composed, "withoutAddress"), (long long)zh_asked_number(composed, "broken"));
    return ZH_OK;
}

static const zh_verb verbs[] = { { "list", 1, list }, ZH_LIFECYCLE_VERBS, { "preview", 2, preview } };

static int run_campaign(const zh_options *given)
{
    static const zh_verbs campaign = { .command = "campaign", .kind = "campaigns", .needs = "list, show NAME, set NAME FILE, preview NAME, submit, approve, reject, pause, resume, end or delete NAME", .verbs = verbs, .count = sizeof verbs / sizeof *verbs };
    return zh_verbs_run(&campaign, given);
}

const zh_command zh_cmd_campaign = {
    .name = "campaign", .usage = "list | show NAME | set NAME FILE | preview NAME | submit | approve | reject | pause | resume | end | delete NAME [--note TEXT]",
    .summary = "To whom messages go, and when (docs/CAMPAIGNS.md).\n"
               "list: all, with their state. show: a definition, as set takes it. set: define it by a JSON file; it is a draft then. preview: what it would do now; nothing is sent.\n"
               "submit: hand it in. approve: it runs from then on; here, on the machine, also what you wrote yourself. reject: back to draft. pause, resume: what is planned waits, goes on.\n"
               "end: for good; what waits is skipped. delete: one that never ran.",
    .example = "  zhun campaign set spring spring.json\n  zhun campaign preview spring\n  zhun campaign submit spring\n  zhun campaign approve spring --note \"as spoken\"",
    .options = campaign_options, .options_count = sizeof campaign_options / sizeof *campaign_options, .run = run_campaign,
};
