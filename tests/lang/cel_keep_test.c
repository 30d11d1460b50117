/* Goal: a saved program is the same program; one that is damaged, of another version, or of other names is refused.
 * Method: programs of all kinds saved, loaded, evaluated; every byte changed and every prefix taken, with and without a true checksum. */
#include "lang/cel_keep.h"
#include "base/hash.h"
#include "lang/cel_print.h"

#include "check.h"

#include <string.h>

#define S(text) ZH_SV(text)

static zh_cel_value number(zh_cel_run *run, const zh_cel_value *args, uint32_t count, const zh_cel_overload *self)
{
    (void)run, (void)args, (void)count;
    return zh_cel_int(self->id);
}

static zh_cel_value where(zh_cel_run *run, const zh_cel_value *args, uint32_t count, const zh_cel_overload *self)
{
    (void)count, (void)self;
    const zh_cel_value is = zh_cel_apply(run, args[1], zh_cel_object(2, NULL));
    return zh_cel_is_error(is) ? is : args[0];
}

static zh_cel_env *names(zh_arena *arena, bool more, const char *type_of_a)
{
    zh_cel_env *env;
    CHECK(zh_cel_env_open(&env, arena) == ZH_OK);
    if (more) CHECK(zh_cel_env_function(env, S("other(int) int"), number, 9) == ZH_OK && zh_cel_env_variable(env, S("b"), S("int"), NULL, 1) == ZH_OK);
    CHECK(zh_cel_env_object(env, S("Events"), 1) == ZH_OK && zh_cel_env_object(env, S("Event"), 2) == ZH_OK);
    CHECK(zh_cel_env_field(env, S("Event"), S("n"), S("int"), number, 5) == ZH_OK);
    CHECK(zh_cel_env_function(env, S(".where(Events, Event => bool) Events"), where, 6) == ZH_OK);
    CHECK(zh_cel_env_function(env, S("days(int) int"), number, 7) == ZH_OK);
    CHECK(zh_cel_env_variable(env, S("a"), zh_sv_of(type_of_a), NULL, 0) == ZH_OK && zh_cel_env_variable(env, S("e"), S("Events"), NULL, 2) == ZH_OK);
    return env;
}

static const char *const sources[] = {
    "1 + a * 2", "[1, 2.5, 'x', b'\\xff', null, true, 7u, {'k': [a]}, int]", "[1, 2, 3].map(x, x > 1, x * a).exists(y, y / (y - 4) == 1)", "a > 0 ? 'yes' : 'no'", "a > 0 && (a < 5 || a / 0 > 1) && a in [1, 2, 3]",
    "'order-17'.matches('^order-\\\\d+$')", "e.where(v, v.n > days(3) - a) == e", "{'a': {'b': a}}.?a.?b.optMap(x, x + 1).orValue(0)", "[?optional.of(a)].transformMap(i, v, i == 0, v)", "timestamp(0) + duration('1h')",
    "cel.bind(x, a, [x, x].transformList(i, v, i * v))", "1 / (a - a)", "has({'k': 1}.k) && !has({}.k)", "{'a': 1}.transformMapEntry(k, v, {string(v): k})", "[1, 1].exists_one(x, x == 1)",
};

static void show(const zh_cel_env *env, zh_arena *arena, const zh_cel_program *program, zh_buf *out)
{
    (void)env;
    const zh_cel_value values[] = { zh_cel_int(2), zh_cel_int(3), zh_cel_object(1, NULL) };
    zh_cel_run run = { .arena = arena, .variables = values, .variables_count = 3 };
    const zh_cel_value v = zh_cel_eval(program, &run);
    if (zh_cel_is_error(v)) zh_buf_printf(out, "%s at %u", v.text, v.n);
    else zh_cel_print_value(v, out);
    uint32_t count;
    const zh_cel_use *uses = zh_cel_program_uses(program, &count);
    for (uint32_t i = 0; i < count; i++) {
        zh_buf_printf(out, " %.*s/%d/%u/%.*s", ZH_SV_ARG(uses[i].decl != NULL ? uses[i].decl->name : uses[i].overload->name), uses[i].receiver, uses[i].at, ZH_SV_ARG(uses[i].condition));
        for (uint32_t j = 0; j < uses[i].args_count; j++)
            if (uses[i].args[j].kind != ZH_CEL_INSIDE) zh_cel_print_value(uses[i].args[j], out);
    }
    zh_buf_printf(out, " %llu ", (unsigned long long)zh_cel_program_cost(program));
    zh_cel_type_print(zh_cel_program_type(program), out);
}

static zh_cel_program *compiled(zh_arena *arena, const zh_cel_env *env, const char *source)
{
    zh_cel_program *program;
    zh_cel_fault fault = { .text = "" };
    const zh_err e = zh_cel_compile(&program, arena, env, zh_sv_of(source), NULL, &fault);
    if (e != ZH_OK) fprintf(stderr, "%s\n", fault.text);
    CHECK_ROW(e == ZH_OK, source);
    return program;
}

static void a_saved_program_is_the_same(void)
{
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        zh_arena arena = zh_arena_open(16 << 20), later = zh_arena_open(16 << 20);
        const zh_cel_env *env = names(&arena, false, "int"), *grown = names(&later, true, "int");
        zh_buf saved = zh_buf_open(1 << 20), before = zh_buf_open(1 << 20), after = zh_buf_open(1 << 20), twice = zh_buf_open(1 << 20);
        zh_cel_program *program = compiled(&arena, env, sources[i]), *loaded;
        zh_sv source;
        show(env, &arena, program, &before);
        CHECK_ROW(zh_cel_program_save(program, &saved) == ZH_OK, sources[i]);
        CHECK_ROW(zh_cel_program_saved_source(zh_buf_view(&saved), &source) == ZH_OK && zh_sv_equal(source, zh_sv_of(sources[i])), sources[i]);
        CHECK_ROW(zh_cel_program_load(&loaded, &later, grown, zh_buf_view(&saved)) == ZH_OK, sources[i]);
        CHECK_ROW(zh_cel_program_save(loaded, &twice) == ZH_OK && zh_sv_equal(zh_buf_view(&saved), zh_buf_view(&twice)), sources[i]);
        zh_arena_close(&arena); /* nothing of the first is left */
        zh_buf_close(&saved);
        show(grown, &later, loaded, &after);
        if (!zh_sv_equal(zh_buf_view(&before), zh_buf_view(&after))) fprintf(stderr, "%.*s\n%.*s\n", ZH_SV_ARG(zh_buf_view(&before)), ZH_SV_ARG(zh_buf_view(&after)));
        CHECK_ROW(zh_sv_equal(zh_buf_view(&before), zh_buf_view(&after)), sources[i]);
        zh_buf_close(&before), zh_buf_close(&after), zh_buf_close(&twice);
        zh_arena_close(&later);
    }
}

static void other_names_are_stale(void)
{
    zh_arena arena = zh_arena_open(16 << 20);
    const zh_cel_env *env = names(&arena, false, "int"), *other = names(&arena, false, "double");
    zh_cel_env *empty;
    zh_cel_program *loaded;
    zh_buf saved = zh_buf_open(1 << 20);
    CHECK(zh_cel_env_open(&empty, &arena) == ZH_OK);
    CHECK(zh_cel_program_save(compiled(&arena, env, "e.where(v, v.n > a) == e"), &saved) == ZH_OK);
    CHECK(zh_cel_program_load(&loaded, &arena, empty, zh_buf_view(&saved)) == ZH_STALE && loaded == NULL);
    CHECK(zh_cel_program_load(&loaded, &arena, other, zh_buf_view(&saved)) == ZH_STALE);
    saved.data[4]++;
    CHECK(zh_cel_program_load(&loaded, &arena, env, zh_buf_view(&saved)) == ZH_STALE);
    zh_buf_close(&saved);
    zh_arena_close(&arena);
}

/* With the checksum made true again, code that leaves its bounds is still refused; what is taken ends. */
static void damage_is_refused(void)
{
    zh_arena names_arena = zh_arena_open(16 << 20), arena = zh_arena_open(16 << 20);
    const zh_cel_env *env = names(&names_arena, false, "int");
    zh_buf saved = zh_buf_open(1 << 20);
    CHECK(zh_cel_program_save(compiled(&names_arena, env, "[1, 2, 3].all(x, x > 0) && a > 1 ? a : 2"), &saved) == ZH_OK);
    unsigned taken = 0;
    for (size_t at = 0; at < saved.size; at++) {
        zh_cel_program *loaded;
        CHECK(zh_cel_program_load(&loaded, &arena, env, zh_sv_part(zh_buf_view(&saved), 0, at)) == ZH_CORRUPT);
        saved.data[at] ^= 0x11;
        CHECK(zh_cel_program_load(&loaded, &arena, env, zh_buf_view(&saved)) != ZH_OK);
        if (at >= 9) {
            const uint32_t crc = zh_crc32c(0, zh_sv_part(zh_buf_view(&saved), 9, SIZE_MAX));
            uint32_t true_crc;
            memcpy(&true_crc, saved.data + 5, 4);
            memcpy(saved.data + 5, &crc, 4);
            if (zh_cel_program_load(&loaded, &arena, env, zh_buf_view(&saved)) == ZH_OK) {
                const zh_cel_value values[] = { zh_cel_int(2), zh_cel_int(3), zh_cel_object(1, NULL) };
                zh_cel_run run = { .arena = &arena, .variables = values, .variables_count = 3, .steps_max = 1000 };
                (void)zh_cel_eval(loaded, &run); /* some value or other, or an error */
                taken++;
            }
            memcpy(saved.data + 5, &true_crc, 4);
        }
        saved.data[at] ^= 0x11;
        zh_arena_reset(&arena);
    }
    CHECK(taken > 0 && taken < saved.size * 3 / 4); /* letters of the source, places, and numbers may differ; jumps, slots and names may not */
    zh_buf_close(&saved);
    zh_arena_close(&names_arena);
    zh_arena_close(&arena);
}

int main(void)
{
    a_saved_program_is_the_same();
    other_names_are_stale();
    damage_is_refused();
    return 0;
}
