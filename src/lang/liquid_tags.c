#include "lang/liquid_tags.h"

/* ---- variables that are written ---- */

static bool is_target(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || memchr("_-.[]()", c, 7) != NULL || (c & 0x80) != 0;
}

/* The first run of bytes that a variable's name may have, as the reference takes it. */
static zh_sv target_of(zh_sv inside, size_t *end)
{
    size_t from = 0;
    while (from < inside.size && !is_target(inside.data[from])) from++;
    size_t to = from;
    while (to < inside.size && is_target(inside.data[to])) to++;
    *end = to;
    return zh_sv_part(inside, from, to - from);
}

static void assign(zh_liquid_parse *p, zh_sv inside, zh_liquid_node *node)
{
    size_t end = 0;
    while (inside.size > 0 && zh_liquid_is_blank_byte(inside.data[0])) inside = zh_sv_part(inside, 1, SIZE_MAX);
    if (inside.size > 0 && is_target(inside.data[0])) node->text = target_of(inside, &end);
    zh_sv rest = zh_sv_part(inside, end, SIZE_MAX);
    while (rest.size > 0 && zh_liquid_is_blank_byte(rest.data[0])) rest = zh_sv_part(rest, 1, SIZE_MAX);
    if (node->text.size == 0 || rest.size == 0 || rest.data[0] != '=') {
        zh_liquid_fault(p, rest.data, "assign is written: assign name = value");
        return;
    }
    zh_liquid_words words = zh_liquid_words_of(p, zh_sv_part(rest, 1, SIZE_MAX));
    node->piped = zh_liquid_piped_parse(&words);
    node->blank = true;
}

void zh_liquid_tag_capture(zh_liquid_parse *p, zh_sv inside, zh_liquid_node *node)
{
    size_t end;
    node->text = target_of(inside, &end);
    node->blank = true;
    if (node->text.size == 0) zh_liquid_fault(p, inside.data, "capture needs the name of a variable");
}

static void counter(zh_liquid_parse *p, zh_sv inside, zh_liquid_node *node)
{
    node->text = zh_sv_trim(inside);
    if (node->text.size == 0) zh_liquid_fault(p, inside.data, "a counter needs a name");
}

/* ---- output and stopping ---- */

static void echo(zh_liquid_parse *p, zh_sv inside, zh_liquid_node *node)
{
    zh_liquid_words words = zh_liquid_words_of(p, inside);
    node->piped = zh_liquid_piped_parse(&words);
}

/* abort, abort 'reason', abort_message('reason') */
static void stop(zh_liquid_parse *p, zh_sv inside, zh_liquid_node *node)
{
    zh_liquid_words words = zh_liquid_words_of(p, inside);
    if (words.word.kind == ZH_LIQUID_W_END) return;
    const bool round = zh_liquid_words_take(&words, ZH_LIQUID_W_LROUND);
    if (!round || words.word.kind != ZH_LIQUID_W_RROUND) node->value = zh_liquid_expr_parse(&words);
    if (round && !zh_liquid_words_take(&words, ZH_LIQUID_W_RROUND)) zh_liquid_fault(p, words.word.whole.data, "a ) is missing");
    zh_liquid_words_end(&words);
}

static void nothing(zh_liquid_parse *p, zh_sv inside, zh_liquid_node *node)
{
    zh_liquid_words words = zh_liquid_words_of(p, inside);
    zh_liquid_words_end(&words);
    (void)node;
}

/* ---- cycle ---- */

static void cycle(zh_liquid_parse *p, zh_sv inside, zh_liquid_node *node)
{
    zh_liquid_words words = zh_liquid_words_of(p, inside);
    const char *from = words.word.whole.data;
    zh_liquid_argument **end = &node->arguments;
    zh_liquid_expr *first = zh_liquid_expr_parse(&words);
    if (first != NULL && zh_liquid_words_take(&words, ZH_LIQUID_W_COLON)) {
        node->value = first;
        first = zh_liquid_expr_parse(&words);
    }
    while (first != NULL) {
        zh_liquid_argument *a = zh_liquid_new(p, from, sizeof *a);
        if (a == NULL) return;
        a->value = first;
        *end = a;
        end = &a->next;
        if (!zh_liquid_words_take(&words, ZH_LIQUID_W_COMMA) || words.word.kind == ZH_LIQUID_W_END) break;
        first = zh_liquid_expr_parse(&words);
    }
    zh_liquid_words_end(&words);
    node->name = zh_liquid_words_since(&words, from);
}

/* ---- render and include ---- */

static void partial(zh_liquid_parse *p, zh_sv inside, zh_liquid_node *node)
{
    zh_liquid_words words = zh_liquid_words_of(p, inside);
    if (node->kind == ZH_LIQUID_N_RENDER && words.word.kind != ZH_LIQUID_W_TEXT) {
        zh_liquid_fault(p, words.word.whole.data, "render needs the name of a template in quotes");
        return;
    }
    node->value = zh_liquid_expr_parse(&words);
    node->each = zh_liquid_words_take_name(&words, ZH_SV("for"));
    if (node->each || zh_liquid_words_take_name(&words, ZH_SV("with"))) node->with = zh_liquid_expr_parse(&words);
    if (zh_liquid_words_take_name(&words, ZH_SV("as"))) {
        node->text = words.word.text;
        if (!zh_liquid_words_take(&words, ZH_LIQUID_W_NAME)) zh_liquid_fault(p, words.word.whole.data, "as needs a name");
    }
    node->arguments = zh_liquid_keys_parse(&words);
}

/* ---- loops ---- */

/* limit: 3, offset: continue, cols: 2; commas are optional */
static void loop_options(zh_liquid_parse *p, zh_liquid_words *words, zh_liquid_node *node)
{
    const bool is_row = node->kind == ZH_LIQUID_N_TABLEROW;
    while (p->failed == ZH_OK && words->word.kind != ZH_LIQUID_W_END) {
        if (zh_liquid_words_take(words, ZH_LIQUID_W_COMMA)) continue;
        const zh_sv name = words->word.text;
        zh_liquid_expr **into = zh_sv_equal(name, ZH_SV("limit")) ? &node->with : zh_sv_equal(name, ZH_SV("offset")) ? &node->offset :
                                is_row && zh_sv_equal(name, ZH_SV("cols")) ? &node->columns : NULL;
        if (into == NULL) {
            zh_liquid_fault(p, words->word.whole.data, is_row ? "tablerow takes cols, limit and offset" : "for takes reversed, then limit and offset");
            return;
        }
        (void)zh_liquid_words_take(words, ZH_LIQUID_W_NAME);
        if (!zh_liquid_words_take(words, ZH_LIQUID_W_COLON)) zh_liquid_fault(p, words->word.whole.data, "a : is missing");
        if (into == &node->offset && !is_row && zh_liquid_words_take_name(words, ZH_SV("continue"))) node->from_continue = true;
        else *into = zh_liquid_expr_parse(words);
    }
}

void zh_liquid_tag_loop(zh_liquid_parse *p, zh_sv inside, zh_liquid_node *node)
{
    zh_liquid_words words = zh_liquid_words_of(p, inside);
    node->text = words.word.text;
    if (!zh_liquid_words_take(&words, ZH_LIQUID_W_NAME) || !zh_liquid_words_take_name(&words, ZH_SV("in"))) {
        zh_liquid_fault(p, words.word.whole.data, "a loop is written: for item in list");
        return;
    }
    const char *from = words.word.whole.data;
    node->value = zh_liquid_expr_parse(&words);
    if (p->failed != ZH_OK) return;
    const zh_sv list = zh_liquid_words_since(&words, from);
    node->reversed = node->kind == ZH_LIQUID_N_FOR && zh_liquid_words_take_name(&words, ZH_SV("reversed"));
    loop_options(p, &words, node);
    char *name = zh_arena_take_raw(p->arena, node->text.size + 1 + list.size, 1);
    if (name == NULL) {
        zh_liquid_starved(p);
        return;
    }
    memcpy(name, node->text.data, node->text.size);
    name[node->text.size] = '-';
    memcpy(name + node->text.size + 1, list.data, list.size);
    node->name = (zh_sv){ name, node->text.size + 1 + list.size };
}

/* ---- when ---- */

zh_liquid_argument *zh_liquid_tag_when(zh_liquid_parse *p, zh_sv inside)
{
    zh_liquid_argument *first = NULL, **end = &first;
    zh_liquid_words words = zh_liquid_words_of(p, inside);
    do {
        zh_liquid_argument *a = zh_liquid_new(p, words.word.whole.data, sizeof *a);
        if (a == NULL) return NULL;
        a->value = zh_liquid_expr_parse(&words);
        *end = a;
        end = &a->next;
    } while (zh_liquid_words_take(&words, ZH_LIQUID_W_COMMA) || zh_liquid_words_take_name(&words, ZH_SV("or")));
    return p->failed == ZH_OK ? first : NULL; /* what stands behind is not looked at: the reference drops it, too */
}

/* ---- which tag ---- */

bool zh_liquid_tag_simple(zh_liquid_parse *p, zh_sv name, zh_sv inside, zh_liquid_node *node)
{
    static const struct { const char *name; zh_liquid_node_kind kind; void (*read)(zh_liquid_parse *, zh_sv, zh_liquid_node *); } tags[] = {
        { "assign", ZH_LIQUID_N_ASSIGN, assign }, { "echo", ZH_LIQUID_N_OUTPUT, echo }, { "increment", ZH_LIQUID_N_INCREMENT, counter },
        { "decrement", ZH_LIQUID_N_DECREMENT, counter }, { "break", ZH_LIQUID_N_BREAK, nothing }, { "continue", ZH_LIQUID_N_CONTINUE, nothing },
        { "cycle", ZH_LIQUID_N_CYCLE, cycle }, { "render", ZH_LIQUID_N_RENDER, partial }, { "include", ZH_LIQUID_N_INCLUDE, partial },
        { "abort", ZH_LIQUID_N_ABORT, stop }, { "abort_message", ZH_LIQUID_N_ABORT, stop },
    };
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        if (!zh_sv_equal(name, zh_sv_of(tags[i].name))) continue;
        node->kind = (uint8_t)tags[i].kind;
        tags[i].read(p, inside, node);
        return true;
    }
    return false;
}
