#include "reach/ledger_inside.h"

#include <stdlib.h>

zh_err zh_ledger_open(zh_ledger **out, size_t bytes_max)
{
    zh_ledger *l = calloc(1, sizeof *l);
    if (l == NULL) return ZH_NOMEM;
    l->heap = zh_heap_open(bytes_max);
    l->rows = l->customers = l->providers = l->addresses = l->changed = l->names = zh_map_open();
    *out = l;
    return ZH_OK;
}

static size_t text_bytes(const row *r) { return (size_t)r->entry_size + r->data_size + r->provider_size + r->detail_size; }

static void give_row(zh_ledger *l, row *r)
{
    zh_heap_give(&l->heap, r->text, text_bytes(r));
    zh_heap_give(&l->heap, r, sizeof *r);
}

void zh_ledger_close(zh_ledger *l)
{
    if (l == NULL) return;
    for (uint32_t i = 0; i < l->all_count; i++)
        if (l->all[i] != NULL) give_row(l, l->all[i]);
    for (uint32_t i = 0; i < l->lanes_count; i++) free(l->lanes[i].waiting);
    free(l->all);
    free(l->name);
    zh_map_close(&l->rows);
    zh_map_close(&l->customers);
    zh_map_close(&l->providers);
    zh_map_close(&l->addresses);
    zh_map_close(&l->changed);
    zh_map_close(&l->names);
    zh_heap_close(&l->heap);
    free(l);
}

/* ---- names ---- */

static zh_err copy_name(zh_ledger *l, zh_sv name, zh_sv *out)
{
    char *bytes = zh_heap_take(&l->heap, name.size + 1);
    if (bytes == NULL) return ZH_NOMEM;
    if (name.size > 0) memcpy(bytes, name.data, name.size);
    *out = (zh_sv){ bytes, name.size };
    return ZH_OK;
}

static zh_err name_number(zh_ledger *l, zh_sv name, uint32_t *out)
{
    bool made;
    const uint64_t *known = zh_map_get(&l->names, zh_fast64(name));
    if (known != NULL) {
        *out = (uint32_t)*known;
        return zh_sv_equal(l->name[*known], name) ? ZH_OK : ZH_FULL; /* two names of one hash: one in 10^9 workspaces */
    }
    if (l->names_count == ZH_LEDGER_TEXTS_MAX) return ZH_FULL;
    if (l->names_count == l->names_cap) {
        const uint32_t cap = l->names_cap == 0 ? 64 : l->names_cap * 2;
        zh_sv *more = realloc(l->name, cap * sizeof *more);
        if (more == NULL) return ZH_NOMEM;
        l->name = more, l->names_cap = cap;
    }
    uint64_t *place = zh_map_at(&l->names, zh_fast64(name), &made);
    if (place == NULL) return ZH_NOMEM;
    if (copy_name(l, name, &l->name[l->names_count]) != ZH_OK) {
        (void)zh_map_drop(&l->names, zh_fast64(name));
        return ZH_NOMEM;
    }
    *place = *out = l->names_count++;
    return ZH_OK;
}

static zh_err lane_number(zh_ledger *l, zh_sv channel, uint16_t *out)
{
    for (*out = 0; *out < l->lanes_count; ++*out)
        if (zh_sv_equal(l->lanes[*out].name, channel)) return ZH_OK;
    if (l->lanes_count == ZH_LEDGER_CHANNELS_MAX) return ZH_FULL;
    const zh_err e = copy_name(l, channel, &l->lanes[l->lanes_count].name);
    if (e == ZH_OK) l->lanes_count++;
    return e;
}

/* ---- what waits ---- */

static void put_at(lane *to, uint32_t place, row *r)
{
    to->waiting[place] = r;
    r->place = place;
}

static void rise(lane *to, uint32_t place)
{
    row *r = to->waiting[place];
    for (; place > 0 && goes_first(r, to->waiting[(place - 1) / 2]); place = (place - 1) / 2) put_at(to, place, to->waiting[(place - 1) / 2]);
    put_at(to, place, r);
}

static void sink(lane *to, uint32_t place)
{
    row *r = to->waiting[place];
    for (;;) {
        uint32_t child = 2 * place + 1;
        if (child >= to->count) break;
        if (child + 1 < to->count && goes_first(to->waiting[child + 1], to->waiting[child])) child++;
        if (!goes_first(to->waiting[child], r)) break;
        put_at(to, place, to->waiting[child]);
        place = child;
    }
    put_at(to, place, r);
}

static zh_err room_to_wait(lane *to)
{
    if (to->count < to->cap) return ZH_OK;
    const uint32_t cap = to->cap == 0 ? 64 : to->cap + to->cap / 2;
    row **more = realloc(to->waiting, cap * sizeof *more);
    if (more == NULL) return ZH_NOMEM;
    to->waiting = more, to->cap = cap;
    return ZH_OK;
}

/* It waits as its state and due_ms say. Room was made. */
static void settle(zh_ledger *l, row *r)
{
    lane *to = &l->lanes[r->channel];
    const bool waits = r->state == ZH_MESSAGE_PLANNED;
    if (waits && r->place == ROW_WAITS_NOT) put_at(to, to->count++, r);
    if (waits) {
        rise(to, r->place);
        sink(to, r->place);
    } else if (r->place != ROW_WAITS_NOT) {
        const uint32_t place = r->place;
        row *last = to->waiting[--to->count];
        r->place = ROW_WAITS_NOT;
        if (last != r) {
            put_at(to, place, last);
            rise(to, place);
            sink(to, last->place);
        }
    }
}

/* ---- rows ---- */

static bool is_newer(const row *a, const row *b) { return a->planned_ms != b->planned_ms ? a->planned_ms > b->planned_ms : a->id > b->id; }

static zh_err link_customer(zh_ledger *l, row *r)
{
    bool made;
    uint64_t *head = zh_map_at(&l->customers, r->customer, &made);
    if (head == NULL) return ZH_NOMEM;
    row *first = made ? NULL : row_at(*head);
    if (first == NULL || is_newer(r, first)) {
        r->next = first;
        *head = (uint64_t)(uintptr_t)r;
        return ZH_OK;
    }
    while (first->next != NULL && is_newer(first->next, r)) first = first->next;
    r->next = first->next;
    first->next = r;
    return ZH_OK;
}

static void put_texts(row *r, char *text, const zh_sv part[4])
{
    size_t at = 0;
    for (int i = 0; i < 4; i++) {
        if (part[i].size > 0) memcpy(text + at, part[i].data, part[i].size);
        at += part[i].size;
    }
    r->text = text;
    r->entry_size = (uint16_t)part[0].size, r->data_size = (uint16_t)part[1].size;
    r->provider_size = (uint16_t)part[2].size, r->detail_size = (uint16_t)part[3].size;
}

/* Its texts anew; the parts may be its own. */
static zh_err change_texts(zh_ledger *l, row *r, zh_sv data, zh_sv provider, zh_sv detail)
{
    const zh_sv part[4] = { row_entry(r), data, provider, detail };
    const size_t bytes = part[0].size + data.size + provider.size + detail.size, before = text_bytes(r);
    char *old = r->text, *text = zh_heap_take(&l->heap, bytes);
    if (text == NULL) return ZH_NOMEM;
    put_texts(r, text, part);
    zh_heap_give(&l->heap, old, before);
    return ZH_OK;
}

static zh_err grow_all(zh_ledger *l)
{
    if (l->all_count < l->all_cap) return ZH_OK;
    const uint32_t cap = l->all_cap == 0 ? 1024 : l->all_cap + l->all_cap / 2;
    row **more = realloc(l->all, cap * sizeof *more);
    if (more == NULL) return ZH_NOMEM;
    l->all = more, l->all_cap = cap;
    return ZH_OK;
}

uint64_t ledger_provider_key(zh_sv channel, zh_sv provider) { return zh_mix64(zh_fast64(channel)) ^ zh_fast64(provider); }

static zh_err index_provider(zh_ledger *l, const row *r)
{
    return r->provider_size == 0 ? ZH_OK : zh_map_put(&l->providers, ledger_provider_key(l->lanes[r->channel].name, row_provider(r)), r->id);
}

uint64_t ledger_address_key(uint64_t address, zh_channel via, uint32_t place) { return zh_mix64(address ^ zh_mix64((uint64_t)via << 32 | place)); }

/* The newest ZH_LEDGER_SHARED_MAX who were reached there; who comes later takes the last place. */
static zh_err index_address(zh_ledger *l, const row *r)
{
    if (r->address == 0) return ZH_OK;
    for (uint32_t place = 0; place < ZH_LEDGER_SHARED_MAX; place++) {
        const uint64_t key = ledger_address_key(r->address, (zh_channel)r->via, place), *there = zh_map_get(&l->addresses, key);
        if (there != NULL && *there == r->customer) return ZH_OK;
        if (there == NULL || place + 1 == ZH_LEDGER_SHARED_MAX) return zh_map_put(&l->addresses, key, r->customer);
    }
    return ZH_OK;
}

zh_err ledger_add(zh_ledger *l, const row *values, const zh_message_plan *plan, zh_sv provider, zh_sv detail)
{
    row r = *values;
    if (l->all_count >= ZH_LEDGER_MESSAGES_MAX) return ZH_FULL;
    zh_err e = grow_all(l);
    if (e == ZH_OK) e = lane_number(l, plan->channel, &r.channel);
    if (e == ZH_OK) e = name_number(l, plan->template, &r.template);
    if (e == ZH_OK) e = name_number(l, plan->campaign, &r.campaign);
    if (e == ZH_OK) e = name_number(l, plan->step, &r.step);
    if (e == ZH_OK) e = name_number(l, plan->language, &r.language);
    if (e == ZH_OK) e = room_to_wait(&l->lanes[r.channel]);
    if (e != ZH_OK) return e;
    const zh_sv part[4] = { plan->entry, plan->data, provider, detail };
    row *made = zh_heap_take(&l->heap, sizeof *made);
    char *text = zh_heap_take(&l->heap, part[0].size + part[1].size + part[2].size + part[3].size);
    if (made == NULL || text == NULL) {
        zh_heap_give(&l->heap, made, sizeof *made);
        zh_heap_give(&l->heap, text, part[0].size + part[1].size + part[2].size + part[3].size);
        return ZH_NOMEM;
    }
    *made = r;
    made->next = NULL, made->place = ROW_WAITS_NOT, made->number = l->all_count;
    put_texts(made, text, part);
    e = zh_map_put(&l->rows, made->id, (uint64_t)(uintptr_t)made);
    if (e == ZH_OK) e = index_provider(l, made);
    if (e == ZH_OK) e = index_address(l, made);
    if (e == ZH_OK) e = link_customer(l, made);
    if (e != ZH_OK) { /* the views are rebuilt: nothing may point at it */
        (void)zh_map_drop(&l->rows, made->id);
        give_row(l, made);
        return e;
    }
    l->all[l->all_count++] = made;
    l->lanes[made->channel].counts[made->state]++;
    settle(l, made);
    return ZH_OK;
}

static zh_err plan(zh_ledger *l, const zh_message_record *record, zh_customer_id customer)
{
    const zh_message_plan *p = &record->plan;
    const row values = { .id = record->id.number, .customer = customer.number, .planned_for = record->customer.number, .planned_ms = record->at_ms, .due_ms = p->due_ms,
                         .expires_ms = p->expires_ms, .changed_ms = record->at_ms, .control = p->control, .state = ZH_MESSAGE_PLANNED, .via = (uint8_t)p->via, .priority = p->priority,
                         .best_hour = p->best_hour, .flags = (uint8_t)((p->is_marketing ? ROW_MARKETING : 0) | (p->keeps_data ? ROW_KEEPS : 0)) };
    return ledger_add(l, &values, p, (zh_sv){ 0 }, (zh_sv){ 0 });
}

/* ---- what is said of one ---- */

/* How far right a receipt's state stands; 0: it is no receipt's. */
static int rank_of(zh_message_state state)
{
    switch (state) {
    case ZH_MESSAGE_SENT: return 1;
    case ZH_MESSAGE_DELIVERED: return 2;
    case ZH_MESSAGE_FAILED: return 3;
    case ZH_MESSAGE_BOUNCED: return 4;
    case ZH_MESSAGE_COMPLAINED: return 5;
    default: return 0;
    }
}

/* May it come to that state from where it stands? */
static bool follows(const row *r, const zh_message_record *said)
{
    const zh_message_state now = (zh_message_state)r->state;
    if (said->state == ZH_MESSAGE_SKIPPED) return now == ZH_MESSAGE_PLANNED || now == ZH_MESSAGE_SENDING;
    if (said->state == ZH_MESSAGE_SENDING) return now == ZH_MESSAGE_PLANNED;
    if (said->state == ZH_MESSAGE_DOUBT) return now == ZH_MESSAGE_SENDING;
    if (now == ZH_MESSAGE_PLANNED) return r->tries > 0 || said->state == ZH_MESSAGE_FAILED; /* it waits for another try, and the first one is told of */
    if (now == ZH_MESSAGE_SENDING || now == ZH_MESSAGE_DOUBT) return true;
    if (now == ZH_MESSAGE_SKIPPED) return false;
    if (rank_of(said->state) != rank_of(now)) return rank_of(said->state) > rank_of(now);
    if (said->at_ms != r->changed_ms) return said->at_ms < r->changed_ms;
    return said->why != (zh_message_why)r->why ? (unsigned)said->why < r->why : zh_sv_compare(said->detail, row_detail(r)) < 0;
}

static void earliest(int64_t *kept, int64_t at_ms)
{
    if (*kept == 0 || at_ms < *kept) *kept = at_ms;
}

static zh_err become(zh_ledger *l, row *r, const zh_message_record *said)
{
    if (said->state == ZH_MESSAGE_DELIVERED) earliest(&r->delivered_ms, said->at_ms);
    if (!follows(r, said)) { /* a receipt was faster than the answer that tells the gateway's number */
        if (said->provider.size == 0 || r->provider_size > 0) return ZH_OK;
        const zh_err e = change_texts(l, r, row_data(r), said->provider, row_detail(r));
        return e != ZH_OK ? e : index_provider(l, r);
    }
    const bool is_over = said->state != ZH_MESSAGE_SENDING && said->state != ZH_MESSAGE_DOUBT && ((r->flags & ROW_KEEPS) == 0 || said->state == ZH_MESSAGE_SKIPPED);
    const zh_err e = change_texts(l, r, is_over ? (zh_sv){ 0 } : row_data(r), said->provider.size > 0 ? said->provider : row_provider(r), said->detail);
    if (e != ZH_OK) return e;
    l->lanes[r->channel].counts[r->state]--;
    l->lanes[r->channel].counts[said->state]++;
    r->state = (uint8_t)said->state;
    r->why = (uint8_t)said->why;
    r->changed_ms = said->at_ms;
    if (said->state == ZH_MESSAGE_SENDING) r->sent_ms = said->at_ms, r->tries++, r->address = said->address;
    settle(l, r);
    const zh_err indexed = index_address(l, r);
    return indexed != ZH_OK ? indexed : index_provider(l, r);
}

/* It waits, until another moment. */
static zh_err wait(zh_ledger *l, row *r, const zh_message_record *said)
{
    const bool resends = said->word == ZH_MESSAGE_SAYS_RESEND, waits = r->state == ZH_MESSAGE_PLANNED || r->state == ZH_MESSAGE_SENDING;
    if (!waits && !(resends && r->state == ZH_MESSAGE_DOUBT)) return ZH_OK;
    zh_err e = room_to_wait(&l->lanes[r->channel]);
    if (e == ZH_OK) e = change_texts(l, r, row_data(r), row_provider(r), said->detail);
    if (e != ZH_OK) return e;
    l->lanes[r->channel].counts[r->state]--;
    l->lanes[r->channel].counts[ZH_MESSAGE_PLANNED]++;
    r->state = ZH_MESSAGE_PLANNED;
    r->why = (uint8_t)said->why;
    r->due_ms = said->due_ms;
    r->changed_ms = said->at_ms;
    settle(l, r);
    return ZH_OK;
}

zh_err zh_ledger_fold(zh_ledger *l, zh_sv bytes, zh_customer_id customer)
{
    zh_message_record said;
    zh_err e = zh_message_get(bytes, &said);
    row *r = e == ZH_OK ? row_of(l, said.id.number) : NULL;
    if (e != ZH_OK || (r == NULL) != (said.word == ZH_MESSAGE_SAYS_PLAN)) return e; /* planned twice, or of one that is forgotten */
    if ((e = zh_map_put(&l->changed, said.id.number, 0)) != ZH_OK) return e;
    switch (said.word) {
    case ZH_MESSAGE_SAYS_PLAN: return plan(l, &said, customer);
    case ZH_MESSAGE_SAYS_WAIT:
    case ZH_MESSAGE_SAYS_RESEND: return wait(l, r, &said);
    case ZH_MESSAGE_SAYS_WAKE: return r->state == ZH_MESSAGE_PLANNED ? wait(l, r, &said) : ZH_OK;
    case ZH_MESSAGE_SAYS_SEEN: earliest(&r->seen_ms, said.at_ms); return ZH_OK;
    case ZH_MESSAGE_SAYS_CLICKED: earliest(&r->clicked_ms, said.at_ms); return ZH_OK;
    case ZH_MESSAGE_SAYS_DISMISSED: earliest(&r->dismissed_ms, said.at_ms); return ZH_OK;
    default: return become(l, r, &said);
    }
}

/* ---- customers ---- */

zh_err zh_ledger_merge(zh_ledger *l, zh_customer_id gone, zh_customer_id kept)
{
    row *r = first_of(l, gone.number);
    if (r == NULL) return ZH_OK;
    (void)zh_map_drop(&l->customers, gone.number);
    zh_err e = ZH_OK;
    for (row *next; e == ZH_OK && r != NULL; r = next) {
        next = r->next;
        r->customer = kept.number;
        e = zh_map_put(&l->changed, r->id, 0);
        if (e == ZH_OK) e = index_address(l, r);
        if (e == ZH_OK) e = link_customer(l, r);
    }
    return e;
}

zh_err zh_ledger_forget(zh_ledger *l, zh_customer_id customer)
{
    row *r = first_of(l, customer.number);
    zh_err e = ZH_OK;
    for (const row *each = r; e == ZH_OK && each != NULL; each = each->next) e = zh_map_put(&l->changed, each->id, 0);
    if (e != ZH_OK || r == NULL) return e;
    (void)zh_map_drop(&l->customers, customer.number);
    for (row *next; r != NULL; r = next) {
        next = r->next;
        l->lanes[r->channel].counts[r->state]--;
        r->state = ZH_MESSAGE_SKIPPED;
        settle(l, r);
        for (uint32_t place = 0; r->address != 0 && place < ZH_LEDGER_SHARED_MAX; place++) {
            const uint64_t key = ledger_address_key(r->address, (zh_channel)r->via, place), *there = zh_map_get(&l->addresses, key);
            if (there != NULL && *there == r->customer) (void)zh_map_drop(&l->addresses, key);
        }
        if (r->provider_size > 0) (void)zh_map_drop(&l->providers, ledger_provider_key(l->lanes[r->channel].name, row_provider(r)));
        (void)zh_map_drop(&l->rows, r->id);
        l->all[r->number] = NULL;
        give_row(l, r);
    }
    return ZH_OK;
}
