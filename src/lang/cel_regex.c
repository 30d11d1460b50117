#include "lang/cel_regex.h"
#include "base/utf8.h"
#include "lang/cel_std.h"

#define POINT_MAX 0x10FFFF
#define STATES_HERE 256 /* sets of this many states need no arena */
#define VISITS_A_STEP 8

/* A state: takes a character of a set, goes two ways, or asserts. Next of a taker is the state behind it. */
typedef enum state_kind { TAKE, SPLIT, JUMP, BEGIN_TEXT, END_TEXT, BEGIN_LINE, END_LINE, WORD, NOT_WORD, MATCH } state_kind;

typedef struct state {
    uint8_t kind;
    uint32_t a, b; /* TAKE: ranges [a, a + b) of the pool; SPLIT: both ways; JUMP: a */
    uint64_t ascii[2]; /* TAKE: the bits of the first 128 characters */
} state;

struct zh_cel_regex {
    state *states;
    zh_cel_range *pool;
    uint32_t count, room;
    zh_sv pattern;
    int first; /* the ASCII character every match begins with; -1: several may */
};

/* A part of a pattern; repeats are unfolded when states are made. */
typedef enum part_kind { EMPTY, SET, ASSERT, CAT, ALT, REPEAT } part_kind;

typedef struct part {
    part_kind kind;
    state_kind assertion;
    struct part *first, *last; /* CAT, ALT: a chain by `next`; REPEAT: first */
    struct part *next;
    uint32_t least, most;      /* REPEAT; most UINT32_MAX: no end */
    uint32_t range, ranges;    /* SET: in the pool */
} part;

typedef struct reader {
    zh_arena *arena;
    zh_sv text;
    size_t at;
    zh_note *why;
    zh_err failed;
    bool fold, line, all; /* (?i) (?m) (?s) */
    unsigned depth;
    zh_cel_range *pool;
    uint32_t pool_count, pool_room;
    zh_cel_class *set; /* scratch */
    uint32_t parts;
} reader;

static part *alternatives(reader *r);

static part *fail(reader *r, zh_err e, const char *why)
{
    if (r->failed == ZH_OK) {
        r->failed = e;
        zh_note_set(r->why, "%s (at byte %zu)", why, r->at);
    }
    return NULL;
}

static bool more(const reader *r) { return r->at < r->text.size; }
static char peek(const reader *r, size_t ahead) { return r->at + ahead < r->text.size ? r->text.data[r->at + ahead] : '\0'; }

static bool eat(reader *r, const char *what)
{
    if (!zh_sv_starts(zh_sv_part(r->text, r->at, SIZE_MAX), zh_sv_of(what))) return false;
    r->at += strlen(what);
    return true;
}

static part *new_part(reader *r, part like)
{
    if (++r->parts > ZH_CEL_REGEX_BYTES_MAX * 2) return fail(r, ZH_FULL, "too large");
    part *p = r->failed != ZH_OK ? NULL : ZH_TAKE(r->arena, part, 1);
    if (p == NULL) return fail(r, ZH_NOMEM, "out of memory");
    *p = like;
    return p;
}

/* One more at the end of a chain. */
static part *chain(part *all, part *next)
{
    if (all == NULL || next == NULL) return NULL;
    if (all->first == NULL) all->first = next;
    else all->last->next = next;
    all->last = next;
    return all;
}

/* The scratch set as a part. */
static part *set_part(reader *r, bool not)
{
    zh_cel_class *set = r->set;
    if (r->fold) zh_cel_class_fold(set);
    zh_cel_class_sort(set);
    if (not) zh_cel_class_negate(set);
    if (set->full) return fail(r, ZH_FULL, "a class of too many ranges");
    while (r->pool_count + set->count > r->pool_room) {
        const uint32_t room = r->pool_room == 0 ? 256 : r->pool_room * 2;
        zh_cel_range *grown = room > (1u << 20) ? NULL : ZH_TAKE(r->arena, zh_cel_range, room);
        if (grown == NULL) return fail(r, ZH_NOMEM, "out of memory");
        if (r->pool_count > 0) memcpy(grown, r->pool, r->pool_count * sizeof *grown);
        r->pool = grown;
        r->pool_room = room;
    }
    if (set->count > 0) memcpy(r->pool + r->pool_count, set->ranges, set->count * sizeof *r->pool);
    r->pool_count += set->count;
    return new_part(r, (part){ .kind = SET, .range = r->pool_count - set->count, .ranges = set->count });
}

static part *one(reader *r, uint32_t point)
{
    r->set->count = 0;
    r->set->full = false;
    zh_cel_class_add(r->set, point, point);
    return set_part(r, false);
}

/* ---- escapes ---- */

static int hex(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* What stands for one character behind a backslash; false: nothing that does. */
static bool escaped_point(reader *r, uint32_t *out)
{
    static const char from[] = "aftnrv", to[] = "\a\f\t\n\r\v";
    const char c = peek(r, 0);
    if (c == '\0') return false;
    const char *simple = strchr(from, c);
    if (simple != NULL) return r->at++, *out = (uint32_t)to[simple - from], true;
    if (c == 'x') {
        const bool braces = peek(r, 1) == '{';
        r->at += braces ? 2 : 1;
        *out = 0;
        size_t digits = 0;
        for (; hex(peek(r, 0)) >= 0 && digits < (braces ? 8u : 2u); digits++, r->at++) *out = *out * 16 + (uint32_t)hex(peek(r, 0));
        if (*out > POINT_MAX || digits == 0 || (!braces && digits != 2)) return false;
        return !braces || eat(r, "}");
    }
    if (c >= '0' && c <= '7' && (c == '0' || (peek(r, 1) >= '0' && peek(r, 1) <= '7'))) { /* \123, \0 */
        *out = 0;
        for (int i = 0; i < 3 && peek(r, 0) >= '0' && peek(r, 0) <= '7'; i++, r->at++) *out = *out * 8 + (uint32_t)(peek(r, 0) - '0');
        return true;
    }
    if ((unsigned char)c < 0x80 && !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))) return r->at++, *out = (uint32_t)c, true;
    return false;
}

/* \p{Han} \pL, behind the backslash. */
static bool property(reader *r)
{
    bool not = peek(r, 0) == 'P';
    r->at++;
    zh_sv name = zh_sv_part(r->text, r->at, 1);
    if (eat(r, "{")) {
        if (eat(r, "^")) not = !not;
        const size_t from = r->at;
        while (more(r) && peek(r, 0) != '}') r->at++;
        name = zh_sv_part(r->text, from, r->at - from);
    }
    r->at++;
    if (zh_cel_class_property(r->set, name, not)) return true;
    (void)fail(r, ZH_FORMAT, "this property is not known: \\p{Han} is");
    return false;
}

static part *escape(reader *r) /* behind the backslash */
{
    static const struct { char letter; state_kind kind; } assertions[] = { { 'A', BEGIN_TEXT }, { 'z', END_TEXT }, { 'b', WORD }, { 'B', NOT_WORD } };
    const char c = peek(r, 0);
    uint32_t point;
    for (size_t i = 0; i < 4; i++)
        if (c == assertions[i].letter) return r->at++, new_part(r, (part){ .kind = ASSERT, .assertion = assertions[i].kind });
    r->set->count = 0;
    r->set->full = false;
    if (c == 'p' || c == 'P') return property(r) ? set_part(r, false) : NULL;
    if (zh_cel_class_perl(r->set, c)) return r->at++, set_part(r, false);
    if (!escaped_point(r, &point)) return fail(r, ZH_FORMAT, c == '\0' ? "a backslash ends it" : "there is no such escape");
    return one(r, point);
}

static part *quoted(reader *r) /* behind \Q */
{
    part *all = new_part(r, (part){ .kind = CAT });
    while (all != NULL && more(r) && !eat(r, "\\E")) all = chain(all, one(r, zh_cel_point(r->text, &r->at)));
    return all;
}

/* ---- classes ---- */

static bool class_item(reader *r, uint32_t *point, bool *whole)
{
    *whole = true;
    if (eat(r, "[:")) {
        const bool not = eat(r, "^");
        const size_t from = r->at;
        while (more(r) && peek(r, 0) != ':') r->at++;
        const zh_sv name = zh_sv_part(r->text, from, r->at - from);
        return eat(r, ":]") && zh_cel_class_posix(r->set, name, not);
    }
    if (eat(r, "\\")) {
        if (peek(r, 0) == 'p' || peek(r, 0) == 'P') return property(r);
        if (zh_cel_class_perl(r->set, peek(r, 0))) return r->at++, true;
        *whole = false;
        return escaped_point(r, point);
    }
    *whole = false;
    *point = zh_cel_point(r->text, &r->at);
    return true;
}

static part *bracket(reader *r) /* behind [ */
{
    const bool not = eat(r, "^");
    r->set->count = 0;
    r->set->full = false;
    for (bool first = true; first || peek(r, 0) != ']'; first = false) {
        uint32_t from = 0, to;
        bool whole;
        if (!more(r)) return fail(r, ZH_FORMAT, "a class is opened and not closed");
        if (!class_item(r, &from, &whole)) return fail(r, ZH_FORMAT, "there is no such class or escape");
        if (whole) continue;
        to = from;
        if (peek(r, 0) == '-' && peek(r, 1) != ']' && peek(r, 1) != '\0') {
            r->at++;
            if (!class_item(r, &to, &whole) || whole || to < from) return fail(r, ZH_FORMAT, "a range of a class goes from a character to a later one");
        }
        zh_cel_class_add(r->set, from, to);
    }
    r->at++;
    return set_part(r, not);
}

/* ---- structure ---- */

static part *group(reader *r) /* behind ( */
{
    const bool fold = r->fold, line = r->line, all = r->all;
    part *inner;
    if (++r->depth > ZH_CEL_REGEX_DEPTH_MAX) return fail(r, ZH_FULL, "nested too deep");
    if (eat(r, "?P<") || eat(r, "?<")) {
        while (more(r) && peek(r, 0) != '>') r->at++;
        if (!eat(r, ">")) return fail(r, ZH_FORMAT, "the name of a group is opened and not closed");
    } else if (eat(r, "?")) {
        for (bool on = true;; r->at++) {
            const char c = peek(r, 0);
            if (c == '-' && on) on = false;
            else if (c == 'i') r->fold = on;
            else if (c == 'm') r->line = on;
            else if (c == 's') r->all = on;
            else if (c != 'U') break;
        }
        if (eat(r, ")")) { /* (?i): until the group around ends */
            r->depth--;
            return new_part(r, (part){ .kind = EMPTY });
        }
        if (!eat(r, ":")) return fail(r, ZH_FORMAT, "there is no such group");
    }
    inner = alternatives(r);
    if (inner != NULL && !eat(r, ")")) return fail(r, ZH_FORMAT, "a group is opened and not closed");
    r->fold = fold, r->line = line, r->all = all;
    r->depth--;
    return inner;
}

static part *atom(reader *r)
{
    if (eat(r, "(")) return group(r);
    if (eat(r, "[")) return bracket(r);
    if (eat(r, "\\Q")) return quoted(r);
    if (eat(r, "\\")) return escape(r);
    if (eat(r, "^")) return new_part(r, (part){ .kind = ASSERT, .assertion = r->line ? BEGIN_LINE : BEGIN_TEXT });
    if (eat(r, "$")) return new_part(r, (part){ .kind = ASSERT, .assertion = r->line ? END_LINE : END_TEXT });
    if (eat(r, ".")) {
        r->set->count = 0;
        r->set->full = false;
        if (r->all) {
            zh_cel_class_add(r->set, 0, POINT_MAX);
        } else {
            zh_cel_class_add(r->set, 0, '\n' - 1);
            zh_cel_class_add(r->set, '\n' + 1, POINT_MAX);
        }
        return set_part(r, false);
    }
    if (strchr("*+?", peek(r, 0)) != NULL) return fail(r, ZH_FORMAT, "nothing stands before a repeat");
    return one(r, zh_cel_point(r->text, &r->at));
}

/* {n} {n,} {n,m}; anything else is the sign { itself. */
static bool counts(reader *r, uint32_t *least, uint32_t *most)
{
    size_t at = r->at + 1;
    uint32_t n[2] = { 0, 0 };
    bool given[2] = { false, false }, comma = false;
    for (int i = 0; i < 2; i++) {
        for (; at < r->text.size && r->text.data[at] >= '0' && r->text.data[at] <= '9' && n[i] < 100000; at++, given[i] = true) n[i] = n[i] * 10 + (uint32_t)(r->text.data[at] - '0');
        if (i == 0 && at < r->text.size && r->text.data[at] == ',') comma = true, at++;
        else break;
    }
    if (!given[0] || at >= r->text.size || r->text.data[at] != '}') return false;
    r->at = at + 1;
    *least = n[0];
    *most = !comma ? n[0] : given[1] ? n[1] : UINT32_MAX;
    return true;
}

static part *repeated(reader *r)
{
    part *p = atom(r);
    for (bool again = false; p != NULL && more(r); again = true) {
        uint32_t least = 0, most = UINT32_MAX;
        if (eat(r, "*")) least = 0;
        else if (eat(r, "+")) least = 1;
        else if (eat(r, "?")) most = 1;
        else if (peek(r, 0) != '{' || !counts(r, &least, &most)) return p;
        if (again) return fail(r, ZH_FORMAT, "a repeat of a repeat: put the first one in a group");
        if (least > ZH_CEL_REGEX_REPEAT_MAX || (most != UINT32_MAX && (most > ZH_CEL_REGEX_REPEAT_MAX || most < least))) return fail(r, ZH_FORMAT, "a repeat of over 1000 times, or of fewer at most than at least");
        (void)eat(r, "?"); /* lazy or greedy: whether it occurs is the same */
        p = new_part(r, (part){ .kind = REPEAT, .first = p, .least = least, .most = most });
    }
    return p;
}

static part *alternatives(reader *r)
{
    part *either = new_part(r, (part){ .kind = ALT });
    do {
        part *all = new_part(r, (part){ .kind = CAT });
        while (all != NULL && more(r) && peek(r, 0) != '|' && peek(r, 0) != ')') all = chain(all, repeated(r));
        either = chain(either, all);
    } while (either != NULL && eat(r, "|"));
    return either;
}

/* ---- states ---- */

/* Counted on past the room, so that a first round without room counts, and what is too large is seen. */
static uint32_t put(zh_cel_regex *x, state s)
{
    if (x->count < x->room) x->states[x->count] = s;
    return x->count++;
}

static void ways(zh_cel_regex *x, uint32_t at, uint32_t a, uint32_t b)
{
    if (at >= x->room) return;
    x->states[at].a = a;
    x->states[at].b = b;
}

static state taker(const zh_cel_regex *x, uint32_t from, uint32_t count)
{
    state s = { .kind = TAKE, .a = from, .b = count };
    for (uint32_t i = from; i < from + count; i++)
        for (uint32_t c = x->pool[i].from; c <= x->pool[i].to && c < 128; c++) s.ascii[c / 64] |= UINT64_C(1) << (c % 64);
    return s;
}

static bool too_large(const zh_cel_regex *x) { return x->count > ZH_CEL_REGEX_STATES_MAX; }

static void make(zh_cel_regex *x, const part *p);

/* split first, (second …); each but the last jumps to the end. The jumps are chained by their numbers until the end is known. */
static void make_either(zh_cel_regex *x, const part *p)
{
    uint32_t jumps = UINT32_MAX;
    for (const part *one_of = p->first; one_of != NULL && !too_large(x); one_of = one_of->next) {
        if (one_of->next == NULL) {
            make(x, one_of);
            break;
        }
        const uint32_t split = put(x, (state){ .kind = SPLIT });
        make(x, one_of);
        jumps = put(x, (state){ .kind = JUMP, .a = jumps });
        ways(x, split, split + 1, x->count);
    }
    while (jumps != UINT32_MAX && jumps < x->room) {
        const uint32_t before = x->states[jumps].a;
        ways(x, jumps, x->count, 0);
        jumps = before;
    }
}

static void make_repeat(zh_cel_regex *x, const part *p)
{
    for (uint32_t i = 0; i < p->least && !too_large(x); i++) make(x, p->first);
    if (p->most == UINT32_MAX) {
        const uint32_t split = put(x, (state){ .kind = SPLIT });
        make(x, p->first);
        (void)put(x, (state){ .kind = JUMP, .a = split });
        ways(x, split, split + 1, x->count);
        return;
    }
    uint32_t splits = UINT32_MAX; /* each may leave to the end of all */
    for (uint32_t i = p->least; i < p->most && !too_large(x); i++) {
        splits = put(x, (state){ .kind = SPLIT, .b = splits });
        make(x, p->first);
    }
    while (splits != UINT32_MAX && splits < x->room) {
        const uint32_t before = x->states[splits].b;
        ways(x, splits, splits + 1, x->count);
        splits = before;
    }
}

static void make(zh_cel_regex *x, const part *p)
{
    if (too_large(x)) return;
    switch (p->kind) {
    case SET: (void)put(x, taker(x, p->range, p->ranges)); return;
    case ASSERT: (void)put(x, (state){ .kind = (uint8_t)p->assertion }); return;
    case CAT:
        for (const part *next = p->first; next != NULL && !too_large(x); next = next->next) make(x, next);
        return;
    case ALT: make_either(x, p); return;
    case REPEAT: make_repeat(x, p); return;
    default: return;
    }
}

zh_err zh_cel_regex_open(zh_cel_regex **out, zh_arena *arena, zh_sv pattern, zh_note *why)
{
    zh_cel_class set = { .count = 0 };
    reader r = { .arena = arena, .text = pattern, .why = why, .set = &set };
    *out = NULL;
    if (pattern.size > ZH_CEL_REGEX_BYTES_MAX) return (void)fail(&r, ZH_FULL, "longer than 8192 bytes"), ZH_FULL;
    if (zh_utf8_valid(pattern) != pattern.size) return (void)fail(&r, ZH_FORMAT, "no valid UTF-8"), ZH_FORMAT;
    const part *whole = alternatives(&r);
    if (whole != NULL && more(&r)) (void)fail(&r, ZH_FORMAT, "a group is closed that was not opened");
    if (r.failed != ZH_OK) return r.failed;
    zh_cel_regex *x = ZH_TAKE(arena, zh_cel_regex, 1);
    if (x == NULL) return (void)fail(&r, ZH_NOMEM, "out of memory"), ZH_NOMEM;
    *x = (zh_cel_regex){ .pool = r.pool, .pattern = zh_arena_copy(arena, pattern) };
    if (x->pattern.data == NULL) return (void)fail(&r, ZH_NOMEM, "out of memory"), ZH_NOMEM;
    make(x, whole);
    if (x->count >= ZH_CEL_REGEX_STATES_MAX) return (void)fail(&r, ZH_FULL, "too large: fewer or smaller repeats"), ZH_FULL;
    x->room = x->count + 1;
    x->count = 0;
    x->states = ZH_TAKE(arena, state, x->room);
    if (x->states == NULL) return (void)fail(&r, ZH_NOMEM, "out of memory"), ZH_NOMEM;
    make(x, whole);
    (void)put(x, (state){ .kind = MATCH });
    const state *begin = &x->states[0];
    const bool one_sign = begin->kind == TAKE && begin->b == 1 && x->pool[begin->a].from == x->pool[begin->a].to && x->pool[begin->a].from < 128;
    x->first = one_sign ? (int)x->pool[begin->a].from : -1;
    *out = x;
    return ZH_OK;
}

zh_sv zh_cel_regex_pattern(const zh_cel_regex *regex) { return regex->pattern; }

/* ---- finding ---- */

/* A set of states that knows its members in the order they came: no clearing between characters. */
typedef struct members { uint32_t *list, *where, count; } members;

static bool is_word(uint32_t c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

#define NO_POINT UINT32_MAX

static bool holds(state_kind kind, uint32_t before, uint32_t after)
{
    switch (kind) {
    case BEGIN_TEXT: return before == NO_POINT;
    case END_TEXT: return after == NO_POINT;
    case BEGIN_LINE: return before == NO_POINT || before == '\n';
    case END_LINE: return after == NO_POINT || after == '\n';
    case WORD: return (before != NO_POINT && is_word(before)) != (after != NO_POINT && is_word(after));
    default: return (before != NO_POINT && is_word(before)) == (after != NO_POINT && is_word(after));
    }
}

/* A state and all that follows from it without a character; true: the match is among them. */
static bool follow(const zh_cel_regex *x, members *set, uint32_t *stack, uint32_t from, uint32_t before, uint32_t after)
{
    uint32_t top = 0;
    for (stack[top++] = from; top > 0;) {
        const uint32_t at = stack[--top];
        if (set->where[at] < set->count && set->list[set->where[at]] == at) continue;
        set->where[at] = set->count;
        set->list[set->count++] = at;
        const state *s = &x->states[at];
        switch ((state_kind)s->kind) {
        case MATCH: return true;
        case TAKE: break;
        case JUMP: stack[top++] = s->a; break;
        case SPLIT:
            stack[top++] = s->b;
            stack[top++] = s->a;
            break;
        default:
            if (holds((state_kind)s->kind, before, after)) stack[top++] = at + 1;
        }
    }
    return false;
}

static bool takes(const zh_cel_regex *x, const state *s, uint32_t c)
{
    if (c < 128) return (s->ascii[c / 64] >> (c % 64) & 1) != 0;
    uint32_t low = s->a, high = s->a + s->b;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (x->pool[middle].to < c) low = middle + 1;
        else high = middle;
    }
    return low < s->a + s->b && x->pool[low].from <= c;
}

/* Where nothing is followed yet, go to where a match may begin; false: nowhere. Each 128 bytes passed over count as a visit. */
static bool skip(const zh_cel_regex *x, zh_sv text, size_t *at, uint32_t *before, uint64_t *visits)
{
    const char *next = *at < text.size ? memchr(text.data + *at, x->first, text.size - *at) : NULL;
    const size_t to = next == NULL ? text.size : (size_t)(next - text.data);
    *visits += (to - *at) / 128;
    if (to > *at) *before = (unsigned char)text.data[to - 1] < 128 ? (unsigned char)text.data[to - 1] : 0xFFFD; /* no letter of a word either */
    *at = to;
    return next != NULL;
}

zh_err zh_cel_regex_find(const zh_cel_regex *x, zh_arena *scratch, zh_sv text, uint64_t *steps, bool *found)
{
    uint32_t here[STATES_HERE * 6], *room = here; /* two sets, and a stack that holds each state twice at most */
    if (x->count > STATES_HERE && (room = ZH_TAKE(scratch, uint32_t, (size_t)x->count * 6)) == NULL) return ZH_NOMEM;
    memset(room, 0, (size_t)x->count * 6 * sizeof *room);
    members now = { room, room + x->count, 0 }, then = { room + 2 * x->count, room + 3 * x->count, 0 };
    uint32_t *stack = room + 4 * x->count, before = NO_POINT;
    uint64_t visits = 0;
    size_t at = 0;
    for (*found = false;;) {
        if (x->first >= 0 && now.count == 0 && !skip(x, text, &at, &before, &visits)) return ZH_OK;
        const uint32_t c = at < text.size ? zh_cel_point(text, &at) : NO_POINT;
        size_t ahead = at;
        if (follow(x, &now, stack, 0, before, c)) *found = true; /* it may begin here */
        if (*found || c == NO_POINT) return ZH_OK;
        const uint32_t after = ahead < text.size ? zh_cel_point(text, &ahead) : NO_POINT;
        then.count = 0;
        for (uint32_t i = 0; i < now.count && !*found; i++) {
            const state *s = &x->states[now.list[i]];
            if (s->kind == TAKE && takes(x, s, c)) *found = follow(x, &then, stack, now.list[i] + 1, c, after);
        }
        if (*found) return ZH_OK;
        visits += now.count + 1;
        if (visits >= VISITS_A_STEP) {
            if (*steps < visits / VISITS_A_STEP) return *steps = 0, ZH_FULL;
            *steps -= visits / VISITS_A_STEP;
            visits %= VISITS_A_STEP;
        }
        const members swap = now;
        now = then, then = swap;
        before = c;
    }
}
