#include "collect/segment_item.h"

#include "base/json_out.h"
#include "collect/clock.h"
#include "collect/name.h"
#include "collect/nobody.h"
#include "collect/personal.h"
#include "collect/segment_shop.h"
#include "collect/where.h"

#include <stdio.h>

/* An integer time above this is in milliseconds: as seconds it would lie in the year 5138, as
 * milliseconds in 1973. */
#define SECONDS_MAX ((int64_t)100000000000)

/* The members of an item, found in one walk; null counts as absent. */
typedef struct fields {
    zh_json_value type, event, name, category, message_id;
    zh_json_value user_id, anonymous_id, previous_id, group_id;
    zh_json_value timestamp, original_timestamp, sent_at, received_at;
    zh_json_value properties, traits, context, integrations;
} fields;

/* Where the parts of an event lie in the scratch buffer until all are known. */
typedef struct piece {
    size_t from, size;
} piece;

typedef struct parts {
    piece properties, traits, personal, context, integrations, consent;
    piece hashed; /* what the same event sent again has the same */
} parts;

static void put_field(fields *f, zh_sv key, zh_json_value value)
{
#define FIELD(text, member)                                                                   \
    if (memcmp(key.data, text, sizeof(text) - 1) == 0) {                                      \
        f->member = value;                                                                    \
        return;                                                                               \
    }
    if (zh_json_is(value, ZH_JSON_NULL)) return;
    switch (key.size) {
    case 4: FIELD("type", type) FIELD("name", name) break;
    case 5: FIELD("event", event) break;
    case 6: FIELD("userId", user_id) FIELD("traits", traits) FIELD("sentAt", sent_at) break;
    case 7: FIELD("context", context) FIELD("groupId", group_id) break;
    case 8: FIELD("category", category) break;
    case 9: FIELD("messageId", message_id) FIELD("timestamp", timestamp) break;
    case 10:
        FIELD("properties", properties)
        FIELD("previousId", previous_id) FIELD("receivedAt", received_at) break;
    case 11: FIELD("anonymousId", anonymous_id) break;
    case 12: FIELD("integrations", integrations) break;
    case 17: FIELD("originalTimestamp", original_timestamp) break;
    default: break;
    }
#undef FIELD
}

static bool refuse(zh_segment_reject *reject, zh_reject why, zh_sv detail)
{
    reject->why = why;
    reject->detail = detail;
    return false;
}

bool zh_segment_time(zh_json_value value, int64_t *ms)
{
    zh_sv text;
    int64_t number;
    *ms = ZH_CLOCK_ABSENT;
    if (zh_json_is(value, ZH_JSON_ABSENT) || zh_json_is(value, ZH_JSON_NULL)) return true;
    if (zh_json_text(value, &text)) {
        text = zh_sv_trim(text);
        if (text.size == 0) return true;
        const zh_err e = zh_time_parse(text, ms);
        if (e == ZH_RANGE) *ms = ZH_CLOCK_UNREADABLE;
        return e != ZH_FORMAT;
    }
    if (!zh_json_int(value, &number)) return false;
    if (number > 0 && number <= SECONDS_MAX) number *= ZH_SECOND_MS;
    *ms = number < ZH_TIME_MS_MIN || number > ZH_TIME_MS_MAX ? ZH_CLOCK_UNREADABLE : number;
    return true;
}

static bool read_type(const zh_segment_item_ask *ask, const fields *f, zh_event *event,
                      zh_segment_reject *reject)
{
    static const struct { zh_sv name; zh_event_type type; } types[] = {
        { { "track", 5 }, ZH_EVENT_TRACK },   { { "identify", 8 }, ZH_EVENT_IDENTIFY },
        { { "page", 4 }, ZH_EVENT_PAGE },     { { "screen", 6 }, ZH_EVENT_SCREEN },
        { { "group", 5 }, ZH_EVENT_GROUP },   { { "alias", 5 }, ZH_EVENT_ALIAS },
    };
    const zh_segment_route route = ask->request->route;
    if (route >= ZH_SEGMENT_TRACK && route <= ZH_SEGMENT_ALIAS) {
        event->type = types[route - ZH_SEGMENT_TRACK].type;
        return true;
    }
    const zh_sv text = zh_json_text_or_empty(f->type);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (zh_sv_equal(types[i].name, text)) {
            event->type = types[i].type;
            return true;
        }
    return refuse(reject, ZH_REJECT_BAD_TYPE, zh_sv_part(text, 0, ZH_EVENT_NAME_BYTES_MAX));
}

/* One id as sent: a text or an integer; empty where it is absent or identifies nobody. */
static zh_err read_id(zh_json_value value, zh_arena *arena, zh_sv name, zh_sv *id, bool *blocked,
                      zh_segment_reject *reject)
{
    const zh_json_type type = zh_json_type_of(value);
    if (type == ZH_JSON_ABSENT) return ZH_OK;
    zh_sv text = { 0 };
    uint64_t large;
    if (type == ZH_JSON_TEXT) {
        text = zh_json_text_or_empty(value);
        if (zh_sv_trim(text).size == 0) return ZH_OK;
    } else if (type == ZH_JSON_INT) {
        char digits[24];
        const int size = zh_json_uint(value, &large)
                             ? snprintf(digits, sizeof digits, "%llu", (unsigned long long)large)
                             : 0;
        const zh_err e = size == 0 ? zh_segment_id(value, arena, &text) : ZH_OK;
        if (e != ZH_OK) return e;
        if (size > 0) text = zh_arena_copy(arena, (zh_sv){ digits, (size_t)size });
        if (text.data == NULL) return ZH_FULL;
    } else {
        (void)refuse(reject, ZH_REJECT_BAD_FIELD, name);
        return ZH_OK;
    }
    if (text.size > ZH_EXTERNAL_ID_BYTES_MAX) (void)refuse(reject, ZH_REJECT_BAD_FIELD, name);
    else if (zh_nobody(text)) *blocked = true;
    else *id = text;
    return ZH_OK;
}

static zh_err read_ids(const zh_segment_item_ask *ask, const fields *f, zh_event *event,
                       zh_segment_reject *reject)
{
    zh_arena *arena = ask->request->arena;
    bool blocked = false, other = false;
    zh_err e = read_id(f->user_id, arena, ZH_SV("userId"), &event->user_id, &blocked, reject);
    if (e == ZH_OK)
        e = read_id(f->anonymous_id, arena, ZH_SV("anonymousId"), &event->anonymous_id, &blocked,
                    reject);
    if (e == ZH_OK && event->type == ZH_EVENT_ALIAS)
        e = read_id(f->previous_id, arena, ZH_SV("previousId"), &event->previous_id, &other,
                    reject);
    if (e == ZH_OK && event->type == ZH_EVENT_GROUP)
        e = read_id(f->group_id, arena, ZH_SV("groupId"), &event->group_id, &other, reject);
    if (e != ZH_OK || reject->why != ZH_REJECT_NONE) return e;
    if (event->user_id.size == 0 && event->anonymous_id.size == 0)
        (void)refuse(reject, blocked ? ZH_REJECT_BLOCKED_ID : ZH_REJECT_NO_CUSTOMER, (zh_sv){ 0 });
    return ZH_OK;
}

/* A name that may be missing; false: of another type, or too long. */
static bool read_name(zh_json_value value, zh_sv *out)
{
    *out = zh_json_text_or_empty(value);
    if (out->size > ZH_EVENT_NAME_BYTES_MAX) return false;
    return zh_json_is(value, ZH_JSON_TEXT) || zh_json_is(value, ZH_JSON_ABSENT);
}

static bool read_names(const zh_segment_item_ask *ask, const fields *f, zh_event *event,
                       zh_segment_reject *reject)
{
    if (event->type == ZH_EVENT_TRACK) {
        if (!read_name(f->event, &event->name))
            return refuse(reject, ZH_REJECT_BAD_FIELD, ZH_SV("event"));
        if (zh_sv_trim(event->name).size == 0)
            return refuse(reject, ZH_REJECT_NO_EVENT, (zh_sv){ 0 });
        event->act = ask->means != NULL ? ask->means->act : zh_name_act(event->name);
        return true;
    }
    if (ask->means != NULL && event->type == ZH_EVENT_IDENTIFY) event->name = ask->means->name;
    if (event->type != ZH_EVENT_PAGE && event->type != ZH_EVENT_SCREEN) return true;
    zh_json_value name = f->name, category = f->category;
    if (zh_json_is(name, ZH_JSON_ABSENT)) name = zh_json_get(f->properties, ZH_SV("name"));
    if (zh_json_is(category, ZH_JSON_ABSENT))
        category = zh_json_get(f->properties, ZH_SV("category"));
    if (!read_name(name, &event->name)) return refuse(reject, ZH_REJECT_BAD_FIELD, ZH_SV("name"));
    if (!read_name(category, &event->category))
        return refuse(reject, ZH_REJECT_BAD_FIELD, ZH_SV("category"));
    return true;
}

static bool is_object_or_absent(zh_json_value value)
{
    return zh_json_is(value, ZH_JSON_OBJECT) || zh_json_is(value, ZH_JSON_ABSENT);
}

static bool check_objects(const fields *f, const zh_event *event, zh_segment_reject *reject)
{
    const bool with_traits = event->type == ZH_EVENT_IDENTIFY || event->type == ZH_EVENT_GROUP;
    if (!with_traits && !is_object_or_absent(f->properties))
        return refuse(reject, ZH_REJECT_BAD_FIELD, ZH_SV("properties"));
    if (with_traits && !is_object_or_absent(f->traits))
        return refuse(reject, ZH_REJECT_BAD_FIELD, ZH_SV("traits"));
    if (!is_object_or_absent(f->context))
        return refuse(reject, ZH_REJECT_BAD_FIELD, ZH_SV("context"));
    if (!is_object_or_absent(f->integrations))
        return refuse(reject, ZH_REJECT_BAD_FIELD, ZH_SV("integrations"));
    return true;
}

/* An import carries history: its times are as true as they get, and far from now. An export of
 * raw events has the repaired `timestamp`, or all that is needed to repair it. */
static bool import_time(const fields *f, int64_t original_ms, int64_t sent_ms, zh_event *event)
{
    int64_t repaired_ms, received_ms;
    if (!zh_segment_time(f->timestamp, &repaired_ms) ||
        !zh_segment_time(f->received_at, &received_ms))
        return false;
    event->time_ms = repaired_ms > ZH_CLOCK_UNREADABLE ? repaired_ms : original_ms;
    if (repaired_ms == ZH_CLOCK_ABSENT && original_ms > ZH_CLOCK_UNREADABLE &&
        received_ms > ZH_CLOCK_UNREADABLE) {
        const zh_clock clock = zh_clock_repair(original_ms, sent_ms, received_ms);
        event->time_ms = clock.time_ms;
        event->marks |= clock.marks;
    }
    return event->time_ms > ZH_CLOCK_UNREADABLE;
}

static bool read_times(const zh_segment_item_ask *ask, const fields *f, zh_event *event,
                       bool *own_time, zh_segment_reject *reject)
{
    const bool is_import = ask->request->is_import;
    int64_t original_ms, stated_ms, sent_ms;
    if (!zh_segment_time(f->timestamp, &stated_ms))
        return refuse(reject, ZH_REJECT_BAD_TIME, ZH_SV("timestamp"));
    if (!zh_segment_time(f->original_timestamp, &original_ms))
        return refuse(reject, ZH_REJECT_BAD_TIME, ZH_SV("originalTimestamp"));
    /* Live, `timestamp` is the client's own; in an export it is repaired, the client's stands beside it. */
    if (original_ms == ZH_CLOCK_ABSENT || (!is_import && stated_ms != ZH_CLOCK_ABSENT))
        original_ms = stated_ms;
    if (!zh_segment_time(f->sent_at, &sent_ms) || sent_ms == ZH_CLOCK_ABSENT)
        sent_ms = ask->sent_ms;
    event->received_ms = ask->request->received_ms;
    event->sent_ms = sent_ms > ZH_CLOCK_UNREADABLE ? sent_ms : 0;
    *own_time = original_ms > ZH_CLOCK_UNREADABLE;
    if (is_import) {
        event->marks |= ZH_MARK_IMPORT;
        if (!import_time(f, original_ms, sent_ms, event))
            return refuse(reject, ZH_REJECT_BAD_TIME, ZH_SV("timestamp"));
    } else {
        const zh_clock clock = zh_clock_repair(original_ms, sent_ms, event->received_ms);
        event->time_ms = clock.time_ms;
        event->marks |= clock.marks;
    }
    event->original_ms = *own_time ? original_ms : event->time_ms;
    return true;
}

static piece ends_here(const zh_buf *out, size_t from)
{
    return (piece){ from, out->size - from };
}

/* What is left of an object; *personal: something was taken out. */
static piece put_left(zh_personal_part part, zh_json_value object, zh_buf *out, bool *personal)
{
    const size_t from = out->size;
    *personal = false;
    if (zh_json_is(object, ZH_JSON_OBJECT)) *personal = zh_personal_leave(part, object, out) > 0;
    return ends_here(out, from);
}

static void member(zh_buf *out, zh_sv key) /* a key that needs no escapes */
{
    if (out->size > 0 && out->data[out->size - 1] != '{') zh_buf_put_u8(out, ',');
    zh_buf_put_u8(out, '"');
    zh_buf_put(out, key);
    zh_buf_put(out, ZH_SV("\":"));
}

static void put_personal_ids(const zh_event *event, zh_buf *out)
{
    const struct { zh_sv key, id; } ids[] = {
        { ZH_SV("userId"), event->user_id },
        { ZH_SV("anonymousId"), event->anonymous_id },
        { ZH_SV("previousId"), event->previous_id },
        { ZH_SV("groupId"), event->group_id },
    };
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        if (ids[i].id.size == 0) continue;
        member(out, ids[i].key);
        zh_json_put_text(out, ids[i].id);
    }
}

/* The socket's address, for browsers, who do not know their own: empty where it is not wanted. */
static zh_sv ip_to_fill(const zh_segment_ask *request, zh_json_value context)
{
    bool direct = false;
    (void)zh_json_bool(zh_json_get(context, ZH_SV("direct")), &direct);
    if (!request->fill_ip && !direct) return (zh_sv){ 0 };
    const bool absent = zh_json_is(zh_json_get(context, ZH_SV("ip")), ZH_JSON_ABSENT);
    return absent ? request->peer_ip : (zh_sv){ 0 };
}

static void put_personal_context(const zh_segment_ask *request, zh_json_value context,
                                 bool personal, zh_buf *out)
{
    const zh_sv ip = ip_to_fill(request, context);
    if (!personal && ip.size == 0) return;
    member(out, ZH_SV("context"));
    (void)zh_personal_take(ZH_PERSONAL_CONTEXT, context, out);
    if (ip.size == 0 || zh_buf_err(out) != ZH_OK) return;
    out->size--; /* the closing brace */
    member(out, ZH_SV("ip"));
    zh_json_put_text(out, ip);
    zh_buf_put_u8(out, '}');
}

/* What is left of the context, behind the mark of the cell it was in. */
static piece put_context(const fields *f, zh_json_value properties, zh_buf *out, bool *personal)
{
    const zh_cell cell = zh_where(f->context, properties);
    if (cell.number == 0) return put_left(ZH_PERSONAL_CONTEXT, f->context, out, personal);
    const size_t from = out->size;
    zh_cell_mark(cell, out);
    const piece left = put_left(ZH_PERSONAL_CONTEXT, f->context, out, personal);
    if (zh_buf_err(out) != ZH_OK) return left;
    if (left.size <= 2) { /* it has nothing else */
        out->size = left.from;
        zh_buf_put_u8(out, '}');
    } else out->data[left.from] = ','; /* for its brace */
    return ends_here(out, from);
}

static piece put_whole(zh_json_value value, zh_buf *out)
{
    const size_t from = out->size;
    if (zh_json_is(value, ZH_JSON_OBJECT)) zh_json_write(value, out);
    return ends_here(out, from);
}

/* Write every part of the event's JSON into the scratch buffer. What a repeat of the same event has
 * the same stands together: properties, traits, ids and the personal members. The context is apart,
 * because an SDK may count its retries there, and the socket's address changes. */
static void put_parts(const zh_segment_ask *request, const fields *f, zh_json_value traits,
                      zh_json_value properties, const zh_event *event, parts *p)
{
    zh_buf *out = request->scratch;
    bool in_properties, in_traits, in_context;
    zh_buf_reset(out);
    p->context = put_context(f, properties, out, &in_context);
    p->integrations = put_whole(f->integrations, out);
    p->consent = put_whole(zh_json_get(f->context, ZH_SV("consent")), out);
    const size_t hashed_from = out->size;
    p->properties = put_left(ZH_PERSONAL_PROPERTIES, properties, out, &in_properties);
    p->traits = put_left(ZH_PERSONAL_TRAITS, traits, out, &in_traits);
    const size_t personal_from = out->size;
    zh_buf_put_u8(out, '{');
    put_personal_ids(event, out);
    if (in_traits) {
        member(out, ZH_SV("traits"));
        (void)zh_personal_take(ZH_PERSONAL_TRAITS, traits, out);
    }
    if (in_properties) {
        member(out, ZH_SV("properties"));
        (void)zh_personal_take(ZH_PERSONAL_PROPERTIES, properties, out);
    }
    p->hashed = ends_here(out, hashed_from);
    put_personal_context(request, f->context, in_context, out);
    zh_buf_put_u8(out, '}');
    p->personal = ends_here(out, personal_from);
}

static uint64_t body_hash(const zh_event *event, int64_t own_ms, zh_sv hashed)
{
    uint64_t hash = zh_mix64((uint64_t)event->type ^ (uint64_t)own_ms << 8);
    hash = zh_mix64(hash ^ zh_fast64(event->name));
    hash = zh_mix64(hash ^ zh_fast64(event->category));
    return zh_mix64(hash ^ zh_fast64(hashed));
}

/* An id for an event that has none, so that the same bytes sent again are the same event. Without a
 * time of the client's a repeat cannot be told from a second event of the same kind: then the time
 * of receipt and the place in the batch make each its own. */
static zh_err make_message_id(const zh_segment_item_ask *ask, bool own_time, zh_sv hashed,
                              zh_event *event)
{
    static const zh_sip_key public_key = { "zhun message v1" };
    uint64_t a = event->body_hash, b = zh_sip64(&public_key, hashed);
    if (!own_time && !ask->request->is_import) {
        a = zh_mix64(a ^ (uint64_t)event->received_ms);
        b = zh_mix64(b ^ ask->index);
    }
    char text[40];
    const int size = snprintf(text, sizeof text, "zh-%016llx%016llx", (unsigned long long)a,
                              (unsigned long long)b);
    event->message_id = zh_arena_copy(ask->request->arena, (zh_sv){ text, (size_t)size });
    event->marks |= ZH_MARK_NO_MESSAGE_ID;
    return event->message_id.data == NULL ? ZH_FULL : ZH_OK;
}

static zh_sv view(const char *base, piece p)
{
    return p.size == 0 ? (zh_sv){ 0 } : (zh_sv){ base + p.from, p.size };
}

/* Bring the parts into the arena and finish the event. */
static zh_err keep_parts(const zh_segment_item_ask *ask, const fields *f, bool own_time,
                         zh_event *event)
{
    const zh_segment_ask *request = ask->request;
    zh_json_value traits = { 0 }, properties = { 0 };
    if (event->type == ZH_EVENT_IDENTIFY || event->type == ZH_EVENT_GROUP) traits = f->traits;
    else if (event->type != ZH_EVENT_ALIAS) properties = f->properties;
    if (event->type == ZH_EVENT_IDENTIFY && zh_json_is(traits, ZH_JSON_ABSENT)) {
        const zh_json_value inside =
            zh_json_get(f->context, ZH_SV("traits")); /* where RudderStack's SDK has them */
        if (zh_json_is(inside, ZH_JSON_OBJECT)) traits = inside;
    }
    parts p;
    put_parts(request, f, traits, properties, event, &p);
    if (zh_buf_err(request->scratch) != ZH_OK) return zh_buf_err(request->scratch);
    const zh_sv kept = zh_arena_copy(request->arena, zh_buf_view(request->scratch));
    if (kept.data == NULL) return ZH_FULL;
    event->properties = view(kept.data, p.properties);
    event->traits = view(kept.data, p.traits);
    event->context = view(kept.data, p.context);
    event->integrations = view(kept.data, p.integrations);
    event->consent = view(kept.data, p.consent);
    event->personal = view(kept.data, p.personal);
    const zh_sv hashed = view(kept.data, p.hashed);
    event->body_hash = body_hash(event, own_time ? event->original_ms : 0, hashed);
    return event->message_id.size > 0 ? ZH_OK : make_message_id(ask, own_time, hashed, event);
}

static zh_err read_message_id(const zh_segment_item_ask *ask, const fields *f, zh_event *event,
                              zh_segment_reject *reject)
{
    const zh_json_type type = zh_json_type_of(f->message_id);
    const zh_err e = zh_segment_id(f->message_id, ask->request->arena, &event->message_id);
    if (e != ZH_OK) return e;
    reject->message_id = zh_sv_part(event->message_id, 0, ZH_MESSAGE_ID_BYTES_MAX);
    const bool known = type == ZH_JSON_ABSENT || type == ZH_JSON_TEXT || type == ZH_JSON_INT;
    if (!known || event->message_id.size > ZH_MESSAGE_ID_BYTES_MAX)
        (void)refuse(reject, ZH_REJECT_BAD_FIELD, ZH_SV("messageId"));
    return ZH_OK;
}

zh_err zh_segment_item(const zh_segment_item_ask *ask, zh_event *event, zh_segment_reject *reject)
{
    fields f = { 0 };
    bool own_time;
    *event = (zh_event){ 0 };
    reject->why = ZH_REJECT_NONE;
    for (zh_json_iter it = zh_json_walk(ask->item); zh_json_next(&it);)
        put_field(&f, it.key, it.value);
    zh_err e = read_message_id(ask, &f, event, reject);
    if (e != ZH_OK || reject->why != ZH_REJECT_NONE) return e;
    if (!read_type(ask, &f, event, reject) || !check_objects(&f, event, reject)) return ZH_OK;
    e = read_ids(ask, &f, event, reject);
    if (e != ZH_OK || reject->why != ZH_REJECT_NONE) return e;
    if (!read_names(ask, &f, event, reject) || !read_times(ask, &f, event, &own_time, reject))
        return ZH_OK;
    if (event->type == ZH_EVENT_TRACK) {
        zh_sv bad = { 0 };
        const zh_json_value shop = ask->means != NULL ? ask->means->shop : f.properties;
        e = zh_segment_shop(shop, ask->request->is_import, ask->request->arena, event,
                            &bad);
        if (e == ZH_RANGE) {
            (void)refuse(reject, ZH_REJECT_BAD_FIELD, bad);
            return ZH_OK;
        }
        if (e != ZH_OK) return e;
    }
    return keep_parts(ask, &f, own_time, event);
}
