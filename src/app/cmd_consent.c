#include "app/cmd_consent.h"
#include "app/cmd_ask.h"
#include "base/json.h"
#include "base/json_out.h"

#define ANSWER_BYTES_MAX (1u << 20)
#define BODY_BYTES_MAX 4096
#define PATH_BYTES 2048

static const zh_option consent_options[] = {
    { "data", "DIR", "the data folder", "./zhun-data", false },
    { "url", "URL", "or an engine over HTTP, with --key", NULL, false },
    { "key", "KEY", "a server key or admin token for --url", NULL, false },
    { "version", "TEXT", "of the wording that was shown", NULL, false },
    { "source", "TEXT", "where it was said", NULL, false },
    { "proof", "HEX", "SHA-256 of what is kept as proof", NULL, false },
    { "at", "TIME", "when it was said, 2026-11-21T08:00:00Z; default now", NULL, false },
    { "json", NULL, "print the engine's own JSON", NULL, true },
};

static zh_sv text_in(zh_json_value row, const char *key) { return zh_json_text_or_empty(zh_json_get(row, zh_sv_of(key))); }

static void print_line(zh_json_value row)
{
    bool yes;
    printf("%.*s ", ZH_SV_ARG(text_in(row, "at")));
    for (zh_json_iter it = zh_json_walk(zh_json_get(row, ZH_SV("said"))); zh_json_next(&it);)
        printf(" %.*s: %s", ZH_SV_ARG(it.key), zh_json_bool(it.value, &yes) && yes ? "yes" : "no");
    for (zh_json_iter it = zh_json_walk(zh_json_get(row, ZH_SV("asked"))); zh_json_next(&it);) printf(" %.*s: asked", ZH_SV_ARG(zh_json_text_or_empty(it.value)));
    static const char *const parts[] = { "version", "source", "proof" };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (text_in(row, parts[i]).size > 0) printf("  %s %.*s", parts[i], ZH_SV_ARG(text_in(row, parts[i])));
    printf("\n");
}

static void print_ledger(zh_json_value root)
{
    const zh_json_value now = zh_json_get(root, ZH_SV("consents"));
    static const char *const plain[] = { "personalization", "analytics", "sharing", "minor" };
    bool yes;
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (zh_json_bool(zh_json_get(now, zh_sv_of(plain[i])), &yes)) printf("%-20s %s\n", plain[i], yes ? "yes" : "no");
    for (zh_json_iter it = zh_json_walk(zh_json_get(now, ZH_SV("marketing"))); zh_json_next(&it);)
        printf("marketing.%-10.*s %s\n", ZH_SV_ARG(it.key), zh_json_bool(it.value, &yes) && yes ? "yes" : "no");
    printf("\n");
    for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("items"))); zh_json_next(&it);) print_line(it.value);
}

static void print_ask(zh_json_value root)
{
    bool may = false;
    (void)!zh_json_bool(zh_json_get(root, ZH_SV("may")), &may);
    if (may) printf("may be asked for %.*s\n", ZH_SV_ARG(text_in(root, "purpose")));
    else printf("may not be asked for %.*s: %.*s%s%.*s\n", ZH_SV_ARG(text_in(root, "purpose")), ZH_SV_ARG(text_in(root, "why")),
                text_in(root, "until").size > 0 ? ", until " : "", ZH_SV_ARG(text_in(root, "until")));
}

static void put_encoded(char path[PATH_BYTES], const char *text)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t at = strlen(path);
    for (; *text != '\0' && at + 4 < PATH_BYTES; text++) {
        const unsigned char c = (unsigned char)*text;
        path[at++] = '%';
        path[at++] = digits[c >> 4];
        path[at++] = digits[c & 15];
    }
    path[at] = '\0';
}

static void put_word(zh_json_out *out, const char *purpose, bool yes)
{
    const char *dot = strchr(purpose, '.');
    if (dot != NULL) {
        zh_json_out_key(out, (zh_sv){ purpose, (size_t)(dot - purpose) });
        zh_json_out_object(out);
        purpose = dot + 1;
    }
    zh_json_out_key_bool(out, zh_sv_of(purpose), yes);
    if (dot != NULL) zh_json_out_end(out);
}

/* PURPOSE yes|no as the body of PUT /v1/consents/{userId}. */
static zh_err put_body(const zh_options *given, zh_buf *body)
{
    static const struct { const char *option, *key; } texts[] = { { "version", "version" }, { "source", "source" }, { "proof", "proof" }, { "at", "timestamp" } };
    zh_json_out out = zh_json_out_on(body);
    zh_json_out_object(&out);
    put_word(&out, given->arguments[1], strcmp(given->arguments[2], "yes") == 0);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const zh_sv text = zh_options_text(given, texts[i].option);
        if (text.size > 0) zh_json_out_key_text(&out, zh_sv_of(texts[i].key), text);
    }
    zh_json_out_end(&out);
    return zh_json_out_done(&out);
}

/* USER link, USER link CHANNEL: an address of his own page, or to stop a channel, as the body of POST /v1/preferences/{userId}/link. */
static bool is_link(const zh_options *given)
{
    return (given->arguments_count == 2 || given->arguments_count == 3) && strcmp(given->arguments[1], "link") == 0;
}

static zh_err make_link(zh_door *door, zh_json *json, const zh_options *given, zh_note *why)
{
    char path[PATH_BYTES] = "/v1/preferences/";
    zh_buf body = zh_buf_open(BODY_BYTES_MAX);
    zh_json_out out = zh_json_out_on(&body);
    zh_client_answer answer;
    zh_json_value root;
    put_encoded(path, given->arguments[0]);
    strcat(path, "/link");
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("purpose"), given->arguments_count == 3 ? ZH_SV("unsubscribe") : ZH_SV("preferences"));
    if (given->arguments_count == 3) zh_json_out_key_text(&out, ZH_SV("channel"), zh_sv_of(given->arguments[2]));
    zh_json_out_end(&out);
    zh_err e = zh_json_out_done(&out);
    if (e == ZH_OK) e = zh_door_ask(door, ZH_SV("POST"), zh_sv_of(path), zh_buf_view(&body), &answer, why);
    if (e == ZH_OK && (e = zh_json_parse(json, answer.body, &root, NULL)) != ZH_OK) zh_note_set(why, "the answer cannot be read");
    if (e == ZH_OK && zh_options_flag(given, "json")) printf("%.*s\n", ZH_SV_ARG(answer.body));
    else if (e == ZH_OK) printf("%.*s\nuntil %.*s\n", ZH_SV_ARG(text_in(root, "path")), ZH_SV_ARG(text_in(root, "until")));
    zh_buf_close(&body);
    return e;
}

static zh_err ask(zh_door *door, zh_json *json, const zh_options *given, zh_note *why)
{
    char path[PATH_BYTES] = "/v1/consents/";
    const bool asks = given->arguments_count == 3 && strcmp(given->arguments[2], "ask") == 0, says = given->arguments_count == 3 && !asks;
    zh_buf body = zh_buf_open(BODY_BYTES_MAX);
    zh_client_answer answer;
    zh_json_value root;
    put_encoded(path, given->arguments[0]);
    if (!says) strcat(path, asks ? "/ask?purpose=" : "/ledger");
    if (asks) put_encoded(path, given->arguments[1]);
    zh_err e = says ? put_body(given, &body) : ZH_OK;
    if (e == ZH_OK) e = zh_door_ask(door, says ? ZH_SV("PUT") : ZH_SV("GET"), zh_sv_of(path), zh_buf_view(&body), &answer, why);
    if (e == ZH_OK && (e = zh_json_parse(json, answer.body, &root, NULL)) != ZH_OK) zh_note_set(why, "the answer cannot be read");
    if (e == ZH_OK && zh_options_flag(given, "json")) printf("%.*s\n", ZH_SV_ARG(answer.body));
    else if (e == ZH_OK && asks) print_ask(root);
    else if (e == ZH_OK && !says) print_ledger(root);
    else if (e == ZH_OK) printf("kept: %s %s\n", given->arguments[1], given->arguments[2]);
    zh_buf_close(&body);
    return e;
}

static bool is_question(const zh_options *given)
{
    if (given->arguments_count == 1 || is_link(given)) return true;
    if (given->arguments_count != 3) return false;
    const char *last = given->arguments[2];
    return strcmp(last, "yes") == 0 || strcmp(last, "no") == 0 || strcmp(last, "ask") == 0;
}

static int run_consent(const zh_options *given)
{
    if (!is_question(given)) {
        zh_complain("consent knows USER, USER PURPOSE yes|no|ask and USER link [CHANNEL]: see zhun consent --help");
        return ZH_EXIT_USAGE;
    }
    int status;
    zh_door *door = zh_ask_door(given, true, &status);
    if (door == NULL) return status;
    zh_json *json;
    zh_note why = { 0 };
    zh_err e = zh_json_open(&json, ANSWER_BYTES_MAX);
    if (e == ZH_OK) {
        e = is_link(given) ? make_link(door, json, given, &why) : ask(door, json, given, &why);
        zh_json_close(json);
    }
    if (e != ZH_OK) zh_complain("consent: %s", why.text[0] != '\0' ? why.text : zh_err_text(e));
    zh_door_close(door);
    return e == ZH_OK ? ZH_EXIT_DONE : e == ZH_FORMAT || e == ZH_RANGE ? ZH_EXIT_USAGE : ZH_EXIT_COULD_NOT;
}

const zh_command zh_cmd_consent = {
    .name = "consent", .usage = "--data DIR USER [PURPOSE yes|no|ask | link [CHANNEL]]",
    .summary = "What a customer allowed and refused: the ledger, a word said for him, whether one may ask him.\n"
               "USER alone prints what holds and each line, newest first. PURPOSE: personalization, analytics, sharing, minor, marketing.CHANNEL\n"
               "(email, sms, push, wechat …), or marketing with no: all channels. ask: may the customer be asked now? It changes nothing.\n"
               "link: the path of a link to his own page; with a CHANNEL, of one that stops it. Your address under which customers reach the engine goes before it.",
    .example = "  zhun consent --data ./zhun-data u1\n  zhun consent --data ./zhun-data u1 marketing.sms no --source 'call of 3 May'\n  zhun consent --data ./zhun-data u1 marketing.email ask\n  zhun consent --data ./zhun-data u1 link\n  zhun consent --data ./zhun-data u1 link email",
    .options = consent_options, .options_count = sizeof consent_options / sizeof *consent_options, .run = run_consent,
};
