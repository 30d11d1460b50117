/* tags.h -- names that customers have: tags, and the lists they are on. A fold of words about them.
 *
 * A word says that a customer has a name or has it no more: since when, who said so, how sure, until when. There are two sides: what the
 * customer says himself, and what the shop says (staff, an import, a list). Of each side the newest word counts; of one millisecond
 * the one that takes away. That order is total, so shuffled, repeated and merged words always end in the same state.
 *
 *     the customer deleted it                 he has it not, whatever the shop says, before or after: it does not grow back
 *     else the newer of the two words         of one millisecond his own
 *     set, with an end that has passed        he has it not
 *
 * Two views are of this kind: the tags (TAG records) and the lists (LIST records), where the shop alone speaks.
 *
 * Guarantees  order and repetition of words and merges never matter (property-tested). An end is exact: at expires_ms it is gone.
 * Cost        O(words of the customer) a change or question; 24 bytes a word, about 60 a customer that has any.
 * Threads     readers together or one writer.
 * Clock       none: moments come as arguments.
 * Not here    tags that follow a kept segment (segment/segments.h), tags that behaviour contradicts (contradiction.h).
 */
#ifndef ZH_PROFILE_TAGS_H
#define ZH_PROFILE_TAGS_H
#include "base/arena.h"
#include "base/buf.h"
#include "base/keep.h"
#include "core/id.h"
#include "core/record.h"

#define ZH_TAG_BYTES_MAX 64             /* of a name, UTF-8 without control characters */
#define ZH_TAG_NAMES_MAX 10000          /* that a shop may have; who sets one more is refused, the fold takes it */
#define ZH_TAGS_OF_CUSTOMER_MAX 200     /* the same of a customer */
#define ZH_TAGS_SHOWN_MAX 1000          /* that are told of a customer */
#define ZH_LIST_CHUNK_MAX 128           /* customers of one LIST record: a record is folded in one turn */
#define ZH_TAG_NO_END INT64_MAX
#define ZH_TAG_NO_CONFIDENCE UINT16_MAX
#define ZH_TAG_SETTING "tag/"           /* how the settings are called that bind a tag to a kept segment: {"segment":"vip"} */

/* Stored: append only. */
typedef enum zh_tag_source { ZH_TAG_BY_CUSTOMER = 1, ZH_TAG_BY_STAFF = 2, ZH_TAG_BY_IMPORT = 3, ZH_TAG_BY_LIST = 4, ZH_TAG_COMPUTED = 5 /* never stored: segment/segments.h */ } zh_tag_source;
#define ZH_TAG_SOURCES 6
const char *zh_tag_source_text(zh_tag_source source);          /* "customer"; "?" when unknown */
bool zh_tag_source_of(zh_sv text, zh_tag_source *out);         /* one that may be said from outside: customer, staff, import */
typedef enum zh_tag_said { ZH_TAG_SET = 1, ZH_TAG_REMOVE = 2, ZH_TAG_DELETE = 3 /* by the customer: for good */ } zh_tag_said;

bool zh_tag_name_is_good(zh_sv name);

/* One word. */
typedef struct zh_tag_change {
    zh_customer_id customer;
    zh_sv name;              /* a good one */
    zh_tag_said said;        /* the customer sets and deletes, others set and remove */
    zh_tag_source source;    /* not COMPUTED */
    int64_t at_ms;           /* >= 0 */
    int64_t expires_ms;      /* of SET: > at_ms; ZH_TAG_NO_END: it stands */
    uint16_t confidence;     /* of SET: thousandths; ZH_TAG_NO_CONFIDENCE: none was given */
    uint8_t actor_kind;      /* zh_actor_kind: for the log alone */
    uint32_t actor_number;
} zh_tag_change;

/* Append the record, kind byte first; the change must satisfy the ranges above (assert). Views of get point into `record`: ZH_FORMAT. */
void zh_tag_put(const zh_tag_change *change, zh_buf *out);
ZH_MUST zh_err zh_tag_get(zh_sv record, zh_tag_change *out);

/* Some customers come on a list, or leave it. */
typedef struct zh_list_change {
    zh_sv name;
    bool adds;
    int64_t at_ms;
    uint8_t actor_kind;
    uint32_t actor_number;
    uint32_t count;          /* 1 to ZH_LIST_CHUNK_MAX */
    uint64_t customers[ZH_LIST_CHUNK_MAX];
} zh_list_change;
void zh_list_put(const zh_list_change *change, zh_buf *out);
ZH_MUST zh_err zh_list_get(zh_sv record, zh_list_change *out);

typedef struct zh_tags zh_tags; /* opaque */

ZH_MUST zh_err zh_tags_open(zh_tags **out, size_t bytes_max); /* caller closes; ZH_NOMEM */
void zh_tags_close(zh_tags *tags);

/* Errors: ZH_NOMEM; ZH_FULL: there are too many names. */
ZH_MUST zh_err zh_tags_change(zh_tags *tags, const zh_tag_change *change);
/* `gone` is absorbed by `kept`: its words join, then it has none. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_tags_merge(zh_tags *tags, zh_customer_id gone, zh_customer_id kept);
/* Nothing is known of this customer any more. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_tags_forget(zh_tags *tags, zh_customer_id customer);

typedef enum zh_tag_state { ZH_TAG_HAS, ZH_TAG_REMOVED, ZH_TAG_EXPIRED, ZH_TAG_DELETED } zh_tag_state;
typedef struct zh_tag { /* what holds of a name at a moment; the view is valid until the next change */
    zh_sv name;
    zh_tag_state state;
    zh_tag_source source;    /* of the word that decides */
    int64_t since_ms;        /* its time */
    int64_t expires_ms;
    uint16_t confidence;
} zh_tag;

/* False: nobody ever said it of him. */
bool zh_tags_find(const zh_tags *tags, zh_customer_id customer, zh_sv name, int64_t now_ms, zh_tag *out);
/* Has he it now? *until_ms: when that ends by itself. */
bool zh_tags_has(const zh_tags *tags, zh_customer_id customer, zh_sv name, int64_t now_ms, int64_t *until_ms);
/* All that was ever said of him, by name, at most `most`; returns how many there are. O(n log n). */
size_t zh_tags_of(const zh_tags *tags, zh_customer_id customer, int64_t now_ms, zh_tag *out, size_t most);
/* Does anything stand there of him? */
bool zh_tags_knows(const zh_tags *tags, zh_customer_id customer);

typedef struct zh_tag_total {
    zh_sv name;
    uint64_t customers;                     /* who have it now */
    uint64_t by_source[ZH_TAG_SOURCES];
    uint64_t deleted;                       /* by whom it is not wanted */
} zh_tag_total;
/* Of all names, by name, in the arena. O(words). Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_tags_totals(const zh_tags *tags, int64_t now_ms, zh_arena *arena, zh_tag_total **out, uint32_t *count);
uint32_t zh_tags_names(const zh_tags *tags); /* distinct ones that were ever said */
bool zh_tags_is_name(const zh_tags *tags, zh_sv name);
uint64_t zh_tags_words(const zh_tags *tags);
size_t zh_tags_bytes(const zh_tags *tags);

/* Keep (base/keep.h): an entry a customer, key 8 bytes big-endian. Errors of load: ZH_CORRUPT, ZH_FORMAT, ZH_NOMEM, ZH_FULL. */
ZH_MUST zh_err zh_tags_save(zh_tags *tags, bool all, zh_keep keep);
ZH_MUST zh_err zh_tags_load(zh_tags *tags, zh_sv key, zh_sv value);
bool zh_tags_check(const zh_tags *tags, const char **why);

#endif
