/* receipt.h -- what a gateway tells afterwards of messages it took, by the map of its adapter.
 *
 * The body is JSON: one receipt, or a list of them at `receipts.list`. Of each the number (ours, or the gateway's) and a word for the state are read;
 * a word that the map does not know is passed over and counted. Nothing else of it is looked at. Of an smtp channel it may also be a letter that came to its bounce
 * mailbox (bounce.h); one that tells nothing is counted as unknown.
 *
 * Guarantees  any bytes give receipts or a fault; at most ZH_RECEIPTS_MAX of one body.
 * Cost        O(bytes).
 * Not here    whether they may be believed (server/receipts.c), what they change (ledger.h).
 */
#ifndef ZH_REACH_RECEIPT_H
#define ZH_REACH_RECEIPT_H
#include "reach/adapter.h"

#define ZH_RECEIPTS_MAX 1000 /* of one body; gateways send up to 500 */

typedef struct zh_receipt {
    zh_message_id id;      /* 0: `provider` says which */
    zh_sv provider;        /* in the arena */
    zh_message_word says;
} zh_receipt;

typedef struct zh_receipts {
    zh_receipt *receipts;  /* in the arena */
    uint32_t count, unknown; /* unknown: no number, or a word that the map does not have */
} zh_receipts;

/* Errors: ZH_FORMAT no JSON, or no list where the adapter says one is; ZH_FULL too many; ZH_NOMEM. */
ZH_MUST zh_err zh_receipts_read(const zh_adapter *adapter, zh_json *parser, zh_sv body, zh_arena *arena, zh_receipts *out);

#endif
