/* erased.h -- records of erased customers: whose is it, and what stands in its place once it is emptied. Pure.
 *
 * Every kind of record that names a customer is known here; a new kind must be added, or its customers cannot be forgotten
 * (tests/engine/erased_test.c goes through all kinds).
 *
 * Cost        nothing where nobody was ever erased; else one look-up, and reading the head of the record.
 */
#ifndef ZH_ENGINE_ERASED_H
#define ZH_ENGINE_ERASED_H
#include "profile/erasures.h"

/* Is this record one of an erased customer, whole? A list of several customers is not: see below. Where it is a decision, *decision is its id. */
bool zh_erased_is(const zh_erasures *erasures, zh_sv record, zh_decision_id *decision);

/* The number of the erasure it belongs to; of a list the first one on it; 0: none. */
uint32_t zh_erased_whose(const zh_erasures *erasures, zh_sv record);

/* What stands in its place, into `out` (reset first): GONE, or a list without him. *count grows by one, or by those who left the list.
 * ZH_EXISTS: there is nothing of an erased customer in it. */
ZH_MUST zh_err zh_erased_empty(const zh_erasures *erasures, zh_sv record, zh_buf *out, uint64_t *count);

#endif
