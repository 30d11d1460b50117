/* truth.h -- what an engine cannot know, to compare a portrait with: JSON, a line a customer.
 *
 *     {"customer":"c1-00001","turned":"2025-04-20T03:00:00.000Z","tastes":{"category":{"sport":0.61},"brand":{…}},
 *      "before":{"category":{…},"brand":{…}},"home":{"latitude":31.2,"longitude":121.4},"work":null,
 *      "orders":[["2025-03-05T12:00:00.000Z",12900],…]}
 *
 * A taste for a category or brand is the mean match of θ with the interests of its items' types, 0 .. 1; those under 0.01 are left out. `before` is that
 * of the moment before the turn, null where there was none. Orders are those of the engine's world (else of the last one run), with
 * their cents.
 */
#ifndef ZH_SIM_TRUTH_H
#define ZH_SIM_TRUTH_H
#include "run.h"

#include <stdio.h>

#define ZH_SIM_TRUTH_ORDERS_MAX 50000000u

typedef struct zh_sim_truth_order { uint32_t customer; int64_t ms, cents; } zh_sim_truth_order;
typedef struct zh_sim_truth {
    zh_sim_truth_order *orders;
    uint32_t count, room;
    bool lost;                /* no memory for one of them */
} zh_sim_truth;               /* zeros: empty */

void zh_sim_truth_close(zh_sim_truth *truth);
/* Remember the order of a visit, if it has one. */
void zh_sim_truth_note(zh_sim_truth *truth, const zh_sim_run *run, const zh_sim_trace *trace);
/* So far. Errors: ZH_NOMEM (an order was lost), ZH_IO. */
ZH_MUST zh_err zh_sim_truth_write(zh_sim_truth *truth, const zh_sim_run *run, FILE *out);

#endif
