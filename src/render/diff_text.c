/* Printing differences: the parent prints indent, symbol and name, the child its content. */
#include "diff_text.h"

#include "quote.h"
#include "sequence.h"

#include "pipectl/value/unicode.h"
#include <string.h>

/* --- pieces ---------------------------------------------------------------------------------- */

static void add(const DiffPrinter *printer, const char *text)
{
    text_add(printer->builder, text_of(text));
}

static void add_styled(const DiffPrinter *printer, Style style, const char *text)
{
    terminal_style(printer->terminal, printer->builder, style);
    add(printer, text);
    terminal_style(printer->terminal, printer->builder, STYLE_PLAIN);
}

/* Where the content of [level] begins: four columns for each level. */
static void add_indent(const DiffPrinter *printer, size_t level)
{
    text_add_repeated(printer->builder, ' ', level * 4);
}

/* The symbol in its column, where symbols are shown. */
static void add_symbol(const DiffPrinter *printer, DiffAction action, DiffView view)
{
    if (view.hides_symbols)
        return;
    switch (action) {
    case DIFF_NONE:
        add(printer, "   ");
        break;
    case DIFF_CREATE:
        add_styled(printer, STYLE_GREEN, "  +");
        break;
    case DIFF_UPDATE:
        add_styled(printer, STYLE_YELLOW, "  ~");
        break;
    case DIFF_DELETE:
        add_styled(printer, STYLE_RED, "  -");
        break;
    }
    add(printer, " ");
}

static void begin_line(const DiffPrinter *printer, size_t level, DiffAction action, DiffView view)
{
    static const char symbols[] = {
        [DIFF_NONE] = ' ', [DIFF_CREATE] = '+', [DIFF_UPDATE] = '!', [DIFF_DELETE] = '-'
    };

    if (view.symbols_first) {
        text_add_char(printer->builder, symbols[action]);
        text_add_repeated(printer->builder, ' ', level * 4 + 3);
        return;
    }
    add_indent(printer, level);
    add_symbol(printer, action, view);
}

static void add_null_suffix(const DiffPrinter *printer, const Diff *diff, DiffView view)
{
    if (diff->action == DIFF_DELETE && !view.hides_null)
        add_styled(printer, STYLE_DIM, " -> null");
}

static void add_replacement_note(const DiffPrinter *printer, const Diff *diff)
{
    if (!diff->replaces)
        return;
    add(printer, " ");
    add_styled(printer, STYLE_RED, "# forces replacement");
}

static void add_arrow(const DiffPrinter *printer)
{
    add_styled(printer, STYLE_YELLOW, " -> ");
}

static void add_hidden(const DiffPrinter *printer, size_t count, const char *what, size_t level,
                       DiffView view)
{
    if (count == 0)
        return;
    begin_line(printer, level, DIFF_NONE, view);
    terminal_style(printer->terminal, printer->builder, STYLE_DIM);
    text_add_format(printer->builder, "# (%zu unchanged %s%s hidden)", count, what,
                    count == 1 ? "" : "s");
    terminal_style(printer->terminal, printer->builder, STYLE_PLAIN);
    add(printer, "\n");
}

static bool is_hidden(const Diff *diff, DiffView view)
{
    return diff->action == DIFF_NONE && !view.shows_unchanged;
}

/* --- single values --------------------------------------------------------------------------- */

static void add_primitive(const DiffPrinter *printer, Value value)
{
    if (!value.type || value_is_null(value))
        add(printer, "null");
    else if (value_is_unknown(value))
        add(printer, "(known after apply)");
    else if (value_has_kind(value, TYPE_STRING))
        quote_add(printer->builder, value_text(value));
    else
        text_add(printer->builder, value_to_text(printer->arena, value));
}

static bool has_lines(Value value)
{
    return value.type && value_has_kind(value, TYPE_STRING) && value_is_known(value) &&
           !value_is_null(value) && value_text(value).length > 0 &&
           memchr(value_text(value).bytes, '\n', value_text(value).length);
}

static Sequence lines_of(const DiffPrinter *printer, Value value)
{
    LIST(Value) lines = { 0 };
    Text rest = value.type && !value_is_null(value) ? text_trim(value_text(value)) : TEXT_NONE,
         line;
    bool more = value.type != NULL;

    while (more) {
        more = text_cut(rest, TEXT_LIT("\n"), &line, &rest);
        list_add(printer->arena, &lines, value_string_raw(line));
    }
    return (Sequence){ lines.items, lines.count };
}

static void add_line(const DiffPrinter *printer, DiffAction action, Value line, size_t level,
                     DiffView view)
{
    begin_line(printer, level, action, view);
    terminal_add_foreign(printer->builder, value_text(line));
    add(printer, "\n");
}

static bool never(Value value)
{
    (void)value;
    return false;
}

static void add_changed_lines(const DiffPrinter *printer, const Diff *diff, size_t level,
                              DiffView view)
{
    Sequence before = lines_of(printer, diff->before), after = lines_of(printer, diff->after);
    PairList pairs = sequence_pairs(printer->arena, before, after, never);

    for (size_t i = 0; i < pairs.count; i++) {
        Pair pair = pairs.items[i];
        bool same = pair.before != NOT_THERE && pair.after != NOT_THERE &&
                    value_same(before.values[pair.before], after.values[pair.after]);

        if (pair.before != NOT_THERE)
            add_line(printer, same ? DIFF_NONE : DIFF_DELETE, before.values[pair.before], level,
                     view);
        if (pair.after != NOT_THERE && !same)
            add_line(printer, DIFF_CREATE, after.values[pair.after], level, view);
    }
}

static void add_heredoc(const DiffPrinter *printer, const Diff *diff, size_t level, DiffView view)
{
    Sequence lines = lines_of(printer, diff->action == DIFF_DELETE ? diff->before : diff->after);

    add(printer, "<<-EOT");
    add_replacement_note(printer, diff);
    add(printer, "\n");
    if (diff->action == DIFF_UPDATE)
        add_changed_lines(printer, diff, level + 1, view);
    else
        for (size_t i = 0; i < lines.count; i++)
            add_line(printer, DIFF_NONE, lines.values[i], level + 1, view);
    begin_line(printer, level, DIFF_NONE, view);
    add(printer, "EOT");
    add_null_suffix(printer, diff, view);
}

static void print_primitive(const DiffPrinter *printer, const Diff *diff, size_t level,
                            DiffView view)
{
    if (has_lines(diff->before) || has_lines(diff->after)) {
        add_heredoc(printer, diff, level, view);
        return;
    }
    if (diff->action == DIFF_UPDATE || diff->action == DIFF_DELETE)
        add_primitive(printer, diff->before);
    if (diff->action == DIFF_UPDATE)
        add_arrow(printer);
    if (diff->action != DIFF_DELETE)
        add_primitive(printer, diff->after);
    if (diff->action == DIFF_DELETE && !value_is_null(diff->before))
        add_null_suffix(printer, diff, view);
    add_replacement_note(printer, diff);
}

/* jsonencode( ... ): the whole has a symbol already, so the content has one only where it changes.
 */
static void print_json(const DiffPrinter *printer, const Diff *diff, size_t level, DiffView view)
{
    const Diff *content = diff->children.items[0];
    bool only_blanks = content->action == DIFF_NONE && diff->action == DIFF_UPDATE;
    bool has_line_ends = content->children.count > 0;
    DiffView inside = view;

    inside.hides_null = true;
    inside.shows_unchanged = view.shows_unchanged || only_blanks;
    add(printer, "jsonencode(");
    if (only_blanks && has_line_ends)
        add(printer,
            diff->replaces ? " # whitespace changes force replacement" : " # whitespace changes");
    if (has_line_ends) {
        add(printer, "\n");
        begin_line(printer, level + 1,
                   diff->action == DIFF_UPDATE && !only_blanks ? DIFF_UPDATE : DIFF_NONE, view);
    }
    diff_print(printer, content, level + 1, inside);
    if (!only_blanks)
        add_replacement_note(printer, diff);
    if (has_line_ends) {
        add(printer, "\n");
        begin_line(printer, level, DIFF_NONE, view);
    }
    add(printer, ")");
    if (only_blanks && !has_line_ends)
        add(printer, " # whitespace changes");
    add_null_suffix(printer, diff, view);
}

/* --- elements -------------------------------------------------------------------------------- */

static void print_element(const DiffPrinter *printer, const Diff *element, size_t level,
                          DiffView view)
{
    begin_line(printer, level, element->action, view);
    diff_print(printer, element, level, view);
    add(printer, ",\n");
}

/* Each change between the element before it and the element after it; runs of others are counted.
 */
static void print_list_elements(const DiffPrinter *printer, const Diff *diff, size_t level,
                                DiffView view)
{
    DiffView whole = view;
    size_t hidden = 0;
    bool follows_change = false;

    whole.shows_unchanged = true;
    for (size_t i = 0; i < diff->children.count; i++) {
        const Diff *element = diff->children.items[i];

        if (is_hidden(element, view) && !follows_change) {
            hidden++;
            continue;
        }
        add_hidden(printer, hidden > 1 ? hidden - 1 : 0, "element", level, view);
        if (hidden > 0)
            print_element(printer, diff->children.items[i - 1], level, whole);
        hidden = 0;
        print_element(printer, element, level, element->action == DIFF_NONE ? whole : view);
        follows_change = element->action != DIFF_NONE;
    }
    add_hidden(printer, hidden, "element", level, view);
}

static void print_set_elements(const DiffPrinter *printer, const Diff *diff, size_t level,
                               DiffView view)
{
    size_t hidden = 0;

    for (size_t i = 0; i < diff->children.count; i++) {
        if (is_hidden(diff->children.items[i], view))
            hidden++;
        else
            print_element(printer, diff->children.items[i], level, view);
    }
    add_hidden(printer, hidden, "element", level, view);
}

static void print_elements(const DiffPrinter *printer, const Diff *diff, size_t level,
                           DiffView view)
{
    DiffView inside = view;

    inside.hides_null = true;
    if (diff->children.count == 0) {
        add(printer, "[]");
        add_null_suffix(printer, diff, view);
        add_replacement_note(printer, diff);
        return;
    }
    add(printer, "[");
    add_replacement_note(printer, diff);
    add(printer, "\n");
    if (diff->kind == DIFF_LIST)
        print_list_elements(printer, diff, level + 1, inside);
    else
        print_set_elements(printer, diff, level + 1, inside);
    begin_line(printer, level, DIFF_NONE, view);
    add(printer, "]");
    add_null_suffix(printer, diff, view);
}

/* --- members --------------------------------------------------------------------------------- */

/* These say which thing it is: they are shown, whole, even where they do not change. */
static bool is_important(Text name)
{
    return text_is(name, "id") || text_is(name, "name") || text_is(name, "tags");
}

static Text shown_name(const DiffPrinter *printer, const Diff *parent, Text name)
{
    TextBuilder quoted = text_builder(printer->arena);

    if (parent->kind != DIFF_MAP)
        return quote_name(printer->arena, name);
    quote_add(&quoted, name);
    return text_built(&quoted);
}

/* In bytes, while the padding counts characters: so Terraform does it. */
static size_t name_width(const DiffPrinter *printer, const Diff *parent)
{
    size_t width = 0;

    for (size_t i = 0; i < parent->children.count; i++) {
        const Diff *child = parent->children.items[i];
        size_t length = child->is_block ? 0 : shown_name(printer, parent, child->name).length;

        width = length > width ? length : width;
    }
    return width;
}

static void add_warning(const DiffPrinter *printer, const Diff *diff, size_t level, DiffView view)
{
    bool was = diff->before.type && value_is_sensitive(diff->before),
         will = diff->after.type && value_is_sensitive(diff->after);
    size_t indent = level * 4 + 2;

    if (diff->kind != DIFF_SENSITIVE || diff->action != DIFF_UPDATE || was == will ||
        view.hides_symbols)
        return;
    text_add_repeated(printer->builder, ' ', indent);
    add(printer, "# ");
    add_styled(printer, STYLE_YELLOW, "Warning");
    add(printer, was ? ": this attribute value will no longer be marked as sensitive\n"
                     : ": this attribute value will be marked as sensitive and will not\n");
    text_add_repeated(printer->builder, ' ', indent);
    add(printer, was ? "# after applying this change."
                     : "# display in UI output after applying this change.");
    add(printer, diff->same_content ? " The value is unchanged.\n" : "\n");
}

void diff_print_attribute(const DiffPrinter *printer, const Diff *diff, Text name, size_t level,
                          size_t width, DiffView view)
{
    size_t length = 0;
    uint32_t c;

    for (size_t at = 0; at < name.length; at = unicode_next(name, at, &c))
        length++;
    add_warning(printer, diff, level, view);
    begin_line(printer, level, diff->action, view);
    text_add(printer->builder, name);
    text_add_repeated(printer->builder, ' ', width > length ? width - length : 0);
    add(printer, " = ");
    diff_print(printer, diff, level, view);
    add(printer, "\n");
}

/* The attributes, keys or members of anything with names; what does not change is counted. */
static void print_members(const DiffPrinter *printer, const Diff *diff, size_t level, DiffView view)
{
    size_t width = name_width(printer, diff), hidden = 0;
    DiffView whole = view;

    whole.shows_unchanged = true;
    for (size_t i = 0; i < diff->children.count; i++) {
        const Diff *child = diff->children.items[i];
        bool important = diff->kind != DIFF_MAP && is_important(child->name);

        if (child->is_block)
            continue;
        if (is_hidden(child, view) && !important)
            hidden++;
        else
            diff_print_attribute(printer, child, shown_name(printer, diff, child->name), level,
                                 width, important ? whole : view);
    }
    add_hidden(printer, hidden, diff->kind == DIFF_MAP ? "element" : "attribute", level, view);
}

static void print_keyed(const DiffPrinter *printer, const Diff *diff, size_t level, DiffView view)
{
    DiffView inside = view;

    if (diff->kind != DIFF_MAP ||
        diff->action != DIFF_UPDATE) /* who leaves a map that stays is shown as leaving */
        inside.hides_null = true;
    if (diff->children.count == 0) {
        add(printer, "{}");
        add_null_suffix(printer, diff, view);
        add_replacement_note(printer, diff);
        return;
    }
    add(printer, "{");
    add_replacement_note(printer, diff);
    add(printer, "\n");
    print_members(printer, diff, level + 1, inside);
    begin_line(printer, level, DIFF_NONE, view);
    add(printer, "}");
    add_null_suffix(printer, diff, view);
}

/* --- blocks ---------------------------------------------------------------------------------- */

static void print_nested_block(const DiffPrinter *printer, const Diff *block, size_t level,
                               DiffView view)
{
    begin_line(printer, level, block->action, view);
    text_add(printer->builder, quote_name(printer->arena, block->name));
    add(printer, " ");
    diff_print(printer, block, level, view);
    add(printer, "\n");
}

/* An empty line stands before each group of blocks of one type. */
static void print_blocks(const DiffPrinter *printer, const Diff *diff, size_t level, DiffView view)
{
    size_t hidden = 0;
    const Diff *above = NULL;
    bool has_attributes = diff->children.count > 0 && !diff->children.items[0]->is_block;

    for (size_t i = 0; i < diff->children.count; i++) {
        const Diff *child = diff->children.items[i];

        if (!child->is_block)
            continue;
        if (is_hidden(child, view)) {
            hidden++;
            continue;
        }
        if (has_attributes && (!above || !text_equal(above->name, child->name)))
            add(printer, "\n");
        print_nested_block(printer, child, level, view);
        above = child;
    }
    if (hidden > 0)
        add(printer, "\n");
    add_hidden(printer, hidden, "block", level, view);
}

static void print_block(const DiffPrinter *printer, const Diff *diff, size_t level, DiffView view)
{
    if (diff->children.count == 0) {
        add(printer, "{}");
        add_replacement_note(printer, diff);
        return;
    }
    add(printer, "{");
    add_replacement_note(printer, diff);
    add(printer, "\n");
    print_members(printer, diff, level + 1, view);
    print_blocks(printer, diff, level + 1, view);
    begin_line(printer, level, DIFF_NONE, view);
    add(printer, "}");
}

/* --- every kind ------------------------------------------------------------------------------ */

/* What it will most probably be; the words before it stay, since scripts look for them. */
static void add_prediction(const DiffPrinter *printer, Value value)
{
    Value predicted = VALUE_ABSENT;

    if (value.as.refinement)
        predicted = value.as.refinement->predicted;
    if (!predicted.type || !value_is_wholly_known(predicted) || value_has_sensitive(value) ||
        value_has_sensitive(predicted) || value_is_null(predicted) ||
        !value_has_kind(predicted, TYPE_STRING) || value_text(predicted).length == 0)
        return;
    add(printer, " # likely ");
    quote_add(printer->builder, value_text(predicted));
}

static void print_unknown(const DiffPrinter *printer, const Diff *diff, size_t level, DiffView view)
{
    view.hides_null = true;
    if (diff->children.count > 0) {
        diff_print(printer, diff->children.items[0], level, view);
        add_arrow(printer);
    }
    add(printer, "(known after apply)");
    add_replacement_note(printer, diff);
    add_prediction(printer, diff->after);
}

static void print_type_change(const DiffPrinter *printer, const Diff *diff, size_t level,
                              DiffView view)
{
    view.hides_null = true;
    diff_print(printer, diff->children.items[0], level, view);
    add_arrow(printer);
    diff_print(printer, diff->children.items[1], level, view);
    add_replacement_note(printer, diff);
}

void diff_print(const DiffPrinter *printer, const Diff *diff, size_t level, DiffView view)
{
    switch (diff->kind) {
    case DIFF_PRIMITIVE:
        print_primitive(printer, diff, level, view);
        break;
    case DIFF_JSON:
        print_json(printer, diff, level, view);
        break;
    case DIFF_LIST:
    case DIFF_SET:
        print_elements(printer, diff, level, view);
        break;
    case DIFF_MAP:
    case DIFF_OBJECT:
        print_keyed(printer, diff, level, view);
        break;
    case DIFF_BLOCK:
        print_block(printer, diff, level, view);
        break;
    case DIFF_UNKNOWN:
        print_unknown(printer, diff, level, view);
        break;
    case DIFF_SENSITIVE:
        add(printer, "(sensitive value)");
        add_null_suffix(printer, diff, view);
        add_replacement_note(printer, diff);
        break;
    case DIFF_TYPE:
        print_type_change(printer, diff, level, view);
        break;
    }
}
