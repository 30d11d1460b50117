/* Traits told by their change: Sensors' profile_increment, profile_append and profile_delete.
 *
 * Beside the value of a name stands what was added to it since it was set, with the rank of the newest addition:
 *
 *     n      VALUE     10 + 3 + 2     rank of the set, or NO_BASE where nothing was ever set
 *     n      ADDED     3 + 2          so a set that arrives late, but is older than these, gets them too
 *     list   APPENDED  the same of a list: a union in the order of arrival
 *     ""     DELETED   the newest deletion: what is older than it does not come back
 *
 * A set replaces what was added before it; a late one keeps what was added after. Where additions and sets of one
 * name mix and arrive in another order than they happened, the log's order decides, as in a rebuild.
 * Integers add exactly while they fit 64 bits; others as doubles.
 *
 * All of this is computed beside the state, into the arena, and put there in one piece: a customer without such
 * records never comes here.
 */
#include "base/json_out.h"
#include "profile/customer_inside.h"

#include <stdio.h>

#define NO_BASE_MS INT64_MIN /* below every rank, also those of profile_set_once */

typedef struct trait_set {
    zh_customers *c;
    zh_arena *arena;
    zh_trait *list; /* by name, then part */
    uint32_t count, cap;
} trait_set;

/* ---- ranks ---- */

static bool is_once(zh_rank rank) { return rank.time_ms < 0 && rank.time_ms != NO_BASE_MS; }

/* When it happened: a profile_set_once has its rank turned round. */
static zh_rank real_rank(zh_rank rank)
{
    return is_once(rank) ? (zh_rank){ -1 - rank.time_ms, ~rank.tie } : rank;
}

static bool is_after(zh_rank a, zh_rank b) { return zh_rank_compare(real_rank(a), real_rank(b)) > 0; }

/* ---- the set ---- */

static zh_trait *find(const trait_set *set, zh_sv name, zh_trait_part part)
{
    for (uint32_t i = 0; i < set->count; i++)
        if (set->list[i].part == part && zh_sv_equal(set->list[i].name, name)) return &set->list[i];
    return NULL;
}

static zh_trait *find_added(const trait_set *set, zh_sv name)
{
    zh_trait *added = find(set, name, ZH_TRAIT_ADDED);
    return added != NULL ? added : find(set, name, ZH_TRAIT_APPENDED);
}

static void put(trait_set *set, const zh_trait *trait)
{
    zh_trait *there = find(set, trait->name, trait->part);
    if (there != NULL) {
        *there = *trait;
        return;
    }
    uint32_t at = 0;
    while (at < set->count && zh_trait_order(&set->list[at], trait) < 0) at++;
    memmove(set->list + at + 1, set->list + at, (set->count - at) * sizeof *set->list);
    set->list[at] = *trait;
    set->count++;
}

static void cut(trait_set *set, zh_trait *trait)
{
    if (trait == NULL) return;
    const size_t at = (size_t)(trait - set->list);
    memmove(set->list + at, set->list + at + 1, (--set->count - at) * sizeof *set->list);
}

static zh_err load(trait_set *set, zh_customers *c, const zh_customer_state *s, uint32_t more, zh_arena *arena)
{
    zh_reader r = zh_reader_on((zh_sv){ s->traits.data, s->traits.count });
    *set = (trait_set){ .c = c, .arena = arena, .cap = ZH_PROFILE_TRAITS_MAX + 3 * more + 1 };
    set->list = ZH_TAKE(arena, zh_trait, set->cap);
    if (set->list == NULL) return ZH_NOMEM;
    while (set->count < ZH_PROFILE_TRAITS_MAX && zh_trait_next(&r, &set->list[set->count])) set->count++;
    return ZH_OK;
}

/* The bytes a state holds; names past the maximum make room, the mark of a deletion stands first. */
static zh_err write(const trait_set *set, zh_sv *bytes)
{
    size_t size = 0;
    const uint32_t count = set->count < ZH_PROFILE_TRAITS_MAX ? set->count : ZH_PROFILE_TRAITS_MAX;
    for (uint32_t i = 0; i < count; i++) size += zh_trait_bytes(&set->list[i]);
    char *place = ZH_TAKE(set->arena, char, size);
    if (place == NULL) return ZH_NOMEM;
    *bytes = (zh_sv){ place, size };
    for (uint32_t i = 0; i < count; i++) {
        zh_trait_write(place, &set->list[i]);
        place += zh_trait_bytes(&set->list[i]);
    }
    return ZH_OK;
}

/* ---- adding ---- */

static bool read_number(const trait_set *set, zh_sv text, bool *is_int, int64_t *whole, double *real)
{
    zh_json_value root;
    if (zh_json_parse(set->c->json, text, &root, NULL) != ZH_OK) return false;
    *is_int = zh_json_int(root, whole);
    return zh_json_real(root, real);
}

/* a + b as JSON; empty: one of them is no number, or the sum has no end. */
static zh_err add(const trait_set *set, zh_sv a, zh_sv b, zh_sv *out)
{
    bool int_a, int_b;
    int64_t whole_a = 0, whole_b = 0, whole;
    double real_a, real_b;
    *out = (zh_sv){ 0 };
    if (!read_number(set, a, &int_a, &whole_a, &real_a) || !read_number(set, b, &int_b, &whole_b, &real_b)) return ZH_OK;
    char text[ZH_JSON_REAL_BYTES];
    size_t size;
    if (int_a && int_b && !__builtin_add_overflow(whole_a, whole_b, &whole)) {
        size = (size_t)snprintf(text, sizeof text, "%lld", (long long)whole);
    } else {
        const double sum = real_a + real_b;
        if (!(sum - sum == 0.0)) return ZH_OK;
        size = zh_json_print_real(sum, text);
    }
    *out = zh_arena_copy(set->arena, (zh_sv){ text, size });
    return out->data == NULL ? ZH_NOMEM : ZH_OK;
}

/* Elements of a JSON list as texts; false: it is none. */
static zh_err elements(const trait_set *set, zh_sv text, zh_sv **list, size_t *count)
{
    zh_json_value root;
    *list = NULL;
    *count = 0;
    if (zh_json_parse(set->c->json, text, &root, NULL) != ZH_OK || !zh_json_is(root, ZH_JSON_ARRAY)) return ZH_OK;
    *list = ZH_TAKE(set->arena, zh_sv, zh_json_count(root));
    if (*list == NULL) return ZH_NOMEM;
    for (zh_json_iter it = zh_json_walk(root); zh_json_next(&it);) {
        zh_buf_reset(&set->c->text);
        zh_json_write(it.value, &set->c->text);
        if (zh_buf_err(&set->c->text) != ZH_OK) return zh_buf_err(&set->c->text);
        (*list)[*count] = zh_arena_copy(set->arena, zh_buf_view(&set->c->text));
        if ((*list)[(*count)++].data == NULL) return ZH_NOMEM;
    }
    return ZH_OK;
}

static bool has(const zh_sv *list, size_t count, zh_sv text)
{
    for (size_t i = 0; i < count; i++)
        if (zh_sv_equal(list[i], text)) return true;
    return false;
}

/* a, then what of b is not in it, as far as there is room; empty: one of them is no list. */
static zh_err unite(const trait_set *set, zh_sv a, zh_sv b, zh_sv *out)
{
    zh_sv *old, *more;
    size_t old_count, more_count;
    *out = (zh_sv){ 0 };
    zh_err e = elements(set, a, &old, &old_count);
    if (e == ZH_OK) e = elements(set, b, &more, &more_count);
    if (e != ZH_OK || old == NULL || more == NULL) return e;
    zh_buf *text = &set->c->text;
    zh_buf_reset(text);
    zh_buf_put(text, ZH_SV("["));
    size_t count = 0;
    for (size_t i = 0; i < old_count + more_count; i++) {
        const bool is_old = i < old_count;
        const zh_sv one = is_old ? old[i] : more[i - old_count];
        if (!is_old && (count >= ZH_PROFILE_LIST_MAX || has(old, old_count, one) || has(more, i - old_count, one))) continue;
        if (text->size + one.size + 2 > ZH_PROFILE_TRAIT_VALUE_MAX) continue;
        if (count++ > 0) zh_buf_put(text, ZH_SV(","));
        zh_buf_put(text, one);
    }
    zh_buf_put(text, ZH_SV("]"));
    if (zh_buf_err(text) != ZH_OK) return zh_buf_err(text);
    *out = zh_arena_copy(set->arena, zh_buf_view(text));
    return out->data == NULL ? ZH_NOMEM : ZH_OK;
}

/* What `value` becomes by an addition; empty: it cannot be added to. */
static zh_err combine(const trait_set *set, zh_trait_part part, zh_sv value, zh_sv more, zh_sv *out)
{
    if (value.size == 0 || zh_sv_equal(value, ZH_SV("null"))) {
        *out = more;
        return ZH_OK;
    }
    return part == ZH_TRAIT_ADDED ? add(set, value, more, out) : unite(set, value, more, out);
}

/* ---- what an event says ---- */

static void take_delete(trait_set *set, zh_rank rank)
{
    for (uint32_t i = 0; i < set->count;) {
        zh_trait *value = &set->list[i];
        if (value->part != ZH_TRAIT_VALUE || is_after(value->rank, rank)) {
            i++;
            continue;
        }
        zh_trait *added = find_added(set, value->name);
        if (added != NULL && is_after(added->rank, rank)) {
            value->value = added->value;
            value->rank = (zh_rank){ NO_BASE_MS, 0 };
            i++;
        } else { /* the addition stands behind its value */
            cut(set, added);
            cut(set, value);
        }
    }
    put(set, &(zh_trait){ .part = ZH_TRAIT_DELETED, .name = ZH_SV(""), .rank = rank });
}

static zh_err take_value(trait_set *set, const zh_trait *said)
{
    zh_trait fresh = *said;
    const zh_trait *there = find(set, said->name, ZH_TRAIT_VALUE);
    zh_trait *added = find_added(set, said->name);
    if (there != NULL && !zh_trait_is_newer(said, there)) return ZH_OK;
    if (there != NULL && there->rank.time_ms == NO_BASE_MS && is_once(said->rank)) return ZH_OK; /* something stands */
    if (added != NULL && is_after(added->rank, said->rank)) {
        zh_sv sum;
        const zh_err e = combine(set, added->part, said->value, added->value, &sum);
        if (e != ZH_OK) return e;
        if (sum.size > 0) fresh.value = sum;
        else cut(set, added);
    } else {
        cut(set, added);
    }
    put(set, &fresh);
    return ZH_OK;
}

static zh_err take_addition(trait_set *set, const zh_trait *said)
{
    zh_trait *there = find(set, said->name, ZH_TRAIT_VALUE);
    if (there != NULL && is_once(there->rank) && is_after(there->rank, said->rank)) { /* it came to something already */
        cut(set, there);
        there = NULL;
    }
    if (there != NULL && is_after(there->rank, said->rank)) return ZH_OK;
    zh_trait value = there != NULL ? *there : (zh_trait){ .name = said->name, .rank = { NO_BASE_MS, 0 } };
    const zh_trait *before = find(set, said->name, said->part);
    zh_trait added = before != NULL ? *before : (zh_trait){ .name = said->name, .part = said->part, .rank = said->rank };
    zh_err e = combine(set, said->part, value.value, said->value, &value.value);
    if (e == ZH_OK) e = combine(set, said->part, added.value, said->value, &added.value);
    if (e != ZH_OK || value.value.size == 0 || added.value.size == 0) return e; /* of another type: nothing can be added */
    if (is_after(said->rank, added.rank)) added.rank = said->rank;
    put(set, &value);
    put(set, &added);
    return ZH_OK;
}

zh_err zh_customer_inner_changed(zh_customers *c, const zh_customer_state *s, const zh_trait *said, uint32_t count, zh_arena *arena, zh_sv *bytes)
{
    trait_set set;
    zh_err e = load(&set, c, s, count, arena);
    for (uint32_t i = 0; e == ZH_OK && i < count; i++) {
        const zh_trait *deleted = find(&set, ZH_SV(""), ZH_TRAIT_DELETED);
        if (deleted != NULL && !is_after(said[i].rank, deleted->rank)) continue;
        if (said[i].part == ZH_TRAIT_DELETED) take_delete(&set, said[i].rank);
        else if (said[i].part == ZH_TRAIT_VALUE) e = take_value(&set, &said[i]);
        else e = take_addition(&set, &said[i]);
    }
    return e != ZH_OK ? e : write(&set, bytes);
}

/* ---- two customers that are one ---- */

static zh_err join_name(trait_set *to, const trait_set *from, const zh_trait *theirs)
{
    const zh_trait *mine = find(to, theirs->name, ZH_TRAIT_VALUE), *their_added = find_added(from, theirs->name);
    zh_trait *my_added = find_added(to, theirs->name);
    if (mine == NULL) {
        put(to, theirs);
        if (their_added != NULL) put(to, their_added);
        return ZH_OK;
    }
    const bool they_win = mine->rank.time_ms == NO_BASE_MS ? !is_once(theirs->rank) && zh_trait_is_newer(theirs, mine)
                                                           : zh_trait_is_newer(theirs, mine);
    zh_trait value = they_win ? *theirs : *mine;
    const zh_trait *more = they_win ? my_added : their_added, *own = they_win ? their_added : my_added;
    const bool counts = more != NULL && (own == NULL || own->part == more->part) && is_after(more->rank, value.rank);
    zh_trait added = counts ? *more : (zh_trait){ 0 };
    if (counts) {
        zh_sv sum, together = more->value;
        zh_err e = combine(to, more->part, value.value, more->value, &sum);
        if (e == ZH_OK && own != NULL) e = combine(to, more->part, own->value, more->value, &together);
        if (e != ZH_OK) return e;
        if (sum.size > 0) value.value = sum;
        if (together.size > 0) added.value = together;
        if (own != NULL && is_after(own->rank, added.rank)) added.rank = own->rank;
    } else if (own != NULL) {
        added = *own;
    }
    cut(to, my_added);
    put(to, &value);
    if (added.name.data != NULL) put(to, &added);
    return ZH_OK;
}

zh_err zh_customer_inner_joined(zh_customers *c, const zh_customer_state *from, const zh_customer_state *to, zh_arena *arena, zh_sv *bytes)
{
    trait_set a, b;
    zh_err e = load(&a, c, from, 0, arena);
    if (e == ZH_OK) e = load(&b, c, to, ZH_PROFILE_TRAITS_MAX, arena);
    if (e != ZH_OK) return e;
    const zh_trait *deleted_a = find(&a, ZH_SV(""), ZH_TRAIT_DELETED), *deleted_b = find(&b, ZH_SV(""), ZH_TRAIT_DELETED);
    const zh_rank rank_a = deleted_a == NULL ? (zh_rank){ NO_BASE_MS, 0 } : deleted_a->rank;
    const zh_rank rank_b = deleted_b == NULL ? (zh_rank){ NO_BASE_MS, 0 } : deleted_b->rank;
    if (deleted_a != NULL && zh_rank_compare(rank_a, rank_b) > 0) take_delete(&b, rank_a);
    if (deleted_b != NULL && zh_rank_compare(rank_b, rank_a) > 0) take_delete(&a, rank_b);
    for (uint32_t i = 0; e == ZH_OK && i < a.count; i++)
        if (a.list[i].part == ZH_TRAIT_VALUE) e = join_name(&b, &a, &a.list[i]);
    return e != ZH_OK ? e : write(&b, bytes);
}

void zh_customer_inner_traits_put(zh_customer_state *s, zh_sv bytes)
{
    zh_reader r = zh_reader_on(bytes);
    if (bytes.size > 0) memcpy(s->traits.data, bytes.data, bytes.size);
    s->traits.count = (uint32_t)bytes.size;
    s->has_changes = false;
    for (zh_trait trait; zh_trait_next(&r, &trait);) s->has_changes |= trait.part != ZH_TRAIT_VALUE;
}
