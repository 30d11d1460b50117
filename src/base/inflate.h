/* inflate.h -- unpack gzip, zlib and raw deflate, never past a stated size.
 *
 * Guarantees  a bomb costs at most `bytes_max` of output and then answers ZH_FULL; input that ends
 *             early or is damaged is ZH_FORMAT, never a short success. Several gzip members one
 *             after another are one text, as gzip(1) reads them; other bytes after the end are a fault.
 * Cost        O(bytes out).
 * Source      RFC 1950, 1951, 1952; zlib.
 */
#ifndef ZH_BASE_INFLATE_H
#define ZH_BASE_INFLATE_H
#include "base/buf.h"

typedef enum zh_inflate_kind {
    ZH_INFLATE_AUTO = 0, /* gzip or zlib by their first bytes, else raw deflate */
    ZH_INFLATE_GZIP, ZH_INFLATE_ZLIB, ZH_INFLATE_RAW
} zh_inflate_kind;

/* Append what `packed` holds, at most `bytes_max` bytes. Errors: ZH_FORMAT truncated or corrupt,
 * ZH_FULL over bytes_max or over the buffer's own maximum, ZH_NOMEM. On error `out` holds a part. */
ZH_MUST zh_err zh_inflate(zh_sv packed, zh_inflate_kind kind, size_t bytes_max, zh_buf *out);

static inline bool zh_inflate_is_gzip(zh_sv bytes)
{
    return bytes.size >= 2 && (unsigned char)bytes.data[0] == 0x1F && (unsigned char)bytes.data[1] == 0x8B;
}

#endif
