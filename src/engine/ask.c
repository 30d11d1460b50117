#include "engine/ask.h"
#include "sys/file.h"

#include <stdlib.h>

/* Ids and seeds of decisions: random once a process, then counted, so that they cost nothing. */
static _Atomic uint64_t process_random, decisions;

static zh_decision_id next_id(void)
{
    uint64_t base = process_random;
    if (base == 0) {
        if (zh_file_random(&base, sizeof base) != ZH_OK || base == 0) base = (uint64_t)zh_clock_mono_us(NULL) | 1;
        uint64_t none = 0;
        if (!__atomic_compare_exchange_n((uint64_t *)&process_random, &none, base, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) base = none;
    }
    const uint64_t number = ++decisions;
    return (zh_decision_id){ zh_rng_at(base, 1, number), zh_rng_at(base, 2, number) };
}

static zh_item_id *ids_of(const zh_sv *texts, uint32_t count, zh_arena *arena)
{
    zh_item_id *ids = ZH_TAKE(arena, zh_item_id, count);
    for (uint32_t i = 0; ids != NULL && i < count; i++) ids[i] = zh_item_id_of(texts[i]);
    return ids;
}

static void history_of(const zh_customer_state *state, zh_history *out)
{
    *out = (zh_history){ 0 };
    if (state == NULL) return;
    out->touches = zh_customer_touches(state, &out->touches_count);
    out->bought = zh_customer_bought(state, &out->bought_count);
    out->glances = zh_customer_glances(state, &out->glances_count);
}

static zh_err show(zh_world *w, zh_arena *arena, zh_answer *out)
{
    const uint32_t count = out->decision.shown_count;
    out->items = ZH_TAKE(arena, zh_answer_item, count);
    if (out->items == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < count; i++) {
        const zh_item *item = zh_catalog_get(w->catalog, out->decision.shown[i].item);
        if (item == NULL) continue; /* recommend answers catalog items only */
        out->items[i] = (zh_answer_item){
            .text = zh_arena_copy(arena, item->text), .title = zh_arena_copy(arena, item->title),
            .category = zh_arena_copy(arena, item->category), .brand = zh_arena_copy(arena, item->brand),
            .image_url = zh_arena_copy(arena, item->image_url), .url = zh_arena_copy(arena, item->url),
            .price_minor = item->price_minor, .currency = item->currency };
        if (out->items[i].url.data == NULL) return ZH_NOMEM; /* the last copy: an arena that is full stays full */
    }
    if (out->reasons == NULL) return ZH_OK;
    out->evidence_titles = zh_arena_take(arena, count, sizeof *out->evidence_titles);
    if (out->evidence_titles == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = 0; k < out->reasons[i].evidence_count; k++) {
            zh_evidence *e = &out->reasons[i].evidence[k];
            const zh_item *item = zh_catalog_get(w->catalog, e->item);
            e->item_text = zh_arena_copy(arena, item == NULL ? e->item_text : item->text);
            out->evidence_titles[i][k] = zh_arena_copy(arena, item == NULL ? (zh_sv){ 0 } : item->title);
            if (out->evidence_titles[i][k].data == NULL) return ZH_NOMEM;
        }
    }
    return ZH_OK;
}

typedef struct lazy_record { /* one allocation: the work, then the record's bytes */
    zh_work work;
    zh_buf bytes;
} lazy_record;

static void free_record(zh_work *work)
{
    lazy_record *record = work->context;
    zh_buf_close(&record->bytes);
    free(record);
}

/* A decision that cannot be written down because the queue is full is dropped: answers go on. */
static void write_down(zh_engine *g, const zh_decision *decision)
{
    lazy_record *record = calloc(1, sizeof *record);
    if (record == NULL) return;
    record->bytes = zh_buf_open(1 << 16);
    zh_decision_put(decision, &record->bytes);
    record->work = (zh_work){ .customer_record = zh_buf_view(&record->bytes), .customer_owner = decision->customer,
                              .lazy = true, .done = free_record, .context = record };
    if (zh_buf_err(&record->bytes) != ZH_OK || zh_engine_submit(g, &record->work) != ZH_OK) free_record(&record->work);
}

static uint32_t consent_bits(const zh_consents *consents, zh_customer_id customer)
{
    const zh_choice personal = zh_consents_said(consents, customer, ZH_CONSENT_PERSONALIZATION);
    return (uint32_t)personal;
}

/* The arm he is in. One who does not want to be analysed is in none. */
static zh_assignment assign(const zh_world *w, const zh_ask *ask, const zh_recommend_ask *r, zh_arena *arena)
{
    zh_assignment out = { 0 };
    bool asks;
    if (!zh_experiments_acts(w->experiments, r->placement->name, &asks)) return out;
    zh_permit permit;
    zh_look look = zh_world_look(w);
    look.customer = r->customer;
    look.state = zh_customers_get(w->customers, r->customer);
    look.now_ms = r->now_ms;
    if (zh_permit_ask(w->consents, r->customer, ZH_PURPOSE_ANALYTICS, (zh_channel)0, r->now_ms, &ask->actor, &permit) != ZH_OK) return out;
    if (asks && zh_json_open(&look.json, ZH_PROFILE_TRAIT_VALUE_MAX) != ZH_OK) return out;
    out = zh_experiments_assign(w->experiments, r->placement->name, &look, arena);
    if (asks) zh_json_close(look.json);
    return out;
}

static bool is_personal(const zh_assignment *assigned)
{
    return assigned->tuning == NULL || !zh_tuning_says(assigned->tuning, ZH_TUNE_PERSONAL) || assigned->tuning->value[ZH_TUNE_PERSONAL] > 0;
}

/* Under the world's read lock. */
static zh_err decide(zh_engine *g, const zh_ask *ask, zh_recommend_ask *r, zh_arena *arena, zh_answer *out)
{
    zh_world *w = zh_engine_world(g);
    zh_permit permit;
    zh_history history;
    zh_policy policy;
    zh_assignment assigned = { 0 };
    if (r->customer.number != 0 &&
        zh_permit_ask(w->consents, r->customer, ZH_PURPOSE_PERSONALIZE, (zh_channel)0, r->now_ms, &ask->actor, &permit) == ZH_OK) {
        assigned = assign(w, ask, r, arena);
        if (is_personal(&assigned)) {
            history_of(zh_customers_get(w->customers, r->customer), &history);
            r->permit = &permit;
            r->history = &history;
        }
    }
    r->experiment = zh_arena_copy(arena, assigned.experiment);
    r->arm = zh_arena_copy(arena, assigned.arm);
    r->arm_chance_micro = assigned.chance_micro;
    r->allocation = assigned.allocation;
    if (assigned.tuning != NULL) policy = zh_policy_tuned(NULL, assigned.tuning);
    r->consent = consent_bits(w->consents, r->customer);
    /* A shop asleep, or a history imported today, is judged as of its newest event. */
    const int64_t asked_ms = r->now_ms;
    if (w->counts.newest_ms > 0 && r->now_ms > w->counts.newest_ms) r->now_ms = w->counts.newest_ms;
    const uint32_t partitions = zh_log_partitions(zh_engine_log(g));
    uint64_t *positions = ZH_TAKE(arena, uint64_t, partitions);
    if (positions == NULL) return ZH_NOMEM;
    for (uint32_t p = 0; p < partitions; p++) positions[p] = zh_fold_position(zh_engine_fold(g), p);
    const zh_recommend_world world = {
        .catalog = w->catalog, .cocount = w->cocount, .popularity = w->popularity,
        .policy = assigned.tuning != NULL ? &policy : NULL,
        .positions = positions, .positions_count = partitions < ZH_DECISION_POSITIONS_MAX ? partitions : ZH_DECISION_POSITIONS_MAX };
    zh_rng rng = { .seed = r->id.high, .stream = r->id.low };
    zh_err e = zh_recommend(&world, r, &rng, arena, &out->decision, &out->reasons);
    out->decision.time_ms = asked_ms;
    if (assigned.experiment.size > 0) out->decision.customer = r->customer; /* whoever is in an arm is exposed, whatever the list is made of */
    return e != ZH_OK ? e : show(w, arena, out);
}

zh_err zh_engine_ask(zh_engine *g, const zh_ask *ask, zh_arena *arena, zh_answer *out)
{
    *out = (zh_answer){ 0 };
    zh_recommend_ask r = {
        .placement = zh_placement_find(ask->placement.size > 0 ? ask->placement : ZH_SV("home")),
        .n = ask->n == 0 ? ZH_ASK_ITEMS_DEFAULT : ask->n, .cart_count = ask->cart_count, .exclude_count = ask->exclude_count,
        .now_ms = ask->time_ms != 0 ? ask->time_ms : zh_engine_now_ms(g), .explain = ask->explain, .id = next_id(),
    };
    if (r.placement == NULL) return ZH_ABSENT;
    if (r.n > ZH_DECISION_ITEMS_MAX || r.cart_count > ZH_DECISION_ASKED_MAX || r.exclude_count > ZH_DECISION_ASKED_MAX) return ZH_RANGE;
    r.cart = ids_of(ask->cart, ask->cart_count, arena);
    r.exclude = ids_of(ask->exclude, ask->exclude_count, arena);
    if (r.cart == NULL || r.exclude == NULL) return ZH_NOMEM;
    if (ask->context_item.size > 0) r.context_item = zh_item_id_of(ask->context_item);
    r.customer = ask->customer.number != 0 ? zh_world_root(zh_engine_world(g), ask->customer)
                                           : zh_engine_find(g, ask->user_id, ask->anonymous_id);

    zh_world_lock_read(zh_engine_world(g));
    const zh_err e = decide(g, ask, &r, arena, out);
    zh_world_unlock(zh_engine_world(g));
    if (e == ZH_OK && !ask->preview) write_down(g, &out->decision);
    return e;
}

/* ---- an arm without a list ---- */

/* As in assign(): who does not want to be known, or analysed, is in none. Under the world's read lock. */
static zh_err ask_arm(zh_engine *g, const zh_arm_ask *ask, zh_customer_id customer, zh_arena *arena, zh_assignment *out)
{
    const zh_world *w = zh_engine_world(g);
    const int64_t now_ms = zh_engine_now_ms(g);
    zh_permit permit;
    zh_look look = zh_world_look(w);
    look.customer = customer;
    look.state = zh_customers_get(w->customers, customer);
    look.now_ms = now_ms;
    zh_err e = zh_json_open(&look.json, ZH_PROFILE_TRAIT_VALUE_MAX);
    if (e != ZH_OK) return e;
    const bool there = zh_experiments_ask(w->experiments, ask->experiment, &look, arena, out);
    zh_json_close(look.json);
    const bool may = customer.number != 0 && zh_permit_ask(w->consents, customer, ZH_PURPOSE_PERSONALIZE, (zh_channel)0, now_ms, &ask->actor, &permit) == ZH_OK &&
                     zh_permit_ask(w->consents, customer, ZH_PURPOSE_ANALYTICS, (zh_channel)0, now_ms, &ask->actor, &permit) == ZH_OK;
    if (!may) *out = (zh_assignment){ 0 };
    return there ? ZH_OK : ZH_ABSENT;
}

zh_err zh_engine_ask_arm(zh_engine *g, const zh_arm_ask *ask, zh_arena *arena, zh_arm_answer *out)
{
    zh_assignment assigned = { 0 };
    const zh_customer_id customer = zh_engine_find(g, ask->user_id, ask->anonymous_id);
    *out = (zh_arm_answer){ .known = customer.number != 0, .decision = { .id = next_id(), .customer = customer, .time_ms = zh_engine_now_ms(g) } };
    zh_world_lock_read(zh_engine_world(g));
    const zh_err e = ask_arm(g, ask, customer, arena, &assigned);
    out->decision.experiment = zh_arena_copy(arena, assigned.experiment);
    out->decision.arm = zh_arena_copy(arena, assigned.arm);
    zh_world_unlock(zh_engine_world(g));
    if (e != ZH_OK) return e;
    if (out->decision.arm.data == NULL) return ZH_NOMEM;
    out->decision.arm_chance_micro = assigned.chance_micro;
    out->decision.allocation = assigned.allocation;
    if (ask->exposed && assigned.experiment.size > 0) write_down(g, &out->decision);
    return ZH_OK;
}
