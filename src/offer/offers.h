/* offers.h -- the public register of offers: what each says now, and everything it said before. A view.
 *
 * A definition is a setting "offer/NAME": { "definition": { … }, "former": { … } }. Each other text is a new **version**, from 1; a coupon keeps the version it
 * was claimed under, and a quote names the versions it was made of, so none is ever forgotten.
 *
 * Guarantees  the same definitions in the same order give the same entries. One that cannot be read (of a newer release) is kept and not in force.
 * Lifetimes   an offer stays as long as the register.
 * Cost        find O(log offers); about 3 KB a version.
 * Threads     readers together or one writer.
 */
#ifndef ZH_OFFER_OFFERS_H
#define ZH_OFFER_OFFERS_H
#include "base/keep.h"
#include "offer/offer.h"

#define ZH_OFFER_SETTING "offer/"    /* how the settings are called that define one */
#define ZH_OFFERS_MAX 100            /* names, deleted ones too: their history stays public */
#define ZH_OFFER_VERSIONS_MAX 64     /* of one; then a new name says that it is another offer */

typedef struct zh_offer_version {
    zh_offer offer;
    zh_sv text;         /* of the definition; empty: it was deleted */
    int64_t at_ms;
    bool is_good;       /* read; else it is not in force, and `fault` says why */
    zh_offer_fault fault;
} zh_offer_version;

typedef struct zh_offers zh_offers; /* opaque */
ZH_MUST zh_err zh_offers_open(zh_offers **out); /* ZH_NOMEM; the caller closes */
void zh_offers_close(zh_offers *offers);

/* What the setting of this name says from now on; empty: it was deleted. What it says already changes nothing. Errors: ZH_NOMEM; ZH_FULL: of names or
 * versions there are too many, and nothing changes. */
ZH_MUST zh_err zh_offers_define(zh_offers *offers, zh_sv name, zh_sv setting, int64_t at_ms);
/* Is there room for one more version of this name? */
bool zh_offers_has_room(const zh_offers *offers, zh_sv name);

/* What is in force, and its version; NULL: nothing. */
const zh_offer *zh_offers_find(const zh_offers *offers, zh_sv name, uint32_t *version);
const zh_offer *zh_offers_find_code(const zh_offers *offers, zh_sv upper_code, uint32_t *version);
const zh_offer_version *zh_offers_version(const zh_offers *offers, zh_sv name, uint32_t version); /* NULL: there is none */
uint32_t zh_offers_versions(const zh_offers *offers, zh_sv name);
/* Each name, in order, deleted ones too: for (uint32_t at = 0; zh_offers_next(s, &at, &name);) */
bool zh_offers_next(const zh_offers *offers, uint32_t *at, zh_sv *name);
size_t zh_offers_count(const zh_offers *offers); /* names */

ZH_MUST zh_err zh_offers_save(zh_offers *offers, bool all, zh_keep keep); /* base/keep.h */
ZH_MUST zh_err zh_offers_load(zh_offers *offers, zh_sv key, zh_sv value);
bool zh_offers_check(const zh_offers *offers, const char **why);
size_t zh_offers_bytes(const zh_offers *offers);

#endif
