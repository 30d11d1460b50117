/* webhook.h -- a message handed to a gateway over HTTP, as an adapter's table says, and what its answer means.
 *
 *     signature = "sha256=" hex(HMAC-SHA256(secret, timestamp "." body))     where the adapter signs; timestamp in seconds
 *
 *     what came back                                   outcome
 *     no connection                                    UNREACHED: nothing went out, again later
 *     a status or word of `retry`                      LATER: the gateway did not take it; Retry-After is honoured
 *     a status of `success`, and its word where asked  TAKEN
 *     any other answer                                 REFUSED
 *     time ran out, the connection broke               UNKNOWN: it may have been taken
 *
 * Guarantees  an adapter's text cannot make a second header; private addresses are reached only where the engine was told so (sys/client.h).
 * Threads     a client belongs to one thread; judging is pure.
 */
#ifndef ZH_REACH_WEBHOOK_H
#define ZH_REACH_WEBHOOK_H
#include "reach/adapter.h"
#include "reach/outcome.h"
#include "sys/client.h"

#define ZH_WEBHOOK_ANSWER_BYTES_MAX (64u << 10)
#define ZH_WEBHOOK_BODY_BYTES_MAX (256u << 10)
#define ZH_WEBHOOK_RETRY_AFTER_S_MAX 86400   /* a gateway that asks for more is asked again after a day */

/* `data`: what URL, headers and body may name. `key`: sent as the idempotency header. */
typedef struct zh_webhook_ask {
    const zh_adapter *adapter;
    const zh_liquid_map *data;
    zh_sv secret, key;
    int64_t now_ms;
    zh_arena *arena;
} zh_webhook_ask;

/* Ask the gateway; always an outcome. */
void zh_webhook_send(zh_client *client, const zh_webhook_ask *ask, zh_delivered *out);

/* What an answer means. Pure. */
void zh_webhook_judge(const zh_adapter *adapter, unsigned status, zh_sv body, zh_sv retry_after, zh_delivered *out);
/* "sha256=" and 64 hex digits, NUL-ended. */
#define ZH_WEBHOOK_SIGNATURE_BYTES 72
void zh_webhook_sign(zh_sv secret, zh_sv timestamp, zh_sv body, char out[ZH_WEBHOOK_SIGNATURE_BYTES]);

#endif
