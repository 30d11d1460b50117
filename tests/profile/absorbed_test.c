/* Goal: a number leads to who it is now; a merge that is taken back takes its own branch only; entries read back.
 * Method: the drawing of the header, circles, and entries carried over from save to save. */
#include "profile/absorbed.h"
#include "base/buf.h"
#include "check.h"

typedef struct shelf { unsigned char keys[8][8]; char values[8][16]; size_t sizes[8], count; } shelf;

static zh_err put(void *context, zh_sv key, zh_sv value)
{
    shelf *s = context;
    size_t at = 0;
    CHECK(key.size == 8 && value.size <= 16);
    while (at < s->count && memcmp(s->keys[at], key.data, 8) != 0) at++;
    if (at == s->count) s->count++;
    CHECK(s->count <= 8);
    memcpy(s->keys[at], key.data, 8);
    if (value.data != NULL) memcpy(s->values[at], value.data, value.size);
    s->sizes[at] = value.data == NULL ? 0 : value.size;
    return ZH_OK;
}

static uint64_t root(const zh_absorbed_view *v, uint64_t number) { return zh_absorbed_root(v, (zh_customer_id){ number }).number; }

static void merge(zh_absorbed_view *v, uint64_t from, uint64_t to)
{
    CHECK(zh_absorbed_merge(v, (zh_customer_id){ from }, (zh_customer_id){ to }) == ZH_OK);
}

static zh_absorbed_view *read_back(const shelf *s)
{
    zh_absorbed_view *v;
    const char *why;
    CHECK(zh_absorbed_open(&v) == ZH_OK);
    for (size_t i = 0; i < s->count; i++)
        if (s->sizes[i] > 0) CHECK(zh_absorbed_load(v, (zh_sv){ (const char *)s->keys[i], 8 }, (zh_sv){ s->values[i], s->sizes[i] }) == ZH_OK);
    CHECK(zh_absorbed_check(v, &why));
    return v;
}

static void test_each_step_is_told(void)
{
    zh_absorbed_view *view;
    CHECK(zh_absorbed_open(&view) == ZH_OK);
    CHECK(zh_absorbed_next(view, (zh_customer_id){ 7 }).number == 0);
    CHECK(zh_absorbed_merge(view, (zh_customer_id){ 7 }, (zh_customer_id){ 3 }) == ZH_OK && zh_absorbed_merge(view, (zh_customer_id){ 3 }, (zh_customer_id){ 12 }) == ZH_OK);
    CHECK(zh_absorbed_next(view, (zh_customer_id){ 7 }).number == 3 && zh_absorbed_next(view, (zh_customer_id){ 3 }).number == 12 && zh_absorbed_next(view, (zh_customer_id){ 12 }).number == 0);
    CHECK(zh_absorbed_split(view, (zh_customer_id){ 7 }) == ZH_OK && zh_absorbed_next(view, (zh_customer_id){ 7 }).number == 0);
    zh_absorbed_close(view);
}

int main(void)
{
    zh_absorbed_view *v, *w;
    const char *why;
    static shelf s, all;
    CHECK(zh_absorbed_open(&v) == ZH_OK && root(v, 7) == 7);
    merge(v, 7, 3);
    merge(v, 8, 7); /* to one who is absorbed already */
    merge(v, 3, 12);
    CHECK(root(v, 7) == 12 && root(v, 8) == 12 && root(v, 3) == 12 && root(v, 12) == 12);
    merge(v, 12, 8); /* a circle is none */
    CHECK(root(v, 12) == 12 && zh_absorbed_check(v, &why));
    CHECK(zh_absorbed_save(v, false, (zh_keep){ &s, put }) == ZH_OK && s.count == 3);

    CHECK(zh_absorbed_split(v, (zh_customer_id){ 7 }) == ZH_OK && zh_absorbed_split(v, (zh_customer_id){ 99 }) == ZH_OK);
    CHECK(root(v, 7) == 7 && root(v, 8) == 7 && root(v, 3) == 12); /* its own branch comes with it */
    w = read_back(&s);
    CHECK(root(w, 7) == 12); /* as it was saved */
    zh_absorbed_close(w);
    CHECK(zh_absorbed_save(v, false, (zh_keep){ &s, put }) == ZH_OK);
    CHECK(zh_absorbed_save(v, true, (zh_keep){ &all, put }) == ZH_OK && all.count == 2);
    w = read_back(&s);
    CHECK(root(w, 7) == 7 && root(w, 8) == 7 && root(w, 3) == 12);
    CHECK(zh_absorbed_load(w, ZH_SV("short"), ZH_SV("\1\1")) == ZH_CORRUPT && zh_absorbed_load(w, ZH_SV("\0\0\0\0\0\0\0\1"), ZH_SV("\1\1")) == ZH_CORRUPT);
    CHECK(zh_absorbed_load(w, ZH_SV("\0\0\0\0\0\0\0\1"), ZH_SV("\2\3")) == ZH_FORMAT && zh_absorbed_bytes(w) > 0);
    zh_absorbed_close(w);
    zh_absorbed_close(v);
    test_each_step_is_told();
    return 0;
}
