/* cel_std.h -- the functions every expression has: CEL's standard library and its extensions, as tables of signatures.
 *
 * Each file of functions has one table; all follow the language definition (cel.dev) and the extensions named there: strings,
 * math, encoders, optional values. Private to lang.
 */
#ifndef ZH_LANG_CEL_STD_H
#define ZH_LANG_CEL_STD_H
#include "lang/cel_program.h"

typedef struct zh_cel_entry {
    const char *signature;
    zh_cel_fn call; /* NULL: the machine has an instruction for it */
} zh_cel_entry;

/* Each ends with a NULL signature. */
extern const zh_cel_entry zh_cel_std_core[], zh_cel_std_convert[], zh_cel_std_time[], zh_cel_std_strings[], zh_cel_std_math[];

ZH_MUST zh_err zh_cel_std_declare(zh_cel_env *env);

/* Texts of values as CEL writes them: what string() gives. Appended. */
void zh_cel_put_double(zh_buf *out, double d);       /* 1.5, 1e+30, NaN, Infinity */
void zh_cel_put_timestamp(zh_buf *out, zh_cel_value v); /* RFC 3339, as many digits of a second as there are */
void zh_cel_put_duration(zh_buf *out, int64_t ns);   /* 1.5s */

/* Parse, as timestamp() and duration() do; ERROR where it is none. */
zh_cel_value zh_cel_timestamp_of(zh_sv text);
zh_cel_value zh_cel_duration_of(zh_sv text);

/* Does the function say itself until when what it tells of a drifting value stands? */
bool zh_cel_time_knows_drift(const zh_cel_overload *overload);

/* A copy of what is in the buffer as a STRING of the run; closes the buffer. */
zh_cel_value zh_cel_take_text(zh_cel_run *run, zh_buf *text);

/* format() of strings. */
zh_cel_value zh_cel_format(zh_cel_run *run, const zh_cel_value *args, uint32_t count, const zh_cel_overload *self);

/* One code point at text.data[*at], and past it; the text is valid UTF-8. */
uint32_t zh_cel_point(zh_sv text, size_t *at);
uint32_t zh_cel_points(zh_sv text); /* how many */

#endif
