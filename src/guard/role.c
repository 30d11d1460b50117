#include "guard/role.h"

static const char *const texts[ZH_ROLE_COUNT] = {
#define X(name, text) [ZH_ROLE_##name] = text,
    ZH_ROLE_LIST(X)
#undef X
};

static const uint32_t rights[ZH_ROLE_COUNT] = {
    [ZH_ROLE_OWNER] = ZH_RIGHT_VIEW_TOTALS | ZH_RIGHT_VIEW_CUSTOMER | ZH_RIGHT_EDIT_CATALOG |
        ZH_RIGHT_EDIT_DEFINITIONS | ZH_RIGHT_MANAGE_KEYS | ZH_RIGHT_MANAGE_USERS |
        ZH_RIGHT_READ_DEADLETTERS | ZH_RIGHT_IMPORT | ZH_RIGHT_EXPORT | ZH_RIGHT_ERASE |
        ZH_RIGHT_READ_AUDIT | ZH_RIGHT_REPORT | ZH_RIGHT_APPROVE | ZH_RIGHT_VIEW_CONTACT,
    [ZH_ROLE_ADMIN] = ZH_RIGHT_VIEW_TOTALS | ZH_RIGHT_EDIT_CATALOG | ZH_RIGHT_EDIT_DEFINITIONS |
        ZH_RIGHT_MANAGE_KEYS | ZH_RIGHT_MANAGE_USERS | ZH_RIGHT_IMPORT | ZH_RIGHT_APPROVE,
    [ZH_ROLE_MARKETER] = ZH_RIGHT_VIEW_TOTALS | ZH_RIGHT_EDIT_CATALOG | ZH_RIGHT_EDIT_DEFINITIONS | ZH_RIGHT_REPORT | ZH_RIGHT_APPROVE,
    [ZH_ROLE_ANALYST] = ZH_RIGHT_VIEW_TOTALS | ZH_RIGHT_REPORT,
    [ZH_ROLE_SUPPORT] = ZH_RIGHT_VIEW_CUSTOMER,
    [ZH_ROLE_PRIVACY_OFFICER] = ZH_RIGHT_VIEW_TOTALS | ZH_RIGHT_VIEW_CUSTOMER | ZH_RIGHT_EXPORT |
        ZH_RIGHT_ERASE | ZH_RIGHT_READ_AUDIT | ZH_RIGHT_VIEW_CONTACT,
    [ZH_ROLE_DEVELOPER] = ZH_RIGHT_VIEW_TOTALS | ZH_RIGHT_EDIT_CATALOG | ZH_RIGHT_MANAGE_KEYS |
        ZH_RIGHT_READ_DEADLETTERS | ZH_RIGHT_IMPORT,
    [ZH_ROLE_AUDITOR] = ZH_RIGHT_VIEW_TOTALS | ZH_RIGHT_READ_AUDIT,
    [ZH_ROLE_VIEWER] = ZH_RIGHT_VIEW_TOTALS,
    [ZH_ROLE_APPROVER] = ZH_RIGHT_VIEW_TOTALS | ZH_RIGHT_APPROVE,
};

const char *zh_role_text(zh_role role)
{
    return (unsigned)role < ZH_ROLE_COUNT ? texts[role] : "?";
}

zh_role zh_role_of(zh_sv text)
{
    for (int role = 0; role < ZH_ROLE_COUNT; role++)
        if (zh_sv_equal(text, zh_sv_of(texts[role]))) return (zh_role)role;
    return ZH_ROLE_NONE;
}

uint32_t zh_role_rights(zh_role role)
{
    return (unsigned)role < ZH_ROLE_COUNT ? rights[role] : 0;
}

bool zh_role_may(zh_role role, zh_right right)
{
    return (zh_role_rights(role) & (uint32_t)right) != 0;
}

const char *zh_right_text(zh_right right)
{
    switch (right) {
#define X(name, text) case ZH_RIGHT_##name: return text;
        ZH_RIGHT_LIST(X)
#undef X
    }
    return "?";
}

bool zh_role_may_govern(zh_role giver, zh_role other)
{
    if (!zh_role_may(giver, ZH_RIGHT_MANAGE_USERS)) return false;
    if (other == ZH_ROLE_OWNER) return giver == ZH_ROLE_OWNER;
    return (zh_role_rights(other) & ZH_RIGHTS_OVER_PEOPLE & ~zh_role_rights(giver)) == 0;
}
