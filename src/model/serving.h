/* serving.h -- a trained recommender as it is served: each item with its strongest neighbours, in one file that never changes.
 *
 *     score(j) = sum over sources i of  round(1e6 weight_i value(i, j)),   value in (0, 1]
 *
 * Most recommenders here are linear: what a history says is the sum of what each of its items says alone. So a model is served as
 * the table of what it answers to a history of one item, for every item: its ZH_SERVING_NEIGHBOURS_MAX largest scores above 0, divided by
 * the largest of the whole table and rounded to 1/65535. What a model says against an item is not kept.
 *
 *     OFFSET SIZE MEANING                            n items, e pairs; integers little-endian
 *          0    3 "ZHM"
 *          3    1 version, 1
 *          4    4 n, 1 .. 2,000,000
 *          8    4 e, at most 100 n
 *         12   20 name of the kind (model/model.h), zeros behind it
 *         32   8n number of each item, ascending
 *          +  4n+4 first pair of each item; the last one is e
 *          +   4e  place of the neighbour among the items, ascending within an item, never the item itself
 *          +   2e  weight, 1 .. 65535: value x 65535
 *          +    4  CRC-32C of all bytes before
 *
 * Guarantees  build is a function of model and items; what was read answers without looking at a byte that was not checked.
 * Cost        at most 612 bytes an item; a row: one binary search. build: one question an item.
 * Lifetimes   a read table owns its memory until close; the file's bytes are not needed any more.
 * Threads     read-only once read.
 * Not here    files and which of them serves (engine/serving.h), sources and their weights (decide/source.h).
 * Proof       tests/model/serving_test.c; fuzz/serving_fuzz.c.
 */
#ifndef ZH_MODEL_SERVING_H
#define ZH_MODEL_SERVING_H
#include "base/buf.h"
#include "core/id.h"
#include "model/model.h"

#define ZH_SERVING_VERSION 1
#define ZH_SERVING_ITEMS_MAX 2000000u    /* as the catalog's */
#define ZH_SERVING_NEIGHBOURS_MAX 100u   /* of an item: past that a list's order hardly moves */
#define ZH_SERVING_NAME_BYTES 20
#define ZH_SERVING_BYTES_MAX ((size_t)ZH_SERVING_ITEMS_MAX * 616)

typedef struct zh_serving zh_serving; /* opaque */

/* Is a history's score the sum of its items' scores? Others cannot be served. */
bool zh_serving_can(const zh_model_kind *kind);

/* Append the file of a trained model; `number` of each of its items, 0: an item that is left out (ascending is not needed).
 * `go_on` (may be NULL) is asked now and then: ZH_STOPPED. Errors: ZH_NOMEM, ZH_ABSENT no pair, ZH_RANGE two items of one number. */
typedef struct zh_serving_ask {
    const zh_model *model;
    const zh_item_id *number; /* [model->items] */
    bool (*go_on)(void *context);
    void *context;
} zh_serving_ask;
ZH_MUST zh_err zh_serving_build(const zh_serving_ask *ask, zh_buf *out);

/* Every byte is checked. Errors: ZH_CORRUPT (*why, a static sentence), ZH_FORMAT a newer version, ZH_NOMEM. The caller closes. */
ZH_MUST zh_err zh_serving_read(zh_serving **out, zh_sv file, const char **why);
void zh_serving_close(zh_serving *serving);

zh_sv zh_serving_name(const zh_serving *serving); /* of the kind; valid until close */
uint64_t zh_serving_hash(const zh_serving *serving); /* zh_fast64 of the file: its name */
uint32_t zh_serving_items(const zh_serving *serving);
uint32_t zh_serving_pairs(const zh_serving *serving);
size_t zh_serving_bytes(const zh_serving *serving); /* of memory */

/* Items have places below zh_serving_items(). zh_serving_find: false where it is not in the table. */
bool zh_serving_find(const zh_serving *serving, zh_item_id item, uint32_t *place);
zh_item_id zh_serving_item(const zh_serving *serving, uint32_t place);

typedef struct zh_serving_row {
    const uint32_t *place;  /* ascending */
    const uint16_t *weight;
    uint32_t count;
} zh_serving_row;
zh_serving_row zh_serving_row_of(const zh_serving *serving, uint32_t place);

/* A source's share in a score, by the weight of its pair; `weight` at most 100, as of co-counts. */
int32_t zh_serving_share(float weight, uint16_t pair);
/* The weight of the pair, 0: none. */
uint16_t zh_serving_pair(const zh_serving *serving, uint32_t from, uint32_t to);

#endif
