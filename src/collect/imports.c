/* An IMPORT record: u8 kind=14, u8 version=1, u8 phase, var number, i64 at, u8 actor kind, var actor number, then
 *   undone (4)  var events, var items
 *   others      u32 source, text name, text format, u64 fingerprint, var bytes, i64 begun, var lines, var accepted, var duplicate,
 *               var rejected, var bytes of rejects
 *
 * An entry: u8 version=1, text record (the last that is no undoing), var events, var items, zig undone, u8 applied */
#include "collect/imports.h"

#include "core/record.h"

#include <stdlib.h>

#define VERSION 1
#define RECORD_BYTES_MAX 1024
#define ENTRY_BYTES_MAX 2048

typedef struct slot {
    zh_import_entry entry;
    char *record; /* that entry.last views; NULL: this number was never told of */
    size_t record_size;
    bool skipped, dirty;
} slot;

struct zh_imports {
    slot *slots; /* of number 1, 2 … */
    uint32_t count, room, last;
};

const char *zh_import_phase_name(zh_import_phase phase)
{
    static const char *const names[] = { "unknown", "running", "done", "stopped", "undone" };
    return (unsigned)phase < sizeof names / sizeof *names ? names[phase] : names[0];
}

/* ---- the record ---- */

bool zh_import_change_check(const zh_import_change *c, const char **why)
{
    *why = NULL;
    if (c->number == 0 || c->number > ZH_IMPORTS_MAX) *why = "an import has a number from 1 to 65,536";
    else if (c->phase < ZH_IMPORT_RUNNING || c->phase > ZH_IMPORT_UNDONE) *why = "an import is running, done, stopped or undone";
    else if (c->name.size > ZH_IMPORT_NAME_BYTES_MAX) *why = "the name of a file has at most 255 bytes";
    else if (c->format.size > ZH_IMPORT_FORMAT_BYTES_MAX) *why = "the format has at most 32 bytes";
    return *why == NULL;
}

void zh_import_change_put(const zh_import_change *c, zh_buf *out)
{
    zh_record_begin(out, ZH_RECORD_IMPORT, VERSION);
    zh_buf_put_u8(out, (uint8_t)c->phase);
    zh_buf_put_var(out, c->number);
    zh_buf_put_i64(out, c->at_ms);
    zh_buf_put_u8(out, c->actor_kind);
    zh_buf_put_var(out, c->actor_number);
    if (c->phase == ZH_IMPORT_UNDONE) {
        zh_buf_put_var(out, c->events);
        zh_buf_put_var(out, c->items);
        return;
    }
    zh_buf_put_u32(out, c->source.number);
    zh_buf_put_text(out, c->name);
    zh_buf_put_text(out, c->format);
    zh_buf_put_u64(out, c->fingerprint);
    zh_buf_put_var(out, c->bytes);
    zh_buf_put_i64(out, c->begun_ms);
    zh_buf_put_var(out, c->lines);
    zh_buf_put_var(out, c->accepted);
    zh_buf_put_var(out, c->duplicate);
    zh_buf_put_var(out, c->rejected);
    zh_buf_put_var(out, c->rejects_bytes);
}

static uint32_t read_u32_var(zh_reader *r)
{
    const uint64_t value = zh_read_var(r);
    r->bad |= value > UINT32_MAX;
    return (uint32_t)value;
}

zh_err zh_import_change_get(zh_sv record, zh_import_change *c)
{
    zh_reader r = zh_reader_on(record);
    const char *why;
    *c = (zh_import_change){ 0 };
    if (zh_read_u8(&r) != ZH_RECORD_IMPORT || zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    c->phase = (zh_import_phase)zh_read_u8(&r);
    c->number = read_u32_var(&r);
    c->at_ms = zh_read_i64(&r);
    c->actor_kind = zh_read_u8(&r);
    c->actor_number = read_u32_var(&r);
    if (c->phase == ZH_IMPORT_UNDONE) {
        c->events = zh_read_var(&r);
        c->items = zh_read_var(&r);
    } else {
        c->source.number = zh_read_u32(&r);
        c->name = zh_read_text(&r);
        c->format = zh_read_text(&r);
        c->fingerprint = zh_read_u64(&r);
        c->bytes = zh_read_var(&r);
        c->begun_ms = zh_read_i64(&r);
        c->lines = zh_read_var(&r);
        c->accepted = zh_read_var(&r);
        c->duplicate = zh_read_var(&r);
        c->rejected = zh_read_var(&r);
        c->rejects_bytes = zh_read_var(&r);
    }
    if (r.bad || zh_reader_left(&r) != 0) return ZH_FORMAT;
    return zh_import_change_check(c, &why) ? ZH_OK : ZH_FORMAT;
}

/* ---- the view ---- */

static slot *slot_of(const zh_imports *im, uint32_t number)
{
    return number == 0 || number > im->count ? NULL : &im->slots[number - 1];
}

static slot *make_slot(zh_imports *im, uint32_t number)
{
    if (number == 0 || number > ZH_IMPORTS_MAX) return NULL;
    if (number > im->room) {
        uint32_t room = im->room == 0 ? 64 : im->room;
        while (room < number) room *= 2;
        slot *more = realloc(im->slots, room * sizeof *more);
        if (more == NULL) return NULL;
        memset(more + im->room, 0, (room - im->room) * sizeof *more);
        im->slots = more;
        im->room = room;
    }
    if (number > im->count) im->count = number;
    return &im->slots[number - 1];
}

zh_err zh_imports_open(zh_imports **out, const uint32_t *skip, size_t skip_count)
{
    *out = NULL;
    zh_imports *im = calloc(1, sizeof *im);
    if (im == NULL) return ZH_NOMEM;
    for (size_t i = 0; i < skip_count; i++) {
        slot *s = make_slot(im, skip[i]);
        if (s == NULL) {
            zh_imports_close(im);
            return ZH_NOMEM;
        }
        s->skipped = true;
    }
    *out = im;
    return ZH_OK;
}

void zh_imports_close(zh_imports *im)
{
    if (im == NULL) return;
    for (uint32_t i = 0; i < im->count; i++) free(im->slots[i].record);
    free(im->slots);
    free(im);
}

/* The last change that is no undoing, kept as its record. */
static zh_err keep_record(zh_imports *im, slot *s, zh_sv record)
{
    char *bytes = malloc(record.size);
    if (bytes == NULL) return ZH_NOMEM;
    memcpy(bytes, record.data, record.size);
    free(s->record);
    s->record = bytes;
    s->record_size = record.size;
    const zh_err e = zh_import_change_get((zh_sv){ bytes, record.size }, &s->entry.last);
    if (s->entry.last.number > im->last) im->last = s->entry.last.number;
    return e;
}

zh_err zh_imports_fold(zh_imports *im, zh_sv record)
{
    zh_import_change c;
    zh_err e = zh_import_change_get(record, &c);
    if (e != ZH_OK) return e;
    slot *s = make_slot(im, c.number);
    if (s == NULL) return ZH_NOMEM;
    if (s->entry.undone_ms != 0 || (c.phase == ZH_IMPORT_UNDONE && s->record == NULL)) return ZH_OK;
    s->dirty = true;
    if (c.phase != ZH_IMPORT_UNDONE) return keep_record(im, s, record);
    s->entry.applied = s->skipped || s->entry.events + s->entry.items == 0;
    s->entry.undone_ms = c.at_ms;
    s->entry.events = c.events;
    s->entry.items = c.items;
    return ZH_OK;
}

void zh_imports_count(zh_imports *im, uint32_t number, bool is_item)
{
    slot *s = slot_of(im, number);
    if (s == NULL) return;
    if (is_item) s->entry.items++;
    else s->entry.events++;
    s->dirty = true;
}

bool zh_imports_is_undone(const zh_imports *im, uint32_t number)
{
    const slot *s = slot_of(im, number);
    return s != NULL && (s->skipped || s->entry.undone_ms != 0);
}

const zh_import_entry *zh_imports_get(const zh_imports *im, uint32_t number)
{
    const slot *s = slot_of(im, number);
    return s == NULL || s->record == NULL ? NULL : &s->entry;
}

uint32_t zh_imports_last(const zh_imports *im) { return im->last; }

const zh_import_entry *zh_imports_same(const zh_imports *im, zh_source_id source, uint64_t fingerprint)
{
    for (uint32_t n = im->count; n > 0 && fingerprint != 0; n--) {
        const zh_import_entry *e = zh_imports_get(im, n);
        if (e != NULL && e->undone_ms == 0 && e->last.fingerprint == fingerprint && e->last.source.number == source.number) return e;
    }
    return NULL;
}

size_t zh_imports_undone(const zh_imports *im, bool applied_only, uint32_t *out, size_t room)
{
    size_t count = 0;
    for (uint32_t i = 0; i < im->count && count < room; i++)
        if (im->slots[i].entry.undone_ms != 0 && (!applied_only || im->slots[i].entry.applied)) out[count++] = i + 1;
    return count;
}

uint32_t zh_imports_undone_begun(const zh_imports *im)
{
    uint32_t count = 0;
    for (uint32_t number = 1; number <= im->last; number++) count += zh_imports_get(im, number) != NULL && zh_imports_is_undone(im, number);
    return count;
}

bool zh_imports_is_pending(const zh_imports *im)
{
    for (uint32_t i = 0; i < im->count; i++)
        if (im->slots[i].entry.undone_ms != 0 && !im->slots[i].entry.applied) return true;
    return false;
}

/* ---- keeping ---- */

zh_err zh_imports_save(zh_imports *im, bool all, zh_keep keep)
{
    zh_buf value = zh_buf_open(ENTRY_BYTES_MAX);
    zh_err e = ZH_OK;
    for (uint32_t i = 0; e == ZH_OK && i < im->count; i++) {
        slot *s = &im->slots[i];
        const uint32_t number = i + 1;
        const char key[4] = { (char)(number >> 24), (char)(number >> 16), (char)(number >> 8), (char)number };
        if (s->record == NULL || (!all && !s->dirty)) continue;
        zh_buf_reset(&value);
        zh_buf_put_u8(&value, VERSION);
        zh_buf_put_text(&value, (zh_sv){ s->record, s->record_size });
        zh_buf_put_var(&value, s->entry.events);
        zh_buf_put_var(&value, s->entry.items);
        zh_buf_put_zig(&value, s->entry.undone_ms);
        zh_buf_put_u8(&value, s->entry.applied);
        e = zh_buf_err(&value);
        if (e == ZH_OK) e = keep.put(keep.context, (zh_sv){ key, 4 }, zh_buf_view(&value));
        if (!all) s->dirty = false;
    }
    zh_buf_close(&value);
    return e;
}

zh_err zh_imports_load(zh_imports *im, zh_sv key, zh_sv value)
{
    zh_reader r = zh_reader_on(value);
    zh_import_change c;
    if (zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    const zh_sv record = zh_read_text(&r);
    const uint64_t events = zh_read_var(&r), items = zh_read_var(&r);
    const int64_t undone_ms = zh_read_zig(&r);
    const uint8_t applied = zh_read_u8(&r);
    if (r.bad || zh_reader_left(&r) != 0 || applied > 1 || key.size != 4 || record.size > RECORD_BYTES_MAX) return ZH_CORRUPT;
    if (zh_import_change_get(record, &c) != ZH_OK || c.phase == ZH_IMPORT_UNDONE) return ZH_CORRUPT;
    slot *s = make_slot(im, c.number);
    if (s == NULL) return ZH_NOMEM;
    const zh_err e = keep_record(im, s, record);
    s->entry.events = events;
    s->entry.items = items;
    s->entry.undone_ms = undone_ms;
    s->entry.applied = applied == 1;
    return e;
}

bool zh_imports_check(const zh_imports *im, const char **why)
{
    for (uint32_t i = 0; i < im->count; i++) {
        const slot *s = &im->slots[i];
        *why = "an import stands under another number";
        if (s->record != NULL && s->entry.last.number != i + 1) return false;
        *why = "an import is applied and not undone";
        if (s->entry.applied && s->entry.undone_ms == 0) return false;
    }
    *why = NULL;
    return true;
}
