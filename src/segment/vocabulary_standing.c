#include "segment/vocabulary_standing.h"
#include "segment/standing.h"
#include "segment/vocabulary.h"

enum { TAG_RFM = 64 };
enum { R_RECENCY = ZH_FIGURE_RECENCY, R_FREQUENCY = ZH_FIGURE_FREQUENCY, R_MONETARY = ZH_FIGURE_MONETARY, R_SEGMENT, R_CLASS, R_CLASS_ZH };

#define FN(name) static zh_cel_value name(zh_cel_run *run, const zh_cel_value *args, uint32_t count, const zh_cel_overload *self)
#define UNUSED (void)run, (void)args, (void)count, (void)self

/* False: nothing is known of him. */
static bool standing_of(const zh_look *look, zh_standing *out)
{
    *out = (zh_standing){ .rfm_class = ZH_RFM_CLASS_NONE, .until_ms = INT64_MAX };
    if (look->state == NULL) return false;
    zh_standing_of(look->state, look->boundaries == NULL ? NULL : zh_boundaries_last(look->boundaries), look->now_ms, out);
    return true;
}

FN(get_rfm)
{
    UNUSED;
    return zh_cel_object(TAG_RFM, args[0].object);
}

FN(rfm_field)
{
    UNUSED;
    zh_standing s;
    (void)standing_of(args[0].object, &s);
    if (self->id <= R_MONETARY) return zh_cel_int(s.scores[self->id]);
    if (s.scores[0] == 0) return zh_cel_text(ZH_SV(""));
    if (self->id == R_SEGMENT) return zh_cel_text(zh_rfm_segment_code(s.segment));
    return zh_cel_text(self->id == R_CLASS ? zh_rfm_class_code(s.rfm_class) : zh_rfm_class_zh(s.rfm_class));
}

FN(get_lifecycle)
{
    UNUSED;
    zh_standing s;
    (void)standing_of(args[0].object, &s);
    if (s.until_ms != INT64_MAX) zh_cel_run_until(run, s.until_ms);
    return zh_cel_text(zh_sv_of(zh_lifecycle_text(s.lifecycle)));
}

FN(get_aipl)
{
    UNUSED;
    zh_standing s;
    (void)standing_of(args[0].object, &s);
    return zh_cel_text(zh_sv_of(zh_aipl_text(s.aipl)));
}

static const struct { const char *object, *name, *type; zh_cel_fn get; uint32_t id; } fields[] = {
    { "Customer", "rfm", "Rfm", get_rfm, 0 },
    { "Customer", "lifecycle", "string", get_lifecycle, 0 },
    { "Customer", "aipl", "string", get_aipl, 0 },
    { "Rfm", "segment", "string", rfm_field, R_SEGMENT },
    { "Rfm", "recency", "int", rfm_field, R_RECENCY },
    { "Rfm", "frequency", "int", rfm_field, R_FREQUENCY },
    { "Rfm", "monetary", "int", rfm_field, R_MONETARY },
    { "Rfm", "class", "string", rfm_field, R_CLASS },
    { "Rfm", "class_zh", "string", rfm_field, R_CLASS_ZH },
};

zh_err zh_vocabulary_standing(zh_cel_env *env)
{
    zh_err e = zh_cel_env_object(env, ZH_SV("Rfm"), TAG_RFM);
    for (size_t i = 0; e == ZH_OK && i < sizeof fields / sizeof *fields; i++)
        e = zh_cel_env_field(env, zh_sv_of(fields[i].object), zh_sv_of(fields[i].name), zh_sv_of(fields[i].type), fields[i].get, fields[i].id);
    return e;
}
