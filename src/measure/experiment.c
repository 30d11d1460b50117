#include "measure/experiment.h"

#include <stdio.h>

#define WINDOW_DAYS 14
#define BEFORE_DAYS 30
#define ALPHA_MICRO 50000
#define SALT_BYTES_MAX 80

static const char *const states[] = { "draft", "running", "paused", "stopped" };
const char *zh_experiment_state_text(zh_experiment_state state) { return states[state < ZH_EXPERIMENT_STATES ? state : 0]; }

_Static_assert(ZH_EXPERIMENT_ARMS_MAX <= ZH_BANDIT_ARMS_MAX, "a bandit has room for all arms");
bool zh_experiment_is_bandit(const zh_experiment *e) { return e->bandit.strategy != ZH_BANDIT_NONE; }
bool zh_experiment_is_holdout(const zh_experiment *e) { return zh_sv_equal(e->name, ZH_SV(ZH_EXPERIMENT_HOLDOUT)); }

/* ---- reading ---- */

typedef struct reading {
    zh_experiment *e;
    const char **field;
    zh_note *why;
    zh_metric_finder find;
    void *context;
} reading;

static zh_err wrong(const reading *r, const char *field, const char *text)
{
    *r->field = field;
    zh_note_set(r->why, "%s", text);
    return ZH_FORMAT;
}

static bool text_of(zh_json_value object, const char *name, size_t most, zh_sv *out)
{
    const zh_json_value value = zh_json_get(object, zh_sv_of(name));
    return zh_json_type_of(value) <= ZH_JSON_NULL || (zh_json_text(value, out) && out->size <= most);
}

static bool number_of(zh_json_value object, const char *name, int64_t least, int64_t most, int64_t *out)
{
    const zh_json_value value = zh_json_get(object, zh_sv_of(name));
    return zh_json_type_of(value) <= ZH_JSON_NULL || (zh_json_int(value, out) && *out >= least && *out <= most);
}

static bool share_of(zh_json_value object, const char *name, double least, double most, double unit, uint32_t *out)
{
    double value;
    const zh_json_value is = zh_json_get(object, zh_sv_of(name));
    if (zh_json_type_of(is) <= ZH_JSON_NULL) return true;
    if (!zh_json_real(is, &value) || !(value >= least && value <= most)) return false;
    *out = (uint32_t)(value * unit + 0.5);
    return true;
}

/* Names in an array, none twice. */
static bool names_of(zh_json_value array, zh_sv *out, uint32_t most, uint32_t *count)
{
    if (zh_json_type_of(array) <= ZH_JSON_NULL) return true;
    if (!zh_json_is(array, ZH_JSON_ARRAY)) return false;
    for (zh_json_iter it = zh_json_walk(array); zh_json_next(&it);) {
        zh_sv name;
        if (*count == most || !zh_json_text(it.value, &name) || !zh_metric_name_is_good(name)) return false;
        for (uint32_t i = 0; i < *count; i++)
            if (zh_sv_equal(out[i], name)) return false;
        out[(*count)++] = name;
    }
    return true;
}

static zh_err read_arms(const reading *r, zh_json_value arms)
{
    if (!zh_json_is(arms, ZH_JSON_ARRAY)) return wrong(r, "arms", "arms must be a list of 2 to 8 of {\"name\", \"weight\", \"policy\"}: the first is the control");
    for (zh_json_iter it = zh_json_walk(arms); zh_json_next(&it);) {
        if (r->e->arms_count == ZH_EXPERIMENT_ARMS_MAX) return wrong(r, "arms", "there may be 8 arms at most");
        zh_experiment_arm *arm = &r->e->arms[r->e->arms_count];
        int64_t weight = 1;
        *r->field = "arms.policy";
        if (zh_tuning_read(zh_json_get(it.value, ZH_SV("policy")), &arm->tuning, r->why) != ZH_OK) return ZH_FORMAT;
        if (!zh_json_text(zh_json_get(it.value, ZH_SV("name")), &arm->name) || !zh_metric_name_is_good(arm->name))
            return wrong(r, "arms.name", "an arm's name has 1 to 64 letters, digits, - and _");
        if (zh_experiment_arm_named(r->e, arm->name) < r->e->arms_count) return wrong(r, "arms.name", "two arms have the same name");
        if (!number_of(it.value, "weight", 1, ZH_EXPERIMENT_WEIGHT_MAX, &weight)) return wrong(r, "arms.weight", "a weight is a whole number from 1 to 1,000");
        arm->weight = (uint32_t)weight;
        r->e->arms_count++;
    }
    return r->e->arms_count >= 2 ? ZH_OK : wrong(r, "arms", "an experiment has at least two arms: the first is the control");
}

static bool metric_of(const reading *r, zh_json_value definitions, zh_sv name, zh_metric *out)
{
    const char *field, *why;
    const zh_json_value own = zh_json_get(definitions, name);
    if (zh_json_is(own, ZH_JSON_OBJECT)) return zh_metric_read(own, name, out, &field, &why) == ZH_OK;
    const zh_metric *builtin = zh_metric_builtin(name);
    if (builtin == NULL) return r->find != NULL && r->find(r->context, name, out);
    *out = *builtin;
    return true;
}

static zh_err read_metrics(const reading *r, zh_json_value object)
{
    zh_experiment *e = r->e;
    zh_sv names[ZH_EXPERIMENT_METRICS_MAX];
    if (!names_of(zh_json_get(object, ZH_SV("metrics")), names, ZH_EXPERIMENT_METRICS_MAX, &e->metrics_count) || e->metrics_count == 0)
        return wrong(r, "metrics", "metrics must be 1 to 8 names of metrics, each once: the first is the one it is decided by");
    const uint32_t own = e->metrics_count;
    if (!names_of(zh_json_get(object, ZH_SV("guardrails")), names, ZH_EXPERIMENT_METRICS_MAX, &e->metrics_count))
        return wrong(r, "guardrails", "guardrails must be names of metrics, 8 with the others, each once");
    e->guardrails_count = e->metrics_count - own;
    for (uint32_t i = 0; i < e->metrics_count; i++) {
        if (metric_of(r, zh_json_get(object, ZH_SV("definitions")), names[i], &e->metrics[i])) continue;
        *r->field = i < own ? "metrics" : "guardrails";
        zh_note_set(r->why, "there is no metric \"%.*s\": GET /api/v1/metrics lists them", ZH_SV_ARG(names[i]));
        return ZH_FORMAT;
    }
    return ZH_OK;
}

static zh_err read_measured(const reading *r, zh_json_value object)
{
    zh_experiment *e = r->e;
    int64_t window = WINDOW_DAYS, before = BEFORE_DAYS;
    const zh_err failed = read_metrics(r, object);
    if (failed != ZH_OK) return failed;
    if (!number_of(object, "windowDays", 1, ZH_EXPERIMENT_DAYS_MAX, &window)) return wrong(r, "windowDays", "windowDays must be a number from 1 to 365: how long after the first exposure outcomes count");
    if (!number_of(object, "beforeDays", 0, ZH_EXPERIMENT_DAYS_MAX, &before)) return wrong(r, "beforeDays", "beforeDays must be a number from 0 (not used) to 365");
    if (!share_of(object, "alpha", 0.0001, 0.5, 1e6, &e->alpha_micro)) return wrong(r, "alpha", "alpha must be a number from 0.0001 to 0.5; usual is 0.05");
    e->window_days = (uint32_t)window;
    e->before_days = (uint32_t)before;
    zh_sv currency = { 0 };
    if (!text_of(object, "currency", 3, &currency) || (currency.size > 0 && (e->currency = zh_currency_of(currency)).code == 0)) return wrong(r, "currency", "currency must be a code of three letters, such as CNY");
    return ZH_OK;
}

static zh_err read_traffic(const reading *r, zh_json_value object)
{
    zh_experiment *e = r->e;
    int64_t from = 0, to = ZH_EXPERIMENT_LAYER, started = 0, stopped = 0;
    if (!share_of(object, "share", 0, 1, ZH_EXPERIMENT_SHARE, &e->share)) return wrong(r, "share", "share must be a number from 0 to 1: the part of customers who take part");
    if (!text_of(object, "layer", ZH_EXPERIMENT_NAME_BYTES_MAX, &e->layer) || (e->layer.size > 0 && !zh_metric_name_is_good(e->layer)))
        return wrong(r, "layer", "the name of a layer has 1 to 64 letters, digits, - and _");
    if (!number_of(object, "layerFrom", 0, ZH_EXPERIMENT_LAYER, &from) || !number_of(object, "layerTo", from, ZH_EXPERIMENT_LAYER, &to)) return wrong(r, "layerFrom", "layerFrom and layerTo must be numbers from 0 to 10,000");
    if (!number_of(object, "startedAt", 0, INT64_C(1) << 53, &started) || !number_of(object, "stoppedAt", 0, INT64_C(1) << 53, &stopped)) return wrong(r, "startedAt", "times are milliseconds since 1970");
    e->layer_from = (uint32_t)from;
    e->layer_to = (uint32_t)to;
    e->started_ms = started;
    e->stopped_ms = stopped;
    zh_sv state = ZH_SV("draft");
    if (!text_of(object, "state", 16, &state)) return wrong(r, "state", "state is draft, running, paused or stopped");
    int at = 0;
    while (at < (int)ZH_EXPERIMENT_STATES && !zh_sv_equal(state, zh_sv_of(states[at]))) at++;
    if (at == (int)ZH_EXPERIMENT_STATES) return wrong(r, "state", "state is draft, running, paused or stopped");
    e->state = (zh_experiment_state)at;
    return ZH_OK;
}

static const char *const assignments[ZH_EXPERIMENT_ASSIGNMENTS] = { "placement", "asked", "outside" };

/* What is drawn elsewhere has no draw of ours, and what acts on no placement names none. */
static zh_err read_assignment(const reading *r, zh_json_value object)
{
    zh_experiment *e = r->e;
    zh_sv text = ZH_SV("placement");
    if (!text_of(object, "assignment", 16, &text)) return wrong(r, "assignment", "assignment is placement, asked or outside");
    int at = 0;
    while (at < (int)ZH_EXPERIMENT_ASSIGNMENTS && !zh_sv_equal(text, zh_sv_of(assignments[at]))) at++;
    if (at == (int)ZH_EXPERIMENT_ASSIGNMENTS) return wrong(r, "assignment", "assignment is placement, asked or outside");
    e->assignment = (zh_experiment_assignment)at;
    if (e->assignment == ZH_EXPERIMENT_BY_PLACEMENT) return ZH_OK;
    if (zh_experiment_is_holdout(e)) return wrong(r, "assignment", "the holdout is over everything that is decided here");
    if (e->placements_count > 0) return wrong(r, "placements", "an experiment that is asked for, or assigned outside, acts on no placement");
    if (e->assignment == ZH_EXPERIMENT_OUTSIDE && (e->layer.size > 0 || e->eligibility.size > 0 || e->share != ZH_EXPERIMENT_SHARE || zh_experiment_is_bandit(e)))
        return wrong(r, "assignment", "who takes part is decided outside: it has no layer, eligibility, share or bandit, and its weights are those of the one who draws");
    return ZH_OK;
}

/* Its two arms are given. */
static zh_err complete_holdout(const reading *r)
{
    zh_experiment *e = r->e;
    if (e->arms_count != 2 || !zh_sv_equal(e->arms[0].name, ZH_SV("held")) || !zh_sv_equal(e->arms[1].name, ZH_SV("treated")))
        return wrong(r, "arms", "the holdout has the arms \"held\" and \"treated\", by their weights");
    if (e->layer.size > 0 || e->eligibility.size > 0 || e->placements_count > 0 || e->share != ZH_EXPERIMENT_SHARE)
        return wrong(r, "share", "the holdout is drawn from everybody: it has no layer, placements, eligibility or share; its size is the weight of \"held\"");
    return ZH_OK;
}

/* What it learns from must be one number of each customer. */
static zh_err read_mode(const reading *r, zh_json_value object)
{
    const zh_err e = zh_bandit_read(object, r->e->arms_count, &r->e->bandit, r->field, r->why);
    if (e != ZH_OK || !zh_experiment_is_bandit(r->e)) return e;
    if (zh_experiment_is_holdout(r->e)) return wrong(r, "mode", "the holdout is no bandit: it measures what deciding causes, so its parts stay as they are");
    return r->e->metrics[0].per == ZH_QUANTITY_NONE ? ZH_OK : wrong(r, "metrics", "a bandit learns from its first metric, which must be a share or a mean, no ratio: revenue, for example, instead of average_order");
}

zh_err zh_experiment_read(zh_json_value object, zh_sv name, zh_metric_finder find, void *context, zh_experiment *out, const char **field, zh_note *why)
{
    *out = (zh_experiment){ .name = name, .share = ZH_EXPERIMENT_SHARE, .alpha_micro = ALPHA_MICRO };
    const reading r = { out, field, why, find, context };
    if (!zh_metric_name_is_good(name)) return wrong(&r, "name", "a name has 1 to 64 letters, digits, - and _; what people read is the title");
    if (!zh_json_is(object, ZH_JSON_OBJECT)) return wrong(&r, "arms", "an experiment is an object");
    if (!text_of(object, "title", ZH_EXPERIMENT_TEXT_BYTES_MAX, &out->title)) return wrong(&r, "title", "title must be a text of at most 2,000 bytes");
    if (!text_of(object, "hypothesis", ZH_EXPERIMENT_TEXT_BYTES_MAX, &out->hypothesis)) return wrong(&r, "hypothesis", "hypothesis must be a text of at most 2,000 bytes");
    if (!text_of(object, "eligibility", ZH_EXPERIMENT_ELIGIBILITY_BYTES_MAX, &out->eligibility)) return wrong(&r, "eligibility", "eligibility must be an expression of at most 8 KB");
    if (!names_of(zh_json_get(object, ZH_SV("placements")), out->placements, ZH_EXPERIMENT_PLACEMENTS_MAX, &out->placements_count)) return wrong(&r, "placements", "placements must be at most 8 names, each once");
    zh_err e = read_arms(&r, zh_json_get(object, ZH_SV("arms")));
    if (e == ZH_OK) e = read_measured(&r, object);
    if (e == ZH_OK) e = read_traffic(&r, object);
    if (e == ZH_OK) e = read_mode(&r, object);
    if (e == ZH_OK) e = read_assignment(&r, object);
    return e == ZH_OK && zh_experiment_is_holdout(out) ? complete_holdout(&r) : e;
}

/* ---- writing ---- */

static void write_names(zh_json_out *out, const char *key, const zh_metric *metrics, uint32_t count)
{
    zh_json_out_key(out, zh_sv_of(key));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < count; i++) zh_json_out_text(out, metrics[i].name);
    zh_json_out_end(out);
}

static void write_definitions(const zh_experiment *e, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("definitions"));
    zh_json_out_object(out);
    for (uint32_t i = 0; i < e->metrics_count; i++) {
        if (e->metrics[i].is_builtin) continue;
        zh_json_out_key(out, e->metrics[i].name);
        zh_metric_write(&e->metrics[i], out);
    }
    zh_json_out_end(out);
}

static void write_arms(const zh_experiment *e, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("arms"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < e->arms_count; i++) {
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("name"), e->arms[i].name);
        zh_json_out_key_int(out, ZH_SV("weight"), e->arms[i].weight);
        zh_json_out_key(out, ZH_SV("policy"));
        zh_tuning_write(&e->arms[i].tuning, out);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

void zh_experiment_write(const zh_experiment *e, zh_json_out *out)
{
    char code[4];
    zh_json_out_key_text(out, ZH_SV("title"), e->title);
    zh_json_out_key_text(out, ZH_SV("hypothesis"), e->hypothesis);
    zh_json_out_key(out, ZH_SV("placements"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < e->placements_count; i++) zh_json_out_text(out, e->placements[i]);
    zh_json_out_end(out);
    zh_json_out_key_text(out, ZH_SV("layer"), e->layer);
    zh_json_out_key_int(out, ZH_SV("layerFrom"), e->layer_from);
    zh_json_out_key_int(out, ZH_SV("layerTo"), e->layer_to);
    zh_json_out_key_real(out, ZH_SV("share"), (double)e->share / ZH_EXPERIMENT_SHARE);
    zh_json_out_key_text(out, ZH_SV("eligibility"), e->eligibility);
    write_arms(e, out);
    write_names(out, "metrics", e->metrics, e->metrics_count - e->guardrails_count);
    write_names(out, "guardrails", e->metrics + e->metrics_count - e->guardrails_count, e->guardrails_count);
    write_definitions(e, out);
    zh_json_out_key_int(out, ZH_SV("windowDays"), e->window_days);
    zh_json_out_key_int(out, ZH_SV("beforeDays"), e->before_days);
    zh_json_out_key_real(out, ZH_SV("alpha"), e->alpha_micro / 1e6);
    if (e->currency.code != 0) {
        zh_currency_text(e->currency, code);
        zh_json_out_key_text(out, ZH_SV("currency"), zh_sv_of(code));
    }
    if (e->assignment != ZH_EXPERIMENT_BY_PLACEMENT) zh_json_out_key_text(out, ZH_SV("assignment"), zh_sv_of(assignments[e->assignment]));
    zh_bandit_write(&e->bandit, out);
    zh_json_out_key_text(out, ZH_SV("state"), zh_sv_of(zh_experiment_state_text(e->state)));
    zh_json_out_key_int(out, ZH_SV("startedAt"), e->started_ms);
    zh_json_out_key_int(out, ZH_SV("stoppedAt"), e->stopped_ms);
}

/* ---- changing ---- */

static bool metric_equal(const zh_metric *a, const zh_metric *b)
{
    return zh_sv_equal(a->name, b->name) && a->of == b->of && a->per == b->per && a->window_days == b->window_days && zh_sv_equal(a->event, b->event) && zh_sv_equal(a->where, b->where);
}

static bool metrics_equal(const zh_experiment *a, const zh_experiment *b)
{
    bool equal = a->metrics_count == b->metrics_count && a->guardrails_count == b->guardrails_count;
    for (uint32_t i = 0; equal && i < a->metrics_count; i++)
        equal = metric_equal(&a->metrics[i], &b->metrics[i]);
    return equal;
}

static bool names_equal(const zh_sv *a, uint32_t a_count, const zh_sv *b, uint32_t b_count)
{
    bool equal = a_count == b_count;
    for (uint32_t i = 0; equal && i < a_count; i++) equal = zh_sv_equal(a[i], b[i]);
    return equal;
}

static bool tuning_equal(const zh_tuning *a, const zh_tuning *b)
{
    bool equal = a->said == b->said;
    for (int i = 0; equal && i < (int)ZH_TUNES; i++) equal = !zh_tuning_says(a, (zh_tune)i) || (a->value[i] >= b->value[i] && a->value[i] <= b->value[i]);
    return equal;
}

const char *zh_experiment_change(const zh_experiment *old, const zh_experiment *next)
{
    if (old->arms_count != next->arms_count) return "arms";
    for (uint32_t i = 0; i < old->arms_count; i++)
        if (!zh_sv_equal(old->arms[i].name, next->arms[i].name) || old->arms[i].weight != next->arms[i].weight || !tuning_equal(&old->arms[i].tuning, &next->arms[i].tuning)) return "arms";
    if (!metrics_equal(old, next)) return "metrics";
    if (!names_equal(old->placements, old->placements_count, next->placements, next->placements_count)) return "placements";
    if (!zh_sv_equal(old->layer, next->layer)) return "layer";
    if (!zh_sv_equal(old->eligibility, next->eligibility)) return "eligibility";
    if (old->assignment != next->assignment) return "assignment";
    if (old->window_days != next->window_days) return "windowDays";
    if (old->before_days != next->before_days) return "beforeDays";
    if (old->alpha_micro != next->alpha_micro) return "alpha";
    if (old->currency.code != next->currency.code) return "currency";
    return zh_bandit_change(&old->bandit, &next->bandit);
}

bool zh_experiment_is_on(const zh_experiment *e, zh_sv placement)
{
    bool is = e->placements_count == 0;
    for (uint32_t i = 0; !is && i < e->placements_count; i++) is = zh_sv_equal(e->placements[i], placement);
    return is && e->assignment == ZH_EXPERIMENT_BY_PLACEMENT;
}

bool zh_experiment_overlap(const zh_experiment *a, const zh_experiment *b)
{
    if (a->assignment != ZH_EXPERIMENT_BY_PLACEMENT || b->assignment != ZH_EXPERIMENT_BY_PLACEMENT) return false;
    bool both = a->placements_count == 0 || b->placements_count == 0;
    for (uint32_t i = 0; !both && i < a->placements_count; i++) both = zh_experiment_is_on(b, a->placements[i]);
    return both;
}

/* ---- assigning ---- */

static uint32_t bucket(const char *what, zh_sv name, zh_workspace_id workspace, zh_customer_id customer, uint32_t n)
{
    char salt[SALT_BYTES_MAX];
    const int size = snprintf(salt, sizeof salt, "%s/%.*s", what, ZH_SV_ARG(name));
    return zh_bucket_of(workspace, (zh_sv){ salt, (size_t)size < sizeof salt ? (size_t)size : sizeof salt - 1 }, customer, n);
}

bool zh_experiment_takes(const zh_experiment *e, zh_workspace_id workspace, zh_customer_id customer)
{
    if (e->layer.size > 0) {
        const uint32_t place = bucket("layer", e->layer, workspace, customer, ZH_EXPERIMENT_LAYER);
        if (place < e->layer_from || place >= e->layer_to) return false;
    }
    return e->share == ZH_EXPERIMENT_SHARE || bucket("share", e->name, workspace, customer, ZH_EXPERIMENT_SHARE) < e->share;
}

uint32_t zh_experiment_arm_of(const zh_experiment *e, zh_workspace_id workspace, zh_customer_id customer)
{
    uint32_t all = 0, arm = 0;
    for (uint32_t i = 0; i < e->arms_count; i++) all += e->arms[i].weight;
    uint32_t place = bucket("arm", e->name, workspace, customer, all);
    while (arm + 1 < e->arms_count && place >= e->arms[arm].weight) place -= e->arms[arm++].weight;
    return arm;
}

uint32_t zh_experiment_arm_drawn(const zh_experiment *e, const zh_bandit_allocation *allocation, zh_workspace_id workspace, zh_customer_id customer)
{
    return zh_bandit_draw(allocation, bucket("arm", e->name, workspace, customer, ZH_BANDIT_MICRO));
}

uint32_t zh_experiment_arm_named(const zh_experiment *e, zh_sv name)
{
    uint32_t arm = 0;
    while (arm < e->arms_count && !zh_sv_equal(e->arms[arm].name, name)) arm++;
    return arm;
}
