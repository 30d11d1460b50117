/* Goal: arrival order does not matter to identity: the same events, shuffled and repeated, on 1 and on 3 partitions, give each customer the same
 * profile, byte for byte, with limits and the guard of devices on.
 * Method: random shops of people with several devices each; one browser more than a customer may have, whose owner is then told apart by arrival,
 * is not among them (decision 0020). Each profile as its stored bytes; a rebuild is compared, too. */
#include "engine/engine.h"
#include "engine/rebuild.h"
#include "check.h"
#include "sys/tree.h"

#include <unistd.h>

enum { PEOPLE = 12, DEVICES = 3, EVENTS = 400, ORDERS = 4, TABLETS = 2 };

static zh_metrics *metrics;
static zh_clock fake;

static zh_sv text_of(zh_arena *arena, const char *format, unsigned long long a, unsigned long long b)
{
    char text[64];
    const int size = snprintf(text, sizeof text, format, a, b);
    return zh_arena_copy(arena, (zh_sv){ text, (size_t)size });
}

/* Event number i: a function of (seed, i) alone. A person is at one of their devices, or at a tablet in the shop, where only
 * those who are logged in are seen before it is known to be shared. */
static zh_event event_of(uint64_t seed, uint64_t i, zh_arena *arena)
{
    uint64_t s = zh_mix64(seed * 1000003 + i);
    const uint64_t who = test_random(&s) % PEOPLE, device = test_random(&s) % DEVICES, kind = test_random(&s) % 20, item = test_random(&s) % 40;
    zh_event e = { .type = ZH_EVENT_TRACK, .act = kind < 14 ? ZH_ACT_VIEW : kind < 17 ? ZH_ACT_ADD : ZH_ACT_ORDER,
                   .time_ms = 1700000000000 + (int64_t)i * 600000, .received_ms = 1700000000000 + (int64_t)i * 600000, .message_id = text_of(arena, "m-%llu", i, 0),
                   .name = ZH_SV("Event"), .currency = zh_currency_of(ZH_SV("CNY")), .properties = ZH_SV("{}"), .personal = ZH_SV("{\"a\":1}"), .body_hash = zh_mix64(i) };
    e.original_ms = e.time_ms;
    const bool tablet = test_random(&s) % 10 == 0;
    if (tablet) e.anonymous_id = text_of(arena, "tablet-%llu", test_random(&s) % TABLETS, 0);
    else if (test_random(&s) % 4 != 0) e.anonymous_id = text_of(arena, "a-%llu-%llu", who, device);
    if (tablet || e.anonymous_id.size == 0 || test_random(&s) % 3 == 0) e.user_id = text_of(arena, "u-%llu", who, 0);
    e.lines = ZH_TAKE(arena, zh_line, 1);
    e.lines_count = 1;
    e.lines[0] = (zh_line){ .item_text = text_of(arena, "item-%llu", item, 0), .category = text_of(arena, "c%llu", item % 4, 0), .price_minor = 100 + (int64_t)item, .quantity = 1,
                            .total_minor = 100 + (int64_t)item };
    e.lines[0].item = zh_item_id_of(e.lines[0].item_text);
    if (e.act == ZH_ACT_ORDER) e.order_id = text_of(arena, "o-%llu", i, 0), e.revenue_minor = e.lines[0].total_minor;
    return e;
}

static void submit(zh_engine *g, uint64_t seed, const uint64_t *numbers, size_t count)
{
    zh_arena arena = zh_arena_open(16 << 20);
    zh_event *events = ZH_TAKE(&arena, zh_event, count);
    zh_work_ids *ids = ZH_TAKE(&arena, zh_work_ids, count);
    for (size_t i = 0; i < count; i++) events[i] = event_of(seed, numbers[i], &arena);
    zh_engine_prepare(g, (zh_source_id){ 1 }, events, ids, (uint32_t)count);
    for (size_t i = 0; i < count; i++) events[i].key = (zh_event_key){ zh_mix64(numbers[i]), numbers[i] }; /* each folder has secrets of its own */
    zh_work work = { .events = events, .ids = ids, .events_count = (uint32_t)count };
    CHECK(zh_engine_do(g, &work) == ZH_OK);
    zh_arena_close(&arena);
}

/* The stored bytes of everybody's profile, one after another; and which devices lead where. */
static uint64_t picture(zh_engine *g)
{
    zh_arena arena = zh_arena_open(1 << 20);
    uint64_t hash = 0;
    for (uint64_t who = 0; who < PEOPLE; who++) {
        const zh_customer_id id = zh_engine_find(g, text_of(&arena, "u-%llu", who, 0), (zh_sv){ 0 });
        const zh_customer_state *state = zh_customers_get(zh_engine_world(g)->customers, id);
        uint64_t one = 0;
        CHECK(state != NULL && zh_customer_hash(zh_engine_world(g)->customers, state, &one) == ZH_OK);
        for (uint64_t device = 0; device < DEVICES; device++) {
            const zh_customer_id owner = zh_engine_find(g, (zh_sv){ 0 }, text_of(&arena, "a-%llu-%llu", who, device));
            one = zh_mix64(one ^ (uint64_t)(owner.number == id.number) << device);
        }
        hash = zh_mix64(hash ^ one);
    }
    zh_arena_close(&arena);
    return hash;
}

static void say(void *context, const char *view, uint64_t entries, uint64_t different, const char *first)
{
    (void)context;
    if (different > 0) fprintf(stderr, "%s: %llu of %llu entries differ, first %s\n", view, (unsigned long long)different, (unsigned long long)entries, first);
}

static void shuffle(uint64_t *numbers, size_t count, uint64_t *seed)
{
    for (size_t i = count; i > 1; i--) {
        const size_t k = test_random(seed) % i;
        const uint64_t at = numbers[i - 1];
        numbers[i - 1] = numbers[k];
        numbers[k] = at;
    }
}

static uint64_t live_through(const char *dir, uint32_t partitions, uint64_t seed, uint64_t order)
{
    zh_engine *g;
    zh_note why;
    const zh_engine_desc desc = { .dir = zh_sv_of(dir), .partitions = partitions, .metrics = metrics, .cache_bytes = ZH_STATE_CACHE_BYTES_MIN, .clock = &fake };
    CHECK(zh_engine_open(&g, &desc, &why) == ZH_OK);
    zh_engine_set_policy(g, &(zh_identity_policy){ .users_max = 1, .anonymous_max = DEVICES + TABLETS, .shared_from = 2 });
    uint64_t numbers[EVENTS + EVENTS / 4];
    const size_t count = sizeof numbers / sizeof *numbers;
    for (size_t i = 0; i < count; i++) numbers[i] = i < EVENTS ? i : test_random(&order) % EVENTS; /* some come twice */
    if (order != 0) shuffle(numbers, count, &order);
    for (size_t at = 0; at < count; at += 50) submit(g, seed, numbers + at, 50);
    const uint64_t hash = picture(g);
    bool equal;
    const zh_err e = zh_rebuild_check(g, &(zh_rebuild_report){ .say = say }, &equal, &why);
    if (e != ZH_OK || !equal) fprintf(stderr, "rebuild: %s %s\n", zh_err_name(e), why.text);
    CHECK(e == ZH_OK && equal);
    zh_engine_close(g);
    CHECK(zh_tree_remove(zh_sv_of(dir)) == ZH_OK);
    return hash;
}

/* Late, early, twice, on one and on three partitions: the same bytes. */
static void check_07_order_does_not_matter(const char *path, uint64_t seed)
{
    const uint64_t shops = test_is_whole() ? 25 : 2;
    for (uint64_t shop = 0; shop < shops; shop++) {
        const uint64_t want = live_through(path, 1, seed + shop, 0);
        for (uint64_t order = 1; order <= ORDERS; order++)
            CHECK(live_through(path, order % 2 == 0 ? 1 : 3, seed + shop, (seed + shop) * 7919 + order) == want);
    }
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    char dir[] = "/tmp/zhun-order-XXXXXX", path[64];
    zh_clock_fake(&fake, 1790000000000);
    CHECK(zh_metrics_open(&metrics) == ZH_OK && mkdtemp(dir) != NULL);
    snprintf(path, sizeof path, "%s/data", dir);
    PROVE(check_07_order_does_not_matter, path, seed);
    zh_metrics_close(metrics);
    CHECK(zh_tree_remove(zh_sv_of(dir)) == ZH_OK);
    return 0;
}
