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
