/* The view of trainings, and what the newest says of a customer. */
#include "measure/past_customer.h"
#include "measure/predictions.h"

#include <math.h>
#include <stdlib.h>

#define MEMO_BYTES_MAX ((size_t)8 << 20) /* the past of one customer */
enum { ANSWERS = ZH_PREDICTIONS_COUNT + 1 };
static const zh_sv last_key = { "last", 4 };

/* Several questions about one customer at one moment, as kept segments ask them, share his past and the answers. */
typedef struct memo {
    uint64_t turn;           /* of the look it is of; 0: of none */
    zh_arena arena;
    zh_past past;
    bool known[ANSWERS], is[ANSWERS];
    double value[ANSWERS];
} memo;

struct zh_predictions_view {
    const zh_tz *zone;
    zh_prediction_set *set;
    zh_buf record;           /* as it came; empty: none */
    bool dirty;
    memo memo;               /* of the one who folds */
};

zh_err zh_predictions_open(zh_predictions_view **out, const zh_tz *zone)
{
    zh_predictions_view *v = calloc(1, sizeof *v);
    if (v == NULL || zh_prediction_set_open(&v->set) != ZH_OK) {
        free(v);
        return ZH_NOMEM;
    }
    v->zone = zone == NULL ? zh_tz_utc() : zone;
    v->record = zh_buf_open(ZH_PREDICTIONS_RECORD_BYTES_MAX);
    v->memo.arena = zh_arena_open(MEMO_BYTES_MAX);
    *out = v;
    return ZH_OK;
}

void zh_predictions_close(zh_predictions_view *v)
{
    if (v == NULL) return;
    zh_prediction_set_close(v->set);
    zh_buf_close(&v->record);
    zh_arena_close(&v->memo.arena);
    free(v);
}

zh_err zh_predictions_fold(zh_predictions_view *v, zh_sv record, uint32_t undone)
{
    zh_prediction_set *set;
    zh_err e = zh_prediction_set_get(record, &set);
    if (e != ZH_OK) return e;
    zh_buf bytes = zh_buf_open(ZH_PREDICTIONS_RECORD_BYTES_MAX);
    if (set->undone >= undone) zh_buf_put(&bytes, record);
    if (set->undone < undone || zh_buf_err(&bytes) != ZH_OK) {
        e = zh_buf_err(&bytes);
        zh_buf_close(&bytes);
        zh_prediction_set_close(set);
        return e;
    }
    zh_prediction_set_close(v->set);
    zh_buf_close(&v->record);
    v->set = set;
    v->record = bytes;
    v->memo.turn = 0;
    v->dirty = true;
    return ZH_OK;
}

const zh_prediction_set *zh_predictions_last(const zh_predictions_view *v) { return v->set; }

zh_err zh_predictions_save(zh_predictions_view *v, bool all, zh_keep keep)
{
    const bool saves = v->record.size > 0 && (all || v->dirty);
    const zh_err e = saves ? keep.put(keep.context, last_key, zh_buf_view(&v->record)) : ZH_OK;
    if (e == ZH_OK && !all) v->dirty = false;
    return e;
}

zh_err zh_predictions_load(zh_predictions_view *v, zh_sv key, zh_sv value)
{
    if (!zh_sv_equal(key, last_key)) return ZH_FORMAT;
    const zh_err e = zh_predictions_fold(v, value, 0);
    v->dirty = false;
    return e;
}

bool zh_predictions_check(const zh_predictions_view *v, const char **why)
{
    *why = NULL;
    if ((v->set->version == 0) != (v->record.size == 0)) *why = "a training without its record";
    for (int i = 0; i < ZH_PREDICTIONS_COUNT; i++)
        if (v->set->all[i].is_trained && !v->set->all[i].report.is_offered) *why = "a model that is not offered";
    if (v->set->next.count > 0 && !v->set->next_report.is_offered) *why = "a model of next categories that is not offered";
    return *why == NULL;
}

size_t zh_predictions_bytes(const zh_predictions_view *v) { return sizeof *v + sizeof *v->set + zh_arena_held(&v->set->arena) + zh_arena_held(&v->memo.arena) + v->record.size; }

/* ---- asking ---- */

static bool clv_of(const zh_prediction_set *s, const zh_past *past, int32_t day, double *out)
{
    zh_clv_history h;
    int32_t first, last;
    double spent = 0;
    if (!s->has_clv || !zh_past_history(past, day, &h, &first, &last)) return false;
    for (uint32_t i = 0; i < past->count; i++)
        if (past->facts[i].kind == ZH_PAST_ORDER && past->facts[i].day > first && past->facts[i].day <= day) spent += past->facts[i].value;
    const double orders = zh_bgnbd_conditional(&s->shop.model, &h, ZH_PREDICTIONS_CLV_DAYS / 7.0);
    *out = orders * zh_gammagamma_expected(&s->spend, spent > 0 ? h.x : 0, spent > 0 ? spent / h.x : 0);
    return isfinite(*out);
}

static bool answer(const zh_prediction_set *s, const zh_past *past, int32_t day, uint32_t which, double *out)
{
    if (past->count == 0) return false;
    if (which == ZH_PREDICTIONS_COUNT) return clv_of(s, past, day, out);
    return s->all[which].is_trained && zh_predict_one(&s->all[which].model, past, day, out);
}

/* The likeliest categories of his next order. */
static zh_err next_of(const zh_predictions_view *v, const zh_customer_state *state, const zh_terms *terms, int32_t day, zh_arena *scratch, zh_predicted *out)
{
    const zh_prediction_set *s = v->set;
    double p[ZH_NEXT_CATEGORIES_MAX];
    zh_past past;
    if (s->next.count == 0 || state == NULL) return ZH_OK;
    const zh_err e = zh_past_categories(&past, scratch, state, terms, v->zone);
    if (e != ZH_OK || !zh_next_category_of(&s->next, &past, day, p)) return e;
    while (out->next_count < ZH_PREDICTED_CATEGORIES_MAX) {
        uint32_t best = s->next.count;
        for (uint32_t c = 0; c < s->next.count; c++)
            if (p[c] >= 0 && s->next_names[c].size > 0 && (best == s->next.count || p[c] > p[best])) best = c;
        if (best == s->next.count) break;
        out->next[out->next_count].name = s->next_names[best];
        out->next[out->next_count++].chance = p[best];
        p[best] = -1;
    }
    return ZH_OK;
}

zh_err zh_predictions_of(const zh_predictions_view *v, const zh_customer_state *state, const zh_terms *terms, int64_t now_ms, zh_arena *scratch, zh_predicted *out)
{
    const int64_t day = zh_tz_day(v->zone, now_ms);
    const zh_prediction_set *s = v->set;
    zh_past past = { 0 };
    *out = (zh_predicted){ .version = s->version, .until_ms = zh_tz_day_start_ms(v->zone, day + 1) };
    zh_err e = state == NULL ? ZH_OK : zh_past_of_customer(&past, scratch, state, v->zone);
    for (uint32_t i = 0; e == ZH_OK && i < ZH_PREDICTIONS_COUNT; i++) {
        out->window[i] = s->all[i].task.window;
        out->is[i] = answer(s, &past, (int32_t)day, i, &out->chance[i]);
    }
    if (e == ZH_OK) out->has_clv = answer(s, &past, (int32_t)day, ZH_PREDICTIONS_COUNT, &out->clv);
    if (e == ZH_OK && past.count > 0 && zh_spend_of(&s->spending, &past, (int32_t)day, &out->spend)) out->spend_days = s->spending.days;
    if (e == ZH_OK) e = next_of(v, state, terms, (int32_t)day, scratch, out);
    return e;
}

/* His past, that of the last question where it is the same customer at the same moment; NULL: no memory. */
static const zh_past *past_of(memo *m, const zh_look *look, const zh_tz *zone, zh_arena *scratch, zh_past *room)
{
    const bool is_shared = look->turn != 0;
    if (is_shared && m->turn == look->turn) return &m->past;
    if (is_shared) {
        zh_arena_reset(&m->arena);
        m->turn = 0;
    }
    zh_past *past = is_shared ? &m->past : room;
    if (zh_past_of_customer(past, is_shared ? &m->arena : scratch, look->state, zone) != ZH_OK) return NULL;
    if (!is_shared) return past;
    m->turn = look->turn;
    memset(m->known, 0, sizeof m->known);
    return past;
}

static bool has_orders(const zh_customer_state *state)
{
    uint32_t count = 0;
    return state != NULL && zh_customer_orders(state, &count) != NULL && count > 0;
}

bool zh_predictions_look(const void *view, const zh_look *look, zh_arena *scratch, uint32_t which, double *out, int64_t *until_ms)
{
    const zh_predictions_view *v = view;
    memo *m = &((zh_predictions_view *)(uintptr_t)v)->memo; /* used where the look has a turn: by the one who folds */
    *until_ms = INT64_MAX;
    if (v->set->version == 0 || !has_orders(look->state)) return false;
    const int32_t day = (int32_t)zh_tz_day(v->zone, look->now_ms);
    const int64_t midnight_ms = zh_tz_day_start_ms(v->zone, day + 1);
    if (which < ZH_PREDICTIONS_COUNT ? !v->set->all[which].is_trained : !v->set->has_clv) return false; /* of nobody, until the next record */
    zh_past room = { 0 };
    const zh_past *past = past_of(m, look, v->zone, scratch, &room);
    if (past == NULL) {
        *until_ms = midnight_ms;
        return false;
    }
    bool is;
    if (look->turn != 0 && m->known[which]) {
        is = m->is[which], *out = m->value[which];
    } else {
        is = answer(v->set, past, day, which, out);
        if (look->turn != 0) m->known[which] = true, m->is[which] = is, m->value[which] = *out;
    }
    /* Nothing of him lies ahead: he is asked again when he does something. */
    const bool is_over = !is && (past->count == 0 || (which < ZH_PREDICTIONS_COUNT && past->facts[past->count - 1].day <= day));
    if (!is_over) *until_ms = midnight_ms;
    return is;
}
