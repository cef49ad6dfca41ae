/* Functions of strings; format and regular expressions have files of their own. */
#include "functions.h"

#include "pipectl/value/unicode.h"

static bool is_empty(Text text)
{
    return text.length == 0;
}

/* --- looking -------------------------------------------------------------------------------- */

Value function_startswith(Call *call)
{
    Value string = call_argument(call, 0);
    Text prefix = value_is_known(call_argument(call, 1)) ? call_text(call, 1) : TEXT_NONE, known;

    if (value_is_unknown(call_argument(call, 1)))
        return call_unknown(call, type_bool);
    if (value_is_unknown(string)) { /* its beginning may be known */
        known = string.as.refinement ? string.as.refinement->prefix : TEXT_NONE;
        if (text_starts_with(known, prefix))
            return value_bool(true);
        return known.length >= prefix.length ? value_bool(false) : call_unknown(call, type_bool);
    }
    return value_bool(text_starts_with(call_text(call, 0), call_text(call, 1)));
}

Value function_endswith(Call *call)
{
    return value_bool(text_ends_with(call_text(call, 0), call_text(call, 1)));
}

Value function_strcontains(Call *call)
{
    return value_bool(text_find(call_text(call, 0), call_text(call, 1)) != TEXT_NOT_FOUND);
}

/* --- letters -------------------------------------------------------------------------------- */

Value function_lower(Call *call)
{
    return call_string(call, unicode_lower(call->arena, call_text(call, 0)));
}

Value function_upper(Call *call)
{
    return call_string(call, unicode_upper(call->arena, call_text(call, 0)));
}

Value function_title(Call *call)
{
    return call_string(call, unicode_title(call->arena, call_text(call, 0)));
}

Value function_strrev(Call *call)
{
    Text text = call_text(call, 0);
    char *bytes = arena_alloc(call->arena, text.length + 1);
    size_t end = text.length;

    for (size_t at = 0; at < text.length;) {
        size_t next = unicode_next_cluster(text, at);

        end -= next - at;
        for (size_t i = at; i < next; i++)
            bytes[end + i - at] = text.bytes[i];
        at = next;
    }
    return call_string(call, (Text){ bytes, text.length });
}

/* --- trimming ------------------------------------------------------------------------------- */

typedef bool IsTrimmed(uint32_t code_point, Text cutset);

static Text trim(Text text, IsTrimmed *is_trimmed, Text cutset)
{
    size_t from = 0, to = 0;
    uint32_t code_point;
    bool leading = true;

    for (size_t at = 0; at < text.length;) {
        size_t next = unicode_next(text, at, &code_point);

        if (!is_trimmed(code_point, cutset)) {
            from = leading ? at : from;
            leading = false;
            to = next;
        }
        at = next;
    }
    return text_slice(text, from, to);
}

static bool is_in_cutset(uint32_t code_point, Text cutset)
{
    uint32_t other;

    for (size_t at = 0; at < cutset.length;) {
        at = unicode_next(cutset, at, &other);
        if (other == code_point)
            return true;
    }
    return false;
}

static bool is_white_space(uint32_t code_point, Text cutset)
{
    (void)cutset;
    return unicode_is_space(code_point);
}

Value function_trim(Call *call)
{
    return call_string(call, trim(call_text(call, 0), is_in_cutset, call_text(call, 1)));
}

Value function_trimspace(Call *call)
{
    return call_string(call, trim(call_text(call, 0), is_white_space, TEXT_NONE));
}

Value function_trimprefix(Call *call)
{
    Text text = call_text(call, 0), prefix = call_text(call, 1);

    return call_string(
        call, text_starts_with(text, prefix) ? text_slice(text, prefix.length, text.length) : text);
}

Value function_trimsuffix(Call *call)
{
    Text text = call_text(call, 0), suffix = call_text(call, 1);

    return call_string(call, text_ends_with(text, suffix)
                                 ? text_slice(text, 0, text.length - suffix.length)
                                 : text);
}

Value function_chomp(Call *call)
{
    Text text = call_text(call, 0);

    while (text.length &&
           (text.bytes[text.length - 1] == '\n' || text.bytes[text.length - 1] == '\r'))
        text.length--;
    return call_string(call, text);
}

/* --- cutting and joining -------------------------------------------------------------------- */

Value function_split(Call *call)
{
    Text separator = call_text(call, 0), rest = call_text(call, 1), part;
    ValueBuilder builder = value_builder(call->arena);
    bool more = true;
    uint32_t code_point;

    /* Without a separator every code point stands for itself. */
    for (size_t at = 0; is_empty(separator) && at < rest.length;) {
        size_t next = unicode_next(rest, at, &code_point);

        value_builder_add(&builder, call_string(call, text_slice(rest, at, next)));
        at = next;
    }
    while (!is_empty(separator) && more) {
        more = text_cut(rest, separator, &part, &rest);
        value_builder_add(&builder, call_string(call, part));
    }
    return value_built_list(&builder, type_string);
}

Value function_join(Call *call)
{
    TextBuilder builder = text_builder(call->arena);
    size_t count = 0;

    for (size_t i = 1; i < call->count; i++)
        if (!value_is_wholly_known(call_argument(call, i)))
            return call_unknown(call, type_string);
    for (size_t i = 1; i < call->count; i++) {
        Value list = call_argument(call, i);

        for (size_t j = 0; j < value_count(list); j++) {
            Value element = value_at(list, j);

            if (element.state == VALUE_NULL)
                return call->count == 2
                           ? call_error(call, 1,
                                        "element %zu is null; cannot concatenate null values", j)
                           : call_error(
                                 call, (int)i,
                                 "element %zu of list %zu is null; cannot concatenate null values",
                                 j, i - 1);
            if (count++)
                text_add(&builder, call_text(call, 0));
            text_add(&builder, value_text(element));
        }
    }
    return call_string(call, text_built(&builder));
}

/* Byte offset of the grapheme cluster that [count] others stand before, or the end. */
static size_t cluster_offset(Text text, int64_t count)
{
    size_t at = 0;

    while (count-- > 0 && at < text.length)
        at = unicode_next_cluster(text, at);
    return at;
}

Value function_substr(Call *call)
{
    Text text = call_text(call, 0);
    int64_t offset, length;

    if (!call_integer(call, 1, &offset) || !call_integer(call, 2, &length))
        return value_unknown(type_string);
    if (offset < 0) {
        offset += (int64_t)unicode_clusters(text);
        /* Before the start there are no characters to take. A length of 0 means the rest here: so
           it is in Terraform. */
        if (offset < 0)
            offset = 0;
        if (length == 0)
            length = -1;
    }
    text = text_slice(text, cluster_offset(text, offset), text.length);
    if (length >= 0)
        text = text_slice(text, 0, cluster_offset(text, length));
    return call_string(call, text);
}

Value function_indent(Call *call)
{
    Text rest = call_text(call, 1), line;
    TextBuilder builder = text_builder(call->arena);
    int64_t spaces;
    bool more;

    if (!call_integer(call, 0, &spaces))
        return value_unknown(type_string);
    if (spaces < 0)
        return call_error(call, -1, "the number of spaces must not be negative");
    do {
        more = text_cut(rest, TEXT_LIT("\n"), &line, &rest);
        text_add(&builder, line);
        if (more) {
            text_add_char(&builder, '\n');
            text_add_repeated(&builder, ' ', (size_t)spaces);
        }
    } while (more);
    return call_string(call, text_built(&builder));
}
