/* offers.c -- the register of offers: defining, and telling everybody what they are and how many are left. */
#include "base/time.h"
#include "offer/say.h"
#include "server/answer.h"

#define READ_BYTES_MAX ((size_t)256 << 10) /* of a draft, read */
#define LEDGER_ROWS_MAX 200                /* newest orders of an offer's page */

static zh_world *world_of(zh_call *call) { return zh_engine_world(call->engine); }
static zh_sv name_of(zh_call *call) { return zh_http_path_part(call->request, 3); }

static zh_sv setting_of(zh_sv name, char out[ZH_NAME_BYTES_MAX])
{
    return (zh_sv){ out, (size_t)snprintf(out, ZH_NAME_BYTES_MAX, ZH_OFFER_SETTING "%.*s", ZH_SV_ARG(name)) };
}

static void not_found(zh_call *call) { zh_call_problem(call, 404, "not_found", "name", "there is no offer of this name: GET /api/v1/offers lists them"); }

void zh_offers_gauges(zh_call *call)
{
    const zh_world *w = world_of(call);
    zh_metrics *m = zh_engine_metrics(call->engine);
    zh_gauge_set(zh_metrics_gauge(m, "zhun_offers", "Offers that the workspace defines or defined.", NULL, 0), (double)zh_offers_count(w->offers));
    zh_gauge_set(zh_metrics_gauge(m, "zhun_coupons", "Coupons that were claimed.", NULL, 0), (double)zh_coupons_count(w->coupons));
    zh_gauge_set(zh_metrics_gauge(m, "zhun_offer_orders", "Orders that hold or used offers.", NULL, 0), (double)zh_coupons_orders_count(w->coupons));
    zh_gauge_set(zh_metrics_gauge(m, "zhun_offer_acts_odd", "Entries of the ledger that did not fit: none, or something is wrong.", NULL, 0), (double)zh_coupons_odd(w->coupons));
}

/* ---- one offer, told ---- */

static void put_day(zh_json_out *out, const char *key, int32_t day)
{
    char text[ZH_TIME_TEXT_BYTES];
    if (day == ZH_OFFER_DAY_NONE) return;
    zh_json_out_key_text(out, zh_sv_of(key), (zh_sv){ text, zh_date_print(day, text) });
}

static void put_both(zh_json_out *out, const char *key, const zh_offer *o, void (*say)(const zh_offer *, bool, zh_buf *))
{
    zh_buf text = zh_buf_open(ZH_OFFER_SAY_BYTES_MAX);
    zh_json_out_key(out, zh_sv_of(key));
    zh_json_out_object(out);
    say(o, false, &text);
    zh_json_out_key_text(out, ZH_SV("en"), zh_buf_view(&text));
    zh_buf_reset(&text);
    say(o, true, &text);
    zh_json_out_key_text(out, ZH_SV("zh"), zh_buf_view(&text));
    zh_json_out_end(out);
    zh_buf_close(&text);
}

static void put_left(zh_json_out *out, const char *key, int64_t number)
{
    if (number >= 0) zh_json_out_key_int(out, zh_sv_of(key), number);
}

static void put_account(const zh_world *w, const zh_offer *o, zh_json_out *out)
{
    const zh_offer_account a = zh_coupons_account(w->coupons, o->name);
    const zh_pending none = { NULL, 0 };
    put_left(out, "stock", o->stock);
    put_left(out, "left", zh_coupons_left(w->coupons, o, none));
    put_left(out, "budgetCents", o->budget_cents);
    put_left(out, "leftCents", zh_coupons_left_cents(w->coupons, o, none));
    zh_json_out_key_int(out, ZH_SV("claimed"), (int64_t)a.claimed);
    zh_json_out_key_int(out, ZH_SV("held"), (int64_t)a.held);
    zh_json_out_key_int(out, ZH_SV("used"), (int64_t)a.used);
    zh_json_out_key_int(out, ZH_SV("heldCents"), a.held_cents);
    zh_json_out_key_int(out, ZH_SV("usedCents"), a.used_cents);
    zh_json_out_key_int(out, ZH_SV("released"), (int64_t)a.released);
    zh_json_out_key_int(out, ZH_SV("cancelled"), (int64_t)a.cancelled);
}

/* What everybody may know of an offer that is in force. */
static void put_public(const zh_world *w, const zh_offer *o, uint32_t version, zh_json_out *out)
{
    zh_json_out_key_text(out, ZH_SV("id"), o->name);
    zh_json_out_key(out, ZH_SV("title"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("en"), o->title_en);
    zh_json_out_key_text(out, ZH_SV("zh"), o->title_zh);
    zh_json_out_end(out);
    zh_json_out_key_int(out, ZH_SV("version"), version);
    zh_json_out_key_text(out, ZH_SV("kind"), zh_sv_of(zh_offer_kind_text(o->kind)));
    zh_json_out_key_text(out, ZH_SV("give"), zh_sv_of(zh_offer_give_text(o->give)));
    zh_json_out_key_text(out, ZH_SV("layer"), zh_sv_of(zh_offer_layer_text(o->layer)));
    zh_json_out_key_bool(out, ZH_SV("alone"), o->alone);
    zh_json_out_key_bool(out, ZH_SV("paused"), o->paused);
    zh_answer_currency(out, ZH_SV("currency"), o->currency);
    put_day(out, "from", o->from_day);
    put_day(out, "until", o->until_day);
    put_both(out, "effect", o, zh_offer_say_effect);
    put_both(out, "conditions", o, zh_offer_say_conditions);
    if (o->per_customer > 0) zh_json_out_key_int(out, ZH_SV("perCustomer"), o->per_customer);
    put_account(w, o, out);
}

/* Every version it had, the oldest first; a code is nobody's business but the shop's and those it was given to. */
static void put_history(zh_call *call, zh_sv name, bool with_text, zh_json_out *out)
{
    const zh_offers *offers = world_of(call)->offers;
    zh_json_out_key(out, ZH_SV("history"));
    zh_json_out_array(out);
    for (uint32_t v = 1; v <= zh_offers_versions(offers, name); v++) {
        const zh_offer_version *is = zh_offers_version(offers, name, v);
        zh_json_out_object(out);
        zh_json_out_key_int(out, ZH_SV("version"), v);
        zh_call_time(out, ZH_SV("at"), is->at_ms);
        zh_json_out_key_bool(out, ZH_SV("deleted"), is->text.size == 0);
        if (is->is_good) {
            zh_json_out_key_bool(out, ZH_SV("paused"), is->offer.paused);
            put_both(out, "effect", &is->offer, zh_offer_say_effect);
            put_both(out, "conditions", &is->offer, zh_offer_say_conditions);
            put_day(out, "from", is->offer.from_day);
            put_day(out, "until", is->offer.until_day);
            put_left(out, "stock", is->offer.stock);
        }
        if (with_text && is->text.size > 0) {
            zh_json_out_key(out, ZH_SV("definition"));
            zh_json_out_raw(out, is->text);
        }
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

/* The register for everybody: what holds, how many there are and were given, and what it said before. */
void zh_route_offers_public(zh_call *call)
{
    call->any_page = true;
    zh_call_identify(call);
    zh_call_identify_page(call);
    if (call->caller.kind == CALLER_NOBODY) {
        zh_call_problem(call, 401, "unauthorized", NULL, "a key is needed, a write key is enough: ?writeKey=KEY");
        return;
    }
    zh_sv name;
    uint32_t version = 0;
    zh_world *w = world_of(call);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    zh_world_lock_read(w);
    for (uint32_t at = 0; zh_offers_next(w->offers, &at, &name);) {
        const zh_offer *o = zh_offers_find(w->offers, name, &version);
        zh_json_out_object(&out);
        if (o != NULL) put_public(w, o, version, &out);
        else zh_json_out_key_text(&out, ZH_SV("id"), name);
        zh_json_out_key_bool(&out, ZH_SV("ended"), o == NULL);
        put_history(call, name, false, &out);
        zh_json_out_end(&out);
    }
    zh_world_unlock(w);
    zh_json_out_end(&out);
    zh_answer_next(&out, "");
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* ---- the console's ---- */

void zh_route_offers(zh_call *call)
{
    zh_sv name;
    uint32_t version = 0;
    zh_world *w = world_of(call);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    zh_world_lock_read(w);
    for (uint32_t at = 0; zh_offers_next(w->offers, &at, &name);) {
        const zh_offer *o = zh_offers_find(w->offers, name, &version);
        const uint32_t versions = zh_offers_versions(w->offers, name);
        const zh_offer_version *last = zh_offers_version(w->offers, name, versions);
        if (o == NULL && last->text.size == 0) continue; /* deleted: in the public register */
        zh_json_out_object(&out);
        if (o != NULL) put_public(w, o, version, &out);
        else {
            zh_json_out_key_text(&out, ZH_SV("id"), name);
            zh_json_out_key_text(&out, ZH_SV("fault"), zh_sv_of(last->fault.why.text));
        }
        zh_json_out_end(&out);
    }
    zh_world_unlock(w);
    zh_json_out_end(&out);
    zh_answer_next(&out, "");
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* Under the read lock. */
static void put_one(zh_call *call, zh_sv name, const zh_offer *o, uint32_t version, zh_json_out *out)
{
    const zh_world *w = world_of(call);
    const uint32_t versions = zh_offers_versions(w->offers, name);
    const zh_offer_version *last = zh_offers_version(w->offers, name, versions);
    if (o != NULL) put_public(w, o, version, out);
    else zh_json_out_key_text(out, ZH_SV("id"), name);
    if (o == NULL && last->text.size > 0) zh_json_out_key_text(out, ZH_SV("fault"), zh_sv_of(last->fault.why.text));
    if (last->text.size > 0) {
        zh_json_out_key(out, ZH_SV("definition"));
        zh_json_out_raw(out, last->text);
    }
    const zh_offer_version *former = versions > 1 ? zh_offers_version(w->offers, name, versions - 1) : NULL;
    if (former != NULL && former->text.size > 0) {
        zh_json_out_key(out, ZH_SV("former"));
        zh_json_out_raw(out, former->text);
    }
    zh_call_time(out, ZH_SV("definedAt"), last->at_ms);
    put_history(call, name, true, out);
}

static void answer_one(zh_call *call, zh_sv name)
{
    uint32_t version = 0;
    zh_world *w = world_of(call);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_world_lock_read(w);
    const bool is_there = zh_offers_versions(w->offers, name) > 0;
    const zh_offer *offer = zh_offers_find(w->offers, name, &version);
    if (is_there) put_one(call, name, offer, version, &out);
    zh_world_unlock(w);
    zh_json_out_end(&out);
    if (is_there) zh_call_json(call, 200, &out);
    else not_found(call);
}

void zh_route_offer(zh_call *call) { answer_one(call, name_of(call)); }

/* Newest first; which orders and how much, not whose. */
void zh_route_offer_ledger(zh_call *call)
{
    const zh_sv name = name_of(call);
    zh_world *w = world_of(call);
    zh_coupon_order order;
    struct row { int64_t at_ms, until_ms, cents; uint64_t order; uint32_t coupon; bool used; } *rows = ZH_TAKE(call->arena, struct row, LEDGER_ROWS_MAX + 1);
    uint32_t count = 0;
    uint64_t all = 0;
    if (rows == NULL) {
        zh_call_failed(call, ZH_NOMEM, NULL);
        return;
    }
    zh_world_lock_read(w);
    for (uint32_t at = 0; zh_coupons_orders(w->coupons, &at, &order);)
        for (uint32_t u = 0; u < order.uses_count; u++) {
            if (!zh_sv_equal(order.uses[u].offer, name)) continue;
            all++;
            uint32_t place = count < LEDGER_ROWS_MAX ? count++ : LEDGER_ROWS_MAX;
            while (place > 0 && (rows[place - 1].at_ms < order.at_ms || (rows[place - 1].at_ms == order.at_ms && rows[place - 1].order > order.order))) {
                rows[place] = rows[place - 1];
                place--;
            }
            if (place < LEDGER_ROWS_MAX) rows[place] = (struct row){ order.at_ms, order.until_ms, order.uses[u].cents, order.order, order.uses[u].coupon, order.used };
        }
    zh_world_unlock(w);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    for (uint32_t i = 0; i < count; i++) {
        char number[24];
        (void)snprintf(number, sizeof number, "%016llx", (unsigned long long)rows[i].order);
        zh_json_out_object(&out);
        zh_json_out_key_text(&out, ZH_SV("order"), zh_sv_of(number));
        zh_json_out_key_text(&out, ZH_SV("state"), rows[i].used ? ZH_SV("used") : rows[i].until_ms <= call->now_ms ? ZH_SV("ended") : ZH_SV("held"));
        zh_json_out_key_int(&out, ZH_SV("cents"), rows[i].cents);
        zh_call_time(&out, ZH_SV("at"), rows[i].at_ms);
        if (!rows[i].used) zh_call_time(&out, ZH_SV("until"), rows[i].until_ms);
        if (rows[i].coupon != 0) zh_json_out_key_int(&out, ZH_SV("coupon"), rows[i].coupon);
        zh_json_out_end(&out);
    }
    zh_json_out_end(&out);
    zh_json_out_key_int(&out, ZH_SV("count"), (int64_t)all);
    zh_answer_next(&out, "");
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* ---- defining ---- */

static zh_err define(zh_call *call, zh_sv name, zh_sv definition, bool deleted)
{
    char text[ZH_NAME_BYTES_MAX];
    zh_buf setting = zh_buf_open(ZH_SETTING_BYTES_MAX);
    zh_json_out out = zh_json_out_on(&setting);
    zh_json_out_object(&out);
    if (!deleted) {
        zh_json_out_key(&out, ZH_SV("definition"));
        zh_json_out_raw(&out, definition);
    }
    zh_json_out_end(&out);
    zh_err e = zh_json_out_done(&out);
    const zh_definition d = { .thing = ZH_THING_SETTING, .deleted = deleted, .at_ms = call->now_ms, .actor = call->caller.actor,
                              .setting = { .name = setting_of(name, text), .json = zh_buf_view(&setting) } };
    if (e == ZH_OK) e = zh_engine_define(call->engine, &d);
    zh_buf_close(&setting);
    return e;
}

/* Is the definition good, and is its code no other's? False: a problem was answered. */
static bool examine(zh_call *call, zh_json_value root, zh_sv name)
{
    zh_offer draft;
    zh_offer_fault fault = { .field = "" };
    uint32_t version;
    zh_arena arena = zh_arena_open(READ_BYTES_MAX);
    const zh_err e = zh_offer_read(root, name, &arena, &draft, &fault);
    bool taken = false;
    if (e == ZH_OK && draft.give == ZH_OFFER_CODE) {
        zh_world_lock_read(world_of(call));
        const zh_offer *other = zh_offers_find_code(world_of(call)->offers, draft.code, &version);
        taken = other != NULL && !zh_sv_equal(other->name, name);
        zh_world_unlock(world_of(call));
    }
    zh_arena_close(&arena);
    if (e == ZH_FORMAT) zh_call_problem(call, 400, strstr(fault.why.text, "cannot be named") != NULL ? "unfair" : "bad_field", fault.field, fault.why.text);
    else if (e != ZH_OK) zh_call_failed(call, e, NULL);
    else if (taken) zh_call_problem(call, 409, "exists", "code", "another offer has this code");
    return e == ZH_OK && !taken;
}

void zh_route_offer_put(zh_call *call)
{
    zh_json_value root;
    const zh_sv name = name_of(call);
    if (!zh_offer_name_is_good(name)) {
        zh_call_problem(call, 400, "bad_field", "name", "a name has 1 to 64 lower-case letters, digits, - and _; what people read is the title");
        return;
    }
    if (!zh_call_body_json(call, &root) || !examine(call, root, name)) return;
    zh_buf text = zh_buf_open(ZH_OFFER_BYTES_MAX);
    zh_json_write(root, &text);
    zh_world_lock_read(world_of(call));
    const bool has_room = zh_offers_has_room(world_of(call)->offers, name);
    zh_world_unlock(world_of(call));
    if (zh_buf_err(&text) == ZH_FULL) zh_call_problem(call, 400, "too_large", "definition", "has at most 8,192 bytes");
    else if (!has_room) zh_call_problem(call, 409, "too_many", "name", "there are 100 names, or 64 versions of this one: their history stays public, so begin another one");
    else {
        const zh_err e = zh_buf_err(&text) != ZH_OK ? ZH_NOMEM : define(call, name, zh_buf_view(&text), false);
        if (e != ZH_OK) zh_call_failed(call, e, NULL);
        else answer_one(call, name);
    }
    zh_buf_close(&text);
}

/* What was promised is kept: an offer that somebody holds is paused, not deleted. */
void zh_route_offer_delete(zh_call *call)
{
    const zh_sv name = name_of(call);
    zh_world *w = world_of(call);
    zh_world_lock_read(w);
    const uint32_t versions = zh_offers_versions(w->offers, name);
    const bool is_there = versions > 0 && zh_offers_version(w->offers, name, versions)->text.size > 0;
    const zh_offer_account a = zh_coupons_account(w->coupons, name);
    zh_world_unlock(w);
    if (!is_there) not_found(call);
    else if (a.claimed + a.held + a.used > 0) zh_call_problem(call, 409, "in_use", "name", "customers hold or used it: pause it instead (\"paused\": true)");
    else {
        const zh_err e = define(call, name, (zh_sv){ 0 }, true);
        if (e != ZH_OK) zh_call_failed(call, e, NULL);
        else zh_call_reply(call, 204, (zh_sv){ 0 }, (zh_sv){ 0 }, NULL, 0);
    }
}
