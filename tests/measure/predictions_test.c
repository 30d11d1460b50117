/* Goal: a training is the same after it was a record; damaged ones are refused; and a kept segment that names a prediction has, at every moment, those for
 * whom it holds: after events, choices, midnights and new trainings.
 * Method: a made-up shop, two trainings of it; random events and clocks, everybody asked anew after each. Sets of bytes cut and changed. */
#include "measure/predictions.h"
#include "check.h"
#include "measure/past_customer.h"
#include "segment/segments.h"

#include <stdio.h>
#include <string.h>

enum { CUSTOMERS = 260, STEPS = 160, ASKED = 12 };
#define T0 (INT64_C(20000) * ZH_DAY_MS) /* 150 days of orders end here */

static const char *const texts[] = {
    "customer.predictions.buy_7d > 0.3", "!(customer.predictions.buy_7d < 0.5) && customer.predictions.lapse < 0.9", "customer.predictions.clv > 60.0 || customer.orders.count() > 9",
    "has(customer.predictions.lapse)", "customer.orders.count() > 3",
};
enum { KEPT = sizeof texts / sizeof *texts };

static zh_arena arena, scratch, pasts_arena;
static zh_customers *customers;
static zh_consents *consents;
static zh_predictions_view *view;
static zh_segments *segments;
static zh_condition conditions[KEPT];
static zh_cel_env *env;
static uint64_t seed, made;
static int64_t now_ms = T0;

static uint64_t chance(uint64_t n) { return test_random(&seed) % n; }
static zh_look look_of(void) { return (zh_look){ .terms = zh_customers_terms(customers), .consents = consents, .workspace = ZH_WORKSPACE_DEFAULT, .predict = zh_predictions_look, .predictions = view }; }

static void happens(uint64_t customer, zh_act act, int64_t time_ms)
{
    char order[24];
    snprintf(order, sizeof order, "o%llu", (unsigned long long)++made);
    zh_line line = { .item = { 7 }, .item_text = ZH_SV("i"), .price_minor = 2000, .quantity = 1, .total_minor = 2000 };
    const zh_event event = { .customer = { customer }, .type = ZH_EVENT_TRACK, .act = act, .time_ms = time_ms, .key = { made, 3 }, .name = act == ZH_ACT_ORDER ? ZH_SV("Order Completed") : ZH_SV("Seen"),
                             .lines = &line, .lines_count = 1, .order_id = act == ZH_ACT_ORDER ? zh_sv_of(order) : (zh_sv){ 0 }, .revenue_minor = act == ZH_ACT_ORDER ? 2000 + (int64_t)(customer % 5) * 500 : 0,
                             .currency = { .code = 1 } };
    zh_effects effects = zh_effects_open(&scratch);
    if (segments != NULL) zh_segments_before(segments, event.customer);
    CHECK(zh_customers_fold(customers, event.customer, &event, &effects) == ZH_OK);
    if (segments != NULL) CHECK(zh_segments_event(segments, &event, now_ms) == ZH_OK);
    zh_arena_reset(&scratch);
}

static void shop(void)
{
    for (uint64_t c = 1; c <= CUSTOMERS; c++) {
        const int64_t gap = 6 + (int64_t)chance(20), stops = c % 3 == 0 ? 40 + (int64_t)chance(100) : 150;
        for (int64_t at = (int64_t)chance(20); at < stops; at += gap + (int64_t)chance(4)) happens(c, ZH_ACT_ORDER, T0 - (150 - at) * ZH_DAY_MS);
    }
    for (uint64_t c = CUSTOMERS + 1; c <= CUSTOMERS + 20; c++) happens(c, ZH_ACT_VIEW, T0 - ZH_DAY_MS); /* who never bought */
}

static zh_prediction_set *learnt(uint32_t version, int32_t end)
{
    zh_past *pasts = ZH_TAKE(&pasts_arena, zh_past, CUSTOMERS);
    zh_prediction_set *s;
    const char *why;
    CHECK(zh_prediction_set_open(&s) == ZH_OK);
    for (uint64_t c = 1; c <= CUSTOMERS; c++) CHECK(zh_past_of_customer(&pasts[c - 1], &pasts_arena, zh_customers_get(customers, (zh_customer_id){ c }), zh_tz_utc()) == ZH_OK);
    s->version = version, s->trained_ms = T0, s->customers = CUSTOMERS, s->events = made, s->undone = 1;
    for (int i = 0; i < ZH_PREDICTIONS_COUNT; i++) {
        zh_prediction *one = &s->all[i];
        one->task = (zh_predict_task){ i == ZH_PREDICTION_LAPSE ? ZH_PREDICT_LAPSE : ZH_PREDICT_BUY, i == ZH_PREDICTION_BUY_7D ? 7 : 30, NULL };
        one->is_trained = i != ZH_PREDICTION_BUY_30D && zh_predict_learn(&one->model, &s->arena, pasts, CUSTOMERS, one->task, end, &why) == ZH_OK;
        CHECK(one->is_trained == (i != ZH_PREDICTION_BUY_30D));
        one->report = (zh_predict_report){ .is_offered = one->is_trained, .why = one->is_trained ? NULL : "not asked" };
    }
    zh_past_shop_of(&s->shop, pasts, CUSTOMERS, end);
    s->spend = (zh_gammagamma){ 6, 4, 15 };
    s->has_clv = s->shop.model.a > 0;
    return s;
}

static void put(const zh_prediction_set *s, zh_buf *out)
{
    *out = zh_buf_open(ZH_PREDICTIONS_RECORD_BYTES_MAX);
    CHECK(zh_prediction_set_put(s, out) == ZH_OK && out->size < ZH_PREDICTIONS_RECORD_BYTES_MAX / 2);
}

/* ---- the record ---- */

static void same_again(const zh_buf *record)
{
    zh_prediction_set *back;
    zh_buf again;
    CHECK(zh_prediction_set_get(zh_buf_view(record), &back) == ZH_OK);
    put(back, &again);
    CHECK(zh_sv_equal(zh_buf_view(record), zh_buf_view(&again)));
    zh_buf_close(&again);
    zh_prediction_set_close(back);
}

static void damaged(const zh_buf *record)
{
    zh_prediction_set *back;
    for (size_t at = 0; at < record->size; at += 1 + record->size / 300) {
        record->data[at] = (char)(record->data[at] ^ 0x10);
        CHECK(zh_prediction_set_get(zh_buf_view(record), &back) == ZH_FORMAT);
        record->data[at] = (char)(record->data[at] ^ 0x10);
        CHECK(zh_prediction_set_get((zh_sv){ record->data, at }, &back) == ZH_FORMAT);
    }
}

/* ---- kept segments ---- */

static void advance(void)
{
    for (bool done = false; !done;) CHECK(zh_segments_advance(segments, now_ms, 50, &done) == ZH_OK);
}

static void settle(void)
{
    while (zh_segments_is_settling(segments)) {
        bool done;
        CHECK(zh_segments_settle(segments, 50, &done) == ZH_OK);
    }
}

static size_t compare(const char *when)
{
    size_t in = 0;
    for (int k = 0; k < KEPT; k++) {
        zh_segment segment;
        char name[8];
        snprintf(name, sizeof name, "s%d", k);
        CHECK(zh_segments_find(segments, zh_sv_of(name), &segment) && segment.fault == NULL);
        for (uint64_t c = 1; c <= CUSTOMERS + 20; c++) {
            zh_look look = look_of();
            zh_cel_value error;
            look.customer = (zh_customer_id){ c }, look.state = zh_customers_get(customers, look.customer), look.now_ms = now_ms;
            const bool holds = look.state != NULL && zh_vocabulary_holds(&conditions[k], &look, &scratch, &error);
            const bool is = zh_segments_has(segments, segment.number, look.customer, NULL);
            if (is != holds) fprintf(stderr, "%s: %s, customer %llu: kept %d, asked %d\n", when, texts[k], (unsigned long long)c, is, holds);
            CHECK(is == holds);
            in += is;
            zh_arena_reset(&scratch);
        }
    }
    return in;
}

static void trained(const zh_buf *record)
{
    CHECK(zh_predictions_fold(view, zh_buf_view(record), 1) == ZH_OK);
    const uint64_t asked = zh_segments_asked(segments);
    zh_segments_wake_all(segments, ZH_WAKE_MODEL, now_ms);
    settle();
    CHECK(zh_segments_asked(segments) - asked == (KEPT - 1) * (CUSTOMERS + 20)); /* the one that names no prediction rests */
}

static void steps(const zh_buf *first, const zh_buf *second)
{
    size_t before = compare("before any training"), changes = 0;
    trained(first);
    for (int i = 0; i < STEPS; i++) {
        const unsigned what = (unsigned)chance(8);
        now_ms += what == 0 ? ZH_DAY_MS + (int64_t)chance(1000) : (int64_t)chance(ZH_DAY_MS / 6);
        advance();
        if (what > 1) happens(1 + chance(CUSTOMERS + 20), what < 5 ? ZH_ACT_ORDER : ZH_ACT_VIEW, now_ms - (int64_t)chance(ZH_DAY_MS) + (what == 7 ? 2 * ZH_DAY_MS : 0));
        if (what == 1) {
            const zh_consent_change change = { .customer = { 1 + chance(CUSTOMERS) }, .at_ms = now_ms, .said = ZH_CONSENT_BIT(ZH_CONSENT_PERSONALIZATION), .yes = chance(2) ? ZH_CONSENT_BIT(ZH_CONSENT_PERSONALIZATION) : 0 };
            CHECK(zh_consents_change(consents, &change) == ZH_OK && zh_segments_said(segments, change.customer, now_ms) == ZH_OK);
        }
        if (i == STEPS / 2) trained(second);
        if (i % ASKED != 0 && i != STEPS / 2) continue;
        const size_t now = compare("then");
        changes += now != before;
        before = now;
    }
    CHECK(changes > STEPS / ASKED / 2);
}

int main(int argc, char **argv)
{
    seed = test_seed(argc, argv);
    arena = zh_arena_open(64 << 20), scratch = zh_arena_open(64 << 20), pasts_arena = zh_arena_open(64 << 20);
    CHECK(zh_customers_open(&customers, &(zh_customers_desc){ 0 }) == ZH_OK && zh_consents_open(&consents, 1 << 20) == ZH_OK);
    CHECK(zh_predictions_open(&view, NULL) == ZH_OK && zh_predictions_last(view)->version == 0 && zh_vocabulary_open(&env, &arena) == ZH_OK);
    shop();
    zh_prediction_set *first = learnt(1, (int32_t)(T0 / ZH_DAY_MS) - 10), *second = learnt(2, (int32_t)(T0 / ZH_DAY_MS) - 1);
    zh_buf bytes[2];
    put(first, &bytes[0]), put(second, &bytes[1]);
    same_again(&bytes[0]);
    damaged(&bytes[0]);
    CHECK(zh_predictions_fold(view, zh_buf_view(&bytes[0]), 2) == ZH_OK && zh_predictions_last(view)->version == 0); /* it learnt from what was taken back */
    CHECK(zh_segments_open(&segments, &(zh_segments_desc){ customers, look_of() }) == ZH_OK);
    for (int k = 0; k < KEPT; k++) {
        char name[8];
        snprintf(name, sizeof name, "s%d", k);
        CHECK(zh_vocabulary_compile(&conditions[k], &arena, env, zh_sv_of(texts[k]), NULL) == ZH_OK);
        CHECK(zh_segments_define(segments, zh_sv_of(name), zh_sv_of(texts[k]), now_ms) == ZH_OK);
        settle();
    }
    steps(&bytes[0], &bytes[1]);
    const char *why;
    CHECK(zh_segments_check(segments, &why) && zh_predictions_check(view, &why) && zh_predictions_last(view)->version == 2);
    zh_segments_close(segments);
    zh_predictions_close(view);
    zh_buf_close(&bytes[0]), zh_buf_close(&bytes[1]);
    zh_prediction_set_close(first), zh_prediction_set_close(second);
    zh_consents_close(consents);
    zh_customers_close(customers);
    zh_arena_close(&arena), zh_arena_close(&scratch), zh_arena_close(&pasts_arena);
    return 0;
}
