/* b64.h -- base64 in and out (RFC 4648).
 *
 * Guarantees  decode takes the standard and the url-safe alphabet, padded or not, and nothing else:
 *             no blanks, no line ends; the bits past the last byte must be zero.
 * Cost        about 1 ns a byte.
 */
#ifndef ZH_BASE_B64_H
#define ZH_BASE_B64_H
#include "base/buf.h"

/* Append the bytes. Errors: ZH_FORMAT, or the buffer's; then nothing was appended. */
ZH_MUST zh_err zh_b64_decode(zh_sv text, zh_buf *out);

void zh_b64_encode(zh_sv bytes, zh_buf *out);     /* + and /, padded */
void zh_b64_encode_url(zh_sv bytes, zh_buf *out); /* - and _, not padded */

#endif
