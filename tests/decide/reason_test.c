/* Goal: every reason has a sentence in both languages, with and without a title.
 * Method: all codes; a few by their words; an arena without room. */
#include "decide/reason.h"
#include "check.h"

int main(void)
{
    zh_arena arena = zh_arena_open(1 << 20);
    for (int code = 0; code < ZH_REASON_COUNT; code++)
        for (int with = 0; with < 2; with++) {
            const zh_sv title = with ? ZH_SV("100% wool") : (zh_sv){ 0 };
            const zh_sv en = zh_reason_en((zh_reason_code)code, title, &arena), zh = zh_reason_zh((zh_reason_code)code, title, &arena);
            CHECK_ROW(en.size > 5 && zh.size > 5, zh_reason_code_text((zh_reason_code)code));
            if (!with) CHECK(memchr(en.data, '%', en.size) == NULL && memchr(zh.data, '%', zh.size) == NULL);
        }
    CHECK(zh_sv_equal(zh_reason_en(ZH_REASON_BOUGHT_TOGETHER, ZH_SV("100% wool"), &arena), ZH_SV("Often bought with 100% wool")));
    CHECK(zh_sv_equal(zh_reason_zh(ZH_REASON_BOUGHT_TOGETHER, ZH_SV("挂灯"), &arena), ZH_SV("常与挂灯一起购买")));
    CHECK(zh_sv_equal(zh_reason_zh(ZH_REASON_POPULAR_IN_CATEGORY, ZH_SV("女装"), &arena), ZH_SV("女装类热销")));
    CHECK(zh_sv_equal(zh_reason_due_en(30, 28, &arena), ZH_SV("You bought it 30 days ago; it usually lasts 28 days")));
    CHECK(zh_sv_equal(zh_reason_due_en(1, 1, &arena), ZH_SV("You bought it 1 day ago; it usually lasts 1 day")));
    CHECK(zh_sv_equal(zh_reason_due_zh(30, 28, &arena), ZH_SV("您30天前买过，通常可用28天")));
    zh_arena none = zh_arena_open(1);
    CHECK(zh_reason_en(ZH_REASON_POPULAR, (zh_sv){ 0 }, &none).data == NULL);
    CHECK(zh_reason_zh(ZH_REASON_BOUGHT_TOGETHER, ZH_SV("a"), &none).data == NULL);
    zh_arena_close(&none);
    zh_arena_close(&arena);
    return 0;
}
