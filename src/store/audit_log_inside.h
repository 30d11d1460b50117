/* audit_log_inside.h -- what writing (audit_log.c) and verifying (audit_verify.c) share: files, line by line, and heads as text. */
#ifndef ZH_STORE_AUDIT_LOG_INSIDE_H
#define ZH_STORE_AUDIT_LOG_INSIDE_H
#include "guard/receipt.h"
#include "store/audit_log.h"

#define ZH_AUDIT_PATH_BYTES 4096

/* DIR/audit/NUMBER.jsonl; 0: heads.jsonl. Errors: ZH_RANGE. */
ZH_MUST zh_err zh_audit_path(zh_sv dir, uint32_t number, char out[ZH_AUDIT_PATH_BYTES]);

/* Each line of a file without its end. *torn: bytes of a last line that has no end. `hear` returns ZH_OK to go on. Errors: ZH_ABSENT, ZH_IO, ZH_NOMEM,
 * those of `hear`. */
ZH_MUST zh_err zh_audit_lines(const char *path, zh_err (*hear)(void *context, zh_sv line, uint64_t offset), void *context, uint64_t *torn);

typedef struct zh_audit_signed {
    zh_audit_head head;
    uint8_t key[ZH_RECEIPT_PUBLIC_BYTES], signature[ZH_RECEIPT_SIGNATURE_BYTES];
} zh_audit_signed;
void zh_audit_signed_put(const zh_audit_signed *head, zh_buf *out);
ZH_MUST zh_err zh_audit_signed_get(zh_sv text, zh_json *json, zh_audit_signed *out); /* ZH_FORMAT */

#endif
