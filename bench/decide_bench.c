/* How long one decision takes: a shop of 3,700 items in which every pair was bought by somebody, a
 * customer with 100 bought items and 20 touches, the home page's ten places and their reasons. */
#include "decide/recommend.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ITEMS 3700u
#define CUSTOMERS 1500u
#define BASKET 100u
#define ROUNDS 300u
#define NOW (INT64_C(20000) * 86400000)

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t); /* other work on the machine does not count */
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec * 1e-3;
}

static void must(zh_err e)
{
    if (e == ZH_OK) return;
    fprintf(stderr, "decide_bench: %s\n", zh_err_text(e));
    exit(1);
}

static zh_item_id item_of(uint32_t i)
{
    char text[16];
    snprintf(text, sizeof text, "item-%u", i);
    return zh_item_id_of(zh_sv_of(text));
}

static void fill_shop(zh_catalog *catalog, zh_popularity *popularity)
{
    for (uint32_t i = 0; i < ITEMS; i++) {
        char text[16];
        snprintf(text, sizeof text, "item-%u", i);
        zh_line line = { .item = item_of(i), .item_text = zh_sv_of(text), .name = ZH_SV("An item with a title of usual length"),
                         .category = i % 2 ? ZH_SV("a") : ZH_SV("b"), .price_minor = 100, .quantity = 1 };
        const zh_event e = { .type = ZH_EVENT_TRACK, .act = ZH_ACT_ORDER, .time_ms = NOW - (int64_t)(i % 90) * 86400000,
                             .lines = &line, .lines_count = 1 };
        must(zh_catalog_learn(catalog, &e));
        must(zh_popularity_fold(popularity, &e));
        must(zh_popularity_category(popularity, line.item, zh_catalog_get(catalog, line.item)->category_hash));
    }
}

/* Returns ns a step. */
static double fill_counts(zh_cocount *cocount, zh_rng *rng)
{
    static zh_step steps[BASKET * (BASKET + 1) / 2];
    double us = 0;
    size_t count = 0;
    for (uint32_t c = 0; c < CUSTOMERS; c++) {
        zh_item_id basket[BASKET];
        size_t n = 0;
        for (uint32_t i = 0; i < BASKET; i++) {
            basket[i] = item_of((uint32_t)zh_rng_below(rng, ITEMS));
            steps[n++] = (zh_step){ ZH_STEP_BUYER, 1, basket[i], { 0 } };
            for (uint32_t j = 0; j < i; j++) steps[n++] = (zh_step){ ZH_STEP_BOTH, 1, basket[i], basket[j] };
        }
        const double from = now_us();
        must(zh_cocount_apply(cocount, steps, n));
        us += now_us() - from;
        count += n;
    }
    return us * 1e3 / (double)count;
}

static int by_item(const void *a, const void *b)
{
    const uint64_t x = ((const zh_bought *)a)->item.number, y = ((const zh_bought *)b)->item.number;
    return x < y ? -1 : x > y;
}

static double recommend_us(const zh_recommend_world *world, zh_recommend_ask ask, const char *placement)
{
    zh_arena arena = zh_arena_open(16 << 20);
    zh_decision decision;
    zh_reason *reasons;
    double best_us = 1e9; /* the least disturbed round */
    ask.placement = zh_placement_find(zh_sv_of(placement));
    for (uint32_t round = 0; round < ROUNDS; round++) {
        zh_rng rng = { round + 1, 0, 0 };
        zh_arena_reset(&arena);
        const double from = now_us();
        must(zh_recommend(world, &ask, &rng, &arena, &decision, &reasons));
        const double us = now_us() - from;
        if (us < best_us) best_us = us;
    }
    zh_arena_close(&arena);
    return best_us;
}

static int by_target(const void *a, const void *b)
{
    const uint64_t x = ((const zh_feedback_word *)a)->target, y = ((const zh_feedback_word *)b)->target;
    return x < y ? -1 : x > y;
}

/* The same of a customer who is not interested in `count` items. */
static double refusing_us(const zh_recommend_world *world, zh_recommend_ask ask, uint32_t count)
{
    static zh_feedback_word words[ZH_FEEDBACK_DISLIKES_MAX];
    zh_history history = *ask.history;
    for (uint32_t i = 0; i < count; i++)
        words[i] = (zh_feedback_word){ .target = item_of(i * 11 + 3).number, .at_ms = NOW - i, .kind = ZH_FEEDBACK_NOT_INTERESTED, .scope = ZH_FEEDBACK_ITEM };
    qsort(words, count, sizeof *words, by_target);
    history.words = words, history.words_count = count;
    ask.history = &history;
    return recommend_us(world, ask, "home");
}

/* Evenings and mornings of every category of the shop, and a moment. */
static zh_scenes *learn_scenes(const zh_catalog *catalog, uint64_t *moment)
{
    zh_scenes *scenes = NULL;
    zh_scene scene = { .has_time = true, .weekday = 1, .month = 11, .day = ZH_DAY_WORKING, .has_temp = true, .temp_c = 9, .sky = ZH_SKY_RAIN, .device = ZH_DEVICE_MOBILE, .where = ZH_WHERE_HOME };
    const zh_item *item;
    must(zh_scenes_open(&scenes));
    for (size_t at = 0; (item = zh_catalog_next(catalog, &at)) != NULL;)
        for (uint32_t i = 0; i < 100; i++) {
            scene.hour = (uint8_t)((i * (item->category_hash & 7)) % 24);
            must(zh_scenes_count(scenes, item->category_hash, &scene, false));
        }
    *moment = zh_scene_pack(&scene);
    return scenes;
}

int main(void)
{
    zh_catalog *catalog = NULL;
    zh_cocount *cocount = NULL;
    zh_popularity *popularity = NULL;
    zh_consents *consents = NULL;
    zh_permit permit;
    zh_rng rng = { 1, 0, 0 };
    must(zh_catalog_open(&catalog, &(zh_catalog_desc){ 0 }));
    must(zh_cocount_open(&cocount, &(zh_cocount_desc){ 0 }));
    must(zh_popularity_open(&popularity, &(zh_popularity_desc){ 0 }));
    must(zh_consents_open(&consents, 1 << 20));
    must(zh_popularity_tick(popularity, NOW));
    must(zh_permit_ask(consents, (zh_customer_id){ 1 }, ZH_PURPOSE_PERSONALIZE, 0, NOW, &ZH_ACTOR_THE_ENGINE, &permit));
    fill_shop(catalog, popularity);
    const double step_ns = fill_counts(cocount, &rng);
    zh_bought bought[100];
    zh_touch touches[20];
    for (uint32_t i = 0; i < 100; i++) bought[i] = (zh_bought){ item_of(i * 37), 1, NOW - (int64_t)i * 86400000, 1, { 0 } };
    for (uint32_t i = 0; i < 20; i++) touches[i] = (zh_touch){ item_of(i * 37 + 5), { NOW, 0 }, i % 2 ? ZH_ACT_VIEW : ZH_ACT_ADD };
    qsort(bought, 100, sizeof bought[0], by_item);
    const zh_history history = { .touches = touches, .touches_count = 20, .bought = bought, .bought_count = 100 };
    zh_recommend_world world = { .catalog = catalog, .cocount = cocount, .popularity = popularity };
    zh_recommend_ask ask = { .n = 10, .context_item = item_of(7), .now_ms = NOW, .customer = { 1 }, .permit = &permit, .history = &history };
    const double home = recommend_us(&world, ask, "home");
    ask.explain = true;
    const double home_explained = recommend_us(&world, ask, "home");
    const double ten = refusing_us(&world, ask, 10), most = refusing_us(&world, ask, ZH_FEEDBACK_DISLIKES_MAX);
    const double page = recommend_us(&world, ask, "product_page");
    const double trending = recommend_us(&world, ask, "search_empty");
    ask.explain = false;
    const zh_policy with_scene = { .scene = true };
    zh_scenes *scenes = learn_scenes(catalog, &ask.scene);
    world.scenes = scenes, world.policy = &with_scene;
    const double home_scene = recommend_us(&world, ask, "home");
    static zh_neighbour near[20];
    double from = now_us();
    for (uint32_t i = 0; i < ROUNDS; i++) (void)zh_cocount_neighbours(cocount, ZH_COCOUNT_BOUGHT, item_of(i), 10, 20, near);
    const double neighbours = (now_us() - from) / ROUNDS;
    zh_line line = { .item = item_of(9), .item_text = ZH_SV("item-9"), .name = ZH_SV("An item with a title of usual length"),
                     .category = ZH_SV("a"), .price_minor = 100, .quantity = 1 };
    const zh_event seen = { .act = ZH_ACT_VIEW, .time_ms = NOW, .lines = &line, .lines_count = 1 };
    from = now_us();
    for (uint32_t i = 0; i < 1000 * ROUNDS; i++) must(zh_catalog_learn(catalog, &seen));
    const double learn_ns = (now_us() - from) / ROUNDS;
    from = now_us();
    for (uint32_t i = 0; i < 1000 * ROUNDS; i++) must(zh_popularity_fold(popularity, &seen));
    const double fold_ns = (now_us() - from) / ROUNDS;
    printf("{\"bench\":\"decide\",\"items\":%u,\"home_us\":%.1f,\"home_explained_us\":%.1f,\"home_scene_us\":%.1f,\"scene_categories\":%u,\"home_refusing_10_us\":%.1f,\"home_refusing_256_us\":%.1f,\"product_page_us\":%.1f,"
           "\"search_empty_us\":%.1f,\"neighbours_us\":%.1f,\"cocount_step_ns\":%.1f,\"cocount_kib_per_item\":%.1f,"
           "\"catalog_learn_ns\":%.1f,\"popularity_fold_ns\":%.1f}\n",
           ITEMS, home, home_explained, home_scene, zh_scenes_categories(scenes), ten, most, page, trending, neighbours, step_ns,
           (double)zh_cocount_bytes(cocount) / 1024.0 / ITEMS, learn_ns, fold_ns);
    zh_scenes_close(scenes);
    zh_catalog_close(catalog);
    zh_cocount_close(cocount);
    zh_popularity_close(popularity);
    zh_consents_close(consents);
    return 0;
}
