/* analyze_uplift.c -- `zhun analyze uplift`: arms of a file, lifts of outcomes, a T-learner, and areas of scores. */
#include "app/analyze_uplift.h"
#include "app/analyze_names.h"
#include "measure/cuped.h"
#include "measure/srm.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>

#define VALUES_MAX 50 /* distinct texts of a column that are counted */

/* ---- the file ---- */

static bool name_is(zh_sv name, const char *text)
{
    return zh_sv_equal(name, zh_sv_of(text));
}

uint32_t zh_trial_column(zh_analyze *job, const zh_trial_file *f, zh_sv name)
{
    for (uint32_t i = 0; i < f->table.columns; i++)
        if (zh_sv_equal(f->table.names[i], name)) return i;
    zh_analyze_fail(job, ZH_ABSENT, "%.*s has no column '%.*s': give one of its header", ZH_SV_ARG(f->table.path), (int)(name.size > 60 ? 60 : name.size), name.data == NULL ? "" : name.data);
    return 0;
}

double *zh_trial_values(zh_analyze *job, const zh_trial_file *f, uint32_t column)
{
    double *values = ZH_ROOM(job, double, f->table.rows);
    for (uint64_t i = 0; values != NULL && i < f->table.rows && job->failed == ZH_OK; i++) values[i] = zh_table_real(job, &f->table, i, column, false);
    return job->failed == ZH_OK ? values : NULL;
}

/* "No E-Mail", "control", "Control group" */
static bool is_control(zh_sv name)
{
    char lower[8] = "";
    for (size_t i = 0; i < name.size && i < 7; i++) lower[i] = (char)tolower((unsigned char)name.data[i]);
    return strncmp(lower, "no ", 3) == 0 || strncmp(lower, "control", 7) == 0 || strcmp(lower, "none") == 0 || strcmp(lower, "0") == 0;
}

static bool read_trial(zh_analyze *job, zh_trial_file *f)
{
    *f = (zh_trial_file){ .arms = zh_names_open() };
    if (!zh_table_read(job, zh_spec_file(job, "file"), &f->table)) return false;
    f->arm_column = zh_table_column(job, &f->table, "arm", "segment arm treatment group variant variation", true);
    f->arm = ZH_ROOM(job, uint32_t, f->table.rows);
    for (uint64_t i = 0; i < f->table.rows && job->failed == ZH_OK; i++)
        if (zh_names_add(&f->arms, zh_table_cell(&f->table, i, f->arm_column), &f->arm[i]) != ZH_OK || f->arm[i] >= ZH_TRIAL_ARMS_MAX)
            zh_analyze_fail(job, ZH_CORRUPT, "%.*s, line %u: an empty arm, or over %d of them: look at columns.arm", ZH_SV_ARG(f->table.path), f->table.lines[i], ZH_TRIAL_ARMS_MAX);
    if (job->failed == ZH_OK && zh_names_order(&f->arms, job->arena, &f->order) != ZH_OK) zh_analyze_fail(job, ZH_NOMEM, "out of memory: give this machine more");
    if (job->failed != ZH_OK) return false;
    const uint32_t arms = zh_names_count(&f->arms);
    for (uint32_t i = 0; i + 1 < arms; i++) /* controls last */
        for (uint32_t k = i; k + 1 < arms && is_control(zh_names_at(&f->arms, f->order[i])); k++) {
            const uint32_t swap = f->order[k];
            f->order[k] = f->order[k + 1], f->order[k + 1] = swap;
            if (k + 2 == arms) break;
        }
    return true;
}

static uint32_t arm_named(zh_analyze *job, const zh_trial_file *f, const char *key)
{
    const zh_sv name = zh_spec_text(job, key, NULL);
    for (uint32_t i = 0; job->failed == ZH_OK && i < zh_names_count(&f->arms); i++)
        if (zh_sv_equal(zh_names_at(&f->arms, i), name)) return i;
    zh_analyze_fail(job, ZH_ABSENT, "'%s': the file has no arm '%.*s': write it as in the file", key, (int)(name.size > 60 ? 60 : name.size), name.data == NULL ? "" : name.data);
    return 0;
}

/* ---- all arms ---- */

static bool zero_one(const double *values, uint64_t rows)
{
    for (uint64_t i = 0; i < rows; i++)
        if (values[i] != 0 && values[i] != 1) return false;
    return true;
}

static void put_part(zh_analyze *job, zh_sv name, const char *suffix, double value)
{
    char key[ZH_NAMES_BYTES_MAX + 16];
    snprintf(key, sizeof key, "%.*s%s", (int)(name.size > ZH_NAMES_BYTES_MAX ? ZH_NAMES_BYTES_MAX : name.size), name.data, suffix);
    zh_put_key_real(job->out, key, value);
}

static void put_outcome(zh_analyze *job, const zh_trial_file *f, uint32_t column, const double *values, uint32_t arm)
{
    double n = 0, sum = 0, squares = 0;
    const zh_sv name = f->table.names[column];
    for (uint64_t i = 0; i < f->table.rows; i++)
        if (f->arm[i] == arm) n++, sum += values[i], squares += values[i] * values[i];
    if (zero_one(values, f->table.rows)) {
        put_part(job, name, "s", sum);
        put_part(job, name, "_rate", sum / n);
        return;
    }
    put_part(job, name, "_sum", sum);
    put_part(job, name, "_sumsq", squares);
    put_part(job, name, "_mean", sum / n);
    put_part(job, name, "_var", n > 1 ? zh_arm_of_values(sum, squares, n).variance : NAN);
}

static bool is_outcome(zh_sv name)
{
    return name_is(name, "visit") || name_is(name, "conversion") || name_is(name, "spend") || name_is(name, "outcome") || name_is(name, "y");
}

static void put_arms(zh_analyze *job, const zh_trial_file *f)
{
    const double *values[ZH_TRIAL_OUTCOMES_MAX];
    uint32_t columns[ZH_TRIAL_OUTCOMES_MAX], outcomes = 0;
    for (uint32_t c = 0; c < f->table.columns && outcomes < ZH_TRIAL_OUTCOMES_MAX; c++)
        if (is_outcome(f->table.names[c])) columns[outcomes] = c, values[outcomes++] = zh_trial_values(job, f, c);
    if (job->failed != ZH_OK) return;
    for (uint32_t a = 0; a < zh_names_count(&f->arms); a++) {
        double n = 0;
        for (uint64_t i = 0; i < f->table.rows; i++) n += f->arm[i] == f->order[a];
        zh_json_out_key(job->out, zh_names_at(&f->arms, f->order[a]));
        zh_json_out_object(job->out);
        zh_put_key_real(job->out, "n", n);
        for (uint32_t o = 0; o < outcomes; o++) put_outcome(job, f, columns[o], values[o], f->order[a]);
        zh_json_out_end(job->out);
    }
}

/* What the other columns hold: texts counted, columns of 0 and 1 summed. `_code` at the end of a name is left out. */
static void put_column(zh_analyze *job, const zh_trial_file *f, uint32_t column)
{
    zh_names values = zh_names_open();
    double counts[VALUES_MAX] = { 0 }, sum = 0, number = 0;
    bool numbers = true, flags = true, few = true;
    for (uint64_t i = 0; i < f->table.rows && few; i++) {
        uint32_t at;
        const zh_sv cell = zh_table_cell(&f->table, i, column);
        if (zh_text_real(cell, &number)) sum += number, flags = flags && (number == 0 || number == 1);
        else numbers = false;
        if (zh_names_add(&values, cell, &at) != ZH_OK || at >= VALUES_MAX) few = false;
        else counts[at]++;
    }
    zh_sv name = f->table.names[column];
    if (name.size > 5 && memcmp(name.data + name.size - 5, "_code", 5) == 0) name.size -= 5;
    if (few && numbers && flags) put_part(job, name, "", sum);
    else if (few && !numbers) {
        zh_json_out_key(job->out, name);
        zh_json_out_object(job->out);
        for (uint32_t i = 0; i < zh_names_count(&values); i++) {
            zh_json_out_key(job->out, zh_names_at(&values, i));
            zh_put_real(job->out, counts[i]);
        }
        zh_json_out_end(job->out);
    }
    zh_names_close(&values);
}

static void put_split(zh_analyze *job, const zh_trial_file *f)
{
    size_t count;
    const uint32_t arms = zh_names_count(&f->arms);
    double *weights = zh_spec_reals(job, "weights", 0, 1e15, &count), units[ZH_TRIAL_ARMS_MAX] = { 0 };
    if (job->failed == ZH_OK && weights != NULL && count != arms) zh_analyze_fail(job, ZH_RANGE, "'weights' has %zu numbers for %u arms: give one an arm, controls last", count, arms);
    if (job->failed == ZH_OK && weights == NULL && (weights = ZH_ROOM(job, double, arms)) != NULL)
        for (uint32_t i = 0; i < arms; i++) weights[i] = 1;
    if (job->failed != ZH_OK) return;
    for (uint64_t i = 0; i < f->table.rows; i++)
        for (uint32_t a = 0; a < arms; a++) units[a] += f->order[a] == f->arm[i];
    const zh_srm s = zh_srm_of(units, weights, arms);
    zh_put_key_reals(job->out, "counts", units, arms);
    zh_put_key_real(job->out, "chi2", s.chi2);
    zh_put_key_real(job->out, "p", s.p);
    zh_put_key_flag(job->out, "mismatch", s.p < ZH_SRM_ALARM);
}

/* ---- two arms ---- */

typedef struct condition {
    uint32_t column;
    char op[3];
    zh_sv value;
} condition;

static size_t read_conditions(zh_analyze *job, const zh_trial_file *f, condition *out, size_t most)
{
    zh_sv left = zh_spec_text(job, "where", "");
    size_t count = 0;
    while (left.size > 0 && job->failed == ZH_OK) {
        const char *comma = memchr(left.data, ',', left.size);
        const zh_sv one = zh_sv_part(left, 0, comma == NULL ? left.size : (size_t)(comma - left.data));
        size_t at = 0, end;
        left = comma == NULL ? (zh_sv){ 0 } : zh_sv_part(left, one.size + 1, SIZE_MAX);
        while (at < one.size && strchr("=<>!", one.data[at]) == NULL) at++;
        for (end = at; end < one.size && end < at + 2 && strchr("=<>", one.data[end]) != NULL; end++) {}
        if (end == at && at < one.size && one.data[at] == '!') end = at + 2;
        if (at == 0 || end >= one.size || count == most) {
            zh_analyze_fail(job, ZH_RANGE, "'where' cannot be read at '%.*s': write COLUMN=VALUE, also <= >= < > !=, parted by commas", (int)(one.size > 60 ? 60 : one.size), one.data);
            return 0;
        }
        condition *c = &out[count++];
        *c = (condition){ .column = zh_trial_column(job, f, zh_sv_trim(zh_sv_part(one, 0, at))), .value = zh_sv_trim(zh_sv_part(one, end, SIZE_MAX)) };
        memcpy(c->op, one.data + at, end - at);
    }
    return count;
}

static bool holds(const zh_trial_file *f, const condition *c, uint64_t row)
{
    double a, b;
    const zh_sv cell = zh_table_cell(&f->table, row, c->column);
    const bool numbers = zh_text_real(cell, &a) && zh_text_real(c->value, &b);
    const int order = numbers ? (a > b) - (a < b) : zh_sv_compare(cell, c->value);
    switch (c->op[0]) {
    case '=': return order == 0;
    case '!': return order != 0;
    case '<': return c->op[1] == '=' ? order <= 0 : order < 0;
    default: return c->op[1] == '=' ? order >= 0 : order > 0;
    }
}

static zh_sums sums_where(const zh_trial_file *f, uint32_t arm, const double *y, const double *x, const condition *c, size_t conditions)
{
    zh_sums s = { .size = 2 };
    for (uint64_t i = 0; i < f->table.rows; i++) {
        bool in = f->arm[i] == arm;
        for (size_t k = 0; k < conditions && in; k++) in = holds(f, &c[k], i);
        if (!in) continue;
        const double v[2] = { y[i], x == NULL ? 0 : x[i] };
        s.n++;
        for (int a = 0; a < 2; a++) {
            s.sum[a] += v[a];
            for (int b = 0; b < 2; b++) s.product[a][b] += v[a] * v[b];
        }
    }
    return s;
}

static bool enough(zh_analyze *job, const zh_sums *t, const zh_sums *c)
{
    if (job->failed == ZH_OK && (t->n < 2 || c->n < 2)) zh_analyze_fail(job, ZH_ABSENT, "an arm has fewer than two rows here: widen 'where'");
    return job->failed == ZH_OK;
}

static void put_where(zh_analyze *job, const zh_trial_file *f, uint32_t t, uint32_t c)
{
    condition conditions[16];
    const size_t count = read_conditions(job, f, conditions, 16);
    bool first = true;
    for (uint32_t column = 0; column < f->table.columns && job->failed == ZH_OK; column++) {
        if (!is_outcome(f->table.names[column])) continue;
        const double *y = zh_trial_values(job, f, column);
        if (y == NULL) return;
        const zh_sums a = sums_where(f, t, y, NULL, conditions, count), b = sums_where(f, c, y, NULL, conditions, count);
        if (!enough(job, &a, &b)) return;
        if (first) {
            zh_put_key_real(job->out, "n_t", a.n);
            zh_put_key_real(job->out, "n_c", b.n);
        }
        first = false;
        put_part(job, f->table.names[column], "_diff", a.sum[0] / a.n - b.sum[0] / b.n);
    }
}

static void put_welch(zh_analyze *job, const zh_effect *e, double control_mean, double alpha)
{
    const zh_verdict v = zh_effect_fixed(e, alpha, ZH_TWO_SIDED);
    zh_put_key_real(job->out, "diff", e->estimate);
    zh_put_key_real(job->out, "se", e->se);
    zh_put_key_real(job->out, "t", e->estimate / e->se);
    zh_put_key_real(job->out, "df", e->dof);
    zh_put_key_real(job->out, "p", v.p);
    zh_put_key_reals(job->out, "ci", (double[]){ v.low, v.high }, 2);
    zh_put_key_real(job->out, "relative", control_mean == 0 ? NAN : e->estimate / control_mean);
}

/* "cuped_spend_history": an outcome and a covariate, both columns. */
static bool parse_cuped(zh_analyze *job, const zh_trial_file *f, zh_sv outcome, uint32_t *y, uint32_t *x)
{
    if (!zh_sv_starts(outcome, ZH_SV("cuped_"))) return false;
    const zh_sv rest = zh_sv_part(outcome, 6, SIZE_MAX);
    for (uint32_t a = 0; a < f->table.columns; a++)
        for (uint32_t b = 0; b < f->table.columns; b++) {
            const zh_sv p = f->table.names[a], q = f->table.names[b];
            if (rest.size == p.size + 1 + q.size && zh_sv_starts(rest, p) && rest.data[p.size] == '_' && zh_sv_equal(zh_sv_part(rest, p.size + 1, SIZE_MAX), q)) {
                *y = a, *x = b;
                return true;
            }
        }
    zh_analyze_fail(job, ZH_ABSENT, "'outcome' %.*s names no two columns: write cuped_OUTCOME_COVARIATE, or give 'covariate'", (int)(outcome.size > 60 ? 60 : outcome.size), outcome.data);
    return true;
}

static void put_lift(zh_analyze *job, const zh_trial_file *f, uint32_t t, uint32_t c)
{
    const zh_sv outcome = zh_spec_text(job, "outcome", NULL), covariate = zh_spec_text(job, "covariate", "");
    const double alpha = zh_spec_real(job, "alpha", 1e-12, 0.999999, 0.05);
    uint32_t y_column = 0, x_column = 0;
    bool cuped = covariate.size > 0;
    if (job->failed != ZH_OK) return;
    if (cuped) x_column = zh_trial_column(job, f, covariate);
    else cuped = parse_cuped(job, f, outcome, &y_column, &x_column);
    if (!cuped || covariate.size > 0) y_column = zh_trial_column(job, f, outcome);
    const double *y = zh_trial_values(job, f, y_column), *x = cuped ? zh_trial_values(job, f, x_column) : NULL;
    if (job->failed != ZH_OK) return;
    const zh_sums a = sums_where(f, t, y, x, NULL, 0), b = sums_where(f, c, y, x, NULL, 0);
    if (!enough(job, &a, &b)) return;
    const zh_arm plain[2] = { zh_arm_of_values(b.sum[0], b.product[0][0], b.n), zh_arm_of_values(a.sum[0], a.product[0][0], a.n) };
    zh_effect e = zh_effect_of(&plain[0], &plain[1], false);
    if (cuped) {
        const zh_cuped adjusted = zh_cuped_of(&b, &a, false, false);
        e = adjusted.effect;
        zh_put_key_real(job->out, "theta", adjusted.theta);
        const zh_sums both = zh_sums_add(&a, &b);
        const double cov = zh_sums_cov(&both, 0, 1);
        zh_put_key_real(job->out, "var_reduction", cov * cov / (zh_sums_cov(&both, 0, 0) * zh_sums_cov(&both, 1, 1)));
    }
    if (!(e.se > 0)) zh_analyze_fail(job, ZH_ABSENT, "the outcome does not vary: nothing can be said of chance");
    else put_welch(job, &e, plain[0].mean, alpha);
}

void zh_analyze_uplift(zh_analyze *job)
{
    zh_trial_file f = { .arms = zh_names_open() };
    if (zh_spec_has(job, "y")) {
        zh_uplift_put_scores(job);
        return;
    }
    if (read_trial(job, &f)) {
        const bool two = zh_spec_has(job, "treatment") || zh_spec_has(job, "control");
        const uint32_t t = two ? arm_named(job, &f, "treatment") : 0, c = two ? arm_named(job, &f, "control") : 0;
        if (job->failed == ZH_OK && two && t == c) zh_analyze_fail(job, ZH_RANGE, "'treatment' and 'control' are the same arm: name two");
        if (job->failed != ZH_OK) {}
        else if (!two) {
            put_split(job, &f);
            if (!zh_spec_has(job, "weights")) {
                zh_put_key_count(job->out, "rows", f.table.rows);
                put_arms(job, &f);
                for (uint32_t i = 0; i < f.table.columns && job->failed == ZH_OK; i++)
                    if (i != f.arm_column && !is_outcome(f.table.names[i])) put_column(job, &f, i);
            }
        } else if (zh_spec_has(job, "where")) put_where(job, &f, t, c);
        else if (zh_spec_has(job, "test")) put_lift(job, &f, t, c);
        else zh_uplift_put_learner(job, &f, t, c);
    }
    zh_names_close(&f.arms);
}
