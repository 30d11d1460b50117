#include "measure/allocation.h"
#include "core/record.h"

#define VERSION 1

void zh_allocation_write(const zh_bandit_allocation *a, zh_buf *out)
{
    zh_buf_put_var(out, a->number);
    zh_buf_put_var(out, a->since);
    zh_buf_put_u8(out, (uint8_t)a->cause);
    zh_buf_put_u8(out, (uint8_t)a->arms);
    zh_buf_put_u8(out, (uint8_t)a->winner);
    zh_buf_put_u8(out, (uint8_t)a->drifted);
    for (uint32_t i = 0; i < a->arms; i++) zh_buf_put_var(out, a->chance[i]);
}

static uint32_t read_up_to(zh_reader *r, uint32_t most)
{
    const uint64_t value = zh_read_var(r);
    if (value > most) r->bad = true;
    return r->bad ? 0 : (uint32_t)value;
}

void zh_allocation_read(zh_reader *r, zh_bandit_allocation *out)
{
    *out = (zh_bandit_allocation){ .number = read_up_to(r, ZH_BANDIT_ALLOCATIONS_MAX) };
    out->since = read_up_to(r, ZH_BANDIT_ALLOCATIONS_MAX);
    out->cause = (zh_bandit_cause)zh_read_u8(r);
    out->arms = zh_read_u8(r);
    out->winner = zh_read_u8(r);
    out->drifted = zh_read_u8(r);
    if (out->arms > ZH_BANDIT_ARMS_MAX) r->bad = true;
    for (uint32_t i = 0; !r->bad && i < out->arms; i++) out->chance[i] = read_up_to(r, ZH_BANDIT_MICRO);
    if (!r->bad && !zh_bandit_is_sound(out)) r->bad = true;
}

void zh_allocation_put(zh_sv experiment, const zh_bandit_allocation *a, zh_buf *out)
{
    zh_record_begin(out, ZH_RECORD_ALLOCATION, VERSION);
    zh_buf_put_text(out, experiment);
    zh_allocation_write(a, out);
}

zh_err zh_allocation_get(zh_sv record, zh_sv *experiment, zh_bandit_allocation *out)
{
    zh_reader r = zh_reader_on(record);
    *out = (zh_bandit_allocation){ 0 };
    if (zh_read_u8(&r) != ZH_RECORD_ALLOCATION || zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    *experiment = zh_read_text(&r);
    zh_allocation_read(&r, out);
    return r.bad || zh_reader_left(&r) != 0 ? ZH_FORMAT : ZH_OK;
}
