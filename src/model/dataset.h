/* dataset.h -- what the files of an evaluation say: who took what, in which order.
 *
 * Three formats, told by the caller, read from bytes in memory into one shape: events (row, item)
 * in file order, where a row is a user or a session.
 *
 *   lists     user item item ...                  blanks; the items in order of time; ids whole numbers
 *   csv       user,item[,timestamp[,weight]]      comma or tab; ids any text; ordered by timestamp if given
 *   sessions  SessionId,ItemId,Time in a header   comma or tab, columns in any order, others ignored
 *
 * A timestamp is a number or `YYYY-MM-DD[ HH:MM:SS[.fff]][Z]` (T for the blank too); only order and
 * distance count, so seconds and milliseconds are equally good. A csv header is a first line whose
 * first field names a user (user, user_id, customer_id, ...) or whose timestamp is no time. An event
 * of weight <= 0 is dropped, any other counts once. A field in double quotes may hold the separator
 * but no quotes. A byte order mark, CR before LF, empty lines and a missing last LF are fine.
 *
 * Guarantees  any bytes give events or an error with its line; the same bytes give the same events.
 * Cost        one pass; 8 bytes an event, 16 where it has a time.
 * Threads     one dataset, one thread.
 * Not here    files and compression (sys/input.h), splits and matrices (problem.h).
 */
#ifndef ZH_MODEL_DATASET_H
#define ZH_MODEL_DATASET_H
#include "base/note.h"
#include "model/names.h"
#include "model/rows.h"

#define ZH_DATASET_LINE_MAX (64u << 20) /* bytes; a list line of the heaviest user, 8 M items */

typedef enum zh_dataset_format { ZH_DATASET_LISTS, ZH_DATASET_CSV, ZH_DATASET_SESSIONS } zh_dataset_format;

/* valid: the item before the last, known when scoring. */
typedef enum zh_dataset_part { ZH_PART_TRAIN, ZH_PART_VALID, ZH_PART_TEST, ZH_PARTS } zh_dataset_part;

typedef struct zh_dataset_event {
    uint32_t row, item; /* numbers of the two name tables */
} zh_dataset_event;

typedef struct zh_dataset {
    bool sessions;               /* the format of what was read */
    zh_names rows, items;        /* shared by the parts */
    zh_buf events_[ZH_PARTS];    /* private; zh_dataset_event */
    zh_buf times_[ZH_PARTS];     /* private; double an event, empty when the file had no times */
} zh_dataset;

/* Empty. The caller closes. */
zh_dataset zh_dataset_open(void);
void zh_dataset_close(zh_dataset *data);

/* Append the events of one file to a part; the bytes are not needed afterwards. All files of a
 * dataset have one format, and within a part either all events have a time or none.
 * Errors: ZH_FORMAT (*why names line and field), ZH_FULL, ZH_NOMEM; the dataset is then only to be closed. */
ZH_MUST zh_err zh_dataset_read(zh_dataset *data, zh_dataset_part part, zh_dataset_format format,
                               zh_sv bytes, zh_note *why);

size_t zh_dataset_count(const zh_dataset *data, zh_dataset_part part); /* events */
zh_dataset_event zh_dataset_at(const zh_dataset *data, zh_dataset_part part, size_t event);
bool zh_dataset_timed(const zh_dataset *data, zh_dataset_part part);
/* Seconds (or whatever the file counts in); 0 where the part has no times. */
double zh_dataset_time(const zh_dataset *data, zh_dataset_part part, size_t event);

#endif
