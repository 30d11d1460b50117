#include "reach/ledger_inside.h"

#include <stdlib.h>

#define ENTRY_VERSION 1
#define ENTRY_BYTES_MAX 65536 /* sealed data and the rest of a row */

/* u8 version=1, u8 state, u8 why, u8 via, u8 priority, u8 best hour, u8 flags, var customer, var planned for, zig: planned, due, expires, changed, sent,
 * delivered, seen, clicked, dismissed; var control, var tries, u64 address; texts: channel, template, campaign, step, language, entry, data, provider, detail. */
static void put_row(const zh_ledger *l, const row *r, zh_buf *value)
{
    const uint8_t small[] = { ENTRY_VERSION, r->state, r->why, r->via, r->priority, r->best_hour, r->flags };
    const int64_t times[] = { r->planned_ms, r->due_ms, r->expires_ms, r->changed_ms, r->sent_ms, r->delivered_ms, r->seen_ms, r->clicked_ms, r->dismissed_ms };
    const zh_sv texts[] = { l->lanes[r->channel].name, l->name[r->template], l->name[r->campaign], l->name[r->step], l->name[r->language],
                            row_entry(r), row_data(r), row_provider(r), row_detail(r) };
    for (size_t i = 0; i < sizeof small; i++) zh_buf_put_u8(value, small[i]);
    zh_buf_put_var(value, r->customer);
    zh_buf_put_var(value, r->planned_for);
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) zh_buf_put_zig(value, times[i]);
    zh_buf_put_var(value, r->control);
    zh_buf_put_var(value, r->tries);
    zh_buf_put_u64(value, r->address);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) zh_buf_put_text(value, texts[i]);
}

static zh_err give(const zh_ledger *l, uint64_t id, const row *r, zh_buf *value, zh_keep keep)
{
    char key[8];
    for (int i = 0; i < 8; i++) key[i] = (char)(unsigned char)(id >> (56 - 8 * i));
    const zh_sv key_bytes = { key, sizeof key };
    if (r == NULL) return keep.put(keep.context, key_bytes, (zh_sv){ 0 });
    zh_buf_reset(value);
    put_row(l, r, value);
    const zh_err e = zh_buf_err(value);
    return e != ZH_OK ? e : keep.put(keep.context, key_bytes, zh_buf_view(value));
}

zh_err zh_ledger_save(zh_ledger *l, bool all, zh_keep keep)
{
    zh_buf value = zh_buf_open(ENTRY_BYTES_MAX);
    zh_err e = ZH_OK;
    uint64_t id, other;
    for (size_t at = 0; e == ZH_OK && zh_map_next(all ? &l->rows : &l->changed, &at, &id, &other);) e = give(l, id, row_of(l, id), &value, keep);
    if (e == ZH_OK && !all) zh_map_clear(&l->changed);
    zh_buf_close(&value);
    return e;
}

static bool is_good(const row *r, const zh_message_plan *p, zh_sv provider, zh_sv detail)
{
    const zh_message_record record = { .customer = { r->planned_for }, .id = { r->id }, .word = ZH_MESSAGE_SAYS_PLAN, .at_ms = r->planned_ms, .plan = *p };
    return zh_message_record_is_good(&record) && r->customer != 0 && r->state < ZH_MESSAGE_STATES && r->why < ZH_WHYS && (r->flags & ~(ROW_MARKETING | ROW_KEEPS)) == 0 &&
           provider.size <= ZH_MESSAGE_PROVIDER_BYTES_MAX && detail.size <= ZH_MESSAGE_DETAIL_BYTES_MAX;
}

zh_err zh_ledger_load(zh_ledger *l, zh_sv key, zh_sv value)
{
    row r = { 0 };
    zh_message_plan p = { 0 };
    zh_sv *const texts[] = { &p.channel, &p.template, &p.campaign, &p.step, &p.language, &p.entry, &p.data };
    int64_t *const times[] = { &r.planned_ms, &r.due_ms, &r.expires_ms, &r.changed_ms, &r.sent_ms, &r.delivered_ms, &r.seen_ms, &r.clicked_ms, &r.dismissed_ms };
    uint8_t *const small[] = { &r.state, &r.why, &r.via, &r.priority, &r.best_hour, &r.flags };
    if (key.size != 8) return ZH_CORRUPT;
    for (int i = 0; i < 8; i++) r.id = r.id << 8 | (unsigned char)key.data[i];
    zh_reader in = zh_reader_on(value);
    if (zh_read_u8(&in) != ENTRY_VERSION) return ZH_FORMAT;
    for (size_t i = 0; i < sizeof small / sizeof *small; i++) *small[i] = zh_read_u8(&in);
    r.customer = zh_read_var(&in);
    r.planned_for = zh_read_var(&in);
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) *times[i] = zh_read_zig(&in);
    const uint64_t control = zh_read_var(&in), tries = zh_read_var(&in);
    r.address = zh_read_u64(&in);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) *texts[i] = zh_read_text(&in);
    const zh_sv provider = zh_read_text(&in), detail = zh_read_text(&in);
    if (in.bad || zh_reader_left(&in) != 0 || control > ZH_MESSAGE_CONTROL_OF || tries > UINT32_MAX || row_of(l, r.id) != NULL) return ZH_CORRUPT;
    r.control = p.control = (uint32_t)control;
    r.tries = (uint32_t)tries;
    p.due_ms = r.due_ms, p.expires_ms = r.expires_ms, p.via = (zh_channel)r.via, p.best_hour = r.best_hour;
    return is_good(&r, &p, provider, detail) ? ledger_add(l, &r, &p, provider, detail) : ZH_CORRUPT;
}

/* ---- proving ---- */

static bool lane_is_good(const lane *of, const char **why)
{
    *why = "a message waits out of its place";
    for (uint32_t i = 0; i < of->count; i++) {
        const row *r = of->waiting[i];
        if (r->place != i || r->state != ZH_MESSAGE_PLANNED || (i > 0 && goes_first(r, of->waiting[(i - 1) / 2]))) return false;
    }
    *why = "the messages that wait and their number differ";
    return of->count == of->counts[ZH_MESSAGE_PLANNED];
}

bool zh_ledger_check(const zh_ledger *l, const char **why)
{
    uint64_t customer, value, linked = 0, rows = 0;
    *why = "a message is of nobody, or stands under another number";
    for (uint32_t i = 0; i < l->all_count; i++) {
        if (l->all[i] == NULL) continue;
        rows++;
        if (l->all[i]->number != i || l->all[i]->customer == 0 || row_of(l, l->all[i]->id) != l->all[i]) return false;
    }
    *why = "the messages and their number differ";
    if (rows != l->rows.count) return false;
    *why = "the messages of a customer are not his";
    for (size_t at = 0; zh_map_next(&l->customers, &at, &customer, &value);)
        for (const row *r = row_at(value); r != NULL; r = r->next, linked++)
            if (r->customer != customer) return false;
    *why = "a message is in no customer's list";
    if (linked != rows) return false;
    for (uint32_t i = 0; i < l->lanes_count; i++)
        if (!lane_is_good(&l->lanes[i], why)) return false;
    return true;
}
