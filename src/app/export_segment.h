/* export_segment.h -- `zhun export --what segment:NAME`: who is in a kept segment, page by page, to standard output. */
#ifndef ZH_APP_EXPORT_SEGMENT_H
#define ZH_APP_EXPORT_SEGMENT_H
#include "app/door.h"

/* A line a member: customer, user_id (empty before login), since; with a header (csv), or one JSON object each.
 * Errors: those of the door (why says which), ZH_IO standard output cannot be written. */
ZH_MUST zh_err zh_export_segment(zh_door *door, zh_sv name, bool is_csv, zh_note *why);

#endif
