#include "guard/audit.h"
#include "base/json_out.h"
#include "base/time.h"
#include "base/utf8.h"
#include "guard/digest.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>

_Static_assert(ZH_AUDIT_HASH_BYTES == crypto_hash_sha256_BYTES, "SHA-256");
_Static_assert(ZH_AUDIT_HASH_BYTES == ZH_DIGEST_BYTES, "printed as a digest is");

static zh_sv cut(zh_sv text)
{
    if (text.size <= ZH_AUDIT_TEXT_BYTES_MAX) return text;
    size_t size = ZH_AUDIT_TEXT_BYTES_MAX;
    while (size > 0 && ((unsigned char)text.data[size] & 0xc0) == 0x80) size--; /* not within a letter */
    return zh_sv_part(text, 0, size);
}

static void put_text(zh_json_out *out, zh_sv key, zh_sv text)
{
    if (text.size > 0) zh_json_out_key_text(out, key, cut(text));
}

void zh_audit_put(const zh_audit_entry *e, zh_buf *out)
{
    char text[ZH_TIME_TEXT_BYTES], prev[ZH_DIGEST_TEXT_BYTES];
    zh_json_out json = zh_json_out_on(out);
    zh_json_out_object(&json);
    zh_json_out_key_int(&json, ZH_SV("seq"), (int64_t)e->seq);
    zh_json_out_key_text(&json, ZH_SV("at"), (zh_sv){ text, zh_time_print(e->at_ms, text) });
    zh_json_out_key_text(&json, ZH_SV("by"), cut(e->by));
    put_text(&json, ZH_SV("role"), e->role);
    put_text(&json, ZH_SV("why"), e->why);
    zh_json_out_key_text(&json, ZH_SV("did"), cut(e->did));
    put_text(&json, ZH_SV("what"), e->what);
    put_text(&json, ZH_SV("customer"), e->customer);
    if (e->customers > 0) zh_json_out_key_int(&json, ZH_SV("customers"), e->customers);
    zh_json_out_key_int(&json, ZH_SV("status"), e->status);
    put_text(&json, ZH_SV("sent"), e->sent);
    zh_digest_print(e->prev, prev);
    zh_json_out_key_text(&json, ZH_SV("prev"), zh_sv_of(prev));
    zh_json_out_end(&json);
}

zh_err zh_audit_get(zh_sv line, zh_json *json, zh_audit_entry *out)
{
    zh_json_value root;
    int64_t seq = 0, status = 0, customers = 0;
    *out = (zh_audit_entry){ 0 };
    if (line.size > ZH_AUDIT_LINE_BYTES_MAX || zh_json_parse(json, line, &root, NULL) != ZH_OK) return ZH_FORMAT;
    const zh_json_value count = zh_json_get(root, ZH_SV("customers"));
    if (!zh_json_int(zh_json_get(root, ZH_SV("seq")), &seq) || seq < 1) return ZH_FORMAT;
    if (!zh_json_int(zh_json_get(root, ZH_SV("status")), &status) || status < 0 || status > 999) return ZH_FORMAT;
    if (!zh_json_is(count, ZH_JSON_ABSENT) && (!zh_json_int(count, &customers) || customers < 0 || customers > UINT32_MAX)) return ZH_FORMAT;
    out->seq = (uint64_t)seq, out->status = (uint32_t)status, out->customers = (uint32_t)customers;
    if (zh_time_parse(zh_json_text_or_empty(zh_json_get(root, ZH_SV("at"))), &out->at_ms) != ZH_OK) return ZH_FORMAT;
    const struct { zh_sv key, *into; } texts[] = { { ZH_SV("by"), &out->by }, { ZH_SV("role"), &out->role }, { ZH_SV("why"), &out->why }, { ZH_SV("did"), &out->did },
        { ZH_SV("what"), &out->what }, { ZH_SV("customer"), &out->customer }, { ZH_SV("sent"), &out->sent } };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) *texts[i].into = zh_json_text_or_empty(zh_json_get(root, texts[i].key));
    return zh_digest_parse(zh_json_text_or_empty(zh_json_get(root, ZH_SV("prev"))), out->prev);
}

/* ---- the tree ---- */

static void hash_of(uint8_t prefix, zh_sv a, zh_sv b, uint8_t out[ZH_AUDIT_HASH_BYTES])
{
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, &prefix, 1);
    crypto_hash_sha256_update(&state, (const unsigned char *)a.data, a.size);
    crypto_hash_sha256_update(&state, (const unsigned char *)b.data, b.size);
    crypto_hash_sha256_final(&state, out);
}

static zh_sv bytes_of(const uint8_t hash[ZH_AUDIT_HASH_BYTES])
{
    return (zh_sv){ (const char *)hash, ZH_AUDIT_HASH_BYTES };
}

void zh_audit_leaf(zh_sv line, uint8_t out[ZH_AUDIT_HASH_BYTES])
{
    hash_of(0, line, ZH_SV(""), out);
}

void zh_audit_tree_add(zh_audit_tree *t, const uint8_t leaf[ZH_AUDIT_HASH_BYTES])
{
    size_t top = (size_t)__builtin_popcountll(t->size);
    memcpy(t->peaks[top], leaf, ZH_AUDIT_HASH_BYTES);
    for (uint64_t size = t->size; size & 1; size >>= 1) { /* two subtrees of one size are one of twice the size */
        top--;
        hash_of(1, bytes_of(t->peaks[top]), bytes_of(t->peaks[top + 1]), t->peaks[top]);
    }
    t->size++;
}

void zh_audit_tree_root(const zh_audit_tree *t, uint8_t out[ZH_AUDIT_HASH_BYTES])
{
    size_t peaks = (size_t)__builtin_popcountll(t->size);
    if (peaks == 0) {
        crypto_hash_sha256(out, (const unsigned char *)"", 0);
        return;
    }
    memcpy(out, t->peaks[--peaks], ZH_AUDIT_HASH_BYTES);
    while (peaks > 0) hash_of(1, bytes_of(t->peaks[--peaks]), bytes_of(out), out);
}

/* ---- looking at lines ---- */

static zh_err follows(const zh_audit_check *c, zh_sv line, zh_json *json, zh_note *why)
{
    zh_audit_entry entry;
    if (zh_audit_get(line, json, &entry) != ZH_OK) {
        zh_note_set(why, "line %" PRIu64 " is no line of an audit", c->tree.size + 1);
        return ZH_CORRUPT;
    }
    if (entry.seq != c->tree.size + 1) {
        zh_note_set(why, "line %" PRIu64 " has the number %" PRIu64 ": lines were taken out, added or exchanged", c->tree.size + 1, entry.seq);
        return ZH_CORRUPT;
    }
    if (memcmp(entry.prev, c->last, ZH_AUDIT_HASH_BYTES) == 0) return ZH_OK;
    zh_note_set(why, "line %" PRIu64 " does not follow on the one before: one of them was changed", entry.seq);
    return ZH_CORRUPT;
}

zh_err zh_audit_check_line(zh_audit_check *c, zh_sv line, zh_json *json, zh_note *why)
{
    const zh_err e = follows(c, line, json, why);
    zh_audit_leaf(line, c->last);
    zh_audit_tree_add(&c->tree, c->last);
    return e;
}

size_t zh_audit_head_signed(const zh_audit_head *head, char out[ZH_AUDIT_HEAD_SIGNED_BYTES])
{
    char root[ZH_DIGEST_TEXT_BYTES], at[ZH_TIME_TEXT_BYTES];
    zh_digest_print(head->root, root);
    const size_t at_size = zh_time_print(head->at_ms, at);
    return (size_t)snprintf(out, ZH_AUDIT_HEAD_SIGNED_BYTES, "zhun audit head\n%" PRIu64 "\n%s\n%.*s\n", head->size, root, (int)at_size, at);
}
