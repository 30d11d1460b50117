/* id.h -- each kind of id is its own type, so the compiler refuses a swapped argument.
 *
 * customer   a dense number given out by identity resolution, from 1; what the shop calls its
 *            customer stays sealed in the store. 0: nobody.
 * item       SipHash-2-4 of the shop's own item id under a fixed public key: the same number in
 *            every partition, process and rebuild without a table. The catalog keeps the text and
 *            refuses a second text with the same number (chance 3e-8 at a million items). 0: none.
 * source, workspace   small numbers given out by the registry, from 1.
 */
#ifndef ZH_CORE_ID_H
#define ZH_CORE_ID_H
#include "base/hash.h"
#include "base/sv.h"

typedef struct zh_customer_id { uint64_t number; } zh_customer_id;
typedef struct zh_item_id { uint64_t number; } zh_item_id;
typedef struct zh_source_id { uint32_t number; } zh_source_id;
typedef struct zh_workspace_id { uint32_t number; } zh_workspace_id;

#define ZH_WORKSPACE_DEFAULT ((zh_workspace_id){ 1 })
#define ZH_ITEM_TEXT_BYTES_MAX 255 /* one item id as the shop writes it; the longest of the dialects */
#define ZH_EXTERNAL_ID_BYTES_MAX 255 /* one customer id as sent; Sensors allows 255 */

/* The number of the shop's item id: trimmed by the caller, not empty. Never 0. */
static inline zh_item_id zh_item_id_of(zh_sv text)
{
    static const zh_sip_key public_key = { "zhun item id v1" };
    const uint64_t number = zh_sip64(&public_key, text);
    return (zh_item_id){ number == 0 ? 1 : number };
}

/* A 128-bit keyed hash of (source, messageId): what makes an event itself and no other. */
typedef struct zh_event_key { uint64_t high, low; } zh_event_key;

static inline bool zh_event_key_equal(zh_event_key a, zh_event_key b)
{
    return a.high == b.high && a.low == b.low;
}

/* The partition of a customer's records, out of `partitions` (> 0). */
static inline uint32_t zh_partition_of(zh_customer_id customer, uint32_t partitions)
{
    return (uint32_t)(zh_mix64(customer.number) % partitions);
}

#endif
