#include "decide/placement.h"

/* Many goods are bought again: hidden for ever, refills were never shown, and in a simulated grocery the list lost to
 * plain popularity. A week leaves out what was just bought and still wins in both shops (sim/README.md). */
#define HIDE_ON_HOME_DAYS 7

static const zh_placement placements[] = {
    { { "home", 4 }, ZH_STRATEGY_PERSONAL,
      { ZH_STAGE_HISTORY, ZH_STAGE_TASTE, ZH_STAGE_POPULAR, ZH_STAGE_TRENDING, ZH_STAGE_NEW },
      .hide_bought_days = HIDE_ON_HOME_DAYS, .title_en = "Home page", .title_zh = "首页" },
    { { "product_page", 12 }, ZH_STRATEGY_COMPLEMENT,
      { ZH_STAGE_CONTEXT, ZH_STAGE_CATEGORY, ZH_STAGE_POPULAR, ZH_STAGE_TRENDING, ZH_STAGE_NEW },
      .hide_bought_days = 30, .title_en = "Product page", .title_zh = "商品页" },
    { { "cart", 4 }, ZH_STRATEGY_BASKET,
      { ZH_STAGE_CART, ZH_STAGE_POPULAR, ZH_STAGE_TRENDING, ZH_STAGE_NEW },
      .hide_bought_days = 0, .title_en = "Cart", .title_zh = "购物车" },
    { { "search_empty", 12 }, ZH_STRATEGY_TRENDING,
      { ZH_STAGE_TRENDING, ZH_STAGE_POPULAR, ZH_STAGE_NEW },
      .hide_bought_days = 30, .title_en = "Search without results", .title_zh = "搜索无结果" },
    { { "order_done", 10 }, ZH_STRATEGY_AFTER,
      { ZH_STAGE_LAST_ORDER, ZH_STAGE_POPULAR, ZH_STAGE_TRENDING, ZH_STAGE_NEW },
      .hide_bought_days = 30, .title_en = "Order completed", .title_zh = "下单成功" },
    { { "substitutes", 11 }, ZH_STRATEGY_SUBSTITUTE,
      { ZH_STAGE_SUBSTITUTE, ZH_STAGE_CATEGORY, ZH_STAGE_POPULAR, ZH_STAGE_NEW },
      .hide_bought_days = 30, .title_en = "Instead of this", .title_zh = "替代商品" },
    { { "recently_seen", 13 }, ZH_STRATEGY_RECENT,
      { ZH_STAGE_RECENT, ZH_STAGE_POPULAR, ZH_STAGE_TRENDING, ZH_STAGE_NEW },
      .hide_bought_days = 30, .title_en = "Recently seen", .title_zh = "最近浏览" },
    { { "complements", 11 }, ZH_STRATEGY_COMPLEMENT,
      { ZH_STAGE_COMPLEMENT, ZH_STAGE_CONTEXT, ZH_STAGE_POPULAR, ZH_STAGE_NEW },
      .hide_bought_days = 30, .title_en = "Goes with this", .title_zh = "搭配商品" },
    { { "accessories", 11 }, ZH_STRATEGY_AFTER,
      { ZH_STAGE_ACCESSORY, ZH_STAGE_LAST_ORDER, ZH_STAGE_POPULAR, ZH_STAGE_NEW },
      .hide_bought_days = 30, .title_en = "For what was bought", .title_zh = "为已购选配" },
    { { "buy_again", 9 }, ZH_STRATEGY_REPEAT,
      { ZH_STAGE_REPEAT, ZH_STAGE_HISTORY, ZH_STAGE_TASTE, ZH_STAGE_POPULAR, ZH_STAGE_NEW },
      .hide_bought_days = 2, .title_en = "Buy again", .title_zh = "再次购买" },
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

static const char *const stages[ZH_STAGES] = { [ZH_STAGE_END] = "end",
#define X(name, text) [ZH_STAGE_##name] = text,
    ZH_STAGE_LIST(X)
#undef X
};

const char *zh_stage_text(zh_stage stage) { return (unsigned)stage < (unsigned)ZH_STAGES ? stages[stage] : "unknown"; }

bool zh_stage_of(zh_sv text, zh_stage *out)
{
    for (int i = ZH_STAGE_END + 1; i < ZH_STAGES; i++) {
        if (!zh_sv_equal(text, zh_sv_of(stages[i]))) continue;
        *out = (zh_stage)i;
        return true;
    }
    return false;
}

bool zh_strategy_of(zh_sv text, zh_strategy *out)
{
    for (int i = 0; i < ZH_STRATEGY_COUNT; i++) {
        if (!zh_sv_equal(text, zh_sv_of(zh_strategy_text((zh_strategy)i)))) continue;
        *out = (zh_strategy)i;
        return true;
    }
    return false;
}

const zh_stage *zh_strategy_stages(zh_strategy strategy)
{
    static const zh_stage anybody[] = { ZH_STAGE_POPULAR, ZH_STAGE_TRENDING, ZH_STAGE_NEW, ZH_STAGE_END };
    for (size_t i = 0; i < zh_placement_count(); i++)
        if (placements[i].strategy == strategy) return placements[i].stages;
    return anybody;
}
