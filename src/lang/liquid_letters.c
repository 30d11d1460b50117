#include "lang/liquid_letters.h"
#include "base/utf8.h"

size_t zh_liquid_character(zh_sv text)
{
    const size_t size = zh_utf8_character((const unsigned char *)text.data, text.size);
    return size == 0 ? 1 : size;
}

size_t zh_liquid_characters(zh_sv text)
{
    size_t count = 0;
    for (size_t at = 0; at < text.size; count++) at += zh_liquid_character(zh_sv_part(text, at, SIZE_MAX));
    return count;
}

size_t zh_liquid_characters_bytes(zh_sv text, size_t count)
{
    size_t at = 0;
    for (; at < text.size && count > 0; count--) at += zh_liquid_character(zh_sv_part(text, at, SIZE_MAX));
    return at;
}

zh_sv zh_liquid_shown(zh_sv text) { return zh_sv_part(text, 0, zh_liquid_characters_bytes(text, 30)); }

/* ---- forms of letters ---- */

/* Runs of large letters and how to come to the small one: by adding `apart`, or, where pairs stand side by side, the large one is
 * even (apart 1) or odd (apart -1). After the Unicode character database, simple mappings. */
typedef struct run { uint32_t from, to; int32_t apart; } run;
static const run runs[] = {
    { 'A', 'Z', 32 },           { 0xC0, 0xD6, 32 },        { 0xD8, 0xDE, 32 },         { 0x100, 0x12F, 1 },       { 0x132, 0x137, 1 },       { 0x139, 0x148, -1 },
    { 0x14A, 0x177, 1 },        { 0x178, 0x178, -121 },    { 0x179, 0x17E, -1 },       { 0x386, 0x386, 38 },      { 0x388, 0x38A, 37 },      { 0x38C, 0x38C, 64 },
    { 0x38E, 0x38F, 63 },       { 0x391, 0x3A1, 32 },      { 0x3A3, 0x3AB, 32 },       { 0x400, 0x40F, 80 },      { 0x410, 0x42F, 32 },      { 0x460, 0x481, 1 },
    { 0x48A, 0x4BF, 1 },        { 0x4D0, 0x52F, 1 },       { 0x531, 0x556, 48 },       { 0x1E00, 0x1E95, 1 },     { 0x1EA0, 0x1EFF, 1 },     { 0xFF21, 0xFF3A, 32 },
};
#define RUNS (sizeof runs / sizeof *runs)

static uint32_t lower_of(uint32_t point)
{
    for (size_t i = 0; i < RUNS && point >= runs[i].from; i++) {
        if (point > runs[i].to) continue;
        if (runs[i].apart == 1) return point | 1;
        if (runs[i].apart == -1) return point + (point & 1);
        return (uint32_t)((int32_t)point + runs[i].apart);
    }
    return point;
}

static uint32_t upper_of(uint32_t point)
{
    if (point == 0x3C2) return 0x3A3; /* the sigma that ends a word */
    for (size_t i = 0; i < RUNS; i++) {
        const bool pairs = runs[i].apart == 1 || runs[i].apart == -1;
        const uint32_t from = pairs ? runs[i].from : (uint32_t)((int32_t)runs[i].from + runs[i].apart), to = pairs ? runs[i].to : (uint32_t)((int32_t)runs[i].to + runs[i].apart);
        if (point < from || point > to) continue;
        if (!pairs) return (uint32_t)((int32_t)point - runs[i].apart);
        return runs[i].apart == 1 ? point & ~(uint32_t)1 : point - !(point & 1);
    }
    return point;
}

static uint32_t point_of(const unsigned char *at, size_t size)
{
    if (size == 1) return at[0];
    uint32_t point = at[0] & (0xFFu >> (size + 1));
    for (size_t i = 1; i < size; i++) point = point << 6 | (at[i] & 0x3Fu);
    return point;
}

static void put_point(uint32_t point, zh_buf *out) /* letters with two forms lie below 0x10000 */
{
    if (point < 0x80) {
        zh_buf_put_u8(out, (uint8_t)point);
    } else if (point < 0x800) {
        zh_buf_put_u8(out, (uint8_t)(0xC0 | point >> 6)), zh_buf_put_u8(out, (uint8_t)(0x80 | (point & 0x3F)));
    } else {
        zh_buf_put_u8(out, (uint8_t)(0xE0 | point >> 12)), zh_buf_put_u8(out, (uint8_t)(0x80 | (point >> 6 & 0x3F))), zh_buf_put_u8(out, (uint8_t)(0x80 | (point & 0x3F)));
    }
}

static void put_mapped(zh_sv text, uint32_t (*form)(uint32_t), zh_buf *out)
{
    const unsigned char *bytes = (const unsigned char *)text.data;
    for (size_t at = 0; at < text.size;) {
        const size_t size = zh_utf8_character(bytes + at, text.size - at);
        const uint32_t point = size == 0 ? 0 : point_of(bytes + at, size), mapped = form(point);
        if (mapped == point) zh_buf_put(out, zh_sv_part(text, at, size == 0 ? 1 : size));
        else put_point(mapped, out);
        at += size == 0 ? 1 : size;
    }
}

void zh_liquid_put_lower(zh_sv text, zh_buf *out) { put_mapped(text, lower_of, out); }

void zh_liquid_put_upper(zh_sv text, zh_buf *out)
{
    for (size_t at = 0; at < text.size;) { /* the one letter that becomes two */
        const zh_sv rest = zh_sv_part(text, at, SIZE_MAX);
        const char *sharp = memmem(rest.data, rest.size, "ß", 2);
        const size_t size = sharp == NULL ? rest.size : (size_t)(sharp - rest.data);
        put_mapped(zh_sv_part(rest, 0, size), upper_of, out);
        if (sharp != NULL) zh_buf_put(out, ZH_SV("SS"));
        at += size + (sharp == NULL ? 0 : 2);
    }
}
