/* buf.h -- bytes that grow at the end, never past a stated maximum.
 *
 * The maximum is an argument of the constructor, so each place says what it is ready to hold.
 * A buffer remembers its first failure: a writer appends as it goes and looks at zh_buf_err()
 * once, at the end. A failed buffer holds what fitted before and takes nothing more.
 * Integers are little-endian; `var` is LEB128 (7 bits a byte, low first, at most 10 bytes).
 *
 * Cost        amortised O(bytes appended).
 * Threads     one buffer, one thread.
 */
#ifndef ZH_BASE_BUF_H
#define ZH_BASE_BUF_H
#include "base/err.h"
#include "base/sv.h"

typedef struct zh_buf {
    char *data;      /* owned; NULL while empty */
    size_t size;     /* bytes in use */
    size_t cap_;     /* private */
    size_t max_;     /* private */
    zh_err failed_;  /* private */
} zh_buf;

/* Nothing is allocated before the first append. The caller closes. */
static inline zh_buf zh_buf_open(size_t bytes_max)
{
    return (zh_buf){ .max_ = bytes_max };
}
void zh_buf_close(zh_buf *buf);

/* Empty it and forget a failure; the memory is kept. */
void zh_buf_reset(zh_buf *buf);

/* Room for `bytes` at the end, counted as used; NULL when it failed. */
char *zh_buf_room(zh_buf *buf, size_t bytes);

void zh_buf_put(zh_buf *buf, zh_sv bytes);
void zh_buf_put_u8(zh_buf *buf, uint8_t value);
void zh_buf_put_u16(zh_buf *buf, uint16_t value);
void zh_buf_put_u32(zh_buf *buf, uint32_t value);
void zh_buf_put_u64(zh_buf *buf, uint64_t value);
void zh_buf_put_i64(zh_buf *buf, int64_t value); /* two's complement */
void zh_buf_put_var(zh_buf *buf, uint64_t value);
void zh_buf_put_zig(zh_buf *buf, int64_t value); /* zig-zag, then var: small magnitudes stay small */
void zh_buf_put_text(zh_buf *buf, zh_sv text);   /* size as var, then the bytes */
void zh_buf_printf(zh_buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

static inline zh_sv zh_buf_view(const zh_buf *buf) /* valid until the next write */
{
    return (zh_sv){ buf->data, buf->size };
}

/* The first failure since open or reset: ZH_OK, ZH_NOMEM, or ZH_FULL (the maximum was reached). */
ZH_MUST static inline zh_err zh_buf_err(const zh_buf *buf)
{
    return buf->failed_;
}

/* The same bytes, read back. A reader past the end yields zeros and is `bad` from then on:
 * read everything, then look once. */
typedef struct zh_reader {
    const char *at, *end; /* borrowed bytes */
    bool bad;
} zh_reader;

static inline zh_reader zh_reader_on(zh_sv bytes)
{
    return (zh_reader){ .at = bytes.data, .end = bytes.data == NULL ? NULL : bytes.data + bytes.size };
}
static inline size_t zh_reader_left(const zh_reader *r)
{
    return (size_t)(r->end - r->at);
}
uint8_t zh_read_u8(zh_reader *r);
uint16_t zh_read_u16(zh_reader *r);
uint32_t zh_read_u32(zh_reader *r);
uint64_t zh_read_u64(zh_reader *r);
int64_t zh_read_i64(zh_reader *r);
uint64_t zh_read_var(zh_reader *r);
int64_t zh_read_zig(zh_reader *r);
zh_sv zh_read_bytes(zh_reader *r, size_t size); /* a view of the read bytes */
zh_sv zh_read_text(zh_reader *r);               /* size as var, then a view */

#endif
