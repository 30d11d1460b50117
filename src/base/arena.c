#include "base/arena.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A block doubles the arena, so a run of n bytes costs O(log n) allocations. */
#define FIRST_BYTES 16384 /* one ordinary request fits */

#define KEEP_BYTES_MAX (4u << 20) /* a steady load of full batches fits; one giant must not stay for ever */

struct zh_arena_block {
    zh_arena_block *next;
    size_t used, size; /* bytes of `bytes` */
    _Alignas(max_align_t) unsigned char bytes[];
};

zh_arena zh_arena_open(size_t bytes_max)
{
    assert(bytes_max > 0);
    return (zh_arena){ .bytes_max_ = bytes_max };
}

static void free_from(zh_arena *arena, zh_arena_block *block)
{
    while (block != NULL) {
        zh_arena_block *next = block->next;
        arena->held_ -= block->size;
        free(block);
        block = next;
    }
}

void zh_arena_close(zh_arena *arena)
{
    if (arena == NULL) return;
    free_from(arena, arena->first_);
    arena->first_ = arena->now_ = NULL;
}

void zh_arena_reset(zh_arena *arena)
{
    zh_arena_block *keep = NULL;
    for (zh_arena_block *block = arena->first_, *next; block != NULL; block = next) {
        next = block->next;
        /* Blocks grow, so the last that may be kept is the largest. */
        zh_arena_block *drop = block->size <= KEEP_BYTES_MAX ? keep : block;
        if (block->size <= KEEP_BYTES_MAX) keep = block;
        if (drop != NULL) {
            arena->held_ -= drop->size;
            free(drop);
        }
    }
    arena->first_ = arena->now_ = keep;
    if (keep == NULL) return;
    keep->next = NULL;
    keep->used = 0;
}

static zh_arena_block *grow(zh_arena *arena, size_t need)
{
    const size_t left = arena->bytes_max_ - arena->held_;
    if (need > left) return NULL;
    size_t size = arena->held_ < FIRST_BYTES ? FIRST_BYTES : arena->held_;
    if (size < need) size = need;
    if (size > left) size = left;
    zh_arena_block *block = malloc(sizeof *block + size);
    if (block == NULL) return NULL;
    *block = (zh_arena_block){ .size = size };
    if (arena->now_ == NULL) arena->first_ = block;
    else arena->now_->next = block;
    arena->now_ = block;
    arena->held_ += size;
    return block;
}

void *zh_arena_take_raw(zh_arena *arena, size_t count, size_t each)
{
    assert(arena != NULL);
    assert(each > 0);
    /* Divided, not multiplied: count * each may not fit a size_t. */
    if (count > (SIZE_MAX / 2) / each) return NULL;
    const size_t align = _Alignof(max_align_t);
    const size_t need = (count * each + align - 1) / align * align;
    zh_arena_block *block = arena->now_;
    if (block == NULL || need > block->size - block->used) {
        block = grow(arena, need);
        if (block == NULL) return NULL;
    }
    void *taken = block->bytes + block->used;
    block->used += need;
    return taken;
}

void *zh_arena_take(zh_arena *arena, size_t count, size_t each)
{
    void *taken = zh_arena_take_raw(arena, count, each);
    return taken == NULL ? NULL : memset(taken, 0, count * each);
}

zh_sv zh_arena_copy(zh_arena *arena, zh_sv bytes)
{
    char *copy = zh_arena_take_raw(arena, bytes.size + 1, 1);
    if (copy == NULL) return (zh_sv){ 0 };
    if (bytes.size > 0) memcpy(copy, bytes.data, bytes.size);
    copy[bytes.size] = '\0';
    return (zh_sv){ copy, bytes.size };
}

size_t zh_arena_held(const zh_arena *arena)
{
    return arena->held_;
}
