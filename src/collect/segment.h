/* segment.h -- the Segment dialect: the bytes of one request become canonical events and rejects.
 *
 * Segment's and RudderStack's SDKs, their HTTP API and our own import of JSON lines end here. One
 * body is one event (route says which) or a batch. The body is split first, then each item is
 * parsed alone, so an impossible number or a repeated key costs that item only; malformed JSON
 * anywhere refuses the whole request.
 *
 * Guarantees  a bad item never changes its neighbours; every item is either an event or a reject
 *             with a reason, in the order of the body; the same ask gives the same bytes out.
 * Lifetimes   everything in *out is valid as long as both the body and the arena are.
 * Cost        about 1.5 us an event of 573 bytes, one core; no heap but the arena and the scratch
 *             buffer, which keep theirs.
 * Threads     no state of its own; one parser, arena and scratch each thread.
 * Not here    HTTP, keys, gzip, dedup; which customer an event belongs to (profile/identity.h).
 * Source      reference: Segment's public HTTP API and ecommerce specification v2.
 */
#ifndef ZH_COLLECT_SEGMENT_H
#define ZH_COLLECT_SEGMENT_H
#include "base/json.h"
#include "core/deadletter.h"
#include "core/event.h"

#define ZH_SEGMENT_BATCH_BYTES_MAX 512000 /* a batch after decompression; Segment's "500 KB" */
#define ZH_SEGMENT_EVENTS_MAX 2500        /* items of a batch; over it none is taken */
#define ZH_SEGMENT_SHARED_BYTES_MAX 8192  /* context and integrations of an envelope: they are read once an
                                           * item, so 2,500 items make 20 MB of them; real ones have 1 KB */
#define ZH_SEGMENT_PARSER_BYTES 65536     /* what ask.parser must take: an event with what is shared, and a margin */

typedef enum zh_segment_route {
    ZH_SEGMENT_TRACK = 1, ZH_SEGMENT_IDENTIFY, ZH_SEGMENT_PAGE, ZH_SEGMENT_SCREEN, ZH_SEGMENT_GROUP,
    ZH_SEGMENT_ALIAS,
    ZH_SEGMENT_BATCH,
    ZH_SEGMENT_ANY /* one event with its own "type": a line of a file */
} zh_segment_route;

typedef struct zh_segment_ask {
    zh_segment_route route;
    zh_sv body;          /* unpacked */
    int64_t received_ms; /* the server's clock */
    zh_sv peer_ip;       /* of the socket; may be empty */
    bool fill_ip;        /* a browser source: context.ip from the socket where not sent */
    bool is_import;      /* history: ZH_MARK_IMPORT, no guard against old or future clocks, and the
                          * zhun_* properties of an importer count */
    zh_json *parser;     /* bytes_max >= ZH_SEGMENT_PARSER_BYTES */
    zh_arena *arena;     /* takes about 3 times the body and 500 bytes an item */
    zh_buf *scratch;     /* working space; what it holds is lost. Of ZH_SEGMENT_BATCH_BYTES_MAX */
} zh_segment_ask;

typedef struct zh_segment_reject {
    zh_reject why;
    zh_sv detail;     /* a field, a key, an id; may be empty */
    zh_sv message_id; /* where it could be read */
    zh_sv raw;        /* the item's slice of the body */
    uint32_t index;   /* its place in the batch, from 0 */
} zh_segment_reject;

typedef struct zh_segment_batch {
    zh_sv write_key; /* from the body; empty where absent. Set even when everything was rejected */
    zh_event *events;
    uint32_t events_count;
    uint32_t *events_index; /* place in the batch of each event */
    zh_segment_reject *rejects;
    uint32_t rejects_count;
    uint32_t items_count;   /* of the batch; events_count + rejects_count, unless whole_rejected */
    bool whole_rejected;    /* over ZH_SEGMENT_EVENTS_MAX: none taken, answer 200, count items_count */
    zh_reject whole_why;
    const char *fault;      /* for ZH_FORMAT and ZH_RANGE: a sentence for the answer; static */
    size_t fault_offset;    /* byte of the body, or ZH_JSON_OFFSET_UNKNOWN */
} zh_segment_batch;

/* Errors: ZH_FORMAT malformed JSON (answer 400); ZH_RANGE a single event over ZH_EVENT_BYTES_MAX or a
 * batch over ZH_SEGMENT_BATCH_BYTES_MAX (answer 400); ZH_NOMEM, ZH_FULL the arena or scratch is at
 * its end (answer 429). ZH_OK may come with rejects. */
ZH_MUST zh_err zh_segment_read(const zh_segment_ask *ask, zh_segment_batch *out);

#endif
