/* Goal: a line reads back; every change of a row of lines is found, by the chain or by an older head; heads are those of RFC 6962.
 * Method: random entries; every byte changed, every line taken out, doubled, exchanged, the end cut, all of it written anew; the root by a second program
 * (recursion over halves, as the RFC defines it) and the known ones of nothing and of one empty leaf. */
#include "guard/audit.h"
#include "guard/digest.h"
#include "check.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define LINES 23

typedef struct book {
    zh_buf lines[LINES];
} book;

static zh_audit_entry random_entry(uint64_t *seed, uint64_t seq)
{
    static const char *const roles[] = { "owner", "marketer", "" };
    return (zh_audit_entry){ .seq = seq, .at_ms = 1700000000000 + (int64_t)(test_random(seed) % 100000), .by = ZH_SV("user 3"),
        .role = zh_sv_of(roles[test_random(seed) % 3]), .why = test_random(seed) % 2 ? ZH_SV("a question of \"hers\"\n") : ZH_SV(""), .did = ZH_SV("PUT /api/v1/segments/{}"),
        .what = ZH_SV("贵宾"), .customer = test_random(seed) % 2 ? ZH_SV("0123456789abcdef0123456789abcdef") : ZH_SV(""), .customers = (uint32_t)(test_random(seed) % 3),
        .status = 200 + (uint32_t)(test_random(seed) % 300), .sent = ZH_SV("ff") };
}

/* `other`: one entry has another status, and all behind it hang together again. */
static void fill(book *b, uint64_t seed, int other)
{
    uint8_t prev[ZH_AUDIT_HASH_BYTES] = { 0 };
    for (int i = 0; i < LINES; i++) {
        zh_audit_entry e = random_entry(&seed, (uint64_t)i + 1);
        if (i == other) e.status = 999;
        memcpy(e.prev, prev, sizeof prev);
        b->lines[i] = zh_buf_open(ZH_AUDIT_LINE_BYTES_MAX);
        zh_audit_put(&e, &b->lines[i]);
        CHECK(zh_buf_err(&b->lines[i]) == ZH_OK);
        zh_audit_leaf(zh_buf_view(&b->lines[i]), prev);
    }
}

static void empty(book *b)
{
    for (int i = 0; i < LINES; i++) zh_buf_close(&b->lines[i]);
}

/* Looks at lines in this order; is anything found, and what is the root? */
static bool is_found(const book *b, const int *order, int count, zh_json *json, uint8_t root[ZH_AUDIT_HASH_BYTES])
{
    zh_audit_check check = { 0 };
    bool found = false;
    for (int i = 0; i < count; i++) {
        zh_note why;
        found |= zh_audit_check_line(&check, zh_buf_view(&b->lines[order[i]]), json, &why) != ZH_OK;
    }
    zh_audit_tree_root(&check.tree, root);
    return found;
}

static void test_an_entry_reads_back(uint64_t seed, zh_json *json)
{
    for (int i = 0; i < 200; i++) {
        const zh_audit_entry e = random_entry(&seed, 1 + test_random(&seed) % 1000);
        zh_buf line = zh_buf_open(ZH_AUDIT_LINE_BYTES_MAX);
        zh_audit_entry back;
        zh_audit_put(&e, &line);
        CHECK(zh_audit_get(zh_buf_view(&line), json, &back) == ZH_OK);
        CHECK(back.seq == e.seq && back.at_ms == e.at_ms && back.status == e.status && back.customers == e.customers);
        CHECK(zh_sv_equal(back.by, e.by) && zh_sv_equal(back.role, e.role) && zh_sv_equal(back.why, e.why) && zh_sv_equal(back.what, e.what));
        CHECK(zh_sv_equal(back.did, e.did) && zh_sv_equal(back.customer, e.customer) && zh_sv_equal(back.sent, e.sent));
        zh_buf_close(&line);
    }
}

static void test_a_long_text_is_cut_at_a_letter(zh_json *json)
{
    char text[ZH_AUDIT_TEXT_BYTES_MAX + 30];
    for (size_t i = 0; i + 3 <= sizeof text; i += 3) memcpy(text + i, "贵", 3);
    zh_buf line = zh_buf_open(ZH_AUDIT_LINE_BYTES_MAX);
    zh_audit_entry e = { .seq = 1, .by = ZH_SV("x"), .did = ZH_SV("GET /"), .what = { text, sizeof text / 3 * 3 }, .status = 200 }, back;
    zh_audit_put(&e, &line);
    CHECK(zh_audit_get(zh_buf_view(&line), json, &back) == ZH_OK && back.what.size == 255);
    zh_buf_close(&line);
}

/* RFC 6962, 2.1: the root of n leaves is that of the first k, the greatest power of two below n, and of the rest. */
static void root_by_halves(const uint8_t (*leaves)[32], size_t n, uint8_t out[32])
{
    if (n == 1) {
        memcpy(out, leaves[0], 32);
        return;
    }
    size_t k = 1;
    while (k * 2 < n) k *= 2;
    uint8_t node[65] = { 1 };
    root_by_halves(leaves, k, node + 1);
    root_by_halves(leaves + k, n - k, node + 33);
    crypto_hash_sha256(out, node, sizeof node);
}

static void test_the_root_is_that_of_the_standard(uint64_t seed)
{
    static uint8_t leaves[300][32];
    uint8_t root[32], want[32];
    char text[ZH_DIGEST_TEXT_BYTES];
    zh_audit_tree tree = { 0 };
    zh_audit_tree_root(&tree, root);
    zh_digest_print(root, text);
    CHECK(strcmp(text, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855") == 0);
    zh_audit_leaf(ZH_SV(""), root);
    zh_digest_print(root, text);
    CHECK(strcmp(text, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d") == 0);
    for (size_t i = 0; i < 300; i++) {
        for (int k = 0; k < 32; k++) leaves[i][k] = (uint8_t)test_random(&seed);
        zh_audit_tree_add(&tree, leaves[i]);
        zh_audit_tree_root(&tree, root);
        root_by_halves((const uint8_t (*)[32])leaves, i + 1, want);
        CHECK(tree.size == i + 1 && memcmp(root, want, 32) == 0);
    }
}

static void test_every_change_is_found(uint64_t seed, zh_json *json)
{
    book b;
    int order[LINES + 1];
    uint8_t head[32], root[32];
    fill(&b, seed, -1);
    for (int i = 0; i < LINES; i++) order[i] = i;
    CHECK(!is_found(&b, order, LINES, json, head));
    for (int i = 0; i < LINES; i++) { /* a bit of any byte; the last line hangs by the head alone */
        for (size_t at = 0; at < b.lines[i].size; at++) {
            b.lines[i].data[at] ^= 1;
            const bool found = is_found(&b, order, LINES, json, root);
            CHECK(found || i == LINES - 1);
            CHECK(memcmp(root, head, 32) != 0);
            b.lines[i].data[at] ^= 1;
        }
    }
    for (int gone = 0; gone < LINES; gone++) { /* taken out, doubled, exchanged with the next */
        int n = 0;
        for (int i = 0; i < LINES; i++)
            if (i != gone) order[n++] = i;
        CHECK(is_found(&b, order, LINES - 1, json, root) || gone == LINES - 1);
        CHECK(memcmp(root, head, 32) != 0);
        n = 0;
        for (int i = 0; i < LINES; i++) {
            order[n++] = i;
            if (i == gone) order[n++] = i;
        }
        CHECK(is_found(&b, order, n, json, root));
        for (int i = 0; i < LINES; i++) order[i] = i;
        if (gone + 1 < LINES) {
            order[gone] = gone + 1, order[gone + 1] = gone;
            CHECK(is_found(&b, order, LINES, json, root));
        }
    }
    empty(&b);
}

static void test_all_of_it_written_anew_is_found_by_an_older_head(uint64_t seed, zh_json *json)
{
    book honest, forged;
    int order[LINES];
    uint8_t head[32], root[32];
    for (int i = 0; i < LINES; i++) order[i] = i;
    fill(&honest, seed, -1);
    for (int other = 0; other < LINES; other++) {
        fill(&forged, seed, other);
        CHECK(!is_found(&honest, order, LINES, json, head));
        CHECK(!is_found(&forged, order, LINES, json, root)); /* it hangs together … */
        CHECK(memcmp(root, head, 32) != 0);                  /* … and is not what the head says */
        empty(&forged);
    }
    empty(&honest);
}

static void test_what_is_signed_names_size_root_and_time(void)
{
    char text[ZH_AUDIT_HEAD_SIGNED_BYTES];
    zh_audit_head head = { .size = 12, .at_ms = 1700000000000 };
    memset(head.root, 0xab, sizeof head.root);
    const size_t size = zh_audit_head_signed(&head, text);
    CHECK(size < sizeof text && strcmp(text, "zhun audit head\n12\nabababababababababababababababababababababababababababababababab\n2023-11-14T22:13:20.000Z\n") == 0);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    zh_json *json;
    if (sodium_init() < 0 || zh_json_open(&json, ZH_AUDIT_LINE_BYTES_MAX) != ZH_OK) return 1;
    test_an_entry_reads_back(seed, json);
    test_a_long_text_is_cut_at_a_letter(json);
    test_the_root_is_that_of_the_standard(seed);
    test_every_change_is_found(seed, json);
    test_all_of_it_written_anew_is_found_by_an_older_head(seed, json);
    test_what_is_signed_names_size_root_and_time();
    zh_json_close(json);
    return 0;
}
