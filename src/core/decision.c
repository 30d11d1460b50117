/* The record of a decision: version 3 where flag 32, 64 or 128 is set, else 2 where flag 16 is, else 1 (docs/FORMATS.md draws it):
 *
 *   u8 kind=8, u8 version, u64 id.high, u64 id.low, u8 flags, u8 strategy,
 *   var customer, text placement, i64 time_ms, var candidates, var asked, var policy_version,
 *   u64 model_hash, u32 consent, text experiment, text arm,
 *   [flags & DRAWN: var arm's chance, var allocation]   [flags & PLACED: u64 placement_hash] [flags & SCENE: u64 scene]
 *   [flags & WHERE: text city, text device]
 *   [flags & CONTEXT: u64 context_item] [flags & SEED: u64 seed]
 *   var positions, each var;   var cart, each u64;   var excluded, each u64;
 *   var evidence, each u64 (the distinct evidence items, in the order they are first named)
 *   var shown, each: u64 item, zig score before - score, u8 reason, var evidence (0: none, else place + 1)
 *                    [flags & CHANCE: var propensity]
 *
 *   flags: 1 personalized, 2 context item, 4 seed, 8 some propensity is below 1, 16 the arm was drawn by a bandit,
 *   32 the placement has a definition, 64 the moment was read, 128 the request said where
 */
#include "core/decision.h"
#include "core/record.h"

#define VERSION 1
#define VERSION_DRAWN 2
#define VERSION_PLACED 3
enum { PERSONALIZED = 1, CONTEXT = 2, SEED = 4, CHANCE = 8, DRAWN = 16, PLACED = 32, SCENE = 64, WHERE = 128 };

static const char letters[] = "0123456789abcdefghjkmnpqrstvwxyz"; /* Crockford: no i, l, o, u */

static const char *const strategies[ZH_STRATEGY_COUNT] = {
#define X(name, text) [ZH_STRATEGY_##name] = text,
    ZH_STRATEGY_LIST(X)
#undef X
};

static const char *const codes[ZH_REASON_COUNT] = {
#define X(name, text) [ZH_REASON_##name] = text,
    ZH_REASON_LIST(X)
#undef X
};

const char *zh_strategy_text(zh_strategy strategy)
{
    return (unsigned)strategy < ZH_STRATEGY_COUNT ? strategies[strategy] : "unknown";
}

const char *zh_reason_code_text(zh_reason_code code)
{
    return (unsigned)code < ZH_REASON_COUNT ? codes[code] : "unknown";
}

void zh_decision_id_print(zh_decision_id id, char out[ZH_DECISION_ID_TEXT_BYTES])
{
    for (int i = 25; i >= 0; i--) { /* 5 bits a letter, the first has 3 */
        out[i] = letters[id.low & 31];
        id.low = id.low >> 5 | id.high << 59;
        id.high >>= 5;
    }
    out[26] = '\0';
}

zh_err zh_decision_id_parse(zh_sv text, zh_decision_id *out)
{
    zh_decision_id id = { 0 };
    if (text.size != ZH_DECISION_ID_TEXT_BYTES - 1) return ZH_FORMAT;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        const char *at = c == '\0' ? NULL : strchr(letters, c);
        if (at == NULL || (i == 0 && at - letters > 7)) return ZH_FORMAT;
        id.high = id.high << 5 | id.low >> 59;
        id.low = id.low << 5 | (uint64_t)(at - letters);
    }
    *out = id;
    return ZH_OK;
}

static void put_items(zh_buf *out, const zh_item_id *items, uint32_t count)
{
    zh_buf_put_var(out, count);
    for (uint32_t i = 0; i < count; i++) zh_buf_put_u64(out, items[i].number);
}

/* The distinct evidence items into `table`; place[i] is 1 + where that of item i stands, 0 for none. */
static uint32_t table_of(const zh_decision *d, zh_item_id *table, uint32_t *place)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < d->shown_count; i++) {
        const zh_item_id evidence = d->shown[i].evidence;
        place[i] = 0;
        if (evidence.number == 0) continue;
        uint32_t at = 0;
        while (at < count && table[at].number != evidence.number) at++;
        if (at == count) table[count++] = evidence;
        place[i] = at + 1;
    }
    return count;
}

static void put_shown(const zh_decision *d, bool chance, zh_buf *out)
{
    zh_item_id table[ZH_DECISION_ITEMS_MAX];
    uint32_t place[ZH_DECISION_ITEMS_MAX];
    put_items(out, table, table_of(d, table, place));
    zh_buf_put_var(out, d->shown_count);
    int64_t before = 0;
    for (uint32_t i = 0; i < d->shown_count; i++) {
        const zh_shown *s = &d->shown[i];
        zh_buf_put_u64(out, s->item.number);
        zh_buf_put_zig(out, (int64_t)((uint64_t)before - (uint64_t)s->score_micro));
        zh_buf_put_u8(out, (uint8_t)s->reason);
        zh_buf_put_var(out, place[i]);
        if (chance) zh_buf_put_var(out, s->propensity_micro);
        before = s->score_micro;
    }
}

/* The oldest that can say it: an older build reads what it can understand. */
static uint8_t version_of(uint8_t flags)
{
    return (flags & (PLACED | SCENE | WHERE)) != 0 ? VERSION_PLACED : (flags & DRAWN) != 0 ? VERSION_DRAWN : VERSION;
}

void zh_decision_put(const zh_decision *d, zh_buf *out)
{
    bool chance = false;
    for (uint32_t i = 0; i < d->shown_count; i++) chance |= d->shown[i].propensity_micro != ZH_DECISION_MICRO;
    const uint8_t flags = (uint8_t)((d->personalized ? PERSONALIZED : 0) | (d->context_item.number != 0 ? CONTEXT : 0) |
        (d->seed != 0 ? SEED : 0) | (chance ? CHANCE : 0) | (d->arm_chance_micro != 0 ? DRAWN : 0) |
        (d->placement_hash != 0 ? PLACED : 0) | (d->scene != 0 ? SCENE : 0) |
        (d->city.size + d->device.size > 0 ? WHERE : 0));
    zh_record_begin(out, ZH_RECORD_DECISION, version_of(flags));
    zh_buf_put_u64(out, d->id.high);
    zh_buf_put_u64(out, d->id.low);
    zh_buf_put_u8(out, flags);
    zh_buf_put_u8(out, (uint8_t)d->strategy);
    zh_buf_put_var(out, d->customer.number);
    zh_buf_put_text(out, d->placement);
    zh_buf_put_i64(out, d->time_ms);
    zh_buf_put_var(out, d->candidates);
    zh_buf_put_var(out, d->asked);
    zh_buf_put_var(out, d->policy_version);
    zh_buf_put_u64(out, d->model_hash);
    zh_buf_put_u32(out, d->consent);
    zh_buf_put_text(out, d->experiment);
    zh_buf_put_text(out, d->arm);
    if (flags & DRAWN) {
        zh_buf_put_var(out, d->arm_chance_micro);
        zh_buf_put_var(out, d->allocation);
    }
    if (flags & PLACED) zh_buf_put_u64(out, d->placement_hash);
    if (flags & SCENE) zh_buf_put_u64(out, d->scene);
    if (flags & WHERE) zh_buf_put_text(out, d->city), zh_buf_put_text(out, d->device);
    if (d->context_item.number != 0) zh_buf_put_u64(out, d->context_item.number);
    if (d->seed != 0) zh_buf_put_u64(out, d->seed);
    zh_buf_put_var(out, d->positions_count);
    for (uint32_t i = 0; i < d->positions_count; i++) zh_buf_put_var(out, d->positions[i]);
    put_items(out, d->cart, d->cart_count);
    put_items(out, d->excluded, d->excluded_count);
    put_shown(d, chance, out);
}

static uint32_t read_u32(zh_reader *r)
{
    const uint64_t value = zh_read_var(r);
    if (value > UINT32_MAX) r->bad = true;
    return (uint32_t)value;
}

static uint32_t read_count(zh_reader *r, uint32_t most, size_t bytes_each)
{
    const uint32_t count = read_u32(r);
    if (count > most || count > zh_reader_left(r) / bytes_each) r->bad = true;
    return r->bad ? 0 : count;
}

static zh_err read_items(zh_reader *r, zh_arena *arena, uint32_t most, zh_item_id **items, uint32_t *count)
{
    *count = read_count(r, most, sizeof(uint64_t));
    *items = ZH_TAKE(arena, zh_item_id, *count);
    if (*items == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < *count; i++) (*items)[i].number = zh_read_u64(r);
    return ZH_OK;
}

static zh_err read_positions(zh_reader *r, zh_arena *arena, zh_decision *d)
{
    d->positions_count = read_count(r, ZH_DECISION_POSITIONS_MAX, 1);
    d->positions = ZH_TAKE(arena, uint64_t, d->positions_count);
    if (d->positions == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < d->positions_count; i++) d->positions[i] = zh_read_var(r);
    return ZH_OK;
}

static zh_err read_shown(zh_reader *r, zh_arena *arena, bool chance, zh_decision *d)
{
    zh_item_id *table = NULL;
    uint32_t table_count = 0;
    const zh_err e = read_items(r, arena, ZH_DECISION_ITEMS_MAX, &table, &table_count);
    if (e != ZH_OK) return e;
    d->shown_count = read_count(r, ZH_DECISION_ITEMS_MAX, sizeof(uint64_t) + 3);
    d->shown = ZH_TAKE(arena, zh_shown, d->shown_count);
    if (d->shown == NULL) return ZH_NOMEM;
    int64_t before = 0;
    for (uint32_t i = 0; i < d->shown_count; i++) {
        zh_shown *s = &d->shown[i];
        s->item.number = zh_read_u64(r);
        s->score_micro = (int64_t)((uint64_t)before - (uint64_t)zh_read_zig(r));
        s->reason = (zh_reason_code)zh_read_u8(r);
        const uint32_t place = read_u32(r);
        s->propensity_micro = chance ? read_u32(r) : ZH_DECISION_MICRO;
        if (s->reason >= ZH_REASON_COUNT || place > table_count || s->propensity_micro > ZH_DECISION_MICRO) r->bad = true;
        else if (place > 0) s->evidence = table[place - 1];
        before = s->score_micro;
    }
    return ZH_OK;
}

static uint8_t read_head(zh_reader *r, uint8_t version, zh_decision *d)
{
    d->id.high = zh_read_u64(r);
    d->id.low = zh_read_u64(r);
    const uint8_t flags = zh_read_u8(r);
    if (version != version_of(flags)) r->bad = true;
    d->personalized = (flags & PERSONALIZED) != 0;
    d->strategy = (zh_strategy)zh_read_u8(r);
    if (d->strategy >= ZH_STRATEGY_COUNT) r->bad = true;
    d->customer.number = zh_read_var(r);
    d->placement = zh_read_text(r);
    d->time_ms = zh_read_i64(r);
    d->candidates = read_u32(r);
    d->asked = read_u32(r);
    d->policy_version = read_u32(r);
    d->model_hash = zh_read_u64(r);
    d->consent = zh_read_u32(r);
    d->experiment = zh_read_text(r);
    d->arm = zh_read_text(r);
    if (flags & DRAWN) {
        d->arm_chance_micro = read_u32(r);
        d->allocation = read_u32(r);
        if (d->arm_chance_micro == 0 || d->arm_chance_micro > ZH_DECISION_MICRO) r->bad = true;
    }
    if (flags & PLACED) d->placement_hash = zh_read_u64(r);
    if (flags & SCENE) d->scene = zh_read_u64(r);
    if (flags & WHERE) {
        d->city = zh_read_text(r);
        d->device = zh_read_text(r);
        if (d->city.size + d->device.size == 0) r->bad = true;
    }
    if ((flags & PLACED && d->placement_hash == 0) || (flags & SCENE && d->scene == 0)) r->bad = true;
    if (flags & CONTEXT) d->context_item.number = zh_read_u64(r);
    if (flags & SEED) d->seed = zh_read_u64(r);
    return flags;
}

zh_customer_id zh_decision_customer(zh_sv record, zh_decision_id *id)
{
    zh_reader r = zh_reader_on(record);
    if (zh_read_u8(&r) != ZH_RECORD_DECISION) return (zh_customer_id){ 0 };
    (void)zh_read_u8(&r); /* version: all begin alike */
    id->high = zh_read_u64(&r);
    id->low = zh_read_u64(&r);
    (void)zh_read_u16(&r); /* flags, strategy */
    const uint64_t number = zh_read_var(&r);
    return (zh_customer_id){ r.bad ? 0 : number };
}

zh_err zh_decision_get(zh_sv record, zh_arena *arena, zh_decision *d)
{
    zh_reader r = zh_reader_on(record);
    *d = (zh_decision){ 0 };
    if (zh_read_u8(&r) != ZH_RECORD_DECISION) return ZH_FORMAT;
    const uint8_t version = zh_read_u8(&r);
    if (version < VERSION || version > VERSION_PLACED) return ZH_FORMAT;
    const uint8_t flags = read_head(&r, version, d);
    zh_err e = r.bad ? ZH_FORMAT : read_positions(&r, arena, d);
    if (e == ZH_OK) e = read_items(&r, arena, ZH_DECISION_ASKED_MAX, &d->cart, &d->cart_count);
    if (e == ZH_OK) e = read_items(&r, arena, ZH_DECISION_ASKED_MAX, &d->excluded, &d->excluded_count);
    if (e == ZH_OK) e = read_shown(&r, arena, (flags & CHANCE) != 0, d);
    if (e != ZH_OK) return e;
    return r.bad || zh_reader_left(&r) != 0 ? ZH_FORMAT : ZH_OK;
}
