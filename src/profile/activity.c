/* Activity as bytes: newest first, each event's distance to the newer one before it.
 *
 *     list   [newest i64][events u32] then events
 *     event  [distance in ms var: 0 for the first][bytes after this var][what u8: act | type << 5][name var][lines u8 | 128: a value stands][value zig?] then lines
 *     end    [origin var], where the event says one
 *     line   [has u8: 1 item, 2 category, 4 brand, 8 price, 16 quantity] then those as var; quantity zig, 1 where it does not stand
 *
 * Of equal times the order is that of the content with names by their hashes, so that it does not depend on who came first.
 */
#include "profile/origin.h"
#include "profile/customer_inside.h"

#include <assert.h>

#define HEAD 12          /* of the list */
#define VALUE_STANDS 128
#define SLACK 256        /* events past the maximum before the oldest are cut off; readers do not see them */
#define VAR_BYTES_MAX 10
_Static_assert(ZH_ACTIVITY_LINES_MAX < VALUE_STANDS, "the count of lines is seven bits");
_Static_assert(ZH_ACT_COUNT <= 32 && ZH_EVENT_ALIAS < 8, "act and type are one byte");

enum { HAS_ITEM = 1, HAS_CATEGORY = 2, HAS_BRAND = 4, HAS_PRICE = 8, HAS_QUANTITY = 16 };

/* ---- reading ---- */

static zh_sv bytes_of(const zh_customer_state *s) { return (zh_sv){ s->activity.data, s->activity.count }; }

zh_facts zh_customer_facts(const zh_customer_state *s)
{
    zh_facts facts = { .r_ = zh_reader_on(bytes_of(s)) };
    if (s->activity.count == 0) return facts;
    facts.time_ms_ = zh_read_i64(&facts.r_);
    facts.left_ = zh_read_u32(&facts.r_);
    if (facts.left_ > ZH_ACTIVITY_FACTS_MAX) facts.left_ = ZH_ACTIVITY_FACTS_MAX;
    return facts;
}

uint32_t zh_customer_facts_count(const zh_customer_state *s)
{
    return zh_customer_facts(s).left_;
}

static uint32_t read_term(zh_reader *r)
{
    const uint64_t number = zh_read_var(r);
    r->bad |= number > UINT32_MAX;
    return (uint32_t)number;
}

static void read_line(zh_reader *r, zh_fact_line *line)
{
    const uint8_t has = zh_read_u8(r);
    line->item = has & HAS_ITEM ? read_term(r) : 0;
    line->category = has & HAS_CATEGORY ? read_term(r) : 0;
    line->brand = has & HAS_BRAND ? read_term(r) : 0;
    line->price_minor = has & HAS_PRICE ? (int64_t)zh_read_var(r) : -1;
    line->quantity = has & HAS_QUANTITY ? zh_read_zig(r) : 1;
}

static int64_t sum_of(zh_reader r, uint32_t lines)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < lines; i++) {
        zh_fact_line line;
        read_line(&r, &line);
        if (line.price_minor > 0) sum = zh_sum(sum, (int64_t)((uint64_t)line.price_minor * (uint64_t)line.quantity));
    }
    return sum;
}

/* An event but its distance, up to its lines. */
void zh_customer_inner_fact_read(zh_reader *r, zh_fact *fact)
{
    const uint8_t what = zh_read_u8(r);
    fact->act = (zh_act)(what & 31);
    fact->type = (zh_event_type)(what >> 5);
    fact->name = read_term(r);
    const uint8_t lines = zh_read_u8(r);
    const bool value_stands = (lines & VALUE_STANDS) != 0;
    fact->lines_left_ = fact->lines_count = lines & (VALUE_STANDS - 1);
    fact->value_stands_ = value_stands;
    fact->value_ = value_stands ? zh_read_zig(r) : 0;
    fact->lines_ = *r;
    r->bad |= (unsigned)fact->act >= ZH_ACT_COUNT || fact->type < ZH_EVENT_TRACK || fact->type > ZH_EVENT_ALIAS;
}

bool zh_facts_next(zh_facts *facts, zh_fact *out)
{
    if (facts->left_ == 0) return false;
    facts->left_--;
    facts->time_ms_ = zh_less(facts->time_ms_, (int64_t)zh_read_var(&facts->r_));
    out->time_ms = facts->time_ms_;
    zh_reader r = zh_reader_on(zh_read_text(&facts->r_));
    zh_customer_inner_fact_read(&r, out);
    return !facts->r_.bad && !r.bad;
}

uint32_t zh_fact_origin(const zh_fact *fact)
{
    zh_reader r = fact->lines_;
    for (uint32_t i = 0; i < fact->lines_left_; i++) {
        zh_fact_line line;
        read_line(&r, &line);
    }
    if (zh_reader_left(&r) == 0) return 0;
    const uint32_t origin = read_term(&r);
    return r.bad ? 0 : origin;
}

int64_t zh_fact_value(const zh_fact *fact)
{
    return fact->value_stands_ ? fact->value_ : sum_of(fact->lines_, fact->lines_left_);
}

bool zh_fact_line_next(zh_fact *fact, zh_fact_line *out)
{
    if (fact->lines_left_ == 0) return false;
    fact->lines_left_--;
    read_line(&fact->lines_, out);
    return true;
}

/* ---- writing ---- */

static void put_line(const zh_fact_line *line, zh_buf *out)
{
    zh_buf_put_u8(out, (uint8_t)((line->item > 0 ? HAS_ITEM : 0) | (line->category > 0 ? HAS_CATEGORY : 0) | (line->brand > 0 ? HAS_BRAND : 0) |
                                 (line->price_minor >= 0 ? HAS_PRICE : 0) | (line->quantity != 1 ? HAS_QUANTITY : 0)));
    if (line->item > 0) zh_buf_put_var(out, line->item);
    if (line->category > 0) zh_buf_put_var(out, line->category);
    if (line->brand > 0) zh_buf_put_var(out, line->brand);
    if (line->price_minor >= 0) zh_buf_put_var(out, (uint64_t)line->price_minor);
    if (line->quantity != 1) zh_buf_put_zig(out, line->quantity);
}

static void put_origin(uint32_t origin, zh_buf *out)
{
    if (origin > 0) zh_buf_put_var(out, origin);
}

static void put_head(const zh_fact *fact, uint32_t lines, bool value_stands, zh_buf *out)
{
    zh_buf_put_u8(out, (uint8_t)((unsigned)fact->act | (unsigned)fact->type << 5));
    zh_buf_put_var(out, fact->name);
    zh_buf_put_u8(out, (uint8_t)(lines | (value_stands ? VALUE_STANDS : 0)));
    if (value_stands) zh_buf_put_zig(out, fact->value_);
}

static zh_err line_of(zh_terms *terms, const zh_line *line, zh_fact_line *out)
{
    *out = (zh_fact_line){ .price_minor = line->price_minor < 0 ? -1 : line->price_minor, .quantity = line->quantity };
    zh_err e = zh_terms_take(terms, line->item_text, &out->item);
    if (e == ZH_OK) e = zh_terms_take(terms, line->category, &out->category);
    return e != ZH_OK ? e : zh_terms_take(terms, line->brand, &out->brand);
}

zh_err zh_customer_inner_fact_of(zh_terms *terms, const zh_event *event, zh_buf *out)
{
    zh_fact fact = { .type = event->type, .act = event->act, .value_ = event->revenue_minor };
    zh_err e = zh_terms_take(terms, event->name, &fact.name);
    const uint32_t lines = event->lines_count < ZH_ACTIVITY_LINES_MAX ? event->lines_count : ZH_ACTIVITY_LINES_MAX;
    int64_t sum = 0;
    for (uint32_t i = 0; i < lines; i++)
        if (event->lines[i].price_minor > 0) sum = zh_sum(sum, (int64_t)((uint64_t)event->lines[i].price_minor * (uint64_t)event->lines[i].quantity));
    put_head(&fact, lines, sum != fact.value_, out);
    for (uint32_t i = 0; e == ZH_OK && i < lines; i++) {
        zh_fact_line line;
        if ((e = line_of(terms, &event->lines[i], &line)) == ZH_OK) put_line(&line, out);
    }
    char room[ZH_ORIGIN_BYTES_MAX];
    uint32_t origin = 0;
    if (e == ZH_OK) e = zh_terms_take(terms, zh_origin_of(event, room), &origin);
    put_origin(origin, out);
    return e != ZH_OK ? e : zh_buf_err(out);
}

bool zh_customers_latest(const zh_customers *c, zh_fact *out)
{
    zh_reader r = zh_reader_on(zh_buf_view(&c->fact));
    *out = (zh_fact){ 0 };
    if (c->fact.size == 0) return false;
    zh_customer_inner_fact_read(&r, out);
    return !r.bad;
}

/* With hashes for the numbers of terms: the same bytes in every table. */
static void put_by_hash(const zh_terms *terms, zh_fact fact, zh_buf *out)
{
    const uint32_t origin = zh_fact_origin(&fact);
    zh_buf_put_u8(out, (uint8_t)((unsigned)fact.act | (unsigned)fact.type << 5));
    zh_buf_put_u64(out, zh_terms_hash(terms, fact.name));
    zh_buf_put_i64(out, zh_fact_value(&fact));
    zh_buf_put_u32(out, fact.lines_count);
    for (zh_fact_line line; zh_fact_line_next(&fact, &line);) {
        zh_buf_put_u64(out, zh_terms_hash(terms, line.item));
        zh_buf_put_u64(out, zh_terms_hash(terms, line.category));
        zh_buf_put_u64(out, zh_terms_hash(terms, line.brand));
        zh_buf_put_i64(out, line.price_minor);
        zh_buf_put_i64(out, line.quantity);
    }
    if (origin > 0) zh_buf_put_u64(out, zh_terms_hash(terms, origin));
}

/* Of two events at one time, without their distances; < 0: the first stands before. */
static int order_of(zh_customers *c, zh_sv left, zh_sv right)
{
    if (zh_sv_equal(left, right)) return 0;
    zh_reader r = zh_reader_on(left), q = zh_reader_on(right);
    zh_fact a = { 0 }, b = { 0 };
    zh_customer_inner_fact_read(&r, &a);
    zh_customer_inner_fact_read(&q, &b);
    zh_buf_reset(&c->left);
    zh_buf_reset(&c->right);
    put_by_hash(c->terms, a, &c->left);
    put_by_hash(c->terms, b, &c->right);
    return zh_sv_compare(zh_buf_view(&c->left), zh_buf_view(&c->right));
}

static size_t put_var(char *place, uint64_t value)
{
    size_t size = 0;
    for (; value >= 0x80; value >>= 7) place[size++] = (char)(unsigned char)(value | 0x80);
    place[size++] = (char)(unsigned char)value;
    return size;
}

static void write_head(zh_customer_state *s, int64_t newest_ms, uint32_t count)
{
    char *place = s->activity.data;
    for (int i = 0; i < 8; i++) place[i] = (char)(unsigned char)((uint64_t)newest_ms >> (8 * i));
    for (int i = 0; i < 4; i++) place[8 + i] = (char)(unsigned char)(count >> (8 * i));
}

/* Where an event belongs: before the one at `at`, whose distance takes `there` bytes; `before` is the time of the newer one. */
typedef struct spot {
    uint32_t at, there;
    int64_t before_ms, at_ms;
    bool is_first, is_last;
} spot;

static spot spot_of(zh_customers *c, const zh_customer_state *s, int64_t time_ms, zh_sv event, int64_t newest_ms)
{
    zh_reader r = zh_reader_on(bytes_of(s));
    (void)zh_read_bytes(&r, HEAD);
    spot p = { .at = HEAD, .before_ms = newest_ms, .is_first = true };
    for (int64_t at_ms = newest_ms; zh_reader_left(&r) > 0; p.is_first = false) {
        p.at = (uint32_t)(r.at - (const char *)s->activity.data);
        at_ms = zh_less(at_ms, (int64_t)zh_read_var(&r));
        p.at_ms = at_ms;
        p.there = (uint32_t)(r.at - (const char *)s->activity.data) - p.at;
        if (time_ms > at_ms) return p;
        const zh_sv there = zh_read_text(&r);
        if (time_ms == at_ms && order_of(c, event, there) < 0) return p;
        p.before_ms = at_ms;
    }
    p.at = s->activity.count;
    p.is_last = true;
    return p;
}

static void cut_oldest(zh_customer_state *s)
{
    zh_reader r = zh_reader_on(bytes_of(s));
    const int64_t newest_ms = zh_read_i64(&r);
    (void)zh_read_u32(&r);
    for (uint32_t i = 0; i < ZH_ACTIVITY_FACTS_MAX; i++) {
        (void)zh_read_var(&r);
        (void)zh_read_text(&r);
    }
    s->activity.count = (uint32_t)(r.at - (const char *)s->activity.data);
    write_head(s, newest_ms, ZH_ACTIVITY_FACTS_MAX);
}

size_t zh_customer_inner_fact_room(zh_sv event)
{
    return event.size == 0 ? 0 : HEAD + 3 * VAR_BYTES_MAX + event.size;
}

void zh_customer_inner_fact_add(zh_customers *c, zh_customer_state *s, int64_t time_ms, zh_sv event)
{
    if (event.size == 0) return;
    zh_reader r = zh_reader_on(bytes_of(s));
    if (s->activity.count == 0) {
        s->activity.count = HEAD;
        write_head(s, time_ms, 0);
        r = zh_reader_on(bytes_of(s));
    }
    const int64_t newest_ms = zh_read_i64(&r);
    const uint32_t count = zh_read_u32(&r);
    const spot p = spot_of(c, s, time_ms, event, newest_ms);
    char mine[2 * VAR_BYTES_MAX], next[VAR_BYTES_MAX];
    size_t mine_bytes = put_var(mine, p.is_first ? 0 : (uint64_t)zh_less(p.before_ms, time_ms));
    mine_bytes += put_var(mine + mine_bytes, event.size);
    const size_t next_bytes = p.is_last ? 0 : put_var(next, (uint64_t)zh_less(time_ms, p.at_ms));
    const uint32_t grow = (uint32_t)(mine_bytes + event.size + next_bytes) - p.there * !p.is_last;
    char *place = zh_list_gap(&s->activity, 1, p.at, grow);
    memcpy(place, mine, mine_bytes);
    memcpy(place + mine_bytes, event.data, event.size);
    memcpy(place + mine_bytes + event.size, next, next_bytes);
    write_head(s, p.is_first ? time_ms : newest_ms, count + 1);
    if (count + 1 >= ZH_ACTIVITY_FACTS_MAX + SLACK) cut_oldest(s);
}

/* ---- the whole of two customers ---- */

/* An event of another table in the numbers of this one. */
static zh_err translated(zh_customers *c, const zh_terms *from, zh_fact fact, zh_buf *out)
{
    uint32_t name, origin = 0;
    zh_err e = zh_terms_take(c->terms, zh_terms_text(from, fact.name), &name);
    if (e == ZH_OK) e = zh_terms_take(c->terms, zh_terms_text(from, zh_fact_origin(&fact)), &origin);
    fact.name = name;
    put_head(&fact, fact.lines_count, fact.value_stands_, out);
    for (zh_fact_line line; e == ZH_OK && zh_fact_line_next(&fact, &line);) {
        e = zh_terms_take(c->terms, zh_terms_text(from, line.item), &line.item);
        if (e == ZH_OK) e = zh_terms_take(c->terms, zh_terms_text(from, line.category), &line.category);
        if (e == ZH_OK) e = zh_terms_take(c->terms, zh_terms_text(from, line.brand), &line.brand);
        put_line(&line, out);
    }
    put_origin(origin, out);
    return e != ZH_OK ? e : zh_buf_err(out);
}

typedef struct side { /* one of two walks */
    zh_facts facts;
    zh_fact fact;
    zh_sv event;
    bool is_there;
} side;

static void step(side *x)
{
    if (x->facts.left_ == 0) {
        x->is_there = false;
        return;
    }
    zh_reader ahead = x->facts.r_;
    (void)zh_read_var(&ahead);
    x->event = zh_read_text(&ahead);
    x->is_there = zh_facts_next(&x->facts, &x->fact);
}

static void put_event(zh_buf *out, int64_t distance, zh_sv event)
{
    zh_buf_put_var(out, (uint64_t)distance);
    zh_buf_put_text(out, event);
}

/* `absorbed` in the numbers of `c`, where it is of another table. */
static zh_err in_own_terms(zh_customers *c, const zh_terms *terms, const zh_customer_state *absorbed, zh_customer_state *as_own, zh_buf *bytes)
{
    zh_buf event = zh_buf_open(ZH_EVENT_BYTES_MAX);
    zh_facts facts = zh_customer_facts(absorbed);
    zh_buf_put_i64(bytes, facts.time_ms_);
    zh_buf_put_u32(bytes, facts.left_);
    int64_t before_ms = facts.time_ms_;
    zh_err e = ZH_OK;
    for (zh_fact fact; e == ZH_OK && zh_facts_next(&facts, &fact); before_ms = fact.time_ms) {
        zh_buf_reset(&event);
        e = translated(c, terms, fact, &event);
        put_event(bytes, zh_less(before_ms, fact.time_ms), zh_buf_view(&event));
    }
    zh_buf_close(&event);
    as_own->activity = (zh_heap_list){ .data = bytes->data, .count = (uint32_t)bytes->size };
    return e != ZH_OK ? e : zh_buf_err(bytes);
}

static zh_err merge(zh_customers *c, const zh_customer_state *from, const zh_customer_state *to, zh_buf *out)
{
    side a = { .facts = zh_customer_facts(from) }, b = { .facts = zh_customer_facts(to) };
    uint32_t count = a.facts.left_ + b.facts.left_;
    if (count > ZH_ACTIVITY_FACTS_MAX) count = ZH_ACTIVITY_FACTS_MAX;
    int64_t before_ms = b.facts.left_ == 0 || (a.facts.left_ > 0 && a.facts.time_ms_ > b.facts.time_ms_) ? a.facts.time_ms_ : b.facts.time_ms_;
    zh_buf_put_i64(out, before_ms);
    zh_buf_put_u32(out, count);
    step(&a);
    step(&b);
    for (uint32_t i = 0; i < count; i++) {
        const bool is_a = a.is_there && (!b.is_there || a.fact.time_ms > b.fact.time_ms ||
                                         (a.fact.time_ms == b.fact.time_ms && order_of(c, a.event, b.event) < 0));
        side *x = is_a ? &a : &b;
        put_event(out, zh_less(before_ms, x->fact.time_ms), x->event);
        before_ms = x->fact.time_ms;
        step(x);
    }
    return zh_buf_err(out);
}

zh_err zh_customer_inner_facts_joined(zh_customers *c, const zh_terms *terms, const zh_customer_state *from, const zh_customer_state *to, zh_arena *arena,
                                      zh_sv *bytes)
{
    *bytes = (zh_sv){ 0 };
    if (from->activity.count == 0) return ZH_OK;
    zh_buf own = zh_buf_open(ZH_CUSTOMER_ENTRY_BYTES_MAX), out = zh_buf_open(ZH_CUSTOMER_ENTRY_BYTES_MAX);
    zh_customer_state as_own = { 0 };
    zh_err e = terms == c->terms ? ZH_OK : in_own_terms(c, terms, from, &as_own, &own);
    if (e == ZH_OK) e = merge(c, terms == c->terms ? from : &as_own, to, &out);
    if (e == ZH_OK) *bytes = zh_arena_copy(arena, zh_buf_view(&out));
    if (e == ZH_OK && bytes->data == NULL) e = ZH_NOMEM;
    zh_buf_close(&own);
    zh_buf_close(&out);
    return e;
}

void zh_customer_inner_facts_put(zh_customer_state *s, zh_sv bytes)
{
    assert(bytes.size <= s->activity.cap);
    if (bytes.size > 0) memcpy(s->activity.data, bytes.data, bytes.size);
    s->activity.count = (uint32_t)bytes.size;
}

/* ---- the bytes of an entry ---- */

/* [bytes var] then those of the list without what readers do not see; with `terms`, hashes for their numbers. */
void zh_customer_inner_facts_keep(const zh_customer_state *s, const zh_terms *terms, zh_buf *out)
{
    zh_facts facts = zh_customer_facts(s);
    if (terms == NULL) {
        zh_facts all = facts;
        for (zh_fact fact = { 0 }; zh_facts_next(&all, &fact);) continue;
        const size_t size = s->activity.count == 0 ? 0 : (size_t)(all.r_.at - (const char *)s->activity.data);
        zh_buf_put_var(out, size);
        if (size == 0) return;
        zh_buf_put_i64(out, facts.time_ms_);
        zh_buf_put_u32(out, facts.left_);
        zh_buf_put(out, zh_sv_part(bytes_of(s), HEAD, size - HEAD));
        return;
    }
    zh_buf_put_u32(out, facts.left_);
    for (zh_fact fact; zh_facts_next(&facts, &fact);) {
        zh_buf_put_i64(out, fact.time_ms);
        put_by_hash(terms, fact, out);
    }
}

zh_err zh_customer_inner_facts_read(zh_heap *heap, zh_reader *r, zh_customer_state *s)
{
    const zh_sv bytes = zh_read_text(r);
    if (r->bad || bytes.size > ZH_CUSTOMER_ENTRY_BYTES_MAX) return ZH_CORRUPT;
    if (bytes.size == 0) return ZH_OK;
    const zh_err e = zh_heap_list_reserve(heap, &s->activity, 1, bytes.size);
    if (e == ZH_OK) zh_customer_inner_facts_put(s, bytes);
    return e;
}

bool zh_customer_inner_facts_check(const zh_customer_state *s, const char **why)
{
    *why = NULL;
    if (s->activity.count == 0) return true;
    zh_reader r = zh_reader_on(bytes_of(s));
    (void)zh_read_i64(&r);
    const uint32_t count = zh_read_u32(&r);
    zh_fact fact = { 0 };
    for (uint32_t i = 0; i < count && !r.bad; i++) {
        const uint64_t distance = zh_read_var(&r);
        r.bad |= (i == 0 && distance != 0) || distance > INT64_MAX;
        zh_reader event = zh_reader_on(zh_read_text(&r));
        zh_customer_inner_fact_read(&event, &fact);
        zh_fact_line line;
        for (uint32_t k = 0; k < fact.lines_count; k++) read_line(&event, &line);
        if (zh_reader_left(&event) > 0) r.bad |= read_term(&event) == 0;
        r.bad |= event.bad || zh_reader_left(&event) > 0 || fact.lines_count > ZH_ACTIVITY_LINES_MAX;
    }
    if (count == 0 || count >= ZH_ACTIVITY_FACTS_MAX + SLACK || r.bad || zh_reader_left(&r) > 0) *why = "activity is cut short or has too much";
    return *why == NULL;
}
