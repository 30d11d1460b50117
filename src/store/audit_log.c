#include "store/audit_log.h"
#include "store/audit_log_inside.h"
#include "base/b64.h"
#include "base/json_out.h"
#include "base/time.h"
#include "guard/digest.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define READ_BYTES (1u << 20)
#define OFFSET ((UINT64_C(1) << 40) - 1) /* of a place */

struct zh_audit_log {
    char dir[ZH_AUDIT_PATH_BYTES];
    const zh_sealer *sealer;
    const zh_clock *clock;
    pthread_mutex_t lock;      /* all below */
    pthread_mutex_t sync_lock; /* held beside it while syncing, never inside */
    pthread_cond_t wake;
    pthread_t thread;
    bool has_thread, stopping, behind;
    int file;
    uint32_t number;           /* of the file; from 1 */
    uint64_t bytes;            /* in it, with those that wait */
    zh_buf waiting;            /* the last of them: lines that no sync has covered */
    zh_audit_check check;      /* of all lines */
    uint64_t *places;          /* of each line: file number << 40 | offset */
    size_t places_room;
    uint64_t head_size;        /* of the newest head in the file */
    int64_t head_at_ms;
    zh_note damage;
    zh_json *json;             /* while opening */
};

/* ---- files ---- */

zh_err zh_audit_path(zh_sv dir, uint32_t number, char out[ZH_AUDIT_PATH_BYTES])
{
    const int size = number == 0 ? snprintf(out, ZH_AUDIT_PATH_BYTES, "%.*s/audit/heads.jsonl", ZH_SV_ARG(dir))
                                 : snprintf(out, ZH_AUDIT_PATH_BYTES, "%.*s/audit/%08u.jsonl", ZH_SV_ARG(dir), number);
    return size < 0 || size >= ZH_AUDIT_PATH_BYTES ? ZH_RANGE : ZH_OK;
}

typedef struct reading {
    char *bytes;
    size_t have;
    uint64_t offset; /* of bytes[0] in the file */
} reading;

/* Hands out the whole lines of what was read and keeps the rest. */
static zh_err hand_out(reading *r, zh_err (*hear)(void *context, zh_sv line, uint64_t offset), void *context)
{
    size_t from = 0;
    for (const char *end; from < r->have && (end = memchr(r->bytes + from, '\n', r->have - from)) != NULL;) {
        const size_t size = (size_t)(end - r->bytes) - from;
        const zh_err e = hear(context, (zh_sv){ r->bytes + from, size }, r->offset + from);
        if (e != ZH_OK) return e;
        from += size + 1;
    }
    memmove(r->bytes, r->bytes + from, r->have - from);
    r->have -= from;
    r->offset += from;
    return ZH_OK;
}

zh_err zh_audit_lines(const char *path, zh_err (*hear)(void *context, zh_sv line, uint64_t offset), void *context, uint64_t *torn)
{
    *torn = 0;
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return errno == ENOENT ? ZH_ABSENT : ZH_IO;
    reading r = { .bytes = malloc(READ_BYTES) };
    zh_err e = r.bytes == NULL ? ZH_NOMEM : ZH_OK;
    for (ssize_t n = 1; e == ZH_OK && n > 0;) {
        if (r.have == READ_BYTES) { /* no line of ours is so long */
            e = hear(context, (zh_sv){ r.bytes, ZH_AUDIT_LINE_BYTES_MAX + 1 }, r.offset);
            r.offset += r.have, r.have = 0;
            continue;
        }
        n = read(file, r.bytes + r.have, READ_BYTES - r.have);
        if (n < 0 && errno == EINTR) n = 1;
        else if (n < 0) e = ZH_IO;
        else r.have += (size_t)n, e = hand_out(&r, hear, context);
    }
    *torn = r.have;
    free(r.bytes);
    (void)close(file);
    return e;
}

static zh_err write_all(int file, zh_sv bytes, uint64_t offset)
{
    for (size_t done = 0; done < bytes.size;) {
        const ssize_t n = pwrite(file, bytes.data + done, bytes.size - done, (off_t)(offset + done));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return n < 0 && (errno == ENOSPC || errno == EDQUOT || errno == EFBIG) ? ZH_FULL : ZH_IO;
        done += (size_t)n;
    }
    return ZH_OK;
}

/* ---- heads ---- */

void zh_audit_signed_put(const zh_audit_signed *h, zh_buf *out)
{
    char root[ZH_DIGEST_TEXT_BYTES], at[ZH_TIME_TEXT_BYTES];
    zh_buf text = zh_buf_open(128);
    zh_digest_print(h->head.root, root);
    zh_json_out json = zh_json_out_on(out);
    zh_json_out_object(&json);
    zh_json_out_key_int(&json, ZH_SV("size"), (int64_t)h->head.size);
    zh_json_out_key_text(&json, ZH_SV("root"), zh_sv_of(root));
    zh_json_out_key_text(&json, ZH_SV("at"), (zh_sv){ at, zh_time_print(h->head.at_ms, at) });
    zh_b64_encode_url((zh_sv){ (const char *)h->key, sizeof h->key }, &text);
    zh_json_out_key_text(&json, ZH_SV("key"), zh_buf_view(&text));
    zh_buf_reset(&text);
    zh_b64_encode_url((zh_sv){ (const char *)h->signature, sizeof h->signature }, &text);
    zh_json_out_key_text(&json, ZH_SV("signature"), zh_buf_view(&text));
    zh_json_out_end(&json);
    zh_buf_close(&text);
}

static zh_err bytes_of(zh_sv text, uint8_t *into, size_t size)
{
    zh_buf bytes = zh_buf_open(128);
    zh_err e = zh_b64_decode(text, &bytes);
    if (e == ZH_OK && bytes.size != size) e = ZH_FORMAT;
    if (e == ZH_OK) memcpy(into, bytes.data, size);
    zh_buf_close(&bytes);
    return e;
}

zh_err zh_audit_signed_get(zh_sv text, zh_json *json, zh_audit_signed *out)
{
    zh_json_value root;
    int64_t size = 0;
    *out = (zh_audit_signed){ 0 };
    if (zh_json_parse(json, zh_sv_trim(text), &root, NULL) != ZH_OK) return ZH_FORMAT;
    if (!zh_json_int(zh_json_get(root, ZH_SV("size")), &size) || size < 0) return ZH_FORMAT;
    out->head.size = (uint64_t)size;
    zh_err e = zh_time_parse(zh_json_text_or_empty(zh_json_get(root, ZH_SV("at"))), &out->head.at_ms);
    if (e == ZH_OK) e = zh_digest_parse(zh_json_text_or_empty(zh_json_get(root, ZH_SV("root"))), out->head.root);
    if (e == ZH_OK) e = bytes_of(zh_json_text_or_empty(zh_json_get(root, ZH_SV("key"))), out->key, sizeof out->key);
    if (e == ZH_OK) e = bytes_of(zh_json_text_or_empty(zh_json_get(root, ZH_SV("signature"))), out->signature, sizeof out->signature);
    return e == ZH_OK ? ZH_OK : ZH_FORMAT;
}

/* Under the lock. */
static void sign(const zh_audit_log *log, zh_audit_signed *out)
{
    char text[ZH_AUDIT_HEAD_SIGNED_BYTES];
    out->head = (zh_audit_head){ .size = log->check.tree.size, .at_ms = zh_clock_wall_ms(log->clock) };
    zh_audit_tree_root(&log->check.tree, out->head.root);
    zh_receipt_public(log->sealer, out->key);
    zh_receipt_sign(log->sealer, (zh_sv){ text, zh_audit_head_signed(&out->head, text) }, out->signature);
}

void zh_audit_log_head(zh_audit_log *log, zh_buf *out)
{
    zh_audit_signed head;
    (void)!zh_audit_log_sync(log); /* what is published should be there after a crash */
    pthread_mutex_lock(&log->lock);
    sign(log, &head);
    pthread_mutex_unlock(&log->lock);
    zh_audit_signed_put(&head, out);
}

/* Over lines that are all on the disk: else a crash would look like an end cut off. One that cannot be written is tried again with the next. */
static void keep_head(zh_audit_log *log)
{
    char path[ZH_AUDIT_PATH_BYTES];
    zh_audit_signed head;
    zh_buf text = zh_buf_open(ZH_AUDIT_HEAD_BYTES_MAX);
    pthread_mutex_lock(&log->lock);
    const bool waits = log->waiting.size > 0, is_new = !waits && log->check.tree.size != log->head_size;
    if (is_new) sign(log, &head);
    pthread_mutex_unlock(&log->lock);
    if (is_new && zh_audit_path(zh_sv_of(log->dir), 0, path) == ZH_OK) {
        zh_audit_signed_put(&head, &text);
        zh_buf_put(&text, ZH_SV("\n"));
        const int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        const off_t end = file < 0 ? -1 : lseek(file, 0, SEEK_END);
        if (end >= 0 && zh_buf_err(&text) == ZH_OK) {
            if (write_all(file, zh_buf_view(&text), (uint64_t)end) == ZH_OK && fdatasync(file) == 0) log->head_size = head.head.size;
            else (void)!ftruncate(file, end);
        }
        if (file >= 0) (void)close(file);
    }
    if (!waits) log->head_at_ms = zh_clock_mono_us(log->clock) / 1000;
    zh_buf_close(&text);
}

/* ---- appending ---- */

static zh_err open_file(zh_audit_log *log, uint32_t number)
{
    char path[ZH_AUDIT_PATH_BYTES], folder[ZH_AUDIT_PATH_BYTES];
    zh_err e = zh_audit_path(zh_sv_of(log->dir), number, path);
    if (e != ZH_OK) return e;
    const int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return errno == ENOSPC ? ZH_FULL : ZH_IO;
    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
    e = zh_file_sync_dir(zh_sv_of(folder));
    const off_t end = e == ZH_OK ? lseek(file, 0, SEEK_END) : -1;
    if (end < 0) {
        (void)close(file);
        return e != ZH_OK ? e : ZH_IO;
    }
    if (log->file >= 0) (void)close(log->file);
    log->file = file, log->number = number, log->bytes = (uint64_t)end;
    return ZH_OK;
}

static zh_err note_place(zh_audit_log *log, uint64_t index, uint32_t number, uint64_t offset)
{
    if (index >= ZH_AUDIT_LINES_MAX) return ZH_FULL;
    if (index >= log->places_room) {
        const size_t room = log->places_room == 0 ? 1024 : log->places_room * 2;
        uint64_t *places = realloc(log->places, room * sizeof *places);
        if (places == NULL) return ZH_NOMEM;
        log->places = places, log->places_room = room;
    }
    log->places[index] = (uint64_t)number << 40 | offset;
    return ZH_OK;
}

/* Under the lock. A new file begins where nothing of the old one waits. */
static zh_err append(zh_audit_log *log, zh_audit_entry *entry, zh_buf *line)
{
    entry->seq = log->check.tree.size + 1;
    entry->at_ms = zh_clock_wall_ms(log->clock);
    memcpy(entry->prev, log->check.last, sizeof entry->prev);
    zh_audit_put(entry, line);
    uint8_t leaf[ZH_AUDIT_HASH_BYTES];
    zh_audit_leaf(zh_buf_view(line), leaf);
    zh_buf_put(line, ZH_SV("\n"));
    zh_err e = zh_buf_err(line);
    if (e == ZH_OK && log->waiting.size + line->size > ZH_AUDIT_WAITING_BYTES_MAX) e = ZH_FULL;
    if (e == ZH_OK && log->bytes >= ZH_AUDIT_FILE_BYTES && log->waiting.size == 0 && log->number < ZH_AUDIT_FILES_MAX) e = open_file(log, log->number + 1);
    if (e == ZH_OK) e = note_place(log, log->check.tree.size, log->number, log->bytes);
    if (e == ZH_OK) zh_buf_put(&log->waiting, zh_buf_view(line)), e = zh_buf_err(&log->waiting);
    if (e != ZH_OK) return e;
    log->bytes += line->size;
    memcpy(log->check.last, leaf, sizeof leaf);
    zh_audit_tree_add(&log->check.tree, leaf);
    return ZH_OK;
}

/* Written again each time until a sync has covered them: a failed sync may have dropped what was written before. */
zh_err zh_audit_log_sync(zh_audit_log *log)
{
    zh_buf lines = zh_buf_open(ZH_AUDIT_WAITING_BYTES_MAX);
    pthread_mutex_lock(&log->sync_lock);
    pthread_mutex_lock(&log->lock);
    zh_buf_put(&lines, zh_buf_view(&log->waiting));
    const uint64_t from = log->bytes - log->waiting.size;
    const int file = log->file; /* it is changed where nothing waits, and whoever takes from what waits has the sync lock */
    pthread_mutex_unlock(&log->lock);
    zh_err e = zh_buf_err(&lines);
    if (e == ZH_OK && lines.size > 0) e = write_all(file, zh_buf_view(&lines), from);
    if (e == ZH_OK && lines.size > 0 && fdatasync(file) != 0) e = ZH_IO;
    pthread_mutex_lock(&log->lock);
    log->behind = e != ZH_OK;
    if (e == ZH_OK && lines.size > 0) {
        memmove(log->waiting.data, log->waiting.data + lines.size, log->waiting.size - lines.size);
        log->waiting.size -= lines.size;
    }
    pthread_mutex_unlock(&log->lock);
    pthread_mutex_unlock(&log->sync_lock);
    zh_buf_close(&lines);
    return e;
}

zh_err zh_audit_log_append(zh_audit_log *log, zh_audit_entry *entry, bool durable)
{
    zh_buf line = zh_buf_open(ZH_AUDIT_LINE_BYTES_MAX);
    pthread_mutex_lock(&log->lock);
    const zh_err e = append(log, entry, &line);
    pthread_mutex_unlock(&log->lock);
    zh_buf_close(&line);
    if (e == ZH_OK && durable) (void)!zh_audit_log_sync(log);
    return e;
}

bool zh_audit_log_is_behind(zh_audit_log *log)
{
    pthread_mutex_lock(&log->lock);
    const bool behind = log->behind;
    pthread_mutex_unlock(&log->lock);
    return behind;
}

/* ---- the thread ---- */

static void *run(void *context)
{
    zh_audit_log *log = context;
    pthread_setname_np(pthread_self(), "zhun-audit");
    pthread_mutex_lock(&log->lock);
    while (!log->stopping) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += ZH_AUDIT_SYNC_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L, until.tv_nsec %= 1000000000L;
        (void)pthread_cond_timedwait(&log->wake, &log->lock, &until);
        pthread_mutex_unlock(&log->lock);
        (void)!zh_audit_log_sync(log); /* tried again at the next turn */
        if (zh_clock_mono_us(log->clock) / 1000 - log->head_at_ms >= ZH_AUDIT_HEAD_MS) keep_head(log);
        pthread_mutex_lock(&log->lock);
    }
    pthread_mutex_unlock(&log->lock);
    return NULL;
}

/* ---- opening ---- */

typedef struct gathering {
    zh_audit_log *log;
    uint32_t number;
} gathering;

static zh_err hear_line(void *context, zh_sv line, uint64_t offset)
{
    const gathering *g = context;
    zh_note why;
    const zh_err e = note_place(g->log, g->log->check.tree.size, g->number, offset);
    if (e != ZH_OK) return e;
    if (zh_audit_check_line(&g->log->check, line, g->log->json, &why) != ZH_OK && g->log->damage.text[0] == '\0') g->log->damage = why;
    return ZH_OK;
}

static zh_err hear_head(void *context, zh_sv line, uint64_t offset)
{
    zh_audit_log *log = context;
    zh_audit_signed head;
    (void)offset;
    if (zh_audit_signed_get(line, log->json, &head) == ZH_OK) log->head_size = head.head.size;
    return ZH_OK;
}

static zh_err read_all(zh_audit_log *log)
{
    char path[ZH_AUDIT_PATH_BYTES];
    uint64_t torn = 0, torn_last = 0;
    zh_err e = ZH_OK;
    uint32_t last = 1;
    for (uint32_t number = 1; e == ZH_OK && number <= ZH_AUDIT_FILES_MAX; number++) {
        gathering g = { log, number };
        e = zh_audit_path(zh_sv_of(log->dir), number, path);
        if (e == ZH_OK) e = zh_audit_lines(path, hear_line, &g, &torn);
        if (e == ZH_OK) last = number, torn_last = torn;
    }
    if (e != ZH_OK && e != ZH_ABSENT) return e;
    if ((e = open_file(log, last)) != ZH_OK) return e;
    log->bytes -= torn_last;
    if (torn_last > 0 && ftruncate(log->file, (off_t)log->bytes) != 0) return ZH_IO;
    e = zh_audit_path(zh_sv_of(log->dir), 0, path);
    if (e == ZH_OK) e = zh_audit_lines(path, hear_head, log, &torn);
    if (e == ZH_OK && log->head_size > log->check.tree.size && log->damage.text[0] == '\0')
        zh_note_set(&log->damage, "a head knows %llu lines and there are %llu: the end was cut", (unsigned long long)log->head_size, (unsigned long long)log->check.tree.size);
    return e == ZH_ABSENT ? ZH_OK : e;
}

zh_err zh_audit_log_open(zh_audit_log **out, const zh_audit_log_desc *desc, zh_note *why)
{
    *out = NULL;
    zh_audit_log *log = calloc(1, sizeof *log);
    if (log == NULL) return ZH_NOMEM;
    log->file = -1;
    log->waiting = zh_buf_open(ZH_AUDIT_WAITING_BYTES_MAX);
    log->sealer = desc->sealer, log->clock = desc->clock;
    pthread_mutex_init(&log->lock, NULL);
    pthread_mutex_init(&log->sync_lock, NULL);
    pthread_cond_init(&log->wake, NULL);
    char folder[ZH_AUDIT_PATH_BYTES];
    zh_err e = snprintf(log->dir, sizeof log->dir, "%.*s", ZH_SV_ARG(desc->dir)) >= (int)sizeof log->dir - 64 ? ZH_RANGE : ZH_OK;
    if (e == ZH_OK) snprintf(folder, sizeof folder, "%.*s/audit", ZH_SV_ARG(zh_sv_part(desc->dir, 0, ZH_AUDIT_PATH_BYTES - 64)));
    if (e == ZH_OK) e = zh_file_make_dirs(zh_sv_of(folder));
    if (e == ZH_OK) e = zh_json_open(&log->json, ZH_AUDIT_LINE_BYTES_MAX);
    if (e == ZH_OK) e = read_all(log);
    zh_json_close(log->json);
    log->json = NULL;
    log->head_at_ms = zh_clock_mono_us(log->clock) / 1000;
    if (e == ZH_OK && pthread_create(&log->thread, NULL, run, log) != 0) e = ZH_NOMEM;
    else log->has_thread = e == ZH_OK;
    if (e == ZH_OK) *out = log;
    else {
        zh_note_set(why, "the audit in %.*s/audit cannot be opened: %s", ZH_SV_ARG(desc->dir), zh_err_text(e));
        zh_audit_log_close(log);
    }
    return e;
}

void zh_audit_log_close(zh_audit_log *log)
{
    if (log == NULL) return;
    if (log->has_thread) {
        pthread_mutex_lock(&log->lock);
        log->stopping = true;
        pthread_cond_signal(&log->wake);
        pthread_mutex_unlock(&log->lock);
        (void)pthread_join(log->thread, NULL);
        (void)!zh_audit_log_sync(log);
        keep_head(log);
    }
    if (log->file >= 0) (void)close(log->file);
    pthread_mutex_destroy(&log->lock);
    pthread_mutex_destroy(&log->sync_lock);
    pthread_cond_destroy(&log->wake);
    zh_buf_close(&log->waiting);
    free(log->places);
    free(log);
}

/* ---- reading ---- */

uint64_t zh_audit_log_size(zh_audit_log *log)
{
    pthread_mutex_lock(&log->lock);
    const uint64_t size = log->check.tree.size;
    pthread_mutex_unlock(&log->lock);
    return size;
}

const char *zh_audit_log_damage(const zh_audit_log *log)
{
    return log->damage.text;
}

/* The first of these lines; false: there is no end of one. */
static bool put_line(zh_buf *out, zh_sv lines)
{
    const char *end = memchr(lines.data, '\n', lines.size);
    if (end != NULL) zh_buf_put(out, zh_sv_part(lines, 0, (size_t)(end - lines.data) + 1));
    return end != NULL;
}

zh_err zh_audit_log_line(zh_audit_log *log, uint64_t seq, zh_buf *out)
{
    char path[ZH_AUDIT_PATH_BYTES], bytes[ZH_AUDIT_LINE_BYTES_MAX + 1];
    pthread_mutex_lock(&log->lock);
    const bool there = seq >= 1 && seq <= log->check.tree.size;
    const uint64_t place = there ? log->places[seq - 1] : 0, offset = place & OFFSET, written = log->bytes - log->waiting.size;
    const bool waits = there && place >> 40 == log->number && offset >= written;
    if (waits) (void)put_line(out, zh_sv_part(zh_buf_view(&log->waiting), (size_t)(offset - written), SIZE_MAX));
    pthread_mutex_unlock(&log->lock);
    if (!there || waits) return there ? zh_buf_err(out) : ZH_ABSENT;
    zh_err e = zh_audit_path(zh_sv_of(log->dir), (uint32_t)(place >> 40), path);
    const int file = e == ZH_OK ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return e != ZH_OK ? e : ZH_IO;
    const ssize_t n = pread(file, bytes, sizeof bytes, (off_t)offset);
    (void)close(file);
    return n > 0 && put_line(out, (zh_sv){ bytes, (size_t)n }) ? zh_buf_err(out) : ZH_IO;
}
