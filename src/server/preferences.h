/* preferences.h -- a customer's own page, in its parts: what is known of him as JSON, and that JSON as a page.
 *
 * The page shows what the download has, made once: nothing is known that he cannot take with him, and nothing is shown by another way. */
#ifndef ZH_SERVER_PREFERENCES_H
#define ZH_SERVER_PREFERENCES_H
#include "server/links.h"

#define ZH_OWN_WORDING ZH_SV("preference page 1") /* of what stands beside the switches; another text is another number */
#define ZH_OWN_SOURCE ZH_SV("preference page")
#define ZH_OWN_LISTS 5             /* lists shown on the page, newest first */
#define ZH_OWN_LISTS_MAX 200       /* in a download */
#define ZH_OWN_EVENTS_MAX 5000     /* in a download; older ones in the next */
#define ZH_OWN_BYTES_MAX (8u << 20) /* after this much no further event is begun */

typedef struct zh_own {
    zh_call *call;
    zh_link_call link;
    zh_permit permit; /* to be served what is his */
} zh_own;

/* What is known of him, as one object; `whole`: with his lists as they were recorded and his events after the cursor ?before=. Errors: ZH_NOMEM, ZH_IO …;
 * ZH_FORMAT the cursor is none. Then what was written is not whole. */
ZH_MUST zh_err zh_own_json(zh_own *own, bool whole, zh_json_out *out);
/* The same as rows of a table: part, entry, name, value. */
ZH_MUST zh_err zh_own_table(zh_json_value all, zh_buf *out);
/* The page of it; `all` is zh_own_json without `whole`. Answers. */
void zh_own_page(zh_own *own, zh_json_value all);
/* A form's head with what each form carries: act is a word of preferences.c. Between it and </form> stand fields and a button. */
void zh_own_form(zh_own *own, zh_html *page, const char *act, bool is_below);

#endif
