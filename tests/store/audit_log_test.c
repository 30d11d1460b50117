/* Goal: what was appended is read again after any restart, a torn end is cut, and verifying finds every kind of forgery in the files: a bit, a line taken
 * out, exchanged, the end cut, all of it written anew; what is honest has no fault.
 * Method: a folder, lines, files changed by hand; the forger who writes everything anew has all but the workspace's key and the older head outside. */
#include "store/audit_log.h"
#include "check.h"
#include "sys/file.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/zhun-audit-XXXXXX";
static zh_sealer mine, theirs;

static void open_sealer(zh_sealer *sealer, uint8_t byte)
{
    zh_workspace_key key = { .id = 1 };
    memset(key.seal, byte, sizeof key.seal);
    memset(key.index, byte, sizeof key.index);
    CHECK(zh_sealer_open(sealer, (zh_workspace_id){ 1 }, &key, 1) == ZH_OK);
}

static zh_audit_log *open_audit(const zh_sealer *sealer)
{
    zh_audit_log *log;
    zh_note why = { "" };
    CHECK(zh_audit_log_open(&log, &(zh_audit_log_desc){ .dir = zh_sv_of(dir), .sealer = sealer }, &why) == ZH_OK);
    return log;
}

static void append(zh_audit_log *log, int count, const char *what)
{
    for (int i = 0; i < count; i++) {
        zh_audit_entry e = { .by = ZH_SV("user 1"), .did = ZH_SV("PUT /x"), .what = zh_sv_of(what), .status = 200 };
        CHECK(zh_audit_log_append(log, &e, i == count - 1) == ZH_OK);
    }
}

static void keep_first(void *context, const char *what)
{
    char *first = context;
    if (first != NULL && first[0] == '\0') snprintf(first, 200, "%s", what);
}

static uint64_t faults(zh_sv older, char first[200])
{
    zh_audit_verdict verdict;
    zh_note why = { "" };
    if (first != NULL) first[0] = '\0';
    CHECK(zh_audit_verify(zh_sv_of(dir), older, keep_first, first, &verdict, &why) == ZH_OK);
    return verdict.faults;
}

static zh_buf read_file(const char *name)
{
    char path[300];
    snprintf(path, sizeof path, "%s/audit/%s", dir, name);
    zh_buf out = zh_buf_open(1 << 20);
    CHECK(zh_file_read(zh_sv_of(path), &out) == ZH_OK);
    return out;
}

static void write_file(const char *name, zh_sv bytes)
{
    char path[300];
    snprintf(path, sizeof path, "%s/audit/%s", dir, name);
    CHECK(zh_file_write(zh_sv_of(path), bytes, 0600) == ZH_OK);
}

static void test_lines_stay(void)
{
    zh_audit_log *log = open_audit(&mine);
    append(log, 40, "segment");
    CHECK(zh_audit_log_size(log) == 40);
    zh_audit_log_close(log);
    CHECK(faults((zh_sv){ 0 }, NULL) == 0);
    log = open_audit(&mine);
    CHECK(zh_audit_log_size(log) == 40 && zh_audit_log_damage(log)[0] == '\0');
    append(log, 3, "more");
    zh_buf line = zh_buf_open(ZH_AUDIT_LINE_BYTES_MAX);
    CHECK(zh_audit_log_line(log, 41, &line) == ZH_OK && strstr(line.data, "\"seq\":41") != NULL && line.data[line.size - 1] == '\n');
    CHECK(zh_audit_log_line(log, 0, &line) == ZH_ABSENT && zh_audit_log_line(log, 44, &line) == ZH_ABSENT);
    zh_buf_close(&line);
    zh_audit_log_close(log);
    CHECK(faults((zh_sv){ 0 }, NULL) == 0);
}

static void test_a_torn_end_is_cut(void)
{
    zh_buf lines = read_file("00000001.jsonl");
    const size_t whole = lines.size;
    zh_buf_put(&lines, ZH_SV("{\"seq\":44,\"at\""));
    write_file("00000001.jsonl", zh_buf_view(&lines));
    zh_audit_log *log = open_audit(&mine);
    CHECK(zh_audit_log_size(log) == 43 && zh_audit_log_damage(log)[0] == '\0');
    zh_audit_log_close(log);
    zh_buf_close(&lines);
    lines = read_file("00000001.jsonl");
    CHECK(lines.size == whole);
    zh_buf_close(&lines);
}

/* Every kind of forgery in the folder, and back to the honest files. */
static void test_forgeries_are_found(void)
{
    char first[200];
    zh_audit_log *log = open_audit(&mine);
    zh_buf head = zh_buf_open(ZH_AUDIT_HEAD_BYTES_MAX);
    zh_audit_log_head(log, &head); /* kept elsewhere */
    zh_audit_log_close(log);
    zh_buf lines = read_file("00000001.jsonl"), heads = read_file("heads.jsonl");
    CHECK(faults(zh_buf_view(&head), first) == 0);
    for (size_t at = 0; at < lines.size; at += 37) { /* a bit */
        lines.data[at] ^= 2;
        write_file("00000001.jsonl", zh_buf_view(&lines));
        CHECK(faults((zh_sv){ 0 }, first) > 0);
        lines.data[at] ^= 2;
    }
    const char *second = strchr(lines.data, '\n') + 1, *third = strchr(second, '\n') + 1;
    zh_buf forged = zh_buf_open(1 << 20);
    zh_buf_put(&forged, zh_sv_part(zh_buf_view(&lines), 0, (size_t)(second - lines.data))); /* the second line is gone */
    zh_buf_put(&forged, zh_sv_part(zh_buf_view(&lines), (size_t)(third - lines.data), SIZE_MAX));
    write_file("00000001.jsonl", zh_buf_view(&forged));
    CHECK(faults((zh_sv){ 0 }, first) > 0 && strstr(first, "taken out") != NULL);
    write_file("00000001.jsonl", zh_sv_part(zh_buf_view(&lines), 0, (size_t)(third - lines.data))); /* the end is cut */
    CHECK(faults((zh_sv){ 0 }, first) > 0 && strstr(first, "cut") != NULL);
    log = open_audit(&mine);
    CHECK(strstr(zh_audit_log_damage(log), "cut") != NULL); /* and opening says so */
    zh_audit_log_close(log);
    write_file("heads.jsonl", ZH_SV("")); /* with the heads, so that only the older one knows */
    write_file("00000001.jsonl", zh_sv_part(zh_buf_view(&lines), 0, (size_t)(third - lines.data)));
    CHECK(faults((zh_sv){ 0 }, first) == 0);
    CHECK(faults(zh_buf_view(&head), first) > 0 && strstr(first, "cut") != NULL);
    zh_buf_close(&forged);

    char path[300]; /* all of it anew, by who has another key */
    snprintf(path, sizeof path, "%s/audit/00000001.jsonl", dir);
    CHECK(unlink(path) == 0);
    log = open_audit(&theirs);
    append(log, 50, "forged");
    zh_audit_log_close(log);
    CHECK(faults((zh_sv){ 0 }, first) == 0); /* it hangs together … */
    CHECK(faults(zh_buf_view(&head), first) > 0); /* … and is not what it was */
    write_file("heads.jsonl", zh_buf_view(&heads));
    CHECK(faults((zh_sv){ 0 }, first) > 0 && strstr(first, "anew") != NULL);
    write_file("00000001.jsonl", zh_buf_view(&lines));
    CHECK(faults(zh_buf_view(&head), first) == 0);
    head.data[10] ^= 1; /* a changed head */
    zh_audit_verdict verdict;
    zh_note why = { "" };
    const zh_err e = zh_audit_verify(zh_sv_of(dir), zh_buf_view(&head), keep_first, NULL, &verdict, &why);
    CHECK(e == ZH_FORMAT || (e == ZH_OK && verdict.faults > 0));
    zh_buf_close(&head);
    zh_buf_close(&lines);
    zh_buf_close(&heads);
}

/* A disk that refuses: here the largest a file may be. */
static void test_lines_wait_for_the_disk(void)
{
    struct rlimit was, small;
    zh_audit_log *log = open_audit(&mine);
    const uint64_t before = zh_audit_log_size(log);
    zh_buf lines = read_file("00000001.jsonl");
    CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR && getrlimit(RLIMIT_FSIZE, &was) == 0);
    small = (struct rlimit){ lines.size + 100, was.rlim_max };
    CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
    append(log, 5, "waits");
    CHECK(zh_audit_log_is_behind(log) && zh_audit_log_size(log) == before + 5 && zh_audit_log_sync(log) == ZH_FULL);
    zh_buf_reset(&lines);
    CHECK(zh_audit_log_line(log, before + 5, &lines) == ZH_OK && strstr(lines.data, "waits") != NULL); /* it is read from memory */
    zh_audit_entry e = { .by = ZH_SV("user 1"), .did = ZH_SV("PUT /x"), .status = 200 };
    uint32_t more = 0;
    while (zh_audit_log_append(log, &e, false) == ZH_OK) more++;
    CHECK(more > 1000 && more < 20000); /* and not for ever */
    CHECK(setrlimit(RLIMIT_FSIZE, &was) == 0);
    CHECK(zh_audit_log_sync(log) == ZH_OK && !zh_audit_log_is_behind(log));
    append(log, 1, "after");
    zh_audit_log_close(log);
    zh_buf_close(&lines);
    CHECK(faults((zh_sv){ 0 }, NULL) == 0);
    log = open_audit(&mine);
    CHECK(zh_audit_log_size(log) == before + 5 + more + 1 && zh_audit_log_damage(log)[0] == '\0');
    zh_audit_log_close(log);
}

/* What is no line leaves the file as it was. */
static void test_a_line_too_long_leaves_all_as_it_was(void)
{
    zh_audit_log *log = open_audit(&mine);
    const uint64_t before = zh_audit_log_size(log);
    zh_audit_entry e = { .by = ZH_SV("user 1"), .did = ZH_SV("PUT /x"), .status = 200 };
    static char large[ZH_AUDIT_LINE_BYTES_MAX];
    memset(large, '\x01', sizeof large); /* each is six letters in JSON */
    e.why = e.what = e.by = e.did = e.role = (zh_sv){ large, sizeof large };
    CHECK(zh_audit_log_append(log, &e, true) != ZH_OK);
    CHECK(zh_audit_log_size(log) == before);
    append(log, 1, "after");
    zh_audit_log_close(log);
    CHECK(faults((zh_sv){ 0 }, NULL) == 0);
}

int main(void)
{
    CHECK(mkdtemp(dir) != NULL);
    open_sealer(&mine, 1);
    open_sealer(&theirs, 2);
    test_lines_stay();
    test_a_torn_end_is_cut();
    test_forgeries_are_found();
    test_a_line_too_long_leaves_all_as_it_was();
    test_lines_wait_for_the_disk();
    zh_sealer_close(&mine);
    zh_sealer_close(&theirs);
    char command[400];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command) == 0 ? 0 : 1;
}
