/* Reading the audit as somebody who trusts nothing of it but an older head. */
#include "store/audit_log_inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define HEADS_MAX 20000000u /* one a minute for decades */

typedef struct verifying {
    void (*say)(void *context, const char *what);
    void *context;
    zh_audit_verdict *out;
    zh_json *json;
    zh_audit_check check;
    zh_audit_signed *heads; /* by size, as far as the file is honest */
    size_t heads_count, heads_room, next;
    bool has_older;
    zh_audit_signed older;
} verifying;

static void fault(verifying *v, const char *what)
{
    if (v->out->faults++ < ZH_AUDIT_SAID_MAX) v->say(v->context, what);
}

/* ---- heads ---- */

static void check_signature(verifying *v, const zh_audit_signed *head, const char *whose)
{
    char text[ZH_AUDIT_HEAD_SIGNED_BYTES], what[160];
    const size_t size = zh_audit_head_signed(&head->head, text);
    if (zh_receipt_check(head->key, (zh_sv){ text, size }, head->signature) == ZH_OK) return;
    snprintf(what, sizeof what, "%s of %" PRIu64 " lines is not signed by its key: it was changed", whose, head->head.size);
    fault(v, what);
}

static zh_err hear_head(void *context, zh_sv line, uint64_t offset)
{
    verifying *v = context;
    zh_audit_signed head;
    (void)offset;
    v->out->heads++;
    if (zh_audit_signed_get(line, v->json, &head) != ZH_OK) {
        fault(v, "a line of heads.jsonl is no head");
        return ZH_OK;
    }
    check_signature(v, &head, "the head");
    if (v->heads_count == HEADS_MAX) return ZH_FULL;
    if (v->heads_count == v->heads_room) {
        const size_t room = v->heads_room == 0 ? 256 : v->heads_room * 2;
        zh_audit_signed *heads = realloc(v->heads, room * sizeof *heads);
        if (heads == NULL) return ZH_NOMEM;
        v->heads = heads, v->heads_room = room;
    }
    v->heads[v->heads_count++] = head;
    return ZH_OK;
}

static int by_size(const void *a, const void *b)
{
    const zh_audit_signed *x = a, *y = b;
    return (x->head.size > y->head.size) - (x->head.size < y->head.size);
}

static void compare(verifying *v, const zh_audit_head *head, const char *whose)
{
    uint8_t root[ZH_AUDIT_HASH_BYTES];
    char what[200];
    zh_audit_tree_root(&v->check.tree, root);
    if (memcmp(root, head->root, sizeof root) == 0) return;
    snprintf(what, sizeof what, "the first %" PRIu64 " lines are not those that %s was signed over: they were written anew or changed", head->size, whose);
    fault(v, what);
}

/* The heads over as many lines as were read. */
static void compare_due(verifying *v)
{
    const uint64_t size = v->check.tree.size;
    for (; v->next < v->heads_count && v->heads[v->next].head.size == size; v->next++) compare(v, &v->heads[v->next].head, "a head of the folder");
    if (v->has_older && v->older.head.size == size) compare(v, &v->older.head, "the older head");
}

static void compare_rest(verifying *v)
{
    char what[160];
    const uint64_t lines = v->check.tree.size;
    if (v->next < v->heads_count) {
        snprintf(what, sizeof what, "a head knows %" PRIu64 " lines and there are %" PRIu64 ": the end was cut", v->heads[v->heads_count - 1].head.size, lines);
        fault(v, what);
    }
    if (!v->has_older) return;
    if (v->older.head.size > lines) {
        snprintf(what, sizeof what, "the older head knows %" PRIu64 " lines and there are %" PRIu64 ": the end was cut", v->older.head.size, lines);
        fault(v, what);
    }
    if (v->heads_count > 0 && memcmp(v->heads[v->heads_count - 1].key, v->older.key, sizeof v->older.key) != 0)
        fault(v, "the older head was signed with another key than those of the folder");
}

/* ---- lines ---- */

static zh_err hear_line(void *context, zh_sv line, uint64_t offset)
{
    verifying *v = context;
    zh_note why;
    (void)offset;
    if (zh_audit_check_line(&v->check, line, v->json, &why) != ZH_OK) fault(v, why.text);
    v->out->lines++;
    compare_due(v);
    return ZH_OK;
}

static zh_err read_lines(verifying *v, zh_sv dir)
{
    char path[ZH_AUDIT_PATH_BYTES];
    uint64_t torn = 0;
    zh_err e = ZH_OK;
    uint32_t number = 1;
    compare_due(v); /* heads over nothing */
    for (; e == ZH_OK && number <= ZH_AUDIT_FILES_MAX; number++) {
        e = zh_audit_path(dir, number, path);
        if (e == ZH_OK) e = zh_audit_lines(path, hear_line, v, &torn); /* a torn end may be a line that is being written */
    }
    return e == ZH_ABSENT && number > 2 ? ZH_OK : e;
}

static zh_err read_heads(verifying *v, zh_sv dir)
{
    char path[ZH_AUDIT_PATH_BYTES];
    uint64_t torn;
    zh_err e = zh_audit_path(dir, 0, path);
    if (e == ZH_OK) e = zh_audit_lines(path, hear_head, v, &torn);
    if (e == ZH_ABSENT) e = ZH_OK; /* an audit of less than a minute */
    if (e == ZH_OK && v->heads_count > 1) qsort(v->heads, v->heads_count, sizeof *v->heads, by_size);
    return e;
}

zh_err zh_audit_verify(zh_sv dir, zh_sv older, void (*say)(void *context, const char *what), void *context, zh_audit_verdict *out, zh_note *why)
{
    *out = (zh_audit_verdict){ 0 };
    verifying *v = calloc(1, sizeof *v);
    if (v == NULL) return ZH_NOMEM;
    v->say = say, v->context = context, v->out = out;
    zh_err e = zh_json_open(&v->json, ZH_AUDIT_LINE_BYTES_MAX);
    if (e == ZH_OK && older.size > 0) {
        e = zh_audit_signed_get(older, v->json, &v->older);
        v->has_older = e == ZH_OK;
        if (e == ZH_OK) check_signature(v, &v->older, "the older head");
        else zh_note_set(why, "the older head is no head: it is one JSON object with size, root, at, key and signature");
    }
    if (e == ZH_OK) e = read_heads(v, dir);
    if (e == ZH_OK) e = read_lines(v, dir);
    if (e == ZH_OK) compare_rest(v);
    else if (why->text[0] == '\0') zh_note_set(why, e == ZH_ABSENT ? "there is no audit in this folder" : "the audit cannot be read: %s", zh_err_text(e));
    zh_audit_tree_root(&v->check.tree, out->root);
    zh_json_close(v->json);
    free(v->heads);
    free(v);
    return e;
}
