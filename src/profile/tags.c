#include "profile/tags.h"
#include "base/heap.h"
#include "base/map.h"
#include "base/time.h"
#include "profile/terms.h"

#include <stdlib.h>

#define ENTRY_VERSION 1
#define ENTRY_BYTES_MAX ((size_t)64 << 20)

/* One word. A customer has at most two of a name: his own, and the shop's. */
typedef struct item {
    uint32_t name;       /* its number in `names` */
    uint16_t confidence;
    uint8_t source, said;
    int64_t at_ms, expires_ms;
} item;
_Static_assert(sizeof(item) == 24, "what the header promises");

typedef struct row { /* by name, then the customer's own word first */
    uint32_t count, cap;
    item items[];
} row;

struct zh_tags {
    zh_heap heap;
    zh_map rows;      /* customer -> row */
    zh_map changed;   /* customer -> 0: since the last save */
    zh_terms *names;  /* numbers are of this memory alone: entries have the texts */
    uint64_t words;
};

/* ---- opening ---- */

zh_err zh_tags_open(zh_tags **out, size_t bytes_max)
{
    zh_tags *t = calloc(1, sizeof *t);
    if (t == NULL) return ZH_NOMEM;
    t->heap = zh_heap_open(bytes_max);
    t->rows = t->changed = zh_map_open();
    const zh_err e = zh_terms_open(&t->names);
    if (e != ZH_OK) free(t);
    else *out = t;
    return e;
}

static size_t row_bytes(uint32_t cap) { return sizeof(row) + cap * sizeof(item); }
static row *row_at(uint64_t value) { return (row *)(uintptr_t)value; }

static row *row_of(const zh_tags *t, uint64_t customer)
{
    const uint64_t *value = zh_map_get(&t->rows, customer);
    return value == NULL ? NULL : row_at(*value);
}

void zh_tags_close(zh_tags *t)
{
    if (t == NULL) return;
    uint64_t customer, value;
    for (size_t at = 0; zh_map_next(&t->rows, &at, &customer, &value);)
        if (row_bytes(row_at(value)->cap) > ZH_HEAP_SMALL_BYTES_MAX) zh_heap_give(&t->heap, row_at(value), row_bytes(row_at(value)->cap));
    zh_map_close(&t->rows);
    zh_map_close(&t->changed);
    zh_terms_close(t->names);
    zh_heap_close(&t->heap);
    free(t);
}

/* ---- words ---- */

static bool is_own(const item *i) { return i->source == ZH_TAG_BY_CUSTOMER; }

/* The one order of the words of a side: > 0 where `a` counts and `b` does not. */
static int item_order(const item *a, const item *b)
{
    if (a->at_ms != b->at_ms) return a->at_ms < b->at_ms ? -1 : 1;
    if (a->said != b->said) return a->said < b->said ? -1 : 1;
    if (a->expires_ms != b->expires_ms) return a->expires_ms > b->expires_ms ? -1 : 1;
    if (a->confidence != b->confidence) return a->confidence > b->confidence ? -1 : 1;
    return a->source == b->source ? 0 : a->source < b->source ? -1 : 1;
}

/* The first place of this name, or where it would stand. */
static uint32_t place_of(const row *r, uint32_t name)
{
    uint32_t low = 0, high = r->count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (r->items[middle].name < name) low = middle + 1;
        else high = middle;
    }
    return low;
}

static zh_err row_with_room(zh_tags *t, uint64_t customer, row **out)
{
    bool made;
    uint64_t *place = zh_map_at(&t->rows, customer, &made);
    if (place == NULL) return ZH_NOMEM;
    row *r = made ? NULL : row_at(*place);
    if (r == NULL || r->count == r->cap) {
        const uint32_t count = r == NULL ? 0 : r->count, more = count + 1 + count / 4;
        row *grown = zh_heap_resize(&t->heap, r, r == NULL ? 0 : row_bytes(count), row_bytes(more));
        if (grown == NULL) {
            if (made) (void)zh_map_drop(&t->rows, customer);
            return ZH_NOMEM;
        }
        if (r == NULL) grown->count = 0;
        grown->cap = (uint32_t)((zh_heap_round(row_bytes(more)) - sizeof *grown) / sizeof(item));
        *place = (uint64_t)(uintptr_t)grown;
        r = grown;
    }
    *out = r;
    return ZH_OK;
}

static zh_err join(zh_tags *t, uint64_t customer, const item *word)
{
    row *r = row_of(t, customer);
    uint32_t at = r == NULL ? 0 : place_of(r, word->name);
    const uint32_t end = r == NULL ? 0 : r->count;
    while (at < end && r->items[at].name == word->name && is_own(&r->items[at]) && !is_own(word)) at++;
    const bool there = at < end && r->items[at].name == word->name && is_own(&r->items[at]) == is_own(word);
    if (there && item_order(word, &r->items[at]) <= 0) return ZH_OK;
    zh_err e = zh_map_put(&t->changed, customer, 0);
    if (e != ZH_OK) return e;
    if (there) {
        r->items[at] = *word;
        return ZH_OK;
    }
    if ((e = row_with_room(t, customer, &r)) != ZH_OK) return e;
    memmove(&r->items[at + 1], &r->items[at], (r->count - at) * sizeof *r->items);
    r->items[at] = *word;
    r->count++;
    t->words++;
    return ZH_OK;
}

zh_err zh_tags_change(zh_tags *t, const zh_tag_change *change)
{
    item word = { .confidence = ZH_TAG_NO_CONFIDENCE, .source = (uint8_t)change->source, .said = (uint8_t)change->said, .at_ms = change->at_ms,
                  .expires_ms = ZH_TAG_NO_END };
    const zh_err e = zh_terms_take(t->names, change->name, &word.name);
    if (e != ZH_OK) return e;
    if (word.name == 0) return ZH_FULL;
    if (change->said == ZH_TAG_SET) word.confidence = change->confidence, word.expires_ms = change->expires_ms;
    return join(t, change->customer.number, &word);
}

static void drop_row(zh_tags *t, uint64_t customer, row *r)
{
    t->words -= r->count;
    (void)zh_map_drop(&t->rows, customer);
    zh_heap_give(&t->heap, r, row_bytes(r->cap));
}

zh_err zh_tags_merge(zh_tags *t, zh_customer_id gone, zh_customer_id kept)
{
    row *r = row_of(t, gone.number);
    if (r == NULL) return ZH_OK;
    zh_err e = zh_map_put(&t->changed, gone.number, 0);
    for (uint32_t i = 0; e == ZH_OK && i < r->count; i++) e = join(t, kept.number, &r->items[i]);
    if (e != ZH_OK) return e;
    drop_row(t, gone.number, r);
    return ZH_OK;
}

zh_err zh_tags_forget(zh_tags *t, zh_customer_id customer)
{
    row *r = row_of(t, customer.number);
    if (r == NULL) return ZH_OK;
    const zh_err e = zh_map_put(&t->changed, customer.number, 0);
    if (e == ZH_OK) drop_row(t, customer.number, r);
    return e;
}

/* ---- what holds ---- */

/* The word that decides, of those of one name: own may be NULL, or shop, not both. */
static const item *deciding(const item *own, const item *shop)
{
    if (own == NULL) return shop;
    return shop == NULL || own->said == ZH_TAG_DELETE || own->at_ms >= shop->at_ms ? own : shop;
}

static zh_tag_state state_of(const item *word, int64_t now_ms)
{
    if (word->said == ZH_TAG_DELETE) return ZH_TAG_DELETED;
    if (word->said == ZH_TAG_REMOVE) return ZH_TAG_REMOVED;
    return now_ms < word->expires_ms ? ZH_TAG_HAS : ZH_TAG_EXPIRED;
}

/* The word that decides of the name at this place of the row; *at moves on to the next name. */
static const item *decided(const row *r, uint32_t *at)
{
    const item *first = &r->items[(*at)++];
    if (*at == r->count || r->items[*at].name != first->name) return first;
    return deciding(first, &r->items[(*at)++]);
}

static zh_tag tag_of(const zh_tags *t, const item *word, int64_t now_ms)
{
    return (zh_tag){ .name = zh_terms_text(t->names, word->name), .state = state_of(word, now_ms), .source = (zh_tag_source)word->source, .since_ms = word->at_ms,
                     .expires_ms = word->expires_ms, .confidence = word->confidence };
}

bool zh_tags_find(const zh_tags *t, zh_customer_id customer, zh_sv name, int64_t now_ms, zh_tag *out)
{
    const row *r = row_of(t, customer.number);
    const uint32_t number = r == NULL ? 0 : zh_terms_find(t->names, name);
    if (number == 0) return false;
    uint32_t at = place_of(r, number);
    if (at == r->count || r->items[at].name != number) return false;
    *out = tag_of(t, decided(r, &at), now_ms);
    return true;
}

bool zh_tags_has(const zh_tags *t, zh_customer_id customer, zh_sv name, int64_t now_ms, int64_t *until_ms)
{
    zh_tag tag;
    if (!zh_tags_find(t, customer, name, now_ms, &tag) || tag.state != ZH_TAG_HAS) return false;
    *until_ms = tag.expires_ms;
    return true;
}

static int by_name(const void *left, const void *right)
{
    const zh_tag *a = left, *b = right;
    return zh_sv_compare(a->name, b->name);
}

size_t zh_tags_of(const zh_tags *t, zh_customer_id customer, int64_t now_ms, zh_tag *out, size_t most)
{
    const row *r = row_of(t, customer.number);
    size_t count = 0;
    for (uint32_t at = 0; r != NULL && at < r->count && count < most;) out[count++] = tag_of(t, decided(r, &at), now_ms);
    if (count > 1) qsort(out, count, sizeof *out, by_name);
    return count;
}

bool zh_tags_knows(const zh_tags *t, zh_customer_id customer) { return row_of(t, customer.number) != NULL; }

static int totals_by_name(const void *left, const void *right)
{
    const zh_tag_total *a = left, *b = right;
    return zh_sv_compare(a->name, b->name);
}

zh_err zh_tags_totals(const zh_tags *t, int64_t now_ms, zh_arena *arena, zh_tag_total **out, uint32_t *count)
{
    const uint32_t names = zh_terms_count(t->names);
    zh_tag_total *totals = ZH_TAKE(arena, zh_tag_total, (size_t)names + 1);
    if (totals == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < names; i++) totals[i] = (zh_tag_total){ .name = zh_terms_text(t->names, i + 1) };
    uint64_t customer, value;
    for (size_t walk = 0; zh_map_next(&t->rows, &walk, &customer, &value);) {
        for (uint32_t at = 0; at < row_at(value)->count;) {
            const item *word = decided(row_at(value), &at);
            zh_tag_total *total = &totals[word->name - 1];
            const zh_tag_state state = state_of(word, now_ms);
            total->customers += state == ZH_TAG_HAS;
            total->by_source[word->source] += state == ZH_TAG_HAS;
            total->deleted += state == ZH_TAG_DELETED;
        }
    }
    if (names > 1) qsort(totals, names, sizeof *totals, totals_by_name);
    *out = totals;
    *count = names;
    return ZH_OK;
}

uint32_t zh_tags_names(const zh_tags *t) { return zh_terms_count(t->names); }
bool zh_tags_is_name(const zh_tags *t, zh_sv name) { return zh_terms_find(t->names, name) != 0; }
uint64_t zh_tags_words(const zh_tags *t) { return t->words; }
size_t zh_tags_bytes(const zh_tags *t) { return zh_heap_held(&t->heap) + zh_map_bytes(&t->rows) + zh_map_bytes(&t->changed) + zh_terms_bytes(t->names); }

/* ---- keep ---- */

typedef struct sorted { const zh_tags *tags; const row *row; } sorted;

static int by_text(const void *left, const void *right, void *context)
{
    const sorted *s = context;
    const item *a = &s->row->items[*(const uint32_t *)left], *b = &s->row->items[*(const uint32_t *)right];
    const int order = zh_sv_compare(zh_terms_text(s->tags->names, a->name), zh_terms_text(s->tags->names, b->name));
    return order != 0 ? order : (int)is_own(b) - (int)is_own(a);
}

/* Entry: u8 version=1, var words, each by name, the customer's own first: text name, u8 source, u8 said, zig at, u16 confidence,
 * var end - at (0: it stands). */
static zh_err put_row(const zh_tags *t, const row *r, zh_buf *value)
{
    uint32_t *order = malloc(r->count * sizeof *order);
    if (order == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < r->count; i++) order[i] = i;
    qsort_r(order, r->count, sizeof *order, by_text, &(sorted){ t, r });
    zh_buf_put_u8(value, ENTRY_VERSION);
    zh_buf_put_var(value, r->count);
    for (uint32_t i = 0; i < r->count; i++) {
        const item *word = &r->items[order[i]];
        zh_buf_put_text(value, zh_terms_text(t->names, word->name));
        zh_buf_put_u8(value, word->source);
        zh_buf_put_u8(value, word->said);
        zh_buf_put_zig(value, word->at_ms);
        zh_buf_put_u16(value, word->confidence);
        zh_buf_put_var(value, word->expires_ms == ZH_TAG_NO_END ? 0 : (uint64_t)(word->expires_ms - word->at_ms));
    }
    free(order);
    return zh_buf_err(value);
}

static zh_err give(const zh_tags *t, uint64_t customer, const row *r, zh_buf *value, zh_keep keep)
{
    char key[8];
    for (int i = 0; i < 8; i++) key[i] = (char)(unsigned char)(customer >> (56 - 8 * i));
    const zh_sv key_bytes = { key, sizeof key };
    if (r == NULL) return keep.put(keep.context, key_bytes, (zh_sv){ 0 });
    zh_buf_reset(value);
    const zh_err e = put_row(t, r, value);
    return e != ZH_OK ? e : keep.put(keep.context, key_bytes, zh_buf_view(value));
}

zh_err zh_tags_save(zh_tags *t, bool all, zh_keep keep)
{
    zh_buf value = zh_buf_open(ENTRY_BYTES_MAX);
    zh_err e = ZH_OK;
    uint64_t customer, other;
    for (size_t at = 0; e == ZH_OK && zh_map_next(all ? &t->rows : &t->changed, &at, &customer, &other);) e = give(t, customer, row_of(t, customer), &value, keep);
    if (e == ZH_OK && !all) zh_map_clear(&t->changed);
    zh_buf_close(&value);
    return e;
}

static zh_err load_word(zh_tags *t, uint64_t customer, zh_reader *r)
{
    const zh_sv name = zh_read_text(r);
    zh_tag_change c = { .customer = { customer }, .name = name };
    c.source = (zh_tag_source)zh_read_u8(r);
    c.said = (zh_tag_said)zh_read_u8(r);
    c.at_ms = zh_read_zig(r);
    c.confidence = zh_read_u16(r);
    const uint64_t span = zh_read_var(r);
    if (r->bad || !zh_tag_name_is_good(name) || c.source < ZH_TAG_BY_CUSTOMER || c.source > ZH_TAG_BY_LIST || c.said < ZH_TAG_SET || c.said > ZH_TAG_DELETE) return ZH_CORRUPT;
    if ((c.said == ZH_TAG_DELETE && c.source != ZH_TAG_BY_CUSTOMER) || c.at_ms < 0 || c.at_ms > ZH_TIME_MS_MAX || span > (uint64_t)ZH_TIME_MS_MAX) return ZH_CORRUPT;
    c.expires_ms = span == 0 ? ZH_TAG_NO_END : c.at_ms + (int64_t)span;
    return zh_tags_change(t, &c);
}

zh_err zh_tags_load(zh_tags *t, zh_sv key, zh_sv value)
{
    if (key.size != 8) return ZH_CORRUPT;
    uint64_t customer = 0;
    for (int i = 0; i < 8; i++) customer = customer << 8 | (unsigned char)key.data[i];
    zh_reader r = zh_reader_on(value);
    if (zh_read_u8(&r) != ENTRY_VERSION) return ZH_FORMAT;
    const uint64_t count = zh_read_var(&r);
    if (customer == 0 || count == 0 || count > value.size || row_of(t, customer) != NULL) return ZH_CORRUPT;
    zh_err e = ZH_OK;
    for (uint64_t i = 0; e == ZH_OK && i < count; i++) e = load_word(t, customer, &r);
    (void)zh_map_drop(&t->changed, customer); /* it comes from a save */
    return e == ZH_OK && (r.bad || zh_reader_left(&r) != 0) ? ZH_CORRUPT : e;
}

bool zh_tags_check(const zh_tags *t, const char **why)
{
    uint64_t customer, value, words = 0;
    for (size_t walk = 0; zh_map_next(&t->rows, &walk, &customer, &value);) {
        const row *r = row_at(value);
        *why = "a customer without words has a row";
        if (r->count == 0 || customer == 0) return false;
        *why = "the words of a customer are not in order";
        for (uint32_t i = 1; i < r->count; i++)
            if (r->items[i].name < r->items[i - 1].name || (r->items[i].name == r->items[i - 1].name && (!is_own(&r->items[i - 1]) || is_own(&r->items[i])))) return false;
        *why = "a word has no name";
        for (uint32_t i = 0; i < r->count; i++)
            if (zh_terms_text(t->names, r->items[i].name).size == 0) return false;
        words += r->count;
    }
    *why = "the words and their number differ";
    return words == t->words;
}
