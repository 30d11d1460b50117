/* sensors.h -- the Sensors Analytics dialect: one request becomes canonical events, item changes and rejects.
 *
 * A request is urlencoded pairs, whatever its content type says: `data` (one record) or `data_list`
 * (many), each base64 of JSON, often packed with gzip, sometimes with a checksum. A record is
 * written anew in Segment's shape and read by segment_item.c, so both dialects share ids, clocks,
 * money and what is personal.
 *
 *     record                          becomes
 *     track, $pageview                track, page
 *     track_signup                    track $SignUp with both ids, which joins them
 *     track_id_bind, track_id_unbind  track with the ids; an unbind lets the other id go, what was done stays
 *     profile_*                       identify, its name says which; what each does to a profile:
 *                                     profile/customer_trait.c
 *     item_set, item_delete           an item change
 *     detail_set, detail_delete       nothing: tolerated
 *
 * What Segment has no place for is kept in context.sensors (type, trackId, project), identities in
 * context.externalIds, which is personal.
 *
 * Guarantees  a bad record never changes its neighbours; what cannot be unpacked at all is one
 *             reject; the same record sent again has the same messageId.
 * Lifetimes   everything in *out is valid as long as form, query and arena are.
 * Cost        about 6 us a record of 600 bytes; the table of names is read for each property.
 * Threads     no state of its own.
 * Not here    HTTP; which source a project or a token is (server); first types of properties.
 */
#ifndef ZH_COLLECT_SENSORS_H
#define ZH_COLLECT_SENSORS_H
#include "collect/segment.h"

#define ZH_SENSORS_RECORDS_MAX 2500             /* of a request; SDKs send 50 to 200 */
#define ZH_SENSORS_UNPACKED_BYTES_MAX (10u << 20) /* of data or data_list, after gzip */
#define ZH_SENSORS_PARSER_BYTES (8u * ZH_EVENT_BYTES_MAX) /* what ask.parser must take: a record in Segment's shape,
                                                 * its properties and what is read for the shop */
#define ZH_SENSORS_FLUSH_MS_MARKED ZH_MINUTE_MS /* a client's clock that is off by less is believed */

typedef struct zh_sensors_ask {
    zh_sv form;          /* the body, or the query of a GET */
    zh_sv query;         /* of the address: project and token may stand there; may be the same */
    int64_t received_ms;
    bool is_import;      /* history: any time is right */
    zh_sv peer_ip;       /* of the socket; may be empty */
    zh_json *parser;     /* bytes_max >= ZH_SENSORS_PARSER_BYTES */
    zh_arena *arena;     /* takes about 8 times the unpacked data */
    zh_buf *scratch;     /* working space; of twice ZH_SENSORS_UNPACKED_BYTES_MAX */
} zh_sensors_ask;

/* Where a record says it belongs; empty where it does not. */
typedef struct zh_sensors_place {
    zh_sv project, token;
} zh_sensors_place;

/* A change of the catalog. Texts that were not sent have data == NULL, numbers are -1. */
typedef struct zh_sensors_item {
    zh_sv text;          /* the item's id; of a type that is not sold "TYPE:ID" */
    bool deleted, sold;  /* sold: the shop sells it, by its type */
    zh_sv title, category, brand, url, image_url;
    int64_t price_minor, stock;
    zh_currency currency;
    zh_sv attributes;    /* the other properties, a JSON object; data == NULL: none */
    int64_t at_ms;
} zh_sensors_item;

typedef struct zh_sensors_batch {
    zh_sensors_place place;        /* of the query */
    zh_event *events;
    zh_sensors_place *events_place;
    uint32_t events_count;
    zh_sensors_item *items;
    zh_sensors_place *items_place;
    uint32_t items_count;
    zh_segment_reject *rejects;    /* index: place in the list */
    zh_sensors_place *rejects_place;
    uint32_t rejects_count;
    uint32_t tolerated_count;      /* records that mean nothing here */
    uint32_t records_count;        /* all of them; events + items + rejects + tolerated, unless whole_rejected */
    bool whole_rejected;           /* over ZH_SENSORS_RECORDS_MAX: none taken */
} zh_sensors_batch;

/* Errors: ZH_NOMEM, ZH_FULL the arena or scratch is at its end. Whatever the bytes are, the answer
 * is ZH_OK: a request that cannot be read is one reject with its raw text, one without data is one
 * reject too. */
ZH_MUST zh_err zh_sensors_read(const zh_sensors_ask *ask, zh_sensors_batch *out);

/* The same of records that are not packed: the text of a JSON array. `form` is not looked at. */
ZH_MUST zh_err zh_sensors_read_list(const zh_sensors_ask *ask, zh_sv text, zh_sensors_batch *out);

/* Java's String.hashCode of a text of ASCII, as SDKs send it for the base64 text. */
int32_t zh_sensors_crc(zh_sv text);

#endif
