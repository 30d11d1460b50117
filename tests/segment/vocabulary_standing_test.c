/* Goal: the names say what zh_standing_of says, with boundaries, without, and of one nobody knows.
 * Method: one buyer among four; a wrong name is refused. */
#include "segment/standing.h"
#include "segment/vocabulary.h"
#include "check.h"

#define T0 INT64_C(1763800000000)

static zh_arena arena, scratch;
static zh_cel_env *env;

static bool holds(const zh_look *look, const char *text)
{
    zh_condition condition;
    zh_cel_fault why;
    zh_cel_value error;
    const zh_err e = zh_vocabulary_compile(&condition, &arena, env, zh_sv_of(text), &why);
    if (e != ZH_OK) fprintf(stderr, "%s: %s\n", text, why.text);
    CHECK(e == ZH_OK);
    zh_arena_reset(&scratch);
    const bool is = zh_vocabulary_holds(&condition, look, &scratch, &error);
    CHECK(!zh_cel_is_error(error));
    return is;
}

static bool refused(const char *text)
{
    zh_condition condition;
    zh_cel_fault why;
    return zh_vocabulary_compile(&condition, &arena, env, zh_sv_of(text), &why) == ZH_FORMAT && why.text[0] != '\0';
}

int main(void)
{
    zh_customers *c;
    zh_boundaries_view *view;
    arena = zh_arena_open(16 << 20), scratch = zh_arena_open(16 << 20);
    CHECK(zh_vocabulary_open(&env, &arena) == ZH_OK && zh_customers_open(&c, &(zh_customers_desc){ 0 }) == ZH_OK && zh_boundaries_open(&view) == ZH_OK);
    for (uint64_t i = 0; i < 2; i++) {
        zh_event event = { .customer = { 1 }, .type = ZH_EVENT_TRACK, .act = ZH_ACT_ORDER, .time_ms = T0 - (int64_t)i * 10 * ZH_DAY_MS, .key = { i + 1, 1 }, .name = ZH_SV("Order Completed"),
                           .order_id = i == 0 ? ZH_SV("a") : ZH_SV("b"), .revenue_minor = 90000, .currency = zh_currency_of(ZH_SV("CNY")) };
        zh_effects effects = zh_effects_open(&scratch);
        CHECK(zh_customers_fold(c, event.customer, &event, &effects) == ZH_OK);
    }
    zh_look look = { .terms = zh_customers_terms(c), .state = zh_customers_get(c, (zh_customer_id){ 1 }), .customer = { 1 }, .now_ms = T0 };
    const char *const unscored = "customer.rfm.segment == '' && customer.rfm.class_zh == '' && customer.rfm.recency == 0 && customer.rfm.monetary == 0";
    CHECK(holds(&look, unscored)); /* no view */
    look.boundaries = view;
    CHECK(holds(&look, unscored)); /* an empty one */
    CHECK(holds(&look, "customer.lifecycle == 'active' && customer.aipl == 'loyal'"));

    zh_buyer buyers[4] = { { T0 - 40 * ZH_DAY_MS, 1, 100, 0 }, { T0 - 30 * ZH_DAY_MS, 1, 200, 0 }, { T0 - 20 * ZH_DAY_MS, 1, 300, 0 }, { T0, 2, 180000, 0 } };
    zh_boundaries b = { .at_ms = T0, .cause = ZH_BOUNDARIES_ASKED, .currency = zh_currency_of(ZH_SV("CNY")) };
    zh_boundaries_make(&b, buyers, 4, zh_tz_utc());
    zh_buf record = zh_buf_open(4096);
    zh_boundaries_put(&b, &record);
    CHECK(zh_boundaries_fold(view, zh_buf_view(&record), 0) == ZH_OK);
    zh_buf_close(&record);
    zh_standing s;
    zh_standing_of(look.state, zh_boundaries_last(view), T0, &s);
    char text[160];
    snprintf(text, sizeof text, "customer.rfm.recency == %d && customer.rfm.frequency == %d && customer.rfm.monetary == %d", s.scores[0], s.scores[1], s.scores[2]);
    CHECK(s.scores[0] == 5 && s.scores[2] == 5 && holds(&look, text));
    CHECK(holds(&look, "customer.rfm.class == 'key_value' && customer.rfm.class_zh == '重要价值'"));
    CHECK(holds(&look, s.segment == 0 ? "customer.rfm.segment == 'champion'" : "customer.rfm.segment in ['loyal', 'potential_loyalist']"));
    zh_condition condition;
    zh_cel_value error;
    int64_t until_ms;
    CHECK(zh_vocabulary_compile(&condition, &arena, env, ZH_SV("customer.lifecycle == 'active' || customer.aipl == 'none'"), NULL) == ZH_OK);
    CHECK(zh_vocabulary_ask(&condition, &look, &scratch, &error, &until_ms) && until_ms == T0 + 60 * ZH_DAY_MS && until_ms == s.until_ms); /* the clock alone ends it */
    CHECK(zh_vocabulary_compile(&condition, &arena, env, ZH_SV("customer.rfm.recency == 5 && customer.aipl == 'loyal'"), NULL) == ZH_OK);
    CHECK(zh_vocabulary_ask(&condition, &look, &scratch, &error, &until_ms) && until_ms == INT64_MAX); /* these wait for an event or new borders */
    look.now_ms = T0 + 61 * ZH_DAY_MS; /* twice the shop's 30 days */
    CHECK(holds(&look, "customer.lifecycle == 'at_risk'"));
    look.state = NULL;
    CHECK(holds(&look, unscored) && holds(&look, "customer.lifecycle == 'prospect' && customer.aipl == 'none'"));
    CHECK(refused("customer.rfm.sgment == 'x'") && refused("customer.rfm.recency == 'x'") && refused("customer.lifecycle > 3"));
    zh_boundaries_close(view);
    zh_customers_close(c);
    zh_arena_close(&arena);
    zh_arena_close(&scratch);
    return 0;
}
