#include "profile/briefs.h"
#include "profile/customer_inside.h"

#define CONTINUES UINT64_C(0x8080808080808080)

typedef struct head { int64_t distance; uint64_t size; } head; /* of an event */

/* Out of one word: distances of at most four bytes and sizes of one, as nearly all have, so that the place of the next event is known soon.
 * Where the event's bytes begin; NULL: it is not such a head. */
static inline const char *read_head(const char *at, const char *end, head *out)
{
    uint64_t word;
    if (end - at < 8) return NULL;
    memcpy(&word, at, sizeof word);
    const uint64_t ends = ~word & CONTINUES;
    const unsigned bits = (unsigned)__builtin_ctzll(ends | UINT64_C(1) << 63) + 1; /* of the distance */
    out->size = word >> (bits & 63) & 0xFF;
    if (bits > 32 || out->size >= 0x80) return NULL;
    word &= ends ^ (ends - 1);
    out->distance = (int64_t)((word & 0x7F) | (word >> 1 & 0x3F80) | (word >> 2 & 0x1FC000) | (word >> 3 & 0xFE00000));
    return at + bits / 8 + 1;
}

/* Any other; NULL: these are no events. */
static const char *read_long_head(const char *at, const char *end, head *out)
{
    zh_reader r = { .at = at, .end = end };
    out->distance = (int64_t)zh_read_var(&r);
    out->size = zh_read_var(&r);
    return r.bad ? NULL : r.at;
}

static uint32_t read_long_name(const char *at, const char *end)
{
    zh_reader r = { .at = at, .end = end };
    return (uint32_t)zh_read_var(&r);
}

uint32_t zh_customer_briefs(const zh_customer_state *s, int64_t from_ms, uint64_t wanted, zh_fact_brief out[ZH_ACTIVITY_FACTS_MAX])
{
    const zh_facts facts = zh_customer_facts(s);
    const char *at = facts.r_.at, *const end = facts.r_.end;
    int64_t time_ms = facts.time_ms_;
    uint32_t count = 0;
    for (uint32_t left = facts.left_; left > 0; left--) {
        head h;
        const char *place = read_head(at, end, &h);
        if (place == NULL) place = read_long_head(at, end, &h);
        if (place == NULL || h.size > (uint64_t)(end - place) || h.size < 3) break;
        time_ms = zh_less(time_ms, h.distance);
        if (time_ms < from_ms) break;
        const uint8_t byte = (uint8_t)place[1]; /* behind act and type */
        const uint32_t name = byte < 0x80 ? byte : read_long_name(place + 1, end);
        out[count] = (zh_fact_brief){ time_ms, place, name, (uint32_t)h.size };
        count += (uint32_t)(wanted >> name % 64 & 1);
        at = place + h.size;
    }
    return count;
}

zh_fact zh_brief_fact(const zh_fact_brief *b)
{
    zh_reader r = zh_reader_on((zh_sv){ b->place_, b->size_ });
    zh_fact fact = { .time_ms = b->time_ms };
    zh_customer_inner_fact_read(&r, &fact);
    return fact;
}

/* A fact's lines begin behind its first bytes. */
bool zh_brief_is(const zh_fact_brief *b, const zh_fact *fact) { return fact->lines_.at > b->place_ && fact->lines_.at <= b->place_ + b->size_; }
