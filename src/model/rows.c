#include "model/rows.h"

#include <assert.h>

/* One pass over the entries in row order; `last` remembers the row (+ 1) that a column saw last,
 * so a repeat inside a row is seen without a search. */
static void count_columns(const zh_rows *in, uint32_t *last, uint32_t *counts)
{
    for (uint32_t r = 0; r < in->count; r++)
        for (uint32_t e = in->from[r]; e < in->from[r + 1]; e++) {
            const uint32_t c = in->at[e];
            counts[c] += last[c] != r + 1;
            last[c] = r + 1;
        }
}

zh_err zh_rows_turn(zh_rows *out, zh_arena *arena, const zh_rows *in)
{
    uint32_t *from = ZH_TAKE(arena, uint32_t, (size_t)in->width + 1);
    uint32_t *end = ZH_TAKE(arena, uint32_t, in->width);
    if (from == NULL || end == NULL) return ZH_NOMEM;
    count_columns(in, end, from + 1); /* `end` serves as the memory of that pass */
    for (uint32_t c = 0; c < in->width; c++) from[c + 1] += from[c];
    uint32_t *at = ZH_TAKE(arena, uint32_t, from[in->width]);
    if (at == NULL) return ZH_NOMEM;
    for (uint32_t c = 0; c < in->width; c++) end[c] = from[c];
    for (uint32_t r = 0; r < in->count; r++)
        for (uint32_t e = in->from[r]; e < in->from[r + 1]; e++) {
            const uint32_t c = in->at[e];
            assert(c < in->width);
            if (end[c] == from[c] || at[end[c] - 1] != r) at[end[c]++] = r;
        }
    *out = (zh_rows){ .count = in->width, .width = in->count, .from = from, .at = at };
    return ZH_OK;
}

bool zh_rows_check(const zh_rows *rows, bool set, const char **why)
{
    *why = "the first row does not begin at 0";
    if (rows->from[0] != 0) return false;
    for (uint32_t r = 0; r < rows->count; r++) {
        *why = "the offsets go backwards";
        if (rows->from[r + 1] < rows->from[r]) return false;
        for (uint32_t e = rows->from[r]; e < rows->from[r + 1]; e++) {
            *why = "an entry is not below the width";
            if (rows->at[e] >= rows->width) return false;
            *why = "a row of a set is not ascending";
            if (set && e > rows->from[r] && rows->at[e] <= rows->at[e - 1]) return false;
        }
    }
    *why = "";
    return true;
}
