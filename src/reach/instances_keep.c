#include "reach/instances_inside.h"

#include <stdlib.h>

#define ENTRY_VERSION 1
#define ENTRY_BYTES_MAX 512 /* two texts of 64 bytes and a row's numbers */
#define KEY_ROW 'i'
#define KEY_POSITION 'p'
#define KEY_BYTES 17

enum { ENTRY_NEVER = ROW_FLAGS + 1 }; /* beside a row's flags: it has no moment */

static size_t put_big(char *key, size_t at, uint64_t value)
{
    for (int i = 56; i >= 0; i -= 8) key[at++] = (char)(unsigned char)(value >> i);
    return at;
}
static uint64_t get_big(zh_sv key, size_t at)
{
    uint64_t value = 0;
    for (size_t i = at; i < at + 8; i++) value = value << 8 | (unsigned char)key.data[i];
    return value;
}

static zh_err put_row_key(int64_t first_ms, uint64_t id, zh_sv value, zh_keep keep)
{
    char key[KEY_BYTES] = { KEY_ROW };
    (void)put_big(key, put_big(key, 1, (uint64_t)first_ms), id);
    return keep.put(keep.context, (zh_sv){ key, sizeof key }, value);
}

/* u8 version=1, u8 node, u8 left, u8 flags (1 in its wait, 2 control, 4 never due), var customer, var entered as, var entries, zig entered, zig moved, [not 4: zig due], var visited,
 * var partition, var position, var version, texts: journey, key. */
static zh_err give_row(const zh_instances *v, uint32_t number, zh_buf *value, zh_keep keep)
{
    zh_instance i;
    instances_view(v, number, &i);
    const row *r = v->all[number];
    const bool is_never = i.place.due_ms == INT64_MAX;
    zh_buf_reset(value);
    zh_buf_put_u8(value, ENTRY_VERSION);
    zh_buf_put_u8(value, r->node);
    zh_buf_put_u8(value, r->left);
    zh_buf_put_u8(value, (uint8_t)(r->flags | (is_never ? ENTRY_NEVER : 0)));
    zh_buf_put_var(value, r->customer);
    zh_buf_put_var(value, r->entered_as);
    zh_buf_put_var(value, r->entries);
    zh_buf_put_zig(value, r->entered_ms);
    zh_buf_put_zig(value, r->moved_ms);
    if (!is_never) zh_buf_put_zig(value, i.place.due_ms);
    zh_buf_put_var(value, r->visited);
    zh_buf_put_var(value, r->partition);
    zh_buf_put_var(value, r->position);
    zh_buf_put_var(value, i.version);
    zh_buf_put_text(value, i.journey);
    zh_buf_put_text(value, i.key);
    const zh_err e = zh_buf_err(value);
    return e != ZH_OK ? e : put_row_key(r->first_ms, r->id, zh_buf_view(value), keep);
}

/* u8 version=1, var position; key: the partition. */
static zh_err give_position(const zh_instances *v, uint32_t partition, zh_buf *value, zh_keep keep)
{
    char key[9] = { KEY_POSITION };
    (void)put_big(key, 1, partition);
    zh_buf_reset(value);
    zh_buf_put_u8(value, ENTRY_VERSION);
    zh_buf_put_var(value, v->positions[partition]);
    const zh_err e = zh_buf_err(value);
    return e != ZH_OK ? e : keep.put(keep.context, (zh_sv){ key, sizeof key }, zh_buf_view(value));
}

static bool is_changed(const zh_instances *v, uint32_t number) { return (v->changed[number / 64] >> number % 64 & 1) != 0; }

zh_err zh_instances_save(zh_instances *v, bool all, zh_keep keep)
{
    zh_buf value = zh_buf_open(ENTRY_BYTES_MAX);
    zh_err e = ZH_OK;
    for (uint32_t i = 0; e == ZH_OK && !all && i < v->gone_count; i++) e = put_row_key(v->gone[i].first_ms, v->gone[i].id, (zh_sv){ 0 }, keep);
    for (uint32_t i = 1; e == ZH_OK && i < v->all_count; i++) {
        if (!all && i % 64 == 0 && v->changed[i / 64] == 0) i += 63;
        else if (v->all[i] != NULL && (all || is_changed(v, i))) e = give_row(v, i, &value, keep);
    }
    for (uint32_t p = 0; e == ZH_OK && p < ZH_INSTANCE_PARTITIONS_MAX; p++)
        if (all ? v->positions[p] != 0 : v->position_changed[p]) e = give_position(v, p, &value, keep);
    zh_buf_close(&value);
    if (e != ZH_OK || all) return e;
    v->gone_count = 0;
    if (v->all_cap > 0) memset(v->changed, 0, ((size_t)v->all_cap + 63) / 64 * sizeof *v->changed);
    memset(v->position_changed, 0, sizeof v->position_changed);
    return ZH_OK;
}

static zh_err load_position(zh_instances *v, zh_sv key, zh_sv value)
{
    const uint64_t partition = key.size == 9 ? get_big(key, 1) : ZH_INSTANCE_PARTITIONS_MAX;
    zh_reader in = zh_reader_on(value);
    if (zh_read_u8(&in) != ENTRY_VERSION) return ZH_FORMAT;
    const uint64_t position = zh_read_var(&in);
    if (partition >= ZH_INSTANCE_PARTITIONS_MAX || in.bad || zh_reader_left(&in) != 0 || position == 0 || v->positions[partition] != 0) return ZH_CORRUPT;
    v->positions[partition] = position;
    return ZH_OK;
}

/* What no record could have made. `flags` as stored. */
static bool is_good(const row *r, const zh_instance_record *as, uint64_t entries, uint8_t flags)
{
    if (!zh_instance_record_is_good(as) || r->customer == 0 || entries == 0 || entries > ZH_INSTANCES_ENTRIES_MAX || r->entered_ms < 0 || r->moved_ms < 0 || flags > (ROW_FLAGS | ENTRY_NEVER)) return false;
    if (r->left == ZH_JOURNEY_LEFT_IN) return true;
    return r->node == ZH_JOURNEY_END && (flags & ENTRY_NEVER) != 0 && (flags & ROW_WAITS) == 0 && (r->left != ZH_JOURNEY_LEFT_CONTROL || (flags & ROW_CONTROL) != 0);
}

zh_err zh_instances_load(zh_instances *v, zh_sv key, zh_sv value)
{
    if (key.size > 0 && key.data[0] == KEY_POSITION) return load_position(v, key, value);
    if (key.size != KEY_BYTES || key.data[0] != KEY_ROW) return ZH_CORRUPT;
    row r = { .first_ms = (int64_t)get_big(key, 1), .id = get_big(key, 9) };
    zh_instance_record as = { .word = ZH_INSTANCE_ENTER, .id = { r.id }, .at_ms = r.first_ms, .place.due_ms = INT64_MAX };
    zh_reader in = zh_reader_on(value);
    if (zh_read_u8(&in) != ENTRY_VERSION) return ZH_FORMAT;
    r.node = as.place.node = zh_read_u8(&in);
    r.left = zh_read_u8(&in);
    as.place.left = (zh_journey_left)r.left;
    const uint8_t flags = zh_read_u8(&in);
    r.customer = zh_read_var(&in);
    r.entered_as = as.customer.number = zh_read_var(&in);
    const uint64_t entries = zh_read_var(&in);
    r.entered_ms = zh_read_zig(&in);
    r.moved_ms = zh_read_zig(&in);
    if ((flags & ENTRY_NEVER) == 0) as.place.due_ms = zh_read_zig(&in);
    r.visited = zh_read_var(&in);
    const uint64_t partition = zh_read_var(&in);
    r.position = zh_read_var(&in);
    const uint64_t version = zh_read_var(&in);
    as.journey = zh_read_text(&in);
    as.key = zh_read_text(&in);
    if (in.bad || zh_reader_left(&in) != 0 || partition >= ZH_INSTANCE_PARTITIONS_MAX || version > ZH_INSTANCE_VERSIONS_MAX || number_of(v, r.id) != 0) return ZH_CORRUPT;
    as.version = (uint32_t)version;
    if (!is_good(&r, &as, entries, flags)) return ZH_CORRUPT;
    r.flags = flags & ROW_FLAGS, r.entries = (uint16_t)entries, r.partition = (uint16_t)partition;
    return instances_add(v, &r, as.journey, as.version, as.key, as.place.due_ms);
}

/* ---- proving ---- */

static bool rows_are_good(const zh_instances *v, const char **why)
{
    uint64_t rows = 0, in = 0, waiting = 0;
    for (uint32_t i = 1; i < v->all_count; i++) {
        const row *r = v->all[i];
        if (r == NULL) continue;
        *why = "an instance is of nobody, or stands under another number";
        if (r->customer == 0 || number_of(v, r->id) != i) return false;
        *why = "an instance that left waits";
        if (!is_in(r) && (v->places[i] != WAITS_NOT || r->node != ZH_JOURNEY_END)) return false;
        rows++, in += is_in(r), waiting += v->places[i] != WAITS_NOT;
    }
    for (uint32_t i = 0; i < v->lanes_count; i++) waiting -= v->lanes[i].count;
    *why = "the instances and their number differ";
    return rows == v->rows.count && in == v->in && waiting == 0;
}

static bool chains_are_good(const zh_instances *v, const char **why)
{
    uint32_t chain;
    int32_t first;
    uint64_t linked = 0;
    *why = "the instances of a customer are not his, or out of order";
    for (size_t at = 0; zh_map32_next(&v->chains, &at, &chain, &first);) {
        if (first == 0) return false;
        for (int32_t i = first; i != 0; i = v->all[i]->next, linked++)
            if (v->all[i] == NULL || chain_of(v->all[i]->customer) != chain || (v->all[i]->next != 0 && !is_newer(v->all[i], v->all[v->all[i]->next]))) return false;
    }
    *why = "an instance is in no customer's list";
    return linked == v->rows.count;
}

static bool lane_is_good(const zh_instances *v, const lane *of, const char **why)
{
    *why = "an instance waits out of its place";
    for (uint32_t i = 0; i < of->count; i++) {
        const wait one = of->waiting[i];
        const row *r = v->all[one.number];
        if (r == NULL || v->places[one.number] != i || lane_of(v, r) != of || one.tie != (uint32_t)(r->id >> 32) || (i > 0 && goes_first(v, one, of->waiting[(i - 1) / 2]))) return false;
    }
    return true;
}

/* Counted again. */
static bool counts_are_good(const zh_instances *v, const char **why)
{
    zh_instance_counts *counts = calloc((size_t)v->editions_count + 1, sizeof *counts);
    *why = "no memory to count again";
    if (counts == NULL) return false;
    for (uint32_t i = 0; i < v->editions_count; i++) counts[i].version = v->editions[i].counts.version;
    for (uint32_t i = 1; i < v->all_count; i++)
        if (v->all[i] != NULL) instances_count(v->all[i], &counts[v->all[i]->edition], 1);
    *why = "the counts of a version are not those of its rows";
    bool good = true;
    for (uint32_t i = 0; good && i < v->editions_count; i++) good = memcmp(&counts[i], &v->editions[i].counts, sizeof *counts) == 0;
    free(counts);
    return good;
}

bool zh_instances_check(const zh_instances *v, const char **why)
{
    if (!rows_are_good(v, why) || !chains_are_good(v, why)) return false;
    for (uint32_t i = 0; i < v->lanes_count; i++)
        if (!lane_is_good(v, &v->lanes[i], why)) return false;
    return counts_are_good(v, why);
}
