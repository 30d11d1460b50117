/* receipts.c -- what gateways tell: what became of messages they took, and what customers answered to them. The address they tell it at has a keyed hash, which nobody
 * can guess; whoever gets it wrong learns no more than that there is no such path. */
#include "engine/compose.h"
#include "engine/outbox.h"
#include "guard/digest.h"
#include "reach/receipt.h"
#include "reach/reply.h"
#include "server/answer.h"
#include "server/call.h"
#include "server/links.h"

static zh_world *world_of(zh_call *call) { return zh_engine_world(call->engine); }

static bool has_token(zh_call *call, zh_sv channel)
{
    char token[ZH_DIGEST_TEXT_BYTES];
    uint8_t given[ZH_DIGEST_BYTES], right[ZH_DIGEST_BYTES];
    zh_receipt_token(call->engine, channel, token);
    return zh_digest_parse(zh_http_path_part(call->request, 3), given) == ZH_OK && zh_digest_parse(zh_sv_of(token), right) == ZH_OK && zh_digest_equal(given, right);
}

/* The message a receipt speaks of, where it went by this channel. */
static bool find_told(zh_call *call, zh_sv channel, const zh_receipt *r, zh_message_id *id)
{
    zh_message m;
    const zh_ledger *ledger = world_of(call)->ledger;
    zh_world_lock_read(world_of(call));
    const bool found = r->id.number != 0 ? zh_ledger_find(ledger, r->id, &m) && zh_sv_equal(m.plan.channel, channel) : zh_ledger_of_provider(ledger, channel, r->provider, &m);
    if (found) *id = m.id;
    zh_world_unlock(world_of(call));
    return found;
}

static zh_err tell(zh_call *call, zh_sv channel, const zh_receipts *all, uint32_t *taken)
{
    zh_message_id id;
    zh_err e = ZH_OK;
    for (uint32_t i = 0; e == ZH_OK && i < all->count; i++) {
        const zh_message_word says = all->receipts[i].says;
        if (!find_told(call, channel, &all->receipts[i], &id)) continue;
        const zh_message_record record = { .word = says, .at_ms = call->now_ms,
                                           .state = says >= ZH_MESSAGE_SAYS_STATE_FIRST && says < ZH_MESSAGE_SAYS_SEEN ? (zh_message_state)((unsigned)says - ZH_MESSAGE_SAYS_STATE_FIRST) : ZH_MESSAGE_PLANNED };
        e = zh_outbox_say(call->engine, id, &record);
        *taken += e == ZH_OK;
    }
    return e;
}

/* The channel of the path, where the path has its token. Errors: ZH_ABSENT there is none, or another token. */
static zh_err open_channel(zh_call *call, zh_arena *arena, zh_sv *name, zh_adapter **out)
{
    *name = zh_arena_copy(call->arena, zh_http_path_part(call->request, 2));
    *out = ZH_TAKE(arena, zh_adapter, 1);
    if (!has_token(call, *name)) return ZH_ABSENT;
    return *out == NULL ? ZH_NOMEM : zh_compose_adapter(call->engine, *name, arena, *out);
}

/* `says`: what the definition says a gateway wants to hear. */
static void answer(zh_call *call, zh_err e, zh_sv says, uint32_t taken, uint32_t all)
{
    if (e == ZH_ABSENT) zh_call_problem(call, 404, "not_found", NULL, "no such path: see /openapi.json"); /* a wrong token learns no more */
    else if (e == ZH_FORMAT || e == ZH_FULL) zh_call_problem(call, 400, "bad_body", NULL, "this is not what the channel's definition says that its gateway sends, or more than 1,000 of it");
    else if (e != ZH_OK) zh_call_failed(call, e, NULL);
    else if (says.size > 0) zh_call_reply(call, 200, ZH_SV("application/json"), zh_arena_copy(call->arena, says), NULL, 0);
    else {
        zh_json_out out = zh_call_begin(call);
        zh_json_out_object(&out);
        zh_json_out_key_int(&out, ZH_SV("taken"), taken);
        zh_json_out_key_int(&out, ZH_SV("unknown"), (int64_t)all - taken);
        zh_json_out_end(&out);
        zh_call_json(call, 200, &out);
    }
}

void zh_route_receipts(zh_call *call)
{
    zh_sv channel;
    zh_adapter *adapter;
    zh_arena arena = zh_arena_open(ZH_ADAPTER_MEMORY_BYTES_MAX);
    zh_receipts all = { .count = 0 };
    uint32_t taken = 0;
    zh_err e = open_channel(call, &arena, &channel, &adapter);
    if (e == ZH_OK) e = !adapter->has_receipts ? ZH_ABSENT : zh_receipts_read(adapter, call->thread->parser, zh_http_body(call->request), call->arena, &all);
    if (e == ZH_OK) e = tell(call, channel, &all, &taken);
    answer(call, e, e == ZH_OK ? adapter->receipt_answer : (zh_sv){ 0 }, taken, all.count + all.unknown);
    zh_arena_close(&arena);
}

/* ---- what customers answer ---- */

/* A no to the way the channel reaches him, so it holds for all channels of that way. Who said so already costs no record. */
static zh_err refuse(zh_call *call, zh_customer_id customer, zh_channel via, zh_sv channel)
{
    char source[ZH_CONSENT_TEXT_BYTES_MAX];
    zh_world_lock_read(world_of(call));
    const bool said = zh_consents_said(world_of(call)->consents, customer, ZH_CONSENT_OF(via)) == ZH_CHOICE_NO;
    zh_world_unlock(world_of(call));
    if (said) return ZH_OK;
    const int size = snprintf(source, sizeof source, "answer to %.*s", ZH_SV_ARG(channel));
    zh_consent_change change = { .said = ZH_CONSENT_BIT(ZH_CONSENT_OF(via)), .source = { source, (size_t)size } };
    return zh_consents_say(call, customer, &change);
}

/* Everybody who was reached at that address: whose phone it is now cannot be known, and nobody is bothered against a no. */
static zh_err heed(zh_call *call, const zh_adapter *adapter, zh_sv channel, const zh_replies *all, uint32_t *taken)
{
    zh_customer_id reached[ZH_LEDGER_SHARED_MAX];
    zh_err e = ZH_OK;
    for (uint32_t i = 0; e == ZH_OK && i < all->count; i++) {
        if (!all->list[i].refuses) continue;
        const uint64_t address = zh_reply_address(zh_engine_sealer(call->engine), adapter->via, all->list[i].from);
        zh_world_lock_read(world_of(call));
        const uint32_t count = zh_ledger_at_address(world_of(call)->ledger, adapter->via, address, reached);
        zh_world_unlock(world_of(call));
        for (uint32_t c = 0; e == ZH_OK && c < count; c++) e = refuse(call, reached[c], adapter->via, channel);
        *taken += e == ZH_OK && count > 0;
    }
    if (*taken > 0) zh_link_count(call, "reply");
    return e;
}

void zh_route_replies(zh_call *call)
{
    zh_sv channel;
    zh_adapter *adapter;
    zh_arena arena = zh_arena_open(ZH_ADAPTER_MEMORY_BYTES_MAX);
    zh_replies all = { .count = 0 };
    uint32_t taken = 0;
    zh_err e = open_channel(call, &arena, &channel, &adapter);
    if (e == ZH_OK) e = !adapter->has_replies ? ZH_ABSENT : zh_replies_read(adapter, call->thread->parser, zh_http_body(call->request), call->arena, &all);
    if (e == ZH_OK) e = heed(call, adapter, channel, &all, &taken);
    answer(call, e, e == ZH_OK ? adapter->reply_answer : (zh_sv){ 0 }, taken, all.count + all.unknown);
    zh_arena_close(&arena);
}
