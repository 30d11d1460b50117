#include "reach/instances_inside.h"

#include <stdlib.h>

zh_err zh_instances_open(zh_instances **out, size_t bytes_max)
{
    zh_instances *v = calloc(1, sizeof *v);
    if (v == NULL) return ZH_NOMEM;
    v->heap = zh_heap_open(bytes_max);
    v->rows = v->names = zh_map_open();
    v->chains = v->versions = zh_map32_open();
    v->all_count = 1;
    *out = v;
    return ZH_OK;
}

static void give_row(zh_instances *v, row *r) { zh_heap_give(&v->heap, r, sizeof *r + r->key_size); }

void zh_instances_close(zh_instances *v)
{
    if (v == NULL) return;
    for (uint32_t i = 1; i < v->all_count; i++)
        if (v->all[i] != NULL) give_row(v, v->all[i]);
    for (uint32_t i = 0; i < v->lanes_count; i++) free(v->lanes[i].waiting);
    free(v->all);
    free(v->places);
    free(v->changed);
    free(v->gone);
    free(v->lanes);
    free(v->editions);
    zh_map_close(&v->rows);
    zh_map_close(&v->names);
    zh_map32_close(&v->chains);
    zh_map32_close(&v->versions);
    zh_heap_close(&v->heap);
    free(v);
}

/* ---- room: what is taken here is kept where a later step fails, and shows nowhere ---- */

/* The array, with at least `count` (> 0) of `each` bytes in it; NULL: no memory, and it is as it was. */
static void *with_room(void *array, uint32_t *cap, uint32_t count, size_t each)
{
    if (count <= *cap) return array;
    const uint32_t more = count + count / 8 + 16;
    void *bigger = realloc(array, more * each);
    if (bigger != NULL) *cap = more;
    return bigger;
}

static size_t words_of(uint32_t cap) { return ((size_t)cap + 63) / 64; }

static zh_err room_for_row(zh_instances *v)
{
    if (v->all_count < v->all_cap) return ZH_OK;
    const uint32_t cap = v->all_count + v->all_count / 8 + 1024;
    row **all = realloc(v->all, cap * sizeof *all);
    if (all != NULL) v->all = all;
    uint32_t *places = realloc(v->places, cap * sizeof *places);
    if (places != NULL) v->places = places;
    uint64_t *changed = realloc(v->changed, words_of(cap) * sizeof *changed);
    if (changed != NULL) v->changed = changed;
    if (all == NULL || places == NULL || changed == NULL) return ZH_NOMEM;
    for (size_t i = words_of(v->all_cap); i < words_of(cap); i++) changed[i] = 0;
    if (v->all_cap == 0) all[0] = NULL;
    v->all_cap = cap;
    return ZH_OK;
}

static zh_err lane_number(zh_instances *v, zh_sv journey, uint32_t *out)
{
    const uint64_t hash = zh_fast64(journey), *known = zh_map_get(&v->names, hash);
    if (known != NULL) {
        *out = (uint32_t)*known;
        return zh_sv_equal(v->lanes[*known].name, journey) ? ZH_OK : ZH_FULL; /* two names of one hash: one in 10^12 workspaces */
    }
    if (v->lanes_count == ZH_INSTANCES_JOURNEYS_MAX) return ZH_FULL;
    lane *lanes = with_room(v->lanes, &v->lanes_cap, v->lanes_count + 1, sizeof *lanes);
    if (lanes == NULL) return ZH_NOMEM;
    v->lanes = lanes;
    char *name = zh_heap_take(&v->heap, journey.size);
    if (name == NULL) return ZH_NOMEM;
    if (zh_map_put(&v->names, hash, v->lanes_count) != ZH_OK) {
        zh_heap_give(&v->heap, name, journey.size);
        return ZH_NOMEM;
    }
    memcpy(name, journey.data, journey.size);
    v->lanes[v->lanes_count] = (lane){ .name = { name, journey.size } };
    *out = v->lanes_count++;
    return ZH_OK;
}

static zh_err edition_number(zh_instances *v, uint32_t of, uint32_t version, uint32_t *out)
{
    const uint32_t key = of << 16 | version;
    const int32_t *known = zh_map32_get(&v->versions, key);
    if (known != NULL) {
        *out = (uint32_t)*known;
        return ZH_OK;
    }
    if (v->editions_count == ZH_INSTANCES_EDITIONS_MAX) return ZH_FULL;
    edition *editions = with_room(v->editions, &v->editions_cap, v->editions_count + 1, sizeof *editions);
    if (editions == NULL) return ZH_NOMEM;
    v->editions = editions;
    int32_t *made = zh_map32_at(&v->versions, key);
    if (made == NULL) return ZH_NOMEM;
    uint32_t *at = &v->lanes[of].first;
    while (*at != 0 && v->editions[*at - 1].counts.version < version) at = &v->editions[*at - 1].next;
    v->editions[v->editions_count] = (edition){ .counts.version = version, .lane = of, .next = *at };
    *at = v->editions_count + 1;
    *out = v->editions_count;
    *made = (int32_t)v->editions_count++;
    return ZH_OK;
}

static zh_err room_to_wait(lane *to)
{
    wait *waiting = with_room(to->waiting, &to->cap, to->count + 1, sizeof *waiting);
    if (waiting == NULL) return ZH_NOMEM;
    to->waiting = waiting;
    return ZH_OK;
}

/* ---- what waits ---- */

static void put_at(zh_instances *v, lane *to, uint32_t place, wait one)
{
    to->waiting[place] = one;
    v->places[one.number] = place;
}

static void rise(zh_instances *v, lane *to, uint32_t place)
{
    const wait one = to->waiting[place];
    for (; place > 0 && goes_first(v, one, to->waiting[(place - 1) / 2]); place = (place - 1) / 2) put_at(v, to, place, to->waiting[(place - 1) / 2]);
    put_at(v, to, place, one);
}

static void sink(zh_instances *v, lane *to, uint32_t place)
{
    const wait one = to->waiting[place];
    for (;;) {
        uint32_t child = 2 * place + 1;
        if (child >= to->count) break;
        if (child + 1 < to->count && goes_first(v, to->waiting[child + 1], to->waiting[child])) child++;
        if (!goes_first(v, to->waiting[child], one)) break;
        put_at(v, to, place, to->waiting[child]);
        place = child;
    }
    put_at(v, to, place, one);
}

/* INT64_MAX: for no moment. Room was made. */
static void wait_until(zh_instances *v, uint32_t number, int64_t due_ms)
{
    const row *r = v->all[number];
    lane *to = lane_of(v, r);
    uint32_t place = v->places[number];
    if (due_ms == INT64_MAX && place == WAITS_NOT) return;
    if (due_ms == INT64_MAX) {
        const wait last = to->waiting[--to->count];
        v->places[number] = WAITS_NOT;
        if (last.number == number) return;
        number = last.number;
        put_at(v, to, place, last);
    } else {
        if (place == WAITS_NOT) place = to->count++;
        put_at(v, to, place, (wait){ due_ms, (uint32_t)(r->id >> 32), number });
    }
    rise(v, to, place);
    sink(v, to, v->places[number]);
}

/* ---- customers ---- */

static void put_in_chain(zh_instances *v, int32_t *first, uint32_t number)
{
    row *r = v->all[number];
    int32_t *at = first;
    while (*at != 0 && is_newer(v->all[*at], r)) at = &v->all[*at]->next;
    r->next = *at;
    *at = (int32_t)number;
}

static void take_from_chain(zh_instances *v, int32_t *first, uint32_t number)
{
    int32_t *at = first;
    while (*at != (int32_t)number) at = &v->all[*at]->next;
    *at = v->all[number]->next;
}

/* His rows out of their chain, as a chain of their own; the order stays. */
static int32_t take_his(zh_instances *v, uint64_t customer)
{
    int32_t his = 0, *end = &his, *first = zh_map32_get(&v->chains, chain_of(customer)), *at = first;
    while (*at != 0) {
        row *r = v->all[*at];
        if (r->customer == customer) {
            *end = *at, *at = r->next;
            end = &r->next;
        } else at = &r->next;
    }
    *end = 0;
    if (*first == 0) (void)zh_map32_drop(&v->chains, chain_of(customer));
    return his;
}

/* ---- rows ---- */

static void mark(zh_instances *v, uint32_t number) { v->changed[number / 64] |= UINT64_C(1) << number % 64; }

void instances_count(const row *r, zh_instance_counts *counts, uint64_t by)
{
    counts->entered += by;
    counts->left[r->left] += by;
    if (is_in(r)) counts->at[r->node] += by;
    for (uint64_t bits = r->visited; bits != 0; bits &= bits - 1) counts->visited[__builtin_ctzll(bits)] += by;
}

static void count(zh_instances *v, const row *r, uint64_t by)
{
    instances_count(r, &v->editions[r->edition].counts, by);
    if (is_in(r)) v->in += by;
}

zh_err instances_add(zh_instances *v, const row *values, zh_sv journey, uint32_t version, zh_sv key, int64_t due_ms)
{
    uint32_t of, number;
    if (v->all_count > ZH_INSTANCES_MAX) return ZH_FULL;
    zh_err e = room_for_row(v);
    if (e == ZH_OK) e = lane_number(v, journey, &of);
    if (e == ZH_OK) e = edition_number(v, of, version, &number);
    if (e == ZH_OK) e = room_to_wait(&v->lanes[of]);
    if (e != ZH_OK) return e;
    row *r = zh_heap_take(&v->heap, sizeof *r + key.size);
    if (r == NULL) return ZH_NOMEM;
    *r = *values;
    r->edition = number, r->key_size = (uint8_t)key.size;
    memcpy(r->key, key.data, key.size);
    number = v->all_count;
    e = zh_map_put(&v->rows, r->id, number);
    int32_t *first = e == ZH_OK ? zh_map32_at(&v->chains, chain_of(r->customer)) : NULL;
    if (first == NULL) {
        (void)zh_map_drop(&v->rows, r->id);
        give_row(v, r);
        return ZH_NOMEM;
    }
    v->all[number] = r, v->places[number] = WAITS_NOT, v->all_count++;
    put_in_chain(v, first, number);
    count(v, r, 1);
    wait_until(v, number, is_in(r) ? due_ms : INT64_MAX);
    return ZH_OK;
}

static void set_place(row *r, const zh_instance_record *said)
{
    const zh_journey_place *p = &said->place;
    r->node = p->node, r->left = (uint8_t)p->left, r->visited = p->visited;
    r->flags = (uint8_t)((r->flags & ROW_CONTROL) | (p->is_in ? ROW_WAITS : 0) | (p->left == ZH_JOURNEY_LEFT_CONTROL ? ROW_CONTROL : 0));
    r->partition = (uint16_t)said->partition, r->position = said->position;
    r->moved_ms = said->at_ms;
}

/* ---- what is said of one ---- */

static zh_err make(zh_instances *v, const zh_instance_record *said, zh_customer_id customer)
{
    row r = { .id = said->id.number, .customer = customer.number, .entered_as = said->customer.number, .entered_ms = said->at_ms, .first_ms = said->at_ms, .entries = 1 };
    set_place(&r, said);
    const zh_err e = instances_add(v, &r, said->journey, said->version, said->key, said->place.due_ms);
    if (e == ZH_OK) mark(v, v->all_count - 1);
    return e;
}

static void begin_again(zh_instances *v, uint32_t number, int64_t at_ms)
{
    row *r = v->all[number];
    int32_t *first = zh_map32_get(&v->chains, chain_of(r->customer));
    take_from_chain(v, first, number);
    r->entered_ms = at_ms;
    if (r->entries < ZH_INSTANCES_ENTRIES_MAX) r->entries++;
    put_in_chain(v, first, number);
}

/* To where the record says, with the version it says. */
static zh_err go(zh_instances *v, uint32_t number, const zh_instance_record *said)
{
    row *r = v->all[number];
    const uint32_t of = v->editions[r->edition].lane;
    uint32_t version;
    zh_err e = edition_number(v, of, said->version, &version);
    if (e == ZH_OK) e = room_to_wait(&v->lanes[of]);
    if (e != ZH_OK) return e;
    count(v, r, UINT64_MAX);
    if (said->word == ZH_INSTANCE_ENTER) begin_again(v, number, said->at_ms);
    r->edition = version;
    set_place(r, said);
    count(v, r, 1);
    wait_until(v, number, said->place.due_ms);
    mark(v, number);
    return ZH_OK;
}

static bool is_same(const zh_instances *v, const row *r, const zh_instance_record *said)
{
    return zh_sv_equal(lane_of(v, r)->name, said->journey) && zh_sv_equal((zh_sv){ r->key, r->key_size }, said->key);
}

zh_err zh_instances_fold(zh_instances *v, zh_sv bytes, zh_customer_id customer)
{
    zh_instance_record said;
    const zh_err e = zh_instance_get(bytes, &said);
    if (e != ZH_OK) return e;
    if (said.word == ZH_INSTANCE_READ) {
        if (said.position > v->positions[said.partition]) v->positions[said.partition] = said.position, v->position_changed[said.partition] = true;
        return ZH_OK;
    }
    const uint32_t number = number_of(v, said.id.number);
    if (number == 0) return said.word == ZH_INSTANCE_ENTER ? make(v, &said, customer) : ZH_OK; /* else of one that is forgotten */
    const row *r = v->all[number];
    if (said.word == ZH_INSTANCE_MOVE) return is_in(r) ? go(v, number, &said) : ZH_OK;
    return !is_in(r) && is_same(v, r, &said) ? go(v, number, &said) : ZH_OK; /* of one number, but not the same: two in 10^19; the first one stays */
}

/* ---- customers that become one, or none ---- */

static void leave_merged(zh_instances *v, uint32_t number)
{
    row *r = v->all[number];
    count(v, r, UINT64_MAX);
    r->left = ZH_JOURNEY_LEFT_MERGED, r->node = ZH_JOURNEY_END, r->flags &= ROW_CONTROL;
    count(v, r, 1);
    wait_until(v, number, INT64_MAX);
    mark(v, number);
}

static uint64_t twin_key(const zh_instances *v, const row *r) { return zh_fast64((zh_sv){ r->key, r->key_size }) ^ zh_mix64(v->editions[r->edition].lane); }

/* Of two that are in one journey with one key, the one that entered later leaves. */
static void part_twins(zh_instances *v, zh_map *twins, uint32_t number)
{
    const row *r = v->all[number];
    uint64_t *other = is_in(r) ? zh_map_get(twins, twin_key(v, r)) : NULL;
    if (other == NULL) return;
    const row *twin = v->all[*other];
    if (v->editions[twin->edition].lane != v->editions[r->edition].lane || !zh_sv_equal((zh_sv){ twin->key, twin->key_size }, (zh_sv){ r->key, r->key_size })) return;
    if (is_newer(r, twin)) leave_merged(v, number);
    else {
        leave_merged(v, (uint32_t)*other);
        *other = number;
    }
}

static zh_err join(zh_instances *v, uint64_t gone, uint64_t kept, zh_map *twins)
{
    zh_err e = ZH_OK;
    for (int32_t at = first_of(v, kept); e == ZH_OK && at != 0; at = v->all[at]->next)
        if (v->all[at]->customer == kept && is_in(v->all[at])) e = zh_map_put(twins, twin_key(v, v->all[at]), (uint64_t)at);
    if (e != ZH_OK || zh_map32_at(&v->chains, chain_of(kept)) == NULL) return ZH_NOMEM;
    int32_t his = take_his(v, gone), *to = zh_map32_at(&v->chains, chain_of(kept)); /* its entry was made, or there was one: it needs no memory now */
    for (int32_t next; his != 0; his = next) {
        row *r = v->all[his];
        next = r->next;
        r->customer = kept;
        put_in_chain(v, to, (uint32_t)his);
        to = &r->next; /* the rest is older */
        mark(v, (uint32_t)his);
        part_twins(v, twins, (uint32_t)his);
    }
    return ZH_OK;
}

static uint32_t his_count(const zh_instances *v, uint64_t customer)
{
    uint32_t count = 0;
    for (int32_t at = first_of(v, customer); at != 0; at = v->all[at]->next) count += v->all[at]->customer == customer;
    return count;
}

zh_err zh_instances_merge(zh_instances *v, zh_customer_id gone, zh_customer_id kept)
{
    if (gone.number == kept.number || his_count(v, gone.number) == 0) return ZH_OK;
    zh_map twins = zh_map_open();
    const zh_err e = join(v, gone.number, kept.number, &twins);
    zh_map_close(&twins);
    return e;
}

zh_err zh_instances_forget(zh_instances *v, zh_customer_id customer)
{
    const uint32_t rows = his_count(v, customer.number);
    if (rows == 0) return ZH_OK;
    forgotten *gone = with_room(v->gone, &v->gone_cap, v->gone_count + rows, sizeof *gone);
    if (gone == NULL) return ZH_NOMEM;
    v->gone = gone;
    int32_t his = take_his(v, customer.number);
    while (his != 0) {
        const uint32_t number = (uint32_t)his;
        row *r = v->all[number];
        his = r->next;
        count(v, r, UINT64_MAX);
        wait_until(v, number, INT64_MAX);
        v->gone[v->gone_count++] = (forgotten){ r->first_ms, r->id };
        (void)zh_map_drop(&v->rows, r->id);
        v->all[number] = NULL;
        give_row(v, r);
    }
    return ZH_OK;
}
