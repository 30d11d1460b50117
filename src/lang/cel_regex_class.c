/* Sets of characters for patterns. */
#include "lang/cel_regex.h"

#include <stdlib.h>

#define POINT_MAX 0x10FFFF

void zh_cel_class_add(zh_cel_class *to, uint32_t from, uint32_t till)
{
    if (to->count == ZH_CEL_RANGES_MAX) {
        zh_cel_class_sort(to);
        if (to->count == ZH_CEL_RANGES_MAX) {
            to->full = true;
            return;
        }
    }
    to->ranges[to->count++] = (zh_cel_range){ from, till };
}

static int by_from(const void *a, const void *b)
{
    const zh_cel_range *x = a, *y = b;
    return x->from < y->from ? -1 : x->from > y->from;
}

void zh_cel_class_sort(zh_cel_class *set)
{
    qsort(set->ranges, set->count, sizeof *set->ranges, by_from);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < set->count; i++) {
        zh_cel_range *last = kept == 0 ? NULL : &set->ranges[kept - 1];
        if (last == NULL || set->ranges[i].from > last->to + 1) set->ranges[kept++] = set->ranges[i];
        else if (set->ranges[i].to > last->to) last->to = set->ranges[i].to;
    }
    set->count = kept;
}

void zh_cel_class_negate(zh_cel_class *set)
{
    zh_cel_class out = { .count = 0 };
    uint32_t next = 0;
    for (uint32_t i = 0; i < set->count; i++) {
        if (set->ranges[i].from > next) zh_cel_class_add(&out, next, set->ranges[i].from - 1);
        next = set->ranges[i].to + 1;
    }
    if (next <= POINT_MAX) zh_cel_class_add(&out, next, POINT_MAX);
    out.full = out.full || set->full;
    *set = out;
}

/* Letters that come in pairs: by a distance, or upper and lower by turns (step 1: even is upper, 2: odd is upper). */
static const struct { uint32_t from, to; int32_t lower; uint32_t turns; } cases[] = {
    { 'A', 'Z', 32, 0 }, { 0xC0, 0xD6, 32, 0 }, { 0xD8, 0xDE, 32, 0 }, { 0x100, 0x137, 0, 1 }, { 0x139, 0x148, 0, 2 }, { 0x14A, 0x177, 0, 1 },
    { 0x391, 0x3A1, 32, 0 }, { 0x3A3, 0x3AB, 32, 0 }, { 0x410, 0x42F, 32, 0 }, { 0x400, 0x40F, 80, 0 }, { 0x460, 0x481, 0, 1 }, { 0x1E00, 0x1E95, 0, 1 }, { 0x1EA0, 0x1EFF, 0, 1 },
    { 0xFF21, 0xFF3A, 32, 0 },
};

static void fold_part(zh_cel_class *set, zh_cel_range r, uint32_t from, uint32_t to, int32_t by)
{
    const uint32_t low = r.from > from ? r.from : from, high = r.to < to ? r.to : to;
    if (low <= high) zh_cel_class_add(set, (uint32_t)((int32_t)low + by), (uint32_t)((int32_t)high + by));
}

void zh_cel_class_fold(zh_cel_class *set)
{
    const uint32_t count = set->count;
    for (uint32_t i = 0; i < count; i++) {
        const zh_cel_range r = set->ranges[i];
        for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
            if (cases[c].turns == 0) {
                fold_part(set, r, cases[c].from, cases[c].to, cases[c].lower);
                fold_part(set, r, (uint32_t)((int32_t)cases[c].from + cases[c].lower), (uint32_t)((int32_t)cases[c].to + cases[c].lower), -cases[c].lower);
                continue;
            }
            const uint32_t low = r.from > cases[c].from ? r.from : cases[c].from, high = r.to < cases[c].to ? r.to : cases[c].to;
            if (low > high) continue;
            const bool low_is_upper = (low & 1) == (cases[c].turns == 2), high_is_upper = (high & 1) == (cases[c].turns == 2);
            zh_cel_class_add(set, low_is_upper ? low : low - 1, high_is_upper ? high + 1 : high);
        }
    }
}

static void add_all(zh_cel_class *to, const zh_cel_range *ranges, size_t count, bool not)
{
    zh_cel_class set = { .count = 0 };
    for (size_t i = 0; i < count; i++) zh_cel_class_add(not ? &set : to, ranges[i].from, ranges[i].to);
    if (!not) return;
    zh_cel_class_sort(&set);
    zh_cel_class_negate(&set);
    for (uint32_t i = 0; i < set.count; i++) zh_cel_class_add(to, set.ranges[i].from, set.ranges[i].to);
}

bool zh_cel_class_perl(zh_cel_class *to, char letter)
{
    static const zh_cel_range digit[] = { { '0', '9' } }, word[] = { { '0', '9' }, { 'A', 'Z' }, { '_', '_' }, { 'a', 'z' } },
                              space[] = { { '\t', '\n' }, { '\f', '\r' }, { ' ', ' ' } };
    switch (letter) {
    case 'd':
    case 'D': add_all(to, digit, 1, letter == 'D'); return true;
    case 'w':
    case 'W': add_all(to, word, 4, letter == 'W'); return true;
    case 's':
    case 'S': add_all(to, space, 3, letter == 'S'); return true;
    default: return false;
    }
}

bool zh_cel_class_posix(zh_cel_class *to, zh_sv name, bool not)
{
    static const struct { const char *name; zh_cel_range ranges[4]; size_t count; } names[] = {
        { "alnum", { { '0', '9' }, { 'A', 'Z' }, { 'a', 'z' } }, 3 }, { "alpha", { { 'A', 'Z' }, { 'a', 'z' } }, 2 }, { "ascii", { { 0, 127 } }, 1 },
        { "blank", { { '\t', '\t' }, { ' ', ' ' } }, 2 }, { "cntrl", { { 0, 31 }, { 127, 127 } }, 2 }, { "digit", { { '0', '9' } }, 1 }, { "graph", { { '!', '~' } }, 1 },
        { "lower", { { 'a', 'z' } }, 1 }, { "print", { { ' ', '~' } }, 1 }, { "punct", { { '!', '/' }, { ':', '@' }, { '[', '`' }, { '{', '~' } }, 4 },
        { "space", { { '\t', '\r' }, { ' ', ' ' } }, 2 }, { "upper", { { 'A', 'Z' } }, 1 }, { "word", { { '0', '9' }, { 'A', 'Z' }, { '_', '_' }, { 'a', 'z' } }, 4 },
        { "xdigit", { { '0', '9' }, { 'A', 'F' }, { 'a', 'f' } }, 3 },
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!zh_sv_equal(name, zh_sv_of(names[i].name))) continue;
        add_all(to, names[i].ranges, names[i].count, not);
        return true;
    }
    return false;
}

bool zh_cel_class_property(zh_cel_class *to, zh_sv name, bool not)
{
    static const zh_cel_range han[] = { { 0x2E80, 0x2E99 }, { 0x2E9B, 0x2EF3 }, { 0x2F00, 0x2FD5 }, { 0x3005, 0x3005 }, { 0x3007, 0x3007 }, { 0x3021, 0x3029 },
                                        { 0x3038, 0x303B }, { 0x3400, 0x4DBF }, { 0x4E00, 0x9FFF }, { 0xF900, 0xFA6D }, { 0xFA70, 0xFAD9 }, { 0x20000, 0x323AF } };
    if (!zh_sv_equal(name, ZH_SV("Han"))) return false;
    add_all(to, han, sizeof han / sizeof *han, not);
    return true;
}
