/* One walk serves both ways: a field moves from the record to its column, or from its column to the record. */
#include "core/columns.h"
#include "core/id.h"
#include "core/record.h"

enum { SHAPE_WHOLE = 0, SHAPE_EVENT = ZH_RECORD_EVENT, SHAPE_LINK = ZH_RECORD_IDENTITY, /* both of version 1 */
       SHAPE_ODD = 255 }; /* whole, after its fields were tried in vain: both sides forget the lines they saw */
enum { VERSION = 1, SEALED_HEAD = 5, MESSAGE_BYTES_MAX = 100, RUN_MIN = 8, UUID_TEXT = 36, UUID_BYTES = 16 };
enum { MARK_DIGITS = 1, MARK_UUID = 2 }; /* in a messageId: digits were taken out here */

typedef struct walk {
    zh_columns *c;
    bool splitting;
    zh_reader record; /* splitting: what is left of it */
    zh_buf *out;      /* joining */
    bool bad, no_memory;
} walk;

zh_columns zh_columns_open(size_t bytes_max)
{
    zh_columns c = { .memory_ = { .lines = zh_map_open(), .seen = zh_buf_open(bytes_max) } };
    for (int i = 0; i < ZH_COLUMNS_COUNT; i++) c.columns[i] = zh_buf_open(bytes_max);
    return c;
}

void zh_columns_close(zh_columns *c)
{
    for (int i = 0; i < ZH_COLUMNS_COUNT; i++) zh_buf_close(&c->columns[i]);
    zh_buf_close(&c->memory_.seen);
    zh_map_close(&c->memory_.lines);
}

void zh_columns_reset(zh_columns *c)
{
    for (int i = 0; i < ZH_COLUMNS_COUNT; i++) zh_buf_reset(&c->columns[i]);
    zh_buf_reset(&c->memory_.seen);
    zh_map_clear(&c->memory_.lines);
    c->memory_ = (zh_columns_memory){ .lines = c->memory_.lines, .seen = c->memory_.seen };
}

/* ---- moving one field ---- */

static void refuse(walk *w)
{
    w->bad = true;
}

/* `size` bytes as they are; where they lie, NULL when they are not there. */
static const char *move(walk *w, zh_column column, size_t size)
{
    zh_reader *from = w->splitting ? &w->record : &w->c->from[column];
    const zh_sv bytes = zh_read_bytes(from, w->bad ? 0 : size);
    if (w->bad || from->bad) {
        refuse(w);
        return NULL;
    }
    zh_buf_put(w->splitting ? &w->c->columns[column] : w->out, bytes);
    return bytes.data;
}

/* The same of a var, byte by byte as it was written; its value. */
static uint64_t move_var(walk *w, zh_column column)
{
    const zh_reader *from = w->splitting ? &w->record : &w->c->from[column];
    zh_reader ahead = *from;
    const char *start = ahead.at;
    const uint64_t value = zh_read_var(&ahead);
    if (ahead.bad) refuse(w);
    else (void)move(w, column, (size_t)(ahead.at - start));
    return w->bad ? 0 : value;
}

static void move_text(walk *w, zh_column column)
{
    const uint64_t size = move_var(w, column);
    if (size > SIZE_MAX / 2) refuse(w);
    else (void)move(w, column, (size_t)size);
}

/* ---- numbers that are written in another way ---- */

static uint64_t zigzag(uint64_t difference)
{
    return difference << 1 ^ (difference >> 63 != 0 ? UINT64_MAX : 0);
}

static uint64_t unzigzag(uint64_t value)
{
    return value >> 1 ^ ((value & 1) != 0 ? UINT64_MAX : 0);
}

static size_t var_bytes(uint64_t value)
{
    size_t bytes = 1;
    for (; value >= 0x80; value >>= 7) bytes++;
    return bytes;
}

/* A var of the record that will be written anew: refused if it was not written in the shortest way. */
static uint64_t take_var(walk *w)
{
    const char *start = w->record.at;
    const uint64_t value = zh_read_var(&w->record);
    if (w->record.bad || (size_t)(w->record.at - start) != var_bytes(value)) refuse(w);
    return value;
}

static uint64_t column_var(walk *w, zh_column column)
{
    const uint64_t value = zh_read_var(&w->c->from[column]);
    if (w->c->from[column].bad) refuse(w);
    return value;
}

static void to_column(walk *w, zh_column column, uint64_t difference)
{
    zh_buf_put_var(&w->c->columns[column], zigzag(difference));
}

static uint64_t of_column(walk *w, zh_column column)
{
    return unzigzag(column_var(w, column));
}

/* Low 16 bits and what is above them. */
static void move_customer(walk *w)
{
    if (w->splitting) {
        const uint64_t number = zh_read_u64(&w->record);
        zh_buf_put_u16(&w->c->columns[ZH_COLUMN_CUSTOMERS], (uint16_t)number);
        zh_buf_put_var(&w->c->columns[ZH_COLUMN_ABOVE], number >> 16);
        return;
    }
    const uint64_t low = zh_read_u16(&w->c->from[ZH_COLUMN_CUSTOMERS]);
    zh_buf_put_u64(w->out, column_var(w, ZH_COLUMN_ABOVE) << 16 | low);
    w->bad |= w->c->from[ZH_COLUMN_CUSTOMERS].bad;
}

/* Events of a request were received and sent together, and happened shortly before. */
static void move_times(walk *w)
{
    zh_columns_memory *m = &w->c->memory_;
    uint64_t time, original, received, sent = 0;
    uint8_t has_sent;
    if (w->splitting) {
        time = zh_read_u64(&w->record);
        original = unzigzag(take_var(w));
        received = time + unzigzag(take_var(w));
        has_sent = zh_read_u8(&w->record);
        if (has_sent == 1) sent = time + unzigzag(take_var(w));
        to_column(w, ZH_COLUMN_RECEIVED, received - m->received_ms);
        to_column(w, ZH_COLUMN_TIMES, time - received);
        to_column(w, ZH_COLUMN_ORIGINALS, original);
        zh_buf_put_u8(&w->c->columns[ZH_COLUMN_SENT], has_sent);
        if (has_sent == 1) to_column(w, ZH_COLUMN_SENT, sent - m->sent_ms);
    } else {
        received = m->received_ms + of_column(w, ZH_COLUMN_RECEIVED);
        time = received + of_column(w, ZH_COLUMN_TIMES);
        original = of_column(w, ZH_COLUMN_ORIGINALS);
        has_sent = zh_read_u8(&w->c->from[ZH_COLUMN_SENT]);
        if (has_sent == 1) sent = m->sent_ms + of_column(w, ZH_COLUMN_SENT);
        zh_buf_put_u64(w->out, time);
        zh_buf_put_var(w->out, zigzag(original));
        zh_buf_put_var(w->out, zigzag(received - time));
        zh_buf_put_u8(w->out, has_sent);
        if (has_sent == 1) zh_buf_put_var(w->out, zigzag(sent - time));
    }
    if (has_sent > 1) refuse(w);
    m->received_ms = received;
    if (has_sent == 1) m->sent_ms = sent;
}

/* ---- messageId: hexadecimal digits as bytes ---- */

static int digit_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void put_digits(zh_buf *out, const char *at, size_t count)
{
    for (size_t i = 0; i + 1 < count; i += 2) zh_buf_put_u8(out, (uint8_t)(digit_of(at[i]) << 4 | digit_of(at[i + 1])));
}

static bool is_dash(size_t at)
{
    return at == 8 || at == 13 || at == 18 || at == 23;
}

static bool is_uuid(zh_sv text)
{
    if (text.size != UUID_TEXT) return false;
    for (size_t i = 0; i < UUID_TEXT; i++)
        if (is_dash(i) ? text.data[i] != '-' : digit_of(text.data[i]) < 0) return false;
    return true;
}

/* Digits from `at` on that are worth taking out: an even number, with a letter among them. */
static size_t run_at(zh_sv text, size_t at)
{
    size_t size = 0;
    bool letter = false;
    for (; at + size < text.size && digit_of(text.data[at + size]) >= 0; size++) letter |= digit_of(text.data[at + size]) > 9;
    return letter && size >= RUN_MIN ? size & ~(size_t)1 : 0;
}

static void split_message(walk *w)
{
    zh_sv text = zh_read_text(&w->record);
    zh_buf *random = &w->c->columns[ZH_COLUMN_RANDOM];
    char left[2 * MESSAGE_BYTES_MAX];
    size_t used = 0;
    if (w->record.bad || text.size > MESSAGE_BYTES_MAX) {
        refuse(w);
        return;
    }
    if (is_uuid(text)) {
        for (size_t i = 0; i < UUID_TEXT; i += 2) {
            if (is_dash(i)) i++;
            put_digits(random, text.data + i, 2);
        }
        left[used++] = MARK_UUID;
        text.size = 0;
    }
    for (size_t i = 0; i < text.size;) {
        const size_t run = i == 0 || digit_of(text.data[i - 1]) < 0 ? run_at(text, i) : 0;
        if (run > 0) {
            left[used++] = MARK_DIGITS;
            left[used++] = (char)run;
            put_digits(random, text.data + i, run);
            i += run;
        } else {
            if ((unsigned char)text.data[i] <= MARK_UUID) refuse(w);
            left[used++] = text.data[i++];
        }
    }
    zh_buf_put_text(&w->c->columns[ZH_COLUMN_MESSAGES], (zh_sv){ left, used });
}

/* Two digits each for `count` bytes of the random column. */
static size_t take_digits(walk *w, size_t count, char *out)
{
    static const char digits[] = "0123456789abcdef";
    const zh_sv bytes = zh_read_bytes(&w->c->from[ZH_COLUMN_RANDOM], count);
    if (w->c->from[ZH_COLUMN_RANDOM].bad) refuse(w);
    for (size_t i = 0; i < bytes.size; i++) {
        out[2 * i] = digits[(unsigned char)bytes.data[i] >> 4];
        out[2 * i + 1] = digits[(unsigned char)bytes.data[i] & 15];
    }
    return 2 * bytes.size;
}

static void join_message(walk *w)
{
    const zh_sv left = zh_read_text(&w->c->from[ZH_COLUMN_MESSAGES]);
    char text[MESSAGE_BYTES_MAX + 256], plain[2 * UUID_BYTES];
    size_t size = 0;
    w->bad |= w->c->from[ZH_COLUMN_MESSAGES].bad;
    for (size_t i = 0; !w->bad && i < left.size && size <= MESSAGE_BYTES_MAX; i++) {
        if (left.data[i] == MARK_UUID) {
            const size_t got = take_digits(w, UUID_BYTES, plain);
            for (size_t d = 0; got == sizeof plain && d < got; d++) {
                if (is_dash(size)) text[size++] = '-';
                text[size++] = plain[d];
            }
            break;
        }
        if (left.data[i] != MARK_DIGITS) text[size++] = left.data[i];
        else if (++i < left.size) size += take_digits(w, (unsigned char)left.data[i] / 2 & 127, text + size);
    }
    if (size > MESSAGE_BYTES_MAX) refuse(w);
    else zh_buf_put_text(w->out, (zh_sv){ text, size });
}

static void move_message(walk *w)
{
    if (w->splitting) split_message(w);
    else join_message(w);
}

/* ---- lines ---- */

/* A number that is the hash of its id needs no place. The number stands before the id, so both are moved here. */
static zh_sv move_item(walk *w)
{
    if (w->splitting) {
        const uint64_t number = zh_read_u64(&w->record);
        zh_reader ahead = w->record;
        const zh_sv id = zh_read_text(&ahead);
        const bool follows = !ahead.bad && zh_item_id_of(id).number == number;
        zh_buf_put_u8(&w->c->columns[ZH_COLUMN_LINE_ITEMS], follows ? 0 : 1);
        if (!follows) zh_buf_put_u64(&w->c->columns[ZH_COLUMN_RANDOM], number);
        move_text(w, ZH_COLUMN_LINE_IDS);
        return id;
    }
    zh_reader ahead = w->c->from[ZH_COLUMN_LINE_IDS];
    const zh_sv id = zh_read_text(&ahead);
    const uint8_t stands = zh_read_u8(&w->c->from[ZH_COLUMN_LINE_ITEMS]);
    w->bad |= ahead.bad || w->c->from[ZH_COLUMN_LINE_ITEMS].bad || stands > 1;
    if (stands != 0) (void)move(w, ZH_COLUMN_RANDOM, 8);
    else if (!w->bad) zh_buf_put_u64(w->out, zh_item_id_of(id).number);
    move_text(w, ZH_COLUMN_LINE_IDS);
    return id;
}

static void move_line_fields(walk *w)
{
    move_text(w, ZH_COLUMN_LINE_SKUS);
    move_text(w, ZH_COLUMN_LINE_NAMES);
    move_text(w, ZH_COLUMN_LINE_CATEGORIES);
    move_text(w, ZH_COLUMN_LINE_BRANDS);
    (void)move_var(w, ZH_COLUMN_LINE_PRICES);
}

/* The fields of the line before with this id: its size (4 bytes) and its bytes; empty where there was none. */
static zh_sv seen_before(const zh_columns_memory *m, const uint64_t *place)
{
    if (*place == 0) return (zh_sv){ 0 };
    zh_reader r = zh_reader_on(zh_sv_part(zh_buf_view(&m->seen), (size_t)*place - 1, SIZE_MAX));
    const uint32_t size = zh_read_u32(&r);
    return zh_read_bytes(&r, size);
}

static void remember(walk *w, uint64_t *place, zh_sv fields)
{
    zh_columns_memory *m = &w->c->memory_;
    if (w->bad || place == NULL) return;
    *place = m->seen.size + 1;
    zh_buf_put_u32(&m->seen, (uint32_t)fields.size);
    zh_buf_put(&m->seen, fields);
}

static void split_fields(walk *w, uint64_t *place)
{
    const zh_sv before = seen_before(&w->c->memory_, place);
    const char *start = w->record.at;
    const bool same = before.size > 0 && zh_reader_left(&w->record) >= before.size && memcmp(start, before.data, before.size) == 0;
    zh_buf_put_u8(&w->c->columns[ZH_COLUMN_LINE_SAME], same);
    if (same) {
        (void)zh_read_bytes(&w->record, before.size);
        return;
    }
    move_line_fields(w);
    if (!w->bad) remember(w, place, (zh_sv){ start, (size_t)(w->record.at - start) });
}

static void join_fields(walk *w, uint64_t *place)
{
    const uint8_t same = zh_read_u8(&w->c->from[ZH_COLUMN_LINE_SAME]);
    w->bad |= w->c->from[ZH_COLUMN_LINE_SAME].bad || same > 1;
    if (w->bad) return;
    if (same != 0) {
        const zh_sv before = seen_before(&w->c->memory_, place);
        if (before.size == 0) refuse(w);
        zh_buf_put(w->out, before);
        return;
    }
    const size_t start = w->out->size;
    move_line_fields(w);
    if (!w->bad) remember(w, place, zh_sv_part(zh_buf_view(w->out), start, SIZE_MAX));
}

static void move_lines(walk *w)
{
    const uint64_t lines = move_var(w, ZH_COLUMN_LINES);
    for (uint64_t i = 0; i < lines && !w->bad; i++) {
        const zh_sv id = move_item(w);
        bool made;
        uint64_t *place = w->bad ? NULL : zh_map_at(&w->c->memory_.lines, zh_fast64(id), &made);
        if (place == NULL) {
            w->no_memory = !w->bad;
            refuse(w);
            return;
        }
        if (w->splitting) split_fields(w, place);
        else join_fields(w, place);
        (void)move_var(w, ZH_COLUMN_LINE_COUNTS);
        (void)move_var(w, ZH_COLUMN_LINE_COUNTS);
    }
}

/* ---- records ---- */

static void move_sealed(walk *w)
{
    const uint64_t size = move_var(w, ZH_COLUMN_SEALED);
    const size_t head = size < SEALED_HEAD ? (size_t)size : SEALED_HEAD;
    (void)move(w, ZH_COLUMN_SEALED, head);
    if (size > SIZE_MAX / 2) refuse(w);
    else (void)move(w, ZH_COLUMN_RANDOM, (size_t)size - head);
}

static void move_event(walk *w)
{
    (void)move(w, ZH_COLUMN_TYPES, 2);
    (void)move(w, ZH_COLUMN_MARKS, 4);
    move_customer(w);
    (void)move(w, ZH_COLUMN_MARKS, 4);
    (void)move(w, ZH_COLUMN_RANDOM, 16 + 8); /* key, body hash */
    move_times(w);
    move_message(w);
    move_text(w, ZH_COLUMN_NAMES);
    move_text(w, ZH_COLUMN_CATEGORIES);
    move_text(w, ZH_COLUMN_ORDERS);
    (void)move(w, ZH_COLUMN_MONEY, 4);
    (void)move_var(w, ZH_COLUMN_MONEY);
    move_lines(w);
    move_text(w, ZH_COLUMN_PROPERTIES);
    move_text(w, ZH_COLUMN_TRAITS);
    move_text(w, ZH_COLUMN_CONTEXTS);
    move_text(w, ZH_COLUMN_INTEGRATIONS);
    move_text(w, ZH_COLUMN_CONSENTS);
    move_sealed(w);
}

/* Eight bytes that are a little more than those of the record before. */
static void move_step(walk *w, zh_column column, uint64_t *before)
{
    uint64_t value;
    if (w->splitting) {
        value = zh_read_u64(&w->record);
        to_column(w, column, value - *before);
    } else {
        value = *before + of_column(w, column);
        zh_buf_put_u64(w->out, value);
    }
    *before = value;
}

static void move_link(walk *w)
{
    (void)move(w, ZH_COLUMN_LINKS, 1);
    (void)move(w, ZH_COLUMN_RANDOM, 16);
    move_step(w, ZH_COLUMN_LINK_CUSTOMERS, &w->c->memory_.link_customer);
    (void)move(w, ZH_COLUMN_LINKS, 4);
    move_step(w, ZH_COLUMN_LINK_TIMES, &w->c->memory_.link_ms);
    const char *has_key = move(w, ZH_COLUMN_LINKS, 1);
    if (has_key != NULL && *has_key != 0) {
        (void)move(w, ZH_COLUMN_LINKS, SEALED_HEAD);
        (void)move(w, ZH_COLUMN_RANDOM, 69 - SEALED_HEAD); /* nonce, key, tag */
    }
    move_sealed(w);
}

static void move_by_shape(walk *w, uint8_t shape)
{
    if (shape == SHAPE_EVENT) move_event(w);
    else move_link(w);
}

static zh_column whole_column(uint8_t kind)
{
    return kind == ZH_RECORD_DECISION ? ZH_COLUMN_DECISIONS : kind == ZH_RECORD_ITEM ? ZH_COLUMN_ITEMS : ZH_COLUMN_OTHERS;
}

static void forget_lines(zh_columns *c)
{
    zh_map_clear(&c->memory_.lines);
    zh_buf_reset(&c->memory_.seen);
}

/* ---- the face ---- */

static bool has_fields(zh_sv record)
{
    return record.size >= 2 && record.data[1] == VERSION && (record.data[0] == SHAPE_EVENT || record.data[0] == SHAPE_LINK);
}

/* False: nothing was changed, but that the lines are forgotten. */
static bool split_record(zh_columns *c, zh_sv record)
{
    const uint8_t kind = (uint8_t)record.data[0];
    size_t sizes[ZH_COLUMNS_COUNT];
    for (int i = 0; i < ZH_COLUMNS_COUNT; i++) sizes[i] = c->columns[i].size;
    const zh_columns_memory before = c->memory_;
    walk w = { .c = c, .splitting = true, .record = zh_reader_on(zh_sv_part(record, 2, SIZE_MAX)) };
    zh_buf_put_u8(&c->columns[ZH_COLUMN_SHAPE], kind);
    move_by_shape(&w, kind);
    if (!w.bad && !w.record.bad && zh_reader_left(&w.record) == 0) return true;
    for (int i = 0; i < ZH_COLUMNS_COUNT; i++) c->columns[i].size = sizes[i]; /* as if it had not been tried */
    c->memory_.received_ms = before.received_ms;
    c->memory_.sent_ms = before.sent_ms;
    c->memory_.link_customer = before.link_customer;
    c->memory_.link_ms = before.link_ms;
    forget_lines(c);
    return false;
}

zh_err zh_columns_split(zh_columns *c, zh_sv record)
{
    const bool tried = has_fields(record);
    if (!tried || !split_record(c, record)) {
        const zh_column column = whole_column(record.size == 0 ? 0 : (uint8_t)record.data[0]);
        zh_buf_put_u8(&c->columns[ZH_COLUMN_SHAPE], tried ? SHAPE_ODD : SHAPE_WHOLE);
        zh_buf_put_u8(&c->columns[ZH_COLUMN_SIZES], (uint8_t)column);
        zh_buf_put_var(&c->columns[ZH_COLUMN_SIZES], record.size);
        zh_buf_put(&c->columns[column], record);
    }
    zh_err e = zh_buf_err(&c->memory_.seen);
    for (int i = 0; e == ZH_OK && i < ZH_COLUMNS_COUNT; i++) e = zh_buf_err(&c->columns[i]);
    return e;
}

static void join_whole(walk *w)
{
    const uint8_t column = zh_read_u8(&w->c->from[ZH_COLUMN_SIZES]);
    const uint64_t size = column_var(w, ZH_COLUMN_SIZES);
    w->bad |= w->c->from[ZH_COLUMN_SIZES].bad || size > SIZE_MAX / 2;
    if (column != ZH_COLUMN_DECISIONS && column != ZH_COLUMN_ITEMS && column != ZH_COLUMN_OTHERS) refuse(w);
    if (!w->bad) (void)move(w, (zh_column)column, (size_t)size);
}

zh_err zh_columns_join(zh_columns *c, zh_buf *out)
{
    walk w = { .c = c, .out = out };
    const size_t start = out->size;
    zh_buf_put_u32(out, 0); /* the size, known afterwards */
    const uint8_t shape = zh_read_u8(&c->from[ZH_COLUMN_SHAPE]);
    w.bad = c->from[ZH_COLUMN_SHAPE].bad;
    if (w.bad) return ZH_CORRUPT;
    if (shape == SHAPE_EVENT || shape == SHAPE_LINK) {
        zh_buf_put_u8(out, shape); /* the kind */
        zh_buf_put_u8(out, VERSION);
        move_by_shape(&w, shape);
    } else if (shape == SHAPE_WHOLE || shape == SHAPE_ODD) {
        if (shape == SHAPE_ODD) forget_lines(c);
        join_whole(&w);
    } else {
        refuse(&w);
    }
    const zh_err e = zh_buf_err(out);
    if (e != ZH_OK || w.bad) return e != ZH_OK ? e : w.no_memory ? ZH_NOMEM : ZH_CORRUPT;
    const uint32_t size = (uint32_t)(out->size - start - 4);
    memcpy(out->data + start, &size, sizeof size);
    return zh_buf_err(&c->memory_.seen);
}
