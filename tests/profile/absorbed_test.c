/* Goal: a number leads to who it is now; a merge that is taken back takes its own branch only; entries read back.
 * Method: the drawing of the header, circles, and entries carried over from save to save. */
#include "profile/absorbed.h"
#include "base/buf.h"
#include "check.h"

typedef struct shelf { char keys[8][9]; char values[8][64]; size_t key_sizes[8], sizes[8], count; } shelf;

static zh_err put(void *context, zh_sv key, zh_sv value)
{
    shelf *s = context;
    size_t at = 0;
    CHECK(key.size <= 9 && value.size <= 64);
    while (at < s->count && !zh_sv_equal((zh_sv){ s->keys[at], s->key_sizes[at] }, key)) at++;
    if (at == s->count) s->count++;
    CHECK(s->count <= 8);
    memcpy(s->keys[at], key.data, s->key_sizes[at] = key.size);
    if (value.data != NULL) memcpy(s->values[at], value.data, value.size);
    s->sizes[at] = value.data == NULL ? 0 : value.size;
    return ZH_OK;
}

static uint64_t root(const zh_absorbed_view *v, uint64_t number) { return zh_absorbed_root(v, (zh_customer_id){ number }).number; }

static void merge(zh_absorbed_view *v, uint64_t from, uint64_t to)
{
    CHECK(zh_absorbed_merge(v, &(zh_identity_merge){ { from }, { to }, 1000 + (int64_t)from, ZH_MERGE_LOGIN }) == ZH_OK);
}

static void split(zh_absorbed_view *v, uint64_t from, uint64_t to)
{
    const zh_identity_unmerge u = { .from = { from }, .to = { to }, .at_ms = 2000, .merged_ms = 1000, .why = ZH_MERGE_LOGIN, .actor_kind = 2, .actor_number = 4 };
    CHECK(zh_absorbed_split(v, &u) == ZH_OK);
}

static zh_absorbed_view *read_back(const shelf *s)
{
    zh_absorbed_view *v;
    const char *why;
    CHECK(zh_absorbed_open(&v, NULL, 0) == ZH_OK);
    for (size_t i = 0; i < s->count; i++)
        if (s->sizes[i] > 0) CHECK(zh_absorbed_load(v, (zh_sv){ s->keys[i], s->key_sizes[i] }, (zh_sv){ s->values[i], s->sizes[i] }) == ZH_OK);
    CHECK(zh_absorbed_check(v, &why));
    return v;
}

static void test_each_step_is_told(void)
{
    zh_absorbed_view *view;
    CHECK(zh_absorbed_open(&view, NULL, 0) == ZH_OK);
    CHECK(zh_absorbed_next(view, (zh_customer_id){ 7 }).number == 0);
    merge(view, 7, 3);
    merge(view, 3, 12);
    CHECK(zh_absorbed_next(view, (zh_customer_id){ 7 }).number == 3 && zh_absorbed_next(view, (zh_customer_id){ 3 }).number == 12 && zh_absorbed_next(view, (zh_customer_id){ 12 }).number == 0);
    CHECK((split(view, 7, 1), true) && zh_absorbed_next(view, (zh_customer_id){ 7 }).number == 0);
    zh_absorbed_close(view);
}

int main(void)
{
    zh_absorbed_view *v, *w;
    const char *why;
    static shelf s, all;
    CHECK(zh_absorbed_open(&v, (const uint32_t[]){ 5, 6 }, 2) == ZH_OK && root(v, 7) == 7);
    CHECK(zh_absorbed_skips(v, (zh_customer_id){ 6 }) && !zh_absorbed_skips(v, (zh_customer_id){ 7 }));
    merge(v, 7, 3);
    merge(v, 8, 7); /* to one who is absorbed already */
    merge(v, 3, 12);
    CHECK(root(v, 7) == 12 && root(v, 8) == 12 && root(v, 3) == 12 && root(v, 12) == 12);
    merge(v, 12, 8); /* a circle is none */
    CHECK(root(v, 12) == 12 && zh_absorbed_check(v, &why));
    CHECK(zh_absorbed_save(v, false, (zh_keep){ &s, put }) == ZH_OK && s.count == 3);

    zh_identity_merge merge_of;
    CHECK(zh_absorbed_get(v, (zh_customer_id){ 8 }, &merge_of) && merge_of.to.number == 7 && merge_of.at_ms == 1008 && merge_of.why == ZH_MERGE_LOGIN);
    split(v, 7, 3);
    CHECK(!zh_absorbed_get(v, (zh_customer_id){ 7 }, &merge_of));
    CHECK(root(v, 7) == 7 && root(v, 8) == 7 && root(v, 3) == 12); /* its own branch comes with it */
    w = read_back(&s);
    CHECK(root(w, 7) == 12); /* as it was saved */
    zh_absorbed_close(w);
    CHECK(zh_absorbed_save(v, false, (zh_keep){ &s, put }) == ZH_OK);
    CHECK(zh_absorbed_save(v, true, (zh_keep){ &all, put }) == ZH_OK && all.count == 3 && s.count == 4); /* two merges and what was taken back */
    w = read_back(&s);
    CHECK(root(w, 7) == 7 && root(w, 8) == 7 && root(w, 3) == 12);
    CHECK(zh_absorbed_undone_count(w) == 1 && zh_absorbed_undone(w, 0)->from.number == 7 && zh_absorbed_undone(w, 0)->actor_number == 4);
    split(w, 8, 7);
    split(w, 99, 7); /* of one that no view knows merged: it is kept all the same */
    memset(&s, 0, sizeof s);
    CHECK(zh_absorbed_save(w, true, (zh_keep){ &s, put }) == ZH_OK && s.count == 4);
    zh_absorbed_close(w);
    w = read_back(&s);
    CHECK(zh_absorbed_undone_count(w) == 3 && zh_absorbed_undone(w, 1)->from.number == 8 && zh_absorbed_undone(w, 2)->from.number == 99);
    CHECK(zh_absorbed_load(w, ZH_SV("short"), ZH_SV("\1\1\2\1")) == ZH_CORRUPT && zh_absorbed_load(w, ZH_SV("\0\0\0\0\0\0\0\1"), ZH_SV("\1\1\2\1")) == ZH_CORRUPT);
    CHECK(zh_absorbed_load(w, ZH_SV("\0\0\0\0\0\0\0\1"), ZH_SV("\2\3")) == ZH_FORMAT && zh_absorbed_bytes(w) > 0);
    zh_absorbed_close(w);
    zh_absorbed_close(v);
    test_each_step_is_told();
    return 0;
}
