/* pack_bench.c -- how small does a log become, and what does it cost to pack and to read one record again?
 * Reads a log that nobody has open (its first records) and packs it in memory at several levels and sizes of a packed frame.
 * Prints a JSON line each. usage: pack_bench LOGFOLDER [RECORDS]; without a folder nothing is measured. */
#include "store/log.h"
#include "store/log_pack.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double cpu_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

typedef struct totals {
    uint64_t records, raw, packed, blocks;
    double pack_s, unpack_s;
} totals;

static void finish(zh_log_packer *packer, zh_buf *out, totals *t)
{
    if (zh_log_packer_bytes(packer) == 0) return;
    t->raw += zh_log_packer_bytes(packer);
    double start = cpu_s();
    if (zh_log_packer_finish(packer, out, 0) != ZH_OK) exit(3);
    t->pack_s += cpu_s() - start;
    t->packed += out->size;
    t->blocks++;
    zh_log_header header;
    const char *why;
    zh_sv records;
    zh_buf scratch = zh_buf_open(ZH_LOG_BLOCK_BYTES_MAX);
    if (zh_log_frame_look(zh_buf_view(out), 0, &header, &why) != ZH_LOG_SEEN_FRAME) exit(3);
    start = cpu_s();
    if (zh_log_frame_records(zh_buf_view(out), &header, &scratch, &records) != ZH_OK) exit(3);
    t->unpack_s += cpu_s() - start;
    zh_buf_close(&scratch);
}

static void measure(zh_log *log, int level, size_t pack_bytes, uint64_t most)
{
    zh_log_reader *reader;
    zh_log_packer *packer;
    zh_log_frame frame;
    zh_buf out = zh_buf_open(4 * (size_t)ZH_LOG_BLOCK_BYTES_MAX);
    totals t = { 0 };
    if (zh_log_reader_open(&reader, log, 0, zh_log_begin(log, 0)) != ZH_OK || zh_log_packer_open(&packer, level) != ZH_OK) exit(3);
    while (t.records < most && zh_log_reader_next(reader, &frame) == ZH_OK) {
        if (zh_log_packer_bytes(packer) + frame.records.size > pack_bytes) finish(packer, &out, &t);
        const double start = cpu_s();
        if (zh_log_packer_add(packer, &frame) != ZH_OK) exit(3);
        t.pack_s += cpu_s() - start;
        t.records += frame.count;
    }
    finish(packer, &out, &t);
    printf("{\"bench\":\"log_pack\",\"level\":%d,\"pack_kb\":%zu,\"records\":%llu,\"raw_bytes_a_record\":%.1f,\"bytes_a_record\":%.1f,"
           "\"us_a_record\":%.2f,\"ms_to_read_one\":%.2f}\n", level, pack_bytes >> 10, (unsigned long long)t.records,
           (double)t.raw / (double)t.records, (double)t.packed / (double)t.records, t.pack_s * 1e6 / (double)t.records,
           t.unpack_s * 1e3 / (double)t.blocks);
    fflush(stdout);
    zh_log_reader_close(reader);
    zh_log_packer_close(packer);
    zh_buf_close(&out);
}

int main(int argc, char **argv)
{
    static const int levels[] = { 1, 3, 6, 9, 12, 19 };
    static const size_t sizes[] = { 64 << 10, 256 << 10, 512 << 10, 1024 << 10 };
    const uint64_t most = argc > 2 ? strtoull(argv[2], NULL, 10) : 200000;
    zh_log *log;
    zh_note why;
    if (argc < 2) return 0;
    if (zh_log_open(&log, &(zh_log_desc){ .dir = zh_sv_of(argv[1]), .no_ahead = true }, &why) != ZH_OK) {
        fprintf(stderr, "pack_bench: %s\n", why.text);
        return 3;
    }
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) measure(log, levels[i], 512 << 10, most);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) measure(log, 9, sizes[i], most);
    return zh_log_close(log) == ZH_OK ? 0 : 3;
}
