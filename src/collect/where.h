/* where.h -- the cell an event happened in, from the coordinates it brought, where the customer lets it be counted.
 *
 *     context.location.latitude, .longitude (or .lat, .lon, .lng)     degrees, as Segment writes them
 *     properties.latitude, .longitude (or the short names)            degrees
 *     properties.$latitude, .$longitude                               millionths of a degree, as Sensors' SDKs write them
 *
 * The coordinates themselves are personal (personal.h) and are sealed as ever; the cell (core/place.h) is what may be counted.
 * An event whose own `context.consent.categoryPreferences` refuses analytics or personalisation has none.
 *
 * Guarantees  a pure function of the event's JSON.
 * Cost        40 ns without coordinates, 150 ns with them.
 */
#ifndef ZH_COLLECT_WHERE_H
#define ZH_COLLECT_WHERE_H
#include "base/json.h"
#include "core/place.h"

zh_cell zh_where(zh_json_value context, zh_json_value properties);

#endif
