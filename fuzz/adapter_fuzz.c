/* Any bytes as definitions of a channel, a template and a delivery policy, and as receipts and answers: refused with a field and a sentence, or sound. */
#include "reach/delivery_read.h"
#include "reach/receipt.h"
#include "reach/reply.h"
#include "reach/template.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(zh_json *parser, zh_json_value root, zh_sv bytes, zh_arena *arena)
{
    zh_fault fault;
    zh_template template;
    zh_delivery_rules rules;
    zh_receipts receipts;
    zh_replies replies;
    const char *why;
    zh_adapter *adapter = ZH_TAKE(arena, zh_adapter, 1);
    if (adapter == NULL) abort();
    zh_err e = zh_template_read(root, arena, &template, &fault);
    if (e == ZH_FORMAT && fault.why.text[0] == '\0') abort();
    if (e == ZH_OK && zh_template_for(&template, ZH_SV("zh"), ZH_SV("en")) == NULL) abort();
    e = zh_delivery_read(root, &rules, &fault);
    if (e == ZH_FORMAT && fault.why.text[0] == '\0') abort();
    if (e == ZH_OK && !zh_delivery_rules_are_good(&rules, &why)) abort();
    e = zh_adapter_read(root, arena, adapter, &fault);
    if (e == ZH_FORMAT && fault.why.text[0] == '\0') abort();
    if (e != ZH_OK) return;
    if (adapter->has_replies && zh_replies_read(adapter, parser, bytes, arena, &replies) == ZH_OK && replies.count > ZH_REPLIES_MAX) abort();
    if (adapter->has_receipts && zh_receipts_read(adapter, parser, bytes, arena, &receipts) == ZH_OK && receipts.count > ZH_RECEIPTS_MAX) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const zh_sv bytes = { (const char *)data, size };
    zh_json *parser;
    zh_json_value root;
    if (size > 65536) return 0;
    (void)zh_reply_refuses(bytes);
    if (zh_json_open(&parser, 65536) != ZH_OK) abort();
    zh_arena arena = zh_arena_open((size_t)64 << 20);
    if (zh_json_parse(parser, bytes, &root, NULL) == ZH_OK) look(parser, root, bytes, &arena);
    zh_arena_close(&arena);
    zh_json_close(parser);
    return 0;
}
