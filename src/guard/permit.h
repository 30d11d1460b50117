/* permit.h -- the value that says: this use of this customer's data is allowed, now.
 *
 * Functions that use or send personal data take a `const zh_permit *` and assert that it allows
 * what they do, so nobody can forget to ask: the code does not compile without a permit, and only
 * zh_permit_ask() makes one. A permit is asked for each request, on the stack, and never kept:
 * a refusal that arrives meanwhile holds for the next ask, also for sends already queued.
 *
 *   purpose       denied when
 *   SERVE         never: the customer asked for this very thing (an order, their own data, a page)
 *   PERSONALIZE   personalisation refused: use the non-personal answer instead
 *   ANALYTICS     analytics refused
 *   MARKETING     the channel refused; or never allowed (silence is no), but ONSITE: nothing is sent
 *                 a minor: always, ONSITE too
 *   SHARE         never allowed (silence is no), or a minor: data goes to others
 *   SUPPORT       a person looks: no stated purpose, or a role without the right
 *                 (customer 0, dead letters: READ_DEADLETTERS; else VIEW_CUSTOMER)
 *   OPERATE       rebuild, check, export, erase: a role with neither EXPORT nor ERASE.
 *                 customer 0 stands for everyone
 *
 * The engine itself (ZH_ACTOR_ENGINE) needs no role. A program with a key needs one for SUPPORT and
 * OPERATE only: the key's scope has let it serve. A person is nobody's customer, so for SERVE,
 * PERSONALIZE and MARKETING (a preview) a person is also asked what SUPPORT asks, and VIEW_TOTALS for
 * ANALYTICS. A customer who comes by his own link (guard/link.h) is served what is his, and nothing else.
 *
 * Guarantees  a permit not made by zh_permit_ask(), or changed after, allows nothing.
 * Cost        one look-up in the consent fold.
 * Threads     a value.
 * Not here    sensitive fields; who may call a route (guard/role.h).
 *             The seal on a permit stops mistakes, not hostile code in the same process.
 */
#ifndef ZH_GUARD_PERMIT_H
#define ZH_GUARD_PERMIT_H
#include "guard/consent.h"
#include "guard/role.h"

/* Written to audit and decision records: append only. */
typedef enum zh_purpose {
    ZH_PURPOSE_SERVE = 1,
    ZH_PURPOSE_PERSONALIZE,
    ZH_PURPOSE_MARKETING,
    ZH_PURPOSE_ANALYTICS,
    ZH_PURPOSE_SUPPORT,
    ZH_PURPOSE_OPERATE,
    ZH_PURPOSE_SHARE,
} zh_purpose;
const char *zh_purpose_text(zh_purpose purpose); /* "personalize"; "?" when unknown */

typedef struct zh_permit { /* read through the functions below; all fields private */
    zh_customer_id customer_;
    int64_t asked_ms_;
    zh_purpose purpose_;
    zh_channel channel_;
    zh_actor_kind actor_;
    uint32_t actor_number_;
    uint64_t seal_;
} zh_permit;

/* May `actor` use the data of `customer` for `purpose`? `channel` matters for MARKETING only (pass 0).
 * Errors: ZH_DENIED, and *out then allows nothing. */
ZH_MUST zh_err zh_permit_ask(const zh_consents *consents, zh_customer_id customer, zh_purpose purpose,
    zh_channel channel, int64_t now_ms, const zh_actor *actor, zh_permit *out);

/* The same permit for a number that its customer absorbed in a merge: what was sealed under the old
 * number is still the same person's. `customer` is the survivor the permit was asked for; when it covers
 * another customer the result allows nothing. Only identity (profile) can say who absorbed whom. */
zh_permit zh_permit_of_absorbed(const zh_permit *permit, zh_customer_id customer, zh_customer_id absorbed);

/* Does it allow this purpose for this customer? For asserts of the functions that take a permit. */
bool zh_permit_allows(const zh_permit *permit, zh_customer_id customer, zh_purpose purpose);
/* MARKETING for this customer on this channel. */
bool zh_permit_sends(const zh_permit *permit, zh_customer_id customer, zh_channel channel);
/* Genuine, and for this customer, whatever the purpose. */
bool zh_permit_covers(const zh_permit *permit, zh_customer_id customer);

zh_purpose zh_permit_purpose(const zh_permit *permit);  /* 0: allows nothing */
int64_t zh_permit_asked_ms(const zh_permit *permit);

#endif
