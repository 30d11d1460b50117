/* Any bytes as a record of a message: refused, or the same when written and read again; and a ledger that folds it stays sound. */
#include "reach/ledger.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const zh_sv bytes = { (const char *)data, size };
    zh_message_record record, back;
    zh_ledger *ledger;
    const char *why;
    if (zh_message_get(bytes, &record) != ZH_OK) return 0;
    zh_buf out = zh_buf_open(1 << 20);
    zh_message_put(&record, &out);
    if (zh_message_get(zh_buf_view(&out), &back) != ZH_OK || back.word != record.word || back.id.number != record.id.number || back.at_ms != record.at_ms) abort();
    if (zh_ledger_open(&ledger, 1 << 20) != ZH_OK) abort();
    if (zh_ledger_fold(ledger, bytes, record.customer) == ZH_FORMAT || !zh_ledger_check(ledger, &why)) abort();
    zh_ledger_close(ledger);
    zh_buf_close(&out);
    return 0;
}
