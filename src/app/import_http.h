/* import_http.h -- where `zhun import --url` hands its batches: an engine over HTTP.
 *
 * An overloaded engine (429, 503) is asked again when its Retry-After is over, another failure of
 * the engine or the network a few times with growing pauses. A batch that was stored while its
 * answer was lost counts as duplicate then, which is what it is.
 */
#ifndef ZH_APP_IMPORT_HTTP_H
#define ZH_APP_IMPORT_HTTP_H
#include "app/cmd_import.h"

#define ZH_IMPORT_HTTP_WAITS_MAX 600 /* of an overloaded engine, each as long as it asks for */
#define ZH_IMPORT_HTTP_WAIT_S_MAX 60 /* of one Retry-After; more is a mistake */
#define ZH_IMPORT_HTTP_TRIES 5       /* of a broken engine or network */

typedef struct zh_import_http_desc {
    zh_sv url;       /* "https://shop.example:8700" */
    zh_sv key;       /* a write key for events, an admin token for items */
    zh_sv source;    /* what X-Zhun-Import says; empty: "import" */
    int64_t pause_ms; /* before the second try, doubled for each further one; 0: 500 */
} zh_import_http_desc;

/* The caller closes *ctx with zh_import_http_close. */
ZH_MUST zh_err zh_import_http_open(const zh_import_http_desc *desc, zh_import_sink *sink,
                                   void **ctx, zh_note *why);
void zh_import_http_close(void *ctx);
struct zh_client *zh_import_http_client(void *ctx);
void zh_import_http_name(void *ctx, uint32_t number); /* batches belong to this import; 0: to none */

#endif
