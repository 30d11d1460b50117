/* shop_keys.h -- the number keys of the shop file as one table: reader, range check and reference page.
 *
 * Private to shop.c and shop_keys.c. A new number is one row here.
 */
#ifndef ZH_SIM_SHOP_KEYS_H
#define ZH_SIM_SHOP_KEYS_H
#include "base/json.h"
#include "shop.h"

typedef struct zh_shop_key {
    const char *group, *name; /* group: the object it stands in; "" the top; "types[]" each type */
    bool whole;               /* an integer (int64_t at the offset) or a double */
    double low, high, value;  /* range, both ends in; default */
    size_t offset;            /* in zh_shop, or in zh_shop_type / zh_shop_follow */
    const char *unit, *about;
} zh_shop_key;

extern const zh_shop_key zh_shop_keys[];
extern const size_t zh_shop_keys_count;

/* All defaults of a group into the struct at `base`. */
void zh_shop_keys_default(const char *group, void *base);
/* Does the group know this key? NULL: no. */
const zh_shop_key *zh_shop_keys_find(const char *group, zh_sv name);
/* Take the value: ZH_FORMAT another kind, ZH_RANGE out of range; `where` is the path for the note. */
ZH_MUST zh_err zh_shop_keys_take(const zh_shop_key *key, zh_json_value value, void *base, const char *where, zh_note *why);
/* Letters to change to make one of the other: the hint for a misspelt key. At most 32 letters count. */
unsigned zh_shop_keys_distance(zh_sv a, zh_sv b);

#endif
