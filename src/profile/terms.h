/* terms.h -- the names a shop uses, each with a small number: event names, items, categories, brands.
 *
 * A customer's activity (activity.h) names them thousands of times; a number of one to three bytes stands for a text there.
 * Numbers are given in the order of first sight, which is that of the log: a rebuild gives the same ones, another log does not.
 *
 * Names of categories and brands are known by a hash besides, for who keeps that alone (a customer's tastes).
 *
 * Guarantees  a number, once given, means the same text for ever; equal texts have one number. A hash keeps the text it had first.
 * Limits      ZH_TERMS_MAX texts of ZH_PROFILE_NAME_BYTES_MAX bytes (longer ones are cut at a character). Past it new texts
 *             get the number 0, "not known", which equals nothing.
 * Cost        a look-up: one hash and two misses of the cache; about 60 bytes a text.
 * Threads     readers together or one writer.
 */
#ifndef ZH_PROFILE_TERMS_H
#define ZH_PROFILE_TERMS_H
#include "base/keep.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ZH_TERMS_MAX (1u << 20)

typedef struct zh_terms zh_terms; /* opaque */

ZH_MUST zh_err zh_terms_open(zh_terms **out); /* caller closes; ZH_NOMEM */
void zh_terms_close(zh_terms *terms);

/* The number of a text, given now where it is new; 0: empty, or there are ZH_TERMS_MAX. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_terms_take(zh_terms *terms, zh_sv text, uint32_t *number);
uint32_t zh_terms_find(const zh_terms *terms, zh_sv text);     /* 0: unknown */
zh_sv zh_terms_text(const zh_terms *terms, uint32_t number);   /* empty: unknown; valid until close */
uint64_t zh_terms_hash(const zh_terms *terms, uint32_t number); /* of the text: the same in every table; 0: unknown */
uint32_t zh_terms_count(const zh_terms *terms);
size_t zh_terms_bytes(const zh_terms *terms);

/* Keep (base/keep.h). Key: the number, 4 bytes, or the hash of a name, 8 bytes, big-endian. Value: the text. Errors: the keeper's, ZH_NOMEM, ZH_CORRUPT. */
ZH_MUST zh_err zh_terms_save(zh_terms *terms, bool all, zh_keep keep);
ZH_MUST zh_err zh_terms_load(zh_terms *terms, zh_sv key, zh_sv value);

/* A name under the caller's hash (zh_taste_hash()), cut as texts are. Nothing where the hash is known, or there are ZH_TERMS_MAX names: that
 * one is then "not known". Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_terms_name_put(zh_terms *terms, uint64_t hash, zh_sv text);
zh_sv zh_terms_name(const zh_terms *terms, uint64_t hash); /* empty: unknown; valid until close */

bool zh_terms_check(const zh_terms *terms, const char **why);

#endif
