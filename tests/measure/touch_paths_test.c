/* Goal: every model's parts add up to the totals exactly, say what a count by hand says, and are the same bytes whoever is added first;
 *       what is cut is counted.
 * Method: random paths against sums over each path by itself; the same added in another order; the small cases of the reference. */
#include "measure/touch_paths.h"
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { NAMES = 6, LENGTH = 5 };

typedef struct walk { uint32_t touches[LENGTH]; size_t length; bool converted; int64_t value; } walk;

static zh_arena arena;

static zh_sv name_of(uint32_t i)
{
    static const char *const names[] = { "mail", "search", "ads", "direct", "other", "微信" };
    return zh_sv_of(names[i]);
}

static zh_touch_paths *paths_of(const walk *walks, const size_t *order, size_t count)
{
    zh_touch_paths *j;
    CHECK(zh_touch_paths_open(&j, (size_t)64 << 20) == ZH_OK);
    for (size_t i = 0; i < count; i++) {
        const walk *w = &walks[order[i]];
        uint32_t numbers[LENGTH];
        for (size_t k = 0; k < w->length; k++) CHECK(zh_touch_paths_channel(j, name_of(w->touches[k]), &numbers[k]) == ZH_OK);
        CHECK(zh_touch_paths_add(j, numbers, w->length, w->converted, w->value) == ZH_OK);
    }
    return j;
}

static const zh_touch_path_channel *channel_of(const zh_touch_paths_report *r, zh_sv name)
{
    for (uint32_t c = 0; c < r->channels_count; c++)
        if (zh_sv_equal(r->channels[c].text, name)) return &r->channels[c];
    return NULL;
}

static void check_sums(const zh_touch_paths_report *r)
{
    for (int m = 0; m < ZH_TOUCH_PATH_MODELS; m++) {
        int64_t conversions = 0, value = 0;
        for (uint32_t c = 0; c < r->channels_count; c++) {
            conversions += r->channels[c].parts[m].conversions_centi;
            value += r->channels[c].parts[m].value_minor;
            CHECK(r->channels[c].parts[m].conversions_centi >= 0 && r->channels[c].parts[m].value_minor >= 0);
        }
        if (m == ZH_TOUCH_PATH_MARKOV && !r->has_markov) continue;
        CHECK(conversions == (int64_t)(100 * r->conversions));
        CHECK(value == r->value_minor);
    }
}

/* Weight of touch k of a path, by the rule. */
static double weight(zh_touch_path_model m, const walk *w, size_t k)
{
    const size_t n = w->length;
    double sum = 0;
    switch (m) {
    case ZH_TOUCH_PATH_FIRST: return k == 0;
    case ZH_TOUCH_PATH_LAST: return k + 1 == n;
    case ZH_TOUCH_PATH_LINEAR: return 1.0 / (double)n;
    case ZH_TOUCH_PATH_DECAY:
        for (size_t i = 0; i < n; i++) sum += pow(0.5, (double)(n - 1 - i) / 2);
        return pow(0.5, (double)(n - 1 - k) / 2) / sum;
    case ZH_TOUCH_PATH_POSITION:
        if (n == 1) return 1;
        if (n == 2) return 0.5;
        return k == 0 || k + 1 == n ? 0.4 : 0.2 / (double)(n - 2);
    default: return 0;
    }
}

static void rules_are_sums(uint64_t seed)
{
    enum { WALKS = 400 };
    static walk walks[WALKS];
    static size_t order[WALKS];
    double want[ZH_TOUCH_PATH_MODELS][NAMES] = { { 0 } };
    int64_t value = 0, untouched = 0;
    uint64_t conversions = 0, nulls = 0;
    for (size_t i = 0; i < WALKS; i++) {
        walk *w = &walks[i];
        *w = (walk){ .length = test_random(&seed) % (LENGTH + 1), .converted = test_random(&seed) % 2 == 0 };
        for (size_t k = 0; k < w->length; k++) w->touches[k] = (uint32_t)(test_random(&seed) % NAMES);
        if (w->converted) w->value = (int64_t)(test_random(&seed) % 100000);
        order[i] = i;
        if (w->length == 0) untouched += w->converted;
        else if (w->converted) conversions++, value += w->value;
        else nulls++;
        uint32_t distinct = 0, seen = 0;
        for (size_t k = 0; k < w->length; k++) distinct += (seen & 1u << w->touches[k]) == 0, seen |= 1u << w->touches[k];
        for (size_t k = 0; w->converted && k < w->length; k++)
            for (int m = 0; m < ZH_TOUCH_PATH_SHAPLEY; m++) want[m][w->touches[k]] += weight((zh_touch_path_model)m, w, k) * (double)w->value;
        for (uint32_t c = 0; w->converted && c < NAMES; c++) want[ZH_TOUCH_PATH_SHAPLEY][c] += seen & 1u << c ? (double)w->value / distinct : 0;
    }
    zh_touch_paths_report r, again;
    zh_touch_paths *j = paths_of(walks, order, WALKS);
    CHECK(zh_touch_paths_report_of(j, 2, &arena, &r) == ZH_OK);
    check_sums(&r);
    CHECK(r.conversions == conversions && r.value_minor == value && r.nulls == nulls && (int64_t)r.untouched == untouched && r.has_markov);
    CHECK(r.channels_count == NAMES && zh_sv_equal(r.channels[NAMES - 1].text, ZH_SV(ZH_TOUCH_PATHS_OTHER)));
    for (uint32_t c = 0; c < NAMES; c++)
        for (int m = 0; m < ZH_TOUCH_PATH_MARKOV; m++) CHECK(fabs((double)channel_of(&r, name_of(c))->parts[m].value_minor - want[m][c]) <= 1);
    for (size_t i = WALKS; i > 1; i--) {
        const size_t k = test_random(&seed) % i, kept = order[i - 1];
        order[i - 1] = order[k], order[k] = kept;
    }
    zh_touch_paths *shuffled = paths_of(walks, order, WALKS);
    CHECK(zh_touch_paths_report_of(shuffled, 2, &arena, &again) == ZH_OK);
    for (uint32_t c = 0; c < NAMES; c++) {
        CHECK(zh_sv_equal(r.channels[c].text, again.channels[c].text));
        CHECK(memcmp(&r.channels[c].parts, &again.channels[c].parts, sizeof r.channels[c].parts) == 0);
        CHECK(memcmp(&r.channels[c].removal, &again.channels[c].removal, sizeof(double)) == 0);
    }
    zh_touch_paths_close(j);
    zh_touch_paths_close(shuffled);
    zh_arena_reset(&arena);
}

/* {a > b: 3 of 4 convert, a > c: 1 of 2}: Markov a 1/2, b 3/8, c 1/8; Shapley {a: 4, a > b: 6}: a 7, b 3. */
static void known_answers(void)
{
    zh_touch_paths *j;
    zh_touch_paths_report r;
    uint32_t a, b, c;
    CHECK(zh_touch_paths_open(&j, 1 << 20) == ZH_OK);
    CHECK(zh_touch_paths_channel(j, ZH_SV("a"), &a) == ZH_OK && zh_touch_paths_channel(j, ZH_SV("b"), &b) == ZH_OK && zh_touch_paths_channel(j, ZH_SV("c"), &c) == ZH_OK);
    for (int i = 0; i < 4; i++) CHECK(zh_touch_paths_add(j, (uint32_t[]){ a, b }, 2, i < 3, 100) == ZH_OK);
    for (int i = 0; i < 2; i++) CHECK(zh_touch_paths_add(j, (uint32_t[]){ a, c }, 2, i < 1, 100) == ZH_OK);
    CHECK(zh_touch_paths_report_of(j, 2, &arena, &r) == ZH_OK);
    CHECK(channel_of(&r, ZH_SV("a"))->parts[ZH_TOUCH_PATH_MARKOV].conversions_centi == 200);
    CHECK(channel_of(&r, ZH_SV("b"))->parts[ZH_TOUCH_PATH_MARKOV].conversions_centi == 150);
    CHECK(channel_of(&r, ZH_SV("c"))->parts[ZH_TOUCH_PATH_MARKOV].value_minor == 50);
    CHECK(fabs(channel_of(&r, ZH_SV("a"))->removal - 1) < 1e-12 && channel_of(&r, ZH_SV("a"))->touches == 6 && channel_of(&r, ZH_SV("c"))->converted == 1);
    zh_touch_paths_close(j);

    CHECK(zh_touch_paths_open(&j, 1 << 20) == ZH_OK);
    CHECK(zh_touch_paths_channel(j, ZH_SV("a"), &a) == ZH_OK && zh_touch_paths_channel(j, ZH_SV("b"), &b) == ZH_OK);
    for (int i = 0; i < 10; i++) CHECK(zh_touch_paths_add(j, (uint32_t[]){ a, b }, i < 4 ? 1 : 2, true, 1) == ZH_OK);
    CHECK(zh_touch_paths_report_of(j, 2, &arena, &r) == ZH_OK);
    CHECK(channel_of(&r, ZH_SV("a"))->parts[ZH_TOUCH_PATH_SHAPLEY].conversions_centi == 700 && channel_of(&r, ZH_SV("b"))->parts[ZH_TOUCH_PATH_SHAPLEY].value_minor == 3);
    zh_touch_paths_close(j);
}

static void nothing_and_much(void)
{
    zh_touch_paths *j;
    zh_touch_paths_report r;
    CHECK(zh_touch_paths_open(&j, (size_t)64 << 20) == ZH_OK);
    CHECK(zh_touch_paths_report_of(j, 2, &arena, &r) == ZH_OK && r.channels_count == 0 && !r.has_markov);
    CHECK(zh_touch_paths_add(j, NULL, 0, true, 700) == ZH_OK && zh_touch_paths_add(j, NULL, 0, false, 0) == ZH_OK);
    CHECK(zh_touch_paths_report_of(j, 2, &arena, &r) == ZH_OK && r.untouched == 1 && r.untouched_minor == 700 && r.channels_count == 0);
    uint32_t numbers[200];
    for (uint32_t i = 0; i < 200; i++) {
        char text[16];
        const int size = snprintf(text, sizeof text, "c%03u", i);
        CHECK(zh_touch_paths_channel(j, (zh_sv){ text, (size_t)size }, &numbers[i]) == ZH_OK);
        CHECK(zh_touch_paths_add(j, &numbers[i], 1, false, 0) == ZH_OK);
    }
    CHECK(zh_touch_paths_report_of(j, 2, &arena, &r) == ZH_OK && !r.has_markov && r.channels_count == ZH_TOUCH_PATHS_CHANNELS_MAX + 1 && r.channels_seen == 200);
    CHECK(zh_touch_paths_add(j, numbers, 200, true, -5) == ZH_OK); /* the newest 64; a negative value is none */
    CHECK(zh_touch_paths_report_of(j, 2, &arena, &r) == ZH_OK && r.cut_paths == 1 && r.value_minor == 0 && r.has_markov);
    CHECK(channel_of(&r, ZH_SV("c136"))->parts[ZH_TOUCH_PATH_FIRST].conversions_centi == 100 && channel_of(&r, ZH_SV("c135")) == NULL);
    check_sums(&r);
    CHECK(zh_touch_paths_add(j, numbers, 1, true, INT64_MAX) == ZH_OK && zh_touch_paths_add(j, numbers, 1, true, INT64_MAX) == ZH_OK);
    CHECK(zh_touch_paths_report_of(j, 2, &arena, &r) == ZH_OK && r.value_minor == ZH_TOUCH_PATHS_VALUE_MAX - 700);
    check_sums(&r);
    zh_touch_paths_close(j);
    CHECK(zh_touch_paths_open(&j, 8000) == ZH_OK); /* less memory than a way needs */
    CHECK(zh_touch_paths_channel(j, ZH_SV("a"), &numbers[0]) == ZH_OK && zh_touch_paths_add(j, numbers, 1, true, 1) == ZH_NOMEM);
    zh_touch_paths_close(j);
}

static void parts_are_whole(uint64_t seed)
{
    double shares[ZH_TOUCH_PATHS_CHANNELS_MAX + 1];
    int64_t out[ZH_TOUCH_PATHS_CHANNELS_MAX + 1];
    uint32_t order[ZH_TOUCH_PATHS_CHANNELS_MAX + 1];
    for (int round = 0; round < 2000; round++) {
        const uint32_t count = 1 + (uint32_t)(test_random(&seed) % 65);
        const int64_t total = (int64_t)(test_random(&seed) % (round % 2 == 0 ? 50 : (uint64_t)ZH_TOUCH_PATHS_VALUE_MAX));
        double sum = 0;
        for (uint32_t i = 0; i < count; i++) sum += shares[i] = i > 0 && test_random(&seed) % 3 == 0 ? 0 : (double)(1 + test_random(&seed) % 1000) / 7;
        zh_touch_paths_divide(shares, count, total, out, order);
        int64_t all = 0;
        for (uint32_t i = 0; i < count; i++) {
            all += out[i];
            CHECK(shares[i] > 0 || out[i] == 0);
            CHECK(fabs((double)out[i] - shares[i] / sum * (double)total) < 2);
        }
        CHECK(all == total);
    }
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    arena = zh_arena_open((size_t)256 << 20);
    for (uint64_t i = 0; i < 20; i++) rules_are_sums(seed * 31 + i);
    known_answers();
    nothing_and_much();
    parts_are_whole(seed);
    zh_arena_close(&arena);
    return 0;
}
