/* options.h -- the options of one command: from the command line, else the environment, else a file, else a default.
 *
 * A command states its options in one table; parsing, --help and the ZHUN_… variables follow from it.
 * `--name VALUE`, `--name=VALUE` and `--flag` are read; `--` ends options; the rest are arguments.
 *
 * Guarantees  an unknown or repeated option, a missing value: status 2 with a sentence that says what to do.
 */
#ifndef ZH_APP_OPTIONS_H
#define ZH_APP_OPTIONS_H
#include "base/arena.h"
#include "base/err.h"

#include <stdio.h>

#define ZH_OPTIONS_MAX 32
#define ZH_ARGUMENTS_MAX 1024

typedef struct zh_option {
    const char *name;     /* "data": --data and ZHUN_DATA */
    const char *value;    /* what stands for the value in help: "DIR"; NULL: a flag */
    const char *help;
    const char *initial;  /* default shown and used; NULL: none */
    bool no_environment;  /* ZHUN_NAME would be a surprise */
} zh_option;

struct zh_options;
typedef struct zh_command {
    const char *name;      /* "serve" */
    const char *usage;     /* "[options]" */
    const char *summary;   /* one line */
    const char *example;   /* lines for --help */
    const zh_option *options;
    size_t options_count;
    int (*run)(const struct zh_options *given);
} zh_command;

typedef struct zh_options {
    const zh_command *command;
    const char *values[ZH_OPTIONS_MAX]; /* NULL: not given and no default; flags: "1" */
    bool is_default[ZH_OPTIONS_MAX];    /* the value is the default: a file may say otherwise */
    const char *arguments[ZH_ARGUMENTS_MAX];
    size_t arguments_count;
} zh_options;

/* Exit statuses of every command. */
enum { ZH_EXIT_DONE = 0, ZH_EXIT_FAILED = 1, ZH_EXIT_USAGE = 2, ZH_EXIT_COULD_NOT = 3 };

/* Read argv (without program and command name). Returns -1 to go on, or the status to exit with
 * (--help: 0, wrong usage: 2, and it was said why). */
int zh_options_read(zh_options *out, const zh_command *command, int argc, char **argv);
/* Fill what neither the command line nor the environment gave from a YAML file: a mapping of option names, with _
 * or - between words; a mapping below a name makes names of both, `retention: {events: 400d}` is retention-events. -1, or the status to exit with: an unknown key, a value that is no text, a file that cannot
 * be read is said on standard error. `memory` keeps the values and must outlive the options. */
int zh_options_file(zh_options *given, zh_sv path, zh_arena *memory);
zh_sv zh_options_text(const zh_options *given, const char *name); /* empty where not given */
bool zh_options_flag(const zh_options *given, const char *name);
/* A whole number in [least, most]; false and a message on stderr otherwise. Not given: *out stays. */
bool zh_options_number(const zh_options *given, const char *name, int64_t least, int64_t most, int64_t *out);
/* "400d", "36h", "90m", "10s", "0" in ms; "500GB", "20MB", "64KiB", "0" in bytes. False: no such text, or too large. */
bool zh_options_duration(zh_sv text, uint64_t *ms);
bool zh_options_size(zh_sv text, uint64_t *bytes);
void zh_options_help(const zh_command *command, FILE *to);

/* "zhun: what happened: what to do" on standard error. */
void zh_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
