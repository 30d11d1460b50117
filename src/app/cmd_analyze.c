#include "app/cmd_analyze.h"
#include "app/analyze_names.h"
#include "app/analyze_show.h"
#include "app/options.h"
#include "sys/input.h"

#include <stdio.h>
#include <stdlib.h>

#define PARAMS_MAX 64 /* --param of one call; more belong into a spec */

/* Every analysis; the order is that of --help. */
static const zh_analysis analyses[] = {
    { "rfm", "recency, frequency and money of customers, scores and segments", "file date rules customer bins columns header",
      "zhun analyze rfm --in orders.csv --param date=2026-11-21", zh_analyze_rfm },
    { "cohort", "who came first when, and who came back", "file filter cohort period columns header",
      "zhun analyze cohort --in orders.csv --param filter=clean", zh_analyze_cohort },
    { "clv", "purchases to come and who is still a customer: BG/NBD, Pareto/NBD, BG/BB, Gamma-Gamma",
      "file fit params rows calibration_end holdout_end unit_days x t_x T n t mean_spend periods bins columns header",
      "zhun analyze clv --in orders.csv --param fit=bgnbd --param t=26", zh_analyze_clv },
    { "predict", "who will buy within 7 and 30 days or stay away, tested on what came: areas under the curve, calibration, intervals",
      "file filter until target tests columns header", "zhun analyze predict --in orders.csv", zh_analyze_predict },
    { "abtest", "the difference of two arms: fixed horizon or sequential", "test control treatment difference alpha tuning type file columns header",
      "zhun analyze abtest --in visits.csv --param 'columns={\"arm\": 1, \"value\": 2}'", zh_analyze_abtest },
    { "cuped", "the same with what was known before taken out", "test control treatment difference alpha tuning", "zhun analyze cuped --spec sums.json", zh_analyze_cuped },
    { "ratio", "ratio metrics by the delta method, with or without what was before", "test control treatment difference alpha tuning", "zhun analyze ratio --spec sums.json", zh_analyze_ratio },
    { "bayes", "chance to win and expected losses of two arms", "control treatment difference alpha prior posterior_mean posterior_sd type file columns header",
      "zhun analyze bayes --spec sums.json", zh_analyze_bayes },
    { "srm", "do the arms have as many units as they should", "users weights", "zhun analyze srm --param users=[5000,5200] --param weights=[1,1]", zh_analyze_srm },
    { "power", "how likely an effect is found; sample sizes",
      "kind metric baseline_mean variance relative_effect n_per_arm alpha tuning method prior target_power control treatment relative_mde relative_se extra_sample_multiple "
      "relative p1 p2 power absolute_mde arms delta effect_size sd formula",
      "zhun analyze power --param kind=sample_size_two_proportions --param p1=0.1 --param p2=0.12", zh_analyze_power },
    { "confidence-sequence", "a bound on a mean reward that holds at every moment", "rewards weights reward_cycle weight_cycle n alpha file columns header",
      "zhun analyze confidence-sequence --param rewards=[0,1,1,0] --param weights=[1,2,1,1]", zh_analyze_sequence },
    { "exploration", "probabilities of arms under an exploring policy", "policy epsilon predicted_cost score lam weights floor",
      "zhun analyze exploration --param policy=softmax --param score=[1,2,3] --param lam=1", zh_analyze_exploration },
    { "attribution", "who gets the conversions: first, last, linear, decay, position, Markov, Shapley",
      "file paths model of order method game collapse_repeats half_life first_share last_share separator columns header", "zhun analyze attribution --in paths.csv --param model=markov",
      zh_analyze_attribution },
    { "rules", "association rules: who buys this also buys that", "file min_support min_confidence min_length max_length max_consequent list separator",
      "zhun analyze rules --in baskets.csv --param min_support=0.006 --param min_confidence=0.25", zh_analyze_rules },
    { "itemsets", "frequent sets of items in baskets", "file min_support min_confidence min_length max_length max_consequent list separator",
      "zhun analyze itemsets --in baskets.dat --param min_support=0.002", zh_analyze_itemsets },
    { "uplift", "lifts of the arms of a trial, a T-learner, Qini and uplift areas of scores",
      "file treatment control outcome test where weights covariate alpha features y uplift columns header",
      "zhun analyze uplift --in trial.csv --param treatment=mail --param control=control --param outcome=visit --param test=Welch", zh_analyze_uplift },
    { "ope", "what another policy would have earned on a log of this one", "file log target target_log position clip ess_min prior_clicks prior_shows columns header",
      "zhun analyze ope --in log.csv --param target=uniform", zh_analyze_ope },
    { "coupons", "which customer gets which coupon within a budget", "file budget header", "zhun analyze coupons --in values.csv --param budget=1000", zh_analyze_coupons },
    { "mention", "whom to mention which public offer to within a budget, learnt from a random trial and tested on customers held out",
      "file ask budget none policy list seed values costs spread columns header", "zhun analyze mention --in trial.csv people.csv --param budget=1000000", zh_analyze_mention },
    { "trend", "does a series rise or fall: Mann-Kendall and Sen's slope", "file rows values period correction statistic lag columns header",
      "zhun analyze trend --in visits.csv --param correction=Hamed-Rao", zh_analyze_trend },
    { "changepoint", "where the mean of a series changed", "file rows values changes penalty penalty_rule columns header", "zhun analyze changepoint --in visits.csv --param changes=2",
      zh_analyze_changepoint },
    { "forecast", "values to come with intervals: exponential smoothing chosen on held-out values, Holt-Winters, theta, simple methods",
      "file series values transform period seasonal alpha beta gamma phi start minimise model kind method error trend damped initial train test horizon columns header",
      "zhun analyze forecast --in sales.csv --param period=12 --param horizon=12 --param model=auto", zh_analyze_forecast },
    { "sentiment", "are reviews good or bad: counts, naive Bayes, support vectors and logistic regression on their characters", "file model category texts columns header",
      "zhun analyze sentiment --in reviews.csv --param 'model=multinomial naive Bayes' --param 'texts=[\"物流很快\"]'", zh_analyze_sentiment },
};
#define ANALYSES (sizeof analyses / sizeof *analyses)

typedef struct request {
    const zh_analysis *analysis;
    const char *spec, *root;
    const char *files[ZH_ANALYZE_FILES_MAX];
    const char *params[PARAMS_MAX];
    size_t files_count, params_count;
    bool json;
} request;

static void help(FILE *to)
{
    fputs("usage: zhun analyze NAME [--in FILE ...] [--spec FILE.json|-] [--param KEY=VALUE ...] [--root DIR] [--json]\n\n"
          "Statistics on plain files (also .gz and .zst) or on numbers, without an engine.\n\n"
          "  --in FILE         the data: a table with or without a header, separated by , ; tab | or blanks\n"
          "  --spec FILE|-     one JSON object: sufficient statistics, a series, options; - is standard input\n"
          "  --param KEY=VALUE one key of that object; stronger than --spec\n"
          "  --root DIR        where the `file` of a spec is looked for (default: here)\n"
          "  --json            one JSON object with every digit; else rounded, in columns\n\nnames:\n", to);
    for (size_t i = 0; i < ANALYSES; i++) fprintf(to, "  %-20s %s\n", analyses[i].name, analyses[i].summary);
    fputs("\n`zhun analyze NAME --help` tells its keys, with an example; docs/ANALYZE.md tells all.\n", to);
}

static void help_one(const zh_analysis *a)
{
    printf("usage: zhun analyze %s [--in FILE ...] [--spec FILE.json|-] [--param KEY=VALUE ...] [--root DIR] [--json]\n\n%s\n\nkeys: %s\n\nexample: %s\n", a->name, a->summary,
           a->keys, a->example);
}

static int wrong(const char *what, const char *which, const char *hint)
{
    zh_complain("%s%s: %s", what, which, hint);
    return ZH_EXIT_USAGE;
}

/* The value of an option, behind it or after '='; NULL when there is none. */
static const char *value_of(const char *name, int argc, char **argv, int *i)
{
    const size_t size = strlen(name);
    if (argv[*i][size] == '=') return argv[*i] + size + 1;
    return *i + 1 < argc ? argv[++*i] : NULL;
}

static bool is_option(const char *word, const char *name)
{
    const size_t size = strlen(name);
    return strncmp(word, name, size) == 0 && (word[size] == '\0' || word[size] == '=');
}

static int take(request *r, const char *name, const char *value)
{
    if (value == NULL) return wrong(name, " has no value", "write one after it");
    if (strcmp(name, "--spec") == 0) r->spec = value;
    else if (strcmp(name, "--root") == 0) r->root = value;
    else if (strcmp(name, "--in") == 0) {
        if (r->files_count == ZH_ANALYZE_FILES_MAX) return wrong("too many files", "", "give at most 16");
        r->files[r->files_count++] = value;
    } else {
        if (strchr(value, '=') == NULL || value[0] == '=') return wrong("no KEY=VALUE: --param ", value, "write for example --param alpha=0.05");
        if (r->params_count == PARAMS_MAX) return wrong("too many --param", "", "write a --spec file");
        r->params[r->params_count++] = value;
    }
    return -1;
}

/* -1 to go on, else the status to exit with. */
static int parse(request *r, int argc, char **argv)
{
    static const char *const valued[] = { "--in", "--spec", "--param", "--root" };
    bool asked = false;
    for (int i = 1; i < argc; i++) {
        size_t v = 0;
        while (v < 4 && !is_option(argv[i], valued[v])) v++;
        if (v < 4) {
            const int status = take(r, valued[v], value_of(valued[v], argc, argv, &i));
            if (status != -1) return status;
        } else if (strcmp(argv[i], "--json") == 0) r->json = true;
        else if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) asked = true;
        else if (argv[i][0] == '-' && argv[i][1] != '\0') return wrong(argv[i], " is no option", "see zhun analyze --help");
        else if (r->analysis != NULL) {
            const int status = take(r, "--in", argv[i]); /* --in A B C */
            if (status != -1) return status;
        } else {
            for (size_t a = 0; a < ANALYSES; a++)
                if (strcmp(argv[i], analyses[a].name) == 0) r->analysis = &analyses[a];
            if (r->analysis == NULL) return wrong(argv[i], " is no analysis", "see the names in zhun analyze --help");
        }
    }
    if (asked && r->analysis != NULL) help_one(r->analysis);
    else if (asked) help(stdout);
    else if (r->analysis == NULL) return wrong("analyze what?", "", "give a name of zhun analyze --help");
    return asked ? ZH_EXIT_DONE : -1;
}

/* ---- the question: --spec and --param in one object ---- */

static zh_err read_spec(const char *path, zh_buf *into)
{
    zh_input *input;
    zh_err e = zh_input_open(&input, zh_sv_of(path));
    if (e != ZH_OK) return e;
    char chunk[1 << 14];
    for (size_t got = 1; e == ZH_OK && got > 0;) {
        e = zh_input_read(input, chunk, sizeof chunk, &got);
        if (e == ZH_OK && got > 0) zh_buf_put(into, (zh_sv){ chunk, got });
        if (e == ZH_OK) e = zh_buf_err(into);
    }
    zh_input_close(input);
    return e;
}

static zh_sv key_of(const char *param)
{
    return (zh_sv){ param, (size_t)(strchr(param, '=') - param) };
}

/* The last --param of a key stands. */
static bool overridden(const request *r, zh_sv key, size_t from)
{
    for (size_t i = from; i < r->params_count; i++)
        if (zh_sv_equal(key_of(r->params[i]), key)) return true;
    return false;
}

/* A value is JSON where it can be read as such, or a number like .5; else a text. */
static void put_param(zh_json_out *out, zh_json *scratch, const char *param)
{
    const zh_sv key = key_of(param), value = zh_sv_of(param + key.size + 1);
    zh_json_value parsed;
    zh_json_out_key(out, key);
    char *end;
    const double number = strtod(value.data, &end);
    const bool decimal = value.size > 1 && (value.data[0] == '.' || value.data[0] == '+') && *end == '\0' && number < 1e300 && number > -1e300;
    if (zh_json_parse(scratch, value, &parsed, NULL) == ZH_OK) zh_json_out_value(out, parsed);
    else if (decimal) zh_json_out_real(out, number);
    else zh_json_out_text(out, value);
}

static int merge(const request *r, zh_json *spec, zh_json *scratch, zh_buf *merged, zh_json_value *root)
{
    zh_buf text = zh_buf_open(ZH_ANALYZE_SPEC_BYTES_MAX);
    zh_json_value given = { 0 };
    zh_json_fault fault = { 0 };
    zh_err e = r->spec == NULL ? ZH_OK : read_spec(r->spec, &text);
    if (e != ZH_OK) {
        zh_complain("cannot read the spec %s: %s: give a JSON file of at most 64 MiB, or - for standard input", r->spec, zh_err_text(e));
        zh_buf_close(&text);
        return ZH_EXIT_COULD_NOT;
    }
    e = r->spec == NULL ? ZH_OK : zh_json_parse(spec, zh_buf_view(&text), &given, &fault);
    zh_buf_close(&text);
    if (e != ZH_OK || (r->spec != NULL && !zh_json_is(given, ZH_JSON_OBJECT))) {
        zh_complain("the spec %s is no JSON object (%s): write one, like {\"alpha\": 0.05}", r->spec, e != ZH_OK ? zh_json_fault_text(fault.kind) : "it is another value");
        return ZH_EXIT_USAGE;
    }
    zh_json_out out = zh_json_out_on(merged);
    zh_json_out_object(&out);
    for (zh_json_iter it = zh_json_walk(given); zh_json_next(&it);) {
        if (overridden(r, it.key, 0)) continue;
        zh_json_out_key(&out, it.key);
        zh_json_out_value(&out, it.value);
    }
    for (size_t i = 0; i < r->params_count; i++)
        if (!overridden(r, key_of(r->params[i]), i + 1)) put_param(&out, scratch, r->params[i]);
    zh_json_out_end(&out);
    e = zh_json_out_done(&out);
    if (e == ZH_OK) e = zh_json_parse(spec, zh_buf_view(merged), root, NULL);
    if (e == ZH_OK) return -1;
    zh_complain("the question is too large (%s): put long lists into a file", zh_err_text(e));
    return ZH_EXIT_USAGE;
}

static bool known(const char *keys, zh_sv key)
{
    const char *dot = key.size == 0 ? NULL : memchr(key.data, '.', key.size);
    if (dot != NULL) key.size = (size_t)(dot - key.data);
    for (const char *at = keys; *at != '\0';) {
        const size_t size = strcspn(at, " ");
        if (zh_sv_equal((zh_sv){ at, size }, key)) return true;
        at += size + (at[size] == ' ');
    }
    return false;
}

/* A misspelt --param is a mistake; a spec may be written for more than one reader, so there it is only told. */
static int check_keys(const request *r, zh_json_value spec)
{
    for (zh_json_iter it = zh_json_walk(spec); zh_json_next(&it);) {
        if (known(r->analysis->keys, it.key)) continue;
        const bool param = overridden(r, it.key, 0);
        zh_complain("%s has no key '%.*s'%s: it knows %s", r->analysis->name, (int)(it.key.size > 60 ? 60 : it.key.size), it.key.data, param ? "" : ", it is passed over", r->analysis->keys);
        if (param) return ZH_EXIT_USAGE;
    }
    return -1;
}

/* ---- the answer ---- */

static int tell(const request *r, zh_json *scratch, zh_buf *answer)
{
    if (r->json) {
        zh_buf_put_u8(answer, '\n');
        fwrite(answer->data, 1, answer->size, stdout);
    } else {
        zh_json_value root;
        if (zh_json_parse(scratch, zh_buf_view(answer), &root, NULL) != ZH_OK) {
            zh_complain("the answer is too large to be shown: ask with --json");
            return ZH_EXIT_COULD_NOT;
        }
        zh_analyze_show(stdout, root);
    }
    if (fflush(stdout) == 0) return ZH_EXIT_DONE;
    zh_complain("the answer could not be written: look at the disk or the pipe it goes to");
    return ZH_EXIT_COULD_NOT;
}

static int answer(const request *r, zh_json *scratch, zh_json_value spec)
{
    zh_arena arena = zh_arena_open(ZH_ANALYZE_BYTES_MAX);
    zh_buf text = zh_buf_open(ZH_JSON_BYTES_MAX);
    zh_json_out out = zh_json_out_on(&text);
    zh_analyze job = { .name = r->analysis->name, .spec = spec, .root = zh_sv_of(r->root), .files_count = r->files_count, .arena = &arena, .out = &out };
    for (size_t i = 0; i < r->files_count; i++) job.files[i] = zh_sv_of(r->files[i]);
    zh_json_out_object(&out);
    r->analysis->run(&job);
    int status = ZH_EXIT_DONE;
    if (job.failed != ZH_OK) {
        zh_complain("%s", job.why.text);
        status = job.failed == ZH_RANGE ? ZH_EXIT_USAGE : ZH_EXIT_COULD_NOT;
    } else {
        zh_json_out_end(&out);
        if (zh_json_out_done(&out) != ZH_OK) {
            zh_complain("the answer is over %zu MiB: ask for less", ZH_JSON_BYTES_MAX >> 20);
            status = ZH_EXIT_COULD_NOT;
        } else status = tell(r, scratch, &text);
    }
    zh_buf_close(&text);
    zh_arena_close(&arena);
    return status;
}

int zh_cmd_analyze(int argc, char **argv)
{
    request r = { 0 };
    int status = parse(&r, argc, argv);
    if (status != -1) return status;
    zh_json *spec = NULL, *scratch = NULL;
    zh_buf merged = zh_buf_open(2 * ZH_ANALYZE_SPEC_BYTES_MAX);
    zh_json_value root;
    if (zh_json_open(&spec, 2 * ZH_ANALYZE_SPEC_BYTES_MAX) != ZH_OK || zh_json_open(&scratch, ZH_JSON_BYTES_MAX) != ZH_OK) {
        zh_complain("out of memory: give this machine more");
        status = ZH_EXIT_COULD_NOT;
    } else {
        status = merge(&r, spec, scratch, &merged, &root);
        if (status == -1) status = check_keys(&r, root);
        if (status == -1) status = answer(&r, scratch, root);
    }
    zh_buf_close(&merged);
    zh_json_close(spec);
    zh_json_close(scratch);
    return status;
}
