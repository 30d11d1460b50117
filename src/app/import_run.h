/* import_run.h -- one import: files become batches, batches go to the sink, rejects to their file.
 *
 * Guarantees  accepted + duplicate + rejected == lines, always; where an import ends early, lines
 *             are those that were answered for. Memory is that of one batch and one window,
 *             whatever the files hold (and of counting equal order lines).
 * Rejects     what this side refuses is written with file, line, reason and the raw line to a CSV
 *             file of mode 0600, made when the first one comes. What the engine refuses is counted
 *             from its answers and stands among its dead letters.
 */
#ifndef ZH_APP_IMPORT_RUN_H
#define ZH_APP_IMPORT_RUN_H
#include "app/cmd_import.h"
#include "app/import_rejects.h"
#include "collect/column_map.h"
#include "sys/recode.h"

#include <signal.h>

#define ZH_IMPORT_BATCH_ENTRIES_MAX 500
#define ZH_IMPORT_BATCH_BYTES_MAX (400u << 10) /* below the 512,000 of a Segment batch */
#define ZH_IMPORT_ITEM_BYTES_MAX 65536         /* of one item; an event has ZH_EVENT_BYTES_MAX */

typedef enum zh_import_format {
    ZH_IMPORT_SEGMENT, /* one JSON text a line */
    ZH_IMPORT_SENSORS, /* the same in the Sensors dialect */
    ZH_IMPORT_ORDERS,
    ZH_IMPORT_CATALOG,
    ZH_IMPORT_GOOGLE,  /* a table, or XML where the file begins with < */
    ZH_IMPORT_SHOPIFY,
    ZH_IMPORT_FORMATS
} zh_import_format;
static inline bool zh_import_is_items(zh_import_format format) { return format >= ZH_IMPORT_CATALOG; }
static inline bool zh_import_is_lines(zh_import_format format) { return format <= ZH_IMPORT_SENSORS; }
const char *zh_import_format_name(zh_import_format format); /* "orders-csv" */
/* "segment-jsonl" and "sensors-jsonl" too. False: no such format. */
bool zh_import_format_of(zh_sv name, zh_import_format *out);

/* How far an import is. accepted + duplicate + rejected == lines. */
typedef struct zh_import_told {
    uint64_t lines, accepted, duplicate, rejected;
    uint64_t rejects_bytes; /* of the file of rejects */
} zh_import_told;

typedef struct zh_import_run_desc {
    zh_import_format format;
    const zh_column_map *map; /* of a table; borrowed, as is the zone */
    const zh_tz *zone;        /* of orders */
    zh_import_sink sink;
    void *sink_ctx;
    /* Who wants to hear of rejects instead of a file of them; NULL: the file. */
    void (*rejected)(void *sink_ctx, uint64_t line, const char *reason, zh_sv raw);
    uint64_t lines_max;       /* stop after so many lines of a file; 0: read it all */
    bool progress;            /* on standard error */
    const struct zh_import_engine *engine; /* who is told of it (import_tell.h); NULL: nobody */
    zh_sv name;               /* of the file for people; empty: that of its path */
    const volatile sig_atomic_t *stop; /* not 0: end after the batch under way; may be NULL */
    void (*heard)(void *heard_ctx, const zh_import_told *so_far, uint64_t done, uint64_t total); /* after each batch; bytes of the file; may be NULL */
    void *heard_ctx;
    zh_sv rejects; /* empty: FILE.rejects.csv beside each file, or here where that cannot be */
} zh_import_run_desc;

typedef struct zh_import_result {
    uint64_t lines;       /* data lines: neither headers nor blank ones; products of a feed in XML,
                           * variants of Shopify's export */
    uint64_t accepted, duplicate;
    uint64_t rejected;    /* on both sides */
    uint64_t refused;     /* of them by the engine */
    uint64_t resumed;     /* lines that an earlier run, which was cut off, had done: they are counted, and not sent again */
    uint32_t number;      /* of the last file's import in the engine; 0: it keeps none */
    zh_encoding encoding; /* of the last file */
    char rejects[ZH_IMPORT_PATH_BYTES_MAX]; /* the last file of rejects; "": none was needed */
    zh_note first;        /* the first reason of a reject */
} zh_import_result;

typedef struct zh_import_run zh_import_run;

ZH_MUST zh_err zh_import_run_open(zh_import_run **out, const zh_import_run_desc *desc);
void zh_import_run_close(zh_import_run *run);

/* Import one file; one that was cut off goes on behind the last line that was told. ZH_STOPPED: somebody asked for it. `why` says what happened and what to do, with the line where there is one.
 * Errors: ZH_FORMAT the header, ZH_IO …: of the file or the sink; the import cannot go on. */
ZH_MUST zh_err zh_import_run_file(zh_import_run *run, zh_sv path, zh_note *why);
const zh_import_result *zh_import_run_result(const zh_import_run *run);

#endif
