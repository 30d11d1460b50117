/* The bytes of a model of next categories and of its test. Shares are kept in 16 bits: 1 / 65535 is finer than what was counted. */
#include "measure/next_category.h"

#include <math.h>
#include <string.h>

static const char *const whys[] = { NULL, "history is shorter than three times the window", "fewer than 100 next orders",
                                    "it is no better than the customer's most frequent category or the most popular one" };
enum { WHYS = sizeof whys / sizeof *whys };

static void put_share(zh_buf *out, float share) { zh_buf_put_u16(out, (uint16_t)lround((double)share * UINT16_MAX)); }
static float take_share(zh_reader *in) { return (float)(zh_read_u16(in) + 0.01) / UINT16_MAX; } /* never 0: everything may come */
static void put_real(zh_buf *out, double value) { zh_buf_put(out, (zh_sv){ (const char *)&value, sizeof value }); }

static double take_real(zh_reader *in)
{
    double value = 0;
    const zh_sv bytes = zh_read_bytes(in, sizeof value);
    if (!in->bad) memcpy(&value, bytes.data, sizeof value);
    if (!isfinite(value)) in->bad = true;
    return value;
}

void zh_next_category_put(const zh_next_category *m, zh_buf *out)
{
    zh_buf_put_u8(out, (uint8_t)m->count);
    for (uint32_t c = 0; c < m->count; c++) zh_buf_put_u32(out, m->ids[c]);
    put_share(out, m->known);
    for (uint32_t c = 0; c < m->count; c++) put_share(out, m->popular[c]);
    for (uint32_t a = 0; a < m->count; a++)
        for (uint32_t c = 0; c < m->count; c++) put_share(out, m->after[a][c]);
    for (int b = 0; m->count > 0 && b < ZH_NEXT_BUCKETS; b++)
        for (int s = 0; s < ZH_NEXT_SOURCES; s++) put_share(out, m->weights[b][s]);
    for (int b = 0; m->count > 0 && b < ZH_NEXT_BUCKETS; b++) zh_buf_put_u16(out, (uint16_t)lround((double)m->sharpness[b] * 1000));
}

zh_err zh_next_category_take(zh_next_category *m, zh_reader *in)
{
    *m = (zh_next_category){ .count = zh_read_u8(in) };
    if (m->count > ZH_NEXT_CATEGORIES_MAX) return ZH_CORRUPT;
    for (uint32_t c = 0; c < m->count; c++) m->ids[c] = zh_read_u32(in);
    for (uint32_t c = 1; c < m->count; c++)
        if (m->ids[c] <= m->ids[c - 1]) return ZH_CORRUPT;
    m->known = take_share(in);
    for (uint32_t c = 0; c < m->count; c++) m->popular[c] = take_share(in);
    for (uint32_t a = 0; a < m->count; a++)
        for (uint32_t c = 0; c < m->count; c++) m->after[a][c] = take_share(in);
    for (int b = 0; m->count > 0 && b < ZH_NEXT_BUCKETS; b++)
        for (int s = 0; s < ZH_NEXT_SOURCES; s++) m->weights[b][s] = take_share(in);
    for (int b = 0; m->count > 0 && b < ZH_NEXT_BUCKETS; b++) m->sharpness[b] = (float)(zh_read_u16(in) / 1000.0);
    return in->bad ? ZH_CORRUPT : ZH_OK;
}

void zh_next_category_report_put(const zh_next_category_report *r, zh_buf *out)
{
    uint8_t why = 0;
    for (uint8_t i = 1; i < WHYS && r->why != NULL; i++)
        if (strcmp(whys[i], r->why) == 0) why = i;
    zh_buf_put_u8(out, (uint8_t)r->days_count);
    for (uint32_t i = 0; i < r->days_count; i++) zh_buf_put_u32(out, (uint32_t)r->days[i]);
    zh_buf_put_u64(out, r->asked);
    zh_buf_put_u64(out, r->right);
    zh_buf_put_u64(out, r->right_frequent);
    zh_buf_put_u64(out, r->right_popular);
    put_real(out, r->log_loss);
    put_real(out, r->log_loss_popular);
    put_real(out, r->reliability.ece);
    put_real(out, r->reliability.noise);
    zh_buf_put_u8(out, r->is_offered);
    zh_buf_put_u8(out, why);
}

zh_err zh_next_category_report_take(zh_next_category_report *r, zh_reader *in)
{
    *r = (zh_next_category_report){ .days_count = zh_read_u8(in) };
    if (r->days_count > ZH_NEXT_CATEGORY_TESTS) return ZH_CORRUPT;
    for (uint32_t i = 0; i < r->days_count; i++) r->days[i] = (int32_t)zh_read_u32(in);
    r->asked = zh_read_u64(in);
    r->right = zh_read_u64(in);
    r->right_frequent = zh_read_u64(in);
    r->right_popular = zh_read_u64(in);
    r->log_loss = take_real(in);
    r->log_loss_popular = take_real(in);
    r->reliability.ece = take_real(in);
    r->reliability.noise = take_real(in);
    r->is_offered = zh_read_u8(in) == 1;
    const uint8_t why = zh_read_u8(in);
    if (why < WHYS) r->why = whys[why];
    return in->bad ? ZH_CORRUPT : ZH_OK;
}
