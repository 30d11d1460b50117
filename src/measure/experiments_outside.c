/* experiments_outside.c -- arms that a shop's server asks for, and arms that somebody else drew. */
#include "measure/experiments_inside.h"

bool zh_experiments_ask(const zh_experiments *x, zh_sv name, const zh_look *look, zh_arena *scratch, zh_assignment *out)
{
    const uint32_t number = zh_experiments_inner_numbered(x, name);
    const zh_experiment_inner *e = zh_experiments_inner_of(x, number), *held = zh_experiments_inner_of(x, x->holdout);
    *out = (zh_assignment){ 0 };
    if (e == NULL || !e->is_living || e->set_up.assignment == ZH_EXPERIMENT_OUTSIDE || zh_experiment_is_holdout(&e->set_up)) return false;
    const bool holds = held != NULL && held->is_living && held->set_up.state == ZH_EXPERIMENT_RUNNING && zh_experiment_arm_of(&held->set_up, x->look.workspace, look->customer) == 0;
    if (!holds && zh_experiments_inner_takes(x, e, look, scratch)) *out = zh_experiments_inner_assign(x, number, look->customer);
    return true;
}

/* Either spelling of a property. */
static zh_sv text_in(zh_json_value properties, const char *snake, const char *camel)
{
    const zh_sv text = zh_json_text_or_empty(zh_json_get(properties, zh_sv_of(snake)));
    return text.size > 0 ? text : zh_json_text_or_empty(zh_json_get(properties, zh_sv_of(camel)));
}

/* The number of one that runs and is assigned outside; 0: none. */
static uint32_t running(const zh_experiments *x, zh_sv name)
{
    const uint32_t number = name.size == 0 ? 0 : zh_experiments_inner_numbered(x, name);
    const zh_experiment_inner *e = zh_experiments_inner_of(x, number);
    return e != NULL && e->is_living && e->set_up.assignment == ZH_EXPERIMENT_OUTSIDE && e->set_up.state == ZH_EXPERIMENT_RUNNING ? number : 0;
}

zh_err zh_experiments_viewed(zh_experiments *x, const zh_event *event, int64_t commit_ms)
{
    zh_json_value properties;
    if (x->count == 0 || event->customer.number == 0 || !zh_sv_equal(event->name, ZH_SV("Experiment Viewed")) || (event->marks & (ZH_MARK_APART | ZH_MARK_BOT_AGENT)) != 0) return ZH_OK;
    if (x->look.consents != NULL && zh_consents_said(x->look.consents, event->customer, ZH_CONSENT_ANALYTICS) == ZH_CHOICE_NO) return ZH_OK;
    const zh_err e = zh_json_parse(x->json, event->properties, &properties, NULL);
    if (e != ZH_OK) return e == ZH_NOMEM ? e : ZH_OK;
    uint32_t number = running(x, text_in(properties, "experiment_id", "experimentId"));
    if (number == 0) number = running(x, text_in(properties, "experiment_name", "experimentName"));
    if (number == 0) return ZH_OK;
    const zh_experiment *of = &x->all[number - 1]->set_up;
    uint32_t arm = zh_experiment_arm_named(of, text_in(properties, "variation_id", "variationId"));
    if (arm == of->arms_count) arm = zh_experiment_arm_named(of, text_in(properties, "variation_name", "variationName"));
    if (arm == of->arms_count || event->time_ms < of->started_ms) return ZH_OK;
    return zh_experiments_inner_expose(x, number, (uint8_t)arm, 0, event->customer.number, event->time_ms < commit_ms ? event->time_ms : commit_ms);
}
