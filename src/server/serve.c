/* serve.c -- the serving routes: recommendations, profiles, decisions. */
#include "base/time.h"
#include "engine/history.h"
#include "server/answer.h"
#include "server/call.h"

#define MICRO 1e6

/* ---- recommendations ---- */

typedef enum answer_form {
    FORM_SERVER, /* ids, reasons, evidence: the shop's server has the rest */
    FORM_PERSON, /* and what the catalog knows of each item */
    FORM_PAGE,   /* what a page draws: items as for a person, and reasons that tell nothing of a customer's past */
} answer_form;

bool zh_call_is_public(const zh_call *call, zh_sv placement)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_world_lock_read(w);
    const zh_placement *p = zh_placements_find(w->placements, placement);
    const bool is = p != NULL && p->is_public;
    zh_world_unlock(w);
    return is || zh_call_is_named_public(call, placement);
}

bool zh_call_is_named_public(const zh_call *call, zh_sv placement)
{
    zh_sv rest = call->server->d.public_placements;
    while (rest.size > 0) {
        const char *comma = memchr(rest.data, ',', rest.size);
        const size_t size = comma == NULL ? rest.size : (size_t)(comma - rest.data);
        if (zh_sv_equal(zh_sv_trim(zh_sv_part(rest, 0, size)), placement)) return true;
        rest = zh_sv_part(rest, size + 1, SIZE_MAX);
    }
    return false;
}

/* A page cannot send a header without a preflight before each question, so it gives its write key in the
 * address. What else such a key may do is forgotten: a server key does not belong into an address. */
void zh_call_identify_page(zh_call *call)
{
    zh_key key;
    const zh_sv text = zh_http_param(call->request, ZH_SV("writeKey"));
    if (call->caller.kind != CALLER_NOBODY || text.size == 0 || zh_call_key(call, text, &key) != ZH_OK) return;
    if ((key.scopes & ZH_SCOPE_WRITE) == 0) return;
    call->caller = (zh_call_caller){ .kind = CALLER_KEY, .scopes = ZH_SCOPE_WRITE, .source = key.source,
                                     .actor = { .kind = ZH_ACTOR_KEY, .number = key.number } };
}

bool zh_call_is_write_key(const zh_call *call)
{
    return call->caller.kind == CALLER_KEY && (call->caller.scopes & (ZH_SCOPE_SERVE | ZH_SCOPE_ADMIN)) == 0;
}

/* A server key, a person, or the owner may ask for anyone. A write key, which lies open in a page's
 * source, may read only what is public. */
static bool may_ask(zh_call *call, bool is_public)
{
    if (call->caller.kind == CALLER_NOBODY) {
        zh_call_problem(call, 401, "unauthorized", NULL, "a server key is needed: Authorization: Bearer KEY");
        return false;
    }
    if (zh_call_is_write_key(call) && !is_public) {
        zh_call_problem(call, 403, "forbidden", NULL, "a write key may only read placements marked public, with GET: say public in their definition, or zhun serve --public-placements NAMES");
        return false;
    }
    if (call->caller.kind == CALLER_PERSON && !zh_call_has_right(call, ZH_RIGHT_VIEW_CUSTOMER)) {
        zh_call_problem(call, 403, "forbidden", NULL, "this role may not look at one customer");
        return false;
    }
    return true;
}

static const char *bad_texts(zh_json_value array, const zh_sv **out, uint32_t *count, zh_arena *arena)
{
    *out = NULL;
    *count = 0;
    if (zh_json_is(array, ZH_JSON_ABSENT) || zh_json_is(array, ZH_JSON_NULL)) return NULL;
    if (!zh_json_is(array, ZH_JSON_ARRAY)) return "must be an array of item ids";
    const size_t all = zh_json_count(array);
    if (all > ZH_DECISION_ASKED_MAX) return "has more than 200 items";
    zh_sv *texts = ZH_TAKE(arena, zh_sv, all + 1);
    if (texts == NULL) return "does not fit";
    for (zh_json_iter it = zh_json_walk(array); zh_json_next(&it);) {
        if (!zh_json_text(it.value, &texts[*count])) return "must be an array of item ids";
        if (texts[*count].size > 0) ++*count;
    }
    *out = texts;
    return NULL;
}

static bool read_number(zh_json_value value, uint32_t *n)
{
    int64_t number;
    if (zh_json_is(value, ZH_JSON_ABSENT) || zh_json_is(value, ZH_JSON_NULL)) return true;
    if (!zh_json_int(value, &number) || number < 1 || number > ZH_DECISION_ITEMS_MAX) return false;
    *n = (uint32_t)number;
    return true;
}

/* Absent and null are empty; another type than text is wrong. */
static bool read_text(zh_json_value object, const char *name, zh_sv *out)
{
    const zh_json_value value = zh_json_get(object, zh_sv_of(name));
    *out = (zh_sv){ 0 };
    return zh_json_is(value, ZH_JSON_ABSENT) || zh_json_is(value, ZH_JSON_NULL) || zh_json_text(value, out);
}

/* The first field that is wrong, or NULL. */
const char *zh_call_read_ask(zh_call *call, zh_json_value root, zh_ask *ask, const char **detail)
{
    const zh_json_value context = zh_json_get(root, ZH_SV("context"));
    *detail = "must be text";
    if (!read_text(root, "placement", &ask->placement)) return "placement";
    ask->user_id = zh_json_text_or_empty(zh_json_get(root, ZH_SV("userId")));
    ask->anonymous_id = zh_json_text_or_empty(zh_json_get(root, ZH_SV("anonymousId")));
    ask->context_item = zh_json_text_or_empty(zh_json_get(context, ZH_SV("itemId")));
    ask->city = zh_sv_part(zh_json_text_or_empty(zh_json_get(context, ZH_SV("city"))), 0, ZH_CONTEXT_TEXT_BYTES_MAX);
    ask->device = zh_sv_part(zh_json_text_or_empty(zh_json_get(context, ZH_SV("device"))), 0, ZH_CONTEXT_TEXT_BYTES_MAX);
    ask->explain = true;
    (void)zh_json_bool(zh_json_get(root, ZH_SV("explain")), &ask->explain);
    *detail = "must be a number from 1 to 100";
    if (!read_number(zh_json_get(root, ZH_SV("n")), &ask->n)) return "n";
    *detail = bad_texts(zh_json_get(context, ZH_SV("cart")), &ask->cart, &ask->cart_count, call->arena);
    if (*detail != NULL) return "context.cart";
    *detail = bad_texts(zh_json_get(root, ZH_SV("exclude")), &ask->exclude, &ask->exclude_count, call->arena);
    if (*detail != NULL) return "exclude";
    zh_scene_read(context, ask);
    zh_sv time;
    *detail = "must be a time such as 2026-11-21T08:00:00Z";
    if (!read_text(context, "time", &time) || (time.size > 0 && zh_time_parse(time, &ask->time_ms) != ZH_OK)) return "context.time";
    return NULL;
}

static void put_evidence(const zh_reason *reason, const zh_sv *titles, uint32_t count, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("evidence"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < count; i++) {
        const zh_evidence *e = &reason->evidence[i];
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("itemId"), e->item_text);
        if (titles[i].size > 0) zh_json_out_key_text(out, ZH_SV("title"), titles[i]);
        zh_json_out_key_text(out, ZH_SV("event"), zh_answer_event_of(e->act));
        zh_call_time(out, ZH_SV("at"), e->at_ms);
        zh_json_out_key_real(out, ZH_SV("weight"), (double)e->share_micro / MICRO);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

/* Whoever has the write key can call any user id their own (identify), so a page is never told what that
 * customer bought or looked at: sentences without titles, and no evidence. */
static void make_bare(zh_reason *reason, zh_arena *arena)
{
    reason->en = zh_reason_en(reason->code, (zh_sv){ 0 }, arena);
    reason->zh = zh_reason_zh(reason->code, (zh_sv){ 0 }, arena);
}

static void put_reason(const zh_reason *reason, const zh_sv *titles, bool evidence, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("reason"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("code"), zh_sv_of(zh_reason_code_text(reason->code)));
    zh_json_out_key(out, ZH_SV("text"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("en"), reason->en);
    zh_json_out_key_text(out, ZH_SV("zh"), reason->zh);
    zh_json_out_end(out);
    put_evidence(reason, titles, evidence ? reason->evidence_count : 0, out);
    zh_json_out_end(out);
}

static void put_card(const zh_answer_item *item, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("item"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("title"), item->title);
    zh_json_out_key_text(out, ZH_SV("category"), item->category);
    zh_json_out_key_text(out, ZH_SV("brand"), item->brand);
    if (item->price_minor >= 0) zh_json_out_key_int(out, ZH_SV("priceCents"), item->price_minor);
    zh_answer_currency(out, ZH_SV("currency"), item->currency);
    if (item->image_url.size > 0) zh_json_out_key_text(out, ZH_SV("imageUrl"), item->image_url);
    if (item->url.size > 0) zh_json_out_key_text(out, ZH_SV("url"), item->url);
    zh_json_out_end(out);
}

static void put_answer(zh_call *call, const zh_answer *a, answer_form form, zh_json_out *out)
{
    char id[ZH_DECISION_ID_TEXT_BYTES];
    zh_decision_id_print(a->decision.id, id);
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("decisionId"), zh_sv_of(id));
    zh_json_out_key_text(out, ZH_SV("placement"), a->decision.placement);
    zh_json_out_key_bool(out, ZH_SV("personalized"), a->decision.personalized);
    zh_json_out_key_text(out, ZH_SV("strategy"), zh_sv_of(zh_strategy_text(a->decision.strategy)));
    zh_json_out_key(out, ZH_SV("items"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < a->decision.shown_count; i++) {
        const zh_shown *s = &a->decision.shown[i];
        if (a->reasons != NULL && form == FORM_PAGE && a->decision.personalized) make_bare(&a->reasons[i], call->arena);
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("itemId"), a->items[i].text);
        zh_json_out_key_int(out, ZH_SV("rank"), i + 1);
        zh_json_out_key_real(out, ZH_SV("score"), (double)s->score_micro / MICRO);
        zh_json_out_key_real(out, ZH_SV("propensity"), (double)s->propensity_micro / MICRO);
        if (a->reasons != NULL) put_reason(&a->reasons[i], a->evidence_titles[i], form != FORM_PAGE, out);
        if (form != FORM_SERVER) put_card(&a->items[i], out);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
    zh_json_out_key(out, ZH_SV("experiment"));
    if (a->decision.experiment.size == 0) zh_json_out_null(out);
    else {
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("id"), a->decision.experiment);
        zh_json_out_key_text(out, ZH_SV("arm"), a->decision.arm);
        if (a->decision.arm_chance_micro != 0) zh_json_out_key_real(out, ZH_SV("propensity"), (double)a->decision.arm_chance_micro / MICRO);
        zh_json_out_end(out);
    }
    zh_json_out_key(out, ZH_SV("model"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("name"), a->model.size > 0 ? a->model : ZH_SV("cocount"));
    zh_json_out_key_int(out, ZH_SV("version"), a->model.size > 0 ? a->model_version : a->decision.policy_version);
    zh_json_out_end(out);
    zh_json_out_key_int(out, ZH_SV("tookUs"), zh_http_elapsed_us(call->request));
    zh_json_out_end(out);
}

static void recommend(zh_call *call, zh_ask *ask, answer_form form)
{
    ask->actor = call->caller.actor;
    zh_answer answer;
    const zh_err e = zh_engine_ask(call->engine, ask, call->arena, &answer);
    if (e == ZH_ABSENT) {
        zh_call_problem(call, 400, "unknown_placement", "placement", "no such placement: GET /api/v1/placements lists them");
        return;
    }
    if (e != ZH_OK) {
        zh_call_failed(call, e, "n, context.cart or exclude is over its maximum");
        return;
    }
    zh_json_out out = zh_call_begin(call);
    put_answer(call, &answer, form, &out);
    zh_histogram_add_us(call->server->recommend_seconds, zh_http_elapsed_us(call->request)); /* before the answer: it ends the call */
    zh_call_json(call, 200, &out);
}

void zh_route_recommend(zh_call *call)
{
    zh_json_value root;
    zh_call_identify(call);
    if (!may_ask(call, false) || !zh_call_body_json(call, &root)) return;
    zh_ask ask = { 0 };
    const char *detail, *field = zh_call_read_ask(call, root, &ask, &detail);
    if (field != NULL) zh_call_problem(call, 400, "bad_field", field, detail);
    else recommend(call, &ask, FORM_SERVER);
}

/* The console's: any customer, by number too, with what a person needs to see of each item. */
void zh_route_preview(zh_call *call)
{
    zh_json_value root;
    if (!zh_call_body_json(call, &root)) return;
    zh_ask ask = { .preview = true };
    const char *detail, *field = zh_call_read_ask(call, root, &ask, &detail);
    if (field != NULL) {
        zh_call_problem(call, 400, "bad_field", field, detail);
        return;
    }
    ask.explain = true;
    const zh_sv id = zh_json_text_or_empty(zh_json_get(root, ZH_SV("customerId")));
    if (id.size > 0 && !zh_answer_customer_number(id, &ask.customer)) {
        zh_call_problem(call, 400, "bad_field", "customerId", "must be the id of a customer as the lists give it");
        return;
    }
    recommend(call, &ask, FORM_PERSON);
}

/* A list of ids in one parameter, divided by commas. */
static const zh_sv *split_list(zh_call *call, zh_sv text, uint32_t *count)
{
    zh_sv *list = ZH_TAKE(call->arena, zh_sv, ZH_DECISION_ASKED_MAX);
    *count = 0;
    while (list != NULL && text.size > 0 && *count < ZH_DECISION_ASKED_MAX) {
        const char *comma = memchr(text.data, ',', text.size);
        const size_t size = comma == NULL ? text.size : (size_t)(comma - text.data);
        if (size > 0) list[(*count)++] = zh_sv_part(text, 0, size);
        text = zh_sv_part(text, size + 1, SIZE_MAX);
    }
    return list;
}

void zh_route_recommend_get(zh_call *call)
{
    zh_ask ask = { .placement = zh_http_path_part(call->request, 2), .explain = true };
    call->any_page = true;
    zh_call_identify(call);
    zh_call_identify_page(call);
    if (!may_ask(call, zh_call_is_public(call, ask.placement))) return;
    /* A customer id can be guessed, and the key can be read by everybody: only the id that a browser was given at
     * random tells who asks. What it names after login is the same customer. */
    const bool is_page = zh_call_is_write_key(call);
    if (!is_page) ask.user_id = zh_http_param(call->request, ZH_SV("userId"));
    ask.anonymous_id = zh_http_param(call->request, ZH_SV("anonymousId"));
    ask.context_item = zh_http_param(call->request, ZH_SV("itemId"));
    ask.cart = split_list(call, zh_http_param(call->request, ZH_SV("cart")), &ask.cart_count);
    ask.exclude = split_list(call, zh_http_param(call->request, ZH_SV("exclude")), &ask.exclude_count);
    const zh_sv explain = zh_http_param(call->request, ZH_SV("explain"));
    if (zh_sv_equal(explain, ZH_SV("false")) || zh_sv_equal(explain, ZH_SV("0"))) ask.explain = false;
    const zh_sv n = zh_http_param(call->request, ZH_SV("n"));
    for (size_t i = 0; i < n.size; i++) {
        if (n.data[i] < '0' || n.data[i] > '9' || i > 3) {
            zh_call_problem(call, 400, "bad_field", "n", "must be a number from 1 to 100");
            return;
        }
        ask.n = ask.n * 10 + (uint32_t)(n.data[i] - '0');
    }
    if (n.size > 0 && (ask.n == 0 || ask.n > ZH_DECISION_ITEMS_MAX)) zh_call_problem(call, 400, "bad_field", "n", "must be a number from 1 to 100");
    else recommend(call, &ask, is_page ? FORM_PAGE : FORM_SERVER);
}

void zh_route_recommend_options(zh_call *call)
{
    const zh_http_header headers[] = {
        { ZH_SV("Access-Control-Allow-Methods"), ZH_SV("GET,OPTIONS") },
        { ZH_SV("Access-Control-Allow-Headers"), ZH_SV("authorization") },
        { ZH_SV("Access-Control-Max-Age"), ZH_SV("86400") },
    };
    call->any_page = true;
    zh_call_reply(call, 204, (zh_sv){ 0 }, (zh_sv){ 0 }, headers, 3);
}

/* ---- profiles ---- */

/* An id that only an import made known that was taken back is nobody's: nothing was done and nothing was said. */
static bool is_anybody(zh_call *call, zh_customer_id customer)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_world_lock_read(w);
    bool is = zh_customers_get(w->customers, customer) != NULL || zh_feedbacks_knows(w->feedbacks, customer);
    for (int field = 0; !is && field < ZH_CONSENT_FIELDS; field++)
        is = zh_consents_said(w->consents, customer, (zh_consent_field)field) != ZH_CHOICE_UNKNOWN;
    zh_world_unlock(w);
    return is;
}

zh_customer_id zh_answer_find_customer(zh_call *call, zh_sv user)
{
    const zh_customer_id customer = zh_engine_find(call->engine, user, user);
    return customer.number != 0 && is_anybody(call, customer) ? customer : (zh_customer_id){ 0 };
}

static zh_customer_id asked_customer(zh_call *call) { return zh_answer_find_customer(call, zh_http_path_part(call->request, 2)); }

/* Whose profile is asked for, where the caller may read it; 0: a problem was answered. */
zh_customer_id zh_answer_user_customer(zh_call *call, zh_permit *permit)
{
    zh_customer_id customer = asked_customer(call);
    if (customer.number == 0) zh_call_problem(call, 404, "not_found", "userId", "no customer has this id");
    else if (!zh_call_permit(call, customer, ZH_PURPOSE_SERVE, permit)) {
        zh_call_problem(call, 403, "forbidden", NULL, "this key or role may not read a profile");
        customer.number = 0;
    }
    return customer;
}

void zh_route_profile(zh_call *call)
{
    zh_permit permit;
    const zh_customer_id customer = zh_answer_user_customer(call, &permit);
    if (customer.number == 0) return;
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_answer_profile(call, customer, &permit, &out);
    zh_json_out_end(&out);
    zh_histogram_add_us(call->server->profile_seconds, zh_http_elapsed_us(call->request));
    zh_call_json(call, 200, &out);
}

void zh_route_profile_events(zh_call *call)
{
    zh_permit permit;
    const zh_customer_id customer = zh_answer_user_customer(call, &permit);
    if (customer.number == 0) return;
    char next[ZH_TIMELINE_CURSOR_BYTES];
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("events"));
    zh_json_out_array(&out);
    const zh_err e = zh_history_page(call->engine, customer, &permit, zh_call_masks(call), zh_http_param(call->request, ZH_SV("cursor")), zh_call_limit(call),
                                     call->thread->parser, call->arena, &out, next);
    if (e != ZH_OK) {
        zh_call_failed(call, e, "the cursor is not one this route gave");
        return;
    }
    zh_json_out_end(&out);
    zh_answer_next(&out, next);
    if (next[0] == '\0') zh_answer_expired_before(call, customer, &out);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

void zh_route_profile_portrait(zh_call *call)
{
    zh_permit permit;
    const zh_customer_id customer = zh_answer_user_customer(call, &permit);
    if (customer.number != 0) zh_answer_portrait(call, customer);
}

void zh_route_profile_segments(zh_call *call)
{
    zh_permit permit;
    const zh_customer_id customer = zh_answer_user_customer(call, &permit);
    if (customer.number != 0) zh_answer_segments(call, customer, false);
}

/* ---- decisions ---- */

void zh_route_decision(zh_call *call)
{
    zh_decision_id id;
    uint32_t partition;
    uint64_t sequence;
    if (zh_decision_id_parse(zh_http_path_part(call->request, 2), &id) != ZH_OK) {
        zh_call_problem(call, 400, "bad_field", "decisionId", "must be the decisionId of an answer");
        return;
    }
    zh_err e = zh_timeline_find_decision(zh_engine_timeline(call->engine), id, &partition, &sequence);
    zh_buf record = zh_buf_open(ZH_LOG_RECORD_BYTES_MAX);
    zh_decision decision;
    if (e == ZH_OK) e = zh_log_fetch(zh_engine_log(call->engine), partition, sequence, &record);
    const bool erased = e == ZH_OK && zh_answer_is_erased(call, zh_buf_view(&record));
    if (e == ZH_OK && !erased) e = zh_decision_get(zh_buf_view(&record), call->arena, &decision);
    if (erased) {
        zh_call_problem(call, 410, "erased", "decisionId", "not replayable: the customer it was made for was erased");
    } else if (e == ZH_OK) {
        zh_json_out out = zh_call_begin(call);
        zh_answer_decision(call, &decision, &out);
        zh_call_json(call, 200, &out);
    } else {
        zh_call_failed(call, e, "no such decision, or it is older than the log keeps");
    }
    zh_buf_close(&record);
}
