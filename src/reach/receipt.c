#include "reach/receipt.h"
#include "reach/bounce.h"

static bool read_one(const zh_adapter *a, zh_json_value of, zh_arena *arena, zh_receipt *out)
{
    char room[32];
    zh_sv text;
    *out = (zh_receipt){ .says = (zh_message_word)0 };
    if (!zh_json_plain(zh_json_pointed(of, a->receipt_state), room, &text)) return false;
    for (uint32_t i = 0; i < a->states_count; i++)
        if (zh_sv_equal(a->states[i].word, text)) out->says = a->states[i].says;
    if (out->says == 0) return false;
    if (a->receipt_id.size > 0 && zh_json_plain(zh_json_pointed(of, a->receipt_id), room, &text) && zh_message_id_parse(text, &out->id) == ZH_OK) return true;
    if (a->receipt_provider.size == 0 || !zh_json_plain(zh_json_pointed(of, a->receipt_provider), room, &text) || text.size == 0 || text.size > ZH_MESSAGE_PROVIDER_BYTES_MAX) return false;
    out->provider = zh_arena_copy(arena, text);
    return out->provider.data != NULL;
}

/* A letter of the bounce mailbox: of an smtp channel what does not begin as JSON does. */
static bool is_mail(const zh_adapter *a, zh_sv body)
{
    const zh_sv text = zh_sv_trim(body);
    return a->kind == ZH_ADAPTER_SMTP && text.size > 0 && text.data[0] != '{' && text.data[0] != '[';
}

static zh_err read_mail(const zh_adapter *a, zh_sv body, zh_arena *arena, zh_receipts *out)
{
    if ((out->receipts = ZH_TAKE(arena, zh_receipt, 1)) == NULL) return ZH_NOMEM;
    *out->receipts = (zh_receipt){ .says = (zh_message_word)0 };
    if (zh_bounce_read(a, body, &out->receipts->id, &out->receipts->says)) out->count = 1;
    else out->unknown = 1;
    return ZH_OK;
}

zh_err zh_receipts_read(const zh_adapter *a, zh_json *parser, zh_sv body, zh_arena *arena, zh_receipts *out)
{
    zh_json_value root;
    zh_receipt one;
    *out = (zh_receipts){ .count = 0 };
    if (is_mail(a, body)) return read_mail(a, body, arena, out);
    const zh_err e = zh_json_parse(parser, body, &root, NULL);
    if (e != ZH_OK) return e == ZH_NOMEM ? e : ZH_FORMAT;
    const zh_json_value from = zh_json_pointed(root, a->receipt_list);
    const bool is_list = zh_json_is(from, ZH_JSON_ARRAY);
    if (!is_list && !zh_json_is(from, ZH_JSON_OBJECT)) return ZH_FORMAT;
    const size_t most = is_list ? zh_json_count(from) : 1;
    if (most > ZH_RECEIPTS_MAX) return ZH_FULL;
    if ((out->receipts = ZH_TAKE(arena, zh_receipt, most)) == NULL) return ZH_NOMEM;
    if (!is_list) {
        if (read_one(a, from, arena, &one)) out->receipts[out->count++] = one;
        else out->unknown++;
        return ZH_OK;
    }
    for (zh_json_iter it = zh_json_walk(from); zh_json_next(&it);) {
        if (read_one(a, it.value, arena, &one)) out->receipts[out->count++] = one;
        else out->unknown++;
    }
    return ZH_OK;
}
