#include "core/deadletter.h"
#include "core/record.h"

#define VERSION 1

static const struct { const char *code, *text; } rejects[ZH_REJECT_COUNT] = {
#define X(name, code, text) [ZH_REJECT_##name] = { code, text },
    ZH_REJECT_LIST(X)
#undef X
};

const char *zh_reject_code(zh_reject why)
{
    return (unsigned)why < ZH_REJECT_COUNT ? rejects[why].code : "unknown";
}

const char *zh_reject_text(zh_reject why)
{
    return (unsigned)why < ZH_REJECT_COUNT ? rejects[why].text : "unknown reason";
}

void zh_deadletter_put(const zh_deadletter *letter, zh_buf *out)
{
    zh_record_begin(out, ZH_RECORD_DEADLETTER, VERSION);
    zh_buf_put_var(out, letter->id);
    zh_buf_put_u8(out, (uint8_t)letter->why);
    zh_buf_put_u32(out, letter->source.number);
    zh_buf_put_i64(out, letter->received_ms);
    zh_buf_put_text(out, letter->message_id);
    zh_buf_put_text(out, letter->detail);
    zh_buf_put_text(out, letter->raw);
}

zh_err zh_deadletter_get(zh_sv record, zh_deadletter *out)
{
    zh_reader r = zh_reader_on(record);
    if (zh_read_u8(&r) != ZH_RECORD_DEADLETTER || zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    out->id = zh_read_var(&r);
    out->why = (zh_reject)zh_read_u8(&r);
    out->source.number = zh_read_u32(&r);
    out->received_ms = zh_read_i64(&r);
    out->message_id = zh_read_text(&r);
    out->detail = zh_read_text(&r);
    out->raw = zh_read_text(&r);
    return r.bad || zh_reader_left(&r) != 0 ? ZH_FORMAT : ZH_OK;
}
