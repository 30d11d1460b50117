#include "shop_keys.h"

#include <stdio.h>

#define SHOP(field) offsetof(zh_shop, field)
#define TYPE(field) offsetof(zh_shop_type, field)
#define TOLD(field) offsetof(zh_shop, told.field)
#define MENU(field) offsetof(zh_shop_offer, field)
#define FOLLOW(field) offsetof(zh_shop_follow, field)

const zh_shop_key zh_shop_keys[] = {
    { "", "seed", true, 0, 9e15, 1, SHOP(seed), "", "draws the catalog; customers are drawn by `--seed`" },
    { "", "utc_offset_minutes", true, -840, 840, 480, SHOP(utc_offset_minutes), "min", "the shop's clock against UTC" },

    { "run", "customers", true, 1, ZH_SHOP_CUSTOMERS_MAX, 1500, SHOP(customers), "", "customers over all days; `--customers` overrides" },
    { "run", "days", true, 2, ZH_SHOP_DAYS_MAX, 60, SHOP(days), "d", "days to simulate; `--days` overrides" },
    { "run", "warmup_share", false, 0, 0.9, 1.0 / 3, SHOP(warmup_share), "", "share of the days, at the beginning, in which all policies show the same lists; not measured" },

    { "catalog", "interest_spread", false, 0, 1, 0.4, SHOP(interest_spread), "", "how far an item's interests stray from its type's: 0 all alike, 1 its own" },
    { "catalog", "variant_spread", false, 0, 1, 1, SHOP(variant_spread), "", "how far variants of one product differ in price, quality and interests: 0 alike, 1 as other products do" },
    { "catalog", "quality_sd", false, 0, 5, 0.5, SHOP(quality_sd), "utility", "spread of the quality that all customers agree on" },
    { "catalog", "new_share", false, 0, 1, 0.15, SHOP(new_share), "", "share of items that start to be sold during the days" },
    { "catalog", "ending_share", false, 0, 1, 0.08, SHOP(ending_share), "", "share of items that end during the days" },
    { "catalog", "stock_low", true, 0, 1000000, 30, SHOP(stock_low), "pieces", "least stock of an item after restocking" },
    { "catalog", "stock_high", true, 1, 1000000, 150, SHOP(stock_high), "pieces", "most stock of an item after restocking" },
    { "catalog", "restock_days", true, 1, 3650, 7, SHOP(restock_days), "d", "days between restockings" },

    { "people", "taste_alpha", false, 0.01, 100, 0.15, SHOP(taste_alpha), "", "concentration of tastes: small is one interest a person, large is everybody alike" },
    { "people", "drift_days", false, 1, 100000, 45, SHOP(drift_days), "d", "days in which the drifting part of a taste goes from one target to the next" },
    { "people", "drift_share", false, 0, 1, 0.3, SHOP(drift_share), "", "share of a taste that drifts" },
    { "people", "price_sensitivity", false, 0, 10, 0.5, SHOP(price_sensitivity), "utility", "median loss of utility when a price is e times as high" },
    { "people", "price_sensitivity_sd", false, 0, 3, 0.4, SHOP(price_sensitivity_sd), "", "spread of its logarithm over customers" },
    { "people", "arriving_share", false, 0, 1, 0.3, SHOP(arriving_share), "", "share of customers who come for the first time during the days" },
    { "people", "anonymous_share", false, 0, 1, 0.4, SHOP(anonymous_share), "", "share of visits that begin before login; who puts something into the cart logs in" },
    { "people", "turn_share", false, 0, 1, 0, SHOP(turn_share), "", "share of customers whose taste turns once, in the third quarter of the days, to another one" },

    { "places", "share", false, 0, 1, 0, SHOP(places_share), "", "share of customers whose visits say where they are" },
    { "places", "worker_share", false, 0, 1, 0.7, SHOP(worker_share), "", "share of these who work elsewhere, Monday to Friday 9 to 18; the others are at home" },
    { "places", "away_prob", false, 0, 1, 0.15, SHOP(away_prob), "", "chance that a visit comes from anywhere in the city" },
    { "places", "accuracy_m", false, 0, 10000, 40, SHOP(accuracy_m), "m", "standard error of a position, each way" },
    { "places", "latitude", false, -80, 80, 31.23, SHOP(latitude), "degree", "middle of the city" },
    { "places", "longitude", false, -180, 180, 121.47, SHOP(longitude), "degree", "middle of the city" },
    { "places", "radius_km", false, 0.1, 200, 15, SHOP(radius_km), "km", "of the city" },

    { "weather", "rain_prob", false, 0, 1, 0, SHOP(rain_prob), "", "chance that it rains in a quarter of a day; else it is clear. 0: no weather, and engines are told none" },

    { "visits", "per_week", false, 0.01, 50, 2, SHOP(per_week), "1/week", "median visits of a customer" },
    { "visits", "per_week_sd", false, 0, 3, 0.5, SHOP(per_week_sd), "", "spread of its logarithm over customers" },
    { "visits", "own_hours_share", false, 0, 1, 0.6, SHOP(own_hours_share), "", "share of visits at the customer's own time of day; the others follow `hours`" },
    { "visits", "own_hours_sd", false, 0, 12, 1.5, SHOP(own_hours_sd), "h", "spread around the own time of day" },
    { "visits", "need_prob", false, 0, 1, 0.25, SHOP(need_prob), "", "chance that a visit comes with a fresh need" },
    { "visits", "pending_prob", false, 0, 1, 0.6, SHOP(pending_prob), "", "chance that a waiting need is what the visit is for" },
    { "visits", "need_days", false, 0.1, 3650, 14, SHOP(need_days), "d", "how long a need waits before it is met elsewhere" },
    { "visits", "search_prob", false, 0, 1, 0.7, SHOP(search_prob), "", "chance to search for a need that the home list did not meet" },
    { "visits", "abandon_prob", false, 0, 1, 0.25, SHOP(abandon_prob), "", "chance that a cart is left behind" },
    { "visits", "looks", true, 1, 8, 3, SHOP(looks), "items", "most items opened from one list of home or search" },

    { "choice", "taste_weight", false, 0, 50, 6, SHOP(taste_weight), "utility", "utility of a full match of tastes" },
    { "choice", "price_reference_cents", true, 1, 1e9, 10000, SHOP(price_reference_cents), "cents", "the price that neither adds nor takes utility" },
    { "choice", "need_bonus", false, 0, 20, 3, SHOP(need_bonus), "utility", "what a need adds to all items of its type" },
    { "choice", "season_weight", false, 0, 10, 1, SHOP(season_weight), "utility", "times the logarithm of the season's factor" },
    { "choice", "loyalty_bonus", false, 0, 20, 1, SHOP(loyalty_bonus), "utility", "for the same item as last time, where a type is used up" },
    { "choice", "owned_penalty", false, 0, 20, 3, SHOP(owned_penalty), "utility", "right after buying one of the type; fades over `own_days`" },
    { "choice", "click_outside", false, -20, 40, 5.5, SHOP(click_outside), "utility", "of not opening anything of a list" },
    { "choice", "buy_outside", false, -20, 40, 5, SHOP(buy_outside), "utility", "of not buying what one looks at" },
    { "choice", "examine_decay", false, 0, 5, 0.5, SHOP(examine_decay), "", "rank r is looked at with probability r^-decay" },
    { "choice", "fatigue", false, 0, 10, 0.2, SHOP(fatigue), "utility", "loss each time an item was seen in a list and not opened" },
    { "choice", "fatigue_half_life_days", false, 0.1, 3650, 7, SHOP(fatigue_half_life_days), "d", "in which half of it is forgotten" },

    { "returns", "mismatch", false, 0, 20, 2, SHOP(return_mismatch), "", "how much the chance of a return grows where the taste does not match" },
    { "returns", "delay_days_low", true, 0, 365, 3, SHOP(return_delay_days_low), "d", "soonest return" },
    { "returns", "delay_days_high", true, 0, 365, 10, SHOP(return_delay_days_high), "d", "latest return" },
    { "returns", "cost_cents", true, 0, 1e9, 800, SHOP(return_cost_cents), "cents", "what a return costs beside the lost margin" },

    { "lists", "home", true, 1, 24, 8, SHOP(home_size), "items", "of the home page" },
    { "lists", "product_page", true, 1, 24, 6, SHOP(product_page_size), "items", "on a product's page" },
    { "lists", "cart", true, 1, 24, 6, SHOP(cart_size), "items", "on the cart's page" },
    { "lists", "search", true, 1, 24, 12, SHOP(search_size), "items", "of a search; the shop's own order, the same for all policies" },

    { "policies", "popular_half_life_days", false, 0.1, 3650, 14, SHOP(popular_half_life_days), "d", "in which a purchase counts half for `popular`" },
    { "policies", "warmup_random_share", false, 0, 1, 0.5, SHOP(warmup_random_share), "", "share of random items in the lists of the warm-up; the others are popular" },

    { "offers", "buy_prob", false, 0.001, 0.9, 0.1, TOLD(buy_prob), "", "median chance of a customer to buy in a week" },
    { "offers", "habit_sd", false, 0, 5, 1, TOLD(habit_sd), "logit", "spread of that over customers" },
    { "offers", "need_sd", false, 0, 5, 0.4, TOLD(need_sd), "logit", "spread of what a customer needs this week" },
    { "offers", "need_weeks", false, 0.1, 52, 3, TOLD(need_weeks), "week", "in which a need falls to 1/e" },
    { "offers", "price_sensitivity", false, 0, 50, 5, TOLD(price_sensitivity), "logit", "median gain when a price is e times lower" },
    { "offers", "price_sensitivity_sd", false, 0, 3, 0.8, TOLD(price_sensitivity_sd), "", "spread of its logarithm over customers" },
    { "offers", "nudge", false, -5, 5, 0.1, TOLD(nudge), "logit", "of being told anything at all; below 0 it annoys" },
    { "offers", "nudge_sd", false, 0, 5, 0.2, TOLD(nudge_sd), "logit", "spread of that over customers" },
    { "offers", "find_prob", false, 0, 1, 0.05, TOLD(find_prob), "", "chance to find the best public offer without being told, at the median price sensitivity; it grows with that" },
    { "offers", "basket_cents", true, 100, 1e9, 15000, TOLD(basket_cents), "cents", "median order" },
    { "offers", "basket_sd", false, 0, 3, 0.5, TOLD(basket_sd), "", "spread of its logarithm over customers" },
    { "offers", "basket_own_sd", false, 0.01, 3, 0.4, TOLD(basket_own_sd), "", "spread of its logarithm over one customer's orders" },
    { "offers", "margin_share", false, 0.01, 1, 0.35, TOLD(margin_share), "", "of an order at its listed price" },
    { "offers", "views_per_week", false, 0, 100, 4, TOLD(views_per_week), "1/week", "pages seen without a need" },
    { "offers", "views_need", false, 0, 10, 2, TOLD(views_need), "", "how steeply pages rise with a need: their logarithm for 1 of the logit" },
    { "offers", "offer_pages_per_week", false, 0, 100, 0.5, TOLD(offer_pages_per_week), "1/week", "pages of offers seen at the median price sensitivity; they grow with that" },
    { "offers", "offer_pages_sd", false, 0, 3, 0.3, TOLD(offer_pages_sd), "", "spread of their logarithm for other reasons" },
    { "offers", "click_prob", false, 0.001, 0.999, 0.2, TOLD(click_prob), "", "chance to click on a message, of who is nudged as most are" },
    { "offers", "click_nudge", false, 0, 50, 8, TOLD(click_nudge), "logit", "how steeply that grows with the nudge" },
    { "offers", "message_prob", false, 0, 1, 0.35, TOLD(message_prob), "", "chance of a plain message in a week of the past" },
    { "offers", "message_cents", true, 0, 1e6, 8, TOLD(message_cents), "cents", "what the channel takes for a mention" },
    { "offers", "past_weeks", true, 9, 520, 104, TOLD(past_weeks), "week", "of the past that is seen" },
    { "offers", "sale_every_weeks", true, 2, 520, 4, TOLD(sale_every_weeks), "week", "between sales for everybody in the past" },
    { "offers", "sale_percent", false, 0, 90, 15, TOLD(sale_percent), "%", "off in such a sale" },
    { "offers", "shop_spread", false, 0, 1, 0.25, TOLD(shop_spread), "", "how far a seed's shop strays from these numbers: the spread of their logarithms (of chances: of their logits)" },

    { "menu[]", "percent", false, 0.1, 90, 10, MENU(percent), "%", "off the order" },
    { "menu[]", "minimum_cents", true, 0, 1e11, 0, MENU(minimum_cents), "cents", "from which order on" },

    { "types[]", "items", true, 1, ZH_SHOP_ITEMS_MAX, 10, TYPE(items), "items", "of this type; variants count" },
    { "types[]", "price_low_cents", true, 1, 1e11, 2000, TYPE(price_low_cents), "cents", "lowest price" },
    { "types[]", "price_high_cents", true, 1, 1e11, 10000, TYPE(price_high_cents), "cents", "highest price; prices are drawn evenly by logarithm" },
    { "types[]", "margin_low", false, 0, 1, 0.2, TYPE(margin_low), "", "lowest share of the price that is margin" },
    { "types[]", "margin_high", false, 0, 1, 0.4, TYPE(margin_high), "", "highest share" },
    { "types[]", "need_weight", false, 0, 1000, 1, TYPE(need_weight), "", "of the type among fresh needs; 0: needed only after another purchase" },
    { "types[]", "replenish_days", false, 0, 3650, 0, TYPE(replenish_days), "d", "median time until it is used up and needed again; 0: it is not used up" },
    { "types[]", "replenish_spread", false, 0, 3, 0.25, TYPE(replenish_spread), "", "spread of the logarithm of that time" },
    { "types[]", "own_days", false, 0, 3650, 0, TYPE(own_days), "d", "how long one is enough; 0: 0.7 of `replenish_days`, or 90 where that is 0" },
    { "types[]", "return_prob", false, 0, 1, 0.03, TYPE(return_prob), "", "chance of a return at a full match of tastes" },

    { "complements[]", "prob", false, 0, 1, 0.3, FOLLOW(prob), "", "chance that buying `from` makes `to` needed" },
    { "complements[]", "delay_days", false, 0, 365, 4, FOLLOW(delay_days), "d", "mean time until it is noticed, where it is not noticed at once" },
    { "complements[]", "now_share", false, 0, 1, 0.5, FOLLOW(now_share), "", "share of these needs that are noticed in the same visit" },
};
const size_t zh_shop_keys_count = sizeof zh_shop_keys / sizeof zh_shop_keys[0];

static void store(const zh_shop_key *key, void *base, double value)
{
    char *at = (char *)base + key->offset;
    if (key->whole) memcpy(at, &(int64_t){ (int64_t)value }, sizeof(int64_t));
    else memcpy(at, &value, sizeof value);
}

void zh_shop_keys_default(const char *group, void *base)
{
    for (size_t i = 0; i < zh_shop_keys_count; i++)
        if (group == NULL ? strstr(zh_shop_keys[i].group, "[]") == NULL : strcmp(zh_shop_keys[i].group, group) == 0)
            store(&zh_shop_keys[i], base, zh_shop_keys[i].value);
}

const zh_shop_key *zh_shop_keys_find(const char *group, zh_sv name)
{
    for (size_t i = 0; i < zh_shop_keys_count; i++)
        if (strcmp(zh_shop_keys[i].group, group) == 0 && zh_sv_equal(zh_sv_of(zh_shop_keys[i].name), name))
            return &zh_shop_keys[i];
    return NULL;
}

zh_err zh_shop_keys_take(const zh_shop_key *key, zh_json_value value, void *base, const char *where, zh_note *why)
{
    double number;
    int64_t whole;
    if (key->whole ? !zh_json_int(value, &whole) : !zh_json_real(value, &number)) {
        zh_note_set(why, "%s: %s is wanted here", where, key->whole ? "a whole number" : "a number");
        return ZH_FORMAT;
    }
    if (key->whole) number = (double)whole;
    if (!(number >= key->low && number <= key->high)) {
        zh_note_set(why, "%s: %g is out of range; choose %g to %g", where, number, key->low, key->high);
        return ZH_RANGE;
    }
    store(key, base, number);
    return ZH_OK;
}

unsigned zh_shop_keys_distance(zh_sv a, zh_sv b)
{
    unsigned row[33];
    const size_t n = a.size < 32 ? a.size : 32, m = b.size < 32 ? b.size : 32;
    for (size_t j = 0; j <= m; j++) row[j] = (unsigned)j;
    for (size_t i = 1; i <= n; i++) { /* Levenshtein, one row */
        unsigned before = row[0];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            const unsigned change = before + (a.data[i - 1] != b.data[j - 1]), add = row[j] + 1, drop = row[j - 1] + 1;
            before = row[j];
            row[j] = change < add ? change : add;
            if (drop < row[j]) row[j] = drop;
        }
    }
    return row[m];
}

void zh_shop_print_keys(zh_buf *out)
{
    const char *group = NULL;
    for (size_t i = 0; i < zh_shop_keys_count; i++) {
        const zh_shop_key *k = &zh_shop_keys[i];
        if (group == NULL || strcmp(group, k->group) != 0) {
            group = k->group;
            zh_buf_printf(out, "%s### `%s`\n\n| key | kind | range | default | unit | meaning |\n|---|---|---|---|---|---|\n",
                          i == 0 ? "" : "\n", *group == '\0' ? "(top)" : group);
        }
        zh_buf_printf(out, "| `%s` | %s | %.10g .. %.10g | %.4g | %s | %s |\n", k->name, k->whole ? "whole" : "number",
                      k->low, k->high, k->value, k->unit, k->about);
    }
}
