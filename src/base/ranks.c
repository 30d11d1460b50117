#include "base/ranks.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

typedef struct numbered { uint64_t number; uint32_t index; } numbered;

static size_t words(size_t bits) { return (bits + 63) / 64; }

void zh_ranks_close(zh_ranks *r)
{
    free(r->order_);
    free(r->rank_);
    free(r->value_);
    free(r->set_);
    free(r->any_);
    *r = (zh_ranks){ 0 };
}

static uint64_t number_at(const void *first, size_t stride, uint32_t index)
{
    uint64_t number;
    memcpy(&number, (const char *)first + index * stride, sizeof number);
    return number;
}

static int by_number(const void *a, const void *b)
{
    const uint64_t x = ((const numbered *)a)->number, y = ((const numbered *)b)->number;
    return x < y ? -1 : x > y;
}

/* Those in order and the new ones in order become one. */
static void merge(const zh_ranks *old, const void *first, size_t stride, const numbered *more, uint32_t more_count, zh_ranks *out)
{
    for (uint32_t to = 0, i = 0, k = 0; to < out->count; to++) {
        const bool takes_new = i == old->count || (k < more_count && more[k].number < number_at(first, stride, old->order_[i]));
        const uint32_t index = takes_new ? more[k++].index : old->order_[i++];
        out->order_[to] = index;
        out->rank_[index] = to;
    }
}

zh_err zh_ranks_update(zh_ranks *r, const void *first, size_t stride, uint32_t count)
{
    assert(count >= r->count);
    if (count == r->count) return ZH_OK;
    const uint32_t more_count = count - r->count;
    zh_ranks new = { .count = count, .order_ = malloc(count * sizeof *new.order_), .rank_ = malloc(count * sizeof *new.rank_), .value_ = malloc(count * sizeof *new.value_),
                     .set_ = calloc(words(count), sizeof *new.set_), .any_ = calloc(words(words(count)), sizeof *new.any_) };
    numbered *more = malloc(more_count * sizeof *more);
    const bool is_there = more != NULL && new.order_ != NULL && new.rank_ != NULL && new.value_ != NULL && new.set_ != NULL && new.any_ != NULL;
    if (is_there) {
        for (uint32_t i = 0; i < more_count; i++) more[i] = (numbered){ number_at(first, stride, r->count + i), r->count + i };
        qsort(more, more_count, sizeof *more, by_number);
        merge(r, first, stride, more, more_count, &new);
        zh_ranks_close(r);
        *r = new;
    } else {
        zh_ranks_close(&new);
    }
    free(more);
    return is_there ? ZH_OK : ZH_NOMEM;
}

void zh_ranks_put(zh_ranks *r, uint32_t index, int64_t value)
{
    const uint32_t rank = r->rank_[index];
    r->value_[rank] = value;
    r->set_[rank / 64] |= UINT64_C(1) << rank % 64;
    r->any_[rank / 4096] |= UINT64_C(1) << rank / 64 % 64;
}

bool zh_ranks_next(zh_ranks *r, size_t *at, uint32_t *index, int64_t *value)
{
    while (*at < words(words(r->count)) && r->any_[*at] == 0) ++*at;
    if (*at >= words(words(r->count))) return false;
    const size_t word = *at * 64 + (size_t)__builtin_ctzll(r->any_[*at]);
    const size_t rank = word * 64 + (size_t)__builtin_ctzll(r->set_[word]);
    r->set_[word] &= r->set_[word] - 1;
    if (r->set_[word] == 0) r->any_[*at] &= r->any_[*at] - 1;
    *index = r->order_[rank];
    *value = r->value_[rank];
    return true;
}

size_t zh_ranks_bytes(const zh_ranks *r)
{
    return r->count * (sizeof *r->order_ + sizeof *r->rank_ + sizeof *r->value_) + words(r->count) * sizeof *r->set_ + words(words(r->count)) * sizeof *r->any_;
}
