#include "engine/backup.h"
#include "engine/erase.h"
#include "base/json.h"
#include "base/json_out.h"
#include "engine/serving_file.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/tree.h"

#include <dirent.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define LAST_FILE "backup.last" /* in the data folder: what the last backup was, for people who ask */
#define UNFINISHED "backup.unfinished"
#define LOCK "backup.lock"
#define NOTE_BYTES_MAX (1u << 20)

struct zh_backups {
    zh_backups_desc d;
    char dir[ZH_BACKUP_PATH_BYTES], key_file[ZH_BACKUP_PATH_BYTES], since[ZH_BACKUP_PATH_BYTES];
    pthread_mutex_t lock;
    pthread_t thread;
    bool runs, joined, stopping; /* joined: no thread to wait for */
    zh_backup_status status;
};

/* ---- small things ---- */

static zh_err path_of(char out[ZH_BACKUP_PATH_BYTES], const char *folder, const char *name)
{
    const int size = snprintf(out, ZH_BACKUP_PATH_BYTES, "%s/%s", folder, name);
    return size > 0 && size < ZH_BACKUP_PATH_BYTES ? ZH_OK : ZH_RANGE;
}

static bool has(const char *folder, const char *name)
{
    char path[ZH_BACKUP_PATH_BYTES];
    return path_of(path, folder, name) == ZH_OK && zh_file_exists(zh_sv_of(path));
}

/* 0: it is not there or empty; 1: it holds something; -1: it is no folder one can read. */
static int holds(const char *folder)
{
    DIR *listing = opendir(folder);
    if (listing == NULL) return zh_file_exists(zh_sv_of(folder)) ? -1 : 0;
    int count = 0;
    for (struct dirent *entry; count == 0 && (entry = readdir(listing)) != NULL;)
        count = strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(listing);
    return count;
}

static zh_err remove_there(const char *folder, const char *name)
{
    char path[ZH_BACKUP_PATH_BYTES];
    zh_err e = path_of(path, folder, name);
    if (e == ZH_OK) e = zh_file_remove(zh_sv_of(path));
    return e == ZH_ABSENT ? ZH_OK : e;
}

static void note_put(zh_json_out *out, const zh_backup_status *s)
{
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("version"), ZH_BACKUP_VERSION);
    zh_json_out_key_text(out, ZH_SV("of"), ZH_SV("zhun"));
    zh_json_out_key_int(out, ZH_SV("startedMs"), s->started_ms);
    zh_json_out_key_int(out, ZH_SV("finishedMs"), s->finished_ms);
    zh_json_out_key_int(out, ZH_SV("records"), (int64_t)s->records);
    zh_json_out_key_int(out, ZH_SV("copiedBytes"), (int64_t)s->copied_bytes);
    zh_json_out_key_int(out, ZH_SV("linkedBytes"), (int64_t)s->linked_bytes);
    zh_json_out_key_int(out, ZH_SV("sameBytes"), (int64_t)s->same_bytes);
    zh_json_out_key_int(out, ZH_SV("stateBytes"), (int64_t)s->state_bytes);
    zh_json_out_key_int(out, ZH_SV("baseBytes"), (int64_t)s->base_bytes);
    zh_json_out_key_bool(out, ZH_SV("withKey"), s->has_key);
    zh_json_out_key_text(out, ZH_SV("to"), zh_sv_of(s->to));
    zh_json_out_end(out);
}

static zh_err note_write(const char *folder, const char *name, const zh_backup_status *s)
{
    char path[ZH_BACKUP_PATH_BYTES];
    zh_buf text = zh_buf_open(NOTE_BYTES_MAX);
    zh_json_out out = zh_json_out_on(&text);
    note_put(&out, s);
    zh_err e = zh_json_out_done(&out);
    if (e == ZH_OK) e = path_of(path, folder, name);
    if (e == ZH_OK) e = zh_file_write(zh_sv_of(path), zh_buf_view(&text), 0600);
    zh_buf_close(&text);
    return e;
}

static uint64_t number_of(zh_json_value root, zh_sv name)
{
    int64_t value = 0;
    (void)zh_json_int(zh_json_get(root, name), &value);
    return value < 0 ? 0 : (uint64_t)value;
}

/* ZH_ABSENT no such file, ZH_FORMAT of a newer version or no note of ours. */
static zh_err note_read(const char *folder, const char *name, zh_backup_status *s)
{
    char path[ZH_BACKUP_PATH_BYTES];
    zh_buf text = zh_buf_open(NOTE_BYTES_MAX);
    zh_json *json = NULL;
    zh_json_value root;
    zh_err e = path_of(path, folder, name);
    if (e == ZH_OK) e = zh_file_read(zh_sv_of(path), &text);
    if (e == ZH_OK) e = zh_json_open(&json, NOTE_BYTES_MAX);
    if (e == ZH_OK && zh_json_parse(json, zh_buf_view(&text), &root, NULL) != ZH_OK) e = ZH_FORMAT;
    if (e == ZH_OK && number_of(root, ZH_SV("version")) != ZH_BACKUP_VERSION) e = ZH_FORMAT;
    if (e == ZH_OK) {
        *s = (zh_backup_status){ .phase = ZH_BACKUP_DONE, .started_ms = (int64_t)number_of(root, ZH_SV("startedMs")),
                                 .finished_ms = (int64_t)number_of(root, ZH_SV("finishedMs")), .records = number_of(root, ZH_SV("records")),
                                 .copied_bytes = number_of(root, ZH_SV("copiedBytes")), .linked_bytes = number_of(root, ZH_SV("linkedBytes")),
                                 .same_bytes = number_of(root, ZH_SV("sameBytes")), .state_bytes = number_of(root, ZH_SV("stateBytes")), .base_bytes = number_of(root, ZH_SV("baseBytes")) };
        (void)zh_json_bool(zh_json_get(root, ZH_SV("withKey")), &s->has_key);
        snprintf(s->to, sizeof s->to, "%.*s", ZH_SV_ARG(zh_json_text_or_empty(zh_json_get(root, ZH_SV("to")))));
    }
    zh_json_close(json);
    zh_buf_close(&text);
    return e;
}

/* ---- one backup ---- */

static void set_phase(zh_backups *b, zh_backup_phase phase)
{
    pthread_mutex_lock(&b->lock);
    b->status.phase = phase;
    pthread_mutex_unlock(&b->lock);
}

static bool go_on(void *context, uint64_t bytes)
{
    zh_backups *b = context;
    pthread_mutex_lock(&b->lock);
    b->status.done_bytes += bytes;
    const bool on = !b->stopping;
    pthread_mutex_unlock(&b->lock);
    return on;
}

/* The views first: the log, copied after them, then has at least what they know. */
static zh_err copy_state(zh_backups *b, zh_note *why)
{
    char fresh[ZH_BACKUP_PATH_BYTES], place[ZH_BACKUP_PATH_BYTES];
    zh_err e = path_of(fresh, b->status.to, "state.new");
    if (e == ZH_OK) e = path_of(place, b->status.to, "state");
    if (e == ZH_OK) e = zh_tree_remove(zh_sv_of(fresh));
    if (e == ZH_OK) e = zh_state_copy(b->d.state, zh_sv_of(fresh), why);
    if (e == ZH_OK) e = zh_tree_remove(zh_sv_of(place));
    if (e == ZH_OK && rename(fresh, place) != 0) e = ZH_IO;
    if (e == ZH_OK) b->status.state_bytes = zh_tree_bytes(zh_sv_of(place));
    return e;
}

static zh_err copy_log(zh_backups *b, zh_note *why)
{
    char to[ZH_BACKUP_PATH_BYTES], since[ZH_BACKUP_PATH_BYTES] = "";
    zh_log_copied did;
    zh_err e = path_of(to, b->status.to, "log");
    if (e == ZH_OK && b->since[0] != '\0') e = path_of(since, b->since, "log");
    if (e == ZH_OK) e = zh_file_make_dirs(zh_sv_of(to));
    const zh_log_copy_desc desc = { .to = zh_sv_of(to), .since = zh_sv_of(since), .go_on = go_on, .context = b };
    if (e == ZH_OK) e = zh_log_copy(b->d.log, &desc, &did, why);
    if (e != ZH_OK) return e;
    pthread_mutex_lock(&b->lock);
    b->status.copied_bytes = did.copied_bytes;
    b->status.linked_bytes = did.linked_bytes;
    b->status.same_bytes = did.same_bytes;
    b->status.records = 0;
    for (uint32_t p = 0; p < zh_log_partitions(b->d.log); p++) b->status.records += did.ends[p];
    pthread_mutex_unlock(&b->lock);
    return ZH_OK;
}

static void hear_damage(void *context, const zh_log_damage *damage)
{
    zh_note *why = context;
    if (why->text[0] == '\0') zh_note_set(why, "the copy does not read back: %.*s at byte %llu: %s", ZH_SV_ARG(damage->file), (unsigned long long)damage->offset, damage->reason);
}

static zh_err verify_log(const char *folder, const char *name, zh_note *why)
{
    char path[ZH_BACKUP_PATH_BYTES];
    zh_note asked = { "" }, heard = { "" };
    zh_err e = path_of(path, folder, name);
    if (e == ZH_OK) e = zh_log_verify(zh_sv_of(path), hear_damage, &heard, &asked);
    if (e != ZH_OK) zh_note_set(why, "%s", heard.text[0] != '\0' ? heard.text : asked.text);
    return e;
}

/* The rows of a base in a copy, all of them; `folder`/base/NUMBER. */
static zh_err check_base(const char *folder, zh_base *out, zh_note *why)
{
    zh_err e = zh_base_find(zh_sv_of(folder), out, why);
    if (e == ZH_ABSENT) return ZH_OK; /* a log that is whole */
    return e == ZH_OK ? zh_base_check_rows(out, NULL, NULL, why) : e;
}

/* As it is; the one of an earlier backup stays where it is the same. */
static zh_err copy_base(zh_backups *b, zh_note *why)
{
    zh_base base, there;
    zh_note unasked = { "" };
    char folder[ZH_BACKUP_PATH_BYTES], fresh[ZH_BACKUP_PATH_BYTES], place[ZH_BACKUP_PATH_BYTES];
    const char *to = b->status.to;
    b->d.base(b->d.context, &base);
    zh_err e = zh_base_tidy(zh_sv_of(to), NULL);
    if (e == ZH_OK && zh_base_find(zh_sv_of(to), &there, &unasked) == ZH_OK && there.number == base.number && strcmp(there.digest, base.digest) == 0 &&
        zh_base_check_rows(&there, NULL, NULL, &unasked) == ZH_OK) {
        b->status.base_bytes = there.bytes;
        return ZH_OK;
    }
    if (e == ZH_OK) e = path_of(folder, to, "base");
    if (e == ZH_OK) e = zh_tree_remove(zh_sv_of(folder));
    if (e != ZH_OK || base.number == 0) return e;
    const char *name = strrchr(base.path, '/') + 1;
    e = zh_file_make_dirs(zh_sv_of(folder));
    if (e == ZH_OK) e = path_of(fresh, folder, "copy.tmp");
    if (e == ZH_OK) e = path_of(place, folder, name);
    if (e == ZH_OK) e = zh_tree_copy(zh_sv_of(base.path), zh_sv_of(fresh), NULL, NULL);
    if (e == ZH_OK && rename(fresh, place) != 0) e = ZH_IO;
    if (e == ZH_OK) e = zh_file_sync_dir(zh_sv_of(folder));
    if (e != ZH_OK) zh_note_set(why, "the base %s cannot be copied: %s", base.path, zh_err_text(e));
    if (e == ZH_OK) e = check_base(to, &there, why);
    b->status.base_bytes = base.bytes;
    return e;
}

/* The lines so far. One that is being written may be torn in the copy: opening cuts it. */
static zh_err copy_audit(zh_backups *b, zh_note *why)
{
    char from[ZH_BACKUP_PATH_BYTES], fresh[ZH_BACKUP_PATH_BYTES], place[ZH_BACKUP_PATH_BYTES];
    zh_err e = path_of(from, b->dir, "audit");
    if (e == ZH_OK) e = path_of(fresh, b->status.to, "audit.new");
    if (e == ZH_OK) e = path_of(place, b->status.to, "audit");
    if (e == ZH_OK) e = zh_tree_remove(zh_sv_of(fresh));
    if (e == ZH_OK) e = zh_tree_copy(zh_sv_of(from), zh_sv_of(fresh), NULL, NULL);
    if (e == ZH_ABSENT) return ZH_OK;
    if (e == ZH_OK) e = zh_tree_remove(zh_sv_of(place));
    if (e == ZH_OK && rename(fresh, place) != 0) e = ZH_IO;
    if (e != ZH_OK) zh_note_set(why, "the audit cannot be copied: %s", zh_err_text(e));
    return e;
}

static zh_err copy_key(const char *from, const char *folder, zh_note *why)
{
    char to[ZH_BACKUP_PATH_BYTES];
    zh_buf key = zh_buf_open(4096);
    zh_err e = path_of(to, folder, "zhun.key");
    if (e == ZH_OK) e = zh_file_read(zh_sv_of(from), &key);
    if (e == ZH_OK) e = zh_file_write(zh_sv_of(to), zh_buf_view(&key), 0400);
    if (e != ZH_OK) zh_note_set(why, "the key file %s cannot be copied: %s", from, zh_err_text(e));
    zh_buf_close(&key);
    return e;
}

/* The list of erasures beside a key (erase.h), where there is one. */
static zh_err copy_erased(const char *key, const char *folder, bool *has, zh_note *why)
{
    char from[ZH_BACKUP_PATH_BYTES], to[ZH_BACKUP_PATH_BYTES];
    zh_buf list = zh_buf_open(ZH_ERASE_LIST_BYTES_MAX);
    const int size = snprintf(from, sizeof from, "%s" ZH_ERASE_LIST_END, key);
    zh_err e = size > 0 && size < (int)sizeof from ? path_of(to, folder, "zhun.key" ZH_ERASE_LIST_END) : ZH_RANGE;
    if (e == ZH_OK) e = zh_file_read(zh_sv_of(from), &list);
    *has = e == ZH_OK;
    if (e == ZH_OK) e = zh_file_write(zh_sv_of(to), zh_buf_view(&list), 0600);
    zh_buf_close(&list);
    if (e == ZH_ABSENT) return ZH_OK;
    if (e != ZH_OK) zh_note_set(why, "the list of erasures %s cannot be copied: %s", from, zh_err_text(e));
    return e;
}

static zh_err fill(zh_backups *b, zh_note *why)
{
    bool has_list;
    const char *to = b->status.to;
    zh_err e = note_write(to, UNFINISHED, &b->status); /* from here on it is our folder, and no backup yet */
    if (e == ZH_OK) e = remove_there(to, ZH_BACKUP_FILE);
    if (e == ZH_OK) e = remove_there(to, "zhun.key");
    if (e == ZH_OK) e = remove_there(to, "zhun.key" ZH_ERASE_LIST_END);
    if (e == ZH_OK) e = copy_state(b, why);
    if (e == ZH_OK) e = copy_base(b, why);
    set_phase(b, ZH_BACKUP_LOG);
    if (e == ZH_OK) e = copy_log(b, why);
    uint64_t table_bytes; /* after the log: a table is there before the log names it */
    if (e == ZH_OK) e = zh_serving_file_copy(zh_sv_of(b->dir), zh_sv_of(to), &table_bytes, why);
    set_phase(b, ZH_BACKUP_VERIFY);
    if (e == ZH_OK) e = verify_log(to, "log", why);
    if (e == ZH_OK) e = copy_audit(b, why);
    if (e == ZH_OK && b->status.has_key) e = copy_key(b->key_file, to, why);
    if (e == ZH_OK && b->status.has_key) e = copy_erased(b->key_file, to, &has_list, why);
    pthread_mutex_lock(&b->lock);
    b->status.finished_ms = zh_clock_wall_ms(NULL);
    const bool stopped = b->stopping;
    pthread_mutex_unlock(&b->lock);
    if (e == ZH_OK && stopped) e = ZH_STOPPED;
    if (e == ZH_OK) e = note_write(to, ZH_BACKUP_FILE, &b->status);
    if (e == ZH_OK) e = remove_there(to, UNFINISHED);
    return e;
}

static zh_err back_up(zh_backups *b, zh_note *why)
{
    char path[ZH_BACKUP_PATH_BYTES];
    zh_file_lock *lock = NULL;
    zh_err e = zh_file_make_dirs(zh_sv_of(b->status.to));
    if (e == ZH_OK) e = path_of(path, b->status.to, LOCK);
    if (e == ZH_OK) e = zh_file_lock_open(&lock, zh_sv_of(path), ZH_SV("zhun backup"), NULL);
    if (e == ZH_BUSY) zh_note_set(why, "another backup writes into %s", b->status.to);
    if (e == ZH_OK) e = fill(b, why);
    zh_file_lock_close(lock);
    if (e == ZH_OK) (void)!note_write(b->dir, LAST_FILE, &b->status); /* only tells people: it may fail */
    return e;
}

static void *run(void *context)
{
    zh_backups *b = context;
    zh_note why = { "" };
    b->d.hold(b->d.context, true);
    const zh_err e = back_up(b, &why);
    b->d.hold(b->d.context, false);
    pthread_mutex_lock(&b->lock);
    b->status.phase = e == ZH_OK ? ZH_BACKUP_DONE : ZH_BACKUP_FAILED;
    b->status.finished_ms = zh_clock_wall_ms(NULL);
    if (e == ZH_DENIED) zh_note_set(&b->status.why, "the engine may not write there: the folder's rights forbid it, or the --backup-dirs it was started with");
    else if (e != ZH_OK) zh_note_set(&b->status.why, "%s", why.text[0] != '\0' ? why.text : zh_err_text(e));
    b->runs = false;
    pthread_mutex_unlock(&b->lock);
    return NULL;
}

/* ---- the face ---- */

zh_err zh_backups_open(zh_backups **out, const zh_backups_desc *desc)
{
    zh_backups *b = calloc(1, sizeof *b);
    if (b == NULL) return ZH_NOMEM;
    b->d = *desc;
    b->joined = true;
    pthread_mutex_init(&b->lock, NULL);
    snprintf(b->dir, sizeof b->dir, "%.*s", ZH_SV_ARG(desc->dir));
    snprintf(b->key_file, sizeof b->key_file, "%.*s", ZH_SV_ARG(desc->key_file));
    if (note_read(b->dir, LAST_FILE, &b->status) != ZH_OK) b->status = (zh_backup_status){ .phase = ZH_BACKUP_NONE };
    *out = b;
    return ZH_OK;
}

static void join(zh_backups *b)
{
    if (!b->joined) pthread_join(b->thread, NULL);
    b->joined = true;
}

void zh_backups_close(zh_backups *b)
{
    if (b == NULL) return;
    pthread_mutex_lock(&b->lock);
    b->stopping = true;
    pthread_mutex_unlock(&b->lock);
    join(b);
    pthread_mutex_destroy(&b->lock);
    free(b);
}

/* Is `path` the folder, or below it? Both resolved as far as they exist. */
static bool is_within(const char *path, const char *folder)
{
    char whole[PATH_MAX], other[PATH_MAX], parent[ZH_BACKUP_PATH_BYTES];
    if (realpath(folder, other) == NULL) return false;
    snprintf(parent, sizeof parent, "%s", path);
    while (realpath(parent, whole) == NULL) { /* what is not there yet lies where its nearest parent lies */
        char *slash = strrchr(parent, '/');
        if (slash == NULL || slash == parent) return false;
        *slash = '\0';
    }
    const size_t size = strlen(other);
    return strncmp(whole, other, size) == 0 && (whole[size] == '\0' || whole[size] == '/');
}

static zh_err check_target(const zh_backups *b, const char *to, zh_note *why)
{
    if (to[0] != '/') {
        zh_note_set(why, "%s: name the folder of the backup by its whole path", to);
        return ZH_RANGE;
    }
    if (is_within(to, b->dir)) {
        zh_note_set(why, "%s lies in the data folder: choose a place outside, best on another disk", to);
        return ZH_RANGE;
    }
    const int there = holds(to);
    if (there == 0 || has(to, ZH_BACKUP_FILE) || has(to, UNFINISHED)) return ZH_OK;
    zh_note_set(why, there < 0 ? "%s is no folder that can be read" : "%s holds something that is no backup: name an empty folder, or one that is not there", to);
    return ZH_EXISTS;
}

static zh_err start(zh_backups *b, const zh_backup_desc *desc, int64_t now_ms, zh_note *why)
{
    zh_backup_status fresh = { .phase = ZH_BACKUP_STATE, .started_ms = now_ms, .has_key = desc->with_key, .all_bytes = zh_log_bytes(b->d.log) };
    if (desc->to.size == 0 || desc->to.size > ZH_BACKUP_PATH_BYTES - 100 || desc->since.size > ZH_BACKUP_PATH_BYTES - 100) return ZH_RANGE;
    snprintf(fresh.to, sizeof fresh.to, "%.*s", ZH_SV_ARG(desc->to));
    for (size_t size = strlen(fresh.to); size > 1 && fresh.to[size - 1] == '/'; size--) fresh.to[size - 1] = '\0';
    zh_err e = check_target(b, fresh.to, why);
    if (e != ZH_OK) return e;
    pthread_mutex_lock(&b->lock);
    if (b->runs) e = ZH_BUSY;
    else if (b->stopping) e = ZH_STOPPED;
    else b->runs = true;
    pthread_mutex_unlock(&b->lock);
    if (e != ZH_OK) {
        zh_note_set(why, "a backup is running already");
        return e;
    }
    join(b);
    pthread_mutex_lock(&b->lock);
    b->status = fresh;
    snprintf(b->since, sizeof b->since, "%.*s", ZH_SV_ARG(desc->since));
    b->joined = pthread_create(&b->thread, NULL, run, b) != 0;
    if (b->joined) b->runs = false, b->status.phase = ZH_BACKUP_FAILED, e = ZH_NOMEM;
    pthread_mutex_unlock(&b->lock);
    return e;
}

typedef struct asked {
    zh_backups *backups;
    const zh_backup_desc *desc;
    int64_t now_ms;
    zh_note *why;
    zh_err e;
} asked;

static void start_there(void *context)
{
    asked *a = context;
    a->e = start(a->backups, a->desc, a->now_ms, a->why);
}

/* Outside: the target is looked at there, and the thread made there stays there. */
zh_err zh_backups_start(zh_backups *b, const zh_backup_desc *desc, int64_t now_ms, zh_note *why)
{
    asked a = { b, desc, now_ms, why, ZH_OK };
    zh_outside_call(b->d.outside, start_there, &a);
    return a.e;
}

void zh_backups_status(zh_backups *b, zh_backup_status *out)
{
    pthread_mutex_lock(&b->lock);
    *out = b->status;
    pthread_mutex_unlock(&b->lock);
}

/* ---- restoring ---- */

typedef struct restorer {
    const zh_restore_desc *desc;
    char from[ZH_BACKUP_PATH_BYTES], dir[ZH_BACKUP_PATH_BYTES];
    uint64_t done, all;
    zh_note *why;
} restorer;

static void hear_bytes(void *context, uint64_t bytes)
{
    restorer *r = context;
    r->done += bytes;
    if (r->desc->progress != NULL) r->desc->progress(r->desc->context, r->done < r->all ? r->done : r->all, r->all);
}

static zh_err restore_tree(restorer *r, const char *name, const char *as)
{
    char from[ZH_BACKUP_PATH_BYTES], to[ZH_BACKUP_PATH_BYTES];
    zh_err e = path_of(from, r->from, name);
    if (e == ZH_OK) e = path_of(to, r->dir, as);
    if (e == ZH_OK) e = zh_tree_copy(zh_sv_of(from), zh_sv_of(to), hear_bytes, r);
    if (e != ZH_OK) zh_note_set(r->why, "%s cannot be copied to %s: %s", from, to, zh_err_text(e));
    return e;
}

static zh_err check_places(restorer *r, zh_backup_status *note)
{
    zh_err e = note_read(r->from, ZH_BACKUP_FILE, note);
    if (e == ZH_ABSENT && has(r->from, UNFINISHED)) zh_note_set(r->why, "%s is a backup that did not finish: run it again", r->from);
    else if (e == ZH_ABSENT) zh_note_set(r->why, "%s holds no backup of zhun (" ZH_BACKUP_FILE " is missing)", r->from);
    else if (e == ZH_FORMAT) zh_note_set(r->why, "%s/" ZH_BACKUP_FILE " was written by a newer version of zhun, or is damaged: restore with that version", r->from);
    else if (e != ZH_OK) zh_note_set(r->why, "%s cannot be read: %s", r->from, zh_err_text(e));
    if (e != ZH_OK) return e;
    if (holds(r->dir) == 0) return ZH_OK;
    zh_note_set(r->why, "%s is not empty: name an empty folder, or one that is not there; nothing was changed", r->dir);
    return ZH_EXISTS;
}

/* The log takes its name last: until then the folder is no data folder. */
static zh_err restore_parts(restorer *r, const zh_backup_status *note, bool *has_key, bool *has_list)
{
    char log[ZH_BACKUP_PATH_BYTES], place[ZH_BACKUP_PATH_BYTES], key[ZH_BACKUP_PATH_BYTES];
    zh_err e = zh_file_make_dirs(zh_sv_of(r->dir));
    if (e == ZH_OK) e = restore_tree(r, "log", "log.restoring");
    if (e == ZH_OK) e = verify_log(r->dir, "log.restoring", r->why);
    zh_base base = { 0 };
    if (e == ZH_OK && has(r->from, "base")) e = restore_tree(r, "base", "base");
    if (e == ZH_OK) e = check_base(r->dir, &base, r->why);
    if (e == ZH_OK) e = restore_tree(r, "state", "state");
    uint64_t table_bytes;
    if (e == ZH_OK) e = zh_serving_file_copy(zh_sv_of(r->from), zh_sv_of(r->dir), &table_bytes, r->why);
    if (e == ZH_OK) e = path_of(key, r->from, "zhun.key");
    if (e == ZH_OK && r->desc->key_file.size > 0) snprintf(key, sizeof key, "%.*s", ZH_SV_ARG(r->desc->key_file));
    *has_key = r->desc->key_file.size > 0 || note->has_key;
    if (e == ZH_OK && *has_key) e = copy_key(key, r->dir, r->why);
    if (e == ZH_OK && *has_key) e = copy_erased(key, r->dir, has_list, r->why);
    if (e == ZH_OK) e = path_of(log, r->dir, "log.restoring");
    if (e == ZH_OK) e = path_of(place, r->dir, "log");
    if (e == ZH_OK && rename(log, place) != 0) e = ZH_IO;
    return e == ZH_OK ? zh_file_sync_dir(zh_sv_of(r->dir)) : e;
}

zh_err zh_restore(const zh_restore_desc *desc, zh_restored *did, zh_note *why)
{
    restorer r = { .desc = desc, .why = why };
    zh_backup_status note;
    why->text[0] = '\0';
    if (desc->from.size > sizeof r.from - 100 || desc->dir.size > sizeof r.dir - 100 || desc->key_file.size > sizeof r.dir - 100) return ZH_RANGE;
    snprintf(r.from, sizeof r.from, "%.*s", ZH_SV_ARG(desc->from));
    snprintf(r.dir, sizeof r.dir, "%.*s", ZH_SV_ARG(desc->dir));
    zh_err e = check_places(&r, &note);
    if (e != ZH_OK) return e;
    char path[ZH_BACKUP_PATH_BYTES];
    if (path_of(path, r.from, "log") == ZH_OK) r.all += zh_tree_bytes(zh_sv_of(path));
    if (path_of(path, r.from, "base") == ZH_OK) r.all += zh_tree_bytes(zh_sv_of(path));
    if (path_of(path, r.from, "state") == ZH_OK) r.all += zh_tree_bytes(zh_sv_of(path));
    bool has_key, has_list = false;
    e = restore_parts(&r, &note, &has_key, &has_list);
    if (e != ZH_OK && why->text[0] == '\0') zh_note_set(why, "%s cannot be restored: %s", r.dir, zh_err_text(e));
    *did = (zh_restored){ .bytes = r.done, .records = note.records, .made_ms = note.started_ms, .has_key = has_key, .has_list = has_list };
    return e;
}
