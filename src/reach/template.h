/* template.h -- what a message says, in each language, as Liquid; checked when it is saved, rendered for one customer.
 *
 *     { "title": "Welcome", "purpose": "transactional", "language": "zh",
 *       "languages": { "zh": { "subject": "你好 {{ customer.name }}", "text": "…", "html": "<p>…</p>" },
 *                      "en": { "subject": "Hello {{ customer.name }}", "text": "…", "json": "{\"thing1\":{\"value\":\"{{ data.item }}\"}}" } },
 *       "sample": { "item": "tea" } }
 *
 *     part      escaped as        of
 *     subject   header            e-mail, the title of an inbox
 *     text      text              e-mail, SMS, inbox
 *     html      HTML              e-mail
 *     json      inside a text     what a gateway wants as an object (WeChat); the rendered text must be JSON
 *
 * The language is the one asked for, else the customer's, else its first part ("zh" of "zh-CN"), else the template's.
 *
 * Guarantees  a template that was taken parses; a fault has its field, line and column. Rendering ends within the limits of lang/liquid.h.
 * Lifetimes   everything lives in the arena.
 * Not here    the variables (engine/compose.h), channels (adapter.h).
 */
#ifndef ZH_REACH_TEMPLATE_H
#define ZH_REACH_TEMPLATE_H
#include "lang/liquid.h"
#include "reach/definition.h"

#define ZH_TEMPLATE_SETTING "template/"      /* how the settings are called that define one */
#define ZH_TEMPLATES_MAX 1000                /* that a workspace defines */
#define ZH_TEMPLATE_BYTES_MAX 30000          /* of its text: with the one before it, it fits into a setting */
#define ZH_TEMPLATE_LANGUAGES_MAX 16
#define ZH_TEMPLATE_MEMORY_BYTES_MAX ((size_t)32 << 20) /* of reading one */
#define ZH_TEMPLATE_OUT_BYTES_MAX (1u << 20)  /* of one part, rendered: what mail servers and people still take */

typedef enum zh_template_part { ZH_TEMPLATE_SUBJECT, ZH_TEMPLATE_TEXT, ZH_TEMPLATE_HTML, ZH_TEMPLATE_JSON, ZH_TEMPLATE_PARTS } zh_template_part;
const char *zh_template_part_text(zh_template_part part); /* "subject" */

typedef struct zh_template_language {
    zh_sv name;                           /* "zh" */
    zh_liquid_template *part[ZH_TEMPLATE_PARTS];   /* NULL: it has none */
} zh_template_language;

typedef struct zh_template {
    zh_sv title, language;
    bool is_marketing;
    zh_template_language languages[ZH_TEMPLATE_LANGUAGES_MAX];
    uint32_t languages_count;
} zh_template;

/* `root` and its texts may go afterwards. Errors: ZH_FORMAT (*fault says what), ZH_NOMEM. */
ZH_MUST zh_err zh_template_read(zh_json_value root, zh_arena *arena, zh_template *out, zh_fault *fault);

/* Whose words: `asked` and `customer` may be empty. Never NULL. */
const zh_template_language *zh_template_for(const zh_template *template, zh_sv asked, zh_sv customer);

typedef struct zh_rendered {
    zh_sv part[ZH_TEMPLATE_PARTS];   /* in the arena; data NULL: there is none */
    uint64_t errors;        /* printed in their place */
    zh_fault fault;         /* the first of them, or why it stopped */
} zh_rendered;

/* Errors: ZH_STOPPED {% abort %}, ZH_FULL a limit, ZH_FORMAT a value that a part refuses, or a json part that is none; ZH_NOMEM. */
ZH_MUST zh_err zh_template_render(const zh_template_language *language, const zh_liquid_map *data, int64_t now_ms, const zh_tz *zone, zh_arena *arena, zh_rendered *out);

#endif
