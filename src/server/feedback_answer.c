#include "server/feedback_answer.h"
#include "server/answer.h"

#include <stdlib.h>

typedef struct words { const char *en, *zh; } words; /* % stands for the thing */

static words of_kind(zh_feedback_kind kind, zh_feedback_scope scope)
{
    if (kind == ZH_FEEDBACK_USEFUL) return (words){ "Noted: “%” was useful.", "已记录：“%”对您有用。" };
    if (kind == ZH_FEEDBACK_NOT_INTERESTED && scope == ZH_FEEDBACK_ITEM)
        return (words){ "“%” is not shown any more, and what is like it only where nothing else is left.", "不再展示“%”，相似商品仅在没有其他商品时才会出现。" };
    if (kind == ZH_FEEDBACK_NOT_INTERESTED && scope == ZH_FEEDBACK_BRAND)
        return (words){ "The brand “%” is shown only where nothing else is left.", "品牌“%”的商品仅在没有其他商品时才会出现。" };
    if (kind == ZH_FEEDBACK_NOT_INTERESTED)
        return (words){ "The category “%” is shown only where nothing else is left.", "“%”类商品仅在没有其他商品时才会出现。" };
    if (scope == ZH_FEEDBACK_ITEM) return (words){ "“%” is not shown any more.", "不再展示“%”。" };
    if (scope == ZH_FEEDBACK_BRAND) return (words){ "Nothing of the brand “%” is shown any more.", "不再展示品牌“%”的商品。" };
    return (words){ "Nothing of the category “%” is shown any more.", "不再展示“%”类商品。" };
}

static words words_of(zh_feedback_outcome outcome, zh_feedback_kind kind, zh_feedback_scope scope)
{
    switch (outcome) {
    case ZH_FEEDBACK_SAID: return of_kind(kind, scope);
    case ZH_FEEDBACK_STOOD: return (words){ "That stood already: “%”.", "此前已设置：“%”。" };
    case ZH_FEEDBACK_UNDONE: return (words){ "Taken back: “%” may be shown again.", "已撤销：“%”可以再次出现。" };
    case ZH_FEEDBACK_NOTHING: break;
    }
    return (words){ "There is nothing to take back.", "没有可撤销的内容。" };
}

static void put_filled(zh_call *call, zh_sv key, const char *pattern, zh_sv title, zh_json_out *out)
{
    const zh_sv text = zh_sv_of(pattern);
    const char *gap = memchr(text.data, '%', text.size);
    const size_t before = gap == NULL ? text.size : (size_t)(gap - text.data), after = gap == NULL ? 0 : text.size - before - 1;
    char *filled = ZH_TAKE(call->arena, char, text.size + title.size);
    if (filled == NULL) return;
    memcpy(filled, text.data, before);
    if (gap == NULL) title.size = 0;
    if (title.size > 0) memcpy(filled + before, title.data, title.size);
    if (after > 0) memcpy(filled + before + title.size, gap + 1, after);
    const zh_sv whole = { filled, before + title.size + after };
    zh_json_out_key_text(out, key, whole);
}

void zh_answer_feedback_text(zh_call *call, zh_feedback_outcome outcome, zh_feedback_kind kind, zh_feedback_scope scope, zh_sv title, zh_json_out *out)
{
    const words w = words_of(outcome, kind, scope);
    zh_json_out_key(out, ZH_SV("text"));
    zh_json_out_object(out);
    put_filled(call, ZH_SV("en"), w.en, title, out);
    put_filled(call, ZH_SV("zh"), w.zh, title, out);
    zh_json_out_end(out);
}

zh_sv zh_answer_feedback_title(const zh_world *w, zh_feedback_scope scope, zh_sv text)
{
    const zh_item *item = scope == ZH_FEEDBACK_ITEM ? zh_catalog_find(w->catalog, text) : NULL;
    return item != NULL && item->title.size > 0 ? item->title : text;
}

void zh_answer_feedback_thing(const zh_world *w, zh_feedback_scope scope, zh_sv text, zh_json_out *out)
{
    zh_json_out_key_text(out, ZH_SV("scope"), zh_sv_of(zh_feedback_scope_text(scope)));
    zh_json_out_key_text(out, scope == ZH_FEEDBACK_ITEM ? ZH_SV("itemId") : ZH_SV("name"), text);
    if (scope == ZH_FEEDBACK_ITEM) zh_json_out_key_text(out, ZH_SV("title"), zh_answer_feedback_title(w, scope, text));
}

static int newest_first(const void *left, const void *right)
{
    const zh_feedback_word *a = *(const zh_feedback_word *const *)left, *b = *(const zh_feedback_word *const *)right;
    if (a->at_ms != b->at_ms) return a->at_ms > b->at_ms ? -1 : 1;
    if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    if (a->scope != b->scope) return a->scope < b->scope ? -1 : 1;
    return a->target < b->target ? -1 : a->target > b->target;
}

static void put_standing(zh_call *call, const zh_world *w, zh_customer_id customer, zh_json_out *out)
{
    uint32_t count, standing = 0;
    const zh_feedback_word *said = zh_feedbacks_of(w->feedbacks, customer, &count);
    const zh_feedback_word **sorted = ZH_TAKE(call->arena, const zh_feedback_word *, count);
    zh_json_out_key(out, ZH_SV("items"));
    zh_json_out_array(out);
    for (uint32_t i = 0; sorted != NULL && i < count; i++)
        if (!said[i].is_undone) sorted[standing++] = &said[i];
    if (standing > 1) qsort(sorted, standing, sizeof *sorted, newest_first);
    for (uint32_t i = 0; i < standing; i++) {
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("kind"), zh_sv_of(zh_feedback_kind_text((zh_feedback_kind)sorted[i]->kind)));
        zh_answer_feedback_thing(w, (zh_feedback_scope)sorted[i]->scope, (zh_sv){ sorted[i]->text, sorted[i]->text_size }, out);
        zh_call_time(out, ZH_SV("since"), sorted[i]->at_ms);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

void zh_answer_feedback(zh_call *call, zh_customer_id customer, zh_json_out *out)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_world_lock_read(w);
    const zh_feedback_counts counts = zh_feedbacks_counts(w->feedbacks, customer);
    zh_json_out_key_bool(out, ZH_SV("personalization"), zh_consents_get(w->consents, customer).personalization);
    put_standing(call, w, customer, out);
    zh_json_out_key(out, ZH_SV("counts"));
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("useful"), counts.useful);
    zh_json_out_key_int(out, ZH_SV("why"), counts.why);
    zh_json_out_end(out);
    zh_world_unlock(w);
}
