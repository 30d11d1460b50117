/* Reading goes by groups: a group's number keys are rows of shop_keys.c, its other keys are read by
 * name here. Whatever neither knows is an error. */
#include "shop.h"
#include "base/time.h"
#include "shop_keys.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct reader {
    zh_json *json;
    zh_arena *arena;
    zh_shop *shop;
    zh_note *why;
} reader;

static zh_err wrong(const reader *r, zh_err e, const char *where, const char *text)
{
    zh_note_set(r->why, "%s: %s", where, text);
    return e;
}

/* Not a key of this group: say which one may be meant. `others`: its keys that are no numbers. */
static zh_err unknown(const reader *r, const char *group, const char *const *others, zh_sv key)
{
    const char *nearest = NULL;
    unsigned best = 4; /* further away is no misspelling */
    for (size_t i = 0; i < zh_shop_keys_count + 16; i++) {
        const char *name;
        if (i < zh_shop_keys_count) {
            if (strcmp(zh_shop_keys[i].group, group) != 0) continue;
            name = zh_shop_keys[i].name;
        } else if ((name = others[i - zh_shop_keys_count]) == NULL) break;
        const unsigned distance = zh_shop_keys_distance(key, zh_sv_of(name));
        if (distance < best) best = distance, nearest = name;
    }
    const char *place = *group == '\0' ? "the top of the file" : group;
    if (nearest != NULL) zh_note_set(r->why, "%s: unknown key \"%.*s\"; did you mean \"%s\"?", place, ZH_SV_ARG(key), nearest);
    else zh_note_set(r->why, "%s: unknown key \"%.*s\"; docs/SHOP_FILE.md lists the keys", place, ZH_SV_ARG(key));
    return ZH_FORMAT;
}

static const char *const no_others[] = { NULL };

/* A text key, copied. */
static zh_err take_text(const reader *r, zh_json_value value, const char *where, zh_sv *out)
{
    zh_sv text;
    if (!zh_json_text(value, &text) || text.size == 0) return wrong(r, ZH_FORMAT, where, "a text is wanted here");
    if (text.size > 200) return wrong(r, ZH_RANGE, where, "at most 200 bytes of text");
    *out = zh_arena_copy(r->arena, text);
    return out->data == NULL ? ZH_NOMEM : ZH_OK;
}

/* "white" or ["white", "白色"]. */
static zh_err take_word(const reader *r, zh_json_value value, const char *where, zh_shop_word *out)
{
    zh_err e = ZH_OK;
    if (zh_json_is(value, ZH_JSON_TEXT)) {
        e = take_text(r, value, where, &out->en);
        out->zh = out->en;
        return e;
    }
    zh_json_iter it = zh_json_walk(value);
    if (!zh_json_is(value, ZH_JSON_ARRAY) || zh_json_count(value) != 2) return wrong(r, ZH_FORMAT, where, "a text, or [English, Chinese]");
    if (zh_json_next(&it)) e = take_text(r, it.value, where, &out->en);
    if (e == ZH_OK && zh_json_next(&it)) e = take_text(r, it.value, where, &out->zh);
    return e;
}

static zh_err take_words(const reader *r, zh_json_value value, const char *where, zh_shop_word *out, uint32_t *count)
{
    if (!zh_json_is(value, ZH_JSON_ARRAY)) return wrong(r, ZH_FORMAT, where, "a list of texts or of [English, Chinese]");
    for (zh_json_iter it = zh_json_walk(value); zh_json_next(&it);) {
        if (*count == ZH_SHOP_WORDS_MAX) return wrong(r, ZH_RANGE, where, "at most 32 words");
        const zh_err e = take_word(r, it.value, where, &out[(*count)++]);
        if (e != ZH_OK) return e;
    }
    return ZH_OK;
}

/* An array of exactly `count` weights >= 0 that are not all 0. */
static zh_err take_weights(const reader *r, zh_json_value value, const char *where, double *out, uint32_t count)
{
    double sum = 0;
    uint32_t i = 0;
    for (zh_json_iter it = zh_json_walk(value); zh_json_next(&it) && i < count; i++) {
        if (!zh_json_real(it.value, &out[i]) || !(out[i] >= 0 && out[i] <= 1e6)) return wrong(r, ZH_RANGE, where, "weights from 0 to 1000000");
        sum += out[i];
    }
    if (i != count || zh_json_count(value) != count) {
        zh_note_set(r->why, "%s: a list of %u weights is wanted here", where, (unsigned)count);
        return ZH_FORMAT;
    }
    return sum > 0 ? ZH_OK : wrong(r, ZH_RANGE, where, "one weight at least must be above 0");
}

static zh_err take_numbers(const reader *r, const char *group, zh_json_value value, void *base)
{
    char where[96];
    if (!zh_json_is(value, ZH_JSON_OBJECT)) return wrong(r, ZH_FORMAT, group, "an object is wanted here");
    for (zh_json_iter it = zh_json_walk(value); zh_json_next(&it);) {
        const zh_shop_key *key = zh_shop_keys_find(group, it.key);
        if (key == NULL) return unknown(r, group, no_others, it.key);
        snprintf(where, sizeof where, "%s.%s", group, key->name);
        const zh_err e = zh_shop_keys_take(key, it.value, base, where, r->why);
        if (e != ZH_OK) return e;
    }
    return ZH_OK;
}

static zh_err take_visits(const reader *r, zh_json_value value)
{
    static const char *const others[] = { "weekday", "hours", NULL };
    if (!zh_json_is(value, ZH_JSON_OBJECT)) return wrong(r, ZH_FORMAT, "visits", "an object is wanted here");
    for (zh_json_iter it = zh_json_walk(value); zh_json_next(&it);) {
        char where[64];
        zh_err e;
        const zh_shop_key *key = zh_shop_keys_find("visits", it.key);
        if (zh_sv_equal(it.key, ZH_SV("weekday"))) e = take_weights(r, it.value, "visits.weekday", r->shop->weekday, 7);
        else if (zh_sv_equal(it.key, ZH_SV("hours"))) e = take_weights(r, it.value, "visits.hours", r->shop->hours, 24);
        else if (key == NULL) return unknown(r, "visits", others, it.key);
        else {
            snprintf(where, sizeof where, "visits.%s", key->name);
            e = zh_shop_keys_take(key, it.value, r->shop, where, r->why);
        }
        if (e != ZH_OK) return e;
    }
    return ZH_OK;
}

static bool month_day(zh_json_value value, int32_t *out) /* "11-01" */
{
    const zh_sv t = zh_json_text_or_empty(value);
    if (t.size != 5 || t.data[2] != '-') return false;
    for (int i = 0; i < 5; i++)
        if (i != 2 && (t.data[i] < '0' || t.data[i] > '9')) return false;
    const int month = (t.data[0] - '0') * 10 + t.data[1] - '0', day = (t.data[3] - '0') * 10 + t.data[4] - '0';
    *out = month * 100 + day;
    return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

static zh_err take_seasons(const reader *r, zh_json_value value, zh_shop_type *type)
{
    static const char *const others[] = { "from", "to", "factor", NULL };
    for (zh_json_iter it = zh_json_walk(value); zh_json_next(&it);) {
        if (type->seasons_count == ZH_SHOP_SEASONS_MAX) return wrong(r, ZH_RANGE, "types[].seasons", "at most 8 seasons");
        zh_shop_season *s = &type->seasons[type->seasons_count++];
        for (zh_json_iter in = zh_json_walk(it.value); zh_json_next(&in);)
            if (!zh_sv_equal(in.key, ZH_SV("from")) && !zh_sv_equal(in.key, ZH_SV("to")) && !zh_sv_equal(in.key, ZH_SV("factor")))
                return unknown(r, "types[].seasons[]", others, in.key);
        if (!month_day(zh_json_get(it.value, ZH_SV("from")), &s->from) || !month_day(zh_json_get(it.value, ZH_SV("to")), &s->to))
            return wrong(r, ZH_FORMAT, "types[].seasons[]", "from and to are days of the year, as \"11-01\"");
        if (!zh_json_real(zh_json_get(it.value, ZH_SV("factor")), &s->factor) || !(s->factor >= 0.01 && s->factor <= 100))
            return wrong(r, ZH_RANGE, "types[].seasons[].factor", "choose 0.01 to 100");
    }
    return zh_json_is(value, ZH_JSON_ARRAY) ? ZH_OK : wrong(r, ZH_FORMAT, "types[].seasons", "a list is wanted here");
}

static int word_at(zh_sv text, const char *const *words) /* its place; 0 where it is empty, -1 where it is none */
{
    for (int i = 0; text.size > 0 && words[i] != NULL; i++)
        if (zh_sv_equal(text, zh_sv_of(words[i]))) return i + 1;
    return text.size == 0 ? 0 : -1;
}

static zh_err take_moments(const reader *r, zh_json_value value, zh_shop_type *type)
{
    static const char *const keys[] = { "hour_from", "hour_to", "days", "sky", "factor", NULL };
    static const char *const days[] = { "working", "weekend", NULL }, *const skies[] = { "clear", "rain", NULL };
    for (zh_json_iter it = zh_json_walk(value); zh_json_next(&it);) {
        if (type->moments_count == ZH_SHOP_SEASONS_MAX) return wrong(r, ZH_RANGE, "types[].moments", "at most 8 moments");
        zh_shop_moment *m = &type->moments[type->moments_count++];
        *m = (zh_shop_moment){ .hour_from = 0, .hour_to = 23 };
        for (zh_json_iter in = zh_json_walk(it.value); zh_json_next(&in);)
            if (word_at(in.key, keys) < 1) return unknown(r, "types[].moments[]", keys, in.key);
        const zh_json_value from = zh_json_get(it.value, ZH_SV("hour_from")), to = zh_json_get(it.value, ZH_SV("hour_to"));
        if ((!zh_json_is(from, ZH_JSON_ABSENT) && !zh_json_int(from, &m->hour_from)) || (!zh_json_is(to, ZH_JSON_ABSENT) && !zh_json_int(to, &m->hour_to)) ||
            m->hour_from < 0 || m->hour_from > 23 || m->hour_to < 0 || m->hour_to > 23) return wrong(r, ZH_RANGE, "types[].moments[]", "hour_from and hour_to are from 0 to 23");
        m->days = word_at(zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("days"))), days);
        m->sky = word_at(zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("sky"))), skies);
        if (m->days < 0 || m->sky < 0) return wrong(r, ZH_RANGE, "types[].moments[]", "days is working or weekend, sky is clear or rain");
        if (!zh_json_real(zh_json_get(it.value, ZH_SV("factor")), &m->factor) || !(m->factor >= 0.01 && m->factor <= 100))
            return wrong(r, ZH_RANGE, "types[].moments[].factor", "choose 0.01 to 100");
    }
    return zh_json_is(value, ZH_JSON_ARRAY) ? ZH_OK : wrong(r, ZH_FORMAT, "types[].moments", "a list is wanted here");
}

static zh_err take_type_interests(const reader *r, zh_json_value value, zh_shop_type *type)
{
    double sum = 0;
    for (zh_json_iter it = zh_json_walk(value); zh_json_next(&it);) {
        uint32_t k = 0;
        while (k < r->shop->interests_count && !zh_sv_equal(r->shop->interests[k], it.key)) k++;
        if (k == r->shop->interests_count) {
            zh_note_set(r->why, "types[].interests: \"%.*s\" is not in the list `interests`", ZH_SV_ARG(it.key));
            return ZH_RANGE;
        }
        if (!zh_json_real(it.value, &type->interests[k]) || !(type->interests[k] >= 0 && type->interests[k] <= 1e6))
            return wrong(r, ZH_RANGE, "types[].interests", "weights from 0 to 1000000");
        sum += type->interests[k];
    }
    if (!(sum > 0)) return wrong(r, ZH_RANGE, "types[].interests", "one weight at least must be above 0");
    for (uint32_t k = 0; k < r->shop->interests_count; k++) type->interests[k] /= sum;
    return ZH_OK;
}

/* The keys of a type that are no numbers; *known false where the key is none of them. */
static zh_err take_type_key(const reader *r, zh_sv key, zh_json_value value, zh_shop_type *type, bool *known)
{
    *known = true;
    if (zh_sv_equal(key, ZH_SV("name"))) return take_text(r, value, "types[].name", &type->name);
    if (zh_sv_equal(key, ZH_SV("title"))) return take_word(r, value, "types[].title", &type->title);
    if (zh_sv_equal(key, ZH_SV("category"))) return take_text(r, value, "types[].category", &type->category);
    if (zh_sv_equal(key, ZH_SV("interests"))) return take_type_interests(r, value, type);
    if (zh_sv_equal(key, ZH_SV("brands"))) return take_words(r, value, "types[].brands", type->brands, &type->brands_count);
    if (zh_sv_equal(key, ZH_SV("attributes"))) return take_words(r, value, "types[].attributes", type->attributes, &type->attributes_count);
    if (zh_sv_equal(key, ZH_SV("variants"))) return take_words(r, value, "types[].variants", type->variants, &type->variants_count);
    if (zh_sv_equal(key, ZH_SV("seasons"))) return take_seasons(r, value, type);
    if (zh_sv_equal(key, ZH_SV("moments"))) return take_moments(r, value, type);
    *known = false;
    return ZH_OK;
}

static zh_err check_type(const reader *r, zh_shop_type *type, uint32_t at)
{
    char where[256];
    snprintf(where, sizeof where, "types[%u]", (unsigned)at);
    if (type->name.size == 0) return wrong(r, ZH_FORMAT, where, "a type needs a name");
    snprintf(where, sizeof where, "type \"%.*s\"", ZH_SV_ARG(type->name));
    for (uint32_t i = 0; i < at; i++)
        if (zh_sv_equal(r->shop->types[i].name, type->name)) return wrong(r, ZH_RANGE, where, "this name stands twice");
    if (type->price_low_cents > type->price_high_cents) return wrong(r, ZH_RANGE, where, "price_low_cents is above price_high_cents");
    if (type->margin_low > type->margin_high) return wrong(r, ZH_RANGE, where, "margin_low is above margin_high");
    if (type->title.en.size == 0) type->title = (zh_shop_word){ type->name, type->name };
    if (type->category.size == 0) type->category = type->name;
    if (type->own_days <= 0) type->own_days = type->replenish_days > 0 ? 0.7 * type->replenish_days : 90;
    double sum = 0;
    for (uint32_t k = 0; k < r->shop->interests_count; k++) sum += type->interests[k];
    for (uint32_t k = 0; sum <= 0 && k < r->shop->interests_count; k++) type->interests[k] = 1.0 / r->shop->interests_count;
    r->shop->items_count += (uint32_t)type->items;
    return r->shop->items_count <= ZH_SHOP_ITEMS_MAX ? ZH_OK : wrong(r, ZH_RANGE, where, "the shop has over 4096 items with this type");
}

static zh_err take_types(const reader *r, zh_json_value value)
{
    static const char *const others[] = { "name", "title", "category", "interests", "brands", "attributes", "variants", "seasons", "moments", NULL };
    const size_t count = zh_json_count(value);
    if (!zh_json_is(value, ZH_JSON_ARRAY) || count == 0) return wrong(r, ZH_FORMAT, "types", "a list of at least one product type");
    if (count > ZH_SHOP_TYPES_MAX) return wrong(r, ZH_RANGE, "types", "at most 64 product types");
    if ((r->shop->types = ZH_TAKE(r->arena, zh_shop_type, count)) == NULL) return ZH_NOMEM;
    for (zh_json_iter it = zh_json_walk(value); zh_json_next(&it);) {
        const uint32_t at = r->shop->types_count;
        zh_shop_type *type = &r->shop->types[at];
        zh_shop_keys_default("types[]", type);
        zh_err e = ZH_OK;
        for (zh_json_iter in = zh_json_walk(it.value); e == ZH_OK && zh_json_next(&in);) {
            bool known;
            e = take_type_key(r, in.key, in.value, type, &known);
            if (known || e != ZH_OK) continue;
            char where[96];
            const zh_shop_key *key = zh_shop_keys_find("types[]", in.key);
            if (key == NULL) return unknown(r, "types[]", others, in.key);
            snprintf(where, sizeof where, "types[%u].%s", (unsigned)at, key->name);
            e = zh_shop_keys_take(key, in.value, type, where, r->why);
        }
        if (e == ZH_OK) e = check_type(r, type, at);
        if (e != ZH_OK) return e;
        r->shop->types_count++;
    }
    return ZH_OK;
}

static zh_err take_type_name(const reader *r, zh_json_value value, const char *where, uint32_t *type)
{
    const zh_sv name = zh_json_text_or_empty(value);
    for (*type = 0; *type < r->shop->types_count; (*type)++)
        if (zh_sv_equal(r->shop->types[*type].name, name)) return ZH_OK;
    zh_note_set(r->why, "%s: \"%.*s\" is not the name of a type", where, ZH_SV_ARG(name));
    return ZH_RANGE;
}

static zh_err take_follows(const reader *r, zh_json_value value)
{
    static const char *const others[] = { "from", "to", NULL };
    const size_t count = zh_json_count(value);
    if (!zh_json_is(value, ZH_JSON_ARRAY)) return wrong(r, ZH_FORMAT, "complements", "a list is wanted here");
    if (count > ZH_SHOP_FOLLOWS_MAX) return wrong(r, ZH_RANGE, "complements", "at most 256 complements");
    if ((r->shop->follows = ZH_TAKE(r->arena, zh_shop_follow, count)) == NULL) return ZH_NOMEM;
    for (zh_json_iter it = zh_json_walk(value); zh_json_next(&it);) {
        zh_shop_follow *f = &r->shop->follows[r->shop->follows_count++];
        zh_shop_keys_default("complements[]", f);
        zh_err e = take_type_name(r, zh_json_get(it.value, ZH_SV("from")), "complements[].from", &f->from);
        if (e == ZH_OK) e = take_type_name(r, zh_json_get(it.value, ZH_SV("to")), "complements[].to", &f->to);
        if (e == ZH_OK && f->from == f->to) e = wrong(r, ZH_RANGE, "complements[]", "a type does not complete itself: use replenish_days");
        for (zh_json_iter in = zh_json_walk(it.value); e == ZH_OK && zh_json_next(&in);) {
            if (zh_sv_equal(in.key, ZH_SV("from")) || zh_sv_equal(in.key, ZH_SV("to"))) continue;
            const zh_shop_key *key = zh_shop_keys_find("complements[]", in.key);
            if (key == NULL) return unknown(r, "complements[]", others, in.key);
            e = zh_shop_keys_take(key, in.value, f, "complements[]", r->why);
        }
        if (e != ZH_OK) return e;
    }
    return ZH_OK;
}

static zh_err take_menu(const reader *r, zh_json_value value)
{
    static const char *const others[] = { NULL };
    zh_shop *shop = r->shop;
    shop->menu_count = 0;
    if (!zh_json_is(value, ZH_JSON_ARRAY) || zh_json_count(value) == 0 || zh_json_count(value) > ZH_SHOP_MENU_MAX)
        return wrong(r, ZH_FORMAT, "menu", "a list of 1 to 8 offers");
    for (zh_json_iter it = zh_json_walk(value); zh_json_next(&it);) {
        zh_shop_offer *offer = &shop->menu[shop->menu_count++];
        zh_shop_keys_default("menu[]", offer);
        for (zh_json_iter in = zh_json_walk(it.value); zh_json_next(&in);) {
            const zh_shop_key *key = zh_shop_keys_find("menu[]", in.key);
            if (key == NULL) return unknown(r, "menu[]", others, in.key);
            const zh_err e = zh_shop_keys_take(key, in.value, offer, "menu[]", r->why);
            if (e != ZH_OK) return e;
        }
        if (shop->menu_count > 1 && offer[0].percent <= offer[-1].percent) return wrong(r, ZH_RANGE, "menu[]", "percent rises from offer to offer");
    }
    return ZH_OK;
}

static zh_err take_interests(const reader *r, zh_json_value value)
{
    const size_t count = zh_json_count(value);
    if (!zh_json_is(value, ZH_JSON_ARRAY) || count == 0 || count > ZH_SHOP_INTERESTS_MAX)
        return wrong(r, ZH_FORMAT, "interests", "a list of 1 to 16 names");
    for (zh_json_iter it = zh_json_walk(value); zh_json_next(&it);) {
        const zh_err e = take_text(r, it.value, "interests", &r->shop->interests[r->shop->interests_count++]);
        if (e != ZH_OK) return e;
    }
    return ZH_OK;
}

static zh_err take_start(const reader *r, zh_json_value value)
{
    const zh_sv text = zh_json_text_or_empty(value);
    if (text.size != 10 || zh_time_parse(text, &r->shop->start_ms) != ZH_OK)
        return wrong(r, ZH_FORMAT, "start", "a date as \"2025-03-03\"");
    return ZH_OK;
}

static zh_err take_top(const reader *r, zh_sv key, zh_json_value value)
{
    static const char *const others[] = { "name", "start", "currency", "titles", "interests", "types", "complements", "run",
                                          "catalog", "people", "places", "weather", "visits", "choice", "returns", "lists", "policies", "offers", "menu", NULL };
    static const char *const groups[] = { "run", "catalog", "people", "places", "weather", "choice", "returns", "lists", "policies", "offers" };
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        if (zh_sv_equal(key, zh_sv_of(groups[i]))) return take_numbers(r, groups[i], value, r->shop);
    if (zh_sv_equal(key, ZH_SV("visits"))) return take_visits(r, value);
    if (zh_sv_equal(key, ZH_SV("menu"))) return take_menu(r, value);
    if (zh_sv_equal(key, ZH_SV("start"))) return take_start(r, value);
    if (zh_sv_equal(key, ZH_SV("name"))) return take_text(r, value, "name", &r->shop->name);
    if (zh_sv_equal(key, ZH_SV("titles"))) {
        const zh_err e = take_text(r, value, "titles", &r->shop->titles);
        const bool fine = e == ZH_OK && (zh_sv_equal(r->shop->titles, ZH_SV("en")) || zh_sv_equal(r->shop->titles, ZH_SV("zh")) ||
                                         zh_sv_equal(r->shop->titles, ZH_SV("both")));
        return e != ZH_OK || fine ? e : wrong(r, ZH_RANGE, "titles", "en, zh or both");
    }
    if (zh_sv_equal(key, ZH_SV("currency"))) {
        const zh_err e = take_text(r, value, "currency", &r->shop->currency);
        return e != ZH_OK || r->shop->currency.size == 3 ? e : wrong(r, ZH_RANGE, "currency", "three letters, as CNY");
    }
    const zh_shop_key *number = zh_shop_keys_find("", key);
    return number != NULL ? zh_shop_keys_take(number, value, r->shop, number->name, r->why) : unknown(r, "", others, key);
}

static void set_defaults(zh_shop *shop)
{
    static const double weekday[7] = { 0.95, 0.95, 0.95, 1, 1.05, 1.1, 1 };
    static const double hours[24] = { 1, 0.5, 0.3, 0.2, 0.2, 0.3, 0.8, 1.5, 2, 2.5, 3, 3.2, 4, 3.5, 3, 3, 3, 3.2, 3.5, 4.5, 6, 6.5, 5, 2.5 };
    static const zh_shop_offer menu[] = { { 5, 0 }, { 10, 10000 }, { 20, 20000 } };
    *shop = (zh_shop){ .name = ZH_SV("shop"), .currency = ZH_SV("CNY"), .titles = ZH_SV("both"), .start_ms = 1740960000000 };
    memcpy(shop->weekday, weekday, sizeof weekday);
    memcpy(shop->hours, hours, sizeof hours);
    memcpy(shop->menu, menu, sizeof menu);
    shop->menu_count = sizeof menu / sizeof *menu;
    zh_shop_keys_default(NULL, shop);
}

/* Names are looked up, so what names things comes before what uses the names. */
static zh_err take_all(const reader *r, zh_json_value root)
{
    zh_sv repeated;
    if (!zh_json_is(root, ZH_JSON_OBJECT)) return wrong(r, ZH_FORMAT, "shop", "the file is one JSON object");
    if (zh_json_repeated_key(r->json, root, &repeated)) {
        zh_note_set(r->why, "shop: the key \"%.*s\" stands twice in one object", ZH_SV_ARG(repeated));
        return ZH_FORMAT;
    }
    zh_err e = take_interests(r, zh_json_get(root, ZH_SV("interests")));
    if (e == ZH_OK) e = take_types(r, zh_json_get(root, ZH_SV("types")));
    const zh_json_value follows = zh_json_get(root, ZH_SV("complements"));
    if (e == ZH_OK && !zh_json_is(follows, ZH_JSON_ABSENT)) e = take_follows(r, follows);
    for (zh_json_iter it = zh_json_walk(root); e == ZH_OK && zh_json_next(&it);)
        if (!zh_sv_equal(it.key, ZH_SV("interests")) && !zh_sv_equal(it.key, ZH_SV("types")) && !zh_sv_equal(it.key, ZH_SV("complements")))
            e = take_top(r, it.key, it.value);
    if (e != ZH_OK) return e;
    r->shop->start_ms -= r->shop->utc_offset_minutes * ZH_MINUTE_MS;
    if (r->shop->stock_low > r->shop->stock_high) return wrong(r, ZH_RANGE, "catalog", "stock_low is above stock_high");
    if (r->shop->return_delay_days_low > r->shop->return_delay_days_high) return wrong(r, ZH_RANGE, "returns", "delay_days_low is above delay_days_high");
    return ZH_OK;
}

zh_err zh_shop_read(zh_sv text, zh_arena *arena, zh_shop *out, zh_note *why)
{
    reader r = { .arena = arena, .shop = out, .why = why };
    zh_json_value root;
    zh_json_fault fault = { 0 };
    set_defaults(out);
    zh_err e = zh_json_open(&r.json, ZH_SHOP_BYTES_MAX);
    if (e != ZH_OK) return e;
    e = zh_json_parse(r.json, text, &root, &fault);
    if (e != ZH_OK) zh_note_set(why, "shop: %s (byte %lld)", zh_json_fault_text(fault.kind),
                                fault.offset == ZH_JSON_OFFSET_UNKNOWN ? -1LL : (long long)fault.offset);
    else e = take_all(&r, root);
    if (e == ZH_NOMEM) zh_note_set(why, "shop: out of memory");
    zh_json_close(r.json);
    return e;
}

double zh_shop_season_log(const zh_shop_type *type, int32_t day)
{
    double sum = 0;
    for (uint32_t i = 0; i < type->seasons_count; i++) {
        const zh_shop_season *s = &type->seasons[i];
        const bool in = s->from <= s->to ? day >= s->from && day <= s->to : day >= s->from || day <= s->to;
        if (in) sum += log(s->factor);
    }
    return sum;
}

double zh_shop_moment_log(const zh_shop_type *type, int hour, int weekday, int sky)
{
    double sum = 0;
    for (uint32_t i = 0; i < type->moments_count; i++) {
        const zh_shop_moment *m = &type->moments[i];
        const bool in = m->hour_from <= m->hour_to ? hour >= m->hour_from && hour <= m->hour_to : hour >= m->hour_from || hour <= m->hour_to;
        if (in && (m->days == 0 || (m->days == 2) == (weekday >= 6)) && (m->sky == 0 || m->sky == sky)) sum += log(m->factor);
    }
    return sum;
}

extern const char zh_sim_shop_bytes[], zh_sim_shop_end[]; /* sim/shops/default.json, by tools/embed_one.sh */

zh_sv zh_shop_default(void)
{
    return (zh_sv){ zh_sim_shop_bytes, (size_t)(zh_sim_shop_end - zh_sim_shop_bytes) };
}
