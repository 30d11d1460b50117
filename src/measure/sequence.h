/* sequence.h -- a bound on a mean of weighted rewards that holds at every moment at once.
 *
 * Rewards r in [low, high] come with importance weights w >= 0 (1 / propensity of what was shown). Scaled to [0, 1], with
 * S the sum of w r before a step and x = (S + 1/2)/(steps + 1) the guess made before it, V = sum (w r - x)^2, at least 1:
 *
 *     lower = max(0, (S - sqrt(g1^2 L V + g2^2 L^2) - g2 L) / steps)
 *     L = s ln(1 + ln(eta V)/ln(eta)) + ln(zeta(s) / (alpha/2)),   g1 = (eta^1/4 + eta^-1/4)/sqrt 2,  g2 = (sqrt(eta) + 1)/2
 *
 * and the upper end is 1 minus the lower end of w (1 - r). eta = s = 1.1.
 *
 * Cost        O(1) a step and no memory.
 * Source      Howard, Ramdas, McAuliffe, Sekhon, Annals of Statistics 49 (2021), eq. 10 and section 3.2.
 */
#ifndef ZH_MEASURE_SEQUENCE_H
#define ZH_MEASURE_SEQUENCE_H

typedef struct zh_sequence {
    double low, high;     /* the range of rewards; set once, high > low */
    double steps;
    double sum[2], v[2];  /* of w r and of w (1 - r), scaled */
} zh_sequence;

void zh_sequence_take(zh_sequence *s, double reward, double weight); /* reward in the range, weight >= 0 */
void zh_sequence_bounds(const zh_sequence *s, double alpha, double ends[2]); /* the whole range before the first step */

#endif
