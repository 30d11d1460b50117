/* Numbers are dense, so the view is a ring: letter n lies at n mod the room. Entry: key number u64 big-endian; value
 *
 *     u8 version = 1   u8 reason   u8 outcome   u32 source   var partition   var sequence   zig received   zig outcome time
 */
#include "quality/letters.h"

#include <stdlib.h>

#define VERSION 1
#define RECORD_VERSION 1
#define ROOM_FIRST 1024u
#define VALUE_BYTES_MAX 64

typedef struct slot {
    zh_letter letter; /* number 0: free */
    bool dirty;
} slot;

struct zh_letters {
    slot *slots;
    size_t room;       /* a power of two */
    uint64_t last;     /* highest number seen */
    uint64_t *gone;    /* numbers overwritten since the last save, whose entries are to be taken back */
    size_t gone_count, gone_room;
};

static const char *const outcomes[ZH_LETTER_OUTCOMES] = { "open", "replayed", "discarded" };

const char *zh_letter_outcome_text(zh_letter_outcome outcome)
{
    return (unsigned)outcome < ZH_LETTER_OUTCOMES ? outcomes[outcome] : "unknown";
}

zh_letter_outcome zh_letter_outcome_of(zh_sv text)
{
    unsigned i = 0;
    while (i < ZH_LETTER_OUTCOMES && !zh_sv_equal(text, zh_sv_of(outcomes[i]))) i++;
    return (zh_letter_outcome)i;
}

/* ---- the record ---- */

void zh_letter_word_put(const zh_letter_word *word, zh_buf *out)
{
    zh_record_begin(out, ZH_RECORD_OUTCOME, RECORD_VERSION);
    zh_buf_put_var(out, word->letter);
    zh_buf_put_u8(out, (uint8_t)word->outcome);
    zh_buf_put_i64(out, word->at_ms);
    zh_buf_put_u8(out, word->actor_kind);
    zh_buf_put_var(out, word->actor_number);
    zh_buf_put_text(out, word->message_id);
}

zh_err zh_letter_word_get(zh_sv record, zh_letter_word *out)
{
    zh_reader r = zh_reader_on(record);
    if (zh_read_u8(&r) != ZH_RECORD_OUTCOME || zh_read_u8(&r) != RECORD_VERSION) return ZH_FORMAT;
    out->letter = zh_read_var(&r);
    const uint8_t outcome = zh_read_u8(&r);
    out->outcome = (zh_letter_outcome)outcome;
    out->at_ms = zh_read_i64(&r);
    out->actor_kind = zh_read_u8(&r);
    const uint64_t actor = zh_read_var(&r);
    out->actor_number = (uint32_t)actor;
    out->message_id = zh_read_text(&r);
    const bool sound = !r.bad && zh_reader_left(&r) == 0 && outcome < ZH_LETTER_OUTCOMES && actor <= UINT32_MAX && out->letter > 0;
    return sound ? ZH_OK : ZH_FORMAT;
}

/* ---- the view ---- */

zh_err zh_letters_open(zh_letters **out)
{
    *out = calloc(1, sizeof **out);
    return *out == NULL ? ZH_NOMEM : ZH_OK;
}

void zh_letters_close(zh_letters *l)
{
    if (l == NULL) return;
    free(l->slots);
    free(l->gone);
    free(l);
}

static slot *slot_of(const zh_letters *l, uint64_t number)
{
    return l->room == 0 ? NULL : &l->slots[number & (l->room - 1)];
}

/* More room, until the maximum: everything lies at another place then. */
static zh_err grow(zh_letters *l)
{
    const size_t room = l->room == 0 ? ROOM_FIRST : l->room * 2;
    slot *slots = calloc(room, sizeof *slots);
    if (slots == NULL) return ZH_NOMEM;
    for (size_t i = 0; i < l->room; i++)
        if (l->slots[i].letter.number != 0) slots[l->slots[i].letter.number & (room - 1)] = l->slots[i];
    free(l->slots);
    l->slots = slots;
    l->room = room;
    return ZH_OK;
}

static zh_err remember_gone(zh_letters *l, uint64_t number)
{
    if (l->gone_count == l->gone_room) {
        const size_t room = l->gone_room == 0 ? 256 : l->gone_room * 2;
        uint64_t *gone = realloc(l->gone, room * sizeof *gone);
        if (gone == NULL) return ZH_NOMEM;
        l->gone = gone;
        l->gone_room = room;
    }
    l->gone[l->gone_count++] = number;
    return ZH_OK;
}

static zh_err put(zh_letters *l, const zh_letter *letter, bool dirty)
{
    slot *s = slot_of(l, letter->number);
    while (l->room < ZH_LETTERS_MAX && (s == NULL || (s->letter.number != 0 && s->letter.number != letter->number))) {
        const zh_err e = grow(l);
        if (e != ZH_OK) return e;
        s = slot_of(l, letter->number);
    }
    if (s->letter.number > letter->number) return ZH_OK; /* an older one than can be listed */
    if (s->letter.number != 0 && s->letter.number != letter->number) {
        const zh_err e = remember_gone(l, s->letter.number);
        if (e != ZH_OK) return e;
    }
    *s = (slot){ *letter, dirty };
    if (letter->number > l->last) l->last = letter->number;
    return ZH_OK;
}

zh_err zh_letters_fold(zh_letters *l, const zh_deadletter *letter, uint32_t partition, uint64_t sequence)
{
    if (letter->id == 0) return ZH_OK;
    return put(l, &(zh_letter){ .number = letter->id, .sequence = sequence, .partition = partition, .source = letter->source,
                                .received_ms = letter->received_ms, .why = (uint8_t)letter->why }, true);
}

const zh_letter *zh_letters_get(const zh_letters *l, uint64_t number)
{
    const slot *s = slot_of(l, number);
    return s != NULL && number != 0 && s->letter.number == number ? &s->letter : NULL;
}

zh_err zh_letters_say(zh_letters *l, zh_sv record)
{
    zh_letter_word word;
    if (zh_letter_word_get(record, &word) != ZH_OK) return ZH_FORMAT;
    slot *s = slot_of(l, word.letter);
    if (s == NULL || s->letter.number != word.letter) return ZH_OK;
    const zh_letter *there = &s->letter;
    if (there->outcome_ms > word.at_ms || (there->outcome_ms == word.at_ms && there->outcome >= word.outcome)) return ZH_OK;
    s->letter.outcome = (uint8_t)word.outcome;
    s->letter.outcome_ms = word.at_ms;
    s->dirty = true;
    return ZH_OK;
}

/* ---- asking ---- */

static bool passes(const zh_letter *letter, const zh_letters_filter *f)
{
    return (f->why == ZH_REJECT_NONE || letter->why == f->why) && (f->source.number == 0 || letter->source.number == f->source.number) &&
           (f->outcome == ZH_LETTER_OUTCOMES || letter->outcome == f->outcome);
}

size_t zh_letters_find(const zh_letters *l, const zh_letters_filter *filter, zh_letter *out, size_t most)
{
    size_t count = 0;
    uint64_t number = filter->before > 0 && filter->before <= l->last ? filter->before - 1 : l->last;
    const uint64_t end = l->last > l->room ? l->last - l->room : 0;
    for (; number > end && count < most; number--) {
        const zh_letter *letter = zh_letters_get(l, number);
        if (letter != NULL && passes(letter, filter)) out[count++] = *letter;
    }
    return count;
}

void zh_letters_count(const zh_letters *l, const zh_letters_filter *filter, uint32_t by_reason[ZH_REJECT_COUNT])
{
    memset(by_reason, 0, ZH_REJECT_COUNT * sizeof *by_reason);
    for (size_t i = 0; i < l->room; i++) {
        const zh_letter *letter = &l->slots[i].letter;
        if (letter->number != 0 && letter->why < ZH_REJECT_COUNT && passes(letter, filter)) by_reason[letter->why]++;
    }
}

/* ---- keeping ---- */

static zh_sv key_of(uint64_t number, char key[8])
{
    for (int i = 0; i < 8; i++) key[i] = (char)(unsigned char)(number >> (56 - 8 * i));
    return (zh_sv){ key, 8 };
}

static zh_err keep_one(const zh_letter *letter, zh_buf *value, zh_keep keep)
{
    char key[8];
    zh_buf_reset(value);
    zh_buf_put_u8(value, VERSION);
    zh_buf_put_u8(value, letter->why);
    zh_buf_put_u8(value, letter->outcome);
    zh_buf_put_u32(value, letter->source.number);
    zh_buf_put_var(value, letter->partition);
    zh_buf_put_var(value, letter->sequence);
    zh_buf_put_zig(value, letter->received_ms);
    zh_buf_put_zig(value, letter->outcome_ms);
    const zh_err e = zh_buf_err(value);
    return e != ZH_OK ? e : keep.put(keep.context, key_of(letter->number, key), zh_buf_view(value));
}

zh_err zh_letters_save(zh_letters *l, bool all, zh_keep keep)
{
    zh_buf value = zh_buf_open(VALUE_BYTES_MAX);
    zh_err e = ZH_OK;
    char key[8];
    for (size_t i = 0; !all && e == ZH_OK && i < l->gone_count; i++) e = keep.put(keep.context, key_of(l->gone[i], key), (zh_sv){ 0 });
    for (size_t i = 0; e == ZH_OK && i < l->room; i++) {
        slot *s = &l->slots[i];
        if (s->letter.number == 0 || !(all || s->dirty)) continue;
        e = keep_one(&s->letter, &value, keep);
        if (!all) s->dirty = e != ZH_OK;
    }
    if (!all && e == ZH_OK) l->gone_count = 0;
    zh_buf_close(&value);
    return e;
}

zh_err zh_letters_load(zh_letters *l, zh_sv key, zh_sv value)
{
    zh_letter letter = { 0 };
    zh_reader r = zh_reader_on(value);
    if (key.size != 8 || zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    for (int i = 0; i < 8; i++) letter.number = letter.number << 8 | (unsigned char)key.data[i];
    letter.why = zh_read_u8(&r);
    letter.outcome = zh_read_u8(&r);
    letter.source.number = zh_read_u32(&r);
    const uint64_t partition = zh_read_var(&r);
    letter.partition = (uint32_t)partition;
    letter.sequence = zh_read_var(&r);
    letter.received_ms = zh_read_zig(&r);
    letter.outcome_ms = zh_read_zig(&r);
    const bool sound = !r.bad && zh_reader_left(&r) == 0 && letter.number > 0 && partition <= UINT32_MAX && letter.outcome < ZH_LETTER_OUTCOMES;
    if (!sound || zh_letters_get(l, letter.number) != NULL) return ZH_FORMAT;
    return put(l, &letter, false);
}

bool zh_letters_check(const zh_letters *l, const char **why)
{
    *why = NULL;
    for (size_t i = 0; i < l->room; i++) {
        const zh_letter *letter = &l->slots[i].letter;
        if (letter->number == 0) continue;
        if ((letter->number & (l->room - 1)) != i) *why = "a letter lies at another letter's place";
        if (letter->number > l->last) *why = "a letter is newer than the newest";
        if (letter->outcome >= ZH_LETTER_OUTCOMES) *why = "an outcome nobody knows";
    }
    return *why == NULL;
}

size_t zh_letters_bytes(const zh_letters *l)
{
    return sizeof *l + l->room * sizeof *l->slots + l->gone_room * sizeof *l->gone;
}
