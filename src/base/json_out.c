#include "base/json_out.h"

#include "base/json_shim.h"
#include "base/utf8.h"

#include <assert.h>
#include <math.h>

#define ONES (~(uint64_t)0 / 255)  /* 0x01 in each byte */
#define HIGHS (ONES * 0x80)

/* Eight bytes at once: not 0 when one is below 0x20, a quote or a backslash. */
static inline uint64_t escape_bits(uint64_t x)
{
    const uint64_t quote = x ^ ONES * '"', backslash = x ^ ONES * '\\';
    return (((x - ONES * 0x20) & ~x) | ((quote - ONES) & ~quote) |
            ((backslash - ONES) & ~backslash)) &
           HIGHS;
}

/* What a byte needs inside a JSON text: 0 nothing, 'u' a \u00XX, else the letter of its escape. */
static const char escapes[256] = {
    'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'b', 't', 'n', 'u', 'f', 'r', 'u', 'u',
    'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u',
    ['"'] = '"', ['\\'] = '\\',
};

/* Bytes at the front that stand for themselves. */
static size_t plain_size(const char *at, size_t size)
{
    size_t i = 0;
    for (; size - i >= 8; i += 8) {
        uint64_t word;
        memcpy(&word, at + i, 8);
        if (escape_bits(word)) break;
    }
    while (i < size && escapes[(unsigned char)at[i]] == 0) i++;
    return i;
}

static void put_escape(zh_buf *buf, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    const char letter = escapes[c];
    if (letter != 'u') {
        const char two[2] = { '\\', letter };
        zh_buf_put(buf, (zh_sv){ two, 2 });
    } else {
        const char six[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };
        zh_buf_put(buf, (zh_sv){ six, 6 });
    }
}

/* The escaped inside of a text that is known to be UTF-8. */
static void put_inside(zh_buf *buf, zh_sv text)
{
    while (text.size > 0) {
        const size_t plain = plain_size(text.data, text.size);
        zh_buf_put(buf, zh_sv_part(text, 0, plain));
        if (plain == text.size) return;
        put_escape(buf, (unsigned char)text.data[plain]);
        text = zh_sv_part(text, plain + 1, text.size);
    }
}

static void put_utf8(zh_buf *buf, zh_sv text)
{
    const size_t plain = text.size == 0 ? 0 : plain_size(text.data, text.size);
    if (plain == text.size) { /* nearly always */
        char *room = zh_buf_room(buf, text.size + 2);
        if (room == NULL) return;
        room[0] = room[text.size + 1] = '"';
        if (text.size > 0) memcpy(room + 1, text.data, text.size);
        return;
    }
    zh_buf_put_u8(buf, '"');
    put_inside(buf, text);
    zh_buf_put_u8(buf, '"');
}

void zh_json_put_text(zh_buf *buf, zh_sv text)
{
    size_t good = zh_utf8_valid(text);
    if (good == text.size) {
        put_utf8(buf, text);
        return;
    }
    zh_buf_put_u8(buf, '"');
    while (text.size > 0) {
        put_inside(buf, zh_sv_part(text, 0, good));
        if (good < text.size) zh_buf_put(buf, ZH_SV("\xEF\xBF\xBD"));
        text = zh_sv_part(text, good + 1, text.size);
        good = zh_utf8_valid(text);
    }
    zh_buf_put_u8(buf, '"');
}

size_t zh_json_print_real(double value, char out[ZH_JSON_REAL_BYTES])
{
    assert(isfinite(value));
    size_t size = zh_json_shim_print_real(value, out);
    if (memchr(out, '.', size) == NULL && memchr(out, 'e', size) == NULL) {
        out[size++] = '.'; /* so that it is read back as a double */
        out[size++] = '0';
    }
    return size;
}

static void put_real(zh_buf *buf, double value)
{
    char text[ZH_JSON_REAL_BYTES];
    const size_t size = zh_json_print_real(value, text);
    zh_buf_put(buf, (zh_sv){ text, size });
}

/* The digits, in `text`, of which they fill the end. */
static zh_sv uint_text(bool negative, uint64_t value, char text[ZH_JSON_REAL_BYTES])
{
    char *end = text + ZH_JSON_REAL_BYTES, *at = end;
    do {
        *--at = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    if (negative) *--at = '-';
    return (zh_sv){ at, (size_t)(end - at) };
}

static zh_sv int_text(int64_t value, char text[ZH_JSON_REAL_BYTES])
{
    return uint_text(value < 0, value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value, text);
}

/* A pen writes into the buffer's own room and tells the buffer when it is put down: a parsed value
 * is written in many small steps. base may look at the private end of a zh_buf. */
typedef struct pen {
    zh_buf *buf;
    char *at, *end;
} pen;

static pen take_pen(zh_buf *buf)
{
    char *at = buf->data == NULL ? NULL : buf->data + buf->size;
    const bool works = at != NULL && zh_buf_err(buf) == ZH_OK;
    return (pen){ buf, at, works ? buf->data + buf->cap_ : at };
}

static void put_down(const pen *p)
{
    if (p->at != NULL && zh_buf_err(p->buf) == ZH_OK) p->buf->size = (size_t)(p->at - p->buf->data);
}

static bool need_more(pen *p, size_t bytes)
{
    put_down(p);
    char *room = zh_buf_room(p->buf, bytes);
    if (room == NULL) {
        p->end = p->at; /* nothing fits any more */
        return false;
    }
    p->at = room;
    p->end = p->buf->data + p->buf->cap_;
    return true;
}

static inline bool need(pen *p, size_t bytes)
{
    return (size_t)(p->end - p->at) >= bytes || need_more(p, bytes);
}

static inline void pen_byte(pen *p, char c)
{
    if (need(p, 1)) *p->at++ = c;
}

static void pen_bytes(pen *p, zh_sv bytes)
{
    if (!need(p, bytes.size)) return;
    memcpy(p->at, bytes.data, bytes.size);
    p->at += bytes.size;
}

/* The slow way: exact room, escapes, the buffer's end near. */
static void pen_text_with_care(pen *p, zh_sv text)
{
    put_down(p);
    put_utf8(p->buf, text);
    *p = take_pen(p->buf);
}

/* A text of the tape: UTF-8, with 8 readable bytes behind. Eight bytes a step are stored and
 * looked at; the first that needs an escape sends the whole text the slow way. */
static void pen_text(pen *p, zh_sv text)
{
    if ((size_t)(p->end - p->at) < text.size + 2 + 8) {
        pen_text_with_care(p, text);
        return;
    }
    char *out = p->at;
    *out++ = '"';
    size_t i = 0;
    uint64_t word, bad = 0;
    for (; i + 8 <= text.size; i += 8) {
        memcpy(&word, text.data + i, 8);
        memcpy(out + i, &word, 8);
        bad |= escape_bits(word);
    }
    if (i < text.size) {
        const uint64_t mine = ((uint64_t)1 << (text.size - i) * 8) - 1;
        memcpy(&word, text.data + i, 8);
        memcpy(out + i, &word, 8);
        bad |= escape_bits((word & mine) | (ONES * ' ' & ~mine));
    }
    if (bad) {
        pen_text_with_care(p, text);
        return;
    }
    out[text.size] = '"';
    p->at = out + text.size + 1;
}

static void pen_number(pen *p, zh_json_value value)
{
    char text[ZH_JSON_REAL_BYTES];
    int64_t number;
    uint64_t large;
    double real;
    if (zh_json_int(value, &number)) {
        pen_bytes(p, int_text(number, text));
    } else if (zh_json_uint(value, &large)) {
        pen_bytes(p, uint_text(false, large, text));
    } else if (zh_json_real(value, &real)) {
        pen_bytes(p, (zh_sv){ text, zh_json_print_real(real, text) });
    }
}

static void pen_value(pen *p, zh_json_value value);

static void pen_children(pen *p, zh_json_value value, bool keys)
{
    bool first = true;
    pen_byte(p, keys ? '{' : '[');
    for (zh_json_iter it = zh_json_walk(value); zh_json_next(&it); first = false) {
        if (!first) pen_byte(p, ',');
        if (keys) {
            pen_text(p, it.key);
            pen_byte(p, ':');
        }
        pen_value(p, it.value); /* as deep as the parser allows */
    }
    pen_byte(p, keys ? '}' : ']');
}

static void pen_value(pen *p, zh_json_value value)
{
    bool yes = false;
    switch (zh_json_type_of(value)) {
    case ZH_JSON_OBJECT: pen_children(p, value, true); break;
    case ZH_JSON_ARRAY: pen_children(p, value, false); break;
    case ZH_JSON_TEXT: pen_text(p, zh_json_text_at_(value.tape_, value.at_)); break;
    case ZH_JSON_INT:
    case ZH_JSON_REAL: pen_number(p, value); break;
    case ZH_JSON_BOOL:
        (void)zh_json_bool(value, &yes);
        pen_bytes(p, yes ? ZH_SV("true") : ZH_SV("false"));
        break;
    case ZH_JSON_NULL:
    case ZH_JSON_ABSENT: pen_bytes(p, ZH_SV("null")); break;
    }
}

void zh_json_write(zh_json_value value, zh_buf *out)
{
    pen p = take_pen(out);
    pen_value(&p, value);
    put_down(&p);
}

void zh_json_put_member(zh_buf *buf, bool first, zh_sv key, zh_json_value value)
{
    pen p = take_pen(buf);
    if (!first) pen_byte(&p, ',');
    pen_text(&p, key);
    pen_byte(&p, ':');
    if (!zh_json_is(value, ZH_JSON_ABSENT)) pen_value(&p, value);
    put_down(&p);
}

static uint64_t level_bit(const zh_json_out *out)
{
    return (uint64_t)1 << (out->depth_ - 1);
}

static void before_value(zh_json_out *out)
{
    assert(!out->whole_);
    if (out->depth_ == 0) return;
    if (out->objects_ & level_bit(out)) {
        assert(out->keyed_);
        out->keyed_ = false;
    } else {
        if (out->filled_ & level_bit(out)) zh_buf_put_u8(out->buf, ',');
        out->filled_ |= level_bit(out);
    }
}

static void after_value(zh_json_out *out)
{
    if (out->depth_ == 0) out->whole_ = true;
}

static void open_level(zh_json_out *out, bool object)
{
    before_value(out);
    assert(out->depth_ < ZH_JSON_DEPTH_MAX);
    out->depth_++;
    const uint64_t bit = level_bit(out);
    out->objects_ = object ? out->objects_ | bit : out->objects_ & ~bit;
    out->filled_ &= ~bit;
    zh_buf_put_u8(out->buf, object ? '{' : '[');
}

void zh_json_out_object(zh_json_out *out)
{
    open_level(out, true);
}

void zh_json_out_array(zh_json_out *out)
{
    open_level(out, false);
}

void zh_json_out_end(zh_json_out *out)
{
    assert(out->depth_ > 0);
    assert(!out->keyed_);
    zh_buf_put_u8(out->buf, out->objects_ & level_bit(out) ? '}' : ']');
    out->depth_--;
    after_value(out);
}

void zh_json_out_key(zh_json_out *out, zh_sv key)
{
    assert(out->depth_ > 0);
    assert(out->objects_ & level_bit(out));
    assert(!out->keyed_);
    if (out->filled_ & level_bit(out)) zh_buf_put_u8(out->buf, ',');
    out->filled_ |= level_bit(out);
    zh_json_put_text(out->buf, key);
    zh_buf_put_u8(out->buf, ':');
    out->keyed_ = true;
}

void zh_json_out_text(zh_json_out *out, zh_sv text)
{
    before_value(out);
    zh_json_put_text(out->buf, text);
    after_value(out);
}

void zh_json_out_int(zh_json_out *out, int64_t value)
{
    before_value(out);
    char text[ZH_JSON_REAL_BYTES];
    zh_buf_put(out->buf, int_text(value, text));
    after_value(out);
}

void zh_json_out_uint(zh_json_out *out, uint64_t value)
{
    before_value(out);
    char text[ZH_JSON_REAL_BYTES];
    zh_buf_put(out->buf, uint_text(false, value, text));
    after_value(out);
}

void zh_json_out_real(zh_json_out *out, double value)
{
    before_value(out);
    put_real(out->buf, value);
    after_value(out);
}

void zh_json_out_bool(zh_json_out *out, bool value)
{
    before_value(out);
    zh_buf_put(out->buf, value ? ZH_SV("true") : ZH_SV("false"));
    after_value(out);
}

void zh_json_out_null(zh_json_out *out)
{
    before_value(out);
    zh_buf_put(out->buf, ZH_SV("null"));
    after_value(out);
}

void zh_json_out_raw(zh_json_out *out, zh_sv json)
{
    assert(json.size > 0);
    before_value(out);
    zh_buf_put(out->buf, json);
    after_value(out);
}

void zh_json_out_value(zh_json_out *out, zh_json_value value)
{
    before_value(out);
    zh_json_write(value, out->buf);
    after_value(out);
}

void zh_json_out_key_text(zh_json_out *out, zh_sv key, zh_sv text)
{
    zh_json_out_key(out, key);
    zh_json_out_text(out, text);
}

void zh_json_out_key_int(zh_json_out *out, zh_sv key, int64_t value)
{
    zh_json_out_key(out, key);
    zh_json_out_int(out, value);
}

void zh_json_out_key_real(zh_json_out *out, zh_sv key, double value)
{
    zh_json_out_key(out, key);
    zh_json_out_real(out, value);
}

void zh_json_out_key_bool(zh_json_out *out, zh_sv key, bool value)
{
    zh_json_out_key(out, key);
    zh_json_out_bool(out, value);
}

zh_err zh_json_out_done(const zh_json_out *out)
{
    assert(out->whole_);
    return zh_buf_err(out->buf);
}
