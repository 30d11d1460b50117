/* Who used an anonymous id: the last customers it belonged to, and since when. Kept for ids that moved only; most never do.
 *
 * Records of one id may stand in two partitions, and those of one append are folded partition by partition: a later turn may
 * come before an earlier one. So uses are put in their place by their turns, and of the first one no time is kept. */
#include "profile/identity_inside.h"

static zh_device *device_at(const zh_identity *t, uint64_t place)
{
    return (zh_device *)t->devices.data + place;
}

const zh_device *zh_device_of(const zh_identity *t, uint32_t link)
{
    const uint64_t *place = t->device_of.count == 0 ? NULL : zh_map_get(&t->device_of, link);
    return place == NULL || device_at(t, *place)->count == 0 ? NULL : device_at(t, *place);
}

zh_err zh_device_reserve(zh_identity *t, uint32_t link)
{
    if (zh_map_get(&t->device_of, link) != NULL) return ZH_OK;
    zh_err e = zh_heap_list_reserve(&t->heap, &t->devices, sizeof(zh_device), 1);
    if (e != ZH_OK) return e;
    const uint64_t place = t->devices.count;
    if ((e = zh_map_put(&t->device_of, link, place)) != ZH_OK) return e;
    *device_at(t, place) = (zh_device){ .link = link }; /* without customers it means nothing */
    t->devices.count++;
    return ZH_OK;
}

void zh_device_note(zh_identity *t, uint32_t link, uint32_t turn, uint32_t customer, int64_t at_ms)
{
    zh_device *d = device_at(t, *zh_map_get(&t->device_of, link));
    uint32_t at = d->count;
    while (at > 0 && d->uses[at - 1].turn > turn) at--;
    if (at > 0 && d->uses[at - 1].turn == turn) return; /* told again */
    if (d->count == ZH_IDENTITY_DEVICE_MOVES) {
        if (at == 0) return; /* older than what is remembered */
        memmove(d->uses, d->uses + 1, --at * sizeof *d->uses);
        d->count--;
    } else {
        memmove(d->uses + at + 1, d->uses + at, (d->count - at) * sizeof *d->uses);
    }
    d->uses[at] = (zh_device_use){ turn, customer, turn == 1 ? INT64_MIN : at_ms };
    d->count++;
}

void zh_device_drop(zh_identity *t, uint32_t link)
{
    const uint64_t *place = zh_map_get(&t->device_of, link);
    if (place == NULL) return;
    zh_device *d = device_at(t, *place), *last = device_at(t, t->devices.count - 1);
    (void)zh_map_drop(&t->device_of, link);
    if (d != last) {
        *d = *last;
        *zh_map_get(&t->device_of, d->link) = (uint64_t)(d - device_at(t, 0));
    }
    t->devices.count--;
}

uint32_t zh_device_at(const zh_identity *t, uint32_t link, int64_t time_ms)
{
    const zh_device *d = zh_device_of(t, link);
    if (d == NULL) return 0;
    uint32_t i = d->count;
    while (i > 1 && d->uses[i - 1].since_ms > time_ms) i--;
    return d->uses[i - 1].customer;
}

uint32_t zh_device_known(const zh_identity *t, uint32_t link)
{
    const zh_device *d = zh_device_of(t, link);
    uint32_t roots[ZH_IDENTITY_DEVICE_MOVES], count = 0;
    for (uint32_t i = 0; d != NULL && i < d->count; i++) {
        const zh_customer_id root = zh_identity_root(t, (zh_customer_id){ d->uses[i].customer });
        uint32_t k = 0;
        while (k < count && roots[k] != root.number) k++;
        if (k == count && zh_identity_is_known(t, root)) roots[count++] = (uint32_t)root.number;
    }
    return count;
}

uint32_t zh_identity_device_customers(const zh_identity *t, const zh_external_id *id)
{
    const uint32_t link = zh_link_find(t, id);
    if (link == 0) return 0;
    if (zh_device_of(t, link) != NULL) return zh_device_known(t, link);
    return zh_identity_is_known(t, (zh_customer_id){ zh_link_at(t, link)->customer });
}

/* ---- in the entry of the link ---- */

void zh_device_put(const zh_device *d, zh_buf *out)
{
    zh_buf_put_u8(out, d->count);
    for (uint32_t i = 0; i < d->count; i++) {
        zh_buf_put_var(out, d->uses[i].turn);
        zh_buf_put_u32(out, d->uses[i].customer);
        zh_buf_put_zig(out, d->uses[i].since_ms);
    }
}

void zh_device_get(zh_reader *r, zh_device *out)
{
    *out = (zh_device){ .count = zh_read_u8(r) };
    if (out->count == 0 || out->count > ZH_IDENTITY_DEVICE_MOVES) r->bad = true;
    for (uint32_t i = 0; i < out->count && !r->bad; i++) {
        const uint64_t turn = zh_read_var(r), customer = zh_read_u32(r);
        if (turn == 0 || turn > ZH_IDENTITY_TURN_MAX || (i > 0 && turn <= out->uses[i - 1].turn) || customer == 0 || customer > ZH_IDENTITY_CUSTOMERS_MAX) r->bad = true;
        out->uses[i] = (zh_device_use){ (uint32_t)turn, (uint32_t)customer, zh_read_zig(r) };
    }
}

void zh_device_set(zh_identity *t, uint32_t link, const zh_device *device)
{
    zh_device *d = device_at(t, *zh_map_get(&t->device_of, link));
    *d = *device;
    d->link = link;
}
