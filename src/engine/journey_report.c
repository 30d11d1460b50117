#include "engine/journey_report.h"

/* ---- versions ---- */

/* Those that have rows, the newest ones; the newest first. Under the world's read lock. */
static uint32_t take_counts(const zh_instances *instances, zh_sv name, zh_journey_edition *out)
{
    zh_instance_counts counts;
    uint32_t all = 0;
    for (size_t at = 0; zh_instances_counts(instances, name, &at, &counts);) all++;
    const uint32_t count = all < ZH_JOURNEY_REPORT_VERSIONS_MAX ? all : ZH_JOURNEY_REPORT_VERSIONS_MAX;
    uint32_t i = 0;
    for (size_t at = 0; zh_instances_counts(instances, name, &at, &counts); i++)
        if (i >= all - count) out[all - 1 - i].counts = counts;
    return count;
}

/* What stands comes first, where it was approved and nobody entered it yet. */
static void add_standing(zh_engine *engine, const zh_journey_kept *kept, zh_arena *arena, zh_journey_edition *all, uint32_t *count)
{
    zh_journey_edition standing = { .counts = { .version = kept->version }, .is_there = true };
    if (*count == ZH_JOURNEY_REPORT_VERSIONS_MAX || (*count > 0 && all[0].counts.version >= kept->version)) return;
    if (zh_journeys_version(engine, kept->name, kept->version, arena, &standing.journey) != ZH_OK) return;
    memmove(all + 1, all, *count * sizeof *all);
    all[0] = standing;
    ++*count;
}

zh_err zh_journey_editions(zh_engine *engine, const zh_journey_kept *kept, zh_arena *arena, zh_journey_edition **out, uint32_t *count)
{
    zh_world *w = zh_engine_world(engine);
    zh_journey_edition *all = ZH_TAKE(arena, zh_journey_edition, ZH_JOURNEY_REPORT_VERSIONS_MAX);
    if (all == NULL) return ZH_NOMEM;
    zh_world_lock_read(w);
    *count = take_counts(w->instances, kept->name, all);
    zh_world_unlock(w);
    add_standing(engine, kept, arena, all, count);
    for (uint32_t i = 0; i < *count; i++) {
        if (all[i].is_there) continue;
        const zh_err e = zh_journeys_version(engine, kept->name, all[i].counts.version, arena, &all[i].journey);
        if (e == ZH_NOMEM) return e;
        all[i].is_there = e == ZH_OK;
    }
    *out = all;
    return ZH_OK;
}

/* ---- messages ---- */

static bool sends(const zh_journey_node *n) { return n->kind == ZH_JOURNEY_SEND || (n->kind == ZH_JOURNEY_UPDATE && n->tag.size == 0); }

static zh_journey_messages *messages_of(const zh_journey_report *r, zh_sv node)
{
    for (uint32_t i = 0; i < r->messages_count; i++)
        if (zh_sv_equal(r->messages[i].node, node)) return &r->messages[i];
    return NULL;
}

const zh_journey_messages *zh_journey_messages_of(const zh_journey_report *r, zh_sv node) { return messages_of(r, node); }

static zh_err name_nodes(zh_journey_report *r, zh_arena *arena)
{
    r->messages = ZH_TAKE(arena, zh_journey_messages, ZH_JOURNEY_REPORT_VERSIONS_MAX * ZH_JOURNEY_NODES_MAX);
    if (r->messages == NULL) return ZH_NOMEM;
    for (uint32_t v = 0; v < r->editions_count; v++)
        for (uint8_t i = 0; r->editions[v].is_there && i < r->editions[v].journey.nodes_count; i++) {
            const zh_journey_node *n = &r->editions[v].journey.nodes[i];
            if (sends(n) && messages_of(r, n->name) == NULL) r->messages[r->messages_count++] = (zh_journey_messages){ .node = n->name };
        }
    return ZH_OK;
}

static void count_message(zh_journey_messages *of, const zh_message *m)
{
    of->planned++;
    of->sent += m->state == ZH_MESSAGE_SENT || m->state == ZH_MESSAGE_DELIVERED || m->state == ZH_MESSAGE_BOUNCED || m->state == ZH_MESSAGE_COMPLAINED;
    of->skipped += m->state == ZH_MESSAGE_SKIPPED;
    of->seen += m->seen_ms > 0;
    of->clicked += m->clicked_ms > 0;
}

static void count_messages(zh_world *w, zh_sv name, const zh_journey_report *r)
{
    const zh_ledger_filter all = { .why = ZH_WHY_NONE };
    uint64_t before = 0;
    for (bool more = r->messages_count > 0; more;) {
        zh_message m;
        zh_world_lock_read(w);
        for (int i = 0; i < ZH_CAMPAIGN_STEP && (more = zh_ledger_page(w->ledger, &all, &before, &m)); i++) {
            zh_journey_messages *of = zh_sv_equal(m.plan.campaign, name) ? messages_of(r, m.plan.step) : NULL;
            if (of != NULL) count_message(of, &m);
        }
        zh_world_unlock(w);
    }
}

/* ---- who took part ---- */

static zh_err gather(zh_world *w, zh_sv name, zh_compared_units *units)
{
    uint64_t before = 0;
    zh_err e = ZH_OK;
    for (uint32_t left = 0; e == ZH_OK && left == 0;) { /* none left to look at in this step: there may be others */
        zh_instance i;
        left = ZH_CAMPAIGN_STEP;
        zh_world_lock_read(w);
        while (e == ZH_OK && zh_instances_page(w->instances, name, &before, &left, &i)) e = zh_compared_take(units, i.customer, i.first_ms, i.is_control ? ZH_COMPARED_CONTROL : ZH_COMPARED_TREATED);
        zh_world_unlock(w);
    }
    return e;
}

zh_err zh_journey_report_of(zh_engine *engine, const zh_journey_kept *kept, zh_currency currency, zh_arena *arena, zh_journey_report *out)
{
    zh_world *w = zh_engine_world(engine);
    zh_compared_units units = zh_compared_units_open();
    *out = (zh_journey_report){ .messages_count = 0 };
    zh_err e = zh_journey_editions(engine, kept, arena, &out->editions, &out->editions_count);
    if (e == ZH_OK) e = name_nodes(out, arena);
    if (e == ZH_OK) count_messages(w, kept->name, out);
    if (e == ZH_OK) e = gather(w, kept->name, &units);
    if (e == ZH_OK) zh_compared_of(engine, &units, kept->journey.goal, kept->journey.goal_ms, currency, &out->compared);
    zh_compared_units_close(&units);
    return e;
}
