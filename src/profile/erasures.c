/* An entry: u8 version=1, u8 flags (1 folded, 2 applied), var sequence, each part but 0: zig at, var count; then the record to the end */
#include "profile/erasures.h"

#include "base/map.h"

#include <assert.h>
#include <stdlib.h>

#define VERSION 1
#define ENTRY_BYTES_MAX (ZH_ERASURE_RECORD_BYTES_MAX + 256)
#define ID_BYTES 17
enum { FOLDED = 1, APPLIED = 2 };

typedef struct slot {
    zh_erasure_entry entry;
    char *record; /* that entry.asked views; NULL: this number was never told of */
    size_t record_size;
    bool dirty;
} slot;

struct zh_erasures {
    slot *slots; /* of number 1, 2 … */
    uint32_t count, room, last;
    zh_map numbers, letters; /* -> number of the erasure */
};

/* ---- the records ---- */

void zh_erasure_put(const zh_erasure *e, const zh_customer_id *numbers, uint32_t numbers_count, const zh_external_id *ids, uint32_t ids_count,
                    const uint64_t *letters, uint32_t letters_count, zh_buf *out)
{
    assert(numbers_count <= ZH_ERASURE_NUMBERS_MAX && ids_count <= ZH_ERASURE_IDS_MAX && letters_count <= ZH_ERASURE_LETTERS_MAX);
    zh_record_begin(out, ZH_RECORD_ERASURE, VERSION);
    zh_buf_put_u8(out, (uint8_t)e->phase);
    zh_buf_put_var(out, e->number);
    zh_buf_put_i64(out, e->at_ms);
    if (e->phase == ZH_ERASURE_DONE) {
        zh_buf_put_u8(out, (uint8_t)e->part);
        zh_buf_put_var(out, e->count);
        return;
    }
    zh_buf_put_u8(out, e->actor_kind);
    zh_buf_put_var(out, e->actor_number);
    zh_buf_put(out, (zh_sv){ (const char *)e->subject, sizeof e->subject });
    zh_buf_put_text(out, e->reason);
    zh_buf_put_var(out, numbers_count);
    for (uint32_t i = 0; i < numbers_count; i++) zh_buf_put_u32(out, (uint32_t)numbers[i].number);
    zh_buf_put_var(out, ids_count);
    for (uint32_t i = 0; i < ids_count; i++) {
        zh_buf_put_u8(out, (uint8_t)ids[i].kind);
        zh_buf_put_u64(out, ids[i].blind.high);
        zh_buf_put_u64(out, ids[i].blind.low);
    }
    zh_buf_put_var(out, letters_count);
    for (uint32_t i = 0; i < letters_count; i++) zh_buf_put_u64(out, letters[i]);
}

/* A list of `each` bytes an element, its count before it. */
static zh_sv read_list(zh_reader *r, size_t each, uint32_t most, uint32_t *count)
{
    const uint64_t said = zh_read_var(r);
    if (said > most) r->bad = true;
    *count = r->bad ? 0 : (uint32_t)said;
    return zh_read_bytes(r, *count * each);
}

static void read_asked(zh_reader *r, zh_erasure *e)
{
    e->actor_kind = zh_read_u8(r);
    const uint64_t actor = zh_read_var(r);
    e->actor_number = (uint32_t)actor;
    r->bad |= actor > UINT32_MAX;
    const zh_sv subject = zh_read_bytes(r, sizeof e->subject);
    if (!r->bad) memcpy(e->subject, subject.data, sizeof e->subject);
    e->reason = zh_read_text(r);
    e->numbers_ = read_list(r, 4, ZH_ERASURE_NUMBERS_MAX, &e->numbers_count);
    e->ids_ = read_list(r, ID_BYTES, ZH_ERASURE_IDS_MAX, &e->ids_count);
    e->letters_ = read_list(r, 8, ZH_ERASURE_LETTERS_MAX, &e->letters_count);
    r->bad |= e->reason.size > ZH_ERASURE_REASON_BYTES_MAX;
    for (uint32_t i = 0; i < e->numbers_count && !r->bad; i++) {
        const uint64_t number = zh_erasure_number(e, i).number;
        r->bad |= number == 0 || number > ZH_IDENTITY_CUSTOMERS_MAX;
    }
    for (uint32_t i = 0; i < e->ids_count && !r->bad; i++) {
        const int kind = e->ids_.data[i * ID_BYTES];
        r->bad |= kind < ZH_ID_USER || kind >= ZH_ID_KIND_END;
    }
}

zh_err zh_erasure_get(zh_sv record, zh_erasure *e)
{
    zh_reader r = zh_reader_on(record);
    *e = (zh_erasure){ 0 };
    if (zh_read_u8(&r) != ZH_RECORD_ERASURE || zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    const uint8_t phase = zh_read_u8(&r);
    const uint64_t number = zh_read_var(&r);
    e->phase = (zh_erasure_phase)phase;
    e->number = (uint32_t)number;
    e->at_ms = zh_read_i64(&r);
    if (number == 0 || number > ZH_ERASURES_MAX) return ZH_FORMAT;
    if (phase == ZH_ERASURE_ASKED) read_asked(&r, e);
    else if (phase == ZH_ERASURE_DONE) {
        const uint8_t part = zh_read_u8(&r);
        e->part = (zh_erasure_part)part;
        e->count = zh_read_var(&r);
        r.bad |= part < ZH_ERASED_VIEWS || part >= ZH_ERASED_PARTS;
    } else return ZH_FORMAT;
    return r.bad || zh_reader_left(&r) != 0 ? ZH_FORMAT : ZH_OK;
}

zh_customer_id zh_erasure_number(const zh_erasure *e, uint32_t at)
{
    zh_reader r = zh_reader_on(zh_sv_part(e->numbers_, at * (size_t)4, 4));
    return (zh_customer_id){ zh_read_u32(&r) };
}

zh_external_id zh_erasure_id(const zh_erasure *e, uint32_t at)
{
    zh_reader r = zh_reader_on(zh_sv_part(e->ids_, at * (size_t)ID_BYTES, ID_BYTES));
    zh_external_id id = { .kind = (zh_id_kind)zh_read_u8(&r) };
    id.blind.high = zh_read_u64(&r);
    id.blind.low = zh_read_u64(&r);
    return id;
}

uint64_t zh_erasure_letter(const zh_erasure *e, uint32_t at)
{
    zh_reader r = zh_reader_on(zh_sv_part(e->letters_, at * (size_t)8, 8));
    return zh_read_u64(&r);
}

void zh_gone_put(const zh_gone *gone, zh_buf *out)
{
    zh_record_begin(out, ZH_RECORD_GONE, VERSION);
    zh_buf_put_u8(out, (uint8_t)gone->was);
    if (gone->was != ZH_RECORD_DECISION) return;
    zh_buf_put_u64(out, gone->decision.high);
    zh_buf_put_u64(out, gone->decision.low);
}

zh_err zh_gone_get(zh_sv record, zh_gone *out)
{
    zh_reader r = zh_reader_on(record);
    *out = (zh_gone){ 0 };
    if (zh_read_u8(&r) != ZH_RECORD_GONE || zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    out->was = (zh_record_kind)zh_read_u8(&r);
    if (out->was == ZH_RECORD_DECISION) {
        out->decision.high = zh_read_u64(&r);
        out->decision.low = zh_read_u64(&r);
    }
    return r.bad || zh_reader_left(&r) != 0 ? ZH_FORMAT : ZH_OK;
}

/* ---- the view ---- */

static slot *slot_of(const zh_erasures *es, uint32_t number)
{
    return number == 0 || number > es->count ? NULL : &es->slots[number - 1];
}

static slot *make_slot(zh_erasures *es, uint32_t number)
{
    if (number > es->room) {
        uint32_t room = es->room == 0 ? 64 : es->room;
        while (room < number) room *= 2;
        slot *more = realloc(es->slots, room * sizeof *more);
        if (more == NULL) return NULL;
        memset(more + es->room, 0, (room - es->room) * sizeof *more);
        es->slots = more;
        es->room = room;
    }
    if (number > es->count) es->count = number;
    return &es->slots[number - 1];
}

/* The record of one who is passed over from now on. */
static zh_err keep_record(zh_erasures *es, zh_sv record, slot **out)
{
    zh_erasure asked;
    zh_err e = zh_erasure_get(record, &asked);
    if (e == ZH_OK && asked.phase != ZH_ERASURE_ASKED) e = ZH_FORMAT;
    if (e != ZH_OK) return e;
    slot *s = make_slot(es, asked.number);
    if (s == NULL) return ZH_NOMEM;
    *out = s;
    if (s->record != NULL) return ZH_OK;
    for (uint32_t i = 0; e == ZH_OK && i < asked.numbers_count; i++) e = zh_map_put(&es->numbers, zh_erasure_number(&asked, i).number, asked.number);
    for (uint32_t i = 0; e == ZH_OK && i < asked.letters_count; i++) e = zh_map_put(&es->letters, zh_erasure_letter(&asked, i), asked.number);
    char *bytes = e == ZH_OK ? malloc(record.size) : NULL;
    if (bytes == NULL) return ZH_NOMEM;
    memcpy(bytes, record.data, record.size);
    s->record = bytes;
    s->record_size = record.size;
    return zh_erasure_get((zh_sv){ bytes, record.size }, &s->entry.asked);
}

zh_err zh_erasures_open(zh_erasures **out, const zh_sv *ahead, size_t ahead_count)
{
    zh_erasures *es = calloc(1, sizeof *es);
    if (es == NULL) return ZH_NOMEM;
    es->numbers = zh_map_open();
    es->letters = zh_map_open();
    zh_err e = ZH_OK;
    slot *s;
    for (size_t i = 0; e == ZH_OK && i < ahead_count; i++) {
        e = keep_record(es, ahead[i], &s);
        if (e == ZH_OK) s->dirty = true;
    }
    if (e != ZH_OK) zh_erasures_close(es);
    else *out = es;
    return e;
}

void zh_erasures_close(zh_erasures *es)
{
    if (es == NULL) return;
    for (uint32_t i = 0; i < es->count; i++) free(es->slots[i].record);
    free(es->slots);
    zh_map_close(&es->numbers);
    zh_map_close(&es->letters);
    free(es);
}

static void fold_done(zh_erasures *es, const zh_erasure *done)
{
    slot *s = slot_of(es, done->number);
    if (s == NULL || s->record == NULL || s->entry.parts[done->part].at_ms != 0) return;
    s->entry.parts[done->part].at_ms = done->at_ms;
    s->entry.parts[done->part].count = done->count;
    s->dirty = true;
}

zh_err zh_erasures_fold(zh_erasures *es, zh_sv record, uint64_t sequence)
{
    zh_erasure said;
    zh_err e = zh_erasure_get(record, &said);
    if (e != ZH_OK) return e;
    if (said.phase == ZH_ERASURE_DONE) {
        fold_done(es, &said);
        return ZH_OK;
    }
    const slot *there = slot_of(es, said.number);
    const bool was_ahead = there != NULL && there->record != NULL;
    slot *s;
    if ((e = keep_record(es, record, &s)) != ZH_OK || s->entry.is_folded) return e;
    s->entry.is_folded = s->dirty = true;
    s->entry.is_applied = was_ahead;
    s->entry.sequence = sequence;
    if (said.number > es->last) es->last = said.number;
    return ZH_OK;
}

bool zh_erasures_is_empty(const zh_erasures *es) { return es->count == 0; }

static uint32_t number_in(const zh_map *map, uint64_t key)
{
    const uint64_t *there = map->count == 0 ? NULL : zh_map_get(map, key);
    return there == NULL ? 0 : (uint32_t)*there;
}

uint32_t zh_erasures_of(const zh_erasures *es, zh_customer_id customer) { return number_in(&es->numbers, customer.number); }
uint32_t zh_erasures_of_letter(const zh_erasures *es, uint64_t letter) { return number_in(&es->letters, letter); }
bool zh_erasures_is_gone(const zh_erasures *es, zh_customer_id customer) { return zh_erasures_of(es, customer) != 0; }
bool zh_erasures_is_letter_gone(const zh_erasures *es, uint64_t letter) { return zh_erasures_of_letter(es, letter) != 0; }

uint32_t zh_erasures_last(const zh_erasures *es) { return es->last; }
uint32_t zh_erasures_highest(const zh_erasures *es) { return es->count; }

const zh_erasure_entry *zh_erasures_get(const zh_erasures *es, uint32_t number)
{
    const slot *s = slot_of(es, number);
    return s == NULL || !s->entry.is_folded ? NULL : &s->entry;
}

zh_sv zh_erasures_record(const zh_erasures *es, uint32_t number)
{
    const slot *s = slot_of(es, number);
    return s == NULL || s->record == NULL ? (zh_sv){ 0 } : (zh_sv){ s->record, s->record_size };
}

bool zh_erasures_is_pending(const zh_erasures *es)
{
    for (uint32_t i = es->count; i-- > 0;)
        if (es->slots[i].entry.is_folded && !es->slots[i].entry.is_applied) return true;
    return false;
}

size_t zh_erasures_records(const zh_erasures *es, bool applied_only, zh_sv *out, size_t room)
{
    size_t count = 0;
    for (uint32_t i = 0; i < es->count; i++) {
        const slot *s = &es->slots[i];
        if (!s->entry.is_folded || (applied_only && !s->entry.is_applied)) continue;
        if (count < room) out[count] = (zh_sv){ s->record, s->record_size };
        count++;
    }
    return count;
}

/* ---- keeping ---- */

static void put_entry(const slot *s, zh_buf *value)
{
    zh_buf_put_u8(value, VERSION);
    zh_buf_put_u8(value, (uint8_t)((s->entry.is_folded ? FOLDED : 0) | (s->entry.is_applied ? APPLIED : 0)));
    zh_buf_put_var(value, s->entry.sequence);
    for (int part = 1; part < ZH_ERASED_PARTS; part++) {
        zh_buf_put_zig(value, s->entry.parts[part].at_ms);
        zh_buf_put_var(value, s->entry.parts[part].count);
    }
    zh_buf_put(value, (zh_sv){ s->record, s->record_size });
}

zh_err zh_erasures_save(zh_erasures *es, bool all, zh_keep keep)
{
    zh_buf value = zh_buf_open(ENTRY_BYTES_MAX);
    zh_err e = ZH_OK;
    for (uint32_t i = 0; e == ZH_OK && i < es->count; i++) {
        slot *s = &es->slots[i];
        const uint32_t number = i + 1;
        const char key[4] = { (char)(number >> 24), (char)(number >> 16), (char)(number >> 8), (char)number };
        if (s->record == NULL || (!all && !s->dirty)) continue;
        zh_buf_reset(&value);
        put_entry(s, &value);
        e = zh_buf_err(&value);
        if (e == ZH_OK) e = keep.put(keep.context, (zh_sv){ key, 4 }, zh_buf_view(&value));
        if (!all) s->dirty = false;
    }
    zh_buf_close(&value);
    return e;
}

zh_err zh_erasures_load(zh_erasures *es, zh_sv key, zh_sv value)
{
    zh_reader r = zh_reader_on(value);
    zh_erasure_entry entry = { 0 };
    slot *s;
    if (zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    const uint8_t flags = zh_read_u8(&r);
    entry.sequence = zh_read_var(&r);
    for (int part = 1; part < ZH_ERASED_PARTS; part++) {
        entry.parts[part].at_ms = zh_read_zig(&r);
        entry.parts[part].count = zh_read_var(&r);
    }
    const zh_sv record = zh_read_bytes(&r, zh_reader_left(&r));
    if (r.bad || flags > (FOLDED | APPLIED) || key.size != 4) return ZH_CORRUPT;
    const zh_err e = keep_record(es, record, &s);
    if (e != ZH_OK) return e == ZH_FORMAT ? ZH_CORRUPT : e;
    entry.asked = s->entry.asked;
    entry.is_folded = (flags & FOLDED) != 0;
    entry.is_applied = (flags & APPLIED) != 0;
    s->entry = entry;
    if (entry.is_folded && entry.asked.number > es->last) es->last = entry.asked.number;
    return ZH_OK;
}

bool zh_erasures_check(const zh_erasures *es, const char **why)
{
    for (uint32_t i = 0; i < es->count; i++) {
        const slot *s = &es->slots[i];
        *why = "an erasure stands under another number";
        if (s->record != NULL && s->entry.asked.number != i + 1) return false;
        *why = "an erasure is applied and the log has not come to it";
        if (s->entry.is_applied && !s->entry.is_folded) return false;
    }
    *why = NULL;
    return true;
}

size_t zh_erasures_bytes(const zh_erasures *es)
{
    size_t bytes = es->room * sizeof *es->slots + zh_map_bytes(&es->numbers) + zh_map_bytes(&es->letters);
    for (uint32_t i = 0; i < es->count; i++) bytes += es->slots[i].record_size;
    return bytes;
}
