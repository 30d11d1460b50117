/* What a plan says of a customer. && and || go on as the machine's do: from the left until one decides, past those without an answer. */
#include "segment/plan_inside.h"

#include <stdlib.h>

typedef struct asking {
    const zh_plan *plan;
    const zh_look *look;
    zh_recall *recall;
    zh_arena *scratch;
    int64_t since_ms; /* no window of the condition reaches further back */
    int64_t until_ms;
} asking;

static zh_said said(bool yes) { return yes ? ZH_SAID_YES : ZH_SAID_NO; }

/* ---- what is recalled ---- */

zh_err zh_recall_open(zh_recall *recall)
{
    *recall = (zh_recall){ .events = malloc(ZH_ACTIVITY_FACTS_MAX * sizeof *recall->events) };
    return recall->events == NULL ? ZH_NOMEM : ZH_OK;
}

void zh_recall_close(zh_recall *recall)
{
    free(recall->events);
    *recall = (zh_recall){ 0 };
}

void zh_recall_of(zh_recall *recall, const zh_customer_state *state)
{
    recall->count = 0;
    recall->rest = state == NULL ? (zh_facts){ 0 } : zh_customer_facts(state);
}

static zh_recall_event *read_next(zh_recall *recall)
{
    zh_recall_event *e = &recall->events[recall->count];
    if (recall->count == ZH_ACTIVITY_FACTS_MAX || !zh_facts_next(&recall->rest, &e->fact)) return NULL;
    e->time_ms = e->fact.time_ms;
    e->name = e->fact.name;
    e->line_is_read = false;
    recall->count++;
    return e;
}

/* The event at this place, newest first, if it is newer than a moment. */
static inline zh_recall_event *event_at(zh_recall *recall, uint32_t at, int64_t from_ms)
{
    zh_recall_event *e = at < recall->count ? &recall->events[at] : read_next(recall);
    return e != NULL && e->time_ms > from_ms ? e : NULL;
}

static const zh_fact_line *line_of(zh_recall_event *e)
{
    if (!e->line_is_read) {
        zh_fact fact = e->fact;
        e->has_line = zh_fact_line_next(&fact, &e->line);
        e->line_is_read = true;
    }
    return e->has_line ? &e->line : NULL;
}

/* ---- filters ---- */

static bool compares(zh_cel_op op, int64_t a, int64_t b)
{
    switch (op) {
    case ZH_CEL_OP_EQ: return a == b;
    case ZH_CEL_OP_NE: return a != b;
    case ZH_CEL_OP_LT: return a < b;
    case ZH_CEL_OP_LE: return a <= b;
    case ZH_CEL_OP_GT: return a > b;
    default: return a >= b;
    }
}

static bool compares_real(zh_cel_op op, double a, double b)
{
    switch (op) {
    case ZH_CEL_OP_EQ: return a == b;
    case ZH_CEL_OP_NE: return a != b;
    case ZH_CEL_OP_LT: return a < b;
    case ZH_CEL_OP_LE: return a <= b;
    case ZH_CEL_OP_GT: return a > b;
    default: return a >= b;
    }
}

static zh_said text_is(const asking *a, const zh_filter *f, const zh_fact_line *line)
{
    const uint32_t number = line == NULL ? 0 : f->field == ZH_PLAN_ITEM ? line->item : f->field == ZH_PLAN_CATEGORY ? line->category : line->brand;
    if (number == 0) return ZH_SAID_ERROR; /* not stated */
    const zh_plan_term *terms = a->plan->terms + f->term;
    bool is = false;
    for (uint32_t i = 0; i < f->count && !is; i++) is = terms[i].number == number;
    return said(is != (f->op == ZH_CEL_OP_NE));
}

static zh_said holds(const asking *a, const zh_filter *f, zh_recall_event *e, const zh_fact_line *line);

static zh_said any_or_all(const asking *a, const zh_filter *f, zh_recall_event *e, const zh_fact_line *line)
{
    const zh_said decides = said(f->kind == ZH_FILTER_OR);
    zh_said all = said(f->kind != ZH_FILTER_OR);
    for (uint32_t i = 0; i < f->count; i++) {
        const zh_said one = holds(a, f->args[i], e, line);
        if (one == decides) return one;
        if (one == ZH_SAID_ERROR) all = one;
    }
    return all;
}

static zh_said any_product(const asking *a, const zh_filter *f, zh_recall_event *e)
{
    zh_fact fact = e->fact;
    zh_said any = ZH_SAID_NO;
    for (zh_fact_line line; zh_fact_line_next(&fact, &line);) {
        const zh_said one = holds(a, f, e, &line);
        if (one == ZH_SAID_YES) return one;
        if (one == ZH_SAID_ERROR) any = one;
    }
    return any;
}

static double units(int64_t minor) { return (double)minor / 100; } /* as the vocabulary says money without a currency */

/* ERROR: it looks at what is not stated. */
static zh_said holds(const asking *a, const zh_filter *f, zh_recall_event *e, const zh_fact_line *line)
{
    switch (f->kind) {
    case ZH_FILTER_TEXT: return text_is(a, f, line);
    case ZH_FILTER_PRICE: return line == NULL || line->price_minor < 0 ? ZH_SAID_ERROR : said(compares_real(f->op, units(line->price_minor), f->number));
    case ZH_FILTER_QUANTITY: return line == NULL ? ZH_SAID_ERROR : said(compares(f->op, line->quantity, f->whole));
    case ZH_FILTER_VALUE: return said(compares_real(f->op, units(zh_fact_value(&e->fact)), f->number));
    case ZH_FILTER_PRODUCTS: return any_product(a, f->args[0], e);
    case ZH_FILTER_NOT: {
        const zh_said one = holds(a, f->args[0], e, line);
        return one == ZH_SAID_ERROR ? one : said(one == ZH_SAID_NO);
    }
    default: return any_or_all(a, f, e, line);
    }
}

/* ---- events ---- */

/* As zh_cel_run_until(). */
static void until(asking *a, int64_t ms)
{
    const int64_t now_ms = a->look->now_ms;
    if (ms < a->until_ms) a->until_ms = ms > now_ms ? ms : now_ms + 1;
}

static int64_t window_from(const asking *a, const zh_plan_node *n)
{
    const int64_t now_ms = a->look->now_ms;
    return !n->has_window || (n->window_ms > now_ms && now_ms >= 0) ? INT64_MIN : now_ms - n->window_ms;
}

static void leaves_window(asking *a, int64_t from_ms, int64_t oldest_ms)
{
    int64_t leaves_ms;
    if (from_ms == INT64_MIN || oldest_ms == INT64_MAX) return;
    if (!__builtin_add_overflow(oldest_ms, a->look->now_ms - from_ms, &leaves_ms)) until(a, leaves_ms);
}

typedef struct after { /* where the walk of a stage over the other event stands */
    uint32_t at;
    bool any;
    int64_t ms; /* of the one that came next */
} after;

static bool follows(asking *a, const zh_plan_stage *stage, const zh_recall_event *e, after *w)
{
    const uint32_t other = a->plan->terms[stage->term].number;
    for (const zh_recall_event *o; other != 0 && (o = event_at(a->recall, w->at, e->time_ms)) != NULL; w->at++)
        if (o->name == other) w->any = true, w->ms = o->time_ms;
    const bool followed = w->any && w->ms - e->time_ms <= stage->within_ms, over = a->look->now_ms - e->time_ms >= stage->within_ms;
    if (!followed && !over && !stage->wants) until(a, e->time_ms + stage->within_ms);
    return stage->wants ? followed : !followed && over;
}

static bool is_chosen(asking *a, const zh_plan_node *n, zh_recall_event *e, after *walks)
{
    for (uint32_t i = 0; i < n->count; i++) {
        const zh_plan_stage *stage = &n->stages[i];
        if (stage->filter == NULL ? !follows(a, stage, e, &walks[i]) : holds(a, stage->filter, e, line_of(e)) != ZH_SAID_YES) return false;
    }
    return true;
}

/* Stages that look at what follows say until when, of all events that any window of the condition reaches. */
static int64_t lowest(const asking *a, const zh_plan_node *n, int64_t from_ms)
{
    if (n->count == 0) return from_ms;
    for (uint32_t i = 0; i < n->count; i++)
        if (n->stages[i].filter == NULL) return a->since_ms;
    return from_ms > a->since_ms ? from_ms : a->since_ms;
}

/* By time alone events only leave a window. So of a count that is compared with a constant one of its events matters, by its place among them,
 * newest first: when that one leaves, the answer turns. 0: the answer stays. */
static int64_t decisive(zh_cel_op op, int64_t found, int64_t whole)
{
    switch (op) {
    case ZH_CEL_OP_GE:
    case ZH_CEL_OP_LT: return whole >= 1 && found >= whole ? whole : 0;
    case ZH_CEL_OP_GT:
    case ZH_CEL_OP_LE: return whole >= 0 && found > whole ? whole + 1 : 0;
    default: return found == whole ? whole : whole >= 0 && found > whole ? whole + 1 : 0;
    }
}

/* Does the clock add nothing to what is chosen? */
static bool only_leaves(const zh_plan_node *n)
{
    for (uint32_t i = 0; i < n->count; i++)
        if (n->stages[i].filter == NULL && !n->stages[i].wants) return false;
    return true;
}

typedef struct tally { /* of the events that are counted, as they come, newest first */
    int64_t found, oldest_ms, turning_ms; /* turning: of the one that is decisive */
    uint64_t minor;
} tally;

/* True: no older one can change the answer. */
static bool add_event(tally *t, const zh_plan_node *n, const zh_recall_event *e)
{
    t->oldest_ms = e->time_ms;
    t->found++;
    if (n->kind == ZH_PLAN_SUM) t->minor += (uint64_t)zh_fact_value(&e->fact);
    if (n->kind == ZH_PLAN_DID) return true;
    if (n->kind == ZH_PLAN_SUM || decisive(n->op, t->found, n->whole) != t->found) return false;
    t->turning_ms = e->time_ms;
    return n->op >= ZH_CEL_OP_LT;
}

static zh_said events_say(asking *a, const zh_plan_node *n)
{
    const int64_t from_ms = window_from(a, n), low_ms = lowest(a, n, from_ms);
    const uint32_t name = n->any_name ? 0 : a->plan->terms[n->term].number;
    const bool one_text = n->count == 1 && n->stages[0].filter != NULL && n->stages[0].filter->kind == ZH_FILTER_TEXT, leaves = only_leaves(n);
    tally t = { .oldest_ms = INT64_MAX, .turning_ms = INT64_MAX };
    after walks[ZH_PLAN_STAGES_MAX] = { 0 };
    zh_recall_event *e;
    for (uint32_t i = 0; (n->any_name || name != 0) && (e = event_at(a->recall, i, low_ms)) != NULL; i++) {
        if (!n->any_name && e->name != name) continue;
        if (one_text ? text_is(a, n->stages[0].filter, line_of(e)) != ZH_SAID_YES : !is_chosen(a, n, e, walks)) continue;
        if (e->time_ms > from_ms && add_event(&t, n, e) && leaves) break;
    }
    leaves_window(a, from_ms, leaves && n->kind == ZH_PLAN_COUNT ? t.turning_ms : t.oldest_ms);
    if (n->kind == ZH_PLAN_DID) return said(t.found > 0);
    return said(n->kind == ZH_PLAN_SUM ? compares_real(n->op, units((int64_t)t.minor), n->number) : compares(n->op, t.found, n->whole));
}

/* ---- others ---- */

static zh_said orders_say(asking *a, const zh_plan_node *n)
{
    const int64_t from_ms = window_from(a, n);
    int64_t found = 0, oldest_ms = INT64_MAX;
    uint32_t all = 0;
    const zh_order *orders = a->look->state == NULL ? NULL : zh_customer_orders(a->look->state, &all);
    for (uint32_t i = 0; i < all; i++) {
        if (!zh_order_is_sale(&orders[i]) || orders[i].first_ms <= from_ms) continue;
        if (orders[i].first_ms < oldest_ms) oldest_ms = orders[i].first_ms;
        found++;
    }
    if (decisive(n->op, found, n->whole) != 0) leaves_window(a, from_ms, oldest_ms); /* earlier than need be: orders are in no order */
    return said(compares(n->op, found, n->whole));
}

/* "text" without anything that is written in another way: then its bytes are its value. */
static bool is_plain(zh_sv json)
{
    if (json.size < 2 || json.data[0] != '"' || json.data[json.size - 1] != '"') return false;
    for (size_t i = 1; i + 1 < json.size; i++)
        if (json.data[i] == '\\' || json.data[i] == '"') return false;
    return true;
}

static zh_said trait_says(const asking *a, const zh_plan_node *n)
{
    zh_trait trait;
    zh_json_value root;
    if (a->look->state == NULL || !zh_customer_trait_of(a->look->state, n->name, &trait)) return ZH_SAID_ERROR;
    if (is_plain(trait.value)) return said(zh_sv_equal(zh_sv_part(trait.value, 1, trait.value.size - 2), n->text) == (n->op == ZH_CEL_OP_EQ));
    if (zh_json_parse(a->look->json, trait.value, &root, NULL) != ZH_OK || zh_json_is(root, ZH_JSON_NULL)) return ZH_SAID_ERROR;
    const bool is = zh_json_is(root, ZH_JSON_TEXT) && zh_sv_equal(zh_json_text_or_empty(root), n->text);
    return said(is == (n->op == ZH_CEL_OP_EQ));
}

static zh_said consent_says(const zh_look *look, zh_consent_field field)
{
    return said(zh_look_consents(look, field));
}

static zh_said machine_says(asking *a, const zh_plan_node *n)
{
    const zh_cel_value value = zh_vocabulary_value(n->program, a->look, a->since_ms, a->scratch, &a->until_ms);
    if (value.kind == ZH_CEL_BOOL) return said(value.boolean);
    return zh_cel_is_error(value) && value.fatal ? ZH_SAID_FATAL : ZH_SAID_ERROR;
}

/* ---- the tree ---- */

/* Leaves the moment until which it stands in a->until_ms, which was INT64_MAX. */
static zh_said say(asking *a, const zh_plan_node *n);

static zh_said joined(asking *a, const zh_plan_node *n)
{
    const zh_said decides = said(n->kind == ZH_PLAN_OR);
    zh_said all = said(n->kind != ZH_PLAN_OR);
    int64_t until_ms = INT64_MAX;
    for (uint32_t i = 0; i < n->count; i++) {
        a->until_ms = INT64_MAX;
        const zh_said one = say(a, n->args[i]);
        if (one == decides && all != ZH_SAID_FATAL) return one; /* as long as this one says so, the others do not matter */
        if (one == ZH_SAID_FATAL || (one == ZH_SAID_ERROR && all != ZH_SAID_FATAL)) all = one;
        if (a->until_ms < until_ms) until_ms = a->until_ms;
    }
    a->until_ms = until_ms;
    return all;
}

static zh_said say(asking *a, const zh_plan_node *n)
{
    switch (n->kind) {
    case ZH_PLAN_AND:
    case ZH_PLAN_OR: return joined(a, n);
    case ZH_PLAN_NOT: {
        const zh_said one = say(a, n->args[0]);
        return one >= ZH_SAID_ERROR ? one : said(one == ZH_SAID_NO);
    }
    case ZH_PLAN_COUNT:
    case ZH_PLAN_SUM:
    case ZH_PLAN_DID: return events_say(a, n);
    case ZH_PLAN_ORDERS: return orders_say(a, n);
    case ZH_PLAN_TRAIT: return trait_says(a, n);
    case ZH_PLAN_CONSENT: return consent_says(a->look, n->consent);
    case ZH_PLAN_SEGMENT: return said(a->look->in_segment != NULL && a->look->in_segment(a->look->segments, a->look->customer, n->name));
    case ZH_PLAN_MACHINE: break;
    }
    return machine_says(a, n);
}

zh_said zh_plan_ask(const zh_plan *plan, const zh_look *look, zh_recall *recall, zh_arena *scratch, int64_t *until_ms)
{
    if (plan->has_machine) zh_arena_reset(scratch);
    asking a = { plan, look, recall, scratch, plan->window_ms > look->now_ms ? INT64_MIN : look->now_ms - plan->window_ms, INT64_MAX };
    const zh_said answer = say(&a, plan->root);
    *until_ms = a.until_ms;
    return answer;
}

bool zh_plan_chooses(const zh_plan *plan, const zh_fact *fact)
{
    const asking a = { .plan = plan };
    zh_recall_event e = { .time_ms = fact->time_ms, .name = fact->name, .fact = *fact };
    return holds(&a, plan->where, &e, line_of(&e)) == ZH_SAID_YES;
}
