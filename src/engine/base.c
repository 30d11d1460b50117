#include "engine/base.h"
#include "base/json.h"
#include "base/json_out.h"
#include "sys/file.h"
#include "sys/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOTE_FILE "base.json"
#define NOTE_BYTES_MAX (16u << 20) /* 100,000 files of rows; a large shop has some hundred */
#define NAME_BYTES_MAX 64          /* of a file of rows, such as 000123.sst */
#define PIECE_BYTES (1u << 20)
#define SIGNED ZH_SV("zhun base 1")
#define FOLDER_DIGITS 8

/* ---- small things ---- */

static zh_err path_of(char out[ZH_BASE_PATH_BYTES], zh_sv folder, const char *name)
{
    const int size = snprintf(out, ZH_BASE_PATH_BYTES, "%.*s/%s", ZH_SV_ARG(folder), name);
    return size > 0 && size < ZH_BASE_PATH_BYTES ? ZH_OK : ZH_RANGE;
}

/* 0: the name is not a base's. */
static uint64_t number_of_name(const char *name)
{
    uint64_t number = 0;
    if (strlen(name) < FOLDER_DIGITS || strlen(name) > 18) return 0;
    for (const char *c = name; *c != '\0'; c++) {
        if (*c < '0' || *c > '9') return 0;
        number = number * 10 + (uint64_t)(*c - '0');
    }
    return number;
}

static void name_of_number(uint64_t number, char out[32])
{
    snprintf(out, 32, "%0*llu", FOLDER_DIGITS, (unsigned long long)number);
}

void zh_base_id_key(uint32_t day, zh_event_key key, char out[ZH_BASE_ID_KEY_BYTES])
{
    for (int i = 3; i >= 0; i--, day >>= 8) out[i] = (char)(unsigned char)day;
    for (int i = 11; i >= 4; i--, key.high >>= 8) out[i] = (char)(unsigned char)key.high;
    for (int i = 19; i >= 12; i--, key.low >>= 8) out[i] = (char)(unsigned char)key.low;
}

/* ---- files and their digests ---- */

typedef struct files { /* names of a folder's files, sorted */
    char (*names)[NAME_BYTES_MAX];
    size_t count, cap;
} files;

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

static zh_err list(const char *folder, files *out)
{
    *out = (files){ 0 };
    DIR *listing = opendir(folder);
    zh_err e = listing != NULL ? ZH_OK : errno == ENOENT ? ZH_ABSENT : ZH_IO;
    for (struct dirent *entry; e == ZH_OK && (entry = readdir(listing)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        if (strlen(entry->d_name) >= NAME_BYTES_MAX) e = ZH_RANGE;
        if (e == ZH_OK && out->count == out->cap) {
            const size_t cap = out->cap == 0 ? 64 : out->cap * 2;
            void *names = realloc(out->names, cap * sizeof *out->names);
            if (names == NULL) e = ZH_NOMEM;
            else out->names = names, out->cap = cap;
        }
        if (e == ZH_OK) snprintf(out->names[out->count++], NAME_BYTES_MAX, "%s", entry->d_name);
    }
    if (listing != NULL) closedir(listing);
    if (out->count > 0) qsort(out->names, out->count, sizeof *out->names, by_name);
    return e;
}

typedef struct watch {
    bool (*go_on)(void *context);
    void *context;
} watch;

static zh_err digest_file(const char *path, char *piece, watch w, uint8_t out[ZH_DIGEST_BYTES], uint64_t *bytes)
{
    zh_digest d;
    zh_err e = zh_digest_begin(&d);
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return errno == ENOENT ? ZH_ABSENT : ZH_IO;
    *bytes = 0;
    for (ssize_t got = 1; e == ZH_OK && got > 0;) {
        got = read(file, piece, PIECE_BYTES);
        if (got < 0 && errno == EINTR) got = 1;
        else if (got < 0) e = ZH_IO;
        else zh_digest_put(&d, (zh_sv){ piece, (size_t)got }), *bytes += (uint64_t)got;
        if (e == ZH_OK && w.go_on != NULL && !w.go_on(w.context)) e = ZH_STOPPED;
    }
    (void)posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    close(file);
    zh_digest_end(&d, out);
    return e;
}

static zh_err sync_file(const char *path)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return ZH_IO;
    const int failed = fsync(file);
    close(file);
    return failed == 0 ? ZH_OK : ZH_IO;
}

/* ---- base.json: JSON, a line end, the signature of all before it in hexadecimal digits, a line end ---- */

static zh_err put_files(zh_json_out *out, zh_base *base, const char *folder)
{
    files all;
    zh_digest whole;
    uint8_t digest[ZH_DIGEST_BYTES];
    char path[ZH_BASE_PATH_BYTES], text[ZH_DIGEST_TEXT_BYTES];
    char *piece = malloc(PIECE_BYTES);
    zh_err e = list(folder, &all);
    if (piece == NULL) e = ZH_NOMEM;
    if (e == ZH_OK) e = zh_digest_begin(&whole);
    base->bytes = 0;
    for (size_t i = 0; e == ZH_OK && i < all.count; i++) {
        uint64_t bytes;
        e = path_of(path, zh_sv_of(folder), all.names[i]);
        if (e == ZH_OK) e = sync_file(path);
        if (e == ZH_OK) e = digest_file(path, piece, (watch){ 0 }, digest, &bytes);
        if (e != ZH_OK) break;
        zh_digest_print(digest, text);
        zh_digest_put(&whole, zh_sv_of(all.names[i]));
        zh_digest_put(&whole, (zh_sv){ text, sizeof text }); /* its NUL parts it from the next name */
        base->bytes += bytes;
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("name"), zh_sv_of(all.names[i]));
        zh_json_out_key_int(out, ZH_SV("bytes"), (int64_t)bytes);
        zh_json_out_key_text(out, ZH_SV("digest"), zh_sv_of(text));
        zh_json_out_end(out);
    }
    if (e == ZH_OK) {
        zh_digest_end(&whole, digest);
        zh_digest_print(digest, base->digest);
    }
    free(all.names);
    free(piece);
    return e;
}

static zh_err put_note(zh_buf *text, zh_base *base, const char *state)
{
    zh_json_out out = zh_json_out_on(text);
    zh_json_out_object(&out);
    zh_json_out_key_int(&out, ZH_SV("version"), ZH_BASE_VERSION);
    zh_json_out_key_text(&out, ZH_SV("of"), ZH_SV("zhun base"));
    zh_json_out_key_int(&out, ZH_SV("madeMs"), base->made_ms);
    zh_json_out_key_int(&out, ZH_SV("untilMs"), base->until_ms);
    zh_json_out_key_text(&out, ZH_SV("timeZone"), zh_sv_of(base->zone));
    zh_json_out_key_int(&out, ZH_SV("events"), (int64_t)base->events);
    zh_json_out_key_int(&out, ZH_SV("importLast"), base->import_last);
    zh_json_out_key(&out, ZH_SV("positions"));
    zh_json_out_array(&out);
    for (uint32_t p = 0; p < base->partitions; p++) zh_json_out_int(&out, (int64_t)base->positions[p]);
    zh_json_out_end(&out);
    zh_json_out_key(&out, ZH_SV("files"));
    zh_json_out_array(&out);
    const zh_err e = put_files(&out, base, state);
    zh_json_out_end(&out);
    zh_json_out_key_int(&out, ZH_SV("bytes"), (int64_t)base->bytes);
    zh_json_out_key_text(&out, ZH_SV("digest"), zh_sv_of(base->digest));
    zh_json_out_end(&out);
    zh_buf_put(text, ZH_SV("\n"));
    return e != ZH_OK ? e : zh_json_out_done(&out);
}

/* The text, and what it says without the signature. */
static zh_err read_note(const char *folder, zh_buf *text, zh_sv *said, zh_sv *signature)
{
    char path[ZH_BASE_PATH_BYTES];
    zh_err e = path_of(path, zh_sv_of(folder), NOTE_FILE);
    if (e == ZH_OK) e = zh_file_read(zh_sv_of(path), text);
    const size_t tail = 2 * ZH_DIGEST_BYTES + 1;
    if (e == ZH_OK && (text->size <= tail || text->data[text->size - 1] != '\n')) e = ZH_CORRUPT;
    if (e != ZH_OK) return e;
    *said = (zh_sv){ text->data, text->size - tail };
    *signature = (zh_sv){ text->data + said->size, tail - 1 };
    return ZH_OK;
}

static bool number_in(zh_json_value root, zh_sv name, uint64_t *out)
{
    int64_t value;
    if (!zh_json_int(zh_json_get(root, name), &value) || value < 0) return false;
    *out = (uint64_t)value;
    return true;
}

static zh_err take_note(zh_json_value root, zh_base *base)
{
    uint64_t version, made, until, import_last;
    if (!number_in(root, ZH_SV("version"), &version)) return ZH_CORRUPT;
    if (version != ZH_BASE_VERSION) return ZH_FORMAT;
    if (!number_in(root, ZH_SV("madeMs"), &made) || !number_in(root, ZH_SV("untilMs"), &until) || !number_in(root, ZH_SV("events"), &base->events) ||
        !number_in(root, ZH_SV("importLast"), &import_last) || !number_in(root, ZH_SV("bytes"), &base->bytes) || import_last > UINT32_MAX) return ZH_CORRUPT;
    base->made_ms = (int64_t)made;
    base->until_ms = (int64_t)until;
    base->import_last = (uint32_t)import_last;
    const zh_sv zone = zh_json_text_or_empty(zh_json_get(root, ZH_SV("timeZone"))), digest = zh_json_text_or_empty(zh_json_get(root, ZH_SV("digest")));
    uint8_t bytes[ZH_DIGEST_BYTES];
    if (zone.size == 0 || zone.size >= sizeof base->zone || zh_digest_parse(digest, bytes) != ZH_OK) return ZH_CORRUPT;
    snprintf(base->zone, sizeof base->zone, "%.*s", ZH_SV_ARG(zone));
    zh_digest_print(bytes, base->digest);
    for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("positions"))); zh_json_next(&it);) {
        int64_t at;
        if (base->partitions == ZH_LOG_PARTITIONS_MAX || !zh_json_int(it.value, &at) || at < 0) return ZH_CORRUPT;
        base->positions[base->partitions++] = (uint64_t)at;
    }
    return base->partitions > 0 ? ZH_OK : ZH_CORRUPT;
}

static zh_err read_base(zh_sv folder, zh_base *out, zh_note *why)
{
    zh_buf text = zh_buf_open(NOTE_BYTES_MAX);
    zh_json *json = NULL;
    zh_json_value root;
    zh_sv said, signature;
    *out = (zh_base){ 0 };
    if (folder.size >= sizeof out->path - 64) return ZH_RANGE;
    snprintf(out->path, sizeof out->path, "%.*s", ZH_SV_ARG(folder));
    zh_err e = read_note(out->path, &text, &said, &signature);
    if (e == ZH_OK) e = zh_json_open(&json, NOTE_BYTES_MAX);
    if (e == ZH_OK && zh_json_parse(json, said, &root, NULL) != ZH_OK) e = ZH_CORRUPT;
    if (e == ZH_OK) e = take_note(root, out);
    zh_json_close(json);
    zh_buf_close(&text);
    if (e == ZH_FORMAT) zh_note_set(why, "%s/" NOTE_FILE " was written by a newer version of zhun: start that version", out->path);
    else if (e != ZH_OK) zh_note_set(why, "%s/" NOTE_FILE " cannot be used (%s): restore the folder base from a backup", out->path, zh_err_text(e));
    return e;
}

/* ---- which ---- */

zh_err zh_base_find(zh_sv dir, zh_base *out, zh_note *why)
{
    char folder[ZH_BASE_PATH_BYTES], name[32];
    files all;
    uint64_t newest = 0;
    *out = (zh_base){ 0 };
    zh_err e = path_of(folder, dir, "base");
    if (e != ZH_OK) return e;
    e = list(folder, &all);
    for (size_t i = 0; e == ZH_OK && i < all.count; i++) {
        const uint64_t number = number_of_name(all.names[i]);
        if (number > newest) newest = number;
    }
    free(all.names);
    if (e == ZH_OK && newest == 0) e = ZH_ABSENT;
    if (e != ZH_OK) return e;
    name_of_number(newest, name);
    char path[ZH_BASE_PATH_BYTES];
    e = path_of(path, zh_sv_of(folder), name);
    if (e == ZH_OK) e = read_base(zh_sv_of(path), out, why);
    out->number = newest;
    return e == ZH_ABSENT ? ZH_CORRUPT : e; /* a base has its name only when it is whole */
}

zh_err zh_base_tidy(zh_sv dir, const zh_base *keep)
{
    char folder[ZH_BASE_PATH_BYTES], path[ZH_BASE_PATH_BYTES];
    files all;
    zh_err e = path_of(folder, dir, "base");
    if (e == ZH_OK) e = list(folder, &all);
    else return e;
    for (size_t i = 0; e == ZH_OK && i < all.count; i++) {
        const uint64_t number = number_of_name(all.names[i]);
        if (number != 0 && (keep == NULL || number == keep->number)) continue;
        e = path_of(path, zh_sv_of(folder), all.names[i]);
        if (e == ZH_OK) e = zh_tree_remove(zh_sv_of(path));
    }
    free(all.names);
    return e == ZH_ABSENT ? ZH_OK : e;
}

/* ---- proving ---- */

zh_err zh_base_check_signature(const zh_base *base, const zh_sealer *sealer, zh_note *why)
{
    zh_buf text = zh_buf_open(NOTE_BYTES_MAX);
    zh_sv said, signature;
    uint8_t is[ZH_DIGEST_BYTES], wanted[ZH_DIGEST_BYTES];
    zh_err e = read_note(base->path, &text, &said, &signature);
    if (e == ZH_OK && zh_digest_parse(signature, is) != ZH_OK) e = ZH_CORRUPT;
    if (e == ZH_OK) zh_seal_sign(sealer, SIGNED, said, wanted);
    if (e == ZH_OK && !zh_digest_equal(is, wanted)) e = ZH_CORRUPT;
    zh_buf_close(&text);
    if (e != ZH_OK) zh_note_set(why, "%s/" NOTE_FILE ": the signature does not fit: restore the folder base from a backup", base->path);
    return e;
}

static zh_err check_file(const char *state, zh_json_value said, char *piece, watch w, zh_note *why)
{
    char path[ZH_BASE_PATH_BYTES];
    uint8_t is[ZH_DIGEST_BYTES], wanted[ZH_DIGEST_BYTES];
    uint64_t bytes, bytes_wanted;
    const zh_sv name = zh_json_text_or_empty(zh_json_get(said, ZH_SV("name")));
    char copy[NAME_BYTES_MAX];
    snprintf(copy, sizeof copy, "%.*s", ZH_SV_ARG(name));
    zh_err e = zh_digest_parse(zh_json_text_or_empty(zh_json_get(said, ZH_SV("digest"))), wanted) == ZH_OK && number_in(said, ZH_SV("bytes"), &bytes_wanted) ? ZH_OK : ZH_CORRUPT;
    if (e == ZH_OK) e = path_of(path, zh_sv_of(state), copy);
    if (e == ZH_OK) e = digest_file(path, piece, w, is, &bytes);
    if (e == ZH_OK && (bytes != bytes_wanted || !zh_digest_equal(is, wanted))) e = ZH_CORRUPT;
    if (e == ZH_CORRUPT || e == ZH_ABSENT) {
        zh_note_set(why, "%s/%s is damaged or missing: restore the folder base from a backup", state, copy);
        return ZH_CORRUPT;
    }
    return e;
}

zh_err zh_base_check_rows(const zh_base *base, bool (*go_on)(void *context), void *context, zh_note *why)
{
    char state[ZH_BASE_PATH_BYTES];
    zh_buf text = zh_buf_open(NOTE_BYTES_MAX);
    zh_json *json = NULL;
    zh_json_value root;
    zh_sv said, signature;
    char *piece = malloc(PIECE_BYTES);
    zh_err e = piece == NULL ? ZH_NOMEM : path_of(state, zh_sv_of(base->path), "state");
    if (e == ZH_OK) e = read_note(base->path, &text, &said, &signature);
    if (e == ZH_OK) e = zh_json_open(&json, NOTE_BYTES_MAX);
    if (e == ZH_OK && zh_json_parse(json, said, &root, NULL) != ZH_OK) e = ZH_CORRUPT;
    size_t count = 0;
    if (e == ZH_OK)
        for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("files"))); e == ZH_OK && zh_json_next(&it); count++)
            e = check_file(state, it.value, piece, (watch){ go_on, context }, why);
    files all = { 0 };
    if (e == ZH_OK) e = list(state, &all);
    if (e == ZH_OK && all.count != count) {
        zh_note_set(why, "%s holds files that its " NOTE_FILE " does not name: restore the folder base from a backup", state);
        e = ZH_CORRUPT;
    }
    free(all.names);
    free(piece);
    zh_json_close(json);
    zh_buf_close(&text);
    if (e != ZH_OK && why->text[0] == '\0') zh_note_set(why, "%s cannot be read: %s", base->path, zh_err_text(e));
    return e;
}

/* ---- its rows ---- */

/* Ids lose their day: that is how a working state has them. */
static zh_err free_ids_of_days(zh_state *state)
{
    zh_state_batch *batch;
    zh_err e = zh_state_batch_open(&batch, state);
    if (e != ZH_OK) return e;
    zh_state_scan scan = zh_state_scan_open(state, ZH_SPACE_DEDUP, (zh_sv){ 0 }, (zh_sv){ 0 });
    while (e == ZH_OK && zh_state_scan_next(&scan)) {
        if (scan.key.size != ZH_BASE_ID_KEY_BYTES) continue;
        char value[ZH_STATE_DEDUP_VALUE_BYTES];
        if (scan.value.size != 8) e = ZH_CORRUPT;
        else memcpy(value, scan.value.data, 8);
        value[8] = scan.key.data[3];
        value[9] = scan.key.data[2];
        zh_state_put(batch, ZH_SPACE_DEDUP, zh_sv_part(scan.key, 4, SIZE_MAX), (zh_sv){ value, sizeof value });
        zh_state_drop(batch, ZH_SPACE_DEDUP, scan.key);
        if (zh_state_batch_bytes(batch) > PIECE_BYTES) e = zh_state_commit(batch);
    }
    const zh_err closed = zh_state_scan_close(&scan);
    if (e == ZH_OK) e = closed;
    if (e == ZH_OK) e = zh_state_commit(batch);
    zh_state_batch_close(batch);
    return e;
}

zh_err zh_base_state(const zh_base *base, zh_sv to, bool shared, zh_note *why)
{
    char from[ZH_BASE_PATH_BYTES];
    zh_state *state = NULL;
    zh_err e = path_of(from, zh_sv_of(base->path), "state");
    if (e == ZH_OK) e = shared ? zh_tree_link(zh_sv_of(from), to, ZH_SV(".sst")) : zh_tree_copy(zh_sv_of(from), to, NULL, NULL);
    if (e != ZH_OK) zh_note_set(why, "%s cannot be copied to %.*s: %s", from, ZH_SV_ARG(to), zh_err_text(e));
    if (e == ZH_OK && !shared) {
        e = zh_state_open(&state, &(zh_state_desc){ .dir = to, .cache_bytes = ZH_STATE_CACHE_BYTES_MIN }, why);
        if (e == ZH_OK) e = free_ids_of_days(state);
        const zh_err closed = zh_state_close(state);
        if (e == ZH_OK) e = closed;
    }
    return e;
}

/* ---- making ---- */

zh_err zh_base_sign(zh_sv dir, zh_base *base, const zh_sealer *sealer, zh_note *why)
{
    char next[ZH_BASE_PATH_BYTES], state[ZH_BASE_PATH_BYTES], note[ZH_BASE_PATH_BYTES], text[ZH_DIGEST_TEXT_BYTES];
    uint8_t signature[ZH_DIGEST_BYTES];
    zh_buf said = zh_buf_open(NOTE_BYTES_MAX);
    zh_err e = path_of(next, dir, "base/next.tmp");
    if (e == ZH_OK) e = path_of(state, zh_sv_of(next), "state");
    if (e == ZH_OK) e = path_of(note, zh_sv_of(next), NOTE_FILE);
    if (e == ZH_OK) e = put_note(&said, base, state);
    if (e == ZH_OK) {
        zh_seal_sign(sealer, SIGNED, zh_buf_view(&said), signature);
        zh_digest_print(signature, text);
        zh_buf_printf(&said, "%s\n", text);
        e = zh_buf_err(&said);
    }
    if (e == ZH_OK) e = zh_file_write(zh_sv_of(note), zh_buf_view(&said), 0600);
    if (e == ZH_OK) e = zh_file_sync_dir(zh_sv_of(state));
    if (e == ZH_OK) e = zh_file_sync_dir(zh_sv_of(next));
    if (e != ZH_OK) zh_note_set(why, "the base in %s cannot be written: %s", next, zh_err_text(e));
    zh_buf_close(&said);
    return e;
}

zh_err zh_base_discard(zh_sv dir)
{
    char next[ZH_BASE_PATH_BYTES];
    const zh_err e = path_of(next, dir, "base/next.tmp");
    return e == ZH_OK ? zh_tree_remove(zh_sv_of(next)) : e;
}

zh_err zh_base_publish(zh_sv dir, zh_base *base, zh_note *why)
{
    char folder[ZH_BASE_PATH_BYTES], next[ZH_BASE_PATH_BYTES], name[32];
    zh_err e = path_of(folder, dir, "base");
    if (e == ZH_OK) e = path_of(next, zh_sv_of(folder), "next.tmp");
    name_of_number(base->number + 1, name);
    if (e == ZH_OK) e = path_of(base->path, zh_sv_of(folder), name);
    if (e == ZH_OK && rename(next, base->path) != 0) e = ZH_IO;
    if (e == ZH_OK) base->number++;
    if (e == ZH_OK) e = zh_file_sync_dir(zh_sv_of(folder));
    if (e == ZH_OK) e = zh_file_sync_dir(dir);
    if (e != ZH_OK) zh_note_set(why, "the base %s cannot take its name: %s", base->path, zh_err_text(e));
    return e;
}
