#include "engine/intake.h"

static const struct { const char *code, *text; } words[ZH_INTAKE_COUNT] = {
#define X(name, code, text) { code, text },
    ZH_INTAKE_LIST(X)
#undef X
};

const char *zh_intake_code(zh_intake intake)
{
    return words[intake < ZH_INTAKE_COUNT ? intake : ZH_INTAKE_VIEWS_STOPPED].code;
}

const char *zh_intake_text(zh_intake intake)
{
    return words[intake < ZH_INTAKE_COUNT ? intake : ZH_INTAKE_VIEWS_STOPPED].text;
}
