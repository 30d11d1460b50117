#include "engine/merge_read.h"

#include <stdlib.h>

typedef struct lane {
    zh_log_reader *reader;
    zh_log_frame frame; /* waiting, where has_frame */
    bool has_frame;
    uint64_t position;  /* first record not given out */
} lane;

struct zh_merge_read {
    uint32_t lanes_count;
    lane *lanes;
};

zh_err zh_merge_read_open(zh_merge_read **out, zh_log *log, const uint64_t *positions, zh_note *why)
{
    zh_merge_read *r = calloc(1, sizeof *r);
    if (r == NULL) return ZH_NOMEM;
    r->lanes_count = zh_log_partitions(log);
    r->lanes = calloc(r->lanes_count, sizeof *r->lanes);
    zh_err e = r->lanes == NULL ? ZH_NOMEM : ZH_OK;
    for (uint32_t p = 0; e == ZH_OK && p < r->lanes_count; p++) {
        r->lanes[p].position = positions[p];
        e = zh_log_reader_open(&r->lanes[p].reader, log, p, positions[p]);
        if (e != ZH_OK) zh_note_set(why, "partition %u of the log cannot be read from record %llu", p, (unsigned long long)positions[p]);
    }
    if (e != ZH_OK) {
        zh_merge_read_close(r);
        return e;
    }
    *out = r;
    return ZH_OK;
}

void zh_merge_read_close(zh_merge_read *r)
{
    if (r == NULL) return;
    for (uint32_t p = 0; r->lanes != NULL && p < r->lanes_count; p++) zh_log_reader_close(r->lanes[p].reader);
    free(r->lanes);
    free(r);
}

zh_err zh_merge_read_next(zh_merge_read *r, uint32_t *partition, zh_log_frame *frame, zh_note *why)
{
    lane *first = NULL;
    for (uint32_t p = 0; p < r->lanes_count; p++) {
        lane *l = &r->lanes[p];
        if (!l->has_frame) {
            const zh_err e = zh_log_reader_next(l->reader, &l->frame);
            if (e != ZH_OK && e != ZH_ABSENT) {
                zh_note_set(why, "%s", zh_log_reader_why(l->reader)[0] != '\0' ? zh_log_reader_why(l->reader) : zh_err_text(e));
                return e;
            }
            l->has_frame = e == ZH_OK;
        }
        if (l->has_frame && (first == NULL || l->frame.commit_ms < first->frame.commit_ms)) {
            first = l;
            *partition = p;
        }
    }
    if (first == NULL) return ZH_ABSENT;
    *frame = first->frame;
    first->has_frame = false;
    first->position = frame->first_sequence + frame->count;
    return ZH_OK;
}

uint64_t zh_merge_read_position(const zh_merge_read *r, uint32_t partition)
{
    return r->lanes[partition].position;
}
