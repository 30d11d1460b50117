/* The records of tags and lists.
 *
 *     TAG   u8 kind = 18   u8 version = 1   var customer   u8 said   u8 source   i64 at   text name   u8 actor kind   var actor number
 *           [set: u16 confidence in thousandths (65535: none)   var end - at (0: it stands)]
 *     LIST  u8 kind = 19   u8 version = 1   u8 1 adds, 0 takes away   i64 at   text name   u8 actor kind   var actor number
 *           var customers, each: var number
 */
#include "profile/tags.h"
#include "base/time.h"
#include "base/utf8.h"

#include <assert.h>

#define VERSION 1

static const char *const sources[ZH_TAG_SOURCES] = { "?", "customer", "staff", "import", "list", "computed" };

const char *zh_tag_source_text(zh_tag_source source) { return (unsigned)source < ZH_TAG_SOURCES ? sources[source] : "?"; }

bool zh_tag_source_of(zh_sv text, zh_tag_source *out)
{
    for (int i = ZH_TAG_BY_CUSTOMER; i <= ZH_TAG_BY_IMPORT; i++) {
        if (!zh_sv_equal(text, zh_sv_of(sources[i]))) continue;
        *out = (zh_tag_source)i;
        return true;
    }
    return false;
}

bool zh_tag_name_is_good(zh_sv name)
{
    if (name.size == 0 || name.size > ZH_TAG_BYTES_MAX || zh_utf8_valid(name) != name.size) return false;
    for (size_t i = 0; i < name.size; i++)
        if ((unsigned char)name.data[i] < 0x20 || name.data[i] == 0x7F) return false;
    return name.data[0] != ' ' && name.data[name.size - 1] != ' ';
}

static bool is_good(const zh_tag_change *c)
{
    if (c->customer.number == 0 || c->at_ms < 0 || c->at_ms > ZH_TIME_MS_MAX || !zh_tag_name_is_good(c->name)) return false;
    if (c->source < ZH_TAG_BY_CUSTOMER || c->source > ZH_TAG_BY_LIST) return false;
    if (c->said == ZH_TAG_SET) return c->expires_ms > c->at_ms && (c->confidence <= 1000 || c->confidence == ZH_TAG_NO_CONFIDENCE);
    return c->said == (c->source == ZH_TAG_BY_CUSTOMER ? ZH_TAG_DELETE : ZH_TAG_REMOVE);
}

void zh_tag_put(const zh_tag_change *c, zh_buf *out)
{
    assert(is_good(c));
    zh_record_begin(out, ZH_RECORD_TAG, VERSION);
    zh_buf_put_var(out, c->customer.number);
    zh_buf_put_u8(out, (uint8_t)c->said);
    zh_buf_put_u8(out, (uint8_t)c->source);
    zh_buf_put_i64(out, c->at_ms);
    zh_buf_put_text(out, c->name);
    zh_buf_put_u8(out, c->actor_kind);
    zh_buf_put_var(out, c->actor_number);
    if (c->said != ZH_TAG_SET) return;
    zh_buf_put_u16(out, c->confidence);
    zh_buf_put_var(out, c->expires_ms == ZH_TAG_NO_END ? 0 : (uint64_t)(c->expires_ms - c->at_ms));
}

zh_err zh_tag_get(zh_sv record, zh_tag_change *out)
{
    zh_reader r = zh_reader_on(record);
    if (zh_read_u8(&r) != ZH_RECORD_TAG || zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    zh_tag_change c = { .customer = { zh_read_var(&r) }, .confidence = ZH_TAG_NO_CONFIDENCE, .expires_ms = ZH_TAG_NO_END };
    c.said = (zh_tag_said)zh_read_u8(&r);
    c.source = (zh_tag_source)zh_read_u8(&r);
    c.at_ms = zh_read_i64(&r);
    c.name = zh_read_text(&r);
    c.actor_kind = zh_read_u8(&r);
    const uint64_t actor = zh_read_var(&r);
    if (c.said == ZH_TAG_SET) {
        c.confidence = zh_read_u16(&r);
        const uint64_t span = zh_read_var(&r);
        if (r.bad || c.at_ms < 0 || c.at_ms > ZH_TIME_MS_MAX || span > (uint64_t)ZH_TIME_MS_MAX) return ZH_FORMAT;
        if (span > 0) c.expires_ms = c.at_ms + (int64_t)span;
    }
    if (r.bad || zh_reader_left(&r) != 0 || actor > UINT32_MAX || !is_good(&c)) return ZH_FORMAT;
    c.actor_number = (uint32_t)actor;
    *out = c;
    return ZH_OK;
}

void zh_list_put(const zh_list_change *c, zh_buf *out)
{
    assert(zh_tag_name_is_good(c->name) && c->at_ms >= 0 && c->count > 0 && c->count <= ZH_LIST_CHUNK_MAX);
    zh_record_begin(out, ZH_RECORD_LIST, VERSION);
    zh_buf_put_u8(out, c->adds);
    zh_buf_put_i64(out, c->at_ms);
    zh_buf_put_text(out, c->name);
    zh_buf_put_u8(out, c->actor_kind);
    zh_buf_put_var(out, c->actor_number);
    zh_buf_put_var(out, c->count);
    for (uint32_t i = 0; i < c->count; i++) zh_buf_put_var(out, c->customers[i]);
}

zh_err zh_list_get(zh_sv record, zh_list_change *out)
{
    zh_reader r = zh_reader_on(record);
    if (zh_read_u8(&r) != ZH_RECORD_LIST || zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    const uint8_t adds = zh_read_u8(&r);
    out->adds = adds == 1;
    out->at_ms = zh_read_i64(&r);
    out->name = zh_read_text(&r);
    out->actor_kind = zh_read_u8(&r);
    const uint64_t actor = zh_read_var(&r), count = zh_read_var(&r);
    if (r.bad || adds > 1 || actor > UINT32_MAX || count == 0 || count > ZH_LIST_CHUNK_MAX || !zh_tag_name_is_good(out->name)) return ZH_FORMAT;
    if (out->at_ms < 0 || out->at_ms > ZH_TIME_MS_MAX) return ZH_FORMAT;
    out->actor_number = (uint32_t)actor;
    out->count = (uint32_t)count;
    for (uint32_t i = 0; i < out->count; i++)
        if ((out->customers[i] = zh_read_var(&r)) == 0) return ZH_FORMAT;
    return r.bad || zh_reader_left(&r) != 0 ? ZH_FORMAT : ZH_OK;
}
