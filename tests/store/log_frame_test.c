/* Goal: a frame comes back as it was written, and no change of it goes unseen.
 * Method: round trips over sizes; each bit flipped; each length cut; each sector left out; any bytes. */
#include "check.h"
#include "store/log_frame.h"

static zh_buf records, frame, scratch;

static void build(uint32_t count, uint32_t size_max, bool noisy, uint64_t seed, uint64_t offset)
{
    char bytes[2048];
    zh_buf_reset(&records);
    for (uint32_t i = 0; i < count; i++) {
        const size_t size = (size_t)(test_random(&seed) % (size_max + 1));
        for (size_t k = 0; k < size; k++) bytes[k] = noisy ? (char)test_random(&seed) : 'a';
        zh_log_record_put(&records, (zh_sv){ bytes, size });
    }
    zh_log_header header = { .first_sequence = 40, .synced_sequence = 40, .commit_ms = 5, .count = count,
                             .key_id = 6, .workspace = 7 };
    CHECK(zh_log_frame_encode(&frame, &header, zh_buf_view(&records), offset) == ZH_OK);
    CHECK(frame.size % ZH_LOG_ALIGN == 0);
}

static void a_frame_comes_back_as_it_was_written(void)
{
    static const struct { const char *name; uint32_t count, size_max; bool noisy; } rows[] = {
        { "one empty record", 1, 0, false }, { "one byte", 1, 1, true },   { "many empty", 500, 0, false },
        { "repetitive", 50, 2000, false },   { "noise", 50, 2000, true },  { "one small", 1, 40, true },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (uint64_t seed = 0; seed < 50; seed++) {
            zh_log_header header;
            const char *why;
            zh_sv got;
            build(rows[i].count, rows[i].size_max, rows[i].noisy, seed, seed * 64);
            CHECK_ROW(zh_log_frame_look(zh_buf_view(&frame), seed * 64, &header, &why) == ZH_LOG_SEEN_FRAME, rows[i].name);
            CHECK_ROW(zh_log_frame_records(zh_buf_view(&frame), &header, &scratch, &got) == ZH_OK, rows[i].name);
            CHECK_ROW(zh_sv_equal(got, zh_buf_view(&records)), rows[i].name);
            CHECK_ROW(header.first_sequence == 40 && header.synced_sequence == 40 && header.commit_ms == 5 &&
                      header.key_id == 6 && header.workspace == 7 && header.count == rows[i].count, rows[i].name);
        }
    }
}

static void every_flipped_bit_is_seen_and_never_taken_for_a_torn_write(void)
{
    for (uint64_t seed = 1; seed <= 4; seed++) {
        build(seed == 1 ? 1 : 20, seed == 2 ? 0 : 200, seed % 2 == 0, seed, 448);
        for (size_t bit = 0; bit < frame.size * 8; bit++) {
            zh_log_header header;
            const char *why;
            frame.data[bit / 8] = (char)(frame.data[bit / 8] ^ 1 << bit % 8);
            CHECK(zh_log_frame_look(zh_buf_view(&frame), 448, &header, &why) == ZH_LOG_SEEN_BAD);
            frame.data[bit / 8] = (char)(frame.data[bit / 8] ^ 1 << bit % 8);
        }
    }
}

static void a_frame_cut_at_any_byte_is_torn(void)
{
    build(20, 200, true, 3, 64);
    char *copy = malloc(frame.size);
    for (size_t size = 1; size < frame.size; size++) {
        zh_log_header header;
        const char *why;
        memcpy(copy, frame.data, size);
        const zh_log_sight short_file = zh_log_frame_look((zh_sv){ copy, size }, 64, &header, &why);
        CHECK(short_file == ZH_LOG_SEEN_TORN);
        memset(copy + size, 0, frame.size - size);
        const zh_log_sight zero_end = zh_log_frame_look((zh_sv){ copy, frame.size }, 64, &header, &why);
        /* 57..63: the second checksum of the header is half there. 64 is whole. No disk does this inside a sector. */
        CHECK(zero_end == ZH_LOG_SEEN_TORN || (size > 56 && size < 64) || size > frame.size - 8);
    }
    free(copy);
}

/* So much noise that LZ4 gives up, and a stretch of zeros inside it: sectors that are bare as written. */
static void build_with_bare_sectors(uint64_t offset)
{
    static const char zeros[1500];
    zh_buf_reset(&records);
    uint64_t seed = 9;
    for (int i = 0; i < 400; i++) {
        char noise[2048];
        for (size_t k = 0; k < sizeof noise; k++) noise[k] = (char)test_random(&seed);
        zh_log_record_put(&records, (zh_sv){ noise, sizeof noise });
        if (i == 20) zh_log_record_put(&records, (zh_sv){ zeros, sizeof zeros });
    }
    zh_log_header header = { .count = 401 };
    CHECK(zh_log_frame_encode(&frame, &header, zh_buf_view(&records), offset) == ZH_OK);
    CHECK(header.flags == 0 && header.bare_sectors >= 1);
}

static void a_missing_sector_is_torn_even_where_others_are_bare(void)
{
    for (uint64_t offset = 0; offset < 512; offset += 192) {
        build_with_bare_sectors(offset);
        for (size_t at = 0; at < frame.size;) {
            zh_log_header header;
            const char *why;
            size_t size = 512 - (size_t)((offset + at) % 512);
            if (size > frame.size - at) size = frame.size - at;
            char saved[512];
            memcpy(saved, frame.data + at, size);
            memset(frame.data + at, 0, size);
            const bool same = memcmp(saved, frame.data + at, size) == 0;
            const zh_log_sight sight = zh_log_frame_look(zh_buf_view(&frame), offset, &header, &why);
            CHECK(sight == (same ? ZH_LOG_SEEN_FRAME : at == 0 ? ZH_LOG_SEEN_ZEROS : ZH_LOG_SEEN_TORN));
            memcpy(frame.data + at, saved, size);
            at += size;
        }
    }
}

static void a_flipped_bit_beside_bare_sectors_is_not_torn(void)
{
    build_with_bare_sectors(64);
    for (size_t at = 0; at < frame.size; at += 997) {
        zh_log_header header;
        const char *why;
        frame.data[at] = (char)(frame.data[at] ^ 1 << at % 8);
        CHECK(zh_log_frame_look(zh_buf_view(&frame), 64, &header, &why) == ZH_LOG_SEEN_BAD);
        frame.data[at] = (char)(frame.data[at] ^ 1 << at % 8);
    }
}

static void records_that_do_not_add_up_are_refused(void)
{
    CHECK(zh_log_records_check((zh_sv){ "\0\0\0\0", 4 }, 1));
    CHECK(!zh_log_records_check((zh_sv){ "\0\0\0\0", 4 }, 2));
    CHECK(!zh_log_records_check((zh_sv){ "\1\0\0\0", 4 }, 1));
    CHECK(!zh_log_records_check((zh_sv){ "\0\0\0\0\0", 5 }, 1));
    CHECK(!zh_log_records_check((zh_sv){ "\xff\xff\xff\xff", 4 }, 1));
    CHECK(zh_log_records_check((zh_sv){ NULL, 0 }, 0));
}

static void any_bytes_are_looked_at_safely(uint64_t seed)
{
    for (int round = 0; round < 20000; round++) {
        const size_t size = (size_t)(test_random(&seed) % 200);
        char *bytes = malloc(size > 0 ? size : 1); /* exact, so that the sanitizer sees a read outside */
        for (size_t i = 0; i < size; i++) bytes[i] = (char)test_random(&seed);
        if (size > 4) memcpy(bytes, "ZHF\1", 4);
        zh_log_header header;
        const char *why;
        CHECK(zh_log_frame_look((zh_sv){ bytes, size }, 0, &header, &why) != ZH_LOG_SEEN_FRAME);
        free(bytes);
    }
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    records = zh_buf_open(ZH_LOG_BLOCK_BYTES_MAX);
    frame = zh_buf_open(zh_log_frame_bytes_max(ZH_LOG_BLOCK_BYTES_MAX));
    scratch = zh_buf_open(ZH_LOG_BLOCK_BYTES_MAX);
    a_frame_comes_back_as_it_was_written();
    every_flipped_bit_is_seen_and_never_taken_for_a_torn_write();
    a_frame_cut_at_any_byte_is_torn();
    a_missing_sector_is_torn_even_where_others_are_bare();
    a_flipped_bit_beside_bare_sectors_is_not_torn();
    records_that_do_not_add_up_are_refused();
    any_bytes_are_looked_at_safely(seed);
    zh_buf_close(&records), zh_buf_close(&frame), zh_buf_close(&scratch);
    return 0;
}
