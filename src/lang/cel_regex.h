/* cel_regex.h -- does a pattern occur in a text? In time linear in the text, whatever the pattern.
 *
 * RE2's syntax: . [a-z] [^…] [[:alpha:]] \d \w \s \b \A \z ^ $ | ( ) (?: ) (?i) (?s) (?m) * + ? {n,m} and their lazy forms, \Q…\E, \x{…}.
 * A pattern becomes a machine of states that are followed all at once (Thompson), so nothing backtracks: (a+)+$ is harmless. Matches are
 * asked for, not found: groups only group.
 *
 * Guarantees  a pattern of more than ZH_CEL_REGEX_STATES_MAX states is refused; find takes at most states * characters / 8 steps.
 * Our limits  \p{…} knows Han alone; case folding is of Latin, Greek, Cyrillic and full-width letters.
 * Threads     a pattern may be used by many threads.
 * Source      Thompson, CACM 11 (6), 1968; Cox, "Regular Expression Matching Can Be Simple And Fast", 2007; the syntax page of RE2.
 */
#ifndef ZH_LANG_CEL_REGEX_H
#define ZH_LANG_CEL_REGEX_H
#include "base/arena.h"
#include "base/err.h"
#include "base/note.h"

#define ZH_CEL_REGEX_STATES_MAX 4000   /* a bomb like (((x{100}){100}){100}) ends here */
#define ZH_CEL_REGEX_BYTES_MAX 8192    /* a pattern's text */
#define ZH_CEL_REGEX_REPEAT_MAX 1000   /* {n,m}, as in RE2 */
#define ZH_CEL_REGEX_DEPTH_MAX 100     /* levels of groups */

typedef struct zh_cel_regex zh_cel_regex;

/* Compile; lives in the arena. Errors: ZH_FORMAT (why: what is wrong), ZH_FULL too large (why says so), ZH_NOMEM. */
ZH_MUST zh_err zh_cel_regex_open(zh_cel_regex **out, zh_arena *arena, zh_sv pattern, zh_note *why);
/* Does it occur in the text (valid UTF-8)? Takes from *steps. Errors: ZH_FULL the steps are gone, ZH_NOMEM. */
ZH_MUST zh_err zh_cel_regex_find(const zh_cel_regex *regex, zh_arena *scratch, zh_sv text, uint64_t *steps, bool *found);

zh_sv zh_cel_regex_pattern(const zh_cel_regex *regex); /* as it was written; as long as the regex */

/* ---- sets of code points; between the files of this noun ---- */

typedef struct zh_cel_range { uint32_t from, to; } zh_cel_range;

#define ZH_CEL_RANGES_MAX 512 /* of one class */

typedef struct zh_cel_class {
    zh_cel_range ranges[ZH_CEL_RANGES_MAX];
    uint32_t count;
    bool full; /* more ranges than there is room for */
} zh_cel_class;

void zh_cel_class_add(zh_cel_class *to, uint32_t from, uint32_t till);
void zh_cel_class_fold(zh_cel_class *set);   /* add what differs only in case */
void zh_cel_class_sort(zh_cel_class *set);   /* sorted, no overlaps */
void zh_cel_class_negate(zh_cel_class *set); /* of a sorted one */
bool zh_cel_class_perl(zh_cel_class *to, char letter);           /* d w s D W S */
bool zh_cel_class_posix(zh_cel_class *to, zh_sv name, bool not); /* alpha, digit … */
bool zh_cel_class_property(zh_cel_class *to, zh_sv name, bool not); /* Han, L … */

#endif
