/* Goal: at every moment the sums of an experiment are those of its exposed customers, whatever happened in whatever order.
 * Method: random decisions, orders, refunds, views, choices and merges; after each step the sums are made anew, by a model of its own of who saw
 * what first. Saved step by step and loaded, the view goes on as if nothing had been; the same in another order gives the same sums. */
#include "measure/experiments.h"
#include "check.h"

#include <stdlib.h>
#include <string.h>

enum { CUSTOMERS = 12, STEPS = 400, ENTRIES = 4000 };
#define T0 INT64_C(1700000000000)
#define HOUR_MS INT64_C(3600000)
#define DAY_MS INT64_C(86400000)

static const char a_test[] = "{\"arms\":[{\"name\":\"control\"},{\"name\":\"b\",\"weight\":2},{\"name\":\"c\"}],\"metrics\":[\"conversion\",\"revenue\",\"average_order\",\"watched\",\"dear\",\"per_session\"],"
    "\"guardrails\":[\"refund_share\",\"opt_outs\"],\"definitions\":{\"watched\":{\"kind\":\"sum\",\"event\":\"Video Watched\"},"
    "\"dear\":{\"kind\":\"count\",\"event\":\"Product Viewed\",\"where\":\"e.value > 30.0 && e.category != \\\"c1\\\"\",\"windowDays\":2},"
    "\"per_session\":{\"kind\":\"did\",\"event\":\"Product Viewed\",\"unit\":\"session\"}},\"windowDays\":5,\"beforeDays\":7,\"state\":\"running\"}";
static const char other[] = "{\"arms\":[{\"name\":\"control\"},{\"name\":\"b\"}],\"metrics\":[\"net_revenue\",\"repurchase\",\"item_views\",\"add_to_cart\",\"orders\",\"paid_revenue\",\"active_days\"],\"windowDays\":30,\"state\":\"running\"}";
static const char holdout[] = "{\"arms\":[{\"name\":\"held\",\"weight\":1},{\"name\":\"treated\",\"weight\":3}],\"metrics\":[\"conversion\"],\"windowDays\":3,\"state\":\"running\"}";
static const char learning[] = "{\"arms\":[{\"name\":\"control\"},{\"name\":\"b\"},{\"name\":\"c\"}],\"metrics\":[\"revenue\",\"conversion\"],\"windowDays\":6,\"mode\":\"bandit\",\"state\":\"running\"}";
static const char outside[] = "{\"arms\":[{\"name\":\"control\"},{\"name\":\"b\"},{\"name\":\"c\"}],\"metrics\":[\"revenue\",\"add_to_cart\"],\"windowDays\":4,\"assignment\":\"outside\",\"startedAt\":1700007200000,\"state\":\"running\"}";
static const char *const names[] = { "a-test", "other", "holdout", "learning", "outside" };
enum { TESTS = 5, LEARNING = 3, OUTSIDE = 4 };
#define STARTED_MS INT64_C(1700007200000) /* two hours after T0 */

typedef struct saw { uint64_t customer; int64_t first_ms; uint32_t arms, stratum; } saw; /* arms: bits; stratum: of the earliest */

typedef struct shop {
    zh_customers *customers;
    zh_consents *consents;
    zh_experiments *x;
    saw model[TESTS][CUSTOMERS + 1];
    int64_t now_ms;
    uint64_t seed, events;
} shop;

static zh_arena scratch;

static uint64_t chance(shop *s, uint64_t n) { return test_random(&s->seed) % n; }

static zh_experiments_desc desc_of(const shop *s)
{
    return (zh_experiments_desc){ s->customers, { .terms = zh_customers_terms(s->customers), .consents = s->consents, .workspace = ZH_WORKSPACE_DEFAULT } };
}

static const zh_experiment *set_up(const shop *s, int which)
{
    zh_experiment_view view;
    CHECK(zh_experiments_find(s->x, zh_sv_of(names[which]), &view));
    return view.set_up;
}

static void note(shop *s, int which, uint64_t customer, uint32_t arm, uint32_t stratum, int64_t at_ms)
{
    saw *m = &s->model[which][customer];
    if (m->arms == 0 || at_ms < m->first_ms) m->first_ms = at_ms, m->stratum = stratum;
    m->arms |= 1u << arm;
}

/* ---- what happens ---- */

static void decides(shop *s)
{
    const zh_customer_id customer = { 1 + chance(s, CUSTOMERS) };
    const int which = (int)chance(s, 3); /* 2: none of its own */
    const int64_t at_ms = s->now_ms - (int64_t)chance(s, 30) * HOUR_MS;
    uint32_t arm = zh_experiment_arm_of(set_up(s, which), ZH_WORKSPACE_DEFAULT, customer);
    if (which == 0 && chance(s, 9) == 0) arm = (arm + 1) % 3; /* said by somebody else */
    const zh_decision d = { .customer = customer, .time_ms = at_ms, .experiment = which == 2 ? ZH_SV("gone") : zh_sv_of(names[which]), .arm = set_up(s, which)->arms[arm].name };
    CHECK(zh_experiments_decided(s->x, &d, customer, s->now_ms) == ZH_OK);
    if (which != 2) note(s, which, customer.number, arm, 0, at_ms);
    note(s, 2, customer.number, zh_experiment_arm_of(set_up(s, 2), ZH_WORKSPACE_DEFAULT, customer), 0, at_ms);
}

static zh_bandit_strata strata_of(const shop *s)
{
    zh_experiment_view view;
    CHECK(zh_experiments_find(s->x, zh_sv_of(names[LEARNING]), &view) && view.strata.count > 0);
    return view.strata;
}

/* A decision under some allocation there was, of some arm. */
static void is_drawn(shop *s)
{
    const zh_customer_id customer = { 1 + chance(s, CUSTOMERS) };
    const int64_t at_ms = s->now_ms - (int64_t)chance(s, 30) * HOUR_MS;
    const uint32_t stratum = (uint32_t)chance(s, strata_of(s).count + 1), arm = (uint32_t)(customer.number + chance(s, 9) / 8) % 3;
    const zh_decision d = { .customer = customer, .time_ms = at_ms, .experiment = zh_sv_of(names[LEARNING]), .arm = set_up(s, LEARNING)->arms[arm].name, .arm_chance_micro = 1, .allocation = stratum };
    const bool counts = stratum < strata_of(s).count; /* one that was never made is passed over */
    CHECK(zh_experiments_decided(s->x, &d, customer, s->now_ms) == ZH_OK);
    if (counts) note(s, LEARNING, customer.number, arm, stratum, at_ms);
    note(s, 2, customer.number, zh_experiment_arm_of(set_up(s, 2), ZH_WORKSPACE_DEFAULT, customer), 0, at_ms);
}

static void is_allocated(shop *s)
{
    const uint32_t count = strata_of(s).count;
    zh_bandit_allocation a = { .number = count + (chance(s, 3) == 0), .arms = 3, .cause = ZH_BANDIT_LEARNT, .chance = { 600000, 300000, 100000 } };
    CHECK(zh_experiments_allocate(s->x, zh_sv_of(names[LEARNING]), &a, s->now_ms) == ZH_OK);
    CHECK(strata_of(s).count == count + (a.number == count)); /* one that does not follow is passed over */
    CHECK(zh_experiments_allocate(s->x, ZH_SV("a-test"), &a, s->now_ms) == ZH_OK && zh_experiments_allocate(s->x, ZH_SV("gone"), &a, s->now_ms) == ZH_OK);
}

static void happens(shop *s)
{
    static const struct { const char *name; zh_act act; } acts[] = { { "Order Completed", ZH_ACT_ORDER }, { "Order Refunded", ZH_ACT_REFUND }, { "Order Cancelled", ZH_ACT_CANCEL },
        { "Product Viewed", ZH_ACT_VIEW }, { "Product Added", ZH_ACT_ADD }, { "Video Watched", ZH_ACT_OTHER }, { "Order Updated", ZH_ACT_ORDER_UPDATE } };
    const unsigned what = (unsigned)chance(s, 7);
    char order[24];
    snprintf(order, sizeof order, "o%u", (unsigned)chance(s, 20));
    const int64_t price = (int64_t)chance(s, 6000);
    char category[8];
    snprintf(category, sizeof category, "c%u", (unsigned)chance(s, 3));
    zh_line line = { .item = { 1 }, .item_text = ZH_SV("p"), .category = zh_sv_of(category), .price_minor = price, .quantity = 1, .total_minor = price };
    const zh_event event = { .customer = { 1 + chance(s, CUSTOMERS) }, .type = ZH_EVENT_TRACK, .act = acts[what].act, .time_ms = s->now_ms - (int64_t)chance(s, 60) * HOUR_MS + 20 * HOUR_MS,
        .key = { ++s->events, 5 }, .name = zh_sv_of(acts[what].name), .revenue_minor = price, .lines = &line, .lines_count = what == 3, .order_id = what < 3 || what == 6 ? zh_sv_of(order) : (zh_sv){ 0 }, .currency = { .code = 1 },
        .marks = (what == 0 || what == 6) && chance(s, 2) == 0 ? ZH_MARK_PAID : 0 };
    zh_effects effects = zh_effects_open(&scratch);
    CHECK(zh_experiments_before(s->x, event.customer, &event) == ZH_OK);
    CHECK(zh_customers_fold(s->customers, event.customer, &event, &effects) == ZH_OK);
    zh_experiments_after(s->x);
    zh_arena_reset(&scratch);
}

/* Somebody else drew an arm and says that it was seen; of some of it nothing may be made. */
static void views_outside(shop *s)
{
    static const struct { const char *properties; int arm; } said[] = {
        { "{\"experiment_id\":\"outside\",\"variation_id\":\"control\"}", 0 }, { "{\"experimentId\":\"x7\",\"experimentName\":\"outside\",\"variationId\":\"91\",\"variationName\":\"b\"}", 1 },
        { "{\"experiment_name\":\"outside\",\"variation_name\":\"c\"}", 2 }, { "{\"experiment_name\":\"outside\",\"variation_name\":\"d\"}", -1 },
        { "{\"experiment_name\":\"other\",\"variation_name\":\"b\"}", -1 }, { "{\"experiment_name\":", -1 }, { "", -1 } };
    const unsigned what = (unsigned)chance(s, 7);
    const zh_event event = { .customer = { 1 + chance(s, CUSTOMERS) }, .type = ZH_EVENT_TRACK, .act = ZH_ACT_OTHER, .time_ms = s->now_ms - (int64_t)chance(s, 60) * HOUR_MS + 5 * HOUR_MS, .key = { ++s->events, 5 },
        .name = chance(s, 8) == 0 ? ZH_SV("Experiment viewed by mistake") : ZH_SV("Experiment Viewed"), .marks = chance(s, 8) == 0 ? ZH_MARK_BOT_AGENT : 0, .properties = zh_sv_of(said[what].properties) };
    const int64_t at_ms = event.time_ms < s->now_ms ? event.time_ms : s->now_ms;
    zh_effects effects = zh_effects_open(&scratch);
    CHECK(zh_experiments_before(s->x, event.customer, &event) == ZH_OK);
    CHECK(zh_customers_fold(s->customers, event.customer, &event, &effects) == ZH_OK);
    zh_experiments_after(s->x);
    CHECK(zh_experiments_viewed(s->x, &event, s->now_ms) == ZH_OK);
    if (said[what].arm >= 0 && event.marks == 0 && event.name.size == 17 && event.time_ms >= STARTED_MS) note(s, OUTSIDE, event.customer.number, (uint32_t)said[what].arm, 0, at_ms);
    zh_arena_reset(&scratch);
}

static void chooses(shop *s)
{
    const zh_consent_field field = ZH_CONSENT_OF(ZH_CHANNEL_EMAIL);
    const zh_consent_change change = { .customer = { 1 + chance(s, CUSTOMERS) }, .at_ms = s->now_ms, .said = ZH_CONSENT_BIT(field), .yes = chance(s, 2) == 0 ? ZH_CONSENT_BIT(field) : 0 };
    CHECK(zh_experiments_before(s->x, change.customer, NULL) == ZH_OK);
    CHECK(zh_consents_change(s->consents, &change) == ZH_OK);
    zh_experiments_after(s->x);
}

static void merges(shop *s)
{
    const zh_customer_id from = { 1 + chance(s, CUSTOMERS) }, to = { 1 + chance(s, CUSTOMERS) };
    if (from.number == to.number) return;
    zh_effects effects = zh_effects_open(&scratch);
    CHECK(zh_experiments_before_merge(s->x, from, to) == ZH_OK);
    CHECK(zh_customers_merge(s->customers, from, to, &effects) == ZH_OK && zh_consents_merge(s->consents, from, to) == ZH_OK);
    CHECK(zh_experiments_merge(s->x, from, to) == ZH_OK);
    for (int which = 0; which < TESTS; which++) {
        saw *gone = &s->model[which][from.number], *kept = &s->model[which][to.number];
        if (gone->arms != 0 && (kept->arms == 0 || gone->first_ms < kept->first_ms)) kept->first_ms = gone->first_ms, kept->stratum = gone->stratum;
        kept->arms |= gone->arms;
        *gone = (saw){ 0 };
    }
    zh_arena_reset(&scratch);
}

/* ---- the sums made anew ---- */

static void add(const shop *s, const zh_experiment *e, uint64_t customer, const saw *m, uint32_t metric, double sum[4], double product[4][4])
{
    const zh_outcome_look look = { zh_customers_get(s->customers, (zh_customer_id){ customer }), s->consents, zh_customers_terms(s->customers), { customer }, e->currency };
    zh_metric own = e->metrics[metric], *of = &own; /* its condition compiled anew: the view's own may be stale */
    zh_arena arena = zh_arena_open((size_t)1 << 20);
    zh_cel_fault fault;
    CHECK(zh_experiments_compile_metric(s->x, of, &arena, &fault) == ZH_OK);
    const int64_t from = m->first_ms, to = from + (of->window_days > 0 ? of->window_days : e->window_days) * DAY_MS, past = from - e->before_days * DAY_MS;
    const bool is_ratio = of->per != ZH_QUANTITY_NONE;
    zh_metric_bind(of, look.terms);
    const double v[4] = { (double)zh_outcome_of(&look, of, from, to), (double)(is_ratio ? zh_outcome_per(&look, of, from, to) : zh_outcome_of(&look, of, past, from)),
        is_ratio ? (double)zh_outcome_of(&look, of, past, from) : 0, is_ratio ? (double)zh_outcome_per(&look, of, past, from) : 0 };
    zh_arena_close(&arena);
    for (int i = 0; i < 4; i++) {
        sum[i] += v[i];
        for (int k = 0; k < 4; k++) product[i][k] += v[i] * v[k];
    }
}

/* Units and the first metric's sums of each stratum. */
static void strata_are_right(const shop *s)
{
    const zh_bandit_strata strata = strata_of(s);
    for (uint32_t i = 0; i < strata.count; i++)
        for (uint32_t arm = 0; arm < 3; arm++) {
            double sum[4] = { 0 }, product[4][4] = { { 0 } };
            uint64_t units = 0;
            for (uint64_t c = 1; c <= CUSTOMERS; c++) {
                const saw *m = &s->model[LEARNING][c];
                if (m->arms != 1u << arm || m->stratum != i) continue;
                units++;
                add(s, set_up(s, LEARNING), c, m, 0, sum, product);
            }
            CHECK(strata.list[i].units[arm] == units && (int64_t)strata.list[i].sum[arm] == (int64_t)sum[0] && (int64_t)strata.list[i].square[arm] == (int64_t)product[0][0]);
        }
}

static void sums_are_right(const shop *s)
{
    const char *why = "";
    strata_are_right(s);
    for (int which = 0; which < TESTS; which++) {
        zh_experiment_view view;
        uint64_t crossed = 0, exposed = 0;
        CHECK(zh_experiments_find(s->x, zh_sv_of(names[which]), &view));
        for (uint64_t c = 1; c <= CUSTOMERS; c++) {
            uint32_t arm;
            int64_t first_ms;
            const saw *m = &s->model[which][c];
            const bool there = zh_experiments_exposure(s->x, view.number, (zh_customer_id){ c }, &arm, &first_ms);
            CHECK(there == (m->arms != 0));
            if (!there) continue;
            const bool is_crossed = (m->arms & (m->arms - 1)) != 0;
            CHECK(first_ms == m->first_ms && (is_crossed ? arm == view.set_up->arms_count : m->arms == 1u << arm));
            exposed++;
            crossed += is_crossed;
        }
        CHECK(view.exposed == exposed && view.crossed == crossed);
        for (uint32_t arm = 0; arm < view.set_up->arms_count; arm++)
            for (uint32_t metric = 0; metric < view.set_up->metrics_count; metric++) {
                double sum[4] = { 0 }, product[4][4] = { { 0 } }, units = 0;
                for (uint64_t c = 1; c <= CUSTOMERS; c++) {
                    if (s->model[which][c].arms != 1u << arm) continue;
                    units++;
                    add(s, view.set_up, c, &s->model[which][c], metric, sum, product);
                }
                const zh_sums got = zh_experiment_sums_of(view.set_up, &view.now, arm, metric);
                bool same = got.n >= units && got.n <= units;
                for (int i = 0; i < got.size; i++) {
                    same &= got.sum[i] >= sum[i] && got.sum[i] <= sum[i];
                    for (int k = 0; k < got.size; k++) same &= got.product[i][k] >= product[i][k] && got.product[i][k] <= product[i][k];
                }
                CHECK_ROW(same, names[which]);
            }
    }
    CHECK_ROW(zh_experiments_check(s->x, &why), why);
}

/* ---- keeping ---- */

typedef struct kept { zh_sv keys[ENTRIES], values[ENTRIES]; size_t count; } kept;

static zh_sv copied(zh_sv bytes)
{
    char *copy = malloc(bytes.size + 1);
    CHECK(copy != NULL);
    if (bytes.size > 0) memcpy(copy, bytes.data, bytes.size);
    return (zh_sv){ copy, bytes.size };
}

static zh_err keep_entry(void *context, zh_sv key, zh_sv value)
{
    kept *k = context;
    size_t at = 0;
    while (at < k->count && zh_sv_compare(k->keys[at], key) < 0) at++;
    const bool there = at < k->count && zh_sv_equal(k->keys[at], key);
    if (there) free((char *)(uintptr_t)k->values[at].data);
    if (value.data == NULL) {
        if (!there) return ZH_OK;
        free((char *)(uintptr_t)k->keys[at].data);
        k->count--;
        memmove(k->keys + at, k->keys + at + 1, (k->count - at) * sizeof *k->keys);
        memmove(k->values + at, k->values + at + 1, (k->count - at) * sizeof *k->values);
        return ZH_OK;
    }
    if (!there) {
        CHECK(k->count < ENTRIES);
        memmove(k->keys + at + 1, k->keys + at, (k->count - at) * sizeof *k->keys);
        memmove(k->values + at + 1, k->values + at, (k->count - at) * sizeof *k->values);
        k->keys[at] = copied(key);
        k->count++;
    }
    k->values[at] = copied(value);
    return ZH_OK;
}

static void drop(kept *k)
{
    for (size_t i = 0; i < k->count; i++) {
        free((char *)(uintptr_t)k->keys[i].data);
        free((char *)(uintptr_t)k->values[i].data);
    }
    free(k);
}

/* What was saved step by step is what a whole save gives; loaded, it gives it again and goes on. */
static void reload(shop *s, kept *steps)
{
    CHECK(zh_experiments_save(s->x, false, (zh_keep){ steps, keep_entry }) == ZH_OK);
    kept *whole = calloc(1, sizeof *whole);
    CHECK(whole != NULL && zh_experiments_save(s->x, true, (zh_keep){ whole, keep_entry }) == ZH_OK);
    CHECK(whole->count == steps->count);
    for (size_t i = 0; i < whole->count; i++) CHECK(zh_sv_equal(whole->keys[i], steps->keys[i]) && zh_sv_equal(whole->values[i], steps->values[i]));
    const zh_experiments_desc desc = desc_of(s);
    zh_experiments *fresh;
    CHECK(zh_experiments_open(&fresh, &desc) == ZH_OK);
    for (size_t i = 0; i < steps->count; i++) CHECK(zh_experiments_load(fresh, steps->keys[i], steps->values[i]) == ZH_OK);
    kept *again = calloc(1, sizeof *again);
    CHECK(again != NULL && zh_experiments_save(fresh, true, (zh_keep){ again, keep_entry }) == ZH_OK && again->count == whole->count);
    for (size_t i = 0; i < whole->count; i++) CHECK(zh_sv_equal(whole->values[i], again->values[i]));
    zh_experiments_close(s->x);
    s->x = fresh;
    drop(whole);
    drop(again);
}

static void live(uint64_t seed)
{
    shop s = { .now_ms = T0, .seed = seed };
    kept *steps = calloc(1, sizeof *steps);
    CHECK(steps != NULL && zh_customers_open(&s.customers, &(zh_customers_desc){ 0 }) == ZH_OK && zh_consents_open(&s.consents, 1 << 20) == ZH_OK);
    const zh_experiments_desc desc = desc_of(&s);
    CHECK(zh_experiments_open(&s.x, &desc) == ZH_OK);
    CHECK(zh_experiments_define(s.x, ZH_SV("a-test"), zh_sv_of(a_test)) == ZH_OK && zh_experiments_define(s.x, ZH_SV("other"), zh_sv_of(other)) == ZH_OK);
    CHECK(zh_experiments_define(s.x, ZH_SV("holdout"), zh_sv_of(holdout)) == ZH_OK && zh_experiments_define(s.x, zh_sv_of(names[LEARNING]), zh_sv_of(learning)) == ZH_OK && zh_experiments_define(s.x, ZH_SV("outside"), zh_sv_of(outside)) == ZH_OK && zh_experiments_count(s.x) == TESTS);
    for (int step = 0; step < STEPS; step++) {
        s.now_ms += (int64_t)chance(&s, 3 * HOUR_MS);
        zh_experiments_clock(s.x, s.now_ms);
        switch (chance(&s, 20)) {
        case 0: merges(&s); break;
        case 1: chooses(&s); break;
        case 2: case 3: case 4: decides(&s); break;
        case 5: is_drawn(&s); break;
        case 9: views_outside(&s); break;
        case 7: is_drawn(&s); break;
        case 8: if (chance(&s, 4) == 0) is_allocated(&s); break;
        case 6:
            if (chance(&s, 3) == 0) reload(&s, steps);
            break;
        default: happens(&s);
        }
        sums_are_right(&s);
    }
    zh_experiment_view view;
    CHECK(zh_experiments_find(s.x, ZH_SV("other"), &view) && view.days_count > 5);
    for (uint32_t i = 1; i < view.days_count; i++) CHECK(zh_experiments_day(s.x, view.number, i - 1).day < zh_experiments_day(s.x, view.number, i).day);
    zh_experiments_close(s.x);
    zh_consents_close(s.consents);
    zh_customers_close(s.customers);
    drop(steps);
}

/* ---- who is in which arm ---- */

static void define(zh_experiments *x, const char *name, const char *json) { CHECK(zh_experiments_define(x, zh_sv_of(name), zh_sv_of(json)) == ZH_OK); }

static void assigns(void)
{
    shop s = { 0 };
    CHECK(zh_customers_open(&s.customers, &(zh_customers_desc){ 0 }) == ZH_OK && zh_consents_open(&s.consents, 1 << 20) == ZH_OK);
    const zh_experiments_desc desc = desc_of(&s);
    zh_experiments *x;
    CHECK(zh_experiments_open(&x, &desc) == ZH_OK);
    define(x, "left", "{\"arms\":[{\"name\":\"control\"},{\"name\":\"b\",\"policy\":{\"viewed_weight\":0.1}}],\"metrics\":[\"orders\"],\"placements\":[\"home\"],\"layer\":\"l\",\"layerFrom\":0,\"layerTo\":3000,\"state\":\"running\"}");
    define(x, "right", "{\"arms\":[{\"name\":\"control\"},{\"name\":\"b\"}],\"metrics\":[\"orders\"],\"placements\":[\"home\",\"cart\"],\"layer\":\"l\",\"layerFrom\":3000,\"layerTo\":10000,\"share\":0.5,\"state\":\"running\"}");
    define(x, "few", "{\"arms\":[{\"name\":\"control\"},{\"name\":\"b\"}],\"metrics\":[\"orders\"],\"placements\":[\"order_done\"],\"eligibility\":\"customer.bucket('x', 10) == 0\",\"state\":\"running\"}");
    define(x, "idle", "{\"arms\":[{\"name\":\"control\"},{\"name\":\"b\"}],\"metrics\":[\"orders\"],\"placements\":[\"search_empty\"],\"state\":\"paused\"}");
    define(x, "wrong", "{\"arms\":[{\"name\":\"control\"}],\"metrics\":[\"orders\"]}");
    CHECK(zh_experiments_count(x) == 4);
    uint64_t left = 0, right = 0, treated = 0, few = 0, cart = 0;
    enum { MANY = 20000 };
    for (uint64_t c = 1; c <= MANY; c++) {
        zh_look look = desc.look;
        look.customer = (zh_customer_id){ c };
        const zh_assignment home = zh_experiments_assign(x, ZH_SV("home"), &look, &scratch), in_cart = zh_experiments_assign(x, ZH_SV("cart"), &look, &scratch);
        if (zh_sv_equal(home.experiment, ZH_SV("left"))) left++, treated += zh_sv_equal(home.arm, ZH_SV("b")) && zh_tuning_says(home.tuning, ZH_TUNE_VIEWED);
        right += zh_sv_equal(home.experiment, ZH_SV("right"));
        cart += zh_sv_equal(in_cart.experiment, ZH_SV("right"));
        CHECK(!zh_sv_equal(in_cart.experiment, ZH_SV("left")) && (in_cart.experiment.size == 0 || zh_sv_equal(home.experiment, ZH_SV("right"))));
        few += zh_experiments_assign(x, ZH_SV("order_done"), &look, &scratch).experiment.size > 0;
        CHECK(zh_experiments_assign(x, ZH_SV("search_empty"), &look, &scratch).experiment.size == 0);
        zh_arena_reset(&scratch);
    }
    CHECK(left > 5700 && left < 6300 && treated > left / 2 - 200 && treated < left / 2 + 200); /* 3 of 10; half of them. Five standard deviations at least */
    CHECK(right > 6600 && right < 7400 && cart == right && few > 1780 && few < 2220);

    define(x, "holdout", "{\"arms\":[{\"name\":\"held\",\"weight\":1},{\"name\":\"treated\",\"weight\":9}],\"metrics\":[\"orders\"],\"state\":\"running\"}");
    uint64_t held = 0;
    for (uint64_t c = 1; c <= MANY; c++) {
        zh_look look = desc.look;
        look.customer = (zh_customer_id){ c };
        const zh_assignment home = zh_experiments_assign(x, ZH_SV("home"), &look, &scratch), paused = zh_experiments_assign(x, ZH_SV("search_empty"), &look, &scratch);
        const bool is_held = zh_sv_equal(paused.arm, ZH_SV("held"));
        CHECK(zh_sv_equal(paused.experiment, ZH_SV("holdout")) && is_held == zh_sv_equal(home.experiment, ZH_SV("holdout")) ? true : !is_held);
        CHECK(!is_held || (home.tuning != NULL && zh_tuning_says(home.tuning, ZH_TUNE_PERSONAL) && !(home.tuning->value[ZH_TUNE_PERSONAL] > 0)));
        held += is_held;
    }
    CHECK(held > 1780 && held < 2220);

    /* Once somebody was exposed, what would mix two experiments is passed over; words and share are not. */
    zh_experiment_view view;
    const zh_decision d = { .customer = { 7 }, .time_ms = T0, .experiment = ZH_SV("few"), .arm = ZH_SV("b") };
    CHECK(zh_experiments_decided(x, &d, (zh_customer_id){ 7 }, T0) == ZH_OK);
    define(x, "few", "{\"arms\":[{\"name\":\"control\"},{\"name\":\"z\"}],\"metrics\":[\"orders\"],\"placements\":[\"order_done\"],\"eligibility\":\"customer.bucket('x', 10) == 0\",\"state\":\"running\"}");
    CHECK(zh_experiments_find(x, ZH_SV("few"), &view) && zh_sv_equal(view.set_up->arms[1].name, ZH_SV("b")) && view.exposed == 1);
    define(x, "few", "{\"title\":\"t\",\"share\":0.25,\"arms\":[{\"name\":\"control\"},{\"name\":\"b\"}],\"metrics\":[\"orders\"],\"placements\":[\"order_done\"],\"eligibility\":\"customer.bucket('x', 10) == 0\",\"state\":\"stopped\"}");
    CHECK(zh_experiments_find(x, ZH_SV("few"), &view) && view.set_up->state == ZH_EXPERIMENT_STOPPED && view.set_up->share == 250000 && view.exposed == 1);
    zh_experiments_close(x);
    zh_consents_close(s.consents);
    zh_customers_close(s.customers);
}

/* ---- an arm without a placement ---- */

static void is_asked(void)
{
    shop s = { 0 };
    CHECK(zh_customers_open(&s.customers, &(zh_customers_desc){ 0 }) == ZH_OK && zh_consents_open(&s.consents, 1 << 20) == ZH_OK);
    const zh_experiments_desc desc = desc_of(&s);
    zh_experiments *x;
    zh_assignment found, again;
    bool asks;
    CHECK(zh_experiments_open(&x, &desc) == ZH_OK);
    define(x, "server", "{\"arms\":[{\"name\":\"control\"},{\"name\":\"b\",\"weight\":3}],\"metrics\":[\"orders\"],\"share\":0.5,\"assignment\":\"asked\",\"state\":\"running\"}");
    define(x, "home", "{\"arms\":[{\"name\":\"control\"},{\"name\":\"b\"}],\"metrics\":[\"orders\"],\"placements\":[\"home\"],\"state\":\"running\"}");
    define(x, "draft", "{\"arms\":[{\"name\":\"control\"},{\"name\":\"b\"}],\"metrics\":[\"orders\"]}");
    define(x, "outside", outside);
    uint64_t in = 0, b = 0;
    enum { MANY = 20000 };
    CHECK(!zh_experiments_acts(x, ZH_SV("cart"), &asks)); /* without placements, but on none */
    for (uint64_t c = 1; c <= MANY; c++) {
        zh_look look = desc.look;
        look.customer = (zh_customer_id){ c };
        CHECK(zh_experiments_ask(x, ZH_SV("server"), &look, &scratch, &found) && zh_experiments_ask(x, ZH_SV("server"), &look, &scratch, &again) && zh_sv_equal(found.arm, again.arm));
        CHECK(zh_experiments_assign(x, ZH_SV("cart"), &look, &scratch).experiment.size == 0);
        in += found.experiment.size > 0;
        b += zh_sv_equal(found.arm, ZH_SV("b"));
        const zh_assignment shown = zh_experiments_assign(x, ZH_SV("home"), &look, &scratch);
        CHECK(zh_experiments_ask(x, ZH_SV("home"), &look, &scratch, &found) && zh_sv_equal(found.arm, shown.arm)); /* the arm that decisions give */
        zh_arena_reset(&scratch);
    }
    CHECK(in > 9640 && in < 10360 && b > in * 3 / 4 - 250 && b < in * 3 / 4 + 250);
    zh_look look = desc.look;
    look.customer.number = 7;
    CHECK(zh_experiments_ask(x, ZH_SV("draft"), &look, &scratch, &found) && found.experiment.size == 0);
    CHECK(!zh_experiments_ask(x, ZH_SV("outside"), &look, &scratch, &found) && !zh_experiments_ask(x, ZH_SV("nothing"), &look, &scratch, &found));
    define(x, "holdout", "{\"arms\":[{\"name\":\"held\",\"weight\":999},{\"name\":\"treated\",\"weight\":1}],\"metrics\":[\"orders\"],\"state\":\"running\"}");
    uint64_t left = 0;
    for (look.customer.number = 1; look.customer.number <= 1000; look.customer.number++) left += zh_experiments_ask(x, ZH_SV("home"), &look, &scratch, &found) && found.experiment.size > 0;
    CHECK(left < 12); /* who is held is in no other */
    CHECK(!zh_experiments_ask(x, ZH_SV("holdout"), &look, &scratch, &found));

    /* Who refuses analytics is counted nowhere. */
    const zh_event event = { .customer = { 3 }, .act = ZH_ACT_OTHER, .time_ms = STARTED_MS + 1, .name = ZH_SV("Experiment Viewed"), .properties = ZH_SV("{\"experiment_id\":\"outside\",\"variation_id\":\"b\"}") };
    const zh_consent_change no = { .customer = { 3 }, .at_ms = 1, .said = ZH_CONSENT_BIT(ZH_CONSENT_ANALYTICS), .yes = 0 };
    zh_experiment_view view;
    CHECK(zh_consents_change(s.consents, &no) == ZH_OK && zh_experiments_viewed(x, &event, STARTED_MS + 2) == ZH_OK && zh_experiments_find(x, ZH_SV("outside"), &view) && view.exposed == 0);
    zh_experiments_close(x);
    zh_consents_close(s.consents);
    zh_customers_close(s.customers);
}

/* ---- a bandit ---- */

static void draws(void)
{
    shop s = { 0 };
    CHECK(zh_customers_open(&s.customers, &(zh_customers_desc){ 0 }) == ZH_OK && zh_consents_open(&s.consents, 1 << 20) == ZH_OK);
    const zh_experiments_desc desc = desc_of(&s);
    zh_experiments *x;
    bool asks;
    CHECK(zh_experiments_open(&x, &desc) == ZH_OK);
    CHECK(!zh_experiments_acts(x, ZH_SV("home"), &asks));
    define(x, "learning", learning);
    CHECK(zh_experiments_acts(x, ZH_SV("home"), &asks) && !asks);
    enum { MANY = 20000 };
    zh_bandit_allocation a = { .number = 1, .arms = 3, .cause = ZH_BANDIT_LEARNT, .chance = { 50000, 150000, 800000 } };
    uint64_t arms[3] = { 0 }, moved = 0;
    for (uint64_t c = 1; c <= MANY; c++) { /* half are shown something before the chances change: they keep their arms */
        zh_look look = desc.look;
        look.customer = (zh_customer_id){ c };
        const zh_assignment got = zh_experiments_assign(x, ZH_SV("home"), &look, &scratch);
        CHECK(got.allocation == 0 && (got.chance_micro == 333333 || got.chance_micro == 333334));
        const zh_decision d = { .customer = look.customer, .time_ms = T0, .experiment = got.experiment, .arm = got.arm, .arm_chance_micro = got.chance_micro, .allocation = got.allocation };
        if (c <= MANY / 2) CHECK(zh_experiments_decided(x, &d, look.customer, T0) == ZH_OK);
    }
    CHECK(zh_experiments_allocate(x, ZH_SV("learning"), &a, T0) == ZH_OK);
    for (uint64_t c = 1; c <= MANY; c++) {
        zh_look look = desc.look;
        uint32_t arm = 0;
        int64_t first_ms;
        look.customer = (zh_customer_id){ c };
        const zh_assignment got = zh_experiments_assign(x, ZH_SV("home"), &look, &scratch);
        if (c <= MANY / 2) {
            CHECK(zh_experiments_exposure(x, 1, look.customer, &arm, &first_ms) && got.allocation == 0 && zh_sv_equal(got.arm, set_up(&(shop){ .x = x }, LEARNING)->arms[arm].name));
            continue;
        }
        while (arm < 2 && !zh_sv_equal(got.arm, set_up(&(shop){ .x = x }, LEARNING)->arms[arm].name)) arm++;
        CHECK(got.allocation == 1 && got.chance_micro == a.chance[arm]);
        arms[arm]++;
        moved++;
    }
    CHECK(moved == MANY / 2 && arms[0] > 380 && arms[0] < 620 && arms[1] > 1300 && arms[1] < 1700 && arms[2] > 7800 && arms[2] < 8200); /* five standard deviations */
    a = (zh_bandit_allocation){ .number = 2, .arms = 3, .cause = ZH_BANDIT_WON, .winner = 2, .chance = { 0, 1000000, 0 } };
    CHECK(zh_experiments_allocate(x, ZH_SV("learning"), &a, T0) == ZH_OK);
    zh_experiment_view view;
    for (uint64_t c = 1; c <= 100; c++) { /* all get it, and nothing is measured any more */
        zh_look look = desc.look;
        look.customer = (zh_customer_id){ c };
        const zh_assignment got = zh_experiments_assign(x, ZH_SV("home"), &look, &scratch);
        const zh_decision d = { .customer = look.customer, .time_ms = T0, .experiment = got.experiment, .arm = got.arm, .arm_chance_micro = got.chance_micro, .allocation = got.allocation };
        CHECK(zh_sv_equal(got.arm, ZH_SV("b")) && got.chance_micro == 1000000 && zh_experiments_decided(x, &d, look.customer, T0) == ZH_OK);
    }
    CHECK(zh_experiments_find(x, ZH_SV("learning"), &view) && view.exposed == MANY / 2 && view.crossed == 0);
    zh_experiments_close(x);
    zh_consents_close(s.consents);
    zh_customers_close(s.customers);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    scratch = zh_arena_open((size_t)16 << 20);
    for (uint64_t run = 0; run < 12; run++) live(seed * 1000 + run);
    assigns();
    is_asked();
    draws();
    zh_arena_close(&scratch);
    return 0;
}
