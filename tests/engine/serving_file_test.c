/* Goal: a table's file is found by its hash, whole or not at all; a copy has what the original has, and nothing damaged.
 * Method: small files in folders of their own; one changed byte, another's bytes under a name, strangers in the folder; copied twice, after one went. */
#include "engine/serving_file.h"
#include "base/hash.h"
#include "sys/file.h"
#include "sys/tree.h"
#include "check.h"

#include <stdlib.h>
#include <string.h>

/* A table of two items that differ by `weight`. */
static uint64_t make(zh_sv dir, uint16_t weight)
{
    zh_buf file = zh_buf_open(1 << 12);
    const char name[20] = "ease";
    zh_buf_put(&file, ZH_SV("ZHM\1"));
    zh_buf_put_u32(&file, 2);
    zh_buf_put_u32(&file, 1);
    zh_buf_put(&file, (zh_sv){ name, sizeof name });
    zh_buf_put_u64(&file, 7);
    zh_buf_put_u64(&file, 9);
    zh_buf_put_u32(&file, 0);
    zh_buf_put_u32(&file, 1);
    zh_buf_put_u32(&file, 1);
    zh_buf_put_u32(&file, 1);
    zh_buf_put_u16(&file, weight);
    zh_buf_put_u32(&file, zh_crc32c(0, zh_buf_view(&file)));
    const uint64_t hash = zh_fast64(zh_buf_view(&file));
    CHECK(zh_serving_file_write(dir, hash, zh_buf_view(&file)) == ZH_OK);
    zh_buf_close(&file);
    return hash;
}

static zh_err look(zh_sv dir, uint64_t hash)
{
    zh_serving *table;
    zh_note why = { "" };
    const zh_err e = zh_serving_file_read(dir, hash, &table, &why);
    CHECK((e == ZH_OK) == (why.text[0] == '\0'));
    if (e == ZH_OK) {
        CHECK(zh_serving_hash(table) == hash);
        zh_serving_close(table);
    }
    return e;
}

static void path_in(char out[256], const char *dir, uint64_t hash) { (void)snprintf(out, 256, "%s/models/%016llx.zm", dir, (unsigned long long)hash); }

static void damage(const char *dir, uint64_t hash)
{
    char path[256];
    path_in(path, dir, hash);
    FILE *file = fopen(path, "r+b");
    CHECK(file != NULL && fseek(file, 40, SEEK_SET) == 0 && fputc(77, file) == 77 && fclose(file) == 0);
}

int main(void)
{
    char from[] = "/tmp/zhun-serving-file-XXXXXX", to[] = "/tmp/zhun-serving-file-XXXXXX", path[256], other[256];
    CHECK(mkdtemp(from) != NULL && mkdtemp(to) != NULL);
    const zh_sv a = zh_sv_of(from), b = zh_sv_of(to);
    uint64_t bytes;
    zh_note why = { "" };
    CHECK(look(a, 5) == ZH_ABSENT);
    CHECK(zh_serving_file_copy(a, b, &bytes, &why) == ZH_OK && bytes == 0); /* nothing was ever learnt */
    const uint64_t one = make(a, 3), two = make(a, 4), three = make(a, 5);
    CHECK(one != two && look(a, one) == ZH_OK && look(a, two) == ZH_OK && look(a, one + 1) == ZH_ABSENT);
    /* Copied; a stranger's file is not. */
    (void)snprintf(path, sizeof path, "%s/models/notes.txt", from);
    CHECK(zh_file_write(zh_sv_of(path), ZH_SV("mine"), 0600) == ZH_OK);
    CHECK(zh_serving_file_copy(a, b, &bytes, &why) == ZH_OK && bytes > 0 && look(b, one) == ZH_OK && look(b, three) == ZH_OK);
    (void)snprintf(path, sizeof path, "%s/models/notes.txt", to);
    CHECK(!zh_file_exists(zh_sv_of(path)));
    /* One changed byte: not served, not copied; a damaged copy is written again, what the original forgot goes. */
    damage(from, two);
    damage(to, one);
    CHECK(look(a, two) == ZH_CORRUPT && look(b, one) == ZH_CORRUPT);
    zh_serving_file_sweep(a, (const uint64_t[]){ one, two }, 2);
    CHECK(look(a, three) == ZH_ABSENT && look(a, one) == ZH_OK);
    CHECK(zh_serving_file_copy(a, b, &bytes, &why) == ZH_OK && look(b, one) == ZH_OK && look(b, two) == ZH_OK && look(b, three) == ZH_ABSENT);
    /* Another's bytes under this name. */
    path_in(path, to, one);
    path_in(other, to, two);
    CHECK(rename(other, path) == 0 && look(b, one) == ZH_CORRUPT);
    CHECK(zh_tree_remove(a) == ZH_OK && zh_tree_remove(b) == ZH_OK);
    return 0;
}
