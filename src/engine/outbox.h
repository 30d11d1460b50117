/* outbox.h -- who sends: a few threads that take what is due, ask whether it may go, and write down what became of it.
 *
 *     take one that is due, whose channel is free and whose customer nobody else is busy with
 *       -> judge (reach/delivery.h)           skip: written down. wait: written down, with its moment
 *       -> compose                            what cannot be said is skipped
 *       -> write SENDING and sync             from here on it may have gone
 *       -> ask suppression and consent again  refused: skipped
 *       -> hand it to the channel
 *       -> write the outcome and sync
 *
 * What a crash left in SENDING is looked at first: where the channel knows keys, or sends nothing (an inbox), it is sent again under its key; else it
 * is in doubt. A channel that cannot be reached is left alone for a while (a breaker), and no other one waits for it.
 *
 * Guarantees  a message is handed over at most once, unless its channel knows keys; at most one a thread is in doubt after a crash. A refusal
 *             that was folded before the last question holds for the message under way; what is queued is asked when it is taken. Caps cannot be passed by two
 *             threads: one customer, one thread at a time.
 * Cost        two synced appends a message, shared with all that is written at the time; no thread is woken where nothing is due, but once in 100 ms.
 * Threads     plan, say from any; sending in its own.
 * Not here    the policy (reach/delivery.h), the adapters (reach/webhook.h, reach/mail_send.h), the words (compose.h).
 */
#ifndef ZH_ENGINE_OUTBOX_H
#define ZH_ENGINE_OUTBOX_H
#include "engine/engine.h"
#include "reach/delivery_read.h"

#define ZH_OUTBOX_THREADS_MAX 32
#define ZH_OUTBOX_LOOK_MS 100           /* between two looks at what is due */
#define ZH_OUTBOX_CONTACTS_MAX 1024     /* of one customer that caps look at, the newest */
#define ZH_OUTBOX_BREAK_AFTER 5         /* failures in a row that open a channel's breaker */
#define ZH_OUTBOX_BREAK_MS 1000         /* how long at first; each time twice as long */
#define ZH_OUTBOX_BREAK_MS_MAX 60000
#define ZH_OUTBOX_BLOCKED_TAG "do-not-contact" /* who has it gets no marketing */

typedef struct zh_outbox zh_outbox; /* opaque */
typedef struct zh_outbox_desc {
    zh_engine *engine;
    unsigned threads;    /* 1 .. ZH_OUTBOX_THREADS_MAX */
    bool reaches_private; /* private and loopback addresses, too: for gateways of the house, and for tests */
} zh_outbox_desc;
ZH_MUST zh_err zh_outbox_open(zh_outbox **out, const zh_outbox_desc *desc); /* ZH_NOMEM; the caller closes, before the committer goes */
void zh_outbox_close(zh_outbox *outbox); /* finishes what is under way */

/* ---- planning: any engine may, whether it sends or not ---- */

/* `plan`: its names, entry, due_ms, expires_ms, control, priority, best_hour, language; data, via, is_marketing and keeps_data are
 * filled in from channel and template. `plain`: {"to": …, "data": {…}}, sealed on the way; empty: none. Waits for the disk. *id is its number, *made
 * whether it is new. Errors: ZH_ABSENT no such channel, template or customer (`why` says which); ZH_EXISTS another message has the number; ZH_FULL;
 * ZH_RANGE; those of committing. */
ZH_MUST zh_err zh_outbox_plan(zh_engine *engine, zh_customer_id customer, zh_message_plan *plan, zh_sv plain, zh_message_id *id, bool *made, zh_note *why);
/* Write one word on a message of the ledger; waits for the disk. Errors: ZH_ABSENT; those of committing. */
ZH_MUST zh_err zh_outbox_say(zh_engine *engine, zh_message_id id, const zh_message_record *said);
/* What came with it, in clear. The permit covers the customer. Errors: those of unsealing; empty where there was nothing. */
ZH_MUST zh_err zh_outbox_data(zh_engine *engine, const zh_message *message, const zh_permit *permit, zh_arena *arena, zh_sv *plain);

/* The workspace's policy; zeros where none is defined. Under the world's read lock. */
ZH_MUST zh_err zh_outbox_rules(const zh_registry *registry, zh_delivery_rules *out);
/* The policy's answer for a message now: what a worker would hear, but the send rate. `contacts` has room for two times ZH_OUTBOX_CONTACTS_MAX. Under the world's read lock. */
zh_delivery zh_outbox_judge(zh_engine *engine, const zh_delivery_rules *rules, const zh_message *message, const zh_tz *zone, zh_delivery_contact *contacts);
/* What is known of the customer that the policy asks for, of a message via ask->via, at ask->now_ms: all but the control question and what was sent so far. Under the world's read lock. */
void zh_outbox_facts(zh_engine *engine, const zh_delivery_rules *rules, zh_customer_id customer, zh_delivery_ask *ask);
/* Is he of the control group of this campaign, where `share` is left alone? */
bool zh_outbox_is_control(const zh_engine *engine, zh_sv campaign, zh_customer_id customer, uint32_t share);
/* A message out of the ledger with texts of its own. Errors: ZH_ABSENT, ZH_NOMEM. */
ZH_MUST zh_err zh_outbox_read(zh_engine *engine, zh_message_id id, zh_arena *arena, zh_message *out);

#endif
