#include "model/head.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* The bits of a float that is not below 0 are in the order of the numbers. */
int64_t zh_head_score(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (int64_t)bits;
}

static float value_of(int64_t score)
{
    const uint32_t bits = (uint32_t)score;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

zh_head *zh_head_open(const zh_top *top, float base)
{
    assert(top->count == top->limit && top->limit <= ZH_HEAD_PLACES && top->limit > 0);
    zh_head *head = malloc(sizeof *head);
    if (head == NULL) return NULL;
    head->rest = value_of(top->entries[0].score); /* the least of them stands first: what did not get in has no more */
    head->base = base;
    head->count = (uint32_t)top->count;
    for (size_t i = 0; i < top->count; i++) head->index[i] = (uint32_t)top->entries[i].extra;
    return head;
}

bool zh_head_mind(zh_head *head, uint32_t index, float old, float new)
{
    if (new <= head->rest || old > head->rest) return true; /* old > rest: it is in it */
    for (uint32_t i = 0; i < head->count; i++)
        if (head->index[i] == index) return true;
    if (head->count == ZH_HEAD_ROOM) return false;
    head->index[head->count++] = index;
    return true;
}
