/* Goal: predictions in an expression are what the look brings, stand until the moment it says, and are absent without one.
 * Method: a look with numbers of its own. */
#include "segment/vocabulary.h"
#include "check.h"

#include <string.h>

static bool told(const void *predictions, const zh_look *look, zh_arena *scratch, uint32_t which, double *out, int64_t *until_ms)
{
    (void)scratch;
    *until_ms = look->now_ms + 1000;
    *out = ((const double *)predictions)[which];
    return *out >= 0;
}

int main(void)
{
    zh_arena arena = zh_arena_open(16 << 20), scratch = zh_arena_open(16 << 20);
    zh_customers *customers;
    zh_cel_env *env;
    CHECK(zh_customers_open(&customers, &(zh_customers_desc){ 0 }) == ZH_OK && zh_vocabulary_open(&env, &arena) == ZH_OK);
    const zh_event event = { .customer = { 1 }, .type = ZH_EVENT_TRACK, .act = ZH_ACT_VIEW, .time_ms = 1000, .key = { 1, 1 }, .name = ZH_SV("Product Viewed") };
    zh_effects effects = zh_effects_open(&arena);
    CHECK(zh_customers_fold(customers, event.customer, &event, &effects) == ZH_OK);
    double values[] = { 0.25, 0.75, -1, 120 };
    zh_look look = { .terms = zh_customers_terms(customers), .state = zh_customers_get(customers, (zh_customer_id){ 1 }), .customer = { 1 }, .now_ms = 5000, .predict = told, .predictions = values };
    static const struct { const char *text; bool holds; } cases[] = {
        { "customer.predictions.buy_7d > 0.2", true }, { "customer.predictions.buy_7d > 0.3", false }, { "customer.predictions.buy_30d >= 0.75", true },
        { "customer.predictions.clv == 120.0", true }, { "customer.predictions.lapse > 0.0", false }, { "has(customer.predictions.lapse)", false }, { "has(customer.predictions.buy_7d)", true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        zh_condition condition;
        zh_cel_value error;
        zh_cel_fault why;
        int64_t until_ms;
        CHECK_ROW(zh_vocabulary_compile(&condition, &arena, env, zh_sv_of(cases[i].text), &why) == ZH_OK, cases[i].text);
        CHECK_ROW(zh_vocabulary_ask(&condition, &look, &scratch, &error, &until_ms) == cases[i].holds, cases[i].text);
        CHECK_ROW(until_ms == 6000, cases[i].text);
        zh_look without = look;
        without.predict = NULL;
        CHECK_ROW(!zh_vocabulary_ask(&condition, &without, &scratch, &error, &until_ms), cases[i].text);
    }
    zh_customers_close(customers);
    zh_arena_close(&arena), zh_arena_close(&scratch);
    return 0;
}
