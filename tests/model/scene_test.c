/* scene_test.c
 * Goal    what is planted is found, what is thin is left alone, and counts do not depend on order.
 * Method  acts drawn with a known ratio; the formula worked out by hand; the same acts forwards, backwards and through save and load.
 */
#include "model/scene.h"
#include "check.h"

#include <math.h>
#include <string.h>

static zh_scene at_hour(uint8_t hour)
{
    return (zh_scene){ .has_time = true, .hour = hour, .weekday = 1, .month = 11, .day = ZH_DAY_WORKING };
}

static double factor(const zh_scenes *s, uint64_t category, const zh_scene *scene)
{
    uint32_t place;
    return zh_scenes_find(s, category, &place) ? zh_scenes_factor(s, place, scene) : 1;
}

/* Tea: 90 of 100 views in the evening; bread 10 of 100; together the evening has half. */
static void the_formula_is_the_header_s(void)
{
    zh_scenes *s;
    uint32_t tea;
    const char *why;
    const zh_scene noon = at_hour(12), evening = at_hour(19), nothing = { 0 };
    CHECK(zh_scenes_open(&s) == ZH_OK);
    for (int i = 0; i < 100; i++) {
        CHECK(zh_scenes_count(s, 1, i < 90 ? &evening : &noon, false) == ZH_OK);
        CHECK(zh_scenes_count(s, 2, i < 10 ? &evening : &noon, false) == ZH_OK);
    }
    CHECK(zh_scenes_find(s, 1, &tea) && zh_scenes_category(s, tea) == 1 && zh_scenes_categories(s) == 2);
    zh_scene_cell cell = zh_scenes_cell(s, tea, 4);
    CHECK(cell.views == 90 && cell.buys == 0);
    CHECK(fabs(cell.effect - (90 + 30) / (50.0 + 30)) < 1e-12);
    CHECK(fabs(zh_scenes_cell(s, tea, 2).effect - (10 + 30) / (50.0 + 30)) < 1e-12);
    CHECK(fabs(factor(s, 1, &evening) - 1.5) < 1e-12); /* day and season have one bucket: no effect */
    CHECK(factor(s, 1, &nothing) == 1 && factor(s, 3, &evening) == 1);
    CHECK(zh_scenes_count(s, 0, &evening, true) == ZH_OK && zh_scenes_categories(s) == 2); /* of no category */
    /* a bought line is three acts: 90 + 3 x 10 of 130, where the evening has 130 of 230 */
    for (int i = 0; i < 10; i++) CHECK(zh_scenes_count(s, 1, &evening, true) == ZH_OK);
    cell = zh_scenes_cell(s, tea, 4);
    CHECK(cell.buys == 10 && fabs(cell.effect - (120 + 30) / (130 * 130 / 230.0 + 30)) < 1e-12);
    CHECK(zh_scenes_check(s, &why));
    zh_scenes_close(s);
}

static void thin_is_near_one_and_much_is_bounded(void)
{
    zh_scenes *s;
    zh_scene evening = at_hour(19), noon = at_hour(12);
    CHECK(zh_scenes_open(&s) == ZH_OK);
    for (int i = 0; i < 1000; i++) CHECK(zh_scenes_count(s, 9, i % 2 ? &evening : &noon, false) == ZH_OK);
    for (int i = 0; i < 3; i++) CHECK(zh_scenes_count(s, 1, &evening, false) == ZH_OK);
    CHECK(factor(s, 1, &evening) > 1 && factor(s, 1, &evening) < 1.06); /* three of three says little */
    evening.sky = ZH_SKY_RAIN, evening.device = ZH_DEVICE_MOBILE, evening.where = ZH_WHERE_HOME;
    noon.sky = ZH_SKY_CLEAR, noon.device = ZH_DEVICE_DESKTOP, noon.where = ZH_WHERE_WORK;
    for (int i = 0; i < 4000; i++) {
        CHECK(zh_scenes_count(s, 2, &evening, false) == ZH_OK);
        CHECK(zh_scenes_count(s, 3, &noon, false) == ZH_OK && zh_scenes_count(s, 3, &noon, false) == ZH_OK);
    }
    CHECK(factor(s, 2, &evening) == ZH_SCENE_FACTOR_MAX && factor(s, 2, &noon) == 1 / ZH_SCENE_FACTOR_MAX);
    zh_scenes_close(s);
}

/* ---- keeping ---- */

typedef struct kept { char keys[64][8], values[64][512]; size_t sizes[64]; uint32_t count; } kept;

static zh_err keep_one(void *context, zh_sv key, zh_sv value)
{
    kept *k = context;
    CHECK(key.size == 8 && value.size <= sizeof k->values[0] && k->count < 64);
    memcpy(k->keys[k->count], key.data, 8);
    memcpy(k->values[k->count], value.data, value.size);
    k->sizes[k->count++] = value.size;
    return ZH_OK;
}

static bool same_entries(const kept *a, const kept *b)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < a->count; i++)
        for (uint32_t j = 0; j < b->count; j++)
            found += memcmp(a->keys[i], b->keys[j], 8) == 0 && a->sizes[i] == b->sizes[j] && memcmp(a->values[i], b->values[j], a->sizes[i]) == 0;
    return a->count == b->count && found == a->count;
}

static void count_drawn(zh_scenes *s, uint64_t seed)
{
    zh_scene scene = at_hour((uint8_t)(test_random(&seed) % 24));
    scene.sky = (zh_sky)(test_random(&seed) % 11);
    zh_scene_temp(&scene, (double)(test_random(&seed) % 50));
    CHECK(zh_scenes_count(s, 1 + test_random(&seed) % 20, &scene, test_random(&seed) % 5 == 0) == ZH_OK);
}

static void order_does_not_matter(uint64_t seed)
{
    static kept forth, back, again, some;
    zh_scenes *a, *b, *c;
    const char *why;
    CHECK(zh_scenes_open(&a) == ZH_OK && zh_scenes_open(&b) == ZH_OK && zh_scenes_open(&c) == ZH_OK);
    for (uint64_t i = 0; i < 3000; i++) count_drawn(a, seed + i), count_drawn(b, seed + 2999 - i);
    CHECK(zh_scenes_save(a, true, (zh_keep){ &forth, keep_one }) == ZH_OK && zh_scenes_save(b, true, (zh_keep){ &back, keep_one }) == ZH_OK);
    CHECK(same_entries(&forth, &back));
    for (uint32_t i = 0; i < forth.count; i++) CHECK(zh_scenes_load(c, (zh_sv){ forth.keys[i], 8 }, (zh_sv){ forth.values[i], forth.sizes[i] }) == ZH_OK);
    CHECK(zh_scenes_check(c, &why) && zh_scenes_save(c, true, (zh_keep){ &again, keep_one }) == ZH_OK && same_entries(&forth, &again));
    const zh_scene evening = at_hour(20);
    for (uint64_t category = 1; category <= 20; category++) CHECK(factor(a, category, &evening) == factor(c, category, &evening));
    /* a save writes what changed */
    CHECK(zh_scenes_save(c, false, (zh_keep){ &some, keep_one }) == ZH_OK && some.count == 0);
    CHECK(zh_scenes_count(c, 7, &evening, true) == ZH_OK);
    CHECK(zh_scenes_save(c, false, (zh_keep){ &some, keep_one }) == ZH_OK && some.count == 1);
    for (size_t size = 0; size < forth.sizes[0]; size++) { /* broken entries are refused */
        zh_scenes *d;
        CHECK(zh_scenes_open(&d) == ZH_OK && zh_scenes_load(d, (zh_sv){ forth.keys[0], 8 }, (zh_sv){ forth.values[0], size }) == ZH_FORMAT);
        zh_scenes_close(d);
    }
    CHECK(zh_scenes_load(c, (zh_sv){ forth.keys[0], 7 }, (zh_sv){ forth.values[0], forth.sizes[0] }) == ZH_FORMAT);
    zh_scenes_close(a);
    zh_scenes_close(b);
    zh_scenes_close(c);
}

static void the_first_categories_are_kept(void)
{
    zh_scenes *s;
    uint32_t place;
    const zh_scene evening = at_hour(20);
    CHECK(zh_scenes_open(&s) == ZH_OK);
    for (uint64_t hash = 1; hash <= ZH_SCENE_CATEGORIES_MAX + 5; hash++) CHECK(zh_scenes_count(s, hash, &evening, false) == ZH_OK);
    CHECK(zh_scenes_categories(s) == ZH_SCENE_CATEGORIES_MAX && !zh_scenes_find(s, ZH_SCENE_CATEGORIES_MAX + 1, &place) && zh_scenes_bytes(s) < 400 * ZH_SCENE_CATEGORIES_MAX);
    zh_scenes_close(s);
}

int main(int argc, char **argv)
{
    the_formula_is_the_header_s();
    thin_is_near_one_and_much_is_bounded();
    order_does_not_matter(test_seed(argc, argv));
    the_first_categories_are_kept();
    return 0;
}
