#include "segment/vocabulary_tags.h"
#include "segment/vocabulary.h"

#include <stdlib.h>

#define FN(name) static zh_cel_value name(zh_cel_run *run, const zh_cel_value *args, uint32_t count, const zh_cel_overload *self)
#define UNUSED (void)run, (void)args, (void)count, (void)self

static bool follows(const zh_look *look, zh_sv segment) { return look->in_segment != NULL && look->in_segment(look->segments, look->customer, segment); }

FN(has_tag)
{
    UNUSED;
    const zh_look *look = args[0].object;
    const zh_sv name = zh_cel_sv(args[1]);
    zh_tag tag = { .state = ZH_TAG_REMOVED };
    zh_sv bound, segment;
    if (look->tags != NULL && zh_tags_find(look->tags, look->customer, name, look->now_ms, &tag) && tag.state == ZH_TAG_HAS) {
        if (tag.expires_ms != ZH_TAG_NO_END) zh_cel_run_until(run, tag.expires_ms);
        return zh_cel_bool(true);
    }
    if (tag.state == ZH_TAG_DELETED || look->binding == NULL) return zh_cel_bool(false);
    for (uint32_t at = 0; look->binding(look->segments, &at, &bound, &segment);)
        if (zh_sv_equal(bound, name)) return zh_cel_bool(follows(look, segment));
    return zh_cel_bool(false);
}

static int by_text(const void *left, const void *right)
{
    const zh_cel_value *a = left, *b = right;
    return zh_sv_compare(zh_cel_sv(*a), zh_cel_sv(*b));
}

FN(get_tags)
{
    UNUSED;
    const zh_look *look = args[0].object;
    zh_tag *tags = ZH_TAKE(run->arena, zh_tag, ZH_TAGS_SHOWN_MAX);
    zh_cel_value *names = ZH_TAKE(run->arena, zh_cel_value, ZH_TAGS_SHOWN_MAX + ZH_TAG_BINDINGS_MAX);
    if (tags == NULL || names == NULL) return zh_cel_error(ZH_CEL_MEMORY, NULL);
    const size_t all = look->tags == NULL ? 0 : zh_tags_of(look->tags, look->customer, look->now_ms, tags, ZH_TAGS_SHOWN_MAX);
    uint32_t found = 0;
    for (size_t i = 0; i < all; i++) {
        if (tags[i].state != ZH_TAG_HAS) continue;
        if (tags[i].expires_ms != ZH_TAG_NO_END) zh_cel_run_until(run, tags[i].expires_ms);
        names[found++] = zh_cel_text(tags[i].name);
    }
    zh_sv bound, segment;
    for (uint32_t at = 0, n = 0; look->binding != NULL && n < ZH_TAG_BINDINGS_MAX && look->binding(look->segments, &at, &bound, &segment); n++) {
        zh_tag tag = { .state = ZH_TAG_REMOVED };
        if (look->tags != NULL) (void)zh_tags_find(look->tags, look->customer, bound, look->now_ms, &tag);
        if (tag.state != ZH_TAG_HAS && tag.state != ZH_TAG_DELETED && follows(look, segment)) names[found++] = zh_cel_text(bound);
    }
    if (found > 1) qsort(names, found, sizeof *names, by_text);
    return zh_cel_run_pay(run, found) ? zh_cel_list(names, found) : zh_cel_error(ZH_CEL_LIMIT, NULL);
}

FN(in_list)
{
    UNUSED;
    const zh_look *look = args[0].object;
    int64_t until_ms;
    return zh_cel_bool(look->lists != NULL && zh_tags_has(look->lists, look->customer, zh_cel_sv(args[1]), look->now_ms, &until_ms));
}

zh_err zh_vocabulary_tags(zh_cel_env *env)
{
    zh_err e = zh_cel_env_function(env, ZH_SV(".has_tag(Customer, string) bool"), has_tag, 0);
    if (e == ZH_OK) e = zh_cel_env_function(env, ZH_SV(".in_list(Customer, string) bool"), in_list, 0);
    return e != ZH_OK ? e : zh_cel_env_field(env, ZH_SV("Customer"), ZH_SV("tags"), ZH_SV("list(string)"), get_tags, 0);
}
