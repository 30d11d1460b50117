/* groups.c -- what a group of customers is like, beside the whole. */
#include "server/groups.h"
#include "server/answer.h"

#include <math.h>

#define ROWS_MAX 24  /* of a dimension: the values most of the group have */
#define ITEMS_SHOWN 12

/* ---- who is meant ---- */

bool zh_groups_read(zh_call *call, zh_json_value object, zh_group_of *out)
{
    const zh_json_value segment = zh_json_get(object, ZH_SV("segment")), expression = zh_json_get(object, ZH_SV("expression"));
    *out = (zh_group_of){ 0 };
    if (zh_json_type_of(segment) > ZH_JSON_NULL && (!zh_json_text(segment, &out->segment) || !zh_segment_name_is_good(out->segment))) return false;
    if (zh_json_type_of(expression) > ZH_JSON_NULL && (!zh_json_text(expression, &out->expression) || out->expression.size > ZH_EXPRESSION_BYTES_MAX)) return false;
    if (out->segment.size > 0 && out->expression.size > 0) return false;
    out->segment = zh_arena_copy(call->arena, out->segment); /* the parser's texts are needed again */
    out->expression = zh_arena_copy(call->arena, out->expression);
    return true;
}

void zh_groups_failed(zh_call *call, zh_err e, const zh_cel_fault *fault)
{
    if (e == ZH_ABSENT) zh_call_problem(call, 404, "not_found", "segment", "there is no segment of this name: GET /api/v1/segments lists them");
    else if (e == ZH_FORMAT || (e == ZH_FULL && fault->text[0] != '\0')) {
        char detail[sizeof fault->text + 64];
        (void)snprintf(detail, sizeof detail, "line %u, column %u: %s", fault->line, fault->column, fault->text);
        zh_call_problem(call, 400, "bad_expression", "expression", detail);
    } else zh_call_failed(call, e, "the customers cannot be asked");
}

bool zh_groups_begin(zh_call *call)
{
    if (!atomic_exchange(&call->server->groups_busy, true)) return true;
    zh_call_busy(call);
    return false;
}

void zh_groups_end(zh_call *call) { atomic_store(&call->server->groups_busy, false); }

/* ---- the portrait ---- */

static double rounded(double value) { return round(value * 1e4) / 1e4; }

static void put_index(zh_json_out *out, const zh_tgi_counts *c)
{
    const zh_tgi t = zh_tgi_of(c);
    zh_json_out_key_int(out, ZH_SV("group"), (int64_t)c->with);
    zh_json_out_key_int(out, ZH_SV("whole"), (int64_t)c->whole_with);
    zh_json_out_key_real(out, ZH_SV("share"), c->group == 0 ? 0 : rounded((double)c->with / (double)c->group));
    zh_json_out_key_real(out, ZH_SV("wholeShare"), c->whole == 0 ? 0 : rounded((double)c->whole_with / (double)c->whole));
    if (t.is_few) return; /* no index: too few */
    zh_json_out_key_real(out, ZH_SV("index"), rounded(t.index));
    zh_json_out_key_real(out, ZH_SV("low"), rounded(t.low));
    zh_json_out_key_real(out, ZH_SV("high"), rounded(t.high));
    zh_json_out_key_bool(out, ZH_SV("clear"), t.is_clear);
}

static zh_tgi_counts counts_of(const zh_group_answer *a, const uint64_t with[2], bool drawn)
{
    const zh_group_sums *in = zh_group_portrait_sums(a->portrait, ZH_GROUP_IN), *whole = zh_group_portrait_sums(a->portrait, ZH_GROUP_WHOLE);
    return (zh_tgi_counts){ with[0], drawn ? in->drawn : in->customers, with[1], drawn ? whole->drawn : whole->customers, a->is_part && !drawn };
}

static bool is_drawn(zh_group_dimension dimension) { return dimension >= ZH_GROUP_DEVICE; }

/* The rows of one dimension from `at`; returns where the next begins. */
static size_t put_dimension(const zh_group_answer *a, const zh_group_value *values, size_t count, size_t at, zh_json_out *out)
{
    const zh_group_value *first = &values[at];
    size_t shown = 0, suppressed = 0, more = 0;
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("dimension"), zh_sv_of(zh_group_dimension_text(first->dimension)));
    if (first->trait.size > 0) zh_json_out_key_text(out, ZH_SV("trait"), first->trait);
    zh_json_out_key_bool(out, ZH_SV("drawn"), is_drawn(first->dimension));
    zh_json_out_key(out, ZH_SV("rows"));
    zh_json_out_array(out);
    for (; at < count && values[at].dimension == first->dimension && zh_sv_equal(values[at].trait, first->trait); at++) {
        const zh_tgi_counts c = counts_of(a, values[at].counts, is_drawn(first->dimension));
        if (c.whole_with < ZH_TGI_WITH_MIN) suppressed++;
        else if (shown == ROWS_MAX) more++;
        else {
            shown++;
            zh_json_out_object(out);
            zh_json_out_key_text(out, ZH_SV("value"), values[at].value);
            put_index(out, &c);
            zh_json_out_end(out);
        }
    }
    zh_json_out_end(out);
    zh_json_out_key_int(out, ZH_SV("suppressed"), (int64_t)suppressed);
    zh_json_out_key_int(out, ZH_SV("more"), (int64_t)more);
    zh_json_out_end(out);
    return at;
}

static void put_dimensions(const zh_group_answer *a, bool too_few, zh_json_out *out)
{
    size_t count;
    const zh_group_value *values = zh_group_portrait_values(a->portrait, &count);
    zh_json_out_key(out, ZH_SV("dimensions"));
    zh_json_out_array(out);
    for (size_t at = 0; !too_few && at < count;) at = put_dimension(a, values, count, at, out);
    zh_json_out_end(out);
}

static zh_err put_items(zh_call *call, const zh_group_answer *a, zh_group_list list, bool too_few, zh_json_out *out)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_group_item *items = NULL;
    size_t count = 0;
    const zh_err e = too_few ? ZH_OK : zh_group_portrait_items(a->portrait, list, ITEMS_SHOWN, call->arena, &items, &count);
    zh_json_out_key(out, list == ZH_GROUP_BOUGHT ? ZH_SV("bought") : ZH_SV("viewed"));
    zh_json_out_array(out);
    zh_world_lock_read(w);
    for (size_t i = 0; e == ZH_OK && i < count; i++) {
        const zh_item *item = zh_catalog_get(w->catalog, items[i].item);
        const zh_tgi_counts c = counts_of(a, items[i].counts, false);
        if (item == NULL) continue;
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("itemId"), item->text);
        zh_json_out_key_text(out, ZH_SV("title"), item->title);
        put_index(out, &c);
        zh_json_out_end(out);
    }
    zh_world_unlock(w);
    zh_json_out_end(out);
    return e;
}

/* Shares of events, so an index without an interval: events of one customer come together. */
static void put_hours(const zh_group_answer *a, bool too_few, zh_json_out *out)
{
    const zh_group_sums *in = zh_group_portrait_sums(a->portrait, ZH_GROUP_IN), *whole = zh_group_portrait_sums(a->portrait, ZH_GROUP_WHOLE);
    zh_json_out_key(out, ZH_SV("hours"));
    zh_json_out_array(out);
    for (size_t i = 0; !too_few && i < 168; i++) {
        const double usual = whole->events == 0 ? 0 : (double)whole->hours[i] / (double)whole->events;
        zh_json_out_object(out);
        zh_json_out_key_int(out, ZH_SV("group"), (int64_t)in->hours[i]);
        zh_json_out_key_int(out, ZH_SV("whole"), (int64_t)whole->hours[i]);
        if (whole->hours[i] >= ZH_TGI_WITH_MIN && usual * (double)in->events >= ZH_TGI_EXPECTED_MIN)
            zh_json_out_key_real(out, ZH_SV("index"), rounded(100 * (double)in->hours[i] / (double)in->events / usual));
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

static void put_side(const zh_group_answer *a, unsigned side, zh_json_out *out)
{
    const zh_group_sums *s = zh_group_portrait_sums(a->portrait, side);
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("customers"), (int64_t)s->customers);
    zh_json_out_key_int(out, ZH_SV("buyers"), (int64_t)s->buyers);
    zh_json_out_key_int(out, ZH_SV("orders"), (int64_t)s->orders);
    zh_json_out_key_int(out, ZH_SV("revenueCents"), s->minor);
    zh_json_out_key_real(out, ZH_SV("ordersEach"), s->customers == 0 ? 0 : rounded((double)s->orders / (double)s->customers));
    zh_json_out_key_int(out, ZH_SV("revenueEachCents"), s->customers == 0 ? 0 : s->minor / (int64_t)s->customers);
    zh_json_out_key_int(out, ZH_SV("orderValueCents"), s->orders == 0 ? 0 : s->minor / (int64_t)s->orders);
    zh_json_out_key_int(out, ZH_SV("events"), (int64_t)s->events);
    zh_json_out_key_int(out, ZH_SV("drawn"), (int64_t)s->drawn);
    zh_json_out_key(out, ZH_SV("reach"));
    zh_json_out_object(out);
    for (int channel = 0; channel < (int)ZH_CHANNEL_COUNT; channel++)
        zh_json_out_key_int(out, zh_sv_of(zh_channel_text((zh_channel)channel)), (int64_t)a->reach[side == ZH_GROUP_WHOLE][channel]);
    zh_json_out_end(out);
    zh_json_out_end(out);
}

static zh_err put_portrait(zh_call *call, const zh_group_answer *a, zh_json_out *out)
{
    const bool too_few = zh_group_portrait_sums(a->portrait, ZH_GROUP_IN)->customers < ZH_TGI_GROUP_MIN;
    zh_json_out_object(out);
    zh_call_time(out, ZH_SV("at"), a->now_ms);
    zh_json_out_key_int(out, ZH_SV("tookUs"), a->took_us);
    zh_json_out_key_text(out, ZH_SV("zone"), zh_engine_time_zone(call->engine));
    if (a->has_boundaries) zh_answer_currency(out, ZH_SV("currency"), a->boundaries.currency);
    zh_json_out_key_int(out, ZH_SV("customers"), (int64_t)a->customers);
    zh_json_out_key_int(out, ZH_SV("asked"), (int64_t)a->asked);
    zh_json_out_key_int(out, ZH_SV("refused"), (int64_t)a->refused);
    zh_json_out_key_int(out, ZH_SV("failed"), (int64_t)a->failed);
    zh_json_out_key_bool(out, ZH_SV("againstAll"), a->is_part);
    zh_json_out_key_bool(out, ZH_SV("tooFew"), too_few);
    zh_json_out_key_int(out, ZH_SV("groupMin"), ZH_TGI_GROUP_MIN);
    zh_json_out_key_int(out, ZH_SV("withMin"), ZH_TGI_WITH_MIN);
    zh_json_out_key_bool(out, ZH_SV("cut"), zh_group_portrait_is_cut(a->portrait));
    zh_json_out_key(out, ZH_SV("group"));
    put_side(a, ZH_GROUP_IN, out);
    zh_json_out_key(out, ZH_SV("whole"));
    put_side(a, ZH_GROUP_WHOLE, out);
    put_dimensions(a, too_few, out);
    put_hours(a, too_few, out);
    zh_err e = put_items(call, a, ZH_GROUP_BOUGHT, too_few, out);
    if (e == ZH_OK) e = put_items(call, a, ZH_GROUP_VIEWED, too_few, out);
    zh_json_out_end(out);
    return e;
}

static void answer_portrait(zh_call *call, zh_group_of group, zh_group_of whole)
{
    zh_group_answer a;
    zh_cel_fault fault = { .text = "" };
    if (!zh_groups_begin(call)) return;
    zh_err e = zh_engine_group_portrait(call->engine, &(zh_group_ask){ group, whole }, call->arena, &a, &fault);
    zh_groups_end(call); /* before the answer: who has it may ask again at once */
    if (e != ZH_OK) zh_groups_failed(call, e, &fault);
    else {
        zh_histogram_add_us(call->server->group_seconds, a.took_us);
        zh_json_out out = zh_call_begin(call);
        e = put_portrait(call, &a, &out);
        zh_group_answer_close(&a); /* parts of it lie in the call's arena, which ends with the answer */
        if (e == ZH_OK) zh_call_json(call, 200, &out);
        else zh_call_failed(call, e, NULL);
    }
}

void zh_route_segment_portrait(zh_call *call)
{
    const zh_sv name = zh_http_path_part(call->request, 3);
    if (!zh_segment_name_is_good(name)) zh_groups_failed(call, ZH_ABSENT, NULL);
    else answer_portrait(call, (zh_group_of){ .segment = name }, (zh_group_of){ 0 });
}

void zh_route_report_group(zh_call *call)
{
    zh_json_value root;
    zh_group_of group, whole = { 0 };
    if (!zh_call_body_json(call, &root)) return;
    const zh_json_value against = zh_json_get(root, ZH_SV("against"));
    if (!zh_groups_read(call, root, &group) || (group.segment.size == 0 && group.expression.size == 0))
        zh_call_problem(call, 400, "bad_field", "expression", "say a segment's name or an expression of at most 64 KB, and not both");
    else if (zh_json_type_of(against) > ZH_JSON_NULL && (!zh_json_is(against, ZH_JSON_OBJECT) || !zh_groups_read(call, against, &whole)))
        zh_call_problem(call, 400, "bad_field", "against", "against is an object with a segment's name or an expression, and not both; left out: all customers");
    else answer_portrait(call, group, whole);
}
