/* Tastes: points for (week, kind, name), the newest weeks; and the names themselves, kept once. */
#include "profile/customer_inside.h"

#define NAME_HEAD 9 /* hash, size */
_Static_assert(ZH_PROFILE_NAME_BYTES_MAX <= 255, "a name's size is one byte");

uint64_t zh_taste_hash(zh_taste_kind kind, zh_sv name)
{
    const uint64_t hash = zh_mix64(zh_fast64(name) + (uint64_t)kind);
    return hash == 0 ? 1 : hash;
}

/* At most ZH_PROFILE_NAME_BYTES_MAX, not through a character (UTF-8). */
zh_sv zh_name_cut(zh_sv name)
{
    if (name.size <= ZH_PROFILE_NAME_BYTES_MAX) return name;
    size_t size = ZH_PROFILE_NAME_BYTES_MAX;
    while (size > 0 && ((unsigned char)name.data[size] & 0xC0) == 0x80) size--;
    return zh_sv_part(name, 0, size);
}

size_t zh_name_bytes(zh_sv name)
{
    return NAME_HEAD + zh_name_cut(name).size;
}

bool zh_name_next(zh_reader *r, zh_name *out)
{
    if (zh_reader_left(r) == 0) return false;
    out->hash = zh_read_u64(r);
    const uint8_t size = zh_read_u8(r);
    out->text = zh_read_bytes(r, size);
    return !r->bad;
}

static zh_sv names_of(const zh_customer_state *s)
{
    return (zh_sv){ s->names.data, s->names.count };
}

zh_sv zh_customer_taste_name(const zh_customer_state *s, uint64_t name_hash)
{
    zh_reader r = zh_reader_on(names_of(s));
    for (zh_name name; zh_name_next(&r, &name) && name.hash <= name_hash;)
        if (name.hash == name_hash) return name.text;
    return (zh_sv){ 0 };
}

void zh_customer_inner_name_add(zh_customer_state *s, uint64_t hash, zh_sv text)
{
    zh_reader r = zh_reader_on(names_of(s));
    uint32_t at = 0;
    for (zh_name name; zh_name_next(&r, &name) && name.hash <= hash;) {
        if (name.hash == hash) return;
        at = (uint32_t)(r.at - (const char *)s->names.data);
    }
    text = zh_name_cut(text);
    char *place = zh_list_gap(&s->names, 1, at, (uint32_t)(NAME_HEAD + text.size));
    for (int i = 0; i < 8; i++) *place++ = (char)(unsigned char)(hash >> (8 * i));
    *place++ = (char)(unsigned char)text.size;
    if (text.size > 0) memcpy(place, text.data, text.size);
}

static void name_drop(zh_customer_state *s, uint64_t hash)
{
    zh_reader r = zh_reader_on(names_of(s));
    uint32_t at = 0;
    for (zh_name name; zh_name_next(&r, &name) && name.hash != hash;)
        at = (uint32_t)(r.at - (const char *)s->names.data);
    const uint32_t end = (uint32_t)(r.at - (const char *)s->names.data);
    zh_list_cut(&s->names, 1, at, end - at);
}

int zh_taste_order(const zh_taste *a, const zh_taste *b)
{
    if (a->week != b->week) return a->week > b->week ? -1 : 1;
    if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    return a->name_hash < b->name_hash ? -1 : a->name_hash > b->name_hash;
}

zh_taste *zh_customer_inner_taste(const zh_customer_state *s, uint16_t week, zh_taste_kind kind, uint64_t hash)
{
    const zh_taste key = { .name_hash = hash, .week = week, .kind = (uint8_t)kind };
    uint32_t at;
    ZH_LOWER_BOUND(&s->tastes, zh_taste, zh_taste_order(there, &key) < 0, at);
    zh_taste *taste = zh_list_at(&s->tastes, sizeof *taste, at);
    return taste != NULL && zh_taste_order(taste, &key) == 0 ? taste : NULL;
}

static bool is_named(const zh_customer_state *s, uint64_t hash)
{
    const zh_taste *tastes = s->tastes.data;
    for (uint32_t i = 0; i < s->tastes.count; i++)
        if (tastes[i].name_hash == hash) return true;
    return false;
}

void zh_customer_inner_taste_add(zh_customer_state *s, const zh_taste *taste, zh_sv name)
{
    uint32_t at;
    ZH_LOWER_BOUND(&s->tastes, zh_taste, zh_taste_order(there, taste) < 0, at);
    zh_taste *tastes = s->tastes.data;
    if (at < s->tastes.count && zh_taste_order(&tastes[at], taste) == 0) {
        tastes[at].points += taste->points;
        return;
    }
    if (s->tastes.count == ZH_PROFILE_TASTES_MAX) {
        if (at == s->tastes.count) return;
        const uint64_t dropped = tastes[--s->tastes.count].name_hash;
        if (!is_named(s, dropped)) name_drop(s, dropped);
    }
    *(zh_taste *)zh_list_gap(&s->tastes, sizeof *taste, at, 1) = *taste;
    zh_customer_inner_name_add(s, taste->name_hash, name);
}

void zh_customer_inner_taste_bit(zh_customer_state *s, int64_t time_ms, const zh_bit *bit, uint32_t points)
{
    zh_taste taste = { .week = zh_week_of(time_ms), .points = points };
    if (bit->category != 0) {
        taste.name_hash = bit->category;
        taste.kind = ZH_TASTE_CATEGORY;
        zh_customer_inner_taste_add(s, &taste, bit->category_text);
    }
    if (bit->brand != 0) {
        taste.name_hash = bit->brand;
        taste.kind = ZH_TASTE_BRAND;
        zh_customer_inner_taste_add(s, &taste, bit->brand_text);
    }
}
