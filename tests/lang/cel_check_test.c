/* Goal: what is wrong with an expression is said at its place, with the name that was meant; what it asks of the caller's names is told;
 * no expression is too long, too deep or too clever to get an answer.
 * Method: a small shop's names; tables of faults with their columns, of types, of uses; expressions of ten thousand parts. */
#include "lang/cel_program.h"
#include "lang/cel_print.h"

#include "check.h"

enum { TAG_CUSTOMER = 1, TAG_ORDERS, TAG_EVENTS, TAG_EVENT };
enum { ID_TRAITS = 10, ID_ORDERS, ID_EMAIL, ID_COUNT, ID_COUNT_ALL, ID_EVENTS, ID_WHERE, ID_DAYS, ID_CATEGORY };

static zh_cel_value traits(zh_cel_run *run, const zh_cel_value *args, uint32_t count, const zh_cel_overload *self)
{
    (void)args, (void)count, (void)self;
    zh_cel_value *pairs = ZH_TAKE(run->arena, zh_cel_value, 2);
    pairs[0] = zh_cel_text(ZH_SV("city"));
    pairs[1] = zh_cel_text(ZH_SV("Shenzhen"));
    return zh_cel_map_of(run->arena, pairs, 1);
}

static zh_cel_value part(zh_cel_run *run, const zh_cel_value *args, uint32_t count, const zh_cel_overload *self)
{
    (void)run, (void)args, (void)count;
    return zh_cel_object(self->id == ID_ORDERS ? TAG_ORDERS : TAG_EVENTS, NULL);
}

static zh_cel_value email(zh_cel_run *run, const zh_cel_value *args, uint32_t count, const zh_cel_overload *self)
{
    (void)run, (void)args, (void)count, (void)self;
    return zh_cel_error(ZH_CEL_ABSENT, NULL);
}

/* Events are 0, 1, 2 …; a handle's number holds the bits of those that are left. */
static zh_cel_value events(zh_cel_run *run, const zh_cel_value *args, uint32_t count, const zh_cel_overload *self)
{
    (void)run, (void)args, (void)count, (void)self;
    return (zh_cel_value){ .kind = ZH_CEL_OBJECT, .n = TAG_EVENTS, .u = 0xFF };
}

static zh_cel_value where(zh_cel_run *run, const zh_cel_value *args, uint32_t count, const zh_cel_overload *self)
{
    (void)self;
    CHECK(count == 2);
    zh_cel_value left = args[0];
    for (unsigned i = 0; i < 8; i++) {
        const zh_cel_value is = zh_cel_apply(run, args[1], (zh_cel_value){ .kind = ZH_CEL_OBJECT, .n = TAG_EVENT, .u = i });
        if (zh_cel_is_error(is)) return is;
        if (!is.boolean) left.u &= ~(UINT64_C(1) << i);
    }
    return left;
}

static zh_cel_value category(zh_cel_run *run, const zh_cel_value *args, uint32_t count, const zh_cel_overload *self)
{
    (void)run, (void)count, (void)self;
    return zh_cel_int((int64_t)args[0].u);
}

static zh_cel_value count_of(zh_cel_run *run, const zh_cel_value *args, uint32_t count, const zh_cel_overload *self)
{
    (void)run, (void)count, (void)self;
    return zh_cel_int(__builtin_popcountll(args[0].u));
}

static zh_cel_value days(zh_cel_run *run, const zh_cel_value *args, uint32_t count, const zh_cel_overload *self)
{
    (void)run, (void)count, (void)self;
    return zh_cel_duration(args[0].i * 86400 * INT64_C(1000000000));
}

#define S(text) ZH_SV(text)

static zh_cel_env *shop(zh_arena *arena)
{
    zh_cel_env *env;
    CHECK(zh_cel_env_open(&env, arena) == ZH_OK);
    CHECK(zh_cel_env_object(env, S("Customer"), TAG_CUSTOMER) == ZH_OK && zh_cel_env_object(env, S("Orders"), TAG_ORDERS) == ZH_OK);
    CHECK(zh_cel_env_object(env, S("Events"), TAG_EVENTS) == ZH_OK && zh_cel_env_object(env, S("Event"), TAG_EVENT) == ZH_OK);
    CHECK(zh_cel_env_field(env, S("Customer"), S("traits"), S("map(string, dyn)"), traits, ID_TRAITS) == ZH_OK);
    CHECK(zh_cel_env_field(env, S("Customer"), S("orders"), S("Orders"), part, ID_ORDERS) == ZH_OK);
    CHECK(zh_cel_env_field(env, S("Customer"), S("email"), S("string"), email, ID_EMAIL) == ZH_OK);
    CHECK(zh_cel_env_field(env, S("Event"), S("category"), S("int"), category, ID_CATEGORY) == ZH_OK);
    CHECK(zh_cel_env_function(env, S(".count(Orders, duration) int"), count_of, ID_COUNT) == ZH_OK);
    CHECK(zh_cel_env_function(env, S(".count(Events) int"), count_of, ID_COUNT_ALL) == ZH_OK);
    CHECK(zh_cel_env_function(env, S(".count(Events, duration) int"), count_of, ID_COUNT) == ZH_OK);
    CHECK(zh_cel_env_function(env, S(".events(Customer, string) Events"), events, ID_EVENTS) == ZH_OK);
    CHECK(zh_cel_env_function(env, S(".where(Events, Event => bool) Events"), where, ID_WHERE) == ZH_OK);
    CHECK(zh_cel_env_function(env, S("days(int) duration"), days, ID_DAYS) == ZH_OK);
    CHECK(zh_cel_env_variable(env, S("customer"), S("Customer"), NULL, 0) == ZH_OK);
    CHECK(zh_cel_env_variable(env, S("now"), S("timestamp"), NULL, 1) == ZH_OK);
    CHECK(zh_cel_env_variable(env, S("shop.zone"), S("string"), NULL, 2) == ZH_OK);
    return env;
}

static const struct { const char *expression; unsigned column; const char *says; } faults[] = {
    { "custmer.email == ''", 1, "did you mean 'customer'?" },
    { "customer.emial == ''", 10, "Customer has no field 'emial'; did you mean 'email'?" },
    { "customer.phone", 10, "Customer has no field 'phone'" },
    { "customer.orders.cuont(days(7))", 17, "did you mean 'count'?" },
    { "customer.orders.count(7)", 17, "does not take (Orders, int); it takes (Orders, duration)" },
    { "customer.orders.count(day(7))", 23, "did you mean 'days'?" },
    { "1 + 'a'", 3, "+ does not work on int and string" },
    { "true && 1", 9, "must be bool, and is int" },
    { "!(1 + 1)", 5, "must be bool" },
    { "true ? 1 : 'x'", 6, "different types, int and string" },
    { "1 == '1'", 3, "== does not work on int and string" },
    { "'茶' + 茶", 7, "means nothing here" },
    { "'abc'.startWith('a')", 7, "did you mean 'startsWith'?" },
    { "'abc'.SIZE()", 7, "did you mean 'size'?" },
    { "size", 1, "'size' is a function" },
    { "'abc'.size", 7, "is a function" },
    { "size()", 1, "does not take ()" },
    { "[1].all(x)", 5, "is written list.all(variable, condition)" },
    { "[1].all(1, true)", 9, "is a plain name" },
    { "1.all(x, true)", 3, "goes over a list or a map, and this is int" },
    { "[1].exists(item, itme > 0)", 18, "did you mean 'item'?" },
    { "[1].filter(x, x)", 15, "must be bool, and is int" },
    { "customer.events('view').where(e, e.catgory == 1)", 36, "did you mean 'category'?" },
    { "customer.orders.where(e, true)", 17, "cannot be asked of Orders" },
    { "customer.events('view').where(e, 1)", 34, "must be bool" },
    { "has(customer)", 5, "has(value.field)" },
    { "{1.5: 2}", 2, "a key of a map" },
    { "{1: 2}.a", 8, "keys of this map are no strings" },
    { "'x'.matches('(a')", 13, "the pattern cannot be read" },
    { "1 = 1", 3, "write '=='" },
    { "a & b", 3, "write '&&'" },
    { "\"open", 1, "not closed" },
    { "\"\\q\"", 2, "no such escape" },
    { "1 +", 4, "ends where a value should stand" },
    { "(1", 3, "')'" },
    { "1 2", 3, "an operator or the end" },
    { "f(1,)", 5, "an argument" },
    { "", 1, "ends where a value should stand" },
    { "9223372036854775808", 1, "larger than an int" },
    { "12abc", 3, "ends in letters" },
    { "Event{n: 1}", 6, "messages" },
    { "while", 1, "reserved" },
    { "duration('1h') < 5", 16, "< does not work on duration and int" },
    { "cel.bind(x, 1, y)", 16, "'y' is not known" },
    { "now.getFullYear(8)", 5, "does not take (timestamp, int)" },
    { "1\n + 2\n + 'x'", 2, "+ does not work on int and string" },
};

static void faults_are_named_at_their_place(void)
{
    zh_arena arena = zh_arena_open(64 << 20);
    const zh_cel_env *env = shop(&arena);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        zh_cel_program *program;
        zh_cel_fault fault;
        const zh_err e = zh_cel_compile(&program, &arena, env, zh_sv_of(faults[i].expression), NULL, &fault);
        if (e != ZH_FORMAT || fault.column != faults[i].column || strstr(fault.text, faults[i].says) == NULL) fprintf(stderr, "%u: %s\n", fault.column, e == ZH_OK ? "it compiles" : fault.text);
        CHECK_ROW(e == ZH_FORMAT && program == NULL, faults[i].expression);
        CHECK_ROW(fault.column == faults[i].column && strstr(fault.text, faults[i].says) != NULL, faults[i].expression);
    }
    zh_arena_close(&arena);
}

static const struct { const char *expression, *type; } types[] = {
    { "[]", "list(dyn)" }, { "[[], [1]]", "list(list(int))" }, { "[1, 'a']", "list(dyn)" }, { "[1, dyn(1)]", "list(dyn)" }, { "{'a': [1u]}", "map(string, list(uint))" },
    { "[1].map(x, string(x))", "list(string)" }, { "{'a': 1}.transformMap(k, v, k)", "map(string, string)" }, { "[1, 2].transformList(i, v, [i])", "list(list(int))" },
    { "optional.none()", "optional_type(dyn)" }, { "[optional.none(), optional.of(1)]", "list(optional_type(int))" }, { "{'a': 1}.?a", "optional_type(int)" }, { "[1][?0].optMap(x, 'a')", "optional_type(string)" },
    { "true ? dyn(1) : 2", "dyn" }, { "type(1)", "type(int)" }, { "now - now", "duration" }, { "customer.traits.city", "dyn" }, { "customer.events('x').where(e, e.category > 1)", "Events" },
    { "([] + [1])[0]", "int" }, { "[].map(x, x)[0].y", "dyn" }, { "math.greatest(1, 2)", "int" }, { "math.greatest(1, 2.0)", "dyn" }, { "shop.zone", "string" }, { "cel.bind(x, [1], x)", "list(int)" },
    { "now == null", "bool" },
};

static void types_follow_from_the_names(void)
{
    zh_arena arena = zh_arena_open(64 << 20);
    const zh_cel_env *env = shop(&arena);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        zh_cel_program *program;
        zh_cel_fault fault = { .text = "" };
        zh_buf text = zh_buf_open(4096);
        const zh_err e = zh_cel_compile(&program, &arena, env, zh_sv_of(types[i].expression), NULL, &fault);
        if (e != ZH_OK) fprintf(stderr, "%s\n", fault.text);
        CHECK_ROW(e == ZH_OK, types[i].expression);
        zh_cel_type_print(zh_cel_program_type(program), &text);
        if (!zh_sv_equal(zh_buf_view(&text), zh_sv_of(types[i].type))) fprintf(stderr, "is %.*s\n", ZH_SV_ARG(zh_buf_view(&text)));
        CHECK_ROW(zh_sv_equal(zh_buf_view(&text), zh_sv_of(types[i].type)), types[i].expression);
        zh_buf_close(&text);
    }
    zh_arena_close(&arena);
}

static zh_cel_value run_it(zh_arena *arena, const zh_cel_env *env, const char *text, zh_cel_program **program)
{
    zh_cel_fault fault = { .text = "" };
    const zh_cel_value values[] = { { .kind = ZH_CEL_OBJECT, .n = TAG_CUSTOMER }, zh_cel_timestamp(1700000000, 0), zh_cel_text(S("Asia/Shanghai")) };
    const zh_err e = zh_cel_compile(program, arena, env, zh_sv_of(text), NULL, &fault);
    if (e != ZH_OK) fprintf(stderr, "%s\n", fault.text);
    CHECK_ROW(e == ZH_OK, text);
    zh_cel_run run = { .arena = arena, .variables = values, .variables_count = 3 };
    return zh_cel_eval(*program, &run);
}

static void names_of_the_caller_are_asked(void)
{
    zh_arena arena = zh_arena_open(64 << 20);
    const zh_cel_env *env = shop(&arena);
    zh_cel_program *p;
    CHECK(zh_cel_is_true(run_it(&arena, env, "customer.traits.city == 'Shenzhen' && customer.traits.?age.orValue(3) == 3", &p)));
    CHECK(zh_cel_is_true(run_it(&arena, env, "!has(customer.email) && !customer.?email.hasValue()", &p)));
    CHECK(run_it(&arena, env, "customer.email", &p).code == ZH_CEL_ABSENT);
    CHECK(run_it(&arena, env, "customer.events('x').where(e, e.category > 2).where(e, e.category != 5).count()", &p).i == 4);
    CHECK(run_it(&arena, env, "[1, 6].map(n, customer.events('x').where(e, e.category > n && [0, 7].all(m, m != e.category)).count())[0]", &p).i == 5);
    CHECK(run_it(&arena, env, "customer.events('x').where(e, e.category / 0 > 1).count()", &p).code == ZH_CEL_DIVIDE);
    CHECK(run_it(&arena, env, "customer.events('x').where(a, customer.events('y').where(b, a.category == b.category).count() == 1).count()", &p).i == 8);
    const zh_cel_value failed = run_it(&arena, env, "1 + 2 / 0", &p);
    CHECK(failed.code == ZH_CEL_DIVIDE && failed.n == 6);
    zh_arena_close(&arena);
}

static void uses_are_told_with_their_constants(void)
{
    zh_arena arena = zh_arena_open(64 << 20);
    const zh_cel_env *env = shop(&arena);
    zh_cel_program *p;
    uint32_t count;
    (void)run_it(&arena, env, "customer.events('view').where(e, e.category==3).count(days(7)) >= 3 || customer.events('view').count(days(size(shop.zone))) > 1 && customer.traits.city == 'x'", &p);
    const zh_cel_use *uses = zh_cel_program_uses(p, &count);
    static const struct { uint32_t id; int32_t receiver; } want[] = {
        { 0, -1 }, { ID_EVENTS, 0 }, { ID_CATEGORY, -1 }, { ID_WHERE, 1 }, { ID_DAYS, -1 }, { ID_COUNT, 3 }, { 2, -1 }, { ID_DAYS, -1 }, { ID_COUNT, 1 }, { ID_TRAITS, 0 },
    };
    CHECK(count == sizeof want / sizeof *want);
    for (uint32_t i = 0; i < count; i++) {
        CHECK((uses[i].decl != NULL ? uses[i].decl->get.id : uses[i].overload->id) == want[i].id);
        CHECK(uses[i].receiver == want[i].receiver);
    }
    CHECK(uses[1].args_count == 1 && zh_sv_equal(zh_cel_sv(uses[1].args[0]), S("view")));
    CHECK(zh_sv_equal(uses[3].condition, S("e, e.category == 3")));
    CHECK(uses[4].args[0].i == 7 && uses[7].args[0].kind == ZH_CEL_INSIDE);
    zh_arena_close(&arena);
}

/* `times` of a part between two ends. */
static char *repeated(const char *first, const char *again, unsigned times, const char *last)
{
    const size_t size = strlen(first) + strlen(again) * times + strlen(last) + 1;
    char *text = malloc(size), *at = text;
    CHECK(text != NULL);
    at += sprintf(at, "%s", first);
    for (unsigned i = 0; i < times; i++) at += sprintf(at, "%s", again);
    sprintf(at, "%s", last);
    return text;
}

static const struct { const char *name, *first, *again, *last; unsigned times; zh_err want; } large[] = {
    { "ten thousand alternatives", "customer.traits.city == 'a'", " || customer.traits.city == 'b'", "", 10000, ZH_OK },
    { "ten thousand conditions", "true", " && size(shop.zone) > 1", "", 10000, ZH_OK },
    { "ten thousand sums", "1", " + 1", "", 10000, ZH_OK },
    { "ten thousand selections", "dyn(customer.traits)", ".a", "", 10000, ZH_OK },
    { "ten thousand elements", "[1", ", 1", "].size()", 10000, ZH_OK },
    { "ten thousand brackets", "", "(", "1", 10000, ZH_FULL },
    { "ten thousand lists", "", "[", "", 10000, ZH_FULL },
    { "ten thousand negations", "", "!", "true", 10000, ZH_FULL },
    { "ten thousand choices", "", "true ? 1 : ", "2", 10000, ZH_FULL },
    { "a thousand macros in a row", "[1]", ".map(x, x)", "", 1000, ZH_FULL },
    { "a thousand lambdas in a row", "customer.events('x')", ".where(e, true)", "", 1000, ZH_FULL },
    { "two hundred thousand elements", "[1", ", 1", "]", 200000, ZH_FULL },
    { "more than a megabyte", "'", "x", "'", 1100000, ZH_FULL },
};

static void large_expressions_get_an_answer(void)
{
    for (size_t i = 0; i < sizeof large / sizeof *large; i++) {
        zh_arena arena = zh_arena_open(512 << 20);
        const zh_cel_env *env = shop(&arena);
        zh_cel_program *p;
        zh_cel_fault fault;
        char *text = repeated(large[i].first, large[i].again, large[i].times, large[i].last);
        const zh_err e = zh_cel_compile(&p, &arena, env, zh_sv_of(text), NULL, &fault);
        CHECK_ROW(e == large[i].want, large[i].name);
        if (e == ZH_OK) (void)run_it(&arena, env, text, &p);
        else CHECK_ROW(strstr(fault.text, "split") != NULL, large[i].name);
        free(text);
        zh_arena_close(&arena);
    }
}

static void every_evaluation_ends(void)
{
    static const char *const loops[] = {
        "[1,2,3,4,5,6,7,8,9,10].all(a, [1,2,3,4,5,6,7,8,9,10].all(b, [1,2,3,4,5,6,7,8,9,10].all(c, [1,2,3,4,5,6,7,8,9,10].all(d, a + b + c + d > 0))))",
        "[1,2,3,4,5,6,7,8,9,10].map(a, [1,2,3,4,5,6,7,8,9,10].map(b, [1,2,3,4,5,6,7,8,9,10].map(c, [a, b, c] + [c, b, a])))",
        "[1,2,3,4,5,6,7,8,9,10].exists(a, [1,2,3,4,5,6,7,8,9,10].exists(b, ('x' + 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx').matches(dyn('(x+x+)+y'))))",
        "cel.bind(a, 'xxxxxxxxxxxxxxxx', cel.bind(b, a+a+a+a+a+a+a+a, cel.bind(c, b+b+b+b+b+b+b+b, cel.bind(d, c+c+c+c+c+c+c+c, d+d+d+d+d+d+d+d)))).size() > 0",
    };
    for (size_t i = 0; i < sizeof loops / sizeof *loops; i++) {
        zh_arena arena = zh_arena_open(64 << 20);
        zh_cel_env *env;
        zh_cel_program *p;
        CHECK(zh_cel_env_open(&env, &arena) == ZH_OK);
        CHECK(zh_cel_compile(&p, &arena, env, zh_sv_of(loops[i]), NULL, NULL) == ZH_OK);
        zh_cel_run run = { .arena = &arena, .steps_max = 500 };
        const zh_cel_value v = zh_cel_eval(p, &run);
        CHECK_ROW(zh_cel_is_error(v) && v.code == ZH_CEL_LIMIT, loops[i]);
        run.steps_max = 10000000;
        CHECK_ROW(!zh_cel_is_error(zh_cel_eval(p, &run)), loops[i]);
        zh_arena_close(&arena);
    }
}

static void limits_are_kept(void)
{
    zh_arena arena = zh_arena_open(64 << 20);
    const zh_cel_env *env = shop(&arena);
    zh_cel_program *p;
    zh_cel_fault fault;
    const zh_cel_limits wanted = { .wanted = "bool" }, cheap = { .cost_max = 1000 };
    CHECK(zh_cel_compile(&p, &arena, env, S("1 + 1"), &wanted, &fault) == ZH_FORMAT && strstr(fault.text, "must be of type bool") != NULL);
    CHECK(zh_cel_compile(&p, &arena, env, S("1 < 2"), &wanted, &fault) == ZH_OK && zh_cel_program_cost(p) < 10);
    CHECK(zh_cel_compile(&p, &arena, env, S("customer.traits.all(a, customer.traits.all(b, a == b))"), &cheap, &fault) == ZH_FULL && strstr(fault.text, "steps") != NULL);
    zh_arena_close(&arena);
}

/* Every allocation fails once: compile and eval answer, and never crash. */
static void without_memory_it_says_so(void)
{
    const zh_sv text = S("customer.events('x').where(e, e.category in [1, 2]).count() + [1, 2].map(x, string(x) + 'a').size() > 1 && 'ab'.matches('a+b')");
    for (size_t bytes = 4096; bytes < (1u << 20); bytes += 1024) {
        zh_arena names = zh_arena_open(64 << 20), arena = zh_arena_open(bytes);
        const zh_cel_env *env = shop(&names);
        zh_cel_program *p;
        const zh_err e = zh_cel_compile(&p, &arena, env, text, NULL, NULL);
        CHECK(e == ZH_OK || e == ZH_NOMEM);
        if (e == ZH_OK) {
            const zh_cel_value customer = { .kind = ZH_CEL_OBJECT, .n = TAG_CUSTOMER };
            zh_cel_run run = { .arena = &arena, .variables = &customer, .variables_count = 1 };
            const zh_cel_value v = zh_cel_eval(p, &run);
            CHECK(zh_cel_is_true(v) || v.code == ZH_CEL_MEMORY);
        }
        zh_arena_close(&names);
        zh_arena_close(&arena);
    }
}

int main(void)
{
    faults_are_named_at_their_place();
    types_follow_from_the_names();
    names_of_the_caller_are_asked();
    uses_are_told_with_their_constants();
    large_expressions_get_an_answer();
    every_evaluation_ends();
    limits_are_kept();
    without_memory_it_says_so();
    return 0;
}
