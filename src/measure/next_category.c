#include "measure/next_category.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OWN_HALF 4.0        /* orders until half of the weight */
#define LOOKS_DAYS 30
#define LOOKS_HALF 5.0      /* days */
#define ADD_WEIGHT 3.0      /* an add counts like so many views */
#define POPULAR_DAYS 90
#define AFTER_WEIGHT 10.0   /* what is popular counts like so many orders in what comes after an order */
#define ROUNDS 25           /* of EM */
#define PRIOR 8.0           /* orders like the mean of all, in the weights of a bucket */
#define NEWEST_SHARE 3      /* of the history, for the weights: a third */
#define EXAMPLES_MAX 200000
#define POWER_LEAST 0.5
#define POWER_STEP 0.1
#define STEP_DAYS 10         /* between two days that are learnt from */
#define SHARPNESS_CUSTOMERS 3000 /* one number a bucket does not get truer by more */
enum { POWERS = 26 };
enum { OWN, LAST, LOOKS, AFTER, POPULAR, USUAL };

static const char short_history[] = "history is shorter than three times the window";
static const char too_few[] = "fewer than 100 next orders";
static const char no_better[] = "it is no better than the customer's most frequent category or the most popular one";

static int place_of(const zh_next_category *m, uint32_t id)
{
    int low = 0, high = (int)m->count;
    while (low < high) {
        const int middle = (low + high) / 2;
        if (m->ids[middle] < id) low = middle + 1;
        else high = middle;
    }
    return low < (int)m->count && m->ids[low] == id ? low : -1;
}

/* ---- order days ---- */

/* The next day with an order from *at on, until `last`: its category, that with most money (of equals the lower id; 0: none is named). */
static bool next_order(const zh_past *past, uint32_t *at, int32_t last, int32_t *day, uint32_t *category)
{
    while (*at < past->count && past->facts[*at].kind != ZH_PAST_ORDER) (*at)++;
    if (*at == past->count || past->facts[*at].day > last) return false;
    *day = past->facts[*at].day;
    *category = 0;
    double most = -1;
    for (uint32_t i = *at; i < past->count && past->facts[i].day == *day; i++) {
        const uint32_t id = past->facts[i].category;
        double value = 0;
        if (past->facts[i].kind != ZH_PAST_ORDER || id == 0) continue;
        for (uint32_t k = i; k < past->count && past->facts[k].day == *day; k++)
            if (past->facts[k].kind == ZH_PAST_ORDER && past->facts[k].category == id) value += past->facts[k].value;
        if (value > most || (value >= most && id < *category)) most = value, *category = id;
    }
    while (*at < past->count && past->facts[*at].day == *day) (*at)++;
    return true;
}

/* ---- shares ---- */

typedef struct known { /* of a customer as of a day */
    double own[ZH_NEXT_CATEGORIES_MAX], looks[ZH_NEXT_CATEGORIES_MAX];
    double own_sum, looks_sum;
    uint32_t orders;   /* of categories of the model */
    int last, frequent;
} known;

static void see_looks(known *k, const zh_next_category *m, const zh_past *past, int32_t day)
{
    for (uint32_t i = past->count; i-- > 0 && past->facts[i].day > day - LOOKS_DAYS;) {
        const zh_past_fact *f = &past->facts[i];
        if (f->day > day || (f->kind != ZH_PAST_VIEW && f->kind != ZH_PAST_ADD) || f->category == 0) continue;
        const int place = place_of(m, f->category);
        if (place < 0) continue;
        const double weight = exp2(-(day - f->day) / LOOKS_HALF) * f->lines * (f->kind == ZH_PAST_ADD ? ADD_WEIGHT : 1);
        k->looks[place] += weight;
        k->looks_sum += weight;
    }
}

static void know(known *k, const zh_next_category *m, const zh_past *past, int32_t day)
{
    uint32_t counts[ZH_NEXT_CATEGORIES_MAX] = { 0 }, id;
    int32_t of;
    *k = (known){ .last = -1, .frequent = -1 };
    for (uint32_t at = 0; next_order(past, &at, day, &of, &id);) {
        const int place = place_of(m, id);
        if (place < 0) continue;
        for (uint32_t c = 0; c < m->count; c++) k->own[c] *= exp2(-1 / OWN_HALF);
        k->own_sum = k->own_sum * exp2(-1 / OWN_HALF) + 1;
        k->own[place] += 1;
        k->orders++, counts[place]++;
        k->last = place;
        if (k->frequent < 0 || counts[place] >= counts[k->frequent]) k->frequent = place; /* of equals the newer */
    }
    see_looks(k, m, past, day);
}

static uint32_t bucket_of(const known *k)
{
    const uint32_t orders = k->orders <= 1 ? 0 : k->orders == 2 ? 1 : k->orders <= 5 ? 2 : 3;
    return orders * 2 + (k->looks_sum > 0);
}

static void shares_of(const known *k, const zh_next_category *m, uint32_t c, double out[ZH_NEXT_SOURCES])
{
    out[OWN] = k->own[c] / k->own_sum;
    out[LAST] = (int)c == k->last;
    out[LOOKS] = k->looks_sum > 0 ? k->looks[c] / k->looks_sum : 0;
    out[AFTER] = (double)m->after[k->last][c];
    out[POPULAR] = (double)m->popular[c];
    out[USUAL] = (int)c == k->frequent;
}

static double mixed(const zh_next_category *m, const known *k, uint32_t c)
{
    const float *w = m->weights[bucket_of(k)];
    double share[ZH_NEXT_SOURCES], p = 0;
    shares_of(k, m, c, share);
    for (int s = 0; s < ZH_NEXT_SOURCES; s++) p += (double)w[s] * share[s];
    return p;
}

bool zh_next_category_of(const zh_next_category *m, const zh_past *past, int32_t day, double out[ZH_NEXT_CATEGORIES_MAX])
{
    known k;
    double sum = 0;
    if (m->count == 0) return false;
    know(&k, m, past, day);
    if (k.orders == 0) return false;
    const double power = (double)m->sharpness[bucket_of(&k)];
    for (uint32_t c = 0; c < m->count; c++) sum += out[c] = pow(mixed(m, &k, c), power);
    for (uint32_t c = 0; c < m->count; c++) out[c] *= (double)m->known / sum;
    return true;
}

/* ---- learning ---- */

typedef struct tally { uint32_t id; double orders; } tally;

static int by_orders(const void *a, const void *b)
{
    const tally *x = a, *y = b;
    return x->orders > y->orders ? -1 : x->orders < y->orders ? 1 : x->id < y->id ? -1 : x->id > y->id;
}
static int by_id(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}
static int by_tally_id(const void *a, const void *b) { return by_id(&((const tally *)a)->id, &((const tally *)b)->id); }

/* The most ordered categories until the day. */
static zh_err choose(zh_next_category *m, const zh_past *pasts, size_t count, int32_t end)
{
    size_t all = 0, n = 0, kinds = 0;
    for (size_t i = 0; i < count; i++) all += pasts[i].count;
    tally *t = malloc((all + 1) * sizeof *t);
    if (t == NULL) return ZH_NOMEM;
    for (size_t i = 0; i < count; i++) {
        int32_t day;
        uint32_t id;
        for (uint32_t at = 0; next_order(&pasts[i], &at, end, &day, &id);)
            if (id != 0) t[n++] = (tally){ id, 1 };
    }
    qsort(t, n, sizeof *t, by_tally_id);
    for (size_t i = 0; i < n; i++) {
        if (kinds > 0 && t[kinds - 1].id == t[i].id) t[kinds - 1].orders++;
        else t[kinds++] = t[i];
    }
    qsort(t, kinds, sizeof *t, by_orders);
    m->count = kinds < ZH_NEXT_CATEGORIES_MAX ? (uint32_t)kinds : ZH_NEXT_CATEGORIES_MAX;
    for (uint32_t c = 0; c < m->count; c++) m->ids[c] = t[c].id;
    qsort(m->ids, m->count, sizeof *m->ids, by_id);
    free(t);
    return ZH_OK;
}

/* What is popular, and what comes after what, until the day. */
static void count_shares(zh_next_category *m, const zh_past *pasts, size_t count, int32_t end)
{
    double popular[ZH_NEXT_CATEGORIES_MAX], sum = 0, orders = 1, known_orders = 1;
    static const double each = 0.5;
    memset(m->after, 0, sizeof m->after);
    for (uint32_t c = 0; c < m->count; c++) popular[c] = each;
    for (size_t i = 0; i < count; i++) {
        int32_t day;
        uint32_t id;
        int before = -1;
        for (uint32_t at = 0; next_order(&pasts[i], &at, end, &day, &id);) {
            const int place = place_of(m, id);
            const bool is_late = day > end - POPULAR_DAYS;
            if (is_late && id != 0) orders++, known_orders += place >= 0;
            if (place < 0) continue;
            if (is_late) popular[place]++;
            if (before >= 0) m->after[before][place]++;
            before = place;
        }
    }
    m->known = (float)(known_orders / orders);
    for (uint32_t c = 0; c < m->count; c++) sum += popular[c];
    for (uint32_t c = 0; c < m->count; c++) m->popular[c] = (float)(popular[c] / sum);
    for (uint32_t a = 0; a < m->count; a++) {
        double row = AFTER_WEIGHT;
        for (uint32_t c = 0; c < m->count; c++) row += (double)m->after[a][c];
        for (uint32_t c = 0; c < m->count; c++) m->after[a][c] = (float)(((double)m->after[a][c] + AFTER_WEIGHT * (double)m->popular[c]) / row);
    }
}

typedef struct example { uint32_t bucket; float share[ZH_NEXT_SOURCES]; } example;

/* His next order within a window after the day: what was known of him, and its place in the model; false: none, or none of the model. */
static bool next_of(const zh_next_category *m, const zh_past *past, int32_t day, known *k, uint32_t *came)
{
    uint32_t low = 0, high = past->count, id; /* the first fact after the day */
    int32_t of;
    while (low < high) {
        const uint32_t middle = (low + high) / 2;
        if (past->facts[middle].day <= day) low = middle + 1;
        else high = middle;
    }
    if (!next_order(past, &low, day + ZH_NEXT_CATEGORY_WINDOW, &of, &id)) return false;
    const int place = place_of(m, id);
    if (place < 0) return false;
    know(k, m, past, day);
    *came = (uint32_t)place;
    return k->orders > 0;
}

/* As of days from `from` to a window before the end, as it will be asked: on any day, not on the eve of an order. */
static size_t examples_of(example *out, const zh_next_category *m, const zh_past *pasts, size_t count, int32_t from, int32_t end)
{
    size_t n = 0;
    for (int32_t day = end - ZH_NEXT_CATEGORY_WINDOW; day >= from; day -= STEP_DAYS)
        for (size_t i = 0; i < count && n < EXAMPLES_MAX; i++) {
            known k;
            uint32_t came;
            double share[ZH_NEXT_SOURCES];
            if (!next_of(m, &pasts[i], day, &k, &came)) continue;
            shares_of(&k, m, came, share);
            out[n].bucket = bucket_of(&k);
            for (int s = 0; s < ZH_NEXT_SOURCES; s++) out[n].share[s] = (float)share[s];
            n++;
        }
    return n;
}

/* One round: who explains each order how much. A bucket with few orders stays near the mean of all. */
static void round_of(double w[ZH_NEXT_BUCKETS][ZH_NEXT_SOURCES], const example *all, size_t count)
{
    double sums[ZH_NEXT_BUCKETS][ZH_NEXT_SOURCES] = { { 0 } }, mean[ZH_NEXT_SOURCES] = { 0 }, total = 0;
    for (size_t i = 0; i < count; i++) {
        double part[ZH_NEXT_SOURCES], p = 0;
        for (int s = 0; s < ZH_NEXT_SOURCES; s++) p += part[s] = w[all[i].bucket][s] * (double)all[i].share[s];
        if (!(p > 0)) continue;
        for (int s = 0; s < ZH_NEXT_SOURCES; s++) sums[all[i].bucket][s] += part[s] / p, mean[s] += part[s] / p;
        total++;
    }
    for (int b = 0; total > 0 && b < ZH_NEXT_BUCKETS; b++) {
        double sum = 0;
        for (int s = 0; s < ZH_NEXT_SOURCES; s++) {
            w[b][s] = sums[b][s] + (s == LOOKS && b % 2 == 0 ? 0 : PRIOR * mean[s] / total); /* who looked at nothing has no share there */
            if (s == POPULAR) w[b][s] += 1e-3;
            sum += w[b][s];
        }
        for (int s = 0; s < ZH_NEXT_SOURCES; s++) w[b][s] /= sum;
    }
}

static void fit_weights(zh_next_category *m, const example *all, size_t count)
{
    double w[ZH_NEXT_BUCKETS][ZH_NEXT_SOURCES];
    for (int b = 0; b < ZH_NEXT_BUCKETS; b++)
        for (int s = 0; s < ZH_NEXT_SOURCES; s++) w[b][s] = b % 2 == 1 ? 1.0 / ZH_NEXT_SOURCES : s == LOOKS ? 0 : 1.0 / (ZH_NEXT_SOURCES - 1);
    for (int round = 0; round < ROUNDS; round++) round_of(w, all, count);
    for (int b = 0; b < ZH_NEXT_BUCKETS; b++)
        for (int s = 0; s < ZH_NEXT_SOURCES; s++) m->weights[b][s] = (float)w[b][s];
}

/* The powers of each bucket for one customer and order: its likelihood under each. */
static void try_powers(double ll[ZH_NEXT_BUCKETS][POWERS], const zh_next_category *m, const known *k, uint32_t came)
{
    double p[ZH_NEXT_CATEGORIES_MAX];
    for (uint32_t c = 0; c < m->count; c++) p[c] = log(mixed(m, k, c));
    for (int i = 0; i < POWERS; i++) {
        const double power = POWER_LEAST + i * POWER_STEP;
        double sum = 0;
        for (uint32_t c = 0; c < m->count; c++) sum += exp(power * p[c]);
        ll[bucket_of(k)][i] += power * p[came] - log(sum);
    }
}

/* The power that makes the orders of the newest days likeliest; near 1 where there are few. */
static void fit_sharpness(zh_next_category *m, const zh_past *pasts, size_t count, int32_t from, int32_t end)
{
    double ll[ZH_NEXT_BUCKETS][POWERS] = { { 0 } };
    const size_t step = count / SHARPNESS_CUSTOMERS + 1;
    for (int32_t day = end - ZH_NEXT_CATEGORY_WINDOW; day >= from; day -= STEP_DAYS)
        for (size_t i = 0; i < count; i += step) {
            known k;
            uint32_t came;
            if (next_of(m, &pasts[i], day, &k, &came)) try_powers(ll, m, &k, came);
        }
    for (int b = 0; b < ZH_NEXT_BUCKETS; b++) {
        int best = 0;
        for (int i = 0; i < POWERS; i++) {
            const double off = POWER_LEAST + i * POWER_STEP - 1;
            ll[b][i] -= 2 * off * off;
            if (ll[b][i] > ll[b][best]) best = i;
        }
        m->sharpness[b] = (float)(POWER_LEAST + best * POWER_STEP);
    }
}

static int32_t first_day(const zh_past *pasts, size_t count)
{
    int32_t first = INT32_MAX;
    for (size_t i = 0; i < count; i++)
        if (pasts[i].count > 0 && pasts[i].facts[0].day < first) first = pasts[i].facts[0].day;
    return first;
}

zh_err zh_next_category_learn(zh_next_category *m, const zh_past *pasts, size_t count, int32_t end)
{
    const int32_t first = first_day(pasts, count);
    *m = (zh_next_category){ 0 };
    if (first == INT32_MAX || end - first < 2 * ZH_NEXT_CATEGORY_WINDOW) return ZH_ABSENT;
    const int32_t split = end - (end - first) / NEWEST_SHARE;
    zh_err e = choose(m, pasts, count, end);
    example *all = malloc(EXAMPLES_MAX * sizeof *all);
    if (all == NULL) e = ZH_NOMEM;
    if (e == ZH_OK && m->count >= 2) {
        count_shares(m, pasts, count, split);
        const size_t n = examples_of(all, m, pasts, count, split, end);
        fit_weights(m, all, n);
        fit_sharpness(m, pasts, count, split, end);
        count_shares(m, pasts, count, end);
        if (n < ZH_NEXT_CATEGORY_ASKED_MIN) e = ZH_ABSENT;
    } else if (e == ZH_OK) e = ZH_ABSENT;
    free(all);
    if (e != ZH_OK) m->count = 0;
    return e;
}

/* ---- testing ---- */

typedef struct judged {
    double *p;
    bool *right;
    size_t *order;
    size_t better[2], worse[2]; /* than the customer's most frequent, than the most popular */
} judged;

static void judge_one(zh_next_category_report *r, judged *j, const zh_next_category *m, const zh_past *past, int32_t day, uint32_t popular)
{
    double p[ZH_NEXT_CATEGORIES_MAX];
    known k;
    int32_t of;
    uint32_t id, at = 0, first = 0;
    while (at < past->count && past->facts[at].day <= day) at++;
    if (!next_order(past, &at, day + ZH_NEXT_CATEGORY_WINDOW, &of, &id) || id == 0 || !zh_next_category_of(m, past, day, p)) return;
    know(&k, m, past, day);
    const int came = place_of(m, id);
    for (uint32_t c = 1; c < m->count; c++)
        if (p[c] > p[first]) first = c;
    const bool right = came == (int)first, rules[2] = { came == k.frequent, came == (int)popular };
    j->p[r->asked] = p[first], j->right[r->asked] = right;
    r->asked++, r->right += right, r->right_frequent += rules[0], r->right_popular += rules[1];
    for (int rule = 0; rule < 2; rule++) j->better[rule] += right && !rules[rule], j->worse[rule] += !right && rules[rule];
    const double other = fmax(1 - (double)m->known, 1e-6);
    r->log_loss -= log(came < 0 ? other : p[came]);
    r->log_loss_popular -= log(came < 0 ? other : (double)m->known * (double)m->popular[came]);
}

static bool beats(const judged *j, int rule)
{
    const double better = (double)j->better[rule], worse = (double)j->worse[rule];
    return better - worse > sqrt(better + worse);
}

static void conclude(zh_next_category_report *r, const judged *j)
{
    if (r->asked > 0) {
        r->reliability = zh_reliability_of(j->p, j->right, r->asked, j->order);
        r->log_loss /= (double)r->asked, r->log_loss_popular /= (double)r->asked;
    }
    if (r->days_count == 0) r->why = short_history;
    else if (r->asked < ZH_NEXT_CATEGORY_ASKED_MIN) r->why = too_few;
    else if (!beats(j, 0) || !beats(j, 1)) r->why = no_better;
    else r->is_offered = true;
}

zh_err zh_next_category_test(zh_next_category_report *r, const zh_past *pasts, size_t count, int32_t end)
{
    const size_t most = count * ZH_NEXT_CATEGORY_TESTS + 1;
    judged j = { malloc(most * sizeof *j.p), malloc(most * sizeof *j.right), malloc(most * sizeof *j.order), { 0 }, { 0 } };
    zh_next_category *m = malloc(sizeof *m);
    zh_err e = j.p == NULL || j.right == NULL || j.order == NULL || m == NULL ? ZH_NOMEM : ZH_OK;
    *r = (zh_next_category_report){ .why = NULL };
    for (int t = 1; e == ZH_OK && t <= ZH_NEXT_CATEGORY_TESTS; t++) {
        const int32_t day = end - ZH_NEXT_CATEGORY_WINDOW * t;
        uint32_t popular = 0;
        if ((e = zh_next_category_learn(m, pasts, count, day)) != ZH_OK) break;
        for (uint32_t c = 1; c < m->count; c++)
            if (m->popular[c] > m->popular[popular]) popular = c;
        for (size_t i = 0; i < count; i++) judge_one(r, &j, m, &pasts[i], day, popular);
        r->days[r->days_count++] = day;
    }
    if (e == ZH_ABSENT) e = ZH_OK;
    if (e == ZH_OK) conclude(r, &j);
    free(j.p), free(j.right), free(j.order), free(m);
    return e;
}
