/* note.h -- one sentence for people, beside an error code: which file, which field, what to do.
 *
 * A function that can say more than zh_err takes a `zh_note *why`; NULL means nobody asks. The
 * text is always NUL-ended and cut where it does not fit. On ZH_OK it is left as it was, unless
 * the function says that it reports something there.
 */
#ifndef ZH_BASE_NOTE_H
#define ZH_BASE_NOTE_H
#include <stdarg.h>
#include <stdio.h>

typedef struct zh_note {
    char text[256]; /* a path, an offset and a sentence */
} zh_note;

__attribute__((format(printf, 2, 3)))
static inline void zh_note_set(zh_note *note, const char *format, ...)
{
    if (note == NULL) return;
    va_list args;
    va_start(args, format);
    if (vsnprintf(note->text, sizeof note->text, format, args) < 0) note->text[0] = '\0';
    va_end(args);
}

#endif
