/* Entries of the tracking plan: key hash u64 big-endian; value
 *
 *     u8 version = 1   u32 source   u8 type   u8 act   text name   var count   var violations   zig first   zig last   u8 cut
 *     text rule (zh_rule_put; empty: none)
 *     var properties, each:  text name   text example   zig first   zig last   7 times var count
 *     var shapes, each:      u64 print   var count   zig last   u32 reasons   u8 fault   u8 members, each: u8 property   u8 kind
 */
#include "quality/plan_inside.h"

#include <stdlib.h>

#define VERSION 1
#define VALUE_BYTES_MAX 131072

static void put_entry(const plan_entry *e, zh_buf *out)
{
    zh_buf_put_u8(out, VERSION);
    zh_buf_put_u32(out, e->source.number);
    zh_buf_put_u8(out, e->type);
    zh_buf_put_u8(out, e->act);
    zh_buf_put_text(out, (zh_sv){ e->name, e->name_size });
    zh_buf_put_var(out, e->count);
    zh_buf_put_var(out, e->violations);
    zh_buf_put_zig(out, e->first_ms);
    zh_buf_put_zig(out, e->last_ms);
    zh_buf_put_u8(out, e->is_cut);
    zh_buf_put_text(out, (zh_sv){ e->rule, e->rule_size });
    zh_buf_put_var(out, e->properties_count);
    for (uint32_t i = 0; i < e->properties_count; i++) {
        const plan_property *p = &e->properties[i];
        zh_buf_put_text(out, (zh_sv){ p->name, p->name_size });
        zh_buf_put_text(out, (zh_sv){ p->example, p->example_size });
        zh_buf_put_zig(out, p->first_ms);
        zh_buf_put_zig(out, p->last_ms);
        for (unsigned k = 0; k < ZH_KINDS; k++) zh_buf_put_var(out, p->counts[k]);
    }
    zh_buf_put_var(out, e->shapes_count);
    for (uint32_t i = 0; i < e->shapes_count; i++) {
        const plan_shape *s = &e->shapes[i];
        zh_buf_put_u64(out, s->print);
        zh_buf_put_var(out, s->count);
        zh_buf_put_zig(out, s->last_ms);
        zh_buf_put_u32(out, s->reasons);
        zh_buf_put_u8(out, s->fault);
        zh_buf_put_u8(out, s->members);
        for (uint32_t k = 0; k < s->members; k++) {
            zh_buf_put_u8(out, s->property[k]);
            zh_buf_put_u8(out, s->kind[k]);
        }
    }
}

zh_err zh_plan_save(zh_plan *plan, bool all, zh_keep keep)
{
    zh_buf value = zh_buf_open(VALUE_BYTES_MAX);
    zh_err e = ZH_OK;
    for (size_t i = 0; e == ZH_OK && i < plan->count; i++) {
        plan_entry *entry = plan->entries[i];
        char key[8];
        if (!all && !entry->is_dirty) continue;
        for (int k = 0; k < 8; k++) key[k] = (char)(unsigned char)(entry->hash >> (56 - 8 * k));
        zh_buf_reset(&value);
        put_entry(entry, &value);
        e = zh_buf_err(&value);
        if (e == ZH_OK) e = keep.put(keep.context, (zh_sv){ key, 8 }, zh_buf_view(&value));
        if (!all && e == ZH_OK) entry->is_dirty = false;
    }
    zh_buf_close(&value);
    return e;
}

static bool read_properties(zh_reader *r, plan_entry *e)
{
    const uint64_t count = zh_read_var(r);
    if (count > ZH_PLAN_PROPERTIES_MAX) return false;
    e->properties = calloc(count == 0 ? 1 : (size_t)count, sizeof *e->properties);
    if (e->properties == NULL) return false;
    e->properties_room = count == 0 ? 1 : (uint32_t)count;
    for (; e->properties_count < count && !r->bad; e->properties_count++) {
        plan_property *p = &e->properties[e->properties_count];
        const zh_sv name = zh_read_text(r);
        const zh_sv example = zh_read_text(r);
        if (name.size == 0 || name.size > sizeof p->name || example.size > sizeof p->example) return false;
        memcpy(p->name, name.data, name.size);
        if (example.size > 0) memcpy(p->example, example.data, example.size);
        p->name_size = (uint8_t)name.size;
        p->example_size = (uint8_t)example.size;
        p->first_ms = zh_read_zig(r);
        p->last_ms = zh_read_zig(r);
        for (unsigned k = 0; k < ZH_KINDS; k++) p->counts[k] = zh_read_var(r);
    }
    return true;
}

static bool read_shapes(zh_reader *r, plan_entry *e)
{
    const uint64_t count = zh_read_var(r);
    if (count > ZH_PLAN_SHAPES_MAX) return false;
    e->shapes = calloc(count == 0 ? 1 : (size_t)count, sizeof *e->shapes);
    if (e->shapes == NULL) return false;
    e->shapes_room = count == 0 ? 1 : (uint32_t)count;
    for (; e->shapes_count < count && !r->bad; e->shapes_count++) {
        plan_shape *s = &e->shapes[e->shapes_count];
        s->print = zh_read_u64(r);
        s->count = zh_read_var(r);
        s->last_ms = zh_read_zig(r);
        s->reasons = zh_read_u32(r);
        s->fault = zh_read_u8(r);
        s->members = zh_read_u8(r);
        if (s->members > ZH_SHAPE_MEMBERS_MAX || (s->fault != UINT8_MAX && s->fault >= e->properties_count)) return false;
        for (uint32_t k = 0; k < s->members; k++) {
            s->property[k] = zh_read_u8(r);
            s->kind[k] = zh_read_u8(r);
            if (s->kind[k] >= ZH_KINDS || (s->property[k] != UINT8_MAX && s->property[k] >= e->properties_count)) return false;
        }
    }
    return true;
}

static bool read_entry(zh_reader *r, plan_entry *e)
{
    if (zh_read_u8(r) != VERSION) return false;
    e->source.number = zh_read_u32(r);
    e->type = zh_read_u8(r);
    e->act = zh_read_u8(r);
    const zh_sv name = zh_read_text(r);
    if (name.size > sizeof e->name || e->act >= ZH_ACT_COUNT) return false;
    if (name.size > 0) memcpy(e->name, name.data, name.size);
    e->name_size = (uint8_t)name.size;
    e->count = zh_read_var(r);
    e->violations = zh_read_var(r);
    e->first_ms = zh_read_zig(r);
    e->last_ms = zh_read_zig(r);
    e->is_cut = zh_read_u8(r) == 1;
    const zh_sv rule = zh_read_text(r);
    if (r->bad || rule.size > 16384) return false;
    if (rule.size > 0) {
        zh_rule read;
        zh_reader inside = zh_reader_on(rule);
        if (!zh_rule_read(&inside, &read) || zh_reader_left(&inside) != 0 || (e->rule = malloc(rule.size)) == NULL) return false;
        memcpy(e->rule, rule.data, rule.size);
        e->rule_size = (uint32_t)rule.size;
        e->rejects = read.locked && read.action == ZH_RULE_REJECT;
    }
    return read_properties(r, e) && read_shapes(r, e) && !r->bad && zh_reader_left(r) == 0;
}

zh_err zh_plan_load(zh_plan *plan, zh_sv key, zh_sv value)
{
    uint64_t hash = 0;
    if (key.size != 8) return ZH_FORMAT;
    for (int k = 0; k < 8; k++) hash = hash << 8 | (unsigned char)key.data[k];
    if (zh_plan_entry_(plan, hash) != NULL) return ZH_FORMAT;
    plan_entry read = { .hash = hash }, *entry;
    zh_reader r = zh_reader_on(value);
    const bool sound = read_entry(&r, &read) && zh_plan_hash_(read.source, read.type, (zh_sv){ read.name, read.name_size }) == hash;
    const zh_err e = sound ? zh_plan_new_(plan, hash, &entry) : ZH_FORMAT;
    if (e != ZH_OK) {
        free(read.properties);
        free(read.shapes);
        free(read.rule);
        return e;
    }
    *entry = read;
    plan->rejecting += read.rejects;
    return ZH_OK;
}

bool zh_plan_check(const zh_plan *plan, const char **why)
{
    uint32_t rejecting = 0;
    *why = NULL;
    for (size_t i = 0; i < plan->count; i++) {
        const plan_entry *e = plan->entries[i];
        zh_rule rule;
        uint64_t shapes = 0;
        if (zh_plan_entry_(plan, e->hash) != e) *why = "an event's name is not found";
        if (e->rule != NULL && !zh_plan_entry_rule_(e, &rule)) *why = "a rule cannot be read";
        for (uint32_t k = 0; k < e->shapes_count; k++) shapes += e->shapes[k].count;
        if (shapes > e->count) *why = "shapes count more events than there were";
        rejecting += e->rejects;
    }
    if (rejecting != plan->rejecting) *why = "the rules that reject are counted wrong";
    return *why == NULL;
}

size_t zh_plan_bytes(const zh_plan *plan)
{
    size_t bytes = sizeof *plan + plan->room * sizeof *plan->entries + zh_map_bytes(&plan->by_hash);
    for (size_t i = 0; i < plan->count; i++)
        bytes += sizeof(plan_entry) + plan->entries[i]->properties_room * sizeof(plan_property) + plan->entries[i]->shapes_room * sizeof(plan_shape) + plan->entries[i]->rule_size;
    return bytes;
}
