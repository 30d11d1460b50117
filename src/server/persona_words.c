#include "server/persona_words.h"
#include "base/buf.h"

#include <math.h>

#define TEXT_BYTES_MAX 1024

typedef struct phrase { const char *en, *zh; } phrase;

/* By column: where it is low, where it is high. */
static const phrase phrases[ZH_FEATURES_FIXED][2] = {
    [ZH_FEATURE_RECENCY] = { { "seen lately", "最近来过" }, { "not seen for long", "久未到访" } },
    [ZH_FEATURE_ORDERS] = { { "buys seldom", "购买少" }, { "buys often", "购买频繁" } },
    [ZH_FEATURE_MONEY] = { { "spends little", "消费低" }, { "spends much", "消费高" } },
    [ZH_FEATURE_ORDER_VALUE] = { { "small orders", "客单价低" }, { "large orders", "客单价高" } },
    [ZH_FEATURE_BASKET] = { { "few products an order", "每单商品少" }, { "many products an order", "每单商品多" } },
    [ZH_FEATURE_RETURNS] = { { "returns little", "退货少" }, { "returns often", "退货多" } },
    [ZH_FEATURE_DAYS] = { { "comes seldom", "到访少" }, { "comes on many days", "到访天数多" } },
    [ZH_FEATURE_VIEWS] = { { "looks at little", "浏览少" }, { "looks at much", "浏览多" } },
    [ZH_FEATURE_ADDS] = { { "puts little into the cart", "加购少" }, { "puts much into the cart", "加购多" } },
    [ZH_FEATURE_EVENING] = { { "not in the evening", "晚间少来" }, { "comes in the evening", "多在晚间到访" } },
    [ZH_FEATURE_NIGHT] = { { "not at night", "深夜少来" }, { "comes at night", "多在深夜到访" } },
    [ZH_FEATURE_WEEKEND] = { { "comes on weekdays", "多在工作日到访" }, { "comes at weekends", "多在周末到访" } },
    [ZH_FEATURE_PRICE] = { { "chooses cheap things", "偏好低价" }, { "chooses dear things", "偏好高价" } },
};

static void put_phrase(const zh_features *f, const zh_persona_mark *m, bool zh, zh_buf *out)
{
    zh_sv name;
    (void)zh_feature_text(f, m->column, &name);
    if (m->column < ZH_FEATURES_FIXED) {
        const phrase *p = &phrases[m->column][m->z > 0];
        zh_buf_put(out, zh_sv_of(zh ? p->zh : p->en));
        return;
    }
    zh_buf_put(out, zh ? (m->z > 0 ? ZH_SV("偏好「") : ZH_SV("很少看「")) : m->z > 0 ? ZH_SV("likes ") : ZH_SV("hardly any "));
    zh_buf_put(out, name);
    if (zh) zh_buf_put(out, ZH_SV("」"));
}

/* Shares of interest add up: who likes one thing has less of all others, which is no news. */
static bool is_news(const zh_persona *p, const zh_persona_mark *m)
{
    bool likes = false;
    for (uint32_t i = 0; i < p->marks_count; i++) likes |= p->marks[i].column >= ZH_FEATURES_FIXED && p->marks[i].z >= ZH_PERSONA_WORDS_Z;
    return fabs(m->z) >= ZH_PERSONA_WORDS_Z && (m->column < ZH_FEATURES_FIXED || m->z > 0 || !likes);
}

static void put_text(const zh_features *f, const zh_persona *p, bool zh, zh_json_out *out)
{
    zh_buf text = zh_buf_open(TEXT_BYTES_MAX);
    uint32_t told = 0;
    for (uint32_t i = 0; i < p->marks_count && told < ZH_PERSONA_WORDS_MAX; i++) {
        if (!is_news(p, &p->marks[i])) continue;
        if (told++ > 0) zh_buf_put(&text, zh ? ZH_SV("、") : ZH_SV(" · "));
        put_phrase(f, &p->marks[i], zh, &text);
    }
    if (told == 0) zh_buf_put(&text, zh ? ZH_SV("与多数顾客相近") : ZH_SV("like most customers"));
    zh_json_out_key_text(out, zh ? ZH_SV("zh") : ZH_SV("en"), zh_buf_view(&text));
    zh_buf_close(&text);
}

void zh_persona_words(const zh_features *f, const zh_persona *p, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("text"));
    zh_json_out_object(out);
    put_text(f, p, false, out);
    put_text(f, p, true, out);
    zh_json_out_end(out);
}
