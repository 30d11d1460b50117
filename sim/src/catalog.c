#include "catalog.h"
#include "draw.h"

#include <stdio.h>

enum { PRICE, MARGIN, QUALITY, FATE, WHEN, STOCK }; /* indexes of an item's draws; QUALITY takes two at 2 x 8 */

static zh_sv joined(zh_arena *arena, const zh_sv *parts, const char *const *between, size_t count)
{
    char text[1024];
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].size == 0) continue;
        const int put = snprintf(text + size, sizeof text - size, "%s%.*s", size == 0 ? "" : between[i], ZH_SV_ARG(parts[i]));
        if (put < 0 || (size_t)put >= sizeof text - size) break;
        size += (size_t)put;
    }
    return zh_arena_copy(arena, (zh_sv){ text, size });
}

static uint32_t at_least_1(uint32_t count) { return count == 0 ? 1 : count; }

/* Products of a type: each brand with each attribute. Item `number` is of product number % products. */
static uint32_t products_of(const zh_shop_type *type) { return at_least_1(type->brands_count) * at_least_1(type->attributes_count); }

/* Brand and attribute run through all products, then again with the next variant: so titles repeat only when parts run out. */
static zh_err name_item(zh_sim_item *item, const zh_shop *shop, const zh_shop_type *type, uint32_t number, zh_arena *arena)
{
    static const zh_shop_word none = { { NULL, 0 }, { NULL, 0 } };
    const zh_shop_word *brand = &none, *attribute = &none, *variant = &none;
    const uint32_t product = number % products_of(type), round = number / products_of(type);
    const int name_size = (int)(type->name.size < 60 ? type->name.size : 60);
    if (type->brands_count > 0) brand = &type->brands[product % type->brands_count];
    if (type->attributes_count > 0) attribute = &type->attributes[product / at_least_1(type->brands_count)];
    if (type->variants_count > 0) variant = &type->variants[(product + product / 7 + round) % type->variants_count];
    snprintf(item->id, sizeof item->id, "%.*s-%02u", name_size, type->name.data, (unsigned)number + 1);
    item->group[0] = '\0';
    if (type->variants_count > 0) snprintf(item->group, sizeof item->group, "%.*s-p%02u", name_size, type->name.data, (unsigned)product + 1);
    item->brand = brand->en, item->attribute = attribute->en, item->variant = variant->en;
    item->brand_zh = brand->zh, item->attribute_zh = attribute->zh, item->variant_zh = variant->zh;
    item->title_en = joined(arena, (zh_sv[]){ brand->en, attribute->en, type->title.en, variant->en },
                            (const char *const[]){ "", " ", " ", ", " }, 4);
    item->title_zh = joined(arena, (zh_sv[]){ brand->zh, attribute->zh, type->title.zh, variant->zh },
                            (const char *const[]){ "", "", "", " " }, 4);
    if (zh_sv_equal(shop->titles, ZH_SV("en"))) item->title = item->title_en;
    else if (zh_sv_equal(shop->titles, ZH_SV("zh"))) item->title = item->title_zh;
    else item->title = joined(arena, (zh_sv[]){ item->title_en, item->title_zh }, (const char *const[]){ "", " · " }, 2);
    return item->title_en.data == NULL || item->title_zh.data == NULL || item->title.data == NULL ? ZH_NOMEM : ZH_OK;
}

/* A price as shops write it: whole units, ending in 9 from 20 units on. */
static int64_t round_price(double cents)
{
    int64_t units = (int64_t)(cents / 100 + 0.5);
    if (units < 1) return cents < 1 ? 1 : (int64_t)cents;
    if (units >= 20) units = units / 10 * 10 + 9;
    return units * 100;
}

static void draw_days(zh_sim_item *item, const zh_shop *shop, uint64_t seed, uint64_t stream, int32_t days)
{
    const double fate = zh_draw_unit(seed, stream, FATE), when = zh_draw_unit(seed, stream, WHEN);
    item->first_day = 0, item->end_day = INT32_MAX;
    if (fate < shop->new_share) item->first_day = 1 + (int32_t)(when * (days - 1));
    else if (fate > 1 - shop->ending_share) item->end_day = 1 + (int32_t)(when * (days - 1));
}

/* Draws of an item that resemble those of the first variant of its product, by catalog.variant_spread. */
typedef struct kin {
    uint64_t seed;
    uint32_t own, first;      /* items */
    double spread;            /* 1: nothing in common */
} kin;

static double mixed(const kin *k, double first, double own) { return k->own == k->first ? own : (1 - k->spread) * first + k->spread * own; }

static double kin_unit(const kin *k, uint64_t index)
{
    return mixed(k, zh_draw_unit(k->seed, zh_draw_stream(0, k->first, ZH_DRAW_ITEM), index), zh_draw_unit(k->seed, zh_draw_stream(0, k->own, ZH_DRAW_ITEM), index));
}

static double kin_normal(const kin *k, uint64_t index)
{
    return mixed(k, zh_draw_normal(k->seed, zh_draw_stream(0, k->first, ZH_DRAW_ITEM), index), zh_draw_normal(k->seed, zh_draw_stream(0, k->own, ZH_DRAW_ITEM), index));
}

static void draw_interests(zh_sim_item *item, const zh_shop *shop, const zh_shop_type *type, const kin *k)
{
    float first[ZH_SHOP_INTERESTS_MAX];
    zh_draw_simplex(k->seed, zh_draw_stream(0, k->own, ZH_DRAW_ITEM_TASTE), 0.3, shop->interests_count, item->interests);
    zh_draw_simplex(k->seed, zh_draw_stream(0, k->first, ZH_DRAW_ITEM_TASTE), 0.3, shop->interests_count, first);
    for (uint32_t i = 0; i < shop->interests_count; i++) {
        const double stray = mixed(k, (double)first[i], (double)item->interests[i]);
        item->interests[i] = (float)(shop->interest_spread * stray + (1 - shop->interest_spread) * type->interests[i]);
    }
}

static void draw_item(zh_sim_item *item, const zh_shop *shop, const zh_shop_type *type, const kin *k, int32_t days)
{
    const uint64_t stream = zh_draw_stream(0, k->own, ZH_DRAW_ITEM);
    const double low = log((double)type->price_low_cents), high = log((double)type->price_high_cents);
    item->price_cents = round_price(exp(low + (high - low) * kin_unit(k, PRICE)));
    const double margin = type->margin_low + (type->margin_high - type->margin_low) * kin_unit(k, MARGIN);
    item->cost_cents = item->price_cents - (int64_t)((double)item->price_cents * margin + 0.5);
    item->quality = shop->quality_sd * kin_normal(k, 8);
    item->price_log = log((double)item->price_cents / (double)shop->price_reference_cents);
    item->stock_full = (int32_t)(shop->stock_low + (int64_t)((double)(shop->stock_high - shop->stock_low) * zh_draw_unit(k->seed, stream, STOCK)));
    draw_days(item, shop, k->seed, stream, days);
    draw_interests(item, shop, type, k);
}

zh_err zh_sim_catalog_open(zh_sim_catalog *out, const zh_shop *shop, int32_t days, zh_arena *arena)
{
    *out = (zh_sim_catalog){ .shop = shop, .items = ZH_TAKE(arena, zh_sim_item, shop->items_count) };
    if (out->items == NULL) return ZH_NOMEM;
    for (uint32_t t = 0; t < shop->types_count; t++) {
        out->type_first[t] = out->count;
        for (uint32_t n = 0; n < (uint32_t)shop->types[t].items; n++) {
            zh_sim_item *item = &out->items[out->count];
            item->type = t;
            const bool varied = shop->types[t].variants_count > 0;
            const kin k = { (uint64_t)shop->seed, out->count, varied ? out->type_first[t] + n % products_of(&shop->types[t]) : out->count, shop->variant_spread };
            draw_item(item, shop, &shop->types[t], &k, days);
            if (name_item(item, shop, &shop->types[t], n, arena) != ZH_OK) return ZH_NOMEM;
            out->count++;
        }
    }
    out->type_first[shop->types_count] = out->count;
    return ZH_OK;
}
