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
        { "an approver approves",            ZH_ROLE_APPROVER,        ZH_RIGHT_APPROVE,          true },
        { "an approver edits nothing",       ZH_ROLE_APPROVER,        ZH_RIGHT_EDIT_DEFINITIONS, false },
        { "an approver sees no customer",    ZH_ROLE_APPROVER,        ZH_RIGHT_VIEW_CUSTOMER,    false },
        { "an analyst approves nothing",     ZH_ROLE_ANALYST,         ZH_RIGHT_APPROVE,          false },
        { "support sees contact masked",     ZH_ROLE_SUPPORT,         ZH_RIGHT_VIEW_CONTACT,     false },
        { "a privacy officer may see it",    ZH_ROLE_PRIVACY_OFFICER, ZH_RIGHT_VIEW_CONTACT,     true },
        { "nobody sees nothing",             ZH_ROLE_NONE,            ZH_RIGHT_VIEW_TOTALS,      false },
        { "a role of a newer version",       (zh_role)77,             ZH_RIGHT_VIEW_TOTALS,      false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_ROW(zh_role_may(rows[i].role, rows[i].right) == rows[i].want, rows[i].name);
}

static void test_owner_may_everything_and_others_less(void)
{
    const uint32_t all = ((uint32_t)1 << ZH_RIGHT_COUNT) - 1;
    CHECK(zh_role_rights(ZH_ROLE_OWNER) == all);
    for (int role = 0; role < ZH_ROLE_COUNT; role++) {
        CHECK((zh_role_rights((zh_role)role) & ~all) == 0);
        if (role != ZH_ROLE_OWNER) CHECK(zh_role_rights((zh_role)role) != all);
        for (uint32_t right = 1; right <= all; right <<= 1)
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

static void test_rights_keep_their_bits(void)
{
    static const struct { zh_right right; uint32_t bit; const char *text; } rows[] = { /* routes and tests name them: append only */
        { ZH_RIGHT_VIEW_TOTALS, 0, "view_totals" }, { ZH_RIGHT_VIEW_CUSTOMER, 1, "view_customer" }, { ZH_RIGHT_READ_DEADLETTERS, 6, "read_deadletters" },
        { ZH_RIGHT_REPORT, 11, "report" }, { ZH_RIGHT_APPROVE, 12, "approve" }, { ZH_RIGHT_VIEW_CONTACT, 13, "view_contact" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CHECK_ROW((uint32_t)rows[i].right == (uint32_t)1 << rows[i].bit, rows[i].text);
        CHECK_ROW(zh_sv_equal(zh_sv_of(zh_right_text(rows[i].right)), zh_sv_of(rows[i].text)), rows[i].text);
    }
    CHECK(zh_right_text((zh_right)0)[0] == '?' && zh_right_text((zh_right)(1u << ZH_RIGHT_COUNT))[0] == '?');
}

/* The table by its rule, for every pair. */
static void test_nobody_lends_a_right_over_people_that_he_has_not(void)
{
    for (int giver = 0; giver < ZH_ROLE_COUNT; giver++)
        for (int other = 0; other < ZH_ROLE_COUNT; other++) {
            bool want = zh_role_may((zh_role)giver, ZH_RIGHT_MANAGE_USERS) && (other != ZH_ROLE_OWNER || giver == ZH_ROLE_OWNER);
            for (uint32_t place = 0; place < ZH_RIGHT_COUNT; place++) {
                const zh_right right = (zh_right)(1u << place);
                if ((right & ZH_RIGHTS_OVER_PEOPLE) != 0 && zh_role_may((zh_role)other, right) && !zh_role_may((zh_role)giver, right)) want = false;
            }
            CHECK(zh_role_may_govern((zh_role)giver, (zh_role)other) == want);
        }
    CHECK(zh_role_may_govern(ZH_ROLE_OWNER, ZH_ROLE_OWNER) && zh_role_may_govern(ZH_ROLE_ADMIN, ZH_ROLE_MARKETER));
    CHECK(!zh_role_may_govern(ZH_ROLE_ADMIN, ZH_ROLE_SUPPORT) && !zh_role_may_govern(ZH_ROLE_ADMIN, ZH_ROLE_OWNER) && !zh_role_may_govern(ZH_ROLE_PRIVACY_OFFICER, ZH_ROLE_VIEWER));
}

/* A table that many customers leave by holds them in clear: who may write it may also see one. */
static void test_who_exports_or_sees_contact_sees_customers(void)
{
    for (int role = 0; role < ZH_ROLE_COUNT; role++) {
        if (zh_role_may((zh_role)role, ZH_RIGHT_EXPORT)) CHECK(zh_role_may((zh_role)role, ZH_RIGHT_VIEW_CONTACT));
        if (zh_role_may((zh_role)role, ZH_RIGHT_VIEW_CONTACT)) CHECK(zh_role_may((zh_role)role, ZH_RIGHT_VIEW_CUSTOMER));
    }
}

int main(void)
{
    test_who_exports_or_sees_contact_sees_customers();
    test_rights_keep_their_bits();
    test_nobody_lends_a_right_over_people_that_he_has_not();
    test_separations_hold();
    test_owner_may_everything_and_others_less();
    test_names_come_back();
    return 0;
}
