/*
 * The functions that only type files have.
 */
#include "type_scope.h"

#include "pipectl/lang/function.h"

#define ANY_LIST                                                                                   \
    {                                                                                              \
        "list", "any", ALLOW_NULL | ALLOW_UNKNOWN                                                  \
    }

static Value percent_decode(Call *call)
{
    return value_string(call->arena, uri_decode(call->arena, value_text(call->arguments[0])));
}

/* As forms are encoded: a space is "+". */
static Text form_encode(Arena *arena, Text text)
{
    return text_replace(arena, uri_encode(arena, text, false), TEXT_LIT("%20"), TEXT_LIT("+"));
}

static Value query_string(Call *call)
{
    TextBuilder builder = text_builder(call->arena);
    Value map = call->arguments[0];

    for (size_t i = 0; i < value_count(map); i++) {
        Text value = value_is_null(value_at(map, i)) ? TEXT_NONE : value_text(value_at(map, i));

        text_add_format(&builder, "%s" TEXT_FMT "=" TEXT_FMT, i > 0 ? "&" : "",
                        TEXT(form_encode(call->arena, value_key_at(map, i))),
                        TEXT(form_encode(call->arena, value)));
    }
    return value_string(call->arena, text_built(&builder));
}

/* A prefix and 26 characters that no other name of this prefix has: the time to a tenth of a
   millisecond, and a counter. */
static Value unique_name(Call *call)
{
    static uint32_t counter;
    Value prefix = call->arguments[0];
    Text digits = clock_rfc3339(call->arena, clock_now(), 4);
    TextBuilder builder = text_builder(call->arena);

    text_add(&builder, value_is_null(prefix) || value_text(prefix).length == 0
                           ? TEXT_LIT("terraform-")
                           : value_text(prefix));
    for (size_t i = 0; i < digits.length; i++)
        if (digits.bytes[i] >= '0' && digits.bytes[i] <= '9')
            text_add_char(&builder, digits.bytes[i]);
    text_add_format(&builder, "%08x", ++counter);
    return value_string(call->arena, text_built(&builder));
}

enum { UNIQUE_LENGTH = 26 };

static bool is_hex(Text text)
{
    for (size_t i = 0; i < text.length; i++) {
        char c = text.bytes[i];

        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
    }
    return true;
}

/* What a name was made with; "" where it does not look made. */
static Value unique_prefix(Call *call)
{
    Text name = value_text(call->arguments[0]);
    size_t length = name.length > UNIQUE_LENGTH ? name.length - UNIQUE_LENGTH : 0;

    if (!is_hex(text_slice(name, length, name.length)))
        length = 0;
    return value_string(call->arena, text_slice(name, 0, length));
}

static Value json_pointer(Call *call)
{
    Text text = text_replace(call->arena, value_text(call->arguments[0]), TEXT_LIT("~"),
                             TEXT_LIT("~0"));

    return value_string(call->arena,
                        text_replace(call->arena, text, TEXT_LIT("/"), TEXT_LIT("~1")));
}

/* --- what differs between two lists of blocks ------------------------------------------------- */

static size_t count_of(Value list)
{
    return value_is_known(list) && !value_is_null(list) ? value_count(list) : 0;
}

static bool find_by_key(Value list, Text key, Value wanted, Value *ret_element)
{
    for (size_t i = 0; i < count_of(list); i++) {
        Value found;

        if (value_member(value_at(list, i), key, &found) && value_same(found, wanted)) {
            *ret_element = value_at(list, i);
            return true;
        }
    }
    return false;
}

static bool is_among(Value names, Text name)
{
    for (size_t i = 0; i < count_of(names); i++)
        if (text_equal(value_text(value_at(names, i)), name))
            return true;
    return false;
}

/* Whether a member differs that is not among [except]. */
static bool differs(Value a, Value b, Value except)
{
    for (size_t i = 0; i < value_count(a); i++) {
        Value other;

        if (is_among(except, value_key_at(a, i)))
            continue;
        if (!value_member(b, value_key_at(a, i), &other) || !value_same(value_at(a, i), other))
            return true;
    }
    return false;
}

typedef enum Difference { GONE_OR_NEW, CHANGED } Difference;

/* The elements of [list] that are new against [other], or changed. */
static Value select_elements(Call *call, Value list, Value other, Difference wanted)
{
    Text key = value_text(call->arguments[2]);
    Value except = call->count > 3 ? call->arguments[3] : value_null(type_dynamic);
    bool has_except = call->count > 3;
    ValueBuilder builder = value_builder(call->arena);

    for (size_t i = 0; i < count_of(list); i++) {
        Value element = value_at(list, i), partner, name;
        bool found, remade, changed;

        if (!value_member(element, key, &name))
            continue;
        found = find_by_key(other, key, name, &partner);
        remade = found && has_except && differs(element, partner, except);
        changed = found && !remade && differs(element, partner, value_null(type_dynamic));
        if (wanted == CHANGED ? changed : !found || remade)
            value_builder_add(&builder, element);
    }
    return value_built_tuple(&builder);
}

static Value added(Call *call)
{
    return select_elements(call, call->arguments[1], call->arguments[0], GONE_OR_NEW);
}

static Value removed(Call *call)
{
    return select_elements(call, call->arguments[0], call->arguments[1], GONE_OR_NEW);
}

static Value changed(Call *call)
{
    return select_elements(call, call->arguments[1], call->arguments[0], CHANGED);
}

/* --- the table -------------------------------------------------------------------------------- */

static const Parameter one_text[] = { { "text", "string", 0 } };
static const Parameter one_map[] = { { "map", "map(string)", 0 } };
static const Parameter one_prefix[] = { { "prefix", "string", ALLOW_NULL } };
static const Parameter two_lists[] = { ANY_LIST, ANY_LIST, { "key", "string", 0 } };
static const Parameter except = { "except", "list(string)", 0 };

static const Function functions[] = {
    { "percent_decode", "Replaces %XX by the byte.", one_text, 1, NULL, "string", percent_decode,
      false },
    { "query_string", "A map as k=v&k=v.", one_map, 1, NULL, "string", query_string, false },
    { "unique_name", "The prefix and a suffix that is new each time.", one_prefix, 1, NULL,
      "string", unique_name, false },
    { "unique_prefix", "The prefix of a name that unique_name made.", one_text, 1, NULL, "string",
      unique_prefix, false },
    { "json_pointer", "A name escaped for a JSON pointer.", one_text, 1, NULL, "string",
      json_pointer, false },
    { "added", "Blocks of the second list that are not in the first.", two_lists, 3, &except, "any",
      added, false },
    { "removed", "Blocks of the first list that are not in the second.", two_lists, 3, &except,
      "any", removed, false },
    { "changed", "Blocks that are in both lists and differ.", two_lists, 3, &except, "any", changed,
      false },
};

const Function *type_function(const Scope *scope, Text name)
{
    (void)scope;
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (text_is(name, functions[i].name))
            return &functions[i];
    return function_find(name);
}
