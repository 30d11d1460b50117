#include "measure/predictions.h"
#include "base/hash.h"
#include "core/record.h"
#include "measure/predict_keep.h"

#include <math.h>
#include <stdlib.h>

#define VERSION 1
#define SET_BYTES_MAX ((size_t)16 << 20) /* of a set in memory: models are about as large as their record */
#define NAME_BYTES_MAX 255 /* of a category; a longer one is cut */
enum { SECTION_MONEY = 1, SECTION_PREDICTION = 2, SECTION_NEXT_CATEGORY = 3, SECTION_SPEND = 4 };
enum { REALS = 9 };

const char *const zh_prediction_names[ZH_PREDICTIONS_COUNT] = { "buy_7d", "buy_30d", "lapse" };

zh_err zh_prediction_set_open(zh_prediction_set **out)
{
    *out = calloc(1, sizeof **out);
    if (*out == NULL) return ZH_NOMEM;
    (*out)->arena = zh_arena_open(SET_BYTES_MAX);
    return ZH_OK;
}

void zh_prediction_set_close(zh_prediction_set *s)
{
    if (s != NULL) zh_arena_close(&s->arena);
    free(s);
}

/* ---- sections ---- */

static void put_money(const zh_prediction_set *s, zh_buf *out)
{
    const double reals[REALS] = { s->shop.model.r, s->shop.model.alpha, s->shop.model.a, s->shop.model.b, s->shop.mean_gap, s->shop.mean_value, s->spend.p, s->spend.q, s->spend.v };
    zh_buf_put(out, (zh_sv){ (const char *)reals, sizeof reals });
    zh_buf_put_u8(out, s->has_clv);
}

static zh_err take_money(zh_prediction_set *s, zh_reader *in)
{
    double reals[REALS];
    const zh_sv bytes = zh_read_bytes(in, sizeof reals);
    s->has_clv = zh_read_u8(in) == 1;
    if (in->bad) return ZH_FORMAT;
    memcpy(reals, bytes.data, sizeof reals);
    for (int i = 0; i < REALS; i++)
        if (!isfinite(reals[i])) return ZH_FORMAT;
    s->shop = (zh_past_shop){ { reals[0], reals[1], reals[2], reals[3] }, reals[4], reals[5] };
    s->spend = (zh_gammagamma){ reals[6], reals[7], reals[8] };
    return ZH_OK;
}

static void put_prediction(const zh_prediction_set *s, int which, zh_buf *out)
{
    const zh_prediction *one = &s->all[which];
    zh_buf_put_u8(out, (uint8_t)which);
    zh_buf_put_u8(out, ZH_PREDICT_KEEP_VERSION);
    zh_buf_put_u32(out, (uint32_t)one->task.window);
    zh_predict_report_put(&one->report, out);
    zh_buf_put_u8(out, one->is_trained);
    if (one->is_trained) zh_predictor_put(&one->model, out);
}

static zh_err take_prediction(zh_prediction_set *s, zh_reader *in)
{
    const uint8_t which = zh_read_u8(in), version = zh_read_u8(in);
    if (which >= ZH_PREDICTIONS_COUNT || version != ZH_PREDICT_KEEP_VERSION) return ZH_OK; /* of another version: nothing is said */
    zh_prediction *one = &s->all[which];
    const uint32_t window = zh_read_u32(in);
    if (in->bad || window < 1 || window > ZH_PREDICT_WINDOW_MAX) return ZH_FORMAT;
    one->task = (zh_predict_task){ which == ZH_PREDICTION_LAPSE ? ZH_PREDICT_LAPSE : ZH_PREDICT_BUY, (int32_t)window, NULL };
    zh_err e = zh_predict_report_take(&one->report, &s->arena, in);
    one->is_trained = zh_read_u8(in) == 1;
    if (e == ZH_OK && one->is_trained) e = zh_predictor_take(&one->model, &s->arena, in);
    if (e == ZH_OK && in->bad) e = ZH_FORMAT;
    return e == ZH_CORRUPT ? ZH_FORMAT : e;
}

static void put_next(const zh_prediction_set *s, zh_buf *out)
{
    zh_next_category_report_put(&s->next_report, out);
    zh_next_category_put(&s->next, out);
    for (uint32_t c = 0; c < s->next.count; c++) zh_buf_put_text(out, zh_sv_part(s->next_names[c], 0, NAME_BYTES_MAX));
}

static zh_err take_next(zh_prediction_set *s, zh_reader *in)
{
    zh_err e = zh_next_category_report_take(&s->next_report, in);
    if (e == ZH_OK) e = zh_next_category_take(&s->next, in);
    for (uint32_t c = 0; e == ZH_OK && c < s->next.count; c++) {
        const zh_sv name = zh_read_text(in);
        if (in->bad || name.size > NAME_BYTES_MAX) return ZH_FORMAT;
        s->next_names[c] = zh_arena_copy(&s->arena, name);
        if (s->next_names[c].data == NULL) e = ZH_NOMEM;
    }
    return e == ZH_CORRUPT ? ZH_FORMAT : e;
}

static zh_err take_section(zh_prediction_set *s, uint8_t what, zh_sv bytes)
{
    zh_reader in = zh_reader_on(bytes);
    switch (what) {
    case SECTION_MONEY: return take_money(s, &in);
    case SECTION_PREDICTION: return take_prediction(s, &in);
    case SECTION_NEXT_CATEGORY: return take_next(s, &in);
    case SECTION_SPEND: return zh_spend_take(&s->spending, &s->spend_report, &in) == ZH_OK ? ZH_OK : ZH_FORMAT;
    default: return ZH_OK;
    }
}

static void put_section(zh_buf *out, uint8_t what, const zh_buf *bytes)
{
    zh_buf_put_u8(out, what);
    zh_buf_put_u32(out, (uint32_t)bytes->size);
    zh_buf_put(out, zh_buf_view(bytes));
}

/* ---- the record ---- */

static zh_err put_body(const zh_prediction_set *s, zh_buf *out)
{
    zh_buf section = zh_buf_open(ZH_PREDICTIONS_RECORD_BYTES_MAX);
    zh_buf_put_u32(out, s->version);
    zh_buf_put_i64(out, s->trained_ms);
    zh_buf_put_i64(out, s->took_ms);
    zh_buf_put_u64(out, s->customers);
    zh_buf_put_u64(out, s->events);
    zh_buf_put_u32(out, s->undone);
    zh_buf_put_u8(out, 3 + ZH_PREDICTIONS_COUNT);
    put_money(s, &section);
    put_section(out, SECTION_MONEY, &section);
    for (int i = 0; i < ZH_PREDICTIONS_COUNT; i++) {
        zh_buf_reset(&section);
        put_prediction(s, i, &section);
        put_section(out, SECTION_PREDICTION, &section);
    }
    zh_buf_reset(&section);
    put_next(s, &section);
    put_section(out, SECTION_NEXT_CATEGORY, &section);
    zh_buf_reset(&section);
    zh_spend_put(&s->spending, &s->spend_report, &section);
    put_section(out, SECTION_SPEND, &section);
    const zh_err e = zh_buf_err(&section);
    zh_buf_close(&section);
    return e;
}

zh_err zh_prediction_set_put(const zh_prediction_set *s, zh_buf *out)
{
    zh_buf body = zh_buf_open(ZH_PREDICTIONS_RECORD_BYTES_MAX);
    zh_err e = put_body(s, &body);
    if (e == ZH_OK) e = zh_buf_err(&body);
    zh_record_begin(out, ZH_RECORD_PREDICTIONS, VERSION);
    zh_buf_put_u64(out, zh_fast64(zh_buf_view(&body)));
    zh_buf_put(out, zh_buf_view(&body));
    zh_buf_close(&body);
    return e != ZH_OK ? e : zh_buf_err(out);
}

static zh_err take_body(zh_prediction_set *s, zh_reader *in)
{
    s->version = zh_read_u32(in);
    s->trained_ms = zh_read_i64(in);
    s->took_ms = zh_read_i64(in);
    s->customers = zh_read_u64(in);
    s->events = zh_read_u64(in);
    s->undone = zh_read_u32(in);
    zh_err e = s->version > 0 ? ZH_OK : ZH_FORMAT;
    for (uint32_t left = zh_read_u8(in); e == ZH_OK && !in->bad && left > 0; left--) {
        const uint8_t what = zh_read_u8(in);
        const uint32_t bytes = zh_read_u32(in);
        const zh_sv section = zh_read_bytes(in, bytes);
        if (!in->bad) e = take_section(s, what, section);
    }
    return e != ZH_OK ? e : in->bad || zh_reader_left(in) > 0 ? ZH_FORMAT : ZH_OK;
}

zh_err zh_prediction_set_get(zh_sv record, zh_prediction_set **out)
{
    zh_reader in = zh_reader_on(record);
    const bool is_ours = zh_read_u8(&in) == ZH_RECORD_PREDICTIONS && zh_read_u8(&in) == VERSION && record.size <= ZH_PREDICTIONS_RECORD_BYTES_MAX;
    const uint64_t sum = zh_read_u64(&in);
    if (!is_ours || in.bad || sum != zh_fast64((zh_sv){ in.at, zh_reader_left(&in) })) return ZH_FORMAT;
    zh_err e = zh_prediction_set_open(out);
    if (e == ZH_OK && (e = take_body(*out, &in)) != ZH_OK) zh_prediction_set_close(*out);
    return e;
}
