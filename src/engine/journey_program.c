#include "base/hash.h"
#include "engine/journey_inside.h"

#include <stdlib.h>

#define PROGRAM_BYTES_MAX ((size_t)16 << 20)

static void program_close(journey_program *p)
{
    zh_arena_close(&p->arena);
    zh_arena_close(&p->means_arena);
    free(p);
}

void journey_programs_close(journey_job *job)
{
    for (uint32_t i = 0; i < job->programs_count; i++) program_close(job->programs[i]);
    job->programs_count = 0;
}

journey_program *journey_program_of(const journey_job *job, uint32_t version)
{
    for (uint32_t i = 0; i < job->programs_count; i++)
        if (job->programs[i]->version == version) return job->programs[i];
    return NULL;
}

static zh_err compile_event(journey_program *p, const zh_cel_env *env, const zh_journey_event *event, zh_metric *out)
{
    static const zh_metric did = { .of = ZH_QUANTITY_COUNT };
    zh_cel_fault fault;
    *out = did;
    out->event = event->event;
    out->where = event->where;
    return event->event.size == 0 ? ZH_OK : zh_metric_compile(out, &p->arena, env, &fault);
}

static zh_err compile_node(journey_program *p, const zh_cel_env *env, uint8_t at)
{
    const zh_journey_node *n = &p->journey.nodes[at];
    zh_cel_fault fault;
    zh_err e = n->kind == ZH_JOURNEY_WAIT && n->wait == ZH_JOURNEY_WAIT_EVENT ? compile_event(p, env, &n->event, &p->waits[at]) : ZH_OK;
    for (uint8_t i = 0; e == ZH_OK && n->kind == ZH_JOURNEY_BRANCH && i < n->cases_count; i++) e = zh_vocabulary_compile(&p->cases[at][i], &p->arena, env, n->cases[i].condition, &fault);
    return e;
}

zh_err journey_program_compile(journey_program *p)
{
    char text[ZH_AIM_AUDIENCE_BYTES];
    const zh_journey *j = &p->journey;
    zh_cel_env *env;
    zh_cel_fault fault;
    p->waits = ZH_TAKE(&p->arena, zh_metric, j->nodes_count);
    p->cases = zh_arena_take(&p->arena, j->nodes_count, sizeof *p->cases);
    p->means = zh_arena_take(&p->arena, j->nodes_count, sizeof *p->means);
    if (p->waits == NULL || p->cases == NULL || p->means == NULL) return ZH_NOMEM;
    zh_err e = zh_vocabulary_open(&env, &p->arena);
    const zh_sv audience = zh_arena_copy(&p->arena, zh_aim_audience(j->segment, j->expression, text));
    if (e == ZH_OK) e = audience.data == NULL ? ZH_NOMEM : zh_vocabulary_compile(&p->audience, &p->arena, env, audience, &fault);
    if (e == ZH_OK) e = compile_event(p, env, &j->entry, &p->entry);
    for (uint8_t i = 0; e == ZH_OK && i < j->exits_count; i++) e = compile_event(p, env, &j->exits[i], &p->exits[i]);
    for (uint8_t i = 0; e == ZH_OK && i < j->nodes_count; i++) e = compile_node(p, env, i);
    return e;
}

static zh_err add(zh_journey_clock *c, journey_job *job, uint32_t version)
{
    if (journey_program_of(job, version) != NULL) return ZH_OK;
    if (job->programs_count == ZH_JOURNEY_VERSIONS_MAX) return ZH_OK;
    journey_program *p = calloc(1, sizeof *p);
    if (p == NULL) return ZH_NOMEM;
    *p = (journey_program){ .version = version, .arena = zh_arena_open(PROGRAM_BYTES_MAX), .means_arena = zh_arena_open(PROGRAM_BYTES_MAX), .means_ms = INT64_MIN };
    zh_err e = zh_journeys_version(c->engine, zh_sv_of(job->name), version, &p->arena, &p->journey);
    if (e == ZH_OK) e = journey_program_compile(p);
    for (uint8_t i = 0; e == ZH_OK && i < p->journey.nodes_count; i++)
        p->winners[i] = p->journey.nodes[i].winner.size > 0 ? zh_journeys_winner(c->engine, zh_sv_of(job->name), version, &p->journey.nodes[i]) : ZH_JOURNEY_END;
    if (e == ZH_OK) job->programs[job->programs_count++] = p;
    else program_close(p);
    return e == ZH_ABSENT ? ZH_FORMAT : e;
}

zh_err journey_programs_read(zh_journey_clock *c, journey_job *job)
{
    zh_world *w = zh_engine_world(c->engine);
    zh_instance_counts counts;
    uint32_t versions[ZH_JOURNEY_VERSIONS_MAX], count = 0;
    size_t at = 0;
    journey_programs_close(job);
    zh_world_lock_read(w);
    while (count < ZH_JOURNEY_VERSIONS_MAX - 1 && zh_instances_counts(w->instances, zh_sv_of(job->name), &at, &counts))
        if (counts.left[ZH_JOURNEY_LEFT_IN] > 0) versions[count++] = counts.version;
    zh_world_unlock(w);
    zh_err e = job->state == ZH_CAMPAIGN_RUNNING ? add(c, job, job->version) : ZH_OK;
    for (uint32_t i = 0; e == ZH_OK && i < count; i++) e = add(c, job, versions[i]);
    if (e != ZH_OK) journey_programs_close(job);
    return e;
}

/* ---- names of events ---- */

static uint64_t hash_of(zh_sv text)
{
    static const zh_sip_key key = { { 'j' } };
    const uint64_t hash = zh_sip64(&key, text);
    return hash == 0 ? 1 : hash;
}

static zh_err name_matters(zh_journey_clock *c, zh_sv name)
{
    bool made;
    uint64_t *value = name.size == 0 ? NULL : zh_map_at(&c->names, hash_of(name), &made);
    if (value != NULL) *value = 1;
    return name.size > 0 && value == NULL ? ZH_NOMEM : ZH_OK;
}

zh_err journey_names_gather(zh_journey_clock *c)
{
    zh_err e = ZH_OK;
    zh_map_clear(&c->names);
    for (uint32_t i = 0; e == ZH_OK && i < c->jobs_count; i++)
        for (uint32_t v = 0; e == ZH_OK && c->jobs[i].leads && v < c->jobs[i].programs_count; v++) {
            const zh_journey *j = &c->jobs[i].programs[v]->journey;
            e = name_matters(c, j->entry.event);
            for (uint8_t x = 0; e == ZH_OK && x < j->exits_count; x++) e = name_matters(c, j->exits[x].event);
            for (uint8_t n = 0; e == ZH_OK && n < j->nodes_count; n++)
                if ((e = name_matters(c, j->nodes[n].event.event)) == ZH_OK) e = name_matters(c, j->nodes[n].restart);
        }
    return e;
}

bool journey_name_matters(const zh_journey_clock *c, zh_sv event) { return zh_map_get(&c->names, hash_of(event)) != NULL; }

/* ---- channels and templates ---- */

void journey_means_look_up(zh_engine *engine, journey_program *p)
{
    const char *field;
    zh_note why;
    zh_arena_reset(&p->means_arena);
    for (uint8_t i = 0; i < p->journey.nodes_count; i++) {
        const zh_journey_node *n = &p->journey.nodes[i];
        for (uint8_t k = 0; (n->kind == ZH_JOURNEY_SEND || n->kind == ZH_JOURNEY_UPDATE) && k < n->cases_count && k < ZH_JOURNEY_CHANNELS_MAX; k++)
            p->means[i][k].is_there = zh_campaigns_means(engine, n->cases[k].channel, n->cases[k].template, n->kind == ZH_JOURNEY_SEND, &p->means_arena, &p->means[i][k].means, &field, &why) == ZH_OK;
    }
}

const journey_means *journey_means_of(zh_journey_clock *c, journey_program *p, uint8_t node, uint8_t which)
{
    const int64_t now_ms = zh_engine_now_ms(c->engine);
    if (p->means_ms == INT64_MIN || now_ms - p->means_ms >= ZH_JOURNEY_MEANS_MS || now_ms < p->means_ms) {
        journey_means_look_up(c->engine, p);
        p->means_ms = now_ms;
    }
    const journey_means *m = &p->means[node][which];
    return m->is_there ? m : NULL;
}
