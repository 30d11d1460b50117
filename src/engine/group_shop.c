#include "engine/group_shop.h"
#include "base/hash.h"

static int band_of(void *context, zh_sv item, zh_sv category, int64_t price_minor)
{
    const zh_group_shop *shop = context;
    uint64_t hash = category.size == 0 ? 0 : zh_fast64(category);
    const zh_item *known = hash == 0 || price_minor < 0 ? zh_catalog_find(shop->catalog, item) : NULL;
    if (known != NULL && hash == 0) hash = known->category_hash;
    if (known != NULL && price_minor < 0) price_minor = known->price_minor;
    return zh_price_band_of(shop->bands, hash, price_minor);
}

static zh_sv band_text(int band) { return zh_sv_of(zh_price_band_text(band)); }

zh_err zh_group_shop_open(zh_group_shop *out, zh_world *w)
{
    *out = (zh_group_shop){ .catalog = w->catalog, .face = { .context = out, .band = band_of, .band_text = band_text } };
    zh_world_lock_read(w);
    const zh_err e = zh_price_bands_open(&out->bands, w->catalog);
    zh_world_unlock(w);
    return e;
}

void zh_group_shop_close(zh_group_shop *shop)
{
    zh_price_bands_close(shop->bands);
    shop->bands = NULL;
}
