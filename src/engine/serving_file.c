#include "engine/serving_file.h"
#include "base/hash.h"
#include "sys/file.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define FOLDER "models"
#define PATH_BYTES 4096
#define NAME_BYTES 20 /* 16 digits, ".zm", NUL */

static void name_of(uint64_t hash, char out[NAME_BYTES]) { (void)snprintf(out, NAME_BYTES, "%016" PRIx64 ".zm", hash); }

static bool hash_of(const char *name, uint64_t *hash)
{
    char own[NAME_BYTES], *end;
    *hash = strtoull(name, &end, 16);
    name_of(*hash, own);
    return strcmp(own, name) == 0;
}

/* The folder, or with a name the file in it. */
static zh_err path_of(char out[PATH_BYTES], zh_sv dir, const char *name)
{
    const int size = snprintf(out, PATH_BYTES, "%.*s/" FOLDER "%s%s", ZH_SV_ARG(dir), name[0] == '\0' ? "" : "/", name);
    return size > 0 && size < PATH_BYTES ? ZH_OK : ZH_RANGE;
}

zh_err zh_serving_file_read(zh_sv dir, uint64_t hash, zh_serving **out, zh_note *why)
{
    char path[PATH_BYTES], name[NAME_BYTES];
    const char *wrong = NULL;
    zh_serving *table = NULL;
    zh_buf file = zh_buf_open(ZH_SERVING_BYTES_MAX);
    name_of(hash, name);
    zh_err e = path_of(path, dir, name);
    if (e == ZH_OK) e = zh_file_read(zh_sv_of(path), &file);
    if (e == ZH_OK) e = zh_serving_read(&table, zh_buf_view(&file), &wrong);
    zh_buf_close(&file);
    if (e == ZH_OK && zh_serving_hash(table) != hash) {
        zh_serving_close(table);
        e = ZH_CORRUPT;
        wrong = "it is another table";
    }
    if (e == ZH_OK) *out = table;
    else zh_note_set(why, FOLDER "/%s: %s", name, wrong != NULL ? wrong : zh_err_text(e));
    return e;
}

bool zh_serving_file_is_there(zh_sv dir, uint64_t hash)
{
    char path[PATH_BYTES], name[NAME_BYTES];
    name_of(hash, name);
    return path_of(path, dir, name) == ZH_OK && zh_file_exists(zh_sv_of(path));
}

zh_err zh_serving_file_write(zh_sv dir, uint64_t hash, zh_sv file)
{
    char path[PATH_BYTES], folder[PATH_BYTES], name[NAME_BYTES];
    name_of(hash, name);
    zh_err e = path_of(path, dir, name);
    if (e == ZH_OK) e = path_of(folder, dir, "");
    if (e == ZH_OK) e = zh_file_make_dirs(zh_sv_of(folder));
    return e == ZH_OK ? zh_file_write(zh_sv_of(path), file, 0600) : e;
}

static bool is_kept(const char *name, const uint64_t *keep, size_t keep_count)
{
    uint64_t hash;
    bool is = false;
    for (size_t i = 0; hash_of(name, &hash) && !is && i < keep_count; i++) is = keep[i] == hash;
    return is;
}

void zh_serving_file_sweep(zh_sv dir, const uint64_t *keep, size_t keep_count)
{
    char folder[PATH_BYTES], path[PATH_BYTES];
    DIR *listing = path_of(folder, dir, "") == ZH_OK ? opendir(folder) : NULL;
    if (listing == NULL) return;
    for (struct dirent *entry; (entry = readdir(listing)) != NULL;)
        if (entry->d_name[0] != '.' && !is_kept(entry->d_name, keep, keep_count) && path_of(path, dir, entry->d_name) == ZH_OK) (void)!zh_file_remove(zh_sv_of(path));
    closedir(listing);
}

/* The file of this name as its bytes say: ZH_CORRUPT where they have another hash. */
static zh_err read_whole(zh_sv dir, const char *name, zh_buf *file)
{
    char path[PATH_BYTES];
    uint64_t hash;
    zh_err e = path_of(path, dir, name);
    if (e == ZH_OK) e = zh_file_read(zh_sv_of(path), file);
    return e == ZH_OK && (!hash_of(name, &hash) || zh_fast64(zh_buf_view(file)) != hash) ? ZH_CORRUPT : e;
}

static zh_err copy_one(zh_sv from, zh_sv to, const char *name, uint64_t *bytes)
{
    uint64_t hash;
    zh_buf file = zh_buf_open(ZH_SERVING_BYTES_MAX), there = zh_buf_open(ZH_SERVING_BYTES_MAX);
    zh_err e = read_whole(from, name, &file);
    if (e == ZH_OK) {
        *bytes += file.size;
        if (read_whole(to, name, &there) != ZH_OK) e = hash_of(name, &hash) ? zh_serving_file_write(to, hash, zh_buf_view(&file)) : ZH_CORRUPT;
    } else if (e == ZH_CORRUPT || e == ZH_ABSENT) e = ZH_OK; /* damaged, or forgotten meanwhile */
    zh_buf_close(&there);
    zh_buf_close(&file);
    return e;
}

#define COPIED_MAX 256 /* files of one folder: versions are fewer (deploy.h) */

zh_err zh_serving_file_copy(zh_sv from, zh_sv to, uint64_t *bytes, zh_note *why)
{
    char folder[PATH_BYTES];
    uint64_t kept[COPIED_MAX];
    size_t count = 0;
    *bytes = 0;
    zh_err e = path_of(folder, from, "");
    DIR *listing = e == ZH_OK ? opendir(folder) : NULL;
    for (struct dirent *entry; listing != NULL && e == ZH_OK && count < COPIED_MAX && (entry = readdir(listing)) != NULL;) {
        if (!hash_of(entry->d_name, &kept[count])) continue;
        e = copy_one(from, to, entry->d_name, bytes);
        if (e != ZH_OK) zh_note_set(why, FOLDER "/%s cannot be copied: %s", entry->d_name, zh_err_text(e));
        count++;
    }
    if (listing != NULL) closedir(listing);
    if (e == ZH_OK) zh_serving_file_sweep(to, kept, count);
    return e;
}
