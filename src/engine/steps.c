#include "engine/steps.h"
#include "engine/world_segments.h"

#include <stdlib.h>

#define SCRATCH_BYTES_MAX ((size_t)16 << 20)
#define PROGRAMS_BYTES_MAX ((size_t)32 << 20)

static zh_err compile(zh_steps *s, uint32_t *step, zh_cel_fault *why)
{
    zh_cel_env *env;
    zh_err e = zh_vocabulary_open(&env, &s->programs_);
    for (uint32_t k = 0; e == ZH_OK && k < s->desc_.count; k++) {
        const zh_computed wanted = { .kind = ZH_COMPUTED_COUNT, .event = s->desc_.steps[k].event, .where = s->desc_.steps[k].where };
        *step = k;
        if (wanted.where.size == 0) continue;
        e = zh_computed_compile(&wanted, &s->programs_, env, &s->program_[k], why);
        if (e == ZH_OK) e = zh_plan_of_where(&s->plan_[k], &s->programs_, env, zh_cel_program_source(s->program_[k]));
    }
    return e;
}

static zh_err find_segment(zh_steps *s)
{
    zh_segment segment;
    if (s->desc_.segment.size == 0) return ZH_OK;
    zh_world_lock_read(s->world_);
    const bool is_there = zh_segments_find(s->world_->segments, s->desc_.segment, &segment);
    if (is_there) s->segment_ = segment.number;
    zh_world_unlock(s->world_);
    return is_there ? ZH_OK : ZH_ABSENT;
}

zh_err zh_steps_open(zh_steps *out, zh_world *world, const zh_steps_desc *desc, uint32_t *step, zh_cel_fault *why)
{
    *out = (zh_steps){ .world_ = world, .desc_ = *desc, .programs_ = zh_arena_open(PROGRAMS_BYTES_MAX), .scratch_ = zh_arena_open(SCRATCH_BYTES_MAX) };
    out->room_ = malloc(ZH_ACTIVITY_FACTS_MAX * sizeof *out->room_);
    out->briefs_ = malloc(ZH_ACTIVITY_FACTS_MAX * sizeof *out->briefs_);
    zh_err e = out->room_ == NULL || out->briefs_ == NULL ? ZH_NOMEM : zh_json_open(&out->json_, ZH_PROFILE_TRAIT_VALUE_MAX);
    if (e == ZH_OK) e = compile(out, step, why);
    return e == ZH_OK ? find_segment(out) : e;
}

void zh_steps_close(zh_steps *s)
{
    zh_json_close(s->json_);
    zh_arena_close(&s->scratch_);
    zh_arena_close(&s->programs_);
    free(s->room_);
    free(s->briefs_);
    *s = (zh_steps){ 0 };
}

/* What an event of this name is; the first of two names that share a place has it. */
static void place_name(zh_steps *s, uint32_t k)
{
    const uint32_t at = s->name_[k] % 64;
    if (s->by_name_[at].name == 0) s->by_name_[at].name = s->name_[k];
    s->by_name_alone_ &= s->by_name_[at].name == s->name_[k] && s->program_[k] == NULL;
    if (s->by_name_[at].name != s->name_[k]) return;
    if (s->program_[k] == NULL) s->by_name_[at].plain |= 1u << k;
    else if (s->plan_[k] != NULL) s->by_name_[at].asked |= 1u << k;
}

void zh_steps_bind(zh_steps *s)
{
    const zh_terms *terms = zh_customers_terms(s->world_->customers);
    s->names_ = s->desc_.all ? UINT64_MAX : 0;
    s->by_name_alone_ = !s->desc_.all;
    memset(s->by_name_, 0, sizeof s->by_name_);
    for (uint32_t k = 0; k < s->desc_.count; k++) {
        if (s->name_[k] == 0) s->name_[k] = zh_terms_find(terms, s->desc_.steps[k].event);
        if (s->name_[k] != 0) s->names_ |= UINT64_C(1) << s->name_[k] % 64;
        if (s->name_[k] != 0) place_name(s, k);
        if (s->plan_[k] != NULL) zh_plan_bind(s->plan_[k], terms);
    }
}

bool zh_steps_takes(const zh_steps *s, zh_customer_id customer)
{
    return s->segment_ == 0 || zh_segments_has(s->world_->segments, s->segment_, customer, NULL);
}

/* Those of the steps that a plan says the event is. */
static uint32_t asked_of(const zh_steps *s, const zh_fact_brief *b, uint32_t asked)
{
    const zh_fact fact = zh_brief_fact(b);
    uint32_t steps = 0;
    for (; asked != 0; asked &= asked - 1) {
        const uint32_t k = (uint32_t)__builtin_ctz(asked);
        if (zh_plan_chooses(s->plan_[k], &fact)) steps |= 1u << k;
    }
    return steps;
}

/* The steps an event is, but for those that the machine chooses; *named: it has the name of one. */
static uint32_t steps_of(const zh_steps *s, const zh_fact_brief *b, bool *named)
{
    const uint32_t at = b->name % 64;
    uint32_t plain = 0, asked = 0;
    *named = b->name != 0 && s->by_name_[at].name == b->name;
    if (*named) plain = s->by_name_[at].plain, asked = s->by_name_[at].asked;
    else if (b->name != 0 && s->by_name_[at].name != 0) { /* another name has its place */
        for (uint32_t k = 0; k < s->desc_.count; k++) {
            if (s->name_[k] != b->name) continue;
            *named = true;
            if (s->program_[k] == NULL) plain |= 1u << k;
            else if (s->plan_[k] != NULL) asked |= 1u << k;
        }
    }
    return asked == 0 ? plain : plain | asked_of(s, b, asked);
}

/* What the machine chooses for a step. Both lists are newest first here, and its is a part of ours. */
static void add_chosen(zh_steps *s, const zh_customer_state *state, int64_t from_ms, uint32_t k)
{
    zh_look look = zh_world_look(s->world_);
    const zh_fact *chosen;
    uint32_t count;
    zh_cel_value error;
    look.state = state;
    look.customer = zh_customer_number(state);
    look.now_ms = s->world_->counts.newest_ms;
    look.json = s->json_;
    zh_arena_reset(&s->scratch_);
    if (!zh_vocabulary_events(s->program_[k], &look, from_ms - 1, &s->scratch_, &chosen, &count, &error)) {
        s->failed = true;
        return;
    }
    for (uint32_t i = 0, at = 0; i < count; i++) {
        while (at < s->count && !zh_brief_is(&s->briefs_[at], &chosen[i])) at++;
        if (at < s->count) s->room_[ZH_ACTIVITY_FACTS_MAX - 1 - at].steps |= 1u << k;
    }
}

/* The same where names decide, without a branch an event. */
static void take_names(zh_steps *s, uint32_t read)
{
    for (uint32_t i = 0; i < read; i++) {
        const zh_fact_brief *b = &s->briefs_[i];
        const uint32_t at = b->name % 64;
        const uint32_t steps = s->by_name_[at].name == b->name ? s->by_name_[at].plain : 0;
        s->room_[ZH_ACTIVITY_FACTS_MAX - 1 - s->count] = (zh_funnel_event){ b->time_ms, steps, b->name };
        s->count += steps != 0;
    }
}

static void take_steps(zh_steps *s, uint32_t read)
{
    for (uint32_t i = 0; i < read; i++) {
        bool named;
        const zh_fact_brief b = s->briefs_[i];
        const uint32_t steps = steps_of(s, &b, &named);
        s->room_[ZH_ACTIVITY_FACTS_MAX - 1 - s->count] = (zh_funnel_event){ b.time_ms, steps, b.name };
        s->briefs_[s->count] = b;
        s->count += named || s->desc_.all;
    }
}

void zh_steps_of(zh_steps *s, const zh_customer_state *state, int64_t from_ms)
{
    s->count = 0;
    s->failed = false;
    if (zh_customer_last_ms(state) < from_ms || s->names_ == 0) return;
    const uint32_t read = zh_customer_briefs(state, from_ms, s->names_, s->briefs_);
    if (s->by_name_alone_) take_names(s, read); /* newest first; into the room from its end */
    else take_steps(s, read);
    s->events = s->room_ + (ZH_ACTIVITY_FACTS_MAX - s->count);
    for (uint32_t k = 0; s->count > 0 && k < s->desc_.count; k++)
        if (s->program_[k] != NULL && s->plan_[k] == NULL && s->name_[k] != 0) add_chosen(s, state, from_ms, k);
}
