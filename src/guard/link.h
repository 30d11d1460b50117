/* link.h -- a link that lets a customer decide about himself without a login: whom it is of, what for, until when.
 *
 *     token = base64url([version u8 = 1][nonce 16][sealed: purpose u8, channel u8, until_ms i64, customer u64, campaign][tag 16])
 *
 * Whoever holds the link is taken for the customer, as with any link in a letter to him. So it is sealed (XChaCha20-Poly1305, the nonce
 * a keyed hash of what is sealed, as in seal.h): who reads it on its way, in a log or over a shoulder, learns no id, number or campaign, and
 * nobody makes one, or another of it, without the workspace's key. The key is derived from the index key, which does not rotate: a link in
 * a letter of last year still opens.
 *
 * Two purposes, and a link of one does nothing of the other:
 *   preferences   shows what is known and changes it. It opens personal data, so it ends soon: a letter may be read by the next owner of
 *                 the mailbox or the device.
 *   unsubscribe   says no to marketing by one channel, and can do nothing else. Letters lie in mailboxes for years, and who finds one
 *                 must be able to say no; a stranger who does so harms little. It ends late, so that an old archive is not of use for ever.
 *
 * Guarantees  a changed, shorter or longer token, or one of another workspace, is refused (tested byte by byte). The same link has the same token.
 * Cost        about 2 us to make or to read.
 * Threads     pure.
 * Clock       an argument.
 * Not here    what the link then does (server/preferences.c), how often it may be tried (guard/throttle.h, by the server).
 * Source      as seal.h; RFC 8058 asks for the opaque, unforgeable part of a List-Unsubscribe address.
 */
#ifndef ZH_GUARD_LINK_H
#define ZH_GUARD_LINK_H
#include "guard/consent.h"
#include "guard/seal.h"

#define ZH_LINK_CAMPAIGN_BYTES_MAX 64 /* a name as zhun's definitions have them */
#define ZH_LINK_TEXT_BYTES 156        /* of a token and its NUL: 1 + 16 + 18 + 64 + 16 bytes in base64url */
#define ZH_LINK_FORM_BYTES 44         /* of a form's value and its NUL */
#define ZH_LINK_PREFERENCES_MS (INT64_C(30) * 86400000)    /* as long as a letter is looked at */
#define ZH_LINK_UNSUBSCRIBE_MS (INT64_C(3650) * 86400000)  /* ten years: longer than letters are kept */

typedef enum zh_link_purpose { ZH_LINK_PREFERENCES = 1, ZH_LINK_UNSUBSCRIBE = 2 } zh_link_purpose; /* in tokens: append only */

typedef struct zh_link {
    zh_link_purpose purpose;
    zh_channel channel;      /* of UNSUBSCRIBE: what he says no to; of PREFERENCES: 0 */
    zh_customer_id customer; /* not 0. He may have become another's since: the caller resolves */
    int64_t until_ms;        /* the first moment at which it is over */
    zh_sv campaign;          /* what the letter belonged to, for the ledger; may be empty */
} zh_link;

/* The token, NUL-ended; its size. The link must satisfy the ranges above (assert). */
size_t zh_link_print(const zh_sealer *sealer, const zh_link *link, char out[ZH_LINK_TEXT_BYTES]);

/* Read one that anybody may have sent. The campaign is copied to `room`. Errors: ZH_CORRUPT it was not made here for `purpose`, or not
 * as it stands; ZH_TIMEOUT it is over, and *out is filled. */
ZH_MUST zh_err zh_link_read(const zh_sealer *sealer, zh_sv token, zh_link_purpose purpose, int64_t now_ms, char room[ZH_LINK_CAMPAIGN_BYTES_MAX], zh_link *out);

/* The value that a form on the page of this token carries, so that no other page sends it: NUL-ended base64url, another for each `act`. */
void zh_link_form(const zh_sealer *sealer, zh_sv token, zh_sv act, char out[ZH_LINK_FORM_BYTES]);
bool zh_link_form_fits(const zh_sealer *sealer, zh_sv token, zh_sv act, zh_sv value); /* constant time */

#endif
