/* analyze_experiments.c -- `zhun analyze abtest`, `cuped`, `ratio`, `bayes` and `srm`. */
#include "app/analyze_names.h"
#include "app/analyze_table.h"
#include "measure/bayes.h"
#include "measure/cuped.h"
#include "measure/srm.h"
#include "model/names.h"

#include <math.h>
#include <stdlib.h>

#define SUM_MAX 1e300
#define UNITS_MAX 1e15 /* of an arm; beyond it a double does not count ones */
#define ARMS_MAX 1000  /* of srm */
#define KEY_BYTES 192  /* of a dotted key */

static const char *dotted(char out[KEY_BYTES], const char *a, const char *b)
{
    snprintf(out, KEY_BYTES, "%s.%s", a, b);
    return out;
}

/* ---- arms: from sums in the spec, or from rows of a file ---- */

static zh_arm check_arm(zh_analyze *job, const char *name, zh_arm arm, bool share)
{
    if (job->failed != ZH_OK) return arm;
    if (share && !(arm.mean >= 0 && arm.mean <= 1)) zh_analyze_fail(job, ZH_RANGE, "'%s.sum' is not from 0 to n: a proportion counts units", name);
    if (arm.variance < 0 && arm.variance > -1e-9 * arm.mean * arm.mean) arm.variance = 0; /* rounding of the sums */
    if (arm.variance < 0) zh_analyze_fail(job, ZH_RANGE, "'%s.sum_squares' is too small for its sum: it is the sum of squared values", name);
    return arm;
}

static zh_arm read_arm(zh_analyze *job, const char *name)
{
    char key[KEY_BYTES];
    const bool share = zh_spec_choice(job, dotted(key, name, "type"), "mean|proportion", "mean") == 1;
    const double n = zh_spec_real(job, dotted(key, name, "n"), share ? 1 : 2, UNITS_MAX, ZH_REQUIRED);
    const double sum = zh_spec_real(job, dotted(key, name, "sum"), -SUM_MAX, SUM_MAX, ZH_REQUIRED);
    const double squares = share ? sum : zh_spec_real(job, dotted(key, name, "sum_squares"), 0, SUM_MAX, ZH_REQUIRED);
    return check_arm(job, name, share ? zh_arm_of_share(sum, n) : zh_arm_of_values(sum, squares, n), share);
}

/* Rows of (arm, value): `control` and `treatment` name the arms, else the first two by name. */
static void arms_of_file(zh_analyze *job, zh_arm arms[2])
{
    zh_table t;
    zh_names names = zh_names_open();
    double sums[ARMS_MAX][3] = { { 0 } };
    bool zero_one = true;
    if (!zh_table_read(job, zh_spec_file(job, "file"), &t)) return;
    const uint32_t arm = zh_table_column(job, &t, "arm", "arm variant variation group segment", true);
    const uint32_t value = zh_table_column(job, &t, "value", "value outcome y metric conversion revenue spend", true);
    for (uint64_t i = 0; i < t.rows && job->failed == ZH_OK; i++) {
        uint32_t number = 0;
        const double v = zh_table_real(job, &t, i, value, false);
        if (zh_names_add(&names, zh_table_cell(&t, i, arm), &number) != ZH_OK || number >= ARMS_MAX) {
            zh_analyze_fail(job, ZH_CORRUPT, "%.*s, line %u: an empty arm, or over %d of them: look at the column 'arm'", ZH_SV_ARG(t.path), t.lines[i], ARMS_MAX);
            break;
        }
        sums[number][0]++, sums[number][1] += v, sums[number][2] += v * v;
        zero_one = zero_one && (v == 0 || v == 1);
    }
    uint32_t *order, which[2] = { 0 };
    if (job->failed == ZH_OK && zh_names_count(&names) < 2) zh_analyze_fail(job, ZH_ABSENT, "%.*s has one arm: a comparison needs two", ZH_SV_ARG(t.path));
    if (job->failed == ZH_OK && zh_names_order(&names, job->arena, &order) != ZH_OK) zh_analyze_fail(job, ZH_NOMEM, "out of memory: give this machine more");
    static const char *const keys[] = { "control", "treatment" };
    for (int side = 0; side < 2 && job->failed == ZH_OK; side++) {
        const zh_sv name = zh_spec_text(job, keys[side], "");
        which[side] = order[side == 1 && which[0] == order[0] ? 1 : 0]; /* the treatment: the first that is not the control */
        for (uint32_t i = 0; name.size > 0 && i <= zh_names_count(&names); i++) {
            if (i == zh_names_count(&names)) zh_analyze_fail(job, ZH_ABSENT, "the file has no arm '%.*s': correct '%s'", (int)(name.size > 80 ? 80 : name.size), name.data, keys[side]);
            else if (zh_sv_equal(zh_names_at(&names, i), name)) {
                which[side] = i;
                break;
            }
        }
        const double *s = sums[which[side]];
        if (s[0] < 2) zh_analyze_fail(job, ZH_ABSENT, "an arm has fewer than two rows: give more data");
        const bool share = zero_one && zh_spec_choice(job, "type", "mean|proportion", "proportion") == 1;
        arms[side] = share ? zh_arm_of_share(s[1], s[0]) : zh_arm_of_values(s[1], s[2], s[0]);
    }
    if (job->failed == ZH_OK && which[0] == which[1]) zh_analyze_fail(job, ZH_RANGE, "'control' and 'treatment' are the same arm: name two");
    zh_names_close(&names);
}

static void read_arms(zh_analyze *job, zh_arm arms[2])
{
    zh_sv text;
    const bool named = zh_json_text(zh_spec_get(job, "control"), &text) || !zh_spec_has(job, "control");
    if (named && zh_spec_has_file(job, "file")) {
        arms_of_file(job, arms);
        return;
    }
    arms[0] = read_arm(job, "control");
    arms[1] = read_arm(job, "treatment");
}

/* ---- the test ---- */

typedef struct question {
    bool sequential, relative;
    zh_sides sides;
    double alpha, tuning;
} question;

static question read_question(zh_analyze *job, bool sequential, zh_sides sides)
{
    question q = { .sequential = sequential, .sides = sides };
    q.relative = zh_spec_choice(job, "difference", "relative|absolute", "relative") == 0;
    q.alpha = zh_spec_real(job, "alpha", 1e-12, sides == ZH_TWO_SIDED ? 0.999999 : 0.49, 0.05);
    q.tuning = zh_spec_real(job, "tuning", 1e-6, 1e15, ZH_EFFECT_TUNING);
    return q;
}

static bool check_base(zh_analyze *job, const question *q, double base, double spread)
{
    if (job->failed == ZH_OK && q->relative && base == 0) zh_analyze_fail(job, ZH_RANGE, "the control's mean is 0: a relative difference has no base; ask difference=absolute");
    if (job->failed == ZH_OK && !(spread > 0)) zh_analyze_fail(job, ZH_RANGE, "neither arm varies: nothing can be said of chance; look at the sums");
    return job->failed == ZH_OK;
}

static void put_verdict(zh_analyze *job, const question *q, const zh_effect *e)
{
    const zh_verdict v = q->sequential ? zh_effect_sequential(e, q->alpha, q->tuning, q->sides) : zh_effect_fixed(e, q->alpha, q->sides);
    const double ends[] = { v.low, v.high };
    zh_put_key_real(job->out, "estimate", e->estimate);
    zh_put_key_real(job->out, "se", e->se);
    zh_put_key_reals(job->out, "ci", ends, 2);
    zh_put_key_real(job->out, "p_value", v.p);
    zh_put_key_real(job->out, "dof", e->dof);
}

#define TESTS "t_two_sided|t_one_sided_greater|t_one_sided_less|sequential_two_sided|sequential_one_sided_greater|sequential_one_sided_less"

void zh_analyze_abtest(zh_analyze *job)
{
    zh_arm arms[2] = { { 0 } };
    const int test = zh_spec_choice(job, "test", TESTS, "t_two_sided");
    const question q = read_question(job, test >= 3, (zh_sides)(test % 3));
    read_arms(job, arms);
    if (!check_base(job, &q, arms[0].mean, arms[0].variance + arms[1].variance)) return;
    const zh_effect e = zh_effect_of(&arms[0], &arms[1], q.relative);
    zh_put_key_real(job->out, "mean_control", arms[0].mean);
    zh_put_key_real(job->out, "mean_treatment", arms[1].mean);
    put_verdict(job, &q, &e);
}

/* ---- cuped and ratio: sums of products ---- */

/* Sums of one column of an arm: (sum, sum of squares) under `path`; a proportion's squares are its sum. */
static bool read_column(zh_analyze *job, zh_sums *s, int at, const char *arm, const char *column)
{
    char path[64], key[KEY_BYTES];
    snprintf(path, sizeof path, "%s.%s", arm, column);
    const bool share = zh_spec_choice(job, dotted(key, path, "type"), "mean|proportion", "mean") == 1;
    s->sum[at] = zh_spec_real(job, dotted(key, path, "sum"), -SUM_MAX, SUM_MAX, ZH_REQUIRED);
    s->product[at][at] = share ? s->sum[at] : zh_spec_real(job, dotted(key, path, "sum_squares"), 0, SUM_MAX, ZH_REQUIRED);
    const double n = zh_spec_real(job, dotted(key, path, "n"), 0, UNITS_MAX, s->n);
    if (n != s->n) zh_analyze_fail(job, ZH_RANGE, "'%s' is %.10g and '%s.n' is %.10g: an arm has one number of units", key, n, arm, s->n);
    if (job->failed == ZH_OK && s->product[at][at] < s->sum[at] * s->sum[at] / s->n * (1 - 1e-12))
        zh_analyze_fail(job, ZH_RANGE, "'%s' has a sum of squares too small for its sum: correct them", path);
    return share;
}

static void read_product(zh_analyze *job, zh_sums *s, int i, int j, const char *arm, const char *name)
{
    char key[KEY_BYTES];
    s->product[i][j] = s->product[j][i] = zh_spec_real(job, dotted(key, arm, name), -SUM_MAX, SUM_MAX, ZH_REQUIRED);
}

static zh_sums sums_of(zh_analyze *job, const char *arm, int size)
{
    char key[KEY_BYTES];
    return (zh_sums){ .size = size, .n = zh_spec_real(job, dotted(key, arm, "n"), 2, UNITS_MAX, ZH_REQUIRED) };
}

static zh_sums read_before_after(zh_analyze *job, const char *arm)
{
    zh_sums s = sums_of(job, arm, 2);
    const bool after = read_column(job, &s, 0, arm, "post"), before = read_column(job, &s, 1, arm, "pre");
    s.shares = after && before;
    read_product(job, &s, 0, 1, arm, "sum_post_pre");
    return s;
}

void zh_analyze_cuped(zh_analyze *job)
{
    const int test = zh_spec_choice(job, "test", "cuped_t|cuped_sequential|cuped_theta", "cuped_t");
    const question q = read_question(job, test == 1, ZH_TWO_SIDED);
    const zh_sums a = read_before_after(job, "control"), b = read_before_after(job, "treatment");
    if (job->failed != ZH_OK) return;
    const zh_cuped c = zh_cuped_of(&a, &b, false, test != 2 && q.relative);
    if (test != 2 && !check_base(job, &q, a.sum[0], c.control.variance + c.treatment.variance)) return;
    zh_put_key_real(job->out, "theta", c.theta);
    if (test == 2) return;
    put_verdict(job, &q, &c.effect);
    const double plain = zh_sums_cov(&a, 0, 0) / a.n + zh_sums_cov(&b, 0, 0) / b.n;
    zh_put_key_real(job->out, "variance_reduction", 1 - (c.control.variance / a.n + c.treatment.variance / b.n) / plain);
}

static zh_sums read_ratio(zh_analyze *job, const char *arm, bool before)
{
    zh_sums s = sums_of(job, arm, before ? 4 : 2);
    if (!before) {
        read_column(job, &s, 0, arm, "m");
        read_column(job, &s, 1, arm, "d");
        read_product(job, &s, 0, 1, arm, "sum_m_d");
    } else {
        static const char *const columns[] = { "m_post", "d_post", "m_pre", "d_pre" };
        for (int i = 0; i < 4; i++) read_column(job, &s, i, arm, columns[i]);
        read_product(job, &s, 0, 1, arm, "mpost_dpost");
        read_product(job, &s, 0, 2, arm, "mpost_mpre");
        read_product(job, &s, 0, 3, arm, "mpost_dpre");
        read_product(job, &s, 1, 2, arm, "mpre_dpost");
        read_product(job, &s, 1, 3, arm, "dpost_dpre");
        read_product(job, &s, 2, 3, arm, "mpre_dpre");
    }
    for (int i = 1; i < s.size; i += 2)
        if (s.sum[i] == 0) zh_analyze_fail(job, ZH_RANGE, "the denominator of '%s' sums to 0: a ratio needs one", arm);
    return s;
}

void zh_analyze_ratio(zh_analyze *job)
{
    const bool before = zh_spec_has(job, "control.m_pre");
    const int test = zh_spec_choice(job, "test", TESTS, "t_two_sided");
    const question q = read_question(job, test >= 3, (zh_sides)(test % 3));
    const zh_sums a = read_ratio(job, "control", before), b = read_ratio(job, "treatment", before);
    if (job->failed != ZH_OK) return;
    const zh_arm plain_a = zh_ratio_arm(&a), plain_b = zh_ratio_arm(&b);
    zh_put_key_real(job->out, "mean_control", plain_a.mean);
    zh_put_key_real(job->out, "var_control", plain_a.variance);
    zh_put_key_real(job->out, "mean_treatment", plain_b.mean);
    zh_put_key_real(job->out, "var_treatment", plain_b.variance);
    if (!check_base(job, &q, plain_a.mean, plain_a.variance + plain_b.variance)) return;
    if (!before) {
        const zh_effect e = zh_effect_of(&plain_a, &plain_b, q.relative);
        put_verdict(job, &q, &e);
        return;
    }
    const zh_cuped c = zh_cuped_of(&a, &b, true, q.relative);
    zh_put_key_real(job->out, "theta", c.theta);
    put_verdict(job, &q, &c.effect);
}

/* ---- bayes ---- */

void zh_analyze_bayes(zh_analyze *job)
{
    zh_belief belief;
    double losses[2], ends[2];
    if (zh_spec_has(job, "posterior_mean") || zh_spec_has(job, "posterior_sd")) {
        belief = (zh_belief){ zh_spec_real(job, "posterior_mean", -1e150, 1e150, ZH_REQUIRED), zh_spec_real(job, "posterior_sd", 1e-150, 1e150, ZH_REQUIRED) };
        if (job->failed != ZH_OK) return;
    } else {
        zh_arm arms[2] = { { 0 } };
        const question q = read_question(job, false, ZH_TWO_SIDED);
        const bool prior = zh_spec_has(job, "prior");
        const double mean = prior ? zh_spec_real(job, "prior.mean", -1e150, 1e150, ZH_REQUIRED) : 0;
        const double variance = prior ? zh_spec_real(job, "prior.variance", 1e-150, 1e150, ZH_REQUIRED) : 0;
        read_arms(job, arms);
        if (!check_base(job, &q, arms[0].mean, arms[0].variance + arms[1].variance)) return;
        const zh_effect e = zh_effect_of(&arms[0], &arms[1], q.relative);
        belief = zh_belief_of(e.estimate, e.se, prior ? &mean : NULL, prior ? &variance : NULL);
    }
    zh_belief_interval(&belief, zh_spec_real(job, "alpha", 1e-12, 0.999999, 0.05), ends);
    zh_belief_losses(&belief, losses);
    zh_put_key_real(job->out, "mean", belief.mean);
    zh_put_key_real(job->out, "sd", belief.sd);
    zh_put_key_reals(job->out, "ci", ends, 2);
    zh_put_key_real(job->out, "chance_to_win", zh_belief_chance(&belief));
    zh_put_key_reals(job->out, "risk", losses, 2);
}

/* ---- srm ---- */

void zh_analyze_srm(zh_analyze *job)
{
    size_t arms, weights_count;
    const double *units = zh_spec_reals(job, "users", 0, UNITS_MAX, &arms);
    const double *weights = zh_spec_reals(job, "weights", 0, 1e15, &weights_count);
    if (job->failed == ZH_OK && (arms == 0 || arms > ARMS_MAX)) zh_analyze_fail(job, ZH_RANGE, "srm has no 'users': give the number of units of each of 1 to %d arms", ARMS_MAX);
    if (job->failed == ZH_OK && weights == NULL) {
        double *equal = ZH_ROOM(job, double, arms);
        for (size_t i = 0; equal != NULL && i < arms; i++) equal[i] = 1;
        weights = equal;
        weights_count = arms;
    }
    if (job->failed == ZH_OK && weights_count != arms) zh_analyze_fail(job, ZH_RANGE, "'users' has %zu numbers and 'weights' %zu: give one an arm", arms, weights_count);
    if (job->failed != ZH_OK) return;
    const zh_srm s = zh_srm_of(units, weights, arms);
    zh_put_key_real(job->out, "chi2", s.chi2);
    zh_put_key_count(job->out, "df", (uint64_t)s.df);
    zh_put_key_real(job->out, "p_value", s.p);
    zh_put_key_flag(job->out, "mismatch", s.p < ZH_SRM_ALARM);
}
