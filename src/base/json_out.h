/* json_out.h -- a streaming JSON writer onto a zh_buf.
 *
 * The writer puts the commas and the colons; the caller says what comes. Wrong order (a value in
 * an object without a key, an end that does not fit) is a bug of the caller and asserts. Memory
 * trouble stays in the buffer: look at zh_json_out_done() once, at the end.
 *
 *     zh_json_out out = zh_json_out_on(&buf);
 *     zh_json_out_object(&out);
 *     zh_json_out_key(&out, ZH_SV("n"));  zh_json_out_int(&out, 3);
 *     zh_json_out_end(&out);
 *     if ((e = zh_json_out_done(&out)) != ZH_OK) ...
 *
 * Guarantees  what was written and done() without error is one JSON value in valid UTF-8: each
 *             invalid byte of a text becomes U+FFFD, control characters are escaped.
 * Cost        O(bytes); no allocation but the buffer's.
 */
#ifndef ZH_BASE_JSON_OUT_H
#define ZH_BASE_JSON_OUT_H
#include "base/json.h"

typedef struct zh_json_out {
    zh_buf *buf;       /* borrowed */
    uint64_t objects_; /* private; bit of a level: it is an object */
    uint64_t filled_;  /* private; bit of a level: something stands there already */
    uint8_t depth_;    /* private; open levels, at most ZH_JSON_DEPTH_MAX */
    bool keyed_;       /* private; a key waits for its value */
    bool whole_;       /* private; the one value is complete */
} zh_json_out;

static inline zh_json_out zh_json_out_on(zh_buf *buf)
{
    return (zh_json_out){ .buf = buf };
}

void zh_json_out_object(zh_json_out *out); /* { */
void zh_json_out_array(zh_json_out *out);  /* [ */
void zh_json_out_end(zh_json_out *out);    /* } or ], whichever is open */
void zh_json_out_key(zh_json_out *out, zh_sv key);

void zh_json_out_text(zh_json_out *out, zh_sv text);
void zh_json_out_int(zh_json_out *out, int64_t value);
void zh_json_out_uint(zh_json_out *out, uint64_t value);
void zh_json_out_real(zh_json_out *out, double value); /* finite; the fewest digits that read back the same */
void zh_json_out_bool(zh_json_out *out, bool value);
void zh_json_out_null(zh_json_out *out);
void zh_json_out_raw(zh_json_out *out, zh_sv json); /* one JSON value, trusted, not empty */
void zh_json_out_value(zh_json_out *out, zh_json_value value); /* a parsed value; absent becomes null */

/* key and value in one go */
void zh_json_out_key_text(zh_json_out *out, zh_sv key, zh_sv text);
void zh_json_out_key_int(zh_json_out *out, zh_sv key, int64_t value);
void zh_json_out_key_real(zh_json_out *out, zh_sv key, double value);
void zh_json_out_key_bool(zh_json_out *out, zh_sv key, bool value);

/* Asserts that exactly one complete value was written; the buffer's error. */
ZH_MUST zh_err zh_json_out_done(const zh_json_out *out);

/* The parts, for those who write without the streaming state. Text with its quotes and escapes;
 * a finite double in at most ZH_JSON_REAL_BYTES bytes, returns their number. */
#define ZH_JSON_REAL_BYTES 32
void zh_json_put_text(zh_buf *buf, zh_sv text);
/* A member of a parsed object: a comma unless `first`, the key (of that object), the value; an
 * absent value is left to the caller to write. */
void zh_json_put_member(zh_buf *buf, bool first, zh_sv key, zh_json_value value);
size_t zh_json_print_real(double value, char out[ZH_JSON_REAL_BYTES]);

#endif
