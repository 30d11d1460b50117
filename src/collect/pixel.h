/* pixel.h -- the query of a pixel becomes the body of one Segment event.
 *
 * Pages without scripts and e-mails send an event as the address of an image, in one of two forms:
 *
 *     ?data=BASE64                                the event as JSON, writeKey in it
 *     ?writeKey=K&userId=u1&event=Opened&properties.subject=Hi%20there
 *
 * Names with dots become nested objects; all values are text, as the query says no more. Of two
 * pairs that cannot both stand (a name twice, a=… and a.b=…) the first counts.
 *
 * Guarantees  what comes out is JSON of valid UTF-8, or what `data` held, unread.
 * Cost        O(bytes + pairs^2), pairs bounded.
 * Source      Segment's public HTTP API, "Pixel".
 */
#ifndef ZH_COLLECT_PIXEL_H
#define ZH_COLLECT_PIXEL_H
#include "base/arena.h"
#include "base/buf.h"

#define ZH_PIXEL_PAIRS_MAX 200 /* of a query; an address of 48 KiB has room for more than any page has to say */
#define ZH_PIXEL_LEVELS_MAX 8  /* of a dotted name; a dot further in belongs to the name */

/* The event's JSON, in `arena`. `scratch` is working space, what it holds is lost. Errors: ZH_FORMAT
 * no pairs, or `data` is no base64; ZH_RANGE too many pairs; ZH_FULL, ZH_NOMEM. */
ZH_MUST zh_err zh_pixel_body(zh_sv query, zh_arena *arena, zh_buf *scratch, zh_sv *body);

#endif
