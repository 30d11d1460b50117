/* origin.h -- where an event says that the customer came from.
 *
 *     context.campaign   source, medium and name, as the Segment specification has them (Sensors' $utm_… become these)
 *     context.page       else the host of referrer, where it is not the page's own: medium "organic" for a search engine, whose name
 *                        is the source then, and "referral" for others
 *
 * Source and medium in lower case (ASCII), a host without "www.". An origin is a text of the three parts with ZH_ORIGIN_MARK
 * between them, so that it can be a term of the activity (terms.h); parts that are too long are cut at a character.
 *
 * Guarantees  pure; a function of the event's context. The first member of either name counts, wherever in the context it stands.
 * Cost        0.2 us for a browser's context of 500 bytes on a busy machine, 0.3 us where it says one, nothing without a context; no memory.
 */
#ifndef ZH_PROFILE_ORIGIN_H
#define ZH_PROFILE_ORIGIN_H
#include "core/event.h"

#define ZH_ORIGIN_MARK '\x1f'
#define ZH_ORIGIN_SOURCE_BYTES_MAX 30
#define ZH_ORIGIN_MEDIUM_BYTES_MAX 18
#define ZH_ORIGIN_CAMPAIGN_BYTES_MAX 42
#define ZH_ORIGIN_BYTES_MAX (ZH_ORIGIN_SOURCE_BYTES_MAX + ZH_ORIGIN_MEDIUM_BYTES_MAX + ZH_ORIGIN_CAMPAIGN_BYTES_MAX + 2)

typedef struct zh_origin { zh_sv source, medium, campaign; } zh_origin; /* parts may be empty */

/* Its origin, in `out`; empty: it says none. */
zh_sv zh_origin_of(const zh_event *event, char out[ZH_ORIGIN_BYTES_MAX]);
/* The parts of such a text; views of it. */
zh_origin zh_origin_parts(zh_sv text);

#endif
