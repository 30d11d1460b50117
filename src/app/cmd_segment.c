#include "app/cmd_segment.h"
#include "app/cmd_ask.h"
#include "base/json_out.h"

#include <stdlib.h>

#define BODY_BYTES_MAX (256u << 10)
#define ANSWER_BYTES_MAX (64u << 20)
#define PAGE 500

static const zh_option segment_options[] = {
    { "data", "DIR", "the data folder", "./zhun-data", false },
    { "url", "URL", "or an engine over HTTP, with --key", NULL, false },
    { "key", "KEY", "an admin token for --url", NULL, false },
    { "json", NULL, "print the engine's own JSON, a page a line", NULL, true },
};

typedef struct asking {
    zh_door *door;
    zh_json *json;
    zh_json_value root;    /* of the latest answer */
    zh_sv text;            /* its bytes */
} asking;

static zh_err ask(asking *a, zh_sv expression, int64_t limit, zh_sv cursor, zh_note *why)
{
    zh_buf body = zh_buf_open(BODY_BYTES_MAX);
    zh_json_out out = zh_json_out_on(&body);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("expression"), expression);
    zh_json_out_key_int(&out, ZH_SV("limit"), limit);
    if (cursor.size > 0) zh_json_out_key_text(&out, ZH_SV("cursor"), cursor);
    zh_json_out_end(&out);
    zh_err e = zh_json_out_done(&out);
    if (e == ZH_FULL) zh_note_set(why, "the expression is too long");
    zh_client_answer answer;
    if (e == ZH_OK) e = zh_door_ask(a->door, ZH_SV("POST"), ZH_SV("/api/v1/segments/preview"), zh_buf_view(&body), &answer, why);
    zh_buf_close(&body);
    if (e != ZH_OK) return e;
    a->text = answer.body;
    if ((e = zh_json_parse(a->json, answer.body, &a->root, NULL)) != ZH_OK) zh_note_set(why, "the answer cannot be read");
    return e;
}

static int64_t number_of(const asking *a, const char *key)
{
    int64_t number = 0;
    (void)zh_json_int(zh_json_get(a->root, zh_sv_of(key)), &number);
    return number;
}

/* What a count alone would hide. */
static void warn(const asking *a)
{
    const zh_sv failure = zh_json_text_or_empty(zh_json_get(a->root, ZH_SV("failure")));
    if (number_of(a, "failed") > 0)
        zh_complain("segment: %lld customers have no answer and do not match, such as: %.*s", (long long)number_of(a, "failed"), ZH_SV_ARG(failure));
    if (number_of(a, "asked") < number_of(a, "customers"))
        zh_complain("segment: time ran out after %lld of %lld customers: make the expression cheaper", (long long)number_of(a, "asked"), (long long)number_of(a, "customers"));
}

static void print_text(zh_sv text)
{
    fwrite(text.data, 1, text.size, stdout);
    fputc('\n', stdout);
}

static zh_err count(asking *a, const zh_options *given, zh_sv expression, zh_note *why)
{
    const zh_err e = ask(a, expression, 0, (zh_sv){ 0 }, why);
    if (e != ZH_OK) return e;
    if (zh_options_flag(given, "json")) print_text(a->text);
    else printf("%lld\n", (long long)number_of(a, "matching"));
    warn(a);
    return ZH_OK;
}

static zh_err list(asking *a, const zh_options *given, zh_sv expression, zh_note *why)
{
    char cursor[32] = "";
    do {
        const zh_err e = ask(a, expression, PAGE, zh_sv_of(cursor), why);
        if (e != ZH_OK) return e;
        if (cursor[0] == '\0') warn(a);
        if (zh_options_flag(given, "json")) print_text(a->text);
        else for (zh_json_iter it = zh_json_walk(zh_json_get(a->root, ZH_SV("items"))); zh_json_next(&it);) {
            const zh_sv user = zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("userId"))), id = zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("id")));
            if (user.size > 0) print_text(user);
            else printf("#%.*s\n", ZH_SV_ARG(id));
        }
        const zh_sv next = zh_json_text_or_empty(zh_json_get(a->root, ZH_SV("next")));
        (void)snprintf(cursor, sizeof cursor, "%.*s", (int)zh_sv_part(next, 0, sizeof cursor - 1).size, next.size > 0 ? next.data : "");
    } while (cursor[0] != '\0');
    return ZH_OK;
}

static int run_segment(const zh_options *given)
{
    const char *verb = given->arguments_count == 2 ? given->arguments[0] : "";
    const bool counts = strcmp(verb, "count") == 0;
    if (!counts && strcmp(verb, "list") != 0) {
        zh_complain("segment knows count 'EXPRESSION' and list 'EXPRESSION': see zhun segment --help");
        return ZH_EXIT_USAGE;
    }
    int status;
    asking a = { .door = zh_ask_door(given, true, &status) };
    if (a.door == NULL) return status;
    zh_note why = { .text = "no memory" };
    zh_err e = zh_json_open(&a.json, ANSWER_BYTES_MAX);
    if (e == ZH_OK) e = (counts ? count : list)(&a, given, zh_sv_of(given->arguments[1]), &why);
    if (e != ZH_OK) zh_complain("segment: %s", why.text);
    zh_json_close(a.json);
    zh_door_close(a.door);
    return e == ZH_OK ? ZH_EXIT_DONE : e == ZH_FORMAT || e == ZH_RANGE || e == ZH_FULL ? ZH_EXIT_USAGE : ZH_EXIT_COULD_NOT;
}

const zh_command zh_cmd_segment = {
    .name = "segment", .usage = "count|list 'EXPRESSION' --data DIR",
    .summary = "Ask all customers an expression, as of now.\n"
               "count: for how many it holds; list: for whom, a user id a line (#number where there is none).\n"
               "An expression that has no answer for a customer does not hold for him, and is said on standard error.",
    .example = "  zhun segment count 'customer.orders.count(days(90)) >= 2' --data ./zhun-data\n"
               "  zhun segment list 'customer.events(\"Product Viewed\").where(e, e.category == \"女装\").count(days(7)) >= 3 &&\n"
               "                     !customer.did(\"Order Completed\", days(7))' --data ./zhun-data",
    .options = segment_options, .options_count = sizeof segment_options / sizeof *segment_options, .run = run_segment,
};
