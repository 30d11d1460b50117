#include "app/cmd_experiment.h"
#include "app/cmd_ask.h"
#include "base/json_out.h"

#include <stdlib.h>

#define BODY_BYTES_MAX (64u << 10)
#define ANSWER_BYTES_MAX (64u << 20)
#define PATH_BYTES 256

static const zh_option experiment_options[] = {
    { "data", "DIR", "the data folder", "./zhun-data", false },
    { "url", "URL", "or an engine over HTTP, with --key", NULL, false },
    { "key", "KEY", "an admin token for --url", NULL, false },
    { "effect", "SHARE", "of plan: the smallest relative change that matters, 0.05 for 5 %", "0.05", true },
    { "mean", "NUMBER", "of plan: the metric's mean without the change; not said: measured over the last window", NULL, true },
    { "variance", "NUMBER", "of plan: its variance; not needed for a share", NULL, true },
    { "power", "SHARE", "of plan: how often such an effect is to be found", "0.8", true },
    { "target", "ARM|JSON", "of replay: an arm, or {\"weights\": {\"control\": 1, \"b\": 3}}, or {\"arm\": \"b\", \"explore\": 0.2}", NULL, true },
    { "metric", "NAME", "of replay: a share or a mean; not said: the experiment's first", NULL, true },
    { "from", "TIME", "of replay: the first moment of the decisions, such as 2026-05-01T00:00:00Z; not said: a day before the end", NULL, true },
    { "to", "TIME", "of replay: the end of the decisions; not said: now", NULL, true },
    { "user", "ID", "of arm: the customer's user id", NULL, true },
    { "json", NULL, "print the engine's own JSON", NULL, true },
};

typedef struct asking {
    zh_door *door;
    zh_json *json;
    zh_json_value root; /* of the latest answer */
    zh_sv text;         /* its bytes */
} asking;

static zh_err send(asking *a, const char *method, zh_sv path, zh_sv body, zh_note *why)
{
    zh_client_answer answer;
    zh_err e = zh_door_ask(a->door, zh_sv_of(method), path, body, &answer, why);
    if (e != ZH_OK) return e;
    a->text = answer.body;
    if (answer.body.size > 0 && (e = zh_json_parse(a->json, answer.body, &a->root, NULL)) != ZH_OK) zh_note_set(why, "the answer cannot be read");
    return e;
}

static zh_sv path_of(const char *list, const char *name, const char *rest, char out[PATH_BYTES])
{
    const int size = snprintf(out, PATH_BYTES, "/api/v1/%s/%.100s%s", list, name, rest);
    return (zh_sv){ out, (size_t)size };
}

static zh_sv text_in(zh_json_value object, const char *key) { return zh_json_text_or_empty(zh_json_get(object, zh_sv_of(key))); }

static double number_in(zh_json_value object, const char *key)
{
    double number = 0;
    (void)zh_json_real(zh_json_get(object, zh_sv_of(key)), &number);
    return number;
}

static void print_text(zh_sv text)
{
    fwrite(text.data, 1, text.size, stdout);
    fputc('\n', stdout);
}

/* ---- listing ---- */

static zh_err list(asking *a, const zh_options *given, zh_note *why)
{
    const zh_err e = send(a, "GET", ZH_SV("/api/v1/experiments"), (zh_sv){ 0 }, why);
    if (e != ZH_OK) return e;
    if (zh_options_flag(given, "json")) print_text(a->text);
    else for (zh_json_iter it = zh_json_walk(zh_json_get(a->root, ZH_SV("items"))); zh_json_next(&it);)
        printf("%-24.*s %-8.*s %10.0f exposed  %.*s\n", ZH_SV_ARG(text_in(it.value, "name")), ZH_SV_ARG(text_in(it.value, "state")), number_in(it.value, "exposed"), ZH_SV_ARG(text_in(it.value, "title")));
    return ZH_OK;
}

static zh_err metrics(asking *a, const zh_options *given, zh_note *why)
{
    const zh_err e = send(a, "GET", ZH_SV("/api/v1/metrics"), (zh_sv){ 0 }, why);
    if (e != ZH_OK) return e;
    if (zh_options_flag(given, "json")) print_text(a->text);
    else for (zh_json_iter it = zh_json_walk(zh_json_get(a->root, ZH_SV("items"))); zh_json_next(&it);)
        printf("%-24.*s %-6.*s %.*s\n", ZH_SV_ARG(text_in(it.value, "name")), ZH_SV_ARG(text_in(it.value, "type")), ZH_SV_ARG(text_in(zh_json_get(it.value, ZH_SV("title")), "en")));
    return ZH_OK;
}

static zh_err show(asking *a, const zh_options *given, zh_note *why)
{
    char path[PATH_BYTES];
    const zh_err e = send(a, "GET", path_of("experiments", given->arguments[1], "", path), (zh_sv){ 0 }, why);
    if (e == ZH_OK) print_text(a->text);
    return e;
}

/* ---- setting up ---- */

static zh_err read_file(const char *name, zh_buf *out, zh_note *why)
{
    FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "rb");
    char piece[4096];
    size_t size;
    if (file == NULL) {
        zh_note_set(why, "%s cannot be read: give a file with the set-up as JSON, or - for standard input", name);
        return ZH_IO;
    }
    while ((size = fread(piece, 1, sizeof piece, file)) > 0) zh_buf_put(out, (zh_sv){ piece, size });
    const bool failed = ferror(file) != 0;
    if (file != stdin) fclose(file);
    if (failed || zh_buf_err(out) != ZH_OK) zh_note_set(why, "%s cannot be read, or is larger than 64 KB", name);
    return failed ? ZH_IO : zh_buf_err(out);
}

static zh_err set(asking *a, const zh_options *given, zh_note *why)
{
    char path[PATH_BYTES];
    zh_buf body = zh_buf_open(BODY_BYTES_MAX);
    zh_err e = read_file(given->arguments[2], &body, why);
    if (e == ZH_OK) e = send(a, "PUT", path_of("experiments", given->arguments[1], "", path), zh_buf_view(&body), why);
    zh_buf_close(&body);
    if (e != ZH_OK) return e;
    if (zh_options_flag(given, "json")) print_text(a->text);
    else printf("%s: %.*s\n", given->arguments[1], ZH_SV_ARG(text_in(a->root, "state")));
    return ZH_OK;
}

static zh_err become(asking *a, const zh_options *given, const char *state, zh_note *why)
{
    char path[PATH_BYTES], body[64];
    const int size = snprintf(body, sizeof body, "{\"state\":\"%s\"}", state);
    const zh_err e = send(a, "PUT", path_of("experiments", given->arguments[1], "/state", path), (zh_sv){ body, (size_t)size }, why);
    if (e != ZH_OK) return e;
    if (zh_options_flag(given, "json")) print_text(a->text);
    else printf("%s: %.*s\n", given->arguments[1], ZH_SV_ARG(text_in(a->root, "state")));
    return ZH_OK;
}

static zh_err start(asking *a, const zh_options *given, zh_note *why) { return become(a, given, "running", why); }
static zh_err halt(asking *a, const zh_options *given, zh_note *why) { return become(a, given, "paused", why); }
static zh_err stop(asking *a, const zh_options *given, zh_note *why) { return become(a, given, "stopped", why); }

static zh_err drop(asking *a, const zh_options *given, zh_note *why)
{
    char path[PATH_BYTES];
    return send(a, "DELETE", path_of("experiments", given->arguments[1], "", path), (zh_sv){ 0 }, why);
}

/* ---- what it says ---- */

static void print_difference(zh_json_value one)
{
    const zh_json_value relative = zh_json_get(one, ZH_SV("relative")), absolute = zh_json_get(one, ZH_SV("absolute"));
    const bool is_relative = zh_json_is(relative, ZH_JSON_OBJECT);
    const zh_json_value d = is_relative ? relative : absolute, interval = zh_json_get(d, ZH_SV("sequential"));
    if (!zh_json_is(d, ZH_JSON_OBJECT)) {
        printf("    %-20.*s not enough yet\n", ZH_SV_ARG(text_in(one, "arm")));
        return;
    }
    const double factor = is_relative ? 100 : 1;
    printf("    %-20.*s %+10.4g%s  [%.4g, %.4g]  %.*s\n", ZH_SV_ARG(text_in(one, "arm")), number_in(d, "estimate") * factor, is_relative ? " %" : "", number_in(interval, "low") * factor,
           number_in(interval, "high") * factor, ZH_SV_ARG(text_in(one, "verdict")));
}

static zh_err results(asking *a, const zh_options *given, zh_note *why)
{
    char path[PATH_BYTES];
    bool trusted = false;
    const zh_err e = send(a, "GET", path_of("experiments", given->arguments[1], "/results", path), (zh_sv){ 0 }, why);
    if (e != ZH_OK) return e;
    if (zh_options_flag(given, "json")) {
        print_text(a->text);
        return ZH_OK;
    }
    (void)zh_json_bool(zh_json_get(a->root, ZH_SV("trusted")), &trusted);
    for (zh_json_iter it = zh_json_walk(zh_json_get(a->root, ZH_SV("arms"))); zh_json_next(&it);)
        printf("%-24.*s %10.0f customers, %.1f %% expected\n", ZH_SV_ARG(text_in(it.value, "name")), number_in(it.value, "units"), number_in(it.value, "expectedShare") * 100);
    if (!trusted) zh_complain("experiment: the arms do not have the customers they should have (p %.2g): no result can be trusted before the cause is found",
                              number_in(zh_json_get(a->root, ZH_SV("srm")), "p"));
    for (zh_json_iter it = zh_json_walk(zh_json_get(a->root, ZH_SV("metrics"))); zh_json_next(&it);) {
        printf("%.*s: difference to the control, and the interval that holds at every look\n", ZH_SV_ARG(text_in(zh_json_get(it.value, ZH_SV("title")), "en")));
        for (zh_json_iter arm = zh_json_walk(zh_json_get(it.value, ZH_SV("differences"))); zh_json_next(&arm);) print_difference(arm.value);
    }
    return ZH_OK;
}

static zh_err uplift(asking *a, const zh_options *given, zh_note *why)
{
    char path[PATH_BYTES];
    const zh_err e = send(a, "GET", path_of("experiments", given->arguments[1], "/uplift", path), (zh_sv){ 0 }, why);
    if (e != ZH_OK) return e;
    if (zh_options_flag(given, "json")) {
        print_text(a->text);
        return ZH_OK;
    }
    const zh_json_value all = zh_json_get(a->root, ZH_SV("all"));
    printf("%.*s of %.*s: %.*s\n", ZH_SV_ARG(text_in(zh_json_get(zh_json_get(a->root, ZH_SV("metric")), ZH_SV("title")), "en")), ZH_SV_ARG(text_in(a->root, "arm")), ZH_SV_ARG(text_in(a->root, "verdict")));
    printf("%-40s %10.0f customers  %+.4g [%.4g, %.4g]\n", "all", number_in(all, "customers"), number_in(all, "effect"), number_in(all, "low"), number_in(all, "high"));
    for (zh_json_iter it = zh_json_walk(zh_json_get(a->root, ZH_SV("learners"))); zh_json_next(&it);)
        printf("learner %-2.*s qini per customer %.4g [%.4g, %.4g]\n", ZH_SV_ARG(text_in(it.value, "learner")), number_in(it.value, "qiniPerCustomer"), number_in(it.value, "low"), number_in(it.value, "high"));
    for (zh_json_iter it = zh_json_walk(zh_json_get(a->root, ZH_SV("groups"))); zh_json_next(&it);) {
        bool more = false;
        for (zh_json_iter one = zh_json_walk(zh_json_get(it.value, ZH_SV("conditions"))); zh_json_next(&one); more = true)
            printf("%s%.*s %s %.4g", more ? " and " : "", ZH_SV_ARG(text_in(one.value, "column")), zh_sv_equal(text_in(one.value, "is"), ZH_SV("below")) ? "<" : ">=", number_in(one.value, "value"));
        printf("\n%40s %10.1f %% of them  %+.4g [%.4g, %.4g]\n", "", number_in(it.value, "share") * 100, number_in(it.value, "effect"), number_in(it.value, "low"), number_in(it.value, "high"));
    }
    return ZH_OK;
}

/* Numbers are checked by the engine, which says what is wrong with them. */
static void put_given(const zh_options *given, const char *name, zh_json_out *out)
{
    const zh_sv text = zh_options_text(given, name);
    char *end;
    if (text.size == 0) return;
    const double value = strtod(text.data, &end);
    zh_json_out_key(out, zh_sv_of(name));
    if (*end == '\0' && end != text.data && value - value == 0) zh_json_out_real(out, value);
    else zh_json_out_text(out, text);
}

static zh_err plan(asking *a, const zh_options *given, zh_note *why)
{
    char path[PATH_BYTES];
    zh_buf body = zh_buf_open(BODY_BYTES_MAX);
    zh_json_out out = zh_json_out_on(&body);
    zh_json_out_object(&out);
    put_given(given, "effect", &out);
    put_given(given, "mean", &out);
    put_given(given, "variance", &out);
    put_given(given, "power", &out);
    zh_json_out_end(&out);
    zh_err e = zh_json_out_done(&out);
    if (e == ZH_OK) e = send(a, "POST", path_of("metrics", given->arguments[1], "/plan", path), zh_buf_view(&body), why);
    zh_buf_close(&body);
    if (e != ZH_OK) return e;
    if (zh_options_flag(given, "json")) {
        print_text(a->text);
        return ZH_OK;
    }
    static const char *const forms[] = { "fixed", "sequential" };
    printf("mean %g, a change of %g %% is %g\n", number_in(a->root, "mean"), number_in(a->root, "effect") * 100, number_in(a->root, "difference"));
    for (int i = 0; i < 2; i++) {
        const zh_json_value one = zh_json_get(a->root, zh_sv_of(forms[i]));
        printf("%-12s %12.0f customers an arm, about %.0f days\n", forms[i], number_in(one, "unitsAnArm"), number_in(one, "days"));
    }
    return ZH_OK;
}

static void put_text(const zh_options *given, const char *name, zh_json_out *out)
{
    const zh_sv text = zh_options_text(given, name);
    if (text.size > 0) zh_json_out_key_text(out, zh_sv_of(name), text);
}

static void put_target(const zh_options *given, zh_json_out *out)
{
    const zh_sv target = zh_options_text(given, "target");
    zh_json_out_key(out, ZH_SV("target"));
    if (target.size > 0 && target.data[0] == '{') zh_json_out_raw(out, target);
    else {
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("arm"), target);
        zh_json_out_end(out);
    }
}

static void print_estimate(zh_json_value root, const char *key, const char *title)
{
    const zh_json_value one = zh_json_get(root, zh_sv_of(key));
    if (zh_json_is(one, ZH_JSON_OBJECT)) printf("%-24s %12.6g  [%.6g, %.6g]\n", title, number_in(one, "estimate"), number_in(one, "low"), number_in(one, "high"));
}

static zh_err replay(asking *a, const zh_options *given, zh_note *why)
{
    zh_buf body = zh_buf_open(BODY_BYTES_MAX);
    zh_json_out out = zh_json_out_on(&body);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("experiment"), zh_sv_of(given->arguments[1]));
    put_target(given, &out);
    put_text(given, "metric", &out);
    put_text(given, "from", &out);
    put_text(given, "to", &out);
    zh_json_out_end(&out);
    zh_err e = zh_json_out_done(&out);
    if (e == ZH_OK) e = send(a, "POST", ZH_SV("/api/v1/reports/policy"), zh_buf_view(&body), why);
    zh_buf_close(&body);
    if (e != ZH_OK) return e;
    if (zh_options_flag(given, "json")) {
        print_text(a->text);
        return ZH_OK;
    }
    const zh_json_value refusal = zh_json_get(a->root, ZH_SV("refusal"));
    printf("%.0f customers, worth %.0f of equal weight; %.1f %% of the decisions there\n", number_in(a->root, "customers"), number_in(a->root, "effectiveCustomers"), number_in(a->root, "covered") * 100);
    print_estimate(a->root, "actual", "what was earned");
    if (zh_json_is(refusal, ZH_JSON_OBJECT)) printf("no answer (%.*s): %.*s\n", ZH_SV_ARG(text_in(refusal, "code")), ZH_SV_ARG(text_in(refusal, "detail")));
    print_estimate(a->root, "dr", "doubly robust");
    print_estimate(a->root, "snips", "self-normalised (SNIPS)");
    print_estimate(a->root, "ips", "by weights (IPS)");
    print_estimate(a->root, "clippedIps", "by clipped weights");
    return ZH_OK;
}

/* Nobody is exposed by a look. */
static zh_err arm(asking *a, const zh_options *given, zh_note *why)
{
    char path[PATH_BYTES];
    zh_buf body = zh_buf_open(BODY_BYTES_MAX);
    zh_json_out out = zh_json_out_on(&body);
    (void)snprintf(path, sizeof path, "/v1/experiments/%s/arm", given->arguments[1]);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("userId"), zh_options_text(given, "user"));
    zh_json_out_end(&out);
    zh_err e = zh_json_out_done(&out);
    if (e == ZH_OK) e = send(a, "POST", zh_sv_of(path), zh_buf_view(&body), why);
    zh_buf_close(&body);
    if (e != ZH_OK) return e;
    const zh_sv is = text_in(a->root, "arm");
    if (zh_options_flag(given, "json")) print_text(a->text);
    else if (is.size > 0) printf("%.*s\n", ZH_SV_ARG(is));
    else printf("none: he is unknown, not of those who take part, or refused\n");
    return ZH_OK;
}

/* ---- the command ---- */

static const struct { const char *verb; int arguments; zh_err (*run)(asking *a, const zh_options *given, zh_note *why); } verbs[] = {
    { "list", 1, list }, { "metrics", 1, metrics }, { "show", 2, show }, { "set", 3, set }, { "start", 2, start }, { "pause", 2, halt }, { "stop", 2, stop }, { "drop", 2, drop },
    { "results", 2, results }, { "plan", 2, plan }, { "replay", 2, replay }, { "uplift", 2, uplift }, { "arm", 2, arm },
};

static int run_experiment(const zh_options *given)
{
    size_t at = 0;
    while (at < sizeof verbs / sizeof *verbs && (given->arguments_count < 1 || strcmp(given->arguments[0], verbs[at].verb) != 0)) at++;
    if (at == sizeof verbs / sizeof *verbs || (int)given->arguments_count != verbs[at].arguments) {
        zh_complain("experiment knows list, metrics, plan METRIC, set NAME FILE, start NAME, pause NAME, stop NAME, drop NAME, show NAME, results NAME, replay NAME, uplift NAME and arm NAME: see zhun experiment --help");
        return ZH_EXIT_USAGE;
    }
    int status;
    asking a = { .door = zh_ask_door(given, true, &status) };
    if (a.door == NULL) return status;
    zh_note why = { .text = "no memory" };
    zh_err e = zh_json_open(&a.json, ANSWER_BYTES_MAX);
    if (e == ZH_OK) e = verbs[at].run(&a, given, &why);
    if (e != ZH_OK) zh_complain("experiment: %s", why.text);
    zh_json_close(a.json);
    zh_door_close(a.door);
    return e == ZH_OK ? ZH_EXIT_DONE : e == ZH_FORMAT || e == ZH_RANGE || e == ZH_FULL ? ZH_EXIT_USAGE : ZH_EXIT_COULD_NOT;
}

const zh_command zh_cmd_experiment = {
    .name = "experiment", .usage = "list|metrics|plan|set|start|pause|stop|drop|show|results|replay|uplift|arm [NAME] [FILE] --data DIR",
    .summary = "Measure what a change of the lists really causes: customers are divided by chance, each arm gets its own policy.\n"
               "plan METRIC: how many customers an effect of --effect needs. set NAME FILE: set one up (JSON; - for standard input).\n"
               "start, pause, stop NAME: let it run, hold it, end it for good. drop NAME: a draft that never ran.\n"
               "results NAME: for each metric the difference to the control, with an interval that holds whenever it is looked at.\n"
               "replay NAME --target ARM: what would have been earned had all got this arm, from the decisions of a span; says so where that cannot be known.\n"
               "uplift NAME: whom it moves, where customers differ in that; learnt from what they were like before.\n"
               "arm NAME --user ID: the arm a customer has, as POST /v1/experiments/NAME/arm tells it; nobody is exposed by it.\n"
               "list, show NAME, metrics: what there is.",
    .example = "  zhun experiment plan conversion --effect 0.05 --data ./zhun-data\n"
               "  echo '{\"placements\":[\"home\"],\"arms\":[{\"name\":\"control\"},{\"name\":\"calm\",\"policy\":{\"tired_weight\":0.5}}],\n"
               "         \"metrics\":[\"conversion\",\"revenue\"],\"guardrails\":[\"opt_outs\"]}' | zhun experiment set calm - --data ./zhun-data\n"
               "  zhun experiment start calm --data ./zhun-data && zhun experiment results calm --data ./zhun-data",
    .options = experiment_options, .options_count = sizeof experiment_options / sizeof *experiment_options, .run = run_experiment,
};
