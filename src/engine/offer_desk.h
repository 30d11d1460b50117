/* offer_desk.h -- where offers are given: quotes, claims, holds, uses and releases, one judge for all of them.
 *
 *     lock ─ judge on the view and on what is on its way ─ note it as on its way ─ unlock ─ write, sync, fold ─ forget it
 *
 * The judge works alone, so two of the last coupon cannot both pass; the disk is waited for together. An act on an order waits for the one before it on the
 * same order. What is on its way takes at once and gives back only when it is written: a failed write can leave too little given, never too much.
 * Holds whose time is over are released when somebody asks next.
 *
 * Guarantees  issued <= stock and held + used <= budget at every moment, over crashes; an answer is durable; asking again is answered the same.
 * Cost        judging 5 us; the rest is a group commit.
 * Threads     any; not on an HTTP thread: it waits for the disk.
 */
#ifndef ZH_ENGINE_OFFER_DESK_H
#define ZH_ENGINE_OFFER_DESK_H
#include "engine/engine.h"
#include "offer/coupons.h"
#include "offer/quote.h"

#define ZH_DESK_CODES_MAX 10          /* that a customer types for one cart */
#define ZH_COUPON_CODE_BYTES 14       /* 13 letters and the NUL */

typedef struct zh_offer_desk zh_offer_desk; /* opaque */
ZH_MUST zh_err zh_offer_desk_open(zh_offer_desk **out, zh_engine *engine); /* ZH_NOMEM; the caller closes, before the committer goes */
void zh_offer_desk_close(zh_offer_desk *desk);

/* ---- quotes ---- */

typedef struct zh_quote_piece { zh_sv item; int32_t quantity; } zh_quote_piece;

typedef struct zh_quote_ask {
    const zh_quote_piece *pieces;   /* 1 .. ZH_PRICE_LINES_MAX */
    uint32_t pieces_count;
    const zh_sv *codes;             /* at most ZH_DESK_CODES_MAX */
    uint32_t codes_count;
    zh_customer_id customer;        /* whose coupons and limits count, and whether it is the first order; 0: nobody's */
    zh_offer_channel channel;
    bool each;
} zh_quote_ask;

typedef struct zh_quoted {
    zh_quote quote;                 /* texts in the arena */
    zh_price *price;                /* in the arena */
    zh_refusal codes[ZH_DESK_CODES_MAX]; /* of code i: UNKNOWN_CODE, or NONE and … */
    uint32_t code_offer[ZH_DESK_CODES_MAX]; /* … its offer in quote.offers */
} zh_quoted;

/* Errors: ZH_ABSENT an item has no price (*bad is its place), ZH_RANGE prices are in several currencies; those of the log; ZH_NOMEM. */
ZH_MUST zh_err zh_offer_desk_quote(zh_offer_desk *desk, const zh_quote_ask *ask, zh_arena *arena, zh_quoted *out, uint32_t *bad);
/* The same price, told to nobody: without an id, and nothing is kept of it. */
ZH_MUST zh_err zh_offer_desk_price(zh_offer_desk *desk, const zh_quote_ask *ask, zh_arena *arena, zh_quoted *out, uint32_t *bad);
/* A quote that was told, and whether working it out again gives the same (ZH_OK, ZH_STALE, ZH_ABSENT in *same). Errors: ZH_ABSENT there is none, or it is
 * older than the log keeps. */
ZH_MUST zh_err zh_offer_desk_find_quote(zh_offer_desk *desk, uint64_t high, uint64_t low, zh_arena *arena, zh_quoted *out, zh_err *same);

/* ---- the ledger ---- */

/* What became of it: the refusal, or NONE and what stands now. Errors of all: those of the log, ZH_NOMEM. */
typedef struct zh_desk_answer {
    zh_refusal refusal;
    bool again;                     /* it was so already */
    zh_coupon coupon;               /* of a claim */
    zh_coupon_order order;          /* of the others */
} zh_desk_answer;

ZH_MUST zh_err zh_offer_desk_claim(zh_offer_desk *desk, zh_sv offer, zh_customer_id customer, zh_sv claim_id, zh_desk_answer *out);
/* Hold what a quote uses, for an order. */
ZH_MUST zh_err zh_offer_desk_hold(zh_offer_desk *desk, const zh_quoted *quoted, zh_sv order, zh_customer_id customer, zh_desk_answer *out);
ZH_MUST zh_err zh_offer_desk_use(zh_offer_desk *desk, const zh_quoted *quoted, zh_sv order, zh_desk_answer *out);
ZH_MUST zh_err zh_offer_desk_release(zh_offer_desk *desk, const zh_quoted *quoted, zh_sv order, zh_desk_answer *out);

/* The code of a coupon: its number, and a keyed hash of it that nobody can make up. */
void zh_coupon_code(const zh_sealer *sealer, uint32_t number, char out[ZH_COUPON_CODE_BYTES]);

#endif
