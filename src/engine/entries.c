#include "engine/entries.h"

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

/* By key. Of one key the later entry comes first. */
static int by_key(const void *left, const void *right, void *context)
{
    const entry *a = left, *b = right;
    const char *bytes = context;
    for (int i = 0; i < HEADS; i++)
        if (a->head[i] != b->head[i]) return a->head[i] < b->head[i] ? -1 : 1;
    const int order = zh_sv_compare((zh_sv){ bytes + a->at, a->key_bytes }, (zh_sv){ bytes + b->at, b->key_bytes });
    return order != 0 ? order : a->at > b->at ? -1 : a->at < b->at;
}

zh_err zh_entries_write(zh_entries *all, zh_state *state, zh_space space)
{
    if (all->count_ == 0) return ZH_OK;
    zh_state_row *rows = malloc(all->count_ * sizeof *rows);
    if (rows == NULL) return ZH_NOMEM;
    const char *bytes = all->bytes_.data;
    qsort_r(all->list_, all->count_, sizeof *all->list_, by_key, (void *)(uintptr_t)bytes);
    size_t count = 0;
    for (size_t i = 0; i < all->count_; i++) {
        const entry *e = &all->list_[i];
        const zh_sv key = { bytes + e->at, e->key_bytes }, value = { e->is_drop ? NULL : key.data + key.size, e->value_bytes };
        if (count == 0 || !zh_sv_equal(rows[count - 1].key, key)) rows[count++] = (zh_state_row){ key, value };
    }
    const zh_err e = zh_state_ingest(state, space, rows, count);
    free(rows);
    return e;
}
