/* analyze_attribution.c -- `zhun analyze attribution`: paths out of a file or the spec, and who gets what. */
#include "app/analyze_names.h"
#include "app/analyze_table.h"
#include "measure/attribution.h"
#include "model/names.h"

#include <math.h>
#include <stdlib.h>

#define COUNT_MAX 1e15

typedef struct journeys {
    zh_path *paths;
    size_t count;
    zh_buf touches;    /* uint32_t, all paths one behind another */
    zh_names names;    /* of channels */
    uint32_t *order;   /* channels by name */
    uint32_t channels;
    size_t empty;      /* paths without a channel */
    bool collapse;
} journeys;

static void add_touch(zh_analyze *job, journeys *j, zh_path *p, zh_sv channel)
{
    uint32_t number;
    channel = zh_sv_trim(channel);
    if (channel.size == 0 || job->failed != ZH_OK) return;
    if (zh_names_add(&j->names, channel, &number) != ZH_OK || number >= ZH_ATTRIBUTION_CHANNELS_MAX) {
        zh_analyze_fail(job, ZH_FULL, "a channel's name is over %d bytes, or there are over %d channels: look at the separator of paths", ZH_NAMES_BYTES_MAX, ZH_ATTRIBUTION_CHANNELS_MAX);
        return;
    }
    if (j->collapse && p->length > 0 && ((const uint32_t *)(const void *)(j->touches.data + j->touches.size))[-1] == number) return;
    zh_buf_put_u32(&j->touches, number);
    p->length++;
}

static void add_text(zh_analyze *job, journeys *j, zh_path *p, zh_sv text, char separator)
{
    for (;;) {
        const char *at = text.size == 0 ? NULL : memchr(text.data, separator, text.size);
        const size_t size = at == NULL ? text.size : (size_t)(at - text.data);
        add_touch(job, j, p, zh_sv_part(text, 0, size));
        if (at == NULL) return;
        text = zh_sv_part(text, size + 1, SIZE_MAX);
    }
}

static char separator_of(zh_analyze *job)
{
    const zh_sv text = zh_spec_text(job, "separator", ">");
    if (job->failed == ZH_OK && text.size != 1) zh_analyze_fail(job, ZH_RANGE, "'separator' is one character: give one, like >");
    return text.size == 1 ? text.data[0] : '>';
}

static void from_file(zh_analyze *job, journeys *j)
{
    zh_table t;
    const char separator = separator_of(job);
    if (!zh_table_read(job, zh_spec_file(job, "file"), &t)) return;
    const uint32_t path = zh_table_column(job, &t, "path", "path journey channels", true);
    const uint32_t conversions = zh_table_column(job, &t, "conversions", "total_conversions conversions conversion", true);
    const uint32_t value = zh_table_column(job, &t, "value", "total_conversion_value conversion_value value revenue", false);
    const uint32_t nulls = zh_table_column(job, &t, "nulls", "total_null total_nulls nulls null", false);
    j->paths = ZH_ROOM(job, zh_path, t.rows);
    for (uint64_t i = 0; i < t.rows && job->failed == ZH_OK; i++) {
        zh_path *p = &j->paths[j->count++];
        add_text(job, j, p, zh_table_cell(&t, i, path), separator);
        p->conversions = zh_table_real_in(job, &t, i, conversions, 0, COUNT_MAX);
        p->value = value == ZH_NO_COLUMN ? 0 : zh_table_real(job, &t, i, value, false);
        p->nulls = nulls == ZH_NO_COLUMN ? 0 : zh_table_real_in(job, &t, i, nulls, 0, COUNT_MAX);
    }
}

static double member(zh_analyze *job, zh_json_value object, const char *key, size_t place)
{
    const zh_json_value value = zh_json_get(object, zh_sv_of(key));
    double number = 0;
    if (zh_json_is(value, ZH_JSON_ABSENT) || zh_json_is(value, ZH_JSON_NULL)) return 0;
    if (!zh_json_real(value, &number) || !(number >= 0 && number <= COUNT_MAX)) zh_analyze_fail(job, ZH_RANGE, "path %zu: '%s' is no number from 0: correct it", place, key);
    return number;
}

static void from_spec(zh_analyze *job, journeys *j)
{
    const zh_json_value list = zh_spec_get(job, "paths");
    const char separator = separator_of(job);
    if (!zh_json_is(list, ZH_JSON_ARRAY)) zh_analyze_fail(job, ZH_RANGE, "'paths' is no list: write [{\"path\": [\"a\", \"b\"], \"conversions\": 1, \"nulls\": 0}]");
    j->paths = ZH_ROOM(job, zh_path, zh_json_count(list) + 1);
    for (zh_json_iter it = zh_json_walk(list); job->failed == ZH_OK && zh_json_next(&it);) {
        zh_path *p = &j->paths[j->count++];
        zh_sv text;
        const zh_json_value path = zh_json_is(it.value, ZH_JSON_OBJECT) ? zh_json_get(it.value, ZH_SV("path")) : it.value;
        if (zh_json_text(path, &text)) add_text(job, j, p, text, separator);
        else if (!zh_json_is(path, ZH_JSON_ARRAY)) zh_analyze_fail(job, ZH_RANGE, "path %zu is neither a text nor a list of channels: write one", j->count);
        for (zh_json_iter touch = zh_json_walk(path); zh_json_next(&touch);) {
            if (!zh_json_text(touch.value, &text)) zh_analyze_fail(job, ZH_RANGE, "path %zu has a channel that is no text: write its name", j->count);
            else add_touch(job, j, p, text);
        }
        p->conversions = member(job, it.value, "conversions", j->count);
        p->value = member(job, it.value, "value", j->count);
        p->nulls = member(job, it.value, "nulls", j->count);
    }
}

static void settle(zh_analyze *job, journeys *j)
{
    const uint32_t *at = (const uint32_t *)(const void *)j->touches.data;
    if (job->failed == ZH_OK && zh_buf_err(&j->touches) != ZH_OK) zh_analyze_fail(job, ZH_NOMEM, "out of memory: give this machine more");
    if (job->failed == ZH_OK && j->count >= UINT32_MAX) zh_analyze_fail(job, ZH_FULL, "over four billion paths: add equal ones up");
    if (job->failed != ZH_OK) return;
    for (size_t i = 0; i < j->count; i++) {
        j->paths[i].touches = at;
        at += j->paths[i].length;
        j->empty += j->paths[i].length == 0;
    }
    j->channels = zh_names_count(&j->names);
    if (zh_names_order(&j->names, job->arena, &j->order) != ZH_OK) zh_analyze_fail(job, ZH_NOMEM, "out of memory: give this machine more");
}

/* ---- answers ---- */

static void put_members(zh_analyze *job, const journeys *j, const double *values, bool all)
{
    for (uint32_t i = 0; i < j->channels; i++) {
        const uint32_t c = j->order[i];
        if (!all && values[c] == 0) continue;
        zh_json_out_key(job->out, zh_names_at(&j->names, c));
        zh_put_real(job->out, values[c]);
    }
}

static void put_object(zh_analyze *job, const char *key, const journeys *j, const double *values)
{
    zh_put_key(job->out, key);
    zh_json_out_object(job->out);
    put_members(job, j, values, true);
    zh_json_out_end(job->out);
}

static void put_transitions(zh_analyze *job, const journeys *j, const zh_markov *m)
{
    char key[2 * ZH_NAMES_BYTES_MAX + 16];
    for (uint32_t a = 0; a <= j->channels; a++)
        for (uint32_t b = 0; b < j->channels + 2; b++) {
            const uint32_t from = a == j->channels ? a : j->order[a], to = b < j->channels ? j->order[b] : b;
            const double p = m->steps[(size_t)from * (j->channels + 2) + to];
            if (p == 0) continue;
            const zh_sv left = a == j->channels ? ZH_SV("start") : zh_names_at(&j->names, from);
            const zh_sv right = b == j->channels ? ZH_SV("conversion") : b > j->channels ? ZH_SV("null") : zh_names_at(&j->names, to);
            snprintf(key, sizeof key, "%.*s>%.*s", ZH_SV_ARG(left), ZH_SV_ARG(right));
            zh_put_key_real(job->out, key, p);
        }
}

static void put_markov(zh_analyze *job, const journeys *j, bool of_value, bool transitions)
{
    zh_markov m;
    double total = 0, removed = 0;
    if (zh_spec_count(job, "order", 1, 10, 1) != 1) zh_analyze_fail(job, ZH_RANGE, "'order' is not 1: Markov attribution here looks one step back");
    double *shares = ZH_ROOM(job, double, j->channels);
    if (job->failed != ZH_OK) return;
    const zh_err e = zh_markov_of(&m, job->arena, j->paths, j->count, j->channels);
    if (e != ZH_OK) {
        zh_analyze_fail(job, e == ZH_NOMEM ? ZH_NOMEM : ZH_ABSENT, "%s: give paths of which some convert", e == ZH_NOMEM ? "out of memory" : "no path converts");
        return;
    }
    if (transitions) {
        put_transitions(job, j, &m);
        return;
    }
    for (size_t i = 0; i < j->count; i++) total += j->paths[i].length == 0 ? 0 : of_value ? j->paths[i].value : j->paths[i].conversions;
    for (uint32_t c = 0; c < j->channels; c++) removed += m.removal[c];
    for (uint32_t c = 0; c < j->channels; c++) shares[c] = total * m.removal[c] / removed;
    put_members(job, j, shares, true);
    zh_put_key_real(job->out, "base", m.base);
    zh_put_key_real(job->out, "base_conversion_probability", m.base);
    put_object(job, "removal", j, m.removal);
    put_object(job, "conversions", j, shares);
}

/* "position_40_20_40" or plain names; false: none of the rules. */
static bool rule_of(zh_analyze *job, zh_sv model, zh_attribution_desc *d)
{
    static const struct { const char *name; zh_attribution_rule rule; } rules[] = {
        { "first", ZH_ATTRIBUTE_FIRST }, { "last", ZH_ATTRIBUTE_LAST }, { "linear", ZH_ATTRIBUTE_LINEAR }, { "decay_half_per_step", ZH_ATTRIBUTE_DECAY },
        { "decay", ZH_ATTRIBUTE_DECAY }, { "time_decay", ZH_ATTRIBUTE_DECAY }, { "position", ZH_ATTRIBUTE_POSITION }, { "shapley", ZH_ATTRIBUTE_SHAPLEY },
    };
    char text[64];
    int a, b, c, used = 0;
    snprintf(text, sizeof text, "%.*s", (int)(model.size < 63 ? model.size : 63), model.data == NULL ? "" : model.data);
    d->half_life = zh_spec_real(job, "half_life", 1e-3, 1e6, 1);
    d->first_share = zh_spec_real(job, "first_share", 0, 1, 0.4);
    d->last_share = zh_spec_real(job, "last_share", 0, 1, 0.4);
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (strcmp(text, rules[i].name) == 0) {
            d->rule = rules[i].rule;
            if (d->first_share + d->last_share > 1 || d->first_share + d->last_share == 0) zh_analyze_fail(job, ZH_RANGE, "'first_share' and 'last_share' sum to more than 1, or 0: give shares");
            return true;
        }
    if (sscanf(text, "position_%3d_%3d_%3d%n", &a, &b, &c, &used) != 3 || text[used] != '\0' || a < 0 || b < 0 || c < 0 || a + b + c != 100 || a + c == 0) return false;
    d->rule = ZH_ATTRIBUTE_POSITION;
    d->first_share = a / 100.0, d->last_share = c / 100.0;
    return true;
}

static void put_rule(zh_analyze *job, const journeys *j, const zh_attribution_desc *d)
{
    double *out = ZH_ROOM(job, double, j->channels);
    uint32_t *seen = ZH_ROOM(job, uint32_t, j->channels);
    if (job->failed != ZH_OK) return;
    zh_attribute(d, j->paths, j->count, j->channels, seen, out);
    put_members(job, j, out, zh_spec_has_file(job, "file"));
}

static void put_totals(zh_analyze *job, const journeys *j)
{
    double conversions = 0, value = 0, nulls = 0;
    uint32_t longest = 0;
    for (size_t i = 0; i < j->count; i++) {
        conversions += j->paths[i].conversions, value += j->paths[i].value, nulls += j->paths[i].nulls;
        if (j->paths[i].length > longest) longest = j->paths[i].length;
    }
    zh_put_key_count(job->out, "paths", j->count);
    zh_put_key(job->out, "channels");
    zh_json_out_array(job->out);
    for (uint32_t i = 0; i < j->channels; i++) zh_json_out_text(job->out, zh_names_at(&j->names, j->order[i]));
    zh_json_out_end(job->out);
    zh_put_key_real(job->out, "conversions", conversions);
    zh_put_key_real(job->out, "value", value);
    zh_put_key_real(job->out, "nulls", nulls);
    zh_put_key_count(job->out, "longest", longest);
    zh_put_key_count(job->out, "touches", j->touches.size / sizeof(uint32_t));
    zh_put_key_count(job->out, "empty_paths", j->empty);
}

static void put_parsed(zh_analyze *job, const journeys *j)
{
    zh_put_key(job->out, "parsed");
    zh_json_out_array(job->out);
    for (size_t i = 0; i < j->count; i++) {
        zh_json_out_array(job->out);
        for (uint32_t k = 0; k < j->paths[i].length; k++) zh_json_out_text(job->out, zh_names_at(&j->names, j->paths[i].touches[k]));
        zh_json_out_end(job->out);
    }
    zh_json_out_end(job->out);
}

static void answer(zh_analyze *job, const journeys *j)
{
    zh_attribution_desc d = { .of_value = zh_spec_choice(job, "of", "conversions|conversion value|value", "conversions") > 0 };
    if (!zh_spec_has(job, "model")) {
        put_totals(job, j);
        if (zh_spec_has(job, "paths")) put_parsed(job, j);
        return;
    }
    const zh_sv model = zh_spec_text(job, "model", NULL);
    const bool transitions = zh_sv_equal(model, ZH_SV("markov transition matrix"));
    if (job->failed == ZH_OK && j->channels == 0) zh_analyze_fail(job, ZH_ABSENT, "no path has a channel: give paths like \"search > mail\"");
    if (job->failed != ZH_OK) return;
    if (transitions || zh_sv_equal(model, ZH_SV("markov"))) put_markov(job, j, d.of_value, transitions);
    else if (zh_sv_equal(model, ZH_SV("shapley-set"))) put_rule(job, j, &(zh_attribution_desc){ .rule = ZH_ATTRIBUTE_SHAPLEY, .of_value = d.of_value });
    else if (rule_of(job, model, &d)) put_rule(job, j, &d);
    else
        zh_analyze_fail(job, ZH_RANGE, "'model' cannot be '%.*s': give first, last, linear, decay, position, position_40_20_40, markov, markov transition matrix or shapley",
                        (int)(model.size > 40 ? 40 : model.size), model.data);
}

void zh_analyze_attribution(zh_analyze *job)
{
    journeys j = { .names = zh_names_open(), .touches = zh_buf_open(ZH_ANALYZE_FILE_BYTES_MAX), .collapse = zh_spec_flag(job, "collapse_repeats", false) };
    if (zh_spec_has(job, "paths")) from_spec(job, &j);
    else from_file(job, &j);
    settle(job, &j);
    if (job->failed == ZH_OK) answer(job, &j);
    zh_buf_close(&j.touches);
    zh_names_close(&j.names);
}
