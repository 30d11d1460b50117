#include "engine/campaigns.h"
#include "engine/compose.h"
#include "reach/journey.h"

/* ---- as they are kept ---- */

static zh_sv setting_name(const char *prefix, zh_sv name, char out[ZH_NAME_BYTES_MAX])
{
    const int size = snprintf(out, ZH_NAME_BYTES_MAX, "%s%.*s", prefix, ZH_SV_ARG(name));
    return (zh_sv){ out, size > 0 && size < ZH_NAME_BYTES_MAX ? (size_t)size : 0 };
}

zh_campaign_stand zh_campaigns_stand(const zh_registry *registry, zh_sv name)
{
    char text[ZH_NAME_BYTES_MAX];
    zh_sv json;
    zh_json *parser;
    zh_json_value root;
    zh_campaign_state state = ZH_CAMPAIGN_DRAFT; /* what cannot be read does not go */
    if (name.size == 0) return ZH_CAMPAIGN_GOES;
    if (zh_registry_setting(registry, setting_name(ZH_CAMPAIGN_SETTING, name, text), &json) != ZH_OK && zh_registry_setting(registry, setting_name(ZH_JOURNEY_SETTING, name, text), &json) != ZH_OK) return ZH_CAMPAIGN_GOES;
    if (zh_json_open(&parser, ZH_SETTING_BYTES_MAX) != ZH_OK) return ZH_CAMPAIGN_WAITS;
    if (zh_json_parse(parser, json, &root, NULL) == ZH_OK) (void)zh_campaign_state_of(zh_json_text_or_empty(zh_json_get(root, ZH_SV("state"))), &state);
    zh_json_close(parser);
    return state == ZH_CAMPAIGN_RUNNING ? ZH_CAMPAIGN_GOES : state == ZH_CAMPAIGN_ENDED ? ZH_CAMPAIGN_OVER : ZH_CAMPAIGN_WAITS;
}

zh_sv zh_campaigns_setting(zh_engine *engine, const char *prefix, zh_sv name, zh_arena *arena)
{
    char text[ZH_NAME_BYTES_MAX];
    zh_world *w = zh_engine_world(engine);
    zh_sv json = { 0 };
    if (!zh_define_name_is_good(name)) return json;
    zh_world_lock_read(w);
    if (zh_registry_setting(w->registry, setting_name(prefix, name, text), &json) == ZH_OK) json = zh_arena_copy(arena, json);
    else json = (zh_sv){ 0 };
    zh_world_unlock(w);
    return json;
}

static zh_err read_kept(zh_json_value root, zh_arena *arena, zh_campaign_kept *out)
{
    int64_t version = 0;
    zh_fault fault;
    (void)zh_json_int(zh_json_get(root, ZH_SV("version")), &version);
    (void)zh_json_int(zh_json_get(root, ZH_SV("activeFromMs")), &out->active_ms);
    out->version = (uint32_t)version;
    if (!zh_campaign_state_of(zh_json_text_or_empty(zh_json_get(root, ZH_SV("state"))), &out->state)) return ZH_FORMAT;
    return zh_campaign_read(zh_json_get(root, ZH_SV("definition")), arena, &out->campaign, &fault);
}

zh_err zh_campaigns_find(zh_engine *engine, zh_sv name, zh_arena *arena, zh_campaign_kept *out)
{
    zh_json *parser;
    zh_json_value root;
    const zh_sv json = zh_campaigns_setting(engine, ZH_CAMPAIGN_SETTING, name, arena);
    *out = (zh_campaign_kept){ .name = zh_arena_copy(arena, name) };
    if (json.size == 0) return ZH_ABSENT;
    zh_err e = zh_json_open(&parser, ZH_SETTING_BYTES_MAX);
    if (e != ZH_OK) return e;
    e = zh_json_parse(parser, json, &root, NULL);
    if (e == ZH_OK) e = read_kept(root, arena, out);
    zh_json_close(parser);
    return e == ZH_OK && out->name.data == NULL ? ZH_NOMEM : e;
}

/* ---- by what it is sent ---- */

zh_err zh_campaigns_means(zh_engine *engine, zh_sv channel, zh_sv template_name, bool marketing, zh_arena *arena, zh_campaign_means *out, const char **field, zh_note *why)
{
    zh_adapter *adapter = ZH_TAKE(arena, zh_adapter, 1);
    zh_template *template = ZH_TAKE(arena, zh_template, 1);
    if (adapter == NULL || template == NULL) return ZH_NOMEM;
    *field = "channel";
    zh_err e = zh_compose_adapter(engine, channel, arena, adapter);
    if (e == ZH_ABSENT || e == ZH_FORMAT) zh_note_set(why, "there is no channel %.*s, or it is not in force", ZH_SV_ARG(channel));
    if (e != ZH_OK) return e;
    *field = "template";
    e = zh_compose_template(engine, template_name, arena, template);
    if (e == ZH_ABSENT || e == ZH_FORMAT) zh_note_set(why, "there is no template %.*s, or it is not in force", ZH_SV_ARG(template_name));
    if (e != ZH_OK) return e;
    if (marketing && !template->is_marketing) return zh_note_set(why, "the template's purpose is transactional: this is marketing, whoever asked for nothing must have allowed it"), ZH_FORMAT;
    *out = (zh_campaign_means){ .via = adapter->via, .keeps_data = adapter->kind == ZH_ADAPTER_INBOX, .has_address = adapter->kind != ZH_ADAPTER_INBOX, .address = adapter->address, .rate_per_s = adapter->rate_per_s };
    return ZH_OK;
}

/* ---- planning ---- */

typedef struct planning {
    zh_buf bytes;
    zh_sv records[ZH_CAMPAIGN_BATCH];
    zh_customer_id owners[ZH_CAMPAIGN_BATCH];
    size_t ends[ZH_CAMPAIGN_BATCH];
    uint32_t count;
} planning;

static void put(planning *p, const zh_message_record *record)
{
    if (!zh_message_record_is_good(record)) return; /* an entry that is no text: nothing is planned for it */
    zh_message_put(record, &p->bytes);
    p->owners[p->count] = record->customer;
    p->ends[p->count++] = p->bytes.size;
}

static zh_err commit(zh_engine *engine, planning *p)
{
    zh_err e = zh_buf_err(&p->bytes);
    const zh_sv all = zh_buf_view(&p->bytes);
    for (uint32_t i = 0; i < p->count; i++) p->records[i] = zh_sv_part(all, i == 0 ? 0 : p->ends[i - 1], p->ends[i] - (i == 0 ? 0 : p->ends[i - 1]));
    zh_work work = { .records = p->records, .owners = p->owners, .records_count = p->count };
    if (e == ZH_OK && p->count > 0) e = zh_engine_do(engine, &work);
    return e;
}

/* Is it in the ledger, or full? */
static zh_err look(zh_engine *engine, zh_message_id id)
{
    zh_world *w = zh_engine_world(engine);
    zh_message there;
    zh_world_lock_read(w);
    const bool found = zh_ledger_find(w->ledger, id, &there), full = zh_ledger_messages(w->ledger) + ZH_CAMPAIGN_BATCH > ZH_LEDGER_MESSAGES_MAX;
    zh_world_unlock(w);
    return found ? ZH_EXISTS : full ? ZH_FULL : ZH_OK;
}

zh_err zh_campaigns_plan(zh_engine *engine, const zh_campaign_kept *kept, const zh_campaign_entry *entries, uint32_t count, uint32_t *made)
{
    const zh_campaign *c = &kept->campaign;
    zh_arena arena = zh_arena_open(ZH_CAMPAIGN_MEMORY_BYTES_MAX);
    zh_campaign_means means;
    const char *field;
    zh_note why;
    planning p = { .bytes = zh_buf_open(ZH_CAMPAIGN_BATCH * 1024) };
    zh_err e = zh_campaigns_means(engine, c->channel, c->template, true, &arena, &means, &field, &why);
    const int64_t now_ms = zh_engine_now_ms(engine);
    *made = 0;
    for (uint32_t i = 0; e == ZH_OK && i < count; i++) {
        zh_message_record record = { .customer = zh_world_root(zh_engine_world(engine), entries[i].customer), .word = ZH_MESSAGE_SAYS_PLAN, .at_ms = now_ms };
        record.plan = (zh_message_plan){ .campaign = kept->name, .step = c->step, .entry = entries[i].entry, .channel = c->channel, .template = c->template, .due_ms = now_ms, .expires_ms = now_ms + c->expires_ms,
                                         .control = c->control, .via = means.via, .priority = c->priority, .best_hour = c->best_hour, .is_marketing = true, .keeps_data = means.keeps_data };
        if (record.customer.number == 0) continue; /* erased since */
        record.id = zh_message_id_of(zh_engine_sealer(engine), record.customer, &record.plan);
        e = look(engine, record.id);
        if (e == ZH_OK) put(&p, &record);
        if (e == ZH_EXISTS) e = ZH_OK;
    }
    if (e == ZH_OK) e = commit(engine, &p);
    if (e == ZH_OK) *made = p.count;
    zh_buf_close(&p.bytes);
    zh_arena_close(&arena);
    return e;
}

/* ---- what it has in the ledger ---- */

void zh_campaigns_count(zh_engine *engine, zh_sv name, uint64_t *live, uint64_t *waiting)
{
    zh_world *w = zh_engine_world(engine);
    const zh_ledger_filter all = { .why = ZH_WHY_NONE };
    uint64_t before = 0;
    *live = *waiting = 0;
    for (bool more = true; more;) {
        zh_message m;
        zh_world_lock_read(w);
        for (int i = 0; i < ZH_CAMPAIGN_STEP && (more = zh_ledger_page(w->ledger, &all, &before, &m)); i++) {
            if (!zh_sv_equal(m.plan.campaign, name)) continue;
            *live += m.state != ZH_MESSAGE_SKIPPED;
            *waiting += m.state == ZH_MESSAGE_PLANNED;
        }
        zh_world_unlock(w);
    }
}

/* Up to a batch of those that are to be woken, from `before` on; false: there are no more. */
static bool sleepers(zh_world *w, zh_sv name, bool all, uint64_t *before, int64_t now_ms, planning *out)
{
    const zh_ledger_filter filter = { .why = ZH_WHY_NONE };
    zh_message m;
    bool more = true;
    zh_world_lock_read(w);
    for (int i = 0; i < ZH_CAMPAIGN_STEP && out->count < ZH_CAMPAIGN_BATCH && (more = zh_ledger_page(w->ledger, &filter, before, &m)); i++) {
        const zh_message_record record = { .customer = m.planned_for, .id = m.id, .word = ZH_MESSAGE_SAYS_WAKE, .at_ms = now_ms, .due_ms = now_ms, .why = all ? ZH_WHY_ENDED : ZH_WHY_NONE };
        if (m.state == ZH_MESSAGE_PLANNED && zh_sv_equal(m.plan.campaign, name) && (all || m.why == ZH_WHY_PAUSED)) put(out, &record);
    }
    zh_world_unlock(w);
    return more;
}

zh_err zh_campaigns_wake(zh_engine *engine, zh_sv name, bool all)
{
    uint64_t before = 0;
    zh_err e = ZH_OK;
    for (bool more = true; e == ZH_OK && more;) {
        planning p = { .bytes = zh_buf_open(ZH_CAMPAIGN_BATCH * 1024) };
        more = sleepers(zh_engine_world(engine), name, all, &before, zh_engine_now_ms(engine), &p);
        e = commit(engine, &p);
        zh_buf_close(&p.bytes);
    }
    return e;
}
