/* Goal: a set-up reads back as it was written, what is wrong is named, arms are as large as their weights and stay.
 * Method: texts by hand; a hundred thousand customers. */
#include "measure/experiment.h"
#include "check.h"

#include <stdlib.h>
#include <string.h>

static zh_json *json;

static bool find_own(void *context, zh_sv name, zh_metric *out)
{
    (void)context;
    *out = (zh_metric){ .name = name, .of = ZH_QUANTITY_DID, .event = ZH_SV("Video Watched"), .is_share = true };
    return zh_sv_equal(name, ZH_SV("videos"));
}

static zh_err read_text(const char *text, const char *name, zh_experiment *out, const char **field)
{
    zh_json_value root;
    zh_note why = { .text = "" };
    CHECK_ROW(zh_json_parse(json, zh_sv_of(text), &root, NULL) == ZH_OK, text);
    const zh_err e = zh_experiment_read(root, zh_sv_of(name), find_own, NULL, out, field, &why);
    CHECK(e == ZH_OK || why.text[0] != '\0');
    return e;
}

#define ARMS "\"arms\":[{\"name\":\"control\"},{\"name\":\"b\"}]"

static void refuses(void)
{
    static const struct { const char *text, *field; } wrong[] = {
        { "{\"metrics\":[\"orders\"]}", "arms" },
        { "{\"arms\":[{\"name\":\"a\"}],\"metrics\":[\"orders\"]}", "arms" },
        { "{\"arms\":[{\"name\":\"a\"},{\"name\":\"a\"}],\"metrics\":[\"orders\"]}", "arms.name" },
        { "{\"arms\":[{\"name\":\"a b\"},{\"name\":\"c\"}],\"metrics\":[\"orders\"]}", "arms.name" },
        { "{\"arms\":[{\"name\":\"a\",\"weight\":0},{\"name\":\"c\"}],\"metrics\":[\"orders\"]}", "arms.weight" },
        { "{\"arms\":[{\"name\":\"a\"},{\"name\":\"c\",\"policy\":{\"magic\":1}}],\"metrics\":[\"orders\"]}", "arms.policy" },
        { "{" ARMS "}", "metrics" },
        { "{" ARMS ",\"metrics\":[\"orders\",\"orders\"]}", "metrics" },
        { "{" ARMS ",\"metrics\":[\"luck\"]}", "metrics" },
        { "{" ARMS ",\"metrics\":[\"orders\"],\"guardrails\":[\"luck\"]}", "guardrails" },
        { "{" ARMS ",\"metrics\":[\"orders\"],\"share\":1.1}", "share" },
        { "{" ARMS ",\"metrics\":[\"orders\"],\"windowDays\":0}", "windowDays" },
        { "{" ARMS ",\"metrics\":[\"orders\"],\"alpha\":0}", "alpha" },
        { "{" ARMS ",\"metrics\":[\"orders\"],\"layerFrom\":5,\"layerTo\":4}", "layerFrom" },
        { "{" ARMS ",\"metrics\":[\"orders\"],\"state\":\"asleep\"}", "state" },
        { "{" ARMS ",\"metrics\":[\"orders\"],\"currency\":\"yuan\"}", "currency" },
        { "{" ARMS ",\"metrics\":[\"orders\"],\"title\":7}", "title" },
        { "{" ARMS ",\"metrics\":[\"orders\"],\"assignment\":\"by luck\"}", "assignment" },
        { "{" ARMS ",\"metrics\":[\"orders\"],\"assignment\":\"asked\",\"placements\":[\"home\"]}", "placements" },
        { "{" ARMS ",\"metrics\":[\"orders\"],\"assignment\":\"outside\",\"share\":0.5}", "assignment" },
        { "{" ARMS ",\"metrics\":[\"orders\"],\"assignment\":\"outside\",\"mode\":\"bandit\"}", "assignment" },
        { "[]", "arms" },
    };
    zh_experiment e;
    const char *field = "";
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) CHECK_ROW(read_text(wrong[i].text, "x", &e, &field) == ZH_FORMAT && strcmp(field, wrong[i].field) == 0, wrong[i].text);
    CHECK(read_text("{" ARMS ",\"metrics\":[\"orders\"]}", "a name", &e, &field) == ZH_FORMAT && strcmp(field, "name") == 0);
    CHECK(read_text("{" ARMS ",\"metrics\":[\"orders\"]}", "holdout", &e, &field) == ZH_FORMAT && strcmp(field, "arms") == 0);
}

static const char whole[] = "{\"title\":\"Calmer\",\"hypothesis\":\"less is more\",\"placements\":[\"home\",\"cart\"],\"layer\":\"l\",\"layerFrom\":10,\"layerTo\":2000,\"share\":0.125,"
    "\"eligibility\":\"customer.orders.count() > 0\",\"arms\":[{\"name\":\"control\",\"weight\":3},{\"name\":\"b\",\"weight\":1,\"policy\":{\"explore\":0.1}}],"
    "\"metrics\":[\"conversion\",\"videos\"],\"guardrails\":[\"opt_outs\"],\"windowDays\":7,\"beforeDays\":0,\"alpha\":0.01,\"currency\":\"CNY\",\"state\":\"running\",\"startedAt\":5,\"stoppedAt\":0}";

static void round_trip(void)
{
    zh_experiment e, again;
    const char *field;
    CHECK(read_text(whole, "calm", &e, &field) == ZH_OK);
    CHECK(e.share == 125000 && e.metrics_count == 3 && e.guardrails_count == 1 && e.window_days == 7 && e.before_days == 0 && e.alpha_micro == 10000 && e.state == ZH_EXPERIMENT_RUNNING && e.started_ms == 5);
    zh_buf text = zh_buf_open(65536);
    zh_json_out out = zh_json_out_on(&text);
    zh_json_out_object(&out);
    zh_experiment_write(&e, &out);
    zh_json_out_end(&out);
    CHECK(zh_json_out_done(&out) == ZH_OK);
    zh_buf_put_u8(&text, 0);
    zh_json *other = json;
    CHECK(zh_json_open(&json, 65536) == ZH_OK);
    CHECK(read_text(text.data, "calm", &again, &field) == ZH_OK && zh_experiment_change(&e, &again) == NULL && again.share == e.share && again.layer_to == 2000 && again.state == e.state);
    CHECK(again.metrics[1].of == ZH_QUANTITY_DID && zh_sv_equal(again.metrics[1].event, ZH_SV("Video Watched"))); /* it carries its own definition */
    again.share = 1, again.state = ZH_EXPERIMENT_STOPPED, again.title = ZH_SV("other words");
    CHECK(zh_experiment_change(&e, &again) == NULL);
    again.arms[1].tuning.value[ZH_TUNE_EXPLORE] = 0.2;
    CHECK(strcmp(zh_experiment_change(&e, &again), "arms") == 0);
    zh_json_close(json);
    json = other;
    zh_buf_close(&text);
}

static void assigns(void)
{
    enum { MANY = 100000 };
    static uint32_t arms[MANY + 1];
    zh_experiment e, b;
    const char *field;
    uint64_t in = 0, treated = 0, of_b = 0, both = 0;
    CHECK(read_text("{\"arms\":[{\"name\":\"control\",\"weight\":3},{\"name\":\"b\",\"weight\":1}],\"metrics\":[\"orders\"],\"share\":0.2}", "first", &e, &field) == ZH_OK);
    for (uint64_t c = 1; c <= MANY; c++) {
        arms[c] = zh_experiment_arm_of(&e, ZH_WORKSPACE_DEFAULT, (zh_customer_id){ c });
        in += zh_experiment_takes(&e, ZH_WORKSPACE_DEFAULT, (zh_customer_id){ c });
        treated += arms[c];
    }
    CHECK(in > 19400 && in < 20600 && treated > 24300 && treated < 25700); /* four standard deviations and more */
    zh_experiment more = e;
    more.share = 500000;
    CHECK(read_text("{\"arms\":[{\"name\":\"control\"},{\"name\":\"b\"}],\"metrics\":[\"orders\"]}", "second", &b, &field) == ZH_OK);
    for (uint64_t c = 1; c <= MANY; c++) {
        const zh_customer_id customer = { c };
        CHECK(!zh_experiment_takes(&e, ZH_WORKSPACE_DEFAULT, customer) || zh_experiment_takes(&more, ZH_WORKSPACE_DEFAULT, customer)); /* a ramp only adds */
        CHECK(zh_experiment_arm_of(&more, ZH_WORKSPACE_DEFAULT, customer) == arms[c]);
        const uint32_t other = zh_experiment_arm_of(&b, ZH_WORKSPACE_DEFAULT, customer);
        of_b += other;
        both += other & arms[c];
    }
    CHECK(of_b > 49300 && of_b < 50700 && both > 12000 && both < 13000); /* two experiments are independent of each other */
    CHECK(zh_experiment_overlap(&e, &b) && zh_experiment_is_on(&e, ZH_SV("home")));
    e.placements[0] = ZH_SV("home"), e.placements_count = 1;
    b.placements[0] = ZH_SV("cart"), b.placements_count = 1;
    CHECK(!zh_experiment_overlap(&e, &b) && !zh_experiment_is_on(&e, ZH_SV("cart")));
}

int main(void)
{
    CHECK(zh_json_open(&json, 65536) == ZH_OK);
    refuses();
    round_trip();
    assigns();
    zh_json_close(json);
    return 0;
}
