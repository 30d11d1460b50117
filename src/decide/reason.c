#include "decide/reason.h"

#include <stdio.h>

/* With the title in place of %, and without one. */
static const struct { const char *en, *en_bare, *zh, *zh_bare; } words[ZH_REASON_COUNT] = {
    [ZH_REASON_BOUGHT_TOGETHER] = { "Often bought with %", "Often bought together", "常与%一起购买", "常被一起购买" },
    [ZH_REASON_VIEWED_TOGETHER] = { "Often viewed with %", "Often viewed together", "常与%一起浏览", "常被一起浏览" },
    [ZH_REASON_BECAUSE_YOU_BOUGHT] = { "Because you bought %", "Because of what you bought", "因为您购买过%", "根据您的购买推荐" },
    [ZH_REASON_BECAUSE_YOU_VIEWED] = { "Because you viewed %", "Because of what you viewed", "因为您浏览过%", "根据您的浏览推荐" },
    [ZH_REASON_BECAUSE_YOU_WANTED] = { "Because you saved %", "Because of what you saved", "因为您加购或收藏了%", "根据您的加购和收藏推荐" },
    [ZH_REASON_POPULAR_IN_CATEGORY] = { "Popular in %", "Popular in this category", "%类热销", "同类热销" },
    [ZH_REASON_POPULAR] = { "Popular in this shop", "Popular in this shop", "本店热销", "本店热销" },
    [ZH_REASON_TRENDING] = { "Trending now", "Trending now", "近期趋势", "近期趋势" },
    [ZH_REASON_NEW] = { "New in this shop", "New in this shop", "新品", "新品" },
    [ZH_REASON_ALTERNATIVE] = { "An alternative to %", "An alternative", "可代替%", "可代替的商品" },
    [ZH_REASON_RECENTLY_SEEN] = { "You looked at it recently", "You looked at it recently", "您最近浏览过", "您最近浏览过" },
    [ZH_REASON_GOES_WITH] = { "Goes with %", "Goes with it", "与%搭配", "搭配使用" },
    [ZH_REASON_ACCESSORY] = { "For the % you bought", "For what you bought", "为您购买的%选配", "为您的订单选配" },
    [ZH_REASON_REPEAT_DUE] = { "You may need it again", "You may need it again", "您可能又需要了", "您可能又需要了" },
    [ZH_REASON_SCENE] = { "Often chosen %", "Often chosen at such a moment", "%常选", "此时常选" },
    [ZH_REASON_EXPLORATION] = { "Something different", "Something different", "换换口味", "换换口味" },
    [ZH_REASON_PINNED] = { "Chosen by the shop", "Chosen by the shop", "店家精选", "店家精选" },
};

static zh_sv fill(const char *pattern, zh_sv title, zh_arena *arena)
{
    const zh_sv text = zh_sv_of(pattern);
    const char *gap = strchr(pattern, '%');
    if (gap == NULL) return zh_arena_copy(arena, text);
    const size_t before = (size_t)(gap - pattern), after = text.size - before - 1;
    char *out = zh_arena_take(arena, before + title.size + after + 1, 1);
    if (out == NULL) return (zh_sv){ 0 };
    memcpy(out, pattern, before);
    memcpy(out + before, title.data, title.size);
    memcpy(out + before + title.size, gap + 1, after);
    return (zh_sv){ out, before + title.size + after };
}

zh_sv zh_reason_en(zh_reason_code code, zh_sv title, zh_arena *arena)
{
    return fill(title.size > 0 ? words[code].en : words[code].en_bare, title, arena);
}

zh_sv zh_reason_zh(zh_reason_code code, zh_sv title, zh_arena *arena)
{
    return fill(title.size > 0 ? words[code].zh : words[code].zh_bare, title, arena);
}

zh_sv zh_reason_due_en(uint32_t days_ago, uint32_t days_usual, zh_arena *arena)
{
    char text[128];
    const int size = snprintf(text, sizeof text, "You bought it %u day%s ago; it usually lasts %u day%s", days_ago, days_ago == 1 ? "" : "s", days_usual, days_usual == 1 ? "" : "s");
    return zh_arena_copy(arena, (zh_sv){ text, (size_t)size });
}

zh_sv zh_reason_due_zh(uint32_t days_ago, uint32_t days_usual, zh_arena *arena)
{
    char text[128];
    const int size = snprintf(text, sizeof text, "您%u天前买过，通常可用%u天", days_ago, days_usual);
    return zh_arena_copy(arena, (zh_sv){ text, (size_t)size });
}
