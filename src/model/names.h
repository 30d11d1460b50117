/* names.h -- the ids of a file, each once: from text to a small number and back.
 *
 * Users, items and sessions come with ids of somebody else's making. Inside a model an id is a
 * number from 0, so that it can index an array; outside it is the text it came as.
 *
 * Guarantees  equal texts have one number; numbers run from 0 in order of first sight.
 * Cost        O(bytes) a call; the text once, 16 bytes a view, 16 bytes a slot of the map.
 * Threads     readers together or one writer.
 * Not here    the meaning of an id; customers of the engine (profile).
 */
#ifndef ZH_MODEL_NAMES_H
#define ZH_MODEL_NAMES_H
#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"

#define ZH_NAMES_BYTES_MAX 256          /* one id; the longest shop ids seen have 64 */
#define ZH_NAMES_COUNT_MAX (1u << 28)   /* ids of one kind; 12 GiB of tables, past one machine here */

typedef struct zh_names {
    zh_arena text_;  /* private */
    zh_buf views_;   /* private; zh_sv a name */
    zh_map numbers_; /* private; hash, or the next free number above it, to number */
} zh_names;

/* No names, nothing allocated. The caller closes. */
zh_names zh_names_open(void);
void zh_names_close(zh_names *names);

/* The number of `name`, new where it was not seen before; the text is copied.
 * Errors: ZH_RANGE when it is empty or longer than ZH_NAMES_BYTES_MAX, ZH_FULL, ZH_NOMEM. */
ZH_MUST zh_err zh_names_add(zh_names *names, zh_sv name, uint32_t *number);

uint32_t zh_names_count(const zh_names *names);

/* The text of a number (< count), valid until the next add. */
zh_sv zh_names_at(const zh_names *names, uint32_t number);

/* All numbers in the order of their texts, in `arena`: by value when every name is a whole number
 * (decimal digits), else by bytes. Two files with the same ids get the same order. */
ZH_MUST zh_err zh_names_order(const zh_names *names, zh_arena *arena, uint32_t **order);

#endif
