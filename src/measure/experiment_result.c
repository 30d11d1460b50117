#include "measure/experiment_result.h"
#include "measure/bayes.h"

#include <math.h>

static bool is_sound(const zh_effect *e) { return isfinite(e->estimate) && isfinite(e->se) && e->se > 0 && isfinite(e->dof) && e->dof > 0; }

static void judge(const zh_experiment *set_up, const zh_effect *effect, zh_result_difference *out)
{
    const double alpha = set_up->alpha_micro / 1e6;
    out->effect = *effect;
    out->stands = is_sound(effect);
    if (!out->stands) return;
    out->fixed = zh_effect_fixed(effect, alpha, ZH_TWO_SIDED);
    out->sequential = zh_effect_sequential(effect, alpha, ZH_EFFECT_TUNING, ZH_TWO_SIDED);
}

static zh_arm arm_of(const zh_sums *s, bool is_ratio)
{
    if (is_ratio) return zh_ratio_arm(s);
    return s->shares ? zh_arm_of_share(s->sum[0], s->n) : zh_arm_of_values(s->sum[0], s->product[0][0], s->n);
}

/* With what was known before taken out, where something was: a ratio needs that somebody did what it is divided by. */
static zh_cuped compare(const zh_metric_result *r, const zh_sums *control, const zh_sums *treatment, bool is_ratio, bool relative)
{
    if (!is_ratio || (control->sum[3] > 0 && treatment->sum[3] > 0)) return zh_cuped_of(control, treatment, is_ratio, relative);
    return (zh_cuped){ .control = r->control, .treatment = r->treatment, .effect = zh_effect_of(&r->control, &r->treatment, relative) };
}

static zh_result_word word_of(const zh_metric *metric, const zh_result_difference *d)
{
    if (!d->stands || (d->sequential.low <= 0 && d->sequential.high >= 0)) return ZH_RESULT_OPEN;
    return (d->sequential.low > 0) != metric->less_is_better ? ZH_RESULT_BETTER : ZH_RESULT_WORSE;
}

void zh_metric_result_of(const zh_experiment *set_up, const zh_experiment_sums *at, uint32_t arm, uint32_t metric, zh_metric_result *out)
{
    const zh_metric *m = &set_up->metrics[metric];
    const zh_sums control = zh_experiment_sums_of(set_up, at, 0, metric), treatment = zh_experiment_sums_of(set_up, at, arm, metric);
    const bool is_ratio = m->per != ZH_QUANTITY_NONE;
    *out = (zh_metric_result){ .q = 1, .is_guardrail = metric >= set_up->metrics_count - set_up->guardrails_count };
    if (control.n < ZH_EXPERIMENT_UNITS_MIN || treatment.n < ZH_EXPERIMENT_UNITS_MIN) return;
    if (is_ratio && (control.sum[1] <= 0 || treatment.sum[1] <= 0)) return; /* nothing to divide by */
    out->control = arm_of(&control, is_ratio);
    out->treatment = arm_of(&treatment, is_ratio);
    const zh_cuped absolute = compare(out, &control, &treatment, is_ratio, false);
    judge(set_up, &absolute.effect, &out->absolute);
    if (fabs(out->control.mean) > 0) {
        const zh_cuped relative = compare(out, &control, &treatment, is_ratio, true);
        judge(set_up, &relative.effect, &out->relative);
    }
    if (!out->absolute.stands) return;
    const zh_effect plain = zh_effect_of(&out->control, &out->treatment, false);
    out->theta = absolute.theta;
    out->reduction = plain.se > 0 ? fmax(0, 1 - absolute.effect.se * absolute.effect.se / (plain.se * plain.se)) : 0;
    out->q = out->absolute.sequential.p;
    const zh_belief belief = zh_belief_of(m->less_is_better ? -absolute.effect.estimate : absolute.effect.estimate, absolute.effect.se, NULL, NULL);
    out->chance = zh_belief_chance(&belief);
    zh_belief_losses(&belief, out->losses);
    out->word = word_of(m, &out->absolute);
}

/* Benjamini and Hochberg: q of the i-th smallest p of n is the least p_k n / k over k >= i. */
static void adjust(zh_experiment_result *r)
{
    zh_metric_result *all[ZH_EXPERIMENT_ARMS_MAX * ZH_EXPERIMENT_METRICS_MAX];
    size_t n = 0;
    for (uint32_t a = 1; a < r->arms; a++)
        for (uint32_t m = 0; m < r->metrics; m++) {
            if (r->of[a][m].is_guardrail || !r->of[a][m].absolute.stands) continue;
            size_t at = n++; /* by p, smallest first */
            for (; at > 0 && all[at - 1]->q > r->of[a][m].q; at--) all[at] = all[at - 1];
            all[at] = &r->of[a][m];
        }
    double least = 1;
    for (size_t i = n; i > 0; i--) {
        least = fmin(least, all[i - 1]->q * (double)n / (double)i);
        all[i - 1]->q = least;
    }
}

static void fill(const zh_experiment *set_up, const zh_experiment_sums *at, const double *weights, zh_experiment_result *out)
{
    double units[ZH_EXPERIMENT_ARMS_MAX];
    *out = (zh_experiment_result){ .arms = set_up->arms_count, .metrics = set_up->metrics_count };
    double all = 0;
    for (uint32_t a = 0; a < out->arms; a++) units[a] = (double)at->units[a], all += weights[a];
    for (uint32_t a = 0; a < out->arms && all > 0; a++) out->expected[a] = weights[a] / all;
    out->srm = zh_srm_of(units, weights, out->arms);
    out->trusted = out->srm.p >= ZH_SRM_ALARM;
    for (uint32_t a = 1; a < out->arms; a++)
        for (uint32_t m = 0; m < out->metrics; m++) zh_metric_result_of(set_up, at, a, m, &out->of[a][m]);
    adjust(out);
}

void zh_experiment_result_of(const zh_experiment *set_up, const zh_experiment_sums *at, zh_experiment_result *out)
{
    double weights[ZH_EXPERIMENT_ARMS_MAX];
    for (uint32_t a = 0; a < set_up->arms_count; a++) weights[a] = set_up->arms[a].weight;
    fill(set_up, at, weights, out);
}

/* Customers that each arm of a bandit should have: of each stratum its chance. */
static void expect(const zh_experiment_view *view, double *weights)
{
    const uint32_t arms = view->set_up->arms_count;
    for (uint32_t a = 0; a < arms; a++) weights[a] = 0;
    for (uint32_t i = 0; i < view->strata.count; i++) {
        const zh_bandit_stratum *s = &view->strata.list[i];
        double all = 0;
        for (uint32_t a = 0; a < arms; a++) all += (double)s->units[a];
        for (uint32_t a = 0; a < arms; a++) weights[a] += all * s->drawn.chance[a] / ZH_BANDIT_MICRO;
    }
}

void zh_experiment_result_of_view(const zh_experiment_view *view, zh_experiment_result *out)
{
    double weights[ZH_EXPERIMENT_ARMS_MAX];
    if (view->strata.count == 0) {
        zh_experiment_result_of(view->set_up, &view->now, out);
        return;
    }
    expect(view, weights);
    fill(view->set_up, &view->now, weights, out);
    for (uint32_t a = 1; a < out->arms; a++)
        for (uint32_t m = 0; m < out->metrics; m++) out->of[a][m].word = ZH_RESULT_OPEN;
}
