/* cel_value.h -- the values of CEL: 16 bytes each, passed by copy, what they point to is immutable.
 *
 * Guarantees  equality is CEL's: numbers of different kinds compare by what they are worth (1 == 1u == 1.0), NaN equals nothing,
 *             values of different kinds are unequal and no error. Map keys are bool, int, uint or string and occur once.
 * Lifetimes   texts, items, pairs and messages are as long as the arena they were made in, or what they were borrowed from.
 * Cost        a look into a map O(1) (a few comparisons up to 8 keys, then a table).
 * Source      CEL language definition, "Values", "Equality", "Ordering".
 */
#ifndef ZH_LANG_CEL_VALUE_H
#define ZH_LANG_CEL_VALUE_H
#include "lang/cel_type.h"

/* Why an evaluation failed. Names are shown and tested for; append only. */
#define ZH_CEL_CODE_LIST(X)                                \
    X(NO_OVERLOAD, "no such overload")                     \
    X(OVERFLOW,    "integer overflow")                     \
    X(DIVIDE,      "division by zero")                     \
    X(MODULUS,     "modulus by zero")                      \
    X(NO_KEY,      "no such key")                          \
    X(NO_FIELD,    "no such field")                        \
    X(INDEX,       "index out of range")                   \
    X(RANGE,       "value out of range")                   \
    X(CONVERT,     "conversion failed")                    \
    X(REPEATED,    "a map key occurs twice")               \
    X(ARGUMENT,    "invalid argument")                     \
    X(ABSENT,      "no value")                             \
    X(LIMIT,       "a limit of evaluation was reached")    \
    X(MEMORY,      "out of memory")

typedef enum zh_cel_code {
#define X(name, text) ZH_CEL_##name,
    ZH_CEL_CODE_LIST(X)
#undef X
} zh_cel_code;

const char *zh_cel_code_text(zh_cel_code code);
const char *zh_cel_code_name(zh_cel_code code); /* "NO_KEY": stable */

struct zh_cel_map;
typedef struct zh_cel_value {
    uint8_t kind;  /* zh_cel_kind */
    uint8_t fatal; /* ERROR: no && or || absorbs it (limits, memory) */
    union {
        uint16_t code; /* ERROR: zh_cel_code */
        int16_t drift; /* TIMESTAMP, DURATION: by how much it grows while the clock goes on by one: 1 for `now`, 0 for what stands */
    };
    uint32_t n;    /* STRING, BYTES: bytes; LIST: items; TIMESTAMP: nanoseconds, 0 .. 999,999,999; OBJECT: tag; ERROR: offset in the source */
    union {
        bool boolean;
        int64_t i;  /* INT; TIMESTAMP: seconds since 1970; DURATION: nanoseconds */
        uint64_t u; /* UINT; OBJECT: the caller's number */
        double d;
        const char *text; /* STRING, BYTES: not NUL-ended; ERROR: NUL-ended message */
        const struct zh_cel_value *items; /* LIST; OPTIONAL: the one value or NULL */
        const struct zh_cel_map *map;
        const zh_cel_type *type;
        const void *object;
    };
} zh_cel_value;

_Static_assert(sizeof(zh_cel_value) == 16, "two values a register pair");

/* Entries in the order they were put in; `slots` is a table of entry numbers + 1 where there are over 8. */
typedef struct zh_cel_map {
    uint32_t count, mask;
    const zh_cel_value *pairs; /* key, value, key, value … */
    const uint32_t *slots;     /* [mask + 1] or NULL */
} zh_cel_map;

#define ZH_CEL_SECONDS_MIN (-INT64_C(62135596800)) /* 0001-01-01T00:00:00Z */
#define ZH_CEL_SECONDS_MAX INT64_C(253402300799)   /* 9999-12-31T23:59:59Z */

static inline zh_cel_value zh_cel_null(void) { return (zh_cel_value){ .kind = ZH_CEL_NULL }; }
static inline zh_cel_value zh_cel_bool(bool b) { return (zh_cel_value){ .kind = ZH_CEL_BOOL, .u = b }; }
static inline zh_cel_value zh_cel_int(int64_t i) { return (zh_cel_value){ .kind = ZH_CEL_INT, .i = i }; }
static inline zh_cel_value zh_cel_uint(uint64_t u) { return (zh_cel_value){ .kind = ZH_CEL_UINT, .u = u }; }
static inline zh_cel_value zh_cel_double(double d) { return (zh_cel_value){ .kind = ZH_CEL_DOUBLE, .d = d }; }
static inline zh_cel_value zh_cel_text(zh_sv text) /* borrowed; valid UTF-8, under 4 GiB */
{
    return (zh_cel_value){ .kind = ZH_CEL_STRING, .n = (uint32_t)text.size, .text = text.data };
}
static inline zh_cel_value zh_cel_bytes(zh_sv bytes)
{
    return (zh_cel_value){ .kind = ZH_CEL_BYTES, .n = (uint32_t)bytes.size, .text = bytes.data };
}
static inline zh_cel_value zh_cel_duration(int64_t ns) { return (zh_cel_value){ .kind = ZH_CEL_DURATION, .i = ns }; }
static inline zh_cel_value zh_cel_timestamp(int64_t seconds, uint32_t nanos)
{
    return (zh_cel_value){ .kind = ZH_CEL_TIMESTAMP, .n = nanos, .i = seconds };
}
zh_cel_value zh_cel_timestamp_ms(int64_t ms); /* of the years 1 .. 9999, as all times of zhun are */
static inline zh_cel_value zh_cel_list(const zh_cel_value *items, uint32_t count)
{
    return (zh_cel_value){ .kind = ZH_CEL_LIST, .n = count, .items = items };
}
static inline zh_cel_value zh_cel_type_value(const zh_cel_type *type) { return (zh_cel_value){ .kind = ZH_CEL_TYPE, .type = type }; }
static inline zh_cel_value zh_cel_optional(const zh_cel_value *inner) { return (zh_cel_value){ .kind = ZH_CEL_OPTIONAL, .items = inner }; }
static inline zh_cel_value zh_cel_object(uint32_t tag, const void *object)
{
    return (zh_cel_value){ .kind = ZH_CEL_OBJECT, .n = tag, .object = object };
}
/* An error with the code's own text, or a message that lives as long as the value; no place yet. */
zh_cel_value zh_cel_error(zh_cel_code code, const char *message_or_null);
/* The same with a message made in the arena; the code's own text where there is no room. */
zh_cel_value zh_cel_errorf(zh_arena *arena, zh_cel_code code, const char *format, ...) __attribute__((format(printf, 3, 4)));
#define ZH_CEL_NO_PLACE UINT32_MAX

static inline zh_sv zh_cel_sv(zh_cel_value v) { return (zh_sv){ v.text, v.n }; } /* STRING, BYTES */
static inline bool zh_cel_is(zh_cel_value v, zh_cel_kind kind) { return v.kind == kind; }
static inline bool zh_cel_is_error(zh_cel_value v) { return v.kind == ZH_CEL_ERROR; }
static inline bool zh_cel_is_true(zh_cel_value v) { return v.kind == ZH_CEL_BOOL && v.boolean; }

/* A map of pairs [2 * count] that the arena keeps; an ERROR where a key is of another kind or occurs twice, or memory is out. */
zh_cel_value zh_cel_map_of(zh_arena *arena, const zh_cel_value *pairs, uint32_t count);
/* The value of a key, or NULL. Keys of numbers are found by any equal number. */
const zh_cel_value *zh_cel_map_get(const zh_cel_map *map, zh_cel_value key);

/* CEL's ==. No errors: values that cannot be compared are unequal. */
bool zh_cel_equal(zh_cel_value a, zh_cel_value b);
/* Order of numbers (any kinds), strings, bytes, bools, timestamps, durations: -1, 0, 1; 2 where a NaN is in it; 3 where there is none. */
int zh_cel_compare(zh_cel_value a, zh_cel_value b);

#endif
