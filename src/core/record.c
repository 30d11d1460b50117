#include "core/record.h"

zh_record_kind zh_record_kind_of(zh_sv record)
{
    if (record.size < 2) return (zh_record_kind)0;
    switch ((unsigned char)record.data[0]) {
#define X(name, number, text) case number: return ZH_RECORD_##name;
        ZH_RECORD_LIST(X)
#undef X
    default: return (zh_record_kind)0;
    }
}

const char *zh_record_kind_text(zh_record_kind kind)
{
    switch (kind) {
#define X(name, number, text) case ZH_RECORD_##name: return text;
        ZH_RECORD_LIST(X)
#undef X
    }
    return "?";
}

uint32_t zh_record_import_of(zh_sv record)
{
    zh_reader r = zh_reader_on(record);
    const uint8_t kind = zh_read_u8(&r), version = zh_read_u8(&r);
    if ((kind != ZH_RECORD_EVENT || version != 3) && ((kind != ZH_RECORD_EVENT && kind != ZH_RECORD_ITEM) || version != 2)) return 0;
    const uint32_t number = zh_read_u32(&r);
    return r.bad ? 0 : number;
}
