/* http_stream.c -- an answer in pieces: a bounded ring between any pusher and the connection.
 *
 * The HTTP thread reads the ring when the socket can take more. An empty ring suspends the
 * connection, which costs nothing until the next push resumes it. Both happen under stream->mutex,
 * so a push never falls between "empty" and "suspended".
 *
 * Two owners, counted: the pusher until zh_http_stream_end, the connection until its response is
 * freed.
 */
#include "sys/http_internal.h"

#include <stdlib.h>

#define BLOCK_BYTES 16384 /* at most this much is handed to one write */

struct zh_http_stream {
    zh_http_stream *next, *before; /* under server->mutex */
    zh_http_server *server; /* only while the connection is there: the pusher may outlive both */
    zh_http_loop *loop;
    struct MHD_Connection *mhd;
    pthread_mutex_t mutex;
    unsigned owners;
    bool suspended, ended, gone;
    size_t at, size; /* of the ring */
    char ring[ZH_HTTP_STREAM_BYTES];
};

static void leave(zh_http_stream *stream) /* locked; unlocks */
{
    const unsigned left = --stream->owners;
    pthread_mutex_unlock(&stream->mutex);
    if (left > 0) return;
    pthread_mutex_destroy(&stream->mutex);
    free(stream);
}

static void wake(zh_http_stream *stream) /* locked */
{
    if (!stream->suspended) return;
    stream->suspended = false;
    MHD_resume_connection(stream->mhd); /* a suspended connection is alive until resumed */
    zh_http_loop_wake(stream->loop);    /* and cannot end before this lock is free */
}

static size_t ring_out(zh_http_stream *stream, char *bytes, size_t max)
{
    const size_t size = stream->size < max ? stream->size : max;
    const size_t first = size < sizeof stream->ring - stream->at ? size
                                                                 : sizeof stream->ring - stream->at;
    memcpy(bytes, stream->ring + stream->at, first);
    memcpy(bytes + first, stream->ring, size - first);
    stream->at = (stream->at + size) % sizeof stream->ring;
    stream->size -= size;
    return size;
}

static bool ring_in(zh_http_stream *stream, zh_sv piece)
{
    if (piece.size > sizeof stream->ring - stream->size) return false;
    if (piece.size == 0) return true;
    const size_t end = (stream->at + stream->size) % sizeof stream->ring;
    const size_t first = piece.size < sizeof stream->ring - end ? piece.size
                                                                : sizeof stream->ring - end;
    memcpy(stream->ring + end, piece.data, first);
    memcpy(stream->ring, piece.data + first, piece.size - first);
    stream->size += piece.size;
    return true;
}

static ssize_t read_ring(void *ctx, uint64_t at, char *bytes, size_t max)
{
    zh_http_stream *stream = ctx;
    (void)at;
    pthread_mutex_lock(&stream->mutex);
    ssize_t got = (ssize_t)ring_out(stream, bytes, max);
    if (got == 0 && stream->ended) {
        got = MHD_CONTENT_READER_END_OF_STREAM;
    } else if (got == 0) {
        stream->suspended = true;
        MHD_suspend_connection(stream->mhd);
    }
    pthread_mutex_unlock(&stream->mutex);
    return got;
}

static void connection_over(void *ctx)
{
    zh_http_stream *stream = ctx;
    zh_http_server *server = stream->server;
    pthread_mutex_lock(&server->mutex);
    if (stream->before != NULL) stream->before->next = stream->next;
    else server->streams = stream->next;
    if (stream->next != NULL) stream->next->before = stream->before;
    pthread_mutex_unlock(&server->mutex);
    atomic_fetch_sub(&server->streams_count, 1);
    pthread_mutex_lock(&stream->mutex);
    stream->gone = true;
    leave(stream);
}

zh_err zh_http_stream_open(zh_http_stream **out, zh_http_request *request,
                           const zh_http_response *head)
{
    zh_http_server *server = request->server;
    zh_http_stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL) return ZH_NOMEM;
    if (pthread_mutex_init(&stream->mutex, NULL) != 0 || !ring_in(stream, head->body)) {
        free(stream);
        return ZH_NOMEM;
    }
    stream->server = server;
    stream->loop = request->loop;
    stream->mhd = request->mhd;
    stream->owners = 1;
    struct MHD_Response *built = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_ring, stream, connection_over);
    if (built == NULL) {
        pthread_mutex_destroy(&stream->mutex);
        free(stream);
        return ZH_NOMEM;
    }
    stream->owners = 2;
    pthread_mutex_lock(&server->mutex);
    stream->next = server->streams;
    if (stream->next != NULL) stream->next->before = stream;
    server->streams = stream;
    stream->ended = atomic_load(&server->draining);
    pthread_mutex_unlock(&server->mutex);
    atomic_fetch_add(&server->streams_count, 1);
    if (!zh_http_dress(request, built, head)) {
        MHD_destroy_response(built);
        zh_http_stream_end(stream);
        return ZH_NOMEM;
    }
    request->stream = stream;
    *out = stream;
    zh_http_finish(request, head->status, built);
    return ZH_OK;
}

zh_err zh_http_stream_push(zh_http_stream *stream, zh_sv piece)
{
    pthread_mutex_lock(&stream->mutex);
    zh_err e = ZH_OK;
    if (stream->gone || stream->ended) e = ZH_STOPPED;
    else if (!ring_in(stream, piece)) e = ZH_FULL;
    else wake(stream);
    pthread_mutex_unlock(&stream->mutex);
    return e;
}

void zh_http_stream_end(zh_http_stream *stream)
{
    if (stream == NULL) return;
    pthread_mutex_lock(&stream->mutex);
    stream->ended = true;
    if (!stream->gone) wake(stream);
    leave(stream);
}

void zh_http_streams_stop(zh_http_server *server)
{
    pthread_mutex_lock(&server->mutex);
    for (zh_http_stream *stream = server->streams; stream != NULL; stream = stream->next) {
        pthread_mutex_lock(&stream->mutex);
        stream->ended = true;
        wake(stream);
        pthread_mutex_unlock(&stream->mutex);
    }
    pthread_mutex_unlock(&server->mutex);
}
