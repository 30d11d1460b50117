/* Goal: every place of an item is found, in order, and a sequence weighs by its age.
 * Method: three sequences written out by hand, with and without times; no memory. */
#include "model/places.h"
#include "check.h"

#include <math.h>

static const uint32_t from[] = { 0, 3, 3, 5 }, at[] = { 2, 0, 2, 0, 1 }; /* 2 0 2 | nothing | 0 1, of four items */

int main(void)
{
    static const double time_s[] = { 86400, 0, 3 * 86400.0 };
    zh_arena arena = zh_arena_open(1 << 16);
    zh_train data = { .items = 4, .seq = { 3, 4, from, at }, .time_s = time_s };
    zh_places p;
    CHECK(zh_places_find(&p, &arena, &data, 2) == ZH_OK);
    static const uint32_t begin[] = { 0, 2, 3, 5, 5 }, places[] = { 1, 3, 4, 0, 2 }, row[] = { 0, 0, 0, 2, 2 };
    for (int i = 0; i < 5; i++) CHECK(p.from[i] == begin[i] && p.at[i] == places[i] && p.row[i] == row[i]);
    CHECK(p.weight[2] == 1 && fabs(p.weight[0] - exp(-1)) < 1e-7 && fabs(p.weight[1] - exp(-1.5)) < 1e-7);
    CHECK(zh_places_find(&p, &arena, &data, 0) == ZH_OK && p.weight[0] == 1 && p.weight[1] == 1); /* age does not count */
    data.time_s = NULL;
    CHECK(zh_places_find(&p, &arena, &data, 2) == ZH_OK && p.weight[1] == 1);
    zh_arena small = zh_arena_open(8);
    CHECK(zh_places_find(&p, &small, &data, 2) == ZH_NOMEM);
    zh_arena_close(&small);
    zh_arena_close(&arena);
    return 0;
}
