#include "reach/instance.h"

#include <assert.h>

#define VERSION 1

enum { FLAG_WAITS = 1, FLAG_NEVER = 2, FLAGS_ALL = 3 };

/* ---- numbers ---- */

/* A size before each text, so that no two have the same bytes. */
static size_t add_text(char *to, size_t at, zh_sv text)
{
    to[at++] = (char)(unsigned char)text.size;
    if (text.size > 0) memcpy(to + at, text.data, text.size);
    return at + text.size;
}

zh_instance_id zh_instance_id_of(const zh_sealer *sealer, zh_customer_id customer, zh_sv journey, zh_sv key)
{
    char bytes[8 + 1 + ZH_MESSAGE_NAME_BYTES_MAX + 1 + ZH_JOURNEY_KEY_BYTES_MAX];
    uint8_t sign[32];
    uint64_t number = 0;
    size_t size = 0;
    assert(journey.size <= ZH_MESSAGE_NAME_BYTES_MAX && key.size <= ZH_JOURNEY_KEY_BYTES_MAX);
    for (; size < 8; size++) bytes[size] = (char)(unsigned char)(customer.number >> (8 * size));
    size = add_text(bytes, size, journey);
    size = add_text(bytes, size, key);
    zh_seal_sign(sealer, ZH_SV("instance"), (zh_sv){ bytes, size }, sign);
    for (int i = 0; i < 8; i++) number |= (uint64_t)sign[i] << (8 * i);
    return (zh_instance_id){ number == 0 ? 1 : number };
}

/* ---- records ---- */

static bool place_is_good(const zh_journey_place *p)
{
    if (p->left != ZH_JOURNEY_LEFT_IN) return (unsigned)p->left < ZH_JOURNEY_LEFTS;
    return p->node < ZH_JOURNEY_NODES_MAX && p->due_ms >= 0;
}

bool zh_instance_record_is_good(const zh_instance_record *r)
{
    if (r->at_ms < 0 || r->partition >= ZH_INSTANCE_PARTITIONS_MAX) return false;
    if (r->word == ZH_INSTANCE_READ) return r->customer.number == 0;
    if (r->customer.number == 0 || r->id.number == 0 || r->version == 0 || r->version > ZH_INSTANCE_VERSIONS_MAX || !place_is_good(&r->place)) return false;
    if (r->word == ZH_INSTANCE_MOVE) return true;
    return r->word == ZH_INSTANCE_ENTER && r->journey.size > 0 && r->journey.size <= ZH_MESSAGE_NAME_BYTES_MAX && r->key.size > 0 && r->key.size <= ZH_JOURNEY_KEY_BYTES_MAX;
}

static void put_place(const zh_instance_record *r, zh_buf *out)
{
    const zh_journey_place *p = &r->place;
    const bool is_out = p->left != ZH_JOURNEY_LEFT_IN, is_never = is_out || p->due_ms == INT64_MAX;
    zh_buf_put_u8(out, is_out ? ZH_JOURNEY_END : p->node);
    zh_buf_put_u8(out, (uint8_t)((p->is_in && !is_out ? FLAG_WAITS : 0) | (is_never ? FLAG_NEVER : 0)));
    zh_buf_put_u8(out, (uint8_t)p->left);
    if (!is_never) zh_buf_put_zig(out, p->due_ms - r->at_ms);
    zh_buf_put_u64(out, p->visited);
}

static bool get_place(zh_reader *in, int64_t at_ms, zh_journey_place *p)
{
    const uint8_t node = zh_read_u8(in), flags = zh_read_u8(in), left = zh_read_u8(in);
    *p = (zh_journey_place){ .node = node, .is_in = (flags & FLAG_WAITS) != 0, .left = (zh_journey_left)left, .due_ms = INT64_MAX };
    bool good = (flags & ~FLAGS_ALL) == 0 && at_ms >= 0;
    if (good && (flags & FLAG_NEVER) == 0) good = !__builtin_add_overflow(at_ms, zh_read_zig(in), &p->due_ms) && p->due_ms != INT64_MAX;
    p->visited = zh_read_u64(in);
    return good && (left == ZH_JOURNEY_LEFT_IN || (node == ZH_JOURNEY_END && flags == FLAG_NEVER));
}

void zh_instance_put(const zh_instance_record *record, zh_buf *out)
{
    assert(zh_instance_record_is_good(record));
    zh_record_begin(out, ZH_RECORD_JOURNEY, VERSION);
    zh_buf_put_u64(out, record->customer.number);
    zh_buf_put_u8(out, (uint8_t)record->word);
    zh_buf_put_zig(out, record->at_ms);
    if (record->word != ZH_INSTANCE_READ) zh_buf_put_u64(out, record->id.number);
    if (record->word == ZH_INSTANCE_ENTER) {
        zh_buf_put_text(out, record->journey);
        zh_buf_put_text(out, record->key);
    }
    if (record->word != ZH_INSTANCE_READ) {
        zh_buf_put_var(out, record->version);
        put_place(record, out);
    }
    zh_buf_put_var(out, record->partition);
    zh_buf_put_var(out, record->position);
}

static uint32_t read_small(zh_reader *in) /* what is too large is good nowhere */
{
    const uint64_t value = zh_read_var(in);
    return value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

zh_err zh_instance_get(zh_sv bytes, zh_instance_record *out)
{
    zh_reader in = zh_reader_on(bytes);
    bool good = true;
    *out = (zh_instance_record){ 0 };
    if (zh_read_u8(&in) != ZH_RECORD_JOURNEY || zh_read_u8(&in) != VERSION) return ZH_FORMAT;
    out->customer = (zh_customer_id){ zh_read_u64(&in) };
    out->word = (zh_instance_word)zh_read_u8(&in);
    out->at_ms = zh_read_zig(&in);
    if (out->word != ZH_INSTANCE_READ) out->id = (zh_instance_id){ zh_read_u64(&in) };
    if (out->word == ZH_INSTANCE_ENTER) {
        out->journey = zh_read_text(&in);
        out->key = zh_read_text(&in);
    }
    if (out->word != ZH_INSTANCE_READ) {
        out->version = read_small(&in);
        good = get_place(&in, out->at_ms, &out->place);
    }
    out->partition = read_small(&in);
    out->position = zh_read_var(&in);
    return good && !in.bad && zh_reader_left(&in) == 0 && zh_instance_record_is_good(out) ? ZH_OK : ZH_FORMAT;
}

zh_customer_id zh_instance_customer(zh_sv bytes)
{
    zh_instance_record record;
    return zh_instance_get(bytes, &record) == ZH_OK ? record.customer : (zh_customer_id){ 0 };
}
