#include "guard/consent_inside.h"

#include <assert.h>

#define RECORD_VERSION 2 /* 1 had neither asked nor a proof */
#define ENTRY_VERSION 1
#define ASKED 16u        /* the field of a word that says: was asked for */

/* One word: what one customer said about one field. Ordered by (at, refusal, version, source). */
typedef struct cell {
    uint64_t key;            /* customer * 32 + field, + ASKED */
    int64_t at_ms;
    uint32_t version, source; /* places in texts */
    uint8_t choice;          /* zh_choice; never UNKNOWN */
} cell;

typedef struct word { /* a cell with its texts, for comparing */
    int64_t at_ms;
    zh_choice choice;
    zh_sv version, source;
} word;

_Static_assert(ZH_CONSENT_FIELDS <= ASKED, "a word's key has 4 bits for the field, and one for being asked");
_Static_assert((int)ZH_CONSENT_MARKETING + (int)ZH_CHANNEL_COUNT <= (int)ZH_CONSENT_SHARING, "channels end before the other fields");
_Static_assert(ZH_CONSENT_TEXT_BYTES_MAX <= UINT8_MAX, "a text's size is one byte");
_Static_assert(ZH_CONSENT_TEXTS_BYTES_MAX <= UINT32_MAX, "a text's place is 32 bits");

static const char *const channel_texts[ZH_CHANNEL_COUNT] = {
#define X(name, text) [ZH_CHANNEL_##name] = text,
    ZH_CHANNEL_LIST(X)
#undef X
};

const char *zh_channel_text(zh_channel channel)
{
    return (unsigned)channel < ZH_CHANNEL_COUNT ? channel_texts[channel] : "?";
}

bool zh_channel_of(zh_sv text, zh_channel *channel)
{
    for (int i = 0; i < ZH_CHANNEL_COUNT; i++) {
        if (!zh_sv_equal(text, zh_sv_of(channel_texts[i]))) continue;
        *channel = (zh_channel)i;
        return true;
    }
    return false;
}

const char *zh_consent_field_text(zh_consent_field field)
{
    static const char *const names[ZH_CONSENT_FIELDS] = {
        [ZH_CONSENT_PERSONALIZATION] = "personalization", [ZH_CONSENT_ANALYTICS] = "analytics", [ZH_CONSENT_SHARING] = "sharing", [ZH_CONSENT_MINOR] = "minor",
#define X(name, text) [ZH_CONSENT_MARKETING + ZH_CHANNEL_##name] = "marketing." text,
        ZH_CHANNEL_LIST(X)
#undef X
    };
    return (unsigned)field < ZH_CONSENT_FIELDS && names[field] != NULL ? names[field] : "?";
}

bool zh_consent_field_of(zh_sv text, zh_consent_field *field)
{
    for (int i = 0; i < ZH_CONSENT_FIELDS; i++) {
        if ((ZH_CONSENT_BIT(i) & ZH_CONSENT_SAYABLE) == 0 || !zh_sv_equal(text, zh_sv_of(zh_consent_field_text((zh_consent_field)i)))) continue;
        *field = (zh_consent_field)i;
        return true;
    }
    return false;
}

static void must_be_good(const zh_consent_change *change)
{
    assert(change->customer.number >= 1);
    assert(change->customer.number <= ZH_CONSENT_CUSTOMER_MAX);
    assert(((change->said | change->asked) & ~ZH_CONSENT_SAYABLE) == 0);
    assert((change->yes & ~change->said) == 0);
    assert(change->version.size <= ZH_CONSENT_TEXT_BYTES_MAX);
    assert(change->source.size <= ZH_CONSENT_TEXT_BYTES_MAX);
}

/* Record: [kind u8][version u8][customer var][at zig][said var][yes var][version text][source text], then in version 2
 * [asked var][proof text]: 32 bytes or none. */
void zh_consent_put(const zh_consent_change *change, zh_buf *out)
{
    must_be_good(change);
    zh_record_begin(out, ZH_RECORD_CONSENT, RECORD_VERSION);
    zh_buf_put_var(out, change->customer.number);
    zh_buf_put_zig(out, change->at_ms);
    zh_buf_put_var(out, change->said);
    zh_buf_put_var(out, change->yes);
    zh_buf_put_text(out, change->version);
    zh_buf_put_text(out, change->source);
    zh_buf_put_var(out, change->asked);
    zh_consent_put_proof(change->proof, out);
}

zh_err zh_consent_get(zh_sv record, zh_consent_change *out)
{
    zh_reader r = zh_reader_on(record);
    if (zh_read_u8(&r) != ZH_RECORD_CONSENT) return ZH_FORMAT;
    const uint8_t record_version = zh_read_u8(&r);
    if (record_version < 1 || record_version > RECORD_VERSION) return ZH_FORMAT;
    const uint64_t customer = zh_read_var(&r);
    const int64_t at_ms = zh_read_zig(&r);
    const uint64_t said = zh_read_var(&r), yes = zh_read_var(&r);
    const zh_sv version = zh_read_text(&r), source = zh_read_text(&r);
    const uint64_t asked = record_version < 2 ? 0 : zh_read_var(&r);
    const zh_sv proof = record_version < 2 ? (zh_sv){ 0 } : zh_read_text(&r);
    if (r.bad || zh_reader_left(&r) != 0) return ZH_FORMAT;
    if (customer < 1 || customer > ZH_CONSENT_CUSTOMER_MAX) return ZH_FORMAT;
    if (((said | asked) & ~(uint64_t)ZH_CONSENT_SAYABLE) != 0 || (yes & ~said) != 0) return ZH_FORMAT; /* a field of a newer version */
    if (version.size > ZH_CONSENT_TEXT_BYTES_MAX || source.size > ZH_CONSENT_TEXT_BYTES_MAX) return ZH_FORMAT;
    if (proof.size != 0 && proof.size != ZH_CONSENT_PROOF_BYTES) return ZH_FORMAT;
    *out = (zh_consent_change){ .customer = { customer }, .at_ms = at_ms, .said = (uint32_t)said, .yes = (uint32_t)yes,
                                .version = version, .source = source, .asked = (uint32_t)asked };
    if (proof.size > 0) memcpy(out->proof, proof.data, proof.size);
    return ZH_OK;
}

/* --- Segment's categories ------------------------------------------------------------------- */

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static bool same_name(zh_sv a, zh_sv b)
{
    if (a.size != b.size) return false;
    for (size_t i = 0; i < a.size; i++)
        if (lower(a.data[i]) != lower(b.data[i])) return false;
    return true;
}

static uint32_t fields_of(zh_sv name, const zh_consent_map *map, size_t map_count)
{
    static const uint32_t shown = ZH_CONSENT_BIT(ZH_CONSENT_OF(ZH_CHANNEL_ADS)) |
                                  ZH_CONSENT_BIT(ZH_CONSENT_OF(ZH_CHANNEL_ONSITE));
    static const struct { const char *name; zh_consent_field field; } usual[] = {
        { "analytics", ZH_CONSENT_ANALYTICS }, { "performance", ZH_CONSENT_ANALYTICS },
        { "c0002", ZH_CONSENT_ANALYTICS }, { "functional", ZH_CONSENT_PERSONALIZATION },
        { "personalization", ZH_CONSENT_PERSONALIZATION }, { "preferences", ZH_CONSENT_PERSONALIZATION },
        { "c0003", ZH_CONSENT_PERSONALIZATION },
    };
    static const char *const advertising[] = { "advertising", "marketing", "targeting", "c0004" };

    uint32_t fields = 0;
    for (size_t i = 0; i < map_count; i++)
        if (same_name(name, map[i].name)) fields |= map[i].fields & ZH_CONSENT_ALL;
    if (map != NULL) return fields;

    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (same_name(name, zh_sv_of(usual[i].name))) return ZH_CONSENT_BIT(usual[i].field);
    for (size_t i = 0; i < sizeof advertising / sizeof *advertising; i++)
        if (same_name(name, zh_sv_of(advertising[i]))) return shown;
    for (int channel = 0; channel < ZH_CHANNEL_COUNT; channel++)
        if (same_name(name, zh_sv_of(channel_texts[channel]))) return ZH_CONSENT_BIT(ZH_CONSENT_OF(channel));
    return 0;
}

void zh_consent_categories(bool present, const zh_consent_category *categories, size_t count,
    const zh_consent_map *map, size_t map_count, zh_consent_change *out)
{
    uint32_t said = 0, no = 0;
    if (present && count == 0) said = no = ZH_CONSENT_ALL;
    for (size_t i = 0; present && i < count; i++) {
        const uint32_t fields = fields_of(categories[i].name, map, map_count);
        said |= fields;
        if (!categories[i].allowed) no |= fields;
    }
    out->said = said;
    out->yes = said & ~no;
}

/* --- the fold ------------------------------------------------------------------------------- */

zh_err zh_consents_open(zh_consents **out, size_t bytes_max)
{
    zh_arena home = zh_arena_open(64 << 10); /* one struct; an arena's smallest block fits */
    zh_consents *consents = ZH_TAKE(&home, zh_consents, 1);
    if (consents == NULL) {
        zh_arena_close(&home);
        return ZH_NOMEM;
    }
    consents->home = home;
    consents->cells = zh_buf_open(bytes_max);
    zh_consent_lines_open(&consents->lines, 3 * bytes_max);
    consents->texts = zh_buf_open(ZH_CONSENT_TEXTS_BYTES_MAX);
    consents->index = consents->changed = consents->text_at = zh_map_open();
    zh_buf_put_u8(&consents->texts, 0);
    const zh_err e = zh_buf_err(&consents->texts);
    if (e != ZH_OK) {
        zh_consents_close(consents);
        return e;
    }
    *out = consents;
    return ZH_OK;
}

void zh_consents_close(zh_consents *consents)
{
    if (consents == NULL) return;
    zh_buf_close(&consents->cells);
    zh_buf_close(&consents->texts);
    zh_map_close(&consents->index);
    zh_map_close(&consents->changed);
    zh_map_close(&consents->text_at);
    zh_consent_lines_close(&consents->lines);
    zh_arena home = consents->home;
    zh_arena_close(&home);
}

static cell *cell_at(const zh_consents *consents, uint64_t number)
{
    return (cell *)(void *)consents->cells.data + number;
}

static size_t cells_count(const zh_consents *consents)
{
    return consents->cells.size / sizeof(cell);
}

zh_sv zh_consent_text_of(const zh_consents *consents, uint32_t place)
{
    const char *at = consents->texts.data + place;
    return (zh_sv){ at + 1, (uint8_t)*at };
}

static uint64_t key_of(zh_customer_id customer, int field)
{
    return customer.number << 5 | (uint64_t)field;
}

static word word_of(const zh_consents *consents, const cell *c)
{
    return (word){ c->at_ms, (zh_choice)c->choice, zh_consent_text_of(consents, c->version), zh_consent_text_of(consents, c->source) };
}

/* The one order: later, then stricter, then greater texts. > 0 when `a` counts and `b` does not. */
static int word_order(const word *a, const word *b, zh_choice strict)
{
    if (a->at_ms != b->at_ms) return a->at_ms < b->at_ms ? -1 : 1;
    if (a->choice != b->choice) return a->choice == strict ? 1 : -1;
    const int order = zh_sv_compare(a->version, b->version);
    return order != 0 ? order : zh_sv_compare(a->source, b->source);
}

/* Of two words of one moment: a refusal, and that somebody is a minor. */
static zh_choice strict_of(uint64_t key)
{
    return (key & (ASKED - 1)) == ZH_CONSENT_MINOR ? ZH_CHOICE_YES : ZH_CHOICE_NO;
}

zh_err zh_consent_keep_text(zh_consents *consents, zh_sv text, uint32_t *place)
{
    *place = 0;
    if (text.size == 0) return ZH_OK;
    for (uint64_t hash = zh_fast64(text);; hash++) {
        bool made;
        uint64_t *at = zh_map_at(&consents->text_at, hash, &made);
        if (at == NULL) return ZH_NOMEM;
        if (!made && *at != 0) {
            if (!zh_sv_equal(zh_consent_text_of(consents, (uint32_t)*at), text)) continue; /* another text, same hash */
            *place = (uint32_t)*at;
            return ZH_OK;
        }
        const size_t here = consents->texts.size;
        char *room = zh_buf_room(&consents->texts, 1 + text.size);
        if (room == NULL) return zh_buf_err(&consents->texts);
        room[0] = (char)(unsigned char)text.size;
        memcpy(room + 1, text.data, text.size);
        *at = here;
        *place = (uint32_t)here;
        return ZH_OK;
    }
}

static void count_word(zh_consents *consents, const cell *c, int by)
{
    if ((c->key & ASKED) == 0) consents->counts[c->key & (ASKED - 1)][c->choice] += (uint64_t)(int64_t)by;
}

/* Bring one word in. `w` may not point into texts: keeping a text can move them. */
static zh_err join(zh_consents *consents, uint64_t key, const word *w)
{
    const uint64_t *there = zh_map_get(&consents->index, key);
    if (there != NULL) {
        const word old = word_of(consents, cell_at(consents, *there));
        if (word_order(w, &old, strict_of(key)) <= 0) return ZH_OK;
    }
    cell fresh = { .key = key, .at_ms = w->at_ms, .choice = (uint8_t)w->choice };
    zh_err e = zh_consent_keep_text(consents, w->version, &fresh.version);
    if (e == ZH_OK) e = zh_consent_keep_text(consents, w->source, &fresh.source);
    if (e == ZH_OK) e = zh_map_put(&consents->changed, key, 0);
    if (e != ZH_OK) return e;
    if (there != NULL) {
        count_word(consents, cell_at(consents, *there), -1);
        *cell_at(consents, *there) = fresh;
        count_word(consents, &fresh, 1);
        return ZH_OK;
    }
    cell *room = (cell *)(void *)zh_buf_room(&consents->cells, sizeof fresh);
    if (room == NULL) return zh_buf_err(&consents->cells);
    *room = fresh;
    e = zh_map_put(&consents->index, key, cells_count(consents) - 1);
    if (e != ZH_OK) consents->cells.size -= sizeof fresh;
    else count_word(consents, &fresh, 1);
    return e;
}

static zh_err drop(zh_consents *consents, uint64_t key)
{
    const uint64_t *there = zh_map_get(&consents->index, key);
    if (there == NULL) return ZH_OK;
    const uint64_t hole = *there;
    const zh_err e = zh_map_put(&consents->changed, key, 0);
    if (e != ZH_OK) return e;
    count_word(consents, cell_at(consents, hole), -1);
    const cell last = *cell_at(consents, cells_count(consents) - 1);
    *zh_map_get(&consents->index, last.key) = hole;
    *cell_at(consents, hole) = last;
    consents->cells.size -= sizeof last;
    zh_map_drop(&consents->index, key);
    return ZH_OK;
}

zh_err zh_consents_change(zh_consents *consents, const zh_consent_change *change)
{
    must_be_good(change);
    if ((change->said | change->asked) == 0) return ZH_OK;
    for (int field = 0; field < ZH_CONSENT_FIELDS; field++) {
        zh_err e = ZH_OK;
        if ((change->said & ZH_CONSENT_BIT(field)) != 0) {
            const bool yes = (change->yes & ZH_CONSENT_BIT(field)) != 0;
            const word w = { change->at_ms, yes ? ZH_CHOICE_YES : ZH_CHOICE_NO, change->version, change->source };
            e = join(consents, key_of(change->customer, field), &w);
        }
        if (e == ZH_OK && (change->asked & ZH_CONSENT_BIT(field)) != 0) {
            const word w = { change->at_ms, ZH_CHOICE_YES, change->version, change->source };
            e = join(consents, key_of(change->customer, field) | ASKED, &w);
        }
        if (e != ZH_OK) return e;
    }
    return zh_consent_lines_add(consents, change);
}

zh_err zh_consents_fold(zh_consents *consents, zh_sv record)
{
    zh_consent_change change;
    const zh_err e = zh_consent_get(record, &change);
    return e != ZH_OK ? e : zh_consents_change(consents, &change);
}

zh_err zh_consents_merge(zh_consents *consents, zh_customer_id gone, zh_customer_id kept)
{
    assert(gone.number >= 1 && gone.number <= ZH_CONSENT_CUSTOMER_MAX);
    assert(kept.number >= 1 && kept.number <= ZH_CONSENT_CUSTOMER_MAX);
    assert(gone.number != kept.number);
    for (int field = 0; field < ZH_CONSENT_FIELDS + (int)ASKED; field++) {
        const uint64_t *there = zh_map_get(&consents->index, key_of(gone, field));
        if (there == NULL) continue;
        /* Its texts are kept already, so joining moves nothing that this word points to. */
        const word w = word_of(consents, cell_at(consents, *there));
        zh_err e = join(consents, key_of(kept, field), &w);
        if (e == ZH_OK) e = drop(consents, key_of(gone, field));
        if (e != ZH_OK) return e;
    }
    return zh_consent_lines_merge(&consents->lines, consents, gone, kept);
}

zh_err zh_consents_forget(zh_consents *consents, zh_customer_id customer)
{
    for (int field = 0; field < ZH_CONSENT_FIELDS + (int)ASKED; field++) {
        const zh_err e = drop(consents, key_of(customer, field));
        if (e != ZH_OK) return e;
    }
    return zh_consent_lines_forget(&consents->lines, customer);
}

zh_choice zh_consents_said(const zh_consents *consents, zh_customer_id customer, zh_consent_field field)
{
    const uint64_t *there = zh_map_get(&consents->index, key_of(customer, (int)field));
    return there == NULL ? ZH_CHOICE_UNKNOWN : (zh_choice)cell_at(consents, *there)->choice;
}

zh_choice zh_consents_marketing(const zh_consents *consents, zh_customer_id customer, zh_channel channel)
{
    if (zh_consents_said(consents, customer, ZH_CONSENT_MINOR) == ZH_CHOICE_YES) return ZH_CHOICE_NO;
    return zh_consents_said(consents, customer, ZH_CONSENT_OF(channel));
}

int64_t zh_consents_asked_ms(const zh_consents *consents, zh_customer_id customer, zh_consent_field field)
{
    const uint64_t *there = zh_map_get(&consents->index, key_of(customer, (int)field) | ASKED);
    return there == NULL ? 0 : cell_at(consents, *there)->at_ms;
}

uint64_t zh_consents_count(const zh_consents *consents, zh_consent_field field, zh_choice choice)
{
    return consents->counts[field][choice];
}

const char *zh_ask_answer_text(zh_ask_answer answer)
{
    static const char *const texts[] = { "may", "given", "refused", "asked", "minor" };
    return texts[answer];
}

zh_ask_answer zh_consents_may_ask(const zh_consents *consents, zh_customer_id customer, zh_consent_field field, zh_sv version, int64_t now_ms, int64_t *until_ms)
{
    *until_ms = INT64_MAX;
    if (field >= ZH_CONSENT_MARKETING && zh_consents_said(consents, customer, ZH_CONSENT_MINOR) == ZH_CHOICE_YES) return ZH_ASK_MINOR;
    const uint64_t *there = zh_map_get(&consents->index, key_of(customer, (int)field));
    const cell *said = there == NULL ? NULL : cell_at(consents, *there);
    const bool yes = said != NULL && said->choice == ZH_CHOICE_YES;
    if (yes && (version.size == 0 || zh_sv_equal(version, zh_consent_text_of(consents, said->version)))) return ZH_ASK_GIVEN;
    const int64_t asked_ms = zh_consents_asked_ms(consents, customer, field);
    if (said != NULL && !yes && now_ms - ZH_CONSENT_COOLING_MS < said->at_ms) {
        *until_ms = (said->at_ms > asked_ms ? said->at_ms : asked_ms) + ZH_CONSENT_COOLING_MS;
        return ZH_ASK_REFUSED;
    }
    if (asked_ms != 0 && now_ms - ZH_CONSENT_COOLING_MS < asked_ms) {
        *until_ms = asked_ms + ZH_CONSENT_COOLING_MS;
        return ZH_ASK_ASKED;
    }
    *until_ms = now_ms;
    return ZH_ASK_MAY;
}

zh_consent zh_consents_get(const zh_consents *consents, zh_customer_id customer)
{
    zh_consent out = { .personalization = true, .analytics = true };
    word newest = { 0 };
    bool any = false;
    for (int field = 0; field < ZH_CONSENT_FIELDS; field++) {
        const uint64_t *there = zh_map_get(&consents->index, key_of(customer, field));
        if (there == NULL) continue;
        const word w = word_of(consents, cell_at(consents, *there));
        out.words[field] = (zh_consent_word){ w.choice, w.at_ms, w.version, w.source };
        if (!any || word_order(&w, &newest, ZH_CHOICE_NO) > 0) newest = w;
        any = true;
    }
    out.personalization = out.words[ZH_CONSENT_PERSONALIZATION].choice != ZH_CHOICE_NO;
    out.analytics = out.words[ZH_CONSENT_ANALYTICS].choice != ZH_CHOICE_NO;
    out.sharing = out.words[ZH_CONSENT_SHARING].choice == ZH_CHOICE_YES;
    out.minor = out.words[ZH_CONSENT_MINOR].choice == ZH_CHOICE_YES;
    for (int i = 0; i < ZH_CHANNEL_COUNT; i++) out.marketing[i] = out.words[ZH_CONSENT_OF(i)].choice;
    out.at_ms = newest.at_ms;
    out.version = newest.version;
    out.source = newest.source;
    return out;
}

/* --- keep ----------------------------------------------------------------------------------- */

/* Entry: key [customer u64 big-endian][field u8]; value [version u8][choice u8][at zig][version text]
 * [source text], "" and NULL for a word that is gone. */
static zh_err give(const zh_consents *consents, uint64_t key, zh_buf *value, zh_keep keep)
{
    char place[9];
    for (int i = 0; i < 8; i++) place[i] = (char)(unsigned char)(key >> 5 >> (56 - 8 * i));
    place[8] = (char)(key & 31);
    const zh_sv key_bytes = { place, sizeof place };
    const uint64_t *there = zh_map_get(&consents->index, key);
    if (there == NULL) return keep.put(keep.context, key_bytes, (zh_sv){ 0 });
    const word w = word_of(consents, cell_at(consents, *there));
    zh_buf_reset(value);
    zh_buf_put_u8(value, ENTRY_VERSION);
    zh_buf_put_u8(value, (uint8_t)w.choice);
    zh_buf_put_zig(value, w.at_ms);
    zh_buf_put_text(value, w.version);
    zh_buf_put_text(value, w.source);
    const zh_err e = zh_buf_err(value);
    return e != ZH_OK ? e : keep.put(keep.context, key_bytes, zh_buf_view(value));
}

zh_err zh_consents_save(zh_consents *consents, bool all, zh_keep keep)
{
    zh_buf value = zh_buf_open(16 + 2 * (2 + ZH_CONSENT_TEXT_BYTES_MAX));
    zh_err e = ZH_OK;
    uint64_t key, ignored;
    if (all) {
        for (size_t i = 0; e == ZH_OK && i < cells_count(consents); i++)
            e = give(consents, cell_at(consents, i)->key, &value, keep);
    } else {
        for (size_t at = 0; e == ZH_OK && zh_map_next(&consents->changed, &at, &key, &ignored);)
            e = give(consents, key, &value, keep);
        if (e == ZH_OK) zh_map_clear(&consents->changed);
    }
    zh_buf_close(&value);
    return e != ZH_OK ? e : zh_consent_lines_save(consents, all, keep);
}

zh_err zh_consents_load(zh_consents *consents, zh_sv key, zh_sv value)
{
    if (key.size != 9) return ZH_FORMAT;
    uint64_t customer = 0;
    for (int i = 0; i < 8; i++) customer = customer << 8 | (unsigned char)key.data[i];
    const int field = (unsigned char)key.data[8];
    if (customer < 1 || customer > ZH_CONSENT_CUSTOMER_MAX) return ZH_FORMAT;
    if (field == ZH_CONSENT_LINES_KEY) return zh_consent_lines_load(consents, (zh_customer_id){ customer }, value);
    if (field >= ZH_CONSENT_FIELDS + (int)ASKED) return ZH_FORMAT;

    zh_reader r = zh_reader_on(value);
    const uint8_t version = zh_read_u8(&r), choice = zh_read_u8(&r);
    word w = { .at_ms = zh_read_zig(&r), .choice = (zh_choice)choice };
    w.version = zh_read_text(&r);
    w.source = zh_read_text(&r);
    if (r.bad || zh_reader_left(&r) != 0 || version != ENTRY_VERSION) return ZH_FORMAT;
    if (choice != ZH_CHOICE_NO && choice != ZH_CHOICE_YES) return ZH_FORMAT;
    if (w.version.size > ZH_CONSENT_TEXT_BYTES_MAX || w.source.size > ZH_CONSENT_TEXT_BYTES_MAX) return ZH_FORMAT;

    const uint64_t place = key_of((zh_customer_id){ customer }, field);
    const bool was_changed = zh_map_get(&consents->changed, place) != NULL;
    const zh_err e = join(consents, place, &w);
    if (e == ZH_OK && !was_changed) zh_map_drop(&consents->changed, place); /* it comes from a save */
    return e;
}

bool zh_consents_check(const zh_consents *consents, const char **why)
{
    const size_t count = cells_count(consents);
    *why = "the index and the words differ in number";
    if (consents->index.count != count) return false;
    for (size_t i = 0; i < count; i++) {
        const cell *c = cell_at(consents, i);
        const uint64_t *there = zh_map_get(&consents->index, c->key);
        *why = "a word is not where the index says";
        if (there == NULL || *there != i) return false;
        *why = "a word is about nobody or about an unknown field";
        if (c->key >> 5 == 0 || (ZH_CONSENT_BIT(c->key & (ASKED - 1)) & ZH_CONSENT_SAYABLE) == 0) return false;
        *why = "a word is neither yes nor no";
        if (c->choice != ZH_CHOICE_NO && c->choice != ZH_CHOICE_YES) return false;
        const uint32_t places[] = { c->version, c->source };
        *why = "a text lies outside the texts";
        for (int k = 0; k < 2; k++)
            if (places[k] >= consents->texts.size ||
                places[k] + 1 + zh_consent_text_of(consents, places[k]).size > consents->texts.size) return false;
    }
    *why = "a line of a ledger is out of its order";
    if (!zh_consent_lines_check(consents)) return false;
    *why = "";
    return true;
}
