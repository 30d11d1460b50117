/* problem.h -- a recommendation problem: what may be learned from, what is asked, what was right.
 *
 *     dataset --zh_split_make--> split --(leave one out | hold out)--> split --zh_problem_make--> problem
 *
 * A split is three tables of sequences with one row a user (train: to learn from; valid: known when
 * asking, not learned from; test: the answer). A session file has one row a session in train and
 * test. The problem numbers the items: the catalogue is every id of train and valid, in the order
 * of zh_names_order, so "the lower item number" in a tie is the lower id.
 *
 * Questions   lists: one a user with test items; known = train then valid, in order.
 *             sessions: one a click from the second on; known = the clicks before it.
 *             Known items outside the catalogue are left out; as answers they are misses.
 * Guarantees  the same files and seed give the same problem, bit by bit.
 * Cost        O(events + sorting the names); memory is the caller's arena.
 * Threads     a made problem is read-only.
 */
#ifndef ZH_MODEL_PROBLEM_H
#define ZH_MODEL_PROBLEM_H
#include "base/rng.h"
#include "model/dataset.h"
#include "model/rows.h"

typedef struct zh_split {
    bool sessions;
    const uint32_t *item_order;        /* item names in catalogue order */
    uint32_t items_named;              /* ids of all parts */
    zh_rows part[ZH_PARTS];            /* entries are name numbers */
    const double *first_s[ZH_PARTS];   /* sessions: time of the first and last click of a row; else NULL */
    const double *last_s[ZH_PARTS];
} zh_split;

/* Group the events into sequences: by time where the part has times (ties in file order), else in
 * file order. Users: rows of all parts are the same users, ordered by id. Sessions: rows of a part
 * are ordered by last click, then id. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_split_make(zh_split *out, zh_arena *arena, const zh_dataset *data);

/* Users of at least three train items: the last becomes test, the one before it valid; others are
 * dropped. What was valid or test before is not looked at. */
ZH_MUST zh_err zh_split_leave_one_out(zh_split *out, zh_arena *arena, const zh_split *all);

/* A problem for choosing parameters that does not touch test. Where there are valid items they
 * become test. Else a tenth of each user's train items, drawn with `seed`, at least one of two
 * (drawn because not every file is in order of time); sessions: the last tenth by last click. */
ZH_MUST zh_err zh_split_hold_out(zh_split *out, zh_arena *arena, const zh_split *from, uint64_t seed);

/* What a model may look at. */
typedef struct zh_train {
    uint32_t items;          /* the catalogue */
    zh_rows seq;             /* sequences: rows of items, in order, repeats kept */
    zh_rows x, xt;           /* the same as a set: row x items, and item x rows; ascending */
    const uint32_t *count;   /* [items] rows that hold the item; sessions: clicks on it */
    const double *time_s;    /* [seq.count] time of the last click of a session; NULL for users */
    const uint32_t *kind;    /* [items] below kinds; NULL but for baskets (basket.h) */
    uint32_t kinds;
    zh_rows words, word_items; /* item x words of its title, and word x items; empty but for baskets */
} zh_train;

typedef struct zh_query {
    const uint32_t *known;   /* items in order of time, newest last, repeats kept */
    uint32_t count;          /* of known; may be 0 */
    double time_s;           /* start of the session; 0 for users */
    const uint32_t *masked;  /* items that are no answer: users what is known, sessions nothing */
    uint32_t masked_count;
} zh_query;

typedef struct zh_problem {
    bool sessions;
    zh_train train;
    const uint32_t *item_name; /* [items] number in dataset.items */
    uint32_t queries;
    const zh_query *query;     /* [queries] */
    zh_rows target;            /* [queries] right answers of the catalogue, as a set */
    const uint32_t *wanted;    /* [queries] right answers, those outside the catalogue too; >= 1 */
    const double *weight;      /* [queries] of a question in the means, > 0; NULL: all the same */
} zh_problem;

/* `refit`: learn from train and valid. Errors: ZH_NOMEM; ZH_ABSENT when train is empty or no
 * question is left (*why says which). */
ZH_MUST zh_err zh_problem_make(zh_problem *out, zh_arena *arena, const zh_split *split, bool refit, zh_note *why);

/* Everything there is, to learn from; nothing is asked. Errors: ZH_NOMEM; ZH_ABSENT when train and valid are empty. */
ZH_MUST zh_err zh_problem_learn(zh_problem *out, zh_arena *arena, const zh_split *split, zh_note *why);

/* Keep at most `queries_max` questions, drawn with `seed`, in their order. */
ZH_MUST zh_err zh_problem_sample(zh_problem *problem, zh_arena *arena, uint32_t queries_max, uint64_t seed);

#endif
