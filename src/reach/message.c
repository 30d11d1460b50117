#include "reach/message.h"

#include <assert.h>

#define VERSION 1
#define KEY_BYTES_MAX (8 + 3 * (ZH_MESSAGE_ENTRY_BYTES_MAX + 1))

enum { FLAG_MARKETING = 1, FLAG_KEEPS = 2, FLAGS_ALL = 3 };

/* ---- words ---- */

static const char *const state_texts[] = {
#define X(name, text) text,
    ZH_MESSAGE_STATE_LIST(X)
#undef X
};
static const char *const why_texts[] = {
#define X(name, text) text,
    ZH_MESSAGE_WHY_LIST(X)
#undef X
};

const char *zh_message_state_text(zh_message_state state) { return (unsigned)state < ZH_MESSAGE_STATES ? state_texts[state] : "?"; }
const char *zh_message_why_text(zh_message_why why) { return (unsigned)why < ZH_WHYS ? why_texts[why] : "?"; }

bool zh_message_state_of(zh_sv text, zh_message_state *out)
{
    for (unsigned i = 0; i < ZH_MESSAGE_STATES; i++)
        if (zh_sv_equal(zh_sv_of(state_texts[i]), text)) {
            *out = (zh_message_state)i;
            return true;
        }
    return false;
}

/* ---- numbers ---- */

void zh_message_id_print(zh_message_id id, char out[ZH_MESSAGE_ID_TEXT_BYTES])
{
    for (int i = 0; i < 16; i++) out[i] = "0123456789abcdef"[id.number >> (60 - 4 * i) & 15];
    out[16] = '\0';
}

zh_err zh_message_id_parse(zh_sv text, zh_message_id *out)
{
    uint64_t number = 0;
    if (text.size != 16) return ZH_FORMAT;
    for (size_t i = 0; i < text.size; i++) {
        const char c = text.data[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return ZH_FORMAT;
        number = number << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    *out = (zh_message_id){ number };
    return number == 0 ? ZH_FORMAT : ZH_OK;
}

/* A size before each text, so that no two keys have the same bytes. */
static size_t add_text(char *to, size_t at, zh_sv text)
{
    to[at++] = (char)(unsigned char)text.size;
    if (text.size > 0) memcpy(to + at, text.data, text.size);
    return at + text.size;
}

zh_message_id zh_message_id_of(const zh_sealer *sealer, zh_customer_id customer, const zh_message_plan *plan)
{
    uint8_t sign[32];
    uint64_t number = 0;
    char key[KEY_BYTES_MAX];
    size_t size = 0;
    assert(plan->campaign.size <= ZH_MESSAGE_NAME_BYTES_MAX && plan->step.size <= ZH_MESSAGE_NAME_BYTES_MAX && plan->entry.size <= ZH_MESSAGE_ENTRY_BYTES_MAX);
    for (; size < 8; size++) key[size] = (char)(unsigned char)(customer.number >> (8 * size));
    size = add_text(key, size, plan->campaign);
    size = add_text(key, size, plan->step);
    size = add_text(key, size, plan->entry);
    zh_seal_sign(sealer, ZH_SV("message"), (zh_sv){ key, size }, sign);
    for (int i = 0; i < 8; i++) number |= (uint64_t)sign[i] << (8 * i);
    return (zh_message_id){ number == 0 ? 1 : number };
}

/* ---- records ---- */

static bool plan_is_good(const zh_message_plan *p)
{
    return p->campaign.size <= ZH_MESSAGE_NAME_BYTES_MAX && p->step.size <= ZH_MESSAGE_NAME_BYTES_MAX && p->channel.size <= ZH_MESSAGE_NAME_BYTES_MAX && p->channel.size > 0 &&
           p->template.size <= ZH_MESSAGE_NAME_BYTES_MAX && p->template.size > 0 && p->entry.size <= ZH_MESSAGE_ENTRY_BYTES_MAX && p->entry.size > 0 &&
           p->language.size <= ZH_MESSAGE_LANGUAGE_BYTES_MAX && p->data.size <= ZH_MESSAGE_DATA_BYTES_MAX && p->due_ms >= 0 && p->expires_ms >= 0 &&
           p->control <= ZH_MESSAGE_CONTROL_OF && (unsigned)p->via < ZH_CHANNEL_COUNT && (p->best_hour < 24 || p->best_hour == ZH_MESSAGE_BEST_NONE);
}

static bool is_state(zh_message_word word) { return (unsigned)word >= ZH_MESSAGE_SAYS_STATE_FIRST && (unsigned)word < ZH_MESSAGE_SAYS_STATE_FIRST + ZH_MESSAGE_STATES; }

bool zh_message_record_is_good(const zh_message_record *r)
{
    if (r->customer.number == 0 || r->id.number == 0 || r->at_ms < 0) return false;
    if (r->word == ZH_MESSAGE_SAYS_PLAN) return plan_is_good(&r->plan);
    const bool known = r->word == ZH_MESSAGE_SAYS_WAIT || is_state(r->word) || (r->word >= ZH_MESSAGE_SAYS_SEEN && r->word <= ZH_MESSAGE_SAYS_WAKE);
    return known && r->word != (zh_message_word)(ZH_MESSAGE_SAYS_STATE_FIRST + ZH_MESSAGE_PLANNED) && (unsigned)r->why < ZH_WHYS && r->due_ms >= 0 &&
           r->provider.size <= ZH_MESSAGE_PROVIDER_BYTES_MAX && r->detail.size <= ZH_MESSAGE_DETAIL_BYTES_MAX;
}

static void put_plan(const zh_message_plan *p, zh_buf *out)
{
    zh_buf_put_u8(out, (uint8_t)((p->is_marketing ? FLAG_MARKETING : 0) | (p->keeps_data ? FLAG_KEEPS : 0)));
    zh_buf_put_u8(out, (uint8_t)p->via);
    zh_buf_put_u8(out, p->priority);
    zh_buf_put_u8(out, p->best_hour);
    zh_buf_put_zig(out, p->due_ms);
    zh_buf_put_zig(out, p->expires_ms);
    zh_buf_put_var(out, p->control);
    zh_buf_put_text(out, p->channel);
    zh_buf_put_text(out, p->template);
    zh_buf_put_text(out, p->campaign);
    zh_buf_put_text(out, p->step);
    zh_buf_put_text(out, p->entry);
    zh_buf_put_text(out, p->language);
    zh_buf_put_text(out, p->data);
}

static bool get_plan(zh_reader *r, zh_message_plan *p)
{
    const uint8_t flags = zh_read_u8(r), via = zh_read_u8(r);
    *p = (zh_message_plan){ .is_marketing = (flags & FLAG_MARKETING) != 0, .keeps_data = (flags & FLAG_KEEPS) != 0, .via = (zh_channel)via };
    p->priority = zh_read_u8(r);
    p->best_hour = zh_read_u8(r);
    p->due_ms = zh_read_zig(r);
    p->expires_ms = zh_read_zig(r);
    const uint64_t control = zh_read_var(r);
    p->control = control > UINT32_MAX ? UINT32_MAX : (uint32_t)control;
    p->channel = zh_read_text(r);
    p->template = zh_read_text(r);
    p->campaign = zh_read_text(r);
    p->step = zh_read_text(r);
    p->entry = zh_read_text(r);
    p->language = zh_read_text(r);
    p->data = zh_read_text(r);
    return (flags & ~FLAGS_ALL) == 0;
}

void zh_message_put(const zh_message_record *record, zh_buf *out)
{
    assert(zh_message_record_is_good(record));
    zh_record_begin(out, ZH_RECORD_MESSAGE, VERSION);
    zh_buf_put_u64(out, record->customer.number);
    zh_buf_put_u64(out, record->id.number);
    zh_buf_put_u8(out, (uint8_t)record->word);
    zh_buf_put_zig(out, record->at_ms);
    if (record->word == ZH_MESSAGE_SAYS_PLAN) {
        put_plan(&record->plan, out);
        return;
    }
    zh_buf_put_u8(out, (uint8_t)record->why);
    zh_buf_put_zig(out, record->due_ms);
    zh_buf_put_u64(out, record->address);
    zh_buf_put_text(out, record->provider);
    zh_buf_put_text(out, record->detail);
}

zh_err zh_message_get(zh_sv bytes, zh_message_record *out)
{
    zh_reader r = zh_reader_on(bytes);
    *out = (zh_message_record){ 0 };
    if (zh_read_u8(&r) != ZH_RECORD_MESSAGE || zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    out->customer = (zh_customer_id){ zh_read_u64(&r) };
    out->id = (zh_message_id){ zh_read_u64(&r) };
    out->word = (zh_message_word)zh_read_u8(&r);
    out->at_ms = zh_read_zig(&r);
    bool good = true;
    if (out->word == ZH_MESSAGE_SAYS_PLAN) good = get_plan(&r, &out->plan);
    else {
        out->why = (zh_message_why)zh_read_u8(&r);
        out->due_ms = zh_read_zig(&r);
        out->address = zh_read_u64(&r);
        out->provider = zh_read_text(&r);
        out->detail = zh_read_text(&r);
        if (is_state(out->word)) out->state = (zh_message_state)((unsigned)out->word - ZH_MESSAGE_SAYS_STATE_FIRST);
    }
    return good && !r.bad && zh_reader_left(&r) == 0 && zh_message_record_is_good(out) ? ZH_OK : ZH_FORMAT;
}

zh_customer_id zh_message_customer(zh_sv bytes)
{
    zh_message_record record;
    return zh_message_get(bytes, &record) == ZH_OK ? record.customer : (zh_customer_id){ 0 };
}
