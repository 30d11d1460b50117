#include "sys/http_internal.h"

#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define BACKLOG          1024 /* connections the kernel holds for us in a burst */
#define FILES_WANTED     65536
#define FILES_OWN        768   /* RocksDB holds at most 512 open, the log a few */
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
    if (lstat(at.sun_path, &there) == 0 && (!S_ISSOCK(there.st_mode) || unlink(at.sun_path) != 0))
        return ZH_IO;
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    server->local_fd = fd;
    *why = "the unix socket cannot be made";
    /* The mode is set before the name exists, so there is no moment in which others may connect. */
    if (fd < 0 || fchmod(fd, 0600) != 0 || bind(fd, (const struct sockaddr *)&at, sizeof at) != 0)
        return err_of_errno(errno);
    memcpy(server->unix_path, at.sun_path, sizeof at.sun_path);
    return listen(fd, BACKLOG) == 0 ? ZH_OK : err_of_errno(errno);
}

/* How many connections there are descriptors for, beside what log, state and workers open. */
static unsigned raise_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return UINT_MAX;
    if (limit.rlim_cur < FILES_WANTED) {
        limit.rlim_cur = limit.rlim_max < FILES_WANTED ? limit.rlim_max : FILES_WANTED;
        (void)setrlimit(RLIMIT_NOFILE, &limit); /* fewer connections then, no failure */
        if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return UINT_MAX;
    }
    return limit.rlim_cur > 2 * FILES_OWN ? (unsigned)(limit.rlim_cur - FILES_OWN) : FILES_OWN;
}

/* ---- life ---- */

static struct timespec real_in_ms(int64_t ms)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    const int64_t ns = at.tv_nsec + ms % 1000 * 1000000;
    return (struct timespec){ at.tv_sec + ms / 1000 + ns / 1000000000, ns % 1000000000 };
}

static void fill_defaults(zh_http_desc *desc)
{
    if (desc->threads == 0) desc->threads = 2;
    if (desc->threads > ZH_HTTP_THREADS_MAX) desc->threads = ZH_HTTP_THREADS_MAX;
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
    const unsigned files = raise_files();
    zh_http_server *server = NULL;
    zh_err e = server_make(&server, desc);
    if (server == NULL) return e;
    if (e == ZH_OK && server->desc.connections_max > files) server->desc.connections_max = files;
    if (e == ZH_OK && !desc->no_tcp) e = listen_tcp(server, desc->host, desc->port, why);
    if (e == ZH_OK && desc->unix_path.size > 0) e = listen_local(server, desc->unix_path, why);
    if (e != ZH_OK) goto failed;
    *why = "the HTTP threads cannot be started";
    for (unsigned i = 0; e == ZH_OK && i < server->desc.threads; i++)
        e = zh_http_loop_open(&server->loops[i], server);
    if (e != ZH_OK) goto failed;
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

/* Connections are refused from here on, also those that waited in the kernel: nothing of them was
 * read. */
static void shut_door(zh_http_server *server)
{
    if (atomic_exchange(&server->draining, true)) return;
    if (server->tcp_fd >= 0) shutdown(server->tcp_fd, SHUT_RDWR);
    if (server->local_fd >= 0) shutdown(server->local_fd, SHUT_RDWR);
    for (unsigned i = 0; i < server->desc.threads; i++)
        if (server->loops[i].running) zh_http_loop_wake(&server->loops[i]);
}

zh_err zh_http_drain(zh_http_server *server, int64_t timeout_ms)
{
    shut_door(server);
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
    shut_door(server);
    wait_for_held(server);
    /* resumes them: libmicrohttpd must not stop with a suspended one */
    zh_http_streams_stop(server);
    atomic_store(&server->stopping, true);
    for (unsigned i = 0; i < server->desc.threads; i++) zh_http_loop_join(&server->loops[i]);
    wait_for_held(server); /* a kept connection may have brought one more request meanwhile */
    for (unsigned i = 0; i < server->desc.threads; i++) zh_http_loop_close(&server->loops[i]);
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
    pthread_mutex_destroy(&server->mutex);
    free(server);
}

zh_http_stats zh_http_stats_of(const zh_http_server *server)
{
    return (zh_http_stats){
        .requests = atomic_load(&server->requests),
        .refused = atomic_load(&server->refused),
        .cut = atomic_load(&server->cut),
        .connections = atomic_load(&server->connections_count),
        .in_flight = atomic_load(&server->in_flight),
        .streams = atomic_load(&server->streams_count),
        .body_bytes = atomic_load(&server->body_bytes),
    };
}
