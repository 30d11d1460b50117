#include "server/compared_answer.h"
#include "server/experiment_answer.h"

#include <math.h>

static void put_real(zh_json_out *out, zh_sv key, double value) /* null where it is none */
{
    zh_json_out_key(out, key);
    if (isfinite(value)) zh_json_out_real(out, value);
    else zh_json_out_null(out);
}

static void put_interval(zh_json_out *out, zh_sv key, const zh_verdict *v, double times)
{
    zh_json_out_key(out, key);
    zh_json_out_object(out);
    put_real(out, ZH_SV("low"), v->low * times);
    put_real(out, ZH_SV("high"), v->high * times);
    zh_json_out_end(out);
}

static void put_side(zh_json_out *out, zh_sv key, const zh_arm *arm)
{
    zh_json_out_key(out, key);
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("customers"), (int64_t)arm->n);
    put_real(out, ZH_SV("mean"), arm->n > 0 ? arm->mean : NAN);
    zh_json_out_end(out);
}

/* A customer's difference, and what it makes of all who were treated. */
static void put_compared(zh_json_out *out, const zh_compared_metric *c)
{
    zh_json_out_object(out);
    zh_metric_put(c->metric, out);
    put_side(out, ZH_SV("treated"), &c->treated);
    put_side(out, ZH_SV("control"), &c->control);
    zh_json_out_key_text(out, ZH_SV("verdict"), zh_sv_of(zh_compared_verdict_text(c->verdict)));
    zh_json_out_key(out, ZH_SV("difference"));
    if (c->stands) {
        zh_json_out_object(out);
        put_real(out, ZH_SV("estimate"), c->absolute.estimate);
        put_interval(out, ZH_SV("fixed"), &c->fixed, 1);
        put_interval(out, ZH_SV("sequential"), &c->sequential, 1);
        put_real(out, ZH_SV("relative"), c->relative_stands ? c->relative.estimate : NAN);
        put_real(out, ZH_SV("relativeLow"), c->relative_stands ? c->relative_sequential.low : NAN);
        put_real(out, ZH_SV("relativeHigh"), c->relative_stands ? c->relative_sequential.high : NAN);
        zh_json_out_end(out);
    } else zh_json_out_null(out);
    zh_json_out_key(out, ZH_SV("incremental"));
    if (c->stands) {
        zh_json_out_object(out);
        put_real(out, ZH_SV("estimate"), c->absolute.estimate * c->treated.n);
        put_interval(out, ZH_SV("sequential"), &c->sequential, c->treated.n);
        zh_json_out_end(out);
    } else zh_json_out_null(out);
    zh_json_out_end(out);
}

void zh_compared_put(zh_json_out *out, const char *key, const zh_compared *compared)
{
    zh_json_out_key(out, zh_sv_of(key));
    zh_json_out_array(out);
    for (int m = 0; m < ZH_COMPARED_METRICS; m++) put_compared(out, &compared->metrics[m]);
    zh_json_out_end(out);
}
