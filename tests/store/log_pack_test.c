/* Goal: frames packed into one come back as they were; packed bytes that were changed are refused.
 * Method: blocks of the log's tests in frames of 1 to 40 records; each byte of a packed frame changed once. */
#include "store/log_pack.h"
#include "log_help.h"

enum { FRAMES = 60, SIZE_MAX_BYTES = 200 };

typedef struct given {
    zh_buf records[FRAMES];
    zh_log_frame frames[FRAMES];
    size_t raw_bytes;
    uint32_t count;
} given;

static void make_frames(uint64_t seed, given *g)
{
    uint64_t sequence = 1000;
    int64_t commit_ms = -5;
    for (int i = 0; i < FRAMES; i++) {
        const uint32_t count = 1 + (uint32_t)(test_random(&seed) % 40);
        g->records[i] = zh_buf_open(ZH_LOG_BLOCK_BYTES_MAX);
        const zh_log_block block = help_block(&g->records[i], 0, sequence, count, SIZE_MAX_BYTES);
        commit_ms += (int64_t)(test_random(&seed) % 100000);
        g->frames[i] = (zh_log_frame){ .commit_ms = commit_ms, .workspace = 1 + (uint32_t)i % 2, .key_id = (uint32_t)i / 20, .first_sequence = sequence,
                                       .count = count, .records = block.records };
        sequence += count;
        g->raw_bytes += block.records.size;
        g->count += count;
    }
}

static void pack(const given *g, zh_buf *out, uint64_t offset)
{
    zh_log_packer *packer;
    CHECK(zh_log_packer_open(&packer, ZH_LOG_PACK_LEVEL) == ZH_OK);
    for (int round = 0; round < 2; round++) { /* a packer is used again */
        for (int i = 0; i < FRAMES; i++) CHECK(zh_log_packer_add(packer, &g->frames[i]) == ZH_OK);
        CHECK(zh_log_packer_bytes(packer) == g->raw_bytes);
        CHECK(zh_log_packer_finish(packer, out, offset) == ZH_OK);
    }
    zh_log_packer_close(packer);
}

static void test_frames_come_back(const given *g)
{
    zh_buf out = zh_buf_open(ZH_LOG_BLOCK_BYTES_MAX), records = zh_buf_open(ZH_LOG_BLOCK_BYTES_MAX), inner = zh_buf_open(1 << 20);
    pack(g, &out, 128);
    CHECK(out.size % ZH_LOG_ALIGN == 0 && out.size < g->raw_bytes);
    zh_log_header h;
    const char *why;
    CHECK(zh_log_frame_look(zh_buf_view(&out), 128, &h, &why) == ZH_LOG_SEEN_FRAME);
    CHECK(h.flags == ZH_LOG_FLAG_PACKED && h.first_sequence == 1000 && h.count == g->count && h.raw_bytes == g->raw_bytes);
    CHECK(zh_log_unpack((zh_sv){ out.data + ZH_LOG_ALIGN, h.stored_bytes }, &h, &records, &inner) == ZH_OK);
    CHECK(inner.size == FRAMES * sizeof(zh_log_inner));
    const zh_log_inner *frames = (const zh_log_inner *)(const void *)inner.data;
    size_t at = 0;
    for (int i = 0; i < FRAMES; i++) {
        const zh_log_frame *want = &g->frames[i];
        CHECK(frames[i].commit_ms == want->commit_ms && frames[i].count == want->count);
        CHECK(frames[i].key_id == want->key_id && frames[i].workspace == want->workspace);
        CHECK(zh_sv_equal(zh_sv_part(zh_buf_view(&records), at, frames[i].records_end - at), want->records));
        at = frames[i].records_end;
    }
    zh_sv all; /* as a fetch sees it */
    CHECK(zh_log_frame_records(zh_buf_view(&out), &h, &records, &all) == ZH_OK && all.size == g->raw_bytes);
    zh_buf_close(&out);
    zh_buf_close(&records);
    zh_buf_close(&inner);
}

static void test_what_changed_is_refused_or_bounded(const given *g)
{
    zh_buf out = zh_buf_open(ZH_LOG_BLOCK_BYTES_MAX), records = zh_buf_open(ZH_LOG_BLOCK_BYTES_MAX), inner = zh_buf_open(1 << 20);
    pack(g, &out, 0);
    zh_log_header h, again;
    const char *why;
    CHECK(zh_log_frame_look(zh_buf_view(&out), 0, &h, &why) == ZH_LOG_SEEN_FRAME);
    for (size_t at = 0; at < out.size; at++) {
        out.data[at] ^= 4;
        CHECK(zh_log_frame_look(zh_buf_view(&out), 0, &again, &why) != ZH_LOG_SEEN_FRAME); /* its checksums see it */
        const bool inside = at >= ZH_LOG_ALIGN && at < ZH_LOG_ALIGN + h.stored_bytes;
        if (inside && (at < 400 || at % 97 == 0)) { /* and if they did not: nothing outside is read or taken */
            const zh_err e = zh_log_unpack((zh_sv){ out.data + ZH_LOG_ALIGN, h.stored_bytes }, &h, &records, &inner);
            CHECK(e == ZH_OK || e == ZH_CORRUPT || e == ZH_FORMAT);
            CHECK(e != ZH_OK || records.size == h.raw_bytes);
        }
        out.data[at] ^= 4;
    }
    for (size_t size = 0; size < h.stored_bytes; size += 1 + size / 50)
        CHECK(zh_log_unpack((zh_sv){ out.data + ZH_LOG_ALIGN, size }, &h, &records, &inner) == ZH_CORRUPT);
    zh_buf_close(&out);
    zh_buf_close(&records);
    zh_buf_close(&inner);
}

static void test_a_block_has_an_end(const given *g)
{
    zh_log_packer *packer;
    CHECK(zh_log_packer_open(&packer, 1) == ZH_OK);
    zh_log_frame wrong = g->frames[0];
    wrong.count++;
    CHECK(zh_log_packer_add(packer, &wrong) == ZH_CORRUPT);
    zh_log_packer_close(packer);
}

int main(int argc, char **argv)
{
    static given g;
    make_frames(test_seed(argc, argv), &g);
    test_frames_come_back(&g);
    test_what_changed_is_refused_or_bounded(&g);
    test_a_block_has_an_end(&g);
    for (int i = 0; i < FRAMES; i++) zh_buf_close(&g.records[i]);
    return 0;
}
