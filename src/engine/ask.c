#include "engine/ask.h"
#include "engine/decide.h"
#include "engine/deploy.h"
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

/* Under the world's read lock. */
static zh_err decide(zh_engine *g, const zh_ask *ask, zh_recommend_ask *r, zh_arena *arena, zh_answer *out)
{
    zh_world *w = zh_engine_world(g);
    const uint32_t partitions = zh_log_partitions(zh_engine_log(g));
    uint64_t *positions = ZH_TAKE(arena, uint64_t, partitions);
    if (positions == NULL) return ZH_NOMEM;
    for (uint32_t p = 0; p < partitions; p++) positions[p] = zh_fold_exact(zh_engine_fold(g), p);
    const zh_deployed *deployed = zh_deployer_now(zh_engine_deployer(g));
    const zh_deciding in = { .world = w, .positions = positions, .partitions = partitions, .actor = &ask->actor, .learnt = deployed != NULL ? deployed->learnt : NULL,
                             .city = ask->city, .device = ask->device };
    const zh_err e = zh_decide(&in, r, arena, &out->decision, &out->reasons);
    if (e != ZH_OK) return e;
    if (out->decision.model_hash != 0) {
        out->model = zh_arena_copy(arena, zh_serving_name(zh_learnt_table(deployed->learnt)));
        out->model_version = deployed->version;
    }
    out->decision.placement = zh_arena_copy(arena, out->decision.placement); /* a definition may go when the lock is left */
    return out->decision.placement.data == NULL ? ZH_NOMEM : show(w, arena, out);
}

zh_err zh_engine_ask(zh_engine *g, const zh_ask *ask, zh_arena *arena, zh_answer *out)
{
    *out = (zh_answer){ 0 };
    zh_recommend_ask r = {
        .n = ask->n == 0 ? ZH_ASK_ITEMS_DEFAULT : ask->n, .cart_count = ask->cart_count, .exclude_count = ask->exclude_count,
        .now_ms = ask->time_ms != 0 ? ask->time_ms : zh_engine_now_ms(g), .explain = ask->explain, .id = next_id(),
        .marks = ask->marks, .marks_count = ask->marks_count, .rules_active = ask->rules_active,
    };
    if (r.n > ZH_DECISION_ITEMS_MAX || r.cart_count > ZH_DECISION_ASKED_MAX || r.exclude_count > ZH_DECISION_ASKED_MAX) return ZH_RANGE;
    r.cart = ids_of(ask->cart, ask->cart_count, arena);
    r.exclude = ids_of(ask->exclude, ask->exclude_count, arena);
    if (r.cart == NULL || r.exclude == NULL) return ZH_NOMEM;
    if (ask->context_item.size > 0) r.context_item = zh_item_id_of(ask->context_item);
    r.customer = ask->customer.number != 0 ? zh_world_root(zh_engine_world(g), ask->customer)
                                           : zh_engine_find(g, ask->user_id, ask->anonymous_id);

    r.cell = ask->cell;
    zh_world_lock_read(zh_engine_world(g));
    const zh_scene scene = zh_world_scene(zh_engine_world(g), r.now_ms, &ask->scene);
    r.scene = zh_scene_pack(&scene);
    r.placement = ask->draft != NULL ? ask->draft : zh_placements_find(zh_engine_world(g)->placements, ask->placement.size > 0 ? ask->placement : ZH_SV("home"));
    const zh_err e = r.placement == NULL ? ZH_ABSENT : decide(g, ask, &r, arena, out);
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
