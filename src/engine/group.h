/* group.h -- a group of customers, and its portrait beside the whole.
 *
 * A group is who is in a kept segment, or for whom an expression holds; neither is said: everybody. Who refused analytics is in none.
 *
 * Guarantees  exact as of the call: every customer is asked once (crowd.h), as he is then; devices and sources are of
 *             ZH_GROUP_DRAWN customers of each side drawn by their numbers, their ZH_GROUP_DRAWN_EVENTS newest events.
 * Cost        9 us a customer (measure/group_portrait.h) and the reading of drawn events; the world's read lock is held for ZH_CROWD_STEP customers at a time.
 * Limits      ZH_GROUP_WORK_MS: what was not asked by then is said.
 * Threads     any.
 */
#ifndef ZH_ENGINE_GROUP_H
#define ZH_ENGINE_GROUP_H
#include "engine/group_shop.h"
#include "measure/group_portrait.h"
#include "segment/vocabulary.h"

#define ZH_GROUP_WORK_MS 60000
#define ZH_GROUP_DRAWN 500       /* a share of a half is known to 6 points */
#define ZH_GROUP_DRAWN_EVENTS 5  /* each is read from the log */

/* ---- who is in it ---- */

typedef struct zh_group_of { zh_sv segment, expression; } zh_group_of; /* at most one of both */

typedef struct zh_group_test { /* is a customer in it? */
    bool is_everybody, is_segment;
    uint32_t segment;
    zh_condition condition;
    zh_look look;
    zh_arena scratch;
    zh_json *json;
    uint64_t failed;         /* the expression had no answer for them: they are not in it */
} zh_group_test;
/* Errors: ZH_FORMAT, ZH_FULL: the expression (why says what and where); ZH_ABSENT: no such segment; ZH_NOMEM. */
ZH_MUST zh_err zh_group_test_open(zh_group_test *out, zh_engine *engine, zh_group_of of, int64_t now_ms, zh_arena *arena, zh_cel_fault *why);
void zh_group_test_close(zh_group_test *test);
bool zh_group_has(zh_group_test *test, const zh_world *world, const zh_customer_state *state); /* under the world's read lock */

/* ---- its portrait ---- */

typedef struct zh_group_ask {
    zh_group_of group, whole; /* whole: everybody where nothing is said */
} zh_group_ask;

typedef struct zh_group_answer {
    zh_group_portrait *portrait;  /* the caller closes */
    zh_json *json;                /* its, and the next */
    zh_group_shop shop;
    bool is_part;                 /* the whole is everybody: the group is a part of it */
    uint64_t customers, asked;    /* there are; fewer where time ran out */
    uint64_t refused;             /* analytics: in no side */
    uint64_t failed;
    uint64_t reach[2][ZH_CHANNEL_COUNT]; /* of the group, of the whole, who allowed marketing by the channel */
    zh_boundaries boundaries;
    bool has_boundaries;
    int64_t now_ms, took_us;
} zh_group_answer;
/* Errors: as zh_group_test_open. */
ZH_MUST zh_err zh_engine_group_portrait(zh_engine *engine, const zh_group_ask *ask, zh_arena *arena, zh_group_answer *out, zh_cel_fault *why);
void zh_group_answer_close(zh_group_answer *answer);

#endif
