/* cocount.h -- how many customers did both: item-item counts that follow every event.
 *
 * n_i  customers who bought (viewed) item i;   C_ij  customers who bought both i and j (sittings in
 * which both were viewed: these may be more than the viewers). They are sums of the steps that customers' folds emit (core/effect.h). From
 * them comes, on read,
 *
 *     sim(i, j) = C_ij / (sqrt(n_i) sqrt(n_j) + shrink)          cosine, shrunk
 *     score(j)  = sum over the history i of  round(1e6 weight_i sim(i, j))
 *
 * The rounding is of each term, so a score is an integer sum of integer shares: taking one item
 * out of the history lowers it by exactly that share.
 *
 *     symbol   here                     symbol   here
 *     n_i      zh_cocount_one           C_ij     zh_cocount_both
 *     shrink   argument, >= 0           weight_i argument, 0..100
 *
 * Score       an order, not a probability. A new item has none; a new customer has no list.
 * Guarantees  any order of the same steps gives the same entries; lists go by (score down, item up).
 * Cost        20-40 ns a step in batches; spread of one item 0.3 ns a known item of a full row, 3-6 ns a pair of
 *             a thin one; memory 1 byte a known item in a full row (2 with many large counts), 11 to 22 bytes a pair
 *             in a thin one.
 * Threads     readers together or one writer. Heads that readers make are put in place by one atomic exchange.
 * Source      Sarwar et al., WWW 2001; Linden, Smith, York, IEEE Internet Computing 2003.
 */
#ifndef ZH_MODEL_COCOUNT_H
#define ZH_MODEL_COCOUNT_H
#include "base/keep.h"
#include "core/effect.h"
#include "model/board.h"

#define ZH_COCOUNT_ITEMS_MAX 2000000u /* default of desc.items_max, as the catalog's */
#define ZH_COCOUNT_LANES 16u          /* score arrays are padded to a multiple of this */
#define ZH_NEIGHBOURS_MAX 1000u       /* of one ask */

typedef enum zh_cocount_kind { ZH_COCOUNT_BOUGHT, ZH_COCOUNT_VIEWED, ZH_COCOUNT_KINDS } zh_cocount_kind;

typedef struct zh_cocount zh_cocount; /* opaque */

typedef struct zh_cocount_desc {
    uint32_t items_max; /* 0: ZH_COCOUNT_ITEMS_MAX */
} zh_cocount_desc;

ZH_MUST zh_err zh_cocount_open(zh_cocount **out, const zh_cocount_desc *desc); /* caller closes */
void zh_cocount_close(zh_cocount *cocount);

/* Add the steps; those of one `a` in a row are cheapest. Errors: ZH_NOMEM, ZH_FULL (a step of an
 * item beyond items_max is left out, the others are added). */
ZH_MUST zh_err zh_cocount_apply(zh_cocount *cocount, const zh_step *steps, size_t count);

int64_t zh_cocount_one(const zh_cocount *cocount, zh_cocount_kind kind, zh_item_id item);
int64_t zh_cocount_both(const zh_cocount *cocount, zh_cocount_kind kind, zh_item_id a, zh_item_id b);
size_t zh_cocount_count(const zh_cocount *cocount); /* known items */

typedef struct zh_neighbour {
    zh_item_id item;
    int64_t score_micro;  /* round(1e6 sim) */
    int64_t both;         /* C_ij */
} zh_neighbour;

/* The k (<= ZH_NEIGHBOURS_MAX) most similar items, best first; returns how many. <= 30 us for a row of 3,000. */
size_t zh_cocount_neighbours(const zh_cocount *cocount, zh_cocount_kind kind, zh_item_id item,
                             float shrink, size_t k, zh_neighbour *out);

/* Scores of all items at once. An item has an index below zh_cocount_width(); both are private to
 * this state of the counts and must not reach an output. */
uint32_t zh_cocount_width(const zh_cocount *cocount); /* a multiple of ZH_COCOUNT_LANES */
zh_item_id zh_cocount_item(const zh_cocount *cocount, uint32_t index); /* 0: padding */
bool zh_cocount_index(const zh_cocount *cocount, zh_item_id item, uint32_t *index);

/* scores[index of j] += round(1e6 weight sim(item, j)) for every j but item itself; `scores` are of
 * zh_cocount_width() indexes. The sum of weights over them stays below 2,000. */
void zh_cocount_spread(const zh_cocount *cocount, zh_cocount_kind kind, zh_item_id item, float weight,
                       float shrink, zh_board *scores);
/* How many items it may reach: no fewer than it does. */
uint32_t zh_cocount_reach(const zh_cocount *cocount, zh_cocount_kind kind, zh_item_id item);

/* The same, of a long row only for its head (model/head.h): every j that was left out has a share of at most what is returned; 0: none was.
 * Heads are made by whoever asks first and kept true by every step. */
int32_t zh_cocount_spread_head(const zh_cocount *cocount, zh_cocount_kind kind, zh_item_id item, float weight,
                               float shrink, zh_board *scores);
uint32_t zh_cocount_reach_head(const zh_cocount *cocount, zh_cocount_kind kind, zh_item_id item);
/* What spread adds for one j: the exact share. */
int32_t zh_cocount_share(const zh_cocount *cocount, zh_cocount_kind kind, zh_item_id item, zh_item_id j,
                         float weight, float shrink);
/* The same by index. */
int32_t zh_cocount_share_at(const zh_cocount *cocount, zh_cocount_kind kind, uint32_t i, uint32_t j, float weight,
                            float shrink);

/* Entries: one an item, holding its counts and its pairs with items of higher number, by item. */
ZH_MUST zh_err zh_cocount_save(zh_cocount *cocount, bool all, zh_keep keep); /* base/keep.h */
ZH_MUST zh_err zh_cocount_load(zh_cocount *cocount, zh_sv key, zh_sv value);
bool zh_cocount_check(const zh_cocount *cocount, const char **why);
size_t zh_cocount_bytes(const zh_cocount *cocount);

#endif
