#include "decide/learnt.h"

#include <stdlib.h>
#include <string.h>

struct zh_learnt {
    const zh_serving *table;
    uint32_t *index; /* [items of the table] in the counts; ZH_LEARNT_NONE */
    uint32_t *place; /* [width] in the table, of items the counts knew when it was opened */
    uint32_t width;
};

zh_err zh_learnt_open(zh_learnt **out, const zh_serving *table, const zh_cocount *counts)
{
    const uint32_t items = zh_serving_items(table);
    zh_learnt *l = calloc(1, sizeof *l);
    if (l == NULL) return ZH_NOMEM;
    l->table = table;
    l->width = zh_cocount_width(counts);
    l->index = malloc(items * sizeof *l->index);
    l->place = malloc(((size_t)l->width + 1) * sizeof *l->place);
    if (l->index == NULL || l->place == NULL) {
        zh_learnt_close(l);
        return ZH_NOMEM;
    }
    memset(l->place, 0xff, l->width * sizeof *l->place);
    for (uint32_t i = 0; i < items; i++) {
        if (zh_cocount_index(counts, zh_serving_item(table, i), &l->index[i])) l->place[l->index[i]] = i;
        else l->index[i] = ZH_LEARNT_NONE;
    }
    *out = l;
    return ZH_OK;
}

void zh_learnt_close(zh_learnt *l)
{
    if (l == NULL) return;
    free(l->index);
    free(l->place);
    free(l);
}

const zh_serving *zh_learnt_table(const zh_learnt *l) { return l->table; }

uint32_t zh_learnt_place(const zh_learnt *l, uint32_t index) { return index < l->width ? l->place[index] : ZH_LEARNT_NONE; }

void zh_learnt_spread(const zh_learnt *l, uint32_t place, float weight, zh_board *scores)
{
    const zh_serving_row row = zh_serving_row_of(l->table, place);
    for (uint32_t i = 0; i < row.count; i++) {
        const uint32_t index = l->index[row.place[i]];
        if (index != ZH_LEARNT_NONE) zh_board_add(scores, index, zh_serving_share(weight, row.weight[i]));
    }
}

uint32_t zh_learnt_reach(const zh_learnt *l, uint32_t place) { return zh_serving_row_of(l->table, place).count; }

int32_t zh_learnt_share(const zh_learnt *l, uint32_t place, uint32_t index, float weight)
{
    const uint32_t to = zh_learnt_place(l, index);
    return to == ZH_LEARNT_NONE ? 0 : zh_serving_share(weight, zh_serving_pair(l->table, place, to));
}
