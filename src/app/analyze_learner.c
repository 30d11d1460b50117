/* analyze_learner.c -- the part of `zhun analyze uplift` that scores: a T-learner, and areas of given scores. */
#include "app/analyze_uplift.h"
#include "measure/logit.h"
#include "measure/uplift.h"

#include <math.h>

/* ---- features: "recency", "ln history", "zip_code=Rural" ---- */

typedef struct feature {
    uint32_t column;
    bool logarithm;
    zh_sv value; /* of an indicator; empty for a number */
} feature;

static feature parse_feature(zh_analyze *job, const zh_trial_file *f, zh_sv text)
{
    feature out = { 0 };
    const char *equals = text.size == 0 ? NULL : memchr(text.data, '=', text.size);
    zh_sv name = equals == NULL ? text : zh_sv_part(text, 0, (size_t)(equals - text.data));
    if (equals != NULL) out.value = zh_sv_part(text, name.size + 1, SIZE_MAX);
    if (zh_sv_starts(name, ZH_SV("ln "))) out.logarithm = true, name = zh_sv_part(name, 3, SIZE_MAX);
    out.column = zh_trial_column(job, f, name);
    return out;
}

static size_t read_features(zh_analyze *job, const zh_trial_file *f, feature *out)
{
    /* those of the e-mail trial that the numbers of this method are known for */
    static const char *const normal[] = { "recency", "ln history", "mens", "womens", "newbie", "zip_code=Rural", "zip_code=Urban", "channel=Phone", "channel=Web" };
    const zh_json_value given = zh_spec_get(job, "features");
    size_t count = 0;
    if (zh_json_is(given, ZH_JSON_ARRAY)) {
        for (zh_json_iter it = zh_json_walk(given); zh_json_next(&it) && count + 1 < ZH_LOGIT_COLUMNS_MAX; count++) out[count] = parse_feature(job, f, zh_json_text_or_empty(it.value));
        if (count == 0 || count != zh_json_count(given)) zh_analyze_fail(job, ZH_RANGE, "'features' has %zu names: give 1 to %d", zh_json_count(given), ZH_LOGIT_COLUMNS_MAX - 1);
        return count;
    }
    for (; count < sizeof normal / sizeof *normal && job->failed == ZH_OK; count++) out[count] = parse_feature(job, f, zh_sv_of(normal[count]));
    if (job->failed != ZH_OK) zh_note_set(&job->why, "%s needs 'features' for this file: give a list like [\"age\", \"ln spend\", \"city=Rome\"]", job->name);
    return count;
}

static void fill_row(zh_analyze *job, const zh_trial_file *f, const feature *features, size_t count, uint64_t row, double *out)
{
    out[0] = 1;
    for (size_t i = 0; i < count; i++) {
        const feature *one = &features[i];
        if (one->value.size > 0) {
            out[i + 1] = zh_sv_equal(zh_table_cell(&f->table, row, one->column), one->value);
            continue;
        }
        const double v = zh_table_real(job, &f->table, row, one->column, false);
        if (one->logarithm && !(v > 0)) zh_analyze_fail(job, ZH_CORRUPT, "%.*s, line %u: a feature with ln is not above 0: leave the ln out", ZH_SV_ARG(f->table.path), f->table.lines[row]);
        out[i + 1] = one->logarithm ? log(v) : v;
    }
}

/* ---- the T-learner ---- */

typedef struct sample {
    double *x[2], *y[2]; /* of control and treatment, for training */
    size_t n[2];
    double *test_x, *test_y, *score;
    bool *test_treated;
    size_t tests, all;
} sample;

static void collect(zh_analyze *job, const zh_trial_file *f, const feature *features, size_t count, const double *outcome, const uint32_t arms[2], sample *s)
{
    const size_t width = count + 1;
    for (int a = 0; a < 2; a++) s->x[a] = ZH_ROOM(job, double, f->table.rows * width), s->y[a] = ZH_ROOM(job, double, f->table.rows);
    s->test_x = ZH_ROOM(job, double, f->table.rows * width);
    s->test_y = ZH_ROOM(job, double, f->table.rows);
    s->score = ZH_ROOM(job, double, f->table.rows);
    s->test_treated = ZH_ROOM(job, bool, f->table.rows);
    for (uint64_t i = 0; i < f->table.rows && job->failed == ZH_OK; i++) {
        if (f->arm[i] != arms[0] && f->arm[i] != arms[1]) continue;
        const int arm = f->arm[i] == arms[1];
        if (s->all++ % 2 == 0) {
            fill_row(job, f, features, count, i, s->x[arm] + s->n[arm] * width);
            s->y[arm][s->n[arm]++] = outcome[i];
        } else {
            fill_row(job, f, features, count, i, s->test_x + s->tests * width);
            s->test_y[s->tests] = outcome[i];
            s->test_treated[s->tests++] = arm;
        }
    }
}

static void put_tops(zh_analyze *job, const zh_uplift_rows *rows)
{
    size_t *order = ZH_ROOM(job, size_t, rows->count);
    char key[48];
    for (int percent = 10; order != NULL && percent <= 30; percent += 10)
        for (int group = 0; group < 2; group++) {
            snprintf(key, sizeof key, "uplift_at_%d_%s", percent, group ? "by_group" : "overall");
            zh_put_key_real(job->out, key, zh_uplift_at(rows, percent / 100.0, group, order));
        }
}

static bool areas(zh_analyze *job, zh_uplift_areas *out, const zh_uplift_rows *rows)
{
    size_t treated = 0;
    for (size_t i = 0; i < rows->count; i++) treated += rows->treated[i];
    if (treated == 0 || treated == rows->count) zh_analyze_fail(job, ZH_ABSENT, "one arm has no rows: uplift needs treated and controls");
    else if (zh_uplift_areas_of(out, job->arena, rows) != ZH_OK) zh_analyze_fail(job, ZH_NOMEM, "out of memory: give this machine more");
    return job->failed == ZH_OK;
}

void zh_uplift_put_learner(zh_analyze *job, const zh_trial_file *f, uint32_t treatment, uint32_t control)
{
    feature features[ZH_LOGIT_COLUMNS_MAX];
    const zh_sv name = zh_spec_text(job, "outcome", NULL);
    const uint32_t column = job->failed == ZH_OK ? zh_trial_column(job, f, name) : 0;
    const size_t count = job->failed == ZH_OK ? read_features(job, f, features) : 0, width = count + 1;
    const double *outcome = job->failed == ZH_OK ? zh_trial_values(job, f, column) : NULL;
    sample s = { 0 };
    double coefs[2][ZH_LOGIT_COLUMNS_MAX], ll[2], mean = 0;
    if (job->failed != ZH_OK) return;
    for (uint64_t i = 0; i < f->table.rows; i++)
        if (outcome[i] != 0 && outcome[i] != 1) {
            zh_analyze_fail(job, ZH_CORRUPT, "%.*s, line %u: the outcome is neither 0 nor 1: a T-learner here needs a yes or no", ZH_SV_ARG(f->table.path), f->table.lines[i]);
            return;
        }
    collect(job, f, features, count, outcome, (uint32_t[]){ control, treatment }, &s);
    for (int a = 0; a < 2 && job->failed == ZH_OK; a++)
        if (s.n[a] <= width || zh_logit_fit(s.x[a], s.y[a], s.n[a], width, coefs[a], &ll[a]) != ZH_OK)
            zh_analyze_fail(job, ZH_ABSENT, "the %s arm cannot be fitted: too few rows, features that depend on each other, or that part the outcomes; leave some out", a ? "treated" : "control");
    if (job->failed != ZH_OK) return;
    for (size_t i = 0; i < s.tests; i++) {
        s.score[i] = zh_logit_score(coefs[1], s.test_x + i * width, width) - zh_logit_score(coefs[0], s.test_x + i * width, width);
        mean += s.score[i] / (double)s.tests;
    }
    const zh_uplift_rows rows = { s.test_y, s.score, s.test_treated, s.tests };
    zh_uplift_areas a;
    if (!areas(job, &a, &rows)) return;
    zh_put_key_count(job->out, "n", s.all);
    zh_put_key_count(job->out, "n_train_t", s.n[1]);
    zh_put_key_count(job->out, "n_train_c", s.n[0]);
    zh_put_key_count(job->out, "n_test", s.tests);
    zh_put_key_real(job->out, "ll_t", ll[1]);
    zh_put_key_real(job->out, "ll_c", ll[0]);
    zh_put_key_reals(job->out, "coef_t", coefs[1], width);
    zh_put_key_reals(job->out, "coef_c", coefs[0], width);
    zh_put_key_real(job->out, "mean_uplift", mean);
    zh_put_key_real(job->out, "qini_neg_true", a.qini_true);
    zh_put_key_real(job->out, "qini_neg_false", a.qini_false);
    zh_put_key_real(job->out, "uplift_auc", a.uplift_auc);
    put_tops(job, &rows);
}

/* ---- given scores ---- */

static void put_curve(zh_analyze *job, const char *key, const zh_curve *c)
{
    zh_put_key(job->out, key);
    zh_json_out_array(job->out);
    for (int side = 0; side < 2; side++) {
        zh_json_out_array(job->out);
        for (size_t i = 0; i < c->count; i++) zh_put_real(job->out, side == 0 ? c->x[i] : c->y[i]);
        zh_json_out_end(job->out);
    }
    zh_json_out_end(job->out);
}

void zh_uplift_put_scores(zh_analyze *job)
{
    size_t n, scores, arms;
    const double *y = zh_spec_reals(job, "y", 0, 1, &n), *score = zh_spec_reals(job, "uplift", -1e150, 1e150, &scores), *arm = zh_spec_reals(job, "treatment", 0, 1, &arms);
    if (job->failed == ZH_OK && (n == 0 || n != scores || n != arms))
        zh_analyze_fail(job, ZH_RANGE, "'y', 'uplift' and 'treatment' have %zu, %zu and %zu numbers: give one of each a row", n, scores, arms);
    bool *treated = ZH_ROOM(job, bool, n);
    for (size_t i = 0; job->failed == ZH_OK && i < n; i++) {
        if ((y[i] != 0 && y[i] != 1) || (arm[i] != 0 && arm[i] != 1)) zh_analyze_fail(job, ZH_RANGE, "row %zu: 'y' and 'treatment' are 0 or 1: correct it", i + 1);
        treated[i] = arm[i] == 1;
    }
    if (job->failed != ZH_OK) return;
    const zh_uplift_rows rows = { y, score, treated, n };
    zh_uplift_areas a;
    if (!areas(job, &a, &rows)) return;
    zh_put_key_real(job->out, "uplift_auc", a.uplift_auc);
    zh_put_key_real(job->out, "qini_auc", a.qini_true);
    zh_put_key_real(job->out, "qini_auc_neg_false", a.qini_false);
    put_curve(job, "curve_uplift", &a.uplift);
    put_curve(job, "curve_qini", &a.qini);
    put_tops(job, &rows);
}
