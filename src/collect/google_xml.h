/* google_xml.h -- the products of an RSS or Atom feed with g:, one after the other, out of bytes.
 *
 *     zh_google_xml_open(&xml, &(zh_google_xml_desc){ .item = take, .context = me });
 *     while (there is more) e = zh_google_xml_put(xml, bytes, last, &why);
 *
 * Every `item` (RSS) or `entry` (Atom), wherever it stands, is a product; its direct children are
 * its attributes, of whatever namespace: g:title before title, the first of equal names. Atom's
 * <link href="..."/> is read; what is nested deeper (shipping, tax) is passed over.
 *
 * Guarantees  how the bytes are cut does not matter. A feed is refused as a whole at a DOCTYPE (so
 *             there are no entities to expand and nothing outside is ever loaded), below
 *             ZH_GOOGLE_XML_DEPTH_MAX levels, at a tag or comment over ZH_GOOGLE_XML_TOKEN_BYTES_MAX
 *             and where it is no XML; what came before has been handed over. Bytes are taken for
 *             UTF-8 whatever the declaration says: the caller recodes.
 * Memory      one product: ZH_GOOGLE_FIELDS * ZH_GOOGLE_XML_FIELD_BYTES_MAX at most, and a token.
 * Cost        about 10 ns a byte.
 * Source      libexpat; RSS 2.0; RFC 4287.
 */
#ifndef ZH_COLLECT_GOOGLE_XML_H
#define ZH_COLLECT_GOOGLE_XML_H
#include "collect/google_item.h"

#define ZH_GOOGLE_XML_DEPTH_MAX 64                    /* a feed has 5 levels */
#define ZH_GOOGLE_XML_TOKEN_BYTES_MAX ((size_t)1 << 20) /* expat keeps an unfinished tag or comment whole */
#define ZH_GOOGLE_XML_FIELD_BYTES_MAX 8192u           /* of a field we keep; an address has 2,048 */

typedef struct zh_google_xml zh_google_xml; /* opaque */

/* A product that ended; `line` is where it began. `fault` is ZH_OK, or ZH_RANGE: a field is longer
 * than the maximum. The item is valid during the call. Anything but ZH_OK stops the reading. */
typedef zh_err (*zh_google_xml_take)(void *context, const zh_google_item *item, uint64_t line, zh_err fault);

typedef struct zh_google_xml_desc {
    zh_google_xml_take item;
    void *context;
} zh_google_xml_desc;

ZH_MUST zh_err zh_google_xml_open(zh_google_xml **out, const zh_google_xml_desc *desc); /* you close; ZH_NOMEM */
void zh_google_xml_close(zh_google_xml *xml);

/* The next bytes; `last`: none follow. ZH_FORMAT the feed is refused, `why` says where and why; ZH_NOMEM;
 * what `item` returned. After an error nothing more is read. */
ZH_MUST zh_err zh_google_xml_put(zh_google_xml *xml, zh_sv bytes, bool last, zh_note *why);
uint64_t zh_google_xml_items(const zh_google_xml *xml); /* handed over so far */

#endif
