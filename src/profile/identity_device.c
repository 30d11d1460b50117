/* Who used an anonymous id: the last customers it belonged to, and since when. Kept for ids that moved only; most never do. */
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

static void push(zh_device *d, uint32_t customer, int64_t since_ms)
{
    if (d->count == ZH_IDENTITY_DEVICE_MOVES) {
        memmove(d->customers, d->customers + 1, sizeof d->customers - sizeof *d->customers);
        memmove(d->since_ms, d->since_ms + 1, sizeof d->since_ms - sizeof *d->since_ms);
        d->count--;
    }
    d->customers[d->count] = customer;
    d->since_ms[d->count++] = since_ms;
}

void zh_device_move(zh_identity *t, uint32_t link, uint32_t from, uint32_t to, int64_t at_ms)
{
    zh_device *d = device_at(t, *zh_map_get(&t->device_of, link));
    if (d->count == 0) push(d, from, INT64_MIN);
    push(d, to, at_ms);
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
    while (i > 1 && d->since_ms[i - 1] > time_ms) i--;
    return d->customers[i - 1];
}

uint32_t zh_device_known(const zh_identity *t, uint32_t link)
{
    const zh_device *d = zh_device_of(t, link);
    uint32_t roots[ZH_IDENTITY_DEVICE_MOVES], count = 0;
    for (uint32_t i = 0; d != NULL && i < d->count; i++) {
        const zh_customer_id root = zh_identity_root(t, (zh_customer_id){ d->customers[i] });
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
        zh_buf_put_u32(out, d->customers[i]);
        zh_buf_put_zig(out, d->since_ms[i]);
    }
}

void zh_device_get(zh_reader *r, zh_device *out)
{
    *out = (zh_device){ .count = zh_read_u8(r) };
    if (out->count < 2 || out->count > ZH_IDENTITY_DEVICE_MOVES) r->bad = true;
    for (uint32_t i = 0; i < out->count && !r->bad; i++) {
        out->customers[i] = zh_read_u32(r);
        out->since_ms[i] = zh_read_zig(r);
        if (out->customers[i] == 0 || out->customers[i] > ZH_IDENTITY_CUSTOMERS_MAX) r->bad = true;
    }
}

void zh_device_set(zh_identity *t, uint32_t link, const zh_device *device)
{
    zh_device *d = device_at(t, *zh_map_get(&t->device_of, link));
    *d = *device;
    d->link = link;
}
