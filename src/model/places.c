#include "model/places.h"

#include <math.h>

#define DAY_S 86400.0

zh_err zh_places_find(zh_places *out, zh_arena *arena, const zh_train *d, double days)
{
    const uint32_t entries = zh_rows_entries(&d->seq);
    *out = (zh_places){ .weight = ZH_TAKE(arena, float, d->seq.count), .row = ZH_TAKE(arena, uint32_t, entries), .from = ZH_TAKE(arena, uint32_t, (size_t)d->items + 2),
                        .at = ZH_TAKE(arena, uint32_t, entries) };
    if (out->weight == NULL || out->row == NULL || out->at == NULL || out->from == NULL) return ZH_NOMEM;
    const bool aged = days > 0 && d->time_s != NULL;
    double newest_s = -INFINITY;
    for (uint32_t r = 0; aged && r < d->seq.count; r++) newest_s = fmax(newest_s, d->time_s[r]);
    for (uint32_t r = 0; r < d->seq.count; r++) {
        out->weight[r] = aged ? (float)exp((d->time_s[r] - newest_s) / DAY_S / days) : 1;
        for (uint32_t e = d->seq.from[r]; e < d->seq.from[r + 1]; e++) out->row[e] = r;
    }
    uint32_t *from = out->from + 1; /* counted one further, so that filling leaves the beginnings */
    for (uint32_t e = 0; e < entries; e++) from[d->seq.at[e] + 1]++;
    for (uint32_t i = 0; i < d->items; i++) from[i + 1] += from[i];
    for (uint32_t e = 0; e < entries; e++) out->at[from[d->seq.at[e]]++] = e;
    return ZH_OK;
}
