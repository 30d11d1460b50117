/* tags_all.c -- the tags of all customers: how many have each, which follow a kept segment; tags that are brought in by the thousand. */
#include "base/time.h"
#include "engine/engine.h"
#include "server/answer.h"
#include "server/call.h"

#include <stdlib.h>

#define ROWS_MAX 2000      /* of one request: a second's work */
#define TOLD_MAX 100       /* ids that are named of those that are not known */
#define TOTALS_BYTES_MAX ((size_t)16 << 20)

/* ---- all tags ---- */

static zh_sv followed_by(const zh_segments *segments, zh_sv name)
{
    zh_sv bound, segment;
    for (uint32_t at = 0; zh_segments_binding(segments, &at, &bound, &segment);)
        if (zh_sv_equal(bound, name)) return segment;
    return (zh_sv){ 0 };
}

/* Who is in the segment and did not delete the tag; who has it anyway is counted already. */
static uint64_t computed_count(const zh_world *w, zh_sv name, zh_sv segment_name, int64_t now_ms)
{
    zh_segment segment;
    zh_customer_id customer;
    zh_tag tag;
    int64_t since_ms;
    uint64_t count = 0;
    if (!zh_segments_find(w->segments, segment_name, &segment)) return 0;
    if (!zh_tags_is_name(w->tags, name)) return segment.size;
    for (size_t at = 0; zh_segments_member(w->segments, segment.number, &at, &customer, &since_ms);)
        count += !zh_tags_find(w->tags, customer, name, now_ms, &tag) || (tag.state != ZH_TAG_HAS && tag.state != ZH_TAG_DELETED);
    return count;
}

static void put_total(const zh_world *w, const zh_tag_total *total, int64_t now_ms, zh_json_out *out)
{
    const zh_sv segment = followed_by(w->segments, total->name);
    const uint64_t by_segment = segment.size == 0 ? 0 : computed_count(w, total->name, segment, now_ms);
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("tag"), total->name);
    zh_json_out_key_int(out, ZH_SV("customers"), (int64_t)(total->customers + by_segment));
    zh_json_out_key(out, ZH_SV("sources"));
    zh_json_out_object(out);
    for (int i = ZH_TAG_BY_CUSTOMER; i < ZH_TAG_SOURCES; i++) {
        const uint64_t count = i == ZH_TAG_COMPUTED ? by_segment : total->by_source[i];
        if (i != ZH_TAG_BY_LIST) zh_json_out_key_int(out, zh_sv_of(zh_tag_source_text((zh_tag_source)i)), (int64_t)count);
    }
    zh_json_out_end(out);
    zh_json_out_key_int(out, ZH_SV("deleted"), (int64_t)total->deleted);
    if (segment.size > 0) zh_json_out_key_text(out, ZH_SV("segment"), segment);
    zh_json_out_end(out);
}

void zh_route_tags(zh_call *call)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_arena arena = zh_arena_open(TOTALS_BYTES_MAX);
    zh_tag_total *totals = NULL;
    uint32_t count = 0;
    zh_sv name, segment;
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_world_lock_read(w);
    const int64_t now_ms = zh_segments_now_ms(w->segments) > call->now_ms ? zh_segments_now_ms(w->segments) : call->now_ms;
    const zh_err e = zh_tags_totals(w->tags, now_ms, &arena, &totals, &count);
    zh_json_out_key_int(&out, ZH_SV("customers"), (int64_t)zh_customers_count(w->customers));
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    for (uint32_t i = 0; e == ZH_OK && i < count; i++) put_total(w, &totals[i], now_ms, &out);
    for (uint32_t at = 0; e == ZH_OK && zh_segments_binding(w->segments, &at, &name, &segment);)
        if (!zh_tags_is_name(w->tags, name)) put_total(w, &(zh_tag_total){ .name = name }, now_ms, &out);
    zh_world_unlock(w);
    zh_json_out_end(&out);
    zh_answer_next(&out, "");
    zh_json_out_end(&out);
    zh_arena_close(&arena);
    if (e != ZH_OK) zh_call_failed(call, e, NULL);
    else zh_call_json(call, 200, &out);
}

/* ---- tags that follow a kept segment ---- */

static zh_err define(zh_call *call, zh_sv tag, zh_sv segment)
{
    char name[ZH_NAME_BYTES_MAX];
    const int size = snprintf(name, sizeof name, ZH_TAG_SETTING "%.*s", ZH_SV_ARG(tag));
    zh_buf text = zh_buf_open(ZH_SETTING_BYTES_MAX);
    zh_json_out out = zh_json_out_on(&text);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("segment"), segment);
    zh_json_out_end(&out);
    zh_err e = zh_json_out_done(&out);
    const zh_definition d = { .thing = ZH_THING_SETTING, .deleted = segment.size == 0, .at_ms = call->now_ms, .actor = call->caller.actor,
                              .setting = { .name = { name, (size_t)size }, .json = zh_buf_view(&text) } };
    if (e == ZH_OK) e = zh_engine_define(call->engine, &d);
    zh_buf_close(&text);
    return e;
}

static void answer_binding(zh_call *call, zh_sv tag, zh_sv segment)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("tag"), tag);
    zh_json_out_key_text(&out, ZH_SV("segment"), segment);
    zh_world_lock_read(w);
    zh_json_out_key_int(&out, ZH_SV("customers"), (int64_t)computed_count(w, tag, segment, call->now_ms));
    zh_world_unlock(w);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

void zh_route_tag_put(zh_call *call)
{
    zh_world *w = zh_engine_world(call->engine);
    const zh_sv tag = zh_http_path_part(call->request, 3);
    zh_json_value root;
    zh_segment found;
    if (!zh_tag_name_is_good(tag)) {
        zh_call_problem(call, 400, "bad_field", "tag", "a tag has 1 to 64 bytes of UTF-8, without control characters and without a blank at its ends");
        return;
    }
    if (!zh_call_body_json(call, &root)) return;
    const zh_sv segment = zh_arena_copy(call->arena, zh_json_text_or_empty(zh_json_get(root, ZH_SV("segment"))));
    uint32_t bound = 0;
    zh_sv name, other;
    zh_world_lock_read(w);
    const bool known = segment.size > 0 && zh_segments_find(w->segments, segment, &found);
    const bool circle = known && zh_segments_asks_tag(w->segments, segment, tag);
    bool is_new = true;
    for (uint32_t at = 0; zh_segments_binding(w->segments, &at, &name, &other); bound++) is_new &= !zh_sv_equal(name, tag);
    zh_world_unlock(w);
    if (!known) zh_call_problem(call, 400, "bad_field", "segment", "segment must be the name of a kept segment: GET /api/v1/segments lists them");
    else if (circle) zh_call_problem(call, 409, "circle", "segment", "this segment asks about the tag itself");
    else if (is_new && bound >= ZH_TAG_BINDINGS_MAX) zh_call_problem(call, 409, "too_many", "tag", "500 tags follow segments already: let one go that is not used");
    else {
        const zh_err e = define(call, tag, segment);
        if (e != ZH_OK) zh_call_failed(call, e, NULL);
        else answer_binding(call, tag, segment);
    }
}

void zh_route_tag_delete(zh_call *call)
{
    zh_world *w = zh_engine_world(call->engine);
    const zh_sv tag = zh_http_path_part(call->request, 3);
    zh_world_lock_read(w);
    const bool found = followed_by(w->segments, tag).size > 0;
    zh_world_unlock(w);
    if (!found) {
        zh_call_problem(call, 404, "not_found", "tag", "this tag follows no segment");
        return;
    }
    const zh_err e = define(call, tag, (zh_sv){ 0 });
    if (e != ZH_OK) zh_call_failed(call, e, NULL);
    else zh_call_reply(call, 204, (zh_sv){ 0 }, (zh_sv){ 0 }, NULL, 0);
}

/* ---- many at once ---- */

typedef struct bringing {
    zh_call *call;
    zh_buf bytes;                  /* the records, one after the other */
    size_t *ends;                  /* where each of them ends */
    zh_customer_id *owners;
    uint32_t count, set, removed, unknown, deleted, told;
    zh_sv unknown_ids[TOLD_MAX];
} bringing;

/* The field that is wrong, or NULL. */
static const char *read_row(zh_json_value row, int64_t now_ms, zh_tag_change *c, zh_sv *user)
{
    const zh_json_value expires = zh_json_get(row, ZH_SV("expires")), at = zh_json_get(row, ZH_SV("at")), confidence = zh_json_get(row, ZH_SV("confidence")),
                        removes = zh_json_get(row, ZH_SV("remove"));
    double sure;
    zh_sv text;
    bool remove = false;
    *user = zh_json_text_or_empty(zh_json_get(row, ZH_SV("userId")));
    c->name = zh_json_text_or_empty(zh_json_get(row, ZH_SV("tag")));
    c->at_ms = now_ms;
    c->expires_ms = ZH_TAG_NO_END;
    c->confidence = ZH_TAG_NO_CONFIDENCE;
    if (user->size == 0 || user->size > ZH_EXTERNAL_ID_BYTES_MAX) return "userId";
    if (!zh_tag_name_is_good(c->name)) return "tag";
    if (zh_json_type_of(removes) > ZH_JSON_NULL && !zh_json_bool(removes, &remove)) return "remove";
    c->said = remove ? ZH_TAG_REMOVE : ZH_TAG_SET;
    if (zh_json_type_of(at) > ZH_JSON_NULL && (!zh_json_text(at, &text) || zh_time_parse(text, &c->at_ms) != ZH_OK || c->at_ms < 0 || c->at_ms > now_ms)) return "at";
    if (remove) return NULL;
    if (zh_json_type_of(expires) > ZH_JSON_NULL && (!zh_json_text(expires, &text) || zh_time_parse(text, &c->expires_ms) != ZH_OK || c->expires_ms <= c->at_ms || c->expires_ms > ZH_TIME_MS_MAX)) return "expires";
    if (zh_json_type_of(confidence) <= ZH_JSON_NULL) return NULL;
    if (!zh_json_real(confidence, &sure) || !(sure >= 0 && sure <= 1)) return "confidence";
    c->confidence = (uint16_t)(sure * 1000 + 0.5);
    return NULL;
}

/* False: there is no room for so many names. */
static bool take_row(bringing *b, zh_tag_change *c, zh_sv user)
{
    zh_world *w = zh_engine_world(b->call->engine);
    c->customer = zh_answer_find_customer(b->call, user);
    if (c->customer.number == 0) {
        b->unknown++;
        if (b->told < TOLD_MAX) b->unknown_ids[b->told++] = zh_arena_copy(b->call->arena, user);
        return true;
    }
    zh_tag tag;
    zh_world_lock_read(w);
    const bool said = zh_tags_find(w->tags, c->customer, c->name, c->at_ms, &tag), full = !zh_tags_is_name(w->tags, c->name) && zh_tags_names(w->tags) >= ZH_TAG_NAMES_MAX;
    zh_world_unlock(w);
    if (full) return false;
    if (said && tag.state == ZH_TAG_DELETED) {
        b->deleted++;
        return true;
    }
    zh_tag_put(c, &b->bytes);
    b->owners[b->count] = c->customer;
    b->ends[b->count++] = b->bytes.size;
    b->set += c->said == ZH_TAG_SET;
    b->removed += c->said == ZH_TAG_REMOVE;
    return true;
}

static zh_err bring(bringing *b)
{
    zh_sv *records = ZH_TAKE(b->call->arena, zh_sv, ROWS_MAX);
    zh_err e = records == NULL ? ZH_NOMEM : zh_buf_err(&b->bytes);
    for (uint32_t i = 0; e == ZH_OK && i < b->count; i++) {
        const size_t start = i == 0 ? 0 : b->ends[i - 1];
        records[i] = (zh_sv){ b->bytes.data + start, b->ends[i] - start };
    }
    if (e != ZH_OK || b->count == 0) return e;
    zh_work work = { .records = records, .owners = b->owners, .records_count = b->count };
    return zh_engine_do(b->call->engine, &work);
}

static void answer_brought(const bringing *b)
{
    zh_json_out out = zh_call_begin(b->call);
    zh_json_out_object(&out);
    zh_json_out_key_int(&out, ZH_SV("set"), b->set);
    zh_json_out_key_int(&out, ZH_SV("removed"), b->removed);
    zh_json_out_key_int(&out, ZH_SV("deletedByCustomer"), b->deleted);
    zh_json_out_key_int(&out, ZH_SV("unknown"), b->unknown);
    zh_json_out_key(&out, ZH_SV("unknownIds"));
    zh_json_out_array(&out);
    for (uint32_t i = 0; i < b->told; i++) zh_json_out_text(&out, b->unknown_ids[i]);
    zh_json_out_end(&out);
    zh_json_out_end(&out);
    zh_call_json(b->call, 200, &out);
}

/* Every row is looked at before any is taken: a request is taken whole, or not at all. */
static bool read_rows(bringing *b, zh_json_value rows)
{
    const zh_actor actor = b->call->caller.actor;
    uint32_t line = 0;
    for (zh_json_iter it = zh_json_walk(rows); zh_json_next(&it); line++) {
        zh_tag_change change = { .source = ZH_TAG_BY_IMPORT, .actor_kind = (uint8_t)actor.kind, .actor_number = actor.number };
        zh_sv user;
        char detail[120];
        const char *wrong = read_row(it.value, b->call->now_ms, &change, &user);
        if (wrong == NULL && !take_row(b, &change, user)) {
            zh_call_problem(b->call, 409, "too_many", "tag", "there are 10,000 different tags already");
            return false;
        }
        if (wrong == NULL) continue;
        snprintf(detail, sizeof detail, "row %u: %s is not good; userId, tag, and if wanted confidence 0 to 1, expires, at, remove", line + 1, wrong);
        zh_call_problem(b->call, 400, "bad_field", wrong, detail);
        return false;
    }
    return true;
}

void zh_route_tags_import(zh_call *call)
{
    zh_json_value root;
    if (!zh_call_body_json(call, &root)) return;
    const zh_json_value rows = zh_json_get(root, ZH_SV("rows"));
    if (!zh_json_is(rows, ZH_JSON_ARRAY) || zh_json_count(rows) == 0 || zh_json_count(rows) > ROWS_MAX) {
        zh_call_problem(call, 400, "bad_field", "rows", "rows must be a list of 1 to 2,000 objects with userId and tag");
        return;
    }
    bringing b = { .call = call, .bytes = zh_buf_open((size_t)1 << 20) };
    b.ends = ZH_TAKE(call->arena, size_t, ROWS_MAX);
    b.owners = ZH_TAKE(call->arena, zh_customer_id, ROWS_MAX);
    if (b.ends == NULL || b.owners == NULL) zh_call_failed(call, ZH_NOMEM, NULL);
    else if (read_rows(&b, rows)) {
        const zh_err e = bring(&b);
        if (e != ZH_OK) zh_call_failed(call, e, "the tags could not be kept");
        else answer_brought(&b);
    }
    zh_buf_close(&b.bytes);
}
