/* tags.c -- tags of one customer: read, set, taken away, deleted by himself; and the tags of all customers. */
#include "base/time.h"
#include "engine/engine.h"
#include "profile/contradiction.h"
#include "server/answer.h"
#include "server/call.h"

#define NAME_HELP "a tag has 1 to 64 bytes of UTF-8, without control characters and without a blank at its ends"

void zh_tags_gauges(zh_call *call)
{
    const zh_world *w = zh_engine_world(call->engine);
    zh_metrics *m = zh_engine_metrics(call->engine);
    zh_gauge_set(zh_metrics_gauge(m, "zhun_tags", "Names of tags that were ever set.", NULL, 0), (double)zh_tags_names(w->tags));
    zh_gauge_set(zh_metrics_gauge(m, "zhun_tag_words", "Words about tags of customers: one of the customer's own and one of the shop's a tag.", NULL, 0), (double)zh_tags_words(w->tags));
    zh_gauge_set(zh_metrics_gauge(m, "zhun_list_words", "Words about customers on static lists.", NULL, 0), (double)zh_tags_words(w->lists));
}

/* ---- what is written of a tag ---- */

static void put_contradiction(const zh_look *look, zh_sv tag, zh_json_out *out)
{
    zh_contradiction found;
    if (!zh_contradiction_of(look->state, look->terms, tag, look->now_ms, &found)) return;
    zh_json_out_key(out, ZH_SV("contradiction"));
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("days"), ZH_CONTRADICTION_DAYS);
    zh_json_out_key_int(out, ZH_SV("events"), found.events);
    zh_json_out_key_int(out, ZH_SV("ofIt"), found.of_it);
    zh_json_out_key_text(out, ZH_SV("most"), found.most);
    zh_json_out_key_int(out, ZH_SV("mostEvents"), found.most_events);
    zh_json_out_end(out);
}

void zh_answer_tag(const zh_tag *tag, zh_json_out *out)
{
    zh_json_out_key_text(out, ZH_SV("tag"), tag->name);
    zh_json_out_key_text(out, ZH_SV("source"), zh_sv_of(zh_tag_source_text(tag->source)));
    zh_call_time(out, ZH_SV("since"), tag->since_ms);
    zh_call_time(out, ZH_SV("expires"), tag->expires_ms == ZH_TAG_NO_END ? 0 : tag->expires_ms);
    if (tag->confidence != ZH_TAG_NO_CONFIDENCE) zh_json_out_key_real(out, ZH_SV("confidence"), tag->confidence / 1000.0);
}

/* One that follows a segment, where he is in it. */
static bool computed(const zh_look *look, zh_sv name, zh_sv segment_name, zh_tag *out)
{
    const zh_segments *segments = look->segments;
    zh_segment segment;
    *out = (zh_tag){ .name = name, .source = ZH_TAG_COMPUTED, .expires_ms = ZH_TAG_NO_END, .confidence = ZH_TAG_NO_CONFIDENCE };
    return zh_segments_find(segments, segment_name, &segment) && zh_segments_has(segments, segment.number, look->customer, &out->since_ms);
}

static void put_computed(const zh_look *look, zh_json_out *out)
{
    zh_sv name, segment;
    for (uint32_t at = 0; zh_segments_binding(look->segments, &at, &name, &segment);) {
        zh_tag said = { .state = ZH_TAG_REMOVED }, tag;
        (void)zh_tags_find(look->tags, look->customer, name, look->now_ms, &said);
        if (said.state == ZH_TAG_HAS || said.state == ZH_TAG_DELETED || !computed(look, name, segment, &tag)) continue;
        zh_json_out_object(out);
        zh_answer_tag(&tag, out);
        zh_json_out_key_text(out, ZH_SV("segment"), segment);
        put_contradiction(look, name, out);
        zh_json_out_end(out);
    }
}

/* The moment of a question: not behind the log's clock, which kept segments go by. */
static int64_t now_of(zh_call *call)
{
    const int64_t log_ms = zh_segments_now_ms(zh_engine_world(call->engine)->segments);
    return log_ms > call->now_ms ? log_ms : call->now_ms;
}

void zh_answer_tags(zh_call *call, zh_customer_id customer, bool with_deleted, zh_json_out *out)
{
    const zh_world *w = zh_engine_world(call->engine);
    zh_look look = zh_world_look(w);
    look.customer = customer;
    look.state = zh_customers_get(w->customers, customer);
    look.now_ms = now_of(call);
    zh_tag *tags = ZH_TAKE(call->arena, zh_tag, ZH_TAGS_SHOWN_MAX);
    const size_t count = tags == NULL ? 0 : zh_tags_of(w->tags, customer, look.now_ms, tags, ZH_TAGS_SHOWN_MAX);
    zh_json_out_key(out, ZH_SV("tags"));
    zh_json_out_array(out);
    for (size_t i = 0; i < count; i++) {
        if (tags[i].state != ZH_TAG_HAS) continue;
        zh_json_out_object(out);
        zh_answer_tag(&tags[i], out);
        put_contradiction(&look, tags[i].name, out);
        zh_json_out_end(out);
    }
    put_computed(&look, out);
    zh_json_out_end(out);
    if (!with_deleted) return;
    zh_json_out_key(out, ZH_SV("deleted"));
    zh_json_out_array(out);
    for (size_t i = 0; i < count; i++) {
        if (tags[i].state != ZH_TAG_DELETED) continue;
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("tag"), tags[i].name);
        zh_call_time(out, ZH_SV("at"), tags[i].since_ms);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

static void answer_all(zh_call *call, zh_customer_id customer)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_world_lock_read(w);
    zh_answer_tags(call, customer, true, &out);
    zh_world_unlock(w);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* ---- setting, taking away ---- */

static void say_changed(zh_call *call, const zh_tag_change *change)
{
    static const char *const acts[] = { "?", "set", "remove", "delete" };
    if (zh_engine_sink(call->engine) == NULL) return;
    zh_log_line line = zh_line_open(zh_engine_sink(call->engine), ZH_LINE_INFO, "customer.tag");
    zh_line_int(&line, "customer", (int64_t)change->customer.number);
    zh_line_text(&line, "act", zh_sv_of(acts[change->said]));
    zh_line_text(&line, "by", zh_sv_of(zh_tag_source_text(change->source)));
    zh_line_int(&line, "actorKind", change->actor_kind);
    zh_line_int(&line, "actor", change->actor_number);
    zh_line_end(&line);
}

/* A record of its customer, waited for until the views have it. */
static zh_err keep(zh_call *call, const zh_tag_change *change)
{
    zh_buf record = zh_buf_open(1024);
    zh_tag_put(change, &record);
    zh_err e = zh_buf_err(&record);
    /* What the customer says of himself is taken even on a full disk, as his other choices are. */
    zh_work work = { .customer_record = zh_buf_view(&record), .customer_owner = change->customer, .vital = change->source == ZH_TAG_BY_CUSTOMER };
    if (e == ZH_OK) e = zh_engine_do(call->engine, &work);
    zh_buf_close(&record);
    if (e == ZH_OK) say_changed(call, change);
    return e;
}

typedef struct standing { zh_tag said; bool was_said, is_full; zh_sv follows; } standing; /* what stands there of the tag; follows: a segment */

static standing look_up(zh_call *call, zh_customer_id customer, zh_sv name)
{
    zh_world *w = zh_engine_world(call->engine);
    standing s = { .follows = { 0 } };
    zh_sv bound, segment;
    zh_world_lock_read(w);
    s.was_said = zh_tags_find(w->tags, customer, name, now_of(call), &s.said);
    zh_tag *some = ZH_TAKE(call->arena, zh_tag, ZH_TAGS_OF_CUSTOMER_MAX);
    s.is_full = !s.was_said && ((!zh_tags_is_name(w->tags, name) && zh_tags_names(w->tags) >= ZH_TAG_NAMES_MAX) || some == NULL ||
                                zh_tags_of(w->tags, customer, 0, some, ZH_TAGS_OF_CUSTOMER_MAX) >= ZH_TAGS_OF_CUSTOMER_MAX);
    for (uint32_t at = 0; zh_segments_binding(w->segments, &at, &bound, &segment);)
        if (zh_sv_equal(bound, name)) s.follows = zh_arena_copy(call->arena, segment);
    s.said.name = name;
    zh_world_unlock(w);
    return s;
}

/* The field that is wrong, or NULL. */
static const char *read_change(zh_json_value root, zh_tag_change *c)
{
    const zh_json_value by = zh_json_get(root, ZH_SV("by")), expires = zh_json_get(root, ZH_SV("expires")), confidence = zh_json_get(root, ZH_SV("confidence"));
    double sure;
    zh_sv text;
    if (zh_json_type_of(by) > ZH_JSON_NULL && (!zh_json_text(by, &text) || !zh_tag_source_of(text, &c->source))) return "by";
    if (zh_json_type_of(expires) > ZH_JSON_NULL && (!zh_json_text(expires, &text) || zh_time_parse(text, &c->expires_ms) != ZH_OK || c->expires_ms <= c->at_ms || c->expires_ms > ZH_TIME_MS_MAX)) return "expires";
    if (zh_json_type_of(confidence) <= ZH_JSON_NULL) return NULL;
    if (!zh_json_real(confidence, &sure) || !(sure >= 0 && sure <= 1)) return "confidence";
    c->confidence = (uint16_t)(sure * 1000 + 0.5);
    return NULL;
}

static bool name_is_good(zh_call *call, zh_sv name)
{
    if (zh_tag_name_is_good(name)) return true;
    zh_call_problem(call, 400, "bad_field", "tag", NAME_HELP);
    return false;
}

static zh_tag_change change_of(zh_call *call, zh_customer_id customer, zh_sv name)
{
    return (zh_tag_change){ .customer = customer, .name = name, .source = ZH_TAG_BY_STAFF, .at_ms = call->now_ms, .expires_ms = ZH_TAG_NO_END,
                            .confidence = ZH_TAG_NO_CONFIDENCE, .actor_kind = (uint8_t)call->caller.actor.kind, .actor_number = call->caller.actor.number };
}

/* A word is later than what it answers, also where both come in one millisecond. */
static void come_after(zh_tag_change *c, const standing *before)
{
    if (before->was_said && c->at_ms <= before->said.since_ms && before->said.since_ms < ZH_TIME_MS_MAX) c->at_ms = before->said.since_ms + 1;
    if (c->said == ZH_TAG_SET && c->expires_ms <= c->at_ms) c->expires_ms = c->at_ms + 1;
}

static void set_tag(zh_call *call, zh_customer_id customer, zh_sv name)
{
    zh_json_value root;
    zh_tag_change change = change_of(call, customer, name);
    change.said = ZH_TAG_SET;
    if (!name_is_good(call, name) || !zh_call_body_json(call, &root)) return;
    const char *wrong = read_change(root, &change);
    if (wrong != NULL) {
        zh_call_problem(call, 400, "bad_field", wrong, "by is customer, staff or import; expires a moment to come, as 2026-12-31T00:00:00Z; confidence a number from 0 to 1");
        return;
    }
    const standing before = look_up(call, customer, name);
    if (before.said.state == ZH_TAG_DELETED && before.was_said && change.source != ZH_TAG_BY_CUSTOMER) {
        zh_call_problem(call, 409, "deleted_by_customer", "tag", "the customer deleted this tag: only he himself can set it again (by: customer)");
        return;
    }
    if (before.is_full) {
        zh_call_problem(call, 409, "too_many", "tag", "a customer has at most 200 tags, and all customers together 10,000 different ones");
        return;
    }
    come_after(&change, &before);
    const zh_err e = keep(call, &change);
    if (e != ZH_OK) zh_call_failed(call, e == ZH_FULL ? ZH_IO : e, "the tag could not be kept");
    else answer_all(call, customer);
}

static void remove_tag(zh_call *call, zh_customer_id customer, zh_sv name)
{
    zh_tag_change change = change_of(call, customer, name);
    const zh_sv by = zh_http_param(call->request, ZH_SV("by"));
    if (!name_is_good(call, name)) return;
    if (by.size > 0 && !zh_tag_source_of(by, &change.source)) {
        zh_call_problem(call, 400, "bad_field", "by", "by is customer, staff or import");
        return;
    }
    const bool own = change.source == ZH_TAG_BY_CUSTOMER;
    change.said = own ? ZH_TAG_DELETE : ZH_TAG_REMOVE;
    const standing before = look_up(call, customer, name);
    const bool has = before.was_said && before.said.state == ZH_TAG_HAS;
    if (!own && !has && before.follows.size > 0 && before.said.state != ZH_TAG_DELETED) {
        zh_call_problem(call, 409, "computed", "tag", "this tag follows a kept segment: it ends when the customer leaves that, or when he deletes it himself (by=customer)");
        return;
    }
    if (own && before.is_full) {
        zh_call_problem(call, 409, "too_many", "tag", "a customer has at most 200 tags, and all customers together 10,000 different ones");
        return;
    }
    come_after(&change, &before);
    const zh_err e = own || has ? keep(call, &change) : ZH_OK; /* what is not there need not be taken away */
    if (e != ZH_OK) zh_call_failed(call, e == ZH_FULL ? ZH_IO : e, "the tag could not be taken away");
    else answer_all(call, customer);
}

zh_err zh_tags_delete_own(zh_call *call, zh_customer_id customer, zh_sv name)
{
    zh_tag_change change = change_of(call, customer, name);
    if (!zh_tag_name_is_good(name)) return ZH_FORMAT;
    change.source = ZH_TAG_BY_CUSTOMER;
    change.said = ZH_TAG_DELETE;
    const standing before = look_up(call, customer, name);
    if (before.is_full) return ZH_RANGE;
    come_after(&change, &before);
    return keep(call, &change);
}

/* ---- routes: by the shop's own id, and by number for the console ---- */

void zh_route_profile_tags(zh_call *call)
{
    zh_permit permit;
    const zh_customer_id customer = zh_answer_user_customer(call, &permit);
    if (customer.number != 0) answer_all(call, customer);
}

void zh_route_profile_tag_put(zh_call *call)
{
    zh_permit permit;
    const zh_customer_id customer = zh_answer_user_customer(call, &permit);
    if (customer.number != 0) set_tag(call, customer, zh_http_path_part(call->request, 4));
}

void zh_route_profile_tag_delete(zh_call *call)
{
    zh_permit permit;
    const zh_customer_id customer = zh_answer_user_customer(call, &permit);
    if (customer.number != 0) remove_tag(call, customer, zh_http_path_part(call->request, 4));
}

void zh_route_customer_tags(zh_call *call)
{
    zh_permit permit;
    const zh_customer_id customer = zh_answer_path_customer(call, &permit);
    if (customer.number != 0) answer_all(call, customer);
}

void zh_route_customer_tag_put(zh_call *call)
{
    zh_permit permit;
    const zh_customer_id customer = zh_answer_path_customer(call, &permit);
    if (customer.number != 0) set_tag(call, customer, zh_http_path_part(call->request, 5));
}

void zh_route_customer_tag_delete(zh_call *call)
{
    zh_permit permit;
    const zh_customer_id customer = zh_answer_path_customer(call, &permit);
    if (customer.number != 0) remove_tag(call, customer, zh_http_path_part(call->request, 5));
}
