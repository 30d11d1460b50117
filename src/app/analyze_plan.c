/* analyze_plan.c -- `zhun analyze power`, `confidence-sequence` and `exploration`. */
#include "app/analyze_names.h"
#include "app/analyze_table.h"
#include "measure/explore.h"
#include "measure/power.h"
#include "measure/sequence.h"

#include <math.h>

#define STEPS_MAX 1000000000 /* of a cycle; ten seconds */
#define ARMS_MAX 1000000

/* ---- power ---- */

static zh_power_test read_test(zh_analyze *job)
{
    zh_power_test test = { .alpha = zh_spec_real(job, "alpha", 1e-12, 0.999999, 0.05), .tuning = zh_spec_real(job, "tuning", 1e-6, 1e15, ZH_EFFECT_TUNING) };
    const char *normal = zh_spec_has(job, "tuning") ? "seq" : zh_spec_has(job, "prior") ? "bayes" : "freq";
    test.method = (zh_power_method)zh_spec_choice(job, "method", "freq|seq|bayes", normal);
    if (test.method != ZH_POWER_BAYES) return test;
    test.prior_mean = zh_spec_real(job, "prior.mean", -1e150, 1e150, ZH_REQUIRED);
    test.prior_variance = zh_spec_real(job, "prior.variance", 1e-150, 1e150, ZH_REQUIRED);
    return test;
}

/* The relative effect that the two arms show by now. */
static zh_effect read_present(zh_analyze *job)
{
    static const char *const names[] = { "control", "treatment" };
    zh_arm arms[2] = { { 0 } };
    char key[64];
    for (int i = 0; i < 2; i++) {
        snprintf(key, sizeof key, "%s.type", names[i]);
        const bool share = zh_spec_choice(job, key, "mean|proportion", "mean") == 1;
        snprintf(key, sizeof key, "%s.n", names[i]);
        const double n = zh_spec_real(job, key, 2, 1e15, ZH_REQUIRED);
        snprintf(key, sizeof key, "%s.sum", names[i]);
        const double sum = zh_spec_real(job, key, share ? 0 : -1e300, share ? n : 1e300, ZH_REQUIRED);
        snprintf(key, sizeof key, "%s.sum_squares", names[i]);
        arms[i] = share ? zh_arm_of_share(sum, n) : zh_arm_of_values(sum, zh_spec_real(job, key, 0, 1e300, ZH_REQUIRED), n);
    }
    if (job->failed == ZH_OK && (arms[0].mean == 0 || !(arms[0].variance + arms[1].variance > 0)))
        zh_analyze_fail(job, ZH_RANGE, "the control's mean is 0 or nothing varies: no relative effect can be planned");
    return zh_effect_of(&arms[0], &arms[1], true);
}

static void midexperiment(zh_analyze *job, bool scale)
{
    const zh_power_test test = read_test(job);
    const double effect = zh_spec_real(job, "relative_mde", -1e6, 1e6, ZH_REQUIRED);
    const double target = zh_spec_real(job, "target_power", 0.001, 0.999999, 0.8), k = zh_spec_real(job, "extra_sample_multiple", 0, 1e12, 0);
    const zh_effect now = read_present(job);
    if (job->failed != ZH_OK) return;
    if (!scale) {
        zh_put_key_real(job->out, "power", zh_power_of(&test, effect, now.se / sqrt(1 + k), now.n * (1 + k)));
        zh_put_key_real(job->out, "relative_se", now.se);
        return;
    }
    const double factor = zh_power_scaling(&test, effect, now.se, now.n, target);
    zh_put_key_real(job->out, "scaling_factor", factor);
    zh_put_key_real(job->out, "power_at_scaling", isinf(factor) ? NAN : zh_power_of(&test, effect, now.se / sqrt(1 + factor), now.n * (1 + factor)));
    zh_put_key_real(job->out, "additional_units", isinf(factor) ? INFINITY : ceil(factor * now.n));
}

static void delta_variance(zh_analyze *job)
{
    zh_arm arms[2];
    static const char *const names[] = { "control", "treatment" };
    char key[64];
    for (int i = 0; i < 2; i++) {
        snprintf(key, sizeof key, "%s.mean", names[i]);
        arms[i].mean = zh_spec_real(job, key, -1e150, 1e150, ZH_REQUIRED);
        snprintf(key, sizeof key, "%s.variance", names[i]);
        arms[i].variance = zh_spec_real(job, key, 0, 1e300, ZH_REQUIRED);
        snprintf(key, sizeof key, "%s.n", names[i]);
        arms[i].n = zh_spec_real(job, key, 1, 1e15, ZH_REQUIRED);
    }
    const bool relative = zh_spec_flag(job, "relative", true);
    if (job->failed == ZH_OK && relative && arms[0].mean == 0) zh_analyze_fail(job, ZH_RANGE, "'control.mean' is 0: a relative difference has no base");
    if (job->failed != ZH_OK) return;
    const zh_effect e = zh_effect_of(&arms[0], &arms[1], relative);
    zh_put_key_real(job->out, "variance", e.se * e.se);
}

static void planned(zh_analyze *job)
{
    const zh_power_test test = read_test(job);
    const bool share = zh_spec_choice(job, "metric", "proportion|mean", "mean") == 0;
    const double mean = zh_spec_real(job, "baseline_mean", share ? 1e-300 : -1e150, share ? 1 : 1e150, ZH_REQUIRED);
    const double variance = zh_spec_real(job, "variance", 1e-300, 1e300, share ? mean * (1 - mean) : ZH_REQUIRED);
    const double effect = zh_spec_real(job, "relative_effect", -1e6, 1e6, ZH_REQUIRED), n = zh_spec_real(job, "n_per_arm", 1, 1e15, ZH_REQUIRED);
    const double target = zh_spec_real(job, "target_power", 0.001, 0.999999, 0.8);
    if (job->failed == ZH_OK && mean == 0) zh_analyze_fail(job, ZH_RANGE, "'baseline_mean' is 0: a relative effect has no base");
    if (job->failed != ZH_OK) return;
    zh_put_key_real(job->out, "power", zh_power_relative(&test, mean, variance, effect, n));
    const double mde = zh_power_mde(&test, mean, variance, target, n);
    zh_put_key_real(job->out, "mde", mde);
    zh_put_key_real(job->out, "mde_at_80", round(zh_power_mde(&test, mean, variance, 0.8, n) * 1e5) / 1e5); /* five decimals, as planners print it */
}

static void sample_size(zh_analyze *job, int kind)
{
    const double alpha = zh_spec_real(job, "alpha", 1e-12, 0.999999, 0.05), power = zh_spec_real(job, "power", 0.001, 0.999999, 0.8);
    const int64_t arms = zh_spec_count(job, "arms", 2, 1000, 2);
    double n = 0;
    if (kind == 0) {
        const double p1 = zh_spec_real(job, "p1", 0, 1, ZH_REQUIRED), p2 = zh_spec_real(job, "p2", 0, 1, ZH_REQUIRED);
        if (job->failed == ZH_OK && p1 == p2) zh_analyze_fail(job, ZH_RANGE, "'p1' and 'p2' are equal: no sample tells them apart");
        n = zh_power_n_shares(p1, p2, alpha, power);
    } else if (kind == 1) {
        const double mde = zh_spec_real(job, "absolute_mde", 1e-150, 1e150, ZH_REQUIRED), variance = zh_spec_real(job, "variance", 1e-300, 1e300, ZH_REQUIRED);
        n = zh_power_n_normal(mde, variance, alpha, power);
    } else {
        const double delta = zh_spec_real(job, zh_spec_has(job, "effect_size") ? "effect_size" : "delta", 1e-6, 1e6, ZH_REQUIRED);
        const double sd = zh_spec_real(job, "sd", 1e-6, 1e6, 1);
        if (job->failed == ZH_OK && delta / sd < 1e-4) zh_analyze_fail(job, ZH_RANGE, "'delta' is below 0.0001 sd: ask kind sample_size_total_normal");
        if (job->failed == ZH_OK) n = zh_power_n_t(delta, sd, alpha, power);
    }
    if (job->failed != ZH_OK) return;
    zh_put_key_real(job->out, "n_per_arm", n);
    zh_put_key_real(job->out, "n_total", (double)arms * ceil(n));
}

void zh_analyze_power(zh_analyze *job)
{
    switch (zh_spec_choice(job, "kind",
                           "power|midexperiment|midexperiment_power|delta_variance|sample_size_two_proportions|sample_size_total_normal|"
                           "sample_size_t|sample_size_t_test|sample_size_two_means",
                           "power")) {
    case 0: planned(job); return;
    case 1: midexperiment(job, true); return;
    case 2: midexperiment(job, false); return;
    case 3: delta_variance(job); return;
    case 4: sample_size(job, 0); return;
    case 5: sample_size(job, 1); return;
    default: sample_size(job, 2); return;
    }
}

/* ---- confidence sequence ---- */

/* `rewards` and `weights`, or a cycle of them repeated up to n steps, or two columns of a file. */
static const double *read_steps(zh_analyze *job, const double **weights, size_t *period, int64_t *steps)
{
    const bool cycle = zh_spec_has(job, "reward_cycle");
    size_t count;
    const double *rewards = zh_spec_reals(job, cycle ? "reward_cycle" : "rewards", -1e150, 1e150, period);
    *weights = zh_spec_reals(job, cycle ? "weight_cycle" : "weights", 0, 1e150, &count);
    if (job->failed == ZH_OK && rewards != NULL && *weights != NULL && count != *period)
        zh_analyze_fail(job, ZH_RANGE, "%zu rewards and %zu weights: give one weight a reward", *period, count);
    *steps = (int64_t)*period;
    if (cycle) *steps = zh_spec_count(job, "n", 1, STEPS_MAX, *steps);
    if (rewards != NULL || job->failed != ZH_OK) return rewards;
    zh_table t;
    if (!zh_table_read(job, zh_spec_file(job, "file"), &t)) return NULL;
    const uint32_t reward = zh_table_column(job, &t, "reward", "reward r value click", true), weight = zh_table_column(job, &t, "weight", "weight w importance_weight", false);
    double *r = ZH_ROOM(job, double, t.rows), *w = ZH_ROOM(job, double, t.rows);
    for (uint64_t i = 0; i < t.rows && job->failed == ZH_OK; i++) {
        r[i] = zh_table_real(job, &t, i, reward, false);
        w[i] = weight == ZH_NO_COLUMN ? 1 : zh_table_real_in(job, &t, i, weight, 0, 1e300);
    }
    *weights = w;
    *period = t.rows, *steps = (int64_t)t.rows;
    return r;
}

void zh_analyze_sequence(zh_analyze *job)
{
    const double *weights;
    size_t period;
    int64_t steps;
    const double alpha = zh_spec_real(job, "alpha", 1e-12, 0.999999, 0.05);
    const double *rewards = read_steps(job, &weights, &period, &steps);
    zh_sequence s = { .low = 0, .high = 1 };
    if (job->failed == ZH_OK && period == 0) zh_analyze_fail(job, ZH_RANGE, "confidence-sequence has no rewards: give 'rewards', or 'reward_cycle' and 'n'");
    if (job->failed != ZH_OK) return;
    for (size_t i = 0; i < period; i++) s.low = fmin(s.low, rewards[i]), s.high = fmax(s.high, rewards[i]);
    for (int64_t i = 0; i < steps; i++) zh_sequence_take(&s, rewards[(size_t)i % period], weights == NULL ? 1 : weights[(size_t)i % period]);
    double ends[2];
    zh_sequence_bounds(&s, alpha, ends);
    zh_put_key_reals(job->out, "ci", ends, 2);
    zh_put_key_real(job->out, "mean", s.low + (s.high - s.low) * s.sum[0] / s.steps);
    zh_put_key_count(job->out, "n", (uint64_t)steps);
}

/* ---- exploration ---- */

void zh_analyze_exploration(zh_analyze *job)
{
    static const char *const of[] = { "predicted_cost", "score", "weights" };
    const int policy = zh_spec_choice(job, "policy", "epsilon_greedy|softmax|weight_floor", NULL);
    if (job->failed != ZH_OK) return;
    size_t arms;
    const double *values = zh_spec_reals(job, of[policy], policy == 2 ? 0 : -1e150, 1e150, &arms);
    const double parameter = policy == 0 ? zh_spec_real(job, "epsilon", 0, 1, ZH_REQUIRED) : policy == 1 ? zh_spec_real(job, "lam", -1e150, 1e150, 1) : zh_spec_real(job, "floor", -1, 1, 0);
    if (job->failed == ZH_OK && (arms == 0 || arms > ARMS_MAX)) zh_analyze_fail(job, ZH_RANGE, "%s has no '%s': give a list of 1 to %d numbers", job->name, of[policy], ARMS_MAX);
    double sum = 0;
    for (size_t i = 0; job->failed == ZH_OK && i < arms; i++) sum += fabs(values[i]);
    if (job->failed == ZH_OK && policy == 2 && sum == 0) zh_analyze_fail(job, ZH_RANGE, "'weights' are all 0: one arm needs some");
    double *probs = ZH_ROOM(job, double, arms);
    if (job->failed != ZH_OK) return;
    if (policy == 0) zh_explore_greedy(values, arms, parameter, probs);
    else if (policy == 1) zh_explore_softmax(values, arms, parameter, probs);
    else zh_explore_floor(values, arms, parameter, probs);
    if (policy == 2) zh_put_key_reals(job->out, "weights", probs, arms);
    zh_put_key_reals(job->out, "probabilities", probs, arms);
}
