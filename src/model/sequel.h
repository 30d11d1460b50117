/* sequel.h -- what is bought after what, and after how long it is bought again: counts that follow every order.
 *
 * W_ab   over customers: 2 where the newest purchase of b follows that of a within ZH_PROFILE_AFTER_DAYS, 1 where both are
 *        of one day. It is a sum of AFTER steps (core/effect.h); W_ab and W_ba differ where there is an order.
 * T_kl   sum of W_ab over items a of category k and b of l, as the catalog has them now.
 * G_a    how many customers' two newest purchases of a lie so many days apart, by the width of the gap: a sum of GAP steps.
 *        G_k is their sum over the items of a category. N_a is how many bought a at all (BUYER steps), N_k their sum.
 *
 *     symbol   here                  symbol   here
 *     W_ab     zh_sequel_weight      T_kl     zh_sequel_kinds
 *     N_a      zh_sequel_buyers      N_k      zh_sequel_kind_buyers
 *     G_a      zh_sequel_gaps        G_k      zh_sequel_kind_gaps
 *
 * Gaps have ZH_SEQUEL_GAPS widths, each about 3/2 of the one before: what a due date needs is their middle and quarters.
 *
 * Guarantees  any order of the same steps and categories gives the same entries and the same answers.
 * Cost        a step 100 ns; a changed category O(pairs of the item); follows O(categories after this one);
 *             memory 120 bytes an item, 22 to 43 a pair (both ways), bench: strategies.
 * Threads     readers together or one writer.
 * Not here    what one buys together at any time (cocount.h); whether a category is a type of goods: the shop says so.
 * Source      direction and kinds of complements: Hao et al., CIKM 2020 (P-Companion); here as counts.
 */
#ifndef ZH_MODEL_SEQUEL_H
#define ZH_MODEL_SEQUEL_H
#include "base/keep.h"
#include "core/effect.h"

#define ZH_SEQUEL_ITEMS_MAX 2000000u /* default of desc.items_max, as the catalog's */
#define ZH_SEQUEL_FOLLOWS_MAX 64u    /* categories of one answer */
#define ZH_SEQUEL_GAPS 16u           /* widths of gaps: 1, 2, 3, 4, 6, 9, 13, 19, 28, 42, 63, 94, 141, 211, 316 days and more */

typedef struct zh_sequel zh_sequel; /* opaque */
typedef struct zh_sequel_desc {
    uint32_t items_max; /* 0: ZH_SEQUEL_ITEMS_MAX */
} zh_sequel_desc;

ZH_MUST zh_err zh_sequel_open(zh_sequel **out, const zh_sequel_desc *desc); /* caller closes */
void zh_sequel_close(zh_sequel *sequel);

/* Add AFTER, GAP and BUYER; other steps change nothing. Errors: ZH_NOMEM, ZH_FULL (steps of further items, and what takes a
 * weight past INT32_MAX, are left out). */
ZH_MUST zh_err zh_sequel_apply(zh_sequel *sequel, const zh_step *steps, size_t count);
/* The item's category (zh_item.category_hash; 0: none). Not kept: after a load the engine walks the catalog once.
 * No cost when unchanged. Errors: ZH_NOMEM, ZH_FULL. */
ZH_MUST zh_err zh_sequel_category(zh_sequel *sequel, zh_item_id item, uint64_t category_hash);

int64_t zh_sequel_weight(const zh_sequel *sequel, zh_item_id a, zh_item_id b);
int64_t zh_sequel_kinds(const zh_sequel *sequel, uint64_t k, uint64_t l);
/* Of T: what of other categories follows k, what of others l follows, and all between different ones. */
int64_t zh_sequel_out(const zh_sequel *sequel, uint64_t k);
int64_t zh_sequel_in(const zh_sequel *sequel, uint64_t l);
int64_t zh_sequel_all(const zh_sequel *sequel);

typedef struct zh_sequel_kind { uint64_t hash; int64_t weight; } zh_sequel_kind;
/* The categories other than k and none with the greatest T_kl > 0, most first, then by hash; at most ZH_SEQUEL_FOLLOWS_MAX. */
uint32_t zh_sequel_follows(const zh_sequel *sequel, uint64_t k, zh_sequel_kind out[ZH_SEQUEL_FOLLOWS_MAX]);

int64_t zh_sequel_buyers(const zh_sequel *sequel, zh_item_id item);
int64_t zh_sequel_kind_buyers(const zh_sequel *sequel, uint64_t k);
/* False: unknown, and the counts are 0. */
bool zh_sequel_gaps(const zh_sequel *sequel, zh_item_id item, int64_t out[ZH_SEQUEL_GAPS]);
bool zh_sequel_kind_gaps(const zh_sequel *sequel, uint64_t k, int64_t out[ZH_SEQUEL_GAPS]);
uint32_t zh_sequel_gap_of(uint32_t days);  /* the width that so many days are of */
double zh_sequel_gap_days(uint32_t gap);   /* the middle of a width */
/* The days that a share of all gaps is not above, by widths evenly filled; 0 without gaps. share in (0, 1). */
double zh_sequel_gap_share(const int64_t gaps[ZH_SEQUEL_GAPS], double share);

/* Entries: one an item, with what follows it and its gaps. */
ZH_MUST zh_err zh_sequel_save(zh_sequel *sequel, bool all, zh_keep keep); /* base/keep.h */
ZH_MUST zh_err zh_sequel_load(zh_sequel *sequel, zh_sv key, zh_sv value); /* ZH_FORMAT, ZH_NOMEM, ZH_FULL */
bool zh_sequel_check(const zh_sequel *sequel, const char **why);
size_t zh_sequel_bytes(const zh_sequel *sequel);

#endif
