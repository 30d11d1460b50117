/* consents.c -- what customers allowed and refused: said, read, the ledger of it, and whether one may ask them. */
#include "base/time.h"
#include "guard/digest.h"
#include "server/answer.h"
#include "server/links.h"

#define SKEW_MS INT64_C(300000) /* clocks of a shop and its customers differ; more than this is the future */
_Static_assert(ZH_CONSENT_PROOF_BYTES == ZH_DIGEST_BYTES, "a proof is written as a digest is");

/* ---- answering ---- */

static void put_times(const zh_consent *c, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("times"));
    zh_json_out_object(out);
    for (int field = 0; field < ZH_CONSENT_FIELDS; field++)
        if (c->words[field].choice != ZH_CHOICE_UNKNOWN && c->words[field].at_ms != 0)
            zh_call_time(out, zh_sv_of(zh_consent_field_text((zh_consent_field)field)), c->words[field].at_ms);
    zh_json_out_end(out);
}

static void put_consents(const zh_consent *c, zh_json_out *out)
{
    zh_json_out_key_bool(out, ZH_SV("personalization"), c->personalization);
    zh_json_out_key_bool(out, ZH_SV("analytics"), c->analytics);
    zh_json_out_key_bool(out, ZH_SV("sharing"), c->sharing);
    zh_json_out_key_bool(out, ZH_SV("minor"), c->minor);
    zh_json_out_key(out, ZH_SV("marketing"));
    zh_json_out_object(out);
    for (int i = 0; i < (int)ZH_CHANNEL_COUNT; i++)
        if (c->marketing[i] != ZH_CHOICE_UNKNOWN)
            zh_json_out_key_bool(out, zh_sv_of(zh_channel_text((zh_channel)i)), c->marketing[i] == ZH_CHOICE_YES);
    zh_json_out_end(out);
    if (c->version.size > 0) zh_json_out_key_text(out, ZH_SV("version"), c->version);
    if (c->source.size > 0) zh_json_out_key_text(out, ZH_SV("source"), c->source);
    put_times(c, out);
}

void zh_answer_consents(zh_call *call, zh_customer_id customer, zh_json_out *out)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_world_lock_read(w);
    const zh_consent c = zh_consents_get(w->consents, customer);
    zh_json_out_object(out);
    put_consents(&c, out);
    zh_json_out_end(out);
    zh_world_unlock(w);
}

static bool has_proof(const zh_consent_change *line)
{
    static const uint8_t none[ZH_CONSENT_PROOF_BYTES];
    return memcmp(line->proof, none, sizeof none) != 0;
}

static void put_line(const zh_consent_change *line, zh_json_out *out)
{
    zh_json_out_object(out);
    zh_call_time(out, ZH_SV("at"), line->at_ms);
    zh_json_out_key(out, ZH_SV("said"));
    zh_json_out_object(out);
    for (int field = 0; field < ZH_CONSENT_FIELDS; field++)
        if ((line->said & ZH_CONSENT_BIT(field)) != 0)
            zh_json_out_key_bool(out, zh_sv_of(zh_consent_field_text((zh_consent_field)field)), (line->yes & ZH_CONSENT_BIT(field)) != 0);
    zh_json_out_end(out);
    zh_json_out_key(out, ZH_SV("asked"));
    zh_json_out_array(out);
    for (int field = 0; field < ZH_CONSENT_FIELDS; field++)
        if ((line->asked & ZH_CONSENT_BIT(field)) != 0) zh_json_out_text(out, zh_sv_of(zh_consent_field_text((zh_consent_field)field)));
    zh_json_out_end(out);
    if (line->version.size > 0) zh_json_out_key_text(out, ZH_SV("version"), line->version);
    if (line->source.size > 0) zh_json_out_key_text(out, ZH_SV("source"), line->source);
    if (has_proof(line)) {
        char text[ZH_DIGEST_TEXT_BYTES];
        zh_digest_print(line->proof, text);
        zh_json_out_key_text(out, ZH_SV("proof"), zh_sv_of(text));
    }
    zh_json_out_end(out);
}

zh_err zh_answer_ledger(zh_call *call, zh_customer_id customer, zh_json_out *out)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_consent_change *lines = ZH_TAKE(call->arena, zh_consent_change, ZH_CONSENT_LINES_MAX);
    if (lines == NULL) return ZH_NOMEM;
    zh_json_out_object(out);
    zh_world_lock_read(w);
    const zh_consent c = zh_consents_get(w->consents, customer);
    const uint32_t count = zh_consents_ledger(w->consents, customer, lines);
    zh_json_out_key(out, ZH_SV("consents"));
    zh_json_out_object(out);
    put_consents(&c, out);
    zh_json_out_end(out);
    zh_json_out_key(out, ZH_SV("items"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < count; i++) put_line(&lines[i], out);
    zh_world_unlock(w);
    zh_json_out_end(out);
    zh_json_out_key_int(out, ZH_SV("limit"), ZH_CONSENT_LINES_MAX);
    zh_json_out_end(out);
    return ZH_OK;
}

static void answer_ledger(zh_call *call, zh_customer_id customer)
{
    zh_json_out out = zh_call_begin(call);
    const zh_err e = zh_answer_ledger(call, customer, &out);
    if (e == ZH_OK) zh_call_json(call, 200, &out);
    else zh_call_failed(call, e, "the ledger could not be read");
}

void zh_consents_gauges(zh_call *call)
{
    const zh_world *w = zh_engine_world(call->engine);
    for (int field = 0; field < ZH_CONSENT_FIELDS; field++) {
        if ((ZH_CONSENT_BIT(field) & ZH_CONSENT_SAYABLE) == 0) continue;
        for (zh_choice choice = ZH_CHOICE_NO; choice <= ZH_CHOICE_YES; choice++) {
            const zh_metric_label labels[] = { { "purpose", zh_sv_of(zh_consent_field_text((zh_consent_field)field)) }, { "choice", choice == ZH_CHOICE_YES ? ZH_SV("yes") : ZH_SV("no") } };
            zh_gauge_set(zh_metrics_gauge(zh_engine_metrics(call->engine), "zhun_consents", "Customers whose newest word of a purpose is yes, or no.", labels, 2),
                         (double)zh_consents_count(w->consents, (zh_consent_field)field, choice));
        }
    }
}

/* ---- reading ---- */

static bool say(zh_json_value value, zh_consent_field field, zh_consent_change *change)
{
    bool yes;
    if (zh_json_is(value, ZH_JSON_ABSENT)) return true;
    if (!zh_json_bool(value, &yes)) return false;
    change->said |= ZH_CONSENT_BIT(field);
    if (yes) change->yes |= ZH_CONSENT_BIT(field);
    return true;
}

/* By channel; or `false` for all of them. A yes to all of them at once is no consent: it names nothing. */
static bool say_marketing(zh_json_value value, zh_consent_change *change)
{
    bool yes;
    if (zh_json_is(value, ZH_JSON_ABSENT)) return true;
    if (zh_json_bool(value, &yes)) {
        change->said |= ZH_CONSENT_CHANNELS;
        return !yes;
    }
    if (!zh_json_is(value, ZH_JSON_OBJECT)) return false;
    for (zh_json_iter it = zh_json_walk(value); zh_json_next(&it);) {
        zh_channel channel;
        if (!zh_channel_of(it.key, &channel) || !say(it.value, ZH_CONSENT_OF(channel), change)) return false;
    }
    return true;
}

static bool read_proof(zh_json_value value, zh_consent_change *change)
{
    zh_sv text;
    if (zh_json_type_of(value) <= ZH_JSON_NULL) return true;
    return zh_json_text(value, &text) && zh_digest_parse(text, change->proof) == ZH_OK;
}

static bool read_texts(zh_json_value root, zh_consent_change *change, const char **field)
{
    change->version = zh_json_text_or_empty(zh_json_get(root, ZH_SV("version")));
    change->source = zh_json_text_or_empty(zh_json_get(root, ZH_SV("source")));
    *field = change->version.size > ZH_CONSENT_TEXT_BYTES_MAX ? "version" : change->source.size > ZH_CONSENT_TEXT_BYTES_MAX ? "source" : NULL;
    return *field == NULL;
}

/* The moment he said it: an app that was offline tells it later. */
static bool read_time(zh_call *call, zh_json_value value, zh_consent_change *change)
{
    zh_sv text;
    change->at_ms = call->now_ms;
    if (zh_json_type_of(value) <= ZH_JSON_NULL) return true;
    return zh_json_text(value, &text) && zh_time_parse(text, &change->at_ms) == ZH_OK && change->at_ms > 0 && change->at_ms <= call->now_ms + SKEW_MS;
}

/* The field that is wrong, or NULL. */
static const char *read_consent(zh_call *call, zh_json_value root, zh_consent_change *change)
{
    const char *field;
    if (!say(zh_json_get(root, ZH_SV("personalization")), ZH_CONSENT_PERSONALIZATION, change)) return "personalization";
    if (!say(zh_json_get(root, ZH_SV("analytics")), ZH_CONSENT_ANALYTICS, change)) return "analytics";
    if (!say(zh_json_get(root, ZH_SV("sharing")), ZH_CONSENT_SHARING, change)) return "sharing";
    if (!say(zh_json_get(root, ZH_SV("minor")), ZH_CONSENT_MINOR, change)) return "minor";
    if (!say_marketing(zh_json_get(root, ZH_SV("marketing")), change)) return "marketing";
    if (!read_texts(root, change, &field)) return field;
    if (!read_proof(zh_json_get(root, ZH_SV("proof")), change)) return "proof";
    if (!read_time(call, zh_json_get(root, ZH_SV("timestamp")), change)) return "timestamp";
    return change->said == 0 ? "personalization" : NULL;
}

/* ---- said and read ---- */

/* Kept and folded before it returns. His own choice is taken even on a full disk; that he was asked is not his choice. */
static zh_err keep(zh_call *call, zh_sv user, zh_consent_change *change, zh_customer_id *customer)
{
    zh_work_ids ids = { .user = zh_blind(zh_engine_sealer(call->engine), ZH_BLIND_USER, user) };
    zh_work work = { .consents = change, .consents_count = 1, .consent_user = user, .consent_ids = &ids, .vital = change->said != 0 };
    const zh_err e = zh_engine_do(call->engine, &work);
    *customer = work.customer;
    return e;
}

/* Words of one millisecond end in the stricter one, and clocks of shops run a little ahead: his word now is later than all of them. */
static void come_after(zh_call *call, zh_customer_id customer, zh_consent_change *change)
{
    zh_world *w = zh_engine_world(call->engine);
    change->at_ms = call->now_ms;
    zh_world_lock_read(w);
    const zh_consent now = zh_consents_get(w->consents, customer);
    zh_world_unlock(w);
    for (int field = 0; field < ZH_CONSENT_FIELDS; field++)
        if ((change->said & ZH_CONSENT_BIT(field)) != 0 && now.words[field].choice != ZH_CHOICE_UNKNOWN && now.words[field].at_ms >= change->at_ms) change->at_ms = now.words[field].at_ms + 1;
}

zh_err zh_consents_say(zh_call *call, zh_customer_id customer, zh_consent_change *change)
{
    zh_buf record = zh_buf_open(1024);
    change->customer = customer;
    come_after(call, customer, change);
    zh_consent_put(change, &record);
    zh_work work = { .customer_record = zh_buf_view(&record), .customer_owner = customer, .vital = true };
    zh_err e = zh_buf_err(&record);
    if (e == ZH_OK) e = zh_engine_do(call->engine, &work);
    zh_buf_close(&record);
    return e;
}

void zh_route_consents_get(zh_call *call)
{
    zh_json_out out = zh_call_begin(call);
    zh_answer_consents(call, zh_answer_find_customer(call, zh_http_path_part(call->request, 2)), &out);
    zh_call_json(call, 200, &out);
}

void zh_route_consents_put(zh_call *call)
{
    zh_json_value root;
    zh_consent_change change = { 0 };
    if (!zh_call_body_json(call, &root)) return;
    const char *field = read_consent(call, root, &change);
    const zh_sv user = zh_http_path_part(call->request, 2);
    if (field == NULL && (user.size == 0 || user.size > ZH_EXTERNAL_ID_BYTES_MAX)) field = "userId";
    if (field != NULL) {
        zh_call_problem(call, 400, "bad_field", field, "say true or false to personalization, analytics, sharing, minor or marketing channels (marketing: false means all); texts have at most 128 bytes, a proof is a SHA-256 in hexadecimal, a timestamp is not to come");
        return;
    }
    zh_customer_id customer;
    const zh_err e = keep(call, user, &change, &customer);
    if (e != ZH_OK) {
        zh_call_failed(call, e == ZH_FULL ? ZH_IO : e, "the choice could not be kept");
        return;
    }
    zh_json_out out = zh_call_begin(call);
    zh_answer_consents(call, customer, &out);
    zh_call_json(call, 200, &out);
}

void zh_route_consents_ledger(zh_call *call)
{
    zh_permit permit;
    const zh_customer_id customer = zh_answer_user_customer(call, &permit);
    if (customer.number != 0) answer_ledger(call, customer);
}

void zh_route_customer_consents(zh_call *call)
{
    zh_permit permit;
    const zh_customer_id customer = zh_answer_path_customer(call, &permit);
    if (customer.number != 0) answer_ledger(call, customer);
}

/* ---- may one ask? ---- */

typedef struct asked {
    zh_sv user;
    zh_consent_field field;
    zh_sv version;
    zh_ask_answer answer;
    int64_t until_ms;
} asked;

/* False: a problem was answered. */
static bool look_up(zh_call *call, zh_sv purpose, asked *a)
{
    a->user = zh_http_path_part(call->request, 2);
    const bool known = zh_consent_field_of(purpose, &a->field) && a->field != ZH_CONSENT_MINOR;
    if (!known || a->version.size > ZH_CONSENT_TEXT_BYTES_MAX || a->user.size == 0 || a->user.size > ZH_EXTERNAL_ID_BYTES_MAX) {
        zh_call_problem(call, 400, "bad_field", !known ? "purpose" : a->version.size > ZH_CONSENT_TEXT_BYTES_MAX ? "version" : "userId",
                        "a purpose is personalization, analytics, sharing or marketing.CHANNEL; a version has at most 128 bytes");
        return false;
    }
    zh_world *w = zh_engine_world(call->engine);
    const zh_customer_id customer = zh_engine_find(call->engine, a->user, (zh_sv){ 0 });
    zh_world_lock_read(w);
    a->answer = zh_consents_may_ask(w->consents, customer, a->field, a->version, call->now_ms, &a->until_ms);
    zh_world_unlock(w);
    const zh_metric_label labels[] = { { "answer", zh_sv_of(zh_ask_answer_text(a->answer)) } };
    zh_counter_add(zh_metrics_counter(zh_engine_metrics(call->engine), "zhun_consent_asks_total", "May a customer be asked for a consent? By answer.", labels, 1), 1);
    return true;
}

static void answer_ask(zh_call *call, const asked *a)
{
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("purpose"), zh_sv_of(zh_consent_field_text(a->field)));
    zh_json_out_key_bool(&out, ZH_SV("may"), a->answer == ZH_ASK_MAY);
    zh_json_out_key_text(&out, ZH_SV("why"), zh_sv_of(zh_ask_answer_text(a->answer)));
    if (a->until_ms != INT64_MAX && a->answer != ZH_ASK_MAY) zh_call_time(&out, ZH_SV("until"), a->until_ms);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

void zh_route_consents_may_ask(zh_call *call)
{
    asked a = { .version = zh_http_param(call->request, ZH_SV("version")) };
    if (look_up(call, zh_http_param(call->request, ZH_SV("purpose")), &a)) answer_ask(call, &a);
}

/* The question is about to be put: refused inside the cooling time, else written down. */
void zh_route_consents_ask(zh_call *call)
{
    zh_json_value root;
    zh_consent_change change = { .at_ms = call->now_ms };
    const char *field;
    zh_customer_id customer;
    if (!zh_call_body_json(call, &root)) return;
    if (!read_texts(root, &change, &field)) {
        zh_call_problem(call, 400, "bad_field", field, "texts have at most 128 bytes");
        return;
    }
    asked a = { .version = change.version };
    if (!look_up(call, zh_json_text_or_empty(zh_json_get(root, ZH_SV("purpose"))), &a)) return;
    if (a.answer != ZH_ASK_MAY) {
        static const char *const why[] = { "", "the customer has said yes already", "the customer said no: not again within 90 days", "the customer was asked: not again within 90 days", "a minor is not asked for this" };
        zh_call_problem(call, 409, "may_not_ask", "purpose", why[a.answer]);
        return;
    }
    change.asked = ZH_CONSENT_BIT(a.field);
    const zh_err e = keep(call, a.user, &change, &customer);
    if (e != ZH_OK) zh_call_failed(call, e == ZH_FULL ? ZH_IO : e, "that the customer is asked could not be written down");
    else answer_ask(call, &a);
}
