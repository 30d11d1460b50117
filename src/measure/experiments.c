#include "measure/experiments_inside.h"

#include <stdlib.h>

#define DAY_MS INT64_C(86400000)
#define NAMES_BYTES_MAX ((size_t)4 << 20)
#define SCRATCH_BYTES_MAX ((size_t)16 << 20)
#define ONE_BYTES_MAX ((size_t)4 << 20) /* of one: its JSON and its condition, compiled */
#define ALL_METRICS UINT32_MAX
#define EXPOSURES_MAX (UINT32_MAX / 2)

/* ---- opening ---- */

zh_err zh_experiments_open(zh_experiments **out, const zh_experiments_desc *desc)
{
    zh_experiments *x = calloc(1, sizeof *x);
    if (x == NULL) return ZH_NOMEM;
    x->customers = desc->customers;
    x->look = desc->look;
    x->names = zh_arena_open(NAMES_BYTES_MAX);
    x->scratch = zh_arena_open(SCRATCH_BYTES_MAX);
    x->by_customer = zh_map_open();
    x->gone = zh_map_open();
    x->by_name = zh_map_open();
    x->day = INT32_MIN;
    zh_err e = zh_json_open(&x->json, ZH_EXPERIMENT_JSON_BYTES_MAX);
    if (e == ZH_OK) e = zh_vocabulary_open(&x->env, &x->names);
    if (e != ZH_OK) {
        zh_experiments_close(x);
        return e;
    }
    *out = x;
    return ZH_OK;
}

static void free_one(zh_experiment_inner *e)
{
    if (e == NULL) return;
    for (uint32_t i = 0; i < e->days_count; i++) free(e->days[i]);
    free(e->days);
    free(e->now);
    free(e->strata);
    free(e->strata_dirty);
    zh_arena_close(&e->arena);
    free(e);
}

void zh_experiments_close(zh_experiments *x)
{
    if (x == NULL) return;
    for (uint32_t i = 0; i < x->count; i++) free_one(x->all[i]);
    free(x->exposures);
    free(x->dirty);
    free(x->taken);
    zh_map_close(&x->by_customer);
    zh_map_close(&x->gone);
    zh_map_close(&x->by_name);
    zh_json_close(x->json);
    zh_arena_close(&x->names);
    zh_arena_close(&x->scratch);
    free(x);
}

/* ---- definitions ---- */

zh_experiment_inner *zh_experiments_inner_of(const zh_experiments *x, uint32_t number) { return number > 0 && number <= x->count ? x->all[number - 1] : NULL; }

uint32_t zh_experiments_inner_numbered(const zh_experiments *x, zh_sv name)
{
    const uint64_t *number = x->count == 0 ? NULL : zh_map_get(&x->by_name, zh_fast64(name));
    return number != NULL && zh_sv_equal(x->all[*number - 1]->set_up.name, name) ? (uint32_t)*number : 0;
}

size_t zh_experiments_inner_cells(const zh_experiment_inner *e) { return (size_t)e->set_up.arms_count * e->set_up.metrics_count; }

zh_err zh_experiments_inner_sheet(const zh_experiment_inner *e, int32_t day, zh_experiment_sheet **out)
{
    *out = calloc(1, sizeof **out + zh_experiments_inner_cells(e) * sizeof(zh_experiment_cell));
    if (*out == NULL) return ZH_NOMEM;
    (*out)->day = day;
    return ZH_OK;
}

zh_err zh_experiments_inner_add_stratum(zh_experiment_inner *e, const zh_bandit_allocation *drawn, int64_t at_ms)
{
    if (e->strata_count == e->strata_room) {
        const uint32_t room = e->strata_room == 0 ? 4 : e->strata_room * 2;
        zh_bandit_stratum *strata = realloc(e->strata, room * sizeof *strata);
        if (strata == NULL) return ZH_NOMEM;
        e->strata = strata;
        bool *dirty = realloc(e->strata_dirty, room * sizeof *dirty);
        if (dirty == NULL) return ZH_NOMEM;
        e->strata_dirty = dirty;
        e->strata_room = room;
    }
    e->strata[e->strata_count] = (zh_bandit_stratum){ .drawn = *drawn, .at_ms = at_ms };
    e->strata_dirty[e->strata_count++] = true;
    e->dirty = true;
    return ZH_OK;
}

/* How a bandit begins: by the weights of its arms. */
static zh_err begin_bandit(zh_experiment_inner *e, int64_t at_ms)
{
    uint32_t weights[ZH_EXPERIMENT_ARMS_MAX];
    zh_bandit_allocation first;
    if (!zh_experiment_is_bandit(&e->set_up)) return ZH_OK;
    for (uint32_t a = 0; a < e->set_up.arms_count; a++) weights[a] = e->set_up.arms[a].weight;
    zh_bandit_begin(&e->set_up.bandit, weights, e->set_up.arms_count, &first);
    return zh_experiments_inner_add_stratum(e, &first, at_ms);
}

static void note_fault(zh_experiment_inner *e, const zh_cel_fault *fault)
{
    (void)snprintf(e->fault_text, sizeof e->fault_text, "%.150s", fault->text);
    e->fault = e->fault_text;
}

/* Read and compile into `e`, whose arena is fresh. ZH_FORMAT: it cannot be read. */
static zh_err read_one(zh_experiments *x, zh_experiment_inner *e, zh_sv name, zh_sv json)
{
    zh_json_value root;
    const char *field;
    zh_note why;
    zh_cel_fault fault = { .text = "" };
    e->json = zh_arena_copy(&e->arena, json);
    const zh_sv kept = zh_arena_copy(&e->arena, name);
    if (e->json.data == NULL || kept.data == NULL) return ZH_NOMEM;
    zh_err err = zh_json_parse(x->json, e->json, &root, NULL);
    if (err == ZH_OK) err = zh_json_keep(x->json, root, &e->arena);
    if (err == ZH_OK) err = zh_experiment_read(root, kept, NULL, NULL, &e->set_up, &field, &why);
    if (err == ZH_NOMEM || err == ZH_FULL) return ZH_NOMEM;
    if (err != ZH_OK) return ZH_FORMAT;
    for (uint32_t m = 0; err == ZH_OK && m < e->set_up.metrics_count; m++) err = zh_metric_compile(&e->set_up.metrics[m], &e->arena, x->env, &fault);
    if (err == ZH_OK && e->set_up.eligibility.size > 0) err = zh_vocabulary_compile(&e->eligible, &e->arena, x->env, e->set_up.eligibility, &fault);
    if (err == ZH_NOMEM) return err;
    if (err != ZH_OK) note_fault(e, &fault);
    return ZH_OK;
}

zh_err zh_experiments_inner_make(zh_experiments *x, uint32_t number, zh_sv name, zh_sv json, bool is_living)
{
    zh_experiment_inner *e = calloc(1, sizeof *e);
    if (e == NULL) return ZH_NOMEM;
    e->arena = zh_arena_open(ONE_BYTES_MAX);
    e->is_living = is_living;
    e->dirty = true;
    zh_err err = read_one(x, e, name, json);
    if (err == ZH_OK) err = zh_experiments_inner_sheet(e, x->day, &e->now);
    if (err == ZH_OK) err = begin_bandit(e, x->now_ms);
    if (err == ZH_OK) err = zh_map_put(&x->by_name, zh_fast64(name), number);
    if (err != ZH_OK) {
        free_one(e);
        return err;
    }
    x->all[number - 1] = e;
    if (zh_experiment_is_holdout(&e->set_up)) x->holdout = number;
    if (number > x->count) x->count = number;
    return ZH_OK;
}

/* What was measured goes over to the new form of the same experiment. */
static void take_over(zh_experiment_inner *from, zh_experiment_inner *to)
{
    zh_experiment_sheet *now = to->now, **days = to->days;
    zh_bandit_stratum *strata = to->strata;
    bool *strata_dirty = to->strata_dirty;
    to->strata = from->strata;
    to->strata_dirty = from->strata_dirty;
    to->strata_count = from->strata_count;
    to->strata_room = from->strata_room;
    from->strata = strata;
    from->strata_dirty = strata_dirty;
    to->now = from->now;
    to->days = from->days;
    to->days_count = from->days_count;
    to->days_room = from->days_room;
    to->days_saved = from->days_saved;
    to->exposed = from->exposed;
    to->crossed = from->crossed;
    to->first_ms = from->first_ms;
    to->last_ms = from->last_ms;
    to->changed = from->changed;
    from->now = now;
    from->days = days;
    from->days_count = 0;
    free_one(from);
}

zh_err zh_experiments_define(zh_experiments *x, zh_sv name, zh_sv json)
{
    const uint32_t before = zh_experiments_inner_numbered(x, name);
    zh_experiment_inner *old = before == 0 ? NULL : x->all[before - 1];
    if (json.size == 0) {
        if (old != NULL && old->is_living) {
            old->is_living = false;
            old->dirty = true;
        }
        return ZH_OK;
    }
    const bool goes_on = old != NULL && old->is_living;
    if (!goes_on && x->count == ZH_EXPERIMENTS_MAX) return ZH_OK;
    const uint32_t number = goes_on ? before : x->count + 1;
    zh_err e = zh_experiments_inner_make(x, number, name, json, true);
    if (e == ZH_FORMAT) return ZH_OK; /* the old one stays */
    if (e != ZH_OK || !goes_on) return e;
    zh_experiment_inner *fresh = x->all[number - 1];
    if (old->exposed == 0 && old->strata_count <= 1) free_one(old);
    else if (zh_experiment_change(&old->set_up, &fresh->set_up) == NULL) take_over(old, fresh);
    else { /* it would mix two experiments: passed over */
        free_one(fresh);
        x->all[number - 1] = old;
    }
    return ZH_OK;
}

zh_err zh_experiments_examine(const zh_experiments *x, zh_sv expression, zh_arena *arena, zh_cel_fault *why)
{
    zh_condition condition;
    return zh_vocabulary_compile(&condition, arena, x->env, expression, why);
}

zh_err zh_experiments_compile_metric(const zh_experiments *x, zh_metric *metric, zh_arena *arena, zh_cel_fault *why) { return zh_metric_compile(metric, arena, x->env, why); }

/* ---- sums ---- */

static void values_of(const zh_experiments *x, const zh_experiment *set_up, const zh_metric *metric, const zh_exposure *of, int64_t out[4])
{
    const zh_customer_id customer = { of->customer };
    const zh_outcome_look look = { zh_customers_get(x->customers, customer), x->look.consents, x->look.terms, customer, set_up->currency };
    const int64_t from_ms = of->first_ms, to_ms = from_ms + zh_metric_window_ms(metric, set_up->window_days), past_ms = from_ms - set_up->before_days * DAY_MS;
    const bool is_ratio = metric->per != ZH_QUANTITY_NONE;
    zh_metric_bind(metric, x->look.terms);
    out[0] = zh_outcome_of(&look, metric, from_ms, to_ms);
    out[1] = is_ratio ? zh_outcome_per(&look, metric, from_ms, to_ms) : zh_outcome_of(&look, metric, past_ms, from_ms);
    out[2] = is_ratio ? zh_outcome_of(&look, metric, past_ms, from_ms) : 0;
    out[3] = is_ratio ? zh_outcome_per(&look, metric, past_ms, from_ms) : 0;
}

void zh_experiments_inner_count(const zh_experiments *x, const zh_experiment_inner *e, const zh_exposure *of, uint32_t metrics, int sign, zh_experiment_sheet *sheet, zh_bandit_stratum *strata)
{
    if (of->arm >= e->set_up.arms_count) return; /* crossed */
    for (uint32_t m = 0; m < e->set_up.metrics_count; m++) {
        if ((metrics & 1u << m) == 0) continue;
        zh_experiment_cell *cell = &sheet->cells[of->arm * e->set_up.metrics_count + m];
        int64_t v[4];
        int at = 0;
        values_of(x, &e->set_up, &e->set_up.metrics[m], of, v);
        for (int i = 0; i < 4; i++) {
            cell->sum[i] += sign * v[i];
            for (int k = i; k < 4; k++, at++) cell->product[at] += sign * ((__int128)v[i] * v[k]);
        }
        if (m != 0 || strata == NULL) continue;
        strata[of->stratum].sum[of->arm] += sign * v[0];
        strata[of->stratum].square[of->arm] += sign * ((__int128)v[0] * v[0]);
    }
}

static void count_now(const zh_experiments *x, zh_experiment_inner *e, const zh_exposure *of, uint32_t metrics, int sign)
{
    zh_experiments_inner_count(x, e, of, metrics, sign, e->now, e->strata);
    if (e->strata != NULL && (metrics & 1u) != 0) e->strata_dirty[of->stratum] = true;
    e->changed = e->dirty = true;
}

/* All of an exposure, its unit too. */
static void count_whole(zh_experiments *x, const zh_exposure *of, int sign)
{
    zh_experiment_inner *e = zh_experiments_inner_of(x, of->number);
    e->changed = e->dirty = true;
    e->exposed += (uint64_t)(int64_t)sign;
    if (of->arm >= e->set_up.arms_count) {
        e->crossed += (uint64_t)(int64_t)sign;
        return;
    }
    e->now->units[of->arm] += (uint64_t)(int64_t)sign;
    if (e->strata != NULL) {
        zh_bandit_stratum *stratum = &e->strata[of->stratum];
        stratum->units[of->arm] += (uint64_t)(int64_t)sign;
        if (of->first_ms > stratum->last_ms) stratum->last_ms = of->first_ms;
    }
    count_now(x, e, of, ALL_METRICS, sign);
}

/* ---- exposures ---- */

static zh_err touch(zh_experiments *x, uint32_t at)
{
    if (x->exposures[at].dirty) return ZH_OK;
    if (x->dirty_count == x->dirty_room) {
        const size_t room = x->dirty_room == 0 ? 256 : x->dirty_room * 2;
        uint32_t *dirty = realloc(x->dirty, room * sizeof *dirty);
        if (dirty == NULL) return ZH_NOMEM;
        x->dirty = dirty;
        x->dirty_room = room;
    }
    x->dirty[x->dirty_count++] = at;
    x->exposures[at].dirty = true;
    return ZH_OK;
}

static uint32_t first_of(const zh_experiments *x, uint64_t customer)
{
    const uint64_t *at = zh_map_get(&x->by_customer, customer);
    return at == NULL ? 0 : (uint32_t)*at;
}

static zh_exposure *find(const zh_experiments *x, uint64_t customer, uint32_t number)
{
    for (uint32_t at = first_of(x, customer); at != 0; at = x->exposures[at - 1].next)
        if (x->exposures[at - 1].number == number) return &x->exposures[at - 1];
    return NULL;
}

static zh_err take_place(zh_experiments *x, uint32_t *at)
{
    if (x->free != 0) {
        *at = x->free - 1;
        x->free = x->exposures[*at].next;
        return ZH_OK;
    }
    if (x->used == x->room) {
        if (x->room >= EXPOSURES_MAX) return ZH_NOMEM;
        const uint32_t room = x->room == 0 ? 256 : x->room * 2;
        zh_exposure *grown = realloc(x->exposures, room * sizeof *grown);
        if (grown == NULL) return ZH_NOMEM;
        x->exposures = grown;
        x->room = room;
    }
    *at = x->used++;
    x->exposures[*at] = (zh_exposure){ 0 };
    return ZH_OK;
}

zh_err zh_experiments_inner_add(zh_experiments *x, uint64_t customer, uint32_t number, uint8_t arm, uint32_t stratum, int64_t first_ms, uint32_t *at)
{
    zh_err e = take_place(x, at);
    if (e != ZH_OK) return e;
    bool made;
    uint64_t *head = zh_map_at(&x->by_customer, customer, &made);
    if (head == NULL) {
        x->exposures[*at].next = x->free;
        x->free = *at + 1;
        return ZH_NOMEM;
    }
    const bool dirty = x->exposures[*at].dirty; /* of a place that was free: it is in the list already */
    x->exposures[*at] = (zh_exposure){ .customer = customer & ((UINT64_C(1) << 48) - 1), .stratum = (uint16_t)stratum, .first_ms = first_ms, .next = (uint32_t)*head, .number = (uint16_t)number, .arm = arm, .dirty = dirty };
    *head = *at + 1;
    (void)zh_map_drop(&x->gone, (uint64_t)number << 48 ^ customer);
    return ZH_OK;
}

static void see_moment(zh_experiment_inner *e, int64_t at_ms)
{
    if (e->first_ms == 0 || at_ms < e->first_ms) e->first_ms = at_ms;
    if (at_ms > e->last_ms) e->last_ms = at_ms;
}

zh_err zh_experiments_inner_expose(zh_experiments *x, uint32_t number, uint8_t arm, uint32_t stratum, uint64_t customer, int64_t at_ms)
{
    zh_experiment_inner *e = x->all[number - 1];
    zh_exposure *there = find(x, customer, number);
    if (there != NULL && (there->arm == arm || there->arm == ZH_EXPERIMENT_CROSSED) && there->first_ms <= at_ms) return ZH_OK;
    uint32_t at;
    zh_err err = ZH_OK;
    if (there == NULL) err = zh_experiments_inner_add(x, customer, number, arm, stratum, at_ms, &at);
    else at = (uint32_t)(there - x->exposures);
    if (err == ZH_OK) err = touch(x, at);
    if (err != ZH_OK) return err;
    if (there != NULL) {
        count_whole(x, there, -1);
        if (there->arm != arm) there->arm = ZH_EXPERIMENT_CROSSED;
        if (at_ms < there->first_ms) there->first_ms = at_ms, there->stratum = (uint16_t)stratum;
    }
    count_whole(x, &x->exposures[at], 1);
    see_moment(e, at_ms);
    return ZH_OK;
}

static const zh_bandit_allocation *newest_of(const zh_experiment_inner *e) { return &e->strata[e->strata_count - 1].drawn; }

/* Of a bandit what it knows, until there is a winner: from then on all get the same and nothing can be compared. */
static bool takes_exposure(const zh_experiment_inner *e, const zh_decision *decision)
{
    if (e->strata_count == 0) return decision->allocation == 0;
    return decision->allocation < e->strata_count && newest_of(e)->winner == 0;
}

zh_err zh_experiments_allocate(zh_experiments *x, zh_sv name, const zh_bandit_allocation *allocation, int64_t commit_ms)
{
    const uint32_t number = zh_experiments_inner_numbered(x, name);
    zh_experiment_inner *e = zh_experiments_inner_of(x, number);
    if (e == NULL || !e->is_living || e->strata_count == 0 || allocation->number != e->strata_count || allocation->arms != e->set_up.arms_count) return ZH_OK;
    if (e->strata_count >= ZH_BANDIT_ALLOCATIONS_MAX || newest_of(e)->winner != 0) return ZH_OK;
    return zh_experiments_inner_add_stratum(e, allocation, commit_ms);
}

zh_err zh_experiments_decided(zh_experiments *x, const zh_decision *decision, zh_customer_id customer, int64_t commit_ms)
{
    if (customer.number == 0 || x->count == 0) return ZH_OK;
    const int64_t at_ms = decision->time_ms < commit_ms ? decision->time_ms : commit_ms;
    const uint32_t number = decision->experiment.size == 0 ? 0 : zh_experiments_inner_numbered(x, decision->experiment), all = x->holdout;
    zh_err e = ZH_OK;
    if (number != 0 && number != all) {
        const zh_experiment_inner *of = x->all[number - 1];
        const uint32_t arm = zh_experiment_arm_named(&of->set_up, decision->arm);
        if (arm < of->set_up.arms_count && takes_exposure(of, decision)) e = zh_experiments_inner_expose(x, number, (uint8_t)arm, decision->allocation, customer.number, at_ms);
    }
    const zh_experiment_inner *held = zh_experiments_inner_of(x, all);
    if (e == ZH_OK && held != NULL && held->is_living && held->set_up.state == ZH_EXPERIMENT_RUNNING)
        e = zh_experiments_inner_expose(x, all, (uint8_t)zh_experiment_arm_of(&held->set_up, x->look.workspace, customer), 0, customer.number, at_ms);
    return e;
}

/* ---- customers change ---- */

static uint32_t touched(const zh_experiment *set_up, const zh_event *event)
{
    uint32_t bits = 0;
    for (uint32_t m = 0; m < set_up->metrics_count; m++)
        if (event == NULL ? zh_metric_by_choice(&set_up->metrics[m]) : zh_metric_by_event(&set_up->metrics[m], event)) bits |= 1u << m;
    return bits;
}

/* One more event may push the oldest out of his lists. */
static bool is_full(const zh_experiments *x, zh_customer_id customer)
{
    const zh_customer_state *state = zh_customers_get(x->customers, customer);
    uint32_t orders = 0;
    if (state != NULL) (void)zh_customer_orders(state, &orders);
    return state != NULL && (orders >= ZH_PROFILE_ORDERS_MAX || zh_customer_facts_count(state) >= ZH_ACTIVITY_FACTS_MAX);
}

static zh_err take_out(zh_experiments *x, uint32_t at, uint32_t metrics)
{
    if (metrics == 0) return ZH_OK;
    if (x->taken_count == x->taken_room) {
        const size_t room = x->taken_room == 0 ? 16 : x->taken_room * 2;
        zh_experiments_taken *taken = realloc(x->taken, room * sizeof *taken);
        if (taken == NULL) return ZH_NOMEM;
        x->taken = taken;
        x->taken_room = room;
    }
    x->taken[x->taken_count++] = (zh_experiments_taken){ at, metrics };
    return ZH_OK;
}

static void count_taken(zh_experiments *x, int sign)
{
    for (size_t i = 0; i < x->taken_count; i++) {
        const zh_exposure *of = &x->exposures[x->taken[i].exposure];
        zh_experiment_inner *e = x->all[of->number - 1];
        count_now(x, e, of, x->taken[i].metrics, sign);
    }
}

zh_err zh_experiments_before(zh_experiments *x, zh_customer_id customer, const zh_event *event)
{
    x->taken_count = 0;
    uint32_t at = x->used == 0 ? 0 : first_of(x, customer.number);
    if (at == 0) return ZH_OK;
    const bool full = event != NULL && is_full(x, customer);
    zh_err e = ZH_OK;
    for (; e == ZH_OK && at != 0; at = x->exposures[at - 1].next)
        e = take_out(x, at - 1, full ? ALL_METRICS : touched(&x->all[x->exposures[at - 1].number - 1]->set_up, event));
    if (e == ZH_OK) count_taken(x, -1);
    else x->taken_count = 0;
    return e;
}

void zh_experiments_after(zh_experiments *x)
{
    count_taken(x, 1);
    x->taken_count = 0;
}

zh_err zh_experiments_before_merge(zh_experiments *x, zh_customer_id from, zh_customer_id to)
{
    const uint64_t both[] = { from.number, to.number };
    for (int i = 0; i < 2; i++)
        for (uint32_t at = x->used == 0 ? 0 : first_of(x, both[i]); at != 0; at = x->exposures[at - 1].next) {
            const zh_err e = touch(x, at - 1);
            if (e != ZH_OK) return e;
        }
    for (int i = 0; i < 2; i++)
        for (uint32_t at = x->used == 0 ? 0 : first_of(x, both[i]); at != 0; at = x->exposures[at - 1].next) count_whole(x, &x->exposures[at - 1], -1);
    return ZH_OK;
}

/* The exposure of the one who is gone becomes part of the other's, or his. */
static zh_err hand_over(zh_experiments *x, uint32_t at, uint64_t to)
{
    zh_exposure moving = x->exposures[at], *there = find(x, to, moving.number);
    const zh_err e = zh_map_put(&x->gone, (uint64_t)moving.number << 48 ^ moving.customer, 1);
    if (e != ZH_OK) return e;
    x->exposures[at] = (zh_exposure){ .next = x->free, .dirty = moving.dirty };
    x->free = at + 1;
    if (there == NULL) {
        uint32_t place;
        const zh_err added = zh_experiments_inner_add(x, to, moving.number, moving.arm, moving.stratum, moving.first_ms, &place);
        return added != ZH_OK ? added : touch(x, place);
    }
    if (there->arm != moving.arm) there->arm = ZH_EXPERIMENT_CROSSED;
    if (moving.first_ms < there->first_ms) there->first_ms = moving.first_ms, there->stratum = moving.stratum;
    return ZH_OK;
}

zh_err zh_experiments_merge(zh_experiments *x, zh_customer_id from, zh_customer_id to)
{
    zh_err e = ZH_OK;
    for (uint32_t at = x->used == 0 ? 0 : first_of(x, from.number), next; e == ZH_OK && at != 0; at = next) {
        next = x->exposures[at - 1].next;
        e = hand_over(x, at - 1, to.number);
    }
    (void)zh_map_drop(&x->by_customer, from.number);
    for (uint32_t at = x->used == 0 ? 0 : first_of(x, to.number); at != 0; at = x->exposures[at - 1].next) count_whole(x, &x->exposures[at - 1], 1);
    return e;
}

/* ---- the days ---- */

zh_err zh_experiments_inner_add_day(zh_experiment_inner *e, zh_experiment_sheet *day)
{
    if (e->days_count == ZH_EXPERIMENT_HISTORY_MAX) {
        free(e->days[0]);
        memmove(e->days, e->days + 1, (e->days_count - 1) * sizeof *e->days);
        e->days_count--;
        if (e->days_saved > 0) e->days_saved--;
    }
    if (e->days_count == e->days_room) {
        const uint32_t room = e->days_room == 0 ? 8 : e->days_room * 2;
        zh_experiment_sheet **days = realloc(e->days, room * sizeof *days);
        if (days == NULL) return ZH_NOMEM;
        e->days = days;
        e->days_room = room;
    }
    e->days[e->days_count++] = day;
    return ZH_OK;
}

static void end_day(zh_experiment_inner *e, int32_t day)
{
    zh_experiment_sheet *copy;
    e->now->day = day;
    if (!e->changed || zh_experiments_inner_sheet(e, day, &copy) != ZH_OK) return;
    memcpy(copy, e->now, sizeof *copy + zh_experiments_inner_cells(e) * sizeof(zh_experiment_cell));
    if (zh_experiments_inner_add_day(e, copy) != ZH_OK) free(copy);
    else e->changed = false;
}

void zh_experiments_clock(zh_experiments *x, int64_t commit_ms)
{
    const int32_t day = (int32_t)(commit_ms / DAY_MS);
    x->now_ms = commit_ms;
    if (day <= x->day) return;
    for (uint32_t i = 0; i < x->count; i++) {
        zh_experiment_inner *e = x->all[i];
        if (e == NULL) continue;
        if (x->day != INT32_MIN) end_day(e, x->day);
        e->now->day = day;
        e->dirty = true;
    }
    x->day = day;
    x->clock_dirty = true;
}

/* ---- deciding ---- */

bool zh_experiments_inner_takes(const zh_experiments *x, const zh_experiment_inner *e, const zh_look *look, zh_arena *scratch)
{
    zh_cel_value error;
    if (!e->is_living || e->set_up.state != ZH_EXPERIMENT_RUNNING || e->fault != NULL || zh_experiment_is_holdout(&e->set_up)) return false;
    if (!zh_experiment_takes(&e->set_up, x->look.workspace, look->customer)) return false;
    return e->eligible.program == NULL || zh_vocabulary_holds(&e->eligible, look, scratch, &error);
}

bool zh_experiments_acts(const zh_experiments *x, zh_sv placement, bool *asks)
{
    bool acts = false;
    *asks = false;
    for (uint32_t i = 0; i < x->count; i++) {
        const zh_experiment_inner *e = x->all[i];
        if (e == NULL || !e->is_living || e->set_up.state != ZH_EXPERIMENT_RUNNING || !zh_experiment_is_on(&e->set_up, placement)) continue;
        acts = true;
        *asks |= e->eligible.program != NULL;
    }
    return acts;
}

/* His arm. In a bandit the one he has, else one drawn by the newest chances; with a winner that one. */
zh_assignment zh_experiments_inner_assign(const zh_experiments *x, uint32_t number, zh_customer_id customer)
{
    const zh_experiment_inner *e = x->all[number - 1];
    zh_assignment out = { .experiment = e->set_up.name };
    uint32_t arm;
    if (e->strata_count == 0) arm = zh_experiment_arm_of(&e->set_up, x->look.workspace, customer);
    else {
        const zh_bandit_allocation *newest = newest_of(e);
        const zh_exposure *has = newest->winner != 0 || x->used == 0 ? NULL : find(x, customer.number, number);
        const bool keeps = has != NULL && has->arm < e->set_up.arms_count && e->strata[has->stratum].drawn.chance[has->arm] > 0;
        const zh_bandit_allocation *by = keeps ? &e->strata[has->stratum].drawn : newest;
        arm = keeps ? has->arm : zh_experiment_arm_drawn(&e->set_up, newest, x->look.workspace, customer);
        out.chance_micro = by->chance[arm];
        out.allocation = by->number;
    }
    out.arm = e->set_up.arms[arm].name;
    out.tuning = &e->set_up.arms[arm].tuning;
    return out;
}

zh_assignment zh_experiments_assign(const zh_experiments *x, zh_sv placement, const zh_look *look, zh_arena *scratch)
{
    static const zh_tuning anybody = { .said = 1u << ZH_TUNE_PERSONAL };
    zh_assignment none = { 0 };
    const zh_experiment_inner *held = zh_experiments_inner_of(x, x->holdout);
    if (held != NULL && held->is_living && held->set_up.state == ZH_EXPERIMENT_RUNNING) {
        const uint32_t arm = zh_experiment_arm_of(&held->set_up, x->look.workspace, look->customer);
        none = (zh_assignment){ .experiment = held->set_up.name, .arm = held->set_up.arms[arm].name, .tuning = arm == 0 ? &anybody : NULL };
        if (arm == 0) return none;
    }
    for (uint32_t i = 0; i < x->count; i++) {
        const zh_experiment_inner *e = x->all[i];
        if (e == NULL || !zh_experiment_is_on(&e->set_up, placement) || !zh_experiments_inner_takes(x, e, look, scratch)) continue;
        return zh_experiments_inner_assign(x, i + 1, look->customer);
    }
    return none;
}

/* ---- asking ---- */

uint32_t zh_experiments_count(const zh_experiments *x)
{
    uint32_t living = 0;
    for (uint32_t i = 0; i < x->count; i++) living += x->all[i] != NULL && x->all[i]->is_living;
    return living;
}

static zh_experiment_sums sums_of(const zh_experiment_sheet *sheet) { return (zh_experiment_sums){ sheet->day, sheet->units, sheet->cells }; }

static void show(const zh_experiment_inner *e, uint32_t number, zh_experiment_view *out)
{
    *out = (zh_experiment_view){ .number = number, .set_up = &e->set_up, .fault = e->fault, .exposed = e->exposed, .crossed = e->crossed,
                                 .first_ms = e->first_ms, .last_ms = e->last_ms, .now = sums_of(e->now), .days_count = e->days_count, .strata = { e->strata, e->strata_count } };
}

bool zh_experiments_next(const zh_experiments *x, uint32_t *at, zh_experiment_view *out)
{
    while (*at < x->count && (x->all[*at] == NULL || !x->all[*at]->is_living)) ++*at;
    if (*at >= x->count) return false;
    show(x->all[*at], *at + 1, out);
    ++*at;
    return true;
}

bool zh_experiments_find(const zh_experiments *x, zh_sv name, zh_experiment_view *out)
{
    const uint32_t number = zh_experiments_inner_numbered(x, name);
    if (number == 0 || !x->all[number - 1]->is_living) return false;
    show(x->all[number - 1], number, out);
    return true;
}

zh_experiment_sums zh_experiments_day(const zh_experiments *x, uint32_t number, uint32_t i) { return sums_of(x->all[number - 1]->days[i]); }

static uint32_t shown_arm(const zh_experiments *x, const zh_exposure *of) { return of->arm == ZH_EXPERIMENT_CROSSED ? x->all[of->number - 1]->set_up.arms_count : of->arm; }

bool zh_experiments_exposure(const zh_experiments *x, uint32_t number, zh_customer_id customer, uint32_t *arm, int64_t *first_ms)
{
    const zh_exposure *of = x->used == 0 ? NULL : find(x, customer.number, number);
    if (of == NULL) return false;
    *arm = shown_arm(x, of);
    *first_ms = of->first_ms;
    return true;
}

bool zh_experiments_exposed(const zh_experiments *x, uint32_t number, size_t *at, zh_customer_id *customer, uint32_t *arm, int64_t *first_ms)
{
    while (*at < x->used && (x->exposures[*at].customer == 0 || x->exposures[*at].number != number)) ++*at;
    if (*at >= x->used) return false;
    const zh_exposure *of = &x->exposures[(*at)++];
    customer->number = of->customer;
    *arm = shown_arm(x, of);
    *first_ms = of->first_ms;
    return true;
}

zh_sums zh_experiment_sums_of(const zh_experiment *set_up, const zh_experiment_sums *at, uint32_t arm, uint32_t metric)
{
    const zh_experiment_cell *cell = &at->cells[arm * set_up->metrics_count + metric];
    const bool is_ratio = set_up->metrics[metric].per != ZH_QUANTITY_NONE;
    zh_sums s = { .n = (double)at->units[arm], .size = is_ratio ? 4 : 2, .shares = set_up->metrics[metric].is_share };
    int place = 0;
    for (int i = 0; i < 4; i++) {
        if (i < s.size) s.sum[i] = (double)cell->sum[i];
        for (int k = i; k < 4; k++, place++)
            if (k < s.size) s.product[i][k] = s.product[k][i] = (double)cell->product[place];
    }
    return s;
}

size_t zh_experiments_bytes(const zh_experiments *x)
{
    size_t bytes = sizeof *x + x->room * sizeof *x->exposures + zh_map_bytes(&x->by_customer) + zh_map_bytes(&x->gone) + zh_map_bytes(&x->by_name) + x->dirty_room * sizeof *x->dirty;
    for (uint32_t i = 0; i < x->count; i++)
        if (x->all[i] != NULL)
            bytes += zh_arena_held(&x->all[i]->arena) + x->all[i]->strata_room * (sizeof(zh_bandit_stratum) + 1) + (x->all[i]->days_count + 1) * (sizeof(zh_experiment_sheet) + zh_experiments_inner_cells(x->all[i]) * sizeof(zh_experiment_cell));
    return bytes;
}

/* NULL: no bandit, or no memory. */
static zh_bandit_stratum *empty_strata(const zh_experiment_inner *e)
{
    zh_bandit_stratum *fresh = e->strata_count == 0 ? NULL : calloc(e->strata_count, sizeof *fresh);
    for (uint32_t i = 0; fresh != NULL && i < e->strata_count; i++) fresh[i].drawn = e->strata[i].drawn;
    return fresh;
}

static bool strata_equal(const zh_experiment_inner *e, const zh_bandit_stratum *fresh)
{
    bool equal = true;
    for (uint32_t i = 0; fresh != NULL && equal && i < e->strata_count; i++)
        equal = memcmp(fresh[i].units, e->strata[i].units, sizeof fresh[i].units) == 0 && memcmp(fresh[i].sum, e->strata[i].sum, sizeof fresh[i].sum) == 0 &&
                memcmp(fresh[i].square, e->strata[i].square, sizeof fresh[i].square) == 0;
    return equal;
}

bool zh_experiments_check(const zh_experiments *x, const char **why)
{
    bool good = true;
    for (uint32_t n = 1; good && n <= x->count; n++) {
        const zh_experiment_inner *e = x->all[n - 1];
        zh_experiment_sheet *fresh;
        uint64_t exposed = 0, crossed = 0;
        if (e == NULL || zh_experiments_inner_sheet(e, e->now->day, &fresh) != ZH_OK) continue;
        zh_bandit_stratum *strata = empty_strata(e);
        for (uint32_t i = 0; i < x->used; i++) {
            const zh_exposure *of = &x->exposures[i];
            if (of->customer == 0 || of->number != n) continue;
            exposed++;
            crossed += of->arm == ZH_EXPERIMENT_CROSSED;
            if (of->arm < e->set_up.arms_count) fresh->units[of->arm]++;
            if (of->arm < e->set_up.arms_count && strata != NULL) strata[of->stratum].units[of->arm]++;
            zh_experiments_inner_count(x, e, of, ALL_METRICS, 1, fresh, strata);
        }
        good = exposed == e->exposed && crossed == e->crossed && memcmp(fresh->units, e->now->units, sizeof fresh->units) == 0 &&
               memcmp(fresh->cells, e->now->cells, zh_experiments_inner_cells(e) * sizeof(zh_experiment_cell)) == 0 && strata_equal(e, strata);
        free(strata);
        free(fresh);
    }
    if (!good) *why = "the sums of an experiment are not those of its exposed customers";
    return good;
}
