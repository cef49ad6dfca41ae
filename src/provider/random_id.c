/*
 * random_id: random bytes, in five spellings, made once and kept in the state.
 */
#include "native.h"

#include "pipectl/base/digest.h"

static const char *const results[] = { "id", "b64_std", "b64_url", "dec", "hex" };

static const Schema *schema(void)
{
    static const NativeAttribute attributes[] = {
        { "byte_length", "number", "required" }, { "keepers", "map(string)", "optional" },
        { "prefix", "string", "optional" },      { "b64_std", "string", "computed" },
        { "b64_url", "string", "computed" },     { "dec", "string", "computed" },
        { "hex", "string", "computed" },         { "id", "string", "computed" },
    };
    static const Schema *made;

    if (!made)
        made = native_schema(attributes, sizeof attributes / sizeof *attributes);
    return made;
}

static Value member(Value object, const char *name)
{
    Value value = value_null(type_dynamic);

    if (value_is_known(object) && !value_is_null(object))
        value_member(object, text_of(name), &value);
    return value;
}

static bool validate(Value configuration, const Body *body, Arena *arena, Diags *diags)
{
    Value length = member(configuration, "byte_length");
    Path path = path_child(arena, (Path){ NULL, 0 }, TEXT_LIT("byte_length"));

    if (!value_has_kind(length, TYPE_NUMBER) || value_is_null(length) || value_is_unknown(length))
        return true;
    if (number_is_integer(value_to_number(length)) &&
        number_sign(value_to_number(length)) != NUMBER_NEGATIVE)
        return true;
    diag_error(diags, schema_range(schema(), body, path, arena), "Invalid value",
               "byte_length must be a whole number, and not negative.");
    return false;
}

/* --- planning --------------------------------------------------------------------------------- */

static bool any_value(Value map)
{
    for (size_t i = 0; value_is_known(map) && !value_is_null(map) && i < value_count(map); i++)
        if (!value_is_null(value_at(map, i)))
            return true;
    return false;
}

/* Every key of the new map is as it was, or is new and says nothing; and something is new. */
static bool only_adds_nulls(Value keepers, Value prior)
{
    size_t added = 0;

    if (value_is_null(keepers))
        return false;
    for (size_t i = 0; i < value_count(keepers); i++) {
        Value value = value_at(keepers, i), before;

        if (value_member(prior, value_key_at(keepers, i), &before) ? !value_same(value, before)
                                                                   : !value_is_null(value))
            return false;
        added += !value_member(prior, value_key_at(keepers, i), NULL);
    }
    return added > 0;
}

/* Whether other keepers ask for another object: a key that says nothing keeps nothing. */
static bool keepers_replace(Value keepers, Value prior)
{
    if (value_same(keepers, prior))
        return false;
    if (!value_is_wholly_known(keepers))
        return true;
    return value_is_null(prior) ? any_value(keepers) : !only_adds_nulls(keepers, prior);
}

static void replace_by(PlanAnswer *answer, const char *name, Arena *arena)
{
    Path path = path_child(arena, (Path){ NULL, 0 }, text_of(name));

    list_add(arena, &answer->replace, path);
}

static PlanAnswer plan(const PlanRequest *request, Arena *arena, Diags *diags)
{
    static const char *const arguments[] = { "byte_length", "prefix" };
    PlanAnswer answer = { .planned = request->proposed };
    bool is_new = value_is_null(request->prior);

    (void)diags;
    for (size_t i = 0; !is_new && i < 2; i++)
        if (!value_same(member(request->configuration, arguments[i]),
                        member(request->prior, arguments[i])))
            replace_by(&answer, arguments[i], arena);
    if (!is_new && keepers_replace(member(request->configuration, "keepers"),
                                   member(request->prior, "keepers")))
        replace_by(&answer, "keepers", arena);
    for (size_t i = 0; (is_new || answer.replace.count > 0) && i < sizeof results / sizeof *results;
         i++)
        answer.planned = native_with(arena, answer.planned, results[i], value_unknown(type_string));
    return answer;
}

/* --- making ----------------------------------------------------------------------------------- */

/* The bytes as one big-endian number. */
static Text decimal_of(Arena *arena, Text hex)
{
    Number number;

    return number_parse_base(arena, hex, 16, &number) ? number_text_base(arena, number, 10)
                                                      : TEXT_LIT("0");
}

/* The URL's alphabet, without padding. */
static Text base64_url(Arena *arena, Text base64)
{
    TextBuilder builder = text_builder(arena);

    for (size_t i = 0; i < base64.length && base64.bytes[i] != '='; i++) {
        char c = base64.bytes[i];

        text_add_char(&builder, c == '+' ? '-' : c == '/' ? '_' : c);
    }
    return text_built(&builder);
}

/* All that the bytes are called. */
static Value with_spellings(Arena *arena, Value object, Text before, Text bytes)
{
    Text base64 = base64_encode(arena, bytes), hex = hex_encode(arena, bytes), spellings[5];

    spellings[0] = base64_url(arena, base64);
    spellings[1] = text_concat(arena, before, base64);
    spellings[2] = text_concat(arena, before, spellings[0]);
    spellings[3] = text_concat(arena, before, decimal_of(arena, hex));
    spellings[4] = text_concat(arena, before, hex);
    for (size_t i = 0; i < sizeof results / sizeof *results; i++)
        object = native_with(arena, object, results[i], value_string(arena, spellings[i]));
    return object;
}

static Value apply(Value prior, Value planned, Arena *arena, Diags *diags)
{
    Value prefix = member(planned, "prefix");
    Text before = value_is_null(prefix) ? TEXT_NONE : value_text(prefix);
    int64_t length = value_to_integer(member(planned, "byte_length"));
    char *random;

    (void)prior, (void)diags;
    if (!value_is_unknown(member(planned, "id")))
        return planned;
    random = arena_array(arena, char, (size_t)length);
    random_bytes(random, (size_t)length);
    return with_spellings(arena, planned, before, (Text){ random, (size_t)length });
}

/* The URL's alphabet, without padding: back to bytes. */
static bool from_base64_url(Arena *arena, Text text, Text *ret_bytes)
{
    TextBuilder builder = text_builder(arena);

    for (size_t i = 0; i < text.length; i++) {
        char c = text.bytes[i];

        if (c == '+' || c == '/' || c == '=')
            return false;
        text_add_char(&builder, c == '-' ? '+' : c == '_' ? '/' : c);
    }
    text_add_repeated(&builder, '=', (4 - text.length % 4) % 4);
    return base64_decode(arena, text_built(&builder), ret_bytes);
}

/* [prefix,]id */
static Value import(Text id, Arena *arena, Diags *diags)
{
    size_t comma = text_find_last(id, TEXT_LIT(","));
    Text before = comma == TEXT_NOT_FOUND ? TEXT_NONE : text_slice(id, 0, comma), bytes;
    Value object = native_empty(arena, schema());

    if (!from_base64_url(arena, comma == TEXT_NOT_FOUND ? id : text_slice(id, comma + 1, id.length),
                         &bytes)) {
        diag_error(diags, RANGE_NONE, "Import Random ID Error",
                   "The id must be base64 in the alphabet of URLs without padding, perhaps with a "
                   "prefix and a comma before it.");
        return value_null(schema()->type);
    }
    object = native_with(arena, object, "byte_length", value_integer((int64_t)bytes.length));
    if (before.length > 0)
        object = native_with(arena, object, "prefix", value_string(arena, before));
    return with_spellings(arena, object, before, bytes);
}

const NativeType native_random_id = {
    .name = "random_id",
    .mode = MODE_MANAGED,
    .schema = schema,
    .validate = validate,
    .plan = plan,
    .apply = apply,
    .import = import,
};
