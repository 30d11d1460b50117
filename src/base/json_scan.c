#include "base/json_scan.h"
#include "base/utf8.h"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#define BLOCK 64
/* Levels the judge can follow; a text that nests deeper is not read on. 512 bytes of stack. */
#define JUDGE_LEVELS_MAX 4096

static bool blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Which of 64 bytes are what, a bit a byte. */
typedef struct masks {
    uint64_t quote, backslash, open, close;
} masks;

#if defined(__AVX2__)
static uint64_t equal_bits(__m256i low, __m256i high, char c)
{
    const __m256i all = _mm256_set1_epi8(c);
    const uint32_t a = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, all));
    const uint32_t b = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, all));
    return (uint64_t)b << 32 | a;
}

static masks look(const char *at)
{
    const __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)at);
    const __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(at + 32));
    /* '[' and '{', and ']' and '}', differ in bit 5 only */
    const __m256i bit5 = _mm256_set1_epi8(0x20);
    const __m256i low5 = _mm256_or_si256(low, bit5), high5 = _mm256_or_si256(high, bit5);
    return (masks){ equal_bits(low, high, '"'), equal_bits(low, high, '\\'),
                    equal_bits(low5, high5, '{'), equal_bits(low5, high5, '}') };
}
#else
static masks look(const char *at)
{
    masks m = { 0 };
    for (int i = 0; i < BLOCK; i++) {
        const uint64_t bit = (uint64_t)1 << i;
        const char c = at[i];
        if (c == '"') m.quote |= bit;
        if (c == '\\') m.backslash |= bit;
        if (c == '{' || c == '[') m.open |= bit;
        if (c == '}' || c == ']') m.close |= bit;
    }
    return m;
}
#endif

/* Bytes that a backslash before them takes away: those after an odd run of backslashes.
 * *carry: the first byte of the next block is one. Source: Langdale, Lemire 2019, section 3.1.1. */
static uint64_t escaped_bits(uint64_t backslash, uint64_t *carry)
{
    const uint64_t even = 0x5555555555555555u;
    if (backslash == 0) {
        const uint64_t first = *carry;
        *carry = 0;
        return first;
    }
    backslash &= ~*carry;
    const uint64_t follows = backslash << 1 | *carry;
    const uint64_t odd_starts = backslash & ~even & ~follows;
    uint64_t even_sums;
    *carry = __builtin_add_overflow(odd_starts, backslash, &even_sums);
    return (even ^ even_sums << 1) & follows;
}

/* Bit i: an odd number of quotes stands at or before it. */
static uint64_t inside_bits(uint64_t quote)
{
    for (int shift = 1; shift < 64; shift *= 2) quote ^= quote << shift;
    return quote;
}

/* `at` stands on '{' or '['. One past the bracket that brings the nesting back to zero, any kind of
 * bracket counted alike; NULL when the text ends before. */
static const char *after_nested(const char *at, const char *end)
{
    uint64_t carry = 0, in_text = 0;
    size_t depth = 0;
    for (; at < end; at += BLOCK) {
        char tail[BLOCK];
        const char *block = at;
        if (end - at < BLOCK) {
            memset(tail, ' ', BLOCK);
            memcpy(tail, at, (size_t)(end - at));
            block = tail;
        }
        const masks m = look(block);
        const uint64_t quote = m.quote & ~escaped_bits(m.backslash, &carry);
        const uint64_t inside = inside_bits(quote) ^ in_text;
        in_text = (uint64_t)0 - (inside >> 63);
        const uint64_t open = m.open & ~inside;
        uint64_t close = m.close & ~inside;
        const size_t opens = (size_t)__builtin_popcountll(open);
        const size_t closes = (size_t)__builtin_popcountll(close);
        if (closes >= depth) { /* only then can the end be in this block */
            for (size_t closed = 1; close != 0; close &= close - 1, closed++) {
                const int bit = __builtin_ctzll(close);
                const uint64_t before = ((uint64_t)1 << bit) - 1;
                if (depth + (size_t)__builtin_popcountll(open & before) == closed)
                    return at + bit + 1;
            }
        }
        depth += opens - closes;
    }
    return NULL;
}

/* `at` stands on a quote. One past the quote that ends the text; NULL when there is none. */
static const char *after_text(const char *at, const char *end)
{
    for (at++; at < end; at++) {
        if (*at == '"') return at + 1;
        if (*at == '\\') at++;
    }
    return NULL;
}

enum { FIRST, MORE, DONE };

zh_json_split zh_json_split_on(zh_sv text)
{
    zh_json_split it = { .text_ = text, .state_ = FIRST };
    while (it.at_ < text.size && blank(text.data[it.at_])) it.at_++;
    const char open = it.at_ < text.size ? text.data[it.at_] : 0;
    it.close_ = open == '{' ? '}' : open == '[' ? ']' : 0;
    if (it.close_ == 0) {
        it.bad = true;
        it.state_ = DONE;
    } else {
        it.at_++;
    }
    return it;
}

static char skip_blanks(zh_json_split *it) /* the next byte that is none; 0 at the end */
{
    while (it->at_ < it->text_.size && blank(it->text_.data[it->at_])) it->at_++;
    return it->at_ < it->text_.size ? it->text_.data[it->at_] : 0;
}

static bool stop(zh_json_split *it, bool bad)
{
    it->state_ = DONE;
    it->bad = bad;
    return false;
}

static bool take_key(zh_json_split *it)
{
    const char *start = it->text_.data + it->at_, *end = it->text_.data + it->text_.size;
    const char *next =
        skip_blanks(it) == '"' ? after_text(start = it->text_.data + it->at_, end) : NULL;
    if (next == NULL) return false;
    it->key = (zh_sv){ start + 1, (size_t)(next - start) - 2 };
    it->key_escaped = false;
    bool plain = true;
    for (size_t i = 0; i < it->key.size; i++) {
        if (it->key.data[i] == '\\') it->key_escaped = true;
        plain = plain && it->key.data[i] >= ' '; /* chars are signed: not ASCII is not plain */
    }
    const zh_sv quoted = { start, (size_t)(next - start) };
    if ((!plain || it->key_escaped) && zh_json_judge(quoted).kind != ZH_JSON_FINE) return false;
    it->at_ = (size_t)(next - it->text_.data);
    if (skip_blanks(it) != ':') return false;
    it->at_++;
    return true;
}

static bool take_value(zh_json_split *it)
{
    const char first = skip_blanks(it);
    const char *start = it->text_.data + it->at_, *end = it->text_.data + it->text_.size;
    const char *next = start;
    if (first == '{' || first == '[') {
        next = after_nested(start, end);
    } else if (first == '"') {
        next = after_text(start, end);
    } else {
        while (next < end && *next != ',' && *next != ']' && *next != '}' && !blank(*next)) next++;
    }
    if (next == NULL || next == start) return false;
    it->value = (zh_sv){ start, (size_t)(next - start) };
    it->at_ = (size_t)(next - it->text_.data);
    return true;
}

bool zh_json_split_next(zh_json_split *it)
{
    if (it->state_ == DONE) return false;
    const char next = skip_blanks(it);
    if ((uint8_t)next == it->close_) {
        it->at_++;
        return stop(it, skip_blanks(it) != 0 || it->at_ < it->text_.size);
    }
    if (it->state_ == MORE) {
        if (next != ',') return stop(it, true);
        it->at_++;
    }
    it->state_ = MORE;
    if (it->close_ == '}' && !take_key(it)) return stop(it, true);
    if (!take_value(it)) return stop(it, true);
    return true;
}

/* The judge. A fault of grammar ends the reading; number and depth are noted and read over. */
typedef struct judge {
    const unsigned char *start, *at, *end;
    zh_json_fault hard, soft;
    uint64_t objects[JUDGE_LEVELS_MAX / 64]; /* bit of a level: it is an object */
    size_t depth;
} judge;

static bool hard(judge *j, zh_json_fault_kind kind)
{
    j->hard = (zh_json_fault){ kind, (size_t)(j->at - j->start) };
    return false;
}

static void soft(judge *j, zh_json_fault_kind kind, const unsigned char *where)
{
    if (j->soft.kind == ZH_JSON_FINE)
        j->soft = (zh_json_fault){ kind, (size_t)(where - j->start) };
}

static unsigned peek(const judge *j)
{
    return j->at < j->end ? *j->at : 0;
}

static void pass_blanks(judge *j)
{
    while (j->at < j->end && blank((char)*j->at)) j->at++;
}

static bool hex_digit(unsigned c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool judge_escape(judge *j) /* on the backslash */
{
    j->at++;
    const unsigned c = peek(j);
    if (c == 0 || strchr("\"\\/bfnrtu", (int)c) == NULL) return hard(j, ZH_JSON_MALFORMED);
    j->at++;
    for (int i = 0; c == 'u' && i < 4; i++, j->at++)
        if (!hex_digit(peek(j))) return hard(j, ZH_JSON_MALFORMED);
    return true;
}

static bool judge_text(judge *j) /* on the quote */
{
    for (j->at++; j->at < j->end;) {
        const unsigned c = *j->at;
        if (c == '"') {
            j->at++;
            return true;
        }
        if (c < ' ') return hard(j, ZH_JSON_MALFORMED);
        if (c == '\\') {
            if (!judge_escape(j)) return false;
            continue;
        }
        const size_t size = zh_utf8_character(j->at, (size_t)(j->end - j->at));
        if (size == 0) return hard(j, ZH_JSON_BAD_UTF8);
        j->at += size;
    }
    return hard(j, ZH_JSON_MALFORMED);
}

static size_t pass_digits(judge *j)
{
    const unsigned char *start = j->at;
    while (j->at < j->end && *j->at >= '0' && *j->at <= '9') j->at++;
    return (size_t)(j->at - start);
}

/* Does the integer fit into [-2^63, 2^64)? */
static bool integer_fits(bool negative, const unsigned char *digits, size_t count)
{
    if (count > 20) return false;
    unsigned __int128 value = 0;
    for (size_t i = 0; i < count; i++) value = value * 10 + (unsigned)(digits[i] - '0');
    const unsigned __int128 one = 1;
    return negative ? value <= one << 63 : value < one << 64;
}

/* Is digits x 10^exponent (a point after `whole` of the digits) below the largest double's limit,
 * 1.7976931348623158e308? The first 17 digits decide; the parser itself knows the last hair. */
static bool real_fits(const unsigned char *start, const unsigned char *end, int64_t exponent)
{
    char head[18] = "00000000000000000";
    size_t kept = 0;
    int64_t magnitude = 0; /* of the first digit that is not 0 */
    bool point = false, found = false;
    for (; start < end && *start != 'e' && *start != 'E'; start++) {
        if (*start == '.') {
            point = true;
            continue;
        }
        found = found || *start != '0';
        if (found && kept < 17) head[kept++] = (char)*start;
        if (found && !point) magnitude++;
        if (!found && point) magnitude--;
    }
    if (!found) return true;
    magnitude += exponent - 1;
    return magnitude < 308 || (magnitude == 308 && memcmp(head, "17976931348623158", 17) < 0);
}

static bool judge_number(judge *j)
{
    const unsigned char *start = j->at;
    const bool negative = *start == '-';
    if (negative) j->at++;
    const unsigned char *digits = j->at;
    const size_t whole = pass_digits(j);
    if (whole == 0 || (whole > 1 && *digits == '0')) return hard(j, ZH_JSON_MALFORMED);
    bool real = false;
    if (peek(j) == '.') {
        real = true;
        j->at++;
        if (pass_digits(j) == 0) return hard(j, ZH_JSON_MALFORMED);
    }
    int64_t exponent = 0;
    if (peek(j) == 'e' || peek(j) == 'E') {
        real = true;
        j->at++;
        const bool down = peek(j) == '-';
        if (down || peek(j) == '+') j->at++;
        const unsigned char *power = j->at;
        if (pass_digits(j) == 0) return hard(j, ZH_JSON_MALFORMED);
        for (; power < j->at && exponent < 1000000000; power++)
            exponent = exponent * 10 + (*power - '0');
        if (down) exponent = -exponent;
    }
    const bool fits =
        real ? real_fits(digits, j->at, exponent) : integer_fits(negative, digits, whole);
    if (!fits) soft(j, ZH_JSON_NUMBER, start);
    return true;
}

static bool judge_word(judge *j, const char *word)
{
    for (; *word != 0; word++, j->at++)
        if (peek(j) != (unsigned char)*word) return hard(j, ZH_JSON_MALFORMED);
    return true;
}

static bool in_object(const judge *j)
{
    const size_t level = j->depth - 1;
    return (j->objects[level / 64] >> level % 64 & 1) != 0;
}

static bool judge_key(judge *j)
{
    pass_blanks(j);
    if (peek(j) != '"') return hard(j, ZH_JSON_MALFORMED);
    if (!judge_text(j)) return false;
    pass_blanks(j);
    if (peek(j) != ':') return hard(j, ZH_JSON_MALFORMED);
    j->at++;
    return true;
}

/* On '{' or '['. *value: a value comes next, else the level is already closed. */
static bool judge_open(judge *j, bool *value)
{
    const unsigned char *where = j->at;
    const bool object = *j->at == '{';
    j->at++;
    pass_blanks(j);
    if (peek(j) == (object ? '}' : ']')) { /* an empty one is no level, the parser thinks so too */
        j->at++;
        *value = false;
        return true;
    }
    if (j->depth == JUDGE_LEVELS_MAX) return hard(j, ZH_JSON_DEEP);
    if (j->depth == ZH_JSON_DEPTH_MAX) soft(j, ZH_JSON_DEEP, where);
    const uint64_t bit = (uint64_t)1 << j->depth % 64;
    uint64_t *word = &j->objects[j->depth / 64];
    *word = object ? *word | bit : *word & ~bit;
    j->depth++;
    *value = true;
    return !object || judge_key(j);
}

static bool judge_value(judge *j, bool *opened)
{
    *opened = false;
    switch (peek(j)) {
    case '{':
    case '[': return judge_open(j, opened);
    case '"': return judge_text(j);
    case 't': return judge_word(j, "true");
    case 'f': return judge_word(j, "false");
    case 'n': return judge_word(j, "null");
    default: return judge_number(j);
    }
}

/* After a value: close levels until a comma asks for the next value. *more: one comes. */
static bool judge_next(judge *j, bool *more)
{
    *more = false;
    while (j->depth > 0) {
        pass_blanks(j);
        const unsigned c = peek(j);
        if (c == ',') {
            j->at++;
            *more = true;
            return !in_object(j) || judge_key(j);
        }
        if (c != (in_object(j) ? '}' : ']')) return hard(j, ZH_JSON_MALFORMED);
        j->at++;
        j->depth--;
    }
    return true;
}

zh_json_fault zh_json_judge(zh_sv text)
{
    const unsigned char *start = (const unsigned char *)(text.data == NULL ? "" : text.data);
    judge j = { .start = start, .at = start, .end = start + text.size };
    j.hard.offset = j.soft.offset = ZH_JSON_OFFSET_UNKNOWN;
    for (bool more = true; more;) {
        bool opened = true;
        while (opened) {
            pass_blanks(&j);
            if (j.at == j.end) (void)hard(&j, ZH_JSON_MALFORMED);
            if (j.hard.kind != ZH_JSON_FINE || !judge_value(&j, &opened)) return j.hard;
        }
        if (!judge_next(&j, &more)) return j.hard;
    }
    pass_blanks(&j);
    if (j.at < j.end) {
        (void)hard(&j, ZH_JSON_MALFORMED);
        return j.hard;
    }
    return j.soft;
}
