#include "decide/rule_words.h"
#include "base/time.h"
#include "lang/cel_json.h"

#define TAG_ITEM 100
#define TAG_CONTEXT 101

#define FN(name) static zh_cel_value name(zh_cel_run *run, const zh_cel_value *args, uint32_t count, const zh_cel_overload *self)
#define UNUSED (void)run, (void)args, (void)count, (void)self

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }
static zh_cel_value absent(void) { return zh_cel_error(ZH_CEL_ABSENT, NULL); }

enum { F_ID, F_TITLE, F_CATEGORY, F_BRAND, F_PRICE, F_COST, F_MARGIN, F_STOCK, F_AGE };

static zh_cel_value money(int64_t minor, zh_currency currency)
{
    static const double scale[] = { 1, 10, 100, 1000, 10000 };
    const int digits = currency.code == 0 ? 2 : zh_currency_digits(currency);
    return minor < 0 ? absent() : zh_cel_double((double)minor / scale[digits >= 0 && digits <= 4 ? digits : 2]);
}

FN(item_field)
{
    UNUSED;
    const zh_rule_item *of = args[0].object;
    const zh_item *item = of->item;
    double share;
    switch (self->id) {
    case F_ID: return zh_cel_text(item->text);
    case F_TITLE: return zh_cel_text(item->title);
    case F_CATEGORY: return zh_cel_text(item->category);
    case F_BRAND: return zh_cel_text(item->brand);
    case F_PRICE: return money(item->price_minor, item->currency);
    case F_COST: return money(item->cost_minor, item->currency);
    case F_MARGIN: return zh_item_margin(item, &share) ? zh_cel_double(share) : absent();
    case F_STOCK: return item->stock < 0 ? absent() : zh_cel_int(item->stock);
    case F_AGE: return zh_cel_int(item->first_ms > of->moment->now_ms ? 0 : (of->moment->now_ms - item->first_ms) / ZH_DAY_MS);
    default: return absent();
    }
}

FN(item_attributes)
{
    UNUSED;
    const zh_rule_item *of = args[0].object;
    zh_json_value root = { 0 };
    if (of->item->attributes.size > 0 && of->moment->json != NULL && zh_json_parse(of->moment->json, of->item->attributes, &root, NULL) != ZH_OK) root = (zh_json_value){ 0 };
    if (!zh_json_is(root, ZH_JSON_OBJECT)) return zh_cel_map_of(run->arena, NULL, 0);
    return zh_cel_run_pay(run, of->item->attributes.size / 8) ? zh_cel_of_json(run->arena, root) : zh_cel_error(ZH_CEL_LIMIT, NULL);
}

FN(context_item)
{
    UNUSED;
    const zh_rule_moment *m = args[0].object;
    zh_rule_item *item = ZH_TAKE(run->arena, zh_rule_item, 1);
    if (item == NULL) return zh_cel_error(ZH_CEL_MEMORY, NULL);
    if (m->item == NULL) return absent();
    *item = (zh_rule_item){ m->item, m };
    return zh_cel_object(TAG_ITEM, item);
}

enum { C_ITEM_ID, C_CITY, C_DEVICE, C_HOUR, C_WEEKDAY };

FN(context_field)
{
    UNUSED;
    const zh_rule_moment *m = args[0].object;
    const int64_t hours = floor_div(m->local_ms, 3600000);
    switch (self->id) {
    case C_ITEM_ID: return zh_cel_text(m->item == NULL ? (zh_sv){ 0 } : m->item->text);
    case C_CITY: return zh_cel_text(m->city);
    case C_DEVICE: return zh_cel_text(m->device);
    case C_HOUR: return zh_cel_int(hours - floor_div(hours, 24) * 24);
    case C_WEEKDAY: {
        const int64_t day = floor_div(hours, 24) + 3; /* 1970-01-01 was a Thursday */
        return zh_cel_int(1 + day - floor_div(day, 7) * 7);
    }
    default: return absent();
    }
}

FN(context_cart)
{
    UNUSED;
    const zh_rule_moment *m = args[0].object;
    zh_cel_value *ids = ZH_TAKE(run->arena, zh_cel_value, m->cart_count);
    if (ids == NULL) return zh_cel_error(ZH_CEL_MEMORY, NULL);
    for (uint32_t i = 0; i < m->cart_count; i++) ids[i] = zh_cel_text(m->cart[i]->text);
    return zh_cel_run_pay(run, m->cart_count) ? zh_cel_list(ids, m->cart_count) : zh_cel_error(ZH_CEL_LIMIT, NULL);
}

static const struct { const char *object, *name, *type; zh_cel_fn get; uint32_t id; } fields[] = {
    { "Item", "id", "string", item_field, F_ID },
    { "Item", "title", "string", item_field, F_TITLE },
    { "Item", "category", "string", item_field, F_CATEGORY },
    { "Item", "brand", "string", item_field, F_BRAND },
    { "Item", "price", "double", item_field, F_PRICE },
    { "Item", "cost", "double", item_field, F_COST },
    { "Item", "margin", "double", item_field, F_MARGIN },
    { "Item", "stock", "int", item_field, F_STOCK },
    { "Item", "age_days", "int", item_field, F_AGE },
    { "Item", "attributes", "map(string, dyn)", item_attributes, 0 },
    { "Context", "item", "Item", context_item, 0 },
    { "Context", "item_id", "string", context_field, C_ITEM_ID },
    { "Context", "city", "string", context_field, C_CITY },
    { "Context", "device", "string", context_field, C_DEVICE },
    { "Context", "hour", "int", context_field, C_HOUR },
    { "Context", "weekday", "int", context_field, C_WEEKDAY },
    { "Context", "cart", "list(string)", context_cart, 0 },
};

zh_err zh_rule_words(zh_cel_env **out, zh_arena *arena, bool item)
{
    zh_cel_env *env;
    zh_err e = zh_vocabulary_open(&env, arena);
    if (e == ZH_OK) e = zh_cel_env_object(env, ZH_SV("Item"), TAG_ITEM);
    if (e == ZH_OK) e = zh_cel_env_object(env, ZH_SV("Context"), TAG_CONTEXT);
    for (size_t i = 0; e == ZH_OK && i < sizeof fields / sizeof *fields; i++)
        e = zh_cel_env_field(env, zh_sv_of(fields[i].object), zh_sv_of(fields[i].name), zh_sv_of(fields[i].type), fields[i].get, fields[i].id);
    if (e == ZH_OK) e = zh_cel_env_variable(env, ZH_SV("context"), ZH_SV("Context"), NULL, ZH_RULE_CONTEXT);
    if (e == ZH_OK && item) e = zh_cel_env_variable(env, ZH_SV("item"), ZH_SV("Item"), NULL, ZH_RULE_ITEM);
    if (e == ZH_OK) *out = env;
    return e;
}

zh_cel_value zh_rule_context_value(const zh_rule_moment *moment) { return zh_cel_object(TAG_CONTEXT, moment); }
zh_cel_value zh_rule_item_value(const zh_rule_item *item) { return zh_cel_object(TAG_ITEM, item); }
