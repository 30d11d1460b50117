/* quality_fuzz.c -- any bytes as words, shapes and kept entries of plan and quality: refused, or read, written again and kept the same. */
#include "quality/plan.h"
#include "quality/quality.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void must(bool promise)
{
    if (!promise) abort();
}

typedef struct views { zh_plan *plan; zh_quality *quality; } views;

static void take(views *v, zh_sv part, uint64_t at)
{
    zh_word word, same;
    zh_shape shape;
    bool is_new;
    zh_shape_read(part, &shape);
    must(shape.count <= ZH_SHAPE_MEMBERS_MAX && shape.print == zh_shape_print(part));
    zh_event event = { .type = ZH_EVENT_TRACK, .act = (zh_act)(part.size % ZH_ACT_COUNT), .source = { 1 }, .name = zh_sv_part(part, 0, part.size % 7), .properties = part,
                       .customer = { at % 5 + 1 }, .time_ms = (int64_t)at * 1000 + 1 };
    zh_quality_look look = { .event = &event, .sequence = at, .commit_ms = 1700000000000 };
    uint32_t reasons;
    must(zh_plan_see(v->plan, &event, look.commit_ms, &look.shape_reasons, &look.shape_which) == ZH_OK);
    must(zh_quality_fold(v->quality, &look, &reasons) == ZH_OK);
    if (zh_word_get(part, &word) == ZH_OK) {
        zh_buf again = zh_buf_open(1 << 20);
        zh_word_put(&word, &again);
        must(zh_word_get(zh_buf_view(&again), &same) == ZH_OK && same.what == word.what && same.rule.count == word.rule.count);
        if (word.what == ZH_WORD_RULE) must(zh_plan_rule(v->plan, &word) == ZH_OK);
        else must(zh_quality_say(v->quality, &word, &is_new) == ZH_OK);
        zh_buf_close(&again);
    }
    (void)!zh_plan_load(v->plan, zh_sv_part(part, 0, 8), zh_sv_part(part, 8, SIZE_MAX));
    (void)!zh_quality_load(v->quality, zh_sv_part(part, 0, part.size % 10), zh_sv_part(part, part.size % 10, SIZE_MAX));
}

/* Input: parts one after the other, each [size u16][bytes]. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    views v;
    must(zh_plan_open(&v.plan) == ZH_OK && zh_quality_open(&v.quality) == ZH_OK);
    for (size_t at = 0; at + 2 <= size;) {
        size_t part = (size_t)bytes[at] | (size_t)bytes[at + 1] << 8;
        at += 2;
        if (part > size - at) part = size - at;
        take(&v, (zh_sv){ (const char *)bytes + at, part }, at);
        at += part;
    }
    zh_plan_close(v.plan);
    zh_quality_close(v.quality);
    return 0;
}
