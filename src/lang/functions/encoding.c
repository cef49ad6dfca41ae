/* Base64, URLs and JSON. */
#include "functions.h"

#include "pipectl/base/deflate.h"
#include "pipectl/base/digest.h"
#include "pipectl/value/json.h"
#include "pipectl/value/unicode.h"

/* --- Base64 --------------------------------------------------------------------------------- */

Value function_base64encode(Call *call)
{
    return value_string_raw(base64_encode(call->arena, call_text(call, 0)));
}

/* Line ends between the letters do not matter. */
static Text without_line_ends(Arena *arena, Text text)
{
    return text_replace(arena, text_replace(arena, text, TEXT_LIT("\n"), TEXT_NONE), TEXT_LIT("\r"),
                        TEXT_NONE);
}

Value function_base64decode(Call *call)
{
    Text bytes;

    if (!base64_decode(call->arena, without_line_ends(call->arena, call_text(call, 0)), &bytes))
        return call_error(call, -1, "failed to decode base64 data \"" TEXT_FMT "\"",
                          TEXT(call_text(call, 0)));
    if (!unicode_is_valid(bytes))
        return call_error(call, -1,
                          "the result of decoding the provided string is not valid UTF-8");
    return call_string(call, bytes);
}

Value function_base64gzip(Call *call)
{
    Text file = gzip(call->arena, call_text(call, 0), GZIP_END_FLUSHED);

    return value_string_raw(base64_encode(call->arena, file));
}

/* --- URLs ----------------------------------------------------------------------------------- */

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '~';
}

Value function_urlencode(Call *call)
{
    Text text = call_text(call, 0);
    TextBuilder builder = text_builder(call->arena);

    for (size_t i = 0; i < text.length; i++) {
        if (is_unreserved(text.bytes[i]))
            text_add_char(&builder, text.bytes[i]);
        else if (text.bytes[i] == ' ')
            text_add_char(&builder, '+');
        else
            text_add_format(&builder, "%%%02X", (unsigned char)text.bytes[i]);
    }
    return value_string_raw(text_built(&builder));
}

/* --- JSON ----------------------------------------------------------------------------------- */

/* What is known of the text of something unknown: how it begins, unless it may be null. */
static Value unknown_json(const Call *call, Value value)
{
    TypeKind kind = value.type->kind;

    if (!is_definitely_not_null(value))
        return value_unknown(type_string);
    if (kind == TYPE_STRING)
        return unknown_with_prefix(call->arena, TEXT_LIT("\""));
    if (is_mapping_type(value.type))
        return unknown_with_prefix(call->arena, TEXT_LIT("{"));
    if (is_sequence_type(value.type))
        return unknown_with_prefix(call->arena, TEXT_LIT("["));
    return call_unknown(call, type_string);
}

Value function_jsonencode(Call *call)
{
    Value value = call_argument(call, 0);

    if (!value_is_wholly_known(value))
        return unknown_json(call, value);
    if (value.state == VALUE_NULL && call_is_lenient(call))
        return value_null(type_string);
    if (value_has_infinity(value))
        return call_error(call, -1, "cannot serialize infinity as JSON");
    return call_string(call, json_text(call->arena, value));
}

/* What the text of which only the beginning is known may become. */
static Value decode_unknown(Call *call, Value text)
{
    Text prefix = text.as.refinement ? text_trim(text.as.refinement->prefix) : TEXT_NONE;
    char first = prefix.length ? prefix.bytes[0] : 'n';

    if (first == '"')
        return value_unknown(type_string);
    if (first == 't' || first == 'f')
        return value_unknown(type_bool);
    if (first == '-' || (first >= '0' && first <= '9'))
        return value_unknown(type_number);
    if (first == 'n' || first == '{' || first == '[')
        return value_unknown(type_dynamic);
    return call_error(call, 0, "a JSON document cannot begin with \"" TEXT_FMT "\"", TEXT(prefix));
}

Value function_jsondecode(Call *call)
{
    const Source *source;
    Diags diags = diags_make(call->arena);
    Value value;

    if (call_argument(call, 0).state == VALUE_UNKNOWN)
        return decode_unknown(call, call_argument(call, 0));
    source = source_make(call->arena, TEXT_LIT("the string"), call_text(call, 0));
    if (json_read(call->arena, source, &value, &diags))
        return value;
    return call_error(
        call, -1, TEXT_FMT,
        TEXT(diags.list.count ? diags.list.items[0].detail : TEXT_LIT("invalid JSON")));
}
