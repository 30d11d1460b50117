/* Goal: each format gives the events a reader would write down, and a bad line is named.
 * Method: a table of small files with the events they hold, and one of files that must be refused. */
#include "model/dataset.h"
#include "check.h"

typedef struct want {
    const char *row, *item;
    double time;
} want;

static void test_files_give_their_events(void)
{
    static const struct { const char *name; zh_dataset_format format; const char *text; bool timed; want want[5]; } rows[] = {
        { "lists in order", ZH_DATASET_LISTS, "1 5 3 5\n2 3\n", false, { { "1", "5", 0 }, { "1", "3", 0 }, { "1", "5", 0 }, { "2", "3", 0 } } },
        { "a user on two lines, CR LF, tabs, no last LF", ZH_DATASET_LISTS, "7\t1\r\n\r\n07 002", false, { { "7", "1", 0 }, { "7", "2", 0 } } },
        { "a user without items", ZH_DATASET_LISTS, "1\n2 9\n", false, { { "2", "9", 0 } } },
        { "csv, two columns", ZH_DATASET_CSV, "ann,tea\nbob,milk\n", false, { { "ann", "tea", 0 }, { "bob", "milk", 0 } } },
        { "csv header by name", ZH_DATASET_CSV, "user_id,item\nann,tea\n", false, { { "ann", "tea", 0 } } },
        { "csv header by its time", ZH_DATASET_CSV, "who,what,when\nann,tea,5\n", true, { { "ann", "tea", 5 } } },
        { "csv without header, with a byte order mark", ZH_DATASET_CSV, "\xEF\xBB\xBF" "9,8,7.5\n", true, { { "9", "8", 7.5 } } },
        { "csv, quoted comma", ZH_DATASET_CSV, "\"Lee, Ann\",\"tea\"\n", false, { { "Lee, Ann", "tea", 0 } } },
        { "csv, dates", ZH_DATASET_CSV, "a,b,1970-01-02\na,c,1970-01-01T00:00:01.5Z\na,d,2000-03-01 00:00:00\na,e,1969-12-31 23:59:59\n", true,
          { { "a", "b", 86400 }, { "a", "c", 1.5 }, { "a", "d", 951868800 }, { "a", "e", -1 } } },
        { "csv, weights", ZH_DATASET_CSV, "a,b,1,2.5\na,c,2,0\na,d,3,-1\n", true, { { "a", "b", 1 } } },
        { "tabs are fine in csv", ZH_DATASET_CSV, "a\tb\t3\n", true, { { "a", "b", 3 } } },
        { "sessions, tab", ZH_DATASET_SESSIONS, "SessionId\tItemId\tTime\n1\t5\t10.5\n", true, { { "1", "5", 10.5 } } },
        { "sessions, columns as the header says", ZH_DATASET_SESSIONS, "Time,x,itemid,SESSIONID\n9,,5,1\n", true, { { "1", "5", 9 } } },
        { "empty", ZH_DATASET_LISTS, "", false, { { NULL, NULL, 0 } } },
    };
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        zh_dataset data = zh_dataset_open();
        zh_note why = { "" };
        CHECK_ROW(zh_dataset_read(&data, ZH_PART_TEST, rows[r].format, zh_sv_of(rows[r].text), &why) == ZH_OK, rows[r].name);
        size_t count = 0;
        while (count < 5 && rows[r].want[count].row != NULL) count++;
        CHECK_ROW(zh_dataset_count(&data, ZH_PART_TEST) == count && zh_dataset_count(&data, ZH_PART_TRAIN) == 0, rows[r].name);
        CHECK_ROW(zh_dataset_timed(&data, ZH_PART_TEST) == rows[r].timed, rows[r].name);
        for (size_t i = 0; i < count; i++) {
            const zh_dataset_event got = zh_dataset_at(&data, ZH_PART_TEST, i);
            const want *w = &rows[r].want[i];
            CHECK_ROW(zh_sv_equal(zh_names_at(&data.rows, got.row), zh_sv_of(w->row)), rows[r].name);
            CHECK_ROW(zh_sv_equal(zh_names_at(&data.items, got.item), zh_sv_of(w->item)), rows[r].name);
            CHECK_ROW(zh_dataset_time(&data, ZH_PART_TEST, i) == w->time, rows[r].name);
        }
        zh_dataset_close(&data);
    }
}

static void test_bad_files_are_refused_with_their_line(void)
{
    static const struct { const char *name; zh_dataset_format format; const char *text, *line; } rows[] = {
        { "text id in lists", ZH_DATASET_LISTS, "1 2\n3 x4\n", "line 2:" },
        { "one field", ZH_DATASET_CSV, "a,b\nc\n", "line 2:" },
        { "empty id", ZH_DATASET_CSV, "a,b\n\nc,\n", "line 3:" },
        { "no time in line 3", ZH_DATASET_CSV, "a,b,1\na,b,2\na,b\n", "line 3:" },
        { "no time", ZH_DATASET_CSV, "a,b,1\na,b,soon\n", "line 2:" },
        { "no such hour", ZH_DATASET_CSV, "a,b,1\na,b,2000-01-01 25:00:00\n", "line 2:" },
        { "a time that is not finite", ZH_DATASET_CSV, "a,b,1\na,b,nan\n", "line 2:" },
        { "a weight that is none", ZH_DATASET_CSV, "a,b,1,x\na,b,1,x\n", "line 1:" },
        { "open quote", ZH_DATASET_CSV, "a,\"b\n", "line 1:" },
        { "quote inside", ZH_DATASET_CSV, "a,\"b\"\"c\"\n", "line 1:" },
        { "no header", ZH_DATASET_SESSIONS, "1,2,3\n", "line 1:" },
    };
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        zh_dataset data = zh_dataset_open();
        zh_note why = { "" };
        CHECK_ROW(zh_dataset_read(&data, ZH_PART_TRAIN, rows[r].format, zh_sv_of(rows[r].text), &why) == ZH_FORMAT, rows[r].name);
        CHECK_ROW(strncmp(why.text, rows[r].line, strlen(rows[r].line)) == 0, rows[r].name);
        zh_dataset_close(&data);
    }
}

static void test_a_part_has_times_or_none(void)
{
    zh_dataset data = zh_dataset_open();
    zh_note why;
    CHECK(zh_dataset_read(&data, ZH_PART_TRAIN, ZH_DATASET_CSV, ZH_SV("a,b\n"), &why) == ZH_OK);
    CHECK(zh_dataset_read(&data, ZH_PART_TEST, ZH_DATASET_CSV, ZH_SV("a,b,1\n"), &why) == ZH_OK);
    CHECK(zh_dataset_read(&data, ZH_PART_TRAIN, ZH_DATASET_CSV, ZH_SV("a,b,1\n"), &why) == ZH_FORMAT);
    zh_dataset_close(&data);
}

int main(void)
{
    test_files_give_their_events();
    test_bad_files_are_refused_with_their_line();
    test_a_part_has_times_or_none();
    return 0;
}
