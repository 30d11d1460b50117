/* Promise: any bytes are refused or read as a catalog change that, once written, reads and writes
 * the same, and that a catalog folds without damage. */
#include "catalog/item.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const zh_sv record = { (const char *)bytes, size };
    zh_item_change change, again;
    if (zh_item_change_get(record, &change) != ZH_OK) return 0;
    zh_buf first = zh_buf_open(1 << 20), second = zh_buf_open(1 << 20);
    zh_item_change_put(&change, &first);
    if (zh_item_change_get(zh_buf_view(&first), &again) != ZH_OK) abort();
    zh_item_change_put(&again, &second);
    if (!zh_sv_equal(zh_buf_view(&first), zh_buf_view(&second))) abort();
    zh_catalog *catalog = NULL;
    const char *why = NULL;
    if (zh_catalog_open(&catalog, &(zh_catalog_desc){ 0 }) != ZH_OK) abort();
    if (zh_catalog_apply(catalog, record) != ZH_OK || zh_catalog_apply(catalog, zh_buf_view(&first)) != ZH_OK) abort();
    if (!zh_catalog_check(catalog, &why) || zh_catalog_find(catalog, change.text) == NULL) abort();
    zh_catalog_close(catalog);
    zh_buf_close(&first);
    zh_buf_close(&second);
    return 0;
}
