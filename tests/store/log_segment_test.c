/* Goal: the end of a segment is judged rightly: sound, torn, bad, missing.
 * Method: images built from frames with known `synced`, then changed as a disk or a crash changes them. */
#include "check.h"
#include "store/log_segment.h"

enum { FILE_BYTES = 8192, FRAMES = 5 };
static char image[FILE_BYTES];
static uint64_t frame_at[FRAMES + 1];
static const zh_log_segment_header segment = { .partition = 2, .first_sequence = 100, .before_first_sequence = 50,
                                               .file_bytes = FILE_BYTES, .opened_ms = 7 };

/* Five frames of two records; synced says for each what was durable when it was written. */
static void build(const uint64_t synced[FRAMES])
{
    zh_buf records = zh_buf_open(4096), frame = zh_buf_open(8192);
    memset(image, 0, sizeof image);
    zh_log_segment_header_encode(image, &segment);
    uint64_t at = ZH_LOG_ALIGN, seed = 4;
    for (int i = 0; i < FRAMES; i++) {
        zh_buf_reset(&records);
        for (int r = 0; r < 2; r++) {
            char bytes[300];
            for (size_t k = 0; k < sizeof bytes; k++) bytes[k] = (char)test_random(&seed);
            zh_log_record_put(&records, (zh_sv){ bytes, sizeof bytes });
        }
        zh_log_header header = { .first_sequence = 100 + 2 * (uint64_t)i, .synced_sequence = synced[i], .count = 2 };
        CHECK(zh_log_frame_encode(&frame, &header, zh_buf_view(&records), at) == ZH_OK);
        memcpy(image + at, frame.data, frame.size);
        frame_at[i] = at;
        at += frame.size;
    }
    frame_at[FRAMES] = at;
    zh_buf_close(&records), zh_buf_close(&frame);
}

static const uint64_t each_synced[FRAMES] = { 100, 102, 104, 106, 108 };
static const uint64_t last_three_together[FRAMES] = { 100, 102, 104, 104, 104 };

static zh_log_scan scan(void)
{
    zh_log_scan s;
    CHECK(zh_log_segment_scan((zh_sv){ image, sizeof image }, &segment, NULL, NULL, &s) == ZH_OK);
    return s;
}

static void zero(uint64_t from, uint64_t to) { memset(image + from, 0, (size_t)(to - from)); }
static void flip(uint64_t at) { image[at] = (char)(image[at] ^ 4); }

static void the_end_is_judged(void)
{
    enum { NOTHING, ZERO_LAST, ZERO_LAST_TAIL, FLIP_LAST, ZERO_MIDDLE, FLIP_MIDDLE, ZERO_THIRD_SECTOR, FLIP_THIRD,
           FLIP_AHEAD, FLIP_NEXT_HEADER, SWAP };
    static const struct { const char *name; const uint64_t *synced; int act; zh_log_verdict verdict; int sound; } rows[] = {
        { "nothing happened", each_synced, NOTHING, ZH_LOG_SOUND, 5 },
        { "the last frame is not there at all", each_synced, ZERO_LAST, ZH_LOG_SOUND, 4 },
        { "the last frame misses its end", each_synced, ZERO_LAST_TAIL, ZH_LOG_TORN, 4 },
        { "a bit of the last frame changed", each_synced, FLIP_LAST, ZH_LOG_BAD, 4 },
        { "a synced frame is gone", each_synced, ZERO_MIDDLE, ZH_LOG_BAD, 2 },
        { "a bit of a synced frame changed", each_synced, FLIP_MIDDLE, ZH_LOG_BAD, 2 },
        { "a lazy frame never reached the disk, later ones did", last_three_together, ZERO_MIDDLE, ZH_LOG_TORN, 2 },
        { "a lazy frame misses a sector, later ones are whole", last_three_together, ZERO_THIRD_SECTOR, ZH_LOG_TORN, 2 },
        { "a bit of a lazy frame changed", last_three_together, FLIP_THIRD, ZH_LOG_BAD, 2 },
        { "a bit of the zeros ahead changed", each_synced, FLIP_AHEAD, ZH_LOG_TORN, 5 },
        { "a bit of the next header's place changed", each_synced, FLIP_NEXT_HEADER, ZH_LOG_TORN, 5 },
        { "two frames are swapped", each_synced, SWAP, ZH_LOG_BAD, 1 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        build(rows[i].synced);
        char swapped[2048];
        const size_t size = (size_t)(frame_at[2] - frame_at[1]);
        switch (rows[i].act) {
        case ZERO_LAST: zero(frame_at[4], frame_at[5]); break;
        case ZERO_LAST_TAIL: zero((frame_at[5] - 1) / 512 * 512, frame_at[5]); break;
        case FLIP_LAST: flip(frame_at[4] + 100); break;
        case ZERO_MIDDLE: zero(frame_at[2], frame_at[3]); break;
        case FLIP_MIDDLE: flip(frame_at[2] + 300); break;
        case ZERO_THIRD_SECTOR: zero(frame_at[2] / 512 * 512 + 512, frame_at[2] / 512 * 512 + 1024); break;
        case FLIP_THIRD: flip(frame_at[2] + 300); break;
        case FLIP_AHEAD: flip(frame_at[5] + 2000); break;
        case FLIP_NEXT_HEADER: flip(frame_at[5] + 63); break;
        case SWAP:
            CHECK(frame_at[3] - frame_at[2] == size && size <= sizeof swapped);
            memcpy(swapped, image + frame_at[1], size);
            memcpy(image + frame_at[1], image + frame_at[2], size);
            memcpy(image + frame_at[2], swapped, size);
            break;
        default: break;
        }
        const zh_log_scan s = scan();
        CHECK_ROW(s.verdict == rows[i].verdict, rows[i].name);
        CHECK_ROW(s.end_offset == frame_at[rows[i].sound], rows[i].name);
        CHECK_ROW(s.end_sequence == 100 + 2 * (uint64_t)rows[i].sound, rows[i].name);
        CHECK_ROW(s.verdict == ZH_LOG_SOUND || s.bad_offset >= s.end_offset, rows[i].name);
    }
}

static void a_file_of_another_length_is_torn(void)
{
    build(each_synced);
    static char longer[FILE_BYTES + 10];
    memcpy(longer, image, sizeof image);
    zh_log_scan s;
    CHECK(zh_log_segment_scan((zh_sv){ image, FILE_BYTES - 1 }, &segment, NULL, NULL, &s) == ZH_OK);
    CHECK(s.verdict == ZH_LOG_TORN && s.bad_offset == FILE_BYTES - 1 && s.bad_bytes == 1 && s.frames == FRAMES);
    CHECK(zh_log_segment_scan((zh_sv){ longer, sizeof longer }, &segment, NULL, NULL, &s) == ZH_OK);
    CHECK(s.verdict == ZH_LOG_TORN && s.bad_offset == FILE_BYTES && s.frames == FRAMES);
}

static void a_segment_header_comes_back_and_every_flip_is_seen(void)
{
    build(each_synced);
    zh_log_segment_header got;
    const char *why;
    CHECK(zh_log_segment_header_decode((zh_sv){ image, 64 }, &got, &why) == ZH_OK);
    CHECK(got.partition == 2 && got.first_sequence == 100 && got.before_first_sequence == 50);
    CHECK(got.file_bytes == FILE_BYTES && got.opened_ms == 7);
    for (int bit = 0; bit < 512; bit++) {
        image[bit / 8] = (char)(image[bit / 8] ^ 1 << bit % 8);
        CHECK(zh_log_segment_header_decode((zh_sv){ image, 64 }, &got, &why) == ZH_CORRUPT);
        image[bit / 8] = (char)(image[bit / 8] ^ 1 << bit % 8);
    }
    CHECK(zh_log_segment_header_decode((zh_sv){ image, 63 }, &got, &why) == ZH_CORRUPT);
}

int main(void)
{
    the_end_is_judged();
    a_file_of_another_length_is_torn();
    a_segment_header_comes_back_and_every_flip_is_seen();
    return 0;
}
