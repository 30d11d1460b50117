/* Goal: the shop speaks to an engine as the interface says: items first, events whole and in order, lists as asked.
 *       live, each event at its moment; reports.
 * Method: a stand-in engine that keeps what it hears and answers fixed lists; then one that refuses; a fake clock. */
#include "base/hash.h"
#include "base/json.h"
#include "base/map.h"
#include "base/time.h"
#include "report.h"
#include "sys/http.h"
#include "world_of.h"

#include <pthread.h>

typedef struct stand_in {
    pthread_mutex_t lock;
    zh_json *json;
    zh_map ids;            /* hashes of messageIds */
    uint64_t items, events, repeated, lists, bad, list_events, views, adds, orders, refunds, logins, anonymous_orders;
    uint64_t homes, pages, carts, gone, busy;
    int64_t newest_ms;
    bool refuse, no_items, live;
    zh_clock clock;        /* live: the shop's */
    volatile sig_atomic_t stop;
    uint64_t singles, early, batched_early, reports, future_lists;
    unsigned report_status;
    char report[4096];     /* the last one */
} stand_in;

static int64_t time_of(zh_json_value value)
{
    int64_t ms = 0;
    return zh_time_parse(zh_json_text_or_empty(value), &ms) == ZH_OK ? ms : -1;
}

static void hear_event(stand_in *s, zh_json_value e)
{
    const zh_sv name = zh_json_text_or_empty(zh_json_get(e, ZH_SV("event"))), type = zh_json_text_or_empty(zh_json_get(e, ZH_SV("type")));
    const bool user = zh_json_text_or_empty(zh_json_get(e, ZH_SV("userId"))).size > 0;
    const zh_json_value properties = zh_json_get(e, ZH_SV("properties"));
    bool made = false;
    uint64_t *at = zh_map_at(&s->ids, zh_fast64(zh_json_text_or_empty(zh_json_get(e, ZH_SV("messageId")))), &made);
    const int64_t ms = time_of(zh_json_get(e, ZH_SV("timestamp")));
    s->repeated += at == NULL || !made;
    s->events++;
    s->early += s->live && ms + ZH_SIM_LIVE_DELAY_MS > zh_clock_wall_ms(&s->clock);
    s->bad += ms < 0 || ms < s->newest_ms - 24 * ZH_HOUR_MS;
    if (ms > s->newest_ms) s->newest_ms = ms;
    s->bad += !user && zh_json_text_or_empty(zh_json_get(e, ZH_SV("anonymousId"))).size == 0;
    s->logins += zh_sv_equal(type, ZH_SV("identify"));
    s->list_events += zh_sv_equal(name, ZH_SV("Product List Viewed"));
    s->views += zh_sv_equal(name, ZH_SV("Product Viewed"));
    s->adds += zh_sv_equal(name, ZH_SV("Product Added"));
    const bool refund = zh_sv_equal(name, ZH_SV("Order Refunded")), order = zh_sv_equal(name, ZH_SV("Order Completed"));
    s->refunds += refund, s->orders += order;
    s->anonymous_orders += (order || refund) && !user;
    if (order || refund) s->bad += zh_json_count(zh_json_get(properties, ZH_SV("products"))) == 0 || zh_json_text_or_empty(zh_json_get(properties, ZH_SV("order_id"))).size == 0;
}

static const char *hear(stand_in *s, zh_sv path, zh_sv body)
{
    zh_json_value root = { 0 };
    if (zh_sv_equal(path, ZH_SV("/readyz"))) return "{\"ready\":true,\"viewLagMs\":0}";
    if (zh_json_parse(s->json, body, &root, NULL) != ZH_OK) s->bad++;
    if (zh_sv_equal(path, ZH_SV("/api/v1/items"))) {
        for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("items"))); zh_json_next(&it); s->items++) {
            bool available = true;
            if (zh_json_bool(zh_json_get(it.value, ZH_SV("available")), &available) && !available) s->gone++;
            s->bad += zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("title"))).size == 0;
        }
        return "{\"accepted\":1,\"rejected\":0,\"errors\":[]}";
    }
    if (zh_sv_equal(path, ZH_SV("/v1/batch"))) {
        s->bad += body.size > 512000 || zh_json_count(zh_json_get(root, ZH_SV("batch"))) > 2500 || (s->items == 0 && !s->no_items);
        for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("batch"))); zh_json_next(&it);) hear_event(s, it.value);
        return "{\"success\":true,\"accepted\":1,\"duplicate\":0,\"rejected\":0}";
    }
    if (zh_sv_equal(path, ZH_SV("/v1/track")) || zh_sv_equal(path, ZH_SV("/v1/identify"))) {
        s->singles++;
        s->bad += zh_sv_equal(path, ZH_SV("/v1/identify")) != zh_sv_equal(zh_json_text_or_empty(zh_json_get(root, ZH_SV("type"))), ZH_SV("identify"));
        const int64_t before_ms = s->newest_ms;
        hear_event(s, root);
        s->bad += time_of(zh_json_get(root, ZH_SV("timestamp"))) < before_ms; /* by time */
        return "{\"success\":true,\"accepted\":1,\"duplicate\":0,\"rejected\":0}";
    }
    if (zh_sv_equal(path, ZH_SV("/api/v1/reports/policies/the.shop_1"))) {
        s->reports++;
        s->bad += zh_json_count(zh_json_get(root, ZH_SV("policies"))) != 2 || body.size >= sizeof s->report;
        snprintf(s->report, sizeof s->report, "%.*s", ZH_SV_ARG(zh_sv_part(body, 0, sizeof s->report - 1)));
        return "";
    }
    const zh_json_value context = zh_json_get(root, ZH_SV("context"));
    const zh_sv place = zh_json_text_or_empty(zh_json_get(root, ZH_SV("placement")));
    s->lists++;
    s->homes += zh_sv_equal(place, ZH_SV("home")), s->pages += zh_sv_equal(place, ZH_SV("product_page")), s->carts += zh_sv_equal(place, ZH_SV("cart"));
    s->bad += zh_sv_equal(place, ZH_SV("product_page")) && zh_json_text_or_empty(zh_json_get(context, ZH_SV("itemId"))).size == 0;
    s->bad += zh_sv_equal(place, ZH_SV("cart")) && zh_json_count(zh_json_get(context, ZH_SV("cart"))) == 0;
    s->future_lists += s->live && time_of(zh_json_get(context, ZH_SV("time"))) > zh_clock_wall_ms(&s->clock);
    s->bad += time_of(zh_json_get(context, ZH_SV("time"))) < s->newest_ms - ZH_HOUR_MS; /* it knows what was before */
    /* one that is sold, one of another shop, the first again, two more */
    return "{\"decisionId\":\"d\",\"items\":[{\"itemId\":\"socks-01\"},{\"itemId\":\"moon\"},{\"itemId\":\"socks-01\"},{\"itemId\":\"tea-02\"},{\"itemId\":\"novel-03\"}]}";
}

static void answer(void *context, zh_http_request *request)
{
    stand_in *s = context;
    const zh_sv path = zh_http_path(request), right = zh_http_header_of(request, "Authorization");
    const bool collect = zh_sv_equal(path, ZH_SV("/v1/batch")) || zh_sv_equal(path, ZH_SV("/v1/track")) || zh_sv_equal(path, ZH_SV("/v1/identify"));
    const bool report = zh_sv_equal(zh_http_method_text(request), ZH_SV("PUT"));
    pthread_mutex_lock(&s->lock);
    unsigned status = 200;
    zh_sv body = ZH_SV("{\"code\":\"forbidden\"}");
    if (!zh_sv_equal(right, collect ? ZH_SV("Basic dzo=") : ZH_SV("Bearer s"))) s->bad++; /* "w:" */
    if (collect && s->busy > 0) s->busy--, status = 429;
    else if ((s->refuse && collect) || (s->no_items && zh_sv_equal(path, ZH_SV("/api/v1/items")))) status = 403;
    else body = zh_sv_of(hear(s, path, zh_http_body(request)));
    if (report) status = s->report_status;
    zh_http_reply(request, &(zh_http_response){ .status = status, .content_type = ZH_SV("application/json"), .body = body });
    pthread_mutex_unlock(&s->lock);
}

static size_t body_max(void *context, const zh_http_request *request) { return (void)context, (void)request, (size_t)4 << 20; }

/* Live: until the next morning. */
static void end_in_time(void *context, const zh_sim_run *run, int32_t day)
{
    stand_in *s = context;
    (void)day;
    if (zh_clock_wall_ms(&s->clock) > run->shop->start_ms + 3 * ZH_DAY_MS + 6 * ZH_HOUR_MS) s->stop = SIGTERM;
}

static void tell(void *context, const zh_sim_run *run, int32_t day)
{
    const stand_in *s = context;
    zh_buf report = zh_buf_open(1u << 20);
    zh_note why = { "" };
    if (zh_sim_report_policies(run, day, &report)) {
        const zh_err e = zh_sim_wire_report(run->wire, ZH_SV("the.shop_1"), zh_buf_view(&report), &why);
        if (s->report_status == 204) CHECK(e == ZH_OK);
        else CHECK(e == ZH_DENIED && strstr(why.text, "status 429") != NULL);
    }
    zh_buf_close(&report);
}

static zh_err run_against(stand_in *s, zh_sim_run *run, zh_arena *arena, zh_note *why)
{
    static zh_shop shop;
    char url[64];
    zh_http_server *server = NULL;
    *s = (stand_in){ .ids = zh_map_open(), .refuse = s->refuse, .no_items = s->no_items, .busy = s->busy, .live = s->live, .report_status = s->report_status };
    CHECK(pthread_mutex_init(&s->lock, NULL) == 0 && zh_json_open(&s->json, 4u << 20) == ZH_OK);
    CHECK(zh_http_open(&server, &(zh_http_desc){ .ctx = s, .handler = answer, .body_max = body_max }, NULL) == ZH_OK);
    snprintf(url, sizeof url, "http://127.0.0.1:%u", (unsigned)zh_http_port(server));
    test_shop(zh_shop_default(), arena, &shop);
    *run = (zh_sim_run){ .shop = &shop, .seed = 9, .customers = 300, .days = 24, .policies = { [ZH_SIM_POPULAR] = true, [ZH_SIM_ENGINE] = true } };
    if (s->report_status != 0) run->day_done = tell, run->context = s;
    if (s->live) {
        run->customers = 4000, run->days = 3; /* so many that visits are under way when the fast part ends */
        zh_clock_fake(&s->clock, shop.start_ms + 2 * ZH_DAY_MS + 21 * ZH_HOUR_MS + 1500);
        run->live = true, run->clock = &s->clock, run->stop = &s->stop, run->beat = end_in_time, run->context = s;
    }
    CHECK(zh_sim_wire_open(&run->wire, &(zh_sim_wire_desc){ .url = zh_sv_of(url), .write_key = ZH_SV("w"), .server_key = ZH_SV("s"), .seed = 9, .clock = s->live ? &s->clock : NULL }, why) == ZH_OK);
    const zh_err e = zh_sim_run_go(run, arena, why);
    zh_http_close(server);
    return e;
}

static void done(stand_in *s, zh_sim_run *run)
{
    zh_sim_wire_close(run->wire);
    zh_json_close(s->json);
    zh_map_close(&s->ids);
    pthread_mutex_destroy(&s->lock);
}

static void a_whole_run_is_told_once_and_in_order(void)
{
    static zh_sim_run run;
    zh_arena arena = zh_arena_open(TEST_ARENA_BYTES);
    stand_in s = { .busy = 3 }; /* and an engine that is busy is asked again */
    zh_note why = { "" };
    const zh_err e = run_against(&s, &run, &arena, &why);
    if (e != ZH_OK) fprintf(stderr, "%s\n", why.text);
    CHECK(e == ZH_OK && s.bad == 0 && s.repeated == 0 && s.busy == 0);
    const zh_sim_wire_counts c = zh_sim_wire_counted(run.wire);
    printf("%d items, %d events, %d lists; %d views, %d adds, %d orders, %d refunds, %d logins\n", (int)s.items, (int)s.events, (int)s.lists,
           (int)s.views, (int)s.adds, (int)s.orders, (int)s.refunds, (int)s.logins);
    CHECK(c.events == s.events && c.lists == s.lists && c.items == s.items);
    CHECK(s.items >= run.catalog.count && s.gone > 0); /* all were told, and ends too */
    CHECK(s.list_events > s.views && s.views > s.adds && s.adds > s.orders && s.orders > s.refunds && s.refunds > 0 && s.logins > 0);
    CHECK(s.anonymous_orders == 0);
    const zh_sim_sums measured = zh_sim_tally_total(&run.worlds[ZH_SIM_ENGINE].tally);
    CHECK((int64_t)s.homes == measured.visits && s.pages > 0 && s.carts > 0); /* asked in measured days only */
    CHECK(c.lists_short == c.lists); /* it answered four of ours where more were asked */
    done(&s, &run);
    zh_arena_close(&arena);
}

static void an_engine_that_takes_no_items_learns_them_from_events(void)
{
    static zh_sim_run run;
    zh_arena arena = zh_arena_open(TEST_ARENA_BYTES);
    stand_in s = { .no_items = true };
    zh_note why = { "" };
    CHECK(run_against(&s, &run, &arena, &why) == ZH_OK && s.items == 0 && s.events > 0 && s.bad == 0);
    done(&s, &run);
    zh_arena_close(&arena);
}

static void a_refusal_ends_the_run_with_its_reason(void)
{
    static zh_sim_run run;
    zh_arena arena = zh_arena_open(TEST_ARENA_BYTES);
    stand_in s = { .refuse = true };
    zh_note why = { "" };
    CHECK(run_against(&s, &run, &arena, &why) == ZH_DENIED && strstr(why.text, "refused the events") != NULL);
    done(&s, &run);
    zh_arena_close(&arena);
}

static void reports_arrive_after_each_measured_day_and_a_refusal_ends_nothing(void)
{
    static zh_sim_run run;
    for (int refused = 0; refused < 2; refused++) {
        zh_arena arena = zh_arena_open(TEST_ARENA_BYTES);
        stand_in s = { .report_status = refused == 1 ? 429 : 204 };
        zh_note why = { "" };
        CHECK(run_against(&s, &run, &arena, &why) == ZH_OK && s.bad == 0 && s.reports == 24 - 8);
        CHECK(strstr(s.report, "\"from\":\"2025-03-11\",\"to\":\"2025-03-26\"") != NULL); /* the last of 24 days */
        done(&s, &run);
        zh_arena_close(&arena);
    }
}

static void live_events_go_one_by_one_when_their_moment_has_come(void)
{
    static zh_sim_run run;
    zh_arena arena = zh_arena_open(TEST_ARENA_BYTES);
    stand_in s = { .live = true };
    zh_note why = { "" };
    const zh_err e = run_against(&s, &run, &arena, &why);
    if (e != ZH_OK) fprintf(stderr, "%s\n", why.text);
    printf("live: %d events, %d of them alone\n", (int)s.events, (int)s.singles);
    CHECK(e == ZH_OK && s.bad == 0 && s.repeated == 0 && s.early == 0 && s.future_lists == 0);
    CHECK(s.singles > 100 && s.singles < s.events && run.lived == 4 && run.is_live);
    done(&s, &run);
    zh_arena_close(&arena);
}

static void names_of_reports(void)
{
    CHECK(zh_sim_wire_name_fits(ZH_SV("zhun-sim.1_A")) && !zh_sim_wire_name_fits(ZH_SV("")) && !zh_sim_wire_name_fits(ZH_SV("a/b")) &&
          !zh_sim_wire_name_fits(ZH_SV("店")));
    char text[65];
    memset(text, 'a', sizeof text);
    CHECK(zh_sim_wire_name_fits((zh_sv){ text, 64 }) && !zh_sim_wire_name_fits((zh_sv){ text, 65 }));
}

static void nobody_listens(void)
{
    zh_sim_wire *wire = NULL;
    zh_note why = { "" };
    static zh_sim_run run;
    static zh_shop shop;
    zh_arena arena = zh_arena_open(TEST_ARENA_BYTES);
    test_shop(zh_shop_default(), &arena, &shop);
    CHECK(zh_sim_wire_open(&wire, &(zh_sim_wire_desc){ .url = ZH_SV("http://127.0.0.1:1"), .write_key = ZH_SV("w"), .server_key = ZH_SV("s") }, &why) == ZH_OK);
    run = (zh_sim_run){ .shop = &shop, .customers = 10, .days = 2, .policies = { [ZH_SIM_ENGINE] = true }, .wire = wire };
    CHECK(zh_sim_run_go(&run, &arena, &why) != ZH_OK && strstr(why.text, "does not answer") != NULL);
    zh_sim_wire_close(wire);
    zh_arena_close(&arena);
}

int main(void)
{
    a_whole_run_is_told_once_and_in_order();
    an_engine_that_takes_no_items_learns_them_from_events();
    a_refusal_ends_the_run_with_its_reason();
    nobody_listens();
    reports_arrive_after_each_measured_day_and_a_refusal_ends_nothing();
    live_events_go_one_by_one_when_their_moment_has_come();
    names_of_reports();
    return 0;
}
