/* Traits: the newest value of each name, as JSON text.
 *
 * Sensors' records of a profile come as identify events whose name says which (collect/sensors.h):
 *
 *     profile_set        the newest value, as any identify
 *     profile_unset      null at its time: older values are gone, a newer one stands
 *     profile_set_once   the oldest value, where nothing was ever set or unset: its rank is turned
 *                        round, below that of every value that was set
 *     profile_increment, profile_append, profile_delete   see customer_change.c
 *
 * The first three are ranks of one order, so arrival does not matter.
 */
#include "profile/customer_inside.h"

#define TRAIT_HEAD 20 /* time, tie, part, name size, value size */
_Static_assert(ZH_PROFILE_TRAIT_NAME_MAX <= 255 && ZH_PROFILE_TRAIT_VALUE_MAX <= 65535, "sizes fit the head");

size_t zh_trait_bytes(const zh_trait *trait)
{
    return TRAIT_HEAD + trait->name.size + trait->value.size;
}

bool zh_trait_next(zh_reader *r, zh_trait *out)
{
    if (zh_reader_left(r) == 0) return false;
    out->rank.time_ms = zh_read_i64(r);
    out->rank.tie = zh_read_u64(r);
    out->part = (zh_trait_part)zh_read_u8(r);
    const uint8_t name = zh_read_u8(r);
    const uint16_t value = zh_read_u16(r);
    out->name = zh_read_bytes(r, name);
    out->value = zh_read_bytes(r, value);
    return !r->bad;
}

zh_trait_said zh_customer_trait_said(const zh_event *event)
{
    if (!zh_sv_starts(event->name, ZH_SV("profile_")) || zh_sv_equal(event->name, ZH_SV("profile_set"))) return ZH_TRAIT_SET;
    static const struct { const char *name; zh_trait_said said; } kinds[] = {
        { "profile_set_once", ZH_TRAIT_SET_ONCE }, { "profile_unset", ZH_TRAIT_UNSET }, { "profile_increment", ZH_TRAIT_ADD },
        { "profile_append", ZH_TRAIT_APPEND }, { "profile_delete", ZH_TRAIT_DELETE } };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (zh_sv_equal(event->name, zh_sv_of(kinds[i].name))) return kinds[i].said;
    return ZH_TRAIT_SET;
}

static zh_reader traits_of(const zh_customer_state *s)
{
    return zh_reader_on((zh_sv){ s->traits.data, s->traits.count });
}

bool zh_customer_trait_at(const zh_customer_state *s, uint32_t at, zh_trait *out)
{
    zh_reader r = traits_of(s);
    while (zh_trait_next(&r, out))
        if (out->part == ZH_TRAIT_VALUE && at-- == 0) return true;
    return false;
}

bool zh_customer_trait_of(const zh_customer_state *s, zh_sv name, zh_trait *out)
{
    zh_reader r = traits_of(s);
    while (zh_trait_next(&r, out))
        if (out->part == ZH_TRAIT_VALUE && zh_sv_equal(out->name, name)) return true;
    return false;
}

bool zh_customer_deleted(const zh_customer_state *s, zh_rank *rank)
{
    zh_reader r = traits_of(s);
    zh_trait first;
    if (!s->has_changes || !zh_trait_next(&r, &first) || first.part != ZH_TRAIT_DELETED) return false; /* its name is the smallest */
    *rank = first.rank;
    return true;
}

int zh_trait_order(const zh_trait *a, const zh_trait *b)
{
    const int order = zh_sv_compare(a->name, b->name);
    return order != 0 ? order : (int)a->part - (int)b->part;
}

void zh_trait_write(char *place, const zh_trait *trait)
{
    for (int i = 0; i < 8; i++) place[i] = (char)(unsigned char)((uint64_t)trait->rank.time_ms >> (8 * i));
    for (int i = 0; i < 8; i++) place[8 + i] = (char)(unsigned char)(trait->rank.tie >> (8 * i));
    place[16] = (char)(unsigned char)trait->part;
    place[17] = (char)(unsigned char)trait->name.size;
    place[18] = (char)(unsigned char)trait->value.size;
    place[19] = (char)(unsigned char)(trait->value.size >> 8);
    if (trait->name.size > 0) memcpy(place + TRAIT_HEAD, trait->name.data, trait->name.size);
    if (trait->value.size > 0) memcpy(place + TRAIT_HEAD + trait->name.size, trait->value.data, trait->value.size);
}

bool zh_trait_is_newer(const zh_trait *a, const zh_trait *b)
{
    const int rank = zh_rank_compare(a->rank, b->rank);
    return rank != 0 ? rank > 0 : zh_sv_compare(a->value, b->value) > 0;
}

void zh_customer_inner_trait_add(zh_customer_state *s, const zh_trait *trait)
{
    zh_reader r = traits_of(s);
    zh_trait there;
    uint32_t at = 0, count = 0, last = 0;
    bool is_there = false;
    for (uint32_t begin = 0; zh_trait_next(&r, &there); count++) {
        const uint32_t end = begin + (uint32_t)zh_trait_bytes(&there);
        const int order = zh_trait_order(&there, trait);
        if (order == 0) {
            if (!zh_trait_is_newer(trait, &there)) return;
            zh_list_cut(&s->traits, 1, begin, end - begin);
            at = begin;
            is_there = true;
            break;
        }
        if (order < 0) at = end;
        last = begin;
        begin = end;
    }
    if (!is_there && count == ZH_PROFILE_TRAITS_MAX) {
        if (at == s->traits.count) return;
        s->traits.count = last; /* the last name makes room */
    }
    s->has_changes |= trait->part != ZH_TRAIT_VALUE;
    zh_trait_write(zh_list_gap(&s->traits, 1, at, (uint32_t)zh_trait_bytes(trait)), trait);
}

/* Below the rank of everything that was set (times are 1970 and later), and the oldest first. */
static zh_rank once_rank(zh_rank rank)
{
    return (zh_rank){ -1 - rank.time_ms, ~rank.tie };
}

static zh_err say_delete(const zh_event *event, zh_arena *arena, zh_trait **out, uint32_t *count)
{
    if ((*out = ZH_TAKE(arena, zh_trait, 1)) == NULL) return ZH_NOMEM;
    **out = (zh_trait){ .name = ZH_SV(""), .rank = zh_rank_of(event), .part = ZH_TRAIT_DELETED };
    *count = 1;
    return ZH_OK;
}

zh_err zh_traits_of(zh_customers *c, const zh_event *event, zh_arena *arena, zh_trait **out, uint32_t *count)
{
    *count = 0;
    if (event->type != ZH_EVENT_IDENTIFY) return ZH_OK;
    const zh_trait_said said = zh_customer_trait_said(event);
    if (said == ZH_TRAIT_DELETE) return say_delete(event, arena, out, count);
    if (event->traits.size == 0) return ZH_OK;
    const zh_trait_part part = said == ZH_TRAIT_ADD ? ZH_TRAIT_ADDED : said == ZH_TRAIT_APPEND ? ZH_TRAIT_APPENDED : ZH_TRAIT_VALUE;
    const zh_rank rank = said == ZH_TRAIT_SET_ONCE ? once_rank(zh_rank_of(event)) : zh_rank_of(event);
    zh_json_value root;
    zh_err e = zh_json_parse(c->json, event->traits, &root, NULL);
    if (e != ZH_OK || !zh_json_is(root, ZH_JSON_OBJECT)) return e == ZH_NOMEM ? e : ZH_OK;
    zh_trait *traits = ZH_TAKE(arena, zh_trait, zh_json_count(root));
    if (traits == NULL) return ZH_NOMEM;
    for (zh_json_iter it = zh_json_walk(root); zh_json_next(&it);) {
        if (it.key.size == 0 || it.key.size > ZH_PROFILE_TRAIT_NAME_MAX) continue;
        if (said == ZH_TRAIT_SET_ONCE && zh_json_is(it.value, ZH_JSON_NULL)) continue;
        if (said == ZH_TRAIT_ADD && !zh_json_is(it.value, ZH_JSON_INT) && !zh_json_is(it.value, ZH_JSON_REAL)) continue;
        if (said == ZH_TRAIT_APPEND && !zh_json_is(it.value, ZH_JSON_ARRAY)) continue;
        zh_buf_reset(&c->text);
        if (said == ZH_TRAIT_UNSET) zh_buf_put(&c->text, ZH_SV("null"));
        else zh_json_write(it.value, &c->text);
        if ((e = zh_buf_err(&c->text)) == ZH_NOMEM) return e;
        if (e != ZH_OK || c->text.size > ZH_PROFILE_TRAIT_VALUE_MAX) continue;
        zh_trait *trait = &traits[(*count)++];
        *trait = (zh_trait){ zh_arena_copy(arena, it.key), zh_arena_copy(arena, zh_buf_view(&c->text)), rank, part };
        if (trait->name.data == NULL || trait->value.data == NULL) return ZH_NOMEM;
    }
    *out = traits;
    return ZH_OK;
}
