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

bool zh_buf_grow_(zh_buf *buf, size_t bytes); /* private */

/* Memory for `bytes` more, which from then on cannot fail; false: there is none, and the buffer is as it was. */
ZH_MUST bool zh_buf_reserve(zh_buf *buf, size_t bytes);

/* Room for `bytes` at the end, counted as used; NULL when it failed. */
static inline char *zh_buf_room(zh_buf *buf, size_t bytes)
{
    if (buf->failed_ != ZH_OK || (bytes > buf->cap_ - buf->size && !zh_buf_grow_(buf, bytes))) return NULL;
    char *room = buf->data + buf->size;
    buf->size += bytes;
    return room;
}

/* Writing is inline: records and JSON are made of many small pieces. */
static inline void zh_buf_put(zh_buf *buf, zh_sv bytes)
{
    if (bytes.size == 0) return;
    char *room = zh_buf_room(buf, bytes.size);
    if (room != NULL) memcpy(room, bytes.data, bytes.size);
}

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "stored numbers are little-endian and are copied as they lie in memory"
#endif
#define ZH_BUF_PUT_(buf, value)                                          \
    do {                                                                 \
        char *const room_ = zh_buf_room((buf), sizeof(value));           \
        if (room_ != NULL) memcpy(room_, &(value), sizeof(value));       \
    } while (0)
static inline void zh_buf_put_u8(zh_buf *buf, uint8_t value) { ZH_BUF_PUT_(buf, value); }
static inline void zh_buf_put_u16(zh_buf *buf, uint16_t value) { ZH_BUF_PUT_(buf, value); }
static inline void zh_buf_put_u32(zh_buf *buf, uint32_t value) { ZH_BUF_PUT_(buf, value); }
static inline void zh_buf_put_u64(zh_buf *buf, uint64_t value) { ZH_BUF_PUT_(buf, value); }
static inline void zh_buf_put_i64(zh_buf *buf, int64_t value) { ZH_BUF_PUT_(buf, value); } /* two's complement */

void zh_buf_put_long_var_(zh_buf *buf, uint64_t value); /* private */
static inline void zh_buf_put_var(zh_buf *buf, uint64_t value)
{
    if (value < 0x80) zh_buf_put_u8(buf, (uint8_t)value);
    else zh_buf_put_long_var_(buf, value);
}
static inline void zh_buf_put_zig(zh_buf *buf, int64_t value) /* zig-zag, then var: small magnitudes stay small */
{
    zh_buf_put_var(buf, ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0));
}
static inline void zh_buf_put_text(zh_buf *buf, zh_sv text) /* size as var, then the bytes */
{
    zh_buf_put_var(buf, text.size);
    zh_buf_put(buf, text);
}
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
static inline zh_sv zh_read_bytes(zh_reader *r, size_t size) /* a view of the read bytes */
{
    if (r->bad || zh_reader_left(r) < size) {
        r->bad = true;
        return (zh_sv){ NULL, 0 };
    }
    const zh_sv view = { r->at, size };
    if (size > 0) r->at += size;
    return view;
}

#define ZH_READ_(type, r)                                                \
    type value = 0;                                                      \
    const zh_sv bytes = zh_read_bytes((r), sizeof value);                \
    if (bytes.size > 0) memcpy(&value, bytes.data, sizeof value);        \
    return value
static inline uint8_t zh_read_u8(zh_reader *r) { ZH_READ_(uint8_t, r); }
static inline uint16_t zh_read_u16(zh_reader *r) { ZH_READ_(uint16_t, r); }
static inline uint32_t zh_read_u32(zh_reader *r) { ZH_READ_(uint32_t, r); }
static inline uint64_t zh_read_u64(zh_reader *r) { ZH_READ_(uint64_t, r); }
static inline int64_t zh_read_i64(zh_reader *r) { ZH_READ_(int64_t, r); }

uint64_t zh_read_long_var_(zh_reader *r); /* private */
static inline uint64_t zh_read_var(zh_reader *r)
{
    if (!r->bad && r->at < r->end && (unsigned char)*r->at < 0x80) return (unsigned char)*r->at++;
    return zh_read_long_var_(r);
}
static inline int64_t zh_read_zig(zh_reader *r)
{
    const uint64_t value = zh_read_var(r);
    return (int64_t)((value >> 1) ^ ((value & 1) != 0 ? UINT64_MAX : 0));
}
static inline zh_sv zh_read_text(zh_reader *r) /* size as var, then a view */
{
    const uint64_t size = zh_read_var(r);
    if (size > zh_reader_left(r)) r->bad = true;
    return zh_read_bytes(r, r->bad ? 0 : (size_t)size);
}

#endif
