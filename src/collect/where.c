#include "collect/where.h"
#include "guard/consent.h"

#include <string.h>

#define CATEGORIES_MAX 64 /* of a consent banner; further ones are not read */
#define SENSORS_UNIT 1e6

typedef struct position {
    double latitude, longitude;
    bool has_latitude, has_longitude;
} position;

static bool is_one_of(zh_sv key, zh_sv a, zh_sv b, zh_sv c)
{
    return zh_sv_equal(key, a) || zh_sv_equal(key, b) || zh_sv_equal(key, c);
}

/* A member that is a coordinate: by its name, as personal.c knows them. */
static void read_member(position *p, zh_sv key, zh_json_value value)
{
    const bool is_sensors = key.size > 0 && key.data[0] == '$';
    if (is_sensors) key = zh_sv_part(key, 1, SIZE_MAX);
    if (key.size < 3 || key.size > 9 || key.data[0] != 'l') return;
    const bool latitude = is_one_of(key, ZH_SV("latitude"), ZH_SV("lat"), ZH_SV("lat"));
    if (!latitude && !is_one_of(key, ZH_SV("longitude"), ZH_SV("lon"), ZH_SV("lng"))) return;
    double degrees;
    if (!zh_json_real(value, &degrees)) return;
    if (is_sensors) degrees /= SENSORS_UNIT;
    *(latitude ? &p->latitude : &p->longitude) = degrees;
    *(latitude ? &p->has_latitude : &p->has_longitude) = true;
}

static zh_cell cell_in(zh_json_value object)
{
    position p = { 0 };
    if (!zh_json_is(object, ZH_JSON_OBJECT)) return (zh_cell){ 0 };
    for (zh_json_iter it = zh_json_walk(object); zh_json_next(&it);) read_member(&p, it.key, it.value);
    return p.has_latitude && p.has_longitude ? zh_cell_of(p.latitude, p.longitude) : (zh_cell){ 0 };
}

/* Does the event's own consent let it be counted where its customer was? */
static bool is_allowed(zh_json_value context)
{
    const zh_json_value preferences = zh_json_get(zh_json_get(context, ZH_SV("consent")), ZH_SV("categoryPreferences"));
    if (!zh_json_is(preferences, ZH_JSON_OBJECT)) return true;
    zh_consent_category categories[CATEGORIES_MAX];
    zh_consent_change said;
    size_t count = 0;
    for (zh_json_iter it = zh_json_walk(preferences); count < CATEGORIES_MAX && zh_json_next(&it); count++) {
        categories[count] = (zh_consent_category){ .name = it.key };
        (void)zh_json_bool(it.value, &categories[count].allowed);
    }
    zh_consent_categories(true, categories, count, NULL, 0, &said);
    const uint32_t needed = ZH_CONSENT_BIT(ZH_CONSENT_ANALYTICS) | ZH_CONSENT_BIT(ZH_CONSENT_PERSONALIZATION);
    return (said.said & needed & ~said.yes) == 0;
}

zh_cell zh_where(zh_json_value context, zh_json_value properties)
{
    zh_cell cell = cell_in(zh_json_get(context, ZH_SV("location")));
    if (cell.number == 0) cell = cell_in(properties);
    return cell.number != 0 && is_allowed(context) ? cell : (zh_cell){ 0 };
}
