/* definition.h -- reading a definition's JSON field by field: the small words that channels, templates and rules share.
 *
 * A reader remembers the first thing that is wrong, with its field and a sentence, and goes on with zeros; so a definition is read straight down
 * and looked at once. A field that nobody asked for is a mistake of whoever wrote it, and is said, too.
 */
#ifndef ZH_REACH_DEFINITION_H
#define ZH_REACH_DEFINITION_H
#include "base/arena.h"
#include "base/json.h"
#include "base/note.h"

typedef struct zh_fault {
    char field[96]; /* "languages.zh.html" */
    zh_note why;    /* empty: nothing is wrong */
} zh_fault;

typedef struct zh_define {
    zh_arena *arena;
    zh_fault *fault;
    bool is_bad, is_full; /* is_full: no memory in the arena */
} zh_define;

/* Remember it, where nothing was wrong before. `within` may be empty: "languages.zh" and "html" are the field. */
__attribute__((format(printf, 4, 5))) void zh_define_wrong(zh_define *d, const char *within, const char *field, const char *format, ...);

bool zh_define_name_is_good(zh_sv name); /* 1 .. 64 of letters, digits, - and _ */
/* A text of at most `most` bytes, copied; empty where it is absent and not `needed`. */
zh_sv zh_define_text(zh_define *d, zh_json_value of, const char *within, const char *field, size_t most, bool needed);
int64_t zh_define_int(zh_define *d, zh_json_value of, const char *within, const char *field, int64_t least, int64_t most, int64_t otherwise);
bool zh_define_flag(zh_define *d, zh_json_value of, const char *within, const char *field, bool otherwise);
/* One of the words; its place. */
size_t zh_define_word(zh_define *d, zh_json_value of, const char *within, const char *field, const char *const *words, size_t count, size_t otherwise);
/* Every key of the object is one of these, NULL-ended. */
void zh_define_only(zh_define *d, zh_json_value of, const char *within, const char *const *fields);

/* What a JSON pointer (RFC 6901) leads to: "/data/0/id"; empty: the value itself; absent where nothing is there. */
zh_json_value zh_json_pointed(zh_json_value value, zh_sv pointer);
bool zh_json_pointer_is_good(zh_sv pointer);
/* A plain value as text: a text itself, numbers and true, false as JSON writes them; false: it is none, or does not fit. *out is in `room` or the text. */
bool zh_json_plain(zh_json_value value, char room[32], zh_sv *out);

#endif
