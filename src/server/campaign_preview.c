/* campaign_preview.c -- POST /api/v1/campaigns/preview: what a campaign would do if it ran now. Nothing is planned, and nothing is sent. */
#include "engine/compose.h"
#include "engine/outbox.h"
#include "engine/preview.h"
#include "server/answer.h"
#include "server/campaign_answer.h"

#define JUDGED_MAX 200000u   /* customers of the audience that the policy is asked about; what is counted of more is a part, and it is said */
#define COMPOSED_MAX 100u    /* of those who would get it: is there an address, and does the template say something? A millisecond each */
#define EXAMPLES_MAX 10u
#define STEP 256u            /* judged under one hold of the lock */
#define LIST_BYTES_MAX ((size_t)64 << 20)

typedef struct dry_run {
    zh_call *call;
    zh_campaign campaign;
    zh_campaign_means means;
    zh_sv name;
    zh_preview audience;
    zh_delivery_rules rules;
    zh_delivery_contact *contacts;
    const zh_tz *zone;
    uint64_t act[3], why[ZH_WHYS];
    uint32_t judged, composed, no_address, broken;
    zh_customer_id receivers[COMPOSED_MAX];
    uint32_t receivers_count;
    zh_delivery examples[EXAMPLES_MAX];
} dry_run;

static zh_message message_of(const dry_run *d, zh_customer_id customer)
{
    const zh_campaign *c = &d->campaign;
    const int64_t now_ms = d->call->now_ms;
    return (zh_message){ .id = { 1 }, .customer = customer, .planned_for = customer, .state = ZH_MESSAGE_PLANNED, .planned_ms = now_ms, .due_ms = now_ms,
                         .plan = { .campaign = d->name, .step = c->step, .entry = ZH_SV("preview"), .channel = c->channel, .template = c->template, .due_ms = now_ms, .expires_ms = now_ms + c->expires_ms,
                                   .control = c->control, .via = d->means.via, .priority = c->priority, .best_hour = c->best_hour, .is_marketing = true } };
}

/* In steps, so that folding goes on between. Quiet hours and days are those of the workspace's zone. */
static void judge_all(dry_run *d)
{
    zh_world *w = zh_engine_world(d->call->engine);
    for (uint32_t at = 0; at < d->audience.named_count; at += STEP) {
        zh_world_lock_read(w);
        for (uint32_t i = at; i < at + STEP && i < d->audience.named_count; i++) {
            const zh_message m = message_of(d, d->audience.named[i]);
            const zh_delivery verdict = zh_outbox_judge(d->call->engine, &d->rules, &m, d->zone, d->contacts);
            d->act[verdict.act]++;
            d->why[verdict.why]++;
            d->judged++;
            if (i < EXAMPLES_MAX) d->examples[i] = verdict;
            if (verdict.act != ZH_DELIVERY_SKIP && d->receivers_count < COMPOSED_MAX) d->receivers[d->receivers_count++] = m.customer;
        }
        zh_world_unlock(w);
    }
}

/* Of some who would get it, as a worker of the outbox would write it: only numbers come out of here. */
static zh_err compose_some(dry_run *d)
{
    zh_engine *engine = d->call->engine;
    zh_world *w = zh_engine_world(engine);
    zh_arena arena = zh_arena_open(ZH_COMPOSE_MEMORY_BYTES_MAX);
    zh_err e = ZH_OK;
    for (uint32_t i = 0; e == ZH_OK && i < d->receivers_count; i++) {
        zh_permit permit;
        zh_composed composed;
        zh_arena_reset(&arena);
        zh_adapter *adapter = ZH_TAKE(&arena, zh_adapter, 1);
        zh_template *template = ZH_TAKE(&arena, zh_template, 1);
        const zh_message m = message_of(d, d->receivers[i]);
        if (adapter == NULL || template == NULL) e = ZH_NOMEM;
        if (e == ZH_OK) e = zh_compose_adapter(engine, d->campaign.channel, &arena, adapter);
        if (e == ZH_OK) e = zh_compose_template(engine, d->campaign.template, &arena, template);
        if (e != ZH_OK) break;
        zh_world_lock_read(w);
        const zh_err allowed = zh_permit_ask(w->consents, m.customer, ZH_PURPOSE_MARKETING, d->means.via, d->call->now_ms, &ZH_ACTOR_THE_ENGINE, &permit);
        zh_world_unlock(w);
        if (allowed != ZH_OK) continue; /* said no since */
        const zh_compose_ask ask = { .customer = m.customer, .permit = &permit, .adapter = adapter, .template = template, .message = &m, .now_ms = d->call->now_ms, .zone = d->zone };
        const zh_err of = zh_compose(engine, &ask, &arena, &composed);
        if (of == ZH_NOMEM) e = of;
        d->composed++;
        d->no_address += d->means.has_address && composed.to.size == 0;
        d->broken += of != ZH_OK || composed.letter.errors > 0;
    }
    zh_arena_close(&arena);
    return e;
}

/* ---- the answer ---- */

static void put_counts(const dry_run *d, zh_json_out *out)
{
    static const char *const acts[] = { "send", "wait", "skip" };
    zh_json_out_key_int(out, ZH_SV("customers"), (int64_t)d->audience.customers);
    zh_json_out_key_int(out, ZH_SV("audience"), (int64_t)d->audience.matching);
    zh_json_out_key_int(out, ZH_SV("judged"), d->judged);
    zh_json_out_key(out, ZH_SV("now"));
    zh_json_out_object(out);
    for (int a = 0; a < 3; a++) zh_json_out_key_int(out, zh_sv_of(acts[a]), (int64_t)d->act[a]);
    zh_json_out_end(out);
    zh_json_out_key(out, ZH_SV("reasons"));
    zh_json_out_array(out);
    for (int y = ZH_WHY_NONE + 1; y < ZH_WHYS; y++) {
        if (d->why[y] == 0) continue;
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("why"), zh_sv_of(zh_message_why_text((zh_message_why)y)));
        zh_json_out_key_int(out, ZH_SV("customers"), (int64_t)d->why[y]);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
    zh_json_out_key_int(out, ZH_SV("control"), (int64_t)d->why[ZH_WHY_CONTROL]);
}

static void put_sending(const dry_run *d, zh_json_out *out)
{
    const uint64_t may = d->act[ZH_DELIVERY_SEND] + d->act[ZH_DELIVERY_WAIT];
    const uint64_t messages = d->campaign.budget > 0 && may > d->campaign.budget ? d->campaign.budget : may;
    zh_json_out_key_int(out, ZH_SV("messages"), (int64_t)messages);
    zh_json_out_key_bool(out, ZH_SV("overBudget"), messages < may);
    zh_json_out_key(out, ZH_SV("seconds"));
    if (d->means.rate_per_s > 0) zh_json_out_int(out, (int64_t)((messages + d->means.rate_per_s - 1) / d->means.rate_per_s));
    else zh_json_out_null(out);
    zh_json_out_key(out, ZH_SV("composed"));
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("tried"), d->composed);
    zh_json_out_key_int(out, ZH_SV("withoutAddress"), d->no_address);
    zh_json_out_key_int(out, ZH_SV("broken"), d->broken);
    zh_json_out_end(out);
}

static void put_examples(const dry_run *d, zh_json_out *out)
{
    static const char *const acts[] = { "send", "wait", "skip" };
    zh_json_out_key(out, ZH_SV("examples"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < EXAMPLES_MAX && i < d->audience.named_count; i++) {
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("act"), zh_sv_of(acts[d->examples[i].act]));
        zh_json_out_key_text(out, ZH_SV("why"), zh_sv_of(zh_message_why_text(d->examples[i].why)));
        zh_call_time(out, ZH_SV("until"), d->examples[i].act == ZH_DELIVERY_WAIT ? d->examples[i].until_ms : 0);
        zh_json_out_key(out, ZH_SV("customer"));
        zh_answer_customer_row(d->call, d->audience.named[i], out);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

static zh_err run(dry_run *d, zh_arena *arena)
{
    char text[ZH_AIM_AUDIENCE_BYTES];
    zh_cel_fault fault;
    zh_world *w = zh_engine_world(d->call->engine);
    const zh_preview_ask ask = { .expression = zh_aim_audience(d->campaign.segment, d->campaign.expression, text), .limit = JUDGED_MAX };
    zh_err e = zh_engine_preview(d->call->engine, &ask, arena, &d->audience, &fault);
    d->contacts = ZH_TAKE(arena, zh_delivery_contact, 2 * ZH_OUTBOX_CONTACTS_MAX);
    d->zone = zh_engine_tz(d->call->engine);
    if (d->zone == NULL) d->zone = zh_tz_utc();
    if (e == ZH_OK && d->contacts == NULL) e = ZH_NOMEM;
    if (e != ZH_OK) return e;
    zh_world_lock_read(w);
    e = zh_outbox_rules(w->registry, &d->rules);
    zh_world_unlock(w);
    if (e != ZH_OK) return e;
    judge_all(d);
    return compose_some(d);
}

/* {"definition": {…}} or {"campaign": name}. */
static bool read_ask(zh_call *call, dry_run *d)
{
    zh_json_value root;
    zh_campaign_kept kept;
    if (!zh_call_body_json(call, &root)) return false;
    const zh_json_value definition = zh_json_get(root, ZH_SV("definition"));
    d->name = zh_arena_copy(call->arena, zh_json_text_or_empty(zh_json_get(root, ZH_SV("campaign"))));
    if (zh_json_is(definition, ZH_JSON_OBJECT)) return zh_campaign_of_body(call, definition, &d->campaign);
    const zh_err e = zh_campaigns_find(call->engine, d->name, call->arena, &kept);
    if (e == ZH_ABSENT) zh_call_problem(call, 404, "not_found", "campaign", "say a definition, or the name of a campaign");
    else if (e != ZH_OK) zh_call_failed(call, e, "the campaign cannot be read");
    d->campaign = kept.campaign;
    return e == ZH_OK;
}

void zh_route_campaigns_preview(zh_call *call)
{
    zh_arena arena = zh_arena_open(LIST_BYTES_MAX);
    dry_run *d = ZH_TAKE(&arena, dry_run, 1);
    if (d == NULL) zh_call_failed(call, ZH_NOMEM, NULL);
    else {
        d->call = call;
        if (read_ask(call, d) && zh_campaign_has_means(call, &d->campaign, &d->means)) {
            const zh_err e = run(d, &arena);
            zh_json_out out = zh_call_begin(call);
            zh_json_out_object(&out);
            put_counts(d, &out);
            put_sending(d, &out);
            put_examples(d, &out);
            zh_json_out_end(&out);
            if (e == ZH_OK) zh_call_json(call, 200, &out);
            else zh_call_failed(call, e, "the customers cannot be asked");
        }
    }
    zh_arena_close(&arena);
}
