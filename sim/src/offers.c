#include "offers.h"
#include "base/special.h"
#include "draw.h"

const char *const zh_offers_columns[ZH_OFFERS_COLUMNS] = { "orders", "orders_8_weeks", "weeks_since_order", "basket_mean_cents", "sale_orders", "sale_share", "views_week",
                                                           "views_4_weeks", "messages", "clicks", "offers_found", "offer_pages" };

enum { RECENT_WEEKS = 8, CAMPAIGNS = 6 }; /* of the past, in which offers could be found */

static double logit(double p) { return log(p / (1 - p)); }
static double chance(double x) { return 1 / (1 + exp(-x)); }

zh_offers_world zh_offers_world_of(const zh_shop *shop, uint64_t seed)
{
    zh_offers_world w = { .shop = shop, .told = shop->told, .seed = seed };
    const uint64_t stream = zh_draw_stream(0, 0, ZH_DRAW_OFFER_SHOP);
    double stray[6];
    for (uint32_t i = 0; i < 6; i++) stray[i] = shop->told.shop_spread * zh_draw_normal(seed, stream, i);
    w.told.buy_prob = chance(logit(shop->told.buy_prob) + stray[0]);
    w.told.price_sensitivity *= exp(stray[1]);
    w.told.nudge += stray[2] * shop->told.nudge_sd;
    w.told.find_prob *= exp(stray[3]);
    w.told.basket_cents = llround((double)shop->told.basket_cents * exp(stray[4]));
    if (shop->told.margin_share < 1) w.told.margin_share = chance(logit(shop->told.margin_share) + stray[5]);
    return w;
}

static uint32_t poisson(zh_rng *rng, double mean) /* Knuth; means of pages are small */
{
    double left = exp(-fmin(mean, 200)), product = zh_rng_unit(rng);
    uint32_t count = 0;
    for (; product > left && count < 1000; count++) product *= zh_rng_unit(rng);
    return count;
}

static double normal(zh_rng *rng) { return zh_draw_normal(rng->seed, rng->stream, rng->index++); }

static double gain(const zh_offers_person *p, double off) { return -p->sensitivity * log1p(-off); }

/* The weeks before this one, and what is seen of them. */
static void live_the_past(const zh_offers_world *w, zh_offers_person *p)
{
    const zh_shop_told *t = &w->told;
    zh_rng luck = { w->seed, zh_draw_stream(p->number, 1, ZH_DRAW_OFFER_PAST), 0 }; /* pages, orders */
    zh_rng needs = { w->seed, zh_draw_stream(p->number, 0, ZH_DRAW_OFFER_PAST), 0 };
    const double keep = exp(-1 / t->need_weeks), fresh = t->need_sd * sqrt(1 - keep * keep);
    double orders = 0, recent = 0, since = (double)t->past_weeks + 1, spent = 0, on_sale = 0, views = 0, views_last = 0, messages = 0, clicks = 0, found = 0, pages = 0;
    p->need = t->need_sd * normal(&needs);
    for (int64_t week = t->past_weeks; week >= 1; week--) { /* so many weeks ago */
        const bool sale = week % t->sale_every_weeks == 0, message = zh_rng_unit(&luck) < t->message_prob;
        const bool bought = zh_rng_unit(&luck) < chance(p->habit + p->need + (sale ? gain(p, t->sale_percent / 100) : 0) + (message ? p->nudge : 0));
        const double basket = exp(p->basket + t->basket_own_sd * normal(&needs));
        const uint32_t seen = poisson(&luck, t->views_per_week * exp(0.5 * (p->habit - logit(t->buy_prob)) + t->views_need * p->need));
        pages += poisson(&luck, p->curious);
        if (week == 1) views_last = seen;
        else if (week <= 5) views += seen;
        messages += message;
        clicks += message && zh_rng_unit(&luck) < chance(logit(t->click_prob) + t->click_nudge * (p->nudge - t->nudge));
        if (bought) {
            orders++, spent += basket, on_sale += sale;
            recent += week <= RECENT_WEEKS;
            since = (double)week;
        }
        p->need = keep * p->need + fresh * normal(&needs);
    }
    for (int i = 0; i < CAMPAIGNS; i++) found += zh_rng_unit(&luck) < p->find;
    const double seen[ZH_OFFERS_COLUMNS] = { orders, recent, since, orders > 0 ? round(spent / orders) : 0, on_sale, orders > 0 ? on_sale / orders : 0, views_last, views, messages, clicks, found, pages };
    memcpy(p->seen, seen, sizeof seen);
}

zh_offers_person zh_offers_person_of(const zh_offers_world *w, uint32_t number)
{
    const zh_shop_told *t = &w->told;
    zh_rng rng = { w->seed, zh_draw_stream(number, 0, ZH_DRAW_OFFER_PERSON), 0 };
    zh_offers_person p = { .number = number };
    const double sensitivity = t->price_sensitivity_sd * normal(&rng);
    p.sensitivity = t->price_sensitivity * exp(sensitivity);
    p.find = fmin(1, t->find_prob * exp(sensitivity));
    p.curious = t->offer_pages_per_week * exp(sensitivity + t->offer_pages_sd * normal(&rng));
    p.habit = logit(t->buy_prob) + t->habit_sd * normal(&rng);
    p.nudge = t->nudge + t->nudge_sd * normal(&rng);
    p.basket = log((double)t->basket_cents) + t->basket_sd * normal(&rng);
    live_the_past(w, &p);
    return p;
}

/* What an offer takes off an order of `cents`: a share. */
static double off_of(const zh_offers_world *w, uint32_t level, double cents)
{
    if (level == 0 || cents < (double)w->shop->menu[level - 1].minimum_cents) return 0;
    return w->shop->menu[level - 1].percent / 100;
}

static double best_off(const zh_offers_world *w, double cents)
{
    double best = 0;
    for (uint32_t l = 1; l <= w->shop->menu_count; l++) best = fmax(best, off_of(w, l, cents));
    return best;
}

/* Where an order of `cents` is meant, and the customer knows the menu or not: his chance to buy, and what is off. */
static double buys(const zh_offers_world *w, const zh_offers_person *p, uint32_t level, bool finder, double cents, double *off)
{
    *off = finder ? best_off(w, cents) : off_of(w, level, cents);
    return chance(p->habit + p->need + gain(p, *off) + (level > 0 ? p->nudge : 0));
}

zh_offers_sum zh_offers_expected(const zh_offers_world *w, const zh_offers_person *p, uint32_t level)
{
    const zh_shop_told *t = &w->told;
    const double sd = t->basket_own_sd, mean = exp(p->basket + 0.5 * sd * sd);
    zh_offers_sum sum = { .cost_cents = level > 0 ? (double)t->message_cents : 0 };
    double low = 0;
    for (;;) { /* from minimum to minimum: the next above `low` */
        double high = INFINITY;
        for (uint32_t l = 0; l < w->shop->menu_count; l++)
            if ((double)w->shop->menu[l].minimum_cents > low) high = fmin(high, (double)w->shop->menu[l].minimum_cents);
        /* E[order; low <= order < high] = mean (Phi(z(high) - sd) - Phi(z(low) - sd)),  z(x) = (ln x - basket) / sd */
        const double cents = mean * (zh_normal_cdf((log(high) - p->basket) / sd - sd) - (low > 0 ? zh_normal_cdf((log(low) - p->basket) / sd - sd) : 0));
        for (int finder = 0; finder < 2; finder++) {
            double off;
            const double bought = buys(w, p, level, finder == 1, low, &off) * (finder == 1 ? p->find : 1 - p->find) * cents;
            sum.margin_cents += bought * (t->margin_share - (finder == 1 ? off : 0));
            sum.cost_cents += finder == 1 ? 0 : bought * off;
        }
        if (isinf(high)) return sum;
        low = high;
    }
}

zh_offers_sum zh_offers_happened(const zh_offers_world *w, const zh_offers_person *p, uint32_t level, uint32_t luck)
{
    const uint64_t stream = zh_draw_stream(p->number, luck, ZH_DRAW_OFFER_LUCK);
    const double cents = exp(p->basket + w->told.basket_own_sd * zh_draw_normal(w->seed, stream, 0));
    const bool finder = zh_draw_unit(w->seed, stream, 2) < p->find;
    zh_offers_sum sum = { .cost_cents = level > 0 ? (double)w->told.message_cents : 0 };
    double off;
    if (zh_draw_unit(w->seed, stream, 3) >= buys(w, p, level, finder, cents, &off)) return sum;
    sum.margin_cents = round(cents * (w->told.margin_share - (finder ? off : 0)));
    sum.cost_cents += finder ? 0 : round(cents * off);
    return sum;
}
