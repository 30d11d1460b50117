#include "measure/touch_paths.h"
#include "base/hash.h"
#include "base/map.h"
#include "measure/attribution.h"
#include "profile/terms.h"

#include <math.h>
#include <stdlib.h>

typedef struct way { /* a path and how often it was walked */
    uint32_t at, length; /* its touches in `touches` */
    uint64_t conversions, nulls;
    int64_t value_minor;
} way;

struct zh_touch_paths {
    zh_terms *texts;
    zh_map places;         /* hash of a path: 1 + place of its way */
    way *ways;
    size_t count, cap;
    uint32_t *touches;
    size_t touches_count, touches_cap;
    size_t bytes_max;
    uint64_t untouched, cut, merged;
    int64_t value_minor, untouched_minor;
};

const char *zh_touch_path_model_text(zh_touch_path_model model)
{
    static const char *const texts[ZH_TOUCH_PATH_MODELS] = { "first", "last", "linear", "decay", "position", "shapley", "markov" };
    return (unsigned)model < ZH_TOUCH_PATH_MODELS ? texts[model] : "";
}

zh_err zh_touch_paths_open(zh_touch_paths **out, size_t bytes_max)
{
    zh_touch_paths *j = calloc(1, sizeof *j);
    if (j == NULL) return ZH_NOMEM;
    j->bytes_max = bytes_max;
    const zh_err e = zh_terms_open(&j->texts);
    if (e != ZH_OK) free(j);
    else *out = j;
    return e;
}

void zh_touch_paths_close(zh_touch_paths *j)
{
    if (j == NULL) return;
    zh_terms_close(j->texts);
    zh_map_close(&j->places);
    free(j->ways);
    free(j->touches);
    free(j);
}

zh_err zh_touch_paths_channel(zh_touch_paths *j, zh_sv text, uint32_t *number)
{
    const uint32_t there = zh_terms_find(j->texts, text);
    if (there != 0) return *number = there, ZH_OK;
    return zh_terms_take(j->texts, zh_terms_count(j->texts) >= ZH_TOUCH_PATHS_CHANNELS_SEEN_MAX ? ZH_SV(ZH_TOUCH_PATHS_OTHER) : text, number);
}

/* ---- adding ---- */

static size_t bytes_of(const zh_touch_paths *j, size_t ways, size_t touches)
{
    return ways * sizeof *j->ways + touches * sizeof *j->touches + zh_map_bytes(&j->places) + zh_terms_bytes(j->texts);
}

static zh_err make_room(zh_touch_paths *j, size_t length)
{
    if (j->count == j->cap) {
        const size_t cap = j->cap == 0 ? 256 : 2 * j->cap;
        way *more = bytes_of(j, cap, j->touches_cap) > j->bytes_max ? NULL : realloc(j->ways, cap * sizeof *more);
        if (more == NULL) return ZH_NOMEM;
        j->ways = more;
        j->cap = cap;
    }
    if (j->touches_count + length > j->touches_cap) {
        size_t cap = j->touches_cap == 0 ? 1024 : 2 * j->touches_cap;
        while (cap < j->touches_count + length) cap *= 2;
        uint32_t *more = cap > UINT32_MAX || bytes_of(j, j->cap, cap) > j->bytes_max ? NULL : realloc(j->touches, cap * sizeof *more);
        if (more == NULL) return ZH_NOMEM;
        j->touches = more;
        j->touches_cap = cap;
    }
    return ZH_OK;
}

static bool is_way(const zh_touch_paths *j, const way *w, const uint32_t *touches, size_t length)
{
    return w->length == length && memcmp(j->touches + w->at, touches, length * sizeof *touches) == 0;
}

/* The way of this path, made where it is new. NULL: no memory. */
static way *way_of(zh_touch_paths *j, const uint32_t *touches, size_t length)
{
    uint64_t key = zh_fast64((zh_sv){ (const char *)touches, length * sizeof *touches });
    const uint64_t *there;
    for (; (there = zh_map_get(&j->places, key)) != NULL; key++)
        if (is_way(j, &j->ways[*there - 1], touches, length)) return &j->ways[*there - 1];
    if (j->count >= ZH_TOUCH_PATHS_PATHS_MAX && length > 1) {
        j->merged++;
        return way_of(j, touches + length - 1, 1);
    }
    if (make_room(j, length) != ZH_OK || zh_map_put(&j->places, key, j->count + 1) != ZH_OK) return NULL;
    memcpy(j->touches + j->touches_count, touches, length * sizeof *touches);
    j->ways[j->count] = (way){ .at = (uint32_t)j->touches_count, .length = (uint32_t)length };
    j->touches_count += length;
    return &j->ways[j->count++];
}

zh_err zh_touch_paths_add(zh_touch_paths *j, const uint32_t *touches, size_t length, bool converted, int64_t value_minor)
{
    if (value_minor < 0) value_minor = 0;
    if (value_minor > ZH_TOUCH_PATHS_VALUE_MAX - j->value_minor - j->untouched_minor) value_minor = ZH_TOUCH_PATHS_VALUE_MAX - j->value_minor - j->untouched_minor;
    if (length == 0) {
        j->untouched += converted;
        j->untouched_minor += converted ? value_minor : 0;
        return ZH_OK;
    }
    const size_t over = length > ZH_TOUCH_PATH_LENGTH_MAX ? length - ZH_TOUCH_PATH_LENGTH_MAX : 0;
    way *w = way_of(j, touches + over, length - over);
    if (w == NULL) return ZH_NOMEM;
    j->cut += over > 0;
    if (!converted) {
        w->nulls++;
        return ZH_OK;
    }
    w->conversions++;
    w->value_minor += value_minor;
    j->value_minor += value_minor;
    return ZH_OK;
}

/* ---- dividing ---- */

static int by_rest(const void *a, const void *b, void *rests)
{
    const uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
    const double x = ((const double *)rests)[i], y = ((const double *)rests)[k];
    return x != y ? (x > y ? -1 : 1) : (i > k) - (i < k);
}

void zh_touch_paths_divide(const double *shares, uint32_t count, int64_t total, int64_t *out, uint32_t *order)
{
    double rests[ZH_TOUCH_PATHS_CHANNELS_MAX + 1], sum = 0;
    int64_t left = total;
    for (uint32_t i = 0; i < count; i++) sum += shares[i], out[i] = 0, order[i] = i;
    if (!(sum > 0) || total <= 0) return;
    for (uint32_t i = 0; i < count; i++) {
        const double exact = shares[i] / sum * (double)total, whole = floor(exact);
        rests[i] = exact - whole;
        out[i] = (int64_t)whole;
        left -= out[i];
    }
    qsort_r(order, count, sizeof *order, by_rest, rests);
    for (uint32_t i = 0; left > 0; i = (i + 1) % count) /* to whom some belongs: a channel without a share gets nothing */
        if (shares[order[i]] > 0) out[order[i]]++, left--;
    for (uint32_t i = count; left < 0; i--) {
        if (i == 0) i = count;
        if (out[order[i - 1]] > 0) out[order[i - 1]]--, left++;
    }
}

/* ---- the report ---- */

typedef struct ranked { zh_sv text; uint64_t touches; uint32_t number; } ranked;

static int by_touches(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    return x->touches != y->touches ? (x->touches > y->touches ? -1 : 1) : zh_sv_compare(x->text, y->text);
}

/* Place of each channel's number in the report; the channels get their texts. */
static zh_err rank(const zh_touch_paths *j, zh_arena *arena, zh_touch_paths_report *out, uint32_t **places)
{
    const uint32_t seen = zh_terms_count(j->texts), other = zh_terms_find(j->texts, ZH_SV(ZH_TOUCH_PATHS_OTHER));
    ranked *list = ZH_TAKE(arena, ranked, (size_t)seen + 1);
    *places = ZH_TAKE(arena, uint32_t, (size_t)seen + 1);
    out->channels = ZH_TAKE(arena, zh_touch_path_channel, ZH_TOUCH_PATHS_CHANNELS_MAX + 1);
    if (list == NULL || *places == NULL || out->channels == NULL) return ZH_NOMEM;
    for (uint32_t n = 1; n <= seen; n++) list[n - 1] = (ranked){ zh_terms_text(j->texts, n), 0, n };
    for (size_t i = 0; i < j->count; i++)
        for (uint32_t k = 0; k < j->ways[i].length; k++) list[j->touches[j->ways[i].at + k] - 1].touches += j->ways[i].conversions + j->ways[i].nulls;
    if (other != 0) list[other - 1].touches = list[other - 1].touches > 0; /* last, and there */
    if (seen > 1) qsort(list, seen, sizeof *list, by_touches);
    bool has_other = false;
    for (uint32_t i = 0; i < seen && list[i].touches > 0; i++) {
        const bool is_named = list[i].number != other && out->channels_count < ZH_TOUCH_PATHS_CHANNELS_MAX;
        has_other |= !is_named;
        (*places)[list[i].number] = is_named ? out->channels_count : UINT32_MAX;
        if (is_named) out->channels[out->channels_count++].text = list[i].text;
    }
    for (uint32_t n = 0; n <= seen; n++)
        if ((*places)[n] == UINT32_MAX) (*places)[n] = out->channels_count;
    if (has_other) out->channels[out->channels_count++].text = ZH_SV(ZH_TOUCH_PATHS_OTHER);
    out->channels_seen = seen;
    return ZH_OK;
}

static int by_path(const void *a, const void *b)
{
    const zh_path *x = a, *y = b;
    for (uint32_t i = 0; i < x->length && i < y->length; i++)
        if (x->touches[i] != y->touches[i]) return x->touches[i] < y->touches[i] ? -1 : 1;
    if (x->length != y->length) return x->length < y->length ? -1 : 1;
    if (x->conversions != y->conversions) return x->conversions < y->conversions ? -1 : 1;
    if (x->value != y->value) return x->value < y->value ? -1 : 1;
    return (x->nulls > y->nulls) - (x->nulls < y->nulls);
}

static zh_path *paths_of(const zh_touch_paths *j, const uint32_t *places, zh_arena *arena)
{
    zh_path *paths = ZH_TAKE(arena, zh_path, j->count + 1);
    uint32_t *touches = ZH_TAKE(arena, uint32_t, j->touches_count + 1);
    if (paths == NULL || touches == NULL) return NULL;
    for (size_t i = 0; i < j->touches_count; i++) touches[i] = places[j->touches[i]];
    for (size_t i = 0; i < j->count; i++) {
        const way *w = &j->ways[i];
        paths[i] = (zh_path){ touches + w->at, w->length, (double)w->conversions, (double)w->value_minor, (double)w->nulls };
    }
    if (j->count > 1) qsort(paths, j->count, sizeof *paths, by_path);
    return paths;
}

static void count_paths(const zh_path *paths, size_t count, zh_touch_paths_report *out)
{
    for (size_t i = 0; i < count; i++) {
        const zh_path *p = &paths[i];
        const uint64_t conversions = (uint64_t)p->conversions, walked = conversions + (uint64_t)p->nulls;
        bool on[ZH_TOUCH_PATHS_CHANNELS_MAX + 1] = { false };
        out->conversions += conversions;
        out->nulls += (uint64_t)p->nulls;
        for (uint32_t k = 0; k < p->length; k++) {
            zh_touch_path_channel *c = &out->channels[p->touches[k]];
            c->touches += walked;
            if (on[p->touches[k]]) continue;
            on[p->touches[k]] = true;
            c->paths += walked;
            c->converted += conversions;
        }
    }
}

static void put_parts(const double *shares, bool of_value, zh_touch_path_model model, zh_touch_paths_report *out)
{
    int64_t parts[ZH_TOUCH_PATHS_CHANNELS_MAX + 1];
    uint32_t order[ZH_TOUCH_PATHS_CHANNELS_MAX + 1];
    zh_touch_paths_divide(shares, out->channels_count, of_value ? out->value_minor : (int64_t)(100 * out->conversions), parts, order);
    for (uint32_t c = 0; c < out->channels_count; c++) {
        zh_touch_path_part *part = &out->channels[c].parts[model];
        if (of_value) part->value_minor = parts[c];
        else part->conversions_centi = parts[c];
    }
}

static void by_rules(const zh_path *paths, size_t count, double half_life, zh_touch_paths_report *out)
{
    static const zh_attribution_rule rules[] = { ZH_ATTRIBUTE_FIRST, ZH_ATTRIBUTE_LAST, ZH_ATTRIBUTE_LINEAR, ZH_ATTRIBUTE_DECAY, ZH_ATTRIBUTE_POSITION, ZH_ATTRIBUTE_SHAPLEY };
    double shares[ZH_TOUCH_PATHS_CHANNELS_MAX + 1];
    uint32_t seen[ZH_TOUCH_PATHS_CHANNELS_MAX + 1];
    for (int m = 0; m < ZH_TOUCH_PATH_MARKOV; m++)
        for (int of_value = 0; of_value < 2; of_value++) {
            const zh_attribution_desc desc = { rules[m], of_value != 0, half_life, 0.4, 0.4 };
            zh_attribute(&desc, paths, count, out->channels_count, seen, shares);
            put_parts(shares, desc.of_value, (zh_touch_path_model)m, out);
        }
}

zh_err zh_touch_paths_report_of(zh_touch_paths *j, double half_life, zh_arena *arena, zh_touch_paths_report *out)
{
    uint32_t *places;
    zh_markov markov;
    *out = (zh_touch_paths_report){ .untouched = j->untouched, .untouched_minor = j->untouched_minor, .value_minor = j->value_minor, .paths = j->count, .cut_paths = j->cut, .merged_paths = j->merged };
    zh_err e = rank(j, arena, out, &places);
    if (e != ZH_OK || out->channels_count == 0) return e;
    const zh_path *paths = paths_of(j, places, arena);
    if (paths == NULL) return ZH_NOMEM;
    count_paths(paths, j->count, out);
    by_rules(paths, j->count, half_life, out);
    e = zh_markov_of(&markov, arena, paths, j->count, out->channels_count);
    if (e != ZH_OK) return e == ZH_RANGE ? ZH_OK : e;
    out->has_markov = true;
    for (uint32_t c = 0; c < out->channels_count; c++) out->channels[c].removal = markov.removal[c];
    put_parts(markov.removal, false, ZH_TOUCH_PATH_MARKOV, out);
    put_parts(markov.removal, true, ZH_TOUCH_PATH_MARKOV, out);
    return ZH_OK;
}
