/* Any bytes as a record of an instance: refused, or the same bytes when written and read again. */
#include "reach/instance.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const zh_sv bytes = { (const char *)data, size };
    zh_instance_record record, back;
    if (zh_instance_get(bytes, &record) != ZH_OK) return zh_instance_customer(bytes).number == 0 ? 0 : (abort(), 0);
    zh_buf out = zh_buf_open(4096), again = zh_buf_open(4096);
    zh_instance_put(&record, &out);
    if (zh_instance_get(zh_buf_view(&out), &back) != ZH_OK || back.word != record.word || back.id.number != record.id.number || back.at_ms != record.at_ms ||
        back.place.due_ms != record.place.due_ms || back.place.node != record.place.node || back.place.left != record.place.left || back.position != record.position) abort();
    zh_instance_put(&back, &again);
    if (!zh_sv_equal(zh_buf_view(&out), zh_buf_view(&again))) abort();
    zh_buf_close(&out);
    zh_buf_close(&again);
    return 0;
}
