#include "collect/google_xml.h"

#include <expat.h>
#include <limits.h>
#include <stdlib.h>

#define NAME_END ' ' /* between a namespace and a name, as expat hands them over: neither holds it */
#define PIECE_BYTES ((size_t)64 << 10) /* handed to expat at once, so that an unfinished token is noticed soon */

struct zh_google_xml {
    zh_google_xml_desc desc;
    XML_Parser parser;
    uint64_t bytes, items, line;
    int depth;           /* of the element we are in; the root is 1 */
    int item_depth;      /* of the product; 0: outside */
    zh_google_field in;  /* the field whose text comes now; ZH_GOOGLE_FIELDS: none */
    bool own;            /* that field is written with a namespace, g: */
    bool owned[ZH_GOOGLE_FIELDS]; /* a field that was */
    bool closed[ZH_GOOGLE_FIELDS]; /* a field that came, whole */
    bool too_long;
    zh_buf text[ZH_GOOGLE_FIELDS];
    zh_err e;            /* why it was stopped */
    const char *refused; /* in words, where the feed is to blame */
};

static void stop(zh_google_xml *x, zh_err e, const char *refused)
{
    if (x->e != ZH_OK) return;
    x->e = e;
    x->refused = refused;
    (void)XML_StopParser(x->parser, XML_FALSE);
}

/* The name without its namespace; *spaced: it had one of those that are not RSS's or Atom's own. */
static zh_sv local_name(const char *name, bool *spaced)
{
    const char *end = strchr(name, NAME_END);
    *spaced = end != NULL && strncmp(name, "http://www.w3.org/2005/Atom ", 28) != 0;
    return zh_sv_of(end == NULL ? name : end + 1);
}

static void put_text(zh_google_xml *x, zh_sv text)
{
    zh_buf *to = &x->text[x->in];
    zh_buf_put(to, text);
    if (zh_buf_err(to) == ZH_FULL) x->too_long = true;
    else if (zh_buf_err(to) != ZH_OK) stop(x, ZH_NOMEM, NULL);
}

static void begin_field(zh_google_xml *x, const char *name, const char **attributes)
{
    bool spaced;
    const zh_google_field field = zh_google_field_of(local_name(name, &spaced));
    if (field == ZH_GOOGLE_FIELDS) return;
    if (x->closed[field] && (x->owned[field] || !spaced)) return; /* a repeated one, or the plain one behind g: */
    zh_buf_reset(&x->text[field]);
    x->in = field;
    x->own = spaced;
    for (; field == ZH_GOOGLE_LINK && attributes[0] != NULL; attributes += 2)
        if (strcmp(attributes[0], "href") == 0) put_text(x, zh_sv_of(attributes[1]));
}

static void begin_element(void *context, const XML_Char *name, const XML_Char **attributes)
{
    zh_google_xml *x = context;
    bool spaced;
    if (++x->depth > ZH_GOOGLE_XML_DEPTH_MAX) {
        stop(x, ZH_FORMAT, "elements are nested too deep for a feed");
        return;
    }
    if (x->item_depth > 0) {
        if (x->depth == x->item_depth + 1) begin_field(x, name, attributes);
        return;
    }
    const zh_sv local = local_name(name, &spaced);
    if (!zh_sv_equal(local, ZH_SV("item")) && !zh_sv_equal(local, ZH_SV("entry"))) return;
    x->item_depth = x->depth;
    x->line = XML_GetCurrentLineNumber(x->parser);
    x->too_long = false;
    for (int f = 0; f < ZH_GOOGLE_FIELDS; f++) {
        zh_buf_reset(&x->text[f]);
        x->owned[f] = x->closed[f] = false;
    }
}

static void end_item(zh_google_xml *x)
{
    zh_google_item item;
    for (int f = 0; f < ZH_GOOGLE_FIELDS; f++) item.field[f] = zh_buf_view(&x->text[f]);
    x->items++;
    const zh_err e = x->desc.item(x->desc.context, &item, x->line, x->too_long ? ZH_RANGE : ZH_OK);
    if (e != ZH_OK) stop(x, e, NULL);
}

static void end_element(void *context, const XML_Char *name)
{
    (void)name;
    zh_google_xml *x = context;
    if (x->item_depth > 0 && x->depth == x->item_depth + 1 && x->in != ZH_GOOGLE_FIELDS) {
        x->closed[x->in] = true;
        x->owned[x->in] = x->own;
        x->in = ZH_GOOGLE_FIELDS;
    }
    if (x->depth == x->item_depth) {
        end_item(x);
        x->item_depth = 0;
    }
    x->depth--;
}

static void take_text(void *context, const XML_Char *text, int size)
{
    zh_google_xml *x = context;
    if (x->in != ZH_GOOGLE_FIELDS && x->depth == x->item_depth + 1) put_text(x, (zh_sv){ text, (size_t)size });
}

static void refuse_doctype(void *context, const XML_Char *name, const XML_Char *system, const XML_Char *public, int internal)
{
    (void)name, (void)system, (void)public, (void)internal;
    stop(context, ZH_FORMAT, "it has a DOCTYPE, which a feed has no need of and which may hide entities without end: take it out");
}

zh_err zh_google_xml_open(zh_google_xml **out, const zh_google_xml_desc *desc)
{
    *out = NULL;
    zh_google_xml *x = calloc(1, sizeof *x);
    if (x == NULL) return ZH_NOMEM;
    x->desc = *desc;
    x->in = ZH_GOOGLE_FIELDS;
    x->parser = XML_ParserCreateNS("UTF-8", NAME_END);
    for (int f = 0; f < ZH_GOOGLE_FIELDS; f++) x->text[f] = zh_buf_open(ZH_GOOGLE_XML_FIELD_BYTES_MAX);
    if (x->parser == NULL) {
        zh_google_xml_close(x);
        return ZH_NOMEM;
    }
    XML_SetUserData(x->parser, x);
    XML_SetElementHandler(x->parser, begin_element, end_element);
    XML_SetCharacterDataHandler(x->parser, take_text);
    XML_SetStartDoctypeDeclHandler(x->parser, refuse_doctype);
    *out = x;
    return ZH_OK;
}

void zh_google_xml_close(zh_google_xml *x)
{
    if (x == NULL) return;
    if (x->parser != NULL) XML_ParserFree(x->parser);
    for (int f = 0; f < ZH_GOOGLE_FIELDS; f++) zh_buf_close(&x->text[f]);
    free(x);
}

static zh_err explain(zh_google_xml *x, zh_note *why)
{
    const enum XML_Error fault = XML_GetErrorCode(x->parser);
    if (x->e == ZH_OK) x->e = fault == XML_ERROR_NO_MEMORY ? ZH_NOMEM : ZH_FORMAT;
    if (x->e == ZH_FORMAT)
        zh_note_set(why, "line %llu: not a feed as XML: %.150s",
                    (unsigned long long)XML_GetCurrentLineNumber(x->parser), x->refused != NULL ? x->refused : XML_ErrorString(fault));
    return x->e;
}

zh_err zh_google_xml_put(zh_google_xml *x, zh_sv bytes, bool last, zh_note *why)
{
    if (x->e != ZH_OK) return x->e;
    do {
        const zh_sv piece = zh_sv_part(bytes, 0, PIECE_BYTES);
        bytes = zh_sv_part(bytes, piece.size, SIZE_MAX);
        x->bytes += piece.size;
        if (XML_Parse(x->parser, piece.data, (int)piece.size, last && bytes.size == 0) != XML_STATUS_OK) return explain(x, why);
        const XML_Index done = XML_GetCurrentByteIndex(x->parser); /* the end of the last whole token; -1 before the first */
        if (x->bytes - (done < 0 ? 0 : (uint64_t)done) > ZH_GOOGLE_XML_TOKEN_BYTES_MAX) {
            x->e = ZH_FORMAT;
            x->refused = "a tag or comment is longer than 1 MB";
            return explain(x, why);
        }
    } while (bytes.size > 0);
    return ZH_OK;
}

uint64_t zh_google_xml_items(const zh_google_xml *x)
{
    return x->items;
}
