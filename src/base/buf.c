#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void zh_buf_close(zh_buf *buf)
{
    if (buf == NULL) return;
    free(buf->data);
    *buf = (zh_buf){ .max_ = buf->max_ };
}

void zh_buf_reset(zh_buf *buf)
{
    buf->size = 0;
    buf->failed_ = ZH_OK;
}

bool zh_buf_grow_(zh_buf *buf, size_t bytes)
{
    if (buf->failed_ != ZH_OK) return false;
    if (bytes > buf->max_ - buf->size) {
        buf->failed_ = ZH_FULL;
        return false;
    }
    size_t cap = buf->cap_ < 64 ? 64 : buf->cap_;
    while (cap < buf->size + bytes) cap *= 2;
    if (cap > buf->max_) cap = buf->max_;
    char *data = realloc(buf->data, cap);
    if (data == NULL) {
        buf->failed_ = ZH_NOMEM;
        return false;
    }
    buf->data = data;
    buf->cap_ = cap;
    return true;
}

bool zh_buf_reserve(zh_buf *buf, size_t bytes)
{
    if (buf->failed_ != ZH_OK) return false;
    const bool is_there = bytes <= buf->cap_ - buf->size || zh_buf_grow_(buf, bytes);
    buf->failed_ = ZH_OK;
    return is_there;
}

void zh_buf_put_long_var_(zh_buf *buf, uint64_t value)
{
    char bytes[10];
    size_t size = 0;
    for (; value >= 0x80; value >>= 7) bytes[size++] = (char)(unsigned char)(value | 0x80);
    bytes[size++] = (char)(unsigned char)value;
    zh_buf_put(buf, (zh_sv){ bytes, size });
}

void zh_buf_printf(zh_buf *buf, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    const int need = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (need >= 0) {
        char *room = zh_buf_room(buf, (size_t)need + 1); /* vsnprintf ends with a NUL */
        if (room != NULL) {
            vsnprintf(room, (size_t)need + 1, format, again);
            buf->size--;
        }
    }
    va_end(again);
}

uint64_t zh_read_long_var_(zh_reader *r)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const uint8_t byte = zh_read_u8(r);
        if (r->bad) return 0;
        if (shift == 63 && byte > 1) break; /* more than 64 bits */
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) return value;
    }
    r->bad = true;
    return 0;
}
