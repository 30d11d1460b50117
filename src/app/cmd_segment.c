#include "app/cmd_segment.h"
#include "app/cmd_ask.h"
#include "app/list_change.h"
#include "app/segment_group.h"
#include "base/json_out.h"

#include <stdlib.h>

#define BODY_BYTES_MAX (256u << 10)
#define ANSWER_BYTES_MAX (64u << 20)
#define PAGE 500

static const zh_option segment_options[] = {
    { "data", "DIR", "the data folder", "./zhun-data", false },
    { "url", "URL", "or an engine over HTTP, with --key", NULL, false },
    { "key", "KEY", "an admin token for --url", NULL, false },
    { "title", "TEXT", "of save and list-add: what people read", NULL, false },
    { "against", "GROUP", "of portrait: a kept segment or an expression to compare with; not said: all customers", NULL, false },
    { "groups", "N", "of personas: so many kinds, 2 to 8; not said: as many as fit best", NULL, false },
    { "size", "N", "of lookalikes: how many, up to 100,000; not said: 1,000", NULL, false },
    { "csv", NULL, "of lookalikes: print the list, best first", NULL, true },
    { "json", NULL, "print the engine's own JSON, a page a line", NULL, true },
};

typedef struct asking {
    zh_door *door;
    zh_json *json;
    zh_json_value root;    /* of the latest answer */
    zh_sv text;            /* its bytes */
} asking;

static zh_err send(asking *a, zh_sv method, zh_sv path, zh_sv body, zh_note *why)
{
    zh_client_answer answer;
    zh_err e = zh_door_ask(a->door, method, path, body, &answer, why);
    if (e != ZH_OK) return e;
    a->text = answer.body;
    if (answer.body.size > 0 && (e = zh_json_parse(a->json, answer.body, &a->root, NULL)) != ZH_OK) zh_note_set(why, "the answer cannot be read");
    return e;
}

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
    if (e == ZH_OK) e = send(a, ZH_SV("POST"), ZH_SV("/api/v1/segments/preview"), zh_buf_view(&body), why);
    zh_buf_close(&body);
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

static void print_customer(zh_json_value row)
{
    const zh_sv user = zh_json_text_or_empty(zh_json_get(row, ZH_SV("userId"))), id = zh_json_text_or_empty(zh_json_get(row, ZH_SV("id")));
    if (user.size > 0) print_text(user);
    else printf("#%.*s\n", ZH_SV_ARG(id));
}

static void keep_cursor(const asking *a, char cursor[32])
{
    const zh_sv next = zh_json_text_or_empty(zh_json_get(a->root, ZH_SV("next")));
    (void)snprintf(cursor, 32, "%.*s", (int)zh_sv_part(next, 0, 31).size, next.size > 0 ? next.data : "");
}

/* ---- an expression ---- */

static zh_err count(asking *a, const zh_options *given, zh_note *why)
{
    const zh_err e = ask(a, zh_sv_of(given->arguments[1]), 0, (zh_sv){ 0 }, why);
    if (e != ZH_OK) return e;
    if (zh_options_flag(given, "json")) print_text(a->text);
    else printf("%lld\n", (long long)number_of(a, "matching"));
    warn(a);
    return ZH_OK;
}

static zh_err list(asking *a, const zh_options *given, zh_note *why)
{
    char cursor[32] = "";
    do {
        const zh_err e = ask(a, zh_sv_of(given->arguments[1]), PAGE, zh_sv_of(cursor), why);
        if (e != ZH_OK) return e;
        if (cursor[0] == '\0') warn(a);
        if (zh_options_flag(given, "json")) print_text(a->text);
        else for (zh_json_iter it = zh_json_walk(zh_json_get(a->root, ZH_SV("items"))); zh_json_next(&it);) print_customer(it.value);
        keep_cursor(a, cursor);
    } while (cursor[0] != '\0');
    return ZH_OK;
}

/* ---- kept segments ---- */

#define PATH_BYTES 256
static zh_sv path_of(const char *name, const char *rest, char out[PATH_BYTES])
{
    const int size = snprintf(out, PATH_BYTES, "/api/v1/segments/%.100s%s", name, rest);
    return (zh_sv){ out, (size_t)size };
}

static zh_err save(asking *a, const zh_options *given, zh_note *why)
{
    char path[PATH_BYTES];
    zh_buf body = zh_buf_open(BODY_BYTES_MAX);
    zh_json_out out = zh_json_out_on(&body);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("expression"), zh_sv_of(given->arguments[2]));
    if (zh_options_text(given, "title").size > 0) zh_json_out_key_text(&out, ZH_SV("title"), zh_options_text(given, "title"));
    zh_json_out_end(&out);
    zh_err e = zh_json_out_done(&out);
    if (e == ZH_FULL) zh_note_set(why, "the expression is too long");
    if (e == ZH_OK) e = send(a, ZH_SV("PUT"), path_of(given->arguments[1], "", path), zh_buf_view(&body), why);
    zh_buf_close(&body);
    if (e != ZH_OK) return e;
    if (zh_options_flag(given, "json")) print_text(a->text);
    else printf("%s: %lld customers\n", given->arguments[1], (long long)number_of(a, "size"));
    return ZH_OK;
}

static zh_err drop(asking *a, const zh_options *given, zh_note *why)
{
    char path[PATH_BYTES];
    return send(a, ZH_SV("DELETE"), path_of(given->arguments[1], "", path), (zh_sv){ 0 }, why);
}

static zh_err members(asking *a, const zh_options *given, zh_note *why)
{
    char cursor[32] = "", path[PATH_BYTES], rest[64];
    do {
        snprintf(rest, sizeof rest, "/members?limit=%d&cursor=%s", PAGE, cursor);
        const zh_err e = send(a, ZH_SV("GET"), path_of(given->arguments[1], rest, path), (zh_sv){ 0 }, why);
        if (e != ZH_OK) return e;
        if (zh_options_flag(given, "json")) print_text(a->text);
        else for (zh_json_iter it = zh_json_walk(zh_json_get(a->root, ZH_SV("items"))); zh_json_next(&it);) print_customer(zh_json_get(it.value, ZH_SV("customer")));
        keep_cursor(a, cursor);
    } while (cursor[0] != '\0');
    return ZH_OK;
}

static zh_err kept(asking *a, const zh_options *given, zh_note *why)
{
    char cursor[32] = "", path[PATH_BYTES];
    do {
        const int size = snprintf(path, sizeof path, "/api/v1/segments?limit=%d&cursor=%s", PAGE, cursor);
        const zh_err e = send(a, ZH_SV("GET"), (zh_sv){ path, (size_t)size }, (zh_sv){ 0 }, why);
        if (e != ZH_OK) return e;
        if (zh_options_flag(given, "json")) print_text(a->text);
        else for (zh_json_iter it = zh_json_walk(zh_json_get(a->root, ZH_SV("items"))); zh_json_next(&it);) {
            int64_t members_count = 0;
            (void)zh_json_int(zh_json_get(it.value, ZH_SV("size")), &members_count);
            printf("%-24.*s %10lld  %.*s\n", ZH_SV_ARG(zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("name")))), (long long)members_count,
                   ZH_SV_ARG(zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("expression")))));
        }
        keep_cursor(a, cursor);
    } while (cursor[0] != '\0');
    return ZH_OK;
}

static zh_err portrait(asking *a, const zh_options *given, zh_note *why) { return zh_segment_portrait(a->door, a->json, given, why); }

static zh_err personas(asking *a, const zh_options *given, zh_note *why) { return zh_segment_personas(a->door, a->json, given, why); }

/* ---- static lists ---- */

static zh_err list_add(asking *a, const zh_options *given, zh_note *why)
{
    const zh_err e = zh_list_make(a->door, given->arguments[1], zh_options_text(given, "title"), why);
    return e != ZH_OK ? e : zh_list_change_by(a->door, given->arguments[1], given->arguments[2], true, why);
}

static zh_err list_remove(asking *a, const zh_options *given, zh_note *why) { return zh_list_change_by(a->door, given->arguments[1], given->arguments[2], false, why); }
static zh_err lookalikes(asking *a, const zh_options *given, zh_note *why) { return zh_segment_lookalikes(a->door, a->json, given, why); }

/* ---- the command ---- */

static const struct { const char *verb; int arguments; zh_err (*run)(asking *a, const zh_options *given, zh_note *why); } verbs[] = {
    { "count", 2, count }, { "list", 2, list }, { "save", 3, save }, { "kept", 1, kept }, { "members", 2, members }, { "drop", 2, drop },
    { "portrait", 2, portrait }, { "personas", 2, personas }, { "lookalikes", 2, lookalikes },
    { "list-add", 3, list_add }, { "list-remove", 3, list_remove },
};

static int run_segment(const zh_options *given)
{
    size_t at = 0;
    while (at < sizeof verbs / sizeof *verbs && (given->arguments_count < 1 || strcmp(given->arguments[0], verbs[at].verb) != 0)) at++;
    if (at == sizeof verbs / sizeof *verbs || (int)given->arguments_count != verbs[at].arguments) {
        zh_complain("segment knows count 'EXPRESSION', list 'EXPRESSION', save NAME 'EXPRESSION', kept, members NAME, drop NAME, portrait GROUP, personas GROUP, lookalikes GROUP, list-add NAME FILE and list-remove NAME FILE: see zhun segment --help");
        return ZH_EXIT_USAGE;
    }
    int status;
    asking a = { .door = zh_ask_door(given, true, &status) };
    if (a.door == NULL) return status;
    zh_note why = { .text = "no memory" };
    zh_err e = zh_json_open(&a.json, ANSWER_BYTES_MAX);
    if (e == ZH_OK) e = verbs[at].run(&a, given, &why);
    if (e != ZH_OK) zh_complain("segment: %s", why.text);
    zh_json_close(a.json);
    zh_door_close(a.door);
    return e == ZH_OK ? ZH_EXIT_DONE : e == ZH_FORMAT || e == ZH_RANGE || e == ZH_FULL ? ZH_EXIT_USAGE : ZH_EXIT_COULD_NOT;
}

const zh_command zh_cmd_segment = {
    .name = "segment", .usage = "count|list|save|kept|members|drop|portrait|personas|lookalikes|list-add|list-remove [NAME] ['EXPRESSION'] --data DIR",
    .summary = "Ask all customers an expression, as of now.\n"
               "count: for how many it holds; list: for whom, a user id a line (#number where there is none).\n"
               "An expression that has no answer for a customer does not hold for him, and is said on standard error.\n"
               "save NAME 'EXPRESSION': keep it; who is in it is known at every moment from then on. kept: all of them with their sizes.\n"
               "members NAME: who is in it; drop NAME: keep it no more.\n"
               "portrait NAME or 'EXPRESSION': what such customers are like, beside all (--against: beside another group), with the index of each share.\n"
               "personas NAME or 'EXPRESSION': kinds of customers found among them, how sure they are, and a rule that nearly says each.\n"
               "lookalikes NAME or 'EXPRESSION': who is like them, and how well such a list finds again what was hidden; --csv: the list, which list-add takes.\n"
               "list-add NAME FILE: the user ids of the file, one a line or in a column user_id, come on the static list NAME, which is made where it is not\n"
               "there; list-remove NAME FILE: they leave it. Ids that are not known are named and passed over.",
    .example = "  zhun segment count 'customer.orders.count(days(90)) >= 2' --data ./zhun-data\n"
               "  zhun segment list 'customer.events(\"Product Viewed\").where(e, e.category == \"女装\").count(days(7)) >= 3 &&\n"
               "                     !customer.did(\"Order Completed\", days(7))' --data ./zhun-data\n"
               "  zhun segment save quiet 'customer.last_seen < now - days(30)' --title 'Not seen for a month' --data ./zhun-data",
    .options = segment_options, .options_count = sizeof segment_options / sizeof *segment_options, .run = run_segment,
};
