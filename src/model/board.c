#include "model/board.h"

#define PLACES_LEAST 16u
#define SMALLER 4u /* a table's bytes, times this, are at most three times the array's */

zh_err zh_board_open(zh_board *out, uint32_t width, uint64_t most, zh_arena *arena)
{
    uint64_t places = PLACES_LEAST;
    *out = (zh_board){ 0 };
    while (places < 2 * most && places < width) places *= 2;
    if (places * sizeof(zh_board_slot) * SMALLER <= (uint64_t)width * sizeof(int32_t) * (SMALLER - 1) && places >= 2 * most) {
        out->places = (uint32_t)places;
        out->table = ZH_TAKE(arena, zh_board_slot, places);
        return out->table == NULL ? ZH_NOMEM : ZH_OK;
    }
    out->places = width;
    out->all = ZH_TAKE(arena, int32_t, width);
    return out->all == NULL ? ZH_NOMEM : ZH_OK;
}
