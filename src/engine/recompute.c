#include "engine/recompute.h"
#include "engine/decide.h"
#include "engine/refold.h"
#include "engine/serving_file.h"

#include <stdio.h>
#include <stdlib.h>

#define SCRATCH_BYTES_MAX (64u << 20)
#define WHY_OLDER "what it was made of is older than the log keeps"
#define WHY_UNKNOWN "no such decision, or it is older than the log keeps"
#define WHY_PLACE "its placement is not there any more"
#define WHY_MODEL "the table of its learnt recommender is not there any more"
#define WHY_MOMENT "the log does not pass through the moment it was made at"
#define WHY_TAKEN_BACK "different, and an import or a merge was taken back, or a customer erased: what it was made of may have been in it"
#define WHY_ERASED "erased"

typedef struct task { /* one decision to compute */
    zh_sv record;
    zh_decision decision;
    uint64_t reach;        /* sum of its positions: later decisions have seen more */
} task;

typedef struct work {
    zh_engine *engine;
    const zh_recompute_ask *ask;
    zh_recompute_report *report;
    uint32_t partitions;
    zh_arena keep, scratch;
    task *tasks;
    uint32_t count;
    zh_refold *refold;
    zh_serving *table;     /* of the decision computed last that had one; laid on the counts of the world that is folded again */
    zh_learnt *learnt;
} work;

static void tell(work *w, zh_decision_id id, zh_recomputed verdict, const char *why)
{
    uint32_t *const counts[] = { &w->report->same, &w->report->different, &w->report->not_replayable };
    ++*counts[verdict];
    if (w->report->say != NULL) w->report->say(w->report->context, id, verdict, why);
}

const char *zh_recompute_hindrance(zh_engine *engine, const zh_decision *d)
{
    const uint32_t partitions = zh_log_partitions(zh_engine_log(engine));
    if (d->placement_hash == 0 && zh_placement_find(d->placement) == NULL) return WHY_PLACE;
    if (d->positions_count != partitions) return WHY_OLDER;
    for (uint32_t p = 0; p < partitions; p++)
        if (d->positions[p] < zh_log_begin(zh_engine_log(engine), p)) return WHY_OLDER;
    return d->model_hash != 0 && !zh_serving_file_is_there(zh_engine_dir(engine), d->model_hash) ? WHY_MODEL : NULL;
}

/* ---- which ---- */

static zh_err add(work *w, zh_sv record)
{
    task *t = &w->tasks[w->count];
    *t = (task){ .record = zh_arena_copy(&w->keep, record) };
    if (t->record.data == NULL) return ZH_NOMEM;
    const zh_err e = zh_decision_get(t->record, &w->keep, &t->decision);
    if (e != ZH_OK) return e == ZH_FORMAT ? ZH_CORRUPT : e;
    if (t->decision.placement.size == 0) return ZH_OK; /* an arm without a list: nothing was chosen */
    const char *why = zh_recompute_hindrance(w->engine, &t->decision);
    if (why != NULL) {
        tell(w, t->decision.id, ZH_RECOMPUTED_NOT, why);
        return ZH_OK;
    }
    for (uint32_t p = 0; p < w->partitions; p++) t->reach += t->decision.positions[p];
    w->count++;
    return ZH_OK;
}

/* Of a customer who was erased, or what was left in its place. */
static bool is_erased(const work *w, zh_sv record)
{
    zh_decision_id id;
    zh_world *live = zh_engine_world(w->engine);
    if (zh_record_kind_of(record) == ZH_RECORD_GONE) return true;
    zh_world_lock_read(live);
    const bool erased = zh_erasures_is_gone(live->erasures, zh_decision_customer(record, &id));
    zh_world_unlock(live);
    return erased;
}

static zh_err add_asked(work *w)
{
    zh_err e = ZH_OK;
    zh_buf record = zh_buf_open(ZH_LOG_RECORD_BYTES_MAX);
    for (uint32_t i = 0; i < w->ask->ids_count && e == ZH_OK; i++) {
        uint32_t partition;
        uint64_t sequence;
        zh_buf_reset(&record);
        e = zh_timeline_find_decision(zh_engine_timeline(w->engine), w->ask->ids[i], &partition, &sequence);
        if (e == ZH_OK) e = zh_log_fetch(zh_engine_log(w->engine), partition, sequence, &record);
        if (e == ZH_OK && is_erased(w, zh_buf_view(&record))) tell(w, w->ask->ids[i], ZH_RECOMPUTED_NOT, WHY_ERASED);
        else if (e == ZH_OK) e = add(w, zh_buf_view(&record));
        else if (e == ZH_ABSENT) tell(w, w->ask->ids[i], ZH_RECOMPUTED_NOT, WHY_UNKNOWN), e = ZH_OK;
    }
    zh_buf_close(&record);
    return e;
}

typedef struct place { /* of a decision in the log */
    int64_t commit_ms;
    uint64_t sequence;
    uint32_t partition;
} place;

static int newest_first(const void *a, const void *b)
{
    const place *x = a, *y = b;
    if (x->commit_ms != y->commit_ms) return x->commit_ms > y->commit_ms ? -1 : 1;
    if (x->partition != y->partition) return x->partition > y->partition ? -1 : 1;
    return x->sequence > y->sequence ? -1 : x->sequence < y->sequence;
}

/* The newest decisions of one partition into a ring of `newest` places; *seen is how many there were. */
static zh_err find_newest(work *w, uint32_t partition, place *ring, uint64_t *seen)
{
    zh_log_reader *reader;
    zh_log_frame frame;
    zh_log *log = zh_engine_log(w->engine);
    zh_err e = zh_log_reader_open(&reader, log, partition, zh_log_begin(log, partition));
    if (e != ZH_OK) return e == ZH_ABSENT ? ZH_OK : e;
    while ((e = zh_log_reader_next(reader, &frame)) == ZH_OK)
        for (zh_log_records it = zh_log_records_of(&frame); zh_log_record_next(&it);)
            if (zh_record_kind_of(it.record) == ZH_RECORD_DECISION) ring[(*seen)++ % w->ask->newest] = (place){ frame.commit_ms, it.sequence, partition };
    zh_log_reader_close(reader);
    return e == ZH_ABSENT ? ZH_OK : e;
}

static zh_err add_newest(work *w)
{
    const uint32_t most = w->ask->newest;
    place *places = calloc((size_t)w->partitions * most, sizeof *places);
    if (places == NULL) return ZH_NOMEM;
    zh_err e = ZH_OK;
    size_t count = 0;
    for (uint32_t p = 0; p < w->partitions && e == ZH_OK; p++) {
        uint64_t seen = 0;
        e = find_newest(w, p, places + count, &seen);
        count += seen < most ? (size_t)seen : most;
    }
    qsort(places, count, sizeof *places, newest_first);
    zh_buf record = zh_buf_open(ZH_LOG_RECORD_BYTES_MAX);
    for (size_t i = 0; i < count && i < most && e == ZH_OK; i++) {
        zh_buf_reset(&record);
        e = zh_log_fetch(zh_engine_log(w->engine), places[i].partition, places[i].sequence, &record);
        if (e == ZH_OK && !is_erased(w, zh_buf_view(&record))) e = add(w, zh_buf_view(&record));
    }
    zh_buf_close(&record);
    free(places);
    return e;
}

static int by_reach(const void *a, const void *b)
{
    const task *x = a, *y = b;
    return (x->reach > y->reach) - (x->reach < y->reach);
}

/* ---- one again ---- */

/* The ask that led to a decision. Arrays are the decision's. */
static zh_recommend_ask ask_of(const zh_decision *d)
{
    return (zh_recommend_ask){ .n = d->asked, .context_item = d->context_item, .scene = d->scene,
        .cart = d->cart, .cart_count = d->cart_count, .exclude = d->excluded, .exclude_count = d->excluded_count,
        .now_ms = d->time_ms, .customer = d->customer, .id = d->id };
}

static void forget_table(work *w)
{
    zh_learnt_close(w->learnt);
    zh_serving_close(w->table);
    w->learnt = NULL;
    w->table = NULL;
}

/* The table of a decision, which is another one seldom. Counts only grow meanwhile, so it stays laid on them rightly. */
static zh_err take_table(work *w, uint64_t hash)
{
    zh_note unasked;
    if (w->learnt != NULL && zh_serving_hash(w->table) == hash) return ZH_OK;
    forget_table(w);
    if (hash == 0) return ZH_OK;
    zh_err e = zh_serving_file_read(zh_engine_dir(w->engine), hash, &w->table, &unasked);
    if (e == ZH_OK) e = zh_learnt_open(&w->learnt, w->table, zh_refold_world(w->refold)->cocount);
    return e;
}

static const zh_actor engine_actor = { .kind = ZH_ACTOR_ENGINE };

static zh_err decide(work *w, const task *t, zh_recommend_ask *ask, const zh_item_id *without, uint32_t without_count, zh_decision *out, zh_reason **reasons)
{
    const zh_deciding in = { .world = zh_refold_world(w->refold), .positions = t->decision.positions, .partitions = w->partitions,
                             .actor = &engine_actor, .learnt = w->learnt, .without = without, .without_count = without_count,
                             .city = t->decision.city, .device = t->decision.device };
    ask->placement = zh_placements_find(in.world->placements, t->decision.placement); /* as it was defined then */
    if (ask->placement == NULL) ask->placement = zh_placement_at(0); /* the log has lost it: another list, and told so */
    const zh_err e = zh_decide(&in, ask, &w->scratch, out, reasons);
    if (t->decision.customer.number == 0) out->consent = t->decision.consent; /* of whom it is not known: the list is anyone's */
    return e;
}

static const char *difference(const zh_decision *was, const zh_decision *is, char *text, size_t size)
{
    const uint32_t both = was->shown_count < is->shown_count ? was->shown_count : is->shown_count;
    for (uint32_t i = 0; i < both; i++)
        if (was->shown[i].item.number != is->shown[i].item.number) {
            snprintf(text, size, "another item at rank %u", i + 1);
            return text;
        }
    if (was->shown_count != is->shown_count) snprintf(text, size, "%u items, and were %u", is->shown_count, was->shown_count);
    else if (was->personalized != is->personalized) snprintf(text, size, is->personalized ? "personal, and was not" : "not personal, and was");
    else if (!zh_sv_equal(was->arm, is->arm)) snprintf(text, size, "another arm");
    else snprintf(text, size, "the same items with other scores, reasons or counts");
    return text;
}

/* ---- reasons ---- */

static bool is_among(zh_item_id item, const zh_item_id *items, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (items[i].number == item.number) return true;
    return false;
}

/* Does the item stand elsewhere, or nowhere, in the list without these? */
static zh_err moves(work *w, const task *t, uint32_t rank, const zh_item_id *without, uint32_t count, bool *moved)
{
    zh_recommend_ask ask = ask_of(&t->decision);
    zh_item_id cart[ZH_DECISION_ASKED_MAX], exclude[ZH_DECISION_ASKED_MAX];
    ask.cart = cart, ask.cart_count = 0, ask.exclude = exclude;
    for (uint32_t i = 0; i < t->decision.cart_count; i++)
        if (!is_among(t->decision.cart[i], without, count)) cart[ask.cart_count++] = t->decision.cart[i];
    if (ask.exclude_count > 0) memcpy(exclude, t->decision.excluded, ask.exclude_count * sizeof *exclude);
    for (uint32_t i = 0; i < count && ask.exclude_count < ZH_DECISION_ASKED_MAX; i++) exclude[ask.exclude_count++] = without[i];
    if (is_among(ask.context_item, without, count)) ask.context_item = (zh_item_id){ 0 };
    zh_decision again;
    zh_reason *reasons;
    const zh_err e = decide(w, t, &ask, without, count, &again, &reasons);
    uint32_t now = 0;
    while (e == ZH_OK && now < again.shown_count && again.shown[now].item.number != t->decision.shown[rank].item.number) now++;
    *moved = e == ZH_OK && (now == again.shown_count || now != rank);
    return e;
}

/* As many of his items as are named, and none of those; *count is 0 where he has not so many. */
static void others_of(work *w, const task *t, const zh_reason *why, zh_item_id *others, uint32_t *count)
{
    zh_item_id named[ZH_EVIDENCE_MAX];
    for (uint32_t i = 0; i < why->evidence_count; i++) named[i] = why->evidence[i].item;
    const zh_customer_state *state = zh_customers_get(zh_refold_world(w->refold)->customers, t->decision.customer);
    *count = 0;
    uint32_t touches_count = 0, bought_count = 0;
    const zh_touch *touches = state != NULL ? zh_customer_touches(state, &touches_count) : NULL;
    const zh_bought *bought = state != NULL ? zh_customer_bought(state, &bought_count) : NULL;
    for (uint32_t i = 0; i < touches_count + bought_count && *count < why->evidence_count; i++) {
        const zh_item_id item = i < touches_count ? touches[i].item : bought[i - touches_count].item;
        if (!is_among(item, named, why->evidence_count) && !is_among(item, others, *count)) others[(*count)++] = item;
    }
    if (*count < why->evidence_count) *count = 0;
}

static zh_err test_reasons(work *w, const task *t, const zh_reason *reasons)
{
    zh_err e = ZH_OK;
    for (uint32_t i = 0; i < t->decision.shown_count && e == ZH_OK; i++) {
        const zh_reason *why = &reasons[i];
        zh_item_id named[ZH_EVIDENCE_MAX], others[ZH_EVIDENCE_MAX];
        uint32_t others_count;
        bool moved = false;
        if (why->evidence_count == 0) continue;
        zh_reasons_tally *tally = &w->report->reasons[why->code];
        for (uint32_t k = 0; k < why->evidence_count; k++) named[k] = why->evidence[k].item;
        e = moves(w, t, i, named, why->evidence_count, &moved);
        tally->items++, tally->moved += moved;
        others_of(w, t, why, others, &others_count);
        if (e != ZH_OK || others_count == 0) continue;
        e = moves(w, t, i, others, others_count, &moved);
        tally->others++, tally->others_moved += moved;
    }
    return e;
}

static zh_err compute(work *w, const task *t)
{
    zh_arena_reset(&w->scratch);
    const zh_err found = take_table(w, t->decision.model_hash);
    if (found == ZH_NOMEM) return found;
    if (found != ZH_OK) {
        tell(w, t->decision.id, ZH_RECOMPUTED_NOT, WHY_MODEL);
        return ZH_OK;
    }
    zh_recommend_ask ask = ask_of(&t->decision);
    ask.explain = w->ask->reasons;
    zh_decision again;
    zh_reason *reasons = NULL;
    zh_err e = decide(w, t, &ask, NULL, 0, &again, &reasons);
    if (e != ZH_OK) return e;
    zh_buf bytes = zh_buf_open(1 << 20);
    zh_decision_put(&again, &bytes);
    const bool same = zh_sv_equal(zh_buf_view(&bytes), t->record);
    e = zh_buf_err(&bytes);
    zh_buf_close(&bytes);
    if (e != ZH_OK) return e;
    char text[96];
    if (same) tell(w, t->decision.id, ZH_RECOMPUTED_SAME, NULL);
    else if (zh_refold_leaves_out(w->refold)) tell(w, t->decision.id, ZH_RECOMPUTED_NOT, WHY_TAKEN_BACK);
    else tell(w, t->decision.id, ZH_RECOMPUTED_DIFFERENT, difference(&t->decision, &again, text, sizeof text));
    return same && w->ask->reasons ? test_reasons(w, t, reasons) : ZH_OK;
}

/* Fold on to what the decision had seen. *there is false where the log does not pass through that moment. */
static zh_err fold_to(work *w, const zh_decision *d, bool *there, zh_note *why)
{
    for (;;) {
        *there = true;
        for (uint32_t p = 0; p < w->partitions; p++) {
            const uint64_t at = zh_refold_position(w->refold, p);
            if (at != d->positions[p]) *there = false;
            if (at > d->positions[p]) return ZH_OK;
        }
        if (*there) return ZH_OK;
        const zh_err e = zh_refold_next(w->refold, why);
        if (e != ZH_OK) return e == ZH_ABSENT ? ZH_OK : e;
    }
}

static zh_err run(work *w, zh_note *why)
{
    if ((w->tasks = calloc((size_t)w->ask->ids_count + w->ask->newest + 1, sizeof *w->tasks)) == NULL) return ZH_NOMEM;
    zh_err e = w->ask->ids_count > 0 ? add_asked(w) : w->ask->newest > 0 ? add_newest(w) : ZH_OK;
    if (e != ZH_OK || w->count == 0) return e;
    qsort(w->tasks, w->count, sizeof *w->tasks, by_reach);
    e = zh_refold_open(&w->refold, w->engine, why);
    for (uint32_t i = 0; i < w->count && e == ZH_OK; i++) {
        bool there = false;
        e = fold_to(w, &w->tasks[i].decision, &there, why);
        if (e == ZH_OK && there) e = compute(w, &w->tasks[i]);
        else if (e == ZH_OK) tell(w, w->tasks[i].decision.id, ZH_RECOMPUTED_NOT, WHY_MOMENT);
    }
    return e;
}

zh_err zh_recompute(zh_engine *engine, const zh_recompute_ask *ask, zh_recompute_report *report, zh_note *why)
{
    why->text[0] = '\0';
    if (ask->ids_count > ZH_RECOMPUTE_MAX || ask->newest > ZH_RECOMPUTE_MAX) return ZH_RANGE;
    work w = { .engine = engine, .ask = ask, .report = report, .partitions = zh_log_partitions(zh_engine_log(engine)),
               .keep = zh_arena_open(2 * ZH_RECOMPUTE_BYTES_MAX), .scratch = zh_arena_open(SCRATCH_BYTES_MAX) };
    const zh_err e = run(&w, why);
    if (e != ZH_OK && why->text[0] == '\0') zh_note_set(why, "%s", zh_err_text(e));
    forget_table(&w);
    zh_refold_close(w.refold);
    free(w.tasks);
    zh_arena_close(&w.keep);
    zh_arena_close(&w.scratch);
    return e;
}
