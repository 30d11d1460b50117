#include "measure/ope.h"

#include <math.h>

void zh_ope_take(zh_ope *o, double y, double p, double q, double f, double g)
{
    const double w = q / p;
    o->n++;
    o->w += w, o->w2 += w * w, o->w_max = fmax(o->w_max, w);
    o->wy += w * y;
    o->wy_clipped += (o->clip > 0 ? fmin(w, o->clip) : w) * y;
    o->g += g;
    o->w_rest += w * (y - f);
}

zh_ope_answer zh_ope_answer_of(const zh_ope *o, double ess_min)
{
    if (o->n == 0) return (zh_ope_answer){ 0 };
    zh_ope_answer a = { .ips = o->wy / o->n, .mean_w = o->w / o->n, .max_w = o->w_max, .dm = o->g / o->n, .ips_clipped = o->wy_clipped / o->n };
    a.dr = a.dm + o->w_rest / o->n;
    a.snips = o->w > 0 ? o->wy / o->w : NAN;
    a.sndr = o->w > 0 ? a.dm + o->w_rest / o->w : NAN;
    a.ess = o->w2 > 0 ? o->w * o->w / o->w2 : 0;
    a.reliable = a.ess >= ess_min && o->w_max <= ZH_OPE_WEIGHT_SHARE_MAX * o->w;
    return a;
}
