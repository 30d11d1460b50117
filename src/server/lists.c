/* lists.c -- static lists: kept segments whose members are put on them by id. */
#include "engine/engine.h"
#include "server/answer.h"
#include "server/call.h"

#define IDS_MAX 5000   /* of one request */
#define TOLD_MAX 100   /* ids that are named of those that are not known */

zh_sv zh_answer_list_expression(zh_sv name, char out[ZH_SEGMENT_NAME_BYTES_MAX + 40])
{
    const int size = snprintf(out, ZH_SEGMENT_NAME_BYTES_MAX + 40, "customer.in_list(\"%.*s\")", ZH_SV_ARG(name));
    return (zh_sv){ out, (size_t)size };
}

bool zh_answer_is_list(zh_sv name, zh_sv expression)
{
    char own[ZH_SEGMENT_NAME_BYTES_MAX + 40];
    return name.size <= ZH_SEGMENT_NAME_BYTES_MAX && zh_sv_equal(expression, zh_answer_list_expression(name, own));
}

typedef struct chunking {
    zh_call *call;
    zh_list_change change;
    zh_buf bytes;
    size_t ends[IDS_MAX / ZH_LIST_CHUNK_MAX + 2];
    uint32_t records, changed, already, unknown, told;
    zh_sv unknown_ids[TOLD_MAX];
} chunking;

static void close_chunk(chunking *c)
{
    if (c->change.count == 0) return;
    zh_list_put(&c->change, &c->bytes);
    c->ends[c->records++] = c->bytes.size;
    c->change.count = 0;
}

static void take_customer(chunking *c, zh_customer_id customer)
{
    zh_world *w = zh_engine_world(c->call->engine);
    int64_t until_ms;
    zh_tag before;
    zh_world_lock_read(w);
    const bool is_on = zh_tags_has(w->lists, customer, c->change.name, c->call->now_ms, &until_ms);
    if (zh_tags_find(w->lists, customer, c->change.name, c->call->now_ms, &before) && before.since_ms >= c->change.at_ms) c->change.at_ms = before.since_ms + 1; /* later than what it answers */
    zh_world_unlock(w);
    if (is_on == c->change.adds) {
        c->already++;
        return;
    }
    c->changed++;
    c->change.customers[c->change.count++] = customer.number;
    if (c->change.count == ZH_LIST_CHUNK_MAX) close_chunk(c);
}

static void take_id(chunking *c, zh_sv user)
{
    const zh_customer_id customer = zh_answer_find_customer(c->call, user);
    if (customer.number != 0) {
        take_customer(c, customer);
        return;
    }
    c->unknown++;
    if (c->told < TOLD_MAX) c->unknown_ids[c->told++] = zh_arena_copy(c->call->arena, user);
}

static chunking *begin(zh_call *call, zh_sv name, bool adds)
{
    chunking *c = ZH_TAKE(call->arena, chunking, 1);
    if (c == NULL) return NULL;
    c->call = call;
    c->bytes = zh_buf_open((size_t)1 << 20);
    c->change = (zh_list_change){ .name = name, .adds = adds, .at_ms = call->now_ms, .actor_kind = (uint8_t)call->caller.actor.kind, .actor_number = call->caller.actor.number };
    return c;
}

static zh_err put_on(chunking *c)
{
    zh_sv records[sizeof c->ends / sizeof *c->ends];
    close_chunk(c);
    const zh_err e = zh_buf_err(&c->bytes);
    if (e != ZH_OK || c->records == 0) return e;
    for (uint32_t i = 0; i < c->records; i++) {
        const size_t start = i == 0 ? 0 : c->ends[i - 1];
        records[i] = (zh_sv){ c->bytes.data + start, c->ends[i] - start };
    }
    zh_work work = { .records = records, .records_count = c->records };
    return zh_engine_do(c->call->engine, &work);
}

static void answer_changed(const chunking *c)
{
    zh_world *w = zh_engine_world(c->call->engine);
    zh_segment segment = { .size = 0 };
    zh_world_lock_read(w);
    (void)zh_segments_find(w->segments, c->change.name, &segment);
    zh_world_unlock(w);
    zh_json_out out = zh_call_begin(c->call);
    zh_json_out_object(&out);
    zh_json_out_key_int(&out, c->change.adds ? ZH_SV("added") : ZH_SV("removed"), c->changed);
    zh_json_out_key_int(&out, ZH_SV("already"), c->already);
    zh_json_out_key_int(&out, ZH_SV("unknown"), c->unknown);
    zh_json_out_key(&out, ZH_SV("unknownIds"));
    zh_json_out_array(&out);
    for (uint32_t i = 0; i < c->told; i++) zh_json_out_text(&out, c->unknown_ids[i]);
    zh_json_out_end(&out);
    zh_json_out_key_int(&out, ZH_SV("size"), (int64_t)segment.size);
    zh_json_out_end(&out);
    zh_call_json(c->call, 200, &out);
}

bool zh_answer_list_there(zh_call *call, zh_sv name, const char *field)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_segment segment;
    zh_world_lock_read(w);
    const bool found = zh_segments_find(w->segments, name, &segment), list = found && zh_answer_is_list(name, segment.expression);
    zh_world_unlock(w);
    if (!found) zh_call_problem(call, 404, "not_found", field, "there is no segment of this name: PUT it with kind list first");
    else if (!list) zh_call_problem(call, 409, "no_list", field, "this segment has an expression: nobody is put into it by hand");
    return list;
}

void zh_route_segment_list(zh_call *call)
{
    const zh_sv name = zh_http_path_part(call->request, 3);
    zh_json_value root;
    if (!zh_call_body_json(call, &root)) return;
    const zh_json_value ids = zh_json_get(root, ZH_SV("userIds"));
    const zh_sv act = zh_json_text_or_empty(zh_json_get(root, ZH_SV("act")));
    const bool adds = zh_sv_equal(act, ZH_SV("add"));
    bool good = (adds || zh_sv_equal(act, ZH_SV("remove"))) && zh_json_is(ids, ZH_JSON_ARRAY) && zh_json_count(ids) > 0 && zh_json_count(ids) <= IDS_MAX;
    for (zh_json_iter it = zh_json_walk(ids); good && zh_json_next(&it);) {
        const zh_sv id = zh_json_text_or_empty(it.value);
        good = id.size > 0 && id.size <= ZH_EXTERNAL_ID_BYTES_MAX;
    }
    if (!good) {
        zh_call_problem(call, 400, "bad_field", "userIds", "act is add or remove, userIds a list of 1 to 5,000 texts");
        return;
    }
    if (!zh_answer_list_there(call, name, "name")) return;
    chunking *c = begin(call, name, adds);
    if (c == NULL) {
        zh_call_failed(call, ZH_NOMEM, NULL);
        return;
    }
    for (zh_json_iter it = zh_json_walk(ids); zh_json_next(&it);) take_id(c, zh_json_text_or_empty(it.value));
    const zh_err e = put_on(c);
    if (e != ZH_OK) zh_call_failed(call, e, "the list could not be kept");
    else answer_changed(c);
    zh_buf_close(&c->bytes);
}

zh_err zh_answer_list_add(zh_call *call, zh_sv name, const zh_customer_id *customers, size_t count, uint64_t *added)
{
    zh_err e = ZH_OK;
    *added = 0;
    for (size_t at = 0; e == ZH_OK && at < count; at += IDS_MAX) {
        chunking *c = begin(call, name, true);
        if (c == NULL) return ZH_NOMEM;
        for (size_t i = at; i < count && i < at + IDS_MAX; i++) take_customer(c, customers[i]);
        e = put_on(c);
        *added += c->changed;
        zh_buf_close(&c->bytes);
    }
    return e;
}
