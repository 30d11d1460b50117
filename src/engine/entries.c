#include "engine/entries.h"
#include "base/order.h"

#include <stdlib.h>

#define HEADS 2
#define HEAD_BYTES 8

typedef struct zh_entry_ {
    uint64_t head[HEADS]; /* the first 16 bytes of the key, as numbers that sort like them */
    size_t at;            /* in bytes_: the key, then the value */
    uint32_t key_bytes, value_bytes;
    bool is_drop;
} entry;

zh_entries zh_entries_open(void)
{
    return (zh_entries){ .bytes_ = zh_buf_open(ZH_ENTRIES_BYTES_MAX) };
}

void zh_entries_close(zh_entries *all)
{
    free(all->list_);
    zh_buf_close(&all->bytes_);
    *all = zh_entries_open();
}

static zh_err put(void *context, zh_sv key, zh_sv value)
{
    zh_entries *all = context;
    if (all->count_ == all->cap_) {
        const size_t cap = all->cap_ == 0 ? 1024 : all->cap_ * 2;
        entry *list = realloc(all->list_, cap * sizeof *list);
        if (list == NULL) return ZH_NOMEM;
        all->list_ = list;
        all->cap_ = cap;
    }
    entry *e = &all->list_[all->count_++];
    *e = (entry){ .at = all->bytes_.size, .key_bytes = (uint32_t)key.size, .value_bytes = (uint32_t)value.size, .is_drop = value.data == NULL };
    for (size_t i = 0; i < HEADS * HEAD_BYTES; i++)
        e->head[i / HEAD_BYTES] = e->head[i / HEAD_BYTES] << 8 | (i < key.size ? (unsigned char)key.data[i] : 0u);
    zh_buf_put(&all->bytes_, key);
    zh_buf_put(&all->bytes_, value);
    return zh_buf_err(&all->bytes_);
}

zh_keep zh_entries_keep(zh_entries *all)
{
    return (zh_keep){ all, put };
}

size_t zh_entries_bytes(const zh_entries *all)
{
    return all->bytes_.size;
}

/* Of entries whose heads are the same: by the rest of the key, and of one key the later first. */
static int by_rest(const void *left, const void *right, void *context)
{
    const zh_entries *all = context;
    const entry *a = &all->list_[((const zh_ordered *)left)->at], *b = &all->list_[((const zh_ordered *)right)->at];
    const char *bytes = all->bytes_.data;
    const int order = zh_sv_compare((zh_sv){ bytes + a->at, a->key_bytes }, (zh_sv){ bytes + b->at, b->key_bytes });
    return order != 0 ? order : a->at > b->at ? -1 : a->at < b->at;
}

static bool is_same_head(const entry *a, const entry *b)
{
    return a->head[0] == b->head[0] && a->head[1] == b->head[1];
}

/* By key: the second half of the head, then the first, then where heads are the same the rest. */
static zh_err put_in_order(zh_entries *all, zh_ordered *order)
{
    const entry *list = all->list_;
    const size_t count = all->count_;
    for (size_t i = 0; i < count; i++) order[i] = (zh_ordered){ list[i].head[1], i };
    zh_err e = zh_order(order, count);
    for (size_t i = 0; i < count; i++) order[i].number = list[order[i].at].head[0];
    if (e == ZH_OK) e = zh_order(order, count);
    for (size_t i = 0, end; e == ZH_OK && i < count; i = end) {
        for (end = i + 1; end < count && is_same_head(&list[order[i].at], &list[order[end].at]);) end++;
        if (end - i > 1) qsort_r(order + i, end - i, sizeof *order, by_rest, all);
    }
    return e;
}

static size_t make_rows(const zh_entries *all, const zh_ordered *order, zh_state_row *rows)
{
    size_t count = 0;
    const entry *before = NULL;
    for (size_t i = 0; i < all->count_; i++) {
        const entry *e = &all->list_[order[i].at];
        const zh_sv key = { all->bytes_.data + e->at, e->key_bytes }, value = { e->is_drop ? NULL : key.data + key.size, e->value_bytes };
        if (before == NULL || !is_same_head(before, e) || !zh_sv_equal(rows[count - 1].key, key)) rows[count++] = (zh_state_row){ key, value };
        before = e;
    }
    return count;
}

zh_err zh_entries_write(zh_entries *all, zh_state *state, zh_space space)
{
    if (all->count_ == 0) return ZH_OK;
    zh_state_row *rows = malloc(all->count_ * sizeof *rows);
    zh_ordered *order = malloc(all->count_ * sizeof *order);
    zh_err e = rows == NULL || order == NULL ? ZH_NOMEM : put_in_order(all, order);
    if (e == ZH_OK) e = zh_state_ingest(state, space, rows, make_rows(all, order, rows));
    free(order);
    free(rows);
    return e;
}
