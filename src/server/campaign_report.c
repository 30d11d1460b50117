/* campaign_report.c -- GET /api/v1/campaigns/{name}/report and …/members: what came of it, and who each figure is. */
#include "engine/campaign_report.h"
#include "server/answer.h"
#include "server/campaign_answer.h"
#include "server/compared_answer.h"

static zh_world *world_of(zh_call *call) { return zh_engine_world(call->engine); }

static void put_messages(const zh_campaign_report *r, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("messages"));
    zh_json_out_object(out);
    for (int f = 0; f < ZH_CAMPAIGN_FIGURES; f++) zh_json_out_key_int(out, zh_sv_of(zh_campaign_figure_text((zh_campaign_figure)f)), (int64_t)r->figures[f]);
    zh_json_out_end(out);
    zh_json_out_key(out, ZH_SV("filtered"));
    zh_json_out_array(out);
    for (int y = 0; y < ZH_WHYS; y++) {
        if (r->filtered[y] == 0) continue;
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("why"), zh_sv_of(zh_message_why_text((zh_message_why)y)));
        zh_json_out_key_int(out, ZH_SV("messages"), (int64_t)r->filtered[y]);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

static void put_report(const zh_campaign_kept *kept, const zh_campaign_report *r, zh_currency currency, zh_json_out *out)
{
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("name"), kept->name);
    zh_json_out_key_text(out, ZH_SV("state"), zh_sv_of(zh_campaign_state_text(kept->state)));
    put_messages(r, out);
    zh_json_out_key(out, ZH_SV("customers"));
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("treated"), (int64_t)r->compared.treated);
    zh_json_out_key_int(out, ZH_SV("control"), (int64_t)r->compared.control);
    zh_json_out_key_int(out, ZH_SV("crossed"), (int64_t)r->compared.crossed);
    zh_json_out_key_int(out, ZH_SV("withoutAnalytics"), (int64_t)r->compared.silent);
    zh_json_out_key_int(out, ZH_SV("windowOpen"), (int64_t)r->compared.open);
    zh_json_out_key_bool(out, ZH_SV("isPart"), r->compared.is_part);
    zh_json_out_end(out);
    zh_json_out_key_int(out, ZH_SV("windowMs"), kept->campaign.goal_ms);
    zh_json_out_key_int(out, ZH_SV("unitsMin"), ZH_COMPARED_UNITS_MIN);
    zh_answer_currency(out, ZH_SV("currency"), currency);
    zh_compared_put(out, "metrics", &r->compared);
    zh_json_out_end(out);
}

/* False: a problem was answered. */
static bool find(zh_call *call, zh_campaign_kept *kept)
{
    const zh_err e = zh_campaigns_find(call->engine, zh_http_path_part(call->request, 3), call->arena, kept);
    if (e == ZH_ABSENT) zh_call_problem(call, 404, "not_found", "name", "there is no campaign of this name: GET /api/v1/campaigns lists them");
    else if (e != ZH_OK) zh_call_failed(call, e, "the campaign cannot be read");
    return e == ZH_OK;
}

void zh_route_campaign_report(zh_call *call)
{
    zh_campaign_kept kept;
    zh_campaign_report report;
    if (!find(call, &kept)) return;
    zh_world_lock_read(world_of(call));
    const zh_currency currency = zh_answer_main_currency(world_of(call)->sales);
    zh_world_unlock(world_of(call));
    const zh_err e = zh_campaign_report_of(call->engine, &kept, currency, &report);
    if (e != ZH_OK) {
        zh_call_failed(call, e, NULL);
        return;
    }
    zh_json_out out = zh_call_begin(call);
    put_report(&kept, &report, currency, &out);
    zh_call_json(call, 200, &out);
}

/* ---- who they are ---- */

typedef struct member { zh_message_id id; zh_customer_id customer; int64_t planned_ms; zh_message_why why; zh_message_state state; } member;

typedef struct listing {
    const zh_campaign_kept *kept;
    zh_campaign_figure figure;
    zh_sv why;          /* empty: any */
    size_t limit;
    uint64_t before;    /* of the last one that is shown */
    member found[CALL_PAGE_MAX];
    size_t count;
    bool more;
} listing;

/* In steps; the newest first. */
static void list_members(zh_world *w, listing *l)
{
    const zh_ledger_filter all = { .why = ZH_WHY_NONE };
    uint64_t at = l->before;
    for (bool more = true; more && !l->more;) {
        zh_message m;
        zh_world_lock_read(w);
        for (int i = 0; i < ZH_CAMPAIGN_STEP && !l->more && (more = zh_ledger_page(w->ledger, &all, &at, &m)); i++) {
            if (!zh_sv_equal(m.plan.campaign, l->kept->name) || (l->why.size > 0 && !zh_sv_equal(l->why, zh_sv_of(zh_message_why_text(m.why)))) ||
                !zh_campaign_figure_holds(w, &l->kept->campaign, &m, l->figure)) continue;
            l->more = l->count == l->limit;
            if (l->more) break;
            l->found[l->count++] = (member){ m.id, m.customer, m.planned_ms, m.why, m.state };
            l->before = at;
        }
        zh_world_unlock(w);
    }
}

static void put_member(zh_call *call, const member *m, zh_json_out *out)
{
    char id[ZH_MESSAGE_ID_TEXT_BYTES];
    zh_message_id_print(m->id, id);
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("messageId"), zh_sv_of(id));
    zh_json_out_key_text(out, ZH_SV("state"), zh_sv_of(zh_message_state_text(m->state)));
    zh_json_out_key_text(out, ZH_SV("why"), zh_sv_of(zh_message_why_text(m->why)));
    zh_call_time(out, ZH_SV("plannedAt"), m->planned_ms);
    zh_json_out_key(out, ZH_SV("customer"));
    zh_answer_customer_row(call, m->customer, out);
    zh_json_out_end(out);
}

void zh_route_campaign_members(zh_call *call)
{
    zh_campaign_kept kept;
    uint32_t before = 0;
    char next[24] = "";
    const zh_sv cursor = zh_http_param(call->request, ZH_SV("cursor"));
    listing *l = ZH_TAKE(call->arena, listing, 1);
    if (l == NULL) {
        zh_call_failed(call, ZH_NOMEM, NULL);
        return;
    }
    if (!find(call, &kept)) return;
    l->kept = &kept;
    l->why = zh_http_param(call->request, ZH_SV("why"));
    l->limit = zh_call_limit(call);
    const bool is_figure = zh_campaign_figure_of(zh_http_param(call->request, ZH_SV("figure")), &l->figure);
    if (!is_figure || (cursor.size > 0 && !zh_call_number(cursor, &before))) {
        zh_call_problem(call, 400, "bad_field", is_figure ? "cursor" : "figure", is_figure ? "cursor must be what the answer before gave as next" : "figure is one of the report's messages: planned, filtered, control, sent, …");
        return;
    }
    l->before = before;
    list_members(world_of(call), l);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    for (size_t i = 0; i < l->count; i++) put_member(call, &l->found[i], &out);
    zh_json_out_end(&out);
    if (l->more) (void)snprintf(next, sizeof next, "%llu", (unsigned long long)l->before);
    zh_answer_next(&out, next);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}
