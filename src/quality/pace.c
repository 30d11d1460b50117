/* Entries: 'p' block u16 big-endian: u8 version, then ZH_PACE_BLOCK slots; 'u' place u16 big-endian: u8 version, the burst. */
#include "quality/pace.h"
#include "base/buf.h"
#include "quality/reason.h"
#include "quality/shape.h"

#include <stdlib.h>

#define VERSION 1
#define MINUTE_MS 60000
#define HOUR_MS 3600000
#define DAY_MS 86400000
#define NOT_NEW UINT8_MAX
#define SWEPT_BITS_MIN 208 /* of 256: 500 different items fill 220 +- 5, and 400 fill 202 */

zh_err zh_pace_open(zh_pace *p)
{
    *p = (zh_pace){ .slots = calloc(ZH_PACE_SLOTS, sizeof *p->slots), .bursts = calloc(ZH_PACE_BURSTS, sizeof *p->bursts) };
    return p->slots == NULL || p->bursts == NULL ? ZH_NOMEM : ZH_OK;
}

void zh_pace_close(zh_pace *p)
{
    free(p->slots);
    free(p->bursts);
}

/* ---- slots ---- */

static int32_t span_of(int64_t time_ms, int64_t span_ms) /* times are within 1970 .. 2200, or far off and clamped */
{
    const int64_t span = time_ms / span_ms;
    return span > INT32_MAX ? INT32_MAX : span < INT32_MIN ? INT32_MIN : (int32_t)span;
}

/* The customer's slot, or NULL: it belongs to somebody busier. */
static zh_pace_slot *slot_of(zh_pace *p, const zh_event *event, bool is_new)
{
    const uint64_t at = zh_mix64(event->customer.number) & (ZH_PACE_SLOTS - 1);
    zh_pace_slot *s = &p->slots[at];
    p->slots_dirty[at / ZH_PACE_BLOCK] = 1;
    if (s->customer == event->customer.number) return s;
    const bool stays = s->customer != 0 && s->hour == span_of(event->time_ms, HOUR_MS) && ++s->asked < s->in_hour;
    if (stays) return NULL;
    *s = (zh_pace_slot){ .customer = event->customer.number, .steps = is_new ? 0 : NOT_NEW };
    return s;
}

static bool is_paced(zh_act act)
{
    return act == ZH_ACT_VIEW || act == ZH_ACT_CLICK || act == ZH_ACT_ADD || act == ZH_ACT_LIST_VIEW || act == ZH_ACT_SEARCH;
}

/* The client's own time, finer than a minute? */
static bool has_pace(const zh_event *event)
{
    const bool own = event->time_ms != event->received_ms && (event->marks & ZH_MARK_CLOCK_CLAMPED) == 0;
    return own && event->time_ms % MINUTE_MS != 0;
}

static uint32_t swept(const zh_pace_slot *s)
{
    int bits = 0;
    for (int i = 0; i < 4; i++) bits += __builtin_popcountll(s->seen[i]);
    return s->in_day >= ZH_PACE_DAY_MAX && bits >= SWEPT_BITS_MIN && !s->has_added ? ZH_QUALITY_BIT(BOT_SWEEP) : 0;
}

static uint32_t count(zh_pace_slot *s, const zh_event *event)
{
    const int32_t minute = span_of(event->time_ms, MINUTE_MS), hour = span_of(event->time_ms, HOUR_MS), day = span_of(event->time_ms, DAY_MS);
    s->asked = 0;
    if (minute != s->minute) s->minute = minute, s->in_minute = 0;
    if (hour != s->hour) s->hour = hour, s->in_hour = 0;
    if (day != s->day) {
        s->day = day;
        s->in_day = 0;
        s->has_added = false;
        memset(s->seen, 0, sizeof s->seen);
    }
    if (s->in_minute < UINT16_MAX) s->in_minute++;
    if (s->in_hour < UINT16_MAX) s->in_hour++;
    if ((event->act == ZH_ACT_VIEW || event->act == ZH_ACT_CLICK) && s->in_day < UINT16_MAX) s->in_day++;
    s->has_added |= event->act == ZH_ACT_ADD;
    for (uint32_t i = 0; i < event->lines_count && event->act != ZH_ACT_LIST_VIEW; i++) s->seen[event->lines[i].item.number >> 62] |= 1ull << (event->lines[i].item.number & 63);
    const bool fast = s->in_minute >= ZH_PACE_MINUTE_MAX || s->in_hour >= ZH_PACE_HOUR_MAX;
    return (fast ? ZH_QUALITY_BIT(BOT_RATE) : 0) | swept(s);
}

/* ---- who begins alike ---- */

static zh_pace_burst *burst_of(zh_pace *p, uint64_t what, int64_t time_ms, int64_t lasts_ms)
{
    if (what == 0) what = 1;
    zh_pace_burst *b = &p->bursts[what & (ZH_PACE_BURSTS - 1)];
    p->bursts_dirty[what & (ZH_PACE_BURSTS - 1)] = 1;
    const uint64_t apart = time_ms < b->first_ms ? (uint64_t)b->first_ms - (uint64_t)time_ms : (uint64_t)time_ms - (uint64_t)b->first_ms;
    if (b->what != what || apart > (uint64_t)lasts_ms) *b = (zh_pace_burst){ .what = what, .first_ms = time_ms };
    return b;
}

/* Counts a customer once; how many there are now. */
static uint32_t join(zh_pace_burst *b, uint64_t customer)
{
    const uint32_t kept = b->count < ZH_PACE_ALIKE_MAX ? b->count : ZH_PACE_ALIKE_MAX;
    for (uint32_t i = 0; i < kept; i++)
        if (b->customers[i] == customer) return b->count;
    if (b->count < ZH_PACE_ALIKE_MAX) b->customers[b->count] = customer;
    return b->count += b->count < UINT32_MAX;
}

static bool is_step(zh_act act)
{
    return act == ZH_ACT_VIEW || act == ZH_ACT_ADD || act == ZH_ACT_ORDER || act == ZH_ACT_REVIEW || act == ZH_ACT_WISH;
}

static uint32_t step(zh_pace *p, zh_pace_slot *s, const zh_event *event, uint64_t *alike, uint32_t *alike_count)
{
    if (s->steps >= ZH_PACE_STEPS || !is_step(event->act) || event->lines_count == 0) return 0;
    const int64_t gap_s = s->steps == 0 ? 0 : (event->time_ms - s->last_ms) / 1000;
    uint64_t chain = zh_mix64(s->chain ^ ((uint64_t)event->act << 56) ^ (uint64_t)gap_s ^ (uint64_t)event->source.number << 40);
    for (uint32_t i = 0; i < event->lines_count; i++) chain = zh_mix64(chain ^ event->lines[i].item.number ^ (uint64_t)event->lines[i].quantity);
    s->chain = chain;
    s->last_ms = event->time_ms;
    if (++s->steps < ZH_PACE_STEPS) return 0;
    zh_pace_burst *b = burst_of(p, chain, event->time_ms, ZH_PACE_ALIKE_MS);
    if (join(b, event->customer.number) < ZH_PACE_ALIKE_MAX) return 0;
    if (b->count == ZH_PACE_ALIKE_MAX) {
        *alike_count = ZH_PACE_ALIKE_MAX;
        memcpy(alike, b->customers, sizeof b->customers);
    }
    return ZH_QUALITY_BIT(FAKE_CUSTOMER);
}

/* ---- reviews ---- */

static uint32_t review(zh_pace *p, const zh_event *event)
{
    static const char *const names[] = { "review_body", "review", "content", "text", "body" };
    zh_shape shape;
    const zh_shape_member *words = NULL;
    uint32_t reasons = 0;
    zh_shape_read(event->properties, &shape);
    for (size_t i = 0; i < sizeof names / sizeof *names && words == NULL; i++) words = zh_shape_get(&shape, zh_sv_of(names[i]));
    const zh_shape_member *rating = zh_shape_get(&shape, ZH_SV("rating"));
    if (words != NULL && words->kind == ZH_KIND_TEXT && words->value.size >= ZH_PACE_WORDS_BYTES_MIN) {
        const uint32_t same = join(burst_of(p, zh_mix64(zh_fast64(words->value)), event->time_ms, ZH_PACE_WORDS_MS), event->customer.number);
        if (same >= ZH_PACE_WORDS_MAX) reasons |= ZH_QUALITY_BIT(FAKE_REVIEW);
    }
    if (rating != NULL && event->lines_count > 0 && has_pace(event)) {
        const uint64_t what = zh_mix64(event->lines[0].item.number ^ zh_fast64(rating->value) ^ ZH_ACT_REVIEW);
        if (join(burst_of(p, what, event->time_ms, HOUR_MS), event->customer.number) >= ZH_PACE_RATINGS_MAX) reasons |= ZH_QUALITY_BIT(FAKE_REVIEW);
    }
    return reasons;
}

uint32_t zh_pace_see(zh_pace *p, const zh_event *event, bool is_new, uint64_t alike[ZH_PACE_ALIKE_MAX], uint32_t *alike_count)
{
    *alike_count = 0;
    uint32_t reasons = event->act == ZH_ACT_REVIEW ? review(p, event) : 0;
    const bool paced = is_paced(event->act) && has_pace(event);
    if (!paced && !is_step(event->act)) return reasons;
    zh_pace_slot *s = slot_of(p, event, is_new);
    if (s == NULL) return reasons;
    if (paced) reasons |= count(s, event);
    if (has_pace(event)) reasons |= step(p, s, event, alike, alike_count);
    return reasons;
}

/* ---- keeping ---- */

static void put_slot(const zh_pace_slot *s, zh_buf *out)
{
    zh_buf_put_var(out, s->customer);
    if (s->customer == 0) return;
    zh_buf_put_zig(out, s->last_ms);
    zh_buf_put_u64(out, s->chain);
    for (int i = 0; i < 4; i++) zh_buf_put_u64(out, s->seen[i]);
    zh_buf_put_u32(out, (uint32_t)s->minute);
    zh_buf_put_u32(out, (uint32_t)s->hour);
    zh_buf_put_u32(out, (uint32_t)s->day);
    zh_buf_put_var(out, s->in_minute);
    zh_buf_put_var(out, s->in_hour);
    zh_buf_put_var(out, s->in_day);
    zh_buf_put_var(out, s->asked);
    zh_buf_put_u8(out, s->steps);
    zh_buf_put_u8(out, s->has_added);
}

static void read_slot(zh_reader *r, zh_pace_slot *s)
{
    *s = (zh_pace_slot){ .customer = zh_read_var(r) };
    if (s->customer == 0) return;
    s->last_ms = zh_read_zig(r);
    s->chain = zh_read_u64(r);
    for (int i = 0; i < 4; i++) s->seen[i] = zh_read_u64(r);
    s->minute = (int32_t)zh_read_u32(r);
    s->hour = (int32_t)zh_read_u32(r);
    s->day = (int32_t)zh_read_u32(r);
    s->in_minute = (uint16_t)zh_read_var(r);
    s->in_hour = (uint16_t)zh_read_var(r);
    s->in_day = (uint16_t)zh_read_var(r);
    s->asked = (uint16_t)zh_read_var(r);
    s->steps = zh_read_u8(r);
    s->has_added = zh_read_u8(r) == 1;
}

static zh_err put(char part, uint32_t at, zh_buf *value, zh_keep keep)
{
    const char key[3] = { part, (char)(unsigned char)(at >> 8), (char)(unsigned char)at };
    const zh_err e = zh_buf_err(value);
    return e != ZH_OK ? e : keep.put(keep.context, (zh_sv){ key, 3 }, zh_buf_view(value));
}

static bool is_empty(const zh_pace_slot *slots)
{
    for (uint32_t i = 0; i < ZH_PACE_BLOCK; i++)
        if (slots[i].customer != 0) return false;
    return true;
}

zh_err zh_pace_save(zh_pace *p, bool all, zh_keep keep)
{
    zh_buf value = zh_buf_open(ZH_PACE_BLOCK * 128);
    zh_err e = ZH_OK;
    for (uint32_t b = 0; e == ZH_OK && b < ZH_PACE_SLOTS / ZH_PACE_BLOCK; b++) {
        const zh_pace_slot *slots = &p->slots[b * ZH_PACE_BLOCK];
        if ((!all && !p->slots_dirty[b]) || is_empty(slots)) continue;
        zh_buf_reset(&value);
        zh_buf_put_u8(&value, VERSION);
        for (uint32_t i = 0; i < ZH_PACE_BLOCK; i++) put_slot(&slots[i], &value);
        e = put('p', b, &value, keep);
        if (!all) p->slots_dirty[b] = e != ZH_OK;
    }
    for (uint32_t i = 0; e == ZH_OK && i < ZH_PACE_BURSTS; i++) {
        const zh_pace_burst *b = &p->bursts[i];
        if ((!all && !p->bursts_dirty[i]) || b->what == 0) continue;
        zh_buf_reset(&value);
        zh_buf_put_u8(&value, VERSION);
        zh_buf_put_u64(&value, b->what);
        zh_buf_put_zig(&value, b->first_ms);
        zh_buf_put_u32(&value, b->count);
        for (uint32_t k = 0; k < b->count && k < ZH_PACE_ALIKE_MAX; k++) zh_buf_put_var(&value, b->customers[k]);
        e = put('u', i, &value, keep);
        if (!all) p->bursts_dirty[i] = e != ZH_OK;
    }
    zh_buf_close(&value);
    return e;
}

zh_err zh_pace_load(zh_pace *p, char part, zh_sv key, zh_sv value)
{
    zh_reader r = zh_reader_on(value);
    if (key.size != 2 || zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    const uint32_t at = (uint32_t)(unsigned char)key.data[0] << 8 | (unsigned char)key.data[1];
    if (part == 'p') {
        if (at >= ZH_PACE_SLOTS / ZH_PACE_BLOCK || !is_empty(&p->slots[at * ZH_PACE_BLOCK])) return ZH_FORMAT;
        for (uint32_t i = 0; i < ZH_PACE_BLOCK; i++) read_slot(&r, &p->slots[at * ZH_PACE_BLOCK + i]);
    } else {
        if (at >= ZH_PACE_BURSTS || p->bursts[at].what != 0) return ZH_FORMAT;
        zh_pace_burst *b = &p->bursts[at];
        b->what = zh_read_u64(&r);
        b->first_ms = zh_read_zig(&r);
        b->count = zh_read_u32(&r);
        for (uint32_t k = 0; k < b->count && k < ZH_PACE_ALIKE_MAX; k++) b->customers[k] = zh_read_var(&r);
    }
    return r.bad || zh_reader_left(&r) != 0 ? ZH_FORMAT : ZH_OK;
}
