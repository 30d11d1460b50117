/* Goal: a role gives the rights of the table and no other; names go out and come back.
 * Method: rows for the separations that matter, then every role and right by brute force. */
#include "guard/role.h"
#include "check.h"

static void test_separations_hold(void)
{
    static const struct { const char *name; zh_role role; zh_right right; bool want; } rows[] = {
        { "admin sees no customer",          ZH_ROLE_ADMIN,           ZH_RIGHT_VIEW_CUSTOMER,    false },
        { "admin reads no dead letters",     ZH_ROLE_ADMIN,           ZH_RIGHT_READ_DEADLETTERS, false },
        { "admin manages keys",              ZH_ROLE_ADMIN,           ZH_RIGHT_MANAGE_KEYS,      true },
        { "support sees a customer",         ZH_ROLE_SUPPORT,         ZH_RIGHT_VIEW_CUSTOMER,    true },
        { "support manages no users",        ZH_ROLE_SUPPORT,         ZH_RIGHT_MANAGE_USERS,     false },
        { "analyst sees totals",             ZH_ROLE_ANALYST,         ZH_RIGHT_VIEW_TOTALS,      true },
        { "analyst sees no customer",        ZH_ROLE_ANALYST,         ZH_RIGHT_VIEW_CUSTOMER,    false },
        { "privacy officer erases",          ZH_ROLE_PRIVACY_OFFICER, ZH_RIGHT_ERASE,            true },
        { "privacy officer makes no keys",   ZH_ROLE_PRIVACY_OFFICER, ZH_RIGHT_MANAGE_KEYS,      false },
        { "developer reads dead letters",    ZH_ROLE_DEVELOPER,       ZH_RIGHT_READ_DEADLETTERS, true },
        { "developer sees no customer",      ZH_ROLE_DEVELOPER,       ZH_RIGHT_VIEW_CUSTOMER,    false },
        { "auditor changes nothing",         ZH_ROLE_AUDITOR,         ZH_RIGHT_EDIT_DEFINITIONS, false },
        { "viewer exports nothing",          ZH_ROLE_VIEWER,          ZH_RIGHT_EXPORT,           false },
        { "nobody sees nothing",             ZH_ROLE_NONE,            ZH_RIGHT_VIEW_TOTALS,      false },
        { "a role of a newer version",       (zh_role)77,             ZH_RIGHT_VIEW_TOTALS,      false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_ROW(zh_role_may(rows[i].role, rows[i].right) == rows[i].want, rows[i].name);
}

static void test_owner_may_everything_and_others_less(void)
{
    const uint32_t all = ((uint32_t)ZH_RIGHT_REPORT << 1) - 1;
    CHECK(zh_role_rights(ZH_ROLE_OWNER) == all);
    for (int role = 0; role < ZH_ROLE_COUNT; role++) {
        CHECK((zh_role_rights((zh_role)role) & ~all) == 0);
        if (role != ZH_ROLE_OWNER) CHECK(zh_role_rights((zh_role)role) != all);
        for (uint32_t right = 1; right <= ZH_RIGHT_REPORT; right <<= 1)
            CHECK(zh_role_may((zh_role)role, (zh_right)right) == ((zh_role_rights((zh_role)role) & right) != 0));
    }
}

static void test_names_come_back(void)
{
    for (int role = 0; role < ZH_ROLE_COUNT; role++)
        CHECK(zh_role_of(zh_sv_of(zh_role_text((zh_role)role))) == (zh_role)role);
    CHECK(zh_role_of(ZH_SV("Owner")) == ZH_ROLE_NONE);
    CHECK(zh_role_of(ZH_SV("")) == ZH_ROLE_NONE);
    CHECK(zh_role_text((zh_role)99)[0] == '?');
}

int main(void)
{
    test_separations_hold();
    test_owner_may_everything_and_others_less();
    test_names_come_back();
    return 0;
}
