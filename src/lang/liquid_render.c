#include "lang/liquid_escape.h"
#include "lang/liquid_run.h"

/* ---- output ---- */

/* The output is as long as it may be, or memory is out: the run ends. */
static void check_out(zh_liquid_run *run)
{
    const size_t most = run->desc->out_bytes_max == 0 ? ZH_LIQUID_OUT_BYTES_MAX : run->desc->out_bytes_max;
    const zh_err e = zh_buf_err(run->out) == ZH_OK && run->out->size > most ? ZH_FULL : zh_buf_err(run->out);
    if (e != ZH_OK) zh_liquid_stop(run, e, e == ZH_FULL ? "the output is longer than it may be" : "out of memory");
}

void zh_liquid_put(zh_liquid_run *run, zh_sv bytes)
{
    if (!zh_liquid_pay(run, bytes.size / 32)) return;
    zh_buf_put(run->out, bytes);
    check_out(run);
}

void zh_liquid_put_value(zh_liquid_run *run, zh_liquid_value v)
{
    if (v.kind == ZH_LIQUID_LIST) {
        for (uint32_t i = 0; i < v.n && zh_liquid_pay(run, 1); i++) zh_liquid_put_value(run, v.items[i]);
        return;
    }
    if (v.kind == ZH_LIQUID_NIL || v.kind == ZH_LIQUID_EMPTY || v.kind == ZH_LIQUID_BLANK) return;
    const zh_sv text = zh_liquid_text_of(run, v);
    const zh_liquid_context context = v.raw && run->desc->context != ZH_LIQUID_HEADER ? ZH_LIQUID_NONE : run->desc->context;
    if (run->stopped != ZH_OK) return;
    if (zh_liquid_escape(text, context, run->out)) check_out(run);
    else zh_liquid_stop(run, ZH_FORMAT, "a value with a line end or NUL cannot stand in a header");
}

void zh_liquid_put_error(zh_liquid_run *run, uint32_t at)
{
    if (!run->erred) return;
    if (run->report->errors++ == 0) zh_cel_fault_set(&run->report->first, run->template->source, at, "%s", run->error);
    const bool silent = run->silent;
    run->erred = run->silent = false;
    if (silent || run->stopped != ZH_OK) return;
    zh_liquid_put(run, ZH_SV("Liquid error: "));
    zh_liquid_put_value(run, zh_liquid_text(zh_sv_of(run->error)));
}

/* ---- what is caught instead of printed ---- */

/* The block's output as a text in the arena. */
static zh_sv caught(zh_liquid_run *run, const zh_liquid_block *block)
{
    zh_buf *const outer = run->out;
    zh_buf inner = zh_buf_open(run->desc->out_bytes_max == 0 ? ZH_LIQUID_OUT_BYTES_MAX : run->desc->out_bytes_max);
    run->out = &inner;
    zh_liquid_render_block(run, block);
    run->out = outer;
    const zh_sv text = zh_liquid_pay(run, inner.size / 32) ? zh_arena_copy(run->arena, zh_buf_view(&inner)) : (zh_sv){ 0 };
    if (text.data == NULL) zh_liquid_stop(run, ZH_NOMEM, "the template needs more memory than it may take");
    zh_buf_close(&inner);
    return text;
}

static void set(zh_liquid_run *run, zh_sv name, zh_liquid_value v)
{
    zh_liquid_value *at = zh_liquid_fails(run) ? NULL : zh_liquid_name_at(run, &run->frame->assigned, name);
    if (at != NULL) *at = v;
}

static void capture(zh_liquid_run *run, const zh_liquid_node *node)
{
    zh_liquid_value v = zh_liquid_text(caught(run, &node->block));
    v.raw = run->desc->context != ZH_LIQUID_NONE; /* what is in it was escaped when it was caught */
    set(run, node->text, v);
}

static void if_changed(zh_liquid_run *run, const zh_liquid_node *node)
{
    const zh_sv text = caught(run, &node->block);
    if (run->stopped != ZH_OK || zh_sv_equal(text, run->frame->changed)) return;
    run->frame->changed = text;
    zh_liquid_put(run, text);
}

/* ---- counters ---- */

/* A counter begins at a variable of this name where that is whole, else at 0. */
static zh_liquid_value *counter(zh_liquid_run *run, zh_sv name)
{
    const zh_liquid_value *data = run->frame->data == NULL ? NULL : zh_liquid_get(run->frame->data, name);
    zh_liquid_value *at = zh_liquid_name_at(run, &run->frame->counters, name);
    if (at != NULL && at->kind != ZH_LIQUID_INT) *at = data != NULL && data->kind == ZH_LIQUID_INT ? *data : zh_liquid_int(0);
    return at;
}

static void count(zh_liquid_run *run, const zh_liquid_node *node)
{
    zh_liquid_value *at = counter(run, node->text);
    if (at == NULL) return;
    if (node->kind == ZH_LIQUID_N_DECREMENT && at->i > INT64_MIN) at->i--;
    zh_liquid_put_value(run, *at);
    if (node->kind == ZH_LIQUID_N_INCREMENT && at->i < INT64_MAX) at->i++;
}

/* ---- branches ---- */

static void render_if(zh_liquid_run *run, const zh_liquid_node *node)
{
    for (const zh_liquid_branch *b = node->branches; b != NULL; b = b->next) {
        const bool holds = b->condition == NULL || zh_liquid_eval_condition(run, b->condition) != b->turned;
        if (zh_liquid_fails(run)) return;
        if (!holds) continue;
        zh_liquid_render_block(run, &b->block);
        return;
    }
}

/* Every value that matches renders its block, as in the reference; else where none did so far. */
static void render_case(zh_liquid_run *run, const zh_liquid_node *node)
{
    bool matched = false;
    const zh_liquid_value v = zh_liquid_eval(run, node->value);
    for (const zh_liquid_branch *b = node->branches; b != NULL && !zh_liquid_fails(run) && run->interrupt == ZH_LIQUID_GOES_ON; b = b->next) {
        if (b->values == NULL && !matched) zh_liquid_render_block(run, &b->block);
        for (const zh_liquid_argument *a = b->values; a != NULL && !zh_liquid_fails(run) && run->interrupt == ZH_LIQUID_GOES_ON; a = a->next) {
            if (!zh_liquid_pay_for(run, v) || !zh_liquid_equal(v, zh_liquid_eval(run, a->value)) || zh_liquid_fails(run)) continue;
            matched = true;
            zh_liquid_render_block(run, &b->block);
        }
    }
}

static void abort_run(zh_liquid_run *run, const zh_liquid_node *node)
{
    const zh_sv reason = node->value == NULL ? ZH_SV("") : zh_sv_part(zh_liquid_text_of(run, zh_liquid_eval(run, node->value)), 0, sizeof run->report->stopped.text - 1);
    if (zh_liquid_fails(run)) return;
    run->report->stopped.offset = node->at;
    if (reason.size == 0) zh_liquid_stop(run, ZH_STOPPED, "the template ended itself");
    else zh_liquid_stop(run, ZH_STOPPED, "%.*s", ZH_SV_ARG(reason));
}

/* ---- nodes ---- */

static void render_node(zh_liquid_run *run, const zh_liquid_node *node)
{
    switch ((zh_liquid_node_kind)node->kind) {
    case ZH_LIQUID_N_TEXT: zh_liquid_put(run, node->text); return;
    case ZH_LIQUID_N_OUTPUT: zh_liquid_put_value(run, zh_liquid_eval_piped(run, node->piped)); return;
    case ZH_LIQUID_N_ASSIGN: set(run, node->text, zh_liquid_eval_piped(run, node->piped)); return;
    case ZH_LIQUID_N_CAPTURE: capture(run, node); return;
    case ZH_LIQUID_N_INCREMENT:
    case ZH_LIQUID_N_DECREMENT: count(run, node); return;
    case ZH_LIQUID_N_IF: render_if(run, node); return;
    case ZH_LIQUID_N_CASE: render_case(run, node); return;
    case ZH_LIQUID_N_FOR: zh_liquid_render_loop(run, node); return;
    case ZH_LIQUID_N_TABLEROW: zh_liquid_render_rows(run, node); return;
    case ZH_LIQUID_N_BREAK: run->interrupt = ZH_LIQUID_BREAKS; return;
    case ZH_LIQUID_N_CONTINUE: run->interrupt = ZH_LIQUID_CONTINUES; return;
    case ZH_LIQUID_N_CYCLE: zh_liquid_render_cycle(run, node); return;
    case ZH_LIQUID_N_IFCHANGED: if_changed(run, node); return;
    case ZH_LIQUID_N_RENDER:
    case ZH_LIQUID_N_INCLUDE: zh_liquid_render_partial(run, node); return;
    case ZH_LIQUID_N_ABORT: abort_run(run, node); return;
    }
}

void zh_liquid_render_block(zh_liquid_run *run, const zh_liquid_block *block)
{
    if (run->depth >= ZH_LIQUID_RUN_DEPTH_MAX) {
        zh_liquid_stop(run, ZH_FULL, "templates and blocks are nested deeper than %d levels", ZH_LIQUID_RUN_DEPTH_MAX);
        return;
    }
    run->depth++;
    for (const zh_liquid_node *node = block->first; node != NULL && run->interrupt == ZH_LIQUID_GOES_ON; node = node->next) {
        run->report->stopped.offset = node->at; /* where it is, should a limit end it here */
        if (!zh_liquid_pay(run, 1)) break;
        render_node(run, node);
        zh_liquid_put_error(run, node->at);
        if (run->stopped != ZH_OK) break;
    }
    run->depth--;
}

zh_err zh_liquid_render(const zh_liquid_template *template, const zh_liquid_render_desc *desc, zh_buf *out, zh_liquid_report *report)
{
    zh_liquid_report unread;
    zh_liquid_frame frame = { .data = desc->data };
    const uint64_t steps = desc->steps_max == 0 ? ZH_LIQUID_STEPS_MAX : desc->steps_max;
    zh_liquid_run run = { .desc = desc, .report = report == NULL ? &unread : report, .arena = desc->arena, .out = out, .frame = &frame, .template = template, .steps = steps };
    run.scratch = zh_buf_open(desc->out_bytes_max == 0 ? ZH_LIQUID_OUT_BYTES_MAX : desc->out_bytes_max);
    *run.report = (zh_liquid_report){ 0 };
    zh_liquid_render_block(&run, &template->block);
    zh_buf_close(&run.scratch);
    run.report->steps = steps - run.steps;
    return run.stopped;
}
