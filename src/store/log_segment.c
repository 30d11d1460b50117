#include "store/log_segment.h"

#include "base/hash.h"

static const char segment_mark[3] = { 'Z', 'H', 'S' };

static void put_le(char *at, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++) at[i] = (char)(unsigned char)(value >> (8 * i));
}

void zh_log_segment_header_encode(char to[ZH_LOG_ALIGN], const zh_log_segment_header *header)
{
    memset(to, 0, ZH_LOG_ALIGN);
    memcpy(to, segment_mark, sizeof segment_mark);
    to[3] = header->unpacked_bytes > 0 ? ZH_LOG_SEGMENT_VERSION_PACKED : ZH_LOG_SEGMENT_VERSION;
    put_le(to + 4, header->partition, 4);
    put_le(to + 8, header->first_sequence, 8);
    put_le(to + 16, header->before_first_sequence, 8);
    put_le(to + 24, header->file_bytes, 8);
    put_le(to + 32, (uint64_t)header->opened_ms, 8);
    put_le(to + 40, header->unpacked_bytes, 8);
    put_le(to + 60, zh_crc32c(0, (zh_sv){ to, 60 }), 4);
}

zh_err zh_log_segment_header_decode(zh_sv bytes, zh_log_segment_header *header, const char **why)
{
    *why = "the file ends inside the segment header";
    if (bytes.size < ZH_LOG_ALIGN) return ZH_CORRUPT;
    *why = "the segment header fails its check";
    zh_reader tail = zh_reader_on(zh_sv_part(bytes, 60, 4));
    if (zh_read_u32(&tail) != zh_crc32c(0, zh_sv_part(bytes, 0, 60))) return ZH_CORRUPT;
    if (memcmp(bytes.data, segment_mark, sizeof segment_mark) != 0) return ZH_CORRUPT;
    const bool packed = bytes.data[3] == ZH_LOG_SEGMENT_VERSION_PACKED;
    if (bytes.data[3] != ZH_LOG_SEGMENT_VERSION && !packed) {
        *why = "the segment was written by a newer version of zhun: start that version";
        return ZH_FORMAT;
    }
    zh_reader r = zh_reader_on(zh_sv_part(bytes, 4, 44));
    header->partition = zh_read_u32(&r);
    header->first_sequence = zh_read_u64(&r);
    header->before_first_sequence = zh_read_u64(&r);
    header->file_bytes = zh_read_u64(&r);
    header->opened_ms = zh_read_i64(&r);
    header->unpacked_bytes = zh_read_u64(&r);
    *why = "the segment header says that it is packed, and from what it is not";
    if ((header->unpacked_bytes > 0) != packed) return ZH_CORRUPT;
    return ZH_OK;
}

static uint64_t first_not_zero(zh_sv image, uint64_t from)
{
    uint64_t at = from;
    while (at < image.size && at % 8 != 0 && image.data[at] == 0) at++;
    for (uint64_t word = 0; at + 8 <= image.size && at % 8 == 0; at += 8) {
        memcpy(&word, image.data + at, sizeof word);
        if (word != 0) break;
    }
    while (at < image.size && image.data[at] == 0) at++;
    return at;
}

static uint64_t behind_last_not_zero(zh_sv image, uint64_t from)
{
    uint64_t end = image.size;
    while (end > from && image.data[end - 1] == 0) end--;
    return end;
}

/* Does a frame behind `from` say that the record `sequence` was durable before it was written? */
static bool is_missed_later(zh_sv image, uint64_t from, uint64_t sequence)
{
    for (uint64_t at = from; at + ZH_LOG_ALIGN <= image.size; at += ZH_LOG_ALIGN) {
        if (image.data[at] == 0) continue;
        zh_log_header header;
        const char *why;
        if (zh_log_header_decode(zh_sv_part(image, at, ZH_LOG_ALIGN), &header, &why) == ZH_LOG_SEEN_FRAME &&
            header.synced_sequence > sequence)
            return true;
    }
    return false;
}

/* Nothing sound stands at scan->end_offset: say what it is. */
static void judge_end(zh_sv image, uint64_t file_bytes, zh_log_sight sight, zh_log_scan *scan)
{
    const uint64_t end = scan->end_offset, last = behind_last_not_zero(image, end);
    scan->bad_offset = end;
    if (sight == ZH_LOG_SEEN_ZEROS) {
        scan->bad_offset = first_not_zero(image, end);
        scan->why = "bytes behind the last frame are not zero";
        scan->verdict = last > end ? ZH_LOG_TORN : ZH_LOG_SOUND;
    } else {
        scan->verdict = sight == ZH_LOG_SEEN_TORN ? ZH_LOG_TORN :
                        sight == ZH_LOG_SEEN_NEWER ? ZH_LOG_NEWER : ZH_LOG_BAD;
    }
    if (image.size < file_bytes && scan->verdict == ZH_LOG_SOUND) {
        scan->verdict = ZH_LOG_TORN;
        scan->bad_offset = image.size;
        scan->why = "the file is shorter than its header says";
    }
    if (scan->verdict == ZH_LOG_TORN && is_missed_later(image, end + ZH_LOG_ALIGN, scan->end_sequence)) {
        scan->verdict = ZH_LOG_BAD;
        scan->bad_offset = end;
        scan->why = "a frame is missing here: later frames say that it was durable";
    }
    scan->bad_bytes = last > scan->bad_offset ? last - scan->bad_offset :
                      image.size < file_bytes ? file_bytes - image.size : 0;
}

zh_err zh_log_segment_scan(zh_sv image, const zh_log_segment_header *header, zh_log_scan_frame *on_frame,
                           void *context, zh_log_scan *scan)
{
    *scan = (zh_log_scan){ .end_offset = ZH_LOG_ALIGN, .end_sequence = header->first_sequence, .why = "" };
    const zh_sv whole = image;
    if (image.size > header->file_bytes) image.size = (size_t)header->file_bytes;
    for (;;) {
        zh_log_header h;
        const char *why;
        const zh_sv rest = zh_sv_part(image, (size_t)scan->end_offset, image.size);
        const zh_log_sight sight = zh_log_frame_look(rest, scan->end_offset, &h, &why);
        if (sight != ZH_LOG_SEEN_FRAME) {
            scan->why = why;
            judge_end(image, header->file_bytes, sight, scan);
            if (scan->verdict == ZH_LOG_SOUND && whole.size > image.size) {
                scan->verdict = ZH_LOG_TORN;
                scan->bad_offset = image.size;
                scan->bad_bytes = whole.size - image.size;
                scan->why = "the file is longer than its header says";
            }
            return ZH_OK;
        }
        if (h.first_sequence != scan->end_sequence) {
            scan->verdict = ZH_LOG_BAD;
            scan->bad_offset = scan->end_offset;
            scan->why = "the frame does not follow the one before: its sequence is another";
            return ZH_OK;
        }
        const zh_err e = on_frame == NULL ? ZH_OK : on_frame(context, scan->end_offset, &h);
        if (e != ZH_OK) return e;
        scan->end_offset += zh_log_frame_bytes(h.stored_bytes);
        scan->end_sequence += h.count;
        scan->frames++;
    }
}
