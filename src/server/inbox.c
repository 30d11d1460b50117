/* inbox.c -- messages that lie in the shop's own pages: what a customer has there, and what he did with it. */
#include "engine/compose.h"
#include "engine/outbox.h"
#include "server/answer.h"
#include "server/call.h"

#define LETTERS_MAX 50 /* of a customer, the newest: a page, not an archive */

static zh_world *world_of(zh_call *call) { return zh_engine_world(call->engine); }

/* One that lies there: sent by an inbox, and not put away. */
static bool lies_there(const zh_message *m) { return m->plan.keeps_data && (m->state == ZH_MESSAGE_SENT || m->state == ZH_MESSAGE_DELIVERED) && m->dismissed_ms == 0; }

static uint32_t letters_of(zh_call *call, zh_customer_id customer, zh_message_id out[LETTERS_MAX])
{
    zh_message m;
    const void *at = NULL;
    uint32_t count = 0;
    zh_world_lock_read(world_of(call));
    while (count < LETTERS_MAX && zh_ledger_next(world_of(call)->ledger, customer, &at, &m))
        if (lies_there(&m) && (m.plan.expires_ms == 0 || m.plan.expires_ms > call->now_ms)) out[count++] = m.id;
    zh_world_unlock(world_of(call));
    return count;
}

/* As its template says it now; what cannot be said any more is left out. */
static bool put_letter(zh_call *call, zh_message_id id, const zh_permit *permit, zh_arena *arena, zh_json_out *out)
{
    char text[ZH_MESSAGE_ID_TEXT_BYTES];
    zh_message m;
    zh_template template;
    zh_composed composed;
    zh_sv data = { 0 };
    zh_arena_reset(arena);
    zh_err e = zh_outbox_read(call->engine, id, arena, &m);
    if (e == ZH_OK) e = zh_compose_template(call->engine, m.plan.template, arena, &template);
    if (e == ZH_OK) e = zh_outbox_data(call->engine, &m, permit, arena, &data);
    const zh_compose_ask ask = { .customer = m.customer, .permit = permit, .template = &template, .message = &m, .data = data, .now_ms = call->now_ms, .zone = zh_engine_tz(call->engine) };
    if (e == ZH_OK) e = zh_compose(call->engine, &ask, arena, &composed);
    if (e != ZH_OK || composed.letter.errors > 0) return false;
    zh_message_id_print(id, text);
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("messageId"), zh_sv_of(text));
    zh_json_out_key_text(out, ZH_SV("language"), composed.language);
    for (int p = 0; p < ZH_TEMPLATE_PARTS; p++) {
        if (composed.letter.part[p].data == NULL) continue;
        zh_json_out_key(out, p == ZH_TEMPLATE_JSON ? ZH_SV("content") : zh_sv_of(zh_template_part_text((zh_template_part)p)));
        if (p == ZH_TEMPLATE_JSON) zh_json_out_raw(out, composed.letter.part[p]);
        else zh_json_out_text(out, composed.letter.part[p]);
    }
    zh_json_out_key_text(out, ZH_SV("campaign"), m.plan.campaign);
    zh_call_time(out, ZH_SV("sentAt"), m.sent_ms);
    zh_call_time(out, ZH_SV("expiresAt"), m.plan.expires_ms);
    zh_call_time(out, ZH_SV("seenAt"), m.seen_ms);
    zh_call_time(out, ZH_SV("clickedAt"), m.clicked_ms);
    zh_json_out_end(out);
    return m.seen_ms == 0;
}

void zh_route_inbox(zh_call *call)
{
    zh_permit permit;
    zh_message_id ids[LETTERS_MAX];
    int64_t unseen = 0;
    const zh_customer_id customer = zh_answer_user_customer(call, &permit);
    if (customer.number == 0) return;
    const uint32_t count = letters_of(call, customer, ids);
    zh_arena arena = zh_arena_open(ZH_COMPOSE_MEMORY_BYTES_MAX);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    for (uint32_t i = 0; i < count; i++) unseen += put_letter(call, ids[i], &permit, &arena, &out);
    zh_json_out_end(&out);
    zh_json_out_key_int(&out, ZH_SV("unseen"), unseen);
    zh_answer_next(&out, "");
    zh_json_out_end(&out);
    zh_arena_close(&arena);
    zh_call_json(call, 200, &out);
}

/* {"act": "seen", "clicked" or "dismissed"} */
void zh_route_inbox_act(zh_call *call)
{
    static const struct { const char *act; zh_message_word word; } acts[] = { { "seen", ZH_MESSAGE_SAYS_SEEN }, { "clicked", ZH_MESSAGE_SAYS_CLICKED }, { "dismissed", ZH_MESSAGE_SAYS_DISMISSED } };
    zh_json_value root;
    zh_permit permit;
    zh_message_id id;
    zh_message m;
    const zh_customer_id customer = zh_answer_user_customer(call, &permit);
    if (customer.number == 0 || !zh_call_body_json(call, &root)) return;
    const zh_sv act = zh_json_text_or_empty(zh_json_get(root, ZH_SV("act")));
    size_t at = 0;
    while (at < 3 && !zh_sv_equal(act, zh_sv_of(acts[at].act))) at++;
    if (at == 3) {
        zh_call_problem(call, 400, "bad_field", "act", "must be seen, clicked or dismissed");
        return;
    }
    bool his = zh_message_id_parse(zh_http_path_part(call->request, 3), &id) == ZH_OK;
    zh_world_lock_read(world_of(call));
    his = his && zh_ledger_find(world_of(call)->ledger, id, &m) && m.customer.number == customer.number && m.plan.keeps_data;
    zh_world_unlock(world_of(call));
    zh_err e = his ? ZH_OK : ZH_ABSENT;
    if (his) e = zh_outbox_say(call->engine, id, &(zh_message_record){ .word = acts[at].word, .at_ms = call->now_ms });
    if (e == ZH_OK) zh_call_reply(call, 204, (zh_sv){ 0 }, (zh_sv){ 0 }, NULL, 0);
    else if (e == ZH_ABSENT) zh_call_problem(call, 404, "not_found", "messageId", "this customer has no such message in the inbox");
    else zh_call_failed(call, e, NULL);
}
