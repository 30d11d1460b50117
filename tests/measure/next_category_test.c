/* Goal: where orders follow habits, looks and one another, the mixture finds it and beats the simple rules; where they are chance it is withheld; nothing after
 * the day is seen; what is kept answers the same.
 * Method: made-up shops. */
#include "measure/next_category.h"
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CUSTOMERS = 600, EACH = 60, DAYS = 240, KINDS = 8 };
static zh_past_fact facts[CUSTOMERS][EACH];
static zh_past pasts[CUSTOMERS];
static uint64_t seed;

static uint64_t chance(uint64_t n) { return test_random(&seed) % n; }

static void add(uint32_t customer, int32_t day, zh_past_kind kind, uint32_t category)
{
    zh_past *p = &pasts[customer];
    if (p->count == EACH) return;
    facts[customer][p->count++] = (zh_past_fact){ .day = day, .kind = (uint16_t)kind, .lines = 1, .category = category, .value = 10 };
    p->facts = facts[customer];
}

/* habit: what he likes; chain: 1 is followed by 2, 2 by 3 …; looks: he looked at it the days before. */
typedef enum shop_kind { BY_CHANCE, BY_HABIT, BY_CHAIN, BY_LOOKS } shop_kind;

static void shop(shop_kind kind)
{
    memset(pasts, 0, sizeof pasts);
    for (uint32_t c = 0; c < CUSTOMERS; c++) {
        uint32_t liked = 1 + (uint32_t)chance(KINDS), last = liked;
        for (int32_t day = (int32_t)chance(30); day < DAYS; day += 10 + (int32_t)chance(20)) {
            uint32_t next = 1 + (uint32_t)chance(KINDS);
            if (kind == BY_HABIT && chance(10) < 7) next = liked;
            if (kind == BY_CHAIN && chance(10) < 8) next = last % KINDS + 1;
            if (kind == BY_LOOKS && day > 6) add(c, day - 5, ZH_PAST_VIEW, next);
            add(c, day, ZH_PAST_ORDER, next);
            last = next;
        }
    }
}

static zh_next_category_report tested(shop_kind kind)
{
    zh_next_category_report r;
    shop(kind);
    CHECK(zh_next_category_test(&r, pasts, CUSTOMERS, DAYS - 1) == ZH_OK);
    CHECK(r.days_count == ZH_NEXT_CATEGORY_TESTS && r.asked > 500 && r.is_offered == (r.why == NULL));
    return r;
}

static void sums_to_one(void)
{
    zh_next_category m;
    double p[ZH_NEXT_CATEGORIES_MAX], again[ZH_NEXT_CATEGORIES_MAX], sum = 0;
    const int32_t day = DAYS - 40;
    CHECK(zh_next_category_learn(&m, pasts, CUSTOMERS, day) == ZH_OK && m.count == KINDS);
    CHECK(zh_next_category_of(&m, &pasts[0], day, p));
    for (uint32_t c = 0; c < m.count; c++) {
        sum += p[c];
        CHECK(p[c] > 0);
    }
    CHECK(fabs(sum - 1) < 1e-6); /* all orders are of known categories */
    zh_past seen = pasts[0];
    while (seen.count > 0 && seen.facts[seen.count - 1].day > day) seen.count--;
    CHECK(zh_next_category_of(&m, &seen, day, again) && memcmp(p, again, KINDS * sizeof *p) == 0); /* what came later is not seen */
    CHECK(!zh_next_category_of(&m, &(zh_past){ 0 }, day, p));
}

static void kept(void)
{
    zh_next_category m, back;
    zh_next_category_report r, told;
    zh_buf bytes = zh_buf_open(1 << 20), again = zh_buf_open(1 << 20);
    CHECK(zh_next_category_learn(&m, pasts, CUSTOMERS, DAYS - 1) == ZH_OK && zh_next_category_test(&r, pasts, CUSTOMERS, DAYS - 1) == ZH_OK);
    zh_next_category_put(&m, &bytes);
    zh_next_category_report_put(&r, &bytes);
    zh_reader in = zh_reader_on(zh_buf_view(&bytes));
    CHECK(zh_next_category_take(&back, &in) == ZH_OK && zh_next_category_report_take(&told, &in) == ZH_OK && zh_reader_left(&in) == 0);
    zh_next_category_put(&back, &again);
    zh_next_category_report_put(&told, &again);
    CHECK(zh_sv_equal(zh_buf_view(&bytes), zh_buf_view(&again)) && told.right == r.right && told.why == NULL);
    for (size_t at = 0; at < bytes.size; at += 7) {
        bytes.data[at] = (char)(bytes.data[at] ^ 0x41);
        in = zh_reader_on(zh_buf_view(&bytes));
        double p[ZH_NEXT_CATEGORIES_MAX];
        if (zh_next_category_take(&back, &in) == ZH_OK) (void)zh_next_category_of(&back, &pasts[0], DAYS, p);
        bytes.data[at] = (char)(bytes.data[at] ^ 0x41);
        in = zh_reader_on((zh_sv){ bytes.data, at });
        const bool cut = zh_next_category_take(&back, &in) == ZH_CORRUPT || zh_next_category_report_take(&told, &in) == ZH_CORRUPT;
        CHECK(cut);
    }
    zh_buf_close(&bytes), zh_buf_close(&again);
}

int main(int argc, char **argv)
{
    seed = test_seed(argc, argv);
    const zh_next_category_report habit = tested(BY_HABIT);
    CHECK((double)habit.right > 0.6 * (double)habit.asked && habit.reliability.ece < 0.1); /* his most frequent one is as good as anything */
    const zh_next_category_report dice = tested(BY_CHANCE);
    CHECK(!dice.is_offered && (double)dice.right < 0.2 * (double)dice.asked);
    const zh_next_category_report looks = tested(BY_LOOKS);
    CHECK(looks.is_offered && looks.log_loss < looks.log_loss_popular);
    const zh_next_category_report chain = tested(BY_CHAIN);
    CHECK(chain.is_offered && (double)chain.right > 0.7 * (double)chain.asked && chain.right > chain.right_frequent + chain.asked / 4);
    sums_to_one();
    kept();
    return 0;
}
