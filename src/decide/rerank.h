/* rerank.h -- a list out of scored candidates: dials, caps and pins.
 *
 * Slot by slot the best of what is left is taken:
 *
 *     value(i | L) = (1 - d)(1 - c) rel(i)  -  d max over j in L of sim(i, j)  -  c KL(p || q(L + i))
 *
 *     rel     score / greatest score, then (1 - |a|) rel + |a| z, then rel g^m
 *     z       log(1 + buyers) / log(1 + most buyers); 1 - z where a < 0
 *     g       margin / greatest margin, at least 0.01; where it is not known: the mean of those that are
 *     sim     0.5 same category + 0.2 same brand + 0.3 Jaccard of the titles' pairs of characters (as 256 bits)
 *     p, q    shares of categories: in the customer's history; in the list, smoothed: q = 0.99 q + 0.01 p
 *     d c a m the dials diversity, calibration, popularity, margin
 *
 * Without a history (p empty) c counts as 0. A pin has its slot whatever it is worth. An item that would break a cap is passed over, pins
 * count towards it; so a list is shorter where caps leave no more.
 *
 * Guarantees  the same candidates and dials give the same order; equal values go by the order given.
 * Cost        O(slots x candidates), about 20 ns each.
 * Source      greedy trade of worth and newness: Carbonell, Goldstein, SIGIR 1998 (MMR). Calibration: Steck, RecSys 2018, equations 6 to 8.
 */
#ifndef ZH_DECIDE_RERANK_H
#define ZH_DECIDE_RERANK_H
#include "base/arena.h"
#include "base/err.h"
#include "catalog/item.h"
#include "decide/placement.h"

#define ZH_RERANK_CANDIDATES_MAX 400
#define ZH_RERANK_CAPS_MAX 50

typedef struct zh_rerank_candidate {
    const zh_item *item;
    double score;     /* >= 0, factors of rules in it */
    int64_t buyers;   /* read by the dial of popularity alone */
    uint32_t slot;    /* it is pinned to, from 1; 0: it is not */
    uint64_t capped;  /* bit k: cap k counts it */
} zh_rerank_candidate;

typedef struct zh_rerank_cap { uint32_t most; bool by_brand; } zh_rerank_cap;
typedef struct zh_rerank_share { uint64_t category_hash; double share; } zh_rerank_share;

typedef struct zh_rerank_ask {
    const zh_rerank_candidate *candidates; /* best first; no two pinned to one slot */
    uint32_t count;                        /* at most ZH_RERANK_CANDIDATES_MAX */
    uint32_t slots;                        /* of the list */
    uint32_t behind;                       /* how many to name that could stand in the last slot instead */
    zh_dials dials;
    const zh_rerank_cap *caps;
    uint32_t caps_count;
    const zh_rerank_share *tastes;         /* p: sums to 1, or empty */
    uint32_t tastes_count;
} zh_rerank_ask;

typedef struct zh_rerank_list {
    uint32_t *order;   /* candidates by place: those of the slots, then those behind */
    uint32_t shown;    /* of them in slots */
    uint32_t count;
} zh_rerank_list;

/* Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_rerank(const zh_rerank_ask *ask, zh_arena *arena, zh_rerank_list *out);

typedef struct zh_title_sketch { uint64_t bits[4]; } zh_title_sketch;
zh_title_sketch zh_title_sketch_of(zh_sv title);
/* sim, in 0..1. */
double zh_rerank_similarity(const zh_item *a, const zh_title_sketch *of_a, const zh_item *b, const zh_title_sketch *of_b);
/* 1 - the mean of sim over all pairs; 1 of fewer than two items. */
double zh_rerank_diversity(const zh_item *const *items, uint32_t count);

#endif
