/* liquid_pick.h -- a property of an item: what where, map and their like look at. */
#ifndef ZH_LANG_LIQUID_PICK_H
#define ZH_LANG_LIQUID_PICK_H
#include "lang/liquid_run.h"

typedef struct zh_liquid_keyed { zh_liquid_value item, key; } zh_liquid_keyed;

/* item[property]: of a map the value or nil; of a text the part that is asked for, or nil; of a whole number a bit. False: the item
 * has no properties (nil, true, a float), or (with an error) none of this kind. */
bool zh_liquid_property(zh_liquid_run *run, zh_liquid_value item, zh_liquid_value property, zh_liquid_value *out);

#endif
