#include "sys/http_internal.h"

#include "sys/clock.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* A connection's buffer holds the longest URL and 8 KiB of headers. libmicrohttpd clears it after every
 * request: 16, 64, 160 KiB cost 22, 32, 49 us of CPU a small request on a busy machine, so no more than that. */
#define POOL_BYTES       (56u << 10)
#define BACKLOG          1024 /* connections the kernel holds for us in a burst */
#define LOCAL_MAX        256  /* connections of the unix socket: commands and an agent, not the world */
#define THREADS_MAX      64
_Static_assert(POOL_BYTES >= ZH_HTTP_URL_MAX + 8192, "the longest URL and its headers fit");
#define FILES_WANTED     65536
#define SWEEP_MS         250  /* how late a slow peer may be cut */
#define HELD_MS_MAX      10000 /* close waits this long for owed replies, then the bug shows */

void zh_http_changed(zh_http_server *server)
{
    if (!atomic_load(&server->draining)) return; /* nobody waits: the usual case takes no lock */
    pthread_mutex_lock(&server->mutex);
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->mutex);
}

/* ---- sockets ---- */

static zh_err err_of_errno(int number)
{
    if (number == EADDRINUSE) return ZH_BUSY;
    if (number == EACCES || number == EPERM) return ZH_DENIED;
    if (number == EADDRNOTAVAIL) return ZH_RANGE;
    return number == ENOMEM ? ZH_NOMEM : ZH_IO;
}

static zh_err listen_tcp(zh_http_server *server, zh_sv host, uint16_t port, const char **why)
{
    char name[256], service[8];
    if (host.size == 0) host = ZH_SV("127.0.0.1");
    *why = "the host to listen on is not an address of this machine";
    if (host.size >= sizeof name) return ZH_RANGE;
    if (host.size > 2 && host.data[0] == '[') host = zh_sv_part(host, 1, host.size - 2); /* [::1] */
    memcpy(name, host.data, host.size);
    name[host.size] = '\0';
    snprintf(service, sizeof service, "%u", (unsigned)port);
    struct addrinfo *found = NULL;
    const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE };
    if (getaddrinfo(name, service, &hints, &found) != 0) return ZH_RANGE;
    zh_err e = ZH_OK;
    const int one = 1, fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    *why = "the address to listen on cannot be taken";
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
        bind(fd, found->ai_addr, found->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0)
        e = err_of_errno(errno);
    freeaddrinfo(found);
    server->tcp_fd = fd;
    if (e != ZH_OK) return e;
    union { struct sockaddr any; struct sockaddr_in v4; struct sockaddr_in6 v6; } at;
    socklen_t size = sizeof at;
    if (getsockname(fd, &at.any, &size) != 0) return ZH_IO;
    server->port = ntohs(at.any.sa_family == AF_INET6 ? at.v6.sin6_port : at.v4.sin_port);
    return ZH_OK;
}

/* A socket file whose server died refuses connections; a living one is somebody's. */
static bool somebody_listens(const struct sockaddr_un *at)
{
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool lives = fd >= 0 && connect(fd, (const struct sockaddr *)at, sizeof *at) == 0;
    if (fd >= 0) close(fd);
    return lives;
}

static zh_err listen_local(zh_http_server *server, zh_sv path, const char **why)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    *why = "the path of the unix socket is too long (107 bytes at most)";
    if (path.size >= sizeof at.sun_path) return ZH_RANGE;
    memcpy(at.sun_path, path.data, path.size);
    *why = "another server listens on the unix socket";
    if (somebody_listens(&at)) return ZH_BUSY;
    struct stat there;
    *why = "a file that is no socket has the name of the unix socket";
    if (lstat(at.sun_path, &there) == 0 && (!S_ISSOCK(there.st_mode) || unlink(at.sun_path) != 0)) return ZH_IO;
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    server->local_fd = fd;
    *why = "the unix socket cannot be made";
    /* The mode is set before the name exists, so there is no moment in which others may connect. */
    if (fd < 0 || fchmod(fd, 0600) != 0 || bind(fd, (const struct sockaddr *)&at, sizeof at) != 0)
        return err_of_errno(errno);
    memcpy(server->unix_path, at.sun_path, sizeof at.sun_path);
    return listen(fd, BACKLOG) == 0 ? ZH_OK : err_of_errno(errno);
}

static void raise_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= FILES_WANTED) return;
    limit.rlim_cur = limit.rlim_max < FILES_WANTED ? limit.rlim_max : FILES_WANTED;
    (void)setrlimit(RLIMIT_NOFILE, &limit); /* fewer connections then, no failure */
}

/* ---- connections ---- */

static void peer_text(int fd, zh_http_connection *connection)
{
    union { struct sockaddr any; struct sockaddr_in v4; struct sockaddr_in6 v6; } at;
    socklen_t size = sizeof at;
    if (getpeername(fd, &at.any, &size) != 0) return;
    if (at.any.sa_family == AF_INET) inet_ntop(AF_INET, &at.v4.sin_addr, connection->peer, ZH_HTTP_PEER_MAX);
    if (at.any.sa_family == AF_INET6) inet_ntop(AF_INET6, &at.v6.sin6_addr, connection->peer, ZH_HTTP_PEER_MAX);
    connection->is_unix = at.any.sa_family == AF_UNIX;
}

static void connection_begins(zh_http_server *server, struct MHD_Connection *mhd, void **slot)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    zh_http_connection *connection = info == NULL ? NULL : calloc(1, sizeof *connection);
    *slot = connection;
    if (connection == NULL) return;
    connection->fd = info->connect_fd;
    peer_text(connection->fd, connection);
    atomic_store(&connection->deadline_us, zh_clock_mono_us(NULL) + server->desc.request_ms_max * 1000);
    pthread_mutex_lock(&server->mutex);
    connection->next = server->connections;
    if (connection->next != NULL) connection->next->before = connection;
    server->connections = connection;
    pthread_mutex_unlock(&server->mutex);
    atomic_fetch_add(&server->connections_count, 1);
}

static void connection_ends(zh_http_server *server, void **slot)
{
    zh_http_connection *connection = *slot;
    *slot = NULL;
    if (connection == NULL) return;
    pthread_mutex_lock(&server->mutex); /* after this the sweeper cannot touch the descriptor */
    if (connection->before != NULL) connection->before->next = connection->next;
    else server->connections = connection->next;
    if (connection->next != NULL) connection->next->before = connection->before;
    pthread_mutex_unlock(&server->mutex);
    atomic_fetch_sub(&server->connections_count, 1);
    free(connection);
}

static void on_connection(void *ctx, struct MHD_Connection *mhd, void **slot,
                          enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED) connection_begins(ctx, mhd, slot);
    else connection_ends(ctx, slot);
}

static struct timespec real_in_ms(int64_t ms)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    const int64_t ns = at.tv_nsec + ms % 1000 * 1000000;
    return (struct timespec){ at.tv_sec + ms / 1000 + ns / 1000000000, ns % 1000000000 };
}

/* libmicrohttpd's own timeout starts anew with every byte; a dribbling peer needs a deadline. Shutting
 * the socket down is all that happens here: its HTTP thread sees the end and cleans up. */
static void *sweep(void *ctx)
{
    zh_http_server *server = ctx;
    pthread_mutex_lock(&server->mutex);
    while (!server->stopping) {
        const struct timespec next = real_in_ms(SWEEP_MS);
        pthread_cond_timedwait(&server->stop, &server->mutex, &next);
        const int64_t now_us = zh_clock_mono_us(NULL);
        for (zh_http_connection *c = server->connections; c != NULL; c = c->next) {
            if (now_us < atomic_load(&c->deadline_us)) continue;
            shutdown(c->fd, SHUT_RDWR);
            atomic_store(&c->deadline_us, INT64_MAX);
            atomic_fetch_add(&server->cut, 1);
        }
    }
    pthread_mutex_unlock(&server->mutex);
    return NULL;
}

/* ---- life ---- */

/* Paths stay as they were sent: an encoded slash must not become a slash before the parts are known. */
static size_t leave_escapes(void *ctx, struct MHD_Connection *mhd, char *text)
{
    (void)ctx;
    (void)mhd;
    return strlen(text);
}

static struct MHD_Daemon *start(zh_http_server *server, int fd, unsigned threads, unsigned connections_max)
{
    const unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
    const unsigned idle_s = (unsigned)((server->desc.idle_ms_max + 999) / 1000);
    struct MHD_OptionItem pool[2] = { { MHD_OPTION_END, 0, NULL }, { MHD_OPTION_END, 0, NULL } };
    if (threads > 1) pool[0] = (struct MHD_OptionItem){ MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)threads, NULL };
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are the main thread's */
    struct MHD_Daemon *daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, zh_http_access, server,
        MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_LIMIT, connections_max,
        MHD_OPTION_CONNECTION_TIMEOUT, idle_s,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_BYTES,
        MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_URI_LOG_CALLBACK, zh_http_url_came, server,
        MHD_OPTION_UNESCAPE_CALLBACK, leave_escapes, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, zh_http_completed, server,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
        MHD_OPTION_ARRAY, pool,
        MHD_OPTION_END);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return daemon;
}

static void fill_defaults(zh_http_desc *desc)
{
    if (desc->threads == 0) desc->threads = 2;
    if (desc->threads > THREADS_MAX) desc->threads = THREADS_MAX;
    if (desc->connections_max == 0) desc->connections_max = ZH_HTTP_CONNECTIONS;
    if (desc->connections_max < desc->threads) desc->connections_max = desc->threads;
    if (desc->bodies_bytes_max == 0) desc->bodies_bytes_max = ZH_HTTP_BODIES_BYTES;
    if (desc->arena_bytes_max == 0) desc->arena_bytes_max = ZH_HTTP_ARENA_BYTES;
    if (desc->idle_ms_max <= 0) desc->idle_ms_max = ZH_HTTP_IDLE_MS;
    if (desc->request_ms_max <= 0) desc->request_ms_max = ZH_HTTP_REQUEST_MS;
    if (desc->answer_ms_max <= 0) desc->answer_ms_max = ZH_HTTP_ANSWER_MS;
    desc->host = desc->unix_path = (zh_sv){ 0 }; /* borrowed, not ours after open */
}

static zh_err server_make(zh_http_server **out, const zh_http_desc *desc)
{
    zh_http_server *server = calloc(1, sizeof *server);
    if (server == NULL) return ZH_NOMEM;
    server->desc = *desc;
    fill_defaults(&server->desc);
    server->tcp_fd = server->local_fd = -1;
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&server->changed, &clock);
    pthread_cond_init(&server->stop, &clock);
    pthread_condattr_destroy(&clock);
    pthread_mutex_init(&server->mutex, NULL);
    server->oops = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    *out = server;
    return server->oops == NULL ? ZH_NOMEM : ZH_OK;
}

zh_err zh_http_open(zh_http_server **out, const zh_http_desc *desc, const char **why)
{
    const char *unused;
    if (why == NULL) why = &unused;
    *why = "out of memory";
    assert(desc->handler != NULL);
    assert(!desc->no_tcp || desc->unix_path.size > 0);
    *out = NULL;
    raise_files();
    zh_http_server *server = NULL;
    zh_err e = server_make(&server, desc);
    if (server == NULL) return e;
    if (e == ZH_OK && !desc->no_tcp) e = listen_tcp(server, desc->host, desc->port, why);
    if (e == ZH_OK && desc->unix_path.size > 0) e = listen_local(server, desc->unix_path, why);
    if (e != ZH_OK) goto failed;
    *why = "the HTTP threads cannot be started";
    e = ZH_IO;
    if (server->tcp_fd >= 0) {
        server->tcp = start(server, server->tcp_fd, server->desc.threads, server->desc.connections_max);
        if (server->tcp == NULL) goto failed;
    }
    if (server->local_fd >= 0) {
        server->local = start(server, server->local_fd, 1, LOCAL_MAX);
        if (server->local == NULL) goto failed;
    }
    server->sweeping = pthread_create(&server->sweeper, NULL, sweep, server) == 0;
    if (!server->sweeping) goto failed;
    *why = "";
    *out = server;
    return ZH_OK;
failed:
    zh_http_close(server);
    return e;
}

uint16_t zh_http_port(const zh_http_server *server)
{
    return server->port;
}

/* Connections are refused from here on. The descriptor itself stays until the daemon has stopped: its
 * threads take it out of their epoll sets a moment after quiesce returned, and libmicrohttpd 0.9.75
 * aborts the process when it is closed by then. */
static void stop_listening(struct MHD_Daemon *daemon, int fd)
{
    if (daemon != NULL) MHD_quiesce_daemon(daemon);
    if (fd >= 0) shutdown(fd, SHUT_RDWR);
}

static void stop_taking(zh_http_server *server)
{
    if (atomic_exchange(&server->draining, true)) return;
    stop_listening(server->tcp, server->tcp_fd);
    stop_listening(server->local, server->local_fd);
}

zh_err zh_http_drain(zh_http_server *server, int64_t timeout_ms)
{
    stop_taking(server);
    zh_http_streams_stop(server);
    const struct timespec until = real_in_ms(timeout_ms);
    pthread_mutex_lock(&server->mutex);
    int waited = 0;
    while (atomic_load(&server->in_flight) > 0 && waited != ETIMEDOUT)
        waited = pthread_cond_timedwait(&server->changed, &server->mutex, &until);
    const bool empty = atomic_load(&server->in_flight) == 0;
    pthread_mutex_unlock(&server->mutex);
    return empty ? ZH_OK : ZH_TIMEOUT;
}

/* libmicrohttpd must not be stopped while a connection is suspended. */
static void wait_for_held(zh_http_server *server)
{
    const struct timespec until = real_in_ms(HELD_MS_MAX);
    int waited = 0;
    pthread_mutex_lock(&server->mutex);
    while (atomic_load(&server->held) > 0 && waited != ETIMEDOUT)
        waited = pthread_cond_timedwait(&server->changed, &server->mutex, &until);
    pthread_mutex_unlock(&server->mutex);
    assert(atomic_load(&server->held) == 0); /* a held request never got its reply */
}

void zh_http_close(zh_http_server *server)
{
    if (server == NULL) return;
    stop_taking(server);
    wait_for_held(server);
    pthread_mutex_lock(&server->mutex);
    server->stopping = true;
    pthread_cond_signal(&server->stop);
    pthread_mutex_unlock(&server->mutex);
    zh_http_streams_stop(server);
    if (server->sweeping) pthread_join(server->sweeper, NULL);
    if (server->tcp != NULL) MHD_stop_daemon(server->tcp);
    if (server->local != NULL) MHD_stop_daemon(server->local);
    if (server->tcp_fd >= 0) close(server->tcp_fd);
    if (server->local_fd >= 0) close(server->local_fd);
    if (server->unix_path[0] != '\0') unlink(server->unix_path);
    while (server->pool != NULL) {
        zh_http_request *request = server->pool;
        server->pool = request->next;
        zh_http_request_free(request);
    }
    if (server->oops != NULL) MHD_destroy_response(server->oops);
    pthread_cond_destroy(&server->changed);
    pthread_cond_destroy(&server->stop);
    pthread_mutex_destroy(&server->mutex);
    free(server);
}

zh_http_stats zh_http_stats_of(const zh_http_server *server)
{
    return (zh_http_stats){
        .requests = atomic_load(&server->requests),       .refused = atomic_load(&server->refused),
        .cut = atomic_load(&server->cut),                 .connections = atomic_load(&server->connections_count),
        .in_flight = atomic_load(&server->in_flight),     .streams = atomic_load(&server->streams_count),
        .body_bytes = atomic_load(&server->body_bytes),
    };
}
