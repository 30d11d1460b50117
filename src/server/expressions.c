/* expressions.c -- for builders that people click together: an expression as a tree and as text, and the names there are to choose from. */
#include "base/json_out.h"
#include "lang/cel_print.h"
#include "lang/cel_tree.h"
#include "segment/known.h"
#include "segment/vocabulary.h"
#include "server/answer.h"
#include "server/call.h"

#define TREE_BYTES_MAX ((size_t)4 << 20)
#define SAMPLE_CUSTOMERS_MAX 20000u /* whose traits are counted */
#define SAMPLE_ITEMS_MAX 200000u    /* whose categories and brands are */
#define STEP 512u                   /* of them under the read lock at a time */
#define NAMES_SHOWN 500u            /* of each list */
#define VALUES_SHOWN 50u            /* of one trait */
#define VALUE_FLOOR 5u              /* a role that may not look at a customer sees values that several share */

/* ---- text and tree ---- */

static void refuse(zh_call *call, const char *field, const zh_cel_fault *fault)
{
    char detail[sizeof fault->text + 64];
    (void)snprintf(detail, sizeof detail, "line %u, column %u: %s", fault->line, fault->column, fault->text);
    zh_call_problem(call, 400, "bad_expression", field, detail);
}

/* The tree of what was sent, as `expression` or as `tree`; NULL: a problem was answered. */
static zh_cel_node *read_either(zh_call *call, zh_json_value root, const zh_cel_env *env, zh_sv *text)
{
    const zh_cel_macros macros = { zh_cel_env_is_macro, env };
    const zh_json_value tree = zh_json_get(root, ZH_SV("tree"));
    zh_cel_node *node = NULL;
    zh_cel_fault fault = { .text = "" };
    zh_note why = { "" };
    const bool is_tree = !zh_json_is(tree, ZH_JSON_ABSENT), is_text = zh_json_text(zh_json_get(root, ZH_SV("expression")), text);
    if (is_tree == is_text || (is_text && text->size > ZH_EXPRESSION_BYTES_MAX)) {
        zh_call_problem(call, 400, "bad_field", "expression", "send expression, a text of at most 64 KB, or tree");
        return NULL;
    }
    if (is_text) *text = zh_arena_copy(call->arena, *text);
    const zh_err e = is_text ? zh_cel_parse(call->arena, *text, &macros, &node, &fault) : zh_cel_tree_read(call->arena, tree, &macros, &node, &why);
    if (e == ZH_OK) return node;
    if (e == ZH_NOMEM) zh_call_failed(call, e, NULL);
    else if (is_text) refuse(call, "expression", &fault);
    else zh_call_problem(call, 400, "bad_expression", "tree", why.text);
    return NULL;
}

static void put_fault(const zh_cel_fault *fault, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("fault"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("text"), zh_sv_of(fault->text));
    zh_json_out_key_int(out, ZH_SV("line"), fault->line);
    zh_json_out_key_int(out, ZH_SV("column"), fault->column);
    zh_json_out_end(out);
}

void zh_route_expressions(zh_call *call)
{
    zh_json_value root;
    zh_cel_env *env;
    zh_cel_fault fault = { .text = "" };
    zh_condition condition;
    zh_sv text = { 0 };
    if (!zh_call_body_json(call, &root)) return;
    zh_err e = zh_vocabulary_open(&env, call->arena);
    if (e != ZH_OK) {
        zh_call_failed(call, e, NULL);
        return;
    }
    const zh_cel_node *node = read_either(call, root, env, &text);
    if (node == NULL) return;
    zh_buf printed = zh_buf_open(ZH_CEL_SOURCE_BYTES_MAX), tree = zh_buf_open(TREE_BYTES_MAX);
    zh_cel_print(node, &printed);
    e = zh_buf_err(&printed);
    const zh_err drawn = zh_cel_tree_write(node, &tree);
    if (e == ZH_OK) e = zh_vocabulary_compile(&condition, call->arena, env, text.data != NULL ? text : zh_buf_view(&printed), &fault);
    const bool is_wrong = e == ZH_FORMAT || (e == ZH_FULL && fault.text[0] != '\0');
    if (e == ZH_OK || is_wrong) {
        zh_json_out out = zh_call_begin(call);
        zh_json_out_object(&out);
        zh_json_out_key_text(&out, ZH_SV("expression"), zh_buf_view(&printed));
        zh_json_out_key(&out, ZH_SV("tree"));
        if (drawn == ZH_OK) zh_json_out_raw(&out, zh_buf_view(&tree));
        else zh_json_out_null(&out);
        if (is_wrong) put_fault(&fault, &out);
        zh_json_out_end(&out);
        zh_call_json(call, 200, &out);
    } else {
        zh_call_failed(call, e, NULL);
    }
    zh_buf_close(&printed);
    zh_buf_close(&tree);
}

/* ---- names ---- */

static zh_err count_customers(zh_world *w, zh_known *known, uint64_t *counted)
{
    zh_err e = ZH_OK;
    bool more = true;
    for (size_t at = 0; e == ZH_OK && more && *counted < SAMPLE_CUSTOMERS_MAX;) {
        zh_world_lock_read(w);
        for (uint32_t i = 0; e == ZH_OK && more && i < STEP && *counted < SAMPLE_CUSTOMERS_MAX; i++) {
            const zh_customer_state *state = zh_customers_walk(w->customers, &at);
            more = state != NULL;
            if (more) e = zh_known_customer(known, state);
            *counted += more;
        }
        zh_world_unlock(w);
    }
    return e;
}

static zh_err count_items(zh_world *w, zh_known *known)
{
    zh_err e = ZH_OK;
    uint32_t counted = 0;
    bool more = true;
    for (size_t at = 0; e == ZH_OK && more && counted < SAMPLE_ITEMS_MAX;) {
        zh_world_lock_read(w);
        for (uint32_t i = 0; e == ZH_OK && more && i < STEP; i++, counted++) {
            const zh_item *item = zh_catalog_next(w->catalog, &at);
            more = item != NULL;
            if (!more || item->deleted) continue;
            e = zh_known_name(known, ZH_KNOWN_CATEGORY, item->category, 1);
            if (e == ZH_OK) e = zh_known_name(known, ZH_KNOWN_BRAND, item->brand, 1);
        }
        zh_world_unlock(w);
    }
    return e;
}

static zh_err count_events(zh_world *w, zh_known *known)
{
    zh_err e = ZH_OK;
    zh_plan_event event;
    zh_world_lock_read(w);
    for (size_t at = 0; e == ZH_OK && at < zh_plan_count(w->plan); at++) {
        zh_plan_at(w->plan, at, &event);
        if (event.type == ZH_EVENT_TRACK) e = zh_known_name(known, ZH_KNOWN_EVENT, event.name, event.count);
    }
    zh_world_unlock(w);
    return e;
}

static void put_names(const zh_known *known, zh_known_of of, const char *key, zh_json_out *out)
{
    const zh_known_one *one;
    const size_t count = zh_known_list(known, of, 1, &one);
    zh_json_out_key(out, zh_sv_of(key));
    zh_json_out_array(out);
    for (size_t i = 0; i < count && i < NAMES_SHOWN; i++) {
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("name"), one[i].text);
        zh_json_out_key_int(out, ZH_SV("count"), (int64_t)one[i].count);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

static void put_trait(const zh_known *known, const zh_known_one *trait, uint64_t floor, zh_json_out *out)
{
    static const char *const kinds[] = { "text", "number", "bool", "list", "other" };
    const zh_known_one *value;
    const size_t count = zh_known_values(known, trait, floor, &value);
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("name"), trait->text);
    zh_json_out_key_int(out, ZH_SV("count"), (int64_t)trait->count);
    zh_json_out_key_text(out, ZH_SV("type"), zh_sv_of(kinds[zh_known_kind_of(trait)]));
    zh_json_out_key(out, ZH_SV("values"));
    zh_json_out_array(out);
    for (size_t i = 0; i < count && i < VALUES_SHOWN; i++) {
        zh_json_out_object(out);
        zh_json_out_key(out, ZH_SV("value"));
        zh_json_out_raw(out, value[i].text);
        zh_json_out_key_int(out, ZH_SV("count"), (int64_t)value[i].count);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
    zh_json_out_end(out);
}

static void answer_names(zh_call *call, const zh_known *known, uint64_t customers)
{
    const zh_known_one *trait;
    const uint64_t floor = zh_call_has_right(call, ZH_RIGHT_VIEW_CUSTOMER) ? 1 : VALUE_FLOOR;
    const size_t count = zh_known_list(known, ZH_KNOWN_TRAIT, 1, &trait);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    put_names(known, ZH_KNOWN_EVENT, "events", &out);
    put_names(known, ZH_KNOWN_CATEGORY, "categories", &out);
    put_names(known, ZH_KNOWN_BRAND, "brands", &out);
    zh_json_out_key(&out, ZH_SV("traits"));
    zh_json_out_array(&out);
    for (size_t i = 0; i < count; i++) put_trait(known, &trait[i], floor, &out);
    zh_json_out_end(&out);
    zh_json_out_key_int(&out, ZH_SV("customers"), (int64_t)customers);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

void zh_route_expressions_names(zh_call *call)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_known *known;
    uint64_t customers = 0;
    zh_err e = zh_known_open(&known);
    if (e == ZH_OK) e = count_events(w, known);
    if (e == ZH_OK) e = count_items(w, known);
    if (e == ZH_OK) e = count_customers(w, known, &customers);
    if (e == ZH_OK) {
        zh_known_settle(known);
        answer_names(call, known, customers);
    } else {
        zh_call_failed(call, e, NULL);
    }
    zh_known_close(known);
}
