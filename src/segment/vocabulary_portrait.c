#include "segment/vocabulary_portrait.h"
#include "profile/portrait.h"
#include "profile/portrait_place.h"
#include "segment/vocabulary.h"

enum { P_PIECES, P_PRODUCTS, P_RETURNS, P_INTERVAL, P_NEXT, P_HOME = 0, P_WORK };

/* id: one of the above */
static zh_cel_value get_rhythm(zh_cel_run *run, const zh_cel_value *args, uint32_t count, const zh_cel_overload *self)
{
    (void)count;
    const zh_look *look = args[0].object;
    zh_rhythm r = { 0 };
    uint32_t orders = 0;
    if (look->state != NULL) {
        (void)zh_customer_orders(look->state, &orders);
        if (zh_rhythm_of(look->state, run->arena, &r) != ZH_OK) return zh_cel_error(ZH_CEL_MEMORY, NULL);
    }
    if (!zh_cel_run_pay(run, orders)) return zh_cel_error(ZH_CEL_LIMIT, NULL);
    if (r.orders == 0 || (self->id >= P_INTERVAL && r.gaps == 0)) return zh_cel_error(ZH_CEL_ABSENT, NULL);
    switch (self->id) {
    case P_PIECES: return zh_cel_double(r.pieces);
    case P_PRODUCTS: return zh_cel_double(r.lines);
    case P_RETURNS: return zh_cel_double(r.return_rate);
    case P_INTERVAL: return zh_cel_duration(r.interval_ms * 1000000);
    default: return zh_cel_timestamp_ms(r.next_ms);
    }
}

/* Where somebody lives is said of nobody who refused to be analysed. */
static bool is_refused(const zh_look *look)
{
    if (look->consents == NULL) return false;
    return zh_consents_said(look->consents, look->customer, ZH_CONSENT_ANALYTICS) == ZH_CHOICE_NO || zh_consents_said(look->consents, look->customer, ZH_CONSENT_PERSONALIZATION) == ZH_CHOICE_NO;
}

static zh_cel_value get_place(zh_cel_run *run, const zh_cel_value *args, uint32_t count, const zh_cel_overload *self)
{
    (void)count;
    const zh_look *look = args[0].object;
    zh_places places;
    char text[ZH_CELL_TEXT_BYTES];
    if (look->state == NULL || is_refused(look)) return zh_cel_error(ZH_CEL_ABSENT, NULL);
    zh_places_of(look->state, &places);
    if (!zh_cel_run_pay(run, 10)) return zh_cel_error(ZH_CEL_LIMIT, NULL);
    const zh_cell cell = self->id == P_HOME ? places.home.cell : places.work.cell;
    if (cell.number == 0) return zh_cel_error(ZH_CEL_ABSENT, NULL);
    zh_cell_print(cell, text);
    const zh_sv kept = zh_arena_copy(run->arena, zh_sv_of(text));
    return kept.data == NULL ? zh_cel_error(ZH_CEL_MEMORY, NULL) : zh_cel_text(kept);
}

zh_err zh_vocabulary_portrait(zh_cel_env *env)
{
    static const struct { const char *name, *type; uint32_t id; } fields[] = {
        { "basket_size", "double", P_PIECES }, { "basket_products", "double", P_PRODUCTS }, { "return_rate", "double", P_RETURNS },
        { "purchase_interval", "duration", P_INTERVAL }, { "next_order", "timestamp", P_NEXT },
    };
    zh_err e = ZH_OK;
    for (size_t i = 0; e == ZH_OK && i < sizeof fields / sizeof *fields; i++)
        e = zh_cel_env_field(env, ZH_SV("Customer"), zh_sv_of(fields[i].name), zh_sv_of(fields[i].type), get_rhythm, fields[i].id);
    if (e == ZH_OK) e = zh_cel_env_field(env, ZH_SV("Customer"), ZH_SV("home_cell"), ZH_SV("string"), get_place, P_HOME);
    if (e == ZH_OK) e = zh_cel_env_field(env, ZH_SV("Customer"), ZH_SV("work_cell"), ZH_SV("string"), get_place, P_WORK);
    return e;
}
