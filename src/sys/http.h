/* http.h -- an HTTP/1.1 server: whole requests in, answers out, now or later from another thread.
 *
 * A few event-loop threads (libmicrohttpd over epoll) read requests. The handler is called with a
 * request that is complete, headers and body, and must do one of three things with it:
 *
 *     zh_http_reply(request, &answer)            at once, for what takes microseconds
 *     zh_http_hold(request), then zh_http_reply  later, once, from any thread: the group commit
 *     zh_http_stream_open(&stream, request, …)   server-sent events: pieces pushed by any thread
 *
 * A handler runs on an event loop: what blocks it delays every connection of that thread.
 *
 * Guarantees  a body is never larger than body_max said, all bodies together never than
 *             bodies_bytes_max; requests two servers could read differently (Content-Length beside
 *             Transfer-Encoding, two of either or of Host, odd blanks) are refused with 400 and the
 *             connection is closed; a peer that dribbles (headers, body or reading) is cut at
 *             request_ms_max or answer_ms_max; no TRACE; no version in any header.
 *             When places for connections or bodies run out, those who hold them and send nothing
 *             go first: silent connections, oldest first, then requests that are slow to come in.
 * Cost        about 20 us of one core a small request, most of it the kernel's; a body is copied
 *             once, into one piece.
 * Threads     handler, refuse and body_max are called on several HTTP threads at once. A request
 *             belongs to one thread at a time: the HTTP thread until hold, then whoever you gave it
 *             to, until reply.
 * Not here    TLS and HTTP/2 (a proxy in front), routes, decompression, authentication (server).
 */
#ifndef ZH_SYS_HTTP_H
#define ZH_SYS_HTTP_H
#include "base/arena.h"
#include "base/err.h"

/* Bytes of path and query. Sensors and pixels send an event as a query, and 32,768 bytes become
 * 46,400 as base64 with '+' and '/' escaped. */
#define ZH_HTTP_URL_MAX (48u << 10)
#define ZH_HTTP_HEADERS_MAX 100 /* lines; browsers send about 20 */

/* A body over its limit is read and dropped up to this, so that its sender reads our answer and
 * keeps the connection; beyond, we answer and close. */
#define ZH_HTTP_DISCARD_MAX (16u << 20)

/* Zero bytes that may be read behind a body: simdjson asks for them. */
#define ZH_HTTP_BODY_PAD 64

/* Pieces waiting in one stream; a slower reader is told ZH_FULL. */
#define ZH_HTTP_STREAM_BYTES 65536

/* Defaults of zh_http_desc. */
#define ZH_HTTP_CONNECTIONS  16384        /* at once, TCP and unix together; fewer where descriptors are few */
#define ZH_HTTP_BODIES_BYTES (256u << 20) /* of all bodies being held together */
#define ZH_HTTP_ARENA_BYTES  (64u << 20)  /* a request's arena: a decompressed body, its parse */
#define ZH_HTTP_IDLE_MS      30000        /* silence on a connection before it is closed */
#define ZH_HTTP_REQUEST_MS   60000        /* from the request line to the last body byte */
#define ZH_HTTP_ANSWER_MS    60000        /* from the answer to its last byte */

/* When 7 of 8 places are taken: how long a connection may be silent, and a request take to come
 * in. */
#define ZH_HTTP_CROWDED_IDLE_MS    1000
#define ZH_HTTP_CROWDED_REQUEST_MS 10000

typedef struct zh_http_server zh_http_server;
typedef struct zh_http_request zh_http_request;
typedef struct zh_http_stream zh_http_stream;

typedef enum zh_http_method {
    ZH_HTTP_GET,
    ZH_HTTP_HEAD,
    ZH_HTTP_POST,
    ZH_HTTP_PUT,
    ZH_HTTP_PATCH,
    ZH_HTTP_DELETE,
    ZH_HTTP_OPTIONS,
} zh_http_method; /* others never reach a handler: TRACE, CONNECT 405, unknown 501 */

typedef void (*zh_http_handler)(void *ctx, zh_http_request *request);

typedef struct zh_http_desc {
    zh_sv host;      /* empty: 127.0.0.1 */
    uint16_t port;   /* 0: the system chooses, see zh_http_port() */
    bool no_tcp;     /* only the unix socket */
    /* empty: none; made with mode 0600, a dead one is replaced, ZH_BUSY for a living one */
    zh_sv unix_path;
    unsigned threads; /* event loops, 0: 2 */
    void *ctx;
    zh_http_handler handler; /* required */
    /* Largest body for this request, asked once when its headers are there (body not yet). NULL: 1
     * MiB. */
    size_t (*body_max)(void *ctx, const zh_http_request *request);
    /* Called instead of handler for a body not taken in (ZH_FULL: over its limit, ZH_BUSY:
     * bodies_bytes_max is reached); must zh_http_reply at once, e.g. with 400 where the protocol
     * says so. NULL: plain 413, 503. */
    void (*refuse)(void *ctx, zh_http_request *request, zh_err why);
    unsigned connections_max;
    size_t bodies_bytes_max, arena_bytes_max;
    int64_t idle_ms_max, request_ms_max, answer_ms_max;
} zh_http_desc; /* 0: the default named above */

typedef struct zh_http_header {
    zh_sv name, value;
} zh_http_header;

typedef enum zh_http_keep {
    ZH_HTTP_COPY,   /* the body is copied now */
    ZH_HTTP_ARENA,  /* the body lies in the request's arena, which lives until it is sent */
    ZH_HTTP_STATIC, /* the body lives longer than the server */
} zh_http_keep;

typedef struct zh_http_response {
    unsigned status;
    zh_sv content_type; /* empty: no such header */
    zh_sv body;         /* left out by itself for HEAD, 204 and 304 */
    zh_http_keep keep;
    /* copied; CR, LF or NUL in a value turns the answer into 500, an empty value leaves it out */
    const zh_http_header *headers;
    size_t headers_count;
    bool close; /* close the connection after it */
} zh_http_response;

/* ---- the server ---- */

/* Listen and serve. Raises RLIMIT_NOFILE as far as it may. `*why` (may be NULL) gets a short static
 * text. Errors: ZH_BUSY the address is taken, ZH_DENIED, ZH_RANGE a bad host or a path too long,
 * ZH_IO, ZH_NOMEM. */
ZH_MUST zh_err zh_http_open(zh_http_server **out, const zh_http_desc *desc, const char **why);
/* Stop at once: streams end, connections are cut. Every held request must have its reply. */
void zh_http_close(zh_http_server *server);
/* The TCP port; 0 with no_tcp. */
uint16_t zh_http_port(const zh_http_server *server);
/* Take no new connection, end streams, let requests under way finish; each answer closes its
 * connection. ZH_TIMEOUT: some were still there after timeout_ms. Close the server afterwards in
 * either case. */
ZH_MUST zh_err zh_http_drain(zh_http_server *server, int64_t timeout_ms);

typedef struct zh_http_stats {
    uint64_t requests;    /* since open */
    uint64_t refused;     /* of them refused here: smuggling, limits, methods */
    uint64_t cut;         /* connections cut for slowness */
    unsigned connections; /* now */
    unsigned in_flight;   /* requests now, streams among them */
    unsigned streams;     /* now */
    size_t body_bytes;    /* in bodies now */
} zh_http_stats;
zh_http_stats zh_http_stats_of(const zh_http_server *server);

/* ---- what came in: views valid until the reply ---- */

zh_http_method zh_http_method_of(const zh_http_request *request);
zh_sv zh_http_method_text(const zh_http_request *request);
/* As sent, percent signs and all, without the query: "/v1/profiles/a%2Fb". */
zh_sv zh_http_path(const zh_http_request *request);
/* The index-th part of the path between slashes, decoded, in the request's arena: part 2 above is
 * "a/b". data == NULL: there is no such part, or it decodes to a NUL byte. */
zh_sv zh_http_path_part(zh_http_request *request, size_t index);
/* What follows '?', as sent; empty when nothing does. */
zh_sv zh_http_query(const zh_http_request *request);
/* First parameter of this name, decoded ('+' is a blank), in the request's arena; data == NULL:
 * absent. */
zh_sv zh_http_param(zh_http_request *request, zh_sv name);
/* The same for the form text of a body. */
zh_sv zh_http_form_param(zh_arena *arena, zh_sv form, zh_sv name);
/* Value of a header, the name in any case and a literal (NUL-ended); data == NULL: absent. */
zh_sv zh_http_header_of(const zh_http_request *request, const char *name);
/* "127.0.0.1", "::1"; empty over the unix socket. Personal data: never into a log line. */
zh_sv zh_http_peer(const zh_http_request *request);
bool zh_http_is_unix(const zh_http_request *request);
/* One piece, with ZH_HTTP_BODY_PAD readable zero bytes behind it; empty in body_max and in
 * refuse. */
zh_sv zh_http_body(const zh_http_request *request);
/* Scratch memory of this request: zeroed takes, gone after the answer is sent. */
zh_arena *zh_http_arena(zh_http_request *request);
/* Since the request line was read. */
int64_t zh_http_elapsed_us(const zh_http_request *request);
/* The desc's ctx. */
void *zh_http_ctx(const zh_http_request *request);

/* ---- answers: after reply or stream the request is gone for the caller ---- */

void zh_http_reply(zh_http_request *request, const zh_http_response *response);
/* Inside the handler, before another thread may see the request. */
void zh_http_hold(zh_http_request *request);

/* Answer with `head` (its body, if any, goes first) and pieces to come. You end it, always.
 * ZH_NOMEM: nothing was answered, the request is still yours. */
ZH_MUST zh_err zh_http_stream_open(zh_http_stream **out, zh_http_request *request,
                                   const zh_http_response *head);
/* One piece, copied whole or not at all. ZH_FULL: the reader is too slow. ZH_STOPPED: it is gone,
 * or the server drains. Nobody tells us of a reader that left while nothing is sent: push a comment
 * line every 15 s. */
ZH_MUST zh_err zh_http_stream_push(zh_http_stream *stream, zh_sv piece);
/* What waits is still sent. The handle is dead afterwards. NULL is fine. */
void zh_http_stream_end(zh_http_stream *stream);

#endif
