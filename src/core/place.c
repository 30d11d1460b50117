#include "core/place.h"

#include <assert.h>
#include <string.h>

enum { AXIS_BITS = ZH_CELL_BITS / 2, CHARACTERS = 6, CHARACTER_BITS = 5 };
#define STEPS (1 << AXIS_BITS) /* cells along an axis */
#define MICRO 1000000

static const char alphabet[] = "0123456789bcdefghjkmnpqrstuvwxyz";
static const char mark[] = "{\"$cell\":\"";
enum { MARK = sizeof mark - 1 };

/* Bits of x at the even places from the top (longitude comes first), of y at the odd ones. */
static uint32_t weave(uint32_t x, uint32_t y)
{
    uint32_t bits = 0;
    for (int i = AXIS_BITS - 1; i >= 0; i--) bits = bits << 2 | (x >> i & 1) << 1 | (y >> i & 1);
    return bits;
}

static void unweave(uint32_t bits, uint32_t *x, uint32_t *y)
{
    *x = *y = 0;
    for (int i = ZH_CELL_BITS - 2; i >= 0; i -= 2) {
        *x = *x << 1 | (bits >> (i + 1) & 1);
        *y = *y << 1 | (bits >> i & 1);
    }
}

static uint32_t step_of(double value, double half)
{
    const int32_t step = (int32_t)((value + half) / (2 * half) * STEPS);
    return step < 0 ? 0 : step >= STEPS ? STEPS - 1 : (uint32_t)step;
}

zh_cell zh_cell_of(double latitude, double longitude)
{
    const bool inside = latitude >= -90 && latitude <= 90 && longitude >= -180 && longitude <= 180; /* false for what is no number */
    if (!inside || (latitude == 0 && longitude == 0)) return (zh_cell){ 0 };
    return (zh_cell){ 1 + weave(step_of(longitude, 180), step_of(latitude, 90)) };
}

void zh_cell_print(zh_cell cell, char text[ZH_CELL_TEXT_BYTES])
{
    assert(cell.number <= 1u << ZH_CELL_BITS);
    memset(text, 0, ZH_CELL_TEXT_BYTES);
    if (cell.number == 0) return;
    for (int i = 0; i < CHARACTERS; i++) text[i] = alphabet[(cell.number - 1) >> (ZH_CELL_BITS - CHARACTER_BITS * (i + 1)) & 31];
}

zh_cell zh_cell_read(zh_sv text)
{
    uint32_t bits = 0;
    if (text.size != CHARACTERS) return (zh_cell){ 0 };
    for (size_t i = 0; i < CHARACTERS; i++) {
        const char *at = text.data[i] == '\0' ? NULL : strchr(alphabet, text.data[i]);
        if (at == NULL) return (zh_cell){ 0 };
        bits = bits << CHARACTER_BITS | (uint32_t)(at - alphabet);
    }
    return (zh_cell){ 1 + bits };
}

void zh_cell_middle(zh_cell cell, int32_t *latitude_e6, int32_t *longitude_e6)
{
    uint32_t x, y;
    assert(cell.number > 0);
    unweave(cell.number - 1, &x, &y);
    *longitude_e6 = (int32_t)((2 * (int64_t)x + 1) * 180 * MICRO / STEPS - 180LL * MICRO);
    *latitude_e6 = (int32_t)((2 * (int64_t)y + 1) * 90 * MICRO / STEPS - 90LL * MICRO);
}

int32_t zh_cell_hours(zh_cell cell)
{
    uint32_t x, y;
    if (cell.number == 0) return 0;
    unweave(cell.number - 1, &x, &y);
    return (int32_t)((x * 24 + STEPS / 2) / STEPS) - 12;
}

void zh_cell_mark(zh_cell cell, zh_buf *out)
{
    char text[ZH_CELL_TEXT_BYTES];
    zh_cell_print(cell, text);
    zh_buf_put(out, (zh_sv){ mark, MARK });
    zh_buf_put(out, (zh_sv){ text, CHARACTERS });
    zh_buf_put_u8(out, '"');
}

zh_cell zh_event_cell(const zh_event *event)
{
    const zh_sv context = event->context;
    if (context.size < MARK + CHARACTERS + 2 || memcmp(context.data, mark, MARK) != 0 || context.data[MARK + CHARACTERS] != '"') return (zh_cell){ 0 };
    return zh_cell_read(zh_sv_part(context, MARK, CHARACTERS));
}
