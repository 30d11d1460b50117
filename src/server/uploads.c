#include "server/uploads.h"

#include "server/call.h"
#include "sys/file.h"
#include "sys/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define PATH_BYTES 4096
#define NAME_BYTES_MAX 255
#define REJECTS_BYTES_MAX (32u << 20) /* of the file of rejects that is handed out; the import's counts say how many there are */
#define FREE_BYTES_MIN (UINT64_C(256) << 20) /* of the disk, which a file leaves to the log */

typedef struct upload {
    uint64_t id; /* 0: free */
    char name[NAME_BYTES_MAX + 1];
    uint64_t bytes, received;
    int64_t asked_ms;
    bool busy; /* somebody writes a part of it */
} upload;

struct zh_uploads {
    char dir[PATH_BYTES];
    const zh_server_importer *importer;
    pthread_mutex_t lock;
    upload all[ZH_UPLOADS_MAX];
    uint64_t last;
};

/* ---- life ---- */

zh_err zh_uploads_open(zh_uploads **out, zh_sv data_dir, const zh_server_importer *importer)
{
    *out = calloc(1, sizeof **out);
    if (*out == NULL) return ZH_NOMEM;
    pthread_mutex_init(&(*out)->lock, NULL);
    (*out)->importer = importer;
    const int size = snprintf((*out)->dir, PATH_BYTES, "%.*s/uploads", ZH_SV_ARG(data_dir));
    return size > 0 && size < PATH_BYTES - 64 ? zh_tree_remove(zh_sv_of((*out)->dir)) : ZH_RANGE;
}

void zh_uploads_close(zh_uploads *u)
{
    if (u == NULL) return;
    pthread_mutex_destroy(&u->lock);
    free(u);
}

static void path_of(const zh_uploads *u, uint64_t id, const char *end, char out[PATH_BYTES])
{
    snprintf(out, PATH_BYTES, "%.4000s/%llu%s", u->dir, (unsigned long long)id, end);
}

static void drop(zh_uploads *u, upload *one)
{
    char path[PATH_BYTES];
    path_of(u, one->id, "", path);
    (void)unlink(path);
    path_of(u, one->id, ".rejects.csv", path);
    (void)unlink(path);
    *one = (upload){ 0 };
}

/* Is it being read? */
static bool is_importing(const zh_uploads *u, uint64_t id)
{
    zh_buf text = zh_buf_open(4096);
    zh_json_out out = zh_json_out_on(&text);
    zh_json_out_object(&out);
    const bool begun = u->importer->progress(u->importer->ctx, id, &out);
    zh_json_out_end(&out);
    (void)!zh_json_out_done(&out);
    const zh_sv state = ZH_SV("\"importing\"");
    const bool is = begun && text.size > 0 && memmem(text.data, text.size, state.data, state.size) != NULL;
    zh_buf_close(&text);
    return is;
}

/* A place for one more; what nobody asked for goes. NULL: too many. Under the lock. */
static upload *make_room(zh_uploads *u, int64_t now_ms)
{
    for (size_t i = 0; i < ZH_UPLOADS_MAX; i++) {
        upload *one = &u->all[i];
        if (one->id != 0 && !one->busy && now_ms - one->asked_ms > ZH_UPLOAD_IDLE_MS && !is_importing(u, one->id)) drop(u, one);
        if (one->id == 0) return one;
    }
    return NULL;
}

static upload *find(zh_uploads *u, zh_sv text, int64_t now_ms)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%.*s", ZH_SV_ARG(zh_sv_part(text, 0, 20)));
    const uint64_t id = strtoull(digits, NULL, 10);
    for (size_t i = 0; id != 0 && i < ZH_UPLOADS_MAX; i++)
        if (u->all[i].id == id) {
            u->all[i].asked_ms = now_ms;
            return &u->all[i];
        }
    return NULL;
}

/* A copy of the one this request names; false: answered. With `take` it is marked as busy. */
static bool asked_for(zh_call *call, bool whole, bool take, upload *out)
{
    zh_uploads *u = call->server->uploads;
    pthread_mutex_lock(&u->lock);
    upload *one = u->importer == NULL ? NULL : find(u, zh_http_path_part(call->request, 3), call->now_ms);
    const bool there = one != NULL, busy = there && take && one->busy;
    if (there) *out = *one;
    if (there && take && !busy) one->busy = true;
    pthread_mutex_unlock(&u->lock);
    if (!there) zh_call_problem(call, 404, "not_found", "id", "no such upload: it may have gone after an hour, or with a restart");
    else if (busy) zh_call_problem(call, 409, "busy", "id", "another part of this file is being written");
    else if (whole && out->received != out->bytes) zh_call_problem(call, 409, "not_whole", "id", "parts of the file are missing");
    else return true;
    return false;
}

/* ---- answers ---- */

static void answer(zh_call *call, unsigned status, const upload *one)
{
    char text[24];
    const zh_server_importer *importer = call->server->uploads->importer;
    snprintf(text, sizeof text, "%llu", (unsigned long long)one->id);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("id"), zh_sv_of(text));
    zh_json_out_key_text(&out, ZH_SV("name"), zh_sv_of(one->name));
    zh_json_out_key_int(&out, ZH_SV("bytes"), (int64_t)one->bytes);
    zh_json_out_key_int(&out, ZH_SV("received"), (int64_t)one->received);
    zh_json_out_key_int(&out, ZH_SV("chunkBytes"), ZH_UPLOAD_CHUNK_BYTES);
    if (!importer->progress(importer->ctx, one->id, &out))
        zh_json_out_key_text(&out, ZH_SV("state"), one->received == one->bytes ? ZH_SV("ready") : ZH_SV("uploading"));
    zh_json_out_end(&out);
    zh_call_json(call, status, &out);
}

static bool has_room(const zh_uploads *u, uint64_t bytes)
{
    uint64_t free_bytes, all;
    return zh_file_disk(zh_sv_of(u->dir), &free_bytes, &all) != ZH_OK || free_bytes > bytes + FREE_BYTES_MIN;
}

void zh_route_upload_create(zh_call *call)
{
    zh_uploads *u = call->server->uploads;
    zh_json_value root;
    int64_t bytes = 0;
    if (!zh_call_body_json(call, &root)) return;
    const zh_sv name = zh_json_text_or_empty(zh_json_get(root, ZH_SV("name")));
    if (name.size == 0 || name.size > NAME_BYTES_MAX || memchr(name.data, '/', name.size) != NULL) {
        zh_call_problem(call, 400, "bad_field", "name", "a file has a name of 1 to 255 bytes, without a slash");
        return;
    }
    if (!zh_json_int(zh_json_get(root, ZH_SV("bytes")), &bytes) || bytes <= 0 || (uint64_t)bytes > ZH_UPLOAD_BYTES_MAX) {
        zh_call_problem(call, 400, "bad_field", "bytes", "a file has 1 byte to 4 GiB: use zhun import for a larger one");
        return;
    }
    if (u->importer == NULL || zh_file_make_dirs(zh_sv_of(u->dir)) != ZH_OK || !has_room(u, (uint64_t)bytes)) {
        zh_call_problem(call, 409, "no_room", "bytes", "this engine has no room for the file: use zhun import");
        return;
    }
    pthread_mutex_lock(&u->lock);
    upload *one = make_room(u, call->now_ms), made = { 0 };
    if (one != NULL) {
        *one = (upload){ .id = ++u->last, .bytes = (uint64_t)bytes, .asked_ms = call->now_ms };
        memcpy(one->name, name.data, name.size);
        made = *one;
    }
    pthread_mutex_unlock(&u->lock);
    if (made.id != 0) answer(call, 201, &made);
    else zh_call_problem(call, 409, "too_many", NULL, "8 files wait to be imported: finish or drop one");
}

static zh_err write_part(const char *path, uint64_t at, zh_sv bytes)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return ZH_IO;
    zh_err e = ZH_OK;
    for (size_t done = 0; e == ZH_OK && done < bytes.size;) {
        const ssize_t n = pwrite(fd, bytes.data + done, bytes.size - done, (off_t)(at + done));
        if (n > 0) done += (size_t)n;
        else if (errno != EINTR) e = errno == ENOSPC ? ZH_FULL : ZH_IO;
    }
    return close(fd) == 0 ? e : ZH_IO;
}

/* Parts come in order, so the file has no holes; the same part again is fine. */
void zh_route_upload_part(zh_call *call)
{
    zh_uploads *u = call->server->uploads;
    upload one;
    char path[PATH_BYTES], digits[24];
    const zh_sv body = zh_http_body(call->request), offset = zh_http_param(call->request, ZH_SV("offset"));
    snprintf(digits, sizeof digits, "%.*s", ZH_SV_ARG(zh_sv_part(offset, 0, 20)));
    const uint64_t at = strtoull(digits, NULL, 10);
    if (!asked_for(call, false, true, &one)) return;
    const bool fits = at <= one.received && body.size > 0 && at + body.size <= one.bytes;
    path_of(u, one.id, "", path);
    const zh_err e = fits ? write_part(path, at, body) : ZH_OK;
    pthread_mutex_lock(&u->lock);
    upload *there = find(u, zh_http_path_part(call->request, 3), call->now_ms);
    if (there != NULL) {
        if (fits && e == ZH_OK && at + body.size > there->received) there->received = at + body.size;
        there->busy = false;
        one = *there;
    }
    pthread_mutex_unlock(&u->lock);
    if (!fits) zh_call_problem(call, 400, "bad_field", "offset", "a part begins where the last one ended, and ends within the file");
    else if (e != ZH_OK) zh_call_failed(call, e, "the part cannot be written");
    else answer(call, 200, &one);
}

void zh_route_upload(zh_call *call)
{
    upload one;
    if (asked_for(call, false, false, &one)) answer(call, 200, &one);
}

void zh_route_upload_drop(zh_call *call)
{
    zh_uploads *u = call->server->uploads;
    upload one;
    if (!asked_for(call, false, true, &one)) return;
    u->importer->stop(u->importer->ctx, one.id);
    pthread_mutex_lock(&u->lock);
    upload *there = find(u, zh_http_path_part(call->request, 3), call->now_ms);
    if (there != NULL) drop(u, there);
    pthread_mutex_unlock(&u->lock);
    zh_call_reply(call, 204, (zh_sv){ 0 }, (zh_sv){ 0 }, NULL, 0);
}

/* ---- reading it ---- */

static void explain(zh_call *call, zh_err e, const zh_note *why)
{
    if (e == ZH_FORMAT || e == ZH_RANGE) zh_call_problem(call, 400, "bad_field", "map", why->text);
    else if (e == ZH_BUSY) zh_call_problem(call, 409, "busy", NULL, "another import is under way: wait until it is done");
    else zh_call_failed(call, e, why->text[0] != '\0' ? why->text : NULL);
}

void zh_route_upload_preview(zh_call *call)
{
    upload one;
    zh_note why = { "" };
    char path[PATH_BYTES];
    const zh_server_importer *importer = call->server->uploads->importer;
    if (!asked_for(call, true, false, &one)) return;
    path_of(call->server->uploads, one.id, "", path);
    zh_json_out out = zh_call_begin(call);
    const zh_err e = importer->preview(importer->ctx, zh_sv_of(path), zh_http_body(call->request), &out, &why);
    if (e == ZH_OK) zh_call_json(call, 200, &out);
    else explain(call, e, &why);
}

void zh_route_upload_import(zh_call *call)
{
    upload one;
    zh_note why = { "" };
    char path[PATH_BYTES], rejects[PATH_BYTES];
    const zh_server_importer *importer = call->server->uploads->importer;
    if (!asked_for(call, true, false, &one)) return;
    path_of(call->server->uploads, one.id, "", path);
    path_of(call->server->uploads, one.id, ".rejects.csv", rejects);
    const zh_err e = importer->start(importer->ctx, one.id, zh_sv_of(path), zh_sv_of(one.name), zh_sv_of(rejects), zh_http_body(call->request), &why);
    if (e == ZH_OK) answer(call, 202, &one);
    else explain(call, e, &why);
}

void zh_route_upload_rejects(zh_call *call)
{
    upload one;
    char path[PATH_BYTES];
    if (!asked_for(call, true, false, &one)) return;
    path_of(call->server->uploads, one.id, ".rejects.csv", path);
    zh_buf text = zh_buf_open(REJECTS_BYTES_MAX);
    const zh_err e = zh_file_read(zh_sv_of(path), &text);
    const zh_http_header header = { ZH_SV("Content-Disposition"), ZH_SV("attachment; filename=\"rejects.csv\"") };
    if (e == ZH_OK) zh_call_reply(call, 200, ZH_SV("text/csv; charset=utf-8"), zh_buf_view(&text), &header, 1);
    else zh_call_problem(call, e == ZH_FULL ? 413 : 404, e == ZH_FULL ? "too_large" : "not_found", "id",
                         e == ZH_FULL ? "the file of rejects has more than 32 MiB: use zhun import" : "no line was rejected");
    zh_buf_close(&text);
}
