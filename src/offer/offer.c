#include "offer/offer.h"
#include "base/time.h"
#include "offer/fair.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const kinds[] = {
#define X(name, text) text,
    ZH_OFFER_KIND_LIST(X)
#undef X
};
static const char *const gives[] = {
#define X(name, text) text,
    ZH_OFFER_GIVE_LIST(X)
#undef X
};
static const char *const layers[] = {
#define X(name, text) text,
    ZH_OFFER_LAYER_LIST(X)
#undef X
};
static const char *const channels[] = {
#define X(name, text) text,
    ZH_OFFER_CHANNEL_LIST(X)
#undef X
};

const char *zh_offer_kind_text(zh_offer_kind kind) { return kinds[kind]; }
const char *zh_offer_give_text(zh_offer_give give) { return gives[give]; }
const char *zh_offer_layer_text(zh_offer_layer layer) { return layers[layer]; }
const char *zh_offer_channel_text(zh_offer_channel channel) { return channels[channel]; }

static bool is_one_of(const char *const *names, int count, zh_sv text, int *out)
{
    for (*out = 0; *out < count; ++*out)
        if (zh_sv_equal(zh_sv_of(names[*out]), text)) return true;
    return false;
}

bool zh_offer_channel_of(zh_sv text, zh_offer_channel *out)
{
    int at;
    if (!is_one_of(channels, ZH_OFFER_CHANNELS, text, &at)) return false;
    *out = (zh_offer_channel)at;
    return true;
}

static bool is_plain(char c, bool upper)
{
    return (c >= 'a' && c <= 'z') || (upper && c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool zh_offer_name_is_good(zh_sv name)
{
    for (size_t i = 0; i < name.size; i++)
        if (!is_plain(name.data[i], false)) return false;
    return name.size > 0 && name.size <= ZH_OFFER_NAME_BYTES_MAX;
}

/* ---- reading ---- */

typedef struct reading {
    zh_arena *arena;
    zh_offer_fault *why;
    const char *place; /* "conditions." or "" */
} reading;

__attribute__((format(printf, 3, 4)))
static zh_err refuse(reading *r, const char *field, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(r->why->why.text, sizeof r->why->why.text, format, args);
    va_end(args);
    (void)snprintf(r->why->field, sizeof r->why->field, "%s%.40s", r->place, field);
    return ZH_FORMAT;
}

static zh_json_value get(zh_json_value object, const char *name) { return zh_json_get(object, zh_sv_of(name)); }
static bool is_said(zh_json_value object, const char *name) { return zh_json_type_of(get(object, name)) > ZH_JSON_NULL; }

static bool is_among(const char *names, zh_sv word)
{
    for (const char *at = names; *at != '\0';) {
        const char *comma = strchr(at, ',');
        const size_t size = comma == NULL ? strlen(at) : (size_t)(comma - at);
        if (zh_sv_equal((zh_sv){ at, size }, word)) return true;
        at += size + (comma != NULL);
    }
    return false;
}

/* Every member must be one of `names`, commas between; who names the customer is told why not. */
static zh_err knows(reading *r, zh_json_value object, const char *names)
{
    for (zh_json_iter it = zh_json_walk(object); zh_json_next(&it);) {
        if (is_among(names, it.key)) continue;
        char key[40]; /* valid UTF-8, but any character: cut at a whole one, what a terminal would obey is masked */
        size_t size = it.key.size < sizeof key - 1 ? it.key.size : sizeof key - 1;
        while (size > 0 && size < it.key.size && ((unsigned char)it.key.data[size] & 0xC0) == 0x80) size--;
        (void)snprintf(key, sizeof key, "%.*s", (int)size, size == 0 ? "" : it.key.data);
        for (char *c = key; *c != '\0'; c++) if ((unsigned char)*c < ' ' || *c == 0x7F) *c = '?';
        const char *unfair = zh_fair_refusal(it.key);
        if (unfair != NULL) return refuse(r, key, "\"%s\" cannot be named by an offer: it %s", key, unfair);
        return refuse(r, key, "is not known here; known are %.180s", names);
    }
    return ZH_OK;
}

static zh_err read_int(reading *r, zh_json_value object, const char *name, int64_t least, int64_t most, int64_t *out)
{
    int64_t value;
    if (!is_said(object, name)) return ZH_OK;
    if (!zh_json_int(get(object, name), &value) || value < least || value > most)
        return refuse(r, name, "must be a whole number from %lld to %lld", (long long)least, (long long)most);
    *out = value;
    return ZH_OK;
}

static zh_err need_int(reading *r, zh_json_value object, const char *name, int64_t least, int64_t most, int64_t *out)
{
    if (!is_said(object, name)) return refuse(r, name, "is needed: a whole number from %lld to %lld", (long long)least, (long long)most);
    return read_int(r, object, name, least, most, out);
}

static zh_err read_flag(reading *r, zh_json_value object, const char *name, bool *out)
{
    return !is_said(object, name) || zh_json_bool(get(object, name), out) ? ZH_OK : refuse(r, name, "must be true or false");
}

static zh_err read_text(reading *r, zh_json_value object, const char *name, size_t most, zh_sv *out)
{
    zh_sv text = { 0 };
    if (is_said(object, name) && (!zh_json_text(get(object, name), &text) || text.size > most)) return refuse(r, name, "must be a text of at most %zu bytes", most);
    *out = zh_arena_copy(r->arena, text);
    return out->data == NULL ? ZH_NOMEM : ZH_OK;
}

static zh_err read_choice(reading *r, zh_json_value object, const char *name, const char *const *names, int count, const char *all, int *out)
{
    zh_sv text;
    if (!is_said(object, name)) return ZH_OK;
    return zh_json_text(get(object, name), &text) && is_one_of(names, count, text, out) ? ZH_OK : refuse(r, name, "must be %s", all);
}

/* A day of the shop's calendar: 2026-11-01. */
static zh_err read_day(reading *r, zh_json_value object, const char *name, int32_t *out)
{
    zh_sv text;
    int64_t ms;
    char whole[] = "0000-00-00T00:00:00Z";
    *out = ZH_OFFER_DAY_NONE;
    if (!is_said(object, name)) return ZH_OK;
    if (!zh_json_text(get(object, name), &text) || text.size != 10) return refuse(r, name, "must be a day such as 2026-11-01");
    memcpy(whole, text.data, 10);
    if (zh_time_parse(zh_sv_of(whole), &ms) != ZH_OK) return refuse(r, name, "must be a day such as 2026-11-01");
    *out = (int32_t)(ms / 86400000 - (ms % 86400000 < 0));
    return ZH_OK;
}

/* ---- the parts ---- */

static zh_err read_words(reading *r, zh_json_value object, const char *name, zh_offer_words *out)
{
    const zh_json_value array = get(object, name);
    if (!is_said(object, name)) return ZH_OK;
    const size_t count = zh_json_count(array);
    if (!zh_json_is(array, ZH_JSON_ARRAY) || count == 0 || count > ZH_OFFER_WORDS_MAX) return refuse(r, name, "must be a list of 1 to %d texts", ZH_OFFER_WORDS_MAX);
    zh_sv *texts = ZH_TAKE(r->arena, zh_sv, count);
    if (texts == NULL) return ZH_NOMEM;
    for (zh_json_iter it = zh_json_walk(array); zh_json_next(&it);) {
        zh_sv text;
        if (!zh_json_text(it.value, &text) || text.size == 0 || text.size > 255) return refuse(r, name, "must be a list of 1 to %d texts", ZH_OFFER_WORDS_MAX);
        texts[out->count] = zh_arena_copy(r->arena, text);
        if (texts[out->count++].data == NULL) return ZH_NOMEM;
    }
    out->texts = texts;
    return ZH_OK;
}

static zh_err read_channels(reading *r, zh_json_value object, zh_offer *out)
{
    const zh_json_value array = get(object, "channels");
    if (!is_said(object, "channels")) return ZH_OK;
    if (!zh_json_is(array, ZH_JSON_ARRAY) || zh_json_count(array) == 0) return refuse(r, "channels", "must be a list of web, app, miniprogram, store");
    for (zh_json_iter it = zh_json_walk(array); zh_json_next(&it);) {
        zh_offer_channel channel;
        if (!zh_offer_channel_of(zh_json_text_or_empty(it.value), &channel)) return refuse(r, "channels", "must be a list of web, app, miniprogram, store");
        out->channels |= 1u << channel;
    }
    return ZH_OK;
}

static zh_err read_conditions(reading *r, zh_json_value object, zh_offer *out)
{
    if (zh_json_type_of(object) <= ZH_JSON_NULL) return ZH_OK;
    if (!zh_json_is(object, ZH_JSON_OBJECT)) return refuse(r, "conditions", "must be an object");
    r->place = "conditions.";
    zh_err e = knows(r, object, "minimumCents,items,categories,brands,channels,firstOrder");
    if (e == ZH_OK) e = read_int(r, object, "minimumCents", 1, ZH_OFFER_CENTS_MAX, &out->minimum_cents);
    if (e == ZH_OK) e = read_words(r, object, "items", &out->items);
    if (e == ZH_OK) e = read_words(r, object, "categories", &out->categories);
    if (e == ZH_OK) e = read_words(r, object, "brands", &out->brands);
    if (e == ZH_OK) e = read_channels(r, object, out);
    if (e == ZH_OK) e = read_flag(r, object, "firstOrder", &out->first_order);
    if (e == ZH_OK && out->first_order && out->until_day == ZH_OFFER_DAY_NONE)
        return refuse(r, "firstOrder", "an offer for first orders needs an end (until): without one, the faithful customer pays more for ever");
    if (e == ZH_OK) r->place = "";
    return e;
}

static zh_err read_steps(reading *r, zh_json_value root, zh_offer *out)
{
    const zh_json_value array = get(root, "steps");
    if (!zh_json_is(array, ZH_JSON_ARRAY) || zh_json_count(array) == 0 || zh_json_count(array) > ZH_OFFER_STEPS_MAX)
        return refuse(r, "steps", "a threshold has 1 to %d steps of fromCents and offCents", ZH_OFFER_STEPS_MAX);
    for (zh_json_iter it = zh_json_walk(array); zh_json_next(&it);) {
        zh_offer_step *step = &out->steps[out->steps_count];
        r->place = "steps.";
        zh_err e = zh_json_is(it.value, ZH_JSON_OBJECT) ? knows(r, it.value, "fromCents,offCents") : refuse(r, "fromCents", "a step is an object");
        if (e == ZH_OK) e = need_int(r, it.value, "fromCents", 1, ZH_OFFER_CENTS_MAX, &step->from_cents);
        if (e == ZH_OK) e = need_int(r, it.value, "offCents", 1, ZH_OFFER_CENTS_MAX, &step->off_cents);
        if (e == ZH_OK && step->off_cents > step->from_cents) return refuse(r, "offCents", "a step cannot take off more than it starts from");
        if (e == ZH_OK && out->steps_count > 0 && (step->from_cents <= step[-1].from_cents || step->off_cents <= step[-1].off_cents))
            return refuse(r, "fromCents", "steps must rise, in fromCents and in offCents");
        if (e != ZH_OK) return e;
        out->steps_count++;
    }
    r->place = "";
    const zh_err e = read_flag(r, root, "repeat", &out->repeats);
    return e == ZH_OK && out->repeats && out->steps_count > 1 ? refuse(r, "repeat", "only a single step repeats") : e;
}

static const char *const members[ZH_OFFER_KINDS] = {
#define COMMON "title,kind,give,code,layer,alone,currency,from,until,conditions,stock,budgetCents,perCustomer,holdMinutes,paused"
    [ZH_OFFER_PERCENT] = COMMON ",percent,mostCents", [ZH_OFFER_FIXED] = COMMON ",offCents",
    [ZH_OFFER_THRESHOLD] = COMMON ",steps,repeat", [ZH_OFFER_GIFT] = COMMON ",itemId,quantity",
};

static zh_err read_effect(reading *r, zh_json_value root, zh_offer *out)
{
    int64_t number = 1;
    zh_err e;
    switch (out->kind) {
    case ZH_OFFER_PERCENT:
        e = need_int(r, root, "percent", 1, 100, &number);
        out->percent = (int32_t)number;
        return e != ZH_OK ? e : read_int(r, root, "mostCents", 1, ZH_OFFER_CENTS_MAX, &out->most_cents);
    case ZH_OFFER_FIXED: return need_int(r, root, "offCents", 1, ZH_OFFER_CENTS_MAX, &out->off_cents);
    case ZH_OFFER_THRESHOLD: return read_steps(r, root, out);
    default:
        e = read_text(r, root, "itemId", 255, &out->gift);
        if (e == ZH_OK && out->gift.size == 0) return refuse(r, "itemId", "a gift says which item");
        if (e == ZH_OK) e = read_int(r, root, "quantity", 1, ZH_OFFER_GIFTS_MAX, &number);
        out->gift_quantity = (int32_t)number;
        return e;
    }
}

static zh_err read_code(reading *r, zh_json_value root, zh_offer *out)
{
    zh_err e = read_text(r, root, "code", ZH_OFFER_CODE_BYTES_MAX, &out->code);
    if (e != ZH_OK) return e;
    if (out->give != ZH_OFFER_CODE) return out->code.size == 0 ? ZH_OK : refuse(r, "code", "only an offer that is given by code has one");
    char *upper = ZH_TAKE(r->arena, char, out->code.size + 1);
    if (upper == NULL) return ZH_NOMEM;
    for (size_t i = 0; i < out->code.size; i++) {
        const char c = out->code.data[i];
        if (!is_plain(c, true)) return refuse(r, "code", "has letters, digits, - and _ only");
        upper[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    out->code.data = upper;
    return out->code.size >= 3 ? ZH_OK : refuse(r, "code", "has 3 to %d letters, digits, - and _", ZH_OFFER_CODE_BYTES_MAX);
}

static zh_err read_limits(reading *r, zh_json_value root, zh_offer *out)
{
    int64_t per_customer = 0, minutes = ZH_OFFER_HOLD_MINUTES_DEFAULT;
    out->stock = out->budget_cents = -1;
    zh_err e = read_int(r, root, "stock", 0, ZH_OFFER_STOCK_MAX, &out->stock);
    if (e == ZH_OK) e = read_int(r, root, "budgetCents", 0, ZH_OFFER_CENTS_MAX, &out->budget_cents);
    if (e == ZH_OK) e = read_int(r, root, "perCustomer", 1, ZH_OFFER_PER_CUSTOMER_MAX, &per_customer);
    if (e == ZH_OK) e = read_int(r, root, "holdMinutes", 1, ZH_OFFER_HOLD_MINUTES_MAX, &minutes);
    if (e == ZH_OK && out->give == ZH_OFFER_CLAIM && out->stock < 0) return refuse(r, "stock", "what is claimed has a stock: its number is public");
    out->per_customer = (int32_t)per_customer;
    out->hold_ms = minutes * 60000;
    return e;
}

static zh_err read_shape(reading *r, zh_json_value root, zh_offer *out)
{
    int kind = -1, give = ZH_OFFER_AUTOMATIC, layer = ZH_OFFER_LAYER_ORDER;
    zh_err e = read_choice(r, root, "kind", kinds, ZH_OFFER_KINDS, "percent, fixed, threshold or gift", &kind);
    if (e == ZH_OK && kind < 0) return refuse(r, "kind", "is needed: percent, fixed, threshold or gift");
    if (e == ZH_OK) e = knows(r, root, members[kind]);
    if (e == ZH_OK) e = read_choice(r, root, "give", gives, ZH_OFFER_GIVES, "automatic, code or claim", &give);
    if (e == ZH_OK) e = read_choice(r, root, "layer", layers, ZH_OFFER_LAYERS, "item, order or extra", &layer);
    if (e != ZH_OK) return e;
    out->kind = (zh_offer_kind)kind, out->give = (zh_offer_give)give, out->layer = (zh_offer_layer)layer;
    if (layer == ZH_OFFER_LAYER_ITEM && kind != ZH_OFFER_PERCENT && kind != ZH_OFFER_FIXED) return refuse(r, "layer", "of an item are percent and fixed only");
    if ((e = read_flag(r, root, "alone", &out->alone)) != ZH_OK) return e;
    if (out->alone && layer == ZH_OFFER_LAYER_ITEM) return refuse(r, "alone", "an offer of the item layer stands beside others");
    return read_flag(r, root, "paused", &out->paused);
}

zh_err zh_offer_read(zh_json_value root, zh_sv name, zh_arena *arena, zh_offer *out, zh_offer_fault *why)
{
    reading r = { arena, why, "" };
    zh_sv currency;
    *out = (zh_offer){ .name = zh_arena_copy(arena, name) };
    if (out->name.data == NULL) return ZH_NOMEM;
    if (!zh_json_is(root, ZH_JSON_OBJECT)) return refuse(&r, "definition", "must be an object");
    zh_err e = read_shape(&r, root, out);
    const zh_json_value title = get(root, "title");
    if (e == ZH_OK && is_said(root, "title")) e = knows(&r, title, "en,zh");
    if (e == ZH_OK) e = read_text(&r, title, "en", ZH_OFFER_TITLE_BYTES_MAX, &out->title_en);
    if (e == ZH_OK) e = read_text(&r, title, "zh", ZH_OFFER_TITLE_BYTES_MAX, &out->title_zh);
    if (e == ZH_OK) e = read_text(&r, root, "currency", 3, &currency);
    if (e != ZH_OK) return e;
    out->currency = zh_currency_of(currency);
    if (out->currency.code == 0) return refuse(&r, "currency", "is needed: three letters such as CNY");
    e = read_day(&r, root, "from", &out->from_day);
    if (e == ZH_OK) e = read_day(&r, root, "until", &out->until_day);
    if (e == ZH_OK && out->from_day != ZH_OFFER_DAY_NONE && out->until_day != ZH_OFFER_DAY_NONE && out->from_day > out->until_day) return refuse(&r, "until", "is before from");
    if (e == ZH_OK) e = read_effect(&r, root, out);
    if (e == ZH_OK) e = read_code(&r, root, out);
    if (e == ZH_OK) e = read_limits(&r, root, out);
    return e != ZH_OK ? e : read_conditions(&r, get(root, "conditions"), out);
}
