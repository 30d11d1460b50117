#include "base/inflate.h"

#include <limits.h>
#include <zlib.h>

#define BLOCK_BYTES 16384 /* output offered to zlib at once; on the stack */
#define WINDOW_BITS 15   /* the largest window of the format; every sender fits */

static zh_inflate_kind kind_of(zh_sv packed)
{
    if (zh_inflate_is_gzip(packed)) return ZH_INFLATE_GZIP;
    if (packed.size >= 2) {
        const unsigned a = (unsigned char)packed.data[0], b = (unsigned char)packed.data[1];
        if ((a & 15) == 8 && (a >> 4) <= 7 && (a * 256 + b) % 31 == 0)
            return ZH_INFLATE_ZLIB; /* RFC 1950 */
    }
    return ZH_INFLATE_RAW;
}

/* One member until its end. *left: bytes of output still allowed. Through a block on the stack,
 * so that the buffer is asked for no more than there is. */
static zh_err one_member(z_stream *z, size_t *left, zh_buf *out)
{
    char block[BLOCK_BYTES];
    for (;;) {
        z->next_out = (Bytef *)block;
        z->avail_out = sizeof block;
        const int result = inflate(z, Z_NO_FLUSH);
        const size_t made = sizeof block - z->avail_out;
        if (made > *left) return ZH_FULL;
        *left -= made;
        zh_buf_put(out, (zh_sv){ block, made });
        if (zh_buf_err(out) != ZH_OK) return zh_buf_err(out);
        if (result == Z_STREAM_END) return ZH_OK;
        if (result == Z_MEM_ERROR) return ZH_NOMEM;
        if (result != Z_OK || (z->avail_in == 0 && z->avail_out > 0)) return ZH_FORMAT;
    }
}

zh_err zh_inflate(zh_sv packed, zh_inflate_kind kind, size_t bytes_max, zh_buf *out)
{
    if (zh_buf_err(out) != ZH_OK) return zh_buf_err(out);
    if (packed.size == 0) return ZH_FORMAT;
    if (packed.size > UINT_MAX) return ZH_FULL;
    if (kind == ZH_INFLATE_AUTO) kind = kind_of(packed);
    z_stream z = { 0 };
    const int window = kind == ZH_INFLATE_GZIP   ? WINDOW_BITS + 16
                       : kind == ZH_INFLATE_ZLIB ? WINDOW_BITS
                                                 : -WINDOW_BITS;
    if (inflateInit2(&z, window) != Z_OK) return ZH_NOMEM;
    z.next_in = (Bytef *)(uintptr_t)packed.data; /* zlib does not write there */
    z.avail_in = (uInt)packed.size;
    size_t left = bytes_max;
    zh_err e = one_member(&z, &left, out);
    while (e == ZH_OK && z.avail_in > 0) { /* the next member of a gzip text, or rubbish */
        if (kind != ZH_INFLATE_GZIP || inflateReset(&z) != Z_OK) {
            e = ZH_FORMAT;
            break;
        }
        e = one_member(&z, &left, out);
    }
    (void)inflateEnd(&z);
    return e;
}
