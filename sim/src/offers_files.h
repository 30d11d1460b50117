/* offers_files.h -- the world of offers over files: the log of a trial, people to choose from, and the judgement of a choice.
 *
 *     trial   customer, what is seen of him, arm ("none", "off10"), propensity, margin_cents, cost_cents: arms drawn alike for all
 *     ask     customer, what is seen of him: other customers of the same shop
 *     judge   reads customer, arm; who is not in it gets no mention. A JSON line a policy, or a table; zh_offers_judge says what
 *
 * Errors      ZH_FORMAT a choice that cannot be read, `why` says which line; ZH_IO where out cannot be written; ZH_NOMEM.
 */
#ifndef ZH_SIM_OFFERS_FILES_H
#define ZH_SIM_OFFERS_FILES_H
#include "offers.h"

#include <stdio.h>

#define ZH_OFFERS_CHOICES_BYTES_MAX ((size_t)64 << 20) /* a million customers, 20 bytes each, and room for more columns */

typedef struct zh_offers_job {
    const zh_offers_world *world;
    uint32_t customers;
    double budget_cents;
    uint32_t lucks;
    zh_sv choices; /* the text of the file, for judge */
    bool json;
} zh_offers_job;

ZH_MUST zh_err zh_offers_trial(const zh_offers_job *job, FILE *out);
ZH_MUST zh_err zh_offers_people(const zh_offers_job *job, FILE *out);
ZH_MUST zh_err zh_offers_sentence(const zh_offers_job *job, zh_arena *arena, FILE *out, zh_note *why);

#endif
