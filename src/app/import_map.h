/* import_map.h -- the map of an import: from YAML or JSON, its time zone, and as JSON again. */
#ifndef ZH_APP_IMPORT_MAP_H
#define ZH_APP_IMPORT_MAP_H
#include "base/json_out.h"
#include "base/note.h"
#include "base/tz.h"
#include "collect/column_map.h"

/* Lay the lines of a map file over `map`; JSON is YAML. ZH_FORMAT, ZH_FULL with the line and the reason. */
ZH_MUST zh_err zh_import_map_text(zh_column_map *map, zh_sv text, zh_note *why);
/* The same from a file; also ZH_ABSENT, ZH_DENIED, ZH_IO. */
ZH_MUST zh_err zh_import_map_file(zh_column_map *map, zh_sv path, zh_note *why);
/* The map's zone; *out is NULL for UTC. The caller closes. ZH_ABSENT: not known here. */
ZH_MUST zh_err zh_import_map_zone(const zh_column_map *map, zh_tz **out, zh_note *why);
/* As an object that zh_import_map_text reads again. */
void zh_import_map_json(const zh_column_map *map, zh_json_out *out);

#endif
