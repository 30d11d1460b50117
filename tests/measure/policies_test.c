/* Goal: reports come back as they were put, the newest of a day counts, and the bounds hold.
 * Method: round trips, every cut and many flips of a record, stories of days and names, kept and loaded. */
#include "measure/policies.h"
#include "check.h"
#include "shelf.h"

static zh_policies *opened(void)
{
    zh_policies *p = NULL;
    CHECK(zh_policies_open(&p) == ZH_OK);
    return p;
}

static zh_policy_report sample(const char *name, int64_t day, int64_t at_ms)
{
    return (zh_policy_report){ .name = zh_sv_of(name), .baseline = ZH_SV("popular"), .note = ZH_SV("seed 1"), .at_ms = at_ms, .currency = { 0x434E59 },
        .from_day = 20000, .to_day = day, .visits = 400, .count = 2, .results = {
            { .policy = ZH_SV("popular"), .visits = 400, .orders = 90, .revenue_minor = 100000, .margin_minor = 30000, .margin_per_visit = { 75000, 70000, 80000 } },
            { .policy = ZH_SV("engine"), .visits = 400, .orders = 99, .revenue_minor = 120000, .margin_minor = 36000, .margin_per_visit = { 90000, 85000, 95000 },
              .difference = { 15000, -1000, 31000 }, .has_difference = true, .has_share = true, .share_micro = 140000 } } };
}

static zh_err fold(zh_policies *p, const zh_policy_report *r)
{
    zh_buf record = zh_buf_open(4096);
    zh_policy_report_put(r, &record);
    const zh_err e = zh_policies_fold(p, zh_buf_view(&record));
    zh_buf_close(&record);
    return e;
}

static void check_sound(const zh_policies *p)
{
    const char *why = NULL;
    const bool sound = zh_policies_check(p, &why);
    if (!sound) fprintf(stderr, "%s\n", why);
    CHECK(sound);
}

static void test_a_record_comes_back(void)
{
    zh_buf record = zh_buf_open(4096);
    zh_policy_report got;
    const zh_policy_report put = sample("demo", 20009, 77);
    zh_policy_report_put(&put, &record);
    CHECK(zh_policy_report_get(zh_buf_view(&record), &got) == ZH_OK);
    CHECK(zh_sv_equal(got.name, put.name) && zh_sv_equal(got.note, put.note) && got.at_ms == 77 && got.to_day == 20009 && got.visits == 400 && got.count == 2);
    CHECK(got.results[1].difference.low == -1000 && got.results[1].share_micro == 140000 && !got.results[0].has_difference && got.results[1].margin_minor == 36000);
    for (size_t size = 0; size < record.size; size++) CHECK(zh_policy_report_get((zh_sv){ record.data, size }, &got) == ZH_FORMAT);
    for (size_t i = 0; i < record.size * 8; i++) { /* never a crash; what is read is sound */
        const char *field, *why;
        record.data[i / 8] = (char)(record.data[i / 8] ^ 1 << i % 8);
        if (zh_policy_report_get(zh_buf_view(&record), &got) == ZH_OK) CHECK(zh_policy_report_check(&got, &field, &why));
        record.data[i / 8] = (char)(record.data[i / 8] ^ 1 << i % 8);
    }
    zh_buf_close(&record);
}

static void test_faults_are_named(void)
{
    const char *field, *why;
    zh_policy_report r = sample("demo", 20009, 1);
    CHECK(zh_policy_report_check(&r, &field, &why));
    r.name = ZH_SV("a b");
    CHECK(!zh_policy_report_check(&r, &field, &why) && strcmp(field, "name") == 0);
    r = sample("demo", 19999, 1);
    CHECK(!zh_policy_report_check(&r, &field, &why) && strcmp(field, "to") == 0);
    r = sample("demo", 20009, 1), r.baseline = ZH_SV("random");
    CHECK(!zh_policy_report_check(&r, &field, &why) && strcmp(field, "baseline") == 0);
    r = sample("demo", 20009, 1), r.results[1].policy = ZH_SV("popular");
    CHECK(!zh_policy_report_check(&r, &field, &why) && strcmp(field, "policies") == 0);
    r = sample("demo", 20009, 1), r.results[1].difference.high = -2000;
    CHECK(!zh_policy_report_check(&r, &field, &why) && strcmp(field, "policies") == 0);
    r = sample("demo", 20009, 1), r.count = 0;
    CHECK(!zh_policy_report_check(&r, &field, &why) && strcmp(field, "policies") == 0);
}

static void test_the_newest_of_a_day_counts(void)
{
    for (int turn = 0; turn < 2; turn++) { /* in either order */
        zh_policies *p = opened();
        zh_policy_report early = sample("demo", 20001, 10), late = sample("demo", 20001, 11), other = sample("demo", 20000, 12), got;
        late.visits = 500;
        CHECK(fold(p, turn ? &late : &early) == ZH_OK && fold(p, turn ? &early : &late) == ZH_OK && fold(p, &other) == ZH_OK);
        zh_sv days[ZH_POLICIES_DAYS_MAX], names[ZH_POLICIES_NAMES_MAX];
        CHECK(zh_policies_names(p, names) == 1 && zh_sv_equal(names[0], ZH_SV("demo")) && zh_policies_days(p, ZH_SV("demo"), days) == 2);
        CHECK(zh_policy_report_get(days[1], &got) == ZH_OK && got.visits == 500 && got.to_day == 20001);
        CHECK(zh_policies_days(p, ZH_SV("none"), days) == 0);
        check_sound(p);
        zh_policies_close(p);
    }
    zh_policies_close(NULL);
}

static void test_bounds_and_forgetting(void)
{
    zh_policies *p = opened();
    zh_sv days[ZH_POLICIES_DAYS_MAX], names[ZH_POLICIES_NAMES_MAX];
    zh_policy_report got;
    shelf kept = { 0 };
    for (int64_t day = 20000; day < 20000 + ZH_POLICIES_DAYS_MAX + 5; day++) {
        const zh_policy_report r = sample("long", day, day);
        CHECK(fold(p, &r) == ZH_OK);
        if (day == 20200) CHECK(zh_policies_save(p, false, shelf_keep(&kept)) == ZH_OK && kept.count == 201);
    }
    CHECK(zh_policies_days(p, ZH_SV("long"), days) == ZH_POLICIES_DAYS_MAX && zh_policy_report_get(days[0], &got) == ZH_OK && got.to_day == 20005);
    CHECK(zh_policies_save(p, false, shelf_keep(&kept)) == ZH_OK && kept.count == ZH_POLICIES_DAYS_MAX);
    for (int i = 0; i < ZH_POLICIES_NAMES_MAX; i++) { /* one more than fit, all newer than "long" */
        char name[8];
        snprintf(name, sizeof name, "n%d", i);
        const zh_policy_report r = sample(name, 20001, 30000 + i);
        CHECK(fold(p, &r) == ZH_OK);
    }
    CHECK(zh_policies_names(p, names) == ZH_POLICIES_NAMES_MAX && zh_sv_equal(names[0], ZH_SV("n15")) && zh_policies_days(p, ZH_SV("long"), days) == 0);
    const zh_policy_report gone = { .name = ZH_SV("n3"), .gone = true, .at_ms = 40000 };
    CHECK(fold(p, &gone) == ZH_OK && zh_policies_names(p, names) == ZH_POLICIES_NAMES_MAX - 1);
    const zh_policy_report back = sample("n3", 20001, 50000);
    CHECK(fold(p, &back) == ZH_OK && zh_policies_names(p, names) == ZH_POLICIES_NAMES_MAX && zh_sv_equal(names[0], ZH_SV("n3")));
    check_sound(p);
    CHECK(zh_policies_save(p, false, shelf_keep(&kept)) == ZH_OK && kept.count == ZH_POLICIES_NAMES_MAX);
    shelf all = { 0 };
    zh_policies *again = opened();
    for (size_t i = 0; i < kept.count; i++) CHECK(zh_policies_load(again, shelf_key(&kept, i), shelf_value(&kept, i)) == ZH_OK);
    CHECK(zh_policies_load(again, shelf_key(&kept, 0), shelf_value(&kept, 0)) == ZH_FORMAT);
    CHECK(zh_policies_save(again, true, shelf_keep(&all)) == ZH_OK && shelf_equal(&all, &kept));
    CHECK(zh_policies_bytes(again) > 0);
    zh_policies_close(p);
    zh_policies_close(again);
    shelf_close(&kept);
    shelf_close(&all);
}

int main(void)
{
    test_a_record_comes_back();
    test_faults_are_named();
    test_the_newest_of_a_day_counts();
    test_bounds_and_forgetting();
    return 0;
}
