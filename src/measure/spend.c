#include "measure/spend.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DAYS_LEARNT 3    /* as of so many days */
#define SCORE_LEAST 1e-9

static double spent_in(const zh_past *past, int32_t after, int32_t until)
{
    double sum = 0;
    for (uint32_t i = 0; i < past->count; i++)
        if (past->facts[i].kind == ZH_PAST_ORDER && past->facts[i].day > after && past->facts[i].day <= until) sum += past->facts[i].value;
    return sum;
}

/* Orders to come x the worth of one; false: no order until the day. */
static bool score_of(const zh_past_shop *shop, const zh_past *past, int32_t day, int32_t days, double *out)
{
    zh_clv_history h;
    int32_t first, last;
    if (!(shop->model.a > 0) || !zh_past_history(past, day, &h, &first, &last)) return false;
    const double worth = (spent_in(past, first - 1, day) + shop->mean_value) / (h.x + 2), orders = zh_bgnbd_conditional(&shop->model, &h, days / 7.0);
    *out = fmax(orders * worth, SCORE_LEAST);
    return isfinite(*out);
}

int32_t zh_spend_days(const zh_past *pasts, size_t count, int32_t end)
{
    static const int32_t all[] = { 365, 180, 90, 30 };
    int32_t first = INT32_MAX;
    for (size_t i = 0; i < count; i++)
        for (uint32_t f = 0; f < pasts[i].count; f++)
            if (pasts[i].facts[f].kind == ZH_PAST_ORDER) {
                if (pasts[i].facts[f].day < first) first = pasts[i].facts[f].day;
                break;
            }
    for (size_t i = 0; i < sizeof all / sizeof *all && first != INT32_MAX; i++)
        if (end - first >= 3 * all[i]) return all[i];
    return 0;
}

/* ---- learning ---- */

typedef struct pair { double score, came; } pair;

static int by_score(const void *a, const void *b)
{
    const pair *x = a, *y = b;
    return x->score != y->score ? (x->score > y->score) - (x->score < y->score) : (x->came > y->came) - (x->came < y->came);
}
static int by_came(const void *a, const void *b)
{
    const pair *x = a, *y = b;
    return (x->came > y->came) - (x->came < y->came);
}

static size_t pairs_of(pair *out, const zh_past_shop *shop, const zh_past *pasts, size_t count, int32_t days, int32_t end)
{
    size_t n = 0;
    for (int d = 0; d < DAYS_LEARNT; d++) {
        const int32_t day = end - days - d * days / DAYS_LEARNT;
        for (size_t i = 0; i < count; i++)
            if (score_of(shop, &pasts[i], day, days, &out[n].score)) out[n++].came = spent_in(&pasts[i], day, day + days);
    }
    return n;
}

/* Of a group: the mean, and the shortest interval that holds enough. As multiples of the score. */
static void learn_group(zh_spend *m, int g, pair *pairs, size_t count)
{
    double came = 0, score = 0;
    for (size_t i = 0; i < count; i++) came += pairs[i].came, score += pairs[i].score, pairs[i].came /= pairs[i].score;
    qsort(pairs, count, sizeof *pairs, by_came);
    const size_t wanted = (size_t)ceil(ZH_SPEND_INSIDE * (double)(count + 1));
    size_t best = 0;
    for (size_t from = 0; from + wanted <= count; from++)
        if (pairs[from + wanted - 1].came - pairs[from].came < pairs[best + wanted - 1].came - pairs[best].came) best = from;
    m->mean[g] = came / score;
    m->low[g] = pairs[best].came;
    m->high[g] = pairs[best + wanted - 1 < count ? best + wanted - 1 : count - 1].came;
}

zh_err zh_spend_learn(zh_spend *m, const zh_past *pasts, size_t count, int32_t days, int32_t end)
{
    *m = (zh_spend){ 0 };
    zh_past_shop before;
    pair *pairs = malloc((count * DAYS_LEARNT + 1) * sizeof *pairs);
    if (pairs == NULL) return ZH_NOMEM;
    zh_past_shop_of(&before, pasts, count, end - days);
    zh_past_shop_of(&m->shop, pasts, count, end);
    const size_t n = pairs_of(pairs, &before, pasts, count, days, end);
    const bool enough = n >= ZH_SPEND_GROUPS * 20 && m->shop.model.a > 0;
    qsort(pairs, n, sizeof *pairs, by_score);
    for (int g = 0; enough && g < ZH_SPEND_GROUPS; g++) {
        const size_t from = n * (size_t)g / ZH_SPEND_GROUPS, to = n * (size_t)(g + 1) / ZH_SPEND_GROUPS;
        if (g > 0) m->border[g - 1] = pairs[from].score;
        learn_group(m, g, pairs + from, to - from);
    }
    free(pairs);
    m->days = enough ? days : 0;
    return enough ? ZH_OK : ZH_ABSENT;
}

bool zh_spend_of(const zh_spend *m, const zh_past *past, int32_t day, zh_spent *out)
{
    double score;
    int g = 0;
    if (m->days == 0 || !score_of(&m->shop, past, day, m->days, &score)) return false;
    while (g < ZH_SPEND_GROUPS - 1 && score >= m->border[g]) g++;
    *out = (zh_spent){ score * m->mean[g], score * m->low[g], score * m->high[g] };
    return true;
}

/* ---- testing ---- */

zh_err zh_spend_test(zh_spend_report *r, const zh_past *pasts, size_t count, int32_t days, int32_t end)
{
    zh_spend m;
    const int32_t day = end - days;
    *r = (zh_spend_report){ .day = day };
    const zh_err e = days == 0 ? ZH_ABSENT : zh_spend_learn(&m, pasts, count, days, day);
    for (size_t i = 0; e == ZH_OK && i < count; i++) {
        zh_spent told;
        if (!zh_spend_of(&m, &pasts[i], day, &told)) continue;
        const double came = spent_in(&pasts[i], day, end);
        const bool inside = came >= told.low - 1e-9 && came <= told.high + 1e-9, wide = told.high > 0;
        r->asked++, r->inside += inside, r->wide += wide, r->wide_inside += wide && inside;
        r->expected += told.expected, r->came += came, r->width += told.high - told.low;
    }
    if (r->asked > 0) r->width /= (double)r->asked;
    const double inside = r->wide > 0 ? (double)r->wide_inside / (double)r->wide : 0;
    r->is_offered = r->wide >= ZH_SPEND_ASKED_MIN && inside >= 0.75 && inside <= 0.85;
    return e == ZH_ABSENT ? ZH_OK : e;
}

/* ---- keep ---- */

enum { REALS = 6 + ZH_SPEND_GROUPS - 1 + 3 * ZH_SPEND_GROUPS + 3 };

void zh_spend_put(const zh_spend *m, const zh_spend_report *r, zh_buf *out)
{
    double reals[REALS] = { m->shop.model.r, m->shop.model.alpha, m->shop.model.a, m->shop.model.b, m->shop.mean_gap, m->shop.mean_value, r->expected, r->came, r->width };
    size_t n = 9;
    for (int g = 0; g < ZH_SPEND_GROUPS - 1; g++) reals[n++] = m->border[g];
    for (int g = 0; g < ZH_SPEND_GROUPS; g++) reals[n++] = m->mean[g], reals[n++] = m->low[g], reals[n++] = m->high[g];
    zh_buf_put_u32(out, (uint32_t)m->days);
    zh_buf_put_u32(out, (uint32_t)r->day);
    zh_buf_put_u64(out, r->asked);
    zh_buf_put_u64(out, r->inside);
    zh_buf_put_u64(out, r->wide);
    zh_buf_put_u64(out, r->wide_inside);
    zh_buf_put_u8(out, r->is_offered);
    zh_buf_put(out, (zh_sv){ (const char *)reals, sizeof reals });
}

zh_err zh_spend_take(zh_spend *m, zh_spend_report *r, zh_reader *in)
{
    double reals[REALS];
    *m = (zh_spend){ .days = (int32_t)zh_read_u32(in) };
    *r = (zh_spend_report){ .day = (int32_t)zh_read_u32(in) };
    r->asked = zh_read_u64(in);
    r->inside = zh_read_u64(in);
    r->wide = zh_read_u64(in);
    r->wide_inside = zh_read_u64(in);
    r->is_offered = zh_read_u8(in) == 1;
    const zh_sv bytes = zh_read_bytes(in, sizeof reals);
    if (in->bad || m->days < 0 || m->days > 365 || r->inside > r->asked) return ZH_CORRUPT;
    memcpy(reals, bytes.data, sizeof reals);
    for (int i = 0; i < REALS; i++)
        if (!isfinite(reals[i])) return ZH_CORRUPT;
    m->shop = (zh_past_shop){ { reals[0], reals[1], reals[2], reals[3] }, reals[4], reals[5] };
    r->expected = reals[6], r->came = reals[7], r->width = reals[8];
    size_t n = 9;
    for (int g = 0; g < ZH_SPEND_GROUPS - 1; g++) m->border[g] = reals[n++];
    for (int g = 0; g < ZH_SPEND_GROUPS; g++) m->mean[g] = reals[n++], m->low[g] = reals[n++], m->high[g] = reals[n++];
    return ZH_OK;
}
