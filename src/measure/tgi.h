/* tgi.h -- how much more often has a group something than the whole has it: the target group index.
 *
 *     index = (with / group) / (whole_with / whole) x 100
 *
 * 100 is as often as anybody. A small group gives wild figures by chance alone, so an index comes with an interval, and with too few
 * customers there is none at all.
 *
 *     interval   of ln index, by the delta method. Where the group is a part of the whole, p1 is its share, p2 that of the others, w the
 *                group's part and q = w p1 + (1 - w) p2:
 *                var = ((1 - w) p2 / (p1 q))^2 p1 (1 - p1) / n1 + ((1 - w) / q)^2 p2 (1 - p2) / n2
 *                and of two groups (1 - p1) / (n1 p1) + (1 - p2) / (n2 p2). Shares in it have half a customer added to each side.
 *     99 %       because a portrait shows a hundred indexes at once: of a hundred that are truly 100 one lies outside
 *     few        the group has fewer than ZH_TGI_GROUP_MIN customers, or the whole fewer than ZH_TGI_WITH_MIN who have it, or fewer than
 *                ZH_TGI_EXPECTED_MIN are expected in the group and no more were found: an index would say nothing
 *
 * Guarantees  pure; low <= index <= high, all finite.
 * Source      delta method: Casella, Berger, Statistical Inference, 2002, section 5.5.
 */
#ifndef ZH_MEASURE_TGI_H
#define ZH_MEASURE_TGI_H
#include <stdbool.h>
#include <stdint.h>

#define ZH_TGI_GROUP_MIN 50   /* customers in the group: below, one of them is 2 % */
#define ZH_TGI_WITH_MIN 30    /* customers of the whole who have it */
#define ZH_TGI_EXPECTED_MIN 5 /* in the group, if it were as the whole: the usual bound of an approximation by a normal */
#define ZH_TGI_Z 2.5758293035489004 /* 99 % */

typedef struct zh_tgi_counts {
    uint64_t with, group;         /* with <= group */
    uint64_t whole_with, whole;
    bool is_part;                 /* each of the group is counted in the whole too */
} zh_tgi_counts;

typedef struct zh_tgi {
    double index, low, high; /* 0 where few */
    bool is_few;
    bool is_clear;           /* 100 lies outside the interval */
} zh_tgi;

zh_tgi zh_tgi_of(const zh_tgi_counts *counts);

#endif
