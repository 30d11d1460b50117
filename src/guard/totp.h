/* totp.h -- the six digits of an authenticator app: a second thing that a person who signs in has.
 *
 *     step = floor(now / 30 s)      code = HMAC-SHA-1(secret, step) cut to six digits
 *
 * A code of the step before or after is taken too, for clocks that differ; one that was taken, or an older one, never again (RFC 6238, 5.2), so a
 * code that was looked at over a shoulder opens nothing.
 *
 * Recovery codes are for who lost the device: ZH_TOTP_RECOVERIES of ten letters of the 32 below (50 random bits), each good once. What is kept of them is
 * a keyed hash. Read without case, blanks and '-'.
 *
 * Guarantees  codes are compared in constant time.
 * Cost        about 2 us a code.
 * Clock       an argument.
 * Source      RFC 6238, RFC 4226 (5.3), RFC 4648 (base32); SHA-1 because the apps know no other: as HMAC it is not broken.
 * Not here    where the secret is kept (engine/second_factor.h), how often it may be tried (throttle.h).
 */
#ifndef ZH_GUARD_TOTP_H
#define ZH_GUARD_TOTP_H
#include "base/sv.h"

#include <stdbool.h>
#include <stdint.h>

#define ZH_TOTP_SECRET_BYTES 20   /* as long as SHA-1: RFC 4226, 4 */
#define ZH_TOTP_SECRET_TEXT 33    /* of it in base32, and a NUL */
#define ZH_TOTP_CODE_TEXT 7       /* six digits and a NUL */
#define ZH_TOTP_STEP_MS 30000
#define ZH_TOTP_RECOVERIES 10
#define ZH_TOTP_RECOVERY_BYTES 7  /* random ones that make a code: 50 bits of them are used */
#define ZH_TOTP_RECOVERY_TEXT 12  /* "abcde-fghij" and a NUL */

void zh_totp_print(const uint8_t secret[ZH_TOTP_SECRET_BYTES], char out[ZH_TOTP_SECRET_TEXT]);
bool zh_totp_read(zh_sv text, uint8_t secret[ZH_TOTP_SECRET_BYTES]); /* base32 of either case, blanks between; false: it is no secret of that size */
void zh_totp_code(const uint8_t secret[ZH_TOTP_SECRET_BYTES], int64_t step, char out[ZH_TOTP_CODE_TEXT]);
static inline int64_t zh_totp_step(int64_t now_ms) { return now_ms / ZH_TOTP_STEP_MS; }
/* The step that the code is of, if it is after `last`; -1: it is none of these. */
int64_t zh_totp_fits(const uint8_t secret[ZH_TOTP_SECRET_BYTES], zh_sv code, int64_t now_ms, int64_t last);

void zh_totp_recovery(const uint8_t random[ZH_TOTP_RECOVERY_BYTES], char out[ZH_TOTP_RECOVERY_TEXT]);
/* As it is hashed: small letters alone. False: no recovery code looks so. */
bool zh_totp_recovery_read(zh_sv text, char out[ZH_TOTP_RECOVERY_TEXT]);

#endif
