/* Goal: borders are those of rfm.h, exactly, and the moments say the same as days; records come back; the view keeps the newest two.
 * Method: random shops, drawn in integers here and in floating point by rfm.h; cuts and flips of a record; a shelf. */
#include "segment/boundaries.h"
#include "segment/rfm.h"
#include "check.h"
#include "shelf.h"

#include <math.h>

enum { MOST = 400 };
#define NOW INT64_C(1763800000000)

static void test_borders_are_those_of_rfm(uint64_t seed)
{
    static zh_buyer buyers[MOST], sorted[MOST];
    const size_t count = 1 + (size_t)(test_random(&seed) % MOST);
    const int64_t spread = 1 + (int64_t)(test_random(&seed) % 500);
    zh_boundaries b = { .at_ms = NOW, .cause = ZH_BOUNDARIES_MIDNIGHT, .currency = zh_currency_of(test_random(&seed) % 2 ? ZH_SV("CNY") : ZH_SV("JPY")), .customers = count + 3, .orders = 9 };
    const double unit = zh_currency_digits(b.currency) == 0 ? 1 : 100;
    double figures[3][MOST], mixed[3][MOST], cuts[3][ZH_BOUNDARIES_CUTS];
    for (size_t i = 0; i < count; i++)
        buyers[i] = (zh_buyer){ .last_ms = NOW - (int64_t)(test_random(&seed) % (uint64_t)spread) * ZH_DAY_MS - (int64_t)(test_random(&seed) % ZH_DAY_MS), .orders = 1 + (int64_t)(test_random(&seed) % 9),
                                .minor = (int64_t)(test_random(&seed) % 100000) - 3000, .interval_ms = test_random(&seed) % 3 == 0 ? 0 : (int64_t)(test_random(&seed) % (90 * ZH_DAY_MS)) };
    memcpy(sorted, buyers, sizeof sorted);
    zh_boundaries_make(&b, sorted, count, zh_tz_utc());
    CHECK(b.day == NOW / ZH_DAY_MS && b.buyers == count && b.customers == count + 3 && b.orders == 9);
    for (size_t i = 0; i < count; i++) {
        figures[0][i] = (double)(b.day - zh_tz_day(zh_tz_utc(), buyers[i].last_ms));
        figures[1][i] = (double)buyers[i].orders;
        figures[2][i] = (double)buyers[i].minor / unit;
    }
    memcpy(mixed, figures, sizeof mixed);
    for (int of = 0; of < 3; of++) {
        double sum = 0;
        zh_rfm_cuts(mixed[of], count, ZH_BOUNDARIES_BINS, cuts[of]);
        for (size_t i = 0; i < count; i++) sum += figures[of][i];
        for (int k = 0; k < ZH_BOUNDARIES_CUTS; k++) CHECK(fabs((double)b.cuts[of][k] / 5 / (of == 2 ? unit : 1) - cuts[of][k]) < 1e-6);
        CHECK(fabs((double)b.sums[of] / (of == 2 ? unit : 1) - sum) < 1e-3);
        for (size_t i = 0; i < count; i++) { /* better than the mean, by the moment or the number as by the figure itself */
            const double mean = sum / (double)count;
            if (fabs(figures[of][i] - mean) < 1e-9) continue; /* a tie is not better; floating point cannot tell */
            if (of == 0) CHECK((buyers[i].last_ms >= b.above[0]) == (figures[0][i] < mean));
            else CHECK(((of == 1 ? buyers[i].orders : buyers[i].minor) >= b.above[of]) == (figures[of][i] > mean));
        }
    }
    for (size_t i = 0; i < count; i++)
        for (int k = 0; k < ZH_BOUNDARIES_CUTS; k++) CHECK((buyers[i].last_ms < b.before_ms[k]) == (figures[0][i] * 5 >= (double)b.cuts[0][k]));
    CHECK(b.interval_ms >= ZH_DAY_MS && b.repeaters <= count);
}

static void test_edges(void)
{
    zh_boundaries b = { .at_ms = NOW, .cause = ZH_BOUNDARIES_ASKED };
    zh_boundaries_make(&b, NULL, 0, zh_tz_utc());
    CHECK(b.buyers == 0 && b.cuts[0][0] == 0 && b.interval_ms == ZH_BOUNDARIES_INTERVAL_MS);
    zh_buyer many[12], rich[2] = { { .last_ms = NOW, .orders = 1, .minor = INT64_MAX }, { .last_ms = NOW + 3 * ZH_DAY_MS, .orders = INT32_MAX, .minor = INT64_MIN } };
    zh_boundaries_make(&b, rich, 2, zh_tz_utc()); /* no overflow; an order of a clock that ran ahead is recent */
    CHECK(b.cuts[2][3] > b.cuts[2][0] && b.cuts[0][0] < 0 && b.repeaters == 0);
    for (int i = 0; i < 12; i++) many[i] = (zh_buyer){ .last_ms = NOW, .orders = 2, .minor = 5, .interval_ms = i < 2 ? 0 : i * ZH_DAY_MS };
    zh_boundaries_make(&b, many, 12, zh_tz_utc());
    CHECK(b.repeaters == 10 && b.interval_ms == 6 * ZH_DAY_MS); /* the lower middle of 2 … 11 */
    for (int i = 0; i < 12; i++) many[i].interval_ms = i < 3 ? 0 : ZH_DAY_MS;
    zh_boundaries_make(&b, many, 12, zh_tz_utc());
    CHECK(b.repeaters == 9 && b.interval_ms == ZH_BOUNDARIES_INTERVAL_MS);
}

static zh_boundaries sample(int64_t at_ms)
{
    zh_buyer buyers[3] = { { NOW - 9 * ZH_DAY_MS, 3, 4500, ZH_DAY_MS }, { NOW - ZH_DAY_MS, 1, 900, 0 }, { NOW, 7, 123, 4 * ZH_DAY_MS } };
    zh_boundaries b = { .at_ms = at_ms, .cause = ZH_BOUNDARIES_GROWTH, .currency = zh_currency_of(ZH_SV("CNY")), .customers = 5, .orders = 12, .undone = 1 };
    zh_boundaries_make(&b, buyers, 3, zh_tz_utc());
    return b;
}

static void test_a_record_comes_back(void)
{
    const zh_boundaries put = sample(NOW);
    zh_boundaries got;
    zh_buf record = zh_buf_open(4096);
    zh_boundaries_put(&put, &record);
    CHECK(zh_boundaries_get(zh_buf_view(&record), &got) == ZH_OK);
    CHECK(got.at_ms == NOW && got.day == put.day && got.cause == ZH_BOUNDARIES_GROWTH && got.currency.code == put.currency.code && got.customers == 5 && got.buyers == 3 &&
          got.orders == 12 && got.undone == 1 && got.repeaters == 2 && got.interval_ms == put.interval_ms);
    CHECK(memcmp(got.cuts, put.cuts, sizeof put.cuts) == 0 && memcmp(got.before_ms, put.before_ms, sizeof put.before_ms) == 0 &&
          memcmp(got.above, put.above, sizeof put.above) == 0 && memcmp(got.sums, put.sums, sizeof put.sums) == 0);
    for (size_t size = 0; size < record.size; size++) CHECK(zh_boundaries_get((zh_sv){ record.data, size }, &got) == ZH_FORMAT);
    zh_boundaries_view *view;
    const char *why;
    CHECK(zh_boundaries_open(&view) == ZH_OK);
    for (size_t i = 0; i < record.size * 8; i++) { /* never a crash; what is read is sound */
        record.data[i / 8] = (char)(record.data[i / 8] ^ 1 << i % 8);
        if (zh_boundaries_fold(view, zh_buf_view(&record), 0) == ZH_OK) CHECK(zh_boundaries_check(view, &why));
        record.data[i / 8] = (char)(record.data[i / 8] ^ 1 << i % 8);
    }
    zh_boundaries_close(view);
    zh_buf_close(&record);
}

static void fold(zh_boundaries_view *view, int64_t at_ms)
{
    const zh_boundaries b = sample(at_ms);
    zh_buf record = zh_buf_open(4096);
    zh_boundaries_put(&b, &record);
    CHECK(zh_boundaries_fold(view, zh_buf_view(&record), 0) == ZH_OK);
    zh_buf_close(&record);
}

static zh_boundaries_view *copy_of(shelf *s)
{
    zh_boundaries_view *view;
    CHECK(zh_boundaries_open(&view) == ZH_OK);
    for (size_t i = 0; i < s->count; i++) CHECK(zh_boundaries_load(view, shelf_key(s, i), shelf_value(s, i)) == ZH_OK);
    return view;
}

static void test_the_view_keeps_the_newest_two(void)
{
    static const int64_t orders[3][4] = { { 1, 2, 3, 4 }, { 4, 3, 2, 1 }, { 3, 4, 4, 1 } };
    const char *why;
    for (int o = 0; o < 3; o++) {
        zh_boundaries_view *view, *back;
        shelf s = { 0 };
        CHECK(zh_boundaries_open(&view) == ZH_OK && zh_boundaries_last(view) == NULL && zh_boundaries_before(view) == NULL);
        for (int i = 0; i < 4; i++) {
            fold(view, NOW + orders[o][i]);
            CHECK(zh_boundaries_check(view, &why));
            CHECK(zh_boundaries_save(view, false, (zh_keep){ &s, shelf_put }) == ZH_OK);
        }
        CHECK(zh_boundaries_last(view)->at_ms == NOW + 4 && zh_boundaries_before(view)->at_ms == NOW + 3 && s.count == 2);
        back = copy_of(&s);
        CHECK(zh_boundaries_last(back)->at_ms == NOW + 4 && zh_boundaries_before(back)->at_ms == NOW + 3 && zh_boundaries_check(back, &why));
        CHECK(zh_boundaries_load(back, ZH_SV("other"), shelf_value(&s, 0)) == ZH_FORMAT && zh_boundaries_load(back, ZH_SV("last"), ZH_SV("x")) == ZH_FORMAT);
        zh_boundaries_close(view);
        zh_boundaries_close(back);
        shelf_close(&s);
    }
}

/* Drawn over an import that was taken back: it never was. */
static void test_what_knew_an_undone_import_is_passed_over(void)
{
    const zh_boundaries b = sample(NOW); /* knows of one that was taken back */
    zh_boundaries_view *view;
    zh_buf record = zh_buf_open(4096);
    zh_boundaries_put(&b, &record);
    CHECK(zh_boundaries_open(&view) == ZH_OK);
    CHECK(zh_boundaries_fold(view, zh_buf_view(&record), 2) == ZH_OK && zh_boundaries_last(view) == NULL);
    CHECK(zh_boundaries_fold(view, zh_buf_view(&record), 1) == ZH_OK && zh_boundaries_last(view) != NULL);
    zh_boundaries_close(view);
    zh_buf_close(&record);
}

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv);
    for (int i = 0; i < 200; i++) test_borders_are_those_of_rfm(seed + (uint64_t)i * 1000);
    test_edges();
    test_a_record_comes_back();
    test_the_view_keeps_the_newest_two();
    test_what_knew_an_undone_import_is_passed_over();
    return 0;
}
