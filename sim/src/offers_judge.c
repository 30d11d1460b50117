#include "offers_judge.h"
#include "draw.h"

#include <stdlib.h>

const char *zh_offers_policy_name(zh_offers_policy policy)
{
    static const char *const names[] = { "choice", "oracle", "everyone", "random", "nobody" };
    return names[policy];
}

typedef struct court {
    const zh_offers_ask *ask;
    uint32_t levels;           /* with 0 */
    zh_offers_person *people;
    zh_offers_sum *expected;   /* [customers][levels] */
    uint32_t *order;           /* drawn */
    double *drawn;             /* [customers] */
    uint8_t *level[ZH_OFFERS_POLICIES];
} court;

static const zh_offers_sum *sums_of(const court *c, uint32_t i) { return c->expected + (size_t)i * c->levels; }

static double worth(const court *c, uint32_t i, uint32_t level)
{
    const zh_offers_sum *s = sums_of(c, i);
    return s[level].margin_cents - s[level].cost_cents - s[0].margin_cents + s[0].cost_cents;
}

/* ---- the policies ---- */

/* Everybody's best at this price into `level`; the cost of that. */
static double take_best(const court *c, double price, uint8_t *level)
{
    double cost = 0;
    for (uint32_t i = 0; i < c->ask->customers; i++) {
        level[i] = 0;
        for (uint32_t l = 1; l < c->levels; l++)
            if (worth(c, i, l) - price * sums_of(c, i)[l].cost_cents > worth(c, i, level[i]) - price * sums_of(c, i)[level[i]].cost_cents) level[i] = (uint8_t)l;
        cost += sums_of(c, i)[level[i]].cost_cents;
    }
    return cost;
}

static void choose_oracle(const court *c, uint8_t *level)
{
    double low = 0, high = 1;
    if (take_best(c, 0, level) <= c->ask->budget_cents) return;
    while (take_best(c, high, level) > c->ask->budget_cents) high *= 2; /* ends: worth is finite, and every mention costs */
    for (int i = 0; i < 60; i++) {
        const double middle = 0.5 * (low + high);
        if (take_best(c, middle, level) > c->ask->budget_cents) low = middle;
        else high = middle;
    }
    (void)take_best(c, high, level);
}

/* wanted[i] to customers in the drawn order while the budget lasts; what it is worth. */
static double give_in_order(const court *c, const uint8_t *wanted, uint8_t *level)
{
    double value = 0, cost = 0;
    for (uint32_t k = 0; k < c->ask->customers; k++) {
        const uint32_t i = c->order[k];
        const double more = sums_of(c, i)[wanted[i]].cost_cents;
        level[i] = cost + more <= c->ask->budget_cents ? wanted[i] : 0;
        if (level[i] != 0) cost += more, value += worth(c, i, level[i]);
    }
    return value;
}

static void choose_everyone(const court *c, uint8_t *level, uint8_t *wanted)
{
    uint8_t best = 1;
    double most = -INFINITY;
    for (uint32_t l = 1; l <= c->levels; l++) { /* once more with the best */
        const uint8_t now = l < c->levels ? (uint8_t)l : best;
        memset(wanted, now, c->ask->customers);
        const double value = give_in_order(c, wanted, level);
        if (value > most) most = value, best = now;
    }
}

static int by_draw(const void *a, const void *b, void *drawn)
{
    const double x = ((const double *)drawn)[*(const uint32_t *)a], y = ((const double *)drawn)[*(const uint32_t *)b];
    return (x > y) - (x < y);
}

static void choose(court *c, uint8_t *wanted)
{
    const zh_offers_ask *a = c->ask;
    for (uint32_t i = 0; i < a->customers; i++) {
        c->order[i] = i;
        c->drawn[i] = zh_draw_unit(a->world->seed, zh_draw_stream(a->first + i, 1, ZH_DRAW_OFFER_ARM), 0);
        c->level[ZH_OFFERS_CHOICE][i] = a->choice[i];
    }
    qsort_r(c->order, a->customers, sizeof *c->order, by_draw, c->drawn);
    choose_oracle(c, c->level[ZH_OFFERS_ORACLE]);
    choose_everyone(c, c->level[ZH_OFFERS_EVERYONE], wanted);
    for (uint32_t i = 0; i < a->customers; i++)
        wanted[i] = (uint8_t)(1 + (uint32_t)(zh_draw_unit(a->world->seed, zh_draw_stream(a->first + i, 1, ZH_DRAW_OFFER_ARM), 1) * (c->levels - 1)));
    (void)give_in_order(c, wanted, c->level[ZH_OFFERS_RANDOM]);
}

/* ---- what they earn ---- */

static zh_offers_span span_of(double sum, double squares, uint32_t n)
{
    const double half = n > 1 ? 1.959963984540054 * sqrt(n / (n - 1.0) * fmax(0, squares - sum * sum / n)) : INFINITY;
    return (zh_offers_span){ sum, sum - half, sum + half };
}

static void judge_expected(const court *c, zh_offers_result out[])
{
    for (uint32_t i = 0; i < c->ask->customers; i++)
        for (int p = 0; p < ZH_OFFERS_POLICIES; p++) {
            const uint8_t l = c->level[p][i];
            out[p].mentioned += l > 0;
            out[p].expected_cents += worth(c, i, l);
            out[p].expected_spend_cents += sums_of(c, i)[l].cost_cents;
        }
}

/* The mean profit of a customer over the lucks, by level; the cost of luck 0. */
static void live(const court *c, uint32_t i, double profit[], double cost[])
{
    for (uint32_t l = 0; l < c->levels; l++) {
        profit[l] = 0;
        for (uint32_t luck = 0; luck < c->ask->lucks; luck++) {
            const zh_offers_sum sum = zh_offers_happened(c->ask->world, &c->people[i], l, luck);
            profit[l] += (sum.margin_cents - sum.cost_cents) / c->ask->lucks;
            if (luck == 0) cost[l] = sum.cost_cents;
        }
    }
}

static void judge_happened(const court *c, zh_offers_result out[])
{
    double sum[ZH_OFFERS_POLICIES][2] = { { 0 } }, squares[ZH_OFFERS_POLICIES][2] = { { 0 } };
    for (uint32_t i = 0; i < c->ask->customers; i++) {
        double profit[ZH_SHOP_MENU_MAX + 1], cost[ZH_SHOP_MENU_MAX + 1];
        live(c, i, profit, cost);
        for (int p = 0; p < ZH_OFFERS_POLICIES; p++) {
            const uint8_t l = c->level[p][i];
            const double more = profit[l] - profit[0], ahead = profit[c->level[ZH_OFFERS_CHOICE][i]] - profit[l];
            out[p].spend_cents += cost[l];
            sum[p][0] += more, squares[p][0] += more * more;
            sum[p][1] += ahead, squares[p][1] += ahead * ahead;
        }
    }
    for (int p = 0; p < ZH_OFFERS_POLICIES; p++) {
        out[p].increment = span_of(sum[p][0], squares[p][0], c->ask->customers);
        out[p].behind = span_of(sum[p][1], squares[p][1], c->ask->customers);
    }
}

zh_err zh_offers_judge(zh_offers_result out[ZH_OFFERS_POLICIES], zh_arena *arena, const zh_offers_ask *ask)
{
    court c = { .ask = ask, .levels = ask->world->shop->menu_count + 1 };
    c.people = ZH_TAKE(arena, zh_offers_person, ask->customers);
    c.expected = ZH_TAKE(arena, zh_offers_sum, (size_t)ask->customers * c.levels);
    c.order = ZH_TAKE(arena, uint32_t, ask->customers);
    c.drawn = ZH_TAKE(arena, double, ask->customers);
    uint8_t *wanted = ZH_TAKE(arena, uint8_t, ask->customers);
    bool room = c.people != NULL && c.expected != NULL && c.order != NULL && c.drawn != NULL && wanted != NULL;
    for (int p = 0; p < ZH_OFFERS_POLICIES; p++) room = (c.level[p] = ZH_TAKE(arena, uint8_t, ask->customers)) != NULL && room;
    if (!room) return ZH_NOMEM;
    for (uint32_t i = 0; i < ask->customers; i++) {
        c.people[i] = zh_offers_person_of(ask->world, ask->first + i);
        for (uint32_t l = 0; l < c.levels; l++) c.expected[(size_t)i * c.levels + l] = zh_offers_expected(ask->world, &c.people[i], l);
    }
    memset(out, 0, ZH_OFFERS_POLICIES * sizeof *out);
    choose(&c, wanted);
    judge_expected(&c, out);
    judge_happened(&c, out);
    return ZH_OK;
}
