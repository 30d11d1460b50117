#include "collect/segment.h"

#include "base/json_out.h"
#include "base/json_scan.h"
#include "collect/clock.h"
#include "collect/segment_item.h"

#include <assert.h>

/* What is at hand while one request is read. */
typedef struct reading {
    const zh_segment_ask *ask;
    zh_segment_batch *out;
    zh_sv context, integrations; /* what the envelope shares, raw; empty where it does not */
    int64_t sent_ms;             /* of the envelope */
    zh_reject envelope_why;      /* not NONE: a fault that every item inherits */
} reading;

/* Without JSON's blanks around, and no other bytes. */
static zh_sv trim(zh_sv text)
{
    static const char blanks[4] = { ' ', '\t', '\n', '\r' };
    while (text.size > 0 && memchr(blanks, text.data[0], sizeof blanks) != NULL)
        text.data++, text.size--;
    while (text.size > 0 && memchr(blanks, text.data[text.size - 1], sizeof blanks) != NULL)
        text.size--;
    return text;
}

static zh_err refuse_request(zh_segment_batch *out, zh_err e, const char *fault, size_t offset)
{
    out->fault = fault;
    out->fault_offset = offset;
    return e;
}

/* The request is malformed: say where. */
static zh_err malformed(const reading *r)
{
    const zh_json_fault fault = zh_json_judge(r->ask->body);
    const zh_json_fault_kind kind = fault.kind == ZH_JSON_BAD_UTF8 ? fault.kind : ZH_JSON_MALFORMED;
    return refuse_request(r->out, ZH_FORMAT, zh_json_fault_text(kind), fault.offset);
}

static bool is_malformed(zh_json_fault_kind kind)
{
    return kind == ZH_JSON_MALFORMED || kind == ZH_JSON_BAD_UTF8;
}

static zh_reject reject_of(zh_json_fault_kind kind)
{
    return kind == ZH_JSON_NUMBER ? ZH_REJECT_BAD_NUMBER
           : kind == ZH_JSON_DEEP ? ZH_REJECT_TOO_DEEP
                                  : ZH_REJECT_TOO_LARGE;
}

/* A text member of a raw object that was not parsed, for the dead letter: quick, and silent about
 * escapes and everything else it does not understand. */
static zh_sv peek(zh_sv raw, zh_sv key, size_t size_max)
{
    zh_json_split it = zh_json_split_on(raw);
    while (zh_json_split_next(&it)) {
        if (!zh_sv_equal(it.key, key) || it.value.size < 2 || it.value.data[0] != '"') continue;
        const zh_sv text = zh_sv_part(it.value, 1, it.value.size - 2);
        const bool plain =
            text.size > 0 && text.size <= size_max && memchr(text.data, '\\', text.size) == NULL;
        return plain ? text : (zh_sv){ 0 };
    }
    return (zh_sv){ 0 };
}

static void add_reject(zh_segment_batch *out, zh_segment_reject reject)
{
    if (reject.message_id.size == 0)
        reject.message_id = peek(reject.raw, ZH_SV("messageId"), ZH_MESSAGE_ID_BYTES_MAX);
    out->rejects[out->rejects_count++] = reject;
}

static zh_err make_room(reading *r, uint32_t items)
{
    zh_segment_batch *out = r->out;
    out->events = ZH_TAKE(r->ask->arena, zh_event, items);
    out->events_index = ZH_TAKE(r->ask->arena, uint32_t, items);
    out->rejects = ZH_TAKE(r->ask->arena, zh_segment_reject, items);
    return out->events == NULL || out->events_index == NULL || out->rejects == NULL ? ZH_FULL
                                                                                    : ZH_OK;
}

/* Members of both objects; where both have one, `mine` wins, or both are merged one level deeper. */
static void put_merged(zh_json_value mine, zh_json_value shared, int levels, zh_json_out *out)
{
    zh_json_out_object(out);
    for (zh_json_iter it = zh_json_walk(shared); zh_json_next(&it);) {
        const zh_json_value own = zh_json_get(mine, it.key);
        if (zh_json_is(own, ZH_JSON_ABSENT)) {
            zh_json_out_key(out, it.key);
            zh_json_out_value(out, it.value);
        }
    }
    for (zh_json_iter it = zh_json_walk(mine); zh_json_next(&it);) {
        const zh_json_value other = zh_json_get(shared, it.key);
        const bool both = zh_json_is(it.value, ZH_JSON_OBJECT) && zh_json_is(other, ZH_JSON_OBJECT);
        zh_json_out_key(out, it.key);
        if (both && levels > 0) put_merged(it.value, other, levels - 1, out);
        else zh_json_out_value(out, it.value);
    }
    zh_json_out_end(out);
}

static void put_shared(zh_json_value mine, zh_json_value shared, zh_sv key, int levels,
                       zh_json_out *out)
{
    const bool nothing = zh_json_is(mine, ZH_JSON_ABSENT) || zh_json_is(mine, ZH_JSON_NULL);
    if (nothing && !zh_json_is(shared, ZH_JSON_OBJECT)) return;
    zh_json_out_key(out, key);
    if (nothing || (zh_json_is(mine, ZH_JSON_OBJECT) && zh_json_is(shared, ZH_JSON_OBJECT)))
        put_merged(mine, shared, levels, out);
    else
        zh_json_out_value(out, mine); /* not an object: refused later, with its name */
}

/* The item with the envelope's context and integrations in it, as JSON in the scratch buffer. */
static void write_merged(zh_json_value item, zh_json_value context, zh_json_value integrations,
                         zh_buf *scratch)
{
    zh_buf_reset(scratch); /* the parser has its own copy */
    zh_json_out out = zh_json_out_on(scratch);
    zh_json_out_object(&out);
    for (zh_json_iter it = zh_json_walk(item); zh_json_next(&it);) {
        if (zh_sv_equal(it.key, ZH_SV("context")) || zh_sv_equal(it.key, ZH_SV("integrations")))
            continue;
        zh_json_out_key(&out, it.key);
        zh_json_out_value(&out, it.value);
    }
    put_shared(zh_json_get(item, ZH_SV("context")), context, ZH_SV("context"), 1, &out);
    put_shared(zh_json_get(item, ZH_SV("integrations")), integrations, ZH_SV("integrations"), 0,
               &out);
    zh_json_out_end(&out);
}

/* Parse one item, alone or together with what the envelope shares: "[item,context,integrations]". */
static zh_err parse_item(const reading *r, zh_sv raw, zh_json_value *item, zh_json_fault *fault)
{
    zh_json *parser = r->ask->parser;
    zh_buf *scratch = r->ask->scratch;
    if (r->context.size == 0 && r->integrations.size == 0)
        return zh_json_parse(parser, raw, item, fault);
    zh_buf_reset(scratch);
    zh_buf_put_u8(scratch, '[');
    zh_buf_put(scratch, raw);
    zh_buf_put_u8(scratch, ',');
    zh_buf_put(scratch, r->context.size == 0 ? ZH_SV("null") : r->context);
    zh_buf_put_u8(scratch, ',');
    zh_buf_put(scratch, r->integrations.size == 0 ? ZH_SV("null") : r->integrations);
    zh_buf_put_u8(scratch, ']');
    zh_err e = zh_buf_err(scratch);
    zh_json_value all;
    if (e == ZH_OK) e = zh_json_parse(parser, zh_buf_view(scratch), &all, fault);
    if (e != ZH_OK) return e;
    zh_json_value parts[3] = { 0 };
    zh_json_iter it = zh_json_walk(all);
    for (int i = 0; i < 3 && zh_json_next(&it); i++) parts[i] = it.value;
    *item = parts[0];
    if (!zh_json_is(parts[0], ZH_JSON_OBJECT) || zh_json_repeated_key(parser, parts[0], NULL))
        return ZH_OK;
    write_merged(parts[0], parts[1], parts[2], scratch);
    e = zh_buf_err(scratch);
    return e != ZH_OK ? e : zh_json_parse(parser, zh_buf_view(scratch), item, fault);
}

/* A slice that is not looked into must still be JSON, or the request is malformed. */
static zh_err refuse_unread(const reading *r, zh_segment_reject reject)
{
    if (is_malformed(zh_json_judge(reject.raw).kind)) return malformed(r);
    add_reject(r->out, reject);
    return ZH_OK;
}

/* One item, from its bytes to an event or a reject. */
static zh_err read_item(const reading *r, zh_sv raw, uint32_t index)
{
    zh_segment_batch *out = r->out;
    zh_segment_reject reject = { .raw = raw, .index = index };
    reject.why = raw.size > ZH_EVENT_BYTES_MAX ? ZH_REJECT_TOO_LARGE : r->envelope_why;
    if (reject.why == r->envelope_why && reject.why != ZH_REJECT_NONE)
        reject.detail = ZH_SV("envelope");
    if (reject.why != ZH_REJECT_NONE) return refuse_unread(r, reject);
    zh_json_value item;
    zh_json_fault fault = { ZH_JSON_FINE, ZH_JSON_OFFSET_UNKNOWN };
    zh_err e = parse_item(r, raw, &item, &fault);
    if (is_malformed(fault.kind)) return malformed(r);
    if (fault.kind == ZH_JSON_NUMBER || fault.kind == ZH_JSON_DEEP || fault.kind == ZH_JSON_LARGE) {
        reject.why = reject_of(fault.kind);
        add_reject(out, reject);
        return ZH_OK;
    }
    if (e != ZH_OK) return e;
    if (!zh_json_is(item, ZH_JSON_OBJECT)) {
        reject.why = ZH_REJECT_NOT_OBJECT;
    } else if (zh_json_repeated_key(r->ask->parser, item, &reject.detail)) {
        reject.why = ZH_REJECT_REPEATED_KEY;
        reject.detail = zh_arena_copy(r->ask->arena, reject.detail);
        if (reject.detail.data == NULL) return ZH_FULL;
    }
    if (reject.why != ZH_REJECT_NONE) {
        add_reject(out, reject);
        return ZH_OK;
    }
    e = zh_json_keep(r->ask->parser, item, r->ask->arena);
    if (e != ZH_OK) return e;
    if (r->ask->route != ZH_SEGMENT_BATCH)
        out->write_key = zh_json_text_or_empty(zh_json_get(item, ZH_SV("writeKey")));
    const zh_segment_item_ask ask = {
        .request = r->ask, .item = item, .sent_ms = r->sent_ms, .index = index
    };
    e = zh_segment_item(&ask, &out->events[out->events_count], &reject);
    if (e != ZH_OK) return e;
    if (reject.why != ZH_REJECT_NONE) add_reject(out, reject);
    else out->events_index[out->events_count++] = index;
    return ZH_OK;
}

static zh_err read_single(reading *r)
{
    const zh_sv raw = trim(r->ask->body);
    if (raw.size > ZH_EVENT_BYTES_MAX)
        return refuse_request(r->out, ZH_RANGE, "the event is larger than 32,768 bytes",
                              ZH_JSON_OFFSET_UNKNOWN);
    r->out->items_count = 1;
    zh_err e = make_room(r, 1);
    if (e == ZH_OK) e = read_item(r, raw, 0);
    if (e == ZH_OK && r->out->write_key.size == 0) /* a reject may not have been parsed */
        r->out->write_key = peek(raw, ZH_SV("writeKey"), ZH_EXTERNAL_ID_BYTES_MAX);
    return e;
}

/* The envelope's raw members that this dialect knows. A key twice would hide events: refused. */
typedef struct envelope {
    zh_sv batch, context, integrations;
    bool repeated;
} envelope;

static void note(zh_sv *slot, zh_sv value, envelope *found)
{
    found->repeated = found->repeated || slot->data != NULL;
    *slot = value;
}

static bool split_envelope(zh_sv body, envelope *found)
{
    zh_json_split it = zh_json_split_on(body);
    if (it.close_ != '}') return false;
    while (zh_json_split_next(&it)) {
        if (zh_sv_equal(it.key, ZH_SV("batch"))) note(&found->batch, it.value, found);
        else if (zh_sv_equal(it.key, ZH_SV("context"))) note(&found->context, it.value, found);
        else if (zh_sv_equal(it.key, ZH_SV("integrations")))
            note(&found->integrations, it.value, found);
    }
    return !it.bad;
}

/* Parse the envelope without its batch: that proves its grammar, and gives key and sentAt. */
static zh_err read_envelope(reading *r, const envelope *found)
{
    const zh_segment_ask *ask = r->ask;
    const size_t before = (size_t)(found->batch.data - ask->body.data);
    zh_json_value root;
    zh_json_fault fault = { ZH_JSON_FINE, ZH_JSON_OFFSET_UNKNOWN };
    zh_buf_reset(ask->scratch);
    zh_buf_put(ask->scratch, zh_sv_part(ask->body, 0, before));
    zh_buf_put(ask->scratch, ZH_SV("[]"));
    zh_buf_put(ask->scratch, zh_sv_part(ask->body, before + found->batch.size, ask->body.size));
    zh_err e = zh_buf_err(ask->scratch);
    if (e != ZH_OK) return e;
    const zh_sv text = zh_buf_view(ask->scratch);
    e = zh_json_parse(ask->parser, text, &root, &fault);
    if (fault.kind == ZH_JSON_LARGE)
        fault = zh_json_judge(text).kind == ZH_JSON_FINE ? fault : zh_json_judge(text);
    if (is_malformed(fault.kind)) return malformed(r);
    if (e == ZH_NOMEM) return e;
    if (e != ZH_OK) {
        r->envelope_why = reject_of(fault.kind);
        r->out->write_key = peek(text, ZH_SV("writeKey"), ZH_EXTERNAL_ID_BYTES_MAX);
        return ZH_OK;
    }
    if (zh_json_repeated_key(ask->parser, root, NULL)) r->envelope_why = ZH_REJECT_REPEATED_KEY;
    e = zh_json_keep(ask->parser, root, ask->arena);
    if (e != ZH_OK) return e;
    r->out->write_key = zh_json_text_or_empty(zh_json_get(root, ZH_SV("writeKey")));
    if (!zh_segment_time(zh_json_get(root, ZH_SV("sentAt")), &r->sent_ms))
        r->sent_ms = ZH_CLOCK_ABSENT;
    if (zh_json_count(zh_json_get(root, ZH_SV("context"))) > 0) r->context = found->context;
    if (zh_json_count(zh_json_get(root, ZH_SV("integrations"))) > 0)
        r->integrations = found->integrations;
    if (r->context.size + r->integrations.size > ZH_SEGMENT_SHARED_BYTES_MAX)
        r->envelope_why = ZH_REJECT_TOO_LARGE;
    return ZH_OK;
}

/* A body of the batch route that holds no batch: one dead letter, for somebody meant something. */
static zh_err no_batch(reading *r, zh_reject why)
{
    if (is_malformed(zh_json_judge(r->ask->body).kind)) return malformed(r);
    r->out->items_count = 1;
    const zh_err e = make_room(r, 1);
    if (e != ZH_OK) return e;
    if (r->out->write_key.size == 0)
        r->out->write_key = peek(r->ask->body, ZH_SV("writeKey"), ZH_EXTERNAL_ID_BYTES_MAX);
    add_reject(r->out, (zh_segment_reject){
                           .why = why, .detail = ZH_SV("batch"), .raw = trim(r->ask->body) });
    return ZH_OK;
}

/* The items' slices; *count may exceed what was kept. */
static zh_err split_batch(const reading *r, zh_sv batch, zh_sv **slices, uint32_t *count)
{
    const size_t room =
        batch.size / 2 < ZH_SEGMENT_EVENTS_MAX ? batch.size / 2 + 1 : ZH_SEGMENT_EVENTS_MAX;
    *count = 0;
    *slices = zh_arena_take_raw(r->ask->arena, room, sizeof **slices);
    if (*slices == NULL) return ZH_FULL;
    zh_json_split it = zh_json_split_on(batch);
    for (; zh_json_split_next(&it); ++*count)
        if (*count < room) (*slices)[*count] = it.value;
    return it.bad ? malformed(r) : ZH_OK;
}

static zh_err read_batch(reading *r)
{
    const zh_segment_ask *ask = r->ask;
    envelope found = { 0 };
    uint32_t count;
    zh_sv *slices;
    if (trim(ask->body).size > ZH_SEGMENT_BATCH_BYTES_MAX)
        return refuse_request(r->out, ZH_RANGE, "the batch is larger than 512,000 bytes",
                              ZH_JSON_OFFSET_UNKNOWN);
    if (!split_envelope(ask->body, &found)) return no_batch(r, ZH_REJECT_NOT_OBJECT);
    if (found.repeated)
        return refuse_request(r->out, ZH_FORMAT, "the envelope has a key twice",
                              ZH_JSON_OFFSET_UNKNOWN);
    if (found.batch.size == 0 || found.batch.data[0] != '[')
        return no_batch(r, ZH_REJECT_BAD_FIELD);
    zh_err e = read_envelope(r, &found);
    if (e == ZH_OK) e = split_batch(r, found.batch, &slices, &count);
    if (e != ZH_OK) return e;
    r->out->items_count = count;
    if (count > ZH_SEGMENT_EVENTS_MAX) {
        if (is_malformed(zh_json_judge(ask->body).kind)) return malformed(r);
        r->out->whole_rejected = true;
        r->out->whole_why = ZH_REJECT_TOO_MANY;
        return ZH_OK;
    }
    e = make_room(r, count);
    for (uint32_t i = 0; i < count && e == ZH_OK; i++) e = read_item(r, slices[i], i);
    return e;
}

zh_err zh_segment_read(const zh_segment_ask *ask, zh_segment_batch *out)
{
    assert(ask->route >= ZH_SEGMENT_TRACK);
    assert(ask->route <= ZH_SEGMENT_ANY);
    *out = (zh_segment_batch){ .fault_offset = ZH_JSON_OFFSET_UNKNOWN };
    reading r = { .ask = ask, .out = out, .sent_ms = ZH_CLOCK_ABSENT };
    const zh_err e = ask->route == ZH_SEGMENT_BATCH ? read_batch(&r) : read_single(&r);
    if (e != ZH_OK) out->events_count = out->rejects_count = 0; /* all or nothing */
    return e;
}
