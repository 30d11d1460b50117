#include "app/cmd_offer.h"
#include "app/cmd_ask.h"
#include "base/json.h"
#include "base/json_out.h"
#include "core/money.h"
#include "sys/file.h"

#include <stdlib.h>

#define DEFINITION_BYTES_MAX (64u << 10)
#define ANSWER_BYTES_MAX (8u << 20)
#define PATH_BYTES 256

static const zh_option offer_options[] = {
    { "data", "DIR", "the data folder", "./zhun-data", false },
    { "url", "URL", "or an engine over HTTP, with --key", NULL, false },
    { "key", "KEY", "an admin token for --url", NULL, false },
    { "user", "ID", "of quote: a customer, as the shop names him; not said: nobody", NULL, true },
    { "channel", "NAME", "of quote: web, app, miniprogram or store", "web", true },
    { "code", "CODE", "of quote: a code that is typed", NULL, true },
    { "json", NULL, "print the engine's own JSON", NULL, true },
};

typedef struct asking {
    const zh_options *given;
    zh_door *door;
    zh_json *json;
    zh_json_value root; /* of the latest answer */
    zh_sv text;         /* its bytes */
    zh_buf body;
} asking;

static zh_err send(asking *a, zh_sv method, zh_sv path, zh_note *why)
{
    zh_client_answer answer;
    zh_err e = zh_buf_err(&a->body);
    if (e == ZH_OK) e = zh_door_ask(a->door, method, path, zh_buf_view(&a->body), &answer, why);
    if (e != ZH_OK) return e;
    a->text = answer.body;
    if (answer.body.size > 0 && (e = zh_json_parse(a->json, answer.body, &a->root, NULL)) != ZH_OK) zh_note_set(why, "the answer cannot be read");
    return e;
}

static zh_sv path_of(const char *name, const char *more, char out[PATH_BYTES])
{
    return (zh_sv){ out, (size_t)snprintf(out, PATH_BYTES, "/api/v1/offers/%.100s%s", name, more) };
}

static zh_sv text_of(zh_json_value object, const char *key) { return zh_json_text_or_empty(zh_json_get(object, zh_sv_of(key))); }

static bool flag_of(zh_json_value object, const char *key)
{
    bool flag = false;
    (void)zh_json_bool(zh_json_get(object, zh_sv_of(key)), &flag);
    return flag;
}

/* -1: null or not there. */
static int64_t number_of(zh_json_value object, const char *key)
{
    int64_t number = -1;
    (void)zh_json_int(zh_json_get(object, zh_sv_of(key)), &number);
    return number;
}

/* "12.50"; "-" where it is not there. */
static const char *money_of(zh_json_value object, const char *key, zh_sv currency, char out[ZH_MONEY_TEXT_BYTES])
{
    const int64_t cents = number_of(object, key);
    if (cents < 0) return "-";
    out[zh_money_print(cents, zh_currency_digits(zh_currency_of(currency)), out)] = '\0';
    return out;
}

/* A number, or `none` where it is not there. */
static const char *count_of(zh_json_value object, const char *key, const char *none, char out[24])
{
    const int64_t number = number_of(object, key);
    if (number < 0) return none;
    (void)snprintf(out, 24, "%lld", (long long)number);
    return out;
}

static zh_sv english_of(zh_json_value object, const char *key) { return text_of(zh_json_get(object, zh_sv_of(key)), "en"); }

/* ---- verbs ---- */

static zh_err list(asking *a, zh_note *why)
{
    char left[24], money[ZH_MONEY_TEXT_BYTES], used[ZH_MONEY_TEXT_BYTES];
    const zh_err e = send(a, ZH_SV("GET"), ZH_SV("/api/v1/offers"), why);
    if (e != ZH_OK || zh_options_flag(a->given, "json")) return e;
    printf("%-20s %-10s %8s %12s %12s  %s\n", "", "given", "left", "money left", "used", "");
    for (zh_json_iter it = zh_json_walk(zh_json_get(a->root, ZH_SV("items"))); zh_json_next(&it);) {
        const zh_sv fault = text_of(it.value, "fault"), currency = text_of(it.value, "currency");
        if (fault.size > 0) {
            printf("%-20.*s NOT IN FORCE: %.*s\n", ZH_SV_ARG(text_of(it.value, "id")), ZH_SV_ARG(fault));
            continue;
        }
        printf("%-20.*s %-10.*s %8s %12s %12s  %s%.*s (%.*s)\n", ZH_SV_ARG(text_of(it.value, "id")), ZH_SV_ARG(text_of(it.value, "give")), count_of(it.value, "left", "any", left),
               money_of(it.value, "leftCents", currency, money), money_of(it.value, "usedCents", currency, used), flag_of(it.value, "paused") ? "PAUSED: " : "",
               ZH_SV_ARG(english_of(it.value, "effect")), ZH_SV_ARG(english_of(it.value, "conditions")));
    }
    return ZH_OK;
}

static zh_err show(asking *a, zh_note *why)
{
    char path[PATH_BYTES];
    const zh_err e = send(a, ZH_SV("GET"), path_of(a->given->arguments[1], "", path), why);
    if (e != ZH_OK || zh_options_flag(a->given, "json")) return e;
    zh_buf definition = zh_buf_open(ANSWER_BYTES_MAX); /* what `set` takes again */
    zh_json_out out = zh_json_out_on(&definition);
    zh_json_out_value(&out, zh_json_get(a->root, ZH_SV("definition")));
    if (zh_json_out_done(&out) == ZH_OK) printf("%.*s\n", ZH_SV_ARG(zh_buf_view(&definition)));
    zh_buf_close(&definition);
    return ZH_OK;
}

static void print_defined(const asking *a)
{
    printf("%s: %s%.*s (%.*s), version %lld\n", a->given->arguments[1], flag_of(a->root, "paused") ? "paused: " : "", ZH_SV_ARG(english_of(a->root, "effect")),
           ZH_SV_ARG(english_of(a->root, "conditions")), (long long)number_of(a->root, "version"));
}

static zh_err put(asking *a, zh_note *why)
{
    char path[PATH_BYTES];
    const zh_err e = send(a, ZH_SV("PUT"), path_of(a->given->arguments[1], "", path), why);
    if (e == ZH_OK && !zh_options_flag(a->given, "json")) print_defined(a);
    return e;
}

/* A file that is not there is wrong usage, as a wrong definition is. */
static zh_err set(asking *a, zh_note *why)
{
    const char *from = a->given->arguments[2];
    const zh_err e = zh_file_read(zh_sv_of(from), &a->body);
    if (e == ZH_ABSENT) zh_note_set(why, "there is no file %s", from);
    else if (e != ZH_OK) zh_note_set(why, "%s cannot be read: %s", from, zh_err_text(e));
    if (e != ZH_OK) return e == ZH_ABSENT ? ZH_FORMAT : e;
    return put(a, why);
}

/* The definition as it is, but for `paused`. */
static zh_err set_paused(asking *a, bool paused, zh_note *why)
{
    char path[PATH_BYTES];
    const zh_err e = send(a, ZH_SV("GET"), path_of(a->given->arguments[1], "", path), why);
    if (e != ZH_OK) return e;
    zh_json_out out = zh_json_out_on(&a->body);
    zh_json_out_object(&out);
    for (zh_json_iter it = zh_json_walk(zh_json_get(a->root, ZH_SV("definition"))); zh_json_next(&it);) {
        if (zh_sv_equal(it.key, ZH_SV("paused"))) continue;
        zh_json_out_key(&out, it.key);
        zh_json_out_value(&out, it.value);
    }
    zh_json_out_key_bool(&out, ZH_SV("paused"), paused);
    zh_json_out_end(&out);
    return put(a, why);
}

static zh_err pause_offer(asking *a, zh_note *why) { return set_paused(a, true, why); }
static zh_err resume(asking *a, zh_note *why) { return set_paused(a, false, why); }

static zh_err drop(asking *a, zh_note *why)
{
    char path[PATH_BYTES];
    const zh_err e = send(a, ZH_SV("DELETE"), path_of(a->given->arguments[1], "", path), why);
    if (e == ZH_OK) printf("%s is deleted; what it said stays in the public register\n", a->given->arguments[1]);
    return e;
}

static zh_err ledger(asking *a, zh_note *why)
{
    char path[PATH_BYTES];
    const zh_err e = send(a, ZH_SV("GET"), path_of(a->given->arguments[1], "/ledger", path), why);
    if (e != ZH_OK || zh_options_flag(a->given, "json")) return e;
    for (zh_json_iter it = zh_json_walk(zh_json_get(a->root, ZH_SV("items"))); zh_json_next(&it);)
        printf("%.*s  %-6.*s %10lld  %.*s\n", ZH_SV_ARG(text_of(it.value, "at")), ZH_SV_ARG(text_of(it.value, "state")), (long long)number_of(it.value, "cents"), ZH_SV_ARG(text_of(it.value, "order")));
    return ZH_OK;
}

static void print_quote(zh_json_value root)
{
    const zh_sv currency = text_of(root, "currency");
    char money[ZH_MONEY_TEXT_BYTES];
    for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("lines"))); zh_json_next(&it);) {
        printf("%-24.*s x %-4lld %12s", ZH_SV_ARG(text_of(it.value, "itemId")), (long long)number_of(it.value, "quantity"), money_of(it.value, "listedCents", currency, money));
        for (zh_json_iter cut = zh_json_walk(zh_json_get(it.value, ZH_SV("discounts"))); zh_json_next(&cut);)
            printf("  - %s %.*s", money_of(cut.value, "offCents", currency, money), ZH_SV_ARG(text_of(cut.value, "offer")));
        printf("  = %s\n", money_of(it.value, "totalCents", currency, money));
    }
    printf("%.*s %s", ZH_SV_ARG(currency), money_of(root, "listedCents", currency, money));
    printf(" - %s", money_of(root, "offCents", currency, money));
    printf(" = %s\n", money_of(root, "totalCents", currency, money));
    for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("offers"))); zh_json_next(&it);) {
        const zh_json_value reason = zh_json_get(it.value, ZH_SV("reason"));
        if (!flag_of(it.value, "used")) printf("not %.*s: %.*s\n", ZH_SV_ARG(text_of(it.value, "offer")), ZH_SV_ARG(english_of(reason, "text")));
    }
}

static zh_err quote(asking *a, zh_note *why)
{
    const zh_sv user = zh_options_text(a->given, "user"), code = zh_options_text(a->given, "code");
    zh_json_out out = zh_json_out_on(&a->body);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("lines"));
    zh_json_out_array(&out);
    for (size_t i = 1; i < a->given->arguments_count; i++) {
        zh_json_out_object(&out);
        zh_json_out_key_text(&out, ZH_SV("itemId"), zh_sv_of(a->given->arguments[i]));
        zh_json_out_end(&out);
    }
    zh_json_out_end(&out);
    zh_json_out_key_text(&out, ZH_SV("channel"), zh_options_text(a->given, "channel"));
    if (user.size > 0) zh_json_out_key_text(&out, ZH_SV("userId"), user);
    zh_json_out_key(&out, ZH_SV("codes"));
    zh_json_out_array(&out);
    if (code.size > 0) zh_json_out_text(&out, code);
    zh_json_out_end(&out);
    zh_json_out_end(&out);
    const zh_err e = send(a, ZH_SV("POST"), ZH_SV("/v1/quote"), why);
    if (e == ZH_OK && !zh_options_flag(a->given, "json")) print_quote(a->root);
    return e;
}

/* arguments 0: two or more. */
static const struct { const char *name; size_t arguments; zh_err (*run)(asking *a, zh_note *why); } verbs[] = {
    { "list", 1, list }, { "show", 2, show }, { "set", 3, set }, { "pause", 2, pause_offer }, { "resume", 2, resume }, { "delete", 2, drop }, { "ledger", 2, ledger }, { "quote", 0, quote },
};

static bool fits(size_t verb, const char *name, size_t arguments)
{
    return strcmp(verbs[verb].name, name) == 0 && (verbs[verb].arguments == arguments || (verbs[verb].arguments == 0 && arguments >= 2));
}

static int finish(const asking *a, zh_err e, const zh_note *why)
{
    if (e == ZH_OK && zh_options_flag(a->given, "json") && a->text.size > 0) printf("%.*s\n", ZH_SV_ARG(a->text));
    if (e != ZH_OK) zh_complain("offer: %s", why->text[0] != '\0' ? why->text : zh_err_text(e));
    return e == ZH_OK ? ZH_EXIT_DONE : e == ZH_ABSENT ? ZH_EXIT_FAILED : e == ZH_FORMAT || e == ZH_RANGE ? ZH_EXIT_USAGE : ZH_EXIT_COULD_NOT;
}

static int run_offer(const zh_options *given)
{
    const char *verb = given->arguments_count > 0 ? given->arguments[0] : "";
    size_t at = 0;
    while (at < sizeof verbs / sizeof *verbs && !fits(at, verb, given->arguments_count)) at++;
    if (at == sizeof verbs / sizeof *verbs) {
        zh_complain("offer needs list, show NAME, set NAME FILE, pause NAME, resume NAME, delete NAME, ledger NAME or quote ITEM…: see zhun offer --help");
        return ZH_EXIT_USAGE;
    }
    int status;
    zh_note why = { "" };
    asking a = { .given = given, .door = zh_ask_door(given, true, &status), .body = zh_buf_open(2 * DEFINITION_BYTES_MAX) };
    if (a.door == NULL) return status;
    zh_err e = zh_json_open(&a.json, ANSWER_BYTES_MAX);
    if (e == ZH_OK) e = verbs[at].run(&a, &why);
    status = finish(&a, e, &why);
    zh_json_close(a.json);
    zh_buf_close(&a.body);
    zh_door_close(a.door);
    return status;
}

const zh_command zh_cmd_offer = {
    .name = "offer", .usage = "list | show NAME | set NAME FILE | pause NAME | resume NAME | delete NAME | ledger NAME | quote ITEM… [--user ID] [--channel NAME] [--code CODE]",
    .summary = "What is taken off a price, and the ledger of it (docs/OFFERS.md).\n"
               "list: all, with what they have left. show: a definition, as set takes it. set: define it by a JSON file; a condition that says who the customer is is refused.\n"
               "pause, resume: whether it is given; what was claimed stays. delete: only what nobody holds or used. ledger: orders that hold or used it.\n"
               "quote: the price of one piece of each item, which rule took what off, and why others did not.",
    .example = "  zhun offer set spring spring.json\n  zhun offer quote 22411 85123A --channel app\n  zhun offer pause spring",
    .options = offer_options, .options_count = sizeof offer_options / sizeof *offer_options, .run = run_offer,
};
