/* Goal: a plan says of a customer what the machine says of him, and until when that stands.
 * Method: random conditions over random customers at random moments, answered by both, and by the machine at each moment it names up to the plan's;
 * conditions that must have a plan, and some that have none. */
#include "segment/plan.h"
#include "base/time.h"
#include "check.h"

#include <stdio.h>

enum { CUSTOMERS = 12, EVENTS = 240, CONDITIONS = 900 };
#define T0 1700000000000

static const char *const names[] = { "Product Viewed", "Order Completed", "Signed Up", "Never Said" };
static const char *const kinds[] = { "tea", "shoes", "never" };

static zh_arena arena, scratch;
static zh_cel_env *env;
static zh_json *json;
static zh_customers *customers;
static zh_consents *consents;
static uint64_t seed;

static uint64_t chance(uint64_t n) { return test_random(&seed) % n; }

/* ---- customers ---- */

static void happens(uint64_t at)
{
    static const char *const cities[] = { "\"Bern\"", "\"B\\u0065rn\"", "12", "null", "[\"Bern\"]" };
    const unsigned what = (unsigned)chance(3);
    char item[24], traits[64], order[24];
    snprintf(item, sizeof item, "i%u", (unsigned)chance(4));
    snprintf(order, sizeof order, "o%u", (unsigned)at);
    snprintf(traits, sizeof traits, "{\"city\":%s}", cities[chance(5)]);
    zh_line lines[3];
    for (int i = 0; i < 3; i++)
        lines[i] = (zh_line){ .item = zh_item_id_of(zh_sv_of(item)), .item_text = zh_sv_of(item), .category = chance(4) == 0 ? (zh_sv){ 0 } : zh_sv_of(kinds[chance(2)]),
                              .brand = chance(3) == 0 ? (zh_sv){ 0 } : ZH_SV("x"), .price_minor = chance(4) == 0 ? -1 : (int64_t)chance(6000), .quantity = (int64_t)chance(4) };
    zh_event event = { .customer = { 1 + chance(CUSTOMERS) }, .type = ZH_EVENT_TRACK, .act = what == 0 ? ZH_ACT_VIEW : what == 1 ? ZH_ACT_ORDER : ZH_ACT_OTHER,
                       .time_ms = T0 + (int64_t)chance(40 * (uint64_t)ZH_DAY_MS), .key = { at + 1, 7 }, .name = zh_sv_of(names[what]), .lines = lines, .lines_count = (uint32_t)chance(4),
                       .revenue_minor = (int64_t)chance(9000), .currency = { .code = 1 } };
    if (chance(5) == 0) event.time_ms = T0 + (int64_t)chance(40) * ZH_DAY_MS; /* at one moment with others */
    if (what == 1) event.order_id = zh_sv_of(order);
    if (what == 2) event.traits = zh_sv_of(traits), event.type = ZH_EVENT_IDENTIFY;
    zh_effects effects = zh_effects_open(&scratch);
    CHECK(zh_customers_fold(customers, event.customer, &event, &effects) == ZH_OK);
    zh_arena_reset(&scratch);
}

static bool is_in(const void *segments, zh_customer_id customer, zh_sv name)
{
    (void)segments;
    return customer.number % 2 == 0 && zh_sv_equal(name, ZH_SV("even"));
}

/* ---- conditions ---- */

static const char *order(void)
{
    static const char *const orders[] = { "==", "!=", "<", "<=", ">", ">=" };
    return orders[chance(6)];
}

static void put_filter(zh_buf *out, const char *variable, int depth)
{
    switch (chance(depth > 2 ? 7 : 10)) {
    case 0: zh_buf_printf(out, "%s.category == '%s'", variable, kinds[chance(3)]); break;
    case 1: zh_buf_printf(out, "'x' != %s.brand", variable); break;
    case 2: zh_buf_printf(out, "%s.item_id in ['i1', 'i%u', 'i9']", variable, (unsigned)chance(4)); break;
    case 3: zh_buf_printf(out, "%s.price %s %u.5", variable, order(), (unsigned)chance(60)); break;
    case 4: zh_buf_printf(out, "%u %s %s.quantity", (unsigned)chance(4), order(), variable); break;
    case 5:
        if (variable[0] == 'e') zh_buf_printf(out, "e.value %s %u.0", order(), (unsigned)chance(90));
        else zh_buf_printf(out, "p.price >= %u", (unsigned)chance(60));
        break;
    case 6: zh_buf_printf(out, variable[0] == 'e' && chance(4) == 0 ? "e.name == 'Signed Up'" : "%s.category == 'tea'", variable); break; /* the first has no plan */
    case 7: {
        zh_buf_printf(out, "(");
        put_filter(out, variable, depth + 1);
        zh_buf_printf(out, chance(2) == 0 ? " && " : " || ");
        put_filter(out, variable, depth + 1);
        zh_buf_printf(out, ")");
        break;
    }
    case 8:
        zh_buf_printf(out, "!(");
        put_filter(out, variable, depth + 1);
        zh_buf_printf(out, ")");
        break;
    default:
        if (variable[0] != 'e') zh_buf_printf(out, "p.quantity > 0");
        else zh_buf_printf(out, "e.products.exists(p, "), put_filter(out, "p", depth + 1), zh_buf_printf(out, ")");
    }
}

static void put_events(zh_buf *out)
{
    if (chance(5) == 0) zh_buf_printf(out, "customer.events()");
    else zh_buf_printf(out, "customer.events('%s')", names[chance(4)]);
    for (uint64_t stages = chance(4); stages > 0; stages--) {
        if (chance(2) == 0) zh_buf_printf(out, ".where(e, "), put_filter(out, "e", 0), zh_buf_printf(out, ")");
        else zh_buf_printf(out, ".%s('%s', hours(%u))", chance(2) == 0 ? "followed_by" : "not_followed_by", names[chance(4)], (unsigned)chance(200));
    }
}

static void put_window(zh_buf *out)
{
    static const char *const units[] = { "weeks", "days", "hours", "minutes" };
    if (chance(3) > 0) zh_buf_printf(out, "%s(%u)", units[chance(4)], (unsigned)chance(30));
}

static void put_clause(zh_buf *out)
{
    switch (chance(12)) {
    case 0:
    case 1:
    case 2:
        put_events(out);
        zh_buf_printf(out, ".count("), put_window(out), zh_buf_printf(out, ") %s %u", order(), (unsigned)chance(5));
        break;
    case 3:
        put_events(out);
        zh_buf_printf(out, ".sum("), put_window(out), zh_buf_printf(out, ") %s %u.25", order(), (unsigned)chance(120));
        break;
    case 4: zh_buf_printf(out, "customer.did('%s', days(%u))", names[chance(4)], (unsigned)chance(40)); break;
    case 5: zh_buf_printf(out, "customer.did('%s')", names[chance(4)]); break;
    case 6: zh_buf_printf(out, "%u %s customer.orders.count(days(%u))", (unsigned)chance(5), order(), (unsigned)chance(40)); break;
    case 7: zh_buf_printf(out, "customer.traits.city %s 'Bern'", chance(2) == 0 ? "==" : "!="); break;
    case 8: zh_buf_printf(out, "customer.traits['%s'] == 'Bern'", chance(2) == 0 ? "city" : "none"); break;
    case 9: zh_buf_printf(out, "customer.consent.%s", chance(2) == 0 ? "email" : "personalization"); break;
    case 10: zh_buf_printf(out, "customer.in_segment('%s')", chance(2) == 0 ? "even" : "odd"); break;
    default: zh_buf_printf(out, chance(2) == 0 ? "customer.last_seen < now - days(%u)" : "size(customer.affinity.category) > %u", (unsigned)chance(20)); break; /* the machine's */
    }
}

static void put_condition(zh_buf *out)
{
    const uint64_t clauses = 1 + chance(4);
    for (uint64_t i = 0; i < clauses; i++) {
        if (i > 0) zh_buf_printf(out, chance(2) == 0 ? " && " : " || ");
        if (chance(4) == 0) zh_buf_printf(out, "!");
        zh_buf_printf(out, "(");
        put_clause(out);
        zh_buf_printf(out, ")");
    }
}

/* ---- asking both ---- */

static zh_look look_at(uint64_t customer, int64_t now_ms)
{
    return (zh_look){ .terms = zh_customers_terms(customers), .consents = consents, .state = zh_customers_get(customers, (zh_customer_id){ customer }), .customer = { customer },
                      .now_ms = now_ms, .json = json, .workspace = ZH_WORKSPACE_DEFAULT, .in_segment = is_in };
}

static unsigned planned, later, turns, sifted;

static const zh_stamps *stamps_of(uint64_t customer)
{
    const zh_stamps *stamps;
    for (size_t at = 0; (stamps = zh_customers_stamps(customers, at)) != NULL; at++)
        if (stamps->number == customer) return stamps;
    return NULL;
}

/* The machine says the same all the time, and often something else at the moment itself. */
static void stands_until(const zh_condition *condition, zh_look look, bool holds, int64_t until_ms, zh_sv text)
{
    zh_cel_value error;
    int64_t at_ms = look.now_ms, next_ms;
    for (int i = 0; i < 200 && at_ms < until_ms; i++) {
        look.now_ms = at_ms;
        zh_arena_reset(&scratch);
        const bool is = zh_vocabulary_ask(condition, &look, &scratch, &error, &next_ms);
        if (is != holds) fprintf(stderr, "at %lld it turned before %lld: %.*s\n", (long long)at_ms, (long long)until_ms, ZH_SV_ARG(text));
        CHECK(is == holds);
        at_ms = next_ms > at_ms + 1 ? next_ms : at_ms + ZH_HOUR_MS; /* what the machine asks anew each millisecond */
    }
    if (until_ms == INT64_MAX) return;
    look.now_ms = until_ms;
    zh_arena_reset(&scratch);
    turns += zh_vocabulary_holds(condition, &look, &scratch, &error) != holds;
}

static void both_say_the_same(zh_sv text)
{
    zh_condition condition;
    zh_cel_fault why = { .text = "" };
    zh_plan *plan;
    zh_recall recall;
    zh_arena mine = zh_arena_open((size_t)8 << 20);
    if (zh_vocabulary_compile(&condition, &mine, env, text, &why) != ZH_OK) fprintf(stderr, "%s\n%.*s\n", why.text, ZH_SV_ARG(text));
    CHECK(zh_vocabulary_compile(&condition, &mine, env, text, &why) == ZH_OK);
    CHECK(zh_plan_make(&plan, &mine, env, &condition) == ZH_OK && zh_recall_open(&recall) == ZH_OK);
    planned += plan != NULL;
    for (uint64_t customer = 1; plan != NULL && customer <= CUSTOMERS + 1; customer++) { /* the last did nothing */
        const zh_look look = look_at(customer, T0 + (int64_t)chance(45 * (uint64_t)ZH_DAY_MS));
        zh_cel_value error;
        int64_t until_ms, plans_ms;
        const bool holds = zh_vocabulary_ask(&condition, &look, &scratch, &error, &until_ms);
        zh_plan_bind(plan, look.terms);
        zh_recall_of(&recall, look.state);
        const zh_said said = zh_plan_ask(plan, &look, &recall, &scratch, &plans_ms);
        const zh_said wanted = holds ? ZH_SAID_YES : zh_cel_is_error(error) ? ZH_SAID_ERROR : ZH_SAID_NO;
        if (said != wanted || until_ms > plans_ms)
            fprintf(stderr, "customer %llu: %d until %lld, but the machine says %d until %lld (now %lld): %.*s\n", (unsigned long long)customer, said, (long long)plans_ms, wanted,
                    (long long)until_ms, (long long)look.now_ms, ZH_SV_ARG(text));
        CHECK(said == wanted && until_ms <= plans_ms);
        if (look.state != NULL && !zh_plan_may(plan, stamps_of(customer), look.now_ms)) {
            CHECK(said == ZH_SAID_NO);
            sifted++;
        }
        later += until_ms < plans_ms;
        stands_until(&condition, look, holds, plans_ms, text);
        zh_arena_reset(&scratch);
    }
    zh_recall_close(&recall);
    zh_arena_close(&mine);
}

static bool has_plan(const char *text)
{
    zh_condition condition;
    zh_plan *plan;
    zh_arena mine = zh_arena_open((size_t)8 << 20);
    CHECK(zh_vocabulary_compile(&condition, &mine, env, zh_sv_of(text), NULL) == ZH_OK && zh_plan_make(&plan, &mine, env, &condition) == ZH_OK);
    zh_arena_close(&mine);
    return plan != NULL;
}

/* A name that nobody said yet is found once somebody says it. */
static void a_name_is_bound_when_it_is_said(void)
{
    zh_condition condition;
    zh_plan *plan;
    zh_recall recall;
    zh_arena mine = zh_arena_open((size_t)8 << 20);
    int64_t until_ms;
    CHECK(zh_vocabulary_compile(&condition, &mine, env, ZH_SV("customer.did('Came Back')"), NULL) == ZH_OK && zh_plan_make(&plan, &mine, env, &condition) == ZH_OK);
    CHECK(plan != NULL && zh_recall_open(&recall) == ZH_OK);
    for (int came = 0; came < 2; came++) {
        const zh_look look = look_at(1, T0);
        zh_plan_bind(plan, look.terms);
        zh_recall_of(&recall, look.state);
        CHECK(zh_plan_ask(plan, &look, &recall, &scratch, &until_ms) == (came != 0 ? ZH_SAID_YES : ZH_SAID_NO) && until_ms == INT64_MAX);
        const zh_event event = { .customer = { 1 }, .type = ZH_EVENT_TRACK, .act = ZH_ACT_OTHER, .time_ms = T0, .key = { 77777, 7 }, .name = ZH_SV("Came Back") };
        zh_effects effects = zh_effects_open(&scratch);
        CHECK(zh_customers_fold(customers, event.customer, &event, &effects) == ZH_OK);
    }
    zh_recall_close(&recall);
    zh_arena_close(&mine);
}

int main(int argc, char **argv)
{
    seed = test_seed(argc, argv);
    arena = zh_arena_open((size_t)64 << 20);
    scratch = zh_arena_open((size_t)64 << 20);
    CHECK(zh_json_open(&json, 4096) == ZH_OK && zh_vocabulary_open(&env, &arena) == ZH_OK && zh_customers_open(&customers, &(zh_customers_desc){ 0 }) == ZH_OK);
    CHECK(zh_consents_open(&consents, 1 << 20) == ZH_OK);
    for (uint64_t i = 0; i < EVENTS; i++) happens(i);
    for (uint64_t customer = 1; customer <= CUSTOMERS; customer += 3) {
        const zh_consent_field field = ZH_CONSENT_OF(ZH_CHANNEL_EMAIL);
        const zh_consent_change change = { .customer = { customer }, .at_ms = T0, .said = ZH_CONSENT_BIT(field), .yes = ZH_CONSENT_BIT(field) };
        CHECK(zh_consents_change(consents, &change) == ZH_OK);
    }
    for (int i = 0; i < CONDITIONS; i++) {
        zh_buf text = zh_buf_open(8192);
        put_condition(&text);
        CHECK(zh_buf_err(&text) == ZH_OK);
        both_say_the_same(zh_buf_view(&text));
        zh_buf_close(&text);
    }
    CHECK(planned > CONDITIONS * 3 / 4 && later > planned && turns > planned && sifted > planned / 4);
    CHECK(has_plan("customer.events('X').where(e, e.category == 'tea' && e.price > 4).count(days(7)) >= 3 && !customer.did('Y', days(14))"));
    CHECK(!has_plan("customer.last_seen < now - days(3)") && !has_plan("customer.events('X').where(e, e.name == 'X').count() > 1"));
    CHECK(!has_plan("customer.events('X').count(days(size(customer.traits))) > 1") && !has_plan("customer.events('X').count() > customer.orders.count()"));
    a_name_is_bound_when_it_is_said();
    zh_consents_close(consents);
    zh_customers_close(customers);
    zh_json_close(json);
    zh_arena_close(&arena);
    zh_arena_close(&scratch);
    return 0;
}
