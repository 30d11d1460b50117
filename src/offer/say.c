#include "offer/say.h"

static void say(zh_buf *out, const char *text) { zh_buf_put(out, zh_sv_of(text)); }

static void say_money(const zh_offer *o, int64_t cents, zh_buf *out)
{
    char letters[4], amount[ZH_MONEY_TEXT_BYTES];
    zh_currency_text(o->currency, letters);
    const size_t size = zh_money_print(cents, zh_currency_digits(o->currency), amount);
    say(out, letters);
    say(out, " ");
    zh_buf_put(out, (zh_sv){ amount, size });
}

/* `before` amount `after`. */
static void say_amount(const zh_offer *o, const char *before, int64_t cents, const char *after, zh_buf *out)
{
    say(out, before);
    say_money(o, cents, out);
    say(out, after);
}

static void say_step(const zh_offer *o, const zh_offer_step *step, bool zh, zh_buf *out)
{
    if (zh) {
        say_amount(o, o->repeats ? "每满 " : "满 ", step->from_cents, " 减 ", out);
        say_money(o, step->off_cents, out);
    } else {
        say_money(o, step->off_cents, out);
        say_amount(o, o->repeats ? " off for every " : " off from ", step->from_cents, "", out);
    }
}

void zh_offer_say_effect(const zh_offer *o, bool zh, zh_buf *out)
{
    switch (o->kind) {
    case ZH_OFFER_PERCENT:
        zh_buf_printf(out, zh ? "减 %d%%" : "%d %% off", o->percent);
        if (o->most_cents > 0) say_amount(o, zh ? "，最多减 " : ", at most ", o->most_cents, "", out);
        return;
    case ZH_OFFER_FIXED:
        if (zh) say_amount(o, o->layer == ZH_OFFER_LAYER_ITEM ? "每件减 " : "立减 ", o->off_cents, "", out);
        else say_amount(o, "", o->off_cents, o->layer == ZH_OFFER_LAYER_ITEM ? " off each piece" : " off", out);
        return;
    case ZH_OFFER_THRESHOLD:
        for (uint32_t i = 0; i < o->steps_count; i++) {
            if (i > 0) say(out, zh ? "，" : ", ");
            say_step(o, &o->steps[i], zh, out);
        }
        return;
    default:
        say(out, zh ? "赠 " : "a gift: ");
        zh_buf_put(out, o->gift);
        zh_buf_printf(out, " × %d", o->gift_quantity);
    }
}

typedef struct saying { zh_buf *out; bool zh; int parts; } saying;

static void next(saying *s)
{
    if (s->parts++ > 0) say(s->out, s->zh ? "；" : "; ");
}

static void say_words(saying *s, const zh_offer_words *words, const char *en, const char *zh)
{
    if (words->count == 0) return;
    next(s);
    say(s->out, s->zh ? zh : en);
    for (uint32_t i = 0; i < words->count; i++) {
        if (i > 0) say(s->out, s->zh ? "、" : ", ");
        zh_buf_put(s->out, words->texts[i]);
    }
}

void zh_offer_say_conditions(const zh_offer *o, bool zh, zh_buf *out)
{
    static const char *const channels[ZH_OFFER_CHANNELS][2] = { { "web", "网站" }, { "app", "APP" }, { "mini-program", "小程序" }, { "store", "门店" } };
    saying s = { out, zh, 0 };
    if (o->minimum_cents > 0) {
        next(&s);
        say_amount(o, zh ? "满 " : "from ", o->minimum_cents, zh ? " 可用" : "", out);
    }
    say_words(&s, &o->items, "only items ", "仅限商品 ");
    say_words(&s, &o->categories, "only of ", "仅限类目 ");
    say_words(&s, &o->brands, "only by ", "仅限品牌 ");
    if (o->channels != 0) {
        next(&s);
        say(out, zh ? "仅限渠道 " : "only by ");
        for (int i = 0, said = 0; i < ZH_OFFER_CHANNELS; i++) {
            if ((o->channels >> i & 1) == 0) continue;
            if (said++ > 0) say(out, zh ? "、" : ", ");
            say(out, channels[i][zh]);
        }
    }
    if (o->first_order) {
        next(&s);
        say(out, zh ? "仅限首单" : "only the first order");
    }
    if (o->per_customer > 0) {
        next(&s);
        zh_buf_printf(out, zh ? "每人限 %d 次" : "%d for each customer", o->per_customer);
    }
    if (s.parts == 0) say(out, zh ? "所有人可用" : "for everyone");
}
