#include "app/cmd_feedback.h"
#include "app/cmd_ask.h"
#include "base/json.h"
#include "base/json_out.h"

#define ANSWER_BYTES_MAX (16u << 20)
#define BODY_BYTES_MAX 4096
#define PATH_BYTES 1024

static const zh_option feedback_options[] = {
    { "data", "DIR", "the data folder", "./zhun-data", false },
    { "url", "URL", "or an engine over HTTP, with --key", NULL, false },
    { "key", "KEY", "a server key or admin token for --url", NULL, false },
    { "json", NULL, "print the engine's own JSON", NULL, true },
};

static zh_sv text_in(zh_json_value row, const char *key) { return zh_json_text_or_empty(zh_json_get(row, zh_sv_of(key))); }

static void print_list(zh_json_value root)
{
    bool on = true;
    for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("items"))); zh_json_next(&it);) {
        const bool is_item = zh_sv_equal(text_in(it.value, "scope"), ZH_SV("item"));
        printf("%-14.*s  %-8.*s  since %.*s  %.*s%s%.*s\n", ZH_SV_ARG(text_in(it.value, "kind")), ZH_SV_ARG(text_in(it.value, "scope")), ZH_SV_ARG(text_in(it.value, "since")),
               ZH_SV_ARG(text_in(it.value, is_item ? "itemId" : "name")), is_item ? "  " : "", ZH_SV_ARG(text_in(it.value, "title")));
    }
    if (zh_json_bool(zh_json_get(root, ZH_SV("personalization")), &on) && !on) printf("personalisation is off: these words are kept, and obeyed once it is on\n");
}

static size_t put_encoded(char *out, size_t at, const char *text)
{
    static const char digits[] = "0123456789ABCDEF";
    for (; *text != '\0' && at + 4 < PATH_BYTES; text++) {
        const unsigned char c = (unsigned char)*text;
        out[at++] = '%';
        out[at++] = digits[c >> 4];
        out[at++] = digits[c & 15];
    }
    return at;
}

/* USER KIND [SCOPE THING] as the body of POST /v1/feedback. */
static zh_err put_word(const zh_options *given, zh_buf *body)
{
    zh_json_out out = zh_json_out_on(body);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("userId"), zh_sv_of(given->arguments[0]));
    zh_json_out_key_text(&out, ZH_SV("kind"), zh_sv_of(given->arguments[1]));
    if (given->arguments_count == 4) {
        zh_json_out_key_text(&out, ZH_SV("scope"), zh_sv_of(given->arguments[2]));
        zh_json_out_key_text(&out, strcmp(given->arguments[2], "item") == 0 ? ZH_SV("itemId") : ZH_SV("name"), zh_sv_of(given->arguments[3]));
    }
    zh_json_out_end(&out);
    return zh_json_out_done(&out);
}

static zh_err ask(zh_door *door, zh_json *json, const zh_options *given, zh_note *why)
{
    char path[PATH_BYTES] = "/v1/feedback/";
    zh_buf body = zh_buf_open(BODY_BYTES_MAX);
    const bool lists = given->arguments_count == 1;
    const zh_sv where = lists ? (zh_sv){ path, put_encoded(path, strlen(path), given->arguments[0]) } : ZH_SV("/v1/feedback");
    zh_client_answer answer;
    zh_json_value root;
    zh_err e = lists ? ZH_OK : put_word(given, &body);
    if (e == ZH_OK) e = zh_door_ask(door, lists ? ZH_SV("GET") : ZH_SV("POST"), where, zh_buf_view(&body), &answer, why);
    if (e == ZH_OK && (e = zh_json_parse(json, answer.body, &root, NULL)) != ZH_OK) zh_note_set(why, "the answer cannot be read");
    if (e == ZH_OK && zh_options_flag(given, "json")) printf("%.*s\n", ZH_SV_ARG(answer.body));
    else if (e == ZH_OK && lists) print_list(root);
    else if (e == ZH_OK) printf("%.*s\n", ZH_SV_ARG(text_in(zh_json_get(root, ZH_SV("text")), "en")));
    zh_buf_close(&body);
    return e;
}

static int run_feedback(const zh_options *given)
{
    const size_t count = given->arguments_count;
    if (count != 1 && count != 4 && !(count == 2 && strcmp(given->arguments[1], "undo") == 0)) {
        zh_complain("feedback knows USER, USER block|not_interested|undo item|brand|category THING and USER undo: see zhun feedback --help");
        return ZH_EXIT_USAGE;
    }
    int status;
    zh_door *door = zh_ask_door(given, true, &status);
    if (door == NULL) return status;
    zh_json *json;
    zh_note why = { 0 };
    zh_err e = zh_json_open(&json, ANSWER_BYTES_MAX);
    if (e == ZH_OK) {
        e = ask(door, json, given, &why);
        zh_json_close(json);
    }
    if (e != ZH_OK) zh_complain("feedback: %s", why.text[0] != '\0' ? why.text : zh_err_text(e));
    zh_door_close(door);
    return e == ZH_OK ? ZH_EXIT_DONE : e == ZH_FORMAT || e == ZH_RANGE || e == ZH_FULL ? ZH_EXIT_USAGE : ZH_EXIT_COULD_NOT;
}

const zh_command zh_cmd_feedback = {
    .name = "feedback", .usage = "--data DIR USER [KIND [SCOPE THING]]",
    .summary = "What a customer refused: listed, said for him, taken back.\n"
               "USER alone lists what stands. KIND: block (never shown again), not_interested (the item, and what is like it, makes way), undo (of the\n"
               "thing, or of the newest word). SCOPE: item, brand or category. THING: the item's id, or the name as the catalog has it.",
    .example = "  zhun feedback --data ./zhun-data u1\n  zhun feedback --data ./zhun-data u1 block brand Acme\n  zhun feedback --data ./zhun-data u1 undo",
    .options = feedback_options, .options_count = sizeof feedback_options / sizeof *feedback_options, .run = run_feedback,
};
