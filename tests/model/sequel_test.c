/* Goal: what follows what, by item and by category, is exactly the sum of the steps, whenever categories were said; middles of gaps.
 * Method: random steps and moves against plain tables; the same in another order, kept, loaded and grown; widths by hand. */
#include "model/sequel.h"
#include "check.h"
#include "shelf.h"

#include <math.h>

#define ITEMS 40u
#define KINDS 5u
#define STEPS 4000u

static zh_item_id id_of(uint32_t i) { return (zh_item_id){ (i + 1) * UINT64_C(0x9E3779B97F4A7C15) }; }
static uint64_t hash_of(uint32_t kind) { return kind == 0 ? 0 : kind * 1000003u; }

static zh_sequel *opened(uint32_t items_max)
{
    zh_sequel *s = NULL;
    CHECK(zh_sequel_open(&s, &(zh_sequel_desc){ items_max }) == ZH_OK);
    return s;
}

static void check(const zh_sequel *s)
{
    const char *why = "";
    const bool fine = zh_sequel_check(s, &why);
    if (!fine) fprintf(stderr, "%s\n", why);
    CHECK(fine);
}

typedef struct plain { int64_t weight[ITEMS][ITEMS], gaps[ITEMS][ZH_SEQUEL_GAPS], buyers[ITEMS]; uint32_t kind[ITEMS]; } plain; /* the slow model */

static void compare(const zh_sequel *s, const plain *p)
{
    int64_t kinds[KINDS][KINDS] = { { 0 } }, buyers[KINDS] = { 0 }, gaps[KINDS][ZH_SEQUEL_GAPS] = { { 0 } }, all = 0;
    for (uint32_t a = 0; a < ITEMS; a++) {
        int64_t have[ZH_SEQUEL_GAPS];
        (void)zh_sequel_gaps(s, id_of(a), have);
        for (uint32_t g = 0; g < ZH_SEQUEL_GAPS; g++) {
            CHECK(have[g] == p->gaps[a][g]);
            gaps[p->kind[a]][g] += have[g];
        }
        CHECK(zh_sequel_buyers(s, id_of(a)) == p->buyers[a]);
        buyers[p->kind[a]] += p->buyers[a];
        for (uint32_t b = 0; b < ITEMS; b++) {
            CHECK(zh_sequel_weight(s, id_of(a), id_of(b)) == p->weight[a][b]);
            kinds[p->kind[a]][p->kind[b]] += p->weight[a][b];
            if (p->kind[a] != p->kind[b]) all += p->weight[a][b];
        }
    }
    CHECK(zh_sequel_all(s) == all);
    for (uint32_t k = 1; k < KINDS; k++) {
        int64_t have[ZH_SEQUEL_GAPS], out = 0, in = 0;
        (void)zh_sequel_kind_gaps(s, hash_of(k), have);
        for (uint32_t g = 0; g < ZH_SEQUEL_GAPS; g++) CHECK(have[g] == gaps[k][g]);
        for (uint32_t l = 0; l < KINDS; l++) {
            CHECK(zh_sequel_kinds(s, hash_of(k), hash_of(l)) == kinds[k][l]);
            if (l != k) out += kinds[k][l], in += kinds[l][k];
        }
        CHECK(zh_sequel_kind_buyers(s, hash_of(k)) == buyers[k]);
        CHECK(zh_sequel_out(s, hash_of(k)) == out && zh_sequel_in(s, hash_of(k)) == in);
        zh_sequel_kind follows[ZH_SEQUEL_FOLLOWS_MAX];
        const uint32_t count = zh_sequel_follows(s, hash_of(k), follows);
        for (uint32_t i = 0; i < count; i++) {
            CHECK(follows[i].hash != 0 && follows[i].hash != hash_of(k) && follows[i].weight == zh_sequel_kinds(s, hash_of(k), follows[i].hash));
            CHECK(i == 0 || follows[i].weight <= follows[i - 1].weight);
        }
        uint32_t want = 0;
        for (uint32_t l = 1; l < KINDS; l++) want += l != k && kinds[k][l] > 0;
        CHECK(count == want);
    }
}

/* Steps that never take a sum below zero, as the customers' fold says them. */
static void make_steps(zh_step *steps, plain *p, uint64_t *seed)
{
    for (uint32_t n = 0; n < STEPS; n++) {
        const uint32_t a = (uint32_t)(test_random(seed) % ITEMS), b = (a + 1 + (uint32_t)(test_random(seed) % (ITEMS - 1))) % ITEMS;
        const uint32_t days = 1 + (uint32_t)(test_random(seed) % 500), gap = zh_sequel_gap_of(days);
        const bool less = test_random(seed) % 3 == 0;
        if (n % 16 == 1) {
            steps[n] = (zh_step){ ZH_STEP_BUYER, less && p->buyers[a] > 0 ? -1 : 1, id_of(a), { 0 } };
            p->buyers[a] += steps[n].by;
        } else if (n % 4 == 0) {
            const int by = less && p->gaps[a][gap] > 0 ? -1 : 1;
            steps[n] = (zh_step){ ZH_STEP_GAP, by, id_of(a), { days } };
            p->gaps[a][gap] += by;
        } else {
            const int by = less && p->weight[a][b] > 0 ? -(int)p->weight[a][b] : 1 + (int)(test_random(seed) % 2);
            steps[n] = (zh_step){ ZH_STEP_AFTER, by < -4 ? -4 : by, id_of(a), id_of(b) };
            p->weight[a][b] += steps[n].by;
        }
    }
}

static void any_order_gives_the_sums_of_the_steps_and_the_same_entries(uint64_t seed)
{
    static zh_step steps[STEPS];
    static plain p;
    static shelf first, second, grown;
    memset(&p, 0, sizeof p);
    first = second = grown = (shelf){ 0 };
    make_steps(steps, &p, &seed);
    zh_sequel *s = opened(0), *q = opened(0), *r = opened(0);
    for (uint32_t n = 0; n < STEPS; n++) {
        const uint32_t moved = (uint32_t)(test_random(&seed) % ITEMS);
        CHECK(zh_sequel_apply(s, &steps[n], 1) == ZH_OK);
        if (n % 10 == 0) CHECK(zh_sequel_category(s, id_of(moved), hash_of(p.kind[moved] = (uint32_t)(test_random(&seed) % KINDS))) == ZH_OK);
        if (n % 500 == 0) CHECK(zh_sequel_save(s, false, shelf_keep(&grown)) == ZH_OK);
    }
    CHECK(zh_sequel_save(s, false, shelf_keep(&grown)) == ZH_OK);
    for (uint32_t a = 0; a < ITEMS; a += 2) CHECK(zh_sequel_category(q, id_of(a), hash_of(p.kind[a])) == ZH_OK);
    for (uint32_t n = STEPS; n > 0; n--) CHECK(zh_sequel_apply(q, &steps[n - 1], 1) == ZH_OK);
    for (uint32_t a = 0; a < ITEMS; a++) CHECK(zh_sequel_category(q, id_of(a), hash_of(p.kind[a])) == ZH_OK);
    compare(s, &p), compare(q, &p);
    check(s), check(q);
    CHECK(zh_sequel_save(s, true, shelf_keep(&first)) == ZH_OK && zh_sequel_save(q, true, shelf_keep(&second)) == ZH_OK);
    CHECK(first.count > ITEMS / 2 && shelf_equal(&first, &second) && shelf_equal(&first, &grown));
    for (size_t i = 0; i < first.count; i++) CHECK(zh_sequel_load(r, shelf_key(&first, i), shelf_value(&first, i)) == ZH_OK);
    for (uint32_t a = 0; a < ITEMS; a++) CHECK(zh_sequel_category(r, id_of(a), hash_of(p.kind[a])) == ZH_OK);
    compare(r, &p), check(r);
    for (size_t cut = 0; cut < shelf_value(&first, 0).size; cut++) {
        zh_sequel *broken = opened(0);
        CHECK(zh_sequel_load(broken, shelf_key(&first, 0), zh_sv_part(shelf_value(&first, 0), 0, cut)) == ZH_FORMAT);
        zh_sequel_close(broken);
    }
    CHECK(zh_sequel_bytes(s) > 0);
    shelf_close(&first), shelf_close(&second), shelf_close(&grown);
    zh_sequel_close(s), zh_sequel_close(q), zh_sequel_close(r);
}

static void widths_and_shares_by_hand(void)
{
    static const struct { uint32_t days, gap; } rows[] = { { 1, 0 }, { 2, 1 }, { 4, 3 }, { 5, 4 }, { 6, 4 }, { 7, 5 }, { 27, 8 }, { 28, 8 }, { 29, 9 }, { 316, 14 }, { 317, 15 }, { 65535, 15 } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) CHECK(zh_sequel_gap_of(rows[i].days) == rows[i].gap);
    for (uint32_t days = 2; days < 600; days++) CHECK(zh_sequel_gap_of(days) >= zh_sequel_gap_of(days - 1));
    int64_t gaps[ZH_SEQUEL_GAPS] = { 0 };
    CHECK(zh_sequel_gap_share(gaps, .5) == 0);
    gaps[8] = 10; /* 20 .. 28 days */
    CHECK(fabs(zh_sequel_gap_share(gaps, .5) - 24.5) < 1e-9);
    gaps[0] = 10; /* half of them a day */
    CHECK(fabs(zh_sequel_gap_share(gaps, .75) - 24.5) < 1e-9 && zh_sequel_gap_share(gaps, .25) < 2);
    CHECK(zh_sequel_gap_days(0) == 1 && zh_sequel_gap_days(8) == 24);
}

static void further_items_are_left_out(void)
{
    zh_sequel *s = opened(2);
    const zh_step steps[] = { { ZH_STEP_AFTER, 2, id_of(0), id_of(1) }, { ZH_STEP_AFTER, 2, id_of(0), id_of(2) }, { ZH_STEP_AFTER, 1, id_of(1), id_of(0) }, { ZH_STEP_BOTH, 1, id_of(3), id_of(4) } };
    CHECK(zh_sequel_apply(s, steps, 4) == ZH_FULL);
    CHECK(zh_sequel_weight(s, id_of(0), id_of(1)) == 2 && zh_sequel_weight(s, id_of(1), id_of(0)) == 1 && zh_sequel_weight(s, id_of(0), id_of(2)) == 0);
    check(s);
    zh_sequel_close(s);
}

static void a_weight_past_its_maximum_is_left_out(void)
{
    zh_sequel *s = opened(0);
    const zh_step most = { ZH_STEP_AFTER, INT32_MAX, id_of(0), id_of(1) }, more = { ZH_STEP_AFTER, 1, id_of(0), id_of(1) };
    CHECK(zh_sequel_apply(s, &most, 1) == ZH_OK && zh_sequel_apply(s, &more, 1) == ZH_FULL);
    CHECK(zh_sequel_weight(s, id_of(0), id_of(1)) == INT32_MAX);
    check(s);
    zh_sequel_close(s);
}

int main(void)
{
    for (uint64_t seed = 1; seed <= 10; seed++) any_order_gives_the_sums_of_the_steps_and_the_same_entries(seed);
    widths_and_shares_by_hand();
    further_items_are_left_out();
    a_weight_past_its_maximum_is_left_out();
    return 0;
}
