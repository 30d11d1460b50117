/* segment_item.h -- one parsed item of the Segment dialect becomes one canonical event.
 *
 * The second half of segment.c: the item is JSON already, an object, without repeated keys, and
 * what the envelope shares is merged in. Here its fields are checked and the event is built.
 */
#ifndef ZH_COLLECT_SEGMENT_ITEM_H
#define ZH_COLLECT_SEGMENT_ITEM_H
#include "collect/segment.h"

/* What another dialect knows of an event that it has written in this one's shape. */
typedef struct zh_segment_means {
    zh_act act;           /* of a track; its name decides nothing */
    zh_sv name;           /* of an identify, where its traits are not simply set */
    zh_json_value shop;   /* read for lines, order and money in place of the properties */
} zh_segment_means;

typedef struct zh_segment_item_ask {
    const zh_segment_ask *request;
    zh_json_value item;   /* an object; its texts must live as long as the event (zh_json_keep) */
    int64_t sent_ms;      /* of the envelope; ZH_CLOCK_ABSENT where there is none */
    uint32_t index;       /* place in the batch */
    const zh_segment_means *means; /* NULL: the item speaks for itself */
} zh_segment_item_ask;

/* reject->why stays ZH_REJECT_NONE when *event was made; else why, detail and message_id are set.
 * Errors: ZH_FULL, ZH_NOMEM. */
ZH_MUST zh_err zh_segment_item(const zh_segment_item_ask *ask, zh_event *event, zh_segment_reject *reject);

/* A time as clients send it: ISO text, or Unix seconds or milliseconds as an integer.
 * ZH_CLOCK_ABSENT for null, "" and nothing; ZH_CLOCK_UNREADABLE outside 1970 .. 2200.
 * False: something else. */
bool zh_segment_time(zh_json_value value, int64_t *ms);

#endif
