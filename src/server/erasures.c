/* erasures.c -- customers who are to be forgotten: the order, the list with deadlines, and the receipt that the workspace signs. */
#include "base/b64.h"
#include "engine/erase.h"
#include "engine/eraser.h"
#include "engine/undo.h"
#include "guard/receipt.h"
#include "server/answer.h"
#include "server/erasure_answer.h"

#include <stdio.h>

#define PROTECTED_BYTES_MAX 256

static const char *const part_names[ZH_ERASED_PARTS] = { NULL, "views", "log", "files", NULL };

/* What is shown of one, copied from under the lock; the texts in the call's arena. */
typedef struct shown {
    zh_erasure_entry entry;
    char subject[2 * ZH_ERASURE_SUBJECT_BYTES + 1];
    zh_sv reason, by;
} shown;

static bool copy_of(zh_call *call, uint32_t number, shown *out)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_world_lock_read(w);
    const zh_erasure_entry *entry = zh_erasures_get(w->erasures, number);
    if (entry != NULL) {
        zh_user user;
        zh_key key;
        zh_sv by = { 0 };
        out->entry = *entry;
        if (entry->asked.actor_kind == ZH_ACTOR_USER && zh_registry_user(w->registry, entry->asked.actor_number, &user) == ZH_OK) by = user.name;
        if (entry->asked.actor_kind == ZH_ACTOR_KEY && zh_registry_key(w->registry, entry->asked.actor_number, &key) == ZH_OK) by = key.name;
        if (entry->asked.actor_kind == ZH_ACTOR_CUSTOMER) by = ZH_SV("customer");
        out->by = zh_arena_copy(call->arena, by);
        out->reason = zh_arena_copy(call->arena, entry->asked.reason);
    }
    zh_world_unlock(w);
    if (entry == NULL) return false;
    for (int i = 0; i < ZH_ERASURE_SUBJECT_BYTES; i++) snprintf(out->subject + 2 * i, 3, "%02x", out->entry.asked.subject[i]);
    return true;
}

bool zh_answer_is_erased(zh_call *call, zh_sv record)
{
    zh_decision_id id;
    zh_world *w = zh_engine_world(call->engine);
    const zh_record_kind kind = zh_record_kind_of(record);
    if (kind != ZH_RECORD_DECISION) return kind == ZH_RECORD_GONE;
    zh_world_lock_read(w);
    const bool erased = zh_erasures_is_gone(w->erasures, zh_decision_customer(record, &id));
    zh_world_unlock(w);
    return erased;
}

/* ---- one, for people ---- */

static const char *state_of(const zh_erasure_entry *e, int64_t now_ms)
{
    if (e->parts[ZH_ERASED_COMPLETE].at_ms != 0) return "complete";
    if (now_ms > e->asked.at_ms + ZH_ERASE_DEADLINE_MS) return "overdue";
    return e->is_applied ? "log" : "views";
}

static void put_part(zh_json_out *out, const char *name, int64_t at_ms, const char *counted, uint64_t count)
{
    zh_json_out_key(out, zh_sv_of(name));
    zh_json_out_object(out);
    zh_call_time(out, ZH_SV("at"), at_ms);
    if (counted != NULL && at_ms != 0) zh_json_out_key_int(out, zh_sv_of(counted), (int64_t)count);
    zh_json_out_end(out);
}

static void put_parts(zh_json_out *out, const zh_erasure_entry *e)
{
    zh_json_out_key(out, ZH_SV("parts"));
    zh_json_out_object(out);
    put_part(out, "keys", e->asked.at_ms, "customers", e->asked.numbers_count);
    put_part(out, "ids", e->asked.at_ms, NULL, 0);
    for (int part = ZH_ERASED_VIEWS; part < ZH_ERASED_COMPLETE; part++)
        put_part(out, part_names[part], e->parts[part].at_ms, part == ZH_ERASED_LOG ? "records" : NULL, e->parts[part].count);
    zh_json_out_end(out);
}

/* Members that the list and the receipt share. Nothing here is personal. */
static void put_facts(zh_json_out *out, const shown *s)
{
    const zh_erasure_entry *e = &s->entry;
    char text[48];
    snprintf(text, sizeof text, "%u", e->asked.number);
    zh_json_out_key_text(out, ZH_SV("id"), zh_sv_of(text));
    zh_json_out_key_text(out, ZH_SV("subject"), zh_sv_of(s->subject));
    zh_call_time(out, ZH_SV("askedAt"), e->asked.at_ms);
    zh_call_time(out, ZH_SV("deadline"), e->asked.at_ms + ZH_ERASE_DEADLINE_MS);
    zh_call_time(out, ZH_SV("completeAt"), e->parts[ZH_ERASED_COMPLETE].at_ms);
    zh_json_out_key_text(out, ZH_SV("reason"), s->reason);
    zh_json_out_key_int(out, ZH_SV("customers"), e->asked.numbers_count);
    zh_json_out_key_int(out, ZH_SV("letters"), e->asked.letters_count);
    snprintf(text, sizeof text, "0:%llu", (unsigned long long)e->sequence);
    zh_json_out_key_text(out, ZH_SV("position"), zh_sv_of(text));
    put_parts(out, e);
}

static void put_members(zh_call *call, const shown *s, zh_json_out *out)
{
    put_facts(out, s);
    zh_json_out_key_text(out, ZH_SV("state"), zh_sv_of(state_of(&s->entry, call->now_ms)));
    zh_json_out_key_text(out, ZH_SV("by"), s->by);
}

/* ---- the receipt ---- */

static void put_key(zh_call *call, zh_json_out *out)
{
    uint8_t public[ZH_RECEIPT_PUBLIC_BYTES];
    zh_buf text = zh_buf_open(PROTECTED_BYTES_MAX);
    zh_receipt_public(zh_engine_sealer(call->engine), public);
    zh_b64_encode_url((zh_sv){ (const char *)public, sizeof public }, &text);
    zh_json_out_key(out, ZH_SV("publicKey"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("kty"), ZH_SV("OKP"));
    zh_json_out_key_text(out, ZH_SV("crv"), ZH_SV("Ed25519"));
    zh_json_out_key_text(out, ZH_SV("x"), zh_buf_view(&text));
    zh_json_out_end(out);
    zh_buf_close(&text);
}

static zh_err write_payload(const shown *s, zh_workspace_id workspace, zh_buf *out)
{
    zh_json_out json = zh_json_out_on(out);
    zh_json_out_object(&json);
    zh_json_out_key_text(&json, ZH_SV("type"), ZH_SV("zhun.erasure"));
    zh_json_out_key_int(&json, ZH_SV("version"), 1);
    zh_json_out_key_int(&json, ZH_SV("workspace"), workspace.number);
    put_facts(&json, s);
    zh_json_out_end(&json);
    return zh_json_out_done(&json);
}

/* Members of a flattened JSON Web Signature, and what it signs as an object for people. */
static zh_err put_receipt(zh_call *call, const shown *s, zh_json_out *out)
{
    uint8_t signature[ZH_RECEIPT_SIGNATURE_BYTES];
    zh_buf payload = zh_buf_open(ZH_RECEIPT_BYTES_MAX), input = zh_buf_open(2 * ZH_RECEIPT_BYTES_MAX), text = zh_buf_open(PROTECTED_BYTES_MAX);
    zh_err e = write_payload(s, zh_engine_workspace(call->engine), &payload);
    if (e == ZH_OK) {
        zh_b64_encode_url(ZH_SV("{\"alg\":\"EdDSA\"}"), &input);
        const size_t head = input.size;
        zh_buf_put_u8(&input, '.');
        zh_b64_encode_url(zh_buf_view(&payload), &input);
        e = zh_buf_err(&input);
        if (e == ZH_OK) {
            zh_receipt_sign(zh_engine_sealer(call->engine), zh_buf_view(&input), signature);
            zh_b64_encode_url((zh_sv){ (const char *)signature, sizeof signature }, &text);
            zh_json_out_key(out, ZH_SV("receipt"));
            zh_json_out_raw(out, zh_buf_view(&payload));
            zh_json_out_key_text(out, ZH_SV("protected"), zh_sv_part(zh_buf_view(&input), 0, head));
            zh_json_out_key_text(out, ZH_SV("payload"), zh_sv_part(zh_buf_view(&input), head + 1, SIZE_MAX));
            zh_json_out_key_text(out, ZH_SV("signature"), zh_buf_view(&text));
            put_key(call, out);
        }
    }
    zh_buf_close(&payload);
    zh_buf_close(&input);
    zh_buf_close(&text);
    return e;
}

zh_err zh_answer_receipt(zh_call *call, uint32_t number, zh_json_out *out)
{
    shown s;
    if (!copy_of(call, number, &s)) return ZH_ABSENT;
    zh_json_out_object(out);
    put_members(call, &s, out);
    const zh_err e = put_receipt(call, &s, out);
    zh_json_out_end(out);
    return e;
}

static void answer_one(zh_call *call, unsigned status, uint32_t number)
{
    zh_json_out out = zh_call_begin(call);
    const zh_err e = zh_answer_receipt(call, number, &out);
    if (e == ZH_OK) zh_call_json(call, status, &out);
    else if (e == ZH_ABSENT) zh_call_problem(call, 404, "not_found", "id", "no erasure has this number");
    else zh_call_failed(call, e, "the receipt cannot be written");
}

void zh_route_erasure(zh_call *call)
{
    zh_customer_id number;
    if (zh_answer_customer_number(zh_http_path_part(call->request, 3), &number) && number.number <= ZH_ERASURES_MAX) answer_one(call, 200, (uint32_t)number.number);
    else zh_call_problem(call, 404, "not_found", "id", "no erasure has this number");
}

/* ---- the list ---- */

static void put_work(zh_call *call, zh_json_out *out)
{
    zh_eraser_status s;
    zh_eraser_status_of(zh_engine_eraser(call->engine), &s);
    const zh_undo_progress p = zh_undo_progress_of(zh_engine_undo(call->engine));
    zh_json_out_key(out, ZH_SV("work"));
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("waiting"), s.waiting);
    zh_json_out_key_int(out, ZH_SV("waitSeconds"), s.wait_ms / 1000);
    zh_json_out_key_bool(out, ZH_SV("views"), p.building);
    zh_json_out_key_int(out, ZH_SV("records"), p.building ? (int64_t)p.done : 0);
    zh_json_out_key_int(out, ZH_SV("recordsAll"), p.building ? (int64_t)p.all : 0);
    zh_json_out_key_int(out, ZH_SV("segments"), (int64_t)s.segments);
    zh_json_out_key_int(out, ZH_SV("segmentsAll"), (int64_t)s.segments_all);
    zh_json_out_key_text(out, ZH_SV("why"), zh_sv_of(s.why.text));
    zh_json_out_end(out);
}

/* ?limit=&cursor=: newest first; the cursor is the number of the last one shown. */
void zh_route_erasures(zh_call *call)
{
    const size_t limit = zh_call_limit(call);
    zh_customer_id before = { 0 };
    const zh_sv cursor = zh_http_param(call->request, ZH_SV("cursor"));
    if (cursor.size > 0 && !zh_answer_customer_number(cursor, &before)) {
        zh_call_problem(call, 400, "bad_field", "cursor", "must be the `next` of an answer");
        return;
    }
    zh_world *w = zh_engine_world(call->engine);
    zh_world_lock_read(w);
    const uint32_t last = zh_erasures_last(w->erasures);
    zh_world_unlock(w);
    uint64_t number = before.number != 0 && before.number <= last ? before.number - 1 : last;
    char next[24] = "";
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    for (size_t i = 0; number > 0 && i < limit; number--) {
        shown s;
        if (!copy_of(call, (uint32_t)number, &s)) continue;
        zh_json_out_object(&out);
        put_members(call, &s, &out);
        zh_json_out_end(&out);
        if (++i == limit && number > 1) snprintf(next, sizeof next, "%llu", (unsigned long long)number);
    }
    zh_json_out_end(&out);
    zh_answer_next(&out, next);
    put_work(call, &out);
    put_key(call, &out);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* ---- the order ---- */

/* Whom the body means; 0: a problem was answered. */
static zh_customer_id asked_for(zh_call *call, zh_json_value root, zh_sv *asked)
{
    const zh_sv user = zh_json_text_or_empty(zh_json_get(root, ZH_SV("userId"))), anonymous = zh_json_text_or_empty(zh_json_get(root, ZH_SV("anonymousId")));
    const zh_sv number = zh_json_text_or_empty(zh_json_get(root, ZH_SV("id")));
    zh_customer_id customer = { 0 };
    *asked = user.size > 0 ? user : anonymous.size > 0 ? anonymous : number;
    if (asked->size == 0 || (user.size > 0) + (anonymous.size > 0) + (number.size > 0) != 1) {
        zh_call_problem(call, 400, "bad_field", "userId", "say who: one of userId, anonymousId and id, the number of a customer in the console");
        return customer;
    }
    if (number.size > 0) {
        if (zh_answer_customer_number(number, &customer)) customer = zh_world_root(zh_engine_world(call->engine), customer);
    } else {
        customer = zh_engine_find(call->engine, user, anonymous);
    }
    if (customer.number == 0) zh_call_problem(call, 404, "not_found", number.size > 0 ? "id" : user.size > 0 ? "userId" : "anonymousId", "no such customer");
    return customer;
}

void zh_route_erasures_post(zh_call *call)
{
    zh_json_value root;
    zh_note why;
    uint32_t number = 0;
    if (!zh_call_body_json(call, &root)) return;
    zh_erase_order order = { .reason = zh_json_text_or_empty(zh_json_get(root, ZH_SV("reason"))), .actor = call->caller.actor };
    order.customer = asked_for(call, root, &order.asked);
    if (order.customer.number == 0) return;
    const zh_err e = zh_erase_customer(call->engine, &order, &number, &why);
    if (e == ZH_OK) answer_one(call, 202, number);
    else if (e == ZH_RANGE) zh_call_problem(call, 400, "bad_field", "reason", why.text);
    else if (e == ZH_ABSENT) zh_call_problem(call, 404, "not_found", "id", "no such customer");
    else if (e == ZH_FULL) zh_call_problem(call, 409, "too_many", "id", "he is joined of more ids, or named in more dead letters, than one erasure takes");
    else zh_call_failed(call, e, "the erasure could not be made durable");
}
