/* tally.h -- sums a customer, and what follows from them: means a visit with intervals, paired differences.
 *
 * A mean a visit is a ratio of sums over customers, R = sum m_u / sum v_u. Visits of one customer are
 * not independent, customers are, so its error comes from customers:
 *
 *     se(R) = sqrt( n / (n - 1) sum (m_u - R v_u)^2 ) / sum v_u
 *
 * The visits of two worlds are the same, so a difference is the same ratio of d_u = a_u - b_u.
 * Source  Cochran, "Sampling Techniques", 3rd ed., 1977, section 6.3 (ratio estimator).
 */
#ifndef ZH_SIM_TALLY_H
#define ZH_SIM_TALLY_H
#include "base/arena.h"
#include "base/err.h"

#include <stdint.h>

typedef struct zh_sim_sums {
    int64_t visits, orders, revenue_cents, margin_cents; /* of measured days, after returns */
} zh_sim_sums;

typedef struct zh_sim_tally {
    zh_sim_sums *customers;
    uint32_t count;
} zh_sim_tally;

typedef struct zh_sim_estimate {
    double value, low, high;  /* a visit; 95 % interval, normal */
} zh_sim_estimate;

typedef enum zh_sim_measure { ZH_SIM_ORDERS, ZH_SIM_REVENUE, ZH_SIM_MARGIN } zh_sim_measure;

ZH_MUST zh_err zh_sim_tally_open(zh_sim_tally *out, uint32_t customers, zh_arena *arena);
zh_sim_sums zh_sim_tally_total(const zh_sim_tally *tally);

/* The measure a visit. `against` NULL: of this world alone; else the difference, paired by customer. */
zh_sim_estimate zh_sim_tally_estimate(const zh_sim_tally *tally, const zh_sim_tally *against, zh_sim_measure measure);
/* The difference as if the worlds had different customers: to show what pairing saves. */
zh_sim_estimate zh_sim_tally_unpaired(const zh_sim_tally *tally, const zh_sim_tally *against, zh_sim_measure measure);

#endif
