/* Goal: conditions on how a customer buys say what the portrait says, and what is not known is absent.
 * Method: customers with made orders; each expression with the answer for each of them. */
#include "segment/vocabulary.h"
#include "check.h"

#include <stdio.h>

#define DAY 86400000LL
#define BEGIN INT64_C(1690000000000)

static zh_arena arena, scratch;

static void fold(zh_customers *c, uint64_t customer, uint64_t number, double day, zh_act act, int order, int64_t pieces)
{
    char text[16];
    zh_line lines[2] = { { .item = { 1 }, .item_text = ZH_SV("a"), .price_minor = 100, .quantity = pieces, .total_minor = 100 * pieces },
                         { .item = { 2 }, .item_text = ZH_SV("b"), .price_minor = 100, .quantity = 1, .total_minor = 100 } };
    (void)snprintf(text, sizeof text, "o%d", order);
    const zh_event event = { .customer = { customer }, .type = ZH_EVENT_TRACK, .act = act, .time_ms = BEGIN + (int64_t)(day * (double)DAY), .key = { number, customer }, .name = ZH_SV("e"),
                             .order_id = zh_sv_of(text), .lines = lines, .lines_count = 2, .revenue_minor = 100 * (pieces + 1) };
    zh_effects effects = zh_effects_open(&scratch);
    CHECK(zh_customers_fold(c, event.customer, &event, &effects) == ZH_OK);
    zh_arena_reset(&scratch);
}

static void stay(zh_customers *c, uint64_t customer, uint64_t number, int day)
{
    const zh_event event = { .customer = { customer }, .type = ZH_EVENT_PAGE, .time_ms = BEGIN + day * DAY + DAY / 3, .key = { number, customer }, .context = ZH_SV("{\"$cell\":\"wtw3sj\"}") };
    zh_effects effects = zh_effects_open(&scratch);
    CHECK(zh_customers_fold(c, event.customer, &event, &effects) == ZH_OK);
    zh_arena_reset(&scratch);
}

static const struct { const char *text; int want[4]; } rows[] = { /* of customer 1 … 4; -1: no answer */
    { "customer.basket_size == 4.0", { -1, 1, 0, 1 } },
    { "customer.basket_products == 2.0", { -1, 1, 1, 1 } },
    { "customer.return_rate > 0.3", { -1, 0, 1, 0 } },
    { "customer.purchase_interval == duration('240h')", { -1, -1, 1, 0 } },
    { "customer.purchase_interval > days(15)", { -1, -1, 0, 1 } },
    { "customer.next_order < timestamp('2023-08-20T00:00:00Z')", { -1, -1, 1, 0 } },
    { "customer.orders.count() < 2 || customer.next_order < now", { 1, 1, 1, 0 } },
    { "has(customer.next_order)", { 0, 0, 1, 1 } },
    { "customer.home_cell == 'wtw3sj'", { -1, -1, 1, -1 } }, /* 2 has been there twice; 4 refused */
    { "has(customer.work_cell) || has(customer.home_cell)", { 0, 0, 1, 0 } },
};

int main(int argc, char **argv)
{
    (void)test_seed(argc, argv);
    arena = zh_arena_open((size_t)16 << 20);
    scratch = zh_arena_open((size_t)16 << 20);
    zh_customers *c;
    zh_cel_env *env;
    zh_json *json;
    CHECK(zh_customers_open(&c, &(zh_customers_desc){ 0 }) == ZH_OK && zh_json_open(&json, 4096) == ZH_OK && zh_vocabulary_open(&env, &arena) == ZH_OK);
    fold(c, 1, 1, 0, ZH_ACT_VIEW, 1, 1);
    fold(c, 2, 2, 0, ZH_ACT_ORDER, 2, 3);
    fold(c, 3, 3, 0, ZH_ACT_ORDER, 3, 1);
    fold(c, 3, 4, 10, ZH_ACT_ORDER, 4, 1);
    fold(c, 3, 5, 11, ZH_ACT_REFUND, 4, 1);
    fold(c, 4, 6, 0, ZH_ACT_ORDER, 6, 2);
    fold(c, 4, 7, 20, ZH_ACT_ORDER, 7, 4);
    for (int night = 0; night < 3; night++) /* 12:26 UTC is evening in Shanghai */
        for (uint64_t customer = 2; customer <= 4; customer++) stay(c, customer, 100 + (uint64_t)night, customer == 2 ? night % 2 : night);
    zh_consents *consents;
    const zh_consent_change no = { .customer = { 4 }, .at_ms = BEGIN, .said = ZH_CONSENT_BIT(ZH_CONSENT_ANALYTICS) };
    CHECK(zh_consents_open(&consents, 1 << 20) == ZH_OK && zh_consents_change(consents, &no) == ZH_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_condition condition;
        CHECK_ROW(zh_vocabulary_compile(&condition, &arena, env, zh_sv_of(rows[i].text), NULL) == ZH_OK, rows[i].text);
        for (uint64_t customer = 1; customer <= 4; customer++) {
            zh_cel_value error;
            const zh_look look = { .terms = zh_customers_terms(c), .consents = consents, .state = zh_customers_get(c, (zh_customer_id){ customer }), .customer = { customer }, .now_ms = BEGIN + 35 * DAY, .json = json };
            zh_arena_reset(&scratch);
            const bool holds = zh_vocabulary_holds(&condition, &look, &scratch, &error);
            const int got = zh_cel_is_error(error) ? -1 : holds;
            if (got != rows[i].want[customer - 1]) fprintf(stderr, "customer %llu: %d\n", (unsigned long long)customer, got);
            CHECK_ROW(got == rows[i].want[customer - 1], rows[i].text);
        }
    }
    zh_consents_close(consents);
    zh_customers_close(c);
    zh_json_close(json);
    zh_arena_close(&arena);
    zh_arena_close(&scratch);
    return 0;
}
