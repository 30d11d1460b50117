/* shop.h -- the shop on paper: what is sold, to whom, and how customers behave, read from a JSON file.
 *
 * docs/SHOP_FILE.md names every key with unit, range and default; its tables are printed from the
 * same rows that this module reads by, and a test compares them.
 *
 * Guarantees  a shop that was read is consistent: every number in its range, every name known, at
 *             least one item. An unknown key is an error that proposes the nearest known one.
 * Lifetimes   texts and arrays live in the arena given to zh_shop_read.
 * Not here    items (catalog.h), customers (people.h), what they do (visit.h).
 */
#ifndef ZH_SIM_SHOP_H
#define ZH_SIM_SHOP_H
#include "base/arena.h"
#include "base/buf.h"
#include "base/note.h"

#define ZH_SHOP_BYTES_MAX (1u << 20)   /* a shop written by hand has some ten kilobytes */
#define ZH_SHOP_INTERESTS_MAX 16       /* latent interests: more are not told apart by a few hundred items */
#define ZH_SHOP_TYPES_MAX 64           /* product types */
#define ZH_SHOP_ITEMS_MAX 4096         /* of all types together; an item's index fits 12 bits of a draw */
#define ZH_SHOP_WORDS_MAX 32           /* brands, attributes or variants of one type */
#define ZH_SHOP_SEASONS_MAX 8          /* of one type */
#define ZH_SHOP_FOLLOWS_MAX 256        /* complements */
#define ZH_SHOP_MENU_MAX 8             /* public offers: more are not told apart by a trial of a shop's size */
#define ZH_SHOP_CUSTOMERS_MAX 1000000
#define ZH_SHOP_DAYS_MAX 3650

typedef struct zh_shop_word { zh_sv en, zh; } zh_shop_word;

typedef struct zh_shop_season { /* days of the year as month * 100 + day; from > to runs over new year */
    int32_t from, to;
    double factor; /* of needs and, as its logarithm, of utility */
} zh_shop_season;

typedef struct zh_shop_moment { /* a part of the day, of days, or of the weather at which a type is wanted more, or less */
    int64_t hour_from, hour_to; /* local hours, both in it; from > to runs over midnight */
    int days;                   /* 0 all, 1 Monday to Friday, 2 Saturday and Sunday */
    int sky;                    /* 0 any, 1 clear, 2 rain */
    double factor;
} zh_shop_moment;

typedef struct zh_shop_type {
    zh_sv name;               /* how the file calls it; also the beginning of item ids */
    zh_shop_word title;
    zh_sv category;
    double interests[ZH_SHOP_INTERESTS_MAX]; /* sum 1 */
    int64_t items, price_low_cents, price_high_cents;
    double margin_low, margin_high, need_weight, replenish_days, replenish_spread, own_days, return_prob;
    zh_shop_word brands[ZH_SHOP_WORDS_MAX], attributes[ZH_SHOP_WORDS_MAX], variants[ZH_SHOP_WORDS_MAX];
    uint32_t brands_count, attributes_count, variants_count;
    zh_shop_season seasons[ZH_SHOP_SEASONS_MAX];
    uint32_t seasons_count;
    zh_shop_moment moments[ZH_SHOP_SEASONS_MAX];
    uint32_t moments_count;
} zh_shop_type;

typedef struct zh_shop_follow { /* a need that follows a purchase: directed */
    uint32_t from, to;        /* types */
    double prob, delay_days, now_share;
} zh_shop_follow;

typedef struct zh_shop_offer { /* public, the same for all: so much off an order from the minimum on */
    double percent;
    int64_t minimum_cents;
} zh_shop_offer;

typedef struct zh_shop_told { /* group `offers`: the world in which offers are mentioned (offers.h) */
    double buy_prob, habit_sd, need_sd, need_weeks, price_sensitivity, price_sensitivity_sd, nudge, nudge_sd, find_prob;
    double basket_sd, basket_own_sd, margin_share, views_per_week, views_need, offer_pages_per_week, offer_pages_sd, click_prob, click_nudge, message_prob, sale_percent, shop_spread;
    int64_t basket_cents, message_cents, past_weeks, sale_every_weeks;
} zh_shop_told;

typedef struct zh_shop {
    zh_sv name, currency, titles; /* titles: en, zh or both */
    int64_t start_ms;         /* local midnight of the first day */
    zh_sv interests[ZH_SHOP_INTERESTS_MAX];
    uint32_t interests_count;
    zh_shop_type *types;
    uint32_t types_count;
    zh_shop_follow *follows;
    uint32_t follows_count, items_count;
    zh_shop_offer menu[ZH_SHOP_MENU_MAX];  /* percent rises */
    uint32_t menu_count;
    zh_shop_told told;
    int64_t seed, utc_offset_minutes;

    double rain_prob;         /* weather; 0: there is none */
    int64_t customers, days;  /* run */
    double warmup_share;
    double interest_spread, variant_spread, quality_sd, new_share, ending_share; /* catalog */
    int64_t stock_low, stock_high, restock_days;
    double taste_alpha, drift_days, drift_share, price_sensitivity, price_sensitivity_sd; /* people */
    double arriving_share, anonymous_share, turn_share;
    double places_share, worker_share, away_prob, accuracy_m, latitude, longitude, radius_km; /* places */
    double per_week, per_week_sd, own_hours_share, own_hours_sd, need_prob, pending_prob, need_days; /* visits */
    double search_prob, abandon_prob;
    int64_t looks;
    double weekday[7], hours[24];
    int64_t price_reference_cents; /* choice */
    double taste_weight, need_bonus, season_weight, loyalty_bonus, owned_penalty;
    double click_outside, buy_outside, examine_decay, fatigue, fatigue_half_life_days;
    double return_mismatch;   /* returns */
    int64_t return_delay_days_low, return_delay_days_high, return_cost_cents;
    int64_t home_size, product_page_size, cart_size, search_size; /* lists */
    double popular_half_life_days, warmup_random_share; /* policies */
} zh_shop;

/* Read and check. `why` says which key and what to do.
 * Errors: ZH_FORMAT not JSON, an unknown key, a wrong kind; ZH_RANGE a number or a name; ZH_NOMEM. */
ZH_MUST zh_err zh_shop_read(zh_sv json, zh_arena *arena, zh_shop *out, zh_note *why);

/* log of the season's factor of a type on a day of the year (month * 100 + day); 0 out of season. */
double zh_shop_season_log(const zh_shop_type *type, int32_t month_day);

/* log of the factors of a type's moments that hold; 0: none. weekday 1 Monday; sky 0: not known. */
double zh_shop_moment_log(const zh_shop_type *type, int hour, int weekday, int sky);

/* The built-in shop (sim/shops/default.json). */
zh_sv zh_shop_default(void);

/* The tables of number keys in Markdown, as docs/SHOP_FILE.md has them. */
void zh_shop_print_keys(zh_buf *out);

#endif
