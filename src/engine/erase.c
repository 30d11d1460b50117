#include "engine/erase.h"
#include "base/json.h"
#include "engine/history.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define IDS_MAX 1000          /* ids in clear that letters are searched for */
#define WORDS_MAX 4096
#define ARENA_BYTES_MAX (64u << 20)
#define PERSONAL_BYTES_MAX (256u << 10)
#define DEPTH_MAX 32          /* of a personal part; what is taken in is not deeper than 64 and rarely 3 */
#define LETTERS_PAGE 4096
#define LINE_BYTES_MAX (2 * (size_t)ZH_ERASURE_RECORD_BYTES_MAX + 2)

void zh_erase_subject(const zh_sealer *sealer, zh_sv id, uint8_t out[ZH_ERASURE_SUBJECT_BYTES])
{
    uint8_t whole[32];
    zh_seal_sign(sealer, ZH_SV("zhun erased subject"), id, whole);
    memcpy(out, whole, ZH_ERASURE_SUBJECT_BYTES);
}

/* ---- words that name him ---- */

static bool is_word_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static bool is_bounded(zh_sv text, size_t at, size_t size, bool short_word)
{
    const char before = at == 0 ? '\0' : text.data[at - 1], after = at + size == text.size ? '\0' : text.data[at + size];
    return short_word ? before == '"' && after == '"' : !is_word_byte(before) && !is_word_byte(after);
}

bool zh_erase_names(zh_sv text, zh_sv word)
{
    if (word.size == 0 || text.size < word.size) return false;
    const char *at = text.data, *end = text.data + text.size;
    while ((at = memmem(at, (size_t)(end - at), word.data, word.size)) != NULL) {
        if (is_bounded(text, (size_t)(at - text.data), word.size, word.size < ZH_ERASE_WORD_BYTES)) return true;
        at++;
    }
    return false;
}

typedef struct words {
    zh_sv items[WORDS_MAX];
    size_t count;
} words;

static bool is_known(const words *w, zh_sv word)
{
    for (size_t i = 0; i < w->count; i++)
        if (zh_sv_equal(w->items[i], word)) return true;
    return false;
}

static void add_word(words *w, zh_sv word)
{
    if (word.size > 0 && w->count < WORDS_MAX && !is_known(w, word)) w->items[w->count++] = word;
}

/* An e-mail address or a telephone number. Names and streets are others' too: a letter is not his for those. */
static bool is_address(zh_sv text)
{
    size_t digits = 0;
    for (size_t i = 0; i < text.size; i++) digits += text.data[i] >= '0' && text.data[i] <= '9';
    return text.size <= 254 && (digits >= 7 || (text.size >= ZH_ERASE_WORD_BYTES && memchr(text.data, '@', text.size) != NULL));
}

static void add_addresses(words *w, zh_json_value value, zh_arena *arena, int depth)
{
    zh_sv text;
    if (zh_json_text(value, &text)) {
        if (is_address(text) && !is_known(w, text)) add_word(w, zh_arena_copy(arena, text));
        return;
    }
    if (depth == DEPTH_MAX) return;
    for (zh_json_iter it = zh_json_walk(value); zh_json_next(&it);) add_addresses(w, it.value, arena, depth + 1);
}

static zh_err words_of_traits(zh_engine *g, zh_customer_id customer, const zh_permit *permit, zh_arena *arena, words *w)
{
    zh_customer_id numbers[ZH_TIMELINE_NUMBERS_MAX];
    zh_timeline_at rows[ZH_TIMELINE_TRAITS_KEPT];
    size_t count = 0;
    zh_json *json;
    zh_err e = zh_json_open(&json, PERSONAL_BYTES_MAX);
    if (e != ZH_OK) return e;
    e = zh_timeline_read(zh_engine_timeline(g), ZH_TIMELINE_TRAITS, numbers, zh_history_numbers(g, customer, numbers), NULL, ZH_TIMELINE_TRAITS_KEPT, rows, &count);
    for (size_t i = 0; e == ZH_OK && i < count; i++) {
        zh_event event;
        zh_sv plain;
        zh_json_value root;
        zh_err one = zh_history_trait(g, &rows[i], arena, &event);
        if (one == ZH_OK) one = zh_history_personal(g, &event, permit, arena, &plain);
        if (one == ZH_NOMEM) e = one;
        if (one == ZH_OK && zh_json_parse(json, plain, &root, NULL) == ZH_OK) add_addresses(w, root, arena, 0);
    }
    zh_json_close(json);
    return e;
}

static zh_err words_of(zh_engine *g, zh_customer_id customer, const zh_permit *permit, zh_arena *arena, words *w)
{
    size_t count = 0;
    zh_engine_id *ids = ZH_TAKE(arena, zh_engine_id, IDS_MAX);
    zh_err e = ids == NULL ? ZH_NOMEM : zh_engine_ids(g, customer, permit, arena, ids, IDS_MAX, &count);
    for (size_t i = 0; e == ZH_OK && i < count; i++) add_word(w, ids[i].text);
    return e != ZH_OK ? e : words_of_traits(g, customer, permit, arena, w);
}

static bool names_any(const words *w, zh_sv text)
{
    for (size_t i = 0; i < w->count; i++)
        if (zh_erase_names(text, w->items[i])) return true;
    return false;
}

/* ---- letters ---- */

typedef struct search {
    zh_engine *engine;
    const words *words;
    zh_permit permit; /* to open letters */
    zh_arena arena;
    zh_buf record;
    uint64_t *found;
    uint32_t count;
} search;

static zh_err look_at(search *s, const zh_letter *at)
{
    zh_deadletter letter;
    zh_sv raw = { 0 };
    zh_arena_reset(&s->arena);
    if (zh_log_fetch(zh_engine_log(s->engine), at->partition, at->sequence, &s->record) != ZH_OK) return ZH_OK; /* retention let it go */
    if (zh_deadletter_get(zh_buf_view(&s->record), &letter) != ZH_OK) return ZH_OK;
    const zh_err e = zh_unseal_letter(zh_engine_sealer(s->engine), letter.id, &s->permit, letter.raw, &s->arena, &raw);
    if (e == ZH_NOMEM) return e;
    if (!names_any(s->words, raw) && !names_any(s->words, letter.message_id) && !names_any(s->words, letter.detail)) return ZH_OK;
    if (s->count == ZH_ERASURE_LETTERS_MAX) return ZH_FULL;
    s->found[s->count++] = letter.id;
    return ZH_OK;
}

static zh_err search_letters(search *s)
{
    zh_world *w = zh_engine_world(s->engine);
    zh_letters_filter filter = { .outcome = ZH_LETTER_OUTCOMES };
    zh_letter *page = malloc(LETTERS_PAGE * sizeof *page);
    if (page == NULL) return ZH_NOMEM;
    zh_err e = ZH_OK;
    for (size_t count = LETTERS_PAGE; e == ZH_OK && count == LETTERS_PAGE;) {
        zh_world_lock_read(w);
        count = zh_letters_find(w->letters, &filter, page, LETTERS_PAGE);
        zh_world_unlock(w);
        for (size_t i = 0; e == ZH_OK && i < count; i++) e = look_at(s, &page[i]);
        if (count > 0) filter.before = page[count - 1].number;
    }
    free(page);
    return e;
}

static zh_err find_letters(zh_engine *g, const words *w, uint64_t *found, uint32_t *count)
{
    search s = { .engine = g, .words = w, .arena = zh_arena_open(ARENA_BYTES_MAX), .record = zh_buf_open(ZH_LOG_RECORD_BYTES_MAX), .found = found };
    zh_world_lock_read(zh_engine_world(g));
    zh_err e = zh_permit_ask(zh_engine_world(g)->consents, (zh_customer_id){ 0 }, ZH_PURPOSE_OPERATE, (zh_channel)0, zh_engine_now_ms(g), &ZH_ACTOR_THE_ENGINE, &s.permit);
    zh_world_unlock(zh_engine_world(g));
    if (e == ZH_OK) e = search_letters(&s);
    *count = s.count;
    zh_buf_close(&s.record);
    zh_arena_close(&s.arena);
    return e;
}

/* ---- the list beside the key ---- */

static zh_err list_path(zh_engine *g, char out[ZH_FILE_PATH_MAX + 1])
{
    const int size = snprintf(out, ZH_FILE_PATH_MAX + 1, "%.*s" ZH_ERASE_LIST_END, ZH_SV_ARG(zh_engine_key_file(g)));
    return size > 0 && size <= ZH_FILE_PATH_MAX ? ZH_OK : ZH_RANGE;
}

static void put_line(zh_sv record, zh_buf *out)
{
    static const char hex[] = "0123456789abcdef";
    for (size_t i = 0; i < record.size; i++) {
        zh_buf_put_u8(out, (uint8_t)hex[(unsigned char)record.data[i] >> 4]);
        zh_buf_put_u8(out, (uint8_t)hex[(unsigned char)record.data[i] & 15]);
    }
    zh_buf_put_u8(out, '\n');
}

static zh_err write_all(int file, zh_sv bytes)
{
    while (bytes.size > 0) {
        const ssize_t did = write(file, bytes.data, bytes.size);
        if (did < 0 && errno == EINTR) continue;
        if (did <= 0) return ZH_IO;
        bytes = zh_sv_part(bytes, (size_t)did, SIZE_MAX);
    }
    return fsync(file) == 0 ? ZH_OK : ZH_IO;
}

static zh_err add_line(zh_engine *g, zh_sv record)
{
    char path[ZH_FILE_PATH_MAX + 1];
    zh_buf line = zh_buf_open(LINE_BYTES_MAX);
    put_line(record, &line);
    zh_err e = zh_buf_err(&line);
    if (e == ZH_OK) e = list_path(g, path);
    const int file = e == ZH_OK ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (e == ZH_OK && file < 0) e = ZH_IO;
    if (e == ZH_OK) e = write_all(file, zh_buf_view(&line));
    if (file >= 0) close(file);
    zh_buf_close(&line);
    return e;
}

static void say(zh_engine *g, zh_line_level level, const char *event, uint32_t number, zh_err e)
{
    if (zh_engine_sink(g) == NULL) return;
    zh_log_line line = zh_line_open(zh_engine_sink(g), level, event);
    zh_line_int(&line, "erasure", number);
    if (e != ZH_OK) zh_line_err(&line, e);
    zh_line_end(&line);
}

/* Of an erasure that is durable. The log is the truth; without the list only a restored backup does not hear of it. */
static void list_it(zh_engine *g, uint32_t number)
{
    zh_world *w = zh_engine_world(g);
    zh_buf record = zh_buf_open(ZH_ERASURE_RECORD_BYTES_MAX);
    zh_world_lock_read(w);
    zh_buf_put(&record, zh_erasures_record(w->erasures, number));
    zh_world_unlock(w);
    const zh_err e = zh_buf_err(&record) != ZH_OK ? zh_buf_err(&record) : add_line(g, zh_buf_view(&record));
    if (e != ZH_OK) say(g, ZH_LINE_WARN, "erasure.not_listed", number, e);
    zh_buf_close(&record);
}

/* ---- the order ---- */

static zh_err submit(zh_engine *g, const zh_erase_ask *ask, uint32_t *number)
{
    zh_work work = { .erase = ask, .vital = true };
    const zh_err e = zh_engine_do(g, &work);
    *number = work.erased;
    return e == ZH_OK && work.erased == 0 ? ZH_ABSENT : e;
}

static zh_err erase_with(zh_engine *g, const zh_erase_order *order, words *w, zh_arena *arena, uint32_t *number, zh_note *why)
{
    zh_permit permit;
    zh_world_lock_read(zh_engine_world(g));
    zh_err e = zh_permit_ask(zh_engine_world(g)->consents, (zh_customer_id){ 0 }, ZH_PURPOSE_OPERATE, (zh_channel)0, zh_engine_now_ms(g), &ZH_ACTOR_THE_ENGINE, &permit);
    zh_world_unlock(zh_engine_world(g));
    add_word(w, order->asked);
    if (e == ZH_OK) e = words_of(g, order->customer, &permit, arena, w);
    if (e == ZH_OK && (order->reason.size > ZH_ERASURE_REASON_BYTES_MAX || names_any(w, order->reason))) {
        zh_note_set(why, order->reason.size > ZH_ERASURE_REASON_BYTES_MAX ? "at most 200 bytes" : "it names the customer, and would stay: say why without his id or address");
        e = ZH_RANGE;
    }
    uint64_t *letters = e == ZH_OK ? malloc(ZH_ERASURE_LETTERS_MAX * sizeof *letters) : NULL;
    if (e == ZH_OK && letters == NULL) e = ZH_NOMEM;
    zh_erase_ask ask = { .customer = order->customer, .letters = letters,
                         .say = { .at_ms = zh_engine_now_ms(g), .actor_kind = (uint8_t)order->actor.kind, .actor_number = order->actor.number, .reason = order->reason } };
    zh_erase_subject(zh_engine_sealer(g), order->asked, ask.say.subject);
    if (e == ZH_OK) e = find_letters(g, w, letters, &ask.letters_count);
    if (e == ZH_OK) e = submit(g, &ask, number);
    free(letters);
    return e;
}

zh_err zh_erase_customer(zh_engine *g, const zh_erase_order *order, uint32_t *number, zh_note *why)
{
    why->text[0] = '\0';
    words *w = malloc(sizeof *w);
    if (w == NULL) return ZH_NOMEM;
    w->count = 0;
    zh_arena arena = zh_arena_open(ARENA_BYTES_MAX);
    const zh_err e = erase_with(g, order, w, &arena, number, why);
    zh_arena_close(&arena);
    free(w);
    if (e == ZH_OK) list_it(g, *number);
    if (e == ZH_OK) say(g, ZH_LINE_INFO, "erasure.asked", *number, ZH_OK);
    return e;
}

/* ---- list and log made equal ---- */

static int digit(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; }

static bool read_line(zh_sv line, zh_buf *out)
{
    zh_buf_reset(out);
    for (size_t i = 0; i + 1 < line.size; i += 2) {
        const int high = digit(line.data[i]), low = digit(line.data[i + 1]);
        if (high < 0 || low < 0) return false;
        zh_buf_put_u8(out, (uint8_t)(high << 4 | low));
    }
    return line.size % 2 == 0 && zh_buf_err(out) == ZH_OK;
}

/* The same erasure: numbers of records differ where it was said again. */
static bool is_same(const zh_erasure *a, const zh_erasure *b)
{
    return a->at_ms == b->at_ms && memcmp(a->subject, b->subject, sizeof a->subject) == 0;
}

static bool log_has(const zh_world *w, const zh_erasure *listed)
{
    for (uint32_t number = 1; number <= zh_erasures_last(w->erasures); number++) {
        const zh_erasure_entry *entry = zh_erasures_get(w->erasures, number);
        if (entry != NULL && is_same(&entry->asked, listed)) return true;
    }
    return false;
}

static zh_err say_again(zh_engine *g, zh_sv record)
{
    uint32_t number;
    const zh_erase_ask ask = { .again = record };
    const zh_err e = submit(g, &ask, &number);
    if (e == ZH_OK) say(g, ZH_LINE_WARN, "erasure.again", number, ZH_OK);
    return e;
}

typedef struct list { zh_buf text; zh_buf record; bool *there; uint32_t last; } list; /* there: by number, of the erasures the log had */

static zh_err read_lines(zh_engine *g, list *l, zh_note *why)
{
    zh_sv rest = zh_buf_view(&l->text);
    zh_world *w = zh_engine_world(g);
    zh_err e = ZH_OK;
    for (const char *end; e == ZH_OK && rest.size > 0 && (end = memchr(rest.data, '\n', rest.size)) != NULL;) { /* a torn last line has none: it was not acknowledged */
        const size_t size = (size_t)(end - rest.data);
        zh_erasure listed;
        const bool sound = read_line(zh_sv_part(rest, 0, size), &l->record) && zh_erasure_get(zh_buf_view(&l->record), &listed) == ZH_OK && listed.phase == ZH_ERASURE_ASKED;
        rest = zh_sv_part(rest, size + 1, SIZE_MAX);
        if (!sound) {
            zh_note_set(why, "%.*s" ZH_ERASE_LIST_END ", the list of erasures, is damaged: put it back from where you keep the key", ZH_SV_ARG(zh_engine_key_file(g)));
            return ZH_CORRUPT;
        }
        zh_world_lock_read(w);
        const bool known = log_has(w, &listed);
        for (uint32_t number = 1; known && number <= l->last; number++)
            l->there[number] |= zh_erasures_get(w->erasures, number) != NULL && is_same(&zh_erasures_get(w->erasures, number)->asked, &listed);
        zh_world_unlock(w);
        if (!known) e = say_again(g, zh_buf_view(&l->record));
    }
    return e;
}

zh_err zh_erase_reconcile(zh_engine *g, zh_note *why)
{
    char path[ZH_FILE_PATH_MAX + 1];
    const uint32_t last = zh_erasures_last(zh_engine_world(g)->erasures);
    list l = { .last = last, .text = zh_buf_open(ZH_ERASE_LIST_BYTES_MAX), .record = zh_buf_open(ZH_ERASURE_RECORD_BYTES_MAX) };
    zh_err e = list_path(g, path);
    if (e == ZH_OK) e = zh_file_read(zh_sv_of(path), &l.text);
    const bool is_absent = e == ZH_ABSENT;
    if (is_absent) e = ZH_OK;
    if (e == ZH_OK && (l.there = calloc((size_t)last + 1, sizeof *l.there)) == NULL) e = ZH_NOMEM;
    if (e == ZH_OK) e = read_lines(g, &l, why);
    for (uint32_t number = 1; e == ZH_OK && number <= last; number++)
        if (!l.there[number] && zh_erasures_record(zh_engine_world(g)->erasures, number).data != NULL) list_it(g, number);
    free(l.there);
    zh_buf_close(&l.record);
    zh_buf_close(&l.text);
    return e;
}
