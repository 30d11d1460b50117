#include "core/tuning.h"

static const struct { const char *text; double least, most; } tunes[ZH_TUNES] = {
#define X(name, text, least, most) { text, least, most },
    ZH_TUNING_LIST(X)
#undef X
};

const char *zh_tune_text(zh_tune which) { return tunes[which < ZH_TUNES ? which : 0].text; }
double zh_tune_least(zh_tune which) { return tunes[which < ZH_TUNES ? which : 0].least; }
double zh_tune_most(zh_tune which) { return tunes[which < ZH_TUNES ? which : 0].most; }

zh_err zh_tuning_read(zh_json_value object, zh_tuning *out, zh_note *why)
{
    *out = (zh_tuning){ 0 };
    if (zh_json_type_of(object) <= ZH_JSON_NULL) return ZH_OK;
    if (!zh_json_is(object, ZH_JSON_OBJECT)) {
        zh_note_set(why, "must be an object of names and numbers, such as {\"viewed_weight\": 0.2}");
        return ZH_FORMAT;
    }
    for (zh_json_iter it = zh_json_walk(object); zh_json_next(&it);) {
        int which = 0;
        double value = 0;
        bool yes;
        while (which < (int)ZH_TUNES && !zh_sv_equal(it.key, zh_sv_of(tunes[which].text))) which++;
        if (which == (int)ZH_TUNES) {
            zh_note_set(why, "\"%.*s\" is no number of the policy: personal, explore, viewed_weight …", (int)(it.key.size < 64 ? it.key.size : 64), it.key.data);
            return ZH_FORMAT;
        }
        if (which == ZH_TUNE_PERSONAL && zh_json_bool(it.value, &yes)) value = yes;
        else if (!zh_json_real(it.value, &value) || value < tunes[which].least || value > tunes[which].most) {
            zh_note_set(why, "%s must be a number from %g to %g", tunes[which].text, tunes[which].least, tunes[which].most);
            return ZH_FORMAT;
        }
        out->said |= 1u << which;
        out->value[which] = value;
    }
    return ZH_OK;
}

void zh_tuning_write(const zh_tuning *t, zh_json_out *out)
{
    zh_json_out_object(out);
    for (int which = 0; which < (int)ZH_TUNES; which++) {
        if (!zh_tuning_says(t, (zh_tune)which)) continue;
        if (which == ZH_TUNE_PERSONAL) zh_json_out_key_bool(out, zh_sv_of(tunes[which].text), t->value[which] > 0);
        else zh_json_out_key_real(out, zh_sv_of(tunes[which].text), t->value[which]);
    }
    zh_json_out_end(out);
}
