/* columns.h -- the records of a block laid out field by field, so that they compress, and back again byte for byte.
 *
 * Records of one kind are alike in each field and unlike from field to field: a compressor finds little in a row of
 * them and much in a column. Splitting moves every field of an event and of an identity record to the column of that
 * field; a record of any other kind, or one that is not drawn as expected, goes whole to a column of its kind.
 * Numbers that follow from their neighbours are written as differences; an item's number that follows from its id is left out.
 * What no compressor can make smaller (keys, hashes, sealed bytes, hexadecimal digits as bytes) is together in ZH_COLUMN_RANDOM.
 *
 * Guarantees  join(split(records)) gives the same bytes for any records; joining any bytes never reads outside of them
 *             and stops at the given size: ZH_CORRUPT.
 * Cost        about 1 us an event each way, before the compressor's own.
 * Threads     one zh_columns, one thread. Pure.
 * Not here    compression (store/log_pack.h); what a record means (the modules that own it).
 */
#ifndef ZH_CORE_COLUMNS_H
#define ZH_CORE_COLUMNS_H
#include "base/buf.h"
#include "base/map.h"

/* Stored: the order is a part of the format. A new layout gets a new list and a new version in store/log_pack.h. */
#define ZH_COLUMN_LIST(X)                                                                            \
    X(SHAPE)     /* u8 a record: 0 whole, else the kind it was split as */                           \
    X(RANDOM)    /* bytes of all kinds that do not compress */                                       \
    X(SIZES)     /* of each whole record: u8 its column, var size */                                              \
    X(DECISIONS) /* whole records, by kind */                                                        \
    X(ITEMS)                                                                                         \
    X(OTHERS)                                                                                        \
    X(TYPES)     /* of an event: type, act */                                                        \
    X(MARKS)     /* marks, source */                                                                 \
    X(CUSTOMERS) /* the low 16 bits of the number */                                                 \
    X(ABOVE)     /* var: the number above them */                                                    \
    X(RECEIVED)  /* zig: later than the event before */                                              \
    X(TIMES)     /* zig: when it happened, later than received */                                    \
    X(ORIGINALS) /* zig: later than that */                                                          \
    X(SENT)      /* u8 has sent, zig later than the sentAt before */                                 \
    X(MESSAGES)  /* messageId: texts, with the digits taken out */                                   \
    X(NAMES)                                                                                         \
    X(CATEGORIES)                                                                                    \
    X(ORDERS)                                                                                        \
    X(MONEY)     /* currency, revenue */                                                             \
    X(LINES)     /* how many */                                                                      \
    X(LINE_ITEMS) /* u8: 0 the number follows from the id, 1 it stands in RANDOM */                  \
    X(LINE_IDS)                                                                                      \
    X(LINE_SAME) /* u8: 1 all fields below are those of the line before with this id */              \
    X(LINE_SKUS)                                                                                     \
    X(LINE_NAMES)                                                                                    \
    X(LINE_CATEGORIES)                                                                               \
    X(LINE_BRANDS)                                                                                   \
    X(LINE_PRICES)                                                                                   \
    X(LINE_COUNTS) /* quantity, total */                                                             \
    X(PROPERTIES)                                                                                    \
    X(TRAITS)                                                                                        \
    X(CONTEXTS)                                                                                      \
    X(INTEGRATIONS)                                                                                  \
    X(CONSENTS)                                                                                      \
    X(SEALED)    /* size of a sealed text and its first 5 bytes; the rest is in RANDOM */            \
    X(LINKS)     /* of an identity record: kind of id, turn, has a key */                            \
    X(LINK_CUSTOMERS) /* zig: above the one before */                                                \
    X(LINK_TIMES)

typedef enum zh_column {
#define X(name) ZH_COLUMN_##name,
    ZH_COLUMN_LIST(X)
#undef X
    ZH_COLUMNS_COUNT
} zh_column;

/* What earlier records of the block tell about the next one. */
typedef struct zh_columns_memory {
    uint64_t received_ms, sent_ms, link_customer, link_ms;
    zh_map lines;  /* hash of an item id -> where in `seen` the line's fields begin, + 1 */
    zh_buf seen;
} zh_columns_memory;

typedef struct zh_columns {
    zh_buf columns[ZH_COLUMNS_COUNT]; /* splitting: filled */
    zh_reader from[ZH_COLUMNS_COUNT]; /* joining: what is left; set by the caller */
    zh_columns_memory memory_;
} zh_columns;

/* No column grows past `bytes_max`. Nothing is allocated yet; the caller closes. */
zh_columns zh_columns_open(size_t bytes_max);
void zh_columns_close(zh_columns *columns);
/* Empty the columns and forget the records before: a new block begins. */
void zh_columns_reset(zh_columns *columns);

/* Append one record to the columns. Errors: ZH_NOMEM, ZH_FULL. */
ZH_MUST zh_err zh_columns_split(zh_columns *columns, zh_sv record);

/* The next record out of `from`, appended to `out` with its size before it. After a reset, one call a record, in order.
 * Errors: ZH_CORRUPT (no such columns), ZH_NOMEM, ZH_FULL (out's maximum). */
ZH_MUST zh_err zh_columns_join(zh_columns *columns, zh_buf *out);

#endif
