/* personal.h -- what of an event is personal, and apart with it.
 *
 * A canonical event keeps what the shop learns from (city, locale, product, price) and gives what
 * points at a person (e-mail, phone, IP, device id, street) into one JSON object of its own, which
 * guard seals under the customer's key. Joined again, the two are what was sent.
 *
 * Guarantees  leave and take share one table: a member goes to exactly one side. A table's name
 *             matches a key in any case, with or without '_', '-', blanks and a '$' in front.
 * Cost        about 3 ns a key that is not in the table, 30 ns one that may be.
 * Not here    sealing (guard/seal.h). Which fields and why: the tables in personal.c.
 */
#ifndef ZH_COLLECT_PERSONAL_H
#define ZH_COLLECT_PERSONAL_H
#include "base/json_out.h"

typedef enum zh_personal_part {
    ZH_PERSONAL_CONTEXT, ZH_PERSONAL_TRAITS, ZH_PERSONAL_PROPERTIES
} zh_personal_part;

/* Append the object without its personal members; how many were left out (those inside counted). */
size_t zh_personal_leave(zh_personal_part part, zh_json_value object, zh_buf *out);

/* Append an object of the personal members only, at their places; how many there are (then "{}"
 * stands for none). */
size_t zh_personal_take(zh_personal_part part, zh_json_value object, zh_buf *out);

/* Append `part` of an event as it was sent: `left` is the event's own JSON ("" for none), `personal`
 * the event's whole personal object, opened ("" where it is gone). Both sides' order is kept, what is
 * personal comes after. Errors: ZH_FORMAT when one of them is no JSON, ZH_FULL, ZH_NOMEM. */
ZH_MUST zh_err zh_personal_join(zh_json *parser, zh_buf *scratch, zh_personal_part part, zh_sv left,
                                zh_sv personal, zh_buf *out);

/* Append a personal text as it may be shown to who should know it already: the first character, of an e-mail address its domain, of seven
 * digits and more the last two. Nothing for the empty text. */
void zh_personal_mask(zh_sv text, zh_buf *out);

/* The same of a JSON value, at its place in `out`: each text inside is masked, each number and yes or no is "***", null stays, objects and lists keep their form. */
void zh_personal_mask_value(zh_json_value value, zh_json_out *out);

/* The whole personal object of an event likewise: *personal becomes its masked form, in the arena ("" stays). `parser` is used. Errors: ZH_FORMAT it is no JSON, ZH_NOMEM. */
ZH_MUST zh_err zh_personal_mask_json(zh_json *parser, zh_arena *arena, zh_sv *personal);

#endif
