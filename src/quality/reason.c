#include "quality/reason.h"

static const struct { const char *code, *text; bool apart; } reasons[ZH_QUALITY_REASONS] = {
#define X(name, code, apart, text) [ZH_QUALITY_##name] = { code, text, apart },
    ZH_QUALITY_LIST(X)
#undef X
};

uint32_t zh_quality_apart(void)
{
    uint32_t bits = 0;
#define X(name, code, apart, text) bits |= (apart) ? 1u << ZH_QUALITY_##name : 0;
    ZH_QUALITY_LIST(X)
#undef X
    return bits;
}

const char *zh_quality_code(zh_quality_reason reason)
{
    return (unsigned)reason < ZH_QUALITY_REASONS ? reasons[reason].code : "unknown";
}

const char *zh_quality_text(zh_quality_reason reason)
{
    return (unsigned)reason < ZH_QUALITY_REASONS ? reasons[reason].text : "unknown reason";
}

zh_quality_reason zh_quality_reason_of(zh_sv code)
{
    unsigned i = 0;
    while (i < ZH_QUALITY_REASONS && !zh_sv_equal(code, zh_sv_of(reasons[i].code))) i++;
    return (zh_quality_reason)i;
}
