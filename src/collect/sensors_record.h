/* sensors_record.h -- one record of the Sensors dialect becomes an event, an item change or a reject.
 *
 * The second half of sensors.c: the record's bytes are known, nothing else is.
 */
#ifndef ZH_COLLECT_SENSORS_RECORD_H
#define ZH_COLLECT_SENSORS_RECORD_H
#include "collect/sensors.h"

typedef enum zh_sensors_made {
    ZH_SENSORS_MADE_EVENT, ZH_SENSORS_MADE_ITEM, ZH_SENSORS_MADE_REJECT, ZH_SENSORS_MADE_NOTHING
} zh_sensors_made;

/* Read the record `raw`, the index-th of its request. Of event, item and reject the one that *made
 * says is filled in; reject->raw and ->index always. `place`: the request's own goes in, the record's
 * comes out where it says one. Errors: ZH_FULL, ZH_NOMEM. */
ZH_MUST zh_err zh_sensors_record(const zh_sensors_ask *ask, zh_sv raw, uint32_t index, zh_sensors_made *made,
                                 zh_event *event, zh_sensors_item *item, zh_segment_reject *reject,
                                 zh_sensors_place *place);

#endif
