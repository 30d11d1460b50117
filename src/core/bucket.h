/* bucket.h -- a customer's bucket: chance that is the same on every machine, for samples, tests and control groups.
 *
 *     SipHash-2-4, key "zhun bucket v1" (16 bytes, two of them 0), of: workspace u32 LE, salt's length u32 LE, salt, customer u64 LE
 *     bucket = the upper 32 bits of it * n >> 32
 *
 * Of two salts the buckets are independent. After a merge the surviving customer's number counts. Test vectors: docs/FORMATS.md.
 */
#ifndef ZH_CORE_BUCKET_H
#define ZH_CORE_BUCKET_H
#include "core/id.h"

#define ZH_BUCKETS_MAX 1000000
#define ZH_BUCKET_SALT_BYTES_MAX 256 /* longer ones are cut */

/* 0 .. n - 1; n from 1 to ZH_BUCKETS_MAX. About 30 ns. */
uint32_t zh_bucket_of(zh_workspace_id workspace, zh_sv salt, zh_customer_id customer, uint32_t n);

#endif
