/* role.h -- who acts, and what a person's role lets them do.
 *
 * A role is a set of rights and nothing else; a route or a command names the one right it needs.
 * The rule behind the table: running the engine and looking at one customer are different rights, so
 * the admin who manages keys does not see a customer, and who sees a customer does not manage keys.
 *
 * Guarantees  an unknown role has no right; rights are checked by bit, never by comparing roles.
 * Cost        O(1).
 * Not here    consent (guard/consent.h): a right to look is not yet a permit (guard/permit.h).
 */
#ifndef ZH_GUARD_ROLE_H
#define ZH_GUARD_ROLE_H
#include "base/err.h"
#include "base/sv.h"

/* What can be done: bits of a mask, with the name by which they are told. Append only. */
#define ZH_RIGHT_LIST(X)                                                          \
    X(VIEW_TOTALS,      "view_totals")      /* counts and reports over many customers */ \
    X(VIEW_CUSTOMER,    "view_customer")    /* one customer's profile, with a stated purpose */ \
    X(EDIT_CATALOG,     "edit_catalog")                                           \
    X(EDIT_DEFINITIONS, "edit_definitions") /* segments, placements, settings, campaigns */ \
    X(MANAGE_KEYS,      "manage_keys")      /* sources and their keys */          \
    X(MANAGE_USERS,     "manage_users")                                           \
    X(READ_DEADLETTERS, "read_deadletters") /* raw bytes that may hold anything */ \
    X(IMPORT,           "import")                                                 \
    X(EXPORT,           "export")           /* many customers' data out of the engine */ \
    X(ERASE,            "erase")                                                  \
    X(READ_AUDIT,       "read_audit")                                             \
    X(REPORT,           "report")           /* hand in figures measured elsewhere */ \
    X(APPROVE,          "approve")          /* let run, or send back, what another wrote */ \
    X(VIEW_CONTACT,     "view_contact")     /* e-mail, telephone, name, address, exact place in clear, where a purpose is stated */
enum { /* places of the bits */
#define X(name, text) ZH_RIGHT_PLACE_##name,
    ZH_RIGHT_LIST(X)
#undef X
    ZH_RIGHT_COUNT
};
typedef enum zh_right {
#define X(name, text) ZH_RIGHT_##name = 1 << ZH_RIGHT_PLACE_##name,
    ZH_RIGHT_LIST(X)
#undef X
} zh_right;

/* Rights that show people or open raw data: who has none of them gives nobody one. */
#define ZH_RIGHTS_OVER_PEOPLE (ZH_RIGHT_VIEW_CUSTOMER | ZH_RIGHT_VIEW_CONTACT | ZH_RIGHT_READ_DEADLETTERS | ZH_RIGHT_EXPORT | ZH_RIGHT_ERASE | ZH_RIGHT_READ_AUDIT)

/* Stored by number and text: append only. */
#define ZH_ROLE_LIST(X)                                                      \
    X(NONE,            "none")            /* no right at all */              \
    X(OWNER,           "owner")           /* everything: the first user */   \
    X(ADMIN,           "admin")           /* runs the engine, sees no customer */ \
    X(MARKETER,        "marketer")        /* defines what is shown and sent */ \
    X(ANALYST,         "analyst")         /* totals only */                  \
    X(SUPPORT,         "support")         /* looks at one customer at a time */ \
    X(PRIVACY_OFFICER, "privacy_officer") /* answers and erases customers */ \
    X(DEVELOPER,       "developer")       /* connects shops: keys, imports, dead letters */ \
    X(AUDITOR,         "auditor")         /* reads the audit, changes nothing */ \
    X(VIEWER,          "viewer")          /* totals, read only */             \
    X(APPROVER,        "approver")        /* approves what others wrote, edits nothing */
typedef enum zh_role {
#define X(name, text) ZH_ROLE_##name,
    ZH_ROLE_LIST(X)
#undef X
    ZH_ROLE_COUNT
} zh_role;

const char *zh_role_text(zh_role role); /* "privacy_officer"; "?" when unknown */
zh_role zh_role_of(zh_sv text);         /* ZH_ROLE_NONE when unknown */
uint32_t zh_role_rights(zh_role role);  /* mask of zh_right; 0 when unknown */
bool zh_role_may(zh_role role, zh_right right);
const char *zh_right_text(zh_right right); /* of one right: "view_totals"; "?" when unknown */
/* May `giver` make somebody of role `other`, set his password, change what he is? Only with the right to manage users and all of the other's rights over people: else who
 * runs the engine could lend himself the role that sees customers. Of an owner only an owner. */
bool zh_role_may_govern(zh_role giver, zh_role other);

/* Who acts: the engine itself, a program with a key, a person who works here, or a customer by a link of his own. Stored: append only. */
typedef enum zh_actor_kind { ZH_ACTOR_ENGINE = 1, ZH_ACTOR_KEY, ZH_ACTOR_USER, ZH_ACTOR_CUSTOMER } zh_actor_kind;

typedef struct zh_actor {
    zh_actor_kind kind;
    uint32_t number; /* of the key or user in the registry, or of the customer; 0 for the engine */
    zh_role role;    /* of a user, or lent to a key of administration; ZH_ROLE_NONE otherwise */
    zh_sv why;       /* the stated purpose of a person, for the audit; borrowed */
} zh_actor;

#define ZH_ACTOR_THE_ENGINE ((zh_actor){ .kind = ZH_ACTOR_ENGINE })

#endif
