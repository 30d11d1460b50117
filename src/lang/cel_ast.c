#include "lang/cel_ast.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

#define SHOWN 120 /* bytes of a line that are shown before and behind the place */

static const struct { const char *name, *sign; int level; } ops[] = {
    [ZH_CEL_OP_NONE] = { "", "", 8 },
    [ZH_CEL_OP_OR] = { "_||_", "||", 2 },  [ZH_CEL_OP_AND] = { "_&&_", "&&", 3 },
    [ZH_CEL_OP_NOT] = { "!_", "!", 7 },    [ZH_CEL_OP_NEGATE] = { "-_", "-", 7 },
    [ZH_CEL_OP_COND] = { "_?_:_", "?", 1 },
    [ZH_CEL_OP_ADD] = { "_+_", "+", 5 },   [ZH_CEL_OP_SUB] = { "_-_", "-", 5 },
    [ZH_CEL_OP_MUL] = { "_*_", "*", 6 },   [ZH_CEL_OP_DIV] = { "_/_", "/", 6 }, [ZH_CEL_OP_MOD] = { "_%_", "%", 6 },
    [ZH_CEL_OP_EQ] = { "_==_", "==", 4 },  [ZH_CEL_OP_NE] = { "_!=_", "!=", 4 },
    [ZH_CEL_OP_LT] = { "_<_", "<", 4 },    [ZH_CEL_OP_LE] = { "_<=_", "<=", 4 },
    [ZH_CEL_OP_GT] = { "_>_", ">", 4 },    [ZH_CEL_OP_GE] = { "_>=_", ">=", 4 },
    [ZH_CEL_OP_IN] = { "@in", "in", 4 },
    [ZH_CEL_OP_INDEX] = { "_[_]", "", 8 }, [ZH_CEL_OP_OPT_INDEX] = { "_[?_]", "", 8 },
};

const char *zh_cel_op_name(zh_cel_op op)
{
    return (size_t)op < sizeof ops / sizeof *ops ? ops[op].name : "";
}

const char *zh_cel_op_sign(zh_cel_op op)
{
    return (size_t)op < sizeof ops / sizeof *ops ? ops[op].sign : "";
}

int zh_cel_op_level(zh_cel_op op)
{
    return (size_t)op < sizeof ops / sizeof *ops ? ops[op].level : 8;
}

void zh_cel_fault_set(zh_cel_fault *fault, zh_sv source, uint32_t offset, const char *format, ...)
{
    if (fault == NULL) return;
    va_list args;
    va_start(args, format);
    if (vsnprintf(fault->text, sizeof fault->text, format, args) < 0) fault->text[0] = '\0';
    va_end(args);
    const zh_sv text = { fault->text, strlen(fault->text) };
    fault->text[zh_utf8_valid(text)] = '\0'; /* not half a character where it was cut */
    fault->offset = offset;
    fault->line = fault->column = 1;
    for (size_t i = 0; i < source.size && i < offset; i++) {
        if (source.data[i] == '\n') {
            fault->line++;
            fault->column = 1;
        } else if (((unsigned char)source.data[i] & 0xC0) != 0x80) {
            fault->column++;
        }
    }
}

static bool is_continuation(char c) { return ((unsigned char)c & 0xC0) == 0x80; }

void zh_cel_fault_show(const zh_cel_fault *fault, zh_sv source, zh_buf *out)
{
    size_t at = fault->offset < source.size ? fault->offset : source.size;
    size_t from = at, to = at;
    while (from > 0 && source.data[from - 1] != '\n' && (at - from < SHOWN || is_continuation(source.data[from]))) from--;
    while (to < source.size && source.data[to] != '\n' && (to - at < SHOWN || is_continuation(source.data[to]))) to++;
    zh_buf_put(out, ZH_SV("\n | "));
    for (size_t i = from; i < to; i++) zh_buf_put_u8(out, source.data[i] == '\t' || source.data[i] == '\r' ? ' ' : (uint8_t)source.data[i]);
    zh_buf_put(out, ZH_SV("\n | "));
    for (size_t i = from; i < at; i++) /* a wide character takes two cells on a terminal */
        if (!is_continuation(source.data[i])) zh_buf_put(out, (unsigned char)source.data[i] >= 0xE3 ? ZH_SV("..") : ZH_SV("."));
    zh_buf_put(out, ZH_SV("^"));
}
