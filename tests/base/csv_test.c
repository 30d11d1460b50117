/* Goal: rows come out of bytes as RFC 4180 and the headers of csv.h say; a damaged row costs itself alone.
 * Method: a table of traps, each read whole and byte by byte; random tables written and read back; random
 * bytes cut at random places give the same rows as in one piece. */
#include "base/csv.h"

#include "check.h"

/* What was read, as text: fields in [ ] with | between, # line; damaged rows as !reason. */
static void show(zh_buf *out, zh_err e, const zh_csv_row *row, const zh_note *why)
{
    if (e == ZH_OK) {
        zh_buf_printf(out, "%llu[", (unsigned long long)row->line);
        for (uint32_t i = 0; i < row->count; i++) {
            if (i > 0) zh_buf_put(out, ZH_SV("|"));
            zh_buf_put(out, row->fields[i]);
        }
        zh_buf_put(out, ZH_SV("]"));
    } else {
        zh_buf_printf(out, "%llu!%s<", (unsigned long long)row->line, why->text);
        zh_buf_put(out, row->raw);
        zh_buf_put(out, ZH_SV(">"));
    }
}

/* Read with windows that grow by `step` bytes (0: random by *seed). */
static void read_all(zh_sv text, const zh_csv_desc *desc, size_t step, uint64_t *seed, zh_buf *out)
{
    zh_csv *csv;
    CHECK(zh_csv_open(&csv, desc) == ZH_OK);
    size_t from = 0, to = 0;
    for (;;) {
        size_t used;
        zh_csv_row row;
        zh_note why = { "" };
        const bool last = to == text.size;
        const zh_err e = zh_csv_next(csv, zh_sv_part(text, from, to - from), last, &used, &row, &why);
        from += used;
        CHECK(from <= to);
        if (e == ZH_ABSENT) {
            if (last) break;
            to += step > 0 ? step : 1 + test_random(seed) % 40;
            if (to > text.size) to = text.size;
            continue;
        }
        CHECK(used > 0);
        show(out, e, &row, &why);
    }
    CHECK(from == text.size);
    zh_csv_close(csv);
}

#define OPEN "a quote is opened and not closed"
#define BEHIND "text stands behind a closing quote"
static const struct { const char *name, *text, *want; char separator; } rows[] = {
    { "plain", "a,b\nc,d\n", "1[a|b]2[c|d]", 0 },
    { "no line end at the end", "a,b\nc,d", "1[a|b]2[c|d]", 0 },
    { "cr lf", "a,b\r\nc,d\r\n", "1[a|b]2[c|d]", 0 },
    { "a cr alone is data", "a\rb,c\n", "1[a\rb|c]", 0 },
    { "a cr at the very end is half a line end", "a,b\r", "1[a|b]", 0 },
    { "byte order mark", "\xEF\xBB\xBF" "a,b\n", "1[a|b]", 0 },
    { "byte order mark before a quote", "\xEF\xBB\xBF\"a\",b\n", "1[a|b]", 0 },
    { "a mark in the middle is data", "a\n\xEF\xBB\xBF" "b\n", "1[a]2[\xEF\xBB\xBF" "b]", 0 },
    { "empty fields", ",\n,,\n", "1[|]2[||]", 0 },
    { "quoted empty field is a row", "\"\"\n", "1[]", 0 },
    { "blank lines are no rows but count as lines", "\n\r\na\n\nb\n", "3[a]5[b]", 0 },
    { "only a cr", "\r", "", 0 },
    { "quoted", "\"a,b\",\"c\"\n", "1[a,b|c]", 0 },
    { "doubled quotes", "\"say \"\"hi\"\"\",x,\"\"\"\"\n", "1[say \"hi\"|x|\"]", 0 },
    { "line break in quotes", "\"a\nb\",c\nd\n", "1[a\nb|c]3[d]", 0 },
    { "cr lf in quotes is kept", "\"a\r\nb\"\r\nd\r\n", "1[a\r\nb]3[d]", 0 },
    { "a quote in an unquoted field is data", "5\" pipe,b\"c\"\n", "1[5\" pipe|b\"c\"]", 0 },
    { "a blank before a quote makes it data", "a, \"b\"\n", "1[a| \"b\"]", 0 },
    { "text behind a closing quote costs its line", "\"a\"b,c\nd,e\n", "1!" BEHIND "<\"a\"b,c>2[d|e]", 0 },
    { "an open quote costs its line", "a,\"b\nc,d\ne,f\n", "1!" OPEN "<a,\"b>2[c|d]3[e|f]", 0 },
    { "an open quote closed by the next line's", "a,\"b\nc,\"d\ne,f\n", "1!" BEHIND "<a,\"b>2!" OPEN "<c,\"d>3[e|f]", 0 },
    { "only a quote", "\"", "1!" OPEN "<\">", 0 },
    { "semicolon", "a;b,c\n", "1[a|b,c]", ';' },
    { "tab", "a\tb\n", "1[a|b]", '\t' },
    { "too long a line", "0123456789012345678901234567890123456789\nb\n",
      "1!longer than 32 bytes, or a quote is opened and not closed<01234567890123456789012345678901>2[b]", 0 },
    { "too long a quoted field", "\"0123456789\n0123456789\n0123456789\n0123456789\"\nb\n",
      "1!longer than 32 bytes, or a quote is opened and not closed<\"0123456789>2[0123456789]3[0123456789]"
      "4[0123456789\"]5[b]", 0 },
    { "too many columns", "a,b,c,d,e,f\ng\n", "1!more than 5 columns<a,b,c,d,e,f>2[g]", 0 },
};

static void traps_are_read_as_stated(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t step = 1; step <= 100; step += step == 1 ? 1 : 49) {
            zh_buf out = zh_buf_open(1 << 16);
            const zh_csv_desc desc = { .separator = rows[i].separator, .row_bytes_max = 32, .fields_max = 5 };
            read_all(zh_sv_of(rows[i].text), &desc, step, NULL, &out);
            if (!zh_sv_equal(zh_buf_view(&out), zh_sv_of(rows[i].want)))
                fprintf(stderr, "got %.*s\n", ZH_SV_ARG(zh_buf_view(&out)));
            CHECK_ROW(zh_sv_equal(zh_buf_view(&out), zh_sv_of(rows[i].want)), rows[i].name);
            zh_buf_close(&out);
        }
}

static void check_24_a_formula_is_shown_as_text(void)
{
    static const struct { const char *name, *field, *want; } cells[] = {
        { "empty", "", "" }, { "a word", "tea", "tea" }, { "inside", "a=b", "a=b" }, { "equals", "=1+1", "'=1+1" }, { "plus", "+8613", "'+8613" },
        { "minus", "-2+3", "'-2+3" }, { "at", "@SUM(1)", "'@SUM(1)" }, { "tab", "\t=1", "'\t=1" }, { "return", "\r=1", "\"'\r=1\"" },
        { "line feed", "\n=1", "\"'\n=1\"" }, { "a separator", "=a,b", "\"'=a,b\"" }, { "a quote", "=\"", "\"'=\"\"\"" },
        { "wide equals", "\uFF1D1", "'\uFF1D1" }, { "wide plus", "\uFF0B1", "'\uFF0B1" }, { "wide minus", "\uFF0D1", "'\uFF0D1" }, { "wide at", "\uFF20A", "'\uFF20A" },
        { "half of a wide one", "\xEF\xBC", "\xEF\xBC" },
    };
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        zh_buf out = zh_buf_open(64);
        zh_csv_put_shown(&out, zh_sv_of(cells[i].field), ',', true);
        CHECK_ROW(zh_sv_equal(zh_buf_view(&out), zh_sv_of(cells[i].want)), cells[i].name);
        zh_buf_close(&out);
    }
}

static const char alphabet[] = "ab\",\n\r; \xEF\xBB\xBF";

static void what_is_written_is_read_back(uint64_t *seed)
{
    enum { ROWS = 40, FIELDS = 6, BYTES = 12 };
    static char texts[ROWS][FIELDS][BYTES];
    zh_sv fields[ROWS][FIELDS];
    uint32_t counts[ROWS];
    zh_buf text = zh_buf_open(1 << 20);
    for (int r = 0; r < ROWS; r++) {
        counts[r] = 1 + (uint32_t)(test_random(seed) % FIELDS);
        for (uint32_t f = 0; f < counts[r]; f++) {
            const size_t size = test_random(seed) % BYTES;
            for (size_t i = 0; i < size; i++) texts[r][f][i] = alphabet[test_random(seed) % (sizeof alphabet - 1)];
            fields[r][f] = (zh_sv){ texts[r][f], size };
        }
        zh_csv_put_row(&text, fields[r], counts[r], ',');
    }
    zh_csv *csv;
    CHECK(zh_csv_open(&csv, &(zh_csv_desc){ 0 }) == ZH_OK);
    zh_sv left = zh_buf_view(&text);
    zh_csv_row row;
    size_t used;
    for (int r = 0; r < ROWS; r++) {
        CHECK(zh_csv_next(csv, left, true, &used, &row, NULL) == ZH_OK);
        left = zh_sv_part(left, used, SIZE_MAX);
        CHECK(row.count == counts[r]);
        for (uint32_t f = 0; f < row.count; f++) CHECK(zh_sv_equal(row.fields[f], fields[r][f]));
    }
    CHECK(zh_csv_next(csv, left, true, &used, &row, NULL) == ZH_ABSENT);
    zh_csv_close(csv);
    zh_buf_close(&text);
}

static void windows_do_not_matter(uint64_t *seed)
{
    char text[400];
    const size_t size = test_random(seed) % sizeof text;
    for (size_t i = 0; i < size; i++) text[i] = alphabet[test_random(seed) % (sizeof alphabet - 1)];
    const zh_csv_desc desc = { .row_bytes_max = 1 + test_random(seed) % 100, .fields_max = 8 };
    zh_buf whole = zh_buf_open(1 << 20), pieces = zh_buf_open(1 << 20);
    read_all((zh_sv){ text, size }, &desc, 1000, NULL, &whole);
    read_all((zh_sv){ text, size }, &desc, 0, seed, &pieces);
    CHECK(zh_sv_equal(zh_buf_view(&whole), zh_buf_view(&pieces)));
    zh_buf_close(&whole);
    zh_buf_close(&pieces);
}

static void the_separator_is_the_most_frequent(void)
{
    CHECK(zh_csv_separator(ZH_SV("a,b;c,d\ne;f;g;h;i")) == ',');
    CHECK(zh_csv_separator(ZH_SV("a;b;c")) == ';');
    CHECK(zh_csv_separator(ZH_SV("a\tb,c\td")) == '\t');
    CHECK(zh_csv_separator(ZH_SV("\"a;b;c;d\",e")) == ',');
    CHECK(zh_csv_separator(ZH_SV("alone")) == ',');
    CHECK(zh_csv_separator(ZH_SV("")) == ',');
}

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv);
    traps_are_read_as_stated();
    the_separator_is_the_most_frequent();
    PROVE(check_24_a_formula_is_shown_as_text);
    for (int i = 0; i < 500; i++) what_is_written_is_read_back(&seed);
    for (int i = 0; i < 5000; i++) windows_do_not_matter(&seed);
    return 0;
}
