/* Promise: any bytes as a segment file are judged without a crash or a read outside of them; what is called a frame
 * lies inside and uncompresses to exactly its records, and the judgement names an offset inside the file.
 * Input: a byte of choices (1: make the checksums right, so that what stands behind them is reached), then the file. */
#include "base/hash.h"
#include "store/log_segment.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void put_crc(char *at, uint32_t crc)
{
    for (int i = 0; i < 4; i++) at[i] = (char)(unsigned char)(crc >> (8 * i));
}

/* Right checksums and end marks on a chain of frames, as far as their sizes lead. */
static void repair(char *file, size_t size)
{
    if (size >= 64) put_crc(file + 60, zh_crc32c(0, (zh_sv){ file, 60 }));
    for (size_t at = 64; at + 64 <= size;) {
        zh_reader r = zh_reader_on((zh_sv){ file + at + 8, 4 });
        const size_t frame = zh_log_frame_bytes(zh_read_u32(&r) % 4096);
        if (frame <= size - at) {
            memcpy(file + at + frame - 8, "ZHF.end\n", 8);
            put_crc(file + at + 56, zh_crc32c(0, (zh_sv){ file + at + 64, frame - 72 }));
        }
        put_crc(file + at + 60, zh_crc32c(0, (zh_sv){ file + at, 60 }));
        at += frame;
    }
}

typedef struct inside {
    zh_sv file;
    zh_buf scratch;
} inside;

static zh_err look_inside(void *context, uint64_t offset, const zh_log_header *header)
{
    inside *in = context;
    zh_sv records;
    if (offset + zh_log_frame_bytes(header->stored_bytes) > in->file.size) abort();
    const zh_sv frame = zh_sv_part(in->file, (size_t)offset, zh_log_frame_bytes(header->stored_bytes));
    if (zh_log_frame_records(frame, header, &in->scratch, &records) != ZH_OK) return ZH_OK;
    uint32_t count = 0;
    for (zh_log_records it = zh_log_records_on(records, header->first_sequence); zh_log_record_next(&it); count++) {
        if (it.record.size > ZH_LOG_RECORD_BYTES_MAX) abort();
        if (it.record.data < records.data || it.record.data + it.record.size > records.data + records.size) abort();
    }
    if (count != header->count || records.size != header->raw_bytes) abort();
    return ZH_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size < 1) return 0;
    const size_t file_bytes = size - 1;
    char *file = malloc(file_bytes > 0 ? file_bytes : 1); /* exact, so that the sanitizer sees a read outside */
    if (file == NULL) return 0;
    memcpy(file, bytes + 1, file_bytes);
    if ((bytes[0] & 1) != 0) repair(file, file_bytes);

    inside in = { .file = { file, file_bytes }, .scratch = zh_buf_open(1 << 20) };
    zh_log_segment_header header = { .first_sequence = bytes[0] >> 1, .file_bytes = file_bytes + (bytes[0] >> 6) };
    const char *why = NULL;
    if (zh_log_segment_header_decode(in.file, &header, &why) != ZH_OK && why == NULL) abort();
    zh_log_scan scan;
    if (zh_log_segment_scan(in.file, &header, look_inside, &in, &scan) != ZH_OK) abort();
    if (scan.end_offset < ZH_LOG_ALIGN || scan.end_sequence < header.first_sequence) abort();
    if (scan.frames > 0 && scan.end_offset > file_bytes) abort();
    if (scan.verdict != ZH_LOG_SOUND && (scan.why == NULL || scan.why[0] == '\0')) abort();
    if (scan.verdict != ZH_LOG_SOUND && scan.frames > 0 && scan.bad_offset > file_bytes) abort();
    zh_buf_close(&in.scratch);
    free(file);
    return 0;
}
