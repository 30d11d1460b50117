/* reply.h -- what customers answer to a channel: is it a no? And whose address it comes from.
 *
 * The body is JSON: one answer, or a list of them at `replies.list`. Of each the address it came from and its text are read.
 *
 * A **refusal** is, wide forms, case, blanks and punctuation aside, one of the words of the trade and the law: R, T, N, TD, STOP, STOPALL, UNSUBSCRIBE, CANCEL, END,
 * QUIT, 取消订阅, 停止订阅; or anything that holds 退订 or 拒收 and does not deny it (不退订, 别拒收, 取消退订). In doubt it is one: who writes "how do I 退订" wants to.
 *
 * An **address** is compared by a keyed hash of its plain form: of a phone its digits without the country code 86, of an e-mail address small letters. So the ledger
 * knows whom it reached there without holding an address.
 *
 * Guarantees  any bytes give answers or a fault; at most ZH_REPLIES_MAX of one body.
 * Cost        O(bytes).
 * Source      通信短信息服务管理规定 (2015), articles 18-21; CTIA Short Code Monitoring Handbook (the English words).
 * Not here    whether they may be believed and what they change (server/replies.c).
 */
#ifndef ZH_REACH_REPLY_H
#define ZH_REACH_REPLY_H
#include "guard/seal.h"
#include "reach/adapter.h"

#define ZH_REPLIES_MAX 1000         /* of one body */
#define ZH_REPLY_TEXT_BYTES_MAX 512 /* of a text that is looked at; what is behind is no word of refusal */
#define ZH_REPLY_FROM_BYTES_MAX 254

typedef struct zh_reply { zh_sv from; bool refuses; } zh_reply; /* in the arena */
typedef struct zh_replies {
    zh_reply *list;             /* in the arena */
    uint32_t count, unknown;    /* unknown: no address, or no text */
} zh_replies;

/* Errors: ZH_FORMAT no JSON, or no list where the adapter says one is; ZH_FULL too many; ZH_NOMEM. */
ZH_MUST zh_err zh_replies_read(const zh_adapter *adapter, zh_json *parser, zh_sv body, zh_arena *arena, zh_replies *out);

bool zh_reply_refuses(zh_sv text); /* UTF-8; what is none is passed over */

/* The number of an address for this way of reaching; 0: it is none. The same for all writings of it. */
uint64_t zh_reply_address(const zh_sealer *sealer, zh_channel via, zh_sv address);

#endif
