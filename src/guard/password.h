/* password.h -- passwords of people: Argon2id, slow on purpose.
 *
 * Kept is the PHC string ($argon2id$v=19$m=65536,t=2,p=1$salt$hash), so costs can be raised later
 * and old hashes still verify; zh_password_is_weak() says when to hash again at the next login.
 *
 * Guarantees  verifying takes the same work whether or not the user exists: an empty stored hash is
 *             checked against a fixed one and always refused.
 * Cost        about 60 ms and 64 MiB a call: run it off the event loop, few at a time.
 * Threads     no state.
 * Randomness  the salt comes in.
 * Source      RFC 9106; costs: libsodium's "interactive", above the floor of 19,456 KiB and 2 passes.
 */
#ifndef ZH_GUARD_PASSWORD_H
#define ZH_GUARD_PASSWORD_H
#include "base/err.h"
#include "base/sv.h"

#define ZH_PASSWORD_CHARS_MIN 8   /* ASVS 6.2.1 */
#define ZH_PASSWORD_CHARS_MAX 128 /* room for sentences; ASVS asks for 64 at least */
#define ZH_PASSWORD_BYTES_MAX 512 /* the same in UTF-8 */
#define ZH_PASSWORD_HASH_BYTES 128
#define ZH_PASSWORD_SALT_BYTES 16

/* Long enough, not too long, and none of those that are tried first, in either case of letters? Nothing else is asked:
 * composition rules make passwords worse. Errors: ZH_RANGE. */
ZH_MUST zh_err zh_password_fits(zh_sv password);

#define ZH_PASSWORD_MADE_CHARS 20 /* of 32 letters: 100 bits */
/* A password for somebody else to begin with, of letters that are not mistaken for one another, NUL-ended. Wipe both. */
void zh_password_make(const uint8_t random[ZH_PASSWORD_MADE_CHARS], char out[ZH_PASSWORD_MADE_CHARS + 1]);

/* The PHC string into `out`, NUL-ended; returns it as a view of `out`. Errors: ZH_RANGE as above,
 * ZH_NOMEM, ZH_IO libsodium cannot start. */
ZH_MUST zh_err zh_password_hash(zh_sv password, const uint8_t salt[ZH_PASSWORD_SALT_BYTES],
    char out[ZH_PASSWORD_HASH_BYTES], zh_sv *hash);

/* `hash` empty: there is no such user. Errors: ZH_LOGIN wrong, ZH_NOMEM, ZH_IO. */
ZH_MUST zh_err zh_password_verify(zh_sv hash, zh_sv password);

/* Made with other costs than today's? Then hash anew while the password is at hand. */
bool zh_password_is_weak(zh_sv hash);

#endif
