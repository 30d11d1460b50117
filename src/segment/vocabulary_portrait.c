#include "segment/vocabulary_portrait.h"
#include "profile/portrait.h"
#include "segment/vocabulary.h"

enum { P_PIECES, P_PRODUCTS, P_RETURNS, P_INTERVAL, P_NEXT };

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

zh_err zh_vocabulary_portrait(zh_cel_env *env)
{
    static const struct { const char *name, *type; uint32_t id; } fields[] = {
        { "basket_size", "double", P_PIECES }, { "basket_products", "double", P_PRODUCTS }, { "return_rate", "double", P_RETURNS },
        { "purchase_interval", "duration", P_INTERVAL }, { "next_order", "timestamp", P_NEXT },
    };
    zh_err e = ZH_OK;
    for (size_t i = 0; e == ZH_OK && i < sizeof fields / sizeof *fields; i++)
        e = zh_cel_env_field(env, ZH_SV("Customer"), zh_sv_of(fields[i].name), zh_sv_of(fields[i].type), get_rhythm, fields[i].id);
    return e;
}
