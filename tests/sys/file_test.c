/* Goal: files are there whole or not at all, and one process has the folder. Method: a fresh folder in /tmp. */
#include "sys/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static char dir[64];

static zh_sv in_dir(const char *name)
{
    static char paths[4][256];
    static unsigned turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", dir, name);
    return zh_sv_of(path);
}

static void what_is_written_is_read_back(void)
{
    const zh_sv path = in_dir("whole");
    zh_buf buf = zh_buf_open(1 << 20);
    CHECK(!zh_file_exists(path) && zh_file_read(path, &buf) == ZH_ABSENT);
    CHECK(zh_file_write(path, ZH_SV("first"), 0600) == ZH_OK);
    CHECK(zh_file_write(path, ZH_SV("second, longer"), 0640) == ZH_OK); /* replaces */
    CHECK(zh_file_exists(path) && zh_file_read(path, &buf) == ZH_OK);
    CHECK(zh_sv_equal(zh_buf_view(&buf), ZH_SV("second, longer")));
    struct stat there;
    CHECK(stat(path.data, &there) == 0 && (there.st_mode & 0777) == 0640);
    uint64_t bytes = 0;
    CHECK(zh_file_size(path, &bytes) == ZH_OK && bytes == 14);
    zh_buf small = zh_buf_open(13);
    CHECK(zh_file_read(path, &small) == ZH_FULL);
    CHECK(zh_file_remove(path) == ZH_OK && zh_file_remove(path) == ZH_ABSENT);
    zh_buf_close(&small);
    zh_buf_close(&buf);
}

static void a_write_that_fails_leaves_the_old_file_and_no_rest(void)
{
    CHECK(zh_file_make_dirs(in_dir("sub")) == ZH_OK);
    CHECK(zh_file_make_dirs(in_dir("sub/target/inner")) == ZH_OK);
    CHECK(zh_file_write(in_dir("sub/target"), ZH_SV("x"), 0600) != ZH_OK); /* a folder cannot be replaced */
    CHECK(rmdir(in_dir("sub/target/inner").data) == 0 && rmdir(in_dir("sub/target").data) == 0);
    CHECK(rmdir(in_dir("sub").data) == 0); /* which shows that nothing was left in it */
    CHECK(zh_file_write(in_dir("nowhere/x"), ZH_SV("x"), 0600) == ZH_ABSENT);
}

static void folders_are_made_as_deep_as_asked(void)
{
    const zh_sv deep = in_dir("a/b//c/");
    CHECK(zh_file_make_dirs(deep) == ZH_OK && zh_file_make_dirs(deep) == ZH_OK);
    struct stat there;
    CHECK(stat(deep.data, &there) == 0 && S_ISDIR(there.st_mode) && (there.st_mode & 0777) == 0700);
    CHECK(zh_file_write(in_dir("a/file"), ZH_SV(""), 0600) == ZH_OK);
    CHECK(zh_file_make_dirs(in_dir("a/file/x")) == ZH_ABSENT || zh_file_make_dirs(in_dir("a/file/x")) == ZH_EXISTS);
    CHECK(zh_file_make_dirs(in_dir("a/file")) == ZH_EXISTS);
    CHECK(zh_file_sync_dir(in_dir("a")) == ZH_OK && zh_file_sync_dir(in_dir("z")) == ZH_ABSENT);
    unlink(in_dir("a/file").data);
    rmdir(in_dir("a/b/c").data);
    rmdir(in_dir("a/b").data);
    rmdir(in_dir("a").data);
}

static void odd_paths_are_refused(void)
{
    char longest[ZH_FILE_PATH_MAX + 2];
    memset(longest, 'x', sizeof longest);
    zh_buf buf = zh_buf_open(10);
    CHECK(zh_file_read((zh_sv){ longest, sizeof longest }, &buf) == ZH_RANGE);
    CHECK(zh_file_read((zh_sv){ "a\0b", 3 }, &buf) == ZH_RANGE);
    CHECK(zh_file_read(ZH_SV(""), &buf) == ZH_ABSENT);
    CHECK(zh_file_read(zh_sv_of(dir), &buf) == ZH_IO); /* a folder */
    zh_buf_close(&buf);
}

static void one_process_has_the_lock_and_its_death_frees_it(void)
{
    const zh_sv path = in_dir("lock");
    int ready[2];
    char byte;
    CHECK(pipe(ready) == 0);
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        zh_file_lock *lock = NULL;
        const zh_err e = zh_file_lock_open(&lock, path, ZH_SV("zhun serve"), NULL);
        if (write(ready[1], e == ZH_OK ? "+" : "-", 1) == 1) pause();
        _exit(1);
    }
    CHECK(read(ready[0], &byte, 1) == 1 && byte == '+');
    zh_file_lock *lock = NULL;
    zh_buf holder = zh_buf_open(1000);
    CHECK(zh_file_lock_open(&lock, path, ZH_SV("zhun check"), &holder) == ZH_BUSY && lock == NULL);
    char want[64];
    snprintf(want, sizeof want, "%ld zhun serve", (long)child);
    CHECK(zh_sv_equal(zh_buf_view(&holder), zh_sv_of(want)));
    kill(child, SIGKILL);
    CHECK(waitpid(child, NULL, 0) == child);
    CHECK(zh_file_lock_open(&lock, path, ZH_SV("zhun check"), NULL) == ZH_OK);
    zh_file_lock *second = NULL;
    CHECK(zh_file_lock_open(&second, path, ZH_SV("x"), NULL) == ZH_BUSY); /* also within one process */
    zh_file_lock_close(lock);
    CHECK(zh_file_lock_open(&second, path, ZH_SV("x"), NULL) == ZH_OK);
    zh_file_lock_close(second);
    zh_file_lock_close(NULL);
    zh_buf_close(&holder);
    close(ready[0]);
    close(ready[1]);
    unlink(path.data);
}

static void random_bytes_differ(void)
{
    unsigned char a[32] = { 0 }, b[32] = { 0 };
    CHECK(zh_file_random(a, sizeof a) == ZH_OK && zh_file_random(b, sizeof b) == ZH_OK);
    CHECK(memcmp(a, b, sizeof a) != 0);
    uint64_t bytes = 0, disk_bytes = 0;
    CHECK(zh_file_disk(zh_sv_of(dir), &bytes, &disk_bytes) == ZH_OK && bytes > 0 && disk_bytes >= bytes);
}

int main(void)
{
    snprintf(dir, sizeof dir, "/tmp/zh-file-XXXXXX");
    CHECK(mkdtemp(dir) != NULL);
    what_is_written_is_read_back();
    a_write_that_fails_leaves_the_old_file_and_no_rest();
    folders_are_made_as_deep_as_asked();
    odd_paths_are_refused();
    one_process_has_the_lock_and_its_death_frees_it();
    random_bytes_differ();
    CHECK(rmdir(dir) == 0); /* empty: no temporary neighbour was left */
    return 0;
}
