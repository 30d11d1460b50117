/* Goal: a permit is given exactly when the customer, the purpose and the actor allow it, and only a
 * genuine one allows anything.
 * Method: rows of what was said and who asks; every byte of a permit changed; zeroed and borrowed ones. */
#include "guard/permit.h"
#include "check.h"

static const zh_customer_id ann = { 1 };
static const zh_customer_id ben = { 2 };

static zh_consents *said(uint32_t fields, uint32_t yes)
{
    zh_consents *consents;
    CHECK(zh_consents_open(&consents, 4096) == ZH_OK);
    CHECK(zh_consents_change(consents, &(zh_consent_change){ .customer = ann, .at_ms = 5, .said = fields, .yes = yes }) == ZH_OK);
    return consents;
}

#define BIT(channel) ZH_CONSENT_BIT(ZH_CONSENT_OF(ZH_CHANNEL_##channel))

static void test_what_the_customer_said_decides(void)
{
    static const uint32_t personal = ZH_CONSENT_BIT(ZH_CONSENT_PERSONALIZATION);
    static const uint32_t analytics = ZH_CONSENT_BIT(ZH_CONSENT_ANALYTICS);
    static const uint32_t minor = ZH_CONSENT_BIT(ZH_CONSENT_MINOR), sharing = ZH_CONSENT_BIT(ZH_CONSENT_SHARING);
    const struct { const char *name; uint32_t said, yes; zh_purpose purpose; zh_channel channel; bool want; } rows[] = {
        { "silence personalises",           0, 0, ZH_PURPOSE_PERSONALIZE, 0, true },
        { "silence is analysed",            0, 0, ZH_PURPOSE_ANALYTICS, 0, true },
        { "silence is served",              0, 0, ZH_PURPOSE_SERVE, 0, true },
        { "silence gets no e-mail",         0, 0, ZH_PURPOSE_MARKETING, ZH_CHANNEL_EMAIL, false },
        { "silence gets no SMS",            0, 0, ZH_PURPOSE_MARKETING, ZH_CHANNEL_SMS, false },
        { "silence sees the shop's banner", 0, 0, ZH_PURPOSE_MARKETING, ZH_CHANNEL_ONSITE, true },
        { "personalisation off",            personal, 0, ZH_PURPOSE_PERSONALIZE, 0, false },
        { "off, still served",              personal, 0, ZH_PURPOSE_SERVE, 0, true },
        { "off, still analysed",            personal, 0, ZH_PURPOSE_ANALYTICS, 0, true },
        { "personalisation on again",       personal, personal, ZH_PURPOSE_PERSONALIZE, 0, true },
        { "analytics off",                  analytics, 0, ZH_PURPOSE_ANALYTICS, 0, false },
        { "e-mail allowed",                 BIT(EMAIL), BIT(EMAIL), ZH_PURPOSE_MARKETING, ZH_CHANNEL_EMAIL, true },
        { "e-mail allowed, SMS not",        BIT(EMAIL), BIT(EMAIL), ZH_PURPOSE_MARKETING, ZH_CHANNEL_SMS, false },
        { "e-mail refused",                 BIT(EMAIL), 0, ZH_PURPOSE_MARKETING, ZH_CHANNEL_EMAIL, false },
        { "banner refused",                 BIT(ONSITE), 0, ZH_PURPOSE_MARKETING, ZH_CHANNEL_ONSITE, false },
        { "all refused, still operated",    ZH_CONSENT_ALL, 0, ZH_PURPOSE_OPERATE, 0, true },
        { "a minor who allowed e-mail",     BIT(EMAIL) | minor, BIT(EMAIL) | minor, ZH_PURPOSE_MARKETING, ZH_CHANNEL_EMAIL, false },
        { "a minor sees no banner",         minor, minor, ZH_PURPOSE_MARKETING, ZH_CHANNEL_ONSITE, false },
        { "a minor is served",              minor, minor, ZH_PURPOSE_SERVE, 0, true },
        { "no minor any more",              BIT(EMAIL) | minor, BIT(EMAIL), ZH_PURPOSE_MARKETING, ZH_CHANNEL_EMAIL, true },
        { "silence is not shared",          0, 0, ZH_PURPOSE_SHARE, 0, false },
        { "sharing allowed",                sharing, sharing, ZH_PURPOSE_SHARE, 0, true },
        { "a minor's data is not shared",   sharing | minor, sharing | minor, ZH_PURPOSE_SHARE, 0, false },
        { "a purpose nobody knows",         0, 0, (zh_purpose)0, 0, false },
        { "a purpose of a newer version",   0, 0, (zh_purpose)99, 0, false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_consents *consents = said(rows[i].said, rows[i].yes);
        zh_permit permit;
        const zh_err e = zh_permit_ask(consents, ann, rows[i].purpose, rows[i].channel, 77, &ZH_ACTOR_THE_ENGINE, &permit);
        CHECK_ROW(e == (rows[i].want ? ZH_OK : ZH_DENIED), rows[i].name);
        CHECK_ROW(zh_permit_allows(&permit, ann, rows[i].purpose) == rows[i].want, rows[i].name);
        CHECK_ROW(zh_permit_asked_ms(&permit) == (rows[i].want ? 77 : 0), rows[i].name);
        zh_consents_close(consents);
    }
}

static void test_who_asks_decides_too(void)
{
    const struct { const char *name; zh_actor actor; uint64_t customer; zh_purpose purpose; bool want; } rows[] = {
        { "a key serves",                   { ZH_ACTOR_KEY, 3, 0, { 0 } }, 1, ZH_PURPOSE_SERVE, true },
        { "a customer sees what is his",    { ZH_ACTOR_CUSTOMER, 1, 0, { 0 } }, 1, ZH_PURPOSE_SERVE, true },
        { "and not another's",              { ZH_ACTOR_CUSTOMER, 2, 0, { 0 } }, 1, ZH_PURPOSE_SERVE, false },
        { "nobody's is nobody's",           { ZH_ACTOR_CUSTOMER, 0, 0, { 0 } }, 0, ZH_PURPOSE_SERVE, false },
        { "he operates nothing",            { ZH_ACTOR_CUSTOMER, 1, ZH_ROLE_OWNER, ZH_SV("x") }, 1, ZH_PURPOSE_OPERATE, false },
        { "a key does not look",            { ZH_ACTOR_KEY, 3, 0, ZH_SV("audit") }, 1, ZH_PURPOSE_SUPPORT, false },
        { "a key does not operate",         { ZH_ACTOR_KEY, 3, 0, { 0 } }, 1, ZH_PURPOSE_OPERATE, false },
        { "a key with a role operates",     { ZH_ACTOR_KEY, 3, ZH_ROLE_OWNER, { 0 } }, 1, ZH_PURPOSE_OPERATE, true },
        { "support looks with a purpose",   { ZH_ACTOR_USER, 4, ZH_ROLE_SUPPORT, ZH_SV("ticket 12") }, 1, ZH_PURPOSE_SUPPORT, true },
        { "support without a purpose",      { ZH_ACTOR_USER, 4, ZH_ROLE_SUPPORT, { 0 } }, 1, ZH_PURPOSE_SUPPORT, false },
        { "blanks are no purpose",          { ZH_ACTOR_USER, 4, ZH_ROLE_SUPPORT, ZH_SV("  \t") }, 1, ZH_PURPOSE_SUPPORT, false },
        { "support reads no dead letters",  { ZH_ACTOR_USER, 4, ZH_ROLE_SUPPORT, ZH_SV("x") }, 0, ZH_PURPOSE_SUPPORT, false },
        { "a developer reads them",         { ZH_ACTOR_USER, 4, ZH_ROLE_DEVELOPER, ZH_SV("x") }, 0, ZH_PURPOSE_SUPPORT, true },
        { "a developer sees no customer",   { ZH_ACTOR_USER, 4, ZH_ROLE_DEVELOPER, ZH_SV("x") }, 1, ZH_PURPOSE_SUPPORT, false },
        { "an admin sees no customer",      { ZH_ACTOR_USER, 4, ZH_ROLE_ADMIN, ZH_SV("x") }, 1, ZH_PURPOSE_SUPPORT, false },
        { "a person is not served as one",  { ZH_ACTOR_USER, 4, ZH_ROLE_MARKETER, ZH_SV("x") }, 1, ZH_PURPOSE_SERVE, false },
        { "a marketer previews nobody",     { ZH_ACTOR_USER, 4, ZH_ROLE_MARKETER, ZH_SV("x") }, 1, ZH_PURPOSE_PERSONALIZE, false },
        { "an analyst analyses",            { ZH_ACTOR_USER, 4, ZH_ROLE_ANALYST, { 0 } }, 1, ZH_PURPOSE_ANALYTICS, true },
        { "the privacy officer operates",   { ZH_ACTOR_USER, 4, ZH_ROLE_PRIVACY_OFFICER, { 0 } }, 1, ZH_PURPOSE_OPERATE, true },
        { "a viewer does not",              { ZH_ACTOR_USER, 4, ZH_ROLE_VIEWER, { 0 } }, 1, ZH_PURPOSE_OPERATE, false },
        { "an actor of no kind",            { 0, 0, ZH_ROLE_OWNER, ZH_SV("x") }, 1, ZH_PURPOSE_SERVE, false },
    };
    zh_consents *consents = said(0, 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_permit permit;
        const zh_err e = zh_permit_ask(consents, (zh_customer_id){ rows[i].customer }, rows[i].purpose, 0, 1,
            &rows[i].actor, &permit);
        CHECK_ROW(e == (rows[i].want ? ZH_OK : ZH_DENIED), rows[i].name);
    }
    zh_consents_close(consents);
}

static void test_a_permit_holds_for_its_own_customer_purpose_and_channel(void)
{
    zh_consents *consents = said(BIT(EMAIL) | BIT(SMS), BIT(EMAIL) | BIT(SMS));
    zh_permit mail, all;
    CHECK(zh_permit_ask(consents, ann, ZH_PURPOSE_MARKETING, ZH_CHANNEL_EMAIL, 1, &ZH_ACTOR_THE_ENGINE, &mail) == ZH_OK);
    CHECK(zh_permit_sends(&mail, ann, ZH_CHANNEL_EMAIL));
    CHECK(!zh_permit_sends(&mail, ann, ZH_CHANNEL_SMS));
    CHECK(!zh_permit_sends(&mail, ben, ZH_CHANNEL_EMAIL));
    CHECK(!zh_permit_allows(&mail, ann, ZH_PURPOSE_PERSONALIZE));
    CHECK(zh_permit_covers(&mail, ann) && !zh_permit_covers(&mail, ben));
    CHECK(zh_permit_purpose(&mail) == ZH_PURPOSE_MARKETING);

    const zh_customer_id everyone = { 0 };
    CHECK(zh_permit_ask(consents, everyone, ZH_PURPOSE_OPERATE, 0, 1, &ZH_ACTOR_THE_ENGINE, &all) == ZH_OK);
    CHECK(zh_permit_allows(&all, ann, ZH_PURPOSE_OPERATE) && zh_permit_allows(&all, ben, ZH_PURPOSE_OPERATE));
    CHECK(!zh_permit_allows(&all, ann, ZH_PURPOSE_MARKETING));
    CHECK(zh_permit_ask(consents, everyone, ZH_PURPOSE_SERVE, 0, 1, &ZH_ACTOR_THE_ENGINE, &all) == ZH_OK);
    CHECK(!zh_permit_covers(&all, ann)); /* only OPERATE has an everyone */
    zh_consents_close(consents);
}

static void test_a_forged_permit_allows_nothing(void)
{
    zh_consents *consents = said(0, 0);
    const zh_permit zeroed = { 0 };
    CHECK(!zh_permit_covers(&zeroed, (zh_customer_id){ 0 }) && !zh_permit_covers(NULL, ann));
    CHECK(!zh_permit_allows(&zeroed, (zh_customer_id){ 0 }, (zh_purpose)0));
    const zh_permit forged = { .customer_ = ann, .purpose_ = ZH_PURPOSE_PERSONALIZE, .actor_ = ZH_ACTOR_ENGINE };
    CHECK(!zh_permit_allows(&forged, ann, ZH_PURPOSE_PERSONALIZE));
    zh_permit genuine;
    CHECK(zh_permit_ask(consents, ann, ZH_PURPOSE_SERVE, 0, 123456, &ZH_ACTOR_THE_ENGINE, &genuine) == ZH_OK);
    CHECK(zh_permit_covers(&genuine, ann));
    zh_permit bent[7];
    for (int i = 0; i < 7; i++) bent[i] = genuine;
    bent[0].purpose_ = ZH_PURPOSE_PERSONALIZE;
    bent[1].customer_ = ben;
    bent[2].channel_ = ZH_CHANNEL_SMS;
    bent[3].asked_ms_++;
    bent[4].actor_ = ZH_ACTOR_USER;
    bent[5].actor_number_++;
    bent[6].seal_ ^= 4;
    for (int i = 0; i < 7; i++) CHECK(!zh_permit_covers(&bent[i], ann) && !zh_permit_covers(&bent[i], ben));
    zh_consents_close(consents);
}

static void test_a_refusal_holds_for_the_next_ask(void)
{
    zh_consents *consents = said(BIT(SMS), BIT(SMS));
    zh_permit permit;
    CHECK(zh_permit_ask(consents, ann, ZH_PURPOSE_MARKETING, ZH_CHANNEL_SMS, 6, &ZH_ACTOR_THE_ENGINE, &permit) == ZH_OK);
    CHECK(zh_consents_change(consents, &(zh_consent_change){ .customer = ann, .at_ms = 6, .said = BIT(SMS) }) == ZH_OK);
    CHECK(zh_permit_ask(consents, ann, ZH_PURPOSE_MARKETING, ZH_CHANNEL_SMS, 6, &ZH_ACTOR_THE_ENGINE, &permit) == ZH_DENIED);
    CHECK(!zh_permit_covers(&permit, ann)); /* the old one is gone, too */
    zh_consents_close(consents);
}

static void test_a_permit_reaches_the_numbers_its_customer_absorbed_and_no_others(void)
{
    zh_consents *consents;
    CHECK(zh_consents_open(&consents, 1 << 20) == ZH_OK);
    const zh_actor actor = { .kind = ZH_ACTOR_KEY, .number = 3 };
    zh_permit permit;
    CHECK(zh_permit_ask(consents, (zh_customer_id){ 7 }, ZH_PURPOSE_SERVE, (zh_channel)0, 5, &actor, &permit) == ZH_OK);
    const zh_permit own = zh_permit_of_absorbed(&permit, (zh_customer_id){ 7 }, (zh_customer_id){ 2 });
    CHECK(zh_permit_allows(&own, (zh_customer_id){ 2 }, ZH_PURPOSE_SERVE));
    CHECK(!zh_permit_covers(&own, (zh_customer_id){ 7 }));
    const zh_permit other = zh_permit_of_absorbed(&permit, (zh_customer_id){ 8 }, (zh_customer_id){ 2 });
    CHECK(!zh_permit_covers(&other, (zh_customer_id){ 2 }));
    zh_consents_close(consents);
}

int main(void)
{
    test_what_the_customer_said_decides();
    test_who_asks_decides_too();
    test_a_permit_holds_for_its_own_customer_purpose_and_channel();
    test_a_forged_permit_allows_nothing();
    test_a_refusal_holds_for_the_next_ask();
    CHECK(zh_purpose_text(ZH_PURPOSE_SUPPORT)[0] == 's' && zh_purpose_text((zh_purpose)0)[0] == '?');
    test_a_permit_reaches_the_numbers_its_customer_absorbed_and_no_others();
    return 0;
}
