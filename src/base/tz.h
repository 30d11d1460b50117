/* tz.h -- a time zone from its TZif bytes: UTC to local and back.
 *
 * The bytes of a compiled zone (a file of /usr/share/zoneinfo) are handed in, so pure code converts
 * times without touching the system. Versions 1 to 4 are read; times after the last transition
 * follow the rule in the footer (POSIX TZ text with the extensions of version 3).
 *
 * Guarantees  local(utc(civil)) == civil unless civil falls into a gap. In a **gap** (clocks went
 *             forward) the offset before it is used, so 01:30 becomes 02:30; in an **overlap**
 *             (clocks went back) the earlier of the two moments is meant.
 * Cost        O(log transitions); the open is O(bytes).
 * Threads     many readers.
 * Source      RFC 8536, RFC 9636; POSIX.1-2017, TZ.
 */
#ifndef ZH_BASE_TZ_H
#define ZH_BASE_TZ_H
#include "base/time.h"

#define ZH_TZ_BYTES_MAX 65536 /* the largest zone file of 2025 has 3.6 KB */

typedef struct zh_tz zh_tz;

/* Copies what it needs. The caller closes. Errors: ZH_FORMAT, ZH_FULL, ZH_NOMEM. */
ZH_MUST zh_err zh_tz_open(zh_tz **out, zh_sv bytes);
/* Coordinated Universal Time, needing no bytes; a const value, closing it does nothing. */
const zh_tz *zh_tz_utc(void);
void zh_tz_close(zh_tz *tz);

int32_t zh_tz_offset_s(const zh_tz *tz, int64_t utc_ms); /* local minus UTC at that moment */
zh_civil zh_tz_local(const zh_tz *tz, int64_t utc_ms);
int64_t zh_tz_utc_ms(const zh_tz *tz, const zh_civil *local); /* by the rules above */
int64_t zh_tz_day(const zh_tz *tz, int64_t utc_ms);     /* day number (zh_days_of) of the local date */
int64_t zh_tz_day_start_ms(const zh_tz *tz, int64_t day); /* first moment of that local date */

#endif
