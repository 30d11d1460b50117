#include "core/bucket.h"

#include <string.h>

static size_t put(char *place, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) place[i] = (char)(unsigned char)(value >> (8 * i));
    return bytes;
}

uint32_t zh_bucket_of(zh_workspace_id workspace, zh_sv salt, zh_customer_id customer, uint32_t n)
{
    static const zh_sip_key key = { "zhun bucket v1" };
    char bytes[16 + ZH_BUCKET_SALT_BYTES_MAX];
    const zh_sv used = zh_sv_part(salt, 0, ZH_BUCKET_SALT_BYTES_MAX);
    size_t at = put(bytes, workspace.number, 4);
    at += put(bytes + at, used.size, 4);
    if (used.size > 0) memcpy(bytes + at, used.data, used.size);
    at += used.size;
    at += put(bytes + at, customer.number, 8);
    return (uint32_t)((zh_sip64(&key, (zh_sv){ bytes, at }) >> 32) * n >> 32);
}
