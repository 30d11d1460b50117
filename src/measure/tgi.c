#include "measure/tgi.h"

#include <math.h>

static double share(uint64_t with, uint64_t of) { return ((double)with + 0.5) / ((double)of + 1); } /* never 0, never 1 */

static double variance(const zh_tgi_counts *c)
{
    const double n1 = (double)c->group, p1 = share(c->with, c->group);
    if (!c->is_part || c->whole <= c->group) {
        const double p2 = share(c->whole_with, c->whole);
        return (1 - p1) / (n1 * p1) + (1 - p2) / ((double)c->whole * p2);
    }
    const double n2 = (double)(c->whole - c->group), w = n1 / (double)c->whole, p2 = share(c->whole_with - c->with, c->whole - c->group), q = w * p1 + (1 - w) * p2;
    const double by_p1 = (1 - w) * p2 / (p1 * q), by_p2 = (1 - w) / q;
    return by_p1 * by_p1 * p1 * (1 - p1) / n1 + by_p2 * by_p2 * p2 * (1 - p2) / n2;
}

zh_tgi zh_tgi_of(const zh_tgi_counts *c)
{
    zh_tgi out = { .is_few = true };
    if (c->group < ZH_TGI_GROUP_MIN || c->whole == 0 || c->whole_with < ZH_TGI_WITH_MIN) return out;
    const double usual = (double)c->whole_with / (double)c->whole;
    if (usual * (double)c->group < ZH_TGI_EXPECTED_MIN && c->with < ZH_TGI_EXPECTED_MIN) return out;
    const double spread = ZH_TGI_Z * sqrt(variance(c)), middle = log(share(c->with, c->group) / usual);
    out.is_few = false;
    out.index = 100 * (double)c->with / (double)c->group / usual;
    out.low = c->with == 0 ? 0 : fmin(out.index, 100 * exp(middle - spread));
    out.high = fmax(out.index, 100 * exp(middle + spread));
    out.is_clear = out.low > 100 || out.high < 100;
    if (c->is_part && c->whole == c->group) out.low = out.high = out.index, out.is_clear = false; /* the group is the whole */
    return out;
}
