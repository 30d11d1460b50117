/* http_loop.c -- one HTTP thread: takes connections, runs libmicrohttpd on them, cuts slow peers.
 *
 * libmicrohttpd 0.9.75 has threads of its own and accepts by itself. Both are left unused, for two
 * faults found under load, each about once in two hundred runs of tests/sys/http_test.c:
 *
 *   - its thread waits for events in rounds of 128. When exactly 128 came, it waits again, with the
 *     full timeout, before it handles the first: a burst stands still for up to half a minute. Run
 *     from outside (MHD_run) it never waits.
 *   - MHD_quiesce_daemon, which a drain needs when the library accepts, races with its threads for
 *     the listening descriptor and aborts the process.
 *
 * So each thread has its daemon, its own epoll set (the daemon's set, the listening sockets, a
 * wake-up) and its connections, which no other thread touches. EPOLLEXCLUSIVE wakes one thread for
 * a newcomer.
 */
#include "sys/http_internal.h"

#include "sys/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

/* A connection's buffer holds the longest URL and 8 KiB of headers. libmicrohttpd clears it after
 * every request: 16, 64, 160 KiB cost 22, 32, 49 us of CPU a small request on a busy machine, so no
 * more than that. */
#define POOL_BYTES (56u << 10)
_Static_assert(POOL_BYTES >= ZH_HTTP_URL_MAX + 8192, "the longest URL and its headers fit");

#define ACCEPT_RUN 16  /* connections taken at once: the next burst goes to another thread */
#define SWEEP_MS   250 /* how late a slow peer may be cut */
#define PAUSE_MS   20  /* how soon we look again when all places or descriptors are taken */

/* ---- connections ---- */

static void peer_text(int fd, zh_http_connection *connection)
{
    union { struct sockaddr any; struct sockaddr_in v4; struct sockaddr_in6 v6; } at;
    socklen_t size = sizeof at;
    if (getpeername(fd, &at.any, &size) != 0) return;
    if (at.any.sa_family == AF_INET)
        inet_ntop(AF_INET, &at.v4.sin_addr, connection->peer, ZH_HTTP_PEER_MAX);
    if (at.any.sa_family == AF_INET6)
        inet_ntop(AF_INET6, &at.v6.sin6_addr, connection->peer, ZH_HTTP_PEER_MAX);
    connection->is_unix = at.any.sa_family == AF_UNIX;
}

static void connection_begins(zh_http_loop *loop, struct MHD_Connection *mhd, void **slot)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(
        mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    zh_http_connection *connection = info == NULL ? NULL : calloc(1, sizeof *connection);
    *slot = connection;
    if (connection == NULL) return;
    connection->fd = info->connect_fd;
    peer_text(connection->fd, connection);
    connection->since_us = zh_clock_mono_us(NULL);
    connection->deadline_us = connection->since_us + loop->server->desc.request_ms_max * 1000;
    connection->next = loop->connections;
    if (connection->next != NULL) connection->next->before = connection;
    else loop->oldest = connection;
    loop->connections = connection;
    atomic_fetch_add(&loop->server->connections_count, 1);
}

static void connection_ends(zh_http_loop *loop, void **slot)
{
    zh_http_connection *connection = *slot;
    *slot = NULL;
    if (connection == NULL) return;
    if (connection->before != NULL) connection->before->next = connection->next;
    else loop->connections = connection->next;
    if (connection->next != NULL) connection->next->before = connection->before;
    else loop->oldest = connection->before;
    atomic_fetch_sub(&loop->server->connections_count, 1);
    free(connection);
}

static void on_connection(void *ctx, struct MHD_Connection *mhd, void **slot,
                          enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED) connection_begins(ctx, mhd, slot);
    else connection_ends(ctx, slot);
}

/* libmicrohttpd's own timeout starts anew with every byte; a dribbling peer needs a deadline.
 * Shutting the socket down is enough: the daemon sees the end and cleans up. */
static void cut(zh_http_loop *loop, zh_http_connection *c)
{
    shutdown(c->fd, SHUT_RDWR);
    c->deadline_us = INT64_MAX;
    c->is_asking = true; /* it is on its way out: not to be cut for silence again */
    atomic_fetch_add(&loop->server->cut, 1);
}

static void cut_slow_peers(zh_http_loop *loop, int64_t now_us)
{
    for (zh_http_connection *c = loop->connections; c != NULL; c = c->next)
        if (now_us >= c->deadline_us) cut(loop, c);
}

/* 7 of 8 places taken: the oldest connections that hold one for nothing make room, so that who has something to say
 * is heard. A request that has been read is never cut (its deadline is "never"). */
static void make_room(zh_http_loop *loop, int64_t now_us)
{
    zh_http_server *server = loop->server;
    const unsigned places = server->desc.connections_max, all = atomic_load(&server->connections_count);
    const bool many = all > places - places / 8;
    const bool much = atomic_load(&server->body_bytes) > server->desc.bodies_bytes_max / 8 * 7;
    unsigned silent = many ? all - (places - places / 4) : 0; /* each loop cuts at most what is too much */
    for (zh_http_connection *c = loop->oldest; c != NULL && (many || much); c = c->before) {
        if (c->deadline_us == INT64_MAX) continue;
        const int64_t ms = (now_us - c->since_us) / 1000;
        if (c->is_asking ? ms > ZH_HTTP_CROWDED_REQUEST_MS : silent > 0 && ms > ZH_HTTP_CROWDED_IDLE_MS) {
            if (!c->is_asking) silent--;
            cut(loop, c);
        }
    }
}

/* ---- newcomers ---- */

static void take_connections(zh_http_loop *loop, int listener)
{
    zh_http_server *server = loop->server;
    for (int i = 0; i < ACCEPT_RUN; i++) {
        struct sockaddr_storage from;
        socklen_t size = sizeof from;
        const bool full = atomic_load(&server->connections_count) >= server->desc.connections_max;
        const int fd = full ? -1
                            : accept4(listener, (struct sockaddr *)&from, &size,
                                      SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (full ||
            (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)))
            /* they wait in the kernel */
            loop->pause_until_us = zh_clock_mono_us(NULL) + PAUSE_MS * 1000;
        if (fd < 0) return;
        const int one = 1;
        /* fails on a unix socket, rightly */
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        /* closes what it refuses */
        MHD_add_connection(loop->daemon, fd, (const struct sockaddr *)&from, size);
    }
}

static bool watch(zh_http_loop *loop, int fd, uint32_t events)
{
    struct epoll_event e = { .events = events, .data.fd = fd };
    return fd < 0 || epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &e) == 0;
}

static void set_taking(zh_http_loop *loop, bool taking)
{
    const zh_http_server *server = loop->server;
    if (taking == loop->taking) return;
    loop->taking = taking;
    const int fds[] = { server->tcp_fd, server->local_fd };
    for (int i = 0; i < 2; i++) {
        if (taking) (void)watch(loop, fds[i], EPOLLIN | EPOLLEXCLUSIVE);
        else if (fds[i] >= 0) epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, fds[i], NULL);
    }
}

/* ---- the loop ---- */

static int wait_ms(zh_http_loop *loop)
{
    MHD_UNSIGNED_LONG_LONG ms = 0;
    const int most = loop->taking || atomic_load(&loop->server->draining) ? SWEEP_MS : PAUSE_MS;
    if (MHD_get_timeout(loop->daemon, &ms) != MHD_YES || ms > (MHD_UNSIGNED_LONG_LONG)most)
        return most;
    return (int)ms;
}

static void *run(void *ctx)
{
    zh_http_loop *loop = ctx;
    pthread_setname_np(pthread_self(), "zhun-http"); /* as top and a profile show it */
    zh_http_server *server = loop->server;
    while (!atomic_load(&server->stopping)) {
        struct epoll_event events[4];
        set_taking(loop, !atomic_load(&server->draining) &&
                             zh_clock_mono_us(NULL) >= loop->pause_until_us);
        const int count = epoll_wait(loop->epoll_fd, events, 4, wait_ms(loop));
        for (int i = 0; i < count; i++) {
            uint64_t wakes;
            const int fd = events[i].data.fd;
            if (fd == loop->wake_fd && read(fd, &wakes, sizeof wakes) < 0) continue;
            if (fd == server->tcp_fd || fd == server->local_fd) take_connections(loop, fd);
        }
        MHD_run(loop->daemon);
        const int64_t now_us = zh_clock_mono_us(NULL);
        if (now_us - loop->swept_us < SWEEP_MS * 1000) continue;
        cut_slow_peers(loop, now_us);
        make_room(loop, now_us);
        loop->swept_us = now_us;
    }
    return NULL;
}

void zh_http_loop_wake(zh_http_loop *loop)
{
    const uint64_t one = 1;
    const ssize_t n = write(loop->wake_fd, &one, sizeof one);
    (void)n; /* a full counter wakes as well */
}

/* Paths stay as they were sent: an encoded slash must not become a slash before the parts are
 * known. */
static size_t leave_escapes(void *ctx, struct MHD_Connection *mhd, char *text)
{
    (void)ctx;
    (void)mhd;
    return strlen(text);
}

static struct MHD_Daemon *start(zh_http_loop *loop)
{
    const zh_http_desc *desc = &loop->server->desc;
    return MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME,
        0, NULL, NULL, zh_http_access, loop,
        MHD_OPTION_CONNECTION_LIMIT, desc->connections_max + ACCEPT_RUN, /* all may be ours */
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)((desc->idle_ms_max + 999) / 1000),
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_BYTES,
        MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_URI_LOG_CALLBACK, zh_http_url_came, loop,
        MHD_OPTION_UNESCAPE_CALLBACK, leave_escapes, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, zh_http_completed, loop,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, loop,
        MHD_OPTION_END);
}

zh_err zh_http_loop_open(zh_http_loop *loop, zh_http_server *server)
{
    *loop = (zh_http_loop){ .server = server };
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    loop->daemon = start(loop);
    if (loop->daemon == NULL || loop->epoll_fd < 0 || loop->wake_fd < 0) return ZH_IO;
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(loop->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (info == NULL || !watch(loop, info->epoll_fd, EPOLLIN) ||
        !watch(loop, loop->wake_fd, EPOLLIN))
        return ZH_IO;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are the main thread's */
    loop->running = pthread_create(&loop->thread, NULL, run, loop) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return loop->running ? ZH_OK : ZH_NOMEM;
}

void zh_http_loop_join(zh_http_loop *loop)
{
    if (loop->server == NULL || !loop->running) return;
    zh_http_loop_wake(loop);
    pthread_join(loop->thread, NULL);
    loop->running = false;
}

void zh_http_loop_close(zh_http_loop *loop)
{
    if (loop->server == NULL) return; /* never opened */
    zh_http_loop_join(loop);
    if (loop->daemon != NULL) MHD_stop_daemon(loop->daemon);
    if (loop->epoll_fd >= 0) close(loop->epoll_fd);
    if (loop->wake_fd >= 0) close(loop->wake_fd);
    loop->server = NULL;
}
