#include "model/scores.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <string.h>

zh_err zh_scores_open(zh_scores *out, zh_arena *arena, zh_arena *scratch, uint32_t items)
{
    *out = (zh_scores){ .items = items, .scratch = scratch, .question_ = 1 };
    out->value = ZH_TAKE(arena, float, items);
    out->touched = ZH_TAKE(arena, uint32_t, (size_t)items + 1); /* add() writes one past the count */
    out->seen_ = ZH_TAKE(arena, uint32_t, items);
    out->best_ = ZH_TAKE(arena, zh_top_entry, ZH_SCORES_K_MAX);
    return out->value == NULL || out->touched == NULL || out->seen_ == NULL || out->best_ == NULL ? ZH_NOMEM : ZH_OK;
}

void zh_scores_add(zh_scores *s, const zh_scored *add, size_t count, float weight)
{
    float *restrict value = s->value;
    if (s->way == ZH_SCORES_BLIND) {
        for (size_t i = 0; i < count; i++) value[add[i].item] += weight * add[i].score;
        return;
    }
    uint32_t *restrict touched = s->touched, noted = s->count;
    for (size_t i = 0; i < count; i++) {
        const float before = value[add[i].item];
        touched[noted] = add[i].item; /* written always, counted once: no branch to guess */
        noted += before == 0;
        value[add[i].item] = before + weight * add[i].score;
    }
    s->count = noted;
}

/* A float as an integer of the same order: its bits, once negative ones are turned round. */
static int64_t rank_of(float score)
{
    int32_t bits;
    memcpy(&bits, &score, sizeof bits);
    return bits >= 0 ? bits : (int64_t)INT32_MIN - bits; /* -0 is 0 */
}

/* The best so far, and the score that a newcomer must reach: a cheap test that most fail. */
typedef struct sieve {
    zh_top top;
    float low;
} sieve;

static inline void offer(sieve *best, float score, uint32_t item)
{
    if (score < best->low || score == -INFINITY) return;
    zh_top_offer(&best->top, rank_of(score), item, 0);
    if (best->top.count == best->top.limit) {
        const int32_t bits = (int32_t)(best->top.entries[0].score >= 0 ? best->top.entries[0].score : INT32_MIN - best->top.entries[0].score);
        memcpy(&best->low, &bits, sizeof bits);
    }
}

/* Eight at once, at any address; gcc and clang both make these one instruction a line. */
typedef float lanes __attribute__((vector_size(32), aligned(4), may_alias));
typedef int32_t lane_bits __attribute__((vector_size(32)));
typedef int64_t lane_words __attribute__((vector_size(32)));

/* Does one of value[0..32) reach `low`? Most blocks hold nothing good enough, and this says so fast. */
static inline bool any_reaches(const float *value, float low)
{
    const lanes *v = (const lanes *)value;
    const lane_bits reached = (v[0] >= low) | (v[1] >= low) | (v[2] >= low) | (v[3] >= low);
    const lane_words w = (lane_words)reached;
    return (w[0] | w[1] | w[2] | w[3]) != 0;
}

static void sift_all(sieve *best, const float *value, uint32_t items)
{
    enum { STEP = 32 };
    uint32_t item = 0;
    for (; item + STEP <= items; item += STEP)
        if (any_reaches(value + item, best->low))
            for (uint32_t j = 0; j < STEP; j++) offer(best, value[item + j], item + j);
    for (; item < items; item++) offer(best, value[item], item);
}

static void clear(zh_scores *s, const zh_scores_ask *ask)
{
    if (s->way != ZH_SCORES_NOTED) {
        memset(s->value, 0, s->items * sizeof *s->value);
    } else {
        for (uint32_t i = 0; i < s->count; i++) s->value[s->touched[i]] = 0;
        for (uint32_t i = 0; i < ask->masked_count; i++) s->value[ask->masked[i]] = 0;
    }
    s->count = 0;
    s->way = ZH_SCORES_NOTED;
    zh_arena_reset(s->scratch);
    if (++s->question_ == 0) { /* after 2^32 questions the marks would lie */
        memset(s->seen_, 0, s->items * sizeof *s->seen_);
        s->question_ = 1;
    }
}

/* Sifted and sorted, best first. */
static size_t find_best(zh_scores *s, const zh_scores_ask *ask)
{
    assert(ask->k >= 1 && ask->k <= ZH_SCORES_K_MAX);
    for (uint32_t i = 0; i < ask->masked_count; i++) s->value[ask->masked[i]] = -INFINITY;

    sieve best = { zh_top_open(s->best_, ask->k), .low = -INFINITY };
    if (s->way != ZH_SCORES_DENSE) best.low = FLT_TRUE_MIN; /* sparse: 0 is no answer */
    if (s->way != ZH_SCORES_NOTED)
        sift_all(&best, s->value, s->items);
    else
        for (uint32_t i = 0; i < s->count; i++) offer(&best, s->value[s->touched[i]], s->touched[i]);
    zh_top_sort(&best.top);
    return best.top.count;
}

void zh_scores_top(zh_scores *s, const zh_scores_ask *ask, uint32_t *out)
{
    const size_t count = find_best(s, ask);
    uint32_t k = 0;
    for (; k < count; k++) out[k] = (uint32_t)s->best_[k].key;
    for (uint32_t item = 0; ask->fill && s->way != ZH_SCORES_DENSE && k < ask->k && item < s->items; item++)
        if (s->value[item] == 0) out[k++] = item;
    for (; k < ask->k; k++) out[k] = ZH_SCORES_NONE;
    clear(s, ask);
}

uint32_t zh_scores_rows(zh_scores *s, const zh_scores_ask *ask, zh_scored *out)
{
    const size_t count = find_best(s, ask);
    uint32_t kept = 0;
    for (; kept < count; kept++) {
        const uint32_t item = (uint32_t)s->best_[kept].key;
        if (!(s->value[item] > 0)) break;
        out[kept] = (zh_scored){ item, s->value[item] };
    }
    clear(s, ask);
    return kept;
}
