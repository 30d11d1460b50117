#include "app/cmd_offer.h"
#include "app/ask_verbs.h"
#include "base/json_out.h"
#include "core/money.h"

static const zh_option offer_options[] = {
    { "data", "DIR", "the data folder", "./zhun-data", false },
    { "url", "URL", "or an engine over HTTP, with --key", NULL, false },
    { "key", "KEY", "an admin token for --url", NULL, false },
    { "user", "ID", "of quote: a customer, as the shop names him; not said: nobody", NULL, true },
    { "channel", "NAME", "of quote: web, app, miniprogram or store", "web", true },
    { "code", "CODE", "of quote: a code that is typed", NULL, true },
    { "json", NULL, "print the engine's own JSON", NULL, true },
};

/* "12.50"; "-" where it is not there. */
static const char *money_of(zh_json_value object, const char *key, zh_sv currency, char out[ZH_MONEY_TEXT_BYTES])
{
    const int64_t cents = zh_asked_number(object, key);
    if (cents < 0) return "-";
    out[zh_money_print(cents, zh_currency_digits(zh_currency_of(currency)), out)] = '\0';
    return out;
}

/* A number, or `none` where it is not there. */
static const char *count_of(zh_json_value object, const char *key, const char *none, char out[24])
{
    const int64_t number = zh_asked_number(object, key);
    if (number < 0) return none;
    (void)snprintf(out, 24, "%lld", (long long)number);
    return out;
}

static zh_sv english_of(zh_json_value object, const char *key) { return zh_asked_text(zh_json_get(object, zh_sv_of(key)), "en"); }

/* ---- verbs ---- */

static zh_err list(zh_asking *a, zh_note *why)
{
    char left[24], money[ZH_MONEY_TEXT_BYTES], used[ZH_MONEY_TEXT_BYTES];
    const zh_err e = zh_asking_send(a, ZH_SV("GET"), ZH_SV("/api/v1/offers"), why);
    if (e != ZH_OK || !zh_asking_is_plain(a)) return e;
    printf("%-20s %-10s %8s %12s %12s  %s\n", "", "given", "left", "money left", "used", "");
    for (zh_json_iter it = zh_json_walk(zh_json_get(a->root, ZH_SV("items"))); zh_json_next(&it);) {
        const zh_sv fault = zh_asked_text(it.value, "fault"), currency = zh_asked_text(it.value, "currency");
        if (fault.size > 0) {
            printf("%-20.*s NOT IN FORCE: %.*s\n", ZH_SV_ARG(zh_asked_text(it.value, "id")), ZH_SV_ARG(fault));
            continue;
        }
        printf("%-20.*s %-10.*s %8s %12s %12s  %s%.*s (%.*s)\n", ZH_SV_ARG(zh_asked_text(it.value, "id")), ZH_SV_ARG(zh_asked_text(it.value, "give")), count_of(it.value, "left", "any", left),
               money_of(it.value, "leftCents", currency, money), money_of(it.value, "usedCents", currency, used), zh_asked_flag(it.value, "paused") ? "PAUSED: " : "",
               ZH_SV_ARG(english_of(it.value, "effect")), ZH_SV_ARG(english_of(it.value, "conditions")));
    }
    return ZH_OK;
}

static zh_err show(zh_asking *a, zh_note *why)
{
    char path[ZH_VERBS_PATH_BYTES];
    const zh_err e = zh_asking_send(a, ZH_SV("GET"), zh_asking_path("offers", a->given->arguments[1], "", path), why);
    if (e != ZH_OK || !zh_asking_is_plain(a)) return e;
    zh_asked_print(zh_json_get(a->root, ZH_SV("definition")));
    return ZH_OK;
}

static void print_defined(const zh_asking *a)
{
    printf("%s: %s%.*s (%.*s), version %lld\n", a->given->arguments[1], zh_asked_flag(a->root, "paused") ? "paused: " : "", ZH_SV_ARG(english_of(a->root, "effect")),
           ZH_SV_ARG(english_of(a->root, "conditions")), (long long)zh_asked_number(a->root, "version"));
}

static zh_err put(zh_asking *a, zh_note *why)
{
    char path[ZH_VERBS_PATH_BYTES];
    const zh_err e = zh_asking_send(a, ZH_SV("PUT"), zh_asking_path("offers", a->given->arguments[1], "", path), why);
    if (e == ZH_OK && zh_asking_is_plain(a)) print_defined(a);
    return e;
}

static zh_err set(zh_asking *a, zh_note *why)
{
    const zh_err e = zh_asking_read_file(a->given->arguments[2], &a->body, why);
    return e == ZH_OK ? put(a, why) : e;
}

/* The definition as it is, but for `paused`. */
static zh_err set_paused(zh_asking *a, bool paused, zh_note *why)
{
    char path[ZH_VERBS_PATH_BYTES];
    const zh_err e = zh_asking_send(a, ZH_SV("GET"), zh_asking_path("offers", a->given->arguments[1], "", path), why);
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

static zh_err pause_offer(zh_asking *a, zh_note *why) { return set_paused(a, true, why); }
static zh_err resume(zh_asking *a, zh_note *why) { return set_paused(a, false, why); }

static zh_err drop(zh_asking *a, zh_note *why)
{
    char path[ZH_VERBS_PATH_BYTES];
    const zh_err e = zh_asking_send(a, ZH_SV("DELETE"), zh_asking_path("offers", a->given->arguments[1], "", path), why);
    if (e == ZH_OK) printf("%s is deleted; what it said stays in the public register\n", a->given->arguments[1]);
    return e;
}

static zh_err ledger(zh_asking *a, zh_note *why)
{
    char path[ZH_VERBS_PATH_BYTES];
    const zh_err e = zh_asking_send(a, ZH_SV("GET"), zh_asking_path("offers", a->given->arguments[1], "/ledger", path), why);
    if (e != ZH_OK || !zh_asking_is_plain(a)) return e;
    for (zh_json_iter it = zh_json_walk(zh_json_get(a->root, ZH_SV("items"))); zh_json_next(&it);)
        printf("%.*s  %-6.*s %10lld  %.*s\n", ZH_SV_ARG(zh_asked_text(it.value, "at")), ZH_SV_ARG(zh_asked_text(it.value, "state")), (long long)zh_asked_number(it.value, "cents"), ZH_SV_ARG(zh_asked_text(it.value, "order")));
    return ZH_OK;
}

static void print_quote(zh_json_value root)
{
    const zh_sv currency = zh_asked_text(root, "currency");
    char money[ZH_MONEY_TEXT_BYTES];
    for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("lines"))); zh_json_next(&it);) {
        printf("%-24.*s x %-4lld %12s", ZH_SV_ARG(zh_asked_text(it.value, "itemId")), (long long)zh_asked_number(it.value, "quantity"), money_of(it.value, "listedCents", currency, money));
        for (zh_json_iter cut = zh_json_walk(zh_json_get(it.value, ZH_SV("discounts"))); zh_json_next(&cut);)
            printf("  - %s %.*s", money_of(cut.value, "offCents", currency, money), ZH_SV_ARG(zh_asked_text(cut.value, "offer")));
        printf("  = %s\n", money_of(it.value, "totalCents", currency, money));
    }
    printf("%.*s %s", ZH_SV_ARG(currency), money_of(root, "listedCents", currency, money));
    printf(" - %s", money_of(root, "offCents", currency, money));
    printf(" = %s\n", money_of(root, "totalCents", currency, money));
    for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("offers"))); zh_json_next(&it);) {
        const zh_json_value reason = zh_json_get(it.value, ZH_SV("reason"));
        if (!zh_asked_flag(it.value, "used")) printf("not %.*s: %.*s\n", ZH_SV_ARG(zh_asked_text(it.value, "offer")), ZH_SV_ARG(english_of(reason, "text")));
    }
}

static zh_err quote(zh_asking *a, zh_note *why)
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
    const zh_err e = zh_asking_send(a, ZH_SV("POST"), ZH_SV("/v1/quote"), why);
    if (e == ZH_OK && zh_asking_is_plain(a)) print_quote(a->root);
    return e;
}

static const zh_verb verbs[] = {
    { "list", 1, list }, { "show", 2, show }, { "set", 3, set }, { "pause", 2, pause_offer }, { "resume", 2, resume }, { "delete", 2, drop }, { "ledger", 2, ledger }, { "quote", 0, quote },
};

static int run_offer(const zh_options *given)
{
    static const zh_verbs offer = { .command = "offer", .needs = "list, show NAME, set NAME FILE, pause NAME, resume NAME, delete NAME, ledger NAME or quote ITEM…", .verbs = verbs, .count = sizeof verbs / sizeof *verbs };
    return zh_verbs_run(&offer, given);
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
