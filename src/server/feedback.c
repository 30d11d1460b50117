/* feedback.c -- a customer's word on what he is shown: said, listed, taken back, and why he was shown it. */
#include "base/time.h"
#include "server/answer.h"
#include "server/feedback_answer.h"

#define SKEW_MS INT64_C(300000) /* clocks of a shop and its customers differ; more than this is the future */

/* What is asked. Texts are of the body or in the arena. */
typedef struct asked {
    zh_sv user, anonymous;     /* one of them */
    zh_customer_id customer;   /* 0: nobody yet */
    zh_feedback word;          /* kind (0: undo), scope (0: undo of any), text (empty: undo of the newest), decision, at_ms */
    bool has_time;             /* the moment was given */
    bool is_page;              /* a browser asks, with a write key */
    bool has_shown;            /* `shown` is the item in the decision */
    zh_shown shown;
} asked;

void zh_feedback_gauges(zh_call *call)
{
    const zh_world *w = zh_engine_world(call->engine);
    zh_metrics *m = zh_engine_metrics(call->engine);
    zh_gauge_set(zh_metrics_gauge(m, "zhun_feedback_customers", "Customers who said something of what they are shown.", NULL, 0), (double)zh_feedbacks_customers(w->feedbacks));
    zh_gauge_set(zh_metrics_gauge(m, "zhun_feedback_words", "Items, brands and categories they refused, those taken back too.", NULL, 0), (double)zh_feedbacks_words(w->feedbacks));
}

static void count(zh_call *call, const char *kind)
{
    const zh_metric_label label = { "kind", zh_sv_of(kind) };
    zh_counter_add(zh_metrics_counter(zh_engine_metrics(call->engine), "zhun_feedback_total", "Words of customers on what they are shown.", &label, 1), 1);
}

/* ---- reading ---- */

static const char *read_time(zh_call *call, zh_json_value root, asked *a)
{
    const zh_json_value value = zh_json_get(root, ZH_SV("timestamp"));
    zh_sv text;
    a->word.at_ms = call->now_ms;
    if (zh_json_type_of(value) <= ZH_JSON_NULL) return NULL;
    a->has_time = true;
    const bool good = zh_json_text(value, &text) && zh_time_parse(text, &a->word.at_ms) == ZH_OK && a->word.at_ms >= 0 && a->word.at_ms <= call->now_ms + SKEW_MS;
    return good ? NULL : "timestamp";
}

/* The field that is wrong, or NULL. */
static const char *read_asked(zh_call *call, zh_json_value root, asked *a, zh_sv *item, const char **detail)
{
    const zh_sv kind = zh_json_text_or_empty(zh_json_get(root, ZH_SV("kind"))), scope = zh_json_text_or_empty(zh_json_get(root, ZH_SV("scope")));
    const zh_sv decision = zh_json_text_or_empty(zh_json_get(root, ZH_SV("decisionId"))), name = zh_json_text_or_empty(zh_json_get(root, ZH_SV("name")));
    const bool is_undo = zh_sv_equal(kind, ZH_SV("undo"));
    a->user = zh_json_text_or_empty(zh_json_get(root, ZH_SV("userId")));
    a->anonymous = zh_json_text_or_empty(zh_json_get(root, ZH_SV("anonymousId")));
    *item = zh_json_text_or_empty(zh_json_get(root, ZH_SV("itemId")));
    *detail = "say who it is: userId or anonymousId, of at most 255 bytes";
    if ((a->user.size == 0 && a->anonymous.size == 0) || a->user.size > ZH_EXTERNAL_ID_BYTES_MAX) return "userId";
    if (a->anonymous.size > ZH_EXTERNAL_ID_BYTES_MAX) return "anonymousId";
    *detail = "must be not_interested, block, undo, why or useful";
    if (!is_undo && !zh_feedback_kind_of(kind, &a->word.kind)) return "kind";
    *detail = "must be item, brand or category; of why and useful it is item";
    if (scope.size > 0 && !zh_feedback_scope_of(scope, &a->word.scope)) return "scope";
    if (a->word.scope > ZH_FEEDBACK_ITEM && a->word.kind >= ZH_FEEDBACK_WHY) return "scope";
    if (scope.size == 0 && (!is_undo || item->size > 0)) a->word.scope = ZH_FEEDBACK_ITEM;
    *detail = "must be the decisionId of an answer";
    if (decision.size > 0 && zh_decision_id_parse(decision, &a->word.decision) != ZH_OK) return "decisionId";
    *detail = "of an item say itemId; of a brand or category its name, or an itemId of it";
    if (item->size > ZH_ITEM_TEXT_BYTES_MAX) return "itemId";
    if (name.size > ZH_FEEDBACK_TEXT_BYTES_MAX || (name.size > 0 && a->word.scope < ZH_FEEDBACK_BRAND)) return "name";
    a->word.text = name;
    *detail = "must be a time such as 2026-11-21T08:00:00Z, and not to come";
    return read_time(call, root, a);
}

/* ---- the decision and the item ---- */

static zh_err fetch(zh_call *call, zh_decision_id id, zh_buf *record, zh_decision *out)
{
    uint32_t partition;
    uint64_t sequence;
    zh_err e = zh_timeline_find_decision(zh_engine_timeline(call->engine), id, &partition, &sequence);
    if (e == ZH_ABSENT) { /* decisions are written down a moment after their answer: what waits goes first */
        zh_work nothing = { .e = ZH_OK };
        if ((e = zh_engine_do(call->engine, &nothing)) == ZH_OK) e = zh_timeline_find_decision(zh_engine_timeline(call->engine), id, &partition, &sequence);
    }
    if (e == ZH_OK) e = zh_log_fetch(zh_engine_log(call->engine), partition, sequence, record);
    return e != ZH_OK ? e : zh_decision_get(zh_buf_view(record), call->arena, out);
}

/* Was this item in that list, and was the list his? A list without a customer is anybody's. False: a problem was answered. */
static bool find_shown(zh_call *call, asked *a, zh_sv *item)
{
    zh_buf record = zh_buf_open(ZH_LOG_RECORD_BYTES_MAX);
    zh_decision d;
    const zh_err e = fetch(call, a->word.decision, &record, &d);
    const bool is_his = e == ZH_OK && (d.customer.number == 0 || zh_world_root(zh_engine_world(call->engine), d.customer).number == a->customer.number);
    zh_buf_close(&record);
    if (!is_his) { /* another customer's decision is answered as one that is not there */
        if (e != ZH_OK && e != ZH_ABSENT) zh_call_failed(call, e, "the decision could not be read");
        else zh_call_problem(call, 404, "not_found", "decisionId", "no such decision of this customer, or it is older than the log keeps");
        return false;
    }
    zh_world *w = zh_engine_world(call->engine);
    for (uint32_t i = 0; i < d.shown_count && !a->has_shown; i++) {
        a->shown = d.shown[i];
        a->has_shown = item->size > 0 ? d.shown[i].item.number == zh_item_id_of(*item).number : d.shown_count == 1;
    }
    if (!a->has_shown) {
        zh_call_problem(call, 400, "not_in_decision", "itemId", "say which item: one of that decision");
        return false;
    }
    zh_world_lock_read(w);
    const zh_item *there = zh_catalog_get(w->catalog, a->shown.item);
    if (there != NULL) *item = zh_arena_copy(call->arena, there->text);
    zh_world_unlock(w);
    return true;
}

/* The thing's text: of an item its id, of a brand or category the name, said or the item's own. False: a problem was answered. */
static bool find_thing(zh_call *call, asked *a, zh_sv item_text)
{
    if (item_text.size == 0) {
        if (a->word.text.size > 0 || a->word.kind == 0) return true; /* a name; or the newest of all is taken back */
        zh_call_problem(call, 400, "bad_field", "itemId", a->word.scope == ZH_FEEDBACK_ITEM ? "say which item: itemId, or the decisionId of a list with one item" : "say which: its name, or an itemId of it");
        return false;
    }
    zh_world *w = zh_engine_world(call->engine);
    zh_world_lock_read(w);
    const zh_item *item = zh_catalog_find(w->catalog, item_text);
    zh_sv text = { 0 };
    if (item != NULL) text = a->word.scope == ZH_FEEDBACK_BRAND ? item->brand : a->word.scope == ZH_FEEDBACK_CATEGORY ? item->category : item->text;
    if (text.size > 0) a->word.text = zh_arena_copy(call->arena, text);
    zh_world_unlock(w);
    if (item == NULL) zh_call_problem(call, 404, "not_found", "itemId", "the catalog has no such item");
    else if (text.size == 0) zh_call_problem(call, 400, "bad_field", "scope", "this item has none: say a name, or scope item");
    return text.size > 0;
}

/* ---- what stands ---- */

/* Later than all he said before, also within one millisecond: the newest is the one that was said last. */
static void come_after(const asked *a, zh_feedback *said, const zh_feedback_word *words, uint32_t count)
{
    for (uint32_t i = 0; i < count && !a->has_time; i++)
        if (said->at_ms <= words[i].at_ms && words[i].at_ms < ZH_TIME_MS_MAX) said->at_ms = words[i].at_ms + 1;
}

static bool is_later(const zh_feedback_word *a, const zh_feedback_word *b)
{
    if (b == NULL || a->at_ms != b->at_ms) return b == NULL || a->at_ms > b->at_ms;
    if (a->kind != b->kind) return a->kind < b->kind;
    return a->scope != b->scope ? a->scope < b->scope : a->target < b->target;
}

/* The words to be taken back: all that stand of a thing, or the newest alone, of a scope where one is said. */
static uint32_t take_back(zh_call *call, asked *a, bool everything, zh_feedback **out)
{
    zh_world *w = zh_engine_world(call->engine);
    uint32_t count, taken = 0;
    const zh_feedback_word *newest = NULL;
    zh_world_lock_read(w);
    const zh_feedback_word *words = zh_feedbacks_of(w->feedbacks, a->customer, &count);
    *out = ZH_TAKE(call->arena, zh_feedback, (size_t)count + 1);
    come_after(a, &a->word, words, count);
    for (uint32_t i = 0; *out != NULL && i < count; i++) {
        const zh_feedback_word *word = &words[i];
        const bool is_meant = everything || ((a->word.scope == 0 || word->scope == a->word.scope) &&
                                             (a->word.text.size == 0 || zh_sv_equal(a->word.text, (zh_sv){ word->text, word->text_size })));
        if (word->is_undone || !is_meant || word->at_ms >= a->word.at_ms) continue; /* a moment that was given may be before it */
        const bool alone = !everything && a->word.text.size == 0;
        if (alone && !is_later(word, newest)) continue;
        if (alone) newest = word, taken = 0;
        zh_feedback *undo = &(*out)[taken++];
        *undo = a->word;
        undo->kind = (zh_feedback_kind)word->kind, undo->scope = (zh_feedback_scope)word->scope, undo->is_undo = true;
        undo->text = zh_arena_copy(call->arena, (zh_sv){ word->text, word->text_size });
    }
    zh_world_unlock(w);
    return taken;
}

/* What stands of his word. False: it is one too many, and a problem was answered. */
static bool look_up(zh_call *call, asked *a, bool *stands)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_feedback *f = &a->word;
    uint32_t count, blocks = 0;
    zh_world_lock_read(w);
    const zh_feedback_word *words = zh_feedbacks_of(w->feedbacks, a->customer, &count);
    const zh_feedback_word *before = zh_feedback_find(words, count, f->kind, f->scope, zh_feedback_target(f->scope, f->text));
    for (uint32_t i = 0; i < count; i++) blocks += words[i].kind == ZH_FEEDBACK_BLOCK;
    *stands = before != NULL && !before->is_undone;
    come_after(a, f, words, count);
    const bool is_full = before == NULL && f->kind == ZH_FEEDBACK_BLOCK && blocks >= ZH_FEEDBACK_BLOCKS_MAX;
    zh_world_unlock(w);
    if (is_full) zh_call_problem(call, 409, "too_many", "kind", "a customer blocks at most 2,000 things, those taken back too: block a brand or a category instead");
    return !is_full;
}

/* ---- keeping ---- */

/* His choices are taken even on a full disk, as his consents are. Customers who are not known yet are made known. */
static zh_err keep(zh_call *call, asked *a, zh_feedback *said, uint32_t said_count)
{
    const bool is_user = a->user.size > 0;
    const zh_sv id = is_user ? a->user : a->anonymous;
    for (uint32_t i = 0; i < said_count; i++) {
        said[i].actor_kind = (uint8_t)call->caller.actor.kind;
        said[i].actor_number = call->caller.actor.number;
        said[i].customer = (zh_customer_id){ 1 }; /* whoever it is: the committer knows */
        if (!zh_feedback_is_good(&said[i])) return ZH_FORMAT;
    }
    zh_work work = { .feedback = said, .feedback_count = said_count, .feedback_by = id, .vital = said[0].kind <= ZH_FEEDBACK_NOT_INTERESTED,
                     .feedback_id = { is_user ? ZH_ID_USER : ZH_ID_ANONYMOUS, zh_blind(zh_engine_sealer(call->engine), is_user ? ZH_BLIND_USER : ZH_BLIND_ANONYMOUS, id) } };
    const zh_err e = zh_engine_do(call->engine, &work);
    if (e == ZH_OK) a->customer = work.customer;
    return e;
}

/* The same of a customer whose number is known. */
static zh_err keep_of(zh_call *call, zh_customer_id customer, zh_feedback *said, uint32_t said_count)
{
    zh_buf bytes = zh_buf_open(8 << 20);
    zh_sv *records = ZH_TAKE(call->arena, zh_sv, said_count);
    zh_customer_id *owners = ZH_TAKE(call->arena, zh_customer_id, said_count);
    size_t *ends = ZH_TAKE(call->arena, size_t, said_count);
    if (records == NULL || owners == NULL || ends == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < said_count; i++) {
        said[i].customer = owners[i] = customer;
        said[i].actor_kind = (uint8_t)call->caller.actor.kind, said[i].actor_number = call->caller.actor.number;
        zh_feedback_put(&said[i], &bytes);
        ends[i] = bytes.size;
    }
    for (uint32_t i = 0; i < said_count; i++) records[i] = zh_sv_part(zh_buf_view(&bytes), i == 0 ? 0 : ends[i - 1], ends[i] - (i == 0 ? 0 : ends[i - 1]));
    zh_work work = { .records = records, .owners = owners, .records_count = said_count, .vital = true };
    zh_err e = zh_buf_err(&bytes);
    if (e == ZH_OK) e = zh_engine_do(call->engine, &work);
    zh_buf_close(&bytes);
    return e;
}

/* ---- answering ---- */

/* The reason as it was written down. A page is never told what its customer bought or looked at (serve.c says why). */
static void put_why(zh_call *call, const asked *a, zh_json_out *out)
{
    const zh_world *w = zh_engine_world(call->engine);
    const zh_item *evidence = zh_catalog_get(w->catalog, a->shown.evidence);
    zh_sv title = { 0 };
    if (!a->is_page && evidence != NULL) title = evidence->title.size > 0 ? evidence->title : evidence->text;
    zh_json_out_key(out, ZH_SV("reason"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("code"), zh_sv_of(zh_reason_code_text(a->shown.reason)));
    zh_json_out_key(out, ZH_SV("text"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("en"), zh_reason_en(a->shown.reason, title, call->arena));
    zh_json_out_key_text(out, ZH_SV("zh"), zh_reason_zh(a->shown.reason, title, call->arena));
    zh_json_out_end(out);
    zh_json_out_key(out, ZH_SV("evidence"));
    zh_json_out_array(out);
    if (title.size > 0) {
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("itemId"), evidence->text);
        zh_json_out_key_text(out, ZH_SV("title"), title);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
    zh_json_out_key_real(out, ZH_SV("score"), (double)a->shown.score_micro / ZH_DECISION_MICRO);
    zh_json_out_key_real(out, ZH_SV("propensity"), (double)a->shown.propensity_micro / ZH_DECISION_MICRO);
    zh_json_out_end(out);
}

/* `said`: what was kept or stood; NULL: there was nothing to take back. */
static void answer(zh_call *call, const asked *a, zh_feedback_outcome outcome, const zh_feedback *said)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_world_lock_read(w);
    zh_json_out_key_text(&out, ZH_SV("kind"), a->word.kind == 0 ? ZH_SV("undo") : zh_sv_of(zh_feedback_kind_text(a->word.kind)));
    zh_json_out_key_bool(&out, ZH_SV("changed"), outcome == ZH_FEEDBACK_SAID || outcome == ZH_FEEDBACK_UNDONE);
    if (said != NULL) zh_answer_feedback_thing(w, said->scope, said->text, &out);
    if (a->word.kind == ZH_FEEDBACK_WHY) put_why(call, a, &out);
    else zh_answer_feedback_text(call, outcome, said == NULL ? a->word.kind : said->kind, said == NULL ? a->word.scope : said->scope,
                                 said == NULL ? (zh_sv){ 0 } : zh_answer_feedback_title(w, said->scope, said->text), &out);
    /* Kept, and obeyed once he is shown lists of his own again: a list of anyone minds nobody's word. */
    zh_json_out_key_bool(&out, ZH_SV("applies"), zh_consents_get(w->consents, a->customer).personalization);
    zh_world_unlock(w);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

static void failed(zh_call *call, zh_err e)
{
    if (e == ZH_FORMAT) zh_call_problem(call, 400, "bad_field", "name", "must be text without control characters");
    else zh_call_failed(call, e == ZH_FULL ? ZH_IO : e, "the word could not be kept");
}

static void undo(zh_call *call, asked *a)
{
    zh_feedback *said;
    const uint32_t taken = take_back(call, a, false, &said);
    const zh_err e = taken == 0 ? ZH_OK : keep_of(call, a->customer, said, taken);
    if (e != ZH_OK) {
        failed(call, e);
        return;
    }
    if (taken > 0) count(call, "undo");
    answer(call, a, taken > 0 ? ZH_FEEDBACK_UNDONE : ZH_FEEDBACK_NOTHING, taken > 0 ? said : NULL);
}

static void say(zh_call *call, asked *a)
{
    bool stands = false;
    if (a->word.kind <= ZH_FEEDBACK_NOT_INTERESTED && !look_up(call, a, &stands)) return;
    const zh_err e = stands ? ZH_OK : keep(call, a, &a->word, 1);
    if (e != ZH_OK) {
        failed(call, e);
        return;
    }
    if (!stands) count(call, zh_feedback_kind_text(a->word.kind));
    answer(call, a, stands ? ZH_FEEDBACK_STOOD : ZH_FEEDBACK_SAID, &a->word);
}

/* ---- who may ---- */

/* A server key or the owner may speak for anyone. A write key lies open in a page's source, and user ids can be guessed: with
 * it only the id that a browser was given at random tells who speaks. False: an answer was given. */
static bool may_say(zh_call *call, asked *a)
{
    a->is_page = zh_call_is_write_key(call);
    if (call->caller.kind == CALLER_NOBODY) zh_call_problem(call, 401, "unauthorized", NULL, "a server key is needed, Authorization: Bearer KEY; or a page's ?writeKey=");
    else if (call->caller.kind == CALLER_PERSON) zh_call_problem(call, 403, "forbidden", NULL, "this is the customer's own word; the console takes words back under /api/v1/customers");
    else if (a->is_page && a->user.size > 0) zh_call_problem(call, 403, "forbidden", "userId", "with a write key only the anonymousId of the browser tells who speaks");
    else {
        const int64_t wait_us = a->is_page ? zh_limits_take(call, call->caller.source, 1) : 0;
        if (wait_us > 0) zh_call_limited(call, wait_us);
        return wait_us == 0;
    }
    return false;
}

void zh_route_feedback(zh_call *call)
{
    zh_json_value root;
    asked a = { .has_time = false };
    zh_sv item;
    const char *detail;
    call->any_page = true;
    zh_call_identify(call);
    zh_call_identify_page(call);
    if (!zh_call_body_json(call, &root)) return;
    const char *field = read_asked(call, root, &a, &item, &detail);
    if (!may_say(call, &a)) return;
    if (field != NULL) {
        zh_call_problem(call, 400, "bad_field", field, detail);
        return;
    }
    a.customer = zh_engine_find(call->engine, a.user, a.user.size > 0 ? (zh_sv){ 0 } : a.anonymous);
    const bool of_decision = a.word.decision.high != 0 || a.word.decision.low != 0;
    if (a.word.kind == ZH_FEEDBACK_WHY && !of_decision) {
        zh_call_problem(call, 400, "bad_field", "decisionId", "say of which list: the decisionId of its answer");
        return;
    }
    if (of_decision && !find_shown(call, &a, &item)) return;
    if (!find_thing(call, &a, item)) return;
    if (a.word.kind == 0) undo(call, &a);
    else say(call, &a);
}

/* ---- what stands: read, and taken back, by the shop's id and by number for the console ---- */

static void answer_all(zh_call *call, zh_customer_id customer)
{
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_answer_feedback(call, customer, &out);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

zh_err zh_feedback_take_back(zh_call *call, zh_customer_id customer, zh_feedback_scope scope, zh_sv thing)
{
    asked a = { .customer = customer, .word = { .scope = scope, .text = thing, .at_ms = call->now_ms } };
    zh_feedback *said;
    const uint32_t taken = take_back(call, &a, scope == 0, &said);
    const zh_err e = taken == 0 ? ZH_OK : keep_of(call, customer, said, taken);
    for (uint32_t i = 0; e == ZH_OK && i < taken; i++) count(call, "undo");
    return e;
}

/* Parts of the path behind the customer: a scope and a thing, or nothing: everything. */
static void drop(zh_call *call, zh_customer_id customer, size_t part)
{
    zh_feedback_scope kind = 0;
    const zh_sv scope = zh_http_path_part(call->request, part);
    if (scope.size > 0 && !zh_feedback_scope_of(scope, &kind)) {
        zh_call_problem(call, 400, "bad_field", "scope", "must be item, brand or category");
        return;
    }
    const zh_err e = zh_feedback_take_back(call, customer, kind, zh_http_path_part(call->request, part + 1));
    if (e == ZH_OK) answer_all(call, customer);
    else failed(call, e);
}

void zh_route_feedback_of(zh_call *call)
{
    zh_permit permit;
    const zh_customer_id customer = zh_answer_user_customer(call, &permit);
    if (customer.number != 0) answer_all(call, customer);
}

void zh_route_feedback_drop(zh_call *call)
{
    zh_permit permit;
    const zh_customer_id customer = zh_answer_user_customer(call, &permit);
    if (customer.number != 0) drop(call, customer, 3);
}

void zh_route_customer_feedback(zh_call *call)
{
    zh_permit permit;
    const zh_customer_id customer = zh_answer_path_customer(call, &permit);
    if (customer.number != 0) answer_all(call, customer);
}

void zh_route_customer_feedback_drop(zh_call *call)
{
    zh_permit permit;
    const zh_customer_id customer = zh_answer_path_customer(call, &permit);
    if (customer.number != 0) drop(call, customer, 5);
}
