#include "store/log_frame.h"

#include "base/hash.h"
#include "store/log_pack.h"

#include <assert.h>
#include <lz4.h>

#define MARK_BYTES 8u
static const char frame_mark[3] = { 'Z', 'H', 'F' };
static const char end_mark[MARK_BYTES + 1] = "ZHF.end\n";

_Static_assert(ZH_LOG_SECTOR_BYTES % ZH_LOG_ALIGN == 0, "a header lies in one sector");
_Static_assert(ZH_LOG_RECORD_BYTES_MAX + 4 <= ZH_LOG_BLOCK_BYTES_MAX, "a record fits a block");
/* LZ4's "acceleration". Half of the default's time for the same bytes within a few percent: what is sealed does not
 * shrink, and the rest repeats from event to event. Closed segments are packed anew anyway. */
#define LZ4_SPEED 8
_Static_assert(ZH_LOG_BLOCK_BYTES_MAX <= LZ4_MAX_INPUT_SIZE, "LZ4 takes a block whole");

static uint32_t load32(const char *at)
{
    const unsigned char *b = (const unsigned char *)at;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static uint64_t load64(const char *at)
{
    return (uint64_t)load32(at) | (uint64_t)load32(at + 4) << 32;
}

static void store32(char *at, uint32_t value)
{
    for (int i = 0; i < 4; i++) at[i] = (char)(unsigned char)(value >> (8 * i));
}

static void store64(char *at, uint64_t value)
{
    store32(at, (uint32_t)value);
    store32(at + 4, (uint32_t)(value >> 32));
}

static bool is_zero(const char *at, size_t size)
{
    for (; size >= 8; at += 8, size -= 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        if (word != 0) return false;
    }
    for (; size > 0; at++, size--)
        if (*at != 0) return false;
    return true;
}

static bool has_two_bits(const char *at, size_t size)
{
    uint64_t seen = 0;
    for (; size > 0; at += 8, size -= 8) { /* size is a multiple of 64 */
        uint64_t word;
        memcpy(&word, at, sizeof word);
        if ((word & (word - 1)) != 0 || (word != 0 && seen != 0)) return true;
        seen |= word;
    }
    return false;
}

/* Sectors of a frame (its first and last may be parts) that are bare (at most one bit set; one_bit) or zero. */
static uint32_t count_sectors(zh_sv frame, uint64_t offset, bool one_bit)
{
    uint32_t count = 0;
    for (size_t at = 0; at < frame.size;) {
        size_t size = ZH_LOG_SECTOR_BYTES - (size_t)((offset + at) % ZH_LOG_SECTOR_BYTES);
        if (size > frame.size - at) size = frame.size - at;
        count += one_bit ? !has_two_bits(frame.data + at, size) : is_zero(frame.data + at, size);
        at += size;
    }
    return count;
}

bool zh_log_record_next(zh_log_records *it)
{
    const size_t left = (size_t)(it->end_ - it->at_);
    if (left < 4) return false;
    const uint32_t size = load32(it->at_);
    if (size > left - 4) return false;
    it->record = (zh_sv){ it->at_ + 4, size };
    it->sequence = it->next_++;
    it->at_ += 4 + size;
    return true;
}

bool zh_log_records_check(zh_sv records, uint32_t count)
{
    zh_log_records it = zh_log_records_on(records, 0);
    while (zh_log_record_next(&it))
        if (it.record.size > ZH_LOG_RECORD_BYTES_MAX) return false;
    return it.at_ == it.end_ && it.next_ == count;
}

static void header_encode(char *to, const zh_log_header *h)
{
    memcpy(to, frame_mark, sizeof frame_mark);
    to[3] = ZH_LOG_FRAME_VERSION;
    store32(to + 4, h->flags);
    store32(to + 8, h->stored_bytes);
    store32(to + 12, h->raw_bytes);
    store64(to + 16, h->first_sequence);
    store64(to + 24, h->synced_sequence);
    store64(to + 32, (uint64_t)h->commit_ms);
    store32(to + 40, h->count);
    store32(to + 44, h->key_id);
    store32(to + 48, h->workspace);
    store32(to + 52, h->bare_sectors);
    store32(to + 56, h->payload_crc);
    store32(to + 60, zh_crc32c(0, (zh_sv){ to, 60 }));
}

zh_err zh_log_frame_encode(zh_buf *out, zh_log_header *header, zh_sv records, uint64_t offset)
{
    assert(records.size > 0 && records.size <= ZH_LOG_BLOCK_BYTES_MAX);
    assert(offset % ZH_LOG_ALIGN == 0);
    zh_buf_reset(out);
    char *frame = zh_buf_room(out, zh_log_frame_bytes_max(records.size));
    if (frame == NULL) return zh_buf_err(out);

    char *payload = frame + ZH_LOG_ALIGN;
    const int packed = LZ4_compress_fast(records.data, payload, (int)records.size, (int)records.size - 1, LZ4_SPEED);
    header->flags = packed > 0 ? ZH_LOG_FLAG_LZ4 : 0;
    header->raw_bytes = (uint32_t)records.size;
    header->stored_bytes = packed > 0 ? (uint32_t)packed : (uint32_t)records.size;
    if (packed <= 0) memcpy(payload, records.data, records.size);

    out->size = ZH_LOG_ALIGN + header->stored_bytes;
    return zh_log_frame_finish(out, header, offset);
}

zh_err zh_log_frame_finish(zh_buf *out, zh_log_header *header, uint64_t offset)
{
    assert(offset % ZH_LOG_ALIGN == 0 && out->size > ZH_LOG_ALIGN);
    header->stored_bytes = (uint32_t)(out->size - ZH_LOG_ALIGN);
    const size_t size = zh_log_frame_bytes(header->stored_bytes), end = out->size;
    if (zh_buf_room(out, size - end) == NULL) return zh_buf_err(out);
    char *const frame = out->data, *const mark = frame + size - MARK_BYTES, *const payload = frame + ZH_LOG_ALIGN;
    memset(frame + end, 0, (size_t)(mark - frame) - end);
    memcpy(mark, end_mark, MARK_BYTES);
    header->payload_crc = zh_crc32c(0, (zh_sv){ payload, (size_t)(mark - payload) });
    header->bare_sectors = 0;
    header_encode(frame, header);
    header->bare_sectors = count_sectors((zh_sv){ frame, size }, offset, true);
    if (header->bare_sectors > 0) header_encode(frame, header); /* the sector of the header itself is never bare */
    return ZH_OK;
}

/* A header lies in one sector, so it is torn only where its file or a single short write ended in it. Then its
 * last 8 bytes (two CRCs) are zero. And a flipped bit in the zeros ahead leaves the first 8 zero. No one flip makes
 * either out of a sound header. */
static zh_log_sight header_fault(const char *at)
{
    return is_zero(at, 8) || is_zero(at + 56, 8) ? ZH_LOG_SEEN_TORN : ZH_LOG_SEEN_BAD;
}

zh_log_sight zh_log_header_decode(zh_sv bytes, zh_log_header *header, const char **why)
{
    const char *at = bytes.data;
    if (bytes.size < ZH_LOG_ALIGN) {
        *why = "the file ends inside a frame header";
        return bytes.size == 0 || is_zero(at, bytes.size) ? ZH_LOG_SEEN_ZEROS : ZH_LOG_SEEN_TORN;
    }
    *why = "there is no frame here";
    if (is_zero(at, ZH_LOG_ALIGN)) return ZH_LOG_SEEN_ZEROS;
    *why = "the frame header fails its check";
    if (load32(at + 60) != zh_crc32c(0, (zh_sv){ at, 60 })) return header_fault(at);
    if (memcmp(at, frame_mark, sizeof frame_mark) != 0) return ZH_LOG_SEEN_BAD;
    if (at[3] != ZH_LOG_FRAME_VERSION) {
        *why = "the frame has a version that this program does not know";
        return ZH_LOG_SEEN_NEWER;
    }
    const zh_log_header h = {
        .flags = load32(at + 4), .stored_bytes = load32(at + 8), .raw_bytes = load32(at + 12),
        .first_sequence = load64(at + 16), .synced_sequence = load64(at + 24),
        .commit_ms = (int64_t)load64(at + 32), .count = load32(at + 40), .key_id = load32(at + 44),
        .workspace = load32(at + 48), .bare_sectors = load32(at + 52), .payload_crc = load32(at + 56),
    };
    *why = "a field of the frame header is outside its range";
    if ((h.flags & ~(ZH_LOG_FLAG_LZ4 | ZH_LOG_FLAG_PACKED)) != 0) return ZH_LOG_SEEN_NEWER;
    if (h.raw_bytes == 0 || h.raw_bytes > ZH_LOG_BLOCK_BYTES_MAX || h.stored_bytes == 0) return ZH_LOG_SEEN_BAD;
    if (h.flags == 0 && h.stored_bytes != h.raw_bytes) return ZH_LOG_SEEN_BAD;
    if ((h.flags & ZH_LOG_FLAG_LZ4) != 0 && h.stored_bytes >= h.raw_bytes) return ZH_LOG_SEEN_BAD;
    if ((h.flags & ZH_LOG_FLAG_PACKED) != 0 && (h.flags != ZH_LOG_FLAG_PACKED || h.stored_bytes > ZH_LOG_BLOCK_BYTES_MAX)) return ZH_LOG_SEEN_BAD;
    if (h.count == 0 || h.count > h.raw_bytes / 4 || h.count > UINT64_MAX - h.first_sequence) return ZH_LOG_SEEN_BAD;
    if (h.synced_sequence > h.first_sequence) return ZH_LOG_SEEN_BAD;
    *header = h;
    return ZH_LOG_SEEN_FRAME;
}

zh_log_sight zh_log_frame_look(zh_sv bytes, uint64_t offset, zh_log_header *header, const char **why)
{
    zh_log_header h;
    const zh_log_sight sight = zh_log_header_decode(bytes, &h, why);
    if (sight != ZH_LOG_SEEN_FRAME) return sight;
    const size_t size = zh_log_frame_bytes(h.stored_bytes);
    *why = "the file ends inside a frame";
    if (size > bytes.size) return ZH_LOG_SEEN_TORN;

    const char *mark = bytes.data + size - MARK_BYTES;
    const zh_sv payload = { bytes.data + ZH_LOG_ALIGN, size - ZH_LOG_ALIGN - MARK_BYTES };
    const bool ended = memcmp(mark, end_mark, MARK_BYTES) == 0;
    if (ended && zh_crc32c(0, payload) == h.payload_crc) {
        *header = h;
        return ZH_LOG_SEEN_FRAME;
    }
    *why = "the frame was not written to its end";
    if (is_zero(mark, MARK_BYTES)) return ZH_LOG_SEEN_TORN;
    if (count_sectors((zh_sv){ bytes.data, size }, offset, false) > h.bare_sectors) return ZH_LOG_SEEN_TORN;
    *why = ended ? "the payload of the frame fails its check" : "the end mark of the frame is damaged";
    return ZH_LOG_SEEN_BAD;
}

zh_err zh_log_frame_records(zh_sv bytes, const zh_log_header *header, zh_buf *scratch, zh_sv *records)
{
    assert(bytes.size >= ZH_LOG_ALIGN + (size_t)header->stored_bytes);
    const char *payload = bytes.data + ZH_LOG_ALIGN;
    *records = (zh_sv){ payload, header->stored_bytes };
    if ((header->flags & ZH_LOG_FLAG_PACKED) != 0) {
        const zh_err e = zh_log_unpack(*records, header, scratch, NULL);
        *records = zh_buf_view(scratch);
        if (e != ZH_OK) return e;
    }
    if ((header->flags & ZH_LOG_FLAG_LZ4) != 0) {
        zh_buf_reset(scratch);
        char *raw = zh_buf_room(scratch, header->raw_bytes);
        if (raw == NULL) return zh_buf_err(scratch);
        const int got = LZ4_decompress_safe(payload, raw, (int)header->stored_bytes, (int)header->raw_bytes);
        if (got < 0 || (uint32_t)got != header->raw_bytes) return ZH_CORRUPT;
        *records = (zh_sv){ raw, header->raw_bytes };
    }
    return zh_log_records_check(*records, header->count) ? ZH_OK : ZH_CORRUPT;
}
