/* spec.h -- what Segment's ecommerce specification v2 says of the properties of its events.
 *
 * Ecommerce events are typed out of the box: each act has properties it should have and the types they can have. Fields
 * that learning reads (which item, how many, for how much, which order) are told from the rest: only those make an event
 * useless when they are wrong.
 *
 * Source      Segment, Ecommerce Spec v2.
 */
#ifndef ZH_QUALITY_SPEC_H
#define ZH_QUALITY_SPEC_H
#include "core/event.h"
#include "quality/shape.h"

/* Kinds a property of an act may have, as bits; 0: the specification knows no such property. */
uint32_t zh_spec_kinds(zh_act act, zh_sv property);
/* Must an event of this act have it? */
bool zh_spec_is_required(zh_act act, zh_sv property);

/* Bits of zh_quality_reason for the types and the absence of properties; *which: the first that is wrong. */
uint32_t zh_spec_check(zh_act act, const zh_shape *shape, zh_sv *which);

/* The properties of an act, one by one; false past the end. */
bool zh_spec_property(zh_act act, size_t at, zh_sv *name);

#endif
