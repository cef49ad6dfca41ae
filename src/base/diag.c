#include "pipectl/base/diag.h"

#include <assert.h>

Diags diags_make(Arena *arena)
{
    return (Diags){ .arena = arena };
}

static bool same_range(Range a, Range b)
{
    return a.source == b.source && a.start.byte == b.start.byte && a.end.byte == b.end.byte;
}

static bool same_diag(const Diag *a, const Diag *b)
{
    return a->severity == b->severity && same_range(a->subject, b->subject) &&
           same_range(a->context, b->context) && text_equal(a->address, b->address) &&
           text_equal(a->summary, b->summary) && text_equal(a->detail, b->detail);
}

void diag_add(Diags *diags, Diag diag)
{
    for (size_t i = 0; i < diags->list.count; i++)
        if (same_diag(&diags->list.items[i], &diag))
            return;
    diag.summary = text_copy(diags->arena, diag.summary);
    diag.detail = text_copy(diags->arena, diag.detail);
    diag.address = text_copy(diags->arena, diag.address);
    list_add(diags->arena, &diags->list, diag);
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
    while (diags->list.count > count)
        diags->error_count -= diags->list.items[--diags->list.count].severity == SEVERITY_ERROR;
}
