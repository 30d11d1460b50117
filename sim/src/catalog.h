/* catalog.h -- the items of a shop, drawn from its types: titles from parts, prices, margins, days of sale.
 *
 * Guarantees  the same shop gives the same items; another --seed changes customers, not goods.
 *             Item ids are the type's name and a number: phone-07. Items of a type that share brand and attribute
 *             are variants of one product and share its group, phone-p07; the first of them is its model.
 * Lifetimes   all in the arena.
 */
#ifndef ZH_SIM_CATALOG_H
#define ZH_SIM_CATALOG_H
#include "shop.h"

typedef struct zh_sim_item {
    char id[72];              /* NUL-ended */
    char group[72];           /* NUL-ended; empty: the type has no variants */
    zh_sv title, title_en, title_zh, brand, brand_zh, attribute, attribute_zh, variant, variant_zh;
    uint32_t type;
    int64_t price_cents, cost_cents;
    int32_t first_day, end_day; /* sold on days first_day <= d < end_day */
    int32_t stock_full;       /* pieces after a restocking */
    double quality, price_log;/* q_i; ln(p_i / p_ref) */
    float interests[ZH_SHOP_INTERESTS_MAX]; /* phi_i, sum 1 */
} zh_sim_item;

typedef struct zh_sim_catalog {
    const zh_shop *shop;
    zh_sim_item *items;
    uint32_t count;
    uint32_t type_first[ZH_SHOP_TYPES_MAX + 1]; /* items of a type stand together */
} zh_sim_catalog;

/* `days`: how long the shop runs; new and ending items lie within. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_sim_catalog_open(zh_sim_catalog *out, const zh_shop *shop, int32_t days, zh_arena *arena);

static inline bool zh_sim_item_sold(const zh_sim_item *item, int32_t day)
{
    return day >= item->first_day && day < item->end_day;
}

#endif
