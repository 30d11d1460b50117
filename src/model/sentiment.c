#include "model/sentiment.h"
#include "base/lbfgs.h"
#include "base/utf8.h"

#include <math.h>

#define ROWS_LEAST 2     /* training rows that a feature of a linear model is in */
#define STEPS_MAX 300
#define GAIN 1e-7        /* the verdicts do not move any more long before */

/* ---- rows ---- */

zh_reviews zh_reviews_open(void)
{
    return (zh_reviews){ .features_ = zh_map_open(), .once_ = zh_map_open(), .parts_ = zh_buf_open(ZH_REVIEWS_BYTES_MAX),
                         .rows_ = zh_buf_open((size_t)ZH_REVIEWS_MAX * sizeof(uint64_t)), .good_ = zh_buf_open(ZH_REVIEWS_MAX) };
}

void zh_reviews_close(zh_reviews *r)
{
    zh_map_close(&r->features_);
    zh_map_close(&r->once_);
    zh_buf_close(&r->parts_);
    zh_buf_close(&r->rows_);
    zh_buf_close(&r->good_);
}

static const zh_review_part *parts_of(const zh_reviews *r) { return (const zh_review_part *)(const void *)r->parts_.data; }
static uint64_t end_of(const zh_reviews *r, uint32_t row) { return ((const uint64_t *)(const void *)r->rows_.data)[row]; }
static uint64_t begin_of(const zh_reviews *r, uint32_t row) { return row == 0 ? 0 : end_of(r, row - 1); }
uint32_t zh_reviews_features(const zh_reviews *r) { return (uint32_t)r->features_.count; }
bool zh_reviews_good(const zh_reviews *r, uint32_t row) { return r->good_.data[row] != 0; }

/* Unicode's White_Space, and the separators of ASCII. */
static bool is_blank(uint32_t c)
{
    return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
           c == 0x205F || c == 0x3000;
}

/* The next character that is no blank; false: the text is over. */
static bool next_character(zh_sv *text, uint32_t *out)
{
    while (text->size > 0) {
        const unsigned char *at = (const unsigned char *)text->data;
        const size_t bytes = zh_utf8_character(at, text->size);
        uint32_t c = bytes == 1 ? at[0] : bytes == 2 ? at[0] & 0x1Fu : bytes == 3 ? at[0] & 0x0Fu : at[0] & 0x07u;
        for (size_t i = 1; i < bytes; i++) c = c << 6 | (at[i] & 0x3Fu);
        *text = zh_sv_part(*text, bytes == 0 ? 1 : bytes, SIZE_MAX);
        if (bytes > 0 && !is_blank(c)) return *out = c, true;
    }
    return false;
}

/* `key`: a character, with the one before it in the upper half, or 0 there. */
static zh_err count_feature(zh_reviews *r, uint64_t key)
{
    bool made;
    uint64_t *number = zh_map_at(&r->features_, key, &made);
    if (number == NULL) return ZH_NOMEM;
    if (made) *number = r->features_.count - 1;
    const uint32_t feature = (uint32_t)*number;
    uint64_t *place = zh_map_at(&r->once_, feature, &made);
    if (place == NULL) return ZH_NOMEM;
    if (!made) {
        ((zh_review_part *)(void *)r->parts_.data)[*place].times++;
        return ZH_OK;
    }
    *place = r->parts_.size / sizeof(zh_review_part);
    const zh_review_part one = { feature, 1 };
    zh_buf_put(&r->parts_, (zh_sv){ (const char *)&one, sizeof one });
    return zh_buf_err(&r->parts_);
}

zh_err zh_reviews_add(zh_reviews *r, zh_sv text, bool good)
{
    uint32_t c;
    uint64_t before = 0;
    const size_t was = r->parts_.size;
    zh_err e = r->count == ZH_REVIEWS_MAX ? ZH_FULL : ZH_OK;
    zh_map_clear(&r->once_);
    while (e == ZH_OK && next_character(&text, &c)) {
        e = count_feature(r, c);
        if (e == ZH_OK && before != 0) e = count_feature(r, before << 32 | c);
        before = c;
    }
    const uint64_t end = r->parts_.size / sizeof(zh_review_part);
    if (e == ZH_OK) {
        zh_buf_put(&r->rows_, (zh_sv){ (const char *)&end, sizeof end });
        zh_buf_put_u8(&r->good_, good);
        e = zh_buf_err(&r->rows_) != ZH_OK ? zh_buf_err(&r->rows_) : zh_buf_err(&r->good_);
    }
    if (e == ZH_OK) r->count++;
    else r->parts_.size = was;
    return e;
}

/* ---- Bayes ---- */

static zh_err learn_bayes(const zh_reviews *r, const bool *trains, zh_arena *arena, zh_sentiment *s)
{
    uint64_t rows[2] = { 0, 0 };
    uint32_t *times[2] = { ZH_TAKE(arena, uint32_t, s->features), ZH_TAKE(arena, uint32_t, s->features) };
    if (times[0] == NULL || times[1] == NULL) return ZH_NOMEM;
    for (uint32_t row = 0; row < r->count; row++) {
        const bool good = zh_reviews_good(r, row);
        rows[good] += trains[row];
        for (uint64_t i = begin_of(r, row); trains[row] && i < end_of(r, row); i++) {
            times[good][parts_of(r)[i].feature] += parts_of(r)[i].times;
            s->tokens[good] += parts_of(r)[i].times;
        }
    }
    for (uint32_t f = 0; f < s->features; f++) s->vocabulary += times[0][f] + times[1][f] > 0;
    for (uint32_t f = 0; f < s->features; f++)
        if (times[0][f] + times[1][f] > 0)
            s->weight[f] = log((times[1][f] + 1.0) / (double)(s->tokens[1] + s->vocabulary)) - log((times[0][f] + 1.0) / (double)(s->tokens[0] + s->vocabulary));
    s->bias = log((double)rows[1] / (double)rows[0]);
    return ZH_OK;
}

/* ---- linear ---- */

typedef struct fitting {
    const zh_reviews *reviews;
    const bool *trains;
    const uint32_t *column; /* of a feature; UINT32_MAX: in too few rows */
    const float *value;     /* of each part of all rows: its share of a row of length 1 */
    uint32_t columns;
    zh_sentiment_kind kind;
    double c;
} fitting;

static double loss(zh_sentiment_kind kind, double margin, double *slope)
{
    if (kind == ZH_SENTIMENT_HINGE) {
        const double over = margin < 1 ? 1 - margin : 0;
        *slope = -2 * over;
        return over * over;
    }
    const double small = exp(-fabs(margin));
    *slope = margin > 0 ? -small / (1 + small) : -1 / (1 + small);
    return log1p(small) + (margin > 0 ? 0 : -margin);
}

/* x[columns] the weights, x[columns] the bias. */
static double objective(void *context, const double *x, double *gradient)
{
    const fitting *f = context;
    const zh_reviews *r = f->reviews;
    double sum = 0;
    for (uint32_t i = 0; i < f->columns; i++) sum += x[i] * x[i] / 2, gradient[i] = x[i];
    const bool regularised = f->kind == ZH_SENTIMENT_HINGE; /* as the two are usually fitted */
    sum += regularised ? x[f->columns] * x[f->columns] / 2 : 0;
    gradient[f->columns] = regularised ? x[f->columns] : 0;
    for (uint32_t row = 0; row < r->count; row++) {
        if (!f->trains[row]) continue;
        const double y = zh_reviews_good(r, row) ? 1 : -1;
        double score = x[f->columns], slope;
        for (uint64_t i = begin_of(r, row); i < end_of(r, row); i++)
            if (f->value[i] != 0) score += x[f->column[parts_of(r)[i].feature]] * (double)f->value[i];
        sum += f->c * loss(f->kind, y * score, &slope);
        slope *= f->c * y;
        if (slope == 0) continue;
        gradient[f->columns] += slope;
        for (uint64_t i = begin_of(r, row); i < end_of(r, row); i++)
            if (f->value[i] != 0) gradient[f->column[parts_of(r)[i].feature]] += slope * (double)f->value[i];
    }
    return sum;
}

/* Which features count, how rare each is, and each row's values of length 1. */
static uint32_t weigh(const zh_reviews *r, const bool *trains, uint32_t rows, uint32_t *column, double *rarity, float *value)
{
    uint32_t columns = 0;
    for (uint32_t row = 0; row < r->count; row++)
        for (uint64_t i = begin_of(r, row); trains[row] && i < end_of(r, row); i++) column[parts_of(r)[i].feature]++;
    for (uint32_t f = 0; f < zh_reviews_features(r); f++) {
        rarity[f] = column[f] < ROWS_LEAST ? 0 : 1 + log((1.0 + rows) / (1.0 + column[f]));
        column[f] = column[f] < ROWS_LEAST ? UINT32_MAX : columns++;
    }
    for (uint32_t row = 0; row < r->count; row++) {
        double square = 0;
        for (uint64_t i = begin_of(r, row); trains[row] && i < end_of(r, row); i++) {
            const zh_review_part p = parts_of(r)[i];
            value[i] = (float)((1 + log(p.times)) * rarity[p.feature]);
            square += (double)value[i] * (double)value[i];
        }
        for (uint64_t i = begin_of(r, row); square > 0 && i < end_of(r, row); i++) value[i] /= (float)sqrt(square);
    }
    return columns;
}

static zh_err learn_linear(const zh_reviews *r, const bool *trains, double c, zh_arena *arena, zh_sentiment *s)
{
    uint32_t *column = ZH_TAKE(arena, uint32_t, s->features);
    float *value = ZH_TAKE(arena, float, r->parts_.size / sizeof(zh_review_part));
    zh_lbfgs_end end;
    s->rarity = ZH_TAKE(arena, double, s->features);
    if (column == NULL || value == NULL || s->rarity == NULL) return ZH_NOMEM;
    s->vocabulary = weigh(r, trains, s->rows, column, s->rarity, value);
    double *x = ZH_TAKE(arena, double, s->vocabulary + 1);
    if (x == NULL) return ZH_NOMEM;
    fitting f = { r, trains, column, value, s->vocabulary, s->kind, c };
    const zh_err e = zh_lbfgs(&(zh_lbfgs_desc){ .function = objective, .context = &f, .count = s->vocabulary + 1, .steps_max = STEPS_MAX, .gain = GAIN }, arena, x, &end);
    for (uint32_t i = 0; i < s->features; i++) s->weight[i] = column[i] == UINT32_MAX ? 0 : x[column[i]];
    s->bias = x[s->vocabulary];
    return e;
}

zh_err zh_sentiment_learn(const zh_reviews *r, const bool *trains, zh_sentiment_kind kind, double c, zh_arena *arena, zh_sentiment *out)
{
    uint32_t good = 0;
    *out = (zh_sentiment){ .kind = kind, .features = zh_reviews_features(r), .weight = ZH_TAKE(arena, double, zh_reviews_features(r)) };
    for (uint32_t row = 0; row < r->count; row++) out->rows += trains[row], good += trains[row] && zh_reviews_good(r, row);
    if (good == 0 || good == out->rows) return ZH_RANGE;
    if (out->weight == NULL) return ZH_NOMEM;
    return kind == ZH_SENTIMENT_BAYES ? learn_bayes(r, trains, arena, out) : learn_linear(r, trains, c, arena, out);
}

double zh_sentiment_score(const zh_sentiment *s, const zh_reviews *r, uint32_t row)
{
    double score = 0, square = 0;
    for (uint64_t i = begin_of(r, row); i < end_of(r, row); i++) {
        const zh_review_part p = parts_of(r)[i];
        if (p.feature >= s->features) continue; /* a feature of a row that came after learning */
        const double value = s->rarity == NULL ? p.times : (1 + log(p.times)) * s->rarity[p.feature];
        score += s->weight[p.feature] * value;
        square += value * value;
    }
    return s->bias + (s->rarity == NULL ? score : square > 0 ? score / sqrt(square) : 0);
}
