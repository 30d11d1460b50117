#include "app/ask_verbs.h"
#include "app/cmd_ask.h"
#include "base/json_out.h"
#include "sys/file.h"

/* ---- for verbs ---- */

zh_err zh_asking_send(zh_asking *a, zh_sv method, zh_sv path, zh_note *why)
{
    zh_client_answer answer = { .status = 0 };
    zh_err e = zh_buf_err(&a->body);
    if (e == ZH_OK) e = zh_door_ask(a->door, method, path, zh_buf_view(&a->body), &answer, why);
    a->text = answer.body;
    if (e != ZH_OK) return e;
    if (answer.body.size > 0 && (e = zh_json_parse(a->json, answer.body, &a->root, NULL)) != ZH_OK) zh_note_set(why, "the answer cannot be read");
    return e;
}

zh_sv zh_asking_path(const char *kind, const char *name, const char *more, char out[ZH_VERBS_PATH_BYTES])
{
    return (zh_sv){ out, (size_t)snprintf(out, ZH_VERBS_PATH_BYTES, "/api/v1/%s/%.100s%s", kind, name, more) };
}

bool zh_asking_is_plain(const zh_asking *a) { return !zh_options_flag(a->given, "json"); }

zh_err zh_asking_read_file(const char *from, zh_buf *out, zh_note *why)
{
    const zh_err e = zh_file_read(zh_sv_of(from), out);
    if (e == ZH_ABSENT) zh_note_set(why, "there is no file %s", from);
    else if (e != ZH_OK) zh_note_set(why, "%s cannot be read: %s", from, zh_err_text(e));
    return e == ZH_ABSENT ? ZH_FORMAT : e;
}

zh_err zh_asking_read_json(zh_asking *a, const char *from, zh_buf *out, zh_sv *json, zh_note *why)
{
    zh_json_value root;
    zh_err e = zh_asking_read_file(from, out, why);
    if (e == ZH_OK && zh_json_parse(a->json, zh_buf_view(out), &root, NULL) != ZH_OK) {
        zh_note_set(why, "%s is no JSON", from);
        e = ZH_FORMAT;
    }
    *json = zh_sv_trim(zh_buf_view(out));
    return e;
}

void zh_asked_print(zh_json_value value)
{
    zh_buf text = zh_buf_open(ZH_VERBS_ANSWER_BYTES_MAX);
    zh_json_out out = zh_json_out_on(&text);
    zh_json_out_value(&out, value);
    if (zh_json_out_done(&out) == ZH_OK) printf("%.*s\n", ZH_SV_ARG(zh_buf_view(&text)));
    zh_buf_close(&text);
}

zh_sv zh_asked_text(zh_json_value object, const char *key) { return zh_json_text_or_empty(zh_json_get(object, zh_sv_of(key))); }

bool zh_asked_flag(zh_json_value object, const char *key)
{
    bool flag = false;
    (void)zh_json_bool(zh_json_get(object, zh_sv_of(key)), &flag);
    return flag;
}

int64_t zh_asked_number(zh_json_value object, const char *key)
{
    int64_t number = -1;
    (void)zh_json_int(zh_json_get(object, zh_sv_of(key)), &number);
    return number;
}

/* ---- running one ---- */

static const zh_verb *verb_of(const zh_verbs *v, const zh_options *given)
{
    const char *name = given->arguments_count > 0 ? given->arguments[0] : "";
    const size_t words = given->arguments_count;
    for (size_t i = 0; i < v->count; i++)
        if (strcmp(v->verbs[i].name, name) == 0 && (v->verbs[i].words == words || (v->verbs[i].words == 0 && words >= 2))) return &v->verbs[i];
    return NULL;
}

static int finish(const zh_verbs *v, const zh_asking *a, zh_err e, const zh_note *why)
{
    if (e == ZH_OK && !zh_asking_is_plain(a) && a->text.size > 0) printf("%.*s\n", ZH_SV_ARG(a->text));
    if (e != ZH_OK && e != ZH_STOPPED) zh_complain("%s: %s", v->command, why->text[0] != '\0' ? why->text : zh_err_text(e));
    return e == ZH_OK ? ZH_EXIT_DONE : e == ZH_ABSENT ? ZH_EXIT_FAILED : e == ZH_FORMAT || e == ZH_RANGE || e == ZH_STOPPED ? ZH_EXIT_USAGE : ZH_EXIT_COULD_NOT;
}

int zh_verbs_run(const zh_verbs *v, const zh_options *given)
{
    const zh_verb *verb = verb_of(v, given);
    if (verb == NULL) {
        zh_complain("%s needs %s: see zhun %s --help", v->command, v->needs, v->command);
        return ZH_EXIT_USAGE;
    }
    int status;
    zh_note why = { "" };
    zh_asking a = { .given = given, .kind = v->kind, .door = zh_ask_door(given, true, &status), .body = zh_buf_open(2 * ZH_VERBS_DEFINITION_BYTES_MAX) };
    if (a.door == NULL) return status;
    zh_err e = zh_json_open(&a.json, ZH_VERBS_ANSWER_BYTES_MAX);
    if (e == ZH_OK) e = verb->run(&a, &why);
    status = finish(v, &a, e, &why);
    zh_json_close(a.json);
    zh_buf_close(&a.body);
    zh_door_close(a.door);
    return status;
}
