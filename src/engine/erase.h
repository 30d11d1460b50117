/* erase.h -- a customer is to be forgotten: the order, from who asked to a durable record.
 *
 *     customer ─► his ids and addresses in clear ─► dead letters that name them ─► ERASURE record, synced ─► list beside the key ─► answer
 *
 * When it returns, his keys are dropped, no id leads to him, and no view by customer knows him. What follows in the background, eraser.h
 * does. The record holds a keyed hash of what was asked, never the id.
 *
 * The list beside the key, KEYFILE.erased, is for backups: each line is an ERASURE record in hexadecimal digits. A folder restored from an
 * earlier backup does not know later erasures; an opening says again those of the list that the log does not have, before anybody is
 * answered (zh_erase_reconcile).
 *
 * Threads     any; reading letters takes about 20 us each, so never on an HTTP thread.
 */
#ifndef ZH_ENGINE_ERASE_H
#define ZH_ENGINE_ERASE_H
#include "engine/engine.h"

#define ZH_ERASE_DEADLINE_MS INT64_C(259200000) /* three days: by then the background has done its part, or the console shows it as overdue */
#define ZH_ERASE_LIST_END ".erased"             /* behind the name of the key file */
#define ZH_ERASE_LIST_BYTES_MAX (256u << 20)    /* of the list beside the key */

typedef struct zh_erase_order {
    zh_customer_id customer;
    zh_sv asked;     /* the id as it was given: the receipt has its keyed hash */
    zh_sv reason;    /* at most ZH_ERASURE_REASON_BYTES_MAX; empty: none */
    zh_actor actor;
} zh_erase_order;

/* Errors: ZH_ABSENT no such customer, or erased already; ZH_RANGE the reason is too long or names him (*why); ZH_FULL more ids or letters than
 * one erasure takes; ZH_IO not durable: ask again; ZH_NOMEM. */
ZH_MUST zh_err zh_erase_customer(zh_engine *engine, const zh_erase_order *order, uint32_t *number, zh_note *why);

/* By an opening, before anybody is answered: what the list has and the log does not is said again, and the other way round. A list that cannot be
 * written is said in a log line; a damaged one is ZH_CORRUPT, *why. */
ZH_MUST zh_err zh_erase_reconcile(zh_engine *engine, zh_note *why);

/* The keyed hash of an id, as a receipt has it. */
void zh_erase_subject(const zh_sealer *sealer, zh_sv id, uint8_t out[ZH_ERASURE_SUBJECT_BYTES]);

/* Does a text name this word? Words are bounded by what is no letter and no digit; words shorter than ZH_ERASE_WORD_BYTES by quotes, or every
 * number would be somebody's id. Pure. */
#define ZH_ERASE_WORD_BYTES 6
bool zh_erase_names(zh_sv text, zh_sv word);

#endif
