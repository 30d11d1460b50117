#include "measure/predict_keep.h"

#include <math.h>
#include <string.h>

static void put_reals(zh_buf *out, const double *values, size_t count) { zh_buf_put(out, (zh_sv){ (const char *)values, count * sizeof *values }); }

static bool take_reals(zh_reader *in, double *out, size_t count)
{
    const zh_sv bytes = zh_read_bytes(in, count * sizeof *out);
    if (in->bad) return false;
    memcpy(out, bytes.data, bytes.size);
    for (size_t i = 0; i < count; i++)
        if (!isfinite(out[i])) return false;
    return true;
}

/* ---- the model ---- */

void zh_predictor_put(const zh_predictor *p, zh_buf *out)
{
    const double shop[] = { p->shop.model.r, p->shop.model.alpha, p->shop.model.a, p->shop.model.b, p->shop.mean_gap, p->shop.mean_value, p->map.a, p->map.b };
    zh_buf_put_u8(out, (uint8_t)p->task.kind);
    zh_buf_put_u32(out, (uint32_t)p->task.window);
    zh_buf_put_u32(out, (uint32_t)p->end);
    zh_buf_put_u32(out, p->rows);
    zh_buf_put_u32(out, p->rows_yes);
    put_reals(out, shop, 8);
    put_reals(out, p->rule.cuts[0], 3 * (ZH_PREDICT_QUINTILES - 1));
    put_reals(out, p->rule.rate, sizeof p->rule.rate / sizeof *p->rule.rate);
    for (int f = 0; f < ZH_PREDICT_FOLDS; f++) zh_boost_put(&p->trees[f], out);
}

zh_err zh_predictor_take(zh_predictor *out, zh_arena *arena, zh_reader *in)
{
    double shop[8];
    *out = (zh_predictor){ .task.kind = zh_read_u8(in) == ZH_PREDICT_LAPSE ? ZH_PREDICT_LAPSE : ZH_PREDICT_BUY };
    const uint32_t window = zh_read_u32(in);
    out->task.window = (int32_t)window;
    out->end = (int32_t)zh_read_u32(in);
    out->rows = zh_read_u32(in);
    out->rows_yes = zh_read_u32(in);
    if (!take_reals(in, shop, 8) || !take_reals(in, out->rule.cuts[0], 3 * (ZH_PREDICT_QUINTILES - 1)) || !take_reals(in, out->rule.rate, sizeof out->rule.rate / sizeof *out->rule.rate)) return ZH_CORRUPT;
    if (window < 1 || window > ZH_PREDICT_WINDOW_MAX) return ZH_CORRUPT;
    out->shop = (zh_past_shop){ { shop[0], shop[1], shop[2], shop[3] }, shop[4], shop[5] };
    out->map = (zh_platt){ shop[6], shop[7] };
    for (int f = 0; f < ZH_PREDICT_FOLDS; f++) {
        const zh_err e = zh_boost_take(&out->trees[f], arena, in);
        if (e != ZH_OK) return e;
        if (out->trees[f].columns != ZH_PAST_COLUMNS) return ZH_CORRUPT;
    }
    return ZH_OK;
}

/* ---- the test ---- */

static void put_reliability(const zh_reliability *r, zh_buf *out)
{
    const double sums[] = { r->ece, r->brier, r->noise };
    put_reals(out, sums, 3);
    zh_buf_put_u8(out, (uint8_t)r->bins_count);
    for (size_t b = 0; b < r->bins_count; b++) {
        const double bin[] = { r->bins[b].mean, r->bins[b].low, r->bins[b].high };
        zh_buf_put_u64(out, r->bins[b].count);
        zh_buf_put_u64(out, r->bins[b].yes);
        put_reals(out, bin, 3);
    }
}

static bool take_reliability(zh_reliability *out, zh_reader *in)
{
    double sums[3], bin[3];
    if (!take_reals(in, sums, 3)) return false;
    *out = (zh_reliability){ .ece = sums[0], .brier = sums[1], .noise = sums[2], .bins_count = zh_read_u8(in) };
    if (out->bins_count > ZH_CALIBRATE_BINS) return false;
    for (size_t b = 0; b < out->bins_count; b++) {
        const uint64_t count = zh_read_u64(in), yes = zh_read_u64(in);
        if (!take_reals(in, bin, 3)) return false;
        out->bins[b] = (zh_reliability_bin){ count, yes, bin[0], bin[1], bin[2] };
    }
    return true;
}

void zh_predict_report_put(const zh_predict_report *r, zh_buf *out)
{
    const double areas[] = { r->days_count > 0 ? r->auc : 0, r->days_count > 0 ? r->rule_auc : 0 };
    zh_buf_put_u8(out, (uint8_t)r->days_count);
    for (uint32_t i = 0; i < r->days_count; i++) zh_buf_put_u32(out, (uint32_t)r->days[i]);
    zh_buf_put_u64(out, r->count);
    zh_buf_put_u64(out, r->yes);
    put_reals(out, areas, 2);
    put_reliability(&r->reliability, out);
    put_reliability(&r->rule_reliability, out);
    zh_buf_put_u8(out, r->is_offered);
    zh_buf_put_text(out, r->why == NULL ? (zh_sv){ 0 } : zh_sv_of(r->why));
}

zh_err zh_predict_report_take(zh_predict_report *out, zh_arena *arena, zh_reader *in)
{
    double areas[2];
    *out = (zh_predict_report){ .days_count = zh_read_u8(in) };
    if (out->days_count > ZH_PREDICT_TESTS_MAX) return ZH_CORRUPT;
    for (uint32_t i = 0; i < out->days_count; i++) out->days[i] = (int32_t)zh_read_u32(in);
    out->count = zh_read_u64(in);
    out->yes = zh_read_u64(in);
    if (!take_reals(in, areas, 2) || !take_reliability(&out->reliability, in) || !take_reliability(&out->rule_reliability, in)) return ZH_CORRUPT;
    out->auc = areas[0], out->rule_auc = areas[1];
    out->is_offered = zh_read_u8(in) == 1;
    const zh_sv why = zh_read_text(in);
    if (in->bad) return ZH_CORRUPT;
    if (why.size == 0) return ZH_OK;
    const zh_sv copy = zh_arena_copy(arena, why);
    out->why = copy.data;
    return copy.data == NULL ? ZH_NOMEM : ZH_OK;
}
