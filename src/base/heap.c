#include "base/heap.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define LARGE_STEP 4096 /* large things are rounded to pages */
#define REGION_SLABS_MAX 64

/* At the beginning of each slab; slabs lie at multiples of their size, so a thing's address tells its slab. */
typedef struct slab {
    struct slab *next, *before; /* among those of its class with room, or the empty ones (next alone) */
    void *free;                 /* things given back */
    char *fresh;                /* never taken yet, up to the end */
    struct slab *region;        /* the first of a region: the region made before */
    uint32_t used;              /* things handed out */
    bool is_listed;             /* it has room */
} slab;
_Static_assert(sizeof(slab) <= 64, "things behind it stay aligned");
#define SLAB_HEAD 64

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
    for (slab *region = heap->regions_, *next; region != NULL; region = next) {
        next = region->region;
        free(region);
    }
    *heap = zh_heap_open(heap->bytes_max_);
}

size_t zh_heap_round(size_t bytes)
{
    if (bytes <= ZH_HEAP_SMALL_BYTES_MAX) return size_of(class_of(bytes));
    return (bytes + LARGE_STEP - 1) / LARGE_STEP * LARGE_STEP;
}

static slab *slab_of(void *thing) { return (slab *)((uintptr_t)thing & ~(uintptr_t)(ZH_HEAP_SLAB_BYTES - 1)); }

/* Twice as many slabs as the last time, so that a small heap stays small. */
static bool new_region(zh_heap *heap)
{
    const size_t slabs = heap->region_slabs_ == 0 ? 1 : heap->region_slabs_ < REGION_SLABS_MAX ? heap->region_slabs_ * 2 : REGION_SLABS_MAX;
    slab *region = aligned_alloc(ZH_HEAP_SLAB_BYTES, slabs * ZH_HEAP_SLAB_BYTES);
    if (region == NULL) return false;
    region->region = heap->regions_;
    heap->regions_ = region;
    heap->fresh_ = (char *)region;
    heap->fresh_left_ = heap->region_slabs_ = slabs;
    return true;
}

static slab *new_slab(zh_heap *heap)
{
    slab *s = heap->empty_;
    if (s != NULL) {
        heap->empty_ = s->next;
        return s;
    }
    if (heap->bytes_max_ - heap->held_ < ZH_HEAP_SLAB_BYTES) return NULL;
    if (heap->fresh_left_ == 0 && !new_region(heap)) return NULL;
    s = (slab *)(void *)heap->fresh_;
    if (s != heap->regions_) s->region = NULL;
    heap->fresh_ += ZH_HEAP_SLAB_BYTES;
    heap->fresh_left_--;
    heap->held_ += ZH_HEAP_SLAB_BYTES;
    return s;
}

static void enlist(zh_heap *heap, unsigned class, slab *s)
{
    s->next = heap->partial_[class];
    s->before = NULL;
    if (s->next != NULL) s->next->before = s;
    heap->partial_[class] = s;
    s->is_listed = true;
}

static void delist(zh_heap *heap, unsigned class, slab *s)
{
    if (s->before != NULL) s->before->next = s->next;
    else heap->partial_[class] = s->next;
    if (s->next != NULL) s->next->before = s->before;
    s->is_listed = false;
}

static bool is_full(const slab *s, size_t size)
{
    return s->free == NULL && s->fresh + size > (const char *)s + ZH_HEAP_SLAB_BYTES;
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
    slab *s = heap->partial_[class];
    if (s == NULL) {
        if ((s = new_slab(heap)) == NULL) return NULL;
        s->free = NULL;
        s->fresh = (char *)s + SLAB_HEAD;
        s->used = 0;
        enlist(heap, class, s);
    }
    void *thing = s->free;
    if (thing != NULL) {
        memcpy(&s->free, thing, sizeof(void *));
    } else {
        thing = s->fresh;
        s->fresh += size;
    }
    s->used++;
    if (is_full(s, size)) delist(heap, class, s);
    heap->used_ += size;
    return thing;
}

static void give_small(zh_heap *heap, unsigned class, void *thing)
{
    slab *s = slab_of(thing);
    memcpy(thing, &s->free, sizeof(void *));
    s->free = thing;
    if (!s->is_listed) enlist(heap, class, s);
    if (--s->used > 0) return;
    delist(heap, class, s);
    s->next = heap->empty_;
    heap->empty_ = s;
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
        give_small(heap, class_of(bytes), thing);
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
    size_t cap = list->cap + list->cap / 8; /* and up to the next class, which is a quarter more */
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
