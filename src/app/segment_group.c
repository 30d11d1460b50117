#include "app/segment_group.h"
#include "base/json_out.h"

#include <inttypes.h>
#include <stdio.h>

#define BODY_BYTES_MAX (256u << 10)
#define ROWS 6 /* of a dimension: what is told of most, the rest is in --json */

/* A kept segment's name, or an expression: no expression that says something looks like a name. */
static void put_group(zh_json_out *out, zh_sv text)
{
    bool is_name = text.size > 0 && !zh_sv_equal(text, ZH_SV("true")) && !zh_sv_equal(text, ZH_SV("false"));
    for (size_t i = 0; i < text.size; i++) {
        const char c = text.data[i];
        is_name &= (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }
    zh_json_out_key_text(out, is_name ? ZH_SV("segment") : ZH_SV("expression"), text);
}

static zh_err ask(zh_door *door, zh_json *json, const char *path, zh_buf *body, zh_json_out *out, zh_sv *text, zh_json_value *root, zh_note *why)
{
    zh_client_answer answer;
    zh_err e = zh_json_out_done(out);
    if (e == ZH_FULL) zh_note_set(why, "the expression is too long");
    if (e == ZH_OK) e = zh_door_ask(door, ZH_SV("POST"), zh_sv_of(path), zh_buf_view(body), &answer, why);
    if (e != ZH_OK) return e;
    *text = answer.body;
    if ((e = zh_json_parse(json, answer.body, root, NULL)) != ZH_OK) zh_note_set(why, "the answer cannot be read");
    return e;
}

static double real_of(zh_json_value object, const char *key)
{
    double value = 0;
    (void)zh_json_real(zh_json_get(object, zh_sv_of(key)), &value);
    return value;
}

static bool is_true(zh_json_value object, const char *key)
{
    bool value = false;
    return zh_json_bool(zh_json_get(object, zh_sv_of(key)), &value) && value;
}

static void print_row(zh_json_value row, const char *name)
{
    const zh_sv value = zh_json_text_or_empty(zh_json_get(row, zh_sv_of(name)));
    printf("  %-28.*s %9.0f %6.1f %% %6.1f %%", ZH_SV_ARG(value), real_of(row, "group"), 100 * real_of(row, "share"), 100 * real_of(row, "wholeShare"));
    if (zh_json_type_of(zh_json_get(row, ZH_SV("index"))) == ZH_JSON_ABSENT) printf("   too few\n");
    else printf(" %6.0f  %.0f..%.0f%s\n", real_of(row, "index"), real_of(row, "low"), real_of(row, "high"), is_true(row, "clear") ? "" : "  (not clear)");
}

static void print_rows(zh_json_value rows, const char *name)
{
    int left = ROWS;
    for (zh_json_iter it = zh_json_walk(rows); left > 0 && zh_json_next(&it); left--) print_row(it.value, name);
}

static void print_portrait(zh_json_value root)
{
    const zh_json_value group = zh_json_get(root, ZH_SV("group")), whole = zh_json_get(root, ZH_SV("whole"));
    printf("%.0f customers of %.0f; %.2f orders each (%.2f); order value %.2f (%.2f)\n", real_of(group, "customers"), real_of(whole, "customers"), real_of(group, "ordersEach"), real_of(whole, "ordersEach"),
           real_of(group, "orderValueCents") / 100, real_of(whole, "orderValueCents") / 100);
    if (is_true(root, "tooFew")) {
        printf("too few to say what they are like: a portrait needs %.0f\n", real_of(root, "groupMin"));
        return;
    }
    printf("  %-28s %9s %8s %8s %6s\n", "", "customers", "share", "of all", "index");
    for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("dimensions"))); zh_json_next(&it);) {
        const zh_json_value rows = zh_json_get(it.value, ZH_SV("rows"));
        const zh_sv trait = zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("trait"))), dimension = zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("dimension")));
        if (zh_json_count(rows) == 0) continue;
        printf("%.*s%s%.*s\n", ZH_SV_ARG(dimension), trait.size > 0 ? " " : "", ZH_SV_ARG(trait));
        print_rows(rows, "value");
    }
    printf("bought\n");
    print_rows(zh_json_get(root, ZH_SV("bought")), "itemId");
    printf("viewed\n");
    print_rows(zh_json_get(root, ZH_SV("viewed")), "itemId");
    printf("reach by consent\n");
    for (zh_json_iter it = zh_json_walk(zh_json_get(group, ZH_SV("reach"))); zh_json_next(&it);) {
        double count = 0;
        if (zh_json_real(it.value, &count) && count > 0) printf("  %-28.*s %9.0f\n", ZH_SV_ARG(it.key), count);
    }
}

zh_err zh_segment_portrait(zh_door *door, zh_json *json, const zh_options *given, zh_note *why)
{
    zh_sv text;
    zh_json_value root;
    zh_buf body = zh_buf_open(BODY_BYTES_MAX);
    zh_json_out out = zh_json_out_on(&body);
    zh_json_out_object(&out);
    put_group(&out, zh_sv_of(given->arguments[1]));
    if (zh_options_text(given, "against").size > 0) {
        zh_json_out_key(&out, ZH_SV("against"));
        zh_json_out_object(&out);
        put_group(&out, zh_options_text(given, "against"));
        zh_json_out_end(&out);
    }
    zh_json_out_end(&out);
    const zh_err e = ask(door, json, "/api/v1/reports/group", &body, &out, &text, &root, why);
    if (e == ZH_OK && zh_options_flag(given, "json")) printf("%.*s\n", ZH_SV_ARG(text));
    else if (e == ZH_OK) print_portrait(root);
    zh_buf_close(&body);
    return e;
}

/* A number of the command line; what is none becomes one that the engine refuses. */
static void put_number(zh_json_out *out, zh_sv key, zh_sv text)
{
    int64_t number = 0;
    if (text.size == 0) return;
    if (sscanf(text.data, "%" SCNd64, &number) != 1) number = -1;
    zh_json_out_key_int(out, key, number);
}

/* ---- personas ---- */

static void print_personas(zh_json_value root)
{
    if (is_true(root, "tooFew")) {
        printf("too few: kinds need %.0f customers, and there are %.0f\n", real_of(root, "drawnMin"), real_of(root, "drawn"));
        return;
    }
    printf("%.0f customers; silhouette %.2f, agreement of two halves %.2f%s\n", real_of(root, "customers"), real_of(root, "silhouette"), real_of(root, "stability"),
           is_true(root, "clear") ? "" : ": these kinds are not clear, another cut would do as well");
    for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("items"))); zh_json_next(&it);) {
        const zh_json_value rule = zh_json_get(it.value, ZH_SV("rule"));
        printf("%8.0f %5.1f %%  %.*s\n", real_of(it.value, "customers"), 100 * real_of(it.value, "share"), ZH_SV_ARG(zh_json_text_or_empty(zh_json_get(zh_json_get(it.value, ZH_SV("text")), ZH_SV("en")))));
        if (zh_json_is(rule, ZH_JSON_OBJECT))
            printf("                   %.*s  (precision %.2f, recall %.2f)\n", ZH_SV_ARG(zh_json_text_or_empty(zh_json_get(rule, ZH_SV("expression")))), real_of(rule, "precision"), real_of(rule, "recall"));
    }
}

zh_err zh_segment_personas(zh_door *door, zh_json *json, const zh_options *given, zh_note *why)
{
    zh_sv text;
    zh_json_value root;
    zh_buf body = zh_buf_open(BODY_BYTES_MAX);
    zh_json_out out = zh_json_out_on(&body);
    zh_json_out_object(&out);
    put_group(&out, zh_sv_of(given->arguments[1]));
    put_number(&out, ZH_SV("groups"), zh_options_text(given, "groups"));
    zh_json_out_end(&out);
    const zh_err e = ask(door, json, "/api/v1/reports/personas", &body, &out, &text, &root, why);
    if (e == ZH_OK && zh_options_flag(given, "json")) printf("%.*s\n", ZH_SV_ARG(text));
    else if (e == ZH_OK) print_personas(root);
    zh_buf_close(&body);
    return e;
}

/* ---- lookalikes ---- */

static void print_test(zh_json_value root)
{
    const zh_sv verdict = zh_json_text_or_empty(zh_json_get(root, ZH_SV("verdict")));
    printf("a seed of %.0f among %.0f others\n", real_of(root, "seed"), real_of(root, "others"));
    if (zh_sv_equal(verdict, ZH_SV("few"))) {
        printf("not offered: too few of the seed (%.0f) could be hidden and looked for; %.0f are needed\n", real_of(root, "held"), real_of(root, "heldMin"));
        return;
    }
    printf("%.0f of the seed were hidden: AUC %.3f (%.3f..%.3f), by recency, orders and money alone %.3f, better by %.3f (%.3f..%.3f)\n", real_of(root, "held"), real_of(root, "auc"), real_of(root, "aucLow"),
           real_of(root, "aucHigh"), real_of(root, "rfmAuc"), real_of(root, "gain"), real_of(root, "gainLow"), real_of(root, "gainHigh"));
    if (zh_sv_equal(verdict, ZH_SV("chance"))) printf("not offered: not better than chance\n");
    if (zh_sv_equal(verdict, ZH_SV("rfm"))) printf("not offered: recency, orders and money find them as well; an expression over these will do\n");
    for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("sizes"))); zh_json_next(&it);)
        printf("  best %4.0f %%, %8.0f customers: %5.1f %% of the hidden found (%.1f..%.1f), %.1f times chance\n", 100 * real_of(it.value, "part"), real_of(it.value, "customers"), 100 * real_of(it.value, "found"),
               100 * real_of(it.value, "low"), 100 * real_of(it.value, "high"), real_of(it.value, "lift"));
}

zh_err zh_segment_lookalikes(zh_door *door, zh_json *json, const zh_options *given, zh_note *why)
{
    zh_sv text;
    zh_json_value root;
    zh_client_answer answer;
    zh_buf body = zh_buf_open(BODY_BYTES_MAX);
    zh_json_out out = zh_json_out_on(&body);
    zh_json_out_object(&out);
    put_group(&out, zh_sv_of(given->arguments[1]));
    put_number(&out, ZH_SV("size"), zh_options_text(given, "size"));
    if (zh_options_flag(given, "csv")) zh_json_out_key_text(&out, ZH_SV("format"), ZH_SV("csv"));
    zh_json_out_end(&out);
    zh_err e = zh_json_out_done(&out);
    if (e == ZH_OK && zh_options_flag(given, "csv")) {
        e = zh_door_ask(door, ZH_SV("POST"), ZH_SV("/api/v1/reports/lookalikes"), zh_buf_view(&body), &answer, why);
        if (e == ZH_OK) (void)fwrite(answer.body.data, 1, answer.body.size, stdout);
    } else {
        e = ask(door, json, "/api/v1/reports/lookalikes", &body, &out, &text, &root, why);
        if (e == ZH_OK && zh_options_flag(given, "json")) printf("%.*s\n", ZH_SV_ARG(text));
        else if (e == ZH_OK) print_test(root);
    }
    zh_buf_close(&body);
    return e;
}
