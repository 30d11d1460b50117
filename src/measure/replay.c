#include "measure/replay.h"
#include "base/special.h"

#include <math.h>

static const char *const refusals[] = { "", "nothing", "no_support", "mismatch", "collapsed", "dominated" };
const char *zh_replay_refusal_text(zh_replay_refusal refusal) { return refusals[refusal < ZH_REPLAY_REFUSALS ? refusal : 0]; }

void zh_replay_take(zh_replay *r, uint32_t arm, double p, double q, double y)
{
    zh_replay_arm *a = &r->of[arm];
    const double w = q / p, c = fmin(w, r->clip);
    a->n++, a->y += y, a->y2 += y * y;
    a->w += w, a->w2 += w * w, a->wy += w * y, a->w2y += w * w * y, a->w2y2 += w * w * y * y;
    a->cy += c * y, a->c2y2 += c * c * y * y, a->clipped += w > r->clip;
    a->weight += 1 / p, a->weighted += y / p;
    r->w_max = fmax(r->w_max, w);
}

void zh_replay_take_unsupported(zh_replay *r) { r->unsupported++; }

static zh_replay_arm all_of(const zh_replay *r)
{
    zh_replay_arm t = { 0 };
    for (uint32_t i = 0; i < r->arms; i++) {
        const zh_replay_arm *a = &r->of[i];
        t.n += a->n, t.y += a->y, t.y2 += a->y2, t.w += a->w, t.w2 += a->w2, t.wy += a->wy, t.w2y += a->w2y, t.w2y2 += a->w2y2;
        t.cy += a->cy, t.c2y2 += a->c2y2, t.clipped += a->clipped;
    }
    return t;
}

/* Around a mean of n numbers with this sum of squares. */
static zh_replay_estimate around(double at, double n, double mean, double squares, double z, double scale)
{
    const double variance = n > 1 ? fmax(0, squares - n * mean * mean) / (n - 1) : 0, half = z * sqrt(variance / n) / scale;
    return (zh_replay_estimate){ at, at - half, at + half };
}

static uint32_t missing_of(const zh_replay *r)
{
    uint32_t arm = 0;
    while (arm < r->arms && (!(r->target[arm] > 0) || r->of[arm].n > 0)) arm++;
    return arm;
}

static zh_replay_refusal judge(const zh_replay *r, const zh_replay_arm *t, zh_replay_answer *a)
{
    const double se = t->n > 1 ? sqrt(fmax(0, t->w2 - t->n * a->mean_w * a->mean_w) / (t->n - 1) / t->n) : 0;
    a->missing = missing_of(r);
    if (a->missing < r->arms || r->unsupported > 0) return ZH_REPLAY_NO_SUPPORT;
    if (a->ess < ZH_OPE_ESS_MIN) return ZH_REPLAY_COLLAPSED;
    if (a->max_share > ZH_OPE_WEIGHT_SHARE_MAX) return ZH_REPLAY_DOMINATED;
    return fabs(a->mean_w - 1) > ZH_REPLAY_MISMATCH * se + 1e-9 ? ZH_REPLAY_WRONG_CHANCES : ZH_REPLAY_ANSWERED;
}

static void estimate(const zh_replay *r, const zh_replay_arm *t, double z, zh_replay_answer *a)
{
    const double n = t->n, ips = t->wy / n, snips = t->wy / t->w;
    double base = 0, rest = 0, squares = 0;
    a->ips = around(ips, n, ips, t->w2y2, z, 1);
    a->snips = around(snips, n, 0, t->w2y2 - 2 * snips * t->w2y + snips * snips * t->w2, z, a->mean_w);
    a->clipped_ips = around(t->cy / n, n, t->cy / n, t->c2y2, z, 1);
    for (uint32_t i = 0; i < r->arms; i++) {
        const zh_replay_arm *o = &r->of[i];
        const double f = o->weight > 0 ? o->weighted / o->weight : 0;
        base += r->target[i] * f;
        rest += o->wy - f * o->w;
        squares += o->w2y2 - 2 * f * o->w2y + f * f * o->w2;
    }
    a->dr = around(base + rest / n, n, rest / n, squares, z, 1);
}

zh_replay_answer zh_replay_answer_of(const zh_replay *r, double alpha)
{
    const zh_replay_arm t = all_of(r);
    const double z = zh_normal_quantile(1 - alpha / 2);
    zh_replay_answer a = { .refusal = ZH_REPLAY_NOTHING, .n = t.n, .missing = r->arms };
    if (t.n <= 0) return a;
    a.mean_w = t.w / t.n;
    a.ess = t.w2 > 0 ? t.w * t.w / t.w2 : 0;
    a.max_share = t.w > 0 ? r->w_max / t.w : 0;
    a.clipped = t.clipped / t.n;
    a.actual = around(t.y / t.n, t.n, t.y / t.n, t.y2, z, 1);
    a.refusal = judge(r, &t, &a);
    if (a.refusal == ZH_REPLAY_ANSWERED) estimate(r, &t, z, &a);
    return a;
}
