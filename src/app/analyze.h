/* analyze.h -- what the analyses of `zhun analyze` share: a question, its data, and an answer in JSON.
 *
 * An analysis is a row of the table in cmd_analyze.c: a name, the keys its --spec may hold, and a
 * function that reads the question, asks src/measure, and writes members of one JSON object. The
 * first mistake is kept: a getter after it answers its fallback, so a function may read all it needs
 * and look at job->failed once, before it computes.
 *
 * Threads     one job, one thread.
 * Not here    statistics (src/measure), how an answer is shown (analyze_show.h).
 */
#ifndef ZH_APP_ANALYZE_H
#define ZH_APP_ANALYZE_H
#include "base/arena.h"
#include "base/json_out.h"
#include "base/note.h"

#include <math.h>

#define ZH_ANALYZE_FILES_MAX 16                       /* --in of one call */
#define ZH_ANALYZE_SPEC_BYTES_MAX ((size_t)64 << 20)  /* a million observations as text are some 10 MB */
#define ZH_ANALYZE_FILE_BYTES_MAX ((size_t)1 << 30)   /* one file, decompressed; a table takes some three times that */
#define ZH_ANALYZE_BYTES_MAX ((size_t)16 << 30)       /* of the arena; memory ends before */

typedef struct zh_analyze {
    const char *name;
    zh_json_value spec; /* the --spec with every --param in it; an object */
    zh_sv root;         /* --root: `file` of a spec is below it */
    zh_sv files[ZH_ANALYZE_FILES_MAX]; /* --in, as given */
    size_t files_count;
    zh_arena *arena;    /* lives as long as the job */
    zh_json_out *out;   /* an object is open */
    zh_err failed;      /* the first mistake: ZH_RANGE of the question, anything else of the data */
    zh_note why;        /* "what happened: what to do" */
} zh_analyze;

typedef struct zh_analysis {
    const char *name, *summary;
    const char *keys;    /* of the spec, parted by blanks; an unknown one gets a warning */
    const char *example; /* for --help */
    void (*run)(zh_analyze *job);
} zh_analysis;

/* Remember the first mistake; later ones are consequences. */
void zh_analyze_fail(zh_analyze *job, zh_err e, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Room in the arena, zeroed; NULL after a failure, and it is remembered. */
void *zh_analyze_room(zh_analyze *job, size_t count, size_t each);
#define ZH_ROOM(job, type, count) ((type *)zh_analyze_room((job), (count), sizeof(type)))

/* ---- the question; keys may be dotted ("control.post.sum"), null counts as not given ---- */

#define ZH_REQUIRED ((double)NAN)
zh_json_value zh_spec_get(const zh_analyze *job, const char *key); /* absent where not given */
bool zh_spec_has(const zh_analyze *job, const char *key);
/* A number in [least, most]; the fallback where not given, ZH_REQUIRED makes that a mistake. */
double zh_spec_real(zh_analyze *job, const char *key, double least, double most, double fallback);
/* The same, whole, and below 2^53. */
int64_t zh_spec_count(zh_analyze *job, const char *key, int64_t least, int64_t most, int64_t fallback);
bool zh_spec_flag(zh_analyze *job, const char *key, bool fallback);
/* A text; the fallback where not given, a NULL one makes that a mistake. */
zh_sv zh_spec_text(zh_analyze *job, const char *key, const char *fallback);
/* Which of the words parted by |; the fallback is a word of them, or NULL for required. */
int zh_spec_choice(zh_analyze *job, const char *key, const char *words, const char *fallback);
/* A list of numbers, in the arena; NULL and *count 0 where not given. */
double *zh_spec_reals(zh_analyze *job, const char *key, double least, double most, size_t *count);
/* The file to read: `file` of the spec below --root, else the first --in, else `fallback` below --root, else a mistake. */
zh_sv zh_spec_file(zh_analyze *job, const char *key);
bool zh_spec_has_file(const zh_analyze *job, const char *key);

/* ---- the answer: members of the open object; inf, -inf and nan are written as such texts ---- */

void zh_put_real(zh_json_out *out, double value);
void zh_put_key_real(zh_json_out *out, const char *key, double value);
void zh_put_key_count(zh_json_out *out, const char *key, uint64_t value);
void zh_put_key_text(zh_json_out *out, const char *key, zh_sv text);
void zh_put_key_flag(zh_json_out *out, const char *key, bool value);
void zh_put_key_reals(zh_json_out *out, const char *key, const double *values, size_t count);
void zh_put_key(zh_json_out *out, const char *key);

#endif
