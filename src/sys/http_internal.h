/* http_internal.h -- what the stages of the HTTP server share; nobody else includes it.
 *
 *   http.c          life of the server and its listening sockets
 *   http_loop.c     one thread of it: takes connections, runs libmicrohttpd, cuts slow peers
 *   http_request.c  one request: checks, body, handler, answer
 *   http_stream.c   answers that come in pieces
 *   http_url.c      percent signs and parameters
 *
 * Locks, in this order: server->mutex, stream->mutex, those inside libmicrohttpd. No callback of
 * ours takes a lock while it holds a later one.
 */
#ifndef ZH_SYS_HTTP_INTERNAL_H
#define ZH_SYS_HTTP_INTERNAL_H
#include "sys/http.h"

#include <limits.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/un.h>

#define ZH_HTTP_PEER_MAX 64 /* an IPv6 address with its scope */

#define ZH_HTTP_THREADS_MAX 64

/* One TCP or unix connection; its loop's thread alone makes, changes and frees it. */
typedef struct zh_http_connection {
    struct zh_http_connection *next, *before;
    int fd;
    bool is_unix;
    int64_t deadline_us; /* when the loop cuts it; INT64_MAX: while we are the slow side */
    int64_t since_us;    /* silent, or with its request under way, since then */
    bool is_asking;      /* a request is coming in or being answered */
    char peer[ZH_HTTP_PEER_MAX];
} zh_http_connection;

typedef struct zh_http_loop {
    zh_http_server *server;
    struct MHD_Daemon *daemon;
    int epoll_fd, wake_fd; /* wake_fd: the loop looks up */
    bool running;
    pthread_t thread;
    zh_http_connection *connections; /* newest first; the thread's own, as all below */
    zh_http_connection *oldest;
    bool taking;                     /* the listening sockets are in its epoll set */
    int64_t pause_until_us;          /* takes no connection before */
    int64_t swept_us;
} zh_http_loop;

typedef enum zh_http_stage {
    ZH_HTTP_HEAD_STAGE,   /* the headers are being read */
    ZH_HTTP_BODY_STAGE,   /* they passed; the body is being read */
    ZH_HTTP_ANSWER_STAGE, /* the handler has been called */
} zh_http_stage;

struct zh_http_request {
    zh_http_server *server;
    zh_http_loop *loop;
    zh_http_request *next; /* in the pool */
    struct MHD_Connection *mhd;
    zh_http_connection *connection;
    zh_http_stage stage;
    zh_http_method method;
    zh_sv method_text, url, path, query;
    zh_err body_state; /* ZH_OK, or why the body is not taken in */
    bool body_announced, held, refusing;
    unsigned status;
    struct MHD_Response *response; /* what to queue */
    zh_http_stream *stream;        /* the answer is one */
    int64_t began_us;
    char *body; /* body_size bytes, body_cap + ZH_HTTP_BODY_PAD owned */
    size_t body_size, body_cap, body_max, body_dropped;
    zh_arena arena;
};

struct zh_http_server {
    zh_http_desc desc; /* defaults filled in; its views are not kept */
    zh_http_loop loops[ZH_HTTP_THREADS_MAX];
    int tcp_fd, local_fd;
    uint16_t port;
    char unix_path[sizeof ((struct sockaddr_un *)0)->sun_path];
    struct MHD_Response *oops; /* the answer when there is no memory for one */

    pthread_mutex_t mutex;
    pthread_cond_t changed; /* in_flight or held became 0 while draining */
    zh_http_request *pool;
    unsigned pool_count;
    zh_http_stream *streams;

    _Atomic bool draining, stopping;
    _Atomic uint64_t requests, refused, cut;
    _Atomic unsigned connections_count, in_flight, held, streams_count;
    _Atomic size_t body_bytes;
};

/* http_loop.c */
ZH_MUST zh_err zh_http_loop_open(zh_http_loop *loop, zh_http_server *server);
void zh_http_loop_wake(zh_http_loop *loop);
/* Once server->stopping is set: the thread ends, and with it the taking of requests. */
void zh_http_loop_join(zh_http_loop *loop);
/* After the join; no connection may be suspended. */
void zh_http_loop_close(zh_http_loop *loop);

/* libmicrohttpd's callbacks, http_request.c; ctx is the loop */
void *zh_http_url_came(void *ctx, const char *url, struct MHD_Connection *mhd);
enum MHD_Result zh_http_access(void *ctx, struct MHD_Connection *mhd, const char *url,
                               const char *method, const char *version, const char *upload,
                               size_t *upload_size, void **request);
void zh_http_completed(void *ctx, struct MHD_Connection *mhd, void **request,
                       enum MHD_RequestTerminationCode why);
void zh_http_request_free(zh_http_request *request);

/* Wake a drain that waits for in_flight to become 0. */
void zh_http_changed(zh_http_server *server);

/* Content type, headers and closing, onto any kind of response; false: a bad header or no
 * memory. */
bool zh_http_dress(zh_http_request *request, struct MHD_Response *to, const zh_http_response *from);
/* Hand the finished response over; the request is gone for the caller. */
void zh_http_finish(zh_http_request *request, unsigned status, struct MHD_Response *response);

/* http_stream.c: tell all streams to end. */
void zh_http_streams_stop(zh_http_server *server);

/* http_url.c: decode percent signs (and '+') into the arena; data == NULL: no memory or a NUL
 * byte. */
zh_sv zh_http_decode(zh_arena *arena, zh_sv text, bool plus_is_blank);

#endif
