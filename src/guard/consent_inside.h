/* consent_inside.h -- what consent.c and consent_lines.c share; for those two only.
 *
 * The lines of a customer are a chain, newest first, of places in one buffer. A line has the places of its texts in the
 * fold's own table of texts. The order of lines is total (time, then every other part), and of more than
 * ZH_CONSENT_LINES_MAX the oldest goes, so the chain does not depend on the order of arrival.
 */
#ifndef ZH_GUARD_CONSENT_INSIDE_H
#define ZH_GUARD_CONSENT_INSIDE_H
#include "base/map.h"
#include "guard/consent.h"

#define ZH_CONSENT_LINES_KEY 255 /* in the place of the field, in the key of a kept entry */

typedef struct zh_consent_lines {
    zh_buf rows;     /* lines, dense; a free one is in the chain `free_` */
    zh_map heads;    /* customer -> place of the newest line + 1 */
    zh_map changed;  /* customer -> 0: touched since the last save */
    uint32_t free_;  /* place + 1 of the first free line */
} zh_consent_lines;

struct zh_consents {
    zh_arena home;   /* this struct lives in it */
    zh_buf cells;    /* cell[], dense; a dropped one is filled by the last */
    zh_map index;    /* key -> number of the cell */
    zh_map changed;  /* key -> 0: touched since the last save */
    zh_buf texts;    /* [size u8][bytes], each distinct text once; the empty one at 0 */
    zh_map text_at;  /* hash -> place in texts; a taken place: the next number */
    zh_consent_lines lines;
    uint64_t counts[ZH_CONSENT_FIELDS][ZH_CHOICE_YES + 1]; /* words by field and choice */
};

zh_sv zh_consent_text_of(const zh_consents *consents, uint32_t place);
ZH_MUST zh_err zh_consent_keep_text(zh_consents *consents, zh_sv text, uint32_t *place);
void zh_consent_put_proof(const uint8_t proof[ZH_CONSENT_PROOF_BYTES], zh_buf *out);

void zh_consent_lines_open(zh_consent_lines *lines, size_t bytes_max);
void zh_consent_lines_close(zh_consent_lines *lines);
ZH_MUST zh_err zh_consent_lines_add(zh_consents *consents, const zh_consent_change *change);
ZH_MUST zh_err zh_consent_lines_merge(zh_consent_lines *lines, const zh_consents *consents, zh_customer_id gone, zh_customer_id kept);
ZH_MUST zh_err zh_consent_lines_forget(zh_consent_lines *lines, zh_customer_id customer);
ZH_MUST zh_err zh_consent_lines_save(zh_consents *consents, bool all, zh_keep keep);
ZH_MUST zh_err zh_consent_lines_load(zh_consents *consents, zh_customer_id customer, zh_sv value);
bool zh_consent_lines_check(const zh_consents *consents);

#endif
