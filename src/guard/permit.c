#include "guard/permit.h"

#include <assert.h>

const char *zh_purpose_text(zh_purpose purpose)
{
    switch (purpose) {
    case ZH_PURPOSE_SERVE: return "serve";
    case ZH_PURPOSE_PERSONALIZE: return "personalize";
    case ZH_PURPOSE_MARKETING: return "marketing";
    case ZH_PURPOSE_ANALYTICS: return "analytics";
    case ZH_PURPOSE_SUPPORT: return "support";
    case ZH_PURPOSE_OPERATE: return "operate";
    case ZH_PURPOSE_SHARE: return "share";
    }
    return "?";
}

/* A fixed mark over all fields: a zeroed, copied-and-changed or hand-made permit does not carry it. */
static uint64_t seal_of(const zh_permit *p)
{
    uint64_t mark = zh_mix64(p->customer_.number + 0x7A68756E20706D74u);
    mark = zh_mix64(mark ^ (uint64_t)p->asked_ms_);
    mark = zh_mix64(mark ^ ((uint64_t)p->purpose_ << 48 | (uint64_t)p->channel_ << 40 |
                            (uint64_t)p->actor_ << 32 | p->actor_number_));
    return mark | 1; /* never 0, which is what forgotten memory holds */
}

/* What the customer said about this purpose. */
static bool customer_agrees(const zh_consents *consents, zh_customer_id customer, zh_purpose purpose,
    zh_channel channel)
{
    switch (purpose) {
    case ZH_PURPOSE_SERVE:
    case ZH_PURPOSE_SUPPORT:
    case ZH_PURPOSE_OPERATE:
        return true;
    case ZH_PURPOSE_PERSONALIZE:
        return zh_consents_said(consents, customer, ZH_CONSENT_PERSONALIZATION) != ZH_CHOICE_NO;
    case ZH_PURPOSE_ANALYTICS:
        return zh_consents_said(consents, customer, ZH_CONSENT_ANALYTICS) != ZH_CHOICE_NO;
    case ZH_PURPOSE_MARKETING: {
        const zh_choice said = zh_consents_marketing(consents, customer, channel);
        return said == ZH_CHOICE_YES || (said == ZH_CHOICE_UNKNOWN && channel == ZH_CHANNEL_ONSITE);
    }
    case ZH_PURPOSE_SHARE:
        return zh_consents_said(consents, customer, ZH_CONSENT_SHARING) == ZH_CHOICE_YES &&
               zh_consents_said(consents, customer, ZH_CONSENT_MINOR) != ZH_CHOICE_YES;
    }
    return false; /* a purpose this version does not know */
}

static bool may_look(const zh_actor *actor, zh_customer_id customer)
{
    if (zh_sv_trim(actor->why).size == 0) return false;
    return zh_role_may(actor->role,
        customer.number == 0 ? ZH_RIGHT_READ_DEADLETTERS : ZH_RIGHT_VIEW_CUSTOMER);
}

static bool actor_may(const zh_actor *actor, zh_customer_id customer, zh_purpose purpose)
{
    const bool person = actor->kind == ZH_ACTOR_USER;
    if (actor->kind == ZH_ACTOR_ENGINE) return true;
    if (actor->kind == ZH_ACTOR_CUSTOMER) return purpose == ZH_PURPOSE_SERVE && customer.number == actor->number && customer.number != 0;
    if (!person && actor->kind != ZH_ACTOR_KEY) return false;
    switch (purpose) {
    case ZH_PURPOSE_SERVE:
    case ZH_PURPOSE_PERSONALIZE:
    case ZH_PURPOSE_MARKETING:
        return !person || may_look(actor, customer);
    case ZH_PURPOSE_ANALYTICS:
        return !person || zh_role_may(actor->role, ZH_RIGHT_VIEW_TOTALS);
    case ZH_PURPOSE_SUPPORT:
        return may_look(actor, customer);
    case ZH_PURPOSE_SHARE:
        return !person || zh_role_may(actor->role, ZH_RIGHT_EXPORT);
    case ZH_PURPOSE_OPERATE:
        return zh_role_may(actor->role, ZH_RIGHT_EXPORT) || zh_role_may(actor->role, ZH_RIGHT_ERASE);
    }
    return false;
}

zh_err zh_permit_ask(const zh_consents *consents, zh_customer_id customer, zh_purpose purpose,
    zh_channel channel, int64_t now_ms, const zh_actor *actor, zh_permit *out)
{
    assert((unsigned)channel < ZH_CHANNEL_COUNT);
    *out = (zh_permit){ 0 };
    if (!actor_may(actor, customer, purpose)) return ZH_DENIED;
    if (!customer_agrees(consents, customer, purpose, channel)) return ZH_DENIED;
    *out = (zh_permit){ .customer_ = customer, .asked_ms_ = now_ms, .purpose_ = purpose, .channel_ = channel,
                        .actor_ = actor->kind, .actor_number_ = actor->number };
    out->seal_ = seal_of(out);
    return ZH_OK;
}

static bool genuine(const zh_permit *permit)
{
    return permit != NULL && permit->seal_ == seal_of(permit);
}

bool zh_permit_covers(const zh_permit *permit, zh_customer_id customer)
{
    if (!genuine(permit)) return false;
    if (permit->purpose_ == ZH_PURPOSE_OPERATE && permit->customer_.number == 0) return true;
    return permit->customer_.number == customer.number;
}

zh_permit zh_permit_of_absorbed(const zh_permit *permit, zh_customer_id customer, zh_customer_id absorbed)
{
    zh_permit own = { 0 };
    if (!zh_permit_covers(permit, customer)) return own;
    own = *permit;
    own.customer_ = absorbed;
    own.seal_ = seal_of(&own);
    return own;
}

bool zh_permit_allows(const zh_permit *permit, zh_customer_id customer, zh_purpose purpose)
{
    return zh_permit_covers(permit, customer) && permit->purpose_ == purpose;
}

bool zh_permit_sends(const zh_permit *permit, zh_customer_id customer, zh_channel channel)
{
    return zh_permit_allows(permit, customer, ZH_PURPOSE_MARKETING) && permit->channel_ == channel;
}

zh_purpose zh_permit_purpose(const zh_permit *permit)
{
    return genuine(permit) ? permit->purpose_ : (zh_purpose)0;
}

int64_t zh_permit_asked_ms(const zh_permit *permit)
{
    return genuine(permit) ? permit->asked_ms_ : 0;
}
