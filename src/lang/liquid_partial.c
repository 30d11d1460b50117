/* render and include. */
#include "lang/liquid_letters.h"
#include "lang/liquid_run.h"

/* The template of this name, parsed when first named; NULL: an error. */
static const zh_liquid_template *template_of(zh_liquid_run *run, zh_sv name)
{
    size_t at = 0;
    zh_cel_fault fault;
    const zh_liquid_render_desc *desc = run->desc;
    if (desc->partials_count == 0) return zh_liquid_error(run, "This liquid context does not allow includes."), NULL;
    if (run->partials == NULL) run->partials = ZH_LIQUID_ROOM(run, const zh_liquid_template *, desc->partials_count);
    if (run->partials == NULL) return NULL;
    while (at < desc->partials_count && !zh_sv_equal(desc->partials[at].name, name)) at++;
    if (!zh_liquid_pay(run, at / 8)) return NULL;
    if (at == desc->partials_count) return zh_liquid_error(run, "No such template '%.*s'", ZH_SV_ARG(zh_liquid_shown(name))), NULL;
    if (run->partials[at] != NULL || !zh_liquid_pay(run, desc->partials[at].source.size / 8)) return run->partials[at];
    zh_liquid_template *template;
    const zh_err e = zh_liquid_parse_template(run->arena, desc->partials[at].source, &template, &fault);
    if (e == ZH_NOMEM) zh_liquid_stop(run, ZH_NOMEM, "the template needs more memory than it may take");
    else if (e != ZH_OK) zh_liquid_error(run, "in template '%.*s', line %u, column %u: %s", ZH_SV_ARG(zh_liquid_shown(name)), fault.line, fault.column, fault.text);
    return run->partials[at] = template;
}

/* The last part of "cards/product": what the template's own variable is called. */
static zh_sv own_name(const zh_liquid_node *node, zh_sv name)
{
    if (node->text.size > 0) return node->text;
    const char *slash = name.size == 0 ? NULL : memrchr(name.data, '/', name.size);
    return slash == NULL ? name : zh_sv_part(name, (size_t)(slash - name.data) + 1, SIZE_MAX);
}

static void render_template(zh_liquid_run *run, const zh_liquid_template *template)
{
    const zh_liquid_template *outer = run->template;
    run->template = template;
    zh_liquid_render_block(run, &template->block);
    if (run->stopped == ZH_OK) run->template = outer;
}

/* The arguments as variables before `outer`; NULL with an error. */
static const zh_liquid_scope *arguments(zh_liquid_run *run, const zh_liquid_node *node, const zh_liquid_scope *outer)
{
    for (const zh_liquid_argument *a = node->arguments; a != NULL && !zh_liquid_fails(run); a = a->next) {
        zh_liquid_scope *scope = ZH_LIQUID_ROOM(run, zh_liquid_scope, 1);
        if (scope == NULL) break;
        *scope = (zh_liquid_scope){ .name = a->key, .value = zh_liquid_eval(run, a->value), .outer = outer };
        outer = scope;
    }
    return outer;
}

/* ---- include: shares the variables ---- */

static void include(zh_liquid_run *run, const zh_liquid_node *node, const zh_liquid_template *template, zh_sv name)
{
    bool known;
    const zh_liquid_scope *outer = run->frame->scopes;
    const zh_liquid_value with = node->with != NULL ? zh_liquid_eval(run, node->with) : zh_liquid_find(run, name, &known);
    const zh_liquid_walk walk = zh_liquid_walk_of(with);
    const bool each = with.kind == ZH_LIQUID_LIST;
    zh_liquid_scope own = { .name = own_name(node, name), .value = with, .outer = arguments(run, node, outer) };
    run->frame->scopes = &own;
    for (int64_t i = 0; i < (each ? walk.count : 1) && !zh_liquid_fails(run) && run->interrupt == ZH_LIQUID_GOES_ON && zh_liquid_pay(run, 1); i++) {
        if (each) own.value = zh_liquid_walk_item(run, &walk, i);
        render_template(run, template);
    }
    run->frame->scopes = outer;
}

/* ---- render: sees what it is handed alone ---- */

static void give(zh_liquid_run *run, zh_liquid_names *names, zh_sv name, zh_liquid_value v)
{
    zh_liquid_value *at = zh_liquid_fails(run) ? NULL : zh_liquid_name_at(run, names, name);
    if (at != NULL) *at = v;
}

/* One rendering, with `value` as the template's own variable unless it is nil, and the loop it is part of or NULL. */
static void render_alone(zh_liquid_run *run, const zh_liquid_node *node, const zh_liquid_template *template, zh_sv own, zh_liquid_value value, const zh_liquid_loop *loop)
{
    zh_liquid_frame *const outer = run->frame;
    zh_liquid_frame frame = { .isolated = true };
    if (loop != NULL) give(run, &frame.assigned, ZH_SV("forloop"), (zh_liquid_value){ .kind = ZH_LIQUID_LOOP, .loop = loop });
    for (const zh_liquid_argument *a = node->arguments; a != NULL; a = a->next) give(run, &frame.assigned, a->key, zh_liquid_eval(run, a->value));
    if (value.kind != ZH_LIQUID_NIL) give(run, &frame.assigned, own, value);
    if (zh_liquid_fails(run)) return;
    run->frame = &frame;
    render_template(run, template);
    run->frame = outer;
    run->interrupt = ZH_LIQUID_GOES_ON; /* break goes no further than its template */
}

static void render(zh_liquid_run *run, const zh_liquid_node *node, const zh_liquid_template *template, zh_sv name)
{
    const zh_liquid_value with = node->with == NULL ? zh_liquid_nil() : zh_liquid_eval(run, node->with);
    const zh_liquid_walk walk = zh_liquid_walk_of(with);
    const zh_sv own = own_name(node, name);
    if (!node->each || (with.kind != ZH_LIQUID_LIST && with.kind != ZH_LIQUID_RANGE && with.kind != ZH_LIQUID_MAP)) {
        if (!zh_liquid_fails(run)) render_alone(run, node, template, own, with, NULL);
        return;
    }
    zh_liquid_loop *loop = ZH_LIQUID_ROOM(run, zh_liquid_loop, 1);
    if (loop == NULL) return;
    *loop = (zh_liquid_loop){ .name = name, .length = walk.count };
    for (; loop->index < walk.count && !zh_liquid_fails(run) && zh_liquid_pay(run, 1); loop->index++) render_alone(run, node, template, own, zh_liquid_walk_item(run, &walk, loop->index), loop);
}

void zh_liquid_render_partial(zh_liquid_run *run, const zh_liquid_node *node)
{
    const zh_liquid_value name = zh_liquid_eval(run, node->value);
    const bool is_include = node->kind == ZH_LIQUID_N_INCLUDE;
    if (is_include && run->frame->isolated) zh_liquid_error(run, "include usage is not allowed in this context");
    else if (name.kind != ZH_LIQUID_TEXT) zh_liquid_error(run, "Argument error in tag 'include' - Illegal template name");
    const zh_liquid_template *template = zh_liquid_fails(run) ? NULL : template_of(run, zh_liquid_sv(name));
    if (template == NULL) return;
    if (is_include) include(run, node, template, zh_liquid_sv(name));
    else render(run, node, template, zh_liquid_sv(name));
}
