/* quality_inside.h -- how the view of quality lies in memory; for the files of quality only. */
#ifndef ZH_QUALITY_QUALITY_INSIDE_H
#define ZH_QUALITY_QUALITY_INSIDE_H
#include "base/map.h"
#include "quality/bounds.h"
#include "quality/pace.h"
#include "quality/quality.h"

#define QUALITY_NAME_BYTES_MAX 64

typedef struct quality_count {
    int32_t day;
    zh_source_id source;
    uint64_t name_hash;
    char name[QUALITY_NAME_BYTES_MAX];
    uint8_t name_size;
    bool dirty;
    uint32_t counts[ZH_QUALITY_REASONS];
} quality_count;

typedef struct quality_sample {
    uint64_t sequence, customer;
    int64_t commit_ms; /* 0: none */
    uint32_t partition;
    uint8_t detail_size;
    char detail[ZH_QUALITY_DETAIL_BYTES_MAX];
    bool dirty;
} quality_sample;

typedef struct quality_ring {
    quality_sample samples[ZH_QUALITY_SAMPLES_MAX];
    uint64_t seen; /* samples ever: the next place is seen mod the room */
} quality_ring;

#define QUALITY_TRUSTED (1u << 31) /* of a customer: a person said it is true */

struct zh_quality {
    zh_bounds bounds;
    zh_pace pace;
    quality_count *counts;
    size_t counts_count, counts_room;
    zh_map by_row;    /* hash of (day, source, name) -> place in counts */
    quality_ring rings[ZH_QUALITY_REASONS];
    zh_map judged;    /* customer -> bits, QUALITY_TRUSTED */
    zh_map judged_dirty;
    zh_map truths;    /* hash of what is true -> 1 */
    zh_map truths_dirty;
    zh_map gone;      /* row keys whose entries are to be taken back: hash -> day, source packed */
    uint64_t apart;   /* events kept out of learning */
    bool apart_dirty;
};

uint64_t zh_quality_true_event_(uint32_t partition, uint64_t sequence);
uint64_t zh_quality_true_events_(zh_quality_reason reason, zh_source_id source, zh_sv name);
uint64_t zh_quality_row_hash_(int32_t day, zh_source_id source, uint64_t name_hash);
/* Room for one more row; the oldest day goes where there is none. ZH_NOMEM. */
zh_err zh_quality_row_(zh_quality *quality, int32_t day, zh_source_id source, zh_sv name, quality_count **out);

#endif
