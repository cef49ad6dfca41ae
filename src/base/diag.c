#include "pipectl/base/diag.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

Diags diags_make(Arena *arena)
{
    return (Diags){ .arena = arena };
}

static bool same_range(Range a, Range b)
{
    return a.source == b.source && a.start == b.start && a.end == b.end;
}

static bool same_diag(const Diag *a, const Diag *b)
{
    return a->severity == b->severity && same_range(a->subject, b->subject) &&
           same_range(a->context, b->context) && text_equal(a->address, b->address) &&
           text_equal(a->summary, b->summary) && text_equal(a->detail, b->detail);
}

/* --- which there are already ---------------------------------------------------------------- */

enum { SHORT_LIST = 32 }; /* one that is looked through as fast without a table */

static size_t first_slot(const Diags *diags, const Diag *diag)
{
    uint64_t hash = text_hash(diag->detail) ^ text_hash(diag->summary);

    hash = (hash ^ diag->subject.start) * UINT64_C(0x9E3779B97F4A7C15);
    return (size_t)(hash >> 32) & (diags->slot_count - 1);
}

/* The slot of an equal one, or the free slot where it belongs. */
static uint32_t *find_slot(const Diags *diags, const Diag *diag)
{
    size_t i = first_slot(diags, diag);

    while (diags->slots[i] && !same_diag(&diags->list.items[diags->slots[i] - 1], diag))
        i = (i + 1) & (diags->slot_count - 1);
    return &diags->slots[i];
}

/* Puts what is not in the table yet into it, and makes it larger where it gets full. */
static void index_list(Diags *diags)
{
    if (diags->list.count * 2 > diags->slot_count) {
        diags->slot_count =
            diags->list.count * 2 > SHORT_LIST * 4 ? diags->slot_count * 4 : SHORT_LIST * 4;
        diags->slots = arena_array(diags->arena, uint32_t, diags->slot_count);
        diags->indexed = 0;
    } else if (diags->indexed == 0) {
        memset(diags->slots, 0, diags->slot_count * sizeof *diags->slots);
    }
    for (; diags->indexed < diags->list.count; diags->indexed++)
        *find_slot(diags, &diags->list.items[diags->indexed]) = (uint32_t)diags->indexed + 1;
}

static bool is_known(Diags *diags, const Diag *diag)
{
    if (diags->list.count > SHORT_LIST) {
        index_list(diags);
        return *find_slot(diags, diag) != 0;
    }
    for (size_t i = 0; i < diags->list.count; i++)
        if (same_diag(&diags->list.items[i], diag))
            return true;
    return false;
}

/* --- adding --------------------------------------------------------------------------------- */

void diag_set_values(Diags *diags, size_t index, const DiagValue *values, size_t count)
{
    DiagValue *copies = count > 0 ? arena_array(diags->arena, DiagValue, count) : NULL;

    for (size_t i = 0; i < count; i++)
        copies[i] = (DiagValue){ text_copy(diags->arena, values[i].traversal),
                                 text_copy(diags->arena, values[i].statement) };
    diags->list.items[index].values = copies;
    diags->list.items[index].value_count = count;
}

void diag_add(Diags *diags, Diag diag)
{
    if (is_known(diags, &diag))
        return;
    diag.summary = text_copy(diags->arena, diag.summary);
    diag.detail = text_copy(diags->arena, diag.detail);
    diag.address = text_copy(diags->arena, diag.address);
    list_add(diags->arena, &diags->list, diag);
    diag_set_values(diags, diags->list.count - 1, diag.values, diag.value_count);
    diags->error_count += diag.severity == SEVERITY_ERROR;
}

static void add_formatted(Diags *diags, Severity severity, Range subject, const char *summary,
                          const char *format, va_list arguments)
{
    Text detail = text_format_list(diags->arena, format, arguments);

    diag_add(diags, (Diag){ .severity = severity,
                            .summary = text_of(summary),
                            .detail = detail,
                            .subject = subject });
}

void diag_error(Diags *diags, Range subject, const char *summary, const char *detail_format, ...)
{
    va_list arguments;

    va_start(arguments, detail_format);
    add_formatted(diags, SEVERITY_ERROR, subject, summary, detail_format, arguments);
    va_end(arguments);
}

void diag_warning(Diags *diags, Range subject, const char *summary, const char *detail_format, ...)
{
    va_list arguments;

    va_start(arguments, detail_format);
    add_formatted(diags, SEVERITY_WARNING, subject, summary, detail_format, arguments);
    va_end(arguments);
}

void diags_append_about(Diags *diags, const Diags *from, Text address, Range subject)
{
    for (size_t i = 0; i < from->list.count; i++) {
        Diag diag = from->list.items[i];

        if (!diag.address.length)
            diag.address = address;
        if (!diag.subject.source)
            diag.subject = subject;
        diag_add(diags, diag);
    }
}

void diags_append(Diags *diags, const Diags *from, Text address)
{
    diags_append_about(diags, from, address, RANGE_NONE);
}

bool diags_have_errors(const Diags *diags)
{
    return diags->error_count > 0;
}

void diags_truncate(Diags *diags, size_t count)
{
    assert(count <= diags->list.count);
    if (count < diags->indexed)
        diags->indexed = 0; /* the table is filled anew */
    while (diags->list.count > count)
        diags->error_count -= diags->list.items[--diags->list.count].severity == SEVERITY_ERROR;
}

/* --- order ---------------------------------------------------------------------------------- */

static int compare_sizes(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

static size_t depth_of(Text path)
{
    size_t depth = 0;

    for (size_t i = 0; i < path.length; i++)
        depth += path.bytes[i] == '/';
    return depth;
}

static int compare_subjects(Range a, Range b)
{
    int order;

    if (!a.source || !b.source)
        return (a.source != NULL) - (b.source != NULL);
    order = compare_sizes(depth_of(a.source->name), depth_of(b.source->name));
    if (order == 0)
        order = text_compare(a.source->name, b.source->name);
    if (order == 0)
        order = compare_sizes(a.start, b.start);
    return order != 0 ? order : compare_sizes(a.end, b.end);
}

/* Pointers into one list: what is equal stays in its order. */
static int compare_diags(const void *a, const void *b)
{
    const Diag *left = *(const Diag *const *)a, *right = *(const Diag *const *)b;
    int order = (left->severity == SEVERITY_ERROR) - (right->severity == SEVERITY_ERROR);

    if (order == 0)
        order = compare_subjects(left->subject, right->subject);
    return order != 0 ? order : (left > right) - (left < right);
}

Diags diags_sorted(Arena *arena, const Diags *diags)
{
    Diags sorted = diags_make(arena);
    const Diag **pointers = arena_array(arena, const Diag *, diags->list.count);

    for (size_t i = 0; i < diags->list.count; i++)
        pointers[i] = &diags->list.items[i];
    if (diags->list.count > 0)
        qsort(pointers, diags->list.count, sizeof *pointers, compare_diags);
    for (size_t i = 0; i < diags->list.count; i++)
        list_add(arena, &sorted.list, *pointers[i]);
    sorted.error_count = diags->error_count;
    return sorted;
}
