/* Goal: each name of INTERFACE section 6 says what the plain list of a customer's events says, at any moment.
 * Method: random events; expressions beside loops over that list. Wrong expressions are refused with their place. */
#include "segment/vocabulary.h"
#include "check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { EVENTS = 120, NAMES = 3, KINDS = 4 };
static const char *const event_names[NAMES] = { "Product Viewed", "Order Completed", "自定义" };
static const char *const kinds[KINDS] = { "女装", "tea", "shoes", "" };
#define T0 1700000000000
#define DAY 86400000LL

typedef struct deed { int64_t time_ms, price; int name, kind; uint32_t order; } deed;

static zh_arena arena, scratch;
static zh_cel_env *env;
static zh_json *json;

static bool asked(const char *text, const zh_look *look, bool *failed)
{
    zh_condition condition;
    zh_cel_fault why;
    const zh_err e = zh_vocabulary_compile(&condition, &arena, env, zh_sv_of(text), &why);
    if (e != ZH_OK) fprintf(stderr, "%s: %s\n", text, zh_err_text(e));
    CHECK(e == ZH_OK);
    zh_cel_value error;
    zh_arena_reset(&scratch);
    const bool holds = zh_vocabulary_holds(&condition, look, &scratch, &error);
    *failed = zh_cel_is_error(error);
    if (*failed && failed != NULL && getenv("SHOW") != NULL) fprintf(stderr, "%s: %s\n", text, error.text);
    return holds;
}

static bool holds(const zh_look *look, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool holds(const zh_look *look, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    bool failed;
    const bool is = asked(text, look, &failed);
    CHECK(!failed);
    return is;
}

static void fold(zh_customers *c, const deed *d, int i)
{
    char order[24], item[24];
    snprintf(order, sizeof order, "o%u", d->order);
    snprintf(item, sizeof item, "item %d", i % 7);
    zh_line line = { .item = { 1 + (uint64_t)i % 7 }, .item_text = zh_sv_of(item), .category = zh_sv_of(kinds[d->kind]), .price_minor = d->price, .quantity = 2,
                     .total_minor = 2 * d->price };
    zh_event event = { .customer = { 1 }, .type = ZH_EVENT_TRACK, .act = d->name == 0 ? ZH_ACT_VIEW : d->name == 1 ? ZH_ACT_ORDER : ZH_ACT_OTHER,
                       .time_ms = d->time_ms, .key = { (uint64_t)i + 1, 7 }, .name = zh_sv_of(event_names[d->name]), .lines = &line, .lines_count = 1,
                       .revenue_minor = 2 * d->price, .currency = { .code = 1 } };
    if (d->name == 1) event.order_id = zh_sv_of(order);
    if (d->name == 2) {
        event.type = ZH_EVENT_IDENTIFY;
        event.lines_count = 0;
        event.revenue_minor = 0;
        event.traits = ZH_SV("{\"city\":\"Shenzhen\",\"age\":31,\"tags\":[\"a\",\"b\"],\"gone\":null}");
    }
    zh_effects effects = zh_effects_open(&scratch);
    CHECK(zh_customers_fold(c, event.customer, &event, &effects) == ZH_OK);
    zh_arena_reset(&scratch);
}

static void names_say_what_the_list_says(uint64_t seed)
{
    deed deeds[EVENTS];
    zh_customers *c;
    zh_consents *consents;
    CHECK(zh_customers_open(&c, &(zh_customers_desc){ 0 }) == ZH_OK && zh_consents_open(&consents, 1 << 20) == ZH_OK);
    for (int i = 0; i < EVENTS; i++) {
        deeds[i] = (deed){ .time_ms = T0 - (int64_t)(test_random(&seed) % 100) * DAY - (int64_t)(test_random(&seed) % 5) * 1000, .price = (int64_t)(test_random(&seed) % 9000),
                           .name = (int)(test_random(&seed) % NAMES), .kind = (int)(test_random(&seed) % KINDS), .order = (uint32_t)i };
        fold(c, &deeds[i], i);
    }
    const zh_consent_change said = { .customer = { 1 }, .at_ms = T0, .said = ZH_CONSENT_BIT(ZH_CONSENT_OF(ZH_CHANNEL_EMAIL)) | ZH_CONSENT_BIT(ZH_CONSENT_PERSONALIZATION),
                                     .yes = ZH_CONSENT_BIT(ZH_CONSENT_OF(ZH_CHANNEL_EMAIL)) };
    CHECK(zh_consents_change(consents, &said) == ZH_OK);
    zh_look look = { .terms = zh_customers_terms(c), .consents = consents, .state = zh_customers_get(c, (zh_customer_id){ 1 }), .customer = { 1 }, .json = json };
    for (int round = 0; round < 12; round++) {
        look.now_ms = T0 - (int64_t)(test_random(&seed) % 40) * DAY;
        const int days = 1 + (int)(test_random(&seed) % 60), kind = (int)(test_random(&seed) % (KINDS - 1));
        const int64_t from = look.now_ms - days * DAY;
        int viewed = 0, of_kind = 0, orders = 0, all = 0;
        int64_t sum = 0, revenue = 0, last = INT64_MIN, first = INT64_MAX;
        for (int i = 0; i < EVENTS; i++) {
            const deed *d = &deeds[i];
            if (d->time_ms > last) last = d->time_ms;
            if (d->time_ms < first) first = d->time_ms;
            if (d->time_ms <= from) continue;
            all++;
            viewed += d->name == 0;
            of_kind += d->name == 0 && d->kind == kind;
            orders += d->name == 1;
            sum += d->name == 0 ? 2 * d->price : 0;
            revenue += d->name == 1 ? 2 * d->price : 0;
        }
        CHECK(holds(&look, "customer.events().count(days(%d)) == %d", days, all));
        CHECK(holds(&look, "customer.events('Product Viewed').count(days(%d)) == %d", days, viewed));
        CHECK(holds(&look, "customer.events('Product Viewed').where(e, e.category == '%s').count(days(%d)) == %d", kinds[kind], days, of_kind));
        CHECK(holds(&look, "customer.events('Product Viewed').where(e, e.products.exists(p, p.category == '%s' && p.quantity == 2)).count(hours(%d)) == %d", kinds[kind], 24 * days, of_kind));
        CHECK(holds(&look, "math.abs(customer.events('Product Viewed').sum(days(%d)) - %lld.0 / 100.0) < 0.001", days, (long long)sum));
        CHECK(holds(&look, "customer.orders.count(days(%d)) == %d", days, orders));
        CHECK(holds(&look, "math.abs(customer.orders.revenue(days(%d)) - %lld.0 / 100.0) < 0.001", days, (long long)revenue));
        CHECK(holds(&look, "customer.did('Order Completed', days(%d)) == %s", days, orders > 0 ? "true" : "false"));
        CHECK(holds(&look, "(customer.last_seen < now - days(%d)) == %s", days, last < from ? "true" : "false"));
        CHECK(holds(&look, "customer.events().last == customer.last_seen && customer.events().first == customer.first_seen"));
        CHECK(holds(&look, "customer.first_seen == timestamp('1970-01-01T00:00:00Z') + duration('%lldms')", (long long)first));
    }
    CHECK(holds(&look, "customer.traits.city in ['Shenzhen', 'Guangzhou'] && customer.traits.age == 31 && 'b' in customer.traits.tags"));
    CHECK(holds(&look, "has(customer.traits.city) && !has(customer.traits.gone) && !has(customer.traits.other)"));
    CHECK(holds(&look, "customer.consent.email && !customer.consent.sms && !customer.consent.personalization && customer.consent.analytics"));
    CHECK(holds(&look, "customer.affinity.category['tea'] > 0.0 && customer.affinity.category['tea'] <= 1.0"));
    CHECK(holds(&look, "!customer.did('never')  && customer.events('never').count() == 0 && !has(customer.events('never').last)"));
    bool failed;
    CHECK(!asked("customer.traits.other == 'x'", &look, &failed) && failed);      /* an error, and no membership */
    CHECK(asked("customer.traits.other == 'x' || true", &look, &failed) && !failed);
    CHECK(!asked("customer.events('never').last > now - days(3)", &look, &failed) && failed);
    look.state = NULL; /* nobody did anything yet */
    CHECK(holds(&look, "customer.orders.count() == 0 && customer.events().count() == 0 && !has(customer.last_seen) && !has(customer.orders.last)"));
    zh_customers_close(c);
    zh_consents_close(consents);
}

static void put_condition(char *text, size_t size, uint64_t *seed, int depth);

/* One of two, joined. */
static void put_both(char *text, size_t size, uint64_t *seed, int depth)
{
    zh_buf out = zh_buf_open(size - 1);
    char a[2048], b[2048];
    put_condition(a, sizeof a, seed, depth);
    put_condition(b, sizeof b, seed, depth);
    switch (test_random(seed) % 4) {
    case 0: zh_buf_printf(&out, "(%s) && (%s)", a, b); break;
    case 1: zh_buf_printf(&out, "(%s) || (%s)", a, b); break;
    case 2: zh_buf_printf(&out, "!(%s) || (%s)", a, b); break;
    default: zh_buf_printf(&out, "(%s) ? (%s) : !(%s)", a, b, a); break;
    }
    CHECK(zh_buf_err(&out) == ZH_OK);
    memcpy(text, out.data, out.size);
    text[out.size] = '\0';
    zh_buf_close(&out);
}

static void put_condition(char *text, size_t size, uint64_t *seed, int depth)
{
    const int days = 1 + (int)(test_random(seed) % 60), n = (int)(test_random(seed) % 6), kind = (int)(test_random(seed) % (KINDS - 1));
    if (depth > 0 && test_random(seed) % 2 == 0) {
        put_both(text, size, seed, depth - 1);
        return;
    }
    switch (test_random(seed) % 16) {
    case 0: snprintf(text, size, "customer.events('Product Viewed').count(days(%d)) >= %d", days, n); break;
    case 1: snprintf(text, size, "customer.events('Product Viewed').where(e, e.category == '%s').count(hours(%d)) >= %d", kinds[kind], days * 20, n); break;
    case 2: snprintf(text, size, "customer.did('Order Completed', days(%d))", days); break;
    case 3: snprintf(text, size, "customer.orders.count(days(%d)) > customer.orders.count(days(%d))", days, days / 2); break;
    case 4: snprintf(text, size, "customer.orders.revenue(days(%d)) > %d.0", days, 100 * n); break;
    case 5: snprintf(text, size, "customer.last_seen < now - days(%d)", days); break;
    case 6: snprintf(text, size, "now - customer.orders.last >= duration('%dh')", 24 * days); break;
    case 7: snprintf(text, size, "(now - customer.first_seen).getHours() %% 50 < %d", days); break;
    case 8: snprintf(text, size, "customer.events().where(e, e.time > now - days(%d) && e.time < now - days(%d)).count() > %d", days, days / 3, n); break;
    case 9: snprintf(text, size, "now.getDayOfWeek() == %d", n); break;
    case 10: snprintf(text, size, "(customer.last_seen - now) + (now - customer.first_seen) < -(now - customer.last_seen) + duration('%dh')", days * 24); break;
    case 11: snprintf(text, size, "now.getHours('+05:30') < %d", n * 4); break;
    case 12: snprintf(text, size, "customer.events('自定义').sum(days(%d)) >= 0.0 && customer.events().count(days(%d)) == %d", days, days, n); break;
    case 13: snprintf(text, size, "customer.orders.last + duration('%dh') == now || now in [customer.last_seen]", days); break;
    case 14: snprintf(text, size, "customer.events('Order Completed').where(e, e.brand > 'a' || e.time.getDate() / (e.time.getDate() - %d) > 1).count(days(%d)) > 1", n, days); break;
    default: snprintf(text, size, "[now, customer.last_seen].exists(t, t > customer.first_seen + duration('%dh')) && string(now - customer.last_seen) != '%ds'", days, n); break;
    }
}

/* What is said of `until` is kept: up to there no moment has another answer. */
static void answers_stand_until(uint64_t seed)
{
    zh_customers *c;
    CHECK(zh_customers_open(&c, &(zh_customers_desc){ 0 }) == ZH_OK);
    for (int i = 0; i < EVENTS / 2; i++) {
        const deed d = { .time_ms = T0 - (int64_t)(test_random(&seed) % 100) * DAY - (int64_t)(test_random(&seed) % 5) * 777, .price = (int64_t)(test_random(&seed) % 9000),
                         .name = (int)(test_random(&seed) % NAMES), .kind = (int)(test_random(&seed) % KINDS), .order = (uint32_t)i };
        fold(c, &d, i);
    }
    zh_look look = { .terms = zh_customers_terms(c), .state = zh_customers_get(c, (zh_customer_id){ 1 }), .customer = { 1 }, .json = json };
    for (int round = 0; round < 40; round++) {
        char text[2048];
        put_condition(text, sizeof text, &seed, 2);
        zh_condition condition;
        zh_cel_fault why;
        zh_cel_value error;
        if (zh_vocabulary_compile(&condition, &arena, env, zh_sv_of(text), &why) != ZH_OK) fprintf(stderr, "%s: %s\n", text, why.text);
        CHECK(zh_vocabulary_compile(&condition, &arena, env, zh_sv_of(text), &why) == ZH_OK);
        look.now_ms = T0 - (int64_t)(test_random(&seed) % 90) * DAY + (int64_t)(test_random(&seed) % 100000);
        for (int step = 0; step < 60; step++) {
            int64_t until_ms, later_ms;
            zh_arena_reset(&scratch);
            const bool is = zh_vocabulary_ask(&condition, &look, &scratch, &error, &until_ms);
            CHECK(until_ms > look.now_ms);
            const int64_t begin_ms = look.now_ms, end_ms = until_ms == INT64_MAX ? begin_ms + 400 * DAY : until_ms;
            for (int probe = 0; probe < 6; probe++) {
                look.now_ms = probe == 0 ? end_ms - 1 : begin_ms + (int64_t)(test_random(&seed) % (uint64_t)(end_ms - begin_ms));
                zh_arena_reset(&scratch);
                const bool still = zh_vocabulary_ask(&condition, &look, &scratch, &error, &later_ms);
                if (still != is) fprintf(stderr, "%s: another answer at %lld, but it was said to stand from %lld until %lld\n", text, (long long)look.now_ms, (long long)begin_ms, (long long)until_ms);
                CHECK(still == is);
            }
            if (until_ms == INT64_MAX) break;
            look.now_ms = until_ms;
        }
    }
    zh_customers_close(c);
}

/* How far back a condition looks is known where its windows stand in it, and never taken too short. */
static void windows_are_known(void)
{
    static const struct { const char *text; int64_t window_ms; } known[] = {
        { "customer.events('x').count(days(7)) > 1 && customer.events('y').where(e, e.price > 1.0).count(hours(3)) == 0", 7 * DAY },
        { "customer.events('x').where(e, e.price > 1.0).sum(days(3)) > 1.0 || customer.events('x').where(e, e.price > 1.0).sum(weeks(3)) > 1.0", 21 * DAY },
        { "customer.events('x').count() > 1", INT64_MAX },
        { "customer.events('x').count(days(3) + hours(2)) > 1", INT64_MAX },
        { "customer.events('x').count(days(customer.orders.count())) > 1", INT64_MAX },
        { "customer.events('x').where(e, e.price > 1.0).first > now", INT64_MAX },
        { "cel.bind(v, customer.events('x'), v.count() > 3)", INT64_MAX },
        { "[1, 2].exists(n, customer.events('x').count(days(n)) > 3)", INT64_MAX },
        { "customer.events('x').where(e, customer.events('y').count(days(90)) > 0).count(days(2)) > 3", 90 * DAY },
        { "customer.orders.count() > 1", 0 },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        zh_condition condition;
        CHECK(zh_vocabulary_compile(&condition, &arena, env, zh_sv_of(known[i].text), NULL) == ZH_OK);
        if (condition.window_ms != known[i].window_ms) fprintf(stderr, "%s: %lld\n", known[i].text, (long long)condition.window_ms);
        CHECK(condition.window_ms == known[i].window_ms);
    }
}

static void wrong_expressions_say_where(void)
{
    static const struct { const char *text, *said; } wrong[] = {
        { "customer.last_sen < now", "last_seen" },
        { "customer.orders.count(days(90)) >= '2'", "" },
        { "customer.orders.count(90)", "" },
        { "customr.did('x')", "customer" },
        { "customer.orders.count()", "" }, /* no bool */
        { "customer.events('x').where(e, e.categry == 'tea').count() > 1", "category" },
        { "now >", "" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        zh_condition condition;
        zh_cel_fault why;
        zh_buf text = zh_buf_open(4096);
        CHECK(zh_vocabulary_compile(&condition, &arena, env, zh_sv_of(wrong[i].text), &why) == ZH_FORMAT);
        zh_buf_put(&text, zh_sv_of(why.text));
        zh_cel_fault_show(&why, zh_sv_of(wrong[i].text), &text);
        zh_buf_put_u8(&text, 0);
        if (strstr(text.data, wrong[i].said) == NULL) fprintf(stderr, "%s\n", text.data);
        CHECK(strstr(text.data, wrong[i].said) != NULL);
        zh_buf_close(&text);
    }
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv) * 100;
    arena = zh_arena_open((size_t)64 << 20);
    scratch = zh_arena_open((size_t)64 << 20);
    CHECK(zh_json_open(&json, 4096) == ZH_OK && zh_vocabulary_open(&env, &arena) == ZH_OK);
    for (uint64_t i = 0; i < 10; i++) names_say_what_the_list_says(seed + i);
    for (uint64_t i = 0; i < 20; i++) answers_stand_until(seed + i);
    windows_are_known();
    wrong_expressions_say_where();
    zh_json_close(json);
    zh_arena_close(&arena);
    zh_arena_close(&scratch);
    return 0;
}
