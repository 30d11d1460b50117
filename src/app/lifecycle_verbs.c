#include "app/lifecycle_verbs.h"
#include "base/json_out.h"

zh_err zh_verb_show(zh_asking *a, zh_note *why)
{
    char path[ZH_VERBS_PATH_BYTES];
    const zh_err e = zh_asking_send(a, ZH_SV("GET"), zh_asking_path(a->kind, a->given->arguments[1], "", path), why);
    if (e != ZH_OK || !zh_asking_is_plain(a)) return e;
    zh_asked_print(zh_json_get(a->root, ZH_SV("definition")));
    return ZH_OK;
}

static void print_state(const zh_asking *a)
{
    if (zh_asking_is_plain(a)) printf("%s is %.*s, version %lld\n", a->given->arguments[1], ZH_SV_ARG(zh_asked_text(a->root, "state")), (long long)zh_asked_number(a->root, "version"));
}

zh_err zh_verb_set(zh_asking *a, zh_note *why)
{
    char path[ZH_VERBS_PATH_BYTES];
    zh_err e = zh_asking_read_file(a->given->arguments[2], &a->body, why);
    if (e == ZH_OK) e = zh_asking_send(a, ZH_SV("PUT"), zh_asking_path(a->kind, a->given->arguments[1], "", path), why);
    if (e == ZH_OK) print_state(a);
    return e;
}

zh_err zh_verb_change(zh_asking *a, zh_note *why)
{
    char path[ZH_VERBS_PATH_BYTES], more[16];
    (void)snprintf(more, sizeof more, "/%s", a->given->arguments[0]);
    zh_json_out out = zh_json_out_on(&a->body);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("note"), zh_options_text(a->given, "note"));
    zh_json_out_end(&out);
    const zh_err e = zh_asking_send(a, ZH_SV("POST"), zh_asking_path(a->kind, a->given->arguments[1], more, path), why);
    if (e == ZH_OK) print_state(a);
    return e;
}

zh_err zh_verb_drop(zh_asking *a, zh_note *why)
{
    char path[ZH_VERBS_PATH_BYTES];
    const zh_err e = zh_asking_send(a, ZH_SV("DELETE"), zh_asking_path(a->kind, a->given->arguments[1], "", path), why);
    if (e == ZH_OK && zh_asking_is_plain(a)) printf("%s is deleted\n", a->given->arguments[1]);
    return e;
}
