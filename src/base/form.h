/* form.h -- urlencoded pairs, as forms and queries carry them: "a=1&name=%E5%BC%A0".
 *
 * Guarantees  any bytes are some list of pairs; a percent sign without two hex digits stands for
 *             itself; a name without '=' has an empty value; empty pairs are left out.
 * Cost        about 1 ns a byte, no allocation but the decoded text.
 * Source      WHATWG URL Standard, application/x-www-form-urlencoded; a NUL byte is refused here.
 */
#ifndef ZH_BASE_FORM_H
#define ZH_BASE_FORM_H
#include "base/arena.h"

/* A walk: for (zh_form it = zh_form_on(text); zh_form_next(&it);) use(it.name, it.value); */
typedef struct zh_form {
    zh_sv name, value; /* still encoded; views of the text */
    zh_sv rest_;       /* private */
} zh_form;

static inline zh_form zh_form_on(zh_sv text)
{
    return (zh_form){ .rest_ = text };
}
bool zh_form_next(zh_form *it);

/* The text without its encoding, in the arena. data == NULL: it decodes to a NUL byte (two readers
 * would see two texts), or there is no room. */
zh_sv zh_form_decode(zh_arena *arena, zh_sv text, bool plus_is_blank);

/* Does the encoded text mean `name`? A plus is a blank. */
bool zh_form_is(zh_sv encoded, zh_sv name);

/* The decoded value of the first pair of this name; data == NULL: absent, or as in decode. */
zh_sv zh_form_get(zh_arena *arena, zh_sv form, zh_sv name);

#endif
