/* journey_test.c
 * Goal    a wrong definition is refused by its field; a circle without a wait and a node that nothing leads to are found; a step does the nodes in order and
 *         stops at a wait; waits end by time, event and restart as they say; a paused journey notes and does nothing; a place moves to another version by names;
 *         arms are drawn by their shares.
 * Method  tables; walks of small journeys with a script of answers and a list of what was done; circles against a search over all paths on 2,000 random graphs.
 */
#include "check.h"
#include "reach/journey.h"

#define HEAD "\"entry\":{\"event\":\"Cart Viewed\"},\"audience\":{\"everyone\":true}"
#define J(first, nodes) "{" HEAD ",\"first\":\"" first "\",\"nodes\":{" nodes "}}"
#define WAIT "\"w\":{\"kind\":\"wait\",\"forMs\":3600000}"
#define SEND(name, next) "\"" name "\":{\"kind\":\"send\",\"channels\":[{\"channel\":\"sms\",\"template\":\"t\"}]" next "}"
#define T INT64_C(1795000000000)

static zh_arena arena;
static zh_json *parser;

static zh_err read_it(const char *text, zh_journey *out, zh_fault *fault)
{
    zh_json_value root;
    CHECK_ROW(zh_json_parse(parser, zh_sv_of(text), &root, NULL) == ZH_OK, text);
    zh_arena_reset(&arena);
    return zh_journey_read(root, &arena, out, fault);
}

static zh_journey good(const char *text)
{
    zh_journey j;
    zh_fault fault;
    CHECK_ROW(read_it(text, &j, &fault) == ZH_OK, fault.why.text);
    return j;
}

static void a_wrong_definition_is_refused_by_its_field(void)
{
    static const struct { const char *text, *field; } rows[] = {
        { "[]", "" },
        { "{" HEAD ",\"first\":\"w\",\"nodes\":{" WAIT "},\"colour\":1}", "colour" },
        { "{\"audience\":{\"everyone\":true},\"first\":\"w\",\"nodes\":{" WAIT "}}", "entry" },
        { "{\"audience\":{\"everyone\":true},\"entry\":{\"event\":\"A\",\"segment\":\"vip\"},\"first\":\"w\",\"nodes\":{" WAIT "}}", "entry" },
        { "{\"audience\":{\"everyone\":true},\"entry\":{\"segment\":\"vip\",\"key\":\"cart_id\"},\"first\":\"w\",\"nodes\":{" WAIT "}}", "entry.key" },
        { "{" HEAD ",\"first\":\"w\",\"nodes\":{}}", "nodes" },
        { "{" HEAD ",\"nodes\":{" WAIT "}}", "first" },
        { J("x", WAIT), "first" },
        { J("w", "\"w\":{\"kind\":\"sleep\"}"), "nodes.w.kind" },
        { J("w", "\"w\":{\"kind\":\"wait\"}"), "nodes.w.forMs" },
        { J("w", "\"w\":{\"kind\":\"wait\",\"forMs\":999}"), "nodes.w.forMs" },
        { J("w", "\"w\":{\"kind\":\"wait\",\"forMs\":60000,\"late\":\"w\"}"), "nodes.w.late" },
        { J("w", "\"w\":{\"kind\":\"wait\",\"time\":\"25:00\"}"), "nodes.w.time" },
        { J("w", "\"w\":{\"kind\":\"wait\",\"forMs\":60000,\"next\":\"x\"}"), "nodes.w.next" },
        { J("w", WAIT "," WAIT), "nodes" },
        { J("w", WAIT ",\"y\":{\"kind\":\"exit\"}"), "nodes.y" },
        { J("b", "\"b\":{\"kind\":\"branch\",\"cases\":[]}"), "nodes.b.cases" },
        { J("b", "\"b\":{\"kind\":\"branch\",\"cases\":[{\"next\":\"b\"}]}"), "nodes.b.cases.0.if" },
        { J("b", "\"b\":{\"kind\":\"branch\",\"cases\":[{\"if\":\"true\",\"next\":\"b\"}]}"), "nodes.b" },
        { J("s", "\"s\":{\"kind\":\"split\",\"arms\":[{\"name\":\"a\",\"share\":0.5}]}"), "nodes.s.arms" },
        { J("s", "\"s\":{\"kind\":\"split\",\"arms\":[{\"name\":\"a\",\"share\":0.5},{\"name\":\"a\",\"share\":0.5}]}"), "nodes.s.arms" },
        { J("s", "\"s\":{\"kind\":\"split\",\"arms\":[{\"name\":\"a\",\"share\":1}],\"winner\":{\"metric\":\"average_order\"}}"), "nodes.s.winner.metric" },
        { J("m", "\"m\":{\"kind\":\"send\"}"), "nodes.m.channels" },
        { J("m", "\"m\":{\"kind\":\"send\",\"channels\":[{\"channel\":\"sms\"}]}"), "nodes.m.channels.0.template" },
        { J("m", SEND("m", ",\"next\":\"m\"")), "nodes.m" },
        { J("m", SEND("m", ",\"unreached\":\"b\"") ",\"b\":{\"kind\":\"wait\",\"bestHour\":true,\"next\":\"m\"}"), "nodes.m" },
        { J("o", "\"o\":{\"kind\":\"offer\"}"), "nodes.o.offer" },
        { J("u", "\"u\":{\"kind\":\"update\"}"), "nodes.u.tag" },
        { J("u", "\"u\":{\"kind\":\"update\",\"webhook\":{\"channel\":\"crm\"}}"), "nodes.u.webhook.template" },
        { J("u", "\"u\":{\"kind\":\"update\",\"webhook\":{\"channel\":\"crm\",\"template\":\"t\"},\"tag\":\"x\"}"), "nodes.u.tag" },
    };
    zh_journey j;
    zh_fault fault;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CHECK_ROW(read_it(rows[i].text, &j, &fault) == ZH_FORMAT, rows[i].text);
        if (strcmp(fault.field, rows[i].field) != 0) (void)fprintf(stderr, "%s: %s\n", fault.field, fault.why.text);
        CHECK_ROW(strcmp(fault.field, rows[i].field) == 0 && fault.why.text[0] != '\0', rows[i].text);
    }
}

/* ---- walking ---- */

typedef struct script {
    const char *holds;  /* "yn": answers of holds, send and offer in turn; behind the end yes */
    uint8_t arm, hour;
    char done[64];      /* "?0 s1 o2 u3" */
} script;

static bool next_answer(script *s) { return *s->holds == '\0' || *s->holds++ == 'y'; }
static void note(script *s, char what, uint8_t node) { (void)snprintf(s->done + strlen(s->done), sizeof s->done - strlen(s->done), "%c%u ", what, node); }
static bool holds(void *c, uint8_t node, uint8_t which) { (void)which; note(c, '?', node); return next_answer(c); }
static bool send(void *c, uint8_t node) { note(c, 's', node); return next_answer(c); }
static bool offer(void *c, uint8_t node) { note(c, 'o', node); return next_answer(c); }
static void update(void *c, uint8_t node) { note(c, 'u', node); }
static uint8_t arm_of(void *c, uint8_t node) { note(c, 'a', node); return ((script *)c)->arm; }
static uint8_t hour_of(void *c) { return ((script *)c)->hour; }
static zh_journey_world world_of(script *s, int64_t now_ms) { return (zh_journey_world){ s, now_ms, zh_tz_utc(), holds, arm_of, send, offer, update, hour_of }; }

static void step(const zh_journey *j, script *s, int64_t now_ms, zh_journey_cause cause, zh_journey_place *place)
{
    const zh_journey_world w = world_of(s, now_ms);
    s->done[0] = '\0';
    zh_journey_step(j, &w, cause, place);
}

static void a_step_does_the_nodes_in_order_and_stops_at_a_wait(void)
{
    const zh_journey j = good(J("b", "\"b\":{\"kind\":\"branch\",\"cases\":[{\"if\":\"true\",\"next\":\"o\"},{\"if\":\"false\",\"next\":\"m\"}],\"next\":\"x\"},\"o\":{\"kind\":\"offer\",\"offer\":\"gift\",\"next\":\"m\",\"refused\":\"u\"},"
                                     SEND("m", ",\"next\":\"w\",\"unreached\":\"u\"") ",\"w\":{\"kind\":\"wait\",\"forMs\":3600000,\"next\":\"x\"},\"u\":{\"kind\":\"update\",\"tag\":\"t\",\"next\":\"w\"},\"x\":{\"kind\":\"exit\",\"goal\":true}"));
    static const struct { const char *answers, *done; } rows[] = { { "yyy", "?0 o1 s2 " }, { "yn", "?0 o1 u4 " }, { "nyn", "?0 ?0 s2 u4 " } };
    for (size_t i = 0; i < 3; i++) {
        script s = { .holds = rows[i].answers };
        zh_journey_place p = zh_journey_start(&j, T);
        CHECK(!p.is_in && p.node == 0 && p.due_ms == T && p.visited == 0);
        step(&j, &s, T, ZH_JOURNEY_BY_TIME, &p);
        CHECK_ROW(strcmp(s.done, rows[i].done) == 0, s.done);
        CHECK(p.is_in && p.node == 3 && p.due_ms == T + 3600000 && (p.visited & 9) == 9);
        step(&j, &s, T + 3599999, ZH_JOURNEY_BY_TIME, &p);
        CHECK(p.is_in && s.done[0] == '\0'); /* not yet */
        step(&j, &s, T + 3600000, ZH_JOURNEY_BY_TIME, &p);
        CHECK(p.left == ZH_JOURNEY_LEFT_GOAL && p.node == ZH_JOURNEY_END && p.due_ms == INT64_MAX && (p.visited >> 5 & 1) == 1);
        step(&j, &s, T + 7200000, ZH_JOURNEY_BY_EXIT, &p);
        CHECK(p.left == ZH_JOURNEY_LEFT_GOAL); /* who left stays out */
    }
    script s = { .holds = "nn" };
    zh_journey_place p = zh_journey_start(&j, T);
    step(&j, &s, T, ZH_JOURNEY_BY_TIME, &p);
    CHECK(p.left == ZH_JOURNEY_LEFT_GOAL);
}

static void a_wait_for_an_event_ends_by_it_by_time_or_begins_anew(void)
{
    const zh_journey j = good(J("c", "\"c\":{\"kind\":\"wait\",\"event\":\"Order Completed\",\"restart\":\"Cart Viewed\",\"forMs\":3600000,\"late\":\"m\"}," SEND("m", ""))); /* ordered: out */
    script s = { .holds = "" };
    zh_journey_place p = zh_journey_start(&j, T), q;
    step(&j, &s, T, ZH_JOURNEY_BY_TIME, &p);
    CHECK(p.is_in && p.due_ms == T + 3600000);
    q = p;
    step(&j, &s, T + 1000, ZH_JOURNEY_BY_EVENT, &q);
    CHECK(q.left == ZH_JOURNEY_LEFT_END && s.done[0] == '\0');
    step(&j, &s, T + 1000, ZH_JOURNEY_BY_RESTART, &p);
    CHECK(p.is_in && p.due_ms == T + 3601000);
    q = p;
    step(&j, &s, T + 3600000, ZH_JOURNEY_BY_TIME, &q);
    CHECK(q.is_in);
    step(&j, &s, T + 3601000, ZH_JOURNEY_BY_TIME, &q);
    CHECK(q.left == ZH_JOURNEY_LEFT_END && strcmp(s.done, "s1 ") == 0);
    step(&j, &s, T + 2000, ZH_JOURNEY_BY_EXIT, &p);
    CHECK(p.left == ZH_JOURNEY_LEFT_GOAL);
}

static void a_paused_journey_notes_and_does_nothing(void)
{
    const zh_journey j = good(J("c", "\"c\":{\"kind\":\"wait\",\"event\":\"A\",\"forMs\":3600000,\"next\":\"m\",\"late\":\"m\"}," SEND("m", "")));
    script s = { .holds = "" };
    zh_journey_place p = zh_journey_start(&j, T), q;
    step(&j, &s, T, ZH_JOURNEY_BY_TIME, &p);
    q = p;
    zh_journey_note(&j, T + 5, ZH_JOURNEY_BY_EVENT, &p);
    CHECK(p.node == 1 && !p.is_in && p.due_ms == T + 5 && p.left == ZH_JOURNEY_LEFT_IN);
    zh_journey_note(&j, T + 6, ZH_JOURNEY_BY_EVENT, &p);
    CHECK(p.node == 1 && p.due_ms == T + 5);
    step(&j, &s, T + 9, ZH_JOURNEY_BY_TIME, &p);
    CHECK(p.left == ZH_JOURNEY_LEFT_END && strcmp(s.done, "s1 ") == 0);
    zh_journey_note(&j, T + 5, ZH_JOURNEY_BY_TIME, &q);
    CHECK(q.is_in && q.node == 0);
    zh_journey_note(&j, T + 5, ZH_JOURNEY_BY_EXIT, &q);
    CHECK(q.left == ZH_JOURNEY_LEFT_GOAL);
}

static void times_of_the_week_and_best_hours(void)
{
    /* T is Wednesday, 2026-11-18 11:06:40 UTC */
    static const struct { const char *wait; uint8_t hour; int64_t after_ms; } rows[] = {
        { "\"time\":\"12:00\"", 0, 3200000 },
        { "\"time\":\"11:00\"", 0, 86000000 },
        { "\"time\":\"12:00\",\"weekdays\":[3]", 0, 3200000 },
        { "\"time\":\"11:00\",\"weekdays\":[3]", 0, 86000000 + 6 * 86400000LL },
        { "\"time\":\"11:00\",\"weekdays\":[6,7]", 0, 86000000 + 2 * 86400000LL },
        { "\"bestHour\":true", 12, 3200000 },
        { "\"bestHour\":true", 11, 0 },
        { "\"bestHour\":true", ZH_MESSAGE_BEST_NONE, 0 },
        { "\"bestHour\":true,\"forMs\":600000", 12, 600000 },
    };
    char text[512];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        (void)snprintf(text, sizeof text, "{" HEAD ",\"first\":\"w\",\"nodes\":{\"w\":{\"kind\":\"wait\",%s}}}", rows[i].wait);
        const zh_journey j = good(text);
        script s = { .holds = "", .hour = rows[i].hour };
        zh_journey_place p = zh_journey_start(&j, T);
        step(&j, &s, T, ZH_JOURNEY_BY_TIME, &p);
        CHECK_ROW(rows[i].after_ms == 0 ? p.left == ZH_JOURNEY_LEFT_END : p.is_in && p.due_ms == T + rows[i].after_ms, rows[i].wait);
    }
}

static void a_place_moves_to_another_version_by_names(void)
{
    static const char before[] = J("a", "\"a\":{\"kind\":\"wait\",\"forMs\":60000,\"next\":\"b\"},\"b\":{\"kind\":\"wait\",\"forMs\":60000}");
    static const char after[] = J("new", "\"b\":{\"kind\":\"wait\",\"forMs\":60000},\"new\":{\"kind\":\"wait\",\"forMs\":60000,\"next\":\"a\"},\"a\":{\"kind\":\"branch\",\"cases\":[{\"if\":\"true\"}],\"next\":\"b\"}");
    zh_journey from, to;
    zh_fault fault;
    zh_json *other;
    zh_json_value root;
    zh_arena_reset(&arena);
    CHECK(zh_json_parse(parser, ZH_SV(before), &root, NULL) == ZH_OK && zh_journey_read(root, &arena, &from, &fault) == ZH_OK && zh_json_open(&other, 65536) == ZH_OK);
    CHECK(zh_json_parse(other, ZH_SV(after), &root, NULL) == ZH_OK && zh_journey_read(root, &arena, &to, &fault) == ZH_OK);
    zh_json_close(other);
    zh_journey_place p = { .node = 1, .is_in = true, .due_ms = T, .visited = 3 };
    CHECK(zh_journey_move(&from, &to, &p) && p.node == 0 && p.is_in && p.due_ms == T && p.visited == 5);
    p = (zh_journey_place){ .node = 0, .is_in = true, .due_ms = T, .visited = 1 };
    CHECK(!zh_journey_move(&from, &to, &p) && p.node == 0); /* in a wait that is none there */
    p = (zh_journey_place){ .node = 0, .is_in = false, .due_ms = T };
    CHECK(zh_journey_move(&from, &to, &p) && p.node == 2);
    p = (zh_journey_place){ .node = ZH_JOURNEY_END, .left = ZH_JOURNEY_LEFT_END };
    CHECK(!zh_journey_move(&from, &to, &p));
}

static void arms_are_drawn_by_their_shares(void)
{
    const zh_journey j = good(J("s", "\"s\":{\"kind\":\"split\",\"arms\":[{\"name\":\"a\",\"share\":0.2},{\"name\":\"b\",\"share\":0},{\"name\":\"c\",\"share\":0.8}]}"));
    uint32_t counts[3] = { 0 };
    for (uint32_t b = 0; b < ZH_JOURNEY_SHARE_OF; b++) counts[zh_journey_arm(&j.nodes[0], b)]++;
    CHECK(counts[0] == 200000 && counts[1] == 0 && counts[2] == 800000);
}

/* ---- circles ---- */

enum { NODES = 6, GRAPHS = 2000 };

/* Is there a way from `at` back to `home` over nodes that do not wait? By trying all of them. */
static bool comes_back(const uint8_t to[NODES][2], const bool waits[NODES], int at, int home, unsigned seen)
{
    if (waits[at]) return false;
    for (int i = 0; i < 2; i++) {
        const int next = to[at][i];
        if (next == NODES) continue;
        if (next == home) return true;
        if ((seen >> next & 1) == 0 && comes_back(to, waits, next, home, seen | 1u << next)) return true;
    }
    return false;
}

static bool leads_to(const uint8_t to[NODES][2], int node)
{
    unsigned seen = 1;
    for (int round = 0; round < NODES; round++)
        for (int at = 0; at < NODES; at++)
            for (int i = 0; i < 2; i++)
                if ((seen >> at & 1) != 0 && to[at][i] < NODES) seen |= 1u << to[at][i];
    return (seen >> node & 1) != 0;
}

static void circles_and_lost_nodes_are_found(void)
{
    uint64_t random = 9;
    char text[2048];
    unsigned refused = 0;
    for (int g = 0; g < GRAPHS; g++) {
        uint8_t to[NODES][2];
        bool waits[NODES], good_graph = true;
        size_t size = (size_t)snprintf(text, sizeof text, "{" HEAD ",\"first\":\"n0\",\"nodes\":{");
        for (int n = 0; n < NODES; n++) {
            waits[n] = test_random(&random) % 2 == 0;
            for (int i = 0; i < 2; i++) to[n][i] = (uint8_t)(test_random(&random) % 3 == 0 ? NODES : test_random(&random) % NODES);
        }
        for (int n = 0; n < NODES; n++) {
            char next[2][24] = { "", "" };
            static const char *const names[2][2] = { { "next", "late" }, { "next", "refused" } };
            if (!waits[n] && to[n][1] == NODES) to[n][1] = to[n][0]; /* refused and not said: next */
            for (int i = 0; i < 2; i++)
                if (to[n][i] < NODES) (void)snprintf(next[i], sizeof next[i], ",\"%s\":\"n%u\"", names[!waits[n]][i], to[n][i]);
            size += (size_t)snprintf(text + size, sizeof text - size, waits[n] ? "%s\"n%d\":{\"kind\":\"wait\",\"event\":\"A\",\"forMs\":60000%s%s}" : "%s\"n%d\":{\"kind\":\"offer\",\"offer\":\"o\"%s%s}", n == 0 ? "" : ",", n, next[0], next[1]);
        }
        (void)snprintf(text + size, sizeof text - size, "}}");
        for (int n = 0; n < NODES; n++) good_graph &= leads_to(to, n) && !comes_back(to, waits, n, n, 1u << n);
        zh_journey j;
        zh_fault fault;
        const zh_err e = read_it(text, &j, &fault);
        if (e != (good_graph ? ZH_OK : ZH_FORMAT)) (void)fprintf(stderr, "%s: %s\n", fault.field, fault.why.text);
        CHECK_ROW(e == (good_graph ? ZH_OK : ZH_FORMAT), text);
        refused += e != ZH_OK;
    }
    CHECK(refused > GRAPHS / 4 && refused < GRAPHS);
}

int main(void)
{
    arena = zh_arena_open((size_t)1 << 20);
    if (zh_json_open(&parser, 65536) != ZH_OK) return 1;
    a_wrong_definition_is_refused_by_its_field();
    a_step_does_the_nodes_in_order_and_stops_at_a_wait();
    a_wait_for_an_event_ends_by_it_by_time_or_begins_anew();
    a_paused_journey_notes_and_does_nothing();
    times_of_the_week_and_best_hours();
    a_place_moves_to_another_version_by_names();
    arms_are_drawn_by_their_shares();
    circles_and_lost_nodes_are_found();
    zh_json_close(parser);
    zh_arena_close(&arena);
    return 0;
}
