/* Any bytes as the definition of a journey: refused with a field and a sentence, or a graph in which every step ends at a wait or leaves, whatever the answers are. */
#include "reach/journey.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct asked { uint32_t seed; unsigned done; } asked;

static uint32_t draw(asked *a) { return a->seed = a->seed * 1664525u + 1013904223u; }
static bool yes_or_no(void *context, uint8_t node) { asked *a = context; (void)node; a->done++; return (draw(a) >> 20 & 1) != 0; }
static bool holds(void *context, uint8_t node, uint8_t which) { (void)which; return yes_or_no(context, node); }
static uint8_t arm(void *context, uint8_t node) { (void)node; return (uint8_t)(draw(context) >> 24); }
static void update(void *context, uint8_t node) { (void)yes_or_no(context, node); }
static uint8_t best_hour(void *context) { const uint8_t hour = (uint8_t)(draw(context) >> 27); return hour < 24 ? hour : ZH_MESSAGE_BEST_NONE; }

static void must(bool holds) { if (!holds) abort(); }

static void walk(const zh_journey *j)
{
    asked a = { j->nodes_count, 0 };
    zh_journey_world world = { &a, INT64_C(1795000000000), zh_tz_utc(), holds, arm, yes_or_no, yes_or_no, update, best_hour };
    zh_journey_place place = zh_journey_start(j, world.now_ms);
    for (int i = 0; i < 200 && place.left == ZH_JOURNEY_LEFT_IN; i++) {
        a.done = 0;
        zh_journey_step(j, &world, i % 3 == 2 ? ZH_JOURNEY_BY_EVENT : ZH_JOURNEY_BY_TIME, &place);
        must(a.done <= (unsigned)j->nodes_count * ZH_JOURNEY_CASES_MAX && (place.left != ZH_JOURNEY_LEFT_IN || place.node < j->nodes_count));
        must(j->nodes_count == 64 || place.visited >> j->nodes_count == 0);
        must(place.left != ZH_JOURNEY_LEFT_IN || (place.is_in && j->nodes[place.node].kind == ZH_JOURNEY_WAIT && place.due_ms > world.now_ms));
        if (place.left == ZH_JOURNEY_LEFT_IN && i % 3 != 1) world.now_ms = place.due_ms;
    }
}

static void look(zh_json_value root, zh_arena *arena)
{
    zh_journey j;
    zh_fault fault;
    const zh_err e = zh_journey_read(root, arena, &j, &fault);
    must(e != ZH_FORMAT || fault.why.text[0] != '\0');
    if (e != ZH_OK) return;
    must(j.control <= ZH_MESSAGE_CONTROL_OF && j.goal.size > 0 && j.goal_ms > 0 && j.nodes_count >= 1 && j.first < j.nodes_count);
    for (uint8_t i = 0; i < j.nodes_count; i++) must(zh_journey_node_named(&j, j.nodes[i].name) == i && (j.nodes[i].next < j.nodes_count || j.nodes[i].next == ZH_JOURNEY_END));
    walk(&j);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const zh_sv bytes = { (const char *)data, size };
    zh_json *parser;
    zh_json_value root;
    if (size > 65536) return 0;
    if (zh_json_open(&parser, 65536) != ZH_OK) abort();
    zh_arena arena = zh_arena_open((size_t)1 << 20);
    if (zh_json_parse(parser, bytes, &root, NULL) == ZH_OK) look(root, &arena);
    zh_arena_close(&arena);
    zh_json_close(parser);
    return 0;
}
