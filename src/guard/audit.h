/* audit.h -- who looked at or changed what, and why: lines that hang together, and a tree whose head says what they all are.
 *
 *     {"seq":12,"at":"2026-11-23T02:30:00.000Z","by":"user 3","role":"marketer","why":"…","did":"PUT /api/v1/segments/{}","what":"vip",
 *      "customer":"…","customers":1,"status":200,"sent":"…","prev":"…"}
 *
 * A line is the bytes of one JSON object. Its leaf is SHA-256(0x00, line); `prev` is the leaf of the line before (64 zeros in the first). The
 * head of n lines is the root of the Merkle tree over their leaves, so who holds a head of some day can tell whether the first n lines are
 * still those. A chain alone does not show that its end was cut or all of it was written anew: an older head outside does.
 *
 * Personal data is not in it: `customer` and `sent` (what was sent along) are keyed hashes that only the workspace can make.
 *
 * Guarantees  any changed, left out, added or exchanged line is found by zh_audit_check or by a head (tested for every byte).
 * Cost        about 1 us a line.
 * Threads     none inside.
 * Source      RFC 6962, 2.1 (tree, leaf and node prefixes).
 * Not here    the files (store/audit_log.h), what is written down of a request (server/audit.c).
 */
#ifndef ZH_GUARD_AUDIT_H
#define ZH_GUARD_AUDIT_H
#include "base/buf.h"
#include "base/json.h"
#include "base/note.h"

#define ZH_AUDIT_HASH_BYTES 32
#define ZH_AUDIT_LINE_BYTES_MAX 4096
#define ZH_AUDIT_TEXT_BYTES_MAX 256 /* of why and what: longer ones are cut at a letter */

typedef struct zh_audit_entry {
    uint64_t seq;          /* from 1 */
    int64_t at_ms;
    zh_sv by;              /* "user 3", "key 7", "command line", "nobody" */
    zh_sv role, why;       /* empty: none */
    zh_sv did, what;       /* method and route; the thing in it, empty where it has none */
    zh_sv customer;        /* keyed hash of whose data it was; empty: nobody's */
    uint32_t customers;    /* how many people's */
    uint32_t status;       /* of the answer */
    zh_sv sent;            /* keyed hash of the body; empty: none */
    uint8_t prev[ZH_AUDIT_HASH_BYTES];
} zh_audit_entry;

/* Append the line, without a line end. */
void zh_audit_put(const zh_audit_entry *entry, zh_buf *out);
/* Texts live in the parser. Errors: ZH_FORMAT no such line. */
ZH_MUST zh_err zh_audit_get(zh_sv line, zh_json *json, zh_audit_entry *out);
void zh_audit_leaf(zh_sv line, uint8_t out[ZH_AUDIT_HASH_BYTES]);

/* The tree of all leaves so far, in 64 hashes at most. Zero it first. */
typedef struct zh_audit_tree {
    uint64_t size;
    uint8_t peaks[64][ZH_AUDIT_HASH_BYTES]; /* of the whole subtrees, the largest first: one a bit of size */
} zh_audit_tree;
void zh_audit_tree_add(zh_audit_tree *tree, const uint8_t leaf[ZH_AUDIT_HASH_BYTES]);
void zh_audit_tree_root(const zh_audit_tree *tree, uint8_t out[ZH_AUDIT_HASH_BYTES]); /* of none: SHA-256 of nothing */

/* Lines looked at one after the other. Zero it first. */
typedef struct zh_audit_check {
    zh_audit_tree tree;
    uint8_t last[ZH_AUDIT_HASH_BYTES]; /* leaf of the last line */
} zh_audit_check;
/* ZH_CORRUPT: it does not follow on the last line; *why says how. It counts all the same, so that what comes behind is told apart. */
ZH_MUST zh_err zh_audit_check_line(zh_audit_check *check, zh_sv line, zh_json *json, zh_note *why);

/* A head: what is signed and published. */
typedef struct zh_audit_head {
    uint64_t size;         /* lines */
    int64_t at_ms;
    uint8_t root[ZH_AUDIT_HASH_BYTES];
} zh_audit_head;
#define ZH_AUDIT_HEAD_SIGNED_BYTES 160 /* room for what is signed, NUL too */
/* "zhun audit head\n12\n<root in hexadecimal>\n2026-11-23T02:30:00.000Z\n"; its size. */
size_t zh_audit_head_signed(const zh_audit_head *head, char out[ZH_AUDIT_HEAD_SIGNED_BYTES]);

#endif
