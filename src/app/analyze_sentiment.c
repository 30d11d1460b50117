/* analyze_sentiment.c -- `zhun analyze sentiment`: reviews with a verdict, how well it is learnt from the others, and what it says of new texts. */
#include "app/analyze_names.h"
#include "app/analyze_table.h"
#include "model/sentiment.h"

#define HOLD_OUT 5         /* every fifth row is not learnt from, but tested on */
#define TEXTS_MAX 10000
#define CATEGORIES_MAX 1000
#define HINGE_C 1.0        /* the usual weights of the losses */
#define LOGISTIC_C 10.0

typedef struct reviews {
    zh_reviews rows;
    zh_sv *category;       /* of each row; NULL: the file has none */
    uint64_t read, good;
} reviews;

static bool is_blank(zh_sv text) { return zh_sv_trim(text).size == 0; }

static void read_reviews(zh_analyze *job, reviews *all)
{
    zh_table t;
    if (!zh_table_read(job, zh_spec_file(job, "file"), &t)) return;
    const uint32_t label = zh_table_column(job, &t, "label", "label sentiment y", true), text = zh_table_column(job, &t, "review", "review text comment content", true);
    const uint32_t category = zh_table_column(job, &t, "category", "cat category kind", false);
    all->read = t.rows;
    if (job->failed == ZH_OK && category != ZH_NO_COLUMN) all->category = ZH_ROOM(job, zh_sv, t.rows);
    for (uint64_t i = 0; job->failed == ZH_OK && i < t.rows; i++) {
        const zh_sv words = zh_table_cell(&t, i, text);
        if (is_blank(words)) continue;
        const double verdict = zh_table_real_in(job, &t, i, label, 0, 1);
        if (job->failed == ZH_OK && verdict > 0 && verdict < 1) zh_analyze_fail(job, ZH_RANGE, "line %u: a label is 0 (bad) or 1 (good)", t.lines[i]);
        if (job->failed != ZH_OK) return;
        if (all->category != NULL) all->category[all->rows.count] = zh_table_cell(&t, i, category);
        const zh_err e = zh_reviews_add(&all->rows, words, verdict > 0);
        if (e != ZH_OK) zh_analyze_fail(job, e, "there are too many reviews: give at most %u", ZH_REVIEWS_MAX);
        all->good += verdict > 0;
    }
    if (job->failed == ZH_OK && all->rows.count == 0) zh_analyze_fail(job, ZH_ABSENT, "no row has a review: is the column another one? --param 'columns={\"review\": 2}'");
}

/* ---- counts ---- */

typedef struct listed { zh_sv name; uint64_t rows; } listed;

static void count_category(zh_analyze *job, listed *list, size_t *count, zh_sv name)
{
    size_t at = 0;
    while (at < *count && !zh_sv_equal(list[at].name, name)) at++;
    if (at == CATEGORIES_MAX) zh_analyze_fail(job, ZH_FULL, "the file has over %d categories: is the column another one?", CATEGORIES_MAX);
    else if (at == *count) list[(*count)++] = (listed){ name, 1 };
    else list[at].rows++;
}

static void put_categories(zh_analyze *job, const reviews *all)
{
    size_t count = 0;
    listed *list = ZH_ROOM(job, listed, CATEGORIES_MAX);
    zh_put_key(job->out, "categories");
    if (all->category == NULL) {
        zh_json_out_null(job->out);
        return;
    }
    for (uint32_t row = 0; job->failed == ZH_OK && row < all->rows.count; row++) count_category(job, list, &count, all->category[row]);
    zh_json_out_object(job->out);
    for (size_t i = 0; i < count; i++) zh_json_out_key_int(job->out, list[i].name, (int64_t)list[i].rows);
    zh_json_out_end(job->out);
}

static void put_counts(zh_analyze *job, const reviews *all)
{
    zh_put_key_count(job->out, "rows", all->read);
    zh_put_key_count(job->out, "usable", all->rows.count);
    zh_put_key_count(job->out, "positive", all->good);
    zh_put_key_count(job->out, "negative", all->rows.count - all->good);
    put_categories(job, all);
}

/* ---- testing ---- */

typedef struct tested { uint64_t of[2][2]; } tested; /* [label][said] */

static bool is_tested(uint32_t row) { return row % HOLD_OUT == HOLD_OUT - 1; }

static tested test(const reviews *all, const zh_sentiment *s, zh_sv only)
{
    tested t = { { { 0 } } };
    for (uint32_t row = 0; row < all->rows.count; row++)
        if (is_tested(row) && (only.size == 0 || zh_sv_equal(all->category[row], only))) t.of[zh_reviews_good(&all->rows, row)][zh_sentiment_score(s, &all->rows, row) > 0]++;
    return t;
}

static double accuracy(const tested *t) { return (double)(t->of[0][0] + t->of[1][1]) / (double)(t->of[0][0] + t->of[0][1] + t->of[1][0] + t->of[1][1]); }

static void put_pair(zh_analyze *job, const uint64_t pair[2])
{
    zh_json_out_array(job->out);
    for (int i = 0; i < 2; i++) zh_json_out_uint(job->out, pair[i]);
    zh_json_out_end(job->out);
}

static void put_tested(zh_analyze *job, const zh_sentiment *s, const tested *t)
{
    zh_put_key_count(job->out, "train", s->rows);
    zh_put_key_count(job->out, "test", t->of[0][0] + t->of[0][1] + t->of[1][0] + t->of[1][1]);
    zh_put_key_count(job->out, "correct", t->of[0][0] + t->of[1][1]);
    zh_put_key_count(job->out, "vocabulary", s->vocabulary);
    if (s->kind == ZH_SENTIMENT_BAYES) {
        zh_put_key(job->out, "train_tokens");
        put_pair(job, s->tokens);
    }
    zh_put_key(job->out, "confusion");
    zh_json_out_array(job->out);
    for (int label = 0; label < 2; label++) put_pair(job, t->of[label]);
    zh_json_out_end(job->out);
    zh_put_key_real(job->out, "accuracy", accuracy(t));
    zh_put_key_real(job->out, "f1_positive", 2.0 * (double)t->of[1][1] / (double)(2 * t->of[1][1] + t->of[0][1] + t->of[1][0]));
}

/* ---- learning ---- */

static bool learn(zh_analyze *job, const reviews *all, const bool *trains, zh_sentiment_kind kind, double c, zh_sentiment *out)
{
    const zh_err e = job->failed != ZH_OK ? job->failed : zh_sentiment_learn(&all->rows, trains, kind, c, job->arena, out);
    if (e == ZH_RANGE && job->failed == ZH_OK) zh_analyze_fail(job, ZH_ABSENT, "the reviews have one verdict alone: give good and bad ones");
    else if (e != ZH_OK) zh_analyze_fail(job, e, "out of memory: give fewer reviews");
    return e == ZH_OK;
}

static void put_linear(zh_analyze *job, const reviews *all, const bool *trains, zh_sv only)
{
    zh_sentiment svm, lr;
    if (!learn(job, all, trains, ZH_SENTIMENT_HINGE, HINGE_C, &svm) || !learn(job, all, trains, ZH_SENTIMENT_LOGISTIC, LOGISTIC_C, &lr)) return;
    const tested by_svm = test(all, &svm, only), by_lr = test(all, &lr, only);
    put_tested(job, &lr, &by_lr);
    zh_put_key_real(job->out, "svm_accuracy", accuracy(&by_svm));
    zh_put_key_real(job->out, "lr_accuracy", accuracy(&by_lr));
}

/* What is said of texts that nobody judged, learnt from all rows. */
static void put_texts(zh_analyze *job, reviews *all, bool *trains, bool linear)
{
    zh_sentiment s;
    const zh_json_value given = zh_spec_get(job, "texts");
    if (job->failed == ZH_OK && zh_json_count(given) > TEXTS_MAX) zh_analyze_fail(job, ZH_FULL, "'texts' has over %d texts: give fewer", TEXTS_MAX);
    if (job->failed != ZH_OK || !zh_json_is(given, ZH_JSON_ARRAY)) return;
    const uint32_t known = all->rows.count;
    for (uint32_t row = 0; row < known; row++) trains[row] = true;
    if (!learn(job, all, trains, linear ? ZH_SENTIMENT_LOGISTIC : ZH_SENTIMENT_BAYES, LOGISTIC_C, &s)) return;
    zh_put_key(job->out, "texts");
    zh_json_out_array(job->out);
    for (zh_json_iter it = zh_json_walk(given); job->failed == ZH_OK && zh_json_next(&it);) {
        zh_sv text;
        if (!zh_json_text(it.value, &text)) zh_analyze_fail(job, ZH_RANGE, "'texts' must be a list of texts");
        else if (zh_reviews_add(&all->rows, text, false) != ZH_OK) zh_analyze_fail(job, ZH_NOMEM, "out of memory: give fewer texts");
        else {
            const double score = zh_sentiment_score(&s, &all->rows, all->rows.count - 1);
            zh_json_out_object(job->out);
            zh_put_key_text(job->out, "text", text);
            zh_put_key_flag(job->out, "positive", score > 0);
            zh_put_key_real(job->out, "score", score);
            zh_json_out_end(job->out);
        }
    }
    zh_json_out_end(job->out);
}

/* `model` is told by its beginning, as people write on what follows. */
static int model_of(zh_analyze *job)
{
    static const char *const begins[] = { "multinomial naive Bayes", "linear" };
    const zh_sv given = zh_spec_text(job, "model", "");
    if (given.size == 0 || zh_sv_equal(given, ZH_SV("counts"))) return 0;
    for (int i = 0; i < 2; i++)
        if (zh_sv_starts(given, zh_sv_of(begins[i]))) return i + 1;
    zh_analyze_fail(job, ZH_RANGE, "'model' cannot be '%.*s': give counts, multinomial naive Bayes or linear", (int)(given.size < 64 ? given.size : 64), given.data);
    return 0;
}

void zh_analyze_sentiment(zh_analyze *job)
{
    reviews all = { .rows = zh_reviews_open() };
    zh_sentiment s;
    const int model = model_of(job);
    const zh_sv only = zh_spec_text(job, "category", "");
    if (job->failed == ZH_OK) read_reviews(job, &all);
    if (job->failed == ZH_OK && only.size > 0 && all.category == NULL) zh_analyze_fail(job, ZH_RANGE, "'category' is given, and the file has no such column: name it, --param 'columns={\"category\": 1}'");
    bool *trains = job->failed == ZH_OK ? ZH_ROOM(job, bool, all.rows.count) : NULL;
    for (uint32_t row = 0; trains != NULL && row < all.rows.count; row++) trains[row] = !is_tested(row);
    if (job->failed == ZH_OK && model == 0) put_counts(job, &all);
    if (job->failed == ZH_OK && model == 1 && learn(job, &all, trains, ZH_SENTIMENT_BAYES, 0, &s)) {
        const tested t = test(&all, &s, only);
        put_tested(job, &s, &t);
    }
    if (job->failed == ZH_OK && model == 2) put_linear(job, &all, trains, only);
    put_texts(job, &all, trains, model == 2);
    zh_reviews_close(&all.rows);
}
