#include "quality/quality_inside.h"

#include <stdio.h>
#include <stdlib.h>

#define DAY_MS 86400000
#define PERSONS (ZH_QUALITY_BIT(BOT_RATE) | ZH_QUALITY_BIT(BOT_SWEEP) | ZH_QUALITY_BIT(FAKE_CUSTOMER) | ZH_QUALITY_BIT(BOT_AGENT)) /* the customer is judged */

zh_err zh_quality_open(zh_quality **out)
{
    zh_quality *q = calloc(1, sizeof *q);
    if (q == NULL) return ZH_NOMEM;
    q->bounds = zh_bounds_open();
    const zh_err e = zh_pace_open(&q->pace);
    if (e != ZH_OK) {
        zh_quality_close(q);
        return e;
    }
    *out = q;
    return ZH_OK;
}

void zh_quality_close(zh_quality *q)
{
    if (q == NULL) return;
    zh_bounds_close(&q->bounds);
    zh_pace_close(&q->pace);
    zh_map_close(&q->by_row);
    zh_map_close(&q->judged);
    zh_map_close(&q->judged_dirty);
    zh_map_close(&q->truths);
    zh_map_close(&q->truths_dirty);
    zh_map_close(&q->gone);
    free(q->counts);
    free(q);
}

/* ---- what is true ---- */

uint64_t zh_quality_true_event_(uint32_t partition, uint64_t sequence)
{
    return zh_mix64(zh_mix64(sequence ^ 0xE0E0) ^ partition);
}

uint64_t zh_quality_true_events_(zh_quality_reason reason, zh_source_id source, zh_sv name)
{
    return zh_mix64(zh_mix64(zh_fast64(name) ^ source.number) ^ (0xA0A000u + (unsigned)reason));
}

/* Reasons without those a person took back for the events of this name. */
static uint32_t believed(const zh_quality *q, const zh_event *event, uint32_t reasons)
{
    if (q->truths.count == 0) return reasons;
    for (uint32_t left = reasons; left != 0; left &= left - 1) {
        const unsigned reason = (unsigned)__builtin_ctz(left);
        if (zh_map_get(&q->truths, zh_quality_true_events_((zh_quality_reason)reason, event->source, event->name)) != NULL) reasons &= ~(1u << reason);
    }
    return reasons;
}

/* ---- one event ---- */

static bool has_amounts(const zh_event *event)
{
    switch (event->act) {
    case ZH_ACT_ADD:
    case ZH_ACT_ORDER:
    case ZH_ACT_ORDER_UPDATE:
    case ZH_ACT_REFUND:
    case ZH_ACT_CANCEL: return (event->marks & (ZH_MARK_NON_PRODUCT | ZH_MARK_OUTLIER)) == 0;
    default: return false;
    }
}

typedef struct detail { char text[ZH_QUALITY_DETAIL_BYTES_MAX]; uint8_t size; } detail;

static void say(detail *d, const char *what, int64_t amount)
{
    const int size = snprintf(d->text, sizeof d->text, "%s %lld", what, (long long)amount);
    d->size = (uint8_t)(size < (int)sizeof d->text ? size : (int)sizeof d->text - 1);
}

static uint32_t judge_amounts(const zh_quality *q, const zh_event *event, detail *d)
{
    uint32_t reasons = 0;
    for (uint32_t i = 0; i < event->lines_count; i++) {
        const zh_line *line = &event->lines[i];
        if (zh_bounds_quantity_is_far(&q->bounds, line->item, line->quantity)) {
            reasons |= ZH_QUALITY_BIT(OUTLIER);
            say(d, "quantity", line->quantity);
        } else if (zh_bounds_price_is_far(&q->bounds, line->item, line->price_minor)) {
            reasons |= ZH_QUALITY_BIT(OUTLIER);
            say(d, "price", line->price_minor);
        }
        if (line->price_minor < 0 && event->act != ZH_ACT_REFUND && event->act != ZH_ACT_CANCEL) reasons |= ZH_QUALITY_BIT(IMPUTED);
    }
    return reasons;
}

/* What the event shows by itself, held against what is known. */
static uint32_t judge(const zh_quality *q, const zh_event *event, uint32_t shape_reasons, int64_t commit_ms, detail *d)
{
    uint32_t reasons = shape_reasons;
    if (event->marks & ZH_MARK_OUTLIER) reasons |= ZH_QUALITY_BIT(BAD_AMOUNT);
    if (event->marks & ZH_MARK_BOT_AGENT) reasons |= ZH_QUALITY_BIT(BOT_AGENT);
    if (event->marks & ZH_MARK_ID_LIMIT) reasons |= ZH_QUALITY_BIT(ID_LIMIT);
    if (event->marks & ZH_MARK_SHARED_DEVICE) reasons |= ZH_QUALITY_BIT(SHARED_DEVICE);
    if (event->marks & ZH_MARK_ID_APART) reasons |= ZH_QUALITY_BIT(ID_APART);
    const bool is_off = event->time_ms < ZH_QUALITY_TIME_MS_MIN || event->time_ms - commit_ms > ZH_QUALITY_AHEAD_MS_MAX;
    if (is_off || (event->marks & ZH_MARK_CLOCK_CLAMPED) != 0) reasons |= ZH_QUALITY_BIT(CLOCK);
    if (has_amounts(event)) reasons |= judge_amounts(q, event, d);
    return reasons;
}

static uint32_t judged_of(const zh_quality *q, uint64_t customer)
{
    const uint64_t *at = q->judged.count == 0 ? NULL : zh_map_get(&q->judged, customer);
    return at == NULL ? 0 : (uint32_t)*at;
}

static zh_err judge_customer(zh_quality *q, uint64_t customer, uint32_t reasons)
{
    const uint32_t before = judged_of(q, customer);
    if ((before | reasons) == before || (before & QUALITY_TRUSTED) != 0) return ZH_OK;
    if (before == 0 && q->judged.count >= ZH_QUALITY_JUDGED_MAX) return ZH_OK;
    const zh_err e = zh_map_put(&q->judged_dirty, customer, 1);
    return e != ZH_OK ? e : zh_map_put(&q->judged, customer, before | reasons);
}

/* Pace and company: what the customer is judged by from here on. */
static zh_err judge_pace(zh_quality *q, const zh_quality_look *look, uint32_t *reasons)
{
    uint64_t alike[ZH_PACE_ALIKE_MAX];
    uint32_t alike_count;
    const uint32_t before = judged_of(q, look->event->customer.number);
    const uint32_t found = zh_pace_see(&q->pace, look->event, look->is_new, alike, &alike_count);
    const uint32_t own = (*reasons & ZH_QUALITY_BIT(BOT_AGENT)) | (found & PERSONS);
    zh_err e = own == 0 ? ZH_OK : judge_customer(q, look->event->customer.number, own);
    for (uint32_t i = 0; e == ZH_OK && i < alike_count; i++) e = judge_customer(q, alike[i], ZH_QUALITY_BIT(FAKE_CUSTOMER));
    if (before & QUALITY_TRUSTED) *reasons &= ~PERSONS;
    else *reasons |= (before | found) & PERSONS;
    *reasons |= found & ~PERSONS;
    return e;
}

static zh_err learn(zh_quality *q, const zh_event *event)
{
    zh_err e = ZH_OK;
    for (uint32_t i = 0; e == ZH_OK && i < event->lines_count; i++)
        e = zh_bounds_add(&q->bounds, event->lines[i].item, event->lines[i].quantity, event->lines[i].price_minor);
    return e;
}

/* ---- counting ---- */

uint64_t zh_quality_row_hash_(int32_t day, zh_source_id source, uint64_t name_hash)
{
    return zh_mix64(zh_mix64(name_hash ^ (uint64_t)(uint32_t)day << 32) ^ source.number);
}

static void drop_row(zh_quality *q, size_t at)
{
    const quality_count *row = &q->counts[at];
    zh_map_drop(&q->by_row, zh_quality_row_hash_(row->day, row->source, row->name_hash));
    if (at + 1 < q->counts_count) {
        q->counts[at] = q->counts[q->counts_count - 1];
        const quality_count *moved = &q->counts[at];
        uint64_t *place = zh_map_get(&q->by_row, zh_quality_row_hash_(moved->day, moved->source, moved->name_hash));
        if (place != NULL) *place = at;
    }
    q->counts_count--;
}

/* Days too old, or the oldest one. */
static zh_err forget_days(zh_quality *q, int32_t before)
{
    for (size_t i = 0; i < q->counts_count;) {
        const quality_count *row = &q->counts[i];
        if (row->day >= before) {
            i++;
            continue;
        }
        const zh_err e = zh_map_put(&q->gone, zh_quality_row_hash_(row->day, row->source, row->name_hash), 1);
        if (e != ZH_OK) return e;
        drop_row(q, i);
    }
    return ZH_OK;
}

static zh_err make_room(zh_quality *q)
{
    int32_t oldest = INT32_MAX;
    if (q->counts_count == ZH_QUALITY_COUNTS_MAX) {
        for (size_t i = 0; i < q->counts_count; i++)
            if (q->counts[i].day < oldest) oldest = q->counts[i].day;
        const zh_err e = forget_days(q, oldest + 1);
        if (e != ZH_OK) return e;
    }
    if (q->counts_count < q->counts_room) return ZH_OK;
    const size_t room = q->counts_room == 0 ? 64 : q->counts_room * 2;
    quality_count *more = realloc(q->counts, room * sizeof *more);
    if (more == NULL) return ZH_NOMEM;
    q->counts = more;
    q->counts_room = room;
    return ZH_OK;
}

zh_err zh_quality_row_(zh_quality *q, int32_t day, zh_source_id source, zh_sv name, quality_count **out)
{
    const uint64_t name_hash = zh_fast64(name), hash = zh_quality_row_hash_(day, source, name_hash);
    const uint64_t *at = zh_map_get(&q->by_row, hash);
    *out = at == NULL ? NULL : &q->counts[*at];
    if (*out != NULL) return ZH_OK;
    zh_err e = (q->counts_count & 1023) == 0 ? forget_days(q, day - ZH_QUALITY_DAYS_MAX) : ZH_OK;
    if (e == ZH_OK) e = make_room(q);
    if (e == ZH_OK) e = zh_map_put(&q->by_row, hash, q->counts_count);
    if (e != ZH_OK) return e;
    quality_count *row = *out = &q->counts[q->counts_count++];
    *row = (quality_count){ .day = day, .source = source, .name_hash = name_hash };
    size_t size = name.size < QUALITY_NAME_BYTES_MAX ? name.size : QUALITY_NAME_BYTES_MAX;
    while (size > 0 && size < name.size && ((unsigned char)name.data[size] & 0xC0) == 0x80) size--;
    if (size > 0) memcpy(row->name, name.data, size);
    row->name_size = (uint8_t)size;
    zh_map_drop(&q->gone, hash);
    return ZH_OK;
}

static void sample(zh_quality *q, const zh_quality_look *look, unsigned reason, const detail *d)
{
    quality_ring *ring = &q->rings[reason];
    quality_sample *s = &ring->samples[ring->seen++ % ZH_QUALITY_SAMPLES_MAX];
    *s = (quality_sample){ .sequence = look->sequence, .partition = look->partition, .commit_ms = look->commit_ms,
                           .customer = look->event->customer.number, .dirty = true };
    const bool amounts = reason == ZH_QUALITY_OUTLIER;
    const zh_sv text = amounts ? (zh_sv){ d->text, d->size } : look->shape_which;
    const bool says = amounts || reason == ZH_QUALITY_TYPE_VIOLATION || reason == ZH_QUALITY_TYPE_CONFLICT || reason == ZH_QUALITY_MISSING || reason == ZH_QUALITY_PLAN;
    if (!says) return;
    s->detail_size = (uint8_t)(text.size < sizeof s->detail ? text.size : 0);
    if (s->detail_size > 0) memcpy(s->detail, text.data, s->detail_size);
}

static zh_err count(zh_quality *q, const zh_quality_look *look, uint32_t reasons, const detail *d)
{
    static const char *const names[] = { "", "", "identify", "page", "screen", "group", "alias" };
    const zh_event *event = look->event;
    const zh_sv name = event->name.size > 0 || (unsigned)event->type > ZH_EVENT_ALIAS ? event->name : zh_sv_of(names[event->type]);
    quality_count *row;
    const zh_err e = zh_quality_row_(q, (int32_t)(look->commit_ms / DAY_MS), event->source, name, &row);
    if (e != ZH_OK) return e;
    row->dirty = true;
    for (uint32_t left = reasons; left != 0; left &= left - 1) {
        const unsigned reason = (unsigned)__builtin_ctz(left);
        row->counts[reason] += row->counts[reason] < UINT32_MAX;
        sample(q, look, reason, d);
    }
    if ((reasons & zh_quality_apart()) != 0) {
        q->apart++;
        q->apart_dirty = true;
    }
    return ZH_OK;
}

zh_err zh_quality_fold(zh_quality *q, const zh_quality_look *look, uint32_t *reasons)
{
    detail d = { .size = 0 };
    *reasons = judge(q, look->event, look->shape_reasons, look->commit_ms, &d);
    zh_err e = judge_pace(q, look, reasons);
    if (*reasons != 0) *reasons = believed(q, look->event, *reasons);
    if (e == ZH_OK && has_amounts(look->event) && (*reasons & zh_quality_apart()) == 0) e = learn(q, look->event);
    if (e == ZH_OK && *reasons != 0) e = count(q, look, *reasons, &d);
    return e;
}

uint32_t zh_quality_judge(const zh_quality *q, const zh_event *event, uint32_t shape_reasons, int64_t commit_ms, uint32_t partition, uint64_t sequence)
{
    detail d = { .size = 0 };
    const uint32_t judged = judged_of(q, event->customer.number);
    uint32_t reasons = judge(q, event, shape_reasons, commit_ms, &d);
    if (judged & QUALITY_TRUSTED) reasons &= ~PERSONS;
    else reasons |= judged;
    if (q->truths.count > 0 && zh_map_get(&q->truths, zh_quality_true_event_(partition, sequence)) != NULL) return 0;
    return believed(q, event, reasons);
}

/* ---- merges and words ---- */

zh_err zh_quality_merge(zh_quality *q, zh_customer_id from, zh_customer_id to)
{
    const uint32_t absorbed = judged_of(q, from.number);
    if (absorbed == 0) return ZH_OK;
    const uint32_t both = absorbed | judged_of(q, to.number);
    zh_err e = zh_map_put(&q->judged_dirty, from.number, 1);
    if (e == ZH_OK) e = zh_map_put(&q->judged_dirty, to.number, 1);
    if (e == ZH_OK) e = zh_map_put(&q->judged, to.number, both);
    if (e == ZH_OK) zh_map_drop(&q->judged, from.number);
    return e;
}

static zh_err believe(zh_quality *q, uint64_t hash, bool *is_new)
{
    *is_new = zh_map_get(&q->truths, hash) == NULL && q->truths.count < ZH_QUALITY_TRUE_MAX;
    if (!*is_new) return ZH_OK;
    const zh_err e = zh_map_put(&q->truths_dirty, hash, 1);
    return e != ZH_OK ? e : zh_map_put(&q->truths, hash, 1);
}

zh_err zh_quality_say(zh_quality *q, const zh_word *word, bool *is_new)
{
    zh_err e;
    *is_new = false;
    switch (word->what) {
    case ZH_WORD_EVENT: return believe(q, zh_quality_true_event_(word->partition, word->sequence), is_new);
    case ZH_WORD_EVENTS: return believe(q, zh_quality_true_events_(word->reason, word->source, word->name), is_new);
    case ZH_WORD_CUSTOMER:
        *is_new = (judged_of(q, word->customer.number) & QUALITY_TRUSTED) == 0;
        e = zh_map_put(&q->judged_dirty, word->customer.number, 1);
        return e != ZH_OK ? e : zh_map_put(&q->judged, word->customer.number, QUALITY_TRUSTED | judged_of(q, word->customer.number));
    case ZH_WORD_RULE: break;
    }
    return ZH_OK;
}

int64_t zh_quality_price(const zh_quality *q, zh_item_id item) { return zh_bounds_price(&q->bounds, item); }

/* ---- asking ---- */

bool zh_quality_next(const zh_quality *q, size_t *at, int32_t from_day, zh_quality_row *out)
{
    while (*at < q->counts_count && q->counts[*at].day < from_day) ++*at;
    if (*at >= q->counts_count) return false;
    const quality_count *row = &q->counts[(*at)++];
    *out = (zh_quality_row){ .day = row->day, .source = row->source, .name = { row->name, row->name_size } };
    memcpy(out->counts, row->counts, sizeof out->counts);
    return true;
}

size_t zh_quality_samples(const zh_quality *q, zh_quality_reason reason, zh_quality_sample out[ZH_QUALITY_SAMPLES_MAX])
{
    const quality_ring *ring = &q->rings[reason];
    size_t count_of = ring->seen < ZH_QUALITY_SAMPLES_MAX ? (size_t)ring->seen : ZH_QUALITY_SAMPLES_MAX;
    for (size_t i = 0; i < count_of; i++) {
        const quality_sample *s = &ring->samples[(ring->seen - 1 - i) % ZH_QUALITY_SAMPLES_MAX];
        out[i] = (zh_quality_sample){ .partition = s->partition, .sequence = s->sequence, .commit_ms = s->commit_ms, .customer = { s->customer },
            .detail = { s->detail, s->detail_size }, .is_true = zh_map_get(&q->truths, zh_quality_true_event_(s->partition, s->sequence)) != NULL };
    }
    return count_of;
}

size_t zh_quality_judged(const zh_quality *q, uint32_t by_reason[ZH_QUALITY_REASONS])
{
    uint64_t customer, bits;
    size_t all = 0;
    memset(by_reason, 0, ZH_QUALITY_REASONS * sizeof *by_reason);
    for (size_t at = 0; zh_map_next(&q->judged, &at, &customer, &bits);) {
        if (bits & QUALITY_TRUSTED) continue;
        all++;
        for (unsigned i = 0; i < ZH_QUALITY_REASONS; i++) by_reason[i] += (uint32_t)(bits >> i & 1);
    }
    return all;
}

uint32_t zh_quality_judged_of(const zh_quality *q, zh_customer_id customer)
{
    const uint32_t bits = judged_of(q, customer.number);
    return (bits & QUALITY_TRUSTED) != 0 ? 0 : bits;
}

uint64_t zh_quality_apart_count(const zh_quality *q) { return q->apart; }
