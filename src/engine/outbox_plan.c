#include "engine/outbox.h"
#include "core/bucket.h"
#include "engine/compose.h"

#define PLACE UINT64_C(0x6D657373616765) /* "message": data of a message is sealed at (its number, this) */

/* ---- planning ---- */

static zh_err fill(zh_engine *engine, zh_message_plan *plan, zh_note *why)
{
    zh_arena arena = zh_arena_open(ZH_COMPOSE_MEMORY_BYTES_MAX);
    zh_adapter *adapter = ZH_TAKE(&arena, zh_adapter, 1);
    zh_template template;
    zh_err e = adapter == NULL ? ZH_NOMEM : zh_compose_adapter(engine, plan->channel, &arena, adapter);
    if (e == ZH_ABSENT || e == ZH_FORMAT) zh_note_set(why, "channel"), e = ZH_ABSENT;
    if (e == ZH_OK) {
        plan->via = adapter->via;
        plan->keeps_data = adapter->kind == ZH_ADAPTER_INBOX;
        e = zh_compose_template(engine, plan->template, &arena, &template);
        if (e == ZH_ABSENT || e == ZH_FORMAT) zh_note_set(why, "template"), e = ZH_ABSENT;
    }
    if (e == ZH_OK) plan->is_marketing = template.is_marketing;
    zh_arena_close(&arena);
    return e;
}

/* Under the customer's own key. Errors: ZH_ABSENT he was erased. */
static zh_err seal(zh_engine *engine, zh_customer_id customer, zh_message_id id, zh_sv plain, zh_buf *out)
{
    zh_world *w = zh_engine_world(engine);
    zh_wrapped_dek dek;
    pthread_rwlock_rdlock(&w->identity_lock);
    const zh_wrapped_dek *there = zh_identity_dek(w->identity, customer);
    if (there != NULL) dek = *there;
    pthread_rwlock_unlock(&w->identity_lock);
    return there == NULL ? ZH_ABSENT : zh_seal_personal(zh_engine_sealer(engine), customer, &dek, (zh_event_key){ id.number, PLACE }, plain, out);
}

static zh_err append(zh_engine *engine, const zh_message_record *record)
{
    zh_buf bytes = zh_buf_open(ZH_LOG_RECORD_BYTES_MAX);
    if (!zh_message_record_is_good(record)) return ZH_RANGE;
    zh_message_put(record, &bytes);
    zh_err e = zh_buf_err(&bytes);
    zh_work work = { .customer_record = zh_buf_view(&bytes), .customer_owner = record->customer };
    if (e == ZH_OK) e = zh_engine_do(engine, &work);
    zh_buf_close(&bytes);
    return e;
}

static bool is_same_key(const zh_message *m, const zh_message_plan *plan)
{
    return zh_sv_equal(m->plan.campaign, plan->campaign) && zh_sv_equal(m->plan.step, plan->step) && zh_sv_equal(m->plan.entry, plan->entry);
}

/* ZH_ABSENT: it is new. */
static zh_err look(zh_engine *engine, zh_message_id id, const zh_message_plan *plan)
{
    zh_world *w = zh_engine_world(engine);
    zh_message there;
    zh_world_lock_read(w);
    const bool found = zh_ledger_find(w->ledger, id, &there), same = found && is_same_key(&there, plan), full = zh_ledger_messages(w->ledger) >= ZH_LEDGER_MESSAGES_MAX;
    zh_world_unlock(w);
    return found ? (same ? ZH_OK : ZH_EXISTS) : full ? ZH_FULL : ZH_ABSENT;
}

zh_err zh_outbox_plan(zh_engine *engine, zh_customer_id customer, zh_message_plan *plan, zh_sv plain, zh_message_id *id, bool *made, zh_note *why)
{
    const zh_customer_id root = zh_world_root(zh_engine_world(engine), customer);
    zh_message_record record = { .customer = root, .word = ZH_MESSAGE_SAYS_PLAN, .at_ms = zh_engine_now_ms(engine) };
    *made = false;
    if (root.number == 0) return zh_note_set(why, "customer"), ZH_ABSENT;
    zh_err e = fill(engine, plan, why);
    if (e != ZH_OK) return e;
    *id = record.id = zh_message_id_of(zh_engine_sealer(engine), root, plan);
    if ((e = look(engine, record.id, plan)) != ZH_ABSENT) return e;
    zh_buf sealed = zh_buf_open(ZH_MESSAGE_DATA_BYTES_MAX);
    e = plain.size == 0 ? ZH_OK : seal(engine, root, record.id, plain, &sealed);
    if (e == ZH_ABSENT) zh_note_set(why, "customer");
    if (e == ZH_FULL) e = ZH_RANGE;
    plan->data = zh_buf_view(&sealed);
    record.plan = *plan;
    if (e == ZH_OK) e = append(engine, &record);
    *made = e == ZH_OK;
    zh_buf_close(&sealed);
    return e;
}

zh_err zh_outbox_say(zh_engine *engine, zh_message_id id, const zh_message_record *said)
{
    zh_world *w = zh_engine_world(engine);
    zh_message there;
    zh_message_record record = *said;
    zh_world_lock_read(w);
    const bool found = zh_ledger_find(w->ledger, id, &there);
    if (found) record.customer = there.planned_for;
    zh_world_unlock(w);
    record.id = id;
    return found ? append(engine, &record) : ZH_ABSENT;
}

zh_err zh_outbox_data(zh_engine *engine, const zh_message *m, const zh_permit *permit, zh_arena *arena, zh_sv *plain)
{
    zh_world *w = zh_engine_world(engine);
    zh_wrapped_dek dek;
    *plain = (zh_sv){ 0 };
    if (m->plan.data.size == 0) return ZH_OK;
    const zh_permit own = zh_permit_of_absorbed(permit, m->customer, m->planned_for);
    pthread_rwlock_rdlock(&w->identity_lock);
    const zh_wrapped_dek *there = zh_identity_dek(w->identity, m->planned_for);
    if (there != NULL) dek = *there;
    pthread_rwlock_unlock(&w->identity_lock);
    if (there == NULL) return ZH_ABSENT;
    return zh_unseal_personal(zh_engine_sealer(engine), m->planned_for, &dek, (zh_event_key){ m->id.number, PLACE }, &own, m->plan.data, arena, plain);
}

/* ---- asking ---- */

zh_err zh_outbox_rules(const zh_registry *registry, zh_delivery_rules *out)
{
    zh_sv json;
    zh_json *parser;
    zh_json_value root;
    zh_fault fault;
    *out = (zh_delivery_rules){ .has_quiet = false };
    if (zh_registry_setting(registry, ZH_DELIVERY_SETTING, &json) != ZH_OK) return ZH_OK;
    zh_err e = zh_json_open(&parser, ZH_SETTING_BYTES_MAX);
    if (e != ZH_OK) return e;
    e = zh_json_parse(parser, json, &root, NULL);
    if (e == ZH_OK) e = zh_delivery_read(root, out, &fault);
    zh_json_close(parser);
    return e;
}

static bool is_in_share(const zh_engine *engine, const char *what, zh_sv campaign, zh_customer_id customer, uint32_t share)
{
    char salt[ZH_BUCKET_SALT_BYTES_MAX];
    const int size = snprintf(salt, sizeof salt, "%s%.*s", what, ZH_SV_ARG(campaign));
    return share > 0 && zh_bucket_of(zh_engine_workspace(engine), (zh_sv){ salt, (size_t)size }, customer, ZH_MESSAGE_CONTROL_OF) < share;
}

bool zh_outbox_is_control(const zh_engine *engine, zh_sv campaign, zh_customer_id customer, uint32_t share) { return is_in_share(engine, "control/", campaign, customer, share); }

void zh_outbox_facts(zh_engine *engine, const zh_delivery_rules *rules, zh_customer_id customer, zh_delivery_ask *ask)
{
    const zh_world *w = zh_engine_world(engine);
    int64_t until_ms;
    ask->is_nobody = customer.number == 0;
    ask->is_suppressed = zh_ledger_is_suppressed(w->ledger, customer, ask->via);
    ask->is_blocked = zh_tags_has(w->tags, customer, ZH_SV(ZH_OUTBOX_BLOCKED_TAG), ask->now_ms, &until_ms);
    ask->is_minor = zh_consents_said(w->consents, customer, ZH_CONSENT_MINOR) == ZH_CHOICE_YES;
    ask->choice = zh_consents_said(w->consents, customer, ZH_CONSENT_OF(ask->via));
    ask->is_holdout = is_in_share(engine, "holdout", (zh_sv){ 0 }, customer, rules->holdout);
}

zh_delivery zh_outbox_judge(zh_engine *engine, const zh_delivery_rules *rules, const zh_message *m, const zh_tz *zone, zh_delivery_contact *contacts)
{
    const zh_world *w = zh_engine_world(engine);
    const zh_message_plan *p = &m->plan;
    zh_delivery_ask ask = { .now_ms = zh_engine_now_ms(engine), .planned_ms = m->planned_ms, .expires_ms = p->expires_ms, .zone = zone, .via = p->via, .priority = p->priority,
                            .best_hour = p->best_hour, .is_marketing = p->is_marketing };
    zh_outbox_facts(engine, rules, m->customer, &ask);
    ask.is_control = zh_outbox_is_control(engine, p->campaign, m->customer, p->control);
    if (p->is_marketing) {
        ask.contacts = contacts;
        ask.contacts_count = zh_ledger_contacts(w->ledger, m->customer, contacts, ZH_OUTBOX_CONTACTS_MAX);
        ask.rivals = contacts + ZH_OUTBOX_CONTACTS_MAX;
        ask.rivals_count = zh_ledger_rivals(w->ledger, m, ask.now_ms, contacts + ZH_OUTBOX_CONTACTS_MAX, ZH_OUTBOX_CONTACTS_MAX);
    }
    return zh_delivery_judge(rules, &ask);
}

static bool copy(zh_arena *arena, zh_sv *text)
{
    *text = zh_arena_copy(arena, *text);
    return text->data != NULL;
}

zh_err zh_outbox_read(zh_engine *engine, zh_message_id id, zh_arena *arena, zh_message *out)
{
    zh_world *w = zh_engine_world(engine);
    bool whole = true;
    zh_world_lock_read(w);
    const bool found = zh_ledger_find(w->ledger, id, out);
    zh_sv *const texts[] = { &out->plan.campaign, &out->plan.step, &out->plan.entry, &out->plan.channel, &out->plan.template, &out->plan.language, &out->plan.data, &out->provider, &out->detail };
    for (size_t i = 0; found && i < sizeof texts / sizeof *texts; i++) whole &= copy(arena, texts[i]);
    zh_world_unlock(w);
    return !found ? ZH_ABSENT : whole ? ZH_OK : ZH_NOMEM;
}
