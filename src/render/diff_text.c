/* Printing differences: the parent prints indent, symbol and name, the child its content. */
#include "diff_text.h"

#include "pipectl/value/json.h"
#include "pipectl/value/unicode.h"
#include <string.h>

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

/* Blanks up to where the content of [level] begins: four for each level, and the symbol's column. */
static void add_indent(const DiffPrinter *printer, size_t level)
{
    text_add_repeated(printer->builder, ' ', level * 4);
}

void diff_print_symbol(const DiffPrinter *printer, const Diff *diff, size_t level)
{
    static const struct { const char *text; Style style; } symbols[] = {
        [DIFF_NONE] = { "   ", STYLE_PLAIN }, [DIFF_CREATE] = { "  +", STYLE_GREEN },  [DIFF_UPDATE] = { "  ~", STYLE_YELLOW },
        [DIFF_REPLACE] = { "-/+", STYLE_RED }, [DIFF_DELETE] = { "  -", STYLE_RED },   [DIFF_READ] = { " <=", STYLE_CYAN },
    };

    add_indent(printer, level);
    if (diff->action == DIFF_NONE)
        add(printer, "   ");
    else
        add_styled(printer, symbols[diff->action].style, symbols[diff->action].text);
    add(printer, " ");
}

/* --- single values ------------------------------------------------------------------------- */

static void add_string(const DiffPrinter *printer, Text text)
{
    TextBuilder quoted = text_builder(printer->arena);

    text_add_char(&quoted, '"');
    for (size_t i = 0; i < text.length; i++) {
        char c = text.bytes[i];

        if (c == '"' || c == '\\')
            text_add_format(&quoted, "\\%c", c);
        else if (c == '\n' || c == '\r' || c == '\t')
            text_add_format(&quoted, "\\%c", c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
        else if ((c == '$' || c == '%') && i + 1 < text.length && text.bytes[i + 1] == '{')
            text_add_format(&quoted, "%c%c", c, c);
        else
            text_add_char(&quoted, c);
    }
    text_add_char(&quoted, '"');
    terminal_add_foreign(printer->builder, text_built(&quoted));
}

static void add_primitive(const DiffPrinter *printer, Value value)
{
    if (value_is_unknown(value))
        add(printer, "(known after apply)");
    else if (value_is_null(value))
        add(printer, "null");
    else if (value_has_kind(value, TYPE_STRING))
        add_string(printer, value_text(value));
    else if (type_is_primitive(value.type))
        text_add(printer->builder, value_to_text(printer->arena, value));
    else /* what was a list and becomes a string, in a JSON document */
        terminal_add_foreign(printer->builder, json_text(printer->arena, value));
}

static bool is_identifier(Text text)
{
    for (size_t i = 0; i < text.length; i++) {
        char c = text.bytes[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';

        if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '-')))
            return false;
    }
    return text.length > 0;
}

static void add_padded_name(const DiffPrinter *printer, Text name, size_t width)
{
    size_t length = unicode_clusters(name);

    terminal_add_foreign(printer->builder, name);
    text_add_repeated(printer->builder, ' ', width > length ? width - length : 0);
    add(printer, " = ");
}

/* A map's keys are quoted, an object's where they are no identifiers. */
static Text shown_name(const DiffPrinter *printer, const Diff *parent, Text name)
{
    if (parent->kind == DIFF_MAP || (parent->kind == DIFF_OBJECT && !is_identifier(name)))
        return text_format(printer->arena, "\"" TEXT_FMT "\"", TEXT(name));
    return name;
}

static size_t name_width(const DiffPrinter *printer, const Diff *parent)
{
    size_t width = 0;

    for (size_t i = 0; i < parent->children.count; i++) {
        const Diff *child = parent->children.items[i];
        size_t length = unicode_clusters(shown_name(printer, parent, child->name));

        if (!child->is_block && length > width)
            width = length;
    }
    return width;
}

static void add_replacement_note(const DiffPrinter *printer, const Diff *diff)
{
    if (diff->replaces) {
        add(printer, " ");
        add_styled(printer, STYLE_RED, "# forces replacement");
    }
}

static void add_hidden(const DiffPrinter *printer, size_t count, const char *what, size_t level)
{
    if (count == 0)
        return;
    add_indent(printer, level);
    add(printer, "    ");
    terminal_style(printer->terminal, printer->builder, STYLE_DIM);
    text_add_format(printer->builder, "# (%zu unchanged %s%s hidden)", count, what, count == 1 ? "" : "s");
    terminal_style(printer->terminal, printer->builder, STYLE_PLAIN);
    add(printer, "\n");
}

static void end_whole(const DiffPrinter *printer, const Diff *diff, bool is_element)
{
    if (diff->action == DIFF_DELETE && !is_element)
        add_styled(printer, STYLE_DIM, " -> null");
    add_replacement_note(printer, diff);
}

/* --- content of each kind -------------------------------------------------------------------- */

static void add_content(const DiffPrinter *printer, const Diff *diff, size_t level, bool is_element);

static void add_change(const DiffPrinter *printer, const Diff *diff, bool is_element)
{
    if (diff->action == DIFF_CREATE || diff->action == DIFF_NONE) {
        add_primitive(printer, diff->after);
    } else if (diff->action == DIFF_DELETE) {
        add_primitive(printer, diff->before);
        if (!is_element)
            add_styled(printer, STYLE_DIM, " -> null");
    } else {
        add_primitive(printer, diff->before);
        add_styled(printer, STYLE_YELLOW, " -> ");
        add_primitive(printer, diff->after);
    }
    add_replacement_note(printer, diff);
}

static void add_named_children(const DiffPrinter *printer, const Diff *diff, size_t level)
{
    size_t width = name_width(printer, diff);

    for (size_t i = 0; i < diff->children.count; i++) {
        const Diff *child = diff->children.items[i];

        diff_print_symbol(printer, child, level);
        add_padded_name(printer, shown_name(printer, diff, child->name), width);
        add_content(printer, child, level, false);
        add(printer, "\n");
    }
}

static void add_keyed(const DiffPrinter *printer, const Diff *diff, size_t level, bool is_element)
{
    if (diff->children.count == 0 && diff->unchanged == 0) {
        add(printer, "{}");
    } else {
        add(printer, "{\n");
        add_named_children(printer, diff, level + 1);
        add_hidden(printer, diff->unchanged, diff->kind == DIFF_MAP ? "element" : "attribute", level + 1);
        add_indent(printer, level);
        add(printer, "    }");
    }
    end_whole(printer, diff, is_element);
}

static bool is_context(const Diff *list, size_t at)
{
    bool before = at > 0 && list->children.items[at - 1]->action != DIFF_NONE;
    bool after = at + 1 < list->children.count && list->children.items[at + 1]->action != DIFF_NONE;

    return before || after;
}

static void add_elements(const DiffPrinter *printer, const Diff *diff, size_t level)
{
    size_t hidden = 0;
    bool is_set = value_has_kind(value_is_null(diff->after) ? diff->before : diff->after, TYPE_SET);

    for (size_t i = 0; i < diff->children.count; i++) {
        const Diff *child = diff->children.items[i];

        if (child->action == DIFF_NONE && diff->action == DIFF_UPDATE && !is_context(diff, i)) {
            hidden++;
            continue;
        }
        add_hidden(printer, hidden, "element", level);
        hidden = 0;
        diff_print_symbol(printer, child, level);
        add_content(printer, child, level, true);
        add(printer, ",\n");
    }
    add_hidden(printer, hidden + (is_set ? diff->unchanged : 0), "element", level);
}

static void add_list(const DiffPrinter *printer, const Diff *diff, size_t level, bool is_element)
{
    if (diff->children.count == 0 && diff->unchanged == 0) {
        add(printer, "[]");
    } else {
        add(printer, "[\n");
        add_elements(printer, diff, level + 1);
        add_indent(printer, level);
        add(printer, "    ]");
    }
    end_whole(printer, diff, is_element);
}

/* jsonencode( ... ): only a change inside bears a symbol, since the whole has one already. */
static void add_json(const DiffPrinter *printer, const Diff *diff, size_t level, bool is_element)
{
    const Diff *inside = diff->children.items[0];
    Diff shown = { .action = diff->action == DIFF_UPDATE ? DIFF_UPDATE : DIFF_NONE };

    add(printer, "jsonencode(");
    add_replacement_note(printer, diff);
    add(printer, "\n");
    diff_print_symbol(printer, &shown, level + 1);
    add_content(printer, inside, level + 1, true);
    add(printer, "\n");
    add_indent(printer, level);
    add(printer, "    )");
    if (diff->action == DIFF_DELETE && !is_element)
        add_styled(printer, STYLE_DIM, " -> null");
}

static void add_text_line(const DiffPrinter *printer, DiffAction action, Text line, size_t level)
{
    Diff shown = { .action = action };

    diff_print_symbol(printer, &shown, level);
    terminal_add_foreign(printer->builder, line);
    add(printer, "\n");
}

/* Lines that both have in order stay, the others go out and come in. */
static void add_text_lines(const DiffPrinter *printer, const Diff *diff, size_t level)
{
    Text before = value_is_null(diff->before) ? TEXT_NONE : value_text(diff->before), after = value_is_null(diff->after) ? TEXT_NONE : value_text(diff->after);

    while (before.length > 0 || after.length > 0) {
        Text old, new, old_rest, new_rest;

        (void)text_cut(before, TEXT_LIT("\n"), &old, &old_rest);
        (void)text_cut(after, TEXT_LIT("\n"), &new, &new_rest);
        if (before.length > 0 && after.length > 0 && text_equal(old, new)) {
            add_text_line(printer, DIFF_NONE, old, level);
            before = old_rest;
            after = new_rest;
        } else if (before.length > 0 && (after.length == 0 || text_find(after, old) == TEXT_NOT_FOUND)) {
            add_text_line(printer, diff->action == DIFF_UPDATE ? DIFF_DELETE : DIFF_NONE, old, level);
            before = old_rest;
        } else {
            add_text_line(printer, diff->action == DIFF_UPDATE ? DIFF_CREATE : DIFF_NONE, new, level);
            after = new_rest;
        }
    }
}

static void add_text(const DiffPrinter *printer, const Diff *diff, size_t level, bool is_element)
{
    add(printer, "<<-EOT");
    add_replacement_note(printer, diff);
    add(printer, "\n");
    add_text_lines(printer, diff, level + 1);
    add_indent(printer, level);
    add(printer, "    EOT");
    if (diff->action == DIFF_DELETE && !is_element)
        add_styled(printer, STYLE_DIM, " -> null");
}

static void add_unknown(const DiffPrinter *printer, const Diff *diff, size_t level)
{
    Diff whole = *diff;

    if (!value_is_null(diff->before)) {
        if (value_is_known(diff->before) && diff->before.type->kind >= TYPE_LIST) { /* what goes away is shown in full */
            whole = *diff_value(printer->arena, diff->name, diff->before, value_null(diff->before.type));
            add_content(printer, &whole, level, true);
        } else {
            add_primitive(printer, diff->before);
        }
        add_styled(printer, STYLE_YELLOW, " -> ");
    }
    add(printer, "(known after apply)");
    add_replacement_note(printer, diff);
}

static void add_content(const DiffPrinter *printer, const Diff *diff, size_t level, bool is_element)
{
    switch (diff->kind) {
    case DIFF_PRIMITIVE:
        add_change(printer, diff, is_element);
        break;
    case DIFF_TEXT:
        add_text(printer, diff, level, is_element);
        break;
    case DIFF_JSON:
        add_json(printer, diff, level, is_element);
        break;
    case DIFF_LIST:
        add_list(printer, diff, level, is_element);
        break;
    case DIFF_MAP:
    case DIFF_OBJECT:
        add_keyed(printer, diff, level, is_element);
        break;
    case DIFF_UNKNOWN:
        add_unknown(printer, diff, level);
        break;
    case DIFF_SENSITIVE:
        add(printer, "(sensitive value)");
        end_whole(printer, diff, is_element);
        break;
    case DIFF_BLOCK:
        diff_print_body(printer, diff, level);
        break;
    }
}

/* --- blocks ---------------------------------------------------------------------------------- */

static void add_block(const DiffPrinter *printer, const Diff *block, size_t level)
{
    diff_print_symbol(printer, block, level);
    terminal_add_foreign(printer->builder, block->name);
    add(printer, " ");
    diff_print_body(printer, block, level);
    add(printer, "\n");
}

void diff_print_attribute(const DiffPrinter *printer, const Diff *diff, size_t level, size_t width)
{
    diff_print_symbol(printer, diff, level);
    add_padded_name(printer, diff->name, width);
    add_content(printer, diff, level, false);
    add(printer, "\n");
}

static void add_unknown_block(const DiffPrinter *printer, const Diff *block, size_t level)
{
    diff_print_symbol(printer, block, level);
    terminal_add_foreign(printer->builder, block->name);
    add(printer, " (known after apply)\n");
}

/* Attributes, what is hidden of them, then each block after an empty line. [unknown] blocks look like attributes without "=". */
void diff_print_body(const DiffPrinter *printer, const Diff *diff, size_t level)
{
    size_t width = name_width(printer, diff);
    size_t attributes = 0, blocks = 0;

    add(printer, "{");
    add_replacement_note(printer, diff);
    add(printer, "\n");
    for (size_t i = 0; i < diff->children.count; i++)
        if (!diff->children.items[i]->is_block) {
            diff_print_attribute(printer, diff->children.items[i], level + 1, width);
            attributes++;
        }
    add_hidden(printer, diff->unchanged, "attribute", level + 1);
    for (size_t i = 0; i < diff->children.count; i++) {
        const Diff *child = diff->children.items[i];

        if (!child->is_block)
            continue;
        if (attributes + diff->unchanged > 0 || blocks > 0)
            add(printer, "\n");
        if (child->kind == DIFF_UNKNOWN)
            add_unknown_block(printer, child, level + 1);
        else
            add_block(printer, child, level + 1);
        blocks++;
    }
    if (diff->unchanged_blocks > 0 && attributes + diff->unchanged + blocks > 0)
        add(printer, "\n");
    add_hidden(printer, diff->unchanged_blocks, "block", level + 1);
    add_indent(printer, level);
    add(printer, "    }");
}

/* --- plain values ---------------------------------------------------------------------------- */

static void add_plain_keyed(const DiffPrinter *printer, Value value, size_t indent)
{
    size_t width = 0;
    bool is_map = value_has_kind(value, TYPE_MAP);

    for (size_t i = 0; i < value_count(value); i++) {
        Text key = value_key_at(value, i);
        size_t length = unicode_clusters(key) + (is_map || !is_identifier(key) ? 2 : 0);

        width = length > width ? length : width;
    }
    add(printer, "{\n");
    for (size_t i = 0; i < value_count(value); i++) {
        Text key = value_key_at(value, i);

        text_add_repeated(printer->builder, ' ', indent + 2);
        add_padded_name(printer, is_map || !is_identifier(key) ? text_format(printer->arena, "\"" TEXT_FMT "\"", TEXT(key)) : key, width);
        value_add_text(printer, value_at(value, i), indent + 2);
        add(printer, "\n");
    }
    text_add_repeated(printer->builder, ' ', indent);
    add(printer, "}");
}

static void add_plain_list(const DiffPrinter *printer, Value value, size_t indent)
{
    add(printer, "[\n");
    for (size_t i = 0; i < value_count(value); i++) {
        text_add_repeated(printer->builder, ' ', indent + 2);
        value_add_text(printer, value_at(value, i), indent + 2);
        add(printer, ",\n");
    }
    text_add_repeated(printer->builder, ' ', indent);
    add(printer, "]");
}

static void add_plain_text(const DiffPrinter *printer, Text text, size_t indent)
{
    Text line, rest = text;

    add(printer, "<<-EOT\n");
    while (rest.length > 0) {
        (void)text_cut(rest, TEXT_LIT("\n"), &line, &rest);
        text_add_repeated(printer->builder, ' ', line.length > 0 ? indent + 4 : 0);
        terminal_add_foreign(printer->builder, line);
        add(printer, "\n");
    }
    text_add_repeated(printer->builder, ' ', indent);
    add(printer, "EOT");
}

static void add_constructor(const DiffPrinter *printer, const char *name, Value value, size_t indent)
{
    add(printer, name);
    if (value_count(value) == 0)
        add(printer, "[]");
    else
        add_plain_list(printer, value, indent);
    add(printer, ")");
}

void value_add_text(const DiffPrinter *printer, Value value, size_t indent)
{
    if (value_is_sensitive(value))
        add(printer, "(sensitive value)");
    else if (value_is_null(value) || value_is_unknown(value))
        add_primitive(printer, value);
    else if (value_has_kind(value, TYPE_SET))
        add_constructor(printer, "toset(", value, indent);
    else if (value_has_kind(value, TYPE_LIST))
        add_constructor(printer, "tolist(", value, indent);
    else if (value_has_kind(value, TYPE_TUPLE) && value_count(value) == 0)
        add(printer, "[]");
    else if (value_has_kind(value, TYPE_TUPLE))
        add_plain_list(printer, value, indent);
    else if (value_has_kind(value, TYPE_MAP)) {
        add(printer, "tomap(");
        if (value_count(value) == 0)
            add(printer, "{}");
        else
            add_plain_keyed(printer, value, indent);
        add(printer, ")");
    } else if (value_has_kind(value, TYPE_OBJECT) && value_count(value) == 0)
        add(printer, "{}");
    else if (value_has_kind(value, TYPE_OBJECT))
        add_plain_keyed(printer, value, indent);
    else if (value_has_kind(value, TYPE_STRING) && memchr(value_text(value).bytes ? value_text(value).bytes : "", '\n', value_text(value).length))
        add_plain_text(printer, value_text(value), indent);
    else
        add_primitive(printer, value);
}
