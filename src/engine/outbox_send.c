#include "engine/campaigns.h"
#include "engine/outbox_inside.h"
#include "engine/secret.h"
#include "reach/reply.h"

#define PAUSE_MS_MAX (60 * ZH_MINUTE_MS) /* between two tries */
#define SKIP_DETAIL_BYTES 160

/* ---- words ---- */

static zh_err say(worker *w, zh_message_id id, zh_message_word word, zh_message_why why, int64_t due_ms, const zh_delivered *got)
{
    const zh_message_record record = { .word = word, .why = why, .due_ms = due_ms, .at_ms = zh_engine_now_ms(w->outbox->d.engine),
        .state = (unsigned)word >= ZH_MESSAGE_SAYS_STATE_FIRST ? (zh_message_state)((unsigned)word - ZH_MESSAGE_SAYS_STATE_FIRST) : ZH_MESSAGE_PLANNED,
        .provider = got == NULL ? (zh_sv){ 0 } : zh_sv_of(got->provider), .detail = got == NULL ? (zh_sv){ 0 } : zh_sv_of(got->detail) };
    const zh_err e = zh_outbox_say(w->outbox->d.engine, id, &record);
    w->wrote |= e == ZH_OK;
    return e;
}

static zh_err say_state(worker *w, zh_message_id id, zh_message_state state, zh_message_why why, const zh_delivered *got)
{
    return say(w, id, (zh_message_word)(ZH_MESSAGE_SAYS_STATE_FIRST + state), why, 0, got);
}

/* The intent: on the disk before the first byte goes out, with whom it reaches there, as a number that tells no address. */
static zh_err intend(worker *w, const zh_message *m, zh_sv to)
{
    zh_engine *engine = w->outbox->d.engine;
    const zh_message_record record = { .word = (zh_message_word)(ZH_MESSAGE_SAYS_STATE_FIRST + ZH_MESSAGE_SENDING), .state = ZH_MESSAGE_SENDING, .at_ms = zh_engine_now_ms(engine),
                                       .address = zh_reply_address(zh_engine_sealer(engine), m->plan.via, to) };
    const zh_err e = zh_outbox_say(engine, m->id, &record);
    w->wrote |= e == ZH_OK;
    return e;
}

/* A sentence with no word about the customer: which part of the template, and where. */
static void skip(worker *w, zh_message_id id, zh_message_why why, const char *detail)
{
    zh_delivered said = { .provider = "" };
    (void)snprintf(said.detail, sizeof said.detail, "%.*s", SKIP_DETAIL_BYTES, detail == NULL ? "" : detail);
    if (say_state(w, id, ZH_MESSAGE_SKIPPED, why, &said) == ZH_OK) zh_counter_add(w->outbox->skipped, 1);
}

/* ---- judging ---- */

static zh_sv zone_name(zh_engine *engine, zh_customer_id customer, zh_arena *arena)
{
    static const char *const traits[] = { "timezone", "timeZone", "time_zone" };
    zh_world *world = zh_engine_world(engine);
    zh_trait trait;
    zh_sv name = { 0 };
    zh_world_lock_read(world);
    const zh_customer_state *state = zh_customers_get(world->customers, customer);
    for (size_t i = 0; state != NULL && name.size == 0 && i < sizeof traits / sizeof *traits; i++)
        if (zh_customer_trait_of(state, zh_sv_of(traits[i]), &trait) && trait.value.size > 2 && trait.value.data[0] == '"') name = zh_arena_copy(arena, zh_sv_part(trait.value, 1, trait.value.size - 2));
    zh_world_unlock(world);
    return name;
}

/* False: it was skipped, or waits. */
static bool may_go(worker *w, const zh_message *m)
{
    zh_engine *engine = w->outbox->d.engine;
    zh_world *world = zh_engine_world(engine);
    const zh_tz *zone = outbox_zone(w->outbox, zone_name(engine, m->customer, &w->arena));
    zh_delivery_rules rules;
    zh_message_id twin;
    zh_world_lock_read(world);
    const zh_err e = zh_outbox_rules(world->registry, &rules);
    zh_delivery d = { .act = ZH_DELIVERY_WAIT };
    if (e == ZH_OK) d = zh_outbox_judge(engine, &rules, m, zone, w->contacts);
    const bool has_twin = zh_ledger_twin(world->ledger, m, &twin);
    const zh_campaign_stand stand = zh_campaigns_stand(world->registry, m->plan.campaign);
    zh_world_unlock(world);
    if (stand == ZH_CAMPAIGN_WAITS) d = (zh_delivery){ ZH_DELIVERY_WAIT, ZH_WHY_PAUSED, zh_engine_now_ms(engine) + ZH_CAMPAIGN_PAUSED_MS };
    if (stand == ZH_CAMPAIGN_OVER) d = (zh_delivery){ ZH_DELIVERY_SKIP, ZH_WHY_ENDED, 0 };
    if (e != ZH_OK) return false; /* no memory, or a policy that cannot be read: nothing goes, and it is looked at again */
    if (has_twin) skip(w, m->id, ZH_WHY_CANCELLED, "another message of this customer, who was two, has the same campaign, step and entry");
    else if (d.act == ZH_DELIVERY_SKIP) skip(w, m->id, d.why, NULL);
    else if (d.act == ZH_DELIVERY_WAIT && say(w, m->id, ZH_MESSAGE_SAYS_WAIT, d.why, d.until_ms, NULL) == ZH_OK) zh_counter_add(w->outbox->waited, 1);
    return !has_twin && d.act == ZH_DELIVERY_SEND;
}

static zh_err ask_permit(zh_engine *engine, const zh_message *m, zh_permit *out)
{
    zh_world *world = zh_engine_world(engine);
    const zh_purpose purpose = m->plan.is_marketing ? ZH_PURPOSE_MARKETING : ZH_PURPOSE_SERVE;
    zh_world_lock_read(world);
    const zh_err e = zh_permit_ask(world->consents, m->customer, purpose, m->plan.via, zh_engine_now_ms(engine), &ZH_ACTOR_THE_ENGINE, out);
    zh_world_unlock(world);
    return e;
}

/* ---- composing ---- */

typedef struct letter {
    zh_adapter adapter;
    zh_template template;
    zh_composed composed;
    zh_sv secret, dkim_key;
} letter;

static void skip_unsaid(worker *w, const zh_message *m, zh_err e, const letter *l)
{
    char detail[sizeof l->composed.letter.fault + 16];
    const zh_message_why why = e == ZH_STOPPED ? ZH_WHY_ABORTED : e == ZH_FULL ? ZH_WHY_TOO_LARGE : ZH_WHY_BROKEN;
    (void)snprintf(detail, sizeof detail, "%s: %s", l->composed.letter.fault.field, l->composed.letter.fault.why.text);
    skip(w, m->id, why, detail);
}

static zh_err read_secrets(worker *w, const zh_message *m, letter *l)
{
    zh_engine *engine = w->outbox->d.engine;
    char name[ZH_CHANNEL_KEY_BYTES];
    zh_err e = zh_channel_secret_get(engine, m->plan.channel, &w->arena, &l->secret);
    if ((e == ZH_OK || e == ZH_ABSENT) && l->adapter.dkim_domain.size > 0) e = zh_channel_secret_get(engine, zh_channel_key_of(m->plan.channel, name), &w->arena, &l->dkim_key);
    return e == ZH_ABSENT ? ZH_OK : e;
}

/* False: it was skipped, or there is no memory and it is looked at again. */
static bool compose(worker *w, const zh_message *m, const zh_permit *permit, letter *l)
{
    zh_engine *engine = w->outbox->d.engine;
    zh_sv data;
    zh_err e = zh_compose_adapter(engine, m->plan.channel, &w->arena, &l->adapter);
    if (e == ZH_ABSENT || e == ZH_FORMAT) return skip(w, m->id, ZH_WHY_NO_CHANNEL, NULL), false;
    if (e == ZH_OK) e = zh_compose_template(engine, m->plan.template, &w->arena, &l->template);
    if (e == ZH_ABSENT || e == ZH_FORMAT) return skip(w, m->id, ZH_WHY_NO_TEMPLATE, NULL), false;
    if (e == ZH_OK) e = zh_outbox_data(engine, m, permit, &w->arena, &data);
    if (e == ZH_ABSENT) return skip(w, m->id, ZH_WHY_NOBODY, NULL), false;
    if (e != ZH_OK) return false;
    const zh_compose_ask ask = { .customer = m->customer, .permit = permit, .adapter = &l->adapter, .template = &l->template, .message = m, .data = data, .now_ms = zh_engine_now_ms(engine),
                                 .zone = outbox_zone(w->outbox, zone_name(engine, m->customer, &w->arena)) };
    e = zh_compose(engine, &ask, &w->arena, &l->composed);
    if (e == ZH_OK && l->composed.letter.errors > 0) e = ZH_FORMAT; /* "Liquid error" is nothing to send to a customer */
    if (e != ZH_OK && e != ZH_NOMEM) return skip_unsaid(w, m, e, l), false;
    const bool nowhere = l->adapter.kind == ZH_ADAPTER_SMTP ? !zh_adapter_address_is_good(l->composed.to) : l->adapter.kind != ZH_ADAPTER_INBOX && l->composed.to.size == 0;
    if (e == ZH_OK && nowhere) return skip(w, m->id, ZH_WHY_NO_ADDRESS, NULL), false;
    if (e == ZH_OK) e = read_secrets(w, m, l);
    return e == ZH_OK;
}

/* ---- handing over ---- */

static void hand_over(worker *w, const zh_message *m, const letter *l, zh_delivered *out)
{
    const zh_liquid_map *request = NULL;
    char key[ZH_MESSAGE_ID_TEXT_BYTES];
    const int64_t now_ms = zh_engine_now_ms(w->outbox->d.engine);
    *out = (zh_delivered){ .outcome = ZH_OUTCOME_TAKEN };
    if (l->adapter.kind == ZH_ADAPTER_INBOX) return; /* it lies there: the customer's pages fetch it */
    if (l->adapter.kind == ZH_ADAPTER_SMTP) {
        const zh_sv *part = l->composed.letter.part;
        zh_mail_send(&(zh_mail_ask){ .adapter = &l->adapter, .to = l->composed.to, .subject = part[ZH_TEMPLATE_SUBJECT], .text = part[ZH_TEMPLATE_TEXT], .html = part[ZH_TEMPLATE_HTML], .unsubscribe = l->composed.unsubscribe,
                                     .secret = l->secret, .dkim_key = l->dkim_key, .id = m->id, .now_ms = now_ms, .reaches_private = w->outbox->d.reaches_private }, out);
        return;
    }
    *out = (zh_delivered){ .outcome = ZH_OUTCOME_UNREACHED, .detail = "no memory" };
    if (w->client == NULL && zh_client_open(&w->client, &(zh_client_desc){ .timeout_ms = ZH_ADAPTER_TIMEOUT_MS_MAX, .body_bytes_max = ZH_WEBHOOK_ANSWER_BYTES_MAX, .fresh = true, .public_only = !w->outbox->d.reaches_private }) != ZH_OK) return;
    if (zh_compose_request(&l->composed, l->secret, now_ms, &w->arena, &request) != ZH_OK) return;
    zh_message_id_print(m->id, key);
    zh_client_set_timeout(w->client, l->adapter.timeout_ms);
    zh_webhook_send(w->client, &(zh_webhook_ask){ .adapter = &l->adapter, .data = request, .secret = l->secret, .key = zh_sv_of(key), .now_ms = now_ms, .arena = &w->arena }, out);
}

/* Twice as long each time, and a tenth more or less, so that many that failed together do not come back together. */
static int64_t pause_ms(const zh_message *m, const zh_adapter *a, uint32_t tries, int64_t asked_ms)
{
    int64_t ms = a->retry_ms;
    for (uint32_t i = 1; i < tries && ms < PAUSE_MS_MAX; i++) ms *= 2;
    if (ms > PAUSE_MS_MAX) ms = PAUSE_MS_MAX;
    ms += ms / 10 * ((int64_t)(zh_mix64(m->id.number + tries) % 2001) - 1000) / 1000;
    return ms > asked_ms ? ms : asked_ms;
}

static zh_err write_outcome(worker *w, const zh_message *m, const letter *l, const zh_delivered *got, zh_counter **counter)
{
    zh_engine *engine = w->outbox->d.engine;
    const uint32_t tries = m->tries + 1;
    const bool again = tries < l->adapter.tries_max;
    const int64_t due_ms = zh_engine_now_ms(engine) + pause_ms(m, &l->adapter, tries, got->retry_after_ms);
    *counter = w->outbox->failed;
    switch (got->outcome) {
    case ZH_OUTCOME_TAKEN: *counter = w->outbox->sent; return say_state(w, m->id, ZH_MESSAGE_SENT, ZH_WHY_NONE, got);
    case ZH_OUTCOME_REFUSED: return say_state(w, m->id, ZH_MESSAGE_FAILED, ZH_WHY_REFUSED, got);
    case ZH_OUTCOME_BOUNCED: return say_state(w, m->id, ZH_MESSAGE_BOUNCED, ZH_WHY_REFUSED, got);
    case ZH_OUTCOME_BROKEN: return say_state(w, m->id, ZH_MESSAGE_FAILED, ZH_WHY_BROKEN, got);
    default: break;
    }
    if (got->outcome == ZH_OUTCOME_UNKNOWN && l->adapter.idempotency.size == 0) {
        *counter = w->outbox->doubted;
        return say_state(w, m->id, ZH_MESSAGE_DOUBT, ZH_WHY_UNANSWERED, got);
    }
    if (!again) return say_state(w, m->id, ZH_MESSAGE_FAILED, ZH_WHY_GIVEN_UP, got);
    *counter = w->outbox->retried;
    return say(w, m->id, ZH_MESSAGE_SAYS_WAIT, got->outcome == ZH_OUTCOME_LATER ? ZH_WHY_THROTTLED : got->outcome == ZH_OUTCOME_UNREACHED ? ZH_WHY_UNREACHED : ZH_WHY_UNANSWERED, due_ms, got);
}

/* Again and again until it is written: what went out must be known. Where the engine ends before, the next start finds SENDING. */
static void settle(worker *w, const zh_message *m, const letter *l, const zh_delivered *got)
{
    zh_counter *counter;
    zh_err e;
    while ((e = write_outcome(w, m, l, got, &counter)) != ZH_OK && e != ZH_ABSENT && outbox_rest(w->outbox)) {}
    if (e == ZH_OK) zh_counter_add(counter, 1);
    if (l->adapter.kind == ZH_ADAPTER_INBOX) return;
    const bool good = got->outcome == ZH_OUTCOME_TAKEN || got->outcome == ZH_OUTCOME_REFUSED || got->outcome == ZH_OUTCOME_BOUNCED || got->outcome == ZH_OUTCOME_BROKEN;
    outbox_told(w->outbox, m->plan.channel, good, got->outcome == ZH_OUTCOME_LATER ? got->retry_after_ms : 0);
}

/* Asked between the intent and the first byte: a refusal that came meanwhile holds. */
static bool still_may(worker *w, const zh_message *m)
{
    zh_permit permit;
    zh_message now;
    zh_engine *engine = w->outbox->d.engine;
    if (zh_outbox_read(engine, m->id, &w->arena, &now) != ZH_OK) return false; /* erased meanwhile */
    if (ask_permit(engine, &now, &permit) == ZH_OK) return now.state == ZH_MESSAGE_SENDING;
    skip(w, m->id, ZH_WHY_OPTED_OUT, NULL);
    return false;
}

bool outbox_send(worker *w, zh_message_id id)
{
    zh_engine *engine = w->outbox->d.engine;
    zh_message m;
    zh_permit permit;
    zh_delivered got;
    zh_arena_reset(&w->arena);
    letter *l = ZH_TAKE(&w->arena, letter, 1);
    if (l == NULL || zh_outbox_read(engine, id, &w->arena, &m) != ZH_OK || m.state != ZH_MESSAGE_PLANNED) return false;
    w->wrote = false;
    if (!may_go(w, &m)) return w->wrote;
    if (ask_permit(engine, &m, &permit) != ZH_OK) {
        skip(w, id, ZH_WHY_OPTED_OUT, NULL);
        return w->wrote;
    }
    if (compose(w, &m, &permit, l) && intend(w, &m, l->composed.to) == ZH_OK && still_may(w, &m)) {
        hand_over(w, &m, l, &got);
        settle(w, &m, l, &got);
    }
    if (l->dkim_key.size > 0) zh_wipe((void *)(uintptr_t)l->dkim_key.data, l->dkim_key.size);
    if (l->secret.size > 0) zh_wipe((void *)(uintptr_t)l->secret.data, l->secret.size);
    return w->wrote;
}
