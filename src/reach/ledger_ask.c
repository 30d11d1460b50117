#include "reach/ledger_inside.h"

void ledger_view(const zh_ledger *l, const row *r, zh_message *out)
{
    *out = (zh_message){ .id = { r->id }, .customer = { r->customer }, .planned_for = { r->planned_for }, .state = (zh_message_state)r->state, .why = (zh_message_why)r->why,
                         .planned_ms = r->planned_ms, .due_ms = r->due_ms, .changed_ms = r->changed_ms, .sent_ms = r->sent_ms, .delivered_ms = r->delivered_ms, .seen_ms = r->seen_ms,
                         .clicked_ms = r->clicked_ms, .dismissed_ms = r->dismissed_ms, .tries = r->tries, .provider = row_provider(r), .detail = row_detail(r) };
    out->plan = (zh_message_plan){ .campaign = l->name[r->campaign], .step = l->name[r->step], .entry = row_entry(r), .channel = l->lanes[r->channel].name, .template = l->name[r->template],
                                   .language = l->name[r->language], .data = row_data(r), .due_ms = r->due_ms, .expires_ms = r->expires_ms, .control = r->control, .via = (zh_channel)r->via,
                                   .priority = r->priority, .best_hour = r->best_hour, .is_marketing = (r->flags & ROW_MARKETING) != 0, .keeps_data = (r->flags & ROW_KEEPS) != 0 };
}

static bool view_or_not(const zh_ledger *l, const row *r, zh_message *out)
{
    if (r != NULL) ledger_view(l, r, out);
    return r != NULL;
}

bool zh_ledger_find(const zh_ledger *l, zh_message_id id, zh_message *out) { return view_or_not(l, row_of(l, id.number), out); }

bool zh_ledger_of_provider(const zh_ledger *l, zh_sv channel, zh_sv provider, zh_message *out)
{
    const uint64_t *id = zh_map_get(&l->providers, ledger_provider_key(channel, provider));
    return id != NULL && view_or_not(l, row_of(l, *id), out) && zh_sv_equal(out->plan.channel, channel) && zh_sv_equal(out->provider, provider);
}

/* Does any message of his say that he was reached there? */
static bool is_at(const zh_ledger *l, uint64_t customer, zh_channel via, uint64_t address)
{
    for (const row *r = first_of(l, customer); r != NULL; r = r->next)
        if (r->address == address && r->via == (uint8_t)via) return true;
    return false;
}

uint32_t zh_ledger_at_address(const zh_ledger *l, zh_channel via, uint64_t address, zh_customer_id out[ZH_LEDGER_SHARED_MAX])
{
    uint32_t count = 0;
    for (uint32_t place = 0; address != 0 && place < ZH_LEDGER_SHARED_MAX; place++) {
        const uint64_t *there = zh_map_get(&l->addresses, ledger_address_key(address, via, place));
        if (there != NULL && is_at(l, *there, via, address)) out[count++] = (zh_customer_id){ *there };
    }
    return count;
}

bool zh_ledger_twin(const zh_ledger *l, const zh_message *of, zh_message_id *twin)
{
    const row *self = row_of(l, of->id.number);
    for (const row *r = first_of(l, of->customer.number); self != NULL && r != NULL; r = r->next) {
        if (r == self || r->campaign != self->campaign || r->step != self->step || !zh_sv_equal(row_entry(r), row_entry(self))) continue;
        if (!went(r) && r->state != ZH_MESSAGE_BOUNCED && !(r->state == ZH_MESSAGE_PLANNED && r->id < self->id)) continue;
        *twin = (zh_message_id){ r->id };
        return true;
    }
    return false;
}

bool zh_ledger_next(const zh_ledger *l, zh_customer_id customer, const void **at, zh_message *out)
{
    const row *r = *at == NULL ? first_of(l, customer.number) : ((const row *)*at)->next;
    *at = r;
    return view_or_not(l, r, out);
}

static bool fits(const zh_ledger *l, const row *r, const zh_ledger_filter *f)
{
    return (f->states == 0 || (f->states >> r->state & 1) != 0) && (f->why == ZH_WHY_NONE || r->why == (uint8_t)f->why) &&
           (f->channel.size == 0 || zh_sv_equal(f->channel, l->lanes[r->channel].name)) && (f->campaign.size == 0 || zh_sv_equal(f->campaign, l->name[r->campaign])) &&
           (f->template.size == 0 || zh_sv_equal(f->template, l->name[r->template]));
}

static bool page_of_customer(const zh_ledger *l, const zh_ledger_filter *filter, uint64_t *before, zh_message *out)
{
    bool is_past = *before == 0;
    for (const row *r = first_of(l, filter->customer.number); r != NULL; r = r->next) {
        if (is_past && fits(l, r, filter)) {
            *before = (uint64_t)r->number + 1;
            ledger_view(l, r, out);
            return true;
        }
        is_past |= (uint64_t)r->number + 1 == *before;
    }
    return false;
}

bool zh_ledger_page(const zh_ledger *l, const zh_ledger_filter *filter, uint64_t *before, zh_message *out)
{
    if (filter->customer.number != 0) return page_of_customer(l, filter, before, out);
    uint64_t i = *before == 0 || *before > l->all_count ? l->all_count : *before - 1;
    while (i-- > 0) {
        if (l->all[i] == NULL || !fits(l, l->all[i], filter)) continue;
        *before = i + 1;
        ledger_view(l, l->all[i], out);
        return true;
    }
    return false;
}

uint32_t zh_ledger_contacts(const zh_ledger *l, zh_customer_id customer, zh_delivery_contact *out, uint32_t most)
{
    uint32_t count = 0;
    for (const row *r = first_of(l, customer.number); r != NULL; r = r->next) {
        if (!went(r) || (r->flags & ROW_MARKETING) == 0) continue;
        uint32_t at = 0;
        if (count < most) at = count++;
        else {
            for (uint32_t i = 1; i < most; i++)
                if (out[i].at_ms < out[at].at_ms) at = i;
            if (out[at].at_ms >= r->sent_ms) continue; /* else the oldest makes room */
        }
        out[at] = (zh_delivery_contact){ r->sent_ms, (zh_channel)r->via, r->priority };
    }
    return count;
}

uint32_t zh_ledger_rivals(const zh_ledger *l, const zh_message *of, int64_t now_ms, zh_delivery_contact *out, uint32_t most)
{
    const row *self = row_of(l, of->id.number);
    uint32_t count = 0;
    for (const row *r = first_of(l, of->customer.number); self != NULL && r != NULL && count < most; r = r->next) {
        if (r == self || r->state != ZH_MESSAGE_PLANNED || (r->flags & ROW_MARKETING) == 0 || r->due_ms > now_ms) continue;
        const bool first = r->priority != self->priority ? r->priority > self->priority : r->planned_ms != self->planned_ms ? r->planned_ms < self->planned_ms : r->id < self->id;
        if (first) out[count++] = (zh_delivery_contact){ now_ms, (zh_channel)r->via, r->priority };
    }
    return count;
}

bool zh_ledger_is_suppressed(const zh_ledger *l, zh_customer_id customer, zh_channel via)
{
    for (const row *r = first_of(l, customer.number); r != NULL; r = r->next)
        if (r->via == (uint8_t)via && (r->state == ZH_MESSAGE_BOUNCED || r->state == ZH_MESSAGE_COMPLAINED)) return true;
    return false;
}

/* ---- what is due ---- */

bool zh_ledger_waiting(const zh_ledger *l, size_t *at, zh_sv *channel, size_t *count)
{
    while (*at < l->lanes_count) {
        const lane *from = &l->lanes[(*at)++];
        if (from->count == 0) continue;
        *channel = from->name;
        *count = from->count;
        return true;
    }
    return false;
}

#define DUE_MOST 1024 /* what one question may take: places that may come next are kept on the stack */

/* Best first: the places that may come next, each one's children after it. */
size_t zh_ledger_due(const zh_ledger *l, zh_sv channel, int64_t now_ms, zh_message_id *out, size_t most)
{
    const lane *from = NULL;
    uint32_t next[DUE_MOST + 1];
    size_t count = 0, found = 0;
    for (uint32_t i = 0; i < l->lanes_count && from == NULL; i++)
        if (zh_sv_equal(l->lanes[i].name, channel)) from = &l->lanes[i];
    if (from == NULL || from->count == 0) return 0;
    if (most > DUE_MOST) most = DUE_MOST;
    next[count++] = 0;
    while (count > 0 && found < most) {
        size_t best = 0;
        for (size_t i = 1; i < count; i++)
            if (goes_first(from->waiting[next[i]], from->waiting[next[best]])) best = i;
        const uint32_t place = next[best];
        next[best] = next[--count];
        if (from->waiting[place]->due_ms > now_ms) break;
        out[found++] = (zh_message_id){ from->waiting[place]->id };
        for (uint32_t child = 2 * place + 1; child <= 2 * place + 2 && child < from->count; child++) next[count++] = child; /* one left, two came: at most found + 1 */
    }
    return found;
}

int64_t zh_ledger_next_due_ms(const zh_ledger *l)
{
    int64_t next_ms = INT64_MAX;
    for (uint32_t i = 0; i < l->lanes_count; i++)
        if (l->lanes[i].count > 0 && l->lanes[i].waiting[0]->due_ms < next_ms) next_ms = l->lanes[i].waiting[0]->due_ms;
    return next_ms;
}

bool zh_ledger_in_state(const zh_ledger *l, zh_message_state state, size_t *at, zh_message *out)
{
    while (*at < l->all_count) {
        const row *r = l->all[(*at)++];
        if (r != NULL && r->state == (uint8_t)state) return view_or_not(l, r, out);
    }
    return false;
}

uint64_t zh_ledger_count(const zh_ledger *l, zh_message_state state)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < l->lanes_count; i++) sum += l->lanes[i].counts[state];
    return sum;
}

bool zh_ledger_counts(const zh_ledger *l, size_t *at, zh_sv *channel, uint64_t counts[ZH_MESSAGE_STATES])
{
    if (*at >= l->lanes_count) return false;
    *channel = l->lanes[*at].name;
    memcpy(counts, l->lanes[*at].counts, sizeof l->lanes[*at].counts);
    ++*at;
    return true;
}

uint64_t zh_ledger_messages(const zh_ledger *l) { return l->rows.count; }

size_t zh_ledger_bytes(const zh_ledger *l)
{
    size_t bytes = sizeof *l + zh_heap_held(&l->heap) + zh_map_bytes(&l->rows) + zh_map_bytes(&l->customers) + zh_map_bytes(&l->providers) + zh_map_bytes(&l->names) + zh_map_bytes(&l->changed);
    bytes += l->all_cap * sizeof *l->all + l->names_cap * sizeof *l->name;
    for (uint32_t i = 0; i < l->lanes_count; i++) bytes += l->lanes[i].cap * sizeof(row *);
    return bytes;
}
