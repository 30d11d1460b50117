/* sentiment.h -- is a review good or bad, learnt from reviews whose verdict is known, by their characters and pairs of characters.
 *
 *     text ─► without blanks ─► every character and every pair of neighbours, counted: a row of (feature, times)
 *
 *     Bayes     multinomial, Laplace 1 over the features of the training rows:
 *               score = ln(n1 / n0) + sum of times x ln(p(feature | good) / p(feature | bad)); features that training never saw say nothing
 *     linear    w of least 1/2 |w|^2 + C sum loss(y (w x + b)), by lbfgs.h, over x = (1 + ln times) (1 + ln((1 + n) / (1 + df))), features of two training rows or more,
 *               each row of length 1. Losses: squared hinge (the support vector machine, b regularised), logistic (b free)
 *
 * Good is a score over 0. Chinese needs no splitting into words: pairs of characters are nearly that.
 *
 * Units       scores in nats (Bayes, logistic) or margins (hinge).
 * Guarantees  the same rows in the same order give the same numbers; any bytes are a text, what is no UTF-8 is passed over.
 * Cost        reading 60 ns a character; Bayes O(features of all rows); linear some 60 passes over them. Measured in docs/ANALYZE.md.
 * Threads     readers together or one writer.
 * Source      Manning, Raghavan, Schuetze, Introduction to Information Retrieval, 2008, chapters 13 (Bayes) and 15; Fan et al., LIBLINEAR, JMLR 9 (2008), eq. 2-4.
 */
#ifndef ZH_MODEL_SENTIMENT_H
#define ZH_MODEL_SENTIMENT_H
#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"

#define ZH_REVIEWS_MAX 4000000u         /* rows */
#define ZH_REVIEWS_BYTES_MAX ((size_t)2 << 30) /* of features of all rows: 8 bytes each */

typedef struct zh_review_part { uint32_t feature, times; } zh_review_part;

typedef struct zh_reviews {
    zh_map features_;   /* private: a character, or two, -> number by first sight */
    zh_buf parts_;      /* private: zh_review_part, row by row */
    zh_buf rows_;       /* private: uint64_t, where each row ends in parts_ */
    zh_buf good_;       /* private: u8 a row */
    zh_map once_;       /* private: features of the row under way -> place in parts_ */
    uint32_t count;     /* rows */
} zh_reviews;

zh_reviews zh_reviews_open(void); /* allocates nothing yet */
void zh_reviews_close(zh_reviews *reviews);
/* A text joins; its number is count - 1 then. Errors: ZH_NOMEM, ZH_FULL (nothing joins). */
ZH_MUST zh_err zh_reviews_add(zh_reviews *reviews, zh_sv text, bool good);
uint32_t zh_reviews_features(const zh_reviews *reviews); /* of all rows */
bool zh_reviews_good(const zh_reviews *reviews, uint32_t row);

typedef enum zh_sentiment_kind { ZH_SENTIMENT_BAYES, ZH_SENTIMENT_HINGE, ZH_SENTIMENT_LOGISTIC } zh_sentiment_kind;

typedef struct zh_sentiment {  /* in the arena */
    zh_sentiment_kind kind;
    uint32_t features;
    double *weight;            /* of each feature: Bayes ln p1/p0, linear w; 0 where unseen */
    double *rarity;            /* of each feature, of linear ones: 1 + ln((1 + n) / (1 + df)), 0 where unseen; NULL of Bayes */
    double bias;
    uint32_t rows, vocabulary; /* it was trained on; features of them */
    uint64_t tokens[2];        /* characters and pairs of them, of bad and of good ones */
} zh_sentiment;

/* Learn from the rows with trains[row]; `c`: the weight of the losses, of linear ones. Errors: ZH_RANGE not both verdicts are among them; ZH_NOMEM. */
ZH_MUST zh_err zh_sentiment_learn(const zh_reviews *reviews, const bool *trains, zh_sentiment_kind kind, double c, zh_arena *arena, zh_sentiment *out);
/* The score of a row; good is over 0. */
double zh_sentiment_score(const zh_sentiment *s, const zh_reviews *reviews, uint32_t row);

#endif
