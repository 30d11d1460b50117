/* sv.h -- a borrowed view of bytes: text travels with its size, never as a bare char pointer.
 *
 * A view owns nothing and is not NUL-ended; the comment where a view is made says how long it
 * stays valid. The empty view may have data == NULL.
 *
 * Cost        all O(size), inline.
 */
#ifndef ZH_BASE_SV_H
#define ZH_BASE_SV_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct zh_sv {
    const char *data; /* borrowed; NULL only where size == 0 */
    size_t size;      /* bytes */
} zh_sv;

#define ZH_SV(literal) ((zh_sv){ (literal), sizeof(literal) - 1 })

/* For printf: printf("%.*s", ZH_SV_ARG(name)). Views longer than INT_MAX are the caller's bug. */
#define ZH_SV_ARG(view) (int)(view).size, (view).data == NULL ? "" : (view).data

static inline zh_sv zh_sv_of(const char *text)
{
    return (zh_sv){ text, text == NULL ? 0 : strlen(text) };
}

static inline bool zh_sv_equal(zh_sv a, zh_sv b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* Order by bytes, a prefix first: < 0, 0, > 0. */
static inline int zh_sv_compare(zh_sv a, zh_sv b)
{
    const size_t both = a.size < b.size ? a.size : b.size;
    const int order = both == 0 ? 0 : memcmp(a.data, b.data, both);
    if (order != 0) return order;
    return a.size < b.size ? -1 : a.size > b.size;
}

static inline bool zh_sv_starts(zh_sv text, zh_sv prefix)
{
    return text.size >= prefix.size &&
           (prefix.size == 0 || memcmp(text.data, prefix.data, prefix.size) == 0);
}

/* The part from `from` (clamped) with at most `size` bytes; a view of the same bytes. */
static inline zh_sv zh_sv_part(zh_sv text, size_t from, size_t size)
{
    if (from > text.size) from = text.size;
    if (size > text.size - from) size = text.size - from;
    return (zh_sv){ text.data == NULL ? NULL : text.data + from, size };
}

/* Without leading and trailing blanks, tabs and line ends (ASCII). */
static inline zh_sv zh_sv_trim(zh_sv text)
{
    while (text.size > 0 && (unsigned char)text.data[0] <= ' ') text.data++, text.size--;
    while (text.size > 0 && (unsigned char)text.data[text.size - 1] <= ' ') text.size--;
    return text;
}

#endif
