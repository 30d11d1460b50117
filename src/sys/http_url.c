#include "base/form.h"
#include "sys/http_internal.h"

zh_sv zh_http_decode(zh_arena *arena, zh_sv text, bool plus_is_blank)
{
    return zh_form_decode(arena, text, plus_is_blank);
}

zh_sv zh_http_form_param(zh_arena *arena, zh_sv form, zh_sv name)
{
    return zh_form_get(arena, form, name);
}

zh_sv zh_http_param(zh_http_request *request, zh_sv name)
{
    return zh_form_get(&request->arena, request->query, name);
}

zh_sv zh_http_path_part(zh_http_request *request, size_t index)
{
    zh_sv rest = request->path;
    if (rest.size == 0 || rest.data[0] != '/') return (zh_sv){ 0 };
    for (rest = zh_sv_part(rest, 1, rest.size);; index--) {
        const char *slash = rest.size == 0 ? NULL : memchr(rest.data, '/', rest.size);
        const size_t size = slash == NULL ? rest.size : (size_t)(slash - rest.data);
        if (index == 0) return zh_http_decode(&request->arena, zh_sv_part(rest, 0, size), false);
        if (slash == NULL) return (zh_sv){ 0 };
        rest = zh_sv_part(rest, size + 1, rest.size);
    }
}
