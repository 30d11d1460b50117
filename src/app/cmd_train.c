#include "app/cmd_train.h"
#include "app/cmd_ask.h"
#include "base/json.h"

#include <stdlib.h>
#include <time.h>

#define ANSWER_BYTES_MAX (1u << 20)
#define POLL_MS 200
#define WAIT_S_MAX 3600

static const zh_option train_options[] = {
    { "data", "DIR", "the data folder", "./zhun-data", false },
    { "url", "URL", "or an engine over HTTP, with --key", NULL, false },
    { "key", "KEY", "an admin token for --url", NULL, false },
    { "model", "NAME", "show this prediction only: buy_7d, buy_30d, lapse; league: play the recommenders; auto, itemknn, rp3beta, gfcf, ease, slist: learn that one", NULL, false },
    { "deploy", NULL, "of a recommender: let it answer", NULL, true },
    { "anyway", NULL, "of a recommender: also where the league does not say that it is ahead", NULL, true },
    { "json", NULL, "print the engine's own JSON", NULL, true },
};

static double real_of(zh_json_value object, const char *key)
{
    double value = 0;
    (void)zh_json_real(zh_json_get(object, zh_sv_of(key)), &value);
    return value;
}

static bool flag_of(zh_json_value object, const char *key)
{
    bool value = false;
    (void)zh_json_bool(zh_json_get(object, zh_sv_of(key)), &value);
    return value;
}

static void show(zh_json_value root, zh_sv only)
{
    printf("version %.0f, learnt from %.0f customers in %.1f s\n", real_of(root, "version"), real_of(root, "customers"), real_of(root, "tookMs") / 1000);
    printf("%-8s %5s  %-9s %9s %7s %7s %9s %7s\n", "", "days", "", "asked", "did", "AUC", "RFM rule", "ECE");
    for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("items"))); zh_json_next(&it);) {
        const zh_sv name = zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("name"))), why = zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("why")));
        if (only.size > 0 && !zh_sv_equal(name, only)) continue;
        printf("%-8.*s %5.0f  %-9s %9.0f %7.0f %7.3f %9.3f %7.3f", ZH_SV_ARG(name), real_of(it.value, "windowDays"), flag_of(it.value, "offered") ? "offered" : "withheld", real_of(it.value, "asked"),
               real_of(it.value, "did"), real_of(it.value, "auc"), real_of(it.value, "rfmAuc"), real_of(it.value, "calibrationError"));
        if (why.size > 0) printf("  %.*s", ZH_SV_ARG(why));
        putchar('\n');
    }
}

/* How a recommender stands, beside the better of popularity and item-kNN. */
static void show_place(zh_json_value place)
{
    const zh_sv model = zh_json_text_or_empty(zh_json_get(place, ZH_SV("model"))), verdict = zh_json_text_or_empty(zh_json_get(place, ZH_SV("verdict")));
    printf("%-12.*s %-9.*s", ZH_SV_ARG(model), ZH_SV_ARG(verdict));
    if (zh_sv_equal(verdict, ZH_SV("absent"))) printf("  %.*s\n", ZH_SV_ARG(zh_json_text_or_empty(zh_json_get(place, ZH_SV("why")))));
    else printf(" %8.4f %8.4f %8.4f %8.4f %+9.4f %+9.4f %9.1f\n", real_of(place, "ndcg"), real_of(place, "recall"), real_of(place, "hit"), real_of(place, "coverage"), real_of(place, "ahead"), real_of(place, "aheadLow"), real_of(place, "seconds"));
}

static void show_league(zh_json_value root, zh_sv only)
{
    (void)only;
    const zh_json_value league = zh_json_get(root, ZH_SV("league"));
    const zh_sv why = zh_json_text_or_empty(zh_json_get(league, ZH_SV("why"))), from = zh_json_text_or_empty(zh_json_get(league, ZH_SV("testFrom")));
    printf("%.0f purchases of %.0f customers; %.0f questions since %.*s, lists of %.0f, %.1f s\n", real_of(league, "purchases"), real_of(league, "customers"), real_of(league, "questions"), ZH_SV_ARG(from), real_of(league, "k"), real_of(league, "tookMs") / 1000);
    if (why.size > 0) printf("no league: %.*s\n", ZH_SV_ARG(why));
    else printf("%-12s %-9s %8s %8s %8s %8s %9s %9s %9s\n", "", "", "ndcg", "recall", "hit", "coverage", "ahead", "at least", "s");
    for (zh_json_iter it = zh_json_walk(zh_json_get(league, ZH_SV("places"))); zh_json_next(&it);) show_place(it.value);
}

/* What was learnt, or why not; then the versions, the newest first. */
static void show_recommender(zh_json_value root, zh_sv only)
{
    (void)only;
    const zh_json_value outcome = zh_json_get(root, ZH_SV("outcome"));
    const zh_sv why = zh_json_text_or_empty(zh_json_get(outcome, ZH_SV("why"))), model = zh_json_text_or_empty(zh_json_get(outcome, ZH_SV("model")));
    if (why.size > 0) printf("%.*s was not deployed: %.*s\n", ZH_SV_ARG(model), ZH_SV_ARG(why));
    const double deployed = real_of(zh_json_get(root, ZH_SV("deployed")), "version");
    printf("%7s  %-8s %-24s %9s %9s %9s\n", "version", "model", "learnt", "items", "pairs", "answers");
    for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("versions"))); zh_json_next(&it);)
        printf("%7.0f  %-8.*s %-24.*s %9.0f %9.0f %9s\n", real_of(it.value, "version"), ZH_SV_ARG(zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("model")))),
               ZH_SV_ARG(zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("at")))), real_of(it.value, "items"), real_of(it.value, "pairs"), real_of(it.value, "version") == deployed ? "yes" : "");
    if (deployed == 0) puts("counts alone answer");
}

/* What is trained, where and with which words it is asked for, and how it is shown. */
typedef struct training {
    zh_sv train, look, body;
    void (*show)(zh_json_value root, zh_sv only);
} training;

/* Ask, and ask again until it is done. */
static zh_err train(const training *t, zh_door *door, zh_json *json, zh_sv *text, zh_json_value *root, zh_note *why)
{
    zh_client_answer answer;
    zh_err e = zh_door_ask(door, ZH_SV("POST"), t->train, t->body, &answer, why);
    for (int turn = 0; e == ZH_OK; turn++) {
        *text = answer.body;
        if ((e = zh_json_parse(json, answer.body, root, NULL)) != ZH_OK) {
            zh_note_set(why, "the answer cannot be read");
            return e;
        }
        if (!flag_of(*root, "training") && !flag_of(*root, "learning")) return ZH_OK;
        if (turn > WAIT_S_MAX * 1000 / POLL_MS) {
            zh_note_set(why, "it has trained for an hour: look at the engine's log lines");
            return ZH_TIMEOUT;
        }
        nanosleep(&(struct timespec){ .tv_nsec = POLL_MS * 1000000L }, NULL);
        e = zh_door_ask(door, ZH_SV("GET"), t->look, (zh_sv){ 0 }, &answer, why);
    }
    return e;
}

static const char *const predictions[] = { "buy_7d", "buy_30d", "lapse", NULL };
static const char *const recommenders[] = { "auto", "itemknn", "rp3beta", "gfcf", "ease", "slist", NULL };

static bool is_one_of(zh_sv name, const char *const *names)
{
    for (; *names != NULL; names++)
        if (zh_sv_equal(name, zh_sv_of(*names))) return true;
    return false;
}

static int run_train(const zh_options *given)
{
    const zh_sv model = zh_options_text(given, "model");
    const bool is_league = zh_sv_equal(model, ZH_SV("league")), is_recommender = is_one_of(model, recommenders);
    const bool deploys = zh_options_flag(given, "deploy"), anyway = zh_options_flag(given, "anyway");
    char body[128];
    (void)snprintf(body, sizeof body, "{\"model\":\"%.32s\",\"deploy\":%s,\"anyway\":%s}", model.size > 0 && model.size < 32 ? model.data : "", deploys ? "true" : "false", anyway ? "true" : "false");
    const training learning = { ZH_SV("/api/v1/predictions/train"), ZH_SV("/api/v1/predictions"), ZH_SV("{}"), show };
    const training league = { ZH_SV("/api/v1/models/train"), ZH_SV("/api/v1/models"), ZH_SV("{}"), show_league };
    const training recommender = { ZH_SV("/api/v1/models/train"), ZH_SV("/api/v1/models"), zh_sv_of(body), show_recommender };
    const bool known = model.size == 0 || is_league || is_recommender || is_one_of(model, predictions);
    if (given->arguments_count > 0 || !known || ((deploys || anyway) && !is_recommender)) {
        zh_complain("train takes --model buy_7d, buy_30d, lapse, league, auto, itemknn, rp3beta, gfcf, ease or slist; the last six with --deploy and --anyway: see zhun train --help");
        return ZH_EXIT_USAGE;
    }
    int status;
    zh_door *door = zh_ask_door(given, true, &status);
    if (door == NULL) return status;
    zh_note why = { .text = "no memory" };
    zh_json *json = NULL;
    zh_json_value root;
    zh_sv text;
    const training *t = is_league ? &league : is_recommender ? &recommender : &learning;
    zh_err e = zh_json_open(&json, ANSWER_BYTES_MAX);
    if (e == ZH_OK) e = train(t, door, json, &text, &root, &why);
    if (e != ZH_OK) zh_complain("train: %s", why.text);
    else if (zh_options_flag(given, "json")) printf("%.*s\n", ZH_SV_ARG(text));
    else t->show(root, model);
    zh_json_close(json);
    zh_door_close(door);
    return e == ZH_OK ? ZH_EXIT_DONE : ZH_EXIT_COULD_NOT;
}

const zh_command zh_cmd_train = {
    .name = "train", .usage = "--data DIR [--model NAME]",
    .summary = "Learn and test the predictions now; the engine does so itself every night.\n"
               "A prediction is offered where it beat the RFM rule on later days; docs/PREDICTIONS.md.\n"
               "With --model league: play all recommenders on the shop's own orders, and say who is ahead of popularity and item-kNN.\n"
               "With --model auto --deploy: the same, then learn the winner on everything and let it answer, where it is ahead; docs/MODELS.md.",
    .example = "  zhun train --data ./zhun-data\n"
               "  zhun train --data ./zhun-data --model buy_30d --json\n"
               "  zhun train --data ./zhun-data --model league\n"
               "  zhun train --data ./zhun-data --model auto --deploy",
    .options = train_options, .options_count = sizeof train_options / sizeof *train_options, .run = run_train,
};
