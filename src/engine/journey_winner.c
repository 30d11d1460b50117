#include "engine/journey_inside.h"
#include "measure/effect.h"

enum { ROWS_STEP = 4096 };
#define WINNER_ALPHA 0.05 /* of all comparisons of a split together */

typedef struct arm_sum { __int128 sum, squares; uint64_t n; } arm_sum;

static void add_up(arm_sum *arm, int64_t value)
{
    arm->sum += value;
    arm->squares += (__int128)value * value;
    arm->n++;
}

/* What came of each arm of a split: customers of this version that came by it, from the moment they entered, as long as the goal's window is. */
static void sum_arms(zh_journey_clock *c, const journey_job *job, const journey_program *p, uint8_t node, const zh_metric *metric, arm_sum sums[ZH_JOURNEY_CASES_MAX])
{
    zh_world *w = zh_engine_world(c->engine);
    const zh_journey_node *n = &p->journey.nodes[node];
    uint64_t before = 0;
    for (bool more = true; more;) {
        uint32_t left = ROWS_STEP;
        zh_instance i;
        zh_world_lock_read(w);
        while (zh_instances_page(w->instances, zh_sv_of(job->name), &before, &left, &i)) {
            if (i.version != p->version || (i.place.visited >> node & 1) == 0) continue;
            const zh_outcome_look look = { zh_customers_get(w->customers, i.customer), w->consents, zh_customers_terms(w->customers), i.customer, { 0 } };
            if (zh_consents_said(w->consents, i.customer, ZH_CONSENT_ANALYTICS) == ZH_CHOICE_NO) continue;
            const uint8_t arm = zh_journey_arm(n, zh_journeys_bucket(c->engine, zh_sv_of(job->name), n->name, i.entered_as));
            add_up(&sums[arm], zh_outcome_of(&look, metric, i.entered_ms, i.entered_ms + p->journey.goal_ms));
        }
        zh_world_unlock(w);
        more = left == 0;
    }
}

/* The arm that is better than every other one, by intervals that hold whenever they are looked at; ZH_JOURNEY_END: none is yet. */
static uint8_t winner_of(const zh_journey_node *n, const zh_metric *metric, const arm_sum sums[ZH_JOURNEY_CASES_MAX])
{
    zh_arm arms[ZH_JOURNEY_CASES_MAX];
    uint8_t best = 0;
    for (uint8_t i = 0; i < n->cases_count; i++) {
        if (n->cases[i].share == 0) continue;
        if (sums[i].n < n->winner_customers) return ZH_JOURNEY_END;
        arms[i] = metric->is_share ? zh_arm_of_share((double)sums[i].sum, (double)sums[i].n) : zh_arm_of_values((double)sums[i].sum, (double)sums[i].squares, (double)sums[i].n);
        if (n->cases[best].share == 0 || (metric->less_is_better ? arms[i].mean < arms[best].mean : arms[i].mean > arms[best].mean)) best = i;
    }
    for (uint8_t i = 0; i < n->cases_count; i++) {
        if (i == best || n->cases[i].share == 0) continue;
        if (arms[i].variance <= 0 && arms[best].variance <= 0) return ZH_JOURNEY_END;
        const zh_effect effect = zh_effect_of(&arms[i], &arms[best], false);
        const zh_verdict verdict = zh_effect_sequential(&effect, WINNER_ALPHA / (n->cases_count - 1), ZH_EFFECT_TUNING, ZH_TWO_SIDED);
        if (metric->less_is_better ? verdict.high >= 0 : verdict.low <= 0) return ZH_JOURNEY_END;
    }
    return best;
}

/* It is written down with those of the other splits, so that a restart has it. */
static zh_err keep_winners(zh_journey_clock *c, const journey_job *job, const journey_program *p)
{
    char name[ZH_NAME_BYTES_MAX];
    zh_buf text = zh_buf_open(ZH_SETTING_BYTES_MAX);
    zh_json_out out = zh_json_out_on(&text);
    zh_json_out_object(&out);
    for (uint8_t i = 0; i < p->journey.nodes_count; i++) {
        const zh_journey_node *n = &p->journey.nodes[i];
        if (p->winners[i] != ZH_JOURNEY_END) zh_json_out_key_text(&out, n->name, n->cases[p->winners[i]].name);
    }
    zh_json_out_end(&out);
    zh_err e = zh_json_out_done(&out);
    const zh_definition d = { .thing = ZH_THING_SETTING, .at_ms = zh_engine_now_ms(c->engine), .actor = ZH_ACTOR_THE_ENGINE,
                              .setting = { .name = zh_journeys_version_setting(ZH_JOURNEY_WINNER_SETTING, zh_sv_of(job->name), p->version, name), .json = zh_buf_view(&text) } };
    if (e == ZH_OK) e = zh_engine_define(c->engine, &d);
    zh_buf_close(&text);
    return e;
}

zh_err journey_winners_look(zh_journey_clock *c, journey_job *job)
{
    journey_program *p = job->runs ? journey_program_of(job, job->version) : NULL;
    const int64_t now_ms = zh_engine_now_ms(c->engine);
    bool found = false;
    if (p == NULL || (now_ms < job->winner_ms && job->winner_ms - now_ms <= ZH_JOURNEY_WINNER_MS)) return ZH_OK;
    job->winner_ms = now_ms + ZH_JOURNEY_WINNER_MS;
    for (uint8_t i = 0; i < p->journey.nodes_count; i++) {
        const zh_journey_node *n = &p->journey.nodes[i];
        arm_sum sums[ZH_JOURNEY_CASES_MAX] = { { 0 } };
        if (n->winner.size == 0 || p->winners[i] != ZH_JOURNEY_END || n->cases_count < 2) continue;
        const zh_metric *metric = zh_metric_builtin(n->winner);
        sum_arms(c, job, p, i, metric, sums);
        p->winners[i] = winner_of(n, metric, sums);
        found |= p->winners[i] != ZH_JOURNEY_END;
    }
    return found ? keep_winners(c, job, p) : ZH_OK;
}
