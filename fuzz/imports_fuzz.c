/* Promise: any bytes are refused or are a record that is written as the same bytes again; folding and loading them never breaks the view. */
#include "collect/imports.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const zh_sv record = { (const char *)bytes, size };
    const char *why;
    zh_import_change change;
    zh_imports *im;
    zh_buf again = zh_buf_open(1 << 16);
    if (zh_imports_open(&im, NULL, 0) != ZH_OK) abort();
    if (zh_import_change_get(record, &change) == ZH_OK) {
        zh_import_change_put(&change, &again);
        zh_import_change twice;
        if (zh_import_change_get(zh_buf_view(&again), &twice) != ZH_OK || twice.number != change.number) abort();
        if (zh_imports_fold(im, record) != ZH_OK) abort();
        zh_imports_count(im, change.number, false);
    }
    if (size > 4) (void)!zh_imports_load(im, zh_sv_part(record, 0, 4), zh_sv_part(record, 4, SIZE_MAX));
    if (!zh_imports_check(im, &why) && size > 4 && bytes[0] == 14) abort();
    zh_imports_close(im);
    zh_buf_close(&again);
    return 0;
}
