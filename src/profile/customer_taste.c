/* Tastes: points for (week, kind, hash of a name), the newest weeks. The names themselves are kept once for all customers (terms.h). */
#include "profile/customer_inside.h"
#include "profile/terms.h"

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

void zh_customer_inner_taste_add(zh_customer_state *s, const zh_taste *taste)
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
        s->tastes.count--;
    }
    *(zh_taste *)zh_list_gap(&s->tastes, sizeof *taste, at, 1) = *taste;
}

void zh_customer_inner_taste_bit(zh_customer_state *s, int64_t time_ms, const zh_bit *bit, uint32_t points)
{
    zh_taste taste = { .week = zh_week_of(time_ms), .points = points };
    if (bit->category != 0) {
        taste.name_hash = bit->category;
        taste.kind = ZH_TASTE_CATEGORY;
        zh_customer_inner_taste_add(s, &taste);
    }
    if (bit->brand != 0) {
        taste.name_hash = bit->brand;
        taste.kind = ZH_TASTE_BRAND;
        zh_customer_inner_taste_add(s, &taste);
    }
}
