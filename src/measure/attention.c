#include "measure/attention.h"
#include "base/time.h"

#define GIB ((uint64_t)1 << 30)

static const struct { const char *text, *page; } codes[] = {
#define X(name, text, to) { text, to },
    ZH_ATTENTION_LIST(X)
#undef X
};
static const char *const levels[] = { "high", "medium", "low" };

const char *zh_attention_text(zh_attention_code code) { return codes[code].text; }
const char *zh_attention_page(zh_attention_code code) { return codes[code].page; }
const char *zh_attention_level_text(zh_attention_level level) { return levels[level]; }

typedef struct list { zh_attention *all; size_t count; } list;

static zh_attention *say(list *to, zh_attention_code code, zh_attention_level level)
{
    zh_attention *a = &to->all[to->count++];
    *a = (zh_attention){ .code = code, .level = level };
    return a;
}

static void with(zh_attention *a, const char *name, double number)
{
    a->params[a->params_count++] = (zh_attention_param){ .name = name, .number = number };
}

static void about_system(const zh_attention_facts *f, list *to)
{
    if (!f->ready) (void)say(to, ZH_ATTENTION_NOT_READY, ZH_ATTENTION_HIGH);
    const double share = f->disk_bytes == 0 ? 1 : (double)f->disk_free / (double)f->disk_bytes;
    const bool scarce = share < 0.15 || f->disk_free < 4 * GIB, short_of = share < 0.05 || f->disk_free < GIB;
    if (f->disk_bytes > 0 && scarce) {
        zh_attention *a = say(to, ZH_ATTENTION_DISK_LOW, short_of ? ZH_ATTENTION_HIGH : ZH_ATTENTION_MEDIUM);
        with(a, "freeBytes", (double)f->disk_free);
        with(a, "freeShare", share);
    }
    if (f->lag_ms > 10 * ZH_SECOND_MS)
        with(say(to, ZH_ATTENTION_VIEWS_BEHIND, f->lag_ms > ZH_MINUTE_MS ? ZH_ATTENTION_HIGH : ZH_ATTENTION_MEDIUM), "lagMs", (double)f->lag_ms);
}

static double conversion(const zh_kpi *k) { return k->visitors == 0 ? 0 : (double)k->buyers / (double)k->visitors; }

static void about_trade(const zh_attention_facts *f, list *to)
{
    const zh_kpi *now = &f->today, *then = &f->last_week;
    if (!f->compared) return;
    if (then->orders >= 20 && (double)now->orders < 0.7 * (double)then->orders) {
        zh_attention *a = say(to, ZH_ATTENTION_ORDERS_DOWN, ZH_ATTENTION_HIGH);
        with(a, "orders", (double)now->orders);
        with(a, "before", (double)then->orders);
        with(a, "change", (double)now->orders / (double)then->orders - 1);
    }
    if (now->visitors >= 200 && then->visitors >= 200 && conversion(now) < 0.7 * conversion(then)) {
        zh_attention *a = say(to, ZH_ATTENTION_CONVERSION_DOWN, ZH_ATTENTION_HIGH);
        with(a, "conversion", conversion(now));
        with(a, "before", conversion(then));
        with(a, "change", conversion(now) / conversion(then) - 1);
    }
    if (now->refunds >= 5 && now->refunds > 2 * then->refunds) {
        zh_attention *a = say(to, ZH_ATTENTION_REFUNDS_UP, ZH_ATTENTION_MEDIUM);
        with(a, "refunds", (double)now->refunds);
        with(a, "before", (double)then->refunds);
    }
}

static void about_placements(zh_attention *a, int64_t count, zh_sv first)
{
    with(a, "count", (double)count);
    a->params[a->params_count++] = (zh_attention_param){ .name = "placement", .text = first };
}

static void about_lists(const zh_attention_facts *f, list *to)
{
    if (f->narrow > 0) about_placements(say(to, ZH_ATTENTION_LISTS_NARROW, ZH_ATTENTION_MEDIUM), f->narrow, f->narrow_placement);
    if (f->apart > 0) about_placements(say(to, ZH_ATTENTION_LISTS_APART, ZH_ATTENTION_MEDIUM), f->apart, f->apart_placement);
}

static void about_goods(const zh_attention_facts *f, list *to)
{
    if (f->sold_out > 0) {
        zh_attention *a = say(to, ZH_ATTENTION_POPULAR_SOLD_OUT, ZH_ATTENTION_MEDIUM);
        with(a, "count", (double)f->sold_out);
        if (f->sold_out_item.size > 0) a->params[a->params_count++] = (zh_attention_param){ .name = "itemId", .text = f->sold_out_item };
    }
    if (f->letters > 0) with(say(to, ZH_ATTENTION_DEAD_LETTERS, ZH_ATTENTION_MEDIUM), "count", (double)f->letters);
    if (f->events > 0 && f->now_ms - f->newest_ms > ZH_HOUR_MS) with(say(to, ZH_ATTENTION_SILENT, ZH_ATTENTION_MEDIUM), "since", (double)f->newest_ms);
    if (f->events == 0) (void)say(to, ZH_ATTENTION_NO_EVENTS, ZH_ATTENTION_MEDIUM);
    about_lists(f, to);
    if (f->untitled > 0) with(say(to, ZH_ATTENTION_UNTITLED_ITEMS, ZH_ATTENTION_LOW), "count", (double)f->untitled);
}

size_t zh_attention_of(const zh_attention_facts *facts, zh_attention out[ZH_ATTENTION_COUNT])
{
    list found = { out, 0 };
    about_system(facts, &found);
    about_trade(facts, &found);
    about_goods(facts, &found);
    for (size_t i = 1; i < found.count; i++) /* by level, codes stay in order: few */
        for (size_t j = i; j > 0 && out[j].level < out[j - 1].level; j--) {
            const zh_attention a = out[j];
            out[j] = out[j - 1];
            out[j - 1] = a;
        }
    return found.count;
}
