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

static bool grow(zh_buf *buf, size_t bytes)
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

char *zh_buf_room(zh_buf *buf, size_t bytes)
{
    if (buf->failed_ != ZH_OK || (bytes > buf->cap_ - buf->size && !grow(buf, bytes))) return NULL;
    char *room = buf->data + buf->size;
    buf->size += bytes;
    return room;
}

void zh_buf_put(zh_buf *buf, zh_sv bytes)
{
    if (bytes.size == 0) return;
    char *room = zh_buf_room(buf, bytes.size);
    if (room != NULL) memcpy(room, bytes.data, bytes.size);
}

static void put_le(zh_buf *buf, uint64_t value, size_t bytes)
{
    char *room = zh_buf_room(buf, bytes);
    if (room == NULL) return;
    for (size_t i = 0; i < bytes; i++) room[i] = (char)(unsigned char)(value >> (8 * i));
}

void zh_buf_put_u8(zh_buf *buf, uint8_t value) { put_le(buf, value, 1); }
void zh_buf_put_u16(zh_buf *buf, uint16_t value) { put_le(buf, value, 2); }
void zh_buf_put_u32(zh_buf *buf, uint32_t value) { put_le(buf, value, 4); }
void zh_buf_put_u64(zh_buf *buf, uint64_t value) { put_le(buf, value, 8); }
void zh_buf_put_i64(zh_buf *buf, int64_t value) { put_le(buf, (uint64_t)value, 8); }

void zh_buf_put_var(zh_buf *buf, uint64_t value)
{
    char bytes[10];
    size_t size = 0;
    for (; value >= 0x80; value >>= 7) bytes[size++] = (char)(unsigned char)(value | 0x80);
    bytes[size++] = (char)(unsigned char)value;
    zh_buf_put(buf, (zh_sv){ bytes, size });
}

void zh_buf_put_zig(zh_buf *buf, int64_t value)
{
    zh_buf_put_var(buf, ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0));
}

void zh_buf_put_text(zh_buf *buf, zh_sv text)
{
    zh_buf_put_var(buf, text.size);
    zh_buf_put(buf, text);
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

static uint64_t read_le(zh_reader *r, size_t bytes)
{
    if (r->bad || zh_reader_left(r) < bytes) {
        r->bad = true;
        return 0;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++) value |= (uint64_t)(unsigned char)r->at[i] << (8 * i);
    r->at += bytes;
    return value;
}

uint8_t zh_read_u8(zh_reader *r) { return (uint8_t)read_le(r, 1); }
uint16_t zh_read_u16(zh_reader *r) { return (uint16_t)read_le(r, 2); }
uint32_t zh_read_u32(zh_reader *r) { return (uint32_t)read_le(r, 4); }
uint64_t zh_read_u64(zh_reader *r) { return read_le(r, 8); }
int64_t zh_read_i64(zh_reader *r) { return (int64_t)read_le(r, 8); }

uint64_t zh_read_var(zh_reader *r)
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

int64_t zh_read_zig(zh_reader *r)
{
    const uint64_t value = zh_read_var(r);
    return (int64_t)((value >> 1) ^ ((value & 1) != 0 ? UINT64_MAX : 0));
}

zh_sv zh_read_bytes(zh_reader *r, size_t size)
{
    if (r->bad || zh_reader_left(r) < size) {
        r->bad = true;
        return (zh_sv){ 0 };
    }
    const zh_sv view = { r->at, size };
    if (size > 0) r->at += size;
    return view;
}

zh_sv zh_read_text(zh_reader *r)
{
    const uint64_t size = zh_read_var(r);
    if (size > zh_reader_left(r)) r->bad = true;
    return zh_read_bytes(r, r->bad ? 0 : (size_t)size);
}
