#include "model/serving.h"
#include "base/hash.h"

#include <math.h>
#include <stdlib.h>

#define HEAD_BYTES 32
#define CRC_BYTES 4
#define WEIGHT_MOST 65535
#define ITEM_BYTES 12 /* number and first pair */
#define PAIR_BYTES 6
#define ROOM_BYTES_MAX ((size_t)2 << 30)
#define LOOK_ITEMS 256 /* between two questions whether to go on */

struct zh_serving {
    char name[ZH_SERVING_NAME_BYTES];
    uint64_t hash;
    uint32_t items, pairs;
    uint64_t *item;   /* [items] */
    uint32_t *from;   /* [items + 1] */
    uint32_t *place;  /* [pairs] */
    uint16_t *weight; /* [pairs] */
};

/* ---- build ---- */

bool zh_serving_can(const zh_model_kind *kind)
{
    static const char *const linear[] = { "itemknn", "rp3beta", "gfcf", "ease", "slist" };
    for (size_t i = 0; i < sizeof linear / sizeof *linear; i++)
        if (strcmp(kind->name, linear[i]) == 0) return true;
    return false;
}

typedef struct owned { uint64_t number; uint32_t item; } owned; /* an item of the model by its number */

typedef struct bench {
    const zh_serving_ask *ask;
    zh_arena room, scratch;
    zh_scores scores;
    owned *items;       /* [count] by number */
    uint32_t count;
    uint32_t *place;    /* [model->items] among `items` */
    zh_scored **row;    /* [count] item: a place */
    uint32_t *size;     /* [count] */
    float greatest;
} bench;

static int by_number(const void *left, const void *right)
{
    const owned *a = left, *b = right;
    return a->number < b->number ? -1 : a->number > b->number;
}

static int by_place(const void *left, const void *right)
{
    const zh_scored *a = left, *b = right;
    return a->item < b->item ? -1 : a->item > b->item;
}

static zh_err open_bench(bench *b)
{
    const uint32_t items = b->ask->model->items;
    b->room = zh_arena_open(ROOM_BYTES_MAX);
    b->scratch = zh_arena_open(ROOM_BYTES_MAX);
    b->items = ZH_TAKE(&b->room, owned, items);
    b->place = ZH_TAKE(&b->room, uint32_t, items);
    b->row = ZH_TAKE(&b->room, zh_scored *, items);
    b->size = ZH_TAKE(&b->room, uint32_t, items);
    if (b->items == NULL || b->place == NULL || b->row == NULL || b->size == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < items; i++)
        if (b->ask->number[i].number != 0) b->items[b->count++] = (owned){ b->ask->number[i].number, i };
    qsort(b->items, b->count, sizeof *b->items, by_number);
    for (uint32_t p = 0; p < b->count; p++) {
        if (p > 0 && b->items[p].number == b->items[p - 1].number) return ZH_RANGE;
        b->place[b->items[p].item] = p;
    }
    return b->count > ZH_SERVING_ITEMS_MAX ? ZH_RANGE : zh_scores_open(&b->scores, &b->room, &b->scratch, items);
}

/* What the model answers to one item alone. */
static zh_err make_row(bench *b, uint32_t at)
{
    zh_scored best[ZH_SERVING_NEIGHBOURS_MAX];
    const uint32_t item = b->items[at].item;
    const zh_query query = { .known = &item, .count = 1, .masked = &item, .masked_count = 1 };
    const zh_err e = b->ask->model->kind->score(b->ask->model, &query, &b->scores);
    if (e != ZH_OK) return e;
    const uint32_t count = zh_scores_rows(&b->scores, &(zh_scores_ask){ .k = ZH_SERVING_NEIGHBOURS_MAX, .masked = &item, .masked_count = 1 }, best);
    b->row[at] = ZH_TAKE(&b->room, zh_scored, count);
    if (b->row[at] == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < count; i++) {
        if (b->ask->number[best[i].item].number == 0 || !isfinite(best[i].score)) continue;
        if (best[i].score > b->greatest) b->greatest = best[i].score;
        b->row[at][b->size[at]++] = (zh_scored){ b->place[best[i].item], best[i].score };
    }
    qsort(b->row[at], b->size[at], sizeof *b->row[at], by_place);
    return ZH_OK;
}

static uint16_t weight_of(const bench *b, float score) { return (uint16_t)lrint((double)score / (double)b->greatest * WEIGHT_MOST); }

/* Pairs too small for a weight go. */
static uint32_t drop_small(bench *b)
{
    uint32_t pairs = 0;
    for (uint32_t at = 0; at < b->count; at++) {
        uint32_t kept = 0;
        for (uint32_t i = 0; i < b->size[at]; i++)
            if (weight_of(b, b->row[at][i].score) > 0) b->row[at][kept++] = b->row[at][i];
        b->size[at] = kept;
        pairs += kept;
    }
    return pairs;
}

static zh_err put(bench *b, zh_buf *out)
{
    const size_t begin = out->size;
    const uint32_t pairs = drop_small(b);
    char name[ZH_SERVING_NAME_BYTES] = { 0 };
    if (pairs == 0) return ZH_ABSENT;
    (void)snprintf(name, sizeof name, "%s", b->ask->model->kind->name);
    zh_buf_put(out, ZH_SV("ZHM"));
    zh_buf_put_u8(out, ZH_SERVING_VERSION);
    zh_buf_put_u32(out, b->count);
    zh_buf_put_u32(out, pairs);
    zh_buf_put(out, (zh_sv){ name, sizeof name });
    for (uint32_t at = 0; at < b->count; at++) zh_buf_put_u64(out, b->items[at].number);
    uint32_t from = 0;
    for (uint32_t at = 0; at < b->count; from += b->size[at++]) zh_buf_put_u32(out, from);
    zh_buf_put_u32(out, from);
    for (uint32_t at = 0; at < b->count; at++)
        for (uint32_t i = 0; i < b->size[at]; i++) zh_buf_put_u32(out, b->row[at][i].item);
    for (uint32_t at = 0; at < b->count; at++)
        for (uint32_t i = 0; i < b->size[at]; i++) zh_buf_put_u16(out, weight_of(b, b->row[at][i].score));
    if (zh_buf_err(out) != ZH_OK) return zh_buf_err(out);
    zh_buf_put_u32(out, zh_crc32c(0, (zh_sv){ out->data + begin, out->size - begin }));
    return zh_buf_err(out);
}

zh_err zh_serving_build(const zh_serving_ask *ask, zh_buf *out)
{
    bench b = { .ask = ask };
    zh_err e = open_bench(&b);
    for (uint32_t at = 0; e == ZH_OK && at < b.count; at++) {
        if (at % LOOK_ITEMS == 0 && ask->go_on != NULL && !ask->go_on(ask->context)) e = ZH_STOPPED;
        else e = make_row(&b, at);
    }
    if (e == ZH_OK) e = put(&b, out);
    zh_arena_close(&b.scratch);
    zh_arena_close(&b.room);
    return e;
}

/* ---- read ---- */

static bool is_name(zh_sv name)
{
    size_t size = 0;
    while (size < name.size && name.data[size] != '\0') size++;
    for (size_t i = 0; i < name.size; i++)
        if (i < size ? name.data[i] < '0' || name.data[i] > 'z' : name.data[i] != '\0') return false;
    return size > 0 && size < name.size;
}

/* The head, and whether the size is what it says; allocates nothing. */
static const char *check_head(zh_sv file, zh_reader *r, zh_serving *s)
{
    const zh_sv mark = zh_read_bytes(r, 3);
    const uint8_t version = zh_read_u8(r);
    s->items = zh_read_u32(r);
    s->pairs = zh_read_u32(r);
    const zh_sv name = zh_read_bytes(r, sizeof s->name);
    if (r->bad || !zh_sv_equal(mark, ZH_SV("ZHM")) || version != ZH_SERVING_VERSION) return "it is no serving table";
    if (s->items == 0 || s->items > ZH_SERVING_ITEMS_MAX || s->pairs > (uint64_t)s->items * ZH_SERVING_NEIGHBOURS_MAX) return "its counts are out of range";
    if (file.size != HEAD_BYTES + (size_t)s->items * ITEM_BYTES + 4 + (size_t)s->pairs * PAIR_BYTES + CRC_BYTES) return "its size is not what its counts say";
    if (!is_name(name)) return "its name is none";
    memcpy(s->name, name.data, sizeof s->name);
    uint32_t crc;
    memcpy(&crc, file.data + file.size - CRC_BYTES, sizeof crc);
    return crc == zh_crc32c(0, (zh_sv){ file.data, file.size - CRC_BYTES }) ? NULL : "its bytes have changed";
}

static const char *check_body(const zh_serving *s)
{
    for (uint32_t i = 0; i < s->items; i++)
        if (i == 0 ? s->item[i] == 0 : s->item[i] <= s->item[i - 1]) return "its items are not ascending";
    if (s->from[0] != 0 || s->from[s->items] != s->pairs) return "its rows do not cover its pairs";
    for (uint32_t i = 0; i < s->items; i++) {
        if (s->from[i + 1] < s->from[i] || s->from[i + 1] > s->pairs || s->from[i + 1] - s->from[i] > ZH_SERVING_NEIGHBOURS_MAX) return "a row is out of range";
        for (uint32_t p = s->from[i]; p < s->from[i + 1]; p++) {
            if (s->place[p] >= s->items || s->place[p] == i || (p > s->from[i] && s->place[p] <= s->place[p - 1])) return "a neighbour is out of order";
            if (s->weight[p] == 0) return "a weight is 0";
        }
    }
    return NULL;
}

static zh_err fill(zh_serving *s, zh_reader *r)
{
    s->item = malloc(s->items * sizeof *s->item);
    s->from = malloc(((size_t)s->items + 1) * sizeof *s->from);
    s->place = malloc(((size_t)s->pairs + 1) * sizeof *s->place);
    s->weight = malloc(((size_t)s->pairs + 1) * sizeof *s->weight);
    if (s->item == NULL || s->from == NULL || s->place == NULL || s->weight == NULL) return ZH_NOMEM;
    memcpy(s->item, zh_read_bytes(r, s->items * sizeof *s->item).data, s->items * sizeof *s->item); /* buf.h: this machine is little-endian */
    memcpy(s->from, zh_read_bytes(r, ((size_t)s->items + 1) * sizeof *s->from).data, ((size_t)s->items + 1) * sizeof *s->from);
    memcpy(s->place, zh_read_bytes(r, s->pairs * sizeof *s->place).data, s->pairs * sizeof *s->place);
    memcpy(s->weight, zh_read_bytes(r, s->pairs * sizeof *s->weight).data, s->pairs * sizeof *s->weight);
    return ZH_OK;
}

zh_err zh_serving_read(zh_serving **out, zh_sv file, const char **why)
{
    zh_reader r = zh_reader_on(file);
    zh_serving *s = calloc(1, sizeof *s);
    if (s == NULL) return ZH_NOMEM;
    zh_err e = file.size > 3 && memcmp(file.data, "ZHM", 3) == 0 && (uint8_t)file.data[3] > ZH_SERVING_VERSION ? ZH_FORMAT : ZH_OK;
    *why = e == ZH_OK ? check_head(file, &r, s) : "it is of a newer version";
    if (*why == NULL) {
        e = fill(s, &r);
        if (e == ZH_OK) *why = check_body(s);
    }
    if (e == ZH_OK && *why != NULL) e = ZH_CORRUPT;
    if (e != ZH_OK) {
        zh_serving_close(s);
        return e;
    }
    s->hash = zh_fast64(file);
    *out = s;
    return ZH_OK;
}

void zh_serving_close(zh_serving *s)
{
    if (s == NULL) return;
    free(s->item);
    free(s->from);
    free(s->place);
    free(s->weight);
    free(s);
}

/* ---- ask ---- */

zh_sv zh_serving_name(const zh_serving *s) { return zh_sv_of(s->name); }
uint64_t zh_serving_hash(const zh_serving *s) { return s->hash; }
uint32_t zh_serving_items(const zh_serving *s) { return s->items; }
uint32_t zh_serving_pairs(const zh_serving *s) { return s->pairs; }
size_t zh_serving_bytes(const zh_serving *s) { return sizeof *s + (size_t)s->items * ITEM_BYTES + 4 + (size_t)s->pairs * PAIR_BYTES; }

bool zh_serving_find(const zh_serving *s, zh_item_id item, uint32_t *place)
{
    uint32_t low = 0, high = s->items;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (s->item[middle] < item.number) low = middle + 1;
        else high = middle;
    }
    *place = low;
    return low < s->items && s->item[low] == item.number;
}

zh_item_id zh_serving_item(const zh_serving *s, uint32_t place) { return (zh_item_id){ s->item[place] }; }

zh_serving_row zh_serving_row_of(const zh_serving *s, uint32_t place)
{
    const uint32_t from = s->from[place];
    return (zh_serving_row){ s->place + from, s->weight + from, s->from[place + 1] - from };
}

int32_t zh_serving_share(float weight, uint16_t pair)
{
    return (int32_t)lrintf(weight * (float)pair * (1e6f / WEIGHT_MOST));
}

uint16_t zh_serving_pair(const zh_serving *s, uint32_t from, uint32_t to)
{
    const zh_serving_row row = zh_serving_row_of(s, from);
    uint32_t low = 0, high = row.count;
    while (low < high) {
        const uint32_t middle = (low + high) / 2;
        if (row.place[middle] < to) low = middle + 1;
        else high = middle;
    }
    return low < row.count && row.place[low] == to ? row.weight[low] : 0;
}
