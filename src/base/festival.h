/* festival.h -- what day it is in the year of a Chinese shop: festivals by rule, and the solar terms.
 *
 *     rule        says                                    example
 *     fixed       month and day                           双11: 11-11
 *     lunar       lunar month and day                     七夕: 7-7; month 13, day 0 is 除夕, the last day of the lunar year
 *     weekday     the n-th weekday of a month             母亲节: second Sunday of May
 *     term        a solar term                            清明
 *
 * A shopping festival begins days before its day: `before` is how long shops sell for it (618 from 20 May, 双11 from 20 October).
 *
 * Guarantees  a pure function of the day; years that lunar.h does not hold have no lunar festivals.
 * Cost        O(rules), about 1 us; no allocation.
 * Not here    days off: which of them is a holiday is law and comes as data (calendar.h).
 * Source      the customs' own dates; the windows are what the large shops do since 2020.
 */
#ifndef ZH_BASE_FESTIVAL_H
#define ZH_BASE_FESTIVAL_H
#include "base/lunar.h"

#define ZH_FESTIVALS_OF_DAY_MAX 4 /* two fall on one day in some years, three never did since 1950 */

typedef struct zh_festival {
    zh_sv zh, en;
    uint8_t before;   /* days before its day that belong to it */
    bool shopping;    /* made by shops */
} zh_festival;

/* Those of a day, at most ZH_FESTIVALS_OF_DAY_MAX; returns how many. */
size_t zh_festivals_of(int64_t day, const zh_festival **out);
/* The shopping festival in whose window the day lies, its day in *on; NULL: none. */
const zh_festival *zh_festival_window(int64_t day, int64_t *on);

#endif
