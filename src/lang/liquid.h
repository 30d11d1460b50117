/* liquid.h -- templates of messages: Liquid, as Shopify describes it, checked when saved and rendered within limits.
 *
 *     zh_liquid_template *letter;
 *     zh_cel_fault fault;
 *     e = zh_liquid_parse_template(&arena, source, &letter, &fault);            (liquid_parse.h)
 *     zh_liquid_render_desc desc = { .arena = &memory, .data = map, .context = ZH_LIQUID_HTML, .now_ms = now_ms };
 *     e = zh_liquid_render(letter, &desc, &out, &report);
 *
 * What {{ }} prints is escaped for where it goes; the template's own text never is. The filter `raw` prints a value as it is.
 * An error of template or data (dividing by 0, an argument too many) is printed as "Liquid error: ..." where the output would
 * stand, and counted; rendering goes on, as in the reference. What is undefined is nothing, an unknown filter does nothing.
 *
 * Guarantees  the same template, data, time and zone give the same bytes; any template ends within steps_max, out_bytes_max and
 *             the maximum of the arena.
 * Cost        O(steps), about 0.03 us each; no allocation but the arena's and the buffer's.
 * Threads     a template may be rendered by many threads, each with its own desc.
 * Not here    choosing a language, channels, sending; the clock, which is given.
 * Differences from the reference are listed in docs/TEMPLATES.md.
 */
#ifndef ZH_LANG_LIQUID_H
#define ZH_LANG_LIQUID_H
#include "base/note.h"
#include "base/tz.h"
#include "lang/liquid_parse.h"

#define ZH_LIQUID_STEPS_MAX UINT64_C(10000000)          /* of one rendering: a third of a second of work, a second at most */
#define ZH_LIQUID_OUT_BYTES_MAX ((size_t)16 << 20)      /* of one rendering, and of one text on the way; mail servers take no more */
#define ZH_LIQUID_MEMORY_BYTES_MAX ((size_t)256 << 20)  /* what an arena for rendering needs at most */
#define ZH_LIQUID_RUN_DEPTH_MAX 200                     /* blocks and templates within each other while rendering; each costs about 1 KB of stack */
#define ZH_LIQUID_PARTIALS_MAX 1000                     /* templates that one template may name */

typedef enum zh_liquid_context {
    ZH_LIQUID_NONE,   /* nothing is escaped */
    ZH_LIQUID_HTML,   /* & < > " ' as entities */
    ZH_LIQUID_HEADER, /* a value with CR, LF or NUL is refused: it would be a second header */
    ZH_LIQUID_JSON,   /* as inside the quotes of a JSON text */
    ZH_LIQUID_PLAIN   /* text: control characters other than tab and line ends are left out */
} zh_liquid_context;

/* "none", "html", "header", "json", "text"; false: no such name. */
bool zh_liquid_context_of(zh_sv name, zh_liquid_context *out);

typedef struct zh_liquid_partial { zh_sv name, source; } zh_liquid_partial; /* parsed when first named */

typedef struct zh_liquid_render_desc {
    zh_arena *arena;            /* holds what the rendering makes; reset it afterwards */
    const zh_liquid_map *data;  /* variables; NULL: none */
    zh_liquid_context context;
    int64_t now_ms;             /* "now" of the filter date */
    const zh_tz *zone;          /* of dates; NULL: UTC */
    const zh_liquid_partial *partials; /* [partials_count], at most ZH_LIQUID_PARTIALS_MAX */
    size_t partials_count;
    bool strict;                /* undefined variables and unknown filters are errors, too */
    uint64_t steps_max;         /* 0: ZH_LIQUID_STEPS_MAX */
    size_t out_bytes_max;       /* 0: ZH_LIQUID_OUT_BYTES_MAX; the buffer's own maximum counts, too */
} zh_liquid_render_desc;

typedef struct zh_liquid_report {
    uint64_t errors;       /* printed or, where strict, noticed */
    zh_cel_fault first;    /* the first of them */
    zh_cel_fault stopped;  /* why it ended early: limit, abort */
    uint64_t steps;        /* taken */
} zh_liquid_report;

/* Append the output. `report` may be NULL. Errors: ZH_STOPPED {% abort %} (report.stopped is the reason), ZH_FULL a limit, ZH_FORMAT
 * a value that the context refuses, ZH_NOMEM; then the buffer holds a beginning that is not to be sent. */
ZH_MUST zh_err zh_liquid_render(const zh_liquid_template *template, const zh_liquid_render_desc *desc, zh_buf *out, zh_liquid_report *report);

#endif
