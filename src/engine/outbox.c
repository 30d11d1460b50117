#include "engine/outbox_inside.h"
#include "sys/clock.h"
#include "sys/file.h"

#include <assert.h>
#include <stdlib.h>
#include <time.h>

#define DUE_AT_ONCE 64
#define ZONES_DIR "/usr/share/zoneinfo/"

/* ---- zones ---- */

static zh_tz *read_zone(zh_sv name)
{
    char path[128];
    zh_tz *tz = NULL;
    for (size_t i = 0; i < name.size; i++) { /* "Asia/Shanghai", "Etc/GMT+8": no way out of the folder */
        const char c = name.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '+' || (c == '/' && i > 0))) return NULL;
    }
    (void)snprintf(path, sizeof path, ZONES_DIR "%.*s", ZH_SV_ARG(name));
    zh_buf bytes = zh_buf_open(ZH_TZ_BYTES_MAX);
    if (zh_file_read(zh_sv_of(path), &bytes) != ZH_OK || zh_tz_open(&tz, zh_buf_view(&bytes)) != ZH_OK) tz = NULL;
    zh_buf_close(&bytes);
    return tz;
}

static const zh_tz *zone_of_house(const zh_outbox *o)
{
    const zh_tz *tz = zh_engine_tz(o->d.engine);
    return tz == NULL ? zh_tz_utc() : tz;
}

const zh_tz *outbox_zone(zh_outbox *o, zh_sv name)
{
    if (name.size == 0 || name.size >= sizeof o->zones[0].name) return zone_of_house(o);
    pthread_mutex_lock(&o->lock);
    uint32_t i = 0;
    while (i < o->zones_count && !zh_sv_equal(zh_sv_of(o->zones[i].name), name)) i++;
    if (i == o->zones_count && i < ZONES_MAX) { /* one that does not exist is remembered, too */
        (void)snprintf(o->zones[i].name, sizeof o->zones[i].name, "%.*s", ZH_SV_ARG(name));
        o->zones[i].tz = read_zone(name);
        o->zones_count++;
    }
    const zh_tz *tz = i < o->zones_count ? o->zones[i].tz : NULL;
    pthread_mutex_unlock(&o->lock);
    return tz == NULL ? zone_of_house(o) : tz;
}

/* ---- channels ---- */

/* Under the lock. NULL: too many names. */
static lane_state *lane_of(zh_outbox *o, zh_sv name)
{
    for (uint32_t i = 0; i < o->lanes_count; i++)
        if (zh_sv_equal(zh_sv_of(o->lanes[i].name), name)) return &o->lanes[i];
    if (o->lanes_count == LANES_MAX || name.size >= sizeof o->lanes[0].name) return NULL;
    lane_state *lane = &o->lanes[o->lanes_count++];
    *lane = (lane_state){ .name = "" };
    memcpy(lane->name, name.data, name.size);
    return lane;
}

void outbox_told(zh_outbox *o, zh_sv channel, bool good, int64_t asked_ms)
{
    pthread_mutex_lock(&o->lock);
    lane_state *lane = lane_of(o, channel);
    int64_t pause_ms = asked_ms < ZH_OUTBOX_BREAK_MS_MAX ? asked_ms : ZH_OUTBOX_BREAK_MS_MAX;
    if (lane != NULL && good) lane->failures = 0, lane->break_ms = 0;
    if (lane != NULL && !good && ++lane->failures >= ZH_OUTBOX_BREAK_AFTER) {
        lane->break_ms = lane->break_ms == 0 ? ZH_OUTBOX_BREAK_MS : lane->break_ms * 2 > ZH_OUTBOX_BREAK_MS_MAX ? ZH_OUTBOX_BREAK_MS_MAX : lane->break_ms * 2;
        if (lane->break_ms > pause_ms) pause_ms = lane->break_ms;
    }
    if (lane != NULL && pause_ms > 0) lane->closed_until_us = zh_clock_mono_us(NULL) + pause_ms * 1000;
    pthread_mutex_unlock(&o->lock);
}

/* How fast may it go? Read anew, since the definition may have changed. Under the world's read lock and ours. */
static uint32_t rate_of(const zh_outbox *o, zh_sv channel)
{
    char name[ZH_NAME_BYTES_MAX];
    zh_sv json;
    int64_t rate = 0;
    zh_json *parser;
    zh_json_value root;
    const int size = snprintf(name, sizeof name, ZH_CHANNEL_SETTING "%.*s", ZH_SV_ARG(channel));
    if (zh_registry_setting(zh_engine_world(o->d.engine)->registry, (zh_sv){ name, (size_t)size }, &json) != ZH_OK || zh_json_open(&parser, ZH_SETTING_BYTES_MAX) != ZH_OK) return 0;
    if (zh_json_parse(parser, json, &root, NULL) == ZH_OK) (void)zh_json_int(zh_json_get(zh_json_get(root, ZH_SV("definition")), ZH_SV("ratePerSecond")), &rate);
    zh_json_close(parser);
    return rate > 0 && rate <= ZH_ADAPTER_RATE_MAX ? (uint32_t)rate : 0;
}

/* May it take one more now? */
static bool takes_one(zh_outbox *o, lane_state *lane, int64_t now_us)
{
    const uint32_t per_s = rate_of(o, zh_sv_of(lane->name));
    const zh_rate_limit limit = { .per_s = per_s, .burst = 1 };
    if (per_s != lane->rate_per_s && per_s > 0) lane->rate = zh_rate_open(&limit, now_us);
    lane->rate_per_s = per_s;
    if (per_s == 0) return true;
    const int64_t wait_us = zh_rate_take(&lane->rate, &limit, 1, now_us);
    if (wait_us > 0) lane->closed_until_us = now_us + wait_us;
    return wait_us == 0;
}

/* ---- taking ---- */

static bool is_busy(const zh_outbox *o, uint64_t customer)
{
    for (unsigned i = 0; i < o->d.threads; i++)
        if (o->workers[i].busy.number != 0 && o->workers[i].customer == customer) return true;
    return false;
}

/* One of this channel that is due and whose customer is free. Under both locks. */
static bool take_of(zh_outbox *o, worker *w, lane_state *lane, int64_t now_us)
{
    zh_message_id due[DUE_AT_ONCE];
    zh_message m;
    const zh_ledger *ledger = zh_engine_world(o->d.engine)->ledger;
    const size_t count = zh_ledger_due(ledger, zh_sv_of(lane->name), zh_engine_now_ms(o->d.engine), due, DUE_AT_ONCE);
    for (size_t i = 0; i < count; i++) {
        if (!zh_ledger_find(ledger, due[i], &m) || is_busy(o, m.customer.number)) continue;
        if (!takes_one(o, lane, now_us)) return false;
        w->busy = due[i];
        w->customer = m.customer.number;
        return true;
    }
    return false;
}

/* Channels take turns. */
static bool take(zh_outbox *o, worker *w)
{
    zh_world *world = zh_engine_world(o->d.engine);
    const int64_t now_us = zh_clock_mono_us(NULL);
    bool found = false;
    zh_sv name;
    size_t count, all = 0;
    zh_world_lock_read(world);
    for (size_t at = 0; zh_ledger_waiting(world->ledger, &at, &name, &count);) all++;
    const size_t first = all == 0 ? 0 : o->turn++ % all;
    for (int round = 0; round < 2 && !found; round++) {
        size_t i = 0;
        for (size_t at = 0; !found && zh_ledger_waiting(world->ledger, &at, &name, &count); i++) {
            if ((round == 0) != (i >= first)) continue;
            lane_state *lane = lane_of(o, name);
            found = lane != NULL && now_us >= lane->closed_until_us && take_of(o, w, lane, now_us);
        }
    }
    zh_world_unlock(world);
    return found;
}

/* ---- after a crash ---- */

/* One that was under way when the engine stopped; false: there is none left. */
static bool next_in_flight(zh_outbox *o, size_t *at, zh_message *out)
{
    zh_world *world = zh_engine_world(o->d.engine);
    zh_message found;
    zh_world_lock_read(world);
    const bool is = zh_ledger_in_state(world->ledger, ZH_MESSAGE_SENDING, at, &found);
    zh_world_unlock(world);
    *out = found;
    return is;
}

static void look_after_crash(zh_outbox *o)
{
    zh_engine *engine = o->d.engine;
    zh_arena arena = zh_arena_open(ZH_COMPOSE_MEMORY_BYTES_MAX);
    zh_message m;
    for (size_t at = 0; next_in_flight(o, &at, &m);) {
        zh_arena_reset(&arena);
        zh_adapter *adapter = ZH_TAKE(&arena, zh_adapter, 1);
        if (adapter == NULL || zh_outbox_read(engine, m.id, &arena, &m) != ZH_OK) continue;
        const bool known = zh_compose_adapter(engine, m.plan.channel, &arena, adapter) == ZH_OK;
        const bool again = known && (adapter->idempotency.size > 0 || adapter->kind == ZH_ADAPTER_INBOX);
        const int64_t now_ms = zh_engine_now_ms(engine);
        const zh_message_record record = { .word = again ? ZH_MESSAGE_SAYS_RESEND : (zh_message_word)(ZH_MESSAGE_SAYS_STATE_FIRST + ZH_MESSAGE_DOUBT), .state = again ? ZH_MESSAGE_PLANNED : ZH_MESSAGE_DOUBT,
                                           .why = ZH_WHY_CRASHED, .at_ms = now_ms, .due_ms = again ? now_ms : 0 };
        if (zh_outbox_say(engine, m.id, &record) == ZH_OK) zh_counter_add(again ? o->retried : o->doubted, 1);
    }
    zh_arena_close(&arena);
}

/* ---- threads ---- */

/* Under the lock. */
static void rest(zh_outbox *o)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += ZH_OUTBOX_LOOK_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    (void)pthread_cond_timedwait(&o->wake, &o->lock, &until);
}

bool outbox_rest(zh_outbox *o)
{
    pthread_mutex_lock(&o->lock);
    if (!o->stopping) rest(o);
    const bool on = !o->stopping;
    pthread_mutex_unlock(&o->lock);
    return on;
}

static void *run(void *context)
{
    worker *w = context;
    zh_outbox *o = w->outbox;
    pthread_setname_np(pthread_self(), "zhun-outbox"); /* as top and a profile show it */
    if (w == &o->workers[0]) look_after_crash(o);
    pthread_mutex_lock(&o->lock);
    if (w == &o->workers[0]) o->recovered = true;
    while (!o->stopping) {
        if (!o->recovered || !zh_engine_is_ready(o->d.engine) || !take(o, w)) {
            rest(o);
            continue;
        }
        const zh_message_id id = w->busy;
        pthread_mutex_unlock(&o->lock);
        const bool wrote = outbox_send(w, id);
        pthread_mutex_lock(&o->lock);
        w->busy = (zh_message_id){ 0 };
        if (!wrote && !o->stopping) rest(o);
    }
    pthread_mutex_unlock(&o->lock);
    return NULL;
}

static void open_metrics(zh_outbox *o)
{
    zh_metrics *m = zh_engine_metrics(o->d.engine);
    o->sent = zh_metrics_counter(m, "zhun_outbox_sent_total", "Messages that their channel took, since the start.", NULL, 0);
    o->failed = zh_metrics_counter(m, "zhun_outbox_failed_total", "Messages that did not go and will not, since the start.", NULL, 0);
    o->skipped = zh_metrics_counter(m, "zhun_outbox_skipped_total", "Messages that were not to be sent, since the start.", NULL, 0);
    o->waited = zh_metrics_counter(m, "zhun_outbox_held_total", "How often a message was held until later by the delivery policy, since the start.", NULL, 0);
    o->retried = zh_metrics_counter(m, "zhun_outbox_retried_total", "How often a message is to be tried again, since the start.", NULL, 0);
    o->doubted = zh_metrics_counter(m, "zhun_outbox_in_doubt_total", "Messages of which nobody knows whether they went, since the start.", NULL, 0);
}

static zh_err start(zh_outbox *o)
{
    for (unsigned i = 0; i < o->d.threads; i++) {
        worker *w = &o->workers[i];
        w->outbox = o;
        w->arena = zh_arena_open(ZH_COMPOSE_MEMORY_BYTES_MAX);
        w->contacts = calloc(2 * ZH_OUTBOX_CONTACTS_MAX, sizeof *w->contacts);
        if (w->contacts == NULL || pthread_create(&w->thread, NULL, run, w) != 0) return ZH_NOMEM;
        w->started = true;
    }
    return ZH_OK;
}

zh_err zh_outbox_open(zh_outbox **out, const zh_outbox_desc *desc)
{
    zh_outbox *o = calloc(1, sizeof *o);
    if (o == NULL) return ZH_NOMEM;
    o->d = *desc;
    assert(desc->threads >= 1 && desc->threads <= ZH_OUTBOX_THREADS_MAX);
    pthread_mutex_init(&o->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&o->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    open_metrics(o);
    const zh_err e = start(o);
    if (e != ZH_OK) {
        zh_outbox_close(o);
        return e;
    }
    *out = o;
    return ZH_OK;
}

void zh_outbox_close(zh_outbox *o)
{
    if (o == NULL) return;
    pthread_mutex_lock(&o->lock);
    o->stopping = true;
    pthread_cond_broadcast(&o->wake);
    pthread_mutex_unlock(&o->lock);
    for (unsigned i = 0; i < o->d.threads; i++) {
        worker *w = &o->workers[i];
        if (w->started) pthread_join(w->thread, NULL);
        zh_client_close(w->client);
        if (w->outbox != NULL) zh_arena_close(&w->arena);
        free(w->contacts);
    }
    for (uint32_t i = 0; i < o->zones_count; i++) zh_tz_close(o->zones[i].tz);
    pthread_cond_destroy(&o->wake);
    pthread_mutex_destroy(&o->lock);
    free(o);
}
