#include "profile/affinity.h"
#include "profile/customer_inside.h"

#include <math.h>
#include <stdlib.h>

#define FEW 24 /* names a usual customer has; sorted in place, without the library */

static int by_share(const void *left, const void *right)
{
    const zh_affinity *a = left, *b = right;
    if (a->share != b->share) return a->share > b->share ? -1 : 1;
    return a->name_hash < b->name_hash ? -1 : a->name_hash > b->name_hash;
}

/* Weeks come newest first, so a week's weight is worked out once. */
static uint32_t sum_up(const zh_taste *tastes, uint32_t count, zh_taste_kind kind, zh_affinity *shares)
{
    uint32_t used = 0;
    int newest = 0, week = -1;
    double all = 0, weight = 1;
    for (uint32_t i = 0; i < count; i++) {
        const zh_taste *taste = &tastes[i];
        if (taste->kind != kind || taste->points == 0) continue;
        if (used == 0) newest = taste->week;
        if (taste->week != week) weight = exp2((taste->week - newest) * 7.0 / ZH_AFFINITY_HALF_LIFE_DAYS);
        week = taste->week;
        uint32_t at = 0;
        while (at < used && shares[at].name_hash != taste->name_hash) at++;
        if (at == used) shares[used++] = (zh_affinity){ .name_hash = taste->name_hash, .week_ms = taste->week * ZH_WEEK_MS };
        shares[at].share += taste->points * weight;
        shares[at].weeks++;
        all += taste->points * weight;
    }
    for (uint32_t i = 0; i < used; i++) shares[i].share /= all;
    return used;
}

static void sort(zh_affinity *shares, uint32_t count)
{
    if (count > FEW) {
        qsort(shares, count, sizeof *shares, by_share);
        return;
    }
    for (uint32_t i = 1; i < count; i++) {
        const zh_affinity one = shares[i];
        uint32_t at = i;
        for (; at > 0 && by_share(&one, &shares[at - 1]) < 0; at--) shares[at] = shares[at - 1];
        shares[at] = one;
    }
}

zh_err zh_affinity_of(const zh_customer_state *s, const zh_terms *terms, zh_taste_kind kind, zh_arena *arena, zh_affinity **out, uint32_t *count)
{
    uint32_t all;
    const zh_taste *tastes = zh_customer_tastes(s, &all);
    *count = 0;
    if ((*out = ZH_TAKE(arena, zh_affinity, all)) == NULL) return ZH_NOMEM;
    *count = sum_up(tastes, all, kind, *out);
    sort(*out, *count);
    for (uint32_t i = 0; i < *count; i++) (*out)[i].name = zh_terms_name(terms, (*out)[i].name_hash);
    return ZH_OK;
}
