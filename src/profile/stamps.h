/* stamps.h -- when did this customer last do something like that? 128 bytes that say "not since" of most questions, before anything of his is read.
 *
 * "Viewed something of tea in the last seven days" is true for few of a million customers, and whoever asks all of them waits for memory: a customer's
 * events lie anywhere. His stamps lie beside those of others. What an event says (its name; its name with an item, a category or a brand of its lines)
 * is hashed to one of ZH_STAMP_SLOTS places, which keeps the age of the newest such event: a Bloom filter (Bloom, CACM 13, 1970) of one hash whose bits
 * are days, so one filter serves windows of any length.
 *
 *     age      days before the customer's newest event; 254: so many or more; 255: never
 *
 * Guarantees  what he did in a window is never denied. What he did not do is, but for the chance that something else has the same place:
 *             about (names + 3 x lines in the window) / ZH_STAMP_SLOTS. Events that went (too old to be kept, taken back) may still be said.
 * Cost        an event: some ns, and 2 lines of cache; a question: 2 ns.
 * Not here    where the rows lie and whose they are (customer.h); what of a condition may be asked (segment/plan.h).
 */
#ifndef ZH_PROFILE_STAMPS_H
#define ZH_PROFILE_STAMPS_H
#include "base/hash.h"
#include "profile/activity.h"

#define ZH_STAMP_SLOTS 118
#define ZH_STAMP_AGE_MAX 254
#define ZH_STAMP_NEVER 255

typedef struct zh_stamps {
    uint64_t number;               /* the customer */
    uint16_t newest;               /* UTC day of his newest event */
    uint8_t ages[ZH_STAMP_SLOTS];
} zh_stamps;
_Static_assert(sizeof(zh_stamps) == 128, "two lines of cache");

typedef enum zh_stamp_kind { ZH_STAMP_NAME, ZH_STAMP_ITEM, ZH_STAMP_CATEGORY, ZH_STAMP_BRAND } zh_stamp_kind;

/* No event yet. */
void zh_stamps_clear(zh_stamps *stamps, uint64_t number);
/* An event, of any time. */
void zh_stamps_event(zh_stamps *stamps, const zh_fact *fact);

/* The place of an event's name, with a term of its lines (0 for ZH_STAMP_NAME). */
static inline uint32_t zh_stamp_slot(uint32_t name, zh_stamp_kind kind, uint32_t term)
{
    const uint64_t mixed = zh_mix64((uint64_t)name << 32 ^ (uint64_t)kind << 62 ^ term);
    return (uint32_t)((mixed >> 32) * ZH_STAMP_SLOTS >> 32);
}

uint16_t zh_stamp_day(int64_t time_ms); /* UTC, since 1970-01-01; what is before or after 65,535 is one of these */

/* May there be any event on or after that day? */
static inline bool zh_stamps_reach(const zh_stamps *stamps, uint16_t day) { return stamps->newest >= day; }

/* May there be an event of this place on or after that day (0: ever)? False: there is none. */
static inline bool zh_stamps_may(const zh_stamps *stamps, uint32_t slot, uint16_t day)
{
    const int reach = (int)stamps->newest - (int)day;
    return reach >= 0 && stamps->ages[slot] <= (reach < ZH_STAMP_AGE_MAX ? reach : ZH_STAMP_AGE_MAX);
}

#endif
