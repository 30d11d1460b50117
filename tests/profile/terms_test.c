/* Goal: a text has one number, a number one text, across a save and for texts that are too long or empty.
 * Method: random texts against an array; entries into a second table in another order. */
#include "profile/terms.h"
#include "check.h"
#include "profile/customer.h"

#include <stdio.h>

enum { TEXTS = 3000 };

static zh_sv text_of(char *room, size_t bytes, uint64_t i)
{
    return (zh_sv){ room, (size_t)snprintf(room, bytes, i % 3 == 0 ? "商品 %llu" : "item %llu", (unsigned long long)i) };
}

typedef struct shelf { char keys[TEXTS][4], texts[TEXTS][32]; uint8_t sizes[TEXTS]; size_t count; } shelf;

static zh_err put(void *context, zh_sv key, zh_sv value)
{
    shelf *s = context;
    CHECK(s->count < TEXTS && key.size == 4 && value.size <= 32);
    memcpy(s->keys[s->count], key.data, 4);
    memcpy(s->texts[s->count], value.data, value.size);
    s->sizes[s->count++] = (uint8_t)value.size;
    return ZH_OK;
}

static void a_text_has_one_number(uint64_t seed)
{
    static shelf s;
    s.count = 0;
    static uint32_t number_of[TEXTS];
    memset(number_of, 0, sizeof number_of);
    zh_terms *t, *back;
    CHECK(zh_terms_open(&t) == ZH_OK && zh_terms_open(&back) == ZH_OK);
    uint32_t given = 0;
    for (int i = 0; i < 3 * TEXTS; i++) {
        char room[32];
        const uint64_t k = test_random(&seed) % TEXTS;
        uint32_t number;
        CHECK((zh_terms_find(t, text_of(room, sizeof room, k)) != 0) == (number_of[k] != 0));
        CHECK(zh_terms_take(t, text_of(room, sizeof room, k), &number) == ZH_OK);
        if (number_of[k] == 0) number_of[k] = ++given;
        CHECK(number == number_of[k] && zh_sv_equal(zh_terms_text(t, number), text_of(room, sizeof room, k)));
        if (i % 1000 == 0) CHECK(zh_terms_save(t, false, (zh_keep){ &s, put }) == ZH_OK);
    }
    CHECK(zh_terms_save(t, false, (zh_keep){ &s, put }) == ZH_OK);
    CHECK(s.count == given && zh_terms_count(t) == given);
    for (size_t i = s.count; i-- > 0;) {
        const zh_sv key = { s.keys[i], 4 }, text = { s.texts[i], s.sizes[i] };
        CHECK(zh_terms_load(back, key, text) == ZH_OK);
        CHECK(zh_terms_load(back, key, text) == ZH_CORRUPT);
    }
    const char *why;
    CHECK(zh_terms_check(t, &why) && zh_terms_check(back, &why));
    for (uint32_t n = 1; n <= given; n++)
        CHECK(zh_sv_equal(zh_terms_text(t, n), zh_terms_text(back, n)) && zh_terms_hash(t, n) == zh_terms_hash(back, n));
    const size_t before = s.count;
    CHECK(zh_terms_save(back, false, (zh_keep){ &s, put }) == ZH_OK && s.count == before); /* what was loaded is not new */
    zh_terms_close(t);
    zh_terms_close(back);
}

static zh_err put_back(void *context, zh_sv key, zh_sv value)
{
    return zh_terms_load(context, key, value);
}

/* Names by hash stand beside the numbers, are saved once, and come back. */
static void a_hash_keeps_its_name(void)
{
    zh_terms *t, *back;
    uint32_t number;
    const char *why;
    char text[ZH_PROFILE_NAME_BYTES_MAX + 9];
    memset(text, 'y', sizeof text);
    CHECK(zh_terms_open(&t) == ZH_OK && zh_terms_open(&back) == ZH_OK);
    CHECK(zh_terms_take(t, ZH_SV("tea"), &number) == ZH_OK && number == 1);
    CHECK(zh_terms_name_put(t, 7, ZH_SV("tea")) == ZH_OK && zh_terms_name_put(t, UINT64_MAX, (zh_sv){ text, sizeof text }) == ZH_OK);
    CHECK(zh_terms_name_put(t, 7, ZH_SV("coffee")) == ZH_OK && zh_terms_name_put(t, 8, (zh_sv){ 0 }) == ZH_OK);
    CHECK(zh_sv_equal(zh_terms_name(t, 7), ZH_SV("tea")) && zh_terms_name(t, UINT64_MAX).size == ZH_PROFILE_NAME_BYTES_MAX);
    CHECK(zh_terms_name(t, 8).size == 0 && zh_terms_name(t, 1).size == 0 && zh_terms_count(t) == 1);
    CHECK(zh_terms_save(t, false, (zh_keep){ back, put_back }) == ZH_OK);
    CHECK(zh_sv_equal(zh_terms_name(back, 7), ZH_SV("tea")) && zh_terms_name(back, UINT64_MAX).size == ZH_PROFILE_NAME_BYTES_MAX && zh_terms_find(back, ZH_SV("tea")) == 1);
    CHECK(zh_terms_check(t, &why) && zh_terms_check(back, &why));
    zh_terms_close(back);
    CHECK(zh_terms_open(&back) == ZH_OK && zh_terms_name_put(t, 9, ZH_SV("new")) == ZH_OK && zh_terms_save(t, false, (zh_keep){ back, put_back }) == ZH_OK);
    CHECK(zh_terms_name(back, 7).size == 0 && zh_sv_equal(zh_terms_name(back, 9), ZH_SV("new"))); /* what was saved is not said again */
    zh_terms_close(t);
    zh_terms_close(back);
}

static void long_and_empty_texts(void)
{
    zh_terms *t;
    uint32_t a, b;
    char text[300];
    memset(text, 'x', sizeof text);
    CHECK(zh_terms_open(&t) == ZH_OK);
    CHECK(zh_terms_take(t, (zh_sv){ 0 }, &a) == ZH_OK && a == 0 && zh_terms_find(t, (zh_sv){ 0 }) == 0);
    CHECK(zh_terms_take(t, (zh_sv){ text, 300 }, &a) == ZH_OK && zh_terms_take(t, (zh_sv){ text, 200 }, &b) == ZH_OK);
    CHECK(a == 1 && b == 1 && zh_terms_text(t, 1).size == ZH_PROFILE_NAME_BYTES_MAX); /* cut at the same place */
    CHECK(zh_terms_text(t, 2).size == 0 && zh_terms_hash(t, 7) == 0);
    CHECK(zh_terms_load(t, ZH_SV("\0\0\0\0"), ZH_SV("a")) == ZH_CORRUPT && zh_terms_load(t, ZH_SV("\0\0\1"), ZH_SV("a")) == ZH_CORRUPT);
    zh_terms_close(t);
}

int main(int argc, char **argv)
{
    a_text_has_one_number(test_seed(argc, argv));
    long_and_empty_texts();
    a_hash_keeps_its_name();
    return 0;
}
