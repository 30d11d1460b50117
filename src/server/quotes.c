/* quotes.c -- prices and what follows from them: a quote, a claim, an order that holds, uses or gives back what a quote uses. */
#include "engine/offer_desk.h"
#include "server/answer.h"

static zh_offer_desk *desk_of(zh_call *call) { return zh_engine_offer_desk(call->engine); }

static void count_refusal(zh_call *call, const char *act, zh_refusal refusal)
{
    const zh_metric_label labels[] = { { "act", zh_sv_of(act) }, { "reason", zh_sv_of(zh_refusal_code(refusal)) } };
    zh_counter_add(zh_metrics_counter(zh_engine_metrics(call->engine), "zhun_offer_acts_total", "Claims, reservations, commits and releases of offers, by what came of them.", labels, 2), 1);
}

/* ---- reading ---- */

static const char *read_pieces(zh_call *call, zh_json_value root, zh_quote_ask *ask)
{
    const zh_json_value array = zh_json_get(root, ZH_SV("lines"));
    const size_t count = zh_json_count(array);
    if (!zh_json_is(array, ZH_JSON_ARRAY) || count == 0 || count > ZH_PRICE_LINES_MAX) return "must be 1 to 100 lines of itemId and quantity";
    zh_quote_piece *pieces = ZH_TAKE(call->arena, zh_quote_piece, count);
    if (pieces == NULL) return "do not fit";
    for (zh_json_iter it = zh_json_walk(array); zh_json_next(&it);) {
        int64_t quantity = 1;
        const zh_json_value said = zh_json_get(it.value, ZH_SV("quantity"));
        zh_quote_piece *piece = &pieces[ask->pieces_count++];
        piece->item = zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("itemId")));
        if (piece->item.size == 0 || piece->item.size > ZH_ITEM_TEXT_BYTES_MAX) return "each line has an itemId";
        if (zh_json_type_of(said) > ZH_JSON_NULL && (!zh_json_int(said, &quantity) || quantity < 1 || quantity > ZH_PRICE_QUANTITY_MAX)) return "a quantity is a whole number from 1 to 9,999";
        piece->quantity = (int32_t)quantity;
    }
    ask->pieces = pieces;
    return NULL;
}

static const char *read_codes(zh_call *call, zh_json_value root, zh_quote_ask *ask)
{
    const zh_json_value array = zh_json_get(root, ZH_SV("codes"));
    if (zh_json_type_of(array) <= ZH_JSON_NULL) return NULL;
    if (!zh_json_is(array, ZH_JSON_ARRAY) || zh_json_count(array) > ZH_DESK_CODES_MAX) return "must be a list of at most 10 codes";
    zh_sv *codes = ZH_TAKE(call->arena, zh_sv, ZH_DESK_CODES_MAX);
    if (codes == NULL) return "do not fit";
    for (zh_json_iter it = zh_json_walk(array); zh_json_next(&it);) {
        zh_sv text;
        if (!zh_json_text(it.value, &text) || text.size > ZH_OFFER_CODE_BYTES_MAX) return "a code is a text of at most 32 bytes";
        char *upper = ZH_TAKE(call->arena, char, text.size + 1);
        if (upper == NULL) return "do not fit";
        for (size_t i = 0; i < text.size; i++) upper[i] = text.data[i] >= 'a' && text.data[i] <= 'z' ? (char)(text.data[i] - 'a' + 'A') : text.data[i];
        codes[ask->codes_count++] = (zh_sv){ upper, text.size };
    }
    ask->codes = codes;
    return NULL;
}

/* Who a body names; nobody where it names none, or one nobody knows. */
static zh_customer_id customer_of(zh_call *call, zh_json_value root)
{
    const zh_sv user = zh_json_text_or_empty(zh_json_get(root, ZH_SV("userId"))), anonymous = zh_json_text_or_empty(zh_json_get(root, ZH_SV("anonymousId")));
    if (user.size > ZH_EXTERNAL_ID_BYTES_MAX || anonymous.size > ZH_EXTERNAL_ID_BYTES_MAX) return (zh_customer_id){ 0 };
    const zh_customer_id found = zh_engine_find(call->engine, user, anonymous);
    return found.number == 0 ? found : zh_world_root(zh_engine_world(call->engine), found);
}

/* The field that is wrong, or NULL. */
static const char *read_ask(zh_call *call, zh_json_value root, zh_quote_ask *ask, const char **detail)
{
    const zh_json_value channel = zh_json_get(root, ZH_SV("channel")), surface = zh_json_get(root, ZH_SV("for"));
    const zh_sv text = zh_json_text_or_empty(surface);
    if ((*detail = read_pieces(call, root, ask)) != NULL) return "lines";
    if ((*detail = read_codes(call, root, ask)) != NULL) return "codes";
    *detail = "must be web, app, miniprogram or store";
    if (zh_json_type_of(channel) > ZH_JSON_NULL && !zh_offer_channel_of(zh_json_text_or_empty(channel), &ask->channel)) return "channel";
    *detail = "must be list (each line priced alone) or cart";
    ask->each = zh_sv_equal(text, ZH_SV("list"));
    if (zh_json_type_of(surface) > ZH_JSON_NULL && !ask->each && !zh_sv_equal(text, ZH_SV("cart"))) return "for";
    ask->customer = customer_of(call, root);
    return NULL;
}

/* ---- telling ---- */

static void put_refusal(zh_refusal refusal, int64_t missing_cents, zh_currency currency, zh_json_out *out)
{
    zh_buf text = zh_buf_open(1024);
    zh_json_out_key(out, ZH_SV("reason"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("code"), zh_sv_of(zh_refusal_code(refusal)));
    zh_json_out_key(out, ZH_SV("text"));
    zh_json_out_object(out);
    zh_refusal_say(refusal, false, missing_cents, currency, &text);
    zh_json_out_key_text(out, ZH_SV("en"), zh_buf_view(&text));
    zh_buf_reset(&text);
    zh_refusal_say(refusal, true, missing_cents, currency, &text);
    zh_json_out_key_text(out, ZH_SV("zh"), zh_buf_view(&text));
    zh_json_out_end(out);
    if (missing_cents > 0) zh_json_out_key_int(out, ZH_SV("missingCents"), missing_cents);
    zh_json_out_end(out);
    zh_buf_close(&text);
}

static void put_lines(const zh_quote *q, const zh_price *p, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("lines"));
    zh_json_out_array(out);
    for (uint32_t l = 0; l < q->lines_count; l++) {
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("itemId"), q->lines[l].item);
        zh_json_out_key_int(out, ZH_SV("quantity"), q->lines[l].quantity);
        zh_json_out_key_int(out, ZH_SV("unitCents"), q->lines[l].unit_cents);
        zh_json_out_key_int(out, ZH_SV("listedCents"), p->line_listed[l]);
        zh_json_out_key(out, ZH_SV("discounts"));
        zh_json_out_array(out);
        for (int layer = 0; layer < ZH_OFFER_LAYERS; layer++) {
            const zh_price_cut cut = p->cuts[l][layer];
            if (cut.offer == ZH_PRICE_NO_OFFER) continue;
            zh_json_out_object(out);
            zh_json_out_key_text(out, ZH_SV("offer"), q->offers[cut.offer].name);
            zh_json_out_key_int(out, ZH_SV("version"), q->offers[cut.offer].version);
            zh_json_out_key_int(out, ZH_SV("offCents"), cut.cents);
            zh_json_out_end(out);
        }
        zh_json_out_end(out);
        zh_json_out_key_int(out, ZH_SV("totalCents"), p->line_total[l]);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

/* Gifts of the offers that are used. Takes the world's read lock. */
static void put_gifts(zh_call *call, const zh_quote *q, const zh_price *p, zh_json_out *out)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_json_out_key(out, ZH_SV("gifts"));
    zh_json_out_array(out);
    zh_world_lock_read(w);
    for (uint32_t i = 0; i < q->offers_count; i++) {
        const zh_offer_version *v = zh_offers_version(w->offers, q->offers[i].name, q->offers[i].version);
        if (p->offers[i].refusal != ZH_REFUSAL_NONE || v == NULL || !v->is_good || v->offer.kind != ZH_OFFER_GIFT) continue;
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("itemId"), v->offer.gift);
        zh_json_out_key_int(out, ZH_SV("quantity"), v->offer.gift_quantity);
        zh_json_out_key_text(out, ZH_SV("offer"), q->offers[i].name);
        zh_json_out_end(out);
    }
    zh_world_unlock(w);
    zh_json_out_end(out);
}

static void put_offers(zh_call *call, const zh_quote *q, const zh_price *p, zh_json_out *out)
{
    char code[ZH_COUPON_CODE_BYTES];
    zh_json_out_key(out, ZH_SV("offers"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < q->offers_count; i++) {
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("offer"), q->offers[i].name);
        zh_json_out_key_int(out, ZH_SV("version"), q->offers[i].version);
        zh_json_out_key_bool(out, ZH_SV("used"), p->offers[i].refusal == ZH_REFUSAL_NONE);
        zh_json_out_key_int(out, ZH_SV("offCents"), p->offers[i].off_cents);
        if (q->offers[i].coupon != 0 && q->offers[i].closed != ZH_REFUSAL_NOT_YOURS) {
            zh_coupon_code(zh_engine_sealer(call->engine), q->offers[i].coupon, code);
            zh_json_out_key_text(out, ZH_SV("coupon"), zh_sv_of(code));
        }
        put_refusal(p->offers[i].refusal, p->offers[i].missing_cents, q->currency, out);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

static void put_codes(const zh_quote_ask *ask, const zh_quoted *quoted, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("codes"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < ask->codes_count; i++) {
        const bool known = quoted->codes[i] == ZH_REFUSAL_NONE;
        const zh_price_verdict *v = &quoted->price->offers[quoted->code_offer[i]];
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("code"), ask->codes[i]);
        if (known) zh_json_out_key_text(out, ZH_SV("offer"), quoted->quote.offers[quoted->code_offer[i]].name);
        put_refusal(known ? v->refusal : quoted->codes[i], known ? v->missing_cents : 0, quoted->quote.currency, out);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

/* Signed, so that who holds an answer can prove that it was given: a keyed hash of the record's own bytes. */
static void put_signature(zh_call *call, const zh_quoted *quoted, zh_json_out *out)
{
    uint8_t sign[ZH_DIGEST_BYTES];
    char text[ZH_DIGEST_TEXT_BYTES];
    zh_buf record = zh_buf_open(ZH_LOG_RECORD_BYTES_MAX);
    zh_quote_put(&quoted->quote, quoted->price, &record);
    zh_seal_sign(zh_engine_sealer(call->engine), ZH_SV("quote"), zh_buf_view(&record), sign);
    zh_digest_print(sign, text);
    if (zh_buf_err(&record) == ZH_OK) zh_json_out_key_text(out, ZH_SV("signature"), zh_sv_of(text));
    zh_buf_close(&record);
}

static void put_quote(zh_call *call, const zh_quoted *quoted, zh_json_out *out)
{
    char id[ZH_QUOTE_ID_TEXT_BYTES];
    const zh_quote *q = &quoted->quote;
    const zh_price *p = quoted->price;
    zh_quote_id_print(q->high, q->low, id);
    zh_json_out_key_text(out, ZH_SV("quoteId"), zh_sv_of(id));
    zh_call_time(out, ZH_SV("at"), q->at_ms);
    zh_call_time(out, ZH_SV("validUntil"), q->at_ms + ZH_QUOTE_VALID_MS);
    zh_json_out_key_text(out, ZH_SV("for"), q->each ? ZH_SV("list") : ZH_SV("cart"));
    zh_answer_currency(out, ZH_SV("currency"), q->currency);
    zh_json_out_key(out, ZH_SV("conditions")); /* all that was known beside the lines and the offers */
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("channel"), zh_sv_of(zh_offer_channel_text(q->channel)));
    zh_json_out_key_bool(out, ZH_SV("firstOrder"), q->first_order);
    zh_json_out_end(out);
    put_lines(q, p, out);
    put_gifts(call, q, p, out);
    zh_json_out_key_int(out, ZH_SV("listedCents"), p->listed_cents);
    zh_json_out_key_int(out, ZH_SV("offCents"), p->off_cents);
    zh_json_out_key_int(out, ZH_SV("totalCents"), p->total_cents);
    put_offers(call, q, p, out);
    put_signature(call, quoted, out);
}

/* ---- quotes ---- */

void zh_route_quote(zh_call *call)
{
    zh_json_value root;
    zh_quoted quoted;
    zh_quote_ask ask = { .channel = ZH_OFFER_CHANNEL_WEB };
    const char *detail = NULL;
    uint32_t bad = 0;
    if (!zh_call_body_json(call, &root)) return;
    const char *field = read_ask(call, root, &ask, &detail);
    if (field != NULL) {
        zh_call_problem(call, 400, "bad_field", field, detail);
        return;
    }
    const zh_err e = zh_offer_desk_quote(desk_of(call), &ask, call->arena, &quoted, &bad);
    if (e == ZH_ABSENT || e == ZH_RANGE) {
        char place[32];
        (void)snprintf(place, sizeof place, "lines[%u].itemId", bad);
        zh_call_problem(call, e == ZH_ABSENT ? 404 : 400, e == ZH_ABSENT ? "no_price" : "other_currency", place, e == ZH_ABSENT ? "the catalog has no price for this item" : "a cart has one currency");
        return;
    }
    if (e != ZH_OK) {
        zh_call_failed(call, e, NULL);
        return;
    }
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    put_quote(call, &quoted, &out);
    put_codes(&ask, &quoted, &out);
    zh_json_out_end(&out);
    zh_counter_add(zh_metrics_counter(zh_engine_metrics(call->engine), "zhun_quotes_total", "Prices that were told.", NULL, 0), 1);
    zh_call_json(call, 200, &out);
}

/* The quote of the path; false: a problem was answered. */
static bool find_quote(zh_call *call, zh_quoted *out, zh_err *same)
{
    uint64_t high, low;
    zh_err e = zh_quote_id_parse(zh_http_path_part(call->request, 2), &high, &low);
    if (e == ZH_OK) e = zh_offer_desk_find_quote(desk_of(call), high, low, call->arena, out, same);
    if (e == ZH_OK) return true;
    if (e == ZH_FORMAT || e == ZH_ABSENT) zh_call_problem(call, 404, "not_found", "quoteId", "no such quote, or it is older than the log keeps");
    else zh_call_failed(call, e, NULL);
    return false;
}

void zh_route_quote_of(zh_call *call)
{
    zh_quoted quoted;
    zh_err same;
    if (!find_quote(call, &quoted, &same)) return;
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    put_quote(call, &quoted, &out);
    zh_json_out_key_text(&out, ZH_SV("replay"), same == ZH_OK ? ZH_SV("same") : same == ZH_ABSENT ? ZH_SV("unknown") : ZH_SV("different"));
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* ---- the ledger ---- */

/* A refusal as a problem whose code is the engine's own, with the sentence in both languages. */
static void refuse(zh_call *call, const char *act, const char *field, zh_refusal refusal)
{
    zh_buf detail = zh_buf_open(1024);
    zh_json_out out = zh_call_begin(call);
    count_refusal(call, act, refusal);
    zh_refusal_say(refusal, false, 0, (zh_currency){ 0 }, &detail);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("type"), ZH_SV("about:blank"));
    zh_json_out_key_text(&out, ZH_SV("title"), ZH_SV("Conflict"));
    zh_json_out_key_int(&out, ZH_SV("status"), 409);
    zh_json_out_key_text(&out, ZH_SV("code"), zh_sv_of(zh_refusal_code(refusal)));
    zh_json_out_key_text(&out, ZH_SV("field"), zh_sv_of(field));
    zh_json_out_key_text(&out, ZH_SV("detail"), zh_buf_view(&detail));
    put_refusal(refusal, 0, (zh_currency){ 0 }, &out);
    zh_json_out_end(&out);
    zh_buf_close(&detail);
    const zh_sv body = zh_json_out_done(&out) == ZH_OK ? zh_buf_view(&call->thread->out) : ZH_SV("{}");
    zh_call_reply(call, 409, ZH_SV("application/problem+json"), body, NULL, 0);
}

static void put_coupon(zh_call *call, const zh_coupon *c, zh_json_out *out)
{
    static const char *const states[] = { "none", "free", "held", "used" };
    char code[ZH_COUPON_CODE_BYTES];
    zh_coupon_code(zh_engine_sealer(call->engine), c->number, code);
    zh_json_out_key_text(out, ZH_SV("code"), zh_sv_of(code));
    zh_json_out_key_text(out, ZH_SV("offer"), c->offer);
    zh_json_out_key_int(out, ZH_SV("version"), c->version);
    zh_json_out_key_text(out, ZH_SV("state"), zh_sv_of(states[c->state]));
    zh_call_time(out, ZH_SV("at"), c->at_ms);
}

/* False: a problem was answered. */
static bool read_customer(zh_call *call, zh_json_value root, zh_customer_id *out)
{
    *out = customer_of(call, root);
    if (out->number == 0) zh_call_problem(call, 404, "not_found", "userId", "no such customer: send an identify of this userId first");
    return out->number != 0;
}

void zh_route_offer_claim(zh_call *call)
{
    zh_json_value root;
    zh_customer_id customer;
    zh_desk_answer answer;
    const zh_sv name = zh_http_path_part(call->request, 2);
    if (!zh_call_body_json(call, &root) || !read_customer(call, root, &customer)) return;
    const zh_err e = zh_offer_desk_claim(desk_of(call), name, customer, zh_json_text_or_empty(zh_json_get(root, ZH_SV("claimId"))), &answer);
    if (e != ZH_OK) zh_call_failed(call, e, NULL);
    else if (answer.refusal == ZH_REFUSAL_UNKNOWN_CODE) zh_call_problem(call, 404, "not_found", "name", "there is no offer of this name");
    else if (answer.refusal != ZH_REFUSAL_NONE) refuse(call, "claim", "name", answer.refusal);
    else {
        zh_json_out out = zh_call_begin(call);
        zh_json_out_object(&out);
        put_coupon(call, &answer.coupon, &out);
        zh_json_out_key_bool(&out, ZH_SV("again"), answer.again);
        zh_json_out_end(&out);
        if (!answer.again) count_refusal(call, "claim", ZH_REFUSAL_NONE);
        zh_call_json(call, answer.again ? 200 : 201, &out);
    }
}

void zh_route_coupons_of(zh_call *call)
{
    zh_permit permit;
    zh_coupon coupon;
    const zh_customer_id customer = zh_answer_user_customer(call, &permit);
    if (customer.number == 0) return;
    zh_world *w = zh_engine_world(call->engine);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    size_t count = 0;
    zh_world_lock_read(w);
    for (uint32_t at = 0; count < CALL_PAGE_MAX && zh_coupons_of(w->coupons, customer, &at, &coupon); count++) {
        zh_json_out_object(&out);
        put_coupon(call, &coupon, &out);
        zh_json_out_end(&out);
    }
    zh_world_unlock(w);
    zh_json_out_end(&out);
    zh_answer_next(&out, "");
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

static void answer_order(zh_call *call, const zh_quoted *quoted, const char *state, const zh_desk_answer *a)
{
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("state"), zh_sv_of(state));
    zh_json_out_key_bool(&out, ZH_SV("again"), a->again);
    zh_answer_currency(&out, ZH_SV("currency"), quoted->quote.currency);
    zh_json_out_key_int(&out, ZH_SV("totalCents"), quoted->price->total_cents);
    zh_json_out_key_int(&out, ZH_SV("offCents"), quoted->price->off_cents);
    if (strcmp(state, "held") == 0) zh_call_time(&out, ZH_SV("until"), a->order.until_ms);
    zh_json_out_key(&out, ZH_SV("uses"));
    zh_json_out_array(&out);
    for (uint32_t i = 0; i < a->order.uses_count; i++) {
        zh_json_out_object(&out);
        zh_json_out_key_text(&out, ZH_SV("offer"), a->order.uses[i].offer);
        zh_json_out_key_int(&out, ZH_SV("version"), a->order.uses[i].version);
        zh_json_out_key_int(&out, ZH_SV("offCents"), a->order.uses[i].cents);
        zh_json_out_end(&out);
    }
    zh_json_out_end(&out);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* The order and the quote it is about; false: a problem was answered. */
static bool read_order(zh_call *call, zh_json_value *root, zh_sv *order, zh_quoted *quoted)
{
    zh_err same;
    if (!zh_call_body_json(call, root)) return false;
    *order = zh_json_text_or_empty(zh_json_get(*root, ZH_SV("orderId")));
    if (order->size == 0 || order->size > ZH_EXTERNAL_ID_BYTES_MAX) {
        zh_call_problem(call, 400, "bad_field", "orderId", "is needed: the shop's own number of the order, of at most 255 bytes");
        return false;
    }
    return find_quote(call, quoted, &same);
}

static void finish(zh_call *call, const char *act, const zh_quoted *quoted, zh_err e, const char *state, const zh_desk_answer *answer)
{
    if (e != ZH_OK) zh_call_failed(call, e == ZH_STALE ? ZH_BUSY : e, NULL);
    else if (answer->refusal != ZH_REFUSAL_NONE) refuse(call, act, "orderId", answer->refusal);
    else {
        if (!answer->again) count_refusal(call, act, ZH_REFUSAL_NONE);
        answer_order(call, quoted, state, answer);
    }
}

void zh_route_quote_reserve(zh_call *call)
{
    zh_json_value root;
    zh_sv order;
    zh_quoted quoted;
    zh_desk_answer answer;
    if (!read_order(call, &root, &order, &quoted)) return;
    if (quoted.quote.each) {
        zh_call_problem(call, 400, "bad_field", "quoteId", "this is the price of a list: ask for the price of the cart");
        return;
    }
    const zh_err e = zh_offer_desk_hold(desk_of(call), &quoted, order, customer_of(call, root), &answer);
    finish(call, "reserve", &quoted, e, answer.order.used ? "used" : "held", &answer);
}

void zh_route_quote_commit(zh_call *call)
{
    zh_json_value root;
    zh_sv order;
    zh_quoted quoted;
    zh_desk_answer answer;
    if (!read_order(call, &root, &order, &quoted)) return;
    const zh_err e = zh_offer_desk_use(desk_of(call), &quoted, order, &answer);
    finish(call, "commit", &quoted, e, "used", &answer);
}

void zh_route_quote_release(zh_call *call)
{
    zh_json_value root;
    zh_sv order;
    zh_quoted quoted;
    zh_desk_answer answer;
    if (!read_order(call, &root, &order, &quoted)) return;
    const zh_err e = zh_offer_desk_release(desk_of(call), &quoted, order, &answer);
    finish(call, "release", &quoted, e, answer.order.used ? "cancelled" : "released", &answer);
}
