#include "profile/feedback.h"
#include "base/heap.h"
#include "base/map.h"
#include "base/time.h"

#include <stdlib.h>

#define ENTRY_VERSION 1
#define ENTRY_BYTES_MAX ((size_t)64 << 20)

_Static_assert(sizeof(zh_feedback_word) == 32, "what the header promises");

typedef struct row { /* by kind, scope, target */
    uint32_t count, cap;
    zh_feedback_counts counts;
    zh_feedback_word words[];
} row;

struct zh_feedbacks {
    zh_heap heap;
    zh_map rows;      /* customer -> row */
    zh_map changed;   /* customer -> 0: since the last save */
    uint64_t words;
};

/* ---- opening ---- */

zh_err zh_feedbacks_open(zh_feedbacks **out, size_t bytes_max)
{
    zh_feedbacks *f = calloc(1, sizeof *f);
    if (f == NULL) return ZH_NOMEM;
    f->heap = zh_heap_open(bytes_max);
    f->rows = f->changed = zh_map_open();
    *out = f;
    return ZH_OK;
}

static size_t row_bytes(uint32_t cap) { return sizeof(row) + cap * sizeof(zh_feedback_word); }
static row *row_at(uint64_t value) { return (row *)(uintptr_t)value; }

static row *row_of(const zh_feedbacks *f, uint64_t customer)
{
    const uint64_t *value = zh_map_get(&f->rows, customer);
    return value == NULL ? NULL : row_at(*value);
}

void zh_feedbacks_close(zh_feedbacks *f)
{
    if (f == NULL) return;
    uint64_t customer, value;
    for (size_t at = 0; zh_map_next(&f->rows, &at, &customer, &value);)
        if (row_bytes(row_at(value)->cap) > ZH_HEAP_SMALL_BYTES_MAX) zh_heap_give(&f->heap, row_at(value), row_bytes(row_at(value)->cap));
    zh_map_close(&f->rows);
    zh_map_close(&f->changed);
    zh_heap_close(&f->heap);
    free(f);
}

/* ---- words ---- */

static int place_order(const zh_feedback_word *w, zh_feedback_kind kind, zh_feedback_scope scope, uint64_t target)
{
    if (w->kind != kind) return w->kind < kind ? -1 : 1;
    if (w->scope != scope) return w->scope < scope ? -1 : 1;
    return w->target < target ? -1 : w->target > target;
}

/* Where the word stands, or would stand. */
static uint32_t place_of(const zh_feedback_word *words, uint32_t count, zh_feedback_kind kind, zh_feedback_scope scope, uint64_t target)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (place_order(&words[middle], kind, scope, target) < 0) low = middle + 1;
        else high = middle;
    }
    return low;
}

const zh_feedback_word *zh_feedback_find(const zh_feedback_word *words, uint32_t count, zh_feedback_kind kind, zh_feedback_scope scope, uint64_t target)
{
    const uint32_t at = place_of(words, count, kind, scope, target);
    return at < count && place_order(&words[at], kind, scope, target) == 0 ? &words[at] : NULL;
}

/* Does `a` count, where both are about one thing? */
static bool beats(const zh_feedback_word *a, const zh_feedback_word *b)
{
    return a->at_ms != b->at_ms ? a->at_ms > b->at_ms : !a->is_undone && b->is_undone;
}

/* Is `a` kept before `b`, where they are about different things? A total order, whatever the words are. */
static bool is_newer(const zh_feedback_word *a, const zh_feedback_word *b)
{
    if (a->at_ms != b->at_ms) return a->at_ms > b->at_ms;
    return a->scope != b->scope ? a->scope > b->scope : a->target > b->target;
}

/* A customer's row, made where he has none, with room for one word more. */
static zh_err row_with_room(zh_feedbacks *f, uint64_t customer, row **out)
{
    bool made;
    uint64_t *place = zh_map_at(&f->rows, customer, &made);
    if (place == NULL) return ZH_NOMEM;
    row *r = made ? NULL : row_at(*place);
    if (r == NULL || r->count == r->cap) {
        const uint32_t count = r == NULL ? 0 : r->count, more = count + 1 + count / 4;
        row *grown = zh_heap_resize(&f->heap, r, r == NULL ? 0 : row_bytes(r->cap), row_bytes(more));
        if (grown == NULL) {
            if (made) (void)zh_map_drop(&f->rows, customer);
            return ZH_NOMEM;
        }
        if (r == NULL) *grown = (row){ 0 };
        grown->cap = more;
        *place = (uint64_t)(uintptr_t)grown;
        r = grown;
    }
    *out = r;
    return ZH_OK;
}

static void cut(zh_feedbacks *f, row *r, uint32_t at)
{
    zh_heap_give(&f->heap, (void *)(uintptr_t)r->words[at].text, r->words[at].text_size);
    memmove(&r->words[at], &r->words[at + 1], (r->count - at - 1) * sizeof *r->words);
    r->count--;
    f->words--;
}

/* Too many dislikes: the oldest goes. Words only ever get newer, so what is dropped here would not be kept in any other order. */
static void drop_oldest(zh_feedbacks *f, row *r)
{
    const uint32_t first = place_of(r->words, r->count, ZH_FEEDBACK_NOT_INTERESTED, (zh_feedback_scope)0, 0);
    if (r->count - first <= ZH_FEEDBACK_DISLIKES_MAX) return;
    uint32_t oldest = first;
    for (uint32_t i = first + 1; i < r->count; i++)
        if (is_newer(&r->words[oldest], &r->words[i])) oldest = i;
    cut(f, r, oldest);
}

static zh_err join(zh_feedbacks *f, uint64_t customer, const zh_feedback_word *word)
{
    row *r;
    zh_err e = row_with_room(f, customer, &r);
    if (e != ZH_OK) return e;
    const uint32_t at = place_of(r->words, r->count, (zh_feedback_kind)word->kind, (zh_feedback_scope)word->scope, word->target);
    if (at < r->count && place_order(&r->words[at], (zh_feedback_kind)word->kind, (zh_feedback_scope)word->scope, word->target) == 0) {
        if (beats(word, &r->words[at])) r->words[at].at_ms = word->at_ms, r->words[at].is_undone = word->is_undone;
        return ZH_OK;
    }
    char *text = zh_heap_take(&f->heap, word->text_size);
    if (text == NULL) return ZH_NOMEM;
    memcpy(text, word->text, word->text_size);
    memmove(&r->words[at + 1], &r->words[at], (r->count - at) * sizeof *r->words);
    r->words[at] = *word;
    r->words[at].text = text;
    r->count++;
    f->words++;
    drop_oldest(f, r);
    return ZH_OK;
}

static uint32_t sum(uint32_t a, uint32_t b) { return a > UINT32_MAX - b ? UINT32_MAX : a + b; }

static zh_err count(zh_feedbacks *f, uint64_t customer, zh_feedback_counts more)
{
    row *r;
    const zh_err e = row_with_room(f, customer, &r);
    if (e != ZH_OK) return e;
    r->counts.useful = sum(r->counts.useful, more.useful);
    r->counts.why = sum(r->counts.why, more.why);
    return ZH_OK;
}

zh_err zh_feedbacks_change(zh_feedbacks *f, const zh_feedback *said)
{
    const uint64_t customer = said->customer.number;
    const zh_err e = zh_map_put(&f->changed, customer, 0);
    if (e != ZH_OK) return e;
    if (said->kind == ZH_FEEDBACK_USEFUL) return count(f, customer, (zh_feedback_counts){ .useful = 1 });
    if (said->kind == ZH_FEEDBACK_WHY) return count(f, customer, (zh_feedback_counts){ .why = 1 });
    return join(f, customer, &(zh_feedback_word){ .target = zh_feedback_target(said->scope, said->text), .at_ms = said->at_ms, .text = said->text.data,
        .text_size = (uint8_t)said->text.size, .kind = (uint8_t)said->kind, .scope = (uint8_t)said->scope, .is_undone = said->is_undo });
}

zh_err zh_feedbacks_forget(zh_feedbacks *f, zh_customer_id customer)
{
    row *r = row_of(f, customer.number);
    if (r == NULL) return ZH_OK;
    const zh_err e = zh_map_put(&f->changed, customer.number, 0);
    if (e != ZH_OK) return e;
    while (r->count > 0) cut(f, r, r->count - 1);
    (void)zh_map_drop(&f->rows, customer.number);
    zh_heap_give(&f->heap, r, row_bytes(r->cap));
    return ZH_OK;
}

zh_err zh_feedbacks_merge(zh_feedbacks *f, zh_customer_id gone, zh_customer_id kept)
{
    const row *r = row_of(f, gone.number);
    if (r == NULL) return ZH_OK;
    zh_err e = zh_map_put(&f->changed, kept.number, 0);
    for (uint32_t i = 0; e == ZH_OK && i < r->count; i++) e = join(f, kept.number, &r->words[i]);
    if (e == ZH_OK) e = count(f, kept.number, r->counts);
    return e != ZH_OK ? e : zh_feedbacks_forget(f, gone);
}

/* ---- asking ---- */

const zh_feedback_word *zh_feedbacks_of(const zh_feedbacks *f, zh_customer_id customer, uint32_t *number)
{
    const row *r = row_of(f, customer.number);
    *number = r == NULL ? 0 : r->count;
    return r == NULL ? NULL : r->words;
}

zh_feedback_counts zh_feedbacks_counts(const zh_feedbacks *f, zh_customer_id customer)
{
    const row *r = row_of(f, customer.number);
    return r == NULL ? (zh_feedback_counts){ 0 } : r->counts;
}

bool zh_feedbacks_knows(const zh_feedbacks *f, zh_customer_id customer) { return row_of(f, customer.number) != NULL; }
size_t zh_feedbacks_customers(const zh_feedbacks *f) { return f->rows.count; }
uint64_t zh_feedbacks_words(const zh_feedbacks *f) { return f->words; }
size_t zh_feedbacks_bytes(const zh_feedbacks *f) { return zh_heap_held(&f->heap) + zh_map_bytes(&f->rows) + zh_map_bytes(&f->changed); }

/* ---- keep ---- */

/* Entry: u8 version=1, var useful, var why, var words, each in their order: u8 kind, u8 scope, u8 undone, zig at, text. */
static void put_row(const row *r, zh_buf *value)
{
    zh_buf_put_u8(value, ENTRY_VERSION);
    zh_buf_put_var(value, r->counts.useful);
    zh_buf_put_var(value, r->counts.why);
    zh_buf_put_var(value, r->count);
    for (uint32_t i = 0; i < r->count; i++) {
        const zh_feedback_word *w = &r->words[i];
        zh_buf_put_u8(value, w->kind);
        zh_buf_put_u8(value, w->scope);
        zh_buf_put_u8(value, w->is_undone);
        zh_buf_put_zig(value, w->at_ms);
        zh_buf_put_text(value, (zh_sv){ w->text, w->text_size });
    }
}

static zh_err give(uint64_t customer, const row *r, zh_buf *value, zh_keep keep)
{
    char key[8];
    for (int i = 0; i < 8; i++) key[i] = (char)(unsigned char)(customer >> (56 - 8 * i));
    const zh_sv key_bytes = { key, sizeof key };
    if (r == NULL) return keep.put(keep.context, key_bytes, (zh_sv){ 0 });
    zh_buf_reset(value);
    put_row(r, value);
    const zh_err e = zh_buf_err(value);
    return e != ZH_OK ? e : keep.put(keep.context, key_bytes, zh_buf_view(value));
}

zh_err zh_feedbacks_save(zh_feedbacks *f, bool all, zh_keep keep)
{
    zh_buf value = zh_buf_open(ENTRY_BYTES_MAX);
    zh_err e = ZH_OK;
    uint64_t customer, other;
    for (size_t at = 0; e == ZH_OK && zh_map_next(all ? &f->rows : &f->changed, &at, &customer, &other);) e = give(customer, row_of(f, customer), &value, keep);
    if (e == ZH_OK && !all) zh_map_clear(&f->changed);
    zh_buf_close(&value);
    return e;
}

static zh_err load_word(zh_feedbacks *f, uint64_t customer, zh_reader *r)
{
    zh_feedback said = { .customer = { customer } };
    said.kind = (zh_feedback_kind)zh_read_u8(r);
    said.scope = (zh_feedback_scope)zh_read_u8(r);
    const uint8_t undone = zh_read_u8(r);
    said.is_undo = undone == 1;
    said.at_ms = zh_read_zig(r);
    said.text = zh_read_text(r);
    if (r->bad || undone > 1 || said.kind > ZH_FEEDBACK_NOT_INTERESTED || !zh_feedback_is_good(&said)) return ZH_CORRUPT;
    return zh_feedbacks_change(f, &said);
}

zh_err zh_feedbacks_load(zh_feedbacks *f, zh_sv key, zh_sv value)
{
    if (key.size != 8) return ZH_CORRUPT;
    uint64_t customer = 0;
    for (int i = 0; i < 8; i++) customer = customer << 8 | (unsigned char)key.data[i];
    zh_reader r = zh_reader_on(value);
    if (zh_read_u8(&r) != ENTRY_VERSION) return ZH_FORMAT;
    const uint64_t useful = zh_read_var(&r), why = zh_read_var(&r), words = zh_read_var(&r);
    if (r.bad || customer == 0 || (useful == 0 && why == 0 && words == 0) || useful > UINT32_MAX || why > UINT32_MAX || words > value.size || row_of(f, customer) != NULL) return ZH_CORRUPT;
    zh_err e = count(f, customer, (zh_feedback_counts){ (uint32_t)useful, (uint32_t)why });
    for (uint64_t i = 0; e == ZH_OK && i < words; i++) e = load_word(f, customer, &r);
    (void)zh_map_drop(&f->changed, customer); /* it comes from a save */
    if (e == ZH_OK && (zh_reader_left(&r) != 0 || row_of(f, customer)->count != words)) return ZH_CORRUPT;
    return e;
}

bool zh_feedbacks_check(const zh_feedbacks *f, const char **why)
{
    uint64_t customer, value, words = 0;
    for (size_t walk = 0; zh_map_next(&f->rows, &walk, &customer, &value);) {
        const row *r = row_at(value);
        uint32_t dislikes = 0;
        *why = "a customer who said nothing has a row";
        if (customer == 0 || (r->count == 0 && r->counts.useful == 0 && r->counts.why == 0)) return false;
        *why = "the words of a customer are not in order";
        for (uint32_t i = 1; i < r->count; i++)
            if (place_order(&r->words[i - 1], (zh_feedback_kind)r->words[i].kind, (zh_feedback_scope)r->words[i].scope, r->words[i].target) >= 0) return false;
        *why = "a word stands under another thing's number";
        for (uint32_t i = 0; i < r->count; i++) {
            const zh_feedback_word *w = &r->words[i];
            if (w->target != zh_feedback_target((zh_feedback_scope)w->scope, (zh_sv){ w->text, w->text_size })) return false;
            dislikes += w->kind == ZH_FEEDBACK_NOT_INTERESTED;
        }
        *why = "a customer has more dislikes than are kept";
        if (dislikes > ZH_FEEDBACK_DISLIKES_MAX) return false;
        words += r->count;
    }
    *why = "the words and their number differ";
    return words == f->words;
}
