#include "decide/placement.h"

/* Many goods are bought again: hidden for ever, refills were never shown, and in a simulated grocery the list lost to
 * plain popularity. A week leaves out what was just bought and still wins in both shops (sim/README.md). */
#define HIDE_ON_HOME_DAYS 7

static const zh_placement placements[] = {
    { { "home", 4 }, ZH_STRATEGY_PERSONAL,
      { ZH_STAGE_HISTORY, ZH_STAGE_TASTE, ZH_STAGE_POPULAR, ZH_STAGE_TRENDING, ZH_STAGE_NEW },
      HIDE_ON_HOME_DAYS, "Home page", "首页" },
    { { "product_page", 12 }, ZH_STRATEGY_COMPLEMENT,
      { ZH_STAGE_CONTEXT, ZH_STAGE_CATEGORY, ZH_STAGE_POPULAR, ZH_STAGE_TRENDING, ZH_STAGE_NEW },
      30, "Product page", "商品页" },
    { { "cart", 4 }, ZH_STRATEGY_BASKET,
      { ZH_STAGE_CART, ZH_STAGE_POPULAR, ZH_STAGE_TRENDING, ZH_STAGE_NEW },
      0, "Cart", "购物车" },
    { { "search_empty", 12 }, ZH_STRATEGY_TRENDING,
      { ZH_STAGE_TRENDING, ZH_STAGE_POPULAR, ZH_STAGE_NEW },
      30, "Search without results", "搜索无结果" },
    { { "order_done", 10 }, ZH_STRATEGY_AFTER,
      { ZH_STAGE_LAST_ORDER, ZH_STAGE_POPULAR, ZH_STAGE_TRENDING, ZH_STAGE_NEW },
      30, "Order completed", "下单成功" },
    { { "substitutes", 11 }, ZH_STRATEGY_SUBSTITUTE,
      { ZH_STAGE_SUBSTITUTE, ZH_STAGE_CATEGORY, ZH_STAGE_POPULAR, ZH_STAGE_NEW },
      30, "Instead of this", "替代商品" },
    { { "recently_seen", 13 }, ZH_STRATEGY_RECENT,
      { ZH_STAGE_RECENT, ZH_STAGE_POPULAR, ZH_STAGE_TRENDING, ZH_STAGE_NEW },
      30, "Recently seen", "最近浏览" },
    { { "complements", 11 }, ZH_STRATEGY_COMPLEMENT,
      { ZH_STAGE_COMPLEMENT, ZH_STAGE_CONTEXT, ZH_STAGE_POPULAR, ZH_STAGE_NEW },
      30, "Goes with this", "搭配商品" },
    { { "accessories", 11 }, ZH_STRATEGY_AFTER,
      { ZH_STAGE_ACCESSORY, ZH_STAGE_LAST_ORDER, ZH_STAGE_POPULAR, ZH_STAGE_NEW },
      30, "For what was bought", "为已购选配" },
    { { "buy_again", 9 }, ZH_STRATEGY_REPEAT,
      { ZH_STAGE_REPEAT, ZH_STAGE_HISTORY, ZH_STAGE_TASTE, ZH_STAGE_POPULAR, ZH_STAGE_NEW },
      2, "Buy again", "再次购买" },
};

size_t zh_placement_count(void)
{
    return sizeof placements / sizeof placements[0];
}

const zh_placement *zh_placement_at(size_t index)
{
    return index < zh_placement_count() ? &placements[index] : NULL;
}

const zh_placement *zh_placement_find(zh_sv name)
{
    for (size_t i = 0; i < zh_placement_count(); i++)
        if (zh_sv_equal(placements[i].name, name)) return &placements[i];
    return NULL;
}
