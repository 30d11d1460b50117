#include "engine/watch_clock.h"
#include "decide/placement.h"
#include "engine/exposed.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { NICE = 5, BUSY_LAG_MS = 100, RECORD_BYTES_MAX = 1024, WEEK = 7 };
#define MICRO 1e6

struct zh_watch_clock {
    zh_engine *engine;
    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping;
    int64_t looked_day;  /* newest day at the last whole look */
    zh_watch_rule rule;  /* at that look */
    zh_counter *changes, *failures;
};

/* ---- the rule ---- */

const char *zh_watch_rule_read(zh_json_value object, zh_watch_rule *out)
{
    const zh_json_value explores = zh_json_get(object, ZH_SV("explores")), most = zh_json_get(object, ZH_SV("most"));
    double share = (double)ZH_WATCH_MOST_MICRO / MICRO;
    *out = (zh_watch_rule){ true, ZH_WATCH_MOST_MICRO };
    if (!zh_json_is(object, ZH_JSON_OBJECT)) return "explores";
    if (zh_json_type_of(explores) > ZH_JSON_NULL && !zh_json_bool(explores, &out->explores)) return "explores";
    if (zh_json_type_of(most) > ZH_JSON_NULL && (!zh_json_real(most, &share) || !(share >= 0 && share <= 1))) return "most";
    out->most_micro = (uint32_t)lround(share * MICRO);
    return NULL;
}

zh_err zh_watch_rule_of(const zh_registry *registry, zh_watch_rule *out)
{
    zh_sv text;
    zh_json *parser;
    zh_json_value root;
    *out = (zh_watch_rule){ true, ZH_WATCH_MOST_MICRO };
    if (zh_registry_setting(registry, ZH_WATCH_SETTING, &text) != ZH_OK) return ZH_OK;
    const zh_err e = zh_json_open(&parser, ZH_SETTING_BYTES_MAX);
    if (e != ZH_OK) return e;
    if (zh_json_parse(parser, text, &root, NULL) != ZH_OK || zh_watch_rule_read(root, out) != NULL) *out = (zh_watch_rule){ true, ZH_WATCH_MOST_MICRO };
    zh_json_close(parser);
    return ZH_OK;
}

/* ---- a look ---- */

/* False: it was told to stop. */
static bool rest_ms(zh_watch_clock *c, int64_t ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += ms % 1000 * 1000000;
    until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&c->lock);
    while (!c->stopping && pthread_cond_timedwait(&c->wake, &c->lock, &until) == 0) {}
    const bool on = !c->stopping;
    pthread_mutex_unlock(&c->lock);
    return on;
}

/* The week that ended with the last day that is over, and the gaps of its last days. */
/* Was any list shown in the kept days? While a history is brought in a day ends every moment, and there is nothing to gather. */
static bool was_shown(zh_world *w)
{
    bool is = false;
    zh_exposure_row row;
    zh_world_lock_read(w);
    const int64_t newest = zh_exposure_newest(w->exposure);
    for (int64_t back = 0; newest != INT64_MIN && !is && back < ZH_EXPOSURE_DAYS; back++) {
        size_t at = 0;
        is = zh_exposure_next(w->exposure, newest - back, ZH_EXPOSURE_EVERYBODY, &at, &row);
    }
    zh_world_unlock(w);
    return is;
}

static zh_err see(zh_world *w, zh_sv placement, zh_watch_seen *out)
{
    zh_exposed x;
    zh_bubble days = { 0 }, week = { 0 };
    *out = (zh_watch_seen){ 0 };
    if (!was_shown(w)) return ZH_OK;
    zh_err e = zh_exposed_open(&x, w, &(zh_exposed_ask){ placement, WEEK + ZH_WATCH_GAP_DAYS - 1, true });
    if (e == ZH_OK && !x.is_empty && x.input.cells_count > 0) {
        e = zh_bubble_of(&x.input, &x.arena, &days);
        x.input.from_day = x.input.to_day - WEEK + 1;
        if (e == ZH_OK) e = zh_bubble_of(&x.input, &x.arena, &week);
    }
    if (e == ZH_OK && week.days_count > 0) {
        *out = (zh_watch_seen){ .day = x.input.to_day, .slots = week.all.slots, .customers = week.customer_bits.of, .bits = week.all.shown_bits, .own_bits = week.customer_bits.value };
        for (size_t i = 0; i < days.days_count && days.days[i].day <= x.input.from_day; i++) out->whole |= days.days[i].slots > 0;
        for (size_t i = 0; i < ZH_WATCH_GAP_DAYS; i++) {
            const zh_bubble_span *day = &days.days[days.days_count - 1 - i];
            out->gap[i].known = day->has_gap, out->gap[i].bits = day->gap;
        }
    }
    zh_exposed_close(&x);
    return e;
}

static zh_err keep(zh_watch_clock *c, zh_sv placement, const zh_watch_state *state)
{
    zh_buf record = zh_buf_open(RECORD_BYTES_MAX);
    zh_watch_put(placement, state, &record);
    zh_err e = zh_buf_err(&record);
    const zh_sv view = zh_buf_view(&record);
    zh_work work = { .records = &view, .records_count = 1 };
    if (e == ZH_OK) e = zh_engine_do(c->engine, &work);
    zh_buf_close(&record);
    return e;
}

static void say(const zh_watch_clock *c, zh_err e, zh_sv placement, const zh_watch_state *s)
{
    zh_line_sink *sink = zh_engine_sink(c->engine);
    if (sink == NULL) return;
    zh_log_line line = zh_line_open(sink, e == ZH_OK ? ZH_LINE_INFO : ZH_LINE_WARN, e == ZH_OK ? "variety.changed" : "variety.not_changed");
    if (e != ZH_OK) zh_line_err(&line, e);
    zh_line_text(&line, "placement", placement);
    zh_line_text(&line, "cause", zh_sv_of(zh_watch_cause_text(s->cause)));
    zh_line_int(&line, "exploreMicro", s->explore_micro);
    zh_line_end(&line);
}

/* Errors: what it could not see or write. */
static zh_err judge(zh_watch_clock *c, zh_sv placement, bool day_is_over)
{
    zh_world *w = zh_engine_world(c->engine);
    zh_watch_state last = { 0 }, next;
    zh_watch_seen seen = { 0 };
    zh_err e = day_is_over ? see(w, placement, &seen) : ZH_OK;
    if (e != ZH_OK) return e;
    zh_world_lock_read(w);
    const zh_watch_state *found = zh_watch_find(w->watch, placement);
    if (found != NULL) last = *found;
    zh_world_unlock(w);
    if (!zh_watch_decide(found == NULL ? NULL : &last, &seen, &c->rule, &next)) return ZH_OK;
    e = keep(c, placement, &next);
    zh_counter_add(e == ZH_OK ? c->changes : c->failures, 1);
    say(c, e, placement, &next);
    return e;
}

/* The name of the placement with this number, as they stand now; empty: there are no more. */
static zh_sv name_of(zh_world *w, size_t number, char out[ZH_DECISION_NAME_BYTES_MAX])
{
    const zh_placement *p = NULL;
    size_t at = 0;
    zh_sv name = { 0 };
    zh_world_lock_read(w);
    do p = zh_placements_next(w->placements, &at);
    while (p != NULL && number-- > 0);
    if (p != NULL && p->name.size <= ZH_DECISION_NAME_BYTES_MAX) memcpy(out, p->name.data, p->name.size), name = (zh_sv){ out, p->name.size };
    zh_world_unlock(w);
    return name;
}

static void look(zh_watch_clock *c)
{
    zh_world *w = zh_engine_world(c->engine);
    char name[ZH_DECISION_NAME_BYTES_MAX];
    const zh_fold *fold = zh_engine_fold(c->engine);
    zh_watch_rule rule;
    if (!zh_engine_is_ready(c->engine) || zh_fold_is_behind(fold) || zh_fold_lag_ms(fold) > BUSY_LAG_MS) return;
    zh_world_lock_read(w);
    const int64_t newest = zh_exposure_newest(w->exposure);
    zh_err e = zh_watch_rule_of(w->registry, &rule);
    zh_world_unlock(w);
    const bool day_is_over = newest != c->looked_day, ruled = rule.explores != c->rule.explores || rule.most_micro != c->rule.most_micro;
    if (e != ZH_OK || (!day_is_over && !ruled)) return;
    c->rule = rule;
    for (size_t i = 0; e == ZH_OK; i++) {
        const zh_sv placement = name_of(w, i, name);
        if (placement.size == 0) break;
        e = judge(c, placement, day_is_over);
    }
    if (e == ZH_OK) c->looked_day = newest; /* else again */
}

static void *run(void *context)
{
    zh_watch_clock *c = context;
    pthread_setname_np(pthread_self(), "zhun-watch"); /* as top and a profile show it */
    (void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICE); /* of this thread alone; best effort */
    while (rest_ms(c, ZH_WATCH_CLOCK_LOOK_MS)) look(c);
    return NULL;
}

zh_err zh_watch_clock_open(zh_watch_clock **out, zh_engine *engine)
{
    zh_watch_clock *c = calloc(1, sizeof *c);
    if (c == NULL) return ZH_NOMEM;
    zh_metrics *m = zh_engine_metrics(engine);
    c->engine = engine;
    c->looked_day = INT64_MIN;
    c->rule = (zh_watch_rule){ true, ZH_WATCH_MOST_MICRO };
    pthread_mutex_init(&c->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&c->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    c->changes = zh_metrics_counter(m, "zhun_variety_changes_total", "Changes of the watch over variety written since the start.", NULL, 0);
    c->failures = zh_metrics_counter(m, "zhun_variety_failures_total", "Changes of the watch over variety that could not be written.", NULL, 0);
    if (pthread_create(&c->thread, NULL, run, c) != 0) {
        zh_watch_clock_close(c);
        return ZH_NOMEM;
    }
    c->started = true;
    *out = c;
    return ZH_OK;
}

void zh_watch_clock_close(zh_watch_clock *c)
{
    if (c == NULL) return;
    if (c->started) {
        pthread_mutex_lock(&c->lock);
        c->stopping = true;
        pthread_cond_broadcast(&c->wake);
        pthread_mutex_unlock(&c->lock);
        pthread_join(c->thread, NULL);
    }
    pthread_cond_destroy(&c->wake);
    pthread_mutex_destroy(&c->lock);
    free(c);
}
