#include "base/top.h"

/* Let the entry at `at` sink below everything worse: the worst stays at the root. */
static void sink(zh_top_entry *entries, size_t count, size_t at)
{
    const zh_top_entry moving = entries[at];
    for (size_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && zh_top_better(entries[child], entries[child + 1])) child++;
        if (!zh_top_better(moving, entries[child])) break;
        entries[at] = entries[child];
        at = child;
    }
    entries[at] = moving;
}

void zh_top_add(zh_top *top, zh_top_entry entry)
{
    if (top->count == top->limit) {
        top->entries[0] = entry;
        sink(top->entries, top->count, 0);
        return;
    }
    size_t at = top->count++;
    while (at > 0 && zh_top_better(top->entries[(at - 1) / 2], entry)) {
        top->entries[at] = top->entries[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    top->entries[at] = entry;
}

void zh_top_sort(zh_top *top)
{
    for (size_t left = top->count; left > 1; left--) {
        const zh_top_entry worst = top->entries[0];
        top->entries[0] = top->entries[left - 1];
        top->entries[left - 1] = worst;
        sink(top->entries, left - 1, 0);
    }
}
