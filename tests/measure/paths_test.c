/* Goal: paths are those that the definition says, and backwards its mirror image.
 * Method: random events; the events of each path are chosen by looking at each event alone; the same events with the time turned round. */
#include "measure/paths.h"
#include "check.h"

enum { EVENTS = 16, RUNS = 5000 };

static int64_t gap(const zh_funnel_event *a, const zh_funnel_event *b) { return b->time_ms - a->time_ms; }

/* Is event k reached by a path that begins with event i? */
static bool reached(const zh_paths_span *s, const zh_funnel_event *e, size_t i, size_t k)
{
    if (s->window_ms > 0) return gap(&e[i], &e[k]) < s->window_ms;
    for (size_t n = i; n < k; n++)
        if (gap(&e[n], &e[n + 1]) >= s->gap_ms) return false;
    return true;
}

static zh_path path_of(const zh_paths_span *s, const zh_funnel_event *e, size_t i, size_t *over)
{
    zh_path p = { .names = { e[i].name } };
    for (*over = i + 1; *over < EVENTS && reached(s, e, i, *over); ++*over)
        if ((e[*over].steps & ZH_PATH_STEP) != 0 && p.steps < s->depth && (s->repeats || e[*over].name != p.names[p.steps])) p.names[++p.steps] = e[*over].name;
    p.dropped = p.steps < s->depth;
    return p;
}

static bool is_same(const zh_path *a, const zh_path *b)
{
    bool same = a->steps == b->steps && a->dropped == b->dropped;
    for (uint32_t k = 0; same && k <= a->steps; k++) same = a->names[k] == b->names[k];
    return same;
}

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv), found = 0, whole = 0;
    for (int run = 0; run < RUNS; run++) {
        zh_funnel_event e[EVENTS], turned[EVENTS];
        int64_t now = 0;
        for (int i = 0; i < EVENTS; i++) {
            now += (int64_t)(test_random(&seed) % 5);
            e[i] = (zh_funnel_event){ now, (uint32_t)(test_random(&seed) % 4), 1 + (uint32_t)(test_random(&seed) % 4) };
            turned[EVENTS - 1 - i] = (zh_funnel_event){ -now, e[i].steps, e[i].name };
        }
        const bool has_window = test_random(&seed) % 2 == 0;
        zh_paths_span span = { .from_ms = (int64_t)(test_random(&seed) % 10), .to_ms = 10 + (int64_t)(test_random(&seed) % 30), .gap_ms = has_window ? 0 : 1 + (int64_t)(test_random(&seed) % 4),
                               .window_ms = has_window ? 1 + (int64_t)(test_random(&seed) % 12) : 0, .depth = 1 + (uint32_t)(test_random(&seed) % 5), .repeats = test_random(&seed) % 2 == 0 };
        zh_paths_span back = span;
        back.backward = true;
        back.from_ms = 1 - span.to_ms, back.to_ms = 1 - span.from_ms;
        size_t at = 0, back_at = 0, i = 0;
        zh_path got, mirrored;
        while (zh_path_next(&span, e, EVENTS, &at, &got)) {
            while ((e[i].steps & ZH_PATH_STARTS) == 0 || e[i].time_ms < span.from_ms || e[i].time_ms >= span.to_ms) i++;
            const zh_path want = path_of(&span, e, i, &i);
            CHECK(is_same(&got, &want) && i == at);
            CHECK(zh_path_next(&back, turned, EVENTS, &back_at, &mirrored) && is_same(&got, &mirrored));
            found++;
            whole += !got.dropped;
        }
        for (; i < EVENTS; i++) CHECK((e[i].steps & ZH_PATH_STARTS) == 0 || e[i].time_ms < span.from_ms || e[i].time_ms >= span.to_ms);
        CHECK(!zh_path_next(&back, turned, EVENTS, &back_at, &mirrored));
    }
    size_t none = 0;
    CHECK(!zh_path_next(&(zh_paths_span){ .to_ms = 9, .gap_ms = 1, .depth = 1 }, NULL, 0, &none, &(zh_path){ 0 }));
    CHECK(found > RUNS && whole > RUNS / 10 && whole < found); /* the test looked at all kinds */
    return 0;
}
