/* rows.h -- rows of numbers behind each other: who took what, as two flat arrays.
 *
 *     row r is  at[from[r]] .. at[from[r + 1] - 1]
 *
 * The one shape of this folder. As a sequence a row keeps the order of time and may hold a number
 * twice; turned once or twice it is a binary matrix: sorted, each number once (CSR).
 *
 * Cost        4 bytes a row and 4 an entry. Memory is the caller's arena; nothing is freed alone.
 * Threads     values; any number of readers.
 */
#ifndef ZH_MODEL_ROWS_H
#define ZH_MODEL_ROWS_H
#include "base/arena.h"
#include "base/err.h"

#include <stdint.h>

#define ZH_ROWS_ENTRIES_MAX (1u << 30) /* entries of one table, 4 GiB; the limit of uint32_t is near */

typedef struct zh_rows {
    uint32_t count;       /* rows */
    uint32_t width;       /* every entry is < width */
    const uint32_t *from; /* [count + 1], from[0] == 0 */
    const uint32_t *at;   /* [from[count]] */
} zh_rows;

static inline uint32_t zh_rows_size(const zh_rows *rows, uint32_t row)
{
    return rows->from[row + 1] - rows->from[row];
}
static inline const uint32_t *zh_rows_of(const zh_rows *rows, uint32_t row)
{
    return rows->at + rows->from[row];
}
static inline uint32_t zh_rows_entries(const zh_rows *rows)
{
    return rows->from[rows->count];
}

/* The transpose, as a set: column c of `in` becomes row c of *out, ascending, repeats dropped.
 * Turning twice gives `in` sorted and without repeats. O(entries + rows + width). Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_rows_turn(zh_rows *out, zh_arena *arena, const zh_rows *in);

/* Does the shape hold: offsets ascending, entries < width, and, if `set`, each row ascending without
 * repeats? If not, *why is a static sentence. */
bool zh_rows_check(const zh_rows *rows, bool set, const char **why);

#endif
