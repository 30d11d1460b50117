#include "guard/consent_inside.h"

#define ENTRY_VERSION 1
#define ENTRY_BYTES_MAX (8 + ZH_CONSENT_LINES_MAX * (64 + 2 * ZH_CONSENT_TEXT_BYTES_MAX + ZH_CONSENT_PROOF_BYTES))

typedef struct line {
    int64_t at_ms;
    uint32_t said, yes, asked;
    uint32_t version, source; /* places of texts */
    uint32_t next;            /* place + 1 of the next older line; 0: none */
    uint8_t proof[ZH_CONSENT_PROOF_BYTES];
} line;

void zh_consent_lines_open(zh_consent_lines *lines, size_t bytes_max)
{
    *lines = (zh_consent_lines){ .rows = zh_buf_open(bytes_max), .heads = zh_map_open(), .changed = zh_map_open() };
}

void zh_consent_lines_close(zh_consent_lines *lines)
{
    zh_buf_close(&lines->rows);
    zh_map_close(&lines->heads);
    zh_map_close(&lines->changed);
}

static line *line_at(const zh_consent_lines *lines, uint32_t place)
{
    return (line *)(void *)lines->rows.data + place;
}

/* > 0: `a` is newer, 0: they are the same line. */
static int line_order(const zh_consents *consents, const line *a, const line *b)
{
    if (a->at_ms != b->at_ms) return a->at_ms < b->at_ms ? -1 : 1;
    if (a->said != b->said) return a->said < b->said ? -1 : 1;
    if (a->yes != b->yes) return a->yes > b->yes ? -1 : 1; /* the refusal is the newer, as it is of words */
    if (a->asked != b->asked) return a->asked < b->asked ? -1 : 1;
    int order = zh_sv_compare(zh_consent_text_of(consents, a->version), zh_consent_text_of(consents, b->version));
    if (order == 0) order = zh_sv_compare(zh_consent_text_of(consents, a->source), zh_consent_text_of(consents, b->source));
    return order != 0 ? order : memcmp(a->proof, b->proof, sizeof a->proof);
}

static zh_err take_place(zh_consent_lines *lines, uint32_t *place)
{
    if (lines->free_ != 0) {
        *place = lines->free_ - 1;
        lines->free_ = line_at(lines, *place)->next;
        return ZH_OK;
    }
    *place = (uint32_t)(lines->rows.size / sizeof(line));
    return zh_buf_room(&lines->rows, sizeof(line)) == NULL ? zh_buf_err(&lines->rows) : ZH_OK;
}

static void free_place(zh_consent_lines *lines, uint32_t place)
{
    line_at(lines, place)->next = lines->free_;
    lines->free_ = place + 1;
}

/* Of too many the last goes. */
static void cut_chain(zh_consent_lines *lines, uint32_t head)
{
    uint32_t at = head;
    for (int i = 1; i < ZH_CONSENT_LINES_MAX && line_at(lines, at - 1)->next != 0; i++) at = line_at(lines, at - 1)->next;
    const uint32_t over = line_at(lines, at - 1)->next;
    if (over == 0) return;
    line_at(lines, at - 1)->next = 0;
    free_place(lines, over - 1);
}

static zh_err insert(zh_consent_lines *lines, const zh_consents *consents, zh_customer_id customer, const line *fresh)
{
    const uint64_t *head = zh_map_get(&lines->heads, customer.number);
    uint32_t before = 0, at = head == NULL ? 0 : (uint32_t)*head, place;
    int order = 1, count = 0;
    for (; at != 0; before = at, at = line_at(lines, at - 1)->next, count++)
        if ((order = line_order(consents, fresh, line_at(lines, at - 1))) >= 0) break;
    if ((at != 0 && order == 0) || count == ZH_CONSENT_LINES_MAX) return ZH_OK; /* it is there, or too old */
    zh_err e = take_place(lines, &place);
    if (e != ZH_OK) return e;
    *line_at(lines, place) = *fresh;
    line_at(lines, place)->next = at;
    if ((e = zh_map_put(&lines->changed, customer.number, 0)) == ZH_OK && before == 0) e = zh_map_put(&lines->heads, customer.number, (uint64_t)place + 1);
    if (e != ZH_OK) {
        free_place(lines, place);
        return e;
    }
    if (before != 0) line_at(lines, before - 1)->next = place + 1;
    cut_chain(lines, before == 0 ? place + 1 : (uint32_t)*zh_map_get(&lines->heads, customer.number));
    return ZH_OK;
}

zh_err zh_consent_lines_add(zh_consents *consents, const zh_consent_change *change)
{
    line fresh = { .at_ms = change->at_ms, .said = change->said, .yes = change->yes, .asked = change->asked };
    memcpy(fresh.proof, change->proof, sizeof fresh.proof);
    zh_err e = zh_consent_keep_text(consents, change->version, &fresh.version);
    if (e == ZH_OK) e = zh_consent_keep_text(consents, change->source, &fresh.source);
    return e != ZH_OK ? e : insert(&consents->lines, consents, change->customer, &fresh);
}

zh_err zh_consent_lines_forget(zh_consent_lines *lines, zh_customer_id customer)
{
    const uint64_t *head = zh_map_get(&lines->heads, customer.number);
    if (head == NULL) return ZH_OK;
    const zh_err e = zh_map_put(&lines->changed, customer.number, 0);
    if (e != ZH_OK) return e;
    for (uint32_t at = (uint32_t)*head, next; at != 0; at = next) {
        next = line_at(lines, at - 1)->next;
        free_place(lines, at - 1);
    }
    zh_map_drop(&lines->heads, customer.number);
    return ZH_OK;
}

zh_err zh_consent_lines_merge(zh_consent_lines *lines, const zh_consents *consents, zh_customer_id gone, zh_customer_id kept)
{
    const uint64_t *head = zh_map_get(&lines->heads, gone.number);
    for (uint32_t at = head == NULL ? 0 : (uint32_t)*head; at != 0; at = line_at(lines, at - 1)->next) {
        const line copy = *line_at(lines, at - 1); /* the buffer may move */
        const zh_err e = insert(lines, consents, kept, &copy);
        if (e != ZH_OK) return e;
    }
    return zh_consent_lines_forget(lines, gone);
}

uint32_t zh_consents_ledger(const zh_consents *consents, zh_customer_id customer, zh_consent_change out[ZH_CONSENT_LINES_MAX])
{
    const zh_consent_lines *lines = &consents->lines;
    const uint64_t *head = zh_map_get(&lines->heads, customer.number);
    uint32_t count = 0;
    for (uint32_t at = head == NULL ? 0 : (uint32_t)*head; at != 0 && count < ZH_CONSENT_LINES_MAX; at = line_at(lines, at - 1)->next) {
        const line *l = line_at(lines, at - 1);
        zh_consent_change *change = &out[count++];
        *change = (zh_consent_change){ .customer = customer, .at_ms = l->at_ms, .said = l->said, .yes = l->yes, .asked = l->asked,
                                       .version = zh_consent_text_of(consents, l->version), .source = zh_consent_text_of(consents, l->source) };
        memcpy(change->proof, l->proof, sizeof l->proof);
    }
    return count;
}

void zh_consent_put_proof(const uint8_t proof[ZH_CONSENT_PROOF_BYTES], zh_buf *out)
{
    static const uint8_t none[ZH_CONSENT_PROOF_BYTES];
    const bool has = memcmp(proof, none, sizeof none) != 0;
    zh_buf_put_text(out, (zh_sv){ (const char *)proof, has ? ZH_CONSENT_PROOF_BYTES : 0 });
}

/* --- keep ----------------------------------------------------------------------------------- */

/* Entry: key [customer u64 big-endian][255]; value [version u8][lines var], each line newest first: [at zig][said var][yes var]
 * [asked var][version text][source text][proof text]; NULL where there are none any more. */
static zh_err give(const zh_consents *consents, uint64_t customer, zh_buf *value, zh_keep keep)
{
    zh_consent_change all[ZH_CONSENT_LINES_MAX];
    char key[9];
    for (int i = 0; i < 8; i++) key[i] = (char)(unsigned char)(customer >> (56 - 8 * i));
    key[8] = (char)(unsigned char)ZH_CONSENT_LINES_KEY;
    const uint32_t count = zh_consents_ledger(consents, (zh_customer_id){ customer }, all);
    if (count == 0) return keep.put(keep.context, (zh_sv){ key, sizeof key }, (zh_sv){ 0 });
    zh_buf_reset(value);
    zh_buf_put_u8(value, ENTRY_VERSION);
    zh_buf_put_var(value, count);
    for (uint32_t i = 0; i < count; i++) {
        zh_buf_put_zig(value, all[i].at_ms);
        zh_buf_put_var(value, all[i].said);
        zh_buf_put_var(value, all[i].yes);
        zh_buf_put_var(value, all[i].asked);
        zh_buf_put_text(value, all[i].version);
        zh_buf_put_text(value, all[i].source);
        zh_consent_put_proof(all[i].proof, value);
    }
    const zh_err e = zh_buf_err(value);
    return e != ZH_OK ? e : keep.put(keep.context, (zh_sv){ key, sizeof key }, zh_buf_view(value));
}

zh_err zh_consent_lines_save(zh_consents *consents, bool all, zh_keep keep)
{
    zh_consent_lines *lines = &consents->lines;
    zh_buf value = zh_buf_open(ENTRY_BYTES_MAX);
    zh_err e = ZH_OK;
    uint64_t customer, ignored;
    const zh_map *which = all ? &lines->heads : &lines->changed;
    for (size_t at = 0; e == ZH_OK && zh_map_next(which, &at, &customer, &ignored);) e = give(consents, customer, &value, keep);
    if (e == ZH_OK && !all) zh_map_clear(&lines->changed);
    zh_buf_close(&value);
    return e;
}

zh_err zh_consent_lines_load(zh_consents *consents, zh_customer_id customer, zh_sv value)
{
    zh_reader r = zh_reader_on(value);
    const uint8_t version = zh_read_u8(&r);
    const uint64_t count = zh_read_var(&r);
    if (r.bad || version != ENTRY_VERSION || count > ZH_CONSENT_LINES_MAX) return ZH_FORMAT;
    const bool was_changed = zh_map_get(&consents->lines.changed, customer.number) != NULL;
    for (uint64_t i = 0; i < count; i++) {
        zh_consent_change change = { .customer = customer, .at_ms = zh_read_zig(&r) };
        const uint64_t said = zh_read_var(&r), yes = zh_read_var(&r), asked = zh_read_var(&r);
        change.version = zh_read_text(&r);
        change.source = zh_read_text(&r);
        const zh_sv proof = zh_read_text(&r);
        if (r.bad || ((said | asked) & ~(uint64_t)ZH_CONSENT_SAYABLE) != 0 || (yes & ~said) != 0) return ZH_FORMAT;
        if (change.version.size > ZH_CONSENT_TEXT_BYTES_MAX || change.source.size > ZH_CONSENT_TEXT_BYTES_MAX) return ZH_FORMAT;
        if (proof.size != 0 && proof.size != ZH_CONSENT_PROOF_BYTES) return ZH_FORMAT;
        change.said = (uint32_t)said, change.yes = (uint32_t)yes, change.asked = (uint32_t)asked;
        if (proof.size > 0) memcpy(change.proof, proof.data, proof.size);
        const zh_err e = zh_consent_lines_add(consents, &change);
        if (e != ZH_OK) return e;
    }
    if (zh_reader_left(&r) != 0) return ZH_FORMAT;
    if (!was_changed) zh_map_drop(&consents->lines.changed, customer.number); /* it comes from a save */
    return ZH_OK;
}

bool zh_consent_lines_check(const zh_consents *consents)
{
    const zh_consent_lines *lines = &consents->lines;
    uint64_t customer, head;
    for (size_t at = 0; zh_map_next(&lines->heads, &at, &customer, &head);) {
        int count = 0;
        for (uint32_t place = (uint32_t)head, next; place != 0; place = next, count++) {
            if (count == ZH_CONSENT_LINES_MAX || place > lines->rows.size / sizeof(line)) return false;
            next = line_at(lines, place - 1)->next;
            if (next != 0 && line_order(consents, line_at(lines, place - 1), line_at(lines, next - 1)) <= 0) return false;
        }
        if (count == 0) return false;
    }
    return true;
}
