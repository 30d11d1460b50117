#include "lang/liquid_parse.h"
#include "lang/liquid_letters.h"
#include "lang/liquid_tags.h"

/* One template, or one {% liquid %} within it. */
typedef struct reader {
    zh_liquid_parse *parse;
    zh_liquid_pieces pieces;
} reader;

/* The tag that ended a block: of another name than the block knows. END where the text ended. */
static zh_liquid_piece parse_block(reader *r, zh_liquid_block *block);

static const char *place(const reader *r, const zh_liquid_piece *piece) { return r->parse->source.data + piece->at; }
static bool is_tag(const zh_liquid_piece *piece, const char *name) { return piece->kind == ZH_LIQUID_P_TAG && zh_sv_equal(piece->name, zh_sv_of(name)); }

static void add_node(zh_liquid_block *block, zh_liquid_node *node)
{
    if (block->last == NULL) block->first = node;
    else block->last->next = node;
    block->last = node;
    block->blank = block->blank && node->blank;
}

static zh_liquid_node *new_node(reader *r, const zh_liquid_piece *piece, zh_liquid_node_kind kind)
{
    zh_liquid_node *node = zh_liquid_new(r->parse, place(r, piece), sizeof *node);
    if (node != NULL) *node = (zh_liquid_node){ .kind = (uint8_t)kind, .at = piece->at };
    return node;
}

/* A block whose branches print nothing but blanks prints nothing at all. */
static void drop_blanks(zh_liquid_block *block)
{
    zh_liquid_node **at = &block->first;
    while (*at != NULL) {
        if ((*at)->kind == ZH_LIQUID_N_TEXT) *at = (*at)->next;
        else at = &(*at)->next;
    }
}

/* ---- tags that hide what they hold ---- */

/* Up to the endcomment of this comment; comments and raw texts in it are whole. */
static void skip_comment(reader *r, const zh_liquid_piece *begin)
{
    zh_sv inside;
    r->pieces.comment = true;
    for (size_t open = 1; open > 0 && r->parse->failed == ZH_OK;) {
        const zh_liquid_piece piece = zh_liquid_piece_next(&r->pieces);
        if (piece.kind == ZH_LIQUID_P_BAD) r->parse->failed = ZH_FORMAT;
        else if (piece.kind == ZH_LIQUID_P_END) zh_liquid_fault(r->parse, place(r, begin), "this comment is never closed: write {%% endcomment %%}");
        else if (is_tag(&piece, "comment")) open++;
        else if (is_tag(&piece, "endcomment")) open--;
        else if (is_tag(&piece, "raw") && !zh_liquid_piece_raw(&r->pieces, ZH_SV("endraw"), &inside)) zh_liquid_fault(r->parse, place(r, &piece), "this raw is never closed: write {%% endraw %%}");
    }
    r->pieces.comment = false;
}

/* {% # a line, # and each further one %} */
static void skip_remark(reader *r, const zh_liquid_piece *piece)
{
    bool fresh = false;
    for (size_t i = 0; i < piece->inside.size; i++) {
        const char c = piece->inside.data[i];
        if (c == '\n') fresh = true;
        else if (fresh && c == '#') fresh = false;
        else if (fresh && !zh_liquid_is_blank_byte(c)) {
            zh_liquid_fault(r->parse, piece->inside.data + i, "each line of this remark begins with #");
            return;
        }
    }
}

static void parse_raw(reader *r, const zh_liquid_piece *piece, zh_liquid_block *block)
{
    zh_sv inside = { 0 };
    if (zh_sv_trim(piece->inside).size > 0) zh_liquid_fault(r->parse, piece->inside.data, "raw stands alone");
    if (r->parse->failed == ZH_OK && !zh_liquid_piece_raw(&r->pieces, ZH_SV("endraw"), &inside)) zh_liquid_fault(r->parse, place(r, piece), "this raw is never closed: write {%% endraw %%}");
    zh_liquid_node *node = inside.size == 0 ? NULL : new_node(r, piece, ZH_LIQUID_N_OUTPUT); /* no text: blanks in it stay */
    if (node == NULL) return;
    zh_liquid_expr *value = zh_liquid_new(r->parse, place(r, piece), sizeof *value);
    node->piped = zh_liquid_new(r->parse, place(r, piece), sizeof *node->piped);
    if (value == NULL || node->piped == NULL) return;
    *value = (zh_liquid_expr){ .kind = ZH_LIQUID_LITERAL, .value = zh_liquid_text(inside) };
    value->value.raw = true;
    node->piped->value = value;
    add_node(block, node);
}

static void skip_doc(reader *r, const zh_liquid_piece *piece)
{
    zh_sv inside = { 0 };
    if (zh_sv_trim(piece->inside).size > 0) zh_liquid_fault(r->parse, piece->inside.data, "doc stands alone");
    if (r->parse->failed == ZH_OK && !zh_liquid_piece_raw(&r->pieces, ZH_SV("enddoc"), &inside)) zh_liquid_fault(r->parse, place(r, piece), "this doc is never closed: write {%% enddoc %%}");
    zh_liquid_pieces within = { .source = r->parse->source, .part = inside };
    zh_sv before;
    if (r->parse->failed == ZH_OK && zh_liquid_piece_raw(&within, ZH_SV("doc"), &before)) zh_liquid_fault(r->parse, inside.data + before.size, "a doc holds no other doc");
}

/* ---- blocks ---- */

/* Another tag than the one that ends `begin` came: which? */
static void wrong_end(reader *r, const zh_liquid_piece *begin, const zh_liquid_piece *got)
{
    if (r->parse->failed != ZH_OK) return;
    if (got->kind == ZH_LIQUID_P_END) zh_liquid_fault(r->parse, place(r, begin), "this %.*s is never closed: write {%% end%.*s %%}", ZH_SV_ARG(begin->name), ZH_SV_ARG(begin->name));
    else if (zh_sv_starts(got->name, ZH_SV("end"))) zh_liquid_fault(r->parse, place(r, got), "%.*s does not close the %.*s before it: write end%.*s", ZH_SV_ARG(zh_liquid_shown(got->name)), ZH_SV_ARG(begin->name), ZH_SV_ARG(begin->name));
    else zh_liquid_fault(r->parse, place(r, got), "there is no tag '%.*s' in %.*s", ZH_SV_ARG(zh_liquid_shown(got->name)), ZH_SV_ARG(begin->name));
}

/* Is it {% end<name> %} of `begin`? A fault where it is not. */
static void expect_end(reader *r, const zh_liquid_piece *begin, const zh_liquid_piece *got)
{
    const bool closes = got->kind == ZH_LIQUID_P_TAG && zh_sv_starts(got->name, ZH_SV("end")) && zh_sv_equal(zh_sv_part(got->name, 3, SIZE_MAX), begin->name);
    if (!closes) wrong_end(r, begin, got);
}

static zh_liquid_branch *new_branch(reader *r, const zh_liquid_piece *piece, zh_liquid_branch ***end)
{
    zh_liquid_branch *branch = zh_liquid_new(r->parse, place(r, piece), sizeof *branch);
    if (branch == NULL) return NULL;
    **end = branch;
    *end = &branch->next;
    return branch;
}

static void parse_if(reader *r, const zh_liquid_piece *begin, zh_liquid_node *node)
{
    zh_liquid_branch **end = &node->branches;
    zh_liquid_piece piece = *begin;
    bool blank = true;
    do {
        zh_liquid_branch *branch = new_branch(r, &piece, &end);
        if (branch == NULL) return;
        branch->turned = branch == node->branches && zh_sv_equal(begin->name, ZH_SV("unless"));
        if (!is_tag(&piece, "else")) {
            zh_liquid_words words = zh_liquid_words_of(r->parse, piece.inside);
            branch->condition = zh_liquid_condition_parse(&words);
        }
        piece = parse_block(r, &branch->block);
        blank = blank && branch->block.blank;
    } while (is_tag(&piece, "elsif") || is_tag(&piece, "else"));
    expect_end(r, begin, &piece);
    node->blank = blank;
    for (zh_liquid_branch *b = node->branches; blank && b != NULL; b = b->next) drop_blanks(&b->block);
}

static void parse_case(reader *r, const zh_liquid_piece *begin, zh_liquid_node *node)
{
    zh_liquid_branch **end = &node->branches;
    zh_liquid_words words = zh_liquid_words_of(r->parse, begin->inside);
    zh_liquid_block before = { 0 }; /* what stands before the first when is not printed */
    bool blank = true;
    node->value = zh_liquid_expr_parse(&words);
    zh_liquid_words_end(&words);
    zh_liquid_piece piece = parse_block(r, &before);
    while (is_tag(&piece, "when") || is_tag(&piece, "else")) {
        zh_liquid_branch *branch = new_branch(r, &piece, &end);
        if (branch == NULL) return;
        if (is_tag(&piece, "when")) branch->values = zh_liquid_tag_when(r->parse, piece.inside);
        piece = parse_block(r, &branch->block);
        blank = blank && branch->block.blank;
    }
    expect_end(r, begin, &piece);
    node->blank = blank;
    for (zh_liquid_branch *b = node->branches; blank && b != NULL; b = b->next) drop_blanks(&b->block);
}

static void parse_for(reader *r, const zh_liquid_piece *begin, zh_liquid_node *node)
{
    zh_liquid_tag_loop(r->parse, begin->inside, node);
    zh_liquid_piece piece = parse_block(r, &node->block);
    node->blank = node->block.blank;
    while (is_tag(&piece, "else")) { /* of several the last counts */
        node->other = (zh_liquid_block){ 0 };
        piece = parse_block(r, &node->other);
        node->blank = node->blank && node->other.blank;
    }
    expect_end(r, begin, &piece);
    if (!node->blank) return;
    drop_blanks(&node->block);
    drop_blanks(&node->other);
}

static void parse_plain(reader *r, const zh_liquid_piece *begin, zh_liquid_node *node)
{
    if (node->kind == ZH_LIQUID_N_CAPTURE) zh_liquid_tag_capture(r->parse, begin->inside, node);
    if (node->kind == ZH_LIQUID_N_TABLEROW) zh_liquid_tag_loop(r->parse, begin->inside, node);
    const zh_liquid_piece piece = parse_block(r, &node->block);
    expect_end(r, begin, &piece);
    node->blank = node->kind == ZH_LIQUID_N_CAPTURE || node->block.blank;
}

static bool parse_block_tag(reader *r, const zh_liquid_piece *piece, zh_liquid_block *block)
{
    static const struct { const char *name; zh_liquid_node_kind kind; void (*read)(reader *, const zh_liquid_piece *, zh_liquid_node *); } tags[] = {
        { "if", ZH_LIQUID_N_IF, parse_if }, { "unless", ZH_LIQUID_N_IF, parse_if }, { "case", ZH_LIQUID_N_CASE, parse_case }, { "for", ZH_LIQUID_N_FOR, parse_for },
        { "tablerow", ZH_LIQUID_N_TABLEROW, parse_plain }, { "capture", ZH_LIQUID_N_CAPTURE, parse_plain }, { "ifchanged", ZH_LIQUID_N_IFCHANGED, parse_plain },
    };
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        if (!is_tag(piece, tags[i].name)) continue;
        zh_liquid_node *node = new_node(r, piece, tags[i].kind);
        if (node == NULL) return true;
        if (++r->parse->depth > ZH_LIQUID_DEPTH_MAX) {
            zh_liquid_fault(r->parse, place(r, piece), "blocks are nested deeper than %d levels", ZH_LIQUID_DEPTH_MAX);
            r->parse->failed = ZH_FULL;
        } else {
            tags[i].read(r, piece, node);
        }
        r->parse->depth--;
        add_node(block, node);
        return true;
    }
    return false;
}

/* {% liquid %}: its lines are tags of this block; what they open they close. */
static void parse_lines(reader *r, const zh_liquid_piece *piece, zh_liquid_block *block)
{
    reader lines = { .parse = r->parse, .pieces = { .source = r->parse->source, .part = piece->inside, .lines = true, .fault = r->parse->fault } };
    if (++r->parse->depth > ZH_LIQUID_DEPTH_MAX) {
        zh_liquid_fault(r->parse, place(r, piece), "liquid is nested deeper than %d levels", ZH_LIQUID_DEPTH_MAX);
        return;
    }
    const bool blank = block->blank;
    const zh_liquid_piece end = parse_block(&lines, block);
    block->blank = block->blank && blank;
    if (end.kind == ZH_LIQUID_P_TAG) zh_liquid_fault(r->parse, place(r, &end), "there is no tag '%.*s' here: a liquid tag opens and closes its own blocks", ZH_SV_ARG(zh_liquid_shown(end.name)));
    r->parse->depth--;
}

/* False: the tag belongs to who asked for the block. */
static bool parse_tag(reader *r, const zh_liquid_piece *piece, zh_liquid_block *block)
{
    if (is_tag(piece, "comment")) return skip_comment(r, piece), true;
    if (is_tag(piece, "#")) return skip_remark(r, piece), true;
    if (is_tag(piece, "doc")) return skip_doc(r, piece), true;
    if (is_tag(piece, "raw")) return parse_raw(r, piece, block), true;
    if (is_tag(piece, "liquid")) return parse_lines(r, piece, block), true;
    if (parse_block_tag(r, piece, block)) return true;
    zh_liquid_node simple = { .at = piece->at };
    if (!zh_liquid_tag_simple(r->parse, piece->name, piece->inside, &simple)) return false;
    zh_liquid_node *node = new_node(r, piece, ZH_LIQUID_N_TEXT);
    if (node == NULL) return true;
    *node = simple;
    add_node(block, node);
    return true;
}

static void parse_text(reader *r, const zh_liquid_piece *piece, zh_liquid_block *block)
{
    if (piece->inside.size == 0) return;
    zh_liquid_node *node = new_node(r, piece, ZH_LIQUID_N_TEXT);
    if (node == NULL) return;
    node->text = piece->inside;
    node->blank = zh_sv_trim(piece->inside).size == 0;
    add_node(block, node);
}

static void parse_output(reader *r, const zh_liquid_piece *piece, zh_liquid_block *block)
{
    zh_liquid_node *node = new_node(r, piece, ZH_LIQUID_N_OUTPUT);
    if (node == NULL) return;
    zh_liquid_words words = zh_liquid_words_of(r->parse, piece->inside);
    node->piped = zh_liquid_piped_parse(&words);
    add_node(block, node);
}

static zh_liquid_piece parse_block(reader *r, zh_liquid_block *block)
{
    zh_liquid_piece piece = { .kind = ZH_LIQUID_P_END };
    block->blank = true;
    while (r->parse->failed == ZH_OK) {
        piece = zh_liquid_piece_next(&r->pieces);
        if (piece.kind == ZH_LIQUID_P_BAD) r->parse->failed = ZH_FORMAT;
        else if (piece.kind == ZH_LIQUID_P_TEXT) parse_text(r, &piece, block);
        else if (piece.kind == ZH_LIQUID_P_OUTPUT) parse_output(r, &piece, block);
        else if (piece.kind == ZH_LIQUID_P_END || !parse_tag(r, &piece, block)) break;
    }
    return piece;
}

zh_err zh_liquid_parse_template(zh_arena *arena, zh_sv source, zh_liquid_template **out, zh_cel_fault *why)
{
    *out = NULL;
    if (source.size > ZH_LIQUID_TEMPLATE_BYTES_MAX) {
        zh_cel_fault_set(why, source, 0, "a template has at most %zu bytes, this one has %zu", ZH_LIQUID_TEMPLATE_BYTES_MAX, source.size);
        return ZH_FULL;
    }
    zh_liquid_template *template = ZH_TAKE(arena, zh_liquid_template, 1);
    zh_liquid_parse parse = { .arena = arena, .source = zh_arena_copy(arena, source), .fault = why };
    if (template == NULL || parse.source.data == NULL) return zh_liquid_starved(&parse), ZH_NOMEM;
    reader r = { .parse = &parse, .pieces = { .source = parse.source, .part = parse.source, .fault = why } };
    template->source = parse.source;
    const zh_liquid_piece end = parse_block(&r, &template->block);
    if (parse.failed == ZH_OK && end.kind == ZH_LIQUID_P_TAG) zh_liquid_fault(&parse, place(&r, &end), "there is no tag '%.*s' here", ZH_SV_ARG(zh_liquid_shown(end.name)));
    if (parse.failed == ZH_OK) *out = template;
    return parse.failed;
}
