/* dkim.h -- a letter signed for its domain, so that a mailbox provider knows who answers for it.
 *
 *     DKIM-Signature: v=1; a=rsa-sha256 or ed25519-sha256; c=relaxed/relaxed; d=domain; s=selector; t=seconds;
 *         bh = base64(SHA-256(relaxed body)); h = every header of the letter, and from and subject once more; b = base64(signature)
 *
 *     signed = relaxed headers in the order of h, then this header with an empty b and no line end
 *     rsa-sha256: RSASSA-PKCS1-v1_5 of it.  ed25519-sha256: Ed25519 of its SHA-256 (RFC 8463)
 *
 * from and subject stand once more in h than in the letter, so that a second one, put in on the way, breaks the signature.
 *
 * Guarantees  the same letter, key and time give the same bytes.
 * Cost        reading the key and one signature: RSA of 2,048 bits about 1 ms, Ed25519 a tenth.
 * Threads     any.
 * Not here    publishing the public key: a TXT record of selector._domainkey.domain (docs/REACH.md).
 * Source      RFC 6376 (sections 3.4.2, 3.4.4, 3.7), RFC 8463.
 */
#ifndef ZH_REACH_DKIM_H
#define ZH_REACH_DKIM_H
#include "base/buf.h"

#define ZH_DKIM_RSA_BITS_MIN 2048 /* RFC 8301: at least 1,024, and 2,048 should be */
#define ZH_DKIM_RSA_BITS_MAX 4096 /* larger ones no verifier must know */
#define ZH_DKIM_LINE_BYTES_MAX 4096 /* of a header, unfolded; what mail.h writes is shorter */

typedef struct zh_dkim {
    zh_sv domain, selector;
    zh_sv key;             /* private, PEM, no password: RSA or Ed25519 */
    int64_t at_ms;
} zh_dkim;

/* The header that goes before the letter, which has lines ended by CR LF. Errors: ZH_FORMAT the key is none, or a header is too long; ZH_NOMEM; those of the buffer. */
ZH_MUST zh_err zh_dkim_sign(const zh_dkim *how, zh_sv letter, zh_buf *out);

/* Can it sign? */
bool zh_dkim_key_is_good(zh_sv pem);

/* A body as it is hashed, and a header line; pure, for their tests. */
void zh_dkim_body(zh_sv body, zh_buf *out);
void zh_dkim_header(zh_sv line, zh_buf *out);

#endif
