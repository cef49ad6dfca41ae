#include "pipectl/lang/traversal.h"

#include "lex.h"
#include "parse.h"
#include "pipectl/value/json.h"

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
        result.start = position_after(range.start, text_slice(written, 0, at));
    return result;
}

bool traversal_parse(Arena *arena, Text text, Range range, Traversal *ret_traversal, Diags *diags)
{
    ExprText where = text_at(text, range);
    size_t errors = diags->error_count;
    const Expr *expr = expr_parse(arena, where, diags);

    if (diags->error_count > errors)
        return false;
    if (expr && expr->kind == EXPR_TRAVERSAL) {
        *ret_traversal = expr->as.traversal;
        return true;
    }
    diag_error(diags, range, "Invalid expression",
               "A reference is expected here: names with dots between them, and perhaps an index "
               "in brackets.");
    return false;
}
