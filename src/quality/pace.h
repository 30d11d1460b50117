/* pace.h -- how fast customers go, and who goes alike: robots and invented customers, by a table of fixed size.
 *
 * A slot a customer, found by the customer's number; a newcomer takes a slot when its owner was last seen in another hour,
 * or has been quieter than the newcomers that asked for it (as in the Misra-Gries summary: who sends much is never lost).
 * Times are the customer's own; where the client gave none, or only whole minutes, pace says nothing.
 *
 *     rate      views and adds within a minute of ZH_PACE_MINUTE_MAX, or within an hour of ZH_PACE_HOUR_MAX
 *     sweep     in one day ZH_PACE_DAY_MAX views, hardly one item twice, and nothing put into a cart
 *     alike     the first ZH_PACE_STEPS things of ZH_PACE_ALIKE_MAX new customers are the same (act, items, quantities), the same
 *               seconds apart, all begun within ZH_PACE_ALIKE_MS: people who follow one link differ in their seconds
 *     reviews   the same words of at least 40 bytes from ZH_PACE_WORDS_MAX customers; ZH_PACE_RATINGS_MAX equal ratings of an item in an hour
 *
 * Guarantees  integers; the same events in the same order give the same entries.
 * Cost        about 20 ns an event; 1.3 MB.
 * Source      Misra, Gries, Science of Computer Programming 2 (2), 1982.
 */
#ifndef ZH_QUALITY_PACE_H
#define ZH_QUALITY_PACE_H
#include "base/keep.h"
#include "core/event.h"

#define ZH_PACE_SLOTS 8192u    /* a power of two; customers that are active within one hour and fast */
#define ZH_PACE_BURSTS 512u    /* a power of two; ways to begin, and reviews, remembered */
#define ZH_PACE_BLOCK 64u      /* slots of one entry */
#define ZH_PACE_MINUTE_MAX 120 /* two a second, a whole minute long */
#define ZH_PACE_HOUR_MAX 1500  /* one each 2.4 s, a whole hour long */
#define ZH_PACE_DAY_MAX 500
#define ZH_PACE_STEPS 3
#define ZH_PACE_ALIKE_MAX 20
#define ZH_PACE_ALIKE_MS (30 * 60 * 1000)
#define ZH_PACE_WORDS_MAX 5
#define ZH_PACE_WORDS_BYTES_MIN 40
#define ZH_PACE_WORDS_MS (7LL * 86400000)
#define ZH_PACE_RATINGS_MAX 30

typedef struct zh_pace_slot {
    uint64_t customer;    /* 0: free */
    int64_t last_ms;
    uint64_t chain;       /* of what a new customer did so far */
    uint64_t seen[4];     /* a bit for each item of the day, by hash */
    int32_t minute, hour, day;
    uint16_t in_minute, in_hour, in_day;
    uint16_t asked;       /* newcomers turned away since the owner came last */
    uint8_t steps;        /* of a new customer; UINT8_MAX: not new */
    bool has_added;
} zh_pace_slot;

typedef struct zh_pace_burst {
    uint64_t what;        /* 0: free */
    int64_t first_ms;
    uint64_t customers[ZH_PACE_ALIKE_MAX]; /* the first ones */
    uint32_t count;
} zh_pace_burst;

typedef struct zh_pace {
    zh_pace_slot *slots;
    zh_pace_burst *bursts;
    uint8_t slots_dirty[ZH_PACE_SLOTS / ZH_PACE_BLOCK], bursts_dirty[ZH_PACE_BURSTS];
} zh_pace;

ZH_MUST zh_err zh_pace_open(zh_pace *pace);
void zh_pace_close(zh_pace *pace);

/* Follow an event of a customer. Returns bits of zh_quality_reason that the *customer* is judged by (BOT_…, FAKE_CUSTOMER) or the
 * event alone (FAKE_REVIEW). Where FAKE_CUSTOMER is found, `alike` gets the customers before this one that began alike; *alike_count
 * at most ZH_PACE_ALIKE_MAX. */
uint32_t zh_pace_see(zh_pace *pace, const zh_event *event, bool is_new, uint64_t alike[ZH_PACE_ALIKE_MAX], uint32_t *alike_count);

/* Entries under 'p' (slots, by block) and 'u' (bursts). */
ZH_MUST zh_err zh_pace_save(zh_pace *pace, bool all, zh_keep keep);
ZH_MUST zh_err zh_pace_load(zh_pace *pace, char part, zh_sv key, zh_sv value); /* the key without its first byte */

#endif
