/* messages.c -- messages: asking for one, what became of it and why; the inbox. */
#include "base/time.h"
#include "engine/compose.h"
#include "engine/outbox.h"
#include "server/answer.h"
#include "server/call.h"
#include "sys/file.h"

#define PLAIN_BYTES_MAX (ZH_MESSAGE_DATA_BYTES_MAX - 64)

static zh_world *world_of(zh_call *call) { return zh_engine_world(call->engine); }
static void no_message(zh_call *call) { zh_call_problem(call, 404, "not_found", "messageId", "there is no message of this number"); }

void zh_messages_gauges(zh_call *call)
{
    const zh_ledger *ledger = world_of(call)->ledger;
    zh_metrics *m = zh_engine_metrics(call->engine);
    uint64_t counts[ZH_MESSAGE_STATES];
    zh_sv channel;
    for (size_t at = 0; zh_ledger_counts(ledger, &at, &channel, counts);)
        for (int s = 0; s < ZH_MESSAGE_STATES; s++) {
            const zh_metric_label labels[] = { { "channel", channel }, { "state", zh_sv_of(zh_message_state_text((zh_message_state)s)) } };
            zh_gauge_set(zh_metrics_gauge(m, "zhun_messages", "Messages of the ledger by channel and state.", labels, 2), (double)counts[s]);
        }
    zh_gauge_set(zh_metrics_gauge(m, "zhun_messages_bytes", "Memory of the ledger of messages.", NULL, 0), (double)zh_ledger_bytes(ledger));
}

/* ---- what is written of a message ---- */

/* Members of an open object. Texts are of the ledger: under the read lock, or a copy's. */
static void put_message(const zh_message *m, zh_json_out *out)
{
    char id[ZH_MESSAGE_ID_TEXT_BYTES];
    zh_message_id_print(m->id, id);
    zh_json_out_key_text(out, ZH_SV("messageId"), zh_sv_of(id));
    zh_json_out_key_text(out, ZH_SV("state"), zh_sv_of(zh_message_state_text(m->state)));
    zh_json_out_key_text(out, ZH_SV("why"), zh_sv_of(zh_message_why_text(m->why)));
    if (m->detail.size > 0) zh_json_out_key_text(out, ZH_SV("detail"), m->detail);
    zh_json_out_key_text(out, ZH_SV("channel"), m->plan.channel);
    zh_json_out_key_text(out, ZH_SV("via"), zh_sv_of(zh_channel_text(m->plan.via)));
    zh_json_out_key_text(out, ZH_SV("template"), m->plan.template);
    zh_json_out_key_text(out, ZH_SV("purpose"), m->plan.is_marketing ? ZH_SV("marketing") : ZH_SV("transactional"));
    zh_json_out_key_text(out, ZH_SV("campaign"), m->plan.campaign);
    zh_json_out_key_text(out, ZH_SV("step"), m->plan.step);
    zh_json_out_key_text(out, ZH_SV("key"), m->plan.entry);
    zh_json_out_key_int(out, ZH_SV("priority"), m->plan.priority);
    zh_json_out_key_int(out, ZH_SV("tries"), m->tries);
    if (m->provider.size > 0) zh_json_out_key_text(out, ZH_SV("providerId"), m->provider);
    zh_call_time(out, ZH_SV("plannedAt"), m->planned_ms);
    zh_call_time(out, ZH_SV("dueAt"), m->due_ms);
    zh_call_time(out, ZH_SV("expiresAt"), m->plan.expires_ms);
    zh_call_time(out, ZH_SV("changedAt"), m->changed_ms);
    zh_call_time(out, ZH_SV("sentAt"), m->sent_ms);
    zh_call_time(out, ZH_SV("deliveredAt"), m->delivered_ms);
    zh_call_time(out, ZH_SV("seenAt"), m->seen_ms);
    zh_call_time(out, ZH_SV("clickedAt"), m->clicked_ms);
}

/* What would be decided now: of a message that waits. Under the read lock. */
static void put_verdict(zh_call *call, const zh_message *m, zh_json_out *out)
{
    static const char *const acts[] = { "send", "wait", "skip" };
    zh_delivery_rules rules;
    zh_delivery_contact *contacts = ZH_TAKE(call->arena, zh_delivery_contact, 2 * ZH_OUTBOX_CONTACTS_MAX);
    const zh_tz *zone = zh_engine_tz(call->engine);
    if (m->state != ZH_MESSAGE_PLANNED || contacts == NULL || zh_outbox_rules(world_of(call)->registry, &rules) != ZH_OK) return;
    const zh_delivery d = zh_outbox_judge(call->engine, &rules, m, zone == NULL ? zh_tz_utc() : zone, contacts);
    zh_json_out_key(out, ZH_SV("now"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("act"), zh_sv_of(acts[d.act]));
    zh_json_out_key_text(out, ZH_SV("why"), zh_sv_of(zh_message_why_text(d.why)));
    zh_call_time(out, ZH_SV("until"), d.act == ZH_DELIVERY_WAIT ? d.until_ms : 0);
    zh_json_out_end(out);
}

static void answer_message(zh_call *call, zh_message_id id, unsigned status, const bool *made, bool with_customer)
{
    zh_message m;
    zh_customer_id customer = { 0 };
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_world_lock_read(world_of(call));
    const bool found = zh_ledger_find(world_of(call)->ledger, id, &m);
    if (found) {
        customer = m.customer;
        put_message(&m, &out);
        put_verdict(call, &m, &out);
    }
    zh_world_unlock(world_of(call));
    if (found && made != NULL) zh_json_out_key_bool(&out, ZH_SV("created"), *made);
    if (found && with_customer) {
        zh_json_out_key(&out, ZH_SV("customer"));
        zh_answer_customer_row(call, customer, &out);
    }
    zh_json_out_end(&out);
    if (found) zh_call_json(call, status, &out);
    else no_message(call);
}

static void answer_by_path(zh_call *call, size_t part, bool with_customer)
{
    zh_message_id id;
    if (zh_message_id_parse(zh_http_path_part(call->request, part), &id) != ZH_OK) no_message(call);
    else answer_message(call, id, 200, NULL, with_customer);
}

void zh_route_message(zh_call *call) { answer_by_path(call, 2, false); }
void zh_route_messages_one(zh_call *call) { answer_by_path(call, 3, true); }

/* ---- the log of messages ---- */

static bool read_filter(zh_call *call, zh_ledger_filter *filter, uint64_t *before)
{
    zh_message_state state;
    uint32_t number = 0;
    const zh_sv text = zh_http_param(call->request, ZH_SV("state")), why = zh_http_param(call->request, ZH_SV("why")), cursor = zh_http_param(call->request, ZH_SV("cursor"));
    *filter = (zh_ledger_filter){ .channel = zh_http_param(call->request, ZH_SV("channel")), .campaign = zh_http_param(call->request, ZH_SV("campaign")), .template = zh_http_param(call->request, ZH_SV("template")) };
    *before = 0;
    const char *wrong = NULL;
    if (text.size > 0 && !zh_message_state_of(text, &state)) wrong = "state";
    else if (text.size > 0) filter->states = 1u << (unsigned)state;
    while (why.size > 0 && (unsigned)filter->why < ZH_WHYS && !zh_sv_equal(zh_sv_of(zh_message_why_text(filter->why)), why)) filter->why = (zh_message_why)((unsigned)filter->why + 1);
    if ((unsigned)filter->why >= ZH_WHYS) wrong = "why";
    if (cursor.size > 0 && !zh_call_number(cursor, &number)) wrong = "cursor";
    *before = number;
    if (wrong != NULL) zh_call_problem(call, 400, "bad_field", wrong, "must be one that the list itself shows");
    return wrong == NULL;
}

void zh_route_messages(zh_call *call)
{
    zh_ledger_filter filter;
    zh_message m;
    uint64_t before, last = 0;
    uint32_t shown = 0;
    const size_t limit = zh_call_limit(call);
    const zh_sv of = zh_http_param(call->request, ZH_SV("customerId"));
    char next[24] = "";
    if (!read_filter(call, &filter, &before)) return;
    if (of.size > 0 && !zh_answer_customer_number(of, &filter.customer)) {
        zh_call_problem(call, 400, "bad_field", "customerId", "must be the id of a customer as the lists give it");
        return;
    }
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    zh_world_lock_read(world_of(call));
    const zh_ledger *ledger = world_of(call)->ledger;
    while (shown < limit && zh_ledger_page(ledger, &filter, &before, &m)) {
        char number[24];
        zh_json_out_object(&out);
        put_message(&m, &out);
        zh_answer_customer_text(m.customer, number);
        zh_json_out_key_text(&out, ZH_SV("customerId"), zh_sv_of(number));
        zh_json_out_end(&out);
        shown++;
        last = before;
    }
    if (shown == limit && zh_ledger_page(ledger, &filter, &before, &m)) snprintf(next, sizeof next, "%llu", (unsigned long long)last);
    const uint64_t all = zh_ledger_messages(ledger);
    zh_world_unlock(world_of(call));
    zh_json_out_end(&out);
    zh_json_out_key_int(&out, ZH_SV("total"), (int64_t)all);
    zh_answer_next(&out, next);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* ---- asking for one ---- */

typedef struct wanted {
    zh_message_plan plan;
    zh_customer_id customer;
    zh_sv to;
    zh_buf plain;
    char key[33];
} wanted;

static bool wrong(zh_call *call, const char *field, const char *detail)
{
    zh_call_problem(call, 400, "bad_field", field, detail);
    return false;
}

/* In the arena; true where it is absent. */
static bool read_name(zh_call *call, zh_json_value root, const char *field, size_t most, bool is_name, zh_sv *out)
{
    const zh_json_value value = zh_json_get(root, zh_sv_of(field));
    zh_sv text = { 0 };
    if (zh_json_type_of(value) > ZH_JSON_NULL && (!zh_json_text(value, &text) || text.size > most || (is_name && !zh_define_name_is_good(text)))) return wrong(call, field, is_name ? "must be a name of 1 to 64 letters, digits, - and _" : "must be a text, and not too long");
    *out = text.size == 0 ? text : zh_arena_copy(call->arena, text);
    return true;
}

static bool read_time(zh_call *call, zh_json_value root, const char *field, int64_t *out)
{
    const zh_sv text = zh_json_text_or_empty(zh_json_get(root, zh_sv_of(field)));
    if (text.size == 0 || zh_time_parse(text, out) == ZH_OK) return true;
    return wrong(call, field, "must be a time such as 2026-11-23T08:00:00Z");
}

static bool read_numbers(zh_call *call, zh_json_value root, zh_message_plan *plan)
{
    int64_t priority = 0, hour = ZH_MESSAGE_BEST_NONE;
    double control = 0;
    const zh_json_value of[] = { zh_json_get(root, ZH_SV("priority")), zh_json_get(root, ZH_SV("bestHour")), zh_json_get(root, ZH_SV("control")) };
    if (zh_json_type_of(of[0]) > ZH_JSON_NULL && (!zh_json_int(of[0], &priority) || priority < 0 || priority > 100)) return wrong(call, "priority", "must be a number from 0 to 100");
    if (zh_json_type_of(of[1]) > ZH_JSON_NULL && (!zh_json_int(of[1], &hour) || hour < 0 || hour > 23)) return wrong(call, "bestHour", "must be an hour from 0 to 23");
    if (zh_json_type_of(of[2]) > ZH_JSON_NULL && (!zh_json_real(of[2], &control) || !(control >= 0 && control <= 1))) return wrong(call, "control", "must be a share from 0 to 1");
    plan->priority = (uint8_t)priority;
    plan->best_hour = (uint8_t)hour;
    plan->control = (uint32_t)(control * ZH_MESSAGE_CONTROL_OF + 0.5);
    return true;
}

static bool read_key(zh_call *call, zh_json_value root, wanted *out)
{
    uint8_t random[16];
    if (!read_name(call, root, "key", ZH_MESSAGE_ENTRY_BYTES_MAX, false, &out->plan.entry)) return false;
    if (out->plan.entry.size > 0) return true;
    if (zh_file_random(random, sizeof random) != ZH_OK) return zh_call_failed(call, ZH_IO, NULL), false;
    for (int i = 0; i < 16; i++) (void)snprintf(out->key + 2 * i, 3, "%02x", random[i]);
    out->plan.entry = zh_sv_of(out->key);
    return true;
}

static bool read_data(zh_call *call, zh_json_value root, wanted *out)
{
    const zh_json_value data = zh_json_get(root, ZH_SV("data"));
    if (zh_json_type_of(data) > ZH_JSON_NULL && !zh_json_is(data, ZH_JSON_OBJECT)) return wrong(call, "data", "must be an object");
    if (!zh_json_is(data, ZH_JSON_OBJECT) && out->to.size == 0) return true;
    zh_json_out to = zh_json_out_on(&out->plain);
    zh_json_out_object(&to);
    if (out->to.size > 0) zh_json_out_key_text(&to, ZH_SV("to"), out->to);
    if (zh_json_is(data, ZH_JSON_OBJECT)) {
        zh_json_out_key(&to, ZH_SV("data"));
        zh_json_out_value(&to, data);
    }
    zh_json_out_end(&to);
    return zh_json_out_done(&to) == ZH_OK || wrong(call, "data", "has at most 16 KB");
}

static bool read_wanted(zh_call *call, zh_json_value root, wanted *out)
{
    zh_sv user, id;
    zh_message_plan *p = &out->plan;
    p->due_ms = call->now_ms;
    if (!read_name(call, root, "channel", 64, true, &p->channel) || !read_name(call, root, "template", 64, true, &p->template) || !read_name(call, root, "campaign", 64, true, &p->campaign) ||
        !read_name(call, root, "step", 64, true, &p->step) || !read_name(call, root, "language", ZH_MESSAGE_LANGUAGE_BYTES_MAX, true, &p->language) || !read_name(call, root, "to", 254, false, &out->to) ||
        !read_name(call, root, "userId", ZH_EXTERNAL_ID_BYTES_MAX, false, &user) || !read_name(call, root, "customerId", 24, false, &id)) return false;
    if (p->channel.size == 0) return wrong(call, "channel", "is missing: GET /api/v1/channels lists them");
    if (p->template.size == 0) return wrong(call, "template", "is missing: GET /api/v1/templates lists them");
    if (user.size == 0 && id.size == 0) return wrong(call, "userId", "is missing: whom is it for?");
    if (!read_time(call, root, "sendAt", &p->due_ms) || !read_time(call, root, "expiresAt", &p->expires_ms) || !read_numbers(call, root, p) || !read_key(call, root, out) || !read_data(call, root, out)) return false;
    if (user.size > 0) out->customer = zh_answer_find_customer(call, user);
    else if (!zh_answer_customer_number(id, &out->customer)) return wrong(call, "customerId", "must be the id of a customer as the lists give it");
    if (out->customer.number == 0) zh_call_problem(call, 404, "not_found", "userId", "no customer has this id");
    return out->customer.number != 0;
}

/* To another address than the customer's own goes only what the customer asked for. */
static bool may_name_address(zh_call *call, const wanted *of)
{
    zh_arena arena = zh_arena_open(ZH_TEMPLATE_MEMORY_BYTES_MAX);
    zh_template template;
    const bool marketing = of->to.size > 0 && zh_compose_template(call->engine, of->plan.template, &arena, &template) == ZH_OK && template.is_marketing;
    zh_arena_close(&arena);
    return !marketing || wrong(call, "to", "a marketing message goes to the customer's own address");
}

static void plan(zh_call *call, wanted *of, bool with_customer)
{
    zh_note why = { "" };
    zh_message_id id;
    bool made;
    const zh_err e = zh_outbox_plan(call->engine, of->customer, &of->plan, zh_buf_view(&of->plain), &id, &made, &why);
    char detail[80];
    (void)snprintf(detail, sizeof detail, "there is no such %.32s, or it is not in force", why.text);
    if (e == ZH_OK) answer_message(call, id, 202, &made, with_customer);
    else if (e == ZH_ABSENT) zh_call_problem(call, 404, "not_found", strcmp(why.text, "template") == 0 ? "template" : strcmp(why.text, "channel") == 0 ? "channel" : "userId", detail);
    else if (e == ZH_EXISTS) zh_call_problem(call, 409, "conflict", "key", "another message has the number of this key: choose another one");
    else zh_call_failed(call, e, "the message is too large");
}

static void take(zh_call *call, bool with_customer)
{
    zh_json_value root;
    wanted of = { .plain = zh_buf_open(PLAIN_BYTES_MAX) };
    if (zh_call_body_json(call, &root) && read_wanted(call, root, &of) && may_name_address(call, &of)) plan(call, &of, with_customer);
    zh_buf_close(&of.plain);
}

void zh_route_message_post(zh_call *call) { take(call, false); }
void zh_route_messages_post(zh_call *call) { take(call, true); }

/* A message that waits goes no more. */
void zh_route_message_cancel(zh_call *call)
{
    zh_message_id id;
    zh_message m = { .state = ZH_MESSAGE_SENT };
    if (zh_message_id_parse(zh_http_path_part(call->request, 2), &id) != ZH_OK) {
        no_message(call);
        return;
    }
    zh_world_lock_read(world_of(call));
    const bool found = zh_ledger_find(world_of(call)->ledger, id, &m), waits = m.state == ZH_MESSAGE_PLANNED;
    zh_world_unlock(world_of(call));
    if (!found) no_message(call);
    else if (!waits) zh_call_problem(call, 409, "too_late", "messageId", "it does not wait any more");
    else {
        const zh_message_record record = { .word = (zh_message_word)(ZH_MESSAGE_SAYS_STATE_FIRST + ZH_MESSAGE_SKIPPED), .state = ZH_MESSAGE_SKIPPED, .why = ZH_WHY_CANCELLED, .at_ms = call->now_ms };
        const zh_err e = zh_outbox_say(call->engine, id, &record);
        if (e == ZH_OK) answer_message(call, id, 200, NULL, false);
        else zh_call_failed(call, e, NULL);
    }
}
