/* yaml.h -- a YAML document as a tree to look things up in: configuration and column maps.
 *
 * Built on libyaml's event parser. What configuration does not need is refused with its line,
 * because it is mostly a mistake or an attack there: aliases (a few lines can stand for gigabytes),
 * merge keys, several documents, a key given twice, keys that are no text.
 *
 * The absent node (zeros) answers "no" to every question, so look-ups chain:
 *     zh_yaml_text(zh_yaml_get(zh_yaml_get(root, ZH_SV("columns")), ZH_SV("price")), &name)
 *
 * Guarantees  memory is bounded by the text's size; every fault names line and column.
 * Lifetimes   nodes and their texts are valid until the document is closed.
 * Cost        about 100 ns a node; get O(entries of the mapping).
 * Threads     many readers.
 */
#ifndef ZH_SYS_YAML_H
#define ZH_SYS_YAML_H
#include "base/err.h"
#include "base/note.h"
#include "base/sv.h"

#define ZH_YAML_BYTES_MAX (1u << 20) /* a document; configuration has a few KB */
#define ZH_YAML_DEPTH_MAX 16         /* levels */
#define ZH_YAML_NODES_MAX 20000 /* lists, mappings and scalars; keys are compared each with each */

typedef struct zh_yaml zh_yaml;

typedef enum zh_yaml_type {
    ZH_YAML_ABSENT = 0,
    ZH_YAML_NULL, /* nothing, ~ or null, without quotes */
    ZH_YAML_TEXT, /* any other scalar */
    ZH_YAML_LIST, ZH_YAML_MAP
} zh_yaml_type;

typedef struct zh_yaml_node {
    const zh_yaml *yaml_; /* private; NULL: absent */
    uint32_t at_;         /* private */
} zh_yaml_node;

/* Parse a whole document; an empty one has a null root. The text is copied. You close.
 * Errors: ZH_FORMAT not such a document (`why` has line and column), ZH_FULL too large or too deep,
 * ZH_NOMEM. */
ZH_MUST zh_err zh_yaml_open(zh_yaml **out, zh_sv text, zh_note *why);
void zh_yaml_close(zh_yaml *yaml);

zh_yaml_node zh_yaml_root(const zh_yaml *yaml);
zh_yaml_type zh_yaml_type_of(zh_yaml_node node);
uint32_t zh_yaml_line(zh_yaml_node node); /* from 1; 0 where absent */

/* The value of a key of a mapping, or absent. */
zh_yaml_node zh_yaml_get(zh_yaml_node map, zh_sv key);
/* The same along a path of keys with dots between: "reach.smtp.host". A key with a dot in it is not
 * found so. */
zh_yaml_node zh_yaml_find(const zh_yaml *yaml, zh_sv path);

/* Each answers false, and leaves *out alone, when the node is no scalar of that kind. */
bool zh_yaml_text(zh_yaml_node node, zh_sv *out);
bool zh_yaml_int(zh_yaml_node node, int64_t *out); /* decimal, of 64 bits */
bool zh_yaml_real(zh_yaml_node node, double *out); /* finite */
/* true, false, yes, no, on, off, in any case; without quotes */
bool zh_yaml_bool(zh_yaml_node node, bool *out);

/* Entries of a mapping (key and value) or elements of a list (value), as written; else nothing.
 *     for (zh_yaml_iter it = zh_yaml_walk(node); zh_yaml_next(&it);) use(it.key, it.value); */
typedef struct zh_yaml_iter {
    zh_sv key; /* empty in a list */
    zh_yaml_node value;
    const zh_yaml *yaml_; /* private */
    uint32_t at_;         /* private; 0: the end */
} zh_yaml_iter;
zh_yaml_iter zh_yaml_walk(zh_yaml_node node);
bool zh_yaml_next(zh_yaml_iter *it);

#endif
