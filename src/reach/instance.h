/* instance.h -- one customer in one journey for one key: its number, and the records that say where it stands.
 *
 * An **instance** is one customer in one journey for one key (a cart). Its number is a keyed hash of journey, customer (as he was called when he entered) and key, so who
 * lets the same one in again names the same row.
 *
 *     record   u8 kind=34, u8 version=1, u64 customer, u8 word, zig at, and
 *     ENTER    u64 number, texts: journey, key; and as MOVE
 *     MOVE     u64 number, var version, u8 node (255: it left), u8 flags (1 in its wait, 2 never due), u8 left, [not 2: zig due - at], u64 visited, var partition, var position
 *     READ     var partition, var position: events before are done with          (customer 0)
 *
 * Each record carries the **position** in the log up to which events had been looked at when it was decided; an event before it has no influence on the row. So after a crash the
 * log is read again from the last READ, and nothing happens twice.
 *
 * Not here    what a step is (journey.h), where all stand (instances.h).
 */
#ifndef ZH_REACH_INSTANCE_H
#define ZH_REACH_INSTANCE_H
#include "core/id.h"
#include "core/record.h"
#include "guard/seal.h"
#include "reach/journey.h"

#define ZH_INSTANCE_VERSIONS_MAX 65535u  /* of a journey */
#define ZH_INSTANCE_PARTITIONS_MAX 256u  /* of a log */

typedef struct zh_instance_id { uint64_t number; } zh_instance_id; /* 0: none */
/* Keyed as messages are (message.h). `journey` has at most ZH_MESSAGE_NAME_BYTES_MAX bytes, `key` at most ZH_JOURNEY_KEY_BYTES_MAX. Never 0. */
zh_instance_id zh_instance_id_of(const zh_sealer *sealer, zh_customer_id customer, zh_sv journey, zh_sv key);

/* Stored: append only. */
typedef enum zh_instance_word { ZH_INSTANCE_ENTER = 1, ZH_INSTANCE_MOVE, ZH_INSTANCE_READ } zh_instance_word;

typedef struct zh_instance_record {
    zh_customer_id customer;  /* as he was called when he entered; 0 of READ */
    zh_instance_word word;
    zh_instance_id id;
    zh_sv journey, key;       /* of ENTER; neither is empty */
    uint32_t version;         /* of the journey, 1 .. ZH_INSTANCE_VERSIONS_MAX */
    int64_t at_ms;
    zh_journey_place place;   /* of one that left, `left` and `visited` count, and it is read as at ZH_JOURNEY_END, never due */
    uint32_t partition;       /* of its customer's events */
    uint64_t position;
} zh_instance_record;

bool zh_instance_record_is_good(const zh_instance_record *record); /* within the ranges above */
/* Append; it must be good (assert). Views of get point into `bytes`: ZH_FORMAT. */
void zh_instance_put(const zh_instance_record *record, zh_buf *out);
ZH_MUST zh_err zh_instance_get(zh_sv bytes, zh_instance_record *out);
/* Whose record is it? 0: nobody's, or it cannot be read. */
zh_customer_id zh_instance_customer(zh_sv bytes);

#endif
