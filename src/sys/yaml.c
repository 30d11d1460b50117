#include "sys/yaml.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <yaml.h>

/* Nodes stand in one array in the order of the text; 0 is none. Children are chained, for a mapping
 * by value. */
typedef struct node {
    zh_yaml_type type;
    bool plain;       /* a scalar without quotes */
    uint32_t line;
    uint32_t first, next; /* child, neighbour */
    zh_sv text;       /* of a scalar */
    zh_sv key;        /* in a mapping */
} node;

struct zh_yaml {
    node *nodes;
    uint32_t count, cap;
    char *texts;      /* scalars one behind the other; see copy() */
    size_t texts_size, texts_cap;
};

typedef struct level {
    uint32_t at;      /* the list or mapping */
    uint32_t last;    /* its newest child, 0 for none */
    zh_sv key;        /* that waits for its value */
    bool has_key;
} level;

typedef struct reading {
    zh_yaml *yaml;
    zh_note *why;
    level levels[ZH_YAML_DEPTH_MAX];
    uint32_t depth;
    bool started;     /* a document has begun */
} reading;

static zh_err refuse(reading *r, const yaml_event_t *event, zh_err e, const char *reason)
{
    zh_note_set(r->why, "line %zu, column %zu: %s", event->start_mark.line + 1,
                event->start_mark.column + 1, reason);
    return e;
}

/* Texts never move: the room is made once, for the whole document. An escape stands for at most half
 * as many bytes again as it has ("\L": three of two), so half as much again is kept. */
static bool copy(zh_yaml *yaml, const yaml_event_t *event, zh_sv *out)
{
    const size_t size = event->data.scalar.length;
    if (size > yaml->texts_cap - yaml->texts_size) return false;
    char *to = yaml->texts + yaml->texts_size;
    if (size > 0) memcpy(to, event->data.scalar.value, size);
    yaml->texts_size += size;
    *out = (zh_sv){ to, size };
    return true;
}

static zh_err add(reading *r, const yaml_event_t *event, node n)
{
    zh_yaml *yaml = r->yaml;
    if (yaml->count > ZH_YAML_NODES_MAX)
        return refuse(r, event, ZH_FULL, "more than 20,000 entries");
    if (yaml->count == yaml->cap) {
        const uint32_t cap = yaml->cap == 0 ? 64 : yaml->cap * 2;
        node *nodes = realloc(yaml->nodes, cap * sizeof *nodes);
        if (nodes == NULL) return ZH_NOMEM;
        if (yaml->cap == 0) nodes[0] = (node){ 0 };
        yaml->nodes = nodes;
        yaml->cap = cap;
        if (yaml->count == 0) yaml->count = 1;
    }
    n.line = (uint32_t)event->start_mark.line + 1;
    const uint32_t at = yaml->count++;
    if (r->depth > 0) {
        level *l = &r->levels[r->depth - 1];
        n.key = l->key;
        l->has_key = false;
        if (l->last == 0) yaml->nodes[l->at].first = at;
        else yaml->nodes[l->last].next = at;
        l->last = at;
    }
    yaml->nodes[at] = n;
    if (n.type != ZH_YAML_LIST && n.type != ZH_YAML_MAP) return ZH_OK;
    if (r->depth == ZH_YAML_DEPTH_MAX) return refuse(r, event, ZH_FULL, "more than 16 levels");
    r->levels[r->depth++] = (level){ .at = at };
    return ZH_OK;
}

/* A scalar where a key must stand. */
static zh_err take_key(reading *r, const yaml_event_t *event, level *l)
{
    zh_sv key;
    if (!copy(r->yaml, event, &key)) return refuse(r, event, ZH_FULL, "too many escapes");
    if (zh_sv_equal(key, ZH_SV("<<")))
        return refuse(r, event, ZH_FORMAT, "merge keys are not read here: write the entries out");
    for (uint32_t at = r->yaml->nodes[l->at].first; at != 0; at = r->yaml->nodes[at].next)
        if (zh_sv_equal(r->yaml->nodes[at].key, key))
            return refuse(r, event, ZH_FORMAT, "this key is there twice");
    l->key = key;
    l->has_key = true;
    return ZH_OK;
}

static bool is_null(zh_sv text)
{
    return text.size == 0 || zh_sv_equal(text, ZH_SV("~")) ||
           (text.size == 4 && strncasecmp(text.data, "null", 4) == 0);
}

static zh_err take_scalar(reading *r, const yaml_event_t *event)
{
    node n = { .plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE };
    if (!copy(r->yaml, event, &n.text)) return refuse(r, event, ZH_FULL, "too many escapes");
    n.type = n.plain && is_null(n.text) ? ZH_YAML_NULL : ZH_YAML_TEXT;
    return add(r, event, n);
}

static zh_err take(reading *r, const yaml_event_t *event)
{
    level *l = r->depth == 0 ? NULL : &r->levels[r->depth - 1];
    const bool key_due = l != NULL && r->yaml->nodes[l->at].type == ZH_YAML_MAP && !l->has_key;
    switch (event->type) {
    case YAML_SCALAR_EVENT: return key_due ? take_key(r, event, l) : take_scalar(r, event);
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        if (key_due) return refuse(r, event, ZH_FORMAT, "a key must be text");
        return add(
            r, event,
            (node){ .type = event->type == YAML_MAPPING_START_EVENT ? ZH_YAML_MAP : ZH_YAML_LIST });
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: r->depth--; return ZH_OK;
    case YAML_ALIAS_EVENT:
        return refuse(r, event, ZH_FORMAT,
                      "aliases (*name) are not read here: write the value out");
    case YAML_DOCUMENT_START_EVENT:
        if (r->started) return refuse(r, event, ZH_FORMAT, "a second document: one file holds one");
        r->started = true;
        return ZH_OK;
    default: return ZH_OK;
    }
}

static zh_err read_events(reading *r, yaml_parser_t *parser)
{
    for (bool done = false; !done;) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event)) {
            if (parser->error == YAML_MEMORY_ERROR) return ZH_NOMEM;
            const bool marked =
                parser->error == YAML_SCANNER_ERROR || parser->error == YAML_PARSER_ERROR;
            if (marked)
                zh_note_set(r->why, "line %zu, column %zu: %s", parser->problem_mark.line + 1,
                            parser->problem_mark.column + 1, parser->problem);
            else
                zh_note_set(r->why, "byte %zu: %s", parser->problem_offset,
                            parser->problem == NULL ? "not text" : parser->problem);
            return ZH_FORMAT;
        }
        done = event.type == YAML_STREAM_END_EVENT;
        const zh_err e = take(r, &event);
        yaml_event_delete(&event);
        if (e != ZH_OK) return e;
    }
    return ZH_OK;
}

zh_err zh_yaml_open(zh_yaml **out, zh_sv text, zh_note *why)
{
    *out = NULL;
    if (text.size > ZH_YAML_BYTES_MAX) {
        zh_note_set(why, "the document is larger than %u bytes", ZH_YAML_BYTES_MAX);
        return ZH_FULL;
    }
    zh_yaml *yaml = calloc(1, sizeof *yaml);
    yaml_parser_t parser;
    if (yaml == NULL) return ZH_NOMEM;
    yaml->texts_cap = text.size + text.size / 2 + 64;
    yaml->texts = malloc(yaml->texts_cap);
    if (yaml->texts == NULL || !yaml_parser_initialize(&parser)) {
        zh_yaml_close(yaml);
        return ZH_NOMEM;
    }
    yaml_parser_set_input_string(
        &parser, (const unsigned char *)(text.data == NULL ? "" : text.data), text.size);
    reading r = { .yaml = yaml, .why = why };
    const zh_err e = read_events(&r, &parser);
    yaml_parser_delete(&parser);
    if (e != ZH_OK) {
        zh_yaml_close(yaml);
        return e;
    }
    *out = yaml;
    return ZH_OK;
}

void zh_yaml_close(zh_yaml *yaml)
{
    if (yaml == NULL) return;
    free(yaml->nodes);
    free(yaml->texts);
    free(yaml);
}

/* ---- asking ---- */

static const node *at_node(zh_yaml_node n)
{
    static const node absent = { 0 }, nothing = { .type = ZH_YAML_NULL, .line = 1 };
    if (n.yaml_ == NULL) return &absent;
    return n.yaml_->count == 0 ? &nothing : &n.yaml_->nodes[n.at_]; /* an empty document is null */
}

zh_yaml_node zh_yaml_root(const zh_yaml *yaml) { return (zh_yaml_node){ yaml, 1 }; }
zh_yaml_type zh_yaml_type_of(zh_yaml_node n) { return at_node(n)->type; }
uint32_t zh_yaml_line(zh_yaml_node n) { return at_node(n)->line; }

zh_yaml_node zh_yaml_get(zh_yaml_node map, zh_sv key)
{
    for (zh_yaml_iter it = zh_yaml_walk(map);
         zh_yaml_type_of(map) == ZH_YAML_MAP && zh_yaml_next(&it);)
        if (zh_sv_equal(it.key, key)) return it.value;
    return (zh_yaml_node){ 0 };
}

zh_yaml_node zh_yaml_find(const zh_yaml *yaml, zh_sv path)
{
    zh_yaml_node at = zh_yaml_root(yaml);
    for (bool more = true; more;) {
        const char *dot = path.size == 0 ? NULL : memchr(path.data, '.', path.size);
        const size_t size = dot == NULL ? path.size : (size_t)(dot - path.data);
        at = zh_yaml_get(at, zh_sv_part(path, 0, size));
        more = dot != NULL;
        path = zh_sv_part(path, size + 1, SIZE_MAX);
    }
    return at;
}

bool zh_yaml_text(zh_yaml_node n, zh_sv *out)
{
    const node *scalar = at_node(n);
    if (scalar->type != ZH_YAML_TEXT) return false;
    *out = scalar->text;
    return true;
}

/* The scalar as a C text in `room`; false when it does not fit or has a NUL. */
static bool as_c_text(zh_yaml_node n, char room[64])
{
    zh_sv text;
    if (!zh_yaml_text(n, &text) || text.size == 0 || text.size > 63 ||
        memchr(text.data, 0, text.size) != NULL)
        return false;
    memcpy(room, text.data, text.size);
    room[text.size] = '\0';
    return room[0] == '-' || room[0] == '+' || room[0] == '.' || (room[0] >= '0' && room[0] <= '9');
}

bool zh_yaml_int(zh_yaml_node n, int64_t *out)
{
    char room[64], *end;
    if (!as_c_text(n, room)) return false;
    errno = 0;
    const long long value = strtoll(room, &end, 10);
    if (errno != 0 || *end != '\0' || end == room) return false;
    *out = value;
    return true;
}

bool zh_yaml_real(zh_yaml_node n, double *out)
{
    char room[64], *end;
    if (!as_c_text(n, room)) return false;
    const double value = strtod(room, &end);
    if (*end != '\0' || end == room || !isfinite(value)) return false;
    *out = value;
    return true;
}

bool zh_yaml_bool(zh_yaml_node n, bool *out)
{
    static const struct {
        const char *word;
        bool is;
    } words[] = { { "true", true },   { "yes", true }, { "on", true },
                  { "false", false }, { "no", false }, { "off", false } };
    const node *scalar = at_node(n);
    if (scalar->type != ZH_YAML_TEXT || !scalar->plain) return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (scalar->text.size == strlen(words[i].word) &&
            strncasecmp(scalar->text.data, words[i].word, scalar->text.size) == 0) {
            *out = words[i].is;
            return true;
        }
    return false;
}

zh_yaml_iter zh_yaml_walk(zh_yaml_node n)
{
    return (zh_yaml_iter){ .yaml_ = n.yaml_, .at_ = at_node(n)->first };
}

bool zh_yaml_next(zh_yaml_iter *it)
{
    if (it->at_ == 0) return false;
    const node *entry = &it->yaml_->nodes[it->at_];
    it->key = entry->key;
    it->value = (zh_yaml_node){ it->yaml_, it->at_ };
    it->at_ = entry->next;
    return true;
}
