/* Goal: each slot has what the formula of the header says is best; caps and pins hold; dials do what they are called.
 * Method: random candidates against a model that computes the whole formula anew for every slot; lists by dial. */
#include "decide/rerank.h"
#include "base/hash.h"
#include "base/rng.h"
#include "check.h"

#include <math.h>

#define MOST 60

static zh_item items[MOST];
static zh_rerank_candidate candidates[MOST];
static zh_rerank_share tastes[3];

static void make(zh_rng *rng, uint32_t count)
{
    static const zh_sv categories[] = { { "tea", 3 }, { "lamps", 5 }, { "games", 5 }, { "", 0 } }, brands[] = { { "A", 1 }, { "B", 1 }, { "", 0 } };
    static const zh_sv titles[] = { { "Green tea", 9 }, { "Black tea", 9 }, { "Desk lamp", 9 }, { "儿童台灯", 12 }, { "儿童积木", 12 }, { "", 0 } };
    for (uint32_t i = 0; i < count; i++) {
        const zh_sv category = categories[zh_rng_below(rng, 4)];
        items[i] = (zh_item){ .id = { i + 1 }, .title = titles[zh_rng_below(rng, 6)], .category = category, .category_hash = category.size > 0 ? zh_fast64(category) : 0,
            .brand = brands[zh_rng_below(rng, 3)], .price_minor = 100 + (int64_t)zh_rng_below(rng, 900), .cost_minor = (int64_t)zh_rng_below(rng, 4) == 0 ? -1 : (int64_t)zh_rng_below(rng, 500) };
        candidates[i] = (zh_rerank_candidate){ .item = &items[i], .score = 1000.0 * (count - i) + (double)zh_rng_below(rng, 900), .buyers = (int64_t)zh_rng_below(rng, 50), .capped = zh_rng_below(rng, 4) };
    }
    for (uint32_t t = 0; t < 3; t++) tastes[t] = (zh_rerank_share){ zh_fast64(categories[t]), t == 0 ? 0.6 : 0.2 };
}

/* ---- the slow model ---- */

static double slow_rel(const zh_rerank_ask *a, uint32_t i)
{
    double score = 0, buyers = 0, margin = 0, sum = 0, known = 0;
    for (uint32_t k = 0; k < a->count; k++) {
        const zh_item *it = a->candidates[k].item;
        score = fmax(score, a->candidates[k].score);
        buyers = fmax(buyers, log1p((double)a->candidates[k].buyers));
        if (it->cost_minor < 0) continue;
        const double left = (double)(it->price_minor - it->cost_minor) / (double)it->price_minor * (double)it->price_minor;
        margin = fmax(margin, left), sum += fmax(left, 0), known++;
    }
    const zh_item *it = a->candidates[i].item;
    const double p = a->dials.popularity, z = buyers > 0 ? log1p((double)a->candidates[i].buyers) / buyers : 0;
    double rel = a->candidates[i].score / score;
    if (p != 0 && buyers > 0) rel = (1 - fabs(p)) * rel + fabs(p) * (p > 0 ? z : 1 - z);
    if (a->dials.margin > 0 && margin > 0) {
        const double left = it->cost_minor < 0 ? sum / known : (double)(it->price_minor - it->cost_minor) / (double)it->price_minor * (double)it->price_minor;
        rel *= pow(fmax(left / margin, 0.01), a->dials.margin);
    }
    return rel;
}

static double slow_value(const zh_rerank_ask *a, const uint32_t *list, uint32_t listed, uint32_t i)
{
    const double d = a->dials.diversity, c = a->tastes_count > 0 ? a->dials.calibration : 0;
    double like = 0, apart = 0;
    const zh_title_sketch mine = zh_title_sketch_of(a->candidates[i].item->title);
    for (uint32_t k = 0; k < listed; k++) {
        const zh_title_sketch other = zh_title_sketch_of(a->candidates[list[k]].item->title);
        like = fmax(like, zh_rerank_similarity(a->candidates[list[k]].item, &other, a->candidates[i].item, &mine));
    }
    for (uint32_t t = 0; t < a->tastes_count; t++) {
        double there = a->candidates[i].item->category_hash == a->tastes[t].category_hash;
        for (uint32_t k = 0; k < listed; k++) there += a->candidates[list[k]].item->category_hash == a->tastes[t].category_hash;
        apart += a->tastes[t].share * log(a->tastes[t].share / (0.99 * there / (listed + 1) + 0.01 * a->tastes[t].share));
    }
    return (1 - d) * (1 - c) * slow_rel(a, i) - d * like - c * apart;
}

static bool in(const uint32_t *list, uint32_t count, uint32_t i)
{
    for (uint32_t k = 0; k < count; k++)
        if (list[k] == i) return true;
    return false;
}

static bool slow_fits(const zh_rerank_ask *a, const uint32_t *list, uint32_t listed, uint32_t i)
{
    for (uint32_t c = 0; c < a->caps_count; c++) {
        uint32_t same = 0;
        const zh_item *it = a->candidates[i].item;
        if (!(a->candidates[i].capped >> c & 1) || (a->caps[c].by_brand ? it->brand.size == 0 : it->category.size == 0)) continue;
        for (uint32_t k = 0; k < a->count; k++) {
            const zh_item *other = a->candidates[k].item;
            if (k == i || !(in(list, listed, k) || (a->candidates[k].slot > 0 && a->candidates[k].slot <= a->slots)) || !(a->candidates[k].capped >> c & 1)) continue;
            same += a->caps[c].by_brand ? zh_sv_equal(it->brand, other->brand) : zh_sv_equal(it->category, other->category);
        }
        if (same >= a->caps[c].most) return false;
    }
    return true;
}

static void test_equals_the_slow_model(uint64_t seed)
{
    zh_rng rng = { seed, 0, 0 };
    zh_arena arena = zh_arena_open(1 << 20);
    const uint32_t count = 1 + (uint32_t)zh_rng_below(&rng, MOST);
    make(&rng, count);
    const zh_rerank_cap caps[] = { { 2 + (uint32_t)zh_rng_below(&rng, 3), true }, { 1 + (uint32_t)zh_rng_below(&rng, 4), false } };
    zh_rerank_ask a = { .candidates = candidates, .count = count, .slots = 1 + (uint32_t)zh_rng_below(&rng, 12), .behind = 5, .caps = caps, .caps_count = (uint32_t)zh_rng_below(&rng, 3),
        .tastes = tastes, .tastes_count = 3 * (uint32_t)zh_rng_below(&rng, 2), .dials = { (double)zh_rng_below(&rng, 3) * 0.3, (double)zh_rng_below(&rng, 5) * 0.5 - 1, (double)zh_rng_below(&rng, 3) * 0.4, (double)zh_rng_below(&rng, 3) * 0.5 } };
    if (count > 9) candidates[9].slot = 2;
    if (count > 7) candidates[7].slot = 30; /* beyond the list */
    zh_rerank_list list;
    CHECK(zh_rerank(&a, &arena, &list) == ZH_OK);
    uint32_t slow[MOST], listed = 0;
    for (uint32_t slot = 1; slot <= a.slots; slot++) {
        uint32_t best = count;
        double most = -INFINITY;
        for (uint32_t i = 0; i < count; i++)
            if (candidates[i].slot == slot) best = i;
        for (uint32_t i = 0; best == count || most > -INFINITY ? i < count : false; i++) {
            if (in(slow, listed, i) || (candidates[i].slot > 0 && candidates[i].slot <= a.slots) || !slow_fits(&a, slow, listed, i)) continue;
            const double value = slow_value(&a, slow, listed, i);
            if (value > most + 1e-12) most = value, best = i;
        }
        if (best < count) slow[listed++] = best;
    }
    if (list.shown != listed) printf("seed %llu\n", (unsigned long long)seed);
    CHECK(list.shown == listed);
    for (uint32_t k = 0; k < listed; k++) {
        const bool tie = list.order[k] != slow[k] && fabs(slow_value(&a, slow, k, list.order[k]) - slow_value(&a, slow, k, slow[k])) < 1e-9;
        if (list.order[k] != slow[k] && !tie) printf("seed %llu slot %u\n", (unsigned long long)seed, k + 1);
        if (tie) break; /* two orders of one sum */
        CHECK(list.order[k] == slow[k]);
    }
    for (uint32_t k = list.shown; k < list.count; k++) { /* any of those behind may stand in the last slot */
        CHECK(!in(list.order, k, list.order[k]));
        CHECK(slow_fits(&a, list.order, list.shown - 1, list.order[k]));
    }
    zh_arena_close(&arena);
}

static zh_rerank_list list_of(zh_arena *arena, zh_dials dials, uint32_t tastes_count)
{
    zh_rerank_list list;
    const zh_rerank_ask a = { .candidates = candidates, .count = MOST, .slots = 10, .dials = dials, .tastes = tastes, .tastes_count = tastes_count };
    CHECK(zh_rerank(&a, arena, &list) == ZH_OK && list.shown == 10);
    return list;
}

static double diversity_of(const zh_rerank_list *list)
{
    const zh_item *shown[10];
    for (int i = 0; i < 10; i++) shown[i] = candidates[list->order[i]].item;
    return zh_rerank_diversity(shown, 10);
}

static void test_dials_do_what_they_are_called(void)
{
    zh_arena arena = zh_arena_open(16 << 20);
    double diversity[4] = { 0 }, buyers[5] = { 0 }, apart[3] = { 0 }, margin[3] = { 0 };
    for (uint64_t seed = 1; seed <= 40; seed++) {
        zh_rng rng = { seed, 0, 0 };
        make(&rng, MOST);
        zh_arena_reset(&arena);
        for (int k = 0; k < 4; k++) {
            const zh_rerank_list list = list_of(&arena, (zh_dials){ .diversity = k / 3.0 }, 0);
            diversity[k] += diversity_of(&list);
            for (uint32_t i = 0; k == 0 && i < 10; i++) CHECK(list.order[i] == i || candidates[list.order[i]].score >= candidates[i].score); /* all dials at 0: by score */
        }
        for (int k = 0; k < 5; k++) {
            const zh_rerank_list list = list_of(&arena, (zh_dials){ .popularity = k / 2.0 - 1 }, 0);
            for (int i = 0; i < 10; i++) buyers[k] += (double)candidates[list.order[i]].buyers;
        }
        for (int k = 0; k < 3; k++) {
            const zh_rerank_list list = list_of(&arena, (zh_dials){ .calibration = k / 2.0 }, 3), rich = list_of(&arena, (zh_dials){ .margin = k / 2.0 }, 0);
            double share = 0;
            for (int i = 0; i < 10; i++) share += candidates[list.order[i]].item->category_hash == tastes[0].category_hash;
            apart[k] += fabs(share / 10 - tastes[0].share);
            for (int i = 0; i < 10; i++) {
                const zh_item *it = candidates[rich.order[i]].item;
                margin[k] += it->cost_minor < 0 ? 0 : (double)(it->price_minor - it->cost_minor);
            }
        }
    }
    for (int k = 1; k < 4; k++) CHECK(diversity[k] > diversity[k - 1]);
    for (int k = 1; k < 5; k++) CHECK(buyers[k] > buyers[k - 1]);
    CHECK(apart[1] < apart[0] && apart[2] <= apart[1] && margin[1] > margin[0] && margin[2] > margin[1]);
    zh_arena_close(&arena);
}

static void test_titles_in_any_script(void)
{
    const zh_item a = { .title = ZH_SV("儿童台灯 护眼") }, b = { .title = ZH_SV("儿童台灯 夜灯") }, c = { .title = ZH_SV("Green tea") }, none = { .title = { 0 } };
    const zh_title_sketch of_a = zh_title_sketch_of(a.title), of_b = zh_title_sketch_of(b.title), of_c = zh_title_sketch_of(c.title), of_none = zh_title_sketch_of(none.title);
    const zh_title_sketch upper = zh_title_sketch_of(ZH_SV("GREEN TEA"));
    CHECK(zh_rerank_similarity(&a, &of_a, &b, &of_b) > zh_rerank_similarity(&a, &of_a, &c, &of_c));
    CHECK(fabs(zh_rerank_similarity(&c, &of_c, &c, &upper) - 0.3) < 1e-12 && zh_rerank_similarity(&none, &of_none, &none, &of_none) == 0);
    const zh_item *two[] = { &a, &a };
    CHECK(fabs(zh_rerank_diversity(two, 2) - 0.7) < 1e-12 && zh_rerank_diversity(two, 1) == 1);
    (void)zh_title_sketch_of(ZH_SV("\xff\xc3")); /* bytes that are no text */
}

int main(void)
{
    for (uint64_t seed = 1; seed <= 300; seed++) test_equals_the_slow_model(seed);
    test_dials_do_what_they_are_called();
    test_titles_in_any_script();
    return 0;
}
