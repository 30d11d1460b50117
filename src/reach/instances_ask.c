#include "reach/instances_inside.h"

void instances_view(const zh_instances *v, uint32_t number, zh_instance *out)
{
    const row *r = v->all[number];
    const lane *of = lane_of(v, r);
    const uint32_t place = v->places[number];
    *out = (zh_instance){ .id = { r->id }, .customer = { r->customer }, .entered_as = { r->entered_as }, .journey = of->name, .key = { r->key, r->key_size },
                          .version = v->editions[r->edition].counts.version, .entries = r->entries, .entered_ms = r->entered_ms, .first_ms = r->first_ms, .moved_ms = r->moved_ms,
                          .is_control = (r->flags & ROW_CONTROL) != 0, .partition = r->partition, .position = r->position };
    out->place = (zh_journey_place){ .node = r->node, .is_in = (r->flags & ROW_WAITS) != 0, .left = (zh_journey_left)r->left,
                                     .due_ms = place == WAITS_NOT ? INT64_MAX : of->waiting[place].due_ms, .visited = r->visited };
}

const lane *instances_lane(const zh_instances *v, zh_sv journey)
{
    const uint64_t *known = zh_map_get(&v->names, zh_fast64(journey));
    return known != NULL && zh_sv_equal(v->lanes[*known].name, journey) ? &v->lanes[*known] : NULL;
}

bool zh_instances_find(const zh_instances *v, zh_instance_id id, zh_instance *out)
{
    const uint32_t number = number_of(v, id.number);
    if (number != 0) instances_view(v, number, out);
    return number != 0;
}

bool zh_instances_next(const zh_instances *v, zh_customer_id customer, const void **at, zh_instance *out)
{
    int32_t number = *at == NULL ? first_of(v, customer.number) : ((const row *)*at)->next;
    while (number != 0 && v->all[number]->customer != customer.number) number = v->all[number]->next;
    *at = v->all_cap == 0 ? NULL : v->all[number];
    if (number != 0) instances_view(v, (uint32_t)number, out);
    return number != 0;
}

bool zh_instances_page(const zh_instances *v, zh_sv journey, uint64_t *before, uint32_t *most, zh_instance *out)
{
    const lane *of = instances_lane(v, journey);
    if (of == NULL) return false;
    if (*before == 0 || *before > v->all_count) *before = v->all_count;
    while (*before > 1 && *most > 0) {
        const uint32_t number = (uint32_t)--*before;
        --*most;
        if (v->all[number] == NULL || lane_of(v, v->all[number]) != of) continue;
        instances_view(v, number, out);
        return true;
    }
    return false;
}

/* ---- what is due ---- */

typedef struct spot { uint32_t lane, place; } spot;

typedef struct front { /* a binary heap of the places that may come next: the first of each journey, and the children of what was taken */
    const zh_instances *v;
    uint32_t count;
    spot spots[ZH_INSTANCES_JOURNEYS_MAX + ZH_INSTANCES_DUE_MAX]; /* one taken, two come */
} front;

static wait wait_at(const front *f, spot at) { return f->v->lanes[at.lane].waiting[at.place]; }
static bool spot_goes_first(const front *f, spot a, spot b) { return goes_first(f->v, wait_at(f, a), wait_at(f, b)); }

static void offer(front *f, uint32_t of, uint32_t place, int64_t now_ms)
{
    const spot one = { of, place };
    if (place >= f->v->lanes[of].count || wait_at(f, one).due_ms > now_ms) return;
    uint32_t at = f->count++;
    for (; at > 0 && spot_goes_first(f, one, f->spots[(at - 1) / 2]); at = (at - 1) / 2) f->spots[at] = f->spots[(at - 1) / 2];
    f->spots[at] = one;
}

static spot take(front *f)
{
    const spot first = f->spots[0], last = f->spots[--f->count];
    uint32_t at = 0;
    for (uint32_t child; (child = 2 * at + 1) < f->count; at = child) {
        if (child + 1 < f->count && spot_goes_first(f, f->spots[child + 1], f->spots[child])) child++;
        if (!spot_goes_first(f, f->spots[child], last)) break;
        f->spots[at] = f->spots[child];
    }
    f->spots[at] = last;
    return first;
}

size_t zh_instances_due(const zh_instances *v, int64_t now_ms, bool (*passes)(void *context, zh_sv journey), void *context, zh_instance_id *out, size_t most)
{
    front f = { .v = v };
    size_t found = 0;
    for (uint32_t i = 0; i < v->lanes_count; i++)
        if (v->lanes[i].count > 0 && (passes == NULL || passes(context, v->lanes[i].name))) offer(&f, i, 0, now_ms);
    if (most > ZH_INSTANCES_DUE_MAX) most = ZH_INSTANCES_DUE_MAX;
    while (f.count > 0 && found < most) {
        const spot next = take(&f);
        out[found++] = (zh_instance_id){ v->all[wait_at(&f, next).number]->id };
        offer(&f, next.lane, 2 * next.place + 1, now_ms);
        offer(&f, next.lane, 2 * next.place + 2, now_ms);
    }
    return found;
}

int64_t zh_instances_next_due_ms(const zh_instances *v)
{
    int64_t next_ms = INT64_MAX;
    for (uint32_t i = 0; i < v->lanes_count; i++)
        if (v->lanes[i].count > 0 && v->lanes[i].waiting[0].due_ms < next_ms) next_ms = v->lanes[i].waiting[0].due_ms;
    return next_ms;
}

uint64_t zh_instances_position(const zh_instances *v, uint32_t partition) { return partition < ZH_INSTANCE_PARTITIONS_MAX ? v->positions[partition] : 0; }

/* ---- numbers ---- */

bool zh_instances_counts(const zh_instances *v, zh_sv journey, size_t *at, zh_instance_counts *out)
{
    const lane *of = instances_lane(v, journey);
    if (of == NULL) return false;
    size_t next = *at == 0 ? of->first : v->editions[*at - 1].next;
    while (next != 0 && v->editions[next - 1].counts.entered == 0) next = v->editions[next - 1].next; /* all of them went on to another version, or are forgotten */
    if (next == 0) return false;
    *out = v->editions[next - 1].counts;
    *at = next;
    return true;
}

uint64_t zh_instances_count(const zh_instances *v) { return v->rows.count; }
uint64_t zh_instances_waiting(const zh_instances *v) { return v->in; }

size_t zh_instances_bytes(const zh_instances *v)
{
    size_t bytes = sizeof *v + zh_heap_held(&v->heap) + zh_map_bytes(&v->rows) + zh_map_bytes(&v->names) + zh_map32_bytes(&v->chains) + zh_map32_bytes(&v->versions);
    bytes += v->all_cap * (sizeof *v->all + sizeof *v->places) + v->all_cap / 8 + v->gone_cap * sizeof *v->gone;
    bytes += v->lanes_cap * sizeof *v->lanes + v->editions_cap * sizeof *v->editions;
    for (uint32_t i = 0; i < v->lanes_count; i++) bytes += v->lanes[i].cap * sizeof *v->lanes[i].waiting;
    return bytes;
}
