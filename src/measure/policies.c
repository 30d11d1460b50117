/* Entries: key u32 day big-endian (sign bit flipped), name; value: the record. */
#include "measure/policies.h"
#include "core/record.h"

#include <stdlib.h>

#define VERSION 1
#define KEY_BYTES_MAX (4 + ZH_POLICIES_NAME_BYTES_MAX)

/* ---- the record ---- */

static bool is_name(zh_sv text, size_t most)
{
    if (text.size == 0 || text.size > most) return false;
    for (size_t i = 0; i < text.size; i++) {
        const char c = text.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-')) return false;
    }
    return true;
}

static bool is_estimate(zh_estimate e) { return e.low <= e.value && e.value <= e.high; }

static const char *result_fault(const zh_policy_report *r, const zh_policy_result *p)
{
    if (!is_name(p->policy, ZH_POLICY_NAME_BYTES_MAX)) return "the name of a policy is letters, digits, '-' and '_', at most 32";
    if (p->visits < 0 || p->orders < 0) return "visits and orders are 0 or more";
    if (!is_estimate(p->margin_per_visit) || (p->has_difference && !is_estimate(p->difference))) return "low <= value <= high must hold in an estimate";
    for (const zh_policy_result *other = r->results; other < p; other++)
        if (zh_sv_equal(other->policy, p->policy)) return "a policy stands twice";
    return NULL;
}

bool zh_policy_report_check(const zh_policy_report *r, const char **field, const char **why)
{
    *field = "name", *why = "must be 1 to 64 letters, digits, '.', '-' or '_'";
    if (!is_name(r->name, ZH_POLICIES_NAME_BYTES_MAX)) return false;
    if (r->gone) return true;
    *field = "to", *why = "must not be before `from`";
    if (r->to_day < r->from_day || r->from_day < INT32_MIN || r->to_day > INT32_MAX) return false;
    *field = "note", *why = "has at most 200 bytes";
    if (r->note.size > ZH_POLICY_NOTE_BYTES_MAX) return false;
    *field = "visits", *why = "must be 0 or more";
    if (r->visits < 0) return false;
    *field = "policies", *why = "must hold 1 to 8 policies";
    if (r->count == 0 || r->count > ZH_POLICIES_RESULTS_MAX) return false;
    bool has_baseline = false;
    for (uint32_t i = 0; i < r->count; i++) {
        if ((*why = result_fault(r, &r->results[i])) != NULL) return false;
        has_baseline |= zh_sv_equal(r->results[i].policy, r->baseline);
    }
    *field = "baseline", *why = "must be one of the policies";
    return has_baseline;
}

static void put_estimate(zh_estimate e, zh_buf *out)
{
    zh_buf_put_zig(out, e.value);
    zh_buf_put_zig(out, e.low);
    zh_buf_put_zig(out, e.high);
}

static zh_estimate get_estimate(zh_reader *r)
{
    zh_estimate e;
    e.value = zh_read_zig(r);
    e.low = zh_read_zig(r);
    e.high = zh_read_zig(r);
    return e;
}

enum { HAS_DIFFERENCE = 1, HAS_SHARE = 2 };

void zh_policy_report_put(const zh_policy_report *r, zh_buf *out)
{
    zh_record_begin(out, ZH_RECORD_POLICIES, VERSION);
    zh_buf_put_text(out, r->name);
    zh_buf_put_u8(out, r->gone);
    zh_buf_put_i64(out, r->at_ms);
    if (r->gone) return;
    zh_buf_put_text(out, r->baseline);
    zh_buf_put_text(out, r->note);
    zh_buf_put_u32(out, r->currency.code);
    zh_buf_put_zig(out, r->from_day);
    zh_buf_put_zig(out, r->to_day);
    zh_buf_put_zig(out, r->visits);
    zh_buf_put_u8(out, (uint8_t)r->count);
    for (uint32_t i = 0; i < r->count; i++) {
        const zh_policy_result *p = &r->results[i];
        zh_buf_put_text(out, p->policy);
        zh_buf_put_zig(out, p->visits);
        zh_buf_put_zig(out, p->orders);
        zh_buf_put_zig(out, p->revenue_minor);
        zh_buf_put_zig(out, p->margin_minor);
        put_estimate(p->margin_per_visit, out);
        zh_buf_put_u8(out, (uint8_t)((p->has_difference ? HAS_DIFFERENCE : 0) | (p->has_share ? HAS_SHARE : 0)));
        if (p->has_difference) put_estimate(p->difference, out);
        if (p->has_share) zh_buf_put_zig(out, p->share_micro);
    }
}

static void get_result(zh_reader *r, zh_policy_result *p)
{
    p->policy = zh_read_text(r);
    p->visits = zh_read_zig(r);
    p->orders = zh_read_zig(r);
    p->revenue_minor = zh_read_zig(r);
    p->margin_minor = zh_read_zig(r);
    p->margin_per_visit = get_estimate(r);
    const uint8_t has = zh_read_u8(r);
    p->has_difference = (has & HAS_DIFFERENCE) != 0;
    p->has_share = (has & HAS_SHARE) != 0;
    if (p->has_difference) p->difference = get_estimate(r);
    if (p->has_share) p->share_micro = zh_read_zig(r);
    r->bad |= has > (HAS_DIFFERENCE | HAS_SHARE);
}

zh_err zh_policy_report_get(zh_sv record, zh_policy_report *out)
{
    zh_reader r = zh_reader_on(record);
    const char *field, *why;
    *out = (zh_policy_report){ 0 };
    if (zh_read_u8(&r) != ZH_RECORD_POLICIES || zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    out->name = zh_read_text(&r);
    const uint8_t gone = zh_read_u8(&r);
    out->gone = gone == 1;
    out->at_ms = zh_read_i64(&r);
    if (!out->gone) {
        out->baseline = zh_read_text(&r);
        out->note = zh_read_text(&r);
        out->currency.code = zh_read_u32(&r);
        out->from_day = zh_read_zig(&r);
        out->to_day = zh_read_zig(&r);
        out->visits = zh_read_zig(&r);
        out->count = zh_read_u8(&r);
        if (out->count > ZH_POLICIES_RESULTS_MAX) return ZH_FORMAT;
        for (uint32_t i = 0; i < out->count; i++) get_result(&r, &out->results[i]);
    }
    if (r.bad || gone > 1 || zh_reader_left(&r) != 0) return ZH_FORMAT;
    return zh_policy_report_check(out, &field, &why) ? ZH_OK : ZH_FORMAT;
}

/* ---- the view ---- */

typedef struct report {
    char *bytes;  /* the record; NULL: gone, its entry is to be taken back */
    size_t size;
    char name[ZH_POLICIES_NAME_BYTES_MAX];
    size_t name_size;
    int64_t day, at_ms;
    bool dirty;
} report;

struct zh_policies {
    report **all; /* and what is gone until the next save */
    size_t count, room;
};

static zh_sv name_of(const report *r) { return (zh_sv){ r->name, r->name_size }; }

zh_err zh_policies_open(zh_policies **out)
{
    *out = calloc(1, sizeof **out);
    return *out == NULL ? ZH_NOMEM : ZH_OK;
}

static void drop_at(zh_policies *p, size_t i)
{
    free(p->all[i]->bytes);
    free(p->all[i]);
    p->all[i] = p->all[--p->count];
}

void zh_policies_close(zh_policies *p)
{
    if (p == NULL) return;
    while (p->count > 0) drop_at(p, p->count - 1);
    free(p->all);
    free(p);
}

static void go(report *r)
{
    free(r->bytes);
    r->bytes = NULL, r->size = 0, r->dirty = true;
}

static report *find(const zh_policies *p, zh_sv name, int64_t day)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->all[i]->day == day && zh_sv_equal(name_of(p->all[i]), name)) return p->all[i];
    return NULL;
}

static void forget(zh_policies *p, zh_sv name)
{
    for (size_t i = 0; i < p->count; i++)
        if (zh_sv_equal(name_of(p->all[i]), name)) go(p->all[i]);
}

/* Room for one more report, within the bounds of names and days. */
static zh_err make_room(zh_policies *p, zh_sv name)
{
    zh_sv names[ZH_POLICIES_NAMES_MAX], days[ZH_POLICIES_DAYS_MAX];
    const size_t known = zh_policies_names(p, names);
    bool is_known = false;
    for (size_t i = 0; i < known; i++) is_known |= zh_sv_equal(names[i], name);
    if (!is_known && known == ZH_POLICIES_NAMES_MAX) forget(p, names[known - 1]);
    if (is_known && zh_policies_days(p, name, days) == ZH_POLICIES_DAYS_MAX) {
        report *oldest = NULL;
        for (size_t i = 0; i < p->count; i++)
            if (p->all[i]->bytes != NULL && zh_sv_equal(name_of(p->all[i]), name) && (oldest == NULL || p->all[i]->day < oldest->day)) oldest = p->all[i];
        if (oldest != NULL) go(oldest);
    }
    if (p->count < p->room) return ZH_OK;
    report **more = realloc(p->all, (p->room * 2 + 64) * sizeof *more);
    if (more == NULL) return ZH_NOMEM;
    p->all = more, p->room = p->room * 2 + 64;
    return ZH_OK;
}

static int newer(const report *there, int64_t at_ms, zh_sv record)
{
    if (there->at_ms != at_ms) return there->at_ms < at_ms ? 1 : -1;
    return -zh_sv_compare((zh_sv){ there->bytes, there->size }, record);
}

static zh_err keep_record(zh_policies *p, const zh_policy_report *parsed, zh_sv record, bool dirty)
{
    report *r = find(p, parsed->name, parsed->to_day);
    if (r != NULL && r->bytes != NULL && newer(r, parsed->at_ms, record) <= 0) return ZH_OK;
    if (r == NULL || r->bytes == NULL) {
        const zh_err e = make_room(p, parsed->name);
        if (e != ZH_OK) return e;
    }
    char *bytes = malloc(record.size);
    if (bytes == NULL) return ZH_NOMEM;
    if (r == NULL) {
        if ((r = calloc(1, sizeof *r)) == NULL) {
            free(bytes);
            return ZH_NOMEM;
        }
        p->all[p->count++] = r;
        memcpy(r->name, parsed->name.data, r->name_size = parsed->name.size);
        r->day = parsed->to_day;
    }
    memcpy(bytes, record.data, record.size);
    free(r->bytes);
    r->bytes = bytes, r->size = record.size, r->at_ms = parsed->at_ms, r->dirty = dirty;
    return ZH_OK;
}

zh_err zh_policies_fold(zh_policies *p, zh_sv record)
{
    zh_policy_report parsed;
    const zh_err e = zh_policy_report_get(record, &parsed);
    if (e != ZH_OK) return e;
    if (!parsed.gone) return keep_record(p, &parsed, record, true);
    forget(p, parsed.name);
    return ZH_OK;
}

size_t zh_policies_names(const zh_policies *p, zh_sv out[ZH_POLICIES_NAMES_MAX])
{
    int64_t latest[ZH_POLICIES_NAMES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < p->count; i++) {
        const report *r = p->all[i];
        if (r->bytes == NULL) continue;
        size_t at = 0;
        while (at < count && !zh_sv_equal(out[at], name_of(r))) at++;
        if (at == count && count == ZH_POLICIES_NAMES_MAX) continue;
        if (at == count) out[count] = name_of(r), latest[count++] = r->at_ms;
        else if (r->at_ms > latest[at]) latest[at] = r->at_ms;
    }
    for (size_t i = 1; i < count; i++) /* newest first, then by name: few */
        for (size_t j = i; j > 0 && (latest[j] > latest[j - 1] || (latest[j] == latest[j - 1] && zh_sv_compare(out[j], out[j - 1]) < 0)); j--) {
            const zh_sv name = out[j];
            const int64_t ms = latest[j];
            out[j] = out[j - 1], latest[j] = latest[j - 1];
            out[j - 1] = name, latest[j - 1] = ms;
        }
    return count;
}

static int by_day(const void *a, const void *b)
{
    const int64_t x = (*(const report *const *)a)->day, y = (*(const report *const *)b)->day;
    return x < y ? -1 : x > y;
}

size_t zh_policies_days(const zh_policies *p, zh_sv name, zh_sv out[ZH_POLICIES_DAYS_MAX])
{
    const report *found[ZH_POLICIES_DAYS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < p->count && count < ZH_POLICIES_DAYS_MAX; i++)
        if (p->all[i]->bytes != NULL && zh_sv_equal(name_of(p->all[i]), name)) found[count++] = p->all[i];
    qsort(found, count, sizeof *found, by_day);
    for (size_t i = 0; i < count; i++) out[i] = (zh_sv){ found[i]->bytes, found[i]->size };
    return count;
}

/* ---- keeping ---- */

zh_err zh_policies_save(zh_policies *p, bool all, zh_keep keep)
{
    for (size_t i = 0; i < p->count;) {
        report *r = p->all[i];
        const uint32_t day = (uint32_t)(int32_t)r->day ^ 0x80000000u;
        char key[KEY_BYTES_MAX] = { (char)(day >> 24), (char)(day >> 16), (char)(day >> 8), (char)day };
        memcpy(key + 4, r->name, r->name_size);
        if (all ? r->bytes != NULL : r->dirty) {
            const zh_err e = keep.put(keep.context, (zh_sv){ key, 4 + r->name_size }, (zh_sv){ r->bytes, r->size });
            if (e != ZH_OK) return e;
        }
        if (!all) r->dirty = false;
        if (!all && r->bytes == NULL) drop_at(p, i);
        else i++;
    }
    return ZH_OK;
}

zh_err zh_policies_load(zh_policies *p, zh_sv key, zh_sv value)
{
    zh_policy_report parsed;
    const zh_err e = zh_policy_report_get(value, &parsed);
    if (e != ZH_OK) return e;
    if (parsed.gone || key.size != 4 + parsed.name.size || find(p, parsed.name, parsed.to_day) != NULL) return ZH_FORMAT;
    return keep_record(p, &parsed, value, false);
}

bool zh_policies_check(const zh_policies *p, const char **why)
{
    *why = NULL;
    for (size_t i = 0; i < p->count; i++) {
        zh_policy_report parsed;
        const report *r = p->all[i];
        if (r->bytes == NULL) continue;
        if (zh_policy_report_get((zh_sv){ r->bytes, r->size }, &parsed) != ZH_OK || parsed.to_day != r->day || parsed.at_ms != r->at_ms) *why = "a report is not what its place says";
        if (find(p, name_of(r), r->day) != r) *why = "two reports of one name and day";
    }
    return *why == NULL;
}

size_t zh_policies_bytes(const zh_policies *p)
{
    size_t bytes = sizeof *p;
    for (size_t i = 0; i < p->count; i++) bytes += sizeof(report) + p->all[i]->size;
    return bytes;
}
