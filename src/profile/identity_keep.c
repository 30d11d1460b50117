/* The table as entries, and its check.
 *
 *     'C' number u64 (big-endian)        [version u8 = 1][flags u8][survivor u64][wrapped key 69?]
 *         absorbed by way of another     [version u8 = 2][flags u8][survivor u64][who absorbed it u64][wrapped key 69?]
 *     'L' kind u8, blind 16 (big-endian) [version u8 = 1][customer u64][turn var][at_ms i64][sealed text]
 *         of an anonymous id that moved  [version u8 = 3][customer u64][turn var][count u8] each: turn var, customer u32,
 *                                        since zig, oldest first; [at_ms i64][sealed text]
 */
#include "profile/identity_inside.h"

#define VERSION 1
#define VERSION_MOVED 3 /* of a link; 2 had no turns: the log tells them again */
#define VERSION_PARENT 2 /* of a number */
#define VALUE_BYTES_MAX (ZH_IDENTITY_SEALED_BYTES_MAX + 64 + ZH_IDENTITY_DEVICE_MOVES * 20)
#define KEPT_FLAGS (ZH_NUMBER_ABSORBED | ZH_NUMBER_DEK | ZH_NUMBER_ERASED | ZH_NUMBER_APART | ZH_NUMBER_PENDING)

static zh_err put_number(const zh_identity *t, uint32_t number, zh_keep keep, zh_buf *value)
{
    const zh_number *n = zh_number_at(t, number);
    char key[ZH_NUMBER_KEY_BYTES] = { 'C' };
    for (int i = 0; i < 8; i++) key[1 + i] = (char)(unsigned char)((uint64_t)number >> (56 - 8 * i));
    zh_buf_reset(value);
    const uint32_t up = n->flags & ZH_NUMBER_ABSORBED ? n->up_or_head : 0, parent = zh_parent_of(t, number);
    zh_buf_put_u8(value, parent == up ? VERSION : VERSION_PARENT);
    zh_buf_put_u8(value, n->flags & KEPT_FLAGS);
    zh_buf_put_u64(value, up);
    if (parent != up) zh_buf_put_u64(value, parent);
    if (n->flags & ZH_NUMBER_DEK) zh_buf_put(value, (zh_sv){ (const char *)n->dek.bytes, sizeof n->dek.bytes });
    const zh_err e = zh_buf_err(value);
    return e != ZH_OK ? e : keep.put(keep.context, (zh_sv){ key, sizeof key }, zh_buf_view(value));
}

typedef struct link_value { uint64_t customer, turn; zh_device device; zh_sv tail; } link_value; /* device.count 0: it never moved */

static zh_err get_link_value(zh_sv value, link_value *out)
{
    zh_reader r = zh_reader_on(value);
    const uint8_t version = zh_read_u8(&r);
    out->customer = zh_read_u64(&r);
    out->turn = zh_read_var(&r);
    out->device.count = 0;
    if (version == VERSION_MOVED) zh_device_get(&r, &out->device);
    out->tail = zh_read_bytes(&r, zh_reader_left(&r));
    if (r.bad || out->tail.size < 8 || out->tail.size > 8 + ZH_IDENTITY_SEALED_BYTES_MAX) return ZH_CORRUPT;
    if (out->customer == 0 || out->customer > ZH_IDENTITY_CUSTOMERS_MAX) return ZH_CORRUPT;
    if (out->turn == 0 || out->turn > ZH_IDENTITY_TURN_MAX) return ZH_CORRUPT;
    return version == VERSION || version == VERSION_MOVED ? ZH_OK : ZH_FORMAT;
}

/* at_ms and sealed text: still in memory, or as the store has them (read into `was`). */
static zh_err tail_of(zh_identity *t, const zh_external_id *id, uint32_t link, zh_buf *was, zh_sv *tail)
{
    const zh_link_tail *x = zh_link_at(t, link)->tail;
    if (x != NULL) {
        *tail = (zh_sv){ x->bytes, x->size };
        return ZH_OK;
    }
    if (t->desc.get == NULL) return ZH_CORRUPT;
    char key[ZH_LINK_KEY_BYTES];
    zh_link_key(id, key);
    zh_buf_reset(was);
    zh_err e = t->desc.get(t->desc.context, (zh_sv){ key, sizeof key }, was);
    if (e == ZH_OK) e = zh_buf_err(was);
    if (e != ZH_OK) return e == ZH_ABSENT ? ZH_CORRUPT : e;
    link_value value;
    if ((e = get_link_value(zh_buf_view(was), &value)) != ZH_OK) return e;
    *tail = value.tail;
    return ZH_OK;
}

zh_err zh_identity_sealed(zh_identity *t, const zh_external_id *id, zh_buf *out)
{
    const uint32_t link = zh_link_find(t, id);
    if (link == 0) return ZH_ABSENT;
    zh_buf was = zh_buf_open(VALUE_BYTES_MAX);
    zh_sv tail;
    zh_err e = tail_of(t, id, link, &was, &tail);
    if (e == ZH_OK) {
        zh_buf_put(out, zh_sv_part(tail, 8, tail.size - 8));
        e = zh_buf_err(out);
    }
    zh_buf_close(&was);
    return e;
}

static zh_err put_link(zh_identity *t, uint32_t link, zh_keep keep, zh_buf *value, zh_buf *was)
{
    const zh_link *x = zh_link_at(t, link);
    const zh_external_id id = { (zh_id_kind)x->kind, x->blind };
    zh_sv tail;
    zh_err e = tail_of(t, &id, link, was, &tail);
    if (e != ZH_OK) return e;
    char key[ZH_LINK_KEY_BYTES];
    zh_link_key(&id, key);
    zh_buf_reset(value);
    const zh_device *device = zh_device_of(t, link);
    zh_buf_put_u8(value, device == NULL ? VERSION : VERSION_MOVED);
    zh_buf_put_u64(value, x->customer);
    zh_buf_put_var(value, x->turn);
    if (device != NULL) zh_device_put(device, value);
    zh_buf_put(value, tail);
    e = zh_buf_err(value);
    return e != ZH_OK ? e : keep.put(keep.context, (zh_sv){ key, sizeof key }, zh_buf_view(value));
}

/* The store will have this tail: it may go when the next save is through. */
static zh_err tail_is_written(zh_identity *t, uint32_t link)
{
    zh_link_tail *tail = t->desc.get == NULL ? NULL : zh_link_at(t, link)->tail;
    if (tail == NULL || tail->saved_in != 0) return ZH_OK;
    const zh_err e = zh_heap_list_reserve(&t->heap, &t->written, sizeof link, 1);
    if (e != ZH_OK) return e;
    ((uint32_t *)t->written.data)[t->written.count++] = link;
    tail->saved_in = t->saves;
    return ZH_OK;
}

static zh_err save_number(const zh_identity *t, uint32_t number, zh_keep keep, zh_buf *value)
{
    const zh_err e = put_number(t, number, keep, value);
    if (e == ZH_OK) zh_number_at(t, number)->flags &= (uint8_t)~ZH_NUMBER_DIRTY;
    return e;
}

static zh_err save_link(zh_identity *t, uint32_t link, zh_keep keep, zh_buf *value, zh_buf *was)
{
    if (!zh_link_at(t, link)->is_dirty) return ZH_OK; /* removed meanwhile */
    zh_err e = put_link(t, link, keep, value, was);
    if (e == ZH_OK) e = tail_is_written(t, link);
    if (e == ZH_OK) zh_link_at(t, link)->is_dirty = 0;
    return e;
}

/* What the save before wrote is in the store now: those tails may go. */
static void let_tails_go(zh_identity *t)
{
    const uint32_t *links = t->written_before.data;
    for (uint32_t i = 0; i < t->written_before.count; i++) {
        const zh_link_tail *tail = zh_link_at(t, links[i])->tail;
        if (tail != NULL && tail->saved_in != 0 && tail->saved_in < t->saves) zh_link_tail_drop(t, links[i]);
    }
    zh_heap_list empty = t->written_before;
    empty.count = 0;
    t->written_before = t->written;
    t->written = empty;
}

static void take_over(zh_heap_list *saving, zh_heap_list *dirty)
{
    zh_heap_list empty = *saving;
    empty.count = 0;
    *saving = *dirty;
    *dirty = empty;
}

/* What a save that broke off did not write is as if it had changed since. Room for one more stays in the list. */
static zh_err give_back(zh_heap *heap, zh_heap_list *dirty, zh_heap_list *saving, uint32_t written)
{
    if (written >= saving->count) return ZH_OK;
    const uint32_t left = saving->count - written;
    const zh_err e = zh_heap_list_reserve(heap, dirty, sizeof(uint32_t), left + 1);
    if (e != ZH_OK) return e;
    memcpy((uint32_t *)dirty->data + dirty->count, (const uint32_t *)saving->data + written, left * sizeof(uint32_t));
    dirty->count += left;
    saving->count = written;
    return ZH_OK;
}

static zh_err give_back_unfinished(zh_identity *t)
{
    const uint32_t numbers = t->saving_numbers.count, at = t->saving_at;
    zh_err e = give_back(&t->heap, &t->dirty_links, &t->saving_links, at > numbers ? at - numbers : 0);
    if (e == ZH_OK) e = give_back(&t->heap, &t->dirty_numbers, &t->saving_numbers, at < numbers ? at : numbers);
    return e;
}

zh_err zh_identity_save_begin(zh_identity *t, zh_keep keep)
{
    const zh_err unfinished = give_back_unfinished(t);
    if (unfinished != ZH_OK) return unfinished;
    const zh_external_id *gone = t->gone.data;
    for (uint32_t i = 0; i < t->gone.count; i++) {
        char key[ZH_LINK_KEY_BYTES];
        zh_link_key(&gone[i], key);
        if (zh_link_find(t, &gone[i]) != 0) continue; /* it came again: written with the rest */
        const zh_err e = keep.put(keep.context, (zh_sv){ key, sizeof key }, (zh_sv){ 0 });
        if (e != ZH_OK) return e;
    }
    t->gone.count = 0;
    take_over(&t->saving_numbers, &t->dirty_numbers);
    take_over(&t->saving_links, &t->dirty_links);
    t->saving_at = 0;
    t->saves++;
    return ZH_OK;
}

zh_err zh_identity_save_some(zh_identity *t, size_t most, zh_keep keep, bool *done)
{
    zh_buf value = zh_buf_open(VALUE_BYTES_MAX), was = zh_buf_open(VALUE_BYTES_MAX);
    const uint32_t *numbers = t->saving_numbers.data, *links = t->saving_links.data;
    const uint32_t numbers_count = t->saving_numbers.count, all = numbers_count + t->saving_links.count;
    zh_err e = ZH_OK;
    for (; e == ZH_OK && most > 0 && t->saving_at < all; most--) {
        if (t->saving_at < numbers_count) e = save_number(t, numbers[t->saving_at], keep, &value);
        else e = save_link(t, links[t->saving_at - numbers_count], keep, &value, &was);
        if (e == ZH_OK) t->saving_at++;
    }
    *done = e == ZH_OK && t->saving_at == all;
    if (*done) {
        let_tails_go(t);
        t->saving_numbers.count = t->saving_links.count = t->saving_at = 0;
    }
    zh_buf_close(&value);
    zh_buf_close(&was);
    return e;
}

static zh_err save_all(zh_identity *t, zh_keep keep)
{
    zh_buf value = zh_buf_open(VALUE_BYTES_MAX), was = zh_buf_open(VALUE_BYTES_MAX);
    zh_err e = ZH_OK;
    const zh_number *n;
    for (uint64_t number = 0; e == ZH_OK && (n = zh_number_next(t, &number)) != NULL;)
        if (n->flags & ZH_NUMBER_USED) e = put_number(t, (uint32_t)number, keep, &value);
    for (size_t i = 0; i < t->index_size && e == ZH_OK; i++)
        if (t->index[i].link != 0) e = put_link(t, t->index[i].link, keep, &value, &was);
    zh_buf_close(&value);
    zh_buf_close(&was);
    return e;
}

zh_err zh_identity_save(zh_identity *t, bool all, zh_keep keep)
{
    if (all) return save_all(t, keep);
    bool done;
    const zh_err e = zh_identity_save_begin(t, keep);
    return e != ZH_OK ? e : zh_identity_save_some(t, SIZE_MAX, keep, &done);
}

/* Into the ascending list of the survivor, whose own entry may come later. */
static zh_err load_absorbed(zh_identity *t, uint32_t number, uint64_t up)
{
    if (up == 0 || up > ZH_IDENTITY_CUSTOMERS_MAX || up == number) return ZH_CORRUPT;
    const zh_err e = zh_number_reserve(t, up);
    if (e != ZH_OK) return e;
    zh_number *survivor = zh_number_at(t, up), *n = zh_number_at(t, number);
    if ((survivor->flags & ZH_NUMBER_ABSORBED) || n->up_or_head != 0) return ZH_CORRUPT;
    uint32_t *place = &survivor->up_or_head;
    while (*place != 0 && *place < number) place = &zh_number_at(t, *place)->next_absorbed;
    n->next_absorbed = *place;
    *place = number;
    n->up_or_head = (uint32_t)up;
    return ZH_OK;
}

static zh_err load_number(zh_identity *t, uint64_t number, zh_sv value)
{
    zh_reader r = zh_reader_on(value);
    const uint8_t version = zh_read_u8(&r), flags = zh_read_u8(&r);
    const uint64_t up = zh_read_u64(&r);
    const uint64_t parent = version == VERSION_PARENT ? zh_read_u64(&r) : up;
    const zh_sv dek = flags & ZH_NUMBER_DEK ? zh_read_bytes(&r, sizeof(zh_wrapped_dek)) : (zh_sv){ 0 };
    if (version > VERSION_PARENT && !r.bad) return ZH_FORMAT;
    if (r.bad || zh_reader_left(&r) > 0 || version == 0 || (flags & ~KEPT_FLAGS)) return ZH_CORRUPT;
    if (number == 0 || number > ZH_IDENTITY_CUSTOMERS_MAX) return ZH_CORRUPT;
    if ((flags & ZH_NUMBER_ERASED) && (flags & ZH_NUMBER_DEK)) return ZH_CORRUPT;
    if ((flags & ZH_NUMBER_APART) ? (flags & ZH_NUMBER_ABSORBED) : (flags & ZH_NUMBER_PENDING)) return ZH_CORRUPT;
    if (parent != up && (parent == 0 || parent == number || parent > ZH_IDENTITY_CUSTOMERS_MAX || up == 0)) return ZH_CORRUPT;

    zh_err e = zh_number_reserve(t, number);
    if (e != ZH_OK) return e;
    zh_number *n = zh_number_at(t, number);
    if (n->flags & ZH_NUMBER_USED) return ZH_CORRUPT;
    if (flags & ZH_NUMBER_APART) e = zh_apart_reserve(t);
    if (e == ZH_OK && parent != up) e = zh_map_put(&t->parents, number, parent);
    if (e != ZH_OK) return e;
    if (flags & ZH_NUMBER_ABSORBED) e = load_absorbed(t, (uint32_t)number, up);
    else if (up != 0) e = ZH_CORRUPT;
    if (e != ZH_OK) return e;
    n->flags |= flags | ZH_NUMBER_USED;
    if (flags & ZH_NUMBER_APART) zh_apart_add(t, (uint32_t)number);
    t->numbers_count++;
    if (number > t->numbers_max) t->numbers_max = (uint32_t)number;
    if (dek.size > 0) memcpy(n->dek.bytes, dek.data, dek.size);
    return ZH_OK;
}

static zh_err load_link(zh_identity *t, const zh_external_id *id, zh_sv bytes)
{
    link_value value;
    zh_err e = get_link_value(bytes, &value);
    if (e != ZH_OK) return e;
    if (id->kind < ZH_ID_USER || id->kind >= ZH_ID_KIND_END || zh_link_find(t, id) != 0) return ZH_CORRUPT;
    if (value.device.count > 0 && (id->kind != ZH_ID_ANONYMOUS || value.device.uses[value.device.count - 1].customer != value.customer))
        return ZH_CORRUPT;
    e = zh_number_reserve(t, value.customer);
    if (e == ZH_OK) e = zh_link_reserve(t);
    if (e == ZH_OK && value.device.count > 0) e = zh_device_reserve(t, zh_link_place(t));
    if (e != ZH_OK) return e;
    zh_link_tail *tail = NULL;
    if (t->desc.get == NULL) { /* nobody else would have it */
        int64_t at_ms = 0;
        zh_reader r = zh_reader_on(value.tail);
        at_ms = zh_read_i64(&r);
        e = zh_link_tail_reserve(t, at_ms, zh_sv_part(value.tail, 8, value.tail.size - 8), &tail);
        if (e != ZH_OK) return e;
    }
    const uint32_t link = zh_link_add(t, id, (uint32_t)value.customer, (uint32_t)value.turn);
    if (tail != NULL) zh_link_tail_set(t, link, tail);
    if (value.device.count > 0) zh_device_set(t, link, &value.device);
    return ZH_OK;
}

static uint64_t big_endian(zh_sv bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < 8; i++) value = value << 8 | (unsigned char)bytes.data[i];
    return value;
}

zh_err zh_identity_load(zh_identity *t, zh_sv key, zh_sv value)
{
    if (key.size == ZH_NUMBER_KEY_BYTES && key.data[0] == 'C')
        return load_number(t, big_endian(zh_sv_part(key, 1, 8)), value);
    if (key.size != ZH_LINK_KEY_BYTES || key.data[0] != 'L') return ZH_CORRUPT;
    const zh_external_id id = { (zh_id_kind)(unsigned char)key.data[1],
                                { big_endian(zh_sv_part(key, 2, 8)), big_endian(zh_sv_part(key, 10, 8)) } };
    return load_link(t, &id, value);
}

#define UNLESS(cond, text) do { if (!(cond)) { *why = text; return false; } } while (0)

static bool check_number(const zh_identity *t, uint32_t number, size_t *links, const char **why)
{
    const zh_number *n = zh_number_at(t, number);
    UNLESS(n->flags & ZH_NUMBER_USED, "a number is named that no record made");
    uint32_t users = 0, before = 0;
    for (uint32_t at = n->first_link; at != 0; before = at, at = zh_link_at(t, at)->next) {
        const zh_link *x = zh_link_at(t, at);
        UNLESS(x->customer == number && x->before == before, "a chain of links is broken");
        const zh_external_id id = { (zh_id_kind)x->kind, x->blind };
        UNLESS(zh_link_find(t, &id) == at, "a link is not found by its id");
        UNLESS(!(n->flags & ZH_NUMBER_ERASED), "an erased customer has an id");
        users += x->kind == ZH_ID_USER;
        ++*links;
    }
    UNLESS(users == n->users, "the count of user ids is wrong");
    if (n->flags & ZH_NUMBER_ABSORBED) {
        const zh_number *up = zh_number_at(t, n->up_or_head);
        UNLESS(up != NULL && (up->flags & ZH_NUMBER_USED), "a survivor is unknown");
        UNLESS(!(up->flags & ZH_NUMBER_ABSORBED), "a survivor is absorbed itself");
        return true;
    }
    for (uint32_t at = n->up_or_head, last = 0; at != 0; last = at, at = zh_number_at(t, at)->next_absorbed) {
        const zh_number *x = zh_number_at(t, at);
        UNLESS(at > last, "absorbed numbers do not ascend");
        UNLESS((x->flags & ZH_NUMBER_ABSORBED) && x->up_or_head == number, "an absorbed number has another survivor");
    }
    return true;
}

bool zh_identity_check(const zh_identity *t, const char **why)
{
    size_t links = 0, numbers = 0, absorbed = 0, listed = 0;
    const zh_number *n;
    for (uint64_t number = 0; (n = zh_number_next(t, &number)) != NULL;) {
        if (n->flags == 0 && n->first_link == 0 && n->up_or_head == 0) continue;
        if (!check_number(t, (uint32_t)number, &links, why)) return false;
        numbers++;
        absorbed += (n->flags & ZH_NUMBER_ABSORBED) != 0;
        if (!(n->flags & ZH_NUMBER_ABSORBED)) listed += zh_identity_absorbed_count(t, (uint32_t)number);
    }
    for (uint32_t i = 0; i < t->devices.count; i++) {
        const zh_device *d = (const zh_device *)t->devices.data + i;
        const uint64_t *place = zh_map_get(&t->device_of, d->link);
        UNLESS(place != NULL && *place == i, "a device is not found by its link");
        if (d->count == 0) continue;
        UNLESS(zh_link_at(t, d->link)->kind == ZH_ID_ANONYMOUS, "a device is of no anonymous id");
        UNLESS(zh_link_at(t, d->link)->customer == d->uses[d->count - 1].customer, "a device's last customer is not its link's");
    }
    UNLESS(t->device_of.count == t->devices.count, "the count of devices is wrong");
    UNLESS(links == t->links_count, "a link is in no chain");
    UNLESS(numbers == t->numbers_count, "the count of numbers is wrong");
    UNLESS(absorbed == listed, "an absorbed number is in no list");
    *why = NULL;
    return true;
}
