#include "store/state.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <rocksdb/c.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FORMAT_VERSION "2"
#define FORMAT_BEFORE "1"         /* values of DEDUP had no day; read as they are */
#define BLOOM_BITS 10             /* a key; one false yes in a hundred */
#define OPEN_FILES_MAX 512        /* of the process's 1024 */
#define FLUSH_FOLDER "flushed"    /* see zh_state_flush */
#define SYNC_STEP_BYTES (1 << 20) /* written out as it goes, so that the log's syncs do not queue behind a whole file */
#define PROBE_FILE "probe"        /* see zh_state_probe */
#define INGEST_FOLDER "ingest"    /* see zh_state_ingest */
#define KEPT_BATCH_BYTES (1u << 20)
#define FILES_MERGED 16           /* of one space, each from one checkpoint, before they are */
#define VIEWS_MERGED 8            /* the same of VIEWS, where most entries are older forms of others: an opening reads them all */
#define COMPRESSION_AS_ELSEWHERE 255 /* RocksDB's kDisableCompressionOption, which has no name in C */
#define QUIET_MERGED 3            /* and where there is time */
#define ALIKE_PERCENT 50          /* files are merged together where each is at most so much larger than those before */
#define READ_AHEAD_BYTES (2u << 20) /* of files that are merged: what was written as a whole file is not in the disk cache any more, and blocks are small */
#define INGEST_ROWS_MIN 2048      /* fewer are not worth a file */
#define NAME_DEFAULT "default"    /* RocksDB's own first family; holds the format version alone */

enum { FAMILIES = ZH_SPACES_COUNT + 1 };

struct zh_state {
    char *dir;
    rocksdb_t *db;
    rocksdb_column_family_handle_t *spaces[FAMILIES]; /* the last is NAME_DEFAULT */
    rocksdb_cache_t *cache;
    rocksdb_options_t *options[FAMILIES];
    rocksdb_block_based_table_options_t *tables[FAMILIES];
    rocksdb_readoptions_t *read;
    rocksdb_writeoptions_t *write;
    rocksdb_compactionfilter_t *old_ids;
    _Atomic uint64_t ingests;   /* files of rows so far: each has a name of its own */
    _Atomic uint16_t first_day; /* of DEDUP rows; older ones may go */
};

struct zh_state_batch {
    zh_state *state;
    rocksdb_writebatch_t *batch;
};

static const char *const names[FAMILIES] = {
#define X(name, text) text,
    ZH_SPACE_LIST(X)
#undef X
    NAME_DEFAULT,
};

static bool has_bloom(int space)
{
    return space == ZH_SPACE_DEDUP || space == ZH_SPACE_IDS || space == ZH_SPACE_SECRETS;
}

static bool is_bulk(int space)
{
    return space == ZH_SPACE_DEDUP || space == ZH_SPACE_TIMELINE || space == ZH_SPACE_IDS || space == ZH_SPACE_VIEWS;
}

/* RocksDB's errors are texts; their beginnings are its codes. Frees the text. */
static zh_err error_of(char *text, zh_note *why)
{
    if (text == NULL) return ZH_OK;
    zh_note_set(why, "state: %s", text);
    zh_err e = ZH_IO;
    if (strncmp(text, "Corruption", 10) == 0) e = ZH_CORRUPT;
    else if (strstr(text, "No space left") != NULL || strstr(text, "NoSpace") != NULL) e = ZH_FULL;
    else if (strstr(text, "lock hold by current process") != NULL) e = ZH_BUSY;
    else if (strstr(text, "While lock file") != NULL && strstr(text, "temporarily unavailable") != NULL) e = ZH_BUSY;
    else if (strstr(text, "No such file") != NULL && (strstr(text, "/MANIFEST-") != NULL || strstr(text, ".sst") != NULL))
        e = ZH_CORRUPT; /* a part of the state is gone */
    rocksdb_free(text);
    return e;
}

static uint64_t sum_of(const zh_state *state, const char *property)
{
    uint64_t sum = 0;
    for (int i = 0; i < FAMILIES; i++) {
        uint64_t value = 0;
        if (rocksdb_property_int_cf(state->db, state->spaces[i], property, &value) == 0) sum += value;
    }
    return sum;
}

/* Writes what RocksDB would: a file of that size. */
static zh_err probe(const char *dir, uint64_t bytes)
{
    static const char some[4096] = "to see whether the disk takes it";
    char path[4096];
    if (snprintf(path, sizeof path, "%s/" PROBE_FILE, dir) >= (int)sizeof path) return ZH_RANGE;
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) return errno == ENOSPC || errno == EDQUOT ? ZH_FULL : ZH_IO;
    int number = posix_fallocate(file, 0, (off_t)(bytes + ZH_STATE_KEEP_FREE_BYTES));
    if (number == EOPNOTSUPP || number == EINVAL) number = 0;
    if (number == 0 && (pwrite(file, some, sizeof some, 0) != (ssize_t)sizeof some || fdatasync(file) != 0)) number = errno;
    close(file);
    if (unlink(path) != 0 && number == 0) number = errno;
    return number == 0 ? ZH_OK : number == ENOSPC || number == EDQUOT || number == EFBIG ? ZH_FULL : ZH_IO;
}

zh_err zh_state_probe(const zh_state *state, uint64_t bytes)
{
    return probe(state->dir, bytes + sum_of(state, "rocksdb.cur-size-all-mem-tables"));
}

/* --- open */

static unsigned char is_old_id(void *context, int level, const char *key, size_t key_bytes, const char *value, size_t value_bytes, char **new_value,
                               size_t *new_bytes, unsigned char *changed)
{
    (void)level, (void)key, (void)key_bytes, (void)new_value, (void)new_bytes, (void)changed;
    const zh_state *state = context;
    if (value_bytes != ZH_STATE_DEDUP_VALUE_BYTES) return 0;
    const unsigned char *day = (const unsigned char *)value + value_bytes - 2;
    return (day[0] | day[1] << 8) < state->first_day;
}

static const char *name_of_filter(void *context)
{
    (void)context;
    return "ids of days that are gone";
}

static void nothing_to_free(void *context)
{
    (void)context;
}

void zh_state_forget_before(zh_state *state, uint16_t day)
{
    state->first_day = day;
}

/* Filled by whole files of random keys, each as wide as all others: merged in few large steps. */
static void merge_seldom(rocksdb_options_t *o, int files)
{
    rocksdb_universal_compaction_options_t *how = rocksdb_universal_compaction_options_create();
    rocksdb_universal_compaction_options_set_size_ratio(how, ALIKE_PERCENT);
    rocksdb_options_set_universal_compaction_options(o, how);
    rocksdb_universal_compaction_options_destroy(how);
    rocksdb_options_set_compaction_style(o, rocksdb_universal_compaction);
    rocksdb_options_set_level0_file_num_compaction_trigger(o, files);
}

static void set_options(zh_state *state, int space, size_t cache_bytes)
{
    rocksdb_options_t *o = state->options[space];
    rocksdb_block_based_table_options_t *table = state->tables[space];
    rocksdb_block_based_options_set_block_cache(table, state->cache);
    rocksdb_block_based_options_set_cache_index_and_filter_blocks(table, 1); /* else they are memory beside the limit */
    rocksdb_block_based_options_set_pin_l0_filter_and_index_blocks_in_cache(table, 1);
    if (has_bloom(space))
        rocksdb_block_based_options_set_filter_policy(table, rocksdb_filterpolicy_create_bloom_full(BLOOM_BITS));
    if (space == ZH_SPACE_DEDUP) { /* ids of all times: filters and indexes that outgrow the cache come in small parts */
        rocksdb_block_based_options_set_index_type(table, rocksdb_block_based_table_index_type_two_level_index_search);
        rocksdb_block_based_options_set_partition_filters(table, 1);
        state->old_ids = rocksdb_compactionfilter_create(state, nothing_to_free, is_old_id, name_of_filter);
        rocksdb_options_set_compaction_filter(o, state->old_ids);
    }
    rocksdb_options_set_block_based_table_factory(o, table);
    /* hashes and sealed texts do not compress */
    rocksdb_options_set_compression(o, space == ZH_SPACE_DEDUP || space == ZH_SPACE_IDS ? rocksdb_no_compression : rocksdb_lz4_compression);
    rocksdb_options_set_bottommost_compression(o, rocksdb_zstd_compression); /* what was merged stays for long, and its key heads and trailers do compress */
    if (is_bulk(space)) merge_seldom(o, space == ZH_SPACE_VIEWS ? VIEWS_MERGED : FILES_MERGED);
    else rocksdb_options_set_level_compaction_dynamic_level_bytes(o, 1);
    rocksdb_options_set_write_buffer_size(o, cache_bytes / 2); /* the sum over all spaces is what decides: */
    rocksdb_options_set_db_write_buffer_size(o, cache_bytes / 2);
    rocksdb_options_set_atomic_flush(o, 1);
    rocksdb_options_set_create_if_missing(o, 1);
    rocksdb_options_set_create_missing_column_families(o, 1);
    rocksdb_options_set_max_background_jobs(o, 1);
    rocksdb_options_compaction_readahead_size(o, READ_AHEAD_BYTES);
    rocksdb_options_set_max_open_files(o, OPEN_FILES_MAX);
    rocksdb_options_set_bytes_per_sync(o, SYNC_STEP_BYTES);
    rocksdb_options_set_info_log_level(o, 2); /* warnings */
    rocksdb_options_set_keep_log_file_num(o, 2);
    rocksdb_options_set_max_log_file_size(o, 1 << 20);
    rocksdb_options_set_stats_dump_period_sec(o, 0);
}

static void remove_folder(const char *path)
{
    DIR *listing = opendir(path);
    if (listing == NULL) return;
    for (struct dirent *entry; (entry = readdir(listing)) != NULL;)
        if (entry->d_name[0] != '.') unlinkat(dirfd(listing), entry->d_name, 0);
    closedir(listing);
    rmdir(path);
}

/* Of rows only when nobody writes any: by opening. */
static void remove_leftovers(const char *dir, bool rows_too)
{
    static const char *const folders[] = { FLUSH_FOLDER, FLUSH_FOLDER ".tmp", INGEST_FOLDER };
    for (size_t i = 0; i < sizeof folders / sizeof folders[0] - !rows_too; i++) {
        char path[4096];
        if (snprintf(path, sizeof path, "%s/%s", dir, folders[i]) < (int)sizeof path) remove_folder(path);
    }
}

/* A space that this program does not know was made by a newer one. */
static zh_err check_spaces(zh_state *state, zh_note *why)
{
    char *text = NULL;
    size_t count = 0;
    char **found = rocksdb_list_column_families(state->options[0], state->dir, &count, &text);
    if (text != NULL) { /* no database yet, or one that cannot be read: the open that follows says which */
        rocksdb_free(text);
        rocksdb_list_column_families_destroy(found, 0);
        return ZH_OK;
    }
    zh_err e = ZH_OK;
    for (size_t i = 0; i < count && e == ZH_OK; i++) {
        int known = 0;
        while (known < FAMILIES && strcmp(found[i], names[known]) != 0) known++;
        if (known < FAMILIES) continue;
        zh_note_set(why, "state: the space \"%s\" was made by a newer version of zhun: start that version, or delete the "
                    "folder, and it is rebuilt from the log", found[i]);
        e = ZH_FORMAT;
    }
    rocksdb_list_column_families_destroy(found, count);
    return e;
}

static zh_err check_format(zh_state *state, zh_note *why)
{
    char *text = NULL;
    size_t size = 0;
    char *value = rocksdb_get_cf(state->db, state->read, state->spaces[ZH_SPACES_COUNT], "format", 6, &size, &text);
    zh_err e = error_of(text, why);
    if (e != ZH_OK) return e;
    const bool is_before = value != NULL && size == 1 && value[0] == FORMAT_BEFORE[0];
    if (value != NULL && !is_before && (size != 1 || value[0] != FORMAT_VERSION[0])) {
        zh_note_set(why, "state: its format is %.*s, this program knows " FORMAT_VERSION ": start the newer version, or delete "
                    "the folder, and it is rebuilt from the log", (int)(size < 20 ? size : 20), value);
        e = ZH_FORMAT;
    } else if (value == NULL || is_before) {
        rocksdb_put_cf(state->db, state->write, state->spaces[ZH_SPACES_COUNT], "format", 6, FORMAT_VERSION, 1, &text);
        e = error_of(text, why);
        if (e == ZH_OK) e = zh_state_flush(state);
    }
    rocksdb_free(value);
    return e;
}

static zh_err make_folder(zh_state *state, zh_note *why)
{
    zh_err e = mkdir(state->dir, 0755) == 0 || errno == EEXIST ? ZH_OK : errno == ENOSPC || errno == EDQUOT ? ZH_FULL : ZH_IO;
    if (e == ZH_OK) e = probe(state->dir, 0);
    if (e != ZH_OK) zh_note_set(why, "%s: the disk takes no files: %s: look at the disk", state->dir, zh_err_text(e));
    return e;
}

/* Closing flushes what there is, unless told not to, and would stop the process where the disk does not take it. The option has no call
 * of its own in C. */
static zh_err no_flush_at_close(zh_state *state, zh_note *why)
{
    char *text = NULL;
    rocksdb_options_t *with = rocksdb_options_create();
    rocksdb_get_options_from_string(state->options[0], "avoid_flush_during_shutdown=true", with, &text);
    rocksdb_options_destroy(state->options[0]);
    state->options[0] = with;
    return error_of(text, why);
}

static void state_free(zh_state *state)
{
    for (int i = 0; i < FAMILIES; i++)
        if (state->spaces[i] != NULL) rocksdb_column_family_handle_destroy(state->spaces[i]);
    if (state->db != NULL) rocksdb_close(state->db);
    for (int i = 0; i < FAMILIES; i++) {
        if (state->options[i] != NULL) rocksdb_options_destroy(state->options[i]);
        if (state->tables[i] != NULL) rocksdb_block_based_options_destroy(state->tables[i]);
    }
    if (state->old_ids != NULL) rocksdb_compactionfilter_destroy(state->old_ids);
    if (state->cache != NULL) rocksdb_cache_destroy(state->cache);
    if (state->read != NULL) rocksdb_readoptions_destroy(state->read);
    if (state->write != NULL) rocksdb_writeoptions_destroy(state->write);
    free(state->dir);
    free(state);
}

zh_err zh_state_open(zh_state **out, const zh_state_desc *desc, zh_note *why)
{
    *out = NULL;
    const size_t cache_bytes = desc->cache_bytes == 0 ? ZH_STATE_CACHE_BYTES : desc->cache_bytes;
    assert(cache_bytes >= ZH_STATE_CACHE_BYTES_MIN);
    zh_state *state = calloc(1, sizeof *state);
    if (state == NULL) return ZH_NOMEM;
    if ((state->dir = strndup(desc->dir.data, desc->dir.size)) == NULL) {
        free(state);
        return ZH_NOMEM;
    }
    state->cache = rocksdb_cache_create_lru(cache_bytes / 2);
    state->read = rocksdb_readoptions_create();
    state->write = rocksdb_writeoptions_create();
    rocksdb_writeoptions_disable_WAL(state->write, 1);
    for (int i = 0; i < FAMILIES; i++) {
        state->options[i] = rocksdb_options_create();
        state->tables[i] = rocksdb_block_based_options_create();
        set_options(state, i, cache_bytes);
    }
    remove_leftovers(state->dir, true);
    zh_err e = make_folder(state, why);
    if (e == ZH_OK) e = no_flush_at_close(state, why);
    if (e == ZH_OK) e = check_spaces(state, why);
    if (e == ZH_OK) {
        char *text = NULL;
        const rocksdb_options_t *options[FAMILIES];
        for (int i = 0; i < FAMILIES; i++) options[i] = state->options[i];
        state->db = rocksdb_open_column_families(state->options[0], state->dir, FAMILIES, names, options, state->spaces, &text);
        e = error_of(text, why);
    }
    if (e == ZH_OK) e = check_format(state, why);
    if (e != ZH_OK) state_free(state);
    else *out = state;
    return e;
}

zh_err zh_state_close(zh_state *state)
{
    if (state == NULL) return ZH_OK;
    zh_err e = zh_state_probe(state, 0);
    if (e == ZH_OK) e = zh_state_flush(state);
    state_free(state);
    return e;
}

/* --- read */

zh_err zh_state_get(zh_state *state, zh_space space, zh_sv key, zh_buf *out)
{
    assert(space < ZH_SPACES_COUNT);
    char *text = NULL;
    zh_buf_reset(out);
    rocksdb_pinnableslice_t *slice =
        rocksdb_get_pinned_cf(state->db, state->read, state->spaces[space], key.data, key.size, &text);
    zh_err e = error_of(text, NULL);
    if (e == ZH_OK && slice == NULL) e = ZH_ABSENT;
    if (e == ZH_OK) {
        zh_sv value;
        value.data = rocksdb_pinnableslice_value(slice, &value.size);
        zh_buf_put(out, value);
        e = zh_buf_err(out);
    }
    rocksdb_pinnableslice_destroy(slice);
    return e;
}

zh_err zh_state_has(zh_state *state, zh_space space, zh_sv key)
{
    assert(space < ZH_SPACES_COUNT);
    char *text = NULL;
    rocksdb_pinnableslice_t *slice =
        rocksdb_get_pinned_cf(state->db, state->read, state->spaces[space], key.data, key.size, &text);
    const zh_err e = error_of(text, NULL);
    const bool there = slice != NULL;
    rocksdb_pinnableslice_destroy(slice);
    return e != ZH_OK ? e : there ? ZH_OK : ZH_ABSENT;
}

zh_state_scan zh_state_scan_open(zh_state *state, zh_space space, zh_sv prefix, zh_sv from)
{
    assert(space < ZH_SPACES_COUNT && prefix.size <= ZH_STATE_KEY_BYTES_MAX);
    zh_state_scan scan = { .prefix_bytes_ = prefix.size };
    if (prefix.size > 0) memcpy(scan.prefix_, prefix.data, prefix.size);
    const zh_sv start = zh_sv_compare(from, prefix) > 0 ? from : prefix;
    rocksdb_iterator_t *it = rocksdb_create_iterator_cf(state->db, state->read, state->spaces[space]);
    if (start.size > 0) rocksdb_iter_seek(it, start.data, start.size);
    else rocksdb_iter_seek_to_first(it);
    scan.it_ = it;
    return scan;
}

bool zh_state_scan_next(zh_state_scan *scan)
{
    if (scan->started_ && rocksdb_iter_valid(scan->it_)) rocksdb_iter_next(scan->it_);
    scan->started_ = true;
    if (!rocksdb_iter_valid(scan->it_)) return false;
    scan->key.data = rocksdb_iter_key(scan->it_, &scan->key.size);
    scan->value.data = rocksdb_iter_value(scan->it_, &scan->value.size);
    return zh_sv_starts(scan->key, (zh_sv){ scan->prefix_, scan->prefix_bytes_ });
}

zh_err zh_state_scan_close(zh_state_scan *scan)
{
    if (scan->it_ == NULL) return ZH_OK;
    char *text = NULL;
    rocksdb_iter_get_error(scan->it_, &text);
    rocksdb_iter_destroy(scan->it_);
    scan->it_ = NULL;
    return error_of(text, NULL);
}

/* --- write */

zh_err zh_state_batch_open(zh_state_batch **out, zh_state *state)
{
    *out = malloc(sizeof **out);
    if (*out == NULL) return ZH_NOMEM;
    **out = (zh_state_batch){ .state = state, .batch = rocksdb_writebatch_create() };
    return ZH_OK;
}

void zh_state_batch_close(zh_state_batch *batch)
{
    if (batch == NULL) return;
    rocksdb_writebatch_destroy(batch->batch);
    free(batch);
}

void zh_state_put(zh_state_batch *batch, zh_space space, zh_sv key, zh_sv value)
{
    assert(space < ZH_SPACES_COUNT && key.size <= ZH_STATE_KEY_BYTES_MAX && value.size <= ZH_STATE_VALUE_BYTES_MAX);
    rocksdb_writebatch_put_cf(batch->batch, batch->state->spaces[space], key.data, key.size, value.data, value.size);
}

void zh_state_drop(zh_state_batch *batch, zh_space space, zh_sv key)
{
    assert(space < ZH_SPACES_COUNT && key.size <= ZH_STATE_KEY_BYTES_MAX);
    rocksdb_writebatch_delete_cf(batch->batch, batch->state->spaces[space], key.data, key.size);
}

void zh_state_drop_range(zh_state_batch *batch, zh_space space, zh_sv from, zh_sv below)
{
    assert(space < ZH_SPACES_COUNT && zh_sv_compare(from, below) <= 0);
    rocksdb_writebatch_delete_range_cf(batch->batch, batch->state->spaces[space], from.data, from.size, below.data,
                                       below.size);
}

void zh_state_batch_clear(zh_state_batch *batch)
{
    rocksdb_writebatch_clear(batch->batch);
}

size_t zh_state_batch_bytes(const zh_state_batch *batch)
{
    size_t size = 0;
    rocksdb_writebatch_data(batch->batch, &size);
    return size;
}

zh_err zh_state_commit(zh_state_batch *batch)
{
    char *text = NULL;
    rocksdb_write(batch->state->db, batch->state->write, batch->batch, &text);
    const zh_err e = error_of(text, NULL);
    if (e != ZH_OK) return e;
    if (zh_state_batch_bytes(batch) > KEPT_BATCH_BYTES) { /* a cleared one keeps its memory */
        rocksdb_writebatch_destroy(batch->batch);
        batch->batch = rocksdb_writebatch_create();
    } else {
        rocksdb_writebatch_clear(batch->batch);
    }
    return ZH_OK;
}

/* --- many rows at once */

static zh_err put_rows(zh_state *state, zh_space space, const zh_state_row *rows, size_t count)
{
    zh_state_batch *batch;
    zh_err e = zh_state_batch_open(&batch, state);
    if (e != ZH_OK) return e;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].value.data == NULL) zh_state_drop(batch, space, rows[i].key);
        else zh_state_put(batch, space, rows[i].key, rows[i].value);
    }
    e = zh_state_commit(batch);
    zh_state_batch_close(batch);
    return e;
}

static zh_err write_file(zh_state *state, zh_space space, const char *path, const zh_state_row *rows, size_t count)
{
    char *text = NULL;
    rocksdb_envoptions_t *env = rocksdb_envoptions_create();
    rocksdb_options_t *fresh = rocksdb_options_create_copy(state->options[space]); /* not yet what is merged: quickly written */
    rocksdb_options_set_bottommost_compression(fresh, COMPRESSION_AS_ELSEWHERE);
    rocksdb_sstfilewriter_t *writer = rocksdb_sstfilewriter_create(env, fresh);
    rocksdb_sstfilewriter_open(writer, path, &text);
    for (size_t i = 0; text == NULL && i < count; i++)
        if (rows[i].value.data == NULL) rocksdb_sstfilewriter_delete(writer, rows[i].key.data, rows[i].key.size, &text);
        else rocksdb_sstfilewriter_put(writer, rows[i].key.data, rows[i].key.size, rows[i].value.data, rows[i].value.size, &text);
    if (text == NULL) rocksdb_sstfilewriter_finish(writer, &text);
    rocksdb_sstfilewriter_destroy(writer);
    rocksdb_options_destroy(fresh);
    rocksdb_envoptions_destroy(env);
    return error_of(text, NULL);
}

zh_err zh_state_ingest(zh_state *state, zh_space space, const zh_state_row *rows, size_t count)
{
    assert(space < ZH_SPACES_COUNT);
    if (count < INGEST_ROWS_MIN) return count == 0 ? ZH_OK : put_rows(state, space, rows, count);
    char folder[4096], path[4200];
    if (snprintf(folder, sizeof folder, "%s/" INGEST_FOLDER, state->dir) >= (int)sizeof folder) return ZH_RANGE;
    snprintf(path, sizeof path, "%s/%s-%llu.sst", folder, names[space], (unsigned long long)state->ingests++);
    if (mkdir(folder, 0700) != 0 && errno != EEXIST) return errno == ENOSPC ? ZH_FULL : ZH_IO;
    zh_err e = write_file(state, space, path, rows, count);
    if (e != ZH_OK) return e;
    char *text = NULL;
    const char *const files[] = { path };
    rocksdb_ingestexternalfileoptions_t *options = rocksdb_ingestexternalfileoptions_create();
    rocksdb_ingestexternalfileoptions_set_move_files(options, 1);
    rocksdb_ingest_external_file_cf(state->db, state->spaces[space], files, 1, options, &text);
    rocksdb_ingestexternalfileoptions_destroy(options);
    e = error_of(text, NULL);
    if (e != ZH_OK) unlink(path);
    return e;
}

/* --- keep */

static zh_err checkpoint(zh_state *state, const char *path, zh_note *why)
{
    char *text = NULL;
    rocksdb_checkpoint_t *point = rocksdb_checkpoint_object_create(state->db, &text);
    zh_err e = error_of(text, why);
    if (e != ZH_OK) return e;
    text = NULL;
    rocksdb_checkpoint_create(point, path, 0, &text); /* 0: flush first, whatever the size of a write-ahead log */
    e = error_of(text, why);
    rocksdb_checkpoint_object_destroy(point);
    return e;
}

/* rocksdb_flush_cf() flushes the one space it is given even with atomic_flush, which would leave that space ahead of the
 * others; the call for several, rocksdb_flush_cfs(), came with RocksDB 8 (facebook/rocksdb pull 11112), Debian 12 has 7.8.
 * A checkpoint flushes all spaces atomically and tells of errors; it costs hard links, which are removed again. */
zh_err zh_state_flush(zh_state *state)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s/" FLUSH_FOLDER, state->dir) >= (int)sizeof path) return ZH_RANGE;
    remove_leftovers(state->dir, false);
    const zh_err e = checkpoint(state, path, NULL);
    remove_leftovers(state->dir, false);
    return e;
}

zh_err zh_state_copy(zh_state *state, zh_sv to, zh_note *why)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%.*s", ZH_SV_ARG(to)) >= (int)sizeof path) return ZH_RANGE;
    struct stat info;
    if (stat(path, &info) == 0) {
        zh_note_set(why, "%s: there is something already: name a folder that does not exist", path);
        return ZH_EXISTS;
    }
    return checkpoint(state, path, why);
}

uint64_t zh_state_rows(zh_state *state, zh_space space)
{
    uint64_t rows = 0;
    return rocksdb_property_int_cf(state->db, state->spaces[space], "rocksdb.estimate-num-keys", &rows) == 0 ? rows : 0;
}

uint64_t zh_state_bytes(zh_state *state)
{
    return sum_of(state, "rocksdb.total-sst-files-size");
}

zh_err zh_state_merge(zh_state *state, zh_space space)
{
    uint64_t files = 0, bytes = 0;
    if (rocksdb_property_int_cf(state->db, state->spaces[space], "rocksdb.num-files-at-level0", &files) != 0 || files < QUIET_MERGED) return ZH_OK;
    if (rocksdb_property_int_cf(state->db, state->spaces[space], "rocksdb.total-sst-files-size", &bytes) != 0) return ZH_OK;
    const zh_err e = probe(state->dir, bytes);
    if (e == ZH_OK) rocksdb_compact_range_cf(state->db, state->spaces[space], NULL, 0, NULL, 0);
    return e;
}

void zh_state_stop_merging(zh_state *state)
{
    rocksdb_disable_manual_compaction(state->db);
}

bool zh_state_is_merging(zh_state *state)
{
    return sum_of(state, "rocksdb.num-running-compactions") + sum_of(state, "rocksdb.compaction-pending") > 0;
}

uint64_t zh_state_memory_bytes(zh_state *state)
{
    return sum_of(state, "rocksdb.cur-size-all-mem-tables") + sum_of(state, "rocksdb.estimate-table-readers-mem") +
           rocksdb_cache_get_usage(state->cache);
}
