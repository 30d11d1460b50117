/* json.h -- JSON text in, values to look at: the C face of simdjson.
 *
 * One handle parses one text at a time and keeps its memory, so a steady load does not allocate.
 * A value is a small thing passed by copy; the absent value (zeros) answers "no" to every
 * question, so look-ups chain: zh_json_get(zh_json_get(root, ZH_SV("context")), ZH_SV("ip")).
 *
 * Guarantees  every text is either JSON of RFC 8259 with valid UTF-8 and at most 64 levels, or a
 *             named fault; integers in [-2^63, 2^64) are exact, no other number is taken for one.
 * Lifetimes   values and the text they give are valid until the next parse with the handle, or
 *             its close. The text given to parse is copied.
 * Cost        parse about 0.5 ns a byte; get O(keys of the object) and walk O(1) a step, because
 *             an object is passed over without looking inside.
 * Threads     one handle, one thread. Values of a parsed text may be read by many.
 * Not here    writing (json_out.h), splitting a text without parsing it (json_scan.h).
 * Source      simdjson's documented tape; Langdale, Lemire, VLDB Journal 28 (2019).
 */
#ifndef ZH_BASE_JSON_H
#define ZH_BASE_JSON_H
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sv.h"

#define ZH_JSON_DEPTH_MAX 64 /* levels of objects and arrays that hold something; no honest sender comes near */
#define ZH_JSON_BYTES_MAX ((size_t)256 << 20) /* what bytes_max may be: a tape takes 8 bytes a byte */

typedef struct zh_json zh_json; /* a parser and the text it read last */

typedef enum zh_json_type {
    ZH_JSON_ABSENT = 0, /* not there: the zero value */
    ZH_JSON_NULL, ZH_JSON_BOOL,
    ZH_JSON_INT,        /* written without fraction and exponent, in [-2^63, 2^64) */
    ZH_JSON_REAL,       /* any other number, as a double */
    ZH_JSON_TEXT, ZH_JSON_ARRAY, ZH_JSON_OBJECT
} zh_json_type;

typedef enum zh_json_fault_kind {
    ZH_JSON_FINE = 0,
    ZH_JSON_MALFORMED, /* not JSON; an empty text too */
    ZH_JSON_BAD_UTF8,
    ZH_JSON_NUMBER,    /* well formed, but no 64-bit format holds it: 1e400, 20 digits */
    ZH_JSON_DEEP,      /* well formed, but over ZH_JSON_DEPTH_MAX */
    ZH_JSON_LARGE,     /* over the handle's bytes_max; not looked at */
    ZH_JSON_MEMORY
} zh_json_fault_kind;

#define ZH_JSON_OFFSET_UNKNOWN SIZE_MAX

typedef struct zh_json_fault {
    zh_json_fault_kind kind;
    size_t offset; /* byte of the text where it was noticed, or ZH_JSON_OFFSET_UNKNOWN */
} zh_json_fault;

const char *zh_json_fault_text(zh_json_fault_kind kind); /* "a number that no 64-bit format holds" */

typedef struct zh_json_tape { /* private: what simdjson wrote */
    const uint64_t *words;
    const uint8_t *texts;
} zh_json_tape;

typedef struct zh_json_value {
    const zh_json_tape *tape_; /* private; NULL: absent */
    size_t at_;                /* private */
} zh_json_value;

/* A parser for texts of at most `bytes_max` bytes (1 .. ZH_JSON_BYTES_MAX). The caller closes.
 * Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_json_open(zh_json **out, size_t bytes_max);
void zh_json_close(zh_json *json);

/* Parse; ends all values of the parse before. `fault` may be NULL. On error *root is absent.
 * Errors: ZH_FORMAT malformed or bad UTF-8, ZH_RANGE an impossible number, ZH_FULL too deep or
 * too large, ZH_NOMEM. */
ZH_MUST zh_err zh_json_parse(zh_json *json, zh_sv text, zh_json_value *root, zh_json_fault *fault);

static inline zh_json_type zh_json_type_of(zh_json_value value)
{
    if (value.tape_ == NULL) return ZH_JSON_ABSENT;
    switch (value.tape_->words[value.at_] >> 56) {
    case 'n': return ZH_JSON_NULL;
    case 't':
    case 'f': return ZH_JSON_BOOL;
    case 'l':
    case 'u': return ZH_JSON_INT;
    case 'd': return ZH_JSON_REAL;
    case '"': return ZH_JSON_TEXT;
    case '[': return ZH_JSON_ARRAY;
    case '{': return ZH_JSON_OBJECT;
    default: return ZH_JSON_ABSENT;
    }
}
static inline bool zh_json_is(zh_json_value value, zh_json_type type)
{
    return zh_json_type_of(value) == type;
}

/* The member of an object, or absent (also where `object` is none). A repeated key: the first. */
zh_json_value zh_json_get(zh_json_value object, zh_sv key);
size_t zh_json_count(zh_json_value value); /* members or elements, 0 for others; O(count) past 2^24 */

/* Private: the text that the word at `at` names. */
static inline zh_sv zh_json_text_at_(const zh_json_tape *tape, size_t at)
{
    const uint8_t *text = tape->texts + (tape->words[at] & 0xFFFFFFFFFFFFFF);
    uint32_t size;
    memcpy(&size, text, sizeof size);
    return (zh_sv){ (const char *)text + sizeof size, size };
}

/* Each answers false, and leaves *out alone, when the value is of another type. */
static inline bool zh_json_text(zh_json_value value, zh_sv *out)
{
    if (!zh_json_is(value, ZH_JSON_TEXT)) return false;
    *out = zh_json_text_at_(value.tape_, value.at_);
    return true;
}
bool zh_json_int(zh_json_value value, int64_t *out);   /* false too for 2^63 and above, and for 1.0 */
bool zh_json_uint(zh_json_value value, uint64_t *out); /* false for negatives */
bool zh_json_real(zh_json_value value, double *out);   /* of ints too, rounded to nearest */
bool zh_json_bool(zh_json_value value, bool *out);
/* The text, or the empty view when it is no text. */
static inline zh_sv zh_json_text_or_empty(zh_json_value value)
{
    zh_sv text = { 0 };
    (void)zh_json_text(value, &text);
    return text;
}

/* Members of an object (key and value) or elements of an array (value), in the order of the text;
 * nothing for other values.
 *     for (zh_json_iter it = zh_json_walk(object); zh_json_next(&it);) use(it.key, it.value); */
typedef struct zh_json_iter {
    zh_sv key; /* empty in an array */
    zh_json_value value;
    const zh_json_tape *tape_; /* private */
    size_t at_, end_;          /* private */
    bool keys_;                /* private */
} zh_json_iter;
static inline zh_json_iter zh_json_walk(zh_json_value value)
{
    const zh_json_type type = zh_json_type_of(value);
    if (type != ZH_JSON_OBJECT && type != ZH_JSON_ARRAY) return (zh_json_iter){ 0 };
    return (zh_json_iter){ .tape_ = value.tape_,
                           .at_ = value.at_ + 1,
                           .end_ = (uint32_t)value.tape_->words[value.at_] - 1,
                           .keys_ = type == ZH_JSON_OBJECT };
}
static inline bool zh_json_next(zh_json_iter *it)
{
    if (it->at_ >= it->end_) return false;
    if (it->keys_) it->key = zh_json_text_at_(it->tape_, it->at_++);
    it->value = (zh_json_value){ it->tape_, it->at_ };
    const uint64_t word = it->tape_->words[it->at_], letter = word >> 56;
    if (letter == '{' || letter == '[') it->at_ = (uint32_t)word; /* past its end */
    else it->at_ += letter == 'l' || letter == 'u' || letter == 'd' ? 2 : 1;
    return true;
}

/* Does some object inside `root` (or root itself) hold a key twice? *which (may be NULL) is that key.
 * `json` is the handle `root` came from; its scratch memory serves objects of over 64 keys.
 * Cost: about 3 ns a key; O(n log n) for large objects. ZH_NOMEM counts as "yes" with an empty key. */
bool zh_json_repeated_key(zh_json *json, zh_json_value root, zh_sv *which);

/* Move the texts of what `json` parsed last into `arena`: what `root` and its inner values give as
 * text (values and keys) from here on is valid as long as the arena is. Values taken before stay
 * usable, views taken before do not move. Cost: one copy, and a pass unless
 * zh_json_repeated_key() was asked before. Errors: ZH_FULL (no room). */
ZH_MUST zh_err zh_json_keep(zh_json *json, zh_json_value root, zh_arena *arena);

/* Append the value as minified JSON: members in order, escapes only where JSON needs them, ints
 * exact, doubles in the fewest digits that read back the same ("1.0" stays a double). */
void zh_json_write(zh_json_value value, zh_buf *out);

#endif
