/* identity_inside.h -- how the identity table lies in memory; for the files of identity only.
 *
 *     index ── (kind, blind) ──► link ──► number ──► survivor
 *                                 ▲          │ first_link
 *                                 └──────────┘ (chain, both ways)
 *
 * Numbers and links live in chunks that never move, so a doubling never copies or wastes them.
 * Survivor and absorbed list share a field: only a survivor has a list, only an absorbed number
 * has a survivor. Chains are kept one step long when a merge is folded, so a reader takes one step.
 */
#ifndef ZH_PROFILE_IDENTITY_INSIDE_H
#define ZH_PROFILE_IDENTITY_INSIDE_H
#include "base/heap.h"
#include "base/map.h"
#include "profile/identity.h"

enum {
    ZH_NUMBER_USED = 1,     /* an IDENTITY or MERGE record named it */
    ZH_NUMBER_ABSORBED = 2,
    ZH_NUMBER_DEK = 4,
    ZH_NUMBER_ERASED = 8,   /* for ever: no key, no ids */
    ZH_NUMBER_DIRTY = 16,
    ZH_NUMBER_APART = 32,   /* its merge was taken back: no plan merges it again */
    ZH_NUMBER_PENDING = 64, /* … after the merge had been folded: views still know it as merged */
};

typedef struct zh_number {
    uint32_t up_or_head;    /* absorbed: the survivor. Survivor: the smallest number it absorbed, 0 none */
    uint32_t next_absorbed; /* of the same survivor, ascending */
    uint32_t first_link;    /* 0: none */
    uint32_t users;         /* links of kind USER */
    uint8_t flags;
    zh_wrapped_dek dek;
} zh_number;

/* The part of a link's entry that is not kept in memory once the store has it. */
typedef struct zh_link_tail {
    uint32_t size;
    uint32_t saved_in;      /* number of the save that wrote it; 0: none yet */
    char bytes[];           /* i64 at_ms, sealed text */
} zh_link_tail;

typedef struct zh_link {
    zh_blind_id blind;
    uint32_t customer;      /* as linked; 0: the place is free */
    uint32_t next, before;  /* of the same customer; free places are chained by next */
    uint32_t turn : 24, kind : 7, is_dirty : 1;
    zh_link_tail *tail;     /* NULL: the store has it */
} zh_link;
_Static_assert(sizeof(zh_number) == 88 && sizeof(zh_link) == 40, "the header promises bytes a customer");

/* A place of the index. The tag is a part of the hash: links of other ids are not looked at, each would be a miss. */
typedef struct zh_slot {
    uint32_t link; /* 0: free */
    uint32_t tag;
} zh_slot;

/* The last customers of an anonymous id that moved; oldest first. */
typedef struct zh_device_use {
    uint32_t turn, customer;
    int64_t since_ms;       /* INT64_MIN: of the first turn */
} zh_device_use;
typedef struct zh_device {
    uint32_t link;
    uint8_t count;          /* 0: it means nothing yet */
    zh_device_use uses[ZH_IDENTITY_DEVICE_MOVES];
} zh_device;

#define ZH_NUMBERS_CHUNK 512u  /* 44 KiB */
#define ZH_LINKS_CHUNK 1024u   /* 40 KiB */

struct zh_identity {
    zh_identity_desc desc;
    zh_heap heap;
    zh_number **numbers;    /* [numbers_chunks], NULL where no number of it is used */
    uint32_t numbers_chunks, numbers_max; /* numbers_max: the largest number used */
    size_t numbers_count;
    zh_link **links;        /* [links_chunks] */
    uint32_t links_chunks, links_end, links_free; /* links_end: first place never used; from 1 */
    size_t links_count;
    zh_slot *index;         /* [index_size]; linear probing */
    size_t index_size;      /* a power of two, or 0 */
    size_t tails;           /* links whose tail is in memory */
    zh_heap_list dirty_numbers, dirty_links; /* of uint32_t; may name clean ones */
    zh_map device_of;       /* link -> place in devices; only links that moved */
    zh_heap_list devices;   /* of zh_device */
    zh_map parents;         /* number -> who absorbed it, where that is not its survivor (identity_split.c) */
    zh_heap_list apart;     /* of uint32_t: numbers whose merge was taken back */
    zh_heap_list gone;      /* of zh_external_id: links that were removed since the last save */
    zh_heap_list saving_numbers, saving_links; /* of uint32_t: what the save under way has to write */
    uint32_t saving_at;     /* of both lists together: written so far */
    uint32_t saves;         /* saves begun */
    zh_heap_list written, written_before; /* of uint32_t: links whose tails this save, and the one before, wrote */
};

#define ZH_LINK_KEY_BYTES 18 /* 'L', kind, blind */
#define ZH_NUMBER_KEY_BYTES 9 /* 'C', number */

static inline zh_number *zh_number_at(const zh_identity *t, uint64_t number) /* NULL: never used */
{
    if (number == 0 || number / ZH_NUMBERS_CHUNK >= t->numbers_chunks) return NULL;
    zh_number *chunk = t->numbers[number / ZH_NUMBERS_CHUNK];
    return chunk == NULL ? NULL : &chunk[number % ZH_NUMBERS_CHUNK];
}
/* The places of numbers in turn, from 0; NULL at the end. Chunks that are not there are passed over. */
static inline zh_number *zh_number_next(const zh_identity *t, uint64_t *number)
{
    while (++*number / ZH_NUMBERS_CHUNK < t->numbers_chunks) {
        zh_number *chunk = t->numbers[*number / ZH_NUMBERS_CHUNK];
        if (chunk != NULL) return &chunk[*number % ZH_NUMBERS_CHUNK];
        *number |= ZH_NUMBERS_CHUNK - 1;
    }
    return NULL;
}
static inline zh_link *zh_link_at(const zh_identity *t, uint32_t link)
{
    return &t->links[link / ZH_LINKS_CHUNK][link % ZH_LINKS_CHUNK];
}

static inline uint32_t zh_link_place(const zh_identity *t) /* of the next link that is added */
{
    return t->links_free != 0 ? t->links_free : t->links_end;
}

uint32_t zh_link_find(const zh_identity *t, const zh_external_id *id); /* 0: none */
void zh_link_key(const zh_external_id *id, char key[ZH_LINK_KEY_BYTES]);
uint32_t zh_identity_absorbed_count(const zh_identity *t, uint32_t root);

/* Room first, change after: a reserve may fail and changes nothing a reader can see, the rest cannot fail. */
ZH_MUST zh_err zh_number_reserve(zh_identity *t, uint64_t number);
ZH_MUST zh_err zh_link_reserve(zh_identity *t);                       /* one link more, or changed */
ZH_MUST zh_err zh_link_tail_reserve(zh_identity *t, int64_t at_ms, zh_sv sealed, zh_link_tail **out);
ZH_MUST zh_err zh_gone_reserve(zh_identity *t, size_t links);
void zh_number_touch(zh_identity *t, uint32_t number); /* it will be saved */
void zh_link_touch(zh_identity *t, uint32_t link);
void zh_number_use(zh_identity *t, uint32_t number);
uint32_t zh_link_add(zh_identity *t, const zh_external_id *id, uint32_t customer, uint32_t turn);
void zh_link_move(zh_identity *t, uint32_t link, uint32_t customer, uint32_t turn);
void zh_link_remove(zh_identity *t, uint32_t link);
void zh_link_tail_set(zh_identity *t, uint32_t link, zh_link_tail *tail); /* its place was reserved */
void zh_link_tail_drop(zh_identity *t, uint32_t link);
void zh_absorb(zh_identity *t, uint32_t from, uint32_t to); /* both survivors, different */

/* Merges taken back (identity_split.c). */
ZH_MUST zh_err zh_parent_reserve(zh_identity *t, uint32_t from, uint32_t to, uint32_t named); /* before `from` is absorbed by `to`; the record named `named` */
uint32_t zh_parent_of(const zh_identity *t, uint32_t number); /* 0: not absorbed */
ZH_MUST zh_err zh_apart_reserve(zh_identity *t);
void zh_apart_add(zh_identity *t, uint32_t number);
ZH_MUST zh_err zh_fold_unmerge(zh_identity *t, const zh_identity_unmerge *record);

/* Customers forgotten (identity_forget.c). */
struct zh_erasure;
ZH_MUST zh_err zh_identity_fold_erasure(zh_identity *t, const struct zh_erasure *erasure);

/* Who used an anonymous id (identity_device.c). */
ZH_MUST zh_err zh_device_reserve(zh_identity *t, uint32_t link); /* one move more of this link */
void zh_device_note(zh_identity *t, uint32_t link, uint32_t turn, uint32_t customer, int64_t at_ms); /* its place was reserved */
void zh_device_drop(zh_identity *t, uint32_t link);              /* the link is removed */
const zh_device *zh_device_of(const zh_identity *t, uint32_t link); /* NULL: it never moved */
uint32_t zh_device_at(const zh_identity *t, uint32_t link, int64_t time_ms); /* whose it was then, as linked; 0: it never moved */
uint32_t zh_device_known(const zh_identity *t, uint32_t link);   /* known customers that used it */
void zh_device_put(const zh_device *device, zh_buf *out);        /* at least one use */
void zh_device_get(zh_reader *r, zh_device *out);
void zh_device_set(zh_identity *t, uint32_t link, const zh_device *device); /* its place was reserved */

#endif
