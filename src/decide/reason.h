/* reason.h -- why an item is shown, in words and in numbers, as one explanation an item.
 *
 * The score of an item of a counted stage is a sum of integer shares, one for each item of the
 * history (cart, order, page) it was computed from. The evidence names the largest of them; each
 * weight is exactly what the score would lose if that item were not in the history.
 *
 * Not here    deciding the reason (recommend.h).
 */
#ifndef ZH_DECIDE_REASON_H
#define ZH_DECIDE_REASON_H
#include "core/decision.h"
#include "core/event.h"

#define ZH_EVIDENCE_MAX 3 /* named per item; more is no explanation */

typedef struct zh_evidence {
    zh_item_id item;
    zh_sv item_text;      /* the shop's id; empty where the catalog does not know it */
    zh_act act;           /* what the customer did with it; VIEW for the page's item, ADD for the cart's */
    int64_t at_ms;        /* when; the moment of the ask for page and cart */
    int64_t share_micro;  /* of the score; both of a score's parts (bought, viewed) together */
} zh_evidence;

typedef struct zh_reason {
    zh_reason_code code;
    zh_sv en, zh;                    /* one sentence each, in the arena */
    zh_evidence evidence[ZH_EVIDENCE_MAX]; /* largest share first */
    uint32_t evidence_count;
    uint32_t days_ago, days_usual;   /* of REPEAT_DUE: since he bought it, and how long it lasts people like him */
} zh_reason;

/* The sentences of a code; `title` is the evidence's title or the category's name (may be empty:
 * a sentence without it). data == NULL when the arena is full. */
zh_sv zh_reason_en(zh_reason_code code, zh_sv title, zh_arena *arena);
zh_sv zh_reason_zh(zh_reason_code code, zh_sv title, zh_arena *arena);
/* The sentences of REPEAT_DUE with its days. */
zh_sv zh_reason_due_en(uint32_t days_ago, uint32_t days_usual, zh_arena *arena);
zh_sv zh_reason_due_zh(uint32_t days_ago, uint32_t days_usual, zh_arena *arena);

#endif
