#include "engine/attribution.h"
#include "base/map.h"
#include "profile/origin.h"

#include <stdlib.h>

#define CONVERSIONS_MAX (ZH_PROFILE_ORDERS_MAX > ZH_ACTIVITY_FACTS_MAX ? ZH_PROFILE_ORDERS_MAX : ZH_ACTIVITY_FACTS_MAX) /* of one customer */

typedef struct conversion { int64_t time_ms, value_minor; } conversion;

typedef struct walking {
    const zh_attribution_ask *ask;
    const zh_world *world;
    zh_attribution *out;
    zh_touch_paths *touched;
    zh_map channels;            /* term of an origin: number of its channel */
    uint32_t event, direct;     /* its term; the channel of direct visits */
    uint32_t wanted;            /* channel whose customers are wanted; 0: not seen so far */
    zh_touch_point touches[ZH_TOUCHES_MAX];
    uint32_t path[ZH_TOUCHES_MAX], touches_count;
    conversion conversions[CONVERSIONS_MAX];
    uint32_t count;
    zh_err failed;
} walking;

static size_t put(char *out, size_t size, zh_sv part)
{
    if (part.size == 0) part = ZH_SV("-");
    if (size > 0) memcpy(out + size, " / ", 3), size += 3;
    memcpy(out + size, part.data, part.size);
    return size + part.size;
}

static size_t name_of(zh_attribution_level level, zh_sv text, char out[ZH_ORIGIN_BYTES_MAX + 9])
{
    const zh_origin o = zh_origin_parts(text);
    size_t size = 0;
    if (level != ZH_ATTRIBUTION_MEDIUM) size = put(out, size, o.source);
    if (level != ZH_ATTRIBUTION_SOURCE) size = put(out, size, o.medium);
    if (level == ZH_ATTRIBUTION_CAMPAIGN && o.campaign.size > 0) size = put(out, size, o.campaign);
    return size;
}

static uint32_t channel_of(walking *w, uint32_t term)
{
    char name[ZH_ORIGIN_BYTES_MAX + 9];
    bool made;
    if (term == ZH_TOUCH_DIRECT) return w->direct;
    uint64_t *there = zh_map_at(&w->channels, term, &made);
    if (there == NULL) {
        w->failed = ZH_NOMEM;
        return w->direct;
    }
    if (made) {
        uint32_t number = 0;
        const size_t size = name_of(w->ask->level, zh_terms_text(zh_customers_terms(w->world->customers), term), name);
        w->failed = zh_touch_paths_channel(w->touched, (zh_sv){ name, size }, &number);
        if (w->out->open.most > 0 && zh_sv_equal(w->ask->channel, (zh_sv){ name, size })) w->wanted = number;
        *there = number;
    }
    return (uint32_t)*there;
}

static void add_conversion(walking *w, int64_t time_ms, int64_t value_minor)
{
    if (time_ms < w->ask->from_ms || time_ms >= w->ask->to_ms || w->count == CONVERSIONS_MAX) return;
    w->conversions[w->count++] = (conversion){ time_ms, value_minor };
}

static void find_conversions(walking *w, const zh_customer_state *state)
{
    w->count = 0;
    if (w->ask->event.size == 0) {
        uint32_t count;
        const zh_order *orders = zh_customer_orders(state, &count);
        for (uint32_t i = 0; i < count; i++) {
            const bool is_of = w->ask->currency.code == 0 || orders[i].currency.code == w->ask->currency.code;
            if (zh_order_is_sale(&orders[i])) add_conversion(w, orders[i].first_ms, is_of ? zh_order_minor(&orders[i]) : 0);
        }
        return;
    }
    zh_facts facts = zh_customer_facts(state);
    for (zh_fact fact; w->event != 0 && zh_facts_next(&facts, &fact) && fact.time_ms >= w->ask->from_ms;)
        if (fact.name == w->event) add_conversion(w, fact.time_ms, zh_fact_value(&fact));
}

/* The channels of touches in [from, to]; their number. */
static uint32_t path_of(walking *w, int64_t from_ms, int64_t to_ms)
{
    uint32_t length = 0;
    for (uint32_t i = 0; i < w->touches_count && w->touches[i].time_ms <= to_ms; i++)
        if (w->touches[i].time_ms >= from_ms && !(w->ask->no_direct && w->touches[i].channel == ZH_TOUCH_DIRECT)) w->path[length++] = channel_of(w, w->touches[i].channel);
    return length;
}

static bool is_on(const uint32_t *path, uint32_t length, uint32_t channel)
{
    for (uint32_t i = 0; i < length; i++)
        if (path[i] == channel) return true;
    return false;
}

static void visit(void *context, const zh_customer_state *state)
{
    walking *w = context;
    const zh_customer_id customer = zh_customer_number(state);
    const bool refused = !zh_consents_get(w->world->consents, customer).analytics;
    bool is_wanted = false;
    if (w->failed != ZH_OK) return;
    w->out->customers++;
    w->out->refused += refused;
    find_conversions(w, state);
    w->out->converted += w->count > 0;
    w->touches_count = refused ? 0 : zh_touches_of(state, w->ask->to_ms, w->touches);
    for (uint32_t i = 0; i < w->count && w->failed == ZH_OK; i++) {
        const conversion *c = &w->conversions[i];
        const uint32_t length = path_of(w, c->time_ms - w->ask->lookback_ms, c->time_ms);
        is_wanted |= w->ask->channel.size == 0 ? length == 0 : w->wanted != 0 && is_on(w->path, length, w->wanted);
        if (w->failed == ZH_OK) w->failed = zh_touch_paths_add(w->touched, w->path, length, true, c->value_minor);
    }
    if (is_wanted && w->out->open.most > 0) zh_crowd_name(&w->out->open, customer);
    if (w->count > 0 || w->failed != ZH_OK) return;
    const uint32_t length = path_of(w, w->ask->from_ms, w->ask->to_ms - 1);
    if (w->failed == ZH_OK) w->failed = zh_touch_paths_add(w->touched, w->path, length, false, 0);
}

static bool go_on(void *context) { return ((walking *)context)->failed == ZH_OK; }

/* The channels, and their texts, in the caller's arena: they outlive the paths. */
static zh_err keep(zh_touch_paths_report *report, zh_arena *arena)
{
    zh_touch_path_channel *channels = ZH_TAKE(arena, zh_touch_path_channel, (size_t)report->channels_count + 1);
    if (channels == NULL) return ZH_NOMEM;
    for (uint32_t c = 0; c < report->channels_count; c++) {
        channels[c] = report->channels[c];
        channels[c].text = zh_arena_copy(arena, report->channels[c].text);
        if (channels[c].text.data == NULL) return ZH_NOMEM;
    }
    report->channels = channels;
    return ZH_OK;
}

zh_err zh_engine_attribution(zh_engine *engine, const zh_attribution_ask *ask, zh_arena *arena, zh_attribution *out)
{
    zh_world *world = zh_engine_world(engine);
    walking *w = calloc(1, sizeof *w);
    zh_arena paths = zh_arena_open(ZH_ATTRIBUTION_BYTES_MAX);
    const int64_t began_us = zh_clock_mono_us(NULL);
    *out = (zh_attribution){ .open = { .most = out->open.most, .after = out->open.after } };
    if (w == NULL) return ZH_NOMEM;
    w->ask = ask;
    w->world = world;
    w->out = out;
    zh_err e = zh_touch_paths_open(&w->touched, ZH_ATTRIBUTION_BYTES_MAX);
    if (e == ZH_OK) e = zh_touch_paths_channel(w->touched, ZH_SV(ZH_ATTRIBUTION_DIRECT), &w->direct);
    if (zh_sv_equal(ask->channel, ZH_SV(ZH_ATTRIBUTION_DIRECT))) w->wanted = w->direct;
    zh_world_lock_read(world);
    w->event = ask->event.size > 0 ? zh_terms_find(zh_customers_terms(world->customers), ask->event) : 0;
    zh_world_unlock(world);
    if (e == ZH_OK) e = zh_crowd_walk(world, &(zh_crowd){ .visit = visit, .go_on = go_on, .context = w });
    if (w->failed != ZH_OK) e = w->failed;
    if (e == ZH_OK) e = zh_touch_paths_report_of(w->touched, ask->half_life, &paths, &out->report);
    if (e == ZH_OK) e = keep(&out->report, arena);
    out->took_us = zh_clock_mono_us(NULL) - began_us;
    zh_touch_paths_close(w->touched);
    zh_map_close(&w->channels);
    zh_arena_close(&paths);
    free(w);
    return e;
}
