#include "pipectl/lang/traversal.h"

#include "lex.h"
#include "parse.h"
#include "pipectl/value/json.h"
#include <ctype.h>

/* A text in quotes, as it stands in native syntax. */
static void add_quoted(TextBuilder *builder, Text text)
{
    for (size_t i = 0; i < text.length; i++) {
        char c = text.bytes[i];

        if (i == 0)
            text_add_char(builder, '"');
        if (c == '"' || c == '\\')
            text_add_char(builder, '\\');
        if (c == '\n')
            text_add(builder, TEXT_LIT("\\n"));
        else if (c == '\r')
            text_add(builder, TEXT_LIT("\\r"));
        else if (c == '\t')
            text_add(builder, TEXT_LIT("\\t"));
        else
            text_add_char(builder, c);
        /* ${ and %{ would begin a sequence. */
        if ((c == '$' || c == '%') && i + 1 < text.length && text.bytes[i + 1] == '{')
            text_add_char(builder, c);
    }
    text_add(builder, text.length ? TEXT_LIT("\"") : TEXT_LIT("\"\""));
}

Text traversal_text(Arena *arena, const Traversal *traversal)
{
    TextBuilder builder = text_builder(arena);

    text_add(&builder, traversal->root);
    for (size_t i = 0; i < traversal->count; i++) {
        const TraversalStep *step = &traversal->steps[i];

        if (!step->is_index) {
            text_add_format(&builder, "." TEXT_FMT, TEXT(step->name));
            continue;
        }
        text_add_char(&builder, '[');
        if (step->key.state == VALUE_KNOWN && value_has_kind(step->key, TYPE_STRING))
            add_quoted(&builder, value_text(step->key));
        else if (step->key.state == VALUE_KNOWN)
            text_add(&builder, value_to_text(arena, step->key));
        text_add_char(&builder, ']');
    }
    return text_built(&builder);
}

/* Where the bytes of a text that was written somewhere are: in its range when they stand there as
   they are (in quotes or not), else all at its start. */
static ExprText text_at(Text text, Range range)
{
    Text written = range_text(range);
    ExprText result = { .source = range.source, .text = text, .start = range.start };
    size_t at = text_find(written, text);

    if (at != TEXT_NOT_FOUND && at <= 1)
        result.start += (uint32_t)at;
    return result;
}

static size_t skip_name(Text text, size_t at)
{
    while (at < text.length && ((unsigned char)text.bytes[at] >= 0x80 || text.bytes[at] == '-' ||
                                text.bytes[at] == '_' || isalnum((unsigned char)text.bytes[at])))
        at++;
    return at;
}

/* Behind the bracket that closes the index; the same place where there is none. */
static size_t skip_index(Text text, size_t at)
{
    size_t end = at + 1;
    bool quoted = end < text.length && text.bytes[end] == '"';

    if (quoted)
        for (end++; end < text.length && text.bytes[end] != '"'; end++)
            end += text.bytes[end] == '\\';
    else
        while (end < text.length && isdigit((unsigned char)text.bytes[end]))
            end++;
    end += quoted;
    return end > at + 1 && end < text.length && text.bytes[end] == ']' ? end + 1 : at;
}

/* What is no traversal: where it stops to be one, in HCL's words. */
static void report_no_traversal(Text text, Range range, Diags *diags)
{
    size_t at = skip_name(text, 0), next;

    if (at == 0 || isdigit((unsigned char)text.bytes[0])) {
        diag_error(diags, range, "Variable name required", "Must begin with a variable name.");
        return;
    }
    for (; at < text.length; at = next) {
        if (text.bytes[at] == '.') {
            next = skip_name(text, at + 1);
            if (next > at + 1)
                continue;
            diag_error(diags, range, "Attribute name required",
                       "Dot must be followed by attribute name.");
            return;
        }
        if (text.bytes[at] != '[')
            break;
        next = skip_index(text, at);
        if (next > at)
            continue;
        diag_error(diags, range, "Index value required",
                   "Index brackets must contain either a literal number or a literal string.");
        return;
    }
    diag_error(diags, range, "Invalid character",
               "Expected an attribute access or an index operator.");
}

bool traversal_parse(Arena *arena, Text text, Range range, Traversal *ret_traversal, Diags *diags)
{
    ExprText where = text_at(text, range);
    Diags tried = diags_make(arena);
    const Expr *expr = expr_parse(arena, where, &tried);

    if (!diags_have_errors(&tried) && expr && expr->kind == EXPR_TRAVERSAL) {
        *ret_traversal = expr->as.traversal;
        return true;
    }
    report_no_traversal(text, range, diags);
    return false;
}
