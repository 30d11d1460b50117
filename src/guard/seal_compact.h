/* seal_compact.h -- a sealed personal part in its smaller form, for what is kept long.
 *
 * What seal.h makes has 37 bytes of its own, and what is sealed does not compress any more. Where there is time (packing of the
 * log), a personal part is opened, made smaller against a fixed text, and sealed again under the same key:
 *
 *     [version u8 = 2][flags u8: bit 0 smaller][mac 16][ciphertext]        flags bit 0: var plain size, then one LZ4 block
 *
 * The mac is BLAKE2b-128, keyed, of where it belongs, the flags and what is encrypted; it is the nonce of XChaCha20 too (a synthetic
 * initialisation vector, Rogaway and Shrimpton 2006). Both keys are derived from the customer's. So the same bytes at the same
 * place give the same bytes, other bytes another nonce, and 16 bytes do the work of 32. zh_unseal_personal opens both forms.
 *
 * Compression before sealing tells the size of what compresses. Each part is compressed alone, against a text that everybody
 * knows, and all of it comes from one request: nothing of another customer or request can be guessed by adding bytes.
 *
 * Guarantees  what is given out was opened again and was the same; any change of it is refused.
 * Cost        about 3 us. Threads: pure.
 */
#ifndef ZH_GUARD_SEAL_COMPACT_H
#define ZH_GUARD_SEAL_COMPACT_H
#include "guard/seal.h"

#define ZH_SEAL_COMPACT_BYTES_MAX 65536u /* of a plain part; larger ones stay as they are */

/* The text that everybody knows, made ready: for many parts one after the other. The caller closes. Errors: ZH_NOMEM. */
typedef struct zh_seal_known zh_seal_known; /* opaque */
ZH_MUST zh_err zh_seal_known_open(zh_seal_known **out);
void zh_seal_known_close(zh_seal_known *known); /* NULL is fine */

/* Append the smaller form of `sealed` to `out`. Nothing is shown, so no permit is asked. ZH_EXISTS: it is of this form already, or
 * would not get smaller; ZH_ABSENT erased; ZH_RANGE too large; ZH_FORMAT, ZH_CORRUPT, ZH_NOMEM, ZH_FULL. */
ZH_MUST zh_err zh_seal_compact(const zh_sealer *sealer, const zh_seal_known *known, zh_customer_id customer, const zh_wrapped_dek *dek, zh_event_key event,
                               zh_sv sealed, zh_buf *out);

/* ---- between seal.c and seal_compact.c alone ---- */
/* The form of seal.h, opened with the customer's key (defined in seal.c). */
ZH_MUST zh_err zh_seal_open_under(const zh_sealer *sealer, zh_customer_id customer, const zh_dek *dek, zh_event_key event,
                                  zh_sv sealed, zh_arena *arena, zh_sv *plain);
/* And this form. */
bool zh_seal_is_compact(zh_sv sealed);
ZH_MUST zh_err zh_seal_compact_open(zh_workspace_id workspace, zh_customer_id customer, const zh_dek *dek, zh_event_key event,
                                    zh_sv sealed, zh_arena *arena, zh_sv *plain);

#endif
