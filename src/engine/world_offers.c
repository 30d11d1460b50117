#include "engine/world_offers.h"
#include "offer/quote.h"

zh_err zh_world_define_offer(zh_world *w, const zh_world_record *record)
{
    zh_definition definition;
    if (zh_definition_get(record->bytes, &definition) != ZH_OK) return ZH_CORRUPT;
    const zh_sv prefix = ZH_SV(ZH_OFFER_SETTING), setting = definition.setting.name;
    if (definition.thing != ZH_THING_SETTING || !zh_sv_starts(setting, prefix)) return ZH_OK;
    zh_sv json = { 0 };
    if (zh_registry_setting(w->registry, setting, &json) != ZH_OK) json = (zh_sv){ 0 };
    const zh_err e = zh_offers_define(w->offers, zh_sv_part(setting, prefix.size, SIZE_MAX), json, definition.at_ms);
    return e == ZH_FULL ? ZH_OK : e; /* one too many: whoever defines is told so before */
}

zh_err zh_world_fold_offer(zh_world *w, const zh_world_record *record)
{
    zh_offer_act act;
    if (zh_offer_act_get(record->bytes, &act) != ZH_OK) return ZH_CORRUPT;
    if (act.customer.number != 0) act.customer = zh_absorbed_root(w->absorbed, act.customer);
    return zh_coupons_fold(w->coupons, &act);
}

zh_err zh_world_fold_quote(zh_world_record *record)
{
    return zh_quote_id_of(record->bytes, &record->decision_id.high, &record->decision_id.low) == ZH_OK ? ZH_OK : ZH_CORRUPT;
}
