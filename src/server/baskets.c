/* baskets.c -- POST /api/v1/reports/baskets: what is bought together, and rules out of it. */
#include "engine/baskets.h"
#include "server/groups.h"
#include "server/reports.h"

#include <math.h>

#define SPAN_DAYS 30

static bool read_sort(zh_json_value root, zh_baskets_sort *out)
{
    static const char *const texts[] = { "lift", "confidence", "support", "leverage", "conviction" }; /* as zh_baskets_sort */
    const zh_json_value value = zh_json_get(root, ZH_SV("sort"));
    if (zh_json_type_of(value) <= ZH_JSON_NULL) return true;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (!zh_sv_equal(zh_json_text_or_empty(value), zh_sv_of(texts[i]))) continue;
        *out = (zh_baskets_sort)i;
        return true;
    }
    return false;
}

static const char *read_open(zh_json_value open, zh_baskets_ask *ask)
{
    const zh_json_value items = zh_json_get(open, ZH_SV("items"));
    zh_sv text;
    if (zh_json_type_of(open) <= ZH_JSON_NULL) return NULL;
    if (!zh_json_is(items, ZH_JSON_ARRAY)) return "open.items";
    for (zh_json_iter it = zh_json_walk(items); zh_json_next(&it);) {
        if (ask->open_count == ZH_BASKETS_LENGTH_MAX || !zh_json_text(it.value, &text) || text.size == 0 || text.size > ZH_ITEM_TEXT_BYTES_MAX) return "open.items";
        ask->open_items[ask->open_count++] = zh_item_id_of(text);
    }
    return ask->open_count == 0 ? "open.items" : zh_report_names(open, &ask->open);
}

/* The field that is wrong, or NULL. */
static const char *read_ask(zh_json_value root, int64_t newest_ms, zh_baskets_ask *ask)
{
    int64_t least = 0, longest = 4, list = 50;
    *ask = (zh_baskets_ask){ .to_ms = newest_ms + 1, .min_support = 0.001, .min_confidence = 0.1 };
    if (!zh_report_time(root, "to", &ask->to_ms)) return "to";
    ask->from_ms = ask->to_ms - SPAN_DAYS * ZH_REPORT_DAY_MS;
    if (!zh_report_time(root, "from", &ask->from_ms) || ask->from_ms >= ask->to_ms) return "from";
    if (!zh_report_int(root, "minCount", 1, INT64_C(1) << 40, &least)) return "minCount";
    if (!zh_report_real(root, "minSupport", 1e-12, 1, &ask->min_support)) return "minSupport";
    if (!zh_report_real(root, "minConfidence", 0, 1, &ask->min_confidence)) return "minConfidence";
    if (!zh_report_int(root, "maxLength", 2, ZH_BASKETS_LENGTH_MAX, &longest)) return "maxLength";
    if (!zh_report_int(root, "limit", 1, ZH_BASKETS_LIST_MAX, &list)) return "limit";
    if (!read_sort(root, &ask->sort)) return "sort";
    ask->min_count = (uint64_t)least;
    ask->length_max = (uint32_t)longest;
    ask->list = (uint32_t)list;
    ask->segment = zh_json_text_or_empty(zh_json_get(root, ZH_SV("segment")));
    return read_open(zh_json_get(root, ZH_SV("open")), ask);
}

/* ---- answers ---- */

static void put_item(const zh_basket_item *item, zh_json_out *out)
{
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("itemId"), item->text);
    zh_json_out_key_text(out, ZH_SV("title"), item->title);
    zh_json_out_end(out);
}

static void put_items(const char *member, const zh_basket_item *items, uint32_t count, zh_json_out *out)
{
    zh_json_out_key(out, zh_sv_of(member));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < count; i++) put_item(&items[i], out);
    zh_json_out_end(out);
}

static void put_rule(const zh_basket_set *r, zh_json_out *out)
{
    zh_json_out_object(out);
    put_items("left", r->items, r->count - 1, out);
    zh_json_out_key(out, ZH_SV("right"));
    put_item(&r->items[r->count - 1], out);
    zh_json_out_key_int(out, ZH_SV("orders"), (int64_t)r->orders);
    zh_json_out_key_real(out, ZH_SV("support"), r->support);
    zh_json_out_key_real(out, ZH_SV("confidence"), r->confidence);
    zh_json_out_key_real(out, ZH_SV("lift"), r->lift);
    zh_json_out_key_real(out, ZH_SV("leverage"), r->leverage);
    zh_json_out_key(out, ZH_SV("conviction"));
    if (isinf(r->conviction)) zh_json_out_null(out);
    else zh_json_out_real(out, r->conviction);
    zh_json_out_end(out);
}

static void put_lists(const zh_baskets_answer *a, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("sets"));
    zh_json_out_array(out);
    for (size_t i = 0; i < a->sets_count; i++) {
        zh_json_out_object(out);
        put_items("contents", a->sets[i].items, a->sets[i].count, out);
        zh_json_out_key_int(out, ZH_SV("orders"), (int64_t)a->sets[i].orders);
        zh_json_out_key_real(out, ZH_SV("support"), a->sets[i].support);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
    zh_json_out_key(out, ZH_SV("rules"));
    zh_json_out_array(out);
    for (size_t i = 0; i < a->rules_count; i++) put_rule(&a->rules[i], out);
    zh_json_out_end(out);
}

static void put_report(zh_call *call, const zh_baskets_ask *ask, const zh_baskets_answer *a)
{
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_call_time(&out, ZH_SV("from"), ask->from_ms);
    zh_call_time(&out, ZH_SV("to"), ask->to_ms);
    zh_json_out_key_int(&out, ZH_SV("customers"), (int64_t)a->customers);
    zh_json_out_key_int(&out, ZH_SV("orders"), (int64_t)a->orders);
    zh_json_out_key_int(&out, ZH_SV("distinctItems"), (int64_t)a->items);
    zh_json_out_key_int(&out, ZH_SV("cells"), (int64_t)a->cells);
    zh_json_out_key_int(&out, ZH_SV("minCount"), (int64_t)a->min_count);
    zh_json_out_key_int(&out, ZH_SV("setsFound"), (int64_t)a->sets_found);
    zh_json_out_key_int(&out, ZH_SV("rulesFound"), (int64_t)a->rules_found);
    put_lists(a, &out);
    zh_json_out_key_int(&out, ZH_SV("tookUs"), a->took_us);
    zh_report_customers(call, &a->open, &out);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* ---- as a table: a row for each rule ---- */

static void put_cell(zh_call *call, zh_report_table *t, const zh_basket_item *items, uint32_t count, bool titles)
{
    zh_buf text = zh_buf_open(1 << 16);
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0) zh_buf_put(&text, ZH_SV("; "));
        zh_buf_put(&text, titles ? items[i].title : items[i].text);
    }
    zh_report_text(t, zh_arena_copy(call->arena, zh_buf_view(&text)));
    zh_buf_close(&text);
}

static void put_table(zh_call *call, const zh_baskets_answer *a)
{
    static const char *const columns[] = { "left", "right", "left_titles", "right_title", "orders", "support", "confidence", "lift", "leverage", "conviction" };
    zh_report_table t;
    zh_report_table_open(&t, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < a->rules_count; i++) {
        const zh_basket_set *r = &a->rules[i];
        const zh_basket_item *right = &r->items[r->count - 1];
        put_cell(call, &t, r->items, r->count - 1, false);
        zh_report_text(&t, right->text);
        put_cell(call, &t, r->items, r->count - 1, true);
        zh_report_text(&t, right->title);
        zh_report_whole(&t, (int64_t)r->orders);
        const double figures[] = { r->support, r->confidence, r->lift, r->leverage };
        for (size_t k = 0; k < sizeof figures / sizeof *figures; k++) zh_report_number(&t, figures[k]);
        if (isinf(r->conviction)) zh_report_text(&t, (zh_sv){ 0 });
        else zh_report_number(&t, r->conviction);
        zh_report_row(&t);
    }
    zh_report_table_answer(call, &t, "rules");
}

void zh_route_report_baskets(zh_call *call)
{
    zh_json_value root;
    zh_baskets_ask ask;
    bool is_table;
    if (!zh_report_begin(call, &root, &is_table)) return;
    const char *wrong = read_ask(root, zh_report_newest_ms(call), &ask);
    if (wrong != NULL) {
        zh_call_problem(call, 400, "bad_field", wrong, "from and to are times; minCount from 1, or minSupport above 0 up to 1; minConfidence 0 to 1; maxLength 2 to 10; sort: lift, confidence, support, leverage or conviction; limit 1 to 500; open is {\"items\": up to 10 item ids, \"limit\", \"cursor\"}");
        return;
    }
    const bool opens = ask.open.most > 0;
    zh_baskets_answer *a = ZH_TAKE(call->arena, zh_baskets_answer, 1);
    if (!zh_report_may(call, opens, is_table)) return;
    if (a == NULL || !zh_groups_begin(call)) { /* it takes memory: one at a time, as with groups */
        if (a == NULL) zh_call_failed(call, ZH_NOMEM, NULL);
        return;
    }
    const zh_err e = zh_engine_baskets(call->engine, &ask, call->arena, a);
    zh_groups_end(call);
    if (e == ZH_FULL) zh_call_problem(call, 400, "bad_field", "minSupport", "there are over a million frequent sets, or the span has over 67 million items of orders: raise minCount or minSupport, or take a shorter span");
    else if (e != ZH_OK) zh_report_failed(call, e, &(zh_cel_fault){ .text = "" }, "segment", 0);
    else if (is_table && opens) zh_report_customers_answer(call, &a->open, "customers");
    else if (is_table) put_table(call, a);
    else put_report(call, &ask, a);
}
