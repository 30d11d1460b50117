/* Goal: cut points, scores and segments are those of the definition, ties and edges included.
 * Method: small lists worked out by hand. */
#include "segment/rfm.h"
#include "check.h"

#include <math.h>

int main(void)
{
    const double sorted[] = { 1, 2, 4, 8, 16 };
    CHECK(zh_rfm_quantile(sorted, 5, 0, 5) == 1 && zh_rfm_quantile(sorted, 5, 5, 5) == 16 && zh_rfm_quantile(sorted, 5, 1, 2) == 4);
    CHECK(fabs(zh_rfm_quantile(sorted, 5, 1, 5) - 1.8) < 1e-12); /* a fifth of four steps: .8 of the way from 1 to 2 */
    CHECK(zh_rfm_quantile(sorted, 1, 7, 10) == 1);
    const double thirteen[] = { 0, 0, 0, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5 };
    CHECK(zh_rfm_quantile(thirteen, 13, 1, 5) == 2); /* two fifths of the way from 0 to 5: in floating point 0.2 * 12 is a bit more than 2.4 */

    double mixed[] = { 30, 10, 50, 20, 40, 60 }, cuts[8];
    zh_rfm_cuts(mixed, 6, 5, cuts); /* quantiles 20, 30, 40, 50 */
    CHECK(mixed[0] == 10 && mixed[5] == 60);
    CHECK(fabs(cuts[0] - 21) < 1e-12 && fabs(cuts[3] - 51) < 1e-12);
    static const double values[] = { 10, 20, 21, 31, 50, 51 };
    static const uint32_t scores[] = { 1, 1, 2, 3, 4, 5 };
    for (int i = 0; i < 6; i++) CHECK(zh_rfm_score(values[i], cuts, 5) == scores[i]);

    double ties[] = { 1, 1, 1, 1, 1, 9 };
    zh_rfm_cuts(ties, 6, 5, cuts); /* all cuts 2: scores 2 to 4 stay empty */
    CHECK(zh_rfm_score(1, cuts, 5) == 1 && zh_rfm_score(9, cuts, 5) == 5);

    CHECK(zh_rfm_segment(zh_rfm_rules, zh_rfm_rules_count, 5, 5, 5) == 0);
    CHECK(zh_sv_equal(zh_rfm_rules[zh_rfm_segment(zh_rfm_rules, zh_rfm_rules_count, 3, 4, 3)].name, ZH_SV("Loyal Customers")));
    CHECK(zh_sv_equal(zh_rfm_rules[zh_rfm_segment(zh_rfm_rules, zh_rfm_rules_count, 1, 1, 1)].name, ZH_SV("Lost")));
    CHECK(zh_rfm_segment(zh_rfm_rules, zh_rfm_rules_count, 1, 1, 3) == zh_rfm_rules_count); /* nobody's rule: Others */
    return 0;
}
