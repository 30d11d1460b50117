#include "collect/catalog_csv.h"

#include "base/utf8.h"

#include <assert.h>

zh_catalog_csv zh_catalog_csv_of(const zh_column_map *map)
{
    assert(map->table == ZH_TABLE_CATALOG);
    return (zh_catalog_csv){ .map = map };
}

zh_err zh_catalog_csv_header(zh_catalog_csv *catalog, const zh_sv *fields, uint32_t count,
                             zh_note *why)
{
    return zh_columns_bind(catalog->map, fields, count, &catalog->columns, why);
}

zh_err zh_catalog_cells_check(const zh_sv *fields, uint32_t count, uint32_t header_count, zh_note *why)
{
    if (count != header_count) {
        zh_note_set(why, "%u columns where the header has %u", count, header_count);
        return ZH_FORMAT;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (zh_utf8_valid(fields[i]) == fields[i].size) continue;
        zh_note_set(why, "column %u has bytes that are no text in the encoding of this file",
                    i + 1);
        return ZH_FORMAT;
    }
    return ZH_OK;
}

zh_err zh_catalog_csv_line(zh_catalog_csv *catalog, const zh_sv *fields, uint32_t count,
                           zh_buf *out, zh_note *why)
{
    const zh_columns *columns = &catalog->columns;
    const zh_err e = zh_catalog_cells_check(fields, count, columns->count, why);
    if (e != ZH_OK) return e;
    zh_catalog_row row = { .attributes_count = 0 };
    const struct { zh_column column; zh_sv *cell; } cells[] = {
        { ZH_COLUMN_ITEM_ID, &row.item_id }, { ZH_COLUMN_TITLE, &row.title },
        { ZH_COLUMN_CATEGORY, &row.category }, { ZH_COLUMN_BRAND, &row.brand },
        { ZH_COLUMN_PRICE, &row.price }, { ZH_COLUMN_CURRENCY, &row.currency },
        { ZH_COLUMN_STOCK, &row.stock }, { ZH_COLUMN_AVAILABLE, &row.available },
        { ZH_COLUMN_URL, &row.url }, { ZH_COLUMN_IMAGE_URL, &row.image_url },
    };
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        *cells[i].cell = zh_columns_cell(columns, fields, cells[i].column);
    for (uint32_t i = 0; i < columns->attributes_count; i++)
        zh_catalog_row_attribute(&row, zh_sv_of(columns->attributes[i].name),
                                 zh_sv_trim(fields[columns->attributes[i].at]));
    return zh_catalog_row_put(catalog->map, &row, out, &catalog->item_hash, why);
}
