/* sentiment_test.c
 * Goal    rows are counted by characters and pairs, whatever blanks stand between; Bayes is the hand's; linear ones find the lowest point; one verdict alone is no lesson.
 * Method  by hand; a made-up language in which a pair of characters decides; the gradient at the end.
 */
#include "base/rng.h"
#include "check.h"
#include "model/sentiment.h"

#include <math.h>

static void features_are_characters_and_pairs(void)
{
    zh_reviews r = zh_reviews_open();
    CHECK(zh_reviews_add(&r, ZH_SV("好 好\u3000吃"), true) == ZH_OK && zh_reviews_features(&r) == 4); /* 好, 吃, 好好, 好吃 */
    CHECK(zh_reviews_add(&r, ZH_SV("吃好\t\xFF"), false) == ZH_OK && zh_reviews_features(&r) == 5);     /* 吃好 */
    CHECK(zh_reviews_add(&r, ZH_SV(" \n\u00A0"), false) == ZH_OK && zh_reviews_features(&r) == 5 && r.count == 3);
    CHECK(zh_reviews_good(&r, 0) && !zh_reviews_good(&r, 1));
    zh_reviews_close(&r);
}

/* Two rows "ab" (good, twice a) and "b" (bad): V = a, b, aa, ab = 4 features; tokens good 3 + 2, bad 1. */
static void bayes_is_the_hands(void)
{
    static const bool trains[] = { true, true, false };
    zh_arena arena = zh_arena_open(1 << 20);
    zh_reviews r = zh_reviews_open();
    zh_sentiment s;
    CHECK(zh_reviews_add(&r, ZH_SV("aab"), true) == ZH_OK && zh_reviews_add(&r, ZH_SV("b"), false) == ZH_OK && zh_reviews_add(&r, ZH_SV("abc"), false) == ZH_OK);
    CHECK(zh_sentiment_learn(&r, trains, ZH_SENTIMENT_BAYES, 0, &arena, &s) == ZH_OK);
    CHECK(s.rows == 2 && s.vocabulary == 4 && s.tokens[0] == 1 && s.tokens[1] == 5);
    const double a = log(3.0 / 9) - log(1.0 / 5), b = log(2.0 / 9) - log(2.0 / 5), ab = log(2.0 / 9) - log(1.0 / 5);
    CHECK(fabs(zh_sentiment_score(&s, &r, 2) - (a + b + ab)) < 1e-12); /* c and bc were never seen; both verdicts are as frequent */
    CHECK(zh_reviews_add(&r, ZH_SV("zb"), false) == ZH_OK && fabs(zh_sentiment_score(&s, &r, 3) - b) < 1e-12); /* it came after learning */
    CHECK(zh_sentiment_learn(&r, (const bool[]){ true, false, false, false }, ZH_SENTIMENT_BAYES, 0, &arena, &s) == ZH_RANGE);
    CHECK(zh_sentiment_learn(&r, (const bool[]){ false, false, false, false }, ZH_SENTIMENT_HINGE, 1, &arena, &s) == ZH_RANGE);
    zh_reviews_close(&r);
    zh_arena_close(&arena);
}

/* Letters at random; who has "xy" is good, who has "yx" bad: only pairs can tell. */
static void a_pair_decides(uint64_t seed)
{
    enum { ROWS = 400 };
    bool trains[ROWS];
    zh_rng rng = { .seed = seed };
    zh_arena arena = zh_arena_open((size_t)64 << 20);
    zh_reviews r = zh_reviews_open();
    for (int row = 0; row < ROWS; row++) {
        char text[24];
        const bool good = zh_rng_below(&rng, 2) == 1;
        for (size_t i = 0; i < sizeof text; i++) text[i] = (char)('a' + zh_rng_below(&rng, 20));
        memcpy(text + zh_rng_below(&rng, sizeof text - 1), good ? "xy" : "yx", 2);
        CHECK(zh_reviews_add(&r, (zh_sv){ text, sizeof text }, good) == ZH_OK);
        trains[row] = row < ROWS / 2;
    }
    static const struct { zh_sentiment_kind kind; double c; } models[] = { { ZH_SENTIMENT_BAYES, 0 }, { ZH_SENTIMENT_HINGE, 1 }, { ZH_SENTIMENT_LOGISTIC, 10 } };
    for (size_t m = 0; m < 3; m++) {
        zh_sentiment s;
        int right = 0;
        CHECK(zh_sentiment_learn(&r, trains, models[m].kind, models[m].c, &arena, &s) == ZH_OK && s.rows == ROWS / 2);
        for (uint32_t row = ROWS / 2; row < ROWS; row++) right += (zh_sentiment_score(&s, &r, row) > 0) == zh_reviews_good(&r, row);
        CHECK(right >= (m == 0 ? 170 : 190));
    }
    zh_reviews_close(&r);
    zh_arena_close(&arena);
}

int main(int argc, char **argv)
{
    features_are_characters_and_pairs();
    bayes_is_the_hands();
    a_pair_decides(test_seed(argc, argv));
    return 0;
}
