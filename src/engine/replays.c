#include "engine/replays.h"
#include "base/map.h"

#include <math.h>
#include <stdlib.h>

#define SCRATCH_BYTES_MAX ((size_t)16 << 20)
#define STEP 256

typedef struct row { /* of a customer: his first decision in the span */
    uint64_t customer, id;
    int64_t at_ms;
    double p;          /* of his arm; 0: unknown */
    float list;        /* weight of what stood in the list; below 0: it could not be */
    uint32_t arm;
} row;

typedef struct reading {
    zh_engine *engine;
    const zh_replay_ask *ask;
    zh_replay_report *out;
    zh_arena scratch;
    zh_map rows_of; /* customer -> index + 1 */
    row *rows;
    size_t count, room;
    int64_t began_us;
} reading;

static bool is_placed(const zh_replay_ask *ask, zh_sv placement)
{
    bool is = ask->placements_count == 0;
    for (uint32_t i = 0; !is && i < ask->placements_count; i++) is = zh_sv_equal(ask->placements[i], placement);
    return is;
}

/* Chance of this list under the other rate of exploring over that it had; below 0: nothing of it could have been drawn. */
static float list_weight(const zh_replay_ask *ask, const zh_decision *d, uint32_t arm)
{
    const double rate = ask->explores[arm];
    if (ask->explore < 0 || !d->personalized || d->shown_count == 0) return 1;
    if (!(rate > 0)) return ask->explore > 0 ? -1 : 1;
    double weight = 1; /* slots are drawn each by itself */
    for (uint32_t i = 0; i < d->shown_count; i++) {
        const double p = (double)d->shown[i].propensity_micro / ZH_DECISION_MICRO;
        weight *= d->shown[i].reason == ZH_REASON_EXPLORATION ? ask->explore / rate : (1 - (1 - p) * ask->explore / rate) / p;
    }
    return (float)weight;
}

static zh_err keep(reading *r, const row *next)
{
    bool made;
    uint64_t *at = zh_map_at(&r->rows_of, next->customer, &made);
    if (at == NULL) return ZH_NOMEM;
    if (!made && *at != 0) {
        row *there = &r->rows[*at - 1];
        if (next->at_ms < there->at_ms || (next->at_ms == there->at_ms && next->id < there->id)) *there = *next;
        return ZH_OK;
    }
    if (r->count == ZH_REPLAY_CUSTOMERS_MAX) return ZH_FULL;
    if (r->count == r->room) {
        const size_t room = r->room == 0 ? 1024 : r->room * 2;
        row *rows = realloc(r->rows, room * sizeof *rows);
        if (rows == NULL) return ZH_NOMEM;
        r->rows = rows;
        r->room = room;
    }
    r->rows[r->count++] = *next;
    *at = r->count;
    return ZH_OK;
}

static bool is_erased(const reading *r, zh_customer_id customer)
{
    zh_world *w = zh_engine_world(r->engine);
    pthread_rwlock_rdlock(&w->identity_lock);
    const bool erased = zh_identity_is_erased(w->identity, customer);
    pthread_rwlock_unlock(&w->identity_lock);
    return erased;
}

static zh_err take(reading *r, zh_sv record, int64_t commit_ms)
{
    const zh_replay_ask *ask = r->ask;
    zh_decision d;
    uint32_t arm = 0;
    zh_arena_reset(&r->scratch);
    const zh_err e = zh_decision_get(record, &r->scratch, &d);
    if (e != ZH_OK) return e == ZH_FORMAT ? ZH_CORRUPT : e;
    const int64_t at_ms = d.time_ms < commit_ms ? d.time_ms : commit_ms;
    if (at_ms < ask->from_ms || at_ms >= ask->to_ms || !is_placed(ask, d.placement)) return ZH_OK;
    r->out->placed++;
    if (d.customer.number == 0 || !zh_sv_equal(d.experiment, ask->experiment) || is_erased(r, d.customer)) return ZH_OK;
    while (arm < ask->arms_count && !zh_sv_equal(ask->arms[arm], d.arm)) arm++;
    const double p = arm == ask->arms_count ? 0 : ask->is_bandit ? (double)d.arm_chance_micro / ZH_DECISION_MICRO : ask->shares[arm];
    if (!(p > 0)) return ZH_OK; /* not covered */
    r->out->decisions++;
    const row next = { .customer = zh_world_root(zh_engine_world(r->engine), d.customer).number, .id = d.id.high, .at_ms = at_ms, .p = p, .list = list_weight(ask, &d, arm), .arm = arm };
    return keep(r, &next);
}

/* Where the span may begin: segments that were closed before it are passed over. */
static uint64_t beginning(zh_log *log, uint32_t partition, int64_t from_ms)
{
    zh_log_extent extent;
    uint64_t from = zh_log_begin(log, partition);
    for (uint32_t i = 0; zh_log_closed(log, partition, i, &extent) && extent.until_ms < from_ms; i++) from = extent.next_sequence;
    return from;
}

static zh_err read_partition(reading *r, uint32_t partition)
{
    zh_log *log = zh_engine_log(r->engine);
    zh_log_reader *reader;
    zh_log_frame frame;
    zh_err e = zh_log_reader_open(&reader, log, partition, beginning(log, partition, r->ask->from_ms));
    if (e != ZH_OK) return e == ZH_ABSENT ? ZH_OK : e;
    while ((e = zh_log_reader_next(reader, &frame)) == ZH_OK && frame.commit_ms < r->ask->to_ms + ZH_REPLAY_LATE_MS) {
        for (zh_log_records it = zh_log_records_of(&frame); e == ZH_OK && zh_log_record_next(&it);)
            if (zh_record_kind_of(it.record) == ZH_RECORD_DECISION) e = take(r, it.record, frame.commit_ms);
        if (e == ZH_OK && zh_clock_mono_us(NULL) - r->began_us > ZH_REPLAY_WORK_MS * INT64_C(1000)) e = ZH_TIMEOUT;
        if (e != ZH_OK) break;
    }
    zh_log_reader_close(reader);
    return e == ZH_ABSENT ? ZH_OK : e;
}

static int by_customer(const void *a, const void *b)
{
    const row *x = a, *y = b;
    return (x->customer > y->customer) - (x->customer < y->customer);
}

/* Under the world's read lock. */
static void weigh(reading *r, const zh_world *w, const row *one)
{
    const zh_replay_ask *ask = r->ask;
    const zh_customer_id customer = zh_absorbed_root(w->absorbed, (zh_customer_id){ one->customer });
    const zh_outcome_look look = { zh_customers_get(w->customers, customer), w->consents, zh_customers_terms(w->customers), customer, ask->currency };
    r->out->open += one->at_ms + ask->window_ms > w->counts.commit_ms;
    if (one->list < 0 && ask->target[one->arm] > 0) {
        zh_replay_take_unsupported(&r->out->sums);
        return;
    }
    const double q = ask->target[one->arm] * fmax(0, (double)one->list); /* chances of the list are in it already */
    zh_replay_take(&r->out->sums, one->arm, one->p, q, (double)zh_outcome_of(&look, &ask->metric, one->at_ms, one->at_ms + ask->window_ms));
}

zh_err zh_engine_replay(zh_engine *g, const zh_replay_ask *ask, zh_replay_report *out)
{
    zh_world *w = zh_engine_world(g);
    reading r = { .engine = g, .ask = ask, .out = out, .scratch = zh_arena_open(SCRATCH_BYTES_MAX), .rows_of = zh_map_open(), .began_us = zh_clock_mono_us(NULL) };
    zh_err e = ZH_OK;
    *out = (zh_replay_report){ .sums = { .arms = ask->arms_count, .clip = ask->clip } };
    for (uint32_t a = 0; a < ask->arms_count; a++) out->sums.target[a] = ask->target[a];
    for (uint32_t p = 0; e == ZH_OK && p < zh_log_partitions(zh_engine_log(g)); p++) e = read_partition(&r, p);
    if (e == ZH_OK && r.count > 0) qsort(r.rows, r.count, sizeof *r.rows, by_customer); /* sums in one order, whatever the partitions */
    for (size_t i = 0; e == ZH_OK && i < r.count; i += STEP) {
        zh_world_lock_read(w);
        zh_metric_bind(&ask->metric, zh_customers_terms(w->customers));
        for (size_t k = i; k < r.count && k < i + STEP; k++) weigh(&r, w, &r.rows[k]);
        zh_world_unlock(w);
    }
    if (e == ZH_OK) out->answer = zh_replay_answer_of(&out->sums, ask->alpha);
    out->took_us = zh_clock_mono_us(NULL) - r.began_us;
    zh_map_close(&r.rows_of);
    zh_arena_close(&r.scratch);
    free(r.rows);
    return e;
}
