/* Goal: the desk gives no more than there is, however many ask at once; a hold ends with its time and comes back; a price is good for half an hour; what
 * was on its way is counted once. Method: an engine with a clock that is told; threads that race; a rebuild that must be equal. */
#include "engine/offer_desk.h"
#include "engine/rebuild.h"
#include "check.h"
#include "sys/tree.h"

#include <unistd.h>

#define THREADS 8
#define EACH 10
#define STOCK 37

static zh_metrics *metrics;
static zh_clock fake;

static zh_engine *open_engine(const char *dir, uint32_t partitions)
{
    zh_engine *g;
    zh_note why;
    const zh_engine_desc desc = { .dir = zh_sv_of(dir), .partitions = partitions, .metrics = metrics, .cache_bytes = ZH_STATE_CACHE_BYTES_MIN, .clock = &fake };
    const zh_err e = zh_engine_open(&g, &desc, &why);
    if (e != ZH_OK) fprintf(stderr, "open: %s\n", why.text);
    CHECK(e == ZH_OK);
    return g;
}

static void define(zh_engine *g, const char *name, const char *definition)
{
    char setting[64], json[512];
    (void)snprintf(setting, sizeof setting, ZH_OFFER_SETTING "%s", name);
    (void)snprintf(json, sizeof json, "{\"definition\":%s}", definition);
    const zh_definition d = { .thing = ZH_THING_SETTING, .at_ms = zh_engine_now_ms(g), .actor = ZH_ACTOR_THE_ENGINE, .setting = { zh_sv_of(setting), zh_sv_of(json) } };
    CHECK(zh_engine_define(g, &d) == ZH_OK);
}

static void stock(zh_engine *g)
{
    zh_buf record = zh_buf_open(4096);
    zh_item_change_put(&(zh_item_change){ .text = ZH_SV("tea"), .set = ZH_ITEM_PRICE, .price_minor = 1000, .currency = zh_currency_of(ZH_SV("CNY")), .at_ms = 1 }, &record);
    const zh_sv view = zh_buf_view(&record);
    zh_work work = { .records = &view, .records_count = 1 };
    CHECK(zh_engine_do(g, &work) == ZH_OK);
    zh_buf_close(&record);
}

static zh_err same(zh_engine *g, zh_quoted *quoted, zh_arena *arena, uint64_t customer)
{
    const zh_quote_piece piece = { ZH_SV("tea"), 1 };
    uint32_t bad;
    return zh_offer_desk_quote(zh_engine_offer_desk(g), &(zh_quote_ask){ .pieces = &piece, .pieces_count = 1, .customer = { customer } }, arena, quoted, &bad);
}

static void say(void *context, const char *view, uint64_t entries, uint64_t different, const char *first)
{
    (void)context;
    if (different > 0) fprintf(stderr, "%s: %llu of %llu differ, first %s\n", view, (unsigned long long)different, (unsigned long long)entries, first);
}

static void check_rebuild(zh_engine *g)
{
    bool equal;
    zh_note why;
    CHECK(zh_rebuild_check(g, &(zh_rebuild_report){ .say = say }, &equal, &why) == ZH_OK && equal);
    CHECK(zh_coupons_odd(zh_engine_world(g)->coupons) == 0);
}

/* ---- a race ---- */

typedef struct racer { zh_engine *g; uint64_t number; uint32_t got[EACH], count; } racer;

static void *race(void *context)
{
    racer *r = context;
    for (uint32_t i = 0; i < EACH; i++) {
        zh_desk_answer a;
        CHECK(zh_offer_desk_claim(zh_engine_offer_desk(r->g), ZH_SV("last"), (zh_customer_id){ r->number }, (zh_sv){ 0 }, &a) == ZH_OK);
        CHECK(a.refusal == ZH_REFUSAL_NONE || a.refusal == ZH_REFUSAL_SOLD_OUT);
        if (a.refusal == ZH_REFUSAL_NONE) r->got[r->count++] = a.coupon.number;
    }
    return NULL;
}

static void test_a_race_gives_what_there_is(zh_engine *g)
{
    racer racers[THREADS] = { 0 };
    pthread_t threads[THREADS];
    bool seen[STOCK + 1] = { false };
    uint32_t all = 0;
    define(g, "last", "{\"kind\":\"fixed\",\"offCents\":5,\"currency\":\"CNY\",\"give\":\"claim\",\"stock\":37}");
    for (uint32_t i = 0; i < THREADS; i++) {
        racers[i] = (racer){ .g = g, .number = i + 1 };
        CHECK(pthread_create(&threads[i], NULL, race, &racers[i]) == 0);
    }
    for (uint32_t i = 0; i < THREADS; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
        for (uint32_t n = 0; n < racers[i].count; n++, all++) {
            CHECK(racers[i].got[n] <= STOCK && !seen[racers[i].got[n]]);
            seen[racers[i].got[n]] = true;
        }
    }
    CHECK(all == STOCK && zh_coupons_account(zh_engine_world(g)->coupons, ZH_SV("last")).claimed == STOCK);
    check_rebuild(g);
}

/* ---- time ---- */

static void test_a_hold_ends_with_its_time(zh_engine *g, zh_arena *arena)
{
    zh_offer_desk *d = zh_engine_offer_desk(g);
    zh_quoted one, two;
    zh_desk_answer a;
    define(g, "single", "{\"kind\":\"fixed\",\"offCents\":300,\"currency\":\"CNY\",\"stock\":1,\"holdMinutes\":10}");
    CHECK(same(g, &one, arena, 91) == ZH_OK && one.price->total_cents == 700);
    CHECK(zh_offer_desk_hold(d, &one, ZH_SV("A"), (zh_customer_id){ 91 }, &a) == ZH_OK && a.refusal == ZH_REFUSAL_NONE && !a.again);
    CHECK(zh_offer_desk_hold(d, &one, ZH_SV("A"), (zh_customer_id){ 91 }, &a) == ZH_OK && a.refusal == ZH_REFUSAL_NONE && a.again);
    CHECK(same(g, &two, arena, 92) == ZH_OK && two.price->total_cents == 1000 && two.price->offers[0].refusal == ZH_REFUSAL_SOLD_OUT);
    CHECK(zh_offer_desk_hold(d, &two, ZH_SV("A"), (zh_customer_id){ 92 }, &a) == ZH_OK && a.refusal == ZH_REFUSAL_OTHER_ORDER);
    zh_clock_advance(&fake, 10 * 60000);
    CHECK(zh_offer_desk_use(d, &one, ZH_SV("A"), &a) == ZH_OK && a.refusal == ZH_REFUSAL_HOLD_ENDED);
    CHECK(same(g, &two, arena, 92) == ZH_OK && two.price->total_cents == 700); /* it came back */
    CHECK(zh_offer_desk_use(d, &one, ZH_SV("A"), &a) == ZH_OK && a.refusal == ZH_REFUSAL_NO_HOLD);
    CHECK(zh_offer_desk_hold(d, &two, ZH_SV("B"), (zh_customer_id){ 92 }, &a) == ZH_OK && a.refusal == ZH_REFUSAL_NONE);
    CHECK(zh_offer_desk_hold(d, &one, ZH_SV("A"), (zh_customer_id){ 91 }, &a) == ZH_OK && a.refusal == ZH_REFUSAL_SOLD_OUT);
    CHECK(zh_offer_desk_use(d, &two, ZH_SV("B"), &a) == ZH_OK && a.refusal == ZH_REFUSAL_NONE && a.order.used);
    CHECK(zh_offer_desk_release(d, &two, ZH_SV("B"), &a) == ZH_OK && a.refusal == ZH_REFUSAL_NONE && a.order.used);
    const zh_offer_account account = zh_coupons_account(zh_engine_world(g)->coupons, ZH_SV("single"));
    CHECK(account.used == 0 && account.held == 0 && account.used_cents == 0 && account.released == 1 && account.cancelled == 1);
    check_rebuild(g);
}

static void test_a_price_is_good_for_half_an_hour(zh_engine *g, zh_arena *arena)
{
    zh_quoted quoted;
    zh_desk_answer a;
    CHECK(same(g, &quoted, arena, 0) == ZH_OK);
    zh_clock_advance(&fake, ZH_QUOTE_VALID_MS + 1);
    CHECK(zh_offer_desk_hold(zh_engine_offer_desk(g), &quoted, ZH_SV("C"), (zh_customer_id){ 0 }, &a) == ZH_OK && a.refusal == ZH_REFUSAL_QUOTE_OLD);
    zh_err again;
    zh_quoted found;
    CHECK(zh_offer_desk_find_quote(zh_engine_offer_desk(g), quoted.quote.high, quoted.quote.low, arena, &found, &again) == ZH_OK && again == ZH_OK);
    CHECK(found.price->total_cents == quoted.price->total_cents);
}

int main(void)
{
    CHECK(zh_metrics_open(&metrics) == ZH_OK);
    for (uint32_t partitions = 1; partitions <= 3; partitions += 2) {
        char dir[] = "/tmp/zhun-desk-XXXXXX";
        CHECK(mkdtemp(dir) != NULL);
        zh_clock_fake(&fake, INT64_C(1795000000000));
        zh_engine *g = open_engine(dir, partitions);
        zh_arena arena = zh_arena_open(16 << 20);
        stock(g);
        test_a_race_gives_what_there_is(g);
        test_a_hold_ends_with_its_time(g, &arena);
        test_a_price_is_good_for_half_an_hour(g, &arena);
        zh_engine_close(g);
        g = open_engine(dir, 0);
        CHECK(zh_coupons_count(zh_engine_world(g)->coupons) == STOCK);
        check_rebuild(g);
        zh_engine_close(g);
        zh_arena_close(&arena);
        CHECK(zh_tree_remove(zh_sv_of(dir)) == ZH_OK);
    }
    zh_metrics_close(metrics);
    return 0;
}
