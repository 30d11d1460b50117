/* html.h -- pages for a shop's customers: made here, in Chinese or English, of plain forms.
 *
 * They need no script and load nothing: one style sheet stands in the page, under a nonce. The language is that of ?lang=, else the first
 * of zh and en that the browser asks for, else English.
 *
 * Guarantees  what is not a literal of ours is escaped: markup can only come from zh_html_put() and the words of zh_html_say().
 *             No page is stored, framed, indexed or told to the next page; forms go nowhere but here.
 */
#ifndef ZH_SERVER_HTML_H
#define ZH_SERVER_HTML_H
#include "server/call.h"

typedef struct zh_html {
    zh_call *call;
    zh_buf *out; /* the thread's */
    bool is_zh;
    char nonce[32];
} zh_html;

zh_html zh_html_begin(zh_call *call, const char *title_en, const char *title_zh);
void zh_html_put(zh_html *page, const char *markup);                  /* a literal */
void zh_html_say(zh_html *page, const char *en, const char *zh);      /* literals, without markup */
void zh_html_block(zh_html *page, const char *element, const char *en, const char *zh); /* <p>words</p> */
void zh_html_text(zh_html *page, zh_sv text);                         /* anybody's words */
void zh_html_value(zh_html *page, zh_sv text);                        /* the same, within a "…" of an attribute */
void zh_html_number(zh_html *page, int64_t number);
void zh_html_day(zh_html *page, int64_t ms);                          /* 2026-11-23, in the workspace's zone; nothing where ms is 0 */
const char *zh_html_lang(const zh_html *page);                        /* "zh" or "en" */
/* The way to the other language, the end, and the answer. */
void zh_html_end(zh_html *page, unsigned status);

#endif
