/* sensors_name.h -- the names of the Sensors dialect: which are allowed, and what they mean to a shop.
 *
 * Sensors leaves the naming of commerce to each shop. The tables here hold what Sensors' own plans
 * for shops and its demonstrations use, beside Segment's names; case, '_', '-' and blanks do not
 * matter. A name that is not in them keeps its own meaning for segments and funnels.
 *
 * Cost        about 100 ns a name.
 */
#ifndef ZH_COLLECT_SENSORS_NAME_H
#define ZH_COLLECT_SENSORS_NAME_H
#include "core/event.h"

#define ZH_SENSORS_NAME_BYTES_MAX 100 /* the dialect's own limit */

/* A letter, '_' or '$', then at most 99 of those and digits; none of the reserved words (in any
 * case), and not beginning with user_group or user_tag. */
bool zh_sensors_name_fits(zh_sv name);

zh_act zh_sensors_name_act(zh_sv event);

/* What a property is to an order or an item. */
typedef enum zh_sensors_field {
    ZH_SENSORS_NONE, ZH_SENSORS_ITEM, ZH_SENSORS_SKU, ZH_SENSORS_TITLE, ZH_SENSORS_CATEGORY, ZH_SENSORS_BRAND,
    ZH_SENSORS_PRICE, ZH_SENSORS_QUANTITY, ZH_SENSORS_ORDER, ZH_SENSORS_REVENUE, ZH_SENSORS_CURRENCY,
    ZH_SENSORS_STOCK, ZH_SENSORS_URL, ZH_SENSORS_IMAGE, ZH_SENSORS_FIELDS
} zh_sensors_field;
/* *rank: of two properties with the same meaning the one with the lower rank counts. */
zh_sensors_field zh_sensors_name_field(zh_sv property, uint32_t *rank);

/* Is an item of this type something the shop sells (product, goods, sku …)? */
bool zh_sensors_name_sold(zh_sv item_type);

/* The tables, for tests: row `at`, or false past the end. */
bool zh_sensors_name_act_row(size_t at, zh_sv *name, zh_act *act);
bool zh_sensors_name_field_row(size_t at, zh_sv *name, zh_sensors_field *field);

#endif
