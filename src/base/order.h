/* order.h -- many numbers brought into order, with what belongs to each.
 *
 * By bytes, the lowest first; bytes that all numbers share cost nothing, so numbers that were given out one after the other take
 * two or three passes. Equal numbers keep their order.
 *
 * Cost        about 3 ns a number and byte that differs; as much memory again while it runs.
 * Source      Knuth, The Art of Computer Programming 3, 5.2.5 (radix list sort, here by counting).
 */
#ifndef ZH_BASE_ORDER_H
#define ZH_BASE_ORDER_H
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

typedef struct zh_ordered {
    uint64_t number; /* ordered by */
    uint64_t at;     /* the caller's */
} zh_ordered;

/* Ascending. Errors: ZH_NOMEM; the list is as it was. */
ZH_MUST zh_err zh_order(zh_ordered *list, size_t count);

#endif
