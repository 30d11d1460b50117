/* client.h -- ask another HTTP server and wait for the answer, over TCP or a unix socket.
 *
 * One client keeps its connection open between questions. Redirects are not followed: a webhook
 * that moves must be told so, and a redirect is the usual way around an address check.
 *
 * Guarantees  the answer is bounded in time and bytes; with public_only no socket is opened to a
 *             loopback, private, link-local or otherwise special address, whatever the name
 *             resolves to (the check is at connect time, so a changing name server cannot slip past
 *             it).
 * Cost        blocking: never on an HTTP server thread.
 * Threads     one client, one thread; several clients in parallel are fine.
 * Errors      ZH_FORMAT a bad URL or header, ZH_DENIED a forbidden address, ZH_TIMEOUT, ZH_FULL the
 *             answer is larger than the maximum, ZH_BUSY nobody listens there, ZH_IO the network,
 *             ZH_NOMEM.
 */
#ifndef ZH_SYS_CLIENT_H
#define ZH_SYS_CLIENT_H
#include "base/buf.h"

#define ZH_CLIENT_TIMEOUT_MS 30000      /* default: connect, send and answer together */
#define ZH_CLIENT_BODY_MAX (64u << 20)  /* default bytes of an answer: an export page or a report */
#define ZH_CLIENT_HEAD_MAX (64u << 10)  /* bytes of all headers of an answer */

typedef struct zh_client zh_client;

typedef struct zh_client_desc {
    zh_sv base_url;    /* "http://127.0.0.1:8700"; put before a path that begins with '/' */
    zh_sv unix_path;   /* connect to this socket instead; empty: TCP */
    zh_sv bearer;      /* Authorization: Bearer …; empty: none */
    zh_sv user, password; /* Authorization: Basic …; user empty: none */
    int64_t timeout_ms;   /* 0: ZH_CLIENT_TIMEOUT_MS */
    size_t body_bytes_max; /* 0: ZH_CLIENT_BODY_MAX */
    bool fresh;            /* a connection for each question: where a kept one has died curl asks again by itself, and what was asked is asked twice */
    bool public_only;      /* refuse special addresses; for URLs that people enter */
} zh_client_desc;

typedef struct zh_client_header {
    zh_sv name, value;
} zh_client_header;

typedef struct zh_client_question {
    zh_sv method; /* empty: GET, or POST when there is a body */
    zh_sv url;    /* whole, or a path on base_url */
    zh_sv content_type; /* empty with a body: application/json */
    zh_sv body;
    const zh_client_header *headers;
    size_t headers_count;
} zh_client_question;

typedef struct zh_client_answer {
    unsigned status;
    zh_sv body; /* valid until the client's next question or close */
    zh_sv head; /* the header lines; the same life */
} zh_client_answer;

/* The desc's texts are copied. You close. */
ZH_MUST zh_err zh_client_open(zh_client **out, const zh_client_desc *desc);
void zh_client_close(zh_client *client);

/* How long the next questions may take; 0: ZH_CLIENT_TIMEOUT_MS. */
void zh_client_set_timeout(zh_client *client, int64_t timeout_ms);

/* Any status is ZH_OK; look at answer->status. */
ZH_MUST zh_err zh_client_ask(zh_client *client, const zh_client_question *question,
                             zh_client_answer *answer);

/* Value of an answer's header, the name in any case; a view of answer->head, data == NULL when
 * absent. */
zh_sv zh_client_header_of(const zh_client_answer *answer, zh_sv name);

/* Is this numeric address one the whole world may reach? False for what is no address. */
bool zh_client_is_public(zh_sv address);

/* What went wrong in the last question, for people; valid until the next. */
zh_sv zh_client_why(const zh_client *client);

#endif
