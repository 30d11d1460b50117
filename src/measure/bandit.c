#include "measure/bandit.h"
#include "measure/explore.h"

#include <math.h>
#include <string.h>

#define FLOOR 0.05
#define EPSILON 0.1
#define TEMPERATURE 0.1
#define EVERY_UNITS 100
#define EVERY_SECONDS 3600
#define STEPS 500         /* of an integral over +-REACH standard deviations */
#define REACH 7.0
#define NEWS_MICRO 5000   /* a clock's allocation is only made where some chance moves by this */
#define CLIP 4.0          /* standard deviations that one stratum may say */
#define GROWN 10000.0     /* customers up to which the alarm stays */

static const char *const strategies[] = { "", "thompson", "epsilon_greedy", "softmax" };
const char *zh_bandit_strategy_text(zh_bandit_strategy strategy) { return strategies[strategy < ZH_BANDIT_STRATEGIES ? strategy : 0]; }
static const char *const causes[] = { "begin", "learnt", "drift", "winner" };
const char *zh_bandit_cause_text(zh_bandit_cause cause) { return causes[cause < ZH_BANDIT_CAUSES ? cause : 0]; }

/* ---- the set-up ---- */

static zh_err wrong(const char **field, zh_note *why, const char *name, const char *text)
{
    *field = name;
    zh_note_set(why, "%s", text);
    return ZH_FORMAT;
}

static bool real_of(zh_json_value object, const char *name, double least, double most, double usual, double *out)
{
    const zh_json_value value = zh_json_get(object, zh_sv_of(name));
    *out = usual;
    return zh_json_type_of(value) <= ZH_JSON_NULL || (zh_json_real(value, out) && *out >= least && *out <= most);
}

static bool micro_of(zh_json_value object, const char *name, double least, double most, double usual, uint32_t *out)
{
    double value;
    const bool good = real_of(object, name, least, most, usual, &value);
    if (good) *out = (uint32_t)(value * ZH_BANDIT_MICRO + 0.5);
    return good;
}

static bool count_of(zh_json_value object, const char *name, int64_t most, int64_t usual, uint32_t *out)
{
    const zh_json_value value = zh_json_get(object, zh_sv_of(name));
    int64_t number = usual;
    if (zh_json_type_of(value) > ZH_JSON_NULL && (!zh_json_int(value, &number) || number < 1 || number > most)) return false;
    *out = (uint32_t)number;
    return true;
}

static bool strategy_of(zh_json_value object, zh_bandit_strategy *out)
{
    const zh_json_value value = zh_json_get(object, ZH_SV("strategy"));
    zh_sv text = ZH_SV("thompson");
    int at = ZH_BANDIT_THOMPSON;
    if (zh_json_type_of(value) > ZH_JSON_NULL && !zh_json_text(value, &text)) return false;
    while (at < (int)ZH_BANDIT_STRATEGIES && !zh_sv_equal(text, zh_sv_of(strategies[at]))) at++;
    *out = at < (int)ZH_BANDIT_STRATEGIES ? (zh_bandit_strategy)at : ZH_BANDIT_NONE;
    return *out != ZH_BANDIT_NONE;
}

zh_err zh_bandit_read(zh_json_value object, uint32_t arms, zh_bandit *out, const char **field, zh_note *why)
{
    const zh_json_value mode = zh_json_get(object, ZH_SV("mode"));
    zh_sv text = ZH_SV("ab");
    *out = (zh_bandit){ 0 };
    if (zh_json_type_of(mode) > ZH_JSON_NULL && !zh_json_text(mode, &text)) return wrong(field, why, "mode", "mode is ab or bandit");
    if (zh_sv_equal(text, ZH_SV("ab"))) return ZH_OK;
    if (!zh_sv_equal(text, ZH_SV("bandit"))) return wrong(field, why, "mode", "mode is ab or bandit");
    if (!strategy_of(object, &out->strategy)) return wrong(field, why, "strategy", "strategy is thompson, epsilon_greedy or softmax");
    if (!micro_of(object, "floor", ZH_BANDIT_FLOOR_MIN, 1.0 / arms, FLOOR, &out->floor_micro)) return wrong(field, why, "floor", "floor must be a number from 0.001 to 1 / the number of arms: the least chance of an arm");
    if (out->floor_micro > ZH_BANDIT_MICRO / arms) out->floor_micro = ZH_BANDIT_MICRO / arms;
    if (!micro_of(object, "epsilon", 0, 1, EPSILON, &out->epsilon_micro)) return wrong(field, why, "epsilon", "epsilon must be a number from 0 to 1: the share of customers that is drawn at random");
    if (!micro_of(object, "temperature", 0.001, 100, TEMPERATURE, &out->temperature_micro)) return wrong(field, why, "temperature", "temperature must be a number from 0.001 to 100: an arm better by this share gets e times the chance");
    if (!count_of(object, "everyCustomers", ZH_BANDIT_UNITS_MAX, EVERY_UNITS, &out->every_units)) return wrong(field, why, "everyCustomers", "everyCustomers must be a whole number from 1 to 1,000,000");
    if (!count_of(object, "everySeconds", ZH_BANDIT_SECONDS_MAX, EVERY_SECONDS, &out->every_seconds)) return wrong(field, why, "everySeconds", "everySeconds must be a whole number from 1 to 604,800");
    if (!real_of(object, "winnerLoss", 0, 1e12, 0, &out->winner_loss)) return wrong(field, why, "winnerLoss", "winnerLoss must be a number of at least 0, in the unit of the first metric; 0: no winner is taken");
    return ZH_OK;
}

void zh_bandit_write(const zh_bandit *b, zh_json_out *out)
{
    zh_json_out_key_text(out, ZH_SV("mode"), b->strategy == ZH_BANDIT_NONE ? ZH_SV("ab") : ZH_SV("bandit"));
    if (b->strategy == ZH_BANDIT_NONE) return;
    zh_json_out_key_text(out, ZH_SV("strategy"), zh_sv_of(zh_bandit_strategy_text(b->strategy)));
    zh_json_out_key_real(out, ZH_SV("floor"), (double)b->floor_micro / ZH_BANDIT_MICRO);
    zh_json_out_key_real(out, ZH_SV("epsilon"), (double)b->epsilon_micro / ZH_BANDIT_MICRO);
    zh_json_out_key_real(out, ZH_SV("temperature"), (double)b->temperature_micro / ZH_BANDIT_MICRO);
    zh_json_out_key_int(out, ZH_SV("everyCustomers"), b->every_units);
    zh_json_out_key_int(out, ZH_SV("everySeconds"), b->every_seconds);
    zh_json_out_key_real(out, ZH_SV("winnerLoss"), b->winner_loss);
}

const char *zh_bandit_change(const zh_bandit *old, const zh_bandit *next)
{
    if ((old->strategy == ZH_BANDIT_NONE) != (next->strategy == ZH_BANDIT_NONE)) return "mode";
    if (old->strategy != next->strategy) return "strategy";
    if (old->floor_micro != next->floor_micro) return "floor";
    if (old->epsilon_micro != next->epsilon_micro) return "epsilon";
    if (old->temperature_micro != next->temperature_micro) return "temperature";
    if (old->every_units != next->every_units) return "everyCustomers";
    if (old->every_seconds != next->every_seconds) return "everySeconds";
    return old->winner_loss < next->winner_loss || old->winner_loss > next->winner_loss ? "winnerLoss" : NULL;
}

/* ---- drawing ---- */

bool zh_bandit_is_sound(const zh_bandit_allocation *a)
{
    uint64_t all = 0;
    if (a->arms < 2 || a->arms > ZH_BANDIT_ARMS_MAX || a->winner > a->arms || a->drifted >= a->arms || a->since > a->number || a->cause >= ZH_BANDIT_CAUSES) return false;
    for (uint32_t i = 0; i < a->arms; i++) all += a->chance[i];
    return all == ZH_BANDIT_MICRO;
}

uint32_t zh_bandit_draw(const zh_bandit_allocation *a, uint32_t place)
{
    uint32_t arm = 0;
    while (arm + 1 < a->arms && place >= a->chance[arm]) place -= a->chance[arm++];
    return arm;
}

/* Millionths of at least the floor; what rounding leaves goes to the greatest. */
static void set_chances(const zh_bandit *b, const double *weights, zh_bandit_allocation *out)
{
    double floored[ZH_BANDIT_ARMS_MAX];
    uint32_t all = 0, top = 0;
    zh_explore_floor(weights, out->arms, (double)b->floor_micro / ZH_BANDIT_MICRO, floored);
    for (uint32_t i = 0; i < out->arms; i++) {
        out->chance[i] = (uint32_t)(floored[i] * ZH_BANDIT_MICRO + 1e-6);
        all += out->chance[i];
        if (floored[i] > floored[top]) top = i;
    }
    out->chance[top] += ZH_BANDIT_MICRO - all;
}

void zh_bandit_begin(const zh_bandit *b, const uint32_t *weights, uint32_t arms, zh_bandit_allocation *out)
{
    double shares[ZH_BANDIT_ARMS_MAX];
    for (uint32_t i = 0; i < arms; i++) shares[i] = weights[i];
    *out = (zh_bandit_allocation){ .cause = ZH_BANDIT_BEGIN, .arms = arms };
    set_chances(b, shares, out);
}

/* ---- beliefs ---- */

static double below(double z) { return 0.5 * erfc(-z * M_SQRT1_2); }

/* Chance that all others are below x. */
static double others_below(const double *means, const double *ses, uint32_t arms, uint32_t but, double x)
{
    double all = 1;
    for (uint32_t j = 0; j < arms && all > 0; j++)
        if (j != but) all *= below((x - means[j]) / ses[j]);
    return all;
}

double zh_bandit_greatest(const double *means, const double *ses, uint32_t arms, double *chance)
{
    const double step = 2 * REACH / STEPS;
    double all = 0, greatest = 0, base = means[0];
    for (uint32_t i = 0; i < arms; i++) {
        double p = 0, more = 0;
        for (int k = 0; k <= STEPS; k++) {
            const double z = -REACH + k * step, density = exp(-z * z / 2), x = means[i] + ses[i] * z;
            const double here = density * others_below(means, ses, arms, i, x);
            p += here;
            more += here * (x - base); /* about one of them: no digits are lost where means are far from 0 */
        }
        chance[i] = p;
        all += p;
        greatest += more;
    }
    for (uint32_t i = 0; i < arms; i++) chance[i] /= all;
    return base + greatest / all;
}

typedef struct gathered { /* of one arm */
    double n, sum, square;      /* as they are */
    double weight, weighted, n2; /* sum(n / p), sum(y / p), sum(n / p^2) */
} gathered;

static void gather(zh_bandit_strata s, uint32_t since, uint32_t arm, gathered *g)
{
    *g = (gathered){ 0 };
    for (uint32_t i = since; i < s.count; i++) {
        const zh_bandit_stratum *one = &s.list[i];
        if (one->units[arm] == 0 || one->drawn.chance[arm] == 0) continue;
        const double p = (double)one->drawn.chance[arm] / ZH_BANDIT_MICRO, n = (double)one->units[arm];
        g->n += n, g->sum += (double)one->sum[arm], g->square += (double)one->square[arm];
        g->weight += n / p, g->weighted += (double)one->sum[arm] / p, g->n2 += n / (p * p);
    }
}

static double spread(const gathered *g) { return g->n > 0 ? fmax(0, g->square - g->sum * g->sum / g->n) : 0; } /* sum of squares about the mean */

static void tell_losses(zh_bandit_beliefs *b, bool less_is_better, const zh_bandit_allocation *newest)
{
    double means[ZH_BANDIT_ARMS_MAX], ses[ZH_BANDIT_ARMS_MAX], chance[ZH_BANDIT_ARMS_MAX], even = 0, units = 0;
    for (uint32_t a = 0; a < b->arms; a++) means[a] = less_is_better ? -b->of[a].mean : b->of[a].mean, ses[a] = b->of[a].se;
    const double greatest = zh_bandit_greatest(means, ses, b->arms, chance);
    for (uint32_t a = 0; a < b->arms; a++) {
        zh_bandit_belief *one = &b->of[a];
        one->best = chance[a];
        one->loss = fmax(0, greatest - means[a]);
        if (one->loss < b->of[b->best].loss) b->best = a;
        b->regret += (double)one->units * one->loss;
        b->a_customer += one->loss * newest->chance[a] / ZH_BANDIT_MICRO;
        even += one->loss / b->arms;
        units += (double)one->units;
    }
    b->regret_even = even * units;
}

static void believe(zh_bandit_strata s, uint32_t since, bool less_is_better, zh_bandit_beliefs *out)
{
    const zh_bandit_allocation *newest = &s.list[s.count - 1].drawn;
    gathered of[ZH_BANDIT_ARMS_MAX];
    double n = 0, sum = 0, squares = 0;
    *out = (zh_bandit_beliefs){ .arms = newest->arms, .known = true };
    for (uint32_t a = 0; a < out->arms; a++) {
        gather(s, since, a, &of[a]);
        n += of[a].n, sum += of[a].sum, squares += of[a].square;
        out->of[a].units = (uint64_t)of[a].n;
        out->of[a].mean = of[a].weight > 0 ? of[a].weighted / of[a].weight : 0;
        out->known &= of[a].n >= ZH_BANDIT_START;
    }
    out->pooled = n > 0 ? sum / n : 0;
    squares -= n > 0 ? sum * sum / n : 0; /* about the mean of all: arms that differ vary, too */
    out->known &= squares > 0;
    if (!out->known) return;
    const double one = squares / fmax(1, n - 1);
    for (uint32_t a = 0; a < out->arms; a++) {
        const double own = (spread(&of[a]) + ZH_BANDIT_PRIOR * one) / (of[a].n + ZH_BANDIT_PRIOR);
        out->of[a].se = sqrt(own * of[a].n2) / of[a].weight;
    }
    tell_losses(out, less_is_better, newest);
}

void zh_bandit_beliefs_of(zh_bandit_strata s, bool less_is_better, zh_bandit_beliefs *out) { believe(s, s.list[s.count - 1].drawn.since, less_is_better, out); }

/* ---- drift ---- */

typedef struct chart { double n, sum, square, up, down; uint32_t up_since, down_since; } chart; /* of one arm: what was before, and the sums of the CUSUM */

static double one_customer(const chart *charts, uint32_t arms, uint32_t arm)
{
    double squares = 0, n = 0;
    for (uint32_t a = 0; a < arms; a++) {
        if (charts[a].n <= 0) continue;
        squares += fmax(0, charts[a].square - charts[a].sum * charts[a].sum / charts[a].n);
        n += charts[a].n;
    }
    const chart *c = &charts[arm];
    const double all = squares / fmax(1, n), own = fmax(0, c->square - c->sum * c->sum / c->n);
    return sqrt((own + ZH_BANDIT_PRIOR * all) / (c->n + ZH_BANDIT_PRIOR));
}

static void see(chart *c, double n, double sum, double sd, uint32_t number)
{
    const double z = (sum / n - c->sum / c->n) / (sd * sqrt(1 / n + 1 / c->n)), step = sqrt(n) * fmin(CLIP, fmax(-CLIP, z));
    if (c->up <= 0) c->up_since = number;
    if (c->down <= 0) c->down_since = number;
    c->up = fmax(0, c->up + step - ZH_BANDIT_SLACK * n);
    c->down = fmax(0, c->down - step - ZH_BANDIT_SLACK * n);
}

zh_bandit_drift zh_bandit_drift_of(zh_bandit_strata s, int64_t settled_ms)
{
    zh_bandit_drift found = { .alarm = ZH_BANDIT_ALARM };
    const zh_bandit_allocation *newest = &s.list[s.count - 1].drawn;
    chart charts[ZH_BANDIT_ARMS_MAX] = { { 0 } };
    double customers = 0;
    for (uint32_t i = newest->since; i < s.count && !found.noticed; i++) {
        const zh_bandit_stratum *one = &s.list[i];
        if (one->last_ms > settled_ms) continue;
        for (uint32_t a = 0; a < newest->arms; a++) {
            chart *c = &charts[a];
            const double n = (double)one->units[a], sum = (double)one->sum[a], sd = c->n >= ZH_BANDIT_WARM ? one_customer(charts, newest->arms, a) : 0;
            customers += n;
            if (n > 0 && sd > 0) see(c, n, sum, sd, i);
            const double score = fmax(c->up, c->down);
            if (score > found.score) found = (zh_bandit_drift){ .arm = a, .since = c->up >= c->down ? c->up_since : c->down_since, .score = score };
        }
        found.alarm = ZH_BANDIT_ALARM + fmax(0, log(customers / GROWN)) / (2 * ZH_BANDIT_SLACK);
        found.noticed = found.score > found.alarm;
        if (!found.noticed) found.score = 0; /* of the newest moment */
        for (uint32_t a = 0; a < newest->arms; a++) charts[a].n += (double)one->units[a], charts[a].sum += (double)one->sum[a], charts[a].square += (double)one->square[a];
    }
    if (found.since <= newest->since) found.since = newest->since + 1; /* what was noticed once is not noticed again */
    if (found.since >= s.count) found.since = s.count - 1;
    return found;
}

/* ---- deciding ---- */

static void learn(const zh_bandit *b, const zh_bandit_beliefs *beliefs, bool less_is_better, zh_bandit_allocation *out)
{
    double weights[ZH_BANDIT_ARMS_MAX], scores[ZH_BANDIT_ARMS_MAX];
    const double scale = fabs(beliefs->pooled) > 0 ? fabs(beliefs->pooled) : 1;
    for (uint32_t a = 0; a < out->arms; a++) {
        const double mean = less_is_better ? -beliefs->of[a].mean : beliefs->of[a].mean;
        weights[a] = beliefs->of[a].best;
        scores[a] = b->strategy == ZH_BANDIT_SOFTMAX ? mean / scale : -mean; /* costs, for the greedy one */
    }
    if (b->strategy == ZH_BANDIT_GREEDY) zh_explore_greedy(scores, out->arms, (double)b->epsilon_micro / ZH_BANDIT_MICRO, weights);
    if (b->strategy == ZH_BANDIT_SOFTMAX) zh_explore_softmax(scores, out->arms, (double)ZH_BANDIT_MICRO / b->temperature_micro, weights);
    set_chances(b, weights, out);
}

static void take_winner(const zh_bandit_beliefs *beliefs, zh_bandit_allocation *out)
{
    out->cause = ZH_BANDIT_WON;
    out->winner = beliefs->best + 1;
    memset(out->chance, 0, sizeof out->chance);
    out->chance[beliefs->best] = ZH_BANDIT_MICRO;
}

static bool may_win(const zh_bandit *b, const zh_bandit_beliefs *beliefs, const zh_bandit_moment *at)
{
    bool may = b->winner_loss > 0 && beliefs->known && at->first_ms > 0 && at->first_ms + at->window_ms <= at->now_ms;
    for (uint32_t a = 0; may && a < beliefs->arms; a++) may = beliefs->of[a].units >= ZH_BANDIT_WINNER;
    return may && beliefs->of[beliefs->best].loss <= b->winner_loss;
}

static bool has_news(const zh_bandit_allocation *a, const zh_bandit_allocation *b)
{
    bool news = b->cause != ZH_BANDIT_LEARNT;
    for (uint32_t i = 0; !news && i < a->arms; i++) news = (a->chance[i] > b->chance[i] ? a->chance[i] - b->chance[i] : b->chance[i] - a->chance[i]) > NEWS_MICRO;
    return news;
}

bool zh_bandit_decide(const zh_bandit *b, zh_bandit_strata s, const zh_bandit_moment *at, zh_bandit_allocation *out)
{
    const zh_bandit_stratum *newest = &s.list[s.count - 1];
    const uint32_t arms = newest->drawn.arms;
    uint64_t drawn = 0, all = 0;
    if (newest->drawn.winner != 0 || s.count >= ZH_BANDIT_ALLOCATIONS_MAX) return false;
    for (uint32_t a = 0; a < arms; a++) drawn += newest->units[a];
    for (uint32_t i = 0; i < s.count; i++)
        for (uint32_t a = 0; a < arms; a++) all += s.list[i].units[a];
    const bool enough = drawn >= b->every_units && drawn >= all / ZH_BANDIT_SHARE;
    const int64_t waited = at->now_ms - newest->at_ms;
    if (!enough && (waited < (int64_t)b->every_seconds * 1000 || waited < (at->now_ms - s.list[0].at_ms) / ZH_BANDIT_SHARE)) return false;
    *out = newest->drawn;
    out->number = s.count;
    out->cause = ZH_BANDIT_LEARNT;
    out->drifted = 0;
    const zh_bandit_drift drift = zh_bandit_drift_of(s, at->now_ms - at->window_ms);
    if (drift.noticed) {
        out->cause = ZH_BANDIT_DRIFT;
        out->since = drift.since;
        out->drifted = drift.arm;
    }
    zh_bandit_beliefs beliefs;
    believe(s, out->since, at->less_is_better, &beliefs);
    if (!beliefs.known) memcpy(out->chance, s.list[0].drawn.chance, sizeof out->chance);
    else learn(b, &beliefs, at->less_is_better, out);
    if (!drift.noticed && may_win(b, &beliefs, at)) take_winner(&beliefs, out);
    return enough || has_news(&newest->drawn, out);
}
