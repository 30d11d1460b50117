#include "app/cmd_expr.h"
#include "base/json_out.h"
#include "lang/cel_json.h"
#include "lang/cel_program.h"
#include "sys/file.h"

#define ZONES_DIR "/usr/share/zoneinfo"
#define ZONES_MAX 16                          /* time zones of one expression; more are not known */
#define BINDINGS_BYTES_MAX ((size_t)64 << 20) /* a file of bindings */
#define MEMORY_BYTES_MAX ((size_t)1 << 30)    /* of bindings, program and evaluation together */
#define OUT_BYTES_MAX ((size_t)256 << 20)

static const zh_option expr_options[] = {
    { "bind", "FILE", "variables: a JSON object, each key a name; a number without fraction or exponent is an int, else a double", NULL, true },
    { "file", "FILE", "read the expression from a file instead; - is standard input", NULL, true },
    { "json", NULL, "print one object: value, type and the most steps it takes, or error with its place", NULL, true },
};

/* ---- time zones ---- */

typedef struct zones {
    char names[ZONES_MAX][64];
    zh_tz *all[ZONES_MAX];
    size_t count;
} zones;

static bool is_zone_name(zh_sv name)
{
    if (name.size == 0 || name.size >= 64 || name.data[0] == '/') return false;
    for (size_t i = 0; i < name.size; i++) {
        const char c = name.data[i];
        const bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '+' || c == '/';
        if (!plain) return false;
    }
    return true;
}

static const zh_tz *zone(void *self, zh_sv name)
{
    zones *z = self;
    char path[sizeof ZONES_DIR + 64];
    if (!is_zone_name(name)) return NULL;
    for (size_t i = 0; i < z->count; i++)
        if (zh_sv_equal(name, zh_sv_of(z->names[i]))) return z->all[i];
    if (z->count == ZONES_MAX) return NULL;
    (void)snprintf(path, sizeof path, ZONES_DIR "/%.*s", ZH_SV_ARG(name));
    zh_buf bytes = zh_buf_open(ZH_TZ_BYTES_MAX);
    zh_err e = zh_file_read(zh_sv_of(path), &bytes);
    if (e == ZH_OK) e = zh_tz_open(&z->all[z->count], zh_buf_view(&bytes));
    zh_buf_close(&bytes);
    if (e != ZH_OK) return NULL;
    (void)snprintf(z->names[z->count], sizeof z->names[0], "%.*s", ZH_SV_ARG(name));
    return z->all[z->count++];
}

static void zones_close(zones *z)
{
    for (size_t i = 0; i < z->count; i++) zh_tz_close(z->all[i]);
}

/* ---- what is said ---- */

static void put_error(zh_json_out *out, const char *code, const zh_cel_fault *fault)
{
    zh_json_out_object(out);
    zh_json_out_key(out, ZH_SV("error"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("code"), zh_sv_of(code));
    zh_json_out_key_text(out, ZH_SV("message"), zh_sv_of(fault->text));
    zh_json_out_key_int(out, ZH_SV("line"), fault->line);
    zh_json_out_key_int(out, ZH_SV("column"), fault->column);
    zh_json_out_end(out);
    zh_json_out_end(out);
}

static void tell_fault(const zh_options *given, zh_sv source, const char *code, const zh_cel_fault *fault)
{
    zh_buf text = zh_buf_open(1 << 16);
    if (zh_options_flag(given, "json")) {
        zh_json_out out = zh_json_out_on(&text);
        put_error(&out, code, fault);
        if (zh_json_out_done(&out) == ZH_OK) printf("%.*s\n", ZH_SV_ARG(zh_buf_view(&text)));
        zh_buf_reset(&text);
    }
    zh_cel_fault_show(fault, source, &text);
    if (fault->line > 1) zh_complain("line %u, column %u: %s%.*s", fault->line, fault->column, fault->text, ZH_SV_ARG(zh_buf_view(&text)));
    else zh_complain("column %u: %s%.*s", fault->column, fault->text, ZH_SV_ARG(zh_buf_view(&text)));
    zh_buf_close(&text);
}

static int tell_value(const zh_options *given, const zh_cel_program *program, zh_cel_value value)
{
    zh_buf text = zh_buf_open(OUT_BYTES_MAX);
    const bool whole = zh_options_flag(given, "json");
    if (whole) zh_buf_put(&text, ZH_SV("{\"value\":"));
    const zh_err e = zh_cel_to_json(value, &text);
    if (e != ZH_OK) {
        zh_complain("the value cannot be printed as JSON: %s", e == ZH_FULL ? "it is nested too deep or too large" : zh_err_text(e));
        zh_buf_close(&text);
        return ZH_EXIT_COULD_NOT;
    }
    if (whole) {
        zh_buf type = zh_buf_open(1 << 16);
        zh_cel_type_print(zh_cel_program_type(program), &type);
        zh_buf_put(&text, ZH_SV(",\"type\":"));
        zh_json_put_text(&text, zh_buf_view(&type));
        zh_buf_printf(&text, ",\"cost\":%llu}", (unsigned long long)zh_cel_program_cost(program));
        zh_buf_close(&type);
    }
    zh_buf_put_u8(&text, '\n');
    fwrite(text.data, 1, text.size, stdout);
    zh_buf_close(&text);
    return ZH_EXIT_DONE;
}

/* ---- bindings ---- */

typedef struct bound {
    zh_arena *arena;
    zh_cel_env *env;
    zh_cel_value *values;
    uint32_t count;
} bound;

/* Values are looked at when they are there (dyn): a file says nothing of types. */
static int bind_all(bound *b, zh_json_value root)
{
    b->values = ZH_TAKE(b->arena, zh_cel_value, zh_json_count(root));
    if (b->values == NULL) return zh_complain("out of memory"), ZH_EXIT_COULD_NOT;
    for (zh_json_iter it = zh_json_walk(root); zh_json_next(&it);) {
        b->values[b->count] = zh_cel_of_json(b->arena, it.value);
        const zh_err e = zh_cel_env_variable(b->env, it.key, ZH_SV("dyn"), NULL, b->count);
        if (e == ZH_EXISTS) return zh_complain("--bind: '%.*s' is given twice, or is the name of a type: give it another name", ZH_SV_ARG(it.key)), ZH_EXIT_USAGE;
        if (e != ZH_OK || zh_cel_is_error(b->values[b->count])) return zh_complain("--bind: %s", zh_err_text(e == ZH_OK ? ZH_NOMEM : e)), ZH_EXIT_COULD_NOT;
        b->count++;
    }
    return ZH_EXIT_DONE;
}

static int read_bindings(bound *b, zh_sv path)
{
    zh_json *json = NULL;
    zh_json_value root;
    zh_json_fault fault;
    zh_buf text = zh_buf_open(BINDINGS_BYTES_MAX);
    int status = ZH_EXIT_DONE;
    zh_err e = zh_file_read(path, &text);
    if (e != ZH_OK) {
        zh_complain("--bind %.*s: %s: name a file that can be read", ZH_SV_ARG(path), zh_err_text(e));
        status = ZH_EXIT_COULD_NOT;
    } else if ((e = zh_json_open(&json, BINDINGS_BYTES_MAX)) != ZH_OK || (e = zh_json_parse(json, zh_buf_view(&text), &root, &fault)) != ZH_OK || !zh_json_is(root, ZH_JSON_OBJECT)) {
        zh_complain("--bind %.*s: %s: write one JSON object", ZH_SV_ARG(path), e == ZH_OK ? "no object" : json == NULL ? zh_err_text(e) : zh_json_fault_text(fault.kind));
        status = ZH_EXIT_USAGE;
    } else {
        status = bind_all(b, root);
    }
    zh_json_close(json);
    zh_buf_close(&text);
    return status;
}

/* ---- the command ---- */

static int evaluate(const zh_options *given, zh_arena *arena, const bound *b, zh_sv source)
{
    zh_cel_program *program;
    zh_cel_fault fault;
    const zh_err e = zh_cel_compile(&program, arena, b->env, source, NULL, &fault);
    if (e != ZH_OK) {
        tell_fault(given, source, e == ZH_FULL ? "LIMIT" : "COMPILE", &fault);
        return e == ZH_NOMEM ? ZH_EXIT_COULD_NOT : ZH_EXIT_USAGE;
    }
    zones z = { .count = 0 };
    zh_cel_run run = { .arena = arena, .variables = b->values, .variables_count = b->count, .zone = zone, .zones = &z, .steps_max = UINT64_C(100000000) };
    const zh_cel_value value = zh_cel_eval(program, &run);
    int status = ZH_EXIT_COULD_NOT;
    if (zh_cel_is_error(value)) {
        zh_cel_fault_set(&fault, source, value.n == ZH_CEL_NO_PLACE ? 0 : value.n, "%s", value.text);
        tell_fault(given, source, zh_cel_code_name((zh_cel_code)value.code), &fault);
    } else {
        status = tell_value(given, program, value);
    }
    zones_close(&z);
    return status;
}

static int expr(const zh_options *given)
{
    const zh_sv file = zh_options_text(given, "file"), bind = zh_options_text(given, "bind");
    if ((given->arguments_count == 1) == (file.size > 0)) {
        zh_complain("expr: give one expression in quotes, or --file FILE");
        return ZH_EXIT_USAGE;
    }
    zh_arena arena = zh_arena_open(MEMORY_BYTES_MAX);
    zh_buf text = zh_buf_open(ZH_CEL_SOURCE_BYTES_MAX + 1);
    bound b = { .arena = &arena };
    int status = ZH_EXIT_DONE;
    zh_sv source = { 0 };
    if (file.size == 0) {
        source = zh_sv_of(given->arguments[0]);
    } else {
        const zh_err e = zh_file_read(zh_sv_equal(file, ZH_SV("-")) ? ZH_SV("/dev/stdin") : file, &text);
        source = zh_buf_view(&text);
        if (e != ZH_OK) zh_complain("--file %.*s: %s", ZH_SV_ARG(file), e == ZH_FULL ? "longer than an expression may be, 1 MiB" : zh_err_text(e));
        if (e != ZH_OK) status = e == ZH_FULL ? ZH_EXIT_USAGE : ZH_EXIT_COULD_NOT;
    }
    if (status == ZH_EXIT_DONE && zh_cel_env_open(&b.env, &arena) != ZH_OK) {
        zh_complain("out of memory");
        status = ZH_EXIT_COULD_NOT;
    }
    if (status == ZH_EXIT_DONE && bind.size > 0) status = read_bindings(&b, bind);
    if (status == ZH_EXIT_DONE) status = evaluate(given, &arena, &b, source);
    zh_buf_close(&text);
    zh_arena_close(&arena);
    return status;
}

const zh_command zh_cmd_expr = {
    "expr", "[options] EXPRESSION",
    "Evaluate one CEL expression and print its value as JSON.\n"
    "A compile error exits 2 and names its column, an evaluation error exits 3. The language: docs/expressions.md.",
    "  zhun expr '[1, 2, 3].map(x, x * x)'\n"
    "  echo '{\"cart\": {\"total\": 120, \"city\": \"Shenzhen\"}}' > bind.json\n"
    "  zhun expr 'cart.total > 99 && cart.city in [\"Shenzhen\", \"Guangzhou\"]' --bind bind.json\n"
    "  zhun expr 'timestamp(\"2026-11-11T16:00:00Z\").getDate(\"Asia/Shanghai\")'\n",
    expr_options, sizeof expr_options / sizeof *expr_options, expr,
};
