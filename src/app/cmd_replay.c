#include "app/cmd_replay.h"
#include "app/cmd_ask.h"
#include "base/json.h"
#include "base/json_out.h"

#define ANSWER_BYTES_MAX (16u << 20)
#define NEWEST_MAX 10000

static const zh_option replay_options[] = {
    { "data", "DIR", "the data folder", "./zhun-data", false },
    { "url", "URL", "or an engine over HTTP, with --key", NULL, false },
    { "key", "KEY", "an admin token for --url", NULL, false },
    { "newest", "N", "so many of the newest decisions, instead of ids", NULL, true },
    { "reasons", NULL, "also test the reasons: what happens to an item without what it was explained with", NULL, true },
    { "json", NULL, "print the engine's own JSON", NULL, true },
};

static int64_t int_of(zh_json_value object, const char *key)
{
    int64_t value = 0;
    (void)zh_json_int(zh_json_get(object, zh_sv_of(key)), &value);
    return value;
}

static void print_share(int64_t part, int64_t of)
{
    if (of == 0) printf("%8s %12s", "", "");
    else printf("%8.1f%% of %8lld", 100 * (double)part / (double)of, (long long)of);
}

static void print_reasons(zh_json_value reasons)
{
    puts("\nwithout what is named                 elsewhere or gone     without as many others");
    for (zh_json_iter it = zh_json_walk(reasons); zh_json_next(&it);) {
        printf("%-32.*s", ZH_SV_ARG(zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("reason")))));
        print_share(int_of(it.value, "moved"), int_of(it.value, "items"));
        print_share(int_of(it.value, "othersMoved"), int_of(it.value, "others"));
        putchar('\n');
    }
}

/* The same ones in one number, each other one in a line. */
static void print_all(zh_json_value root, bool named)
{
    for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("items"))); zh_json_next(&it);) {
        const zh_sv verdict = zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("verdict"))), why = zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("why")));
        const bool same = zh_sv_equal(verdict, ZH_SV("same"));
        if (same && !named) continue;
        printf("%.*s  %s%s%.*s\n", ZH_SV_ARG(zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("decisionId")))),
               same ? "the same bytes" : zh_sv_equal(verdict, ZH_SV("different")) ? "DIFFERENT" : "not replayable", why.size > 0 ? ": " : "", ZH_SV_ARG(why));
    }
    printf("%lld the same, %lld different, %lld not replayable\n", (long long)int_of(root, "same"), (long long)int_of(root, "different"), (long long)int_of(root, "notReplayable"));
    const zh_json_value reasons = zh_json_get(root, ZH_SV("reasons"));
    if (zh_json_is(reasons, ZH_JSON_ARRAY)) print_reasons(reasons);
}

static bool read_ask(const zh_options *given, zh_buf *body)
{
    int64_t newest = 0;
    if (!zh_options_number(given, "newest", 1, NEWEST_MAX, &newest)) return false;
    if ((newest > 0) == (given->arguments_count > 0)) {
        zh_complain("replay needs the ids of decisions, or --newest N: zhun replay --data DIR DECISION_ID");
        return false;
    }
    zh_json_out out = zh_json_out_on(body);
    zh_json_out_object(&out);
    if (newest > 0) zh_json_out_key_int(&out, ZH_SV("newest"), newest);
    else {
        zh_json_out_key(&out, ZH_SV("ids"));
        zh_json_out_array(&out);
        for (size_t i = 0; i < given->arguments_count; i++) zh_json_out_text(&out, zh_sv_of(given->arguments[i]));
        zh_json_out_end(&out);
    }
    zh_json_out_key_bool(&out, ZH_SV("reasons"), zh_options_flag(given, "reasons"));
    zh_json_out_end(&out);
    return zh_buf_err(body) == ZH_OK;
}

static int ask(const zh_options *given, zh_door *door, zh_sv body)
{
    zh_client_answer answer;
    zh_note why;
    zh_json *json = NULL;
    zh_json_value root;
    zh_err e = zh_door_ask(door, ZH_SV("POST"), ZH_SV("/api/v1/decisions/replay"), body, &answer, &why);
    if (e != ZH_OK) {
        zh_complain("replay: %s", why.text);
        return e == ZH_FORMAT || e == ZH_RANGE ? ZH_EXIT_USAGE : ZH_EXIT_COULD_NOT;
    }
    e = zh_json_open(&json, ANSWER_BYTES_MAX);
    if (e == ZH_OK) e = zh_json_parse(json, answer.body, &root, NULL);
    if (e != ZH_OK) {
        zh_complain("replay: the answer cannot be read");
        zh_json_close(json);
        return ZH_EXIT_COULD_NOT;
    }
    if (zh_options_flag(given, "json")) printf("%.*s\n", ZH_SV_ARG(answer.body));
    else print_all(root, given->arguments_count > 0);
    const int status = int_of(root, "different") > 0 ? ZH_EXIT_FAILED : int_of(root, "notReplayable") > 0 ? ZH_EXIT_COULD_NOT : ZH_EXIT_DONE;
    zh_json_close(json);
    return status;
}

static int run_replay(const zh_options *given)
{
    zh_buf body = zh_buf_open(1u << 20);
    int status = ZH_EXIT_USAGE;
    if (read_ask(given, &body)) {
        zh_door *door = zh_ask_door(given, true, &status);
        if (door != NULL) status = ask(given, door, zh_buf_view(&body));
        zh_door_close(door);
    }
    zh_buf_close(&body);
    return status;
}

const zh_command zh_cmd_replay = {
    .name = "replay", .usage = "--data DIR (DECISION_ID… | --newest N) [--reasons] [--json]",
    .summary = "Compute decisions again from the log and compare.\n"
               "The log is folded to what each decision had seen, and the same code decides again. 0: the same bytes; 1: different;\n"
               "3: not replayable, and why. --reasons: of each explained item, whether it stands elsewhere or nowhere without what it was explained with.",
    .example = "  zhun replay --data ./zhun-data 0dj5v9q3m8x2c7r1k6t4w0ybaz\n  zhun replay --data ./zhun-data --newest 1000 --reasons",
    .options = replay_options, .options_count = sizeof replay_options / sizeof *replay_options, .run = run_replay,
};
