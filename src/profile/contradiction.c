#include "profile/contradiction.h"
#include "base/time.h"

#define NAMES_MAX 64 /* that are counted, to say which is named most: a person's interest has fewer */

enum { CATEGORY = 1, BRAND = 2 };
static const struct { const char *prefix; unsigned fields; } kinds[] = { { "category:", CATEGORY }, { "brand:", BRAND }, { "likes:", CATEGORY | BRAND } };

/* What it names, and where that would stand; 0: it says nothing of what he likes. */
static unsigned named_by(zh_sv tag, zh_sv *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const zh_sv prefix = zh_sv_of(kinds[i].prefix);
        if (!zh_sv_starts(tag, prefix) || tag.size == prefix.size) continue;
        *name = zh_sv_part(tag, prefix.size, SIZE_MAX);
        return kinds[i].fields;
    }
    return 0;
}

typedef struct counted { uint32_t name, events; } counted;

static void count_name(counted *names, uint32_t *count, uint32_t name)
{
    for (uint32_t i = 0; i < *count; i++) {
        if (names[i].name != name) continue;
        names[i].events++;
        return;
    }
    if (*count < NAMES_MAX) names[(*count)++] = (counted){ name, 1 };
}

bool zh_contradiction_of(const zh_customer_state *state, const zh_terms *terms, zh_sv tag, int64_t now_ms, zh_contradiction *out)
{
    *out = (zh_contradiction){ 0 };
    const unsigned fields = named_by(tag, &out->name);
    if (fields == 0 || state == NULL) return false;
    counted names[NAMES_MAX];
    uint32_t names_count = 0;
    const uint32_t wanted = zh_terms_find(terms, out->name); /* 0: nobody ever did anything with it */
    zh_facts facts = zh_customer_facts(state);
    for (zh_fact fact; zh_facts_next(&facts, &fact) && fact.time_ms > now_ms - ZH_CONTRADICTION_DAYS * ZH_DAY_MS;) {
        uint32_t first = 0;
        bool is = false;
        for (zh_fact_line line; zh_fact_line_next(&fact, &line);) {
            const uint32_t category = (fields & CATEGORY) != 0 ? line.category : 0, brand = (fields & BRAND) != 0 ? line.brand : 0;
            if (first == 0) first = category != 0 ? category : brand;
            is |= wanted != 0 && (category == wanted || brand == wanted);
        }
        if (first == 0) continue;
        out->events++;
        out->of_it += is;
        if (!is) count_name(names, &names_count, first);
    }
    for (uint32_t i = 0; i < names_count; i++) {
        if (names[i].events <= out->most_events) continue;
        out->most_events = names[i].events;
        out->most = zh_terms_text(terms, names[i].name);
    }
    return out->events >= ZH_CONTRADICTION_EVENTS_MIN && (uint64_t)out->of_it * ZH_CONTRADICTION_ONE_IN < out->events;
}
