#include "segment/vocabulary_predict.h"
#include "segment/vocabulary.h"

enum { TAG_PREDICTIONS = 65 };
#define COST 300 /* steps: a prediction takes some 30 us */

static zh_cel_value get_predictions(zh_cel_run *run, const zh_cel_value *args, uint32_t count, const zh_cel_overload *self)
{
    (void)run, (void)count, (void)self;
    return zh_cel_object(TAG_PREDICTIONS, args[0].object);
}

static zh_cel_value get_one(zh_cel_run *run, const zh_cel_value *args, uint32_t count, const zh_cel_overload *self)
{
    (void)count;
    const zh_look *look = args[0].object;
    double value = 0;
    int64_t until_ms = INT64_MAX;
    if (look->predict == NULL || look->state == NULL) return zh_cel_error(ZH_CEL_ABSENT, NULL);
    if (look->consents != NULL && !zh_consents_get(look->consents, look->customer).personalization) return zh_cel_error(ZH_CEL_ABSENT, NULL);
    if (!zh_cel_run_pay(run, COST)) return zh_cel_error(ZH_CEL_LIMIT, NULL);
    const bool is = look->predict(look->predictions, look, run->arena, self->id, &value, &until_ms);
    if (until_ms != INT64_MAX) zh_cel_run_until(run, until_ms);
    return is ? zh_cel_double(value) : zh_cel_error(ZH_CEL_ABSENT, NULL);
}

zh_err zh_vocabulary_predict(zh_cel_env *env)
{
    static const char *const names[] = { "buy_7d", "buy_30d", "lapse", "clv" };
    zh_err e = zh_cel_env_object(env, ZH_SV("Predictions"), TAG_PREDICTIONS);
    if (e == ZH_OK) e = zh_cel_env_field(env, ZH_SV("Customer"), ZH_SV("predictions"), ZH_SV("Predictions"), get_predictions, 0);
    for (uint32_t i = 0; e == ZH_OK && i < sizeof names / sizeof *names; i++)
        e = zh_cel_env_field(env, ZH_SV("Predictions"), zh_sv_of(names[i]), ZH_SV("double"), get_one, i);
    return e;
}
