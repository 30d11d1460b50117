#include "base/heap.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define LARGE_STEP 4096 /* large things are rounded to pages */
#define SLAB_HEAD 16    /* the chain, padded so that things stay aligned */

static unsigned class_of(size_t bytes)
{
    if (bytes <= 256) return (unsigned)((bytes + 15) / 16 - 1);
    const size_t last = bytes - 1;
    const unsigned octave = 63 - (unsigned)__builtin_clzll((unsigned long long)last);
    return 16 + (octave - 8) * 4 + (unsigned)(last >> (octave - 2) & 3);
}

static size_t size_of(unsigned class)
{
    if (class < 16) return (size_t)(class + 1) * 16;
    const unsigned octave = 8 + (class - 16) / 4, step = (class - 16) % 4;
    return ((size_t)1 << octave) + ((size_t)(step + 1) << (octave - 2));
}

zh_heap zh_heap_open(size_t bytes_max)
{
    return (zh_heap){ .bytes_max_ = bytes_max, .takes_left = UINT64_MAX };
}

void zh_heap_close(zh_heap *heap)
{
    if (heap == NULL) return;
    for (void *slab = heap->slabs_, *next; slab != NULL; slab = next) {
        memcpy(&next, slab, sizeof next);
        free(slab);
    }
    *heap = zh_heap_open(heap->bytes_max_);
}

size_t zh_heap_round(size_t bytes)
{
    if (bytes <= ZH_HEAP_SMALL_BYTES_MAX) return size_of(class_of(bytes));
    return (bytes + LARGE_STEP - 1) / LARGE_STEP * LARGE_STEP;
}

static void push(zh_heap *heap, unsigned class, void *thing)
{
    memcpy(thing, &heap->free_[class], sizeof(void *));
    heap->free_[class] = thing;
}

/* What is left of the old slab becomes free things of the classes that fit, largest first. */
static bool new_slab(zh_heap *heap)
{
    if (heap->bytes_max_ - heap->held_ < ZH_HEAP_SLAB_BYTES) return false;
    char *slab = malloc(ZH_HEAP_SLAB_BYTES);
    if (slab == NULL) return false;
    for (unsigned class = ZH_HEAP_CLASSES; class-- > 0;) {
        for (; heap->fresh_left_ >= size_of(class); heap->fresh_left_ -= size_of(class)) {
            push(heap, class, heap->fresh_);
            heap->fresh_ += size_of(class);
        }
    }
    memcpy(slab, &heap->slabs_, sizeof heap->slabs_);
    heap->slabs_ = slab;
    heap->held_ += ZH_HEAP_SLAB_BYTES;
    heap->fresh_ = slab + SLAB_HEAD;
    heap->fresh_left_ = ZH_HEAP_SLAB_BYTES - SLAB_HEAD;
    return true;
}

static void *take_large(zh_heap *heap, size_t size)
{
    if (size > heap->bytes_max_ - heap->held_) return NULL;
    void *thing = malloc(size);
    if (thing == NULL) return NULL;
    heap->held_ += size;
    heap->used_ += size;
    return thing;
}

void *zh_heap_take(zh_heap *heap, size_t bytes)
{
    assert(bytes > 0);
    if (bytes > heap->bytes_max_ || heap->takes_left == 0) return NULL;
    if (heap->takes_left != UINT64_MAX) heap->takes_left--;
    const size_t size = zh_heap_round(bytes);
    if (bytes > ZH_HEAP_SMALL_BYTES_MAX) return take_large(heap, size);

    const unsigned class = class_of(bytes);
    void *thing = heap->free_[class];
    if (thing != NULL) {
        memcpy(&heap->free_[class], thing, sizeof(void *));
    } else {
        if (heap->fresh_left_ < size && !new_slab(heap)) return NULL;
        thing = heap->fresh_;
        heap->fresh_ += size;
        heap->fresh_left_ -= size;
    }
    heap->used_ += size;
    return thing;
}

void zh_heap_give(zh_heap *heap, void *thing, size_t bytes)
{
    if (thing == NULL) return;
    const size_t size = zh_heap_round(bytes);
    assert(heap->used_ >= size);
    heap->used_ -= size;
    if (bytes > ZH_HEAP_SMALL_BYTES_MAX) {
        heap->held_ -= size;
        free(thing);
    } else {
        push(heap, class_of(bytes), thing);
    }
}

void *zh_heap_resize(zh_heap *heap, void *thing, size_t was, size_t bytes)
{
    if (thing == NULL) return zh_heap_take(heap, bytes);
    if (zh_heap_round(was) == zh_heap_round(bytes)) return thing;
    void *moved = zh_heap_take(heap, bytes);
    if (moved == NULL) return NULL;
    memcpy(moved, thing, was < bytes ? was : bytes);
    zh_heap_give(heap, thing, was);
    return moved;
}

zh_err zh_heap_list_reserve(zh_heap *heap, zh_heap_list *list, size_t each, size_t extra)
{
    const size_t need = list->count + extra;
    if (need <= list->cap) return ZH_OK;
    if (need > UINT32_MAX / 2) return ZH_NOMEM;
    size_t cap = list->cap + list->cap / 2;
    if (cap < need) cap = need;
    cap = zh_heap_round(cap * each) / each;
    void *data = zh_heap_resize(heap, list->data, list->cap * each, cap * each);
    if (data == NULL) return ZH_NOMEM;
    list->data = data;
    list->cap = (uint32_t)cap;
    return ZH_OK;
}

void zh_heap_list_close(zh_heap *heap, zh_heap_list *list, size_t each)
{
    zh_heap_give(heap, list->data, list->cap * each);
    *list = (zh_heap_list){ 0 };
}

size_t zh_heap_used(const zh_heap *heap) { return heap->used_; }
size_t zh_heap_held(const zh_heap *heap) { return heap->held_; }
