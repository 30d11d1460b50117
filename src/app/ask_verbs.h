/* ask_verbs.h -- commands that are a verb and a name: zhun offer list, zhun channel set NAME FILE. What they share.
 *
 * A table says which verbs there are and how many words each takes; a verb asks the engine and prints. With --json what the engine said last is printed as it
 * is, by zh_verbs_run, and the verb itself prints nothing.
 *
 * Exit status   0 done; 1 there is no such thing; 2 wrong words, a wrong definition, a file that is not there; 3 it could not.
 */
#ifndef ZH_APP_ASK_VERBS_H
#define ZH_APP_ASK_VERBS_H
#include "app/door.h"
#include "app/options.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/note.h"

#define ZH_VERBS_DEFINITION_BYTES_MAX (64u << 10)
#define ZH_VERBS_ANSWER_BYTES_MAX (16u << 20) /* 500 messages, a ledger */
#define ZH_VERBS_PATH_BYTES 512

typedef struct zh_asking {
    const zh_options *given;  /* arguments[0] is the verb */
    const char *kind;         /* of the table */
    zh_door *door;
    zh_json *json;
    zh_json_value root;       /* of the latest answer */
    zh_sv text;               /* its bytes */
    zh_buf body;              /* what is sent next */
} zh_asking;

typedef struct zh_verb {
    const char *name;
    size_t words;             /* with the verb itself; 0: two or more */
    zh_err (*run)(zh_asking *asking, zh_note *why); /* ZH_STOPPED: it was said why */
} zh_verb;

typedef struct zh_verbs {
    const char *command;      /* "offer" */
    const char *kind;         /* "campaigns": of the paths that lifecycle_verbs.h asks; NULL: it is not asked */
    const char *needs;        /* what is said where no verb fits: "list, show NAME or set NAME FILE" */
    const zh_verb *verbs;
    size_t count;
} zh_verbs;

/* Returns the exit status. */
int zh_verbs_run(const zh_verbs *verbs, const zh_options *given);

/* ---- for verbs ---- */

/* Send a->body; text is the answer, of a refusal too, and root what it says. Errors: those of the door. */
ZH_MUST zh_err zh_asking_send(zh_asking *a, zh_sv method, zh_sv path, zh_note *why);
/* "/api/v1/" kind "/" name more; the name is that of the command line. */
zh_sv zh_asking_path(const char *kind, const char *name, const char *more, char out[ZH_VERBS_PATH_BYTES]);
bool zh_asking_is_plain(const zh_asking *a); /* not --json: the verb prints */
/* Errors: ZH_FORMAT there is no such file: wrong usage, as a wrong definition is; those of reading. */
ZH_MUST zh_err zh_asking_read_file(const char *from, zh_buf *out, zh_note *why);
/* The same, and it must be JSON: a view of `out` without blanks around it. */
ZH_MUST zh_err zh_asking_read_json(zh_asking *a, const char *from, zh_buf *out, zh_sv *json, zh_note *why);

void zh_asked_print(zh_json_value value);    /* a line of JSON, as `set` takes it again */
zh_sv zh_asked_text(zh_json_value object, const char *key);        /* empty: null or not there */
bool zh_asked_flag(zh_json_value object, const char *key);
int64_t zh_asked_number(zh_json_value object, const char *key);    /* -1: null or not there */

#endif
