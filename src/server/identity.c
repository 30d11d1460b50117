/* identity.c -- which ids a customer has, which merges made it one, and taking a merge back. */
#include "engine/undo.h"
#include "server/answer.h"

#define IDS_MAX 600    /* ids of one customer listed */
#define MERGES_MAX 512 /* merges of one customer listed, and as many that were taken back */

static const char *why_text(zh_merge_why why)
{
    static const char *const names[ZH_MERGE_WHY_END] = { "unknown", "login", "alias", "manual" };
    return (unsigned)why < ZH_MERGE_WHY_END ? names[why] : names[0];
}

static void put_number(zh_json_out *out, const char *key, zh_customer_id customer)
{
    char text[24];
    zh_answer_customer_text(customer, text);
    zh_json_out_key_text(out, zh_sv_of(key), zh_sv_of(text));
}

static void put_ids(const zh_engine_id *ids, size_t count, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("ids"));
    zh_json_out_array(out);
    for (size_t i = 0; i < count; i++) {
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("kind"), ids[i].kind == ZH_ID_USER ? ZH_SV("userId") : ZH_SV("anonymousId"));
        zh_json_out_key_text(out, ZH_SV("id"), ids[i].text);
        put_number(out, "number", ids[i].own);
        if (ids[i].kind == ZH_ID_ANONYMOUS) zh_json_out_key_int(out, ZH_SV("customers"), ids[i].device_customers);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

static void put_merge(const zh_identity_merge *merge, zh_json_out *out)
{
    zh_json_out_object(out);
    put_number(out, "number", merge->from);
    put_number(out, "into", merge->to);
    zh_call_time(out, ZH_SV("at"), merge->at_ms);
    zh_json_out_key_text(out, ZH_SV("why"), zh_sv_of(why_text(merge->why)));
    zh_json_out_end(out);
}

/* Under the world's read lock. */
static zh_sv actor_name(const zh_world *w, const zh_identity_unmerge *u)
{
    zh_user user;
    zh_key key;
    if (u->actor_kind == ZH_ACTOR_USER && zh_registry_user(w->registry, u->actor_number, &user) == ZH_OK) return user.name;
    if (u->actor_kind == ZH_ACTOR_KEY && zh_registry_key(w->registry, u->actor_number, &key) == ZH_OK) return key.name;
    return (zh_sv){ 0 };
}

static void put_undone(zh_world *w, const zh_identity_unmerge *u, zh_json_out *out)
{
    const zh_identity_merge merge = { u->from, u->to, u->merged_ms, u->why };
    pthread_rwlock_rdlock(&w->identity_lock);
    const bool pending = zh_identity_is_pending(w->identity, u->from);
    pthread_rwlock_unlock(&w->identity_lock);
    zh_json_out_object(out);
    zh_json_out_key(out, ZH_SV("merge"));
    put_merge(&merge, out);
    zh_call_time(out, ZH_SV("at"), u->at_ms);
    zh_json_out_key_text(out, ZH_SV("by"), actor_name(w, u));
    zh_json_out_key_text(out, ZH_SV("state"), pending ? ZH_SV("undoing") : ZH_SV("undone"));
    zh_json_out_end(out);
}

static size_t merged_numbers(zh_world *w, zh_customer_id customer, zh_customer_id *out)
{
    size_t count = 0;
    pthread_rwlock_rdlock(&w->identity_lock);
    zh_identity_absorbed it = zh_identity_absorbed_of(w->identity, customer);
    while (count < MERGES_MAX && zh_identity_absorbed_next(&it)) out[count++] = it.customer;
    pthread_rwlock_unlock(&w->identity_lock);
    return count;
}

static void put_merges(zh_call *call, zh_customer_id customer, zh_json_out *out)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_customer_id numbers[MERGES_MAX];
    const size_t count = merged_numbers(w, customer, numbers);
    zh_json_out_key(out, ZH_SV("merges"));
    zh_json_out_array(out);
    zh_world_lock_read(w);
    for (size_t i = 0; i < count; i++) {
        zh_identity_merge merge;
        if (zh_absorbed_get(w->absorbed, numbers[i], &merge)) put_merge(&merge, out);
    }
    zh_json_out_end(out);
    zh_json_out_key(out, ZH_SV("unmerged"));
    zh_json_out_array(out);
    size_t shown = 0;
    for (size_t i = zh_absorbed_undone_count(w->absorbed); i-- > 0 && shown < MERGES_MAX;) {
        const zh_identity_unmerge *u = zh_absorbed_undone(w->absorbed, i);
        const bool is_theirs = zh_absorbed_root(w->absorbed, u->from).number == customer.number || zh_absorbed_root(w->absorbed, u->to).number == customer.number;
        if (is_theirs) put_undone(w, u, out), shown++;
    }
    zh_world_unlock(w);
    zh_json_out_end(out);
}

static void answer(zh_call *call, unsigned status, zh_customer_id customer, const zh_permit *permit)
{
    size_t count = 0;
    zh_engine_id *ids = ZH_TAKE(call->arena, zh_engine_id, IDS_MAX);
    const zh_err e = ids == NULL ? ZH_NOMEM : zh_engine_ids(call->engine, customer, permit, call->arena, ids, IDS_MAX, &count);
    if (e != ZH_OK) {
        zh_call_failed(call, e, "the ids cannot be read");
        return;
    }
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    put_number(&out, "id", customer);
    put_ids(ids, count, &out);
    put_merges(call, customer, &out);
    zh_json_out_end(&out);
    zh_call_json(call, status, &out);
}

void zh_route_customer_identity(zh_call *call)
{
    zh_permit permit;
    const zh_customer_id customer = zh_answer_path_customer(call, &permit);
    if (customer.number != 0) answer(call, 200, customer, &permit);
}

/* ---- taking a merge back ---- */

/* The merge of that number, where it is one of this customer's and nothing of them was erased. */
static bool find_merge(zh_world *w, zh_customer_id customer, zh_customer_id from, zh_identity_merge *merge)
{
    pthread_rwlock_rdlock(&w->identity_lock);
    const bool theirs = from.number != customer.number && zh_identity_root(w->identity, from).number == customer.number &&
                        zh_identity_dek(w->identity, from) != NULL;
    pthread_rwlock_unlock(&w->identity_lock);
    zh_world_lock_read(w);
    const bool found = theirs && zh_absorbed_get(w->absorbed, from, merge);
    zh_world_unlock(w);
    return found;
}

static void say_unmerged(zh_call *call, const zh_identity_unmerge *u)
{
    if (zh_engine_sink(call->engine) == NULL) return;
    zh_log_line line = zh_line_open(zh_engine_sink(call->engine), ZH_LINE_INFO, "customer.unmerge");
    zh_line_int(&line, "customer", (int64_t)u->to.number);
    zh_line_int(&line, "number", (int64_t)u->from.number);
    zh_line_int(&line, "actorKind", u->actor_kind);
    zh_line_int(&line, "actor", u->actor_number);
    zh_line_end(&line);
}

void zh_route_customer_unmerge(zh_call *call)
{
    zh_permit permit;
    zh_json_value root;
    zh_customer_id from;
    const zh_customer_id customer = zh_answer_path_customer(call, &permit);
    if (customer.number == 0 || !zh_call_body_json(call, &root)) return;
    if (!zh_answer_customer_number(zh_json_text_or_empty(zh_json_get(root, ZH_SV("number"))), &from)) {
        zh_call_problem(call, 400, "bad_field", "number", "say which merge: its number, as the customer's identity lists it");
        return;
    }
    zh_identity_merge merge;
    if (!find_merge(zh_engine_world(call->engine), customer, from, &merge)) {
        zh_call_problem(call, 409, "not_merged", "number", "this number is not merged into the customer");
        return;
    }
    const zh_identity_unmerge unmerge = { .from = from, .to = merge.to, .at_ms = call->now_ms, .merged_ms = merge.at_ms, .why = merge.why,
                                          .actor_kind = (uint8_t)call->caller.actor.kind, .actor_number = call->caller.actor.number };
    zh_work work = { .unmerge = &unmerge };
    zh_retention *retention = zh_engine_retention(call->engine);
    zh_retention_hold(retention, true); /* no base may take in what is being taken back */
    const bool gone = !zh_retention_may_unmerge(retention, merge.at_ms);
    zh_err e = gone ? ZH_OK : zh_engine_do(call->engine, &work);
    const bool done = !gone && e == ZH_OK && !work.not_merged;
    if (done) e = zh_undo_go(zh_engine_undo(call->engine));
    zh_retention_hold(retention, false);
    if (done) say_unmerged(call, &unmerge);
    if (gone) zh_call_problem(call, 409, "expired", "number", "this merge is older than the log keeps (retention), so views cannot be told anew without it: it stays");
    else if (e != ZH_OK) zh_call_failed(call, e, NULL);
    else if (!done) zh_call_problem(call, 409, "not_merged", "number", "this merge was taken back meanwhile");
    else answer(call, 202, customer, &permit);
}
