/* analyze_mention.c -- `zhun analyze mention`: from a trial's log and a table of people to who is told of which offer; and, from what was learnt of those who are left
 * (`customers`, `arms`, `values`, `costs`, `spread` of the answer before), the next wave of a budget. */
#include "app/analyze_names.h"
#include "app/analyze_table.h"
#include "offer/mention.h"
#include "offer/pace.h"

#include <math.h>

#define LIST 20 /* choices that are written out */

typedef struct mention {
    zh_table trial, people;
    zh_mention_log log;
    zh_sv arms[ZH_MENTION_ARMS_MAX];              /* [0]: nothing mentioned; the others by name */
    uint32_t columns[ZH_MENTION_COLUMNS_MAX];     /* of the trial */
    uint32_t asked[ZH_MENTION_COLUMNS_MAX];       /* the same ones among people */
    uint32_t customer;                            /* of people */
    zh_mention_model model;
    zh_mention_trust trust;
    double *values, *costs;                       /* [people][arms] */
    double budget;
    bool is_learned;                              /* who is chosen follows the learnt policy */
} mention;

/* ---- the log ---- */

static int before(zh_sv a, zh_sv b)
{
    const int order = memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);
    return order != 0 ? order < 0 : a.size < b.size;
}

static void find_arms(zh_analyze *job, mention *m, uint32_t column)
{
    m->arms[m->log.arms++] = zh_spec_text(job, "none", "none");
    bool none = false;
    for (uint64_t i = 0; job->failed == ZH_OK && i < m->trial.rows; i++) {
        const zh_sv name = zh_table_cell(&m->trial, i, column);
        uint32_t at = 0;
        while (at < m->log.arms && !zh_sv_equal(m->arms[at], name)) at++;
        none |= at == 0;
        if (at < m->log.arms) continue;
        if (m->log.arms == ZH_MENTION_ARMS_MAX) {
            zh_analyze_fail(job, ZH_FULL, "%.*s has over %d arms: give a trial of at most eight offers", ZH_SV_ARG(m->trial.path), ZH_MENTION_ARMS_MAX);
            return;
        }
        for (m->log.arms++; at > 1 && before(name, m->arms[at - 1]); at--) m->arms[at] = m->arms[at - 1];
        m->arms[at] = name;
    }
    if (job->failed == ZH_OK && (!none || m->log.arms < 2))
        zh_analyze_fail(job, ZH_ABSENT, "%.*s has no arm '%.*s' beside an offer: some customers must be told of nothing, by chance; or name that arm, --param none=NAME", ZH_SV_ARG(m->trial.path),
                        ZH_SV_ARG(m->arms[0]));
}

static uint8_t *arms_of(zh_analyze *job, const mention *m, uint32_t column)
{
    uint8_t *arm = ZH_ROOM(job, uint8_t, m->trial.rows);
    for (uint64_t i = 0; arm != NULL && i < m->trial.rows; i++)
        while (!zh_sv_equal(m->arms[arm[i]], zh_table_cell(&m->trial, i, column))) arm[i]++;
    return arm;
}

/* The propensity of the arm that was drawn: a column, else the arm's share. */
static double *propensities(zh_analyze *job, const mention *m, uint32_t column)
{
    double *e = ZH_ROOM(job, double, m->trial.rows), rows[ZH_MENTION_ARMS_MAX] = { 0 };
    if (e == NULL) return NULL;
    for (uint64_t i = 0; i < m->trial.rows; i++) rows[m->log.arm[i]]++;
    for (uint64_t i = 0; i < m->trial.rows && job->failed == ZH_OK; i++)
        e[i] = column == ZH_NO_COLUMN ? rows[m->log.arm[i]] / (double)m->trial.rows : zh_table_real_in(job, &m->trial, i, column, 0.001, 1);
    return e;
}

static double *reals(zh_analyze *job, const zh_table *t, uint32_t column, double least)
{
    double *values = ZH_ROOM(job, double, t->rows);
    for (uint64_t i = 0; values != NULL && i < t->rows && job->failed == ZH_OK; i++) values[i] = zh_table_real_in(job, t, i, column, least, 1e12);
    return values;
}

/* Every column that both tables have by name and that has no role is something known of customers. */
static void find_columns(zh_analyze *job, mention *m, const uint32_t *roles, size_t roles_count)
{
    for (uint32_t c = 0; c < m->trial.columns; c++) {
        bool role = false;
        for (size_t r = 0; r < roles_count; r++) role |= roles[r] == c;
        for (uint32_t p = 0; !role && p < m->people.columns; p++) {
            if (p == m->customer || !zh_sv_equal(m->trial.names[c], m->people.names[p])) continue;
            if (m->log.columns == ZH_MENTION_COLUMNS_MAX) {
                zh_analyze_fail(job, ZH_FULL, "over %d columns are in both files: leave the least telling out", ZH_MENTION_COLUMNS_MAX);
                return;
            }
            m->columns[m->log.columns] = c, m->asked[m->log.columns++] = p;
            break;
        }
    }
    if (m->log.columns == 0) zh_analyze_fail(job, ZH_ABSENT, "no column of the trial is among the people's: both need the same headers of what is known of customers before the mention");
}

static double *known(zh_analyze *job, const zh_table *t, const uint32_t *columns, uint32_t count)
{
    double *x = ZH_ROOM(job, double, t->rows * count);
    for (uint64_t i = 0; x != NULL && i < t->rows && job->failed == ZH_OK; i++)
        for (uint32_t c = 0; c < count; c++) x[i * count + c] = zh_table_real(job, t, i, columns[c], true);
    return x;
}

static void read_log(zh_analyze *job, mention *m)
{
    const zh_sv asked = zh_spec_has(job, "ask") ? zh_spec_file(job, "ask") : job->files_count > 1 ? job->files[1] : (zh_sv){ 0 };
    if (asked.size == 0) zh_analyze_fail(job, ZH_RANGE, "mention needs people to choose from: give them as the second --in, or as 'ask'");
    m->budget = zh_spec_real(job, "budget", 0, 1e15, ZH_REQUIRED);
    if (job->failed != ZH_OK || !zh_table_read(job, zh_spec_file(job, "file"), &m->trial) || !zh_table_read(job, asked, &m->people)) return;
    const uint32_t arm = zh_table_column(job, &m->trial, "arm", "arm offer segment group", true), margin = zh_table_column(job, &m->trial, "margin", "margin margin_cents", true);
    const uint32_t cost = zh_table_column(job, &m->trial, "cost", "cost cost_cents", true), propensity = zh_table_column(job, &m->trial, "propensity", "propensity", false);
    const uint32_t who = zh_table_column(job, &m->trial, "customer", "customer customer_id user_id", false);
    m->customer = zh_table_column(job, &m->people, "customer", "customer customer_id user_id", true);
    if (job->failed != ZH_OK) return;
    find_columns(job, m, (uint32_t[]){ arm, margin, cost, propensity, who }, 5);
    find_arms(job, m, arm);
    if (m->people.rows > ZH_MENTION_ROWS_MAX || m->trial.rows > ZH_MENTION_ROWS_MAX) zh_analyze_fail(job, ZH_FULL, "over %d customers: give parts", ZH_MENTION_ROWS_MAX);
    if (job->failed != ZH_OK) return;
    m->log.rows = m->trial.rows;
    m->log.seed = (uint64_t)zh_spec_count(job, "seed", 0, INT64_C(1) << 53, 1);
    m->log.arm = arms_of(job, m, arm);
    if (m->log.arm == NULL) return;
    m->log.propensity = propensities(job, m, propensity);
    m->log.margin = reals(job, &m->trial, margin, -1e12);
    m->log.cost = reals(job, &m->trial, cost, 0);
    m->log.x = known(job, &m->trial, m->columns, m->log.columns);
    for (size_t i = 0; job->failed == ZH_OK && i < m->log.rows; i++)
        if (m->log.arm[i] == 0 && m->log.cost[i] != 0)
            zh_analyze_fail(job, ZH_CORRUPT, "%.*s line %u: nothing was mentioned, and that cost something: what a customer takes off by himself belongs into the margin", ZH_SV_ARG(m->trial.path),
                            (unsigned)m->trial.lines[i]);
}

/* ---- learning and choosing ---- */

static void learn(zh_analyze *job, mention *m)
{
    zh_err e = zh_mention_learn(&m->model, job->arena, &m->log);
    if (e == ZH_OK) e = zh_mention_judge(&m->trust, job->arena, &m->model, &m->log, m->people.rows > 0 ? m->budget / (double)m->people.rows : 0);
    if (e == ZH_ABSENT) zh_analyze_fail(job, e, "the trial is too small: each arm needs %d customers, and orders under it", ZH_MENTION_ARM_ROWS_MIN);
    else if (e != ZH_OK) zh_analyze_fail(job, e, "%s: give fewer customers", zh_err_text(e));
    m->is_learned = zh_spec_choice(job, "policy", "auto|learned|simple", "auto") == 1 || (m->trust.is_learned && zh_spec_choice(job, "policy", "auto|learned|simple", "auto") == 0);
}

/* What each mention is worth for people; where the simple policy stands, its offer for everyone alike and no other. */
static void ask(zh_analyze *job, mention *m)
{
    const double *x = known(job, &m->people, m->asked, m->log.columns);
    m->values = ZH_ROOM(job, double, m->people.rows * m->log.arms);
    m->costs = ZH_ROOM(job, double, m->people.rows * m->log.arms);
    for (uint64_t i = 0; job->failed == ZH_OK && i < m->people.rows; i++) {
        double *values = m->values + i * m->log.arms, *costs = m->costs + i * m->log.arms;
        zh_mention_ask(&m->model, x + i * m->log.columns, values, costs);
        for (uint32_t l = 1; !m->is_learned && l < m->log.arms; l++) /* all alike; the first in the file, as far as the budget goes */
            values[l] = l == m->trust.simple ? 2 - (double)i / (double)m->people.rows : -1, costs[l] = m->model.mean_cost[l];
    }
}

/* ---- telling ---- */

static void put_span(zh_analyze *job, const char *key, zh_mention_span s)
{
    zh_put_key(job->out, key);
    zh_json_out_object(job->out);
    zh_put_key_real(job->out, "value", s.value);
    zh_put_key_real(job->out, "low", s.low);
    zh_put_key_real(job->out, "high", s.high);
    zh_json_out_end(job->out);
}

static void put_policy(zh_analyze *job, zh_sv name, double share, const zh_mention_policy *p)
{
    zh_json_out_object(job->out);
    zh_put_key_text(job->out, "policy", name);
    zh_put_key_real(job->out, "share", share);
    put_span(job, "gain_each", p->gain);
    put_span(job, "spend_each", p->spend);
    zh_json_out_end(job->out);
}

static void put_trial(zh_analyze *job, const mention *m)
{
    double rows[ZH_MENTION_ARMS_MAX] = { 0 }, orders[ZH_MENTION_ARMS_MAX] = { 0 };
    for (size_t i = 0; i < m->log.rows; i++) rows[m->log.arm[i]]++, orders[m->log.arm[i]] += m->log.margin[i] != 0;
    zh_put_key(job->out, "arms");
    zh_json_out_array(job->out);
    for (uint32_t l = 0; l < m->log.arms; l++) {
        zh_json_out_object(job->out);
        zh_put_key_text(job->out, "arm", m->arms[l]);
        zh_put_key_real(job->out, "customers", rows[l]);
        zh_put_key_real(job->out, "ordered", rows[l] > 0 ? orders[l] / rows[l] : 0);
        zh_json_out_end(job->out);
    }
    zh_json_out_end(job->out);
}

static void put_trust(zh_analyze *job, const mention *m)
{
    zh_put_key(job->out, "held_out");
    zh_json_out_array(job->out);
    put_policy(job, ZH_SV("learned"), 1, &m->trust.learned);
    for (uint32_t l = 0; l < m->log.arms; l++) put_policy(job, l == 0 ? ZH_SV("nobody") : m->arms[l], m->trust.share[l], &m->trust.everyone[l]);
    zh_json_out_end(job->out);
    zh_put_key_text(job->out, "customers_differ", m->model.penalty < ZH_MENTION_ALIKE ? ZH_SV("yes") : ZH_SV("no: offers move all alike, as far as the trial can tell"));
    zh_put_key_real(job->out, "penalty", m->model.penalty);
    zh_put_key_text(job->out, "best_simple", m->trust.simple == 0 ? ZH_SV("nobody") : m->arms[m->trust.simple]);
    put_span(job, "lead_each", m->trust.lead);
    zh_put_key_text(job->out, "recommended", m->trust.is_learned ? ZH_SV("learned") : m->trust.simple == 0 ? ZH_SV("nobody") : ZH_SV("everyone"));
    if (!m->trust.is_learned)
        zh_put_key_text(job->out, "note", ZH_SV("on customers held out choosing did not beat the simple policy beyond chance: take that, or make the trial larger"));
}

static void put_wave(zh_analyze *job, const zh_pace_wave *wave)
{
    zh_put_key_count(job->out, "wave", wave->now);
    zh_put_key_real(job->out, "wave_spend", wave->spend);
    zh_put_key_real(job->out, "wave_spend_sd", wave->spend_sd);
}

static void put_texts(zh_analyze *job, const char *key, const zh_sv *texts, size_t count)
{
    zh_put_key(job->out, key);
    zh_json_out_array(job->out);
    for (size_t i = 0; i < count; i++) zh_json_out_text(job->out, texts[i]);
    zh_json_out_end(job->out);
}

/* Who is told of what, and what was learnt of each: all that the next wave needs. */
static void put_list(zh_analyze *job, const mention *m, const zh_pace_wave *wave, size_t count)
{
    zh_sv *names = ZH_ROOM(job, zh_sv, count), *told = ZH_ROOM(job, zh_sv, count);
    for (size_t i = 0; told != NULL && i < count; i++) {
        names[i] = zh_table_cell(&m->people, i, m->customer);
        told[i] = m->arms[wave->chosen.level[i]];
    }
    if (told == NULL) return;
    put_texts(job, "names", m->arms, m->log.arms);
    put_texts(job, "customers", names, count);
    put_texts(job, "told", told, count);
    zh_put_key_reals(job->out, "spread", m->model.spread, m->log.arms);
    zh_put_key_reals(job->out, "values", m->values, count * m->log.arms);
    zh_put_key_reals(job->out, "costs", m->costs, count * m->log.arms);
}

static void put_choice(zh_analyze *job, const mention *m, const zh_pace_wave *wave)
{
    const uint64_t list = (uint64_t)zh_spec_count(job, "list", 0, ZH_MENTION_ROWS_MAX, LIST);
    const double people = (double)m->people.rows;
    const zh_mention_policy *each = m->is_learned ? &m->trust.learned : &m->trust.everyone[m->trust.simple];
    double counts[ZH_MENTION_ARMS_MAX] = { 0 };
    for (uint64_t i = 0; i < m->people.rows; i++) counts[wave->chosen.level[i]]++;
    zh_put_key_text(job->out, "chosen_by", m->is_learned ? ZH_SV("learned") : m->trust.simple == 0 ? ZH_SV("nobody") : ZH_SV("everyone"));
    zh_put_key_real(job->out, "budget", m->budget);
    zh_put_key_real(job->out, "price", wave->chosen.price);
    put_span(job, "expected_gain", (zh_mention_span){ each->gain.value * people, each->gain.low * people, each->gain.high * people });
    zh_put_key_real(job->out, "expected_spend", wave->chosen.spend);
    zh_put_key(job->out, "mentioned");
    zh_json_out_object(job->out);
    for (uint32_t l = 0; l < m->log.arms; l++) {
        zh_json_out_key(job->out, m->arms[l]);
        zh_put_real(job->out, counts[l]);
    }
    zh_json_out_end(job->out);
    put_wave(job, wave);
    if (list > 0) put_list(job, m, wave, list < m->people.rows ? list : m->people.rows);
}

/* The next wave of people of whom all is known: `values` and `costs`, an arm after the other of each, the first of nothing mentioned. */
static void go_on(zh_analyze *job)
{
    size_t values_count, costs_count, arms;
    const double *values = zh_spec_reals(job, "values", -1e15, 1e15, &values_count), *costs = zh_spec_reals(job, "costs", 0, 1e15, &costs_count);
    const double *spread = zh_spec_reals(job, "spread", 0, 1e15, &arms);
    const double budget = zh_spec_real(job, "budget", -1e15, 1e15, ZH_REQUIRED);
    if (job->failed == ZH_OK && (arms < 2 || arms > ZH_MENTION_ARMS_MAX || values_count != costs_count || values_count % arms != 0))
        zh_analyze_fail(job, ZH_RANGE, "'values' and 'costs' are lists of one number an arm and customer, and 'spread' of one an arm: give them as the first answer did");
    for (size_t i = 0; job->failed == ZH_OK && i < costs_count; i += arms)
        if (costs[i] != 0 || values[i] != 0) zh_analyze_fail(job, ZH_RANGE, "the first of each customer's 'values' and 'costs' is of nothing mentioned: write 0 at place %zu", i + 1);
    if (job->failed != ZH_OK) return;
    zh_pace_wave wave;
    const zh_err e = zh_pace_next(&wave, job->arena, &(zh_pace){ { .values = values, .own = costs, .customers = values_count / arms, .levels = (uint32_t)arms, .budget = budget }, spread });
    if (e != ZH_OK) {
        zh_analyze_fail(job, e, "out of memory: give fewer customers");
        return;
    }
    zh_put_key_real(job->out, "price", wave.chosen.price);
    put_wave(job, &wave);
    zh_put_key(job->out, "told");
    zh_json_out_array(job->out);
    for (size_t i = 0; i < wave.now; i++) zh_json_out_uint(job->out, wave.chosen.level[i]);
    zh_json_out_end(job->out);
}

void zh_analyze_mention(zh_analyze *job)
{
    if (zh_spec_has(job, "values")) {
        go_on(job);
        return;
    }
    mention *m = ZH_ROOM(job, mention, 1);
    if (m != NULL) read_log(job, m);
    if (job->failed == ZH_OK) learn(job, m);
    if (job->failed == ZH_OK) ask(job, m);
    if (job->failed != ZH_OK) return;
    zh_pace_wave wave;
    const zh_err e = zh_pace_next(&wave, job->arena, &(zh_pace){ { .values = m->values, .own = m->costs, .customers = m->people.rows, .levels = m->log.arms, .budget = m->budget }, m->model.spread });
    if (e != ZH_OK) {
        zh_analyze_fail(job, e, "out of memory: give fewer customers");
        return;
    }
    zh_put_key_count(job->out, "customers", m->log.rows);
    zh_put_key_count(job->out, "people", m->people.rows);
    zh_put_key_count(job->out, "columns", m->log.columns);
    put_trial(job, m);
    put_trust(job, m);
    put_choice(job, m, &wave);
}
