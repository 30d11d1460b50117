/* Goal: after damage a log says what is damaged, file and offset, and serves nothing wrong.
 * Method: a sound log is kept as bytes; each row, cut and flipped bit starts from it again. */
#include "log_help.h"

enum { SEGMENT_BYTES = 8192, SIZE_MAX_BYTES = 200, RECORDS = 300 };
static const char *dir;

static zh_err open_log(zh_log **log, bool all, help_seen *seen, zh_note *why)
{
    *seen = (help_seen){ 0 };
    const zh_log_desc desc = { .dir = zh_sv_of(dir), .segment_bytes = SEGMENT_BYTES, .verify_all = all, .no_ahead = true,
                               .report = help_report, .report_context = seen };
    return zh_log_open(log, &desc, why);
}

/* --- the sound log, file by file */

typedef struct kept { char path[320]; char name[64]; char *bytes; size_t size; } kept;
static kept files[64];
static size_t files_count;
static uint64_t last_frames[3]; /* offsets in the last segment: two frames before the end, the last frame, the end */
static size_t last_file;        /* index in files */

static void keep_file(const char *name)
{
    CHECK(files_count < sizeof files / sizeof files[0]);
    kept *k = &files[files_count++];
    snprintf(k->name, sizeof k->name, "%s", name);
    snprintf(k->path, sizeof k->path, "%s/%s", dir, name);
    k->bytes = help_read(k->path, &k->size);
}

static void restore(void)
{
    help_remove(dir);
    char folder[300];
    snprintf(folder, sizeof folder, "%s/p000", dir);
    CHECK(mkdir(dir, 0755) == 0 && mkdir(folder, 0755) == 0);
    for (size_t i = 0; i < files_count; i++) help_write(files[i].path, files[i].bytes, files[i].size);
}

static void make_sound_log(void)
{
    zh_log *log;
    zh_note why;
    help_seen seen;
    CHECK(open_log(&log, false, &seen, &why) == ZH_OK);
    zh_buf records = zh_buf_open(ZH_LOG_BLOCK_BYTES_MAX);
    uint64_t before[3] = { 0 };
    for (uint64_t at = 0; at < RECORDS; at += 3) {
        const zh_log_block block = help_block(&records, 0, at, 3, SIZE_MAX_BYTES);
        CHECK(zh_log_append(log, 0, &block, NULL) == ZH_OK);
        before[0] = before[1], before[1] = before[2];
        before[2] = zh_log_bytes(log);
    }
    zh_buf_close(&records);
    CHECK(zh_log_close(log) == ZH_OK);
    char folder[300];
    snprintf(folder, sizeof folder, "%s/p000", dir);
    DIR *listing = opendir(folder);
    CHECK(listing != NULL);
    char last[64] = "";
    for (struct dirent *entry; (entry = readdir(listing)) != NULL;) {
        char name[64];
        if (strstr(entry->d_name, ".log") == NULL) continue;
        snprintf(name, sizeof name, "p000/%.50s", entry->d_name);
        keep_file(name);
        if (strcmp(name, last) > 0) snprintf(last, sizeof last, "%s", name), last_file = files_count - 1;
    }
    closedir(listing);
    CHECK(files_count >= 3);
    const uint64_t sealed = (files_count - 1) * SEGMENT_BYTES;
    for (int i = 0; i < 3; i++) last_frames[i] = before[i] - sealed;
    CHECK(before[0] > sealed);
    keep_file("p000/synced");
    keep_file("log.meta");
}

/* --- the tail */

/* A crash leaves the file whole with zeros at its end, or (a copy that was cut) shorter. Either way. */
static void check_06_cut_at_any_byte_of_the_end(void)
{
    zh_log *log;
    zh_note why;
    help_seen seen;
    zh_err e;
    for (int whole = 0; whole < 2; whole++) {
        for (uint64_t at = last_frames[0]; at < last_frames[2]; at++) {
            restore();
            char *bytes = malloc(SEGMENT_BYTES);
            memcpy(bytes, files[last_file].bytes, SEGMENT_BYTES);
            memset(bytes + at, 0, SEGMENT_BYTES - at);
            help_write(files[last_file].path, bytes, whole ? SEGMENT_BYTES : at);
            free(bytes);
            const uint64_t from = at < last_frames[1] ? last_frames[0] : last_frames[1], into = at - from;
            const uint64_t size = (at < last_frames[1] ? last_frames[1] : last_frames[2]) - from;
            const zh_err opened = open_log(&log, false, &seen, &why);
            if (whole && (into > size - 8 || (into > 56 && into < 64)) && opened == ZH_CORRUPT) {
                CHECK(strstr(why.text, files[last_file].name) != NULL); /* half an end mark: no disk writes that */
                continue;
            }
            CHECK(opened == ZH_OK);
            CHECK(seen.count == 1 && seen.last.cut && strcmp(seen.file, files[last_file].name) == 0);
            const uint64_t sound = at < last_frames[1] ? RECORDS - 6 : RECORDS - 3;
            CHECK(seen.last.offset >= from && seen.last.offset <= SEGMENT_BYTES);
            CHECK(seen.last.records_lost == RECORDS - sound); /* the hint knows that they were durable */
            CHECK(zh_log_end(log, 0) == sound);
            CHECK(help_walk(log, 0, 0, SIZE_MAX_BYTES, &e, NULL) == sound && e == ZH_ABSENT);
            zh_buf records = zh_buf_open(ZH_LOG_BLOCK_BYTES_MAX);
            const zh_log_block block = help_block(&records, 0, sound, 2, SIZE_MAX_BYTES);
            CHECK(zh_log_append(log, 0, &block, NULL) == ZH_OK); /* and it goes on */
            zh_buf_close(&records);
            CHECK(zh_log_close(log) == ZH_OK);
            CHECK(open_log(&log, true, &seen, &why) == ZH_OK && seen.count == 0);
            CHECK(help_walk(log, 0, 0, SIZE_MAX_BYTES, &e, NULL) == sound + 2 && e == ZH_ABSENT);
            CHECK(zh_log_close(log) == ZH_OK);
        }
    }
}

/* A power cut may keep a later lazy frame and lose an earlier one: both were never promised, so this is no damage. */
static void lazy_frames_may_be_lost_in_any_order(void)
{
    static const struct { const char *name; bool lazy; zh_err want; } rows[] = {
        { "lazy frames", true, ZH_OK }, { "synced frames", false, ZH_CORRUPT } };
    zh_log *log;
    zh_note why;
    help_seen seen;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        help_remove(dir);
        CHECK(open_log(&log, false, &seen, &why) == ZH_OK);
        zh_buf records = zh_buf_open(ZH_LOG_BLOCK_BYTES_MAX);
        uint64_t from = 0, to = 0;
        for (uint64_t k = 0; k < 5; k++) {
            zh_log_block block = help_block(&records, 0, 3 * k, 3, SIZE_MAX_BYTES);
            block.lazy = rows[i].lazy && k > 0;
            if (k == 2) from = zh_log_bytes(log);
            CHECK(zh_log_append(log, 0, &block, NULL) == ZH_OK);
            if (k == 2) to = zh_log_bytes(log);
        }
        char path[300], hint[300];
        size_t size, hint_size;
        snprintf(path, sizeof path, "%s/p000/00000000000000000000.log", dir);
        snprintf(hint, sizeof hint, "%s/p000/synced", dir);
        char *bytes = help_read(path, &size), *hint_bytes = help_read(hint, &hint_size);
        CHECK(zh_log_close(log) == ZH_OK);
        memset(bytes + from, 0, (size_t)(to - from)); /* as if the power had gone before the close */
        help_write(path, bytes, size);
        help_write(hint, hint_bytes, hint_size);
        CHECK_ROW(open_log(&log, false, &seen, &why) == rows[i].want, rows[i].name);
        if (rows[i].want == ZH_OK) {
            CHECK_ROW(seen.count == 1 && seen.last.cut && seen.last.records_lost == 0, rows[i].name);
            CHECK_ROW(zh_log_end(log, 0) == 6, rows[i].name);
            CHECK(zh_log_close(log) == ZH_OK);
        }
        free(bytes), free(hint_bytes);
        zh_buf_close(&records);
    }
}

/* The hint is never synced: a power cut left its name without its bytes, and the next start called that damage. */
static void a_hint_without_bytes_is_no_damage(void)
{
    static const char zeros[64];
    for (size_t size = 0; size <= sizeof zeros; size += sizeof zeros) {
        zh_log *log;
        zh_note why;
        help_seen seen;
        char hint[300];
        restore();
        snprintf(hint, sizeof hint, "%s/p000/synced", dir);
        help_write(hint, zeros, size);
        CHECK(zh_log_verify(zh_sv_of(dir), NULL, NULL, &why) == ZH_OK);
        CHECK(open_log(&log, false, &seen, &why) == ZH_OK && seen.count == 0 && zh_log_end(log, 0) == RECORDS);
        CHECK(zh_log_close(log) == ZH_OK);
    }
}

static void garbage_behind_the_file_is_cut(void)
{
    zh_log *log;
    zh_note why;
    help_seen seen;
    restore();
    const int file = open(files[last_file].path, O_WRONLY | O_APPEND);
    CHECK(file >= 0 && write(file, "garbage", 7) == 7);
    close(file);
    CHECK(open_log(&log, false, &seen, &why) == ZH_OK);
    CHECK(seen.count == 1 && seen.last.cut && seen.last.offset == SEGMENT_BYTES && seen.last.bytes == 7);
    CHECK(seen.last.records_lost == 0 && zh_log_end(log, 0) == RECORDS);
    CHECK(zh_log_close(log) == ZH_OK);
    CHECK(open_log(&log, true, &seen, &why) == ZH_OK && seen.count == 0);
    CHECK(zh_log_close(log) == ZH_OK);
}

/* --- flipped bits */

/* Where may the damage at `offset` of a file be named? At it, or at the beginning of the frame around it. */
static bool is_named(const zh_log_damage *damage, uint64_t offset)
{
    return damage->offset <= offset && offset - damage->offset < 2048;
}

static uint64_t offset_in(const char *text)
{
    const char *at = strstr(text, "at byte ");
    CHECK(at != NULL);
    return strtoull(at + 8, NULL, 10);
}

static void flip_and_look(size_t f, uint64_t offset, int bit, int *cuts)
{
    zh_log *log;
    zh_note why;
    help_seen seen;
    zh_err e;
    help_flip(files[f].path, offset, bit);

    seen = (help_seen){ 0 };
    CHECK(zh_log_verify(zh_sv_of(dir), help_report, &seen, &why) == ZH_CORRUPT);
    CHECK(seen.count >= 1 && strcmp(seen.file, files[f].name) == 0);
    CHECK(is_named(&seen.last, offset));

    e = open_log(&log, true, &seen, &why);
    CHECK(e == ZH_CORRUPT || e == ZH_OK);
    if (e == ZH_CORRUPT) {
        CHECK(strstr(why.text, files[f].name) != NULL);
        CHECK(is_named(&(zh_log_damage){ .offset = offset_in(why.text) }, offset));
    } else { /* zeros behind the last frame, or the hint: nothing is lost, and it is reported */
        (*cuts)++;
        CHECK(seen.count == 1 && strcmp(seen.file, files[f].name) == 0 && seen.last.records_lost == 0);
        CHECK(zh_log_end(log, 0) == RECORDS);
        CHECK(help_walk(log, 0, 0, SIZE_MAX_BYTES, &e, NULL) == RECORDS && e == ZH_ABSENT);
        CHECK(zh_log_close(log) == ZH_OK);
        restore();
        return;
    }

    /* Without checking all, the reader meets it: records before are served, none after, none wrong. */
    e = open_log(&log, false, &seen, &why);
    if (e == ZH_OK) {
        const uint64_t got = help_walk(log, 0, 0, SIZE_MAX_BYTES, &e, &why);
        if (got < RECORDS) {
            CHECK(e == ZH_CORRUPT && strstr(why.text, files[f].name) != NULL);
            CHECK(is_named(&(zh_log_damage){ .offset = offset_in(why.text) }, offset));
        } else { /* a zero behind the last frame of a sealed segment: nobody reads it */
            CHECK(e == ZH_ABSENT);
        }
        zh_buf out = zh_buf_open(SIZE_MAX_BYTES);
        for (uint64_t k = 0; k < RECORDS; k += 7) {
            e = zh_log_fetch(log, 0, k, &out);
            CHECK(e == ZH_CORRUPT || (e == ZH_OK && help_is_record(zh_buf_view(&out), 0, k, SIZE_MAX_BYTES)));
        }
        zh_buf_close(&out);
        CHECK(zh_log_close(log) == ZH_OK);
    }
    help_flip(files[f].path, offset, bit);
    help_write(files[files_count - 2].path, files[files_count - 2].bytes, files[files_count - 2].size);
}

static void check_06_one_flipped_bit_anywhere_is_named(uint64_t seed)
{
    int cuts = 0;
    restore();
    for (int i = 0; i < 1000; i++) {
        const size_t f = (size_t)(test_random(&seed) % files_count);
        flip_and_look(f, test_random(&seed) % files[f].size, (int)(test_random(&seed) % 8), &cuts);
    }
    CHECK(cuts > 0 && cuts < 900);
    for (uint64_t at = 0; at < last_frames[2] + 64; at++) /* every byte of what the last segment holds */
        flip_and_look(last_file, at, (int)(at % 8), &cuts);
    for (size_t f = 0; test_is_whole() && f < files_count; f++) /* every byte of every file */
        for (uint64_t at = 0; at < files[f].size; at++) flip_and_look(f, at, (int)((at + seed) % 8), &cuts);
}

/* --- larger damage */

static void move(const char *from, const char *to)
{
    char a[320], b[320];
    snprintf(a, sizeof a, "%s/%s", dir, from);
    snprintf(b, sizeof b, "%s/%s", dir, to);
    CHECK(rename(a, b) == 0);
}

static void what_is_missing_is_refused_with_its_name(void)
{
    zh_log *log;
    zh_note why;
    help_seen seen;
    uint64_t numbers[64];
    size_t count = 0;
    for (size_t i = 0; i + 2 < files_count; i++) numbers[count++] = strtoull(files[i].name + 5, NULL, 10);
    for (size_t i = 0; i < count; i++) /* a missing segment in the middle; the first may be dropped by retention */
        if (numbers[i] != 0 && i != last_file) {
            restore();
            CHECK(unlink(files[i].path) == 0);
            CHECK(open_log(&log, false, &seen, &why) == ZH_CORRUPT && strstr(why.text, "missing") != NULL);
        }
    restore();
    move("p000", "elsewhere");
    CHECK(open_log(&log, false, &seen, &why) == ZH_CORRUPT && strstr(why.text, "p000") != NULL);
    restore();
    move("log.meta", "log.meta.lost");
    CHECK(open_log(&log, false, &seen, &why) == ZH_CORRUPT && strstr(why.text, "log.meta") != NULL);
    restore(); /* a file under another segment's name */
    move(files[last_file].name, "p000/00000000000000999999.log");
    CHECK(open_log(&log, false, &seen, &why) == ZH_CORRUPT && strstr(why.text, "999999.log") != NULL);
    restore(); /* the last segment gone: the hint tells */
    CHECK(unlink(files[last_file].path) == 0);
    CHECK(open_log(&log, false, &seen, &why) == ZH_OK);
    CHECK(seen.count == 1 && seen.last.records_lost == RECORDS - zh_log_end(log, 0) && seen.last.records_lost > 0);
    CHECK(zh_log_close(log) == ZH_OK);
}

static void a_log_is_opened_as_it_was_made(void)
{
    zh_log *log, *second;
    zh_note why;
    help_seen seen;
    restore();
    CHECK(zh_log_open(&log, &(zh_log_desc){ .dir = zh_sv_of(dir), .partitions = 2 }, &why) == ZH_RANGE);
    CHECK(strstr(why.text, "1 partitions, not 2") != NULL);
    char newer[64];
    memcpy(newer, files[files_count - 1].bytes, sizeof newer);
    newer[3] = 2;
    help_write(files[files_count - 1].path, newer, sizeof newer);
    CHECK(open_log(&log, false, &seen, &why) == ZH_CORRUPT); /* without its checksum: damage, not a version */
    restore();
    CHECK(open_log(&log, false, &seen, &why) == ZH_OK);
    CHECK(open_log(&second, false, &seen, &why) == ZH_BUSY && second == NULL);
    CHECK(zh_log_verify(zh_sv_of(dir), NULL, NULL, &why) == ZH_BUSY);
    CHECK(zh_log_close(log) == ZH_OK);
    CHECK(zh_log_verify(zh_sv_of(dir), NULL, NULL, &why) == ZH_OK);
    CHECK(zh_log_verify(ZH_SV("/nonexistent-folder"), NULL, NULL, &why) == ZH_ABSENT);
}

static void a_creation_that_was_cut_short_starts_again(void)
{
    zh_log *log;
    zh_note why;
    help_seen seen;
    help_remove(dir);
    const zh_log_desc desc = { .dir = zh_sv_of(dir), .partitions = 3, .segment_bytes = SEGMENT_BYTES, .no_ahead = true };
    CHECK(zh_log_open(&log, &desc, &why) == ZH_OK && zh_log_close(log) == ZH_OK);
    char path[320];
    snprintf(path, sizeof path, "%s/log.meta", dir);
    CHECK(unlink(path) == 0);
    snprintf(path, sizeof path, "%s/p002/00000000000000000000.log", dir);
    CHECK(unlink(path) == 0);
    CHECK(zh_log_open(&log, &desc, &why) == ZH_OK && zh_log_end(log, 2) == 0 && zh_log_close(log) == ZH_OK);
    CHECK(open_log(&log, true, &seen, &why) == ZH_OK && zh_log_partitions(log) == 3 && seen.count == 0);
    CHECK(zh_log_close(log) == ZH_OK);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    dir = help_dir();
    make_sound_log();
    PROVE(check_06_cut_at_any_byte_of_the_end);
    lazy_frames_may_be_lost_in_any_order();
    a_hint_without_bytes_is_no_damage();
    garbage_behind_the_file_is_cut();
    PROVE(check_06_one_flipped_bit_anywhere_is_named, seed);
    what_is_missing_is_refused_with_its_name();
    a_log_is_opened_as_it_was_made();
    a_creation_that_was_cut_short_starts_again();
    help_remove(dir);
    for (size_t i = 0; i < files_count; i++) free(files[i].bytes);
    return 0;
}
