#include "server/bands.h"
#include "base/hash.h"

#include <stdlib.h>

#define AGE_US_MAX 60000000 /* prices change without a new item */
#define REST 50             /* times what making them took passes before they are made again */

struct zh_bands {
    pthread_rwlock_t lock;
    zh_price_bands *now;
    size_t items;
    int64_t made_us, cost_us;
};

zh_err zh_bands_open(zh_bands **out)
{
    zh_bands *b = calloc(1, sizeof *b);
    if (b != NULL) pthread_rwlock_init(&b->lock, NULL);
    *out = b;
    return b == NULL ? ZH_NOMEM : ZH_OK;
}

void zh_bands_close(zh_bands *b)
{
    if (b == NULL) return;
    zh_price_bands_close(b->now);
    pthread_rwlock_destroy(&b->lock);
    free(b);
}

static bool is_stale(zh_bands *b, size_t items, int64_t now_us)
{
    pthread_rwlock_rdlock(&b->lock);
    const int64_t age_us = now_us - b->made_us;
    const bool is = b->now == NULL || (age_us > REST * b->cost_us && (items != b->items || age_us > AGE_US_MAX));
    pthread_rwlock_unlock(&b->lock);
    return is;
}

static void make(zh_call *call, zh_bands *b)
{
    zh_world *w = zh_engine_world(call->engine);
    const int64_t began_us = zh_clock_mono_us(NULL);
    zh_price_bands *made = NULL;
    zh_world_lock_read(w);
    const size_t items = zh_catalog_count(w->catalog);
    const bool stale = is_stale(b, items, began_us);
    const zh_err e = stale ? zh_price_bands_open(&made, w->catalog) : ZH_OK;
    zh_world_unlock(w);
    if (!stale || e != ZH_OK) return;
    pthread_rwlock_wrlock(&b->lock);
    zh_price_bands_close(b->now);
    b->now = made;
    b->items = items;
    b->made_us = zh_clock_mono_us(NULL);
    b->cost_us = b->made_us - began_us;
    pthread_rwlock_unlock(&b->lock);
}

static int band(void *context, zh_sv item, zh_sv category, int64_t price_minor)
{
    const zh_band_look *look = context;
    uint64_t hash = category.size == 0 ? 0 : zh_fast64(category);
    if (look->bands == NULL) return -1;
    const zh_item *known = hash == 0 || price_minor < 0 ? zh_catalog_find(look->catalog, item) : NULL;
    if (known != NULL && hash == 0) hash = known->category_hash;
    if (known != NULL && price_minor < 0) price_minor = known->price_minor;
    return zh_price_band_of(look->bands, hash, price_minor);
}

static zh_sv band_text(int number) { return zh_sv_of(zh_price_band_text(number)); }

static zh_sv attributes(void *context, zh_sv item)
{
    const zh_item *known = zh_catalog_find(((const zh_band_look *)context)->catalog, item);
    return known == NULL ? (zh_sv){ 0 } : known->attributes;
}

zh_portrait_shop zh_bands_take(zh_call *call, zh_band_look *look)
{
    zh_bands *b = call->server->bands;
    make(call, b);
    pthread_rwlock_rdlock(&b->lock);
    *look = (zh_band_look){ zh_engine_world(call->engine)->catalog, b->now };
    return (zh_portrait_shop){ .context = look, .band = band, .band_text = band_text, .attributes = attributes, .json = call->thread->parser };
}

void zh_bands_give(zh_call *call)
{
    pthread_rwlock_unlock(&call->server->bands->lock);
}
