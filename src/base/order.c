#include "base/order.h"

#include <stdlib.h>
#include <string.h>

enum { DIGITS = 256, BYTES = 8, FEW = 32 };

/* Not worth a pass over 256 counts. */
static void insert_few(zh_ordered *list, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const zh_ordered one = list[i];
        size_t at = i;
        for (; at > 0 && list[at - 1].number > one.number; at--) list[at] = list[at - 1];
        list[at] = one;
    }
}

static void pass(const zh_ordered *from, zh_ordered *to, size_t count, int byte)
{
    size_t starts[DIGITS] = { 0 }, next = 0;
    const int shift = 8 * byte;
    for (size_t i = 0; i < count; i++) starts[from[i].number >> shift & (DIGITS - 1)]++;
    for (size_t d = 0; d < DIGITS; d++) {
        const size_t here = starts[d];
        starts[d] = next;
        next += here;
    }
    for (size_t i = 0; i < count; i++) to[starts[from[i].number >> shift & (DIGITS - 1)]++] = from[i];
}

zh_err zh_order(zh_ordered *list, size_t count)
{
    if (count <= FEW) {
        insert_few(list, count);
        return ZH_OK;
    }
    uint64_t differs = 0;
    for (size_t i = 1; i < count; i++) differs |= list[i].number ^ list[0].number;
    if (differs == 0) return ZH_OK;
    zh_ordered *other = malloc(count * sizeof *other), *from = list, *to = other;
    if (other == NULL) return ZH_NOMEM;
    for (int byte = 0; byte < BYTES; byte++) {
        if ((differs >> 8 * byte & (DIGITS - 1)) == 0) continue;
        pass(from, to, count, byte);
        zh_ordered *swap = from;
        from = to;
        to = swap;
    }
    if (from != list) memcpy(list, from, count * sizeof *list);
    free(other);
    return ZH_OK;
}
