/* boost.h -- gradient boosted trees on histograms: a number, or the log-odds of a yes, from columns of numbers.
 *
 * Every column is cut into at most ZH_BOOST_BINS bins of about equal count. A tree is grown level by level on the gradients g and
 * curvatures h of the loss at what was predicted so far; a node is split where that gains most,
 *
 *     gain = GL^2/(HL + l2) + GR^2/(HR + l2) - G^2/(H + l2),   leaf = -rate G/(H + l2)
 *
 * with sums over its rows; of equal gains the lower column, then the lower cut. Rows and columns may be drawn for each tree.
 *
 *     zh_boost_bins *bins;  zh_boost_bin(&bins, arena, x, rows, columns)      once for several fits
 *     zh_boost_fit(&model, arena, bins, chosen, count, y, &params)            learns from the rows `chosen`
 *     zh_boost_score(&model, row)                                             log-odds, or the number
 *
 * Guarantees  the same rows, order and seed give the same trees; a score is finite where the row is.
 * Ranges      columns 1 .. ZH_BOOST_COLUMNS_MAX, depth 1 .. ZH_BOOST_DEPTH_MAX; x finite.
 * Cost        about 1 ns a row, column and level of a tree; one byte a row and column; a score about 10 ns a tree.
 * Threads     bins are read-only once made; a model too.
 * Source      Friedman, Annals of Statistics 29 (2001); second-order gains and shrinkage: Chen, Guestrin, KDD 2016.
 */
#ifndef ZH_MODEL_BOOST_H
#define ZH_MODEL_BOOST_H
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#define ZH_BOOST_BINS 64        /* of a column: a finer cut than 1.5 % of the rows is noise here */
#define ZH_BOOST_COLUMNS_MAX 128
#define ZH_BOOST_DEPTH_MAX 6
#define ZH_BOOST_TREES_MAX 1000
#define ZH_BOOST_NODES_MAX (ZH_BOOST_TREES_MAX << (ZH_BOOST_DEPTH_MAX + 1))

typedef enum zh_boost_loss { ZH_BOOST_LOGISTIC, ZH_BOOST_SQUARED } zh_boost_loss;

typedef struct zh_boost_params {
    zh_boost_loss loss;
    uint32_t trees, depth;
    double rate;                    /* of learning, (0, 1] */
    double l2;                      /* > 0 */
    double child_min;               /* least curvature of a node: of rows, for SQUARED */
    double row_share, column_share; /* drawn for each tree, (0, 1] */
    uint64_t seed;
    const volatile bool *stop;      /* set meanwhile: ZH_STOPPED after the tree; may be NULL */
} zh_boost_params;

typedef struct zh_boost_node {
    float number;    /* a leaf's value, else the cut: x < number goes left */
    uint16_t column; /* ZH_BOOST_LEAF: a leaf */
    uint16_t left;   /* from the tree's first node; the right one follows it */
} zh_boost_node;
#define ZH_BOOST_LEAF UINT16_MAX

typedef struct zh_boost {
    const zh_boost_node *nodes; /* of all trees */
    const uint32_t *first;      /* [trees] a tree's first node */
    uint32_t trees, nodes_count, columns;
    double base;                /* before the first tree */
} zh_boost;

typedef struct zh_boost_bins zh_boost_bins;

/* x is rows x columns. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_boost_bin(zh_boost_bins **out, zh_arena *arena, const float *x, uint32_t rows, uint32_t columns);

/* Learn y[row] (0 or 1 for LOGISTIC) of the `count` >= 1 rows named by `chosen`. What is needed meanwhile is from `scratch`.
 * Errors: ZH_NOMEM, ZH_STOPPED. */
ZH_MUST zh_err zh_boost_fit(zh_boost *out, zh_arena *arena, zh_arena *scratch, const zh_boost_bins *bins, const uint32_t *chosen, uint32_t count, const float *y,
                            const zh_boost_params *params);

double zh_boost_score(const zh_boost *model, const float *row);

/* The bytes of a model, and back; what was put by another build reads the same. Errors: ZH_CORRUPT, ZH_NOMEM. */
void zh_boost_put(const zh_boost *model, zh_buf *out);
ZH_MUST zh_err zh_boost_take(zh_boost *out, zh_arena *arena, zh_reader *in);

#endif
