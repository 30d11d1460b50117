/* server.h -- the HTTP face of an engine: collection, serving, administration, the console.
 *
 * The routes are those of api/openapi.json, which is also served at /openapi.json. Each route says
 * in one table row what it needs: a write key, a server key, or a right of the person who asks.
 *
 * Guarantees  a collector request is answered after its batch is durable; an overloaded engine says
 *             429 with Retry-After, never a status that makes an SDK delete its queue.
 * Threads     open and close from one thread; routes run on the HTTP threads, slow ones on workers.
 * Not here    what an answer contains (engine, decide), who may do what (guard).
 */
#ifndef ZH_SERVER_SERVER_H
#define ZH_SERVER_SERVER_H
#include "base/note.h"
#include "engine/engine.h"
#include "server/uploads.h"

#define ZH_SERVER_BODY_BYTES_MAX (1u << 20)      /* as sent; compressed or not */
#define ZH_SERVER_UNPACKED_BYTES_MAX (10u << 20) /* after decompression */
#define ZH_SERVER_DRAIN_MS 10000                 /* how long a stop waits for requests under way */

typedef struct zh_server zh_server;

typedef struct zh_server_desc {
    zh_engine *engine;      /* borrowed until close */
    zh_sv host;             /* empty: 127.0.0.1 */
    uint16_t port;          /* 0: the system chooses */
    zh_sv unix_path;        /* empty: none; whoever may open it is the owner */
    bool no_tcp;
    unsigned threads;       /* of HTTP; 0: 2 */
    zh_sv version;          /* of zhun, for /api/v1/system */
    zh_sv trusted_proxies;  /* addresses whose X-Forwarded-Proto is believed, with commas between; borrowed until
                             * close; empty: none */
    const zh_server_importer *importer; /* reads uploaded files; borrowed until close; NULL: none are taken */
    zh_sv public_placements; /* a write key may read these: names with commas between; borrowed until close */
} zh_server_desc;

/* Errors: those of zh_http_open; *why says more. The caller closes. */
ZH_MUST zh_err zh_server_open(zh_server **out, const zh_server_desc *desc, zh_note *why);
uint16_t zh_server_port(const zh_server *server);
/* Stop taking requests, answer those under way, end. NULL is fine. */
void zh_server_close(zh_server *server);

#endif
